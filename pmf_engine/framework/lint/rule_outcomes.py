"""Whether an escalation rule can ever hold and ever end, by exhaustive search over the states of a period.

A period has one status, and with a value perhaps a direction and a special cause. These combinations are few, so that
a condition is evaluated in each. Its parts about numbers and other periods are free variables, tried as true and false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import product
from typing import Any

from pmf_engine.domain.status import ActionFact, Direction, SpecialCause, Status
from pmf_engine.formula.syntax import (
    LOGIC,
    Binary,
    Expression,
    IsMissing,
    Lasting,
    Literal,
    Name,
    Node,
    Unary,
    children,
    names,
)

_OF_ACTIONS = frozenset(map(str, ActionFact))
"""The words that no state of a period decides."""

_MOST_VARIABLES = 8
"""The most free variables: a condition with more is not searched."""

_Assignment = Mapping[object, bool]


@dataclass(frozen=True)
class State:
    """A state of one period: its status, its direction of travel and its special cause."""

    status: str
    direction: str | None
    cause: str | None

    @property
    def has_value(self) -> bool:
        """Whether the period has a value."""
        return self.status in Status.with_value()


STATES = (
    *(State(*each) for each in product(Status.with_value(), (*Direction, None), (*SpecialCause, None))),
    *(State(status, None, None) for status in Status.missing()),
)


@dataclass(frozen=True)
class Prospects:
    """The possible outcomes of a rule.

    Attributes:
        never: It never holds.
        always: It always holds.
        never_ends: `until` can never end it.
        idle: `until` changes nothing: it holds as soon as the rule's condition does not.
    """

    never: bool = False
    always: bool = False
    never_ends: bool = False
    idle: bool = False


def prospects(when: Expression, until: Expression | None = None) -> Prospects:
    """The possible outcomes of a rule, all False where there are too many free variables to search.

    `until` is evaluated in periods with a value in which `when` does not hold.
    """
    tried = list(_tried(when, until))
    answers = {holds for _, holds, _ in tried}
    if not tried or True not in answers:
        return Prospects(never=bool(tried))
    over = [(state, ended) for state, holds, ended in tried if holds is False]
    if until is None or not over:
        return Prospects(always=not over)
    return Prospects(
        never_ends=not any(state.has_value and ended is not False for state, ended in over),
        idle=all(state.has_value and ended is True for state, ended in over),
    )


def form(node: Any) -> object:
    """An expression without its offsets: expressions with the same form are equal."""
    if isinstance(node, tuple):
        return tuple(map(form, node))
    if not isinstance(node, Node):
        return node
    contents = (form(getattr(node, field.name)) for field in fields(node) if field.name not in _OFFSETS)
    return (type(node).__name__, *contents)


_OFFSETS = ("start", "end", "name_end")


def _tried(when: Expression, until: Expression | None) -> Iterator[tuple[State, bool | None, bool | None]]:
    """Every state and assignment of the free variables, with the truth of the two conditions."""
    both = [when, until] if until is not None else [when]
    variables = list(dict.fromkeys(variable for node in both for variable in _free_variables(node)))
    if len(variables) > _MOST_VARIABLES:
        return
    for truths in product((True, False), repeat=len(variables)):
        assignment = dict(zip(variables, truths, strict=True))
        for state in STATES:
            ends = None if until is None else _holds(until, state, assignment)
            yield state, _holds(when, state, assignment), ends


def _is_word(node: Expression) -> bool:
    """Whether a state decides the truth of a node directly: a word, a truth value or a negation."""
    if isinstance(node, Name) and node.name in _OF_ACTIONS:
        return False
    return isinstance(node, (Name, Literal)) or (isinstance(node, Unary) and node.operator == "not")


def _free_variables(node: Expression) -> Iterator[object]:
    """The forms of the parts of a condition whose truth no state decides."""
    logic = isinstance(node, Binary) and node.operator in LOGIC
    if not (logic or _is_word(node)):
        yield form(node)
    if logic or isinstance(node, (Unary, Lasting)):
        for child in children(node):
            yield from _free_variables(child)


def _holds(node: Expression, state: State, assignment: _Assignment) -> bool | None:
    """Whether a condition holds in a state and an assignment, in three-valued logic; None for unknown."""
    match node:
        case Name():
            return assignment[form(node)] if node.name in _OF_ACTIONS else _word(node.name, state)
        case Literal(value=bool() as truth_value):
            return truth_value
        case Unary(operator="not"):
            inner = _holds(node.operand, state, assignment)
            return None if inner is None else not inner
        case Binary(operator=operator) if operator in LOGIC:
            sides = [_holds(side, state, assignment) for side in (node.left, node.right)]
            decides = operator == "or"
            return decides if decides in sides else None if None in sides else not decides
        case Lasting():
            inner = _holds(node.operand, state, assignment)
            if inner is None or (inner and node.fewest_periods > 1):
                return assignment[form(node)]
            return inner
        case IsMissing(operand=Name(name="value")):
            return state.has_value == node.negated
        case IsMissing():
            return assignment[form(node)]
    return assignment[form(node)] if state.has_value or not names(node) else None


def _word(name: str, state: State) -> bool | None:
    """Whether a word such as `red` or `worsening` holds in a state; None for a rating of a state without a value."""
    if name in Status.missing():
        return name == state.status
    return name in (state.status, state.direction, state.cause) if state.has_value else None
