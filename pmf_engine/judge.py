"""From values to what is said of them: status, reason, direction of travel, run, and whom it goes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pmf_engine import statistics
from pmf_engine.escalation import Rule
from pmf_engine.formula.compile import FIGURE_BITS, Compiler, Computed, reason_code, status_rank, truth
from pmf_engine.framework import Framework, Indicator
from pmf_engine.periods import month_of
from pmf_engine.statuses import (
    AMBER,
    DIRECTIONS,
    GREEN,
    IMPROVING,
    MISSING,
    NOT_DUE,
    NOT_RATED,
    RED,
    STATUSES,
    UNCHANGED,
    WITH_VALUE,
    WORSENING,
)
from pmf_engine.tolerance import constant

STATUS = pl.Enum(list(STATUSES))
DIRECTION = pl.Enum(list(DIRECTIONS))
_SERIES = ["indicator", "by", "group"]


def judged(rows: pl.LazyFrame, framework: Framework, as_of: date) -> pl.LazyFrame:
    """Adds period, status, direction, run, interval, rules and level to the rows of `plan.rows`, sorted by series."""
    frame = _described(rows, framework)
    frame = _status(frame, as_of).sort(*_SERIES, "start", nulls_last=False)
    frame = _direction(frame)
    frame = _run(frame)
    frame = _interval(frame)
    return _escalated(frame, framework)


def _described(rows: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """What the rows need to know of their indicators."""
    known = pl.LazyFrame(
        [(one.id, *_ratio(one), one.places) for one in framework.indicators.values()],
        schema={"indicator": pl.String, "ratio": pl.String, "per": pl.Float64, "places": pl.Int32},
        orient="row",
    )
    return rows.join(known, on="indicator", how="left", maintain_order="left")


def _ratio(indicator: Indicator) -> tuple[str | None, float | None]:
    ratio = indicator.ratio
    if ratio is None:
        return None, None
    if ratio.function == "percent":
        return "percent", 100.0
    return "rate", constant(ratio.arguments[2], None)


def _status(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The status of each row, from its code, its bands and whether its period is over."""
    # What came for a period that is not over is part of it, and nothing can be said of that yet.
    over = pl.col("start") + pl.col("months") <= month_of(as_of)
    code = pl.when(over).then("code").otherwise(pl.lit(reason_code(NOT_DUE), dtype=pl.UInt32))
    lacking = pl.when(code > 0).then(code).when(pl.col("rated") & _open()).then("band_code").otherwise(0)
    rank = status_rank(pl.col("code"))
    rating = pl.when("good").then(pl.lit(GREEN)).when("tolerable").then(pl.lit(AMBER)).otherwise(pl.lit(RED))
    status = pl.when("rated").then(rating).otherwise(pl.lit(NOT_RATED))
    missing = pl.lit(None, dtype=pl.String)
    for place, name in enumerate(MISSING, start=1):
        missing = pl.when(rank == place).then(pl.lit(name)).otherwise(missing)
    return (
        frame.with_columns(
            pl.when(over).then(pl.col("value", "numerator", "denominator")),
            code=lacking.cast(pl.UInt32),
            known=over & (pl.col("code") == 0),  # there is a value, whether or not a band could judge it
        )
        .with_columns(status=pl.when(pl.col("code") == 0).then(status).otherwise(missing).cast(STATUS))
        .with_columns(has_value=pl.col("status").is_in(list(WITH_VALUE)))
    )


def _open() -> pl.Expr:
    """Whether a missing bound leaves it open how the value is to be rated."""
    return pl.col("good").is_null() | (~pl.col("good") & pl.col("tolerable").is_null())


