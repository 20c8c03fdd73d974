"""The frames of an evaluation have the columns that their schemas declare, and say in data what their sentences say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmf_engine import schemas
from pmf_engine.domain.frame_schema import checks
from pmf_engine.evaluation.evaluate import Evaluation
from tests.support.boards import evaluate, write_board, write_returns

FIGURES = """
referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}
late_ones: {title: Late ones, from: [care, police], kind: flow, frequency: quarterly}
england: {title: England, from: ons, kind: stock, frequency: quarterly, unit: percent}
"""
INDICATORS = """
one: {frequency: quarterly, formula: referrals, compare: [late_ones]}
share: {frequency: quarterly, formula: "percent(late_ones, referrals)"}
"""
TOLERANCES = """
one: {good: between target - 5 and 20, tolerance: at most 30, target: 15}
share: {good: below england, tolerance: at most england + 5}
"""
RULES = "[{when: red, to: lead_agency}, {when: late or red, to: board}]"
RETURNS = """
2016-17 Q1,care,referrals,12
2016-17 Q1,care,late_ones,1
2016-17 Q1,police,late_ones,2
2016-17 Q1,ons,england,20
2016-17 Q2,care,referrals,40
2016-17 Q2,police,late_ones,c
2016-17 Q2,ons,england,21
"""


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("board")
    write_board(folder, FIGURES, INDICATORS, TOLERANCES, RULES)
    write_returns(folder, RETURNS)
    with checks():
        return evaluate(folder, None, date(2016, 11, 20))


def row(evaluation: Evaluation, indicator: str, quarter: int) -> dict[str, Any]:
    [found] = evaluation.history.filter(indicator=indicator, period=f"2016-17 Q{quarter}").rows(named=True)
    return found


def test_every_frame_is_as_declared(evaluation: Evaluation) -> None:
    with checks():
        assert evaluation.results.height == 4
        assert evaluation.history.columns == list(schemas.HISTORY.names)
        assert evaluation.exceptions.columns == list(schemas.RESULTS.names)
    for schema, frame in (
        (schemas.OUTSTANDING, evaluation.outstanding),
        (schemas.PROBLEMS, evaluation.problems),
        (schemas.READINGS, evaluation.submissions.readings),
        (schemas.FILES, evaluation.submissions.files),
    ):
        assert schema.problems(frame) == []


def test_periods_have_days_and_bands_have_numbers(evaluation: Evaluation) -> None:
    """Of 3 late ones among 12 referrals England's 20 is the bound, and 25 the bound of what is tolerable."""
    share = row(evaluation, "share", 1)
    assert (share["starts_on"], share["ends_on"], share["unit"]) == (date(2016, 4, 1), date(2016, 6, 30), "%")
    ends = ("good_low", "good_high", "tolerance_low", "tolerance_high", "target")
    assert [share[name] for name in ends] == [None, 20.0, None, 25.0, None]
    assert share["bounds"] == [{"name": "england", "value": 20.0}]
    one = row(evaluation, "one", 1)
    assert [one[name] for name in ends] == [10.0, 20.0, None, 30.0, 15.0]
    assert one["compared"] == [{"name": "late_ones", "value": 3.0}]


def test_what_is_missing_has_its_senders_and_what_has_a_value_its_lead(evaluation: Evaluation) -> None:
    """Of the late ones care has sent none and the police have withheld theirs: both must act, and no one else."""
    share, one = row(evaluation, "share", 2), row(evaluation, "one", 2)
    assert (share["status"], share["reason_kind"]) == ("late", "not_come")
    assert share["missing_inputs"] == [
        {"item": "late_ones", "agency": "care", "period": "2016-17 Q2"},
        {"item": "late_ones", "agency": "police", "period": "2016-17 Q2"},
    ]
    assert share["owners"] == ["care", "police"]
    assert (one["status"], one["reason_kind"], one["missing_inputs"], one["owners"]) == ("red", None, [], ["care"])


def test_rules_have_their_numbers_and_levels_their_positions(evaluation: Evaluation) -> None:
    share, one = row(evaluation, "share", 2), row(evaluation, "one", 2)
    assert (one["rule_ids"], one["level"], one["escalate_to"]) == ([1, 2], 2, "board")
    assert (share["rule_ids"], share["level"]) == ([2], 2)
    assert row(evaluation, "one", 1)["level"] == -1


def test_outstanding_returns_say_for_how_long_and_who_waits(evaluation: Evaluation) -> None:
    [late] = evaluation.outstanding.rows(named=True)
    assert (late["item"], late["item_kind"], late["agency"], late["period"]) == (
        "late_ones",
        "figure",
        "care",
        "2016-17 Q2",
    )
    assert (late["starts_on"], late["ends_on"], late["due"]) == (
        date(2016, 7, 1),
        date(2016, 9, 30),
        date(2016, 10, 30),
    )
    assert (late["status"], late["days_late"], late["run"]) == ("late", 21, 1)
    assert late["waiting"] == ["one", "share"]


def test_the_document_has_every_column() -> None:
    document = Path(__file__).parents[2] / "docs" / "schemas.md"
    assert document.read_text(encoding="utf-8") == schemas.markdown()
