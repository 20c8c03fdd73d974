"""Conditions on records that leave some out, or take some in, in a way that makes an indicator look better."""

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
    children,
    inside,
    of_senders,
)
from pmf_engine.framework.model import Framework, Indicator, RecordList

_LENGTHS = ("months", "days", "working_days")
"""Functions of two dates that are below zero where the dates run backwards."""

_BELOW, _ABOVE = ("<", "<="), (">", ">=")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class _Use(NamedTuple):
    """An aggregate in a formula, its place: `up` where more records make the value larger; what it is a part of."""

    aggregate: Aggregate
    up: bool
    whole: tuple[Aggregate, ...]


def record_conditions(framework: Framework, indicator: Indicator) -> Iterator[Diagnostic]:
    """Warnings about the conditions of an indicator: only where the records concerned are on its good side."""
    polarities = {entry.polarity for entry in indicator.tolerances}
    seen: set[tuple[int, int]] = set()
    for use in _uses(indicator.formula, True, ()):
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
    """Every aggregate in a formula."""
    match node:
        case Aggregate():
            yield _Use(node, up, whole)
        case Call(function=function) if function in RATIOS:
            part, of = node.arguments[:2]
            yield from _uses(part, up, tuple(_aggregates(of)))
            yield from _uses(of, not up, ())
        case Binary(operator="/"):
            yield from _uses(node.left, up, tuple(_aggregates(node.right)) or whole)
            yield from _uses(node.right, not up, ())
        case Binary(operator="-"):
            yield from _uses(node.left, up, whole)
            yield from _uses(node.right, not up, whole)
        case Unary(operator="-"):
            yield from _uses(node.operand, not up, whole)
        case _:
            for child in children(node):
                yield from _uses(child, up, whole)


def _aggregates(node: Expression) -> Iterator[Aggregate]:
    if isinstance(node, Aggregate):
        yield node
    for child in children(node):
        yield from _aggregates(child)


def _left_out(use: _Use, list_: RecordList) -> Iterator[Name]:
    """The columns of a part's condition that may be blank, of which neither it nor its whole says what that means."""
    wholes = [each for each in use.whole if each.list.name == list_.id]
    if not wholes:
        return
    meant = {name for each in (use.aggregate, *wholes) for name in _asked_missing(each)}
    of_whole = {name.name for each in wholes for part in inside(each) for name in _columns(part)}
    known = {list_.end} if use.aggregate.state == "ended" else set()
    passed = meant | of_whole | known
    assert use.aggregate.where is not None
    for name in _columns(use.aggregate.where):
        column = list_.columns.get(name.name)
        if column is not None and column.optional and name.name not in passed:
            passed.add(name.name)
            yield name


def _columns(node: Expression) -> Iterator[Name]:
    """The names in an expression."""
    if isinstance(node, Name):
        yield node
    for child in children(node):
        yield from _columns(child)


def _asked_missing(aggregate: Aggregate) -> Iterator[str]:
    """The columns of which an aggregate's condition asks whether they are missing."""
    left = inside(aggregate)
    while left:
        node = left.pop()
        if isinstance(node, IsMissing):
            yield from (name.name for name in _columns(node.operand))
        left += children(node)


def _unordered(aggregate: Aggregate, list_: RecordList) -> Iterator[tuple[Call, tuple[str, str]]]:
    """Lengths of time between two columns that a condition bounds above alone, where nothing says which comes first."""
    assert aggregate.where is not None
    bounds = [*_bounds(aggregate.where, False)]
    below_zero_left_out = {_pair(call) for call, sign, _ in bounds if sign in _ABOVE}
    for call, sign, limit in bounds:
        pair = _pair(call)
        if sign not in _BELOW or limit <= 0 or pair is None or pair in below_zero_left_out:
            continue
        columns = [list_.columns.get(name) for name in pair]
        if all(columns) and pair not in list_.date_pairs:
            yield call, pair


def _bounds(node: Expression, negated: bool) -> Iterator[tuple[Call, str, float]]:
    """The numbers that a condition compares lengths of time with, each with the sign between the two."""
    match node:
        case Unary(operator="not"):
            yield from _bounds(node.operand, not negated)
        case Binary(operator=sign) if sign in _MIRRORED:
            for length, other, found in ((node.left, node.right, sign), (node.right, node.left, _MIRRORED[sign])):
                limit = constant(other)
                if isinstance(length, Call) and length.function in _LENGTHS and limit is not None:
                    yield length, _CONTRARY[found] if negated else found, limit
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
    """The two columns that a length of time lies between."""
    first, second = call.arguments
    return (first.name, second.name) if isinstance(first, Name) and isinstance(second, Name) else None


def _at(indicator: Indicator, node: Name | Call) -> Span:
    return indicator.passage.span(node.start, node.end)


def _text(indicator: Indicator, node: Call) -> str:
    return indicator.passage.text[node.start : node.end]
