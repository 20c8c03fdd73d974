"""Breaks: values before and after do not compare, and nothing looks across."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.depth import Depth
from tests.support.boards import evaluate, write_board, write_returns

Q = "frequency: quarterly"
BREAK = "breaks: [{at: 2016-17 Q3, because: a new form}]"
QUARTERS = [f"{year} Q{quarter}" for year in ("2015-16", "2016-17", "2017-18") for quarter in (1, 2, 3, 4)]
SENT = "\n".join(
    f"{quarter},care,a,{value}\n{quarter},care,b,{value}" for value, quarter in enumerate(QUARTERS, start=1)
)


def values(folder: Path, indicator: str, figure: str = "", column: str = "value", tolerances: str = "") -> list[object]:
    """A column of the rows of an indicator, quarter by quarter; `a` is 1 in 2015-16 Q1, 2 in Q2, and so on."""
    figures = f"a: {{title: A, from: care, kind: flow, {Q}{figure}}}\nb: {{title: B, from: care, kind: flow, {Q}}}"
    write_board(folder, figures, f"y: {{{indicator}}}", tolerances)
    write_returns(folder, SENT)
    return evaluate(folder, as_of=date(2018, 5, 30)).results.filter(indicator="y")[column].to_list()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ("previous(a)", [None, 1, 2, 3, 4, 5, None, 7, 8, 9, 10, 11]),
        ("year_ago(a)", [None] * 4 + [1, 2, None, None, None, None, 7, 8]),
        ("year_to_date(a)", [1, 3, 6, 10, 5, 11, None, None, 9, 19, 30, 42]),
        ("rolling_year(a)", [None, None, None, 10, 14, 18, None, None, None, 34, 38, 42]),
        ("rolling_months(a, 6)", [None, 3, 5, 7, 9, 11, None, 15, 17, 19, 21, 23]),
        ("previous(a + b)", [None, 2, 4, 6, 8, 10, None, 14, 16, 18, 20, 22]),
        ("previous(previous(a))", [None, None, 1, 2, 3, 4, None, None, 7, 8, 9, 10]),
        ("previous(b) + a * 0", [None, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),  # b has no break
    ],
)
def test_formulas_do_not_look_across_a_break_of_a_figure(
    tmp_path: Path, formula: str, expected: list[int | None]
) -> None:
    assert values(tmp_path, f"{Q}, formula: '{formula}'", f", {BREAK}") == expected


def test_formulas_do_not_look_across_a_break_of_their_indicator(tmp_path: Path) -> None:
    expected = [None, 1, 2, 3, 4, 5, None, 7, 8, 9, 10, 11]
    assert values(tmp_path, f"{Q}, formula: previous(a), {BREAK}") == expected
    assert values(tmp_path, f"{Q}, formula: previous(a)}}\nx: {{{Q}, formula: previous(a), {BREAK}")[6] == 6
    both = f"{Q}, formula: previous(x)}}\nx: {{{Q}, formula: a, {BREAK}"
    assert values(tmp_path, both) == expected


def test_a_break_says_why_there_is_no_value(tmp_path: Path) -> None:
    reasons = values(tmp_path, f"{Q}, formula: previous(a)", f", {BREAK}", column="reason")
    assert reasons[0] == "there is no earlier period to look at"
    assert reasons[6] == "there is no earlier period to look at since the last break"


@pytest.mark.parametrize(("figure", "indicator"), [(f", {BREAK}", ""), ("", f", {BREAK}")])
def test_directions_and_bands_do_not_look_across(tmp_path: Path, figure: str, indicator: str) -> None:
    for band in ("at most 100", "at most 2 * previous"):
        tolerances = f"y: {{good: {band}}}"
        directions = values(tmp_path, f"{Q}, formula: a{indicator}", figure, "direction", tolerances)
        assert [direction is None for direction in directions] == [place in (0, 6) for place in range(12)]
    statuses = values(tmp_path, f"{Q}, formula: a{indicator}", figure, "status", "y: {good: at most 2 * previous}")
    assert statuses[5:8] == ["green", "no_data", "green"]


def test_a_year_with_a_break_inside_has_no_sum(tmp_path: Path) -> None:
    assert values(tmp_path, "frequency: annual, formula: a", f", {BREAK}") == [10, None, 42]
    assert (
        values(tmp_path, "frequency: annual, formula: a", f", {BREAK}", "reason")[1] == "a break lies inside the period"
    )
    assert values(tmp_path, "frequency: annual, formula: b", f", {BREAK}") == [10, 26, 42]
    at_start = BREAK.replace("Q3", "Q1")
    assert values(tmp_path, "frequency: annual, formula: a", f", {at_start}") == [10, 26, 42]
    evaluation = evaluate(tmp_path, "2016-17")
    assert evaluation.results["value"].to_list() == [26]


@pytest.mark.parametrize(("figure", "indicator"), [(f", {BREAK}", ""), ("", f", {BREAK}")])
def test_the_report_tells_of_a_break_for_a_year(tmp_path: Path, figure: str, indicator: str) -> None:
    marks = values(tmp_path, f"{Q}, formula: a{indicator}", figure, "marks")
    text = "values before and from 2016-17 Q3 on do not compare: a new form"
    assert marks == [[]] * 6 + [[{"kind": "break", "text": text}]] * 4 + [[]] * 2
    evaluation = evaluate(tmp_path, "2016-17 Q3", as_of=date(2017, 2, 10))
    report = render_terminal(pmf.exception_report(evaluation), width=100, color=False, depth=Depth.ALL)
    assert "(6)" not in report


def test_a_control_chart_begins_anew_at_a_break(tmp_path: Path) -> None:
    assert values(tmp_path, f"{Q}, formula: a", f", {BREAK}") is not None
    history = evaluate(tmp_path, as_of=date(2018, 5, 30)).judged.filter(indicator="y")
    assert history["points"].to_list() == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]
    assert history["rebased"].to_list()[5:7] == [None, "2016-17 Q3"]


def test_a_break_ends_no_exception_and_no_run(tmp_path: Path) -> None:
    figures = f"a: {{title: A, from: care, kind: flow, {Q}, {BREAK}}}"
    rules = "- {when: red for 8 periods, to: board}\n- {when: amber, to: lead_agency, until: improving}"
    write_board(tmp_path, figures, f"y: {{{Q}, formula: a}}", "y: {good: below 1}", rules)
    write_returns(tmp_path, SENT.replace("care,b", "care,a"))
    history = evaluate(tmp_path, as_of=date(2018, 5, 30)).judged
    assert history["run"].to_list() == list(range(1, 13))
    assert history["escalate_to"].to_list() == [None] * 7 + ["board"] * 5


def test_counts_of_a_list_do_not_reach_across_its_breaks(tmp_path: Path) -> None:
    lists = f"""
lists:
  visits: {{title: V, from: care, date: on, {BREAK}, columns: {{on: date, id: text}}}}
"""
    figures = f"a: {{title: A, from: care, kind: flow, {Q}}}"
    indicators = f"y: {{{Q}, formula: previous(count(visits))}}\nz: {{frequency: annual, formula: count(visits)}}"
    write_board(tmp_path, figures, indicators)
    path = tmp_path / "indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8") + lists, encoding="utf-8")
    write_returns(tmp_path, "2016-17 Q1,care,a,1")
    days = ["2016-04-01", "2016-07-01", "2016-10-01", "2017-01-01", "2017-03-31"]
    rows = "".join(f"{day},{number}\n" for number, day in enumerate(days))
    (tmp_path / "returns" / "visits_2016-17.csv").write_text("on,id\n" + rows, encoding="utf-8")
    results = evaluate(tmp_path, as_of=date(2017, 5, 30)).results
    assert results.filter(indicator="y")["value"].to_list() == [None, 1, None, 1]
    assert results.filter(indicator="z")["value"].to_list() == [None]
