"""`escalate_groups_from`: red and amber groups that rest on few go nowhere, and the report names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pmf_engine as pmf
from pmf_engine.render import terminal
from pmf_engine.report.depth import Depth
from tests.support.boards import evaluate, write_board, write_returns

FIGURES = "\n".join(f"{name}: {{title: X, from: care, kind: flow, frequency: quarterly}}" for name in ("part", "whole"))
HEADER = "period,agency,figure,district,value\n"


def board(
    folder: Path, formula: str, good: str, least: int | None, sent: list[tuple[int, int]], **options: Any
) -> pmf.Evaluation:
    """Districts of which South has 40 of 400 in every quarter, and North as many of as many as `sent` says."""
    indicators = f"y: {{frequency: quarterly, formula: '{formula}', by: [district]}}"
    write_board(folder, FIGURES, indicators, f"y: {{good: {good}}}", "- {when: red, to: board}")
    if least is not None:
        with (folder / "tolerances.yaml").open("a", encoding="utf-8") as file:
            file.write(f"escalate_groups_from: {least}\n")
    lines = [
        f"2016-17 Q{quarter},care,{figure},{district},{value}"
        for quarter, north in enumerate(sent, start=1)
        for district, values in (("North", north), ("South", (40, 400)))
        for figure, value in zip(("part", "whole"), values, strict=True)
    ]
    write_returns(folder, HEADER + "\n".join(lines))
    return evaluate(folder, **options)


def levels(evaluation: pmf.Evaluation, group: str = "North") -> list[str | None]:
    """To whom the group goes, by period."""
    history = evaluation.judged
    return history.filter(history["group"] == group)["escalate_to"].to_list()


@pytest.mark.parametrize(
    ("formula", "good", "north"),
    [
        ("percent(part, whole)", "at most 20", (9, 9)),  # by its denominator
        ("rate(part, whole, 1000)", "at most 200", (9, 40)),  # by its numerator
        ("part", "at most 5", (9, 40)),  # by its value
        ("part + part", "at most 5", (4, 40)),
    ],
)
def test_a_group_below_the_size_is_red_and_goes_nowhere(
    tmp_path: Path, formula: str, good: str, north: tuple[int, int]
) -> None:
    evaluation = board(tmp_path, formula, good, 10, [north])
    history = evaluation.judged
    assert history.filter(history["group"] == "North")["status"].to_list() == ["red"]
    assert levels(evaluation) == [None]
    assert levels(board(tmp_path, formula, good, None, [north])) == ["board"]


@pytest.mark.parametrize(
    ("formula", "good", "north"),
    [
        ("percent(part, whole)", "at most 20", (10, 10)),
        ("rate(part, whole, 1000)", "at most 200", (10, 40)),
        ("part", "at most 5", (10, 40)),
        ("part / whole", "at most 0.2", (4, 4)),  # neither a share with a size nor a count
    ],
)
def test_a_group_of_the_size_goes_where_it_would(
    tmp_path: Path, formula: str, good: str, north: tuple[int, int]
) -> None:
    assert levels(board(tmp_path, formula, good, 10, [north])) == ["board"]


def test_the_whole_is_never_too_small(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "part", "at most 5", 1000, [(9, 40)])
    history = evaluation.judged
    assert history.filter(history["group"].is_null())["escalate_to"].to_list() == ["board"]


def test_what_became_too_small_is_an_exception_still(tmp_path: Path) -> None:
    """30 of 40, then 3 of 4: nothing has recovered. Then 1 of 40, which has."""
    evaluation = board(tmp_path, "percent(part, whole)", "at most 20", 10, [(30, 40), (3, 4), (1, 40), (3, 4)])
    assert levels(evaluation) == ["board", "board", None, None]


def test_the_report_names_small_groups_with_their_counts(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "percent(part, whole)", "at most 20", 10, [(3, 4)], period="2016-17 Q1")
    report = pmf.exception_report(evaluation)
    [breakdown] = report.small_groups
    assert [group.name for group in breakdown.groups] == ["North"]
    text = terminal.render_terminal(report, width=120, color=False, depth=Depth.ALL)
    assert "too small to judge alone (fewer than 10)" in text
    assert "North 75.0% (3 of 4)" in text


def test_a_group_in_a_report_shows_its_counts_beside_a_percentage(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "percent(part, whole)", "at most 20", None, [(3, 4)], period="2016-17 Q1")
    text = terminal.render_terminal(pmf.exception_report(evaluation), width=120, color=False, depth=Depth.ALL)
    assert "North 75.0% (3 of 4)" in text
