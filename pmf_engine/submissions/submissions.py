"""What agencies sent: every cell of their returns read, checked and accounted for.

Nothing is guessed and nothing is dropped in silence: each cell is used or set aside, and what is set aside is
a problem that says where it stands and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from pmf_engine.domain.numbers import NEAR
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.folder import (
    EDGES,
    MANIFEST,
    PROBLEMS,
    Problem,
    Table,
    files_in,
    listed,
    meant,
    read_csv,
    read_manifest,
    say,
)
from pmf_engine.submissions.list_files import ListPart, list_of, list_part_of, read_list_parts
from pmf_engine.submissions.readings import (
    OUTCOME,
    READINGS,
    STATE,
    WHOLE_WORDS,
    Found,
    Reader,
    Vocabulary,
    fold,
    lay_out,
)

KEY = ("figure", "agency", "start", "months", "by", "group")
"""What a cell speaks for."""

FILES = {"file": pl.String, "received_on": pl.Date, "read": pl.Int64, "used": pl.Int64, "set_aside": pl.Int64}
_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".parquet", ".tsv")
"""What people send sheets as; other files are notes."""

_LOCK = "~$"
"""How the names of files begin that Excel keeps beside those that are open."""

_PLACE = ("file", "sheet", "row", "column")
_KEYED = pl.all_horizontal(pl.col("figure", "agency", "start").is_not_null())
_SPOT = pl.struct("text", "file", "row", "beside")
_KNOWN = _KEYED & (pl.col("by").is_null() == pl.col("group").is_null())


class SubmissionsError(Exception):
    """There is no such folder of submissions; the message says so in a sentence."""


@dataclass(frozen=True)
class Submissions:
    """All that was sent, as three frames.

    `readings` has a row for every cell read: `figure`, `agency`, `start` and `months` of its period (see
    `periods`), `by` and `group` (both null for the whole), `value`, `state`, `text` as sent, `comment`, where it
    stands (`file`, `sheet`, `row`, `column`), `received_on`, `outcome`, and the day `until` which a group that could
    not be recognised counts, if later files made it good. What could not be recognised is null.
    `problems` has a row for everything a person should look at: `file`, `sheet`, `row`, `column`, `text`, `kind`
    and `message`. `files` counts the cells of each file: `read` is always `used` and `set_aside` together.
    `lists` are the files that hold records; these are read when they are evaluated, and counted then.
    """

    readings: pl.DataFrame
    problems: pl.DataFrame
    files: pl.DataFrame
    lists: tuple[ListPart, ...] = ()

    @property
    def cells(self) -> pl.DataFrame:
        """One reading for each figure, agency, period and group: the one used, or a refused one, without value.

        A refused cell of a group that could not be recognised has a `by` and no `group`: it is of no group, but a
        whole made of the groups may not do without it, until a later file makes it good.
        """
        return self.cells_at(date.max)

    def cells_at(self, as_of: date) -> pl.DataFrame:
        """The `cells` as they were on a day: of what was sent again, the latest that had come by then."""
        came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
        open_ = pl.col("until").is_null() | (pl.col("until") > as_of)
        known = self.readings.filter(_KEYED, pl.col("outcome") != "unknown", came, open_)
        standing = pl.col("outcome").is_in(["used", "refused"])
        order: list[str | pl.Expr] = [
            "received_on",
            standing.alias("standing"),
            pl.int_range(pl.len(), 0, -1).alias("place"),
        ]
        latest = known.with_row_index("at").sort(*order, nulls_last=False).unique(KEY, keep="last", maintain_order=True)
        return latest.sort("at").drop("at")

    def groups_at(self, as_of: date) -> pl.DataFrame:
        """Every group that a cell which had come by a day names, refused ones too: columns `by` and `group`."""
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
        """Reads a frame with the columns of a return, long or wide and of any types, by the same rules as a file.

        `name` stands for the file in `readings` and `problems`; rows count from 2, as if below a header. `lists` are
        frames of records, by the list that they are of, with its columns; a LazyFrame is not collected, but read as
        a stream when it is evaluated. Raises KeyError where the framework has no such list, and TypeError where
        something is no frame.
        """
        for what, given in [*([] if returns is None else [("returns", returns)]), *(lists or {}).items()]:
            if not isinstance(given, pl.DataFrame | pl.LazyFrame):
                raise TypeError(f"`{what}` must be a Polars DataFrame or LazyFrame, not {type(given).__name__}")
        for id_ in lists or {}:
            if id_ not in framework.lists:
                raise KeyError(f"unknown list `{id_}`{meant(id_, framework.lists)}")
        pieces = [list_part_of(frame, id_, framework.lists[id_], framework) for id_, frame in (lists or {}).items()]
        if returns is None:
            return _with_lists(_understand([], [], {}, Vocabulary(framework)), pieces)
        frame = returns.collect() if isinstance(returns, pl.LazyFrame) else returns
        texts = [_as_text(column).alias(str(place)) for place, column in enumerate(frame.get_columns())]
        rows = pl.DataFrame(texts).with_row_index("row", 2).cast({"row": pl.Int64})
        if texts:
            rows = rows.filter(~pl.all_horizontal(pl.exclude("row").str.strip_chars(EDGES).fill_null("") == ""))
        table = Table(name, tuple(frame.columns), 1, rows)
        return _with_lists(_understand([table], [], {name: None}, Vocabulary(framework)), pieces)


def read_submissions(folder: str | Path, framework: Framework) -> Submissions:
    """Reads all returns in a folder and the folders in it: every CSV file but `manifest.csv` and those of lists.

    Of files that hold records of a list, CSV, Parquet or Excel, only the headers are read. Raises SubmissionsError
    where there is no such folder. Everything else that is wrong is in `problems`.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionsError(f"there is no folder of submissions at `{folder}`")
    words = Vocabulary(framework)
    files = files_in(folder)
    arrivals, problems = read_manifest(files)
    tables: list[Table] = []
    pieces: list[ListPart] = []
    received: dict[str, date | None] = {}
    for name, path in files.items():
        if path.name.startswith(_LOCK):
            continue
        if held := list_of(name, framework):
            for one in held:
                pieces += read_list_parts(path, name, one, framework, arrivals.get(name))
            continue
        if path.suffix.lower() in _SHEETS:
            problems.append(Problem(name, None, None, None, None, "not-read", say("not-read")))
        if path.suffix.lower() != ".csv" or name == MANIFEST:
            continue
        received[name] = arrivals[name].received_on if name in arrivals else None
        table, more = read_csv(path, name, words.score, received[name])
        problems += more
        if table is not None:
            tables.append(table)
    return _with_lists(_understand(tables, problems, received, words), pieces)


