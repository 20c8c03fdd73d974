"""How values were worked out, and what came of each agency's returns, as the HTML page shows them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.render.html import render_html
from pmf_engine.report.returns_by_agency import QUARTERS, quarter_words
from tests.report.test_snapshots import FILES, evaluated


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> pmf.ExceptionReport:
    folder = tmp_path_factory.mktemp("returns")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return pmf.exception_report(evaluated(folder, date(2016, 10, 5)), workings=True)


def test_a_value_opens_to_its_cells_and_to_what_was_not_sent(report: pmf.ExceptionReport) -> None:
    items = {item.indicator.id: item for level in report.levels for item in level.items}
    [calls] = items["called"].workings
    assert (calls.title, calls.period) == ("Calls", "2016-17 Q1")
    assert calls.lines == ("Not sent by Police for 2016-17 Q1, due 30 July 2016.",)
    page = render_html(report)
    assert page.count("How the value was worked out") == len(items)


def test_a_corrected_cell_and_its_whole_are_told_by_place(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text.replace(",North,16", ",North,1"), encoding="utf-8")
    report = pmf.exception_report(evaluated(tmp_path, date(2016, 10, 5)), workings=True)
    [share] = [item for level in report.levels for item in level.items if item.indicator.id == "seen_share"]
    gone, seen = share.workings
    assert (seen.title, seen.result, gone.result) == ("Children seen", "20", "40")
    assert "North: 1 (Social Care, 2016-17 Q1; care_again.csv, row 2)." in seen.lines
    assert "South: 19 (Social Care, 2016-17 Q1; care.csv, row 3)." in seen.lines
    assert any(line.startswith("North: 12 (Social Care, 2016-17 Q1; care.csv, row 2). ") for line in seen.lines)


def test_a_correction_makes_no_return_late_and_what_never_came_is_missing(report: pmf.ExceptionReport) -> None:
    """Social care sent both figures on 20 July, due on 30 July, and corrected one on 1 October; the police sent one."""
    returns = {agency.agency.title: agency.quarters for agency in report.returns}
    assert {len(quarters) for quarters in returns.values()} == {QUARTERS}
    assert quarter_words(returns["Social Care"][-1]) == "2 of 2 in time"
    assert quarter_words(returns["Police"][-1]) == "0 of 2 in time, 1 late, 1 missing"
    assert quarter_words(returns["Police"][0]) == "none owed"
    assert "<td>0 of 2 in time, 1 late, 1 missing</td>" in render_html(report)
