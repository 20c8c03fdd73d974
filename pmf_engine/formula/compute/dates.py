"""Dates of records in Polars: months and days of the calendar, and the functions of two dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import polars as pl

from pmf_engine.domain.dates import FIRST_DATA_YEAR, LAST_YEAR

"""The years whose bank holidays are taken into account."""

_MARCH = date(1900, 3, 1)
"""From here to the end of February 2100 every fourth year is a leap year, which is what `month_of_day` rests on."""


def month_of_day(day: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The month of a date, counted from the year 0, and its day of the month, both from 1900-03-01 to 2100-02-28.

    Years are taken to begin in March, as then the leap day is the last of the year and the lengths of months follow
    a straight line (Richards, *Mapping Time*, 1998). Many times as fast as to ask for year, month and day.
    """
    days = day.cast(pl.Int32) - (_MARCH - date(1970, 1, 1)).days
    year = (days * 4 + 3) // 1461
    in_year = days - year * 1461 // 4
    month = (in_year * 5 + 2) // 153
    return year * 12 + month + (_MARCH.year * 12 + 2), in_year - (month * 153 + 2) // 5 + 1


def _months(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole months between two dates: one less where the later date has not reached the day of the earlier one."""
    (month, day), (other_month, other_day) = month_of_day(first), month_of_day(second)
    # As if every month had 32 days, so that a whole one is 32 from any day to the same.
    days = (other_month * 32 + other_day) - (month * 32 + day)
    return (days.abs() // 32 * days.sign()).cast(pl.Int64)


def _years(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole years, as the law counts an age: who is born on 29 February is a year older on 1 March of other years."""
    months = _months(first, second)
    return months.abs() // 12 * months.sign()


def _days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    return (second.cast(pl.Int32) - first.cast(pl.Int32)).cast(pl.Int64)


def _working_days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Days but Saturdays, Sundays and bank holidays of England and Wales, after the first up to and with the second.

    Where the second is earlier, as many below zero as from it to the first.
    """
    day, back = pl.duration(days=1), second < first
    begin, end = pl.when(back).then(second).otherwise(first), pl.when(back).then(first).otherwise(second)
    count = pl.business_day_count(begin + day, end + day, holidays=list(bank_holidays())).cast(pl.Int64)
    return pl.when(back).then(-count).otherwise(count)


@cache
def bank_holidays() -> tuple[date, ...]:
    """The bank holidays of England and Wales, past and announced or expected."""
    from holidays import country_holidays  # a table of every country: loaded only where working days are counted

    found = country_holidays("GB", subdiv="ENG", years=range(FIRST_DATA_YEAR, LAST_YEAR + 1))
    return tuple(sorted(found))


DATE_FUNCTIONS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "days": _days,
    "working_days": _working_days,
    "months": _months,
    "years": _years,
}
"""The functions of two dates, by name: each gives a whole number, null where a date is."""
