"""Constant folding: the value of an expression of constants, before there is any data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.syntax import Binary, Call, Expression, Grade, Literal, Name, Unary, aggregates, names


def constant(node: Expression, target: float | None = None) -> float | None:
    """The value of an expression of constants; None for an expression that varies, has no value or is no number.

    Args:
        node: An expression of a formula or a band.
        target: The value of the name `target`, in bands; None where there is none.
    """
    match node:
        case Grade():
            return float(node.position)
        case Literal(value=float() as value):
            return value
        case Name(name="target"):
            return target
        case Unary(operator="-"):
            inner = constant(node.operand, target)
            return None if inner is None else -inner
        case Call():
            values = [inner for argument in node.arguments if (inner := constant(argument, target)) is not None]
            return _folded(node.function, values) if len(values) == len(node.arguments) else None
        case Binary():
            left, right = constant(node.left, target), constant(node.right, target)
            if left is None or right is None or (node.operator == "/" and right == 0):
                return None
            result = _ARITHMETIC[node.operator](left, right) if node.operator in _ARITHMETIC else None
            return result if result is not None and isfinite(result) else None
    return None


def is_constant(node: Expression) -> bool:
    """Whether an expression names no figure, indicator or list, and is therefore the same in every period."""
    return not names(node) and not aggregates(node)


def _folded(name: str, values: Sequence[float]) -> float | None:
    """The value of a call with constant arguments; None where it has no value or the number of arguments is wrong."""
    function = FUNCTIONS.get(name)
    if function is None or function.fold is None or not function.least <= len(values) <= function.most:
        return None
    if function.default is not None and len(values) < function.most:
        values = [*values, function.default]
    return function.fold(values)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}
