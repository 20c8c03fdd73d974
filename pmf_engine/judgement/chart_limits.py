"""The lines of control charts: the mean, and how far from it chance alone puts a value, for each kind of chart.

Methods: D. J. Wheeler, "Understanding Variation: The Key to Managing Chaos" (SPC Press, 2nd edition, 2000), for XmR and
its constants; NHS England, "Making data count: strengthening your decisions" (2019), for leaving out the largest moving
ranges; D. B. Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531-537, for p′ and u′.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.numbers import SNAP
from pmf_engine.domain.status import Assurance, ChartName, NoSignal, Signal, SpecialCause, texts
from pmf_engine.formula.compute.comparisons import less

SPREAD: Final = 2.66
"""The distance from the mean to a limit, in mean moving ranges: three sigma, where a sigma is the range over 1.128."""

SIGMAS: Final = 3.0
"""The distance from the mean to a limit of a p′ or u′ chart, in sigmas."""

RANGE_TO_SIGMA: Final = 1.128
"""The mean moving range of values that only chance varies, in sigmas."""

LARGEST: Final = 3.267
"""A moving range of at least this many mean moving ranges shows a special cause; limits leave it out."""

DIFFERENCE: Final = 0.25
"""Where denominators differ by more than this part of their mean, each point has the limits of its denominator."""

CHART: Final = FrameSchema(
    "CHART",
    Column("points", pl.Int64, "how many points the chart has", nullable=True),
    Column("mean", pl.Float64, "its mean, in the indicator's unit", nullable=True),
    Column("lower_limit", pl.Float64, "its lower limit, three sigmas below the mean", nullable=True),
    Column("upper_limit", pl.Float64, "its upper limit, three sigmas above the mean", nullable=True),
    Column("signal", pl.Enum(texts(Signal)), "the signal in this period; null without one", nullable=True),
    Column("side", pl.Int8, "1 for a signal of high or rising values, -1 of low or falling ones", nullable=True),
    Column("special_cause", pl.Enum(texts(SpecialCause)), "whether the signal is bad or good news", nullable=True),
    Column("no_signal", pl.Enum(texts(NoSignal)), "why there is no chart; null where there is one", nullable=True),
    Column("assurance", pl.Enum(texts(Assurance)), "whether chance alone meets the target", nullable=True),
    Column("chart", pl.Enum(texts(ChartName)), "the kind of chart", nullable=True),
    Column("sigma_z", pl.Float64, "the spread of a p or u chart, in multiples of that by chance alone", nullable=True),
    Column("rebased", pl.String, "the period in which the limits begin anew", nullable=True),
    Column("rebased_because", pl.String, "the reason for that", nullable=True),
)
"""The columns of control charts, which `control_charts.charted` adds."""


def individual_limits(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The XmR chart at each point, from all points of its stretch up to it.

    The limits lie 2.66 mean moving ranges from the mean. Moving ranges of 3.267 times their mean and above are left
    out, in one pass: the rest is not screened again.
    """
    drawn = pl.col("drawn") == name
    range_, usual = pl.col("range"), pl.col("usual")
    mean = pl.col("value").cum_sum().over("stretch") / pl.col("points")
    frame = frame.with_columns(
        usual=pl.when(drawn).then(range_.cum_sum().over("stretch") / range_.cum_count().over("stretch")),
        mean=pl.when(drawn).then(line(mean, pl.col("value").abs().cum_max().over("stretch"))).otherwise("mean"),
    )
    # Only points with a large range up to them need a list of their ranges to screen.
    large = ~less(range_.cum_max().over("stretch"), usual * LARGEST)
    frame = frame.with_columns(large=(drawn & large).fill_null(False)).cache()
    element = pl.element()
    screened = (
        frame.filter("large")
        .select("at", "stretch", "points")
        .join(frame.group_by("stretch", maintain_order=True).agg("range"), on="stretch")
        .with_columns(
            range_.list.head("points").list.eval(element.filter(less(element, element.mean() * LARGEST)).mean())
        )
        .select("at", screened=range_.list.first())
    )
    kept = pl.when("large").then(pl.col("screened").fill_null(0.0)).otherwise(usual)  # no range is left where all are 0
    return (
        frame.join(screened, on="at", how="left", maintain_order="left")
        .with_columns(margin=pl.when(drawn).then(kept * SPREAD).otherwise("margin"))
        .drop("usual", "large", "screened")
    )


