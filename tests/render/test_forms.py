"""Every form of the report: it holds every exception, is the same for the same report, and runs no words of people."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import pairwise

import docx
import jsonschema
import openpyxl
import pytest
from markdown_it import MarkdownIt

import pmf_engine as pmf
from pmf_engine.cli.program import main
from pmf_engine.diagnostics.errors import MissingExtra
from pmf_engine.render.renderers import RENDERERS, PageOptions
from pmf_engine.render.word import to_word
from pmf_engine.report.depth import Depth
from pmf_engine.report.exception_paper import MINUTES, exception_paper
from pmf_engine.report.first_screen import first_screen
from pmf_engine.report.first_screen_words import alert_title
from pmf_engine.report.json_form import from_data
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.sheets import ABSENT, report_sheets
from tests.render.test_terminal import report, worded

HOSTILE = "=1+1 <script>alert(1)</script> **bold** [a](http://b.c) | x\n# y \x1b[31m \u202e &amp; {{ 7*7 }}"
OPTIONS = PageOptions(width=400, depth=Depth.ALL)


def rendered(form: str, of: ExceptionReport) -> bytes:
    content = RENDERERS[form](of, OPTIONS)
    return content if isinstance(content, bytes) else content.encode()


def words_of_workbook(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def words_of_document(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for cell in table._cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def words_of_markdown(content: bytes) -> str:
    tokens = MarkdownIt("commonmark").enable("table").parse(content.decode())
    inline = [child for token in tokens if token.type == "inline" for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "strong_open", "strong_close", "text_special", "softbreak"}
    assert not any(token.type.startswith("html") for token in tokens)
    return "".join("\n" if child.type == "softbreak" else child.content for child in inline)


READERS: dict[str, Callable[[bytes], str]] = {
    "terminal": bytes.decode,
    "html": lambda content: content.decode().replace("&#39;", "'"),
    "xlsx": words_of_workbook,
    "docx": words_of_document,
    "markdown": words_of_markdown,
    "json": bytes.decode,
}


def test_every_form_has_a_reader_here() -> None:
    assert set(READERS) == set(RENDERERS)


@pytest.mark.parametrize("form", RENDERERS)
def test_every_form_holds_every_exception(form: str) -> None:
    words = READERS[form](rendered(form, report()))
    items = [item for matter in first_screen(report()).matters for item in matter.items]
    assert len(items) == report().exceptions > 5
    assert [item.indicator.title for item in items if item.indicator.title not in words] == []


@pytest.mark.parametrize("form", ["html", "xlsx", "docx", "markdown", "json"])
def test_the_same_report_is_the_same_file(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rendered(form, report())
    monkeypatch.setattr("time.time", lambda: 1_000_000_000.0)
    assert rendered(form, report()) == first


@pytest.mark.parametrize("form", [form for form in RENDERERS if form != "json"])
def test_what_people_wrote_is_text(form: str) -> None:
    words = READERS[form](rendered(form, worded(HOSTILE)))
    assert not {"\x1b", "\u202e"} & set(words)
    assert "alert(1)" in words
    assert "**bold**" in words or form in ("terminal", "html")


@pytest.mark.parametrize("form", ["xlsx", "docx", "markdown"])
@pytest.mark.parametrize(
    "words", ["", "\ud800\x00\ufffe\x0b", "]]>&<w:p/>\t@", "x" * 40_000], ids=["none", "odd", "xml", "long"]
)
def test_any_words_have_a_form(form: str, words: str) -> None:
    READERS[form](rendered(form, worded(words)))


@pytest.mark.parametrize("form", ["html", "xlsx", "docx", "markdown"])
def test_every_form_says_for_whom_it_is(form: str) -> None:
    content = rendered(form, report())
    marking = "For the board and its partners. Holds small counts of children: not for publication."
    if form in ("xlsx", "docx"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        pages = [name for name in archive.namelist() if re.search(r"worksheets/sheet|footer\d", name)]
        assert pages
        assert all(marking in archive.read(name).decode() for name in pages)
    else:
        assert marking in content.decode()


# -- the workbook, by the Government's rules -------------------------------------------------------------


@cache
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(rendered("xlsx", report())))


def test_a_cover_comes_first_and_lists_every_other_sheet() -> None:
    cover, *others = book().worksheets
    assert cover.title == "Cover"
    assert [row[0].value for row in cover.iter_rows(min_row=5)] == [sheet.title for sheet in others]
    assert [row[0].hyperlink.location for row in cover.iter_rows(min_row=5)] == [
        f"'{sheet.title}'!A1" for sheet in others
    ]
    assert book().active == cover


def test_each_sheet_has_a_title_and_one_real_table_without_merged_hidden_or_empty_cells() -> None:
    for sheet in book().worksheets:
        assert isinstance(sheet["A1"].value, str)
        [table] = sheet.tables.values()
        cells = [cell for row in sheet[table.ref] for cell in row]
        assert all(cell.value not in (None, "") for cell in cells)
        heads = [cell.value for cell in sheet[table.ref][0]]
        assert len(heads) == len({str(head).lower() for head in heads}) == len(table.tableColumns)
        assert not sheet.merged_cells.ranges
        assert not any(part.hidden for part in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        assert sheet.sheet_state == "visible"
        assert table.ref.endswith(f"{sheet.max_row}")
        assert sheet.freeze_panes == "B5"


def test_the_names_of_sheets_and_tables_are_unique() -> None:
    names = [name for sheet in book().worksheets for name in sheet.tables]
    assert len(names) == len(set(names)) == len(book().worksheets)


def test_numbers_are_numbers_to_the_last_bit_and_days_are_days() -> None:
    sheet = book()["All results"]
    values = {row[0].value: row[5] for row in sheet.iter_rows(min_row=5)}
    lines = [line for line in report().indicators if line.now.value is not None]
    assert lines
    for line in lines:
        cell = values[line.indicator.title]
        if line.now.shown and line.now.shown[0].isdigit():
            assert cell.value == line.now.value
            assert cell.number_format.startswith("#,##0")
        else:
            assert cell.value == line.now.shown
    due = [row[4].value for row in book()["Returns"].iter_rows(min_row=5)]
    assert due == [
        datetime.combine(late.due, datetime.min.time()) for agency in report().late for late in agency.returns
    ]


def test_numbers_of_groups_and_exceptions_are_those_of_the_report() -> None:
    [table] = report().by_group
    points = {
        (named.title, group): point.value
        for named, row in table.rows
        for group, point in zip(table.groups, row, strict=True)
        if point is not None and point.value is not None
    }
    cells = {(row[0].value, row[1].value): row[3].value for row in book()["By district"].iter_rows(min_row=5)}
    assert {key: cells[key] for key in points} == points != {}
    numbers = [(item.value, item.numerator, item.denominator) for level in report().levels for item in level.items]
    rows = [
        tuple(cell.value for cell in (row[9], row[11], row[12])) for row in book()["Exceptions"].iter_rows(min_row=5)
    ]
    known = [numbers_ for numbers_ in numbers if None not in numbers_]
    assert known
    assert [each for each in known if each not in rows] == []


def test_no_cell_is_a_formula_and_text_that_looks_like_one_is_quoted() -> None:
    content = rendered("xlsx", worded("=HYPERLINK(1)"))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Exceptions"]
    cells = [cell for row in sheet.iter_rows(min_row=5) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    quoted = [cell for cell in cells if str(cell.value).startswith("=")]
    assert quoted
    assert all(cell.quotePrefix for cell in quoted)


def test_a_status_is_a_word_as_well_as_a_colour() -> None:
    column = [row[2] for row in book()["Exceptions"].iter_rows(min_row=5)]
    assert {cell.value for cell in column} <= {"red", "amber", "green", "late", "no data", "query", "none", "withheld"}


def test_a_table_without_rows_says_so() -> None:
    changes = next(sheet for sheet in report_sheets(report()) if sheet.name == "Changes")
    assert changes.rows == (("None", ABSENT, ABSENT),)


# -- Markdown, Word, JSON --------------------------------------------------------------------------------


def test_each_matter_to_decide_has_room_for_its_minute() -> None:
    alerts = first_screen(report()).alert.matters
    text = rendered("markdown", report()).decode()
    assert text.count(f"| {' | '.join(MINUTES)} |") == len(alerts) > 0
    for matter in alerts:
        assert f"|  |  | {', '.join(matter.owners)} |  |" in text.replace("\\", "")
    headings = [
        token.content for token in MarkdownIt().parse(text) if token.type == "inline" and token.map and token.level == 1
    ]
    assert sum(alert_title(alerts[0]) in heading.replace("\\", "") for heading in headings) >= 1


def test_a_document_has_real_headings_and_header_rows() -> None:
    document = docx.Document(io.BytesIO(rendered("docx", report())))
    levels = [
        int(paragraph.style.name.split()[1]) for paragraph in document.paragraphs
        if paragraph.style is not None and (paragraph.style.name or "").startswith("Heading")
    ]  # fmt: skip
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert document.tables
    for table in document.tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert document.core_properties.created == document.core_properties.modified
    assert document.core_properties.language == "en-GB"


def test_columns_of_a_document_fill_the_page_and_hold_their_longest_word() -> None:
    document = docx.Document(io.BytesIO(rendered("docx", report())))
    for table in document.tables:
        widths = [column.width.cm for column in table.columns]
        assert sum(widths) == pytest.approx(17, abs=0.01)
        for column, width in zip(table.columns, widths, strict=True):
            longest_word = max((word for cell in column.cells for word in cell.text.split()), key=len, default="")
            assert width > 0.2 * len(longest_word)  # letters of Arial in bold at 9 points are 0.2 cm wide or less
            assert {cell.width.cm for cell in column.cells if cell.width is not None} == {width}


def test_without_its_package_a_document_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtra, match=r'need a package more: `pip install "pmf-engine\[word\]"`'):
        to_word(exception_paper(report()), date(2017, 2, 1))


def test_json_follows_its_schema_and_comes_back(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    data = json.loads(rendered("json", report()))
    jsonschema.Draft202012Validator.check_schema(pmf.ExceptionReport.json_schema())
    jsonschema.validate(data, pmf.ExceptionReport.json_schema(), jsonschema.Draft202012Validator)
    assert data["schema"] == 1
    assert data["period"]["label"] == report().period.label
    assert from_data(ExceptionReport, data) == report()
    for key in ("levels", "schema"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, key: "?"}, pmf.ExceptionReport.json_schema())
    assert main(["schema", "report"]) == 0
    assert json.loads(capsysbinary.readouterr().out) == pmf.ExceptionReport.json_schema()


def test_words_that_are_not_for_the_public_are_confidential_and_not_missing() -> None:
    quiet = replace(
        report(),
        levels=tuple(
            replace(level, items=tuple(replace(item, comments=(), shows_words=False) for item in level.items))
            for level in report().levels
        ),
    )
    sheet = next(sheet for sheet in report_sheets(quiet) if sheet.name == "Exceptions")
    assert {row[sheet.columns.index("Agency's words")] for row in sheet.rows} == {"[c]"}
    assert "No explanation received" not in words_of_workbook(rendered("xlsx", quiet))
