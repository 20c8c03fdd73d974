"""Why a value is what it is and is judged as it is: every step from the cells to the level it goes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pmf_engine import plan
from pmf_engine.evaluation import Evaluation
from pmf_engine.framework import Figure, Framework
from pmf_engine.inputs import AGENCY, Inputs
from pmf_engine.periods import Clock, Period
from pmf_engine.tolerance import Entry


@dataclass(frozen=True)
class Cell:
    """A cell of a return that a value rests on, as it was sent."""

    file: str
    row: int
    column: str
    agency: str
    period: str
    group: str | None
    text: str
    value: float | None
    state: str
    comment: str | None


@dataclass(frozen=True)
class Source:
    """What a figure came to, the cells it came from, how they were combined, and what has not come."""

    figure: str
    title: str
    kind: str
    period: str
    value: float | None
    reason: str | None
    how: tuple[str, ...]
    cells: tuple[Cell, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A part of the formula, as written, and what it comes to."""

    text: str
    value: float | None
    reason: str | None


@dataclass(frozen=True)
class Comparison:
    """One limit of a band: the value at full precision against its bound. `holds` is None where the bound lacks."""

    band: str
    words: str
    operator: str
    bound: float | None
    holds: bool | None


@dataclass(frozen=True)
class Judgement:
    """The entry of tolerances.yaml in force, where it stands, and each comparison made."""

    place: str
    reference: str | None
    good: str
    tolerance: str | None
    target: float | None
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Tried:
    """A rule of escalation, where it stands, and whether it held."""

    when: str
    to: str
    place: str
    holds: bool


@dataclass(frozen=True)
class Point:
    """One period of an indicator's history."""

    period: str
    value: float | None
    status: str
    direction: str | None


@dataclass(frozen=True)
class Explanation:
    """Everything about one value. Grades are positions on their scale, from 1."""

    indicator: str
    title: str
    place: str
    formula: str
    period: str
    by: str | None
    group: str | None
    as_of: str
    status: str
    reason: str | None
    value: float | None
    numerator: float | None
    denominator: float | None
    lower: float | None
    upper: float | None
    direction: str | None
    run: int
    escalate_to: str | None
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]
    judgement: Judgement | None
    rules: tuple[Tried, ...]
    history: tuple[Point, ...]


