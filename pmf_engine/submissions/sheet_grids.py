"""Sheets of workbooks as grids, and the sheets that are refused whole: those with rows or columns that are hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from pmf_engine.submissions.excel_tables import Sheet, read_sheets
from pmf_engine.submissions.layouts.grid import Grid, Row
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.layouts.sections import sections_of
from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.table import EDGES


def grids_of_workbook(
    path: Path, file: str, lexicon: Lexicon, received_on: date | None
) -> tuple[list[Grid], list[Grid], list[Problem]]:
    """The sheets of a workbook that can be read, those that are refused, and the problems of both.

    Raises:
        ValueError: The file is damaged, or its argument says why else it is no workbook.
    """
    grids: list[Grid] = []
    refused: list[Grid] = []
    problems: list[Problem] = []
    for sheet in read_sheets(path):
        if sheet.hidden:
            problems.append(_problem(file, sheet, "hidden-sheet-of-figures"))
            continue
        grid = _grid(sheet, file, received_on)
        if not grid.rows:
            continue
        hidden = _hidden_parts(sheet, grid)
        problems += hidden
        (refused if hidden else grids).append(_unmerged(sheet, grid, lexicon, received_on))
    return grids, refused, problems


def _problem(file: str, sheet: Sheet, kind: str, row: int | None = None, **words: object) -> Problem:
    return Problem(file, sheet.name, row, None, None, kind, say(kind, **words))


def _hidden_parts(sheet: Sheet, grid: Grid) -> list[Problem]:
    """The problems of a sheet with hidden rows or columns that hold something."""
    filled = {row.number for row in grid.rows}
    rows = [row for row in sheet.facts.hidden_rows if row in filled]
    problems = []
    if rows:
        shown = ", ".join(map(str, rows[:10])) + (f" and {len(rows) - 10} more" if len(rows) > 10 else "")
        problems.append(_problem(grid.file, sheet, "hidden-rows-refused", rows[0], rows=shown))
    if sheet.facts.hidden_columns:
        problems.append(_problem(grid.file, sheet, "hidden-columns-refused", count=sheet.facts.hidden_columns))
    return problems


def _grid(sheet: Sheet, file: str, received_on: date | None) -> Grid:
    """The cells of a sheet as texts. Blank rows are left out."""
    keep_within(Measure.LAYOUT, sheet.rows.height * sheet.rows.width)
    texts = sheet.rows.select(pl.all().cast(pl.String).str.strip_chars(EDGES).fill_null(""))
    rows = [Row(number, cells, len(cells)) for number, cells in enumerate(texts.iter_rows(), 1) if any(cells)]
    return Grid(file, rows, sheet.name, received_on, sheet.facts.first_column)


def _unmerged(sheet: Sheet, grid: Grid, lexicon: Lexicon, received_on: date | None) -> Grid:
    """The grid with the text of each merged cell in the blanks below it; of the header only the first row is merged."""
    sections = sections_of(grid, lexicon)
    if not sheet.facts.merged or not sections:
        return grid
    first = sections[0].rows[0].number
    filled = _grid(sheet.unmerged(first - 2), grid.file, received_on)
    numbers = {row.number for row in grid.rows}
    return replace(filled, rows=[row for row in filled.rows if row.number in numbers])
