"""Control charts: whether an indicator's own history shows a special cause, or only chance at work.

`CHARTS` is the table of kinds of chart: individual values and their moving ranges (XmR), and Laney's p′ and u′ where
denominators differ. The signals are those that the health service in England uses. The chart of a period uses the
history up to it and nothing later, so that a later evaluation never changes what an earlier report printed. Method of
signals and assurance: NHS England, "Making data count: strengthening your decisions" (2019). `chart_limits`
computes the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import polars as pl

from pmf_engine.domain.numbers import close
from pmf_engine.domain.status import Assurance, ChartName, NoSignal, Signal, SpecialCause
from pmf_engine.formula.compute.comparisons import compare, less
from pmf_engine.judgement.chart_limits import (
    CHART,
    DIFFERENCE,
    SIGMAS,
    away,
    individual_limits,
    proportion_limits,
    rate_limits,
)
from pmf_engine.judgement.history_row import HistoryRow

LEAST: Final = 12
"""Points that a chart needs: limits of fewer are too uncertain to judge by."""

RUN: Final = 7
"""Points in a trend, and in a shift."""

AUTO: Final = "auto"
"""The word of a tolerance entry that leaves the kind of chart to the denominators."""

NO_CHART: Final = "none"
"""The word of a tolerance entry for no chart."""


_READ: Final = [name for name in CHART.names if name not in ("points", "no_signal", "rebased", "rebased_because")]
"""The columns of `CHART` that only rows with a chart have."""


@dataclass(frozen=True)
class Chart:
    """The control chart of a series in one period, with the columns of `CHART`.

    `signal_points` are the periods that give the signal, oldest first. `gap` is the last period without a value before
    the points of the chart; None where the chart reaches back to the first value.
    """

    points: int | None
    mean: float | None
    lower_limit: float | None
    upper_limit: float | None
    signal: str | None
    side: int | None
    special_cause: str | None
    signal_points: tuple[str, ...]
    no_signal: str | None
    gap: str | None
    assurance: str | None
    chart: str | None
    sigma_z: float | None
    rebased: str | None
    rebased_because: str | None


def read_chart(rows: Sequence[HistoryRow]) -> Chart:
    """Reads the chart of a period from the rows of its series up to it, sorted by start."""
    row = rows[-1]
    before = rows[: len(rows) - row.points] if row.points else ()
    is_rebased = bool(row.points) and row.rebased == rows[len(rows) - (row.points or 0)].period
    has_gap = not is_rebased and any(earlier.points for earlier in before)
    gap = before[-1].period if has_gap else None
    points_of = {rule.signal: rule.points for rule in SIGNAL_RULES}
    giving = points_of[Signal(row.signal)](rows) if row.signal is not None else ()
    return Chart(
        points=row.points,
        mean=row.mean,
        lower_limit=row.lower_limit,
        upper_limit=row.upper_limit,
        signal=row.signal,
        side=row.side,
        special_cause=row.special_cause,
        signal_points=tuple(point.period for point in giving),
        no_signal=row.no_signal,
        gap=gap,
        assurance=row.assurance,
        chart=row.chart,
        sigma_z=row.sigma_z,
        rebased=row.rebased,
        rebased_because=row.rebased_because,
    )


def charted(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds the columns of `CHART` to rows that are sorted by series and start.

    Args:
        frame: The number of the series (`line`); `value`, `numerator`, `denominator`, `known` (whether there is a
            value), `start` and `months` of the row; `kind` (of the number), `ratio`, `per`, `regular` (not ad hoc) and
            `sums` (whether it adds up over several periods) of the indicator, and `rebased_from` (the month in which
            limits last began anew), `rebased` and `rebased_because`; of the tolerance entry in force `asked_chart`,
            `sign` (see `bands.SIGNS`), `gap` (the distance to the good band, where polarity is `close`), `aim` (the one
            constant end of the good band) and `aim_open` (whether that end is outside the band).
    """
    frame = _stretches(frame).cache()
    long = frame.filter(pl.col("points") == LEAST).select("stretch")
    charts = _charts(frame.join(long, on="stretch", how="semi", maintain_order="left"))
    frame = frame.join(charts, on="at", how="left", maintain_order="left")
    return frame.drop("at", "new", "stretch", "range")


