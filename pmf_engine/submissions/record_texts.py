"""Texts of records: what stands in a cell of text that is no text, and ids that a program has put into quotes.

A database writes `NULL` for a blank, a spreadsheet `#N/A` for an error and `1.23E+12` for a number whose digits it
has dropped. None of these is the name of a child.
"""

from __future__ import annotations

import re

import polars as pl

from pmf_engine.submissions.table import EDGES

NULLS = ("NULL", "null", "Null", "(null)", "(NULL)", "[NULL]", "[null]", "<NULL>", "<null>", "\\N", "NaT", "<NA>")
"""How databases and programs write that a cell is blank."""

_NULL_TEXTS = (*NULLS, "NaN", "nan", "NA")
"""In columns of text too; among numbers `NaN` is no blank but a mistake in arithmetic."""

_ERROR = r"^#(?:N/A|[A-Z]+(?:/0)?[!?]|GETTING_DATA|#+)$"

_DIGITS_LOST = r"^[+\-]?[0-9](?:\.[0-9]+[eE]\+?|[eE]\+)[0-9]+$"

_FORMULA = "^="

_ZERO = "\0"

_KINDS = {"error-cell": _ERROR, "digits-lost": _DIGITS_LOST, "formula-cell": _FORMULA, "zero-byte": _ZERO}
"""What is refused in a column of text, as patterns, by the kind of problem."""

_NONE = "|".join(_KINDS.values())

_CLOSELY = f"{_DIGITS_LOST}|{_ZERO}"


def suspicious(text: pl.Expr, optional: bool, closely: bool) -> pl.Expr:
    """Whether a text as it was written may be none: it takes patience to tell.

    It looks at how a text begins, which costs next to nothing; `closely` at each character.
    """
    # Spaces, `#`, `'` and most of what may stand around a text sort before `(`; other spaces behind `~`.
    begins = (text < "(") | ((text >= "=") & (text < ">")) | text.is_in(_NULL_TEXTS)
    if closely:
        lost = text.str.contains(_CLOSELY)
    else:
        lost = pl.when((text >= "+") & (text < ":")).then(text).str.contains(_DIGITS_LOST)
    found = (begins | lost).fill_null(False)
    return found if optional else found | text.is_null() | (text > "~~")


def without_nulls(text: pl.Expr, kind: str) -> pl.Expr:
    """Texts without those that say that a cell is blank."""
    return pl.when(~text.is_in(_NULL_TEXTS if kind == "text" else NULLS)).then(text)


def unquoted(text: pl.Expr) -> pl.Expr:
    """Texts without the signs that keep the zeros of an id: `'0012345` and `="0012345"` are `0012345`."""
    bare = text.str.replace(r'^=\s*"(.*)"$', "$1").str.replace(r"^'([^']+)$", "$1").str.strip_chars(EDGES)
    return pl.when(bare != "").then(bare)


def no_text(text: pl.Expr) -> pl.Expr:
    """Whether an unquoted text is none: an error, a formula, a number without its digits, or it has a zero byte."""
    return text.str.contains(_NONE).fill_null(False)


def kind_of_text(text: str, kind: str = "text") -> str | None:
    """The kind of problem that a text is in a column of a kind, None where it is none.

    >>> kind_of_text("1.23E+12"), kind_of_text("#N/A"), kind_of_text("NULL"), kind_of_text("Harlow")
    ('digits-lost', 'error-cell', 'null-text', None)
    """
    if text in (_NULL_TEXTS if kind == "text" else NULLS):
        return "null-text"
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, text)), None)
