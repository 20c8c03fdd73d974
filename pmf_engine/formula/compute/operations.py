"""What each operation of the formula language does, in Polars: from columns to columns.

Every part of a formula is a value and a code (see `codes`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import polars as pl

from pmf_engine.domain.numbers import NEAR, SNAP
from pmf_engine.domain.reason_codes import NOT_RECEIVED, is_absent, reason_code, status_rank
from pmf_engine.domain.status import Status
from pmf_engine.formula.syntax import (
    Aggregate,
    Binary,
    Call,
    Expression,
    Grade,
    Literal,
    Name,
    Unary,
)

_HALF = 5e-15
"""A number that falls short of a half by no more than this share of itself counts as one."""

_UNDEFINED = reason_code(Status.UNDEFINED)
_INVALID = reason_code(Status.INVALID)
_NOTHING_BEFORE = reason_code(Status.NO_DATA)

PLACE, TURN = "place", "turn"
"""Columns that operations over time look at: the place of a row's period in its series, and in its year, from 0."""

OVER_TIME: Final = frozenset({"previous", "year_ago", "year_to_date", "rolling_year"})
"""Operations that look at these, and at other rows."""


@dataclass(frozen=True)
class Computed:
    """A part of a formula in Polars: its value and its code.

    `spared` is the code of what lacks and was done without, None where nothing can be.
    """

    value: pl.Expr
    code: pl.Expr
    spared: pl.Expr | None = None


# -- from formulas to operations -------------------------------------------------------

Part = TypeVar("Part")


class Maker(Protocol[Part]):
    """Makes the parts of formulas out of each other."""

    def constant(self, value: float) -> Part:
        """A number, the same in every row."""

    def made(self, operation: str, *of: Part) -> Part:
        """What an operation makes of other parts (see `work`)."""


def number(node: Expression, maker: Maker[Part], look_up: Callable[[str], Part]) -> Part:
    """A number or grade, of which nothing may lack. Aggregates are looked up by their text."""

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
            return maker.made("negative", inner(node.operand))
        case Binary(operator=operator):
            return maker.made(operator, inner(node.left), inner(node.right))
        case Call(function="round", arguments=(only,)):
            return maker.made("round", inner(only), maker.constant(0.0))
        case Call(function="first_known", arguments=arguments):
            *earlier, last = map(inner, arguments)
            for part in reversed(earlier):
                last = maker.made("first_known", part, last)
            return last
        case Call(function=function):
            return maker.made(function, *map(inner, node.arguments))
    raise AssertionError(f"not a number: {node}")


def amount(node: Expression, maker: Maker[Part], look_up: Callable[[str], Part]) -> Part:
    """A sum of figures that does without those that are `NOT_RECEIVED`, as long as one has come."""
    if not isinstance(node, Binary):
        return number(node, maker, look_up)
    return maker.made("sum", amount(node.left, maker, look_up), amount(node.right, maker, look_up))


def work(operation: str, of: Sequence[Computed], months: int = 1) -> Computed:
    """What an operation makes of columns: an operator or a function of the language, or one of these.

    - `negative`: the number below zero that is as large;
    - `sum`: of what has come, as long as something has;
    - `spare`: the first, but where it lacks all that lacks of the second counts;
    - `finite`: a number that no band may judge where it overflowed;
    - `nothing`: the first, but 0 where none of the others has come and nothing else is wrong with them.

    Rows are sorted by period within series of periods of so many months, with none left out; operations over time look
    at `PLACE` and `TURN`.
    """
    spared = [part.spared for part in of if part.spared is not None]
    value, code = _worked(operation, of, months)
    match operation:
        case "spare":
            return Computed(value, code, of[1].code)
        case "first_known":
            return Computed(value, code, _passed_over(of[0], of[1]))
        case "previous" | "year_ago":
            by = _back(operation, months)
            return Computed(value, code, _earlier(spared[0], by).fill_null(0) if spared else None)
        case "year_to_date" | "rolling_year":
            lacked = [_largest(_within(spared[0], _reach(operation, months)))] if spared else []
            return Computed(value, code, *lacked)
    return Computed(value, code, _largest(spared) if spared else None)


