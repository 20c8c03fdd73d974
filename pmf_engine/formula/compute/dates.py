"""Dates of records in Polars: months and days of the calendar, and functions of two dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import polars as pl

from pmf_engine.domain.dates import FIRST_DATA_YEAR, LAST_YEAR

_MARCH = date(1900, 3, 1)
"""From this day to the end of February 2100 every fourth year is a leap year; `month_of_day` depends on that."""


def month_of_day(day: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The number of the month of a date (see `domain.periods`) and its day of the month, for 1900-03-01 to 2100-02-28.

    Computes with years that begin in March: the leap day is then the last day of a year, and the lengths of months
    follow a straight line (Richards, *Mapping Time*, 1998). Much faster than asking Polars for year, month and day.
    """
    days = day.cast(pl.Int32) - (_MARCH - date(1970, 1, 1)).days
    year = (days * 4 + 3) // 1461
    in_year = days - year * 1461 // 4
    month = (in_year * 5 + 2) // 153
    return year * 12 + month + (_MARCH.year * 12 + 2), in_year - (month * 153 + 2) // 5 + 1


def _months(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole months between two dates, negative where the second is earlier; an incomplete month does not count."""
    (month, day), (other_month, other_day) = month_of_day(first), month_of_day(second)
    # Pretend that every month has 32 days: a whole month is then 32 days from any day to the same day.
    days = (other_month * 32 + other_day) - (month * 32 + day)
    return (days.abs() // 32 * days.sign()).cast(pl.Int64)


def _years(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole years, as the law counts an age: a person born on 29 February has a birthday on 1 March of common years."""
    months = _months(first, second)
    return months.abs() // 12 * months.sign()


def _days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    return (second.cast(pl.Int32) - first.cast(pl.Int32)).cast(pl.Int64)


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
