"""The exception report and other papers as workbooks for analysts; the only place that imports xlsxwriter.

By the Government's rules for spreadsheets: a cover with contents, one real table on each sheet, a title in A1, no
merged, hidden or empty cells, words beside colours, and real numbers with formats. No text is run as a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from pmf_engine.domain.plain_text import FORMULA_SIGNS, tamed
from pmf_engine.domain.status import Status
from pmf_engine.report.audience import marking_words
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.paper import Paper, Rated
from pmf_engine.report.paper_sheets import paper_sheets
from pmf_engine.report.sheets import ABSENT, Amount, SheetTable, report_sheets

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_LONGEST: Final = 32_767
"""The most characters of a cell."""

_LONGEST_HEAD: Final = 240
"""The most characters of a table's head, of which Excel takes 255."""

_COLOURS: Final = {Status.RED: "#8A1109", Status.AMBER: "#6B4100", Status.GREEN: "#004B28"}
_NARROWEST, _WIDEST = 10, 60
_PRINTED: Final = 250
"""How wide a table may be, in characters, that is printed on pages one column wide."""

_HEAD: Final = 3
"""The row of a table's heads, from 0: a title, a note and the way back stand above it."""


@dataclass(frozen=True)
class _About:
    """What stands on every page of a workbook: whose it is, what it is, and for whom."""

    board: str
    title: str
    marking: str
    day: date


def to_workbook(report: ExceptionReport) -> bytes:
    """The report as the bytes of a workbook, equal for equal reports."""
    title = f"{report.board}: exception report, {report.period.label}"
    return _written(_About(report.board, title, marking_words(report), report.as_of), report_sheets(report))


def paper_to_workbook(paper: Paper, day: date) -> bytes:
    """A paper as the bytes of a workbook, equal for equal papers.

    Args:
        paper: The paper.
        day: The day that the workbook names as that of its making.
    """
    return _written(_About(paper.board, f"{paper.board}: {paper.title}", paper.marking, day), paper_sheets(paper))


def _written(about: _About, sheets: Sequence[SheetTable]) -> bytes:
    """The bytes of a workbook with these sheets."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": _plain(about.title),
            "author": _plain(about.board),
            "comments": about.marking,
            "created": datetime.combine(about.day, time()),
        }
    )
    formats = _Formats(book)
    for sheet in sheets:
        _write_sheet(book, formats, about, sheet)
    book.close()
    return out.getvalue()


class _Formats:
    """The formats of cells, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        """The format with some properties, at the top of its cell."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"valign": "top", **properties})
        return self.made[key]


@dataclass(frozen=True)
class _Writer:
    """Writes cells of one sheet."""

    sheet: Worksheet
    formats: _Formats

    def write(self, row: int, column: int, cell: Any) -> None:
        """Writes a cell: a number with its format, a day, a status in its colour, or a text that is no formula."""
        if isinstance(cell, Amount):
            places = f"0.{'0' * cell.places}" if cell.places else "0"
            self.sheet.write_number(row, column, cell.value, self.formats.of(num_format=f"#,##{places}{cell.suffix}"))
        elif isinstance(cell, date):
            self.sheet.write_datetime(row, column, cell, self.formats.of(num_format="d mmmm yyyy", align="left"))
        elif isinstance(cell, int):
            self.sheet.write_number(row, column, cell, self.formats.of(num_format="#,##0"))
        else:
            self._write_text(row, column, cell)

    def _write_text(self, row: int, column: int, cell: str | Rated) -> None:
        words = _plain(str(cell)) or ABSENT
        properties: dict[str, Any] = {"text_wrap": True}
        if isinstance(cell, Rated) and cell.status in _COLOURS:
            properties |= {"bold": True, "font_color": _COLOURS[Status(cell.status)]}
        if words[0] in FORMULA_SIGNS:
            properties["quote_prefix"] = True
        self.sheet.write_string(row, column, words, self.formats.of(**properties))


def _write_sheet(book: Workbook, formats: _Formats, about: _About, table: SheetTable) -> None:
    """Writes a sheet: its title, what it holds, the way back to the cover, and its table."""
    sheet = book.add_worksheet(table.name, worksheet_class=_exact_worksheet())
    writer = _Writer(sheet, formats)
    sheet.write_string(0, 0, _plain(table.title), formats.of(bold=True, font_size=15))
    sheet.set_row(0, 24)
    sheet.write_string(1, 0, _plain(table.note), formats.of())
    if table.is_cover:
        sheet.write_string(2, 0, about.marking, formats.of(bold=True))
    else:
        sheet.write_url(2, 0, "internal:'Cover'!A1", formats.of(font_color="#1D4F91", underline=1), "Back to the cover")
    last, bold = _HEAD + len(table.rows), formats.of(bold=True, text_wrap=True)
    for at, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            writer.write(_HEAD + 1 + at, column, cell)
            if table.is_cover and column == 0 and str(cell) in table.links:
                link = formats.of(font_color="#1D4F91", underline=1)
                sheet.write_url(_HEAD + 1 + at, 0, f"internal:'{cell}'!A1", link, str(cell))
    sheet.add_table(
        _HEAD, 0, last, len(table.columns) - 1,
        {
            "name": table.table_name,
            "columns": [{"header": head, "header_format": bold} for head in _heads(table.columns)],
            "style": "Table Style Light 1",
            "autofilter": not table.is_cover,
        },
    )  # fmt: skip
    sheet.freeze_panes(_HEAD + 1, 1)
    for column, width in enumerate(_widths(table)):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    if sum(_widths(table)) <= _PRINTED:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.set_header(f"&L{_printed(about.board)}&R{_printed(table.title)}")
    sheet.set_footer(f"&L{_printed(about.marking)}&RPage &P of &N")


def _heads(columns: Sequence[str]) -> list[str]:
    """The heads of a table as a spreadsheet takes them: text, none too long, and no two alike.

    >>> _heads(["Value", "value", ""])
    ['Value', 'value (2)', '[z]']
    """
    heads: list[str] = []
    for words in columns:
        head = unique = _plain(words)[:_LONGEST_HEAD] or ABSENT
        taken = [other.lower() for other in heads]
        while unique.lower() in taken:
            unique = f"{head} ({2 + sum(other.startswith(f'{head.lower()} (') for other in taken)})"
        heads.append(unique)
    return heads


def _widths(table: SheetTable) -> Sequence[int]:
    """How wide each column is: as its longest text, up to a width at which it wraps."""
    columns = zip(table.columns, *table.rows, strict=True) if table.rows else ((head,) for head in table.columns)
    return [min(max(_NARROWEST, *(len(str(cell)) + 2 for cell in column)), _WIDEST) for column in columns]


def _printed(words: str) -> str:
    """Words for the head or foot of a printed page, where an ampersand is a sign; at most what fits there."""
    return _plain(words)[:100].replace("&", "&&")


def _plain(words: str) -> str:
    """A text of people on one line, without control characters, as long as a cell may be."""
    plain = " ".join(tamed(words).split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def _exact_worksheet() -> type[Worksheet]:
    """A worksheet that writes numbers to the last bit; that of the library cuts them to 16 digits."""
    from xlsxwriter.worksheet import Worksheet

    class ExactWorksheet(Worksheet):  # type: ignore[misc]  # the library has no types
        def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            written = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(f"<c{written}><v>{number!r}</v></c>")

    return ExactWorksheet
