"""Old workbooks with a chain of sectors that has no end are refused before a reader follows it."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest

from pmf_engine.submissions.compound_limits import MAGIC, keep_chains_ended
from pmf_engine.submissions.limits import UnreadableError

FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(
    chains: Mapping[int, int],
    *,
    small: int = END,
    further: int = END,
    first_table: int = 0,
    shift: int = 9,
    second: Mapping[int, int] | None = None,
) -> bytes:
    """A compound file of a header and two sectors: the table of chains, and one of numbers."""
    header = bytearray(512)
    header[:8] = MAGIC
    struct.pack_into("<H", header, 30, shift)
    struct.pack_into("<I", header, 60, small)
    struct.pack_into("<I", header, 68, further)
    struct.pack_into("<109I", header, 76, first_table, *[FREE] * 108)
    table = {0: TABLE, **chains}
    sectors = [[numbers.get(place, FREE) for place in range(128)] for numbers in (table, second or {})]
    return bytes(header) + b"".join(struct.pack("<128I", *sector) for sector in sectors)


@pytest.mark.parametrize(
    "content",
    [
        compound({1: 2, 2: 3, 3: END}),
        compound({1: END}, small=1, second={0: 1, 1: END}),
        b"PK\x03\x04 is a workbook of another kind",
    ],
)
def test_chains_that_end_are_let_through(content: bytes) -> None:
    keep_chains_ended(content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(compound({1: 1}), id="a sector that follows itself"),
        pytest.param(compound({1: 2, 2: 3, 3: 1}), id="a circle of three"),
        pytest.param(compound({1: END}, small=1, second={0: 1, 1: 0}), id="a circle of small sectors"),
        pytest.param(compound({1: END}, further=1, second={127: 1}), id="a table that goes on with itself"),
        pytest.param(compound({1: END}, small=200), id="small sectors beyond the table"),
        pytest.param(compound({1: END}, first_table=50), id="a table beyond the file"),
        pytest.param(compound({1: END}, shift=3), id="sectors of eight bytes"),
        pytest.param(MAGIC, id="a header cut off"),
    ],
)
def test_chains_without_end_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="it is damaged"):
        keep_chains_ended(content)
