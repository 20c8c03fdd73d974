"""Exceptions: how long they last, what ends them, and that nothing that is missing does."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.judgement.exception_life import LIFE
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.depth import Depth
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = "x: {title: X, from: care, kind: stock, frequency: quarterly, signed: true, whole: false}"
QUARTERS = [f"{year}-{year % 100 + 1} Q{quarter}" for year in range(2012, 2020) for quarter in (1, 2, 3, 4)]
BANDS = "{good: at most 12, tolerance: at most 20}"


def build(folder: Path, values: str, rules: str, tolerance: str = BANDS, **options: Any) -> pmf.Evaluation:
    """An indicator over a series such as `10 15 _ 25`: green, amber, late, red."""
    write_board(folder, FIGURES, "y: {frequency: quarterly, formula: x}", f"y: {tolerance}", rules)
    sent = zip(QUARTERS, values.split(), strict=False)
    write_returns(folder, "\n".join(f"{quarter},care,x,{value}" for quarter, value in sent if value != "_"))
    return evaluate(folder, **options)


def levels(evaluation: pmf.Evaluation) -> str:
    """The level of each period by its first letter: `.bbs`."""
    return "".join(row[0] if row else "." for row in evaluation.results["escalate_to"])


def life(evaluation: pmf.Evaluation, place: int) -> tuple[Any, ...]:
    return tuple(evaluation.judged.row(place, named=True)[name] for name in LIFE.names)


# -- until ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("{when: red, to: board, until: green for 2 periods}", "25 15 10 15 10 10 10", "bbbbb.."),
        ("{when: red, to: board, until: green for 2 periods}", "10 10 25 10 25 10 10", "..bbbb."),
        ("{when: red, to: board, until: green}", "25 15 10 15", "bb.."),
        ("{when: red, to: board, until: value <= 11}", "25 12 11.5 11 12", "bbb.."),
        ("{when: red, to: board, until: improving for 2 periods}", "25 24 23 22", "bbbb"),
        ("{when: red, to: board, until: improving for 2 periods}", "25 18 16 15", "bb.."),
        # While the condition itself holds, what stands after `until` ends nothing.
        ("{when: red, to: board, until: not green}", "25 25 15 10", "bb.."),
        # What held before it was raised does not count towards its end.
        ("{when: change > 1, to: board, until: green for 2 periods}", "10 10 12 12 12", "..bb."),
        # Periods without a value are stepped over, and end nothing, even where they are what is asked for.
        ("{when: red, to: board, until: green for 2 periods}", "25 10 _ _ 10 10", "bbbb.."),
        ("{when: red, to: board, until: late}", "25 _ _ 15 _ 10", "bbbbbb"),
        ("{when: red, to: board, until: not red or late}", "25 _ 15", "bb."),
        ("{when: late, to: board, until: green}", "10 _ _ 15 10", ".bbb."),
    ],
)
def test_a_raised_exception_stays_until_its_end_is_reached(
    tmp_path: Path, rule: str, values: str, expected: str
) -> None:
    assert levels(build(tmp_path, values, f"- {rule}")) == expected


def test_the_rule_that_holds_on_is_told_with_its_end(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "25 15", "- {when: red, to: board, until: 'green  for 2 periods'}")
    assert evaluation.results["rules"].to_list() == [["red until green for 2 periods"]] * 2


def test_of_several_rules_the_highest_level_wins_while_it_lasts(tmp_path: Path) -> None:
    rules = """
    - {when: amber or red, to: lead_agency}
    - {when: red for 2 periods, to: board, until: green}
    """
    assert levels(build(tmp_path, "15 25 25 15 10 15", rules)) == "llbb.l"


# -- life -----------------------------------------------------------------------------------


def test_the_life_of_an_exception_is_told_from_history_alone(tmp_path: Path) -> None:
    rules = "- {when: amber, to: lead_agency}\n- {when: red, to: board}"
    evaluation = build(tmp_path, "10 15 25 _ 25 10 10 30", rules)
    began = ("2012-13 Q2", "lead_agency", "amber", 15.0)
    assert life(evaluation, 0) == (None,) * 6
    assert life(evaluation, 1) == (*began, 1, None)
    assert life(evaluation, 4) == (*began, 4, None)
    assert life(evaluation, 5) == (*began, 4, "2013-14 Q2")
    assert life(evaluation, 6) == (*began, 4, "2013-14 Q2")
    assert life(evaluation, 7) == ("2013-14 Q4", "board", "red", 30.0, 1, None)


def test_an_exception_that_began_without_a_value_has_none(tmp_path: Path) -> None:
    rules = "- {when: red or late, to: board}"
    evaluation = build(tmp_path, "25 10 _ 25", rules)
    assert life(evaluation, 3) == ("2012-13 Q3", "board", "late", None, 2, None)


def test_an_exception_is_not_older_than_its_figures(tmp_path: Path) -> None:
    figures = FIGURES + "\nz: {title: Z, from: care, kind: stock, frequency: quarterly}"
    indicators = "y: {frequency: quarterly, formula: x}\nw: {frequency: quarterly, formula: z}"
    write_board(
        tmp_path, figures, indicators, f"y: {BANDS}", "- {when: no_data, to: lead_agency}\n- {when: red, to: board}"
    )
    write_returns(tmp_path, "2012-13 Q1,care,z,1\n2014-15 Q1,care,x,25\n2014-15 Q1,care,z,1")
    evaluation = evaluate(tmp_path)
    assert cell(evaluation, "y", "2012-13 Q1", "status") == "no_data"
    assert cell(evaluation, "y", "2014-15 Q1", "raised") == "2014-15 Q1"
    assert cell(evaluation, "y", "2014-15 Q1", "raised_for") == 1


# -- missing data -----------------------------------------------------------------------------


WORSENING = "- {when: red, to: board}\n- {when: amber and worsening, to: lead_agency}"
LASTING = "- {when: red, to: board}\n- {when: (amber or red) for 3 periods, to: lead_agency}"


def test_what_nothing_rates_is_not_kept(tmp_path: Path) -> None:
    rules = f"- {{when: late, to: lead_agency}}\n{LASTING}"
    write_board(tmp_path, FIGURES, "y: {frequency: quarterly, formula: x}", "", rules)
    write_returns(tmp_path, "\n".join(f"{QUARTERS[place]},care,x,25" for place in (0, 2, 3, 4)))
    assert levels(evaluate(tmp_path)) == ".l..."


@pytest.mark.parametrize(
    ("rules", "values", "expected"),
    [
        # What was 14 or 16 in the second quarter? Nobody knows, so that the exception of the first one stands.
        (WORSENING, "25 14 15", "b.l"),
        (WORSENING, "25 16 15", "b.."),
        (WORSENING, "25 _ 15", "bbl"),
        (WORSENING, "25 c c 15 _ 15 14", "bbblll."),
        (WORSENING, "25 _ 10", "bb."),
        (WORSENING, "10 _ 15", "..."),  # what may be worse raises nothing
        # A period without a value may have been amber.
        (LASTING, "15 25 15", ".bl"),
        (LASTING, "10 25 15", ".b."),
        (LASTING, "10 _ 25 15", "..bl"),
        (LASTING, "10 _ 25 15 10", "..bl."),
        (LASTING, "10 _ 15 15", "...."),
        # Periods before the first return are no gap, and what was late is over once it has come.
        (LASTING, "x x 25 15", "..b."),
        (LASTING + "\n- {when: late, to: board}", "25 10 _ 15", "b.b."),
        ("- {when: red, to: lead_agency}\n- {when: red for 3 periods, to: board}", "25 _ 25 10", "lll."),
    ],
)
def test_what_may_hold_keeps_an_exception_and_raises_none(
    tmp_path: Path, rules: str, values: str, expected: str
) -> None:
    assert levels(build(tmp_path, values, rules)) == expected


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        # What needs a value is over only in a period with one, whatever else it names.
        ("red and not late", "25 _ _ 10", "bbb."),
        ("red and not late", "10 _ 25 _", "..bb"),
        ("red and value is not missing", "25 x c 10", "bbb."),
        ("not (late or green)", "25 _ c 10", "bbb."),
        ("(red and not late) for 2 periods", "25 _ 25 _ 10", "..bb."),
        ("(red and not late) for 2 periods", "25 10 _ 25", "...."),
        ("(red or late) for 3 periods", "25 _ 25 10", "..b."),
        ("(late for 2 periods) or red for 3 periods", "9 _ c _ 9", "....."),
        ("red and not not_rated", "25 _ 10", "bb."),
        ("value is missing", "25 _ c 10", ".bb."),
        # Good news that cannot be said after a gap neither raises nor ends, and what does without it holds.
        ("red and unchanged", "25 25 x 25 25", ".bbbb"),
        ("red and unchanged", "25 25 x 10", ".bb."),
        ("red and unchanged", "25 x 25", "..."),
        ("(red and unchanged) for 2 periods", "25 25 25 x 25 10", "..bbb."),
        ("red and not unchanged", "25 25 x 25", "b..b"),
        ("unchanged", "25 25 x 10 9", ".bbb."),
        ("red and special_cause_improvement", "25 26", ".."),
        ("red and not special_cause_improvement", "25 _ 26 10", "bbb."),
        # A rule about a status without a value alone is over without one.
        ("late", "25 _ c 10", ".b.."),
        ("late for 2 periods", "25 _ _ c _", "..b.."),
    ],
)
def test_a_rule_is_over_only_where_all_it_needs_can_be_said(
    tmp_path: Path, rule: str, values: str, expected: str
) -> None:
    evaluation = build(tmp_path, values, f"- {{when: {rule}, to: board}}", period=QUARTERS[len(expected) - 1])
    assert "".join(row[0] if row else "." for row in evaluation.judged["escalate_to"]) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("late", ".bbb"),
        ("late for 2 periods", "..bb"),
        ("late for 3 periods", "...."),
        ("late or suppressed", ".bbb"),
        ("red or late", ".bbb"),
        ("not late", "b..."),
        ("no_data", "...."),
        ("not_due", "...b"),
        ("not not_due", "bbb."),
        ("late or not_due", ".bbb"),
        ("late and not not_due", ".bbb"),
        ("not_due and late", "...."),
        ("value is missing for 3 periods", "...b"),
    ],
)
def test_what_is_not_due_neither_counts_nor_ends(tmp_path: Path, rule: str, expected: str) -> None:
    evaluation = build(tmp_path, "10", f"- {{when: {rule}, to: board}}", period="2012-13 Q4", as_of=date(2013, 4, 10))
    assert evaluation.judged["status"].to_list() == ["green", "late", "late", "not_due"]
    assert "".join(row[0] if row else "." for row in evaluation.judged["escalate_to"]) == expected


def test_a_late_exception_does_not_recover_while_the_next_is_not_due(tmp_path: Path) -> None:
    rules = "- {when: late, to: lead_agency}\n- {when: late for 2 periods, to: board}"
    build(tmp_path, "10", rules)
    text = told(tmp_path, "2012-13 Q4", date(2013, 4, 10))
    assert "First raised 2012-13 Q2, late, with the lead agency; an exception for 3 quarters." in text
    assert "2012-13 Q3, due 30 January 2013, 70 days late X (2 quarters running)" in text
    assert "Not due yet: 1 figure." in text


def test_what_nothing_rates_is_not_known_to_be_better(tmp_path: Path) -> None:
    """A band that adds up judges no year: the year has no rating, and goes where its last quarter goes."""
    figures = FIGURES + "\nr: {title: R, from: care, kind: flow, frequency: quarterly}"
    tolerance = "y: [{good: at most 20}, {from: 2013-14, good: at most r}]"
    rules = "- {when: red, to: board}\n- {when: amber or not_rated, to: lead_agency}\n- {when: not green, to: board}"
    write_board(tmp_path, figures, "y: {frequency: quarterly, formula: x}", tolerance, rules)
    write_returns(tmp_path, "\n".join(f"{quarter},care,{name},30" for quarter in QUARTERS[:8] for name in "xr"))
    evaluation = evaluate(tmp_path, "2013-14")
    assert evaluation.judged["status"].to_list() == ["red", "not_rated"]
    assert evaluation.judged["rules"].to_list() == [["red", "not green"], []]
    assert evaluation.judged["recovered"].to_list() == [None, "2013-14 Q1"]


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("change > 0", "0.3+0 0.1+0.2 0.3+0", "..."),
        ("change < 0", "0.3+0 0.1+0.2 0.3+0", "..."),
        ("abs(change) > 0", "0.3+0 0.1+0.2 0.3+0", "..."),
        ("change >= 0.1", "100000000.0+0 100000000.1+0", ".b"),
        ("change > 0.1", "100000000.0+0 100000000.1+0", ".."),
        ("change < 0.10001", "100000000.0+0 100000000.1+0", ".b"),
        ("change >= 1", "123456789012344+0 123456789012345+0 123456789012345+0", ".b."),
        ("change = 0", "0+0 0+0", ".b"),
        ("change > 0", "0+0 0.000000001+0", ".b"),
        ("change <= -0.1", "0.3+0 0.1+0.1", ".b"),
    ],
)
def test_a_change_is_that_of_the_numbers_as_sent(tmp_path: Path, rule: str, values: str, expected: str) -> None:
    figures = FIGURES + "\n" + FIGURES.replace("x:", "b:")
    rules = f"- {{when: {rule}, to: board}}"
    write_board(tmp_path, figures, "y: {frequency: quarterly, formula: x + b}", f"y: {BANDS}", rules)
    sent = [
        f"{quarter},care,{name},{value}"
        for quarter, both in zip(QUARTERS, values.split(), strict=False)
        for name, value in zip("xb", both.split("+"), strict=True)
    ]
    write_returns(tmp_path, "\n".join(sent))
    assert levels(evaluate(tmp_path)) == expected


RULES = """
- {when: red, to: sub_committee}
- {when: red for 2 periods, to: board}
- {when: amber and worsening, to: lead_agency}
- {when: not green and not (improving or unchanged), to: lead_agency}
- {when: change > 4, to: lead_agency}
- {when: value > 18 or worsening, to: lead_agency}
- {when: special_cause_concern, to: sub_committee}
- {when: (amber or red) for 3 periods, to: board}
- {when: red and not late, to: board}
- {when: red and value is not missing, to: board}
- {when: red and unchanged, to: sub_committee}
- {when: (red or late) for 2 periods, to: board}
- {when: (amber and not suppressed) for 2 periods, to: lead_agency}
"""
UNTIL = """
- {when: red, to: board, until: green for 2 periods}
- {when: worsening for 2 periods, to: board, until: improving}
- {when: change > 4, to: board, until: value < 10}
- {when: special_cause_concern, to: board, until: green for 3 periods}
- {when: amber, to: board, until: not amber}
- {when: amber, to: board, until: late or no_data}
"""
NUMBERS = ["9", "10", "11", "12", "13", "16", "17", "21", "26", "40"]
values = st.sampled_from([*NUMBERS * 4, "_", "_", "c", "x"])


def several(series: list[list[str]], rules: str) -> list[list[dict[str, Any]]]:
    """The rows of several series, each a ward of one indicator, in one evaluation."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        indicator = "y: {frequency: quarterly, formula: x, by: [ward]}"
        write_board(folder, FIGURES, indicator, f"y: {BANDS}", rules)
        rows = [
            f"{quarter},care,x,{value},w{ward:03}"
            for ward, one in enumerate(series)
            for quarter, value in zip(QUARTERS, one, strict=False)
            if value != "_"
        ]
        # A ward of its own, so that the window is the same whatever is missing elsewhere.
        rows += [f"{quarter},care,x,1,other" for quarter in QUARTERS]
        write_returns(folder, "period,agency,figure,value,ward\n" + "\n".join(rows))
        found: dict[str, list[dict[str, Any]]] = {}
        for row in evaluate(folder).judged.filter(by="ward").rows(named=True):
            found.setdefault(row["group"], []).append(row)
        return [found[f"w{ward:03}"] for ward, one in enumerate(series) if any(value != "_" for value in one)]


