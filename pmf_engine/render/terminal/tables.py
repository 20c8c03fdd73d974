"""The tables that follow everything else: all indicators by content area, and each group of a breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count
from pmf_engine.render.terminal.exceptions import drawn_points
from pmf_engine.render.terminal.page import Page, marked_status, one_line
from pmf_engine.report.audience import is_withheld
from pmf_engine.report.item import Named, Point
from pmf_engine.report.model import ExceptionReport, GroupTable, IndicatorLine
from pmf_engine.report.tables import titled_lines
from pmf_engine.report.wording import plain_status

_TREND, _VALUE, _STATUS = 26, 18, 12


def write_tables(page: Page, report: ExceptionReport) -> None:
    """Writes the table of all indicators, and a table for each breakdown."""
    if report.indicators:
        page.heading("All indicators, with their last eight periods", show_count(len(report.indicators), "indicator"))
    for area, lines in groupby(report.indicators, key=lambda line: line.area):
        page.line()
        page.line(page.write((one_line(area.title), "bold")))
        for line, title in titled_lines(lines):
            _write_line(page, line, title)
    for table in report.by_group:
        _write_groups(page, report, table)


def _write_line(page: Page, line: IndicatorLine, title_: str) -> None:
    """Writes an indicator: in columns where the page is wide enough, else below its title."""
    status = page.write(marked_status(page, line.now.status or Status.NO_DATA))
    unit = f" {line.unit}" if line.unit not in ("", "%") and line.now.shown else ""
    value = page.write(f"{line.now.shown}{unit}" or "")
    points = page.write(drawn_points(page, line.trend) if len(line.trend) > 1 else "")
    title = page.write(one_line(title_))
    room = page.width - _STATUS - _VALUE - _TREND - 8
    if room >= 40 and not page.plain:
        page.columns([(_STATUS, [status]), (room, [title]), (_VALUE, [value]), (_TREND, [points])])
        return
    page.line(status + page.write("  ") + title, hang=2)
    words = [part for part in (value, points) if part.plain]
    for part in words:
        page.line(part, 4, 2)


def _write_groups(page: Page, report: ExceptionReport, table: GroupTable) -> None:
    """Writes a table of one breakdown: for each group the counts of statuses, and the indicators that are red."""
    page.heading(f"By {one_line(table.by.title).lower()}", show_count(len(table.groups), "group"))
    for place, group in enumerate(table.groups):
        points = [(named, row[place]) for named, row in table.rows]
        counts = ", ".join(
            f"{_count(points, status)} {plain_status(status)}" for status in (Status.RED, Status.AMBER, Status.GREEN)
        )
        missing = [point.status for _, point in points if point and point.status in Status.missing()]
        withheld = sum(is_withheld(report, status) for status in missing)
        counts += f", {withheld} withheld" if withheld else ""
        counts += f", {len(missing) - withheld} without a figure" if len(missing) > withheld else ""
        page.line(page.write((one_line(group), "bold"), f"  {counts}"), hang=2)
        red = [
            f"{one_line(named.title)} {point.shown}" for named, point in points if point and point.status == Status.RED
        ]
        if red:
            page.line(page.write(f"red: {'; '.join(red)}"), 2, 2)


def _count(points: Sequence[tuple[Named, Point | None]], status: str) -> int:
    return sum(point is not None and point.status == status for _, point in points)
