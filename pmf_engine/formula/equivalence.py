"""Equivalence of expressions by value numbering: the name of an indicator is equivalent to its formula."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from pmf_engine.formula.functions import OVER_TIME
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Grade, Literal, Name, Unary, children


class ValueNumbers:
    """Value numbering: expressions with equal operators and operands have equal numbers.

    Define an indicator before the indicators that name it.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._indicators: dict[str, int] = {}

    def define(self, id_: str, formula: Expression) -> None:
        """Gives the name of an indicator the number of its formula."""
        self._indicators[id_] = self.of(formula)

    def of(self, node: Expression) -> int:
        """The number of an expression."""
        if isinstance(node, Name) and node.name in self._indicators:
            return self._indicators[node.name]
        key = (type(node), _label(node), *map(self.of, children(node)))
        return self._numbers.setdefault(key, len(self._numbers))

    def equivalents(self, bound: Expression, id_: str) -> Iterator[Expression]:
        """The parts of a bound that are equivalent to an indicator in the same period."""
        return self._parts_with_number(bound, self._indicators[id_])

    def _parts_with_number(self, node: Expression, number: int) -> Iterator[Expression]:
        if self.of(node) == number:
            yield node
        elif not (isinstance(node, Call) and node.function in OVER_TIME):
            for child in children(node):
                yield from self._parts_with_number(child, number)


def _label(node: Expression) -> Hashable:
    """The content of a node without its children: its name, value or operator."""
    match node:
        case Literal():
            return node.value
        case Grade():
            return node.position
        case Name():
            return node.name
        case Call():
            return node.function
        case Aggregate():
            return node.text
        case Unary() | Binary():
            return node.operator
    return repr(node)