def _with_lists(submissions: Submissions, pieces: list[ListPart]) -> Submissions:
    """Submissions with the files of lists, and what is wrong with these."""
    said = pl.DataFrame([one for piece in pieces for one in piece.problems], schema=PROBLEMS, orient="row")
    return replace(submissions, lists=tuple(pieces), problems=together(submissions.problems, said))


def together(*problems: pl.DataFrame) -> pl.DataFrame:
    """Problems as one frame, each once, in the order of their places."""
    return pl.concat(problems).unique().sort(*_PLACE, "kind", "message", "text")


def _as_text(column: pl.Series) -> pl.Series:
    """A column's values as a person would have written them in a file."""
    try:
        texts = column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series([None if value is None else str(value) for value in column], dtype=pl.String)
    if column.dtype.is_float():
        # plain decimals: 1e-7 is a matter of how floats are shown, not of what was meant
        short = texts.unique().drop_nulls()
        short = short.filter(short.str.contains("[0-9]e"))
        plain = {text: format(Decimal(text), "f") for text in short}
        texts = texts.replace(plain) if plain else texts
    return texts


def _understand(
    tables: Iterable[Table], problems: list[Problem], received: Mapping[str, date | None], words: Vocabulary
) -> Submissions:
    """Tables to submissions: each cell understood, then compared with the others."""
    found = Found(problems=problems)
    for table in tables:
        lay_out(table, words, found)
    readings = pl.DataFrame(schema=READINGS)
    complaints = [pl.DataFrame(found.problems, schema=PROBLEMS, orient="row")]
    if found.cells:
        read, more = Reader(words).read(pl.concat(found.cells))
        read, repeats = _settle(read)
        complaints += [*more, repeats, _compare_wholes(read, words), _compare_times(read, words)]
        readings = _make_good(read, words).select(*READINGS)
    if found.set_aside:
        unread = pl.concat(found.set_aside).with_columns(
            pl.col("text").fill_null(""),
            pl.lit("invalid", STATE).alias("state"),
            pl.lit("unknown", OUTCOME).alias("outcome"),
        )
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in READINGS.items() if name not in unread.columns]
        readings = pl.concat([readings, unread.with_columns(missing).select(*READINGS)])
        readings = readings.sort(_PLACE, maintain_order=True)
    return Submissions(
        readings=readings,
        problems=together(*complaints),
        files=_count(readings, received),
    )


