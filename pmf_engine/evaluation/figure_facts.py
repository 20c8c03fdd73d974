"""Facts: each figure by agency, period and group, with its value or a reason code.

A missing figure has a row too, so that no sum overlooks it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Frequency
from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.combining import over_groups
from pmf_engine.evaluation.expected import SENT, absent, expected, perhaps_misread
from pmf_engine.evaluation.inputs import AGENCY, CELL, WORLD, Inputs, collected
from pmf_engine.evaluation.lifetimes import group_dates, there

_CELLS = pl.List(pl.UInt32)


def facts_schema(figures: pl.Enum, traced: bool = False) -> FrameSchema:
    """The columns of facts; `figures` is the type of the ids of all figures.

    A trace adds the cells of each fact. A group that an agency left out has the cell of the agency's whole.
    """
    facts = FrameSchema(
        "FACTS",
        Column("figure", figures, "the figure's id"),
        Column("agency", pl.String, "the agency that sent the figure or should have"),
        Column("start", pl.Int32, "the first month of the period"),
        Column("months", pl.Int32, "the length of the period"),
        Column("group", pl.String, "the group; empty for the whole, and the agency's id by agency"),
        Column("value", pl.Float64, "the value; valid only where the code is 0", nullable=True),
        Column("code", pl.UInt32, "0, or the reason code, without a source"),
        Column("why", pl.String, "what is missing or contradictory, in more detail than the code", nullable=True),
    )
    if not traced:
        return facts
    total = pl.Struct({"by": pl.String, "value": pl.Float64, "code": pl.UInt32, "cells": _CELLS})
    return facts.with_columns(
        "FACTS with a trace",
        Column("cells", _CELLS, "the cells of the fact"),
        Column("breakdowns", pl.List(total), "the totals of groups that it may come from", nullable=True),
    )


def gather(inputs: Inputs, figures: Mapping[str | None, Collection[str]]) -> None:
    """Collects the facts of all figures by each breakdown in one query, and keeps them in `inputs.gathered`."""
    if all(by in inputs.gathered and set(asked) <= set(inputs.gathered[by][0]) for by, asked in figures.items()):
        return
    names = {by: sorted(asked) for by, asked in figures.items()}
    frames = collected([_facts(inputs, asked, by) for by, asked in names.items()])
    inputs.gathered.clear()
    inputs.gathered.update(zip(names, zip(names.values(), frames, strict=True), strict=True))


def figure_facts(inputs: Inputs, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
    """The facts of figures by a breakdown, with the columns of `facts_schema`."""
    names, frame = inputs.gathered.get(by, ((), None))
    if frame is None or not set(figures) <= set(names):
        return _facts(inputs, figures, by)
    return frame.lazy() if set(figures) == set(names) else of_figures(frame.lazy(), figures)


def of_figures(frame: pl.LazyFrame, figures: Sequence[str]) -> pl.LazyFrame:
    """The rows of some figures."""
    return frame.filter(pl.col("figure").is_in(list(figures)))


def _facts(inputs: Inputs, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
    """The query for the facts of figures: what agencies sent, and what they owe and have not sent."""
    sent = _sent(inputs, figures, by)
    missing = _missing(inputs, figures, by, sent).with_columns(value=pl.lit(None, dtype=pl.Float64))
    schema = facts_schema(inputs.names, inputs.traced)
    columns = list(schema.columns)
    return schema.check(pl.concat([sent.select(columns), _traced(inputs, missing).select(columns)]))


def _traced(inputs: Inputs, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of at most one cell each; with a trace, also its columns."""
    if not inputs.traced:
        return rows
    has_cell = CELL in rows.collect_schema()
    cells = pl.concat_list(CELL).list.drop_nulls() if has_cell else pl.lit([], dtype=_CELLS)
    no_breakdowns = pl.lit(None, dtype=facts_schema(inputs.names, traced=True).polars()["breakdowns"])
    return rows.with_columns(cells=cells.cast(_CELLS), breakdowns=no_breakdowns)


def _sent(inputs: Inputs, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
    """One row per figure, agency, period and group that an agency sent."""
    cells = of_figures(inputs.cells, figures)
    columns = list(facts_schema(inputs.names, inputs.traced).columns)
    if by is not None and by != AGENCY:
        return _traced(inputs, cells.filter(pl.col("by") == by, pl.col("group").is_not_null())).select(columns)
    wholes = _traced(inputs, cells.filter(pl.col("by").is_null())).with_columns(group=pl.lit(""))
    totals = over_groups(inputs, cells.filter(pl.col("by").is_not_null()))
    totals = totals.join(wholes, on=list(SENT), how="anti").with_columns(group=pl.lit(""))
    sent = perhaps_misread(pl.concat([wholes.select(columns), totals.select(columns)]), inputs, Status.NO_DATA)
    return sent.with_columns(group=pl.col("agency")) if by == AGENCY else sent


def _missing(inputs: Inputs, figures: Sequence[str], by: str | None, sent: pl.LazyFrame) -> pl.LazyFrame:
    """One row per figure, agency, period and group that an agency owes and has not sent."""
    if by is None or by == AGENCY:
        not_sent = absent(inputs, figures).select(*SENT, "code", "why")
        return not_sent.with_columns(group=pl.col("agency") if by == AGENCY else pl.lit(""))
    if by == WORLD:
        worlds = expected(inputs, figures).join(inputs.worlds.lazy(), on="figure")
        worlds = worlds.filter(pl.col("start") + pl.col("months") > pl.col("first"))
        return worlds.select(*SENT, "group", "code", "why").join(sent, on=[*SENT, "group"], how="anti")
    groups = pl.LazyFrame({"group": inputs.groups[by]}, schema={"group": pl.String})
    trace = [CELL] if inputs.traced else []
    # A group that the agency left out of a return is `no_data`. Where the agency's whole is withheld or refused, the
    # group has the code of the whole.
    wholes = inputs.cells.filter(pl.col("by").is_null()).select(*SENT, *trace, pl.col("code").alias("of_whole"))
    ad_hoc = [name for name in figures if inputs.framework.figures[name].frequency == Frequency.AD_HOC]
    asked = [expected(inputs, figures).select(SENT), of_figures(inputs.cells, ad_hoc).select(SENT).unique()]
    left_out = (
        pl.concat(asked)
        .join(inputs.cells, on=list(SENT), how="semi")
        .join(wholes, on=list(SENT), how="left")
        .with_columns(
            code=pl.max_horizontal(pl.lit(reason_code(Status.NO_DATA), dtype=pl.UInt32), "of_whole"),
            why=pl.lit(None, dtype=pl.String),
        )
    )
    not_sent = absent(inputs, figures).select(
        *SENT, "code", "why", *(pl.lit(None, dtype=pl.UInt32).alias(n) for n in trace)
    )
    incomplete = pl.concat([not_sent, left_out.select(*SENT, "code", "why", *trace)])
    owed = incomplete.join(groups, how="cross")
    dates = group_dates(inputs.framework).filter(pl.col("by") == by).drop("by")
    if not dates.is_empty():
        owed = owed.join(dates.lazy(), on="group", how="left").filter(there()).drop("since", "until")
    return owed.join(sent, on=[*SENT, "group"], how="anti")
