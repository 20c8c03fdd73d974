"""The keys of tolerance entries about control charts: the kind of chart, and new starts of its limits."""

from __future__ import annotations

from pmf_engine.diagnostics import messages
from pmf_engine.domain.periods import Frequency, parse_period
from pmf_engine.domain.status import ChartName
from pmf_engine.formula.look_back import sums_periods
from pmf_engine.formula.syntax import names
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.reading.files import Loc
from pmf_engine.framework.tolerances import Rebase


def check_chart(draft: Draft, where: Loc, indicator: Indicator, entry: schema.Entry) -> None:
    """Reports a kind of chart that the indicator cannot have, and new starts of limits without a chart."""
    at, reason = draft.at_tolerances, _chartless(draft, indicator)
    if reason is not None:
        if entry.chart not in ("auto", "none"):
            draft.diagnostics.append(
                messages.no_chart(at.span(*where, "chart"), f"chart: {entry.chart}", indicator.id, reason)
            )
        if entry.rebase:
            draft.diagnostics.append(messages.no_chart(at.key(*where, "rebase"), "rebase", indicator.id, reason))
        return
    wanted = None if entry.chart in ("auto", "none") else ChartName(entry.chart).ratio
    ratio = indicator.ratio
    if wanted and (ratio is None or ratio.function != wanted or indicator.per is None):
        draft.diagnostics.append(
            messages.chart_of_no_ratio(at.span(*where, "chart"), entry.chart, wanted, indicator.id)
        )
    if entry.rebase and entry.chart == "none":
        draft.diagnostics.append(messages.rebase_without_chart(at.key(*where, "rebase")))


def _chartless(draft: Draft, indicator: Indicator) -> str | None:
    """The reason why an indicator cannot have a control chart, in words; None where it can."""
    if indicator.type.kind == "grade":
        return "grades have no chart"
    if indicator.frequency == Frequency.AD_HOC:
        return "what is asked for ad hoc has no chart"
    waiting, seen = [indicator], {indicator.id}
    while waiting:
        formula = waiting.pop().expression
        if sums_periods(formula):
            return "what adds up over several periods has no chart"
        for node in names(formula):
            other = draft.indicators.get(node.name)
            if other is not None and other.id not in seen:
                seen.add(other.id)
                waiting.append(other)
    return None


def read_rebases(draft: Draft, where: Loc, indicator: Indicator, entry: schema.Entry) -> tuple[Rebase, ...]:
    """The new starts of a chart's limits. A text that is no period of the indicator, or out of order, is reported."""
    at = draft.at_tolerances
    read: list[Rebase] = []
    for number, rebase in enumerate(entry.rebase):
        span = at.span(*where, "rebase", number, "at")
        years = dict.fromkeys((indicator.cadence.year_start, draft.model.board.year_start))
        periods = [parse_period(rebase.at, year, indicator.cadence.months) for year in years]
        period = next((period for period in periods if period), None)
        if period is None:
            draft.diagnostics.append(messages.bad_from(span, rebase.at))
            continue
        own = indicator.cadence.holding(period.start)
        if own.start != period.start:
            draft.diagnostics.append(messages.rebase_inside(span, rebase.at, own.label))
        elif read and read[-1].start >= own.start:
            draft.diagnostics.append(messages.rebase_order(span, rebase.at, read[-1].period))
        else:
            read.append(Rebase(own.start, own.label, rebase.because))
    return tuple(read)
