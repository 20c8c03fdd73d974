"""Abstract syntax of formulas, bands and conditions.

Every node has the offsets of its characters in its text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pmf_engine.formula.escalation_durations import LONGEST_PERIOD, Unit

SUM = ("+", "-")
PRODUCT = ("*", "/")
COMPARISON = ("=", "!=", "<", "<=", ">", ">=")
LOGIC = ("and", "or")


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula: its characters from offset `start` up to but without `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, text, date or truth value as written."""

    value: float | str | date | bool


@dataclass(frozen=True, slots=True)
class Grade(Node):
    """A grade in a band: its position on the scale, from 1, and its words."""

    position: int
    words: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The name of a figure, an indicator or a column, or a word of the scope such as `target`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call: the function's name, which ends at the offset `name_end`, and the arguments."""

    function: str
    arguments: tuple[Expression, ...]
    name_end: int


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x` or `not x`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic, a comparison, `and` or `or`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class In(Node):
    """`x in (a, b)`, or `x not in (a, b)`."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`x between a and b`, both ends included, or `x not between a and b`."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    """`x is missing`, or `x is not missing`."""

    operand: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Lasting(Node):
    """`C for N periods`, in a condition."""

    operand: Expression
    count: int
    unit: Unit

    @property
    def fewest_periods(self) -> int:
        """The least number of periods that the duration takes, over all frequencies of indicators."""
        return self.unit.periods(self.count, LONGEST_PERIOD)


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`count(list where ...)`, `sum(x of list)`: one number from the records of a list.

    Attributes:
        function: `count`, `sum`, `mean`, `median`, `min` or `max`.
        distinct: Equal values count once.
        of: The value of each record; None where records are counted. Names in it are columns.
        list: The name of the list; of the figure where `of_senders`.
        state: Which spells of a list of spells: `open`, `started` or `ended`.
        where: The condition on each record. Names in it are columns.
        text: The author's text, with white space normalised: the key under which equal aggregates are computed once.
    """

    function: str
    distinct: bool
    of: Expression | None
    list: Name
    state: str | None
    where: Expression | None
    text: str


SENDERS = "agencies"
"""The word in `count(agencies of figure where ...)`, which counts the agencies that sent a figure."""


Expression = Literal | Grade | Name | Call | Unary | Binary | In | Between | IsMissing | Lasting | Aggregate


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """One condition of a band: the value compared with the bound by the operator, such as `<=`."""

    operator: str
    bound: Expression


@dataclass(frozen=True, slots=True)
class Band(Node):
    """The band of `good` or `tolerance`: a value in the band meets every limit.

    Attributes:
        start: The offset of its first character in its text.
        end: The offset after its last character.
        limits: Its limits, as trees.
        text: The band in the author's words: `at most 10`.
        low: Its lower end; None where it has none, or where a bound depends on data.
        high: Its upper end; None as for `low`.
        low_open: Whether the lower end itself is outside the band.
        high_open: Whether the upper end itself is outside the band.
    """

    limits: tuple[Limit, ...]
    text: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names in its bounds, such as `england` and `target`."""
        return tuple(dict.fromkeys(node.name for limit in self.limits for node in names(limit.bound)))


# A table by type: it is much faster than `match`, and loading walks every formula and band many times.
_CHILDREN: dict[type[Node], Callable[[Any], tuple[Expression, ...]]] = {
    Call: lambda node: node.arguments,
    Binary: lambda node: (node.left, node.right),
    Unary: lambda node: (node.operand,),
    IsMissing: lambda node: (node.operand,),
    Lasting: lambda node: (node.operand,),
    In: lambda node: (node.operand, *node.items),
    Between: lambda node: (node.operand, node.low, node.high),
    Band: lambda node: tuple(limit.bound for limit in node.limits),
}


def children(node: Node) -> tuple[Expression, ...]:
    """The expressions directly inside an expression or a band, from left to right.

    An aggregate has no children: the expressions inside it are about the records of its list (see `record_parts`).
    """
    children_of = _CHILDREN.get(type(node))
    return children_of(node) if children_of else ()


def record_parts(node: Aggregate) -> list[Expression]:
    """The expressions in an aggregate about each record of its list: `of` and `where`."""
    return [part for part in (node.of, node.where) if part is not None]


def of_senders(node: Aggregate) -> bool:
    """Whether an aggregate counts the agencies that sent a figure, not the records of a list."""
    return isinstance(node.of, Name) and node.of.name == SENDERS


def aggregates(node: Node) -> list[Aggregate]:
    """Every aggregate in an expression, from left to right."""
    if isinstance(node, Aggregate):
        return [node]
    return [aggregate for child in children(node) for aggregate in aggregates(child)]


def names(node: Node) -> list[Name]:
    """Every name in an expression, from left to right, without the names inside aggregates."""
    name_nodes: list[Name] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            name_nodes.append(node)
        else:
            waiting.extend(reversed(children(node)))
    return name_nodes


def folded(text: str) -> str:
    """The form in which texts are compared: without spaces around it and without regard to case.

    >>> folded(" Basildon ")
    'basildon'
    """
    return text.strip().lower()


def columns_of(aggregate: Aggregate) -> set[str]:
    """The columns of its list that an aggregate names, without the columns of dates that place records in periods."""
    columns: set[str] = set()
    waiting: list[Expression] = record_parts(aggregate)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            columns.add(node.name)
        waiting += children(node)
    return columns
