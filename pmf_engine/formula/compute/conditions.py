"""Conditions in Polars, in three-valued logic: true, false or null for each row of a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from pmf_engine.formula.compute.comparisons import compare, near
from pmf_engine.formula.compute.compiling import number
from pmf_engine.formula.compute.maybe import MaybeExpr, known
from pmf_engine.formula.compute.operations import work
from pmf_engine.formula.syntax import (
    COMPARISON,
    LOGIC,
    Between,
    Binary,
    Expression,
    In,
    IsMissing,
    Literal,
    Name,
    Unary,
)


@dataclass
class Columns:
    """The intermediate results of the numbers in conditions, as columns.

    Attributes:
        stages: Expressions to add to the frame before the conditions, one stage after the other.
        depth: The number of stages that each column needs.
    """

    stages: list[list[pl.Expr]] = field(default_factory=list)
    depth: dict[str, int] = field(default_factory=dict)

    def constant(self, value: float) -> MaybeExpr:
        """A number, the same in every row."""
        return MaybeExpr(pl.lit(value), pl.lit(0, dtype=pl.UInt32))

    def made(self, operation: str, *of: MaybeExpr, span: int = 0) -> MaybeExpr:
        """The result of an operation on other numbers: two new columns, a value and a reason code."""
        result = work(operation, of, span=span)
        depth = max((self.depth.get(part.value.meta.output_name(), 0) for part in of), default=0)
        name = f"part:{len(self.depth)}"
        while len(self.stages) <= depth:
            self.stages.append([])
        self.stages[depth] += [result.value.alias(f"v:{name}"), result.code.cast(pl.UInt32).alias(f"c:{name}")]
        self.depth[f"v:{name}"] = depth + 1
        return MaybeExpr(pl.col(f"v:{name}"), pl.col(f"c:{name}"))


def truth(
    node: Expression,
    columns: Columns,
    look_up: Callable[[str], MaybeExpr],
    words: Mapping[str, pl.Expr],
) -> pl.Expr:
    """The truth of a condition: true, false, or null where a missing number leaves the answer open.

    Args:
        node: A condition without `for N periods`.
        columns: Collects the intermediate results of the numbers in the condition.
        look_up: The number with a name, such as `value` or `change`.
        words: The names that are true or false, such as `red` and `worsening`.
    """

    def computed(part: Expression) -> MaybeExpr:
        return number(part, columns, look_up)

    def inner(part: Expression) -> pl.Expr:
        return truth(part, columns, look_up, words)

    match node:
        case Name():
            return words[node.name]
        case Literal(value=bool() as truth_value):
            return pl.lit(truth_value)
        case Unary(operator="not"):
            return ~inner(node.operand)
        case Binary(operator=operator) if operator in LOGIC:
            left, right = inner(node.left), inner(node.right)
            return left & right if operator == "and" else left | right
        case Binary(operator=operator) if operator in COMPARISON:
            return compare(operator, known(computed(node.left)), known(computed(node.right)))
        case In():
            holds = pl.any_horizontal(
                [near(known(computed(node.operand)), known(computed(item))) for item in node.items]
            )
            return ~holds if node.negated else holds
        case Between():
            value, low, high = (known(computed(part)) for part in (node.operand, node.low, node.high))
            holds = compare(">=", value, low) & compare("<=", value, high)
            return ~holds if node.negated else holds
        case IsMissing():
            holds = computed(node.operand).code > 0
            return ~holds if node.negated else holds
    raise AssertionError(f"neither true nor false: {node}")
