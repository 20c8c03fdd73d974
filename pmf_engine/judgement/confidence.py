"""Confidence intervals of percentages, rates and mean changes, as Polars expressions.

The methods are those of public health in England: Public Health England, "Technical guide: confidence intervals"
(2018), which takes Wilson's interval for proportions and Byar's, or the exact one below ten events, for rates.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.judgement.distributions import student

Z: Final = 1.959963984540054
"""The standard normal's 97.5th percentile: intervals are at 95 %."""

_EXACT: Final = (
    (0.0, 3.6888794541139363),
    (0.025317807984289876, 5.571643390938899),
    (0.2422092785439649, 7.224687667723961),
    (0.6186721228956013, 8.767273069742327),
    (1.0898653736263249, 10.241588675403698),
    (1.6234863901184204, 11.668332079322669),
    (2.2018942534908508, 13.059474022518685),
    (2.814363051519866, 14.42267536170238),
    (3.4538321767485014, 15.763189220193315),
    (4.115373097378332, 17.08480345141917),
)
"""Exact limits of a Poisson count of 0 to 9: halves of the chi-squared quantiles for 2n and 2n + 2 degrees."""


def wilson(part: pl.Expr, whole: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of the proportion `part / whole`, as proportions.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927) 209-212; recommended by R. G. Newcombe, "Two-sided confidence intervals
    for the single proportion", Statistics in Medicine 17 (1998) 857-872, whose method 3 it is. Null unless
    0 <= part <= whole and whole > 0.
    """
    share = part / whole
    middle = share + Z**2 / (2 * whole)
    spread = Z * (share * (1 - share) / whole + Z**2 / (4 * whole**2)).sqrt()
    below = 1 + Z**2 / whole
    fits = (whole > 0) & (part >= 0) & (part <= whole)
    # At the ends the formula gives 0 and 1, up to rounding.
    low = pl.when(part == 0).then(0.0).otherwise((middle - spread) / below)
    high = pl.when(part == whole).then(1.0).otherwise((middle + spread) / below)
    return pl.when(fits).then(low), pl.when(fits).then(high)


def newcombe(part: pl.Expr, whole: pl.Expr, before: pl.Expr, whole_before: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of the difference of two proportions, `part / whole` less `before / whole_before`.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17 (1998) 873-890, whose method 10 it is: the ends of the two Wilson intervals, squared and added.

    >>> low, high = newcombe(*(pl.lit(count) for count in (56, 70, 48, 80)))
    >>> pl.select(low=low.round(4), high=high.round(4)).row(0)
    (0.0524, 0.3339)
    """
    low, high = wilson(part, whole)
    low_before, high_before = wilson(before, whole_before)
    share, share_before = part / whole, before / whole_before
    down = ((share - low) ** 2 + (high_before - share_before) ** 2).sqrt()
    up = ((high - share) ** 2 + (share_before - low_before) ** 2).sqrt()
    return share - share_before - down, share - share_before + up


def poisson(events: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of a count of events: Byar's approximation from 10 on, exact below.

    Source: N. E. Breslow and N. E. Day, "Statistical Methods in Cancer Research II", IARC (1987), p. 69, for Byar's;
    F. Garwood, Biometrika 28 (1936) 437-442, for the exact limits. Null where `events` is no whole number.
    """
    counted = (events >= 0) & (events == events.floor())
    low = events * (1 - 1 / (9 * events) - Z / (3 * events.sqrt())) ** 3
    more = events + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * more.sqrt())) ** 3
    for count, (exact_low, exact_high) in enumerate(_EXACT):
        low = pl.when(events == count).then(exact_low).otherwise(low)
        high = pl.when(events == count).then(exact_high).otherwise(high)
    return pl.when(counted).then(low), pl.when(counted).then(high)


def of_percent(part: pl.Expr, whole: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of `percent(part, whole)`, in per cent: Wilson's.

    >>> low, high = of_percent(pl.lit(3), pl.lit(4))
    >>> pl.select(low=low.round(1), high=high.round(1)).row(0)
    (30.1, 95.4)
    """
    low, high = wilson(part, whole)
    return low * 100, high * 100


def of_rate(events: pl.Expr, population: pl.Expr, per: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of `rate(events, population, per)`: the interval of the events, divided by the population.

    Null where the events are no whole number, or the population is not above 0.

    >>> low, high = of_rate(pl.lit(12), pl.lit(4000), pl.lit(10_000))
    >>> pl.select(low=low.round(1), high=high.round(1)).row(0)
    (15.5, 52.4)
    """
    low, high = poisson(events)
    scale = pl.when(population > 0).then(per / population)
    return low * scale, high * scale


def of_mean(mean: pl.Expr, number: pl.Expr, mean_square: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of a mean, by Student's t: null for a mean of fewer than two.

    Source: Student, "The probable error of a mean", Biometrika 6 (1908) 1-25.

    Args:
        mean: The mean.
        number: How many values it is of.
        mean_square: The mean of their squares.

    >>> low, high = of_mean(pl.lit(1 / 3), pl.lit(6.0), pl.lit(10.5 / 6))
    >>> pl.select(low=low.round(3), high=high.round(3)).row(0)
    (-1.138, 1.805)
    """
    variance = pl.max_horizontal(mean_square - mean**2, 0.0) / (number - 1)
    spread = _students(number - 1) * variance.sqrt()
    return pl.when(number > 1).then(mean - spread), pl.when(number > 1).then(mean + spread)


def _students(degrees: pl.Expr) -> pl.Expr:
    """The 97.5th percentile of Student's t for each number of degrees of freedom; null where that is below 1."""

    def percentiles(series: pl.Series) -> pl.Series:
        known = [number for number in series.unique() if number is not None and number >= 1]
        return series.replace_strict(known, [student(int(number)) for number in known], default=None)

    return degrees.map_batches(lambda series: percentiles(series).cast(pl.Float64), return_dtype=pl.Float64)


def with_interval(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds `lower` and `upper`: the 95 % interval of a percentage, rate or mean change with a value, else null."""
    parts = pl.col("numerator"), pl.col("denominator")
    percent, rate = of_percent(*parts), of_rate(*parts, pl.col("per"))
    mean = of_mean(pl.col("value"), pl.col("mean_of"), pl.col("mean_square"))
    ratio = pl.when("has_value").then("ratio")
    lower, upper = (
        pl.when(ratio == "percent")
        .then(of_percent)
        .when(ratio == "rate")
        .then(of_rate)
        .when(pl.col("has_value") & pl.col("mean_square").is_not_null())
        .then(of_mean)
        for of_percent, of_rate, of_mean in zip(percent, rate, mean, strict=True)
    )
    return frame.with_columns(lower=lower, upper=upper)
