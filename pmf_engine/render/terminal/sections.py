"""The sections after the exceptions, each only where it has content, and the foot."""

from __future__ import annotations

from collections.abc import Sequence

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.render.terminal.exceptions import groups_text
from pmf_engine.render.terminal.page import WIDE, Page, marked_status, one_line
from pmf_engine.render.validation import problem_words
from pmf_engine.report.model import ExceptionReport, GroupsOver, Item, LateReturn, Recovered
from pmf_engine.report.wording import (
    carried_words,
    charts_words,
    interval_words,
    marks_words,
    over_words,
    signal_words,
    status_word,
    travel_words,
    value_words,
    year_ago_words,
)

_LONGEST_ROW = 110


def write_indicators(page: Page, items: Sequence[Item], title: str) -> None:
    """Writes a row for each indicator that no rule sends up."""
    if not items:
        return
    page.heading(title, show_count(len(items), "indicator"))
    for item in items:
        travel = travel_words(item).split(",")[0] if item.direction else ""
        year_ago = year_ago_words(item) if item.year_ago and item.year_ago.direction != item.direction else ""
        chance = interval_words(item) if item.by_interval else ""
        last = carried_words(item.carried) if item.carried else ""
        why = item.reason or "" if item.status in Status.missing() else f"good: {item.good}"
        signal = signal_words(item.chart, item.own_months)
        facts = [value_words(item), travel, year_ago, why, chance, last, f"signal: {signal}" if signal else ""]
        facts.append(marks_words(item.marks))
        _write_row(page, item.status, item.indicator.title, item.agency.title, facts)


