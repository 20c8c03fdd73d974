"""What two papers of one quarter count is the same number, or each says what it counts: held on Essex's returns."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.report.actions import actions_of
from pmf_engine.report.actions_paper import actions_paper
from pmf_engine.report.annual import AnnualReport, annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import BoardYear, board_year
from pmf_engine.report.first_screen import FirstScreen, first_screen
from pmf_engine.report.first_screen_words import actions_words, advise_lines
from pmf_engine.report.health_paper import health_paper
from pmf_engine.report.lives import LifeState
from pmf_engine.report.paper import Paper
from pmf_engine.report.plan import PlanKind, PlanState, plan_of

ROOT = Path(__file__).parents[2]
DAY = date(2017, 5, 31)
QUARTERS = ("2016-17 Q1", "2016-17 Q2", "2016-17 Q3", "2016-17 Q4")

pytestmark = pytest.mark.xdist_group("counts_agree")  # all of them rest on one evaluation


@cache
def year() -> BoardYear:
    framework = pmf.load_framework(ROOT)
    submissions = pmf.read_submissions(framework.submissions, framework)
    return board_year(framework, submissions, framework.period("2016-17"), DAY)


@cache
def evaluation(quarter: str) -> pmf.Evaluation:
    framework, submissions = year().framework, year().evaluation.submissions
    return pmf.evaluate(framework, submissions, period=quarter, as_of=DAY)


@cache
def screen(quarter: str = QUARTERS[-1], agency: str | None = None) -> FirstScreen:
    return first_screen(pmf.exception_report(evaluation(quarter), agency=agency))


@cache
def annual() -> AnnualReport:
    return annual_report(year())


def text_of(paper: Paper) -> str:
    return " ".join(str(paper).split())


def raised(quarter: str) -> dict[str, str]:
    """By indicator that goes up, whole or by group, the highest level."""
    levels = list(year().framework.governance)
    rows = evaluation(quarter).exceptions.select("indicator", "escalate_to").iter_rows()
    highest: dict[str, str] = {}
    for indicator, level in rows:
        highest[indicator] = max(level, highest.get(indicator, level), key=levels.index)
    return highest


@pytest.mark.parametrize("quarter", QUARTERS)
def test_report_health_and_annual_report_know_the_same_exceptions(quarter: str) -> None:
    """Health and the annual report count indicators, and say that the report counts some together as a matter."""
    place = QUARTERS.index(quarter)
    items = {item.indicator.id: item for matter in screen(quarter).matters for item in matter.items}
    explained = annual().health.explained[place]
    assert set(items) == set(raised(quarter))
    assert (explained.quarter, explained.exceptions) == (quarter, len(items))
    assert explained.explained == sum(bool(item.comments) for item in items.values())
    lives = [(life.indicator.id, life.quarters[place]) for life in annual().lives]
    in_year = {id_: life.level for id_, life in lives if life and life.state != LifeState.CLEARED}
    assert in_year == raised(quarter)
    for paper in (health_paper(annual().health), annual_paper(annual())):
        assert "wait for the same return as one matter" in text_of(paper)


def test_the_report_says_how_many_indicators_a_late_return_holds_up() -> None:
    """So that its matters and the indicators of other papers can be reconciled."""
    held_up = [len(matter.items) for matter in screen().matters if len(matter.items) > 1]
    assert held_up
    words = " ".join(line.words for line in advise_lines(screen(), 5))
    assert f"({held_up[0]} indicators)" in words
    assert all(f"({count})" in words for count in held_up[1:])
    assert len(screen().matters) == len(raised(QUARTERS[-1])) - sum(count - 1 for count in held_up)


@pytest.mark.parametrize("agency", [None, "crc", "social_care", "ccgs"])
def test_actions_and_report_count_the_same_matters(agency: str | None) -> None:
    actions = actions_of(evaluation(QUARTERS[-1]), agency)
    rows = evaluation(QUARTERS[-1]).actions
    attended = set(rows.filter(pl.col("state") != "dropped")["indicator"].drop_nulls())
    found = [{item.indicator.id for item in matter.items} for matter in screen(agency=agency).matters]
    assert actions.matters == len(found)
    assert len(actions.unattended) == sum(not ids <= attended for ids in found)
    assert [{one.id for one in each.indicators} for each in actions.unattended] == [
        ids - attended for ids in found if not ids <= attended
    ]
    assert actions_words(screen(agency=agency)).lower() in text_of(actions_paper(actions)).lower()
    loop = {step[0]: step[1] for step in actions_paper(actions, loop=True).sections[0].tables[0].rows}
    assert loop["Matters"] == str(len(found))


def test_the_annual_report_counts_what_is_cleared_where_no_group_is_left() -> None:
    ended = {life.indicator.id for life in annual().lives if (last := life.quarters[-1]) and last.state == "cleared"}
    assert ended == set(raised(QUARTERS[2])) - set(raised(QUARTERS[3]))
    back, in_part = screen().back, screen().back_in_part
    assert in_part == sum(one.indicator.id in raised(QUARTERS[3]) for one in back)


@pytest.mark.parametrize("area", ["children_missing", "governance", "early_help"])
def test_priorities_count_the_exceptions_of_the_report_on_a_content_area(area: str) -> None:
    (priority,) = (one for one in annual().priorities.priorities if one.area.id == area)
    for quarter in QUARTERS:
        report = pmf.exception_report(evaluation(quarter), content_area=area)
        assert dict(priority.exceptions[quarter]) == {
            level.level.id: len(level.items) for level in report.levels if level.items
        }


def test_values_of_a_year_and_of_its_last_quarter_are_told_apart() -> None:
    outcomes = next(tally for tally in annual().tallies if tally.question == "outcome")
    assert (outcomes.good, outcomes.rated) != (screen().outcomes.good, screen().outcomes.rated)
    assert "These are values for the whole year; the report on a quarter counts" in text_of(annual_paper(annual()))
    missing = Counter(one.status for one in annual().unseen)
    words = text_of(annual_paper(annual()))
    assert f"{missing.total() - missing['not_due']} indicators without a value for the year (" in words
    assert f"), and {missing['not_due']} not due;" in words


def test_report_plan_and_health_know_the_same_missing_returns() -> None:
    """The report counts figures that are owed; plan and health count returns, one for each period of a figure."""
    late = evaluation(QUARTERS[-1]).outstanding.filter(status="late")
    assert screen().late_figures == late.height
    missing = sum(quarter.missing for agency in screen().report.returns for quarter in agency.quarters)
    assert missing == late["run"].sum()
    assert screen().report.returns
    assert annual().health.punctuality
    of_health = {one.agency.id: [quarter.missing for quarter in one.quarters] for one in annual().health.punctuality}
    for agency in screen().report.returns:
        assert of_health.get(agency.agency.id, []) == [quarter.missing for quarter in agency.quarters]


def test_plan_and_actions_know_the_same_overdue_actions() -> None:
    following = pmf.evaluate(year().framework, year().evaluation.submissions, period="2017-18 Q1", as_of=DAY)
    overdue = [
        item for item in plan_of(following).items if (item.kind, item.state) == (PlanKind.ACTION, PlanState.OVERDUE)
    ]
    assert len(overdue) == len(actions_of(evaluation(QUARTERS[-1])).overdue) == 3