def _count(readings: pl.DataFrame, received: Mapping[str, date | None]) -> pl.DataFrame:
    """How many cells of each file were read, used (an equal repeat is of use) and set aside."""
    of_use = pl.col("outcome").is_in(["used", "repeated"])
    counts = readings.group_by("file").agg(
        pl.len().cast(pl.Int64).alias("read"),
        of_use.sum().cast(pl.Int64).alias("used"),
        (~of_use).sum().cast(pl.Int64).alias("set_aside"),
    )
    files = pl.DataFrame({"file": list(received), "received_on": list(received.values())}, schema_overrides=FILES)
    files = files.join(counts, on="file", how="left").sort("file")
    return files.with_columns(pl.col("read", "used", "set_aside").fill_null(0)).select(*FILES)


# -- sent more than once ------------------------------------------------------------------


def _settle(readings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Makes one of what was sent twice alike, and refuses or supersedes what was not; with the problems."""
    readings = readings.with_row_index("place")
    count = pl.len().over(*KEY)
    twice = readings.filter(_KNOWN).filter(count > 1)
    nothing = pl.DataFrame(schema=PROBLEMS)
    if twice.is_empty():
        return readings, nothing
    twice = twice.with_columns(
        pl.concat_str(
            pl.col("state").cast(pl.String),
            pl.col("value").cast(pl.String).fill_null(""),
            pl.when(pl.col("type") == "text").then("clean").otherwise(pl.lit("")),
            separator="\0",
        ).alias("says"),
        (pl.col("outcome") == "refused").alias("bad"),
    )
    latest = pl.col("latest")
    newest = pl.col("received_on") == pl.col("received_on").max().over(*KEY)
    twice = twice.with_columns(newest.fill_null(False).alias("latest"))
    dated = pl.col("received_on").is_not_null().all() & (~latest).any()
    # what differs in a column nobody knows is not the same thing said twice, unless the latest does without it
    same = pl.col("beside").n_unique() == 1
    plain = same | (dated & (pl.col("beside").filter(latest) == "").all())
    twice = twice.with_columns(
        pl.col("bad").all().over(*KEY).alias("settled"),
        (~plain).over(*KEY).alias("apart"),
        (same & (pl.col("says").n_unique() == 1)).over(*KEY).alias("alike"),
        (plain & dated & (pl.col("says").filter(latest).n_unique() == 1)).over(*KEY).alias("decided"),
    ).with_columns(pl.col("decided") & ~pl.col("alike"))
    first = pl.col("place") == pl.col("place").min().over(*KEY)
    first_latest = pl.col("place") == pl.col("place").filter(latest).min().over(*KEY)
    outcome = (
        pl.when("settled").then(pl.lit("refused"))
        .when("alike").then(pl.when(first).then(pl.lit("used")).otherwise(pl.lit("repeated")))
        .when("decided").then(
            pl.when(~latest).then(pl.lit("superseded"))
            .when("bad").then(pl.lit("refused"))
            .when(first_latest).then(pl.lit("used"))
            .otherwise(pl.lit("repeated"))
        )
        .otherwise(pl.lit("refused"))
    )  # fmt: skip
    twice = twice.with_columns(outcome.cast(OUTCOME).alias("outcome"))
    # what contradicted itself before a later file came is of no value on the days before, either
    told = pl.col("beside").filter(pl.col("beside") != "").n_unique().over(*KEY) > 1
    unsure = (pl.col("says").n_unique().over(*KEY, "received_on") > 1) | (told & (pl.col("beside") != ""))
    void = (pl.col("outcome") == "refused") | ((pl.col("outcome") == "superseded") & unsure)
    twice = twice.with_columns(
        pl.when(pl.col("outcome") == "used")
        .then(
            pl.col("comment")
            .filter(pl.col("outcome") != "superseded")
            .drop_nulls()
            .unique(maintain_order=True)
            .str.join("; ")
            .over(*KEY)
            .replace("", None)
        )
        .otherwise("comment")
        .alias("comment"),
        pl.when(void).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(~void).then("value").alias("value"),
    )
    open_ = twice.filter(~pl.col("settled") & ~pl.col("alike") & ~pl.col("decided"))
    problems = pl.concat([
        _differences(open_.filter(~pl.col("apart")), "says", "sent-twice"),
        _differences(open_.filter("apart"), "beside", "told-apart"),
        _replaced(twice.filter("decided")),
    ])  # fmt: skip
    readings = readings.update(
        twice.select("place", "outcome", "comment", "state", "value"), on="place", include_nulls=True
    )
    return readings, problems


def _differences(twice: pl.DataFrame, what: str, kind: str) -> pl.DataFrame:
    """A problem for each of several cells that differ in `what`, naming the first that it differs from."""
    if twice.is_empty():
        return pl.DataFrame(schema=PROBLEMS)
    differs = pl.col(what) != pl.col(what).first()
    other = pl.when(differs.over(*KEY)).then(_SPOT.first().over(*KEY)).otherwise(
        _SPOT.filter(differs).first().over(*KEY)
    )  # fmt: skip
    return _about(twice.with_columns(other.alias("other")), kind)


def _replaced(twice: pl.DataFrame) -> pl.DataFrame:
    """A problem for each cell that a later file replaced, with the cell that stands now."""
    if twice.is_empty():
        return pl.DataFrame(schema=PROBLEMS)
    other = _SPOT.filter(pl.col("latest")).first().over(*KEY)
    return _about(twice.with_columns(other.alias("other")).filter(pl.col("outcome") == "superseded"), "superseded")


def _about(twice: pl.DataFrame, kind: str) -> pl.DataFrame:
    def words(text: str, file: str, beside: str, other: Mapping[str, object]) -> str:
        where = f"row {other['row']}" if other["file"] == file else f"`{other['file']}` row {other['row']}"
        differ = set(beside.split("\x1e")) ^ set(str(other["beside"]).split("\x1e"))
        columns = listed(sorted({cell.partition("\x1f")[0] for cell in differ if cell}))
        return say(kind, text=text.strip(EDGES), other=str(other["text"]).strip(EDGES), place=where, columns=columns)

    messages = [words(*row) for row in twice.select("text", "file", "beside", "other").iter_rows()]
    return twice.with_columns(pl.lit(kind).alias("kind"), pl.Series("message", messages, pl.String)).select(*PROBLEMS)


def _make_good(readings: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Says in `until` from which day later files stand in the place of cells whose group could not be recognised.

    They do when they name all groups that are listed, or those that were meant; of a text near no group, nobody
    knows that, and another group must have been named for it that its own file did not name.
    """
    of = [*KEY[:4], "by"]
    dated = readings.filter(_KEYED, pl.col("by").is_not_null(), pl.col("received_on").is_not_null())
    lost = dated.filter(pl.col("group").is_null()).group_by(*of, "file", "received_on").agg("group_text")
    if lost.is_empty():
        return readings
    named = dated.filter(pl.col("group").is_not_null()).join(lost, on=of, how="semi")
    by_key = named.sort("received_on").partition_by(of, as_dict=True)
    days: list[date | None] = []
    for *key, file, received_on, texts in lost.iter_rows():
        by = key[-1]
        cells = by_key.get(tuple(key), named.clear()).select("received_on", "file", "group").rows()
        before = {fold(group) for _, its_file, group in cells if its_file == file}
        said = [words.group_meant(by, text) for text in texts if fold(text) not in WHOLE_WORDS]
        wanted = {group for group in said if group is not None}
        groups = {fold(group) for group in words.groups[by].titles} if by in words.groups else None
        now: set[str] = set()
        day = None
        for on, _, group in cells:
            if day is None and on > received_on:
                now.add(fold(group))
                if now == groups or (wanted <= now and len(now - before - wanted) >= said.count(None)):
                    day = on
        days.append(day)
    made = lost.drop("group_text").with_columns(pl.Series("until", days, pl.Date))
    joined = readings.drop("until").join(made, on=made.columns[:-1], how="left", maintain_order="left")
    return joined.with_columns(pl.when(pl.col("group").is_null()).then("until").alias("until"))


# -- wholes and their groups ----------------------------------------------------------------


def _compare_wholes(readings: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """A problem for each whole that is not the sum of its groups, where all of these were sent."""
    numbers = readings.filter(
        _KNOWN, pl.col("outcome").is_in(["used", "refused"]), pl.col("type").is_in(["flow", "stock"])
    )
    groups = numbers.filter(pl.col("by").is_not_null())
    problems: list[tuple[object, ...]] = []
    if not groups.is_empty():
        of = KEY[:4]
        sums = groups.group_by(*of, "by").agg(
            pl.col("value").sort().sum().alias("total"),
            (pl.col("state") == "ok").all().alias("complete"),
            pl.col("group").n_unique().alias("count"),
        )
        all_groups = pl.DataFrame(
            [(by, len(names.titles)) for by, names in words.groups.items()],
            schema={"by": pl.String, "wanted": pl.UInt32},
            orient="row",
        )
        wholes = numbers.filter(pl.col("by").is_null(), pl.col("state") == "ok").drop("by", "group")
        both = wholes.join(sums.join(all_groups, on="by", how="left"), on=of).filter(
            "complete",
            pl.col("wanted").is_null() | (pl.col("count") == pl.col("wanted")),
            (pl.col("value") - pl.col("total")).abs()
            > NEAR * pl.max_horizontal(pl.col("value").abs(), pl.col("total").abs()),
        )
        for file, sheet, row, column, text, by, total in both.select(*_PLACE, "text", "by", "total").iter_rows():
            message = say("whole-differs", text=text.strip(EDGES), by=by, total=f"{total:.12g}")
            problems.append((file, sheet, row, column, text, "whole-differs", message))
    return pl.DataFrame(problems, schema=PROBLEMS, orient="row")


# -- longer periods and their parts -----------------------------------------------------------

_PARTS = {1: "months", 3: "quarters", 6: "half-years"}


def _compare_times(readings: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """A problem for each figure for a longer period that is not what its parts come to, where these were sent.

    Flows add up; of a stock or a grade the last part counts.
    """
    used = readings.filter(_KNOWN, pl.col("outcome") == "used", pl.col("value").is_not_null())
    of = ["figure", "agency", "by", "group"]
    longer = used.filter(pl.col("months") > pl.col("months").min().over(of))
    parts = longer.join(used.select(*of, "start", "months", "value", "text"), on=of, nulls_equal=True, suffix="_part")
    end, end_of_part = pl.col("start") + pl.col("months"), pl.col("start_part") + pl.col("months_part")
    inside = parts.filter(
        pl.col("months_part") < pl.col("months"), pl.col("start_part") >= pl.col("start"), end_of_part <= end
    )
    is_flow = pl.col("type") == "flow"
    summed = (
        inside.filter(is_flow)
        .group_by("place", "months_part")
        .agg(pl.col("value_part").sort().sum(), pl.col("months_part").sum().alias("covered"))
    )
    flows = longer.join(summed, on="place").filter(pl.col("covered") == pl.col("months"))
    lasts = inside.filter(~is_flow, end_of_part == end)
    near = NEAR * pl.max_horizontal(pl.col("value").abs(), pl.col("value_part").abs())
    differ = pl.concat([flows, lasts], how="diagonal").filter((pl.col("value") - pl.col("value_part")).abs() > near)
    problems: list[tuple[object, ...]] = []
    for cell in differ.iter_rows(named=True):
        cadence = Cadence(cell["months"], words.framework.figures[cell["figure"]].cadence.year_start)
        said = f"its {_PARTS[cell['months_part']]} add up to {cell['value_part']:.12g}"
        if cell["type"] != "flow":
            said = f"the last of its {_PARTS[cell['months_part']]} is `{cell['text_part'].strip(EDGES)}`"
        period, text = Period(cell["start"], cadence).label, cell["text"].strip(EDGES)
        message = say("longer-differs", period=period, text=text, parts=said)
        problems.append((*(cell[name] for name in _PLACE), cell["text"], "longer-differs", message))
    return pl.DataFrame(problems, schema=PROBLEMS, orient="row")
