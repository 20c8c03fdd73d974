"""A paper as a Word document; the only place that imports python-docx.

Real headings, lists and tables with header rows, so that Word's contents, its checker and screen readers know them.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from pmf_engine.diagnostics.errors import MissingExtra
from pmf_engine.domain.plain_text import tamed
from pmf_engine.domain.status import Status
from pmf_engine.render.still_archive import still
from pmf_engine.report.paper import Cell, Paper, Rated, Section, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

_COLOURS: Final = {Status.RED: "8A1109", Status.AMBER: "6B4100", Status.GREEN: "004B28"}
_PROPERTY: Final = 255
"""The most characters of a property of a document."""

_DEEPEST: Final = 9
"""The deepest heading that Word has."""

_PAGE_WIDTH: Final = 17.0
"""What the margins leave of the width of A4, in centimetres."""

_LETTER: Final = 0.2
"""How wide a letter of Arial at 9 points is, in bold, in centimetres."""

_MARGINS: Final = 0.4
"""What the margins of a cell take, in centimetres."""

_MOST_COUNTED: Final = 40
"""The most characters of a text that widen its column; what is longer is wrapped."""


def to_word(paper: Paper, day: date) -> bytes:
    """The paper as the bytes of a document, equal for equal papers.

    Args:
        paper: The paper.
        day: The day that the document names as that of its making.

    Raises:
        MissingExtra: python-docx is not installed.
    """
    try:  # another package is called `docx`, too, and cannot be loaded
        import docx
        from docx.shared import Cm, Pt
    except ImportError:
        raise MissingExtra('Word documents need a package more: `pip install "pmf-engine[word]"`') from None

    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = _plain(paper.title)[:_PROPERTY], _plain(paper.board)[:_PROPERTY]
    properties.language, properties.comments = "en-GB", ""
    properties.created = properties.modified = datetime.combine(day, time(), UTC)
    properties.last_modified_by = _plain(paper.board)[:_PROPERTY]
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.header.paragraphs[0].text = f"{_plain(paper.board)}. {_plain(paper.title)}"
    page.footer.paragraphs[0].text = _plain(paper.marking)
    document.styles["Normal"].font.name = "Arial"
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(_plain(paper.board), 0)
    document.add_heading(_plain(paper.title), 1)
    for words in filter(None, (paper.about, paper.marking, *paper.lead)):
        document.add_paragraph(_plain(words))
    for section in paper.sections:
        _write_section(document, section, 2)
    out = io.BytesIO()
    document.save(out)
    return still(out.getvalue())


def _write_section(document: Document, section: Section, depth: int) -> None:
    """Writes a section and its parts."""
    if section.is_empty:
        return
    document.add_heading(_plain(section.title), min(depth, _DEEPEST))
    for words in section.sentences:
        document.add_paragraph(_plain(words))
    for words in section.points:
        document.add_paragraph(_plain(words), style="List Bullet")
    for table in section.tables:
        _write_table(document, table)
    for part in section.parts:
        _write_section(document, part, depth + 1)


def _write_table(document: Document, table: Table) -> None:
    """Writes a table below its caption, with a header row that is repeated on every page and rows that are not cut."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    if table.caption:
        caption = document.add_paragraph(_plain(table.caption), style="Caption")
        caption.paragraph_format.keep_with_next = True
    grid = document.add_table(len(table.rows) + 1, len(table.columns), style="Table Grid")
    grid.autofit = False
    cells = grid._cells  # all at once: asking row by row takes the square of the time
    widths = [Cm(width) for width in _widths(table)]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for place, words in enumerate((*table.columns, *(cell for row in table.rows for cell in row))):
        cells[place].width = widths[place % len(widths)]
        _write_cell(cells[place], words, is_head=place < len(widths))
    for place, row in enumerate(grid.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if place == 0:
            properties.append(OxmlElement("w:tblHeader"))
    document.add_paragraph(_plain(table.note))


def _widths(table: Table) -> list[float]:
    """The width of each column in centimetres: its longest word, and a share of the rest by its longest text."""
    least: list[float] = []
    texts: list[int] = []
    for cells in zip(table.columns, *table.rows, strict=True):
        words = [str(cell) for cell in cells]
        longest_word = max((len(word) for text in words for word in text.split()), default=0)
        least.append(_MARGINS + _LETTER * longest_word)
        texts.append(1 + min(_MOST_COUNTED, max(map(len, words))) - min(_MOST_COUNTED, longest_word))
    if sum(least) > _PAGE_WIDTH:
        return [_PAGE_WIDTH * width / sum(least) for width in least]
    rest = _PAGE_WIDTH - sum(least)
    return [width + rest * more / sum(texts) for width, more in zip(least, texts, strict=True)]


def _write_cell(cell: _Cell, words: Cell, is_head: bool) -> None:
    """Writes a cell: bold in the header, coloured where it is a status."""
    from docx.shared import Pt, RGBColor

    run = cell.paragraphs[0].add_run(_plain(str(words)))
    run.font.size = Pt(9)
    run.bold = is_head or isinstance(words, Rated)
    if isinstance(words, Rated) and words.status in _COLOURS:
        run.font.color.rgb = RGBColor.from_string(_COLOURS[Status(words.status)])


def _plain(words: str) -> str:
    """A text of people on one line, without control characters."""
    return " ".join(tamed(words).split())
