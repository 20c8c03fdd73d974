"""Panels: a column for each figure and aggregate, over every period of a window and every group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pmf_engine.domain.periods import Cadence
from pmf_engine.domain.reason_codes import NOT_RECEIVED, figure_number, reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.aligning import aligned
from pmf_engine.evaluation.combining import over_agencies
from pmf_engine.evaluation.figure_facts import figure_facts
from pmf_engine.evaluation.inputs import AGENCY, Inputs, collected
from pmf_engine.evaluation.list_facts import with_aggregates
from pmf_engine.evaluation.sender_counts import count_senders
from pmf_engine.formula.compute.column_names import (
    code_column,
    groups_of,
    lenient_column,
    owed_column,
    value_column,
    whole_of,
)
from pmf_engine.formula.compute.operations import PLACE, TURN
from pmf_engine.formula.syntax import Aggregate, of_senders

_NO_DATA = reason_code(Status.NO_DATA)

GRID = {"group": pl.String, PLACE: pl.UInt32, "start": pl.Int32, TURN: pl.UInt32}
"""The columns of a panel beside those of figures and aggregates: the group, the first month of the period, its position
in the window and its position in its year, both from 0."""


@dataclass(frozen=True)
class Panel:
    """The query for the inputs of indicators of one cadence, for the whole or by one breakdown.

    `frame` has the columns of `GRID`, and the value and codes of aggregates (see `laid_out`). Rows are dense and sorted
    by group and start. `values` has `value`, `code` and `lenient` of the `figures`: all rows of the first, then of the
    next. Behind the figures used follow figures whose whole every group has, named by `whole_of`, and figures as the
    sum of their groups, named by `groups_of`.
    """

    figures: tuple[str, ...]
    lenient: bool
    frame: pl.LazyFrame
    values: pl.LazyFrame
    not_owed: Mapping[str, pl.Expr] = field(default_factory=dict)
    """By the name of a figure that began or ended: whether a row's period is one in which it is not owed."""


def laid_out(panels: Sequence[Panel]) -> list[pl.DataFrame]:
    """The frames of panels, with columns for figures beside those of aggregates.

    Each figure has a `value_column` and a `code_column`. Where any indicator has lenient sums, it also has a
    `lenient_column`, and an `owed_column` if the figure is not owed in all periods.
    """
    frames = collected([frame for panel in panels for frame in (panel.frame, panel.values)])
    laid = []
    for panel, frame, values in zip(panels, frames[::2], frames[1::2], strict=True):
        assert values.height == len(panel.figures) * frame.height
        names = {"value": value_column, "code": code_column} | ({"lenient": lenient_column} if panel.lenient else {})
        columns = [
            values[column].slice(position * frame.height, frame.height).alias(name_of(figure))
            for column, name_of in names.items()
            for position, figure in enumerate(panel.figures)
        ]
        not_owed = panel.not_owed if panel.lenient else {}
        with_columns = frame.hstack(columns)
        laid.append(
            with_columns.with_columns(
                pl.when(outside).then(0).otherwise(code_column(name)).cast(pl.UInt32).alias(owed_column(name))
                for name, outside in not_owed.items()
            )
        )
    return laid


def planned_panel(
    inputs: Inputs,
    cadence: Cadence,
    by: str | None,
    figures: Sequence[str],
    lenient: bool,
    aggregates: Sequence[Aggregate] = (),
    wholes: Sequence[str] = (),
) -> Panel:
    """The panel of figures and aggregates over every period of the window and every group.

    Args:
        inputs: The inputs of the evaluation.
        cadence: The cadence of the panel's periods.
        by: The breakdown of the panel's groups; None for the whole.
        figures: The figures in the panel; those in doubt also as the sum of their groups.
        lenient: Whether any indicator has lenient sums.
        aggregates: The aggregates in the panel.
        wholes: The figures whose whole every group has as well.
    """
    used = sorted(figures)
    values = _values(inputs, cadence, by, used)
    over_lists = [aggregate for aggregate in aggregates if not of_senders(aggregate)]
    agencies = {agency for aggregate in over_lists for agency in inputs.framework.lists[aggregate.list.name].agencies}
    groups = pl.DataFrame({"group": _groups(inputs, by, used, agencies)}, schema={"group": pl.String})
    grid = groups.join(_periods(inputs, cadence), how="cross").sort("group", PLACE)
    frame = grid.lazy()
    if over_lists:
        frame = with_aggregates(inputs, frame, cadence, by, over_lists)
    for aggregate in aggregates:
        if of_senders(aggregate):
            frame = _with_sender_count(inputs, frame, cadence, by, aggregate)
    dense = _dense(inputs, values, used, grid.with_row_index("at"))
    if wholes:
        combined = over_agencies(inputs, figure_facts(inputs, wholes, None), None)
        whole_values = aligned(inputs, combined, wholes, cadence).drop("group").join(groups.lazy(), how="cross")
        dense = pl.concat([dense, _dense(inputs, whole_values, wholes, grid.with_row_index("at"))])
    sums = sorted(inputs.in_doubt(by).intersection(used))
    if sums:
        by_groups = _values(inputs.by_groups(), cadence, by, sums)
        dense = pl.concat([dense, _dense(inputs, by_groups, sums, grid.with_row_index("at"))])
    names = (*used, *map(whole_of, wholes), *map(groups_of, sums))
    return Panel(
        names, lenient, frame.sort("group", PLACE), dense, _not_owed(inputs, cadence, (*used, *map(groups_of, sums)))
    )


