"""The functions of the formula language: one row for each, with every fact about the function.

Constant folding, the checker, the operations, the dependencies, the loader and the documents read this table.
`tests/formula/test_functions.py` fails for a row without its other parts; CONTRIBUTING has the recipe for a new row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pmf_engine.domain.numbers import half_up

TimeDimension = int | None
"""The exponent of time in a value, as in dimensional analysis: 1 for a value that adds up over time, 0 for a value that
does not, -1 for a value divided by one that adds up; None for a sum of values of different dimensions."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """The periods that a function over time reads.

    Attributes:
        offsets: How many months back each of the periods is, from the length of a period in months and the number of
            months that the call names (0 for none).
        within_year: Skip the periods of an earlier year. Otherwise every period must have a value.
    """

    offsets: Callable[[int, int], Sequence[int]]
    within_year: bool = False

    def months_back(self, months: int, span: int = 0, of_year: int = 12) -> list[int]:
        """How many months back the function reads from a period.

        Args:
            months: The length of a period.
            span: The number of months that the call names (see `look_back.span`), 0 for none.
            of_year: The month of its year in which the period begins, from 1; 12 for every period it may read.

        >>> FUNCTIONS["rolling_year"].look_back.months_back(3)
        [0, 3, 6, 9]
        >>> FUNCTIONS["year_to_date"].look_back.months_back(3, of_year=4)
        [0, 3]
        """
        return [back for back in self.offsets(months, span) if back < of_year or not self.within_year]


@dataclass(frozen=True, slots=True)
class Constant:
    """The condition on a constant argument after the first.

    Attributes:
        wanted: The words of the condition for a message, from the length of a period in months.
        holds: Whether a value and the length of a period in months meet the condition.
        needed: The argument must be a constant.
        months_back: The argument is the number of months that the call looks back.
    """

    wanted: Callable[[int], str]
    holds: Callable[[float, int], bool]
    needed: bool = False
    months_back: bool = False


def _alike(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """The dimension that all arguments share; None where they differ."""
    return arguments[0] if len(set(arguments)) == 1 else None


def _first(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """The dimension of the first argument."""
    return arguments[0]


def _fixed(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """0: the function reads the same number of months for periods of every length."""
    return 0


def _quotient(arguments: Sequence[TimeDimension]) -> TimeDimension:
    """The dimension of the first argument over the second, times the third of three.

    >>> _quotient([1, 0, 0]), _quotient([1, None])
    (1, None)
    """
    dimensions = [dimension for dimension in arguments if dimension is not None]
    return dimensions[0] - dimensions[1] + sum(dimensions[2:]) if len(dimensions) == len(arguments) else None


# -- constant folding: the value of a call of constants, None where it has none ------------------


_FOLDED_DIGITS, _FOLDED_LARGEST = 15, 1e15
"""The most digits, and the largest number, that `round` folds: beyond both floating point has no exact result."""


def _fold_percent(values: Sequence[float]) -> float | None:
    part, whole = values
    return part * 100 / whole if whole > 0 and 0 <= part <= whole else None


def _fold_rate(values: Sequence[float]) -> float | None:
    events, population, per = values
    return events / population * per if events >= 0 and population > 0 and per > 0 else None


def _fold_round(values: Sequence[float]) -> float | None:
    value, digits = values
    if abs(digits) > _FOLDED_DIGITS or abs(value) > _FOLDED_LARGEST:
        return None
    return half_up(value, digits)


# -- the table ---------------------------------------------------------------------------------


SHARE_PER = 100.0
"""What a share is per: `percent` is the part in every hundred of the whole."""


@dataclass(frozen=True)
class Function:
    """One function: its syntax, its types and its meaning.

    Attributes:
        name: The word in a formula, and the name of its operation: in `compute.operations.OPERATIONS` for figures, in
            `compute.record_expressions` for records.
        usage: A call in general form, for messages and documents.
        least, most: The numbers of arguments that it takes.
        meaning: Its line in docs/formulas.md.
        takes: `numbers`, `dates`, or `alike` for numbers or grades of one scale.
        result: `number`, or `same` for the type of the arguments.
        dimension: The time dimension of its value, from the time dimensions of its arguments.
        look_back: The periods that it reads; None for its own period alone. A look-back needs regular periods.
        flows_only: It adds up over time and takes flows only.
        keeps_flow: Its value of a flow is a flow.
        constant: The condition on constant arguments after the first.
        default: The value of the last argument where a call leaves that argument out.
        fold: Constant folding: its value for constant arguments; None for a function that does not fold.
        coalesces: It returns its first argument that is not missing. A constant among them would hide missing figures.
        ratio: It divides a numerator, its first argument, by a denominator, its second: the `share` of a part in its
            whole, in percent, or the `rate` of events per a third argument of a population.
        rounds: It rounds its first argument to the decimals that its second gives.
        of_records: Whether it applies to records of lists `also`, `only` or `never`.
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
    fold: Callable[[Sequence[float]], float | None] | None = None
    coalesces: bool = False
    ratio: Literal["share", "rate"] | None = None
    rounds: bool = False
    of_records: Literal["also", "only", "never"] = "never"

    @property
    def is_earlier_value(self) -> bool:
        """Whether it returns its argument's value in one earlier period; its name alone, in a band, is that value."""
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
            dimension=_quotient, constant=_POSITIVE, ratio="share", fold=_fold_percent,
        ),
        Function(
            "rate", "rate(events, population, per)", 3, 3, "per events / population",
            dimension=_quotient, constant=_POSITIVE, ratio="rate", fold=_fold_rate,
        ),
        Function(
            "abs", "abs(x)", 1, 1, "x without its sign", of_records="also", fold=lambda values: abs(values[0]),
        ),
        Function(
            "round", "round(x, digits)", 1, 2, "x rounded half up, to a whole number unless digits says more",
            dimension=_first, constant=_DIGITS, default=0.0, of_records="also", rounds=True, fold=_fold_round,
        ),
        Function(
            "min", "min(x, y, ...)", 1, _MANY, "the least (of grades, the worst)", "alike", "same", of_records="also",
            fold=min,
        ),
        Function(
            "max", "max(x, y, ...)", 1, _MANY, "the greatest (of grades, the best)", "alike", "same", of_records="also",
            fold=max,
        ),
        Function(
            "first_known", "first_known(x, y, ...)", 1, _MANY, "the first that is not missing", "alike", "same",
            coalesces=True,
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
"""Functions that read other periods."""

EARLIER_VALUES: Final = tuple(name for name, function in FUNCTIONS.items() if function.is_earlier_value)
"""Functions whose name alone, in a band, means the judged value in that earlier period."""

RATIOS: Final = frozenset(name for name, function in FUNCTIONS.items() if function.ratio)
"""Functions that divide a numerator by a denominator."""
