"""Awful files whose words decide what a number is: lengths of periods, days of making, two columns for the values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import openpyxl

from tests.support.awful_files import Q1, Q2, WHOLE, Case, Said
from tests.support.return_files import Fact, as_csv, workbook_of

Files = dict[str, bytes | openpyxl.Workbook]

VISITS = WHOLE[2:]
FORM = [["Measure", "Value"], ["Visits made", "520"]]
LAST, NEXT = "30/06/2016", "30/09/2016"
SHORT, UNNAMED = "period-too-short", "nothing-names"


def _csv(rows: Sequence[Sequence[str]], name: str = "care.csv") -> Files:
    return {name: as_csv(rows)}


def _lengths() -> Iterator[Case]:
    """Headings that say how long the period of a day is."""
    for heading in ("Month", "Month ending", "Reporting month", "Week ending", "W/e", "Week", "Day", "Month No."):
        rows = [[heading, "Visits made"], [LAST, "520"], [NEXT, "540"]]
        said: list[Said] = [(None, 2, "A", SHORT), (None, 3, "A", SHORT)]
        yield Case(f"days below {heading}", _csv(rows), [], said, 2)
        rows = [["Measure", "Value", heading], ["Visits made", "520", LAST]]
        yield Case(f"a day below {heading}, behind the value", _csv(rows), [], [(None, 2, "C", SHORT)], 1)
        yield Case(f"{heading} beside a day", _csv([[heading, LAST], *FORM]), [], [(None, 1, "B", SHORT)], 1)
        yield Case(f"{heading} before a day", _csv([[f"{heading}: {LAST}"], *FORM]), [], [(None, 1, "A", SHORT)], 1)
        named = _csv([[heading, LAST], *FORM], "care 2016-17 Q1.csv")
        differ = "titles-differ" if heading.startswith(("Month", "Rep")) else SHORT
        if differ == SHORT:
            yield Case(f"{heading} beside a day of the file's quarter", named, [], [(None, 1, "B", SHORT)], 1)
        rows = [["", heading, ""], ["Measure", LAST, NEXT], ["Visits made", "520", "540"]]
        said = [(None, 2, "B", SHORT), (None, 2, "C", SHORT)]
        yield Case(f"{heading} over days", _csv(rows), [], said, 2)
    long = [["Month", "agency", "figure", "value"], [LAST, "care", "visits", "520"]]
    yield Case("days of months in long rows", _csv(long, "a.csv"), [], [(None, 2, "A", SHORT)], 1)
    for heading in ("Quarter", "Quarter ending", "Qtr end", "3 months to", "Quarter end date", "Period ending"):
        rows = [[heading, "Visits made"], [LAST, "520"], [NEXT, "540"]]
        yield Case(f"days below {heading}", _csv(rows), VISITS)
        yield Case(f"{heading} beside a day", _csv([[heading, LAST], *FORM]), VISITS[:1])
    rows = [["Quarter ending", "Visits made"], ["June 2016", "520"], ["Sept 2016", "540"]]
    yield Case("months below Quarter ending", _csv(rows), VISITS)
    rows[0][0] = "Quarter"
    yield Case("months below Quarter", _csv(rows), [], [(None, at, "A", "not-a-period") for at in (2, 3)], 2)
    rows = [["Quarter commencing", "Visits made"], ["01/04/2016", "520"], ["01/07/2016", "540"]]
    yield Case("first days of quarters", _csv(rows), VISITS)
    rows[0][0] = "Quarter ending"
    yield Case("first days as last ones", _csv(rows), [], [(None, at, "A", "day-for-a-period") for at in (2, 3)], 2)
    year = Fact("visits", "2016-17", "520")
    for heading in ("Year", "Year ended", "Financial year ending"):
        yield Case(f"a day below {heading}", _csv([[heading, "Visits made"], ["31/03/2017", "520"]]), [year])
    calls = [Fact("calls", "2016-06", "20", "police"), Fact("calls", "2016-07", "21", "police")]
    rows = [["Month", "Calls taken"], [LAST, "20"], ["31/07/2016", "21"]]
    yield Case("days of months of a monthly figure", _csv(rows, "police.csv"), calls)
    rows = [["Week commencing", "Calls taken"], ["01/07/2016", "21"]]
    yield Case("a week of a monthly figure", _csv(rows, "police.csv"), [], [(None, 2, "A", SHORT)], 1)
    yield Case("a day of a quarter, in the file of its year", _csv([["Period", LAST], *FORM], "care 2016-17.csv"),
               VISITS[:1])  # fmt: skip
    for name, text in (("care 2016-17 Q2.csv", LAST), ("care 2016-17 Q1.csv", NEXT)):
        yield Case(f"a day outside {name}", _csv([["Period", text], *FORM], name), [],
                   [(None, 1, "B", "titles-differ")], 1)  # fmt: skip
    for first, last, facts in (("01/04/2016", LAST, VISITS[:1]), ("01/06/2016", LAST, [])):
        for words in (("From", "To"), ("Period start", "Period end"), ("Start date", "End date")):
            rows = [[words[0], first], [words[1], last], *FORM]
            lost: list[Said] = [] if facts else [(None, 2, "B", SHORT)]
            yield Case(f"{words[0]} {first} {words[1]} {last}", _csv(rows), facts, lost, len(lost))


def _parts() -> Iterator[Case]:
    """Quarters, months and weeks by their numbers."""
    rows = [["Year", "Quarter", "Visits made"], ["2016-17", "1", "520"], ["2016-17", "2", "540"]]
    yield Case("quarters by number beside their year", _csv(rows), VISITS)
    yield Case("quarters by number", _csv([row[1:] for row in rows], "care 2016-17.csv"), VISITS)
    for key in (["Quarter", "1"], ["Quarter: 1"], ["Qtr", "Q1"]):
        yield Case(f"{key} above", _csv([key, ["Year", "2016-17"], *FORM]), VISITS[:1])
        yield Case(f"{key} below its year", _csv([["Year: 2016-17"], key, *FORM]), VISITS[:1])
    months = [["Year", "Month", "Calls taken"], ["2016-17", "1", "20"], ["2016-17", "2", "20"]]
    said: list[Said] = [(None, 1, "B", "unknown-column"), (None, 2, "Month", "may-be-part")]
    yield Case("months by number, which may be of either year", _csv(months, "police.csv"), [],
               [*said, (None, 3, "Month", "may-be-part")], 2)  # fmt: skip
    for word, kind in (("Week", SHORT), ("Month", "not-a-period")):
        named = _csv([[word, "4"], *FORM], "care 2016-17 Q1.csv")
        yield Case(f"{word} 4 of a quarter", named, [], [(None, 1, "B", kind)], 1)
    rows = [["Team", "Measure", "Value"], ["1", "Visits made", "520"], ["2", "Referrals received", "410"]]
    teams: list[Said] = [(None, 1, "A", "unknown-column")]
    yield Case("teams by number", _csv(rows, "care 2016-17 Q1.csv"), [VISITS[0], WHOLE[0]], teams, 2)


def _other_years() -> Iterator[Case]:
    """Years that begin in another month than the board's."""
    for year in ("Academic year", "School year", "Calendar year"):
        yield Case(f"{year} above", _csv([[f"{year} 2016-17"], *FORM]), [], [(None, 1, "A", UNNAMED)], 1)
        yield Case(f"{year} in a file's name", _csv(FORM, f"care {year} 2016-17.csv"), [],
                   [(None, 2, None, UNNAMED)], 1)  # fmt: skip
        yield Case(f"{year} beside a year", _csv([[year, "2016-17"], *FORM]), [], [(None, 1, "B", "not-a-period")], 1)
        rows = [[year, "Visits made"], ["2016-17", "520"]]
        yield Case(f"{year} as a column", _csv(rows), [], [(None, 2, "A", "not-a-period")], 1)
        rows = [[year, "Quarter", "Visits made"], ["2016-17", "Q1", "520"]]
        yield Case(f"{year} beside quarters", _csv(rows), [], [(None, 2, "B", "not-a-period")], 1)
    for title in ("Calendar of returns", "School nursing", "Academic attainment"):
        yield Case(f"{title} beside a quarter", _csv([[f"{title} {Q1}"], *FORM]), VISITS[:1])


