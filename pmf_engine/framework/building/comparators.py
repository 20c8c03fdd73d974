"""What an indicator is shown beside."""

from __future__ import annotations

from dataclasses import replace

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.framework.building.cadences import fits, looks_back_whole_periods
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Indicator


def with_comparators(draft: Draft, indicator: Indicator) -> Indicator:
    """The indicator with what it is to be shown beside: figures and indicators that count in what it does."""
    given = draft.model.indicators[indicator.id].compare
    if not given:
        return indicator
    known = {name: kind for name, kind in draft.types.items() if kind.kind != "text"}
    usable: list[str] = []
    for place, name in enumerate(given):
        span = draft.at.span("indicators", indicator.id, "compare", place)
        if name == indicator.id:
            draft.found.append(messages.compared_with_itself(span, name))
        elif name in given[:place]:
            draft.found.append(messages.repeated(span, "comparison", name))
        elif name in draft.types and name not in known:
            draft.found.append(messages.text_figure(span, name))
        elif name not in known:
            if not draft.doubts(name):
                draft.found.append(messages.unknown_name(span, "figure", name, known))
        elif _comparable(draft, indicator, name, span):
            usable.append(name)
    return replace(indicator, compare=tuple(usable))


def _comparable(draft: Draft, indicator: Indicator, name: str, span: Span) -> bool:
    """Whether a figure or indicator counts in what an indicator does, in periods that it can be brought to."""
    kind, other = draft.types[name], draft.indicators.get(name)
    what, own = str(kind), str(indicator.type)
    if (kind.kind, kind.scale) == (indicator.type.kind, indicator.type.scale):
        if other is not None and other.unit and indicator.unit:
            what, own = other.counted, indicator.counted
        elif other is None and draft.figures[name].kind == "flow" and indicator.unit:
            what, own = "a flow", indicator.counted
    if what != own:
        draft.found.append(messages.not_comparable(span, name, what, own))
        return False
    figures = other.figures if other else (name,)
    fitting = [
        looks_back_whole_periods(draft, indicator.id, name, indicator.frequency, indicator.cadence, span),
        *(
            fits(draft, indicator.id, draft.figures[each], indicator.frequency, indicator.cadence, span)
            for each in figures
        ),
    ]
    return all(fitting)
