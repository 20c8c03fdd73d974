"""Styles of a workbook's cells: which show a number as a percentage, and which strike a cell through."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final
from xml.etree.ElementTree import Element

_BUILT_IN_PERCENT: Final = ("9", "10")
"""The numbers of the built-in formats `0%` and `0.00%`, which no workbook defines."""

_LITERAL: Final = r'"[^"]*"|\\.|_.'
"""What a format shows as it is: a text in quotes, or one character."""


def percent_styles(styles: Element) -> frozenset[str]:
    """The numbers of the styles that format a number as a percentage."""
    formats = {*_BUILT_IN_PERCENT}
    for each in styles.iterfind("{*}numFmts/{*}numFmt"):
        if "%" in re.sub(_LITERAL, "", each.get("formatCode", "")):
            formats.add(each.get("numFmtId", ""))
    return _with(styles, "numFmtId", formats)


def struck_styles(styles: Element) -> frozenset[str]:
    """The numbers of the styles whose font strikes a cell through."""
    lines = [font.find("{*}strike") for font in styles.iterfind("{*}fonts/{*}font")]
    fonts = {str(number) for number, line in enumerate(lines) if line is not None and is_true(line.get("val", "1"))}
    return _with(styles, "fontId", fonts)


def _with(styles: Element, name: str, values: Set[str]) -> frozenset[str]:
    """The numbers of the styles of cells of which an attribute has one of some values."""
    cells = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return frozenset(str(number) for number, style in cells if style.get(name) in values)


def is_true(text: str | None) -> bool:
    """Whether an attribute of XML is true."""
    return (text or "").lower() in ("1", "true")
