"""Types of the formula language: what each part is, which names a text may use, and how values grow with time."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf

from pmf_engine.formula import syntax
from pmf_engine.formula.functions import FUNCTIONS, TimeDimension


@dataclass(frozen=True, slots=True)
class Type:
    """What a part of a formula is; a grade is of one scale; a flow is a number that adds up over time."""

    kind: OneOf["number", "truth", "text", "date", "grade"]
    scale: str | None = None
    flow: bool = False

    def __str__(self) -> str:
        if self.kind == "grade":
            return f"a grade of scale `{self.scale}`"
        return {"number": "a number", "truth": "true or false", "text": "text", "date": "a date"}[self.kind]


NUMBER = Type("number")
FLOW = Type("number", flow=True)
TRUTH = Type("truth")
TEXT = Type("text")
DATE = Type("date")

OF_AGENCY = "agency"
"""What a name is called where it is asked what one agency sent: there is none but `value`."""


def no_doubts(name: str) -> bool:
    """No name is doubted: what is unknown is reported."""
    return False


@dataclass(frozen=True)
class Columns:
    """The columns of a list with their types, and whether its records are spells (else events).

    `closed` are the texts that a column can hold, where these are known: the groups of a breakdown, and who sends it.
    """

    types: Mapping[str, Type]
    spells: bool
    closed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """The names a text may use with their types, what such a name is called, and the grades of each scale.

    `doubts` says whether a name that has no type here is one whose fault is reported elsewhere. `lists` are those
    that aggregates may be of, None where there can be no aggregates: in a band or a condition; `figures` are those of
    which the agencies may be counted. `record` is the list whose records are spoken of, inside an aggregate. `months`
    is the length of the periods, None where there are no regular ones to look back over.
    """

    types: Mapping[str, Type]
    what: str
    scales: Mapping[str, Sequence[str]]
    months: int | None = 1
    doubts: Callable[[str], bool] = no_doubts
    lists: Mapping[str, Columns] | None = None
    figures: Container[str] = ()
    record: str | None = None


def time_dimension(node: syntax.Expression, of_name: Callable[[str], TimeDimension]) -> TimeDimension:
    """How a value grows with the length of its period: 1 for what adds up, 0 for what does not, -1 for one over that.

    None where parts that grow differently are added. `of_name` is that of figures and indicators.
    """
    if isinstance(node, syntax.Literal | syntax.Grade):
        return 0

    def of(part: syntax.Expression) -> TimeDimension:
        return time_dimension(part, of_name)

    def alike(parts: Sequence[syntax.Expression]) -> TimeDimension:
        dimensions = {of(part) for part in parts}
        return dimensions.pop() if len(dimensions) == 1 else None

    match node:
        case syntax.Name():
            return of_name(node.name)
        case syntax.Unary():
            return of(node.operand)
        case syntax.Aggregate():
            adds_up = node.function in ("count", "sum") and node.state != "open"
            return int(adds_up and not syntax.of_senders(node))
        case syntax.Call():
            return FUNCTIONS[node.function].dimension([of(argument) for argument in node.arguments])
        case syntax.Binary(operator="+" | "-"):
            return alike((node.left, node.right))
        case syntax.Binary(operator="*"):
            left, right = of(node.left), of(node.right)
            return None if left is None or right is None else left + right
        case syntax.Binary(operator="/"):
            left, right = of(node.left), of(node.right)
            return None if left is None or right is None else left - right
        case _:
            return 0
