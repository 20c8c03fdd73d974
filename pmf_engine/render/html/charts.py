"""Charts as SVG: the last periods of a value with its bands, limits and statuses, readable without colour.

A status has a shape as well as a colour, a zone a pattern as well as a tint, and a period without a value is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, TypeGuard

from pmf_engine.domain.plain_text import tamed
from pmf_engine.domain.status import Status
from pmf_engine.report.item import Point

_WIDTH, _HEIGHT = 560, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 12, 22, 24
_ROOM: Final = 0.08
"""The share of the height that stays free above the highest value and below the lowest."""


_LARGEST: Final = 1e300


@dataclass(frozen=True)
class Lines:
    """The lines of a chart: the nearest ends of the bands, and the mean and limits of a control chart.

    Attributes:
        good: The end of the good band; None for a band without one end.
        tolerable: The end of the tolerance.
        high_is_good: Whether the good side is above.
        mean: The mean of a control chart; None without one.
        lower: Its lower limit.
        upper: Its upper limit.
    """

    good: float | None = None
    tolerable: float | None = None
    high_is_good: bool = True
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None


def trend_chart(points: Sequence[Point], title: str, description: str, lines: Lines, name: str) -> str:
    """A chart of points in order of time.

    Args:
        points: The points, the oldest first.
        title: What the chart is of.
        description: What it shows, for those who do not see it.
        lines: The lines and zones behind the points.
        name: A name for ids within the page.

    Returns:
        An `svg` element; empty where fewer than two points have a value.
    """
    values = [point.value for point in points]
    known = [value for value in values if _is_drawn(value)]
    if len(known) < 2:
        return ""
    marks = [line for line in (lines.good, lines.tolerable, lines.mean, lines.lower, lines.upper) if line is not None]
    scale = _Scale.of([*known, *marks])
    xs = [_LEFT + (place + 0.5) * (_WIDTH - _LEFT - _RIGHT) / len(points) for place in range(len(points))]
    parts = [
        f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-labelledby="{name}-t {name}-d">',
        f'<title id="{name}-t">{escape(tamed(title))}</title><desc id="{name}-d">{escape(tamed(description))}</desc>',
        *_zones(lines, scale),
        *_limits(lines, scale),
        *_runs(values, xs, scale),
    ]
    for point, x in zip(points, xs, strict=True):
        parts.append(f'<text class="axis" x="{x:.0f}" y="{_HEIGHT - 6}">{escape(_short(point.period))}</text>')
        if _is_drawn(point.value):
            y = scale.y(point.value)
            parts.append(_shape(point, x, y))
            parts.append(f'<text class="value" x="{x:.0f}" y="{y - 8:.0f}">{escape(point.shown)}</text>')
        else:
            parts.append(f'<text class="gap" x="{x:.0f}" y="{_HEIGHT / 2:.0f}">?</text>')
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True)
class _Scale:
    """The values at the lower and the upper edge of the drawing."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> _Scale:
        """The scale that shows all values with some room; of equal values a scale around them."""
        low, high = min(values), max(values)
        room = (high / 2 - low / 2) * 2 * _ROOM or abs(high) * _ROOM or 1.0
        return cls(low - room, high + room)

    def y(self, value: float) -> float:
        """The position of a value."""
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _zones(lines: Lines, scale: _Scale) -> list[str]:
    """The good and the tolerable zone, and the line that each ends with."""
    if lines.good is None:
        return []
    top, bottom = float(_TOP), float(_HEIGHT - _BOTTOM)
    good = scale.y(lines.good)
    zones = [_zone("good", *((top, good) if lines.high_is_good else (good, bottom)))]
    if lines.tolerable is not None:
        zones.append(_zone("tolerable", *sorted((good, scale.y(lines.tolerable)))))
    return zones


def _zone(name: str, top: float, bottom: float) -> str:
    """A zone across the drawing, filled with its pattern."""
    width, height = _WIDTH - _LEFT - _RIGHT, max(bottom - top, 0)
    return f'<rect class="zone {name}" x="{_LEFT}" y="{top:.1f}" width="{width}" height="{height:.1f}"/>'


def _limits(lines: Lines, scale: _Scale) -> list[str]:
    """The mean and the limits of a control chart."""
    drawn = [("mean", lines.mean), ("limit", lines.lower), ("limit", lines.upper)]
    heights = [(kind, f"{scale.y(value):.1f}") for kind, value in drawn if value is not None]
    return [f'<line class="{kind}" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>' for kind, y in heights]


def _runs(values: Sequence[float | None], xs: Sequence[float], scale: _Scale) -> list[str]:
    """A line for each run of periods with a value: a gap stays a gap."""
    runs: list[list[str]] = [[]]
    for value, x in zip(values, xs, strict=True):
        if not _is_drawn(value):
            runs.append([])
        else:
            runs[-1].append(f"{x:.1f},{scale.y(value):.1f}")
    return [f'<polyline class="run" points="{" ".join(run)}"/>' for run in runs if len(run) > 1]


def _shape(point: Point, x: float, y: float) -> str:
    """The shape of a status: a square for red, a diamond for amber, a disc for green, a ring for the rest.

    The shape of a value that was revised is hollow.
    """
    status, hollow = point.status, " hollow" if point.restated else ""
    if status == Status.RED:
        return f'<rect class="red{hollow}" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
    if status == Status.AMBER:
        return f'<path class="amber{hollow}" d="M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"/>'
    kind = "green" if status == Status.GREEN else "other"
    return f'<circle class="{kind}{hollow}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _is_drawn(value: float | None) -> TypeGuard[float]:
    """Whether a value has a place in a drawing: it is there, and is no number of three hundred digits."""
    return value is not None and abs(value) < _LARGEST


def _short(period: str) -> str:
    """A period as an axis shows it.

    >>> _short("2016-17 Q4"), _short("2016-17")
    ('16-17 Q4', '16-17')
    """
    return period[2:] if period[:2] in ("19", "20") else period
