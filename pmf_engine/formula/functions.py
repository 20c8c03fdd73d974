"""The functions of the formula language: one row each, with all that is known of it.

The checker, the operations, the dependencies, the loader and the documents read this table; `tests/formula/
test_functions.py` fails for a row that lacks a part. CONTRIBUTING says how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pmf_engine.formula.constants import constant
from pmf_engine.formula.syntax import Call, Node, children

TimeDimension = int | None
"""How a value grows with the length of its period: 1 adds up, 0 does not, -1 is over what does; None is a mixture."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """The periods that a function over time looks at.

    `offsets` gives, for periods of `months` and a call's own number of months, how many months before the period each
    of them is. Where `within_year`, those of an earlier year do not count; else every one of them must have a value.
    """

    offsets: Callable[[int, int], Sequence[int]]
    within_year: bool = False

    def months_back(self, months: int, span: int = 0, of_year: int = 12) -> list[int]:
        """How many months back the function looks from a period.

        Args:
            months: the length of a period.
            span: the number of months that the call names (see `span`), 0 for none.
            of_year: the period begins in this month of its year, counted from 1; 12 for all that it may look at.

        >>> FUNCTIONS["rolling_year"].look_back.months_back(3)
        [0, 3, 6, 9]
        >>> FUNCTIONS["year_to_date"].look_back.months_back(3, of_year=4)
        [0, 3]
        """
        return [back for back in self.offsets(months, span) if back < of_year or not self.within_year]


@dataclass(frozen=True, slots=True)
class Constant:
    """What a constant among the arguments after the first must be.

    `wanted` and `holds` are given the months of a period: the words for a message, and whether a value will do. Where
    `needed`, nothing but a constant will do. Where `months_back`, it is the number of months that a call looks back.
    """

    wanted: Callable[[int], str]
    holds: Callable[[float, int], bool]
    needed: bool = False
    months_back: bool = False


def _alike(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """That of the arguments, where they have the same."""
    return arguments[0] if len(set(arguments)) == 1 else None


def _first(arguments: Sequence[TimeDimension]) -> TimeDimension:
    return arguments[0]


def _fixed(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """0: the same stretch of time is looked at, however long the period is."""
    return 0


def _quotient(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """That of the first over the second, times the third where there is one."""
    known = [dimension for dimension in arguments if dimension is not None]
    return known[0] - known[1] + sum(known[2:]) if len(known) == len(arguments) else None


@dataclass(frozen=True)
class Function:
    """One function: how it is written, how many values it takes and of what kind.

    Attributes:
        name: the word in a formula, and the name of its operation (`compute.operations.OPERATIONS`, or
            `compute.record_expressions` for what is said of records).
        usage: how a call is written, for messages and documents.
        least, most: how many arguments it takes.
        meaning: the line of docs/formulas.md.
        takes: `numbers`, `dates`, or `alike` for numbers or grades of one scale.
        result: `number`, or `same` as the arguments are.
        dimension: the time dimension of its value, from those of its arguments.
        look_back: which periods it looks at; None for its own alone. With one it needs regular periods.
        flows_only: it adds up over time, which only flows do.
        keeps_flow: a flow is given back as a flow.
        constant: what a constant after the first argument must be.
        default: the constant that stands for an argument left out.
        stands_in: each argument stands in for those before it that are missing; a constant would hide that they are.
        ratio: its first arguments are numerator and denominator, and over a denominator of 0 it is undefined.
        of_records: it may be said of a record too (`also`), of nothing else (`only`), or not of a record (`never`).
    """

    name: str
    usage: str
    least: int
    most: int
    meaning: str
    takes: Literal["numbers", "alike", "dates"] = "numbers"
    result: Literal["number", "same"] = "number"
    dimension: Callable[[Sequence[TimeDimension]], TimeDimension] = _alike
    look_back: LookBack | None = None
    flows_only: bool = False
    keeps_flow: bool = False
    constant: Constant | None = None
    default: float | None = None
    stands_in: bool = False
    ratio: bool = False
    of_records: Literal["also", "only", "never"] = "never"

    @property
    def is_earlier_value(self) -> bool:
        """Whether it gives its argument as it was in one earlier period: a band may say so of the value itself."""
        return self.look_back is not None and self.result == "same"


_MANY = 50
_MOST_DIGITS = 9

_POSITIVE = Constant(lambda months: "a number above 0", lambda value, months: value > 0)
_DIGITS = Constant(
    lambda months: f"a whole number from -{_MOST_DIGITS} to {_MOST_DIGITS}",
    lambda value, months: value.is_integer() and abs(value) <= _MOST_DIGITS,
    needed=True,
)

_MOST_MONTHS = 120

_WHOLE_PERIODS = Constant(
    lambda months: f"a multiple of {months} from {months} to {_MOST_MONTHS}",
    lambda value, months: 0 < value <= _MOST_MONTHS and value % months == 0,
    needed=True,
    months_back=True,
)

_EACH_OF_TWELVE = LookBack(lambda months, span: range(0, 12, months))

FUNCTIONS: Final[dict[str, Function]] = {
    function.name: function
    for function in (
        Function(
            "percent", "percent(part, whole)", 2, 2, "100 part / whole; the part may not exceed the whole",
            dimension=_quotient, constant=_POSITIVE, ratio=True,
        ),
        Function(
            "rate", "rate(events, population, per)", 3, 3, "per events / population",
            dimension=_quotient, constant=_POSITIVE, ratio=True,
        ),
        Function("abs", "abs(x)", 1, 1, "x without its sign", of_records="also"),
        Function(
            "round", "round(x, digits)", 1, 2, "x rounded half up, to a whole number unless digits says more",
            dimension=_first, constant=_DIGITS, default=0.0, of_records="also",
        ),
        Function(
            "min", "min(x, y, ...)", 1, _MANY, "the least (of grades, the worst)", "alike", "same", of_records="also"
        ),
        Function(
            "max", "max(x, y, ...)", 1, _MANY, "the greatest (of grades, the best)", "alike", "same", of_records="also"
        ),
        Function(
            "first_known", "first_known(x, y, ...)", 1, _MANY, "the first that is not missing", "alike", "same",
            stands_in=True,
        ),
        Function(
            "previous", "previous(x)", 1, 1, "x in the period before", "alike", "same",
            look_back=LookBack(lambda months, span: [months]), keeps_flow=True,
        ),
        Function(
            "year_ago", "year_ago(x)", 1, 1, "x in the same period a year before", "alike", "same",
            look_back=LookBack(lambda months, span: [12]), keeps_flow=True,
        ),
        Function(
            "year_to_date", "year_to_date(x)", 1, 1, "x added up from the start of the year",
            dimension=_fixed, look_back=LookBack(_EACH_OF_TWELVE.offsets, within_year=True), flows_only=True,
        ),
        Function(
            "rolling_year", "rolling_year(x)", 1, 1, "x added up over the twelve months that end with the period",
            dimension=_fixed, look_back=_EACH_OF_TWELVE, flows_only=True,
        ),
        Function(
            "rolling_months", "rolling_months(x, n)", 2, 2, "x added up over the n months that end with the period",
            dimension=_fixed, look_back=LookBack(lambda months, span: range(0, span, months)), flows_only=True,
            constant=_WHOLE_PERIODS,
        ),
        Function("days", "days(a, b)", 2, 2, "days from a to b", "dates", of_records="only"),
        Function(
            "working_days", "working_days(a, b)", 2, 2, "working days after a, up to and with b", "dates",
            of_records="only",
        ),
        Function("months", "months(a, b)", 2, 2, "whole months from a to b", "dates", of_records="only"),
        Function("years", "years(a, b)", 2, 2, "whole years from a to b, as for an age", "dates", of_records="only"),
    )
}  # fmt: skip

OVER_TIME: Final = frozenset(name for name, function in FUNCTIONS.items() if function.look_back)
"""Functions that look at other periods."""

EARLIER_VALUES: Final = tuple(name for name, function in FUNCTIONS.items() if function.is_earlier_value)
"""Functions whose names alone, in a band, stand for the value that it judges as it was then."""

RATIOS: Final = frozenset(name for name, function in FUNCTIONS.items() if function.ratio)
"""Functions that divide a numerator by a denominator."""


def span(call: Call) -> int:
    """The number of months that a call looks back, as it says itself; 0 where its function does not ask for one."""
    function = FUNCTIONS[call.function]
    if function.constant is None or not function.constant.months_back:
        return 0
    value = constant(call.arguments[1])
    assert value is not None  # the checker has seen to it
    return int(value)


def months_back(name: str, months: int, span: int = 0, of_year: int = 12) -> list[int]:
    """How many months back any function looks (see `LookBack.months_back`); 0 for one of its own period alone."""
    look_back = FUNCTIONS[name].look_back
    return look_back.months_back(months, span, of_year) if look_back else [0]


def spans(node: Node) -> list[tuple[str, int]]:
    """Every function in an expression or a band that is told how many months to look back, and how many."""
    own = [(node.function, span(node))] if isinstance(node, Call) and span(node) else []
    return own + [pair for child in children(node) for pair in spans(child)]


def sums_periods(node: Node) -> bool:
    """Whether an expression adds up over several periods, so that each of its values holds part of the one before.

    The functions that look at other periods do, but for those that give the value of one earlier period.
    """
    if isinstance(node, Call) and node.function in OVER_TIME and not FUNCTIONS[node.function].is_earlier_value:
        return True
    return any(sums_periods(child) for child in children(node))
