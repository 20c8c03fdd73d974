"""Judging: from values and bands to status, direction, run, interval, control chart and escalation, in that order."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Frequency
from pmf_engine.formula.constants import constant
from pmf_engine.framework.changes import breaks_of
from pmf_engine.framework.dependencies import adds_up_over_groups, sums_over_periods
from pmf_engine.framework.model import Framework
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.action_facts import with_action_facts
from pmf_engine.judgement.bands import BANDED
from pmf_engine.judgement.chart_limits import CHART
from pmf_engine.judgement.confidence import with_interval
from pmf_engine.judgement.control_charts import charted
from pmf_engine.judgement.direction import DIRECTION, gap_in_force, with_direction
from pmf_engine.judgement.exception_life import LIFE
from pmf_engine.judgement.rules import escalated
from pmf_engine.judgement.runs import with_run
from pmf_engine.judgement.series import POSITION, opens
from pmf_engine.judgement.small_groups import with_small
from pmf_engine.judgement.status import STATUS, with_status

ROWS: Final = FrameSchema(
    "ROWS",
    *(column for column in BANDED.columns.values() if column.name not in ("panel", "group")),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("months", pl.Int32, "the length of the period"),
    Column("year_start", pl.Int32, "the month, from 1, that the period's year starts in"),
    Column("by", pl.String, "the breakdown; null for the whole", nullable=True),
    Column("doubt", pl.String, "why the row cannot be green or improving; null without a doubt", nullable=True),
)
"""The columns of indicator rows, before they are judged."""

JUDGED: Final = FrameSchema(
    "JUDGED",
    Column("status", STATUS, "the rating, or why there is none"),
    Column("has_value", pl.Boolean, "whether the status is one with a value"),
    Column("direction", DIRECTION, "the direction of travel since the period before", nullable=True),
    Column("direction_year_ago", DIRECTION, "the direction of travel since a year before", nullable=True),
    Column("run", pl.Int64, "how many periods in a row have had this status"),
    Column("lower", pl.Float64, "the lower end of the 95 % interval", nullable=True),
    Column("upper", pl.Float64, "the upper end of the 95 % interval", nullable=True),
    *CHART.columns.values(),
    Column("small", pl.Boolean, "whether a red or amber group is too small to be escalated"),
    Column("rules", pl.List(pl.String), "the texts of the rules that hold"),
    Column("rule_ids", pl.List(pl.Int32), "the numbers of these rules in tolerances.yaml, from 1"),
    Column("escalate_to", pl.String, "the level of governance that the row goes up to", nullable=True),
    Column("level", pl.Int8, "the position of `escalate_to` in governance; -1 for none"),
    *LIFE.columns.values(),
)
"""The columns that `judged` adds."""


def judged(
    rows: pl.LazyFrame,
    framework: Framework,
    as_of: date,
    promises: pl.DataFrame | None = None,
    unread: bool = False,
) -> pl.LazyFrame:
    """Judges indicator rows, each of them with the name of its `period`.

    A series is an indicator, whole or of one group. The rows come sorted by series and start: indicators in the order
    of the framework, wholes before groups.

    Args:
        rows: The columns of `ROWS` and `period`.
        framework: The framework that defines the indicators and the escalation rules.
        as_of: The day of the evaluation; periods that are not over then are `not_due`.
        promises: The actions that rules may ask about, with the columns of `PROMISES`; None for none.
        unread: Whether a file could not be read: it may hold returns from before all others.

    Returns:
        The columns of `rows` and of `JUDGED`, and others that only judgement uses.
    """
    frame = _described(rows, framework)
    frame = _in_order(with_status(frame, as_of).cache())
    frame = frame.with_columns(opens=opens(pl.col("position"), pl.col("place")), segment=_segment(framework))
    frame = frame.with_columns(line=(pl.col("opens") == POSITION).cum_sum())
    frame = with_direction(frame)
    frame = with_run(frame)
    frame = with_interval(frame)
    frame = with_small(charted(frame), framework.escalate_groups_from)
    return escalated(with_action_facts(frame, framework, promises, as_of), framework, unread)


def _in_order(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rows sorted by series and start, with `place`, the position of the group among all groups.

    One number holds the place of a row: sorting by it takes a tenth of sorting by the texts of the series.
    """
    group = ["by", "group"]
    places = frame.select(group).unique().sort(group, nulls_last=False).with_row_index("place")
    frame = frame.join(places, on=group, how="left", nulls_equal=True)
    return frame.sort(
        pl.col("position").cast(pl.Int64) * 2**44 + pl.col("place").cast(pl.Int64) * 2**20 + pl.col("start")
    )


