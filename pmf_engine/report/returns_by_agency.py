"""Returns by agency over the last eight quarters: how many were owed, came in time, came late, and are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Cadence, Period, month_of
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.report.calendar import Owed, ReturnState, owed_between
from pmf_engine.report.item import Named

QUARTERS = 8
"""How many quarters the table goes back."""


@dataclass(frozen=True)
class QuarterReturns:
    """The figures and lists that an agency owed for periods that ended in a quarter.

    Attributes:
        period: The label of the quarter.
        owed: How many were due by the day of the report, or came.
        in_time: How many came by the day on which they were due, or on a day that nobody gave.
        late: How many came later.
        missing: How many have not come, or only in a file that could not be read.
    """

    period: str
    owed: int
    in_time: int
    late: int
    missing: int


@dataclass(frozen=True)
class AgencyReturns:
    """The returns of an agency, the oldest quarter first."""

    agency: Named
    quarters: tuple[QuarterReturns, ...]

    @property
    def in_time(self) -> int:
        """The returns in time, of all quarters."""
        return sum(quarter.in_time for quarter in self.quarters)

    @property
    def owed(self) -> int:
        """The returns that were owed, of all quarters."""
        return sum(quarter.owed for quarter in self.quarters)


def returns_by_agency(evaluation: Evaluation, agency: str | None = None) -> tuple[AgencyReturns, ...]:
    """The returns of each agency that owed anything in the last eight quarters.

    Args:
        evaluation: An evaluation of one period; of one for the public there are none.
        agency: Only this agency; None for all.
    """
    framework = evaluation.framework
    if evaluation.period is None or evaluation.inputs is None or evaluation.audience != Audience.BOARD:
        return ()
    last = Cadence(3, framework.board.year_start).last_ended_by(evaluation.period.end)
    quarters = [Period(last.start - 3 * back, last.cadence) for back in range(QUARTERS - 1, -1, -1)]
    first_days = _first_days(evaluation)
    counted: dict[str, dict[int, list[tuple[Owed, date | None]]]] = {}
    # Of the time before anything was sent, nobody knows what was owed.
    start = max(quarters[0].start, evaluation.inputs.window.first)
    for owed in owed_between(evaluation, start, last.end):
        if month_of(owed.starts_on) < evaluation.inputs.window.first:
            continue
        if owed.state != ReturnState.DUE and agency in (None, owed.agency.id):
            quarter = last.cadence.holding(month_of(owed.ends_on)).start
            came = first_days.get((owed.item.id, owed.agency.id, month_of(owed.starts_on)), owed.received_on)
            counted.setdefault(owed.agency.id, {}).setdefault(quarter, []).append((owed, came))
    return tuple(
        AgencyReturns(
            Named(id_, framework.agencies[id_].name),
            tuple(_quarter(quarter, counted[id_].get(quarter.start, [])) for quarter in quarters),
        )
        for id_ in framework.agencies
        if id_ in counted
    )


def _quarter(quarter: Period, returns: list[tuple[Owed, date | None]]) -> QuarterReturns:
    """The counts of one quarter."""
    came = [(owed, day) for owed, day in returns if owed.state == ReturnState.RECEIVED]
    late = sum(day is not None and day > owed.due for owed, day in came)
    return QuarterReturns(quarter.label, len(returns), len(came) - late, late, len(returns) - len(came))


def _first_days(evaluation: Evaluation) -> dict[tuple[str, str, int], date | None]:
    """The day on which the first of each return came: a later correction makes no return late."""
    readings = evaluation.submissions.readings
    known = readings.filter(pl.col("received_on").is_null() | (pl.col("received_on") <= evaluation.as_of))
    days = known.group_by("figure", "agency", "start").agg(pl.col("received_on").min())
    return {(str(figure), str(agency), start): day for figure, agency, start, day in days.iter_rows()}


def quarter_words(quarter: QuarterReturns) -> str:
    """What came of a quarter's returns.

    >>> quarter_words(QuarterReturns("2016-17 Q4", 12, 9, 1, 2))
    '9 of 12 in time, 1 late, 2 missing'
    """
    if not quarter.owed:
        return "none owed"
    words = [f"{quarter.in_time} of {quarter.owed} in time"]
    words += [f"{count} {what}" for count, what in ((quarter.late, "late"), (quarter.missing, "missing")) if count]
    return ", ".join(words)
