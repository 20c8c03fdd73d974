"""Footnotes: texts behind a mark such as `*`, and the numbers that bear the mark or stand below or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pmf_engine.domain.markers import split_mark
from pmf_engine.submissions.cell_values import is_number
from pmf_engine.submissions.layouts.fits import Fit
from pmf_engine.submissions.layouts.gaps import Block
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, Lexicon, plain
from pmf_engine.submissions.layouts.scope import scope_of_note
from pmf_engine.submissions.layouts.sections import has_values
from pmf_engine.submissions.layouts.tables import Marked
from pmf_engine.submissions.problems import Problem
from pmf_engine.submissions.vocabulary import fold

_MARK: Final = r"[*†‡§]+|[¹²³⁰⁴-⁹]+|\[(?:(?:see )?(?:foot)?note )?\w{1,2}\]|\((?:see )?(?:foot)?note \w{1,2}\)"
_MARK_BEHIND: Final = re.compile(rf"(?<=\S)\s*(?P<mark>{_MARK})[\s:]*$", re.IGNORECASE)
_FOOTNOTE: Final = re.compile(
    rf"(?P<mark>{_MARK}|\(?(?:(?:foot)?note )?\d{{1,2}}\b(?!\.\d)[).]?)\s*[:\u2013-]?\s*", re.IGNORECASE
)
"""A footnote with its mark, which may be `1` or `Note 1` below `Visits¹`."""

_PLAIN_DIGITS: Final = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")

_STATES: Final = re.compile(
    r"(?:(?:this|these|figures?|numbers?|data|it) (?:is|are) )?(?:an? )?"
    r"(?:(?P<p>provisional)|(?P<r>revised)|(?P<e>estimate[ds]?))(?: (?:figures?|numbers?|data|values?))?"
)
"""Footnotes that say of their numbers what a letter behind a number may say."""

_HARMLESS: Final = re.compile(
    r"as (?:recorded|reported|published|before|defined|agreed|supplied|shown|per|in)|sources?|see|refer|contact"
    r"|(?:the )?targets? (?:is|are|was|were)|definitions?|confirmed|final|validated|checked|correct|statutory|kpi"
    r"|(?:local|national|mandatory|required) (?:indicator|measure|field|figure)s?|mandatory|required"
    r"|(?:data )?(?:taken|extracted) from|recorded (?:in|on)|for information|not cumulative"
)
"""How footnotes begin that say nothing of what their numbers are."""

_TELLS: Final = re.compile(
    r"only|exclud\w*|except\w*|without|missing|incomplete|part|partial\w*|per ?cent\w*|rates?|hundreds?|thousands?|0+s?"
    r"|ytd|estimat\w*|approx\w*|averages?|[qh][1-4]|weeks?|months?|quarters?|years?|last|previous|famil\w+|households?"
    r"|over|under|above|below|aged?|ages|girls?|boys?|females?|males?|teams?|homes?|schools?"
    r"|jan\w*|feb\w*|mar|march|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|(?:19|20)\d\d|but|not(?! cum)"
)
"""Words of footnotes that say of what their numbers are, or may say it."""


_LONGEST_NAME: Final = 3
"""The most words of a group's name that are sought in a footnote."""


class Footnote(NamedTuple):
    """A footnote: where it stands, its mark in its plain form, and its text behind the mark."""

    label: Label
    mark: str
    note: str


def with_whole_footnotes(grid: Grid, lexicon: Lexicon) -> Grid:
    """The sheet with each footnote in one cell, where commas or a word such as `Notes:` have split it."""
    rows = [_with_whole_footnote(row, lexicon) if len(row.filled) > 1 else row for row in grid.rows]
    return replace(grid, rows=rows)


def _with_whole_footnote(row: Row, lexicon: Lexicon) -> Row:
    first, *others = row.filled
    if lexicon.words.is_note(row.cells[first].rstrip(": ")):
        first, *others = others
    text, more = row.cells[first], [row.cells[position] for position in others]
    match = _FOOTNOTE.match(text)
    if match is None or any(lexicon.roles(each) or lexicon.may_be_value(each) for each in more):
        return row
    is_alone = match.end() == len(text)
    if (is_alone and _plain_mark(match["mark"]).isalnum()) or (not is_alone and lexicon.roles(text)):
        return row
    cells = ["" for _ in row.cells]
    cells[row.filled[0]] = " ".join([text, ", ".join(more)]) if is_alone else ", ".join([text, *more])
    return row._replace(cells=tuple(cells))


def without_mark(grid: Grid, blocks: Sequence[Block], lexicon: Lexicon) -> list[tuple[Block, Problem | None]]:
    """The blocks of a sheet with a footnote such as `* boys only`, where no other cell bears its mark."""
    marks = _marks(text for row in grid.rows for text in row.cells)
    for footnote in _footnotes(grid, lexicon):
        sense = scope_of_note(footnote.note)
        if sense is not None and footnote.mark not in marks and not footnote.mark.isalnum():
            problem = grid.problem(footnote.label, "out-of-scope", text=footnote.label.text, what=sense)
            return [(block, None if number else problem) for number, block in enumerate(blocks)]
    return []


def is_footnote(text: str) -> bool:
    """Whether a text alone in its row may be a footnote."""
    match = _FOOTNOTE.match(text)
    return match is not None and match.end() < len(text)


