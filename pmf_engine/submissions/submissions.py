"""Submissions: every cell of the agencies' returns read and checked, and the files of their lists.

Reading guesses nothing and drops nothing in silence. Each cell is used or set aside, and each cell set aside has a
problem that names its file and row and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl
from typing_extensions import deprecated

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.domain.dates import day_of
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.period_days import days_of_periods
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.content import Content, register_at, standing_at
from pmf_engine.submissions.cross_checks import compare_times
from pmf_engine.submissions.duplicates import make_good, settle
from pmf_engine.submissions.file_state import unchanged
from pmf_engine.submissions.fingerprint import check_framework, reading_fingerprint
from pmf_engine.submissions.folder import MANIFEST, files_in, read_manifest
from pmf_engine.submissions.frames import Frame, FrameReader, ListFrames, ReceivedOn, SubmissionsError, named
from pmf_engine.submissions.key_numbers import distinct_keys, with_answers
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.limits import why_unreadable
from pmf_engine.submissions.list_files import list_of, read_list_parts
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problems import (
    PLACE,
    Problem,
    problems_frame,
    say,
    together,
    with_senders,
)
from pmf_engine.submissions.readers import READERS, Reader, is_passed_over
from pmf_engine.submissions.readings import CELLS, READINGS
from pmf_engine.submissions.refused_files import with_refused_files
from pmf_engine.submissions.register_rows import contradictions
from pmf_engine.submissions.registers import ACTIONS, MONEY, REQUESTS, REVIEWS, RegisterTable, register_of
from pmf_engine.submissions.returns import Return
from pmf_engine.submissions.sent import Sent, put_together, read_tables
from pmf_engine.submissions.standing_cells import standing_cells
from pmf_engine.submissions.table import DAMAGED
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


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Submissions(Content):
    """What agencies sent: the cells of their returns, the parts of their lists, and the board's registers.

    `read_submissions` and `Submissions.from_frames` make them.

    Attributes:
        readings: A row for every cell read, with the columns of `READINGS`.
        problems: A row for everything that a person should look at, with the columns of `PROBLEMS`.
        files: The number of cells of each file of returns, with the columns of `FILES`.
    """

    def __init__(self) -> None:
        raise TypeError("submissions are made by `read_submissions` from a folder, or by `Submissions.from_frames`")

    def __repr__(self) -> str:
        counts = f"{self.readings.height} cells, {len(self.lists)} parts of lists, {self.problems.height} problems"
        return f"<Submissions of {self.files.height} files: {counts}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.problems._repr_html_()}"

    @property
    def framework_fingerprint(self) -> str | None:
        """The fingerprint of the names by which the submissions were read; None where no framework is known."""
        return None if self.framework is None else reading_fingerprint(self.framework)

    @checked
    def known_at(self, as_of: date) -> Submissions:
        """The submissions received by a day: as they would have been read on that day."""
        as_of = day_of(as_of, "`as_of`")
        return self if self.framework is None else settled(self.sent.known_at(as_of), Vocabulary(self.framework))

    @property
    def cells(self) -> pl.DataFrame:
        """One reading for each figure, agency, period and group: the used one, or a refused one without a value.

        A refused cell of an unknown group has a `by` and no `group`. It is in no group, but a sum of groups has no
        value while the cell counts, which is until later files replace it.
        """
        return standing_at(self, date.max).cells

    @cached_property
    def actions(self) -> pl.DataFrame:
        """A row for each action agreed, with the columns of `ACTIONS`; a later file's row replaces one of its id."""
        return ACTIONS.check(register_at(self, "actions", date.max))

    @cached_property
    def requests(self) -> pl.DataFrame:
        """A row for each request outside the cycle, with the columns of `REQUESTS`."""
        return REQUESTS.check(register_at(self, "requests", date.max))

    @cached_property
    def reviews(self) -> pl.DataFrame:
        """A row for each audit, survey, visit or review, with the columns of `REVIEWS`."""
        return REVIEWS.check(register_at(self, "reviews", date.max))

    @cached_property
    def money(self) -> pl.DataFrame:
        """A row for each line of the board's money, with the columns of `MONEY`; several rows of a key add up."""
        return MONEY.check(register_at(self, "money", date.max))

    @classmethod
    @checked
    def from_frames(
        cls,
        framework: Framework,
        returns: Frame | Mapping[str, Frame] | None = None,
        *,
        lists: Mapping[str, ListFrames] = MappingProxyType({}),
        received_on: ReceivedOn,
        columns: Mapping[str, str] = MappingProxyType({}),
        key: str | None = None,
        name: str = "returns",
    ) -> Submissions:
        """Reads frames by the same rules as files.

        Args:
            framework: The framework of the names.
            returns: A frame with the columns of a return, long or wide and of any types, or several by their names;
                None for lists alone. Rows count from 2, as if below a header.
            lists: By the id of a list, its records, or `Records` with the days that they cover and when they came; or
                several `Records` that came one after the other.
            received_on: The day on which the rows came; or the name of the column of returns that says it; or either
                by the name of the frame (a list's is its id). None, or a frame left out, says that nobody knows: it
                is a problem `arrival-unknown`, and what rests on the frame is not green in a report as of a day
                before today.
            columns: The names of the framework for columns that the frames call otherwise: theirs to ours.
            key: A column of returns that names their rows, such as the key of a table; it comes back as `key` in
                `readings` and `problems`.
            name: The name of a single frame of returns in `readings` and `problems`.

        Raises:
            SubmissionsError: A frame cannot be read to its end, such as a query of a closed connection.
            UnknownName: The framework has no such list, or no frame has a column or name that an argument names.
            TypeError: An argument is of another type, such as a text where a frame is expected.
            ValueError: `received_on` is a column for a list; two frames have one name.
        """
        return _of_frames(FrameReader(framework, received_on, columns, key), named(returns, name), lists)

    @classmethod
    @deprecated("use Submissions.from_frames(framework, returns, received_on=...), which says when the rows came")
    @checked
    def from_frame(
        cls,
        returns: pl.DataFrame | pl.LazyFrame | None,
        framework: Framework,
        *,
        lists: Mapping[str, pl.DataFrame | pl.LazyFrame] | None = None,
        name: str = "returns",
    ) -> Submissions:
        """Reads frames of which nobody says when they came, without a word about that: use `from_frames`."""
        return submissions_of_frames(framework, returns, lists=lists, name=name)

    @classmethod
    @checked
    def combine(cls, *parts: Submissions) -> Submissions:
        """One set of submissions from several, such as a folder and the tables of a database.

        Duplicates and corrections are settled across all parts, as if all had come in one folder.

        Raises:
            MismatchError: The parts were read with different frameworks.
            SubmissionsError: Two parts have a file or frame of the same name.
            ValueError: No part is given.
        """
        frameworks = [part.framework for part in parts if part.framework is not None]
        if not frameworks or len(frameworks) < len(parts):
            raise ValueError("combine needs submissions that were read with a framework")
        for part in parts:
            check_framework(part.framework, frameworks[0])
        files = [file for part in parts for file in part.sent.files]
        if twice := sorted({file for file in files if files.count(file) > 1}):
            raise SubmissionsError(f"two parts have a file called `{twice[0]}`; give the frames of one another `name`")
        words = Vocabulary(frameworks[0])
        return settled(put_together([part.sent for part in parts], words), words)


