"""Needs and activities: content areas, areas of information, wanted indicators, activities, standards of section 11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.domain.periods import Period, parse_period
from pmf_engine.framework import schema
from pmf_engine.framework.activities import Activity, Standard
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import refer, report_unknown
from pmf_engine.framework.model import Figure
from pmf_engine.framework.needs import Agreement, AreaOfInformation, ContentArea, Need, WantedIndicator

_NEEDS_A_FORMULA = ("formula", "examples", "compare", "better_off")
"""The keys that an indicator without a value cannot have."""


def read_wanted(draft: Draft) -> dict[str, WantedIndicator]:
    """The indicators with `state: wanted`, which are taken out of the draft: no formula can name them."""
    wanted: dict[str, WantedIndicator] = {}
    for id_, definition in draft.model.indicators.items():
        if definition.state == "wanted":
            wanted[id_] = _read_wanted(draft, id_, definition)
    if wanted:
        others = {id_: one for id_, one in draft.model.indicators.items() if id_ not in wanted}
        draft.model = draft.model.model_copy(update={"indicators": others})
    return wanted


def _read_wanted(draft: Draft, id_: str, definition: schema.Indicator) -> WantedIndicator:
    """A wanted indicator; unknown names, and keys that need a value, are reported."""
    model, where = draft.model, ("indicators", id_)
    written = draft.at.data["indicators"][id_]
    for key in _NEEDS_A_FORMULA:
        if key in written:
            draft.diagnostics.append(messages.wanted_with(draft.at.key(*where, key), id_, key))
    areas = refer(draft, "content_areas", model.content_areas, definition.content_area, *where, "content_area")
    refer(draft, "agencies", model.agencies, [definition.lead_agency], *where, "lead_agency")
    return WantedIndicator(
        id=id_,
        title=definition.title,
        content_areas=areas,
        evidence_type=definition.evidence_type,
        level=definition.level,
        lead_agency=definition.lead_agency,
        frequency=definition.frequency,
        sources=refer(draft, "sources", model.sources, definition.source, *where, "source"),
        rationale=definition.rationale,
    )


def name_wanted(draft: Draft, wanted: Mapping[str, WantedIndicator]) -> None:
    """Reports unknown names that are of wanted indicators as such."""
    for number, diagnostic in enumerate(draft.diagnostics):
        span = diagnostic.span
        name = span.source.text[span.start : span.end]
        if name in wanted and diagnostic.kind == "unknown-name":
            draft.diagnostics[number] = messages.names_wanted(span, name)


def read_areas(draft: Draft) -> dict[str, ContentArea]:
    """All content areas of the file, by id."""
    return {id_: _read_area(draft, id_, area) for id_, area in draft.model.content_areas.items()}


def _read_area(draft: Draft, id_: str, area: schema.ContentArea) -> ContentArea:
    """A content area; unknown sources and figures, and what is no day, are reported."""
    where = ("content_areas", id_)
    agreed = None
    if area.agreed is not None:
        day = _day(draft, area.agreed.on, *where, "agreed", "on")
        agreed = None if day is None else Agreement(day, area.agreed.by, area.agreed.minute)
    review_by, review_span = _review_by(draft, area.review_by, *where, "review_by") or (None, None)
    return ContentArea(
        id=id_,
        title=area.title,
        kind=area.kind,
        informed_by=tuple(area.informed_by),
        ask=tuple(area.ask),
        plan=area.plan,
        agreed=agreed,
        review_by=review_by,
        review_span=review_span,
        evidence=tuple(_evidence(draft, id_, area)),
    )


def _evidence(draft: Draft, id_: str, area: schema.ContentArea) -> Iterator[Need]:
    """The evidence for a content area."""
    names = {**draft.model.figures, **draft.model.indicators}
    for number, need in enumerate(area.evidence):
        where = _place(draft, ("content_areas", id_, "evidence"), number)
        refer(draft, "sources", draft.model.sources, [need.source], *where, "source")
        for place, name in enumerate(need.figures):
            if name not in names and not draft.doubts(name):
                report_unknown(draft, draft.at.span(*where, "figures", place), "figure", name, names, "figures")
        yield Need(need.source, need.says, need.reference, tuple(name for name in need.figures if name in names))


def _place(draft: Draft, path: tuple[str, ...], number: int) -> tuple[str | int, ...]:
    """The path of an item of a list, which has no number where a single item stands for a list of one."""
    data = draft.at.data
    for step in path:
        data = data[step]
    return (*path, number) if isinstance(data, list) else path


def _review_by(draft: Draft, text: str | None, *path: str | int) -> tuple[date, Span] | None:
    """The last day before a review, a date or the last day of a period, with its span."""
    if text is None:
        return None
    span = draft.at.span(*path)
    period = parse_period(text, draft.model.board.year_start, 12)
    if period is not None:
        return period.last_day, span
    try:
        return date.fromisoformat(text), span
    except ValueError:
        draft.diagnostics.append(messages.bad_review(span, text))
        return None


def _day(draft: Draft, text: str, *path: str | int) -> date | None:
    """The day that a text names; one that names none is reported."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        draft.diagnostics.append(messages.bad_day(draft.at.span(*path), text))
        return None


