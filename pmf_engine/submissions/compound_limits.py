"""Old workbooks (.xls) are files of sectors in chains: one with a chain without an end would be read for ever."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Final

from pmf_engine.submissions.limits import UnreadableError

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST: Final = 0xFFFFFFFA
"""Sectors have numbers up to this one; those above it end a chain or mark a sector."""


def keep_chains_ended(content: bytes) -> None:
    """Refuses a compound file in which a chain of sectors has no end; one that leaves the file is for its reader.

    Raises:
        UnreadableError: It is damaged so.
    """
    if not content.startswith(MAGIC):
        return
    try:
        [shift] = struct.unpack_from("<H", content, 30)
        if shift not in (9, 12):
            raise UnreadableError("it is damaged")
        size = 1 << shift
        table = _entries(content, _table_sectors(content, size), size)
        _follow(table, range(len(table)))
        [small] = struct.unpack_from("<I", content, 60)
        chain = _chain(table, small)
        _follow(entries := _entries(content, chain, size), range(len(entries)))
    except (struct.error, IndexError) as error:
        raise UnreadableError("it is damaged") from error


def _table_sectors(content: bytes, size: int) -> list[int]:
    """The sectors that hold the table of chains."""
    sectors = [sector for sector in struct.unpack_from("<109I", content, 76) if sector < _LAST]
    [further] = struct.unpack_from("<I", content, 68)
    seen: set[int] = set()
    while further < _LAST:
        if further in seen:
            raise UnreadableError("it is damaged")
        seen.add(further)
        *more, further = _entries(content, [further], size)
        sectors += [sector for sector in more if sector < _LAST]
    return sectors


def _entries(content: bytes, sectors: Iterable[int], size: int) -> list[int]:
    """The numbers in some sectors."""
    form = f"<{size // 4}I"
    return [number for sector in sectors for number in struct.unpack_from(form, content, (sector + 1) * size)]


def _chain(table: Sequence[int], first: int) -> list[int]:
    """The sectors of a chain of which it is known that it ends."""
    chain = []
    while first < _LAST:
        chain.append(first)
        first = table[first]
    return chain


def _follow(table: Sequence[int], starts: Iterable[int]) -> None:
    """Refuses a table with a circle: each sector is visited once."""
    done = bytearray(len(table))
    for start in starts:
        at, way = start, []
        while at < len(table) and not done[at]:
            done[at] = 1
            way.append(at)
            at = table[at]
        if at < len(table) and done[at] == 1:
            raise UnreadableError("it is damaged")
        for sector in way:
            done[sector] = 2
