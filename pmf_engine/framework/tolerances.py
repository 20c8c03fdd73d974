"""Bands: what good is, how far from good is tolerable, and which way is better.

A band is a list of limits, each a comparison and a bound; everything people write (`between`, `within 5% of`)
comes down to that, so boundaries, polarity and inclusion are decided in one place.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from math import inf
from typing import Literal as OneOf
from typing import cast

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.domain.numbers import close
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS, OVER_TIME
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.syntax import Band, Binary, Call, Expression, Grade, Limit, Literal, Name, Unary, children
from pmf_engine.formula.types import Scope, Type

Polarity = OneOf["low", "high", "close"]


@dataclass(frozen=True)
class Rebase:
    """The month in which the limits of a control chart begin anew, the period that begins with it, and the reason."""

    start: int
    period: str
    because: str


@dataclass(frozen=True)
class Entry:
    """Good and tolerance from the month `start` on (always, where it is None).

    `review_by` is the last day on which nobody need have looked at it again, and where that is said. `scale_free`
    entries mean the same over periods of any length, as those of a share do, and not those of a flow.
    With `allow_for_chance` a value is red only where its whole 95 % interval is outside what is tolerable. `chart` is
    the kind of control chart, and `rebases` are where its limits begin anew, the earliest first. `passages`
    are the texts of `good`, `tolerance` and `target`, as far as they are given.
    """

    start: int | None
    good: Band
    tolerance: Band | None
    target: float | None
    reference: str | None
    span: Span
    review_by: tuple[date, Span] | None = None
    allow_for_chance: bool = False
    scale_free: bool = False
    passages: Mapping[str, Passage] = field(default_factory=dict)
    chart: str = "auto"
    rebases: tuple[Rebase, ...] = ()

    @property
    def polarity(self) -> Polarity:
        """Which way is better, as the words of `good` say."""
        return polarity(self.good)

    @property
    def bands(self) -> Mapping[str, Band]:
        """`good`, and `tolerance` where there is one."""
        return {"good": self.good} | ({"tolerance": self.tolerance} if self.tolerance else {})

    @cached_property
    def intervals(self) -> Mapping[str, Interval | None]:
        """What each of the `bands` allows, None where that depends on data."""
        return {key: Interval.of(band, self.target) for key, band in self.bands.items()}


def polarity(band: Band) -> Polarity:
    """Which way is better by the words of a band."""
    signs = {limit.operator for limit in band.limits}
    if signs <= {"<=", "<"}:
        return "low"
    return "high" if signs <= {">=", ">"} else "close"


def read_band(
    passage: Passage, scope: Scope, result: Type, target: float | None, found: list[Diagnostic]
) -> Band | None:
    """A band as written, checked against the type of what it judges; None where it cannot be used."""
    grades = scope.scales.get(result.scale, ()) if result.scale else ()
    try:
        band = parse_band(passage, grades, result.scale)
    except FormulaError as error:
        found.append(error.diagnostic)
        return None
    checker = Checker(passage, scope)
    for limit in band.limits:
        _check_limit(checker, limit, result)
    found += checker.diagnostics
    if checker.diagnostics:
        return None
    ends = Interval.of(band, target)
    if ends is not None and ends.empty:
        found.append(messages.empty_band(passage.span(band.start, band.end), band.text))
        return None
    return band


def _check_limit(checker: Checker, limit: Limit, result: Type) -> None:
    bound = limit.bound
    if isinstance(bound, Grade):
        return
    scope, grades = checker.scope, checker.scope.scales.get(result.scale or "", ())
    if isinstance(bound, Name) and result.kind == "grade" and not _is_known(bound.name, scope):
        checker.report(messages.unknown_grade(checker.span(bound), bound.name, result.scale or "", grades))
        return
    kind = checker.type_of(bound)
    if kind is not None and (kind.kind, kind.scale) != (result.kind, result.scale):
        span = checker.span(bound)
        if result.kind == "grade" and isinstance(bound, Literal):
            written = checker.passage.text[bound.start : bound.end]
            checker.report(messages.unknown_grade(span, written.strip("'\""), result.scale or "", grades))
        else:
            checker.report(messages.incomparable(span, str(result), str(kind)))


def _is_known(name: str, scope: Scope) -> bool:
    return name in scope.types or name in FUNCTIONS or name == "target" or scope.doubts(name)


def spelt(node: Expression) -> str:
    """An expression in one way of writing it, whatever its author's: what it is known by."""
    match node:
        case Name():
            return node.name
        case Literal():
            return f"{node.value}"
        case Grade():
            return node.words
        case Call():
            return f"{node.function}({', '.join(map(spelt, node.arguments))})"
        case Unary():
            return f"{node.operator} {spelt(node.operand)}"
        case Binary():
            return f"({spelt(node.left)} {node.operator} {spelt(node.right)})"
    return repr(node)


