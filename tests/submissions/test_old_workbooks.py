"""Old workbooks are read in a process of their own, so that one on which their reader ends costs itself alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmf_engine.submissions.limits import UnreadableError
from pmf_engine.submissions.old_workbooks import read_old_workbook
from tests.support.reader_fuzz_files import binary_workbook, open_document


@pytest.mark.parametrize(("suffix", "content"), [(".xlsb", binary_workbook()), (".ods", open_document())])
def test_sheets_are_read(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"a workbook ä{suffix}"
    path.write_bytes(content)
    sheets = read_old_workbook(path)
    assert [sheet.visible for sheet in sheets] == [True] * len(sheets)
    assert sheets[0].rows[0][:3] == ["period", "agency", "figure"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"PK", "it is damaged, or no workbook"),
        (binary_workbook()[:500], "it is damaged, or no workbook"),
        (b"Measure,2016-17 Q1\nVisits made,520\n", "it is text under the name of a workbook; name it .csv"),
        (b"<table><tr><td>520</td></tr></table>", "it is a web page under the name of a workbook"),
    ],
)
def test_a_damaged_file_is_refused_whatever_becomes_of_its_reader(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "damaged.xlsb"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=says):
        read_old_workbook(path)
