"""What begins, ends and changes: first and last periods, earlier names, and breaks, as months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from pmf_engine.domain.periods import Period, parse_period
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Break


class Dates(TypedDict):
    """The months of a beginning and an end."""

    since: int | None
    until: int | None


class Changes(Dates):
    """What `Lasting` has, for the constructor of any of its kinds."""

    formerly: tuple[str, ...]
    also_called: tuple[str, ...]


def lasting(draft: Draft, given: schema.Lasting, months: int = 12, year_start: int | None = None) -> Changes:
    """The changes of what is given, of which periods are `months` long as a rule."""
    dates = beginning_and_end(draft, given, months, year_start)
    return Changes(**dates, formerly=tuple(given.formerly), also_called=tuple(given.also_called))


def beginning_and_end(
    draft: Draft, given: schema.Lasting | schema.Indicator, months: int, year_start: int | None
) -> Dates:
    """The first month of the period `since`, and the month after the period `until`."""
    since = _period(draft, given.since, months, year_start)
    until = _period(draft, given.until, months, year_start)
    return Dates(since=since.start if since else None, until=until.end if until else None)


def breaks(
    draft: Draft, given: Sequence[schema.Break], months: int = 12, year_start: int | None = None
) -> tuple[Break, ...]:
    """The breaks whose periods can be read."""
    periods = [(_period(draft, each.at, months, year_start), each.because) for each in given]
    return tuple(Break(period.start, because) for period, because in periods if period)


def _period(draft: Draft, text: str | None, months: int, year_start: int | None) -> Period | None:
    """The period that a text names in the own year of what begins or ends, or else in the board's."""
    if text is None:
        return None
    board = draft.model.board.year_start
    periods = (parse_period(text, year, months) for year in dict.fromkeys((year_start or board, board)))
    return next((period for period in periods if period), None)
