"""Ranges of days, and what two of them have in common."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1901, 2099
"""Years of the dates that may be meant, such as dates of birth; another year is a slip of the fingers."""

FIRST_DATA_YEAR = 1950
"""The first year that periods and records may be of. An earlier one would stretch every series back to it."""


class DateRange(NamedTuple):
    """The days from the first to the last, both included."""

    first: date
    last: date

    def shared(self, other: DateRange) -> DateRange | None:
        """The days that are in both, None where there are none.

        >>> april = DateRange(date(2016, 4, 1), date(2016, 4, 30))
        >>> april.shared(DateRange(date(2016, 4, 20), date(2016, 5, 10)))
        DateRange(first=datetime.date(2016, 4, 20), last=datetime.date(2016, 4, 30))
        """
        first, last = max(self.first, other.first), min(self.last, other.last)
        return DateRange(first, last) if first <= last else None

    def without(self, other: DateRange) -> list[DateRange]:
        """The days that are not in the other range: none, one range, or one on each side of it.

        >>> april = DateRange(date(2016, 4, 1), date(2016, 4, 30))
        >>> [str(left.last) for left in april.without(DateRange(date(2016, 4, 10), date(2016, 4, 12)))]
        ['2016-04-09', '2016-04-30']
        """
        left: list[DateRange] = []
        if self.first < other.first:
            left.append(DateRange(self.first, min(self.last, other.first - timedelta(days=1))))
        if other.last < self.last:
            left.append(DateRange(max(self.first, other.last + timedelta(days=1)), self.last))
        return left
