"""The scope of a report: one period, one lead agency or all, and the rows of the history within it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Period
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.concern import concerned
from pmf_engine.report.history_view import HistoryView, Restated
from pmf_engine.report.item import ReportedAction
from pmf_engine.report.reported_action import reported_action


class Scope:
    """The scope of a report.

    Attributes:
        evaluation: The evaluation of the report.
        view: The history of the evaluation.
        period: The period of the report.
        agency: The agency that the report is limited to; None for all.
        area: The content area that the report is limited to; None for all.
        concerned: The indicators that concern that agency, whoever leads them.
        rows: The shown rows of the indicators within the scope, wholes and groups.
        wholes: The rows among `rows` without a group.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        period: Period,
        agency: str | None,
        area: str | None = None,
        restated: frozenset[Restated] = frozenset(),
    ) -> None:
        self.evaluation = evaluation
        self.view = HistoryView(evaluation, restated)
        self.period = period
        self.agency = agency
        self.area = area
        shown = self.view.shown()
        self.concerned = concerned(evaluation, shown, agency) if agency else frozenset()
        self.rows = [row for row in shown if self.covers(row.indicator)]
        self.wholes = [row for row in self.rows if row.by is None]

    @property
    def framework(self) -> Framework:
        """The framework of the evaluation."""
        return self.evaluation.framework

    def covers(self, indicator: str) -> bool:
        """Whether an indicator is in the report: in its content area, and led by its agency or concerning it."""
        return self.is_in_area(indicator) and (self.leads(indicator) or indicator in self.concerned)

    def is_in_area(self, indicator: str) -> bool:
        """Whether an indicator is in the content area of the report; true in a report on all of them."""
        return self.area is None or self.area in self.framework.indicators[indicator].content_areas

    def leads(self, indicator: str) -> bool:
        """Whether the agency of the report leads an indicator; true in a report on all agencies."""
        return self.agency in (None, self.framework.indicators[indicator].lead_agency)

    @cached_property
    def actions(self) -> tuple[ReportedAction, ...] | None:
        """The actions in the scope: of its agency, or for its indicators.

        None where the board keeps no actions, and in a report for the public: who does what is the board's own.
        """
        if self.evaluation.submissions.actions.is_empty() or self.evaluation.audience != Audience.BOARD:
            return None
        rows = self.evaluation.actions.iter_rows(named=True)
        return tuple(
            reported_action(row, self.framework, self.evaluation.as_of)
            for row in rows
            if (row["indicator"] is not None and self.covers(row["indicator"]))
            or (self.area is None and self.agency in (None, row["agency"]))
        )

    def actions_for(self, indicator: str) -> tuple[ReportedAction, ...] | None:
        """The actions that are to improve an indicator, dropped ones left out; None where the board keeps none."""
        if self.actions is None:
            return None
        own = [action for action in self.actions if action.indicator and action.indicator.id == indicator]
        return tuple(action for action in own if action.state != "dropped")

    @cached_property
    def breakdowns(self) -> dict[str, dict[str, list[HistoryRow]]]:
        """The rows of groups, by indicator and breakdown."""
        breakdowns: dict[str, dict[str, list[HistoryRow]]] = {}
        for row in self.rows:
            if row.by is not None:
                breakdowns.setdefault(row.indicator, {}).setdefault(row.by, []).append(row)
        return breakdowns

    def groups_of(self, whole: HistoryRow) -> list[HistoryRow]:
        """The rows of an indicator's groups."""
        return [row for rows in self.breakdowns.get(whole.indicator, {}).values() for row in rows]

    def ended_in_period(self, row: HistoryRow) -> bool:
        """Whether the period of a row ended within the report's period: earlier ends are not news."""
        return self.period.start < row.start + row.months <= self.period.end

    def over(self, rows: Sequence[HistoryRow]) -> list[HistoryRow]:
        """The rows whose exception recovered in an own period of the indicator that ended within the report's period.

        Where the period of a row is the indicator's own, the row itself recovered.
        """
        return [
            row
            for row in rows
            if row.recovered is not None
            and any(
                own.period == row.recovered
                and self.ended_in_period(own)
                and (own.months < row.months or own.start == row.start)
                for own in self.view.own_up_to(row)
            )
        ]
