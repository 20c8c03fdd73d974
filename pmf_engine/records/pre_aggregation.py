"""Records that answer alike to all that is asked are counted together, and asked once.

A hundred indicators ask a hundred questions of a record: how many days to its assessment, how old the child, who
referred it. But what they ask about takes few values, since of a number only its place among those that it is
compared with matters. So records are first counted by these, and the questions are then put to the few different
kinds there are, in place of the millions of records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

import polars as pl

from pmf_engine.formula.compute.record_expressions import Rows
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
from pmf_engine.submissions.folder import EDGES
from pmf_engine.submissions.list_files import raw

_MOST_KINDS = 256
"""How many kinds of records a group may fall into before counting by kind no longer pays."""

WORTH = 8
"""How many questions make it worth while to count by kind first."""

_FEW_TEXTS = 12
"""How many different texts a column that is compared with texts is taken to have."""

_TRUTHS = 3

START = ":start"
"""The column with the first month of the period that a record is counted in."""

_PACKED = ":packed"
_LARGE = 1_000_000_000

Key: TypeAlias = "tuple[object, ...]"


@dataclass
class Trait:
    """Something that is asked of records: a column of few values, under a name that no column of a list can have.

    Of a whole `number`, those below and above all that it is compared with, from `least` to `most`, are as one.
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

    def text(self) -> pl.Expr:
        """The text of each record as it was written."""
        assert isinstance(self.node, Name)
        return pl.col(raw(self.node.name)).alias(self.name)

    def digit(self, rows: Rows) -> pl.Expr:
        """Its value for each record as a whole number from 0, the last of them for a blank."""
        value = rows.value(self.node)
        if self.kind == "number":
            value = value.clip(self.least - 1, max(self.most, self.least) + 1) - (self.least - 1)
        return value.cast(pl.Int32).fill_null(self.size - 1)

    def undone(self, digit: pl.Expr) -> pl.Expr:
        """Its value from such a number."""
        value = digit.cast(pl.Int32) + self.least - 1 if self.kind == "number" else digit == 1
        return pl.when(digit < self.size - 1).then(value).alias(self.name)


@dataclass
class Traits:
    """The traits that the conditions of one list's aggregates ask about, each once.

    `label` says of a column and its texts how these are compared.
    """

    rows: Rows
    label: Callable[[str, pl.Expr], pl.Expr]
    found: dict[Key, Trait] = field(default_factory=dict)

    def rewritten(self, node: Expression, used: set[Key]) -> Expression:
        """A condition that asks of traits what `node` asks of records; `used` gets the traits' keys."""
        match node:
            case Unary(operator="not"):
                return replace(node, operand=self.rewritten(node.operand, used))
            case Binary(operator=operator) if operator in LOGIC:
                return replace(node, left=self.rewritten(node.left, used), right=self.rewritten(node.right, used))
            case Literal():
                return node
            case Binary(operator=operator, left=left, right=right) if operator in COMPARISON:
                if name := self._measured(left, [right], used):
                    return replace(node, left=name)
                if name := self._measured(right, [left], used):
                    return replace(node, right=name)
            case Between(operand=operand, low=low, high=high):
                if name := self._measured(operand, [low, high], used):
                    return replace(node, operand=name)
            case In(operand=operand, items=items):
                if name := self._measured(operand, items, used):
                    return replace(node, operand=name)
            case IsMissing(operand=operand):
                if name := self._measured(operand, [], used):
                    return replace(node, operand=name)
        return self._name("truth", node, used)

    def _measured(self, operand: Expression, others: Sequence[Expression], used: set[Key]) -> Name | None:
        """The trait whose place among constants is asked for, if it has few such places."""
        values = [_constant(other) for other in others]
        if _constant(operand) is not None or None in values:
            return None
        if isinstance(operand, Name) and self.rows.kinds.get(operand.name) == "text":
            return self._name("text", operand, used)
        numbers = [int(value) for value in values if type(value) is float and value.is_integer()]
        if not self.rows.is_whole(operand) or len(numbers) < len(values) or any(abs(one) > _LARGE for one in numbers):
            return None
        return self._name("number", operand, used, numbers)

    def _name(self, kind: str, node: Expression, used: set[Key], values: Iterable[int] = ()) -> Name:
        key = (kind, *_key(node))
        trait = self.found.setdefault(key, Trait(f":{len(self.found)}", kind, node))
        for value in values:
            first = trait.most < trait.least
            trait.least, trait.most = (value, value) if first else (min(trait.least, value), max(trait.most, value))
        used.add(key)
        return Name(0, 0, trait.name)


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
class Bin:
    """Aggregates that ask about the same few traits, by their places."""

    traits: set[Key]
    aggregates: dict[int, tuple[Aggregate, Expression | None]]


