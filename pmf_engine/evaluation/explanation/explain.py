"""Why a value is what it is and is judged as it is: every step from the cells to the level it goes to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.marks import Mark, read_marks
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.explanation.figure_sources import BLANK, Source, sources
from pmf_engine.evaluation.explanation.workings import Workings, reason, workings
from pmf_engine.evaluation.inputs import Inputs
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
    """A part of the formula, as written, and what it comes to; where it names an indicator, the `formula` of that."""

    text: str
    value: float | None
    reason: str | None
    formula: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One limit of a band: the value at full precision against its bound.

    `holds` is None where they were not compared: the bound lacks, or there is no value but a partial one.
    """

    band: str
    words: str
    operator: str
    bound: float | None
    holds: bool | None


@dataclass(frozen=True)
class Judgement:
    """The entry of tolerances.yaml in force, where it stands, and each comparison made.

    Where the band is for periods of another length, `frequency` is theirs, and it judges nothing in this one.
    Where it allows for chance, `beyond_chance` says whether the whole interval is outside what is tolerable; None where
    that is not asked: nothing is allowed for chance, there is no interval, or the value is good.
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
    """A rule of escalation, where it stands, whether it holds, and if so what would clear it, in words."""

    when: str
    until: str | None
    to: str
    place: str
    holds: bool
    cleared_by: str | None


@dataclass(frozen=True)
class Point:
    """One period of an indicator's history; `signal` is that of the control chart up to then.

    Where it is not `known`, there was nothing but no_data so far: no part of the life of an exception.
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


@dataclass(frozen=True)
class Explanation:
    """Everything about one value. Grades are positions on their `scale`, from 1.

    `direction` is from the value `before`, `direction_year_ago` from that of `year_ago`. `missing` is as the indicator
    says, and `does_without` whether its formula, being a sum of figures, does without what lacks. `exception` is the
    one that lasts, or the last one there was. `marks` are what is to be known of the value beside its number.
    `escalated_in` is the indicator's own period in which rules were asked and the control chart ends, where the one
    that is explained is longer.
    """

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
    marks: tuple[Mark, ...] = ()
    escalated_in: str | None = None


def explain(evaluation: Evaluation, indicator: str, group: str | None = None) -> Explanation:
    """Explains the value that the evaluation shows for an indicator: its whole, or one group of its breakdowns.

    A group of a name that several breakdowns have is asked for by both, as `district=Unknown`. Raises ValueError
    where the evaluation was not for one period, or shows no such indicator or group, or several such groups, and
    TypeError where either is no text.
    """
    inputs, one = _asked(evaluation, indicator, group)
    framework = evaluation.framework
    row = _row(evaluation, indicator, group)
    group = row.group
    period = Period(row.start, Cadence(row.months, one.cadence.year_start))
    entry = one.entry_for(period)
    worked = workings(framework, inputs, one, period, row.by, group)
    history = _up_to(evaluation.history, row)
    own = [] if evaluation.own is None else _up_to(evaluation.own, row)
    ago = [point for point in history if point.start == period.start - 12]
    traced = tuple(sources(evaluation, inputs, one, worked, period.cadence, row.by, group))
    return Explanation(
        indicator=indicator,
        title=one.title,
        place=str(one.passage.span()),
        formula=_formula(one),
        period=period.label,
        by=row.by,
        group=group,
        as_of=evaluation.as_of.isoformat(),
        status=row.status,
        reason=_reason(row.reason, traced),
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        lower=row.lower,
        upper=row.upper,
        scale=tuple(framework.scales.get(one.type.scale or "", ())),
        direction=row.direction,
        before=_compared(history[-2:-1]) if row.direction else None,
        direction_year_ago=row.direction_year_ago,
        year_ago=_compared(ago) if row.direction_year_ago else None,
        run=row.run,
        escalate_to=row.escalate_to,
        missing=one.missing,
        does_without=does_without(framework, one),
        sources=traced,
        steps=tuple(_steps(framework, worked, row.value)),
        judgement=_judgement(entry, worked, row, one, period) if entry else None,
        rules=tuple(_tried(rule, rule.text in row.rules) for rule in framework.rules),
        exception=read_life(row),
        chart=read_chart(own or history),
        history=tuple(_points(history))[-_PERIODS:],
        marks=read_marks(row.marks),
        escalated_in=own[-1].period if own else None,
    )


def _asked(evaluation: Evaluation, indicator: str, group: str | None) -> tuple[Inputs, Indicator]:
    """The inputs of the evaluation and the indicator, where that can be explained; raises as `explain` says."""
    for name, given in (("indicator", indicator), ("group", group)):
        if not isinstance(given, str | None) or (given is None and name == "indicator"):
            raise TypeError(f"`{name}` must be a text, not {given!r}")
    asked = evaluation.framework.indicators.get(indicator)
    if asked is None:
        raise ValueError(f"unknown indicator `{indicator}`")
    if evaluation.period is None or evaluation.inputs is None:
        raise ValueError("only an evaluation of one period can be explained")
    return evaluation.inputs, asked


