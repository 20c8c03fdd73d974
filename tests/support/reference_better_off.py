"""`better_off` worked out slowly from the records of one period and group, to hold the engine against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, lgamma, pi, sqrt

Scores = tuple[Fraction | None, Fraction | None]
"""A score before and a score after; None for a blank one."""


@dataclass(frozen=True)
class Face:
    """What is said of a face: its status where nothing rates it, its value and the interval of a mean."""

    status: str
    value: Fraction | None = None
    interval: tuple[float, float] | None = None


def faces(records: Sequence[Scores], least_change: Fraction, respond: Fraction | None) -> dict[str, Face]:
    """What is said of the indicator (by the key ``) and of its faces.

    Args:
        records: The scores of each record.
        least_change: The smallest rise that is better, and the smallest fall that is worse.
        respond: The least share that must be scored twice, in percent; None for any.
    """
    changes = [after - before for before, after in records if before is not None and after is not None]
    scored = _share(len(changes), len(records))
    if respond is not None and scored.value is None:
        first = [scored] * 3
    elif respond is not None and scored.value is not None and scored.value < respond:
        first = [Face("no_data")] * 3
    else:
        better = sum(change >= least_change for change in changes)
        worse = sum(-change >= least_change for change in changes)
        first = [_share(better, len(changes)), _share(worse, len(changes)), _mean(changes)]
    return dict(zip(("", "worse", "mean_change", "scored"), (*first, scored), strict=True))


def _share(part: int, whole: int) -> Face:
    return Face("not_rated", Fraction(100 * part, whole)) if whole else Face("undefined")


def _mean(changes: Sequence[Fraction]) -> Face:
    """The mean, with Student's interval where there are two changes or more."""
    if not changes:
        return Face("undefined")
    mean = sum(changes, Fraction(0)) / len(changes)
    if len(changes) == 1:
        return Face("not_rated", mean)
    variance = sum((change - mean) ** 2 for change in changes) / (len(changes) - 1)
    room = student(len(changes) - 1) * sqrt(variance / len(changes))
    return Face("not_rated", mean, (float(mean) - room, float(mean) + room))


def student(degrees: int) -> float:
    """The 97.5th percentile of Student's t: the number up to which its density, added up in small steps, is 0.475."""

    def density(t: float) -> float:
        front = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi)
        return float(front * (1 + t * t / degrees) ** (-(degrees + 1) / 2))

    def area(t: float, steps: int = 2000) -> float:
        width = t / steps  # Simpson's rule
        inner = sum(density(width * step) * (4 if step % 2 else 2) for step in range(1, steps))
        return (density(0) + density(t) + inner) * width / 3

    quantile = 2.0
    for _ in range(40):
        step = (area(quantile) - 0.475) / density(quantile)
        quantile -= step
        if abs(step) < 1e-12:
            break
    return quantile
