"""Intervals for values that rest on counts, as Polars expressions."""

from __future__ import annotations

from typing import Final

import polars as pl

Z: Final = 1.959963984540054
"""The standard normal's 97.5th percentile: intervals are at 95 %."""

_EXACT: Final = (
    (0.0, 3.6888794541139363),
    (0.025317807984289897, 5.571643390938898),
    (0.24220927854396485, 7.224687667843898),
    (0.6186721225250227, 8.767273069722184),
    (1.0898653726500946, 10.241588687148546),
    (1.6234863870598266, 11.668332079322669),
    (2.2018943093062806, 13.059474046493765),
    (2.8143631005926436, 14.422675362257797),
    (3.4538321844379325, 15.763189213769364),
    (4.115373128083384, 17.084803447281743),
)
"""Exact limits of a Poisson count of 0 to 9: halves of the chi-squared quantiles for 2n and 2n + 2 degrees."""


def wilson(part: pl.Expr, whole: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of the proportion `part / whole`, as proportions.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927) 209-212. Null unless 0 <= part <= whole and whole > 0.
    """
    share = part / whole
    middle = share + Z**2 / (2 * whole)
    spread = Z * (share * (1 - share) / whole + Z**2 / (4 * whole**2)).sqrt()
    below = 1 + Z**2 / whole
    fits = (whole > 0) & (part >= 0) & (part <= whole)
    # At the ends the formula comes to 0 and 1, but for rounding.
    low = pl.when(part == 0).then(0.0).otherwise((middle - spread) / below)
    high = pl.when(part == whole).then(1.0).otherwise((middle + spread) / below)
    return pl.when(fits).then(low), pl.when(fits).then(high)


def poisson(events: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of a count of events: Byar's approximation from 10 on, exact below.

    Source: N. E. Breslow and N. E. Day, "Statistical Methods in Cancer Research II", IARC (1987), p. 69, for Byar's;
    F. Garwood, Biometrika 28 (1936) 437-442, for the exact limits. Null for what is not a whole number of events.
    """
    counted = (events >= 0) & (events == events.floor())
    low = events * (1 - 1 / (9 * events) - Z / (3 * events.sqrt())) ** 3
    more = events + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * more.sqrt())) ** 3
    for count, (exact_low, exact_high) in enumerate(_EXACT):
        low = pl.when(events == count).then(exact_low).otherwise(low)
        high = pl.when(events == count).then(exact_high).otherwise(high)
    return pl.when(counted).then(low), pl.when(counted).then(high)