@settings(max_examples=15)
@given(st.lists(st.lists(values, min_size=1, max_size=32), min_size=1, max_size=40), st.sampled_from([RULES, UNTIL]))
def test_missing_data_never_removes_an_exception(series: list[list[str]], rules: str) -> None:
    for rows in several(series, rules):
        for before, now in itertools.pairwise(rows):
            if now["value"] is None:
                assert {*before["rules"]} <= {*now["rules"]}, (before["period"], now["period"])
                assert before["level"] <= now["level"]


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.lists(values, min_size=1, max_size=25), st.sampled_from(["10", "16", "26"]), st.integers(1, 4)),
        min_size=1,
        max_size=40,
    )
)
def test_nor_does_it_a_period_later(made: list[tuple[list[str], str, int]]) -> None:
    series = [[*before, value, *["_"] * missing, value] for before, value, missing in made]
    for (before, _, missing), rows in zip(made, several(series, RULES), strict=True):
        then, now = rows[len(before)], rows[len(before) + 1 + missing]
        assert then["value"] == now["value"]
        assert {*then["rules"]} <= {*now["rules"]}


@settings(max_examples=10)
@given(st.lists(st.lists(values, min_size=1, max_size=32), min_size=1, max_size=40))
def test_an_end_of_its_own_never_makes_an_exception_shorter(series: list[list[str]]) -> None:
    at_once = "\n".join(f"{line.split(', until')[0]}}}" for line in UNTIL.strip().splitlines())
    assert "until" not in at_once
    sent = [one for one in series if any(value != "_" for value in one)]
    for values_, lasting, rows in zip(sent, several(series, UNTIL), several(series, at_once), strict=True):
        for row, bare in zip(lasting, rows, strict=True):
            rules = {rule.partition(" until ")[0] for rule in row["rules"]}
            # After a gap a rule that may hold is kept only where no rule is left that does hold.
            assert {*bare["rules"]} <= rules or (rules and not all(value.isdigit() for value in values_))


