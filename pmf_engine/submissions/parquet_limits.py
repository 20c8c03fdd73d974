"""Limits of Parquet files: what each group of rows unpacks to, by the footer and by the header of every page.

A reader unpacks a page into as many bytes as its header says, and makes as many values. Footer and headers are in the
compact protocol of Thrift, of which only the structure is read here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from pmf_engine.submissions.limits import Measure, UnreadableError, keep_within

_MAGIC: Final = b"PAR1"
_GROUPS, _COLUMNS, _ROWS, _META = 4, 1, 3, 3
_VALUES, _UNPACKED, _PACKED, _DATA, _DICTIONARY = 5, 6, 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED = 2, 3
_PAGE_HEADERS: Final = {0: 5, 2: 7, 3: 8}
"""By the type of a page, the field with its own header, whose first field is the number of its values."""

_DEEPEST = 12
"""Structures inside structures: the deepest of a footer is the type of a column, at six."""


def keep_parquet_within(path: Path) -> int:
    """Refuses a file of which a group of rows, by the footer or by its pages, is above a limit.

    Args:
        path: The file.

    Returns:
        The bytes to which all pages unpack.

    Raises:
        UnreadableError: It is above a limit, or it is damaged.
        OSError: It cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            return _unpacked(stream)
    except UnreadableError:
        raise
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableError("it is damaged") from error


def _unpacked(stream: BinaryIO) -> int:
    """The bytes to which all pages unpack."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - 8, 0))
    end = stream.read(8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or length > size - 12:
        raise UnreadableError("it is damaged")
    keep_within(Measure.FOOTER, length)
    stream.seek(size - 8 - length)
    whole, pages = 0, 0
    groups = _Compact(stream.read(length)).structure().get(_GROUPS, ())
    keep_within(Measure.GROUPS, len(groups))
    for group in groups:
        keep_within(Measure.GROUP_ROWS, group[_ROWS])
        unpacked = 0
        for column in group[_COLUMNS]:
            chunk = column[_META]
            keep_within(Measure.GROUP_ROWS, chunk[_VALUES])
            told = 0
            for bytes_of_page in _pages(stream, chunk):
                pages += 1
                keep_within(Measure.PAGES, pages)
                told += bytes_of_page
            unpacked += max(told, chunk[_UNPACKED])
            keep_within(Measure.GROUP_BYTES, unpacked)
        whole += unpacked
    return whole


def _pages(stream: BinaryIO, chunk: Mapping[int, Any]) -> Iterator[int]:
    """The bytes to which each page of a column in a group unpacks, by its header."""
    start = chunk.get(_DICTIONARY) or chunk[_DATA]
    end, left = start + chunk[_PACKED], chunk[_VALUES]
    while left > 0 and start < end:
        header, length = _page_header(stream, start, end)
        unpacked, packed = header[_PAGE_UNPACKED], header[_PAGE_PACKED]
        if min(unpacked, packed) < 0:
            raise UnreadableError("it is damaged")
        keep_within(Measure.GROUP_BYTES, unpacked)
        if (kind := header[1]) in _PAGE_HEADERS:
            values = header[_PAGE_HEADERS[kind]][1]
            keep_within(Measure.GROUP_ROWS, values)
            left -= values if kind != 2 else 0  # a dictionary has values of its own
        yield unpacked
        start += length + packed


def _page_header(stream: BinaryIO, start: int, end: int) -> tuple[dict[int, Any], int]:
    """The header of the page that begins at an offset, and its length; statistics of long texts make it long."""
    for most in (256, 65_536, 10_000_000):
        stream.seek(start)
        text = _Compact(stream.read(min(most, end - start)))
        try:
            return text.structure(), text.at
        except IndexError:
            if most >= end - start:
                raise
    raise UnreadableError("it is damaged")


class _Compact:
    """Values in the compact protocol. Raises IndexError where the bytes end before a value does."""

    def __init__(self, content: bytes) -> None:
        self._content, self.at = content, 0

    def _byte(self) -> int:
        self.at += 1
        return self._content[self.at - 1]

    def _number(self) -> int:
        """A whole number of seven bits a byte, the lowest first."""
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
            if shift > 63:
                raise ValueError("no number has so many bytes")

    def _signed(self) -> int:
        number = self._number()
        return number >> 1 ^ -(number & 1)

    def _skipped(self, count: int) -> None:
        self.at += count
        if self.at > len(self._content):
            raise IndexError

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """The fields of a structure, by number; texts are None."""
        if depth > _DEEPEST:
            raise ValueError("it is nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            fields[number] = kind == 1 if kind in (1, 2) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2, 3):
            return self._byte()
        if kind in (4, 5, 6):
            return self._signed()
        if kind == 7:
            return self._skipped(8)
        if kind == 8:
            return self._skipped(self._number())
        if kind in (9, 10):
            head = self._byte()
            count, item = head >> 4, head & 15
            return [self._value(item, depth + 1) for _ in range(self._number() if count == 15 else count)]
        if kind == 12:
            return self.structure(depth + 1)
        raise ValueError("a footer has no such values")
