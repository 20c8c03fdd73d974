"""Reason codes: the integer beside every value. Only this file knows their bits.

The code 0 means that there is a value. Any other code is the reason for having no value and the source that has none;
the value beside it is then meaningless. Codes of several parts combine by maximum: a formula loses no missing figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.status import Status

_SOURCE_BITS = 16
_SOURCES = 1 << _SOURCE_BITS
"""A code is the rank of a status times this number, plus the number of a source; the source 0 is none."""

MISREAD = _SOURCES >> 1
"""A bit of the code of a figure that an unplaced row may contain. Numbers of sources are smaller than this bit."""

TOO_FEW_ANSWERED = MISREAD - 1
"""In the place of a source: too few were scored twice for a value (`respond`). Numbers of sources are smaller."""

NOT_RECEIVED = 1
"""Code of a figure that was not received. It is the smallest code: where parts combine by maximum, a withheld or
refused part wins."""


class ReasonCode(NamedTuple):
    """A code other than 0, decoded: a status without a value, and the number of the source that has no value.

    >>> ReasonCode(Status.LATE, 3).code
    327683
    >>> ReasonCode.read(327683)
    ReasonCode(status=<Status.LATE: 'late'>, source=3)
    """

    status: Status
    source: int = 0
    """From 1, as `SourceIndex` numbers sources; 0 for none."""

    @property
    def code(self) -> int:
        """The integer beside the value."""
        return reason_code(self.status, self.source)

    @classmethod
    def read(cls, code: int) -> ReasonCode:
        """Decodes a code other than 0 and `NOT_RECEIVED`."""
        return cls(Status.missing()[(code >> _SOURCE_BITS) - 1], code % MISREAD)


def reason_code(status: Status, source: int = 0) -> int:
    """The code of a status without a value; a status of higher rank has a larger code.

    >>> reason_code(Status.UNDEFINED, 2)
    65538
    """
    return (status.rank << _SOURCE_BITS) + source


class SourceIndex:
    """The numbers of sources in codes, from 1: figures in the order of the framework, then lists.

    >>> index = SourceIndex(["referrals", "plans"], ["visits"])
    >>> index.numbers["visits"], index.name(1)
    (3, 'referrals')
    """

    def __init__(self, figures: Iterable[str], lists: Iterable[str]) -> None:
        self._names = [*figures, *lists]
        self.numbers = {name: number for number, name in enumerate(self._names, start=1)}

    def name(self, number: int) -> str | None:
        """The figure or list with a number; None for a number of none."""
        return self._names[number - 1] if 0 < number <= len(self._names) else None


def figure_number(figure: pl.Expr) -> pl.Expr:
    """The number of a figure in codes, from a column that is an Enum of all figures in the order of the framework."""
    return figure.to_physical().cast(pl.UInt32) + 1


def source_number(code: pl.Expr) -> pl.Expr:
    """The number of the source in a code, 0 for none."""
    return code % MISREAD


def is_misread(code: pl.Expr) -> pl.Expr:
    """Whether an unplaced row may contain the figure of a code."""
    return code % _SOURCES >= MISREAD


def status_rank(code: pl.Expr) -> pl.Expr:
    """`Status.rank` of a code; 0 where there is a value, or the code is `NOT_RECEIVED`."""
    return code // _SOURCES


def has_status(code: pl.Expr, *statuses: Status) -> pl.Expr:
    """Whether the status in a code is one of these, whatever its source."""
    rank = status_rank(code)
    return pl.any_horizontal([rank == status.rank for status in statuses])


def is_absent(code: pl.Expr) -> pl.Expr:
    """Whether the agency sent nothing: the status is `no_data` or `late`.

    A withheld, refused, undefined or not yet due part is present: `first_known` does not replace it.
    """
    return has_status(code, Status.NO_DATA, Status.LATE)


def is_awaited(code: pl.Expr) -> pl.Expr:
    """Whether the agency has yet to send the figure: the status is `late` or `not_due`."""
    return has_status(code, Status.LATE, Status.NOT_DUE)
