"""Agencies: since when and until when they are there, and by when each of them sends."""

from __future__ import annotations

from collections.abc import Iterable

from pmf_engine.framework import schema
from pmf_engine.framework.building.changes import lasting
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Agency


def read_agencies(draft: Draft) -> dict[str, Agency]:
    """All agencies of the file, with those that each took over from."""
    return {
        id_: Agency(
            id=id_,
            name=given.name,
            lead_officer=given.lead_officer,
            designated_person=given.designated_person,
            succeeds=tuple(name for name in given.succeeds if name in draft.model.agencies),
            **lasting(draft, given),
        )
        for id_, given in draft.model.agencies.items()
    }


def due_days(draft: Draft, given: schema.Figure | schema.RecordList, agencies: Iterable[str]) -> dict[str, int]:
    """Days after the end of a period by which each agency sends: its list's or figure's, its own, the board's."""
    model = draft.model
    return {
        agency: next(
            days
            for days in (given.returns_due, model.agencies[agency].returns_due, model.board.returns_due)
            if days is not None
        )
        for agency in agencies
    }
