"""The evaluation of a framework over submissions: what every indicator came to, and what goes up to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from pmf_engine.domain.periods import Cadence, Frequency, Period, month_of
from pmf_engine.evaluation.arrivals import arrival_marks
from pmf_engine.evaluation.history import HISTORY, RESULTS, history_plan, in_framework_order
from pmf_engine.evaluation.inputs import Inputs, collected, inputs_of
from pmf_engine.evaluation.lifetimes import of_their_time, under_successors
from pmf_engine.evaluation.marks import marks_of_rows, with_marks
from pmf_engine.evaluation.outstanding import OUTSTANDING, outstanding_plan, with_period_labels
from pmf_engine.evaluation.own_periods import escalated_by_own, own_cadences
from pmf_engine.evaluation.window import Window
from pmf_engine.framework.dependencies import asked_of_lists, looks_back_whole_periods
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.records.count import Engine, count
from pmf_engine.records.coverage import standing
from pmf_engine.records.queries import list_queries
from pmf_engine.records.totals import ListTotals
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problem_kinds import NOTHING_READ
from pmf_engine.submissions.problems import together, with_senders
from pmf_engine.submissions.refusals import with_refusals
from pmf_engine.submissions.submissions import Submissions


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What an evaluation came to.

    `period` is the period asked for, None for all; `cells` what had come by `as_of`. `history` has the columns
    of `results`, `start` and `months` (the period as numbers), `level` (place of `escalate_to` in governance, -1
    for none), `named` (the numbers that the names in its bands stand for, in the order of the indicator's
    `band_names`), `compared` (what it is compared with came to, in the order of its `compare`), `direction_year_ago`
    (as `direction`, from the same period of the year before), the control chart up to each period (`control.CHART`),
    the life of the exception (`exceptions.LIFE`) and `shown` (whether it is in `results`), for all periods up to the
    one shown. `outstanding` is what has not come by `as_of`: figure, agency, start, months, period, due, status (late
    or not_due) and run, one row for the latest period of each, and where that is not due, one for the latest of those
    before it that are late; figures and lists alike. `problems` are those of the
    submissions, and what was wrong with the records of lists that were read. `inputs` are the figures it rests on,
    kept for explanations.
    """

    framework: Framework = field(repr=False)
    submissions: Submissions = field(repr=False)
    period: Period | None
    as_of: date
    cells: pl.DataFrame = field(repr=False)
    history: pl.DataFrame = field(repr=False)
    outstanding: pl.DataFrame = field(repr=False)
    problems: pl.DataFrame = field(repr=False)
    inputs: Inputs | None = field(default=None, repr=False)
    own: pl.DataFrame | None = field(default=None, repr=False)

    @property
    def results(self) -> pl.DataFrame:
        """One row per indicator, period and group: those that a report on `period` shows, or all."""
        return self.history.filter("shown").select(list(RESULTS))

    @property
    def exceptions(self) -> pl.DataFrame:
        """The results that go up, the highest level first."""
        rows = self.history.filter(pl.col("shown") & (pl.col("level") >= 0))
        return rows.sort("level", descending=True, maintain_order=True).select(list(RESULTS))


def evaluate(
    framework: Framework,
    submissions: Submissions,
    period: str | Period | None = None,
    as_of: date | None = None,
    engine: Engine = "streaming",
) -> Evaluation:
    """Works out every indicator from what agencies sent.

    With a `period` each indicator is shown in its own frequency, or in the period's where that is longer:
    in its latest period that has ended when `period` ends; an ad hoc one as last asked for, where that is in
    `period` or has been an exception since. Without one, in all its periods from the first
    that any data speaks for to the last. `as_of`, today unless given, decides what is late and what is not
    due. `engine` is Polars' own choice for reading lists, the one part that may be large. Raises ValueError
    where `period` is none of the board's, and TypeError where `period` or `as_of` is of another type.
    """
    as_of, asked = _day(as_of), _period(framework, period)
    cadences = {id_: _cadence(framework, one, asked) for id_, one in framework.indicators.items()}
    own = own_cadences(framework, cadences)
    both = [*cadences.items(), *own.items()]
    held = submissions.standing_at(as_of)
    cells, untimely = of_their_time(framework, under_successors(framework, held.cells))
    cells = with_refusals(cells, submissions.problems)
    last_day = min(as_of, asked.last_day) if asked else as_of
    standing_then = standing(submissions.lists, as_of)
    groups = submissions.groups_at(as_of)
    counted, problems = counted_lists(framework, standing_then, both, last_day, as_of, engine, groups.rows())
    problems = together(submissions.problems, with_senders(held.problems, framework), untimely, problems)
    window = _window(cells, counted.extent(), asked, {cadence for _, cadence in both})
    if window is None:
        nothing = (pl.DataFrame(schema=HISTORY), pl.DataFrame(schema=OUTSTANDING))
        return Evaluation(framework, submissions, asked, as_of, cells, *nothing, problems)
    unknown = arrival_marks(submissions.undated, cells, counted)
    doubted = unknown if as_of < date.today() else None
    marks = pl.concat([submissions.marks_at(as_of), held.marks, counted.marks, unknown])
    unplaced = submissions.unplaced_at(as_of)
    misread = submissions.misread_at(as_of)
    unread = submissions.problems["kind"].is_in(list(NOTHING_READ)).any()
    inputs = inputs_of(
        framework, cells, groups, window, as_of, counted=counted, unplaced=unplaced, misread=misread, unread=unread
    )
    plans = [history_plan(framework, inputs, each, asked, doubted=doubted) for each in (cadences, own) if each]
    end = asked.end if asked else window.end
    outstanding, history, *in_own = collected([outstanding_plan(inputs, end), *plans])
    history = escalated_by_own(history, in_own[0]) if in_own else history
    marks = pl.concat([marks, marks_of_rows(history, framework)])
    return Evaluation(
        framework,
        submissions,
        asked,
        as_of,
        cells,
        with_marks(in_framework_order(history, framework), framework, inputs, cadences, marks),
        with_period_labels(outstanding, framework),
        problems,
        inputs,
        with_marks(in_framework_order(in_own[0], framework), framework, inputs, own, marks.clear()) if in_own else None,
    )


