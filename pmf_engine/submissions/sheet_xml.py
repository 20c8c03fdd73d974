"""The XML of a sheet of a workbook: its form, its rows and the places of its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

Place = tuple[int, int]
"""The row and the column of a cell, counted from 0."""


def is_usual(text: bytes) -> bool:
    """Whether a sheet's XML has the usual form: no prefix before its names, no space beside `=`, double quotes."""
    begins = text[: text.find(b"<row")][:5000].partition(b"?>")[2] or text[:5000]
    return re.search(rb"""<\w+:worksheet\b|=\s*'|=\s|\s=""", begins) is None


def below_cells(text: bytes) -> bytes:
    """What stands below the cells of a sheet; a search of all cells for it would take long."""
    return text[max(0, text.rfind(b"sheetData>")) :]


def rows_of(text: bytes) -> Iterator[ElementTree.Element]:
    """The rows of a sheet as a stream: each is cleared from memory before the next."""
    for _, element in ElementTree.iterparse(BytesIO(text)):
        if element.tag.rpartition("}")[2] == "row":
            yield element
            element.clear()


def place_of(name: bytes) -> Place:
    """The row and column of a cell such as `AB7`, counted from 0.

    >>> place_of(b"AB7")
    (6, 27)
    """
    letters = name.rstrip(b"0123456789")
    column = 0
    for each in letters.upper():
        column = column * 26 + each - 64
    return int(name[len(letters) :]) - 1, column - 1
