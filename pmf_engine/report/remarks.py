"""Words from agencies: comments on their figures, and evidence in figures of text."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from pmf_engine.domain.periods import Period
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.inputs import AGENCY
from pmf_engine.framework.model import Indicator
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.item import Comment, Named
from pmf_engine.report.model import Observation
from pmf_engine.report.scope import Scope


class Remark(NamedTuple):
    """A cell with words: the `text` of a figure of text, a `comment` on any figure, or both."""

    figure: str
    agency: str
    start: int
    months: int
    group: str | None
    text: str | None
    comment: str | None
    received_on: date | None

    @property
    def words(self) -> str:
        """The comment on one line; empty without one."""
        return " ".join((self.comment or "").split())

    def is_on(self, row: HistoryRow) -> bool:
        """Whether the comment is on a row: on its period or a part of it, and on its whole or its group."""
        within = row.start <= self.start and self.start + self.months <= row.start + row.months
        of_agency = row.by == AGENCY and self.group is None and self.agency == row.group
        return within and (of_agency or (row.by != AGENCY and self.group == row.group))


def all_comments(evaluation: Evaluation) -> dict[str, list[Remark]]:
    """The cells with a comment among those that an evaluation used, by figure."""
    cells = evaluation.cells
    comments: dict[str, list[Remark]] = {}
    for values in cells.filter(cells["comment"].is_not_null()).select(Remark._fields).iter_rows():
        remark = Remark._make(values)
        if remark.words:
            comments.setdefault(remark.figure, []).append(remark)
    return comments


class Remarks:
    """The cells with words among those that an evaluation used."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        cells = scope.evaluation.cells
        texts = [id_ for id_, figure in scope.framework.figures.items() if figure.kind == "text"]
        with_words = cells.filter(cells["comment"].is_not_null() | cells["figure"].is_in(texts))
        self._remarks = [Remark._make(values) for values in with_words.select(Remark._fields).iter_rows()]

    def comments(self, indicator: Indicator, period: Period, groups: set[str]) -> tuple[Comment, ...]:
        """The comments on the figures of an indicator in a period: on their wholes, and on some groups."""
        comments = (
            Comment(
                self.scope.view.agency(remark.agency),
                remark.group,
                (remark.comment or "").strip(),
                remark.received_on,
            )
            for remark in self._within(period)
            if remark.figure in indicator.figures and (remark.group is None or remark.group in groups)
        )
        return tuple(dict.fromkeys(comment for comment in comments if comment.words))

    def observations(self) -> tuple[Observation, ...]:
        """The evidence in words for the report's period, by figure and agency."""
        observations = []
        for remark in self._within(self.scope.period):
            figure = self.scope.framework.figures.get(remark.figure)
            words = dict.fromkeys(part.strip() for part in (remark.text, remark.comment) if part and part.strip())
            if figure and figure.kind == "text" and words and self.scope.agency in (None, remark.agency):
                label = Period(remark.start, figure.cadence).label
                named = Named(figure.id, figure.title)
                observations.append(Observation(self.scope.view.agency(remark.agency), named, label, "\n".join(words)))
        return tuple(sorted(dict.fromkeys(observations), key=_reading_order))

    def _within(self, period: Period) -> list[Remark]:
        """The remarks on a period or a part of the period; a quarter has no remarks on its year."""
        return [
            remark
            for remark in self._remarks
            if period.start <= remark.start and remark.start + remark.months <= period.end
        ]


def _reading_order(observation: Observation) -> tuple[str, str, str, str]:
    return observation.figure.id, observation.agency.id, observation.period, observation.words
