"""Periods in the names of files: `referral_list_2016-17_q4.csv` covers the fourth quarter of 2016-17."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath

from pmf_engine.domain.dates import DateRange
from pmf_engine.domain.periods import MONTHS, Cadence, Period, parse_period
from pmf_engine.submissions.period_headings import MADE_ON, is_of_other_year

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
"""A part of a year without its year, which another word of the name gives."""

_OTHER_PART = re.compile(
    rf"{_BEFORE}(?:(?:m|p|w|wk|week|month|mth|period)s?[\s\-]*\d+|weeks?|months?|term|ytd|to date|to end|interim"
    rf"|cumulative|autumn|spring|summer|winter){_AFTER}"
)
"""Words for a part of a year that these patterns do not resolve, such as a week or a term."""

_DAMAGED_PART = re.compile(rf"{_BEFORE}(?!{_PART}{_AFTER})[a-z0-9]{{0,2}}[qh]\d[a-z0-9]{{0,2}}{_AFTER}")
"""A quarter or half with a slip, such as `zzq1`: the year beside it is not the period."""

_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

_ENDING = re.compile(
    rf"{_BEFORE}(?:month|quarter|half|year|(?:three|six|twelve|3|6|12) months)(?:[ \-]year)?"
    rf" (?:end(?:ing|ed)?|(?:up )?to)(?: on)?:? (?:{_DAY}|{_MONTH_NAME}){_AFTER}"
)
"""A length with its last day or month, such as `quarter ending 30 june 2016`."""

_END_OF = re.compile(rf"{_BEFORE}(?:as (?:at|of|on) )?(?:the )?end of (?=[qh]\d)")

_MONTHS = re.compile(rf"{_BEFORE}({_MONTH})(?:[-. ]?(\d{{4}}))?{_TO}({_MONTH})[-. ]?(\d{{4}}){_AFTER}")


_MADE_ON = re.compile(rf"(?:{MADE_ON.pattern})(?:{_DAY}|{_MONTH_NAME}){_AFTER}")
"""The day or month in which something was made, with the word for it."""


def days_in_name(name: str, list_: str, year_start: int) -> DateRange | None:
    """The days that a file covers by its name and its folders; None for a name without days, or with ambiguous ones.

    A file `as at` a day covers that day alone. A bare day gives no days: it may be the day on which the file was made.

    >>> days_in_name("referral_list_2016-17_q4.csv", "referral_list", 4)
    DateRange(first=datetime.date(2017, 1, 1), last=datetime.date(2017, 3, 31))
    >>> days_in_name("plan_list as at 31 March 2017.xlsx", "plan_list", 4).first
    datetime.date(2017, 3, 31)
    >>> days_in_name("plan_list_2017-04-10.csv", "plan_list", 4)
    """
    return _days(_plain(name, list_), year_start)


def days_in_text(text: str, year_start: int) -> DateRange | None:
    """The days that a title gives, by the rules of `days_in_name`; none for a day behind the end of a period beside it.

    A day on which something was made gives none either.

    >>> days_in_text("Return for quarter 3 of 2016/17", 4)
    DateRange(first=datetime.date(2016, 10, 1), last=datetime.date(2016, 12, 31))
    >>> days_in_text("Q4 2015-16 (data as at 30 June 2016)", 4)
    >>> days_in_text("Visits, extracted as at 30 June 2016", 4)
    """
    normal = _normalised(_MADE_ON.sub(" | ", text.replace("/", "-").lower()))
    days, beside = _days(normal, year_start), _days(_AS_AT.sub(" | ", normal), year_start)
    is_behind = days is not None and beside is not None and days.shared(beside) != days
    return None if is_behind else days


def is_part_of_year(text: str) -> bool:
    """Whether a title says that its numbers are of a part of a year that these patterns do not resolve.

    >>> is_part_of_year("Cumulative figures"), is_part_of_year("Figures of the quarter")
    (True, False)
    """
    return _OTHER_PART.search(_normalised(text.lower())) is not None


def _days(text: str, year_start: int) -> DateRange | None:
    """The days that a text in its normal form gives; None for a text without days, or with ambiguous ones."""
    whole = text
    text = _ENDING.sub(lambda match: _in_short(match[0], year_start), _END_OF.sub("", text))
    if as_at := list(_AS_AT.finditer(text)):
        days = {_day(match[1]) if match[1] else _month_end(text[match.end() :], year_start) for match in as_at}
        day = days.pop()
        return None if days or day is None else DateRange(day, day)
    ranges: list[DateRange] = []
    for match in _DAYS.finditer(text):
        first, last = _day(match[1]), _day(match[2])
        if first is None or last is None or last < first:
            return None
        ranges.append(DateRange(first, last))
    text = _ONE_DAY.sub(" | ", _DAYS.sub(" | ", text))
    for match in _MONTHS.finditer(text):
        first_month = parse_period(f"{match[1][:3]} {match[2] or match[4]}", year_start, 1)
        last_month = parse_period(f"{match[3][:3]} {match[4]}", year_start, 1)
        if first_month and last_month:
            ranges.append(DateRange(first_month.first_day, last_month.last_day))
    text = _MONTHS.sub(" | ", text)
    periods = [period for match in _PERIOD.finditer(text) if (period := _period(match[0], year_start))]
    rest = _PERIOD.sub(" | ", text)
    if parts := {match[1] for match in _LEFT.finditer(rest)}:
        periods = [part for year in periods if (part := _part_of(year, parts, year_start))]
    if _OTHER_PART.search(rest) or _DAMAGED_PART.search(rest) or is_of_other_year(whole, year_start):
        return None
    return _narrowest([*ranges, *(DateRange(period.first_day, period.last_day) for period in periods)])


def _plain(name: str, list_: str) -> str:
    """The words of a file's name and its folders, with quarters and halves normalised to `q1` and `h1`.

    >>> _plain("2016-17/referral_list 2nd quarter.csv", "referral_list").split()
    ['2016-17', 'q2']
    """
    path = PurePosixPath(name)
    text = " ".join([*path.parts[:-1], path.name.removesuffix(path.suffix)]).lower().replace(list_, " ")
    return _normalised(text)


def _normalised(text: str) -> str:
    """A text in small letters with quarters and halves as `q1` and `h1`."""
    text = re.sub(r"[_=()\[\],;]+", " ", text)
    text = re.sub(rf"{_BEFORE}(?:fy|financial year|year)\s*(?=\d)", "", text)
    text = re.sub(
        rf"{_BEFORE}({'|'.join(_ORDINALS)}) (q|h)(?:uarter|tr|alf)?{_AFTER}",
        lambda match: f"{match[2]}{_ORDINALS[match[1]]}",
        text,
    )
    text = re.sub(r"(?<![a-z])(?:quarter|qtr|q)[ \-]?(?=\d(?!\d))", "q", text)
    text = re.sub(r"(?<![a-z])(?:half|h)[ \-]?(?=\d(?!\d))", "h", text)
    return re.sub(rf"({_PART}) (?:of|for) ", r"\1 ", text)


def _in_short(ending: str, year_start: int) -> str:
    """The label of the period that a length with its end names; a part of a year for one that is no period.

    >>> _in_short("quarter ending 30-06-2016", 4), _in_short("year to june 2016", 4)
    ('2016-17 q1', 'to date')
    """
    period = parse_period(ending, year_start)
    return "to date" if period is None else period.label.lower()


def _part_of(year: Period, parts: set[str], year_start: int) -> Period | None:
    """The quarter, half or month of a year that the name gives in another word; None for several such words.

    >>> _part_of(Period(2016 * 12 + 3, Cadence(12, 4)), {"q2"}, 4).label
    '2016-17 Q2'
    """
    if len(parts) > 1 or year.cadence.months != 12:
        return None
    [part] = parts
    if re.fullmatch(_PART, part):
        return parse_period(f"{year.label} {part}", year_start)
    months = (Period(month, Cadence(1, year_start)) for month in range(year.start, year.end))
    return next((month for month in months if MONTHS[month.start % 12].startswith(part[:3])), None)


def _month_end(text: str, year_start: int) -> date | None:
    """The last day of the month that a text begins with; None where it begins with none."""
    match = re.match(rf"[\s\-]*(?:end )?(?:of )?({_MONTH_NAME}){_AFTER}", text)
    month = parse_period(match[1], year_start, 1) if match else None
    return month.last_day if month else None


def _narrowest(ranges: list[DateRange]) -> DateRange | None:
    """The narrowest of nested ranges, such as a quarter in the folder of its year; None where two are not nested."""
    ranges = sorted(set(ranges), key=lambda days: days.last - days.first)
    nested = all(inner.shared(outer) == inner for inner, outer in pairwise(ranges))
    return ranges[0] if ranges and nested and ranges[0].first <= ranges[0].last else None


def _period(text: str, year_start: int) -> Period | None:
    """The period that a text names; None for a text that may be a year or a month, such as `2011-12`."""
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
    """The day that a text in the name of a file gives, year first or day first.

    >>> _day("20170331"), _day("31 march 2017"), _day("31-13-2017")
    (datetime.date(2017, 3, 31), datetime.date(2017, 3, 31), None)
    """
    text = re.sub(r"[\-. ]+", "-", re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", text))
    if match := re.fullmatch(rf"(\d{{1,2}})-?({_MONTH})-?(\d{{4}})", text):
        month = 1 + next(index for index, name in enumerate(MONTHS) if name.startswith(match[2][:3]))
        parts = (int(match[3]), month, int(match[1]))
    elif match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d\d)(\d\d)", text):
        year, month_, day = (int(part) for part in match.groups() if part)
        parts = (year, month_, day)
    elif match := re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text):
        parts = (int(match[3]), int(match[2]), int(match[1]))
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
