"""The exceptions of the report, each with its facts, rules, groups and comments."""

from __future__ import annotations

from rich.text import Text

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, trend
from pmf_engine.render.terminal.page import WIDE, Page, marked_status, one_line, status_style
from pmf_engine.report.model import ExceptionReport, GroupsOver, Item, Outside
from pmf_engine.report.wording import (
    LETTERS,
    carried_words,
    group_words,
    interval_words,
    lasting_words,
    marks_words,
    parts_words,
    raised_in_words,
    raised_words,
    rule_words,
    signal_words,
    status_word,
    travel_words,
    value_words,
    year_ago_words,
)

_FACTS = 28
"""The width of an indicator's facts: `▼ worsening, year ago 100.0%`."""


def write_exceptions(page: Page, report: ExceptionReport) -> None:
    """Writes the exceptions by level of governance, highest level first."""
    number = 0
    for level in report.levels:
        page.heading(f"To: {level.level.title}", show_count(len(level.items), "exception") if level.items else "none")
        for item in level.items:
            number += 1
            page.line()
            (_write_wide if page.width >= WIDE else _write_narrow)(page, report, item, number)
    if report.below:
        page.line()
        page.line(page.write(f"{show_count(report.below, 'more exception')} below this level."))


def _write_narrow(page: Page, report: ExceptionReport, item: Item, number: int) -> None:
    """An item on a narrow page: title and agency, then facts in two columns, then rules, history and groups."""
    indent = 4
    head = page.write(f"{number:>2}  ", marked_status(item.status), "  ")
    page.line(head + page.write((one_line(item.indicator.title), "bold")), hang=min(head.cell_len, 12))
    page.line(page.write(_lead_agency(report, item)), indent, 2)
    for text in _status_notes(page, item):
        page.line(text, indent, 2)
    left, right = _fact_texts(page, item), [*_band_texts(page, item), page.write(lasting_words(item))]
    room = page.width - indent
    if room >= 70:
        page.columns([(_FACTS, left), (room - _FACTS - 2, right)], indent)
    else:
        for text in (*left, *right):
            page.line(text, indent, 2)
    page.line(page.write(("rule: ", "dim"), rule_words(item)), indent, 2)
    for text in _history_texts(page, item):
        page.line(text, indent, 2)
    _write_raised_in(page, item, indent)
    _write_groups_and_comments(page, item, indent)


def _write_wide(page: Page, report: ExceptionReport, item: Item, number: int) -> None:
    """An item on a wide page: a row of six columns, then notes and groups."""
    areas = "; ".join(one_line(area.title) for area in item.content_areas)
    about = [
        page.write((one_line(item.indicator.title), "bold")),
        page.write(_lead_agency(report, item, item.lead_officer)),
        page.write((f"{item.evidence_type}, {item.level}: {areas}", "dim")),
    ]
    bands = _band_texts(page, item)
    if item.reference:
        bands.append(page.write((f"({one_line(item.reference)})", "dim")))
    lasting = [page.write(part) for part in lasting_words(item).split(", ")]
    digits = max(2, len(str(number)))
    room = page.width - digits - 12 - _FACTS - 28 - 10
    page.columns(
        [
            (digits, [page.write(f"{number:>2}")]),
            (12, [page.write(marked_status(item.status))]),
            (room * 5 // 9, about),
            (_FACTS, _fact_texts(page, item)),
            (room - room * 5 // 9, bands),
            (28, [*lasting, page.write(("rule: ", "dim"), rule_words(item)), *_history_texts(page, item)]),
        ]
    )
    for text in _status_notes(page, item):
        page.line(text, 18, 2)
    _write_raised_in(page, item, 18)
    _write_groups_and_comments(page, item, 18)


def _lead_agency(report: ExceptionReport, item: Item, officer: str | None = None) -> str:
    """The lead agency with its officer, and the period of the figures where it differs from the report's."""
    words = one_line(item.agency.title) + (f" ({one_line(officer)})" if officer else "")
    return words if item.period == report.period else f"{words}; figures for {item.period.label}"


def _status_notes(page: Page, item: Item) -> list[Text]:
    """Notes to the status: that only groups go up, the reason for having no value, the last value, and marks."""
    texts = []
    if item.group_only:
        texts.append(page.write("Only groups go up; the whole does not."))
    if item.status in Status.missing() and item.reason:
        texts.append(page.write(one_line(item.reason)))
    if item.carried:
        texts.append(page.write((carried_words(item.carried), "bold")))
    if item.marks:
        texts.append(page.write(one_line(marks_words(item.marks))))
    return texts


def _fact_texts(page: Page, item: Item) -> list[Text]:
    """The value, its directions of travel, and a sparkline of the last periods with the letter of each status."""
    parts = parts_words(item)
    texts = [page.write((value_words(item), "bold"), f" ({parts})" if parts else "")]
    texts += [page.write(travel) for travel in (travel_words(item), year_ago_words(item)) if travel]
    if len(item.trend) > 1:
        letters = "".join(LETTERS.get(point.status, "?") for point in item.trend)
        blocks = trend([point.value for point in item.trend], ascii=page.ascii)
        texts.append(page.write(blocks, (f"  {letters}", "dim")))
    return texts


def _band_texts(page: Page, item: Item) -> list[Text]:
    """The bands, the interval, and the figures for comparison."""
    bands = [(name, words) for name, words in (("good", item.good), ("tolerance", item.tolerance)) if words]
    texts = [page.write((f"{name}: ", "dim"), one_line(words)) for name, words in bands] or [page.write("not rated")]
    if chance := interval_words(item):
        texts.append(page.write((chance, "dim")))
    compared_texts = [
        page.write((f"{one_line(compared.of.title)}: ", "dim"), compared.shown or "no value")
        for compared in item.compared
    ]
    return texts + compared_texts


def _history_texts(page: Page, item: Item) -> list[Text]:
    """The row that raised the exception, and the signal of the control chart."""
    months = item.period.cadence.months
    facts = [
        ("raised", raised_words(item.raised, months) if item.raised else ""),
        ("signal", signal_words(item.chart, item.own_months)),
    ]
    return [page.write((f"{name}: ", "dim"), one_line(words)) for name, words in facts if words]


def _write_raised_in(page: Page, item: Item, indent: int) -> None:
    """Writes the own periods with an exception, where the period of the report is longer."""
    if item.raised_in:
        page.line(page.write(("raised in: ", "dim"), one_line(raised_in_words(item.raised_in))), indent, 2)


def _write_groups_and_comments(page: Page, item: Item, indent: int) -> None:
    """Writes the groups outside the good band, and the comments of agencies."""
    for outside in item.outside:
        page.line(groups_text(page, outside, item.period.cadence.months), indent, 2)
    for comment in item.comments:
        of = f", of {one_line(comment.group)}" if comment.group else ""
        words = page.write((f"“{one_line(comment.words)}”", "italic"), f" — {one_line(comment.agency.title)}{of}")
        page.line(words, indent, 2)


def groups_text(page: Page, outside: Outside | GroupsOver, months: int) -> Text:
    """Groups by status: `District, 2 of 12: RED Basildon 34.1%; AMBER Harlow 22.0%`."""
    text = page.write(f"{one_line(outside.by.title)}, {len(outside.groups)} of {outside.of}: ")
    for position, status in enumerate(dict.fromkeys(group.status for group in outside.groups)):
        groups = ", ".join(one_line(group_words(group, months)) for group in outside.groups if group.status == status)
        text += page.write("; " if position else "", (status_word(status), status_style(status)), f" {groups}")
    return text
