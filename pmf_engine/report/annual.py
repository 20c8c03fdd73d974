"""The annual report: what the quarters, the registers and the framework say of a year; it judges nothing anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pmf_engine.disclosure.rounding import rounding_words
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Direction, Status
from pmf_engine.evaluation.evaluate import altered
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.report.annual_areas import AreaYear, areas_of
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.coverage import Coverage, coverage_of
from pmf_engine.report.health import Health, health_of
from pmf_engine.report.item import Named
from pmf_engine.report.learning import Learning, learning_of
from pmf_engine.report.lives import ExceptionLife, lives_of
from pmf_engine.report.money import Money, money_of
from pmf_engine.report.plan import Plan, PlanKind, plan_of
from pmf_engine.report.priorities import Priorities, direction_over_a_year, priorities_of
from pmf_engine.report.section_11 import SectionEleven, section_11_of


@dataclass(frozen=True)
class Tally:
    """The indicators of one type of evidence at the end of a year.

    Attributes:
        good: Those that are green.
        rated: Those that have a rating.
        good_last_year: Those that were green a year before.
        rated_last_year: Those that had a rating a year before.
        worse: The titles of those that are worse than a year before.
    """

    question: str
    good: int
    rated: int
    good_last_year: int
    rated_last_year: int
    worse: tuple[str, ...]


@dataclass(frozen=True)
class Unseen:
    """An indicator without a value at the end of the year, and why."""

    indicator: Named
    status: str
    reason: str | None


@dataclass(frozen=True)
class ByAgency:
    """An indicator of the board about its partners: the value and status of each, by the agency's name."""

    indicator: Named
    values: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Said:
    """What people told an agency, in the agency's words."""

    figure: Named
    agency: Named
    period: str
    words: str


@dataclass(frozen=True)
class AnnualReport:
    """The annual report of a board.

    Attributes:
        summary: The chair's own words, a paragraph each; for the public before them, that counts are rounded.
        tallies: The indicators by type of evidence.
        kept: The quarters whose exceptions are those of the report that was kept.
        problems: How many problems with what agencies sent, by their severity.
        next_year: What falls due in the year that follows.
        audience: For whom it is: `board`, or `public` without grades, words and registers.
    """

    board: str
    period: Period
    as_of: date
    levels: Mapping[str, str]
    summary: tuple[str, ...]
    tallies: tuple[Tally, ...]
    priorities: Priorities
    areas: tuple[AreaYear, ...]
    said: tuple[Said, ...]
    lives: tuple[ExceptionLife, ...]
    kept: tuple[str, ...]
    learning: Learning
    section_11: SectionEleven
    health: Health
    partners: tuple[ByAgency, ...]
    money: Money
    coverage: Coverage
    unseen: tuple[Unseen, ...]
    problems: Mapping[str, int]
    next_year: Plan
    audience: str = Audience.BOARD

    @property
    def is_public(self) -> bool:
        """Whether it is for the public."""
        return self.audience == Audience.PUBLIC


def annual_report(year: BoardYear, summary: Iterable[str] = ()) -> AnnualReport:
    """The annual report of a year.

    That of a public year has no grades of agencies, no words of people or agencies but those that the board approved,
    no returns of single agencies, and of the registers the money alone.

    Args:
        year: The year.
        summary: The chair's own words, a paragraph each; they are printed, and change nothing.
    """
    framework, evaluation = year.framework, year.evaluation
    audit, lives = _audit(year), lives_of(year)
    following = year.period.cadence.holding(year.period.end)
    return AnnualReport(
        board=framework.board.name,
        period=year.period,
        as_of=year.as_of,
        levels=framework.governance,
        summary=(*filter(None, (rounding_words(evaluation.withheld),)), *summary),
        tallies=tuple(_tally(year, question) for question in ("outcome", "quality", "quantity")),
        priorities=priorities_of(year, audit),
        areas=areas_of(year),
        said=_said(year),
        lives=lives.lives,
        kept=lives.kept,
        learning=learning_of(year),
        section_11=audit,
        health=_health(year),
        partners=_partners(year),
        money=money_of(year),
        coverage=coverage_of(year),
        unseen=_unseen(year),
        problems=dict(evaluation.problems.group_by("severity").len().sort("severity").iter_rows()),
        next_year=_plan(year, following),
        audience=evaluation.audience,
    )


