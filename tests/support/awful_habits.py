"""Awful files as whole habits: pivot tables, tables side by side, names that say that a file does not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import openpyxl

from tests.support.awful_files import ACROSS, WHOLE, Case
from tests.support.return_files import as_csv, workbook_of


def _csv(rows: Sequence[Sequence[str]], name: str = "care.csv") -> dict[str, bytes | openpyxl.Workbook]:
    return {name: as_csv(rows)}


def _titles() -> Iterator[Case]:
    """Titles of two words, and the filters of pivot tables, that may say of whom the numbers are."""
    kind = "strange-heading"
    for title in ("Kestrels Team", "Looked After", "Neglect cases", "Young carers", "Out of area", "St Marys"):
        yield Case(f"{title} above a table", _csv([[title], *ACROSS]), [], [(None, 1, "A", kind)], 4)
    for title in ("Quarterly performance", "Performance data", "Care leavers", "Local authority", "Part A"):
        yield Case(f"{title} above a table", _csv([[title], *ACROSS]), WHOLE)
    rows = [ACROSS[0], ACROSS[1], ["Kestrels Team"], ACROSS[2]]
    yield Case("a strange title of two words between rows", _csv(rows), WHOLE[:2], [(None, 3, "A", kind)], 2)
    rows = [["Category of need", "Neglect", ""], ["", "", ""], *ACROSS]
    yield Case("the filter of a pivot table", _csv(rows), [], [(None, 1, "B", kind)], 4)
    rows = [["District", "(All)", ""], ["", "", ""], *ACROSS]
    yield Case("a filter of a pivot table on all", _csv(rows), WHOLE)
    rows = [["Return by", "J Smith", ""], ["Contact", "Jane Smith", ""], *ACROSS]
    yield Case("titles of two cells that say who sent it", _csv(rows), WHOLE)
    kind = "out-of-scope"
    for name in ("OLD", "Do not use", "Superseded", "Test"):
        book = workbook_of({name: ACROSS})
        yield Case(f"a sheet called {name}", {"care.xlsx": book}, [], [(name, None, None, kind)], 4)
    yield Case("a file not to be used", _csv(ACROSS, "care DO NOT USE.csv"), [], [(None, None, None, kind)], 4)


def cases() -> list[Case]:
    """Every case."""
    return [*_titles()]
