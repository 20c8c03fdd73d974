"""Facts of a workbook besides the values of its cells, from its XML.

Polars reads values alone. A formula without a stored result is a blank there, and so are an error and a cell merged
with the cell above; 31 % is 0.31; a hidden sheet is like any other. Most sheets have none of these, as a search through
their bytes shows, and only the others are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from pmf_engine.submissions.limits import LIMITS, Measure, UnreadableError, keep_within
from pmf_engine.submissions.package_limits import keep_unpacked_within
from pmf_engine.submissions.workbook_styles import is_true, percent_styles, struck_styles, unseen_styles

_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

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
_EXTENSIONS = rb"<((?:\w+:)?)extLst\b.*?</\1extLst>"

_TEXTS = "xl/sharedstrings.xml"

_BLOCK = 1 << 20
"""The bytes of a part that are unpacked at once."""

_SMALL_SHEET = 5_000_000
"""In sheets of fewer bytes the reference of every cell is read for the extent."""
_DIMENSION = rb"<(?:\w+:)?dimension\b[^>]*\bref\s*=\s*[\"'](?:[A-Z]+[0-9]+:)?([A-Z]+)([0-9]+)[\"']"
_REFERENCE = rb"\br\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"']"

Place = tuple[int, int]
"""The row and the column of a cell, counted from 0."""


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
    """

    hidden: bool
    cells: Mapping[Place, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    merged: tuple[tuple[Place, Place], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    first_column: int = 0


def _check_extent(text: bytes) -> None:
    """Refuses a sheet that a stray cell far from the others makes too large.

    The `dimension` element of a large sheet has its extent, unless a cell is beyond it.

    Raises:
        UnreadableError: The sheet has too many cells.
    """
    dimension = re.search(_DIMENSION, text[:10_000])
    references = [dimension.groups()] if dimension else []
    known = dimension is not None and len(text) >= _SMALL_SHEET and _usual(text)
    if not (dimension and known) or re.search(_beyond(*dimension.groups()), text):
        references += re.findall(_REFERENCE, text)
    rows = max((int(row) for _, row in references), default=0)
    columns = max((_column_number(column) for column, _ in references), default=0)
    keep_within(Measure.CELLS, rows * columns, row=rows, column=columns)


def _beyond(column: bytes, row: bytes) -> bytes:
    """A pattern for the reference of a cell beyond a column and row, or one written in an unusual way.

    >>> pattern = _beyond(b"AB", b"20")
    >>> [bool(re.search(pattern, b'<c r="' + cell + b'"')) for cell in (b"AB20", b"Z3", b"B21", b"AC1", b"ABC1")]
    [False, False, True, True, True]
    """
    return rb' r="(?!(?:' + _up_to(column, b"A", b"Z") + rb")?(?:" + _up_to(row, b"0", b"9") + rb')")'


def _up_to(text: bytes, lowest: bytes, highest: bytes) -> bytes:
    """A pattern for the texts of digits or letters that are shorter than a text, or as long and not after it.

    >>> _up_to(b"BD", b"A", b"Z")
    b'[A-Z]{1,1}|[A-A][A-Z]{1}|B[A-D]'
    """
    every = b"[" + lowest + b"-" + highest + b"]"
    forms = [every + b"{1,%d}" % (len(text) - 1)] if len(text) > 1 else []
    for place, character in enumerate(text):
        rest, last = len(text) - place - 1, character - (place < len(text) - 1)
        if last >= lowest[0]:
            after = every + b"{%d}" % rest if rest else b""
            forms.append(text[:place] + b"[" + lowest + b"-" + bytes([last]) + b"]" + after)
    return b"|".join(forms)


def _column_number(letters: bytes) -> int:
    """The number of a column from 1, by its letters; 0 for no letters.

    >>> _column_number(b"A"), _column_number(b"XFD"), _column_number(b"xfd"), _column_number(b"")
    (1, 16384, 16384, 0)
    """
    number = 0
    for letter in letters.upper():  # readers take small letters for the same
        number = number * 26 + letter - 64
    return number


class Workbook:
    """The parts of a workbook. A damaged workbook raises KeyError, BadZipFile or ParseError."""

    def __init__(self, parts: ZipFile) -> None:
        self._parts = parts
        keep_unpacked_within(parts)
        self._names = {name.replace("\\", "/").lower(): name for name in parts.namelist()}
        self._root = ElementTree.fromstring(self._part("xl/workbook.xml"))

    def _part(self, name: str) -> bytes:
        """The bytes of a part, whatever the case of its name."""
        return b"".join(self._blocks(name))

    def _blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, block by block; raises BadZipFile where it unpacks to another size than it says."""
        part = self._parts.getinfo(self._names[name.lower()])
        unbounded = copy(part)
        unbounded.file_size = LIMITS[Measure.UNPACKED].most  # or reading would end after the size that the part says
        size = 0
        with self._parts.open(unbounded) as stream:
            while block := stream.read(_BLOCK):
                yield block
                size += len(block)
                if size > part.file_size:
                    break
        if size != part.file_size:
            raise BadZipFile

    def check_texts(self) -> None:
        """Refuses a table of texts above the limit, or of another size than it says."""
        if _TEXTS in self._names:
            keep_within(Measure.TEXTS, self._parts.getinfo(self._names[_TEXTS]).file_size)
            for _ in self._blocks(_TEXTS):
                pass

    def sheets(self) -> Iterator[tuple[str, SheetFacts]]:
        """The name and facts of each sheet, in the order of the workbook."""
        links = ElementTree.fromstring(self._part("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for sheet in self._root.iterfind("{*}sheets/{*}sheet"):
            target = targets[sheet.get(_LINK) or sheet.get(_STRICT_LINK)]
            hidden = sheet.get("state", "visible") != "visible"
            text = self._part(str(PurePosixPath("/xl", target))[1:])
            _check_extent(text)
            yield sheet.get("name", ""), self._facts(b"" if hidden else text, hidden)

    @property
    def counts_from_1904(self) -> bool:
        """Whether days count from 1904, as on old Macs.

        Raises:
            UnreadableError: Only an extension of the workbook sets 1904.
        """
        own = [each.get("date1904") for each in self._root.iterfind("{*}workbookPr")]
        every = [each.get("date1904") for each in self._root.iterfind(".//{*}workbookPr")]
        if any(map(is_true, every)) and not any(map(is_true, own)):
            raise UnreadableError("it says in two ways from which year its dates count")
        return any(map(is_true, own))

    @property
    def has_extensions(self) -> bool:
        """Whether the workbook has extensions, with which Polars ignores the setting of 1904."""
        return self._root.find(".//{*}extLst") is not None

    def without_extensions(self) -> BytesIO:
        """A copy of the workbook without extensions."""
        name = self._names["xl/workbook.xml"]
        copy = BytesIO()
        with ZipFile(copy, "w") as parts:
            for each in self._parts.namelist():
                text = self._parts.read(each)
                parts.writestr(each, re.sub(_EXTENSIONS, b"", text, flags=re.DOTALL) if each == name else text)
        copy.seek(0)
        return copy

    @cached_property
    def _never_calculated(self) -> bool:
        """Whether the program that wrote the workbook left its formulas to be calculated when it is opened."""
        return any(is_true(each.get("fullCalcOnLoad")) for each in self._root.iterfind("{*}calcPr"))

    @cached_property
    def _percent(self) -> frozenset[str]:
        return percent_styles(self._styles)

    @cached_property
    def _struck(self) -> frozenset[str]:
        return struck_styles(self._styles)

    @cached_property
    def _unseen(self) -> frozenset[str]:
        return unseen_styles(self._styles)

    @cached_property
    def _styles(self) -> ElementTree.Element:
        """The styles of cells; an element without any for a workbook without styles."""
        part = "xl/styles.xml"
        return ElementTree.fromstring(self._part(part)) if part in self._names else ElementTree.Element("styleSheet")

    def _facts(self, text: bytes, hidden: bool) -> SheetFacts:
        """The facts of a sheet.

        A search for a few bytes precedes each pattern: it is a hundred times faster where there is nothing to find.

        Args:
            text: The XML of the sheet; empty for a hidden sheet.
            hidden: The workbook hides the sheet.
        """
        after = text[max(0, text.rfind(b"sheetData>")) :]  # a search of all cells for what is below them takes long
        merged = [tuple(map(_place, ends)) for ends in re.findall(_MERGED, after)] if b"mergeCell" in after else []
        first, cells, faults = 0, dict[Place, str](), dict[str, str]()
        percentages = None
        if merged or self._holds_faults(text) or (self._percent and (percentages := self._percentages(text)) is None):
            first, cells, faults = self._cells(text)
        if percentages:
            cells = percentages
        return SheetFacts(
            hidden,
            {(row, column - first): cell for (row, column), cell in cells.items()},
            faults,
            tuple(((a, b - first), (c, d - first)) for (a, b), (c, d) in merged),
            *_hidden_parts(text),
            first or self._first_column(text),
        )

    def _first_column(self, text: bytes) -> int:
        """The first column with a value, from 0. A value in column A, as in nearly all sheets, needs no parser."""
        return 0 if re.search(_IN_FIRST, text) or not text else self._cells(text)[0]

    def _holds_faults(self, text: bytes) -> bool:
        """Whether a cell may have no knowable value: an error, no stored result, lost digits, or struck through."""
        usual = _usual(text)
        if (not usual or b'"e"' in text) and re.search(_ERROR, text):
            return True
        if (not usual or b"<f" in text) and re.search(_FORMULA if self._never_calculated else _NO_RESULT, text):
            return True
        styles = "|".join(self._struck | self._unseen).encode()
        if styles and re.search(rb"\bs\s*=\s*[\"'](?:%s)[\"']" % styles, text):
            return True
        return re.search(_EXPONENT, text) is not None

    def _percentages(self, text: bytes) -> dict[Place, str] | None:
        """The percentages of a sheet without faults, as formatted; None for a sheet that needs the parser.

        Nearly all programs write a cell in one form. A sheet needs no parser where all cells with a style of a
        percentage have that form, and the first column has a value.
        """
        if not _usual(text):
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
        return {_place(name): shown[value] for name, type_, value in matches if value and type_ in (b"", b"n")}

    def _cells(self, text: bytes) -> tuple[int, dict[Place, str], dict[str, str]]:
        """The first column with a value, the texts of cells that Polars reads otherwise, and the faults among them."""
        first, row = None, -1
        cells: dict[Place, str] = {}
        faults: dict[str, str] = {}
        for line in _rows(text):
            row, column = int(line.get("r", row + 2)) - 1, -1
            for cell in line.iterfind("{*}c"):
                column = _place(cell.get("r", "").encode())[1] if cell.get("r") else column + 1
                value_element = cell.find("{*}v")
                value, type_ = (value_element.text if value_element is not None else None) or "", cell.get("t", "n")
                formula = cell.find("{*}f")
                if value or type_ == "str" or cell.find("{*}is") is not None:  # Polars reads a value
                    first = column if first is None else min(first, column)
                if (value or cell.find("{*}is") is not None) and cell.get("s") in self._struck:
                    fault = (f"{value}, struck through" if type_ == "n" else "struck through", "struck-through")
                elif type_ == "n" and value and cell.get("s") in self._unseen:
                    fault = (f"{value}, not shown", "unseen-cell")
                elif type_ == "e":
                    fault = (value or "#VALUE!", "error-cell")
                elif formula is not None and self._unknown(value, type_):
                    fault = ("=" + (formula.text or ""), "formula-cell")
                elif type_ == "n" and value and cell.get("s") in self._percent:
                    cells[row, column] = _shown(value)
                    continue
                elif type_ == "n" and re.fullmatch(_DIGITS_LOST, value.encode()):
                    fault = (value, "digits-lost")
                else:
                    continue
                cells[row, column] = fault[0]
                faults[fault[0]] = fault[1]
        return first or 0, cells, faults

    def _unknown(self, value: str, type_: str) -> bool:
        """Whether a formula's result is unknown: none is stored, or the 0 of a program that calculates none."""
        return (not value and type_ != "str") or (value == "0" and type_ == "n" and self._never_calculated)


def _usual(text: bytes) -> bool:
    """Whether a sheet's XML has the usual form: no prefix before its names, no space beside `=`, double quotes."""
    begins = text[: text.find(b"<row")][:5000].partition(b"?>")[2] or text[:5000]
    return re.search(rb"""<\w+:worksheet\b|=\s*'|=\s|\s=""", begins) is None


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


def _rows(text: bytes) -> Iterator[ElementTree.Element]:
    """The rows of a sheet as a stream: each is cleared from memory before the next."""
    for _, element in ElementTree.iterparse(BytesIO(text)):
        if element.tag.rpartition("}")[2] == "row":
            yield element
            element.clear()


def _place(name: bytes) -> Place:
    """The row and column of a cell such as `AB7`, counted from 0.

    >>> _place(b"AB7")
    (6, 27)
    """
    letters = name.rstrip(b"0123456789")
    column = 0
    for each in letters.upper():
        column = column * 26 + each - 64
    return int(name[len(letters) :]) - 1, column - 1
