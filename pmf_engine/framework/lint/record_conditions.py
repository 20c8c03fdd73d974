"""Warnings about conditions that make an indicator look better by how they treat blanks and reversed dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Span
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import RATIOS
from pmf_engine.formula.syntax import (
    Aggregate,
    Between,
    Binary,
    Call,
    Expression,
    IsMissing,
    Name,
    Unary,
    aggregates,
    children,
    names,
    of_senders,
    record_parts,
)
from pmf_engine.framework.model import Framework, Indicator, RecordList

_LENGTHS = ("months", "days", "working_days")
"""Functions of two dates whose value is negative where the second date is earlier."""

_BELOW, _ABOVE = ("<", "<="), (">", ">=")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class _Use(NamedTuple):
    """A use of an aggregate in a formula.

    Attributes:
        aggregate: The aggregate.
        up: More records make the formula's value larger.
        whole: The aggregates of the denominator, where this one is in a numerator.
    """

    aggregate: Aggregate
    up: bool
    whole: tuple[Aggregate, ...]


def record_conditions(framework: Framework, indicator: Indicator) -> Iterator[Diagnostic]:
    """Warnings about the conditions of an indicator, where the records that they leave out would make it look worse."""
    polarities = {entry.polarity for entry in indicator.tolerances}
    seen: set[tuple[int, int]] = set()
    for use in _uses(indicator.expression, True, ()):
        good_when_fewer = ("low" if use.up else "high") in polarities
        if use.aggregate.where is None or of_senders(use.aggregate) or not good_when_fewer:
            continue
        list_ = framework.lists[use.aggregate.list.name]
        blanks = [*_left_out(use, list_)] if use.whole else []
        for node, message in (
            *((name, messages.blank_left_out(_at(indicator, name), name.name, indicator.id)) for name in blanks),
            *(
                (call, messages.order_unknown(_at(indicator, call), _text(indicator, call), list_.id, *pair))
                for call, pair in _unordered(use.aggregate, list_)
            ),
        ):
            if (node.start, node.end) not in seen:
                seen.add((node.start, node.end))
                yield message


def _uses(node: Expression, up: bool, whole: tuple[Aggregate, ...]) -> Iterator[_Use]:
    """Every use of an aggregate in a formula; `up` and `whole` are those of the expression (see `_Use`)."""
    match node:
        case Aggregate():
            yield _Use(node, up, whole)
        case Call(function=function) if function in RATIOS:
            part, of = node.arguments[:2]
            yield from _uses(part, up, tuple(aggregates(of)))
            yield from _uses(of, not up, ())
        case Binary(operator="/"):
            yield from _uses(node.left, up, tuple(aggregates(node.right)) or whole)
            yield from _uses(node.right, not up, ())
        case Binary(operator="-"):
            yield from _uses(node.left, up, whole)
            yield from _uses(node.right, not up, whole)
        case Unary(operator="-"):
            yield from _uses(node.operand, not up, whole)
        case _:
            for child in children(node):
                yield from _uses(child, up, whole)


def _left_out(use: _Use, list_: RecordList) -> Iterator[Name]:
    """The optional columns in the condition of a numerator whose blanks neither it nor its denominator treats.

    A record with a blank then counts in the denominator and silently not in the numerator.
    """
    wholes = [aggregate for aggregate in use.whole if aggregate.list.name == list_.id]
    if not wholes:
        return
    treated = {column for aggregate in (use.aggregate, *wholes) for column in _asked_missing(aggregate)}
    of_whole = {node.name for aggregate in wholes for part in record_parts(aggregate) for node in names(part)}
    never_blank = {list_.end} if use.aggregate.state == "ended" else set()
    skipped = treated | of_whole | never_blank
    assert use.aggregate.where is not None
    for node in names(use.aggregate.where):
        column = list_.columns.get(node.name)
        if column is not None and column.optional and node.name not in skipped:
            skipped.add(node.name)
            yield node


def _asked_missing(aggregate: Aggregate) -> Iterator[str]:
    """The columns in `x is missing` inside an aggregate."""
    waiting = record_parts(aggregate)
    while waiting:
        node = waiting.pop()
        if isinstance(node, IsMissing):
            yield from (name_node.name for name_node in names(node.operand))
        waiting += children(node)


def _unordered(aggregate: Aggregate, list_: RecordList) -> Iterator[tuple[Call, tuple[str, str]]]:
    """The lengths of time in a condition with an upper bound only, between two columns without a declared order.

    A record with reversed dates has a negative length, and counts as a short one.
    """
    assert aggregate.where is not None
    bounds = [*_bounds(aggregate.where, False)]
    bounded_below = {_pair(call) for call, sign, _ in bounds if sign in _ABOVE}
    for call, sign, limit in bounds:
        pair = _pair(call)
        if sign not in _BELOW or limit <= 0 or pair is None or pair in bounded_below:
            continue
        columns = [list_.columns.get(name) for name in pair]
        if all(columns) and pair not in list_.date_pairs:
            yield call, pair


def _bounds(node: Expression, negated: bool) -> Iterator[tuple[Call, str, float]]:
    """The constant bounds on lengths of time in a condition: the length, the operator and the number."""
    match node:
        case Unary(operator="not"):
            yield from _bounds(node.operand, not negated)
        case Binary(operator=sign) if sign in _MIRRORED:
            for length, other, operator in ((node.left, node.right, sign), (node.right, node.left, _MIRRORED[sign])):
                limit = constant(other)
                if isinstance(length, Call) and length.function in _LENGTHS and limit is not None:
                    yield length, _CONTRARY[operator] if negated else operator, limit
        case Between() if isinstance(node.operand, Call) and node.operand.function in _LENGTHS:
            low = constant(node.low)
            if low is not None and negated == node.negated:
                yield node.operand, ">=", low
        case Binary():
            yield from _bounds(node.left, negated)
            yield from _bounds(node.right, negated)
        case _:
            return


def _pair(call: Call) -> tuple[str, str] | None:
    """The two columns of a length of time; None for a length between other expressions."""
    first, second = call.arguments
    return (first.name, second.name) if isinstance(first, Name) and isinstance(second, Name) else None


def _at(indicator: Indicator, node: Name | Call) -> Span:
    return indicator.passage.span(node.start, node.end)


def _text(indicator: Indicator, node: Call) -> str:
    return indicator.passage.text[node.start : node.end]
