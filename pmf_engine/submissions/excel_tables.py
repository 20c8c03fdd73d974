"""Sheets of an Excel file as rows of texts, with those that Excel writes where a formula has no value.

Polars reads `#REF!` and its like as blanks, which nobody may take for one: a blank end means that a spell is open.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import polars as pl

_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def read_sheets(path: Path) -> dict[str, tuple[pl.DataFrame, frozenset[str]]]:
    """Each sheet from its first row on, and the errors that stand in it; ValueError where the file is damaged."""
    from fastexcel import FastExcelError

    try:
        sheets = pl.read_excel(
            path, sheet_id=0, has_header=False, infer_schema_length=0, drop_empty_rows=False, drop_empty_cols=False,
            raise_if_empty=False,
            read_options={"skip_rows": 0},  # else rows would count from the first that is not empty
        )  # fmt: skip
        errors = _errors(path)
    except (FastExcelError, BadZipFile, ElementTree.ParseError, KeyError) as error:
        raise ValueError from error
    return {name: _marked(rows, errors.get(name, {})) for name, rows in sheets.items()}


def _marked(rows: pl.DataFrame, errors: dict[tuple[int, int], str]) -> tuple[pl.DataFrame, frozenset[str]]:
    """A sheet with its errors in their places, which are blank in it."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in errors.items():
        by_column.setdefault(column, {})[row] = text
    marked = []
    for column, texts in by_column.items():
        if column >= rows.width or max(texts) >= rows.height:
            raise ValueError
        cells = rows.to_series(column)
        places = sorted(texts)
        if cells.gather(places).null_count() < len(places):
            raise ValueError
        marked.append(cells.cast(pl.String).scatter(places, [texts[place] for place in places]))
    return rows.with_columns(marked), frozenset(errors.values())


def _errors(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """The errors of each sheet that has some, by row and column of what is used of it."""
    found = {}
    with ZipFile(path) as parts:
        names = {name.replace("\\", "/").lower(): name for name in parts.namelist()}

        def part(name: str) -> bytes:
            return parts.read(names[name.lower()])

        links = ElementTree.fromstring(part("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for sheet in ElementTree.fromstring(part("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet"):
            target = targets[sheet.get(_LINK) or sheet.get(_STRICT_LINK)]
            text = part(str(PurePosixPath("/xl", target))[1:])
            if _ERROR.search(text):
                found[sheet.get("name", "")] = _errors_of(text)
    return found


def _errors_of(text: bytes) -> dict[tuple[int, int], str]:
    errors: dict[tuple[int, int], str] = {}
    first = None
    row = -1
    for line in ElementTree.fromstring(text).iterfind("{*}sheetData/{*}row"):
        row, column = int(line.get("r", row + 2)) - 1, -1
        for cell in line.iterfind("{*}c"):
            column = _column(cell.get("r", "")) if cell.get("r") else column + 1
            value = cell.find("{*}v")
            if cell.find("{*}is") is None and (value is None or not (value.text or cell.get("t") == "str")):
                continue
            first = column if first is None else min(first, column)
            if cell.get("t") == "e":
                errors[row, column] = (value.text if value is not None else None) or "#VALUE!"
    return {(row, column - (first or 0)): text for (row, column), text in errors.items()}


def _column(place: str) -> int:
    """The column of a cell such as `AB7`, counted from 0."""
    found = 0
    for letter in place.rstrip("0123456789"):
        found = found * 26 + ord(letter.upper()) - 64
    return found - 1
