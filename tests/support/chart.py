"""A control chart in exact arithmetic, point by point: slow, plain, and written from the method."""

from __future__ import annotations

import itertools
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
        if beyond[-1] and sum(beyond) >= 2:
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
