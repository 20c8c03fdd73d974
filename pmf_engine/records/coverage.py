"""Coverage: the days for which the files of a list have every record.

A file covers the days in the manifest; without them the period in its name; without that the days from its first record
to its last. Of these days whole months count, and no day after the file's receipt. `overlap` decides which file counts
for a day that several files cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.dates import FIRST_DATA_YEAR, DateRange
from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records.columns import AGENCY, group_names
from pmf_engine.submissions.engines import first_line, result
from pmf_engine.submissions.file_state import CHANGED
from pmf_engine.submissions.folder import manifest_line as line
from pmf_engine.submissions.list_csv import read_again
from pmf_engine.submissions.list_parts import ListPart, refused
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Vocabulary

_FIRST_DAY = date(FIRST_DATA_YEAR, 1, 1)
"""The first day that a record may have."""


@dataclass(frozen=True)
class Coverage:
    """Days that a file covers, or may cover, for an agency.

    Attributes:
        days: The days.
        exact: The manifest or the name of the file gives the days.
        refused: The file may cover the days, but could not be read or understood.
        part: The part of the list that the file holds.
        settled_by: What would say which days it covers, where they are unknown.
        empty: The file, where it has a header and no records and so covers days without records.
    """

    days: DateRange
    exact: bool
    refused: bool = False
    part: str = ""
    settled_by: str | None = None
    empty: str | None = None

    @property
    def touched(self) -> range:
        """The months of any of the days.

        >>> len(Coverage(DateRange(date(2016, 4, 20), date(2016, 5, 2)), exact=True).touched)
        2
        """
        return range(month_of(self.days.first), month_of(self.days.last) + 1)


def whole_months(days: DateRange) -> range:
    """The months with every day in a range.

    >>> len(whole_months(DateRange(date(2016, 4, 1), date(2016, 5, 30))))
    1
    """
    return range(month_of(days.first) + (days.first.day > 1), month_of(days.last + timedelta(days=1)))


def month_ends(days: DateRange) -> range:
    """The months with their last day in a range.

    >>> len(month_ends(DateRange(date(2017, 3, 31), date(2017, 3, 31))))
    1
    """
    return range(month_of(days.first), month_of(days.last + timedelta(days=1)))


def joined(coverage: Iterable[Coverage]) -> list[DateRange]:
    """The days that files cover, per part of the list: ranges that overlap or adjoin are merged into one."""
    joined_days: list[DateRange] = []
    days_of_part: dict[str, list[DateRange]] = {}
    for each in coverage:
        if not each.refused and each.settled_by is None:
            days_of_part.setdefault(each.part, []).append(each.days)
    for ranges in days_of_part.values():
        merged: list[DateRange] = []
        for days in sorted(ranges):
            if merged and days.first <= merged[-1].last + timedelta(days=1):
                merged[-1] = DateRange(merged[-1].first, max(merged[-1].last, days.last))
            else:
                merged.append(days)
        joined_days += merged
    return joined_days


def standing(parts: Sequence[ListPart], as_of: date) -> list[ListPart]:
    """The list parts received by a day, each with `latest`, the last possible day of its records."""
    today = max(as_of, date.today())
    came = (part for part in parts if part.received_on is None or part.received_on <= as_of)
    return [replace(part, latest=part.received_on or today) for part in came]


def readable(part: ListPart, list_: RecordList, framework: Framework) -> ListPart:
    """A list part that does not raise when it is read, and of whose file no other version was read.

    A damaged part is read again row by row where it is a CSV file; any other has no frame, and a problem. It is read
    on this machine, so that an engine elsewhere that fails is not taken for damage.

    Args:
        part: The list part.
        list_: Its list.
        framework: The framework of the list.
    """
    if part.frame is None:
        return part
    if part.changed:
        return refused(part, "unreadable", why=CHANGED)
    try:
        result(part.frame.select(pl.len(), pl.all().count().name.suffix("_")), "streaming")
    except DAMAGED as error:
        if part.changed:
            return refused(part, "unreadable", why=CHANGED)
        if part.path is None:
            return refused(part, "unreadable", why=f"it raised while it was read: {first_line(error)}")
        if part.path.suffix.lower() == ".csv" and not part.ready:
            return read_again(part, list_, framework)
        return refused(part, "unreadable", why="it is damaged")
    return part


# -- the coverage of files --------------------------------------------------------------------


def known_days(list_: RecordList, dates: Mapping[str, object]) -> DateRange | None:
    """The days that a file covers judging by its records alone.

    Args:
        list_: The list.
        dates: The first start (`first`), the last date (`last`) and the first end (`first_end`) of its records.

    Returns:
        The days from its first record to its last. For spells, the days from the first end: whether the list still has
        the spells that ended earlier is unknown. None for records without dates.
    """
    first, last = dates["first" if list_.end is None else "first_end"], dates["last"]
    return DateRange(first, last) if isinstance(first, date) and isinstance(last, date) and first <= last else None


def manifest_line(part: ListPart, days: DateRange) -> str:
    """The line for the manifest with which a list part covers the months of these days."""
    first, last = days.first.replace(day=1), Cadence(1, 1).holding(month_of(days.last)).last_day
    if part.received_on:
        last = min(last, part.received_on)
    return line(part.file, part.received_on or "YYYY-MM-DD", first, last)


def what_settles(part: ListPart, days: DateRange) -> str:
    """What would say that a list part covers the months of these days: a line of the manifest; of a frame, `covers`."""
    if part.path is not None:
        return f"a line of manifest.csv such as `{manifest_line(part, days)}`"
    first, last = days.first.replace(day=1), Cadence(1, 1).holding(month_of(days.last)).last_day
    last = min(last, part.received_on or last)
    return f"Records(frame, covers=(first, last)), with the days {first} and {last} for example,"


def covered(
    vocabulary: Vocabulary, parts: Sequence[ListPart], checks: Iterable[Mapping[str, object]], as_of: date
) -> Mapping[tuple[str, str], list[Coverage]]:
    """The coverage of the parts of a list up to a day, by list and agency.

    Args:
        vocabulary: The names of agencies.
        parts: The list parts, as they were counted.
        checks: The rows of `ListPlan.checks`: the first and last day of the records of each part and agency.
        as_of: The day. Coverage ends with its month.
    """
    coverage: dict[tuple[str, str], list[Coverage]] = {}
    checks_of: dict[int, list[Mapping[str, object]]] = {}
    for check in checks:
        assert isinstance(check["piece"], int)
        checks_of.setdefault(check["piece"], []).append(check)
    for number, part in enumerate(parts):
        list_ = vocabulary.framework.lists[part.list]
        whose: Mapping[str | None, Sequence[Mapping[str, object]]] = dict.fromkeys(list_.agencies, ())
        if part.frame is not None:
            whose = _checks_by_agency(part, list_, checks_of.get(number, []), vocabulary)
        for agency in [agency for agency in list_.agencies if agency in whose]:
            coverage.setdefault((list_.id, agency), []).extend(_coverage(part, list_, whose[agency], as_of))
    return coverage


def _coverage(part: ListPart, list_: RecordList, checks: Sequence[Mapping[str, object]], as_of: date) -> list[Coverage]:
    """The coverage of a list part for an agency.

    Args:
        part: The list part.
        list_: Its list.
        checks: The rows of `ListPlan.checks` of the agency's records in the part.
        as_of: The day.
    """
    given = _given(part, as_of)
    if part.unsure and part.frame is not None:
        return [_unsure(*part.unsure, as_of)]
    if part.frame is None:
        last = min(as_of, part.received_on or as_of)
        return [Coverage(given or DateRange(_FIRST_DAY, max(last, _FIRST_DAY)), exact=given is not None, refused=True)]
    if given or part.covers:
        empty = None if any(row["records"] for row in checks) else part.file
        return [Coverage(given, exact=True, part=part.part, empty=empty)] if given else []
    dates = {name: _extreme(checks, name) for name in ("first", "first_end", "last")}
    dated, latest = dates["first"], dates["last"]
    certain_days = known_days(list_, dates)
    if dated is None or latest is None:
        if any(row["records"] for row in checks):  # all its records were refused, and may be of any time
            return [Coverage(DateRange(_FIRST_DAY, max(_FIRST_DAY, part.received_on or as_of)), False, refused=True)]
        return []
    until = min(part.received_on or as_of, as_of) if list_.end else latest
    possible = DateRange(min(dated, until), max(until, latest))
    if part.counts is not None:  # other files cover some of the days
        certain_days = part.counts if part.counts.first <= part.counts.last else None
    certain = [Coverage(certain_days, exact=False, part=part.part)] if certain_days else []
    return [
        *certain,
        Coverage(possible, exact=False, settled_by=what_settles(part, possible), part=f"{part.file}:unknown"),
    ]


def _extreme(checks: Sequence[Mapping[str, object]], name: str) -> date | None:
    """The latest `last` of checks, or the earliest of another date; None without dates."""
    days = [day for row in checks if isinstance(day := row[name], date)]
    return (max(days) if name == "last" else min(days)) if days else None


def _given(part: ListPart, as_of: date) -> DateRange | None:
    """The days that a list part covers by the manifest or its name, within the possible days."""
    days = part.counts if part.covers and part.counts else part.covers
    if not days or days.first > days.last:
        return None
    month = Cadence(1, 1).holding(month_of(as_of))
    return days.shared(DateRange(_FIRST_DAY, month.last_day))


def _checks_by_agency(
    part: ListPart, list_: RecordList, checks: Sequence[Mapping[str, object]], vocabulary: Vocabulary
) -> dict[str | None, list[Mapping[str, object]]]:
    """The checks of a list part by the agency that sent the records; the agency of an empty part has none.

    Args:
        part: The list part.
        list_: Its list.
        checks: The rows of `ListPlan.checks` of the part.
        vocabulary: The names of agencies.
    """
    senders = group_names(vocabulary, list_)[AGENCY]
    whose: dict[str | None, list[Mapping[str, object]]] = {}
    for row in checks:
        sender = senders.find(str(row[AGENCY] or "")) if len(list_.agencies) > 1 else list_.agencies[0]
        whose.setdefault(sender, []).append(row)
    if not whose and AGENCY in part.folders:
        whose = {senders.find(part.folders[AGENCY]): []}
    if not whose and part.unsure:  # any agency may have sent it
        whose = {agency: [] for agency in list_.agencies}
    if not whose and len(list_.agencies) == 1:  # an empty file covers days without records
        whose = {list_.agencies[0]: []}
    return whose


def _unsure(first: date | None, last: date | None, as_of: date) -> Coverage:
    """The coverage of a list part of which at most one end is known: refused, up to the unknown end."""
    begins = max(first or _FIRST_DAY, _FIRST_DAY)
    ends = Cadence(1, 1).holding(month_of(min(last or as_of, as_of))).last_day
    if begins > ends:
        begins = _FIRST_DAY
    return Coverage(DateRange(begins, ends), exact=first is not None, refused=True)
