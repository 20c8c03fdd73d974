"""Facts of a sheet besides the values of its cells, from its XML.

Polars reads values alone. A formula without a stored result is a blank there, and so are an error and a cell merged
with the cell above; 31 % is 0.31; `842¹` is 8421. Most sheets have none of these, as a search through their bytes
shows, and only the others are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from xml.etree import ElementTree

from pmf_engine.submissions.conditional_formats import HidingRule, hiding_rules
from pmf_engine.submissions.number_formats import UNSEEN, Shown, shown
from pmf_engine.submissions.rich_texts import STRUCK, may_be_rich, odd_texts, seen_text
from pmf_engine.submissions.sheet_xml import Place, below_cells, is_usual, place_of, rows_of
from pmf_engine.submissions.workbook_notes import Note
from pmf_engine.submissions.workbook_styles import odd_formats, percent_styles, short_days, struck_styles, unseen_styles

_ERROR = rb"""\bt\s*=\s*["']e["']"""
_NO_RESULT = rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\b[^>]*>\s*</|</(?:\w+:)?c>)"
_EXPONENT = rb"E\+?(?:1[5-9]|[2-9][0-9])</"
_DIGITS_LOST = rb"[0-9.\-]+E\+?(?:1[5-9]|[2-9][0-9])"
_FORMULA = rb"<(?:\w+:)?f\b"
_MERGED = rb"<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*[\"']([A-Z]+[0-9]+):([A-Z]+[0-9]+)"
_HIDDEN_ROW = rb"<(?:\w+:)?row\b[^>]*\b(?:hidden\s*=\s*[\"'](?:1|true)|ht\s*=\s*[\"']0(?:\.[0-9]+)?)[\"'][^>]*>"
_HIDDEN_COLUMN = rb"<(?:\w+:)?col\b[^>]*\b(?:hidden\s*=\s*[\"'](?:1|true)|width\s*=\s*[\"']0(?:\.0[0-9]*)?)[\"'][^>]*>"
_MOST_COLUMNS = 16_384
"""The columns of a sheet of Excel."""
_IN_FIRST = rb'<c r="A[0-9]+"[^>]*>(?:<f>[^<]*</f>)?<(?:v>[^<]|is>)'

AS_READ = "\0"
"""What stands in a text of `SheetFacts.cells` for the text that Polars reads in that place."""

