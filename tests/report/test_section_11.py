"""Section 11: grades of agencies on standards, moderated and their own; expected by hand from the small board."""

from __future__ import annotations

from datetime import date

import pytest

import pmf_engine as pmf
from pmf_engine.report.board_year import board_year
from pmf_engine.report.section_11 import GradeState, SectionEleven, section_11_of, themes
from pmf_engine.report.section_11_paper import section_11_paper, section_11_sheet
from tests.support.year_board import framework, submissions


@pytest.fixture(scope="module")
def audit() -> SectionEleven:
    board = framework()
    return section_11_of(board_year(board, submissions(board), board.period("2016-17"), date(2017, 5, 31)))


def grid(audit: SectionEleven) -> dict[str, list[str]]:
    table = section_11_paper(audit).sections[0].tables[0]
    return {str(row[0]): [str(cell) for cell in row[1:]] for row in table.rows}


def test_a_letter_a_cell_with_last_years_before_it(audit: SectionEleven) -> None:
    # Care gave itself `exceeded` and police `met` on training; moderation made `met` and `not met` of them. Health
    # never sent that grade. Vetting is not moderated.
    assert grid(audit) == {
        "Social Care": ["M*", "P"],
        "Police": ["P→N*", "N→P"],
        "Health": ["·", "M→P"],
    }


def test_a_moderated_grade_stands_and_its_sender_moderated(audit: SectionEleven) -> None:
    police = audit.by_agency["police"][0]
    assert (police.own, police.moderated, police.stands, police.gap) == ("met", "not met", "not met", 2)
    assert police.moderator is not None
    assert police.moderator.title == "Social Care"
    assert police.moderators_words == "No register was kept."


def test_below_standard_is_by_the_tolerance_of_the_indicator(audit: SectionEleven) -> None:
    training, vetting = audit.standards
    assert [grade.agency.id for grade in training.below] == ["police"]
    assert vetting.below == ()  # no indicator rates it, so that nobody says what is good


def test_outstanding_is_said_with_its_day(audit: SectionEleven) -> None:
    assert audit.by_agency["health"][0].state == GradeState.OUTSTANDING
    sections = {section.title: section for section in section_11_paper(audit).sections}
    assert sections["Outstanding"].points == ("Health: grades on standard 8 were due on 30 April 2017.",)


def test_two_years_below_are_a_theme() -> None:
    board = framework()
    indicators = {
        **board.data[0]["indicators"],
        "vetted": {**board.data[0]["indicators"]["trained"], "formula": "vetting"},
    }
    rules = {**board.data[1]["tolerances"], "vetted": {"good": "at least met"}}
    both = pmf.Framework.from_dict(
        {**board.data[0], "indicators": indicators}, {**board.data[1], "tolerances": rules}, as_of=date(2016, 1, 1)
    )
    audit = section_11_of(board_year(both, submissions(both), both.period("2016-17"), date(2017, 5, 31)))
    assert list(themes(audit)) == [
        "9. Recruitment is safe: below standard in 3 agencies (Social Care; Police; Health).",
        "Police: below standard for two years in 8. Staff are trained.",
        "Social Care: below standard for two years in 9. Recruitment is safe.",
        "Police: below standard for two years in 9. Recruitment is safe.",
    ]


def test_the_sheet_has_a_row_for_each_agency_and_standard(audit: SectionEleven) -> None:
    sheet = section_11_sheet(audit)
    assert len(sheet.rows) == 6
    [row] = [row for row in sheet.rows if row[0] == 8 and row[2] == "care"]
    assert row[4:10] == ("graded", "exceeded", "met", "met", "met", "no")
