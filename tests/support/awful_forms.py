"""Awful files that any reader understands, and that are read: days as periods, numbered labels, columns of codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.awful_files import ACROSS, Q1, Q2, WHOLE, Case, Said
from tests.support.return_files import Fact, as_csv, workbook_of

CHILDREN = Fact("children", Q1, "50")
FORM = [["Measure", "Value"], ["Visits made", "520"], ["Children with a plan", "50"]]
OF_FORM = [WHOLE[2], CHILDREN]


def _csv(rows: Sequence[Sequence[str]], name: str = "care.csv") -> dict[str, bytes | openpyxl.Workbook]:
    return {name: as_csv(rows)}


def _periods() -> Iterator[Case]:
    """Periods by their last day, or by the first and the last."""
    for text in (
        "Quarter ending 30 June 2016",
        "As at 30 June 2016",
        "01/04/2016 - 30/06/2016",
        "1 April - 30 June 2016",
    ):
        yield Case(f"{text} as a title", _csv([[text], *FORM]), OF_FORM)
        yield Case(f"{text} over values", _csv([["Measure", text], *FORM[1:]]), OF_FORM)
        rows = [["period", "agency", "figure", "value"], [text, "care", "visits", "520"]]
        yield Case(f"{text} in a long row", _csv(rows, "a.csv"), WHOLE[2:3])
    for text in ("Return for the quarter ending 30 June 2016", "Children with a plan as at end of Q1 2016-17"):
        yield Case(f"{text} as a title", _csv([[text], *FORM]), OF_FORM)
    yield Case("a last day in the name of a file", _csv(FORM, "care quarter ending 30 June 2016.csv"), OF_FORM)
    yield Case("a last day beside its word", _csv([["Quarter ending", "30/06/2016"], *FORM]), OF_FORM)
    for text, kind in (
        ("Quarter ending 31 May 2016", "nothing-names"), ("As at 31 May 2016", "day-for-a-period"),
        ("As at 1 April 2016", "not-a-period"), ("30 June 2016", "nothing-names"),
    ):  # fmt: skip
        yield Case(f"{text} as a title", _csv([[text], *FORM]), [], [(None, 1, "A", kind)], 2)
    said: list[Said] = [(None, 1, "A", "titles-differ")]
    yield Case(
        "a day outside the file's period", _csv([["As at 30 June 2016"], *FORM], "care Q2 2016-17.csv"), [], said, 2
    )


def _labels() -> Iterator[Case]:
    """Labels with numbers before them, and with the marks of footnotes behind them."""
    before = [f"{number} Visits made" for number in ("1.", "1.2", "a)", "\u2022")]
    for text in (*before, "Visits made*", "Visits made\u00b9", "Visits made [1]:"):
        yield Case(f"{text} as a label", _csv([["Measure", Q1], [text, "520"]]), WHOLE[2:3])
    yield Case("a footnote over a column", _csv([["Quarter", "2. Visits made*"], [Q1, "520"]]), WHOLE[2:3])
    yield Case("visits of two, which are no numbered ones", _csv([["Measure", Q1], ["2 visits made", "520"]]), [],
               [(None, 2, "A", "unknown-figure")], 1)  # fmt: skip
    for label, text in (("Visits made*", "520"), ("Visits made", "520 *")):
        rows = [["Measure", Q1], [label, text], ["* Boys only"]]
        yield Case(f"{label} of {text} with a footnote of boys", _csv(rows), [], [(None, 3, "A", "out-of-scope")], 1)
    rows = [["Measure", Q1], ["Visits made*", "520"], ["* The target is 600"]]
    yield Case("a footnote that speaks of a target", _csv(rows), WHOLE[2:3], [(None, 3, "A", "footnote-read")])


def _columns() -> Iterator[Case]:
    """Columns that number the rows, that name the unit or the own area, and rows of totals."""
    for heading, texts in (("Ref", "12"), ("KPI ref", ("K1", "K2")), ("No.", "12"), ("", "12"), ("Code", ("A1", "B7"))):
        rows = [
            ["Social Care", *[""] * 3],
            [heading, *ACROSS[0]],
            *([text, *row] for text, row in zip(texts, ACROSS[1:], strict=True)),
        ]
        said: list[Said] = [(None, 3 - bool(heading), "A", "derived-column")]
        yield Case(f"rows numbered by {heading!r}", _csv([*rows, ["Source: our system"]], "a.csv"), WHOLE, said)
    rows = [
        ["Ref", "Measure", Q1],
        ["1", "Visits made", "520"],
        ["2", "Boys", ""],
        ["2.1", "Referrals received", "400"],
    ]
    said = [(None, 1, "A", "derived-column"), (None, 3, "B", "out-of-scope")]
    yield Case("a numbered title of boys", _csv(rows), WHOLE[2:3], said, 1)
    rows = [
        ["", "period", "agency", "figure", "value"],
        ["0", Q1, "care", "visits", "520"],
        ["1", Q1, "care", "referrals", "410"],
    ]
    yield Case(
        "the index of a data frame", _csv(rows, "a.csv"), [WHOLE[0], WHOLE[2]], [(None, 1, "A", "derived-column")]
    )
    rows = [["Measure", "Unit", Q1], ["Visits made", "Number", "520"], ["Visits on time", "%", "31"]]
    yield Case("a unit beside each figure", _csv(rows), [WHOLE[2], Fact("on_time", Q1, "31")])
    rows[1][1] = "thousands"
    yield Case("another unit than the figure's", _csv(rows), [Fact("on_time", Q1, "31")],
               [(None, 1, "B", "unknown-column"), (None, 2, "Unit", "out-of-scope")], 1)  # fmt: skip
    rows = [["LA code", "LA name", "Measure", Q1], ["E10000012", "Testshire County Council", "Visits made", "520"]]
    yield Case("the board's own area and its code", _csv(rows), WHOLE[2:3])
    rows[1][1] = "Othershire"
    yield Case("another area", _csv(rows), [], [(None, 1, "A", "unknown-column"), (None, 1, "B", "unknown-column"),
               (None, 2, "LA code", "may-be-part")], 1)  # fmt: skip
    rows = [["Quarter", "Visits made"], [Q1, "520"], [Q2, "540"], ["Total", "1060"]]
    yield Case("a row of totals over quarters", _csv(rows), WHOLE[2:], [(None, 4, "A", "total-row")], 1)
    yield Case("a total alone", _csv([["Measure", Q1], ["Total", "520"]]), [], [(None, 2, "A", "unknown-figure")], 1)


def _unseen() -> Iterator[Case]:
    """Numbers and columns of a workbook that nobody sees."""

    def book(change: Callable[[Worksheet], None]) -> dict[str, bytes | openpyxl.Workbook]:
        written = workbook_of({"Data": [list(row) for row in ACROSS]})
        change(written["Data"])
        return {"care.xlsx": written}

    def white(sheet: Worksheet) -> None:
        sheet["C2"].font = Font(color="FFFFFF")

    def filled(sheet: Worksheet) -> None:
        sheet["C2"].font, sheet["C2"].fill = Font(color="00B050"), PatternFill("solid", fgColor="00B050")

    def headed(sheet: Worksheet) -> None:
        for cell in sheet[1]:
            cell.font, cell.fill = Font(color="FFFFFF"), PatternFill("solid", fgColor="1F4E78")
        sheet["C2"].font, sheet["C2"].fill = Font(color="FFFFFF"), PatternFill("solid", fgColor="00B050")

    def formatted(sheet: Worksheet) -> None:
        sheet["C2"].number_format = ";;;"

    def narrow(sheet: Worksheet) -> None:
        sheet.column_dimensions["C"].width = 0.05

    def flat(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].height = 0.4

    def beyond(sheet: Worksheet) -> None:
        sheet.column_dimensions.group("E", "XFD", hidden=True)

    said: list[Said] = [("Data", 2, "C", "not-a-number")]
    for name, change in (
        ("white", white),
        ("in the colour of its cell", filled),
        ("of a format that hides it", formatted),
    ):
        yield Case(f"a number {name}", book(change), [WHOLE[0], *WHOLE[2:]], said, 1)
    yield Case("white letters on dark cells", book(headed), WHOLE)
    yield Case("a column of no width", book(narrow), [], [("Data", None, None, "hidden-columns-refused")], 4)
    yield Case("a row of no height", book(flat), [], [("Data", 3, None, "hidden-rows-refused")], 4)
    yield Case("hidden columns beyond the table, which hold nothing", book(beyond), WHOLE)


def _notes() -> Iterator[Case]:
    """Notes below a table and titles above it that say of what its numbers are."""
    for note in (
        "All figures in thousands", "Numbers are in 000s", "Note: amounts shown in \u00a3000s",
        "Please note that this return covers boys only", "Data exclude one team, whose system was down",
    ):  # fmt: skip
        yield Case(f"{note} below", _csv([*ACROSS, [note]]), [], [(None, 4, "A", "out-of-scope")], 4)
    for note in ("Counts are of children, not in thousands", "Q2 figures are provisional", "Excludes repeat visits"):
        yield Case(f"{note} below", _csv([*ACROSS, [note]]), WHOLE)
    for title in ("INCOMPLETE", "Not final - to be confirmed"):
        yield Case(f"{title} above", _csv([[title], *ACROSS]), [], [(None, 1, "A", "out-of-scope")], 4)


def _totals() -> Iterator[Case]:
    """Units in a second row of the header, and columns of totals behind their quarters."""
    rows = [["District", "Referrals received", "Visits on time"], ["", "number", "%"], ["North", "41", "31%"]]
    facts = [Fact("referrals", Q1, "41", group="North"), Fact("on_time", Q1, "31", group="North")]
    yield Case("units below the figures", _csv(rows, "care 2016-17 Q1.csv"), facts)
    for heading in ("Year", "2016-17 Total"):
        rows = [["Measure", "Q1", "Q2", heading], ["Visits made", "520", "540", "2100"]]
        said: list[Said] = [(None, 1, "D", "derived-column")]
        yield Case(f"{heading} behind quarters", _csv(rows, "care 2016-17.csv"), WHOLE[2:], said, 1)


def _headers() -> Iterator[Case]:
    """Headers of later blocks that are misspelt: their values are not those of the header before."""
    for first, text in (("agency", "zzreferrals"), ("", "zzreferrals"), ("agency", "Boys referred")):
        rows = [[Q1], ["agency", "referrals"], ["care", "410"], [Q2], [first, text], ["care", "430"]]
        name = f"{text!r} beside {first!r} in the header of a second block"
        yield Case(name, _csv(rows, "return.csv"), WHOLE[:1], [(None, 5, "B", "no-layout")], 1)
    names = ["North", "South", "East Hill"]
    facts = [
        Fact(figure, Q1, str(at), group=name) for figure in ("referrals", "visits") for at, name in enumerate(names)
    ]
    rows = [["agency", "referrals", "", "", "visits", "", ""], ["", *names, *names], ["care", *"012012"]]
    rows[1][1] = "zznorth"
    said: list[Said] = [(None, 2, "B", "unknown-column")]
    yield Case("the first of several districts misspelt", _csv(rows, "a 2016-17 Q1.csv"), facts[1:], said, 1)
    rows[0] = ["agency", "", "referrals", "", "", "visits", ""]
    said = [(None, 1, column, "unknown-column") for column in "BDEG"]
    yield Case("the same below centred figures", _csv(rows, "a 2016-17 Q1.csv"), [facts[1], facts[4]], said, 4)
    rows = [["Measure", Q1], ["Referrals received", "410"], ["See the notes below", ""], ["Visits made", "520"]]
    yield Case("a note between rows", _csv(rows), [WHOLE[0], WHOLE[2]])


def cases() -> list[Case]:
    """Every case."""
    return [case for part in (_periods, _labels, _columns, _unseen, _notes, _totals, _headers) for case in part()]
