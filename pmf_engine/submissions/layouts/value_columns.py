"""Columns of values: headings that do not say which of two columns holds the values, or whether one numbers rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Final

from pmf_engine.submissions.layouts.gaps import Block, of_sections
from pmf_engine.submissions.layouts.grid import Grid
from pmf_engine.submissions.layouts.naming import VALUE, Lexicon
from pmf_engine.submissions.layouts.sections import Section
from pmf_engine.submissions.problems import Problem
from pmf_engine.submissions.side_columns import is_reference_heading
from pmf_engine.submissions.vocabulary import fold

_TOTALS: Final = re.compile(r"(?:(?:grand|overall) )?totals?|overall|sum")
"""Headings of numbers that may be the values, or be worked out from them."""


def doubtful_values(grid: Grid, blocks: Sequence[Block], lexicon: Lexicon) -> list[tuple[Block, Problem | None]]:
    """The blocks of sections whose headings do not say which column holds the values.

    Returns:
        The blocks; the first of each section with its problem.
    """

    def problem_of(section: Section) -> Problem | None:
        last = section.headers[-1] if section.headers else None
        if last is None or any(lexicon.roles(last.cells[at]) for at in section.values):
            return None
        headed = [at for at in last.filled if _may_head_values(last.cells[at], lexicon)]
        if sum(lexicon.is_value_heading(last.cells[at]) for at in headed) == 1:
            return None
        for first, second in combinations(headed, 2):
            if _above(section, first) == _above(section, second):
                label = grid.label(last, second)
                return grid.problem(label, "two-values", first=last.cells[first], second=label.text)
        if len(headed) == 1 and _may_number_rows(section, headed[0]):
            label = grid.label(last, headed[0])
            return grid.problem(label, "values-or-rows", text=label.text)
        return None

    return of_sections(blocks, problem_of)


def _may_head_values(text: str, lexicon: Lexicon) -> bool:
    return lexicon.role_word(text) == VALUE or _TOTALS.fullmatch(fold(text)) is not None


def _above(section: Section, position: int) -> list[str]:
    """What the upper rows of the header say of a column: a blank continues the cell to its left."""
    return [next((text for text in row.cells[position::-1] if text), "") for row in section.headers[:-1]]


def _may_number_rows(section: Section, position: int) -> bool:
    """Whether a column before all labels, headed `No.` or the like, holds whole numbers that only increase."""
    texts = [text for row in section.of_values if (text := row.cells[position])]
    if any(at < position for at in section.labels) or not is_reference_heading(section.headers[-1].cells[position]):
        return False
    is_whole = all(re.fullmatch("[0-9]{1,9}", text) for text in texts)
    return is_whole and all(int(one) < int(two) for one, two in pairwise(texts))
