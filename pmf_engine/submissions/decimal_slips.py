"""Slips of the decimal point: numbers ten times as large, or as small, as all that came before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import Final

import polars as pl

from pmf_engine.framework.model import Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.problems import PROBLEMS, problems_of_cells, say
from pmf_engine.submissions.readings import KEY
from pmf_engine.submissions.table import EDGES

_LOOKED_BACK: Final = 12
"""How many earlier values a number is held against."""

_LEAST_VALUES, _LEAST_MEDIAN = 3, 20
_OF_MEDIAN, _OF_EXTREME = 10, 5
"""How many times the median, and the largest or smallest, a number must be apart."""

_SERIES = ["figure", "agency", "by", "group", "months"]


def refuse_slips(cells: pl.DataFrame, came: pl.DataFrame, framework: Framework) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refuses numbers that look like a slip of the decimal point, unless something says that they are meant.

    A number is meant where the comment of its row repeats it, a file that was received later sends it again, or
    `plausible` allows it. A refused number is no part of what later ones are held against.

    Args:
        cells: The cells that stand on a day.
        came: All readings that had come by that day.
        framework: The figures.

    Returns:
        The cells, and the problems.
    """
    counted = [id_ for id_, figure in framework.figures.items() if figure.kind in ("flow", "stock")]
    numbers = cells.with_row_index("at").filter(pl.col("figure").is_in(counted), pl.col("state") == "ok")
    suspects = _suspects(numbers)
    if suspects.is_empty():
        return cells, PROBLEMS.empty()
    repeated = _sent_again(came)
    slips: dict[int, str] = {}
    for series in suspects.sort("start").partition_by(_SERIES, maintain_order=True):
        earlier: list[float] = []
        for cell in series.iter_rows(named=True):
            value, figure = cell["value"], framework.figures[cell["figure"]]
            plausible = figure.plausible
            known = earlier[-_LOOKED_BACK:]
            said = _slip(value, known)
            meant = _repeats(cell["comment"], value) or (*(cell[name] for name in KEY), value) in repeated
            if said and not meant and plausible is None:
                text = cell["text"].strip(EDGES)
                low, high = (f"{number:.12g}" for number in (min(known), max(known)))
                slips[cell["at"]] = say("decimal-slip", text=text, size=said, low=low, high=high, figure=figure.id)
            else:
                earlier.append(value)
    if not slips:
        return cells, PROBLEMS.empty()
    told = pl.DataFrame(
        {"at": list(slips), "message": list(slips.values())}, schema={"at": pl.UInt32, "message": pl.String}
    )
    joined = cells.with_row_index("at").join(told, on="at", how="left", maintain_order="left")
    slip = pl.col("message").is_not_null()
    problems = problems_of_cells(joined.filter(slip).drop("at").with_columns(kind=pl.lit("decimal-slip")), framework)
    refused = joined.with_columns(
        pl.when(slip).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(~slip).then("value").alias("value"),
        pl.when(slip).then("message").otherwise("why").alias("why"),
    )
    return refused.drop("at", "message"), problems


def _suspects(numbers: pl.DataFrame) -> pl.DataFrame:
    """The series in which any number may be a slip: those that hold one, as long as none is left out."""
    value = pl.col("value")
    wide = numbers.filter(
        pl.len().over(_SERIES) > _LEAST_VALUES,
        value.max().over(_SERIES) >= _LEAST_MEDIAN,
        value.max().over(_SERIES) >= _OF_EXTREME * value.filter(value > 0).min().over(_SERIES),
    )
    if wide.is_empty():
        return wide
    before = value.shift(1)
    looked_back = {
        "middle": before.rolling_median(_LOOKED_BACK, min_samples=_LEAST_VALUES),
        "highest": before.rolling_max(_LOOKED_BACK, min_samples=_LEAST_VALUES),
        "lowest": before.rolling_min(_LOOKED_BACK, min_samples=_LEAST_VALUES),
    }
    middle, highest, lowest = (pl.col(name) for name in looked_back)
    large = (value >= _OF_MEDIAN * middle) & (value >= _OF_EXTREME * highest)
    small = (value > 0) & (value * _OF_MEDIAN <= middle) & (value * _OF_EXTREME <= lowest)
    held = wide.sort(*_SERIES, "start").with_columns(
        column.over(_SERIES).alias(name) for name, column in looked_back.items()
    )
    slips = (middle >= _LEAST_MEDIAN) & (large | small)
    return held.filter(slips.fill_null(False).any().over(_SERIES)).drop(*looked_back)


def _slip(value: float, earlier: Sequence[float]) -> str | None:
    """How a number is out of line with those before it, in words; None where it is not.

    >>> _slip(1600, [149, 170, 155]), _slip(0.31, [29, 33, 34]), _slip(800, [149, 170, 155])
    ('ten times as large', 'a tenth', None)
    """
    if len(earlier) < _LEAST_VALUES or value <= 0 or median(earlier) < _LEAST_MEDIAN:
        return None
    if value >= _OF_MEDIAN * median(earlier) and value >= _OF_EXTREME * max(earlier):
        return "ten times as large"
    if value * _OF_MEDIAN <= median(earlier) and value * _OF_EXTREME <= min(earlier):
        return "a tenth"
    return None


def _repeats(comment: str | None, value: float) -> bool:
    """Whether a comment repeats a number.

    >>> _repeats("1,600 is right: a new form", 1600), _repeats("see row 16", 1600)
    (True, False)
    """
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", comment or "")
    return any(float(number.replace(",", "")) == value for number in numbers)


def _sent_again(came: pl.DataFrame) -> set[tuple[object, ...]]:
    """The numbers (as `KEY` and value) that files of more than one day sent."""
    dated = came.filter(pl.col("value").is_not_null(), pl.col("received_on").is_not_null())
    again = dated.group_by(*KEY, "value").agg(pl.col("received_on").n_unique()).filter(pl.col("received_on") > 1)
    return set(again.select(*KEY, "value").iter_rows())
