"""Codes: why there is no value, beside every value.

A code of 0 says that there is a value; any other says why there is none, and then the value means nothing. Codes of
several parts combine by taking the largest, which is what makes a missing figure impossible to lose on the way through
a formula.
"""

from __future__ import annotations

import polars as pl

from pmf_engine.domain.status import Status

FIGURE_BITS = 16
"""A code is a rank shifted by this, plus the number (from 1) of the figure that lacks, 0 for none."""

NOT_COME = 1
"""The code of what sums may do without. Below all others, so that nothing that was withheld hides behind it."""


def reason_code(status: Status, figure: int = 0) -> int:
    """The code for a status without a value; the graver the status, the larger."""
    return (status.rank << FIGURE_BITS) + figure


def decoded(code: int) -> tuple[Status, int]:
    """The status and the number (from 1; 0 for none) of the figure that a code other than 0 stands for."""
    return Status.missing()[(code >> FIGURE_BITS) - 1], code & ((1 << FIGURE_BITS) - 1)


def status_rank(code: pl.Expr) -> pl.Expr:
    """The place in `Status.missing()` of a code, from 1; 0 where there is a value."""
    return code // (1 << FIGURE_BITS)


def soft(code: pl.Expr) -> pl.Expr:
    """Whether nothing came (as against withheld, refused, not due or undefined, which nothing makes good)."""
    rank = status_rank(code)
    return (rank == Status.NO_DATA.rank) | (rank == Status.LATE.rank)
