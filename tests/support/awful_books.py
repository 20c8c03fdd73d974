"""Awful workbooks: totals beside districts, cells that are merged for their looks, and sheets that hold no figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import openpyxl

from tests.support.awful_files import ACROSS, Q1, Q2, WHOLE, Case
from tests.support.return_files import Fact, as_csv, workbook_of

DISTRICTS = ("North", "South", "East Hill")
VISITS = [Fact("visits", Q1, text, group=group) for group, text in zip(DISTRICTS, ("200", "210", "110"), strict=True)]


def _totals() -> Iterator[Case]:
    """Totals in a header of districts: the whole, where each district is there."""

    def case(name: str, rows: Sequence[Sequence[str]], facts: Sequence[Fact], unread: str = "", lost: int = 0) -> Case:
        said = [(None, int(unread[1]), unread[0], "derived-column")] if unread else []
        return Case(f"a total {name}", {"care 2016-17 Q1.csv": as_csv(rows)}, facts, said, lost)

    whole = [*VISITS, Fact("visits", Q1, "520")]
    yield case(
        "beside districts", [["Measure", *DISTRICTS, "Total"], ["Visits made", "200", "210", "110", "520"]], whole
    )
    over = ["Measure", *(text for district in (*DISTRICTS, "Total") for text in (district, ""))]
    below = ["", *[Q1, Q2] * 4]
    numbers = ["Visits made", "200", "220", "210", "215", "110", "105", "520", "540"]
    later = [
        Fact("visits", Q2, text, group=group)
        for group, text in zip((*DISTRICTS, None), ("220", "215", "105", "540"), strict=True)
    ]
    yield case("over quarters", [over, below, numbers], [*whole, *later])
    yield case(
        "below a quarter", [["", Q1, "", "", ""], ["Measure", *DISTRICTS, "Total"], numbers[:1] + numbers[1::2]], whole
    )
    rows = [["Measure", "North", "South", "Total"], ["Visits made", "200", "210", "410"]]
    yield case("beside some of the districts", rows, VISITS[:2], "D1", 1)


def _merged() -> Iterator[Case]:
    """Reports whose every cell is merged with blank ones beside it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "rptReturn"
    sheet["A1"] = "Safeguarding return"
    sheet.merge_cells("A1:H1")
    for number, row in enumerate(ACROSS, 3):
        for position, text in enumerate(row):
            sheet.cell(number, 2 + 2 * position, int(text) if text.isdigit() else text)
            sheet.merge_cells(
                start_row=number, end_row=number, start_column=2 + 2 * position, end_column=3 + 2 * position
            )
    yield Case("cells that are merged with blank columns", {"care.xlsx": book}, WHOLE)


def _other_sheets() -> Iterator[Case]:
    """Sheets of notes, of choices and of letters beside the return."""
    for name, rows in {
        "Instructions": [["1", "Enter the numbers"], ["2", "Leave no cell blank"]],
        "Lookups": [["North", "Yes", "1"], ["South", "No", "2"]],
        "Change log": [["Version", "Change"], ["1.1", "Referrals corrected"]],
        "Definitions": [["Measure", "Meaning", "Version"], ["Visits made", "All visits", "1.2"]],
        "Sheet3": [["x", "y"], ["a", "b"], ["c", "d"]],
    }.items():
        book = workbook_of({"Data": ACROSS, name: rows})
        yield Case(f"a sheet of notes called {name}", {"care.xlsx": book}, WHOLE, [(name, None, None, "notes-sheet")])
    book = workbook_of({"Notes": [["Team A", "410"]]})
    yield Case("nothing but notes", {"care.xlsx": book}, [], [("Notes", 1, None, "no-layout")], 1)


def _legends() -> Iterator[Case]:
    """Notes below a table that explain its colours, or name the filters that it was made with."""
    for text in (
        "Cells shaded grey are estimates, do not use", "Red = not validated", "Applied filters:\nDistrict is North",
        "Filters: Year 2016-17, District South", "District: North",
    ):  # fmt: skip
        book = workbook_of({"Data": [*ACROSS, [], [text]]})
        yield Case(f"{text!r} below a table", {"care.xlsx": book}, [], [("Data", 5, "A", "out-of-scope")], 4)
    for text in ("Red = target not met", "Figures in red are provisional", "Applied filters:\nYear is 2016-17"):
        yield Case(f"{text!r} below a table", {"care.xlsx": workbook_of({"Data": [*ACROSS, [], [text]]})}, WHOLE)


def cases() -> Iterator[Case]:
    """Each awful workbook of this file."""
    yield from _totals()
    yield from _merged()
    yield from _other_sheets()
    yield from _legends()
