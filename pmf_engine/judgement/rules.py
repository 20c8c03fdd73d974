"""Escalation rules: which rules hold in each period, and the highest level they escalate an indicator to.

One pass over all rows answers every rule for every series. A missing value ends no exception: a period without a value
answers only conditions about its own status, a period that is not due answers none, nor does one in which a red or
amber group is too small to be escalated, and a rule without an answer keeps its last one. A period that rests on what
is in doubt ends nothing, and a partial value neither: it can make a rule hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pmf_engine.domain.periods import Frequency
from pmf_engine.domain.reason_codes import is_misread, reason_code
from pmf_engine.domain.status import Direction, SpecialCause, Status
from pmf_engine.formula.compute.conditions import Columns, truth
from pmf_engine.formula.compute.maybe import MaybeExpr
from pmf_engine.formula.syntax import LOGIC, Binary, Expression, Lasting, Name, Unary, names
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.exception_life import with_life


def escalated(frame: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Adds `rules` (those that hold), `escalate_to` and `level` (the highest they name), and the columns of `LIFE`.

    The rows are sorted by series, which `line` numbers, and say period, value, status, has_value, before, direction,
    special_cause, no_signal, small, doubt and partial.
    """
    levels = list(framework.governance)
    numbers = Columns()
    stages = _held(framework.rules, numbers)
    change = _difference(pl.col("value"), pl.col("before"))
    frame = frame.with_columns(change=pl.when(_is_whole()).then(change), **_said())
    for stage in [*numbers.stages, *stages]:
        frame = frame.with_columns(stage)
    numbered = list(enumerate(framework.rules))
    texts = [pl.when(f"rule:{place}").then(pl.lit(rule.text)) for place, rule in numbered]
    ranks = [pl.when(f"rule:{place}").then(levels.index(rule.to)).otherwise(-1) for place, rule in numbered]
    rules = pl.concat_list(texts).list.drop_nulls() if texts else pl.lit([], dtype=pl.List(pl.String))
    highest = pl.max_horizontal(ranks) if ranks else pl.lit(-1)
    level = pl.lit(None, dtype=pl.String)
    for place, name in enumerate(levels):
        level = pl.when(highest == place).then(pl.lit(name)).otherwise(level)
    frame = frame.with_columns(rules=rules, escalate_to=level, level=highest.cast(pl.Int32))
    return with_life(frame).drop("^(rule|since|said|for):.*$")


def _held(rules: Sequence[Rule], numbers: Columns) -> list[list[pl.Expr]]:
    """Whether each rule holds in each row, as columns to be added one list after the other.

    A rule holds where its condition was true in the last period that answers it. The condition after `until` looks at
    the periods since the rule began to hold, and only a period with a value answers it: no missing value ends an
    exception.
    """
    asked = _Asked(numbers, ["line"], "when")
    holds = [asked.last(rule.condition) for rule in rules]
    latched = [(place, rule.until) for place, rule in enumerate(rules) if rule.until]
    ends = {place: _Asked(numbers, ["line", f"since:{place}"], f"until:{place}", until=True) for place, _ in latched}
    answers = pl.col("has_value") & _IS_SURE
    over = {place: ends[place].last(until) & answers for place, until in latched}
    held = {place: pl.col(f"rule:{place}") for place in over}
    times = {place: one.cast(pl.Int64) for place, one in held.items()}
    turned = {place: pl.when(one).then(True).when(over[place]).then(False) for place, one in held.items()}
    return [
        *([column] for column in asked.columns),
        [one.alias(f"rule:{place}") for place, one in enumerate(holds)],
        [(one.cum_sum() - one).over("line").alias(f"since:{place}") for place, one in times.items()],
        *([column] for end in ends.values() for column in end.columns),
        [one.forward_fill().over("line").fill_null(False).alias(f"rule:{place}") for place, one in turned.items()],
    ]


_IS_SURE = ~pl.col("small") & ~pl.col("partial") & pl.col("doubt").is_null()
"""Whether a row can end an exception.

It is no group that is too small, its value is not partial, and nothing that it rests on is in doubt.
"""


@dataclass
class _Asked:
    """What conditions say of each row, of the periods that the columns `over` keep together.

    `columns` are what stands before each `for N periods`, called `for:` and `name`, to be added one after the other
    before what is returned. With `until` the conditions say when something is over.
    """

    numbers: Columns
    over: Sequence[str]
    name: str
    until: bool = False
    columns: list[pl.Expr] = field(default_factory=list)

    def last(self, condition: Expression) -> pl.Expr:
        """What a condition said in the last period that it can be said of."""
        return _lasting(self.said(condition), 1).over(self.over).fill_null(False)

    def said(self, condition: Expression) -> pl.Expr:
        """True, false, or null where it cannot be said: then it stays as it was.

        What it needs of good news that cannot be said has not come, and where it holds without it, it does. But nothing
        is denied for want of that: `red and unchanged` is open as long as it is red.
        """
        named = {node.name for node in names(condition)}
        condition = self._counted(condition)
        without, open_ = (self._truth(condition, _words(unsaid)) for unsaid in (False, None))
        if self.until:
            return pl.when(pl.col("has_value") & _IS_SURE).then(without)
        denies = _deniable(named) & pl.col("doubt").is_null() & ~(pl.col("has_value") & pl.col("partial"))
        return pl.when(~pl.col("small")).then(pl.when(without).then(True).when(denies).then(open_))

    def _truth(self, condition: Expression, words: Mapping[str, pl.Expr]) -> pl.Expr:
        counted = {name: pl.col(name) for name in (one.meta.output_name() for one in self.columns)}
        return truth(condition, self.numbers, _quantity, {**words, **counted})

    def _counted(self, node: Expression) -> Expression:
        """A condition with a column's name for each `for N periods`: written out, each would cost those inside it."""
        match node:
            case Lasting():
                name = f"for:{self.name}:{len(self.columns)}"
                held = _lasting(self.said(node.operand), _periods(node)).over(self.over)
                self.columns.append(held.alias(name))
                return Name(node.start, node.end, name)
            case Unary(operator="not"):
                return replace(node, operand=self._counted(node.operand))
            case Binary(operator=operator) if operator in LOGIC:
                return replace(node, left=self._counted(node.left), right=self._counted(node.right))
        return node


