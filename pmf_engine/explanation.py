"""Why a value is what it is and is judged as it is: every step from the cells to the level it goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from pmf_engine import plan
from pmf_engine.control import Chart, read_chart
from pmf_engine.escalation import Rule
from pmf_engine.evaluation import Evaluation
from pmf_engine.exceptions import Life, read_life
from pmf_engine.formula.syntax import names
from pmf_engine.framework import Framework, Indicator
from pmf_engine.periods import Clock, Period
from pmf_engine.provenance import Source, reason, sources
from pmf_engine.statuses import MISSING, RED
from pmf_engine.tolerance import Entry

_PERIODS = 8
"""How many periods of history are told."""


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

    `holds` is None where they were not compared: the bound lacks, or there is no value but a sum of nothing.
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
    """One period of an indicator's history; `signal` is that of the control chart up to then."""

    period: str
    value: float | None
    status: str
    direction: str | None
    escalate_to: str | None
    signal: str | None


@dataclass(frozen=True)
class Explanation:
    """Everything about one value. Grades are positions on their scale, from 1.

    `exception` is the one that lasts, or the last one there was.
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
    direction: str | None
    run: int
    escalate_to: str | None
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]
    judgement: Judgement | None
    rules: tuple[Tried, ...]
    exception: Life | None
    chart: Chart
    history: tuple[Point, ...]


def explain(evaluation: Evaluation, indicator: str, group: str | None = None) -> Explanation:
    """Explains the value that the evaluation shows for an indicator: its whole, or one group of its breakdowns.

    A group of a name that several breakdowns have is asked for by both, as `district=Unknown`. Raises ValueError
    where the evaluation was not for one period, or shows no such indicator or group, or several such groups.
    """
    framework = evaluation.framework
    one = framework.indicators.get(indicator)
    if one is None:
        raise ValueError(f"unknown indicator `{indicator}`")
    if evaluation.period is None or evaluation.inputs is None:
        raise ValueError("only an evaluation of one period can be explained")
    row = _row(evaluation, indicator, group)
    group = row["group"]
    period = Period(row["start"], Clock(row["months"], one.clock.year_start))
    entry = one.entry_for(period)
    worked = plan.workings(framework, evaluation.inputs, one, period, row["by"], group)
    history = evaluation.history.filter(
        pl.col("indicator") == indicator,
        pl.col("by").eq_missing(pl.lit(row["by"])),
        pl.col("group").eq_missing(pl.lit(group)),
        pl.col("start") <= period.start,
    ).rows(named=True)
    return Explanation(
        indicator=indicator,
        title=one.title,
        place=str(one.passage.span()),
        formula=_formula(one),
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
        sources=tuple(sources(evaluation, evaluation.inputs, one, worked, period.clock, row["by"], group)),
        steps=tuple(_step(framework, *step) for step in worked.steps),
        judgement=_judgement(entry, worked, row, one, period) if entry else None,
        rules=tuple(_tried(rule, rule.text in row["rules"]) for rule in framework.rules),
        exception=read_life(row),
        chart=read_chart(history),
        history=tuple(
            Point(
                point["period"],
                point["value"],
                point["status"],
                point["direction"],
                point["escalate_to"],
                point["signal"],
            )
            for point in history[-_PERIODS:]
        ),
    )


def _row(evaluation: Evaluation, indicator: str, group: str | None) -> dict[str, Any]:
    rows = evaluation.history.filter("shown", pl.col("indicator") == indicator)
    if rows.is_empty():
        raise ValueError(f"`{indicator}` is ad hoc, and nothing was asked for in this period")
    if group is None:
        return rows.filter(pl.col("group").is_null()).row(0, named=True)
    groups = rows.filter(pl.col("group").is_not_null())
    chosen = groups.filter(pl.concat_str("by", pl.lit("="), "group") == group)
    if chosen.is_empty():
        chosen = groups.filter(pl.col("group") == group)
    if chosen.is_empty():
        known = ", ".join(_spelt(groups)) or "none"
        raise ValueError(f"`{indicator}` has no group `{group}`; its groups are {known}")
    if len(chosen) > 1:
        known = " or ".join(_spelt(chosen))
        raise ValueError(f"`{indicator}` has a group `{group}` in {len(chosen)} breakdowns; write {known}")
    return chosen.row(0, named=True)


def _spelt(groups: pl.DataFrame) -> list[str]:
    """Each group as it is asked for: with its breakdown, where others have one of the same name."""
    several = pl.col("group").is_duplicated()
    both = pl.concat_str("by", pl.lit("="), "group")
    return [f"`{name}`" for name in groups.select(pl.when(several).then(both).otherwise("group")).to_series()]


def _step(framework: Framework, text: str, value: float | None, code: int) -> Step:
    """A step; the text of one that is but a name is the id of an indicator."""
    named = framework.indicators.get(text)
    formula, place = (_formula(named), str(named.passage.span())) if named else (None, None)
    return Step(text, value, reason(code, framework), formula, place)


def _formula(one: Indicator) -> str:
    return " ".join(one.passage.text.split())


def _tried(rule: Rule, holds: bool) -> Tried:
    until = rule.until_words or None
    if until:
        cleared = f"the first period with a value in which `{until}` holds, counted from when `{rule.when}` last did"
    elif {node.name for node in names(rule.condition)} & {*MISSING}:
        cleared = f"the first period in which `{rule.when}` does not hold"
    else:
        cleared = f"the first period with a value in which `{rule.when}` does not hold"
    return Tried(rule.when, until, rule.to, str(rule.span), holds, cleared if holds else None)


def _judgement(entry: Entry, worked: plan.Workings, row: dict[str, Any], one: Indicator, period: Period) -> Judgement:
    judges = entry.scale_free or period.clock.months == one.clock.months
    known = row["value"] is not None  # of a period that is not over there is none, whatever came
    good = all(holds for band, *_, holds in worked.limits if band == "good")
    asked = judges and entry.allow_for_chance and row["lower"] is not None and not good
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
        beyond_chance=row["status"] == RED if asked else None,
        frequency=None if judges else one.frequency.value,
    )
