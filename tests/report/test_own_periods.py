"""A report on a year says what its quarters raised and what still stands at its end; it never judges in years."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.evaluation.evaluate import explain
from pmf_engine.render import terminal
from pmf_engine.report.depth import Depth
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = "\n".join(f"{name}: {{title: X, from: care, kind: flow, frequency: quarterly}}" for name in ("part", "whole"))
SHARE = "y: {frequency: quarterly, formula: 'percent(part, whole)'}"
RULES = "- {when: red, to: lead_agency}\n- {when: red for 3 periods, to: board}\n- {when: late, to: lead_agency}"
QUARTERS = [f"{year} Q{quarter}" for year in ("2015-16", "2016-17") for quarter in (1, 2, 3, 4)]


def board(folder: Path, parts: Sequence[int | None], rules: str = RULES, good: str = "at most 20") -> None:
    """A share of 100 in each quarter from 2015-16 Q1; a quarter of None was not sent."""
    write_board(folder, FIGURES, SHARE, f"y: {{good: {good}}}", rules)
    sent = [(quarter, part) for quarter, part in zip(QUARTERS, parts, strict=False) if part is not None]
    write_returns(folder, "\n".join(f"{quarter},care,part,{part}\n{quarter},care,whole,100" for quarter, part in sent))


def page(folder: Path, period: str) -> str:
    report = pmf.exception_report(evaluate(folder, period))
    return " ".join(terminal.render_terminal(report, width=120, color=False, depth=Depth.ALL).split())


GREEN_YEAR = [10, 10, 10, 10]


def test_a_year_goes_where_its_last_quarter_goes(tmp_path: Path) -> None:
    board(tmp_path, [*GREEN_YEAR, 30, 30, 30, 30])
    year = evaluate(tmp_path, "2016-17")
    assert cell(year, "y", "2016-17", "status") == "red"
    assert cell(year, "y", "2016-17", "escalate_to") == "board"
    assert cell(year, "y", "2016-17", "rules") == ["red", "red for 3 periods"]
    assert cell(year, "y", "2016-17", "raised") == "2016-17 Q1"
    assert cell(year, "y", "2016-17", "raised_for") == 4
    assert cell(year, "y", "2015-16", "escalate_to") is None


def test_a_year_names_the_quarters_that_raised_it(tmp_path: Path) -> None:
    board(tmp_path, [*GREEN_YEAR, 10, 30, 10, 30])
    [item] = [item for level in pmf.exception_report(evaluate(tmp_path, "2016-17")).levels for item in level.items]
    assert [(own.was.period, own.was.status, own.was.shown, own.to.id) for own in item.raised_in] == [
        ("2016-17 Q2", "red", "30.0%", "lead_agency"),
        ("2016-17 Q4", "red", "30.0%", "lead_agency"),
    ]
    assert item.status == "green"  # 80 of 400 in the year
    text = page(tmp_path, "2016-17")
    assert "Raised in 2016-17 Q2 red 30.0%, 2016-17 Q4 red 30.0%, to the lead agency." in text
    assert "First raised 2016-17 Q4, red 30.0%, with the lead agency; an exception for 1 quarter." in text


def test_what_its_quarters_raised_and_ended_is_no_longer_an_exception(tmp_path: Path) -> None:
    board(tmp_path, [*GREEN_YEAR, 60, 60, 60, 10])  # 190 of 400 in the year
    report = pmf.exception_report(evaluate(tmp_path, "2016-17"))
    assert report.exceptions == 0
    assert [item.indicator.id for item in report.watch] == ["y"]  # red in the year all the same
    [over] = report.recovered
    assert (over.then.period, over.now.period, over.now.status) == ("2016-17 Q3", "2016-17 Q4", "green")
    text = page(tmp_path, "2016-17")
    assert "an exception from 2016-17 Q1 until 2016-17 Q4" in text
    assert (
        "raised in 2016-17 Q1 red 60.0%, 2016-17 Q2 red 60.0%, to the lead agency; 2016-17 Q3 red 60.0%, to the Board"
        in text
    )


def test_three_red_years_are_no_three_red_quarters(tmp_path: Path) -> None:
    board(tmp_path, [99, 10, 10, 99, 99, 10, 10, 99])
    assert cell(evaluate(tmp_path, "2016-17"), "y", "2016-17", "rules") == ["red"]


def test_a_late_last_quarter_leaves_what_stands(tmp_path: Path) -> None:
    board(tmp_path, [*GREEN_YEAR, 30, 30, 30, None])
    year = evaluate(tmp_path, "2016-17")
    assert cell(year, "y", "2016-17", "status") == "late"
    assert cell(year, "y", "2016-17", "escalate_to") == "board"
    assert "2016-17 Q2 red 30.0%, to the lead agency; 2016-17 Q3 red 30.0%, 2016-17 Q4 late, to the Board" in page(
        tmp_path, "2016-17"
    )


def test_the_control_chart_of_a_year_is_that_of_its_quarters(tmp_path: Path) -> None:
    board(tmp_path, [10, 11, 10, 11, 10, 11, 10, 11], "- {when: special_cause_concern, to: board}")
    explained = explain(evaluate(tmp_path, "2016-17"), "y")
    assert explained.chart.points == 8


def test_a_quarter_of_a_monthly_indicator_is_judged_in_months(tmp_path: Path) -> None:
    figure = "n: {title: X, from: care, kind: flow, frequency: monthly}"
    write_board(tmp_path, figure, "y: {frequency: monthly, formula: n}", "y: {good: at most 5}", RULES)
    write_returns(tmp_path, "2016-04,care,n,9\n2016-05,care,n,9\n2016-06,care,n,9")
    quarter = evaluate(tmp_path, "2016-17 Q1")
    assert cell(quarter, "y", "2016-17 Q1", "escalate_to") == "board"
    assert "First raised 2016-04, red 9, with the lead agency; an exception for 3 months." in page(
        tmp_path, "2016-17 Q1"
    )


def test_groups_of_a_year_go_where_their_last_quarter_goes(tmp_path: Path) -> None:
    by_district = "y: {frequency: quarterly, formula: 'percent(part, whole)', by: [district]}"
    write_board(tmp_path, FIGURES, by_district, "y: {good: at most 20}", RULES)
    rows = ["period,agency,figure,district,value"]
    for quarter, north in zip(QUARTERS[4:], (10, 10, 10, 90), strict=True):
        rows += [f"{quarter},care,whole,{district},{of}" for district, of in (("North", 100), ("South", 900))]
        rows += [f"{quarter},care,part,North,{north}", f"{quarter},care,part,South,10"]
    write_returns(tmp_path, "\n".join(rows))
    [item] = [item for level in pmf.exception_report(evaluate(tmp_path, "2016-17")).levels for item in level.items]
    assert item.group_only
    assert [(own.was.period, own.groups) for own in item.raised_in] == [("2016-17 Q4", ("North",))]
    assert "Raised in 2016-17 Q4 North, to the lead agency." in page(tmp_path, "2016-17")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("board")


@settings(max_examples=10, deadline=None)
@given(parts=st.lists(st.sampled_from([10, 30, None]), min_size=8, max_size=8))
def test_a_year_and_its_last_quarter_go_to_the_same_level(folder: Path, parts: list[int | None]) -> None:
    board(folder, parts)
    year, quarter = evaluate(folder, "2016-17"), evaluate(folder, "2016-17 Q4")
    for column in ("escalate_to", "rules", "raised", "raised_to", "raised_for", "recovered", "no_signal"):
        assert cell(year, "y", "2016-17", column) == cell(quarter, "y", "2016-17 Q4", column)
