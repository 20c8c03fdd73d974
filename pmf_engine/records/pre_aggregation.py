"""Pre-aggregation: group records by the values that conditions distinguish, count each group, then test the conditions
on the groups.

A hundred indicators have a hundred conditions on a record: the days to its assessment, the age of the child, the source
of the referral. The conditions distinguish few values: a number only matters by its position among the constants that
it is compared with. Millions of records therefore fall into a few hundred combinations of values, and conditions are
tested on these.
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
"""The most combinations of values for which pre-aggregation is faster than conditions on records."""

WORTH = 8
"""The fewest aggregates for which pre-aggregation is faster."""

_FEW_TEXTS = 12
"""The assumed number of distinct texts in a column that is compared with texts."""

_TRUTHS = 3
"""True, false and blank."""

_PACKED = ":packed"
"""The column of packed keys: one number for the period and all distinguished values except texts."""

_LENGTH = ":len"
"""The column with the number of records of a combination."""

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
    """

    name: str
    kind: str
    node: Expression
    least: int = 0
    most: int = -1

    @property
    def size(self) -> int:
        """The number of its distinct values, blank included."""
        if self.kind == "number":
            return max(self.most, self.least) - self.least + 4
        return _FEW_TEXTS if self.kind == "text" else _TRUTHS

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
        by_key: The values by the key of their expressions.
    """

    rows: RecordExpressions
    label: Callable[[str, pl.Expr], pl.Expr]
    by_key: dict[Key, Distinction] = field(default_factory=dict)

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
        key = (kind, *_key(node))
        distinction = self.by_key.setdefault(key, Distinction(f":{len(self.by_key)}", kind, node))
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


def _key(node: Node) -> Key:
    """The structure of an expression without its position in the file: equal expressions have equal keys."""
    own = [getattr(node, name) for name in ("name", "value", "function", "operator", "negated") if hasattr(node, name)]
    return (type(node).__name__, *own, *map(_key, children(node)))


@dataclass
class SharedGrouping:
    """Aggregates that share one pre-aggregation.

    Attributes:
        keys: The keys of the values that their conditions distinguish. Records are grouped by these values.
        aggregates: The aggregates by number, each with its rewritten condition.
    """

    keys: set[Key]
    aggregates: dict[int, tuple[Aggregate, Expression | None]]


def shared_groupings(distinctions: Distinctions, aggregates: Mapping[int, Aggregate]) -> list[SharedGrouping]:
    """The groupings of the aggregates that pre-aggregation makes faster, each with a limited number of combinations.

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
    """Whether the aggregated value varies between records, or records themselves are counted."""
    return aggregate.of is None or bool(names(aggregate.of))


def pre_aggregated(
    grouping: SharedGrouping, distinctions: Distinctions, records: pl.LazyFrame, by: Sequence[str]
) -> pl.LazyFrame:
    """The parts of a grouping's aggregates, from the counts of combinations of values.

    Args:
        grouping: The aggregates.
        distinctions: The values that their conditions distinguish.
        records: The records with their periods.
        by: The columns to group by, with START among them.
    """
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
    """Each combination of distinguished values, with its number of records and the parts of each aggregated value.

    The digits of all distinguished values but texts are packed into one number, as in a mixed radix, and unpacked after
    the grouping.

    Args:
        grouping: The aggregates.
        distinctions: The values of all groupings.
        distinguished: The values of this grouping.
        values: The aggregated values by key.
        records: The records with their periods.
        by: The columns to group by, with START among them.
    """
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
    """A text without the spaces around it; null for a blank text."""
    text = pl.col(name).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)


_PARTS: Mapping[str, tuple[Part, ...]] = {
    "count": (Part.COUNT,),
    "sum": (Part.COUNT, Part.BLANK, Part.SUM),
    "mean": (Part.COUNT, Part.SUM),
    "min": (Part.COUNT, Part.LEAST),
    "max": (Part.COUNT, Part.GREATEST),
}
"""The parts of each additive function."""


def _part_of_value(part: Part, number: int) -> str:
    """The column with a part of a value over the records of a combination."""
    return f":{part}{number}"


def _parts(number: int, rows: RecordExpressions, of: Expression, grouping: SharedGrouping) -> Iterator[pl.Expr]:
    """The parts of a value over the records of a combination, as far as the grouping's aggregates need them.

    Args:
        number: The number of the value.
        rows: Compiles expressions over records.
        of: The value.
        grouping: The aggregates.
    """
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
    """The parts of an aggregate, combined over the combinations that meet its condition."""
    for part in _PARTS[aggregate.function]:
        column = pl.col(_LENGTH if value_number is None else _part_of_value(part, value_number)).filter(condition)
        if part is Part.LEAST:
            whole = column.min()
        elif part is Part.GREATEST:
            whole = column.max()
        else:
            whole = column.sum()
        yield whole.alias(part.column(number))
