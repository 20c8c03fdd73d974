"""Control charts: whether an indicator's own history shows a special cause, or only chance at work.

`CHARTS` is the table of kinds of chart. It holds one: individual values and their moving ranges (XmR), with the signals
that the health service in England uses. The chart of a period uses the history up to it and nothing later, so that a
later evaluation never changes what an earlier report printed. Method: D. J. Wheeler, "Understanding Variation: The Key
to Managing Chaos" (SPC Press, 2nd edition, 2000), for the chart and its constants; NHS England, "Making data count:
strengthening your decisions" (2019), for the signals, for leaving out the largest moving ranges and for assurance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from pmf_engine.domain.numbers import SNAP, close
from pmf_engine.domain.status import Assurance, NoSignal, Signal, SpecialCause, texts
from pmf_engine.formula.compute.operations import compare, less
from pmf_engine.judgement.history_row import HistoryRow

LEAST: Final = 12
"""Points that a chart needs: limits of fewer are too uncertain to judge by."""

SPREAD: Final = 2.66
"""The distance from the mean to a limit, in mean moving ranges: three sigma, where a sigma is the range over 1.128."""

LARGEST: Final = 3.267
"""A moving range from this many times their mean on shows a special cause, so it does not count as chance."""

RUN: Final = 7
"""Points in a trend, and in a shift."""

CHART: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "points": pl.Int64,
    "mean": pl.Float64,
    "lower_limit": pl.Float64,
    "upper_limit": pl.Float64,
    "signal": pl.Enum(texts(Signal)),
    "side": pl.Int8,
    "special_cause": pl.Enum(texts(SpecialCause)),
    "no_signal": pl.Enum(texts(NoSignal)),
    "assurance": pl.Enum(texts(Assurance)),
}
"""The columns that `charted` adds. `side` is 1 for a signal of high or rising values, -1 of low or falling ones."""


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


def read_chart(rows: Sequence[HistoryRow]) -> Chart:
    """Reads the chart of a period from the rows of its series up to it, sorted by start."""
    row = rows[-1]
    before = rows[: len(rows) - row.points] if row.points else ()
    gap = before[-1].period if before and any(earlier.points for earlier in before) else None
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
    )


def charted(frame: pl.LazyFrame, kind: ChartKind | None = None) -> pl.LazyFrame:
    """Adds the columns of `CHART` to rows that are sorted by series and start.

    Args:
        frame: The number of the series (`line`); `value`, `known` (whether there is a value), `start` and `months` of
            the row; `kind` (of the number) and `regular` (not ad hoc) of the indicator; of the tolerance entry in force
            `sign` (see `bands.SIGNS`), `gap` (the distance to the good band, where polarity is `close`), `aim` (the one
            constant end of the good band) and `aim_open` (whether that end is outside the band).
        kind: The kind of chart; without one, XmR.
    """
    kind = kind or CHARTS["xmr"]
    frame = kind.limits(_stretches(frame, kind.least))
    frame = _signals(frame, kind.signals)
    usual_gap = pl.col("gap").cum_sum().over("stretch") / pl.col("gap").cum_count().over("stretch")
    frame = frame.with_columns(usual_gap=usual_gap)
    frame = frame.with_columns(special_cause=_special_cause(), assurance=_assurance())
    return frame.drop("at", "new", "stretch", "range", "usual", "spread", "usual_gap")


def _stretches(frame: pl.LazyFrame, least: int) -> pl.LazyFrame:
    """Numbers the stretches of periods without a gap, counts the points up to each, and says why there is no chart.

    A chart does not reach across a gap: two points with a period missing between them have no moving range, and the
    mean of the time between is unknown.
    """
    begins = pl.col("line") != pl.col("line").shift(1)
    point = pl.col("known") & (pl.col("kind") != "grade") & pl.col("regular")
    follows = point & point.shift(1) & (pl.col("start") == pl.col("start").shift(1) + pl.col("months"))
    at = pl.col("at")
    few = pl.col("points") < least
    earlier = point.cast(pl.Int64).cum_sum().over("line") > pl.col("points")
    return (
        frame.with_columns(new=(begins | ~follows).fill_null(True), at=pl.int_range(pl.len(), dtype=pl.Int64))
        .with_columns(
            stretch=pl.when(point).then(pl.col("new").cast(pl.Int64).cum_sum()),  # a window each for the others costs
            points=pl.when(point).then(at - pl.when("new").then(at).forward_fill() + 1),
        )
        .with_columns(
            range=pl.when(~pl.col("new")).then((pl.col("value") - pl.col("value").shift(1)).abs()),
            no_signal=pl.when(pl.col("kind") == "grade")
            .then(pl.lit(NoSignal.GRADE))
            .when(~pl.col("regular"))
            .then(pl.lit(NoSignal.AD_HOC))
            .when(~point)
            .then(pl.lit(NoSignal.NO_VALUE))
            .when(few & earlier)
            .then(pl.lit(NoSignal.GAP))
            .when(few)
            .then(pl.lit(NoSignal.TOO_FEW))
            .cast(CHART["no_signal"]),
        )
    )


def _limits(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The XmR chart of all points of the stretch up to each: the mean, and limits at 2.66 mean moving ranges from it.

    Leaves out moving ranges of 3.267 times their mean and above, once: the rest is not screened again.
    """
    readable = pl.col("no_signal").is_null()
    range_, usual = pl.col("range"), pl.col("usual")
    mean = pl.col("value").cum_sum().over("stretch") / pl.col("points")
    frame = frame.with_columns(
        usual=pl.when(readable).then(range_.cum_sum().over("stretch") / range_.cum_count().over("stretch")),
        mean=pl.when(readable).then(_line(mean, pl.col("value").abs().cum_max().over("stretch"))),
    )
    # Only points with a large range among those up to them need look at each of these again.
    large = ~less(range_.cum_max().over("stretch"), usual * LARGEST)
    frame = frame.with_columns(large=readable & large).cache()
    each = pl.element()
    screened = (
        frame.filter("large")
        .select("at", "stretch", "points")
        .join(frame.group_by("stretch", maintain_order=True).agg("range"), on="stretch")
        .with_columns(range_.list.head("points").list.eval(each.filter(less(each, each.mean() * LARGEST)).mean()))
        .select("at", screened=range_.list.first())
    )
    kept = pl.when("large").then(pl.col("screened").fill_null(0.0)).otherwise(usual)  # none is left where all are 0
    return (
        frame.join(screened, on="at", how="left", maintain_order="left")
        .with_columns(spread=kept * SPREAD)
        .with_columns(lower_limit=_away(-1.0), upper_limit=_away(1.0))
        .drop("large", "screened")
    )


