"""Registers of the board: what was agreed, asked, found and paid, each a table that is read like a return.

A register is a file or sheet with a row for each action, request, review or line of money. `REGISTERS` declares them: a
row for each column says what its cells must be, and `Order` which day cannot be before which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final, Literal, NamedTuple

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.submissions.table import RawTable
from pmf_engine.submissions.vocabulary import fold_header

CellKind = Literal[
    "text", "indicator", "figure", "agency", "content area", "activity", "level", "breakdown", "group", "period",
    "year", "past day", "day", "day or period", "amount", "whole number", "band", "word",
]  # fmt: skip
"""What the cells of a column of a register must be."""

_TYPES: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    **dict.fromkeys(("past day", "day", "day or period"), pl.Date),
    "amount": pl.Float64,
    "whole number": pl.Int64,
}
"""The types of columns that are no texts."""

Need = Literal["row", "value", ""]
"""What a blank cell costs: its row, a problem without more, or nothing."""


class RegisterColumn(NamedTuple):
    """A column of a register: its name, what its cells must be, its meaning, and what a blank cell costs.

    Attributes:
        words: The words that a cell of kind `word` may hold.
    """

    name: str
    kind: CellKind
    doc: str
    need: Need = ""
    words: tuple[str, ...] = ()


class Order(NamedTuple):
    """Two days of a row of which the later cannot be before the earlier."""

    earlier: str
    later: str


@dataclass(frozen=True)
class Register:
    """A register of the board.

    Attributes:
        name: Its name, which is also that of its files.
        columns: Its columns, in order.
        key: The columns by which a row of a later file replaces a row.
        orders: The days that run in an order.
        once: A file has a key in one row alone.
    """

    name: str
    columns: tuple[RegisterColumn, ...]
    key: tuple[str, ...] = ("id",)
    orders: tuple[Order, ...] = ()
    once: bool = True

    @property
    def schema(self) -> FrameSchema:
        """The columns of its frame: its own, and the place of each row."""
        own = [
            Column(each.name, _TYPES.get(each.kind, pl.String), each.doc, nullable=each.need != "row")
            for each in self.columns
        ]
        return FrameSchema(self.name.upper(), *own, *_PLACE)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which a table is not this register."""
        return tuple(each.name for each in self.columns if each.need == "row")

    def positions(self, header: Sequence[str]) -> dict[str, int]:
        """The position of each of its columns that a header has; of two with one name, the first."""
        names = {fold_header(each.name): each.name for each in self.columns}
        found: dict[str, int] = {}
        for position, title in enumerate(header):
            if (name := names.get(fold_header(title.strip()))) is not None:
                found.setdefault(name, position)
        return found


_PLACE: Final = (
    Column("file", pl.String, "the file, by its path below the folder of submissions"),
    Column("sheet", pl.String, "the sheet of a workbook", nullable=True),
    Column("row", pl.Int64, "the row as people count them, from 1"),
    Column("file_received_on", pl.Date, "the day on which the file was received; null where unknown", nullable=True),
    Column(
        "unread", pl.List(pl.String), "the columns whose cells are filled and could not be used, so that they are null"
    ),
)

STATES: Final = ("open", "done", "dropped")
"""The states of an action."""

BECAME: Final = ("procedure", "training", "workforce", "practice", "framework")
"""What the lesson of an action may become."""

LINES: Final = ("brought_forward", "contribution", "spend", "carried_forward")
"""The lines of money."""

_ACTIONS = Register(
    "actions",
    (
        RegisterColumn("id", "text", "the board's own number of the action", "row"),
        RegisterColumn("indicator", "indicator", "the id of the indicator that it is to improve"),
        RegisterColumn("by", "breakdown", "the breakdown of `group`"),
        RegisterColumn("group", "group", "the group that it is for; null for the whole"),
        RegisterColumn("period", "period", "the label of the period whose value led to it"),
        RegisterColumn("source", "text", "what led to it, such as an exception, an audit or a review"),
        RegisterColumn("level", "level", "the id of the level of governance that agreed it"),
        RegisterColumn("action", "text", "what is to be done", "row"),
        RegisterColumn("agency", "agency", "the id of the agency that does it"),
        RegisterColumn("owner", "text", "the person or post who answers for it", "value"),
        RegisterColumn("agreed_on", "past day", "the day on which it was agreed", "value"),
        RegisterColumn("due_on", "day", "the day by which it is to be done"),
        RegisterColumn("done_on", "past day", "the day on which it was done"),
        RegisterColumn("state", "word", "open, done or dropped; a blank cell is worked out from `done_on`", "", STATES),
        RegisterColumn("expected_value", "band", "the band that the indicator is to reach, such as `at least 75`"),
        RegisterColumn("expected_by", "period", "the label of the period by which it is to be reached"),
        RegisterColumn("effect_from", "day or period", "the first day on which an effect can show"),
        RegisterColumn("lesson", "text", "what was learned"),
        RegisterColumn("became", "word", "what the lesson became", "", BECAME),
        RegisterColumn("shared_with", "text", "with whom the lesson was shared"),
        RegisterColumn("evidence", "text", "where it is written down that the action was done"),
    ),
    orders=(
        Order("agreed_on", "due_on"),
        Order("agreed_on", "done_on"),
        Order("agreed_on", "effect_from"),
    ),
)

