"""Awful files: returns as agencies send them, with the figures and problems that each gives.

What a file should give is worked out from the facts that it is written from, or by hand beside it. To look at the
files, run `python -m tests.support.awful_files FOLDER`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import openpyxl
from openpyxl.styles import Font

from tests.support.return_files import (
    AGENCY,
    FIGURE,
    GROUP,
    PERIOD,
    Arrangement,
    Fact,
    arranged,
    as_csv,
    as_ods,
    as_xls,
    workbook_of,
)

Said = tuple[str | None, int | None, str | None, str]
"""A problem: the sheet, the row, the column and the kind."""


class Case(NamedTuple):
    """A folder of files, the facts in them that count, and their problems.

    Attributes:
        name: What is awful.
        files: The content of each file by its name.
        facts: The figures that count.
        problems: The problems.
        lost: How many cells with a text are set aside.
    """

    name: str
    files: dict[str, bytes | openpyxl.Workbook]
    facts: Sequence[Fact]
    problems: Sequence[Said] = ()
    lost: int = 0


Q1, Q2 = "2016-17 Q1", "2016-17 Q2"
WHOLE = [
    Fact("referrals", Q1, "410"),
    Fact("referrals", Q2, "430"),
    Fact("visits", Q1, "520"),
    Fact("visits", Q2, "540"),
]
GROUPS = [
    fact._replace(text=str(int(fact.text) // 10 + number), group=group)
    for fact in WHOLE
    for number, group in enumerate(("North", "South", "East Hill"))
]
TITLES = {"referrals": "Referrals received", "visits": "Visits made", "care": "Social Care"}


def titled(role: str, label: str) -> str:
    """A label by its title."""
    return TITLES.get(label, label)


def quarter_first(role: str, label: str) -> str:
    """A period as `Q1 2016/17`."""
    return f"{label[8:]} {label[:7].replace('-', '/')}" if role == PERIOD else titled(role, label)


LAYOUTS = {
    "long": Arrangement(rows=(PERIOD, AGENCY, FIGURE)),
    "long, other order": Arrangement(rows=(FIGURE, AGENCY, PERIOD)),
    "long, synonyms": Arrangement(
        rows=(FIGURE, PERIOD, AGENCY),
        heads={FIGURE: "Indicator", PERIOD: "Quarter", AGENCY: "Organisation"},
        value="Number",
    ),
    "long, period in the file's name": Arrangement(rows=(AGENCY, FIGURE), file=(PERIOD,)),
    "long, agency and period in the file's name": Arrangement(rows=(FIGURE,), file=(AGENCY, PERIOD)),
    "long, agency in the title": Arrangement(rows=(PERIOD, FIGURE), title=(AGENCY,), says=titled),
    "figures as columns": Arrangement(rows=(PERIOD, AGENCY), across=(FIGURE,), says=titled),
    "figures as columns, agency in the file's name": Arrangement(rows=(PERIOD,), across=(FIGURE,), file=(AGENCY,)),
    "periods as columns": Arrangement(rows=(AGENCY, FIGURE), across=(PERIOD,)),
    "periods as columns, agency in the title": Arrangement(
        rows=(FIGURE,), across=(PERIOD,), title=(AGENCY,), says=titled
    ),
    "periods as columns, no heading of figures": Arrangement(
        rows=(FIGURE,), across=(PERIOD,), file=(AGENCY,), heads={FIGURE: ""}, says=quarter_first
    ),
    "a form": Arrangement(rows=(FIGURE,), file=(AGENCY, PERIOD), value="", heads={FIGURE: ""}, says=titled),
    "figures over periods": Arrangement(rows=(AGENCY,), across=(FIGURE, PERIOD)),
    "periods over figures": Arrangement(rows=(AGENCY,), across=(PERIOD, FIGURE)),
}
GROUPED = {
    "long with districts": Arrangement(rows=(PERIOD, AGENCY, FIGURE, GROUP)),
    "figures as columns with districts": Arrangement(rows=(GROUP, PERIOD, AGENCY), across=(FIGURE,), says=titled),
    "districts as columns": Arrangement(rows=(AGENCY, FIGURE, PERIOD), across=(GROUP,)),
    "districts over periods": Arrangement(rows=(FIGURE,), across=(GROUP, PERIOD), file=(AGENCY,)),
    "periods over districts": Arrangement(rows=(FIGURE,), across=(PERIOD, GROUP), file=(AGENCY,)),
    "a block for each district": Arrangement(rows=(FIGURE,), across=(PERIOD,), block=GROUP, title=(AGENCY,)),
    "a block for each district, each with a header": Arrangement(
        rows=(FIGURE,), across=(PERIOD,), block=GROUP, file=(AGENCY,), repeat=True
    ),
    "a block for each figure": Arrangement(rows=(GROUP,), across=(PERIOD,), block=FIGURE, file=(AGENCY,), says=titled),
    "a block for each quarter": Arrangement(rows=(GROUP,), across=(FIGURE,), block=PERIOD, file=(AGENCY,), repeat=True),
    "a sheet for each quarter": Arrangement(rows=(GROUP,), across=(FIGURE,), sheet=(PERIOD,), file=(AGENCY,)),
    "a sheet for each district": Arrangement(rows=(FIGURE,), across=(PERIOD,), sheet=(GROUP,), title=(AGENCY,)),
    "a sheet for each figure": Arrangement(rows=(GROUP,), across=(PERIOD,), sheet=(FIGURE,), file=(AGENCY,)),
    "a file for each district": Arrangement(rows=(FIGURE,), across=(PERIOD,), file=(AGENCY, GROUP), says=titled),
}


def _layouts() -> Iterator[Case]:
    for layouts, facts in ((LAYOUTS, WHOLE), (GROUPED, GROUPS)):
        for name, how in layouts.items():
            files = arranged(facts, how)
            yield Case(
                f"{name}, workbook", {f"{file}.xlsx": workbook_of(sheets) for file, sheets in files.items()}, facts
            )
            if not how.sheet:
                content = {f"{file}.csv": as_csv(next(iter(sheets.values()))) for file, sheets in files.items()}
                yield Case(name, dict(content), facts)


ACROSS = [["Measure", Q1, Q2], ["Referrals received", "410", "430"], ["Visits made", "520", "540"]]


def _encodings() -> Iterator[Case]:
    rows = [["Return – Social Care"], *ACROSS]
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"):
        for delimiter in ",;\t":
            yield Case(f"{encoding}, {delimiter!r}", {"a.csv": as_csv(rows, delimiter, encoding)}, WHOLE)
    for delimiter in ",;\t":
        text = f"sep={delimiter}\r\n".encode() + as_csv(rows, delimiter, "cp1252")
        yield Case(f"sep={delimiter!r}", {"a.csv": text}, WHOLE)
    long = as_csv(LONG, ";", "utf-16")
    yield Case("plain long in UTF-16", {"a.csv": long}, WHOLE)
    yield Case("plain long with sep=", {"a.csv": b"sep=|\r\n" + as_csv(LONG, "|")}, WHOLE)


LONG = [["period", "agency", "figure", "value"], *([fact.period, "care", fact.figure, fact.text] for fact in WHOLE)]


def _sheet(rows: Sequence[Sequence[str]], file: str = "care.csv") -> dict[str, bytes | openpyxl.Workbook]:
    return {file: as_csv(rows)}


def _periods() -> Iterator[Case]:
    for text in (
        "2016-17 Q1", "2016/17 Q1", "Q1 2016-17", "Q1 16/17", "16/17 Q1", "Apr-Jun 2016", "Apr - Jun 2016",
        "2016-17 Quarter 1", "Apr to Jun 2016", "April-June 2016", "30/06/2016", "2016-06-30", "30-Jun-2016",
        "Q1 2016-17 actual", "2016-2017 Q1",
    ):  # fmt: skip
        yield Case(f"{text} as a column", _sheet([["Measure", text], ["Visits made", "520"]]), WHOLE[2:3])
    for text, kind in (
        ("FY17", "ambiguous-year"), ("Q1 2017", "ambiguous-year"), ("2016-04", "period-too-short"),
        ("15/05/2016", "day-for-a-period"), ("May 2016", "period-too-short"),
    ):  # fmt: skip
        rows = [["Measure", text], ["Visits made", "520"]]
        yield Case(f"{text} as a column", _sheet(rows), [], [(None, 1, "B", kind)], 1)
    for text in ("Quarter 1 2016-17 return", "Return for Q1 of 2016/17", "Period: Q1 2016-17", "Apr-Jun 2016"):
        yield Case(f"{text} as a title", _sheet([[text], ["Measure", "Value"], ["Visits made", "520"]]), WHOLE[2:3])
    pair = [["Period", "Q1 16/17"], ["Organisation:", "Social Care"], ["Measure", "Value"], ["Visits made", "520"]]
    yield Case("titles of two cells", _sheet(pair, "a.csv"), WHOLE[2:3])
    parts = [["Measure", "Q1", "Q2"], *ACROSS[1:]]
    yield Case("quarters below a year", _sheet([["", "2016-17", ""], *parts]), WHOLE)
    yield Case("quarters, year in the title", _sheet([["Social Care 2016-17"], *parts], "a.csv"), WHOLE)
    yield Case("quarters, year in the file's name", _sheet(parts, "care 2016-17.csv"), WHOLE)
    yield Case("quarters without a year", _sheet(parts), [], [(None, 2, None, "nothing-names")], 4)
    months = [["Measure", "Apr-16", "May-16", "Jun-16"], ["Calls taken", "11", "12", "13"]]
    calls = [Fact("calls", f"2016-0{month}", str(month + 7), "police") for month in (4, 5, 6)]
    yield Case("months as columns", _sheet(months, "police.csv"), calls)
    months = [["", "2016/17"], ["Measure", "April", "May", "June"], ["Calls taken", "11", "12", "13"]]
    yield Case("months below a year", _sheet(months, "police.csv"), calls)
    both = [["Year", "Quarter", "Measure", "Value"], *([f.period[:7], f.period[8:], f.figure, f.text] for f in WHOLE)]
    yield Case("year and quarter in two columns", _sheet(both), WHOLE)
    year = [["Measure", "Q1", "Q2", "Q3", "Q4", "2016-17"], ["Visits made", "520", "540", "510", "530", "2100"]]
    quarters = [Fact("visits", f"2016-17 Q{number}", text) for number, text in enumerate(year[1][1:5], 1)]
    yield Case(
        "quarters and their year", _sheet(year, "care_2016-17.csv"), [*quarters, Fact("visits", "2016-17", "2100")]
    )


def _numbers() -> Iterator[Case]:
    for text in ("520", "£520", " 520 ", "+520", "520 [r]", "520 p", "520.0"):
        rows = [["Measure", Q1], ["Visits made", text]]
        yield Case(f"{text!r} as a number", _sheet(rows), [WHOLE[2]])
    for text, number in (("1,520", "1520"), ("1 520", "1520"), ("1\u00a0520", "1520")):
        yield Case(
            f"{text!r} as a number", _sheet([["Measure", Q1], ["Visits made", text]]), [Fact("visits", Q1, number)]
        )
    for text, kind in (
        ("52O", "not-a-number"), ("5,2", "not-a-number"), ("1234 (est)", "not-a-number"), (">500", "not-a-number"),
        ("-5", "negative"), ("(5)", "negative"), ("52%", "percent-of-a-count"), ("5.5", "not-whole"),
        ("#DIV/0!", "error-cell"), ("=A1+B1", "not-a-number"),
    ):  # fmt: skip
        rows = [["Measure", Q1, Q2], ["Referrals received", "410", "430"], ["Visits made", text, "540"]]
        facts = [WHOLE[0], WHOLE[1], WHOLE[3]]
        yield Case(f"{text} among numbers", _sheet(rows), facts, [(None, 3, "B", kind)], 1)
    for text, state in (
        ("c", "suppressed"),
        ("<5", "suppressed"),
        ("x", "no_data"),
        ("n/a", "no_data"),
        ("[z]", "no_data"),
    ):
        rows = [["Measure", Q1, Q2], ["Visits made", text, "540"]]
        yield Case(f"{text} for a number", _sheet(rows), [Fact("visits", Q1, state), WHOLE[3]])
    grade = [["Measure", "2016-17"], ["Safe hiring", "partly met"]]
    yield Case("a grade in a column of its year", _sheet(grade), [Fact("safe_hiring", "2016-17", "2")])
    share = [["Measure", Q1, Q2], ["Visits on time", "31%", "0.4"]]
    said = [(None, 2, "C", "fraction")]
    yield Case("a percentage, and what may be one", _sheet(share), [Fact("on_time", Q1, "31")], said, 1)
    signed = [["Measure", Q1], ["Change in staff", "(5)"]]
    yield Case("brackets for a sign", _sheet(signed), [Fact("staff_change", Q1, "-5")])


def _faults() -> Iterator[Case]:
    across, said = ACROSS, Case
    wrong = [across[0], ["Referals received", *across[1][1:]], across[2]]
    yield said("a misspelt figure", _sheet(wrong), WHOLE[2:], [(None, 2, "A", "unknown-figure")], 2)
    rows = [["Measure", Q1, "2016-17 Q7"], *across[1:]]
    half = [WHOLE[0], WHOLE[2]]
    yield said("a misspelt period", _sheet(rows), half, [(None, 1, "C", "not-a-period-column")], 2)
    rows = [
        ["agency", "Measure", Q1],
        ["Social Care", "Referrals received", "410"],
        ["Socail Care", "Visits made", "520"],
    ]
    yield said("a misspelt agency", _sheet(rows, "a.csv"), WHOLE[:1], [(None, 3, "A", "unknown-agency")], 1)
    rows = [["District", "Visits made"], ["North", "20"], ["Suoth", "21"], ["East Hill", "22"]]
    facts = [Fact("visits", Q1, "20", group="North"), Fact("visits", Q1, "22", group="East Hill")]
    yield said("a misspelt district", _sheet(rows, "care_2016-17_q1.csv"), facts, [(None, 3, "A", "unknown-group")], 1)
    rows = [["District", "Visits made"], ["North", "20"], ["South", "21"], ["East Hill", "22"], ["All districts", "63"]]
    facts = [Fact("visits", Q1, "63"), *(Fact("visits", Q1, row[1], group=row[0]) for row in rows[1:4])]
    yield said("a row of totals", _sheet(rows, "care_2016-17_q1.csv"), facts)
    rows = [["Measure", *("North", "South", "East Hill", "Testshire")], ["Visits made", "20", "21", "22", "63"]]
    yield said("a column of totals", _sheet(rows, "care_2016-17_q1.csv"), facts)
    rows = [[*across[0], "Total"], [*across[1], "840"], [*across[2], "1060"]]
    yield said("a column that adds up", _sheet(rows), WHOLE, [(None, 1, "D", "derived-column")], 2)
    rows = [[*across[0], "% change"], [*across[1], "5%"], [*across[2], "4%"]]
    yield said("a column of changes", _sheet(rows), WHOLE, [(None, 1, "D", "derived-column")], 2)
    rows = [[*across[0], "Benchmark"], [*across[1], "5"], [*across[2], "4"]]
    yield said("a column of another kind", _sheet(rows), WHOLE, [(None, 1, "D", "not-a-period-column")], 2)
    rows = [["Period", "Referrals received", "Visits mad"], [Q1, "410", "520"], [Q2, "430", "540"]]
    yield said("a misspelt figure in the header", _sheet(rows), WHOLE[:2], [(None, 1, "C", "unknown-column")], 2)
    rows = [[*across[0], "Remarks"], [*across[1], "as before"], [*across[2], ""]]
    yield said("remarks", _sheet(rows), WHOLE, [(None, 1, "D", "notes-not-read")])
    rows = [["Measure", "Sex", Q1], ["Visits made", "Female", "12"], ["Visits made", "All", "520"]]
    yield said("a part beside the whole", _sheet(rows), WHOLE[2:3],
               [(None, 1, "B", "unknown-column"), (None, 2, "Sex", "part-aside")], 1)  # fmt: skip
    rows = [["Measre", Q1, Q2], *across[1:]]
    yield said("a misspelt heading of figures", _sheet(rows), WHOLE, [(None, 1, "A", "unknown-column")])
    rows = [across[0], ["", "410", "430"], across[2]]
    yield said("a blank figure", _sheet(rows), WHOLE[2:], [(None, 2, "A", "blank")], 2)
    rows = [across[0], across[1], across[2], ["Visits made", "520", "541"]]
    yield said("a figure twice", _sheet(rows), WHOLE[:3],
               [(None, 3, "C", "sent-twice"), (None, 4, "C", "sent-twice")], 2)  # fmt: skip
    text = b"Measure,2016-17 Q1,2016-17 Q2\nReferrals received,1,410,1430\nVisits made,520,540\n"
    yield said("a number that its comma splits", {"care.csv": text}, WHOLE[2:], [(None, 2, "C", "split-number")], 3)
    rows = [across[0], across[1], ["Visits made", "52O", "540"], ["Childern with a plan", "33", ""]]
    yield said("two faults", _sheet(rows), [WHOLE[0], WHOLE[1], WHOLE[3]],
               [(None, 3, "B", "not-a-number"), (None, 4, "A", "unknown-figure")], 2)  # fmt: skip


def _titles() -> Iterator[Case]:
    form = [["Measure", "Value"], ["Visits made", "520"]]
    yield Case("no period", _sheet(form), [], [(None, 2, None, "nothing-names")], 1)
    rows = [["Measure", Q1], ["Visits made", "520"]]
    yield Case("no agency", _sheet(rows, "return.csv"), [], [(None, 2, None, "nothing-names")], 1)
    yield Case("no figure", _sheet([["a", "b"], ["c", "520"]]), [], [(None, 1, None, "not-a-return")])
    rows = [["Return for Q1 2016-17"], *form]
    said: list[Said] = [(None, 1, "A", "titles-differ")]
    yield Case("a title and a file's name that differ", _sheet(rows, "care_2016-17_q2.csv"), [], said, 1)
    book = workbook_of({Q1: [["Q1 2016-17"], *form], Q2: [["Q1 2016-17"], form[0], ["Visits made", "540"]]})
    yield Case(
        "the title of the sheet that was copied", {"care.xlsx": book}, WHOLE[2:3], [(Q2, 1, "A", "titles-differ")], 1
    )
    rows = [["Children in care and their police checks"], ["Measure", Q1], ["Visits made", "520"]]
    yield Case("words of a title that are ids", _sheet(rows, "r.csv"), [], [(None, 3, None, "nothing-names")], 1)
    rows = [["Test Police"], ["Measure", Q1], ["Visits made", "520"]]
    yield Case("two agencies", _sheet(rows), [], said, 1)
    rows = [["North"], *ACROSS, ["Suoth"], *([row[0], str(int(row[1]) - 1), row[2]] for row in ACROSS[1:])]
    facts = [fact._replace(group="North") for fact in WHOLE]
    yield Case("a misspelt district above a block", _sheet(rows), facts, [(None, 5, "A", "unknown-group")], 4)
    rows = [["Social Care return 2016-17", "", ""], ["", "", ""], *ACROSS, ["", "", ""], ["* provisional", "", ""]]
    yield Case("a footnote", _sheet(rows, "a.csv"), WHOLE)
    rows = [["", "", "", ""], ["", "", "", ""], *(["", *row] for row in ACROSS), ["", "", "", ""]]
    yield Case("blank rows and a blank column before", _sheet(rows), WHOLE)
    rows = [ACROSS[0], ACROSS[1], ["", "", ""], ACROSS[0], ACROSS[2]]
    yield Case("a header again", _sheet(rows), WHOLE)
    rows = [["Q1 2016-17"], *form, ["Q7 2016-17"], ["Measure", "Value"], ["Referrals received", "430"]]
    yield Case("a misspelt period above a block", _sheet(rows), WHOLE[2:3], [(None, 4, "A", "not-a-period")], 1)
    rows = [ACROSS[0], ["Section A: demand", "", ""], ACROSS[1], ["Section B: work", "", ""], ACROSS[2]]
    yield Case("headings of sections", _sheet(rows), WHOLE)
    rows = [["area", "Measure", Q1], ["North", "Visits made", "20"]]
    yield Case("a heading that is not known over districts", _sheet(rows), [],
               [(None, 1, "A", "unknown-column"), (None, 2, "area", "misnamed-column")], 1)  # fmt: skip


def _book(
    rows: Sequence[Sequence[str]], change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]
) -> openpyxl.Workbook:
    book = workbook_of({"Data": [list(row) for row in rows]})
    change(book["Data"])
    return book


def _workbooks() -> Iterator[Case]:
    def with_book(
        name: str, change: Callable[..., None], facts: Sequence[Fact], said: Sequence[Said] = (), lost: int = 0
    ) -> Case:
        return Case(name, {"care.xlsx": _book(ACROSS, change)}, facts, said, lost)

    def hide_row(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    def hide_column(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.column_dimensions["C"].hidden = True

    def divide(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B3"] = "=1/0"

    def as_percent(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B3"].number_format = "0%"
        sheet["B3"] = 0.52

    def embellish(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B2"].font = Font(bold=True, color="FF0000")
        sheet["C2"].number_format = "#,##0.00"

    yield with_book("a hidden row", hide_row, [], [("Data", 3, None, "hidden-rows-refused")], 4)
    yield with_book("a hidden column", hide_column, [], [("Data", None, None, "hidden-columns-refused")], 4)
    lost = [WHOLE[0], WHOLE[1], WHOLE[3]]
    yield with_book("a formula without a result", divide, lost, [("Data", 3, "B", "not-a-number")], 1)
    yield with_book("a number shown as a percentage", as_percent, lost, [("Data", 3, "B", "percent-of-a-count")], 1)
    yield with_book("fonts and formats", embellish, WHOLE)
    book = workbook_of({"Data": ACROSS, "Old": [["Measure", Q1], ["Visits made", "1"]]})
    book["Old"].sheet_state = "hidden"
    yield Case("a hidden sheet", {"care.xlsx": book}, WHOLE, [("Old", None, None, "hidden-sheet-of-figures")])
    book = workbook_of({"Guidance": [["How to fill in this form"], ["Write numbers"]], "Data": ACROSS})
    yield Case("a sheet of guidance", {"care.xlsx": book}, WHOLE)
    book = workbook_of({"Data": ACROSS, "Budget": [["Rent", "1000"], ["Heat", "200"]]})
    yield Case("a sheet of other numbers", {"care.xlsx": book}, WHOLE, [("Budget", 1, None, "no-layout")], 2)
    book = workbook_of({"Guidance": [["Write numbers"]]})
    yield Case("a workbook without figures", {"care.xlsx": book}, [], [(None, None, None, "no-figures")])
    book = workbook_of({"Data": ACROSS}, top=3, left=2)
    yield Case("a table that begins in C4", {"care.xlsx": book}, WHOLE)
    book = workbook_of({"Data": [["", "2016-17", ""], ["Measure", "Q1", "Q2"], *ACROSS[1:]]})
    book["Data"].merge_cells("B1:C1")
    yield Case("a merged year", {"care.xlsx": book}, WHOLE)
    rows = [["District", "Measure", Q1, Q2]]
    for place, group in enumerate(("North", "South"), 3):
        rows.append([group, TITLES["referrals"], f"{place}0", f"{place}1"])
        rows.append(["", TITLES["visits"], f"{place}0", f"{place}1"])
    book = workbook_of({"Data": rows})
    book["Data"].merge_cells("A2:A3")
    book["Data"].merge_cells("A4:A5")
    facts = [
        Fact(figure, period, f"{place}{end}", group=group)
        for place, group in enumerate(("North", "South"), 3)
        for figure in ("referrals", "visits")
        for end, period in enumerate((Q1, Q2))
    ]
    yield Case("merged districts", {"care.xlsx": book}, facts)
    yield Case("no workbook", {"care.xlsx": b"<html><table></table></html>"}, [], [(None, None, None, "unreadable")])
    yield Case("numbers as texts", {"care.xlsx": workbook_of({"Data": ACROSS}, numbers=False)}, WHOLE)


def _old_workbooks() -> Iterator[Case]:
    less: Said = (None, None, None, "format-tells-less")
    for suffix, written in (("xls", as_xls), ("ods", as_ods)):
        yield Case(f"periods as columns, .{suffix}", {f"care.{suffix}": written({"Data": ACROSS})}, WHOLE, [less])
        sheets = {Q1: [["Measure", "Value"], ["Visits made", "520"]], Q2: [["Measure", "Value"], ["Visits made", "1"]]}
        said = [less, (Q2, 2, "B", "format-unknown")]
        yield Case(f"1 may be 100 %, .{suffix}", {f"care.{suffix}": written(sheets)}, WHOLE[2:3], said, 1)
        sheets = {"Data": [["Measure", Q1], ["Visits on time", "31"]]}
        said = [less, ("Data", 2, "B", "format-unknown")]
        yield Case(f"a percentage, .{suffix}", {f"care.{suffix}": written(sheets)}, [], said, 1)
        yield Case(f"none, .{suffix}", {f"care.{suffix}": b"PK"}, [], [(None, None, None, "unreadable")])
    hidden = as_xls({"Data": ACROSS, "Old": ACROSS}, hidden=["Old"])
    said = [less, ("Old", None, None, "hidden-sheet-of-figures")]
    yield Case("a hidden sheet, .xls", {"care.xls": hidden}, WHOLE, said)
    none = as_xls({"Data": [["Hello"]]})
    yield Case("no sheet with figures, .xls", {"care.xls": none}, [], [less, (None, None, None, "no-figures")])


def _two_ways() -> Iterator[Case]:
    """Sheets that two layouts fit."""
    rows = [["", "North", "Referrals received"], ["Visits made", "520", ""], ["South", "", "410"]]
    said: list[Said] = [(None, 2, "B", "layouts-differ")]
    yield Case("figures and districts in rows and columns", _sheet(rows, "care_2016-17_q1.csv"), [], said, 2)
    rows = [["Measure", "Referrals received", Q1], ["Visits made", "520", "540"]]
    yield Case(
        "a figure among periods",
        _sheet(rows),
        [WHOLE[3]._replace(period=Q1)],
        [(None, 1, "B", "not-a-period-column")],
        1,
    )
    rows = [["", "", Q1], ["Referrals received", "Visits made", "520"], ["Visits made", "Referrals received", "410"]]
    yield Case("two columns of figures", _sheet(rows), [], [(None, 2, "C", "layouts-differ")], 2)


def cases() -> list[Case]:
    """Every case."""
    parts = (_layouts, _encodings, _periods, _numbers, _faults, _titles, _workbooks, _old_workbooks, _two_ways)
    return [case for part in parts for case in part()]


def write(case: Case, folder: Path) -> None:
    """Writes the files of a case."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path)


if __name__ == "__main__":
    from tests.support import awful_books, awful_doubts, awful_forms, awful_habits, awful_words

    more = (awful_doubts, awful_habits, awful_forms, awful_words, awful_books)
    for number, each in enumerate([*cases(), *(case for part in more for case in part.cases())], 1):
        write(each, Path(sys.argv[1]) / f"{number:03d}")