def submissions_of_frames(
    framework: Framework,
    returns: Frame | None,
    *,
    lists: Mapping[str, Frame] | None = None,
    name: str = "returns",
) -> Submissions:
    """Reads frames as files of a folder without a manifest: undated, and without a problem because of that."""
    reader = FrameReader(framework, None, {}, must_be_dated=False)
    return _of_frames(reader, named(returns, name), lists or {})


def _of_frames(reader: FrameReader, returns: Mapping[str, Frame], lists: Mapping[str, ListFrames]) -> Submissions:
    """The submissions of frames."""
    given, words = reader.read(returns, lists), Vocabulary(reader.framework)
    registers = [RegisterTable(name, table) for table in given.tables if (name := register_of(table.header))]
    tables = [table for table in given.tables if register_of(table.header) is None]
    received = {table.file: table.received_on for table in tables}
    sent = read_tables(tables, given.problems, received, words, registers=registers)
    keys = pl.concat([sent.keys, *given.keys])
    return settled(replace(sent, lists=tuple(given.parts), undated=frozenset(given.undated), keys=keys), words)


@checked
def read_submissions(folder: str | Path | None, framework: Framework, *, as_of: date | None = None) -> Submissions:
    """Reads a folder and the folders in it: returns, the headers of lists, and the registers of the board.

    Args:
        folder: The folder of submissions, such as `framework.submissions`, which is None for a framework from texts.
        framework: The framework of the names.
        as_of: The day of the report. Days of receipt after both this day and today are refused.

    Returns:
        The submissions. Every mistake in a file is in their `problems`.

    Raises:
        SubmissionsError: The folder does not exist, or is None.
    """
    if folder is None:
        raise SubmissionsError("there is no folder of submissions: this framework was read from texts; give a folder")
    return read_folder(folder, framework, as_of, lambda number, count, name: None)


