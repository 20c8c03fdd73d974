"""Binary workbooks and OpenDocument sheets that ask their reader for more memory than there is are refused first."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from pmf_engine.submissions.limits import UnreadableError
from pmf_engine.submissions.package_limits import keep_package_within
from tests.support.reader_fuzz_files import binary_workbook, open_document


def package(name: str, content: bytes) -> bytes:
    """A package of one part."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, content)
    return whole.getvalue()


def row(number: int) -> bytes:
    """The record of a row: its kind 0, its size 4."""
    return b"\0\x04" + struct.pack("<I", number)


def cell(column: int) -> bytes:
    """A cell with a number: the kind 5, the size 4, its column alone."""
    return b"\x05\x04" + struct.pack("<I", column)


TEXTS = b"\x9f\x01\x08"  # the kind 159 in groups of seven bits, and the size 8


def table(cells: str) -> bytes:
    """The content of an OpenDocument file with one table."""
    name = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    return f'<a xmlns:t="{name}" xmlns:o="o"><t:table>{cells}</t:table></a>'.encode()


FILLED = "<t:table-cell><p>1</p></t:table-cell>"


@pytest.mark.parametrize(
    "content",
    [
        binary_workbook(),
        open_document(),
        b"no package",
        package("xl/worksheets/sheet1.bin", row(3) + cell(2)),
        package("xl/sharedStrings.bin", TEXTS + struct.pack("<II", 2, 2)),
        package("content.xml", table(f"<t:table-row>{FILLED}</t:table-row>")),
        package(
            "content.xml",  # blanks to the end of the sheet, as programs write them
            table(
                f'<t:table-row>{FILLED}<t:table-cell t:number-columns-repeated="16383"/></t:table-row>'
                '<t:table-row t:number-rows-repeated="1048575"><t:table-cell t:number-columns-repeated="16384"/>'
                "</t:table-row>"
            ),
        ),
    ],
)
def test_what_reaches_no_further_than_its_cells_is_read(content: bytes) -> None:
    keep_package_within(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (package("xl/worksheets/sheet1.bin", row(1_048_575) + cell(16_383)), "row 1,048,576 and column 16,384"),
        (package("xl/worksheets/sheet1.bin", row(4_294_967_295) + cell(0)), "row 4,294,967,296 and column 1"),
        (package("xl/worksheets/sheet1.bin", row(0) + cell(4_294_967_295)), "row 1 and column 4,294,967,296"),
        (package("xl/worksheets/sheet1.bin", b"\x05\xff\xff\xff\x7f"), "damaged"),
        (package("xl/worksheets/sheet1.bin", b"\x05"), "damaged"),
        (package("xl/sharedStrings.bin", TEXTS + struct.pack("<II", 2, 4_000_000_000)), "damaged"),
        (package("content.xml", table("<t:table-row>" + FILLED)), "damaged"),
        (
            package(
                "content.xml",
                table(f'<t:table-row t:number-rows-repeated="1048576">{FILLED * 30}</t:table-row>'),
            ),
            "row 1,048,576 and column 30",
        ),
        (
            package(
                "content.xml",
                table(
                    '<t:table-row t:number-rows-repeated="1048575"><t:table-cell/></t:table-row><t:table-row>'
                    f'<t:table-cell t:number-columns-repeated="16383"/>{FILLED}</t:table-row>'
                ),
            ),
            "row 1,048,576 and column 16,384",
        ),
        (package("content.xml", table(f'<t:table-row t:number-rows-repeated="{"9" * 30}"/>')), "damaged"),
        (package("content.xml", b" " * 20_000_000), "times"),
    ],
)
def test_what_reaches_too_far_or_beyond_its_end_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        keep_package_within(content)
