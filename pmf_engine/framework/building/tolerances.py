"""The tolerances of indicators: their bands, targets, and the periods from which they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import Frequency, Period, parse_period
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.functions import EARLIER_VALUES
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.syntax import Band, Expression, Name, names
from pmf_engine.formula.types import NUMBER, Type, time_dimension
from pmf_engine.framework import schema
from pmf_engine.framework.building.cadences import fits, looks_back_whole_periods
from pmf_engine.framework.building.charts import check_chart, read_rebases
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import RESERVED
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.reading.files import Config, Loc
from pmf_engine.framework.tolerances import Entry, Interval, band_scope, read_band


def with_tolerances(draft: Draft, indicators: dict[str, Indicator]) -> dict[str, Indicator]:
    """The indicators with the entries of their tolerances that have no fault."""
    known, at = draft.model.indicators, draft.at_tolerances
    judged: dict[str, Indicator] = {}
    meant: set[str | None] = set()
    for id_, entries in draft.rules.tolerances.items():
        if id_ not in known:
            if not draft.doubts(id_):
                meant.add(nearest(id_, known))
                draft.found.append(messages.tolerance_for_nothing(at.key("tolerances", id_), id_, known))
            else:
                _check_legible(draft, id_, entries)
            continue
        indicator = indicators.get(id_)
        if indicator is None:
            _check_legible(draft, id_, entries)
            continue
        read: list[Entry] = []
        for entry, where in _entries(draft, id_, entries):
            if (result := _read_entry(draft, at, where, indicator, entry, read)) is not None:
                read.append(result)
        judged[id_] = replace(indicator, tolerances=tuple(read))
    for id_, given in known.items():
        rated = id_ in draft.rules.tolerances or id_ in meant or at.doubts("tolerances", id_) or id_ in draft.bad_ids
        if given.evidence_type != "quantity" and not rated:
            span = draft.at.key("indicators", id_)
            draft.found.append(messages.no_tolerance(span, id_, given.evidence_type))
    return {id_: judged.get(id_, indicator) for id_, indicator in indicators.items()}


def _entries(draft: Draft, id_: str, entries: list[schema.Entry]) -> Iterator[tuple[schema.Entry, Loc]]:
    """The entries of an indicator and where they stand; one alone may stand without a list."""
    listed = isinstance(draft.at_tolerances.data["tolerances"][id_], list)
    for place, entry in enumerate(entries):
        yield entry, ("tolerances", id_, place) if listed else ("tolerances", id_)


def _check_legible(draft: Draft, id_: str, entries: list[schema.Entry]) -> None:
    """What can be said of the bands of an indicator with a fault: whether they can be read, and what they name."""
    if any(path[:1] in ((), ("scales",)) for path in draft.at.unsure):
        return  # then a grade cannot be told from a mistake
    grades = [grade for scale in draft.model.scales.values() for grade in scale]
    for entry, where in _entries(draft, id_, entries):
        known = [*draft.types, *EARLIER_VALUES, *([] if entry.target is None else ["target"])]
        for key in ("good", "tolerance") if entry.tolerance is not None else ("good",):
            passage = draft.at_tolerances.passage(*where, key)
            try:
                band = parse_band(passage, grades)
            except FormulaError as error:
                draft.found.append(error.diagnostic)
                continue
            for node in (node for limit in band.limits for node in names(limit.bound)):
                if not (node.name in RESERVED or draft.doubts(node.name) or nearest(node.name, grades)):
                    span = passage.span(node.start, node.end)
                    draft.found.append(messages.unknown_name(span, "figure", node.name, known))
            ends = Interval.of(band, None)
            if ends is not None and ends.empty:
                draft.found.append(messages.empty_band(passage.span(band.start, band.end), band.text))


def _read_entry(
    draft: Draft, at: Config, where: Loc, indicator: Indicator, entry: schema.Entry, before: list[Entry]
) -> Entry | None:
    errors = len(draft.found)
    start = None
    if entry.from_ is not None:
        period = _period(draft, entry.from_, indicator, indicator.cadence.months)
        if period is None:
            draft.found.append(messages.bad_from(at.span(*where, "from"), entry.from_))
        else:
            start = period.start
            last = before[-1] if before else None
            if last is not None and last.start is not None and last.start >= start:
                text = last.span.source.text[last.span.start : last.span.end]
                draft.found.append(messages.from_order(at.span(*where, "from"), entry.from_, text))
    elif before:
        draft.found.append(messages.from_needed(at.key(*where)))
    target, target_type = _read_target(draft, at, where, indicator, entry)
    months = None if indicator.frequency == Frequency.AD_HOC else indicator.cadence.months
    scope = band_scope(draft.types, indicator.type, target_type, draft.model.scales, months, draft.doubts)
    good = read_band(at.passage(*where, "good"), scope, indicator.type, target, draft.found)
    tolerance = None
    if entry.tolerance is not None:
        tolerance = read_band(at.passage(*where, "tolerance"), scope, indicator.type, target, draft.found)
    if good and tolerance:
        inner, outer = Interval.of(good, target), Interval.of(tolerance, target)
        if inner and outer and not inner.inside(outer):
            draft.found.append(messages.good_outside(at.span(*where, "good"), good.text, tolerance.text))
    for band, key in ((good, "good"), (tolerance, "tolerance")):
        for limit in band.limits if band else ():
            _check_bound(draft, indicator, limit.bound, at.passage(*where, key))
    if entry.allow_for_chance and indicator.per is None:
        draft.found.append(messages.no_interval(at.key(*where, "allow_for_chance"), indicator.id))
    review_by = _review_by(draft, at, where, indicator, entry)
    check_chart(draft, where, indicator, entry)
    rebases = read_rebases(draft, where, indicator, entry)
    if good is None or len(draft.found) > errors:
        return None
    span = at.span(*where, "from") if entry.from_ is not None else at.key(*where)
    scale_free = _scale_free(draft, indicator, [good, tolerance] if tolerance else [good])
    said = [key for key in ("good", "tolerance", "target") if getattr(entry, key) is not None]
    passages = {key: at.passage(*where, key) for key in said}
    allow = entry.allow_for_chance
    return Entry(
        start,
        good,
        tolerance,
        target,
        entry.reference,
        span,
        review_by,
        allow,
        scale_free,
        passages,
        entry.chart,
        rebases,
    )


def _review_by(
    draft: Draft, at: Config, where: Loc, indicator: Indicator, entry: schema.Entry
) -> tuple[date, Span] | None:
    """The last day on which an entry need not have been looked at again: a date, or the last day of a period."""
    if entry.review_by is None:
        return None
    span = at.span(*where, "review_by")
    if (period := _period(draft, entry.review_by, indicator, 12)) is not None:
        return period.last_day, span
    try:
        return date.fromisoformat(entry.review_by), span
    except ValueError:
        draft.found.append(messages.bad_review(span, entry.review_by))
        return None


def _period(draft: Draft, text: str, indicator: Indicator, months: int) -> Period | None:
    """The period that a text names in an indicator's year, or else in the board's; `months` long, as a rule."""
    years = dict.fromkeys((indicator.cadence.year_start, draft.model.board.year_start))
    periods = [parse_period(text, year, months) for year in years]
    return next((period for period in periods if period), None)


def _scale_free(draft: Draft, indicator: Indicator, bands: Sequence[Band]) -> bool:
    """Whether bands mean the same over periods of any length: neither the value nor any bound adds up."""
    own = {"target": 0, **dict.fromkeys(EARLIER_VALUES, indicator.dimension)}

    def of(name: str) -> int | None:
        return own[name] if name in own else draft.dimension(name)

    bounds = [limit.bound for band in bands for limit in band.limits]
    return indicator.dimension == 0 and all(time_dimension(bound, of) == 0 for bound in bounds)


def _check_bound(draft: Draft, indicator: Indicator, bound: Expression, passage: Passage) -> None:
    """Whether a bound is other than the value, and of figures that can be brought to the indicator's periods."""
    named = names(bound)
    if not named:
        return
    for part in draft.value_numbers.equivalents(bound, indicator.id):
        if not isinstance(part, Name) or part.name != indicator.id:
            text = passage.text[part.start : part.end]
            draft.found.append(messages.same_value(passage.span(part.start, part.end), text, indicator.id))
    for node in named:
        span = passage.span(node.start, node.end)
        if node.name == indicator.id:
            draft.found.append(messages.own_value(span, indicator.id))
            continue
        looks_back_whole_periods(draft, indicator.id, node.name, indicator.frequency, indicator.cadence, span)
        other = draft.indicators.get(node.name)
        for name in (node.name,) if node.name in draft.figures else other.figures if other else ():
            if (node.name, name) not in draft.misfits:
                fits(draft, indicator.id, draft.figures[name], indicator.frequency, indicator.cadence, span)


def _read_target(
    draft: Draft, at: Config, where: Loc, indicator: Indicator, entry: schema.Entry
) -> tuple[float | None, Type | None]:
    target = entry.target
    if target is None:
        return None, None
    if isinstance(target, str) and indicator.type.kind == "grade":
        grades = [grade.lower() for grade in draft.model.scales.get(indicator.type.scale or "", ())]
        if target.lower() in grades:
            return float(grades.index(target.lower()) + 1), indicator.type
        span = at.span(*where, "target")
        draft.found.append(messages.unknown_grade(span, target, indicator.type.scale or "", grades))
        return None, indicator.type
    if isinstance(target, str) or indicator.type.kind != "number":
        wanted = "a number" if indicator.type.kind == "number" else str(indicator.type)
        written = at.passage(*where, "target").text
        draft.found.append(messages.wrong_target(at.span(*where, "target"), wanted, target, written))
        return None, indicator.type
    return target, NUMBER
