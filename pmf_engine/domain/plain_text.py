"""Sanitising of texts that people wrote, for terminals and for CSV files that spreadsheets open."""

from __future__ import annotations

import unicodedata
from typing import Final

# The replacement of each category of characters: control, line and paragraph separators, lone surrogates, formatting.
_REPLACEMENTS: Final = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd", "Cf": ""}

FORMULA_SIGNS: Final = "=+-@\t\r"
"""First characters of texts that spreadsheets run as formulas."""


_OWN: Final = {"\u200d": "\u200d", "\ufffe": "\ufffd", "\uffff": "\ufffd"}
"""The replacement of single characters: the joiner of emoji stays, and what XML does not take goes."""


def tamed(words: str) -> str:
    r"""A text on one line, without characters that control a terminal or reorder its text.

    >>> tamed("North\n\x1b[31mSouth")
    'North  [31mSouth'
    """
    return "".join(_OWN.get(char) or _REPLACEMENTS.get(unicodedata.category(char), char) for char in words)


def csv_cell(cell: object) -> object:
    r"""A cell of a CSV file: a text as `tamed`, with an apostrophe where a spreadsheet would run it as a formula.

    >>> csv_cell("=1+1\x1b"), csv_cell("North"), csv_cell(-3)
    ("'=1+1 ", 'North', -3)
    """
    if not isinstance(cell, str):
        return cell
    return f"'{tamed(cell)}" if cell.startswith(tuple(FORMULA_SIGNS)) else tamed(cell)
