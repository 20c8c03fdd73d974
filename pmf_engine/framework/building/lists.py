"""Record-level lists as a framework defines them: which columns their records have, and what times they speak of."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import cast

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Span
from pmf_engine.formula.parser import KEYWORDS
from pmf_engine.framework import schema
from pmf_engine.framework.building.agencies import due_days
from pmf_engine.framework.building.changes import breaks, lasting
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import refer
from pmf_engine.framework.model import Column, Kind, RecordList
from pmf_engine.framework.reading.files import Config

_KINDS = ("text", "date", "number", "percent", "truth")
_RESERVED = KEYWORDS | {"period_start", "period_end"}


def read_lists(draft: Draft) -> None:
    """Adds every list without a fault to the draft, and what formulas may say of its records."""
    for id_, given in draft.model.lists.items():
        agencies = refer(draft, "agencies", draft.model.agencies, given.from_, "lists", id_, "from")
        groups = {*draft.model.breakdowns, "agency"}
        list_ = _read_list(draft.at, id_, given, agencies, groups, due_days(draft, given, agencies), draft.found)
        if list_ is not None:
            list_ = replace(list_, breaks=breaks(draft, given.breaks), **lasting(draft, given))
            draft.lists[id_] = list_
            draft.scopes[id_] = replace(list_.scope, closed=_closed(draft, given))


def _closed(draft: Draft, given: schema.RecordList) -> dict[str, list[str]]:
    """The columns of a list that hold nothing but listed groups or values, or the agencies that send it."""
    listed = {
        name: [group.name for group in breakdown.groups]
        for name, breakdown in draft.model.breakdowns.items()
        if breakdown.groups is not None
    }
    doubted = [name for name in listed if draft.at.doubts("breakdowns", name)]
    values = {name: column.values for name, column in given.columns.items() if column.values}
    return {name: held for name, held in (values | listed | {"agency": given.from_}).items() if name not in doubted}


def _read_list(
    at: Config,
    id_: str,
    given: schema.RecordList,
    agencies: Sequence[str],
    breakdowns: Container[str],
    due: Mapping[str, int],
    found: list[Diagnostic],
) -> RecordList | None:
    """A list with its columns checked; None, with what is wrong added to `found`, where it cannot be read.

    Columns called like one of the `breakdowns` say which group a record is of.
    """
    before = len(found)
    faulty = at.doubts("lists", id_) or any(path[:2] == ("lists", id_) for path in at.unsure)
    columns = _columns(at, id_, given, breakdowns, found)
    if given.date is not None and given.spell is not None:
        found.append(messages.list_twice_timed(at.key("lists", id_, "spell"), id_))
    elif given.date is not None:
        _time(at.span("lists", id_, "date"), id_, given.date, columns, "date", found)
    elif given.spell is None:
        if not faulty:  # else the key may be there, misspelt
            found.append(messages.list_without_time(at.key("lists", id_), id_))
    elif len(given.spell) != 2:
        found.append(messages.spell_ends(at.span("lists", id_, "spell")))
    else:
        for place, (name, wanted) in enumerate(zip(given.spell, ("date", "date?"), strict=True)):
            _time(at.span("lists", id_, "spell", place), id_, name, columns, wanted, found)
    for place, name in enumerate(given.order):
        _ordered(at.span("lists", id_, "order", place), id_, name, columns, given.order[:place], found)
    if len(given.order) == 1:
        found.append(messages.order_of_one(at.span("lists", id_, "order")))
    if len(agencies) > 1 and "agency" not in columns:
        found.append(messages.agency_column_needed(at.key("lists", id_), id_))
    elif len(agencies) > 1 and (columns["agency"].kind, columns["agency"].optional) == ("text", True):
        found.append(messages.agency_never_blank(at.span("lists", id_, "columns", "agency"), id_))
    if len(found) > before or faulty:
        return None
    start, end = given.spell if given.spell else (cast("str", given.date), None)
    return RecordList(
        id=id_,
        title=given.title,
        agencies=tuple(agencies),
        start=start,
        end=end,
        columns=columns,
        due=due,
        files=tuple(given.files),
        order=tuple(given.order),
    )


def _columns(
    at: Config, id_: str, given: schema.RecordList, breakdowns: Container[str], found: list[Diagnostic]
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name, column in given.columns.items():
        text = column.type
        if name in _RESERVED:
            found.append(messages.column_reserved(at.key("lists", id_, "columns", name), name))
        elif not name.isidentifier() or name != name.lower():
            found.append(messages.bad_id(at.key("lists", id_, "columns", name), name))
        kind = text.strip().removesuffix("?").rstrip()
        if kind not in _KINDS:
            found.append(messages.column_type(_type_span(at, id_, name), text, _KINDS))
        elif kind != "text" and name in breakdowns:
            found.append(messages.not_a_group_column(_type_span(at, id_, name), name))
        elif column.values is not None and kind != "text":
            found.append(messages.values_of_no_text(at.key("lists", id_, "columns", name, "values"), name))
        elif column.values is not None and not column.values:
            found.append(messages.no_values(at.key("lists", id_, "columns", name, "values"), name))
        values = None if column.values is None else tuple(column.values)
        columns[name] = Column(cast("Kind", kind), text.strip().endswith("?"), values, tuple(column.also_called))
    return columns


def _type_span(at: Config, id_: str, name: str) -> Span:
    """Where the type of a column stands: alone, or under its key."""
    written = at.data["lists"][id_]["columns"][name]
    return at.span("lists", id_, "columns", name, *(["type"] if isinstance(written, Mapping) else []))


def _time(span: Span, id_: str, name: str, columns: Mapping[str, Column], wanted: str, found: list[Diagnostic]) -> None:
    """Refuses a column that is not there, or cannot say when something was."""
    column = columns.get(name)
    if column is None:
        found.append(messages.unknown_column(span, name, id_, columns))
    elif (column.kind, column.optional) != ("date", wanted.endswith("?")):
        found.append(messages.not_a_date_column(span, name, wanted))


def _ordered(
    span: Span, id_: str, name: str, columns: Mapping[str, Column], before: Sequence[str], found: list[Diagnostic]
) -> None:
    """Refuses a column in `order` that is not there, holds no dates or stands there already."""
    if name not in columns:
        found.append(messages.unknown_column(span, name, id_, columns))
    elif columns[name].kind != "date":
        found.append(messages.order_of_no_date(span, name))
    elif name in before:
        found.append(messages.order_twice(span, name))
