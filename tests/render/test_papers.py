"""Papers of the year in each rendering: all words are there, columns fit the page, people's texts are no markup."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from pmf_engine.domain.periods import Cadence
from pmf_engine.render.renderers import PageOptions
from pmf_engine.render.terminal.paper import render_paper
from pmf_engine.render.year_renderers import PAPER_RENDERERS
from pmf_engine.report.annual import annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import board_year
from pmf_engine.report.paper import Paper, Rated, Section, Sheet, Table, Written, section
from pmf_engine.report.plan import plan_of
from pmf_engine.report.plan_paper import plan_paper
from pmf_engine.report.priorities import priorities_of
from pmf_engine.report.priorities_paper import priorities_paper
from pmf_engine.report.section_11 import section_11_of
from tests.support import year_board

HOSTILE = "<b>*x*</b> | [a](b) \x1b[31m"
TABLE = Table(
    "Money",
    ("Agency", "Paid", "Note"),
    (
        (HOSTILE, "1,200", "paid in two parts of which the second came late"),
        ("Police", "80", ""),
        ("Social care", Rated("999", "red"), "as agreed"),
    ),
    "In pounds.",
)
PAPER = Paper(
    "Trial Board",
    "Money, 2016-17",
    "As known on 1 May 2017.",
    ("All adds up.",),
    (
        section("Contributions", "Three partners.", points=("One is late.",), tables=(TABLE,)),
        section("Nothing here"),
        Section("Parts", parts=(section("A part", "Said."),)),
    ),
)
WRITTEN = Written(
    {"period": Cadence(12, 4).holding(2016 * 12 + 4), "on": date(2017, 5, 1), "rows": (1, 2)},
    PAPER,
    lambda: Sheet(("agency", "paid"), (("=1+1", 80), ("Police, Essex", None))),
    as_of=date(2017, 5, 1),
)


def rendered(name: str, **options: int | bool) -> str:
    text = PAPER_RENDERERS[name](WRITTEN, PageOptions(**options))  # type: ignore[arg-type]
    return text.decode() if isinstance(text, bytes) else text


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_every_word_is_there_and_an_empty_section_is_not(name: str) -> None:
    text = rendered(name)
    for words in (
        "Trial Board",
        "All adds up.",
        "Three partners.",
        "One is late.",
        "Police",
        "1,200",
        "A part",
        "Said.",
    ):
        assert words in text, words
    assert "Nothing here" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, rendered("terminal", width=width).splitlines())) <= width


def test_columns_become_blocks_where_they_do_not_fit_and_for_screen_readers() -> None:
    assert "Paid: 1,200" in rendered("terminal", width=80, plain=True)
    assert "Paid: 1,200" not in rendered("terminal", width=80)


def test_texts_of_people_are_no_markup() -> None:
    assert r"\<b\>\*x\*\</b\> \| \[a\](b)" in rendered("markdown")
    assert "&lt;b&gt;*x*&lt;/b&gt;" in rendered("html")


def test_numbers_stand_to_the_right() -> None:
    assert "| --- | ---: | --- |" in rendered("markdown")
    assert '<td class="number">1,200</td>' in rendered("html")
    assert '<span class="status red">999</span>' in rendered("html")


def made(name: str) -> bytes:
    form = PAPER_RENDERERS[name](WRITTEN, PageOptions())
    assert isinstance(form, bytes)
    return form


def test_a_workbook_has_each_table_with_numbers_and_all_words() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx")))
    assert book.sheetnames == ["Cover", "Text", "Money"]
    rows = list(book["Money"].iter_rows(min_row=4, values_only=True))
    assert [row[1:] for row in rows] == [
        ("Paid", "Note"), (1200, "paid in two parts of which the second came late"), (80, "[z]"), (999, "as agreed"),
    ]  # fmt: skip
    words = list(book["Text"].iter_rows(min_row=5, values_only=True))
    assert words == [
        ("In short", "All adds up."), ("Contributions", "Three partners."), ("Contributions", "One is late."),
        ("Parts: A part", "Said."),
    ]  # fmt: skip
    assert made("xlsx") == made("xlsx")


def test_a_document_has_every_word() -> None:
    text = zipfile.ZipFile(io.BytesIO(made("docx"))).read("word/document.xml").decode()
    for words in ("Trial Board", "All adds up.", "Three partners.", "One is late.", "1,200", "A part", "Said."):
        assert words in text, words


def test_programs_get_data() -> None:
    assert json.loads(rendered("json")) == {"period": "2016-17", "on": "2017-05-01", "rows": [1, 2]}
    rows = list(csv.reader(io.StringIO(rendered("csv"))))
    assert rows == [["agency", "paid"], ["'=1+1", "80"], ["Police, Essex", ""]]


@pytest.mark.parametrize("width", [60, 80])
def test_a_column_is_as_wide_as_its_words_need(width: int) -> None:
    """The lines after the first of a cell are indented, and their words must fit all the same."""
    rows = (("30 September 2017", "Essex Community Rehabilitation Company", "2 returns", "overdue: 2 late"),) * 2
    table = Table("", ("Due", "Who", "What", "State"), rows)
    text = render_paper(Paper("B", "T", "", (), (section("Due", tables=(table,)),)), width=width, color=False)
    assert re.findall(r"\w*abilitation", text) == ["Rehabilitation"] * 2
    assert max(map(len, text.splitlines())) <= width


def test_days_are_written_as_people_write_them() -> None:
    framework = year_board.framework()
    year = board_year(framework, year_board.submissions(framework), framework.period("2016-17"), date(2017, 5, 31))
    papers = [
        plan_paper(plan_of(year.evaluation)),
        priorities_paper(priorities_of(year, section_11_of(year))),
        annual_paper(annual_report(year)),
    ]
    texts = [render_paper(paper, width=80, color=False) for paper in papers]
    assert all(re.search(r"\d (March|June|September) 201[67]", text) for text in texts)
    assert not [day for text in texts for day in re.findall(r"\d{4}-\d\d-\d\d", text)]
