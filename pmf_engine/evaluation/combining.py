"""Combining figures: groups to the agency's total where the agency sent none, and agencies to one figure."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pmf_engine.domain.numbers import NEAR, SNAP
from pmf_engine.domain.periods import Cadence
from pmf_engine.domain.reason_codes import NOT_RECEIVED, figure_number, is_absent, reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.expected import SENT
from pmf_engine.evaluation.inputs import AGENCY, CELL, Inputs
from pmf_engine.framework.changes import owed
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.period_groups import PERIOD_OF_GROUPS, groups_wanted
from pmf_engine.submissions.wholes import adds_up

_NO_DATA = reason_code(Status.NO_DATA)

_MOST_NAMED = 5
"""How many missing groups a reason names."""


def over_groups(inputs: Inputs, cells: pl.LazyFrame) -> pl.LazyFrame:
    """An agency's total from the cells of its groups: their sum (of grades, the worst), if every group has a value.

    Groups make totals in the figure's own periods only, not in longer periods. Of several complete breakdowns the first
    in the framework's order counts; where their totals differ, the figure is invalid.

    A trace keeps `cells` (those of the total; without a total, all cells) and `breakdowns` (`by`, `value`, `code` and
    `cells` of each breakdown, in the framework's order).
    """
    code, value, has_value = pl.col("code"), pl.col("value"), pl.col("code") == 0
    # Two breakdowns with different totals are not both right, and the data do not show which one is.
    differ = value.max() - value.min() > NEAR * value.abs().max()
    refused = code.filter(code > _NO_DATA).max()
    trace = [
        pl.struct("by", "value", "code", "cells").alias("breakdowns"),
        pl.col("cells").filter(has_value).first().alias("taken"),
        pl.col("cells").explode(),
    ]
    totals = (
        _by_breakdown(inputs, cells)
        .sort(*SENT, "place")
        .group_by(*SENT, maintain_order=True)
        .agg(
            value.filter(has_value).first(),
            _reason_of_gravest(),
            code=pl.when(refused.is_not_null())
            .then(refused)
            .when(differ)
            .then(reason_code(Status.INVALID))
            .when(has_value.any())
            .then(0)
            .otherwise(_NO_DATA)
            .cast(pl.UInt32),
            **({column.meta.output_name(): column for column in trace} if inputs.traced else {}),
        )
        .with_columns(value=pl.when(has_value).then(value))
    )
    if not inputs.traced:
        return totals
    return totals.with_columns(cells=pl.when(has_value).then("taken").otherwise("cells")).drop("taken")


def _by_breakdown(inputs: Inputs, cells: pl.LazyFrame) -> pl.LazyFrame:
    """An agency's total by each breakdown, with the breakdown's `place` in the framework's order.

    A breakdown has no total, and says so in `why`, where a group of the period has no cell or the figure does not add
    up.
    """
    places = pl.LazyFrame(
        list(enumerate(inputs.framework.breakdowns)), schema={"place": pl.UInt32, "by": pl.String}, orient="row"
    )
    code, value, has_value = pl.col("code"), pl.col("value"), pl.col("code") == 0
    wanted = groups_wanted(cells.select(PERIOD_OF_GROUPS).unique(), inputs.spans)
    absent = pl.col("wanted").list.set_difference("sent").list.sort()
    incomplete = pl.when(pl.col("absent").list.len() > 0).then(_NO_DATA).otherwise(0).cast(pl.UInt32)
    named = pl.format("{} of `{}` is missing", pl.col("absent").list.head(_MOST_NAMED).list.join(", "), "by")
    adding = [id_ for id_, figure in inputs.framework.figures.items() if figure.kind == "grade" or adds_up(figure)]
    has_no_sum = ~pl.col("figure").is_in(adding)
    return (
        cells.join(inputs.senders.lazy(), on="figure")
        .filter(pl.col("months") == pl.col("own_months"))
        .sort(*SENT, "by", "group")
        .group_by(*SENT, "by", maintain_order=True)
        .agg(
            total(value).alias("sum"),
            value.min().alias("worst"),
            code.max(),
            _reason_of_gravest(),
            pl.col("group").drop_nulls().unique().alias("sent"),
            *([pl.col(CELL).alias("cells")] if inputs.traced else []),
        )
        .join(places, on="by")
        .join(wanted, on=list(PERIOD_OF_GROUPS), how="left")
        .with_columns(absent=absent)
        .with_columns(
            code=pl.max_horizontal("code", incomplete), why=pl.coalesce("why", pl.when(incomplete > 0).then(named))
        )
        .with_columns(
            code=pl.when(has_no_sum).then(pl.max_horizontal("code", _NO_DATA)).otherwise("code"),
            why=pl.when(has_no_sum).then(pl.lit("it does not add up over groups")).otherwise("why"),
        )
        .with_columns(value=pl.when(has_value).then(pl.when(inputs.is_of_kind("grade")).then("worst").otherwise("sum")))
    )


def _reason_of_gravest() -> pl.Expr:
    """The reason of the gravest code, as an aggregate: of several the first by its text, whatever the order of rows."""
    return pl.col("why").filter(pl.col("code") == pl.col("code").max()).min()


def over_agencies(inputs: Inputs, facts: pl.LazyFrame, by: str | None) -> pl.LazyFrame:
    """Figures over their agencies: the sum of numbers, the worst grade.

    A figure that does not add up has no value over several agencies.

    Columns: figure, start, months, group, value, `code` (strict: every agency must have sent the figure) and `lenient`
    (some agencies may have sent nothing).
    """
    soft = pl.col("code").filter(is_absent(pl.col("code"))).max().fill_null(0)
    hard = pl.col("code").filter(~is_absent(pl.col("code"))).max().fill_null(0)
    number = figure_number(pl.col("figure"))
    agencies = pl.Enum(sorted(inputs.framework.agencies))
    every = pl.lit(1) if by == AGENCY else pl.col("senders") - _not_owed(inputs.framework)
    rows = (
        facts.with_columns(pl.col("agency").cast(agencies).to_physical())
        .group_by("figure", "start", "months", "group")
        .agg(
            total(pl.col("value").sort_by("agency")).alias("sum"),
            pl.col("value").min().alias("worst"),
            soft.alias("soft"),
            hard.alias("hard"),
            pl.col("value").count().alias("values"),
            pl.col("agency").n_unique().alias("sent"),
        )
        .sort("figure", "start", "months", "group")
        .join(inputs.senders.lazy(), on="figure")
        # A period longer than the figure's own counts only where every agency sent it.
        .filter((pl.col("months") == pl.col("own_months")) | (pl.col("sent") >= every))
        # An agency that has not answered an ad hoc request has no row.
        .with_columns(soft=pl.when(pl.col("sent") < every).then(pl.max_horizontal("soft", _NO_DATA)).otherwise("soft"))
        .with_columns(
            hard=pl.when(pl.col("figure").is_in(numbers_apart(inputs)) & (every > 1))
            .then(pl.max_horizontal("hard", _NO_DATA))
            .otherwise("hard")
        )
        .with_columns(
            value=pl.when(inputs.is_of_kind("grade")).then("worst").otherwise("sum"),
            code=pl.max_horizontal("hard", "soft"),
        )
    )
    code = pl.when(pl.col("code") > 0).then(pl.col("code") + number).otherwise(0)
    does_without = (pl.col("hard") == 0) & (pl.col("values") > 0)
    hard = pl.when(pl.col("hard") > 0).then(pl.col("hard") + number).otherwise(NOT_RECEIVED)
    lenient = pl.when(does_without).then(0).otherwise(hard)
    codes = {"code": code.cast(pl.UInt32), "lenient": lenient.cast(pl.UInt32)}
    return rows.select("figure", "start", "months", "group", "value", **codes)


def numbers_apart(inputs: Inputs) -> list[str]:
    """The ids of figures that are numbers and do not add up."""
    return [id_ for id_, figure in inputs.framework.figures.items() if figure.is_apart]


def with_sums_refused(
    inputs: Inputs, facts: pl.LazyFrame, figures: Iterable[str], cadence: Cadence, by: str | None
) -> pl.LazyFrame:
    """Facts, where those that cannot add up over agencies or over time become `no_data`, with the reason in `why`."""
    several, longer = [], []
    for name in figures:
        figure = inputs.framework.figures[name]
        if figure.is_apart and len(figure.agencies) > 1 and by != AGENCY:
            several.append(name)
        elif figure.is_apart and figure.kind == "flow" and figure.cadence.months < cadence.months:
            longer.append(name)
    if not several and not longer:
        return facts
    has_value = pl.col("code") == 0
    over_agencies_, over_time = pl.col("figure").is_in(several), pl.col("figure").is_in(longer)
    dimension = pl.when(over_agencies_).then(pl.lit("agencies")).otherwise(pl.lit("time"))
    refused = has_value & (over_agencies_ | over_time)
    return facts.with_columns(
        code=pl.when(refused).then(pl.lit(_NO_DATA, dtype=pl.UInt32)).otherwise("code"),
        why=pl.when(refused).then(pl.format("it does not add up over {}", dimension)).otherwise("why"),
    )


def _not_owed(framework: Framework) -> pl.Expr:
    """How many agencies of a row's figure do not owe it in the row's period: they began later, or ended before."""
    figure, start, end = pl.col("figure").cast(pl.String), pl.col("start"), pl.col("start") + pl.col("months")
    agencies = framework.agencies.values()
    dated = {agency.id for agency in agencies if agency.succeeds or (agency.since, agency.until) != (None, None)}
    outside = []
    for source in framework.figures.values() if dated else ():
        for agency in dated.intersection(source.agencies):
            since, until = owed(framework, source, agency)
            if since is not None:
                outside.append((figure == source.id) & (end <= since))
            if until is not None:
                outside.append((figure == source.id) & (start >= until))
    return pl.sum_horizontal(is_outside.cast(pl.UInt32) for is_outside in outside) if outside else pl.lit(0, pl.UInt32)


def total(values: pl.Expr) -> pl.Expr:
    """The sum of a column, as an aggregate; 0 where the sum is only a rounding error.

    The last digit of a sum of decimals depends on the order of adding, and so on the number of threads: such a sum is
    rounded to fifteen digits, which every float keeps. Whole numbers add up exactly.

    >>> pl.select(pl.Series([0.1, 0.2, -0.3])).select(total(pl.all())).item()
    0.0
    """
    sum_ = values.sum()
    exact = pl.when(sum_ == sum_.floor()).then(sum_).otherwise(sum_.round_sig_figs(15))
    return pl.when(sum_.abs() > values.abs().max() * SNAP).then(exact).otherwise(0.0)
