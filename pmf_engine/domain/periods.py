"""Frequencies and periods: which months a figure or an indicator speaks for, and what they are called.

A month is a whole number, twelve times the year plus the month from 0, so that the period before is a
subtraction and the same arithmetic runs in Python and in Polars.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pmf_engine.domain.dates import FIRST_DATA_YEAR, LAST_YEAR

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class Frequency(StrEnum):
    """How often figures come. An ad hoc figure is returned for the quarter it was asked for in."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    ANNUAL = "annual"
    AD_HOC = "ad hoc"

    @property
    def months(self) -> int:
        """The length of one period in months."""
        return _LENGTHS[self]


_LENGTHS = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.ANNUAL: 12,
    Frequency.AD_HOC: 3,
}


def month_of(day: date) -> int:
    """The month number that holds a date."""
    return day.year * 12 + day.month - 1


class Cadence(NamedTuple):
    """Periods of one length, in a year that starts in a given month (1 for January)."""

    months: int
    year_start: int

    def holding(self, month: int) -> Period:
        """The period that holds a month."""
        return Period(month - (month - (self.year_start - 1)) % self.months, self)

    def bounded_by(self, day: date, first: bool) -> Period | None:
        """The period that a day is the last of, or where that may be meant (`first`) the first of.

        >>> str(Cadence(3, 4).bounded_by(date(2026, 4, 1), first=True))
        '2026-27 Q1'
        >>> Cadence(3, 4).bounded_by(date(2026, 4, 1), first=False) is None
        True
        """
        period = self.holding(month_of(day))
        return period if day == period.last_day or (first and day == period.first_day) else None

    def last_ended_by(self, end: int) -> Period:
        """The latest period that is over when the month `end` begins."""
        period = self.holding(end)
        return period if period.end == end else Period(period.start - self.months, self)


