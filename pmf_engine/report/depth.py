"""How much of a report is printed."""

from __future__ import annotations

from enum import IntEnum


class Depth(IntEnum):
    """How much of a report is printed: each depth has all of those before it."""

    FIRST = 0
    """The first screen alone."""
    DETAIL = 1
    """The exceptions in full."""
    ALL = 2
    """Everything else: what no rule sends up, what is late, what has recovered, all indicators, the data."""
