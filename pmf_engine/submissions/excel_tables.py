"""Sheets of an Excel workbook as rows of texts.

Polars reads the values. `sheet_facts` supplies what Polars reads as blank or loses, and `read_sheets` puts that into
the cells: errors, formulas without a stored result, and the `%` of percentages.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import polars as pl

from pmf_engine.submissions.limits import UnreadableError, panics_refused
from pmf_engine.submissions.misnamed import what_it_is
from pmf_engine.submissions.sheet_facts import AS_READ, SheetFacts
from pmf_engine.submissions.sheet_xml import Place
from pmf_engine.submissions.table import EDGES, letter
from pmf_engine.submissions.workbook_facts import Workbook

logging.getLogger("calamine").addHandler(logging.NullHandler())  # or Python prints what it says of sheets of charts

_DAMAGED_XML = (ElementTree.ParseError, LookupError, ArithmeticError, zlib.error, EOFError, RuntimeError)
"""What the parts of a damaged workbook raise: LookupError for an unknown encoding too, RuntimeError for a password."""


@dataclass(frozen=True)
class Sheet:
    """A sheet from its first row on.

    Attributes:
        name: The name on its tab.
        rows: Its cells as texts.
        faults: The texts that stand for no value, each with the kind of its problem.
        facts: Its errors, merged cells and hidden parts.
    """

    name: str
    rows: pl.DataFrame
    faults: Mapping[str, str]
    facts: SheetFacts

    @property
    def hidden(self) -> bool:
        """Whether the workbook hides the sheet."""
        return self.facts.hidden

    def merged(self) -> Iterator[tuple[Place, Place, list[Place]]]:
        """The first and the last place of each merged cell that reaches into the rows, and the places within them."""
        for first, last in self.facts.merged:
            if first[0] < self.rows.height and 0 <= first[1] < self.rows.width:
                yield first, last, _places(first, last, self.rows)

    def unmerged(self, top: int) -> Sheet:
        """The sheet with a `merged-cell` fault in each blank below row `top` (from 0) that is merged with another cell.

        Merging drops all texts but one, and where rows are records nothing else shows whether the texts were the same.
        """
        texts = {
            place: f"(merged with {self.cell(first)})"
            for first, _, places in self.merged()
            for place in places
            if place[0] > top and place != first and self.is_blank(place)
        }
        return replace(self.with_texts(texts), faults={**self.faults, **dict.fromkeys(texts.values(), "merged-cell")})

    def with_texts(self, texts: Mapping[Place, str]) -> Sheet:
        """The sheet with other texts in some places."""
        return replace(self, rows=_overlaid(self.rows, texts))

    def cell(self, place: Place) -> str:
        """The name of a cell, such as `B2`."""
        return f"{letter(place[1] + self.facts.first_column)}{place[0] + 1}"

    def is_blank(self, place: Place) -> bool:
        """Whether a cell holds no more than spaces."""
        return not (self.rows[place] or "").strip(EDGES)


@panics_refused()
def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook.

    Raises:
        UnreadableError: It is no workbook, or is above a limit.
        ValueError: It is damaged.
    """
    from fastexcel import FastExcelError

    try:
        with ZipFile(path) as parts:
            workbook = Workbook(parts)
            workbook.check_texts()
            facts = dict(workbook.sheets())
            mistaken = workbook.counts_from_1904 and workbook.has_extensions
            sheets = pl.read_excel(
                workbook.without_extensions() if mistaken else path,
                sheet_id=0, has_header=False, infer_schema_length=0, drop_empty_rows=False, drop_empty_cols=False,
                raise_if_empty=False,
                read_options={"skip_rows": 0},  # else rows would count from the first that is not empty
            )  # fmt: skip
    except BadZipFile as error:
        why = what_it_is(path)
        raise (UnreadableError(why) if why else ValueError()) from error
    except (FastExcelError, pl.exceptions.PanicException, *_DAMAGED_XML) as error:
        raise ValueError from error
    return [_sheet(name, rows, facts[name]) for name, rows in sheets.items() if name in facts]


def _sheet(name: str, rows: pl.DataFrame, facts: SheetFacts) -> Sheet:
    """A sheet of the rows that Polars reads and the facts that it does not."""
    cells, faults = dict(facts.cells), dict(facts.faults)
    for place, text in facts.cells.items():
        if AS_READ in text:
            inside = place[0] < rows.height and place[1] < rows.width
            cells[place] = text.replace(AS_READ, str(rows[place] or "") if inside else "")
            faults[cells[place]] = faults[text]
    return Sheet(name, _overlaid(rows, cells), faults, facts)


def _overlaid(rows: pl.DataFrame, cells: Mapping[Place, str]) -> pl.DataFrame:
    """Rows with the texts of some cells in their places; rows and columns are added where a place is beyond the end."""
    if not cells:
        return rows
    if min(column for _, column in cells) < 0:
        raise ValueError
    height, width = (max(place[axis] for place in cells) + 1 for axis in (0, 1))
    more = {f"column_{index}": pl.Series([None] * rows.height, dtype=pl.String) for index in range(rows.width, width)}
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
    """The places of a range, from `first` to `last`, that are inside the rows."""
    return [
        (row, column)
        for column in range(first[1], min(last[1] + 1, rows.width))
        for row in range(first[0], min(last[0] + 1, rows.height))
    ]
