"""Checks across figures: what the board says must hold in a return, and returns that repeat the one before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
a: {title: Referrals, from: care, kind: flow, frequency: quarterly}
b: {title: Re-referrals, from: care, kind: flow, frequency: quarterly}
s: {title: Staff, from: [care, police], kind: stock, frequency: quarterly}
"""
INDICATORS = """
share: {formula: "percent(b, a)", frequency: quarterly}
staff: {formula: s, frequency: quarterly}
number: {formula: a, frequency: quarterly, by: [district]}
"""
TOLERANCES = "share: {good: at most 80, tolerance: at most 95}\nnumber: {good: at most 1000}\nstaff: {good: at least 1}"
CHECKS = """
checks:
  parts: {that: b <= a, says: a re-referral is a referral, severity: %s}
  jump: {that: abs(a - previous(a)) <= 0.5 * previous(a), says: half as many again}
"""
Q1, Q2 = "2016-17 Q1", "2016-17 Q2"


def board(folder: Path, severity: str, rows: str) -> pmf.Evaluation:
    write_board(folder, FIGURES, INDICATORS, TOLERANCES)
    with (folder / "indicators.yaml").open("a", encoding="utf-8") as file:
        file.write(CHECKS % severity)
    write_returns(folder, rows)
    return evaluate(folder)


def told(evaluation: pmf.Evaluation) -> list[tuple[str, ...]]:
    return evaluation.problems.select("kind", "severity", "item", "period").rows()


def test_what_holds_is_never_told(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "lost", f"{Q1},care,a,100\n{Q1},care,b,70\n{Q2},care,a,150\n{Q2},care,b,x")
    assert told(evaluation) == []
    assert cell(evaluation, "share", Q1, "status") == "green"


def test_a_lost_check_takes_its_figures_away(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "lost", f"{Q1},care,a,100\n{Q1},care,b,101")
    assert told(evaluation) == [("check-lost", "lost", "b", Q1)]
    assert evaluation.problems["message"][0] == (
        "a re-referral is a referral: `b` is 101, `a` is 100; none of them is used until what is wrong is sent again"
    )
    assert [cell(evaluation, name, Q1, "status") for name in ("share", "number")] == ["invalid", "invalid"]
    assert "a re-referral is a referral" in cell(evaluation, "number", Q1, "reason")


def test_a_doubt_is_a_mark_and_never_green(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "doubt", f"{Q1},care,a,100\n{Q2},care,a,151")
    assert told(evaluation) == [("check-doubt", "doubt", "a", Q2)]
    assert "`a` is 151, `previous(a)` is 100" in evaluation.problems["message"][0]
    assert (cell(evaluation, "number", Q1, "status"), cell(evaluation, "number", Q2, "value")) == ("green", 151)
    assert cell(evaluation, "number", Q2, "status") != "green"
    assert [mark["kind"] for mark in cell(evaluation, "number", Q2, "marks")] == ["doubt"]
    at_the_limit = board(tmp_path, "doubt", f"{Q1},care,a,100\n{Q2},care,a,150")
    assert told(at_the_limit) == []


def test_a_note_changes_nothing(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "note", f"{Q1},care,a,100\n{Q1},care,b,101")
    assert told(evaluation) == [("check-note", "note", "b", Q1)]
    assert cell(evaluation, "number", Q1, "status") == "green"
    assert cell(evaluation, "number", Q1, "marks") == []


def test_the_senders_comment_answers_a_doubt(tmp_path: Path) -> None:
    rows = f"period,agency,figure,value,comment\n{Q1},care,a,100,\n{Q2},care,a,151,151 is right: a new team"
    evaluation = board(tmp_path, "doubt", rows)
    assert told(evaluation) == [("check-answered", "note", "a", Q2)]
    assert cell(evaluation, "number", Q2, "status") == "green"


def test_a_later_return_settles_a_doubt_from_its_day(tmp_path: Path) -> None:
    board(tmp_path, "doubt", f"{Q1},care,a,100\n{Q2},care,a,151")
    write_returns(tmp_path, f"{Q2},care,a,115", "later.csv")
    manifest = "file,received_on\nreturns.csv,2016-10-10\nlater.csv,2016-11-10\n"
    (tmp_path / "returns" / "manifest.csv").write_text(manifest, encoding="utf-8")
    doubtful, settled = evaluate(tmp_path, as_of=date(2016, 11, 9)), evaluate(tmp_path, as_of=date(2016, 11, 10))
    assert cell(doubtful, "number", Q2, "status") != "green"
    assert cell(settled, "number", Q2, "status") == "green"
    assert [row[0] for row in told(settled)] == ["superseded"]


def test_each_group_and_each_sender_is_checked_by_itself(tmp_path: Path) -> None:
    rows = f"period,agency,figure,district,value\n{Q1},care,a,North,10\n{Q1},care,b,North,11\n{Q1},care,a,South,10"
    evaluation = board(tmp_path, "lost", rows + f"\n{Q1},care,b,South,9")
    assert evaluation.problems.select("kind", "group").rows() == [("check-lost", "North")]
    assert cell(evaluation, "number", Q1, "value", "South") == 10
    assert cell(evaluation, "number", Q1, "status") == "invalid"
    write_board(tmp_path, FIGURES, INDICATORS, TOLERANCES)
    with (tmp_path / "indicators.yaml").open("a", encoding="utf-8") as file:
        file.write("checks: {few: {that: s < 5, says: few staff, severity: lost}}\n")
    write_returns(tmp_path, f"{Q1},care,s,4\n{Q1},police,s,5")
    assert evaluate(tmp_path).problems.select("kind", "agency").rows() == [("check-lost", "police")]


@pytest.mark.parametrize(("changed", "told_"), [(None, ["same-as-before"]), (9, []), ("fewer", []), ("zero", [])])
def test_a_return_that_repeats_the_one_before_is_doubted(tmp_path: Path, changed: object, told_: list[str]) -> None:
    names = [f"f{number}" for number in range(9 if changed == "fewer" else 10)]
    figures = "\n".join(f"{name}: {{title: {name}, from: care, kind: flow, frequency: quarterly}}" for name in names)
    indicators = "\n".join(f"i_{name}: {{formula: {name}, frequency: quarterly}}" for name in names)
    write_board(tmp_path, figures, indicators, "i_f0: {good: at most 5}")
    values = {name: 0 if changed == "zero" else number for number, name in enumerate(names)}
    later = values | ({"f9": 10} if changed == 9 else {})
    rows = [f"{Q1},care,{name},{value}" for name, value in values.items()]
    write_returns(tmp_path, "\n".join([*rows, *(f"{Q2},care,{name},{value}" for name, value in later.items())]))
    evaluation = evaluate(tmp_path)
    assert evaluation.problems["kind"].to_list() == told_
    assert (cell(evaluation, "i_f0", Q2, "status") == "green") is (told_ == [])
    assert cell(evaluation, "i_f0", Q1, "status") == "green"


def test_submissions_read_with_other_checks_are_refused(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "note", f"{Q1},care,a,100")
    write_board(tmp_path, FIGURES, INDICATORS, TOLERANCES)
    with pytest.raises(pmf.MismatchError):
        pmf.evaluate(pmf.load_framework(tmp_path), evaluation.submissions)
    assert evaluation.results.filter(pl.col("indicator") == "number").height
