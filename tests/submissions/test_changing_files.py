"""Files that are cut short, replaced or taken away while they are read: only their own figures are lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.records import count, record_problems
from pmf_engine.submissions import csv_tables, list_headers
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

LISTS = """\
lists:
  visit_list: {title: Visits, from: care, date: day, columns: {day: date, note: text?}}
  call_list: {title: Calls, from: care, date: day, columns: {day: date}}
"""
FIGURES = """
adults: {title: Adults, from: care, kind: stock, frequency: quarterly}
officers: {title: Officers, from: police, kind: stock, frequency: quarterly}
"""
INDICATORS = """
people: {frequency: quarterly, formula: adults}
staff: {frequency: quarterly, formula: officers}
visits: {frequency: quarterly, formula: count(visit_list)}
calls: {frequency: quarterly, formula: count(call_list)}
"""
DAYS = [date(2016, 4, 1) + timedelta(days=day) for day in range(91)]
CHANGED = "cannot read this file: it was changed, replaced or taken away while it was read"


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def lengthen(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"2016-04-01,\n")


CHANGES: list[Callable[[Path], None]] = [cut, replace, lengthen, Path.unlink]


def board(folder: Path, suffix: str) -> Path:
    """Writes a board with two returns, a good list and a list in a format; returns the path of the latter."""
    write_board(folder, FIGURES, INDICATORS, head=HEAD + LISTS)
    write_returns(folder, "2016-17 Q1,care,adults,7", "care.csv")
    write_returns(folder, "2016-17 Q1,police,officers,8", "police.csv")
    pl.DataFrame({"day": DAYS}).write_parquet(folder / "returns" / "call_list.parquet")
    records = pl.DataFrame({"day": DAYS, "note": ["a"] * len(DAYS)})
    path = folder / "returns" / f"visit_list{suffix}"
    if suffix == ".csv":
        records.write_csv(path)
    elif suffix == ".parquet":
        records.write_parquet(path)
    else:
        records.write_excel(path)
    return path


def check(evaluation: pmf.Evaluation, bad: str, file: str) -> None:
    """All indicators but one have their values, and the file of that one has one problem."""
    values = {"people": 7, "staff": 8, "visits": 91, "calls": 91}
    for indicator, value in values.items():
        own = cell(evaluation, indicator, "2016-17 Q1", "value")
        assert own == (None if indicator == bad else value), indicator
    assert evaluation.problems.filter(pl.col("file") == file)["message"].str.starts_with(CHANGED).to_list() == [True]


def after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, action: Callable[[], None]) -> None:
    """Lets an action happen once, right after the next call of a function of a module."""
    original = getattr(module, name)
    waiting = [action]

    def stand_in(*arguments: Any, **options: Any) -> Any:
        result = original(*arguments, **options)
        if waiting:
            waiting.pop()()
        return result

    monkeypatch.setattr(module, name, stand_in)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_list_that_changes_while_its_header_is_read(
    suffix: str, change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = board(tmp_path, suffix)
    original = list_headers.ListHeader.read

    def read(self: Any, part: Any, *arguments: Any) -> Any:
        if part.list == "visit_list" and path.exists():
            change(path)
        return original(self, part, *arguments)

    monkeypatch.setattr(list_headers.ListHeader, "read", read)
    check(evaluate(tmp_path, "2016-17 Q1", date(2016, 8, 15)), "visits", path.name)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("moment", [(count, "current"), (count, "_answers"), (record_problems, "with_conventions")])
def test_a_list_that_changes_before_its_records_are_all_read(
    moment: tuple[Any, str],
    suffix: str,
    change: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = board(tmp_path, suffix)
    after(monkeypatch, *moment, lambda: change(path))
    check(evaluate(tmp_path, "2016-17 Q1", date(2016, 8, 15)), "visits", path.name)


@pytest.mark.parametrize("change", CHANGES)
def test_a_return_that_changes_while_it_is_read(
    change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board(tmp_path, ".csv")
    after(monkeypatch, csv_tables, "_decode", lambda: change(tmp_path / "returns" / "care.csv"))
    check(evaluate(tmp_path, "2016-17 Q1", date(2016, 8, 15)), "people", "care.csv")


def test_a_list_that_was_replaced_since_it_was_read_is_read_anew(tmp_path: Path) -> None:
    path = board(tmp_path, ".parquet")
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    pl.DataFrame({"day": DAYS[:50], "note": ["a"] * 50}).write_parquet(path)
    check(pmf.evaluate(framework, submissions, period="2016-17 Q1", as_of=date(2016, 8, 15)), "visits", path.name)
    again = pmf.read_submissions(framework.submissions, framework)
    evaluation = pmf.evaluate(framework, again, period="2016-17 Q1", as_of=date(2016, 8, 15))
    assert evaluation.problems.filter(pl.col("message").str.starts_with(CHANGED)).is_empty()


def test_a_damaged_column_that_no_formula_asks_for_costs_its_file_alone(tmp_path: Path) -> None:
    path = board(tmp_path, ".parquet")
    notes = [f"note {number * 7919 % 1000003}" for number in range(20 * len(DAYS))]
    pl.DataFrame({"day": DAYS * 20, "note": notes}).write_parquet(path, compression="uncompressed", statistics=False)
    content = bytearray(path.read_bytes())
    at = content.index(b"note ")
    content[at - 60 : at + 400] = b"\xff" * 460
    path.write_bytes(bytes(content))
    evaluation = evaluate(tmp_path, "2016-17 Q1", date(2016, 8, 15))
    assert cell(evaluation, "calls", "2016-17 Q1", "value") == 91
    assert cell(evaluation, "visits", "2016-17 Q1", "status") == "invalid"
