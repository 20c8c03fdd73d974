"""Limits of what is read: one table, each limit with its reason and with the clause that refuses what is above it.

No limit is one of time: the same files give the same report on every machine. Readers ask `keep_within`. Lists in
CSV and Parquet are read as streams, and their limits allow for a hundred million records; any other file is held in
memory, and its limits allow for the largest that a spreadsheet writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class UnreadableError(ValueError):
    """A file that is not read; the message is a clause that says why, without capital or full stop."""


@contextmanager
def panics_refused() -> Iterator[None]:
    """Refuses a file on which a library in Rust panics; each has a class of its own for that, which is no Exception.

    Raises:
        UnreadableError: A library panicked.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError("it is damaged") from error


def why_unreadable(error: BaseException) -> str:
    """The clause for an error of a reader.

    >>> why_unreadable(UnreadableError("it is empty")), why_unreadable(PermissionError(13, "Permission denied"))
    ('it is empty', 'permission denied')
    >>> why_unreadable(KeyError("xl/workbook.xml"))
    'it is damaged'
    """
    if type(error) in (UnreadableError, ValueError) and error.args:
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "it is damaged"


class Measure(StrEnum):
    """What has a limit."""

    STREAM_BYTES = "stream bytes"
    BYTES = "bytes"
    UNPACKED = "unpacked"
    UNPACKED_TIMES = "unpacked times"
    TEXTS = "texts"
    ROWS = "rows"
    GROUPS = "groups"
    GROUP_ROWS = "group rows"
    GROUP_BYTES = "group bytes"
    PAGES = "pages"
    FOOTER = "footer"
    COLUMNS = "columns"
    CELLS = "cells"
    LAYOUT = "layout"
    CELL = "cell"
    LINE = "line"
    FAULTS = "faults"


@dataclass(frozen=True)
class Limit:
    """A limit.

    Attributes:
        most: The largest size that is read.
        clause: Why a file is refused, with `{size}` and `{most}`; the second says the limit.
        reason: Why the limit is where it is.
    """

    most: int
    clause: str
    reason: str


LIMITS: Final[Mapping[Measure, Limit]] = {
    Measure.STREAM_BYTES: Limit(
        100_000_000_000,
        "it has {size} bytes, and no more than {most} of one file are read; send it in several files",
        "A hundred million records of a thousand bytes each. Records of a stream are never all in memory.",
    ),
    Measure.BYTES: Limit(
        500_000_000,
        "it has {size} bytes, and no more than {most} are read at once; send it in several files",
        "A return of five million rows. A return, and a list whose lines are no records, are in memory several times.",
    ),
    Measure.UNPACKED: Limit(
        800_000_000,
        "it unpacks to {size} bytes, and no more than {most} are read; save it as CSV",
        "A sheet of a million rows, the most that Excel writes, with twenty columns of short texts.",
    ),
    Measure.UNPACKED_TIMES: Limit(
        100,
        "it unpacks to {size} times its size, and no more than {most} times are read; no spreadsheet wrote it",
        "Sheets unpack to ten or twenty times their size, also where all rows are the same; what is made to fill "
        "memory unpacks to a thousand times. Only parts above ten million bytes are held to it.",
    ),
    Measure.TEXTS: Limit(
        300_000_000,
        "its table of texts unpacks to {size} bytes, and no more than {most} are read; save it as CSV",
        "Three million texts of a hundred bytes. Every text is in memory, several times over.",
    ),
    Measure.ROWS: Limit(
        4_000_000_000,
        "it has {size} rows, and no more than {most} are read; send it in several files",
        "Rows are numbered in 32 bits.",
    ),
    Measure.GROUPS: Limit(
        10_000,
        "it has {size} groups of rows, and no more than {most} are read; write it in larger row groups",
        "A hundred million records in groups of ten thousand. Each group costs time, whatever is in it.",
    ),
    Measure.GROUP_ROWS: Limit(
        10_000_000,
        "a group of its rows has {size} values in a column, and no more than {most} are read; write it in smaller "
        "row groups",
        "Ten times what writers put into a group unless told otherwise. Every value of a group is in memory.",
    ),
    Measure.GROUP_BYTES: Limit(
        500_000_000,
        "a group of its rows unpacks to {size} bytes, and no more than {most} are read at once; write it in smaller "
        "row groups",
        "A million records of five hundred bytes. A group is in memory unpacked.",
    ),
    Measure.PAGES: Limit(
        400_000,
        "it has more than {most} pages; write it in larger pages",
        "A hundred million records with eighty columns. The header of every page is read before the first page.",
    ),
    Measure.FOOTER: Limit(
        10_000_000,
        "its footer has {size} bytes, and no more than {most} are read; write it in larger row groups",
        "A hundred million records with a hundred columns. The footer is in memory whole.",
    ),
    Measure.COLUMNS: Limit(
        16_384,
        "it has {size} columns, and no more than {most} are read; delete what stands far from the table",
        "The columns of a sheet. Each column costs time and memory, whatever is in it.",
    ),
    Measure.CELLS: Limit(
        25_000_000,
        "it reaches to row {row} and column {column}, and no more than {most} cells are read; delete "
        "what stands far from the table",
        "Readers keep each cell up to the farthest, blank or not, in some 40 bytes.",
    ),
    Measure.LAYOUT: Limit(
        5_000_000,
        "it has {size} cells without a plain header, and no more than {most} are read so; name its columns `period`, "
        "`agency`, `figure` and `value`",
        "What a cell means is worked out cell by cell, in some hundred bytes and some microseconds for each.",
    ),
    Measure.CELL: Limit(
        32_767,
        "a cell has {size} characters, and no more than {most} are read; shorten it",
        "The most characters that a cell of a spreadsheet holds. Longer ones are files inside files.",
    ),
    Measure.LINE: Limit(
        10_000_000,
        "a line has more than {most} bytes; break it into lines, a row on each",
        "Three hundred cells of the greatest length. A line is in memory whole.",
    ),
    Measure.FAULTS: Limit(
        100_000,
        "more than {most} of its rows cannot be understood; save it again as CSV UTF-8",
        "Each is a problem with its place and text, of which people read some.",
    ),
}
"""Every limit."""


def keep_within(measure: Measure, size: int, **words: int) -> None:
    """Refuses what is above a limit.

    Args:
        measure: What is measured.
        size: How much of it there is.
        words: Other numbers in the clause.

    Raises:
        UnreadableError: There is more of it than the limit.
    """
    limit = LIMITS[measure]
    if size > limit.most:
        numbers = {name: f"{number:,}" for name, number in {"size": size, "most": limit.most, **words}.items()}
        raise UnreadableError(limit.clause.format_map(numbers))
