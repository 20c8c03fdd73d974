"""Frequencies, cadences and periods: the months that a figure or indicator covers, their names, and parsing of names.

A month is an integer, twelve times the year plus the month from 0. The period before is then a subtraction, and
Python and Polars share the arithmetic.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pmf_engine.domain.dates import FIRST_DATA_YEAR, LAST_YEAR

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class Frequency(StrEnum):
    """How often agencies send a figure. An ad hoc figure covers the quarter in which the board asked for it."""

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
    """The number of the month of a date.

    >>> month_of(date(2016, 4, 30))
    24195
    """
    return day.year * 12 + day.month - 1


class Cadence(NamedTuple):
    """Periods of one length, in a year that starts in a given month (1 for January)."""

    months: int
    year_start: int

    def holding(self, month: int) -> Period:
        """The period that contains a month."""
        return Period(month - (month - (self.year_start - 1)) % self.months, self)

    def bounded_by(self, day: date, first: bool) -> Period | None:
        """The period that ends on a day; with `first`, also the period that starts on it. None for every other day.

        >>> str(Cadence(3, 4).bounded_by(date(2026, 4, 1), first=True))
        '2026-27 Q1'
        >>> Cadence(3, 4).bounded_by(date(2026, 4, 1), first=False) is None
        True
        """
        period = self.holding(month_of(day))
        return period if day == period.last_day or (first and day == period.first_day) else None

    def last_ended_by(self, end: int) -> Period:
        """The latest period that ends before the month `end`, or right at its start."""
        period = self.holding(end)
        return period if period.end == end else Period(period.start - self.months, self)


@dataclass(frozen=True, order=True, repr=False)
class Period:
    """A period of the board's year: a month, quarter, half-year or year. `Framework.period` reads one from a text.

    `str` gives its label, and so do models of Pydantic in JSON. Periods of one length are ordered by time.

    Attributes:
        start: Its first month, as a number: twelve times the year, and from 0 for January.
        cadence: Its length in months, and the month in which its year starts.
    """

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
    def frequency(self) -> Frequency:
        """The frequency of periods of this length: of a quarter `QUARTERLY`, also where it was asked for ad hoc."""
        return next(frequency for frequency, months in _LENGTHS.items() if months == self.cadence.months)

    @property
    def label(self) -> str:
        """The usual name: `2016-17`, `2016-17 Q3`, `2016-17 H1`, `2016-12`; `2016 Q3` in calendar years."""
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

    def __repr__(self) -> str:
        return f"<Period {self.label}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        from pydantic_core import core_schema  # at use, as few programs need it

        return core_schema.is_instance_schema(cls, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> dict[str, str]:
        return {"type": "string", "description": "The label of a period, such as `2016-17 Q3`"}


LONGEST_NAME: Final = 100
"""The most characters of a name of a period or a day: what is longer names none."""

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
_ENDING = re.compile(
    r"(?:for )?(?:the )?(?P<length>month|quarter|half|year|financial year|(?:three|six|twelve|3|6|12) months)"
    r"(?:[ \-]year)?(?: period)? (?:end(?:ing|ed)?|(?:up )?to)(?: on)?:? (?P<end>.+)"
)
_LENGTH_WORDS = {
    "month": 1, "quarter": 3, "three": 3, "3": 3, "half": 6, "six": 6, "6": 6,
    "year": 12, "financial": 12, "twelve": 12, "12": 12,
}  # fmt: skip
_BETWEEN_DAYS = re.compile(r"\s+(?:[-\u2013\u2014]|to|until)\s+|\s*[\u2013\u2014]\s*|(?<=/\d{4})-(?=\d)")
_END_OF = re.compile(r"^(?:as (?:at|of|on) )?(?:the )?end (?:of )?(?=[qh](?:tr|uarter|alf)?\s*\d)")
_TWO_WAYS = re.compile(r"(\d{4})\s*/?\s*(\d\d)")
_PARTS = {"q": 3, "h": 6}


def parse_period(text: str, year_start: int, months: int = 12) -> Period | None:
    """The period that a text names, in a year that starts in the month `year_start`.

    Accepts years (`2016-17`, `2016/17`, `2016-2017`, `201617`; `2016` in calendar years), with `Q3` or `H1` before or
    after the year (then `16/17` too), months (`2016-12`, `12/2016`, `Dec 2016`, `Dec-16`), ranges of months
    (`Oct-Dec 2016`, `Jan-Mar 2016/17`) and of days (`1 April 2016 to 30 June 2016`), and a length with its end
    (`Quarter ending 30 June 2016`).

    Args:
        text: The text of a cell, a header or a key of the YAML.
        year_start: The month in which years start, from 1.
        months: The expected length of the period. It decides `2011-12`: a month where months are expected, else a
            year. `2011/12` and `201112` may be a year or a month, and are refused where months are expected.

    Returns:
        The period; None for a text that names none.

    >>> [parse_period(text, 4).label for text in ("Q4 16/17", "Apr-Jun 2026", "Jan-Mar 2016/17", "Apr-26")]
    ['2016-17 Q4', '2026-27 Q1', '2016-17 Q4', '2026-04']
    >>> [parse_period(text, 4, months=1) for text in ("201112", "2010/11", "FY17", "26-Apr", "Oct-Mar 2017")]
    [None, None, None, None, None]
    """
    text = text.strip().lower()
    if len(text) > LONGEST_NAME:
        return None
    text = _END_OF.sub("", text)
    if months == 1 and (match := _TWO_WAYS.fullmatch(text)) and int(match[2]) == (int(match[1]) + 1) % 100 <= 12:
        return None
    if months == 1 and (month := _parse_month(text, year_start)):
        return month
    for form in _FORMS:
        if (match := form.fullmatch(text)) and (year := _year_start(match, year_start)) is not None:
            if not match["letter"]:
                return Period(year, Cadence(12, year_start))
            length = _PARTS[match["letter"]]
            number = int(match["number"])
            if 1 <= number <= 12 // length:
                return Period(year + (number - 1) * length, Cadence(length, year_start))
    month_or_range = _parse_month(text, year_start) or _parse_range(text, year_start)
    return month_or_range or _parse_ending(text, year_start) or _parse_days(text, year_start)


def _full_year(text: str) -> int:
    """A year of two digits or four: `16` is 2016 and `98` is 1998."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < FIRST_DATA_YEAR % 100 else 1900)


