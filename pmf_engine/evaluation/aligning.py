"""Aligning figures to the periods of an indicator: flows add up; the last stock or grade of a period counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import figure_number, is_awaited, reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.combining import numbers_apart, total
from pmf_engine.evaluation.figure_facts import of_figures
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.framework.model import Figure

ALIGNED = ("figure", "start", "group", "value", "code", "lenient")
"""The columns of aligned figures: `start` of the indicator's period; `code` and `lenient` as in `over_agencies`."""

ALIGNED_TRACE = ("taken", "waits_for")
"""The columns of a trace: `taken`, the periods that counted (each with `start` and `months`), and `waits_for`, the
first month of the missing period that an earlier period replaces."""


def lasts(own: Cadence, cadence: Cadence) -> bool:
    """Whether a stock or grade lasts: no period of its `own` cadence ends with each period of another cadence.

    >>> lasts(Cadence(12, 4), Cadence(3, 4)), lasts(Cadence(1, 4), Cadence(3, 4)), lasts(Cadence(3, 2), Cadence(3, 4))
    (True, False, True)
    """
    return own.months > cadence.months or (own.year_start - cadence.year_start) % own.months != 0


def taken_periods(own: Cadence, is_flow: bool, period: Period) -> list[Period]:
    """The periods of a figure's own cadence that count in a period of an indicator.

    All own periods of a flow that begin in the period count; of a stock or grade the last one. The data may choose
    others: a longer period as sent replaces its parts, and a stock that lasts replaces the next one until that comes.

    >>> quarter = Cadence(3, 4).holding(2016 * 12 + 3)
    >>> [taken.label for taken in taken_periods(Cadence(1, 4), True, quarter)]
    ['2016-04', '2016-05', '2016-06']
    >>> [taken.label for taken in taken_periods(Cadence(1, 4), False, quarter)]
    ['2016-06']
    >>> [taken.label for taken in taken_periods(Cadence(12, 4), False, quarter)]
    ['2016-17']
    """
    if not is_flow and lasts(own, period.cadence):
        return [own.holding(period.end - 1)]
    if own.months == period.cadence.months:
        return [Period(period.start, own)]
    if not is_flow:
        return [last_own_period(own, period)]
    return [Period(month, own) for month in range(period.start, period.end) if own.holding(month).start == month]


def last_own_period(own: Cadence, period: Period) -> Period:
    """The period of a figure's own cadence that ends with a period of an indicator."""
    return Period(period.end - own.months, own)


def aligned(inputs: Inputs, combined: pl.LazyFrame, figures: Sequence[str], cadence: Cadence) -> pl.LazyFrame:
    """Figures over agencies (see `over_agencies`) in the periods of a cadence; columns as `ALIGNED`."""
    members: dict[tuple[Cadence, bool], list[str]] = {}
    for name in figures:
        figure = inputs.framework.figures[name]
        members.setdefault((figure.cadence, figure.kind == "flow"), []).append(name)
    parts = []
    for (own, is_flow), names in members.items():
        frame = of_figures(combined, names)
        times = _times(inputs.window.worked_out(cadence), own, is_flow)
        if not is_flow and lasts(own, cadence):
            parts.append(_counts_on(inputs, frame, times, own))
        elif own.months == cadence.months:
            parts.append(_as_sent(inputs, frame, cadence))
        else:
            parts.append(_shorter(inputs, frame, times, own, cadence, is_flow))
    if not parts:  # a formula may name no figure at all
        return combined.drop("months")
    return pl.concat(parts)


def _times(periods: Iterable[Period], own: Cadence, is_flow: bool) -> pl.LazyFrame:
    """The first months `at` of periods, and `start` of each of a figure's own periods that count in them."""
    rows = [(period.start, taken.start) for period in periods for taken in taken_periods(own, is_flow, period)]
    return pl.LazyFrame(rows, schema={"at": pl.Int32, "start": pl.Int32}, orient="row")


def _trace(inputs: Inputs, taken: pl.Expr, waits_for: pl.Expr | None = None) -> dict[str, pl.Expr]:
    """The columns of a trace; none without a trace."""
    if not inputs.traced:
        return {}
    return {"taken": taken, "waits_for": pl.lit(None, dtype=pl.Int32) if waits_for is None else waits_for}


def _columns(inputs: Inputs) -> list[str]:
    return [*ALIGNED, *(ALIGNED_TRACE if inputs.traced else ())]


def _as_sent(inputs: Inputs, frame: pl.LazyFrame, cadence: Cadence) -> pl.LazyFrame:
    """The figures that agencies sent for periods of the cadence's own length."""
    sent = frame.filter(pl.col("months") == cadence.months)
    return sent.with_columns(**_trace(inputs, pl.concat_list(pl.struct("start", "months")))).select(_columns(inputs))


