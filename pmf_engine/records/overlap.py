"""Overlap: which file of a list counts for a day that several cover.

Files of one sender and one part replace each other: the later by the day of receipt stands for the days it covers.
Where nothing says which came later, files that have no record in common are parts of one; where they have, nobody
knows what counts in the days that both cover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.framework.model import RecordList
from pmf_engine.records.columns import AGENCY, group_names
from pmf_engine.records.coverage import Coverage, known_days, manifest_line, readable
from pmf_engine.submissions.list_parts import PIECE, ListPart
from pmf_engine.submissions.list_values import bad, typed
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.vocabulary import Vocabulary

_NO_DAYS = DateRange(date.max, date.min)
"""The days of a file of which nobody knows which it covers, beside others: it counts in none."""


@dataclass(frozen=True)
class Current:
    """The pieces of a list that count, each for its days, the days in `dispute` by agency, and the problems."""

    pieces: list[ListPart]
    dispute: Mapping[str, list[Coverage]]
    problems: list[Problem]


@dataclass
class _Share:
    """What one sender has in a piece: the days it covers, those it may cover, and those left to it."""

    piece: ListPart
    days: DateRange | None
    possible: DateRange | None
    left: list[DateRange]


def current(pieces: Sequence[ListPart], list_: RecordList, vocabulary: Vocabulary) -> Current:
    """The pieces of a list, each for the days that no later one of its sender and part covers."""
    several = len(list_.agencies) > 1
    found_senders = [_senders(piece, list_, vocabulary) if several else ({}, False) for piece in pieces]
    senders = [texts for texts, _ in found_senders]
    shares: dict[tuple[str, str], dict[int, _Share]] = {}
    for number, piece in enumerate(pieces):
        for agency in set(senders[number].values()) if several else {""}:
            shares.setdefault((agency, piece.part), {})[number] = _Share(piece, piece.covers, piece.covers, [])
    problems: list[Problem] = []
    dispute: dict[str, list[Coverage]] = {}
    for (agency, _), members in shares.items():
        if len(members) < 2:
            continue
        texts = {number: [text for text, id_ in senders[number].items() if id_ == agency] for number in members}
        for number, share in members.items():
            _date(share, list_, _of(share.piece, texts[number]) if several else share.piece)
        problems += _replaced(list(members.values()), agency)
        for days, found in _disputed(members, list_, texts if several else {}):
            problems += found
            for id_ in [agency] if several else list_.agencies:
                dispute.setdefault(id_, []).append(Coverage(days, exact=True, refused=True))
    counting: list[ListPart] = []
    for number, piece in enumerate(pieces):
        own = {
            agency: members[number] for (agency, _), members in shares.items() if len(members) > 1 and number in members
        }
        if not several:
            counting += [replace(piece, counts=days) for days in own[""].left] if "" in own else [piece]
            continue
        if len(own) < len(set(senders[number].values())) or not own or found_senders[number][1]:
            counting.append(_of(piece, [text for text, id_ in senders[number].items() if id_ in own], without=True))
        for agency, share in own.items():
            part = _of(piece, [text for text, id_ in senders[number].items() if id_ == agency])
            counting += [replace(part, counts=days) for days in share.left]
    return Current(counting, dispute, problems)


def _date(share: _Share, list_: RecordList, piece: ListPart) -> None:
    """Finds the days that a share covers, and may cover, by its records, where nobody says them."""
    if piece.unsure and None not in piece.unsure and piece.frame is not None:
        share.possible = DateRange(*(day for day in piece.unsure if day))
    elif piece.covers is None and piece.frame is not None and not piece.unsure:
        dates = _dates(piece, list_)
        share.days = known_days(list_, dates)
        first, last = dates["first"], piece.latest if list_.end else dates["last"]
        if isinstance(first, date) and isinstance(last, date) and first <= last:
            share.possible = DateRange(first, last)
    share.left = [share.days or (share.possible if piece.unsure else None) or _NO_DAYS]


def _dates(piece: ListPart, list_: RecordList) -> Mapping[str, object]:
    """The first start, the first end and the last date of a piece's records."""
    times = [name for name in (list_.start, list_.end) if name]
    assert piece.frame is not None
    last = pl.max_horizontal([pl.col(name).max() for name in times])
    first_end = pl.col(list_.end or list_.start).min()
    wanted = [pl.col(list_.start).min().alias("first"), first_end.alias("first_end"), last.alias("last")]
    try:
        records = typed(piece, list_, times, 0, patient=True).with_columns(
            pl.when(pl.col(name) <= (piece.latest or date.max)).then(name) for name in times
        )
        return records.select(wanted).collect(engine="streaming").row(0, named=True)
    except pl.exceptions.PolarsError:
        return dict.fromkeys(("first", "first_end", "last"))