def read_areas_of_information(draft: Draft) -> dict[str, AreaOfInformation]:
    """All areas of information of the file, by id."""
    model, section = draft.model, "areas_of_information"
    return {
        id_: AreaOfInformation(
            id=id_,
            title=area.title,
            sources=refer(draft, "sources", model.sources, area.sources, section, id_, "sources"),
            voice=area.voice,
        )
        for id_, area in model.areas_of_information.items()
    }


def read_activities(draft: Draft) -> dict[str, Activity]:
    """All activities of the file, by id."""
    model, activities = draft.model, {}
    for id_, definition in model.activities.items():
        where = ("activities", id_)
        lead = [] if definition.agency is None else [definition.agency]
        agency = refer(draft, "agencies", model.agencies, lead, *where, "agency")
        activities[id_] = Activity(
            id=id_,
            title=definition.title,
            kind=definition.kind,
            agency=agency[0] if agency else None,
            content_areas=refer(
                draft, "content_areas", model.content_areas, definition.content_area, *where, "content_area"
            ),
            due=tuple(_due(draft, definition.due, *where, "due")),
        )
    return activities


def _due(draft: Draft, texts: list[str], *path: str | int) -> Iterator[Period]:
    """The periods in which an activity is due; what is no period is reported."""
    for number, text in enumerate(texts):
        period = parse_period(text, draft.model.board.year_start)
        if period is None:
            draft.diagnostics.append(messages.bad_from(draft.at.span(*path, number), text))
        else:
            yield period


def read_standards(draft: Draft) -> None:
    """Adds the standards of section 11 to the figures that grade them; mistakes in them are reported."""
    graded: dict[int, str] = {}
    for id_, definition in draft.model.figures.items():
        if definition.section_11 is None:
            continue
        standard, where = definition.section_11, ("figures", id_, "section_11")
        if definition.kind != "grade":
            draft.diagnostics.append(messages.standard_of_no_grade(draft.at.key(*where), id_, definition.kind))
        if standard.standard in graded:
            span = draft.at.span(*where, "standard")
            draft.diagnostics.append(messages.standard_twice(span, standard.standard, graded[standard.standard]))
        graded.setdefault(standard.standard, id_)
        if standard.moderated is not None:
            _check_moderated(draft, id_, standard.moderated, draft.at.span(*where, "moderated"))
        draft.figures[id_] = replace(draft.figures[id_], section_11=Standard(standard.standard, standard.moderated))


def _check_moderated(draft: Draft, id_: str, name: str, span: Span) -> None:
    """Reports a figure of moderated grades that is unknown, is the figure itself, or has other grades or periods."""
    other, figure = draft.figures.get(name), draft.figures[id_]
    if other is None:
        if not draft.doubts(name):
            report_unknown(draft, span, "figure", name, draft.model.figures, "figures")
    elif name == id_:
        draft.diagnostics.append(messages.moderated_by_itself(span, id_))
    elif (other.kind, other.scale, other.cadence) != (figure.kind, figure.scale, figure.cadence):
        draft.diagnostics.append(messages.moderated_otherwise(span, name, id_))


def check_people(draft: Draft, figures: Mapping[str, Figure]) -> None:
    """Warns of agencies that are asked for section 11 and have no lead officer or designated person."""
    asked = {agency: None for figure in figures.values() if figure.section_11 for agency in figure.agencies}
    for agency in asked:
        definition = draft.model.agencies[agency]
        names = {"lead officer": definition.lead_officer, "designated person": definition.designated_person}
        missing = [role for role, name in names.items() if name is None]
        if missing:
            draft.diagnostics.append(messages.no_people(draft.at.key("agencies", agency), agency, missing))
