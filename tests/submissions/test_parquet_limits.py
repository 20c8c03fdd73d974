"""Parquet files that unpack to more than is read are refused before a page is read, whatever their footer says."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from pmf_engine.submissions import parquet_limits
from pmf_engine.submissions.limits import UnreadableError
from pmf_engine.submissions.parquet_limits import keep_parquet_within


def number(value: int) -> bytes:
    """A whole number in the compact protocol of Thrift."""
    value, written = value * 2, b""
    while value >= 0x80:
        written, value = written + bytes([value & 0x7F | 0x80]), value >> 7
    return written + bytes([value])


def one_page(path: Path, unpacked: int, values: int, told: int, rows: int) -> None:
    """A file with one column of whole numbers in one page, by the page's header and by the footer.

    Args:
        path: The file.
        unpacked: The bytes to which the page unpacks, by its own header.
        values: The values of the page, by its own header.
        told: The bytes to which the column unpacks, by the footer.
        rows: The rows of the file, by the footer.
    """
    own = b"\x15" + number(values) + b"\x15\x00\x15\x06\x15\x06\x00"
    page = b"\x15\x00\x15" + number(unpacked) + b"\x15" + number(20) + b"\x2c" + own + b"\x00" + bytes(20)
    schema = b"\x29\x2c" + b"\x48\x01r\x15\x02\x00" + b"\x15\x02\x25\x00\x18\x03day\x00"
    meta = b"\x15\x02\x19\x15\x00\x19\x18\x03day\x15\x04\x16" + number(rows) + b"\x16" + number(told)
    meta += b"\x16" + number(len(page)) + b"\x26\x08\x00"
    group = b"\x19\x1c" + b"\x26\x08\x1c" + meta + b"\x00" + b"\x16" + number(told) + b"\x16" + number(rows) + b"\x00"
    footer = b"\x15\x02" + b"\x19" + schema[1:] + b"\x16" + number(rows) + b"\x19\x1c" + group + b"\x00"
    path.write_bytes(b"PAR1" + page + footer + len(footer).to_bytes(4, "little") + b"PAR1")


def test_a_file_in_very_many_groups_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"day": range(10_001)}).write_parquet(tmp_path / "a.parquet", row_group_size=1, statistics=False)
    with pytest.raises(UnreadableError, match=r"it has 10,001 groups of rows, and no more than 10,000 are read"):
        keep_parquet_within(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("unpacked", "values", "told", "rows", "says"),
    [
        (2_000_000_000, 10, 1_000, 10, "unpacks to 2,000,000,000 bytes, and no more than 500,000,000"),
        (40, 10, 3_000_000_000, 10, "unpacks to 3,000,000,000 bytes"),
        (40, 2_000_000_000, 40, 10, "has 2,000,000,000 values in a column, and no more than 10,000,000"),
        (40, 10, 40, 2_000_000_000, "has 2,000,000,000 values"),
    ],
)
def test_a_page_or_group_of_gigabytes_is_refused_by_what_any_header_says(
    unpacked: int, values: int, told: int, rows: int, says: str, tmp_path: Path
) -> None:
    one_page(tmp_path / "a.parquet", unpacked, values, told, rows)
    with pytest.raises(UnreadableError, match=says):
        keep_parquet_within(tmp_path / "a.parquet")


@pytest.mark.parametrize("compression", ["NONE", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_what_a_good_file_unpacks_to_is_what_its_footer_says(compression: str, version: str, tmp_path: Path) -> None:
    texts = [f"child {row % 1000}" if row % 7 else None for row in range(30_000)]
    table = pa.table({"day": list(range(30_000)), "child": texts, "parts": [[1, 2]] * 30_000})
    options = {"row_group_size": 9_000, "compression": compression, "data_page_version": version}
    pq.write_table(table, tmp_path / "a.parquet", data_page_size=2_000, **options)
    footer = pq.read_metadata(tmp_path / "a.parquet")
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    chunks = [group.column(number).total_uncompressed_size for group in groups for number in range(3)]
    assert keep_parquet_within(tmp_path / "a.parquet") == sum(chunks)


def test_a_file_of_polars_is_read_and_one_that_is_cut_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"day": range(1_000), "note": ["a"] * 1_000}).write_parquet(path)
    assert keep_parquet_within(path) > 0
    content = path.read_bytes()
    for tenth in range(10):
        path.write_bytes(content[: len(content) * tenth // 10])
        with pytest.raises(UnreadableError, match="it is damaged"):
            keep_parquet_within(path)


def test_structures_inside_structures_are_followed_to_a_depth_alone(tmp_path: Path) -> None:
    footer = b"\x1c" * 100_000
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(UnreadableError, match="it is damaged"):
        parquet_limits.keep_parquet_within(path)
