"""The marked copy of a sender's workbook opens in LibreOffice, with all that the sender wrote as it was."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.styles import Font, PatternFill

from pmf_engine.cli import main
from tests.installed.office import program
from tests.support.boards import write_board

FIGURES = """
visits: {title: Visits made, from: police, kind: flow, frequency: quarterly}
calls: {title: Calls, from: police, kind: flow, frequency: quarterly}
"""
INDICATORS = """
i_visits: {formula: visits, frequency: quarterly}
i_calls: {formula: calls, frequency: quarterly}
"""


def _sent(path: Path) -> None:
    """A workbook with a wrong cell, a formula, formats, a merged title and a sheet of the sender's own."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Return"
    for row in [
        ["Quarterly return"],
        ["Measure", "2016-17 Q1", "2016-17 Q2"],
        ["Visits made", 520, "54O"],
        ["Calls", 7, 8],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["B3"].number_format = "#,##0"
    sheet["B4"].fill = PatternFill("solid", fgColor="00FF00")
    sheet.column_dimensions["A"].width = 31
    notes = book.create_sheet("Our notes")
    notes["A1"], notes["A2"], notes["B1"] = "Sums", "=SUM(Return!B3:B4)", date(2017, 1, 31)
    book.save(path)


def test_other_cells_formulas_formats_and_sheets_are_as_they_were(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, INDICATORS)
    (tmp_path / "returns").mkdir()
    sent, marked = tmp_path / "returns" / "police.xlsx", tmp_path / "marked.xlsx"
    _sent(sent)
    arguments = ["validate", "police", "--config", str(tmp_path), "--format", "xlsx", "--output", str(marked)]
    main([*arguments, "--file", "police.xlsx"])
    office = program()
    assert office is not None
    profile, opened = (tmp_path / "profile").as_uri(), tmp_path / "opened"
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", opened, marked], check=True, capture_output=True, timeout=180)
    book = openpyxl.load_workbook(opened / "marked.xlsx")
    assert book.sheetnames == ["To mend", "Return", "Our notes"]
    sheet, notes = book["Return"], book["Our notes"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Quarterly return", None, None], ["Measure", "2016-17 Q1", "2016-17 Q2"], ["Visits made", 520, "54O"],
        ["Calls", 7, 8],
    ]  # fmt: skip
    assert [str(each) for each in sheet.merged_cells.ranges] == ["A1:C1"]
    assert (sheet["A1"].font.b, sheet["A1"].font.sz, sheet["B3"].number_format) == (True, 14, "#,##0")
    assert sheet["B4"].fill.fgColor.rgb == "FF00FF00"
    assert round(sheet.column_dimensions["A"].width) == 31
    assert "not a number" in sheet["C3"].comment.text
    assert sheet["C3"].fill.fgColor.rgb == "FFFFC7CE"
    assert all(cell.comment is None for row in sheet.iter_rows() for cell in row if cell.coordinate != "C3")
    assert (notes["A1"].value, notes["A2"].value) == ("Sums", "=SUM(Return!B3:B4)")
    assert notes["B1"].value.date() == date(2017, 1, 31)
    results = openpyxl.load_workbook(opened / "marked.xlsx", data_only=True)
    assert results["Our notes"]["A2"].value == 527
    listed = [[cell.value for cell in row] for row in results["To mend"].iter_rows(min_row=2)]
    assert [row[:4] for row in listed] == [["not used", "Our notes", "A2", None], ["not used", "Return", "C3", "54O"]]
