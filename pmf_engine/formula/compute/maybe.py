"""A value that may be missing, with the reason: what every part of a formula is once it is worked out.

The reason code is 0 where there is a value; any other code says why there is none (see `domain.reason_codes`), and then
the value means nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class MaybeExpr:
    """A value and its reason code, as expressions over the rows of a frame.

    `left_out` is the reason code of what a lenient sum did without, 0 where it did without nothing; None where nothing
    can be left out.
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
    """The value where there is one that can be shown, else null: neither an infinity nor a negative zero."""
    value = pl.when(part.value == 0).then(0.0).otherwise(part.value)
    return pl.when((part.code == 0) & part.value.is_finite()).then(value)


def gravest(codes: Sequence[pl.Expr]) -> pl.Expr:
    """The reason code of what is made of several parts: the largest of theirs."""
    return pl.max_horizontal(codes) if len(codes) > 1 else codes[0]
