"""Covers: sheets without figures that name the period, agency or group of the other sheets of its workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pmf_engine.submissions.layouts.gaps import labels_of_row
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PART, PERIOD, Lexicon
from pmf_engine.submissions.layouts.sections import has_values
from pmf_engine.submissions.period_names import days_in_text
from pmf_engine.submissions.vocabulary import fold

_NAMED: Final = re.compile(
    r"(?:\d+[. ]+)?(?:(?:front|cover|title|return|your|contact|submission) )?(?:cover|front|page|sheet|details|title)"
)
"""Names of covers. A sheet of another name is one where it is the first, and its titles have words for their roles."""

_MOST_ROWS: Final = 60

_UNFINISHED: Final = re.compile(
    r"(?:status:? )?(?:drafts?\b.*|do not use.*|test data|dummy data|superseded|not (?:yet )?final)"
)


def with_covers(grids: Sequence[Grid], lexicon: Lexicon) -> list[Grid]:
    """The sheets of a workbook, those with values with the titles of its cover."""
    labels: list[Label] = []
    for number, grid in enumerate(grids):
        if len(grid.rows) <= _MOST_ROWS and all(_is_of_cover(row, lexicon) for row in grid.rows):
            is_named = _NAMED.fullmatch(fold(grid.sheet or "")) is not None
            if number == 0 or is_named:
                labels += _titles_of(grid, lexicon, is_named=is_named)
    return [replace(grid, cover=tuple(labels)) for grid in grids] if labels else [*grids]


def _is_of_cover(row: Row, lexicon: Lexicon) -> bool:
    """Whether a row names no figure and holds no value; a number of a telephone behind its word is none."""
    if any(FIGURE in lexicon.roles(text) for text in row.cells if text):
        return False
    return not has_values(row, lexicon) or (len(row.filled) == 2 and not lexicon.roles(row.cells[row.filled[0]]))


def _titles_of(grid: Grid, lexicon: Lexicon, *, is_named: bool) -> list[Label]:
    """The titles of a cover that name a period, an agency or its one group, or say that nothing is final yet."""
    titles: list[Label] = []
    groups: list[Label] = []
    for label in (label for row in grid.rows for label in labels_of_row(grid, row, lexicon)):
        keyed = lexicon.keyed(label.text)
        roles = {keyed[0]} if keyed else lexicon.roles(label.text) if is_named else frozenset()
        names_period = is_named and not keyed and days_in_text(label.text, lexicon.year_start) is not None
        title = Label(label.text)  # without its place, which is in another sheet
        if any(role.startswith("by ") for role in roles):
            groups.append(title)
        elif roles & {PERIOD, AGENCY, PART} or names_period or _UNFINISHED.fullmatch(fold(label.text)):
            titles.append(title)
    return titles + (groups if len({fold(label.text) for label in groups}) == 1 else [])
