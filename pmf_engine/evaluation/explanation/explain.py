"""The explanation of one value and its judgement: every step from its cells to the level that it goes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

import polars as pl

from pmf_engine.diagnostics.errors import UnknownName
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.marks import Mark, read_marks
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.status import ReasonKind, Status
from pmf_engine.evaluation.evaluated import Evaluated, judged_row
from pmf_engine.evaluation.explanation.figure_sources import BLANK, Source, sources
from pmf_engine.evaluation.explanation.workings import Workings, reason, workings
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.rows import NoRow
from pmf_engine.evaluation.scored_twice import ScoredTwice, scored_twice
from pmf_engine.formula.syntax import names
from pmf_engine.framework.dependencies import does_without
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.control_charts import Chart, read_chart
from pmf_engine.judgement.exception_life import Life, read_life
from pmf_engine.judgement.history_row import HistoryRow, history_rows

_PERIODS = 8
"""How many periods of history an explanation shows."""


@dataclass(frozen=True)
class Step:
    """A part of the formula, as written, with its value; for the name of an indicator also that one's `formula`."""

    text: str
    value: float | None
    reason: str | None
    formula: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One limit of a band: the value at full precision against its bound.

    `holds` is None without a comparison: the bound is missing, or the value is missing or partial.
    """

    band: str
    words: str
    operator: str
    bound: float | None
    holds: bool | None


@dataclass(frozen=True)
class Judgement:
    """The entry of tolerances.yaml in force, its place in the file, and each comparison.

    Attributes:
        frequency: The length of the entry's periods, where it judges other periods than this one; else None.
        beyond_chance: Whether the whole interval is outside the tolerance; None where the entry does not allow for
            chance, there is no interval, or the value is good.
    """

    place: str
    reference: str | None
    good: str
    tolerance: str | None
    target: float | None
    comparisons: tuple[Comparison, ...]
    allow_for_chance: bool
    beyond_chance: bool | None
    frequency: str | None = None


@dataclass(frozen=True)
class Tried:
    """An escalation rule, its place in the file, whether it holds, and if so what would clear it, in words."""

    when: str
    until: str | None
    to: str
    place: str
    holds: bool
    cleared_by: str | None


@dataclass(frozen=True)
class Point:
    """One period of an indicator's history; `signal` is the signal of the control chart up to the period.

    `known` is False while all periods so far are `no_data`: these are no part of an exception's life.
    """

    period: str
    value: float | None
    status: str
    direction: str | None
    escalate_to: str | None
    signal: str | None
    direction_year_ago: str | None
    known: bool


@dataclass(frozen=True)
class Compared:
    """An earlier period that a value is compared with, and its value."""

    period: str
    value: float | None


@dataclass(frozen=True, repr=False)
class Explanation:
    """Everything about one value. Grades are positions on their `scale`, from 1.

    Attributes:
        indicator: The id of the indicator.
        title: Its title.
        place: Where its formula is: `file:line:column`.
        formula: Its formula in the author's words.
        period: The label of the period.
        by: The breakdown of the group; None for the whole.
        group: The group; None for the whole.
        as_of: The day of the evaluation, as 2017-05-31.
        status: The status.
        reason: Why there is no value or no rating; None where there is.
        value: The value at full precision; None where there is none.
        numerator: The numerator of a share or rate; None for other formulas.
        denominator: Its denominator.
        lower: The lower end of the 95 % interval; None without an interval.
        upper: Its upper end.
        scale: The grades of its scale; empty for a number.
        before: The value of the period before.
        year_ago: The value of the same period a year ago.
        run: For how many periods in a row it has had its status.
        escalate_to: The id of the level of governance that it goes up to; None for none.
        sources: The figures and lists that it was worked out from, with their cells and records.
        steps: Each part of the formula with its value, from the inside out.
        judgement: How the bands in force judge the value; None without a tolerance.
        rules: Each rule of escalation, and whether it holds.
        chart: The control chart.
        history: The last periods, the oldest first.
        starts_on: The first day of the period.
        ends_on: Its last day.
        direction: The direction of travel since the value `before`.
        direction_year_ago: The direction of travel since the value `year_ago`.
        missing: The key `missing` of the indicator.
        does_without: Whether the formula is a lenient sum, which leaves missing figures out.
        exception: The exception in the period, or the latest one before it.
        marks: The marks of the value.
        escalated_in: The indicator's own period in which rules were tested and the control chart ends, where the
            explained period is longer.
        scored_twice: Of an indicator with `better_off` and its faces, what became of those scored before and after.
        framework: The framework that defines the indicator; no part of the JSON.
    """

    indicator: str
    title: str
    place: str
    formula: str
    period: str
    starts_on: date
    ends_on: date
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
    scale: tuple[str, ...]
    direction: str | None
    before: Compared | None
    direction_year_ago: str | None
    year_ago: Compared | None
    run: int
    escalate_to: str | None
    missing: str
    does_without: bool
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]
    judgement: Judgement | None
    rules: tuple[Tried, ...]
    exception: Life | None
    chart: Chart
    history: tuple[Point, ...]
    framework: Framework = field(repr=False, compare=False)
    marks: tuple[Mark, ...] = ()
    escalated_in: str | None = None
    scored_twice: ScoredTwice | None = None

    def __repr__(self) -> str:
        group = f", {self.group}" if self.group else ""
        return f"<Explanation of {self.indicator}{group} in {self.period}: {self.status}, {self.value}>"


def explained(evaluation: Evaluated, indicator: str, group: str | None, period: str | Period | None) -> Explanation:
    """The explanation of an indicator in one period; see `Evaluation.explain`."""
    inputs, asked = _asked(evaluation, indicator, group)
    wanted = evaluation.framework.period(period) if isinstance(period, str) else period
    return _explanation(evaluation, inputs, asked, judged_row(evaluation, indicator, group, wanted))


def _explanation(evaluation: Evaluated, inputs: Inputs, asked: Indicator, row: HistoryRow) -> Explanation:
    """The explanation of a row of an indicator."""
    framework, group = evaluation.framework, row.group
    own_period = Period(row.start, Cadence(row.months, asked.cadence.year_start))
    entry = asked.entry_for(own_period)
    worked = workings(framework, inputs, asked, own_period, row.by, group)
    history = _up_to(evaluation.judged, row)
    own = [] if evaluation.own is None else _up_to(evaluation.own, row)
    ago = [point for point in history if point.start == own_period.start - 12]
    traced = tuple(sources(evaluation, inputs, asked, worked, own_period.cadence, row.by, group))
    return Explanation(
        indicator=asked.id,
        title=asked.title,
        place=str(asked.passage.span()),
        formula=asked.formula,
        period=own_period.label,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        by=row.by,
        group=group,
        as_of=evaluation.as_of.isoformat(),
        status=row.status,
        reason=_reason(row, traced),
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        lower=row.lower,
        upper=row.upper,
        scale=tuple(framework.scales.get(asked.type.scale or "", ())),
        direction=row.direction,
        before=_compared(history[-2:-1]) if row.direction else None,
        direction_year_ago=row.direction_year_ago,
        year_ago=_compared(ago) if row.direction_year_ago else None,
        run=row.run,
        escalate_to=row.escalate_to,
        missing=asked.missing,
        does_without=does_without(framework, asked),
        sources=traced,
        steps=tuple(_steps(framework, worked, row.value)),
        judgement=_judgement(entry, worked, row, asked, own_period) if entry else None,
        rules=tuple(_tried(rule, rule.text in row.rules) for rule in framework.rules),
        exception=read_life(row),
        chart=read_chart(own or history),
        history=tuple(_points(history))[-_PERIODS:],
        marks=read_marks(row.marks),
        escalated_in=own[-1].period if own else None,
        framework=framework,
        scored_twice=_scored_twice(evaluation, row),
    )


def _scored_twice(evaluation: Evaluated, row: HistoryRow) -> ScoredTwice | None:
    """What became of those scored before and after; nothing for the public: what is the same may be few."""
    if evaluation.audience != Audience.BOARD:
        return None
    return scored_twice(evaluation.framework, row.indicator, lambda id_: _row_at(evaluation.judged, row, id_))


def _row_at(judged: pl.DataFrame, row: HistoryRow, indicator: str) -> HistoryRow | None:
    """The row of another indicator in the period, breakdown and group of a row; None without one."""
    columns = {"indicator": indicator, "by": row.by, "group": row.group, "start": row.start}
    rows = history_rows(judged.filter(pl.col(name).eq_missing(pl.lit(value)) for name, value in columns.items()))
    return rows[0] if rows else None


def _asked(evaluation: Evaluated, indicator: str, group: str | None) -> tuple[Inputs, Indicator]:
    """The inputs of the evaluation and the indicator to explain; raises as `explain`."""
    defined = evaluation.framework.indicators.get(indicator)
    if defined is None:
        raise UnknownName("indicator", indicator, evaluation.framework.indicators)
    if evaluation.period is None or evaluation.inputs is None:
        raise NoRow("only an evaluation of one period can be explained: give `period`, to `explain` or to `evaluate`")
    return evaluation.inputs, defined


def _reason(row: HistoryRow, traced: Sequence[Source]) -> str | None:
    """The reason for having no value; a blank cell, where a list has no other fault."""
    if row.reason_kind != ReasonKind.NOT_AVAILABLE or not row.missing_inputs:
        return row.reason
    missing = row.missing_inputs[0]
    said = f"{Status.NO_DATA}: `{missing['item']}`"
    alike = [source for source in traced if source.reason == said]
    if not alike or any(BLANK not in source.how for source in alike):
        return row.reason
    elsewhere = "" if missing["period"] == row.period else f" for {missing['period']}"
    return f"a cell of `{missing['item']}`{elsewhere} that would be added up is blank"


def _up_to(history: pl.DataFrame, row: HistoryRow) -> list[HistoryRow]:
    """The rows of a series up to the end of a row."""
    series = history.filter(
        pl.col("indicator") == row.indicator,
        pl.col("by").eq_missing(pl.lit(row.by)),
        pl.col("group").eq_missing(pl.lit(row.group)),
        pl.col("start") + pl.col("months") <= row.start + row.months,
    )
    return history_rows(series)


def _compared(points: Sequence[HistoryRow]) -> Compared | None:
    return Compared(points[0].period, points[0].value) if points else None


def _points(history: Sequence[HistoryRow]) -> Iterator[Point]:
    """The points of a history; `known` from the first status other than `no_data` on."""
    known = False
    for point in history:
        known = known or point.status != Status.NO_DATA
        yield Point(
            point.period,
            point.value,
            point.status,
            point.direction,
            point.escalate_to,
            point.signal,
            point.direction_year_ago,
            known,
        )


def _steps(framework: Framework, worked: Workings, whole: float | None) -> Iterator[Step]:
    """The parts of the formula; a part whose text is only a name is an indicator."""
    for number, (text, value, code) in enumerate(worked.steps, start=1):
        named = framework.indicators.get(text)
        formula, where = (named.formula, str(named.passage.span())) if named else (None, None)
        why = reason(code, framework)
        if value is not None and not isfinite(value):
            value, why = None, f"{Status.INVALID}: too large for a number"
        if value is None and number == len(worked.steps):
            value = whole  # a sum of nothing is 0, and keeps its reason
        yield Step(text, value, why, formula, where)


def _tried(rule: Rule, holds: bool) -> Tried:
    """An escalation rule, with the words for what would clear it where it holds."""
    until = rule.until
    if until:
        cleared = f"the first period with a value in which `{until}` holds, counted from when `{rule.when}` last did"
    elif {node.name for node in names(rule.condition)} <= {*Status.missing()}:
        cleared = f"the first period in which `{rule.when}` does not hold"
    else:
        cleared = f"the first period with a value in which `{rule.when}` does not hold"
    return Tried(rule.when, until, rule.to, str(rule.span), holds, cleared if holds else None)


def _judgement(entry: Entry, worked: Workings, row: HistoryRow, indicator: Indicator, period: Period) -> Judgement:
    """The judgement of a row by a tolerance entry, with each limit of its bands."""
    judges = entry.scale_free or period.cadence.months == indicator.cadence.months
    # A period that is not over has no value, whatever figures came; a partial value may be unrated.
    is_compared = row.value is not None and (not row.partial or row.status in Status.with_value())
    good = all(holds for band, *_, holds in worked.limits if band == "good")
    asked = judges and entry.allow_for_chance and row.lower is not None and not good
    return Judgement(
        place=str(entry.span),
        reference=entry.reference,
        good=entry.good.text,
        tolerance=entry.tolerance.text if entry.tolerance else None,
        target=entry.target_value,
        comparisons=tuple(
            Comparison(band, words, operator, bound, holds if is_compared else None)
            for band, words, operator, bound, holds in worked.limits
        ),
        allow_for_chance=entry.allow_for_chance,
        beyond_chance=row.status == Status.RED if asked else None,
        frequency=None if judges else indicator.frequency.value,
    )
