"""What is said of values: bands, direction of travel, runs, escalation."""

from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.cli.program import main
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
x: {title: X, from: care, kind: stock, frequency: quarterly, signed: true, whole: false}
bound: {title: Bound, from: care, kind: stock, frequency: quarterly, whole: false}
"""
RULES = """
- {when: red, to: sub_committee}
- {when: red for 2 periods, to: board}
- {when: amber and worsening, to: lead_agency}
- {when: late for 2 periods, to: board}
"""
QUARTERS = [f"{year}-{year % 100 + 1} Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]


CHANGED = "[{good: between 10 and 15}, {from: 2016-17, good: between 12 and 13}]"
LATER = ["worsening", "unchanged", "improving"]
STAYED = ["unchanged", "unchanged", "worsening"]
NEARER = ["improving", "improving", "unchanged"]


def build(folder: Path, values: str, tolerance: str, escalation: str = RULES, decimals: int = 1) -> pmf.Evaluation:
    """An indicator `y` over a series such as `90 88 _ 85`, `_` for a quarter that nothing came for."""
    indicator = f"y: {{frequency: quarterly, formula: x, decimals: {decimals}}}"
    write_board(folder, FIGURES, indicator, f"y: {tolerance}", escalation)
    sent = [
        f"{quarter},care,x,{value}" for quarter, value in zip(QUARTERS, values.split(), strict=False) if value != "_"
    ]
    bounds = [f"{quarter},care,bound,50" for quarter in QUARTERS[: len(values.split())]]
    write_returns(folder, "\n".join(sent + bounds))
    return evaluate(folder)


def series(evaluation: pmf.Evaluation, column: str) -> list[object]:
    return [row[column] for row in evaluation.results.iter_rows(named=True)]


@pytest.mark.parametrize(
    ("band", "green", "not_green"),
    [
        ("at most 20", "20 19 0.3 -5", "20.004 20.0001 21"),
        ("at least 80", "80 81", "79.999 79.95"),
        ("below 20", "19.99", "20 21"),
        ("above 20", "20.01", "20 19"),
        ("between 10 and 15", "10 12 15", "9.999 15.001"),
        ("within 2 of 50", "48 50 52", "47.99 52.01"),
        ("within 10% of 50", "45 55", "44.99 55.01"),
        ("is 0", "0", "0.001 -1"),
        ("at least 95% of 80", "76", "75.99"),
        ("at most bound", "50 49", "50.1"),
        ("at least 80% of bound", "40", "39.9"),
        ("at least 10 and at most 20", "10 20", "9 21"),
        ("at most 0.3", "0.3 0.30000000000000004 0.30000000001", "0.3001"),
        ("at least 5 + 50% of bound", "30 31", "29.9 27.5"),
        ("at least bound - 10% of bound", "45", "44.9 36"),
        ("at most (50% of bound) + 10", "35 30", "35.1"),
        ("at most 50% of (bound + 10)", "30", "30.1"),
        ("at most 50% of bound * 2", "50", "50.1"),
        ("within (10% of bound) of 20", "15 25", "14.9 25.1"),
        ("within 10% of (bound + 10)", "54 66", "53.9 66.1"),
    ],
)
def test_the_boundary_belongs_to_the_better_band(tmp_path: Path, band: str, green: str, not_green: str) -> None:
    evaluation = build(tmp_path, f"{green} {not_green}", f"{{good: {band}}}")
    expected = ["green"] * len(green.split()) + ["red"] * len(not_green.split())
    assert series(evaluation, "status") == expected


def test_without_tolerance_there_is_no_amber_and_with_it_amber_lies_between(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "20 20.1 24 24.1", "{good: at most 20, tolerance: at most 24}")
    assert series(evaluation, "status") == ["green", "amber", "amber", "red"]


def test_the_latest_entry_in_force_judges(tmp_path: Path) -> None:
    tolerance = "[{from: 2015-16, good: at most 20}, {from: 2016-17, good: at most 10}]"
    evaluation = build(tmp_path, "15 15 15 15 15", tolerance)
    assert series(evaluation, "status") == ["green"] * 4 + ["red"]


def test_before_the_first_entry_there_is_no_rating(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "15 15 15 15 15", "[{from: 2016-17, good: at most 10}]")
    assert series(evaluation, "status") == ["not_rated"] * 4 + ["red"]


def test_a_missing_bound_is_never_green(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "15 14", "{good: at most previous}")
    assert series(evaluation, "status") == ["no_data", "green"]
    assert cell(evaluation, "y", "2015-16 Q1", "value") == 15


def test_a_good_value_needs_no_tolerance_to_be_known(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "15 40", "{good: at most 20, tolerance: at most 2 * previous + 10}")
    assert series(evaluation, "status") == ["green", "amber"]


@pytest.mark.parametrize(
    ("tolerance", "values", "directions"),
    [
        ("{good: at most 20}", "10 9 11 11", [None, "improving", "worsening", "unchanged"]),
        ("{good: at least 20}", "10 9 11 11", [None, "worsening", "improving", "unchanged"]),
        (
            "{good: between 10 and 12}",
            "5 7 11 12 14 13 5",
            [None, "improving", "improving", "unchanged", "worsening", "improving", "worsening"],
        ),
        ("{good: at most 20}", "10.04 10.01 9.96 9.94", [None, "unchanged", "unchanged", "improving"]),
        ("{good: at most 20}", "10 _ 9 8", [None, None, None, "improving"]),
        # Where near is good, both are held against the band now in force.
        (CHANGED, "12 12 12 12 14 14 13.5", [None, "unchanged", "unchanged", "unchanged", *LATER]),
        (CHANGED, "12 12 12 14 14 14 14.5", [None, "unchanged", "unchanged", "unchanged", *STAYED]),
        (CHANGED, "12 12 12 16 15 14 14", [None, "unchanged", "unchanged", "worsening", *NEARER]),
    ],
)
def test_direction_follows_polarity(tmp_path: Path, tolerance: str, values: str, directions: list[str | None]) -> None:
    assert series(build(tmp_path, values, tolerance), "direction") == directions


def test_a_run_counts_periods_with_the_status_and_steps_over_those_without_value(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "30 30 _ _ 30 10 30", "{good: at most 20}")
    assert series(evaluation, "status") == ["red", "red", "late", "late", "red", "green", "red"]
    assert series(evaluation, "run") == [1, 2, 1, 2, 3, 1, 1]


def test_rules_hold_over_reported_periods_and_the_highest_level_wins(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "30 _ 30 _ _ 10 15", "{good: at most 12, tolerance: at most 20}")
    assert series(evaluation, "status") == ["red", "late", "red", "late", "late", "green", "amber"]
    assert series(evaluation, "rules") == [
        ["red"],
        ["red"],
        ["red", "red for 2 periods"],
        ["red", "red for 2 periods"],
        ["red", "red for 2 periods", "late for 2 periods"],
        [],
        ["amber and worsening"],
    ]
    assert series(evaluation, "escalate_to") == ["sub_committee", "sub_committee", *["board"] * 3, None, "lead_agency"]


def test_missing_data_does_not_end_an_exception(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "30 _ _ _", "{good: at most 12}", "- {when: red, to: board}")
    assert series(evaluation, "escalate_to") == ["board"] * 4


def test_conditions_may_compare_and_combine(tmp_path: Path) -> None:
    rules = """
    - {when: change > 5, to: board}
    - {when: not green and not (improving or unchanged), to: lead_agency}
    - {when: (amber or red) for 2 periods, to: sub_committee}
    """
    evaluation = build(tmp_path, "10 15.5 15.4 30", "{good: at most 12, tolerance: at most 20}", rules)
    texts = ["change > 5", "not green and not (improving or unchanged)", "(amber or red) for 2 periods"]
    assert series(evaluation, "rules") == [[], texts[:2], [texts[2]], texts]


def test_a_step_over_a_boundary_is_not_unchanged_however_small(tmp_path: Path) -> None:
    evaluation = build(tmp_path, "80.04 79.96", "{good: at least 80, tolerance: at least 50}")
    assert series(evaluation, "direction") == [None, "worsening"]
    assert series(evaluation, "rules") == [[], ["amber and worsening"]]


def test_a_long_condition_is_a_condition(tmp_path: Path) -> None:
    rule = f"- {{when: {' + '.join(['value'] * 40)} > 100, to: board}}"
    assert series(build(tmp_path, "2 3", "{good: at most 5}", rule), "escalate_to") == [None, "board"]


def test_conditions_look_at_one_period(tmp_path: Path) -> None:
    with pytest.raises(pmf.ConfigError, match="previous"):
        build(tmp_path, "2 3", "{good: at most 5}", "- {when: value > previous(value), to: board}")


def test_a_late_bound_is_a_late_return(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, "y: {frequency: quarterly, formula: x}", "y: {good: at most bound}")
    write_returns(tmp_path, "2015-16 Q1,care,x,5")
    evaluation = evaluate(tmp_path, "2015-16 Q1")
    assert cell(evaluation, "y", "2015-16 Q1", "status") == "late"
    assert cell(evaluation, "y", "2015-16 Q1", "reason") == (
        "`bound` was never sent by anybody; it is to come from Social Care"
    )
    assert evaluation.outstanding["item"].to_list() == ["bound"]


@pytest.mark.parametrize(
    "condition",
    [
        "late = red", "red in (amber, green)", "red is missing", "worsening = true", "red != true",
        "(red or amber) = true", "red and not (late is not missing)", "(true = false) for 2 periods",
        "'a' = 'a'", "2016-04-01 < 2017-04-01", "'a' is missing", "value > 1 / 0",
    ],
)  # fmt: skip
def test_conditions_that_cannot_be_said_of_a_row_are_refused(tmp_path: Path, condition: str) -> None:
    with pytest.raises(pmf.ConfigError):
        build(tmp_path, "2 3", "{good: at most 5}", f'- {{when: "{condition}", to: board}}')


def test_what_goes_wrong_inside_is_said_in_one_short_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*given: object, **named: object) -> None:
        raise RuntimeError("no such column\n" + "plan\n" * 1_000)

    monkeypatch.setattr("pmf_engine.framework.load.check_framework", fail)
    assert main(["check", "--config", str(tmp_path)]) == 2
    said = "this should not have happened; please report it with the command and the files"
    assert capsys.readouterr().err == f"pmf: {said} (RuntimeError: no such column)\n"


def test_a_direction_needs_the_bounds_of_both_periods(tmp_path: Path) -> None:
    """Were a bound that has not come 0, nearer to the band would be further from it."""
    indicators = "y: {frequency: quarterly, formula: x}"
    write_board(tmp_path, FIGURES, indicators, "y: {good: within 5 of bound, tolerance: within 20 of bound}", RULES)
    write_returns(
        tmp_path,
        "2015-16 Q1,care,x,3\n2015-16 Q2,care,x,12\n2015-16 Q2,care,bound,20\n"
        "2015-16 Q3,care,x,14\n2015-16 Q3,care,bound,20\n2015-16 Q1,care,bound,x",
    )
    evaluation = evaluate(tmp_path)
    assert series(evaluation, "status") == ["no_data", "amber", "amber"]
    assert series(evaluation, "direction") == [None, None, "improving"]
    assert series(evaluation, "rules") == [[], [], []]


def test_conditions_may_take_the_first_that_is_known(tmp_path: Path) -> None:
    rule = "- {when: 'first_known(change, value) > 1', to: board}"
    assert series(build(tmp_path, "2 3", "{good: at most 5}", rule), "escalate_to") == ["board", None]
