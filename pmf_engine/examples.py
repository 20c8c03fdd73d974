"""Examples written beside indicators, run through the whole engine: what a definition means, proved.

Each example is a world of its own: its figures are a group of a breakdown that only examples have, so that all
of them are worked out in one evaluation, by the same code as a board's returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl

from pmf_engine import schema
from pmf_engine.display import show_rounded
from pmf_engine.evaluation import history_plan
from pmf_engine.formula.syntax import Binary, Call, Node, children
from pmf_engine.framework import Figure, Framework, Indicator
from pmf_engine.given import Example
from pmf_engine.inputs import WORLD, Inputs, Window
from pmf_engine.periods import Clock, Period
from pmf_engine.statuses import AMBER, GREEN, INVALID, RATED, RED, UNDEFINED
from pmf_engine.submissions import Submissions

_World: TypeAlias = tuple[Indicator, int, Example]

_LONG_AFTER = date(9999, 12, 31)
_BATCH = 10
"""Indicators whose examples are worked out together: each is laid out for the examples of all of them."""


@dataclass(frozen=True)
class Difference:
    """What an example expects of a column of the results, and what came out."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True)
class Outcome:
    """One example run: it passed if nothing differs. `number` counts an indicator's examples from 1."""

    indicator: str
    number: int
    place: str
    status: str
    reason: str | None
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.differences


@dataclass(frozen=True)
class Coverage:
    """Which statuses an indicator can have by its formula and bands, and which of them no example reaches."""

    indicator: str
    possible: tuple[str, ...]
    unreached: tuple[str, ...]


