"""Templates: the blank return of an agency, a row for each number or grade that it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pmf_engine.domain.periods import Frequency, Period, month_of
from pmf_engine.framework.changes import owed
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.report.item import Named
from pmf_engine.submissions.days import cells_at
from pmf_engine.submissions.submissions import Submissions

_LAST = ("figure", "start", "months", "by", "group", "text", "state")


@dataclass(frozen=True)
class TemplateRow:
    """A cell to fill in.

    Attributes:
        period: The label of the period.
        figure: The id of the figure.
        by: The breakdown of the group; None for the whole.
        group: The group; None for the whole.
        counts: What the figure counts, in words.
        last: What the agency sent for the period before, as it wrote it, or that it was refused; None where it sent
            nothing.
        choices: The grades from worst to best; none for a number or text.
    """

    period: str
    figure: str
    by: str | None
    group: str | None
    counts: str
    last: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """The blank return of an agency on a day; `breakdowns` has those with a column, by id with their titles."""

    board: str
    as_of: date
    agency: Named
    breakdowns: Mapping[str, str]
    rows: tuple[TemplateRow, ...]


def template_of(
    framework: Framework, submissions: Submissions, agency: str, period: Period | None, as_of: date
) -> Template:
    """The blank return of an agency.

    Args:
        framework: The figures that the agency sends.
        submissions: What it sent before, which stands beside.
        agency: The agency.
        period: The periods that end in this one are asked for, and of figures for longer periods the one that ends
            with it; None for the latest period of each figure that has ended.
        as_of: The day of the template.
    """
    sent = cells_at(submissions, as_of).filter(pl.col("agency") == agency)
    last = {
        (figure, start, months, by, group): f"{text} (refused)" if state == "invalid" else text
        for figure, start, months, by, group, text, state in sent.select(*_LAST).iter_rows()
    }
    rows = []
    used: dict[str, str] = {}
    for figure in framework.figures.values():
        if agency not in figure.agencies or figure.frequency == Frequency.AD_HOC:
            continue
        groups = [*_groups(framework, figure)]
        for asked in _periods(framework, figure, agency, period, as_of):
            # beside groups, a whole that stays blank would say that the whole is not available
            before = (figure.id, asked.start - figure.cadence.months, figure.cadence.months)
            sent_whole = (*before, None, None) in last
            needs_whole = not groups or sent_whole or figure.kind not in ("flow", "stock") or not figure.adds_up
            for by, group in [*([(None, None)] if needs_whole else []), *groups]:
                choices = tuple(framework.scales[figure.scale]) if figure.scale is not None else ()
                sent_before = last.get((*before, by, group))
                rows.append(TemplateRow(asked.label, figure.id, by, group, figure.title_and_unit, sent_before, choices))
                if by is not None:
                    used[by] = framework.breakdowns[by].title
    return Template(framework.board.name, as_of, Named(agency, framework.agencies[agency].name), used, tuple(rows))


def _periods(framework: Framework, figure: Figure, agency: str, asked: Period | None, as_of: date) -> Iterator[Period]:
    """The periods of a figure that a template asks for, the earliest first."""
    since, until = owed(framework, figure, agency)
    end = month_of(as_of) if asked is None else asked.end
    period = figure.cadence.last_ended_by(end)
    wanted = [period]
    while asked is not None and period.start - figure.cadence.months >= asked.start:
        period = Period(period.start - figure.cadence.months, figure.cadence)
        wanted.append(period)
    for period in reversed(wanted):
        is_of_asked = asked is None or period.end == asked.end or period.start >= asked.start
        if is_of_asked and (since is None or since < period.end) and (until is None or period.end <= until):
            yield period


def _groups(framework: Framework, figure: Figure) -> Iterator[tuple[str | None, str | None]]:
    """The listed groups by which indicators show a figure."""
    shown = dict.fromkeys(by for each in framework.indicators.values() if figure.id in each.figures for by in each.by)
    for by in shown:
        for name in (framework.breakdowns[by].names or ()) if by in framework.breakdowns else ():
            yield by, name
