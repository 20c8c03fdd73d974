"""A paper of the board's year on a terminal: columns where they fit the page, else a block of lines for each row."""

from __future__ import annotations

from pmf_engine.render.terminal.page import NARROWEST, Page, one_line, status_style
from pmf_engine.report.paper import Cell, Paper, Rated, Section, Table

_GAP = 2
_LEAST = 10
"""The narrowest column in which words are wrapped."""
_HANG = 2
"""The indent of the lines of a cell after its first."""


def render_paper(paper: Paper, *, width: int, color: bool = False, ascii: bool = False, plain: bool = False) -> str:
    """The paper as text, ending in a line break; the arguments are those of `render_terminal`."""
    page = Page(max(width, NARROWEST), ascii, plain)
    page.sides(page.write((one_line(paper.board), "bold")), page.write(paper.title))
    page.line(page.write(one_line(paper.about)))
    if paper.marking:
        page.line(page.write(one_line(paper.marking)))
    if paper.lead:
        page.line()
    for sentence in paper.lead:
        page.line(page.write(one_line(sentence)))
    for section in paper.sections:
        _write_section(page, section, 0)
    return page.text(color)


def _write_section(page: Page, section: Section, depth: int) -> None:
    """Writes a section with its parts; an empty one is left out."""
    if section.is_empty:
        return
    if depth == 0:
        page.heading(section.title)
    else:
        page.line()
        page.line(page.write((one_line(section.title), "bold")))
    for sentence in section.sentences:
        page.line(page.write(one_line(sentence)))
    for point in section.points:
        page.line(page.write("" if page.plain else "• ", one_line(point)), 1, 2)
    for table in section.tables:
        _write_table(page, table)
    for part in section.parts:
        _write_section(page, part, depth + 1)


def _write_table(page: Page, table: Table) -> None:
    """Writes a table with its caption and note."""
    page.line()
    if table.caption:
        page.line(page.write((one_line(table.caption), "bold")))
    widths = None if page.plain else _widths(page, table)
    if widths is None:
        _write_blocks(page, table)
    else:
        _write_row(page, table, widths, table.columns, "bold")
        for row in table.rows:
            _write_row(page, table, widths, row)
    if table.note:
        page.line(page.write((one_line(table.note), "dim")))


def _write_row(page: Page, table: Table, widths: list[int], row: tuple[Cell, ...], style: str = "") -> None:
    """Writes a row in columns, numbers to the right."""
    cells = []
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        words = one_line(str(cell))
        padded = f"{words:>{width}}" if table.is_numeric(column) else words
        cells.append((width, [page.write((padded, _style(cell) or style))]))
    page.columns(cells)


def _write_blocks(page: Page, table: Table) -> None:
    """Writes each row as a block: its first cell, and below it a line for each other cell that is not blank."""
    for row in table.rows:
        page.line(page.write((one_line(str(row[0])), "bold")), hang=2)
        for head, cell in zip(table.columns[1:], row[1:], strict=True):
            if words := one_line(str(cell)):
                page.line(page.write(f"{one_line(head)}: ", (words, _style(cell))), 2, 2)


def _style(cell: Cell) -> str:
    """The style of a cell."""
    return status_style(cell.status) if isinstance(cell, Rated) else ""


def _widths(page: Page, table: Table) -> list[int] | None:
    """The width of each column, the widest made narrower until the page holds all; None where it cannot."""
    columns = [
        [page.write(one_line(str(cell))) for cell in (head, *(row[at] for row in table.rows))]
        for at, head in enumerate(table.columns)
    ]
    widths = [max(text.cell_len for text in texts) for texts in columns]
    least = [
        width if table.is_numeric(at) else min(width, max(_LEAST, *(_longest_word(text.plain) for text in texts)))
        for at, (width, texts) in enumerate(zip(widths, columns, strict=True))
    ]
    room = page.width - _GAP * (len(widths) - 1)
    while sum(widths) > room:
        spare = [width - floor for width, floor in zip(widths, least, strict=True)]
        if max(spare) <= 0:
            return None
        widest = max((width, at) for at, width in enumerate(widths) if spare[at] > 0)[1]
        widths[widest] -= 1
    return widths


def _longest_word(words: str) -> int:
    """The width that the words of a text need each, those after the first with the indent of a line that carries on.

    >>> _longest_word("Rehabilitation Company"), _longest_word("Essex Rehabilitation"), _longest_word("")
    (14, 16, 0)
    """
    first, *rest = words.split() or [""]
    return max(len(first), *(_HANG + len(word) for word in rest), 0)
