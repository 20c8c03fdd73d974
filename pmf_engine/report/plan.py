"""The board's plan for a period: what falls due in it, and what is overdue from before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.evaluation.evaluate import Evaluation, altered
from pmf_engine.framework.activities import Activity
from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.calendar import ReturnState, calendar_of
from pmf_engine.report.row_words import RowWords
from pmf_engine.submissions.content import register_at


class PlanKind(StrEnum):
    """What kind of thing falls due."""

    RETURNS = "returns"
    ACTIVITY = "activity"
    TOLERANCE = "tolerance"
    EVIDENCE = "evidence"
    REQUEST = "request"
    ACTION = "action"


class PlanState(StrEnum):
    """What has become of it."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class PlanItem:
    """Something that falls due, or is overdue.

    Attributes:
        due: The last day on which it is in time; None where nobody gave one.
        what: What it is, in words.
        who: Who is to do it.
        note: What has become of it, in words.
    """

    kind: PlanKind
    due: date | None
    what: str
    who: str
    state: PlanState
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """The plan for a period."""

    board: str
    period: Period
    as_of: date
    items: tuple[PlanItem, ...]


def plan_of(evaluation: Evaluation, with_returns: bool = True) -> Plan:
    """The plan for the period of an evaluation, with or without the returns that fall due."""
    assert evaluation.period is not None, "a plan is of one period"
    items = [
        *(_returns(evaluation) if with_returns else ()),
        *_activities(evaluation),
        *_reviews(evaluation),
        *_requests(evaluation),
        *_actions(evaluation),
    ]
    kinds = list(PlanKind)
    return Plan(
        evaluation.framework.board.name,
        evaluation.period,
        evaluation.as_of,
        tuple(sorted(items, key=lambda item: (kinds.index(item.kind), item.due or date.max, item.who, item.what))),
    )


def _within(evaluation: Evaluation, due: date | None, state: PlanState) -> bool:
    """Whether something belongs to a plan: it falls due in its period, or is overdue from before."""
    period = evaluation.period
    assert period is not None
    if due is None or due < period.first_day:
        return state != PlanState.DONE
    return due <= period.last_day


def _state(evaluation: Evaluation, due: date | None, done: bool) -> PlanState:
    if done:
        return PlanState.DONE
    return PlanState.OVERDUE if due is not None and due < evaluation.as_of else PlanState.DUE


def _returns(evaluation: Evaluation) -> Iterator[PlanItem]:
    """An item for the returns of each agency that fall due on a day, and one for the agencies that have sent all."""
    assert evaluation.period is not None
    first, last = evaluation.period.first_day, evaluation.period.last_day
    year = Cadence(12, evaluation.framework.board.year_start).holding(evaluation.period.start)
    owed = [
        each
        for start in (year.start - 12, year.start)
        for each in calendar_of(altered(evaluation, period=Period(start, year.cadence))).owed
        if first <= each.due <= last or (each.due < first and each.state == ReturnState.LATE)
    ]
    owed.sort(key=lambda each: (each.due, each.agency.id))
    for due, of_day in groupby(owed, key=lambda each: each.due):
        complete: list[int] = []
        for agency, returns in groupby(of_day, key=lambda each: each.agency):
            states = Counter(each.state for each in returns)
            if set(states) == {ReturnState.RECEIVED}:
                complete.append(states.total())
                continue
            note = ", ".join(f"{states[state]} {state}" for state in ReturnState if states[state])
            what = show_count(states.total(), "return")
            yield PlanItem(PlanKind.RETURNS, due, what, agency.title, _state(evaluation, due, False), note)
        if complete:
            who = f"{len(complete)} agenc{'y' if len(complete) == 1 else 'ies'}"
            what = show_count(sum(complete), "return")
            yield PlanItem(PlanKind.RETURNS, due, what, who, PlanState.DONE, "all received")


