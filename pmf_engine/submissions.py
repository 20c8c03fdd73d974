"""What agencies sent: every cell of their returns read, checked and accounted for.

Nothing is guessed and nothing is dropped in silence: each cell is used or set aside, and what is set aside is
a problem that says where it stands and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from pmf_engine.cells import OUTCOME, READINGS, STATE, Found, Reader, Vocabulary, lay_out
from pmf_engine.framework import Framework
from pmf_engine.manifest import EDGES, MANIFEST, PROBLEMS, Problem, Table, files_in, read_csv, read_manifest, say

KEY = ("figure", "agency", "start", "months", "by", "group")
"""What a cell speaks for."""

FILES = {"file": pl.String, "received_on": pl.Date, "read": pl.Int64, "used": pl.Int64, "set_aside": pl.Int64}
_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".parquet", ".tsv")
"""What people send sheets as; other files are notes."""

_PLACE = ("file", "sheet", "row", "column")
_KEYED = pl.all_horizontal(pl.col("figure", "agency", "start").is_not_null())
_KNOWN = _KEYED & (pl.col("by").is_null() == pl.col("group").is_null())


class SubmissionsError(Exception):
    """There is no such folder of submissions; the message says so in a sentence."""


@dataclass(frozen=True)
class Submissions:
    """All that was sent, as three frames.

    `readings` has a row for every cell read: `figure`, `agency`, `start` and `months` of its period (see
    `periods`), `by` and `group` (both null for the whole), `value`, `state`, `text` as sent, `comment`, where it
    stands (`file`, `sheet`, `row`, `column`), `received_on` and `outcome`. What could not be recognised is null.
    `problems` has a row for everything a person should look at: `file`, `sheet`, `row`, `column`, `text`, `kind`
    and `message`. `files` counts the cells of each file: `read` is always `used` and `set_aside` together.
    """

    readings: pl.DataFrame
    problems: pl.DataFrame
    files: pl.DataFrame

    @property
    def cells(self) -> pl.DataFrame:
        """One reading for each figure, agency, period and group: the one used, or a refused one, without value.

        A refused cell of a group that could not be recognised has a `by` and no `group`: it is of no group, but a
        whole made of the groups may not do without it.
        """
        return self.cells_at(date.max)

    def cells_at(self, as_of: date) -> pl.DataFrame:
        """The `cells` as they were on a day: of what was sent again, the latest that had come by then."""
        came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
        known = self.readings.filter(_KEYED, pl.col("outcome") != "unknown", came)
        standing = pl.col("outcome").is_in(["used", "refused"])
        order = ["received_on", standing.alias("standing"), pl.int_range(pl.len(), 0, -1).alias("place")]
        latest = known.with_row_index("at").sort(*order, nulls_last=False).unique(KEY, keep="last", maintain_order=True)
        return latest.sort("at").drop("at")

    def groups_at(self, as_of: date) -> pl.DataFrame:
        """Every group that a cell which had come by a day names, refused ones too: columns `by` and `group`."""
        came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
        named = self.readings.filter(came, pl.col("by").is_not_null(), pl.col("group").is_not_null())
        return named.select("by", "group").unique().sort("by", "group")

    @classmethod
    def from_frame(
        cls, returns: pl.DataFrame | pl.LazyFrame, framework: Framework, *, name: str = "returns"
    ) -> Submissions:
        """Reads a frame with the columns of a return, long or wide and of any types, by the same rules as a file.

        `name` stands for the file in `readings` and `problems`; rows count from 2, as if below a header.
        """
        frame = returns.collect() if isinstance(returns, pl.LazyFrame) else returns
        texts = [_as_text(column).alias(str(place)) for place, column in enumerate(frame.get_columns())]
        rows = pl.DataFrame(texts).with_row_index("row", 2).cast({"row": pl.Int64})
        if texts:
            rows = rows.filter(~pl.all_horizontal(pl.exclude("row").str.strip_chars(EDGES).fill_null("") == ""))
        return _understand([Table(name, tuple(frame.columns), 1, rows)], [], {name: None}, Vocabulary(framework))


def read_submissions(folder: str | Path, framework: Framework) -> Submissions:
    """Reads all returns in a folder and the folders in it: every CSV file but `manifest.csv`.

    Raises SubmissionsError where there is no such folder. Everything else that is wrong is in `problems`.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionsError(f"there is no folder of submissions at `{folder}`")
    words = Vocabulary(framework)
    files = files_in(folder)
    arrivals, problems = read_manifest(files)
    tables: list[Table] = []
    received: dict[str, date | None] = {}
    for name, path in files.items():
        if path.suffix.lower() in _SHEETS:
            problems.append(Problem(name, None, None, None, None, "not-read", say("not-read")))
        if path.suffix.lower() != ".csv" or name == MANIFEST:
            continue
        received[name] = arrivals[name].received_on if name in arrivals else None
        table, more = read_csv(path, name, words.score, received[name])
        problems += more
        if table is not None:
            tables.append(table)
    return _understand(tables, problems, received, words)


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
        complaints += [*more, repeats, _compare_wholes(read, words)]
        readings = read.select(*READINGS)
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
        problems=pl.concat(complaints).unique().sort(*_PLACE, "kind", "message"),
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
    # rows of one file that differ in a column nobody knows are not the same thing said twice
    other_rows = (pl.col("file").n_unique() == 1) & (pl.col("beside").n_unique() > 1)
    alike = ((pl.col("says").n_unique() == 1) & ~other_rows).over(*KEY)
    twice = twice.with_columns(
        pl.col("bad").all().over(*KEY).alias("settled"),
        alike.alias("alike"),
        (pl.col("received_on") == pl.col("received_on").max().over(*KEY)).fill_null(False).alias("latest"),
    )
    latest = pl.col("latest")
    decided = (
        pl.col("received_on").is_not_null().all()
        & (~latest).any()
        & (pl.col("says").filter(latest).n_unique() == 1)
    ).over(*KEY)  # fmt: skip
    twice = twice.with_columns((decided & ~pl.col("alike")).alias("decided"))
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
        pl.when(pl.col("outcome") == "refused").then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(pl.col("outcome") != "refused").then("value").alias("value"),
    )
    open_ = twice.filter(~pl.col("settled") & ~pl.col("alike") & ~pl.col("decided"))
    problems = pl.concat([_differences(open_), _replaced(twice.filter("decided"))])
    readings = readings.update(
        twice.select("place", "outcome", "comment", "state", "value"), on="place", include_nulls=True
    )
    return readings, problems