def read_folder(
    folder: str | Path, framework: Framework, as_of: date | None, on_file: Callable[[int, int, str], None]
) -> Submissions:
    """Reads a folder as `read_submissions` does; `on_file` is called before each file.

    Its arguments are the number of the file, from 1, how many there are, and the name of the file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionsError(f"there is no folder of submissions at `{folder}`")
    words = Vocabulary(framework)
    files, problems = files_in(folder)
    manifest = read_manifest(files, max(date.today(), date.min if as_of is None else day_of(as_of, "`as_of`")))
    problems += manifest.problems
    lexicon = Lexicon(words)
    content = Return()
    parts: list[ListPart] = []
    received: dict[str, date | None] = {}
    of_board: set[str] = set()
    for number, (name, path) in enumerate(files.items(), 1):
        on_file(number, len(files), name)
        if is_passed_over(path):
            continue
        format_ = READERS.get(path.suffix.lower())
        lists = list_of(name, framework)
        if lists and format_ is not None and format_.records is None:
            problems.append(Problem(name, None, None, None, None, "not-read", say("not-read")))
            continue
        if lists:
            for list_id in lists:
                parts += read_list_parts(path, name, list_id, framework, manifest.arrivals.get(name))
            continue
        if name == MANIFEST:
            continue
        if format_ is None or format_.returns is None:
            kind = "no-format" if format_ is None else "not-read"
            problems.append(Problem(name, None, None, None, None, kind, say(kind)))
            continue
        read = _read_file(format_.returns, path, name, lexicon, manifest.received_on(name))
        content.extend(read)
        if read.registers and not read.tables:
            of_board.add(name)
        else:
            received[name] = manifest.received_on(name)
    content.read_packs(lexicon)
    problems += content.problems
    problems += manifest.undated_registers(of_board)
    sent_by_agencies = [*received, *(part.file for part in parts)]
    problems += manifest.unnamed(dict.fromkeys(sent_by_agencies))
    sent = read_tables(content.tables, problems, received, words, content.aside, content.registers)
    sent = with_refused_files(sent, lexicon)
    return settled(replace(sent, lists=tuple(parts), undated=manifest.undated(sent_by_agencies)), words)


def _read_file(read: Reader, path: Path, name: str, lexicon: Lexicon, received_on: date | None) -> Return:
    """The content of a file of returns or registers; a problem alone where it cannot be read."""
    try:
        with unchanged(path):
            return read(path, name, lexicon, received_on)
    except (*DAMAGED, ValueError) as error:
        message = say("unreadable", why=why_unreadable(error))
        return Return(problems=[Problem(name, None, None, None, None, "unreadable", message)])


def settled(sent: Sent, words: Vocabulary) -> Submissions:
    """The submissions from what was sent: cells of one key are compared, and the problems of lists added.

    Args:
        sent: Every cell, and the list parts.
        words: The names of the framework.
    """
    problems = [sent.problems, contradictions(sent.registers)]
    readings = sent.cells.select(CELLS.names)
    if sent.cells.height:
        cells, repeats = settle(sent.cells, words)
        problems += [repeats, compare_times(cells, words)]
        readings = make_good(cells, words).select(CELLS.names)
    if sent.unread.height:
        readings = pl.concat([readings, sent.unread]).sort(PLACE, maintain_order=True)
    readings = _with_keys(READINGS.check(_with_days(readings)), sent.keys)
    standing = standing_cells(readings, words.framework, date.max)
    problems.append(standing.problems)
    of_returns = with_senders(together(*problems), words.framework, readings)
    of_lists = problems_frame(problem._replace(item=part.list) for part in sent.lists for problem in part.problems)
    content = Content(
        readings=readings,
        problems=_with_keys(together(of_returns, with_senders(of_lists, words.framework)), sent.keys),
        files=_count(readings, sent.received),
        lists=sent.lists,
        framework=words.framework,
        undated=sent.undated,
        sent=sent,
        standing=standing,
    )
    return as_submissions(content)


def _with_days(readings: pl.DataFrame) -> pl.DataFrame:
    """Readings with the first and last day of their periods."""
    rows, places = distinct_keys(readings, ["start", "months"])
    return with_answers(readings, readings[rows].select(days_of_periods()), places)


def as_submissions(content: Content) -> Submissions:
    """Content with what programs may ask it."""
    submissions = object.__new__(Submissions)
    Content.__init__(submissions, *(getattr(content, attribute.name) for attribute in fields(content)))
    return submissions


def _with_keys(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Readings or problems with the keys of their rows."""
    if keys.is_empty():
        return rows
    keyed = rows.drop("key").join(keys, on=["file", "row"], how="left", maintain_order="left")
    return keyed.select(rows.columns)


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
