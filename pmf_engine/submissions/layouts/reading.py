"""Sheets of any layout as raw tables: the one way in which a sheet can be read, or why it is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from pmf_engine.domain.periods import MONTHS
from pmf_engine.submissions.layouts.fits import NEEDED, Fit, fits_of, ways_of
from pmf_engine.submissions.layouts.footnotes import marked_cells, with_whole_footnotes, without_mark
from pmf_engine.submissions.layouts.gaps import Block, Titles, blocks_of
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import DERIVED, FIGURE, PART, PERIOD, Lexicon
from pmf_engine.submissions.layouts.references import with_named_parts, without_references, without_signatures
from pmf_engine.submissions.layouts.scope import out_of_scope, side_by_side, strange_headings
from pmf_engine.submissions.layouts.sections import has_values, sections_of
from pmf_engine.submissions.layouts.tables import labels_of_cells, meaning, table_of
from pmf_engine.submissions.layouts.titles import TitlesDifferError
from pmf_engine.submissions.layouts.value_columns import doubtful_values
from pmf_engine.submissions.layouts.years import turning
from pmf_engine.submissions.problems import Problem, listed, meant, say
from pmf_engine.submissions.side_columns import is_reference
from pmf_engine.submissions.table import RawTable
from pmf_engine.submissions.vocabulary import COUNTS, LAST_TIME, fold, fold_header

LAYOUTS: Final[Mapping[str, str]] = {
    "": "a row for each figure",
    "figure": "figures as columns",
    "period": "periods as columns",
    "part": "quarters or months as columns",
    "agency": "agencies as columns",
    "by": "groups as columns",
}
"""The layouts, by what the header of a sheet names. Two rows of a header may name two of them."""


@dataclass
class Read:
    """What was read of a sheet.

    Attributes:
        tables: Its tables.
        problems: Its problems.
        aside: The cells that are not read: the row, the column and the text of each.
        fits: Whether a layout fits the sheet.
    """

    tables: list[RawTable] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    aside: list[tuple[int, str, str]] = field(default_factory=list)
    fits: bool = True


def read_grid(grid: Grid, lexicon: Lexicon) -> Read:
    """Reads a sheet of any layout. It is refused where no layout fits, or where two fit and differ."""
    whole = with_whole_footnotes(without_signatures(_without_explanations(grid), lexicon), lexicon)
    grid, references = without_references(with_named_parts(whole), lexicon)
    blocks = blocks_of(grid, sections_of(grid, lexicon), lexicon)
    if not blocks:
        return Read(fits=False)
    try:
        chosen, unfit = _chosen(grid, blocks, lexicon)
    except _RefusedError as error:
        return Read(problems=[error.problem], aside=values_of(grid, lexicon, grid.rows))
    read = Read(fits=bool(chosen))
    for label in references:
        text = label.text or label.column
        told = say("derived-column", text=text)
        read.problems.append(Problem(grid.file, grid.sheet, label.row, label.column, text, "derived-column", told))
    doubts = [check(grid, blocks, lexicon) for check in (side_by_side, out_of_scope, strange_headings, without_mark)]
    refused: dict[int, Block] = {}
    of_values = doubtful_values(grid, blocks, lexicon)
    for block, problem in [*of_values, *unfit, *chain(*doubts), *turning(grid, chosen, lexicon)]:
        if id(block) not in refused:
            refused[id(block)] = block
            read.problems += [problem] if problem else []
            read.aside += values_of(grid, lexicon, block.rows)
    chosen = [(block, fit) for block, fit in chosen if id(block) not in refused]
    marked, of_footnotes = marked_cells(grid, chosen, lexicon)
    read.problems += of_footnotes
    alike: dict[tuple[object, ...], list[tuple[Block, Fit]]] = {}
    surplus = _without_surplus(grid, [block for block, _ in chosen], read)
    for block, fit in chosen:
        _report_headings(surplus, block, fit, lexicon, read)
        key = (tuple(fit.others), fit.labels.get("comment"), bool(fit.across))
        alike.setdefault(key, []).append((block, fit))
    read.tables = [table_of(surplus, pairs, lexicon, marked) for pairs in alike.values()]
    return read


def _without_explanations(grid: Grid) -> Grid:
    """A grid without the columns of a template that tell people what to fill in: they repeat names and numbers."""
    headings = (fold_header(COUNTS), fold_header(LAST_TIME))
    for top, row in enumerate(grid.rows):
        columns = {at for at in row.filled if fold_header(row.cells[at]) in headings}
        if columns:
            rows = [
                each._replace(cells=tuple("" if at in columns else text for at, text in enumerate(each.cells)))
                for each in grid.rows[top:]
            ]
            return replace(grid, rows=[*grid.rows[:top], *(each for each in rows if each.filled)])
    return grid


class _RefusedError(Exception):
    """A sheet of which nothing is read, since it can be read in two ways or its titles contradict each other."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def _chosen(
    grid: Grid, blocks: Sequence[Block], lexicon: Lexicon
) -> tuple[list[tuple[Block, Fit]], list[tuple[Block, Problem | None]]]:
    """The one way to read each block; and the blocks that no layout fits, the first for each reason with its problem.

    Raises:
        _RefusedError: Two layouts fit and differ, or titles do.
    """
    titles = Titles(grid, blocks, lexicon)
    chosen: list[tuple[Block, Fit]] = []
    unfit: list[tuple[Block, Problem | None]] = []
    ways: dict[int, list[Fit]] = {}
    told: set[str] = set()
    for number, block in enumerate(blocks):
        if id(block.section) not in ways:
            ways[id(block.section)] = ways_of(grid, block.section, lexicon)
        try:
            fits = fits_of(ways[id(block.section)], number, titles)
        except TitlesDifferError as error:
            raise _RefusedError(_titles_differ(grid, error)) from None
        if not fits or fits[0].missing:
            has_period = titles.label(PERIOD, number) is not None
            problem = _nothing_fits(grid, block, fits, lexicon, has_period=has_period)
            unfit.append((block, None if problem.message in told else problem))
            told.add(problem.message)
        elif (differing := _differing(grid, block, fits, lexicon)) is not None:
            raise _RefusedError(differing)
        else:
            chosen.append((block, fits[0]))
    return chosen, unfit


