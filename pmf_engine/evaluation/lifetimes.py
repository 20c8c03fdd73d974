"""Beginnings, ends and successions: which cells count, for which agency, and in which periods rows are measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.framework.changes import measured_months, takeovers
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.problems import Problem, problems_frame, say

_END = pl.col("start") + pl.col("months")


def without_dates(framework: Framework) -> Framework:
    """The framework of examples: without beginnings and ends, as examples may be about any period."""
    return replace(
        framework,
        agencies={
            id_: replace(agency, since=None, until=None, succeeds=()) for id_, agency in framework.agencies.items()
        },
        figures={id_: replace(figure, since=None, until=None) for id_, figure in framework.figures.items()},
        lists={id_: replace(list_, since=None, until=None) for id_, list_ in framework.lists.items()},
    )


def there(since: str = "since", until: str = "until") -> pl.Expr:
    """Whether the period of a row ends within a lifetime, by its first month and the month after its last."""
    begun = pl.col(since).is_null() | (pl.col(since) < _END)
    return begun & (pl.col(until).is_null() | (pl.col(until) >= _END))


def group_dates(framework: Framework) -> pl.DataFrame:
    """The groups that begin or end: `by`, `group`, `since`, `until`."""
    return pl.DataFrame(
        [
            (by, group.name, group.since, group.until)
            for by, breakdown in framework.breakdowns.items()
            for group in breakdown.groups or ()
            if group.since is not None or group.until is not None
        ],
        schema={"by": pl.String, "group": pl.String, "since": pl.Int32, "until": pl.Int32},
        orient="row",
    )


def of_their_time(framework: Framework, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Drops cells of groups and figures outside their lifetime, and reports a problem for each one with a value.

    A value of a group outside its lifetime belongs to an unknown other group: the cell stays as `invalid` without a
    group, so that the agency's whole is invalid where it is the sum of its groups.
    """
    dates = group_dates(framework).rename({"since": "group_since", "until": "group_until"})  # cells have an `until`
    sources = pl.DataFrame(
        [
            (figure.id, figure.since, figure.until)
            for figure in framework.figures.values()
            if figure.since or figure.until
        ],
        schema={"figure": pl.String, "begins": pl.Int32, "ends": pl.Int32},
        orient="row",
    )
    if dates.is_empty() and sources.is_empty():
        return cells, problems_frame([])
    columns = cells.columns
    placed = cells.join(dates, on=["by", "group"], how="left", maintain_order="left").join(
        sources, on="figure", how="left", maintain_order="left"
    )
    overlaps = (pl.col("group_since").is_null() | (pl.col("group_since") < _END)) & (
        pl.col("group_until").is_null() | (pl.col("start") < pl.col("group_until"))
    )
    asked = (pl.col("begins").is_null() | (pl.col("begins") < _END)) & (
        pl.col("ends").is_null() | (pl.col("start") < pl.col("ends"))
    )
    given = pl.col("state").cast(pl.String) != "no_data"
    strays = placed.filter(~(overlaps & asked) & given)
    problems = problems_frame(_problems(framework, strays.iter_rows(named=True)))
    kept = placed.filter(asked, overlaps | given).with_columns(
        state=pl.when(overlaps).then("state").otherwise(pl.lit("invalid", placed.schema["state"])),
        value=pl.when(overlaps).then("value"),
        group=pl.when(overlaps).then("group"),
    )
    return kept.select(columns), problems


def _problems(framework: Framework, strays: Iterable[Mapping[str, Any]]) -> Iterable[Problem]:
    """A problem for each cell outside the lifetime of its group or figure."""
    for row in strays:
        figure = framework.figures[str(row["figure"])]
        cadence = Cadence(int(str(row["months"])), figure.cadence.year_start)
        period = Period(int(str(row["start"])), cadence).label
        name = figure.id if row["group_since"] is None and row["group_until"] is None else str(row["group"])
        message = say("not-then", what=name, period=period)
        yield Problem(str(row["file"]), row["sheet"], row["row"], row["column"], row["text"], "not-then", message)


