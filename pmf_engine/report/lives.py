"""The lives of a year's exceptions: in which quarter each was raised, carried on and cleared.

A quarter has the exceptions of its report as it was kept in the board's folder of snapshots, else of the report that
would be made of it today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluated import own_rows
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.snapshots import kept_report


class LifeState(StrEnum):
    """What an exception is in a quarter."""

    RAISED = "raised"
    CARRIED = "carried"
    CLEARED = "cleared"
    NOT_SHOWN = "not shown"
    """The public is not told whether it still is one, as some of the indicator's results are withheld."""


@dataclass(frozen=True)
class LifeQuarter:
    """An exception in a quarter: its state, and the id of the level that it goes up to, if that is shown."""

    state: LifeState
    level: str | None


@dataclass(frozen=True)
class ExceptionLife:
    """The life of an indicator's exception, whole or by group, over the quarters of a year.

    Attributes:
        quarters: A quarter each; None where it is no exception and was none in the quarter before, and for a quarter
            that is not over.
        stands: It is an exception in the last quarter that is over.
        by_groups: It was never an exception as a whole, but by its groups alone.
    """

    indicator: Named
    quarters: tuple[LifeQuarter | None, ...]
    by_groups: bool
    stands: bool

    @property
    def went_up(self) -> bool:
        """Whether it is an exception in a quarter of the year, rather than one of the year before that is cleared."""
        return any(quarter is not None and quarter.level is not None for quarter in self.quarters)

    @property
    def is_cleared(self) -> bool:
        """Whether it was an exception in the year, and is none in the last quarter that is over."""
        last = [quarter.state for quarter in self.quarters if quarter is not None][-1]
        return self.went_up and last == LifeState.CLEARED


class Lives(NamedTuple):
    """The exceptions of a year, and the labels of the quarters of which they are those of the report that was kept."""

    lives: tuple[ExceptionLife, ...]
    kept: tuple[str, ...]


def lives_of(year: BoardYear) -> Lives:
    """The exceptions of a year by indicator, in the order of the framework."""
    first = year.quarters[0]
    before = Period(first.start - first.cadence.months, first.cadence)
    over = [quarter for quarter in year.quarters if year.is_over(quarter)]
    audience = year.evaluation.audience
    kept = {q: kept_report(year.framework, q, year.as_of, audience) for q in (before, *over)}
    found = [
        _kept_exceptions(year, report) if report else _exceptions(year, quarter) for quarter, report in kept.items()
    ]
    raised = [exceptions.levels for exceptions in found]
    wholes = {id_ for exceptions in found[1:] for id_ in exceptions.wholes}
    withheld = _partly_withheld(year) if year.is_public else frozenset()
    to_come = (None,) * (len(year.quarters) - len(over))
    lives = []
    for id_, indicator in year.framework.indicators.items():
        quarters = tuple(_quarter(then.get(id_), now.get(id_), id_ in withheld) for then, now in pairwise(raised))
        if any(quarter is not None and quarter.state != LifeState.NOT_SHOWN for quarter in quarters):
            stands = id_ in raised[-1]
            named = Named(id_, indicator.title)
            lives.append(ExceptionLife(named, (*quarters, *to_come), id_ not in wholes, stands))
    return Lives(tuple(lives), tuple(quarter.label for quarter in over if kept[quarter] is not None))


class _Exceptions(NamedTuple):
    """The exceptions of a quarter: by indicator the level that it went up to, and which went up as a whole."""

    levels: Mapping[str, str]
    wholes: frozenset[str]


def _exceptions(year: BoardYear, quarter: Period) -> _Exceptions:
    """The exceptions of a quarter, as they are known on the day of the year."""
    wholes = frozenset(row.indicator for row in year.exceptions(quarter) if row.by is None)
    return _Exceptions(year.raised_to(quarter), wholes)


def _kept_exceptions(year: BoardYear, report: ExceptionReport) -> _Exceptions:
    """The exceptions of a report that was kept, under the ids that their indicators have today."""
    indicators = year.framework.indicators
    today = {old: id_ for id_, indicator in indicators.items() for old in indicator.formerly} | {
        id_: id_ for id_ in indicators
    }
    items = [
        (today[item.indicator.id], level.level.id, item.group_only)
        for level in report.levels
        for item in level.items
        if item.indicator.id in today
    ]
    return _Exceptions({id_: level for id_, level, _ in items}, frozenset(id_ for id_, _, group in items if not group))


def _partly_withheld(year: BoardYear) -> frozenset[str]:
    """The indicators of which a result is withheld from the public, so that no exception of that series is shown."""
    rows = own_rows(year.evaluation).filter(pl.col("status").cast(pl.String) == Status.SUPPRESSED.value)
    return frozenset(rows["indicator"])


def _quarter(then: str | None, now: str | None, is_withheld: bool) -> LifeQuarter | None:
    """What an exception is in a quarter, by its levels in the quarter before and in this one."""
    if now is not None:
        return LifeQuarter(LifeState.RAISED if then is None else LifeState.CARRIED, now)
    if then is None:
        return None
    return LifeQuarter(LifeState.NOT_SHOWN if is_withheld else LifeState.CLEARED, None)
