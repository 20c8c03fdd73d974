"""Layouts: where each figure stands in a workbook of a fixed form, as the framework keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6})?)?")

PERIOD = "{period}"
"""What stands for the period in the name of a file or sheet."""


@dataclass(frozen=True)
class CellRange:
    """A cell, or cells of one row or one column.

    Attributes:
        row: The first row, from 1.
        column: The first column, from 0.
        rows: The number of rows; None for a column down to its last filled cell.
        columns: The number of columns.
    """

    row: int
    column: int
    rows: int | None = 1
    columns: int = 1

    @property
    def is_single(self) -> bool:
        """Whether it is one cell."""
        return self.rows == 1 and self.columns == 1

    @property
    def is_column(self) -> bool:
        """Whether it is several cells of one column."""
        return self.rows != 1

    def lies_along(self, other: CellRange) -> bool:
        """Whether another range has a cell for each cell of this one: in the same rows, or in the same columns."""
        if self.is_column or other.is_column:
            return (self.row, self.rows) == (other.row, other.rows) and self.columns == other.columns == 1
        return (self.column, self.columns) == (other.column, other.columns)

    def overlaps(self, other: CellRange) -> bool:
        """Whether two ranges have a cell in common."""
        ends = [(each.row + (each.rows or 10**7), each.column + each.columns) for each in (self, other)]
        apart_in_rows = ends[0][0] <= other.row or ends[1][0] <= self.row
        return not apart_in_rows and not (ends[0][1] <= other.column or ends[1][1] <= self.column)

    def places(self, last_row: int) -> list[tuple[int, int]]:
        """The row and the column of each cell, in a sheet that ends with a row."""
        rows = max(last_row - self.row + 1, 0) if self.rows is None else self.rows
        return list(product(range(self.row, self.row + rows), range(self.column, self.column + self.columns)))


def parse_range(text: str) -> CellRange | None:
    """The cells that a text such as `C14`, `C14:F14`, `C5:C16` or `C5:C` names; None for a text that names none.

    >>> parse_range("C14"), parse_range("B5:B").rows, parse_range("C14:F20")
    (CellRange(row=14, column=2, rows=1, columns=1), None, None)
    """
    match = _RANGE.fullmatch(text.strip().upper())
    if match is None:
        return None
    row, column = int(match[2]), _number_of(match[1])
    if match[3] is None:
        return CellRange(row, column)
    columns = _number_of(match[3]) - column + 1
    rows = int(match[4]) - row + 1 if match[4] else None
    if columns < 1 or (rows is not None and rows < 1) or (columns > 1 and rows != 1):
        return None
    return CellRange(row, column, rows, columns)


def _number_of(letters: str) -> int:
    """The number of a column, from 0, by its letters.

    >>> _number_of("A"), _number_of("AA")
    (0, 26)
    """
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - 64
    return number - 1


@dataclass(frozen=True)
class MappedFigure:
    """Where a figure stands.

    Attributes:
        at: Its cells.
        labels: The texts that may stand beside its first cell as its label; where there are none, the label is held
            against the pack before.
    """

    at: CellRange
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The form of a workbook that an agency sends every time.

    Attributes:
        agency: The id of the agency.
        files: The pattern of the names of its files.
        sheet: The pattern of the names of its sheets; None for a file with one sheet.
        period: The cell that names the period; None where the names of the file and sheet do, or `periods`.
        periods: The periods of cells of a row or column.
        groups: The groups of cells of a row or column, by breakdown.
        cells: Where each figure stands, by its id.
    """

    id: str
    agency: str
    files: str
    sheet: str | None
    period: CellRange | None
    periods: CellRange | None
    groups: Mapping[str, CellRange]
    cells: Mapping[str, MappedFigure]
