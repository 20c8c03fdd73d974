"""The sender's own workbook with its doubtful cells coloured and commented, and a first sheet that lists them.

All else stays as it was sent: other cells, formulas, formats and sheets. Charts and pictures are not carried over.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pmf_engine.domain.plain_text import tamed
from pmf_engine.render.still_archive import still
from pmf_engine.render.validation import for_sender, problem_words
from pmf_engine.report.problems import ToldProblem
from pmf_engine.report.validation import Validation
from pmf_engine.submissions.csv_tables import Faults, text_of_file
from pmf_engine.submissions.other_sheets import PROBLEM_LIST
from pmf_engine.submissions.severity import Severity

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MARKED: Final = (".xlsx", ".xlsm", ".csv")
"""Suffixes of the files that are marked; the cells of a CSV file become a workbook."""

LIST: Final = "To mend"
"""The name of the sheet that lists the problems."""

_COLOURS: Final = {Severity.LOST: "FFC7CE", Severity.DOUBT: "FFEB9C", Severity.NOTE: "DDEBF7"}
_WORDS: Final = {Severity.LOST: "not used", Severity.DOUBT: "in doubt", Severity.NOTE: "to note"}
_WIDTHS: Final = (12, 16, 8, 24, 100)
_LINE, _MOST_LINES = 15, 20
"""The height of a line of the list in points, and the most lines of a row."""
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")


def files_to_mark(validation: Validation) -> list[str]:
    """The files with problems that can be marked."""
    files = [file for part in validation.agencies for file in part.files if file.problems]
    return list(dict.fromkeys(file.file for file in files if Path(file.file).suffix.lower() in MARKED))


def marked_workbook(validation: Validation, file: str | None = None, path: Path | None = None) -> bytes:
    """The workbook of a sender, marked.

    Args:
        validation: The problems.
        file: The name of the sender's file in the problems; None for a workbook that only lists all.
        path: The sender's file.
    """
    problems = [
        problem
        for part in validation.agencies
        for each in part.files
        if file is None or each.file == file
        for problem in each.problems
    ]
    book = _book(path)
    cells = [None if path is None else _mark(book, problem) for problem in problems]
    _list(book, problems, cells)
    content = io.BytesIO()
    book.save(content)
    return still(content.getvalue(), validation.as_of)


def _book(path: Path | None) -> Workbook:
    """The workbook of a file; of a CSV file, its cells as texts."""
    import openpyxl

    if path is not None and path.suffix.lower() != ".csv":
        return openpyxl.load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm", rich_text=True)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if path is not None:
        sheet = book.create_sheet("Return")
        text = text_of_file(path, Faults(path.name)) or ""
        delimiter = max(",;\t|", key=text[:100_000].count)
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            for column, cell in enumerate(cells, 1):
                if cell:
                    sheet.cell(number, column, tamed(cell)).data_type = "s"
    return book


def _mark(book: Workbook, problem: ToldProblem) -> str | None:
    """Colours the cell of a problem and adds its message as a comment; the cell's address, None for no cell."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if problem.row is None or (problem.sheet is not None and problem.sheet not in book.sheetnames):
        return None
    sheet = book[problem.sheet] if problem.sheet is not None else book.worksheets[0]
    cell = sheet.cell(problem.row, _column(sheet, problem))
    severity = Severity(problem.severity)
    cell.fill = PatternFill("solid", fgColor=_COLOURS[severity])
    earlier = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(f"{earlier}{_WORDS[severity]}: {tamed(for_sender(problem.message))}"[:2000], "validation")
    return str(cell.coordinate)


def _column(sheet: Worksheet, problem: ToldProblem) -> int:
    """The column of a problem, from 1, by its heading or its letters; of a whole row the first that is filled."""
    from openpyxl.utils import column_index_from_string

    name, row = problem.column, problem.row or 1
    if name is not None:
        for cells in sheet.iter_rows(max_row=row):
            for cell in cells:
                if str(cell.value or "").strip() == name:
                    return int(cell.column)
        if _LETTERS.fullmatch(name):
            return int(column_index_from_string(name))
    filled = (int(cell.column) for cell in sheet[row] if cell.value is not None)
    return next(filled, 1)


def _list(book: Workbook, problems: Iterable[ToldProblem], cells: Sequence[str | None]) -> None:
    """Adds the sheet that lists the problems, with a link to each cell."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    title = next(
        name for name in (LIST, *(f"{LIST} {number}" for number in range(2, 99))) if name not in book.sheetnames
    )
    sheet = book.create_sheet(title, 0)
    for column, (text, width) in enumerate(zip(PROBLEM_LIST, _WIDTHS, strict=True), 1):
        sheet.cell(1, column, text).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, (problem, address) in enumerate(zip(problems, cells, strict=True), 2):
        severity = Severity(problem.severity)
        where = problem.sheet or (book.worksheets[1].title if address else problem.file)
        texts = (_WORDS[severity], where, address or "", problem.text or "", for_sender(problem_words(problem)))
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(number, column, tamed(text))
            cell.data_type = "s"  # no text of a sender is ever a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(number, 1).fill = PatternFill("solid", fgColor=_COLOURS[severity])
        if address:
            sheet.cell(number, 3).hyperlink = f"#'{where.replace(chr(39), chr(39) * 2)}'!{address}"
        lines = max(-(-len(text) // (width - 2)) for text, width in zip(texts, _WIDTHS, strict=True))
        sheet.row_dimensions[number].height = _LINE * min(max(lines, 1), _MOST_LINES)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.active = 0
    for each in book.worksheets:
        each.sheet_view.tabSelected = (
            each is sheet
        )  # or what is typed into one selected sheet would be written into all
