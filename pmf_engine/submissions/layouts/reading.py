"""Sheets of any layout as raw tables: the one way in which a sheet can be read, or why it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pmf_engine.submissions.layouts.fits import NEEDED, Fit, fits_of, ways_of
from pmf_engine.submissions.layouts.gaps import Block, Titles, blocks_of
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import DERIVED, FIGURE, PART, PERIOD, Lexicon
from pmf_engine.submissions.layouts.sections import has_values, sections_of
from pmf_engine.submissions.layouts.tables import labels_of_cells, meaning, table_of
from pmf_engine.submissions.layouts.titles import TitlesDifferError
from pmf_engine.submissions.problems import Problem, listed, meant, say
from pmf_engine.submissions.table import RawTable
from pmf_engine.submissions.vocabulary import fold

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
    blocks = blocks_of(grid, sections_of(grid, lexicon), lexicon)
    if not blocks:
        return Read(fits=False)
    titles = Titles(grid, blocks, lexicon)
    chosen: list[tuple[Block, Fit]] = []
    unfit: list[tuple[Block, Problem]] = []
    ways: dict[int, list[Fit]] = {}
    try:
        for number, block in enumerate(blocks):
            if id(block.section) not in ways:
                ways[id(block.section)] = ways_of(grid, block.section, lexicon)
            fits = fits_of(ways[id(block.section)], number, titles)
            if not fits or fits[0].missing:
                unfit.append((block, _nothing_fits(grid, block, fits)))
                continue
            if (differing := _differing(grid, block, fits, lexicon)) is not None:
                return _refused(grid, lexicon, differing)
            chosen.append((block, fits[0]))
    except TitlesDifferError as error:
        return _refused(grid, lexicon, _titles_differ(grid, error))
    read = Read(fits=bool(chosen))
    for block, problem in unfit:
        read.problems.append(problem)
        read.aside += values_of(grid, lexicon, block.rows)
    alike: dict[tuple[object, ...], list[tuple[Block, Fit]]] = {}
    surplus = _without_surplus(grid, [block for block, _ in chosen], read)
    for block, fit in chosen:
        _report_headings(surplus, block, fit, lexicon, read)
        key = (tuple(fit.others), fit.labels.get("comment"), FIGURE in fit.across)
        alike.setdefault(key, []).append((block, fit))
    read.tables = [table_of(surplus, pairs, lexicon) for pairs in alike.values()]
    return read


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


def _nothing_fits(grid: Grid, block: Block, fits: Sequence[Fit]) -> Problem:
    """The problem of a block that no layout fits, with what nothing in it names."""
    missing = [role for role in NEEDED if fits and role in fits[0].missing]
    row = block.rows[0].number
    if not missing or FIGURE in missing:
        return Problem(grid.file, grid.sheet, row, None, None, "no-layout", say("no-layout"))
    message = say("nothing-names", what=listed(missing, "and"))
    return Problem(grid.file, grid.sheet, row, None, None, "nothing-names", message)


def _titles_differ(grid: Grid, error: TitlesDifferError) -> Problem:
    first, second = sorted((error.first, error.second), key=lambda label: -label.row)
    message = say("titles-differ", what=error.role.removeprefix("by "), first=first.text, second=second.text)
    row, column = (first.row or None, first.column or None)
    return Problem(grid.file, grid.sheet, row, column, first.text, "titles-differ", message)


def _refused(grid: Grid, lexicon: Lexicon, problem: Problem) -> Read:
    """A sheet of which nothing is read: all its values are set aside."""
    return Read(problems=[problem], aside=values_of(grid, lexicon, grid.rows))


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
        derived = DERIVED.fullmatch(fold(heading.text)) is not None or lexicon.words.is_note(heading.text)
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
