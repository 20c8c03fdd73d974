"""What is wrong with the records of a list, each problem at its cell: found after the pass, from what it flagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.framework.model import RecordList
from pmf_engine.records.columns import AGENCY, out_of_order
from pmf_engine.records.queries import ListPlan
from pmf_engine.submissions.folder import parse_date
from pmf_engine.submissions.list_parts import PIECE, ROW, ListPart
from pmf_engine.submissions.list_values import bad, typed, why_refused
from pmf_engine.submissions.problems import Problem, listed, say
from pmf_engine.submissions.record_dates import with_conventions

_MOST = 1_000_000
"""Of lists of no more records every cell is looked at, and repeats are sought; of longer ones, what is used."""

_SHOWN = 100
"""Problems of one kind of a file that are shown one by one."""


def record_problems(
    pieces: Sequence[ListPart],
    plan: ListPlan,
    checks: Sequence[Mapping[str, Any]],
    answers: Sequence[Sequence[pl.DataFrame]],
) -> Iterator[Problem]:
    """The problems of a list's records; a long list is read again only where there are some.

    Args:
        pieces: The pieces as they were counted.
        plan: The plan of their queries.
        checks: The rows of `plan.checks`.
        answers: For each of the plan's list queries, the frames that it gave.
    """
    list_ = plan.list
    yield from _without_records(pieces, list_, checks)
    total = sum(row["records"] for row in checks)
    every = total <= _MOST
    columns = sorted(list_.columns) if every else plan.columns
    flagged = {
        row["piece"]
        for row in checks
        if any(row[bad(name)] for name in plan.columns) or row["reversed"] or row["future"] or row["outside"]
    }
    unknown = _columns_with_unknown_groups(plan, checks, answers)
    grouped = [name for name in columns if name in plan.names and (every or name in unknown)]
    # A piece that counts for several ranges of days is there once for each, with the same records.
    pieces = list({(piece.file, piece.sheet, id(piece.frame)): piece for piece in pieces}.values())
    held: list[pl.LazyFrame] = []
    for number, piece in enumerate(pieces):
        if piece.frame is None or not (every or number in flagged or grouped):
            continue
        piece = with_conventions(piece, list_)
        if every:
            piece = _held(piece)
            records = _typed(piece, list_, columns, number)
            held.append(records)
        else:
            records = typed(piece, list_, columns, number, patient=True)
        if every or number in flagged:
            yield from _faults(piece, list_, records, columns, plan.as_of)
        for name in grouped:
            yield from _unknown_groups(piece, plan, name, records)
    if held and total:
        yield from _repeated(pieces, pl.concat(held, how="vertical_relaxed"), columns)


def _without_records(
    pieces: Sequence[ListPart], list_: RecordList, checks: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    """Files with a header and no records: what each says, or what would tell it."""
    filled = {(pieces[row["piece"]].file, pieces[row["piece"]].sheet) for row in checks if row["records"]}
    for piece in {(piece.file, piece.sheet): piece for piece in pieces}.values():
        if piece.frame is None or piece.unsure or (piece.file, piece.sheet) in filled:
            continue
        if len(list_.agencies) > 1 and AGENCY not in piece.folders:
            so = ", and nothing says which agency sent it, so it covers no days"
        elif piece.covers:
            first, last = piece.covers
            so = f", so there was nothing to count from {first} to {last}; if there was, send it again with its records"
        else:
            line = f"{piece.file},{piece.received_on or 'YYYY-MM-DD'},YYYY-MM-DD,YYYY-MM-DD"
            so = f", and nothing says which days it covers; a line of manifest.csv such as `{line}` would say it"
        yield Problem(piece.file, piece.sheet, None, None, None, "empty-list", say("empty-list", so=so))


def _columns_with_unknown_groups(
    plan: ListPlan, checks: Sequence[Mapping[str, Any]], answers: Sequence[Sequence[pl.DataFrame]]
) -> set[str]:
    """The columns of groups in which the answers have a text that names none."""
    texts: dict[str, set[str | None]] = {AGENCY: {row.get(AGENCY) for row in checks}}
    for query, frames in zip(plan.list_queries, answers, strict=True):
        for name in query.by if frames else ():
            if name in frames[0].columns:
                texts.setdefault(name, set()).update(frames[0][name].unique())
    return {
        name
        for name, names in plan.names.items()
        if any(text is not None and names.find(text) is None for text in texts.get(name, ()))
    }


def _held(piece: ListPart) -> ListPart:
    """A piece that is read once, and then stays as it is, whatever it comes from."""
    return piece if piece.frame is None else replace(piece, frame=piece.frame.collect(engine="streaming").lazy())


def _typed(piece: ListPart, list_: RecordList, columns: Sequence[str], number: int) -> pl.LazyFrame:
    """A held piece's records; patiently only where that is needed, as it takes many times as long."""
    records = typed(piece, list_, columns, number, patient=False).collect()
    if records.select(pl.any_horizontal([pl.col(bad(name)).any() for name in columns])).item():
        records = typed(piece, list_, columns, number, patient=True).collect()
    return records.lazy()