def _made() -> Iterator[Case]:
    """Days on which something was made, which are no periods."""
    day = "30 June 2016"
    for word in (
        "Date", "Date produced", "Extracted on", "Run date", "Printed", "Report date", "Last updated", "Date of return",
        "Return due", "Completed", "Data extracted as at", "Submitted on", "Sheet refreshed",
    ):  # fmt: skip
        yield Case(f"{word} beside a day", _csv([[word, day], *FORM]), [], [(None, 1, "B", UNNAMED)], 1)
        yield Case(f"{word} before a day", _csv([[f"{word} {day}"], *FORM]), [], [(None, 1, "A", UNNAMED)], 1)
        yield Case(
            f"{word} beside a day of another quarter", _csv([[f"Period: {Q1}"], [word, NEXT], *FORM]), VISITS[:1]
        )
        yield Case(f"{word} beside a month", _csv([[word, "June 2016"], ["Measure", "Value"], ["Calls taken", "20"]],
                   "police.csv"), [], [(None, 1, "B", UNNAMED)], 1)  # fmt: skip
        if word != "Date":
            rows = [[word, "Measure", "Value"], [LAST, "Visits made", "520"]]
            yield Case(f"{word} as a column", _csv(rows), [], [(None, 2, None, UNNAMED)], 1)
    for words in ("data extracted as at", "printed", "report run on"):
        yield Case(f"{words} in a file's name", _csv(FORM, f"care {words} {day}.csv"), [],
                   [(None, 2, None, UNNAMED)], 1)  # fmt: skip
        yield Case(f"{words} in a name with a quarter", _csv(FORM, f"care {Q1} ({words} 12 July 2016).csv"), VISITS[:1])
    rows = [["Date", "Measure", "Value"], [NEXT, "Visits made", "520"]]
    dated: list[Said] = [(None, 1, "A", "unknown-column"), (None, 2, "Date", "may-be-part")]
    yield Case("a column of dates in a file with a quarter", _csv(rows, f"care {Q1}.csv"), [], dated, 1)
    yield Case("a column of dates in a file without one", _csv(rows), [VISITS[1]._replace(text="520")], dated[:1])
    rows = [["Printed", "2016-06-30 09:05:00"], ["Quarter", "1"], ["Year", "2016/17"], *FORM]
    yield Case("a day with its hour above a quarter", _csv(rows), VISITS[:1])
    yield Case("a day beside an unknown word", _csv([["Monthly return", day], *FORM]), [],
               [(None, 1, "B", UNNAMED)], 1)  # fmt: skip
    children = [["Measure", "Value"], ["Children with a plan", "50"]]
    for row in ([f"As at {day}"], ["As at", day], ["Census date", day], [f"Data as at {day}"]):
        yield Case(f"{row} of a stock", _csv([row, *children]), [Fact("children", Q1, "50")])
    rows = [["Return for the quarter ending", day], *FORM]
    yield Case("a quarter's words beside its last day", _csv(rows), VISITS[:1])


