"""Examples beside an indicator: figures and records given, results expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.faces import FACES
from pmf_engine.domain.periods import Period, parse_period
from pmf_engine.formula.types import Type
from pmf_engine.framework import schema
from pmf_engine.framework.reading.files import Config, Loc
from pmf_engine.framework.schema_forms import Scalar

NOTHING = "nothing"
"""The word for an expected absence: no value, no direction, no reason, no level."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9])?")
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Example:
    """An example, in the author's texts: an expected `21.0` asks for one decimal.

    Attributes:
        given: By figure, a value, or a series of values that ends with `period` (`_` is a missing value), or either by
            agency.
        records: By list, the cells of each record by column.
        expect: By column of the results, the expected text; None for no value.
        period: The period of the example.
        as_of: The day of the evaluation; None for the default.
        span: The span of the example in its file.
        number: Its number among the examples of its indicator, from 1.
        places: By list, the span of each record.
    """

    given: Mapping[str, str | Mapping[str, str]]
    records: Mapping[str, Sequence[Mapping[str, str]]]
    expect: Mapping[str, str | None]
    period: Period
    as_of: date | None
    span: Span
    number: int
    places: Mapping[str, Sequence[Span]] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """The facts about an indicator against which its examples are checked.

    Attributes:
        senders: The agencies of each figure that the indicator uses.
        lists: For each list that it uses, the columns that a record must have, and the others.
        period: The period of an example that names none.
        fixed: Whether the periods that examples name must have the same cadence.
        type: The type of the indicator's value; None where a mistake hides it.
        grades: The grades of its scale.
        doubts: Whether the definition of a name has a mistake, reported there.
        face: The face that the examples are read for; empty for the indicator itself.
        has_faces: Whether the indicator has faces.
    """

    senders: Mapping[str, Collection[str]]
    lists: Mapping[str, tuple[Collection[str], Collection[str]]]
    period: Period
    fixed: bool
    type: Type | None
    grades: Sequence[str]
    doubts: Callable[[str], bool]
    face: str = ""
    has_faces: bool = False


def read_example(
    at: Config, where: Loc, example: schema.Example, setting: Setting, diagnostics: list[Diagnostic]
) -> Example | None:
    """Checks an example; None where it has a mistake, which is added to `diagnostics`.

    Args:
        at: The file with the example.
        where: The path of the example in the file.
        example: The example in the shape of the schema.
        setting: The facts about its indicator.
        diagnostics: Collects the mistakes.
    """
    found: list[Diagnostic] = []
    given = dict(_given(at, where, example, setting, found))
    records = dict(_records(at, where, example, setting, found))
    of_given = len(found)
    expect = _expected_columns(at, where, example, setting, found)
    of_expected = slice(of_given, len(found))
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
    diagnostics += found[of_expected] if setting.face else found  # what faces share is reported once
    if found or period is None:
        return None
    places = {
        name: [at.span(*where, "given", name, number) for number in range(len(rows))] for name, rows in records.items()
    }
    return Example(given, records, expect, period, as_of, at.span(*where), int(where[-1]) + 1, places)


