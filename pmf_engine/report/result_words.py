"""Results in words: behind the columns of `Evaluation.results`, what a reader needs who knows no ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.domain.frame_schema import Column
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.results import RESULTS
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.report.history_view import HistoryView
from pmf_engine.report.remarks import all_comments
from pmf_engine.report.wording import QUESTIONS, marks_words, plain_status

_WORDS: Final = (
    Column("title", pl.String, "the title of the indicator"),
    Column("content_areas", pl.String, "the titles of its content areas, joined by `; `"),
    Column("question", pl.String, "the question that its type of evidence answers"),
    Column("lead", pl.String, "the name of its lead agency"),
    Column("by_title", pl.String, "the title of the breakdown", nullable=True),
    Column("group_title", pl.String, "the name of the group: of an agency its name, else as `group`", nullable=True),
    Column("shown", pl.String, "the value in words, rounded within its bands: `70.8%`", nullable=True),
    Column("status_words", pl.String, "the status as a word of the report: `red`, `query`"),
    Column("good", pl.String, "what is good, in words: `90% or more`", nullable=True),
    Column("tolerance", pl.String, "what is tolerable, in words", nullable=True),
    Column("previous", pl.Float64, "the value of the period before", nullable=True),
    Column("previous_shown", pl.String, "the same in words", nullable=True),
    Column("year_ago", pl.Float64, "the value a year before", nullable=True),
    Column("year_ago_shown", pl.String, "the same in words", nullable=True),
    Column("goes_to", pl.String, "the title of the level of governance that the row goes up to", nullable=True),
    Column("reason_words", pl.String, "`reason`, with titles in the place of ids", nullable=True),
    Column("marks_words", pl.String, "`marks` by kind, in words", nullable=True),
    Column("comment", pl.String, "what agencies say of the row, each with its name, joined by ` / `", nullable=True),
)

RESULTS_IN_WORDS: Final = RESULTS.with_columns("RESULTS_IN_WORDS", *_WORDS)
"""The columns of `pmf evaluate`: those of `Evaluation.results`, and behind them the same in words."""


class _Words(NamedTuple):
    """The words of a row, in the order of the columns."""

    title: str
    content_areas: str
    question: str
    lead: str
    by_title: str | None
    group_title: str | None
    shown: str | None
    status_words: str
    good: str | None
    tolerance: str | None
    previous: float | None
    previous_shown: str | None
    year_ago: float | None
    year_ago_shown: str | None
    goes_to: str | None
    reason_words: str | None
    marks_words: str | None
    comment: str | None


def results_in_words(evaluation: Evaluation) -> pl.DataFrame:
    """The results of an evaluation with the columns of `RESULTS_IN_WORDS`."""
    words = pl.DataFrame(
        list(_words(evaluation)), schema={column.name: column.dtype for column in _WORDS}, orient="row"
    )
    return RESULTS_IN_WORDS.check(pl.concat([evaluation.results, words], how="horizontal"))


def _words(evaluation: Evaluation) -> Iterator[_Words]:
    """The words of each row that is shown."""
    view, areas = HistoryView(evaluation), evaluation.framework.content_areas
    comments = all_comments(evaluation)
    for row in history_rows(evaluation.judged.filter("shown")):
        indicator = view.indicator(row)
        good, tolerance = view.bands(row)
        level = view.level(row.escalate_to)
        before, year_ago = _earlier(view, row, row.months), _earlier(view, row, 12)
        said = [
            f"{view.agency(comment.agency).title}: {comment.words}"
            for figure in indicator.figures
            for comment in comments.get(figure, ())
            if comment.is_on(row)
        ]
        yield _Words(
            title=indicator.title,
            content_areas="; ".join(areas[area].title for area in indicator.content_areas),
            question=QUESTIONS[indicator.evidence_type],
            lead=view.agency(indicator.lead_agency).title,
            by_title=view.breakdown(row.by).title if row.by else None,
            group_title=view.group(row) if row.by else None,
            shown=view.value(row) or None,
            status_words=plain_status(row.status),
            good=good or None,
            tolerance=tolerance or None,
            previous=before.value if before else None,
            previous_shown=view.value(before) or None if before else None,
            year_ago=year_ago.value if year_ago else None,
            year_ago_shown=view.value(year_ago) or None if year_ago else None,
            goes_to=level.title if level else None,
            reason_words=view.in_titles(row.reason) or None,
            marks_words=marks_words(view.marks(row)) or None,
            comment=" / ".join(dict.fromkeys(said)) or None,
        )


def _earlier(view: HistoryView, row: HistoryRow, months: int) -> HistoryRow | None:
    """The row of the same series some months before; None without one."""
    return view.past(row).get(row.start - months)
