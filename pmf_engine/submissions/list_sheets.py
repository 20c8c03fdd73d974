"""Workbooks of lists: the sheets with records, and the sheets that only seem to have some."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from pmf_engine.submissions.excel_tables import Sheet, read_sheets
from pmf_engine.submissions.list_headers import ListHeader
from pmf_engine.submissions.list_parts import ROW, ListPart, noted, refused
from pmf_engine.submissions.problems import listed
from pmf_engine.submissions.record_dates import date_of_text
from pmf_engine.submissions.table import EDGES

_TITLES = 20
"""The header of a sheet is one of this many rows."""

_LOOKED_AT = 1000
"""The rows of a sheet without a header that are compared with records."""


def parts_of_workbook(part: ListPart, path: Path, header: ListHeader) -> list[ListPart]:
    """A part for each sheet with records of the list, and for each sheet that may have some.

    Args:
        part: The part without records.
        path: The workbook.
        header: The header that the list must have.
    """
    parts: list[ListPart] = []
    strange: list[tuple[Sheet, ListPart]] = []
    places_of_records: dict[str, int] = {}
    hidden: list[ListPart] = []
    for sheet in read_sheets(path):
        own = replace(part, sheet=sheet.name)
        if sheet.hidden:
            hidden.append(noted(own, "hidden-sheet"))
            continue
        head = [[str(cell or "") for cell in row] for row in sheet.rows.head(_TITLES).iter_rows()]
        scores = [header.score(row) for row in head]
        if not scores or not max(scores):
            strange.append((sheet, own))
            continue
        top = scores.index(max(scores))
        own, places = header.read(own, head[top], top + 1)
        if own.titles:
            own = _with_records(own, sheet, top, places, header)
            places_of_records = places_of_records or places
        if own.frame is None and header.strange(head[top]):
            strange.append((sheet, own))
        else:
            parts.append(own)
    readable = bool(parts) and all(each.frame is not None for each in parts)
    notes = [*hidden]
    for sheet, own in strange:
        if places_of_records and _holds_records(sheet, places_of_records, header, part.time_zone):
            parts.append(refused(replace(own, problems=()), "sheet-without-header", list=part.list))
        elif readable and own.problems:
            notes.append(noted(replace(own, problems=()), "sheet-not-read", list=part.list))
        elif own.problems:
            parts.append(own)
    if not parts:
        parts = [refused(part, "not-a-list", list=part.list, columns=listed(header.list.columns, "and"))]
    problems = [problem for each in notes for problem in each.problems]
    return [replace(parts[0], problems=(*parts[0].problems, *problems)), *parts[1:]]


def _with_records(part: ListPart, sheet: Sheet, top: int, places: dict[str, int], header: ListHeader) -> ListPart:
    """The part with the records of its sheet, and notes of hidden rows and columns.

    Args:
        part: The part without records.
        sheet: The sheet.
        top: The row of the header, from 0.
        places: The position of each column of the list.
        header: The header that the list must have.
    """
    filled = _filled(sheet.rows)  # a merged cell may reach into rows without records
    sheet = sheet.unmerged(top)
    names = sheet.rows.columns
    data = sheet.rows.with_row_index(ROW, 1).filter(filled).filter(pl.col(ROW) > top + 1)
    chosen = {name: names[position] for name, position in places.items()}
    facts = sheet.facts
    if any(row > top + 1 for row in facts.hidden_rows):
        rows = [row for row in facts.hidden_rows if row > top + 1]
        part = noted(part, "hidden-rows", rows[0], count=len(rows))
    if facts.hidden_columns:
        part = noted(part, "hidden-columns", top + 1, count=len(facts.hidden_columns))
    records = data.lazy().select(ROW, *header.columns(chosen))
    return replace(part, frame=records, faults=sheet.faults, ready=True, small=True)


def _filled(rows: pl.DataFrame) -> pl.Series:
    """Whether each row has a cell with more than spaces."""
    blank = pl.all_horizontal(pl.all().cast(pl.String).str.strip_chars(EDGES).fill_null("") == "")
    return rows.select((~blank).alias("filled")).to_series()


def _holds_records(sheet: Sheet, places: dict[str, int], header: ListHeader, time_zone: str) -> bool:
    """Whether at least half of a sheet's rows have every required column in the positions of another sheet.

    Args:
        sheet: A sheet without a header.
        places: The position of each column in another sheet of the file.
        header: The header that the list must have.
        time_zone: The board's time zone.
    """
    rows = sheet.rows.filter(_filled(sheet.rows)).head(_LOOKED_AT)
    needed = [(places[name], header.list.columns[name].kind) for name in header.needed if name in places]
    if rows.is_empty() or max(position for position, _ in needed) >= rows.width:
        return False
    fits = [
        _fits(pl.nth(position).cast(pl.String).str.strip_chars(EDGES), kind, time_zone) for position, kind in needed
    ]
    return bool(rows.select(pl.all_horizontal(fits).sum() * 2 >= pl.len()).item())


def _fits(text: pl.Expr, kind: str, time_zone: str) -> pl.Expr:
    """Whether a text may be a cell of a required column of a kind: a date in a column of dates, any text in another."""
    if kind == "date":
        return date_of_text(text, None, True, time_zone).is_not_null()
    return (text != "").fill_null(False)
