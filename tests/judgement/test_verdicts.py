"""Verdicts on actions: intervals are the published ones, and series without any effect are seldom called better."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.judgement.confidence import newcombe
from pmf_engine.judgement.distributions import beta_quantile, beta_share, rate_ratio, student
from tests.support.null_series import KINDS, SHAPES, WHEN, pooled_shares, series, shares

NEWCOMBE_1998_TABLE_II = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("counts", "limits"), NEWCOMBE_1998_TABLE_II)
def test_the_interval_of_a_difference_is_newcombe_s_method_10(
    counts: tuple[int, ...], limits: tuple[float, float]
) -> None:
    low, high = (
        pl.select(pl.struct(*(each.alias(str(at)) for at, each in enumerate(newcombe(*map(pl.lit, counts))))))
        .item()
        .values()
    )
    assert (round(low, 4), round(high, 4)) == limits
    assert (low, high) == pytest.approx(_by_roots(*counts), abs=1e-6)


def _by_roots(part: int, whole: int, before: int, whole_before: int) -> tuple[float, float]:
    """Newcombe's limits, with Wilson's found as the roots of the score equation by halving."""
    z = 1.959963984540054

    def wilson(x: int, n: int) -> tuple[float, float]:
        p = x / n

        def root(inside: float, outside: float) -> float:
            for _ in range(200):
                middle = (inside + outside) / 2
                if (p - middle) ** 2 * n <= z * z * middle * (1 - middle):
                    inside = middle
                else:
                    outside = middle
            return inside

        return (0.0 if x == 0 else root(p, 0.0)), (1.0 if x == n else root(p, 1.0))

    (low, high), (low_0, high_0) = wilson(part, whole), wilson(before, whole_before)
    p, p_0 = part / whole, before / whole_before
    return p - p_0 - ((p - low) ** 2 + (high_0 - p_0) ** 2) ** 0.5, p - p_0 + (
        (high - p) ** 2 + (p_0 - low_0) ** 2
    ) ** 0.5


def test_the_interval_of_a_ratio_is_the_published_one() -> None:
    """2 events in 17,877 and 9 in 16,660: M. P. Fay, "Testing the ratio of two Poisson rates" (2022)."""
    assert rate_ratio(2, 17877, 9, 16660) == pytest.approx((0.02177406, 1.00054910), abs=1e-8)


@pytest.mark.parametrize("counts", [(2, 9), (41, 15), (15, 41), (1, 1), (0, 4), (7, 0)])
def test_the_limits_of_a_ratio_leave_a_fortieth_of_a_binomial_on_each_side(counts: tuple[int, int]) -> None:
    later, earlier = counts
    low, high = rate_ratio(later, 1000, earlier, 1000)

    def binomial(least: int, most: int, share: float) -> float:
        total, term, whole = 0.0, (1 - share) ** (later + earlier), 0.0
        for count in range(later + earlier + 1):
            if least <= count <= most:
                total += term
            whole += term
            term *= (later + earlier - count) / (count + 1) * share / (1 - share)
        return total

    if later:
        assert binomial(later, later + earlier, low / (1 + low)) == pytest.approx(0.025, abs=1e-9)
    else:
        assert low == 0
    if earlier:
        assert binomial(0, later, high / (1 + high)) == pytest.approx(0.025, abs=1e-9)
    else:
        assert high == float("inf")


def test_student_s_quantiles_are_those_of_the_tables() -> None:
    table = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 10: 2.228, 20: 2.086, 30: 2.042, 60: 2.000, 120: 1.980}
    assert {degrees: round(student(degrees), 3) for degrees in table} == table


@given(share=st.floats(0.001, 0.999), a=st.floats(0.2, 500), b=st.floats(0.2, 500))
def test_a_beta_quantile_has_its_share_below_it(share: float, a: float, b: float) -> None:
    quantile = beta_quantile(share, a, b)
    assert beta_share(a, b, quantile) == pytest.approx(share, abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_series_without_any_effect_are_seldom_called_better(kind: str) -> None:
    """`python -m tests.support.null_series` does the same with ten thousand series of each kind."""
    for shape in SHAPES:
        for when in WHEN:
            points, count = series(np.random.default_rng(16), kind, shape, when, 250)
            assert shares(points, count)[0] <= 2.8, (shape, when)


def test_a_plain_comparison_would_often_call_them_better() -> None:
    for shape, when, least in (("trend", "any time", 25), ("scattered", "any time", 8), ("level", "at its worst", 3)):
        points, count = series(np.random.default_rng(16), "percent", shape, when, 1000)
        assert pooled_shares(points, count) > least, shape


def test_a_large_effect_is_found() -> None:
    points, count = series(np.random.default_rng(16), "percent", "level", "any time", 300, effect=15, size=200)
    better, worse = shares(points, count)
    assert better > 85
    assert worse == 0