def marked_cells(
    grid: Grid, chosen: Sequence[tuple[Block, Fit]], lexicon: Lexicon
) -> tuple[Mapping[tuple[int, int], Marked], list[Problem]]:
    """The numbers with a footnote by row and position, and a problem for each footnote of numbers.

    A footnote of which nobody knows that it says nothing of its numbers costs these numbers.
    """
    found: dict[tuple[int, int], Marked] = {}
    problems: list[Problem] = []
    footnotes = _footnotes(grid, lexicon)
    bearers = list(_bearers(chosen, lexicon)) if footnotes else []
    for footnote in footnotes:
        cells = [(place, text) for place, text, marks in bearers if footnote.mark in marks]
        if not cells:
            continue
        words = plain(footnote.note).strip()
        state = _STATES.fullmatch(words)
        sense = scope_of_note(footnote.note)
        is_name = _names(footnote.note, lexicon)
        is_harmless = _HARMLESS.match(words) and not re.search(rf"(?<!\w)(?:{_TELLS.pattern})(?!\w)", words)
        if state is not None or (is_harmless and sense is None and not is_name):
            letter = state.lastgroup if state is not None else None
            found |= {place: Marked(_with_mark(text, letter), False) for place, text in cells if place not in found}
            problems.append(grid.problem(footnote.label, "footnote-read", text=footnote.label.text))
        else:
            found |= {place: Marked(text, True) for place, text in cells}
            kind = "out-of-scope" if sense or is_name else "footnote-unknown"
            problems.append(grid.problem(footnote.label, kind, text=footnote.label.text, what=sense or "of all"))
    return found, problems


def _names(note: str, lexicon: Lexicon) -> bool:
    """Whether a footnote is a name, or a group stands among its words: `from Basildon`."""
    words = plain(note).split()
    spans = (words[at : at + length] for length in range(1, _LONGEST_NAME + 1) for at in range(len(words)))
    return bool(lexicon.roles(note)) or any(
        role.startswith("by ") for span in spans for role in lexicon.roles(" ".join(span))
    )


def _with_mark(text: str, letter: str | None) -> str:
    """A number with the mark for what a footnote says of it.

    >>> _with_mark("80*", "e"), _with_mark("80", "p"), _with_mark("80*", None), _with_mark("c", "e")
    ('80 [e]', '80 [p]', '80*', 'c')
    """
    number = (split_mark(text) or (text,))[0].strip()
    return f"{number} [{letter}]" if letter is not None and is_number(number) else text


def _footnotes(grid: Grid, lexicon: Lexicon) -> list[Footnote]:
    """The footnotes of a sheet: rows of one text that begins with a mark, and is no numbered name."""
    footnotes: list[Footnote] = []
    last = max((row.number for row in grid.rows if has_values(row, lexicon) and len(row.filled) > 1), default=0)
    for row in grid.rows:
        text = _note_in(row, lexicon)
        match = _FOOTNOTE.match(text) if text else None
        if text is None or match is None or not text[match.end() :]:
            continue
        note = text[match.end() :]
        roles = lexicon.roles(note)
        if not roles & {FIGURE, AGENCY} and (row.number > last or not roles):
            label = grid.label(row, row.filled[0])._replace(text=text)
            footnotes.append(Footnote(label, _plain_mark(match["mark"]), note))
    return footnotes


def _note_in(row: Row, lexicon: Lexicon) -> str | None:
    """The text of a row that may be a footnote: its only one, or the one beside a mark."""
    texts = [row.cells[position] for position in row.filled]
    if len(texts) == 2 and _FOOTNOTE.fullmatch(texts[0]) and not lexicon.may_be_value(texts[1]):
        return " ".join(texts)
    return texts[0] if len(texts) == 1 and not has_values(row, lexicon) else None


def _bearers(
    chosen: Sequence[tuple[Block, Fit]], lexicon: Lexicon
) -> Iterator[tuple[tuple[int, int], str, frozenset[str]]]:
    """The place, the text and the marks of each cell of a value: its own, and those of its labels and titles."""
    top = _marks(title.text for title in chosen[0][0].titles) if chosen else frozenset()
    for block, fit in chosen:
        headers = block.section.headers
        noted = [at for at in range(len(block.rows[0].cells)) if _heads_notes(headers, at, lexicon)]
        corner = _marks(row.cells[at] for row in headers for at in block.section.labels)
        above = top | corner | _marks(title.text for title in block.titles)
        over = {at: _marks(_filled_to(row, at) for row in headers) for at in fit.columns}
        for row in block.rows:
            beside = _marks(row.cells[at] for at in block.section.labels)
            beside |= {_plain_mark(row.cells[at]) for at in noted if row.cells[at]}
            for at in fit.columns:
                yield (row.number, at), row.cells[at], above | over[at] | beside | _marks([row.cells[at]])


def _heads_notes(headers: Sequence[Row], position: int, lexicon: Lexicon) -> bool:
    return any(lexicon.words.is_note(row.cells[position]) for row in headers if row.cells[position])


def _filled_to(row: Row, position: int) -> str:
    """The text of a header over a column; a blank continues the cell to its left."""
    return next((text for text in row.cells[position::-1] if text), "")


def _marks(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(mark for text in texts for mark in _marks_behind(text))


def _marks_behind(text: str) -> Iterator[str]:
    """The marks of footnotes behind a text, the last first."""
    while match := _MARK_BEHIND.search(text):
        yield _plain_mark(match["mark"])
        text = text[: match.start()]


def _plain_mark(mark: str) -> str:
    """A mark of a footnote without brackets and raised digits.

    >>> _plain_mark("¹"), _plain_mark("[note 1]"), _plain_mark("Note 1"), _plain_mark("(see note 1)"), _plain_mark("*")
    ('1', '1', '1', '1', '*')
    """
    return re.sub(r"^(?:see )?(?:(?:foot)?note )?", "", fold(mark).translate(_PLAIN_DIGITS).strip("[(])")).strip(
        " [().]"
    )
