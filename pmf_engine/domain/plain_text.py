"""Texts that people wrote, made safe to print: on a terminal, and in a CSV file that a spreadsheet opens."""

from __future__ import annotations

import unicodedata
from typing import Final

# The replacement of each category of characters: control, line and paragraph separators, lone surrogates, formatting.
_REPLACEMENTS: Final = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd", "Cf": ""}

FORMULA_SIGNS: Final = "=+-@\t\r"
"""A spreadsheet takes a text that begins with one of these for a formula, and runs it."""


def tamed(words: str) -> str:
    r"""The words on one line, without characters that command a terminal or reorder what it shows.

    >>> tamed("North\n\x1b[31mSouth")
    'North  [31mSouth'
    """
    return "".join(char if char == "\u200d" else _REPLACEMENTS.get(unicodedata.category(char), char) for char in words)
