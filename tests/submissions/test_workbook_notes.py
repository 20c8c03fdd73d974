"""What stands on a sheet outside its cells: comments, boxes of text, and the head and foot of its pages."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import pmf_engine as pmf
from tests.submissions.test_layouts import board

Write = Callable[[Any], object]


def values(folder: Path, write: Write, threads: bytes | None = None) -> tuple[dict[str, float], list[str]]:
    """The figures that are read of a sheet with something more on it, and the kinds of its problems."""
    path = folder / "care.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Data")
    for number, row in enumerate((["Measure", "2016-17 Q1"], ["Referrals received", 410], ["Visits made", 520])):
        sheet.write_row(number, 0, row)
    write(sheet)
    book.close()
    if threads is not None:
        _add_threads(path, threads)
    submissions = pmf.read_submissions(folder, board())
    read = submissions.readings.drop_nulls("value").select("figure", "value").rows()
    return dict(read), submissions.problems["kind"].to_list()


def _add_threads(path: Path, threads: bytes) -> None:
    """Adds threaded comments to a workbook."""
    relation = (
        b'<Relationship Id="rThreads" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
        b'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = parts["xl/worksheets/_rels/sheet1.xml.rels"].replace(
        b"</Relationships>", relation
    )
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
        book.writestr("xl/threadedComments/threadedComment1.xml", threads)


ALL = {"referrals": 410, "visits": 520}


@pytest.mark.parametrize(
    "text", ["Boys only", "Amy: boys only - girls to follow", "Do not use", "Excludes Eastmere", "cumulative figures"]
)
def test_a_number_is_refused_whose_comment_says_that_it_is_of_something_else(tmp_path: Path, text: str) -> None:
    read, problems = values(tmp_path, lambda sheet: sheet.write_comment("B2", text))
    assert read == {"visits": 520}
    assert problems == ["not-a-number"]


@pytest.mark.parametrize("cell", ["A2", "B1"])
def test_so_is_what_a_name_with_such_a_comment_names(tmp_path: Path, cell: str) -> None:
    read, problems = values(tmp_path, lambda sheet: sheet.write_comment(cell, "boys only"))
    assert "referrals" not in read
    assert problems


@pytest.mark.parametrize("text", ["From Mosaic, 14 July", "Amy: checked with the team", "up on last year, as expected"])
def test_other_comments_cost_nothing(tmp_path: Path, text: str) -> None:
    assert values(tmp_path, lambda sheet: sheet.write_comment("B2", text)) == (ALL, [])


def test_a_thread_is_a_comment(tmp_path: Path) -> None:
    space = b"http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    threads = b'<ThreadedComments xmlns="%s"><threadedComment ref="B2"><text>boys only</text></threadedComment>' % space
    read, _ = values(tmp_path, lambda sheet: sheet.write_comment("B3", "ok"), threads + b"</ThreadedComments>")
    assert read == {"visits": 520}


@pytest.mark.parametrize(
    "write",
    [
        lambda sheet: sheet.insert_textbox("D2", "DRAFT - do not use"),
        lambda sheet: sheet.set_header('&C&"Arial,Bold"&14Boys only'),
        lambda sheet: sheet.set_footer("&LDraft&RPage &P of &N"),
        lambda sheet: sheet.write_comment("D9", "boys only"),
    ],
)
def test_a_note_of_the_whole_sheet_refuses_it(tmp_path: Path, write: Write) -> None:
    assert values(tmp_path, write) == ({}, ["out-of-scope"])


@pytest.mark.parametrize(
    "write",
    [
        lambda sheet: sheet.insert_textbox("D2", "Prepared by the performance team"),
        lambda sheet: sheet.set_header("&COFFICIAL - for internal use only"),
        lambda sheet: sheet.set_footer("&LReturn&RPage &P of &N"),
    ],
)
def test_other_notes_of_a_sheet_cost_nothing(tmp_path: Path, write: Write) -> None:
    assert values(tmp_path, write) == (ALL, [])
