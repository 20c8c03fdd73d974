"""What conditions can come to, in every state that a period can be in: whether a rule can ever hold, and ever end.

A period has one status, and where it has a value perhaps a direction and a special cause. These are few, so that a
condition is simply tried in all of them; what it says of numbers and of other periods may be so or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import product
from typing import Any

from pmf_engine.domain.status import Direction, SpecialCause, Status
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

_MOST_OPEN = 8
"""Of how many parts both answers are tried: with more nothing is said of a condition."""

_Choice = Mapping[object, bool]


@dataclass(frozen=True)
class State:
    """What can be said of one period."""

    status: str
    direction: str | None
    cause: str | None

    @property
    def has_value(self) -> bool:
        """Whether there is a value in it."""
        return self.status in Status.with_value()


STATES = (
    *(State(*each) for each in product(Status.with_value(), (*Direction, None), (*SpecialCause, None))),
    *(State(status, None, None) for status in Status.missing()),
)


@dataclass(frozen=True)
class Prospects:
    """What a rule can come to.

    `never` it holds, or `always`; what `until` says can `never_end` it, or is `idle`: it changes nothing.
    """

    never: bool = False
    always: bool = False
    never_ends: bool = False
    idle: bool = False


def prospects(when: Expression, until: Expression | None = None) -> Prospects:
    """What a rule can come to; nothing where there is too much to try.

    `until` is answered in a period with a value in which `when` does not hold.
    """
    tried = list(_tried(when, until))
    held = {said for _, said, _ in tried}
    if not tried or True not in held:
        return Prospects(never=bool(tried))
    over = [(state, ended) for state, said, ended in tried if said is False]
    if until is None or not over:
        return Prospects(always=not over)
    return Prospects(
        never_ends=not any(state.has_value and ended is not False for state, ended in over),
        idle=all(state.has_value and ended is True for state, ended in over),
    )


def form(node: Any) -> object:
    """An expression without the places it was read from."""
    if isinstance(node, tuple):
        return tuple(map(form, node))
    if not isinstance(node, Node):
        return node
    told = (form(getattr(node, field.name)) for field in fields(node) if field.name not in _PLACES)
    return (type(node).__name__, *told)


_PLACES = ("start", "end", "name_end")


def _tried(when: Expression, until: Expression | None) -> Iterator[tuple[State, bool | None, bool | None]]:
    """Every state with what the two conditions say in it."""
    both = [when, until] if until is not None else [when]
    left_open = list(dict.fromkeys(part for node in both for part in _open(node)))
    if len(left_open) > _MOST_OPEN:
        return
    for answers in product((True, False), repeat=len(left_open)):
        choice = dict(zip(left_open, answers, strict=True))
        for state in STATES:
            yield state, _said(when, state, choice), None if until is None else _said(until, state, choice)


def _is_word(node: Expression) -> bool:
    return isinstance(node, (Name, Literal)) or (isinstance(node, Unary) and node.operator == "not")


def _open(node: Expression) -> Iterator[object]:
    """The parts of a condition that a state does not answer."""
    logic = isinstance(node, Binary) and node.operator in LOGIC
    if not (logic or _is_word(node)):
        yield form(node)
    if logic or isinstance(node, (Unary, Lasting)):
        for child in children(node):
            yield from _open(child)


def _said(node: Expression, state: State, choice: _Choice) -> bool | None:
    """Whether a condition holds in a state; None where it cannot be said of it."""
    match node:
        case Name():
            return _word(node.name, state)
        case Literal(value=bool() as said):
            return said
        case Unary(operator="not"):
            inner = _said(node.operand, state, choice)
            return None if inner is None else not inner
        case Binary(operator=operator) if operator in LOGIC:
            sides = [_said(side, state, choice) for side in (node.left, node.right)]
            decides = operator == "or"
            return decides if decides in sides else None if None in sides else not decides
        case Lasting():
            inner = _said(node.operand, state, choice)
            if inner is None or (inner and node.fewest_periods > 1):
                return choice[form(node)]
            return inner
        case IsMissing(operand=Name(name="value")):
            return state.has_value == node.negated
        case IsMissing():
            return choice[form(node)]
    return choice[form(node)] if state.has_value or not names(node) else None


def _word(name: str, state: State) -> bool | None:
    if name in Status.missing():
        return name == state.status
    return name in (state.status, state.direction, state.cause) if state.has_value else None