def _is_whole() -> pl.Expr:
    """Whether a row has a value of which no part is missing."""
    return pl.col("has_value") & ~pl.col("partial")


def _deniable(named: set[str]) -> pl.Expr:
    """Whether a row can make a condition that names these words false.

    A row without a value can do so only where all words are reasons: `late` ends when the figure is withheld, `red and
    not late` does not. A row that is `not_due` leaves `late` open, and an unrated value leaves `red` open.
    """
    status = pl.col("status")
    if named <= {Status.NOT_DUE}:
        return pl.lit(True)
    if named <= {*Status.missing()}:
        return status != Status.NOT_DUE
    if Status.NOT_RATED in named and named & {*Status.rated()}:
        return pl.col("has_value") & (status != Status.NOT_RATED)
    return pl.col("has_value")


def _words(unsaid: bool | None) -> Mapping[str, pl.Expr]:
    """What conditions may name; `unsaid` is what good news is where it cannot be said.

    Of a period without a value only its own status can be said, of one that is not due nothing else, and of a value
    that nothing rates no rating. Of a figure that may have come in a row that cannot be placed nobody can say whether
    it is late.
    """
    status, valued = pl.col("status"), pl.col("has_value")
    known: dict[str, pl.Expr] = dict.fromkeys(Status, status != Status.NOT_DUE)
    known[Status.LATE] = (status != Status.NOT_DUE) & ~is_misread(pl.col("code"))
    known |= dict.fromkeys(map(str, Status.rated()), valued & (status != Status.NOT_RATED))
    known |= {Status.NOT_RATED: valued, Status.NOT_DUE: pl.lit(True)}
    words: dict[str, pl.Expr] = {name: pl.when(known[name]).then(status == name) for name in Status}
    good: dict[str, pl.Expr] = {
        word: pl.col("direction") == word for word in (Direction.IMPROVING, Direction.UNCHANGED)
    }
    readable = pl.col("no_signal").is_null() & pl.col("doubt").is_null()
    good[SpecialCause.IMPROVEMENT] = pl.when(readable).then(_is_special(SpecialCause.IMPROVEMENT))
    words |= {word: pl.when(valued).then(pl.coalesce(said, pl.lit(unsaid, pl.Boolean))) for word, said in good.items()}
    return words | {word: pl.when(valued).then(f"said:{word}") for word in (Direction.WORSENING, SpecialCause.CONCERN)}


def _said() -> Mapping[str, pl.Expr]:
    """The words for bad news that also depend on earlier periods: their last answer stays until there is a new one.

    Otherwise one missing return would end an exception a period later, when there is no earlier value to compare with.
    """
    readable = pl.col("has_value") & pl.col("no_signal").is_null()
    return {
        f"said:{word}": said.forward_fill().over("line").fill_null(False)
        for word, said in (
            (Direction.WORSENING, pl.col("direction") == Direction.WORSENING),
            (SpecialCause.CONCERN, pl.when(readable).then(_is_special(SpecialCause.CONCERN))),
        )
    }


def _is_special(cause: str) -> pl.Expr:
    return (pl.col("special_cause") == cause).fill_null(False)


_SURE_DIGITS = 15
"""Digits that a number is sure to hold."""


def _difference(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """`left - right`, rounded to the digits that both numbers hold exactly, so that no rounding error remains."""
    difference = left - right
    largest = pl.max_horizontal(left.abs(), right.abs())
    scale = pl.lit(10.0).pow(_SURE_DIGITS - 1 - largest.log10().floor())
    exact = (difference == difference.floor()) | scale.is_infinite()
    return pl.when(exact).then(difference).otherwise((difference * scale).round() / scale)


def _quantity(name: str) -> MaybeExpr:
    column = pl.when(_is_whole()).then(name)
    code = pl.when(column.is_null()).then(reason_code(Status.NO_DATA)).otherwise(0).cast(pl.UInt32)
    return MaybeExpr(column, code)


def _periods(node: Lasting) -> int | pl.Expr:
    """How many periods of its series a condition must last, by the months that a row's period has."""
    if node.unit.months is None:
        return node.count
    lengths = {frequency.months for frequency in Frequency}
    return pl.col("months").replace_strict({length: node.unit.periods(node.count, length) for length in lengths})


def _lasting(condition: pl.Expr, periods: int | pl.Expr) -> pl.Expr:
    """Whether a condition was true in each of the last `periods` periods that answer it."""
    held = condition.fill_null(False).cast(pl.Int64).cum_sum()
    ended = pl.when(~condition).then(held).forward_fill().fill_null(0)
    return held - ended >= periods
