"""Templates as people fill them in: saved in another form, below titles, with a column taken out or a row put in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.cli import main
from tests.support.boards import write_board
from tests.support.return_files import as_csv, as_ods, as_xls, workbook_of

FIGURES = """
visits: {title: Visits made, from: police, kind: flow, frequency: quarterly}
calls: {title: Calls, from: police, kind: flow, frequency: quarterly}
"""
INDICATORS = """
i_visits: {formula: visits, frequency: quarterly, by: [district]}
i_calls: {formula: calls, frequency: quarterly}
"""
Table = list[list[str]]


def filled(folder: Path) -> tuple[pmf.Framework, Table]:
    """A board, and the template of its police, filled in: a number and last quarter's beside it in each row."""
    write_board(folder, FIGURES, INDICATORS)
    (folder / "returns").mkdir()
    arguments = ["template", "police", "2016-17 Q4", "--config", str(folder), "--as-of", "2017-04-02"]
    assert main([*arguments, "--output", str(folder / "blank.csv")]) == 0
    rows = list(csv.reader(io.StringIO((folder / "blank.csv").read_text(encoding="utf-8-sig"))))
    value, last = rows[0].index("value"), rows[0].index("last time (not read)")
    for number, row in enumerate(rows[1:], 30):
        row[value], row[last] = str(number), str(number + 100)
    return pmf.load_framework(folder), rows


def values(submissions: pmf.Submissions) -> list[float]:
    return sorted(value for value in submissions.readings["value"].to_list() if value is not None)


def below_titles(rows: Table) -> Table:
    return [["Police return"], [""], *rows]


@pytest.mark.parametrize("name", ["police.csv", "police.xlsx", "police.xls", "police.ods"])
@pytest.mark.parametrize("change", [list, below_titles])
def test_it_is_read_in_every_form_and_below_titles(tmp_path: Path, name: str, change: Callable[[Table], Table]) -> None:
    framework, rows = filled(tmp_path)
    write(tmp_path / "returns" / name, change(rows))
    submissions = pmf.read_submissions(tmp_path / "returns", framework)
    assert values(submissions) == [30.0 + number for number in range(len(rows) - 1)]
    assert set(submissions.problems["kind"]) <= {"format-tells-less"}


@pytest.mark.parametrize("heading", ["period", "figure", "value", "district"])
@pytest.mark.parametrize("name", ["police.csv", "police.xlsx"])
def test_without_a_column_nothing_is_read_for_something_else(tmp_path: Path, heading: str, name: str) -> None:
    framework, rows = filled(tmp_path)
    at = [title.lower() for title in rows[0]].index(heading)
    write(tmp_path / "returns" / name, [[text for position, text in enumerate(row) if position != at] for row in rows])
    submissions = pmf.read_submissions(tmp_path / "returns", framework)
    right = {(row[2], row[3] or None): float(row[4]) for row in rows[1:]}
    read = submissions.readings.drop_nulls("value").select("figure", "group", "value").rows()
    assert all(right[figure, group] == value for figure, group, value in read)
    assert submissions.problems.height


def write(path: Path, rows: Table) -> None:
    """Writes rows in the form that the name says."""
    match path.suffix:
        case ".csv":
            path.write_bytes(as_csv(rows))
        case ".xlsx":
            workbook_of({"Return": rows}).save(path)
        case ".xls":
            path.write_bytes(as_xls({"Return": rows}))
        case _:
            path.write_bytes(as_ods({"Return": rows}))
