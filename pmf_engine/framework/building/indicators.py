"""Indicators: their references and formulas, resolved depth first: the indicators that a formula names come first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.domain.periods import Cadence, Frequency
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import parse_formula
from pmf_engine.formula.syntax import Aggregate, Expression, aggregates, names, of_senders
from pmf_engine.formula.types import Scope, Type, time_dimension
from pmf_engine.framework import schema
from pmf_engine.framework.building.cadences import fits, looks_back_whole_periods
from pmf_engine.framework.building.changes import beginning_and_end, breaks
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import refer
from pmf_engine.framework.model import Indicator

_LONGEST_CHAIN = 50
"""The longest chain of indicators that name one another: resolving them is recursive."""


def read_indicators(draft: Draft) -> dict[str, Indicator]:
    """The indicators without a mistake in their formula, in the order of the file."""
    for id_ in draft.model.indicators:
        _resolve(draft, id_)
    return {id_: indicator for id_ in draft.model.indicators if (indicator := draft.indicators[id_])}


def indicator_cadence(draft: Draft, definition: schema.Indicator) -> Cadence:
    """The cadence of an indicator, in its own year or else in the board's year."""
    return Cadence(definition.frequency.months, definition.year_start or draft.model.board.year_start)


def _resolve(draft: Draft, id_: str) -> Indicator | None:
    """The indicator, built once (memoised in the draft); None while it is being built, and with a mistake."""
    if id_ in draft.indicators:
        return draft.indicators[id_]
    draft.indicators[id_] = None
    draft.chain.append(id_)
    indicator = draft.indicators[id_] = _read_indicator(draft, id_, draft.model.indicators[id_])
    if indicator is not None:
        draft.types.setdefault(id_, indicator.type)
        draft.value_numbers.define(id_, indicator.expression)
    draft.chain.pop()
    return draft.indicators[id_]


def _check_fits(
    draft: Draft, id_: str, uses: Mapping[str, Span | None], frequency: Frequency, cadence: Cadence
) -> None:
    """Notes each figure that an indicator uses whose frequency does not fit its own."""
    for name, span in uses.items():
        if span is None or not fits(draft, id_, draft.figures[name], frequency, cadence, span):
            draft.misfits.add((id_, name))


def _read_indicator(draft: Draft, id_: str, definition: schema.Indicator) -> Indicator | None:
    """Builds an indicator without its bands, comparators and examples; None where its formula has a mistake."""
    model, diagnostics = draft.model, draft.diagnostics
    areas = refer(
        draft, "content_areas", model.content_areas, definition.content_area, "indicators", id_, "content_area"
    )
    refer(draft, "agencies", model.agencies, [definition.lead_agency], "indicators", id_, "lead_agency")
    sources = refer(draft, "sources", model.sources, definition.source, "indicators", id_, "source")
    breakdowns = {**model.breakdowns, "agency": None}
    by = refer(draft, "breakdowns", breakdowns, definition.by, "indicators", id_, "by")
    passage = draft.at.passage("indicators", id_, "formula")
    try:
        formula = parse_formula(passage)
    except FormulaError as error:
        diagnostics.append(error.diagnostic)
        return None
    cadence = indicator_cadence(draft, definition)
    uses = _figures_used(draft, id_, formula, passage)
    if uses is None:
        return None
    months = None if definition.frequency == Frequency.AD_HOC else cadence.months
    scope = Scope(draft.types, "figure", model.scales, months, draft.doubts, draft.scopes, draft.figures)
    result = _result_type(Checker(passage, scope), formula, diagnostics)
    _check_fits(draft, id_, uses, definition.frequency, cadence)
    for node in names(formula):
        span = passage.span(node.start, node.end)
        looks_back_whole_periods(draft, id_, node.name, definition.frequency, cadence, span)
    records = _aggregates(draft, formula)
    _check_senders(draft, id_, formula, cadence, passage)
    _check_breakdowns(draft, id_, by, uses, records)
    if result is None:
        return None
    return Indicator(
        id=id_,
        title=definition.title,
        content_areas=areas,
        evidence_type=definition.evidence_type,
        level=definition.level,
        lead_agency=definition.lead_agency,
        frequency=definition.frequency,
        cadence=cadence,
        sources=sources,
        by=by,
        missing=definition.missing,
        rationale=definition.rationale,
        decimals=definition.decimals,
        passage=passage,
        expression=formula,
        type=result,
        figures=tuple(uses),
        aggregates=tuple({node.text: node for node in records}.values()),
        dimension=time_dimension(formula, draft.dimension),
        formerly=tuple(definition.formerly),
        breaks=breaks(draft, definition.breaks, cadence.months, definition.year_start),
        counts=definition.unit,
        ask=tuple(definition.ask),
        public=definition.public,
        **beginning_and_end(draft, definition, cadence.months, definition.year_start),
    )


