"""Verdicts on actions: is an indicator better since an action was done, by more than chance, season and trend explain?

A plain comparison of before with after finds "better" in one of eight series without any effect. So each verdict needs
three answers that agree: the level after differs from the level before, quarter by like quarter; it differs from where
the trend of before was heading; and the pooled figures differ by more than their own chance. The scatter is the one
between periods where that is larger than chance. What is at its worst tends back by itself: for "better", the
periods at their worst before the action are left out. `METHOD` in the docs has the error rates.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.judgement.confidence import newcombe
from pmf_engine.judgement.distributions import rate_ratio, student

POINTS: Final = FrameSchema(
    "POINTS",
    Column("case", pl.Int32, "the number of the action"),
    Column("kind", pl.String, "`percent`, `rate` or `number`"),
    Column("start", pl.Int32, "the first month of the period"),
    Column("season", pl.Int32, "which part of the year the period is"),
    Column("after", pl.Boolean, "the period is after the action"),
    Column("raised", pl.Boolean, "the value of the period led to the action, as far as the action says"),
    Column("numerator", pl.Float64, "the numerator of a percent or rate; null for a number", nullable=True),
    Column("denominator", pl.Float64, "the denominator of a percent or rate; null for a number", nullable=True),
    Column("value", pl.Float64, "the value"),
    Column("sign", pl.Int32, "1 where more is better, -1 where less is"),
)
"""The periods by which actions are judged: a row for each action and period before and after it."""

COMPARED: Final = FrameSchema(
    "COMPARED",
    Column("case", pl.Int32, "the number of the action"),
    Column("before", pl.Float64, "the pooled value of periods before the action, like those after", nullable=True),
    Column("after", pl.Float64, "the pooled value of the periods after it", nullable=True),
    Column("change", pl.Float64, "the difference of the two, or for a rate their ratio", nullable=True),
    Column("lower", pl.Float64, "the lower end of the 95 % interval of `change`", nullable=True),
    Column("upper", pl.Float64, "the upper end of the interval", nullable=True),
    Column("periods_before", pl.Int64, "how many periods before the action were compared"),
    Column("periods_after", pl.Int64, "how many periods after it were compared"),
    Column("overdispersion", pl.Float64, "the scatter between periods as a multiple of chance, at least 1"),
    Column("moving", pl.Int32, "1 where the value was already getting better before the action, -1 worse, else 0"),
    Column("kind", pl.String, "`percent`, `rate` or `number`"),
    Column("is_known", pl.Boolean, "there are enough like periods to know their scatter"),
    Column("is_better", pl.Boolean, "it is better since, by all three answers"),
    Column("is_worse", pl.Boolean, "it is worse since, by all three answers"),
)
"""The comparison of before with after of each action."""

FEWEST_DEGREES: Final = 3
"""With fewer degrees of freedom the scatter between periods is not known."""


def compared(points: pl.DataFrame) -> pl.DataFrame:
    """Compares before with after for every action.

    Args:
        points: The periods, with the columns of `POINTS`. Each action has periods before and after.

    Returns:
        A row for each action with the columns of `COMPARED`.
    """
    points = _scaled(points)
    calm = points.filter(pl.col("after") | ~pl.col("raised"))
    joined = _pooled(calm)
    for more in (_ends(points, "all"), _ends(calm, "calm"), _moving(calm)):
        joined = joined.join(more, on="case", how="left", maintain_order="left")
    joined = _with_interval(joined)
    sign, none = pl.col("sign"), pl.when(pl.col("kind") == "rate").then(1.0).otherwise(0.0)
    beyond = ((sign > 0) & (pl.col("lower") > none)) | ((sign < 0) & (pl.col("upper") < none))
    short = ((sign > 0) & (pl.col("upper") < none)) | ((sign < 0) & (pl.col("lower") > none))
    better = beyond & (pl.col("least_calm") > 0)
    worse = short & (pl.col("most_all") < 0)
    known = pl.all_horizontal(pl.col("least_all", "least_calm").is_not_null())
    answers = {"is_known": known, "is_better": better.fill_null(False), "is_worse": worse.fill_null(False)}
    return COMPARED.check(joined.with_columns(**answers).select(COMPARED.names))


def raised_periods(points: pl.DataFrame) -> pl.DataFrame:
    """Which periods of one action are left out for `better since`, with the columns `start` and `raised`."""
    return _scaled(points).select("start", "raised")


def _scaled(points: pl.DataFrame) -> pl.DataFrame:
    """Points with `y` (the value; larger is better), `w` (its weight), `d` (after), `t` (time in years) and `like`.

    Points of one action and season, which are compared, have the same number `like`.

    The worst period of the year before the action is `raised` too: it may have led to the action.
    """
    is_ratio = pl.col("kind") != "number"
    value = pl.when(is_ratio).then(pl.col("numerator") / pl.col("denominator")).otherwise("value")
    points = points.with_columns(
        y=value * pl.col("sign"),
        w=pl.when(is_ratio).then("denominator").otherwise(1.0),
        d=pl.col("after").cast(pl.Float64),
        t=(pl.col("start") - pl.col("start").min().over("case")) / 12,
        like=pl.col("case").cast(pl.Int64) * 12 + pl.col("season"),
    )
    last = pl.col("start").filter(~pl.col("after")).max().over("case")
    recent = ~pl.col("after") & (pl.col("start") > last - 12)
    worst = pl.col("y").filter(recent).min().over("case")
    return points.with_columns(raised=pl.col("raised") | (recent & (pl.col("y") == worst)))


def _sums(points: pl.DataFrame) -> pl.DataFrame:
    """Weighted sums of products of `y`, `d` and `t` about their means in each season, by action, and what is chance.

    Comparing like with like: a season takes part as far as it has periods before and after.
    """
    weight, names = pl.col("w"), ("y", "d", "t")
    means = points.group_by("like").agg(
        ((pl.col(name) * weight).sum() / weight.sum()).alias(f"{name}:mean") for name in names
    )
    centred = points.join(means, on="like", how="left", maintain_order="left")
    centred = centred.with_columns(pl.col(name) - pl.col(f"{name}:mean") for name in names)
    products = [(weight * pl.col(a) * pl.col(b)).sum().alias(a + b) for a, b in ("dd", "dt", "tt", "dy", "ty", "yy")]
    sums = centred.group_by("case", maintain_order=True).agg(
        *products,
        kind=pl.col("kind").first(),
        points=pl.len().cast(pl.Int64),
        seasons=pl.col("season").n_unique().cast(pl.Int64),
    )
    pooled = points.group_by("case").agg(share=(pl.col("y") * weight).sum().abs() / weight.sum())
    share = pl.col("share")
    chance = pl.when(pl.col("kind") == "percent").then(share * (1 - share)).when(pl.col("kind") == "rate").then(share)
    return sums.join(pooled, on="case", maintain_order="left").with_columns(chance=chance.otherwise(0.0))


def _fitted(sums: pl.DataFrame, step: pl.Expr, rest: pl.Expr, per: pl.Expr, parameters: int) -> pl.DataFrame:
    """A fit of each action: its `step`, the `room` on either side of it at 95 %, and `scatter` as a multiple of chance.

    Args:
        sums: The sums of products.
        step: The coefficient.
        rest: The sum of squares that the fit leaves.
        per: The variance of the coefficient for points of variance 1.
        parameters: How many coefficients are fitted beside the seasons.
    """
    fit = sums.with_columns(step=step, rest=rest, per=per, degrees=pl.col("points") - pl.col("seasons") - parameters)
    quantiles = {each: student(each) for each in fit["degrees"].unique() if each >= FEWEST_DEGREES}
    quantile = pl.col("degrees").replace_strict(quantiles, default=None, return_dtype=pl.Float64)
    between = pl.max_horizontal(pl.col("rest") / pl.col("degrees"), pl.lit(0.0))
    spread = pl.max_horizontal(between, "chance")
    scatter = pl.when(pl.col("chance") > 0).then(spread / pl.col("chance")).otherwise(1.0)
    return fit.select("case", "step", room=quantile * (spread * pl.col("per")).sqrt(), scatter=scatter)


def _ends(points: pl.DataFrame, name: str) -> pl.DataFrame:
    """The step after each action against the level and against the trend of before, by `case`.

    Returns:
        `least_` and `most_` with the name: the ends of the 95 % intervals of both steps taken together, null where the
        scatter is unknown; `step_` and `room_`, of the step against the level; `scatter_`, about the trend.
    """
    sums = _sums(points)
    dd, dt, tt, dy, ty, yy = (pl.col(pair) for pair in ("dd", "dt", "tt", "dy", "ty", "yy"))
    apart = dd * tt - dt**2
    against_trend = (dy * tt - ty * dt) / apart
    slope = (ty * dd - dy * dt) / apart
    level = _fitted(sums, dy / dd, yy - dy**2 / dd, 1 / dd, 1)
    trend = _fitted(sums, against_trend, yy - against_trend * dy - slope * ty, tt / apart, 2)
    both = level.join(trend, on="case", suffix="_trend", maintain_order="left")
    low, high = pl.col("step") - pl.col("room"), pl.col("step") + pl.col("room")
    low_trend, high_trend = (pl.col("step_trend") + sign * pl.col("room_trend") for sign in (-1, 1))
    known = pl.col("room").is_finite() & pl.col("room_trend").is_finite()
    return both.select(
        "case",
        pl.when(known).then(pl.min_horizontal(low, low_trend)).alias(f"least_{name}"),
        pl.when(known).then(pl.max_horizontal(high, high_trend)).alias(f"most_{name}"),
        pl.col("step").alias(f"step_{name}"),
        pl.col("room").alias(f"room_{name}"),
        pl.col("scatter_trend").alias(f"scatter_{name}"),
    )


def _moving(points: pl.DataFrame) -> pl.DataFrame:
    """Whether each value was already moving before the action, beyond its scatter, by `case`."""
    sums = _sums(points.filter(~pl.col("after")))
    slope = pl.col("ty") / pl.col("tt")
    fit = _fitted(sums, slope, pl.col("yy") - slope * pl.col("ty"), 1 / pl.col("tt"), 1)
    beyond = (pl.col("step").abs() > pl.col("room")).fill_null(False)
    return fit.select("case", moving=pl.when(beyond).then(pl.col("step").sign()).otherwise(0).cast(pl.Int32))


def _pooled(points: pl.DataFrame) -> pl.DataFrame:
    """By `case`: the sums of numerators and denominators, and the means, of before and after in like seasons."""
    in_after = pl.col("after").any().over("like")
    in_before = (~pl.col("after")).any().over("like")
    counts = points.group_by("case", maintain_order=True).agg(
        pl.col("kind", "sign").first(),
        periods_before=(~pl.col("after")).sum().cast(pl.Int64),
        periods_after=pl.col("after").sum().cast(pl.Int64),
    )
    later, earlier = pl.col("after"), ~pl.col("after")
    sums = (
        points.filter(in_after & in_before)
        .group_by("case")
        .agg(
            part=pl.col("numerator").filter(later).sum(),
            whole=pl.col("denominator").filter(later).sum(),
            part_before=pl.col("numerator").filter(earlier).sum(),
            whole_before=pl.col("denominator").filter(earlier).sum(),
            mean=pl.col("value").filter(later).mean(),
            mean_before=pl.col("value").filter(earlier).mean(),
            per=(pl.col("value") * pl.col("denominator") / pl.col("numerator"))
            .filter(pl.col("numerator") > 0)
            .median(),
        )
    )
    return counts.join(sums, on="case", how="left", maintain_order="left")


def _with_interval(joined: pl.DataFrame) -> pl.DataFrame:
    """Adds `before`, `after`, `change` and its interval, for which counts are divided by their overdispersion."""
    scatter = pl.max_horizontal(pl.col("scatter_calm"), pl.lit(1.0)).fill_nan(1.0).fill_null(1.0)
    names = ("part", "whole", "part_before", "whole_before")
    counts = joined.select(pl.col(name) / scatter for name in names)
    low, high = newcombe(*(pl.col(name) for name in names))
    shares = counts.select(low=low * 100, high=high * 100)
    is_rate = joined["kind"] == "rate"
    ratios = [
        rate_ratio(*row) if rate and None not in row and row[1] > 0 and row[3] > 0 else (None, None)
        for rate, row in zip(is_rate, counts.iter_rows(), strict=True)
    ]
    lows = pl.Series("low_ratio", [low for low, _ in ratios], pl.Float64)
    highs = pl.Series("high_ratio", [high for _, high in ratios], pl.Float64)
    is_percent = pl.col("kind") == "percent"
    per = pl.when(is_percent).then(100.0).otherwise(pl.col("per").fill_null(1.0))
    pooled, pooled_before = (pl.col(f"part{of}") / pl.col(f"whole{of}") * per for of in ("", "_before"))
    step, room = pl.col("step_calm") * pl.col("sign"), pl.col("room_calm")
    of_ratio = pl.col("kind") != "number"
    after = pl.when(of_ratio).then(pooled).otherwise("mean")
    before = pl.when(of_ratio).then(pooled_before).otherwise("mean_before")
    ratio = pl.when(before != 0).then(after / before)
    change = pl.when(is_percent).then(after - before).when(of_ratio).then(ratio).otherwise(step)
    return joined.with_columns(*shares.get_columns(), lows, highs).with_columns(
        before=before,
        after=after,
        change=change,
        lower=pl.when(is_percent).then("low").when(of_ratio).then("low_ratio").otherwise(step - room),
        upper=pl.when(is_percent).then("high").when(of_ratio).then("high_ratio").otherwise(step + room),
        overdispersion=scatter,
        moving=pl.col("moving").fill_null(0),
    )
