"""A template as a workbook and as CSV; both read back as they are, once they are filled in."""

from __future__ import annotations

import csv
import io
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pmf_engine.domain.plain_text import FORMULA_SIGNS, tamed
from pmf_engine.render.still_archive import still
from pmf_engine.report.template import Template, TemplateRow
from pmf_engine.submissions.vocabulary import COUNTS, LAST_TIME

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MARKERS: Final = ("c", "x")
"""The markers that a drop-down offers: withheld, and not available."""

_PROMPT: Final = "Type the number, or choose: c for withheld, x for not available."
_CHOOSE: Final = "Choose a grade, or c for withheld, x for not available."
_LONGEST_LIST: Final = 255
"""The most characters of a list of choices that Excel takes."""


def _columns(template: Template) -> list[str]:
    """The titles of the columns."""
    return ["period", "agency", "figure", *template.breakdowns.values(), "value", "comment", COUNTS, LAST_TIME]


def _cells(template: Template, row: TemplateRow) -> list[str]:
    """The cells of a row, with nothing in those to fill in."""
    groups = [row.group or "" if row.by == by else "" for by in template.breakdowns]
    beside = [_harmless(tamed(text)) for text in (row.counts, row.last or "")]
    return [row.period, template.agency.id, row.figure, *map(_harmless, groups), "", "", *beside]


def _harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in FORMULA_SIGNS and text[:1] else text


def to_csv(template: Template) -> str:
    """CSV with a row for each cell to fill in."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_columns(template))
    writer.writerows(_cells(template, row) for row in template.rows)
    return out.getvalue()


def to_workbook(template: Template) -> bytes:
    """A workbook with one sheet, protected but for the cells to fill in, with drop-downs of grades and markers."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Return"
    titles = _columns(template)
    sheet.append(titles)
    for row in template.rows:
        sheet.append([cell or None for cell in _cells(template, row)])
    value, comment = titles.index("value"), titles.index("comment")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row_of_cells in sheet.iter_rows(min_row=2):
        for cell in row_of_cells:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
            cell.alignment = Alignment(vertical="top", wrap_text=cell.column - 1 > comment)
        for position in (value, comment):
            row_of_cells[position].protection = Protection(locked=False)
            row_of_cells[position].fill = PatternFill("solid", fgColor="FFF2CC")
    for position, title in enumerate(titles):
        width = max([len(title), *(len(_cells(template, row)[position]) for row in template.rows)], default=0)
        sheet.column_dimensions[sheet.cell(1, position + 1).column_letter].width = min(max(width + 2, 12), 60)
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    _add_choices(sheet, template, value + 1)
    out = io.BytesIO()
    workbook.save(out)
    return still(out.getvalue(), template.as_of)


def _add_choices(sheet: Worksheet, template: Template, column: int) -> None:
    """Adds a drop-down to each cell of a value: its grades and the markers; a number may be typed instead."""
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = sheet.cell(1, column).column_letter
    numbered = list(enumerate(template.rows, 2))
    for choices, rows in groupby(numbered, key=lambda each: each[1].choices):
        numbers = [number for number, _ in rows]
        listed = ",".join([*choices, *_MARKERS])
        fits = len(listed) <= _LONGEST_LIST and not any("," in choice or '"' in choice for choice in choices)
        rule = DataValidation(
            type="list",
            formula1=f'"{listed if fits else ",".join(_MARKERS)}"',
            allow_blank=True,
            showErrorMessage=bool(choices) and fits,
            showInputMessage=True,
            prompt=_CHOOSE if choices else _PROMPT,
        )
        rule.add(f"{letter}{numbers[0]}:{letter}{numbers[-1]}")
        sheet.add_data_validation(rule)
