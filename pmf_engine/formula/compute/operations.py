"""The operations of the formula language in Polars: one registered function for each, from columns to columns.

Operations are the operators and functions of the language, and a few that evaluation adds, such as `lenient_sum`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import polars as pl

from pmf_engine.domain.numbers import HALF, SNAP
from pmf_engine.domain.reason_codes import NOT_RECEIVED, TOO_FEW_ANSWERED, is_absent, reason_code, status_rank
from pmf_engine.domain.status import Status
from pmf_engine.formula.compute.comparisons import less
from pmf_engine.formula.compute.maybe import MaybeExpr, gravest, known, overflowed
from pmf_engine.formula.functions import FUNCTIONS

_UNDEFINED = reason_code(Status.UNDEFINED)
_INVALID = reason_code(Status.INVALID)
_TOO_FEW = reason_code(Status.NO_DATA, TOO_FEW_ANSWERED)
_NOTHING_BEFORE = reason_code(Status.NO_DATA)

PLACE, TURN = "place", "turn"
"""Columns that operations over time read: the position of a row's period in its series, and in its year, from 0."""

SEGMENT, ACROSS = "segment", "across"
"""Columns of steps with breaks: the number of a row's segment between breaks, and whether a break is in its period."""


# -- the table of operations -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """A run of an operation.

    Attributes:
        operation: A name in `OPERATIONS`.
        months: The length of a period.
        span: The number of months that a call names, 0 for none.
        has_breaks: The frame has the columns `SEGMENT` and `ACROSS`, and values of different segments do not compare.
    """

    operation: str
    months: int = 1
    span: int = 0
    has_breaks: bool = False


_Operation: TypeAlias = Callable[[Sequence[MaybeExpr], Work], MaybeExpr]

_REGISTERED: dict[str, _Operation] = {}

OPERATIONS: Final[Mapping[str, _Operation]] = _REGISTERED
"""Every operation by its name. The operation of a function has the function's name."""


def _operation(*names: str) -> Callable[[_Operation], _Operation]:
    """Decorator that registers an operation under some names."""

    def register(operation: _Operation) -> _Operation:
        _REGISTERED.update(dict.fromkeys(names, operation))
        return operation

    return register


def work(
    operation: str, of: Sequence[MaybeExpr], months: int = 1, span: int = 0, has_breaks: bool = False
) -> MaybeExpr:
    """The result of an operation on columns.

    Rows must be sorted by period within each series, without gaps. Operations over time read the columns `PLACE` and
    `TURN`.

    Args:
        operation: A name in `OPERATIONS`.
        of: The operands.
        months: The length of a period.
        span: The number of months that a call names, 0 for none.
        has_breaks: The frame has the columns `SEGMENT` and `ACROSS`, and values of different segments do not compare.
    """
    return OPERATIONS[operation](of, Work(operation, months, span, has_breaks))


def _made(of: Sequence[MaybeExpr], value: pl.Expr, code: pl.Expr) -> MaybeExpr:
    """A value made of operands in the same row. What any operand left out, the value leaves out too."""
    left_out = [part.left_out for part in of if part.left_out is not None]
    return MaybeExpr(value, code, gravest(left_out) if left_out else None)


def _values(of: Sequence[MaybeExpr]) -> list[pl.Expr]:
    return [part.value for part in of]


def _codes(of: Sequence[MaybeExpr]) -> list[pl.Expr]:
    return [part.code for part in of]


# -- arithmetic ------------------------------------------------------------------------


def _snapped(value: pl.Expr, terms: Sequence[pl.Expr]) -> pl.Expr:
    """A sum of terms; 0 where the sum is only a rounding error of the largest term."""
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
    """The quotient of two operands and its code: undefined for a divisor of 0."""
    # The value of a missing operand is meaningless and must not be compared.
    by_zero = pl.when((right.code == 0) & (right.value == 0)).then(_UNDEFINED).otherwise(0)
    return left.value / right.value, gravest([left.code, right.code, by_zero, overflowed(right)])


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
    codes = [part.code, whole.code, wrong, overflowed(part), overflowed(whole)]
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
    """The least or the greatest operand; invalid where one overflowed, as it may be either."""
    either = pl.min_horizontal if work.operation == "min" else pl.max_horizontal
    return _made(of, either(_values(of)), gravest([*_codes(of), *map(overflowed, of)]))


