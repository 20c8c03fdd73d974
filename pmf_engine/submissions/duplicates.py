"""Cells that were sent more than once: which is used, repeated, superseded or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.problems import PROBLEMS, listed, problems_of_cells, say
from pmf_engine.submissions.readings import KEY, KEYED, KNOWN, OUTCOME
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.vocabulary import Vocabulary, fold

_SPOT = pl.struct("text", "file", "row", "beside")


def settle(readings: pl.DataFrame, words: Vocabulary) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Makes one of what was sent twice alike, and refuses or supersedes what was not; with the problems."""
    readings = readings.with_row_index("place")
    count = pl.len().over(*KEY)
    twice = readings.filter(KNOWN, pl.col("outcome") != "unknown").filter(count > 1)
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
    """Adds the outcome of each cell of those that were sent for one key, and why: see `settle`.

    `settled` where all are refused, `alike` where all say the same, `decided` where the latest says one thing, `apart`
    where only a column that nobody knows tells them apart.
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
    return twice.with_columns(outcome.cast(OUTCOME).alias("outcome"))


def _with_values(twice: pl.DataFrame) -> pl.DataFrame:
    """Cells with the comments of all that say the same, and without the values that nothing decides."""
    # what contradicted itself before a later file came is of no value on the days before, either
    told = pl.col("beside").filter(pl.col("beside") != "").n_unique().over(*KEY) > 1
    unsure = (pl.col("says").n_unique().over(*KEY, "received_on") > 1) | (told & (pl.col("beside") != ""))
    void = (pl.col("outcome") == "refused") | ((pl.col("outcome") == "superseded") & unsure)
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
    """A problem for each of several cells that differ in `what`, naming the first that it differs from."""
    if twice.is_empty():
        return PROBLEMS.empty()
    differs = pl.col(what) != pl.col(what).first()
    other = pl.when(differs.over(*KEY)).then(_SPOT.first().over(*KEY)).otherwise(
        _SPOT.filter(differs).first().over(*KEY)
    )  # fmt: skip
    return _about(twice.with_columns(other.alias("other")), kind, words)


def _replaced(twice: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """A problem for each cell that a later file replaced, with the cell that stands now."""
    if twice.is_empty():
        return PROBLEMS.empty()
    other = _SPOT.filter(pl.col("latest")).first().over(*KEY)
    return _about(
        twice.with_columns(other.alias("other")).filter(pl.col("outcome") == "superseded"), "superseded", words
    )


def _about(twice: pl.DataFrame, kind: str, words: Vocabulary) -> pl.DataFrame:
    def message(text: str, file: str, beside: str, other: Mapping[str, object]) -> str:
        where = f"row {other['row']}" if other["file"] == file else f"`{other['file']}` row {other['row']}"
        differ = set(beside.split("\x1e")) ^ set(str(other["beside"]).split("\x1e"))
        columns = listed(sorted({cell.partition("\x1f")[0] for cell in differ if cell}))
        return say(kind, text=text.strip(EDGES), other=str(other["text"]).strip(EDGES), place=where, columns=columns)

    messages = [message(*row) for row in twice.select("text", "file", "beside", "other").iter_rows()]
    told = twice.with_columns(pl.lit(kind).alias("kind"), pl.Series("message", messages, pl.String))
    return problems_of_cells(told, words.framework)


def make_good(readings: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Says in `until` from which day later files stand in the place of cells whose group could not be recognised.

    They do when they name all groups that are listed, or those that were meant; of a text near no group, nobody
    knows that, and another group must have been named for it that its own file did not name.
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
        said = [words.group_meant(by, text) for text in texts if not words.is_total(by, text)]
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
