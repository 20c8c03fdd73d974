"""Section 11 self-assessments: each standard graded by each agency, the worst told of the whole, and who is silent."""

from datetime import date
from pathlib import Path

import pmf_engine as pmf
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.depth import Depth
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

FIGURES = """
training: {title: Training, from: [care, police, ons], kind: grade, scale: audit, frequency: annual}
"""
TOLERANCE = "y: {good: at least met, tolerance: at least partly met}"
RULES = """
- {when: red, to: sub_committee}
- {when: amber for 2 periods, to: board, until: green}
- {when: late, to: lead_agency}
"""


def board(folder: Path, sent: str, missing: str = "any") -> None:
    indicator = f"y: {{frequency: annual, formula: training, by: [agency], missing: {missing}}}"
    write_board(folder, FIGURES, indicator, TOLERANCE, RULES, head=HEAD)
    write_returns(folder, sent)


def test_each_agency_is_rated_and_the_whole_is_the_worst(tmp_path: Path) -> None:
    board(
        tmp_path,
        """
        2015-16,care,training,met
        2015-16,police,training,partly met
        2015-16,ons,training,exceeded
        """,
    )
    evaluation = evaluate(tmp_path)
    found = {group: cell(evaluation, "y", "2015-16", "status", group) for group in (None, "care", "police", "ons")}
    assert found == {None: "amber", "care": "green", "police": "amber", "ons": "green"}
    assert cell(evaluation, "y", "2015-16", "value") == 2


def test_who_has_not_returned_is_told_and_the_whole_is_not_rated_without_it(tmp_path: Path) -> None:
    board(tmp_path, "2015-16,care,training,met\n2015-16,police,training,met")
    evaluation = evaluate(tmp_path, "2015-16")
    assert cell(evaluation, "y", "2015-16", "status") == "late"
    assert cell(evaluation, "y", "2015-16", "reason") == "`training` has not come from Statistics Office"
    assert cell(evaluation, "y", "2015-16", "status", "ons") == "late"
    assert cell(evaluation, "y", "2015-16", "escalate_to", "ons") == "lead_agency"
    text = render_terminal(pmf.exception_report(evaluation), width=100, color=False, depth=Depth.DETAIL)
    assert "Agency, 1 of 3: late Statistics Office." in text


def test_the_worst_of_those_that_came_says_whom_it_is_without(tmp_path: Path) -> None:
    board(tmp_path, "2015-16,care,training,met\n2015-16,police,training,not met", missing="all")
    evaluation = evaluate(tmp_path, "2015-16")
    assert cell(evaluation, "y", "2015-16", "status") == "red"
    assert cell(evaluation, "y", "2015-16", "reason") == (
        "worked out without what lacks: `training` has not come from Statistics Office"
    )


def test_an_agency_goes_up_by_its_own_history(tmp_path: Path) -> None:
    rows = [
        f"{year},{agency},training,{grade}"
        for agency, grades in {
            "care": ("met", "met", "met", "met"),
            "police": ("partly met", "partly met", "not met", "met"),
            "ons": ("partly met", "met", "met", "met"),
        }.items()
        for year, grade in zip(("2013-14", "2014-15", "2015-16", "2016-17"), grades, strict=True)
    ]
    board(tmp_path, "\n".join(rows))
    evaluation = evaluate(tmp_path, as_of=date(2017, 6, 1))
    years = ("2013-14", "2014-15", "2015-16", "2016-17")
    assert [cell(evaluation, "y", year, "escalate_to", "police") for year in years] == [None, "board", "board", None]
    assert [cell(evaluation, "y", year, "escalate_to", "ons") for year in years] == [None] * 4
    assert cell(evaluation, "y", "2016-17", "recovered", "police") == "2016-17"
    assert cell(evaluation, "y", "2016-17", "raised_for", "police") == 2
