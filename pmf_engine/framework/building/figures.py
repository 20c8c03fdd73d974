"""The figures that agencies send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pmf_engine.diagnostics import messages
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
"""Units of figures that are percentages."""

MEASURED_UNITS = frozenset({
    "days", "working days", "weeks", "months", "years", "hours", "minutes",
    "pounds", "£", "gbp", "thousand pounds", "£000",
    "fte", "full-time equivalent", "full-time equivalents", "whole-time equivalents", "wte",
    "score", "points", "ratio", "rate", "miles", "kilometres",
})  # fmt: skip
"""Units of figures that are measured and may have decimals; all others count people or things."""


def read_figures(draft: Draft) -> None:
    """Adds every figure to the draft, and its type, where its scale is known."""
    for id_, given in draft.model.figures.items():
        figure = draft.figures[id_] = _read_figure(draft, id_, given)
        if given.kind != "grade" or given.scale in draft.model.scales:
            draft.types[id_] = figure.type


def _read_figure(draft: Draft, id_: str, figure: schema.Figure) -> Figure:
    model = draft.model
    agencies = refer(draft, "agencies", model.agencies, figure.from_, "figures", id_, "from")
    faulty = any(path[:2] == ("figures", id_) for path in draft.at.unsure)
    if figure.kind == "grade" and figure.scale is None and faulty:
        pass  # the scale may be what the fault is about
    elif figure.kind == "grade" and figure.scale is None:
        draft.found.append(messages.scale_needed(draft.at.key("figures", id_), id_))
    elif figure.scale is not None and figure.kind != "grade":
        draft.found.append(messages.scale_not_needed(draft.at.span("figures", id_, "scale"), id_, figure.kind))
    elif figure.scale is not None:
        refer(draft, "scales", model.scales, [figure.scale], "figures", id_, "scale")
    if figure.kind == "flow" and _is_percent(figure):
        draft.found.append(messages.flow_of_percent(draft.at.span("figures", id_, "unit"), id_))
    return Figure(
        id=id_,
        title=figure.title,
        agencies=agencies,
        kind=figure.kind,
        frequency=figure.frequency,
        cadence=Cadence(figure.frequency.months, figure.year_start or model.board.year_start),
        scale=figure.scale,
        signed=figure.signed,
        due=due_days(draft, figure, agencies),
        unit=figure.unit,
        is_percent=_is_percent(figure),
        whole=_is_whole(figure),
        adds_up=figure.adds_up and not _is_percent(figure),
        plausible=_plausible(draft, id_, figure),
        counted=figure.counted,
        breaks=breaks(draft, figure.breaks, figure.frequency.months, figure.year_start),
        **lasting(draft, figure, figure.frequency.months, figure.year_start),
    )


def with_measured_bounds(framework: Framework, given: Mapping[str, schema.Figure]) -> dict[str, Figure]:
    """The figures, those with decimals that only bound or are compared with what does not add up, such as a percentage.

    England's average of a percentage is a percentage too, and no count, though no unit says so. `given` are the figures
    as the file has them.
    """
    indicators = framework.indicators.values()
    counted = {name for indicator in indicators for name in indicator.figures}
    adding = [indicator for indicator in indicators if adds_up_over_groups(framework, indicator)]
    counted |= {name for indicator in adding for name in indicator.named}
    bounds = {name for indicator in indicators for name in indicator.named} - counted
    return {
        id_: replace(figure, whole=False)
        if id_ in bounds and given[id_].whole is None and figure.unit is None
        else figure
        for id_, figure in framework.figures.items()
    }


def _is_percent(figure: schema.Figure) -> bool:
    return figure.unit is not None and folded(figure.unit) in PERCENT_UNITS


def _is_whole(figure: schema.Figure) -> bool:
    """Whether a figure has no decimals: as it says itself, or else where it counts people or things."""
    if figure.whole is not None:
        return figure.whole
    return figure.unit is None or folded(figure.unit) not in MEASURED_UNITS | PERCENT_UNITS


def _plausible(draft: Draft, id_: str, figure: schema.Figure) -> Interval | None:
    """The values that a figure may have, where it says so in numbers."""
    if figure.plausible is None:
        return None
    passage = draft.at.passage("figures", id_, "plausible")
    if figure.kind not in ("flow", "stock"):
        draft.found.append(messages.plausible_of_no_number(draft.at.key("figures", id_, "plausible"), id_, figure.kind))
        return None
    try:
        band = parse_band(passage)
    except FormulaError as error:
        draft.found.append(error.diagnostic)
        return None
    interval = Interval.of(band, None)
    if interval is None:
        draft.found.append(messages.plausible_from_data(passage.span(band.start, band.end), band.text))
    elif interval.empty:
        draft.found.append(messages.empty_band(passage.span(band.start, band.end), band.text))
    return interval
