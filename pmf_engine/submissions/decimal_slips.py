"""Slips of the decimal point: numbers ten times as large, or as small, as all earlier values of their series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.formula.syntax import Name
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.figure_checks import repeats
from pmf_engine.submissions.key_numbers import distinct_keys
from pmf_engine.submissions.problems import PROBLEMS, problems_of_cells, say
from pmf_engine.submissions.readings import KEY, SERIES
from pmf_engine.submissions.table import EDGES

_LOOKED_BACK: Final = 12
"""How many earlier values of its series a number is compared with."""

_LEAST_VALUES, _LEAST_MEDIAN = 3, 20
_OF_MEDIAN, _OF_EXTREME = 10, 5
"""A slip is at least so many times larger or smaller than the median, and than the largest or smallest value."""

_SHIFTS = (10, 100, 1000)
_NEARLY = 1.5
"""After the decimal point moves back, the number may exceed the range of earlier values by this factor."""


class _Slip(NamedTuple):
    """A number far outside the range of the earlier values of its series.

    Attributes:
        size: The number's size in words, for the message.
        times: The number divided by the median of the earlier values.
        low: The smallest earlier value.
        high: The largest earlier value.
        is_shift: A moved decimal point explains the number. It is always True for a large number, which is refused in
            any case. A small number may be real: counts fall when a board ends a service.
    """

    size: str
    times: float
    low: float
    high: float
    is_shift: bool = True


def refuse_slips(cells: pl.DataFrame, came: pl.DataFrame, framework: Framework) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refuses numbers that look like a slip of the decimal point, unless something confirms them.

    Each of these confirms a number: the comment of its row repeats it; a file received later sends it again;
    `plausible` of the figure allows it; no moved decimal point explains it (`10` after `163` to `409`). A numerator and
    its denominator confirm each other where both are out of line alike (`4 of 10` after `200 of 1000`) and indicators
    use only their ratio. A refused number is no earlier value of later numbers.

    Args:
        cells: The current cells of a day: the latest of each key.
        came: All readings received by that day.
        framework: The figures.

    Returns:
        The cells, in which slips have no value; and a problem for each slip.
    """
    others = [id_ for id_, figure in framework.figures.items() if figure.kind not in ("flow", "stock")]
    numbers = cells.with_row_index("at").filter(~pl.col("figure").is_in(others), pl.col("state") == "ok")
    suspects = _suspects(numbers)
    if suspects.is_empty():
        return cells, PROBLEMS.empty()
    slips = _slips(suspects, came, framework)
    if not slips:
        return cells, PROBLEMS.empty()
    messages = pl.DataFrame(
        {"at": list(slips), "message": list(slips.values())}, schema={"at": pl.UInt32, "message": pl.String}
    )
    joined = cells.with_row_index("at").join(messages, on="at", how="left", maintain_order="left")
    is_slip = pl.col("message").is_not_null()
    problems = problems_of_cells(joined.filter(is_slip).drop("at").with_columns(kind=pl.lit("decimal-slip")), framework)
    refused = joined.with_columns(
        pl.when(is_slip).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(~is_slip).then("value").alias("value"),
        pl.when(is_slip).then("message").otherwise("why").alias("why"),
    )
    return refused.drop("at", "message"), problems


def _slips(suspects: pl.DataFrame, came: pl.DataFrame, framework: Framework) -> dict[int, str]:
    """The message of each refused number, by its row `at`.

    Rows are read in the order of their periods, and all figures of a row together: `_alike` compares the slips of a
    numerator and its denominator.
    """
    repeated, partners = _sent_again(came), _partners(framework)
    earlier: defaultdict[tuple[object, ...], list[float]] = defaultdict(list)
    slips: dict[int, str] = {}
    row = ["start", *(name for name in SERIES if name != "figure")]
    in_order = suspects.sort(row, nulls_last=False).select("at", "value", "text", "comment", *KEY)
    for _, cells_of_row in groupby(in_order.iter_rows(named=True), key=itemgetter(*row)):
        out_of_line: dict[str, _Slip] = {}
        values = list(cells_of_row)
        for cell in values:
            slip = _slip(cell["value"], earlier[_series(cell)][-_LOOKED_BACK:])
            meant = repeats(cell["comment"], cell["value"])
            if slip and not meant and (*(cell[name] for name in KEY), cell["value"]) not in repeated:
                out_of_line[cell["figure"]] = slip
        for cell in values:
            slip, figure = out_of_line.get(cell["figure"]), framework.figures[cell["figure"]]
            refused = slip is not None and slip.is_shift and figure.plausible is None
            if slip is None or not refused or _alike(slip, partners.get(figure.id), out_of_line):
                earlier[_series(cell)].append(cell["value"])
            else:
                text, low, high = cell["text"].strip(EDGES), f"{slip.low:.12g}", f"{slip.high:.12g}"
                slips[cell["at"]] = say("decimal-slip", text=text, size=slip.size, low=low, high=high, figure=figure.id)
    return slips


