"""Sources of a value: the cells of each figure, how they were combined, and the returns that are missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import ReasonCode
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.aligning import lasts
from pmf_engine.evaluation.evaluated import Evaluated
from pmf_engine.evaluation.explanation.absent_returns import Absent, absent_figures, absent_lists, senders
from pmf_engine.evaluation.explanation.record_sources import Records, is_blank, records
from pmf_engine.evaluation.explanation.trace import Fact, Trace, traced
from pmf_engine.evaluation.explanation.workings import Looked, Workings, reason
from pmf_engine.evaluation.inputs import AGENCY, WHOLE, Inputs, Slice
from pmf_engine.framework.dependencies import asked_of_lists
from pmf_engine.framework.model import Figure, Indicator
from pmf_engine.submissions.problems import say
from pmf_engine.submissions.readings import KEY
from pmf_engine.submissions.table import EDGES

_MOST_NAMED = 5
"""The most missing groups that a sentence names."""

BLANK = "a cell that would be added up is blank"
"""How an aggregate without a value was combined, where its list has a blank cell."""

_DIFFERS = ("whole-corrected", "whole-differs", "longer-differs")
"""Kinds of problems that do not refuse their cell."""

_Row: TypeAlias = "dict[str, Any]"
"""A row of `Evaluation.cells`; `aside` is the reason that a cell set aside is no part of the figure's value."""


@dataclass(frozen=True)
class Cell:
    """A cell of a return behind a value, as it was sent.

    `why` has the problems of the cell. `set_aside` is the reason that the cell is no part of the figure's value, else
    None. A cell with a `by` and without a `group` has an unknown group.
    """

    file: str
    row: int
    column: str
    agency: str
    period: str
    by: str | None
    group: str | None
    text: str
    value: float | None
    state: str
    comment: str | None
    why: tuple[str, ...]
    set_aside: str | None = None


@dataclass(frozen=True)
class Source:
    """A figure or an aggregate over a list, with its value and where that comes from.

    `figure` is the id of a figure, or the text of an aggregate, which has `records` in place of `cells`. `value` is
    None with a `reason`, and for a figure whose senders are counted. `used_by` names the parts that read it: `formula`,
    `good`, `tolerance` or `comparison`. `absent` lists the returns that agencies have not sent, `scale` the grades.
    """

    figure: str
    title: str
    kind: str
    period: str
    value: float | None
    reason: str | None
    used_by: tuple[str, ...]
    how: tuple[str, ...]
    cells: tuple[Cell, ...]
    absent: tuple[Absent, ...]
    records: tuple[Records, ...] = ()
    scale: tuple[str, ...] = ()


def sources(
    evaluation: Evaluated,
    inputs: Inputs,
    indicator: Indicator,
    worked: Workings,
    cadence: Cadence,
    by: str | None,
    group: str | None,
) -> Iterator[Source]:
    """The figures and aggregates behind a value and its judgement, each with its cells or files."""
    slice_ = Slice(by, group)
    figures = sorted({looked.name for looked in worked.looked} & evaluation.framework.figures.keys())
    trace = traced(inputs, evaluation.cells, figures, cadence, slice_)
    bounding = sorted({looked.name for looked in worked.looked if looked.whole})
    trace_of_wholes = traced(inputs, evaluation.cells, bounding, cadence, WHOLE) if bounding else trace
    for looked in worked.looked:
        period = Period(looked.start, cadence)
        if looked.name in evaluation.framework.figures:
            if looked.whole:
                yield _sent(evaluation, inputs, trace_of_wholes, looked, period, WHOLE)
            else:
                yield _sent(evaluation, inputs, trace, looked, period, slice_)
        else:
            yield _counted(evaluation, inputs, indicator, looked, period, slice_)


def _sent(evaluation: Evaluated, inputs: Inputs, trace: Trace, looked: Looked, period: Period, slice_: Slice) -> Source:
    """A figure with its value and its cells."""
    framework = evaluation.framework
    figure = framework.figures[looked.name]
    used = _used(evaluation, inputs, trace, figure, period, slice_, looked.counted)
    received = evaluation.submissions.readings.filter(
        pl.col("figure") == figure.id,
        pl.col("received_on").is_null() | (pl.col("received_on") <= evaluation.as_of),
        pl.col("until").is_null() | (pl.col("until") > evaluation.as_of),
    )
    return Source(
        figure=figure.id,
        title=figure.title_and_unit,
        kind=figure.kind,
        period=period.label,
        value=looked.value,
        reason=reason(looked.code, framework),
        used_by=looked.used_by,
        how=(*used.lacking, *_how(figure, period, used, looked)),
        cells=tuple(
            _cell(row, figure, _why(evaluation, row)) for cell in used.cells for row in _with_replaced(received, cell)
        ),
        absent=tuple(absent_figures(inputs, figure, used.periods, used.waits_for, used.cells, slice_)),
        scale=tuple(framework.scales.get(figure.scale or "", ())),
    )


