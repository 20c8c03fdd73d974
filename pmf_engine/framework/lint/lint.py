"""Warnings about definitions that are allowed but probably do not mean what their author wants."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date
from functools import partial
from math import inf, isinf

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.domain.periods import Period, month_of
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS, SHARE_PER
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Lasting, Literal, Name, children, names
from pmf_engine.formula.types import time_dimension
from pmf_engine.framework.dependencies import dimension_of
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.lint.percentages import lint_percentages
from pmf_engine.framework.lint.record_conditions import record_conditions
from pmf_engine.framework.lint.rule_outcomes import form, prospects
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry, Interval, polarity, settled_band, spelt, terms

_SUBSET = re.compile("_(in|within|with|without|over|under)_")
"""How the name of a part extends the name of its whole: `contacts_in_time` is a part of `contacts`."""


_ABOVE_ZERO = (0.001, 1.0, 1_000.0, 1_000_000.0)
"""Sample values for a term that depends on data: what holds for all of them is taken to hold for any value above 0."""

_FAR = 60
"""The months ahead from which on the start of a tolerance is probably a typing mistake."""


def lint(framework: Framework, as_of: date) -> Iterator[Diagnostic]:
    """All warnings about the formulas, bands and rules of a framework without errors.

    Args:
        framework: The framework.
        as_of: The day on which tolerances must not be past their `review_by`.
    """
    shares = {
        pair: indicator.id
        for indicator in framework.indicators.values()
        for node in _parts(indicator.expression)
        if (pair := _share(node)) is not None
    }
    for indicator in framework.indicators.values():
        for node in _parts(indicator.expression):
            span = indicator.passage.span(node.start, node.end)
            if (pair := _share(node)) is not None:
                part, whole = pair
                if _SUBSET.match(whole.removeprefix(part)) or (whole, part) in shares:
                    yield messages.swapped(span, part, whole)
            if (population := _population(node)) is not None and not _may_be_population(framework, population):
                yield messages.no_population(span)
            if isinstance(node, Binary) and node.operator == "+":
                for stock in _stocks_over_time(framework, node):
                    yield messages.stock_over_time(span, stock)
        yield from record_conditions(framework, indicator)
        yield from _bands(framework, indicator)
        yield from lint_percentages(framework, indicator)
        yield from _entries(indicator, as_of)
    for area in framework.content_areas.values():
        if area.review_by is not None and area.review_span is not None and area.review_by < as_of:
            yield messages.evidence_due(area.review_span, _text(area.review_span), area.id)
    yield from _rules(framework)


def _parts(node: Expression) -> Iterator[Expression]:
    """Every node of an expression, in preorder."""
    yield node
    for child in children(node):
        yield from _parts(child)


def _share(node: Expression) -> tuple[str, str] | None:
    """The part and the whole of a share of two names."""
    if isinstance(node, Call) and FUNCTIONS[node.function].ratio == "share":
        part, whole = node.arguments
        if isinstance(part, Name) and isinstance(whole, Name):
            return part.name, whole.name
    return None


def _population(node: Expression) -> Expression | None:
    """The denominator of a rate, its second argument; None for other expressions."""
    return node.arguments[1] if isinstance(node, Call) and FUNCTIONS[node.function].ratio == "rate" else None


def _may_be_population(framework: Framework, node: Expression) -> bool:
    """Whether the denominator of a rate may be a population: it names something, and no flow."""
    named = [name.name for name in names(node)]
    flows = [name for name in named if name in framework.figures and framework.figures[name].kind == "flow"]
    return bool(named) and not flows


def _stocks_over_time(framework: Framework, node: Binary) -> Iterator[str]:
    """The stocks that a sum adds over two periods, as in `plans + previous(plans)`."""
    terms = [*_terms(node)]
    now = {term.name for term in terms if isinstance(term, Name)}
    for term in terms:
        if isinstance(term, Call) and term.function in EARLIER_VALUES:
            for name in names(term):
                figure = framework.figures.get(name.name)
                if figure is not None and figure.kind == "stock" and name.name in now:
                    yield name.name


def _terms(node: Expression) -> Iterator[Expression]:
    """The terms of a sum, from left to right."""
    if isinstance(node, Binary) and node.operator == "+":
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _bands(framework: Framework, indicator: Indicator) -> Iterator[Diagnostic]:
    """Warnings about the bands of an indicator: met by all values or none, in another unit, or not using the target."""
    for entry in indicator.tolerances:
        named = {key: {node.name for node in names(band)} for key, band in entry.bands.items()}
        if entry.target_value is not None and not any("target" in band_names for band_names in named.values()):
            span = _key_span(entry, "target")
            yield messages.unused_target(span, _text(span))
        units = _units(entry, named) if indicator.is_share else {}
        yield from (diagnostic for diagnostic in units.values() if diagnostic)
        for key, band in entry.bands.items():
            if key not in units:
                yield from _reach(framework, indicator, entry, key)
            for limit in band.limits:
                yield from _measure(framework, indicator, limit.bound, entry.passages[key])


def _units(entry: Entry, named: Mapping[str, Container[str]]) -> dict[str, Diagnostic | None]:
    """Warnings about numbers in the bands of a percentage that are no percentages, such as 0.2 or 150, by key.

    A band that names a target with a warning has None: its own numbers follow from the target.

    Args:
        entry: The entry of the tolerance.
        named: The names in each of its bands.
    """
    diagnostics: dict[str, Diagnostic | None] = {}
    target = entry.target_value
    if target is not None and not (target == 0 or 1 <= abs(target) <= 100):
        span = _key_span(entry, "target")
        diagnostics |= {key: None for key, band_names in named.items() if "target" in band_names}
        diagnostics |= {"target": messages.not_a_percentage(span, _text(span))} if diagnostics else {}
    for key, band in entry.bands.items():
        interval = entry.intervals[key]
        if key in diagnostics or interval is None:
            continue
        written = [abs(value) for limit in band.limits if (value := _written(limit.bound)) is not None]
        ends = [abs(end) for end in (interval.low, interval.high) if not isinf(end)]
        if max(written, default=0.0) > 100 or interval.low > 100 or 0 < max(ends, default=0.0) < 1:
            diagnostics[key] = messages.not_a_percentage(_key_span(entry, key), band.text)
    return diagnostics


def _written(bound: Expression) -> float | None:
    """The number that a bound is, as the author wrote it; None for other bounds."""
    return bound.value if isinstance(bound, Literal) and isinstance(bound.value, float) else None


def _reach(framework: Framework, indicator: Indicator, entry: Entry, key: str) -> Iterator[Diagnostic]:
    """Warnings about a constant band that no value of the indicator can meet, or a `good` that every value meets."""
    band = entry.bands[key]
    interval = entry.intervals[key]
    if interval is None:
        return
    if indicator.type.kind == "grade":
        grades = range(1, len(framework.scales[indicator.type.scale or ""]) + 1)
        met = [Interval(grade, False, grade, False).inside(interval) for grade in grades]
        every, some = all(met), any(met)
    elif (least := _least(framework, indicator)) is not None:
        most = SHARE_PER if indicator.is_share else inf
        low = max((least, False), (interval.low, interval.low_open))
        high = min((most, False), (interval.high, interval.high_open), key=lambda end: (end[0], not end[1]))
        every = Interval(least, False, most, False).inside(interval)
        some = not Interval(*low, *high).empty
    else:
        return
    if not some:
        yield messages.never_met(_key_span(entry, key), band.text, indicator.id)
    elif every and key == "good":
        yield messages.always_good(_key_span(entry, key), band.text, indicator.id)


def _least(framework: Framework, indicator: Indicator) -> float | None:
    """The least possible value of an indicator, by its formula alone: 0 for a share or a count, None for unknown."""
    formula = indicator.expression
    if indicator.is_share or (isinstance(formula, Aggregate) and formula.function == "count"):
        return 0.0
    figure = framework.figures.get(formula.name) if isinstance(formula, Name) else None
    return 0.0 if figure is not None and not figure.signed else None


def _measure(framework: Framework, indicator: Indicator, bound: Expression, passage: Passage) -> Iterator[Diagnostic]:
    """A warning about a bound in another unit than the indicator: a flow is neither a share nor a rate."""
    if not indicator.unit:
        return
    other = framework.indicators.get(bound.name) if isinstance(bound, Name) else None
    if other is not None and other.unit and other.unit != indicator.unit:
        what = other.counted
    elif time_dimension(bound, partial(dimension_of, framework)) == 1 and (
        indicator.dimension == 0 or _is_amount(framework, bound)
    ):
        what = "a flow"
    else:
        return
    span = passage.span(bound.start, bound.end)
    yield messages.bound_of_another_kind(span, passage.text[bound.start : bound.end], what, indicator.counted)


def _is_amount(framework: Framework, bound: Expression) -> bool:
    """Whether a bound is a figure, or an indicator that is neither a share nor a rate."""
    other = framework.indicators.get(bound.name) if isinstance(bound, Name) else None
    return isinstance(bound, Name) and not (other is not None and other.unit)


def _entries(indicator: Indicator, as_of: date) -> Iterator[Diagnostic]:
    """Warnings about the entries of an indicator: their `from`, their `review_by` and their bands."""
    for number, entry in enumerate(indicator.tolerances):
        if entry.start is not None and (inside := indicator.cadence.holding(entry.start)).start != entry.start:
            following = Period(inside.end, indicator.cadence)
            yield messages.from_inside(entry.span, _text(entry.span), inside.label, following.label)
        if entry.start is not None and entry.start > month_of(as_of) + _FAR:
            yield messages.from_far(entry.span, _text(entry.span), _FAR // 12)
        yield from _tolerance(entry)
        later = (other.start for other in indicator.tolerances[number + 1 :])
        replaced = any(start is not None and start <= month_of(as_of) for start in later)
        if entry.review_by is not None and entry.review_span is not None:
            day, span = entry.review_by, entry.review_span
            if entry.start is not None and month_of(day) < entry.start:
                yield messages.review_before(span, _text(span), _text(entry.span))
            elif day < as_of and not replaced:
                yield messages.review_due(span, _text(span), indicator.id)


def _tolerance(entry: Entry) -> Iterator[Diagnostic]:
    """Warnings about a tolerance without amber values, against the direction of `good`, or narrower than `good`."""
    if entry.tolerance is None:
        return
    good, tolerance = entry.good, entry.tolerance
    inner, outer = entry.intervals["good"], entry.intervals["tolerance"]
    conditions = [{(limit.operator, spelt(limit.bound)) for limit in band.limits} for band in (good, tolerance)]
    if conditions[0] == conditions[1] or (inner and outer and outer.inside(inner)):
        yield messages.no_amber(entry.span, tolerance.text)
    if {entry.polarity, polarity(tolerance)} == {"low", "high"}:
        yield messages.opposite(_key_span(entry, "tolerance"), good.text, tolerance.text)
        return
    named = {name for band in (good, tolerance) for limit in band.limits for name in terms(limit.bound)}
    if len(named) != 1:
        return
    [name] = named

    def beyond(number: float) -> bool:
        """Whether `good` is outside the tolerance where the term has a value."""
        first, second = (
            Interval.of(settled_band(band, {name: number}), entry.target_value) for band in (good, tolerance)
        )
        return bool(first and second and not first.empty and not first.inside(second))

    if all(map(beyond, _ABOVE_ZERO)):
        yield messages.good_beyond(entry.span, good.text, tolerance.text, name)


def _rules(framework: Framework) -> Iterator[Diagnostic]:
    """Warnings about rules that never or always hold, never end, or are redundant beside another rule."""
    levels = list(framework.governance)
    for number, rule in enumerate(framework.rules):
        outcomes = prospects(rule.condition, rule.ends)
        until, words = rule.ends_span or rule.span, rule.until or ""
        if outcomes.never:
            yield messages.never_holds(rule.span, rule.when)
        elif outcomes.always:
            yield messages.always_holds(rule.span, rule.when)
        elif outcomes.never_ends:
            yield messages.never_ends(until, words, rule.when)
        elif outcomes.idle:
            yield messages.until_idle(until, words, rule.when)
        for other in framework.rules[:number]:
            if (form(rule.condition), form(rule.ends), rule.to) == (
                form(other.condition),
                form(other.ends),
                other.to,
            ):
                yield messages.rule_twice(rule.span, rule.text, other.span.line)
                break
        for other in framework.rules:
            longer = _duration(rule) > _duration(other) and form(_lasting(rule)) == form(_lasting(other))
            if longer and rule.until is None and levels.index(rule.to) < levels.index(other.to):
                yield messages.rule_below(rule.span, rule.when, rule.to, other.when, other.to)
                break


def _duration(rule: Rule) -> int:
    """The least number of periods for which a rule's condition must hold."""
    return rule.condition.fewest_periods if isinstance(rule.condition, Lasting) else 1


def _lasting(rule: Rule) -> Expression:
    """A rule's condition without its duration."""
    return rule.condition.operand if isinstance(rule.condition, Lasting) else rule.condition


def _key_span(entry: Entry, key: str) -> Span:
    """The span of a band or the target of an entry."""
    return entry.passages[key].span()


def _text(span: Span) -> str:
    return span.source.text[span.start : span.end]