def _not_owed(inputs: Inputs, cadence: Cadence, columns: Sequence[str]) -> dict[str, pl.Expr]:
    """By the column of a figure that began or ended: whether a row's period is outside the figure's lifetime."""
    outside: dict[str, pl.Expr] = {}
    for name in columns:
        figure = inputs.framework.figures[name.removeprefix(groups_of(""))]
        before = pl.lit(False) if figure.since is None else pl.col("start") + cadence.months <= figure.since
        after = pl.lit(False) if figure.until is None else pl.col("start") >= figure.until
        if (figure.since, figure.until) != (None, None):
            outside[name] = before | after
    return outside


def _values(inputs: Inputs, cadence: Cadence, by: str | None, figures: Sequence[str]) -> pl.LazyFrame:
    """Figures by the groups of a breakdown, or as wholes, in the periods of a cadence."""
    facts = figure_facts(inputs, figures, by)
    own = facts if by != AGENCY else facts.filter(pl.col("group") == pl.col("agency"))
    return aligned(inputs, over_agencies(inputs, own, by), figures, cadence)


def _periods(inputs: Inputs, cadence: Cadence) -> pl.DataFrame:
    """The periods in which indicators of a cadence are evaluated, with their positions."""
    return pl.DataFrame(
        [
            (position, period.start, (period.start - (cadence.year_start - 1)) % 12 // cadence.months)
            for position, period in enumerate(inputs.window.worked_out(cadence))
        ],
        schema={PLACE: GRID[PLACE], "start": GRID["start"], TURN: GRID[TURN]},
        orient="row",
    )


def _with_sender_count(
    inputs: Inputs, frame: pl.LazyFrame, cadence: Cadence, by: str | None, aggregate: Aggregate
) -> pl.LazyFrame:
    """Adds the value and the codes of a `count(agencies of f where ...)` to a panel."""
    figure = inputs.framework.figures[aggregate.list.name]
    grades = inputs.framework.scales.get(figure.scale or "", ())
    every = 1 if by == AGENCY else len(figure.agencies)
    facts = figure_facts(inputs, [figure.id], by)
    number = inputs.numbers[figure.id]
    counts = count_senders(aggregate, figure, facts, cadence, grades, number, every)
    return frame.join(counts, on=["group", "start"], how="left").with_columns(
        pl.col(column(aggregate.text)).fill_null(_NO_DATA + number) for column in (code_column, lenient_column)
    )


def _dense(inputs: Inputs, values: pl.LazyFrame, figures: Sequence[str], grid: pl.DataFrame) -> pl.LazyFrame:
    """The value and the codes of each figure in turn, a row for each of the grid's.

    A regular figure has a fact for every period, with a value or a reason code. An ad hoc figure has no fact for a
    period in which it was not asked for: it is `no_data` there.
    """
    in_turn = pl.DataFrame({"figure": figures}, schema={"figure": inputs.names}).with_row_index("turn")
    number = figure_number(pl.col("figure"))
    return (
        in_turn.lazy()
        .join(grid.lazy().select("group", "start", "at"), how="cross")
        .join(values, on=["figure", "group", "start"], how="left")
        .sort(pl.col("turn").cast(pl.Int64) * grid.height + pl.col("at"))
        .select("value", pl.col("code").fill_null(number + _NO_DATA), pl.col("lenient").fill_null(NOT_RECEIVED))
    )


def _groups(inputs: Inputs, by: str | None, figures: Sequence[str], list_agencies: Iterable[str]) -> list[str]:
    """The groups of a breakdown; by agency, all agencies that send any of the figures or lists."""
    if by is None:
        return [""]
    if by == AGENCY:
        senders = {agency for name in figures for agency in inputs.framework.figures[name].agencies}
        return sorted(senders | set(list_agencies))
    return sorted(inputs.groups[by])
