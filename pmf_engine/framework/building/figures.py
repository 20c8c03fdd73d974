"""Figures: their agencies, types, units and plausible values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pmf_engine.diagnostics import messages
from pmf_engine.domain.frozen import FrozenMapping
from pmf_engine.domain.periods import Cadence
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.syntax import folded
from pmf_engine.framework import schema
from pmf_engine.framework.building.agencies import due_days
from pmf_engine.framework.building.changes import breaks, lasting
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import refer
from pmf_engine.framework.dependencies import adds_up_over_groups
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.framework.tolerances import Interval

PERCENT_UNITS = frozenset({"percent", "per cent", "percentage", "%"})
"""Units that make a figure a percentage."""

MEASURED_UNITS = frozenset({
    "days", "working days", "weeks", "months", "years", "hours", "minutes",
    "pounds", "£", "gbp", "thousand pounds", "£000",
    "fte", "full-time equivalent", "full-time equivalents", "whole-time equivalents", "wte",
    "score", "points", "ratio", "rate", "miles", "kilometres",
})  # fmt: skip
"""Units of measurement, whose figures may have decimals; every other unit counts people or things."""


def read_figures(draft: Draft) -> None:
    """Adds every figure to the draft, and its type unless its scale is missing."""
    for id_, definition in draft.model.figures.items():
        figure = draft.figures[id_] = _read_figure(draft, id_, definition)
        if definition.kind != "grade" or definition.scale in draft.model.scales:
            draft.types[id_] = figure.type


def _read_figure(draft: Draft, id_: str, figure: schema.Figure) -> Figure:
    """The figure of a definition. Unknown agencies, a wrong scale and a percentage as a flow are reported."""
    model = draft.model
    agencies = refer(draft, "agencies", model.agencies, figure.from_, "figures", id_, "from")
    faulty = any(path[:2] == ("figures", id_) for path in draft.at.unsure)
    if figure.kind == "grade" and figure.scale is None and faulty:
        pass  # the mistake may be about the scale
    elif figure.kind == "grade" and figure.scale is None:
        draft.diagnostics.append(messages.scale_needed(draft.at.key("figures", id_), id_))
    elif figure.scale is not None and figure.kind != "grade":
        draft.diagnostics.append(messages.scale_not_needed(draft.at.span("figures", id_, "scale"), id_, figure.kind))
    elif figure.scale is not None:
        refer(draft, "scales", model.scales, [figure.scale], "figures", id_, "scale")
    if figure.kind == "flow" and _is_percent(figure):
        draft.diagnostics.append(messages.flow_of_percent(draft.at.span("figures", id_, "unit"), id_))
    return Figure(
        id=id_,
        title=figure.title,
        agencies=agencies,
        kind=figure.kind,
        frequency=figure.frequency,
        cadence=Cadence(figure.frequency.months, figure.year_start or model.board.year_start),
        scale=figure.scale,
        signed=figure.signed,
        due=FrozenMapping(due_days(draft, figure, agencies)),
        unit=figure.unit,
        is_percent=_is_percent(figure),
        whole=_is_whole(figure),
        adds_up=figure.adds_up and not _is_percent(figure),
        plausible=_plausible(draft, id_, figure),
        counted=figure.counted,
        span=draft.at.key("figures", id_),
        breaks=breaks(draft, figure.breaks, figure.frequency.months, figure.year_start),
        **lasting(draft, figure, figure.frequency.months, figure.year_start),
    )


def with_measured_bounds(framework: Framework, definitions: Mapping[str, schema.Figure]) -> dict[str, Figure]:
    """The figures; one that is only a bound or comparator of percentages, rates and the like may have decimals.

    England's average of a percentage, for example, is a percentage too, even without a unit.

    Args:
        framework: The framework with all figures.
        definitions: The figures in the shape of the schema.
    """
    indicators = framework.indicators.values()
    counted = {name for indicator in indicators for name in indicator.figures}
    adding = [indicator for indicator in indicators if adds_up_over_groups(framework, indicator)]
    counted |= {name for indicator in adding for name in indicator.named}
    bounds = {name for indicator in indicators for name in indicator.named} - counted
    return {
        id_: replace(figure, whole=False)
        if id_ in bounds and definitions[id_].whole is None and figure.unit is None
        else figure
        for id_, figure in framework.figures.items()
    }


def _is_percent(figure: schema.Figure) -> bool:
    return figure.unit is not None and folded(figure.unit) in PERCENT_UNITS


def _is_whole(figure: schema.Figure) -> bool:
    """Whether a figure has no decimals: by its key `whole`, or else because its unit counts people or things."""
    if figure.whole is not None:
        return figure.whole
    return figure.unit is None or folded(figure.unit) not in MEASURED_UNITS | PERCENT_UNITS


def _plausible(draft: Draft, id_: str, figure: schema.Figure) -> Interval | None:
    """The interval of a figure's plausible values; None without the key `plausible` or with a mistake in it."""
    if figure.plausible is None:
        return None
    passage = draft.at.passage("figures", id_, "plausible")
    if figure.kind not in ("flow", "stock"):
        draft.diagnostics.append(
            messages.plausible_of_no_number(draft.at.key("figures", id_, "plausible"), id_, figure.kind)
        )
        return None
    try:
        band = parse_band(passage)
    except FormulaError as error:
        draft.diagnostics.append(error.diagnostic)
        return None
    interval = Interval.of(band, None)
    if interval is None:
        draft.diagnostics.append(messages.plausible_from_data(passage.span(band.start, band.end), band.text))
    elif interval.empty:
        draft.diagnostics.append(messages.empty_band(passage.span(band.start, band.end), band.text))
    return interval
