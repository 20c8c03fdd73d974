"""Periods in the names of files: `referral_list_2016-17_q4.csv` covers the fourth quarter of 2016-17."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath

from pmf_engine.domain.dates import DateRange
from pmf_engine.domain.periods import MONTHS, Cadence, Period, parse_period

_BEFORE, _AFTER = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_MONTH = rf"(?:{'|'.join(rf'{name[:3]}(?:{name[3:]})?' for name in MONTHS)}|sept)"
_DAY = (
    rf"(?:\d{{4}}[-. ]\d{{1,2}}[-. ]\d{{1,2}}|\d{{8}}|\d{{1,2}}[-. ]\d{{1,2}}[-. ]\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[-. ]?{_MONTH}[-. ]?\d{{4}})"
)
_TO = r"(?:\s*[-\u2013]\s*|\s*(?:up )?to\s*|\s*until\s*|\s+)"
_AS_AT = re.compile(
    rf"{_BEFORE}(?:as[ \-]?(?:at|of|on)|snapshot(?: (?:at|of|on))?){_AFTER}[\s\-]*(?:({_DAY}){_AFTER})?"
)
_DAYS = re.compile(rf"{_BEFORE}({_DAY}){_TO}({_DAY}){_AFTER}")
_ONE_DAY = re.compile(rf"{_BEFORE}{_DAY}{_AFTER}")
_YEAR = r"\d{4}(?:[-/\u2013 ](?:\d{4}|\d{2})|\d{2})?"
_PART = r"[qh][1-4]"
_MONTH_NAME = rf"(?:{_MONTH}[-. ]?\d{{4}}|\d{{4}}[-. ]?{_MONTH})"
_PERIOD = re.compile(
    rf"{_BEFORE}(?:{_YEAR}[\s,.\-]*{_PART}|{_PART}[\s,.\-]*{_YEAR}|{_MONTH_NAME}|\d{{1,2}}[-/]\d{{4}}|{_YEAR}){_AFTER}"
)
_LEFT = re.compile(rf"{_BEFORE}([qh]\d|{_MONTH}){_AFTER}")
"""A part of a year that stands apart from the year."""

_OTHER_PART = re.compile(
    rf"{_BEFORE}(?:(?:m|p|w|wk|week|month|mth|period)s?[\s\-]*\d+|weeks?|months?|term|ytd|to date|to end|interim"
    rf"|autumn|spring|summer|winter){_AFTER}"
)
"""What says that a file holds another part of a year than its name shows."""

_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

_MONTHS = re.compile(rf"{_BEFORE}({_MONTH})(?:[-. ]?(\d{{4}}))?{_TO}({_MONTH})[-. ]?(\d{{4}}){_AFTER}")


def days_in_name(name: str, list_: str, year_start: int) -> DateRange | None:
    """The days that a file's name says it covers; None where it names none, or may mean several.

    Folders count too. A name `as at` a day covers that day alone; a bare day may be that on which the file was made.

    >>> days_in_name("referral_list_2016-17_q4.csv", "referral_list", 4)
    DateRange(first=datetime.date(2017, 1, 1), last=datetime.date(2017, 3, 31))
    >>> days_in_name("plan_list as at 31 March 2017.xlsx", "plan_list", 4).first
    datetime.date(2017, 3, 31)
    >>> days_in_name("plan_list_2017-04-10.csv", "plan_list", 4)
    """
    text = _plain(name, list_)
    if as_at := list(_AS_AT.finditer(text)):
        days = {_day(found[1]) if found[1] else _month_end(text[found.end() :], year_start) for found in as_at}
        day = days.pop()
        return None if days or day is None else DateRange(day, day)
    said: list[DateRange] = []
    for found in _DAYS.finditer(text):
        first, last = _day(found[1]), _day(found[2])
        if first is None or last is None or last < first:
            return None
        said.append(DateRange(first, last))
    text = _ONE_DAY.sub(" | ", _DAYS.sub(" | ", text))
    for found in _MONTHS.finditer(text):
        first_month = parse_period(f"{found[1][:3]} {found[2] or found[4]}", year_start, 1)
        last_month = parse_period(f"{found[3][:3]} {found[4]}", year_start, 1)
        if first_month and last_month:
            said.append(DateRange(first_month.first_day, last_month.last_day))
    text = _MONTHS.sub(" | ", text)
    periods = [period for found in _PERIOD.finditer(text) if (period := _period(found[0], year_start))]
    left = _PERIOD.sub(" | ", text)
    if parts := {found[1] for found in _LEFT.finditer(left)}:
        periods = [part for year in periods if (part := _part_of(year, parts, year_start))]
    if _OTHER_PART.search(left):
        return None
    return _narrowest([*said, *(DateRange(period.first_day, period.last_day) for period in periods)])


def _plain(name: str, list_: str) -> str:
    """The words of a file's name and its folders, with quarters and halves written in one way."""
    path = PurePosixPath(name)
    text = " ".join([*path.parts[:-1], path.name.removesuffix(path.suffix)]).lower().replace(list_, " ")
    text = re.sub(r"[_=()\[\],;]+", " ", text)
    text = re.sub(rf"{_BEFORE}(?:fy|financial year|year)\s*(?=\d)", "", text)
    text = re.sub(
        rf"{_BEFORE}({'|'.join(_ORDINALS)}) (q|h)(?:uarter|tr|alf)?{_AFTER}",
        lambda found: f"{found[2]}{_ORDINALS[found[1]]}",
        text,
    )
    text = re.sub(r"(?<![a-z])(?:quarter|qtr|q)[ \-]?(?=\d(?!\d))", "q", text)
    text = re.sub(r"(?<![a-z])(?:half|h)[ \-]?(?=\d(?!\d))", "h", text)
    return re.sub(rf"({_PART}) (?:of|for) ", r"\1 ", text)