def proportion_limits(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Laney's p′ chart of a percentage: the variance of one case is p (100 - p)."""
    return _laney_limits(frame, name, lambda mean: mean * (100.0 - mean))


def rate_limits(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Laney's u′ chart of a rate: the variance per head is the rate times `per`."""
    return _laney_limits(frame, name, lambda mean: mean * pl.col("per"))


def _laney_limits(frame: pl.LazyFrame, name: str, variance: Callable[[pl.Expr], pl.Expr]) -> pl.LazyFrame:
    """Laney's chart at each point, from all points of its stretch up to it: limits widen for a small denominator.

    A value differs from the mean by z sigmas of its own denominator; the mean moving range of z, over 1.128, is sigma
    z. Sigma z is at least 1, so that the limits are never narrower than those of a plain p or u chart. Moving ranges of
    z are screened as those of values are. With the distance d = (value - mean) √n, the moving range of z is
    that of d over the square root of the variance.
    """
    drawn = pl.col("drawn") == name
    size = pl.col("denominator")
    events, base = (pl.col(column).cum_sum().over("stretch") for column in ("numerator", "denominator"))
    frame = frame.with_columns(mean=pl.when(drawn).then(events / base * pl.col("per")).otherwise("mean")).cache()
    weighed = pl.col("value") * size.sqrt()
    steps = (
        frame.filter(pl.col("stretch").is_not_null())
        .select("stretch", weighed=weighed, root=size.sqrt())
        .group_by("stretch", maintain_order=True)
        .agg(step=pl.col("weighed").diff(), step_of_root=pl.col("root").diff())
    )
    step, step_of_root = (pl.col(name).list.head("points") for name in ("step", "step_of_root"))
    element = pl.element()
    ranges = (
        frame.filter(drawn)
        .select("at", "stretch", "points", "mean")
        .join(steps, on="stretch")
        .select("at", range=(step - step_of_root * pl.col("mean")).list.eval(element.abs()))
        .with_columns(pl.col("range").list.eval(element.filter(less(element, element.mean() * LARGEST)).mean()))
        .select("at", kept=pl.col("range").list.first())
    )
    plain = variance(pl.col("mean")).clip(0.0).sqrt()
    sigma = pl.max_horizontal(pl.col("kept").fill_null(0.0) / RANGE_TO_SIGMA, plain)
    return (
        frame.join(ranges, on="at", how="left", maintain_order="left")
        .with_columns(
            margin=pl.when(drawn).then(sigma * SIGMAS).otherwise("margin"),
            sigma_z=pl.when(drawn).then(pl.when(plain > 0).then(sigma / plain).otherwise(1.0)).otherwise("sigma_z"),
        )
        .drop("kept")
    )


def away(spreads: float, back: int = 0) -> pl.Expr:
    """The line at a number of spreads from the row's mean: 1 is the upper limit, -1 the lower.

    Args:
        spreads: The distance from the mean, in spreads.
        back: The point whose denominator sets the spread, in rows before the row.
    """
    flat = pl.col("drawn") == ChartName.XMR.value
    size = pl.when(flat).then(1.0).otherwise(pl.col("denominator").shift(back))
    mean, spread = pl.col("mean"), pl.col("margin") / size.sqrt() * spreads
    return line(mean + spread, pl.max_horizontal(mean.abs(), spread.abs()))


def line(value: pl.Expr, largest: pl.Expr) -> pl.Expr:
    """Snaps a line to 0 where it is only the rounding error of the `largest` number in its computation.

    Without snapping, a value of 0 would lie beyond a line at 0 by that error, while a value of 10 lies on a line at 10.
    """
    return pl.when(value.abs() > largest * SNAP).then(value).otherwise(value * 0.0)
