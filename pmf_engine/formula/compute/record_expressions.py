"""What formulas say of one record of a list, as Polars expressions over its columns.

A blank cell is null, and a comparison with it is neither true nor false, so that no record counts by what is
not known of it. Texts are compared without regard to case and to spaces around them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import polars as pl

from pmf_engine.formula.compute.operations import compare, half_up
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

_FIRST_YEAR, _LAST_YEAR = 1950, 2099
_SMALL = ("days", "working_days", "months", "years")
"""Functions that give whole numbers."""

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_EXACT: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class Rows:
    """Compiles what is said of the records of one list.

    `kinds` are the kinds of its columns; `whole` names the columns of numbers that are whole in the data, which
    may be compared exactly. `groups` names those that say which listed group a record is of. `labels` collects the
    text columns that are compared with texts, or counted by group: each must be there as `label:` and its name, folded.
    """

    def __init__(
        self, kinds: Mapping[str, str], whole: frozenset[str] = frozenset(), groups: frozenset[str] = frozenset()
    ) -> None:
        self.kinds = kinds
        self.whole = whole
        self.groups = groups
        self.labels: set[str] = set()

    def value(self, node: Expression) -> pl.Expr:
        """A value or a condition: null where it is blank or cannot be said."""
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
                made = self._call(node)
                return made if names(node) else pl.lit(pl.select(made).item())  # else of one length, be there none
            case Binary(operator=operator) if operator in LOGIC:
                left, right = self.value(node.left), self.value(node.right)
                return left & right if operator == "and" else left | right
            case Binary(operator=operator) if operator in COMPARISON:
                return self._compared(operator, node.left, node.right)
            case Binary():
                return self._arithmetic(node)
            case In():
                held = self._in(node)
                return ~held if node.negated else held
            case Between():
                held = self._compared(">=", node.operand, node.low) & self._compared("<=", node.operand, node.high)
                return ~held if node.negated else held
            case IsMissing():
                inner = self.value(node.operand)
                return inner.is_not_null() if node.negated else inner.is_null()
        raise AssertionError(f"nothing to say of a record: {node}")

    def distinct(self, node: Expression) -> pl.Expr:
        """A value so written that those which count as one are alike: groups however they are spelt."""
        if isinstance(node, Name) and node.name in self.groups:
            self.labels.add(node.name)
            return pl.col(f"label:{node.name}")
        value = self.value(node)
        return value.str.to_lowercase() if self._kind(node) == "text" else value

    def number(self, node: Expression) -> pl.Expr:
        """A number that can be worked with."""
        value = self.value(node)
        return value if isinstance(node, Literal) or not self.is_whole(node) else value.cast(pl.Float64)

    def _arithmetic(self, node: Binary) -> pl.Expr:
        if self.is_whole(node):
            one, other = self._plain(node.left), self._plain(node.right)
            return one + other if node.operator == "+" else one - other
        left, right = self.number(node.left), self.number(node.right)
        if node.operator == "/":
            return pl.when(right != 0).then(left / right)
        return {"+": left + right, "-": left - right, "*": left * right}[node.operator]

    def is_whole(self, node: Expression) -> bool:
        """Whether a number is whole by what it is: then it is compared exactly."""
        match node:
            case Literal(value=float() as value):
                return value.is_integer()
            case Name():
                return node.name in self.whole
            case Call():
                return node.function in _SMALL
            case Unary(operator="-"):
                return self.is_whole(node.operand)
            case Binary(operator="+" | "-"):
                return self.is_whole(node.left) and self.is_whole(node.right)
        return False

    def _kind(self, node: Expression) -> str:
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
        if not names(left) and names(right):
            # What is constant goes second: before blanks alone Polars makes one of them.
            operator, left, right = _MIRRORED[operator], right, left
        kind = self._kind(left)
        exact = kind in ("date", "truth") or (self.is_whole(left) and self.is_whole(right))
        if kind == "text":
            return _EXACT[operator](self._text(left, right), self._text(right, left))
        if exact:
            return _EXACT[operator](self._plain(left), self._plain(right))
        return compare(operator, self.number(left), self.number(right))

    def _plain(self, node: Expression) -> pl.Expr:
        """A value that is compared exactly; whole numbers as such."""
        if isinstance(node, Literal) and type(node.value) is float:
            return pl.lit(int(node.value), dtype=pl.Int64)
        return self.value(node)

    def _text(self, node: Expression, other: Expression) -> pl.Expr:
        if isinstance(node, Literal):
            return pl.lit(folded(str(node.value)))
        assert isinstance(node, Name)
        if isinstance(other, Literal):
            self.labels.add(node.name)
            return pl.col(f"label:{node.name}")
        return pl.col(node.name).str.to_lowercase()

    def _in(self, node: In) -> pl.Expr:
        operand = node.operand
        if isinstance(operand, Name) and all(isinstance(item, Literal) for item in node.items):
            values = [item.value for item in node.items if isinstance(item, Literal)]
            if self._kind(operand) == "text":
                texts = [folded(str(value)) for value in values]
                return self._text(operand, node.items[0]).is_in(texts)
            if self._kind(operand) == "date":
                return pl.col(operand.name).is_in(values)
        return pl.any_horizontal([self._compared("=", operand, item) for item in node.items])

    def _call(self, node: Call) -> pl.Expr:
        if node.function in _SMALL:
            first, second = (self.value(argument) for argument in node.arguments)
            return _DATES[node.function](first, second)
        given = [self.number(argument) for argument in node.arguments]
        match node.function:
            case "abs":
                return given[0].abs()
            case "round":
                return half_up(given[0], given[1] if len(given) > 1 else pl.lit(0.0))
            case "min" | "max":
                known = pl.all_horizontal([one.is_not_null() for one in given])
                extreme = pl.min_horizontal(given) if node.function == "min" else pl.max_horizontal(given)
                return pl.when(known).then(extreme)
        raise AssertionError(f"no such function of a record: {node.function}")


# -- dates -----------------------------------------------------------------------------

_MARCH = date(1900, 3, 1)
"""From here to the end of February 2100 every fourth year is a leap year, which is what `month_of_day` rests on."""


def month_of_day(day: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The month of a date, counted from the year 0, and its day of the month, both from 1900-03-01 to 2100-02-28.

    Years are taken to begin in March, as then the leap day is the last of the year and the lengths of months follow
    a straight line (Richards, *Mapping Time*, 1998). Many times as fast as to ask for year, month and day.
    """
    days = day.cast(pl.Int32) - (_MARCH - date(1970, 1, 1)).days
    year = (days * 4 + 3) // 1461
    in_year = days - year * 1461 // 4
    month = (in_year * 5 + 2) // 153
    return year * 12 + month + (_MARCH.year * 12 + 2), in_year - (month * 153 + 2) // 5 + 1


