"""Types of the formula language, scopes of names, and the time dimension of values."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf

from pmf_engine.formula import syntax
from pmf_engine.formula.functions import FUNCTIONS, TimeDimension


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a part of a formula.

    Attributes:
        kind: The kind of its values.
        scale: The scale of a grade.
        flow: Whether a number adds up over time.
    """

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
"""`Scope.what` in the condition of `count(agencies of ...)`, where the one name is `value`, an agency's value."""


def no_doubts(name: str) -> bool:
    """Doubts no name: every unknown name is reported."""
    return False


@dataclass(frozen=True)
class Columns:
    """The columns of a list, for formulas.

    Attributes:
        types: The type of each column.
        spells: Whether the records are spells, else events.
        closed: The texts of each column with a closed set of texts, such as the groups of a breakdown.
    """

    types: Mapping[str, Type]
    spells: bool
    closed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """The names that a text may use.

    Attributes:
        types: The type of each name.
        what: The noun for such a name in messages, such as `figure`.
        scales: The grades of each scale.
        months: The length of a period; None without regular periods, and so without functions over time.
        doubts: Whether the definition of a name without a type has a mistake, reported there.
        lists: The lists that aggregates may name; None where aggregates are not allowed, in bands and conditions.
        figures: The figures whose agencies may be counted.
        record: Inside an aggregate, the list whose records the text is about.
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
    """The time dimension of an expression, by dimensional analysis.

    Args:
        node: An expression of a formula or a band.
        of_name: The time dimension of a figure or an indicator.
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