def _differences(twice: pl.DataFrame) -> pl.DataFrame:
    """A problem for each of several cells that contradict each other, naming the first that it contradicts."""
    if twice.is_empty():
        return pl.DataFrame(schema=PROBLEMS)
    differs = pl.col("says") != pl.col("says").first()
    spot = pl.struct("text", "file", "row")
    # where only an unknown column tells them apart, none `differs`, and the first two name each other
    is_first = pl.col("place") == pl.col("place").first().over(*KEY)
    next_ = pl.when(is_first).then(spot.get(1).over(*KEY)).otherwise(spot.first().over(*KEY))
    unlike = pl.coalesce(spot.filter(differs).first().over(*KEY), next_)
    other = pl.when(differs.over(*KEY)).then(spot.first().over(*KEY)).otherwise(unlike)
    return _about(twice.with_columns(other.alias("other")), "sent-twice")


def _replaced(twice: pl.DataFrame) -> pl.DataFrame:
    """A problem for each cell that a later file replaced, with the cell that stands now."""
    if twice.is_empty():
        return pl.DataFrame(schema=PROBLEMS)
    other = pl.struct("text", "file", "row").filter(pl.col("latest")).first().over(*KEY)
    return _about(twice.with_columns(other.alias("other")).filter(pl.col("outcome") == "superseded"), "superseded")


def _about(twice: pl.DataFrame, kind: str) -> pl.DataFrame:
    def words(text: str, file: str, other: Mapping[str, object]) -> str:
        where = f"row {other['row']}" if other["file"] == file else f"`{other['file']}` row {other['row']}"
        return say(kind, text=text.strip(EDGES), other=str(other["text"]).strip(EDGES), place=where)

    messages = [words(*row) for row in twice.select("text", "file", "other").iter_rows()]
    return twice.with_columns(pl.lit(kind).alias("kind"), pl.Series("message", messages, pl.String)).select(*PROBLEMS)


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
            > 1e-9 * pl.max_horizontal(pl.col("value").abs(), pl.col("total").abs()),
        )
        for file, sheet, row, column, text, by, total in both.select(*_PLACE, "text", "by", "total").iter_rows():
            message = say("whole-differs", text=text.strip(EDGES), by=by, total=f"{total:.12g}")
            problems.append((file, sheet, row, column, text, "whole-differs", message))
    return pl.DataFrame(problems, schema=PROBLEMS, orient="row")
