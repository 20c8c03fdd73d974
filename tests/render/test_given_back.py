"""What is given back to senders: their own workbook with its doubtful cells marked, a letter, and a table."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

import pmf_engine as pmf
from pmf_engine.cli.program import main
from pmf_engine.render.letter import to_letters
from pmf_engine.render.marked_workbook import LIST, files_to_mark, marked_workbook
from pmf_engine.render.validation import to_csv
from pmf_engine.report.validation import Validation, validation
from tests.support.boards import write_board
from tests.support.return_files import FIGURES, HEAD, INDICATORS

AS_OF = date(2017, 5, 1)
DOCS = Path(__file__).parents[2] / "docs" / "returns"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A board whose social care sent a workbook with one number that is none, and a CSV file with a misspelt figure."""
    write_board(tmp_path, FIGURES, INDICATORS, head=HEAD)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Data"
    for row in (["Measure", "2016-17 Q1", "2016-17 Q2"], ["Visits made", "52O", 540], ["Referrals received", 41, 43]):
        sheet.append(row)
    sheet["A2"].font = Font(bold=True)
    sheet["C3"].number_format = "#,##0"
    sheet["E9"] = "=B3+C3"
    other = book.create_sheet("Notes")
    other["A1"] = "Do not touch"
    (tmp_path / "returns").mkdir()
    book.save(tmp_path / "returns" / "care.xlsx")
    (tmp_path / "returns" / "care.csv").write_text(
        "Measure,2016-17 Q3\nVisitz made,=1\nReferrals received,44\n", encoding="utf-8"
    )
    return tmp_path


def validated(folder: Path) -> Validation:
    framework = pmf.load_framework(folder)
    return validation(framework, pmf.read_submissions(framework.submissions, framework), AS_OF, agency="care")


def test_doubtful_cells_are_coloured_and_all_else_stays(folder: Path) -> None:
    content = marked_workbook(validated(folder), "care.xlsx", folder / "returns" / "care.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == [LIST, "Data", "Notes"]
    data = book["Data"]
    assert data["B2"].value == "52O"
    assert data["B2"].fill.fgColor.rgb.endswith("FFC7CE")
    assert "not a number" in data["B2"].comment.text
    assert [cell.comment for cell in data[3]] == [None] * data.max_column
    assert data["A2"].font.bold
    assert data["C3"].number_format == "#,##0"
    assert data["E9"].value == "=B3+C3"
    assert book["Notes"]["A1"].value == "Do not touch"
    listed = [[cell.value for cell in row[:4]] for row in book[LIST].iter_rows()]
    assert ["not used", "Data", "B2", "52O"] in listed
    assert book[LIST]["C2"].hyperlink.location or book[LIST]["C2"].hyperlink.ref


def test_a_csv_file_becomes_a_workbook_in_which_nothing_is_a_formula(folder: Path) -> None:
    content = marked_workbook(validated(folder), "care.csv", folder / "returns" / "care.csv")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Return"]
    assert sheet["A2"].comment is not None
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1", "s")


def test_a_letter_says_what_to_mend_and_what_is_late(folder: Path) -> None:
    letter = to_letters(validated(folder))
    assert letter.startswith("# Your return to Test Board\n\n1 May 2017\n\nDear colleagues of Social Care,\n")
    assert "- `care.xlsx`, sheet `Data`, row 2, B: `52O` is not a number" in letter
    assert "## Still to come" in letter
    assert "unknown figure `Visitz made`; did you mean `Visits made`?" in letter


def test_a_letter_asks_for_nothing_that_only_the_board_can_do() -> None:
    framework = pmf.load_framework(DOCS)
    submissions = pmf.read_submissions(DOCS / "returns", framework)
    letter = to_letters(validation(framework, submissions, date(2017, 1, 25)))
    assert "which is between 5 and 60; mend it\n" in letter
    assert not [word for word in ("ignore_columns", "plausible`", "unit:", "whole:") if word in letter]


def test_problems_as_a_table_hold_no_formula(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(validated(folder)))))
    assert {row["agency"] for row in rows} == {"care"}
    assert [row["text"] for row in rows if row["kind"] == "not-a-number" and row["file"] == "care.xlsx"] == ["52O"]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_the_command_marks_the_file_that_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert files_to_mark(validated(folder)) == ["care.csv", "care.xlsx"]
    command = ["validate", "care", "--config", str(folder), "--as-of", "2017-05-01", "--format", "xlsx"]
    output = folder / "marked.xlsx"
    assert main([*command, "--output", str(output)]) == 2
    assert "name the file to mark with `--file`: `care.csv`, `care.xlsx`" in capsys.readouterr().err
    assert main([*command, "--file", "care.xlsx", "--output", str(output)]) == 1
    assert openpyxl.load_workbook(output).sheetnames[1:] == ["Data", "Notes"]


def test_a_marked_copy_that_is_mended_and_sent_again_is_read(folder: Path) -> None:
    path = folder / "returns" / "care.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(marked_workbook(validated(folder), "care.xlsx", path)))
    book["Data"]["B2"], book["Data"]["E9"] = 520, None  # a formula has no result until a spreadsheet has opened it
    book.save(path)
    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(framework.submissions, framework)
    assert submissions.problems.filter(file="care.xlsx").is_empty()
    assert submissions.readings.filter(file="care.xlsx", figure="visits", state="ok")["value"].to_list() == [520, 540]


def test_only_the_list_is_selected_and_its_links_lead_to_any_name_of_a_sheet(folder: Path) -> None:
    path = folder / "returns" / "care.xlsx"
    book = openpyxl.load_workbook(path)
    book["Data"].title = "Children's data"
    book.save(path)
    marked = openpyxl.load_workbook(io.BytesIO(marked_workbook(validated(folder), "care.xlsx", path)))
    assert [sheet.title for sheet in marked if sheet.sheet_view.tabSelected] == [LIST]
    [link] = [cell.hyperlink.target for cell in marked[LIST]["C"] if cell.value == "B2"]
    assert link == "#'Children''s data'!B2"


def test_raised_digits_stay_raised(folder: Path) -> None:
    path = folder / "returns" / "care.xlsx"
    text = CellRichText("41", TextBlock(InlineFont(vertAlign="superscript"), "1"))
    book = openpyxl.load_workbook(path)
    book["Data"]["B3"] = text
    book.save(path)
    marked = io.BytesIO(marked_workbook(validated(folder), "care.xlsx", path))
    assert openpyxl.load_workbook(marked, rich_text=True)["Data"]["B3"].value == text