def _faults(
    piece: ListPart, list_: RecordList, records: pl.LazyFrame, columns: Sequence[str], as_of: date
) -> Iterator[Problem]:
    """Cells that were refused, and dates that cannot be: reversed, in the future, or outside what the piece covers."""
    reversed_ = out_of_order(list_)
    future = (pl.col(list_.start) > as_of).fill_null(False)
    first, last = covers = piece.covers or DateRange(date.min, date.max)
    outside = (pl.col(list_.start) > last) if list_.end else ~pl.col(list_.start).is_between(first, last)
    outside = outside.fill_null(False) & ~future & ~reversed_
    wrong = pl.any_horizontal([pl.col(bad(name)) for name in columns]) | reversed_ | future | outside
    assert piece.frame is not None
    whole = ~pl.col(ROW).is_in(sorted(piece.broken))  # broken rows have a problem already
    marked = records.with_columns(reversed_.alias(":reversed"), future.alias(":future"), outside.alias(":outside"))
    faulty = marked.filter(wrong, whole).head(_SHOWN + 1).collect()
    if faulty.is_empty():
        return
    texts = {
        row[ROW]: row
        for row in piece.frame.filter(pl.col(ROW).is_in(faulty[ROW].to_list())).collect().iter_rows(named=True)
    }
    for row in faulty.head(_SHOWN).iter_rows(named=True):
        yield from _faults_of(piece, list_, row, texts[row[ROW]], columns, as_of, covers)
    if faulty.height > _SHOWN:
        yield _more_records(piece.file, piece.sheet)


def _faults_of(
    piece: ListPart,
    list_: RecordList,
    row: Mapping[str, Any],
    texts: Mapping[str, Any],
    columns: Sequence[str],
    as_of: date,
    covers: DateRange,
) -> Iterator[Problem]:
    """What is wrong with one record, given its cells with types and flags, and as texts."""
    for name in columns:
        if row[bad(name)]:
            yield _refused(piece, list_, name, row[ROW], texts[name])
    start = str(texts[list_.start])
    for earlier, later in list_.date_pairs if row[":reversed"] else ():
        if not (row[earlier] and row[later] and row[later] < row[earlier]):
            continue
        if (earlier, later) == (list_.start, list_.end):
            words: dict[str, object] = {"start": row[earlier], "end": row[later]}
            yield _problem(piece, row[ROW], later, str(texts[later]), "spell-reversed", **words)
        else:
            words = {
                "other": row[earlier],
                "column": piece.titles.get(earlier, earlier),
                "order": listed(list_.order, "and"),
            }
            yield _problem(piece, row[ROW], later, str(texts[later]), "out-of-order", **words)
    if row[":future"]:
        yield _problem(piece, row[ROW], list_.start, start, "future-record", day=as_of)
    if row[":outside"]:
        yield _problem(piece, row[ROW], list_.start, start, "outside-record", first=covers.first, last=covers.last)


def _more_records(file: str, sheet: str | None) -> Problem:
    """Says that more records have the same problem than are shown."""
    return Problem(file, sheet, None, None, None, "more-records", say("more-records", shown=_SHOWN))


