"""Cells of fits as raw tables: a row for each cell, with the places of its labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl

from pmf_engine.submissions.layouts.fits import Fit
from pmf_engine.submissions.layouts.gaps import Block
from pmf_engine.submissions.layouts.grid import Grid, Label
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PART, PERIOD, VALUE, Lexicon
from pmf_engine.submissions.period_headings import is_of_other_year
from pmf_engine.submissions.table import RawTable

_OWN = (PERIOD, AGENCY, FIGURE)


def labels_of_cells(
    grid: Grid, block: Block, fit: Fit, lexicon: Lexicon, in_full: bool = True
) -> Iterator[tuple[int, int, Mapping[str, Label], str, Sequence[str]]]:
    """The number of the row, the column, the labels by role, the text and the other texts of each cell of a fit.

    With `in_full`, a quarter or month without its year becomes a period of the year that covers it.
    """
    heads = block.section.headers
    headings = {
        role: next((row.cells[at] for row in reversed(heads) if row.cells[at]), "") if role in (PERIOD, PART) else ""
        for role, at in fit.labels.items()
    }
    for row in block.rows:
        own = {role: grid.label(row, at)._replace(heading=headings[role]) for role, at in fit.labels.items()}
        others = [row.cells[position] for position in fit.others]
        for position, across in fit.columns.items():
            labels = {**fit.fixed, **own, **across}
            if in_full and PART in labels and (PART in across) >= (PERIOD in across):
                labels[PERIOD] = in_year(labels[PERIOD], labels[PART], lexicon)
            yield row.number, position, labels, row.cells[position], others


def in_year(year: Label, part: Label, lexicon: Lexicon) -> Label:
    """The label of a quarter or month with its year."""
    if not part.text:
        return year._replace(text="")
    is_other = is_of_other_year(year.heading.casefold(), lexicon.year_start)
    heading = year.heading if is_other else part.heading
    return part._replace(text=lexicon.part_of(year.text, part.text), heading=heading)


def meaning(labels: Mapping[str, Label], lexicon: Lexicon) -> tuple[str | None, ...]:
    """What the labels of a cell mean, to compare two ways to read it."""
    words = lexicon.words
    found = {role: labels[role].text for role in labels if role.startswith("by ") and labels[role].text}
    groups = [
        f"{role} {words.groups[role[3:]].find(text) or text}"
        for role, text in sorted(found.items())
        if role[3:] in words.groups
    ]
    texts = {role: labels[role].text if role in labels else "" for role in _OWN}
    figure = words.figures.find(texts[FIGURE]) or texts[FIGURE]
    agency = words.agencies.find(texts[AGENCY]) or texts[AGENCY]
    return (texts[PERIOD], agency, figure, *groups)


class Marked(NamedTuple):
    """What a footnote makes of a number: its text, and whether it is refused."""

    text: str
    is_refused: bool


class PlacedCell(NamedTuple):
    """A cell of a sheet with the labels that name what it is.

    Attributes:
        row: The number of its row.
        column: The letters of its column.
        labels: The labels by role.
        text: Its text.
        others: The texts of the columns without a role.
        is_refused: A footnote says that it is no number of what its labels name; it has a problem already.
    """

    row: int
    column: str
    labels: Mapping[str, Label]
    text: str
    others: Sequence[str] = ()
    is_refused: bool = False


def table_of(
    grid: Grid,
    blocks: Sequence[tuple[Block, Fit]],
    lexicon: Lexicon,
    marked: Mapping[tuple[int, int], Marked],
) -> RawTable:
    """The cells of blocks with the same columns, some of them with a footnote (`marked`), as a long table."""
    block, fit = blocks[0]
    by = {role for _, each in blocks for role in (*each.across, *each.labels, *each.fixed) if role.startswith("by ")}
    cells = (
        PlacedCell(row, grid.column(position), labels, note.text, others, note.is_refused)
        for block, own in blocks
        for row, position, labels, text, others in labels_of_cells(grid, block, own, lexicon)
        for note in [marked.get((row, position), Marked(text, is_refused=False))]
    )
    headings = [_heading(grid, block, fit, at) for at in fit.others]
    headers = block.section.headers
    table = placed_table(grid, cells, sorted(by), headings, has_comments="comment" in fit.labels)
    return replace(table, header_row=headers[-1].number if headers else 1, is_wide=bool(fit.across))


def placed_table(
    grid: Grid,
    cells: Iterable[PlacedCell],
    by: Sequence[str],
    headings: Sequence[Label] = (),
    *,
    has_comments: bool = False,
) -> RawTable:
    """Cells as a long table, with the places of their labels.

    Args:
        grid: The sheet.
        cells: The cells.
        by: The roles of the breakdowns.
        headings: The headings of the columns without a role.
        has_comments: The labels of cells have a `comment`.
    """
    roles = [*_OWN, *by, *(["comment"] if has_comments else [])]
    columns: dict[str, list[Any]] = {name: [] for name in ("row", "value_column")}
    texts: list[list[str | None]] = [[] for _ in range(len(roles) + 1 + len(headings))]
    places: dict[str, list[Any]] = {f"{role}_{what}": [] for role in (*_OWN, "group") for what in ("row", "column")}
    places["period_heading"] = []
    refused: list[bool] = []
    for row, value_column, labels, text, others, is_refused in cells:
        refused.append(is_refused)
        places["period_heading"].append(labels[PERIOD].heading if PERIOD in labels else "")
        columns["row"].append(row)
        columns["value_column"].append(value_column)
        of_roles = [labels[role].text if role in labels else "" for role in roles]
        for column, cell in zip(texts, [*of_roles, text, *others], strict=True):
            column.append(cell or None)
        of_group = [labels[role] for role in by if role in labels]
        group = next((label for label in of_group if label.text), next(iter(of_group), Label("", row)))
        for role, label in [*((role, labels.get(role, Label("", row))) for role in _OWN), ("group", group)]:
            places[f"{role}_row"].append(label.row)
            places[f"{role}_column"].append(label.column)
    header = [*(role.removeprefix("by ") for role in roles), VALUE, *(label.text for label in headings)]
    frame = pl.DataFrame(
        {
            "row": pl.Series(columns["row"], dtype=pl.Int64),
            **{str(position): pl.Series(column, dtype=pl.String) for position, column in enumerate(texts)},
            "value_column": pl.Series(columns["value_column"], dtype=pl.String),
            "is_refused": pl.Series(refused, dtype=pl.Boolean),
            **{
                name: pl.Series(column, dtype=pl.Int64 if name.endswith("_row") else pl.String)
                for name, column in places.items()
            },
        }
    )
    return RawTable(
        grid.file, tuple(header), 1, frame, grid.broken, grid.sheet, grid.received_on,
        placed={len(roles) + 1 + index: label.column for index, label in enumerate(headings)},
        unformatted=grid.unformatted,
    )  # fmt: skip


def _heading(grid: Grid, block: Block, fit: Fit, position: int) -> Label:
    """The heading of a column of labels without a role; the letters of the column where it has none."""
    heads = [grid.label(row, position) for row in block.section.headers if row.cells[position]]
    return heads[-1] if heads else Label(grid.column(position), 0, grid.column(position))
