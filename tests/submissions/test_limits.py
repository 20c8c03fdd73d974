"""Limits of what is read: each has a reason and a clause, and together they allow for the largest lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.submissions import csv_limits, csv_tables, list_csv, workbook_facts
from pmf_engine.submissions import limits as limits_module
from pmf_engine.submissions.limits import LIMITS, Measure, UnreadableError, keep_within
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns


@pytest.mark.parametrize("measure", Measure)
def test_a_limit_says_itself_and_has_a_reason(measure: Measure) -> None:
    limit = LIMITS[measure]
    assert limit.reason.endswith(".")
    keep_within(measure, limit.most, row=1, column=1)
    with pytest.raises(UnreadableError) as caught:
        keep_within(measure, limit.most + 1, row=1, column=1)
    assert f"{limit.most:,}" in str(caught.value)


def test_limits_allow_for_a_hundred_million_records() -> None:
    records = 100_000_000
    assert LIMITS[Measure.ROWS].most >= 10 * records
    assert LIMITS[Measure.STREAM_BYTES].most >= 1000 * records


def test_the_document_has_every_limit() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8").splitlines()
    begin = lines.index("| what | at most | where |") + 2
    rows = list(takewhile(lambda line: line.startswith("|"), lines[begin:]))
    assert [row.split(" | ")[1] for row in rows] == [f"{limit.most:,}" for limit in LIMITS.values()]


# -- files above a limit, with limits that small files reach ---------------------------------------


def lowered(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    """Lowers limits, by the names of their measures."""
    low = {Measure[name]: replace(LIMITS[Measure[name]], most=most) for name, most in limits.items()}
    for module in (limits_module, csv_limits, csv_tables, list_csv, workbook_facts):
        if hasattr(module, "LIMITS"):
            monkeypatch.setattr(module, "LIMITS", {**LIMITS, **low})


def read(folder: Path, name: str, content: str | bytes) -> pmf.Evaluation:
    """The evaluation of a board with two returns and a list, of which one is given."""
    figures = """
    adults: {title: Adults, from: care, kind: stock, frequency: quarterly}
    officers: {title: Officers, from: police, kind: stock, frequency: quarterly}
    """
    indicators = """
    people: {frequency: quarterly, formula: adults}
    staff: {frequency: quarterly, formula: officers}
    visits: {frequency: quarterly, formula: count(visit_list)}
    """
    lists = "lists:\n  visit_list: {title: Visits, from: care, date: day, columns: {day: date, note: text?}}\n"
    write_board(folder, figures, indicators, head=HEAD + lists)
    write_returns(folder, "2016-17 Q1,care,adults,7")
    (folder / "returns" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    evaluation = evaluate(folder, "2016-17 Q1", date(2016, 8, 15))
    assert cell(evaluation, "people", "2016-17 Q1", "value") == 7
    return evaluation


def messages(evaluation: pmf.Evaluation) -> list[str]:
    return evaluation.problems["message"].to_list()


RETURN = "period,agency,figure,value\n2016-17 Q1,police,officers,8\n"
DAYS = "".join(f"{date(2016, 4, 1) + timedelta(days=day)},a\n" for day in range(91))


@pytest.mark.parametrize(
    ("limits", "content", "says"),
    [
        ({"BYTES": 54}, RETURN, "it has 56 bytes, and no more than 54 are read at once"),
        ({"LINE": 40}, RETURN + "x" * 41, "a line has more than 40 bytes"),
        ({"LINE": 40}, RETURN + "x" * 41 + "\n", "a line has more than 40 bytes"),
        ({"COLUMNS": 4}, RETURN.replace("value", "value,comment"), "it has 5 columns, and no more than 4 are read"),
        ({"CELLS": 10}, RETURN + "\n\n", "it reaches to row 4 and column 4, and no more than 10 cells are read"),
        (
            {"FAULTS": 2},
            RETURN + "2016-17 Q2,police,officers,9,a,b,c\n",
            "more than 2 of its rows cannot be understood",
        ),
    ],
)
def test_a_return_above_a_limit_is_not_read(
    limits: dict[str, int], content: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lowered(monkeypatch, **limits)
    [message] = messages(read(tmp_path, "police.csv", content))
    assert message.startswith(f"cannot read this file: {says}")


@pytest.mark.parametrize("most", [28, 29, 30, 100])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_of_the_greatest_length_are_read(
    most: int, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_limits, "_BLOCK", 7)
    lowered(monkeypatch, LINE=most)  # the longest line has 28 bytes and its ending
    evaluation = read(tmp_path, "police.csv", RETURN.replace("\n", ending))
    if most > 28:
        assert cell(evaluation, "staff", "2016-17 Q1", "value") == 8
    else:
        assert "a line has more than" in messages(evaluation)[0]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_with_a_cell_above_the_limit_is_set_aside(quote: str, tmp_path: Path) -> None:
    rows = f"{RETURN}2016-17 Q2,police,officers,9,{quote}{'x' * 200_000}{quote}\n"
    evaluation = read(tmp_path, "police.csv", rows.replace("value", "value,comment"))
    assert cell(evaluation, "staff", "2016-17 Q1", "value") == 8
    [message] = messages(evaluation)
    assert "has more than 32,767 characters, the most that are read" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"LINE": 40}, "a line has more than 40 bytes"),
        ({"STREAM_BYTES": 500}, "it has 5,659 bytes, and no more than 500 of one file are read"),
        ({"COLUMNS": 5}, "it has 6 columns, and no more than 5 are read"),
    ],
)
def test_a_list_above_a_limit_is_not_read(
    limits: dict[str, int], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lowered(monkeypatch, **limits)
    days = DAYS.replace("\n", f"{'x' * 49}\n")
    evaluation = read(tmp_path, "visit_list.csv", f"day,note,a,b,c,d\n{days}")
    assert cell(evaluation, "visits", "2016-17 Q1", "status") == "invalid"
    assert messages(evaluation)[0].startswith(f"cannot read this file: {says}")


def test_a_header_longer_than_what_is_read_first_is_found(tmp_path: Path) -> None:
    others = ",".join(f"a column of a system {number}" for number in range(12_000))
    evaluation = read(tmp_path, "visit_list.csv", f"day,note,{others}\n{DAYS}")
    assert cell(evaluation, "visits", "2016-17 Q1", "value") == 91
