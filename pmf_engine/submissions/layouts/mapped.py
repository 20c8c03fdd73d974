"""Packs: workbooks of a fixed form, read by the cells that a layout of the framework names.

Nothing is recognised in a pack, so that a row that is put in would move every number to another figure. That is what
the labels beside the cells are for: they are held against the texts that the layout expects, or else against the pack
of the period before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from pmf_engine.domain.periods import parse_period
from pmf_engine.framework.layouts import PERIOD as PLACEHOLDER
from pmf_engine.framework.layouts import CellRange, Layout, MappedFigure
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PERIOD, Lexicon
from pmf_engine.submissions.layouts.tables import PlacedCell, placed_table
from pmf_engine.submissions.layouts.titles import TitlesDifferError, from_titles, names_of_file
from pmf_engine.submissions.period_names import days_in_text
from pmf_engine.submissions.problems import Problem, listed, say
from pmf_engine.submissions.table import RawTable, letter
from pmf_engine.submissions.vocabulary import fold


@dataclass(frozen=True)
class Pack:
    """A sheet of a pack, before its labels are held against those of other packs.

    Attributes:
        layout: The layout.
        grid: The sheet.
        period: The label of its period; None where the periods stand beside the cells.
        labels: The text beside the first cell of each figure, with its place.
    """

    layout: Layout
    grid: Grid
    period: Label | None
    labels: Mapping[str, Label]

    def order(self, lexicon: Lexicon) -> tuple[int, str]:
        """What orders packs: the month in which the period starts, and the name of the file."""
        parsed = parse_period(self.period.text, lexicon.year_start) if self.period is not None else None
        return (parsed.start if parsed is not None else 0, self.grid.file)


def layouts_of(file: str, layouts: Mapping[str, Layout]) -> list[Layout]:
    """The layouts of which a file is, by its name.

    >>> from pmf_engine.framework.layouts import Layout
    >>> pack = Layout("pack", "icb", "*pack*.xlsx", None, None, None, {}, {})
    >>> [layout.id for layout in layouts_of("2016/ICB Pack Q1.xlsx", {"pack": pack})]
    ['pack']
    """
    names = {file.lower(), PurePosixPath(file).name.lower()}
    patterns = {id_: layout.files.lower().replace(PLACEHOLDER, "*") for id_, layout in layouts.items()}
    return [layouts[id_] for id_, pattern in patterns.items() if any(fnmatch(name, pattern) for name in names)]


def packs_of(
    layouts: Sequence[Layout], grids: Sequence[Grid], refused: Sequence[Grid], lexicon: Lexicon
) -> tuple[list[Pack], list[Problem]]:
    """The sheets of a file that a layout reads, and the problems of the others.

    Args:
        layouts: The layouts that have the name of the file; of several nothing is read.
        grids: The sheets of the file.
        refused: The sheets that are refused already, each with its problem.
        lexicon: What texts name.
    """
    layout, packs = layouts[0], list[Pack]()
    problems: list[Problem] = []
    if len(layouts) > 1 and grids:
        says = say("layout-twice", layouts=listed((layout.id for layout in layouts), "and"))
        return [], [Problem(grids[0].file, None, None, None, None, "layout-twice", says)]
    chosen = [(grid, period) for grid in grids for period in _period_in_name(layout, grid, lexicon)]
    if layout.sheet is None and len(grids) != 1:
        chosen = []
    known = any(_period_in_name(layout, grid, lexicon) for grid in refused)
    if not chosen and grids and not known:
        what = f"sheet `{layout.sheet}`" if layout.sheet is not None else "one sheet alone"
        says = say("pack-sheet", layout=layout.id, what=what, sheets=listed(grid.sheet or "" for grid in grids))
        problems.append(Problem(grids[0].file, None, None, None, None, "pack-sheet", says))
    for grid, in_name in chosen:
        try:
            period = _period(layout, grid, in_name, lexicon)
        except TitlesDifferError as error:
            words = {"what": "period", "first": error.first.text, "second": error.second.text}
            says = say("titles-differ", **words)
            problems.append(Problem(grid.file, grid.sheet, None, None, None, "titles-differ", says))
            continue
        if period is None and layout.periods is None:
            says = say("nothing-names", what="period")
            problems.append(Problem(grid.file, grid.sheet, None, None, None, "nothing-names", says))
            continue
        cells = _Cells(grid)
        labels = {figure: cells.label_beside(mapped.at) for figure, mapped in layout.cells.items()}
        packs.append(Pack(layout, grid, period, labels))
    return packs, problems


def tables_of_packs(packs: Sequence[Pack], lexicon: Lexicon) -> tuple[list[RawTable], list[Problem]]:
    """The packs as tables, with the problems of the labels that have changed; such figures are not used.

    Args:
        packs: The packs of all files.
        lexicon: What texts name.
    """
    known: dict[tuple[str, str], Pack] = {}
    tables: list[RawTable] = []
    problems: list[Problem] = []
    for pack in sorted(packs, key=lambda pack: pack.order(lexicon)):
        changed: set[str] = set()
        for figure, mapped in pack.layout.cells.items():
            before = known.get((pack.layout.id, figure))
            if (problem := _changed_label(pack, figure, mapped, before)) is not None:
                problems.append(problem)
                changed.add(figure)
            else:
                known[pack.layout.id, figure] = pack
        tables += _tables(pack, changed)
    return tables, problems


def _changed_label(pack: Pack, figure: str, mapped: MappedFigure, before: Pack | None) -> Problem | None:
    """The problem of a figure whose label is none of those that are expected, or not that of the pack before."""
    label = pack.labels[figure]
    place = f"{letter(mapped.at.column)}{mapped.at.row}"
    grid, words = pack.grid, {"place": place, "figure": figure, "layout": pack.layout.id}
    text = label.text or "nothing"
    if mapped.labels:
        if fold(label.text) in map(fold, mapped.labels):
            return None
        expected = listed(mapped.labels, "or")
        kind, says = "label-changed", say("label-changed", text=text, expected=expected, **words)
    elif before is not None and fold(before.labels[figure].text) != fold(label.text):
        if _came_later(before.grid, grid):
            return None
        other = before.labels[figure].text or "nothing"
        kind, says = "label-differs", say("label-differs", text=text, other=other, file=before.grid.file, **words)
    else:
        return None
    return Problem(grid.file, grid.sheet, label.row or mapped.at.row, label.column or None, label.text, kind, says)


def _came_later(first: Grid, second: Grid) -> bool:
    """Whether a file came after another, so that nobody could hold that one against it."""
    days = (first.received_on, second.received_on)
    return days[0] is not None and days[1] is not None and days[0] > days[1]


class _Cells:
    """The cells of a sheet by row and column."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._rows: dict[int, Row] = {row.number: row for row in grid.rows}
        self.last_row = max(self._rows, default=0)

    def label(self, row: int, column: int) -> Label:
        """The text of a cell, with its place."""
        own = self._rows.get(row)
        position = column - self._grid.first_column
        text = own.cells[position] if own is not None and 0 <= position < len(own.cells) else ""
        return Label(text, row, letter(column))

    def label_beside(self, cells: CellRange) -> Label:
        """The nearest text to the left of the first of some cells; above it for cells of a column."""
        if cells.is_column:
            places = [(row, cells.column) for row in range(cells.row - 1, 0, -1)]
        else:
            places = [(cells.row, column) for column in range(cells.column - 1, -1, -1)]
        found = (self.label(*place) for place in places)
        return next((label for label in found if label.text), Label("", cells.row, letter(cells.column)))