def run_examples(framework: Framework) -> tuple[list[Outcome], list[Coverage]]:
    """Runs the examples of all indicators; outcomes and coverage are in the order of the framework."""
    worlds = {
        f"{one.id} {number}": (one, number, example)
        for one in framework.indicators.values()
        for number, example in enumerate(one.examples, start=1)
    }
    batches: dict[tuple[date, int], dict[str, _World]] = {}
    place = {id_: number for number, id_ in enumerate(framework.indicators)}
    for name, (one, number, example) in worlds.items():
        key = (example.as_of or _LONG_AFTER, place[one.id] // _BATCH)
        batches.setdefault(key, {})[name] = (one, number, example)
    rows: dict[str, dict[str, Any]] = {}
    for (day, _), batch in sorted(batches.items()):
        rows |= _evaluated(framework, batch, day)
    outcomes = [
        Outcome(
            one.id,
            number,
            str(example.span),
            rows[name]["status"],
            rows[name]["reason"],
            tuple(_differences(framework, one, example, rows[name])),
        )
        for name, (one, number, example) in worlds.items()
    ]
    return outcomes, [_coverage(one, outcomes) for one in framework.indicators.values()]


def _evaluated(framework: Framework, worlds: Mapping[str, _World], as_of: date) -> dict[str, dict[str, Any]]:
    """The row of each world, in the period that its example is about."""
    groups = schema.Breakdown(title="Example", groups=list(worlds))
    named = {one.id for one, _, _ in worlds.values()}
    apart = replace(
        framework,
        breakdowns={**framework.breakdowns, WORLD: groups},
        indicators={
            id_: replace(one, by=(WORLD,) if id_ in named else ()) for id_, one in framework.indicators.items()
        },
    )
    sent = [row for name, (_, _, example) in worlds.items() for row in _sent(framework, name, example)]
    columns = ["period", "agency", "figure", "value", WORLD]
    returns = pl.DataFrame(sent, schema=dict.fromkeys(columns, pl.String), orient="row")
    submissions = Submissions.from_frame(returns, apart, name="examples")
    cells = submissions.cells
    periods = [example.period for _, _, example in worlds.values()]
    first = min([period.start for period in periods] + cells["start"].drop_nulls().to_list())
    start = min(Clock(12, period.clock.year_start).holding(first).start for period in periods)
    window = Window(start, max(period.end for period in periods), start)
    clocks = {id_: one.clock for id_, one in apart.indicators.items() if one.by}
    begun = dict(cells.filter(pl.col("group").is_not_null()).group_by("group").agg(pl.col("start").min()).iter_rows())
    rests = {
        name: (apart.rests_on(one), min(example.period.start, begun.get(name, example.period.start)))
        for name, (one, _, example) in worlds.items()
    }
    inputs = Inputs(apart, cells, submissions.groups_at(as_of), window, as_of, rests)
    rows = history_plan(apart, inputs, clocks).filter(pl.col("by") == WORLD).collect()
    shown = {(row["indicator"], row["group"], row["start"]): row for row in rows.iter_rows(named=True)}
    return {name: shown[one.id, name, example.period.start] for name, (one, _, example) in worlds.items()}


def _sent(framework: Framework, world: str, example: Example) -> Iterator[tuple[str, ...]]:
    """The rows of a return that say what is given: a series ends with the example's period, `_` is not sent."""
    for name, given in example.given.items():
        figure = framework.figures[name]
        for agency, values in _by_agency(figure, given):
            last = _period(figure, example.period)
            series = values.split() if _is_series(figure, values) else [values]
            for back, value in enumerate(reversed(series)):
                if value != "_":
                    period = Period(last.start - back * last.clock.months, last.clock)
                    yield period.label, agency, name, value, world


def _by_agency(figure: Figure, given: str | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Who sends what: a figure of several agencies comes from the first, the others send 0; a grade from all alike."""
    if not isinstance(given, str):
        return given.items()
    if figure.kind == "grade" or len(figure.agencies) == 1:
        return [(agency, given) for agency in figure.agencies]
    zeros = " ".join("_" if value == "_" else "0" for value in given.split())
    return [(figure.agencies[0], given), *((agency, zeros) for agency in figure.agencies[1:])]


def _is_series(figure: Figure, values: str) -> bool:
    """Whether a text is a series: grades of several words and markers with blanks are not."""
    return figure.kind != "grade" and " " in values.strip()


def _period(figure: Figure, period: Period) -> Period:
    """The period a given value is for: the indicator's, or the figure's own where that is longer."""
    if figure.clock.months > period.clock.months:
        return figure.clock.holding(period.end - 1)
    return Clock(period.clock.months, figure.clock.year_start).holding(period.start)


# -- what was expected, and what came out ------------------------------------------------


def _differences(
    framework: Framework, one: Indicator, example: Example, row: Mapping[str, Any]
) -> Iterator[Difference]:
    for what, expected in example.expect.items():
        got = _got(framework, one, what, expected, row)
        if got != expected:
            yield Difference(what, expected, got)


def _got(framework: Framework, one: Indicator, what: str, expected: str, row: Mapping[str, Any]) -> str:
    value = row[what]
    if value is None:
        return "nothing"
    if what == "value":
        if one.type.kind == "grade":
            return framework.scales[one.type.scale or ""][int(value) - 1]
        decimals = len(expected.partition(".")[2])
        try:
            Decimal(expected)
        except ArithmeticError:
            decimals = 6
        return show_rounded(value, decimals)
    return str(value)


def _coverage(one: Indicator, outcomes: Iterable[Outcome]) -> Coverage:
    possible = [*_bands(one), *_reasons(one)]
    reached = {outcome.status for outcome in outcomes if outcome.indicator == one.id and outcome.passed}
    return Coverage(one.id, tuple(possible), tuple(status for status in possible if status not in reached))


def _bands(one: Indicator) -> list[str]:
    amber = any(entry.tolerance for entry in one.tolerances)
    return (
        [status for status in RATED if status in ((GREEN, RED, AMBER) if amber else (GREEN, RED))]
        if one.tolerances
        else []
    )


def _reasons(one: Indicator) -> list[str]:
    """The reasons that a formula itself can give."""
    found = set()
    waiting: list[Node] = [one.formula]
    while waiting:
        node = waiting.pop()
        waiting += children(node)  # type: ignore[arg-type]
        if isinstance(node, Call) and node.function in ("percent", "rate"):
            found |= {UNDEFINED, INVALID} if node.function == "percent" else {UNDEFINED}
        if isinstance(node, Binary) and node.operator == "/":
            found.add(UNDEFINED)
    return sorted(found, reverse=True)
