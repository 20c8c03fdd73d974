"""Near-equality of numbers, rounding half up, and snapping of rounding errors to 0."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from math import copysign, floor, isinf

NEAR = 1e-9
"""Numbers nearer than this share of the larger count as equal."""

SNAP = 1e-14
"""A sum or difference smaller than this share of its largest term is a rounding error, and counts as 0."""

HALF = 5e-15
"""A number below a half by at most this share of itself, an error of floating point, counts as a half."""

_DECIMALS = Context(prec=400, rounding=ROUND_HALF_UP)


def half_up(value: float, digits: float = 0) -> float:
    """Rounds to a number of decimals, halves away from zero; `compute.operations.half_up` is the same in Polars.

    >>> half_up(2.5), half_up(-2.5), half_up(1.005, 2), half_up(149, -2)
    (3.0, -3.0, 1.01, 100.0)
    """
    scale = 10.0**digits
    return copysign(floor(abs(value) * scale * (1 + HALF) + 0.5) / scale, value)


def half_up_decimal(exact: Decimal, places: int) -> Decimal:
    """Rounds a decimal half up to a number of places; the result is never a negative zero.

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