def _shorter(
    inputs: Inputs, frame: pl.LazyFrame, times: pl.LazyFrame, own: Cadence, cadence: Cadence, is_flow: bool
) -> pl.LazyFrame:
    """Figures of shorter periods: the sum of flows, the last stock or grade; a longer period as sent replaces both."""
    as_sent = _as_sent(inputs, frame, cadence)
    parts = frame.filter(pl.col("months") == own.months).join(times, on="start")
    period = pl.struct("start", "months")
    if is_flow:
        keys: list[pl.Expr | str] = ["figure", pl.col("at"), "group"]
        parts = (
            parts.sort("start")  # sums of decimals depend on the order
            .group_by(*keys, maintain_order=True)
            .agg(total(pl.col("value")), pl.col("code", "lenient").max(), **_trace(inputs, period))
            .rename({"at": "start"})
            .with_columns(_without_sum(inputs, name) for name in ("code", "lenient"))
        )
    else:
        parts = parts.with_columns(start="at", **_trace(inputs, pl.concat_list(period)))
    parts = parts.select(_columns(inputs))
    return pl.concat([as_sent, parts.join(as_sent, on=["figure", "start", "group"], how="anti")])


def _without_sum(inputs: Inputs, name: str) -> pl.Expr:
    """A code column, at least `no_data` for a figure that does not add up over time."""
    no_data = (figure_number(pl.col("figure")) + reason_code(Status.NO_DATA)).cast(pl.UInt32)
    has_no_sum = pl.col("figure").is_in(numbers_apart(inputs))
    return pl.when(has_no_sum).then(pl.max_horizontal(name, no_data)).otherwise(name).alias(name)


def _counts_on(inputs: Inputs, frame: pl.LazyFrame, times: pl.LazyFrame, own: Cadence) -> pl.LazyFrame:
    """Stocks and grades that last: the value of the own period, or of the period before until the own one comes."""
    own_rows = frame.filter(pl.col("months") == own.months)
    keys = ["figure", "group"]
    columns = ["value", "code", "lenient", "start"]
    pairs = (
        times.join(own_rows, on="start")
        .with_columns(before=pl.col("start") - own.months)
        .join(
            own_rows.select(*keys, pl.col("start").alias("before"), pl.col(columns).name.suffix("_before")),
            on=[*keys, "before"],
            how="left",
        )
    )
    waits = is_awaited(pl.col("code")) & (pl.col("code_before") == 0).fill_null(False)
    chosen = {name: pl.when(waits).then(f"{name}_before").otherwise(name) for name in columns}
    taken = pl.concat_list(pl.struct(chosen["start"].alias("start"), "months"))
    trace = _trace(inputs, taken, pl.when(waits).then("start"))
    return pairs.select(
        "figure", pl.col("at").alias("start"), "group", *(chosen[name].alias(name) for name in columns[:3]), **trace
    )


def facts_by_period(inputs: Inputs, facts: pl.LazyFrame, figures: Iterable[str], cadence: Cadence) -> pl.LazyFrame:
    """Facts by the `start` of the cadence's periods in which they count.

    Adds `apart`, whether the figure lasts over the cadence's periods, and `lacked_in`: the name of the fact's own
    period where `apart`, else of the cadence's period.
    """
    used = [inputs.framework.figures[name] for name in figures]
    first = pl.col("start") - (pl.col("start") - (cadence.year_start - 1)) % cadence.months
    is_last = pl.col("start") + pl.col("months") == first + cadence.months
    covered = pl.when("apart").then((pl.col("own_months") // cadence.months).clip(1)).otherwise(1)
    apart = pl.when("apart")
    return (
        facts.join(_own_cadences(inputs, used, cadence), on="figure")
        .filter((pl.col("months") == cadence.months) | (pl.col("months") == pl.col("own_months")))
        .filter(pl.col("apart") | pl.col("is_flow") | is_last)
        .with_columns(own_start="start", start=first, covered=pl.int_ranges(0, covered))
        .explode("covered")
        .with_columns(start=(pl.col("start") + pl.col("covered") * cadence.months).cast(pl.Int32))
        .with_columns(
            own_months=apart.then("own_months").otherwise(cadence.months),
            own_year=apart.then("own_year").otherwise(cadence.year_start),
            own_start=apart.then("own_start").otherwise("start"),
        )
        .join(_labels(inputs, used, cadence), on=["own_months", "own_year", "own_start"], how="left")
    )


def _own_cadences(inputs: Inputs, figures: Iterable[Figure], cadence: Cadence) -> pl.LazyFrame:
    """The cadence of each figure, whether it lasts over the indicator's, and whether the figure is a flow."""
    return pl.LazyFrame(
        [(figure.id, *figure.cadence, lasts(figure.cadence, cadence), figure.kind == "flow") for figure in figures],
        schema={
            "figure": inputs.names,
            "own_months": pl.Int32,
            "own_year": pl.Int32,
            "apart": pl.Boolean,
            "is_flow": pl.Boolean,
        },
        orient="row",
    )


def _labels(inputs: Inputs, figures: Iterable[Figure], cadence: Cadence) -> pl.LazyFrame:
    """The names of the periods of an indicator's cadence and of those of its figures."""
    return pl.LazyFrame(
        [
            (*own, period.start, period.label)
            for own in {cadence, *(figure.cadence for figure in figures)}
            for period in inputs.window.expected(own)
        ],
        schema={"own_months": pl.Int32, "own_year": pl.Int32, "own_start": pl.Int32, "lacked_in": pl.String},
        orient="row",
    )