_NO_ZEROS = rb"\bshowZeros\s*=\s*[\"'](?:0|false)"
_SHARED = rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>(?:%s)<"""


@dataclass(frozen=True)
class SheetFacts:
    """Facts of a sheet. Columns count from the first column with a value, as in Polars.

    Attributes:
        hidden: The workbook hides the sheet.
        cells: The texts of the cells that Polars reads as blank or as something else.
        faults: The kind of problem of each of these texts that stands for no value.
        merged: The merged ranges, by their first and last cell.
        hidden_rows: The hidden rows, from 1, those of no height among them.
        hidden_columns: The hidden columns, from 0, counted from the first of the sheet.
        first_column: The first column with a value, from 0.
        short_days: By the place of each day of which a month or year is shown, how many letters of it that is.
        notes: The comments, boxes of text, and heads and feet of pages; their places count from the first of the sheet.
    """

    hidden: bool
    cells: Mapping[Place, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    merged: tuple[tuple[Place, Place], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    first_column: int = 0
    short_days: Mapping[Place, int] = field(default_factory=dict)
    notes: Sequence[Note] = ()


class SheetReader:
    """What the sheets of a workbook show that a reader of their values does not see."""

    def __init__(self, styles: ElementTree.Element, shared: bytes, never_calculated: bool) -> None:
        """Takes the styles of cells, the table of texts, and whether formulas were left to be calculated later."""
        self._styles = styles
        self._shared = shared
        self._never_calculated = never_calculated

    @cached_property
    def _percent(self) -> frozenset[str]:
        return percent_styles(self._styles)

    @cached_property
    def _struck(self) -> frozenset[str]:
        return struck_styles(self._styles)

    @cached_property
    def _odd(self) -> Mapping[str, str]:
        return odd_formats(self._styles)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return odd_texts(self._shared)

    @cached_property
    def _unseen(self) -> frozenset[str]:
        return unseen_styles(self._styles)

    @cached_property
    def _short_days(self) -> Mapping[str, int]:
        return short_days(self._styles)

    def facts(self, text: bytes, hidden: bool) -> SheetFacts:
        """The facts of a sheet.

        A search for a few bytes precedes each pattern: it is a hundred times faster where there is nothing to find.

        Args:
            text: The XML of the sheet; empty for a hidden sheet.
            hidden: The workbook hides the sheet.
        """
        after = below_cells(text)
        rules = hiding_rules(after, self._styles)
        merged = [tuple(map(place_of, ends)) for ends in re.findall(_MERGED, after)] if b"mergeCell" in after else []
        first, cells, faults, days = 0, dict[Place, str](), dict[str, str](), dict[Place, int]()
        percentages = None
        if (
            merged
            or rules
            or self._holds_faults(text)
            or (self._percent and (percentages := self._percentages(text)) is None)
        ):
            first, cells, faults, days = self._cells(text, rules)
        if percentages:
            cells = percentages
        return SheetFacts(
            hidden,
            {(row, column - first): cell for (row, column), cell in cells.items()},
            faults,
            tuple(((a, b - first), (c, d - first)) for (a, b), (c, d) in merged),
            *_hidden_parts(text),
            first or self._first_column(text),
            {(row, column - first): length for (row, column), length in days.items()},
        )

    def _first_column(self, text: bytes) -> int:
        """The first column with a value, from 0. A value in column A, as in nearly all sheets, needs no parser."""
        return 0 if re.search(_IN_FIRST, text) or not text else self._cells(text)[0]

    def _holds_faults(self, text: bytes) -> bool:
        """Whether a cell may have no knowable value: an error, no stored result, lost digits, or struck through."""
        usual = is_usual(text)
        if (not usual or b'"e"' in text) and re.search(_ERROR, text):
            return True
        if (not usual or b"<f" in text) and re.search(_FORMULA if self._never_calculated else _NO_RESULT, text):
            return True
        styles = self._struck | self._unseen | self._odd.keys() | self._short_days.keys()
        if "0" in styles or (
            styles and re.search(rb"\bs\s*=\s*[\"'](?:%s)[\"']" % "|".join(sorted(styles)).encode(), text)
        ):
            return True
        if (b"showZeros" in text and re.search(_NO_ZEROS, text)) or may_be_rich(text):
            return True
        if self._texts and re.search(_SHARED % "|".join(self._texts).encode(), text):
            return True
        return re.search(_EXPONENT, text) is not None

    def _percentages(self, text: bytes) -> dict[Place, str] | None:
        """The percentages of a sheet without faults, as formatted; None for a sheet that needs the parser.

        Nearly all programs write a cell in one form. A sheet needs no parser where all cells with a style of a
        percentage have that form, and the first column has a value.
        """
        if not is_usual(text):
            return None
        styles = "|".join(sorted(self._percent)).encode()
        styled = len(re.findall(rb' s="(?:' + styles + rb')"', text))
        if not styled:
            return {}
        form = (
            rb'<c r="([A-Z]+[0-9]+)" s="(?:' + styles + rb')"(?: t="(\w+)")?(?:/>|>(?:<f>[^<]*</f>)?<v>([^<]*)</v></c>)'
        )
        matches = re.findall(form, text)
        in_first = re.search(_IN_FIRST, text)
        if len(matches) < styled or in_first is None:
            return None
        shown = {value: _shown(value) for _, type_, value in matches if value and type_ in (b"", b"n")}
        return {place_of(name): shown[value] for name, type_, value in matches if value and type_ in (b"", b"n")}

    def _cells(
        self, text: bytes, rules: Sequence[HidingRule] = ()
    ) -> tuple[int, dict[Place, str], dict[str, str], dict[Place, int]]:
        """The first column with a value, the texts of cells that Polars reads otherwise, and the faults among them.

        Last come the days of which a month or year is shown: see `SheetFacts.short_days`.
        """
        first, row = None, -1
        cells: dict[Place, str] = {}
        faults: dict[str, str] = {}
        days: dict[Place, int] = {}
        hides_zeros = re.search(_NO_ZEROS, text) is not None
        for line in rows_of(text):
            row, column = int(line.get("r", row + 2)) - 1, -1
            for cell in line.iterfind("{*}c"):
                column = place_of(cell.get("r", "").encode())[1] if cell.get("r") else column + 1
                value_element = cell.find("{*}v")
                value = (value_element.text if value_element is not None else None) or ""
                if value or cell.get("t") == "str" or cell.find("{*}is") is not None:  # Polars reads a value
                    first = column if first is None else min(first, column)
                seen = self._seen(cell, value, hides_zeros)
                if rules and value and cell.get("t", "n") == "n" and not (seen and seen.kind):
                    seen = next(filter(None, (rule.seen((row, column), value) for rule in rules)), seen)
                if value and cell.get("t", "n") == "n" and (length := self._short_days.get(cell.get("s", "0"))):
                    days[row, column] = length
                if seen:
                    cells[row, column] = seen.text
                    if seen.kind:
                        faults[seen.text] = seen.kind
        return first or 0, cells, faults, days

    def _seen(self, cell: ElementTree.Element, value: str, hides_zeros: bool) -> Shown | None:
        """What a cell shows where it is not what Polars reads; None for all other cells."""
        type_, style = cell.get("t", "n"), cell.get("s", "0")
        formula, inline = cell.find("{*}f"), cell.find("{*}is")
        is_number = type_ == "n" and value != ""
        if (value or inline is not None) and style in self._struck:
            return Shown((value if type_ == "n" else AS_READ) + STRUCK, "struck-through")
        if is_number and (style in self._unseen or (hides_zeros and float(value) == 0)):
            return Shown(f"{value}, not shown", UNSEEN)
        if type_ == "e":
            return Shown(value or "#VALUE!", "error-cell")
        if formula is not None and self._unknown(value, type_):
            return Shown("=" + (formula.text or ""), "formula-cell")
        if is_number and style in self._odd and (seen := shown(self._odd[style], value)):
            return seen
        if is_number and style in self._percent:
            return Shown(_shown(value))
        if type_ == "n" and re.fullmatch(_DIGITS_LOST, value.encode()):
            return Shown(value, "digits-lost")
        text = self._texts.get(value) if type_ == "s" else seen_text(inline) if inline is not None else None
        return Shown(text, "struck-through" if text.endswith(STRUCK) else None) if text else None

    def _unknown(self, value: str, type_: str) -> bool:
        """Whether a formula's result is unknown: none is stored, or the 0 of a program that calculates none."""
        return (not value and type_ != "str") or (value == "0" and type_ == "n" and self._never_calculated)