def _values() -> Iterator[Case]:
    """Two columns that may hold the values, and one that may number the rows."""
    name = f"care {Q1}.csv"
    labels = ["Visits made", "Referrals received"]
    facts = [WHOLE[2], WHOLE[0]]
    for head in (["No.", "Measure", "Total"], ["Number", "Measure", "Count"], ["No.", "Measure", "Actual"]):
        rows = [head, ["4", labels[0], "520"], ["7", labels[1], "410"]]
        yield Case(f"{head}", _csv(rows, name), [], [(None, 1, "C", "two-values")], 4)
        turned = [[row[1], row[0], row[2]] for row in rows]
        yield Case(f"{turned[0]}", _csv(turned, name), [], [(None, 1, "C", "two-values")], 4)
        blank = [head, ["4", labels[0], ""], ["7", labels[1], ""]]
        yield Case(f"{head} that nobody filled in", _csv(blank, name), [], [(None, 1, "C", "two-values")], 2)
    rows = [["No.", "Measure", "value"], ["4", labels[0], "520"], ["7", labels[1], "410"]]
    said: list[Said] = [(None, 1, "A", "unknown-column")]
    yield Case("No. beside value", _csv(rows, name), facts, said, 2)
    rows = [["No.", "Measure", Q1], *rows[1:]]
    yield Case("No. beside a quarter", _csv(rows), facts, [(None, 1, "A", "derived-column")], 2)
    rows = [["", Q1, ""], ["Measure", "No.", "Total"], [labels[0], "520", "900"]]
    yield Case("No. and Total below a quarter", _csv(rows), [], [(None, 2, "C", "two-values")], 2)
    rows = [["No.", "Measure", "Comment"], ["4", labels[0], "to follow"], ["7", labels[1], "to follow"]]
    yield Case("No. alone, before the labels", _csv(rows, name), [], [(None, 1, "A", "values-or-rows")], 2)
    rows = [["Number", "Measure"], ["520", labels[0]], ["410", labels[1]]]
    yield Case("numbers before their labels", _csv(rows, name), facts)
    rows = [["Measure", "Value", "Value"], [labels[0], "520", "530"]]
    yield Case("Value twice", _csv(rows, name), [], [(None, 1, "C", "two-values")], 2)
    yield Case("Total alone", _csv([["Measure", "Total"], [labels[0], "520"]], name), facts[:1])


