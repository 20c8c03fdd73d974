"""Escalation rules: when an exception goes up, and to which level of governance."""

from __future__ import annotations

from dataclasses import dataclass

from pmf_engine import messages
from pmf_engine.diagnostics import Diagnostic
from pmf_engine.formula.check import NUMBER, TRUTH, Checker, Scope
from pmf_engine.formula.parse import FormulaError, parse_condition
from pmf_engine.formula.syntax import Expression
from pmf_engine.source import Passage, Span
from pmf_engine.statuses import DIRECTIONS, STATUSES

CONDITION_SCOPE = Scope(
    {**dict.fromkeys((*STATUSES, *DIRECTIONS), TRUTH), "change": NUMBER, "value": NUMBER},
    "condition",
    {},
    over_time=False,
)
"""What a condition may name. `change` is the value less that of the period before."""


@dataclass(frozen=True)
class Rule:
    """When `condition` holds for an indicator, it goes to the level `to` of governance."""

    text: str
    condition: Expression
    to: str
    span: Span


def read_rule(when: Passage, to: str, found: list[Diagnostic]) -> Rule | None:
    """A rule as written; None, with what is wrong added to `found`, where its condition cannot be used."""
    try:
        condition = parse_condition(when)
    except FormulaError as error:
        found.append(error.diagnostic)
        return None
    checker = Checker(when, CONDITION_SCOPE)
    kind = checker.type_of(condition)
    if kind is not None and kind != TRUTH:
        checker.report(messages.not_a_result(checker.span(condition), str(kind), "a condition is true or false"))
    found += checker.found
    return None if checker.found else Rule(" ".join(when.text.split()), condition, to, when.span())
