"""Sheets of an Excel workbook as rows of texts, in which nothing is blank that is not.

Polars reads the values; what it does not see (`workbook_facts`) is set in their place: an error, a formula without a
result, a percentage as it is shown.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import polars as pl

from pmf_engine.submissions.table import EDGES, letter
from pmf_engine.submissions.workbook_facts import Place, SheetFacts, Workbook

_OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of Office before 2007 begin, and those of today that have a password."""


@dataclass(frozen=True)
class Sheet:
    """A sheet from its first row on. `faults` are the texts in it that stand for no value, by the kind of problem."""

    name: str
    rows: pl.DataFrame
    faults: Mapping[str, str]
    facts: SheetFacts

    @property
    def hidden(self) -> bool:
        """Whether its sender does not see it."""
        return self.facts.hidden

    def unmerged(self, top: int) -> Sheet:
        """The sheet with the blanks below row `top` (from 0) filled that are merged with a cell above them.

        A blank that is merged with a cell beside it, or with the header, is a fault: what it means is not known.
        """
        filled: dict[Place, str] = {}
        faults = dict(self.faults)
        for (row, column), (last_row, last_column) in self.facts.merged:
            if last_row <= top or column >= self.rows.width or row >= self.rows.height or column < 0:
                continue
            value = self.rows[row, column]
            if row <= top or last_column > column or value is None:
                value = f"(merged with {letter(column)}{row + 1})"
                faults[value] = "merged-cell"
            for place in _places((max(row, top + 1), column), (last_row, last_column), self.rows):
                if place != (row, column):
                    filled[place] = value
        rows = _overlaid(self.rows, {place: text for place, text in filled.items() if _blank(self.rows, place)})
        return replace(self, rows=rows, faults=faults)


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook; ValueError where it is damaged, with the reason if there is another."""
    from fastexcel import FastExcelError

    try:
        with ZipFile(path) as parts:
            workbook = Workbook(parts)
            facts = dict(workbook.sheets())
            mistaken = workbook.counts_from_1904 and workbook.has_extensions
            sheets = pl.read_excel(
                workbook.without_extensions() if mistaken else path,
                sheet_id=0, has_header=False, infer_schema_length=0, drop_empty_rows=False, drop_empty_cols=False,
                raise_if_empty=False,
                read_options={"skip_rows": 0},  # else rows would count from the first that is not empty
            )  # fmt: skip
    except BadZipFile as error:
        raise ValueError(*_what_it_is(path)) from error
    except (FastExcelError, ElementTree.ParseError, KeyError, pl.exceptions.PanicException, zlib.error) as error:
        raise ValueError from error
    return [
        Sheet(name, _overlaid(rows, facts[name].cells), facts[name].faults, facts[name])
        for name, rows in sheets.items()
        if name in facts
    ]


def _what_it_is(path: Path) -> list[str]:
    """What a file is that is called a workbook and is none, where its first bytes tell."""
    with path.open("rb") as stream:
        head = stream.read(512).lstrip()
    if not head:
        return ["it is empty"]
    if head.startswith(_OLD_WORKBOOK):
        return ["it has a password, or is an older workbook under this name; save it as .xlsx without a password"]
    if head.startswith(b"<"):
        return ["it is a web page under the name of a workbook; open it in a spreadsheet and save it as .xlsx"]
    return [] if head.startswith(b"PK") else ["it is no workbook, whatever its name says"]


def _overlaid(rows: pl.DataFrame, cells: Mapping[Place, str]) -> pl.DataFrame:
    """Rows with the texts of some cells, beyond their end too."""
    if not cells:
        return rows
    if min(column for _, column in cells) < 0:
        raise ValueError
    height, width = (max(place[axis] for place in cells) + 1 for axis in (0, 1))
    more = {f"column_{place}": pl.Series([None] * rows.height, dtype=pl.String) for place in range(rows.width, width)}
    rows = rows.with_columns(pl.all().cast(pl.String), **more)
    if height > rows.height:
        rows = pl.concat([rows, rows.clear(height - rows.height)])
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in cells.items():
        by_column.setdefault(column, {})[row] = text
    return rows.with_columns(
        rows.to_series(column).scatter(list(texts), list(texts.values())) for column, texts in by_column.items()
    )


def _places(first: Place, last: Place, rows: pl.DataFrame) -> list[Place]:
    """The cells of a range that a sheet has."""
    return [
        (row, column)
        for column in range(first[1], min(last[1] + 1, rows.width))
        for row in range(first[0], min(last[0] + 1, rows.height))
    ]


def _blank(rows: pl.DataFrame, place: Place) -> bool:
    return not (rows[place] or "").strip(EDGES)
