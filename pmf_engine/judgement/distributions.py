"""Quantiles of Student's t and of the beta distribution, and the exact interval of the ratio of two Poisson rates."""

from __future__ import annotations

from functools import lru_cache
from math import exp, inf, lgamma, log, log1p
from statistics import NormalDist
from typing import Final

_TAIL: Final = 0.025
"""Each tail of an interval at 95 %."""

_NORMAL: Final = NormalDist()
_NEAR: Final = 1e-13
_NEAR_ENOUGH: Final = 1e-4
"""A step so small, as a share of the quantile and of its tail, leaves an error of the order of the cube of this."""
_MOST: Final = 400


def beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function: the share of a beta distribution below `x`.

    By its continued fraction (Lentz's algorithm): Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964),
    26.5.8.

    >>> round(beta_share(2, 3, 0.5), 10)
    0.6875
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, _MOST):
        at = a + 2 * m
        even = m * (b - m) * x / ((at - 1) * at)
        d, c = 1 / (1 + even * d), 1 + even / c
        odd = -(a + m) * (a + b + m) * x / (at * (at + 1))
        step = c * d
        d, c = 1 / (1 + odd * d), 1 + odd / c
        last = c * d
        fraction *= step * last
        if abs(last - 1) < _NEAR:
            break
    return front * fraction


def _near_quantile(share: float, a: float, b: float) -> float:
    """Nearly the value below which a share of a beta distribution lies: Abramowitz and Stegun, 26.5.22."""
    if a <= 1 or b <= 1:
        return a / (a + b)
    y = -_NORMAL.inv_cdf(share)
    left, right, third = 1 / (2 * a - 1), 1 / (2 * b - 1), (y * y - 3) / 6
    h = 2 / (left + right)
    w = y * (h + third) ** 0.5 / h - (right - left) * (third + 5 / 6 - 2 / (3 * h)) if h + third > 0 else 0.0
    x = a / (a + b * exp(2 * min(max(w, -300.0), 300.0)))
    return x if 0 < x < 1 else a / (a + b)


@lru_cache(maxsize=4096)
def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which a share of a beta distribution lies: by Halley's steps, kept between bounds.

    >>> round(beta_quantile(0.975, 1, 1), 10)
    0.975
    """
    low, high, x = 0.0, 1.0, _near_quantile(share, a, b)
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    for _ in range(_MOST):
        off = beta_share(a, b, x) - share
        low, high = (low, x) if off > 0 else (x, high)
        slope = exp(scale + (a - 1) * log(x) + (b - 1) * log1p(-x))
        step = off / slope if slope > 0 else inf
        bend = 1 - step * ((a - 1) / x - (b - 1) / (1 - x)) / 2  # the density's own slope
        step = step / bend if bend > 0.5 else step
        if abs(step) <= _NEAR_ENOUGH * x and abs(off) <= _NEAR_ENOUGH * min(share, 1 - share):
            return x - step
        x = x - step if low < x - step < high else (low + high) / 2
    return x


@lru_cache(maxsize=1024)
def student(degrees: int) -> float:
    """The 97.5th percentile of Student's t distribution.

    >>> [round(student(degrees), 3) for degrees in (1, 3, 10, 30)]
    [12.706, 3.182, 2.228, 2.042]
    """
    # x = degrees / (degrees + t^2) has a beta distribution
    x = beta_quantile(2 * _TAIL, degrees / 2, 0.5)
    return float((degrees * (1 - x) / x) ** 0.5)


def rate_ratio(events: float, exposure: float, before: float, exposure_before: float) -> tuple[float, float]:
    """The 95 % interval of the ratio of two Poisson rates, the later to the earlier: exact, given all events.

    Given their sum, the later events are binomial; the limits are those of Clopper and Pearson. Source: F. Ederer and
    N. Mantel, "Confidence limits on the ratio of two Poisson variables", American Journal of Epidemiology 100 (1974)
    165-167. Numbers of events may be fractions, which are counts divided by their overdispersion.

    Args:
        events: The later number of events.
        exposure: What they are counted over, above 0.
        before: The earlier number of events.
        exposure_before: What these are counted over, above 0.

    >>> low, high = rate_ratio(2, 17877, 9, 16660)
    >>> round(low, 6), round(high, 6)
    (0.021774, 1.000549)
    """
    scale = exposure_before / exposure
    low = beta_quantile(_TAIL, events, before + 1) if events > 0 else 0.0
    high = beta_quantile(1 - _TAIL, events + 1, before) if before > 0 else 1.0
    return scale * low / (1 - low), inf if high >= 1 else scale * high / (1 - high)
