"""One bad file costs its own figures, and says what it is; the others are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

import pmf_engine as pmf
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

LISTS = """\
lists:
  visit_list: {title: Visits, from: care, date: day, columns: {day: date}}
  call_list: {title: Calls, from: care, date: day, columns: {day: date}}
"""
INDICATORS = """
people: {frequency: quarterly, formula: adults}
visits: {frequency: quarterly, formula: count(visit_list)}
calls: {frequency: quarterly, formula: count(call_list)}
"""
DAYS = [date(2016, 4, 1) + timedelta(days=day) for day in range(91)]


def board(folder: Path, name: str, content: bytes) -> pmf.Evaluation:
    """A board with a return, a good list, and a file of another list."""
    figure = "adults: {title: Adults, from: care, kind: stock, frequency: quarterly}"
    write_board(folder, figure, INDICATORS, head=HEAD + LISTS)
    write_returns(folder, "2016-17 Q1,care,adults,7")
    pl.DataFrame({"day": DAYS}).write_parquet(folder / "returns" / "call_list.parquet")
    (folder / "returns" / name).write_bytes(content)
    evaluation = evaluate(folder, "2016-17 Q1", date(2016, 8, 15))
    assert cell(evaluation, "people", "2016-17 Q1", "value") == 7
    assert cell(evaluation, "calls", "2016-17 Q1", "value") == 91
    return evaluation


def message(evaluation: pmf.Evaluation, name: str) -> str:
    """The only problem of a file."""
    [text] = evaluation.problems.filter(pl.col("file") == name)["message"]
    return str(text)


def workbook(change: Callable[[openpyxl.Workbook], None] = lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["day"])
    for day in DAYS:
        book.active.append([day])
    change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"<html><table></table></html>", "it is a web page under the name of a workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "it has a password, or is an older workbook"),
        (b"day\n2016-04-05\n", "it is text under the name of a workbook; name it .csv"),
        ("day\n2016-04-05\n".encode("utf-16"), "it is text under the name of a workbook; name it .csv"),
        (bytes(range(256)) * 3, "it is no workbook, whatever its name says"),
        (workbook()[:400], "it is damaged"),
    ],
)
def test_a_workbook_that_is_none_says_what_it_is(content: bytes, says: str, tmp_path: Path) -> None:
    evaluation = board(tmp_path, "visit_list.xlsx", content)
    assert cell(evaluation, "visits", "2016-17 Q1", "status") == "invalid"
    assert says in message(evaluation, "visit_list.xlsx")


@pytest.mark.parametrize("where", ["XFD1048576", "A1048576 XFD1", "ZZ999999"])
def test_a_stray_cell_far_away_is_refused_before_it_is_read(where: str, tmp_path: Path) -> None:
    def stray(book: openpyxl.Workbook) -> None:
        for place in where.split():
            book.active[place] = "x"

    evaluation = board(tmp_path, "visit_list.xlsx", workbook(stray))
    assert cell(evaluation, "visits", "2016-17 Q1", "status") == "invalid"
    assert "delete what stands far from the table" in message(evaluation, "visit_list.xlsx")


def test_a_stray_cell_on_a_hidden_sheet_is_refused_too(tmp_path: Path) -> None:
    def stray(book: openpyxl.Workbook) -> None:
        other = book.create_sheet("notes")
        other["XFD1048576"] = "x"
        other.sheet_state = "hidden"

    assert "delete what stands" in message(board(tmp_path, "visit_list.xlsx", workbook(stray)), "visit_list.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    content = io.BytesIO(workbook())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/media/zeros.bin", "w") as stream:
        for _ in range(210):
            stream.write(bytes(10_000_000))
    assert "it unpacks to 2," in message(board(tmp_path, "visit_list.xlsx", content.getvalue()), "visit_list.xlsx")


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"])
def test_a_damaged_page_costs_one_file(compression: str, tmp_path: Path) -> None:
    content = io.BytesIO()
    options: dict[str, Any] = {"compression": compression}
    pl.DataFrame({"day": [str(day) for day in DAYS] * 300}).write_parquet(content, **options)
    damaged = bytearray(content.getvalue())
    damaged[40:400] = b"\xff" * 360
    evaluation = board(tmp_path, "visit_list.parquet", bytes(damaged))
    assert cell(evaluation, "visits", "2016-17 Q1", "status") == "invalid"


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_a_file_cut_short_costs_itself(suffix: str, tenth: int, tmp_path: Path) -> None:
    content = io.BytesIO()
    pl.DataFrame({"day": DAYS}).write_parquet(content)
    whole = workbook() if suffix == ".xlsx" else content.getvalue()
    evaluation = board(tmp_path, f"visit_list{suffix}", whole[: len(whole) * tenth // 10])
    assert cell(evaluation, "visits", "2016-17 Q1", "status") == "invalid"
    assert "cannot read this file" in message(evaluation, f"visit_list{suffix}")
