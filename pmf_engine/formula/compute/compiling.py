"""From formulas to operations: an expression as the operations that work it out, in whatever form a `Maker` makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.look_back import span
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Grade, Literal, Name, Unary

Part = TypeVar("Part")


class Maker(Protocol[Part]):
    """An interpretation of formulas: steps of a graph (`batches`), columns of a frame (`conditions`) or others."""

    def constant(self, value: float) -> Part:
        """A number, the same in every row."""

    def made(self, operation: str, *of: Part, span: int = 0) -> Part:
        """An operation on other parts (see `work`)."""


def number(node: Expression, maker: Maker[Part], look_up: Callable[[str], Part]) -> Part:
    """Compiles an expression for a number or grade, in which no part may be missing.

    Args:
        node: The expression.
        maker: Makes the parts.
        look_up: The part for the name of a figure or indicator, or for the text of an aggregate.
    """

    def inner(part: Expression) -> Part:
        return number(part, maker, look_up)

    match node:
        case Literal(value=float() as value):
            return maker.constant(value)
        case Grade():
            return maker.constant(float(node.position))
        case Name():
            return look_up(node.name)
        case Aggregate():
            return look_up(node.text)
        case Unary(operator="-"):
            return maker.made("negate", inner(node.operand))
        case Binary(operator=operator):
            return maker.made(operator, inner(node.left), inner(node.right))
        case Call():
            return _called(node, maker, inner)
    raise AssertionError(f"not a number: {node}")


def _called(node: Call, maker: Maker[Part], inner: Callable[[Expression], Part]) -> Part:
    """Compiles a call: adds the default argument, turns a number of months into `span`, and nests `first_known`."""
    function = FUNCTIONS[node.function]
    if function.coalesces:
        *earlier, last = map(inner, node.arguments)
        for part in reversed(earlier):
            last = maker.made(node.function, part, last)
        return last
    if months := span(node):
        return maker.made(node.function, inner(node.arguments[0]), span=months)
    parts = [inner(argument) for argument in node.arguments]
    if function.default is not None and len(parts) < function.most:
        parts.append(maker.constant(function.default))
    return maker.made(node.function, *parts)


def amount(node: Expression, maker: Maker[Part], look_up: Callable[[str], Part]) -> Part:
    """Compiles a lenient sum of figures: it leaves out figures that are `NOT_RECEIVED`, if one figure has a value."""
    if not isinstance(node, Binary):
        return number(node, maker, look_up)
    return maker.made("lenient_sum", amount(node.left, maker, look_up), amount(node.right, maker, look_up))
