"""Priorities: for each content area why it was chosen, and what has come of it in a year. No score is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Direction
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.needs import Agreement, ContentArea, Need
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named
from pmf_engine.report.priority_sorts import SORTS
from pmf_engine.report.row_words import RowWords
from pmf_engine.report.section_11 import SectionEleven

_YEARS = 4
"""How many years a trend shows."""


@dataclass(frozen=True)
class Level:
    """How high a need is: an indicator's value in the year, in the years before, and elsewhere.

    Attributes:
        shown: The value in words; empty without one.
        status: The status of the row.
        before: The labels and values of the years before, the oldest first; a year without a value is left out.
        direction: Whether the value is better or worse than in the year before.
        elsewhere: What stands beside it, such as England's average, with its value in words.
    """

    indicator: Named
    period: str
    shown: str
    status: str
    before: tuple[tuple[str, str], ...]
    direction: str | None
    elsewhere: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence, with the source by its title and the levels of the figures that bear it out."""

    source: str
    says: str
    reference: str | None
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Priority:
    """A content area with why it was chosen and what has come of it.

    Attributes:
        plan: Where it stands in the board's plan.
        agreed: The agreement of the board.
        review_by: The last day before its evidence is due for review.
        is_past_review: Whether that day is past.
        exceptions: By quarter that is over, how many of its indicators are exceptions, whole or by group, by the
            highest level.
        worsening: How many of its indicators are worse than the year before.
        below_standard: How many grades of section 11 in it are below standard; None where it has no standards, or the
            audit has none.
        learning_open: How many of its actions are open and how many reviews' lessons led to nothing yet; None where
            the board keeps no register of either.
    """

    area: Named
    kind: str
    plan: str | None
    agreed: Agreement | None
    review_by: date | None
    is_past_review: bool
    evidence: tuple[Evidence, ...]
    exceptions: Mapping[str, Mapping[str, int]]
    worsening: int
    below_standard: int | None
    learning_open: int | None

    @property
    def exceptions_in_all(self) -> int:
        """The number of exceptions of all quarters together."""
        return sum(sum(levels.values()) for levels in self.exceptions.values())


@dataclass(frozen=True)
class Priorities:
    """The content areas of a year.

    Attributes:
        levels: The titles of the levels of governance, lowest first, by id.
    """

    board: str
    period: Period
    as_of: date
    levels: Mapping[str, str]
    priorities: tuple[Priority, ...]


def priorities_of(year: BoardYear, audit: SectionEleven, sort: str = "file") -> Priorities:
    """The content areas of a year.

    Args:
        year: The year.
        audit: Its section 11 audit.
        sort: A key of `SORTS`.
    """
    framework = year.framework
    found = [_priority(year, audit, area) for area in framework.content_areas.values()]
    return Priorities(
        board=framework.board.name,
        period=year.period,
        as_of=year.as_of,
        levels=framework.governance,
        priorities=tuple(sorted(found, key=SORTS[sort])),
    )


def _priority(year: BoardYear, audit: SectionEleven, area: ContentArea) -> Priority:
    """A content area of a year."""
    framework = year.framework
    inside = [one for one in framework.indicators.values() if area.id in one.content_areas]
    ids = {one.id for one in inside}
    rows = [row for id_ in ids if (row := year.value_of_year(id_)) is not None]
    return Priority(
        area=Named(area.id, area.title),
        kind=area.kind,
        plan=area.plan,
        agreed=area.agreed,
        review_by=area.review_by,
        is_past_review=area.review_by is not None and area.review_by < year.as_of,
        evidence=tuple(_evidence(year, need) for need in area.evidence),
        exceptions={
            quarter.label: Counter(level for id_, level in year.raised_to(quarter).items() if id_ in ids)
            for quarter in year.quarters
            if year.is_over(quarter)
        },
        worsening=sum(direction_over_a_year(row) == Direction.WORSENING for row in rows),
        below_standard=_below_standard(audit, framework, inside),
        learning_open=learning_open(year, area.id),
    )


def _evidence(year: BoardYear, need: Need) -> Evidence:
    """A piece of evidence with the levels of its figures."""
    framework = year.framework
    ids = dict.fromkeys(id_ for name in need.figures for id_ in _measured_by(framework, name))
    levels = (level_of(year, framework.indicators[id_]) for id_ in ids)
    return Evidence(
        framework.sources.get(need.source, need.source), need.says, need.reference, tuple(filter(None, levels))
    )


def _measured_by(framework: Framework, name: str) -> Iterator[str]:
    """An indicator itself; of a figure, the first indicator that uses it."""
    if name in framework.indicators:
        yield name
    else:
        yield from (id_ for id_, one in list(framework.indicators.items()) if name in one.figures[:1])


def level_of(year: BoardYear, indicator: Indicator) -> Level | None:
    """An indicator's value in the year, in the years before, and elsewhere; None where it has no row."""
    now = year.value_of_year(indicator.id)
    if now is None:
        return None
    words = year.words
    past = [year.value_of_year(indicator.id, back) for back in range(_YEARS - 1, 0, -1)]
    before = tuple((row.period, words.value(row)) for row in past if row is not None and row.value is not None)
    elsewhere = elsewhere_of(words, now)
    return Level(
        Named(indicator.id, indicator.title),
        now.period,
        words.value(now),
        now.status,
        before,
        direction_over_a_year(now),
        elsewhere,
    )


def _below_standard(audit: SectionEleven, framework: Framework, inside: Iterable[Indicator]) -> int | None:
    """How many grades below standard there are on the standards that indicators of a content area rest on."""
    numbers = {
        standard.number
        for indicator in inside
        for name in indicator.figures
        if (standard := framework.figures[name].section_11) is not None
    }
    if not numbers or not audit.standards:
        return None
    return sum(len(standard.below) for standard in audit.standards if standard.number in numbers)


def learning_open(year: BoardYear, area: str) -> int | None:
    """The open actions and the lessons that led to nothing yet, of a content area; None without registers of them."""
    framework, actions, reviews = year.framework, year.register("actions"), year.register("reviews")
    if actions.is_empty() and reviews.is_empty():
        return None
    open_ = 0
    for indicator, state, done_on in actions.select("indicator", "state", "done_on").iter_rows():
        areas = framework.indicators[indicator].content_areas if indicator in framework.indicators else ()
        open_ += area in areas and done_on is None and state not in ("done", "dropped")
    for about, lesson, led_to in reviews.select("content_area", "lesson", "led_to").iter_rows():
        open_ += about == area and lesson is not None and led_to is None
    return open_


def elsewhere_of(words: RowWords, row: HistoryRow) -> tuple[tuple[str, str], ...]:
    """What stands beside a row, such as `England`, by the first words of its title, with its value in words."""
    return tuple((one.of.title.partition(",")[0], one.shown) for one in words.compared(row) if one.shown)


def direction_over_a_year(row: HistoryRow) -> str | None:
    """The direction of travel of a row since the same time a year before."""
    return row.direction if row.months >= 12 else row.direction_year_ago
