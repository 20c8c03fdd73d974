"""Exceptions: which rules hold in each period, whom they send the indicator up to, and how long that has been so.

Everything is worked out from the series itself, in one pass over all rows. Nothing that is missing ends an exception:
of a period without a value only its own status can be said, and a rule goes on with what was known last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pmf_engine.escalation import Rule
from pmf_engine.formula.compile import Compiler, Computed, reason_code, truth
from pmf_engine.formula.syntax import Expression
from pmf_engine.framework import Framework
from pmf_engine.statuses import CONCERN, DIRECTIONS, IMPROVEMENT, NO_DATA, STATUSES, WITH_VALUE, WORSENING

_SERIES = ["indicator", "by", "group"]

LIFE: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "raised": pl.String,
    "raised_to": pl.String,
    "raised_status": pl.String,
    "raised_value": pl.Float64,
    "raised_for": pl.Int64,
    "recovered": pl.String,
}
"""The life of the exception that lasts, or of the last one that did: the period it was first raised in, the level it
went to then, the status and value of then, how many periods it has lasted, and, once it is over, the first period
without it. All null where there has been none."""


@dataclass(frozen=True)
class Life:
    """How long an exception has lasted: see `LIFE`. `raised_status` and `raised_value` are what it was when raised."""

    raised: str
    raised_to: str
    raised_status: str
    raised_value: float | None
    raised_for: int
    recovered: str | None


def read_life(row: Mapping[str, Any]) -> Life | None:
    """The life of the exception that lasts in a row of `Evaluation.history`, or of the last one; None without any."""
    return Life(**{name: row[name] for name in LIFE}) if row["raised"] is not None else None


def escalated(frame: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Adds `rules` (those that hold), `escalate_to` and `level` (the highest they name), and the columns of `LIFE`.

    The rows are sorted by series, and say period, value, status, has_value, before, direction, special_cause and
    no_signal.
    """
    levels = list(framework.governance)
    compiler = Compiler(months=1)
    stages = _held(framework.rules, compiler)
    frame = frame.with_columns(change=pl.when("has_value").then(pl.col("value") - pl.col("before")), **_said())
    for stage in [*compiler.stages, *stages]:
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
    return _lived(frame).drop("^(rule|since|said):.*$")


def _held(rules: Sequence[Rule], compiler: Compiler) -> list[list[pl.Expr]]:
    """Whether each rule holds in each row, as columns to be added one list after the other.

    It does where its condition did in the last period that it can be said of. What stands after `until` looks at the
    periods since then, and is answered only in a period with a value, whatever it is about: nothing that is missing
    ends an exception.
    """
    holds = [_asked(rule.condition, compiler, _SERIES) for rule in rules]
    latched = [(place, rule.until) for place, rule in enumerate(rules) if rule.until]
    over = {
        place: _asked(until, compiler, [*_SERIES, f"since:{place}"]) & pl.col("has_value") for place, until in latched
    }
    held = {place: pl.col(f"rule:{place}") for place in over}
    times = {place: one.cast(pl.Int64) for place, one in held.items()}
    turned = {place: pl.when(one).then(True).when(over[place]).then(False) for place, one in held.items()}
    return [
        [one.alias(f"rule:{place}") for place, one in enumerate(holds)],
        [(one.cum_sum() - one).over(_SERIES).alias(f"since:{place}") for place, one in times.items()],
        [one.forward_fill().over(_SERIES).fill_null(False).alias(f"rule:{place}") for place, one in turned.items()],
    ]


def _asked(condition: Expression, compiler: Compiler, over: Sequence[str]) -> pl.Expr:
    """A condition in the last period that it can be said of, of the periods that the columns `over` keep together."""

    def lasting(condition: pl.Expr, periods: int) -> pl.Expr:
        return _lasting(condition, periods).over(over)

    return lasting(truth(condition, compiler, _quantity, _words(), lasting), 1).fill_null(False)


def _words() -> Mapping[str, pl.Expr]:
    """What conditions may name. Of a period without a value only its own status can be said."""
    words: dict[str, pl.Expr] = {}
    for status in STATUSES:
        said = pl.col("status") == status
        words[status] = pl.when("has_value").then(said) if status in WITH_VALUE else said
    for direction in DIRECTIONS:
        words[direction] = pl.when("has_value").then((pl.col("direction") == direction).fill_null(False))
    words[IMPROVEMENT] = pl.when("has_value").then((pl.col("special_cause") == IMPROVEMENT).fill_null(False))
    words[WORSENING] = pl.when("has_value").then(f"said:{WORSENING}")
    words[CONCERN] = pl.when("has_value").then(f"said:{CONCERN}")
    return words


def _said() -> Mapping[str, pl.Expr]:
    """What tells of something bad, and rests on earlier periods too: where these lack, what was said last stands.

    Otherwise one missing return would end an exception a period later, when there is nothing to compare with. What
    tells of something good is not said then.
    """
    worsening = pl.when(pl.col("has_value") & pl.col("before").is_not_null())
    concern = pl.when(pl.col("has_value") & pl.col("no_signal").is_null())
    return {
        f"said:{word}": said.forward_fill().over(_SERIES).fill_null(False)
        for word, said in (
            (WORSENING, worsening.then((pl.col("direction") == WORSENING).fill_null(False))),
            (CONCERN, concern.then((pl.col("special_cause") == CONCERN).fill_null(False))),
        )
    }


def _quantity(name: str) -> Computed:
    column = pl.when("has_value").then(name)
    code = pl.when(column.is_null()).then(reason_code(NO_DATA)).otherwise(0).cast(pl.UInt32)
    return Computed(column, code)


def _lasting(condition: pl.Expr, periods: int) -> pl.Expr:
    """Whether a condition held in the last so many periods that it can be said of."""
    held = condition.fill_null(False).cast(pl.Int64).cum_sum()
    ended = pl.when(~condition).then(held).forward_fill().fill_null(0)
    return held - ended >= periods


def _lived(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The life of each exception, as far as the series had come in each period.

    Before a figure was first sent there is `no_data`, which a rule may send up; an exception that goes on when figures
    come has its own beginning all the same, and is not as old as the first period that anybody knows anything of.
    """
    up = pl.col("level") >= 0
    series = [*_SERIES, "heard"]
    life = [*series, "life"]  # the rows from where an exception began to where the next one does
    began = {
        "raised": pl.col("period"),
        "raised_to": pl.col("escalate_to"),
        "raised_status": pl.col("status").cast(pl.String),
        "raised_value": pl.col("value"),
    }
    lived = {name: column.first().over(life) for name, column in began.items()}
    lived["raised_for"] = up.cast(pl.Int64).cum_sum().over(life)
    lived["recovered"] = pl.when(~up).then(pl.when(~up).then("period").drop_nulls().first().over(life))
    return (
        frame.with_columns(heard=(pl.col("status") != NO_DATA).cast(pl.Int8).cum_max().over(_SERIES))
        .with_columns(began=up & ~up.shift(1).over(series).fill_null(False))
        .with_columns(life=pl.col("began").cast(pl.Int64).cum_sum().over(series))
        .with_columns(**{name: pl.when(pl.col("life") > 0).then(column) for name, column in lived.items()})
        .drop("heard", "began", "life")
    )
