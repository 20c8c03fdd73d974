"""Comparators: the figures and indicators that reports show beside an indicator."""

from __future__ import annotations

from dataclasses import replace

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.framework.building.cadences import fits, looks_back_whole_periods
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Indicator


def with_comparators(draft: Draft, indicator: Indicator) -> Indicator:
    """The indicator with its comparators: figures and indicators with the same unit; others are reported."""
    names = draft.model.indicators[indicator.id].compare
    if not names:
        return indicator
    types = {name: type_ for name, type_ in draft.types.items() if type_.kind != "text"}
    usable: list[str] = []
    for number, name in enumerate(names):
        span = draft.at.span("indicators", indicator.id, "compare", number)
        if name == indicator.id:
            draft.diagnostics.append(messages.compared_with_itself(span, name))
        elif name in names[:number]:
            draft.diagnostics.append(messages.repeated(span, "comparison", name))
        elif name in draft.types and name not in types:
            draft.diagnostics.append(messages.text_figure(span, name))
        elif name not in types:
            if not draft.doubts(name):
                draft.diagnostics.append(messages.unknown_name(span, "figure", name, types))
        elif _comparable(draft, indicator, name, span):
            usable.append(name)
    return replace(indicator, compare=tuple(usable))


def _comparable(draft: Draft, indicator: Indicator, name: str, span: Span) -> bool:
    """Whether a figure or indicator has the unit of an indicator, and periods that fit into the indicator's."""
    type_, other = draft.types[name], draft.indicators.get(name)
    what, own = str(type_), str(indicator.type)
    if (type_.kind, type_.scale) == (indicator.type.kind, indicator.type.scale):
        if other is not None and other.unit and indicator.unit:
            what, own = other.counted, indicator.counted
        elif other is None and draft.figures[name].kind == "flow" and indicator.unit:
            what, own = "a flow", indicator.counted
    if what != own:
        draft.diagnostics.append(messages.not_comparable(span, name, what, own))
        return False
    figures = other.figures if other else (name,)
    fitting = [
        looks_back_whole_periods(draft, indicator.id, name, indicator.frequency, indicator.cadence, span),
        *(
            fits(draft, indicator.id, draft.figures[figure], indicator.frequency, indicator.cadence, span)
            for figure in figures
        ),
    ]
    return all(fitting)
