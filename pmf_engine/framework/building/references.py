"""Ids and the names that refer to them: whether they are well formed, exist, and are used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.parser import AGGREGATES, KEYWORDS
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.reading.sections import SECTIONS, WHAT

_ID = re.compile(r"[a-z][a-z0-9_]*")

RESERVED = KEYWORDS | FUNCTIONS.keys() | {*AGGREGATES, "target"}
"""Words that have a meaning in formulas and bands."""


def check_ids(draft: Draft) -> None:
    """Whether ids are well formed, free of reserved words and given once, and grades of a scale differ."""
    for section in SECTIONS:
        for id_ in getattr(draft.model, section):
            if not _ID.fullmatch(id_):
                draft.bad_ids.append(id_)
                draft.found.append(messages.bad_id(draft.at.key(section, id_), id_))
    for id_ in draft.rules.governance:
        if not _ID.fullmatch(id_):
            draft.bad_ids.append(id_)
            draft.found.append(messages.bad_id(draft.at_tolerances.key("governance", id_), id_))
    for id_, grades in draft.model.scales.items():
        for place, grade in enumerate(grades):
            if grade.lower() in [other.lower() for other in grades[:place]]:
                draft.found.append(messages.repeated(draft.at.span("scales", id_, place), "grade", grade))
    named: dict[str, tuple[str, str]] = {}
    for section, what in (("figures", "a figure"), ("lists", "a list"), ("indicators", "an indicator")):
        for id_ in getattr(draft.model, section):
            if id_ in RESERVED:
                draft.found.append(messages.reserved_id(draft.at.key(section, id_), id_))
            if id_ in named:
                other, what_else = named[id_]
                first = draft.at.key(other, id_)
                span = draft.at.key(section, id_)
                draft.found.append(messages.same_id(span, id_, what_else, first.line, first.source.name))
            named.setdefault(id_, (section, what))
    if "agency" in draft.model.breakdowns:
        draft.found.append(messages.agency_breakdown(draft.at.key("breakdowns", "agency")))


def refer(draft: Draft, section: str, known: Iterable[str], names_: Sequence[str], *path: str | int) -> tuple[str, ...]:
    """The names that exist, each once; the rest is reported where it stands."""
    usable: list[str] = []
    what = WHAT[section]
    for place, name in enumerate(names_):
        span = draft.at.span(*path, place)
        if name not in known:
            if not draft.at.doubts(section, name):
                report_unknown(draft, span, what, name, known, section)
        elif name in usable:
            draft.found.append(messages.repeated(span, what, name))
        else:
            usable.append(name)
    return tuple(usable)


def report_unknown(draft: Draft, span: Span, what: str, name: str, known: Iterable[str], section: str) -> None:
    """A name that does not exist; where its whole section is not there, that is said, and once."""
    if nearest(name, draft.bad_ids):
        return  # that is what it should have been called
    if section in draft.at.data or section in draft.at_tolerances.data or section == "breakdowns":
        draft.found.append(messages.unknown_name(span, what, name, known))
    elif section not in draft.missing_sections:
        draft.missing_sections.add(section)
        draft.found.append(messages.no_section(span, what, name, section))


def check_used(draft: Draft, indicators: Mapping[str, Indicator]) -> None:
    """Whether an indicator rests on every figure and counts every list."""
    used = {name for indicator in indicators.values() for name in indicator.named}
    for id_, figure in draft.figures.items():
        if id_ not in used and figure.kind != "text":
            draft.found.append(messages.unused_figure(draft.at.key("figures", id_), id_))
    counted = {name for indicator in indicators.values() for name in indicator.lists}
    for id_ in draft.lists:
        if id_ not in counted:
            draft.found.append(messages.unused_list(draft.at.key("lists", id_), id_))
