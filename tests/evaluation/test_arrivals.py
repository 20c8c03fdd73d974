"""Files of which nobody says when they came: marked, and of no good in a report as of a day before today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURE = "n: {title: X, from: care, kind: flow, frequency: quarterly}"
INDICATOR = "y: {frequency: quarterly, formula: n}"
TOLERANCE = "y: {good: at most 20, tolerance: at most 30}"
RED = "- {when: red, to: board}"
BEFORE_TODAY = date(2020, 1, 1)
NAMED = "known.csv,2016-07-20\n"
UNKNOWN = "nothing says when `unknown.csv` was received"


def board(
    folder: Path, known: str, unknown: str, rules: str = RED, as_of: date = BEFORE_TODAY, manifest: str | None = NAMED
) -> pmf.Evaluation:
    """Quarters from 2016-17 Q1 of which the manifest names the file, and those after them of which it does not."""
    write_board(folder, FIGURE, INDICATOR, TOLERANCE, rules)
    values = [("known.csv", value) for value in known.split()] + [("unknown.csv", value) for value in unknown.split()]
    rows: dict[str, list[str]] = {}
    for quarter, (file, value) in enumerate(values):
        period = f"{2016 + quarter // 4}-{17 + quarter // 4} Q{quarter % 4 + 1}"
        rows.setdefault(file, []).append(f"{period},care,n,{value}")
    for file, lines in rows.items():
        write_returns(folder, "\n".join(lines), file)
    if manifest is not None:
        (folder / "returns" / "manifest.csv").write_text("file,received_on\n" + manifest, encoding="utf-8")
    return evaluate(folder, as_of=as_of)


@pytest.mark.parametrize(("value", "status"), [("10", "invalid"), ("25", "amber"), ("40", "red")])
def test_what_came_nobody_knows_when_is_not_green(tmp_path: Path, value: str, status: str) -> None:
    evaluation = board(tmp_path, "10", value)
    assert cell(evaluation, "y", "2016-17 Q1", "status") == "green"
    assert cell(evaluation, "y", "2016-17 Q1", "marks") == []
    assert cell(evaluation, "y", "2016-17 Q2", "status") == status
    assert cell(evaluation, "y", "2016-17 Q2", "value") == float(value)
    assert cell(evaluation, "y", "2016-17 Q2", "marks") == [{"kind": "arrival_unknown", "text": UNKNOWN}]
    reason = cell(evaluation, "y", "2016-17 Q2", "reason")
    assert (reason or "").startswith(UNKNOWN) == (status == "invalid")


def test_in_a_report_as_of_today_it_counts_with_its_mark(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "10", "10", as_of=date.today())
    assert cell(evaluation, "y", "2016-17 Q2", "status") == "green"
    assert cell(evaluation, "y", "2016-17 Q2", "marks") == [{"kind": "arrival_unknown", "text": UNKNOWN}]


def test_what_stands_beside_a_value_puts_it_in_no_doubt(tmp_path: Path) -> None:
    figures = f"{FIGURE}\nbeside: {{title: B, from: ons, kind: flow, frequency: quarterly}}"
    write_board(tmp_path, figures, "y: {frequency: quarterly, formula: n, compare: [beside]}", TOLERANCE)
    write_returns(tmp_path, "2016-17 Q1,care,n,10", "known.csv")
    write_returns(tmp_path, "2016-17 Q1,ons,beside,10", "unknown.csv")
    (tmp_path / "returns" / "manifest.csv").write_text("file,received_on\n" + NAMED, encoding="utf-8")
    evaluation = evaluate(tmp_path, as_of=BEFORE_TODAY)
    assert cell(evaluation, "y", "2016-17 Q1", "status") == "green"
    assert cell(evaluation, "y", "2016-17 Q1", "marks") == [{"kind": "arrival_unknown", "text": UNKNOWN}]


def test_without_a_manifest_nothing_is_in_doubt(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "10", "10", manifest=None)
    assert cell(evaluation, "y", "2016-17 Q2", "status") == "green"
    assert cell(evaluation, "y", "2016-17 Q2", "marks") == []


@pytest.mark.parametrize("unknown", ["10", "25", "25 25"])
def test_it_ends_no_exception_and_improves_nothing(tmp_path: Path, unknown: str) -> None:
    evaluation = board(tmp_path, "40", unknown)
    history = evaluation.judged
    assert history["escalate_to"].to_list() == ["board"] * history.height
    assert "improving" not in history["direction"].to_list()
    # As of today the same numbers end it.
    assert cell(evaluate(tmp_path, as_of=date.today()), "y", "2016-17 Q2", "escalate_to") is None


def test_it_fulfils_no_condition_for_an_end(tmp_path: Path) -> None:
    latched = "- {when: red, to: board, until: not red}"
    assert cell(board(tmp_path, "40", "25", latched), "y", "2016-17 Q2", "escalate_to") == "board"


def test_bad_news_stands_all_the_same(tmp_path: Path) -> None:
    assert cell(board(tmp_path, "10", "40"), "y", "2016-17 Q2", "escalate_to") == "board"


@pytest.mark.parametrize(
    "line", ["unknown.csv,soon\n", "unknown.csv,2999-01-01\n", "unknown.csv,2016-10-01\nunknown.csv,2016-10-02\n"]
)
def test_a_day_that_cannot_be_is_no_day(tmp_path: Path, line: str) -> None:
    assert cell(board(tmp_path, "10", "10", manifest=NAMED + line), "y", "2016-17 Q2", "status") == "invalid"


def test_a_manifest_that_cannot_be_read_names_no_file(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURE, INDICATOR, TOLERANCE)
    write_returns(tmp_path, "2016-17 Q1,care,n,10")
    (tmp_path / "returns" / "manifest.csv").write_text("name,day\nreturns.csv,2016-07-20\n", encoding="utf-8")
    assert cell(evaluate(tmp_path, as_of=BEFORE_TODAY), "y", "2016-17 Q1", "status") == "invalid"


def test_a_list_that_the_manifest_does_not_name_is_marked_where_it_covers(tmp_path: Path) -> None:
    head = (
        "board: {name: Test Board, submissions: returns}\nagencies: {care: Social Care}\n"
        "content_areas: {safety: {title: Safety, kind: priority}}\n"
        "lists:\n  visit_list: {title: Visits, from: care, date: day, columns: {id: text, day: date}}\n"
    )
    listed = "y: {frequency: quarterly, formula: count(visit_list)}"
    write_board(tmp_path, FIGURE, listed, TOLERANCE, RED, head)
    (tmp_path / "returns").mkdir()
    for quarter, month in (("q1", "05"), ("q2", "08")):
        file = tmp_path / "returns" / f"visit_list_2016-17_{quarter}.csv"
        file.write_text(f"id,day\na,2016-{month}-01\n", encoding="utf-8")
    manifest = "file,received_on\nvisit_list_2016-17_q1.csv,2016-07-20\n"
    (tmp_path / "returns" / "manifest.csv").write_text(manifest, encoding="utf-8")
    evaluation = evaluate(tmp_path, as_of=BEFORE_TODAY)
    assert [cell(evaluation, "y", f"2016-17 Q{quarter}", "status") for quarter in (1, 2)] == ["green", "invalid"]
    text = "nothing says when `visit_list_2016-17_q2.csv` was received"
    assert cell(evaluation, "y", "2016-17 Q2", "marks") == [{"kind": "arrival_unknown", "text": text}]
