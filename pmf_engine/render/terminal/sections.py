"""The sections after the exceptions, each only where it has content, and the foot."""

from __future__ import annotations

from collections.abc import Sequence

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date, show_periods
from pmf_engine.render.terminal.page import Page, marked_status, one_line
from pmf_engine.render.validation import problem_words
from pmf_engine.report.audience import data_words, is_withheld, left_out
from pmf_engine.report.chart_words import charts_words, signal_words
from pmf_engine.report.facts import shown_words
from pmf_engine.report.item import Item
from pmf_engine.report.model import ExceptionReport, GroupsOver, LateReturn, Recovered
from pmf_engine.report.wording import (
    carried_words,
    groups_words,
    interval_words,
    marks_words,
    over_words,
    plain_status,
    reason_words,
    sentence,
    travel_words,
    value_words,
    where_words,
)


def write_rest(page: Page, report: ExceptionReport) -> None:
    """Writes every section after the exceptions."""
    _write_indicators(page, report.watch, "Red or amber" if left_out(report) else "Red or amber, not escalated")
    withheld = [item for item in report.without_value if is_withheld(report, item.status)]
    others = [item for item in report.without_value if not is_withheld(report, item.status)]
    _write_indicators(page, withheld, "Withheld")
    _write_indicators(page, others, "Without a figure, not escalated")
    _write_late_returns(page, report)
    _write_recovered(page, report.recovered, "Back to good")
    _write_recovered(page, report.ended, "No longer escalated, though not good")
    _write_groups(page, report, report.groups_over, "Groups no longer escalated")
    title = f"Groups too small to judge alone (fewer than {report.escalate_groups_from})"
    _write_groups(page, report, report.small_groups, title)
    _write_observations(page, report)
    _write_foot(page, report)


def _write_indicators(page: Page, items: Sequence[Item], title: str) -> None:
    """Writes an entry for each indicator that no rule sends up."""
    if not items:
        return
    page.heading(title, show_count(len(items), "indicator"))
    for item in items:
        facts = [value_words(item) if item.value is not None else "", travel_words(item)]
        facts.append(
            reason_words(item).removesuffix(".") if item.status in Status.missing() else f"good is {item.good}"
        )
        facts += [interval_words(item) if item.by_interval else "", carried_words(item.carried) if item.carried else ""]
        signal = signal_words(item.chart, item.own_months)
        facts += [f"control chart: {signal}" if signal else "", marks_words(item.marks)]
        _write_row(page, item.status, item.indicator.title, item.agency.title, facts)


def _write_row(page: Page, status: str, title: str, agency: str, facts: Sequence[str]) -> None:
    """Writes a status and a title, and below them facts and the agency."""
    page.line(page.write(marked_status(page, status), "  ", (one_line(title), "bold")), hang=2)
    words = "; ".join(one_line(fact) for fact in facts if fact)
    page.line(page.write(f"{words}. {one_line(agency)}" if words else one_line(agency)), 2, 2)


def _write_late_returns(page: Page, report: ExceptionReport) -> None:
    """Writes the late returns of each agency, by period and days late."""
    count = sum(len(agency.returns) for agency in report.late)
    page.heading("Late returns", show_count(count, "figure") if count else "none")
    for agency in report.late:
        officer = f" ({one_line(agency.officer)})" if agency.officer else ""
        page.line(page.write((one_line(agency.agency.title), "bold"), officer), hang=2)
        batches: dict[tuple[str, int], list[LateReturn]] = {}
        for late in agency.returns:
            batches.setdefault((late.period, late.days_late), []).append(late)
        for (period, days), returns in batches.items():
            due = f"{period}, due {show_date(returns[0].due)}, {show_count(days, 'day')} late"
            page.line(page.write(due), 2, 2)
            for late in returns:
                again = f" ({show_periods(late.run, late.months)} running)" if late.run > 1 else ""
                page.line(page.write(one_line(late.figure.title) + again), 4, 2)
            waiting = dict.fromkeys(one_line(indicator.title) for late in returns for indicator in late.waiting)
            if waiting:
                page.line(page.write((f"holds up: {'; '.join(waiting)}", "dim")), 4, 2)


def _write_recovered(page: Page, over: Sequence[Recovered], title: str) -> None:
    """Writes an entry for each indicator that has recovered or is no longer an exception."""
    if not over:
        return
    page.heading(title, show_count(len(over), "indicator"))
    for recovered in over:
        facts = [shown_words(recovered.now), *over_words(recovered)]
        _write_row(
            page, recovered.now.status or Status.NO_DATA, recovered.indicator.title, recovered.agency.title, facts
        )


def _write_groups(page: Page, report: ExceptionReport, over: Sequence[GroupsOver], title: str) -> None:
    """Writes a section of groups by indicator and breakdown; nothing without groups."""
    if not over:
        return
    page.heading(title, show_count(sum(len(breakdown.groups) for breakdown in over), "group"))
    for breakdown in over:
        agency = one_line(breakdown.agency.title)
        page.line(page.write((one_line(breakdown.indicator.title), "bold"), f"; {agency}"), hang=2)
        months = report.period.cadence.months
        groups = "; ".join(f"{plain_status(status)} {words}" for status, words in groups_words(breakdown, months))
        page.line(page.write(one_line(f"{where_words(breakdown)}: {groups}")), 2, 2)


def _write_observations(page: Page, report: ExceptionReport) -> None:
    """Writes what agencies observed, in their own words."""
    if not report.observations:
        return
    page.heading("What agencies observed", show_count(len(report.observations), "observation"))
    for observation in report.observations:
        figure, agency = one_line(observation.figure.title), one_line(observation.agency.title)
        page.line(page.write((figure, "bold"), f", {agency}"), hang=2)
        page.line(page.write((f"“{one_line(observation.words)}”", "italic")), 2)


def _write_foot(page: Page, report: ExceptionReport) -> None:
    """Writes the counts of the submissions, the outcomes of control charts, and the legend."""
    quality = report.data_quality
    page.heading("Data and method")
    page.line(page.write(f"Not due yet: {show_count(report.not_due, 'figure')}."))
    page.line(page.write(data_words(report)), hang=2)
    for problem in quality.first_problems:
        page.line(page.write(one_line(f"{problem.file}: {problem_words(problem)}")), 2, hang=2)
    if quality.problems > len(quality.first_problems):
        rest = quality.problems - len(quality.first_problems)
        page.line(page.write(f"`pmf validate` has {show_count(rest, 'more problem')}."), 2)
    if report.charts:
        page.line(page.write(f"Control charts: {sentence(charts_words(report.charts))}"), hang=2)
    for words in () if page.plain else _LEGEND:
        page.line(page.write((words, "dim")), hang=2)


_LEGEND = (
    "Better and worse are by what the board agreed is good; the arrow says which way the number went.",
    "Lines of blocks and letters: the last periods, oldest first, their values and statuses. R red, A amber, "
    "G green, - no rating, L late, ? withheld or without a figure for another reason, · not due or nothing known.",
    "What is said to last for several periods skips periods without a figure.",
)
