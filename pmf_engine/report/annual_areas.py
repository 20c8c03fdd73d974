"""Content areas in the annual report: their values this year and last, strengths, weaknesses, causes and actions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pmf_engine.domain.status import Direction, Status
from pmf_engine.framework.model import Indicator
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named
from pmf_engine.report.priorities import direction_over_a_year, elsewhere_of

QUESTIONS_IN_ORDER = ("outcome", "quality", "quantity")
"""The questions in the order of an annual report: is anyone better off comes first."""


@dataclass(frozen=True)
class YearValue:
    """An indicator's value in a year and in the year before.

    Attributes:
        shown: The value in words; empty without one.
        before: The value of the year before, likewise.
        elsewhere: What stands beside it, such as England's average.
    """

    indicator: Named
    question: str
    shown: str
    status: str
    before: str
    direction: str | None
    elsewhere: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cause:
    """What an agency says of a figure of the year."""

    agency: str
    period: str
    words: str


@dataclass(frozen=True)
class ActionTaken:
    """An action for an indicator of the content area, by the board's register."""

    id: str
    action: str
    who: str
    state: str


@dataclass(frozen=True)
class AreaYear:
    """A content area in a year."""

    area: Named
    values: tuple[YearValue, ...]
    causes: tuple[Cause, ...]
    actions: tuple[ActionTaken, ...]

    @property
    def strengths(self) -> tuple[YearValue, ...]:
        """What is good and, where a direction is known, no worse than before, of outcomes and quality."""
        return tuple(
            value
            for value in self.values
            if value.status == Status.GREEN and value.question != "quantity" and value.direction != Direction.WORSENING
        )

    @property
    def weaknesses(self) -> tuple[YearValue, ...]:
        """What is red or amber, the red first."""
        outside = [value for value in self.values if value.status in (Status.RED, Status.AMBER)]
        return tuple(sorted(outside, key=lambda value: value.status != Status.RED))


def areas_of(year: BoardYear) -> tuple[AreaYear, ...]:
    """The content areas of a year, in the order of the framework."""
    framework = year.framework
    comments = _comments(year)
    actions = year.register("actions").to_dicts()
    areas = []
    for id_, area in framework.content_areas.items():
        inside = [one for one in framework.indicators.values() if id_ in one.content_areas]
        inside.sort(key=lambda one: QUESTIONS_IN_ORDER.index(one.evidence_type))
        ids = {one.id for one in inside}
        values = tuple(value for one in inside if (value := _value(year, one)) is not None)
        outside = {value.indicator.id for value in values if value.status in (Status.RED, Status.AMBER)}
        figures = dict.fromkeys(name for id_ in outside for name in framework.indicators[id_].figures)
        causes = (comment for name in sorted(figures) for comment in comments.get(name, ()))
        taken = tuple(_action(year, row) for row in actions if row["indicator"] in ids and row["state"] != "dropped")
        areas.append(AreaYear(Named(id_, area.title), values, tuple(dict.fromkeys(causes)), taken))
    return tuple(areas)


def _value(year: BoardYear, indicator: Indicator) -> YearValue | None:
    """The value of an indicator in the year; None where it has no row."""
    now, before = year.value_of_year(indicator.id), year.value_of_year(indicator.id, 1)
    if now is None:
        return None
    return YearValue(
        Named(indicator.id, indicator.title),
        indicator.evidence_type,
        year.words.value(now),
        now.status,
        year.words.value(before) if before else "",
        direction_over_a_year(now),
        elsewhere_of(year.words, now),
    )


def _comments(year: BoardYear) -> dict[str, tuple[Cause, ...]]:
    """By figure, what agencies wrote beside it in their returns of the year."""
    inside = (pl.col("start") < year.period.end) & (pl.col("start") + pl.col("months") > year.period.start)
    cells = year.evaluation.cells.filter(inside, pl.col("comment").is_not_null()).sort("start")
    found: dict[str, tuple[Cause, ...]] = {}
    for figure, agency, start, words in cells.select("figure", "agency", "start", "comment").iter_rows():
        period = year.framework.figures[figure].cadence.holding(start).label
        cause = Cause(year.words.agency(agency).title, period, words)
        found[figure] = (*found.get(figure, ()), cause)
    return found


def _action(year: BoardYear, row: dict[str, object]) -> ActionTaken:
    """An action by its row in the register."""
    done = row["done_on"] is not None or row["state"] == "done"
    due = row["due_on"]
    late = not done and due is not None and str(due) < year.as_of.isoformat()
    state = f"done on {row['done_on']}" if row["done_on"] else "done" if done else "overdue" if late else "open"
    agency = year.words.agency(str(row["agency"])).title if row["agency"] else year.framework.board.name
    return ActionTaken(str(row["id"]), str(row["action"]), str(row["owner"] or agency), state)


def outside_values(areas: tuple[AreaYear, ...]) -> Iterator[YearValue]:
    """The red and amber values of all content areas, each once."""
    seen: set[str] = set()
    for area in areas:
        for value in area.weaknesses:
            if value.indicator.id not in seen:
                seen.add(value.indicator.id)
                yield value
