"""Overlap: which file of a list counts for a day that several files cover.

Files of one sender and one part replace each other: the file with the later day of receipt counts for the days that it
covers. Where neither is later, files without a common record complement each other, and files with a common record are
in dispute: the days that both cover have no total.
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
from pmf_engine.submissions.engines import Engine, result
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.list_values import bad, typed
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Vocabulary

_NO_DAYS = DateRange(date.max, date.min)
"""An empty range: a file that covers unknown days counts for none of the days of other files."""


@dataclass(frozen=True)
class Current:
    """The list parts that count, each for its days; the days in `dispute` by agency; and the problems."""

    parts: list[ListPart]
    dispute: Mapping[str, list[Coverage]]
    problems: list[Problem]


@dataclass
class _Share:
    """The records of one sender in a list part.

    Attributes:
        list_part: The list part.
        days: The days that it covers; None where these are unknown.
        possible: The days that it may cover.
        left: The days for which it counts, after later files have taken theirs.
    """

    list_part: ListPart
    days: DateRange | None
    possible: DateRange | None
    left: list[DateRange]


def current(parts: Sequence[ListPart], list_: RecordList, vocabulary: Vocabulary, engine: Engine) -> Current:
    """The parts of a list, each for the days that no later file of the same sender and part covers.

    Args:
        parts: The list parts received.
        list_: The list.
        vocabulary: The names of agencies.
        engine: The engine that reads the parts.
    """
    several = len(list_.agencies) > 1
    sender_texts = [_senders(list_part, list_, vocabulary, engine) if several else ({}, False) for list_part in parts]
    senders = [texts for texts, _ in sender_texts]
    shares: dict[tuple[str, str], dict[int, _Share]] = {}
    for number, list_part in enumerate(parts):
        for agency in set(senders[number].values()) if several else {""}:
            shares.setdefault((agency, list_part.part), {})[number] = _Share(
                list_part, list_part.covers, list_part.covers, []
            )
    problems: list[Problem] = []
    dispute: dict[str, list[Coverage]] = {}
    for (agency, _), members in shares.items():
        if len(members) < 2:
            continue
        texts = {number: [text for text, id_ in senders[number].items() if id_ == agency] for number in members}
        for number, share in members.items():
            _date(share, list_, _of(share.list_part, texts[number]) if several else share.list_part, engine)
        problems += _replaced(list(members.values()), agency)
        for days, pair_problems in _disputed(members, list_, texts if several else {}, engine):
            problems += pair_problems
            for id_ in [agency] if several else list_.agencies:
                dispute.setdefault(id_, []).append(Coverage(days, exact=True, refused=True))
    counting: list[ListPart] = []
    for number, list_part in enumerate(parts):
        own = {
            agency: members[number] for (agency, _), members in shares.items() if len(members) > 1 and number in members
        }
        if not several:
            counting += [replace(list_part, counts=days) for days in own[""].left] if "" in own else [list_part]
            continue
        if len(own) < len(set(senders[number].values())) or not own or sender_texts[number][1]:
            counting.append(_of(list_part, [text for text, id_ in senders[number].items() if id_ in own], without=True))
        for agency, share in own.items():
            own_part = _of(list_part, [text for text, id_ in senders[number].items() if id_ == agency])
            counting += [replace(own_part, counts=days) for days in share.left]
    return Current(counting, dispute, problems)


def _date(share: _Share, list_: RecordList, part: ListPart, engine: Engine) -> None:
    """Sets the days that a share covers and may cover by its records, where manifest and name give none.

    Args:
        share: The share.
        list_: The list.
        part: The list part with the records of the share alone.
        engine: The engine that reads it.
    """
    if part.unsure and None not in part.unsure and part.frame is not None:
        share.possible = DateRange(*(day for day in part.unsure if day))
    elif part.covers is None and part.frame is not None and not part.unsure:
        dates = _dates(part, list_, engine)
        share.days = known_days(list_, dates)
        first, last = dates["first"], part.latest if list_.end else dates["last"]
        if isinstance(first, date) and isinstance(last, date) and first <= last:
            share.possible = DateRange(first, last)
    share.left = [share.days or (share.possible if part.unsure else None) or _NO_DAYS]


def _dates(part: ListPart, list_: RecordList, engine: Engine) -> Mapping[str, object]:
    """The first start, the first end and the last date of a list part's records; None for each in a damaged file."""
    times = [name for name in (list_.start, list_.end) if name]
    assert part.frame is not None
    last = pl.max_horizontal([pl.col(name).max() for name in times])
    first_end = pl.col(list_.end or list_.start).min()
    wanted = [pl.col(list_.start).min().alias("first"), first_end.alias("first_end"), last.alias("last")]
    try:
        records = typed(part, list_, times, 0, patient=part.small or part.doubtful).with_columns(
            pl.when(pl.col(name) <= (part.latest or date.max)).then(name) for name in times
        )
        return result(records.select(wanted), engine).row(0, named=True)
    except DAMAGED:
        return dict.fromkeys(("first", "first_end", "last"))


def _replaced(shares: Sequence[_Share], agency: str) -> list[Problem]:
    """Removes from each share the days that a later share covers, and gives a problem for each share that lost days.

    Args:
        shares: The shares of one sender in one part of the list.
        agency: The sender; empty for a list with one sender.
    """
    problems = []
    for share in shares:
        for other in shares:
            if not (share.list_part.received_on and other.list_part.received_on) or other.days is None:
                continue
            if other.list_part.received_on <= share.list_part.received_on:
                continue
            taken = [shared for days in share.left if (shared := _common(days, other.days))]
            share.left = [rest for days in share.left for rest in days.without(other.days)]
            if taken:
                first, last = max(taken[0].first, other.days.first), taken[-1].last
                what = f"records of `{agency}`" if agency else "its records"
                message = say("file-superseded", other=other.list_part.file, first=first, last=last, what=what)
                file_and_sheet = (share.list_part.file, share.list_part.sheet, None, None, None)
                problems.append(Problem(*file_and_sheet, "file-superseded", message))
    return problems


