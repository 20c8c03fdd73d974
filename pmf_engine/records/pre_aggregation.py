"""Pre-aggregation: group records by the values that conditions distinguish, count each group, then test the conditions
on the groups.

A hundred indicators ask a hundred questions of a record: how many days to its assessment, how old the child, who
referred it. But what they ask about takes few values, since of a number only its place among those that it is compared
with matters. So millions of records fall into a few hundred combinations of values, and conditions are tested on these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import prod
from typing import TypeAlias

import polars as pl

from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import (
    COMPARISON,
    LOGIC,
    Aggregate,
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
    names,
)
from pmf_engine.records.columns import START, Part
from pmf_engine.submissions.list_values import raw
from pmf_engine.submissions.table import EDGES

_MOST_COMBINATIONS = 256
"""How many combinations of values there may be before pre-aggregation no longer pays."""

WORTH = 8
"""How many aggregates make pre-aggregation worth while."""

_FEW_TEXTS = 12
"""How many different texts a column that is compared with texts is taken to have."""

_TRUTHS = 3
"""True, false and blank."""

_PACKED = ":packed"
"""One number for the period and all distinguished values but texts."""

_LENGTH = ":len"
"""How many records a combination has."""

_LARGE = 1_000_000_000
"""Numbers beyond are not packed."""

Key: TypeAlias = "tuple[object, ...]"


@dataclass
class Distinction:
    """A value that conditions distinguish records by, in a column with a name that no column of a list can have.

    `kind` is `number`, `text` or `truth`; a truth is any condition that is neither of the others. All whole numbers
    below `least` count as one, and so do all above `most`: those are the least and greatest that the value is
    compared with.
    """

    name: str
    kind: str
    node: Expression
    least: int = 0
    most: int = -1

    @property
    def size(self) -> int:
        """How many different values it has, blank included."""
        if self.kind == "number":
            return max(self.most, self.least) - self.least + 4
        return _FEW_TEXTS if self.kind == "text" else _TRUTHS

    def include(self, number: int) -> None:
        """Widens `least` to `most` to a number that the value is compared with."""
        first = self.most < self.least
        self.least = number if first else min(self.least, number)
        self.most = number if first else max(self.most, number)

    def text(self) -> pl.Expr:
        """The text of each record as it was written."""
        assert isinstance(self.node, Name)
        return pl.col(raw(self.node.name)).alias(self.name)

    def digit(self, rows: RecordExpressions) -> pl.Expr:
        """Its value for each record as a whole number from 0, the last of them for a blank."""
        value = rows.value(self.node)
        if self.kind == "number":
            value = value.clip(self.least - 1, max(self.most, self.least) + 1) - (self.least - 1)
        return value.cast(pl.Int32).fill_null(self.size - 1)

    def from_digit(self, digit: pl.Expr) -> pl.Expr:
        """Its value from such a number."""
        value = digit.cast(pl.Int32) + self.least - 1 if self.kind == "number" else digit == 1
        return pl.when(digit < self.size - 1).then(value).alias(self.name)


@dataclass
class Distinctions:
    """The values that the conditions of one list's aggregates distinguish, each once.

    `label` gives, for a column and its texts, how these are compared.
    """

    rows: RecordExpressions
    label: Callable[[str, pl.Expr], pl.Expr]
    by_key: dict[Key, Distinction] = field(default_factory=dict)

    def rewritten(self, node: Expression, used: set[Key]) -> Expression:
        """`node` as a condition on distinguished values instead of records; `used` gets their keys."""
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
        """The value whose place among constants is asked for, if it has few such places."""
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
        """The name of a distinguished value in rewritten conditions, given the numbers that it is compared with."""
        key = (kind, *_key(node))
        distinction = self.by_key.setdefault(key, Distinction(f":{len(self.by_key)}", kind, node))
        for value in values:
            distinction.include(value)
        used.add(key)
        return Name(0, 0, distinction.name)


def _constant(node: Expression) -> float | str | date | bool | None:
    """What an expression is, whatever the record; None where it depends on that."""
    if isinstance(node, Unary) and node.operator == "-" and isinstance(node.operand, Literal):
        value = node.operand.value
        return -value if type(value) is float else None
    return node.value if isinstance(node, Literal) else None


def _key(node: Node) -> Key:
    """What an expression says, wherever it stands."""
    own = [getattr(node, name) for name in ("name", "value", "function", "operator", "negated") if hasattr(node, name)]
    return (type(node).__name__, *own, *map(_key, children(node)))


@dataclass
class SharedGrouping:
    """Aggregates that share one pre-aggregation, by number, with their conditions rewritten.

    `keys` are those of the values that the conditions distinguish: records are grouped by these.
    """

    keys: set[Key]
    aggregates: dict[int, tuple[Aggregate, Expression | None]]


def shared_groupings(distinctions: Distinctions, aggregates: Mapping[int, Aggregate]) -> list[SharedGrouping]:
    """The aggregates that pre-aggregation makes faster, put together as far as the number of combinations allows.

    Greedy bin packing: the aggregate with most combinations comes first, and each joins the first grouping that has
    all its values, else the first that has room for them.
    """
    rewritten = []
    for number, aggregate in aggregates.items():
        if aggregate.where is not None and _varies(aggregate):
            used: set[Key] = set()
            condition = distinctions.rewritten(aggregate.where, used)
            rewritten.append((used, number, aggregate, condition))

    def combinations(keys: set[Key]) -> int:
        return prod(distinctions.by_key[key].size for key in keys)

    groupings: list[SharedGrouping] = []
    for used, number, aggregate, condition in sorted(rewritten, key=lambda each: -combinations(each[0])):
        if combinations(used) > _MOST_COMBINATIONS:
            continue
        roomy = (each for each in groupings if combinations(each.keys | used) <= _MOST_COMBINATIONS)
        chosen = next((each for each in groupings if used <= each.keys), None) or next(roomy, None)
        if chosen is None:
            chosen = SharedGrouping(set(), {})
            groupings.append(chosen)
        chosen.keys |= used
        chosen.aggregates[number] = (aggregate, condition)
    groupings = [each for each in groupings if len(each.aggregates) >= WORTH]
    if groupings:  # an aggregate without a condition can use any grouping
        unconditional = {
            number: (aggregate, None)
            for number, aggregate in aggregates.items()
            if aggregate.where is None and _varies(aggregate)
        }
        groupings[-1].aggregates |= unconditional
    return groupings


def _varies(aggregate: Aggregate) -> bool:
    """Whether what is counted or added up is not the same of every record."""
    return aggregate.of is None or bool(names(aggregate.of))


def pre_aggregated(
    grouping: SharedGrouping, distinctions: Distinctions, records: pl.LazyFrame, by: Sequence[str]
) -> pl.LazyFrame:
    """The parts of a grouping's aggregates by `by`, START among these: from counts of combinations of values."""
    distinguished = [distinctions.by_key[key] for key in sorted(grouping.keys, key=str)]
    values = {_key(each.of): each.of for each, _ in grouping.aggregates.values() if each.of is not None}
    value_numbers = {key: number for number, key in enumerate(values)}
    combinations = _combinations(grouping, distinctions, distinguished, values, records, by)
    numbers = frozenset(each.name for each in distinguished if each.kind == "number")
    own = distinctions.rows.groups
    groups = frozenset(each.name for each in distinguished if isinstance(each.node, Name) and each.node.name in own)
    rows = RecordExpressions({each.name: each.kind for each in distinguished}, numbers, groups)
    return combinations.group_by(by).agg(
        part
        for number, (aggregate, condition) in grouping.aggregates.items()
        for part in _combined_parts(
            number,
            aggregate,
            value_numbers.get(_key(aggregate.of)) if aggregate.of else None,
            pl.lit(True) if condition is None else rows.value(condition),
        )
    )


