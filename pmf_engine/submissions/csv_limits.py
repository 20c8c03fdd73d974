"""Limits of CSV files: the lengths of lines, and the numbers of columns and cells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from pmf_engine.submissions.limits import LIMITS, Measure, keep_within

_BLOCK = 1 << 16
"""The bytes of a file that are read at once to find the end of a line."""


def keep_lines_within(stream: BinaryIO) -> int:
    """The size of a file in bytes; refuses a file with a line above the limit, without reading most of it.

    Raises:
        UnreadableError: A line or the file has more bytes than the limit.
    """
    most = LIMITS[Measure.LINE].most
    size = stream.seek(0, os.SEEK_END)
    keep_within(Measure.STREAM_BYTES, size)
    done = 0  # the end of a line, or the beginning of the file
    while size - done > most:
        end = next((end for end in _line_ends(stream, done, done + most)), None)
        if end is None:
            keep_within(Measure.LINE, most + 1)
        else:
            done = end
    return size


def _line_ends(stream: BinaryIO, first: int, last: int) -> Iterator[int]:
    """The ends of lines between two offsets from the last to the first: of each block of bytes the last end."""
    for start in range(last - _BLOCK, first - _BLOCK, -_BLOCK):
        stream.seek(max(start, first))
        block = stream.read(start + _BLOCK - max(start, first))
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if end >= 0:
            yield max(start, first) + end + 1


def keep_cells_within(text: str, first: int, delimiter: str, width: int) -> None:
    """Refuses a text with too many columns or cells.

    Args:
        text: The text of a file.
        first: The offset of its header.
        delimiter: The delimiter.
        width: The number of columns of its header.
    """
    ends = [end for end in (text.find("\n", first), text.find("\r", first)) if end >= 0]
    keep_within(Measure.COLUMNS, text.count(delimiter, first, min(ends, default=len(text))) + 1)
    rows = max(text.count("\n"), text.count("\r"))
    keep_within(Measure.CELLS, rows * width, row=rows, column=width)
