"""CSV files as grids: every row, for files in which the first row is not the header of a return."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

from pmf_engine.submissions.csv_tables import Faults, records_of_text, text_of_file, without_separator_line
from pmf_engine.submissions.layouts.grid import Grid, Row
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.problems import Problem
from pmf_engine.submissions.table import EDGES

_LOOKED_AT = 60
"""The rows by which the delimiter is chosen."""


def read_csv_grid(
    path: Path, file: str, lexicon: Lexicon, received_on: date | None
) -> tuple[Grid | None, list[Problem]]:
    """The rows of a CSV file, and the problems of the file; None for a file that cannot be read or is empty.

    Args:
        path: The file.
        file: Its name in problems.
        lexicon: What texts name. The delimiter is the one that gives the most names and values.
        received_on: The day on which the file was received.
    """
    faults = Faults(file)
    text, told = without_separator_line(text_of_file(path, faults) or "")
    if not text.strip(EDGES):
        return None, faults.problems
    delimiter = told or _delimiter(text, lexicon)
    keep_within(Measure.LAYOUT, text.count(delimiter) + text.count("\n"))
    lengths = Counter(map(len, _first(text, delimiter)))
    usual = max(lengths, key=lambda length: (lengths[length], length))
    rows: list[tuple[int, list[str]]] = []
    for number, (cells, whole) in enumerate(records_of_text(text, delimiter, usual), 1):
        if not whole:
            faults.report_row("unclosed-quote", number, text=delimiter.join(cells)[:200])
        texts = [cell.strip(EDGES) for cell in cells]
        if any(texts):
            rows.append((number, texts))
    width = max(len(texts) for _, texts in rows)
    keep_within(Measure.COLUMNS, width)
    keep_within(Measure.LAYOUT, width * len(rows))
    filled = [Row(number, (*texts, *[""] * (width - len(texts))), len(texts)) for number, texts in rows]
    broken = frozenset(faults.broken)
    grid = Grid(file, filled, received_on=received_on, broken=broken, from_text=delimiter == ",")
    return grid, faults.problems


def _first(text: str, delimiter: str) -> list[list[str]]:
    """The first rows of a text that are not blank, as far as the csv module reads them."""
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter):
            if any(cell.strip(EDGES) for cell in cells):
                rows.append(cells)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows or [[""]]


def _delimiter(text: str, lexicon: Lexicon) -> str:
    """The delimiter that gives the most cells with a name, the role of a column or a value."""

    def score(delimiter: str) -> int:
        cells = (cell.strip(EDGES) for row in _first(text, delimiter) for cell in row)
        return sum(
            bool(lexicon.roles(cell)) or lexicon.role_word(cell) is not None or lexicon.is_value(cell)
            for cell in cells
            if cell
        )

    return max(",;\t|", key=score)
