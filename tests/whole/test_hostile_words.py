"""Titles, groups, comments, file names, actions and the chair's words that are markup: text in every form."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest

import pmf_engine as pmf
from pmf_engine.domain.plain_text import FORMULA_SIGNS, tamed
from pmf_engine.render.renderers import EXPLANATION_RENDERERS, RENDERERS, RESULT_RENDERERS, PageOptions
from pmf_engine.render.year_renderers import PAPER_RENDERERS
from pmf_engine.report.annual import annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import board_year
from pmf_engine.report.depth import Depth
from pmf_engine.report.paper import Written
from pmf_engine.report.summary import read_summary
from tests.render.test_forms import READERS

MARKUP = "=1+1 <script>alert(1)</script><img src=x onerror=alert(2)> **b** [a](http://b.c) | &amp; {{ 7*7 }} `id`"
LONG = "x" * 5000
WORDS = f"{MARKUP} \x1b[31m\x07 \u202eflow {LONG}"
TITLE = json.dumps(f"{MARKUP} \u202e")  # a text in YAML too; control characters no YAML may hold
GROUP = "+North <b>&amp;</b> \u202e"

INDICATORS = f"""
board: {{name: {TITLE}, submissions: data, returns_due: 30 days}}
agencies:
  care: {{name: {TITLE}, lead_officer: {TITLE}}}
content_areas: {{missing: {{title: {TITLE}, kind: risk_issue}}}}
figures:
  seen: {{title: {TITLE}, from: care, kind: flow, frequency: quarterly}}
  gone: {{title: {TITLE}, from: care, kind: flow, frequency: quarterly}}
breakdowns: {{district: {{title: {TITLE}, groups: [{json.dumps(GROUP)}, South]}}}}
indicators:
  share: {{title: {TITLE}, content_area: missing, evidence_type: outcome, lead_agency: care, ask: {TITLE},
           frequency: quarterly, formula: "percent(seen, gone)", by: [district]}}
"""
TOLERANCES = f"""
governance: {{agency: {TITLE}, board: {TITLE}}}
tolerances: {{share: {{good: at least 90, tolerance: at least 75, reference: {TITLE}}}}}
escalation: [{{when: red, to: board}}]
"""
NAME = "=<img src=x onerror=alert(3)> \u202ecare.csv"
COUNTS = {("seen", GROUP): "1", ("gone", GROUP): "2", ("seen", "South"): "1", ("gone", "South"): "a <i>word</i>"}
DAY = date(2017, 6, 30)
OPTIONS = PageOptions(width=120, color=False, depth=Depth.ALL)


@dataclass(frozen=True)
class Papers:
    """All that is made of the hostile board."""

    evaluation: pmf.Evaluation
    report: pmf.ExceptionReport
    year: Written


def _table(head: str, rows: Sequence[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([head.split(","), *rows])
    return text.getvalue()


@cache
def papers() -> Papers:
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        for name, text in (("indicators.yaml", INDICATORS), ("tolerances.yaml", TOLERANCES)):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        (Path(folder) / "summary.md").write_text(f"# 2016-17 Q4\n{WORDS}\n", encoding="utf-8")
        rows = [("2016-17 Q4", "care", figure, group, count, WORDS) for (figure, group), count in COUNTS.items()]
        text = _table("period,agency,figure,district,value,comment", rows)
        (data / NAME).write_text(text, encoding="utf-8")
        actions = ("A1", "share", WORDS, "care", WORDS, "2017-04-01", "2017-05-01", "open")
        text = _table("id,indicator,action,agency,owner,agreed_on,due_on,state", [actions])
        (data / "actions.csv").write_text(text, encoding="utf-8")
        framework = pmf.load_framework(folder)
        submissions = pmf.read_submissions(data, framework)
        evaluation = pmf.evaluate(framework, submissions, period="2016-17 Q4", as_of=DAY)
        assert evaluation.period is not None
        summary = read_summary(Path(folder), evaluation.period)
        year = annual_report(board_year(framework, submissions, framework.period("2016-17"), DAY), summary)
        written = Written(year, annual_paper(year), as_of=DAY)
        return Papers(evaluation, pmf.exception_report(evaluation, summary=summary, workings=True), written)


def explanation() -> pmf.Explanation:
    return papers().evaluation.explain("share")


def made(name: str) -> bytes:
    """A form of a paper as bytes, by the names of both: `report html`."""
    paper, _, form = name.partition(" ")
    content: str | bytes
    if paper == "report":
        content = RENDERERS[form](papers().report, OPTIONS)
    elif paper == "results":
        content = RESULT_RENDERERS[form](papers().evaluation, OPTIONS)
    elif paper == "explanation":
        content = EXPLANATION_RENDERERS[form](explanation(), OPTIONS)
    else:
        content = PAPER_RENDERERS[form](papers().year, OPTIONS)
    return content if isinstance(content, bytes) else content.encode()


FORMS = [
    *(f"report {form}" for form in RENDERERS),
    *(f"results {form}" for form in RESULT_RENDERERS),
    *(f"explanation {form}" for form in EXPLANATION_RENDERERS),
    *(f"year {form}" for form in PAPER_RENDERERS if form != "csv"),  # this paper has no sheet
]


class _Tags(HTMLParser):
    """The tags of a page and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _words(kind: str, content: bytes) -> str:
    """What a reader of a file sees; it asserts that nothing in it is run."""
    if kind == "html":
        page = _Tags()
        page.feed(content.decode())
        assert not page.tags & {"script", "img", "b", "i"}
        assert not {name for name in page.attributes if name.startswith("on") or name == "src"}
        return "".join(page.words)
    if kind == "csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row]
        assert [cell for cell in cells if cell.startswith(tuple(FORMULA_SIGNS)) and not _is_number(cell)] == []
        return "\n".join(cells)
    if kind == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        types = {cell.data_type for sheet in sheets for row in sheet.iter_rows() for cell in row}
        assert types <= {"s", "n", "d", "inlineStr"}
    if kind == "json":
        json.loads(content)  # data, with the words as they were sent
    return READERS[kind](content) if kind in READERS else content.decode()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", FORMS)
def test_what_people_wrote_is_text_in_every_form(name: str) -> None:
    kind, content = name.partition(" ")[2], made(name)
    if kind == "parquet":
        assert content[:4] == b"PAR1"
        return
    words = _words(kind, content)
    assert "alert(1)" in words
    if kind != "json":
        assert {char for char in words if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t"} == set()
        assert "\u202e" not in words


@pytest.mark.parametrize("name", ["report terminal", "report html", "report markdown", "report docx", "report xlsx"])
def test_no_word_of_people_is_lost(name: str) -> None:
    """The comment, the action and the chair's words stand whole, but for what would control a screen."""
    squeezed = "".join(_words(name.partition(" ")[2], made(name)).split())
    assert LONG in squeezed
    assert "".join(tamed(MARKUP).split()) in squeezed
    assert squeezed.count(LONG) >= 2


def test_a_group_and_a_refused_cell_stand_where_they_are_told() -> None:
    assert tamed(GROUP).strip() in " ".join(made("report terminal").decode().split())
    assert "<i>word</i>" in made("explanation text").decode()
