"""Tolerances of indicators: their bands, targets, starts and reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.faces import WORSE, face_of, is_face
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
from pmf_engine.framework.tolerances import Entry, Interval, Polarity, band_scope, polarity, read_band


def with_tolerances(draft: Draft, indicators: dict[str, Indicator]) -> dict[str, Indicator]:
    """The indicators with their tolerances, without the entries that have a mistake."""
    defined, at = draft.model.indicators, draft.at_tolerances
    judged: dict[str, Indicator] = {}
    meant: set[str | None] = set()
    for id_, entries in draft.rules.tolerances.items():
        if id_ not in defined:
            if not draft.doubts(id_):
                meant.add(nearest(id_, defined))
                draft.diagnostics.append(messages.tolerance_for_nothing(at.key("tolerances", id_), id_, defined))
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
    for id_, definition in defined.items():
        rated = id_ in draft.rules.tolerances or id_ in meant or at.doubts("tolerances", id_) or id_ in draft.bad_ids
        if definition.evidence_type != "quantity" and not rated and not is_face(id_):
            span = draft.at.key("indicators", id_)
            draft.diagnostics.append(messages.no_tolerance(span, id_, definition.evidence_type))
    return {id_: judged.get(id_, indicator) for id_, indicator in indicators.items()}


def _entries(draft: Draft, id_: str, entries: list[schema.Entry]) -> Iterator[tuple[schema.Entry, Loc]]:
    """The entries of an indicator with their paths; the path of a single entry may have no number."""
    listed = isinstance(draft.at_tolerances.data["tolerances"][id_], list)
    for number, entry in enumerate(entries):
        yield entry, ("tolerances", id_, number) if listed else ("tolerances", id_)


def _check_legible(draft: Draft, id_: str, entries: list[schema.Entry]) -> None:
    """Reports mistakes in the bands of an indicator whose own definition has a mistake.

    Without the indicator's type, only the syntax, unknown names and empty bands can be checked.
    """
    if any(path[:1] in ((), ("scales",)) for path in draft.at.unsure):
        return  # with a mistake in the scales, grades are not recognised
    grades = [grade for scale in draft.model.scales.values() for grade in scale]
    for entry, where in _entries(draft, id_, entries):
        names_ = [*draft.types, *EARLIER_VALUES, *([] if entry.target is None else ["target"])]
        for key in ("good", "tolerance") if entry.tolerance is not None else ("good",):
            passage = draft.at_tolerances.passage(*where, key)
            try:
                band = parse_band(passage, grades)
            except FormulaError as error:
                draft.diagnostics.append(error.diagnostic)
                continue
            for node in (node for limit in band.limits for node in names(limit.bound)):
                if not (node.name in RESERVED or draft.doubts(node.name) or nearest(node.name, grades)):
                    span = passage.span(node.start, node.end)
                    draft.diagnostics.append(messages.unknown_name(span, "figure", node.name, names_))
            interval = Interval.of(band, None)
            if interval is not None and interval.empty:
                draft.diagnostics.append(messages.empty_band(passage.span(band.start, band.end), band.text))


_AGAINST: Final = {True: Polarity.HIGH, False: Polarity.LOW}
"""By whether a face is the share worse, the direction in which no value of an indicator with `better_off` is better."""


def _read_entry(
    draft: Draft, at: Config, where: Loc, indicator: Indicator, entry: schema.Entry, before: list[Entry]
) -> Entry | None:
    """Checks an entry; None where it has a mistake, which is reported. `before` are the earlier entries."""
    errors = len(draft.diagnostics)
    start = period = None
    if entry.from_ is not None:
        period = _period(draft, entry.from_, indicator, indicator.cadence.months)
        if period is None:
            draft.diagnostics.append(messages.bad_from(at.span(*where, "from"), entry.from_))
        else:
            start = period.start
            last = before[-1] if before else None
            if last is not None and last.start is not None and last.start >= start:
                text = last.span.source.text[last.span.start : last.span.end]
                draft.diagnostics.append(messages.from_order(at.span(*where, "from"), entry.from_, text))
    elif before:
        draft.diagnostics.append(messages.from_needed(at.key(*where)))
    target, target_value, target_type = _read_target(draft, at, where, indicator, entry)
    months = None if indicator.frequency == Frequency.AD_HOC else indicator.cadence.months
    scope = band_scope(draft.types, indicator.type, target_type, draft.model.scales, months, draft.doubts)
    good = read_band(at.passage(*where, "good"), scope, indicator.type, target_value, draft.diagnostics)
    better_off = draft.model.indicators[indicator.id].better_off
    if good and better_off is not None and polarity(good) == _AGAINST[face_of(indicator.id) == WORSE]:
        draft.diagnostics.append(messages.against_face(at.span(*where, "good"), face_of(indicator.id), good.text))
    tolerance = None
    if entry.tolerance is not None:
        tolerance = read_band(at.passage(*where, "tolerance"), scope, indicator.type, target_value, draft.diagnostics)
    if good and tolerance:
        inner, outer = Interval.of(good, target_value), Interval.of(tolerance, target_value)
        if inner and outer and not inner.inside(outer):
            draft.diagnostics.append(messages.good_outside(at.span(*where, "good"), good.text, tolerance.text))
    for band, key in ((good, "good"), (tolerance, "tolerance")):
        for limit in band.limits if band else ():
            _check_bound(draft, indicator, limit.bound, at.passage(*where, key))
    if entry.allow_for_chance and indicator.per is None:
        draft.diagnostics.append(messages.no_interval(at.key(*where, "allow_for_chance"), indicator.id))
    review_by, review_span = _review_by(draft, at, where, indicator, entry) or (None, None)
    check_chart(draft, where, indicator, entry)
    rebases = read_rebases(draft, where, indicator, entry)
    if good is None or len(draft.diagnostics) > errors:
        return None
    span = at.span(*where, "from") if entry.from_ is not None else at.key(*where)
    scale_free = _scale_free(draft, indicator, [good, tolerance] if tolerance else [good])
    keys = [key for key in ("good", "tolerance", "target") if getattr(entry, key) is not None]
    passages = {key: at.passage(*where, key) for key in keys}
    allow, chart = entry.allow_for_chance, entry.chart
    judged = Entry(start, good, tolerance, target, entry.reference, span, review_by, allow, scale_free, passages, chart)
    return replace(judged, rebases=rebases, from_=period, target_value=target_value, review_span=review_span)


def _review_by(
    draft: Draft, at: Config, where: Loc, indicator: Indicator, entry: schema.Entry
) -> tuple[date, Span] | None:
    """The last day before an entry is due for review, a date or the last day of a period, with its span."""
    if entry.review_by is None:
        return None
    span = at.span(*where, "review_by")
    if (period := _period(draft, entry.review_by, indicator, 12)) is not None:
        return period.last_day, span
    try:
        return date.fromisoformat(entry.review_by), span
    except ValueError:
        draft.diagnostics.append(messages.bad_review(span, entry.review_by))
        return None


def _period(draft: Draft, text: str, indicator: Indicator, months: int) -> Period | None:
    """The period that a text names in an indicator's year, or else in the board's; `months` is its expected length."""
    years = dict.fromkeys((indicator.cadence.year_start, draft.model.board.year_start))
    periods = [parse_period(text, year, months) for year in years]
    return next((period for period in periods if period), None)


def _scale_free(draft: Draft, indicator: Indicator, bands: Sequence[Band]) -> bool:
    """Whether bands apply to periods of every length: neither the value nor any bound adds up over time."""
    own = {"target": 0, **dict.fromkeys(EARLIER_VALUES, indicator.dimension)}

    def of(name: str) -> int | None:
        return own[name] if name in own else draft.dimension(name)

    bounds = [limit.bound for band in bands for limit in band.limits]
    return indicator.dimension == 0 and all(time_dimension(bound, of) == 0 for bound in bounds)


def _check_bound(draft: Draft, indicator: Indicator, bound: Expression, passage: Passage) -> None:
    """Reports a bound that is the value itself, and figures whose periods do not fit into the indicator's."""
    named = names(bound)
    if not named:
        return
    for part in draft.value_numbers.equivalents(bound, indicator.id):
        if not isinstance(part, Name) or part.name != indicator.id:
            text = passage.text[part.start : part.end]
            draft.diagnostics.append(messages.same_value(passage.span(part.start, part.end), text, indicator.id))
    for node in named:
        span = passage.span(node.start, node.end)
        if node.name == indicator.id:
            draft.diagnostics.append(messages.own_value(span, indicator.id))
            continue
        looks_back_whole_periods(draft, indicator.id, node.name, indicator.frequency, indicator.cadence, span)
        other = draft.indicators.get(node.name)
        for name in (node.name,) if node.name in draft.figures else other.figures if other else ():
            if (node.name, name) not in draft.misfits:
                fits(draft, indicator.id, draft.figures[name], indicator.frequency, indicator.cadence, span)


