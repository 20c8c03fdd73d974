"""The board's own activities: audits, surveys, reviews and visits, and the standards of section 11."""

from __future__ import annotations

from dataclasses import dataclass

from pmf_engine.domain.periods import Period
from pmf_engine.framework import needs_schema


@dataclass(frozen=True, kw_only=True)
class Activity:
    """An audit, survey, review or visit that the board plans.

    Attributes:
        agency: The id of the agency that leads it; None for the board itself.
        content_areas: The ids of the content areas that it is about.
        due: The periods by whose ends it is due, each time.
    """

    id: str
    title: str
    kind: needs_schema.ActivityKind
    agency: str | None = None
    content_areas: tuple[str, ...] = ()
    due: tuple[Period, ...] = ()


@dataclass(frozen=True)
class Standard:
    """A standard of section 11: its number, and the id of the figure with the moderated grades, if there is one."""

    number: int
    moderated: str | None = None
