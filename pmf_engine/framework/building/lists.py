"""Lists of records: their columns, and the columns that date their records."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import cast

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Span
from pmf_engine.domain.frozen import FrozenMapping
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
    """Adds every list without a mistake to the draft, with the scope of formulas about its records."""
    for id_, definition in draft.model.lists.items():
        agencies = refer(draft, "agencies", draft.model.agencies, definition.from_, "lists", id_, "from")
        groups = {*draft.model.breakdowns, "agency"}
        list_ = _read_list(
            draft.at, id_, definition, agencies, groups, due_days(draft, definition, agencies), draft.diagnostics
        )
        if list_ is not None:
            list_ = replace(list_, breaks=breaks(draft, definition.breaks), **lasting(draft, definition))
            draft.lists[id_] = list_
            draft.scopes[id_] = replace(list_.scope, closed=_closed(draft, definition))


def _closed(draft: Draft, definition: schema.RecordList) -> dict[str, list[str]]:
    """The closed columns of a list, each with its complete set of texts: groups of breakdowns, `values`, agencies."""
    listed = {
        name: [group.name for group in breakdown.groups]
        for name, breakdown in draft.model.breakdowns.items()
        if breakdown.groups is not None
    }
    doubted = [name for name in listed if draft.at.doubts("breakdowns", name)]
    values = {name: column.values for name, column in definition.columns.items() if column.values}
    return {
        name: texts for name, texts in (values | listed | {"agency": definition.from_}).items() if name not in doubted
    }


def _read_list(
    at: Config,
    id_: str,
    definition: schema.RecordList,
    agencies: Sequence[str],
    breakdowns: Container[str],
    due: Mapping[str, int],
    diagnostics: list[Diagnostic],
) -> RecordList | None:
    """Checks a list; None where it has a mistake, which is added to `diagnostics`.

    Args:
        at: The file with the list.
        id_: The list.
        definition: The list in the shape of the schema.
        agencies: The agencies that send it.
        breakdowns: The breakdowns; a column with the name of one holds the groups of records.
        due: The days after the end of a period within which each agency sends it.
        diagnostics: Collects the mistakes.
    """
    before = len(diagnostics)
    faulty = at.doubts("lists", id_) or any(path[:2] == ("lists", id_) for path in at.unsure)
    columns = _columns(at, id_, definition, breakdowns, diagnostics)
    if definition.date is not None and definition.spell is not None:
        diagnostics.append(messages.list_twice_timed(at.key("lists", id_, "spell"), id_))
    elif definition.date is not None:
        _time(at.span("lists", id_, "date"), id_, definition.date, columns, "date", diagnostics)
    elif definition.spell is None:
        if not faulty:  # a faulty list may have the key, misspelt
            diagnostics.append(messages.list_without_time(at.key("lists", id_), id_))
    elif len(definition.spell) != 2:
        diagnostics.append(messages.spell_ends(at.span("lists", id_, "spell")))
    else:
        for number, (name, wanted) in enumerate(zip(definition.spell, ("date", "date?"), strict=True)):
            _time(at.span("lists", id_, "spell", number), id_, name, columns, wanted, diagnostics)
    for number, name in enumerate(definition.order):
        _ordered(at.span("lists", id_, "order", number), id_, name, columns, definition.order[:number], diagnostics)
    if len(definition.order) == 1:
        diagnostics.append(messages.order_of_one(at.span("lists", id_, "order")))
    if len(agencies) > 1 and "agency" not in columns:
        diagnostics.append(messages.agency_column_needed(at.key("lists", id_), id_))
    elif len(agencies) > 1 and (columns["agency"].kind, columns["agency"].optional) == ("text", True):
        diagnostics.append(messages.agency_never_blank(at.span("lists", id_, "columns", "agency"), id_))
    if len(diagnostics) > before or faulty:
        return None
    start, end = definition.spell if definition.spell else (cast("str", definition.date), None)
    return RecordList(
        id=id_,
        title=definition.title,
        agencies=tuple(agencies),
        start=start,
        end=end,
        columns=FrozenMapping(columns),
        due=FrozenMapping(due),
        files=tuple(definition.files),
        order=tuple(definition.order),
        span=at.key("lists", id_),
    )


def _columns(
    at: Config, id_: str, definition: schema.RecordList, breakdowns: Container[str], diagnostics: list[Diagnostic]
) -> dict[str, Column]:
    """The columns of a list. Ids, types and values that are not allowed are added to `diagnostics`."""
    columns: dict[str, Column] = {}
    for name, column in definition.columns.items():
        text = column.type
        if name in _RESERVED:
            diagnostics.append(messages.column_reserved(at.key("lists", id_, "columns", name), name))
        elif not name.isidentifier() or name != name.lower():
            diagnostics.append(messages.bad_id(at.key("lists", id_, "columns", name), name))
        kind = text.strip().removesuffix("?").rstrip()
        if kind not in _KINDS:
            diagnostics.append(messages.column_type(_type_span(at, id_, name), text, _KINDS))
        elif kind != "text" and name in breakdowns:
            diagnostics.append(messages.not_a_group_column(_type_span(at, id_, name), name))
        elif column.values is not None and kind != "text":
            diagnostics.append(messages.values_of_no_text(at.key("lists", id_, "columns", name, "values"), name))
        elif column.values is not None and not column.values:
            diagnostics.append(messages.no_values(at.key("lists", id_, "columns", name, "values"), name))
        values = None if column.values is None else tuple(column.values)
        columns[name] = Column(cast("Kind", kind), text.strip().endswith("?"), values, tuple(column.also_called))
    return columns


def _type_span(at: Config, id_: str, name: str) -> Span:
    """The span of the type of a column: of its value, or of the key `type` inside it."""
    written = at.data["lists"][id_]["columns"][name]
    return at.span("lists", id_, "columns", name, *(["type"] if isinstance(written, Mapping) else []))


def _time(
    span: Span, id_: str, name: str, columns: Mapping[str, Column], wanted: str, diagnostics: list[Diagnostic]
) -> None:
    """Reports a column for the date of records that does not exist or has not the type `wanted`."""
    column = columns.get(name)
    if column is None:
        diagnostics.append(messages.unknown_column(span, name, id_, columns))
    elif (column.kind, column.optional) != ("date", wanted.endswith("?")):
        diagnostics.append(messages.not_a_date_column(span, name, wanted))


def _ordered(
    span: Span, id_: str, name: str, columns: Mapping[str, Column], before: Sequence[str], diagnostics: list[Diagnostic]
) -> None:
    """Reports a column in `order` that does not exist, holds no dates or is repeated; `before` are those before it."""
    if name not in columns:
        diagnostics.append(messages.unknown_column(span, name, id_, columns))
    elif columns[name].kind != "date":
        diagnostics.append(messages.order_of_no_date(span, name))
    elif name in before:
        diagnostics.append(messages.order_twice(span, name))
