"""Dates of records in Polars: months and days of the calendar, and functions of two dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import polars as pl

from pmf_engine.domain.dates import FIRST_DATA_YEAR, LAST_YEAR

_MARCH = date(1900, 3, 1)
"""From this day to the end of February 2100 every fourth year is a leap year; `evened` depends on that."""

MONTH_LENGTH = 32
"""The days of every month in the calendar of `evened`."""


def evened(day: pl.Expr) -> pl.Expr:
    """A date in a calendar whose months all have 32 days: 32 times its month (see `domain.periods`), plus its day.

    For 1900-03-01 to 2100-02-28. It counts the days, and adds those that earlier years and months lack. Years begin in
    March: the leap day is then the last day of a year, and the days that its months lack follow a straight line
    (Richards, *Mapping Time*, 1998). Much faster than asking Polars for year, month and day.
    """
    days = day.cast(pl.Int32) - (_MARCH - date(1970, 1, 1)).days
    year = (days * 4 + 3) // 1461
    in_year = days - year * 1461 // 4
    month = (in_year * 5 + 2) // 153
    first = MONTH_LENGTH * (_MARCH.year * 12 + _MARCH.month - 1) + 1
    return days + (year * 75 + 3) // 4 + (month * 7 + 2) // 5 + first


def _months(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole months between two dates, negative where the second is earlier; an incomplete month does not count.

    A whole month is 32 days of the evened calendar, from any day to the same day; a cast leaves out the rest.
    """
    return ((evened(second) - evened(first)) / MONTH_LENGTH).cast(pl.Int32)


def _years(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole years, as the law counts an age: a person born on 29 February has a birthday on 1 March of common years."""
    return (_months(first, second) / 12).cast(pl.Int32)


def _days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    return second.cast(pl.Int32) - first.cast(pl.Int32)


def _working_days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Working days after the first date, up to and with the second: no weekends, no bank holidays of England and Wales.

    Negative where the second date is earlier.
    """
    day, back = pl.duration(days=1), second < first
    begin, end = pl.when(back).then(second).otherwise(first), pl.when(back).then(first).otherwise(second)
    count = pl.business_day_count(begin + day, end + day, holidays=list(bank_holidays())).cast(pl.Int64)
    return pl.when(back).then(-count).otherwise(count)


@cache
def bank_holidays() -> tuple[date, ...]:
    """The bank holidays of England and Wales in every year of data: past, announced and expected."""
    from holidays import country_holidays  # a table of every country: loaded only where working days are counted

    return tuple(sorted(country_holidays("GB", subdiv="ENG", years=range(FIRST_DATA_YEAR, LAST_YEAR + 1))))


DATE_FUNCTIONS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "days": _days,
    "working_days": _working_days,
    "months": _months,
    "years": _years,
}
"""The functions of two dates, by name. Each returns an integer, null where a date is null."""