def _charts(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The charts of rows in stretches that are long enough for one: the row's `at`, and the columns of `_READ`."""
    frame = _drawn(frame)
    for name, kind in CHARTS.items():
        frame = kind.limits(frame, name)
    lower, upper = away(-1.0), away(1.0)
    attributes = pl.col("chart") != ChartName.XMR
    frame = frame.with_columns(
        lower_limit=pl.when(attributes).then(lower.clip(0.0)).otherwise(lower),
        upper_limit=pl.when(pl.col("chart") == ChartName.P).then(upper.clip(None, 100.0)).otherwise(upper),
    )
    frame = _signals(frame)
    usual_gap = pl.col("gap").cum_sum().over("stretch") / pl.col("gap").cum_count().over("stretch")
    frame = frame.with_columns(usual_gap=usual_gap)
    frame = frame.with_columns(special_cause=_special_cause()).with_columns(assurance=_assurance())
    return frame.select("at", *_READ)


def _stretches(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Numbers the stretches of periods without a gap, counts the points up to each, and says why there is no chart.

    A chart does not reach across a gap: two points with a period missing between them have no moving range, and the
    mean of the time between is unknown. Nor does a chart reach across a month in which limits begin anew.
    """
    begins = pl.col("line") != pl.col("line").shift(1)
    begins |= pl.col("rebased_from").ne_missing(pl.col("rebased_from").shift(1))
    point = pl.col("known") & (pl.col("kind") != "grade") & pl.col("regular") & ~pl.col("sums")
    point &= (pl.col("asked_chart") != NO_CHART).fill_null(True)
    follows = point & point.shift(1) & (pl.col("start") == pl.col("start").shift(1) + pl.col("months"))
    at = pl.col("at")
    earlier = point.cast(pl.Int64).cum_sum().over("line") > pl.col("points")
    return (
        frame.with_columns(new=(begins | ~follows).fill_null(True), at=pl.int_range(pl.len(), dtype=pl.Int64))
        .with_columns(
            stretch=pl.when(point).then(
                pl.col("new").cast(pl.Int64).cum_sum()
            ),  # rows without a point share the null stretch, one window
            points=pl.when(point).then(at - pl.when("new").then(at).forward_fill() + 1),
        )
        .with_columns(
            range=pl.when(~pl.col("new")).then((pl.col("value") - pl.col("value").shift(1)).abs()),
            no_signal=_no_signal(point, earlier),
        )
    )


def _no_signal(point: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """Why there is no chart: the indicator has none, the period has no value, or the stretch has too few points."""
    few = pl.col("points") < LEAST
    since = (pl.col("start") - pl.col("rebased_from")) // pl.col("months") + 1
    return (
        pl.when(pl.col("kind") == "grade")
        .then(pl.lit(NoSignal.GRADE))
        .when(~pl.col("regular"))
        .then(pl.lit(NoSignal.AD_HOC))
        .when("sums")
        .then(pl.lit(NoSignal.SUMS))
        .when(pl.col("asked_chart") == NO_CHART)
        .then(pl.lit(NoSignal.NOT_ASKED))
        .when(~point)
        .then(pl.lit(NoSignal.NO_VALUE))
        .when(few & earlier & (pl.col("points") == since))
        .then(pl.lit(NoSignal.REBASED))
        .when(few & earlier)
        .then(pl.lit(NoSignal.GAP))
        .when(few)
        .then(pl.lit(NoSignal.TOO_FEW))
        .cast(CHART.polars()["no_signal"])
    )


def _drawn(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The kind of chart of each row (`chart`), and columns for its lines: `mean`, `margin` and `sigma_z`.

    `margin` is the distance from the mean to a limit, for a denominator of 1 where the limits depend on the
    denominator. A tolerance entry names the kind, or leaves the choice to the denominators: where these differ by more
    than a quarter of their mean, the chart is p′ or u′. A rate of events below zero has an XmR chart.
    """
    size, events = pl.col("denominator"), pl.col("numerator")
    usual_size = size.cum_sum().over("stretch") / size.cum_count().over("stretch")
    differ = less(usual_size * DIFFERENCE, size.cum_max().over("stretch") - size.cum_min().over("stretch"))
    countable = (events.cum_min().over("stretch") >= 0) & (size.cum_min().over("stretch") > 0)
    asked = pl.col("asked_chart").fill_null(AUTO)
    name = pl.lit(ChartName.XMR.value)
    for kind_name in CHARTS:
        ratio = ChartName(kind_name).ratio
        if ratio is not None:
            fits = (pl.col("ratio") == ratio) & pl.col("per").is_not_null() & countable
            wanted = (asked == kind_name) | ((asked == AUTO) & differ)
            name = pl.when((fits & wanted).fill_null(False)).then(pl.lit(kind_name)).otherwise(name)
    chart = pl.when(pl.col("no_signal").is_null()).then(name).cast(CHART.polars()["chart"])
    null = pl.lit(None, dtype=pl.Float64)
    return frame.with_columns(chart=chart, drawn=chart.cast(pl.String), mean=null, margin=null, sigma_z=null)


def _signals(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds `signal`, the first of `SIGNAL_RULES` that the row's point gives with those before it, and its `side`."""
    signal, side = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.Int8)
    for rule in reversed(SIGNAL_RULES):
        high, low = rule.high(), rule.low()
        signal = pl.when(high | low).then(pl.lit(rule.signal.value)).otherwise(signal)
        side = pl.when(high).then(pl.lit(1, dtype=pl.Int8)).when(low).then(pl.lit(-1, dtype=pl.Int8)).otherwise(side)
    readable = pl.col("no_signal").is_null()
    return frame.with_columns(
        signal=pl.when(readable).then(signal).cast(CHART.polars()["signal"]), side=pl.when(readable).then(side)
    )


def _special_cause() -> pl.Expr:
    """Whether a signal is a concern or an improvement, by polarity; null where it is neither.

    Where polarity is `close`, a signal is a concern if the value is further outside the good band than on average, an
    improvement if it is nearer, and neither if all values are inside. Without a band in force, a signal is neither.
    """
    usual_gap = pl.col("usual_gap")
    towards_good = pl.col("side") * pl.col("sign")
    better = (
        pl.when(pl.col("sign") == 0).then(less(pl.col("gap"), usual_gap)).otherwise(towards_good > 0).fill_null(False)
    )
    worse = (
        pl.when(pl.col("sign") == 0).then(less(usual_gap, pl.col("gap"))).otherwise(towards_good < 0).fill_null(False)
    )
    cause = pl.when(better).then(pl.lit(SpecialCause.IMPROVEMENT)).when(worse).then(pl.lit(SpecialCause.CONCERN))
    return pl.when(pl.col("signal").is_not_null()).then(cause).cast(CHART.polars()["special_cause"])


def _assurance() -> pl.Expr:
    """Whether chance alone will meet the target: consistently, by chance, or never, while the process stays the same.

    The target is the one constant end of the good band. It is met consistently where both limits meet it, never where
    neither does. Null without such an end or without a chart; during a signal, as the process may have changed; and
    where the value itself contradicts the limits.
    """

    def met(limit: str) -> pl.Expr:
        value, aim = pl.col(limit), pl.col("aim")
        at_least = pl.when("aim_open").then(compare(">", value, aim)).otherwise(compare(">=", value, aim))
        at_most = pl.when("aim_open").then(compare("<", value, aim)).otherwise(compare("<=", value, aim))
        return pl.when(pl.col("sign") > 0).then(at_least).when(pl.col("sign") < 0).then(at_most)

    low, high, now = met("lower_limit"), met("upper_limit"), met("value")
    testable = pl.col("aim").is_not_null() & pl.col("mean").is_not_null() & pl.col("signal").is_null()
    return (
        pl.when(testable & low & high & now)
        .then(pl.lit(Assurance.CONSISTENTLY))
        .when(testable & ~low & ~high & ~now)
        .then(pl.lit(Assurance.NEVER))
        .when(testable & (low != high))
        .then(pl.lit(Assurance.BY_CHANCE))
        .cast(CHART.polars()["assurance"])
    )


# -- the tables ------------------------------------------------------------------------


@dataclass(frozen=True)
class SignalRule:
    """A signal of control charts: when the latest points give it, and which points do.

    Attributes:
        signal: The name of the signal.
        high: Whether the row's point and those before it give the signal by high or rising values.
        low: Whether they give the signal by low or falling values.
        points: Of the rows of a series that ends with the signal, the rows that give it.
    """

    signal: Signal
    high: Callable[[], pl.Expr]
    low: Callable[[], pl.Expr]
    points: Callable[[Sequence[HistoryRow]], Sequence[HistoryRow]]


@dataclass(frozen=True)
class ChartKind:
    """A kind of control chart.

    Attributes:
        title: The name of the kind in reports.
        limits: Fills the columns of `_drawn` in the rows whose `drawn` is the name that it receives.
    """

    title: str
    limits: Callable[[pl.LazyFrame, str], pl.LazyFrame]


# Rules shift over rows without a window for each series: a chart has a mean only from its twelfth point on, so that the
# rows just before it belong to the same series. A point that counts as equal to a line is on neither side of the line.


def _all_steps(steps: pl.Expr) -> pl.Expr:
    """Whether all steps between the last `RUN` points are true."""
    return steps.cast(pl.Int64).rolling_sum(RUN - 1) == RUN - 1


def _two_of_three(side: int) -> pl.Expr:
    """Whether the latest point and one of the two before lie beyond two thirds of the way, and all three on that side.

    The limits of each point are those of its own denominator.
    """

    def beyond(line: pl.Expr, value: pl.Expr) -> pl.Expr:
        return less(line, value) if side > 0 else less(value, line)

    values = [pl.col("value").shift(back) for back in range(3)]
    latest, before, first = (beyond(away(side * 2 / 3, back), value) for back, value in enumerate(values))
    one_side = [beyond(pl.col("mean"), value) for value in values[1:]]
    return latest & (before | first) & pl.all_horizontal(one_side)


def _points_beyond_two_thirds(rows: Sequence[HistoryRow]) -> Sequence[HistoryRow]:
    """Of the last three points those beyond two thirds of the way to the limit on the side of the signal."""
    row = rows[-1]
    assert row.side is not None
    assert row.mean is not None
    return [
        point
        for point in rows[-3:]
        if point.value is not None
        and _is_beyond(point.value, row.mean + row.side * _spread(row, point) * 2 / 3, row.side)
    ]


def _is_beyond(value: float, line: float, side: int) -> bool:
    return (value - line) * side > 0 and not close(value, line)


def _spread(row: HistoryRow, point: HistoryRow) -> float:
    """The distance from the mean to a limit in the chart of a row, for the denominator of a point."""
    assert row.mean is not None
    assert row.upper_limit is not None
    if row.denominator is None or point.denominator is None or row.chart == ChartName.XMR:
        return row.upper_limit - row.mean
    if row.chart == ChartName.P:
        return SIGMAS * (row.sigma_z or 1.0) * sqrt(row.mean * (100 - row.mean) / point.denominator)
    return (row.upper_limit - row.mean) * sqrt(row.denominator / point.denominator)


SIGNAL_RULES: Final = (
    SignalRule(
        Signal.OUTSIDE_LIMITS,
        high=lambda: less(pl.col("upper_limit"), pl.col("value")),
        low=lambda: less(pl.col("value"), pl.col("lower_limit")),
        points=lambda rows: rows[-1:],
    ),
    SignalRule(
        Signal.TREND,
        high=lambda: _all_steps(less(pl.col("value").shift(1), pl.col("value"))),
        low=lambda: _all_steps(less(pl.col("value"), pl.col("value").shift(1))),
        points=lambda rows: rows[-RUN:],
    ),
    SignalRule(
        Signal.TWO_OF_THREE,
        high=lambda: _two_of_three(1),
        low=lambda: _two_of_three(-1),
        points=_points_beyond_two_thirds,
    ),
    SignalRule(
        Signal.SHIFT,
        high=lambda: less(pl.col("mean"), pl.col("value").rolling_min(RUN)),
        low=lambda: less(pl.col("value").rolling_max(RUN), pl.col("mean")),
        points=lambda rows: rows[-RUN:],
    ),
)
"""A row for each signal: a point outside the limits; 7 points, each above (or each below) the one before; 2 of 3 points
beyond two thirds of the way to a limit, all three on that side of the mean; 7 points on one side of the mean."""

CHARTS: Final[Mapping[str, ChartKind]] = {
    ChartName.XMR.value: ChartKind("XmR", individual_limits),
    ChartName.P.value: ChartKind("p′", proportion_limits),
    ChartName.U.value: ChartKind("u′", rate_limits),
}
"""A row for each kind of chart."""
