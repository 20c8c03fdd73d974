"""Awful files as whole habits: pivot tables, tables side by side, names that say that a file does not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import openpyxl

from tests.support.awful_files import ACROSS, Q1, Q2, WHOLE, Case, Said
from tests.support.return_files import Fact, as_csv, workbook_of


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


def _pivots() -> Iterator[Case]:
    """Pivot tables with the names of their fields, with totals, and with what remains."""
    total: list[Said] = [(None, 2, "D", "derived-column")]
    rows = [["Sum of Value", "Period", "", ""], [*ACROSS[0], "Grand Total"]]
    rows += [[*ACROSS[1], "840"], [*ACROSS[2], "1060"]]
    yield Case("a pivot table with the names of its fields", _csv(rows), WHOLE, total, 2)
    rows[0] = ["Max of Value", "Period", "", ""]
    yield Case("a pivot table of maxima", _csv(rows), [], [(None, 1, "A", "out-of-scope")], 6)
    yield Case("a pivot table by rows, with a total", _csv([*ACROSS, ["Grand Total", "930", "970"]]), WHOLE,
               [(None, 4, "A", "total-row")], 2)  # fmt: skip
    names = ("North", "South", "East Hill")
    groups = [Fact("referrals", Q1, text, group=name) for text, name in zip("100", names, strict=True)]
    for rest in ("Unknown", "Other", "Not recorded", "(blank)", "Out of area"):
        rows = [["District", "Referrals received"], *([fact.group or "", fact.text] for fact in groups), [rest, "1"]]
        told: list[Said] = [(None, 5, "A", "unknown-group")]
        yield Case(f"{rest} that equals the sum", _csv(rows, "care 2016-17 Q1.csv"), groups, told, 1)


def _beside() -> Iterator[Case]:
    """Tables side by side: the titles over one of them are not of the other."""
    kind = "tables-beside"
    rows = [[*ACROSS[0], "", *ACROSS[0]], [*ACROSS[1], "", *ACROSS[2]]]
    yield Case("two tables side by side", _csv(rows), [], [(None, 1, "E", kind)], 4)
    rows = [["All districts", "", "", "North", ""], ["Measure", Q1, "", "Measure", Q2]]
    rows += [["Referrals received", "410", "", "Referrals received", "31"]]
    yield Case("the whole and a district side by side", _csv(rows), [], [(None, 2, "D", kind)], 2)
    rows = [["This year", "", "", "Last year", ""], ["Measure", Q1, "", "Measure", Q1]]
    rows += [["Referrals received", "410", "", "Referrals received", "400"]]
    yield Case("two years side by side", _csv(rows), [], [(None, 2, "D", kind)], 2)
    rows = [[*row, row[0]] for row in ACROSS]
    yield Case("labels again at the right", _csv(rows), WHOLE, [(None, 1, "D", "unknown-column")])


def _years() -> Iterator[Case]:
    """Halves among the quarters of a year, and what is cumulative."""
    quarters = ("410", "430", "420", "440")
    rows = [["", "2016-17"], ["Measure", "Q1", "Q2", "H1", "Q3", "Q4", "H2"]]
    rows += [["Referrals received", *quarters[:2], "840", *quarters[2:], "860"]]
    facts = [Fact("referrals", f"2016-17 Q{number}", text) for number, text in enumerate(quarters, 1)]
    halves = [Fact("referrals", "2016-17 H1", "840"), Fact("referrals", "2016-17 H2", "860")]
    yield Case("halves behind their quarters", _csv(rows), [*facts, *halves])
    rows = [["", "2016-17", "", ""], ["Measure", "Q1", "Q1-Q2", "Q1-Q3"], ["Referrals received", "410", "840", "1260"]]
    told: list[Said] = [(None, 2, "C", "not-a-period-column"), (None, 2, "D", "not-a-period-column")]
    yield Case("quarters that add up to a quarter", _csv(rows), facts[:1], told, 2)


def _notes() -> Iterator[Case]:
    """Notes and comments of a row that say that its number is of something else."""
    for note in ("cumulative", "Cumulative figures since April", "YTD", "boys only", "North only", "draft figure"):
        rows = [[*ACROSS[0], "Remarks"], [*ACROSS[1], note], [*ACROSS[2], "not cumulative; as before"]]
        told: list[Said] = [(None, 1, "D", "notes-not-read"), (None, 2, "Remarks", "out-of-scope")]
        yield Case(f"the note {note}", _csv(rows), WHOLE[2:], told, 2)
    head = ["period", "agency", "figure", "value", "comment"]
    rows = [head, [Q1, "care", "visits", "520", "the cumulative effect of a new front door, and of boys moving in"]]
    rows += [[Q2, "care", "visits", "1060", "cumulative since April"]]
    said: list[Said] = [(None, 3, "comment", "out-of-scope")]
    yield Case("a comment that says cumulative", _csv(rows, "a.csv"), WHOLE[2:3], said, 1)


def _unread() -> Iterator[Case]:
    """Sheets that cannot be read: the sender is told the cell."""
    for text in ("6/30/2016", f"{Q1} (000s)", "Summer term", f"{Q1}¹"):
        rows = [["Measure", text, text], *ACROSS[1:]]
        yield Case(f"{text} over values", _csv(rows), [], [(None, 1, "B", "nothing-names")], 4)
    rows = [["Measure", "Rate"], *(row[:2] for row in ACROSS[1:])]
    yield Case("rates alone", _csv(rows, "care 2016-17 Q1.csv"), [], [(None, 1, "B", "no-layout")], 2)
    rows = [["Measure", f"{Q1} [note 1]", Q2], *ACROSS[1:]]
    told: list[Said] = [(None, 1, "B", "not-a-period-column")]
    yield Case("a footnote behind a period", _csv(rows), [WHOLE[1], WHOLE[3]], told, 2)
    rows = [["Row Labels", Q1], ["Referrals received", "64"], ["North", "31"], ["South", "33"], ["Grand Total", "64"]]
    yield Case("a compact pivot table", _csv(rows), [], [(None, 2, "A", "mixed-column")], 4)
    for text in ("160/520", "160 (31%)", "410²", "430†"):
        rows = [["Measure", Q1], ["Visits made", text]]
        yield Case(f"{text} as a number", _csv(rows), [], [(None, 2, "B", "not-a-number")], 1)


def cases() -> list[Case]:
    """Every case."""
    return [case for part in (_titles, _pivots, _beside, _years, _notes, _unread) for case in part()]