def words_of(fit: Fit) -> str:
    """A way to read a sheet, in words."""
    layouts = " and ".join(LAYOUTS[role.partition(" ")[0]] for role in fit.across) or LAYOUTS[""]
    roles = [*fit.labels, *fit.fixed]
    beside = [role.removeprefix("by ") for role in roles if role.startswith("by ")]
    return layouts + (f", with {listed(beside, 'and')}" if beside else "")


def _differing(grid: Grid, block: Block, fits: Sequence[Fit], lexicon: Lexicon) -> Problem | None:
    """The problem of a block that can be read in two ways, with the two ways and a cell that they read differently."""
    if len(fits) == 1:
        return None
    read = [
        {
            (row, at): (labels, meaning(labels, lexicon))
            for row, at, labels, _, _ in labels_of_cells(grid, block, fit, lexicon)
        }
        for fit in fits
    ]
    for fit, cells in zip(fits[1:], read[1:], strict=True):
        for place in sorted({*read[0], *cells}):
            ways = [each.get(place) for each in (read[0], cells)]
            if ways[0] is None or ways[1] is None or ways[0][1] != ways[1][1]:
                row, position = place
                says = [words_of(each) for each in (fits[0], fit)]
                if says[0] == says[1]:
                    says = [
                        f"{way} ({', '.join(text for text in texts[1] if text) if texts else 'not read'})"
                        for way, texts in zip(says, ways, strict=True)
                    ]
                message = say("layouts-differ", first=says[0], second=says[1])
                column = grid.column(position)
                return Problem(grid.file, grid.sheet, row, column, None, "layouts-differ", message)
    return None


def _nothing_fits(grid: Grid, block: Block, fits: Sequence[Fit], lexicon: Lexicon, *, has_period: bool) -> Problem:
    """The problem of a block that no layout fits, with what nothing in it names; titles may give it a period."""
    missing = [role for role in NEEDED if fits and role in fits[0].missing]
    row = block.rows[0].number
    place: tuple[str, str | None] = (grid.file, grid.sheet)
    over = _text_over_values(grid, block, lexicon)
    if (mixed := _figure_among_others(grid, block, lexicon)) is not None:
        message = say("mixed-column", text=mixed.text)
        return Problem(*place, mixed.row, mixed.column, mixed.text, "mixed-column", message)
    if not fits and over is not None and _names_figures(block, lexicon):
        if has_period:
            return Problem(*place, over.row, over.column, over.text, "no-layout", say("no-layout"))
        missing = [PERIOD]
    if not missing or FIGURE in missing:
        is_heading = over is not None and any(over.row == header.number for header in block.section.headers)
        at = over if over is not None and is_heading else Label("", row)
        return Problem(*place, at.row, at.column or None, at.text or None, "no-layout", say("no-layout"))
    message = say("nothing-names", what=listed(missing, "and"))
    meant_by = over or (_dated_title(block) if PERIOD in missing else None)
    if meant_by is not None:
        return Problem(*place, meant_by.row, meant_by.column, meant_by.text, "nothing-names", message)
    return Problem(*place, row, None, None, "nothing-names", message)


