"""Raw tables: the common form of every format of file, a header and rows of texts before any interpretation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

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
            rows are left out. A table that joins several files has the columns `file` and `received_on` too.
        broken: The rows to set aside; each has a problem already.
        sheet: The sheet of a workbook.
        received_on: The day of receipt.
        from_text: A comma separates the cells, and so may have split a number.
        cut: The last row and the number of its cells, where the file ends within this row.
        placed: For cells of a sheet whose layout was recognised, the letters of the column of each unknown heading, by
            its position; None for a table as it was sent. The rows then have the places of their value and labels:
            `value_column`, and for `period`, `agency`, `figure` and `group` a row and a column, such as `period_row`
            (0 for a label in the name of a sheet or file), `period_heading`, what heads its
            period, and `is_refused`, for values that have a problem already.
        is_wide: The header of a placed table names figures, periods or groups, so that a row has several values.
        unformatted: The format of its numbers is not known, so that 1 may be 100 %.
        titles: The texts above the header.
        in_order: Its rows stand as people wrote them, so that a blank may mean the cell above.
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
    placed: Mapping[int, str] | None = None
    is_wide: bool = False
    unformatted: bool = False
    titles: tuple[str, ...] = ()
    in_order: bool = True

    @property
    def is_of_several(self) -> bool:
        """Whether the table joins several files."""
        return "file" in self.rows.columns


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


def is_filled(column: pl.Series) -> bool:
    """Whether every text of a column begins with a printed character of ASCII, so that none is blank.

    >>> is_filled(pl.Series(["a", "12"])), is_filled(pl.Series(["a", None])), is_filled(pl.Series(["a", " b"]))
    (True, False, False)
    """
    if not len(column) or column.null_count():
        return False
    return str(column.min()) >= "!" and str(column.max()) < "\x7f"


def clean_text(column: str | None) -> pl.Expr:
    """The texts of a column without the spaces around them; null where a cell is blank or there is no column."""
    if column is None:
        return pl.lit(None, pl.String)
    text = pl.col(column).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)


_EPOCH: Final = date(1970, 1, 1)

_UNITS_OF_A_DAY: Final = {None: 1, "ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}
"""How many units of its time a day has in a column; None for a column of dates."""


def beyond_calendar(column: pl.Series) -> pl.Series | None:
    """Words for the days of a column that no calendar has, such as `infinity` of a database; None where it has none.

    Neither Python nor the texts of Polars know days before the year 1 or after 9999.
    """
    if not isinstance(column.dtype, pl.Date | pl.Datetime):
        return None
    instants = isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None
    margin = 1 if instants else 0  # the day of an instant is another one in other zones
    of_day = _UNITS_OF_A_DAY[column.dtype.time_unit if isinstance(column.dtype, pl.Datetime) else None]
    first = ((date.min - _EPOCH).days + margin) * of_day
    end = ((date.max - _EPOCH).days + 1 - margin) * of_day
    at = pl.lit(column.to_physical())
    early, late = (pl.lit(f"a day {words}") for words in ("before the year 1", "after the year 9999"))
    words = pl.select(pl.when(at < first).then(early).when(at >= end).then(late).alias(column.name)).to_series()
    return None if words.is_null().all() else words


def printable(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose values Python can have: a column with days that no calendar has becomes one of texts."""
    return frame.with_columns(as_text(column) for column in frame if beyond_calendar(column) is not None)


def as_text(column: pl.Series) -> pl.Series:
    """A column's values as texts, in the notation of a file: floats without an exponent."""
    beyond = beyond_calendar(column)
    if beyond is not None:
        return beyond.zip_with(beyond.is_not_null(), as_text(column.set(beyond.is_not_null(), None)))
    try:
        texts = column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series([None if value is None else str(value) for value in column], dtype=pl.String)
    if column.dtype.is_float():
        # an exponent, as in 1e-7, is the notation of Polars and no mistake of the sender
        short = texts.unique().drop_nulls()
        short = short.filter(short.str.contains("[0-9]e"))
        plain = {text: format(Decimal(text), "f") for text in short}
        texts = texts.replace(plain) if plain else texts
    return texts
