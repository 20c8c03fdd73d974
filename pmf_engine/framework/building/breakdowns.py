"""Breakdowns and their groups."""

from __future__ import annotations

from pmf_engine.diagnostics import messages
from pmf_engine.framework.building.changes import lasting
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.model import Breakdown, Group


def read_breakdowns(draft: Draft) -> dict[str, Breakdown]:
    """All breakdowns of the file, by id.

    Warns of a breakdown without listed groups: a misspelt name or a total in a return would become a group.
    """
    for id_, given in draft.model.breakdowns.items():
        if given.groups is None and not given.open:
            draft.diagnostics.append(messages.groups_not_listed(draft.at.key("breakdowns", id_), id_))
    return {
        id_: Breakdown(
            id=id_,
            title=given.title,
            groups=None
            if given.groups is None
            else tuple(Group(name=group.name, **lasting(draft, group)) for group in given.groups),
            open=given.open,
            unallocated=given.unallocated,
            rounded_to=given.rounded_to,
            overlap=given.overlap,
        )
        for id_, given in draft.model.breakdowns.items()
    }
