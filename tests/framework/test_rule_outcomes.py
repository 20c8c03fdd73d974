"""Rules of escalation that can never hold, never end, or say nothing that another does not."""

from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import write_board

FIGURE = "x: {title: X, from: care, kind: stock, frequency: quarterly, signed: true}"
INDICATOR = "y: {frequency: quarterly, formula: x}"


def said(folder: Path, *rules: str) -> list[str]:
    """What is said of rules: the first word that tells, of each finding."""
    write_board(folder, FIGURE, INDICATOR, "y: {good: at most 20}", "\n".join(f"- {{{rule}}}" for rule in rules))
    check = pmf.check_framework(folder)
    framework, found = check.framework, list(check.diagnostics)
    assert framework is not None
    assert all(one.severity == "warning" for one in found)
    words = ("never holds", "always holds", "never ends", "changes nothing", "stands here twice", "is higher")
    return [word for one in found for word in words if word in one.message]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("red and green", ["never holds"]),
        ("red and late", ["never holds"]),
        ("late and no_data", ["never holds"]),
        ("improving and worsening", ["never holds"]),
        ("red for 2 periods and green", ["never holds"]),
        ("late and worsening", ["never holds"]),
        ("value > 5 and late", ["never holds"]),
        ("value is missing and red", ["never holds"]),
        ("special_cause_concern and special_cause_improvement", ["never holds"]),
        ("false", ["never holds"]),
        ("true", ["always holds"]),
        ("red or not red", ["always holds"]),
        ("green or amber or red or not_rated", ["always holds"]),
        ("red", []),
        ("red and not late", []),
        ("red and not green", []),
        ("amber and worsening", []),
        ("late or no_data", []),
        ("value is missing", []),
        ("change > 5 and red", []),
        ("(not red) for 2 periods", []),
        ("not (red for 2 periods)", []),
        ("red for 3 periods and not (red for 4 periods)", []),
    ],
)
def test_whether_a_condition_can_hold(tmp_path: Path, when: str, expected: list[str]) -> None:
    assert said(tmp_path, f"when: {when}, to: board") == expected


@pytest.mark.parametrize(
    ("when", "until", "expected"),
    [
        *(
            ("red", until, ["never ends"])
            for until in (
                "red",
                "late",
                "no_data",
                "suppressed",
                "not_due for 2 periods",
                "false",
                "green and red",
                "improving and worsening",
                "value is missing",
            )
        ),
        ("red", "true", ["changes nothing"]),
        ("red", "not red", ["changes nothing"]),
        ("red", "(not red) for 1 period", ["changes nothing"]),
        ("red", "green or amber or not_rated", ["changes nothing"]),
        ("red", "green", []),
        ("red", "green for 2 periods", []),
        ("red", "improving", []),
        ("red", "value < 10", []),
        ("red", "late or green", []),
        ("red", "(not red) for 2 periods", []),
        ("red for 2 periods", "red", []),  # red again, and not for two periods
        ("red for 2 periods", "not red", []),
        ("red for 2 periods", "green", []),
        ("late", "late", ["never ends"]),
        # Without it a period with no data would end what is late.
        ("late", "true", []),
        ("late", "not late", []),
    ],
)
def test_whether_until_can_end_a_rule(tmp_path: Path, when: str, until: str, expected: list[str]) -> None:
    assert said(tmp_path, f"when: {when}, to: board, until: {until}") == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["when: red, to: board", "when: (red), to:  board"], ["stands here twice"]),
        (["when: red, to: board", "when: red, to: board, until: green"], []),
        (["when: red, to: board", "when: red, to: sub_committee"], []),
        (["when: red for 3 periods, to: sub_committee", "when: red for 2 periods, to: board"], ["is higher"]),
        (["when: red for 2 periods, to: sub_committee", "when: red, to: board"], ["is higher"]),
        (["when: red for 2 periods, to: board", "when: red, to: sub_committee"], []),
        (["when: late for 2 periods, to: lead_agency", "when: red, to: board"], []),
        # Once raised it goes on when the other has ended.
        (["when: red for 2 periods, to: sub_committee, until: green for 2 periods", "when: red, to: board"], []),
    ],
)
def test_rules_beside_others(tmp_path: Path, rules: list[str], expected: list[str]) -> None:
    assert said(tmp_path, *rules) == expected
