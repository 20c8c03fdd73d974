"""Escalation rules in words: `red three quarters running` for `red for 3 periods`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pmf_engine.domain.status import ActionFact, Direction, SpecialCause, Status
from pmf_engine.formula.syntax import Binary, Expression, Lasting, Literal, Name, Unary
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.judgement.formatting import show_number, show_periods

_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NAMES: Final[Mapping[str, str]] = {
    Status.NOT_RATED: "without a rating",
    Status.UNDEFINED: "none in the period",
    Status.NO_DATA: "without data",
    Status.SUPPRESSED: "withheld",
    Status.NOT_DUE: "not due",
    Status.INVALID: "contradicted or refused",
    Direction.IMPROVING: "getting better",
    Direction.WORSENING: "getting worse",
    SpecialCause.CONCERN: "worse than chance explains",
    SpecialCause.IMPROVEMENT: "better than chance explains",
    ActionFact.OVERDUE: "with an action overdue",
    ActionFact.NONE: "without an action",
    ActionFact.MISSED: "short of what an action was to reach by now",
    "change": "the change",
    "value": "the value",
}
_SIGNS: Final[Mapping[str, str]] = {
    "<=": "at most", ">=": "at least", "<": "below", ">": "above", "=": "exactly", "!=": "other than",
}  # fmt: skip


def rule_words(rule: Rule, months: int) -> str:
    """A rule in words, without the level.

    Args:
        rule: The rule.
        months: The length of the indicator's own periods, which `for N periods` counts.
    """
    words = _words(rule.condition, months) or rule.when.replace("_", " ")
    if rule.until is None:
        return words
    return f"{words}, until {until_words(rule, months)}"


def until_words(rule: Rule, months: int) -> str:
    """What ends a rule, in words; empty for a rule that ends with its condition."""
    if rule.until is None or rule.ends is None:
        return ""
    return _words(rule.ends, months) or rule.until.replace("_", " ")


def number_word(count: int) -> str:
    """A number as a word up to ten, then in digits.

    >>> number_word(3), number_word(12)
    ('three', '12')
    """
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def _words(node: Expression, months: int) -> str:
    """A condition in words; empty where a part of it has none."""
    match node:
        case Name():
            return _NAMES.get(node.name, node.name)
        case Literal(value=bool()):
            return "always" if node.value else "never"
        case Literal(value=int() | float() as number):
            return show_number(float(number))
        case Unary(operator="not"):
            inner = _words(node.operand, months)
            return f"not {inner}" if inner and isinstance(node.operand, Name) else ""
        case Unary(operator="-", operand=Literal(value=int() | float() as number)):
            return show_number(-float(number))
        case Binary(operator="and" | "or"):
            left, right = _words(node.left, months), _words(node.right, months)
            return f"{left} {node.operator} {right}" if left and right else ""
        case Binary(operator=operator) if operator in _SIGNS:
            left, right = _words(node.left, months), _words(node.right, months)
            return f"{left} {_SIGNS[operator]} {right}" if left and right else ""
        case Lasting():
            inner, periods = _words(node.operand, months), node.unit.periods(node.count, months)
            length = show_periods(periods, months).partition(" ")[2]
            return f"{inner} {number_word(periods)} {length} running" if inner else ""
    return ""
