"""Texts of records: texts that mean a blank or an error, and ids that a program puts into quotes.

A database writes `NULL` for a blank, a spreadsheet `#N/A` for an error and `1.23E+12` for a number whose digits it
has dropped. None of these is the name of a child.
"""

from __future__ import annotations

import re

import polars as pl

from pmf_engine.submissions.table import EDGES

NULLS = ("NULL", "null", "Null", "(null)", "(NULL)", "[NULL]", "[null]", "<NULL>", "<null>", "\\N", "NaT", "<NA>")
"""The texts with which databases and programs write a blank."""

_NULL_TEXTS = (*NULLS, "NaN", "nan", "NA")
"""The blanks in columns of text; in columns of numbers `NaN` is an arithmetic error and no blank."""

_ERROR = r"^#(?:N/A|[A-Z]+(?:/0)?[!?]|GETTING_DATA|#+)$"

_DIGITS_LOST = r"^[+\-]?[0-9](?:\.[0-9]+[eE]\+?|[eE]\+)[0-9]+$"

_FORMULA = "^="

_ZERO = "\0"

_KINDS = {"error-cell": _ERROR, "digits-lost": _DIGITS_LOST, "formula-cell": _FORMULA, "zero-byte": _ZERO}
"""The patterns of refused texts by the kind of problem."""

_NONE = "|".join(_KINDS.values())

_CLOSELY = f"{_DIGITS_LOST}|{_ZERO}"


def suspicious(text: pl.Expr, optional: bool, closely: bool) -> pl.Expr:
    """Whether a text, as written, may mean a blank or an error, so that only a patient reading can decide.

    The filter compares the beginning of a text, which is fast.

    Args:
        text: The texts.
        optional: The column may be blank.
        closely: Check each character.
    """
    # Most spaces, `#` and `'` sort before `(`; other spaces sort after `~`.
    begins = (text < "(") | ((text >= "=") & (text < ">")) | text.is_in(_NULL_TEXTS)
    if closely:
        lost = text.str.contains(_CLOSELY)
    else:
        lost = pl.when((text >= "+") & (text < ":")).then(text).str.contains(_DIGITS_LOST)
    suspect = (begins | lost).fill_null(False)
    return suspect if optional else suspect | text.is_null() | (text > "~~")


def without_nulls(text: pl.Expr, kind: str) -> pl.Expr:
    """Texts, null for those that write a blank."""
    return pl.when(~text.is_in(_NULL_TEXTS if kind == "text" else NULLS)).then(text)


def unquoted(text: pl.Expr) -> pl.Expr:
    """Texts without the characters that preserve zeros: `'0012345` and `="0012345"` are `0012345`."""
    bare = text.str.replace(r'^=\s*"(.*)"$', "$1").str.replace(r"^'([^']+)$", "$1").str.strip_chars(EDGES)
    return pl.when(bare != "").then(bare)


def no_text(text: pl.Expr) -> pl.Expr:
    """Whether an unquoted text is an error, a formula or a number without its digits, or has a zero byte."""
    return text.str.contains(_NONE).fill_null(False)


def kind_of_text(text: str, kind: str = "text") -> str | None:
    """The kind of problem of a text in a column of a kind; None for a proper text.

    >>> kind_of_text("1.23E+12"), kind_of_text("#N/A"), kind_of_text("NULL"), kind_of_text("Harlow")
    ('digits-lost', 'error-cell', 'null-text', None)
    """
    if text in (_NULL_TEXTS if kind == "text" else NULLS):
        return "null-text"
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, text)), None)
