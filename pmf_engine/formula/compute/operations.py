"""What each operation of the formula language does, in Polars: one registered function each, from columns to columns.

An operation is an operator or a function of the language, or one that evaluation needs besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, TypeVar

import polars as pl

from pmf_engine.domain.numbers import HALF, SNAP
from pmf_engine.domain.reason_codes import NOT_RECEIVED, is_absent, reason_code, status_rank
from pmf_engine.domain.status import Status
from pmf_engine.formula.compute.comparisons import less
from pmf_engine.formula.compute.maybe import MaybeExpr, gravest, known
from pmf_engine.formula.functions import FUNCTIONS, span
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

_UNDEFINED = reason_code(Status.UNDEFINED)
_INVALID = reason_code(Status.INVALID)
_NOTHING_BEFORE = reason_code(Status.NO_DATA)

PLACE, TURN = "place", "turn"
"""Columns that operations over time look at: the place of a row's period in its series, and in its year, from 0."""

SEGMENT, ACROSS = "segment", "across"
"""Columns of steps with breaks: a number that is the same between two of them, and whether one is inside a period."""


# -- from formulas to operations -------------------------------------------------------

Part = TypeVar("Part")


class Maker(Protocol[Part]):
    """Makes the parts of formulas out of each other."""

    def constant(self, value: float) -> Part:
        """A number, the same in every row."""

    def made(self, operation: str, *of: Part, span: int = 0) -> Part:
        """The result of an operation on other parts (see `work`)."""


def number(node: Expression, maker: Maker[Part], look_up: Callable[[str], Part]) -> Part:
    """A number or grade, of which nothing may be missing. Aggregates are looked up by their text."""

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
    """A call as operations: an argument left out has its default, and the months a call looks back are no part."""
    function = FUNCTIONS[node.function]
    if function.stands_in:
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
    """A sum of figures that leaves out those that are `NOT_RECEIVED`, as long as one has come."""
    if not isinstance(node, Binary):
        return number(node, maker, look_up)
    return maker.made("lenient_sum", amount(node.left, maker, look_up), amount(node.right, maker, look_up))