def _footnotes() -> Iterator[Case]:
    """Footnotes that change what a number is, that say how sure it is, and that say nothing of it."""
    name = f"care {Q1}.csv"
    form = [["Measure", "Value"], ["Visits made", "520"], ["Referrals received", "410"]]
    lost: list[Said] = [(None, 4, "A", "footnote-unknown")]
    for note in (
        "in '00s", "percentage", "figure is for Q4", "provisional - excludes June", "June missing", "families",
        "four teams of five", "as recorded, but without the out of hours team", "see also the figure for last year",
        "from the town", "source: the night team", "required for girls in care",
    ):  # fmt: skip
        for mark, before in (("*", "* "), ("\u00b9", "1 "), ("[1]", "Note 1: "), ("\u2020", "\u2020 ")):
            rows = [form[0], [f"Visits made{mark}", "520"], form[2], [f"{before}{note}"]]
            yield Case(f"{before}{note}, of a label", _csv(rows, name), WHOLE[:1], lost, 1)
        rows = [form[0], ["Visits made", "520*"], form[2], [f"* {note}"]]
        yield Case(f"{note}, of a number", _csv(rows, name), WHOLE[:1], lost, 1)
        rows = [["Measure", "Value*"], *form[1:], [f"* {note}"]]
        yield Case(f"{note}, of the header", _csv(rows, name), [], lost, 2)
        rows = [["Measure*", "Value"], *form[1:], [f"* {note}"]]
        yield Case(f"{note}, of the labels", _csv(rows, name), [], lost, 2)
        rows = [["Children's return*"], *form, [f"* {note}"]]
        yield Case(f"{note}, of the title", _csv(rows, name), [], [(None, 5, "A", "footnote-unknown")], 2)
    rows = [form[0], ["Visits made", "520*"], form[2], ["* data taken from North"]]
    yield Case("a group in a footnote", _csv(rows, name), WHOLE[:1], [(None, 4, "A", "out-of-scope")], 1)
    rows = [["Measure", Q1, Q2], ["Visits made", "520*", "540"], ["Referrals received", "410", "430"]]
    percent = [*rows, ["* percentage"]]
    yield Case(
        "one marked number of four", _csv(percent), [*WHOLE[:2], WHOLE[3]], [(None, 4, "A", "footnote-unknown")], 1
    )
    long = [["period", "agency", "figure", "value"], [Q1, "care", "visits", "520*"], ["* percentage"]]
    yield Case("a marked number in a long row", _csv(long, "a.csv"), [], [(None, 3, "A", "footnote-unknown")], 1)
    rows = [form[0], ["Visits made*", "520"], ["* boys only"]]
    for note in ("* boys only", "Notes: * boys only"):
        kept = [*form[:1], *form[2:], [note]]
        yield Case(f"{note}, without its mark", _csv(kept, name), [] if note[0] == "*" else WHOLE[:1],
                   [(None, 3, "A", "out-of-scope")] if note[0] == "*" else [], int(note[0] == "*"))  # fmt: skip
    for split in (["Notes:", "* percentage"], ["*", "a percentage"], ["* families", "not children"]):
        rows = [form[0], ["Visits made*", "520"], form[2], split]
        yield Case(f"{split}", _csv(rows, name), WHOLE[:1], lost, 1)
    read: list[Said] = [(None, 4, "A", "footnote-read")]
    for note in ("see guidance overleaf", "as recorded", "estimate", "provisional figures", "Source: our system"):
        rows = [form[0], ["Visits made*", "520"], form[2], [f"* {note}"]]
        yield Case(f"* {note}", _csv(rows, name), [WHOLE[2], WHOLE[0]], read)
    rows = [["Measure", "Value", "Note"], ["Visits made", "520", "1"], form[2], ["1. percentage"]]
    noted: list[Said] = [*lost, (None, 1, "C", "derived-column")]
    yield Case("a mark in a column of notes", _csv(rows, name), WHOLE[:1], noted, 2)
    for figure, unit, fits in (
        ("Children with a plan", "families", False), ("Children with a plan", "children", True),
        ("Visits made", "households", False), ("Visits made", "Number", True), ("Visits made", "visits", True),
    ):  # fmt: skip
        fact = Fact("children" if "plan" in figure else "visits", Q1, "50")
        rows = [["Measure", "Unit", "Value"], [figure, unit, "50"]]
        said: list[Said] = [(None, 1, "B", "unknown-column"), (None, 2, "Unit", "out-of-scope")]
        yield Case(f"{figure} in {unit}", _csv(rows, name), [fact] if fits else [], [] if fits else said, int(not fits))


