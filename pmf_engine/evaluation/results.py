"""The frames of an evaluation that people and programs read: results, exceptions and history, with declared columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.marks import MARK
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.bands import BOUNDS
from pmf_engine.judgement.chart_limits import CHART
from pmf_engine.judgement.direction import DIRECTION
from pmf_engine.judgement.exception_life import LIFE
from pmf_engine.judgement.missing_inputs import MISSING_INPUT
from pmf_engine.judgement.reasons import REASON_KIND
from pmf_engine.judgement.status import STATUS

RESULTS: Final = FrameSchema(
    "RESULTS",
    Column("indicator", pl.String, "the indicator's id"),
    Column("period", pl.String, "the label of the period, such as `2016-17 Q3`"),
    Column("by", pl.String, "the breakdown of the group; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("numerator", pl.Float64, "the numerator of a percentage or rate", nullable=True),
    Column("denominator", pl.Float64, "its denominator", nullable=True),
    Column(
        "value", pl.Float64, "the value at full precision; of a grade its place in the scale, from 1", nullable=True
    ),
    Column("lower", pl.Float64, "the lower end of the 95 % confidence interval", nullable=True),
    Column("upper", pl.Float64, "the upper end of the 95 % confidence interval", nullable=True),
    Column("status", STATUS, "the rating, `not_rated`, or why there is no value"),
    Column("reason", pl.String, "in words, why there is no value or no rating", nullable=True),
    Column("direction", DIRECTION, "the direction of travel since the period before", nullable=True),
    Column("run", pl.Int64, "for how many periods in a row the row has had this status"),
    Column("escalate_to", pl.String, "the level of governance that the row goes up to; null for none", nullable=True),
    Column("rules", pl.List(pl.String), "the texts of the escalation rules that hold"),
    Column("marks", pl.List(MARK), "what the reader of the value needs to know of it"),
    Column("starts_on", pl.Date, "the first day of the period"),
    Column("ends_on", pl.Date, "the last day of the period"),
    Column("unit", pl.String, "the unit of the value: `%`, `per 10,000`, or what it counts", nullable=True),
    Column("reason_kind", REASON_KIND, "the kind of `reason`", nullable=True),
    Column("missing_inputs", pl.List(MISSING_INPUT), "what the row lacks, the deciding figure or list first"),
    Column("owners", pl.List(pl.String), "who can mend the row: the senders of what is missing, else the lead agency"),
    *BOUNDS,
    Column("target", pl.Float64, "the target of the tolerance in force", nullable=True),
    Column("level", pl.Int8, "the position of `escalate_to` in governance, from 0; -1 for none"),
    Column("rule_ids", pl.List(pl.Int32), "the numbers of `rules` in tolerances.yaml, from 1"),
)
"""The columns of `Evaluation.results`: a row for each indicator, period and group."""

EXCEPTIONS: Final = FrameSchema("EXCEPTIONS", *RESULTS.columns.values())
"""The columns of `Evaluation.exceptions`: the results that go up, the highest level first."""

JUDGED_ROWS: Final = RESULTS.with_columns(
    "JUDGED_ROWS",
    Column("start", pl.Int32, "the first month of the period"),
    Column("months", pl.Int32, "the length of the period"),
    Column("named", pl.List(pl.Float64), "the numbers of the names in bands, in the order of `Indicator.band_names`"),
    Column("compared", pl.List(pl.Float64), "the values for comparison, in the order of `Indicator.compare`"),
    Column("direction_year_ago", DIRECTION, "the direction of travel since a year before", nullable=True),
    *CHART.columns.values(),
    *LIFE.columns.values(),
    Column("small", pl.Boolean, "whether a red or amber group is too small to be escalated"),
    Column("partial", pl.Boolean, "whether the value is a sum with a part missing"),
    Column("shown", pl.Boolean, "whether the row is in `results`"),
)
"""The columns of `Evaluation.judged`, from which the others are taken."""

_NUMBER: Final = pl.List(pl.Struct({"name": pl.String, "value": pl.Float64}))
_RENAMED: Final = {
    "points": "chart_points",
    "mean": "chart_mean",
    "lower_limit": "chart_lower",
    "upper_limit": "chart_upper",
}
"""The columns of charts that have another name in the history, where no other column says that they are of a chart."""

HISTORY: Final = RESULTS.with_columns(
    "HISTORY",
    Column("shown", pl.Boolean, "whether the row is in `results`"),
    Column("bounds", _NUMBER, "the numbers of the names in bands, such as that of `england`; null without one"),
    Column("compared", _NUMBER, "the figures and indicators for comparison; null without a value"),
    Column("direction_year_ago", DIRECTION, "the direction of travel since a year before", nullable=True),
    *(
        Column(_RENAMED.get(column.name, column.name), column.dtype, column.doc, column.nullable)
        for column in CHART.columns.values()
    ),
    *LIFE.columns.values(),
    Column("small", pl.Boolean, "whether a red or amber group is too small to be escalated"),
    Column("partial", pl.Boolean, "whether the value is a sum with a part missing"),
)
"""The columns of `Evaluation.history`: the results of all periods up to the one shown, with their charts and lives."""


def results_of(judged: pl.DataFrame) -> pl.DataFrame:
    """The results among judged rows."""
    return RESULTS.check(judged.filter("shown").select(RESULTS.names))


def exceptions_of(judged: pl.DataFrame) -> pl.DataFrame:
    """The results that go up, the highest level first."""
    rows = judged.filter(pl.col("shown") & (pl.col("level") >= 0))
    return EXCEPTIONS.check(rows.sort("level", descending=True, maintain_order=True).select(EXCEPTIONS.names))


def history_of(judged: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """The history, from judged rows."""
    indicators = framework.indicators.values()
    bounds = _named(judged, "named", [(indicator.id, indicator.band_names) for indicator in indicators])
    compared = _named(judged, "compared", [(indicator.id, indicator.compare) for indicator in indicators])
    renamed = judged.rename(_RENAMED).with_columns(bounds=bounds, compared=compared)
    return HISTORY.check(renamed.select(HISTORY.names))


def _named(judged: pl.DataFrame, column: str, names: Iterable[tuple[str, Iterable[str]]]) -> pl.Series:
    """A column of lists of numbers as lists of names and numbers, with the names of each indicator."""
    of_indicator = pl.DataFrame(
        [(id_, position, name) for id_, all_ in names for position, name in enumerate(all_)],
        schema={"indicator": pl.String, "position": pl.Int64, "name": pl.String},
        orient="row",
    )
    pairs = (
        judged.select("indicator", value=column)
        .with_row_index("row")
        .filter(pl.col("value").list.len() > 0)
        .with_columns(position=pl.int_ranges(pl.col("value").list.len()))
        .explode("value", "position")
        .join(of_indicator, on=["indicator", "position"], how="inner", maintain_order="left")
        .group_by("row", maintain_order=True)
        .agg(pairs=pl.struct("name", "value"))
    )
    rows = judged.select("indicator").with_row_index("row").join(pairs, on="row", how="left", maintain_order="left")
    return rows.select(pl.col("pairs").fill_null(pl.lit([], dtype=_NUMBER))).to_series()
