"""The figures that agencies send."""

from __future__ import annotations

from pmf_engine.diagnostics import messages
from pmf_engine.domain.periods import Cadence
from pmf_engine.framework import schema
from pmf_engine.framework.building.agencies import due_days
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import refer
from pmf_engine.framework.model import Figure


def read_figures(draft: Draft) -> None:
    """Adds every figure to the draft, and its type, where its scale is known."""
    for id_, given in draft.model.figures.items():
        figure = draft.figures[id_] = _read_figure(draft, id_, given)
        if given.kind != "grade" or given.scale in draft.model.scales:
            draft.types[id_] = figure.type


def _read_figure(draft: Draft, id_: str, figure: schema.Figure) -> Figure:
    model = draft.model
    agencies = refer(draft, "agencies", model.agencies, figure.from_, "figures", id_, "from")
    faulty = any(path[:2] == ("figures", id_) for path in draft.at.unsure)
    if figure.kind == "grade" and figure.scale is None and faulty:
        pass  # the scale may be what the fault is about
    elif figure.kind == "grade" and figure.scale is None:
        draft.found.append(messages.scale_needed(draft.at.key("figures", id_), id_))
    elif figure.scale is not None and figure.kind != "grade":
        draft.found.append(messages.scale_not_needed(draft.at.span("figures", id_, "scale"), id_, figure.kind))
    elif figure.scale is not None:
        refer(draft, "scales", model.scales, [figure.scale], "figures", id_, "scale")
    return Figure(
        id=id_,
        title=figure.title,
        agencies=agencies,
        kind=figure.kind,
        frequency=figure.frequency,
        cadence=Cadence(figure.frequency.months, figure.year_start or model.board.year_start),
        scale=figure.scale,
        signed=figure.signed,
        due=due_days(draft, figure, agencies),
    )
