"""Packs of a fixed form: figures come from the cells that a layout names, and labels that change are told."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import pmf_engine as pmf
from tests.support.boards import write_board
from tests.support.return_files import FIGURES, HEAD, INDICATORS, as_csv

Q1, Q2 = "2016-17 Q1", "2016-17 Q2"
LAYOUTS = """
layouts:
  pack:
    from: care
    files: "*pack*.xlsx"
    sheet: "{period}"
    cells: {referrals: C4, visits: {at: C5, label: [Visits made, Home visits]}}
"""
OTHER = "  other: {from: care, files: pack.xlsx, cells: {visits: C5}}\n"
SHEET: list[list[Any]] = [
    ["Quarterly pack"],
    [],
    ["", "", "Number"],
    ["1", "Referrals", 410],
    ["2", "Visits made", 520],
    ["3", "Other", 7],
]


def board(folder: Path, layouts: str = LAYOUTS) -> pmf.Framework:
    return pmf.load_framework(write_board(folder, FIGURES, INDICATORS, head=HEAD + layouts))


def read(folder: Path, files: dict[str, Any], layouts: str = LAYOUTS) -> pmf.Submissions:
    framework = board(folder, layouts)
    sent = folder / "sent"
    sent.mkdir()
    for name, content in files.items():
        if isinstance(content, bytes):
            (sent / name).write_bytes(content)
            continue
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, rows in content.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(sent / name)
    return pmf.read_submissions(sent, framework)


def values(submissions: pmf.Submissions) -> list[tuple[Any, ...]]:
    """The figure, group, first month, value or state, and cell of each reading."""
    columns = ("figure", "group", "starts_on", "value", "state", "row", "column")
    found = [
        (figure, group, str(day)[:7], value or state, f"{column}{row}")
        for figure, group, day, value, state, row, column in submissions.readings.select(columns).iter_rows()
    ]
    return sorted(found, key=str)


def problems(submissions: pmf.Submissions) -> list[tuple[Any, ...]]:
    return submissions.problems.select("file", "sheet", "row", "column", "kind").rows()


def test_cells_of_each_sheet_are_read(tmp_path: Path) -> None:
    second = [*SHEET[:3], ["1", "Referrals", 430], ["2", "Home visits", None]]
    submissions = read(tmp_path, {"care pack.xlsx": {Q1: SHEET, Q2: second, "Guidance": [["Write 1"]]}})
    assert values(submissions) == [
        ("referrals", None, "2016-04", 410.0, "C4"),
        ("referrals", None, "2016-07", 430.0, "C4"),
        ("visits", None, "2016-04", 520.0, "C5"),
        ("visits", None, "2016-07", "no_data", "C5"),
    ]
    assert problems(submissions) == []


def test_a_row_that_is_put_in_moves_no_number_to_another_figure(tmp_path: Path) -> None:
    moved = [*SHEET[:3], ["1", "Early help", 99], ["2", "Referrals", 430], ["3", "Visits made", 540]]
    submissions = read(tmp_path, {"care pack.xlsx": {Q1: SHEET, Q2: moved}})
    assert problems(submissions) == [
        ("care pack.xlsx", Q2, 4, "B", "label-differs"),
        ("care pack.xlsx", Q2, 5, "B", "label-changed"),
    ]
    assert [each for each in values(submissions) if each[2] == "2016-07"] == [
        ("referrals", None, "2016-07", "invalid", "C4"),
        ("visits", None, "2016-07", "invalid", "C5"),
    ]


TABLE = """
layouts:
  table:
    from: care
    files: table_{period}.csv
    periods: A3:A
    cells: {referrals: B3:B, visits: C3:C}
  districts:
    from: care
    files: districts*.xlsx
    period: B1
    groups: {district: B3:E3}
    cells: {referrals: B4:E4, visits: B5:E5}
