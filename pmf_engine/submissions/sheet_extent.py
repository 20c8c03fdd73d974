"""The extent of a sheet of a workbook: one with a stray cell far from the others is refused before it is read."""

from __future__ import annotations

import re

from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.sheet_xml import is_usual

_SMALL_SHEET = 5_000_000
"""In sheets of fewer bytes the reference of every cell is read for the extent."""
_DIMENSION = rb"<(?:\w+:)?dimension\b[^>]*\bref\s*=\s*[\"'](?:[A-Z]+[0-9]+:)?([A-Z]+)([0-9]+)[\"']"
_REFERENCE = rb"\br\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"']"


def check_extent(text: bytes) -> None:
    """Refuses a sheet that a stray cell far from the others makes too large.

    The `dimension` element of a large sheet has its extent, unless a cell is beyond it.

    Raises:
        UnreadableError: The sheet has too many cells.
    """
    dimension = re.search(_DIMENSION, text[:10_000])
    references = [dimension.groups()] if dimension else []
    known = dimension is not None and len(text) >= _SMALL_SHEET and is_usual(text)
    if not (dimension and known) or re.search(_beyond(*dimension.groups()), text):
        references += re.findall(_REFERENCE, text)
    rows = max((int(row) for _, row in references), default=0)
    columns = max((_column_number(column) for column, _ in references), default=0)
    keep_within(Measure.CELLS, rows * columns, row=rows, column=columns)


def _beyond(column: bytes, row: bytes) -> bytes:
    """A pattern for the reference of a cell beyond a column and row, or one written in an unusual way.

    >>> pattern = _beyond(b"AB", b"20")
    >>> [bool(re.search(pattern, b'<c r="' + cell + b'"')) for cell in (b"AB20", b"Z3", b"B21", b"AC1", b"ABC1")]
    [False, False, True, True, True]
    """
    return rb' r="(?!(?:' + _up_to(column, b"A", b"Z") + rb")?(?:" + _up_to(row, b"0", b"9") + rb')")'


def _up_to(text: bytes, lowest: bytes, highest: bytes) -> bytes:
    """A pattern for the texts of digits or letters that are shorter than a text, or as long and not after it.

    >>> _up_to(b"BD", b"A", b"Z")
    b'[A-Z]{1,1}|[A-A][A-Z]{1}|B[A-D]'
    """
    every = b"[" + lowest + b"-" + highest + b"]"
    forms = [every + b"{1,%d}" % (len(text) - 1)] if len(text) > 1 else []
    for place, character in enumerate(text):
        rest, last = len(text) - place - 1, character - (place < len(text) - 1)
        if last >= lowest[0]:
            after = every + b"{%d}" % rest if rest else b""
            forms.append(text[:place] + b"[" + lowest + b"-" + bytes([last]) + b"]" + after)
    return b"|".join(forms)


def _column_number(letters: bytes) -> int:
    """The number of a column from 1, by its letters; 0 for no letters.

    >>> _column_number(b"A"), _column_number(b"XFD"), _column_number(b"xfd"), _column_number(b"")
    (1, 16384, 16384, 0)
    """
    number = 0
    for letter in letters.upper():  # readers take small letters for the same
        number = number * 26 + letter - 64
    return number
