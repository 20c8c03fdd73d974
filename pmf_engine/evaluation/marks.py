"""Marks: passed on from figures, lists and indicators to the rows of the indicators that use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from pmf_engine.domain.marks import KIND, MARK, MARKS, MarkKind
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.evaluation.aligning import lasts, taken_periods
from pmf_engine.evaluation.inputs import AGENCY, Inputs
from pmf_engine.framework.changes import breaks_of
from pmf_engine.framework.dependencies import asked_of_lists, figures_of, looked_back
from pmf_engine.framework.model import Figure, Framework

_SHOWN = 5
"""The most marks of one kind that a row lists."""

_ROW: Final = ("indicator", "by", "group", "start")

_BREAK: Final = "values before and from {} on do not compare: {}"
_PARTIAL: Final = "a part is missing, and the value is worked out without it"


def with_marks(
    history: pl.DataFrame, framework: Framework, inputs: Inputs, cadences: Mapping[str, Cadence], marks: pl.DataFrame
) -> pl.DataFrame:
    """Adds the column `marks`: the marks of all inputs of a row's value and bands, and of the row itself.

    Args:
        history: Rows with `indicator`, `by`, `group` and `start`.
        framework: The framework that defines the indicators.
        inputs: The figures and list totals of the values.
        cadences: By indicator, the length of its rows' periods.
        marks: The columns of `MARKS`. A mark of an indicator concerns only the row with the same period and group.
    """
    if marks.is_empty():
        return _placed(history, pl.lit([], dtype=pl.List(MARK)))
    marks = MARKS.check(marks.select(MARKS.names)).unique()
    in_history = set(history["indicator"].unique())
    uses = _uses(framework, {id_: cadence for id_, cadence in cadences.items() if id_ in in_history})
    wholes = inputs.cells.filter(pl.col("by").is_null()).select(
        pl.col("figure").cast(pl.String).alias("item"), "agency", "start", "months", sent_whole=pl.lit(True)
    )
    marks = marks.join(wholes.collect().unique(), on=["item", "agency", "start", "months"], how="left")
    counted = marks.join(_counts_in(framework, inputs, uses, marks), on=["item", "start", "months"])
    reaching = counted.join(uses, on=["item", "months_of_row", "year_start"]).select(
        "indicator",
        "agency",
        "item",
        "kind",
        "text",
        (pl.col("at") + pl.col("back")).alias("start"),
        pl.col("by").alias("by_of_mark"),
        pl.col("group").alias("group_of_mark"),
        pl.col("sent_whole").fill_null(False),
    )
    rows = history.select(_ROW).join(reaching, on=["indicator", "start"]).filter(_concerns(framework))
    listed = _listed(rows.select(*_ROW, "kind", "text"))
    joined = history.join(listed, on=_ROW, how="left", nulls_equal=True, maintain_order="left")
    return _placed(joined, pl.col("marks").fill_null(pl.lit([], dtype=pl.List(MARK))))


def _placed(history: pl.DataFrame, marks: pl.Expr) -> pl.DataFrame:
    """Rows with their marks, behind `rules` where they have that column."""
    names = [name for name in history.columns if name != "marks"]
    place = names.index("rules") + 1 if "rules" in names else len(names)
    return history.select(*names[:place], marks.alias("marks"), *names[place:])


def marks_of_rows(history: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """The marks of rows themselves, with the columns of `MARKS`: partial values, and breaks.

    A break marks the periods of a year, in which the same period of the year before does not compare.
    """
    history = history.select(*_ROW, "months", "partial")
    partial = history.filter("partial").with_columns(kind=pl.lit(MarkKind.PARTIAL.value), text=pl.lit(_PARTIAL))
    breaks = pl.DataFrame(
        [
            (id_, break_.at, _BREAK.format(indicator.cadence.holding(break_.at).label, break_.because))
            for id_, indicator in framework.indicators.items()
            for break_ in breaks_of(framework, indicator)
        ],
        schema={"indicator": pl.String, "at": pl.Int32, "text": pl.String},
        orient="row",
    )
    broken = history.join(breaks, on="indicator").filter(
        pl.col("start") < pl.col("at") + 12, pl.col("start") + pl.col("months") > pl.col("at")
    )
    broken = broken.with_columns(kind=pl.lit(MarkKind.BREAK.value))
    return pl.concat(
        rows.select(
            "by", "group", "start", "months", "text",
            item="indicator", agency=pl.lit(None, pl.String), kind=pl.col("kind").cast(KIND),
        ).select(MARKS.names)
        for rows in (partial, broken)
    )  # fmt: skip


def _concerns(framework: Framework) -> pl.Expr:
    """Whether a mark concerns a row of an indicator that uses the marked figure or list.

    A whole that an agency sent does not use its groups, nor a group the whole; a file of a list concerns all groups.
    """
    is_indicator = pl.col("item").is_in(list(framework.indicators))
    is_list = pl.col("item").is_in(list(framework.lists))
    same_group = pl.col("by").eq_missing(pl.col("by_of_mark")) & pl.col("group").eq_missing(pl.col("group_of_mark"))
    of_whole = pl.col("by_of_mark").is_null()
    in_whole = of_whole | is_list | ~pl.col("sent_whole")
    of_agency = pl.col("agency").is_null() | (pl.col("agency") == pl.col("group"))
    of_all_groups = of_whole & (is_list | (pl.col("kind") == MarkKind.BREAK.value))
    return (
        pl.when(is_indicator)
        .then(same_group)
        .when(pl.col("by").is_null())
        .then(in_whole)
        .when(pl.col("by") == AGENCY)
        .then(of_agency & in_whole)
        .otherwise(same_group | of_all_groups)
    )


def _uses(framework: Framework, cadences: Mapping[str, Cadence]) -> pl.DataFrame:
    """The inputs of each indicator and how many months back it reads them; the indicator itself in its own period."""
    backs = looked_back(framework, cadences)
    rows: list[tuple[str, str, int, int, int]] = []
    for id_, (months, year_start) in cadences.items():
        indicator = framework.indicators[id_]
        rows.append((id_, id_, months, year_start, 0))
        lists = {aggregate.list.name for aggregate in asked_of_lists(framework, [indicator])}
        for item in {*figures_of(framework, [indicator]), *lists}:
            rows += [(id_, item, months, year_start, back) for back in backs[id_].get(item, [0])]
    schema = {
        "indicator": pl.String,
        "item": pl.String,
        "months_of_row": pl.Int32,
        "year_start": pl.Int32,
        "back": pl.Int32,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _counts_in(framework: Framework, inputs: Inputs, uses: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """The first months `at` of the periods of each cadence in which the marked figures and lists count."""
    sent = inputs.cells.filter(pl.col("code") == 0).select(pl.col("figure").cast(pl.String), "start").unique()
    received = set(sent.collect().iter_rows())
    by_item: dict[str, list[tuple[int, int]]] = {}
    for item, start, months in marks.select("item", "start", "months").unique().iter_rows():
        by_item.setdefault(item, []).append((start, months))
    rows: list[tuple[str, int, int, int, int, int]] = []
    for item, months_of_row, year_start in uses.select("item", "months_of_row", "year_start").unique().iter_rows():
        if item not in by_item:
            continue
        cadence = Cadence(months_of_row, year_start)
        figure = framework.figures.get(item)
        periods = inputs.window.worked_out(cadence)
        for start, months in by_item[item]:
            rows += [(item, start, months, *cadence, at) for at in _starts(figure, (start, months), periods, received)]
    schema = dict.fromkeys(["start", "months", "months_of_row", "year_start", "at"], pl.Int32)
    return pl.DataFrame(rows, schema={"item": pl.String, **schema}, orient="row")


def _starts(
    figure: Figure | None, marked: tuple[int, int], periods: Sequence[Period], received: set[tuple[str, int]]
) -> Iterator[int]:
    """The first months of the periods in which a marked period of a figure counts, or that one of a list overlaps.

    A stock that lasts also counts in later periods until the next stock is received.
    """
    start, months = marked
    for period in periods:
        if figure is None or figure.kind == "flow":
            if start < period.end and period.start < start + max(months, 1):
                yield period.start
        elif marked == (period.start, period.cadence.months):
            yield period.start
        else:
            [taken] = taken_periods(figure.cadence, False, period)
            counts_on = lasts(figure.cadence, period.cadence) and (figure.id, taken.start) not in received
            if start == taken.start or (counts_on and start == taken.start - taken.cadence.months):
                yield period.start


def _listed(marked: pl.DataFrame) -> pl.DataFrame:
    """The marks of each row as a list, by kind: the first `_SHOWN` of each kind, and the number of the others."""
    ordered = marked.unique().sort("kind", "text")
    position, count = pl.int_range(pl.len()).over(*_ROW, "kind"), pl.len().over(*_ROW, "kind")
    more = pl.format("and {} more", count - _SHOWN)
    shown = (
        ordered.with_columns(position=position, text=pl.when(position == _SHOWN).then(more).otherwise("text"))
        .filter(pl.col("position") <= _SHOWN)
        .with_columns(pl.struct(pl.col("kind").cast(KIND), "text").alias("marks"))
    )
    return shown.group_by(_ROW, maintain_order=True).agg("marks")
