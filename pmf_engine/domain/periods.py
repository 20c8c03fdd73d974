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


_YEAR = r"(?P<year>\d{4})(?:\s*[-/\u2013]\s*(?P<next>\d{2}|\d{4})|(?P<joined>\d{2}))?"
_PART = r"(?P<letter>[qh])\s*(?P<number>\d)"
_FORMS = [
    re.compile(rf"{_YEAR}(?:\s*,?\s*{_PART})?"),
    re.compile(rf"{_PART}\s*,?\s*{_YEAR}"),
]
_MONTH_FORMS = [
    re.compile(r"(?P<year>\d{4})\s*[-/]\s*(?P<month>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})\s*[-/]\s*(?P<year>\d{4})"),
    re.compile(r"(?P<name>[a-z]{3,9})\.?[\s\-]*(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})\s*(?P<name>[a-z]{3,9})"),
]
_SLASHED = re.compile(r"(\d{4})\s*/\s*(\d{2})")
_PARTS = {"q": 3, "h": 6}
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
"""Years that a board may mean; another is a slip of the fingers, and would stretch every series to reach it."""


def parse_period(text: str, year_start: int, months: int = 12) -> Period | None:
    """The period that a text names, in a year that starts in the month `year_start`.

    Accepts `2016-17`, `2016/17`, `2016-2017`, `201617`, `2016` (calendar years), with `Q3` or `H1` before
    or after, and months as `2016-12`, `12/2016`, `Dec 2016`. `months` is the length expected: `2011-12`, which
    could be two things, is a month only where months are expected. `2011/12` is how people write the year and not
    how they write the month: where months are expected it is neither. Returns None for anything else.
    """
    text = text.strip().lower()
    if months == 1 and (found := _SLASHED.fullmatch(text)) and int(found[2]) == (int(found[1]) + 1) % 100 <= 12:
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
    return _parse_month(text, year_start)


def _year_start(found: re.Match[str], year_start: int) -> int | None:
    year = int(found["year"])
    following = found["next"] or found["joined"]
    if following is None:
        if year_start != 1:
            return None
    elif year_start == 1 or int(following) not in ((year + 1) % 100, year + 1):
        return None
    return year * 12 + year_start - 1 if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _parse_month(text: str, year_start: int) -> Period | None:
    for form in _MONTH_FORMS:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            if "name" in parts:
                names = [name for name in MONTHS if parts["name"] in (name, name[:3], name[:4])]
                number = MONTHS.index(names[0]) + 1 if names else 0
            else:
                number = int(parts["month"])
            year = int(parts["year"])
            if 1 <= number <= 12 and _FIRST_YEAR <= year <= _LAST_YEAR:
                return Period(year * 12 + number - 1, Cadence(1, year_start))
    return None
