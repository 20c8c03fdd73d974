"""What a formula, a band or a condition is made of, once read.

Every node knows the characters it was read from, as offsets into its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

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
    periods: int


Expression = Literal | Grade | Name | Call | Unary | Binary | In | Between | IsMissing | Lasting


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


def children(node: Expression) -> Iterator[Expression]:
    """The expressions directly inside one."""
    match node:
        case Call():
            yield from node.arguments
        case Binary():
            yield node.left
            yield node.right
        case Unary() | IsMissing() | Lasting():
            yield node.operand
        case In():
            yield node.operand
            yield from node.items
        case Between():
            yield node.operand
            yield node.low
            yield node.high


def names(node: Expression) -> Iterator[Name]:
    """Every name in an expression, from left to right."""
    if isinstance(node, Name):
        yield node
    for child in children(node):
        yield from names(child)
