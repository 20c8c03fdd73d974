"""Warnings about values with bands like those of a percentage: ratios of two counts, and stocks without a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isinf

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.formula.functions import FUNCTIONS, OVER_TIME
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Name, names
from pmf_engine.framework.model import Framework, Indicator

_SHARE = re.compile(r"%|\bper ?cent|\bshare\b|\bproportion\b", re.IGNORECASE)
"""Words for a share in a title."""

_FEW = 9.0
"""The largest bound of a stock that is more likely a number of people or things than a percentage."""


def lint_percentages(framework: Framework, indicator: Indicator) -> Iterator[Diagnostic]:
    """Warnings about the bands of an indicator that look like percentages while its value cannot be one.

    A `unit` of the indicator or of the stock turns the warnings off.
    """
    if indicator.counts is not None:
        return
    formula = indicator.expression
    span = indicator.passage.span(formula.start, formula.end)
    figure = framework.figures.get(formula.name) if isinstance(formula, Name) else None
    if figure is not None and figure.kind == "stock" and figure.unit is None:
        above = 1.0 if _SHARE.search(figure.title) or _SHARE.search(indicator.title) else _FEW
        if stock_band := _judged_like_a_percentage(indicator, above):
            yield messages.stock_as_percentage(span, figure.id, stock_band)
        return
    band = _judged_like_a_percentage(indicator, 1.0)
    if band is None:
        return
    ratio = _ratio(framework, formula)
    if ratio is not None and _counts(framework, ratio.left) and _counts(framework, ratio.right):
        units = {framework.figures[node.name].unit for node in names(ratio) if node.name in framework.figures}
        if len(units) > 1:  # a ratio of different things, such as cases for each worker
            return
        text = indicator.passage.text
        if formula is ratio:
            part, whole = (text[side.start : side.end] for side in (ratio.left, ratio.right))
        else:
            part, whole = "part", "whole"
        yield messages.ratio_as_percentage(span, text[formula.start : formula.end], indicator.id, part, whole, band)


def _judged_like_a_percentage(indicator: Indicator, above: float) -> str | None:
    """The text of the first band with all its ends from 0 to 100 and one above a number; None without such a band."""
    for entry in indicator.tolerances:
        for key, band in entry.bands.items():
            interval = entry.intervals[key]
            ends = [] if interval is None else [end for end in (interval.low, interval.high) if not isinf(end)]
            if ends and min(ends) >= 0 and above < max(ends) <= 100:
                return band.text
    return None


def _ratio(framework: Framework, formula: Expression) -> Binary | None:
    """The division that a formula is, directly, rounded, or through the indicator that it names."""
    while isinstance(formula, Call) and FUNCTIONS[formula.function].rounds:
        formula = formula.arguments[0]
    if isinstance(formula, Name) and (other := framework.indicators.get(formula.name)):
        return _ratio(framework, other.expression) if other.counts is None else None
    return formula if isinstance(formula, Binary) and formula.operator == "/" else None


def _counts(framework: Framework, node: Expression) -> bool:
    """Whether an expression counts people or things: a whole figure, a number of records, or a sum of such."""
    match node:
        case Name():
            figure = framework.figures.get(node.name)
            return figure is not None and figure.kind in ("flow", "stock") and figure.whole and not figure.signed
        case Aggregate():
            return node.function == "count"
        case Binary(operator="+" | "-"):
            return _counts(framework, node.left) and _counts(framework, node.right)
        case Call() if node.function in OVER_TIME:  # a count over time is still a count
            return _counts(framework, node.arguments[0])
        case _:
            return False