def _period_in_name(layout: Layout, grid: Grid, lexicon: Lexicon) -> list[Label | None]:
    """The period that a sheet's name gives, alone in a list, or None where it gives none; empty for other sheets."""
    if layout.sheet is None:
        return [None]
    parts = [re.escape(part) for part in layout.sheet.split(PLACEHOLDER)]
    match = re.fullmatch("(.+)".join(parts), (grid.sheet or "").strip(), re.IGNORECASE)
    if match is None:
        return []
    if not match.groups():
        return [None]
    return [Label(match[1])] if lexicon.is_period(match[1]) or lexicon.part(match[1]) else []


def _period(layout: Layout, grid: Grid, in_name: Label | None, lexicon: Lexicon) -> Label | None:
    """The period of a pack: in its cell, in the name of its sheet, or in that of its file; None where none names it.

    Raises:
        TitlesDifferError: Two of them differ.
    """
    labels = [] if in_name is None else [in_name]
    if layout.period is not None:
        own = _Cells(grid).label(layout.period.row, layout.period.column)
        if not (lexicon.is_period(own.text) or lexicon.part(own.text) or days_in_text(own.text, lexicon.year_start)):
            return None
        labels.insert(0, own)
    return from_titles(PERIOD, [*labels, *names_of_file(grid.file, None)], lexicon)


def _tables(pack: Pack, changed: set[str]) -> Iterator[RawTable]:
    """The cells of a pack as tables; those of figures whose labels have changed are in one that is broken."""
    by = sorted(f"by {each}" for each in pack.layout.groups)
    cells = list(_cells_of(pack))
    kept = [cell for cell in cells if cell.labels[FIGURE].text not in changed]
    refused = [cell for cell in cells if cell.labels[FIGURE].text in changed]
    if kept:
        yield replace(placed_table(pack.grid, kept, by), in_order=False)
    if refused:
        broken = frozenset(cell.row for cell in refused)
        yield replace(placed_table(pack.grid, refused, by), in_order=False, broken=broken)


def _cells_of(pack: Pack) -> Iterator[PlacedCell]:
    """Every cell of the figures of a pack, with its labels."""
    cells, layout = _Cells(pack.grid), pack.layout
    fixed = {AGENCY: Label(layout.agency)}
    if pack.period is not None:
        fixed[PERIOD] = pack.period
    along = {PERIOD: layout.periods, **{f"by {by}": range_ for by, range_ in layout.groups.items()}}
    for figure, mapped in layout.cells.items():
        places = mapped.at.places(cells.last_row)
        named = {role: range_.places(cells.last_row) for role, range_ in along.items() if range_ is not None}
        for number, (row, column) in enumerate(places):
            labels = {role: cells.label(*names[number]) for role, names in named.items()}
            value = cells.label(row, column)
            if mapped.at.rows is None and not value.text and not any(each.text for each in labels.values()):
                continue
            yield PlacedCell(row, value.column, {**fixed, FIGURE: Label(figure), **labels}, value.text)