def _day(as_of: date | None) -> date:
    """The day of an evaluation, today unless given; raises TypeError where it is no day."""
    if as_of is None:
        return date.today()
    if isinstance(as_of, datetime):
        return as_of.date()
    if not isinstance(as_of, date):
        raise TypeError(f"`as_of` must be a date, such as date(2017, 6, 30), not {as_of!r}")
    return as_of


def _period(framework: Framework, period: str | Period | None) -> Period | None:
    """The period asked for; raises ValueError where it is none of the board's, and TypeError where it is no period."""
    if not isinstance(period, str | Period | None):
        raise TypeError(f"`period` must be a text, such as '2016-17 Q3', or a Period, not {period!r}")
    asked = framework.period(period) if isinstance(period, str) else period
    if asked is not None and asked != asked.cadence.holding(asked.start):
        raise ValueError(
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
    """The totals of lists up to a day for all that indicators ask at their cadences and breakdowns, with problems."""
    indicators = framework.indicators
    wanted = list_queries(
        framework,
        [(cadence, indicators[id_].by, asked_of_lists(framework, [indicators[id_]])) for id_, cadence in cadences],
    )
    return count(framework, pieces, wanted, last_day, as_of or last_day, engine, groups)


def _cadence(framework: Framework, indicator: Indicator, asked: Period | None) -> Cadence:
    """An indicator's own periods, or the report's where those are longer.

    An ad hoc indicator is not added up. One that looks back over months that are not whole periods of the report's
    keeps its own.
    """
    own = indicator.cadence
    if asked is None or asked.cadence.months <= own.months or indicator.frequency == Frequency.AD_HOC:
        return own
    if not looks_back_whole_periods(framework, indicator, asked.cadence.months):
        return own
    return Cadence(asked.cadence.months, own.year_start)


def _window(cells: pl.DataFrame, lists: range, asked: Period | None, cadences: set[Cadence]) -> Window | None:
    """The months any data speaks for, and those asked for, to the ends of everybody's periods."""
    first, last = cells.select(pl.col("start").min(), (pl.col("start") + pl.col("months")).max().alias("end")).row(0)
    starts = [month for month in (first, asked.start if asked else None, *lists[:1]) if month is not None]
    if not starts or not cadences:
        return None
    end = asked.end if asked else max(month for month in (last, *(month + 1 for month in lists[-1:])) if month)
    first = min(starts)
    if first >= end:  # all that came is for later periods than the one asked for
        first = asked.start if asked else end - 1
    # From the start of a year, so that a sum over the year to date is never of part of it.
    start = min(Cadence(12, cadence.year_start).holding(first).start for cadence in cadences)
    if asked:
        start = min(start, *(cadence.last_ended_by(asked.end).start for cadence in cadences))
    return Window(start, max(cadence.holding(end - 1).end for cadence in cadences), first, end)


def latest_quarter(framework: Framework, submissions: Submissions, as_of: date) -> Period | None:
    """The latest quarter that is over on a day and that anything has been sent for; None where nothing has."""
    ends = submissions.cells_at(as_of).filter(pl.col("start") + pl.col("months") <= month_of(as_of))
    last = ends.select((pl.col("start") + pl.col("months")).max()).item()
    return None if last is None else Cadence(3, framework.board.year_start).last_ended_by(last)
