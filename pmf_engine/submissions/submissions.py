"""Submissions: every cell of the agencies' returns read and checked, and the files of their lists.

Reading guesses nothing and drops nothing in silence. Each cell is used or set aside, and each cell set aside has a
problem that names its file and row and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.marks import CELL_WORDS, KIND, MARKS
from pmf_engine.domain.period_days import days_of_periods
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.cross_checks import compare_times
from pmf_engine.submissions.duplicates import make_good, settle
from pmf_engine.submissions.file_state import unchanged
from pmf_engine.submissions.folder import MANIFEST, files_in, read_manifest
from pmf_engine.submissions.headers import Found
from pmf_engine.submissions.layout import lay_out
from pmf_engine.submissions.limits import why_unreadable
from pmf_engine.submissions.list_files import list_of, list_part_of, read_list_parts
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.misread import MISREAD, misread_rows
from pmf_engine.submissions.problems import (
    PLACE,
    PROBLEMS,
    Problem,
    meant,
    problems_frame,
    problems_of_cells,
    say,
    together,
    with_senders,
)
from pmf_engine.submissions.readers import READERS, is_passed_over
from pmf_engine.submissions.readings import CELLS, OUTCOME, READINGS, Reader
from pmf_engine.submissions.standing_cells import Standing, standing_cells
from pmf_engine.submissions.table import DAMAGED, EDGES, RawTable
from pmf_engine.submissions.vocabulary import Vocabulary

FILES: Final = FrameSchema(
    "FILES",
    Column("file", pl.String, "the file of returns, by its path below the folder of submissions"),
    Column("received_on", pl.Date, "the day on which it was received; null where nobody knows", nullable=True),
    Column("read", pl.Int64, "how many cells were read"),
    Column("used", pl.Int64, "how many of them count, equal repeats included"),
    Column("set_aside", pl.Int64, "how many of them do not"),
    Column("agency", pl.String, "the only agency in the file; null where there are several or none", nullable=True),
)
"""The columns of `Submissions.files`."""


class SubmissionsError(Exception):
    """The folder of submissions does not exist; the message is a sentence for users."""


@dataclass(frozen=True)
class Submissions:
    """All returns as three frames, and the files of lists.

    Attributes:
        readings: A row for every cell read, with the columns of `READINGS`.
        problems: A row for everything that a person should look at, with the columns of `PROBLEMS`.
        files: The number of cells of each file of returns, with the columns of `FILES`.
        lists: The parts of lists. Their records are read at evaluation.
        framework: The framework of the names.
        undated: The files without a day of receipt in the manifest of their folder.
    """

    readings: pl.DataFrame
    problems: pl.DataFrame
    files: pl.DataFrame
    lists: tuple[ListPart, ...] = ()
    framework: Framework | None = field(default=None, repr=False, compare=False)
    undated: frozenset[str] = frozenset()

    @property
    def cells(self) -> pl.DataFrame:
        """One reading for each figure, agency, period and group: the used one, or a refused one without a value.

        A refused cell of an unknown group has a `by` and no `group`. It is in no group, but a sum of groups has no
        value while the cell counts, which is until later files replace it.
        """
        return self.cells_at(date.max)

    def cells_at(self, as_of: date) -> pl.DataFrame:
        """The `cells` of a day: of several readings of one key, the latest received by then."""
        return self.standing_at(as_of).cells

    def standing_at(self, as_of: date) -> Standing:
        """The `cells` of a day, with the problems and marks of cells that other cells contradicted then."""
        return standing_cells(self.readings, self.framework, as_of)

    def marks_at(self, as_of: date) -> pl.DataFrame:
        """The marks of the used cells of a day, with the columns of `MARKS`."""
        marked = self.cells_at(as_of).filter(pl.col("mark").is_not_null(), pl.col("state") == "ok")
        where = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
        words = pl.col("mark").replace_strict(CELL_WORDS, return_dtype=pl.String)
        text = pl.format("`{}` in `{}`{} {}", pl.col("text").str.strip_chars(EDGES), "file", where, words)
        marked = marked.with_columns(item="figure", kind=pl.col("mark").cast(KIND), text=text)
        return marked.select(MARKS.names)

    def marked_at(self, as_of: date) -> pl.DataFrame:
        """A note for each cell of a day whose number has a mark, with the columns of `PROBLEMS`."""
        marked = self.cells_at(as_of).filter(pl.col("mark").is_not_null(), pl.col("state") != "invalid")
        if marked.is_empty() or self.framework is None:
            return PROBLEMS.empty()
        messages = [
            say("marked", text=text.strip(EDGES), words=CELL_WORDS[mark], so="used" if state == "ok" else "not used")
            for text, mark, state in marked.select("text", "mark", "state").iter_rows()
        ]
        marked = marked.with_columns(kind=pl.lit("marked"), message=pl.Series("message", messages, pl.String))
        return problems_of_cells(marked, self.framework)

    def misread_at(self, as_of: date) -> pl.DataFrame:
        """The misread rows received by a day, with the columns of `MISREAD`."""
        if self.framework is None:
            return MISREAD.empty()
        return misread_rows(self.readings, self.problems, self.framework, as_of)

    def unplaced_at(self, as_of: date) -> pl.DataFrame:
        """The cells of groups received by a day from unknown agencies: `agency`, `start`, `by` and `group`."""
        came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
        named = self.readings.filter(came, pl.col("agency").is_null(), pl.col("start").is_not_null())
        return named.filter(pl.col("group").is_not_null()).select("agency", "start", "by", "group")

    def groups_at(self, as_of: date) -> pl.DataFrame:
        """Every group named in a cell received by a day, refused cells included: columns `by` and `group`."""
        came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
        named = self.readings.filter(came, pl.col("by").is_not_null(), pl.col("group").is_not_null())
        return named.select("by", "group").unique().sort("by", "group")

    @classmethod
    def from_frame(
        cls,
        returns: pl.DataFrame | pl.LazyFrame | None,
        framework: Framework,
        *,
        lists: Mapping[str, pl.DataFrame | pl.LazyFrame] | None = None,
        name: str = "returns",
    ) -> Submissions:
        """Reads frames by the same rules as files.

        Args:
            returns: A frame with the columns of a return, long or wide and of any types; None for lists alone. Rows
                count from 2, as if below a header.
            framework: The framework of the names.
            lists: Frames of records by list, each with the columns of its list. A LazyFrame is read as a stream at
                evaluation.
            name: The name of the file in `readings` and `problems`.

        Raises:
            KeyError: The framework has no such list.
            TypeError: An argument is no frame.
        """
        for what, given in [*([] if returns is None else [("returns", returns)]), *(lists or {}).items()]:
            if not isinstance(given, pl.DataFrame | pl.LazyFrame):
                raise TypeError(f"`{what}` must be a Polars DataFrame or LazyFrame, not {type(given).__name__}")
        for id_ in lists or {}:
            if id_ not in framework.lists:
                raise KeyError(f"unknown list `{id_}`{meant(id_, framework.lists)}")
        parts = [list_part_of(frame, id_, framework.lists[id_], framework) for id_, frame in (lists or {}).items()]
        if returns is None:
            return _with_lists(_understand([], [], {}, Vocabulary(framework)), parts, framework)
        frame = returns.collect() if isinstance(returns, pl.LazyFrame) else returns
        texts = [_as_text(column).alias(str(position)) for position, column in enumerate(frame.get_columns())]
        rows = pl.DataFrame(texts).with_row_index("row", 2).cast({"row": pl.Int64})
        if texts:
            rows = rows.filter(~pl.all_horizontal(pl.exclude("row").str.strip_chars(EDGES).fill_null("") == ""))
        table = RawTable(name, tuple(frame.columns), 1, rows)
        return _with_lists(_understand([table], [], {name: None}, Vocabulary(framework)), parts, framework)


def read_submissions(folder: str | Path, framework: Framework, as_of: date | None = None) -> Submissions:
    """Reads a folder and the folders in it: returns in every CSV file except `manifest.csv`, and the headers of lists.

    Args:
        folder: The folder of submissions.
        framework: The framework of the names.
        as_of: The day of the report. Days of receipt after both this day and today are refused.

    Returns:
        The submissions. Every mistake in a file is in their `problems`.

    Raises:
        SubmissionsError: The folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionsError(f"there is no folder of submissions at `{folder}`")
    words = Vocabulary(framework)
    files, problems = files_in(folder)
    manifest = read_manifest(files, max(date.today(), as_of or date.min))
    problems += manifest.problems
    tables: list[RawTable] = []
    parts: list[ListPart] = []
    received: dict[str, date | None] = {}
    for name, path in files.items():
        if is_passed_over(path):
            continue
        if lists := list_of(name, framework):
            for list_id in lists:
                parts += read_list_parts(path, name, list_id, framework, manifest.arrivals.get(name))
            continue
        if name == MANIFEST:
            continue
        format_ = READERS.get(path.suffix.lower())
        if format_ is None or format_.returns is None:
            kind = "no-format" if format_ is None else "not-read"
            problems.append(Problem(name, None, None, None, None, kind, say(kind)))
            continue
        received[name] = manifest.received_on(name)
        try:
            with unchanged(path):
                table, more = format_.returns(path, name, words.score, received[name])
        except (*DAMAGED, ValueError) as error:
            message = say("unreadable", why=why_unreadable(error))
            table, more = None, [Problem(name, None, None, None, None, "unreadable", message)]
        problems += more
        if table is not None:
            tables.append(table)
    read = [*received, *(part.file for part in parts)]
    problems += manifest.unnamed(dict.fromkeys(read))
    submissions = _with_lists(_understand(tables, problems, received, words), parts, framework)
    return replace(submissions, undated=manifest.undated(read))