# -- by agency ---------------------------------------------------------------------------------


def test_each_agency_is_an_exception_of_its_own(tmp_path: Path) -> None:
    figures = "x: {title: X, from: [care, police], kind: flow, frequency: quarterly}"
    indicator = "y: {frequency: quarterly, formula: x, by: [agency]}"
    rules = """
    - {when: red, to: sub_committee}
    - {when: red for 2 periods, to: board, until: green}
    - {when: late, to: lead_agency}
    """
    write_board(tmp_path, figures, indicator, "y: {good: at most 12, tolerance: at most 20}", rules)
    sent = {"care": "1 1 1 1", "police": "25 25 15 _"}
    write_returns(
        tmp_path,
        "\n".join(
            f"{quarter},{agency},x,{value}"
            for agency, series in sent.items()
            for quarter, value in zip(QUARTERS, series.split(), strict=False)
            if value != "_"
        ),
    )
    evaluation = evaluate(tmp_path)
    found = {
        group: [cell(evaluation, "y", quarter, "escalate_to", group) for quarter in QUARTERS[:4]]
        for group in ("care", "police")
    }
    assert found == {"care": [None] * 4, "police": ["sub_committee", "board", "board", "board"]}
    assert cell(evaluation, "y", "2012-13 Q4", "raised", "police") == "2012-13 Q1"
    assert cell(evaluation, "y", "2012-13 Q4", "raised_for", "police") == 4


