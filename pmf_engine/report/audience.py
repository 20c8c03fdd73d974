"""For whom a report is, which stands on every page and in the name of every file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pmf_engine.disclosure.rounding import rounding_words
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count
from pmf_engine.report.model import ExceptionReport

MARKINGS: Final[Mapping[str, str]] = {
    Audience.BOARD: "For the board and its partners. Holds small counts of children: not for publication.",
    Audience.PUBLIC: "For the public. Small counts, and what would give them away, are withheld.",
}
"""By audience, the marking on every page."""


def marking_words(report: ExceptionReport) -> str:
    """The marking of a report: for whom it is, whether it holds small counts, and that counts are rounded."""
    return " ".join(filter(None, (MARKINGS[report.audience], rounding_words(report.withheld))))


def left_out(report: ExceptionReport) -> str:
    """The sentence that escalation is left out, where counts are rounded; else an empty text.

    Without it a reader would take it that nothing goes up.
    """
    return "To whom indicators of counts go is left out." if rounding_words(report.withheld) else ""


def is_withheld(report: ExceptionReport, status: str | None) -> bool:
    """Whether a paper for the public withholds the value of a row; to the board it is one that an agency withheld."""
    return status == Status.SUPPRESSED and report.audience == Audience.PUBLIC


def data_words(report: ExceptionReport) -> str:
    """The sentence on the submissions: files, cells and records; for the public nothing of what was refused.

    For the public another one follows where more rows may be withheld than need be.
    """
    quality = report.data_quality
    cells = f"{show_count(quality.cells_read, 'cell')} read"
    if report.audience != Audience.PUBLIC:
        cells += f" = {quality.cells_used:,} used + {quality.cells_set_aside:,} set aside"
    parts = [f"{show_count(quality.files, 'file')}, {cells}"]
    if quality.lists:
        parts.append(f"{show_count(quality.records_read, 'record')} in {show_count(quality.lists, 'file')} of lists")
    if report.audience != Audience.PUBLIC:
        parts.append(f"{show_count(quality.problems, 'problem')} reported")
    note = report.withheld.removeprefix(rounding_words(report.withheld)).strip()
    return " ".join(filter(None, (f"Data: {'; '.join(parts)}.", note)))


def paper_title(report: ExceptionReport) -> str:
    """What the report is: `Exception report, 2016-17 Q4`, with what it is limited to."""
    limits = [named.title for named in (report.agency, report.content_area, report.to) if named]
    return f"Exception report, {report.period.label}{''.join(f', {limit}' for limit in limits)}"


def file_stem(report: ExceptionReport, name: str = "exceptions") -> str:
    """The name of a file without its ending: period, audience and paper.

    >>> slug("2016-17 Q4"), slug("Children's Social Care")
    ('2016-17-q4', 'children-s-social-care')
    """
    limits = [named.id for named in (report.agency, report.content_area, report.to) if named]
    return "_".join(map(slug, (report.period.label, report.audience, name, *limits)))


def slug(words: str) -> str:
    """Words as a part of a file's name, on every system."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "x"
