"""The board's needs: content areas with their evidence, areas of information, and indicators that are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pmf_engine.diagnostics.source import Span
from pmf_engine.domain.periods import Frequency
from pmf_engine.domain.status import EvidenceType
from pmf_engine.framework import schema


@dataclass(frozen=True)
class Agreement:
    """When the board agreed on a content area, who agreed, and the number of the minute."""

    on: date
    by: str | None = None
    minute: str | None = None


@dataclass(frozen=True)
class Need:
    """A piece of evidence for a content area.

    Attributes:
        source: The id of the source.
        says: What the source says, in the board's words.
        reference: Where it says so.
        figures: The ids of the figures and indicators that bear it out.
    """

    source: str
    says: str
    reference: str | None = None
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContentArea:
    """What the board has agreed to watch.

    Attributes:
        id: Its id.
        title: Its title.
        kind: What it is to the board, such as `priority`.
        informed_by: The ids of the sources that told the board of it.
        ask: What to ask about each exception in it.
        plan: Where it stands in the board's plan.
        agreed: The agreement of the board.
        review_by: The last day before its evidence is due for review; None for no such day.
        evidence: The evidence for it.
        review_span: The span of `review_by` in its file.
    """

    id: str
    title: str
    kind: schema.AreaKind
    informed_by: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    plan: str | None = None
    agreed: Agreement | None = None
    review_by: date | None = None
    evidence: tuple[Need, ...] = ()
    review_span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class AreaOfInformation:
    """One of the areas in which performance information is obtained, with the ids of its sources.

    `voice` is whether people speak for themselves there: children, families or practitioners.
    """

    id: str
    title: str
    sources: tuple[str, ...] = ()
    voice: bool = False


@dataclass(frozen=True, kw_only=True)
class WantedIndicator:
    """An indicator that the board wants and nobody collects yet: it has no value and is never judged."""

    id: str
    title: str
    content_areas: tuple[str, ...]
    evidence_type: EvidenceType
    level: schema.Level
    lead_agency: str
    frequency: Frequency
    sources: tuple[str, ...] = ()
    rationale: str | None = None
