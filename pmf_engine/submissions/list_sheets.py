"""Workbooks of lists: which sheets hold records, and which only look as if they did."""

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
"""Of so many rows one is the header, where there is one."""

_LOOKED_AT = 1000
"""Rows of a sheet without a header that are compared with records."""


def parts_of_workbook(part: ListPart, path: Path, header: ListHeader) -> list[ListPart]:
    """A part for each sheet that holds records of the list, or cannot be told from one that does."""
    found: list[ListPart] = []
    strange: list[tuple[Sheet, ListPart]] = []
    where: dict[str, int] = {}
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
            where = where or places
        if own.frame is None and header.strange(head[top]):
            strange.append((sheet, own))
        else:
            found.append(own)
    readable = bool(found) and all(each.frame is not None for each in found)
    notes = [*hidden]
    for sheet, own in strange:
        if where and _holds_records(sheet, where, header, part.time_zone):
            found.append(refused(replace(own, problems=()), "sheet-without-header", list=part.list))
        elif readable and own.problems:
            notes.append(noted(replace(own, problems=()), "sheet-not-read", list=part.list))
        elif own.problems:
            found.append(own)
    if not found:
        found = [refused(part, "not-a-list", list=part.list, columns=listed(header.list.columns, "and"))]
    problems = [problem for each in notes for problem in each.problems]
    return [replace(found[0], problems=(*found[0].problems, *problems)), *found[1:]]


def _with_records(part: ListPart, sheet: Sheet, top: int, places: dict[str, int], header: ListHeader) -> ListPart:
    """The part with the records of its sheet below the header in row `top`, and notes of what is hidden there."""
    filled = _filled(sheet.rows)  # before blanks are filled: a merged cell may reach into rows without records
    sheet = sheet.unmerged(top)
    names = sheet.rows.columns
    data = sheet.rows.with_row_index(ROW, 1).filter(filled).filter(pl.col(ROW) > top + 1)
    chosen = {name: names[place] for name, place in places.items()}
    facts = sheet.facts
    if any(row > top + 1 for row in facts.hidden_rows):
        rows = [row for row in facts.hidden_rows if row > top + 1]
        part = noted(part, "hidden-rows", rows[0], count=len(rows))
    if facts.hidden_columns:
        part = noted(part, "hidden-columns", top + 1, count=facts.hidden_columns)
    records = data.lazy().select(ROW, *header.columns(chosen))
    return replace(part, frame=records, faults=sheet.faults, ready=True, small=True)


def _filled(rows: pl.DataFrame) -> pl.Series:
    """Which rows hold more than spaces."""
    blank = pl.all_horizontal(pl.all().cast(pl.String).str.strip_chars(EDGES).fill_null("") == "")
    return rows.select((~blank).alias("filled")).to_series()


def _holds_records(sheet: Sheet, places: dict[str, int], header: ListHeader, time_zone: str) -> bool:
    """Whether half of a sheet's rows or more have what no record is without, where another sheet of the file has it."""
    rows = sheet.rows.filter(_filled(sheet.rows)).head(_LOOKED_AT)
    needed = [(places[name], header.list.columns[name].kind) for name in header.needed if name in places]
    if rows.is_empty() or max(place for place, _ in needed) >= rows.width:
        return False
    fits = [_fits(pl.nth(place).cast(pl.String).str.strip_chars(EDGES), kind, time_zone) for place, kind in needed]
    return bool(rows.select(pl.all_horizontal(fits).sum() * 2 >= pl.len()).item())


def _fits(text: pl.Expr, kind: str, time_zone: str) -> pl.Expr:
    if kind == "date":
        return date_of_text(text, None, True, time_zone).is_not_null()
    return (text != "").fill_null(False)