def _segment(framework: Framework) -> pl.Expr:
    """The segment of a series that a row lies in: values of different segments do not compare.

    Each break adds 1 to periods that end after it and 1 to periods that start at or after it. A period with a break
    inside is therefore a segment of its own, with an odd number.
    """
    end = pl.col("start") + pl.col("months")
    passed = [
        (pl.col("indicator") == id_) & after
        for id_, indicator in framework.indicators.items()
        for break_ in breaks_of(framework, indicator)
        for after in (pl.col("start") >= break_.at, end > break_.at)
    ]
    return pl.sum_horizontal(is_passed.cast(pl.Int32) for is_passed in passed) if passed else pl.lit(0, pl.Int32)


def _described(rows: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Adds the attributes of indicators and of tolerance entries that judging uses, and `gap` by the entry in force."""
    indicators = pl.LazyFrame(
        [
            (
                indicator.id,
                position,
                indicator.ratio and indicator.ratio.function,
                indicator.per,
                indicator.places,
                indicator.type.kind,
                indicator.frequency != Frequency.AD_HOC,
                sums_over_periods(framework, indicator),
                adds_up_over_groups(framework, indicator),
                indicator.unit or indicator.counts,
            )
            for position, indicator in enumerate(framework.indicators.values())
        ],
        schema={
            "indicator": pl.String, "position": pl.Int32, "ratio": pl.String, "per": pl.Float64, "places": pl.Int32,
            "kind": pl.String, "regular": pl.Boolean, "sums": pl.Boolean, "adds_up": pl.Boolean, "unit": pl.String,
        },
        orient="row",
    )  # fmt: skip
    entries = pl.LazyFrame(
        [
            (indicator.id, position, entry.chart, entry.target_value, *(_aim(entry) or (None, None)))
            for indicator in framework.indicators.values()
            for position, entry in enumerate(indicator.tolerances)
        ],
        schema={
            "indicator": pl.String, "entry": pl.UInt32, "asked_chart": pl.String, "target": pl.Float64,
            "aim": pl.Float64, "aim_open": pl.Boolean,
        },
        orient="row",
    )  # fmt: skip
    rows = rows.with_columns(gap=gap_in_force(pl.col("gaps")))
    rows = rows.join(indicators, on="indicator", how="left", maintain_order="left")
    rows = rows.join(entries, on=["indicator", "entry"], how="left", maintain_order="left")
    return _rebased(rows, framework)


def _rebased(rows: pl.LazyFrame, framework: Framework) -> pl.LazyFrame:
    """Adds `rebased_from`, `rebased` and `rebased_because`: the last break or rebase before a row, and its reason."""
    rebases = {
        (indicator.id, break_.at): (indicator.cadence.holding(break_.at).label, break_.because)
        for indicator in framework.indicators.values()
        for break_ in breaks_of(framework, indicator)
    } | {
        (indicator.id, rebase.start): (rebase.period, rebase.because)
        for indicator in framework.indicators.values()
        for entry in indicator.tolerances
        for rebase in entry.rebases
    }
    schema = {"indicator": pl.String, "rebased_from": pl.Int32, "rebased": pl.String, "rebased_because": pl.String}
    if not rebases:
        columns = list(schema.items())[1:]
        return rows.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in columns)
    frame = pl.LazyFrame([(*key, *words) for key, words in rebases.items()], schema=schema, orient="row")
    return rows.sort("start").join_asof(
        frame.sort("rebased_from"),
        left_on="start",
        right_on="rebased_from",
        by="indicator",
        coalesce=False,
        check_sortedness=False,
    )


def _aim(entry: Entry) -> tuple[float, bool] | None:
    """The target, and whether the target itself is outside the good band.

    The target is the one end of the good band, if that is a constant; None where there is no such end.
    """
    if len(entry.good.limits) != 1 or entry.polarity == "close":
        return None
    [limit] = entry.good.limits
    bound = constant(limit.bound, entry.target_value)
    return None if bound is None else (bound, limit.operator in ("<", ">"))
