"""What a formula, a band or a condition is made of, once read.

Every node knows the characters it was read from, as offsets into its text.
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


@dataclass(slots=True)
class Node:
    """Where a part of a formula stands in its text."""

    start: int
    end: int


@dataclass(slots=True)
class Literal(Node):
    """A number, text, date or truth value as written."""

    value: float | str | date | bool


@dataclass(slots=True)
class Grade(Node):
    """A grade named in a band: its position on its scale, from 1, and its words."""

    position: int
    words: str


@dataclass(slots=True)
class Name(Node):
    """A figure, an indicator, or a word that its place gives a meaning."""

    name: str


@dataclass(slots=True)
class Call(Node):
    """A function and what it is given; `name_end` is where the function's name ends."""

    function: str
    arguments: tuple[Expression, ...]
    name_end: int


@dataclass(slots=True)
class Unary(Node):
    """`-x` or `not x`."""

    operator: str
    operand: Expression


@dataclass(slots=True)
class Binary(Node):
    """Arithmetic, a comparison, `and` or `or`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True)
class In(Node):
    """`x in (a, b)`, or `x not in (a, b)`."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(slots=True)
class Between(Node):
    """`x between a and b`, both ends included, or `x not between a and b`."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(slots=True)
class IsMissing(Node):
    """`x is missing`, or `x is not missing`."""

    operand: Expression
    negated: bool


@dataclass(slots=True)
class Lasting(Node):
    """`C for N periods`, in a condition."""

    operand: Expression
    count: int
    unit: Unit

    @property
    def fewest_periods(self) -> int:
        """How many periods it lasts at least, whatever the frequency of the indicator."""
        return self.unit.periods(self.count, LONGEST_PERIOD)


@dataclass(slots=True)
class Aggregate(Node):
    """`count(list where ...)`, `sum(x of list)`: one number from the records of a list.

    `state` says which spells of a spell list: `open`, `started` or `ended`. Names in `of` and `where` are columns.
    `text` is all of it as written, without regard to white space: two that are alike are worked out once.
    """

    function: str
    distinct: bool
    of: Expression | None
    list: Name
    state: str | None
    where: Expression | None
    text: str


SENDERS = "agencies"
"""What `count(agencies of figure where ...)` counts: those that sent a figure, by what each of them sent."""


Expression = Literal | Grade | Name | Call | Unary | Binary | In | Between | IsMissing | Lasting | Aggregate


@dataclass(slots=True)
class Limit(Node):
    """One end of a band: the value must stand so (`<=` and the like) to the bound."""

    operator: str
    bound: Expression


@dataclass(slots=True)
class Band(Node):
    """`good` or `tolerance`: every limit must hold. Closeness is asked for by a band with two ends."""

    limits: tuple[Limit, ...]
    text: str


# A table, as trees are walked for every name of every formula and band.
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

    An aggregate has none: what is inside speaks of the records of its list (see `inside`).
    """
    inside = _CHILDREN.get(type(node))
    return inside(node) if inside else ()


def inside(node: Aggregate) -> list[Expression]:
    """What an aggregate says of each record: what it is made of, and which records count."""
    return [part for part in (node.of, node.where) if part is not None]


def of_senders(node: Aggregate) -> bool:
    """Whether an aggregate counts the agencies that sent a figure, and not the records of a list."""
    return isinstance(node.of, Name) and node.of.name == SENDERS


def aggregates(node: Node) -> list[Aggregate]:
    """Every aggregate in an expression, from left to right."""
    if isinstance(node, Aggregate):
        return [node]
    return [found for child in children(node) for found in aggregates(child)]


def names(node: Node) -> list[Name]:
    """Every name of a figure or an indicator in an expression, from left to right."""
    found: list[Name] = []
    left = [node]
    while left:
        node = left.pop()
        if isinstance(node, Name):
            found.append(node)
        else:
            left.extend(reversed(children(node)))
    return found


def folded(text: str) -> str:
    """A text as it is compared."""
    return text.strip().lower()


def columns_of(aggregate: Aggregate) -> set[str]:
    """The columns of its list that an aggregate looks at, without the dates of its periods."""
    found: set[str] = set()
    left: list[Expression] = inside(aggregate)
    while left:
        node = left.pop()
        if isinstance(node, Name):
            found.add(node.name)
        left += children(node)
    return found
