"""Explanations: where every number came from, what the chart says, when it was raised and what would clear it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmf_engine.explanation import Explanation, explain
from pmf_engine.render.explanation import to_json, to_text
from tests.boards import evaluate, write_board, write_returns

FIGURES = """
part: {title: Part, from: care, kind: flow, frequency: monthly}
whole: {title: Whole, from: care, kind: flow, frequency: monthly}
england: {title: England, from: ons, kind: stock, frequency: monthly}
"""
INDICATORS = """
y: {frequency: monthly, formula: 'percent(part, whole)'}
rest: {frequency: monthly, formula: 'whole - part'}
"""
RULES = """
- {when: red, to: sub_committee}
- {when: special_cause_concern, to: board, until: green for 3 periods}
- {when: late, to: lead_agency}
"""
MONTHS = [f"{2014 + month // 12}-{month % 12 + 1:02}" for month in range(3, 40)]


def explained(
    folder: Path, values: str, tolerance: str, period: str, rules: str = RULES, wholes: int = 100
) -> Explanation:
    write_board(folder, FIGURES, INDICATORS, f"y: {tolerance}", rules)
    rows = []
    for month, value in zip(MONTHS, values.split(), strict=False):
        if value != "_":
            rows += [f"{month},care,part,{value}", f"{month},care,whole,{wholes}", f"{month},ons,england,11"]
    write_returns(folder, "\n".join(rows))
    return explain(evaluate(folder, period), "y")


def sources(one: Explanation) -> list[tuple[str, str, float | None, tuple[str, ...]]]:
    return [(source.figure, source.period, source.value, source.used_by) for source in one.sources]


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [
        ("{good: at most 20}", []),
        ("{target: 20, good: at most target}", []),
        ("{good: at most england}", [("england", "2014-06", 11.0, ("good",))]),
        (
            "{good: at most previous, tolerance: at most 2 * previous}",
            [
                ("part", "2014-05", 12.0, ("good", "tolerance")),
                ("whole", "2014-05", 100.0, ("good", "tolerance")),
            ],
        ),
        (
            "{good: at most england, tolerance: at most rest}",
            [
                ("england", "2014-06", 11.0, ("good",)),
                ("part", "2014-06", 13.0, ("formula", "tolerance")),
                ("whole", "2014-06", 100.0, ("formula", "tolerance")),
            ],
        ),
        (
            "{good: at most 20, tolerance: at most previous(england) + year_ago}",
            [("england", "2014-05", 11.0, ("tolerance",))],
        ),
    ],
)
def test_what_a_band_names_is_traced_to_its_cells(
    tmp_path: Path, tolerance: str, expected: list[tuple[str, str, float | None, tuple[str, ...]]]
) -> None:
    one = explained(tmp_path, "10 12 13", tolerance, "2014-06")
    assert all(len(source.cells) == 1 for source in one.sources)
    own = [("part", "2014-06", 13.0, ("formula",)), ("whole", "2014-06", 100.0, ("formula",))]
    found = {source[:2]: source for source in sources(one)}
    wanted = {source[:2]: source for source in [*own, *expected]}
    assert found == wanted


def test_what_it_is_compared_with_is_traced(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, "y: {frequency: monthly, formula: whole - part, compare: england}")
    write_returns(tmp_path, "2014-04,care,part,1\n2014-04,care,whole,3\n2014-04,ons,england,4")
    one = explain(evaluate(tmp_path, "2014-04"), "y")
    assert sources(one)[-1] == ("england", "2014-04", 4.0, ("comparison",))
    assert "england, 2014-04 = 4, for comparison" in to_text(one)


def test_a_year_ago_is_traced_too(tmp_path: Path) -> None:
    one = explained(tmp_path, "10 11 " * 6 + "12", "{good: at most year_ago}", "2015-04")
    assert ("part", "2014-04", 10.0, ("good",)) in sources(one)
    assert one.sources[2].cells[0].period == "2014-04"
    assert "part, 2014-04 = 10, for good" in to_text(one)


def test_the_interval_says_why_chance_may_explain_it(tmp_path: Path) -> None:
    tolerance = "{good: at most 20, tolerance: at most 24, allow_for_chance: true}"
    one = explained(tmp_path, "26 10", tolerance, "2014-04")
    assert (one.status, one.judgement and one.judgement.beyond_chance) == ("amber", False)
    text = " ".join(to_text(one).split())
    assert "allowing for chance: is the whole of 18.404" in text
    assert "outside tolerance, at most 24? no" in text
    one = explained(tmp_path, "26 10", tolerance, "2014-04", wholes=50)
    assert (one.status, one.judgement and one.judgement.beyond_chance) == ("red", True)
    one = explained(tmp_path, "26 10", tolerance, "2014-05")
    assert "allowing for chance: not asked of a value that is good" in to_text(one, 200)
    one = explained(tmp_path, "26 10", "{good: at most 20}", "2014-04")
    assert "allowing for chance" not in to_text(one)


def test_the_chart_is_told_with_its_limits_and_the_points_of_its_signal(tmp_path: Path) -> None:
    one = explained(tmp_path, "9 11 " * 6 + "30", "{good: at most 40}", "2015-04")
    text = to_text(one, 200)
    chart = text[text.index("control chart") : text.index("\n\nhistory")].splitlines()
    assert chart[0] == "control chart"
    assert chart[1].startswith("  mean 11.538461538461538, limits 6.218")
    assert chart[1].endswith("of the 13 periods up to 2015-04")
    assert chart[2:] == [
        "  signal, outside_limits: above the upper limit of chance, a concern",
        "    given by 2015-04",
        "  good, at most 40: will be met unless something changes",
    ]
    assert one.chart.signal_points == ("2015-04",)
    assert one.history[-1].signal == "outside_limits"


@pytest.mark.parametrize(
    ("values", "period", "expected"),
    [
        ("10 11 12", "2014-06", "no signal: only 3 periods with a value, and a control chart needs 12"),
        ("10 _ 12 13", "2014-07", "no signal: only 2 periods since the gap in 2014-05, and a control chart needs 12"),
        ("10 11 _ 12", "2014-06", "no signal: there is no value"),
        ("9 11 " * 6, "2015-03", "no signal: what varies is chance"),
    ],
)
def test_no_signal_says_why(tmp_path: Path, values: str, period: str, expected: str) -> None:
    assert expected in to_text(explained(tmp_path, values, "{good: at most 40}", period), 200)


def test_since_when_it_is_an_exception_and_what_would_clear_it(tmp_path: Path) -> None:
    one = explained(tmp_path, "9 11 " * 6 + "30 10 10", "{good: at most 40}", "2015-06")
    tolerances = (tmp_path / "tolerances.yaml").as_posix()
    text = to_text(one, 1000)
    assert text[text.index("escalation\n") :].splitlines() == [
        "escalation",
        f"  does not hold: red -> sub_committee, {tolerances}:5:12",
        f"  holds: special_cause_concern until green for 3 periods -> board, {tolerances}:6:12",
        "    cleared by the first period with a value in which `green for 3 periods` holds, counted from when "
        "`special_cause_concern` last did",
        f"  does not hold: late -> lead_agency, {tolerances}:7:12",
        "  goes to: board",
        "  raised: 2015-04, to board, green at 30",
        "  has lasted: 3 periods",
    ]
    assert [point.escalate_to for point in one.history[-4:]] == [None, "board", "board", "board"]


def test_what_clears_a_rule_that_names_what_is_missing_needs_no_value(tmp_path: Path) -> None:
    one = explained(tmp_path, "50 _ 10", "{good: at most 40}", "2014-05")
    cleared = {rule.when: rule.cleared_by for rule in one.rules}
    assert cleared == {
        "red": "the first period with a value in which `red` does not hold",
        "special_cause_concern": None,
        "late": "the first period in which `late` does not hold",
    }


def test_an_exception_that_is_over_says_when_it_had_recovered(tmp_path: Path) -> None:
    one = explained(tmp_path, "50 50 10 10", "{good: at most 40}", "2014-07")
    assert "  raised: 2014-04, to sub_committee, red at 50\n  lasted: 2 periods; recovered in 2014-06\n" in to_text(one)
    one = explained(tmp_path, "10 10", "{good: at most 40}", "2014-05")
    assert "never an exception" in to_text(one)


def test_programs_are_told_the_same(tmp_path: Path) -> None:
    said = json.loads(to_json(explained(tmp_path, "9 11 " * 6 + "30", "{good: at most 40}", "2015-04")))
    assert said["chart"]["signal"] == "outside_limits"
    assert said["chart"]["assurance"] == "consistently"
    assert said["exception"]["raised"] == "2015-04"
    assert said["rules"][1]["until"] == "green for 3 periods"
    assert said["sources"][0]["used_by"] == ["formula"]
