"""Checks of ids and references: ids are well formed and unique, references resolve, and every definition is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.faces import is_face
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.parser import AGGREGATES, KEYWORDS
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.needs import ContentArea
from pmf_engine.framework.reading.sections import SECTIONS, WHAT

_ID = re.compile(r"[a-z][a-z0-9_]*")

RESERVED = KEYWORDS | FUNCTIONS.keys() | {*AGGREGATES, "target"}
"""Words with a meaning in formulas and bands."""


def check_ids(draft: Draft) -> None:
    """Reports ids that are not well formed, reserved or repeated, and repeated grades of a scale."""
    for section in SECTIONS:
        for id_ in getattr(draft.model, section):
            if not _ID.fullmatch(id_):
                draft.bad_ids.append(id_)
                draft.diagnostics.append(messages.bad_id(draft.at.key(section, id_), id_))
    if faces := {id_ for id_ in draft.model.indicators if is_face(id_)}:  # only `better_off` makes faces
        draft.at.unsure |= {("indicators", id_) for id_ in faces}
        others = {id_: one for id_, one in draft.model.indicators.items() if id_ not in faces}
        draft.model = draft.model.model_copy(update={"indicators": others})
    for id_ in draft.rules.governance:
        if not _ID.fullmatch(id_):
            draft.bad_ids.append(id_)
            draft.diagnostics.append(messages.bad_id(draft.at_tolerances.key("governance", id_), id_))
    for id_, grades in draft.model.scales.items():
        for number, grade in enumerate(grades):
            if grade.lower() in [other.lower() for other in grades[:number]]:
                draft.diagnostics.append(messages.repeated(draft.at.span("scales", id_, number), "grade", grade))
    named: dict[str, tuple[str, str]] = {}
    for section, what in (("figures", "a figure"), ("lists", "a list"), ("indicators", "an indicator")):
        for id_ in getattr(draft.model, section):
            if id_ in RESERVED:
                draft.diagnostics.append(messages.reserved_id(draft.at.key(section, id_), id_))
            if id_ in named:
                other, what_else = named[id_]
                first = draft.at.key(other, id_)
                span = draft.at.key(section, id_)
                draft.diagnostics.append(messages.same_id(span, id_, what_else, first.line, first.source.name))
            named.setdefault(id_, (section, what))
    if "agency" in draft.model.breakdowns:
        draft.diagnostics.append(messages.agency_breakdown(draft.at.key("breakdowns", "agency")))


def refer(draft: Draft, section: str, ids: Iterable[str], names_: Sequence[str], *path: str | int) -> tuple[str, ...]:
    """Resolves names: those that exist, each once; unknown and repeated names are reported.

    Args:
        draft: The framework so far.
        section: The section that defines the names.
        ids: The ids of that section.
        names_: The names.
        path: The path of the names in the file.
    """
    usable: list[str] = []
    what = WHAT[section]
    for number, name in enumerate(names_):
        span = draft.at.span(*path, number)
        if name not in ids:
            if not draft.at.doubts(section, name):
                report_unknown(draft, span, what, name, ids, section)
        elif name in usable:
            draft.diagnostics.append(messages.repeated(span, what, name))
        else:
            usable.append(name)
    return tuple(usable)


def report_unknown(draft: Draft, span: Span, what: str, name: str, ids: Iterable[str], section: str) -> None:
    """Reports an unknown name, or its section, once, where the file has no such section."""
    if nearest(name, draft.bad_ids):
        return  # the name refers to an id that is reported as not well formed
    if section in draft.at.data or section in draft.at_tolerances.data or section == "breakdowns":
        draft.diagnostics.append(messages.unknown_name(span, what, name, ids))
    elif section not in draft.missing_sections:
        draft.missing_sections.add(section)
        draft.diagnostics.append(messages.no_section(span, what, name, section))


def check_used(draft: Draft, indicators: Mapping[str, Indicator], areas: Mapping[str, ContentArea]) -> None:
    """Reports figures and lists that no indicator uses, no content area rests on and section 11 does not ask for."""
    used = {name for indicator in indicators.values() for name in indicator.named}
    used |= {name for area in areas.values() for need in area.evidence for name in need.figures}
    graded = {id_: figure.section_11.moderated for id_, figure in draft.figures.items() if figure.section_11}
    used |= {*graded, *filter(None, graded.values())}
    for id_, figure in draft.figures.items():
        if id_ not in used and figure.kind != "text":
            draft.diagnostics.append(messages.unused_figure(draft.at.key("figures", id_), id_))
    counted = {name for indicator in indicators.values() for name in indicator.lists}
    for id_ in draft.lists:
        if id_ not in counted:
            draft.diagnostics.append(messages.unused_list(draft.at.key("lists", id_), id_))