def _counted(
    evaluation: Evaluated,
    inputs: Inputs,
    indicator: Indicator,
    looked: Looked,
    period: Period,
    slice_: Slice,
) -> Source:
    """An aggregate over a list with its value and its files."""
    by, group = slice_
    framework = evaluation.framework
    aggregates = {aggregate.text: aggregate for aggregate in asked_of_lists(framework, [indicator])}
    aggregate = aggregates[looked.name]
    list_ = framework.lists[aggregate.list.name]
    blank = is_blank(inputs, aggregate, period, by, group)
    return Source(
        figure=looked.name,
        title=list_.title,
        kind="list",
        period=period.label,
        value=looked.value,
        reason=reason(looked.code, framework),
        used_by=looked.used_by,
        how=(BLANK,) if blank else (),
        cells=(),
        absent=tuple(absent_lists(inputs, list_, period, slice_)),
        records=records(evaluation, inputs, aggregate, period, by, group),
    )


# -- which cells count ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Used:
    """The cells and the periods that count, by the trace.

    Attributes:
        lasts: Whether the figure is a stock or grade that counts for longer than its period.
        partly: Whether some agency has sent the period that the figure waits for.
        lacking: Sentences on groups that make no whole.
        without: The agencies without a value, with the periods.
    """

    periods: Sequence[Period]
    waits_for: Period | None
    lasts: bool
    partly: bool
    cells: Sequence[_Row]
    lacking: Sequence[str]
    without: Mapping[str, Sequence[Period]]


def _used(
    evaluation: Evaluated, inputs: Inputs, trace: Trace, figure: Figure, period: Period, slice_: Slice, counted: bool
) -> _Used:
    """The cells of a figure that count in one period of an indicator, by the trace."""
    taken = trace.periods_of(figure, period, counted)
    chosen: list[_Row] = []
    lacking: list[str] = []
    valued: set[tuple[str, Period]] = set()
    for own in taken.periods:
        for fact in trace.facts_of(figure, own):
            if fact.code == 0:
                valued.add((fact.agency, own))
            rows = [evaluation.cells.row(cell, named=True) for cell in fact.cells]
            if slice_.by in (None, AGENCY):
                rows, wrong = _of_whole(fact, rows, figure, inputs)
                lacking += [sentence for sentence in wrong if sentence not in lacking]
            else:  # a valid whole does not explain a group that the agency left out
                rows = [row for row in rows if row["group"] is not None or row["state"] != "ok"]
            chosen += rows
    without = {
        agency: periods
        for agency in senders(figure.agencies, slice_)
        if (periods := [own for own in taken.periods if (agency, own) not in valued])
    }
    return _Used(
        periods=taken.periods,
        waits_for=taken.waits_for,
        lasts=not counted and figure.kind != "flow" and lasts(figure.cadence, period.cadence),
        partly=taken.waits_for is not None and any(fact.cells for fact in trace.facts_of(figure, taken.waits_for)),
        cells=chosen,
        lacking=lacking,
        without=without,
    )


def _of_whole(fact: Fact, rows: list[_Row], figure: Figure, inputs: Inputs) -> tuple[list[_Row], list[str]]:
    """The cells of one agency's whole, and the problems of groups that make no whole.

    Valid cells of groups that make no whole are set aside.
    """
    if not fact.breakdowns:
        return rows, []
    order = [total.by for total in fact.breakdowns]
    rows = sorted(rows, key=lambda row: (order.index(row["by"]), row["group"] is not None, row["group"] or ""))
    if fact.code == 0:
        return rows, []
    wrong = []
    status = ReasonCode.read(fact.code).status
    whose = f" from `{fact.agency}`" if len(figure.agencies) > 1 else ""
    if status == Status.NO_DATA:
        for by in order:
            left_out = sorted({*inputs.groups[by]} - {row["group"] for row in rows if row["by"] == by})
            if left_out:
                more = f" and {len(left_out) - _MOST_NAMED} more" if len(left_out) > _MOST_NAMED else ""
                named = ", ".join(f"`{group}`" for group in left_out[:_MOST_NAMED])
                wrong.append(f"no whole{whose} without {named}{more} of `{by}`")
    if status == Status.INVALID and all(row["state"] != "invalid" for row in rows):
        totals = [f"{total.value:.12g} over `{total.by}`" for total in fact.breakdowns if total.code == 0]
        wrong.append(f"{' but '.join(totals)}{whose}, and nobody can say which is right")
    return [row | {"aside": "its groups make no whole" if row["state"] == "ok" else None} for row in rows], wrong


