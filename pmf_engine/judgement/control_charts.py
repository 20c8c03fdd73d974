"""Control charts: whether an indicator's own history says that something has changed, or only chance is at work.

The chart is that of individual values and their moving ranges (XmR), with the signals that the health service in
England uses. At each period it rests on the history up to then and on nothing later, so what a report said stays
said. Method: D. J. Wheeler, "Understanding Variation: The Key to Managing Chaos" (SPC Press, 2nd edition, 2000), for
the chart and its constants; NHS England, "Making data count: strengthening your decisions" (2019), for the signals,
for leaving out the largest moving ranges and for assurance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pmf_engine.domain.numbers import close
from pmf_engine.domain.status import Assurance, NoSignal, Signal, SpecialCause, texts
from pmf_engine.formula.compute.operations import compare, less

LEAST: Final = 12
"""Points that a chart needs: limits of fewer are too uncertain to judge by."""

SPREAD: Final = 2.66
"""Limits lie so many mean moving ranges from the mean: three sigma, a sigma being the range over 1.128."""

LARGEST: Final = 3.267
"""A moving range of so many times their mean and above is itself a special cause, and no measure of chance."""

RUN: Final = 7
"""Points in a trend, and in a shift."""

_SNAP = 1e-14
"""A line nearer to 0 than this share of the numbers it comes from is what rounding left of 0."""

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
"""What `charted` adds. `side` is 1 for a signal of high or rising values, -1 for one of low or falling ones."""


@dataclass(frozen=True)
class Chart:
    """What the control chart of a series says in one period; see `CHART` for the words.

    `signal_points` are the periods that give the signal, oldest first; `gap` the last period without a value before the
    points that the chart has, where there is one.
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


def read_chart(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """The chart of a series in the last of its rows of `Evaluation.history`, which are all up to then, by start."""
    row = rows[-1]
    points = row["points"]
    before = rows[: len(rows) - points] if points else ()
    gap = before[-1]["period"] if before and any(earlier["points"] for earlier in before) else None
    values = {name: row[name] for name in CHART}
    return Chart(**values, signal_points=_signal_points(rows), gap=gap)


def _signal_points(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    row = rows[-1]
    match row["signal"]:
        case None:
            return ()
        case Signal.OUTSIDE_LIMITS:
            giving = rows[-1:]
        case Signal.TWO_OF_THREE:
            line = row["mean"] + row["side"] * (row["upper_limit"] - row["mean"]) * 2 / 3
            giving = [
                one for one in rows[-3:] if (one["value"] - line) * row["side"] > 0 and not close(one["value"], line)
            ]
        case _:
            giving = rows[-RUN:]
    return tuple(one["period"] for one in giving)


def charted(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds the columns of `CHART` to rows sorted by series, which `line` numbers, and within them by start.

    Reads `value`, `known` (whether there is one), `start` and `months`; `kind` and `regular` of the indicator; and of
    the band in force `sign` (which way is better), `gap` (how far the value is outside, where closeness is good), `aim`
    (the one constant end of what is good) and `aim_open` (whether that end is itself outside).
    """
    frame = _limits(_stretches(frame))
    frame = _signals(frame)
    usual_gap = pl.col("gap").cum_sum().over("stretch") / pl.col("gap").cum_count().over("stretch")
    frame = frame.with_columns(usual_gap=usual_gap)
    frame = frame.with_columns(special_cause=_special_cause(), assurance=_assurance())
    return frame.drop("at", "new", "stretch", "range", "usual", "spread", "usual_gap")


def _stretches(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Which points stand in one unbroken row of periods, and how many of them there are up to each.

    A chart does not reach over a gap: two points with a period missing between them have no moving range, and nobody
    knows what the mean was meanwhile.
    """
    begins = pl.col("line") != pl.col("line").shift(1)
    point = pl.col("known") & (pl.col("kind") != "grade") & pl.col("regular")
    follows = point & point.shift(1) & (pl.col("start") == pl.col("start").shift(1) + pl.col("months"))
    at = pl.col("at")
    few = pl.col("points") < LEAST
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
    """The mean, and the limits at 2.66 mean moving ranges from it, of all points of the stretch up to each.

    Moving ranges of 3.267 times their mean and above are left out, once: what is left is not screened again.
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
    """A line so many spreads from the mean: 1 is the upper limit, -1 the lower."""
    mean, spread = pl.col("mean"), pl.col("spread") * spreads
    return _line(mean + spread, pl.max_horizontal(mean.abs(), spread.abs()))


def _line(value: pl.Expr, largest: pl.Expr) -> pl.Expr:
    """A line worked out from numbers of which this is the largest; 0 where only rounding is left of it.

    So a value of 0 is on a line at 0, as one of 10 is on a line at 10, and not beyond it by a rounding error.
    """
    return pl.when(value.abs() > largest * _SNAP).then(value).otherwise(value * 0.0)


def _signals(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The first signal that the latest points give, and on which side; the latest point is always one of them.

    In this order: a point outside the limits; 7 points, each above (each below) the one before; 2 of 3 points beyond
    two thirds of the way to a limit, on one side; 7 points on one side of the mean. A point that is counted equal to a
    line is on neither side of it.
    """
    value, mean = pl.col("value"), pl.col("mean")
    before, before_that = value.shift(1), value.shift(2)

    def running(steps: pl.Expr) -> pl.Expr:
        return steps.cast(pl.Int64).rolling_sum(RUN - 1) == RUN - 1

    # Rows further back are of the same stretch, as there is a mean only from twelve points on.
    high, low = _away(2 / 3), _away(-2 / 3)
    found = {
        Signal.OUTSIDE_LIMITS: (less(pl.col("upper_limit"), value), less(value, pl.col("lower_limit"))),
        Signal.TREND: (running(less(before, value)), running(less(value, before))),
        Signal.TWO_OF_THREE: (
            less(high, value) & less(high, pl.max_horizontal(before, before_that)),
            less(value, low) & less(pl.min_horizontal(before, before_that), low),
        ),
        Signal.SHIFT: (less(mean, value.rolling_min(RUN)), less(value.rolling_max(RUN), mean)),
    }
    signal, side = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.Int8)
    for name, (above, below) in reversed(found.items()):
        signal = pl.when(above | below).then(pl.lit(name)).otherwise(signal)
        side = pl.when(above).then(pl.lit(1, dtype=pl.Int8)).when(below).then(pl.lit(-1, dtype=pl.Int8)).otherwise(side)
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
    said = pl.when(better).then(pl.lit(SpecialCause.IMPROVEMENT)).when(worse).then(pl.lit(SpecialCause.CONCERN))
    return pl.when(pl.col("signal").is_not_null()).then(said).cast(CHART["special_cause"])


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
