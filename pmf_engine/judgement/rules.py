"""Escalation rules: which rules hold in each period, and the highest level they escalate an indicator to.

One pass over all rows answers every rule for every series, in three-valued logic: true, false, or no answer (null). A
rule without an answer keeps its last answer, so that no missing value ends an exception. A period without a value
answers only conditions about its own status. A period that is not due, and a red or amber group that is too small,
answer none. A row in doubt or a partial value can make a rule hold, and never ends one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl

from pmf_engine.domain.periods import Frequency
from pmf_engine.domain.reason_codes import is_misread, reason_code
from pmf_engine.domain.status import ActionFact, Direction, SpecialCause, Status
from pmf_engine.formula.compute.conditions import Columns, truth
from pmf_engine.formula.compute.maybe import MaybeExpr
from pmf_engine.formula.syntax import LOGIC, Binary, Expression, Lasting, Name, Unary, names
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.exception_life import HAS_COME, with_life
from pmf_engine.judgement.series import earlier, last_known, lasted, opens


def escalated(frame: pl.LazyFrame, framework: Framework, unread: bool = False) -> pl.LazyFrame:
    """Adds `rules` (those that hold), `rule_ids` (their numbers), `escalate_to`, `level` (the highest) and `LIFE`.

    The rows are sorted by series, each with the position of the first of its series in `opens`. Their columns are
    period, value, status, has_value, before, direction, special_cause, no_signal, small, doubt and partial. Where a
    file could not be read (`unread`), a period before the first return may be a gap, too.
    """
    levels = list(framework.governance)
    numbers = Columns()
    stages = _rule_stages(framework.rules, numbers)
    change = _difference(pl.col("value"), pl.col("before"))
    gap = HAS_COME | pl.lit(unread)
    frame = frame.with_columns(change=pl.when(_is_whole()).then(change), may_be_gap=gap, **_lasting_bad_news())
    for stage in [*numbers.stages, *stages]:
        frame = frame.with_columns(stage)
    numbered = list(enumerate(framework.rules))
    ranks = [pl.when(f"rule:{number}").then(levels.index(rule.to)).otherwise(-1) for number, rule in numbered]
    rules = _those_that_hold([rule.text for rule in framework.rules])
    rule_ids = _those_that_hold([str(rule.id) for rule in framework.rules]).cast(pl.List(pl.Int32))
    highest = pl.max_horizontal(ranks) if ranks else pl.lit(-1)
    level = pl.lit(None, dtype=pl.String)
    for position, name in enumerate(levels):
        level = pl.when(highest == position).then(pl.lit(name)).otherwise(level)
    frame = frame.with_columns(rules=rules, rule_ids=rule_ids, escalate_to=level, level=highest.cast(pl.Int8))
    return with_life(frame).drop("^(rule|may|since|bad|for):.*$", "may_be_gap")


_SEPARATOR = "\x1f"
"""A character that no text of the YAML can have."""


def _those_that_hold(names: Sequence[str]) -> pl.Expr:
    """The names of the rules that hold, as a list: split from one text, many times faster than a list of cells.

    Args:
        names: A name for each rule, in their order.
    """
    if not names:
        return pl.lit([], dtype=pl.List(pl.String))
    parts = [pl.when(f"rule:{number}").then(pl.lit(name)) for number, name in enumerate(names)]
    joined = pl.concat_str(parts, separator=_SEPARATOR, ignore_nulls=True)
    none = pl.lit([], dtype=pl.List(pl.String))
    return pl.when(joined == "").then(none).otherwise(joined.str.split(_SEPARATOR))


def _rule_stages(rules: Sequence[Rule], numbers: Columns) -> list[list[pl.Expr]]:
    """The columns that decide whether each rule holds in each row: lists of columns, to be added in this order.

    A rule holds where its condition was true in the last period that answers it. The condition after `until` reads the
    periods since the rule began to hold, and only a period with a value answers it.
    """
    when = _Answers(numbers, "opens", "when")
    holds = [when.last(rule.condition) for rule in rules]
    may_hold = [when.last_possible(rule.condition) for rule in rules]
    latched = [(number, rule.ends) for number, rule in enumerate(rules) if rule.ends]
    ends = {number: _Answers(numbers, f"since:{number}", f"until:{number}", until=True) for number, _ in latched}
    answers = pl.col("has_value") & _IS_SURE
    over = {number: ends[number].last(until) & answers for number, until in latched}
    raises = {number: pl.col(f"rule:{number}") for number in over}
    latches = {
        number: pl.when(is_raised).then(True).when(over[number]).then(False) for number, is_raised in raises.items()
    }
    return [
        *([column] for column in when.columns),
        [is_true.alias(f"rule:{number}") for number, is_true in enumerate(holds)],
        [is_possible.alias(f"may:{number}") for number, is_possible in enumerate(may_hold)],
        [
            opens(pl.col("opens"), raised.cast(pl.Int64).cum_sum().shift(1)).alias(f"since:{number}")
            for number, raised in raises.items()
        ],
        *([column] for end in ends.values() for column in end.columns),
        [last_known(latch).fill_null(False).alias(f"rule:{number}") for number, latch in latches.items()],
        [pl.col(f"rule:{number}") | (pl.col(f"may:{number}") & _is_kept(rules)) for number, _ in enumerate(rules)],
        [
            pl.col(f"rule:{number}") | (pl.col(f"may:{number}") & _stood([number], [number]))
            for number, _ in enumerate(rules)
        ],
    ]


def _is_kept(rules: Sequence[Rule]) -> pl.Expr:
    """Whether an exception would end here although a rule may hold: one has been possible ever since a rule held.

    Rules about nothing but a status without a value (`late`) are over once a value has come, whatever it is.
    """
    numbers = range(len(rules))
    of_values = [n for n in numbers if not {node.name for node in names(rules[n].condition)} <= {*Status.missing()}]
    if not of_values:
        return pl.lit(False)
    return ~pl.any_horizontal(f"rule:{number}" for number in numbers) & _stood(of_values, numbers)


def _stood(holding: Sequence[int], possible: Sequence[int]) -> pl.Expr:
    """Whether one of some rules held in an earlier period, and one of others may have held in each period since."""
    holds, may_hold = (
        pl.any_horizontal(f"{kind}:{number}" for number in some)
        for kind, some in (("rule", holding), ("may", possible))
    )
    stands = pl.when(holds).then(True).when(~may_hold).then(False)
    return earlier(last_known(stands)).fill_null(False)


_IS_SURE = ~pl.col("small") & ~pl.col("partial") & pl.col("doubt").is_null()
"""Whether a row can end an exception: its group is large enough, its value complete and free of doubt."""


@dataclass
class _Answers:
    """Answers of conditions in each row, from the periods of its series, or those since a rule began to hold.

    Attributes:
        numbers: The columns of numbers in conditions.
        within: The column with the position of the first of the periods that count.
        name: The name of these conditions, unique among all, for the names of `columns`.
        until: Whether the conditions end a rule.
        columns: A column for each `for N periods`, to be added one after the other before the answers.
    """

    numbers: Columns
    within: str
    name: str
    until: bool = False
    columns: list[pl.Expr] = field(default_factory=list)

    def last(self, condition: Expression) -> pl.Expr:
        """The last answer of a condition; false before its first."""
        return lasted(self.answer(condition), self.within) >= 1

    def answer(self, condition: Expression) -> pl.Expr:
        """The answer of a condition in each row: true, false, or null for none.

        A condition is true where it holds with unknown good news taken as false. It is false only where it fails with
        unknown good news left unknown, and where nothing unknown may be bad news: without a direction, `red and
        unchanged` of a red row and `amber and worsening` of an amber row have no answer.
        """
        named = {node.name for node in names(condition)}
        condition = self._counted(condition)
        pessimistic, open_ = (self._truth(condition, _words(unknown)) for unknown in (False, None))
        possible = self._truth(condition, _words(False, feared=True)) if Direction.WORSENING in named else pessimistic
        if self.until:
            return pl.when(pl.col("has_value") & _IS_SURE).then(pessimistic & possible)
        denies = _deniable(named) & pl.col("doubt").is_null() & ~(pl.col("has_value") & pl.col("partial"))
        answer = pl.when(pessimistic).then(True).when(denies & ~possible.fill_null(False)).then(open_)
        return pl.when(~pl.col("small")).then(answer)

    def last_possible(self, condition: Expression) -> pl.Expr:
        """Whether a condition might hold in the last period with a value; false if it looks at no other period."""
        columns = len(self.columns)
        possible = self._possible(condition)
        if len(self.columns) == columns and Direction.WORSENING not in {node.name for node in names(condition)}:
            return pl.lit(False)
        answers = pl.col("has_value") & _IS_SURE
        return last_known(pl.when(answers).then(possible), self.within).fill_null(False)

    def _possible(self, condition: Expression) -> pl.Expr:
        """Whether a condition may hold in each row, however what is missing turned out.

        A value without an earlier one to compare with may be worse; a period without a value may be anything that it
        does not deny, from the first return on.
        """
        counted = self._counted(condition, possible=True)
        with_value = self._truth(counted, _words(False, feared=True)).fill_null(False) & ~pl.col("small")
        return pl.when("has_value").then(with_value).otherwise(self.answer(condition).fill_null(pl.col("may_be_gap")))

    def _truth(self, condition: Expression, words: Mapping[str, pl.Expr]) -> pl.Expr:
        counted = {name: pl.col(name) for name in (column.meta.output_name() for column in self.columns)}
        return truth(condition, self.numbers, _quantity, {**words, **counted})

    def _counted(self, node: Expression, *, possible: bool = False) -> Expression:
        """A condition with the name of a column in place of each `for N periods`: nested ones are computed once.

        With `possible` every period counts in which the condition may hold.
        """
        match node:
            case Lasting():
                answer = self._possible(node.operand) if possible else self.answer(node.operand)
                name = f"for:{self.name}:{len(self.columns)}"
                lasts = lasted(answer, self.within) >= _periods(node)
                self.columns.append(lasts.alias(name))
                return Name(node.start, node.end, name)
            case Unary(operator="not"):
                return replace(node, operand=self._counted(node.operand, possible=possible))
            case Binary(operator=operator) if operator in LOGIC:
                left, right = (self._counted(part, possible=possible) for part in (node.left, node.right))
                return replace(node, left=left, right=right)
        return node


def _is_whole() -> pl.Expr:
    """Whether a row has a complete value."""
    return pl.col("has_value") & ~pl.col("partial")


def _deniable(named: set[str]) -> pl.Expr:
    """Whether a row can make a condition that names these words false.

    A row without a value can do so only where all words are reasons: `late` ends when the figure is withheld, `red and
    not late` does not. A row that is `not_due` leaves `late` open, and an unrated value leaves `red` open.
    """
    status = pl.col("status")
    if named <= {*ActionFact}:
        return status != Status.NOT_DUE
    named = named - {*ActionFact}
    if named <= {Status.NOT_DUE}:
        return pl.lit(True)
    if named <= {*Status.missing()}:
        return status != Status.NOT_DUE
    if Status.NOT_RATED in named and named & {*Status.rated()}:
        return pl.col("has_value") & (status != Status.NOT_RATED)
    return pl.col("has_value")


@cache  # of three sets of words, for every condition of every rule
def _words(unknown: bool | None, *, feared: bool = False) -> Mapping[str, pl.Expr]:
    """The truth of each word that conditions may name, null for no answer; `unknown` replaces null for good news.

    With `feared` a value without an earlier one to compare with is `worsening`.

    A period without a value answers only words for its own status; a period that is not due only `not_due`; an unrated
    value no rating. A figure that may have come in a row that cannot be placed does not answer `late`.
    """
    status, valued = pl.col("status"), pl.col("has_value")
    answered: dict[str, pl.Expr] = dict.fromkeys(Status, status != Status.NOT_DUE)
    answered[Status.LATE] = (status != Status.NOT_DUE) & ~is_misread(pl.col("code"))
    answered |= dict.fromkeys(map(str, Status.rated()), valued & (status != Status.NOT_RATED))
    answered |= {Status.NOT_RATED: valued, Status.NOT_DUE: pl.lit(True)}
    words: dict[str, pl.Expr] = {name: pl.when(answered[name]).then(status == name) for name in Status}
    good: dict[str, pl.Expr] = {
        word: pl.col("direction") == word for word in (Direction.IMPROVING, Direction.UNCHANGED)
    }
    readable = pl.col("no_signal").is_null() & pl.col("doubt").is_null()
    good[SpecialCause.IMPROVEMENT] = pl.when(readable).then(_is_special(SpecialCause.IMPROVEMENT))
    null = pl.lit(unknown, pl.Boolean)
    words |= {word: pl.when(valued).then(pl.coalesce(is_true, null)) for word, is_true in good.items()}
    bad = {word: pl.col(f"bad:{word}") for word in (Direction.WORSENING, SpecialCause.CONCERN)}
    words |= {fact: pl.when(status != Status.NOT_DUE).then(fact.value) for fact in ActionFact}
    if feared:
        bad[Direction.WORSENING] |= pl.col("direction").is_null()
    return words | {word: pl.when(valued).then(is_true) for word, is_true in bad.items()}


def _lasting_bad_news() -> Mapping[str, pl.Expr]:
    """The words for bad news that compare with earlier periods: each keeps its last answer until the next one.

    Otherwise one missing return would end an exception a period later, for want of an earlier value to compare with.
    """
    readable = pl.col("has_value") & pl.col("no_signal").is_null()
    return {
        f"bad:{word}": last_known(answer).fill_null(False)
        for word, answer in (
            (Direction.WORSENING, pl.col("direction") == Direction.WORSENING),
            (SpecialCause.CONCERN, pl.when(readable).then(_is_special(SpecialCause.CONCERN))),
        )
    }


def _is_special(cause: str) -> pl.Expr:
    return (pl.col("special_cause") == cause).fill_null(False)


_SURE_DIGITS = 15
"""Decimal digits that every float keeps."""


def _difference(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """`left - right`, rounded to the digits that both numbers hold exactly, so that no rounding error remains."""
    difference = left - right
    largest = pl.max_horizontal(left.abs(), right.abs())
    scale = pl.lit(10.0).pow(_SURE_DIGITS - 1 - largest.log10().floor())
    exact = (difference == difference.floor()) | scale.is_infinite()
    return pl.when(exact).then(difference).otherwise((difference * scale).round() / scale)


def _quantity(name: str) -> MaybeExpr:
    """The number of a name in conditions, `value` or `change`: missing in a row without a complete value."""
    column = pl.when(_is_whole()).then(name)
    code = pl.when(column.is_null()).then(reason_code(Status.NO_DATA)).otherwise(0).cast(pl.UInt32)
    return MaybeExpr(column, code)


def _periods(node: Lasting) -> int | pl.Expr:
    """How many periods of its series a condition must last, by the months that a row's period has."""
    if node.unit.months is None:
        return node.count
    lengths = {frequency.months for frequency in Frequency}
    return pl.col("months").replace_strict({length: node.unit.periods(node.count, length) for length in lengths})
