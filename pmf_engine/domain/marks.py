"""Marks: what is to be known of a value beside its number, such as that it is partial, provisional or in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.status import texts


class MarkKind(StrEnum):
    """The kinds of marks, in the order in which they are shown."""

    PARTIAL = "partial"
    """A part had not come, and the value was worked out without it."""
    DOUBT = "doubt"
    """Something contradicts what was sent."""
    ARRIVAL_UNKNOWN = "arrival_unknown"
    """Nobody says when the file came."""
    UNRELIABLE = "unreliable"
    PROVISIONAL = "provisional"
    ESTIMATED = "estimated"
    REVISED = "revised"
    FOOTNOTE = "footnote"
    UNALLOCATED = "unallocated"
    """The groups come to less than their whole."""
    EMPTY_LIST = "empty_list"
    """A list was sent without records."""
    SMALL = "small"
    """The numbers are too small to say much."""
    BREAK = "break"
    """Before and after do not compare."""


CELL_WORDS: Final[Mapping[str, str]] = {
    MarkKind.UNRELIABLE: "is marked as unreliable",
    MarkKind.PROVISIONAL: "is provisional",
    MarkKind.ESTIMATED: "is estimated",
    MarkKind.REVISED: "was revised",
    MarkKind.FOOTNOTE: "has a footnote",
}
"""What a mark in a cell says of the cell's number."""

KIND: Final = pl.Enum(texts(MarkKind))

MARK: Final = pl.Struct({"kind": KIND, "text": pl.String})
"""A mark as results have it."""


class Mark(NamedTuple):
    """A mark as reports have it."""

    kind: str
    text: str


def read_marks(cell: Iterable[Mapping[str, str]] | None) -> tuple[Mark, ...]:
    """The marks of a row, from the cell of its column `marks`.

    >>> read_marks([{"kind": "revised", "text": "`12 [r]` was revised"}])
    (Mark(kind='revised', text='`12 [r]` was revised'),)
    """
    return tuple(Mark(mark["kind"], mark["text"]) for mark in cell or ())


MARKS: Final = FrameSchema(
    "MARKS",
    Column("item", pl.String, "the figure or list that is marked, or the indicator"),
    Column("agency", pl.String, "the agency that sent it; null for any", nullable=True),
    Column("by", pl.String, "the breakdown; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("start", pl.Int32, "the first month of the period"),
    Column("months", pl.Int32, "the length of the period"),
    Column("kind", KIND, "what kind of mark it is"),
    Column("text", pl.String, "a clause for a reader, without a capital and a full stop"),
)
"""Marks of what values rest on; `evaluation.marks` carries them to the values."""
