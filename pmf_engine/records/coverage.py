"""Coverage: which days the files of a list can say anything of.

A file covers the days that the manifest gives, else the period in its name, else those from its first record to its
last. Of these days whole months count, and none after it was received. Which file counts where several cover a day is
in `overlap`.
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
from pmf_engine.submissions.folder import manifest_line as line
from pmf_engine.submissions.list_csv import read_again
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Vocabulary

_FIRST_DAY = date(FIRST_DATA_YEAR, 1, 1)
"""No record is dated before."""


@dataclass(frozen=True)
class Coverage:
    """Days that a file covers for an agency; `part` is which part of the list the file is.

    `refused` where it may cover them, but could not be read or understood. `exact` where somebody says which days
    these are. `settled_by` is the line of manifest.csv that would say it where nobody does. `empty` is the file that
    has a header and no records, and so says that there was none.
    """

    days: DateRange
    exact: bool
    refused: bool = False
    part: str = ""
    settled_by: str | None = None
    empty: str | None = None

    @property
    def touched(self) -> range:
        """The months that hold any of the days.

        >>> len(Coverage(DateRange(date(2016, 4, 20), date(2016, 5, 2)), exact=True).touched)
        2
        """
        return range(month_of(self.days.first), month_of(self.days.last) + 1)


def whole_months(days: DateRange) -> range:
    """The months of which a range has every day.

    >>> len(whole_months(DateRange(date(2016, 4, 1), date(2016, 5, 30))))
    1
    """
    return range(month_of(days.first) + (days.first.day > 1), month_of(days.last + timedelta(days=1)))


def month_ends(days: DateRange) -> range:
    """The months of which a range has the last day.

    >>> len(month_ends(DateRange(date(2017, 3, 31), date(2017, 3, 31))))
    1
    """
    return range(month_of(days.first), month_of(days.last + timedelta(days=1)))


def joined(coverage: Iterable[Coverage]) -> list[DateRange]:
    """The days that files cover together, where one part begins on the day after another ends as one range."""
    found: list[DateRange] = []
    parts: dict[str, list[DateRange]] = {}
    for each in coverage:
        if not each.refused and each.settled_by is None:
            parts.setdefault(each.part, []).append(each.days)
    for ranges in parts.values():
        merged: list[DateRange] = []
        for days in sorted(ranges):
            if merged and days.first <= merged[-1].last + timedelta(days=1):
                merged[-1] = DateRange(merged[-1].first, max(merged[-1].last, days.last))
            else:
                merged.append(days)
        found += merged
    return found


def standing(pieces: Sequence[ListPart], as_of: date) -> list[ListPart]:
    """The pieces that had come by a day, each with the last day that its records can be of."""
    today = max(as_of, date.today())
    came = (piece for piece in pieces if piece.received_on is None or piece.received_on <= as_of)
    return [replace(piece, latest=piece.received_on or today) for piece in came]


def readable(piece: ListPart, list_: RecordList, framework: Framework) -> ListPart:
    """A piece that can be read: as it is, row by row, or not at all, and then with a problem."""
    if piece.frame is None:
        return piece
    try:
        piece.frame.select(pl.len(), pl.all().count().name.suffix("_")).collect(engine="streaming")
    except DAMAGED:
        if piece.path is not None and piece.path.suffix.lower() == ".csv" and piece.dates is not None:
            return read_again(piece, list_, framework)
        message = say("unreadable", why="it is damaged")
        problem = Problem(piece.file, piece.sheet, None, None, None, "unreadable", message)
        return replace(piece, frame=None, problems=(*piece.problems, problem))
    return piece


# -- what the files cover ---------------------------------------------------------------------


def known_days(list_: RecordList, dates: Mapping[str, object]) -> DateRange | None:
    """The days that a file covers by its records alone.

    Args:
        list_: The list.
        dates: The first start (`first`), the last date (`last`) and the first end (`first_end`) of its records.

    Returns:
        Those from its first record to its last. A list of spells knows only of the time since the first that it shows
        as ended: of what ended before nobody knows whether it is still in the list. None where there are no dates.
    """
    first, last = dates["first" if list_.end is None else "first_end"], dates["last"]
    return DateRange(first, last) if isinstance(first, date) and isinstance(last, date) and first <= last else None


def manifest_line(piece: ListPart, days: DateRange) -> str:
    """The line of the manifest that would say that a piece covers the months of these days."""
    first, last = days.first.replace(day=1), Cadence(1, 1).holding(month_of(days.last)).last_day
    if piece.received_on:
        last = min(last, piece.received_on)
    return line(piece.file, piece.received_on or "YYYY-MM-DD", first, last)


def covered(
    vocabulary: Vocabulary, pieces: Sequence[ListPart], checks: Iterable[Mapping[str, object]], as_of: date
) -> Mapping[tuple[str, str], list[Coverage]]:
    """What the pieces of a list cover up to a day, by list and agency.

    Args:
        vocabulary: The names of agencies.
        pieces: The pieces as they were counted.
        checks: The rows of `ListPlan.checks`: for each piece and agency, the first and last day of its records.
        as_of: No piece covers a month after this day's.
    """
    found: dict[tuple[str, str], list[Coverage]] = {}
    checks_of: dict[int, list[Mapping[str, object]]] = {}
    for check in checks:
        assert isinstance(check["piece"], int)
        checks_of.setdefault(check["piece"], []).append(check)
    for number, piece in enumerate(pieces):
        list_ = vocabulary.framework.lists[piece.list]
        whose: Mapping[str | None, Sequence[Mapping[str, object]]] = dict.fromkeys(list_.agencies, ())
        if piece.frame is not None:
            whose = _checks_by_agency(piece, list_, checks_of.get(number, []), vocabulary)
        for agency in [agency for agency in list_.agencies if agency in whose]:
            found.setdefault((list_.id, agency), []).extend(_coverage(piece, list_, whose[agency], as_of))
    return found


def _coverage(
    piece: ListPart, list_: RecordList, checks: Sequence[Mapping[str, object]], as_of: date
) -> list[Coverage]:
    """What a piece covers for an agency, given the checks of the agency's records in it."""
    given = _given(piece, as_of)
    if piece.unsure and piece.frame is not None:
        return [_unsure(*piece.unsure, as_of)]
    if piece.frame is None:
        last = min(as_of, piece.received_on or as_of)
        return [Coverage(given or DateRange(_FIRST_DAY, max(last, _FIRST_DAY)), exact=given is not None, refused=True)]
    if given or piece.covers:
        empty = None if any(row["records"] for row in checks) else piece.file
        return [Coverage(given, exact=True, part=piece.part, empty=empty)] if given else []
    dates = {name: _extreme(checks, name) for name in ("first", "first_end", "last")}
    dated, latest = dates["first"], dates["last"]
    known = known_days(list_, dates)
    if dated is None or latest is None:
        if any(row["records"] for row in checks):  # all that it holds was refused, and it may be of any time
            return [Coverage(DateRange(_FIRST_DAY, max(_FIRST_DAY, piece.received_on or as_of)), False, refused=True)]
        return []
    until = min(piece.received_on or as_of, as_of) if list_.end else latest
    possible = DateRange(min(dated, until), max(until, latest))
    line = manifest_line(piece, possible)
    if piece.counts is not None:  # other files cover some of the days
        known = piece.counts if piece.counts.first <= piece.counts.last else None
    certain = [Coverage(known, exact=False, part=piece.part)] if known else []
    return [*certain, Coverage(possible, exact=False, settled_by=line, part=f"{piece.file}:unknown")]


