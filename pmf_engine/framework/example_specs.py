"""Examples as they are written beside an indicator: what is given, and what is expected of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import Period, parse_period
from pmf_engine.formula.types import Type
from pmf_engine.framework import schema
from pmf_engine.framework.reading.files import Config, Loc

NOTHING = "nothing"
"""How an example says that it expects none: no value, no direction, no reason, nobody it goes to."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9])?")
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Example:
    """What is given and what is expected, as written: `21.0` asks for one decimal.

    `given` is by figure: a value, a series of them that ends with `period` (`_` where nothing came), or either
    by agency. `records` are by list, each by column, and `places` where each of them stands. `expect` is by column of
    the results; None where there must be nothing.
    """

    given: Mapping[str, str | Mapping[str, str]]
    records: Mapping[str, Sequence[Mapping[str, str]]]
    expect: Mapping[str, str | None]
    period: Period
    as_of: date | None
    span: Span
    places: Mapping[str, Sequence[Span]] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """What the examples of an indicator may speak of.

    `senders` are the figures that it rests on, with their agencies, and `lists` its lists, with their columns: those
    that must be given, and the others. `period` is what an example is about that names
    none, and `fixed` whether others must be as long; `type` is that of its value (None where that is not known), and
    `grades` those of its scale. `doubts` says whether a name is of a figure that was found fault with.
    """

    senders: Mapping[str, Collection[str]]
    lists: Mapping[str, tuple[Collection[str], Collection[str]]]
    period: Period
    fixed: bool
    type: Type | None
    grades: Sequence[str]
    doubts: Callable[[str], bool]


def read_example(
    at: Config, where: Loc, example: schema.Example, setting: Setting, found: list[Diagnostic]
) -> Example | None:
    """An example with its names checked; None, with what is wrong added to `found`, where it cannot be run."""
    before = len(found)
    given = dict(_given(at, where, example, setting, found))
    records = dict(_records(at, where, example, setting, found))
    expect = {name: _expected(at, where, name, example.expect, setting, found) for name in _named(example.expect)}
    if not expect and not any(path[: len(where)] == where for path in at.unsure):
        found.append(messages.nothing_in(at.key(*where, "expect"), "`expect`"))
    default = setting.period
    period: Period | None = default
    if example.period is not None:
        period = parse_period(example.period, default.cadence.year_start, default.cadence.months)
        if period is None or (setting.fixed and period.cadence != default.cadence):
            found.append(messages.not_its_period(at.span(*where, "period"), example.period, default.label))
    as_of = None
    if example.as_of is not None:
        try:
            as_of = date.fromisoformat(example.as_of)
        except ValueError:
            found.append(messages.bad_date(at.span(*where, "as_of"), example.as_of))
    if len(found) > before or period is None:
        return None
    places = {
        name: [at.span(*where, "given", name, number) for number in range(len(rows))] for name, rows in records.items()
    }
    return Example(given, records, expect, period, as_of, at.span(*where), places)


def _given(
    at: Config, where: Loc, example: schema.Example, setting: Setting, found: list[Diagnostic]
) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    def text(value: schema.Scalar, *path: str | int) -> str:
        return "" if value is None else at.passage(*path).text.strip()

    for name, value in example.given.items():
        place = (*where, "given", name)
        senders = setting.senders.get(name)
        if name in setting.lists:
            continue
        if senders is None:
            if not setting.doubts(name):
                found.append(messages.not_of_this(at.key(*place), name, [*setting.senders, *setting.lists]))
        elif isinstance(value, list):
            found.append(messages.records_of_a_figure(at.key(*place), name))
        elif isinstance(value, dict):
            for agency in value:
                if agency not in senders:
                    found.append(messages.not_a_sender(at.key(*place, agency), agency, name, senders))
            yield name, {agency: text(one, *place, agency) for agency, one in value.items()}
        else:
            yield name, text(value, *place)


def _records(
    at: Config, where: Loc, example: schema.Example, setting: Setting, found: list[Diagnostic]
) -> Iterator[tuple[str, Sequence[Mapping[str, str]]]]:
    for name, rows in example.given.items():
        place = (*where, "given", name)
        if name not in setting.lists:
            continue
        records = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        if not isinstance(rows, list) or len(records) < len(rows):
            found.append(messages.not_records(at.key(*place), name))
            continue
        needed, other = setting.lists[name]
        for number, row in enumerate(records):
            for column in row:
                if column not in needed and column not in other:
                    span = at.key(*place, number, column)
                    found.append(messages.unknown_column(span, column, name, [*needed, *other]))
            strange = {nearest(column, [*needed, *other]) for column in row if column not in {*needed, *other}}
            missing = [column for column in needed if column not in row and column not in strange]
            if missing:
                found.append(messages.column_not_given(at.span(*place, number), missing[0]))
        yield (
            name,
            [
                {
                    column: "" if value is None else at.passage(*place, number, column).text.strip()
                    for column, value in row.items()
                }
                for number, row in enumerate(records)
            ],
        )


def _named(expect: schema.Expectation) -> list[str]:
    """What is expected of, in the order of the results."""
    return [name for name in type(expect).model_fields if name in expect.model_fields_set]


def _expected(
    at: Config, where: Loc, name: str, expect: schema.Expectation, setting: Setting, found: list[Diagnostic]
) -> str | None:
    """What is expected of a column, as it will come out if it does; what never can is added to `found`."""
    place = (*where, "expect", name)
    value = getattr(expect, name)
    if value is None:
        if name in ("status", "run"):  # every result has these
            found.append(messages.nothing_in(at.key(*place), f"`{name}`"))
        return None
    text = " ".join(at.passage(*place).text.split())
    if name == "run":
        return str(value)
    if name != "value":
        return None if text == NOTHING else text
    known = {grade.casefold(): grade for grade in setting.grades}
    if text.casefold() in known:
        return known[text.casefold()]
    if text == NOTHING:
        return None
    if setting.type is not None and setting.type.kind == "grade":
        found.append(messages.unknown_grade(at.span(*place), text, setting.type.scale or "", setting.grades))
    elif setting.type is not None and not (_NUMBER.fullmatch(text) and len(text) <= _LONGEST_NUMBER):
        found.append(messages.not_a_value(at.span(*place), text))
    return text
