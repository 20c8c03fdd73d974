"""Health of the framework: is it itself working? (framework 1.11)"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Status
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named
from pmf_engine.report.order import NOT_OUTSIDE
from pmf_engine.report.remarks import Remark, all_comments
from pmf_engine.report.returns_by_agency import AgencyReturns, returns_by_agency
from pmf_engine.report.row_words import RowWords

_FEWEST = 4
"""The fewest ratings in two years from which `never red` and `never green` say something."""


@dataclass(frozen=True)
class Explained:
    """The exceptions of a quarter, and how many of them an agency explained in the comment of a return."""

    quarter: str
    exceptions: int
    explained: int


@dataclass(frozen=True)
class Review:
    """A tolerance that was to be reviewed by a day that is past."""

    indicator: Named
    good: str
    review_by: date


@dataclass(frozen=True)
class Health:
    """Whether the framework is working, over the year and the one before.

    Attributes:
        quarters: The eight quarters, the oldest first.
        never_red: The indicators with four ratings or more in two years, none of them red.
        never_green: The same, none of them green.
        unjudged: The indicators that have no tolerance in force, so that nobody judges them.
        unrated: The indicators with a tolerance that had no rating in two years.
    """

    board: str
    period: Period
    as_of: date
    quarters: tuple[str, ...]
    explained: tuple[Explained, ...]
    punctuality: tuple[AgencyReturns, ...]
    never_red: tuple[Named, ...]
    never_green: tuple[Named, ...]
    past_review: tuple[Review, ...]
    unjudged: tuple[Named, ...]
    unrated: tuple[Named, ...]


def health_of(year: BoardYear) -> Health:
    """Whether the framework of a year is working."""
    framework = year.framework
    ratings = _ratings(year)
    told = {id_: statuses for id_, statuses in ratings.items() if len(statuses) >= _FEWEST}
    entries = {id_: one.entry_for(year.quarters[-1]) for id_, one in framework.indicators.items()}
    words = RowWords(framework)
    return Health(
        board=framework.board.name,
        period=year.period,
        as_of=year.as_of,
        quarters=tuple(quarter.label for quarter in _eight(year)),
        explained=tuple(_explained(year)),
        punctuality=_punctuality(year),
        never_red=_named(year, [id_ for id_, statuses in told.items() if Status.RED not in statuses]),
        never_green=_named(year, [id_ for id_, statuses in told.items() if Status.GREEN not in statuses]),
        past_review=tuple(
            Review(
                Named(id_, framework.indicators[id_].title),
                words.good(framework.indicators[id_], entry),
                entry.review_by,
            )
            for id_, entry in entries.items()
            if entry is not None and entry.review_by is not None and entry.review_by < year.as_of
        ),
        unjudged=_named(year, [id_ for id_, entry in entries.items() if entry is None]),
        unrated=_named(year, [id_ for id_, entry in entries.items() if entry is not None and not ratings.get(id_)]),
    )


def _named(year: BoardYear, ids: list[str]) -> tuple[Named, ...]:
    return tuple(Named(id_, year.framework.indicators[id_].title) for id_ in ids)


def _eight(year: BoardYear) -> tuple[Period, ...]:
    """The quarters of the year before and of the year."""
    first = Period(year.quarters[0].start - 12, year.quarters[0].cadence)
    return year.framework.periods(first, year.quarters[-1])


def _ratings(year: BoardYear) -> dict[str, list[str]]:
    """By indicator, the ratings of its whole in own periods that ended in the two years."""
    ratings: dict[str, list[str]] = {}
    for row in year.own_rows:
        if row.by is None and row.status in Status.rated() and row.start + row.months > year.period.start - 12:
            ratings.setdefault(row.indicator, []).append(row.status)
    return ratings


def _explained(year: BoardYear) -> Iterator[Explained]:
    """For each quarter its exceptions, and how many have a comment on one of their figures in their period."""
    comments = all_comments(year.evaluation)
    for quarter in year.quarters:
        rows: dict[str, HistoryRow] = {}
        for row in year.exceptions(quarter):
            rows.setdefault(row.indicator, row)
        outside: dict[str, set[str | None]] = {}
        for row in year.reported(quarter):
            if row.escalate_to or row.status not in NOT_OUTSIDE:
                outside.setdefault(row.indicator, {None}).add(row.group)
        explained = sum(
            _has_comment(year, row, quarter, outside.get(row.indicator, {None}), comments) for row in rows.values()
        )
        yield Explained(quarter.label, len(rows), explained)


def _has_comment(
    year: BoardYear,
    row: HistoryRow,
    quarter: Period,
    groups: Collection[str | None],
    comments: Mapping[str, Sequence[Remark]],
) -> bool:
    """Whether a report on a quarter has a comment beside a row: on its whole, or on one of some groups.

    The comment is on the row's period or a part of it; on the quarter, where that is longer.
    """
    first = min(row.start, quarter.start) if row.months < quarter.cadence.months else row.start
    remarks = [remark for name in year.framework.indicators[row.indicator].figures for remark in comments.get(name, ())]
    return any(
        first <= remark.start and remark.start + remark.months <= row.start + row.months and remark.group in groups
        for remark in remarks
    )


def _punctuality(year: BoardYear) -> tuple[AgencyReturns, ...]:
    """The returns of each agency over eight quarters, the least punctual first."""
    agencies = [agency for agency in returns_by_agency(year.evaluation) if agency.owed]
    return tuple(sorted(agencies, key=lambda agency: (agency.in_time / agency.owed, agency.agency.title)))
