"""The share of agencies that meet a standard: counted by what each of them sent."""

from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
training: {title: T, from: [care, police, ons], kind: grade, scale: audit, frequency: annual}
staff: {title: S, from: [care, police], kind: stock, frequency: quarterly}
england: {title: E, from: ons, kind: stock, frequency: quarterly}
remarks: {title: R, from: [care, police], kind: text, frequency: quarterly}
asked: {title: A, from: [care, police, ons], kind: grade, scale: audit, frequency: ad hoc}
"""
INDICATORS = """
all: {frequency: annual, formula: count(agencies of training)}
met: {frequency: annual, formula: "percent(count(agencies of training where value >= 'met'), all)"}
worst: {frequency: annual, formula: training, by: [agency]}
few: {frequency: quarterly, formula: 'count(agencies of staff where value < 10)', by: [district]}
once: {frequency: ad hoc, formula: "percent(count(agencies of asked where value >= 'met'), count(agencies of asked))", \
by: [agency, district]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tolerances = "met: {good: at least 100, tolerance: at least 60}\nworst: {good: at least met}"
    return write_board(tmp_path, FIGURES, INDICATORS, tolerances)


def test_the_share_of_agencies_that_meet_a_standard(folder: Path) -> None:
    write_returns(
        folder,
        """2015-16,care,training,met
        2015-16,police,training,exceeded
        2015-16,ons,training,Partly Met
        2016-17,care,training,met
        2016-17,police,training,met
        2016-17,ons,training,exceeded""",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "met", "2015-16", "value") == pytest.approx(200 / 3)
    assert cell(evaluation, "met", "2015-16", "numerator") == 2
    assert cell(evaluation, "met", "2015-16", "status") == "amber"
    assert cell(evaluation, "met", "2016-17", "status") == "green"
    assert cell(evaluation, "worst", "2015-16", "status") == "red"
    assert cell(evaluation, "worst", "2015-16", "status", "ons") == "red"
    assert cell(evaluation, "worst", "2015-16", "status", "care") == "green"


@pytest.mark.parametrize(
    ("text", "status"), [(None, "late"), ("c", "suppressed"), ("x", "no_data"), ("meet", "invalid")]
)
def test_while_one_agency_lacks_there_is_no_share(folder: Path, text: str | None, status: str) -> None:
    rows = ["2016-17,care,training,met", "2016-17,police,training,met"]
    write_returns(folder, "\n".join([*rows, f"2016-17,ons,training,{text}"] if text else rows))
    evaluation = evaluate(folder)
    assert cell(evaluation, "met", "2016-17", "status") == status
    assert cell(evaluation, "met", "2016-17", "value") is None
    assert "training" in cell(evaluation, "met", "2016-17", "reason")


def test_agencies_are_counted_in_the_last_period_of_a_longer_one_and_by_group(folder: Path) -> None:
    write_returns(
        folder,
        """period,agency,figure,district,value
        2016-17 Q3,care,staff,North,5
        2016-17 Q3,care,staff,South,5
        2016-17 Q3,police,staff,North,4
        2016-17 Q3,police,staff,South,4
        2016-17 Q4,care,staff,North,50
        2016-17 Q4,care,staff,South,5
        2016-17 Q4,police,staff,North,4
        2016-17 Q4,police,staff,South,40""",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "few", "2016-17 Q3", "value") == 1
    assert cell(evaluation, "few", "2016-17 Q3", "value", "North") == 2
    assert cell(evaluation, "few", "2016-17 Q4", "value", "North") == 1
    assert cell(evaluate(folder, "2016-17"), "few", "2016-17", "value", "North") == 1


def test_who_has_not_answered_an_ad_hoc_request_is_not_left_out(folder: Path) -> None:
    write_returns(
        folder,
        """period,agency,figure,district,value
        2016-17 Q1,care,asked,,met
        2016-17 Q2,care,asked,,met
        2016-17 Q2,police,asked,,exceeded
        2016-17 Q2,ons,asked,,not met
        2016-17 Q3,care,asked,North,met
        2016-17 Q3,care,asked,South,met""",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "once", "2016-17 Q1", "status") == "no_data"
    assert cell(evaluation, "once", "2016-17 Q1", "value") is None
    assert cell(evaluation, "once", "2016-17 Q1", "value", "care") == 100
    assert cell(evaluation, "once", "2016-17 Q1", "status", "police") == "no_data"
    assert cell(evaluation, "once", "2016-17 Q2", "value") == pytest.approx(200 / 3)
    assert cell(evaluation, "once", "2016-17 Q3", "status", "North") == "no_data"


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (" + ".join(["value"] * 13) + " > 60", 1),
        (" + ".join(["round(value)"] * 13) + " between 50 and 60", 1),
        (" * ".join(["abs(value)"] * 14) + " > 3", 2),
        ("min(value, 4.5) = 4.5 and not value in (4, 6)", 1),
        ("10 / (value - 4) > 0", 1),
        ("not (10 / (value - 4) > 0)", 0),
        ("true", 2),
    ],
)
def test_long_conditions_and_all_that_passes_the_check_can_be_counted(
    tmp_path: Path, condition: str, count: int
) -> None:
    indicators = f"one: {{frequency: quarterly, formula: 'count(agencies of staff where {condition})'}}"
    write_board(tmp_path, FIGURES, indicators)
    write_returns(tmp_path, "2016-17 Q1,care,staff,4\n2016-17 Q1,police,staff,5")
    assert cell(evaluate(tmp_path), "one", "2016-17 Q1", "value") == count


def test_a_figure_of_which_only_the_agencies_are_counted_is_used(folder: Path) -> None:
    found = list(pmf.check_framework(folder).diagnostics)
    assert [one.message for one in found] == ["nothing uses figure `england`"]


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("sum(agencies of staff)", "type"),
        ("count(distinct agencies of staff)", "type"),
        ("count(agencies of met)", "type"),
        ("count(agencies of staf)", "unknown-name"),
        ("count(agencies of training)", "frequency"),
        ("count(agencies of staff where worth > 3)", "unknown-name"),
        ("count(agencies of staff where value)", "type"),
        ("count(agencies of staff where value >= england)", "unknown-name"),
        ("count(agencies of staff where value >= wrong)", "unknown-name"),
        ("count(agencies of staff where value in (1, training))", "unknown-name"),
        ("count(agencies of staff where (value > 3) = true)", "type"),
        ("count(agencies of staff where 2016-01-01 < 2017-01-01)", "type"),
        ("count(agencies of staff where days(2016-01-01, 2016-01-05) > 3)", "type"),
        ("count(agencies of staff where (value > 3) is missing)", "type"),
        ('count(agencies of remarks where value = "x")', "type"),
    ],
)
def test_what_cannot_be_counted_is_refused(tmp_path: Path, formula: str, kind: str) -> None:
    write_board(tmp_path, FIGURES, INDICATORS + f"wrong: {{frequency: quarterly, formula: '{formula}'}}")
    found = list(pmf.check_framework(tmp_path).diagnostics)
    assert kind in [one.kind for one in found if one.severity == "error"]
