"""The orders of a report: statuses in reading order, and items worst first."""

from __future__ import annotations

from typing import Final

from pmf_engine.domain.status import Direction, Status
from pmf_engine.report.item import Item

OUTSIDE: Final = (Status.RED, Status.AMBER)
"""The statuses of a value outside the good band, worst first."""

NOT_OUTSIDE: Final = (Status.GREEN, Status.NOT_RATED, Status.NOT_DUE)
"""The statuses of a group of which a report says nothing, unless it goes up."""

READING_ORDER: Final = (
    Status.RED,
    Status.AMBER,
    Status.GREEN,
    Status.NOT_RATED,
    *(status for status in Status.missing()[::-1] if status != Status.NOT_DUE),
    Status.NOT_DUE,
)
"""All statuses, in the order of the headline counts."""

_DIRECTIONS: Final = (Direction.WORSENING, Direction.UNCHANGED, None, Direction.IMPROVING)


def rank(status: str | None) -> int:
    """The position of a status among all statuses, worst first.

    >>> rank("red"), rank("amber"), rank("green"), rank(None)
    (0, 1, 2, 2)
    """
    return OUTSIDE.index(status) if status in OUTSIDE else len(OUTSIDE)


def worst_first(item: Item) -> tuple[int, bool, int, int, int, str]:
    """The sort key of items: red, amber, then the rest, with those first whose last value was red.

    An item of groups alone takes the rank of its worst group, after the wholes of that rank.
    """
    own_rank = rank(item.status)
    if item.group_only:
        own_rank = min(rank(group.status) for outside in item.outside for group in outside.groups if group.escalate_to)
    carried = rank(item.carried.status) if item.carried else len(OUTSIDE)
    direction = _DIRECTIONS.index(item.direction) if item.direction in _DIRECTIONS else 2
    return own_rank, item.group_only, carried, direction, -item.run, item.indicator.id
