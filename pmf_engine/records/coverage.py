"""Coverage: which days the files of a list can say anything of, and which file counts where several cover a day.

A file covers the days that the manifest gives, else those its records are dated. A file that came later replaces an
earlier one for the days that both cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records.columns import AGENCY, group_names
from pmf_engine.submissions.list_csv import read_again
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.vocabulary import Vocabulary

_FIRST_DAY = date(1950, 1, 1)
"""No record is dated before."""


@dataclass(frozen=True)
class Coverage:
    """Days that a file covers for an agency; `exact` where the manifest gives them, else its records' dates do.

    `refused` where it may cover them, but could not be read or understood.
    """

    days: DateRange
    exact: bool
    refused: bool = False

    def months(self, cadence: Cadence) -> range:
        """The months it covers: where the manifest gives no days, all of each period (quarter at most) it touches.

        >>> days = DateRange(date(2016, 4, 20), date(2016, 5, 2))
        >>> april = month_of(date(2016, 4, 1))
        >>> Coverage(days, exact=False).months(Cadence(3, 4)) == range(april, april + 3)
        True
        >>> len(Coverage(days, exact=True).months(Cadence(3, 4)))
        0
        """
        first, last = self.days
        if not self.exact:
            part = Cadence(min(cadence.months, 3), cadence.year_start)
            return range(part.holding(month_of(first)).start, part.holding(month_of(last)).end)
        return range(month_of(first) + (first.day > 1), month_of(last + timedelta(days=1)))


# -- which file counts ------------------------------------------------------------------------


def standing(pieces: Sequence[ListPart], as_of: date) -> list[ListPart]:
    """The pieces that had come by a day."""
    return [piece for piece in pieces if piece.received_on is None or piece.received_on <= as_of]


def current(
    pieces: Sequence[ListPart], list_: RecordList, vocabulary: Vocabulary
) -> tuple[list[ListPart], list[Problem]]:
    """The pieces of a list, each for the days that no later one covers; with a problem for each that was replaced.

    Pieces that came on the same day are parts of one. Where several agencies send the list, a piece replaces only
    what the agencies in it have sent.
    """
    current: list[ListPart] = []
    problems: list[Problem] = []
    for piece in pieces:
        others = [other for other in pieces if _replaces(other, piece)]
        if AGENCY not in list_.columns:
            later = {"": others} if others else {}
            senders: dict[str, str] = {}
        else:
            senders = _senders(piece, list_, vocabulary)
            others_senders = [(other, set(_senders(other, list_, vocabulary).values())) for other in others]
            later = {
                agency: [other for other, agencies in others_senders if agency in agencies]
                for agency in senders.values()
            }
            later = {agency: replacing for agency, replacing in later.items() if replacing}
        if senders and later.keys() != set(senders.values()):
            current.append(_of(piece, [text for text, agency in senders.items() if agency in later], without=True))
        elif not later:
            current.append(piece)
        for agency, replacing in later.items():
            part = _of(piece, [text for text in senders if senders[text] == agency]) if senders else piece
            current += [replace(part, covers=days) for days in _left(piece, replacing)]
            what = f"records of `{agency}`" if senders else "its records"
            problems += [_superseded(piece, other, what) for other in replacing]
    return current, problems


def _superseded(piece: ListPart, other: ListPart, what: str) -> Problem:
    shared = _shared(piece, other)
    assert shared is not None
    message = say("file-superseded", other=other.file, first=shared.first, last=shared.last, what=what)
    return Problem(piece.file, piece.sheet, None, None, None, "file-superseded", message)


def _of(piece: ListPart, texts: Sequence[str], without: bool = False) -> ListPart:
    """A piece with the records of an agency, however it is written, or without them."""
    assert piece.frame is not None
    held = pl.col(AGENCY).cast(pl.String).is_in(texts).fill_null(False)
    return replace(piece, frame=piece.frame.filter(~held if without else held))


def _left(piece: ListPart, others: Sequence[ListPart]) -> list[DateRange]:
    """The days that a piece covers and others do not."""
    assert piece.covers is not None
    left = [piece.covers]
    for other in others:
        assert other.covers is not None
        left = [days for each in left for days in each.without(other.covers)]
    return left


def _shared(piece: ListPart, other: ListPart) -> DateRange | None:
    """The days that both cover; None where there are none, or where a manifest gives none for one of them."""
    return piece.covers.shared(other.covers) if piece.covers and other.covers else None


def _replaces(other: ListPart, piece: ListPart) -> bool:
    """Whether a piece came later than another and covers some of its days."""
    if other.list != piece.list or not (other.received_on and piece.received_on):
        return False
    return _shared(piece, other) is not None and other.received_on > piece.received_on


def _senders(piece: ListPart, list_: RecordList, vocabulary: Vocabulary) -> dict[str, str]:
    """The agencies whose records a piece holds, by each text that names one."""
    if piece.frame is None:
        return {}
    agencies = group_names(vocabulary, list_)[AGENCY]
    try:
        texts = piece.frame.select(pl.col(AGENCY).cast(pl.String).drop_nulls().unique()).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        again = readable(piece, list_, vocabulary.framework)
        return {} if again is piece else _senders(again, list_, vocabulary)
    return {text: agency for text in texts[AGENCY].sort() if (agency := agencies.find(text)) is not None}


def readable(piece: ListPart, list_: RecordList, framework: Framework) -> ListPart:
    """A piece that can be read: as it is, row by row, or not at all, and then with a problem."""
    if piece.frame is None:
        return piece
    try:
        piece.frame.select(pl.len(), pl.all().count().name.suffix("_")).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        if piece.path is not None and piece.path.suffix.lower() == ".csv" and piece.dates is not None:
            return read_again(piece, list_, framework)
        message = say("unreadable", why="it is damaged")
        problem = Problem(piece.file, piece.sheet, None, None, None, "unreadable", message)
        return replace(piece, frame=None, problems=(*piece.problems, problem))
    return piece


# -- what the files cover ---------------------------------------------------------------------


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
        given = _given(piece, as_of)
        if piece.frame is None:
            days = given or DateRange(_FIRST_DAY, as_of)
            for agency in list_.agencies:
                unread = Coverage(days, exact=given is not None, refused=True)
                found.setdefault((list_.id, agency), []).append(unread)
            continue
        whose = _checks_by_agency(piece, list_, checks_of.get(number, []), vocabulary)
        for agency in [agency for agency in list_.agencies if agency in whose]:
            dates = [day for row in whose[agency] for day in (row["first"], row["last"]) if isinstance(day, date)]
            if piece.unsure:
                found.setdefault((list_.id, agency), []).append(_unsure(*piece.unsure, as_of))
            elif given:
                found.setdefault((list_.id, agency), []).append(Coverage(given, exact=True))
            elif dates:
                dated = DateRange(min(dates), max(dates))
                found.setdefault((list_.id, agency), []).append(Coverage(dated, exact=False))
    return found


def _given(piece: ListPart, as_of: date) -> DateRange | None:
    """The days that the manifest gives, within what is possible: people write `9999-12-31` for no end."""
    if not piece.covers:
        return None
    month = Cadence(1, 1).holding(month_of(as_of))
    return DateRange(max(piece.covers.first, _FIRST_DAY), min(piece.covers.last, month.last_day))


def _checks_by_agency(
    piece: ListPart, list_: RecordList, checks: Sequence[Mapping[str, object]], vocabulary: Vocabulary
) -> dict[str | None, list[Mapping[str, object]]]:
    """The checks of a piece by the agency that sent the records; an agency of an empty piece has none of them."""
    whose: dict[str | None, list[Mapping[str, object]]] = {}
    for row in checks:
        sender = vocabulary.agencies.find(str(row[AGENCY] or "")) if len(list_.agencies) > 1 else list_.agencies[0]
        whose.setdefault(sender, []).append(row)
    if not whose and AGENCY in piece.folders:
        whose = {vocabulary.agencies.find(piece.folders[AGENCY]): []}
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
