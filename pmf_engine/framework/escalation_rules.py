"""Escalation rules: when an exception goes up, to which level of governance, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.domain.status import Direction, SpecialCause, Status
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import parse_condition
from pmf_engine.formula.syntax import COMPARISON, Between, Binary, Expression, In, IsMissing, children
from pmf_engine.formula.types import NUMBER, TRUTH, Scope

CONDITION_SCOPE = Scope(
    {**dict.fromkeys((*Status, *Direction, *SpecialCause), TRUTH), "change": NUMBER, "value": NUMBER},
    "condition",
    {},
    months=None,
)
"""What a condition may name. `change` is the value less that of the period before."""


@dataclass(frozen=True)
class Rule:
    """When `condition` holds for an indicator, it goes to the level `to` of governance.

    With `until` it stays there from then on, until a period with a value in which `until` holds and `condition` does
    not: a threshold that is left again by a hair's breadth is then not left at once. `when` and `until_words` are the
    author's words for the two.
    """

    when: str
    condition: Expression
    to: str
    span: Span
    until: Expression | None = None
    until_words: str = ""
    until_span: Span | None = None

    @property
    def text(self) -> str:
        """The rule in the author's words, without the level: `red until green for 2 periods`."""
        return f"{self.when} until {self.until_words}" if self.until else self.when


def read_rule(when: Passage, to: str, found: list[Diagnostic], until: Passage | None = None) -> Rule | None:
    """A rule as written; None, with what is wrong added to `found`, where one of its conditions cannot be used."""
    condition = _read_condition(when, found)
    ends = _read_condition(until, found) if until else None
    if condition is None or (until and ends is None):
        return None
    if until is None:
        return Rule(_words(when), condition, to, when.span())
    return Rule(_words(when), condition, to, when.span(), ends, _words(until), until.span())


def _words(passage: Passage) -> str:
    return " ".join(passage.text.split())


def _read_condition(passage: Passage, found: list[Diagnostic]) -> Expression | None:
    try:
        condition = parse_condition(passage)
    except FormulaError as error:
        found.append(error.diagnostic)
        return None
    checker = Checker(passage, CONDITION_SCOPE)
    kind = checker.type_of(condition)
    if kind is not None and kind != TRUTH:
        checker.report(messages.not_a_result(checker.span(condition), str(kind), "a condition is true or false"))
    for node in _comparisons(condition) if not checker.diagnostics else ():
        wrong = [kind for part in children(node) if (kind := checker.type_of(part)) and kind.kind != "number"]
        if wrong:
            checker.report(messages.not_compared(checker.span(node), str(wrong[0]), wrong[0] == TRUTH))
    found += checker.diagnostics
    return None if checker.diagnostics else condition


def _comparisons(node: Expression) -> Iterator[Expression]:
    """Every part of a condition that compares, or asks whether something is missing."""
    if isinstance(node, (In, Between, IsMissing)) or (isinstance(node, Binary) and node.operator in COMPARISON):
        yield node
    for child in children(node):
        yield from _comparisons(child)
