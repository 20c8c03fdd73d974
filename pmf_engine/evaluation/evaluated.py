"""The outcome of an evaluation as data: its frames, and the rows that people ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from html import escape

import polars as pl

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.errors import UnknownName, UnknownPeriod
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.actions import judged_actions
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.results import exceptions_of, history_of, results_of
from pmf_engine.evaluation.rows import NoRow, ResultRow, Series, find_row, result_rows, series_of
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.submissions.content import register_at
from pmf_engine.submissions.engines import Engine
from pmf_engine.submissions.submissions import Submissions


@dataclass(frozen=True, eq=False, repr=False)
class Evaluated:
    """The outcome of an evaluation, as data.

    Attributes:
        framework: The framework that was evaluated.
        submissions: The submissions that were evaluated.
        period: The period asked for; None for all.
        only: The ids of the indicators that were evaluated; None for all.
        as_of: The day of the evaluation.
        cells: The cells of returns received by `as_of`.
        judged: The rows of all periods up to the one shown, with the columns of `JUDGED_ROWS`.
        outstanding: The returns and lists not received by `as_of`, with the columns `OUTSTANDING`: for each figure or
            list and agency the latest period, and where that is not due, also the latest late period before it.
        problems: The problems of the submissions, and of the records in lists, with the columns of `PROBLEMS`.
        inputs: The figures and list totals of the evaluation, for explanations.
        own: As `judged`, in own periods of the indicators that `judged` has in longer ones; None without any.
        engine: The engine that read the records of lists.
        audience: For whom it is: `board` with every count, or `public` without small ones.
        withheld: What a paper for the public says of how its rows were chosen; as a rule nothing.
    """

    framework: Framework
    submissions: Submissions
    period: Period | None
    as_of: date
    cells: pl.DataFrame
    judged: pl.DataFrame
    outstanding: pl.DataFrame
    problems: pl.DataFrame
    inputs: Inputs | None = None
    own: pl.DataFrame | None = None
    only: frozenset[str] | None = None
    engine: Engine = "streaming"
    audience: Audience = Audience.BOARD
    withheld: str = ""

    def __repr__(self) -> str:
        shown = self.judged.filter("shown")
        rated = ", ".join(f"{shown.filter(status=status).height} {status}" for status in Status.rated())
        which = "all periods" if self.period is None else self.period
        return f"<Evaluation of {which} as of {self.as_of}: {shown.height} results, {rated}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.results._repr_html_()}"

    @property
    def results(self) -> pl.DataFrame:
        """One row per indicator, period and group: those that a report on `period` shows, or all (`RESULTS`)."""
        return results_of(self.judged)

    @cached_property
    def history(self) -> pl.DataFrame:
        """The rows of all periods up to the one shown, with charts and the lives of exceptions (`HISTORY`)."""
        return history_of(self.judged, self.framework)

    @property
    def exceptions(self) -> pl.DataFrame:
        """The results that go up, the highest level first (`EXCEPTIONS`)."""
        return exceptions_of(self.judged)

    @cached_property
    def actions(self) -> pl.DataFrame:
        """The actions agreed by `as_of`, each with what its indicator did since (`JUDGED_ACTIONS`).

        Those for indicators that were not evaluated are left out; see `only`.
        """
        actions = register_at(self.submissions, "actions", self.as_of)
        if self.only is not None:
            actions = actions.filter(pl.col("indicator").is_in(sorted(self.only)))
        if self.audience == Audience.PUBLIC:
            approved = [id_ for id_, indicator in self.framework.indicators.items() if indicator.public]
            actions = actions.filter(pl.col("indicator").is_in(approved))
        return judged_actions(actions, own_rows(self), self.framework, self.as_of)

    def rows(self) -> tuple[ResultRow, ...]:
        """The results as typed rows, in their order."""
        return result_rows(self.results)

    @checked
    def row(self, indicator: str, group: str | None = None) -> ResultRow:
        """The result of an indicator: of its whole, or of one group.

        Args:
            indicator: The id of the indicator.
            group: The name of a group, or where several breakdowns have it, breakdown and name: `district=Unknown`.

        Raises:
            UnknownName: There is no such indicator or group.
            ValueError: There is no such result, or a group of this name in several breakdowns; it is an `Error`, too.
        """
        row = judged_row(self, indicator, group)
        alike = self.judged.filter("shown", indicator=indicator, period=row.period)
        of_group = alike.filter(pl.col("by").eq_missing(pl.lit(row.by)), pl.col("group").eq_missing(pl.lit(row.group)))
        [result] = result_rows(results_of(of_group))
        return result

    @checked
    def series(self, indicator: str, group: str | None = None) -> Series:
        """An indicator over time, whole or of one group, as a plot needs it; raises as `row`."""
        return series_of(self.framework, self.judged, judged_row(self, indicator, group))


def own_rows(evaluation: Evaluated) -> pl.DataFrame:
    """The judged rows of every indicator in its own periods, with the columns of `JUDGED_ROWS`."""
    judged, own = evaluation.judged, evaluation.own
    return judged if own is None else pl.concat([judged.join(own, on="indicator", how="anti"), own])


def judged_row(
    evaluation: Evaluated, indicator: str, group: str | None = None, period: Period | None = None
) -> HistoryRow:
    """The judged row of an indicator in a period, by default the last that is shown; raises as `row`."""
    if indicator not in evaluation.framework.indicators:
        raise UnknownName("indicator", indicator, evaluation.framework.indicators)
    if evaluation.only is not None and indicator not in evaluation.only:
        raise NoRow(f"`{indicator}` is not among the indicators that were evaluated; see `only`")
    rows = evaluation.judged.filter(indicator=indicator)
    if period is None:
        rows = rows.filter("shown")
        rows = rows.filter(pl.col("start") == pl.col("start").max())
    else:
        labels = rows["period"].unique(maintain_order=True)
        if period.label not in labels:
            span = f"; its periods are {labels[0]} to {labels[-1]}" if len(labels) else ""
            raise UnknownPeriod(f"`{indicator}` has no period {period.label}{span}")
        rows = rows.filter(period=period.label)
    return history_rows(find_row(rows, indicator, group))[0]
