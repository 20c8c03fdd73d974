"""Building of layouts: the cells of each figure of a workbook of a fixed form."""

from __future__ import annotations

import re

from pmf_engine.diagnostics import messages
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import refer
from pmf_engine.framework.layouts import PERIOD, CellRange, Layout, MappedFigure, parse_range
from pmf_engine.framework.layouts_schema import Layout as Definition
from pmf_engine.framework.layouts_schema import MappedCells

_SUFFIXES = (".xlsx", ".xlsm", ".csv")


def read_layouts(draft: Draft) -> dict[str, Layout]:
    """The layouts of the file, by id; parts with a mistake, which is reported, are left out."""
    return {id_: _read_layout(draft, id_, layout) for id_, layout in draft.model.layouts.items()}


def _read_layout(draft: Draft, id_: str, layout: Definition) -> Layout:
    where = ("layouts", id_)
    refer(draft, "agencies", draft.model.agencies, [layout.from_], *where, "from")
    _check_names(draft, id_, layout)
    period = _cells(draft, layout.period, *where, "period")
    if period is not None and not period.is_single:
        draft.diagnostics.append(messages.not_one_cell(draft.at.span(*where, "period"), layout.period or ""))
    periods = _cells(draft, layout.periods, *where, "periods")
    if layout.period is not None and layout.periods is not None:
        draft.diagnostics.append(messages.period_twice(draft.at.key(*where, "periods")))
    groups: dict[str, CellRange] = {}
    for by, text in layout.groups.items():
        if by not in draft.model.breakdowns and not draft.at.doubts("breakdowns", by):
            span = draft.at.key(*where, "groups", by)
            draft.diagnostics.append(messages.unknown_name(span, "breakdown", by, draft.model.breakdowns))
        if (cells := _cells(draft, text, *where, "groups", by)) is not None:
            groups[by] = cells
    figures = _figures(draft, id_, layout, periods, groups)
    return Layout(id_, layout.from_, layout.files, layout.sheet, period, periods, groups, figures)


def _check_names(draft: Draft, id_: str, layout: Definition) -> None:
    """Reports patterns of names of files and sheets that can never be met."""
    for key, text in (("files", layout.files), ("sheet", layout.sheet or "")):
        for placeholder in re.findall(r"\{[^{}]*\}", text):
            if placeholder != PERIOD:
                span = draft.at.span("layouts", id_, key)
                draft.diagnostics.append(messages.unknown_placeholder(span, placeholder))
    if not layout.files.lower().endswith(_SUFFIXES):
        draft.diagnostics.append(messages.not_a_workbook(draft.at.span("layouts", id_, "files"), layout.files))
    elif layout.sheet is not None and layout.files.lower().endswith(".csv"):
        draft.diagnostics.append(messages.sheet_of_text(draft.at.key("layouts", id_, "sheet")))


def _cells(draft: Draft, text: str | None, *path: str | int) -> CellRange | None:
    """The cells that a text names; None, with a message, for a text that names none."""
    if text is None:
        return None
    cells = parse_range(text)
    if cells is None:
        draft.diagnostics.append(messages.not_cells(draft.at.span(*path), text))
    return cells


def _figures(
    draft: Draft, id_: str, layout: Definition, periods: CellRange | None, groups: dict[str, CellRange]
) -> dict[str, MappedFigure]:
    """The cells of each figure."""
    figures: dict[str, MappedFigure] = {}
    for name, mapped in layout.cells.items():
        path = ("layouts", id_, "cells", name)
        if name not in draft.figures:
            if not draft.at.doubts("figures", name):
                span = draft.at.key(*path)
                draft.diagnostics.append(messages.unknown_name(span, "figure", name, draft.model.figures))
            continue
        figure = draft.figures[name]
        if layout.from_ in draft.model.agencies and layout.from_ not in figure.agencies:
            span = draft.at.key(*path)
            draft.diagnostics.append(messages.not_sent_by(span, name, layout.from_, figure.agencies))
        place = _place(draft, id_, name)
        cells = _cells(draft, mapped.at, *place)
        if cells is None:
            continue
        _check_along(draft, mapped, cells, {"periods": periods, **groups}, layout, place)
        twice = next((other for other, each in figures.items() if each.at.overlaps(cells)), None)
        if twice is not None:
            draft.diagnostics.append(messages.same_cells(draft.at.span(*place), mapped.at, twice))
        figures[name] = MappedFigure(cells, tuple(mapped.label))
    return figures


def _place(draft: Draft, id_: str, name: str) -> tuple[str, ...]:
    """The path of the cells of a figure, which stand alone or under `at`."""
    path = ("layouts", id_, "cells", name)
    written = draft.at.data["layouts"][id_]["cells"][name]
    return path if isinstance(written, str) else (*path, "at")


def _check_along(
    draft: Draft,
    mapped: MappedCells,
    cells: CellRange,
    labels: dict[str, CellRange | None],
    layout: Definition,
    place: tuple[str, ...],
) -> None:
    """Reports several cells of a figure that no cells name, and cells that do not lie along those that name them."""
    span = draft.at.span(*place)
    if not cells.is_single and layout.periods is None and not layout.groups:
        draft.diagnostics.append(messages.cells_without_labels(span, mapped.at))
    for what, other in labels.items():
        if other is not None and not cells.lies_along(other):
            written = layout.periods if what == "periods" else layout.groups[what]
            noun = "periods" if what == "periods" else f"groups of `{what}`"
            draft.diagnostics.append(messages.cells_not_along(span, mapped.at, noun, written or ""))
