"""Limits of .xlsb and .ods files, of which a few bytes may ask their reader for any amount of memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, is_zipfile

from pmf_engine.submissions.limits import LIMITS, Measure, UnreadableError, keep_within

_SMALL_PART: Final = 10_000_000
"""Parts of fewer bytes may unpack to any multiple of their size."""

_ROW, _VALUES, _TEXTS = 0, range(2, 12), 159
"""The kinds of records of a row, of cells with a value, and of the beginning of the table of texts ([MS-XLSB] 2.4)."""

_REPEATED: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}number-%s-repeated"


def keep_package_within(content: bytes) -> None:
    """Refuses a package with too many bytes, texts or cells, or with records beyond its end.

    Raises:
        UnreadableError: It has, or it is damaged.
    """
    if not is_zipfile(BytesIO(content)):
        return
    try:
        with ZipFile(BytesIO(content)) as parts:
            _keep_parts_within(parts)
    except (BadZipFile, ParseError, RuntimeError, EOFError, zlib.error) as error:  # RuntimeError: it is encrypted
        raise UnreadableError("it is damaged") from error


def _keep_parts_within(parts: ZipFile) -> None:
    """Refuses a package with too many bytes, or with a part that is refused."""
    keep_unpacked_within(parts)
    for part in parts.infolist():
        name = part.filename.replace("\\", "/").lower()
        if name.endswith(".bin"):
            _keep_records_within(parts.read(part))
        elif name == "content.xml":
            _keep_tables_within(parts.read(part))


def keep_unpacked_within(parts: ZipFile) -> None:
    """Refuses a package that unpacks to too many bytes, or a part of it to too many times its size.

    Raises:
        UnreadableError: It does.
    """
    keep_within(Measure.UNPACKED, sum(part.file_size for part in parts.infolist()))
    for part in parts.infolist():
        if part.file_size > _SMALL_PART:
            keep_within(Measure.UNPACKED_TIMES, part.file_size // max(part.compress_size, 1))


def _keep_records_within(content: bytes) -> None:
    """Refuses a part of an .xlsb file whose records reach too far or count more texts than it has bytes."""
    row = rows = columns = 0
    for kind, start, size in _records(content):
        if kind == _ROW and size >= 4:
            [row] = struct.unpack_from("<I", content, start)
        elif kind in _VALUES and size >= 4:
            [column] = struct.unpack_from("<I", content, start)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _TEXTS and size >= 8:
            [texts] = struct.unpack_from("<I", content, start + 4)
            if texts > len(content):
                raise UnreadableError("it is damaged")
    keep_within(Measure.CELLS, rows * columns, row=rows, column=columns)


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The kind, the offset and the size of each record; both numbers are in groups of seven bits, the lowest first."""
    at = 0
    while at < len(content):
        kind, at = _number(content, at, 2)
        size, at = _number(content, at, 4)
        if at + size > len(content):
            raise UnreadableError("it is damaged")
        yield kind, at, size
        at += size


def _number(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of at most so many bytes, and the offset after it."""
    number = 0
    for place in range(most):
        if at >= len(content):
            raise UnreadableError("it is damaged")
        byte = content[at]
        number, at = number | (byte & 0x7F) << 7 * place, at + 1
        if not byte & 0x80:
            break
    return number, at


def _keep_tables_within(content: bytes) -> None:
    """Refuses an .ods file whose cells and rows, as often as they are repeated, reach too far."""
    rows = columns = filled = 0
    column = last = 0
    for _, element in ElementTree.iterparse(BytesIO(content)):
        match element.tag.rpartition("}")[2]:
            case "table-cell" | "covered-table-cell":
                column += _times(element, "columns")
                is_filled = len(element) or any(name.endswith("value-type") for name in element.attrib)
                last = column if is_filled else last
            case "table-row":
                rows += _times(element, "rows")
                columns, filled = max(columns, last), rows if last else filled
                column = last = 0
                keep_within(Measure.CELLS, filled * columns, row=filled, column=columns)
                element.clear()
            case "table":
                rows = columns = filled = 0


def _times(element: ElementTree.Element, of: str) -> int:
    """How often a cell or row is repeated."""
    text = element.get(_REPEATED % of, "1")
    if not text.isdecimal() or len(text) > len(str(LIMITS[Measure.CELLS].most)):
        raise UnreadableError("it is damaged")
    return int(text)
