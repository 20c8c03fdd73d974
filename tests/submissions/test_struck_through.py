"""Cells that are struck through in a workbook: what somebody crossed out is no number, and no name."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

import pmf_engine as pmf
from tests.submissions import test_list_files
from tests.support.boards import cell, evaluate, write_board

FIGURES = "n: {title: Numbers seen, from: care, kind: flow, frequency: quarterly}"


def board(folder: Path, struck: tuple[int, int], line: bool = True) -> pmf.Evaluation:
    """A return of two quarters as a workbook, with one cell struck through."""
    write_board(folder, FIGURES, "y: {frequency: quarterly, formula: n}", "y: {good: at most 20}", "")
    (folder / "returns").mkdir()
    book = xlsxwriter.Workbook(str(folder / "returns" / "care.xlsx"))
    sheet, crossed = book.add_worksheet(), book.add_format({"font_strikeout": line, "bold": True})
    header = ["period", "agency", "figure", "value"]
    rows: list[list[str | int]] = [[*header], ["2016-17 Q1", "care", "n", 12], ["2016-17 Q2", "care", "n", 12]]
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            sheet.write(row, column, text, crossed if (row, column) == struck else None)
    book.close()
    return evaluate(folder, "2016-17 Q2")


def test_a_number_that_is_struck_through_is_refused_and_its_like_elsewhere_is_not(tmp_path: Path) -> None:
    evaluation = board(tmp_path, (2, 3))
    assert cell(evaluation, "y", "2016-17 Q2", "status") == "invalid"
    assert cell(evaluation, "y", "2016-17 Q1", "value") == 12
    [(row, column, text, kind)] = evaluation.problems.select("row", "column", "text", "kind").rows()
    assert (row, column, text, kind) == (3, "value", "12, struck through", "not-a-number")


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_row_of_which_a_name_is_struck_through_is_refused(tmp_path: Path, column: int) -> None:
    assert cell(board(tmp_path, (2, column)), "y", "2016-17 Q2", "status") != "green"


def test_bold_cells_are_numbers(tmp_path: Path) -> None:
    assert cell(board(tmp_path, (2, 3), line=False), "y", "2016-17 Q2", "value") == 12


@pytest.mark.parametrize("column", range(5))
def test_a_cell_of_a_list_that_is_struck_through_is_refused(tmp_path: Path, column: int) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, crossed = book.add_worksheet(), book.add_format({"font_strikeout": True})
    rows = [row.split(",") for row in (test_list_files.HEADER + test_list_files.ROW).strip().split("\n")]
    for row, texts in enumerate(rows):
        for place, text in enumerate(texts):
            sheet.write(row, place, text, crossed if (row, place) == (1, column) else None)
    book.close()
    (tmp_path / "board").mkdir()
    files = {"referral_list.xlsx": path.read_bytes()} | test_list_files.covering("referral_list.xlsx")
    evaluation = test_list_files.read(tmp_path / "board", files)
    assert evaluation.problems.select("row", "kind").rows() == [(2, "struck-through")]


def test_a_number_of_a_list_that_is_not_shown_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, white = book.add_worksheet(), book.add_format({"font_color": "white", "num_format": "dd/mm/yyyy"})
    header, row = ([*line.split(",")] for line in (test_list_files.HEADER + test_list_files.ROW).strip().split("\n"))
    day = next(at for at, text in enumerate(row) if text.startswith("20") and len(text) == 10)
    sheet.write_row(0, 0, header)
    sheet.write_row(1, 0, row)
    sheet.write_number(1, day, 42_700, white)
    book.close()
    (tmp_path / "board").mkdir()
    files = {"referral_list.xlsx": path.read_bytes()} | test_list_files.covering("referral_list.xlsx")
    evaluation = test_list_files.read(tmp_path / "board", files)
    assert evaluation.problems.select("row", "kind").rows() == [(2, "unseen-cell")]