def _extreme(checks: Sequence[Mapping[str, object]], name: str) -> date | None:
    days = [day for row in checks if isinstance(day := row[name], date)]
    return (max(days) if name == "last" else min(days)) if days else None


def _given(piece: ListPart, as_of: date) -> DateRange | None:
    """The days that a piece covers by the manifest or its name, within what is possible."""
    days = piece.counts if piece.covers and piece.counts else piece.covers
    if not days or days.first > days.last:
        return None
    month = Cadence(1, 1).holding(month_of(as_of))
    return days.shared(DateRange(_FIRST_DAY, month.last_day))


def _checks_by_agency(
    piece: ListPart, list_: RecordList, checks: Sequence[Mapping[str, object]], vocabulary: Vocabulary
) -> dict[str | None, list[Mapping[str, object]]]:
    """The checks of a piece by the agency that sent the records; an agency of an empty piece has none of them."""
    senders = group_names(vocabulary, list_)[AGENCY]
    whose: dict[str | None, list[Mapping[str, object]]] = {}
    for row in checks:
        sender = senders.find(str(row[AGENCY] or "")) if len(list_.agencies) > 1 else list_.agencies[0]
        whose.setdefault(sender, []).append(row)
    if not whose and AGENCY in piece.folders:
        whose = {senders.find(piece.folders[AGENCY]): []}
    if not whose and piece.unsure:  # it may be anyone's
        whose = {agency: [] for agency in list_.agencies}
    if not whose and len(list_.agencies) == 1:  # an empty file says that there was no record
        whose = {list_.agencies[0]: []}
    return whose


def _unsure(first: date | None, last: date | None, as_of: date) -> Coverage:
    """What a piece may cover of which one end is known at most."""
    begins = max(first or _FIRST_DAY, _FIRST_DAY)
    ends = Cadence(1, 1).holding(month_of(min(last or as_of, as_of))).last_day
    if begins > ends:
        begins = _FIRST_DAY
    return Coverage(DateRange(begins, ends), exact=first is not None, refused=True)
