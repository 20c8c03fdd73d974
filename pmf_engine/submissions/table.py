"""A raw table: what every format of file becomes, a header and rows of texts, before anything is understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

EDGES = (
    " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)
"""What may stand around a text without being part of it."""


DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What Polars raises where a file cannot be read: it is damaged, it has changed or gone, or its reader has a defect."""


@dataclass(frozen=True)
class RawTable:
    """A rectangle of strings. `rows` has `row` (as a spreadsheet counts) and the columns `0`, `1`, … of the header.

    Empty cells are null, blank rows are left out. Rows in `broken` are to be set aside; their problems are told. `cut`
    is the last row and how many cells it has, where the file ends within it.
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


def letter(place: int) -> str:
    """What a spreadsheet calls a column, counted from 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
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
