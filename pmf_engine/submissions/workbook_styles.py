"""Styles of a workbook's cells: which show a number as a percentage, which strike a cell through, and which hide it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Final
from xml.etree.ElementTree import Element

from pmf_engine.submissions.number_formats import days_shown, is_odd

_BUILT_IN_PERCENT: Final = ("9", "10")
"""The numbers of the built-in formats `0%` and `0.00%`, which no workbook defines."""

_BUILT_IN_MONTH: Final = ("17", "mmm-yy")
"""The built-in format of a month, which no workbook defines."""

_LITERAL: Final = r'"[^"]*"|\\.|_.'
"""What a format shows as it is: a text in quotes, or one character."""


def percent_styles(styles: Element) -> frozenset[str]:
    """The numbers of the styles that format a number as a percentage."""
    formats = {*_BUILT_IN_PERCENT}
    for each in styles.iterfind("{*}numFmts/{*}numFmt"):
        if "%" in re.sub(_LITERAL, "", each.get("formatCode", "")):
            formats.add(each.get("numFmtId", ""))
    return _with(styles, "numFmtId", formats)


def odd_formats(styles: Element) -> Mapping[str, str]:
    """The format of each style that may show something else than the number of a cell, by the style's number."""
    formats = ((each.get("numFmtId"), each.get("formatCode", "")) for each in styles.iterfind("{*}numFmts/{*}numFmt"))
    odd = {number: code for number, code in formats if is_odd(code)}
    cells = enumerate(style.get("numFmtId") for style in styles.iterfind("{*}cellXfs/{*}xf"))
    return {str(style): odd[number] for style, number in cells if number in odd}


def short_days(styles: Element) -> Mapping[str, int]:
    """By the number of each style that shows a day without its number, how many letters of the day it shows."""
    formats = [
        (each.get("numFmtId", ""), each.get("formatCode", "")) for each in styles.iterfind("{*}numFmts/{*}numFmt")
    ]
    lengths = {number: length for number, code in (_BUILT_IN_MONTH, *formats) if (length := days_shown(code))}
    cells = enumerate(style.get("numFmtId", "") for style in styles.iterfind("{*}cellXfs/{*}xf"))
    return {str(style): lengths[number] for style, number in cells if number in lengths}


def struck_styles(styles: Element) -> frozenset[str]:
    """The numbers of the styles whose font strikes a cell through."""
    lines = [font.find("{*}strike") for font in styles.iterfind("{*}fonts/{*}font")]
    fonts = {str(number) for number, line in enumerate(lines) if line is not None and is_true(line.get("val", "1"))}
    return _with(styles, "fontId", fonts)


def unseen_styles(styles: Element) -> frozenset[str]:
    """The numbers of the styles that show nothing, since their letters have the colour of the cell."""
    fonts = enumerate(styles.iterfind("{*}fonts/{*}font"))
    letters = {str(number): _colour(font.find("{*}color"), _BLACK) for number, font in fonts}
    fills = enumerate(styles.iterfind("{*}fills/{*}fill"))
    cells = {str(number): _colour_of_fill(fill) for number, fill in fills}
    unseen = set[str]()
    for number, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
        font, fill = (style.get(name, "") for name in ("fontId", "fillId"))
        if font in letters and letters[font] == cells.get(fill):
            unseen.add(str(number))
    return frozenset(unseen)


def hides_letters(style: Element) -> bool:
    """Whether a conditional format gives letters the colour of their cell: that of its fill, or white without one."""
    letters = style.find("{*}font/{*}color")
    pattern = style.find("{*}fill/{*}patternFill")
    if letters is None or (pattern is not None and pattern.get("patternType", "solid") not in ("solid", "none")):
        return False
    fill = None if pattern is None else pattern.find("{*}bgColor")
    return _colour(letters, _BLACK) == _colour(fill, _WHITE)


_BLACK, _WHITE = "000000", "FFFFFF"
_INDEXED: Final = {"0": _BLACK, "1": _WHITE, "8": _BLACK, "9": _WHITE, "64": _BLACK, "65": _WHITE}
_THEMES: Final = {"0": _WHITE, "1": _BLACK}


def _colour(element: Element | None, default: str) -> str:
    """A colour as six digits, or as its theme with its tint; the default where nothing says one."""
    if element is None or element.get("auto"):
        return default
    if rgb := element.get("rgb"):
        return rgb[-6:].upper()
    if (theme := element.get("theme")) is not None:
        tint = float(element.get("tint") or 0)
        return _THEMES[theme] if theme in _THEMES and tint == 0 else f"theme {theme} {tint:.3f}"
    return _INDEXED.get(element.get("indexed", ""), f"indexed {element.get('indexed')}")


def _colour_of_fill(fill: Element) -> str | None:
    """The colour of the cells of a fill, white for none; None for a pattern or gradient, which has several."""
    if fill.find("{*}gradientFill") is not None:
        return None
    pattern = fill.find("{*}patternFill")
    kind = "none" if pattern is None else pattern.get("patternType", "none")
    if pattern is None or kind == "none":
        return _WHITE
    return _colour(pattern.find("{*}fgColor"), _WHITE) if kind == "solid" else None


def _with(styles: Element, name: str, values: Set[str]) -> frozenset[str]:
    """The numbers of the styles of cells of which an attribute has one of some values."""
    cells = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return frozenset(str(number) for number, style in cells if style.get(name) in values)


def is_true(text: str | None) -> bool:
    """Whether an attribute of XML is true."""
    return (text or "").lower() in ("1", "true")
