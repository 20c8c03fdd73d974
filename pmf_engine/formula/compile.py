"""From checked formulas to Polars expressions over a panel, one row per group and period.

Every part becomes a value and a code. A code of 0 says that there is a value; any other says why there is
none (`reason_code`), and then the value means nothing. Codes of several parts combine by taking the
largest, which is what makes a missing figure impossible to lose on the way through a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import TypeAlias

import polars as pl

from pmf_engine.formula.syntax import (
    COMPARISON,
    LOGIC,
    SUM,
    Aggregate,
    Between,
    Binary,
    Call,
    Expression,
    Grade,
    In,
    IsMissing,
    Literal,
    Name,
    Unary,
    children,
)
from pmf_engine.statuses import INVALID, LATE, MISSING, NO_DATA, UNDEFINED
from pmf_engine.tolerance import NEAR

FIGURE_BITS = 16
"""A code is a rank shifted by this, plus the number (from 1) of the figure that lacks, 0 for none."""

NOT_COME = 1
"""The code of what sums may do without. Below all others, so that nothing that was withheld hides behind it."""

_SNAP = 1e-14
"""A sum smaller than this share of its terms is what rounding left of zero."""

_HALF = 5e-15
"""A number that falls short of a half by no more than this share of itself counts as one."""

_SURE = 1e300
"""What cannot be larger than this is a number for sure: no arithmetic on the way to it can have overflowed."""

_LARGE = 24
"""An expression of more parts than this becomes a column of its own, so that using it twice costs once."""


def reason_code(status: str, figure: int = 0) -> int:
    """The code for a status without a value; the graver the status, the larger."""
    return ((MISSING.index(status) + 1) << FIGURE_BITS) + figure


def status_rank(code: pl.Expr) -> pl.Expr:
    """The place in `statuses.MISSING` of a code, from 1; 0 where there is a value."""
    return code // (1 << FIGURE_BITS)


def soft(code: pl.Expr) -> pl.Expr:
    """Whether nothing came (as against withheld, refused, not due or undefined, which nothing makes good)."""
    rank = status_rank(code)
    return (rank == MISSING.index(NO_DATA) + 1) | (rank == MISSING.index(LATE) + 1)


def total(values: pl.Expr) -> pl.Expr:
    """The sum of a column, as an aggregate; 0 where only rounding is left of it.

    A sum of decimals is rounded to fifteen digits, as many as a number is sure to hold: the last one depends on the
    order of adding, and so on how many threads there are. Whole numbers add up exactly.
    """
    sum_ = values.sum()
    exact = pl.when(sum_ == sum_.floor()).then(sum_).otherwise(sum_.round_sig_figs(15))
    return pl.when(sum_.abs() > values.abs().max() * _SNAP).then(exact).otherwise(0.0)


_UNDEFINED = reason_code(UNDEFINED)
_INVALID = reason_code(INVALID)
_NOTHING_BEFORE = reason_code(NO_DATA)
_ZERO = pl.lit(0, dtype=pl.UInt32)


@dataclass(frozen=True)
class Computed:
    """A part of a formula in Polars: its value, its code, how large they are and from which stage on they stand.

    `settled` parts are columns already. No value is larger than `most`, whatever is sent. `spared` is the code of
    what lacks and was done without, where anything can be.
    """

    value: pl.Expr
    code: pl.Expr
    size: int = 1
    stage: int = 0
    settled: bool = False
    most: float = inf
    spared: pl.Expr | None = None


Lookup: TypeAlias = Callable[[str], Computed]


@dataclass
class Compiler:
    """Compiles formulas over one panel; `stages` collects the columns that must be there first, in order.

    `months` is the length of the panel's periods; `partition` the columns that part its series (none where
    there is one series). Rows must be sorted by period within each series, with no period left out; the column
    `place` counts them from 0, and `year` names their year.
    """

    months: int
    partition: Sequence[str] = ()
    year: str = "year"
    place: str = "place"
    stages: list[list[pl.Expr]] = field(default_factory=list)
    names: int = 0
    looked: dict[tuple[str, str, str], Computed] = field(default_factory=dict)

    def number(self, node: Expression, look_up: Lookup) -> Computed:
        """A number or grade, of which nothing may lack."""
        part = self._number(node, look_up)
        return self.column(part) if part.size > _LARGE else part

    def amount(self, node: Expression, look_up: Lookup) -> Computed:
        """A sum of figures (see `is_amount`) that does without those that are `NOT_COME`, as long as one has."""
        if not isinstance(node, Binary):
            return self.number(node, look_up)
        part = _lenient_sum(self.amount(node.left, look_up), self.amount(node.right, look_up))
        return self.column(part) if part.size > _LARGE else part

    def column(self, part: Computed, name: str | None = None) -> Computed:
        """The part as columns of the panel, to be used as often as one likes."""
        if name is None and part.settled:
            return part
        if name is None:
            self.names += 1
            name = f"part:{self.names}"
        while len(self.stages) <= part.stage:
            self.stages.append([])
        self.stages[part.stage] += [part.value.alias(f"v:{name}"), part.code.alias(f"c:{name}")]
        if part.spared is not None:
            self.stages[part.stage].append(part.spared.alias(f"s:{name}"))
        spared = None if part.spared is None else pl.col(f"s:{name}")
        return Computed(
            pl.col(f"v:{name}"), pl.col(f"c:{name}"), 1, part.stage + 1, settled=True, most=part.most, spared=spared
        )

    def _number(self, node: Expression, look_up: Lookup) -> Computed:
        match node:
            case Literal(value=float() as value):
                return Computed(pl.lit(value), _ZERO, most=abs(value))
            case Grade():
                return Computed(pl.lit(float(node.position)), _ZERO, most=float(node.position))
            case Name():
                return look_up(node.name)
            case Aggregate():
                return look_up(node.text)
            case Unary(operator="-"):
                inner = self.number(node.operand, look_up)
                return _made(-inner.value, inner.code, inner.size + 1, [inner], inner.most)
            case Binary(operator=operator):
                left = self.number(node.left, look_up)
                right = self.number(node.right, look_up)
                if operator in SUM:
                    return _sum(left, right, operator)
                return _product(left, right) if operator == "*" else _quotient(left, right)
            case Call():
                return self._call(node.function, [self.number(argument, look_up) for argument in node.arguments])
        raise AssertionError(f"not a number: {node}")

    def _call(self, function: str, given: list[Computed]) -> Computed:
        first = given[0]
        values = [part.value for part in given]
        codes = [part.code for part in given]
        size = 1 + sum(part.size for part in given)
        most = max(part.most for part in given)
        code = _largest(codes)
        match function:
            case "percent":
                return _percent(given[0], given[1])
            case "rate":
                return _rate(given[0], given[1], given[2])
            case "abs":
                return _made(first.value.abs(), code, size, given, first.most)
            case "round":
                digits = given[1].value if len(given) > 1 else pl.lit(0.0)
                return _made(half_up(first.value, digits), code, 3 * size, given)
            case "min" | "max":
                # Of what overflowed nobody can say which is the least, or the greatest.
                code = _largest([*codes, *(_overflowed(part) for part in given if part.most > _SURE)])
                either = pl.min_horizontal if function == "min" else pl.max_horizontal
                return _made(either(values), code, 2 * size, given, most)
            case "first_known":
                return self._first_known(given)
            case "previous":
                return self.shifted(first, 1)
            case "year_ago":
                return self.shifted(first, 12 // self.months)
            case "year_to_date":
                return self._once(first, "year to date", self._year_to_date)
            case "rolling_year":
                return self._once(first, "rolling year", self._rolling)
        raise AssertionError(f"no such function: {function}")

    def _first_known(self, given: Sequence[Computed]) -> Computed:
        """The first that is there; what is withheld, refused or undefined is not passed over."""
        last = given[-1]
        for part in reversed(given[:-1]):
            part, other = self.column(part), self.column(last)
            passed = soft(part.code)
            value = pl.when(passed).then(other.value).otherwise(part.value)
            neither = pl.when(soft(other.code)).then(pl.max_horizontal(part.code, other.code)).otherwise(other.code)
            code = pl.when(passed).then(neither).otherwise(part.code)
            without = pl.max_horizontal(part.code, *([] if other.spared is None else [other.spared]))
            spared = pl.when(passed).then(without).otherwise(_ZERO if part.spared is None else part.spared)
            last = replace(_made(value, code, 4, [part, other], max(part.most, other.most)), spared=spared)
        return last

    def shifted(self, part: Computed, by: int) -> Computed:
        """The part as it was so many periods before."""
        return self._once(part, f"shifted {by}", lambda part: self._shifted(part, by))

    def _once(self, part: Computed, what: str, work: Callable[[Computed], Computed]) -> Computed:
        """What looks at other rows, as columns and once for each part: such columns cost the square of their number."""
        part = self.column(part)
        key = (part.value.meta.output_name(), part.code.meta.output_name(), what)
        if key not in self.looked:
            self.looked[key] = self.column(work(part))
        return self.looked[key]

    def _shifted(self, part: Computed, by: int) -> Computed:
        code = self._over(part.code.shift(by)).fill_null(_NOTHING_BEFORE)
        spared = None if part.spared is None else self._over(part.spared.shift(by)).fill_null(0)
        return Computed(self._over(part.value.shift(by)), code, 2, part.stage, most=part.most, spared=spared)

    def _year_to_date(self, part: Computed) -> Computed:
        part = self.column(_masked(part))
        over = [*self.partition, self.year]
        code = part.code.cum_max().over(over)
        spared = None if part.spared is None else part.spared.cum_max().over(over)
        total = self.column(Computed(part.value.cum_sum().over(over), code, 2, part.stage, spared=spared))
        largest = self.column(Computed(part.value.abs().cum_max().over(over), code, 2, part.stage))
        return _made(_snapped(total.value, largest.value), total.code, 2, [total], 12 * part.most)

    def _rolling(self, part: Computed) -> Computed:
        periods = 12 // self.months
        part = self.column(_masked(part))
        # Term by term: a sliding sum would carry rounding from one window into the next.
        terms = [self._over(part.value.shift(by)) for by in reversed(range(periods))]
        value = terms[0]
        for term in terms[1:]:
            value = value + term
        code = self._over(part.code.rolling_max(periods, min_samples=1))
        spared = None if part.spared is None else self._over(part.spared.rolling_max(periods, min_samples=1))
        total = self.column(Computed(value, code, 2, part.stage, spared=spared))
        largest = self.column(Computed(self._over(part.value.abs().rolling_max(periods)), code, 2, part.stage))
        before = pl.when(pl.col(self.place) < periods - 1).then(_NOTHING_BEFORE).otherwise(0)
        code = pl.max_horizontal(total.code, before).cast(pl.UInt32)
        return _made(_snapped(total.value, largest.value), code, 4, [total], 12 * part.most)

    def _over(self, expression: pl.Expr) -> pl.Expr:
        return expression.over(self.partition) if self.partition else expression


def _masked(part: Computed) -> Computed:
    """The part with no value where its code says there is none."""
    return _made(pl.when(part.code == 0).then(part.value), part.code, part.size + 1, [part], part.most)


def _made(value: pl.Expr, code: pl.Expr, size: int, of: Sequence[Computed], most: float = inf) -> Computed:
    """What is made of other parts."""
    spared = [part.spared for part in of if part.spared is not None]
    return Computed(
        value, code, size, max(part.stage for part in of), most=most, spared=_largest(spared) if spared else None
    )


def _overflowed(part: Computed) -> pl.Expr:
    """The code of a part that is too large for a number: compared, or divided by, it would look like a small one."""
    wrong = (part.code == 0) & ~part.value.is_finite()
    return pl.when(wrong).then(_INVALID).otherwise(0).cast(pl.UInt32)


def _largest(codes: Sequence[pl.Expr]) -> pl.Expr:
    return pl.max_horizontal(codes) if len(codes) > 1 else codes[0]


def is_amount(node: Expression, figures: Container[str]) -> bool:
    """Whether an expression is a figure or a sum of figures: what `missing` speaks of.

    A share of which part is missing is not a smaller share, and what is taken away is not missing from a sum.
    """
    if isinstance(node, Name):
        return node.name in figures
    return isinstance(node, Binary) and node.operator == "+" and all(is_amount(one, figures) for one in children(node))


def _snapped(value: pl.Expr, largest: pl.Expr) -> pl.Expr:
    """A sum whose largest term is so large; 0 where only rounding is left of it."""
    return pl.when(value.abs() > largest * _SNAP).then(value).otherwise(value * 0.0)


def _sum(left: Computed, right: Computed, operator: str) -> Computed:
    value = left.value + right.value if operator == "+" else left.value - right.value
    value = _snapped(value, pl.max_horizontal(left.value.abs(), right.value.abs()))
    code = pl.max_horizontal(left.code, right.code)
    return _made(value, code, 2 * (left.size + right.size), [left, right], left.most + right.most)


def _lenient_sum(left: Computed, right: Computed) -> Computed:
    known = [pl.when(part.code == 0).then(part.value) for part in (left, right)]
    worst = pl.max_horizontal(left.code, right.code)
    spared = (pl.min_horizontal(left.code, right.code) == 0) & (status_rank(worst) == 0)
    code = pl.when(spared).then(_ZERO).otherwise(worst)
    size = 4 * (left.size + right.size)
    return _made(_sum_of(known), code, size, [left, right], left.most + right.most)


def _sum_of(known: Sequence[pl.Expr]) -> pl.Expr:
    value = pl.sum_horizontal(known)
    return _snapped(value, pl.max_horizontal([part.abs() for part in known]))


def _product(left: Computed, right: Computed) -> Computed:
    code = pl.max_horizontal(left.code, right.code)
    most = left.most * right.most if min(left.most, right.most) > 0 else inf
    return _made(left.value * right.value, code, left.size + right.size, [left, right], most)


def _quotient(left: Computed, right: Computed) -> Computed:
    # Where a part lacks its value means nothing, and it must not be compared.
    nothing = pl.when((right.code == 0) & (right.value == 0)).then(_UNDEFINED).otherwise(0).cast(pl.UInt32)
    codes = [left.code, right.code, nothing, *([_overflowed(right)] if right.most > _SURE else [])]
    size = left.size + (len(codes) - 1) * right.size
    return _made(left.value / right.value, _largest(codes), size, [left, right])


def _percent(part: Computed, whole: Computed) -> Computed:
    wrong = (
        pl.when((whole.code == 0) & (whole.value == 0))
        .then(_UNDEFINED)
        .when((whole.code == 0) & (part.code == 0) & (less(whole.value, part.value) | (part.value < 0)))
        .then(_INVALID)
        .otherwise(0)
        .cast(pl.UInt32)
    )
    codes = [part.code, whole.code, wrong, *(_overflowed(one) for one in (part, whole) if one.most > _SURE)]
    size = 4 * (part.size + whole.size)
    most = 101.0 if part.most <= _SURE else inf
    return _made(part.value * 100.0 / whole.value, _largest(codes), size, [part, whole], most)


def _rate(events: Computed, population: Computed, per: Computed) -> Computed:
    known = (events.code == 0) & (population.code == 0) & (per.code == 0) & (population.value != 0)
    below = (events.value < 0) | (population.value < 0) | (per.value <= 0)
    wrong = pl.when(known & below).then(_INVALID).otherwise(0).cast(pl.UInt32)
    rate = _product(_quotient(events, population), per)
    size = rate.size + 2 * (events.size + population.size + per.size)
    return replace(rate, code=pl.max_horizontal(rate.code, wrong), size=size)


def half_up(value: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """A number rounded to so many digits, halves away from zero."""
    scale = pl.lit(10.0).pow(digits)
    scaled = value.abs() * scale
    return (scaled + pl.min_horizontal(scaled * _HALF, 0.05) + 0.5).floor() / scale * value.sign()


# -- comparisons and truth ---------------------------------------------------------


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


def truth(
    node: Expression,
    compiler: Compiler,
    look_up: Lookup,
    words: Mapping[str, pl.Expr],
    lasting: Callable[[pl.Expr, int], pl.Expr],
) -> pl.Expr:
    """True, false, or null where a missing number leaves it open.

    `words` are the names that are true or false themselves; `lasting` says what `for N periods` asks of one.
    """

    def number(part: Expression) -> pl.Expr:
        computed = compiler.number(part, look_up)
        return pl.when((computed.code == 0) & computed.value.is_finite()).then(computed.value)

    def inner(part: Expression) -> pl.Expr:
        return truth(part, compiler, look_up, words, lasting)

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
            return compare(operator, number(node.left), number(node.right))
        case In():
            held = pl.any_horizontal([near(number(node.operand), number(item)) for item in node.items])
            return ~held if node.negated else held
        case Between():
            value = number(node.operand)
            held = compare(">=", value, number(node.low)) & compare("<=", value, number(node.high))
            return ~held if node.negated else held
        case IsMissing():
            held = compiler.number(node.operand, look_up).code > 0
            return ~held if node.negated else held
        case _:
            return lasting(inner(node.operand), node.periods)  # type: ignore[union-attr]