def _months(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole months between two dates: one less where the later date has not reached the day of the earlier one."""
    (month, day), (other_month, other_day) = month_of_day(first), month_of_day(second)
    # As if every month had 32 days, so that a whole one is 32 from any day to the same.
    days = (other_month * 32 + other_day) - (month * 32 + day)
    return (days.abs() // 32 * days.sign()).cast(pl.Int64)


def _years(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole years, as the law counts an age: who is born on 29 February is a year older on 1 March of other years."""
    months = _months(first, second)
    return months.abs() // 12 * months.sign()


def _days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    return (second.cast(pl.Int32) - first.cast(pl.Int32)).cast(pl.Int64)


def _working_days(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Days but Saturdays, Sundays and bank holidays of England and Wales, after the first up to and with the second.

    Where the second is earlier, as many below zero as from it to the first.
    """
    day, back = pl.duration(days=1), second < first
    begin, end = pl.when(back).then(second).otherwise(first), pl.when(back).then(first).otherwise(second)
    count = pl.business_day_count(begin + day, end + day, holidays=list(bank_holidays())).cast(pl.Int64)
    return pl.when(back).then(-count).otherwise(count)


@cache
def bank_holidays() -> tuple[date, ...]:
    """The bank holidays of England and Wales, past and announced or expected."""
    from holidays import country_holidays  # a table of every country: loaded only where working days are counted

    found = country_holidays("GB", subdiv="ENG", years=range(_FIRST_YEAR, _LAST_YEAR + 1))
    return tuple(sorted(found))


_DATES: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "days": _days,
    "working_days": _working_days,
    "months": _months,
    "years": _years,
}
