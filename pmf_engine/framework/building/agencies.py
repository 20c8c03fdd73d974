"""What agencies owe: by when each of them sends."""

from __future__ import annotations

from collections.abc import Iterable

from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft


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
