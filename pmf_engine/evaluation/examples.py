"""Examples beside indicators, run through the whole engine: tests of definitions.

Each example is a group of a breakdown that only examples have, so that one evaluation computes many of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.domain.periods import Cadence, Frequency, Period, month_of
from pmf_engine.evaluation.evaluate import counted_lists
from pmf_engine.evaluation.example_outcomes import Difference, ExampleOutcome, ExampleRun, coverage_of
from pmf_engine.evaluation.history import history_plan
from pmf_engine.evaluation.inputs import WORLD, inputs_of
from pmf_engine.evaluation.window import Window
from pmf_engine.framework.dependencies import figures_used, looked_back
from pmf_engine.framework.example_specs import Example
from pmf_engine.framework.model import Breakdown, Column, Figure, Framework, Group, Indicator
from pmf_engine.judgement.formatting import show_number, show_rounded
from pmf_engine.submissions.cell_values import NUMBER, PERCENT
from pmf_engine.submissions.days import groups_at
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.list_values import typed
from pmf_engine.submissions.standing_cells import standing_cells
from pmf_engine.submissions.submissions import submissions_of_frames

_World: TypeAlias = tuple[Indicator, int, Example]

_LONG_AFTER = date(9999, 12, 31)
_LONGEST_BACK = 600
"""The most months before an example that panels include, however far back its formula reads."""

_BATCH = 40
"""Indicators in one evaluation: each panel has rows for the examples of all of them."""


@checked
def run_examples(framework: Framework) -> ExampleRun:
    """Runs the examples of all indicators; outcomes and coverage are in the order of the framework."""
    worlds = {
        f"{indicator.id}:{example.number}": (indicator, example.number, example)
        for indicator in framework.indicators.values()
        for example in indicator.examples
    }
    batches: dict[tuple[date, int], dict[str, _World]] = {}
    positions = {id_: position for position, id_ in enumerate(framework.indicators)}
    for name, world in worlds.items():
        indicator, _, example = world
        batches.setdefault((example.as_of or _LONG_AFTER, positions[indicator.id] // _BATCH), {})[name] = world
    rows: dict[str, dict[str, Any]] = {}
    problems: dict[str, list[str]] = {}
    for (day, _), batch in sorted(batches.items()):
        batch_rows, batch_problems = _evaluated(framework, batch, day)
        rows |= batch_rows
        problems |= batch_problems
    outcomes = tuple(
        ExampleOutcome(
            indicator.id,
            number,
            str(example.span),
            rows[name]["status"],
            rows[name]["reason"],
            tuple(_differences(framework, indicator, example, rows[name])),
            tuple(problems.get(name, ())),
        )
        for name, (indicator, number, example) in worlds.items()
    )
    return ExampleRun(outcomes, tuple(coverage_of(indicator, outcomes) for indicator in framework.indicators.values()))


def _evaluated(
    framework: Framework, worlds: Mapping[str, _World], as_of: date
) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """The row of each example in the example's period, and the problems of its records."""
    groups = Breakdown(id=WORLD, title="Example", groups=tuple(Group(name=world) for world in worlds))
    named = {indicator.id for indicator, _, _ in worlds.values()}
    apart = replace(
        framework,
        breakdowns={**framework.breakdowns, WORLD: groups},
        lists={
            # dates that a record leaves out are arbitrary, so their order is not checked
            id_: replace(list_, columns={**list_.columns, WORLD: Column("text", optional=False)}, order=())
            for id_, list_ in framework.lists.items()
        },
        indicators={
            id_: replace(indicator, by=(WORLD,) if id_ in named else ())
            for id_, indicator in framework.indicators.items()
        },
    )
    sent_rows = [row for name, (_, _, example) in worlds.items() for row in _sent(framework, name, example)]
    columns = ["period", "agency", "figure", "value", WORLD]
    returns = pl.DataFrame(sent_rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    submissions = submissions_of_frames(apart, returns, lists=_records(apart, worlds), name="examples")
    cells = standing_cells(submissions.readings, None, date.max).cells  # without the checks of cells against each other
    cadences = {id_: indicator.cadence for id_, indicator in apart.indicators.items() if indicator.by}
    begun = _begun(apart, worlds, submissions.lists)
    window = _window(apart, worlds, begun)
    last_day = max(example.period.last_day for _, _, example in worlds.values())
    counted, problems = counted_lists(apart, submissions.lists, cadences.items(), last_day)
    sent = dict(cells.group_by("group").agg(pl.col("start").min()).iter_rows())
    rests = {
        name: (figures_used(apart, indicator), min(begun[name], sent.get(name, begun[name])))
        for name, (indicator, _, _) in worlds.items()
    }
    given = {name: example.records for name, (_, _, example) in worlds.items()}
    silent = replace(counted, coverage={})  # lists of an example cover its periods by `world_lists`
    inputs = inputs_of(apart, cells, groups_at(submissions, as_of), window, as_of, rests, silent, given)
    rows = history_plan(apart, inputs, cadences, kept=_kept(worlds, begun, cells)).collect(engine="in-memory")
    shown = {(row["group"], row["start"]): row for row in rows.iter_rows(named=True)}
    in_period = {name: shown[name, example.period.start] for name, (_, _, example) in worlds.items()}
    return in_period, _wrong_records(worlds, problems)


def _wrong_records(worlds: Mapping[str, _World], problems: pl.DataFrame) -> dict[str, list[str]]:
    """The problems of the records of each example, in the words for problems of files."""
    owners: dict[str, list[tuple[str, int]]] = {}
    for name, (_, _, example) in worlds.items():
        for id_, records in example.records.items():
            owners.setdefault(id_, []).extend((name, number) for number in range(len(records)))
    wrong: dict[str, list[str]] = {}
    rows = problems.filter(pl.col("kind").is_in(_OF_A_RECORD), pl.col("row").is_not_null())
    for id_, row, column, message in rows.select("file", "row", "column", "message").iter_rows():
        name, number = owners[id_][row - 1]
        example = worlds[name][2]
        if column not in example.records[id_][number]:
            continue  # the example leaves the column out: its content is a filler
        span = example.places[id_][number]
        wrong.setdefault(name, []).append(f"{span}: record {number + 1} of `{id_}`, `{column}`: {message}")
    return wrong


_OF_A_RECORD = [
    "blank", "not-a-date", "not-a-number", "not-yes-or-no", "not-a-text", "not-a-value", "spell-reversed",
    "unknown-group", "unknown-agency", "wrong-sender",
]  # fmt: skip
"""Kinds of problems with one record; examples may have equal records and days in the future."""


def _begun(framework: Framework, worlds: Mapping[str, _World], pieces: Iterable[ListPart]) -> dict[str, int]:
    """The first month of each example: runs and rules count nothing before it.

    The longest series of a figure begins there; for an indicator of lists alone, the period of the first record.
    """
    first: dict[str, date] = {}
    for piece in pieces:
        start = framework.lists[piece.list].start
        records = typed(piece, framework.lists[piece.list], [start, WORLD], 0, patient=True)
        for name, day in records.group_by(WORLD).agg(pl.col(start).min()).collect(engine="in-memory").iter_rows():
            if day is not None:
                first[name] = min(day, first.get(name, day))
    begun = {}
    for name, (indicator, _, example) in worlds.items():
        period = example.period
        begun[name] = period.start
        if figures_used(framework, indicator):
            begun[name] -= _before(framework, example)
        elif name in first:
            begun[name] = min(period.start, period.cadence.holding(month_of(first[name])).start)
    return begun


def _before(framework: Framework, example: Example) -> int:
    """How many months before its own period the longest series of an example begins.

    A figure of longer periods counts in several periods, and so does not show which of them belong to the example.
    """
    months = example.period.cadence.months
    lengths = [
        (framework.figures[name].cadence.months, len(_series(framework.figures[name], values)) - 1)
        for name, given in example.given.items()
        for values in ([given] if isinstance(given, str) else given.values())
    ]
    own = [back * months for length, back in lengths if length <= months]
    return max(own or [length * back for length, back in lengths], default=0)


def _window(framework: Framework, worlds: Mapping[str, _World], begun: Mapping[str, int]) -> Window:
    """The window of the examples: from the first month that a formula reads to the last period."""
    backs = looked_back(framework, {indicator.id: indicator.cadence for indicator, _, _ in worlds.values()})
    starts = []
    for name, (indicator, _, example) in worlds.items():
        back = max((month for months in backs[indicator.id].values() for month in months), default=0)
        year = Cadence(12, example.period.cadence.year_start)
        starts.append(year.holding(begun[name] - min(back, _LONGEST_BACK)).start)
    return Window(min(starts), max(example.period.end for _, _, example in worlds.values()), min(starts))


def _kept(worlds: Mapping[str, _World], begun: Mapping[str, int], cells: pl.DataFrame) -> pl.DataFrame:
    """The rows of each example: the periods from its first to its own; of an ad hoc indicator only those asked for."""
    asked = set(cells.select("group", "start").iter_rows())
    rows = [
        (indicator.id, WORLD, name, start)
        for name, (indicator, _, example) in worlds.items()
        for start in range(begun[name], example.period.end, example.period.cadence.months)
        if indicator.frequency != Frequency.AD_HOC or start == example.period.start or (name, start) in asked
    ]
    names = dict.fromkeys(["indicator", "by", "group"], pl.String)
    return pl.DataFrame(rows, schema={**names, "start": pl.Int32}, orient="row")


def _sent(framework: Framework, world: str, example: Example) -> Iterator[tuple[str, ...]]:
    """The rows of a return with the figures of an example: a series ends with its period; `_` is not sent."""
    for name, given in example.given.items():
        figure = framework.figures[name]
        for agency, values in _by_agency(figure, given):
            for back, value in enumerate(reversed(_series(figure, values))):
                if value != "_":
                    for period, text in _spread(figure, example.period, back, value):
                        yield period.label, agency, name, text, world


def _records(framework: Framework, worlds: Mapping[str, _World]) -> dict[str, pl.DataFrame]:
    """The records of examples by list: columns that a record leaves out are blank, or a filler where not optional."""
    rows: dict[str, list[dict[str, str | None]]] = {}
    for world, (_, _, example) in worlds.items():
        for id_, records in example.records.items():
            list_ = framework.lists[id_]
            blank = {name: None if column.optional else _anything(column) for name, column in list_.columns.items()}
            if "agency" in blank:
                blank["agency"] = list_.agencies[0]
            rows.setdefault(id_, []).extend({**blank, **record, WORLD: world} for record in records)
    return {
        id_: pl.DataFrame(records, schema=dict.fromkeys(framework.lists[id_].columns, pl.String))
        for id_, records in rows.items()
    }


def _anything(column: Column) -> str:
    """A filler for a column that is not optional."""
    return column.values[0] if column.values else _ANYTHING[column.kind]


_ANYTHING = {"text": "any", "date": "2000-01-01", "number": "0", "percent": "0%", "truth": "no"}


def _by_agency(figure: Figure, given: str | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The values by agency: of a number the first agency sends the value and the others 0; all else comes from all."""
    if not isinstance(given, str):
        return given.items()
    others = " ".join(_with_it(figure, value) for value in _series(figure, given))
    return [(figure.agencies[0], given), *((agency, others) for agency in figure.agencies[1:])]


def _series(figure: Figure, values: str) -> list[str]:
    """The values of a series; a grade of several words is one value, and so is a blank."""
    return (values.split() if figure.kind != "grade" else []) or [values]


def _with_it(figure: Figure, value: str) -> str:
    """The neutral value beside a value: 0 beside a number that adds up, else the value itself."""
    number = figure.kind in ("flow", "stock") and (re.search(NUMBER, value) or re.search(PERCENT, value))
    return "0" if number else value


def _spread(figure: Figure, period: Period, back: int, value: str) -> Iterator[tuple[Period, str]]:
    """The periods that a value is sent for: the indicator's period, or the figure's own where that is longer.

    Where the figure's year starts in another month, no return can name the indicator's period: the value is sent for
    the figure's last period inside, and a flow sends 0 for the others.
    """
    own, months = figure.cadence, period.cadence.months
    if own.months > months:
        last = own.holding(period.end - 1)
        yield Period(last.start - back * own.months, own), value
        return
    start = period.start - back * months
    whole = Cadence(months, own.year_start).holding(start)
    if whole.start == start:
        yield whole, value
        return
    last_part = start + months - own.months
    if figure.kind == "flow":
        for part in range(start, last_part, own.months):
            yield Period(part, own), _with_it(figure, value)
    yield Period(last_part, own), value


def _differences(
    framework: Framework, indicator: Indicator, example: Example, row: Mapping[str, Any]
) -> Iterator[Difference]:
    """The columns in which a row differs from an example."""
    for column, expected in example.expect.items():
        value = row[column]
        if column == "value" and value is not None and indicator.type.kind == "number":
            got = show_number(value) if expected is None else show_rounded(value, _decimals(expected))
            same = expected is not None and Decimal(got) == Decimal(expected)
        else:
            got = _text(framework, indicator, column, value)
            same = value is None if expected is None else value is not None and got == expected
        if not same:
            yield Difference(column, "nothing" if expected is None else expected, got)


def _decimals(number: str) -> int:
    """How many decimals a number is written with."""
    exponent = Decimal(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _text(framework: Framework, indicator: Indicator, column: str, value: Any) -> str:
    if value is None:
        return "nothing"
    if column == "value":
        return framework.scales[indicator.type.scale or ""][int(value) - 1]
    return " ".join(str(value).split())
