"""Durations of conditions: the units that may stand in `C for N ...`, and how many periods N of one are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_PERIOD = 12
"""Months of a year, the longest period of an indicator."""


@dataclass(frozen=True)
class Unit:
    """A unit of time in conditions. `months` is how long one is; None stands for an indicator's own period."""

    singular: str
    plural: str
    months: int | None = None

    def periods(self, count: int, months: int) -> int:
        """How many periods of so many months are needed for `count` of this unit: all that it touches.

        >>> Unit("period", "periods").periods(2, 3), Unit("year", "years", 12).periods(1, 3)
        (2, 4)
        """
        return count if self.months is None else -(-count * self.months // months)


UNITS: Final[tuple[Unit, ...]] = (Unit("period", "periods"),)
"""The units, the usual one first: it is the one that messages name."""

BY_WORD: Final[Mapping[str, Unit]] = {word: unit for unit in UNITS for word in (unit.plural, unit.singular)}
