"""The calendar of returns: which agency owes which figure or list by when, and what has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.domain.reason_codes import NOT_RECEIVED, ReasonCode
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.expected import absent
from pmf_engine.evaluation.list_facts import lists_absent
from pmf_engine.framework.changes import owed
from pmf_engine.framework.dependencies import list_cadences
from pmf_engine.framework.model import Figure, Framework, RecordList
from pmf_engine.report.item import Named


class ReturnState(StrEnum):
    """What has become of a return."""

    RECEIVED = "received"
    DUE = "due"
    """It has not come, and is not late."""
    LATE = "late"
    IN_DOUBT = "in doubt"
    """A file came that may hold it and could not be read."""


@dataclass(frozen=True)
class Owed:
    """A figure or list that an agency owes for a period.

    Attributes:
        item: The figure or list.
        agency: The agency.
        period: The label of the period.
        starts_on: The first day of the period.
        ends_on: The last day of the period.
        due: The last day on which it is in time.
        state: What has become of it.
        received_on: The day on which the latest of it came; None where nobody gave the day, and for lists.
    """

    item: Named
    agency: Named
    period: str
    starts_on: date
    ends_on: date
    due: date
    state: ReturnState
    received_on: date | None


@dataclass(frozen=True)
class Calendar:
    """What agencies owe for the periods that end in a period, in the order of the days on which it is due."""

    board: str
    period: str
    as_of: date
    owed: tuple[Owed, ...]


def calendar_of(evaluation: Evaluation, agency: str | None = None) -> Calendar:
    """The calendar of the period of an evaluation.

    Args:
        evaluation: An evaluation of one period, such as a year.
        agency: Only what this agency owes.
    """
    assert evaluation.period is not None, "a calendar is of one period"
    period = evaluation.period
    entries = [owed for owed in owed_between(evaluation, period.start, period.end) if agency in (None, owed.agency.id)]
    entries.sort(key=lambda each: (each.due, each.agency.id, each.ends_on, each.period, each.item.id))
    return Calendar(evaluation.framework.board.name, period.label, evaluation.as_of, tuple(entries))


def owed_between(evaluation: Evaluation, start: int, end: int) -> Iterator[Owed]:
    """What agencies owe for the periods that end within some months, which the evaluation must hold.

    Args:
        evaluation: An evaluation of one period.
        start: The first month.
        end: The month after the last one.
    """
    framework = evaluation.framework
    states, arrivals = _absences(evaluation), _arrivals(evaluation)
    for source, sender, period in _returns(framework, start, end):
        key = (source.id, sender, period.start)
        due = period.last_day + timedelta(days=source.due[sender])
        state = states.get(key, ReturnState.RECEIVED)
        if evaluation.inputs is None or (key not in states and period.end > evaluation.inputs.window.end):
            state = ReturnState.LATE if due < evaluation.as_of else ReturnState.DUE
        elif key not in states and key not in arrivals and period.start < evaluation.inputs.window.start:
            continue  # it ended before anything was sent, and nobody knows of it
        if state is None:
            continue
        named = (Named(source.id, source.title), Named(sender, framework.agencies[sender].name))
        days = (period.first_day, period.last_day, due)
        yield Owed(*named, period.label, *days, state, arrivals.get(key))


def _returns(framework: Framework, start: int, end: int) -> Iterator[tuple[Figure | RecordList, str, Period]]:
    """Every figure and list that an agency owes, for each of its periods that ends within some months."""
    regular = [figure for figure in framework.figures.values() if figure.frequency != Frequency.AD_HOC]
    sources: list[tuple[Figure | RecordList, Cadence]] = [(figure, figure.cadence) for figure in regular]
    sources += [(framework.lists[id_], cadence) for id_, cadence in list_cadences(framework).items()]
    for source, cadence in sources:
        for sender in source.agencies:
            since, until = owed(framework, source, sender)
            period = cadence.last_ended_by(end)
            while period.end > start:
                if (since is None or since < period.end) and (until is None or period.end <= until):
                    yield source, sender, period
                period = Period(period.start - cadence.months, cadence)


def _absences(evaluation: Evaluation) -> Mapping[tuple[str, str, int], ReturnState | None]:
    """The state of each return that has not come; None for one that was not yet asked for."""
    if evaluation.inputs is None:
        return {}
    figures = absent(evaluation.inputs, evaluation.framework.figures).with_columns(pl.col("figure").cast(pl.String))
    columns = ("figure", "agency", "start", "code")
    rows = [each.select(columns).collect() for each in (figures, lists_absent(evaluation.inputs))]
    return {(item, agency, start): _state(code) for frame in rows for item, agency, start, code in frame.iter_rows()}


def _state(code: int) -> ReturnState | None:
    """The state of a return by the reason code of its figure or list."""
    status = Status.NO_DATA if code == NOT_RECEIVED else ReasonCode.read(code).status
    states = {Status.LATE: ReturnState.LATE, Status.NOT_DUE: ReturnState.DUE, Status.INVALID: ReturnState.IN_DOUBT}
    return states.get(status)


def _arrivals(evaluation: Evaluation) -> Mapping[tuple[str, str, int], date | None]:
    """The day on which the latest cell of each return came."""
    cells = evaluation.cells.group_by("figure", "agency", "start").agg(pl.col("received_on").max())
    return {(figure, agency, start): on for figure, agency, start, on in cells.iter_rows()}
