"""The values that conditions on records distinguish: conditions on records become conditions on these.

A number only matters by its position among the constants that it is compared with; a text only by which text it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

import polars as pl

from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import (
    COMPARISON,
    LOGIC,
    Between,
    Binary,
    Expression,
    In,
    IsMissing,
    Literal,
    Name,
    Node,
    Unary,
    children,
)
from pmf_engine.submissions.list_values import raw

_SOME_TEXTS = 12
"""The assumed number of distinct texts in a column of which no sample was taken."""

_TRUTHS = 3
"""True, false and blank."""

_LARGE = 1_000_000_000
"""Values compared with larger numbers are not packed."""

Key: TypeAlias = "tuple[object, ...]"


@dataclass
class Distinction:
    """A value by which conditions distinguish records.

    Attributes:
        name: The name of its column, which no column of a list can have.
        kind: `number`, `text`, or `truth` for any other condition.
        node: Its expression.
        least: The smallest number that it is compared with. All whole numbers below are one value.
        most: The largest number that it is compared with. All whole numbers above are one value.
        texts: The number of distinct texts in the column, blank included.
    """

    name: str
    kind: str
    node: Expression
    least: int = 0
    most: int = -1
    texts: int = 0

    @property
    def size(self) -> int:
        """The number of its distinct values, blank included."""
        if self.kind == "number":
            return max(self.most, self.least) - self.least + 4
        return self.texts if self.kind == "text" else _TRUTHS

    def include(self, number: int) -> None:
        """Extends the range from `least` to `most` to a number that the value is compared with."""
        first = self.most < self.least
        self.least = number if first else min(self.least, number)
        self.most = number if first else max(self.most, number)

    def text(self) -> pl.Expr:
        """The text of each record, as written."""
        assert isinstance(self.node, Name)
        return pl.col(raw(self.node.name)).alias(self.name)

    def digit(self, rows: RecordExpressions) -> pl.Expr:
        """Its value for each record as a digit of the packed key, from 0; a blank is the largest digit."""
        value = rows.value(self.node)
        if self.kind == "number":
            value = value.clip(self.least - 1, max(self.most, self.least) + 1) - (self.least - 1)
        return value.cast(pl.Int32).fill_null(self.size - 1)

    def from_digit(self, digit: pl.Expr) -> pl.Expr:
        """The inverse of `digit`: the value of a digit."""
        value = digit.cast(pl.Int32) + self.least - 1 if self.kind == "number" else digit == 1
        return pl.when(digit < self.size - 1).then(value).alias(self.name)


@dataclass
class Distinctions:
    """The distinct values that the conditions of one list's aggregates distinguish.

    Attributes:
        rows: Compiles expressions over records.
        label: The compared form of a column's texts, see `ListPlan.label`.
        texts: The number of distinct texts in a sample of a column, see `numbers_of_texts`.
        by_key: The values by the key of their expressions.
    """

    rows: RecordExpressions
    label: Callable[[str, pl.Expr], pl.Expr]
    texts: Mapping[str, int] = field(default_factory=dict)
    by_key: dict[Key, Distinction] = field(default_factory=dict)

    def few_texts(self, keys: Collection[Key]) -> bool:
        """Whether any of the values is a text of a column that is known to have few: comparing each costs more."""
        nodes = [self.by_key[key].node for key in keys]
        return any(isinstance(node, Name) and node.name in self.texts for node in nodes)

    def rewritten(self, node: Expression, used: set[Key]) -> Expression:
        """`node` as a condition on distinguished values instead of records.

        Args:
            node: A condition on records.
            used: Receives the keys of the values.
        """
        match node:
            case Unary(operator="not"):
                return replace(node, operand=self.rewritten(node.operand, used))
            case Binary(operator=operator) if operator in LOGIC:
                return replace(node, left=self.rewritten(node.left, used), right=self.rewritten(node.right, used))
            case Literal():
                return node
            case Binary(operator=operator, left=left, right=right) if operator in COMPARISON:
                if name := self._place_among(left, [right], used):
                    return replace(node, left=name)
                if name := self._place_among(right, [left], used):
                    return replace(node, right=name)
            case Between(operand=operand, low=low, high=high):
                if name := self._place_among(operand, [low, high], used):
                    return replace(node, operand=name)
            case In(operand=operand, items=items):
                if name := self._place_among(operand, items, used):
                    return replace(node, operand=name)
            case IsMissing(operand=operand):
                if name := self._place_among(operand, [], used):
                    return replace(node, operand=name)
        return self._name("truth", node, used)

    def _place_among(self, operand: Expression, others: Sequence[Expression], used: set[Key]) -> Name | None:
        """The name of a value that is compared with constants; None where it is no text or whole number, or they vary.

        Args:
            operand: The value.
            others: The expressions that it is compared with.
            used: Receives the key of the value.
        """
        values = [_constant(other) for other in others]
        if _constant(operand) is not None or None in values:
            return None
        if isinstance(operand, Name) and self.rows.kinds.get(operand.name) == "text":
            return self._name("text", operand, used)
        numbers = [int(value) for value in values if type(value) is float and value.is_integer()]
        if (
            not self.rows.is_whole(operand)
            or len(numbers) < len(values)
            or any(abs(number) > _LARGE for number in numbers)
        ):
            return None
        return self._name("number", operand, used, numbers)

    def _name(self, kind: str, node: Expression, used: set[Key], values: Iterable[int] = ()) -> Name:
        """The name of a distinguished value in rewritten conditions.

        Args:
            kind: The kind of the value.
            node: Its expression.
            used: Receives its key.
            values: The numbers that it is compared with.
        """
        key = (kind, *key_of(node))
        texts = self.texts.get(node.name, _SOME_TEXTS) if isinstance(node, Name) else 0
        distinction = self.by_key.setdefault(key, Distinction(f":{len(self.by_key)}", kind, node, texts=texts))
        for value in values:
            distinction.include(value)
        used.add(key)
        return Name(0, 0, distinction.name)


def _constant(node: Expression) -> float | str | date | bool | None:
    """The value of a literal, with its sign; None for any other expression."""
    if isinstance(node, Unary) and node.operator == "-" and isinstance(node.operand, Literal):
        value = node.operand.value
        return -value if type(value) is float else None
    return node.value if isinstance(node, Literal) else None


def key_of(node: Node) -> Key:
    """The structure of an expression without its position in the file: equal expressions have equal keys."""
    own = [getattr(node, name) for name in ("name", "value", "function", "operator", "negated") if hasattr(node, name)]
    return (type(node).__name__, *own, *map(key_of, children(node)))