def _year_start(match: re.Match[str], year_start: int) -> int | None:
    """The first month of the year in a match; None for a year of the wrong kind, an ambiguous or an implausible year.

    `2016` is a year only of boards whose years start in January, `2016-17` only of the others. `16/17` without a
    quarter or half is refused: it may be a day, a month or a year.
    """
    year = _full_year(match["year"])
    following = match["next"] or match["joined"]
    if following is None:
        if year_start != 1 or match["fy"]:
            return None
    elif year_start == 1 or int(following) not in ((year + 1) % 100, year + 1):
        return None
    alone = "letter" in match.re.groupindex and not match["letter"]
    if alone and len(match["year"]) == 2 and (int(match["year"]) <= 12 or len(following or "") != 2):
        return None
    return year * 12 + year_start - 1 if FIRST_DATA_YEAR <= year <= LAST_YEAR else None


def _month_number(name: str) -> int | None:
    """The number of a month, from 0, by its name or the first three or four letters of the name."""
    name = name.rstrip(".")
    return next((number for number, month in enumerate(MONTHS) if name in (month, month[:3], month[:4])), None)


def _parse_month(text: str, year_start: int) -> Period | None:
    """The month that a text names, by a number or a word; None for every other text."""
    for form in _MONTH_FORMS:
        if match := form.fullmatch(text):
            parts = match.groupdict()
            number = _month_number(parts["name"]) if "name" in parts else int(parts["month"]) - 1
            year = _full_year(parts["year"])
            if number is not None and 0 <= number <= 11 and FIRST_DATA_YEAR <= year <= LAST_YEAR:
                return Period(year * 12 + number, Cadence(1, year_start))
    return None


def _parse_range(text: str, year_start: int) -> Period | None:
    """The period that a text names by its first and last month: a year, half, quarter or month of the board's year."""
    for form in _RANGE_FORMS:
        if (match := form.fullmatch(text)) is None:
            continue
        first, last = _month_number(match["name"]), _month_number(match["last"])
        if first is None or last is None:
            continue
        start = _first_month(match, first, last, year_start)
        if start is None:
            continue
        return _aligned(start, (last - first) % 12 + 1, year_start)
    return None


def _aligned(start: int, months: int, year_start: int) -> Period | None:
    """The period of some months from `start` on; None where no year, half, quarter or month begins and ends so."""
    cadence = Cadence(months, year_start)
    is_one = months in _LENGTHS.values() and cadence.holding(start).start == start
    return Period(start, cadence) if is_one else None