def _direction(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The way the value went since the period before, by polarity; unchanged if it shows the same."""
    known = pl.when("known").then("value")
    before = known.shift(1).over(_SERIES)
    better = (
        pl.when(pl.col("sign") == 0)
        .then(pl.col("gap").shift(1).over(_SERIES) - pl.col("gap"))
        .otherwise(pl.col("sign") * (pl.col("value") - pl.col("before")))
    )
    same = _shown(pl.col("value"), pl.col("places")) == _shown(pl.col("before"), pl.col("places"))
    direction = (
        pl.when(~pl.col("has_value") | pl.col("before").is_null() | pl.col("sign").is_null())
        .then(None)
        .when((same & (pl.col("status") == pl.col("status").shift(1).over(_SERIES))) | (better == 0))
        .then(pl.lit(UNCHANGED))
        .when(better > 0)
        .then(pl.lit(IMPROVING))
        .otherwise(pl.lit(WORSENING))
    )
    return frame.with_columns(before=before).with_columns(direction=direction.cast(DIRECTION))


def _shown(value: pl.Expr, places: pl.Expr) -> pl.Expr:
    """The value as shown, in units of its last decimal: rounded half up."""
    scaled = (value.abs() * pl.lit(10.0).pow(places)).round_sig_figs(12)
    return (scaled + 0.5).floor() * value.sign()


def _run(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How many periods running the status is what it is.

    A period without a value does not end a run of values: nothing is known of it, so it is stepped over.
    """
    value_status = pl.when("has_value").then("status")
    last = value_status.forward_fill().shift(1).over(_SERIES)
    changed = (
        pl.when("has_value")
        .then(pl.col("status") != last)
        .otherwise(pl.col("status") != pl.col("status").shift(1).over(_SERIES))
    )
    return (
        frame.with_columns(changed=changed.fill_null(True))
        .with_columns(block=pl.col("changed").cast(pl.Int64).cum_sum().over([*_SERIES, "has_value"]))
        .with_columns(run=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over([*_SERIES, "has_value", "block"]))
        .drop("changed", "block")
    )


def _interval(frame: pl.LazyFrame) -> pl.LazyFrame:
    share_low, share_high = statistics.wilson(pl.col("numerator"), pl.col("denominator"))
    low, high = statistics.poisson(pl.col("numerator"))
    events = pl.col("per") / pl.col("denominator")
    ratio = pl.when("has_value").then("ratio")
    lower = pl.when(ratio == "percent").then(share_low * 100).when(ratio == "rate").then(low * events)
    upper = pl.when(ratio == "percent").then(share_high * 100).when(ratio == "rate").then(high * events)
    return frame.with_columns(lower=lower, upper=upper)


# -- escalation ----------------------------------------------------------------------


def _escalated(frame: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Which rules hold, and the highest level they name."""
    levels = list(framework.governance)
    compiler = Compiler(months=1)
    columns = [_held(rule, compiler).alias(f"rule:{place}") for place, rule in enumerate(framework.rules)]
    frame = frame.with_columns(change=pl.when("has_value").then(pl.col("value") - pl.col("before")))
    for stage in [*compiler.stages, columns]:
        frame = frame.with_columns(stage)
    texts = [pl.when(f"rule:{place}").then(pl.lit(rule.text)) for place, rule in enumerate(framework.rules)]
    ranks = [
        pl.when(f"rule:{place}").then(levels.index(rule.to)).otherwise(-1) for place, rule in enumerate(framework.rules)
    ]
    rules = pl.concat_list(texts).list.drop_nulls() if texts else pl.lit([], dtype=pl.List(pl.String))
    highest = pl.max_horizontal(ranks) if ranks else pl.lit(-1)
    level = pl.lit(None, dtype=pl.String)
    for place, name in enumerate(levels):
        level = pl.when(highest == place).then(pl.lit(name)).otherwise(level)
    return frame.with_columns(rules=rules, escalate_to=level, level=highest.cast(pl.Int32)).drop(
        [f"rule:{place}" for place in range(len(framework.rules))]
    )


def _held(rule: Rule, compiler: Compiler) -> pl.Expr:
    """Whether a rule holds in each row: its condition did in the last period that it can be said of."""
    condition = truth(rule.condition, compiler, _quantity, _words(), _lasting)
    return _lasting(condition, 1).fill_null(False)


def _words() -> Mapping[str, pl.Expr]:
    """What conditions may name. Of a period without a value only its own status can be said."""
    words: dict[str, pl.Expr] = {}
    for status in STATUSES:
        said = pl.col("status") == status
        words[status] = pl.when("has_value").then(said) if status in WITH_VALUE else said
    for direction in DIRECTIONS:
        words[direction] = pl.when("has_value").then((pl.col("direction") == direction).fill_null(False))
    return words


def _quantity(name: str) -> Computed:
    column = pl.when("has_value").then(name)
    code = pl.when(column.is_null()).then(1).otherwise(0).cast(pl.UInt32)
    return Computed(column, code)


def _lasting(condition: pl.Expr, periods: int) -> pl.Expr:
    """Whether a condition held in the last so many periods that it can be said of."""
    held = condition.fill_null(False).cast(pl.Int64).cum_sum()
    ended = pl.when(~condition).then(held).forward_fill().fill_null(0)
    return (held - ended >= periods).over(_SERIES)


# -- reasons --------------------------------------------------------------------------

_SAID = {
    "undefined": "nothing to divide by",
    "invalid": "the part exceeds the whole, or the result is no number",
    "not_due": "the period has not ended",
    "no_data": "there is no earlier period to look at",
}
_OF_FIGURE = {
    "no_data": "`{}` is not available{}",
    "suppressed": "`{}` is withheld{}",
    "not_due": "`{}` is not due yet{}",
    "late": "`{}` has not come{}",
    "invalid": "`{}` was refused{}",
}


_WHOSE = {"no_data": "from", "suppressed": "by", "not_due": "from", "late": "from", "invalid": "as sent by"}


def reasons(frame: pl.LazyFrame, lacking: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Adds `reason`: why there is no value or no rating, and which figure of which agencies lacks.

    `lacking` has by, group, months, year_start, start, code and `agencies`, their names, for every figure
    that lacks in a period of a clock.
    """
    figures = pl.LazyFrame(
        {"number": range(1, len(framework.figures) + 1), "figure": list(framework.figures)},
        schema={"number": pl.UInt32, "figure": pl.String},
    )
    code = pl.when(pl.col("code") > 0).then("code").when("has_value").then("left_out").otherwise(0)
    keys = ["months", "year_start", "by", "group", "start"]
    frame = (
        frame.with_columns(because=code.cast(pl.UInt32))
        .with_columns(number=pl.col("because") % (1 << FIGURE_BITS))
        .join(figures, on="number", how="left", maintain_order="left")
        .join(
            lacking,
            left_on=[*keys, "because"],
            right_on=[*keys, "code"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    )
    rank = status_rank(pl.col("because"))
    reason = pl.lit(None, dtype=pl.String)
    for place, status in enumerate(MISSING, start=1):
        if status in _SAID:
            reason = pl.when((rank == place) & pl.col("figure").is_null()).then(pl.lit(_SAID[status])).otherwise(reason)
        if status in _OF_FIGURE:
            named = pl.col("agencies").is_not_null()
            whose = pl.when(named).then(pl.lit(f" {_WHOSE[status]} ") + pl.col("agencies")).otherwise(pl.lit(""))
            said = pl.format(_OF_FIGURE[status], "figure", whose)
            reason = pl.when((rank == place) & pl.col("figure").is_not_null()).then(said).otherwise(reason)
    without = pl.when("has_value").then(pl.lit("worked out without what lacks: ") + reason).otherwise(reason)
    return frame.with_columns(reason=without)
