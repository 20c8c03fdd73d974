"""Duplicates: which of several cells with one key is used, repeated, superseded or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.key_numbers import may_repeat
from pmf_engine.submissions.problems import PROBLEMS, listed, problems_of_cells, say
from pmf_engine.submissions.readings import KEY, KEYED, KNOWN, OUTCOME
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.vocabulary import Vocabulary, fold

_SPOT = pl.struct("text", "file", "row", "beside")


def settle(readings: pl.DataFrame, words: Vocabulary) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gives each of several cells with one key its outcome.

    Cells that agree are one `used` cell and its repeats. Of cells that differ, the latest file's cell supersedes the
    others; where the latest file does not give one value, all are refused.

    Args:
        readings: The cells of all returns.
        words: The names of the framework.

    Returns:
        The readings with their outcomes, and the problems.
    """
    readings = readings.with_row_index("place")
    known = readings.filter(KNOWN, pl.col("outcome") != "unknown")
    twice = known.filter(may_repeat(known, KEY)).filter(pl.len().over(*KEY) > 1)
    nothing = PROBLEMS.empty()
    if twice.is_empty():
        return readings, nothing
    twice = _with_values(_with_outcomes(twice))
    open_ = twice.filter(~pl.col("settled") & ~pl.col("alike") & ~pl.col("decided"))
    problems = pl.concat([
        _differences(open_.filter(~pl.col("apart")), "says", "sent-twice", words),
        _differences(open_.filter("apart"), "beside", "told-apart", words),
        _replaced(twice.filter("decided"), words),
    ])  # fmt: skip
    readings = readings.update(
        twice.select("place", "outcome", "comment", "state", "value"), on="place", include_nulls=True
    )
    return readings, problems


def _with_outcomes(twice: pl.DataFrame) -> pl.DataFrame:
    """Adds the outcome of each cell, and the flags of its key that explain the outcome.

    The flags: `settled`, all cells of the key are refused already; `alike`, all give the same value; `decided`, the
    latest file gives one value; `apart`, an unknown column differs between the cells.
    """
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
    # cells that differ in an unknown column are no duplicates, unless the latest file leaves that column blank
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
    return twice.with_columns(outcome.cast(OUTCOME).alias("outcome"))


def _with_values(twice: pl.DataFrame) -> pl.DataFrame:
    """Used cells with the comments of all their repeats; refused and contradicted cells without their value."""
    # a file that contradicts itself gives no value on the days before its successor either
    contradicted = pl.col("beside").filter(pl.col("beside") != "").n_unique().over(*KEY) > 1
    ambiguous = (pl.col("says").n_unique().over(*KEY, "received_on") > 1) | (contradicted & (pl.col("beside") != ""))
    void = (pl.col("outcome") == "refused") | ((pl.col("outcome") == "superseded") & ambiguous)
    return twice.with_columns(
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


def _differences(twice: pl.DataFrame, what: str, kind: str, words: Vocabulary) -> pl.DataFrame:
    """A problem at each cell that names the first cell of the same key with another `what`."""
    if twice.is_empty():
        return PROBLEMS.empty()
    differs = pl.col(what) != pl.col(what).first()
    other = pl.when(differs.over(*KEY)).then(_SPOT.first().over(*KEY)).otherwise(
        _SPOT.filter(differs).first().over(*KEY)
    )  # fmt: skip
    return _about(twice.with_columns(other.alias("other")), kind, words)


def _replaced(twice: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """A problem at each superseded cell that names the cell used in its place."""
    if twice.is_empty():
        return PROBLEMS.empty()
    other = _SPOT.filter(pl.col("latest")).first().over(*KEY)
    return _about(
        twice.with_columns(other.alias("other")).filter(pl.col("outcome") == "superseded"), "superseded", words
    )


def _about(twice: pl.DataFrame, kind: str, words: Vocabulary) -> pl.DataFrame:
    """A problem of a kind at each cell, from the cell and the `other` cell that its message names.

    Args:
        twice: Cells with `text`, `file`, `beside` and `other`, a struct of the columns of `_SPOT`.
        kind: The kind of problem.
        words: The names of the framework.
    """

    def message(text: str, file: str, beside: str, other: Mapping[str, object]) -> str:
        where = f"row {other['row']}" if other["file"] == file else f"`{other['file']}` row {other['row']}"
        differ = set(beside.split("\x1e")) ^ set(str(other["beside"]).split("\x1e"))
        columns = listed(sorted({cell.partition("\x1f")[0] for cell in differ if cell}))
        return say(kind, text=text.strip(EDGES), other=str(other["text"]).strip(EDGES), place=where, columns=columns)

    messages = [message(*row) for row in twice.select("text", "file", "beside", "other").iter_rows()]
    with_messages = twice.with_columns(pl.lit(kind).alias("kind"), pl.Series("message", messages, pl.String))
    return problems_of_cells(with_messages, words.framework)


def make_good(readings: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Fills `until` of cells with an unknown group: the day from which later files replace them.

    That is the day by which later files name all listed groups of the breakdown, or every group that the unknown texts
    are near. For each text near no group, they must name a further group that the cell's own file does not name.
    """
    of = [*KEY[:4], "by"]
    dated = readings.filter(
        KEYED, pl.col("outcome") != "unknown", pl.col("by").is_not_null(), pl.col("received_on").is_not_null()
    )
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
        meant = [words.group_meant(by, text) for text in texts if not words.is_total(by, text)]
        wanted = {group for group in meant if group is not None}
        groups = {fold(group) for group in words.groups[by].titles} if by in words.groups else None
        now: set[str] = set()
        until = None
        for on, _, group in cells:
            if until is None and on > received_on:
                now.add(fold(group))
                if now == groups or (wanted <= now and len(now - before - wanted) >= meant.count(None)):
                    until = on
        days.append(until)
    replaced = lost.drop("group_text").with_columns(pl.Series("until", days, pl.Date))
    joined = readings.drop("until").join(replaced, on=replaced.columns[:-1], how="left", maintain_order="left")
    return joined.with_columns(pl.when(pl.col("group").is_null()).then("until").alias("until"))
