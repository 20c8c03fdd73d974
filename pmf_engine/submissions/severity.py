"""Severity of problems, and what every kind of problem has: a severity and a wording."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """The effect of a problem on values."""

    LOST = "lost"
    """A value was not used."""
    DOUBT = "doubt"
    """A value is used, or is expected to be, and something contradicts it."""
    NOTE = "note"
    """No value is affected, and nothing needs correction."""


LOST, DOUBT, NOTE = Severity


class Kind(NamedTuple):
    """A kind of problem: how severe it is, and its wording."""

    severity: Severity
    wording: str
