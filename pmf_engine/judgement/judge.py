"""Judging: from values and bands to status, direction, run, interval, control chart and escalation, in that order."""

from __future__ import annotations

from datetime import date

import polars as pl

from pmf_engine.domain.periods import Frequency
from pmf_engine.formula.constants import constant
from pmf_engine.framework.model import Framework
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.confidence import with_interval
from pmf_engine.judgement.control_charts import charted
from pmf_engine.judgement.direction import gap_in_force, with_direction
from pmf_engine.judgement.rules import escalated
from pmf_engine.judgement.runs import with_run
from pmf_engine.judgement.status import with_status

_SERIES = ["indicator", "by", "group"]


def judged(rows: pl.LazyFrame, framework: Framework, as_of: date) -> pl.LazyFrame:
    """Adds all that is said of them to the rows of `plan.rows` (with their `period`), and sorts these by series.

    The series (an indicator, its whole or one group) are numbered by `line`. Added are status, direction, run and
    interval, the control chart (see `control`), and rules, level and the life of the exception (see `exceptions`).
    """
    frame = _described(rows, framework)
    frame = with_status(frame, as_of).sort(*_SERIES, "start", nulls_last=False)
    begins = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _SERIES)
    frame = frame.with_columns(line=begins.cum_sum())
    frame = with_direction(frame)
    frame = with_run(frame)
    frame = with_interval(frame)
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
    rows = rows.with_columns(gap=gap_in_force(pl.col("gaps")))
    rows = rows.join(known, on="indicator", how="left", maintain_order="left")
    return rows.join(aims, on=["indicator", "entry"], how="left", maintain_order="left")


def _aim(entry: Entry) -> tuple[float, bool] | None:
    """The target that a good band sets by its one constant end, and whether that end is itself outside the band."""
    if len(entry.good.limits) != 1 or entry.polarity == "close":
        return None
    [limit] = entry.good.limits
    bound = constant(limit.bound, entry.target)
    return None if bound is None else (bound, limit.operator in ("<", ">"))
