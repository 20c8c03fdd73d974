"""Damages of workbooks with records of a list."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.damage_boards import Sent
from tests.support.damages import Do, Touched, extract, of_list


def workbook(change: Callable[[Any, Any, Random], None]) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = extract(sent, rnd, "xlsx")
        if table is None:
            return None
        seed = rnd.random()

        def edit(book: Any) -> None:
            sheet = book.worksheets[0]
            change(book, sheet, Random(seed))

        table.book.append(edit)
        return of_list(sent, table)

    return damage


def hide(book: Any, sheet: Any, rnd: Random) -> None:
    """The sheet with the records is hidden, and an empty one stands before it."""
    del rnd
    book.create_sheet("Notes", 0)
    sheet.sheet_state = "hidden"


def old_sheet(book: Any, sheet: Any, rnd: Random) -> None:
    """A hidden sheet with records of another time stands beside."""
    old = book.create_sheet("Old")
    for row in list(sheet.iter_rows(values_only=True))[: rnd.randint(2, 5)]:
        old.append(row)
    old.sheet_state = "hidden"


def formulas(book: Any, sheet: Any, rnd: Random) -> None:
    """Dates are worked out, and nobody has stored what they come to."""
    del book
    for row in rnd.sample(range(2, sheet.max_row + 1), min(2, sheet.max_row - 1)):
        sheet.cell(row, 2).value = f"=DATE(2016,5,{row})"


def merge(book: Any, sheet: Any, rnd: Random) -> None:
    """The district stands once for several records, in cells that are merged."""
    del book
    first = rnd.randint(2, max(2, sheet.max_row - 3))
    last = min(first + 2, sheet.max_row)
    if last > first:
        sheet.merge_cells(start_row=first, end_row=last, start_column=5, end_column=5)


DO: dict[str, Do] = {
    "the sheet with the records is hidden": workbook(hide),
    "a hidden sheet holds old records": workbook(old_sheet),
    "formulas have no stored results": workbook(formulas),
    "cells are merged over several records": workbook(merge),
}