def _away(spreads: float) -> pl.Expr:
    """The line at a number of spreads from the mean: 1 is the upper limit, -1 the lower."""
    mean, spread = pl.col("mean"), pl.col("spread") * spreads
    return _line(mean + spread, pl.max_horizontal(mean.abs(), spread.abs()))


def _line(value: pl.Expr, largest: pl.Expr) -> pl.Expr:
    """Snaps a line to 0 where it is only a rounding error, measured by the largest number that it is computed from.

    Otherwise a value of 0 would lie beyond a line at 0 by that error, where one of 10 lies on a line at 10.
    """
    return pl.when(value.abs() > largest * SNAP).then(value).otherwise(value * 0.0)


def _signals(frame: pl.LazyFrame, rules: Sequence[SignalRule]) -> pl.LazyFrame:
    """The first of the signals that the latest points give, and on which side; the latest point always gives it too."""
    signal, side = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.Int8)
    for rule in reversed(rules):
        high, low = rule.high(), rule.low()
        signal = pl.when(high | low).then(pl.lit(rule.signal.value)).otherwise(signal)
        side = pl.when(high).then(pl.lit(1, dtype=pl.Int8)).when(low).then(pl.lit(-1, dtype=pl.Int8)).otherwise(side)
    readable = pl.col("no_signal").is_null()
    return frame.with_columns(
        signal=pl.when(readable).then(signal).cast(CHART["signal"]), side=pl.when(readable).then(side)
    )