def under_successors(framework: Framework, cells: pl.DataFrame) -> pl.DataFrame:
    """Moves cells of predecessors to the agency that succeeded them, and adds their parts up.

    Where a predecessor has not sent its part, there is no cell: the period is late. Where both predecessors and
    successor sent the same period, the cell is refused.
    """
    table = _predecessors(framework)
    if table.is_empty():
        return cells
    moved = cells.join(table, on=["figure", "agency"], how="inner", maintain_order="left")
    others = cells.join(table, on=["figure", "agency"], how="anti", maintain_order="left")
    period = ["figure", "heir", "start", "months"]
    parts = moved.select(period).unique().join(table.rename({"agency": "part"}), on=["figure", "heir"])
    due = parts.filter(there()).group_by(period).agg(parts=pl.col("part").sort())
    merged = _added_up(moved, [*period, "by", "group"], framework, cells.columns)
    alone = (pl.col("came").list.len() == 1) & pl.col("came").list.contains(pl.col("heir"))
    heir_too = pl.col("came").list.contains(pl.col("heir")) & ~pl.col("parts").list.contains(pl.col("heir"))
    merged = (
        merged.join(due, on=period, how="left", maintain_order="left")
        .with_columns(alone=alone, doubled=heir_too & ~alone)
        .filter((pl.col("came") == pl.col("parts")).fill_null(False) | pl.col("alone") | pl.col("doubled"))
        .with_columns(state=pl.when("doubled").then(pl.lit("invalid")).otherwise("state"))
        .with_columns(
            value=pl.when(pl.col("state") == "ok").then("value"),
            state=pl.col("state").cast(cells.schema["state"]),
            agency="heir",
        )
    )
    return pl.concat([others, merged.select(pl.col(name).cast(cells.schema[name]) for name in cells.columns)])


def _predecessors(framework: Framework) -> pl.DataFrame:
    """Each agency that owes a figure (`heir`) with its predecessors and itself: `figure`, `agency`, `heir`, dates."""
    pairs: list[tuple[str, str, str, int | None, int | None]] = []
    for figure in framework.figures.values():
        for agency in figure.agencies:
            senders = takeovers(framework, agency)
            if len(senders) > 1:
                pairs += [
                    (figure.id, sender.id, agency, sender.since, sender.until)
                    for sender in senders
                    if sender.id == agency or sender.id not in figure.agencies
                ]
    schema = {"figure": pl.String, "agency": pl.String, "heir": pl.String, "since": pl.Int32, "until": pl.Int32}
    return pl.DataFrame(pairs, schema=schema, orient="row")


def _added_up(moved: pl.DataFrame, key: list[str], framework: Framework, columns: list[str]) -> pl.DataFrame:
    """One cell for each period and group of an heir, with `came`: the agencies of the cells in the sum.

    Numbers add up, except figures without sums; the worst grade and the gravest state count.
    """
    grades = [id_ for id_, figure in framework.figures.items() if figure.kind == "grade"]
    states = pl.col("state").cast(pl.String)
    gravest = (
        pl.when((states == "invalid").any()).then(pl.lit("invalid"))
        .when((states == "suppressed").any()).then(pl.lit("suppressed"))
        .when((states == "no_data").any()).then(pl.lit("no_data"))
        .otherwise(pl.lit("ok"))
    )  # fmt: skip
    no_sums = [id_ for id_, figure in framework.figures.items() if figure.is_apart]
    no_sum = pl.col("figure").first().is_in(no_sums) & (pl.col("agency").n_unique() > 1) & (gravest == "ok")
    joined = {name: pl.col(name).first() for name in columns if name not in (*key, "agency", "value", "state")}
    if "why" in joined:
        joined["why"] = pl.when(no_sum).then(pl.lit("it does not add up over agencies")).otherwise(joined["why"])
    for name, mark in (("text", " + "), ("file", ", "), ("comment", " ")):
        if name in joined:
            joined[name] = pl.col(name).drop_nulls().unique(maintain_order=True).str.join(mark)
    if "other" in joined:
        by_groups = pl.coalesce("other", "value").sum()
        joined["other"] = pl.when(pl.col("other").is_not_null().any()).then(by_groups)
    worst, total = pl.col("value").min(), pl.col("value").sum()
    return moved.group_by(key, maintain_order=True).agg(
        value=pl.when(pl.col("figure").first().is_in(grades)).then(worst).otherwise(total),
        state=pl.when(no_sum).then(pl.lit("no_data")).otherwise(gravest),
        came=pl.col("agency").unique().sort(),
        **joined,
    )


def measured(rows: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Rows of the periods in which their indicator is measured and their group exists."""
    indicators = pl.LazyFrame(
        [(id_, *measured_months(framework, indicator)) for id_, indicator in framework.indicators.items()],
        schema={"indicator": pl.String, "since": pl.Int32, "until": pl.Int32},
        orient="row",
    )
    rows = rows.join(indicators, on="indicator", how="left", maintain_order="left").filter(there())
    rows = rows.drop("since", "until")
    dates = group_dates(framework)
    if dates.is_empty():
        return rows
    rows = rows.join(dates.lazy(), on=["by", "group"], how="left", maintain_order="left").filter(there())
    return rows.drop("since", "until")
