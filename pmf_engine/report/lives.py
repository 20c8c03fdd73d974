"""The lives of a year's exceptions: in which quarter each was raised, carried on and cleared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pmf_engine.domain.periods import Period
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named


class LifeState(StrEnum):
    """What an exception is in a quarter."""

    RAISED = "raised"
    CARRIED = "carried"
    CLEARED = "cleared"


@dataclass(frozen=True)
class LifeQuarter:
    """An exception in a quarter: its state, and the id of the level that it goes up to; None once it is cleared."""

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
        return any(quarter is not None and quarter.state != LifeState.CLEARED for quarter in self.quarters)


def lives_of(year: BoardYear) -> tuple[ExceptionLife, ...]:
    """The exceptions of a year by indicator, in the order of the framework."""
    first = year.quarters[0]
    before = Period(first.start - first.cadence.months, first.cadence)
    over = [quarter for quarter in year.quarters if year.is_over(quarter)]
    raised = [year.raised_to(quarter) for quarter in (before, *over)]
    wholes = {row.indicator for quarter in over for row in year.exceptions(quarter) if row.by is None}
    to_come = (None,) * (len(year.quarters) - len(over))
    lives = []
    for id_, indicator in year.framework.indicators.items():
        quarters = tuple(_quarter(then.get(id_), now.get(id_)) for then, now in pairwise(raised))
        if any(quarters):
            stands = id_ in raised[-1]
            named = Named(id_, indicator.title)
            lives.append(ExceptionLife(named, (*quarters, *to_come), id_ not in wholes, stands))
    return tuple(lives)


def _quarter(then: str | None, now: str | None) -> LifeQuarter | None:
    """What an exception is in a quarter, by its levels in the quarter before and in this one."""
    if now is not None:
        return LifeQuarter(LifeState.RAISED if then is None else LifeState.CARRIED, now)
    return None if then is None else LifeQuarter(LifeState.CLEARED, None)