def _with_lists(submissions: Submissions, parts: list[ListPart], framework: Framework) -> Submissions:
    """Submissions with the parts of lists and the problems of these."""
    of_lists = problems_frame(problem._replace(item=part.list) for part in parts for problem in part.problems)
    of_lists = with_senders(of_lists, framework)
    return replace(submissions, lists=tuple(parts), problems=together(submissions.problems, of_lists))


def _as_text(column: pl.Series) -> pl.Series:
    """A column's values as texts, in the notation of a file: floats without an exponent."""
    try:
        texts = column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series([None if value is None else str(value) for value in column], dtype=pl.String)
    if column.dtype.is_float():
        # an exponent, as in 1e-7, is the notation of Polars and no mistake of the sender
        short = texts.unique().drop_nulls()
        short = short.filter(short.str.contains("[0-9]e"))
        plain = {text: format(Decimal(text), "f") for text in short}
        texts = texts.replace(plain) if plain else texts
    return texts


def _understand(
    tables: Iterable[RawTable], problems: list[Problem], received: Mapping[str, date | None], words: Vocabulary
) -> Submissions:
    """Submissions from raw tables: each cell is read, then compared with the others.

    Args:
        tables: The returns.
        problems: The problems of their files so far.
        received: The day of receipt of each file.
        words: The names of the framework.
    """
    found = Found(problems=problems)
    for table in tables:
        lay_out(table, words, found)
    readings = CELLS.empty()
    problem_frames = [problems_frame(found.problems)]
    if found.cells:
        read, more = Reader(words).read(pl.concat(found.cells))
        read, repeats = settle(read, words)
        problem_frames += [*more, repeats, compare_times(read, words)]
        readings = make_good(read, words).select(CELLS.names)
    if found.set_aside:
        unread = pl.concat(found.set_aside).with_columns(
            pl.col("text").fill_null(""),
            pl.lit("invalid", STATE).alias("state"),
            pl.lit("unknown", OUTCOME).alias("outcome"),
        )
        columns = CELLS.polars().items()
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in columns if name not in unread.columns]
        readings = pl.concat([readings, unread.with_columns(missing).select(CELLS.names)])
        readings = readings.sort(PLACE, maintain_order=True)
    readings = READINGS.check(readings.with_columns(days_of_periods()))
    problem_frames.append(standing_cells(readings, words.framework, date.max).problems)
    return Submissions(
        readings=readings,
        problems=with_senders(together(*problem_frames), words.framework, readings),
        files=_count(readings, received),
        framework=words.framework,
    )


def _count(readings: pl.DataFrame, received: Mapping[str, date | None]) -> pl.DataFrame:
    """The number of cells of each file that were read, used (equal repeats included) and set aside."""
    of_use = pl.col("outcome").is_in(["used", "repeated"])
    counts = readings.group_by("file").agg(
        pl.len().cast(pl.Int64).alias("read"),
        of_use.sum().cast(pl.Int64).alias("used"),
        (~of_use).sum().cast(pl.Int64).alias("set_aside"),
        agency=pl.when(pl.col("agency").drop_nulls().n_unique() == 1).then(pl.col("agency").drop_nulls().first()),
    )
    types = {"file": pl.String, "received_on": pl.Date}
    files = pl.DataFrame({"file": list(received), "received_on": list(received.values())}, schema=types)
    files = files.join(counts, on="file", how="left").sort("file")
    return FILES.check(files.with_columns(pl.col("read", "used", "set_aside").fill_null(0)).select(FILES.names))