@dataclass(frozen=True, order=True)
class Period:
    """The months from `start` up to `end`, named as the cadence's year has it."""

    start: int
    cadence: Cadence

    @property
    def end(self) -> int:
        """The month after the last one."""
        return self.start + self.cadence.months

    @property
    def first_day(self) -> date:
        """The first day of the period."""
        return date(self.start // 12, self.start % 12 + 1, 1)

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        year, month = divmod(self.end - 1, 12)
        return date(year, month + 1, monthrange(year, month + 1)[1])

    @property
    def label(self) -> str:
        """The name people use: `2016-17`, `2016-17 Q3`, `2016-17 H1`, `2016-12`; `2016 Q3` in calendar years."""
        if self.cadence.months == 1:
            return f"{self.start // 12}-{self.start % 12 + 1:02d}"
        begun = self.start - (self.cadence.year_start - 1)
        year, month = divmod(begun, 12)
        name = str(year) if self.cadence.year_start == 1 else f"{year}-{(year + 1) % 100:02d}"
        if self.cadence.months == 12:
            return name
        letter = "Q" if self.cadence.months == 3 else "H"
        return f"{name} {letter}{month // self.cadence.months + 1}"

    def __str__(self) -> str:
        return self.label


_SEP = r"\s*[-/\u2013]\s*"
_YEAR = rf"(?P<fy>fy\s*)?(?P<year>\d{{4}}|\d\d(?={_SEP}))(?:{_SEP}(?P<next>\d{{4}}|\d\d)|(?P<joined>\d\d))?"
_PART = r"(?P<letter>[qh])(?:tr|uarter|alf)?\s*(?P<number>\d)"
_FORMS = [
    re.compile(rf"{_YEAR}(?:\s*,?\s*{_PART})?"),
    re.compile(rf"{_PART}\s*,?\s*{_YEAR}"),
]
_NAME = r"[a-z]{3,9}\.?"
_MONTH_FORMS = [
    re.compile(r"(?P<year>\d{4})\s*[-/]?\s*(?P<month>\d\d)"),
    re.compile(r"(?P<year>\d{4})\s*[-/]\s*(?P<month>\d)"),
    re.compile(r"(?P<month>\d{1,2})\s*[-/]\s*(?P<year>\d{4})"),
    re.compile(rf"(?P<name>{_NAME})[\s\-/'\u2019]*(?P<year>\d{{4}}|\d\d)"),
    re.compile(rf"(?P<year>\d{{4}})[\s\-]*(?P<name>{_NAME})"),
]
_MONTHS_TO = rf"(?P<name>{_NAME})(?:[\s'\u2019]*(?P<first>\d{{4}}|\d\d))?\s*(?:[-\u2013/]|to)\s*(?P<last>{_NAME})"
_RANGE_FORMS = [
    re.compile(rf"{_MONTHS_TO}[\s\-'\u2019]*(?:{_YEAR}|(?P<short>\d\d))"),
    re.compile(rf"{_YEAR}\s+{_MONTHS_TO}"),
]
_TWO_WAYS = re.compile(r"(\d{4})\s*/?\s*(\d\d)")
_PARTS = {"q": 3, "h": 6}


def parse_period(text: str, year_start: int, months: int = 12) -> Period | None:
    """The period that a text names, in a year that starts in the month `year_start`.

    Accepts `2016-17`, `2016/17`, `2016-2017`, `201617`, `2016` (calendar years), with `Q3` or `H1` before or after
    (then `16/17` too), months as `2016-12`, `12/2016`, `Dec 2016`, `Dec-16`, and months from and to, as `Oct-Dec 2016`
    or `Jan-Mar 2016/17`. `months` is the length expected: `2011-12`, which could be two things, is a month only where
    months are expected. `2011/12` and `201112` are how some write the year and others the month: where months are
    expected they are neither. Returns None for anything else.

    >>> [parse_period(text, 4).label for text in ("Q4 16/17", "Apr-Jun 2026", "Jan-Mar 2016/17", "Apr-26")]
    ['2016-17 Q4', '2026-27 Q1', '2016-17 Q4', '2026-04']
    >>> [parse_period(text, 4, months=1) for text in ("201112", "2010/11", "FY17", "26-Apr", "Oct-Mar 2017")]
    [None, None, None, None, None]
    """
    text = text.strip().lower()
    if months == 1 and (found := _TWO_WAYS.fullmatch(text)) and int(found[2]) == (int(found[1]) + 1) % 100 <= 12:
        return None
    if months == 1 and (month := _parse_month(text, year_start)):
        return month
    for form in _FORMS:
        if (found := form.fullmatch(text)) and (year := _year_start(found, year_start)) is not None:
            if not found["letter"]:
                return Period(year, Cadence(12, year_start))
            length = _PARTS[found["letter"]]
            number = int(found["number"])
            if 1 <= number <= 12 // length:
                return Period(year + (number - 1) * length, Cadence(length, year_start))
    return _parse_month(text, year_start) or _parse_range(text, year_start)


def _full_year(text: str) -> int:
    """A year of two digits or four: `16` is 2016 and `98` is 1998."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < FIRST_DATA_YEAR % 100 else 1900)


def _year_start(found: re.Match[str], year_start: int) -> int | None:
    year = _full_year(found["year"])
    following = found["next"] or found["joined"]
    if following is None:
        if year_start != 1 or found["fy"]:
            return None
    elif year_start == 1 or int(following) not in ((year + 1) % 100, year + 1):
        return None
    # two numbers of two digits and nothing else may be a day, a month or a year
    alone = "letter" in found.re.groupindex and not found["letter"]
    if alone and len(found["year"]) == 2 and (int(found["year"]) <= 12 or len(following or "") != 2):
        return None
    return year * 12 + year_start - 1 if FIRST_DATA_YEAR <= year <= LAST_YEAR else None


def _month_number(name: str) -> int | None:
    """The number of a month, from 0, by its name or how that begins."""
    name = name.rstrip(".")
    return next((number for number, month in enumerate(MONTHS) if name in (month, month[:3], month[:4])), None)


def _parse_month(text: str, year_start: int) -> Period | None:
    for form in _MONTH_FORMS:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            number = _month_number(parts["name"]) if "name" in parts else int(parts["month"]) - 1
            year = _full_year(parts["year"])
            if number is not None and 0 <= number <= 11 and FIRST_DATA_YEAR <= year <= LAST_YEAR:
                return Period(year * 12 + number, Cadence(1, year_start))
    return None


def _parse_range(text: str, year_start: int) -> Period | None:
    """A period by its first month and its last: a year, half, quarter or month of the year that starts as said."""
    for form in _RANGE_FORMS:
        if (found := form.fullmatch(text)) is None:
            continue
        first, last = _month_number(found["name"]), _month_number(found["last"])
        if first is None or last is None:
            continue
        start = _first_month(found, first, last, year_start)
        if start is None:
            continue
        cadence = Cadence((last - first) % 12 + 1, year_start)
        if cadence.months in _LENGTHS.values() and cadence.holding(start).start == start:
            return Period(start, cadence)
    return None


def _first_month(found: re.Match[str], first: int, last: int, year_start: int) -> int | None:
    """The month number of the first of two months, of which a year is named."""
    short = found.groupdict().get("short")
    if short is None and (found["next"] or found["joined"]):
        year = _year_start(found, year_start)
        start = None if year is None or found["first"] else year + (first - year_start + 1) % 12
        return start if start is not None and start + (last - first) % 12 < (year or 0) + 12 else None
    if found["fy"]:
        return None
    ends = _full_year(short or found["year"])
    begins = _full_year(found["first"]) if found["first"] else ends
    if begins != ends - (last < first) or not FIRST_DATA_YEAR <= begins <= LAST_YEAR:
        return None
    return begins * 12 + first


_TIME = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
_DAY_FORMS = [
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_TIME}", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})[/.\-](?P<month>\d{{1,2}})[/.\-](?P<year>\d{{4}}|\d\d){_TIME}", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-]+(?P<name>{_NAME})[\s\-]+(?P<year>\d{{4}}|\d\d)"),
]


def parse_day(text: str) -> date | None:
    """The day that a text names, the day before the month, as in `01/04/2026` or `30 June 2026`; None for others.

    >>> parse_day("2026-04-01 00:00:00"), parse_day("31-Mar-17"), parse_day("04/13/2026")
    (datetime.date(2026, 4, 1), datetime.date(2017, 3, 31), None)
    """
    text = text.strip().lower()
    for form in _DAY_FORMS:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            number = _month_number(parts["name"]) if "name" in parts else int(parts["month"]) - 1
            year = _full_year(parts["year"])
            if number is None or not 0 <= number <= 11 or not FIRST_DATA_YEAR <= year <= LAST_YEAR:
                return None
            day = int(parts["day"])
            return date(year, number + 1, day) if 1 <= day <= monthrange(year, number + 1)[1] else None
    return None
