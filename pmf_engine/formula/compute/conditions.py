"""Conditions in Polars: what is true of each row of a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from pmf_engine.formula.compute.operations import Computed, compare, known, near, number, work
from pmf_engine.formula.syntax import (
    COMPARISON,
    LOGIC,
    Between,
    Binary,
    Expression,
    In,
    IsMissing,
    Lasting,
    Literal,
    Name,
    Unary,
)


@dataclass
class Columns:
    """The numbers of conditions, a column for each operation; `stages` must be added first, one after the other."""

    stages: list[list[pl.Expr]] = field(default_factory=list)
    depth: dict[str, int] = field(default_factory=dict)

    def constant(self, value: float) -> Computed:
        """A number, the same in every row."""
        return Computed(pl.lit(value), pl.lit(0, dtype=pl.UInt32))

    def made(self, operation: str, *of: Computed) -> Computed:
        """What an operation makes of other numbers, as columns."""
        part = work(operation, of)
        depth = max((self.depth.get(one.value.meta.output_name(), 0) for one in of), default=0)
        name = f"part:{len(self.depth)}"
        while len(self.stages) <= depth:
            self.stages.append([])
        self.stages[depth] += [part.value.alias(f"v:{name}"), part.code.cast(pl.UInt32).alias(f"c:{name}")]
        self.depth[f"v:{name}"] = depth + 1
        return Computed(pl.col(f"v:{name}"), pl.col(f"c:{name}"))


def truth(
    node: Expression,
    columns: Columns,
    look_up: Callable[[str], Computed],
    words: Mapping[str, pl.Expr],
    lasting: Callable[[pl.Expr, int], pl.Expr],
) -> pl.Expr:
    """True, false, or null where a missing number leaves it open.

    `words` are the names that are true or false themselves; `lasting` says what `for N periods` asks of one.
    """

    def computed(part: Expression) -> Computed:
        return number(part, columns, look_up)

    def inner(part: Expression) -> pl.Expr:
        return truth(part, columns, look_up, words, lasting)

    match node:
        case Name():
            return words[node.name]
        case Literal(value=bool() as said):
            return pl.lit(said)
        case Unary(operator="not"):
            return ~inner(node.operand)
        case Binary(operator=operator) if operator in LOGIC:
            left, right = inner(node.left), inner(node.right)
            return left & right if operator == "and" else left | right
        case Binary(operator=operator) if operator in COMPARISON:
            return compare(operator, known(computed(node.left)), known(computed(node.right)))
        case In():
            held = pl.any_horizontal(
                [near(known(computed(node.operand)), known(computed(item))) for item in node.items]
            )
            return ~held if node.negated else held
        case Between():
            value, low, high = (known(computed(part)) for part in (node.operand, node.low, node.high))
            held = compare(">=", value, low) & compare("<=", value, high)
            return ~held if node.negated else held
        case IsMissing():
            held = computed(node.operand).code > 0
            return ~held if node.negated else held
        case Lasting():
            return lasting(inner(node.operand), node.periods)
    raise AssertionError(f"neither true nor false: {node}")
