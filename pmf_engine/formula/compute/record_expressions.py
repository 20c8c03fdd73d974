"""Expressions about one record of a list, as Polars expressions over its columns.

Three-valued logic: a blank cell is null and a comparison with null is null, so that no record counts by an unknown
value. Comparisons of texts ignore case and the spaces around a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import polars as pl

from pmf_engine.formula.compute.comparisons import compare
from pmf_engine.formula.compute.dates import DATE_FUNCTIONS
from pmf_engine.formula.compute.operations import half_up
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.syntax import (
    COMPARISON,
    LOGIC,
    Between,
    Binary,
    Call,
    Expression,
    In,
    IsMissing,
    Literal,
    Name,
    Unary,
    folded,
    names,
)

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_EXACT: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class RecordExpressions:
    """Compiles expressions about the records of one list.

    Attributes:
        kinds: The kind of each column.
        whole: The columns of numbers with integers only in the data, which are compared exactly.
        groups: The columns that name the group of a record.
        labels: Collects the text columns that are compared with texts or counted by group. The frame must have a
            column `label:NAME` with the folded texts of each.
    """

    def __init__(
        self, kinds: Mapping[str, str], whole: frozenset[str] = frozenset(), groups: frozenset[str] = frozenset()
    ) -> None:
        self.kinds = kinds
        self.whole = whole
        self.groups = groups
        self.labels: set[str] = set()

    def value(self, node: Expression) -> pl.Expr:
        """A value or a condition; null where a blank cell leaves it open."""
        match node:
            case Literal():
                return pl.lit(node.value)
            case Name():
                return pl.col(node.name)
            case Unary(operator="-"):
                return -(self._plain(node.operand) if self.is_whole(node) else self.number(node.operand))
            case Unary():
                return ~self.value(node.operand)
            case Call():
                result = self._call(node)
                # A constant call becomes a literal: as an expression it would have one row in a frame without rows.
                return result if names(node) else pl.lit(pl.select(result).item())
            case Binary(operator=operator) if operator in LOGIC:
                left, right = self.value(node.left), self.value(node.right)
                return left & right if operator == "and" else left | right
            case Binary(operator=operator) if operator in COMPARISON:
                return self._compared(operator, node.left, node.right)
            case Binary():
                return self._arithmetic(node)
            case In():
                holds = self._in(node)
                return ~holds if node.negated else holds
            case Between():
                holds = self._compared(">=", node.operand, node.low) & self._compared("<=", node.operand, node.high)
                return ~holds if node.negated else holds
            case IsMissing():
                inner = self.value(node.operand)
                return inner.is_not_null() if node.negated else inner.is_null()
        raise AssertionError(f"not about a record: {node}")

    def distinct(self, node: Expression) -> pl.Expr:
        """A value in the form in which equal values count once: texts folded, all spellings of a group as one."""
        if isinstance(node, Name) and node.name in self.groups:
            self.labels.add(node.name)
            return pl.col(f"label:{node.name}")
        value = self.value(node)
        return value.str.to_lowercase() if self._kind(node) == "text" else value

    def number(self, node: Expression) -> pl.Expr:
        """A number for arithmetic, as a float."""
        value = self.value(node)
        return value if isinstance(node, Literal) or not self.is_whole(node) else value.cast(pl.Float64)

    def _arithmetic(self, node: Binary) -> pl.Expr:
        """A sum, difference, product or quotient; integers stay integers, and a quotient by 0 is null."""
        if self.is_whole(node):
            first, second = self._plain(node.left), self._plain(node.right)
            return first + second if node.operator == "+" else first - second
        left, right = self.number(node.left), self.number(node.right)
        if node.operator == "/":
            return pl.when(right != 0).then(left / right)
        return {"+": left + right, "-": left - right, "*": left * right}[node.operator]

    def is_whole(self, node: Expression) -> bool:
        """Whether an expression is always an integer, and therefore compared exactly."""
        match node:
            case Literal(value=float() as value):
                return value.is_integer()
            case Name():
                return node.name in self.whole
            case Call():
                return FUNCTIONS[node.function].takes == "dates"
            case Unary(operator="-"):
                return self.is_whole(node.operand)
            case Binary(operator="+" | "-"):
                return self.is_whole(node.left) and self.is_whole(node.right)
        return False

    def _kind(self, node: Expression) -> str:
        """The kind of an expression's values: `text`, `truth`, `date` or `number`."""
        match node:
            case Literal(value=str()):
                return "text"
            case Literal(value=bool()):
                return "truth"
            case Literal(value=date()):
                return "date"
            case Name():
                return self.kinds[node.name]
            case In() | Between() | IsMissing() | Unary(operator="not"):
                return "truth"
            case Binary(operator=operator) if operator in (*LOGIC, *COMPARISON):
                return "truth"
        return "number"

    def _compared(self, operator: str, left: Expression, right: Expression) -> pl.Expr:
        """A comparison: exact for texts, dates, truth values and integers, with near-equality for other numbers."""
        if not names(left) and names(right):
            # The constant goes second: a literal before a column of nulls would become one row in Polars.
            operator, left, right = _MIRRORED[operator], right, left
        kind = self._kind(left)
        exact = kind in ("date", "truth") or (self.is_whole(left) and self.is_whole(right))
        if kind == "text":
            return _EXACT[operator](self._text(left, right), self._text(right, left))
        if exact:
            return _EXACT[operator](self._plain(left), self._plain(right))
        return compare(operator, self.number(left), self.number(right))

    def _plain(self, node: Expression) -> pl.Expr:
        """A value for an exact comparison; an integer literal as an integer."""
        if isinstance(node, Literal) and type(node.value) is float:
            return pl.lit(int(node.value), dtype=pl.Int64)
        return self.value(node)

    def _text(self, node: Expression, other: Expression) -> pl.Expr:
        """A text for comparison with another: folded, from the label column where the other is a literal."""
        if isinstance(node, Literal):
            return pl.lit(self._folded(node, other))
        assert isinstance(node, Name)
        if isinstance(other, Literal):
            self.labels.add(node.name)
            return pl.col(f"label:{node.name}")
        return pl.col(node.name).str.to_lowercase()

    def _folded(self, node: Literal, other: Expression) -> str:
        """A literal text, folded; compared with a column of groups, with single spaces inside it too."""
        text = folded(str(node.value))
        return " ".join(text.split()) if isinstance(other, Name) and other.name in self.groups else text

    def _in(self, node: In) -> pl.Expr:
        """`x in (a, b)`; one `is_in` for literal texts and dates, which is faster than a comparison with each."""
        operand = node.operand
        if isinstance(operand, Name) and all(isinstance(item, Literal) for item in node.items):
            values = [item.value for item in node.items if isinstance(item, Literal)]
            if self._kind(operand) == "text":
                texts = [self._folded(item, operand) for item in node.items if isinstance(item, Literal)]
                return self._text(operand, node.items[0]).is_in(texts)
            if self._kind(operand) == "date":
                return pl.col(operand.name).is_in(values)
        return pl.any_horizontal([self._compared("=", operand, item) for item in node.items])

    def _call(self, node: Call) -> pl.Expr:
        function = FUNCTIONS[node.function]
        if function.takes == "dates":
            first, second = (self.value(argument) for argument in node.arguments)
            return DATE_FUNCTIONS[node.function](first, second)
        operands = [self.number(argument) for argument in node.arguments]
        if function.default is not None and len(operands) < function.most:
            operands.append(pl.lit(function.default))
        return NUMBER_FUNCTIONS[node.function](operands)


def _where_all(operands: Sequence[pl.Expr], value: pl.Expr) -> pl.Expr:
    """A value where no operand is null: Polars alone would ignore nulls."""
    return pl.when(pl.all_horizontal([number.is_not_null() for number in operands])).then(value)


NUMBER_FUNCTIONS: Mapping[str, Callable[[Sequence[pl.Expr]], pl.Expr]] = {
    "abs": lambda operands: operands[0].abs(),
    "round": lambda operands: half_up(operands[0], operands[1]),
    "min": lambda operands: _where_all(operands, pl.min_horizontal(operands)),
    "max": lambda operands: _where_all(operands, pl.max_horizontal(operands)),
}
"""The functions of numbers that apply to records, by name."""
