"""Raw tables: the common form of every format of file, a header and rows of texts before any interpretation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

EDGES = (
    " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)
"""White space of Unicode, which is stripped from both ends of a text."""


DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, MemoryError)
"""What Polars raises for a file that is damaged, has changed or is gone, or on which its reader has a defect."""


@dataclass(frozen=True)
class RawTable:
    """A rectangle of strings.

    Attributes:
        file: The name of the file.
        header: The titles of the columns.
        header_row: The row of the header, as a spreadsheet counts, from 1.
        rows: `row` (as a spreadsheet counts) and the columns `0`, `1`, … of the header. Empty cells are null, and blank
            rows are left out.
        broken: The rows to set aside; each has a problem already.
        sheet: The sheet of a workbook.
        received_on: The day of receipt.
        from_text: A comma separates the cells, and so may have split a number.
        cut: The last row and the number of its cells, where the file ends within this row.
    """

    file: str
    header: tuple[str, ...]
    header_row: int
    rows: pl.DataFrame
    broken: frozenset[int] = frozenset()
    sheet: str | None = None
    received_on: date | None = None
    from_text: bool = False
    cut: tuple[int, int] | None = None


def letter(position: int) -> str:
    """The letters of a spreadsheet's column, counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def blank(column: str) -> pl.Expr:
    """Whether cells of a column hold nothing but spaces."""
    return pl.col(column).str.strip_chars(EDGES).fill_null("") == ""


def clean_text(column: str | None) -> pl.Expr:
    """The texts of a column without the spaces around them; null where a cell is blank or there is no column."""
    if column is None:
        return pl.lit(None, pl.String)
    text = pl.col(column).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)
