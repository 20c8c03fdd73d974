"""Headings of days: `Month` or `Week ending` say how long the period of a day is, `Printed` that it is of none."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal, NamedTuple

from pmf_engine.domain.periods import Cadence, Period, parse_day, parse_period

_LONGEST: Final = 60


class Length(NamedTuple):
    """What a heading says of the periods below it.

    Attributes:
        months: Their length; 0 for a week, a day and the like, which are no period of any figure.
        bound: Which end of the period stands below the heading; None for a heading that does not say it.
    """

    months: int
    bound: Literal["first", "last"] | None


_MONTHS: Final = {
    "day": 0, "week": 0, "wk": 0, "w": 0, "fortnight": 0, "month": 1, "mth": 1, "quarter": 3, "qtr": 3,
    "3 months": 3, "three months": 3, "half": 6, "half year": 6, "6 months": 6, "six months": 6, "year": 12, "yr": 12,
    "12 months": 12, "twelve months": 12,
}  # fmt: skip
_LENGTH: Final = re.compile(
    rf"(?:(?:for|the|reporting|financial|fiscal|calendar|school|academic) )*(?P<length>{'|'.join(_MONTHS)})"
    r"(?: (?:(?P<last>end(?:s|ing|ed)?|to|up to|e)|(?P<first>commencing|beginning|begins?|start(?:s|ing)?|from|c)))?"
    r"(?:(?<! to) (?:on|date|day|no|number))*"
)


@cache
def length_of(heading: str) -> Length | None:
    """The length of the periods below a heading; None for a heading that says nothing of it.

    >>> length_of("Month"), length_of("Quarter ending"), length_of("W/c"), length_of("Period"), length_of("Year group")
    (Length(months=1, bound=None), Length(months=3, bound='last'), Length(months=0, bound='first'), None, None)
    """
    match = _LENGTH.fullmatch(" ".join(re.findall(r"\w+", heading[:_LONGEST].casefold().replace("_", " "))))
    if match is None or match[0] == "w":
        return None
    return Length(_MONTHS[match["length"]], "last" if match["last"] else "first" if match["first"] else None)


_OTHER_YEARS: Final = re.compile(r"(?<!\w)(?P<year>academic|school|calendar)(?= *(?:year|quarter|qtr|[qh] ?\d|\d|$))")
_STARTS: Final = {"academic": 9, "school": 9, "calendar": 1}


def is_of_other_year(text: str, year_start: int) -> bool:
    """Whether a text in small letters speaks of a year that begins in another month than the board's.

    >>> is_of_other_year("academic year", 4), is_of_other_year("calendar q1", 4), is_of_other_year("calendar year", 1)
    (True, True, False)
    """
    return any(_STARTS[match["year"]] != year_start for match in _OTHER_YEARS.finditer(text))


def is_bound(text: str, length: Length, year_start: int) -> bool:
    """Whether a text is a day, or a month below a longer period: the heading says what period it is of."""
    if parse_day(text) is not None:
        return True
    month = parse_period(text, year_start, 1) if length.months > 1 else None
    return month is not None and month.cadence.months == 1


def period_below(length: Length, text: str, year_start: int, *, first: bool = False) -> Period | None:
    """The period of a length that a day or month bounds; None where it bounds none.

    Args:
        length: What the heading says.
        text: The day or month.
        year_start: The month in which years start.
        first: The day may be the first one too where the heading does not say which it is.

    >>> period_below(Length(3, "last"), "30/06/2016", 4), period_below(Length(3, "last"), "June 2016", 4)
    (<Period 2016-17 Q1>, <Period 2016-17 Q1>)
    >>> period_below(Length(1, None), "30/06/2016", 4), period_below(Length(12, None), "30/06/2016", 4)
    (<Period 2016-06>, None)
    """
    if length.months == 0:
        return None
    cadence, day = Cadence(length.months, year_start), parse_day(text)
    if day is not None:
        period = cadence.bounded_by(day, length.bound == "first" or (first and length.bound is None))
        return None if period and length.bound == "first" and day != period.first_day else period
    month = parse_period(text, year_start, 1)
    if month is None or month.cadence.months != 1 or length.bound is None:
        return None
    period = cadence.holding(month.start)
    end = (period.start, month.start) if length.bound == "first" else (period.end, month.end)
    return period if end[0] == end[1] else None


_OF_DATA: Final = r"(?:printed|produced|extracted|generated|downloaded|exported|refreshed|compiled|last updated)"
"""What is done to data and to no child: it says when a file was made wherever it stands."""

_OF_FORMS: Final = (
    r"(?:created|updated|submitted|sent|returned|completed|filled in|prepared|entered|checked|approved|signed"
    r"|authorised|issued|published|revised|amended|modified|saved|reviewed|run|due)"
)
"""What is done to a form, and to plans and visits too: it says when a file was made behind the word for the file."""

_FORM: Final = r"(?:form|return|report|data|dataset|figures|numbers|template|sheet|file|table)s?"
_DONE: Final = (
    rf"(?:(?<!\w){_OF_DATA}|(?:^|[|(;,]|(?<!\w)(?:date|{_FORM})(?: (?:was|were|is|are))?)\s*(?:last )?{_OF_FORMS}"
    rf"|(?:^|[|(;,])\s*date(?:d| of (?:{_FORM}|extract(?:ion)?|production|print(?:ing)?|submission|completion|issue"
    rf"|publication))?|(?<!\w)(?:{_FORM}|run|print|extract(?:ion)?|production|submission|issue|publication|due) date)"
)
MADE_ON: Final = re.compile(rf"{_DONE}(?: (?:on|in|at|by|as (?:at|of|on)|date))*[\s:.\-]*")
"""Words in small letters before the day on which something was made, which is no period of its numbers."""

_MADE: Final = re.compile(rf"(?:(?:the|last|date|{_FORM}) )*(?:{MADE_ON.pattern})")


def is_made_on(heading: str) -> bool:
    """Whether a heading says that the day beside or below it is the one on which something was made.

    >>> is_made_on("Date produced"), is_made_on("Run date:"), is_made_on("Date"), is_made_on("Quarter ending")
    (True, True, True, False)
    >>> is_made_on("Date of birth"), is_made_on("Data as at")
    (False, False)
    """
    return _MADE.fullmatch(" ".join(heading[:_LONGEST].casefold().replace("_", " ").split())) is not None
