"""What lies in a folder of submissions: files are read by their names as they are, all else is named and never read."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

LISTS = """\
lists:
  visit_list: {title: Visits, from: care, date: day, columns: {day: date}}
"""
FIGURES = "adults: {title: Adults, from: care, kind: stock, frequency: quarterly}"
INDICATORS = """
people: {frequency: quarterly, formula: adults}
visits: {frequency: quarterly, formula: count(visit_list)}
"""
RECORDS = "day\n2016-04-01\n2016-05-05\n2016-06-30\n"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    write_board(tmp_path, FIGURES, INDICATORS, head=HEAD + LISTS)
    write_returns(tmp_path, "2016-17 Q1,care,adults,7")
    return tmp_path


def run(board: Path) -> pmf.Evaluation:
    return evaluate(board, "2016-17 Q1", date(2016, 8, 15))


def kinds(evaluation: pmf.Evaluation) -> list[tuple[str, str]]:
    return evaluation.problems.select("file", "kind").rows()


BRACKETS = ["visit_list [final].csv", "visit_list[1]/a.csv", "visit_list_[a-c].parquet", "[x]/visit list {1}.csv"]


@pytest.mark.parametrize("name", BRACKETS)
def test_brackets_in_names_are_brackets(name: str, board: Path) -> None:
    path = board / "returns" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        path.write_text(RECORDS, encoding="utf-8")
    else:
        pl.DataFrame({"day": [date(2016, 4, 1), date(2016, 5, 5), date(2016, 6, 30)]}).write_parquet(path)
    (board / "returns" / "manifest.csv").write_text(
        f"file,received_on,covers_from,covers_to\nreturns.csv,2016-07-05,,\n{name},2016-07-05,2016-04-01,2016-06-30\n",
        encoding="utf-8",
    )
    assert cell(run(board), "visits", "2016-17 Q1", "value") == 3


def test_links_are_named_and_never_followed(board: Path) -> None:
    returns, elsewhere = board / "returns", board / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "later.csv").write_text("period,agency,figure,value\n2016-17 Q1,care,adults,70\n", encoding="utf-8")
    (returns / "later").symlink_to(elsewhere, target_is_directory=True)
    (returns / "copy.csv").symlink_to(elsewhere / "later.csv")
    (returns / "round").symlink_to(returns, target_is_directory=True)
    (returns / "nowhere.csv").symlink_to(board / "no such file.csv")
    evaluation = run(board)
    assert cell(evaluation, "people", "2016-17 Q1", "value") == 7
    assert kinds(evaluation) == [("copy.csv", "link"), ("later", "link"), ("nowhere.csv", "link"), ("round", "link")]


@pytest.mark.parametrize("name", ["a.docx", "visit_list.pdf", "care.TXT", "x.csv.gz", "all.zip", "p.xml"])
def test_kinds_of_files_that_are_not_read_are_named(name: str, board: Path) -> None:
    (board / "returns" / name).write_bytes(b"PK\x03\x04")
    evaluation = run(board)
    assert kinds(evaluation) == [(name, "not-read")]
    assert cell(evaluation, "people", "2016-17 Q1", "value") == 7


def test_pipes_are_never_waited_for(board: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(board / "returns" / "more.csv")
        assert kinds(run(board)) == [("more.csv", "not-a-file")]


def test_names_that_are_no_text_are_named(board: Path) -> None:
    if sys.platform == "linux":
        name = os.fsdecode(b"caf\xe9.csv")
        (board / "returns" / name).write_bytes(b"period,agency,figure,value\n2016-17 Q1,care,adults,70\n")
        assert kinds(run(board)) == [("caf\\udce9.csv", "name-not-text")]
