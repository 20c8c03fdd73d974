"""Numbers of a workbook that their cells do not show: what a reader of the page would see counts, or nothing does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.submissions.number_formats import shown
from tests.submissions.test_layouts import board

Fill = Callable[[xlsxwriter.Workbook, Any], None]

BELOW_5 = {"type": "cell", "criteria": "<", "value": 5}
WHITE = {"font_color": "#FFFFFF"}


def read(folder: Path, fill: Fill) -> pmf.Submissions:
    """What is read of a sheet of care with a column of 2016-17 Q1, whose two numbers `fill` writes."""
    path = folder / "care.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["Measure", "2016-17 Q1"])
    sheet.write_column(1, 0, ["Referrals received", "Visits made"])
    sheet.write(2, 1, 520)
    fill(book, sheet)
    book.close()
    return pmf.read_submissions(folder, board())


def referrals(submissions: pmf.Submissions) -> tuple[float | None, str]:
    """The value and state of the referrals; the visits are always read."""
    values = {row[0]: row[1:] for row in submissions.readings.select("figure", "value", "state").iter_rows()}
    assert values["visits"] == (520, "ok")
    assert submissions.problems.height == (values["referrals"][1] == "invalid")
    value, state = values["referrals"]
    return value, state


def formatted(code: str, number: float) -> Fill:
    """Referrals of a number in a format."""
    return lambda book, sheet: sheet.write(1, 1, number, book.add_format({"num_format": code}))


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [
        ('[<5]"<5";0', 3, (None, "suppressed")),
        ('[<5]"<5";0', 842, (842, "ok")),
        ('[<6]"*";#,##0', 5, (None, "suppressed")),
        ('"n/a"', 842, (None, "no_data")),
        ("#,##0,", 12000, (None, "invalid")),
        ('[>=1000]0.0,"k";0', 842, (842, "ok")),
        ('[>=1000]0.0,"k";0', 1200, (None, "invalid")),
        ('0"00"', 8, (None, "invalid")),
        (r"0\.00", 842, (None, "invalid")),
        ('0" est."', 842, (None, "invalid")),
        ('0" [p]"', 842, (842, "ok")),
        ('0"%"', 84, (None, "invalid")),
        (";;;", 842, (None, "invalid")),
        ("0;-0;;@", 842, (842, "ok")),
        ('_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', 0, (0, "ok")),
        ("_-[$£-809]* #,##0_-;-[$£-809]* #,##0_-", 842, (842, "ok")),
        ("[Red]#,##0;[Blue]-#,##0", 842, (842, "ok")),
        ("# ?/8", 842, (842, "ok")),
        ("0.00E+00", 842, (842, "ok")),
        ("00000", 842, (842, "ok")),
    ],
)
def test_what_a_format_shows_is_what_is_read(
    tmp_path: Path, code: str, number: float, expected: tuple[float | None, str]
) -> None:
    assert referrals(read(tmp_path, formatted(code, number))) == expected


@given(st.integers(-(10**9), 10**9), st.sampled_from(["0", "#,##0", "£#,##0.00;[Red](£#,##0.00)", "+0;-0;0", "0_)"]))
def test_plain_formats_change_nothing(number: int, code: str) -> None:
    assert shown(code, str(number)) is None


@pytest.mark.parametrize("code", ["0;-0;;@", "#,###", "#"])
def test_a_nought_that_is_not_shown_is_no_number(tmp_path: Path, code: str) -> None:
    book = openpyxl.Workbook()
    for row in (["Measure", "2016-17 Q1"], ["Referrals received", 0], ["Visits made", 520]):
        book.active.append(row)
    book.active["B2"].number_format = code
    book.save(tmp_path / "care.xlsx")
    assert referrals(pmf.read_submissions(tmp_path, board())) == (None, "invalid")


def test_a_sheet_may_hide_its_noughts(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.hide_zero()
        sheet.write(1, 1, 0)

    assert referrals(read(tmp_path, fill)) == (None, "invalid")


def rich(*parts: str | dict[str, object]) -> Fill:
    """Referrals of a text in parts, each after its format where it has one."""

    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        plain = book.add_format()
        written = [book.add_format(part) if isinstance(part, dict) else part for part in parts]
        sheet.write_rich_string(1, 1, *written, plain)

    return fill


def test_a_raised_digit_behind_a_number_is_the_mark_of_a_footnote(tmp_path: Path) -> None:
    submissions = read(tmp_path, rich("842", {"font_script": 1}, "1"))
    assert referrals(submissions) == (842, "ok")
    assert submissions.readings.filter(figure="referrals")["mark"].to_list() == ["footnote"]


def test_a_number_of_which_a_part_is_struck_through_is_refused(tmp_path: Path) -> None:
    assert referrals(read(tmp_path, rich({"font_strikeout": True}, "8", "42"))) == (None, "invalid")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (BELOW_5 | {"format": {"num_format": '"<5"'}}, (None, "suppressed")),
        (BELOW_5 | {"format": WHITE}, (None, "invalid")),
        ({"type": "cell", "criteria": ">", "value": 5, "format": WHITE}, (3, "ok")),
        (BELOW_5 | {"format": {"num_format": ";;;"}}, (None, "invalid")),
        ({"type": "formula", "criteria": "=B2<5", "format": WHITE}, (None, "invalid")),
        ({"type": "formula", "criteria": "=AND(B2<5,A2<>1)", "format": WHITE}, (None, "invalid")),
        ({"type": "formula", "criteria": "=ISERROR(B2)", "format": WHITE}, (3, "ok")),
        ({"type": "errors", "format": WHITE}, (3, "ok")),
        (BELOW_5 | {"format": WHITE | {"bg_color": "#990000"}}, (3, "ok")),
        (BELOW_5 | {"format": {"bg_color": "#FFC7CE"}}, (3, "ok")),
        ({"type": "icon_set", "icon_style": "3_traffic_lights", "icons_only": True}, (None, "invalid")),
        ({"type": "icon_set", "icon_style": "3_traffic_lights"}, (3, "ok")),
    ],
)
def test_a_conditional_format_may_hide_a_number(
    tmp_path: Path, rule: dict[str, Any], expected: tuple[float | None, str]
) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write(1, 1, 3)
        sheet.conditional_format(
            1, 1, 1, 1, rule | ({"format": book.add_format(rule["format"])} if "format" in rule else {})
        )

    assert referrals(read(tmp_path, fill)) == expected


@pytest.mark.parametrize("in_header", [True, False])
@pytest.mark.parametrize("from_1904", [True, False])
@pytest.mark.parametrize(
    ("code", "value"), [("mmm-yy", None), ("mmmm yyyy", None), ('"in "mmm', None), ("dd/mm/yyyy", 8), ("d mmm", 8)]
)
def test_a_day_of_which_a_month_is_shown_is_no_quarter(
    tmp_path: Path, code: str, value: float | None, from_1904: bool, in_header: bool
) -> None:
    """A quarterly figure: `Apr-16` is a month, and 1 April the first day of its quarter."""
    path = tmp_path / "care.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": from_1904})
    sheet = book.add_worksheet("Data")
    rows: list[list[Any]] = [["Measure", date(2016, 4, 1)], ["Referrals received", 8]]
    if not in_header:
        rows = [["Period", "Measure", "Value"], [date(2016, 4, 1), "Referrals received", 8]]
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell, book.add_format({"num_format": code}) if isinstance(cell, date) else None)
    book.close()
    submissions = pmf.read_submissions(tmp_path, board())
    assert submissions.readings["value"].to_list() == [value]
    assert submissions.problems["kind"].to_list() == ([] if value else ["period-too-short"])