def _reason(reason_text: str | None, traced: Sequence[Source]) -> str | None:
    """Why there is no value: a blank cell, where that is all that is wrong with a list."""
    blank = {source.reason for source in traced if BLANK in source.how}
    others = {source.reason for source in traced if BLANK not in source.how}
    for lack in blank - others:
        name = str(lack).partition(": ")[2]
        if reason_text and (match := re.match(rf"{re.escape(name)}( for .+?)? is not available", reason_text)):
            return f"a cell of {name}{match[1] or ''} that would be added up is blank"
    return reason_text


def _up_to(history: pl.DataFrame, row: HistoryRow) -> list[HistoryRow]:
    """The rows of the series of a row that end with it or before."""
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


def _row(evaluation: Evaluation, indicator: str, group: str | None) -> HistoryRow:
    """The row of the results that is explained; raises ValueError where the results have none, or several."""
    rows = evaluation.history.filter("shown", pl.col("indicator") == indicator)
    if rows.is_empty():
        raise ValueError(f"`{indicator}` is ad hoc, and nothing was asked for in this period")
    if group is None:
        return history_rows(rows.filter(pl.col("group").is_null()))[0]
    groups = rows.filter(pl.col("group").is_not_null())
    chosen = groups.filter(pl.concat_str("by", pl.lit("="), "group") == group)
    if chosen.is_empty():
        chosen = groups.filter(pl.col("group") == group)
    if chosen.is_empty():
        names = [*groups["group"], *groups.select(pl.concat_str("by", pl.lit("="), "group")).to_series()]
        near = nearest(group, names)
        known = f"did you mean `{near}`?" if near else f"its groups are {', '.join(_spelt(groups)) or 'none'}"
        raise ValueError(f"`{indicator}` has no group `{group}`; {known}")
    if len(chosen) > 1:
        known = " or ".join(_spelt(chosen))
        raise ValueError(f"`{indicator}` has a group `{group}` in {len(chosen)} breakdowns; write {known}")
    return history_rows(chosen)[0]


def _spelt(groups: pl.DataFrame) -> list[str]:
    """Each group as it is asked for: with its breakdown, where others have one of the same name."""
    several = pl.col("group").is_duplicated()
    both = pl.concat_str("by", pl.lit("="), "group")
    return [f"`{name}`" for name in groups.select(pl.when(several).then(both).otherwise("group")).to_series()]


def _steps(framework: Framework, worked: Workings, whole: float | None) -> Iterator[Step]:
    """The parts of the formula; a part whose text is only a name is an indicator."""
    for number, (text, value, code) in enumerate(worked.steps, start=1):
        named = framework.indicators.get(text)
        formula, where = (_formula(named), str(named.passage.span())) if named else (None, None)
        why = reason(code, framework)
        if value is not None and not isfinite(value):
            value, why = None, f"{Status.INVALID}: too large for a number"
        if value is None and number == len(worked.steps):
            value = whole  # a sum of nothing is 0, and keeps its reason
        yield Step(text, value, why, formula, where)


def _formula(one: Indicator) -> str:
    return " ".join(one.passage.text.split())


def _tried(rule: Rule, holds: bool) -> Tried:
    until = rule.until_words or None
    if until:
        cleared = f"the first period with a value in which `{until}` holds, counted from when `{rule.when}` last did"
    elif {node.name for node in names(rule.condition)} <= {*Status.missing()}:
        cleared = f"the first period in which `{rule.when}` does not hold"
    else:
        cleared = f"the first period with a value in which `{rule.when}` does not hold"
    return Tried(rule.when, until, rule.to, str(rule.span), holds, cleared if holds else None)


def _judgement(entry: Entry, worked: Workings, row: HistoryRow, one: Indicator, period: Period) -> Judgement:
    judges = entry.scale_free or period.cadence.months == one.cadence.months
    # Of a period that is not over there is no value, whatever came, and a partial value may be unrated.
    known = row.value is not None and (not row.partial or row.status in Status.with_value())
    good = all(holds for band, *_, holds in worked.limits if band == "good")
    asked = judges and entry.allow_for_chance and row.lower is not None and not good
    return Judgement(
        place=str(entry.span),
        reference=entry.reference,
        good=entry.good.text,
        tolerance=entry.tolerance.text if entry.tolerance else None,
        target=entry.target,
        comparisons=tuple(
            Comparison(band, words, operator, bound, holds if known else None)
            for band, words, operator, bound, holds in worked.limits
        ),
        allow_for_chance=entry.allow_for_chance,
        beyond_chance=row.status == Status.RED if asked else None,
        frequency=None if judges else one.frequency.value,
    )