def _activities(evaluation: Evaluation) -> Iterator[PlanItem]:
    """The activities due in the period, and earlier ones that nobody has done."""
    framework = evaluation.framework
    done = activities_done(evaluation)
    for activity in framework.activities.values():
        who = framework.agencies[activity.agency].name if activity.agency else framework.board.name
        for period in activity.due:
            on = done.get((activity.id, period))
            item = PlanItem(
                PlanKind.ACTIVITY,
                period.last_day,
                activity.title,
                who,
                _state(evaluation, period.last_day, on is not None),
                f"done {show_date(on)}" if on else "",
            )
            if _within(evaluation, item.due, item.state):
                yield item


def activities_done(evaluation: Evaluation) -> dict[tuple[str, Period], date]:
    """By activity and period in which it was due, the day on which it was first done.

    A review counts for the last due period of its activity that had begun when it was done.
    """
    reviews = register_at(evaluation.submissions, "reviews", evaluation.as_of)
    done: dict[tuple[str, Period], date] = {}
    for id_, on in reviews.select("activity", "done_on").sort("done_on", nulls_last=True).iter_rows():
        activity = evaluation.framework.activities.get(id_)
        if activity is not None and on is not None and on <= evaluation.as_of and (period := _due_by(activity, on)):
            done.setdefault((id_, period), on)
    return done


def _due_by(activity: Activity, on: date) -> Period | None:
    """The last due period of an activity that had begun on a day."""
    begun = [period for period in activity.due if period.first_day <= on]
    return max(begun, key=lambda period: period.start, default=None)


def _reviews(evaluation: Evaluation) -> Iterator[PlanItem]:
    """The tolerances in force and the evidence whose review falls due."""
    framework = evaluation.framework
    words = RowWords(framework)
    assert evaluation.period is not None
    for indicator in framework.indicators.values():
        entry = indicator.entry_for(evaluation.period)
        if entry is not None and entry.review_by is not None:
            due = entry.review_by
            item = PlanItem(
                PlanKind.TOLERANCE,
                due,
                f"{indicator.title}: {words.good(indicator, entry)}",
                framework.agencies[indicator.lead_agency].name,
                _state(evaluation, due, False),
            )
            if _within(evaluation, due, item.state):
                yield item
    for area in framework.content_areas.values():
        if area.review_by is not None:
            due = area.review_by
            item = PlanItem(PlanKind.EVIDENCE, due, area.title, framework.board.name, _state(evaluation, due, False))
            if _within(evaluation, due, item.state):
                yield item


def _requests(evaluation: Evaluation) -> Iterator[PlanItem]:
    """The requests outside the cycle that have no answer."""
    rows = register_at(evaluation.submissions, "requests", evaluation.as_of)
    for about, agency, due, received in rows.select("about", "agency", "due_on", "received_on").iter_rows():
        state = _state(evaluation, due, received is not None and received <= evaluation.as_of)
        if state != PlanState.DONE and _within(evaluation, due, state):
            yield PlanItem(PlanKind.REQUEST, due, about, _agency(evaluation, agency), state)


def _actions(evaluation: Evaluation) -> Iterator[PlanItem]:
    """The actions that fall due in the period, and open ones from before."""
    rows = register_at(evaluation.submissions, "actions", evaluation.as_of)
    columns = ("action", "agency", "owner", "due_on", "done_on", "state")
    for action, agency, owner, due, done_on, word in rows.select(columns).iter_rows():
        if word == "dropped":
            continue
        is_done = word == "done" or (done_on is not None and done_on <= evaluation.as_of)
        state = _state(evaluation, due, is_done)
        if _within(evaluation, due, state):
            who = owner or _agency(evaluation, agency)
            yield PlanItem(PlanKind.ACTION, due, action, who, state, f"done on {done_on}" if done_on else "")


def _agency(evaluation: Evaluation, id_: str | None) -> str:
    """The name of an agency; the board's for none."""
    framework = evaluation.framework
    agency = framework.agencies.get(id_ or "")
    return agency.name if agency else framework.board.name
