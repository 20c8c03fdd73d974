"""A blank return that LibreOffice opened and saved still reads back: values, grades and markers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import polars as pl

import pmf_engine as pmf
from pmf_engine.cli import main
from tests.installed.office import program
from tests.support.boards import write_board

FIGURES = """
visits: {title: Visits made, from: police, kind: flow, frequency: quarterly}
staff: {title: Staff, from: police, kind: stock, frequency: quarterly, unit: fte}
grade: {title: Safe recruitment, from: police, kind: grade, scale: audit, frequency: quarterly}
calls: {title: Calls, from: police, kind: flow, frequency: quarterly}
"""
INDICATORS = """
i_visits: {formula: visits, frequency: quarterly, by: [district]}
i_staff: {formula: staff, frequency: quarterly}
i_grade: {formula: grade, frequency: quarterly}
i_calls: {formula: calls, frequency: quarterly}
"""


def test_values_grades_and_markers_come_back(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, INDICATORS)
    (tmp_path / "returns").mkdir()
    blank, saved = tmp_path / "police.xlsx", tmp_path / "returns" / "police.xlsx"
    arguments = ["template", "police", "2016-17 Q4", "--config", str(tmp_path), "--as-of", "2017-04-02"]
    assert main([*arguments, "--output", str(blank)]) == 0
    workbook = openpyxl.load_workbook(blank)
    sheet = workbook.active
    titles = [cell.value for cell in sheet[1]]
    answers = {"visits": 1234, "staff": 4.5, "grade": "partly met", "calls": "c"}
    for cells in sheet.iter_rows(min_row=2):
        cells[titles.index("value")].value = answers[str(cells[titles.index("figure")].value)]
    workbook.save(blank)
    profile = (tmp_path / "profile").as_uri()
    office = program()
    assert office is not None
    command = [
        office,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run([*command, "--outdir", saved.parent, blank], check=True, capture_output=True, timeout=180)
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    assert submissions.problems.is_empty()
    sent = submissions.cells.select("figure", "group", "value", pl.col("state").cast(pl.String)).sort("figure", "group")
    assert sent.rows() == [
        ("calls", None, None, "suppressed"),
        ("grade", None, 2, "ok"),
        ("staff", None, 4.5, "ok"),
        ("visits", "North", 1234, "ok"),
        ("visits", "South", 1234, "ok"),
    ]
    again = openpyxl.load_workbook(saved).active
    assert again.protection.sheet
    assert not again.cell(2, titles.index("value") + 1).protection.locked
