"""A control chart in exact arithmetic, point by point: slow, plain, and written from the method."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

NEAR = Fraction(1, 10**9)


@dataclass(frozen=True)
class Read:
    """What the chart says at its last point: limits and mean are None where it cannot be read."""

    points: int | None
    mean: Fraction | None
    lower: Fraction | None
    upper: Fraction | None
    signal: str | None
    side: int | None
    no_signal: str | None


def below(left: Fraction, right: Fraction) -> bool:
    return left < right and right - left > NEAR * max(abs(left), abs(right))


def mean_of(numbers: Sequence[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0)) / len(numbers)


def limits(points: Sequence[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """The lower limit, the mean and the upper limit of individual values and moving ranges."""
    ranges = [abs(after - before) for before, after in itertools.pairwise(points)]
    largest = mean_of(ranges) * Fraction("3.267")
    kept = [one for one in ranges if below(one, largest)] or [Fraction(0)]
    spread = mean_of(kept) * Fraction("2.66")
    mean = mean_of(points)
    return mean - spread, mean, mean + spread


def signal(points: Sequence[Fraction]) -> tuple[str, int] | None:
    """The first signal that the last of these points gives, and its side."""
    lower, mean, upper = limits(points)
    for side in (1, -1):
        if below(upper, points[-1]) if side == 1 else below(points[-1], lower):
            return "outside_limits", side
    steps = list(zip(points[-7:], points[-6:], strict=False))
    for side in (1, -1):
        if all(below(one, other) if side == 1 else below(other, one) for one, other in steps):
            return "trend", side
    for side in (1, -1):
        line = mean + side * (upper - mean) * Fraction(2, 3)
        beyond = [below(line, one) if side == 1 else below(one, line) for one in points[-3:]]
        on_side = [below(mean, one) if side == 1 else below(one, mean) for one in points[-3:]]
        if beyond[-1] and sum(beyond) >= 2 and all(on_side):
            return "two_of_three", side
    for side in (1, -1):
        if all(below(mean, one) if side == 1 else below(one, mean) for one in points[-7:]):
            return "shift", side
    return None


def read(series: Sequence[Fraction | None]) -> Read:
    """The chart at the last period of a series, of which nothing later is known."""
    points: list[Fraction] = []
    for value in reversed(series):
        if value is None:
            break
        points.insert(0, value)
    if not points:
        return Read(None, None, None, None, None, None, "no_value")
    if len(points) < 12:
        gap = any(value is not None for value in series[: -len(points)])
        return Read(len(points), None, None, None, None, None, "gap" if gap else "too_few")
    lower, mean, upper = limits(points)
    name, side = signal(points) or (None, None)
    return Read(len(points), mean, lower, upper, name, side, None)


# -- Laney's p′ and u′ -------------------------------------------------------------------


def laney_limits(counts: Sequence[tuple[float, float]], per: float, name: str) -> dict[str, float]:
    """The lines of a p′ or u′ chart at its last point, by the steps of Laney's article, one number after the other."""
    mean = sum(events for events, _ in counts) / sum(size for _, size in counts)
    variance = mean * (1 - mean) if name == "p" else mean
    if variance <= 0:
        return {"mean": mean * per, "lower_limit": mean * per, "upper_limit": mean * per, "sigma_z": 1.0}
    scores = [(events / size - mean) / math.sqrt(variance / size) for events, size in counts]
    ranges = [abs(after - before) for before, after in itertools.pairwise(scores)]
    largest = 3.267 * sum(ranges) / len(ranges)
    kept = [one for one in ranges if one < largest * (1 - 1e-9)] or [0.0]
    sigma_z = max(sum(kept) / len(kept) / 1.128, 1.0)
    spread = 3 * sigma_z * math.sqrt(variance / counts[-1][1])
    upper = min(mean + spread, 1.0) if name == "p" else mean + spread
    return {
        "mean": mean * per,
        "lower_limit": max(mean - spread, 0.0) * per,
        "upper_limit": upper * per,
        "sigma_z": sigma_z,
    }


def laney_signal(counts: Sequence[tuple[float, float]], per: float, name: str) -> tuple[str, int] | None:
    """The first signal that the last of these points gives, and its side; each point has limits of its own."""
    lines = laney_limits(counts, per, name)
    mean, sigma_z = lines["mean"] / per, lines["sigma_z"]
    variance = max(mean * (1 - mean) if name == "p" else mean, 0.0)
    values = [Fraction(events / size) for events, size in counts]
    centre = Fraction(mean)

    def beyond(place: int, side: int, sigmas: int) -> bool:
        line = centre + side * Fraction(sigmas * sigma_z * math.sqrt(variance / counts[place][1]))
        return below(line, values[place]) if side == 1 else below(values[place], line)

    for side in (1, -1):
        if beyond(-1, side, 3):
            return "outside_limits", side
    steps = list(zip(values[-7:], values[-6:], strict=False))
    for side in (1, -1):
        if all(below(one, other) if side == 1 else below(other, one) for one, other in steps):
            return "trend", side
    for side in (1, -1):
        on_side = all(beyond(place, side, 0) for place in (-1, -2, -3))
        if on_side and beyond(-1, side, 2) and (beyond(-2, side, 2) or beyond(-3, side, 2)):
            return "two_of_three", side
    for side in (1, -1):
        if all(beyond(place, side, 0) for place in range(-7, 0)):
            return "shift", side
    return None