def _problem(piece: ListPart, row: int, name: str, text: str | None, kind: str, **words: object) -> Problem:
    """A problem of a kind at one cell; `words` fill in its wording."""
    message = say(kind, text=text, **words)
    return Problem(piece.file, piece.sheet, row, piece.titles.get(name, name), text, kind, message)


def _refused(piece: ListPart, list_: RecordList, name: str, row: int, was: object) -> Problem:
    """Says why a cell was refused: it is blank where it may not be, or not of its column's kind."""
    text = "" if was is None else str(was).strip()
    if name in (list_.start, list_.end) and piece.latest and (day := parse_date(text[:10])) and day > piece.latest:
        return _problem(piece, row, name, text, "after-receipt", day=piece.latest)
    if not text:
        return _problem(
            piece, row, name, "", "blank", what=f"`{name}`", expected=f"every record of `{list_.id}` has one"
        )
    kind, words = why_refused(piece, list_, name, text)
    return _problem(piece, row, name, text.replace("\0", "\u2400"), kind, **words)


def _unknown_groups(piece: ListPart, plan: ListPlan, name: str, records: pl.LazyFrame) -> Iterator[Problem]:
    """Groups and agencies that are not known, and agencies that do not send the list."""
    names = plan.names[name]
    texts = records.select(pl.col(name).drop_nulls().unique()).collect(engine="streaming")[name].sort().to_list()
    unknown = [text for text in texts if names.find(text) is None]
    if not unknown:
        return
    places = records.filter(pl.col(name).is_in(unknown)).select(ROW, name).head(_SHOWN + 1).collect()
    for row, text in places.head(_SHOWN).iter_rows():
        if name == AGENCY and plan.vocabulary.agencies.find(text) is not None:
            words = {"agency": text, "figure": plan.list.id, "senders": listed(plan.list.agencies)}
            yield _problem(piece, row, name, text, "wrong-sender", **words)
        else:
            kind = "unknown-agency" if name == AGENCY else "unknown-group"
            yield _problem(piece, row, name, text, kind, by=name, help=names.help(text))
    if places.height > _SHOWN:
        yield _more_records(piece.file, piece.sheet)


def _covers_alone(piece: ListPart, pieces: Sequence[ListPart]) -> bool:
    """Whether a piece covers days that are given and that no other piece covers: a spell may stand in several such."""
    days = [other.covers for other in pieces if other is not piece]
    return piece.covers is not None and all(other is not None and not piece.covers.shared(other) for other in days)


def _repeated(pieces: Sequence[ListPart], records: pl.LazyFrame, columns: Sequence[str]) -> Iterator[Problem]:
    """Records that count more than once, alike in every column; not those of files that cover days of their own."""
    alone = {number: number + 1 if _covers_alone(piece, pieces) else 0 for number, piece in enumerate(pieces)}
    records = records.with_columns(pl.col(PIECE).replace_strict(alone, return_dtype=pl.Int32).alias(":days"))
    columns = [*columns, ":days"]
    first = pl.struct(PIECE, ROW).first()
    twice = (
        records.filter(pl.struct(columns).hash().is_duplicated())  # few or none: what is alike has the same hash
        .group_by(columns, maintain_order=True)
        .agg(pl.len().alias(":len"), first.alias(":first"), pl.struct(PIECE, ROW).slice(1).alias(":again"))
        .filter(pl.col(":len") > 1)
        .select(":first", ":again")
        .explode(":again")
        .head(_SHOWN + 1)
        .collect()
    )
    for first_row, again in twice.head(_SHOWN).iter_rows():
        piece, earlier = pieces[again[PIECE]], pieces[first_row[PIECE]]
        place = f"row {first_row[ROW]}" if piece is earlier else f"`{earlier.file}` row {first_row[ROW]}"
        message = say("repeated-record", place=place)
        yield Problem(piece.file, piece.sheet, again[ROW], None, None, "repeated-record", message)
    if twice.height > _SHOWN:
        file = pieces[twice[":again"][0][PIECE]].file
        yield _more_records(file, None)
