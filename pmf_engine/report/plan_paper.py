"""The board's plan as a paper and as a sheet."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.paper import Cell, Paper, Rated, Section, Sheet, Table, section
from pmf_engine.report.plan import Plan, PlanItem, PlanKind, PlanState

_TITLES: Final = {
    PlanKind.RETURNS: "Returns due",
    PlanKind.ACTIVITY: "Activities due",
    PlanKind.TOLERANCE: "Tolerances to review",
    PlanKind.EVIDENCE: "Evidence to review",
    PlanKind.REQUEST: "Requests without an answer",
    PlanKind.ACTION: "Actions due",
}


def plan_paper(plan: Plan) -> Paper:
    """The paper for `pmf plan`."""
    overdue = sum(item.state == PlanState.OVERDUE for item in plan.items)
    due = sum(item.state == PlanState.DUE for item in plan.items)
    return Paper(
        plan.board,
        f"Plan, {plan.period.label}",
        f"What falls due from {show_date(plan.period.first_day)} to {show_date(plan.period.last_day)}, and what is "
        f"overdue from before, as known on {show_date(plan.as_of)}.",
        (f"{show_count(due, 'thing')} to come, {overdue} overdue.",),
        plan_sections(plan),
    )


def plan_sections(plan: Plan, without: Collection[PlanKind] = ()) -> tuple[Section, ...]:
    """A section for each kind of thing that falls due, but for some kinds."""
    sections = []
    for kind, title in _TITLES.items():
        if kind in without:
            continue
        items = [item for item in plan.items if item.kind == kind]
        table = Table("", ("Due", "Who", "What", "State"), tuple(map(_row, items)))
        sections.append(section(title, "" if items else "None.", tables=(table,)))
    return tuple(sections)


def _row(item: PlanItem) -> tuple[Cell, ...]:
    words = item.note or item.state.value
    words = f"{item.state}: {words}" if item.state == PlanState.OVERDUE and item.note else words
    state: Cell = Rated(words, Status.RED) if item.state == PlanState.OVERDUE else words
    return (show_date(item.due) if item.due else "no day", item.who, item.what, state)


def plan_sheet(plan: Plan) -> Sheet:
    """A row for each thing that falls due."""
    rows = tuple((item.kind.value, item.due, item.who, item.what, item.state.value, item.note) for item in plan.items)
    return Sheet(("kind", "due", "who", "what", "state", "note"), rows)
