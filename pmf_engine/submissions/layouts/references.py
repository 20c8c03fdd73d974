"""References of rows: columns that number the rows of a sheet, which name nothing and are no values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import FIGURE, VALUE, Lexicon
from pmf_engine.submissions.period_headings import length_of
from pmf_engine.submissions.side_columns import counts_rows, is_reference
from pmf_engine.submissions.vocabulary import fold

_LETTERS: Final = {3: "Q", 6: "H"}
_NUMBERS: Final = {"Q": ("1", "2", "3", "4"), "H": ("1", "2")}

_SIGNED: Final = re.compile(
    r"(?:signed(?: off)?|signature|completed|prepared|authorised|approved|submitted|returned|checked)(?: (?:by|on).*)?"
    r"|(?:your |contact )?(?:name|position|role|job title|e-?mail|contact|date)|(?:for and )?on behalf of"
    r"|date (?:signed|submitted|completed|returned|of return)"
)
"""How rows begin that say who signed a form, and when."""

_TELEPHONE: Final = re.compile(r"(?:contact )?(?:tel(?:ephone)?|phone|mobile|ext(?:ension)?)(?: n(?:o\.?|umber))?")

_MOST_TITLES = 10
"""The most rows of titles above a table that are looked at."""


def without_references(grid: Grid, lexicon: Lexicon) -> tuple[Grid, list[Label]]:
    """The sheet with a blank in place of each reference of a row; and the headings of their columns.

    A title such as `2 | Boys` then stands alone in its row, as a title does.
    """
    rows: list[Row] = [*grid.rows]
    headings: list[Label] = []
    first = min((at for row in rows if (at := _name_at(row, lexicon))), default=0)
    for position in range(first):
        heading = _heading(grid, position, lexicon)
        if heading is None:
            continue
        headings.append(heading)
        rows = [
            row._replace(cells=(*row.cells[:position], "", *row.cells[position + 1 :]))
            if row.number >= heading.row and len(row.filled) > 1
            else row
            for row in rows
        ]
    return (replace(grid, rows=[row for row in rows if row.filled]), headings) if headings else (grid, [])


def without_signatures(grid: Grid, lexicon: Lexicon) -> Grid:
    """The sheet without the rows below its last value that say who signed it and when, such as `Signed | A Smith`."""
    last = max((row.number for row in grid.rows if _has_value(row, lexicon)), default=grid.rows[-1].number)
    rows = [row for row in grid.rows if row.number <= last or not _is_signature(row, lexicon)]
    return replace(grid, rows=rows)


def _is_signature(row: Row, lexicon: Lexicon) -> bool:
    first, *others = (row.cells[position] for position in row.filled)
    word = fold(first.rstrip(": "))
    has_values = any(map(lexicon.is_value, others))
    return _TELEPHONE.fullmatch(word) is not None or (not has_values and _SIGNED.fullmatch(word) is not None)


def with_named_parts(grid: Grid) -> Grid:
    """The sheet with `Q1` in place of each 1 below `Quarter`, and `H1` below `Half`, where all is 1 to 4 or 1 to 2."""
    rows = [*grid.rows]
    for at, row in enumerate(grid.rows):
        for position in row.filled if len(row.filled) > 1 else ():
            letter = _LETTERS.get(length.months if (length := length_of(row.cells[position])) else 0)
            below = [text for each in grid.rows[at + 1 :] if (text := each.cells[position])]
            if letter and below and all(text in _NUMBERS[letter] for text in below):
                for place in range(at + 1, len(rows)):
                    cells = rows[place].cells
                    named = (f"{letter}{cells[position]}" if cells[position] else "",)
                    rows[place] = rows[place]._replace(cells=(*cells[:position], *named, *cells[position + 1 :]))
    return replace(grid, rows=rows)


def _name_at(row: Row, lexicon: Lexicon) -> int | None:
    """The first position in a row that names a figure, period, agency or group."""
    return next((at for at, text in enumerate(row.cells) if text and lexicon.roles(text)), None)


def _heading(grid: Grid, position: int, lexicon: Lexicon) -> Label | None:
    """The heading of a column of references before all names; with an empty text where it has none, else None."""
    filled = [row for row in grid.rows if row.cells[position] and len(row.filled) > 1]
    ways = (_heading_in(grid, position, filled[place:], lexicon) for place in range(min(len(filled), _MOST_TITLES)))
    return next((heading for heading in ways if heading is not None), None)


def _heading_in(grid: Grid, position: int, filled: Sequence[Row], lexicon: Lexicon) -> Label | None:
    """The heading of a column of references, where the first of some rows holds it or the first reference."""
    head, text = filled[0], filled[0].cells[position]
    is_headed = not text[0].isdigit()
    below = [row for row in filled[1:] if row.cells[position] != text] if is_headed else filled
    named = [row for row in grid.rows if row.number >= below[0].number] if below else []
    texts = [row.cells[position] for row in below]
    if not any(_has_value(row, lexicon) for row in named) and not counts_rows(texts):
        return None  # not a form that nobody filled in
    if is_headed and lexicon.role_word(text) != VALUE:
        return grid.label(head, position) if is_reference(text, texts, _figures(below, lexicon)) else None
    above = next((row for row in reversed(grid.rows) if row.number < head.number), None)
    if not is_headed and above is not None and above.cells[position]:
        return None  # these are numbers of what stands above them, such as `Team`
    return grid.label(head, position)._replace(text=text if is_headed else "") if counts_rows(texts) else None


def _figures(rows: Sequence[Row], lexicon: Lexicon) -> list[str]:
    """The figure that each row names; a text of its own for a row that names none."""
    figures = [next((text for text in row.cells if FIGURE in lexicon.roles(text)), None) for row in rows]
    return [figure or f"row {row.number}" for figure, row in zip(figures, rows, strict=True)]


def _has_value(row: Row, lexicon: Lexicon) -> bool:
    """Whether a value stands behind the first name of a row."""
    at = _name_at(row, lexicon)
    return at is not None and any(lexicon.may_be_value(text) for text in row.cells[at + 1 :] if text)