def _common(days: DateRange, other: DateRange) -> DateRange | None:
    """The days that two ranges share; None for an empty range."""
    return None if days.first > days.last else days.shared(other)


def _disputed(
    members: Mapping[int, _Share], list_: RecordList, texts: Mapping[int, Sequence[str]], engine: Engine
) -> list[tuple[DateRange, list[Problem]]]:
    """The days in dispute: two shares with a common record cover them, and neither is later.

    Args:
        members: The shares of one sender and part, by the number of the list part.
        list_: The list.
        texts: The spellings of the sender in each list part; empty for a list with one sender.
        engine: The engine that reads the parts.

    Returns:
        The ranges of days, with one problem for each pair of shares.
    """
    pairs: dict[tuple[int, int], list[DateRange]] = {}
    for (first_number, share), (second_number, other) in combinations(members.items(), 2):
        came = share.list_part.received_on, other.list_part.received_on
        if (None not in came and came[0] != came[1]) or share.list_part.frame is None or other.list_part.frame is None:
            continue
        shared = [
            both
            for days in _may_cover(share)
            for others in _may_cover(other)
            if (both := days.shared(others)) is not None
        ]
        if shared:
            pairs[first_number, second_number] = shared
    numbers = {number for pair in pairs for number in pair}
    parts = {number: members[number].list_part for number in numbers}
    if texts:
        parts = {number: _of(part, texts[number]) for number, part in parts.items()}
    alike = _alike(parts, list_, engine) if numbers else set()
    disputed = []
    for (first_number, second_number), shared in pairs.items():
        if (first_number, second_number) in alike:
            first, second = members[first_number].list_part, members[second_number].list_part
            days = DateRange(min(each.first for each in shared), max(each.last for each in shared))
            says = f"a line of manifest.csv such as `{manifest_line(second, days)}` says"
            if second.path is None:
                says = "`received_on` of `Records` says"
            message = say("records-shared", other=first.file, first=days.first, last=days.last, says=says)
            problem = Problem(second.file, second.sheet, None, None, None, "records-shared", message)
            disputed += [(each, [problem] if each is shared[0] else []) for each in shared]
    return disputed


def _may_cover(share: _Share) -> list[DateRange]:
    """The days that a share may cover and no later share has taken."""
    if share.days is not None or share.possible is None:
        return [days for days in share.left if days.first <= days.last]
    return [share.possible]


def _alike(parts: Mapping[int, ListPart], list_: RecordList, engine: Engine) -> set[tuple[int, int]]:
    """The pairs of list parts with a common record: equal in every column except the end of a spell.

    Two sets of records have none in common where together they are as many as one by one; the sets are of hashes. In a
    damaged file any record may be common.

    Args:
        parts: The list parts by number.
        list_: The list.
        engine: The engine that reads the parts.
    """
    hashes = {number: _hashes(part, list_, number, engine) for number, part in parts.items()}
    whole = [of_part for of_part in hashes.values() if of_part is not None]
    total = pl.concat(whole).n_unique() if whole else 0
    if len(whole) == len(hashes) and total == sum(map(len, whole)):
        return set()
    alike = set()
    for first, second in combinations(sorted(parts), 2):
        one, other = hashes[first], hashes[second]
        if one is None or other is None or pl.concat([one, other]).n_unique() < len(one) + len(other):
            alike.add((first, second))
    return alike


def _hashes(part: ListPart, list_: RecordList, number: int, engine: Engine) -> pl.Series | None:
    """The hash of each record of a list part, once; None in a damaged file."""
    columns = sorted(list_.columns.keys() - {list_.end})
    records = typed(part, list_, columns, number, patient=part.small or part.doubtful).filter(
        pl.col(list_.start).is_not_null(), ~pl.any_horizontal([pl.col(bad(name)) for name in columns])
    )
    try:
        return result(records.select(pl.struct(columns).hash()), engine).to_series().unique()
    except DAMAGED:
        return None


def _of(part: ListPart, texts: Sequence[str], without: bool = False) -> ListPart:
    """A list part with only the records of an agency, in any of its spellings `texts`, or `without` these records."""
    if part.frame is None:
        return part
    is_of_agency = pl.col(AGENCY).cast(pl.String).is_in(texts).fill_null(False)
    return replace(part, frame=part.frame.filter(~is_of_agency if without else is_of_agency))


def _senders(part: ListPart, list_: RecordList, vocabulary: Vocabulary, engine: Engine) -> tuple[dict[str, str], bool]:
    """The agencies of a list part's records, by each text that names one; and whether other records are in it too.

    Args:
        part: The list part.
        list_: Its list.
        vocabulary: The names of agencies.
        engine: The engine that reads the part.
    """
    if part.frame is None:
        return {}, False
    agencies = group_names(vocabulary, list_)[AGENCY]
    try:
        texts = result(part.frame.select(pl.col(AGENCY).cast(pl.String).unique()), engine)[AGENCY]
    except DAMAGED:
        again = readable(part, list_, vocabulary.framework)
        return ({}, False) if again is part else _senders(again, list_, vocabulary, engine)
    named = {text: agency for text in texts.drop_nulls().sort() if (agency := agencies.find(text)) is not None}
    return named, len(named) < len(texts)