# -- the table of operations -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """An operation to be done: its name, the months of a period, and the months that a call looks back (0: none).

    Where there are breaks, it looks at the columns `SEGMENT` and `ACROSS`.
    """

    operation: str
    months: int = 1
    span: int = 0
    has_breaks: bool = False


_Operation: TypeAlias = Callable[[Sequence[MaybeExpr], Work], MaybeExpr]

_REGISTERED: dict[str, _Operation] = {}

OPERATIONS: Final[Mapping[str, _Operation]] = _REGISTERED
"""Every operation by its name. The functions of the language have the names that they have there."""


def _operation(*names: str) -> Callable[[_Operation], _Operation]:
    """Registers what follows as the operation of these names."""

    def register(operation: _Operation) -> _Operation:
        _REGISTERED.update(dict.fromkeys(names, operation))
        return operation

    return register


def work(
    operation: str, of: Sequence[MaybeExpr], months: int = 1, span: int = 0, has_breaks: bool = False
) -> MaybeExpr:
    """The result of an operation on columns.

    Args:
        operation: a name in `OPERATIONS`.
        of: the parts that it is done to.
        months: the length of a period.
        span: the number of months that a call looks back, 0 where it does not say.
        has_breaks: whether values of different `SEGMENT`s do not compare.

    Rows must be sorted by period within each series, with no period left out; operations over time look at the columns
    `PLACE` and `TURN`.
    """
    return OPERATIONS[operation](of, Work(operation, months, span, has_breaks))


def _made(of: Sequence[MaybeExpr], value: pl.Expr, code: pl.Expr) -> MaybeExpr:
    """A part made of others of the same row: what any of them left out is left out of it."""
    left_out = [part.left_out for part in of if part.left_out is not None]
    return MaybeExpr(value, code, gravest(left_out) if left_out else None)


def _values(of: Sequence[MaybeExpr]) -> list[pl.Expr]:
    return [part.value for part in of]


def _codes(of: Sequence[MaybeExpr]) -> list[pl.Expr]:
    return [part.code for part in of]


def _overflowed(part: MaybeExpr) -> pl.Expr:
    """The code of a part that is too large for a number: compared, or divided by, it would look like a small one."""
    return pl.when((part.code == 0) & ~part.value.is_finite()).then(_INVALID).otherwise(0)


# -- arithmetic ------------------------------------------------------------------------


def _snapped(value: pl.Expr, terms: Sequence[pl.Expr]) -> pl.Expr:
    """A sum of terms; 0 where only rounding is left of it."""
    largest = pl.max_horizontal([term.abs() for term in terms])
    return pl.when(value.abs() > largest * SNAP).then(value).otherwise(value * 0.0)


@_operation("negate")
def _negate(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    return _made(of, -of[0].value, of[0].code)


@_operation("+")
def _add(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    left, right = _values(of)
    return _made(of, _snapped(left + right, [left, right]), gravest(_codes(of)))


@_operation("-")
def _subtract(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    left, right = _values(of)
    return _made(of, _snapped(left - right, [left, right]), gravest(_codes(of)))


@_operation("*")
def _multiply(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    return _made(of, of[0].value * of[1].value, gravest(_codes(of)))


def _quotient(left: MaybeExpr, right: MaybeExpr) -> tuple[pl.Expr, pl.Expr]:
    """One part over another, and its code: over nothing it is undefined."""
    # Where a part is missing its value means nothing, and it must not be compared.
    nothing = pl.when((right.code == 0) & (right.value == 0)).then(_UNDEFINED).otherwise(0)
    return left.value / right.value, gravest([left.code, right.code, nothing, _overflowed(right)])


@_operation("/")
def _divide(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    return _made(of, *_quotient(of[0], of[1]))


@_operation("percent")
def _percent(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A share: invalid where the part exceeds the whole or is below zero, undefined where the whole is 0."""
    part, whole = of
    both = (whole.code == 0) & (part.code == 0)
    wrong = (
        pl.when((whole.code == 0) & (whole.value == 0))
        .then(_UNDEFINED)
        .when(both & (less(whole.value, part.value) | (part.value < 0)))
        .then(_INVALID)
        .otherwise(0)
    )
    codes = [part.code, whole.code, wrong, _overflowed(part), _overflowed(whole)]
    return _made(of, part.value * 100.0 / whole.value, gravest(codes))


