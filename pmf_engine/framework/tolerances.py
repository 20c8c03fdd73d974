"""Tolerances: which values are good, which are tolerable, and which direction is better.

A band is a list of limits, each a comparison with a bound. The parser reduces every spelling (`between`,
`within 5% of`) to limits, so that this file alone decides about boundaries, polarity and inclusion.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from math import inf, isinf
from typing import cast

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Place, Span
from pmf_engine.domain.numbers import close
from pmf_engine.domain.periods import Period
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS, OVER_TIME
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.syntax import Band, Binary, Call, Expression, Grade, Limit, Literal, Name, Unary, children
from pmf_engine.formula.types import Scope, Type


class Polarity(StrEnum):
    """Which direction is better."""

    LOW = "low"
    HIGH = "high"
    CLOSE = "close"
    """The nearer to the good band, the better."""


@dataclass(frozen=True)
class Rebase:
    """A new start of a control chart's limits: its month, the label of the period that starts then, and the reason."""

    start: int
    period: str
    because: str


@dataclass(frozen=True, repr=False)
class Entry:
    """One entry of a tolerance: the bands in force from a month on.

    Attributes:
        start: The month; None for an entry in force from the beginning.
        good: The band of green values.
        tolerance: The band of amber values; None where every value outside `good` is red.
        target: What the name `target` stands for in the bands: a number, or the words of a grade.
        reference: The source of the bands.
        span: The span of `from`, or of the entry, in its file.
        review_by: The last day before the entry is due for review; None for no such day.
        allow_for_chance: A value is red only where its whole 95 % interval is outside the tolerance.
        scale_free: The bands apply to periods of every length, as those of a share do; those of a flow do not.
        passages: The texts of `good`, `tolerance` and `target`, of those in the file.
        chart: The kind of control chart.
        rebases: The new starts of the chart's limits, the earliest first.
        from_: The period from which it is in force; None for an entry in force from the beginning.
        target_value: The target as a number: of a grade, its position on the scale.
        review_span: The span of `review_by` in its file.
    """

    start: int | None
    good: Band
    tolerance: Band | None
    target: float | str | None
    reference: str | None
    span: Span
    review_by: date | None = None
    allow_for_chance: bool = False
    scale_free: bool = False
    passages: Mapping[str, Passage] = field(default_factory=dict, hash=False)
    chart: str = "auto"
    rebases: tuple[Rebase, ...] = ()
    from_: Period | None = None
    target_value: float | None = None
    review_span: Span | None = None

    def __repr__(self) -> str:
        since = f" from {self.from_}" if self.from_ else ""
        tolerance = f", tolerance {self.tolerance.text}" if self.tolerance else ""
        return f"<Entry{since}: good {self.good.text}{tolerance}>"

    @property
    def polarity(self) -> Polarity:
        """Which direction is better, by the operators of `good`."""
        return polarity(self.good)

    @property
    def place(self) -> Place:
        """The position of `from`, or of the entry, in its file."""
        return self.span.place

    @property
    def bands(self) -> Mapping[str, Band]:
        """`good`, and `tolerance` where there is one."""
        return {"good": self.good} | ({"tolerance": self.tolerance} if self.tolerance else {})

    @cached_property
    def intervals(self) -> Mapping[str, Interval | None]:
        """The interval of values in each band; None for a band that depends on data."""
        return {key: Interval.of(band, self.target_value) for key, band in self.bands.items()}


def polarity(band: Band) -> Polarity:
    """Which direction is better, by the operators of a band: `at most` is low, `at least` high, both are close."""
    signs = {limit.operator for limit in band.limits}
    if signs <= {"<=", "<"}:
        return Polarity.LOW
    return Polarity.HIGH if signs <= {">=", ">"} else Polarity.CLOSE


def read_band(
    passage: Passage, scope: Scope, result: Type, target: float | None, diagnostics: list[Diagnostic]
) -> Band | None:
    """Parses and checks a band; None where it has a mistake, which is added to `diagnostics`.

    Args:
        passage: The text of the band.
        scope: The names that it may use.
        result: The type of the values that it judges.
        target: The value of the name `target`.
        diagnostics: Collects the mistakes.
    """
    grades = scope.scales.get(result.scale, ()) if result.scale else ()
    try:
        band = parse_band(passage, grades, result.scale)
    except FormulaError as error:
        diagnostics.append(error.diagnostic)
        return None
    checker = Checker(passage, scope)
    for limit in band.limits:
        _check_limit(checker, limit, result)
    diagnostics += checker.diagnostics
    if checker.diagnostics:
        return None
    interval = Interval.of(band, target)
    if interval is not None and interval.empty:
        diagnostics.append(messages.empty_band(passage.span(band.start, band.end), band.text))
        return None
    if interval is None:
        return band
    low, high = (None if isinf(end) else end for end in (interval.low, interval.high))
    return replace(band, low=low, high=high, low_open=interval.low_open, high_open=interval.high_open)