def _parse_ending(text: str, year_start: int) -> Period | None:
    """The period that a text names by its length and its last day or month: `quarter ending 30 june 2016`."""
    if (match := _ENDING.fullmatch(text)) is None:
        return None
    day, month = parse_day(match["end"]), _parse_month(match["end"], year_start)
    if month is None and (day is None or not _ends_month(day)):
        return None
    length = next(months for word, months in _LENGTH_WORDS.items() if match["length"].startswith(word))
    end = month.end if month is not None else month_of(day) + 1 if day else 0
    return _aligned(end - length, length, year_start)


def _parse_days(text: str, year_start: int) -> Period | None:
    """The period from a first to a last day: `01/04/2016 - 30/06/2016`; the first may stand without its year."""
    ends = _BETWEEN_DAYS.split(text.removeprefix("from "))
    last = parse_day(ends[1]) if len(ends) == 2 else None
    if last is None or not _ends_month(last):
        return None
    years = (last.year, last.year - 1)
    first = parse_day(ends[0]) or next(
        (day for year in years if (day := parse_day(f"{ends[0]} {year}")) is not None and day <= last), None
    )
    if first is None or first.day != 1:
        return None
    return _aligned(month_of(first), month_of(last) + 1 - month_of(first), year_start)


def _ends_month(day: date) -> bool:
    """Whether a day is the last of its month."""
    return day.day == monthrange(day.year, day.month)[1]


def _first_month(match: re.Match[str], first: int, last: int, year_start: int) -> int | None:
    """The number of the first month of a range, from both months of the year (`first`, `last`, from 0) and a match.

    The year may be the board's (`Jan-Mar 2016/17`) or the calendar's, of the last month (`Oct-Dec 2016`) or of both
    (`Nov 2016 - Jan 2017`). None where the years contradict each other or the range crosses the board's year.
    """
    short = match.groupdict().get("short")
    if short is None and (match["next"] or match["joined"]):
        year = _year_start(match, year_start)
        start = None if year is None or match["first"] else year + (first - year_start + 1) % 12
        return start if start is not None and start + (last - first) % 12 < (year or 0) + 12 else None
    if match["fy"]:
        return None
    ends = _full_year(short or match["year"])
    begins = _full_year(match["first"]) if match["first"] else ends
    if begins != ends - (last < first) or not FIRST_DATA_YEAR <= begins <= LAST_YEAR:
        return None
    return begins * 12 + first


_TIME = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
_AS_AT = re.compile(r"(?:(?:position|snapshot|data|census) )?(?:as (?:at|on|of)|at)(?: the)?:? ")
_MONTH_END = re.compile(r"end (?:of )?(?P<month>.+)")
_DAY_FORMS = [
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_TIME}", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})[/.\-](?P<month>\d{{1,2}})[/.\-](?P<year>\d{{4}}|\d\d){_TIME}", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-]+(?P<name>{_NAME})[\s\-]+(?P<year>\d{{4}}|\d\d)"),
]


def parse_day(text: str) -> date | None:
    """The date that a text names, the day before the month as in `01/04/2026` or `30 June 2026`; None for other texts.

    `As at 30 June 2026` and `end of June 2026` are that day; only the last day of a month is one that numbers are `at`.

    >>> parse_day("As at 30 June 2026"), parse_day("as at 1 June 2026"), parse_day("End of June 2026")
    (datetime.date(2026, 6, 30), None, datetime.date(2026, 6, 30))
    >>> parse_day("2026-04-01 00:00:00"), parse_day("31-Mar-17"), parse_day("04/13/2026")
    (datetime.date(2026, 4, 1), datetime.date(2017, 3, 31), None)
    """
    text = text.strip().lower()
    if len(text) > LONGEST_NAME:
        return None
    if at := _AS_AT.match(text):
        known_at = parse_day(text[at.end() :])
        return known_at if known_at is not None and _ends_month(known_at) else None
    if ending := _MONTH_END.fullmatch(text):
        month = _parse_month(ending["month"], 1)
        return None if month is None else month.last_day
    for form in _DAY_FORMS:
        if match := form.fullmatch(text):
            parts = match.groupdict()
            number = _month_number(parts["name"]) if "name" in parts else int(parts["month"]) - 1
            year = _full_year(parts["year"])
            if number is None or not 0 <= number <= 11 or not FIRST_DATA_YEAR <= year <= LAST_YEAR:
                return None
            day = int(parts["day"])
            return date(year, number + 1, day) if 1 <= day <= monthrange(year, number + 1)[1] else None
    return None