_REQUESTS = Register(
    "requests",
    (
        RegisterColumn("id", "text", "the board's own number of the request", "row"),
        RegisterColumn("asked_on", "past day", "the day on which the board asked", "value"),
        RegisterColumn("asked_by", "text", "who asked"),
        RegisterColumn("about", "text", "what was asked", "row"),
        RegisterColumn("figure", "figure", "the id of the figure that was asked for"),
        RegisterColumn("agency", "agency", "the id of the agency that was asked", "value"),
        RegisterColumn("due_on", "day", "the day by which the answer was due"),
        RegisterColumn("received_on", "past day", "the day on which the answer came; null for an open request"),
        RegisterColumn("answer", "text", "the answer"),
        RegisterColumn("led_to", "text", "what it led to, such as the number of an action"),
    ),
    orders=(Order("asked_on", "due_on"), Order("asked_on", "received_on")),
)

_REVIEWS = Register(
    "reviews",
    (
        RegisterColumn("id", "text", "the board's own number of the review", "row"),
        RegisterColumn(
            "activity", "activity", "the id of the activity; its own words for one that was not planned", "row"
        ),
        RegisterColumn("done_on", "past day", "the day on which it was done", "value"),
        RegisterColumn("agency", "agency", "the id of the agency that was looked at; null for several"),
        RegisterColumn("content_area", "content area", "the id of the content area"),
        RegisterColumn("sample", "whole number", "how many cases were looked at"),
        RegisterColumn("found", "text", "what it found", "value"),
        RegisterColumn("grade", "text", "the grade that it gave, in its own words"),
        RegisterColumn("lesson", "text", "what was learned"),
        RegisterColumn("led_to", "text", "what it led to, such as the numbers of actions"),
    ),
)

_MONEY = Register(
    "money",
    (
        RegisterColumn("year", "year", "the label of the year", "row"),
        RegisterColumn("line", "word", "what kind of line it is", "row", LINES),
        RegisterColumn("agency", "agency", "the id of the agency that contributes"),
        RegisterColumn("heading", "text", "what it is for"),
        RegisterColumn("budget", "amount", "the amount planned, in pounds"),
        RegisterColumn("actual", "amount", "the amount paid or received, in pounds"),
        RegisterColumn("paid_on", "past day", "the day on which it was paid"),
        RegisterColumn("note", "text", "a note"),
    ),
    key=("year", "line", "agency", "heading"),
    once=False,
)

REGISTERS: Final = {each.name: each for each in (_ACTIONS, _REQUESTS, _REVIEWS, _MONEY)}
"""Every register by its name."""

ACTIONS: Final = _ACTIONS.schema
"""The columns of `Submissions.actions`: a row for each action agreed."""

REQUESTS: Final = _REQUESTS.schema
"""The columns of `Submissions.requests`: a row for each request outside the cycle."""

REVIEWS: Final = _REVIEWS.schema
"""The columns of `Submissions.reviews`: a row for each audit, survey, visit or review."""

MONEY: Final = _MONEY.schema
"""The columns of `Submissions.money`: a row for each line of the board's money; several rows of a key add up."""

_SHARED: Final = frozenset({"period", "agency", "figure", "value", "comment", "by", "group", "source", "note"})
"""Names of columns that returns may have too."""


class RegisterTable(NamedTuple):
    """A table of a register, with the name of the register."""

    register: str
    table: RawTable


def register_of(header: Sequence[str], file: str | None = None) -> str | None:
    """The register that a header is of; None for another header.

    Args:
        header: The titles of columns.
        file: The file. A name such as `actions 2016-17.csv` makes do with some of the columns.

    >>> register_of(["ID", "Asked on", "About", "Agency"])
    'requests'
    >>> register_of(["id", "owner", "due_on"], "actions.csv"), register_of(["id", "owner", "due_on"])
    ('actions', None)
    """
    return _register_of(tuple(header), file)


@lru_cache(maxsize=256)
def _register_of(header: tuple[str, ...], file: str | None) -> str | None:
    """The register of `register_of`: files of one sender have one header."""
    for name, register in REGISTERS.items():
        found = register.positions(header)
        own = found.keys() - _SHARED
        if found.keys() >= {*register.needed} and len(own) > len(register.needed):
            return name
        if file is not None and is_named(file, name) and len(own) > 1:
            return name
    return None


def is_named(file: str, register: str) -> bool:
    """Whether a file has the name of a register, with or without more words behind it.

    >>> is_named("2016-17/Actions_2016.xlsx", "actions"), is_named("transactions.csv", "actions")
    (True, False)
    """
    stem = PurePosixPath(file).name.lower().rsplit(".", 1)[0]
    return stem.startswith(register) and not stem[len(register) :][:1].isalpha()


_TITLES: Final = 20
"""The header of a register is one of the first rows: titles may precede it."""


def header_among(rows: Iterable[Sequence[str]], file: str) -> tuple[int, str] | None:
    """The position of the header of a register among the first rows, and the register; None for another table."""
    first = [row for row, _ in zip(rows, range(_TITLES), strict=False)]
    for named in (None, file):
        for position, row in enumerate(first):
            if (name := register_of(row, named)) is not None:
                return position, name
    return None
