"""The definitions of a framework as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pmf_engine.domain.faces import face_of, is_face
from pmf_engine.domain.plain_text import tamed
from pmf_engine.framework.model import Framework, Indicator


def render_listing(framework: Framework, what: Literal["indicators", "figures", "agencies"]) -> str:
    """A list of the indicators by content area, the figures by agency, or the agencies with their people."""
    return {"indicators": _indicators, "figures": _figures, "agencies": _agencies}[what](framework)


def _indicators(framework: Framework) -> str:
    """Each indicator under its first content area, with its bands; faces below their indicator."""
    lines: list[str] = []
    for area, content in framework.content_areas.items():
        rows = [
            [
                f"  .{face_of(indicator.id)}" if is_face(indicator.id) else indicator.id,
                indicator.evidence_type,
                indicator.level,
                indicator.frequency,
                indicator.lead_agency,
                _bands(indicator),
            ]
            for indicator in framework.indicators.values()
            if indicator.content_areas[:1] == (area,)
        ]
        if rows:
            lines += [tamed(content.title), *_aligned(rows), ""]
    return "\n".join([*lines, f"{len(framework.indicators)} indicators"]) + "\n"


def _bands(indicator: Indicator) -> str:
    """The bands of the latest entry of an indicator's tolerance, in words."""
    entries = indicator.tolerances
    if not entries:
        return "for information"
    latest = entries[-1]
    return f"good {latest.good.text}" + (f", tolerable {latest.tolerance.text}" if latest.tolerance else "")


def _figures(framework: Framework) -> str:
    """Each figure under every agency that sends it."""
    lines: list[str] = []
    for id_, agency in framework.agencies.items():
        rows = [
            [figure.id, figure.kind, figure.frequency, f"due {figure.due[id_]} days after", figure.title_and_unit]
            for figure in framework.figures.values()
            if id_ in figure.agencies
        ]
        if rows:
            lines += [tamed(agency.name), *_aligned(rows), ""]
    return "\n".join([*lines, f"{len(framework.figures)} figures"]) + "\n"


def _agencies(framework: Framework) -> str:
    """Each agency with its numbers of indicators and figures, and its people responsible for safeguarding."""
    lines = []
    for id_, agency in framework.agencies.items():
        led = sum(indicator.lead_agency == id_ for indicator in framework.indicators.values())
        sends = sum(id_ in figure.agencies for figure in framework.figures.values())
        lines.append(f"{id_}: {tamed(agency.name)}")
        lines.append(f"  leads {led} indicators, sends {sends} figures")
        if agency.lead_officer:
            lines.append(f"  lead officer: {tamed(agency.lead_officer)}")
        if agency.designated_person:
            lines.append(f"  designated person: {tamed(agency.designated_person)}")
    return "\n".join(lines) + "\n"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with aligned columns, each as wide as its widest cell."""
    rows = [[tamed(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