"""


def test_columns_and_ranges(tmp_path: Path) -> None:
    table = [["Return"], ["Quarter", "Referrals", "Visits"], [Q1, "410", "520"], [Q2, "43O", ""]]
    districts: list[list[Any]] = [
        ["Period", "Q3 16/17"], [], ["", "North", "South", "East Hill", "All districts"],
        ["Referrals", 31, 32, 33, 96], ["Visits", 41, 42, "c", None],
    ]  # fmt: skip
    files: dict[str, Any] = {"table_2016-17.csv": as_csv(table), "districts.xlsx": {"Data": districts}}
    submissions = read(tmp_path, files, TABLE)
    assert values(submissions) == [
        ("referrals", "East Hill", "2016-10", 33.0, "D4"),
        ("referrals", "North", "2016-10", 31.0, "B4"),
        ("referrals", "South", "2016-10", 32.0, "C4"),
        ("referrals", None, "2016-04", 410.0, "B3"),
        ("referrals", None, "2016-07", "invalid", "B4"),
        ("referrals", None, "2016-10", 96.0, "E4"),
        ("visits", "East Hill", "2016-10", "suppressed", "D5"),
        ("visits", "North", "2016-10", 41.0, "B5"),
        ("visits", "South", "2016-10", 42.0, "C5"),
        ("visits", None, "2016-04", 520.0, "C3"),
        ("visits", None, "2016-07", "no_data", "C4"),
        ("visits", None, "2016-10", "no_data", "E5"),
    ]
    assert problems(submissions) == [("table_2016-17.csv", None, 4, "B", "not-a-number")]


@pytest.mark.parametrize(
    ("files", "layouts", "kind"),
    [
        ({"pack.xlsx": {"Data": SHEET}}, LAYOUTS, "pack-sheet"),
        ({"pack.xlsx": {Q1: SHEET}}, LAYOUTS + OTHER, "layout-twice"),
        ({"pack.xlsx": {"Data": SHEET}}, LAYOUTS.replace('"{period}"', "Data"), "nothing-names"),
        ({"pack Q2 2016-17.xlsx": {Q1: SHEET}}, LAYOUTS, "titles-differ"),
    ],
    ids=["a sheet of another name", "two layouts", "no period", "two periods"],
)  # fmt: skip
def test_a_pack_of_another_form_is_refused(files: Any, layouts: str, kind: str, tmp_path: Path) -> None:
    submissions = read(tmp_path, files, layouts)
    assert [each[-1] for each in problems(submissions)] == [kind]
    assert not any(isinstance(each[3], float) for each in values(submissions))


def test_packs_are_held_against_those_that_were_there() -> None:
    """A pack that came later cannot be held against an earlier one, as of a day between the two."""
    renamed = [*SHEET[:3], ["1", "Contacts", 430], *SHEET[4:]]
    manifest = b"file,received_on\npack_1.xlsx,2017-02-01\npack_2.xlsx,2016-10-10\n"
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, Any] = {"pack_1.xlsx": {Q1: SHEET}, "pack_2.xlsx": {Q2: renamed}, "manifest.csv": manifest}
        submissions = read(Path(folder), files)
    assert problems(submissions) == []


def test_the_example_of_the_document_is_read(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs"
    _, _, section = (docs / "returns.md").read_text(encoding="utf-8").partition("## A pack of a fixed form")
    layouts, pack = re.findall(r"```(?:yaml|csv)\n(.*?)```", section, re.DOTALL)[:2]
    for name in ("indicators.yaml", "tolerances.yaml"):
        if (path := docs / "returns" / name).exists():
            (tmp_path / name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "indicators.yaml").open("a", encoding="utf-8") as file:
        file.write(layouts)
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "pack_2016-17_q1.csv").write_text(pack, encoding="utf-8")
    submissions = pmf.read_submissions(tmp_path / "returns", pmf.load_framework(tmp_path))
    assert values(submissions) == [
        ("referrals", None, "2016-04", 800.0, "C3"),
        ("rereferrals", None, "2016-04", 160.0, "C4"),
    ]
    assert problems(submissions) == []
