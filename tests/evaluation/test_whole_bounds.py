"""A bound without a group's own number is that of the whole, where the value does not add up over groups."""

from __future__ import annotations

from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
    part: {title: X, from: [care, police], kind: flow, frequency: quarterly}
    whole: {title: X, from: [care, police], kind: flow, frequency: quarterly}
    england: {title: X, from: ons, kind: stock, frequency: annual}
    england_part: {title: X, from: ons, kind: flow, frequency: quarterly}
    england_whole: {title: X, from: ons, kind: flow, frequency: quarterly}
"""
HEADER = "period,agency,figure,district,value\n"
SENT = [
    "2016-17 Q2,care,part,North,19", "2016-17 Q2,care,whole,North,100", "2016-17 Q2,care,part,South,10",
    "2016-17 Q2,care,whole,South,40", "2015-16,ons,england,,21", "2016-17 Q2,ons,england_part,,210",
    "2016-17 Q2,ons,england_whole,,1000",
]  # fmt: skip
RATED = ("green", "amber", "red")


def board(
    folder: Path, formula: str, good: str, sent: list[str], by: str = "district", more: str = ""
) -> pmf.Evaluation:
    figures = FIGURES if by == "agency" else FIGURES.replace("[care, police]", "care")
    indicators = f"y: {{frequency: quarterly, formula: '{formula}', by: [{by}]}}\n{more}"
    write_board(folder, figures, indicators, f"y: {{good: {good}}}")
    write_returns(folder, HEADER + "\n".join(sent))
    return evaluate(folder, period="2016-17 Q2")


@pytest.mark.parametrize(
    ("good", "more"),
    [
        ("at most england", ""),
        ("at most 100 * england_part / england_whole", ""),
        ("at most share", "share: {frequency: quarterly, formula: 'percent(england_part, england_whole)'}"),
        ("at most england_share", "england_share: {frequency: quarterly, formula: england}"),
    ],
)
def test_districts_are_rated_by_the_average_of_england(tmp_path: Path, good: str, more: str) -> None:
    """19 % is at most 21 %, and 25 % is not."""
    evaluation = board(tmp_path, "percent(part, whole)", good, SENT, more=more)
    for group, status in ((None, "green"), ("North", "green"), ("South", "red")):
        assert cell(evaluation, "y", "2016-17 Q2", "status", group) == status


def test_a_total_of_all_is_no_bound_for_a_count(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "part", "at most england_part", SENT)
    assert cell(evaluation, "y", "2016-17 Q2", "status") == "green"
    for group in ("North", "South"):
        assert cell(evaluation, "y", "2016-17 Q2", "status", group) not in RATED


def test_a_figure_that_comes_by_district_bounds_each_by_its_own(tmp_path: Path) -> None:
    """South's own average did not come, so that of all is none of its."""
    sent = [*SENT, "2016-17 Q2,ons,england_part,North,18", "2016-17 Q2,ons,england_whole,North,100"]
    evaluation = board(tmp_path, "percent(part, whole)", "at most 100 * england_part / england_whole", sent)
    assert cell(evaluation, "y", "2016-17 Q2", "status", "North") == "red"
    assert cell(evaluation, "y", "2016-17 Q2", "status", "South") not in RATED


@pytest.mark.parametrize("missing", ["2015-16,ons,england,,21", "2016-17 Q2,ons,england_part,,210"])
def test_where_the_average_has_not_come_nothing_is_rated_by_it(tmp_path: Path, missing: str) -> None:
    good = "at most england" if "england," in missing else "at most 100 * england_part / england_whole"
    evaluation = board(tmp_path, "percent(part, whole)", good, [line for line in SENT if line != missing])
    for group in (None, "North", "South"):
        assert cell(evaluation, "y", "2016-17 Q2", "status", group) not in RATED


def test_agencies_are_rated_by_what_another_publishes(tmp_path: Path) -> None:
    sent = [
        "2016-17 Q2,care,part,,19", "2016-17 Q2,care,whole,,100", "2016-17 Q2,police,part,,30",
        "2016-17 Q2,police,whole,,100", "2015-16,ons,england,,21",
    ]  # fmt: skip
    evaluation = board(tmp_path, "percent(part, whole)", "at most england", sent, by="agency")
    assert cell(evaluation, "y", "2016-17 Q2", "status", "care") == "green"
    assert cell(evaluation, "y", "2016-17 Q2", "status", "police") == "red"


def test_an_explanation_of_a_group_shows_the_whole_that_bounds_it(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "percent(part, whole)", "at most england", SENT)
    explained = pmf.explain(evaluation, "y", group="North")
    [source] = [source for source in explained.sources if source.figure == "england"]
    assert (source.value, [each.value for each in source.cells]) == (21.0, [21.0])
