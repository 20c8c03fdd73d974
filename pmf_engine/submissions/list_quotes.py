"""Swallowed records: a quote that opens in one record and closes in a later one makes one cell of all between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

_DATE = re.compile(
    r'\s*"?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}|[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4})'
)

_DELIMITERS = ",;\t|"

_LINE = re.compile(r"\r\n|\r|\n")


def swallowing_row(rows: pl.DataFrame | pl.LazyFrame, row: str, columns: Sequence[str], date: int) -> int | None:
    """The first row with a cell that contains other records.

    Args:
        rows: Rows of texts, as sent.
        row: The column with the number of each row.
        columns: All columns of the file, in their order.
        date: The position of a required date among these.
    """
    over_lines = pl.any_horizontal(pl.col(columns).str.contains("[\r\n]")).fill_null(False)
    suspects = rows.lazy().filter(over_lines).select(row, *columns).collect(engine="streaming")
    for number, *cells in suspects.iter_rows():
        for position, cell in enumerate(cells):
            if cell and _holds_records(cell, position, date, len(columns)):
                assert isinstance(number, int)
                return number
    return None


def _holds_records(cell: str, place: int, date: int, width: int) -> bool:
    """Whether a cell of several lines is the end of one record, further records, and the beginning of the last.

    The first line of such a cell has the cells of a record from `place` on, the last line those up to `place`, every
    other line all of them; and one line has a date in the position of the date. Prose has spaces after its commas.

    >>> _holds_records("abc\\n2016-04-02,x\\n2016-06-30,abc", 1, 0, 2)
    True
    >>> _holds_records("rang twice\\n2016-04-02, no answer", 1, 0, 2)
    False
    """
    lines = _LINE.split(cell)
    if len(lines) == 1:
        return False
    for delimiter in _DELIMITERS:
        rows = [(line.split(delimiter), place, width - place) for line in lines[:1]]
        rows += [(line.split(delimiter), 0, width) for line in lines[1:-1]]
        rows += [(lines[-1].split(delimiter), 0, place + 1)]
        for texts, first, length in rows:
            if len(texts) != length or length == 1 or any(text.startswith(" ") for text in texts):
                continue
            if first <= date < first + length and _DATE.match(texts[date - first]):
                return True
    return False
