"""A paper of the board's year as its reader meets it: sections of sentences, points and tables, without layout.

Every command about the year (coverage, priorities, section 11, the annual report) makes a paper of its own data, and
each rendering prints every paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

_NUMBER = re.compile(r"[-+£]*[\d,]+(\.\d+)?%?|")


@dataclass(frozen=True)
class Rated:
    """A cell with a status, which renderings may colour."""

    words: str
    status: str

    def __str__(self) -> str:
        return self.words


Cell = str | Rated


@dataclass(frozen=True)
class Table:
    """A table: its caption, the heads of its columns, and rows of cells; the first cell of a row is its head.

    `note` explains letters and signs below the table.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of a column is a number or blank, and one is a number."""
        cells = [str(row[column]) for row in self.rows]
        return any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


@dataclass(frozen=True)
class Section:
    """A section of a paper: sentences, then points, then tables, then its parts."""

    title: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    parts: tuple[Section, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read in it."""
        return not (self.sentences or self.points or self.tables or self.parts)


@dataclass(frozen=True)
class Paper:
    """A paper.

    Attributes:
        board: The name of the board.
        title: What the paper is, and of which period.
        about: What it rests on, in a sentence.
        lead: What it says above all.
        marking: For whom it is, which stands on every page; empty for a paper that is not marked.
        sections: Its sections, of which empty ones are left out.
    """

    board: str
    title: str
    about: str
    lead: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    marking: str = ""


@dataclass(frozen=True)
class Sheet:
    """The data of a paper for people who sort: a row for each of its subjects."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | date | None, ...], ...]


@dataclass(frozen=True)
class Written:
    """A paper in the three ways in which it is printed.

    Attributes:
        data: The dataclass that it was made of, for JSON.
        paper: The paper, for people.
        sheet: Makes its sheet, for CSV; None for a paper that nobody sorts.
        as_of: The day that a document or workbook of it names; None for a paper that has none.
    """

    data: Any
    paper: Paper
    sheet: Callable[[], Sheet] | None = None
    as_of: date | None = None


def section(title: str, *sentences: str, points: tuple[str, ...] = (), tables: tuple[Table, ...] = ()) -> Section:
    """A section without parts; blank sentences and tables without rows are left out."""
    return Section(title, tuple(filter(None, sentences)), points, tuple(table for table in tables if table.rows))
