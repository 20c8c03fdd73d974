"""The structure of needs and activities in indicators.yaml: evidence, agreement, areas of information, section 11."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pmf_engine.framework.schema_forms import Model, Names, Text, Word, Words

ActivityKind = Literal["audit", "themed_audit", "survey", "review", "visit"]


class Agreement(Model):
    """When the board agreed on a content area, who agreed, and where that is minuted."""

    on: Word
    by: Text | None = None
    minute: Word | None = None


class Need(Model):
    """A piece of evidence for a content area: what a source says, and the figures or indicators that bear it out."""

    source: Text
    says: Text
    reference: Text | None = None
    figures: Names = []


class AreaOfInformation(Model):
    """One of the areas in which performance information is obtained (element 4), as the sources that belong to it.

    `voice` says that people speak for themselves there: children, families or practitioners.
    """

    title: Text
    sources: Names = []
    voice: bool = False


class Activity(Model):
    """An audit, survey, review or visit that the board plans, and the periods in which it is due (element 4)."""

    title: Text
    kind: ActivityKind
    agency: Text | None = None
    content_area: Names = []
    due: Annotated[Words, Field(min_length=1)]


class SectionEleven(Model):
    """The standard of section 11 that a figure grades, and the figure that holds the moderated grades."""

    standard: Annotated[int, Field(ge=1)]
    moderated: Text | None = None
