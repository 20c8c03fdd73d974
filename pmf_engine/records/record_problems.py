"""Problems of the records of a list, each at its cell: a second pass over the list parts that the first flagged."""

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
from pmf_engine.records.samples import FEW, numbers_of_texts
from pmf_engine.submissions.engines import Engine, collected, result
from pmf_engine.submissions.folder import parse_date
from pmf_engine.submissions.list_parts import PIECE, ROW, ListPart
from pmf_engine.submissions.list_values import bad, has_doubtful, typed, why_refused
from pmf_engine.submissions.problems import Problem, listed, say
from pmf_engine.submissions.record_dates import with_conventions
from pmf_engine.submissions.table import printable

_MOST = 1_000_000
"""Lists up to this number of records are checked in every column and for repeats; longer lists in the used columns."""

_SHOWN = 100
"""The most problems of one kind and file that are shown."""


def record_problems(
    parts: Sequence[ListPart],
    plan: ListPlan,
    checks: Sequence[Mapping[str, Any]],
    answers: Sequence[Sequence[pl.DataFrame]],
    engine: Engine,
) -> Iterator[Problem]:
    """The problems of a list's records. Of a long list only the parts with problems are read again.

    Args:
        parts: The list parts, as they were counted.
        plan: The plan of their queries.
        checks: The rows of `plan.checks`.
        answers: The frames of each of the plan's queries.
        engine: The engine that reads the parts; records in memory are looked at on this machine.
    """
    list_ = plan.list
    yield from _without_records(parts, list_, checks)
    total = sum(row["records"] for row in checks)
    is_small = total <= _MOST
    columns = sorted(list_.columns) if is_small else plan.columns
    flagged = {
        row["piece"]
        for row in checks
        if any(row[bad(name)] for name in plan.columns) or row["reversed"] or row["future"] or row["outside"]
    }
    unknown = _columns_with_unknown_groups(plan, checks, answers)
    grouped = [name for name in columns if name in plan.names and (is_small or name in unknown)]
    # A list part that counts for several ranges of days appears once for each, with the same records.
    parts = list({(part.file, part.sheet, id(part.frame)): part for part in parts}.values())
    frames: list[pl.LazyFrame] = []
    where: Engine = "in-memory" if is_small else engine
    for number, part in enumerate(parts):
        if part.frame is None or not (is_small or number in flagged or grouped):
            continue
        if is_small:
            part = _collected(part, engine)
        part = with_conventions(part, list_, where)
        if is_small:
            records = _typed(part, list_, columns, number)
            frames.append(records)
        else:
            records = typed(part, list_, columns, number, patient=True)
        if is_small or number in flagged:
            yield from _faults(part, list_, records, columns, plan.as_of, where)
        for name in grouped:
            yield from _unknown_groups(part, plan, name, records, where)
    if frames and total:
        yield from _repeated(parts, pl.concat(frames, how="vertical_relaxed"), columns)


