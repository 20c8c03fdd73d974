"""Cross-checks of a figure for a longer period against the same figure for the parts of that period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pmf_engine.domain.numbers import NEAR
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.submissions.problems import PLACE, PROBLEMS, Problem, problems_frame, say
from pmf_engine.submissions.readings import KNOWN
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.vocabulary import Vocabulary


def _problem(cell: Mapping[str, Any], words: Vocabulary, kind: str, message: str) -> Problem:
    """A problem at a cell whose figure, agency and period are known."""
    cadence = Cadence(cell["months"], words.framework.figures[cell["figure"]].cadence.year_start)
    period = Period(cell["start"], cadence).label
    file, sheet, row, column = (cell[name] for name in PLACE)
    by, group = cell.get("by"), cell.get("group")
    return Problem(
        file, sheet, row, column, cell["text"], kind, message, cell["agency"], cell["figure"], period, by, group
    )


_PARTS = {1: "months", 3: "quarters", 6: "half-years"}


def compare_times(readings: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """A `longer-differs` problem for each cell of a longer period whose value its parts contradict.

    The value of a flow must equal the sum of the parts that fill the period; the value of a stock or grade must equal
    the value of the last part.
    """
    non_additive = [
        figure.id for figure in words.framework.figures.values() if figure.is_apart and figure.kind == "flow"
    ]
    if readings.select(pl.col("months").n_unique()).item() < 2:  # longer periods than others need a second length
        return PROBLEMS.empty()
    used = readings.filter(KNOWN, pl.col("outcome") == "used", pl.col("value").is_not_null())
    used = used.filter(~pl.col("figure").is_in(non_additive))  # their parts have no sum to compare
    lengths = used.select("figure", "months").unique()
    used = used.filter(pl.col("figure").is_in(lengths.filter(pl.col("figure").is_duplicated())["figure"].implode()))
    series = ["figure", "agency", "by", "group"]
    longer = used.filter(pl.col("months") > pl.col("months").min().over(series))
    parts = longer.join(
        used.select(*series, "start", "months", "value", "text"), on=series, nulls_equal=True, suffix="_part"
    )
    end, end_of_part = pl.col("start") + pl.col("months"), pl.col("start_part") + pl.col("months_part")
    inside = parts.filter(
        pl.col("months_part") < pl.col("months"), pl.col("start_part") >= pl.col("start"), end_of_part <= end
    )
    is_flow = pl.col("type") == "flow"
    summed = (
        inside.filter(is_flow)
        .group_by("place", "months_part")
        .agg(pl.col("value_part").sort().sum(), pl.col("months_part").sum().alias("covered"))
    )
    flows = longer.join(summed, on="place").filter(pl.col("covered") == pl.col("months"))
    lasts = inside.filter(~is_flow, end_of_part == end)
    near = NEAR * pl.max_horizontal(pl.col("value").abs(), pl.col("value_part").abs())
    differ = pl.concat([flows, lasts], how="diagonal").filter((pl.col("value") - pl.col("value_part")).abs() > near)
    problems: list[Problem] = []
    for cell in differ.iter_rows(named=True):
        cadence = Cadence(cell["months"], words.framework.figures[cell["figure"]].cadence.year_start)
        parts_clause = f"its {_PARTS[cell['months_part']]} add up to {cell['value_part']:.12g}"
        if cell["type"] != "flow":
            parts_clause = f"the last of its {_PARTS[cell['months_part']]} is `{cell['text_part'].strip(EDGES)}`"
        period, text = Period(cell["start"], cadence).label, cell["text"].strip(EDGES)
        message = say("longer-differs", period=period, text=text, parts=parts_clause)
        problems.append(_problem(cell, words, "longer-differs", message))
    return problems_frame(problems)