def _given(
    at: Config, where: Loc, example: schema.Example, setting: Setting, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    """The texts of the given figures, by figure, and by agency where the example gives each agency's."""

    def text(value: Scalar, *path: str | int) -> str:
        return "" if value is None else at.passage(*path).text.strip()

    for name, value in example.given.items():
        loc = (*where, "given", name)
        senders = setting.senders.get(name)
        if name in setting.lists:
            continue
        if senders is None:
            if not setting.doubts(name):
                diagnostics.append(messages.not_of_this(at.key(*loc), name, [*setting.senders, *setting.lists]))
        elif isinstance(value, list):
            diagnostics.append(messages.records_of_a_figure(at.key(*loc), name))
        elif isinstance(value, dict):
            for agency in value:
                if agency not in senders:
                    diagnostics.append(messages.not_a_sender(at.key(*loc, agency), agency, name, senders))
            yield name, {agency: text(amount, *loc, agency) for agency, amount in value.items()}
        else:
            yield name, text(value, *loc)


def _records(
    at: Config, where: Loc, example: schema.Example, setting: Setting, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, Sequence[Mapping[str, str]]]]:
    """The texts of the given records, by list; every record must have the columns that the formula reads."""
    for name, rows in example.given.items():
        loc = (*where, "given", name)
        if name not in setting.lists:
            continue
        records = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        if not isinstance(rows, list) or len(records) < len(rows):
            diagnostics.append(messages.not_records(at.key(*loc), name))
            continue
        needed, other = setting.lists[name]
        for number, row in enumerate(records):
            for column in row:
                if column not in needed and column not in other:
                    span = at.key(*loc, number, column)
                    diagnostics.append(messages.unknown_column(span, column, name, [*needed, *other]))
            strange = {nearest(column, [*needed, *other]) for column in row if column not in {*needed, *other}}
            missing = [column for column in needed if column not in row and column not in strange]
            if missing:
                diagnostics.append(messages.column_not_given(at.span(*loc, number), missing[0]))
        yield (
            name,
            [
                {
                    column: "" if value is None else at.passage(*loc, number, column).text.strip()
                    for column, value in row.items()
                }
                for number, row in enumerate(records)
            ],
        )


def expected_result(
    at: Config, where: Loc, example: schema.Example, face: str
) -> tuple[schema.ExpectedResult | None, Loc]:
    """What an example expects of the indicator, or of one of its faces, and where; None where it expects nothing.

    Args:
        at: The file with the example.
        where: The path of the example in the file.
        example: The example in the shape of the schema.
        face: The face; empty for the indicator itself.
    """
    loc: Loc = (*where, "expect", face) if face else (*where, "expect")
    return getattr(example.expect, face) if face else example.expect, loc


def _expected_columns(
    at: Config, where: Loc, example: schema.Example, setting: Setting, diagnostics: list[Diagnostic]
) -> dict[str, str | None]:
    """The expected texts by column of the results; mistakes are added to `diagnostics`."""
    result, loc = expected_result(at, where, example, setting.face)
    written = example.expect.model_fields_set
    if not setting.face and not setting.has_faces:
        diagnostics += [messages.no_faces(at.key(*loc, name), name) for name in FACES if name in written]
    if not written and not setting.face and not any(path[: len(where)] == where for path in at.unsure):
        diagnostics.append(messages.nothing_in(at.key(*loc), "`expect`"))
    if setting.face and result is not None and not result.model_fields_set:
        diagnostics.append(messages.nothing_in(at.key(*loc), f"`{setting.face}`"))
    if result is None:
        return {}
    columns = [name for name in schema.ExpectedResult.model_fields if name in result.model_fields_set]
    is_alone = setting.face and not isinstance(_written(at, loc), Mapping)  # the value alone, for a map with `value`
    return {
        name: _expected(at, loc if is_alone else (*loc, name), name, result, setting, diagnostics) for name in columns
    }


def _written(at: Config, loc: Loc) -> Any:
    """What the file has at a path."""
    part: Any = at.data
    for step in loc:
        part = part[step]
    return part


def _expected(
    at: Config, loc: Loc, name: str, expect: schema.ExpectedResult, setting: Setting, diagnostics: list[Diagnostic]
) -> str | None:
    """The expected text of a column, in the spelling of results; None for no value.

    A text that no result can have is added to `diagnostics`.
    """
    value = getattr(expect, name)
    if value is None:
        if name in ("status", "run"):  # every result has a status and a run
            diagnostics.append(messages.nothing_in(at.key(*loc), f"`{name}`"))
        return None
    text = " ".join(at.passage(*loc).text.split())
    if name == "run":
        return str(value)
    if name != "value":
        return None if text == NOTHING else text
    grades = {grade.casefold(): grade for grade in setting.grades}
    if text.casefold() in grades:
        return grades[text.casefold()]
    if text == NOTHING:
        return None
    if setting.type is not None and setting.type.kind == "grade":
        diagnostics.append(messages.unknown_grade(at.span(*loc), text, setting.type.scale or "", setting.grades))
    elif setting.type is not None and not (_NUMBER.fullmatch(text) and len(text) <= _LONGEST_NUMBER):
        diagnostics.append(messages.not_a_value(at.span(*loc), text))
    return text
