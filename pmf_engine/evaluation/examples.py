"""Examples written beside indicators, run through the whole engine: what a definition means, proved.

Each example's figures are a group of a breakdown that only examples have, so one evaluation computes all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl

from pmf_engine.domain.periods import Cadence, Frequency, Period, month_of
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import counted_lists
from pmf_engine.evaluation.history import history_plan
from pmf_engine.evaluation.inputs import WORLD, inputs_of
from pmf_engine.evaluation.window import Window
from pmf_engine.formula.functions import RATIOS
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Name, Node, children, of_senders
from pmf_engine.framework.dependencies import figures_used, looked_back
from pmf_engine.framework.example_specs import Example
from pmf_engine.framework.model import Breakdown, Column, Figure, Framework, Group, Indicator
from pmf_engine.judgement.formatting import show_number, show_rounded
from pmf_engine.submissions.cell_values import NUMBER, PERCENT
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.list_values import typed
from pmf_engine.submissions.submissions import Submissions

_World: TypeAlias = tuple[Indicator, int, Example]

_LONG_AFTER = date(9999, 12, 31)
_LONGEST_BACK = 600
"""Months before an example begins that are laid out at most, however far its formula looks back."""

_BATCH = 40
"""Indicators whose examples are worked out together: each is laid out for the examples of all of them."""


@dataclass(frozen=True)
class Difference:
    """What an example expects of a column of the results, and what came out."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True)
