"""Matters: the exceptions of a report as a board speaks of them, each with who can mend it and what is asked.

An exception of an indicator is a matter. A return that has not come is one, with all exceptions that wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pmf_engine.domain.status import Direction, Status
from pmf_engine.report.item import Item, Named
from pmf_engine.report.model import ExceptionReport, LateAgency, LateReturn, Level


class MatterKind(StrEnum):
    """The kinds of matters."""

    VALUE = "value"
    """The value of the whole is outside what is good, or was when it was last known."""
    GROUPS = "groups"
    """Only groups are exceptions; the whole is not."""
    RETURN = "return"
    """A return has not come."""
    NO_VALUE = "no_value"
    """There is no value for another reason: contradicted, withheld, not available."""


@dataclass(frozen=True)
class Matter:
    """A matter for a level of governance.

    Attributes:
        number: Its number in the report, from 1.
        kind: Its kind.
        status: The status that heads it.
        level: The level of governance.
        items: The exceptions in it, worst first.
        late: The agencies whose returns have not come.
        owners: Who can mend it: the officers, or the agencies that have named none.
        asks: What is asked.
        new: Whether each of its exceptions was raised in the period of the report.
        explained: Whether an agency has commented on each of its exceptions.
    """

    number: int
    kind: MatterKind
    status: str
    level: Named
    items: tuple[Item, ...]
    late: tuple[LateAgency, ...]
    owners: tuple[str, ...]
    asks: tuple[str, ...]
    new: bool
    explained: bool

    @property
    def first(self) -> Item:
        """The worst of its exceptions."""
        return self.items[0]

    @property
    def longest(self) -> LateReturn:
        """Of the returns that have not come, the one that has not come for the longest."""
        waiting = {item.indicator.id for item in self.items}
        returns = [late for agency in self.late for late in agency.returns if waiting & {w.id for w in late.waiting}]
        return max(returns, key=lambda late: late.run * late.months)


def matters(report: ExceptionReport) -> tuple[Matter, ...]:
    """The matters of a report: by level, the highest first, and worst first."""
    found: list[Matter] = []
    taken: set[str] = set()
    for level in report.levels:
        for item in level.items:
            if item.indicator.id in taken:
                continue
            late = _late(report, item)
            items = (item, *_waiting_as_well(report, item, late)) if late else (item,)
            taken.update(one.indicator.id for one in items)
            found.append(_matter(len(found) + 1, level, items, late))
    return tuple(found)


def is_new(item: Item) -> bool:
    """Whether an exception was raised in the period of the report, for the whole and for every group that goes up."""
    lives = [item.raised] if not item.group_only else []
    lives += [group.raised for outside in item.outside for group in outside.groups if group.escalate_to]
    return all(life is None or (life.periods == 1 and life.months == item.period.cadence.months) for life in lives)


def _late(report: ExceptionReport, item: Item) -> tuple[LateAgency, ...]:
    """The agencies whose late returns an exception without a value waits for."""
    if item.status != Status.LATE or item.group_only:
        return ()
    return tuple(
        agency
        for agency in report.late
        if any(item.indicator.id in {waiting.id for waiting in late.waiting} for late in agency.returns)
    )


def _waiting_as_well(report: ExceptionReport, item: Item, late: tuple[LateAgency, ...]) -> list[Item]:
    """The other exceptions, at any level, that wait for returns of the same agencies."""
    others = [other for level in report.levels for other in level.items if other is not item]
    return [other for other in others if _late(report, other) == late]


def _matter(number: int, level: Level, items: tuple[Item, ...], late: tuple[LateAgency, ...]) -> Matter:
    item = items[0]
    kind = MatterKind.VALUE
    if late:
        kind = MatterKind.RETURN
    elif item.group_only:
        kind = MatterKind.GROUPS
    elif item.status in Status.missing():
        kind = MatterKind.NO_VALUE
    owners = [owner for one in items for owner in one.owners]
    return Matter(
        number=number,
        kind=kind,
        status=_status(item),
        level=level.level,
        items=items,
        late=late,
        owners=tuple(dict.fromkeys(owners)),
        asks=item.asks or (_default_ask(item, kind),),
        new=all(is_new(one) for one in items),
        explained=all(one.comments or not one.shows_words for one in items),
    )


def _status(item: Item) -> str:
    """The status that heads an exception: of groups alone, that of the worst group that goes up."""
    if not item.group_only:
        return item.status
    raised = [group for outside in item.outside for group in outside.groups if group.escalate_to]
    return min((group.status for group in raised), key=_WORST_FIRST.index, default=item.status)


_WORST_FIRST: Final[list[str]] = [Status.RED, Status.AMBER, *Status.missing()[::-1], Status.NOT_RATED, Status.GREEN]

_ASKS: Final = {
    Status.LATE: "write for the return",
    Status.INVALID: "which figure is right?",
    Status.NO_DATA: "when can this be counted?",
    Status.SUPPRESSED: "how may the Board see it?",
    Status.UNDEFINED: "was there none, or was none counted?",
}
_ASKS_OF_DIRECTION: Final = {
    Direction.WORSENING: "what will change, and by when?",
    Direction.IMPROVING: "is the pace enough?",
}


def _default_ask(item: Item, kind: MatterKind) -> str:
    """The question that follows from the kind of an exception."""
    if kind == MatterKind.RETURN:
        return _ASKS[Status.LATE]
    if kind == MatterKind.GROUPS:
        return "why there, and not elsewhere?"
    if item.status in Status.missing():
        return _ASKS.get(Status(item.status), "what is known?")
    return (
        _ASKS_OF_DIRECTION.get(Direction(item.direction), "what will change?")
        if item.direction
        else "what will change?"
    )
