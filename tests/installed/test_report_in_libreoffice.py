"""The workbook of a report that LibreOffice opened and saved: every cell, numbers to the 15 digits that it writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl

from pmf_engine.render.renderers import RENDERERS, PageOptions
from tests.installed.office import program
from tests.render.test_terminal import report


def cells(path: Path) -> dict[tuple[str, int, int], object]:
    """The cells that hold something, by sheet, row and column."""
    workbook = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.row, cell.column): f"{cell.value:.15g}"
        if isinstance(cell.value, (int, float))
        else cell.value
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_every_cell_of_the_workbook_comes_back(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "report.xlsx", tmp_path / "saved" / "report.xlsx"
    content = RENDERERS["xlsx"](report(), PageOptions())
    assert isinstance(content, bytes)
    ours.write_bytes(content)
    office = program()
    assert office is not None
    options = [f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    command = [office, *options, "xlsx:Calc MS Excel 2007 XML", "--outdir", str(theirs.parent), str(ours)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    written = cells(ours)
    assert written["All results", 9, 6] == "76.3485477178423"
    assert cells(theirs) == written