def _replaced(shares: Sequence[_Share], agency: str) -> list[Problem]:
    """Takes from each share the days that a later one covers; with a problem for each that was replaced."""
    problems = []
    for share in shares:
        for other in shares:
            if not (share.piece.received_on and other.piece.received_on) or other.days is None:
                continue
            if other.piece.received_on <= share.piece.received_on:
                continue
            taken = [shared for days in share.left if (shared := _common(days, other.days))]
            share.left = [rest for days in share.left for rest in days.without(other.days)]
            if taken:
                first, last = max(taken[0].first, other.days.first), taken[-1].last
                what = f"records of `{agency}`" if agency else "its records"
                message = say("file-superseded", other=other.piece.file, first=first, last=last, what=what)
                place = (share.piece.file, share.piece.sheet, None, None, None)
                problems.append(Problem(*place, "file-superseded", message))
    return problems


def _common(days: DateRange, other: DateRange) -> DateRange | None:
    return None if days.first > days.last else days.shared(other)


def _disputed(
    members: Mapping[int, _Share], list_: RecordList, texts: Mapping[int, Sequence[str]]
) -> list[tuple[DateRange, list[Problem]]]:
    """The days that two shares cover of which nothing says which came later, and that have records in common."""
    pairs: dict[tuple[int, int], list[DateRange]] = {}
    for (one, share), (two, other) in combinations(members.items(), 2):
        came = share.piece.received_on, other.piece.received_on
        if (None not in came and came[0] != came[1]) or share.piece.frame is None or other.piece.frame is None:
            continue
        shared = [
            both
            for days in _may_cover(share)
            for others in _may_cover(other)
            if (both := days.shared(others)) is not None
        ]
        if shared:
            pairs[one, two] = shared
    numbers = {number for pair in pairs for number in pair}
    pieces = {number: members[number].piece for number in numbers}
    if texts:
        pieces = {number: _of(piece, texts[number]) for number, piece in pieces.items()}
    alike = _alike(pieces, list_) if numbers else set()
    found = []
    for (one, two), shared in pairs.items():
        if (one, two) in alike:
            first, second = members[one].piece, members[two].piece
            days = DateRange(min(each.first for each in shared), max(each.last for each in shared))
            line = manifest_line(second, days)
            words = {"other": first.file, "first": days.first, "last": days.last, "line": line}
            message = say("records-shared", **words)
            problem = Problem(second.file, second.sheet, None, None, None, "records-shared", message)
            found += [(each, [problem] if each is shared[0] else []) for each in shared]
    return found


def _may_cover(share: _Share) -> list[DateRange]:
    """The days that a share may cover, as far as no later one has taken them."""
    if share.days is not None or share.possible is None:
        return [days for days in share.left if days.first <= days.last]
    return [share.possible]


def _alike(pieces: Mapping[int, ListPart], list_: RecordList) -> set[tuple[int, int]]:
    """The pairs of pieces that have a record in common, alike in every column but the end of a spell."""
    columns = sorted(list_.columns.keys() - {list_.end})
    frames = [
        typed(piece, list_, columns, number, patient=True)
        .filter(pl.col(list_.start).is_not_null(), ~pl.any_horizontal([pl.col(bad(name)) for name in columns]))
        .select(PIECE, pl.struct(columns).hash().alias(":record"))
        for number, piece in pieces.items()
    ]
    together = pl.concat(frames).unique().group_by(":record").agg(pl.col(PIECE).sort())
    try:
        sets = together.filter(pl.col(PIECE).list.len() > 1).select(pl.col(PIECE).unique()).collect(engine="streaming")
    except pl.exceptions.PolarsError:  # a file that breaks off may hold any record
        return set(combinations(sorted(pieces), 2))
    return {pair for numbers in sets[PIECE].to_list() for pair in combinations(numbers, 2)}


def _of(piece: ListPart, texts: Sequence[str], without: bool = False) -> ListPart:
    """A piece with the records of an agency, however it is written, or without them."""
    if piece.frame is None:
        return piece
    held = pl.col(AGENCY).cast(pl.String).is_in(texts).fill_null(False)
    return replace(piece, frame=piece.frame.filter(~held if without else held))


def _senders(piece: ListPart, list_: RecordList, vocabulary: Vocabulary) -> tuple[dict[str, str], bool]:
    """The agencies whose records a piece holds, by each text that names one; and whether it holds others as well."""
    if piece.frame is None:
        return {}, False
    agencies = group_names(vocabulary, list_)[AGENCY]
    try:
        texts = piece.frame.select(pl.col(AGENCY).cast(pl.String).unique()).collect(engine="streaming")[AGENCY]
    except pl.exceptions.PolarsError:
        again = readable(piece, list_, vocabulary.framework)
        return ({}, False) if again is piece else _senders(again, list_, vocabulary)
    named = {text: agency for text in texts.drop_nulls().sort() if (agency := agencies.find(text)) is not None}
    return named, len(named) < len(texts)
