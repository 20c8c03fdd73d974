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
    for id_, definition in draft.model.breakdowns.items():
        if definition.groups is None and not definition.open and id_ != "agency":  # that is an error of its own
            draft.diagnostics.append(messages.groups_not_listed(draft.at.key("breakdowns", id_), id_))
    return {
        id_: Breakdown(
            id=id_,
            title=definition.title,
            groups=None
            if definition.groups is None
            else tuple(Group(name=group.name, **lasting(draft, group)) for group in definition.groups),
            open=definition.open,
            unallocated=definition.unallocated,
            rounded_to=definition.rounded_to,
            overlap=definition.overlap,
            also_called=tuple(definition.also_called),
        )
        for id_, definition in draft.model.breakdowns.items()
    }