_LIKE_A_DATE: Final = re.compile(rf"\d{{4}}|\d\d[-/.]\d\d|\b(?:{'|'.join(name[:3] for name in MONTHS)})", re.IGNORECASE)


def _dated_title(block: Block) -> Label | None:
    """The first title of a block with a year, a day or the name of a month, which may be meant as its period."""
    return next((title for title in block.titles if _LIKE_A_DATE.search(title.text)), None)


def _names_figures(block: Block, lexicon: Lexicon) -> bool:
    """Whether a column of labels of a block names figures."""
    return any(FIGURE in lexicon.roles(row.cells[at]) for row in block.rows for at in block.section.labels)


def _figure_among_others(grid: Grid, block: Block, lexicon: Lexicon) -> Label | None:
    """The first figure in a column of labels that also names groups, as in the compact form of a pivot table."""
    for position in block.section.labels:
        cells = [(row, lexicon.roles(row.cells[position])) for row in block.rows if row.cells[position]]
        figures = [row for row, roles in cells if FIGURE in roles]
        groups = [row for row, roles in cells if any(role.startswith("by ") for role in roles)]
        if figures and len(groups) > 1:
            return grid.label(figures[0], position)
    return None


def _text_over_values(grid: Grid, block: Block, lexicon: Lexicon) -> Label | None:
    """The last text that stands over the values of a block and names nothing, which may be a misspelt label."""
    section = block.section
    for row in reversed([*section.titles, *section.headers]):
        for position in row.filled:
            text = row.cells[position]
            if position in section.values and not lexicon.roles(text) and lexicon.role_word(text) is None:
                return grid.label(row, position)
    return None


def _titles_differ(grid: Grid, error: TitlesDifferError) -> Problem:
    first, second = sorted((error.first, error.second), key=lambda label: -label.row)
    message = say("titles-differ", what=error.role.removeprefix("by "), first=first.text, second=second.text)
    row, column = (first.row or None, first.column or None)
    return Problem(grid.file, grid.sheet, row, column, first.text, "titles-differ", message)


def values_of(grid: Grid, lexicon: Lexicon, rows: Sequence[Row]) -> list[tuple[int, str, str]]:
    """The row, the column and the text of each cell with a value, in some rows."""
    return [
        (row.number, grid.column(position), row.cells[position])
        for row in rows
        if has_values(row, lexicon)
        for position in row.filled
        if lexicon.is_value(row.cells[position])
    ]


def _report_headings(grid: Grid, block: Block, fit: Fit, lexicon: Lexicon, read: Read) -> None:
    """Sets aside the columns of values that are not read, and reports their headings and those that are not known."""

    def report(kind: str, label: Label, **more: str) -> None:
        text = label.text or label.column
        message = say(kind, text=text, **more)
        read.problems.append(
            Problem(grid.file, grid.sheet, label.row or None, label.column or None, text, kind, message)
        )

    names = lexicon.words.figures.titles
    for position, heading in fit.unread.items():
        cells = [(row, row.cells[position]) for row in block.rows if row.cells[position]]
        read.aside += [(row.number, grid.column(position), text) for row, text in cells]
        if all(row.number in grid.broken for row, _ in cells) and cells:
            continue
        bare = re.sub(r"\[[^\]]*\]", "", heading.text)  # `2016-17 Q1 [note 1]` is a period with a footnote
        derived = DERIVED.fullmatch(fold(heading.text)) is not None or lexicon.words.is_note(bare)
        derived |= bool(fit.across) and is_reference(heading.text, [text for _, text in cells], [""] * len(cells))
        known = [*names, *names.values()] if FIGURE in fit.across else []
        if lexicon.words.is_ignored(heading.text):
            pass
        elif derived:
            report("derived-column", heading)
        elif PERIOD in fit.across or PART in fit.across:
            report("not-a-period-column", heading)
        else:
            report("unknown-column", heading, help=meant(heading.text, known))
    for position, heading in fit.renamed.items():
        role = next(role for role, at in fit.labels.items() if at == position)
        report("unknown-column", heading, help=f"; it is read as `{role}`, which is what its cells name")


def _without_surplus(grid: Grid, blocks: Sequence[Block], read: Read) -> Grid:
    """The grid with the rows set aside that have more cells than their header: a comma may have split a number."""
    if not grid.from_text:
        return grid
    broken = set(grid.broken)
    for block in blocks:
        most = max((row.length for row in block.section.headers), default=0)
        for row in block.rows:
            if most and row.length > most and row.number not in broken:
                text = ",".join(row.cells[most - 1 :]).strip(",")
                column = grid.column(most - 1)
                message = say("split-number", text=text)
                read.problems.append(Problem(grid.file, grid.sheet, row.number, column, text, "split-number", message))
                broken.add(row.number)
    return replace(grid, broken=frozenset(broken))
