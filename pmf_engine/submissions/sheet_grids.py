"""Sheets of workbooks as grids, and the sheets that are refused whole: those with rows or columns that are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from pmf_engine.submissions.compound_limits import keep_chains_ended
from pmf_engine.submissions.excel_tables import Sheet, read_sheets
from pmf_engine.submissions.layouts.grid import Grid, Row
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.layouts.scope import scope_of_note
from pmf_engine.submissions.layouts.sections import sections_of
from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.old_workbooks import read_old_workbook
from pmf_engine.submissions.package_limits import keep_package_within
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.sheet_xml import Place
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.workbook_notes import telling_piece


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
        sheet, telling = _annotated(sheet, file)
        grid = _grid(_with_short_days(sheet), file, received_on)
        if not grid.rows:
            continue
        hidden = [*_hidden_parts(sheet, grid), *telling]
        problems += hidden
        (refused if hidden else grids).append(_unmerged(sheet, grid, lexicon, received_on))
    return grids, refused, problems


def _with_short_days(sheet: Sheet) -> Sheet:
    """The sheet with the month or year that it shows in place of each day: `Apr-16` is no first day of a quarter."""
    days = {(row, column): sheet.rows[row, column] or "" for row, column in sheet.facts.short_days}
    return sheet.with_texts({place: text[: sheet.facts.short_days[place]] for place, text in days.items()})


def grids_of_old_workbook(path: Path, file: str, received_on: date | None) -> tuple[list[Grid], list[Problem]]:
    """The sheets of an .xls, .xlsb or .ods file, and the problems of the file.

    Their reader gives values and which sheets are hidden, and no more: a number may be shown as a percentage, and rows
    may be hidden. So their numbers are `unformatted`. Columns count from the first that is filled.

    Raises:
        UnreadableError: The file is damaged.
    """
    grids: list[Grid] = []
    problems = [Problem(file, None, None, None, None, "format-tells-less", say("format-tells-less"))]
    keep_within(Measure.BYTES, path.stat().st_size)
    content = path.read_bytes()
    keep_chains_ended(content)
    keep_package_within(content)
    for sheet in read_old_workbook(path):
        if not sheet.visible:
            message = say("hidden-sheet-of-figures")
            problems.append(Problem(file, sheet.name, None, None, None, "hidden-sheet-of-figures", message))
            continue
        cells = pl.DataFrame(sheet.rows, orient="row", schema=dict.fromkeys(_columns(sheet.rows), pl.String))
        grid = replace(_grid_of(cells, file, sheet.name, received_on), unformatted=True)
        grids += [grid] if grid.rows else []
    return grids, problems


def _columns(rows: Sequence[Sequence[object]]) -> list[str]:
    """The names of the columns of rows: their numbers from 0."""
    return [str(position) for position in range(len(rows[0]) if rows else 0)]


def _problem(file: str, sheet: Sheet, kind: str, row: int | None = None, **words: object) -> Problem:
    return Problem(file, sheet.name, row, None, None, kind, say(kind, **words))


def _annotated(sheet: Sheet, file: str) -> tuple[Sheet, list[Problem]]:
    """A sheet with each comment that says what its cell is not behind the cell's text, and the problems of other notes.

    So a number with the comment `boys only` is none, and a heading with it heads nothing.
    """
    texts: dict[Place, str] = {}
    problems = []
    for note in sheet.facts.notes:
        if (piece := telling_piece(note.text)) is None:
            continue
        place = None if note.place is None else (note.place[0], note.place[1] - sheet.facts.first_column)
        if place and place[0] < sheet.rows.height and 0 <= place[1] < sheet.rows.width and not sheet.is_blank(place):
            texts[place] = f"{sheet.rows[place]}, with the comment: {piece}"
        else:
            text = f"{piece} ({note.where})"
            message = say("out-of-scope", text=text, what=scope_of_note(piece) or "of all")
            problems.append(Problem(file, sheet.name, None, None, text, "out-of-scope", message))
    return (sheet.with_texts(texts) if texts else sheet), problems


def _hidden_parts(sheet: Sheet, grid: Grid) -> list[Problem]:
    """The problems of a sheet with hidden rows or columns that hold something."""
    filled = {row.number for row in grid.rows}
    rows = [row for row in sheet.facts.hidden_rows if row in filled]
    problems = []
    if rows:
        problems.append(
            _problem(grid.file, sheet, "hidden-rows-refused", rows[0], rows=_some("row", list(map(str, rows))))
        )
    hidden = [at - grid.first_column for at in sheet.facts.hidden_columns]
    columns = [at for at in hidden if any(0 <= at < len(row.cells) and row.cells[at] for row in grid.rows)]
    if columns:
        shown = _some("column", [grid.column(at) for at in columns])
        problems.append(_problem(grid.file, sheet, "hidden-columns-refused", columns=shown))
    return problems


def _some(what: str, names: Sequence[str]) -> str:
    """The first ten of some rows or columns, and how many more there are.

    >>> _some("row", ["3"]), _some("column", list("ABCDEFGHIJKL"))
    ('row 3', 'columns A, B, C, D, E, F, G, H, I, J and 2 more')
    """
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"{what if len(names) == 1 else what + 's'} {', '.join(names[:10])}{more}"


def _grid(sheet: Sheet, file: str, received_on: date | None) -> Grid:
    """The cells of a sheet as texts. Blank rows are left out."""
    return replace(_grid_of(sheet.rows, file, sheet.name, received_on), first_column=sheet.facts.first_column)


def _grid_of(cells: pl.DataFrame, file: str, sheet: str, received_on: date | None) -> Grid:
    """Cells of a sheet as texts, from its first row on."""
    keep_within(Measure.LAYOUT, cells.height * cells.width)
    texts = cells.select(pl.all().cast(pl.String).str.strip_chars(EDGES).fill_null(""))
    rows = [Row(number, row, len(row)) for number, row in enumerate(texts.iter_rows(), 1) if any(row)]
    return Grid(file, rows, sheet, received_on)


def _unmerged(sheet: Sheet, grid: Grid, lexicon: Lexicon, received_on: date | None) -> Grid:
    """The grid with the text of each merged label in the blanks below it; of headers only the first row is merged.

    A merged number is a value of none of its cells, since nothing says for which of them it stands. A blank merged with
    a cell beside it or in a header is unknown, unless that cell is a title, alone in its row. A cell that is only wider
    than its column, since nothing else stands in the columns beside it, is of its first column.
    """
    sections = sections_of(grid, lexicon) if sheet.facts.merged else ()
    section_of = {row.number - 1: section for section in sections for row in section.rows}
    texts: dict[Place, str] = {}
    filled_columns = {column for row in grid.rows for column in row.filled}
    for first, last, places in sheet.merged():
        if first[0] == last[0] and filled_columns.isdisjoint(range(first[1] + 1, last[1] + 1)):
            continue
        merged, text = f"{sheet.cell(first)}:{sheet.cell(last)}", (sheet.rows[first] or "").strip(EDGES)
        own = section_of.get(first[0])
        is_number = own is not None and first[1] in own.values and lexicon.may_be_value(text)
        is_label = own is not None and first[1] == last[1] and text != ""
        for row, column in places:
            section = section_of.get(row)
            if section is None or (not is_number and ((row, column) == first or not sheet.is_blank((row, column)))):
                continue
            if is_number or (column in section.values and not (is_label or _stands_alone(sheet, first, row))):
                texts[row, column] = f"{text} (merged in {merged})".strip()
            elif is_label:
                texts[row, column] = text
            elif column in section.labels and not _stands_alone(sheet, first, row):
                texts[row, column] = f"(merged with {sheet.cell(first)})"
    if not texts:
        return grid
    filled = _grid(sheet.with_texts(texts), grid.file, received_on)
    numbers = {row.number for row in grid.rows}
    return replace(filled, rows=[row for row in filled.rows if row.number in numbers])


def _stands_alone(sheet: Sheet, place: Place, row: int) -> bool:
    """Whether no cell of a row holds anything but the one in `place`."""
    return all(sheet.is_blank((row, column)) or (row, column) == place for column in range(sheet.rows.width))
