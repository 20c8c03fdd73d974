"""Conditional formats that hide a number or show another text in its place, as those for small numbers do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from xml.etree import ElementTree

from pmf_engine.submissions.limits import UnreadableError
from pmf_engine.submissions.number_formats import COMPARE, UNSEEN, Shown, is_odd, shown
from pmf_engine.submissions.sheet_xml import Place, place_of
from pmf_engine.submissions.workbook_styles import hides_letters

_BLOCKS: Final = re.compile(rb"<((?:\w+:)?)conditionalFormatting\b.*?</\1conditionalFormatting\s*>", re.DOTALL)
_PREFIX: Final = re.compile(rb"(</?)\w+:|\s\w+:\w+\s*=\s*(?:\"[^\"]*\"|'[^']*')|\sxmlns(?::\w+)?\s*=\s*\"[^\"]*\"")
_NUMBER: Final = re.compile(r"-?[0-9.]+")
_COMPARISON: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)\s*(<=|>=|<>|<|>|=)\s*(-?[0-9.]+|\"[^\"]*\")")
_OF_NO_NUMBER: Final = re.compile(
    r"\s*(?:OR\()?(?:ISERR(?:OR)?|ISNA|ISBLANK|ISTEXT|ISNONTEXT|NOT\(ISNUMBER|LEN\(TRIM)\(\s*\$?[A-Z]+\$?[0-9]+\s*\)+"
    r"(?:\s*=\s*0)?\s*",
    re.IGNORECASE,
)
_OPERATORS: Final = {
    "lessThan": "<", "lessThanOrEqual": "<=", "greaterThan": ">", "greaterThanOrEqual": ">=", "equal": "=",
    "notEqual": "<>",
}  # fmt: skip
_NEVER: Final = ("containsErrors", "containsBlanks", "colorScale", "timePeriod")
"""Kinds of rules that hold for no number, or hide none."""

_MOST: Final = 200
"""The rules of a sheet that may hide numbers: each is asked of each number."""


class HidingRule(NamedTuple):
    """A rule that hides numbers, or shows something else for them.

    Attributes:
        ranges: The first and last cell of each range.
        code: Its format of numbers; None where it hides them by their colour, or beside an icon.
        operator: How a number compares with the bounds; None where that cannot be told, so that any number may be hid.
        bounds: The bounds: two of `between`.
    """

    ranges: Sequence[tuple[Place, Place]]
    code: str | None
    operator: str | None
    bounds: Sequence[float] = ()

    def seen(self, place: Place, value: str) -> Shown | None:
        """What a cell shows in place of its number; None where the rule does not change it."""
        if not any(a <= place[0] <= c and b <= place[1] <= d for (a, b), (c, d) in self.ranges):
            return None
        if self.operator is None:
            return (
                None if self.code and shown(self.code, value) is None else Shown(f"{value}, perhaps not shown", UNSEEN)
            )
        if not _holds(float(value), self.operator, self.bounds):
            return None
        return shown(self.code, value) if self.code else Shown(f"{value}, not shown", UNSEEN)


def hiding_rules(xml: bytes, styles: ElementTree.Element) -> Sequence[HidingRule]:
    """The rules of a sheet that hide numbers; `xml` is what stands below its cells.

    Raises:
        UnreadableError: There are too many.
    """
    if b"conditionalFormatting" not in xml:
        return ()
    formats = list(styles.iterfind("{*}dxfs/{*}dxf"))
    rules = list(_rules(xml, formats))
    if len(rules) > _MOST:
        raise UnreadableError(f"a sheet has more than {_MOST} conditional formats that may hide numbers; take them off")
    return rules


def _rules(xml: bytes, formats: Sequence[ElementTree.Element]) -> Iterator[HidingRule]:
    for block in _BLOCKS.finditer(xml):
        element = ElementTree.fromstring(_PREFIX.sub(lambda match: match[1] or b"", block[0]))
        ranges = [_range(each) for each in element.get("sqref", "").split()]
        for rule in element.iterfind("cfRule"):
            number = rule.get("dxfId", "")
            code, hides = (
                _effect(formats[int(number)]) if number.isdigit() and int(number) < len(formats) else (None, False)
            )
            hides = hides or any(each.get("showValue") in ("0", "false") for each in rule)
            if (hides or code) and ranges and rule.get("type") not in _NEVER:
                test = _test(rule, ranges[0][0])
                if test is not None:
                    yield HidingRule(ranges, None if hides else code, *test)


def _effect(style: ElementTree.Element) -> tuple[str | None, bool]:
    """The format of numbers of a rule where it may show something else, and whether the rule hides its letters."""
    numbers = style.find("{*}numFmt")
    code = "" if numbers is None else numbers.get("formatCode", "")
    return (code if code and is_odd(code) else None), hides_letters(style)


def _test(rule: ElementTree.Element, first: Place) -> tuple[str | None, Sequence[float]] | None:
    """The operator and bounds of a rule; None for a rule that holds for no number."""
    formulas = [(each.text or "").strip() for each in rule.iterfind("formula")]
    kind, operator = rule.get("type"), rule.get("operator", "")
    if kind == "cellIs":
        if all(map(_NUMBER.fullmatch, formulas)) and formulas:
            return _OPERATORS.get(operator, operator), [float(each) for each in formulas]
        return None if operator == "equal" and formulas[0].startswith('"') else (None, ())
    if kind == "expression" and len(formulas) == 1:
        if _OF_NO_NUMBER.fullmatch(formulas[0]):
            return None
        match = _COMPARISON.fullmatch(formulas[0])
        if match and place_of((match[1] + match[2]).encode()) == first:
            if match[4].startswith('"'):
                return None if match[3] == "=" else (None, ())
            return match[3], [float(match[4])]
    return None, ()


def _holds(value: float, operator: str, bounds: Sequence[float]) -> bool:
    """Whether a number compares so with the bounds."""
    if operator in ("between", "notBetween") and len(bounds) == 2:
        return (min(bounds) <= value <= max(bounds)) == (operator == "between")
    return operator not in COMPARE or COMPARE[operator](value, bounds[0])


def _range(text: str) -> tuple[Place, Place]:
    """The first and last cell of a range such as `B2:C9`."""
    first, _, last = text.replace("$", "").partition(":")
    return place_of(first.encode()), place_of((last or first).encode())
