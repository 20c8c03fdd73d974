"""Good files for the fuzzers of the readers, of every format and kind that is read beside returns and lists."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

from tests.support.return_files import as_ods, as_xls

_SHEETS = {
    "Social Care": [
        ["period", "agency", "figure", "district", "value"],
        ["2016-17 Q1", "care", "adults", "North", "3"],
    ],
    "Police": [["Return of 2016-17 Q1"], ["", "North", "South"], ["Adults", "4", "5"]],
}

ACTIONS = """\
id,indicator,by,group,period,level,action,agency,owner,agreed_on,due_on,done_on,state,expected_value,effect_from
A-1,people,district,North,2016-17 Q1,board,Hire two,care,Head,2017-02-14,30/06/2017,2017-05-01,,at least 75%,
A-2,people,,,2016-17 Q2,,"Ask, again",police,Chief,14 Feb 2017,,,open,"12",2016-17 Q4
"""
SUMMARY = "# 2016-17 Q1 ##\nFewer adults,\nas hoped.\n\nMore to do.\n\n# 2015-16\nA year.\n"
TOLERANCES = """\
governance: {lead: Lead agency, board: Board}
tolerances:
  people:
    - {good: at most 20, tolerance: at most 25, review_by: 2017-18}
    - {good: between 10 and 15, target: 12, from: 2016-17}
escalation:
  - {when: red for 2 periods, to: board}
  - {when: late or no_data, to: lead}
"""


def old_workbook() -> bytes:
    """A return as a workbook of the form before 2007."""
    return as_xls(_SHEETS)


def open_document() -> bytes:
    """A return as an OpenDocument spreadsheet."""
    return as_ods(_SHEETS)


def binary_workbook() -> bytes:
    """A return as a binary workbook."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}/worksheet" Target="worksheets/sheet{number}.bin"/>'
        for number in range(1, len(_SHEETS) + 1)
    )
    book = _record(0x83) + _record(0x8F)
    for number, name in enumerate(_SHEETS, 1):
        book += _record(0x9C, struct.pack("<II", 0, number) + _text(f"rId{number}") + _text(name))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.bin", book + _record(0x90) + _record(0x84))
        parts.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{relations}</Relationships>")
        for number, rows in enumerate(_SHEETS.values(), 1):
            parts.writestr(f"xl/worksheets/sheet{number}.bin", _sheet(rows))
    return content.getvalue()


def _sheet(rows: Sequence[Sequence[str]]) -> bytes:
    """A sheet of a binary workbook, every cell a text."""
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    content = _record(0x81) + _record(0x94, size) + _record(0x91)
    for number, row in enumerate(rows):
        content += _record(0, struct.pack("<I", number) + bytes(13))
        for position, text in enumerate(row):
            content += _record(6, struct.pack("<II", position, 0) + _text(text))
    return content + _record(0x92) + _record(0x82)


def _record(kind: int, content: bytes = b"") -> bytes:
    """A record: its kind and length in groups of seven bits, the lowest first."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while size >= 0x80:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return head + length + bytes([size]) + content


def _text(text: str) -> bytes:
    """A text with the number of its characters."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
