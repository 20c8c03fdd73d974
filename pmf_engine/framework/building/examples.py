"""The examples of indicators, checked against the figures and lists that each indicator uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pmf_engine.domain.faces import face_of, indicator_of
from pmf_engine.domain.periods import Cadence
from pmf_engine.formula.syntax import columns_of
from pmf_engine.formula.types import Type
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import report_unknown
from pmf_engine.framework.example_specs import NOTHING, Example, Setting, expected_result, read_example
from pmf_engine.framework.model import Indicator, RecordList

_EXAMPLE_MONTH = 2016 * 12 + 3
"""A month of the default year of examples, where no tolerance has a start: 2016-17, or 2016."""


def with_examples(draft: Draft, indicator: Indicator, indicators: Mapping[str, Indicator]) -> Indicator:
    """The indicator with its examples, without those that have a mistake."""
    if not draft.model.indicators[indicator_of(indicator.id)].examples:
        return indicator
    figures: Iterable[str] = draft.model.figures
    is_doubted = any(
        path[:2] in ((), ("tolerances",), ("tolerances", indicator.id)) for path in draft.at_tolerances.unsure
    )
    # A band with a mistake hides which figures the indicator uses: then an example may name any.
    if not is_doubted and len(indicator.tolerances) == len(draft.rules.tolerances.get(indicator.id, ())):
        figures = dict.fromkeys(indicator.figures)
        for name in sorted(indicator.named):
            figures |= dict.fromkeys(indicators[name].figures if name in indicators else (name,))
    starts = [entry.start for entry in indicator.tolerances if entry.start is not None]
    grades = draft.model.scales.get(indicator.type.scale or "", [])
    lists = {name: _given_columns(draft, indicator, draft.lists[name]) for name in indicator.lists}
    examples = read_examples(draft, indicator.id, figures, indicator.cadence, starts, indicator.type, grades, lists)
    return replace(indicator, examples=tuple(examples))


def _given_columns(draft: Draft, indicator: Indicator, list_: RecordList) -> tuple[list[str], list[str]]:
    """The columns of a list that a record in an example must have, and the others."""
    read = {
        name for aggregate in indicator.aggregates if aggregate.list.name == list_.id for name in columns_of(aggregate)
    }
    needed = [
        name
        for name, column in list_.columns.items()
        if not column.optional and (name in read or name in (list_.start, list_.end))
    ]
    return needed, [name for name in list_.columns if name not in needed]


def read_examples(
    draft: Draft,
    id_: str,
    figures: Iterable[str],
    cadence: Cadence,
    starts: Sequence[int] = (),
    type_: Type | None = None,
    grades: Sequence[str] = (),
    lists: Mapping[str, tuple[Sequence[str], Sequence[str]]] | None = None,
) -> Iterator[Example]:
    """The examples of an indicator without a mistake; the mistakes in the others are reported.

    Args:
        draft: The framework so far.
        id_: The indicator.
        figures: The figures that examples may name.
        cadence: The cadence of the indicator.
        starts: The months from which its tolerances are in force.
        type_: The type of its value; None where a mistake hides it.
        grades: The grades of its scale.
        lists: For each list that it uses, the columns that a record must have, and the others.
    """
    # The default period is the last of the year in which the latest tolerance starts, so that it is in force.
    year = Cadence(12, cadence.year_start).holding(max(starts, default=_EXAMPLE_MONTH))
    setting = Setting(
        senders={name: draft.model.figures[name].from_ for name in figures if name in draft.figures},
        lists=lists or {},
        period=cadence.last_ended_by(year.end),
        fixed=not draft.at.doubts("indicators", id_, "frequency"),
        type=type_,
        grades=grades,
        doubts=lambda name: name not in draft.figures and draft.doubts(name),
        face=face_of(id_),
        has_faces=draft.model.indicators[indicator_of(id_)].better_off is not None,
    )
    levels = [*draft.rules.governance, NOTHING]
    for number, example in enumerate(draft.model.indicators[indicator_of(id_)].examples):
        where = ("indicators", indicator_of(id_), "examples", number)
        result, loc = expected_result(draft.at, where, example, face_of(id_))
        level = result.escalate_to if result else None
        if level is not None and level not in levels and not draft.at_tolerances.doubts("governance", level):
            report_unknown(draft, draft.at.span(*loc, "escalate_to"), "level", level, levels, "governance")
        read = read_example(draft.at, where, example, setting, draft.diagnostics)
        if read is not None and read.expect:
            yield read