def _without_records(
    parts: Sequence[ListPart], list_: RecordList, checks: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    """A problem for each file with a header and no records: the days that it covers, or what would settle them."""
    filled = {(parts[row["piece"]].file, parts[row["piece"]].sheet) for row in checks if row["records"]}
    for part in {(part.file, part.sheet): part for part in parts}.values():
        if part.frame is None or part.unsure or (part.file, part.sheet) in filled:
            continue
        if len(list_.agencies) > 1 and AGENCY not in part.folders:
            so = ", and nothing says which agency sent it, so it covers no days"
        elif part.covers:
            first, last = part.covers
            so = f", so there was nothing to count from {first} to {last}; if there was, send it again with its records"
        else:
            line = f"{part.file},{part.received_on or 'YYYY-MM-DD'},YYYY-MM-DD,YYYY-MM-DD"
            settles = f"a line of manifest.csv such as `{line}`" if part.path else "`covers` of `Records`"
            so = f", and nothing says which days it covers; {settles} would say it"
        yield Problem(part.file, part.sheet, None, None, None, "empty-list", say("empty-list", so=so))


def _columns_with_unknown_groups(
    plan: ListPlan, checks: Sequence[Mapping[str, Any]], answers: Sequence[Sequence[pl.DataFrame]]
) -> set[str]:
    """The columns of groups in which the results of the queries have an unknown group."""
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


def _collected(part: ListPart, engine: Engine) -> ListPart:
    """A list part with its records in memory, so that a lazy source is read only once."""
    assert part.frame is not None
    return replace(part, frame=result(part.frame, engine).lazy(), ready=True)


def _typed(part: ListPart, list_: RecordList, columns: Sequence[str], number: int) -> pl.LazyFrame:
    """The typed records of a collected list part: `patient`, which is many times slower, only after a refused cell."""
    assert part.frame is not None
    sample = numbers_of_texts([part], list_, columns, "in-memory")
    few = [name for name, number_of_texts in sample.items() if number_of_texts <= FEW]
    records = result(typed(part, list_, columns, number, patient=False, apart=few), "in-memory")
    distinct = collected([part.frame.select(pl.col(name).unique()) for name in few], "in-memory")
    doubtful = any(has_doubtful(texts.to_series(), list_.columns[texts.columns[0]]) for texts in distinct)
    if doubtful or records.select(pl.any_horizontal([pl.col(bad(name)).any() for name in columns])).item():
        records = result(typed(part, list_, columns, number, patient=True), "in-memory")
    return records.lazy()


def _faults(
    part: ListPart, list_: RecordList, records: pl.LazyFrame, columns: Sequence[str], as_of: date, engine: Engine
) -> Iterator[Problem]:
    """The problems of a list part: refused cells, and dates out of order, in the future or outside its coverage.

    Args:
        part: The list part.
        list_: Its list.
        records: Its typed records.
        columns: The columns to check.
        as_of: The day of the evaluation.
        engine: The engine that reads the records.
    """
    reversed_ = out_of_order(list_)
    future = (pl.col(list_.start) > as_of).fill_null(False)
    first, last = covers = part.covers or DateRange(date.min, date.max)
    outside = (pl.col(list_.start) > last) if list_.end else ~pl.col(list_.start).is_between(first, last)
    outside = outside.fill_null(False) & ~future & ~reversed_
    wrong = pl.any_horizontal([pl.col(bad(name)) for name in columns]) | reversed_ | future | outside
    assert part.frame is not None
    whole = ~pl.col(ROW).is_in(sorted(part.broken))  # broken rows have a problem already
    marked = records.with_columns(reversed_.alias(":reversed"), future.alias(":future"), outside.alias(":outside"))
    faulty = result(marked.filter(wrong, whole).head(_SHOWN + 1), engine)
    if faulty.is_empty():
        return
    written = result(part.frame.filter(pl.col(ROW).is_in(faulty[ROW].to_list())), engine)
    texts = {row[ROW]: row for row in printable(written).iter_rows(named=True)}
    for row in faulty.head(_SHOWN).iter_rows(named=True):
        yield from _faults_of(part, list_, row, texts[row[ROW]], columns, as_of, covers)
    if faulty.height > _SHOWN:
        yield _more_records(part.file, part.sheet)


def _faults_of(
    part: ListPart,
    list_: RecordList,
    row: Mapping[str, Any],
    texts: Mapping[str, Any],
    columns: Sequence[str],
    as_of: date,
    covers: DateRange,
) -> Iterator[Problem]:
    """The problems of one record.

    Args:
        part: The list part.
        list_: Its list.
        row: The typed cells of the record, with their flags.
        texts: The cells as texts.
        columns: The columns to check.
        as_of: The day of the evaluation.
        covers: The days that the list part covers.
    """
    for name in columns:
        if row[bad(name)]:
            yield _refused(part, list_, name, row[ROW], texts[name])
    start = str(texts[list_.start])
    for earlier, later in list_.date_pairs if row[":reversed"] else ():
        if not (row[earlier] and row[later] and row[later] < row[earlier]):
            continue
        if (earlier, later) == (list_.start, list_.end):
            words: dict[str, object] = {"start": row[earlier], "end": row[later]}
            yield _problem(part, row[ROW], later, str(texts[later]), "spell-reversed", **words)
        else:
            words = {
                "other": row[earlier],
                "column": part.titles.get(earlier, earlier),
                "order": listed(list_.order, "and"),
            }
            yield _problem(part, row[ROW], later, str(texts[later]), "out-of-order", **words)
    if row[":future"]:
        yield _problem(part, row[ROW], list_.start, start, "future-record", day=as_of)
    if row[":outside"]:
        yield _problem(part, row[ROW], list_.start, start, "outside-record", first=covers.first, last=covers.last)


def _more_records(file: str, sheet: str | None) -> Problem:
    """The problem that more records have the same problem than are shown."""
    return Problem(file, sheet, None, None, None, "more-records", say("more-records", shown=_SHOWN))


def _problem(part: ListPart, row: int, name: str, text: str | None, kind: str, **words: object) -> Problem:
    """A problem of a kind at one cell; `words` fill in its wording."""
    message = say(kind, text=text, **words)
    return Problem(part.file, part.sheet, row, part.titles.get(name, name), text, kind, message)


def _refused(part: ListPart, list_: RecordList, name: str, row: int, was: object) -> Problem:
    """The problem of a refused cell: a blank in a required column, or a text that is not of its column's kind.

    Args:
        part: The list part.
        list_: Its list.
        name: The column.
        row: The row of the record.
        was: The cell before it was refused.
    """
    text = "" if was is None else str(was).strip()
    if name in (list_.start, list_.end) and part.latest and (day := parse_date(text[:10])) and day > part.latest:
        return _problem(part, row, name, text, "after-receipt", day=part.latest)
    if not text:
        return _problem(
            part, row, name, "", "blank", what=f"`{name}`", expected=f"every record of `{list_.id}` has one"
        )
    kind, words = why_refused(part, list_, name, text)
    return _problem(part, row, name, text.replace("\0", "\u2400"), kind, **words)


def _unknown_groups(
    part: ListPart, plan: ListPlan, name: str, records: pl.LazyFrame, engine: Engine
) -> Iterator[Problem]:
    """The problems of unknown groups and agencies, and of agencies that do not send the list.

    Args:
        part: The list part.
        plan: The plan of the list's queries.
        name: The column of groups or agencies.
        records: The typed records.
        engine: The engine that reads them.
    """
    names = plan.names[name]
    texts = result(records.select(pl.col(name).drop_nulls().unique()), engine)[name].sort().to_list()
    unknown = [text for text in texts if names.find(text) is None]
    if not unknown:
        return
    places = result(records.filter(pl.col(name).is_in(unknown)).select(ROW, name).head(_SHOWN + 1), engine)
    for row, text in places.head(_SHOWN).iter_rows():
        if name == AGENCY and plan.vocabulary.agencies.find(text) is not None:
            words = {"agency": text, "figure": plan.list.id, "senders": listed(plan.list.agencies)}
            yield _problem(part, row, name, text, "wrong-sender", **words)
        else:
            kind = "unknown-agency" if name == AGENCY else "unknown-group"
            yield _problem(part, row, name, text, kind, by=name, help=names.help(text))
    if places.height > _SHOWN:
        yield _more_records(part.file, part.sheet)


def _covers_alone(part: ListPart, parts: Sequence[ListPart]) -> bool:
    """Whether a list part covers given days that no other part covers: several such parts may repeat a spell."""
    days = [other.covers for other in parts if other is not part]
    return part.covers is not None and all(other is not None and not part.covers.shared(other) for other in days)


def _repeated(parts: Sequence[ListPart], records: pl.LazyFrame, columns: Sequence[str]) -> Iterator[Problem]:
    """A problem for each repeated record, equal in every column, except between files that cover days of their own.

    Args:
        parts: The list parts.
        records: The records of all parts.
        columns: The columns to compare.
    """
    alone = {number: number + 1 if _covers_alone(part, parts) else 0 for number, part in enumerate(parts)}
    records = records.with_columns(pl.col(PIECE).replace_strict(alone, return_dtype=pl.Int32).alias(":days"))
    columns = [*columns, ":days"]
    first = pl.struct(PIECE, ROW).first()
    repeated = (
        records.filter(
            pl.struct(columns).hash().is_duplicated()
        )  # a fast filter: equal records have equal hashes, and few others do
        .group_by(columns, maintain_order=True)
        .agg(pl.len().alias(":len"), first.alias(":first"), pl.struct(PIECE, ROW).slice(1).alias(":again"))
        .filter(pl.col(":len") > 1)
        .select(":first", ":again")
        .explode(":again")
        .head(_SHOWN + 1)
    )
    twice = result(repeated, "in-memory")
    for first_row, again in twice.head(_SHOWN).iter_rows():
        part, earlier = parts[again[PIECE]], parts[first_row[PIECE]]
        where = f"row {first_row[ROW]}" if part is earlier else f"`{earlier.file}` row {first_row[ROW]}"
        message = say("repeated-record", place=where)
        yield Problem(part.file, part.sheet, again[ROW], None, None, "repeated-record", message)
    if twice.height > _SHOWN:
        file = parts[twice[":again"][0][PIECE]].file
        yield _more_records(file, None)
