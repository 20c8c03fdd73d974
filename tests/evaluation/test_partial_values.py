"""Partial values: what is worked out without a part that has not come, or came without a number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

Q = "frequency: quarterly"
VISITS = "visits: {title: T, from: [care, police], kind: flow, frequency: quarterly}"
SIGNED = "visits: {title: T, from: [care, police], kind: flow, frequency: quarterly, signed: true}"
GRADE = "visits: {title: T, from: [care, police], kind: grade, scale: audit, frequency: quarterly}"
AFTER = date(2017, 1, 30)


def row(
    folder: Path, figures: str, band: str, rows: str, period: str = "2016-17 Q2", escalation: str = "", **more: str
) -> dict[str, Any]:
    """The row of a period of an indicator that does without what is missing."""
    formula, missing = more.get("formula", "visits"), more.get("missing", "all")
    write_board(folder, figures, f"y: {{{Q}, formula: {formula}, missing: {missing}}}", f"y: {{{band}}}", escalation)
    write_returns(folder, rows)
    results = evaluate(folder, as_of=AFTER).judged
    [found] = results.filter(indicator="y", period=period).to_dicts()
    return found


@pytest.mark.parametrize(
    ("figure", "band", "sent", "status"),
    [
        (VISITS, "good: at most 130, tolerance: at most 160", "120", "late"),
        (VISITS, "good: at most 130, tolerance: at most 160", "150", "late"),  # amber so far, and may be red
        (VISITS, "good: at most 130, tolerance: at most 160", "170", "red"),
        (VISITS, "good: at most 130", "150", "red"),  # 150 so far is already more than 130
        (VISITS, "good: at most 130", "130", "late"),
        (VISITS, "good: below 130", "130", "red"),
        (VISITS, "good: at least 100", "120", "green"),  # the rest can only add to it
        (VISITS, "good: at least 100, tolerance: at least 50", "60", "late"),
        (VISITS, "good: above 120", "120", "late"),
        (VISITS, "good: between 100 and 130", "120", "late"),
        (VISITS, "good: between 100 and 130", "90", "late"),
        (VISITS, "good: between 100 and 130", "131", "red"),
        (VISITS, "good: is 120", "120", "late"),
        (VISITS, "good: is 120", "121", "red"),
        (VISITS, "good: at most previous", "120", "late"),
        (SIGNED, "good: at most 130", "170", "late"),  # the rest may take away from it
        (SIGNED, "good: at least 100", "120", "late"),
        (GRADE, "good: at least met, tolerance: at least partly met", "met", "late"),
        (GRADE, "good: at least met, tolerance: at least partly met", "partly met", "late"),
        (GRADE, "good: at least met, tolerance: at least partly met", "not met", "red"),
        (GRADE, "good: at least not met", "met", "green"),
        (GRADE, "good: is exceeded", "met", "red"),
        (GRADE, "good: at most partly met", "met", "late"),
        (GRADE, "good: at most met", "met", "green"),
    ],
)
def test_a_partial_value_is_rated_where_nothing_that_is_missing_could_change_it(
    tmp_path: Path, figure: str, band: str, sent: str, status: str
) -> None:
    found = row(tmp_path, figure, band, f"2016-17 Q2,care,visits,{sent}")
    assert found["status"] == status
    assert found["value"] is not None
    assert [mark["kind"] for mark in found["marks"]] == ["partial"]
    without = "worked out without what lacks: " if status in ("red", "green") else ""
    assert found["reason"] == f"{without}`visits` has not come from Police"


@pytest.mark.parametrize(("marker", "status"), [("n/a", "no_data"), ("", "no_data"), ("c", "suppressed")])
def test_a_part_that_came_without_a_number_leaves_a_partial_value_too(tmp_path: Path, marker: str, status: str) -> None:
    found = row(tmp_path, VISITS, "good: at most 130", f"2016-17 Q2,care,visits,120\n2016-17 Q2,police,visits,{marker}")
    # What is withheld is not missing: nothing is shown without it.
    assert (found["status"], found["value"]) == (status, None if status == "suppressed" else 120)


def test_a_sum_of_figures_of_which_one_is_missing_is_partial(tmp_path: Path) -> None:
    figures = "\n".join(f"{name}: {{title: T, from: care, kind: flow, {Q}}}" for name in "abc")
    sent = "2016-17 Q2,care,a,3\n2016-17 Q2,care,b,13"
    for missing in ("all", "never"):
        found = row(tmp_path, figures, "good: at most 20", sent, formula="a + b + c", missing=missing)
        assert (found["status"], found["value"], found["partial"]) == ("late", 16, True)
    found = row(tmp_path, figures, "good: at least 0", "2016-17 Q2,care,a,1", formula="b + c", missing="never")
    assert (found["status"], found["value"]) == ("late", 0)


def test_a_complete_value_is_not_partial(tmp_path: Path) -> None:
    sent = "2016-17 Q2,care,visits,100\n2016-17 Q2,police,visits,20"
    found = row(tmp_path, VISITS, "good: at most 130", sent)
    assert (found["status"], found["value"], found["partial"], found["marks"]) == ("green", 120, False, [])


QUARTERS = "2016-17 Q1,care,visits,{}\n2016-17 Q1,police,visits,{}\n2016-17 Q2,care,visits,{}"


@pytest.mark.parametrize(
    ("band", "first", "second", "direction"),
    [
        ("good: at most 130", (100, 100), 150, None),  # red, and better as far as it goes
        ("good: at most 130", (100, 40), 150, "worsening"),  # and what is missing makes it worse still
        ("good: at most 130", (100, 50), 150, None),
        ("good: at least 100", (100, 5), 120, None),  # green, whatever comes; better, but that is not said
        ("good: at least 100", (100, 50), 120, None),
    ],
)
def test_a_partial_value_improves_nothing(
    tmp_path: Path, band: str, first: tuple[int, int], second: int, direction: str | None
) -> None:
    assert row(tmp_path, VISITS, band, QUARTERS.format(*first, second))["direction"] == direction


@pytest.mark.parametrize(
    ("rule", "band", "second"),
    [
        ("red", "good: at least 210", 220),  # green, whatever comes
        ("red", "good: at most 130", 120),
        ("amber, until: improving", "good: at most 130, tolerance: at most 210", 120),
        ("value > 150", "good: at least 0", 120),
        ("not green", "good: at least 210", 220),
    ],
)
def test_a_partial_value_ends_no_exception(tmp_path: Path, rule: str, band: str, second: int) -> None:
    rules = f"- {{when: {rule}, to: board}}"
    found = row(tmp_path, VISITS, band, QUARTERS.format(100, 100, second), escalation=rules)
    assert found["escalate_to"] == "board"
    assert found["recovered"] is None


def test_a_value_is_not_compared_with_a_partial_one(tmp_path: Path) -> None:
    sent = "2016-17 Q1,care,visits,150\n2016-17 Q2,care,visits,100\n2016-17 Q2,police,visits,20"
    found = row(tmp_path, VISITS, "good: at most 130", sent)
    assert (found["status"], found["direction"]) == ("green", None)
    found = row(tmp_path, VISITS, "good: at most previous", sent)
    assert (found["status"], found["reason"]) == ("late", "`visits` for 2016-17 Q1 has not come from Police")


def test_what_first_known_passes_over_leaves_no_partial_value(tmp_path: Path) -> None:
    figures = "\n".join(f"{name}: {{title: T, from: care, kind: flow, {Q}}}" for name in "ab")
    write_board(tmp_path, figures, f"y: {{{Q}, formula: 'first_known(a, b)'}}", "y: {good: at most 130}")
    write_returns(tmp_path, "2016-17 Q2,care,b,120")
    assert cell(evaluate(tmp_path, as_of=AFTER), "y", "2016-17 Q2", "status") == "green"


def test_what_is_not_owed_is_not_missing(tmp_path: Path) -> None:
    """Police begins with the second quarter, the figure `b` with the third."""
    head = HEAD.replace("police: {name: Police,", "police: {name: Police, since: 2016-17 Q2,")
    figures = f"{VISITS}\na: {{title: T, from: care, kind: flow, {Q}}}"
    figures += f"\nb: {{title: T, from: care, kind: flow, {Q}, since: 2016-17 Q3}}"
    indicators = f"y: {{{Q}, formula: visits, missing: all}}\nz: {{{Q}, formula: visits}}"
    indicators += f"\nw: {{{Q}, formula: a + b, missing: all}}"
    write_board(
        tmp_path, figures, indicators, "{y: {good: at most 9}, z: {good: at most 9}, w: {good: at most 9}}", head=head
    )
    quarters = [f"2016-17 Q{quarter}" for quarter in (1, 2, 3)]
    write_returns(tmp_path, "\n".join(f"{quarter},care,a,4\n{quarter},care,visits,4" for quarter in quarters))
    results = evaluate(tmp_path, as_of=date(2017, 5, 30)).results
    rows = {id_: results.filter(indicator=id_)["status"].to_list() for id_ in "yzw"}
    assert rows == {"y": ["green", "late", "late"], "z": ["green", "late", "late"], "w": ["green", "green", "late"]}
