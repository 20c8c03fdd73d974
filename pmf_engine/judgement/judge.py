"""From values to what is said of them: status, reason, direction of travel, run and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pmf_engine.domain.periods import Frequency, month_of
from pmf_engine.domain.reason_codes import FIGURE_BITS, reason_code, status_rank
from pmf_engine.domain.status import (
    AMBER,
    DIRECTIONS,
    GREEN,
    IMPROVING,
    MISSING,
    NOT_DUE,
    NOT_RATED,
    RATED,
    RED,
    STATUSES,
    UNCHANGED,
    WITH_VALUE,
    WORSENING,
)
from pmf_engine.formula.constants import constant
from pmf_engine.framework.model import Figure, Framework, RecordList
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement import confidence
from pmf_engine.judgement.control_charts import charted
from pmf_engine.judgement.exception_life import escalated

STATUS = pl.Enum(list(STATUSES))
DIRECTION = pl.Enum(list(DIRECTIONS))
_SERIES = ["indicator", "by", "group"]


def judged(rows: pl.LazyFrame, framework: Framework, as_of: date) -> pl.LazyFrame:
    """Adds all that is said of them to the rows of `plan.rows` (with their `period`), and sorts these by series.

    The series (an indicator, its whole or one group) are numbered by `line`. Added are status, direction, run and
    interval, the control chart (see `control`), and rules, level and the life of the exception (see `exceptions`).
    """
    frame = _described(rows, framework)
    frame = _status(frame, as_of).sort(*_SERIES, "start", nulls_last=False)
    begins = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _SERIES)
    frame = frame.with_columns(line=begins.cum_sum())
    frame = _direction(frame)
    frame = _run(frame)
    frame = _interval(frame)
    return escalated(charted(frame), framework)


def _described(rows: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """What the rows need to know of their indicators, and how far they are from good by the entry in force."""
    known = pl.LazyFrame(
        [
            (
                one.id,
                one.ratio and one.ratio.function,
                one.per,
                one.places,
                one.type.kind,
                one.frequency != Frequency.AD_HOC,
            )
            for one in framework.indicators.values()
        ],
        schema={
            "indicator": pl.String, "ratio": pl.String, "per": pl.Float64, "places": pl.Int32, "kind": pl.String,
            "regular": pl.Boolean,
        },
        orient="row",
    )  # fmt: skip
    aims = pl.LazyFrame(
        [
            (one.id, place, *aim)
            for one in framework.indicators.values()
            for place, entry in enumerate(one.tolerances)
            if (aim := _aim(entry))
        ],
        schema={"indicator": pl.String, "entry": pl.UInt32, "aim": pl.Float64, "aim_open": pl.Boolean},
        orient="row",
    )
    rows = rows.with_columns(gap=_gap(pl.col("gaps")))
    rows = rows.join(known, on="indicator", how="left", maintain_order="left")
    return rows.join(aims, on=["indicator", "entry"], how="left", maintain_order="left")


def _gap(gaps: pl.Expr) -> pl.Expr:
    """Of the gaps by each entry, that by the one now in force."""
    return gaps.list.get(pl.col("entry"), null_on_oob=True)


def _aim(entry: Entry) -> tuple[float, bool] | None:
    """The target that a good band sets by its one constant end, and whether that end is itself outside the band."""
    if len(entry.good.limits) != 1 or entry.polarity == "close":
        return None
    [limit] = entry.good.limits
    bound = constant(limit.bound, entry.target)
    return None if bound is None else (bound, limit.operator in ("<", ">"))


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
    """Which way the value went since the period before, and since the same period of the year before."""
    value = pl.when("known").then("value")
    earlier = {"before": pl.lit(1), "ago": (12 // pl.col("months")).first()}
    frame = frame.with_columns(
        column.shift(periods).over("line").alias(f"{when}:{name}")
        for when, periods in earlier.items()
        for name, column in (("value", value), *((name, pl.col(name)) for name in ("gaps", "status", "start")))
    )
    # An ad hoc indicator is not asked for in every quarter, so its row of so many rows before may be of any.
    a_year = pl.col("ago:start") == pl.col("start") - 12
    return frame.with_columns(
        before=pl.col("before:value"),
        direction=_travelled("before").cast(DIRECTION),
        direction_year_ago=pl.when(a_year).then(_travelled("ago")).cast(DIRECTION),
    ).drop(f"{when}:{name}" for when in earlier for name in ("value", "gaps", "status", "start"))


def _travelled(when: str) -> pl.Expr:
    """Direction of travel by polarity, from the columns that say how things were; unchanged if it shows the same.

    A step from one rating into another is a change however small. Where closeness is good, both values are held
    against the band now in force; where no bound was known for one of them, nothing can be said.
    """
    before, gap, places = pl.col(f"{when}:value"), _gap(pl.col(f"{when}:gaps")), pl.col("places")
    closeness = pl.col("sign") == 0
    better = pl.when(closeness).then(gap - pl.col("gap")).otherwise(pl.col("sign") * (pl.col("value") - before))
    same = _shown(pl.col("value"), places) == _shown(before, places)
    as_near = closeness & (_shown(pl.col("gap"), places) == _shown(gap, places))
    rated = pl.col("status", f"{when}:status").cast(pl.String).is_in(list(RATED))
    moved = pl.all_horizontal(rated) & (pl.col("status") != pl.col(f"{when}:status"))
    return (
        pl.when(~pl.col("has_value") | before.is_null() | better.is_null())
        .then(None)
        .when(((same | as_near) & ~moved) | (better == 0))
        .then(pl.lit(UNCHANGED))
        .when(better > 0)
        .then(pl.lit(IMPROVING))
        .otherwise(pl.lit(WORSENING))
    )


def _shown(value: pl.Expr, places: pl.Expr) -> pl.Expr:
    """The value as shown, in units of its last decimal: rounded half up."""
    scaled = (value.abs() * pl.lit(10.0).pow(places)).round_sig_figs(12)
    return (scaled + 0.5).floor() * value.sign()


def _run(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How many periods running the status is what it is.

    A period without a value does not end a run of values: nothing is known of it, so it is stepped over.
    """
    value_status = pl.when("has_value").then("status")
    last = value_status.forward_fill().shift(1).over("line")
    changed = (
        pl.when("has_value")
        .then(pl.col("status") != last)
        .otherwise(pl.col("status") != pl.col("status").shift(1).over("line"))
    )
    return (
        frame.with_columns(changed=changed.fill_null(True))
        .with_columns(block=pl.col("changed").cast(pl.Int64).cum_sum().over("line", "has_value"))
        .with_columns(run=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("line", "has_value", "block"))
        .drop("changed", "block")
    )


