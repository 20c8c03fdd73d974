"""Awful files whose numbers may be of something else than they seem: they are refused, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import openpyxl

from tests.support.awful_files import ACROSS, Q1, Q2, WHOLE, Case, Said
from tests.support.return_files import Fact, as_csv, workbook_of

LONG = [["period", "agency", "figure", "value"], [Q1, "care", "visits", "520"]]
PARTS = ["Boys only", "Girls", "Under 5s", "Aged 16 and over", "Excluding boys", "Asian", "Team A"]
PERIODS = ["Cumulative figures", "Year to date", "YTD", "Last year", "Previous quarter", "Figures are cumulative"]
NO_ACTUALS = ["Target", "Targets 2016-17", "Forecast", "Draft", "Planned", "National", "England average", "Sample"]
UNITS = ["Figures in thousands", "£000s"]
TITLES = [*PARTS, *PERIODS, *NO_ACTUALS, *UNITS]


def _csv(rows: Sequence[Sequence[str]], name: str = "care.csv") -> dict[str, bytes | openpyxl.Workbook]:
    return {name: as_csv(rows)}


def _titles() -> Iterator[Case]:
    """A title that says that the numbers are of something else, in each place where a title may stand."""
    kind = "out-of-scope"
    for title in TITLES:
        said: list[Said] = [(None, 1, "A", kind)]
        yield Case(f"{title} above a table", _csv([[title], *ACROSS]), [], said, 4)
        yield Case(f"{title} above a long table", _csv([[title], *LONG], "a.csv"), [], said, 1)
        book = workbook_of({title: ACROSS})
        yield Case(f"{title} as a sheet", {"care.xlsx": book}, [], [(title, None, None, kind)], 4)
    for title in ("Boys only", "Target", "Last year"):
        rows = [ACROSS[0], ACROSS[1], [title], ACROSS[2]]
        lost = 2
        yield Case(f"{title} between rows", _csv(rows), WHOLE[:2], [(None, 3, "A", kind)], lost)
        rows = [*LONG, [title], [Q2, "care", "visits", "540"]]
        yield Case(f"{title} between long rows", _csv(rows), WHOLE[2:3], [(None, 3, "A", kind)], 1)
        yield Case(f"{title} in a file's name", _csv(ACROSS, f"care {title}.csv"), [], [(None, None, None, kind)], 4)
        rows = [[title], *ACROSS, ["Actual"], *ACROSS]
        yield Case(f"{title} above a table, and the actual one below", _csv(rows), WHOLE, [(None, 1, "A", kind)], 4)
        rows = [[title, *ACROSS[0][1:]], *ACROSS[1:]]
        yield Case(f"{title} in the corner of a header", _csv(rows), [], [(None, 1, "A", kind)], 4)
    rows = [*ACROSS, ["Figures are cumulative"]]
    yield Case("a note below that numbers are cumulative", _csv(rows), [], [(None, 4, "A", kind)], 4)
    rows = [*ACROSS, ["Note: the figures above are for boys only"]]
    yield Case("a note below that numbers are of a part", _csv(rows), [], [(None, 4, "A", kind)], 4)
    rows = [*ACROSS, ["Enter whole numbers in yellow cells only. Figures are due on the 20th."]]
    yield Case("a note below on how to fill in", _csv(rows), WHOLE)
    rows = [["Test Board return: Children with a plan", "", ""], ["For official use only", "", ""], *ACROSS]
    yield Case("titles that say nothing of the numbers", _csv(rows), WHOLE)
    rows = [["Ethnicity: all", "", "", "", ""], ["Measure", Q1, "RAG", Q2, "RAG"]]
    rows += [["Referrals received", "410", "G", "430", "R"], ["Visits made", "520", "G", "540", "G"]]
    told: list[Said] = [(None, 2, "C", "notes-not-read")]
    yield Case("colours beside the numbers", _csv(rows), WHOLE, told)
    for title in ("% of referrals", "Percentages"):
        yield Case(f"{title} above a table", _csv([[title], *ACROSS]), [], [(None, 1, "A", kind)], 4)
    rows = [["Gender", "Kestrels", ""], *ACROSS]
    yield Case("a part in a title of two cells", _csv(rows), [], [(None, 1, "A", kind)], 4)
    rows = [ACROSS[0], ["", "£000", "£000"], *ACROSS[1:]]
    yield Case("thousands over the values", _csv(rows), [], [(None, 2, "C", kind)], 4)
    across = ["", "Actual", "", "Target", ""]
    rows = [across, ["Measure", Q1, Q2, Q1, Q2], *([*row, "900", "900"] for row in ACROSS[1:])]
    yield Case("targets beside actual numbers", _csv(rows), WHOLE, [(None, 1, "D", "derived-column")], 4)


def _headings() -> Iterator[Case]:
    """Texts over values that name nothing, in a row of their own."""
    kind = "strange-heading"
    rows = [ACROSS[0], ["", "Kestrels", "Kestrels"], *ACROSS[1:]]
    yield Case("an unknown text over all values", _csv(rows), [], [(None, 2, "B", kind)], 4)
    rows = [ACROSS[0], ["Kestrels", "Kestrels", "Kestrels"], *ACROSS[1:]]
    yield Case("an unknown text in a row of its own", _csv(rows), [], [(None, 2, "B", kind)], 4)
    rows = [["", "Kestrels", "Kestrels"], *ACROSS]
    yield Case("an unknown text above the header", _csv(rows), [], [(None, 1, "B", kind)], 4)
    rows = [["Measure", Q1], ["", "Kestrels"], ["Visits made", "520"]]
    yield Case("an unknown text over the one column", _csv(rows), [], [(None, 2, "B", kind)], 1)
    yield Case("a title of one word that nobody knows", _csv([["Kestrels"], *ACROSS]), [], [(None, 1, "A", kind)], 4)
    yield Case("such a title above long rows", _csv([["Kestrels"], *LONG], "a.csv"), [], [(None, 1, "A", kind)], 1)
    for title in ("Testshire", "Return", "Demand", "Care", "Social Care"):
        yield Case(f"{title} as a title", _csv([[title], *ACROSS]), WHOLE)
    rows = [ACROSS[0], ["", "Boys", "Boys"], *ACROSS[1:]]
    yield Case("boys over all values", _csv(rows), [], [(None, 2, "C", "out-of-scope")], 4)
    rows = [["period", "agency", "visits", "referrals"], ["", "", "Kestrels", "Kestrels"], [Q1, "care", "520", "410"]]
    yield Case("an unknown text over figures as columns", _csv(rows), [], [(None, 2, "C", kind)], 2)
    rows = [["", Q1, ""], ["", "North", "9zSOUTH"], ["Social Care", "31", "33"]]
    told: list[Said] = [(None, 2, "C", "not-a-period-column")]
    north = Fact("visits", Q1, "31", group="North")
    yield Case("a damaged district below a quarter", _csv(rows, "visits.csv"), [north], told, 1)
    rows = [["Return by", "J Smith", "on", "1 July"], ["Measure", Q1], ["Visits made", "520"]]
    yield Case("who sent it above the header", _csv(rows), WHOLE[2:3])


def _years() -> Iterator[Case]:
    """Quarters and months under one year that may go on in the next."""
    quarters = ["Q3", "Q4", "Q1", "Q2"]
    numbers = ["510", "530", "520", "540"]
    kind = "year-turns"
    rows = [["", "2016-17"], ["Measure", *quarters], ["Visits made", *numbers]]
    yield Case("Q3 Q4 Q1 Q2 below a year", _csv(rows), [], [(None, 2, "D", kind)], 4)
    rows = [["", "2016-17", "", "2017-18", ""], ["Measure", *quarters], ["Visits made", *numbers]]
    periods = ["2016-17 Q3", "2016-17 Q4", "2017-18 Q1", "2017-18 Q2"]
    facts = [Fact("visits", period, text) for period, text in zip(periods, numbers, strict=True)]
    yield Case("Q3 Q4 Q1 Q2 below two years", _csv(rows), facts)
    down = [["Quarter", "Visits made"], *map(list, zip(quarters, numbers, strict=True))]
    yield Case("Q3 Q4 Q1 Q2 down, year in the name", _csv(down, "care 2016-17.csv"), [], [(None, 4, "A", kind)], 4)
    yield Case("Q3 Q4 Q1 Q2 down, year in the title", _csv([["2016-17"], *down]), [], [(None, 5, "A", kind)], 4)
    facts = [Fact("visits", f"2016-17 {part}", text) for part, text in zip(quarters, numbers, strict=True)]
    beside = [["Year", *down[0]], *(["2016-17", *row] for row in down[1:])]
    yield Case("the year beside each quarter", _csv(beside), facts)
    back = [down[0], *([f"Q{number}", text] for number, text in zip((4, 3, 2, 1), numbers, strict=True))]
    facts = [Fact("visits", f"2016-17 Q{number}", text) for number, text in zip((4, 3, 2, 1), numbers, strict=True)]
    yield Case("the latest quarter first", _csv(back, "care 2016-17.csv"), facts)
    months = [["", "2016-17"], ["Measure", "Jan", "Feb", "Mar", "Apr"], ["Calls taken", *numbers]]
    yield Case("Jan to Apr below a year", _csv(months, "police.csv"), [], [(None, 2, "E", kind)], 4)
    months = [["", "2016"], ["Measure", "Nov", "Dec", "Jan", "Feb"], ["Calls taken", *numbers]]
    missing: list[Said] = [(None, 1, None, "no-layout"), (None, 3, None, "nothing-names")]
    yield Case("Nov to Feb below a calendar year", _csv(months, "police.csv"), [], missing, 5)
    blocks = [["Measure", "Value"], ["Q3"], ["Visits made", "510"], ["Q4"], ["Referrals received", "530"]]
    facts = [Fact("visits", "2016-17 Q3", "510"), Fact("referrals", "2016-17 Q4", "530")]
    yield Case("blocks of quarters, year in the name", _csv(blocks, "care 2016-17.csv"), facts)
    blocks = [*blocks, ["Q1"], ["Visits made", "520"]]
    yield Case("blocks Q3 Q4 Q1, year in the name", _csv(blocks, "care 2016-17.csv"), [], [(None, 6, "A", kind)], 3)
    book = workbook_of({part: [["Measure", "Value"], ["Visits made", "520"]] for part in quarters})
    yield Case("sheets Q3 Q4 Q1 Q2", {"care 2016-17.xlsx": book}, [], [("Q1", None, None, kind)], 4)
    rows = [["", "zzQ1 2016-17"], ["Visits made", "520"]]
    yield Case("a damaged quarter beside its year", _csv(rows), [], [(None, 1, "B", "nothing-names")], 1)


def _groups() -> Iterator[Case]:
    """Blank groups below groups, and blank wholes."""
    head = ["District", "Measure", Q1]
    north = [Fact("referrals", Q1, "31", group="North")]
    south = [Fact("referrals", Q1, "33", group="South"), Fact("visits", Q1, "34", group="South")]
    rows = [
        head,
        ["North", "referrals", "31"],
        ["", "visits", "32"],
        ["South", "referrals", "33"],
        ["South", "visits", "34"],
    ]
    lost: list[Said] = [(None, 3, "A", "blank-below")]
    yield Case("a blank district below a district", _csv(rows), [*north, *south], lost, 1)
    yield Case("a blank below the only district", _csv(rows[:3]), north, lost, 1)
    rows = [head, *rows[3:], *rows[1:3]]
    yield Case("a blank below the last district", _csv(rows), [*north, *south], [(None, 5, "A", "blank-below")], 1)
    rows = [head, ["North", "referrals", "31"], ["", "visits", "5"], ["South", "referrals", "33"], ["", "visits", "5"]]
    said: list[Said] = [(None, 3, "A", "blank-below"), (None, 5, "A", "blank-below")]
    yield Case("equal blanks below two districts", _csv(rows), [*north, south[0]], said, 2)
    groups = [
        Fact("referrals", Q1, text, group=group)
        for group, text in (("North", "31"), ("South", "33"), ("East Hill", "36"))
    ]
    of_groups = [[fact.group or "", fact.figure, fact.text] for fact in groups]
    whole = Fact("referrals", Q1, "100")
    yield Case("the whole below its districts", _csv([head, *of_groups, ["", "referrals", "100"]]), [*groups, whole])
    yield Case("the whole above its districts", _csv([head, ["", "referrals", "100"], *of_groups]), [*groups, whole])
    rows = [head, *of_groups, ["", "referrals", "100"], ["", "visits", "520"]]
    yield Case("a figure without districts below others", _csv(rows), [*groups, whole, WHOLE[2]])
    rows = [["Measure", "North", "South", "East Hill", "All districts"], ["referrals", "31", "33", "36", ""]]
    yield Case("a blank total beside its districts", _csv(rows, "care 2016-17 Q1.csv"), groups)


def cases() -> list[Case]:
    """Every case."""
    return [case for part in (_titles, _headings, _years, _groups) for case in part()]
