"""Ranges of days, with intersection and difference; the years that dates may be of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1901, 2099
"""First and last year of a plausible date, such as a date of birth; a date of another year is a typing mistake."""

FIRST_DATA_YEAR = 1950
"""The first year of periods and records. One record of an earlier year would stretch every series back to that year."""


class DateRange(NamedTuple):
    """The days from the first to the last, both included."""

    first: date
    last: date

    def shared(self, other: DateRange) -> DateRange | None:
        """The intersection: the days in both ranges, None where there are none.

        >>> april = DateRange(date(2016, 4, 1), date(2016, 4, 30))
        >>> april.shared(DateRange(date(2016, 4, 20), date(2016, 5, 10)))
        DateRange(first=datetime.date(2016, 4, 20), last=datetime.date(2016, 4, 30))
        """
        first, last = max(self.first, other.first), min(self.last, other.last)
        return DateRange(first, last) if first <= last else None

    def without(self, other: DateRange) -> list[DateRange]:
        """The difference: the days outside the other range, as no range, one range, or one on each side of the other.

        >>> april = DateRange(date(2016, 4, 1), date(2016, 4, 30))
        >>> [str(rest.last) for rest in april.without(DateRange(date(2016, 4, 10), date(2016, 4, 12)))]
        ['2016-04-09', '2016-04-30']
        """
        rest: list[DateRange] = []
        if self.first < other.first:
            rest.append(DateRange(self.first, min(self.last, other.first - timedelta(days=1))))
        if other.last < self.last:
            rest.append(DateRange(max(self.first, other.last + timedelta(days=1)), self.last))
        return rest


def day_of(given: object, what: str, time_zone: str | None = None) -> date:
    """A day that a program gave, without the time that it may have.

    Args:
        given: A date, or a time stamp.
        what: What it is the day of, for the message.
        time_zone: The zone of the day of a time stamp that has a zone of its own.

    Raises:
        TypeError: It is no day, such as a text, or a `NaT` of pandas.

    >>> day_of(datetime(2017, 6, 30, 12), "`as_of`")
    datetime.date(2017, 6, 30)
    """
    if isinstance(given, datetime) and given.tzinfo is not None and time_zone is not None:
        given = given.astimezone(ZoneInfo(time_zone))
    day = given.date() if isinstance(given, datetime) else given
    if isinstance(day, date) and not isinstance(day, datetime) and day == day:
        return day
    raise TypeError(f"{what} must be a date, such as date(2017, 6, 30), not {given!r}")