class Outcome:
    """One example run: it passed if nothing differs. `number` counts an indicator's examples from 1.

    `problems` are what was wrong with the records that it gives.
    """

    indicator: str
    number: int
    place: str
    status: str
    reason: str | None
    differences: tuple[Difference, ...]
    problems: tuple[str, ...] = ()

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
        f"{one.id}:{number}": (one, number, example)
        for one in framework.indicators.values()
        for number, example in enumerate(one.examples, start=1)
    }
    batches: dict[tuple[date, int], dict[str, _World]] = {}
    place = {id_: number for number, id_ in enumerate(framework.indicators)}
    for name, world in worlds.items():
        indicator, _, example = world
        batches.setdefault((example.as_of or _LONG_AFTER, place[indicator.id] // _BATCH), {})[name] = world
    rows: dict[str, dict[str, Any]] = {}
    problems: dict[str, list[str]] = {}
    for (day, _), batch in sorted(batches.items()):
        more, found = _evaluated(framework, batch, day)
        rows |= more
        problems |= found
    outcomes = [
        Outcome(
            one.id,
            number,
            str(example.span),
            rows[name]["status"],
            rows[name]["reason"],
            tuple(_differences(framework, one, example, rows[name])),
            tuple(problems.get(name, ())),
        )
        for name, (one, number, example) in worlds.items()
    ]
    return outcomes, [_coverage(one, outcomes) for one in framework.indicators.values()]


def _evaluated(
    framework: Framework, worlds: Mapping[str, _World], as_of: date
) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """The row of each world, in the period that its example is about, and what was wrong with its records."""
    groups = Breakdown(id=WORLD, title="Example", groups=tuple(Group(name=world) for world in worlds))
    named = {one.id for one, _, _ in worlds.values()}
    apart = replace(
        framework,
        breakdowns={**framework.breakdowns, WORLD: groups},
        lists={
            # what a record leaves out may be any date, so their order is not looked at
            id_: replace(one, columns={**one.columns, WORLD: Column("text", optional=False)}, order=())
            for id_, one in framework.lists.items()
        },
        indicators={
            id_: replace(one, by=(WORLD,) if id_ in named else ()) for id_, one in framework.indicators.items()
        },
    )
    said = [row for name, (_, _, example) in worlds.items() for row in _sent(framework, name, example)]
    columns = ["period", "agency", "figure", "value", WORLD]
    returns = pl.DataFrame(said, schema=dict.fromkeys(columns, pl.String), orient="row")
    lists = _records(apart, worlds)
    submissions = Submissions.from_frame(returns, apart, lists=lists, name="examples")
    cells = replace(submissions, framework=None).cells  # an example says what it means
    cadences = {id_: one.cadence for id_, one in apart.indicators.items() if one.by}
    begun = _begun(apart, worlds, submissions.lists)
    window = _window(apart, worlds, begun)
    last_day = max(example.period.last_day for _, _, example in worlds.values())
    counted, problems = counted_lists(apart, submissions.lists, cadences.items(), last_day)
    sent = dict(cells.group_by("group").agg(pl.col("start").min()).iter_rows())
    rests = {
        name: (figures_used(apart, one), min(begun[name], sent.get(name, begun[name])))
        for name, (one, _, _) in worlds.items()
    }
    given = {name: example.records for name, (_, _, example) in worlds.items()}
    silent = replace(counted, coverage={})  # an example's lists speak for it alone
    inputs = inputs_of(apart, cells, submissions.groups_at(as_of), window, as_of, rests, silent, given)
    rows = history_plan(apart, inputs, cadences, kept=_kept(worlds, begun, cells)).collect(engine="in-memory")
    shown = {(row["group"], row["start"]): row for row in rows.iter_rows(named=True)}
    told = {name: shown[name, example.period.start] for name, (_, _, example) in worlds.items()}
    return told, _wrong_records(worlds, problems)


def _wrong_records(worlds: Mapping[str, _World], problems: pl.DataFrame) -> dict[str, list[str]]:
    """What was wrong with the records of each world, in the words in which it would be told of a file."""
    owners: dict[str, list[tuple[str, int]]] = {}
    for name, (_, _, example) in worlds.items():
        for id_, records in example.records.items():
            owners.setdefault(id_, []).extend((name, number) for number in range(len(records)))
    found: dict[str, list[str]] = {}
    rows = problems.filter(pl.col("kind").is_in(_OF_A_RECORD), pl.col("row").is_not_null())
    for id_, row, column, message in rows.select("file", "row", "column", "message").iter_rows():
        name, number = owners[id_][row - 1]
        example = worlds[name][2]
        if column not in example.records[id_][number]:
            continue  # it is left out, and what stands there instead is looked at by nothing
        place = example.places[id_][number]
        found.setdefault(name, []).append(f"{place}: record {number + 1} of `{id_}`, `{column}`: {message}")
    return found


_OF_A_RECORD = [
    "blank", "not-a-date", "not-a-number", "not-yes-or-no", "not-a-text", "not-a-value", "spell-reversed",
    "unknown-group", "unknown-agency", "wrong-sender",
]  # fmt: skip
"""Kinds of problems with one record: it may be meant to be the same as another, or to be of a day to come."""


def _begun(framework: Framework, worlds: Mapping[str, _World], pieces: Iterable[ListPart]) -> dict[str, int]:
    """The first month of the period that each example begins with: nothing from before it counts in a run or a rule.

    That is where the longest series of a figure begins. Where an indicator rests on lists alone, which speak for every
    period, it is the one that holds the first record.
    """
    first: dict[str, date] = {}
    for piece in pieces:
        start = framework.lists[piece.list].start
        records = typed(piece, framework.lists[piece.list], [start, WORLD], 0, patient=True)
        for name, day in records.group_by(WORLD).agg(pl.col(start).min()).collect(engine="in-memory").iter_rows():
            if day is not None:
                first[name] = min(day, first.get(name, day))
    begun = {}
    for name, (one, _, example) in worlds.items():
        period = example.period
        begun[name] = period.start
        if figures_used(framework, one):
            begun[name] -= _before(framework, example)
        elif name in first:
            begun[name] = min(period.start, period.cadence.holding(month_of(first[name])).start)
    return begun


def _before(framework: Framework, example: Example) -> int:
    """How many months before its own period the longest series of an example begins.

    A figure that comes more seldom serves several periods, and says of none of them that it is part of the example.
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
    """The months up to the last period, from so early that no formula looks at what was before."""
    backs = looked_back(framework, {one.id: one.cadence for one, _, _ in worlds.values()})
    starts = []
    for name, (one, _, example) in worlds.items():
        back = max((month for months in backs[one.id].values() for month in months), default=0)
        year = Cadence(12, example.period.cadence.year_start)
        starts.append(year.holding(begun[name] - min(back, _LONGEST_BACK)).start)
    return Window(min(starts), max(example.period.end for _, _, example in worlds.values()), min(starts))


def _kept(worlds: Mapping[str, _World], begun: Mapping[str, int], cells: pl.DataFrame) -> pl.DataFrame:
    """The periods of each example's indicator: those from its first to its own, of an ad hoc one those asked for."""
    asked = set(cells.select("group", "start").iter_rows())
    rows = [
        (one.id, WORLD, name, start)
        for name, (one, _, example) in worlds.items()
        for start in range(begun[name], example.period.end, example.period.cadence.months)
        if one.frequency != Frequency.AD_HOC or start == example.period.start or (name, start) in asked
    ]
    names = dict.fromkeys(["indicator", "by", "group"], pl.String)
    return pl.DataFrame(rows, schema={**names, "start": pl.Int32}, orient="row")


def _sent(framework: Framework, world: str, example: Example) -> Iterator[tuple[str, ...]]:
    """The rows of a return that say what is given: a series ends with the example's period, `_` is not sent."""
    for name, given in example.given.items():
        figure = framework.figures[name]
        for agency, values in _by_agency(figure, given):
            for back, value in enumerate(reversed(_series(figure, values))):
                if value != "_":
                    for period, text in _spread(figure, example.period, back, value):
                        yield period.label, agency, name, text, world


def _records(framework: Framework, worlds: Mapping[str, _World]) -> dict[str, pl.DataFrame]:
    """The records given, by list. What a record leaves out is blank, or may be anything where it cannot be blank."""
    rows: dict[str, list[dict[str, str | None]]] = {}
    for name, (_, _, example) in worlds.items():
        for id_, records in example.records.items():
            one = framework.lists[id_]
            blank = {column: None if known.optional else _anything(known) for column, known in one.columns.items()}
            if "agency" in blank:
                blank["agency"] = one.agencies[0]
            rows.setdefault(id_, []).extend({**blank, **record, WORLD: name} for record in records)
    return {
        id_: pl.DataFrame(found, schema=dict.fromkeys(framework.lists[id_].columns, pl.String))
        for id_, found in rows.items()
    }


def _anything(column: Column) -> str:
    """What may stand in a column that cannot be blank."""
    return column.values[0] if column.values else _ANYTHING[column.kind]


_ANYTHING = {"text": "any", "date": "2000-01-01", "number": "0", "percent": "0%", "truth": "no"}


def _by_agency(figure: Figure, given: str | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Who sends what: a number comes from the first of several agencies, and the others send 0; all else from all."""
    if not isinstance(given, str):
        return given.items()
    others = " ".join(_with_it(figure, value) for value in _series(figure, given))
    return [(figure.agencies[0], given), *((agency, others) for agency in figure.agencies[1:])]


def _series(figure: Figure, values: str) -> list[str]:
    """The values of a series; a grade of several words is one, and so is a blank."""
    return (values.split() if figure.kind != "grade" else []) or [values]


def _with_it(figure: Figure, value: str) -> str:
    """What is sent beside a value where the two are put together to that value."""
    number = figure.kind in ("flow", "stock") and (re.search(NUMBER, value) or re.search(PERCENT, value))
    return "0" if number else value


def _spread(figure: Figure, period: Period, back: int, value: str) -> Iterator[tuple[Period, str]]:
    """The periods a given value is sent for: the indicator's, or the figure's own where that is longer.

    Where the figure's year starts in another month, no return can name the indicator's period; then it is sent
    for the figure's periods inside, of which a flow is the sum, and a stock or grade the last.
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


# -- what was expected, and what came out ------------------------------------------------


def _differences(
    framework: Framework, one: Indicator, example: Example, row: Mapping[str, Any]
) -> Iterator[Difference]:
    for what, expected in example.expect.items():
        value = row[what]
        if what == "value" and value is not None and one.type.kind == "number":
            got = show_number(value) if expected is None else show_rounded(value, _decimals(expected))
            same = expected is not None and Decimal(got) == Decimal(expected)
        else:
            got = _said(framework, one, what, value)
            same = value is None if expected is None else value is not None and got == expected
        if not same:
            yield Difference(what, "nothing" if expected is None else expected, got)


def _decimals(number: str) -> int:
    """How many decimals a number is written with."""
    exponent = Decimal(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _said(framework: Framework, one: Indicator, what: str, value: Any) -> str:
    if value is None:
        return "nothing"
    if what == "value":
        return framework.scales[one.type.scale or ""][int(value) - 1]
    return " ".join(str(value).split())


def _coverage(one: Indicator, outcomes: Iterable[Outcome]) -> Coverage:
    possible = [*_bands(one), *_reasons(one)]
    reached = {outcome.status for outcome in outcomes if outcome.indicator == one.id and outcome.passed}
    return Coverage(one.id, tuple(possible), tuple(status for status in possible if status not in reached))


def _bands(one: Indicator) -> list[str]:
    amber = any(entry.tolerance or entry.allow_for_chance for entry in one.tolerances)
    if not one.tolerances:
        return []
    return [status for status in Status.rated() if amber or status != Status.AMBER]


def _reasons(one: Indicator) -> list[str]:
    """The reasons that a formula itself can give."""
    found = set()
    waiting: list[Node] = [one.formula]
    while waiting:
        node = waiting.pop()
        waiting += children(node)
        if isinstance(node, Call) and node.function in RATIOS and not _counts_all(node.arguments[1]):
            found.add(Status.UNDEFINED)
        if isinstance(node, Call) and node.function == "percent" and not _holds(node.arguments[1], node.arguments[0]):
            found.add(Status.INVALID)
        if isinstance(node, Binary) and node.operator == "/":
            found.add(Status.UNDEFINED)
        if isinstance(node, Aggregate) and node.function not in ("count", "sum"):
            found.add(Status.UNDEFINED)
    return sorted(found, reverse=True)


def _counts_all(node: Node) -> bool:
    """Whether a part of a formula counts all agencies that send a figure, of which there is always one."""
    return isinstance(node, Aggregate) and of_senders(node) and node.where is None


def _holds(whole: Node, part: Node) -> bool:
    """Whether a part cannot exceed its whole, as that counts all that it counts: other records too, or other terms."""
    if isinstance(whole, Aggregate) and isinstance(part, Aggregate):
        alike = (whole.list.name, whole.state, whole.distinct) == (part.list.name, part.state, part.distinct)
        all_of_it = whole.of is None or (_counts_all(whole) and of_senders(part))
        return alike and whole.function == part.function == "count" and whole.where is None and all_of_it
    if isinstance(whole, Binary) and whole.operator == "+":
        return _holds(whole.left, part) or _holds(whole.right, part)
    return isinstance(whole, Name) and isinstance(part, Name) and whole.name == part.name