def _hidden_parts(text: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The hidden rows of a sheet, from 1, and its hidden columns, from 0; those too narrow to be seen among them."""
    if not any(word in text for word in (b"hidden", b'width="0', b'ht="0', b"width='0", b"ht='0")):
        return (), ()
    rows = [re.search(rb"\br\s*=\s*[\"']([0-9]+)", each) for each in _all(_HIDDEN_ROW, text)]
    spans = [dict(re.findall(rb"(min|max)\s*=\s*[\"']([0-9]+)", each)) for each in _all(_HIDDEN_COLUMN, text)]
    columns = (
        at
        for span in spans
        if len(span) == 2
        for at in range(int(span[b"min"]) - 1, min(int(span[b"max"]), _MOST_COLUMNS))
    )
    return tuple(int(row[1]) for row in rows if row), tuple(columns)


def _shown(value: bytes | str) -> str:
    """A number as a percentage.

    >>> _shown("0.31"), _shown(b"1"), _shown("1E-3")
    ('31%', '100%', '0.1%')
    """
    return f"{(Decimal(repr(float(value))) * 100).normalize():f}%"


def _all(pattern: bytes, text: bytes) -> list[bytes]:
    """Every match of a pattern."""
    return [match[0] for match in re.finditer(pattern, text)]
