"""Sanitising of texts that people wrote, for terminals and for CSV files that spreadsheets open."""

from __future__ import annotations

import codecs
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


_ASCII: Final = str.maketrans(
    {
        "■": "#", "◆": "+", "●": "o", "○": "-", "÷": "/", "·": ".", "↑": "^", "↓": "v", "→": "->", "≥": ">=",
        "─": "-", "\u2013": "-", "—": "-", "\u2212": "-", "\u2018": "'", "\u2019": "'", "\u2032": "'", "“": '"',
        "”": '"', "≤": "<=", "…": "...", "•": "*", "£": "GBP ", "€": "EUR ",
    } | dict(zip("▁▂▃▄▅▆▇█", "_.-~=+*#", strict=True))
)  # fmt: skip
READABLE: Final = "pmf-readable"
"""The name of how characters that a terminal does not have are written (see `in_ascii`), for `reconfigure(errors=)`."""


def in_ascii(words: str) -> str:
    """A text in ASCII characters only: what has a likeness by that, accented letters without accents, the rest as `?`.

    >>> in_ascii("“↑ café” ≥ 2")
    '"^ cafe" >= 2'
    """
    plain = unicodedata.normalize("NFKD", words.translate(_ASCII))
    return "".join(char for char in plain if not unicodedata.combining(char)).encode("ascii", "replace").decode()


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Handles characters that an encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return in_ascii(error.object[error.start : error.end]), error.end


codecs.register_error(READABLE, _readable)


def csv_cell(cell: object) -> object:
    r"""A cell of a CSV file: a text as `tamed`, with an apostrophe where a spreadsheet would run it as a formula.

    >>> csv_cell("=1+1\x1b"), csv_cell("North"), csv_cell(-3)
    ("'=1+1 ", 'North', -3)
    """
    if not isinstance(cell, str):
        return cell
    return f"'{tamed(cell)}" if cell.startswith(tuple(FORMULA_SIGNS)) else tamed(cell)
