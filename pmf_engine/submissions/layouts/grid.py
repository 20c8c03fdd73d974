"""Grids: the cells of a sheet or of a text file as texts, before anything is known of its layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.table import letter


class Label(NamedTuple):
    """A text that names the period, agency, figure or group of cells, and its own place.

    Attributes:
        text: The text.
        row: Its row, as a spreadsheet counts; 0 for the name of a sheet or file.
        column: The letters of its column; empty for the name of a sheet or file.
        heading: What heads a period: the heading of its column, or the word before it in a title.
    """

    text: str
    row: int = 0
    column: str = ""
    heading: str = ""


class Row(NamedTuple):
    """A row that is not blank.

    Attributes:
        number: Its number, as a spreadsheet counts.
        cells: Its texts without the spaces around them; a blank cell is an empty text.
        length: The number of its cells in a text file, blank ones at the end included.
    """

    number: int
    cells: tuple[str, ...]
    length: int

    @property
    def filled(self) -> list[int]:
        """The positions of the cells that are not blank."""
        return [position for position, text in enumerate(self.cells) if text]


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, or of a text file.

    Attributes:
        file: The name of the file.
        rows: The rows that are not blank, all of one width.
        sheet: The name of the sheet.
        received_on: The day of receipt.
        first_column: The position of the first column in the sheet, from 0.
        broken: The rows to set aside; each has a problem already.
        unformatted: The format of its numbers is not known, so that 1 may be 100 %.
        cover: The titles of the cover of its workbook.
        from_text: A comma separates the cells, and so may have split a number.
    """

    file: str
    rows: Sequence[Row]
    sheet: str | None = None
    received_on: date | None = None
    first_column: int = 0
    broken: frozenset[int] = frozenset()
    from_text: bool = False
    unformatted: bool = False
    cover: tuple[Label, ...] = ()

    def column(self, position: int) -> str:
        """The letters of a column."""
        return letter(position + self.first_column)

    def label(self, row: Row, position: int) -> Label:
        """A cell as a label."""
        return Label(row.cells[position], row.number, self.column(position))

    def problem(self, label: Label, kind: str, **words: object) -> Problem:
        """The problem of a kind at a label; `words` fill in its wording."""
        return Problem(
            self.file, self.sheet, label.row or None, label.column or None, label.text or None, kind, say(kind, **words)
        )

    def cells(self, rows: Sequence[Row], position: int) -> Iterator[str]:
        """The texts of a column that are not blank, in some of the rows."""
        return (row.cells[position] for row in rows if row.cells[position])
