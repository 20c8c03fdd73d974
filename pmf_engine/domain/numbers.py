"""When two numbers count as equal, and what rounding leaves."""

from __future__ import annotations

from math import isinf

NEAR = 1e-9
"""Numbers nearer than this share of the larger count as equal."""

SNAP = 1e-14
"""A sum or difference smaller than this share of its largest term is rounding's remainder, and counts as 0."""


def close(left: float, right: float) -> bool:
    """Whether two numbers count as equal: nearer than one part in 10^9.

    >>> close(0.1 + 0.2, 0.3), close(100.0, 100.1)
    (True, False)
    """
    if isinf(left) or isinf(right):
        return left == right
    return abs(left - right) <= NEAR * max(abs(left), abs(right))
