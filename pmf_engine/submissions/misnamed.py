"""Files that are of another kind than their names say: what each is, by its first bytes, and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_OLD_WORKBOOK: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""The first bytes of an Office file from before 2007, and of a later file with a password."""

_OLD: Final = "it has a password, or is an older workbook under this name; save it as .xlsx without a password"
_NEW: Final = "it is a newer workbook, or an archive, under this name; open it in a spreadsheet and save it as .xlsx"

_HEAD: Final = 512
_LEAST: Final = 9
"""The first of the bytes of texts: a tabulator. Below are those of other files."""


def what_it_is(path: Path) -> str | None:
    """What a file is that cannot be read as its name says, and what to do; None where its first bytes do not tell."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    suffix = path.suffix.lower()
    if not head.strip():
        return "it is empty"
    if head.startswith(_OLD_WORKBOOK):
        return None if suffix == ".xls" else _OLD
    if head.startswith(b"PK"):
        return None if suffix in (".xlsx", ".xlsm", ".xlsb", ".ods") else _NEW
    if suffix == ".csv":
        return None
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "it is a web page under the name of a workbook; open it in a spreadsheet and save it as .xlsx"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or not any(byte < _LEAST for byte in head):
        return "it is text under the name of a workbook; name it .csv, or save it as .xlsx"
    return "it is no workbook, whatever its name says"
