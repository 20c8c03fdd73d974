"""Checks: what must hold between the figures of a return, as the framework keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from pmf_engine.domain.periods import Cadence
from pmf_engine.formula.syntax import Expression
from pmf_engine.framework import schema


@dataclass(frozen=True)
class FigureCheck:
    """What must hold between figures of one return, or of the one before.

    Attributes:
        that: The formula as its author wrote it.
        formula: The condition that must hold; where a figure is missing it is open, and nothing fails.
        says: What a failure means, in the author's words.
        severity: What a failure does: `lost` takes the values away, `doubt` marks them, `note` only tells of it.
        figures: The figures of the formula.
        cadence: Their periods.
    """

    id: str
    that: str
    formula: Expression
    says: str
    severity: schema.Effect
    figures: tuple[str, ...]
    cadence: Cadence