def _suspects(numbers: pl.DataFrame) -> pl.DataFrame:
    """The rows of each series with a possible slip: a vectorised filter before the row-by-row test of `_slips`.

    It compares a number first with the few before it alone, which few numbers are so far from, and with refused ones
    too. No slip is lost: a slip is out of line with all earlier values, and before the first slip of a series there is
    no refused value.
    """
    series, value = pl.col("series"), pl.col("value")
    before = [value.shift(back) for back in range(1, _LEAST_VALUES + 1)]
    leaps = (value >= _OF_EXTREME * pl.max_horizontal(before)) | (value * _OF_EXTREME <= pl.min_horizontal(before))
    in_order = numbers.select("series", "start", "value")[distinct_keys(numbers, ["series", "start"]).rows]
    leaping = in_order.filter(value > 0, series == series.shift(_LEAST_VALUES), leaps)["series"].unique()
    earlier = value.shift(1)
    looked_back = {
        "middle": earlier.rolling_median(_LOOKED_BACK, min_samples=_LEAST_VALUES),
        "highest": earlier.rolling_max(_LOOKED_BACK, min_samples=_LEAST_VALUES),
        "lowest": earlier.rolling_min(_LOOKED_BACK, min_samples=_LEAST_VALUES),
    }
    middle, highest, lowest = (pl.col(name) for name in looked_back)
    large = (value >= _OF_MEDIAN * middle) & (value >= _OF_EXTREME * highest)
    small = (value > 0) & (value * _OF_MEDIAN <= middle) & (value * _OF_EXTREME <= lowest)
    with_earlier = in_order.filter(series.is_in(leaping.implode())).with_columns(
        column.over("series").alias(name) for name, column in looked_back.items()
    )
    slips = with_earlier.filter(middle >= _LEAST_MEDIAN, large | small)["series"].unique()
    return numbers.filter(series.is_in(slips.implode()))


def _series(cell: Mapping[str, object]) -> tuple[object, ...]:
    """The series of a cell: its values in `SERIES`."""
    return tuple(cell[name] for name in SERIES)


def _slip(value: float, earlier: Sequence[float]) -> _Slip | None:
    """The slip that a number seems to be, from the earlier values of its series; None for a number in line with them.

    >>> _slip(1600, [149, 170, 155]).size, _slip(0.31, [29, 33, 34]).size, _slip(800, [149, 170, 155])
    ('ten times as large', 'a tenth', None)
    """
    if len(earlier) < _LEAST_VALUES or value <= 0 or median(earlier) < _LEAST_MEDIAN:
        return None
    middle, low, high = median(earlier), min(earlier), max(earlier)
    if value >= _OF_MEDIAN * middle and value >= _OF_EXTREME * high:
        return _Slip("ten times as large", value / middle, low, high)
    if value * _OF_MEDIAN <= middle and value * _OF_EXTREME <= low:
        is_shift = any(low <= value * shift * _NEARLY and value * shift <= high * _NEARLY for shift in _SHIFTS)
        return _Slip("a tenth", value / middle, low, high, is_shift)
    return None


def _partners(framework: Framework) -> dict[str, set[str]]:
    """The figures that indicators use only in a `percent` or `rate`, each with the other figure of these ratios."""
    partners: dict[str, set[str]] = {}
    used_otherwise: set[str] = set()
    for indicator in framework.indicators.values():
        pair = indicator.ratio.arguments[:2] if indicator.ratio else ()
        of_pair = {part.name for part in pair if isinstance(part, Name) and part.name in framework.figures}
        if len(of_pair) == len(pair) and of_pair == {*indicator.named}:
            for name in of_pair:
                partners.setdefault(name, set()).update(of_pair - {name})
        else:
            used_otherwise |= indicator.named
    return {name: others for name, others in partners.items() if name not in used_otherwise}


def _alike(slip: _Slip, partners: set[str] | None, out_of_line: Mapping[str, _Slip]) -> bool:
    """Whether a number and all its partners are out of line by about the same factor, which one slip cannot explain."""
    if not partners:
        return False
    others = [out_of_line.get(name) for name in partners]
    return all(
        other is not None
        and other.size == slip.size
        and max(slip.times, other.times) < _OF_EXTREME * min(slip.times, other.times)
        for other in others
    )


def _sent_again(came: pl.DataFrame) -> set[tuple[object, ...]]:
    """The numbers, as `KEY` and value, that files received on different days repeat."""
    dated = came.filter(pl.col("value").is_not_null(), pl.col("received_on").is_not_null())
    again = dated.group_by(*KEY, "value").agg(pl.col("received_on").n_unique()).filter(pl.col("received_on") > 1)
    return set(again.select(*KEY, "value").iter_rows())