def _result_type(checker: Checker, formula: Expression, diagnostics: list[Diagnostic]) -> Type | None:
    """The type of a formula; None where it has a mistake or is no number or grade, which is added to `diagnostics`."""
    result = checker.type_of(formula)
    if result is not None and not checker.diagnostics:
        if result.kind not in ("number", "grade"):
            wanted = "an indicator is a number or a grade"
            diagnostics.append(messages.not_a_result(checker.span(formula), str(result), wanted))
            return None
        checker.names_something(formula)
    diagnostics += checker.diagnostics
    return None if checker.diagnostics else result


def _check_senders(draft: Draft, id_: str, formula: Expression, cadence: Cadence, passage: Passage) -> None:
    """Reports a count of the agencies that sent a figure of another cadence than the indicator's."""
    for aggregate in aggregates(formula):
        if (
            of_senders(aggregate)
            and aggregate.list.name in draft.figures
            and draft.figures[aggregate.list.name].cadence != cadence
        ):
            span = passage.span(aggregate.list.start, aggregate.list.end)
            draft.diagnostics.append(messages.senders_cadence(span, aggregate.list.name, id_))


def _check_breakdowns(
    draft: Draft, id_: str, by: Sequence[str], uses: Iterable[str], records: Sequence[Aggregate]
) -> None:
    """Reports `by: agency` over figures of different agencies, and breakdowns without a column in a list.

    Args:
        draft: The framework so far.
        id_: The indicator.
        by: Its breakdowns.
        uses: The figures that it uses.
        records: The aggregates that it uses.
    """
    lists = [draft.lists[name] for name in dict.fromkeys(node.list.name for node in records) if name in draft.lists]
    senders = {draft.figures[name].agencies for name in uses} | {list_.agencies for list_ in lists}
    if "agency" in by and len(senders) > 1:
        number = draft.model.indicators[id_].by.index("agency")
        sources = [*uses, *(list_.id for list_ in lists)]
        draft.diagnostics.append(messages.by_agency_mixed(draft.at.span("indicators", id_, "by", number), sources))
    for name in by:
        without_column = [list_.id for list_ in lists if name != "agency" and name not in list_.columns]
        if without_column:
            number = draft.model.indicators[id_].by.index(name)
            draft.diagnostics.append(
                messages.no_column_for(draft.at.span("indicators", id_, "by", number), name, without_column)
            )


def _aggregates(draft: Draft, formula: Expression) -> list[Aggregate]:
    """The aggregates of lists in a formula and in the indicators that it names."""
    over_lists = [node for node in aggregates(formula) if not of_senders(node)]
    for node in names(formula):
        other = draft.indicators.get(node.name)
        over_lists += other.aggregates if other else ()
    return over_lists


def _figures_used(draft: Draft, id_: str, formula: Expression, passage: Passage) -> dict[str, Span | None] | None:
    """The figures that a formula uses, directly or not; None for a formula that names itself, directly or not.

    The value of each figure is the span of the name in the formula through which it is used. It is None for a misfit
    of a named indicator, which is reported there.
    """
    uses: dict[str, Span | None] = {}
    counted = [node.list for node in aggregates(formula) if of_senders(node)]
    for node in [*names(formula), *counted]:
        span = passage.span(node.start, node.end)
        if node.name in draft.figures:
            uses.setdefault(node.name, span)
        elif node.name in draft.chain:
            circle = [*draft.chain[draft.chain.index(node.name) :], node.name]
            draft.diagnostics.append(messages.cycle(span, circle))
            return None
        elif node.name in draft.model.indicators:
            if len(draft.chain) >= _LONGEST_CHAIN and node.name not in draft.indicators:
                draft.diagnostics.append(messages.chain_too_long(span, _LONGEST_CHAIN))
                return None
            other = _resolve(draft, node.name)
            for name in other.figures if other else ():
                uses.setdefault(name, None if (node.name, name) in draft.misfits else span)
    return uses