def _special_cause() -> pl.Expr:
    """Whether a signal is a concern or an improvement, by polarity; null where it is neither.

    Where closeness is good a signal is a concern if the value is further outside what is good than it is on average,
    an improvement if it is nearer, and neither if it has been inside throughout. Without a band in force it is neither.
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
    return pl.when(pl.col("signal").is_not_null()).then(cause).cast(CHART["special_cause"])


def _assurance() -> pl.Expr:
    """Whether chance alone will meet the target: consistently, by chance, or never, if nothing changes.

    The target is the one constant end of what is good. It is met consistently where it holds at both limits, never
    where it holds at neither. Null where there is no such end, or no chart.
    """

    def met(limit: str) -> pl.Expr:
        value, aim = pl.col(limit), pl.col("aim")
        at_least = pl.when("aim_open").then(compare(">", value, aim)).otherwise(compare(">=", value, aim))
        at_most = pl.when("aim_open").then(compare("<", value, aim)).otherwise(compare("<=", value, aim))
        return pl.when(pl.col("sign") > 0).then(at_least).when(pl.col("sign") < 0).then(at_most)

    low, high = met("lower_limit"), met("upper_limit")
    known = pl.col("aim").is_not_null() & pl.col("mean").is_not_null()
    return (
        pl.when(known & low & high)
        .then(pl.lit(Assurance.CONSISTENTLY))
        .when(known & ~low & ~high)
        .then(pl.lit(Assurance.NEVER))
        .when(known & (low | high))
        .then(pl.lit(Assurance.BY_CHANCE))
        .cast(CHART["assurance"])
    )


# -- the tables ------------------------------------------------------------------------


@dataclass(frozen=True)
class SignalRule:
    """A signal of control charts: when the latest points give it, and which points do.

    Attributes:
        signal: Its name.
        high: Whether the row's point and those before it give the signal by high or rising values.
        low: The same by low or falling values.
        points: Those rows that give the signal, from the rows of a series of which the last gives it.
    """

    signal: Signal
    high: Callable[[], pl.Expr]
    low: Callable[[], pl.Expr]
    points: Callable[[Sequence[HistoryRow]], Sequence[HistoryRow]]


@dataclass(frozen=True)
class ChartKind:
    """A kind of control chart.

    Attributes:
        least: The fewest points that it needs in a row.
        limits: Adds `mean`, `spread`, `lower_limit` and `upper_limit` to the rows of `_stretches`.
        signals: Its signals; of several that a point gives, the first counts.
    """

    least: int
    limits: Callable[[pl.LazyFrame], pl.LazyFrame]
    signals: tuple[SignalRule, ...]


# Rules look at rows further back without asking for their series: a chart has a mean only from its twelfth point on.
# A point that counts as equal to a line is on neither side of it.


def _all_steps(steps: pl.Expr) -> pl.Expr:
    """Whether the last `RUN` points have only such steps between them."""
    return steps.cast(pl.Int64).rolling_sum(RUN - 1) == RUN - 1


def _two_high() -> pl.Expr:
    value, line = pl.col("value"), _away(2 / 3)
    return less(line, value) & less(line, pl.max_horizontal(value.shift(1), value.shift(2)))


def _two_low() -> pl.Expr:
    value, line = pl.col("value"), _away(-2 / 3)
    return less(value, line) & less(pl.min_horizontal(value.shift(1), value.shift(2)), line)


def _points_beyond_two_thirds(rows: Sequence[HistoryRow]) -> Sequence[HistoryRow]:
    """Of the last three points those beyond two thirds of the way to the limit on the side of the signal."""
    row = rows[-1]
    assert row.mean is not None
    assert row.upper_limit is not None
    assert row.side is not None
    line = row.mean + row.side * (row.upper_limit - row.mean) * 2 / 3
    return [
        point
        for point in rows[-3:]
        if point.value is not None and (point.value - line) * row.side > 0 and not close(point.value, line)
    ]


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
    SignalRule(Signal.TWO_OF_THREE, high=_two_high, low=_two_low, points=_points_beyond_two_thirds),
    SignalRule(
        Signal.SHIFT,
        high=lambda: less(pl.col("mean"), pl.col("value").rolling_min(RUN)),
        low=lambda: less(pl.col("value").rolling_max(RUN), pl.col("mean")),
        points=lambda rows: rows[-RUN:],
    ),
)
"""A row for each signal: a point outside the limits; 7 points, each above (or each below) the one before; 2 of 3 points
beyond two thirds of the way to a limit, on one side; 7 points on one side of the mean."""

CHARTS: Final[Mapping[str, ChartKind]] = {"xmr": ChartKind(least=LEAST, limits=_limits, signals=SIGNAL_RULES)}
"""A row for each kind of chart."""