def bins(traits: Traits, aggregates: Mapping[int, Aggregate]) -> list[Bin]:
    """The aggregates that are better counted by kind of record, put together as far as their traits allow."""
    asked = []
    for place, aggregate in aggregates.items():
        if aggregate.where is not None and _varies(aggregate):
            used: set[Key] = set()
            asked.append((used, place, aggregate, traits.rewritten(aggregate.where, used)))

    def size(used: set[Key]) -> int:
        product = 1
        for key in used:
            product *= traits.found[key].size
        return product

    found: list[Bin] = []
    for used, place, aggregate, condition in sorted(asked, key=lambda one: -size(one[0])):
        if size(used) > _MOST_KINDS:
            continue
        fits = (one for one in found if size(one.traits | used) <= _MOST_KINDS)
        chosen = next((one for one in found if used <= one.traits), None) or next(fits, None)
        if chosen is None:
            chosen = Bin(set(), {})
            found.append(chosen)
        chosen.traits |= used
        chosen.aggregates[place] = (aggregate, condition)
    found = [one for one in found if len(one.aggregates) >= WORTH]
    if found:  # what counts every record can be had of any kinds
        plain = {place: (one, None) for place, one in aggregates.items() if one.where is None and _varies(one)}
        found[-1].aggregates |= plain
    return found


def _varies(aggregate: Aggregate) -> bool:
    """Whether what is counted or added up is not the same of every record."""
    return aggregate.of is None or bool(names(aggregate.of))


def counted(one: Bin, traits: Traits, timed: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """What a bin's aggregates come to by `by`: records are counted by kind, and the kinds asked."""
    asked = [traits.found[key] for key in sorted(one.traits, key=str)]
    values = {_key(each.of): each.of for each, _ in one.aggregates.values() if each.of is not None}
    numbers = {key: place for place, key in enumerate(values)}
    summed = [part for key, of in values.items() for part in _parts(numbers[key], traits.rows, of, one)]
    written = [trait for trait in asked if trait.kind == "text"]
    places = [trait for trait in asked if trait.kind != "text"]
    # One number in place of several columns to group by takes two thirds of the time. Its first digit is the period's
    # month, which is above 0, or 0 where there is none.
    packed = pl.col(START).fill_null(0)
    for trait in places:
        packed = packed * trait.size + trait.digit(traits.rows)
    kinds = (
        timed.with_columns(packed.alias(_PACKED), *(trait.text() for trait in written))
        .group_by(_PACKED, *(name for name in by if name != START), *(trait.name for trait in written))
        .agg(pl.len().alias(":len"), *summed)
    )
    left = pl.col(_PACKED)
    for trait in reversed(places):
        kinds = kinds.with_columns(trait.undone(left % trait.size))
        left = left // trait.size
    kinds = kinds.with_columns(pl.when(left > 0).then(left).alias(START))
    texts = {trait.name: trait.node.name for trait in asked if isinstance(trait.node, Name) and trait.kind == "text"}
    kinds = kinds.with_columns(trimmed(name).alias(name) for name in texts)
    labels = [traits.label(column, pl.col(name)).alias(f"label:{name}") for name, column in texts.items()]
    again = Rows({trait.name: trait.kind for trait in asked}, frozenset(t.name for t in asked if t.kind == "number"))
    return (
        kinds.with_columns(labels)
        .group_by(by)
        .agg(
            part
            for place, (each, condition) in one.aggregates.items()
            for part in _brought(
                place,
                each,
                numbers.get(_key(each.of)) if each.of else None,
                pl.lit(True) if condition is None else again.value(condition),
            )
        )
    )


def trimmed(name: str) -> pl.Expr:
    """A text without the spaces around it; none where there is nothing else."""
    text = pl.col(name).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)


_PARTS: Mapping[str, str] = {"count": "n", "sum": "nbs", "mean": "ns", "min": "nl", "max": "nh"}
"""What each aggregate needs of the records it counts: how many, how many are blank, the sum, the least, the most."""


def _parts(number: int, rows: Rows, of: Expression, one: Bin) -> Iterator[pl.Expr]:
    """What kinds of records need to know of a value, for all that is asked of it."""
    functions = {each.function for each, _ in one.aggregates.values() if each.of and _key(each.of) == _key(of)}
    letters = {letter for function in functions for letter in _PARTS[function]}
    value = rows.value(of) if functions == {"count"} else rows.number(of).cast(pl.Float64)
    made = {"n": value.count(), "b": value.is_null().sum(), "s": value.sum(), "l": value.min(), "h": value.max()}
    return (made[letter].alias(f":{letter}{number}") for letter in sorted(letters))


def _brought(place: int, each: Aggregate, number: int | None, held: pl.Expr) -> Iterator[pl.Expr]:
    """An aggregate from its parts, of the kinds of records that are counted."""
    for letter in _PARTS[each.function]:
        part = pl.col(":len" if number is None else f":{letter}{number}").filter(held)
        found = part.min() if letter == "l" else part.max() if letter == "h" else part.sum()
        yield found.alias(f"{letter}:{place}")
