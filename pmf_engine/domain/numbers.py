"""When two numbers count as equal, and what rounding leaves."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from math import copysign, floor, isinf

NEAR = 1e-9
"""Numbers nearer than this share of the larger count as equal."""

SNAP = 1e-14
"""A sum or difference smaller than this share of its largest term is rounding's remainder, and counts as 0."""

HALF = 5e-15
"""A number that falls short of a half by no more than this share of itself, as floating point may, counts as one."""

_DECIMALS = Context(prec=400, rounding=ROUND_HALF_UP)


def half_up(value: float, digits: float = 0) -> float:
    """A number rounded to so many digits, halves away from zero. Polars does the same in `compute.operations.half_up`.

    >>> half_up(2.5), half_up(-2.5), half_up(1.005, 2), half_up(149, -2)
    (3.0, -3.0, 1.01, 100.0)
    """
    scale = 10.0**digits
    return copysign(floor(abs(value) * scale * (1 + HALF) + 0.5) / scale, value)


def half_up_decimal(exact: Decimal, places: int) -> Decimal:
    """A decimal rounded half up to so many places, never to a negative zero.

    >>> half_up_decimal(Decimal("0.25"), 1), half_up_decimal(Decimal("-0.04"), 1)
    (Decimal('0.3'), Decimal('0.0'))
    """
    rounded = exact.quantize(Decimal(1).scaleb(-places), context=_DECIMALS)
    return rounded if rounded else abs(rounded)


def close(left: float, right: float) -> bool:
    """Whether two numbers count as equal: nearer than one part in 10^9.

    >>> close(0.1 + 0.2, 0.3), close(100.0, 100.1)
    (True, False)
    """
    if isinf(left) or isinf(right):
        return left == right
    return abs(left - right) <= NEAR * max(abs(left), abs(right))