# -- in the report ------------------------------------------------------------------------------


def reported(folder: Path, values: str, rules: str, tolerance: str = BANDS) -> str:
    """The report on the last quarter of a series."""
    build(folder, values, rules, tolerance)
    return told(folder, QUARTERS[len(values.split()) - 1])


def told(folder: Path, period: str, as_of: date = date(2030, 1, 1)) -> str:
    """The report on a quarter in one line."""
    evaluation = evaluate(folder, period, as_of)
    return " ".join(render_terminal(pmf.exception_report(evaluation), width=120, color=False, depth=Depth.ALL).split())


def test_the_report_tells_since_when_it_is_an_exception(tmp_path: Path) -> None:
    rules = "- {when: amber, to: lead_agency}\n- {when: red, to: board, until: green for 2 periods}"
    text = reported(tmp_path, "10 15 25 _ 10", rules)
    assert "● GREEN A title" in text
    assert "Red, until green two quarters running." in text
    assert "First raised 2012-13 Q2, amber 15, with the lead agency; an exception for 4 quarters." in text
    assert "New this quarter." in reported(tmp_path, "10 10 25", rules)


def test_the_report_tells_what_is_over(tmp_path: Path) -> None:
    text = reported(tmp_path, "10 15 25 25 10", "- {when: red, to: board}")
    assert "Back to good 1 indicator" in text
    assert "was red 25 in 2012-13 Q4; an exception from 2012-13 Q3 until 2013-14 Q1" in text


