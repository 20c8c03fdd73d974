"""When two numbers count as equal."""

from __future__ import annotations

from math import isinf

NEAR = 1e-9
"""Numbers nearer than this share of the larger count as equal."""


def close(left: float, right: float) -> bool:
    """Whether two numbers count as equal: nearer than one part in 10^9."""
    if isinf(left) or isinf(right):
        return left == right
    return abs(left - right) <= NEAR * max(abs(left), abs(right))