def _check_limit(checker: Checker, limit: Limit, result: Type) -> None:
    """Reports a bound of another type than the values that the band judges."""
    bound = limit.bound
    if isinstance(bound, Grade):
        return
    scope, grades = checker.scope, checker.scope.scales.get(result.scale or "", ())
    if isinstance(bound, Name) and result.kind == "grade" and not _is_known(bound.name, scope):
        checker.report(messages.unknown_grade(checker.span(bound), bound.name, result.scale or "", grades))
        return
    type_ = checker.type_of(bound)
    if type_ is not None and (type_.kind, type_.scale) != (result.kind, result.scale):
        span = checker.span(bound)
        if result.kind == "grade" and isinstance(bound, Literal):
            written = checker.passage.text[bound.start : bound.end]
            checker.report(messages.unknown_grade(span, written.strip("'\""), result.scale or "", grades))
        else:
            checker.report(messages.incomparable(span, str(result), str(type_)))


def _is_known(name: str, scope: Scope) -> bool:
    return name in scope.types or name in FUNCTIONS or name == "target" or scope.doubts(name)


def spelt(node: Expression) -> str:
    """The canonical spelling of an expression, which identifies it whatever the author's spelling."""
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
    """The terms of a bound, by canonical spelling: its names, and its calls of functions over time as a whole.

    Terms are looked up in data. `target` is no term: the entry itself has its value.
    """
    if isinstance(node, Name):
        return {} if node.name == "target" else {node.name: node}
    if isinstance(node, Call) and node.function in OVER_TIME:
        return {spelt(node): node}
    return {spelling: term for child in children(node) for spelling, term in terms(child).items()}


def settled(node: Expression, values: Mapping[str, float]) -> Expression:
    """Substitution: the expression with terms replaced by their values, of those that have one."""
    match node:
        case Name() if node.name in values:
            return Literal(node.start, node.end, values[node.name])
        case Call(function=function) if function in OVER_TIME:
            value = values.get(spelt(node))
            return node if value is None else Literal(node.start, node.end, value)
        case Unary():
            return replace(node, operand=settled(node.operand, values))
        case Binary():
            return replace(node, left=settled(node.left, values), right=settled(node.right, values))
        case Call():
            return replace(node, arguments=tuple(settled(argument, values) for argument in node.arguments))
    return node


def settled_band(band: Band, values: Mapping[str, float]) -> Band:
    """Substitution in every bound of a band (see `settled`)."""
    return replace(band, limits=tuple(replace(limit, bound=settled(limit.bound, values)) for limit in band.limits))


@dataclass(frozen=True)
class Interval:
    """The values in a band with constant bounds: an interval, whose open ends are not in it."""

    low: float
    low_open: bool
    high: float
    high_open: bool

    @classmethod
    def of(cls, band: Band, target: float | None) -> Interval | None:
        """The interval of a band; None where a bound depends on data."""
        if any(constant(limit.bound, target) is None for limit in band.limits):
            return None
        return cls.known(band, target)

    @classmethod
    def known(cls, band: Band, target: float | None) -> Interval:
        """The interval of a band's constant limits: a value outside this interval is outside the band."""
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
        """Whether the interval contains no value."""
        if close(self.low, self.high):
            return self.low_open or self.high_open
        return self.low > self.high

    def sides(self, value: float) -> tuple[bool, bool]:
        """Whether a value is inside the lower end, and whether it is inside the upper end."""
        above = not self.low_open if close(value, self.low) else value > self.low
        below = not self.high_open if close(value, self.high) else value < self.high
        return above, below

    def inside(self, outer: Interval) -> bool:
        """Whether every value of this interval is in the other one."""
        low = self.low > outer.low or (close(self.low, outer.low) and (self.low_open or not outer.low_open))
        high = self.high < outer.high or (close(self.high, outer.high) and (self.high_open or not outer.high_open))
        return low and high


def band_scope(
    names: Mapping[str, Type],
    result: Type,
    target: Type | None,
    scales: Mapping[str, Sequence[str]],
    months: int | None,
    doubts: Callable[[str], bool],
) -> Scope:
    """The scope of a band: figures, indicators, and the names `previous`, `year_ago` and `target`.

    Args:
        names: The type of every figure and indicator.
        result: The type of the judged indicator.
        target: The type of `target`; None for an entry without one.
        scales: The grades of each scale.
        months: The length of a period; None for an ad hoc indicator.
        doubts: Whether the definition of a name has a mistake, reported there.
    """
    own: dict[str, Type] = dict.fromkeys(EARLIER_VALUES, result) if months else {}
    if target is not None:
        own["target"] = target
    return Scope(ChainMap(own, cast("dict[str, Type]", names)), "figure", scales, months, doubts)