@_operation("rate")
def _rate(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A rate: invalid where events or population are below zero or `per` is not above it."""
    events, population, per = of
    value, code = _quotient(events, population)
    all_known = (events.code == 0) & (population.code == 0) & (per.code == 0) & (population.value != 0)
    below = (events.value < 0) | (population.value < 0) | (per.value <= 0)
    wrong = pl.when(all_known & below).then(_INVALID).otherwise(0)
    return _made(of, value * per.value, gravest([code, per.code, wrong]))


@_operation("abs")
def _abs(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    return _made(of, of[0].value.abs(), of[0].code)


@_operation("round")
def _round(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    return _made(of, half_up(of[0].value, of[1].value), gravest(_codes(of)))


@_operation("min", "max")
def _extreme(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The least or the greatest; where a part overflowed nobody can say which that is."""
    either = pl.min_horizontal if work.operation == "min" else pl.max_horizontal
    return _made(of, either(_values(of)), gravest([*_codes(of), *map(_overflowed, of)]))


def half_up(value: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """A number rounded to so many digits, halves away from zero."""
    scale = pl.lit(10.0).pow(digits)
    scaled = value.abs() * scale
    return (scaled + pl.min_horizontal(scaled * HALF, 0.05) + 0.5).floor() / scale * value.sign()


# -- what may be missing ---------------------------------------------------------------


@_operation("first_known")
def _first_known(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The first of two that has come; what is withheld, refused or undefined is not passed over."""
    first, second = of
    passed = is_absent(first.code)
    neither = pl.when(is_absent(second.code)).then(pl.max_horizontal(first.code, second.code)).otherwise(second.code)
    value = pl.when(passed).then(second.value).otherwise(first.value)
    code = pl.when(passed).then(neither).otherwise(first.code)
    without = gravest([first.code, *([] if second.left_out is None else [second.left_out])])
    own = pl.lit(0) if first.left_out is None else first.left_out
    return MaybeExpr(value, code, pl.when(passed).then(without).otherwise(own))


@_operation("lenient_sum")
def _lenient_sum(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A sum that leaves out a part that is `NOT_RECEIVED`, as long as the other has a value."""
    left, right = of
    came = [pl.when(part.code == 0).then(part.value) for part in of]
    worst = pl.max_horizontal(left.code, right.code)
    left_out = (pl.min_horizontal(left.code, right.code) == 0) & (status_rank(worst) == 0)
    return _made(of, _snapped(pl.sum_horizontal(came), came), pl.when(left_out).then(0).otherwise(worst))


@_operation("lenient_or_reason")
def _lenient_or_reason(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The lenient first; where it has no value, the reason of the strict second.

    What the third misses is left out: that is the strict one without what is not owed in the period.
    """
    lenient, strict, owed = of
    return MaybeExpr(lenient.value, pl.when(lenient.code == 0).then(0).otherwise(strict.code), owed.code)


@_operation("finite")
def _finite(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A number that bands may judge: invalid where it overflowed."""
    [part] = of
    lost = (part.code == 0) & ~part.value.is_finite()
    return _made(of, known(part), pl.when(lost).then(_INVALID).otherwise(part.code))


@_operation("zero_if_none_came")
def _zero_if_none_came(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The first, but 0 where none of the others has come and nothing else is wrong with them; its code stays."""
    first, codes = of[0], _codes(of[1:])
    none_came = (pl.min_horizontal(codes) > 0) & (pl.max_horizontal(codes) == NOT_RECEIVED)
    return _made(of, pl.when(none_came).then(0.0).otherwise(first.value), first.code)


# -- over time -------------------------------------------------------------------------


def _periods_back(work: Work) -> list[int]:
    """How many periods back the function looks, nearest first: the table says how many months."""
    look_back = FUNCTIONS[work.operation].look_back
    assert look_back is not None
    return [back // work.months for back in look_back.months_back(work.months, work.span)]


def _compares(by: int, work: Work) -> pl.Expr:
    """Whether no break lies between a row and the one so many before."""
    if not work.has_breaks or not by:
        return pl.lit(True)
    return (pl.col(SEGMENT) == pl.col(SEGMENT).shift(by)).fill_null(False)


@_operation("unbroken")
def _unbroken(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A part that adds up over its period; no data where a break lies inside that."""
    [part] = of
    return _made(of, part.value, gravest([part.code, pl.when(ACROSS).then(_NOTHING_BEFORE).otherwise(0)]))


@_operation("previous", "year_ago")
def _as_it_was(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A part as it was some periods ago; no data where the series had not begun."""
    [part], [by] = of, _periods_back(work)

    def earlier(column: pl.Expr) -> pl.Expr:
        return pl.when((pl.col(PLACE) >= by) & _compares(by, work)).then(column.shift(by))

    left_out = None if part.left_out is None else earlier(part.left_out).fill_null(0)
    return MaybeExpr(earlier(part.value), earlier(part.code).fill_null(_NOTHING_BEFORE), left_out)


@_operation("year_to_date", "rolling_year", "rolling_months")
def _added_up(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """A part added up over periods, every one of which must have a value, in series that have begun by then.

    Term by term, oldest first: a sliding sum would carry rounding from one window into the next.
    """
    [part] = of
    look_back = FUNCTIONS[work.operation].look_back
    assert look_back is not None
    back = sorted(_periods_back(work), reverse=True)
    oldest = pl.min_horizontal(PLACE, TURN) if look_back.within_year else pl.col(PLACE)

    def within(column: pl.Expr) -> list[pl.Expr]:
        """The column as it was in each of the periods; 0 in those that are no part of the sum."""
        return [pl.when(oldest >= by).then(column.shift(by)).otherwise(0) for by in back]

    terms = within(pl.when(part.code == 0).then(part.value))
    value = terms[0]
    for term in terms[1:]:
        value = value + term
    needed = 0 if look_back.within_year else back[0]
    compares = pl.all_horizontal([_compares(by, work) | (oldest < by) for by in back])
    before = pl.when((pl.col(PLACE) < needed) | ~compares).then(_NOTHING_BEFORE).otherwise(0)
    left_out = None if part.left_out is None else gravest(within(part.left_out))
    return MaybeExpr(_snapped(value, terms), gravest([*within(part.code), before]), left_out)