def half_up(value: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """Rounds to a number of decimals, halves away from zero; `domain.numbers.half_up` is the same in Python."""
    scale = pl.lit(10.0).pow(digits)
    scaled = value.abs() * scale
    return (scaled + pl.min_horizontal(scaled * HALF, 0.05) + 0.5).floor() / scale * value.sign()


# -- what may be missing ---------------------------------------------------------------


@_operation("first_known")
def _first_known(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """Coalesce: the first operand, or the second where the agency sent nothing for the first."""
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
    """The sum; where one operand is `NOT_RECEIVED` and the other has a value, that value."""
    left, right = of
    received = [pl.when(part.code == 0).then(part.value) for part in of]
    worst = pl.max_horizontal(left.code, right.code)
    left_out = (pl.min_horizontal(left.code, right.code) == 0) & (status_rank(worst) == 0)
    return _made(of, _snapped(pl.sum_horizontal(received), received), pl.when(left_out).then(0).otherwise(worst))


@_operation("lenient_or_reason")
def _lenient_or_reason(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The lenient first operand; where it has no value, the reason code of the strict second.

    The code of the third is what the first left out: the strict sum of the parts that are owed in the period.
    """
    lenient, strict, owed = of
    return MaybeExpr(lenient.value, pl.when(lenient.code == 0).then(0).otherwise(strict.code), owed.code)


@_operation("answered")
def _answered(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The first operand, where the second, the share that answered, is not below the third; else too few answered."""
    value, share, least = of
    few = pl.when((share.code == 0) & less(share.value, least.value)).then(_TOO_FEW).otherwise(share.code)
    return _made(of, pl.when(few == 0).then(value.value), pl.when(few == 0).then(value.code).otherwise(few))


@_operation("finite")
def _finite(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The operand for judgement: invalid where it overflowed."""
    [part] = of
    lost = (part.code == 0) & ~part.value.is_finite()
    return _made(of, known(part), pl.when(lost).then(_INVALID).otherwise(part.code))


@_operation("zero_if_none_came")
def _zero_if_none_came(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The first operand with its code; its value is 0 where all other operands are `NOT_RECEIVED`."""
    first, codes = of[0], _codes(of[1:])
    none_received = (pl.min_horizontal(codes) > 0) & (pl.max_horizontal(codes) == NOT_RECEIVED)
    return _made(of, pl.when(none_received).then(0.0).otherwise(first.value), first.code)


# -- over time -------------------------------------------------------------------------


def _periods_back(work: Work) -> list[int]:
    """How many periods back the function reads, in the order of its row in the table."""
    look_back = FUNCTIONS[work.operation].look_back
    assert look_back is not None
    return [back // work.months for back in look_back.months_back(work.months, work.span)]


def _compares(by: int, work: Work) -> pl.Expr:
    """Whether there is no break between a row and the row `by` periods before."""
    if not work.has_breaks or not by:
        return pl.lit(True)
    return (pl.col(SEGMENT) == pl.col(SEGMENT).shift(by)).fill_null(False)


@_operation("unbroken")
def _unbroken(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The operand, which adds up over its period; `no_data` where a break is inside the period."""
    [part] = of
    return _made(of, part.value, gravest([part.code, pl.when(ACROSS).then(_NOTHING_BEFORE).otherwise(0)]))


@_operation("previous", "year_ago")
def _as_it_was(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The operand in one earlier period; `no_data` before the start of the series."""
    [part], [by] = of, _periods_back(work)

    def earlier(column: pl.Expr) -> pl.Expr:
        return pl.when((pl.col(PLACE) >= by) & _compares(by, work)).then(column.shift(by))

    left_out = None if part.left_out is None else earlier(part.left_out).fill_null(0)
    return MaybeExpr(earlier(part.value), earlier(part.code).fill_null(_NOTHING_BEFORE), left_out)


@_operation("year_to_date", "rolling_year", "rolling_months")
def _added_up(of: Sequence[MaybeExpr], work: Work) -> MaybeExpr:
    """The operand added up over periods; each must have a value and none be before the start of the series.

    Adds term by term, the oldest first: a sliding sum would carry rounding errors from one window into the next.
    """
    [part] = of
    look_back = FUNCTIONS[work.operation].look_back
    assert look_back is not None
    back = sorted(_periods_back(work), reverse=True)
    oldest = pl.min_horizontal(PLACE, TURN) if look_back.within_year else pl.col(PLACE)

    def within(column: pl.Expr) -> list[pl.Expr]:
        """The column in each of the periods; 0 in a period outside the sum."""
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