def test_the_report_tells_what_a_chart_signals(tmp_path: Path) -> None:
    signal = "ontrol chart: higher than chance explains, so worse than it used to be"
    text = reported(tmp_path, "9 11 " * 6 + "30", "- {when: special_cause_concern, to: board}", "{good: at most 40}")
    assert "Worse than chance explains. New this quarter." in text
    assert signal in text
    assert "Control charts: 1 with a signal, 0 without." in text
    text = reported(tmp_path, "9 11 " * 6 + "30", "", "{good: at most 20}")
    assert "not escalated" in text
    assert signal in text
    text = reported(tmp_path, "9 11 10 _ 9", "")
    assert "Control charts: 0 with a signal, 0 without; no chart for 1 with a gap in the last 12." in text


def test_the_report_tells_what_was_allowed_for_chance(tmp_path: Path) -> None:
    figures = FIGURES + "\nz: {title: Z, from: care, kind: flow, frequency: quarterly}"
    tolerance = "y: {good: at most 20, allow_for_chance: true}"
    indicator = "y: {frequency: quarterly, formula: 'percent(x, z)'}"
    write_board(tmp_path, figures, indicator, tolerance, "- {when: amber, to: board}")
    write_returns(tmp_path, "2012-13 Q1,care,x,3\n2012-13 Q1,care,z,10")
    report = pmf.exception_report(evaluate(tmp_path, "2012-13 Q1"))
    text = " ".join(render_terminal(report, width=120, color=False, depth=Depth.ALL).split())
    assert "Good is 20% or less. Allowing for chance, 10.8% to 60.3%" in text
