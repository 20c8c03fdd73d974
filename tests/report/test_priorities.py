"""Priorities and the health of the framework; expected by hand from the small board's returns."""

from __future__ import annotations

from datetime import date

import pytest

from pmf_engine.report.board_year import BoardYear, board_year
from pmf_engine.report.health import Health, health_of
from pmf_engine.report.health_paper import health_paper, health_sheet
from pmf_engine.report.priorities import Priorities, priorities_of
from pmf_engine.report.priorities_paper import level_words, priorities_paper, priorities_sheet
from pmf_engine.report.priority_sorts import SORTS
from pmf_engine.report.section_11 import section_11_of
from tests.support.year_board import framework, submissions


@pytest.fixture(scope="module")
def year() -> BoardYear:
    board = framework()
    return board_year(board, submissions(board), board.period("2016-17"), date(2017, 5, 31))


@pytest.fixture(scope="module")
def priorities(year: BoardYear) -> Priorities:
    return priorities_of(year, section_11_of(year))


@pytest.fixture(scope="module")
def health(year: BoardYear) -> Health:
    return health_of(year)


def test_exceptions_are_counted_by_quarter_and_level(priorities: Priorities) -> None:
    # Returned: 20, 26, 30 and 15 %, of which more than 25 is red; red for two quarters goes to the board. Training is
    # late, as health never sent it. Calls are red in June, with which the first quarter ends.
    help_, safety = priorities.priorities
    assert {quarter: dict(levels) for quarter, levels in help_.exceptions.items()} == {
        "2016-17 Q1": {}, "2016-17 Q2": {"committee": 1}, "2016-17 Q3": {"board": 1}, "2016-17 Q4": {},
    }  # fmt: skip
    assert [dict(levels) for levels in safety.exceptions.values()] == [{"lead": 1, "committee": 1}, *3 * [{"lead": 1}]]


def test_need_is_the_level_over_years_and_beside_england(priorities: Priorities) -> None:
    # (20 + 26 + 30 + 15) of 400 after (10 + 15 + 20 + 20) of 400.
    [evidence] = priorities.priorities[0].evidence
    assert (evidence.source, evidence.reference) == ("Needs assessment", "p. 12")
    [level] = evidence.levels
    assert level_words(level) == "Referrals again: 22.8% in 2016-17 (amber, worse), 16.3% in 2015-16; England 21.0%."


def test_what_is_open_and_past(priorities: Priorities) -> None:
    help_, safety = priorities.priorities
    assert help_.is_past_review
    assert (help_.below_standard, safety.below_standard) == (None, 1)
    assert help_.learning_open is None  # the board keeps no register
    sections = {section.title: section for section in priorities_paper(priorities).sections}
    assert sections["Evidence to look at again"].points == ("Early help",)
    assert sections["Chosen without evidence on record"].points == ("Safety",)


def test_sorting_keeps_every_content_area_and_computes_no_score(year: BoardYear) -> None:
    audit = section_11_of(year)
    by = {sort: [one.area.id for one in priorities_of(year, audit, sort).priorities] for sort in SORTS}
    assert by["exceptions"] == ["safety", "help"]  # five against two
    assert by["review"] == ["help", "safety"]
    assert all(sorted(ids) == ["help", "safety"] for ids in by.values())
    assert "score" not in priorities_sheet(priorities_of(year, audit)).columns


def test_explained_exceptions_have_a_comment_in_their_period(health: Health) -> None:
    assert [(one.exceptions, one.explained) for one in health.explained] == [(2, 0), (2, 0), (2, 0), (1, 1)]


def test_returns_in_time_over_eight_quarters(health: Health) -> None:
    # Health owes two grades in each of two years and sent one of each. Nobody moderated in the first year, and what has
    # never been sent is not yet late.
    assert {one.agency.id: (one.in_time, one.owed) for one in health.punctuality} == {
        "health": (2, 4), "care": (27, 27), "police": (28, 28),
    }  # fmt: skip
    assert [one.agency.id for one in health.punctuality] == ["health", "police", "care"]
    assert len(health.quarters) == 8
    assert ("health", "Health", "2016-17 Q4", 1, 2) in health_sheet(health).rows


def test_indicators_that_say_nothing(health: Health) -> None:
    assert [one.id for one in health.unjudged] == ["referred"]
    assert not health.never_green
    assert [one.id for one in health.unrated] == ["trained"]  # one agency's grade is missing in both years
    assert [(one.indicator.id, one.review_by) for one in health.past_review] == [("returned", date(2017, 3, 31))]
    assert "57 of 59 returns in time" in health_paper(health).lead[0]
