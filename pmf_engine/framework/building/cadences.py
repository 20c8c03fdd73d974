"""Checks that the periods of figures and named indicators fit into the periods of an indicator."""

from __future__ import annotations

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.domain.periods import Cadence, Frequency
from pmf_engine.formula.look_back import spans
from pmf_engine.formula.syntax import names
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Figure


def looks_back_whole_periods(
    draft: Draft, id_: str, name: str, frequency: Frequency, cadence: Cadence, span: Span
) -> bool:
    """Whether every number of months in a named indicator is whole periods of an indicator; others are reported.

    Args:
        draft: The framework so far.
        id_: The indicator.
        name: The indicator or figure that it names.
        frequency: The frequency of the indicator.
        cadence: The cadence of the indicator.
        span: The span of the name, for the message.
    """
    before = len(draft.diagnostics)
    for months in sorted(_spans(draft, name)) if frequency != Frequency.AD_HOC else ():
        if months % cadence.months:
            draft.diagnostics.append(messages.looks_back_part(span, name, months, id_, frequency))
    return len(draft.diagnostics) == before


def _spans(draft: Draft, name: str) -> set[int]:
    """The numbers of months in the formula of an indicator and of those that it names; none for a figure."""
    indicator = draft.indicators.get(name)
    if indicator is None:
        return set()
    own = {months for _, months in spans(indicator.expression)}
    return own.union(*(_spans(draft, inner.name) for inner in names(indicator.expression)))


def fits(draft: Draft, id_: str, figure: Figure, frequency: Frequency, cadence: Cadence, span: Span) -> bool:
    """Whether a figure can be converted to the periods of an indicator; what prevents that is reported."""
    before = len(draft.diagnostics)
    for key in ("frequency", "year_start"):
        if draft.at.doubts("figures", figure.id, key) or draft.at.doubts("indicators", id_, key):
            return True  # the cadence is unknown because of a mistake that is reported already
    if figure.frequency == Frequency.AD_HOC and frequency != Frequency.AD_HOC:
        draft.diagnostics.append(messages.ad_hoc_figure(span, figure.id))
    elif figure.kind == "flow" and figure.cadence.months > cadence.months:
        draft.diagnostics.append(messages.too_coarse(span, figure.id, figure.frequency, id_, frequency))
    elif (
        figure.cadence.months <= cadence.months
        and (figure.cadence.year_start - cadence.year_start) % figure.cadence.months
    ):
        draft.diagnostics.append(messages.misaligned(span, figure.id, id_))
    return len(draft.diagnostics) == before
