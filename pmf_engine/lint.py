"""Warnings about what is allowed and looks like a slip: definitions that mean something else than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pmf_engine import messages
from pmf_engine.diagnostics import Diagnostic
from pmf_engine.formula.syntax import Binary, Call, Expression, Literal, Name, children, names
from pmf_engine.framework import Framework, Indicator
from pmf_engine.periods import Period, month_of
from pmf_engine.source import Span
from pmf_engine.tolerance import Entry, Interval, settled_band, spelt, terms

_SUBSET = re.compile("_(in|within|with|without|over|under)_")
"""What a name goes on with that says some of: `contacts_in_time` are some of `contacts`."""


_ABOVE_ZERO = (0.001, 1.0, 1_000.0, 1_000_000.0)
"""Numbers to try in place of one that only data decide: what holds for all of these holds for any above 0."""


def lint(framework: Framework, as_of: date) -> Iterator[Diagnostic]:
    """All warnings about the formulas and bands of a framework without errors, as on a day."""
    shares = {
        pair: one.id
        for one in framework.indicators.values()
        for node in _parts(one.formula)
        if (pair := _share(node)) is not None
    }
    for one in framework.indicators.values():
        for node in _parts(one.formula):
            span = one.passage.span(node.start, node.end)
            if (pair := _share(node)) is not None:
                part, whole = pair
                if _SUBSET.match(whole.removeprefix(part)) or (whole, part) in shares:
                    yield messages.swapped(span, part, whole)
            if isinstance(node, Call) and node.function == "rate" and not _population(framework, node.arguments[1]):
                yield messages.no_population(span)
            if isinstance(node, Binary) and node.operator == "+":
                for stock in _stocks_over_time(framework, node):
                    yield messages.stock_over_time(span, stock)
        yield from _bands(one)
        yield from _entries(one, as_of)


def _parts(node: Expression) -> Iterator[Expression]:
    yield node
    for child in children(node):
        yield from _parts(child)


def _share(node: Expression) -> tuple[str, str] | None:
    """The part and whole of a `percent` of two names."""
    if isinstance(node, Call) and node.function == "percent":
        part, whole = node.arguments
        if isinstance(part, Name) and isinstance(whole, Name):
            return part.name, whole.name
    return None


def _population(framework: Framework, node: Expression) -> bool:
    """Whether what events are divided by can be a population: it names something, and nothing that is a flow."""
    named = [name.name for name in names(node)]
    flows = [name for name in named if name in framework.figures and framework.figures[name].kind == "flow"]
    return bool(named) and not flows


def _stocks_over_time(framework: Framework, node: Binary) -> Iterator[str]:
    """Stocks of which two periods are added: `plans + previous(plans)`."""
    terms = [*_terms(node)]
    now = {term.name for term in terms if isinstance(term, Name)}
    for term in terms:
        if isinstance(term, Call) and term.function in ("previous", "year_ago"):
            for name in names(term):
                figure = framework.figures.get(name.name)
                if figure is not None and figure.kind == "stock" and name.name in now:
                    yield name.name


def _terms(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Binary) and node.operator == "+":
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _bands(one: Indicator) -> Iterator[Diagnostic]:
    """A percentage runs from 0 to 100: a band at 0.2 means a fifth of one per cent, one above 100 nothing."""
    if one.unit != "%":
        return
    for entry in one.tolerances:
        for band in (entry.good, entry.tolerance):
            interval = Interval.of(band, entry.target) if band else None
            if band is None or interval is None or not any(isinstance(limit.bound, Literal) for limit in band.limits):
                continue
            ends = [abs(end) for end in (interval.low, interval.high) if abs(end) != float("inf")]
            if any(end > 100 for end in ends) or (ends and 0 < max(ends) < 1):
                yield messages.not_a_percentage(entry.span, band.text)


def _entries(one: Indicator, as_of: date) -> Iterator[Diagnostic]:
    """Entries that say something, and cannot mean it: in their bands, their `from` or their `review_by`."""
    for place, entry in enumerate(one.tolerances):
        if entry.start is not None and (inside := one.clock.holding(entry.start)).start != entry.start:
            following = Period(inside.end, one.clock)
            yield messages.from_inside(entry.span, _text(entry.span), inside.label, following.label)
        yield from _tolerance(entry)
        later = (other.start for other in one.tolerances[place + 1 :])
        replaced = any(start is not None and start <= month_of(as_of) for start in later)
        if entry.review_by is not None and not replaced:
            day, span = entry.review_by
            if day < as_of:
                yield messages.review_due(span, _text(span), one.id)


def _tolerance(entry: Entry) -> Iterator[Diagnostic]:
    """A tolerance that leaves nothing to be amber, or in which what is good has no room."""
    if entry.tolerance is None:
        return
    good, tolerance = entry.good, entry.tolerance
    inner, outer = Interval.of(good, entry.target), Interval.of(tolerance, entry.target)
    said = [{(limit.operator, spelt(limit.bound)) for limit in band.limits} for band in (good, tolerance)]
    if said[0] == said[1] or (inner and outer and outer.inside(inner)):
        yield messages.no_amber(entry.span, tolerance.text)
    named = {name for band in (good, tolerance) for limit in band.limits for name in terms(limit.bound)}
    if len(named) != 1:
        return
    [name] = named
    tried = [
        [Interval.of(settled_band(band, {name: number}), entry.target) for band in (good, tolerance)]
        for number in _ABOVE_ZERO
    ]
    if all(first and second and not first.empty and not first.inside(second) for first, second in tried):
        yield messages.good_beyond(entry.span, good.text, tolerance.text, name)


def _text(span: Span) -> str:
    return span.source.text[span.start : span.end]
