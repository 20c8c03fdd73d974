"""Durations of conditions: the units of `C for N ...`, and their conversion to periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_PERIOD = 12
"""The length of the longest period of an indicator, a year, in months."""


@dataclass(frozen=True)
class Unit:
    """A unit of time in conditions. `months` is its length; None for the indicator's own period."""

    singular: str
    plural: str
    months: int | None = None

    def periods(self, count: int, months: int) -> int:
        """The number of periods, each `months` long, that `count` of this unit overlap.

        >>> Unit("period", "periods").periods(2, 3), Unit("year", "years", 12).periods(1, 3)
        (2, 4)
        """
        return count if self.months is None else -(-count * self.months // months)


UNITS: Final[tuple[Unit, ...]] = (Unit("period", "periods"),)
"""The units. The first is the usual one, which messages name."""

BY_WORD: Final[Mapping[str, Unit]] = {word: unit for unit in UNITS for word in (unit.plural, unit.singular)}
