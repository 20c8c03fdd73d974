"""Which expressions come to the same, whatever names stand in them: an indicator is what its formula says."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from pmf_engine.formula.functions import OVER_TIME
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Grade, Literal, Name, Unary, children


class Meanings:
    """Gives every expression a number, the same to those that say the same in the same words.

    Indicators must be told of before those that name them.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._indicators: dict[str, int] = {}

    def tell(self, id_: str, formula: Expression) -> None:
        """Makes the name of an indicator mean what its formula does."""
        self._indicators[id_] = self.of(formula)

    def of(self, node: Expression) -> int:
        """The number of an expression."""
        if isinstance(node, Name) and node.name in self._indicators:
            return self._indicators[node.name]
        key = (type(node), _own(node), *map(self.of, children(node)))
        return self._numbers.setdefault(key, len(self._numbers))

    def saying(self, bound: Expression, id_: str) -> Iterator[Expression]:
        """The parts of a bound that come to what an indicator does in the same period."""
        return self._coming_to(bound, self._indicators[id_])

    def _coming_to(self, node: Expression, number: int) -> Iterator[Expression]:
        if self.of(node) == number:
            yield node
        elif not (isinstance(node, Call) and node.function in OVER_TIME):
            for child in children(node):
                yield from self._coming_to(child, number)


def _own(node: Expression) -> Hashable:
    """What an expression says besides its children."""
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