def _audit(year: BoardYear) -> SectionEleven:
    """The section 11 audit; for the public without grades, which are single agencies'."""
    audit = section_11_of(year)
    return replace(audit, standards=(), without_people=()) if year.is_public else audit


def _health(year: BoardYear) -> Health:
    """The health of the framework; for the public without what rests on agencies' words and returns."""
    health = health_of(year)
    return replace(health, explained=(), punctuality=()) if year.is_public else health


def _plan(year: BoardYear, following: Period) -> Plan:
    """The plan for a period, without returns; for the public without the registers."""
    plan = plan_of(altered(year.evaluation, period=following), with_returns=False)
    of_registers = (PlanKind.REQUEST, PlanKind.ACTION)
    kept = tuple(item for item in plan.items if item.kind not in of_registers)
    return replace(plan, items=kept) if year.is_public else plan


def _tally(year: BoardYear, question: str) -> Tally:
    """The indicators of one type of evidence, at the end of the year and of the year before."""
    ids = [id_ for id_, one in year.framework.indicators.items() if one.evidence_type == question]
    now, before = ([year.value_of_year(id_, back) for id_ in ids] for back in (0, 1))
    titles = {id_: year.framework.indicators[id_].title for id_ in ids}
    worse = [row for row in now if row is not None and direction_over_a_year(row) == Direction.WORSENING]
    return Tally(
        question,
        _count(now, (Status.GREEN,)),
        _count(now, tuple(Status.rated())),
        _count(before, (Status.GREEN,)),
        _count(before, tuple(Status.rated())),
        tuple(titles[row.indicator] for row in worse),
    )


def _count(rows: Iterable[HistoryRow | None], statuses: tuple[str, ...]) -> int:
    return sum(row is not None and row.status in statuses for row in rows)


def _unseen(year: BoardYear) -> tuple[Unseen, ...]:
    """The indicators without a value at the end of the year."""
    missing = Status.missing()
    found = []
    for id_, indicator in year.framework.indicators.items():
        row = year.value_of_year(id_)
        if row is not None and row.status in missing:
            reason = year.words.in_titles(row.reason) if row.reason else None
            found.append(Unseen(Named(id_, indicator.title), row.status, reason))
    return tuple(found)


def _partners(year: BoardYear) -> tuple[ByAgency, ...]:
    """The board's own indicators by agency, but those of section 11, which have a section of their own."""
    framework, rows = year.framework, history_rows(year.evaluation.judged.filter(pl.col("by") == "agency"))
    found = []
    for id_, indicator in framework.indicators.items():
        graded = any(framework.figures[name].section_11 for name in indicator.figures)
        if indicator.level != "board" or "agency" not in indicator.by or graded:
            continue
        values = {
            year.words.agency(row.group or "").title: (year.words.value(row), row.status)
            for row in rows
            if row.indicator == id_ and row.start + row.months == year.period.end
        }
        if values:
            found.append(ByAgency(Named(id_, indicator.title), values))
    return tuple(found)


def _said(year: BoardYear) -> tuple[Said, ...]:
    """What children, families and practitioners said: the figures that are texts, of the year; for the board alone."""
    framework, found = year.framework, []
    texts = [id_ for id_, figure in framework.figures.items() if figure.kind == "text"]
    inside = pl.col("start").is_between(year.period.start, year.period.end - 1)
    cells = year.evaluation.cells.filter(pl.col("figure").is_in(texts), inside, pl.col("text").is_not_null())
    for figure, agency, start, words in cells.sort("start").select("figure", "agency", "start", "text").iter_rows():
        period = framework.figures[figure].cadence.holding(start)
        named = Named(figure, framework.figures[figure].title), year.words.agency(agency)
        found.append(Said(*named, period.label, words))
    return tuple(found)
