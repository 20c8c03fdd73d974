"""Notes of a sheet that say that its numbers are of some groups alone, or that some of its colours do not count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pmf_engine.submissions.layouts.grid import Grid, Label
from pmf_engine.submissions.layouts.naming import Lexicon, plain
from pmf_engine.submissions.layouts.sections import has_values
from pmf_engine.submissions.vocabulary import fold

_COLOURS: Final = re.compile(
    r"\b(?:shaded|shading|highlighted|colou?red|red|amber|gr[ae]y|yellow|blue|orange|purple|pink|italics?)\b"
)
_UNUSABLE: Final = re.compile(
    r"\b(?:(?:do not|not (?:for|to be)) used?|not validated|unvalidated|incomplete|incorrect|wrong|drafts?|excluded?"
    r"|boys|girls|cumulative)\b"
)
_FILTERS: Final = re.compile(r"(?:applied |report |current )?(?:filters?|filtered|slicers?|selections?|parameters?)\b")


def notes_of(grid: Grid, lexicon: Lexicon) -> Iterator[Label]:
    """The texts of rows that hold no values and a single text."""
    alone = (row for row in grid.rows if len(row.filled) == 1 and not has_values(row, lexicon))
    return (grid.label(row, row.filled[0]) for row in alone)


def telling_notes(grid: Grid, lexicon: Lexicon) -> Iterator[Label]:
    """The notes below all values that explain a colour as what does not count, or name the group of a filter."""
    last = max((row.number for row in grid.rows if has_values(row, lexicon)), default=0)
    return (label for label in notes_of(grid, lexicon) if label.row > last and is_telling(label.text, lexicon))


def is_telling(text: str, lexicon: Lexicon) -> bool:
    """Whether a note explains a colour as what does not count, or names the group of a filter."""
    words = plain(text)
    is_legend = _COLOURS.search(words) is not None and _UNUSABLE.search(words) is not None
    return is_legend or _is_filter_of_groups(text, lexicon)


def _is_filter_of_groups(text: str, lexicon: Lexicon) -> bool:
    """Whether a note says that a table shows some groups: `Applied filters: District is North`, `District: North`."""
    lines, words = text.split("\n"), plain(text)
    for by, groups in lexicon.words.groups.items():
        heading = lexicon.words.breakdowns.titles[by]
        parts = [re.split(r"\s+(?:is|in)\s+|\s*[:=]\s*", line.strip(), maxsplit=1) for line in lines]
        if any(len(part) == 2 and fold(part[0]) == fold(heading) and groups.find(part[1]) for part in parts):
            return True
        if _FILTERS.match(words.strip()):
            named = sum(plain(group) in words for group in groups.titles)
            if 0 < named < len(groups.titles):
                return True
    return False
