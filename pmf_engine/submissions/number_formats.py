"""Formats of numbers in a workbook that show something else than the number that the cell holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""(?P<literal>"[^"]*"|\\.)
    | (?P<space>_.|\*.)
    | \[\$(?P<currency>[^\]-]*)[^\]]*\]
    | \[(?P<compared>[<>=]=?|<>)\s*(?P<bound>-?[0-9.]+)\]
    | (?P<elapsed>\[[hms]+\])
    | \[[^\]]*\]
    | (?P<general>General|@)
    | (?P<fraction>/\s*[1-9][0-9]*)
    | (?P<run>[0\#?][0\#?.,]*|\.[0\#?]+,*)
    | (?P<exponent>E[+-])
    | (?P<other>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne,
}  # fmt: skip

_DECORATION: Final = re.compile(r"[\s£$€+\-\u2212()]*")
"""What may stand beside a number and changes nothing in what it says."""

_NOTHING: Final = ("-", "\u2013", "\u2014", "nil", "none", "zero")
"""What formats show for 0 that is a number all the same."""


UNSEEN: Final = "unseen-cell"
"""The kind of problem of a number that its cell does not show, or shows as another."""


class Shown(NamedTuple):
    """What a cell shows in place of its number.

    Attributes:
        text: The text; for another number, both.
        kind: The kind of problem of a number that is not shown, or shown as another; None for a text that is read.
    """

    text: str
    kind: str | None = None


class _Section(NamedTuple):
    """One of the parts of a format, which hold for numbers above 0, below 0 and for 0, or under a condition.

    Attributes:
        condition: How a number compares with which bound.
        before: The text before the number.
        after: The text behind the number, or the whole text of a section without a number.
        has_number: The number is shown.
        shows_zero: 0 is shown as a digit.
        thousands: How often the number is divided by 1,000.
        is_percent: The number is multiplied by 100.
        is_split: A text stands between its digits.
        is_date: The number is shown as a day or a time, which the reader of the workbook sees.
    """

    condition: tuple[str, Decimal] | None
    before: str
    after: str
    has_number: bool
    shows_zero: bool
    thousands: int
    is_percent: bool
    is_split: bool
    is_date: bool


def shown(code: str, value: str) -> Shown | None:
    """What a format shows in place of a number; None where it shows the number, whatever its sign, colour and decimals.

    >>> shown('[<5]"<5";0', "3"), shown('[<5]"<5";0', "842")
    (Shown(text='<5', kind=None), None)
    >>> shown('#,##0,', "1234567")
    Shown(text='1234567, shown as 1234.567', kind='unseen-cell')
    >>> shown('0" est."', "842"), shown('0"00"', "8").text
    (Shown(text='842 est.', kind=None), '8, shown as 800')
    >>> shown("0;-0;;@", "0"), shown('_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "0")
    (Shown(text='0, not shown', kind='unseen-cell'), None)
    """
    try:
        number = Decimal(repr(float(value)))
    except (ValueError, InvalidOperation):
        return None
    section = _section(code, number)
    if section is None or section.is_date:
        return None
    plain = f"{number.normalize():f}"
    if not section.has_number or (number == 0 and not section.shows_zero):
        return _without_number(section, number, plain)
    scaled = f"{(number.scaleb(2 * section.is_percent - 3 * section.thousands)).normalize():f}"
    sign = "%" if section.is_percent else ""
    text = section.before + scaled + section.after
    beside = section.before + section.after.removeprefix(sign)
    if section.thousands or section.is_split or re.search("[0-9]", beside):
        return Shown(f"{plain}, shown as {text.strip()}", UNSEEN)
    if beside.strip() == "%" and not sign:
        return Shown(f"{plain}%") if abs(number) > 1 else None
    return None if section.is_percent or _DECORATION.fullmatch(beside) else Shown(text.strip())


def _without_number(section: _Section, number: Decimal, plain: str) -> Shown | None:
    """What a section shows that shows no digit of the number."""
    text = (section.before + section.after).strip()
    if not text:
        return Shown(f"{plain}, not shown", UNSEEN)
    if number == 0 and text.lower() in _NOTHING:
        return None
    return Shown(f"{plain}, shown as {text}", UNSEEN) if re.fullmatch(r"[0-9.,%\s-]+", text) else Shown(text)


def is_odd(code: str) -> bool:
    """Whether a format may show something else than a number.

    >>> [is_odd(code) for code in ("#,##0.00", "[Red]-£#,##0", "dd/mm/yyyy", '0.0"%"', "#,##0,", ";;;", "#")]
    [False, False, False, True, True, True, True]
    """
    return any(shown(code, value) is not None for value in ("0", "3", "-3", "12", "1234567", "-1234567", "0.5")) or (
        "<" in code or ">" in code or "=" in code
    )


def days_shown(code: str) -> int | None:
    """How many letters of a day such as `2016-04-01` a format shows: 7 for a month, 4 for a year, else None.

    >>> [days_shown(code) for code in ("mmm-yy", "mmmm", "yyyy", "dd/mm/yyyy", "h:mm", '0.0" my"', "General")]
    [7, 7, 4, None, None, None, None]
    """
    first = _parts(code)[0]
    tokens = {match[0].lower() for match in _TOKEN.finditer(first) if match.lastgroup == "other"}
    if not tokens & {"m", "y"} or tokens & {"d", "h", "s"}:
        return None
    return 7 if "m" in tokens else 4


def _section(code: str, number: Decimal) -> _Section | None:
    """The section of a format that holds for a number; None for none."""
    sections = [_parsed(part) for part in _parts(code)][:3]
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or COMPARE[section.condition[0]](number, section.condition[1]):
                return section
        return None
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _parts(code: str) -> list[str]:
    """A format cut at its semicolons."""
    parts = [""]
    for match in _TOKEN.finditer(code or "General"):
        if match[0] == ";":
            parts.append("")
        else:
            parts[-1] += match[0]
    return parts


def _parsed(part: str) -> _Section:
    """A section from its text."""
    condition = None
    texts = ["", ""]
    between = ""
    runs: list[str] = []
    is_general = is_percent = is_date = is_split = is_fraction = False
    for match in _TOKEN.finditer(part):
        kind, text = match.lastgroup, match[0]
        if kind == "bound":
            condition = (match["compared"], Decimal(match["bound"]))
        elif kind == "run":
            is_split = is_split or (bool(runs) and not is_fraction and not _DECORATION.fullmatch(between))
            runs.append(text)
            between, is_fraction = "", False
        elif kind == "general":
            is_general = True
        elif kind == "exponent":
            is_fraction = True
        elif kind == "elapsed" or (kind == "other" and text in "dmyhsDMYHS"):
            is_date = True
        elif kind == "fraction" or (kind == "other" and text == "/" and runs):
            is_fraction = True
        elif kind in ("literal", "currency", "other"):
            literal = (match["currency"] or "") if kind == "currency" else text.strip('"').removeprefix("\\")
            is_percent = is_percent or (kind == "other" and text == "%")
            texts[bool(runs) or is_general] += literal
            between += literal
    scale = re.search(r",+(?=\.|$)", runs[-1]) if runs else None
    has_number = bool(runs) or is_general
    shows_zero = is_general or any("0" in run for run in runs)
    thousands = len(scale[0]) if scale else 0
    return _Section(
        condition, texts[0], texts[1], has_number, shows_zero, thousands, is_percent, is_split, is_date
    )  # fmt: skip
