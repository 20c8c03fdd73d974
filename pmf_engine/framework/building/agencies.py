"""Agencies: their beginnings and ends, and the due dates of their returns."""

from __future__ import annotations

from collections.abc import Iterable

from pmf_engine.framework import schema
from pmf_engine.framework.building.changes import lasting
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Agency


def read_agencies(draft: Draft) -> dict[str, Agency]:
    """All agencies of the file, by id."""
    return {
        id_: Agency(
            id=id_,
            name=definition.name,
            lead_officer=definition.lead_officer,
            designated_person=definition.designated_person,
            succeeds=tuple(name for name in definition.succeeds if name in draft.model.agencies),
            **lasting(draft, definition),
        )
        for id_, definition in draft.model.agencies.items()
    }


def due_days(draft: Draft, definition: schema.Figure | schema.RecordList, agencies: Iterable[str]) -> dict[str, int]:
    """The days after the end of a period within which each agency sends a figure or list.

    The key `returns_due` of the figure or list wins over the agency's, and the agency's over the board's.
    """
    model = draft.model
    return {
        agency: next(
            days
            for days in (definition.returns_due, model.agencies[agency].returns_due, model.board.returns_due)
            if days is not None
        )
        for agency in agencies
    }