def _interval(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The 95 % interval of a share or a rate."""
    parts = pl.col("numerator"), pl.col("denominator")
    percent, rate = confidence.of_percent(*parts), confidence.of_rate(*parts, pl.col("per"))
    ratio = pl.when("has_value").then("ratio")
    lower, upper = (
        pl.when(ratio == "percent").then(of_percent).when(ratio == "rate").then(of_rate)
        for of_percent, of_rate in zip(percent, rate, strict=True)
    )
    return frame.with_columns(lower=lower, upper=upper)


# -- reasons --------------------------------------------------------------------------

_SAID = {
    "undefined": "nothing to divide by",
    "invalid": "the part exceeds the whole, what cannot be is below zero, or the result is no number",
    "not_due": "the period has not ended",
    "no_data": "there is no earlier period to look at",
}
_OF_FIGURE = {
    "no_data": "{} is not available{}",
    "suppressed": "{} is withheld{}",
    "not_due": "{} is not due yet{}",
    "late": "{} has not come{}",
    "invalid": "{} was refused{}",
}


_WHOSE = {"no_data": "from", "suppressed": "by", "not_due": "from", "late": "from", "invalid": "as sent by"}


def reasons(
    frame: pl.LazyFrame,
    lacking: pl.LazyFrame,
    backs: Mapping[str, Mapping[str, Sequence[int]]],
    framework: Framework,
) -> pl.LazyFrame:
    """Adds `reason`: why there is no value or no rating, and which figure of which agencies lacks, and when.

    `lacking` has by, group, months, year_start, start, code and `agencies`, their names, for every figure
    that lacks in a period of a cadence; `lacked_in` names the period, which is a longer one where `apart`. `backs` are
    how many months back indicators look at figures, least first, where not in the period itself alone.
    """
    senders: Mapping[str, Figure | RecordList] = {**framework.figures, **framework.lists}
    numbers = {name: number for number, name in enumerate(senders, start=1)}
    alone = [framework.agencies[one.agencies[0]].name if len(one.agencies) == 1 else None for one in senders.values()]
    figures = pl.LazyFrame(
        {"number": numbers.values(), "figure": numbers.keys(), "alone": alone},
        schema={"number": pl.UInt32, "figure": pl.String, "alone": pl.String},
    )
    looked = pl.LazyFrame(
        [(id_, numbers[name], months) for id_, found in backs.items() for name, months in found.items()],
        schema={"indicator": pl.String, "number": pl.UInt32, "back": pl.List(pl.Int32)},
        orient="row",
    )
    code = pl.when(pl.col("code") > 0).then("code").when("has_value").then("left_out").otherwise(0)
    keys = ["months", "year_start", "by", "group"]
    frame = (
        frame.with_columns(because=code.cast(pl.UInt32))
        .with_columns(number=pl.col("because") % (1 << FIGURE_BITS))
        .join(figures, on="number", how="left", maintain_order="left")
        .join(looked, on=["indicator", "number"], how="left", maintain_order="left")
        .with_row_index("row")
        .explode("back")
        .with_columns(pl.col("back").fill_null(0), at=pl.col("start") - pl.col("back").fill_null(0))
        .join(
            lacking,
            left_on=[*keys, "at", "because"],
            right_on=[*keys, "start", "code"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        # Of the periods that are looked at, the nearest in which it lacks.
        .sort("row", pl.col("agencies").is_null(), maintain_order=True)
        .unique("row", keep="first", maintain_order=True)
    )
    elsewhere = pl.when((pl.col("back") > 0) | pl.col("apart")).then(" for " + pl.col("lacked_in")).fill_null("")
    figure = pl.format("`{}`{}", "figure", elsewhere)
    rank = status_rank(pl.col("because"))
    reason = pl.lit(None, dtype=pl.String)
    for place, status in enumerate(MISSING, start=1):
        if status in _SAID:
            reason = pl.when((rank == place) & pl.col("figure").is_null()).then(pl.lit(_SAID[status])).otherwise(reason)
        if status in _OF_FIGURE:
            whose = (pl.lit(f" {_WHOSE[status]} ") + pl.coalesce("agencies", "alone")).fill_null("")
            said = pl.format(_OF_FIGURE[status], figure, whose)
            reason = pl.when((rank == place) & pl.col("figure").is_not_null()).then(said).otherwise(reason)
    without = pl.when("has_value").then(pl.lit("worked out without what lacks: ") + reason).otherwise(reason)
    return frame.with_columns(reason=without)
