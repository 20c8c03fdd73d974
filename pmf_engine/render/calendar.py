"""The calendar of returns as a table, as CSV and JSON, and for calendars of people (iCalendar, RFC 5545)."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5

from pmf_engine.domain.plain_text import csv_cell, tamed
from pmf_engine.judgement.formatting import show_date
from pmf_engine.report.calendar import Calendar, Owed, ReturnState

_COLUMNS = ("due", "agency", "period", "item", "title", "state", "received_on", "starts_on", "ends_on")


def to_table(calendar: Calendar) -> str:
    """A line for each day, agency and period: how many returns are due, and what has become of them."""
    lines = [f"{calendar.board}: returns for {calendar.period}, as of {show_date(calendar.as_of)}", ""]
    groups = [(returns[0], returns) for returns in _together(calendar.owed)]
    widths = [
        max((len(text) for text in texts), default=0)
        for texts in ([show_date(first.due) for first, _ in groups], [first.agency.title for first, _ in groups],
                      [first.period for first, _ in groups])
    ]  # fmt: skip
    for first, returns in groups:
        cells = (show_date(first.due), first.agency.title, first.period)
        padded = [text.ljust(width) for text, width in zip(cells, widths, strict=True)]
        lines.append("  ".join([*padded, _counted(returns)]))
    return "".join(f"{tamed(line).rstrip()}\n" for line in lines)


def _together(owed: Iterable[Owed]) -> list[list[Owed]]:
    """The returns of each agency and period that are due on the same day."""
    alike = groupby(owed, key=lambda each: (each.due, each.agency.id, each.period))
    return [list(returns) for _, returns in alike]


def _counted(returns: list[Owed]) -> str:
    """How many returns, and how many of them are in each state: `3 returns: 2 received, 1 late`."""
    states = Counter(each.state for each in returns)
    parts = ", ".join(f"{states[state]} {state}" for state in ReturnState if states[state])
    return f"{len(returns)} return{'' if len(returns) == 1 else 's'}: {parts}"


def to_csv(calendar: Calendar) -> str:
    """CSV with a row for each return."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in calendar.owed:
        writer.writerow((
            each.due, each.agency.id, each.period, each.item.id, csv_cell(each.item.title), each.state,
            each.received_on or "", each.starts_on, each.ends_on,
        ))  # fmt: skip
    return out.getvalue()


def to_json(calendar: Calendar) -> str:
    """The calendar as one JSON object, with dates in ISO 8601."""
    return json.dumps(asdict(calendar), indent=2, ensure_ascii=False, default=str) + "\n"


def to_icalendar(calendar: Calendar) -> bytes:
    """An all-day event for each day, agency and period, with the returns that are due.

    The identity of an event rests on the board, the agency, the period and the days after it, so that a later calendar
    replaces the events of an earlier one.
    """
    import icalendar

    events = icalendar.Calendar()
    events.add("prodid", "-//pmf-engine//returns//EN")
    events.add("version", "2.0")
    for returns in _together(calendar.owed):
        first = returns[0]
        event = icalendar.Event()
        identity = (calendar.board, first.agency.id, first.period, str((first.due - first.ends_on).days))
        event.add("uid", f"{uuid5(NAMESPACE_URL, '/'.join(identity))}@pmf-engine")
        event.add("dtstamp", datetime.combine(calendar.as_of, time(), UTC))
        event.add("dtstart", first.due)
        event.add("dtend", first.due + timedelta(days=1))
        event.add("summary", f"{first.agency.title}: {first.period}, {_counted(returns)}")
        event.add("description", "\n".join(f"{each.item.title}: {each.state}" for each in returns))
        events.add_component(event)
    content: bytes = events.to_ical()
    return content
