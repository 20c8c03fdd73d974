"""Gaps: the titles above each run of rows with values, and the labels that they give to the rows below."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PERIOD, Lexicon
from pmf_engine.submissions.layouts.sections import Section, has_values
from pmf_engine.submissions.layouts.titles import from_titles, names_of_file
from pmf_engine.submissions.problems import Problem

_LIKE_A_PERIOD = re.compile(r"\b[qh] ?\d|\d{4}|\d\d[-/]\d\d", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """Rows of a section below the same titles.

    Attributes:
        section: The section.
        titles: The titles between these rows and the rows with values above them.
        rows: The rows of data.
    """

    section: Section
    titles: Sequence[Label]
    rows: Sequence[Row]


def roles_of_column(section: Section, position: int, lexicon: Lexicon) -> set[str]:
    """The roles that at least half of the texts of a column name."""
    texts = [row.cells[position] for row in section.of_values if row.cells[position]]
    named = [lexicon.roles(text) for text in texts]
    return {role for role in set().union(*named) if 2 * sum(role in each for each in named) >= len(texts)}


def blocks_of(grid: Grid, sections: Sequence[Section], lexicon: Lexicon) -> list[Block]:
    """The blocks of a sheet, in the order of their rows."""
    return [block for section in sections for block in _blocks(grid, section, lexicon)]


def of_sections(
    blocks: Sequence[Block], problem_of: Callable[[Section], Problem | None]
) -> list[tuple[Block, Problem | None]]:
    """The blocks of sections with a problem; the first of each section with it."""
    sections = {id(block.section): block.section for block in blocks}
    problems = {key: problem_of(section) for key, section in sections.items()}
    faulty = [block for block in blocks if problems[id(block.section)] is not None]
    return [(block, problems.pop(id(block.section), None)) for block in faulty]


def _blocks(grid: Grid, section: Section, lexicon: Lexicon) -> Iterator[Block]:
    """The blocks of a section. A name in the corner of its header is a title of each of them."""
    roles = {position: roles_of_column(section, position, lexicon) for position in section.labels}
    corner = [
        grid.label(row, position)
        for row in section.headers
        for position in row.filled
        if position in section.labels
        and lexicon.roles(row.cells[position])
        and not lexicon.role_word(row.cells[position])
    ]
    titles = [label for row in section.titles for label in labels_of_row(grid, row, lexicon)] + corner
    rows: list[Row] = []
    for row in section.rows:
        if not _is_title(row, section, roles, lexicon):
            rows.append(row)
            continue
        if rows:
            yield Block(section, titles, rows)
            titles, rows = [*corner], []
        titles = [*titles, *labels_of_row(grid, row, lexicon)]
    if rows:
        yield Block(section, titles, rows)


def _is_title(row: Row, section: Section, roles: dict[int, set[str]], lexicon: Lexicon) -> bool:
    """Whether a row is a title or a note: it holds no value, and too few cells to be a row whose values are blank."""
    if has_values(row, lexicon):
        return False
    filled = row.filled
    if len(filled) == 2 and lexicon.role_word(row.cells[filled[0]]) and filled[0] in section.labels:
        return True
    if len(filled) == 1:
        [position] = filled
        return not lexicon.roles(row.cells[position]) & roles.get(position, set())
    if not any(position in section.labels for position in filled):
        return True
    named = [position for position in section.labels if roles[position]]
    return not any(position in section.values for position in filled) and any(not row.cells[at] for at in named)


def labels_of_row(grid: Grid, row: Row, lexicon: Lexicon) -> list[Label]:
    """The texts of a title; `Period` beside `Q3 2016-17` are one title, with the place of the second."""
    filled = row.filled
    labels = [grid.label(row, position) for position in filled]
    if len(filled) == 2 and lexicon.role_word(labels[0].text):
        return [labels[1]._replace(text=f"{labels[0].text.rstrip(': ')}: {labels[1].text}")]
    if lexicon.is_dated([label.text for label in labels]):
        return [labels[1]._replace(text=f"{labels[0].text.rstrip(': ')} {labels[1].text}")]
    return labels


class Titles:
    """The labels that titles, the sheet's name and the file's name give to each block of a sheet."""

    def __init__(self, grid: Grid, blocks: Sequence[Block], lexicon: Lexicon) -> None:
        self._lexicon, self._blocks = lexicon, blocks
        self._names = [*names_of_file(grid.file, grid.sheet), *grid.cover]
        self._changes = cache(self._role_changes)
        self._given = cache(lambda role, titles: from_titles(role, titles, lexicon))
        """Many blocks ask the same of the titles above the first."""

    def label(self, role: str, number: int) -> Label | None:
        """The label of a role for a block; a title that names nothing known where the titles of other blocks do.

        Raises:
            TitlesDifferError: Titles contradict each other.
        """
        own = self._blocks[number].titles
        if number and role == PERIOD and any(self._lexicon.part(title.text) for title in own):
            above = [title for title in self._blocks[0].titles if not self._lexicon.part(title.text)]
            return self._given(role, (*own, *above, *self._names))
        if number and (self._changes(role) or any(self._may_be(role, title) for title in own)):
            label = self._given(role, tuple(own))
            if label is None:
                return own[-1] if own else None
            return self._given(role, (*own, *self._names)) if role == PERIOD else label
        return self._given(role, (*self._blocks[0].titles, *self._names))

    def _role_changes(self, role: str) -> bool:
        """Whether the titles of blocks below the first name a role."""
        return any(self._given(role, tuple(block.titles)) is not None for block in self._blocks[1:])

    def _may_be(self, role: str, title: Label) -> bool:
        """Whether a title of a later block may be a misspelt label of a role that a title above the first names."""
        if self._given(role, tuple(self._blocks[0].titles)) is None:
            return False
        if role == PERIOD:
            return _LIKE_A_PERIOD.search(title.text) is not None
        if role.startswith("by "):
            return not self._lexicon.roles(title.text)
        return role == AGENCY and bool(self._lexicon.words.agencies.help(title.text))

    def roles(self) -> list[str]:
        """The roles that titles can give."""
        return [PERIOD, AGENCY, FIGURE, *(f"by {by}" for by in self._lexicon.words.groups)]
