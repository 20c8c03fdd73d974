"""A value that may be missing, with its reason code: the result of every part of a formula.

The reason code is 0 where there is a value. A value beside any other code (see `domain.reason_codes`) is meaningless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import Status


@dataclass(frozen=True)
class MaybeExpr:
    """A value and its reason code, as expressions over the rows of a frame.

    `left_out` is the reason code of the parts that a lenient sum left out, 0 where it left out none; None for a value
    that contains no lenient sum.
    """

    value: pl.Expr
    code: pl.Expr
    left_out: pl.Expr | None = None


@dataclass(frozen=True, slots=True)
class MaybeSeries:
    """A value and its reason code for each row of a panel; `left_out` as for `MaybeExpr`."""

    value: pl.Series
    code: pl.Series
    left_out: pl.Series | None = None


def known(part: MaybeExpr) -> pl.Expr:
    """The value, or null where it is missing or infinite; a negative zero becomes 0."""
    value = pl.when(part.value == 0).then(0.0).otherwise(part.value)
    return pl.when((part.code == 0) & part.value.is_finite()).then(value)


def gravest(codes: Sequence[pl.Expr]) -> pl.Expr:
    """The reason code of a value made of several parts: the maximum of their codes."""
    return pl.max_horizontal(codes) if len(codes) > 1 else codes[0]


def overflowed(part: MaybeExpr) -> pl.Expr:
    """INVALID for an operand that overflowed to infinity, else 0.

    As a divisor or in a comparison an infinity would give a value that looks plausible.
    """
    return pl.when((part.code == 0) & ~part.value.is_finite()).then(reason_code(Status.INVALID)).otherwise(0)
