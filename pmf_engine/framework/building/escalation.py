"""Escalation rules, each to a level of governance."""

from __future__ import annotations

from dataclasses import replace

from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import report_unknown
from pmf_engine.framework.escalation_rules import Rule, read_rule


def read_escalation(draft: Draft) -> list[Rule]:
    """The rules without a mistake, in the order of the file."""
    at, governance = draft.at_tolerances, draft.rules.governance
    read: list[Rule] = []
    for number, definition in enumerate(draft.rules.escalation):
        if at.doubts("escalation", number):
            continue
        when, to = at.passage("escalation", number, "when"), at.passage("escalation", number, "to")
        level = " ".join(to.text.split())
        if level not in governance and not at.doubts("governance", level):
            report_unknown(draft, to.span(), "level", level, governance, "governance")
        until = at.passage("escalation", number, "until") if definition.until is not None else None
        rule = read_rule(number + 1, when, level, draft.diagnostics, until)
        if rule is not None and level in governance:
            read.append(replace(rule, ask=tuple(definition.ask)))
    return read