def _with_replaced(received: pl.DataFrame, cell: _Row) -> Iterator[_Row]:
    """A cell that counts, after the cells that it replaced; a refused cell with all cells of the same key.

    `received` are the readings of the figure that count on the day.
    """
    same = received.filter(*(pl.col(name).eq_missing(pl.lit(cell[name])) for name in KEY))
    before = same.filter(pl.col("outcome") == "superseded", pl.col("received_on") < pl.lit(cell["received_on"]))
    for row in before.sort("received_on", "file", "sheet", "row", "column", nulls_last=False).iter_rows(named=True):
        location = f"row {cell['row']}" if row["file"] == cell["file"] else f"`{cell['file']}` row {cell['row']}"
        texts = {"text": row["text"].strip(EDGES), "other": cell["text"].strip(EDGES)}
        yield row | {"aside": say("superseded", **texts, place=location)}
    refused = same.filter(
        pl.col("state") == "invalid",
        (pl.col("outcome") == "refused") | pl.col("received_on").eq_missing(pl.lit(cell["received_on"])),
    )
    if cell["state"] != "invalid" or refused.is_empty():
        yield cell
    else:
        yield from refused.sort("file", "sheet", "row", "column", nulls_last=False).iter_rows(named=True)


def _why(evaluation: Evaluated, cell: _Row) -> tuple[str, ...]:
    """The messages of a cell's problems, and of the names in its row."""
    same_sheet = [pl.col(name).eq_missing(pl.lit(cell[name])) for name in ("file", "sheet")]
    problems = evaluation.problems.filter(*same_sheet, pl.col("kind") != "superseded")
    if cell["state"] != "invalid":
        here = problems.filter(pl.col("row") == cell["row"], pl.col("column") == cell["column"])
        return tuple(here.filter(pl.col("kind").is_in(_DIFFERS))["message"]) if not cell.get("aside") else ()
    others = evaluation.submissions.readings.filter(*same_sheet, pl.col("row") == cell["row"])["column"].unique()
    beside = [column for column in others if column != cell["column"]]
    here = problems.filter(pl.col("row") == cell["row"], ~pl.col("column").is_in(beside).fill_null(False))
    if here.is_empty():  # of the whole column, then
        here = problems.filter(pl.col("column") == cell["column"])
        readings = evaluation.submissions.readings.filter(*same_sheet)["row"].unique()
        here = here.filter(~pl.col("row").is_in(readings.to_list()))
    return tuple(here["message"].unique(maintain_order=True))


# -- how they were combined ------------------------------------------------------------------


def _how(figure: Figure, period: Period, used: _Used, looked: Looked) -> Iterator[str]:
    """How the cells were combined; without a value no cells were added up."""
    if not used.cells:
        return
    has_value = looked.value is not None
    if has_value or looked.counted:
        yield from _joined(figure, used.cells, looked.counted)
    if looked.partial:
        for agency, periods in used.without.items():
            yield f"without `{agency}`{_only(periods, used.periods, 'for', str)}"
    own = used.periods[0]
    if len(used.periods) > 1:
        if has_value:
            yield f"added up over {len(used.periods)} periods"
    elif used.lasts:
        since = f", since not all of {used.waits_for} has come" if used.waits_for and used.partly else ""
        yield f"{own} serves {period}{since}"
    elif own.cadence.months > figure.cadence.months:
        yield f"as sent for {own}"
    elif own.cadence.months < period.cadence.months:
        yield f"the last of the period, {own}"


def _joined(figure: Figure, every: Sequence[_Row], counted: bool) -> Iterator[str]:
    """The groups and agencies over which cells were combined; with agencies and periods where others sent wholes."""
    cells = [cell for cell in every if cell["state"] == "ok" and not cell.get("aside")]
    joined = "the worst" if figure.kind == "grade" else "added up"
    agencies = {cell["agency"] for cell in cells}
    times = {(cell["start"], cell["months"]) for cell in cells}
    for by in dict.fromkeys(cell["by"] for cell in cells if cell["by"] is not None):
        members = [cell for cell in cells if cell["by"] == by]
        groups = {cell["group"] for cell in members}
        if len(groups) > 1:
            whose = _only({cell["agency"] for cell in members}, agencies, "from", "`{}`".format)
            when = {(cell["start"], cell["months"]) for cell in members}
            at = _only(when, times, "for", lambda time: _label(time[0], time[1], figure))
            yield f"{joined} over {len(groups)} groups of `{by}`{whose}{at}"
    if counted:
        yield f"counted one by one, as {len(agencies)} agenc{'y' if len(agencies) == 1 else 'ies'} sent it"
    elif len(agencies) > 1:
        yield f"{joined} over {len(agencies)} agencies"


def _only(some: Collection[Any], every: Collection[Any], word: str, name: Callable[[Any], str]) -> str:
    """The names of some members with a preposition; empty where they are all members."""
    return "" if len(some) == len(every) else f" {word} {' and '.join(map(name, sorted(some)))}"


def _label(start: int, months: int, figure: Figure) -> str:
    return Period(start, Cadence(months, figure.cadence.year_start)).label


def _cell(row: _Row, figure: Figure, why: tuple[str, ...]) -> Cell:
    """A row of cells as a typed cell."""
    return Cell(
        file=row["file"],
        row=row["row"],
        column=row["column"],
        agency=row["agency"],
        period=_label(row["start"], row["months"], figure),
        by=row["by"],
        group=row["group"],
        text=row["text"],
        value=row["value"],
        state=row["state"],
        comment=row["comment"],
        why=why,
        set_aside=row.get("aside"),
    )
