"""Numbers of rows, marks of footnotes and days of extraction that are no values, and say of which values nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import write_board

FIGURES = """
visits: {kind: flow, title: Visits, from: care, frequency: quarterly}
calls: {kind: flow, title: Calls, from: care, frequency: quarterly}
"""
INDICATORS = "calls_made: {frequency: quarterly, formula: calls}\nvisits_made: {frequency: quarterly, formula: visits}"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> pmf.Framework:
    return pmf.load_framework(write_board(tmp_path_factory.mktemp("board"), FIGURES, INDICATORS))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("care 2016-17 Q1.csv", "No.,Measure,\n1,Visits,\n2,Calls,\n"),
        ("care 2016-17 Q1.csv", "No.,Measure,Comment\n1,Visits,to follow\n2,Calls,to follow\n"),
        ("care 2016-17 Q1.csv", "1,Visits\n2,Calls\n"),
        ("care.csv", "Q4 2015-16 (data as at 30 June 2016)\nMeasure,Number\nVisits,80\n"),
        ("care 2015-16 Q4 as at 30 June 2016.csv", "Measure,Number\nVisits,80\n"),
    ],
)
def test_no_number_is_taken_for_what_it_is_not(tmp_path: Path, board: pmf.Framework, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    sent = pmf.read_submissions(tmp_path, board)
    assert sent.readings.filter(sent.readings["state"] == "ok").is_empty()
    assert "lost" in sent.problems["severity"].to_list()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("care 2016-17 Q1.csv", "No.,Measure,Number\n1,Visits¹,80\n2,Calls,20\n1 As recorded\n"),
        ("care 2016-17 Q1 as at 30 June 2016.csv", "Measure,Number\nVisits,80\nCalls,20\n"),
    ],
)
def test_numbers_beside_harmless_ones_are_used(tmp_path: Path, board: pmf.Framework, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    sent = pmf.read_submissions(tmp_path, board)
    assert sent.readings["value"].to_list() == [80, 20]


@pytest.mark.parametrize(
    "text",
    [
        "Measure,Number\nVisits¹,80\nCalls,20\n1 North only\n",
        "Measure,Number\nVisits [1],80\nCalls,20\nNote 1: boys only\n",
        "Measure,Number\nVisits*,80\nCalls,20\n*,boys only\n",
        "Measure,Number\nVisits*,80\nCalls,20\n* North\n",
    ],
)
def test_a_footnote_costs_the_numbers_that_bear_its_mark(tmp_path: Path, board: pmf.Framework, text: str) -> None:
    (tmp_path / "care 2016-17 Q1.csv").write_text(text, encoding="utf-8")
    sent = pmf.read_submissions(tmp_path, board)
    used = sent.readings.filter(sent.readings["state"] == "ok")
    assert used.select("figure", "value").rows() == [("calls", 20)]
    assert sent.problems.select("row", "column", "kind").rows() == [(4, "A", "out-of-scope")]