def _worked(operation: str, of: Sequence[Computed], months: int) -> tuple[pl.Expr, pl.Expr]:
    first = of[0]
    values, codes = [part.value for part in of], [part.code for part in of]
    code = _largest(codes)
    match operation:
        case "negative":
            return -first.value, code
        case "+":
            return _snapped(values[0] + values[1], values), code
        case "-":
            return _snapped(values[0] - values[1], values), code
        case "*":
            return values[0] * values[1], code
        case "/":
            return _quotient(of[0], of[1])
        case "percent":
            return _percent(of[0], of[1])
        case "rate":
            return _rate(of[0], of[1], of[2])
        case "abs":
            return first.value.abs(), code
        case "round":
            return half_up(values[0], values[1]), code
        case "min" | "max":
            # Of what overflowed nobody can say which is the least, or the greatest.
            either = pl.min_horizontal if operation == "min" else pl.max_horizontal
            return either(values), _largest([*codes, *map(_overflowed, of)])
        case "first_known":
            return _first_known(of[0], of[1])
        case "previous" | "year_ago":
            by = _back(operation, months)
            return _earlier(first.value, by), _earlier(first.code, by).fill_null(_NOTHING_BEFORE)
        case "year_to_date" | "rolling_year":
            return _added_up(first, _reach(operation, months), 12 // months if operation == "rolling_year" else 1)
        case "sum":
            return _lenient_sum(of[0], of[1])
        case "spare":
            return first.value, pl.when(first.code == 0).then(0).otherwise(codes[1])
        case "finite":
            lost = (first.code == 0) & ~first.value.is_finite()
            return known(first), pl.when(lost).then(_INVALID).otherwise(first.code)
        case "nothing":
            none_came = (pl.min_horizontal(codes[1:]) > 0) & (pl.max_horizontal(codes[1:]) == NOT_RECEIVED)
            return pl.when(none_came).then(0.0).otherwise(first.value), first.code
    raise AssertionError(f"no such operation: {operation}")


def known(part: Computed) -> pl.Expr:
    """The value of a part where there is one that can be shown: no infinity, and no zero below zero."""
    value = pl.when(part.value == 0).then(0.0).otherwise(part.value)
    return pl.when((part.code == 0) & part.value.is_finite()).then(value)


def _largest(codes: Sequence[pl.Expr]) -> pl.Expr:
    return pl.max_horizontal(codes) if len(codes) > 1 else codes[0]


def _overflowed(part: Computed) -> pl.Expr:
    """The code of a part that is too large for a number: compared, or divided by, it would look like a small one."""
    return pl.when((part.code == 0) & ~part.value.is_finite()).then(_INVALID).otherwise(0)


# -- arithmetic ------------------------------------------------------------------------


def _snapped(value: pl.Expr, terms: Sequence[pl.Expr]) -> pl.Expr:
    """A sum of terms; 0 where only rounding is left of it."""
    largest = pl.max_horizontal([term.abs() for term in terms])
    return pl.when(value.abs() > largest * SNAP).then(value).otherwise(value * 0.0)


def _lenient_sum(left: Computed, right: Computed) -> tuple[pl.Expr, pl.Expr]:
    came = [pl.when(part.code == 0).then(part.value) for part in (left, right)]
    worst = pl.max_horizontal(left.code, right.code)
    spared = (pl.min_horizontal(left.code, right.code) == 0) & (status_rank(worst) == 0)
    return _snapped(pl.sum_horizontal(came), came), pl.when(spared).then(0).otherwise(worst)


def _quotient(left: Computed, right: Computed) -> tuple[pl.Expr, pl.Expr]:
    # Where a part lacks its value means nothing, and it must not be compared.
    nothing = pl.when((right.code == 0) & (right.value == 0)).then(_UNDEFINED).otherwise(0)
    return left.value / right.value, _largest([left.code, right.code, nothing, _overflowed(right)])


def _percent(part: Computed, whole: Computed) -> tuple[pl.Expr, pl.Expr]:
    both = (whole.code == 0) & (part.code == 0)
    wrong = (
        pl.when((whole.code == 0) & (whole.value == 0))
        .then(_UNDEFINED)
        .when(both & (less(whole.value, part.value) | (part.value < 0)))
        .then(_INVALID)
        .otherwise(0)
    )
    codes = [part.code, whole.code, wrong, _overflowed(part), _overflowed(whole)]
    return part.value * 100.0 / whole.value, _largest(codes)


def _rate(events: Computed, population: Computed, per: Computed) -> tuple[pl.Expr, pl.Expr]:
    value, code = _quotient(events, population)
    all_known = (events.code == 0) & (population.code == 0) & (per.code == 0) & (population.value != 0)
    below = (events.value < 0) | (population.value < 0) | (per.value <= 0)
    wrong = pl.when(all_known & below).then(_INVALID).otherwise(0)
    return value * per.value, _largest([code, per.code, wrong])


def half_up(value: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """A number rounded to so many digits, halves away from zero."""
    scale = pl.lit(10.0).pow(digits)
    scaled = value.abs() * scale
    return (scaled + pl.min_horizontal(scaled * _HALF, 0.05) + 0.5).floor() / scale * value.sign()


# -- what is there, and what was -------------------------------------------------------


def _first_known(part: Computed, other: Computed) -> tuple[pl.Expr, pl.Expr]:
    """The first that is there; what is withheld, refused or undefined is not passed over."""
    passed = is_absent(part.code)
    neither = pl.when(is_absent(other.code)).then(pl.max_horizontal(part.code, other.code)).otherwise(other.code)
    value = pl.when(passed).then(other.value).otherwise(part.value)
    return value, pl.when(passed).then(neither).otherwise(part.code)


def _passed_over(part: Computed, other: Computed) -> pl.Expr:
    without = _largest([part.code, *([] if other.spared is None else [other.spared])])
    return pl.when(is_absent(part.code)).then(without).otherwise(pl.lit(0) if part.spared is None else part.spared)


def _back(operation: str, months: int) -> int:
    """How many periods `previous` and `year_ago` look back."""
    return 1 if operation == "previous" else 12 // months


def _earlier(column: pl.Expr, by: int) -> pl.Expr:
    """A column as it was so many periods before; null where the series had not begun."""
    return pl.when(pl.col(PLACE) >= by).then(column.shift(by))


def _reach(operation: str, months: int) -> list[tuple[int, pl.Expr]]:
    """How many periods back a sum over a year looks, furthest first, and where each of them is part of it."""
    column = pl.col(PLACE) if operation == "rolling_year" else pl.min_horizontal(PLACE, TURN)
    return [(by, column >= by) for by in reversed(range(12 // months))]


def _added_up(part: Computed, reach: Sequence[tuple[int, pl.Expr]], least: int) -> tuple[pl.Expr, pl.Expr]:
    """Added up over a reach of periods, of which there must be so many.

    Term by term, oldest first: a sliding sum would carry rounding from one window into the next.
    """
    there = pl.when(part.code == 0).then(part.value)
    terms = _within(there, reach)
    value = terms[0]
    for term in terms[1:]:
        value = value + term
    before = pl.when(pl.col(PLACE) < least - 1).then(_NOTHING_BEFORE).otherwise(0)
    return _snapped(value, terms), _largest([*_within(part.code, reach), before])


def _within(column: pl.Expr, reach: Sequence[tuple[int, pl.Expr]]) -> list[pl.Expr]:
    """A column as it was in each period of a reach; 0 in those that are no part of it."""
    return [pl.when(inside).then(column.shift(by)).otherwise(0) for by, inside in reach]


# -- comparisons -----------------------------------------------------------------------


def near(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether two numbers count as equal."""
    return (left - right).abs() <= NEAR * pl.max_horizontal(left.abs(), right.abs())


def less(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether one number is below another, and not counted equal to it."""
    return (left < right) & ~near(left, right)


def compare(operator: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """A comparison of the formula language."""
    match operator:
        case "=":
            return near(left, right)
        case "!=":
            return ~near(left, right)
        case "<":
            return less(left, right)
        case "<=":
            return (left <= right) | near(left, right)
        case ">":
            return less(right, left)
        case _:
            return (left >= right) | near(left, right)
