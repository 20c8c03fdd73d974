"""Coverage: which questions are answered, from where, and by whom; expected from the small board's YAML by eye."""

from __future__ import annotations

from datetime import date

import pytest

from pmf_engine.report.board_year import board_year
from pmf_engine.report.coverage import Coverage, coverage_of
from pmf_engine.report.coverage_paper import coverage_paper, coverage_sheet
from tests.support.year_board import framework, submissions


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    board = framework()
    return coverage_of(board_year(board, submissions(board), board.period("2016-17 Q2"), date(2017, 5, 31)))


def test_questions_without_an_indicator(coverage: Coverage) -> None:
    assert {area.area.id: area.unanswered for area in coverage.areas} == {"help": (), "safety": ("outcome",)}
    assert [(one.indicator.id, one.lead.id) for one in coverage.wanted] == [("settled", "police")]


def test_indicators_are_counted_by_area_of_information(coverage: Coverage) -> None:
    helped = {answer.question: dict(answer.informed) for answer in coverage.areas[0].answers}
    assert helped == {
        "quantity": {"numbers": 1, "voice": 0},
        "quality": {"numbers": 1, "voice": 0},
        "outcome": {"numbers": 0, "voice": 1},
    }


def test_who_was_heard_and_who_leads_nothing(coverage: Coverage) -> None:
    assert [[one.id for one in area.heard] for area in coverage.areas] == [["safer"], []]
    assert [agency.id for agency in coverage.leads_nothing] == ["health"]


def test_nobody_is_heard_before_the_figure_has_come() -> None:
    board = framework()
    early = coverage_of(board_year(board, submissions(board), board.period("2016-17"), date(2017, 4, 10)))
    assert [one.id for one in early.areas[0].listening] == ["safer"]
    assert not early.areas[0].heard


def test_the_sheet_has_a_row_for_each_area_question_and_area_of_information(coverage: Coverage) -> None:
    sheet = coverage_sheet(coverage)
    assert len(sheet.rows) == 2 * 3 * 2
    assert ("safety", "Safety", "outcome", "numbers", 0, 1, "") in sheet.rows


def test_the_paper_names_what_is_missing(coverage: Coverage) -> None:
    sections = {section.title: section for section in coverage_paper(coverage).sections}
    assert sections["Questions that nothing answers"].points == ("Safety: Is anyone better off?",)
    assert sections["Nobody was heard this year"].points == ("Safety: no indicator asks them",)
    [wanted] = sections["Suggestions from what is defined"].points
    assert "begin to collect what is wanted: Children settled" in wanted
