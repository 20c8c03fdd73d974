"""Marks: facts about a value that its reader needs, such as that the value is partial, provisional or in doubt."""

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
    """A part is missing, and the value was computed without that part."""
    DOUBT = "doubt"
    """Another figure or list contradicts the return."""
    ARRIVAL_UNKNOWN = "arrival_unknown"
    """The file's day of arrival is unknown."""
    UNRELIABLE = "unreliable"
    PROVISIONAL = "provisional"
    ESTIMATED = "estimated"
    REVISED = "revised"
    FOOTNOTE = "footnote"
    UNALLOCATED = "unallocated"
    """The groups add up to less than the whole."""
    EMPTY_LIST = "empty_list"
    """An agency sent a list without records."""
    SMALL = "small"
    """The numbers are too small for a firm conclusion."""
    BREAK = "break"
    """Values before the break are not comparable with values after it."""
    ROUNDED = "rounded"
    """Counts are rounded for the public."""


CELL_WORDS: Final[Mapping[str, str]] = {
    MarkKind.UNRELIABLE: "is marked as unreliable",
    MarkKind.PROVISIONAL: "is provisional",
    MarkKind.ESTIMATED: "is estimated",
    MarkKind.REVISED: "was revised",
    MarkKind.FOOTNOTE: "has a footnote",
}
"""The predicate for each kind of mark that cells hold: `12 [r]` was revised."""

KIND: Final = pl.Enum(texts(MarkKind))

MARK: Final = pl.Struct({"kind": KIND, "text": pl.String})
"""The Polars type of a mark in frames of results."""


class Mark(NamedTuple):
    """What the reader of a value must know: that it is partial, revised or in doubt, for example.

    Attributes:
        kind: The kind of mark.
        text: A clause for the reader.
    """

    kind: MarkKind
    text: str


def read_marks(cell: Iterable[Mapping[str, str]] | None) -> tuple[Mark, ...]:
    """The marks of a row, from the cell of its column `marks`.

    >>> read_marks([{"kind": "revised", "text": "`12 [r]` was revised"}])
    (Mark(kind=<MarkKind.REVISED: 'revised'>, text='`12 [r]` was revised'),)
    """
    return tuple(Mark(MarkKind(mark["kind"]), mark["text"]) for mark in cell or ())


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
"""Marks of figures, lists and indicators. `evaluation.marks` attaches each mark to the values that use its item."""