def _read_target(
    draft: Draft, at: Config, where: Loc, indicator: Indicator, entry: schema.Entry
) -> tuple[float | str | None, float | None, Type | None]:
    """The target of an entry, its value and its type; a grade's value is its position. Others are reported."""
    target = entry.target
    if target is None:
        return None, None, None
    if isinstance(target, str) and indicator.type.kind == "grade":
        scale = draft.model.scales.get(indicator.type.scale or "", ())
        grades = [grade.lower() for grade in scale]
        if target.lower() in grades:
            position = grades.index(target.lower())
            return scale[position], float(position + 1), indicator.type
        span = at.span(*where, "target")
        draft.diagnostics.append(messages.unknown_grade(span, target, indicator.type.scale or "", grades))
        return None, None, indicator.type
    if isinstance(target, str) or indicator.type.kind != "number":
        wanted = "a number" if indicator.type.kind == "number" else str(indicator.type)
        written = at.passage(*where, "target").text
        draft.diagnostics.append(messages.wrong_target(at.span(*where, "target"), wanted, target, written))
        return None, None, indicator.type
    return target, target, NUMBER


def check_rounding(draft: Draft) -> None:
    """Reports a base of rounding that does not fit the limit of small counts.

    With one of less than half the limit, two rounded counts beside a small one could not hide it; with one of more than
    twice the limit, counts that are shown would be rounded to nothing.
    """
    rules = draft.rules.disclosure
    if rules is not None and rules.round_to is not None:
        low, high = max(2, (rules.suppress_below + 1) // 2), 2 * rules.suppress_below
        if not low <= rules.round_to <= high:
            span = draft.at_tolerances.span("disclosure", "round_to")
            draft.diagnostics.append(messages.bad_base(span, rules.round_to, rules.suppress_below, low, high))
