"""What the report tells of chance, of lives of exceptions and of travel, on small boards from returns to the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.depth import Depth
from tests.support.boards import evaluate, write_board, write_returns

QUARTERS = [f"{year}-{year % 100 + 1} Q{quarter}" for year in range(2015, 2018) for quarter in (1, 2, 3, 4)]
FIGURES = """
x: {title: X, from: care, kind: stock, frequency: quarterly, whole: false}
england: {title: England, from: ons, kind: stock, frequency: quarterly, whole: false}
p: {title: P, from: care, kind: flow, frequency: quarterly}
w: {title: W, from: care, kind: flow, frequency: quarterly}
"""
STOCK = "y: {frequency: quarterly, formula: x}"
SHARE = "y: {frequency: quarterly, formula: 'percent(p, w)'}"
BY_DISTRICT = "y: {frequency: quarterly, formula: 'percent(p, w)', by: [district]}"


def told(
    folder: Path, values: str, tolerance: str, rules: str, indicator: str = STOCK, more: str = "", width: int = 120
) -> str:
    """The page on the last period of a series of `x` (`_` where nothing came), or of `p/w`; on one line."""
    write_board(folder, FIGURES, indicator, f"y: {tolerance}", rules)
    rows: list[str] = []
    for quarter, value in zip(QUARTERS, values.split(), strict=False):
        part, _, whole = value.partition("/")
        sent = [("p", part), ("w", whole)] if whole else [("x", part)]
        rows += [f"{quarter},care,{figure},{number}" for figure, number in sent if number != "_"]
    write_returns(folder, "\n".join([*rows, more]))
    return page(folder, QUARTERS[len(values.split()) - 1], width)


def page(folder: Path, period: str, width: int = 120) -> str:
    report = pmf.exception_report(evaluate(folder, period))
    return " ".join(render_terminal(report, width=width, color=False, depth=Depth.ALL).split())


def districts(folder: Path, tolerance: str, rules: str, series: dict[str, Sequence[tuple[int, int]]]) -> None:
    write_board(folder, FIGURES, BY_DISTRICT, f"y: {tolerance}", rules)
    rows = ["period,agency,figure,value,district"]
    for district, shares in series.items():
        for quarter, (part, whole) in zip(QUARTERS, shares, strict=False):
            rows += [f"{quarter},care,p,{part},{district}", f"{quarter},care,w,{whole},{district}"]
    write_returns(folder, "\n".join(rows))


RED_TO_BOARD = "- {when: red, to: board}"

# -- what is shown stands where it is ------------------------------------------------------------


def test_a_known_end_is_watched_though_another_lacks(tmp_path: Path) -> None:
    text = told(tmp_path, "69.96", "{good: at least 70 and at least previous}", RED_TO_BOARD)
    assert "Now 69.96. Good is at least 70 and at least the period before." in text


@pytest.mark.parametrize(
    ("of", "england", "shown"),
    [("24.06", "24.04", "24.04"), ("24.06", "23.96", "24.0"), ("24.06", "30.04", "30.04"), ("24.06", "29.94", "29.9")],
)
def test_comparators_stand_in_their_own_bands(tmp_path: Path, of: str, england: str, shown: str) -> None:
    indicator = "y: {frequency: quarterly, formula: x, compare: [england]}"
    tolerance = "{good: at most 24, tolerance: at most 30}"
    text = told(tmp_path, of, tolerance, "- {when: amber, to: board}", indicator, f"2015-16 Q1,ons,england,{england}")
    assert f"England: {shown}." in text


# -- chance ------------------------------------------------------------------------------------------

CHANCE = "{good: at most 20, tolerance: at most 24, allow_for_chance: true}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        # By Wilson's formula: 24.0068 to 38.1518, 21.849 to 43.7874 and 18.4488 to 26.5791.
        ("49/160", "Allowing for chance, 24.01% to 38.2%: red all the same."),
        ("21/66", "Allowing for chance, 21.8% to 43.8%: amber, not red."),
        ("89/400", "Allowing for chance, 18.4% to 26.6%."),
    ],
)
def test_what_chance_decided_is_told_with_the_interval(tmp_path: Path, value: str, said: str) -> None:
    assert said in told(tmp_path, value, CHANCE, "- {when: amber or red, to: board}", SHARE)


def test_the_watch_list_tells_of_chance_where_it_decided(tmp_path: Path) -> None:
    text = told(tmp_path, "21/66", CHANCE, RED_TO_BOARD, SHARE)
    assert "31.8%; good is 20% or less; allowing for chance, 21.8% to 43.8%: amber, not red" in text
    assert "allowing for chance" not in told(tmp_path, "89/400", CHANCE, RED_TO_BOARD, SHARE)


def test_groups_tell_of_chance_where_it_decided(tmp_path: Path) -> None:
    districts(tmp_path, CHANCE, RED_TO_BOARD, {"North": [(21, 66)], "South": [(490, 1000)]})
    text = page(tmp_path, "2015-16 Q1")
    assert "red South 49.0% (490 of 1,000; allowing for chance, 45.9% to 52.1%)" in text
    assert "amber North 31.8% (21 of 66; allowing for chance, 21.8% to 43.8%)" in text


# -- the lives of exceptions ---------------------------------------------------------------------------

LATCHED = "- {when: red, to: board, until: green for 2 periods}"


@pytest.mark.parametrize(("values", "until"), [("30 10 10", "2015-16 Q3"), ("30 10 _ 10", "2015-16 Q4")])
def test_the_end_of_an_exception_is_told_in_the_period_it_ends_in(tmp_path: Path, values: str, until: str) -> None:
    text = told(tmp_path, values, "{good: at most 20}", LATCHED)
    assert "Back to good 1 indicator" in text
    assert f"10; was red 30 in 2015-16 Q1; an exception from 2015-16 Q1 until {until}" in text
    assert "Back to good 1" not in told(tmp_path, f"{values} 10", "{good: at most 20}", LATCHED)


def test_an_exception_that_is_over_though_not_green_is_told(tmp_path: Path) -> None:
    text = told(tmp_path, "30 22", "{good: at most 20, tolerance: at most 25}", RED_TO_BOARD)
    assert "No longer escalated, though not good 1 indicator" in text
    assert "◆ AMBER A title 22; was red 30 in 2015-16 Q1; an exception from 2015-16 Q1 until 2015-16 Q2" in text
    assert "Back to good 1" not in text


def test_what_was_only_late_is_no_longer_an_exception_when_it_comes(tmp_path: Path) -> None:
    text = told(tmp_path, "10 _ 10", "{good: at most 20}", "- {when: late, to: board}")
    assert "● GREEN A title 10; was late in 2015-16 Q2; an exception from 2015-16 Q2 until 2015-16 Q3" in text
    assert "Back to good 1" not in text


def test_the_lives_of_groups_are_told(tmp_path: Path) -> None:
    north, south = [(5, 10), (1, 10), (1, 10), (1, 10)], [(1, 90)] * 4
    districts(tmp_path, "{good: at most 12}", LATCHED, {"North": north, "South": south})
    assert "District, 1 of 2: red North 50.0%" in page(tmp_path, "2015-16 Q1")
    assert "District, 1 of 2: green North 10.0% (1 of 10; raised 2015-16 Q1, red 50.0%)" in page(tmp_path, "2015-16 Q2")
    over = page(tmp_path, "2015-16 Q3")
    assert "Groups no longer escalated 1 group" in over
    assert "District, 1 of 2: green North 10.0% (1 of 10; raised 2015-16 Q1, red 50.0%)" in over
    assert "District, 1 of 2" not in page(tmp_path, "2015-16 Q4")


def test_the_whole_recovers_though_a_group_still_goes_up(tmp_path: Path) -> None:
    north, south = [(50, 100), (1, 100)], [(9, 10), (9, 10)]
    districts(tmp_path, "{good: at most 12}", RED_TO_BOARD, {"North": north, "South": south})
    text = page(tmp_path, "2015-16 Q2")
    assert "in 1 of 2 districts; the whole is green at 9.1%" in text
    assert "9.1%; was red 53.6% in 2015-16 Q1; an exception from 2015-16 Q1 until 2015-16 Q2" in text


def test_a_tolerance_that_moved_is_no_recovery_of_the_value(tmp_path: Path) -> None:
    moved = "[{good: at most 20}, {from: 2015-16 Q2, good: at most 35, tolerance: at most 40}]"
    text = told(tmp_path, "30 30", moved, RED_TO_BOARD)
    assert "the tolerance has changed since, from 20 or less to 35 or less (tolerance: 40 or less)" in text
    text = told(tmp_path, "50 50", moved, RED_TO_BOARD)
    assert (
        "red 50, with the Board; an exception for 2 quarters; "
        "the tolerance has changed since, from 20 or less to 35 or less" in text
    )
    same = "[{good: at most 20, reference: A}, {from: 2015-16 Q2, good: at most 20, reference: B}]"
    assert "has changed" not in told(tmp_path, "30 10", same, RED_TO_BOARD)


# -- travel ----------------------------------------------------------------------------------------------


def test_what_is_unchanged_is_not_shown_with_two_numbers(tmp_path: Path) -> None:
    text = told(tmp_path, "20.004 20.04", "{good: at most 20}", RED_TO_BOARD)
    assert "Now 20.04. Good is 20 or less. Trend No change since last quarter. Red for 2 quarters" in text
    # Where near is good, all inside the band is alike, and how far it went is worth telling.
    close = told(tmp_path, "21 25", "{good: between 20 and 30}", "- {when: green, to: board}")
    assert "Neither better nor worse than last quarter (21)." in close


def test_the_direction_since_the_year_before_is_told(tmp_path: Path) -> None:
    text = told(tmp_path, "30 30 30 40 35", "{good: at most 20}", RED_TO_BOARD)
    assert "Better than last quarter (40), worse than a year ago (30)." in text
    assert "year ago" not in told(tmp_path, "30 40 35", "{good: at most 20}", RED_TO_BOARD)


def test_the_watch_list_tells_of_the_year_before_where_it_went_the_other_way(tmp_path: Path) -> None:
    rules = "- {when: late, to: board}"
    text = told(tmp_path, "30 30 30 40 35", "{good: at most 20}", rules)
    assert "35; better than last quarter (40), worse than a year ago (30); good is 20 or less" in text
