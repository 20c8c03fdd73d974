"""For whom a paper is."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """The audiences of a paper."""

    BOARD = "board"
    """The board and its partners."""
    PUBLIC = "public"
    """Everyone: small counts, and what would give them away, are withheld."""