def _combinations(
    grouping: SharedGrouping,
    distinctions: Distinctions,
    distinguished: Sequence[Distinction],
    values: Mapping[Key, Expression],
    records: pl.LazyFrame,
    by: Sequence[str],
) -> pl.LazyFrame:
    """Each combination of distinguished values, with how many records have it and parts of each value over these."""
    rows = distinctions.rows
    texts = [each for each in distinguished if each.kind == "text"]
    digits = [each for each in distinguished if each.kind != "text"]
    # One number in place of several columns to group by takes two thirds of the time. Its first digit is the period's
    # month, which is above 0, or 0 where there is none.
    packed = pl.col(START).fill_null(0)
    for each in digits:
        packed = packed * each.size + each.digit(rows)
    parts = [part for number, of in enumerate(values.values()) for part in _parts(number, rows, of, grouping)]
    combinations = (
        records.with_columns(packed.alias(_PACKED), *(each.text() for each in texts))
        .group_by(_PACKED, *(name for name in by if name != START), *(each.name for each in texts))
        .agg(pl.len().alias(_LENGTH), *parts)
    )
    left = pl.col(_PACKED)
    for each in reversed(digits):
        combinations = combinations.with_columns(each.from_digit(left % each.size))
        left = left // each.size
    combinations = combinations.with_columns(pl.when(left > 0).then(left).alias(START))
    columns = {each.name: each.node.name for each in texts if isinstance(each.node, Name)}
    combinations = combinations.with_columns(trimmed(name).alias(name) for name in columns)
    return combinations.with_columns(
        distinctions.label(column, pl.col(name)).alias(f"label:{name}") for name, column in columns.items()
    )


def trimmed(name: str) -> pl.Expr:
    """A text without the spaces around it; none where there is nothing else."""
    text = pl.col(name).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)


_PARTS: Mapping[str, tuple[Part, ...]] = {
    "count": (Part.COUNT,),
    "sum": (Part.COUNT, Part.BLANK, Part.SUM),
    "mean": (Part.COUNT, Part.SUM),
    "min": (Part.COUNT, Part.LEAST),
    "max": (Part.COUNT, Part.GREATEST),
}
"""The parts that each additive function is made from."""


def _part_of_value(part: Part, number: int) -> str:
    """The column with a part of a value over the records of a combination."""
    return f":{part}{number}"


def _parts(number: int, rows: RecordExpressions, of: Expression, grouping: SharedGrouping) -> Iterator[pl.Expr]:
    """The parts of a value over the records of a combination that the grouping's aggregates of it are made from."""
    functions = {each.function for each, _ in grouping.aggregates.values() if each.of and _key(each.of) == _key(of)}
    parts = {part for function in functions for part in _PARTS[function]}
    value = rows.value(of) if functions == {"count"} else rows.number(of).cast(pl.Float64)
    expressions = {
        Part.COUNT: value.count(),
        Part.BLANK: value.is_null().sum(),
        Part.SUM: value.sum(),
        Part.LEAST: value.min(),
        Part.GREATEST: value.max(),
    }
    return (expressions[part].alias(_part_of_value(part, number)) for part in sorted(parts))


def _combined_parts(
    number: int, aggregate: Aggregate, value_number: int | None, condition: pl.Expr
) -> Iterator[pl.Expr]:
    """The parts of an aggregate, combined over the combinations that its condition holds of."""
    for part in _PARTS[aggregate.function]:
        column = pl.col(_LENGTH if value_number is None else _part_of_value(part, value_number)).filter(condition)
        if part is Part.LEAST:
            whole = column.min()
        elif part is Part.GREATEST:
            whole = column.max()
        else:
            whole = column.sum()
        yield whole.alias(part.column(number))
