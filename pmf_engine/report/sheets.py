"""The exception report as tables for a workbook: one table a sheet, every cell filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Final

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_date, show_months
from pmf_engine.report.audience import marking_words
from pmf_engine.report.facts import comment_words, shown_words
from pmf_engine.report.first_screen import FirstScreen, first_screen
from pmf_engine.report.first_screen_words import (
    actions_words,
    alert_title,
    assure_sentences,
    data_sentences,
    lead_words,
    level_counts,
    since_words,
)
from pmf_engine.report.item import Item, Named, Point
from pmf_engine.report.matters import Matter
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.paper import Rated
from pmf_engine.report.since import Cause
from pmf_engine.report.since_words import CAUSES, change_title, change_words
from pmf_engine.report.wording import (
    QUESTIONS,
    because_words,
    gap_words,
    groups_words,
    level_of_one,
    level_word,
    marks_words,
    plain_status,
    reason_words,
    sentence,
    travel_words,
    where_words,
)

ABSENT: Final = "[z]"
"""What stands in a cell of which nothing can be said: not applicable."""

_NO_VALUE: Final = {Status.SUPPRESSED: "[c]"}
"""By status, what stands in the place of a value; else `[x]`."""


@dataclass(frozen=True)
class Amount:
    """A number at full precision, with the decimals and the sign that it is shown with."""

    value: float
    places: int = 0
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.value:,.{self.places}f}{self.suffix}"


Content = str | int | Amount | Rated | date


@dataclass(frozen=True)
class SheetTable:
    """A sheet with its one table.

    Attributes:
        name: The name of the sheet.
        title: What the table shows.
        note: How large it is, and where notes are.
        columns: The heads of the columns.
        rows: The cells.
        links: The cells of the first column that are names of other sheets.
        is_cover: Whether it is the cover.
    """

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]
    links: tuple[str, ...] = ()
    is_cover: bool = False

    @property
    def table_name(self) -> str:
        """The name of the table, in letters and digits."""
        return "".join(char if char.isascii() and char.isalnum() else "_" for char in self.name)


def report_sheets(report: ExceptionReport) -> tuple[SheetTable, ...]:
    """The sheets of a report: the cover first, the notes last; a table without rows has one that says so."""
    screen = first_screen(report)
    sheets = [
        _sheet("Summary", "What needs a decision, and what the data are worth", ("About", "What"), _summary(screen)),
        _sheet("Exceptions", "Every exception, by level of governance", _EXCEPTIONS, _exceptions(screen)),
        _sheet("All results", "All indicators, each in its latest period", _RESULTS, _results(report)),
        *_by_group(report),
        _sheet("Returns", "Late returns", _RETURNS, _returns(report)),
        _sheet("Actions", "What was agreed, and what the indicators did since", _ACTIONS, _actions(report)),
        _sheet("Changes", "What has changed since the report that was saved", _CHANGES, _changes(report)),
        _sheet("Notes", "Notes and signs", ("Note", "Meaning"), _notes(report)),
    ]
    about = f"{show_months(report.period)}. Returns received by {show_date(report.as_of)}."
    return with_cover(f"{report.board}: exception report, {report.period.label}", about, sheets)


def with_cover(title: str, about: str, sheets: Sequence[SheetTable]) -> tuple[SheetTable, ...]:
    """Sheets behind a cover that lists them."""
    cover = SheetTable(
        "Cover",
        title,
        f"{about} The table lists the sheets.",
        ("Sheet", "What it holds"),
        tuple((sheet.name, sheet.title) for sheet in sheets),
        tuple(sheet.name for sheet in sheets),
        is_cover=True,
    )
    return (cover, *sheets)


def _sheet(name: str, title: str, columns: tuple[str, ...], rows: Iterator[tuple[Content, ...]]) -> SheetTable:
    """A sheet; `rows` without any become one row that says so."""
    found = tuple(rows)
    filled = found or (("None", *(ABSENT for _ in columns[1:])),)
    note = (
        f"One table of {len(found):,} {'row' if len(found) == 1 else 'rows'}. Signs are explained in the sheet Notes."
    )
    return SheetTable(name, title, note, columns, filled)


def _summary(screen: FirstScreen) -> Iterator[tuple[Content, ...]]:
    for paragraph in screen.report.summary:
        yield "From the chair", paragraph
    yield "In short", lead_words(screen)
    for matter in screen.alert.matters:
        asks = " ".join(map(sentence, matter.asks))
        yield f"Asked of {level_word(screen.alert.level)}", f"{alert_title(matter)}: {asks} {', '.join(matter.owners)}."
    for words in level_counts(screen):
        yield "Others", sentence(words)
    for words in assure_sentences(screen):
        yield "Is anyone better off?", words
    for words in data_sentences(screen):
        yield "What the data are worth", words
    if promised := actions_words(screen):
        yield "What was promised", f"Actions: {promised}."
    yield "What has changed", f"Since {since_words(screen)}."


_EXCEPTIONS: Final = (
    "Number", "With", "Status", "Indicator", "Question", "Content areas", "Lead agency", "Who can mend it", "Period",
    "Value", "Unit", "Numerator", "Denominator", "Good", "Tolerable", "Missing to good", "Better or worse",
    "Periods running", "Groups", "Listed because", "Asked", "Agency's words", "What to know of the data",
)  # fmt: skip


def _exceptions(screen: FirstScreen) -> Iterator[tuple[Content, ...]]:
    """A row for each exception; those that wait for one return have the number of their matter."""
    for matter in screen.matters:
        for item in matter.items:
            yield _exception(matter, item)


def _exception(matter: Matter, item: Item) -> tuple[Content, ...]:
    months = item.period.cadence.months
    groups = []
    for outside in item.outside:
        words = "; ".join(f"{plain_status(status)} {names}" for status, names in groups_words(outside, months))
        groups.append(f"{where_words(outside)}: {words}")
    return (
        matter.number,
        level_of_one(item.escalate_to) if item.escalate_to else ABSENT,
        Rated(plain_status(item.status), item.status),
        item.indicator.title,
        QUESTIONS[item.evidence_type],
        "; ".join(area.title for area in item.content_areas),
        item.agency.title,
        "; ".join(item.owners),
        item.period.label,
        _amount(item.value, item.shown, item.unit, item.status),
        item.unit or "number",
        _count(item.numerator),
        _count(item.denominator),
        item.good or ABSENT,
        item.tolerance or ABSENT,
        gap_words(item) or ABSENT,
        travel_words(item) or ABSENT,
        item.run,
        ". ".join(groups) or ABSENT,
        because_words(item) or ("by its groups" if item.group_only else ABSENT),
        " ".join(map(sentence, matter.asks)),
        " ".join(map(comment_words, item.comments)) or ("No explanation received." if item.shows_words else "[c]"),
        "; ".join(part for part in (marks_words(item.marks), reason_words(item)) if part) or ABSENT,
    )


def _amount(value: float | None, shown: str, unit: str, status: str | None) -> Content:
    """A value as a number with the decimals that it is shown with; a grade by its name; a sign where there is none."""
    if value is None:
        return _NO_VALUE.get(Status(status), "[x]") if status else "[x]"
    bare = shown.rstrip("%").replace(",", "")
    if not isfinite(value) or not bare.lstrip("-").replace(".", "", 1).isdigit():
        return shown
    return Amount(value, len(bare.partition(".")[2]), '"%"' if unit == "%" else "")


def _count(number: float | None) -> Content:
    return ABSENT if number is None else Amount(number, 0 if number.is_integer() else 1)


_RESULTS: Final = (
    "Indicator", "Content area", "Question", "Period", "Status", "Value", "Unit", "Good", "Better or worse",
    "Value before", "Last periods, oldest first",
)  # fmt: skip


def _results(report: ExceptionReport) -> Iterator[tuple[Content, ...]]:
    for line in report.indicators:
        before = line.trend[-2] if len(line.trend) > 1 else None
        yield (
            line.indicator.title,
            line.area.title,
            QUESTIONS[line.evidence_type],
            line.period,
            _rated(line.now),
            _amount(line.now.value, line.now.shown, line.unit, line.now.status),
            line.unit or "number",
            line.good or "not rated",
            line.direction or ABSENT,
            _amount(before.value, before.shown, line.unit, before.status) if before else ABSENT,
            "; ".join(f"{point.period} {shown_words(point)}" for point in line.trend),
        )


def _rated(point: Point) -> Content:
    return Rated(plain_status(point.status), point.status) if point.status else ABSENT


def _by_group(report: ExceptionReport) -> Iterator[SheetTable]:
    """A sheet for each breakdown, with a row for each indicator and group."""
    units = {line.indicator.id: line.unit for line in report.indicators}
    taken: set[str] = set()
    for table in report.by_group:
        name = sheet_name(f"By {table.by.title[:1].lower()}{table.by.title[1:]}", taken)
        rows = (
            (
                named.title,
                group,
                _rated(point),
                _amount(point.value, point.shown, units.get(named.id, ""), point.status),
                units.get(named.id, "") or "number",
            )
            for named, points in table.rows
            for group, point in zip(table.groups, points, strict=True)
            if point is not None
        )
        columns = ("Indicator", _head(table.by), "Status", "Value", "Unit")
        yield _sheet(name, f"All indicators by {table.by.title[:1].lower()}{table.by.title[1:]}", columns, rows)


def _head(by: Named) -> str:
    """The head of a column of groups, unlike the other heads."""
    return by.title if by.title.lower() not in ("indicator", "status", "value", "unit") else f"{by.title} (group)"


def sheet_name(words: str, taken: set[str]) -> str:
    """The name of a sheet: up to 31 characters that Excel takes, and not taken."""
    plain = " ".join("".join(" " if char in "[]:*?/\\'" else char for char in words if char.isprintable()).split())
    name, number = plain[:31].strip() or "Table", 1
    while name.lower() in taken:
        number += 1
        name = f"{plain[:27].strip()} {number}"
    taken.add(name.lower())
    return name


_RETURNS: Final = ("Agency", "Officer", "Figure or list", "Period", "Due", "Days late", "Periods running", "Holds up")


def _returns(report: ExceptionReport) -> Iterator[tuple[Content, ...]]:
    for agency in report.late:
        for late in agency.returns:
            waiting = "; ".join(named.title for named in late.waiting) or ABSENT
            owed = late.figure.title, late.period, late.due, late.days_late, late.run
            yield (agency.agency.title, agency.officer or "not named", *owed, waiting)


_ACTIONS: Final = (
    "Number", "Action", "Indicator", "Group", "Agency", "Owner", "Agreed", "Due", "Done", "State", "Days overdue",
    "What the indicator did since", "Because", "Before and after", "Expected", "Lesson", "Became",
)  # fmt: skip


def _actions(report: ExceptionReport) -> Iterator[tuple[Content, ...]]:
    for action in report.actions or ():
        days = (day or ABSENT for day in (action.agreed_on, action.due_on, action.done_on))
        yield (
            action.id,
            action.text,
            action.indicator.title if action.indicator else ABSENT,
            action.group or ABSENT,
            action.agency.title if action.agency else ABSENT,
            action.owner or "not named",
            *days,
            action.state,
            action.days_overdue,
            str(action.verdict),
            action.reason or ABSENT,
            action.comparison or ABSENT,
            action.expects or ABSENT,
            action.lesson or ABSENT,
            action.became or ABSENT,
        )


_CHANGES: Final = ("Result", "Cause", "What differs")


def _changes(report: ExceptionReport) -> Iterator[tuple[Content, ...]]:
    for change in report.since.changes if report.since else ():
        causes = "; ".join(CAUSES[Cause(cause)][0] for cause in change.causes)
        yield change_title(change), causes, change_words(change)


def _notes(report: ExceptionReport) -> Iterator[tuple[Content, ...]]:
    quality = report.data_quality
    yield "Audience", marking_words(report)
    yield "[c]", "Confidential: withheld, by the agency that holds it or from the public."
    yield "[x]", "Not available: not received, not due, nothing to divide by, or contradicted; the status says which."
    yield "[z]", "Not applicable: there is nothing that could stand here."
    yield (
        "Status",
        "Red, amber and green by what the board agreed is good; the others say why there is no rating.",
    )
    yield "Better or worse", "By what the board agreed is good, compared with the period before and with a year ago."
    yield "Value", "At full precision; the format rounds it. A percentage is a number of hundredths: 70.8 is 70.8%."
    yield (
        "Files",
        f"{quality.files:,} files of returns, {quality.cells_read:,} cells read"
        + ("." if report.audience == Audience.PUBLIC else f", {quality.cells_used:,} used."),
    )
