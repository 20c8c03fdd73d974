"""Whether the periods of a figure and of an indicator go together."""

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
    """Whether the months that a named indicator says to look back are whole periods of the one that names it."""
    before = len(draft.found)
    for months in sorted(_spans(draft, name)) if frequency != Frequency.AD_HOC else ():
        if months % cadence.months:
            draft.found.append(messages.looks_back_part(span, name, months, id_, frequency))
    return len(draft.found) == before


def _spans(draft: Draft, name: str) -> set[int]:
    """The months that an indicator, and those that it names, say to look back; none for a figure."""
    indicator = draft.indicators.get(name)
    if indicator is None:
        return set()
    own = {months for _, months in spans(indicator.formula)}
    return own.union(*(_spans(draft, inner.name) for inner in names(indicator.formula)))


def fits(draft: Draft, id_: str, figure: Figure, frequency: Frequency, cadence: Cadence, span: Span) -> bool:
    """Whether a figure can be brought to the periods of an indicator."""
    before = len(draft.found)
    for key in ("frequency", "year_start"):
        if draft.at.doubts("figures", figure.id, key) or draft.at.doubts("indicators", id_, key):
            return True  # nobody knows, and what is wrong is said
    if figure.frequency == Frequency.AD_HOC and frequency != Frequency.AD_HOC:
        draft.found.append(messages.ad_hoc_figure(span, figure.id))
    elif figure.kind == "flow" and figure.cadence.months > cadence.months:
        draft.found.append(messages.too_coarse(span, figure.id, figure.frequency, id_, frequency))
    elif (
        figure.cadence.months <= cadence.months
        and (figure.cadence.year_start - cadence.year_start) % figure.cadence.months
    ):
        draft.found.append(messages.misaligned(span, figure.id, id_))
    return len(draft.found) == before