def _covers() -> Iterator[Case]:
    """Sheets that name the agency and period of the other sheets."""
    form = [["Measure", "Value"], ["Visits made", "520"], ["Referrals received", "410"]]
    facts = [WHOLE[2], WHOLE[0]]

    def book(cover: list[list[str]], name: str = "book.xlsx", tab: str = "Cover", **sheets: list[list[str]]) -> Files:
        return {name: workbook_of({tab: cover, **(sheets or {"Data": form})})}

    care = ["Agency", "Social Care"]
    keyed = [["Quarterly return"], care, ["Period", Q1], ["Completed by", "A Smith"], ["Telephone", "01245123456"]]
    phone: list[Said] = [("Cover", None, None, "notes-sheet")]
    yield Case("a cover with words for its roles", book(keyed[:4]), facts)
    yield Case("a cover with a number of a telephone", book(keyed), facts, phone)
    yield Case("a cover under another name", book(keyed[:4], tab="Start here"), facts)
    yield Case("a cover without such words", book([["Return"], ["Social Care"], [Q1]]), facts)
    yield Case("a cover with the year of sheets", book([care, ["Year", "2016-17"]], Q1=form, Q2=form),
               [*facts, WHOLE[3]._replace(text="520"), WHOLE[1]._replace(text="410")])  # fmt: skip
    north = [fact._replace(group="North") for fact in facts]
    yield Case("a cover of a district", book([*keyed[:3], ["District", "North"]]), north)
    lost: list[Said] = [("Data", None, None, "titles-differ")]
    for name, cover in (
        ("care Q2 2016-17.xlsx", keyed[1:3]), ("police.xlsx", keyed[1:3]),
        ("a.xlsx", [*keyed[1:3], ["Period", Q2]]), ("b.xlsx", [*keyed[1:3], ["Agency", "Test Police"]]),
    ):  # fmt: skip
        yield Case(f"a cover that differs from {name}", book(cover, name), [], lost, 2)
    sheet = [[f"Period: {Q2}"], *form]
    yield Case("a cover that differs from a sheet", book(keyed[:3], Data=sheet), [],
               [("Data", 1, "A", "titles-differ")], 2)  # fmt: skip
    for status in ("Draft v2", "Status: draft", "DO NOT USE"):
        yield Case(f"a cover that says {status}", book([*keyed[1:3], [status]]), [],
                   [("Data", None, None, "out-of-scope")], 2)  # fmt: skip


def _signatures() -> Iterator[Case]:
    """Rows below the values that say who signed the form and when."""
    form = [["Measure", "Value"], ["Visits made", "520"]]
    for rows in (
        [["Signed: A Smith 12/7/2016"]], [["Signed:", "A Smith"], ["Date:", "12/7/2016"]], [["Signed", "12/7/2016"]],
        [["Completed by", "A Smith"], ["Telephone", "01245123456"], ["E-mail", "a@b.example"]],
    ):  # fmt: skip
        yield Case(f"{rows} below", _csv([*form, *rows], f"care {Q1}.csv"), WHOLE[2:3])
    rows = [*form, ["Completed visits", "8"]]
    yield Case("a misspelt figure is no signature", _csv(rows, f"care {Q1}.csv"), WHOLE[2:3],
               [(None, 3, "A", "unknown-figure")], 1)  # fmt: skip


def cases() -> list[Case]:
    """Every case."""
    parts = (_lengths, _parts, _other_years, _made, _values, _footnotes, _covers, _signatures)
    return [case for part in parts for case in part()]
