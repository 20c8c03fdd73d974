"""Beginnings, ends, earlier names and breaks, with periods converted to months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from pmf_engine.domain.periods import Period, parse_period
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Break


class Dates(TypedDict):
    """The months of `model.Lasting`, for constructors."""

    since: int | None
    until: int | None


class Changes(Dates):
    """The attributes of `model.Lasting`, for constructors of its subclasses."""

    formerly: tuple[str, ...]
    also_called: tuple[str, ...]


def lasting(draft: Draft, definition: schema.Lasting, months: int = 12, year_start: int | None = None) -> Changes:
    """The attributes of `model.Lasting` for a definition.

    Args:
        draft: The framework so far.
        definition: The definition in the shape of the schema.
        months: The expected length of the periods that it names.
        year_start: The month in which its own year starts; None for the board's.
    """
    dates = beginning_and_end(draft, definition, months, year_start)
    return Changes(**dates, formerly=tuple(definition.formerly), also_called=tuple(definition.also_called))


def beginning_and_end(
    draft: Draft, definition: schema.Lasting | schema.Indicator, months: int, year_start: int | None
) -> Dates:
    """The first month of the period `since`, and the month after the period `until`."""
    since = _period(draft, definition.since, months, year_start)
    until = _period(draft, definition.until, months, year_start)
    return Dates(since=since.start if since else None, until=until.end if until else None)


def breaks(
    draft: Draft, definitions: Sequence[schema.Break], months: int = 12, year_start: int | None = None
) -> tuple[Break, ...]:
    """The breaks of a definition, without those whose period cannot be parsed."""
    periods = [(_period(draft, break_.at, months, year_start), break_.because) for break_ in definitions]
    return tuple(Break(period.start, because) for period, because in periods if period)


def _period(draft: Draft, text: str | None, months: int, year_start: int | None) -> Period | None:
    """The period that a text names in the definition's own year, or else in the board's year."""
    if text is None:
        return None
    board = draft.model.board.year_start
    periods = (parse_period(text, year, months) for year in dict.fromkeys((year_start or board, board)))
    return next((period for period in periods if period), None)
