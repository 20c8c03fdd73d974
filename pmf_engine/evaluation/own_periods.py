"""Escalation in an indicator's own periods, where a report asks for longer ones.

A report on a year shows the yearly values of a quarterly indicator, but tests `red for 3 periods` on its quarters. The
level, the life of the exception and the control chart are those of the quarter that ends with the year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from pmf_engine.domain.periods import Cadence
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.chart_limits import CHART
from pmf_engine.judgement.exception_life import LIFE

_ESCALATION: Final = ("rules", "rule_ids", "escalate_to", "level", "small", *CHART.names, *LIFE.names)
"""The columns that rows in longer periods take from the indicator's own periods."""


def own_cadences(framework: Framework, cadences: Mapping[str, Cadence]) -> dict[str, Cadence]:
    """The own cadence of each indicator that is evaluated in longer periods.

    Args:
        framework: The framework that defines the indicators.
        cadences: By indicator id, the length of the periods of the evaluation.
    """
    indicators = framework.indicators
    return {id_: indicators[id_].cadence for id_ in cadences if cadences[id_].months > indicators[id_].cadence.months}


def escalated_by_own(history: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Rows in longer periods with the rules, level, life and chart of the own period that ends with each.

    Args:
        history: Rows in the periods of a report, of all indicators.
        own: The rows in own periods of the indicators that the report shows in longer ones.

    Returns:
        `history` in its order. A longer period without an own period that ends with it goes to no level.
    """
    line = ["indicator", "by", "group"]
    ends = (pl.col("start") + pl.col("months")).alias("end")
    columns = [pl.col(name).alias(f"own:{name}") for name in _ESCALATION]
    last_own = own.select(*line, ends, *columns, pl.lit(True).alias("has_own"))
    joined = history.with_columns(ends).join(
        last_own, on=[*line, "end"], how="left", nulls_equal=True, maintain_order="left"
    )
    none = {
        "level": pl.lit(-1, pl.Int8),
        "rules": pl.lit([], dtype=pl.List(pl.String)),
        "rule_ids": pl.lit([], dtype=pl.List(pl.Int32)),
    }
    longer = pl.col("indicator").is_in(own["indicator"].unique().to_list())
    return joined.with_columns(
        pl.when(pl.col("has_own")).then(f"own:{name}").when(longer).then(none.get(name)).otherwise(name).alias(name)
        for name in _ESCALATION
    ).drop("end", "has_own", "^own:.*$")
