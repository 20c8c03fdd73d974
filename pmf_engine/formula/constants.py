"""Constant folding: the value of an expression that is the same in every period."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from pmf_engine.domain.numbers import half_up
from pmf_engine.formula.syntax import Binary, Call, Expression, Grade, Literal, Name, Unary, aggregates, names

_DIGITS = 15
_LARGEST = 1e15


def constant(node: Expression, target: float | None = None) -> float | None:
    """The value of an expression that is the same in every period; None where it is not, or is no number."""
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
            given = [known for argument in node.arguments if (known := constant(argument, target)) is not None]
            return _called(node.function, given) if len(given) == len(node.arguments) else None
        case Binary():
            left, right = constant(node.left, target), constant(node.right, target)
            if left is None or right is None or (node.operator == "/" and right == 0):
                return None
            result = _ARITHMETIC[node.operator](left, right) if node.operator in _ARITHMETIC else None
            return result if result is not None and isfinite(result) else None
    return None


def is_constant(node: Expression) -> bool:
    """Whether an expression names nothing, so that it is the same in every period."""
    return not names(node) and not aggregates(node)


def _called(function: str, given: list[float]) -> float | None:
    """The value of a function of constants; None where it has none, or looks at other periods."""
    match function, given:
        case "abs", [value]:
            return abs(value)
        case "min", [_, *_]:
            return min(given)
        case "max", [_, *_]:
            return max(given)
        case "round", [value, *digits]:
            return _rounded(value, digits[0] if digits else 0.0)
        case "percent", [part, whole] if whole > 0 and 0 <= part <= whole:
            return part * 100 / whole
        case "rate", [events, population, per] if events >= 0 and population > 0 and per > 0:
            return events / population * per
    return None


def _rounded(value: float, digits: float) -> float | None:
    if abs(digits) > _DIGITS or abs(value) > _LARGEST:
        return None
    return half_up(value, digits)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}