def _write_row(page: Page, status: str, title: str, agency: str, facts: Sequence[str]) -> None:
    """Writes a status, a title, facts (the first in bold) and an agency: in columns, or stacked on a narrow page."""
    words = page.write((one_line(facts[0]), "bold"), *(f"; {one_line(fact)}" for fact in facts[1:] if fact))
    left = max(9, len(status_word(status)) + 2)
    if page.width >= WIDE:
        room = page.width - left - 6
        page.columns(
            [
                (left, [page.write(marked_status(status))]),
                (room * 2 // 5, [page.write((one_line(title), "bold"))]),
                (room * 3 // 10, [words]),
                (room * 3 // 10, [page.write(one_line(agency))]),
            ]
        )
        return
    words += page.write(f"; {one_line(agency)}")
    page.columns(
        [(left, [page.write(marked_status(status))]), (page.width - left - 2, [page.write(one_line(title)), words])]
    )


def write_late_returns(page: Page, report: ExceptionReport) -> None:
    """Writes the late returns of each agency, by period and days late."""
    count = sum(len(agency.returns) for agency in report.late)
    page.heading("Late returns", show_count(count, "figure") if count else "none")
    for agency in report.late:
        page.line(page.write((one_line(agency.agency.title), "bold")), hang=2)
        batches: dict[tuple[str, int], list[LateReturn]] = {}
        for late in agency.returns:
            batches.setdefault((late.period, late.days_late), []).append(late)
        for (period, days), returns in batches.items():
            due = f" {show_count(days, 'day')}: {period}, due {show_date(returns[0].due)}"
            page.line(page.write(marked_status(Status.LATE), due), 2, 2)
            for late in returns:
                again = f" ({show_count(late.run, 'period')} running)" if late.run > 1 else ""
                page.line(page.write(one_line(late.figure.title) + again), 4, 2)
            waiting = dict.fromkeys(one_line(indicator.title) for late in returns for indicator in late.waiting)
            if waiting:
                page.line(page.write((f"waiting: {'; '.join(waiting)}", "dim")), 4, 2)


def write_recovered(page: Page, over: Sequence[Recovered], title: str) -> None:
    """Writes a row for each indicator that has recovered or is no longer an exception."""
    if not over:
        return
    page.heading(title, show_count(len(over), "indicator"))
    for recovered in over:
        facts = [recovered.now.shown or "no value", *over_words(recovered)]
        _write_row(page, recovered.now.status or "", recovered.indicator.title, recovered.agency.title, facts)


def write_groups_over(page: Page, report: ExceptionReport) -> None:
    """Writes the groups that are no longer exceptions, by indicator."""
    _write_groups(page, report, report.groups_over, "Groups no longer an exception")


def write_small_groups(page: Page, report: ExceptionReport) -> None:
    """Writes the red and amber groups that are too small to be escalated, by indicator."""
    title = f"Groups outside, too small to escalate (fewer than {report.escalate_groups_from})"
    _write_groups(page, report, report.small_groups, title)


def _write_groups(page: Page, report: ExceptionReport, over: Sequence[GroupsOver], title: str) -> None:
    """Writes a section of groups by indicator and breakdown; nothing without groups."""
    if not over:
        return
    page.heading(title, show_count(sum(len(breakdown.groups) for breakdown in over), "group"))
    for breakdown in over:
        agency = one_line(breakdown.agency.title)
        page.line(page.write((one_line(breakdown.indicator.title), "bold"), f"; {agency}"), hang=2)
        page.line(groups_text(page, breakdown, report.period.cadence.months), 2, 2)


def write_unrated(page: Page, report: ExceptionReport) -> None:
    """Writes the indicators without a tolerance: title, value and direction."""
    if not report.unrated:
        return
    page.heading("For information, not rated", show_count(len(report.unrated), "indicator"))
    for item in report.unrated:
        words = (item.indicator.title, value_words(item), travel_words(item))
        title, value, before = (page.write(one_line(text)) for text in words)
        if page.width >= 72:
            room = min(page.width, _LONGEST_ROW)
            page.columns([(room - 37, [title]), (18, [value]), (15, [before])])
        else:
            page.line(title, hang=2)
            page.line(value + page.write("  ") + before, 2, 2)
        if item.marks:
            page.line(page.write((one_line(marks_words(item.marks)), "dim")), 2, 2)


def write_observations(page: Page, report: ExceptionReport) -> None:
    """Writes the evidence in words from agencies."""
    if not report.observations:
        return
    page.heading("What agencies observed", show_count(len(report.observations), "observation"))
    for observation in report.observations:
        page.line(
            page.write((one_line(observation.figure.title), "bold"), f", {one_line(observation.agency.title)}"), hang=2
        )
        page.line(page.write((f"“{one_line(observation.words)}”", "italic")), 2)


def write_foot(page: Page, report: ExceptionReport) -> None:
    """Writes the counts of the submissions, the outcomes of control charts, and the legend."""
    quality = report.data_quality
    lists = f"{show_count(quality.records_read, 'record')} in {show_count(quality.lists, 'file')} of lists; "
    lists = lists if quality.lists else ""
    page.heading("Data and legend")
    page.line(page.write(f"Not due yet: {show_count(report.not_due, 'figure')}."))
    page.line(
        page.write(
            f"Data: {show_count(quality.files, 'file')}, {show_count(quality.cells_read, 'cell')} read = "
            f"{quality.cells_used:,} used + {quality.cells_set_aside:,} set aside; "
            f"{lists}{show_count(quality.problems, 'problem')} reported."
        ),
        hang=2,
    )
    for problem in quality.first_problems:
        page.line(page.write(one_line(f"{problem.file}: {problem_words(problem)}")), 2, hang=2)
    if quality.problems > len(quality.first_problems):
        rest = quality.problems - len(quality.first_problems)
        page.line(page.write(f"`pmf validate` has {show_count(rest, 'more problem')}."), 2)
    if report.charts:
        page.line(page.write(f"Control charts: {charts_words(report.charts)}."), hang=2)
    for words in (
        "▲ improving, ▼ worsening, ► unchanged: whether it gets better, not whether it rises.",
        "Lines of blocks and letters: the last periods, oldest first, their values and statuses. R red, A amber, "
        "G green, - not rated, L late, ? without a value for another reason, · not due or nothing known.",
        "Rules `for N periods` skip periods without a value.",
    ):
        page.line(page.write((words, "dim")), hang=2)
