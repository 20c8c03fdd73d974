"""The outcomes of examples: what differs, and which statuses of an indicator no example reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from pmf_engine.domain.status import Status
from pmf_engine.formula.functions import FUNCTIONS, RATIOS
from pmf_engine.formula.syntax import (
    Aggregate,
    Binary,
    Call,
    Expression,
    IsMissing,
    Name,
    Node,
    children,
    of_senders,
)
from pmf_engine.framework.model import Indicator

_SHARES = {name for name, function in FUNCTIONS.items() if function.ratio == "share"}


@dataclass(frozen=True)
class Difference:
    """A column of the results in which the row differs from the example.

    Attributes:
        what: The column of the results.
        expected: What the example expects there.
        got: What is there.
    """

    what: str
    expected: str
    got: str


@dataclass(frozen=True)
class ExampleOutcome:
    """The outcome of one example.

    Attributes:
        indicator: The id of the indicator.
        number: The number of the example among those of the indicator, from 1.
        place: Where the example is: `file:line:column`.
        status: The status of its row.
        reason: Why the row has no value or no rating; None where it has.
        differences: What differs from the example; empty for an example that holds.
        problems: The problems of the records in the example.
    """

    indicator: str
    number: int
    place: str
    status: str
    reason: str | None
    differences: tuple[Difference, ...]
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the row equals the example in every column."""
        return not self.differences


@dataclass(frozen=True)
class Coverage:
    """Which statuses an indicator can have by its formula and bands, and which of them no example reaches.

    Attributes:
        indicator: The id of the indicator.
        possible: The statuses that it can have.
        unreached: Those that no example reaches.
    """

    indicator: str
    possible: tuple[str, ...]
    unreached: tuple[str, ...]


class ExampleRun(NamedTuple):
    """The outcomes of the examples of all indicators, and which statuses they reach.

    Attributes:
        outcomes: The outcome of each example, in the order of the files.
        coverage: For each indicator with examples, which statuses they reach.
    """

    outcomes: tuple[ExampleOutcome, ...]
    coverage: tuple[Coverage, ...]

    def __repr__(self) -> str:
        return f"<ExampleRun: {len(self.outcomes)} examples, {'passed' if self.passed else 'not passed'}>"

    @property
    def passed(self) -> bool:
        """Whether every row equals its example."""
        return all(outcome.passed for outcome in self.outcomes)


def coverage_of(indicator: Indicator, outcomes: Iterable[ExampleOutcome]) -> Coverage:
    """The statuses that an indicator can have, and those that no passed example reaches."""
    possible = [*_bands(indicator), *_reasons(indicator)]
    reached = {outcome.status for outcome in outcomes if outcome.indicator == indicator.id and outcome.passed}
    return Coverage(indicator.id, tuple(possible), tuple(status for status in possible if status not in reached))


def _bands(indicator: Indicator) -> list[str]:
    amber = any(entry.tolerance or entry.allow_for_chance for entry in indicator.tolerances)
    if not indicator.tolerances:
        return []
    return [status for status in Status.rated() if amber or status != Status.AMBER]


def _reasons(indicator: Indicator) -> list[str]:
    """The reasons for having no value that the formula itself can give."""
    reasons = set()
    waiting: list[Node] = [indicator.expression]
    while waiting:
        node = waiting.pop()
        waiting += children(node)
        if isinstance(node, Call) and node.function in RATIOS and not _counts_all(node.arguments[1]):
            reasons.add(Status.UNDEFINED)
        if isinstance(node, Call) and node.function in _SHARES and not _holds(node.arguments[1], node.arguments[0]):
            reasons.add(Status.INVALID)
        if isinstance(node, Binary) and node.operator == "/":
            reasons.add(Status.UNDEFINED)
        if isinstance(node, Aggregate) and node.function not in ("count", "sum"):
            reasons.add(Status.UNDEFINED)
    return sorted(reasons, reverse=True)


def _counts_all(node: Node) -> bool:
    """Whether a node counts all agencies that send a figure: that count is never 0."""
    return isinstance(node, Aggregate) and of_senders(node) and node.where is None


def _holds(whole: Node, part: Node) -> bool:
    """Whether a part cannot exceed its whole, as the whole counts the records of the part or adds the part up."""
    if isinstance(whole, Aggregate) and isinstance(part, Aggregate):
        alike = (whole.list.name, whole.state, whole.distinct) == (part.list.name, part.state, part.distinct)
        all_of_it = whole.of is None or (_counts_all(whole) and of_senders(part))
        if not (alike and whole.function == part.function == "count" and all_of_it):
            return False
        return whole.where is None or (part.where is not None and _known(whole.where) <= _compared(part.where))
    if isinstance(whole, Binary) and whole.operator == "+":
        return _holds(whole.left, part) or _holds(whole.right, part)
    return isinstance(whole, Name) and isinstance(part, Name) and whole.name == part.name


_OTHER = ""
"""A name that no column has: a condition asks something else."""


def _known(condition: Expression) -> set[str]:
    """The columns that a condition asks to be not missing, and `_OTHER` where it asks anything else."""
    match condition:
        case IsMissing(operand=Name(name=name), negated=True):
            return {name}
        case Binary(operator="and"):
            return _known(condition.left) | _known(condition.right)
    return {_OTHER}


def _compared(condition: Expression) -> set[str]:
    """The columns without which a comparison does not hold: a record without one of them is not counted."""
    match condition:
        case Binary(operator="and" | "or"):
            return set()
        case Binary():
            return _compared(condition.left) | _compared(condition.right)
    return {condition.name} if isinstance(condition, Name) else set()
