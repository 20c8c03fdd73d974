"""Learning in a year: what reviews found, what was agreed, and what lessons became, by the board's registers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named, ReportedAction
from pmf_engine.report.reported_action import reported_action


@dataclass(frozen=True)
class ReviewDone:
    """An audit, survey, visit or review of the year.

    Attributes:
        kind: The kind of its activity; None for one that was not planned.
        led_to: What its lesson led to; None for nothing yet.
    """

    id: str
    activity: str
    kind: str | None
    done_on: date
    agency: Named | None
    found: str | None
    lesson: str | None
    led_to: str | None


@dataclass(frozen=True)
class Learning:
    """What was learned in a year.

    Attributes:
        reviews: The reviews done in the year, the earliest first.
        actions: How many actions were agreed in the year, by state: open, overdue, done or dropped.
        effects: The actions done in the year or the one before, each with what its indicator did since.
        became: How many lessons of actions became a procedure, training and the like, by that word.
        lessons: The lessons of actions agreed or done in the year, each with what it became.
        requests: How many requests outside the cycle were asked in the year, and how many of them were answered.
    """

    reviews: tuple[ReviewDone, ...]
    actions: Mapping[str, int]
    effects: tuple[ReportedAction, ...]
    became: Mapping[str, int]
    lessons: tuple[tuple[str, str | None], ...]
    requests: tuple[int, int]


def learning_of(year: BoardYear) -> Learning:
    """What was learned in a year."""
    actions, requests = (year.register(name).to_dicts() for name in ("actions", "requests"))
    first, last = year.period.first_day, year.period.last_day

    def in_year(day: date | None) -> bool:
        return day is not None and first <= day <= last

    agreed = [row for row in actions if in_year(row["agreed_on"])]
    learned = [row for row in actions if row["lesson"] and (in_year(row["agreed_on"]) or in_year(row["done_on"]))]
    asked = [row for row in requests if in_year(row["asked_on"])]
    return Learning(
        _reviews(year),
        Counter(_state(row, year.as_of) for row in agreed),
        _effects(year),
        Counter(row["became"] for row in learned if row["became"]),
        tuple((row["lesson"], row["became"]) for row in learned),
        (len(asked), sum(row["received_on"] is not None for row in asked)),
    )


def _effects(year: BoardYear) -> tuple[ReportedAction, ...]:
    """The actions done in the year or the one before, by the day on which they were done."""
    first = year.period.cadence.holding(year.period.start - 12).first_day
    rows = year.evaluation.actions.filter(pl.col("done_on").is_between(first, year.period.last_day)).sort(
        "done_on", "id"
    )
    return tuple(reported_action(row, year.framework, year.as_of) for row in rows.iter_rows(named=True))


def _reviews(year: BoardYear) -> tuple[ReviewDone, ...]:
    """The reviews done in the year, the earliest first."""
    framework, found = year.framework, []
    rows = year.register("reviews").to_dicts()
    for row in rows:
        on, activity = row["done_on"], framework.activities.get(row["activity"])
        if on is not None and year.period.first_day <= on <= year.period.last_day:
            found.append(
                ReviewDone(
                    row["id"],
                    activity.title if activity else row["activity"],
                    activity.kind if activity else None,
                    on,
                    year.words.agency(row["agency"]) if row["agency"] else None,
                    row["found"],
                    row["lesson"],
                    row["led_to"],
                )
            )
    return tuple(sorted(found, key=lambda review: (review.done_on, review.id)))


def _state(row: dict[str, object], as_of: date) -> str:
    """The state of an action on a day."""
    due = row["due_on"]
    if row["state"] in ("done", "dropped"):
        return str(row["state"])
    if row["done_on"] is not None:
        return "done"
    return "overdue" if isinstance(due, date) and due < as_of else "open"