def _part_of(year: Period, parts: set[str], year_start: int) -> Period | None:
    """The part of a year that stands apart from it in a name; none where there are several."""
    if len(parts) > 1 or year.cadence.months != 12:
        return None
    [part] = parts
    if re.fullmatch(_PART, part):
        return parse_period(f"{year.label} {part}", year_start)
    months = (Period(month, Cadence(1, year_start)) for month in range(year.start, year.end))
    return next((month for month in months if MONTHS[month.start % 12].startswith(part[:3])), None)


def _month_end(text: str, year_start: int) -> date | None:
    """The last day of the month that a text begins with."""
    found = re.match(rf"[\s\-]*(?:end )?(?:of )?({_MONTH_NAME}){_AFTER}", text)
    month = parse_period(found[1], year_start, 1) if found else None
    return month.last_day if month else None


def _narrowest(said: list[DateRange]) -> DateRange | None:
    """Of several, each within the next, the narrowest: a quarter in the folder of its year."""
    said = sorted(set(said), key=lambda days: days.last - days.first)
    nested = all(inner.shared(outer) == inner for inner, outer in pairwise(said))
    return said[0] if said and nested and said[0].first <= said[0].last else None


def _period(text: str, year_start: int) -> Period | None:
    """The period that a text names; none where it may be a year or a month, as `2011-12` may."""
    text = re.sub(r"[\s.]+", " ", text.strip())
    text = re.sub(r"^(\d{4}) (\d{2}(?:\d{2})?)(?!\d)", r"\1-\2", text)
    text = re.sub(r"(?<= )(\d{4}) (\d{2}(?:\d{2})?)$", r"\1-\2", text)
    text = re.sub(r"^(\d{4}(?:-\d{2,4}|\d{2})?)[ \-]*([qh][1-4])$", r"\1 \2", text)
    text = re.sub(r"^([qh][1-4])[ \-]*(\d{4}.*)$", r"\1 \2", text)
    year, month = parse_period(text, year_start), parse_period(text, year_start, 1)
    if re.fullmatch(r"\d{6}", text) and 1 <= int(text[4:]) <= 12:
        month = parse_period(f"{text[:4]}-{text[4:]}", year_start, 1)
        year = year or month
    return year if year == month or month is None else None


def _day(text: str) -> date | None:
    """A day as names of files have it."""
    text = re.sub(r"[\-. ]+", "-", re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", text))
    if found := re.fullmatch(rf"(\d{{1,2}})-?({_MONTH})-?(\d{{4}})", text):
        month = 1 + next(place for place, name in enumerate(MONTHS) if name.startswith(found[2][:3]))
        parts = (int(found[3]), month, int(found[1]))
    elif found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d\d)(\d\d)", text):
        year, month_, day = (int(part) for part in found.groups() if part)
        parts = (year, month_, day)
    elif found := re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text):
        parts = (int(found[3]), int(found[2]), int(found[1]))
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