def explain(evaluation: Evaluation, indicator: str, group: str | None = None) -> Explanation:
    """Explains the value that the evaluation shows for an indicator: its whole, or one group of its breakdowns.

    Raises ValueError where the evaluation was not for one period, or shows no such indicator or group.
    """
    framework = evaluation.framework
    one = framework.indicators.get(indicator)
    if one is None:
        raise ValueError(f"unknown indicator `{indicator}`")
    if evaluation.period is None or evaluation.inputs is None:
        raise ValueError("only an evaluation of one period can be explained")
    row = _row(evaluation, indicator, group)
    period = Period(row["start"], Clock(row["months"], one.clock.year_start))
    entry = one.entry_for(period)
    worked = plan.workings(framework, evaluation.inputs, one, period, row["by"], group)
    history = evaluation.history.filter(
        pl.col("indicator") == indicator, pl.col("group").eq_missing(pl.lit(group)), pl.col("start") <= period.start
    ).tail(8)
    return Explanation(
        indicator=indicator,
        title=one.title,
        place=str(one.passage.span()),
        formula=" ".join(one.passage.text.split()),
        period=period.label,
        by=row["by"],
        group=group,
        as_of=evaluation.as_of.isoformat(),
        status=row["status"],
        reason=row["reason"],
        value=row["value"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        lower=row["lower"],
        upper=row["upper"],
        direction=row["direction"],
        run=row["run"],
        escalate_to=row["escalate_to"],
        sources=tuple(_sources(evaluation, evaluation.inputs, worked, period.clock, row["by"], group)),
        steps=tuple(Step(text, value, _reason(code, framework)) for text, value, code in worked.steps),
        judgement=_judgement(entry, worked, row["value"]) if entry else None,
        rules=tuple(Tried(rule.text, rule.to, str(rule.span), rule.text in row["rules"]) for rule in framework.rules),
        history=tuple(
            Point(point["period"], point["value"], point["status"], point["direction"])
            for point in history.iter_rows(named=True)
        ),
    )


def _row(evaluation: Evaluation, indicator: str, group: str | None) -> dict[str, Any]:
    rows = evaluation.history.filter("shown", pl.col("indicator") == indicator)
    chosen = rows.filter(pl.col("group").eq_missing(pl.lit(group)))
    if chosen.is_empty():
        if rows.is_empty():
            raise ValueError(f"`{indicator}` is ad hoc, and nothing was asked for in this period")
        groups = rows["group"].drop_nulls().to_list()
        known = ", ".join(f"`{name}`" for name in groups) or "none"
        raise ValueError(f"`{indicator}` has no group `{group}`; its groups are {known}")
    return chosen.row(0, named=True)


def _reason(code: int, framework: Framework) -> str | None:
    if code == 0:
        return None
    status, number = plan.decoded(code)
    figures = list(framework.figures)
    return f"{status}: `{figures[number - 1]}`" if number else status


def _judgement(entry: Entry, worked: plan.Workings, value: float | None) -> Judgement:
    return Judgement(
        place=str(entry.span),
        reference=entry.reference,
        good=entry.good.text,
        tolerance=entry.tolerance.text if entry.tolerance else None,
        target=entry.target,
        comparisons=tuple(
            Comparison(band, words, operator, bound, holds) for band, words, operator, bound, holds in worked.limits
        ),
    )


# -- where figures came from ------------------------------------------------------------


def _sources(
    evaluation: Evaluation, inputs: Inputs, worked: plan.Workings, clock: Clock, by: str | None, group: str | None
) -> Iterator[Source]:
    for (name, start), (value, code) in worked.figures.items():
        figure = evaluation.framework.figures[name]
        period = Period(start, clock)
        cells = _cells(evaluation, figure, period, by, group)
        used = _standing(cells, figure, period)
        absent = inputs.absent([name]).filter(
            pl.col("start") < period.end, pl.col("start") + pl.col("months") > period.start
        )
        waiting = [
            f"{row['agency']} for {_label(row['start'], row['months'], figure)}, due {row['due']}"
            for row in absent.sort("start", "agency").collect().iter_rows(named=True)
            if by != AGENCY or row["agency"] == group
        ]
        yield Source(
            figure=name,
            title=figure.title,
            kind=figure.kind,
            period=period.label,
            value=value,
            reason=_reason(code, evaluation.framework),
            how=tuple(_how(figure, period, used)),
            cells=tuple(_cell(row, figure) for row in used),
            absent=tuple(waiting),
        )


def _cells(
    evaluation: Evaluation, figure: Figure, period: Period, by: str | None, group: str | None
) -> list[dict[str, Any]]:
    """The cells of a figure that the period may rest on, those received by then."""
    cells = evaluation.cells.filter(pl.col("figure") == figure.id)
    if by == AGENCY:
        cells = cells.filter(pl.col("agency") == group)
    elif by is not None:
        cells = cells.filter(pl.col("by") == by, pl.col("group") == group)
    return list(cells.sort("start", "agency", "by", "group", "file", "row", nulls_last=False).iter_rows(named=True))


def _standing(cells: Sequence[dict[str, Any]], figure: Figure, period: Period) -> list[dict[str, Any]]:
    """The cells that count, as `inputs` has it: a longer period as sent, else its parts; a whole, else its groups."""
    own, months = figure.clock.months, period.clock.months
    if own > months or (own == months and figure.clock != period.clock and figure.kind != "flow"):
        holding = figure.clock.holding(period.end - 1).start
        now = [cell for cell in cells if cell["months"] == own and cell["start"] == holding]
        before = [cell for cell in cells if cell["months"] == own and cell["start"] == holding - own]
        return _whole(now or before)
    as_sent = [cell for cell in cells if cell["months"] == months and cell["start"] == period.start]
    if as_sent and {cell["agency"] for cell in as_sent} >= set(figure.agencies):
        return _whole(as_sent)
    inside = [cell for cell in cells if cell["months"] == own and period.start <= cell["start"] < period.end]
    if figure.kind != "flow":
        inside = [cell for cell in inside if cell["start"] + own == period.end]
    return _whole(inside or as_sent)


def _whole(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    wholes = {(cell["agency"], cell["start"]) for cell in cells if cell["by"] is None}
    return [cell for cell in cells if cell["by"] is None or (cell["agency"], cell["start"]) not in wholes]


def _how(figure: Figure, period: Period, cells: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not cells:
        return
    joined = "the worst" if figure.kind == "grade" else "added up"
    groups = {cell["group"] for cell in cells if cell["group"] is not None}
    agencies = {cell["agency"] for cell in cells}
    times = {(cell["start"], cell["months"]) for cell in cells}
    if len(groups) > 1:
        yield f"{joined} over {len(groups)} groups of `{cells[0]['by']}`"
    if len(agencies) > 1:
        yield f"{joined} over {len(agencies)} agencies"
    start, months = min(times)
    if len(times) > 1:
        yield f"added up over {len(times)} periods"
    elif months > figure.clock.months:
        yield f"as sent for {_label(start, months, figure)}"
    elif months < period.clock.months:
        yield f"the last of the period, {_label(start, months, figure)}"
    elif (start, months) != (period.start, period.clock.months):
        yield f"{_label(start, months, figure)} serves {period.label}"


def _label(start: int, months: int, figure: Figure) -> str:
    return Period(start, Clock(months, figure.clock.year_start)).label


def _cell(row: dict[str, Any], figure: Figure) -> Cell:
    return Cell(
        file=row["file"],
        row=row["row"],
        column=row["column"],
        agency=row["agency"],
        period=_label(row["start"], row["months"], figure),
        group=row["group"],
        text=row["text"],
        value=row["value"],
        state=row["state"],
        comment=row["comment"],
    )
