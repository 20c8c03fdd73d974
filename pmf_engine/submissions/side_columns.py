"""Columns beside the figures that part no numbers: references of rows, units, and the board's own area."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from pmf_engine.framework.building.figures import MEASURED_UNITS, PERCENT_UNITS
from pmf_engine.framework.model import Figure
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.vocabulary import Vocabulary, fold

_REFERENCES: Final = re.compile(
    r"(?:(?:kpi|indicator|measure|figure|metric|line|row|item|serial|data item|pi|scorecard)s?\s?)?"
    r"(?:ref|reference|ref no|ref number|reference number|no|number|#|row|line|s no|sl no)"
)
"""Headings of what numbers the rows of a table."""

_CODES: Final = re.compile(r"(?:(?:kpi|indicator|measure|figure|metric|line|pi)s?\s?)?(?:code|id)")
"""Headings of what may number the figures, or name a part."""

_REFERENCE: Final = re.compile(r"[a-z]{0,6}[ .\-/]?\d{1,4}(?:[.\-/]\d{1,3}){0,3}[.)]?[a-z]?[.)]?", re.IGNORECASE)

_AREA_CODES: Final = re.compile(r"(?:(?:la|ons|gss|area|authority|local authority|council|lea|dfe)\s?)*code|lad\d\dcd")

_UNITS: Final = frozenset(
    {"unit", "units", "unit of measure", "unit of measurement", "units of measure", "measured in"}
)

_COUNTS: Final = frozenset({
    "number", "numbers", "no", "no.", "#", "n", "count", "counts", "integer", "whole number", "volume", "num", "total",
    "actual", "number (n)",
})  # fmt: skip
"""Units of what is counted one by one."""

_PEOPLE: Final = frozenset({"people", "person", "children", "child", "young people", "case", "headcount", "head"})
"""Units of what is counted by the head, in the singular where they have one."""

_TOGETHER: Final = frozenset({"family", "familie", "household", "sibling", "group"})
"""Words for several people who are counted as one."""

_PERCENTAGES: Final = frozenset({"pct", "percent (%)", "percentage (%)", "% (percentage)"})


def is_reference(title: str, texts: Sequence[str], figures: Sequence[str]) -> bool:
    """Whether a column numbers the rows or the figures of a table.

    A heading such as `Ref` says so; below `Code` or `ID` each figure has its own, since a code may also name a part.

    Args:
        title: The heading of the column.
        texts: Its text in each row.
        figures: The figure of each row; all alike where the table has none by rows.

    >>> is_reference("Ref", ["1.1", "1.2"], ["a", "b"]), is_reference("Code", ["E1", "E1"], ["a", "b"])
    (True, False)
    >>> is_reference("Ref", ["Boys", "Girls"], ["a", "a"])
    False
    """
    filled = [text for text in texts if text]
    if not filled or not all(_REFERENCE.fullmatch(text) for text in filled):
        return False
    if is_reference_heading(title):
        return True
    pairs = {(figure, text) for figure, text in zip(figures, texts, strict=True) if text}
    own = len(pairs) == len({figure for figure, _ in pairs}) == len({text for _, text in pairs}) > 1
    return _CODES.fullmatch(_bare(title)) is not None and own


def is_reference_heading(title: str) -> bool:
    """Whether a heading may be that of what numbers the rows: `Ref`, `No.`, `Number`."""
    return _REFERENCES.fullmatch(_bare(title)) is not None


def _bare(title: str) -> str:
    return fold(re.sub(r"[_.\-/:]+", " ", title)).strip()


def counts_rows(texts: Sequence[str]) -> bool:
    """Whether the texts of a column count its rows, from 1 or from 0.

    >>> counts_rows(["1", "2", "3"]), counts_rows(["0", "1"]), counts_rows(["1"]), counts_rows(["2", "1"])
    (True, True, False, False)
    """
    bare = [text.rstrip(".)") for text in texts]
    return len(bare) > 1 and any(bare == [str(first + at) for at in range(len(bare))] for first in (0, 1))


def is_unit_heading(title: str) -> bool:
    """Whether a heading is that of a column of units."""
    return fold(re.sub(r"[_:()]+", " ", title)) in _UNITS


def agrees(figure: Figure, unit: str) -> bool:
    """Whether a text below `Unit` is the unit of a figure, so that its number is what was asked for."""
    text, own = fold(unit), fold(figure.unit or "")
    if not text or text == own:
        return True
    if own in PERCENT_UNITS:
        return text in PERCENT_UNITS or text in _PERCENTAGES
    if own in MEASURED_UNITS:
        return text.rstrip("s") == own.rstrip("s")
    words = {word.rstrip("s") for word in re.findall(r"\w+", fold(f"{figure.title} {own}"))}
    if text in _COUNTS or text.rstrip("s") in words:
        return True
    by_head = not words & _TOGETHER and (not own or own.rstrip("s") in _PEOPLE)
    return by_head and text.rstrip("s") in _PEOPLE


def of_own_area(titles: Sequence[str], rows: pl.DataFrame, columns: Iterable[str], words: Vocabulary) -> set[str]:
    """Those of some columns that name the board's own area in each of their rows, and the one code of it beside them.

    Args:
        titles: The headings of all columns.
        rows: The rows, with a column for each heading by its position.
        columns: The columns that may be of the area.
        words: The names of the framework.
    """
    texts = {column: {(text or "").strip(EDGES) for text in rows[column].unique()} - {""} for column in columns}
    named = {column for column, own in texts.items() if own and all(map(words.is_area, own))}
    coded = {
        column
        for column, own in texts.items()
        if len(own) == 1 and _AREA_CODES.fullmatch(fold(re.sub(r"[_\-]+", " ", titles[int(column)])))
    }
    return named | (coded if named else set())
