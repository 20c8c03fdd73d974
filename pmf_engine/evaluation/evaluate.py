"""The evaluation of a framework over submissions: the rows of every indicator, and the exceptions among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import polars as pl

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.errors import Error, UnknownName, UnknownPeriod
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.dates import day_of
from pmf_engine.domain.periods import Cadence, Frequency, Period, month_of
from pmf_engine.domain.status import texts
from pmf_engine.evaluation.actions import promises_of
from pmf_engine.evaluation.arrivals import arrival_marks, doubting
from pmf_engine.evaluation.evaluated import Evaluated, judged_row
from pmf_engine.evaluation.explanation.explain import Explanation, explained
from pmf_engine.evaluation.history import history_plan, judged_rows
from pmf_engine.evaluation.inputs import Inputs, collected, inputs_of
from pmf_engine.evaluation.lifetimes import of_their_time, under_successors
from pmf_engine.evaluation.marks import marks_of_rows, with_marks
from pmf_engine.evaluation.outstanding import OUTSTANDING, outstanding_plan, outstanding_rows
from pmf_engine.evaluation.own_periods import escalated_by_own, own_cadences
from pmf_engine.evaluation.results import JUDGED_ROWS
from pmf_engine.evaluation.window import Window
from pmf_engine.framework.dependencies import asked_of_lists, looks_back_whole_periods
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.judgement.action_facts import asks_of_actions
from pmf_engine.records.count import count, queries_by_id
from pmf_engine.records.coverage import standing
from pmf_engine.records.list_query import ListQuery, QueryId, distinct_queries
from pmf_engine.records.totals import ListTotals
from pmf_engine.submissions.content import misread_at, register_at, standing_at
from pmf_engine.submissions.days import cells_at, groups_at, unplaced_at
from pmf_engine.submissions.engines import Engine
from pmf_engine.submissions.fingerprint import check_framework
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problem_kinds import NOTHING_READ
from pmf_engine.submissions.problems import together, with_senders
from pmf_engine.submissions.refusals import with_refusals
from pmf_engine.submissions.standing_cells import marks_of_cells
from pmf_engine.submissions.submissions import Submissions


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Evaluation(Evaluated):
    """The outcome of an evaluation: its frames, its rows, and questions about them. `evaluate` makes it.

    Attributes:
        framework: The framework that was evaluated.
        submissions: The submissions that were evaluated.
        period: The period asked for; None for all.
        as_of: The day of the evaluation.
        only: The ids of the indicators that were evaluated; None for all.
        outstanding: The returns and lists not received by `as_of`, with the columns `OUTSTANDING`: for each figure or
            list and agency the latest period, and where that is not due, also the latest late period before it.
        problems: The problems of the submissions, and of the records in lists, with the columns of `PROBLEMS`.
    """

    def __init__(self) -> None:
        raise TypeError("evaluations are made by `evaluate`")

    @checked
    def explain(self, indicator: str, *, group: str | None = None, period: str | Period | None = None) -> Explanation:
        """Explains a row: every step from its cells to the level that it goes to.

        Args:
            indicator: The id of the indicator.
            group: The name of a group, or where several breakdowns have it, breakdown and name: `district=Unknown`;
                None for the whole.
            period: A period of the history; None for the one shown.

        Raises:
            UnknownName: There is no such indicator or group.
            UnknownPeriod: The indicator has no such period.
            ValueError: The evaluation is of all periods and `period` names none, nothing was asked for in it, `only`
                left the indicator out, or several breakdowns have such a group; it is an `Error`, too.
        """
        if self.period is None and period is not None and self.audience == Audience.BOARD:
            row = judged_row(self, indicator, group, _period(self.framework, period))
            return explained(_alone(self, indicator, row.period), indicator, group, None)
        return explained(self, indicator, group, period)

    @checked
    def at(self, period: str | Period | None) -> Evaluation:
        """The evaluation of another period, or of all for None, as of the same day.

        Raises:
            UnknownPeriod: `period` is not a period of the board.
            Error: The evaluation is for the public; another period of it would have small counts.
        """
        if self.audience != Audience.BOARD:
            raise Error("an evaluation for the public has no other period: evaluate that one, and publish it anew")
        return evaluate(
            self.framework, self.submissions, period=period, as_of=self.as_of, engine=self.engine, only=self.only
        )


def altered(evaluation: Evaluated, **changes: Any) -> Evaluation:
    """An evaluation with other values of some fields, such as fewer rows; nothing is evaluated again."""
    changed = object.__new__(Evaluation)
    values = {attribute.name: getattr(evaluation, attribute.name) for attribute in fields(Evaluated)}
    Evaluated.__init__(changed, **{**values, **changes})
    return changed


def _alone(evaluation: Evaluation, indicator: str, period: str) -> Evaluation:
    """The evaluation of one indicator in one period, from the same submissions and as of the same day."""
    framework, submissions = evaluation.framework, evaluation.submissions
    return evaluate(
        framework, submissions, period=period, as_of=evaluation.as_of, only={indicator}, engine=evaluation.engine
    )


@checked
def explain(
    evaluation: Evaluation, indicator: str, *, group: str | None = None, period: str | Period | None = None
) -> Explanation:
    """Explains a row of an evaluation; see `Evaluation.explain`."""
    return explained(evaluation, indicator, group, period)


@checked
def evaluate(
    framework: Framework,
    submissions: Submissions,
    *,
    period: str | Period | None = None,
    as_of: date | None = None,
    only: Collection[str] | None = None,
    agency: str | None = None,
    engine: Engine = "streaming",
) -> Evaluation:
    """Evaluates indicators over the submissions of agencies.

    Args:
        framework: The framework to evaluate.
        submissions: The returns and lists of agencies.
        period: The period to report: results show each indicator in its own frequency, or in that of `period` where
            that is longer, and in its latest period that ends with `period` or before. An ad hoc indicator is shown as
            last asked for, where that is in `period` or an exception since. None shows all periods with data.
        as_of: The day that decides what is late and what is not due; None for today.
        only: The ids of the indicators to evaluate; None for all. Their results are those of an evaluation of all.
        agency: An agency, to evaluate only what it leads or sends figures and lists for.
        engine: The engine of Polars that reads lists, the only part that may be large; a `RemoteEngine`, for example.

    Raises:
        MismatchError: The submissions were read with other figures, lists, agencies, breakdowns or scales.
        UnknownName: There is no such indicator, agency or engine.
        UnknownPeriod: `period` is not a period of the board.
    """
    as_of, asked = _day(as_of), _period(framework, period)
    chosen = _chosen(framework, only, agency)
    all_cadences = {id_: _cadence(framework, indicator, asked) for id_, indicator in framework.indicators.items()}
    cadences = {id_: cadence for id_, cadence in all_cadences.items() if chosen is None or id_ in chosen}
    own = own_cadences(framework, cadences)
    both = [*cadences.items(), *own.items()]
    check_framework(submissions.framework, framework)
    effective = standing_at(submissions, as_of)
    cells, untimely = of_their_time(framework, under_successors(framework, effective.cells))
    cells = with_refusals(cells, submissions.problems)
    last_day = min(as_of, asked.last_day) if asked else as_of
    parts = standing(submissions.lists, as_of)
    groups = groups_at(submissions, as_of)
    counted, problems = counted_lists(framework, parts, both, last_day, as_of, engine, groups.rows())
    problems = together(submissions.problems, with_senders(effective.problems, framework), untimely, problems)
    lengths = {*all_cadences.values(), *own_cadences(framework, all_cadences).values()}
    window = _window(cells, counted.extent(), asked, lengths)
    if window is None or not cadences:
        empty = (JUDGED_ROWS.empty(), OUTSTANDING.empty())
        nothing = Evaluated(framework, submissions, asked, as_of, cells, *empty, problems, only=chosen, engine=engine)
        return altered(nothing)
    unknown = arrival_marks(submissions.undated, cells, counted)
    doubted = doubting(effective.marks, unknown, as_of)
    marks = pl.concat([marks_of_cells(effective.cells), effective.marks, counted.marks, unknown])
    inputs = _inputs(framework, submissions, cells, groups, window, as_of, counted)
    if asks_of_actions(framework):
        inputs = replace(inputs, promises=promises_of(register_at(submissions, "actions", as_of), framework))
    judged, outstanding, in_own = _judged(inputs, cadences, own, asked, marks, doubted)
    evaluated = Evaluated(
        framework, submissions, asked, as_of, cells, judged, outstanding, problems, inputs, in_own, chosen, engine
    )
    return altered(evaluated)


def _judged(
    inputs: Inputs,
    cadences: Mapping[str, Cadence],
    own: Mapping[str, Cadence],
    asked: Period | None,
    marks: pl.DataFrame,
    doubted: pl.DataFrame | None,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame | None]:
    """The rows of `Evaluation.judged`, `outstanding` and `own`.

    Args:
        inputs: The figures and list totals.
        cadences: By indicator, the length of its periods.
        own: By indicator, the length of its own periods, where that is shorter.
        asked: The period asked for; None for all.
        marks: The marks of figures and lists.
        doubted: Those that put rows in doubt; None for none.
    """
    framework, as_of = inputs.framework, inputs.as_of
    plans = [history_plan(framework, inputs, lengths, asked, doubted=doubted) for lengths in (cadences, own) if lengths]
    end = asked.end if asked else inputs.window.end
    outstanding, history, *in_own = collected([outstanding_plan(inputs, end, cadences), *plans])
    history = escalated_by_own(history, in_own[0]) if in_own else history
    marks = pl.concat([marks, marks_of_rows(history, framework)])
    return (
        with_marks(judged_rows(history), framework, inputs, cadences, marks),
        outstanding_rows(outstanding, framework, as_of, cadences),
        with_marks(judged_rows(in_own[0]), framework, inputs, own, marks.clear()) if in_own else None,
    )


def _chosen(framework: Framework, only: Collection[str] | None, agency: str | None) -> frozenset[str] | None:
    """The ids of the indicators to evaluate; None for all. Raises UnknownName."""
    for id_ in only or ():
        if id_ not in framework.indicators:
            raise UnknownName("indicator", id_, framework.indicators)
    if agency is None:
        return None if only is None else frozenset(only)
    concerned = frozenset((*framework.led_by(agency), *framework.fed_by(agency)))
    return concerned if only is None else concerned & frozenset(only)


def _inputs(
    framework: Framework,
    submissions: Submissions,
    cells: pl.DataFrame,
    groups: pl.DataFrame,
    window: Window,
    as_of: date,
    counted: ListTotals,
) -> Inputs:
    """The inputs of an evaluation, with the rows and files of the submissions that may contain missing figures."""
    return inputs_of(
        framework,
        cells,
        groups,
        window,
        as_of,
        counted=counted,
        unplaced=unplaced_at(submissions, as_of),
        misread=misread_at(submissions, as_of),
        unread=submissions.problems["kind"].is_in(texts(NOTHING_READ)).any(),
    )


def _day(as_of: date | None) -> date:
    """The day of an evaluation, today for None; raises TypeError where `as_of` is no date."""
    return date.today() if as_of is None else day_of(as_of, "`as_of`")


def _period(framework: Framework, period: str | Period | None) -> Period | None:
    """The period asked for; raises UnknownPeriod where the board has no such period."""
    asked = framework.period(period) if isinstance(period, str) else period
    if asked is not None and asked != asked.cadence.holding(asked.start):
        raise UnknownPeriod(
            f"no period of {asked.cadence.months} months begins there in a year that starts in month "
            f"{asked.cadence.year_start}"
        )
    return asked


def counted_lists(
    framework: Framework,
    pieces: Sequence[ListPart],
    cadences: Iterable[tuple[str, Cadence]],
    last_day: date,
    as_of: date | None = None,
    engine: Engine = "auto",
    groups: Iterable[tuple[str, str]] = (),
) -> tuple[ListTotals, pl.DataFrame]:
    """The totals of lists up to a day for every aggregate, cadence and breakdown of indicators, with the problems."""
    wanted = _queries(framework, cadences)
    return count(framework, pieces, wanted, last_day, as_of or last_day, engine, groups)


def _queries(framework: Framework, cadences: Iterable[tuple[str, Cadence]]) -> list[ListQuery]:
    """The queries over lists that indicators need, each in its cadence."""
    indicators = framework.indicators
    return distinct_queries(
        framework,
        [(cadence, indicators[id_].by, asked_of_lists(framework, [indicators[id_]])) for id_, cadence in cadences],
    )


@checked
def list_queries(
    framework: Framework,
    submissions: Submissions,
    *,
    period: str | Period | None = None,
    as_of: date | None = None,
) -> Mapping[QueryId, pl.LazyFrame]:
    """The queries that an evaluation runs over the records of lists: plans that scan the files and return a few rows.

    These are the first queries of `evaluate`, for lists without a refused cell or a damaged file. What they return is
    an intermediate result, whose columns may change between versions.

    Args:
        framework: The framework.
        submissions: The lists of agencies.
        period: The period to report, as in `evaluate`.
        as_of: The day of the evaluation; None for today.

    Raises:
        MismatchError: The submissions were read with other figures, lists, agencies, breakdowns or scales.
        UnknownPeriod: `period` is not a period of the board.
        TypeError: `period` or `as_of` has another type.
    """
    as_of, asked = _day(as_of), _period(framework, period)
    cadences = {id_: _cadence(framework, indicator, asked) for id_, indicator in framework.indicators.items()}
    both = [*cadences.items(), *own_cadences(framework, cadences).items()]
    check_framework(submissions.framework, framework)
    parts = standing(submissions.lists, as_of)
    last_day = min(as_of, asked.last_day) if asked else as_of
    return queries_by_id(framework, parts, _queries(framework, both), last_day, as_of)


def _cadence(framework: Framework, indicator: Indicator, asked: Period | None) -> Cadence:
    """The cadence to evaluate an indicator in: its own, or that of the period asked for where it is longer.

    Two kinds of indicators keep their own: ad hoc ones, and those that look back over months that are not whole periods
    of the longer cadence.
    """
    own = indicator.cadence
    if asked is None or asked.cadence.months <= own.months or indicator.frequency == Frequency.AD_HOC:
        return own
    if not looks_back_whole_periods(framework, indicator, asked.cadence.months):
        return own
    return Cadence(asked.cadence.months, own.year_start)


def _window(cells: pl.DataFrame, lists: range, asked: Period | None, cadences: set[Cadence]) -> Window | None:
    """The months with data or in the period asked for, extended to whole periods of all cadences; None without data."""
    first, last = cells.select(pl.col("start").min(), (pl.col("start") + pl.col("months")).max().alias("end")).row(0)
    starts = [month for month in (first, asked.start if asked else None, *lists[:1]) if month is not None]
    if not starts or not cadences:
        return None
    end = asked.end if asked else max(month for month in (last, *(month + 1 for month in lists[-1:])) if month)
    first = min(starts)
    if first >= end:  # all data are of later periods than the one asked for
        first = asked.start if asked else end - 1
    # From the start of a year, so that a sum over the year to date has all its periods.
    start = min(Cadence(12, cadence.year_start).holding(first).start for cadence in cadences)
    if asked:
        start = min(start, *(cadence.last_ended_by(asked.end).start for cadence in cadences))
    return Window(start, max(cadence.holding(end - 1).end for cadence in cadences), first, end)


def latest_quarter(framework: Framework, submissions: Submissions, as_of: date) -> Period | None:
    """The latest quarter that is over on a day and has data; None without data."""
    ends = cells_at(submissions, as_of).filter(pl.col("start") + pl.col("months") <= month_of(as_of))
    last = ends.select((pl.col("start") + pl.col("months")).max()).item()
    return None if last is None else Cadence(3, framework.board.year_start).last_ended_by(last)
