"""Escalation rules: on which condition an exception goes up, to which level of governance, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Place, Span
from pmf_engine.domain.status import ActionFact, Direction, SpecialCause, Status
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import parse_condition
from pmf_engine.formula.syntax import COMPARISON, Between, Binary, Expression, In, IsMissing, children
from pmf_engine.formula.types import NUMBER, TRUTH, Scope

CONDITION_SCOPE = Scope(
    {**dict.fromkeys((*Status, *Direction, *SpecialCause, *ActionFact), TRUTH), "change": NUMBER, "value": NUMBER},
    "condition",
    {},
    months=None,
)
"""The names in conditions. `change` is the value minus the value of the period before."""


@dataclass(frozen=True, repr=False)
class Rule:
    """A rule: an indicator for which `when` holds goes up to the level `to`.

    With `until` the rule has hysteresis: the indicator stays up until a period with a value in which `until` holds and
    `when` does not. A value that hovers at a threshold then does not go up and down.

    Attributes:
        id: The number of the rule among those of the file, from 1, as in `rule_ids` of results.
        when: The condition in the author's words.
        condition: The condition.
        to: The id of the level of governance.
        span: The span of the condition in its file.
        until: What ends the rule, in the author's words; None for a rule that ends when its condition ends.
        ends: The condition that ends the rule.
        ends_span: The span of that condition in its file.
        ask: What is asked about an exception by this rule.
    """

    id: int
    when: str
    condition: Expression
    to: str
    span: Span
    until: str | None = None
    ends: Expression | None = None
    ends_span: Span | None = None
    ask: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Rule {self.text} -> {self.to}>"

    @property
    def place(self) -> Place:
        """The position of its condition in its file."""
        return self.span.place

    @property
    def text(self) -> str:
        """The rule in the author's words, without the level: `red until green for 2 periods`."""
        return f"{self.when} until {self.until}" if self.until else self.when


def read_rule(
    id_: int, when: Passage, to: str, diagnostics: list[Diagnostic], until: Passage | None = None
) -> Rule | None:
    """Parses and checks a rule; None where a condition has a mistake, which is added to `diagnostics`."""
    condition = _read_condition(when, diagnostics)
    ends = _read_condition(until, diagnostics) if until else None
    if condition is None or (until and ends is None):
        return None
    if until is None:
        return Rule(id_, _words(when), condition, to, when.span())
    return Rule(id_, _words(when), condition, to, when.span(), _words(until), ends, until.span())


def _words(passage: Passage) -> str:
    """A text with single spaces."""
    return " ".join(passage.text.split())


def _read_condition(passage: Passage, diagnostics: list[Diagnostic]) -> Expression | None:
    """Parses and checks a condition: it is true or false, and compares numbers only."""
    try:
        condition = parse_condition(passage)
    except FormulaError as error:
        diagnostics.append(error.diagnostic)
        return None
    checker = Checker(passage, CONDITION_SCOPE)
    type_ = checker.type_of(condition)
    if type_ is not None and type_ != TRUTH:
        checker.report(messages.not_a_result(checker.span(condition), str(type_), "a condition is true or false"))
    for node in _comparisons(condition) if not checker.diagnostics else ():
        wrong = [type_ for part in children(node) if (type_ := checker.type_of(part)) and type_.kind != "number"]
        if wrong:
            checker.report(messages.not_compared(checker.span(node), str(wrong[0]), wrong[0] == TRUTH))
    diagnostics += checker.diagnostics
    return None if checker.diagnostics else condition


def _comparisons(node: Expression) -> Iterator[Expression]:
    """Every comparison in a condition, `in`, `between` and `is missing` included."""
    if isinstance(node, (In, Between, IsMissing)) or (isinstance(node, Binary) and node.operator in COMPARISON):
        yield node
    for child in children(node):
        yield from _comparisons(child)