def terms(node: Expression) -> dict[str, Expression]:
    """What a bound looks up in data, by how it is spelt: names, and functions that look at other periods whole.

    `target` is no term, as the entry itself says what it is.
    """
    if isinstance(node, Name):
        return {} if node.name == "target" else {node.name: node}
    if isinstance(node, Call) and node.function in OVER_TIME:
        return {spelt(node): node}
    return {spelling: term for child in children(node) for spelling, term in terms(child).items()}


def settled(node: Expression, known: Mapping[str, float]) -> Expression:
    """The expression with the terms whose numbers are known replaced by them."""
    match node:
        case Name() if node.name in known:
            return Literal(node.start, node.end, known[node.name])
        case Call(function=function) if function in OVER_TIME:
            value = known.get(spelt(node))
            return node if value is None else Literal(node.start, node.end, value)
        case Unary():
            return replace(node, operand=settled(node.operand, known))
        case Binary():
            return replace(node, left=settled(node.left, known), right=settled(node.right, known))
        case Call():
            return replace(node, arguments=tuple(settled(argument, known) for argument in node.arguments))
    return node


def settled_band(band: Band, known: Mapping[str, float]) -> Band:
    """The band with the terms whose numbers are known replaced by them."""
    return replace(band, limits=tuple(replace(limit, bound=settled(limit.bound, known)) for limit in band.limits))


@dataclass(frozen=True)
class Interval:
    """What a band allows where its bounds are constant; an open end is not itself allowed."""

    low: float
    low_open: bool
    high: float
    high_open: bool

    @classmethod
    def of(cls, band: Band, target: float | None) -> Interval | None:
        """The interval of a band, or None where a bound depends on data."""
        if any(constant(limit.bound, target) is None for limit in band.limits):
            return None
        return cls.known(band, target)

    @classmethod
    def known(cls, band: Band, target: float | None) -> Interval:
        """What a band allows as far as its bounds are constant: what is outside that is outside the band."""
        low, high = (-inf, False), (inf, False)
        for limit in band.limits:
            bound = constant(limit.bound, target)
            if bound is None:
                continue
            if limit.operator in (">=", ">", "="):
                low = max(low, (bound, limit.operator == ">"))
            if limit.operator in ("<=", "<", "="):
                high = min(high, (bound, limit.operator == "<"), key=lambda end: (end[0], not end[1]))
        return cls(*low, *high)

    @property
    def empty(self) -> bool:
        """Whether no value at all is allowed."""
        if close(self.low, self.high):
            return self.low_open or self.high_open
        return self.low > self.high

    def sides(self, value: float) -> tuple[bool, bool]:
        """Whether a value is on the right side of the lower and of the upper end."""
        above = not self.low_open if close(value, self.low) else value > self.low
        below = not self.high_open if close(value, self.high) else value < self.high
        return above, below

    def inside(self, outer: Interval) -> bool:
        """Whether everything this allows, the other allows too."""
        low = self.low > outer.low or (close(self.low, outer.low) and (self.low_open or not outer.low_open))
        high = self.high < outer.high or (close(self.high, outer.high) and (self.high_open or not outer.high_open))
        return low and high


def band_scope(
    names: Mapping[str, Type],
    result: Type,
    target: Type | None,
    scales: Mapping[str, list[str]],
    months: int | None,
    doubts: Callable[[str], bool],
) -> Scope:
    """The names a band may use: figures, indicators, and what is said about the indicator itself."""
    own: dict[str, Type] = dict.fromkeys(EARLIER_VALUES, result) if months else {}
    if target is not None:
        own["target"] = target
    return Scope(ChainMap(own, cast("dict[str, Type]", names)), "figure", scales, months, doubts)
