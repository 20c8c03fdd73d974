"""The one pass over each list that an evaluation makes, and what it finds wrong with the records on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import polars as pl

from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records.queries import AGENCY, REFUSED, ListPlan, View, group_names
from pmf_engine.records.totals import Counted, Read, spoken, tables
from pmf_engine.submissions.folder import PROBLEMS, Problem, listed, say
from pmf_engine.submissions.list_files import PIECE, ROW, Piece, bad, read_again, typed
from pmf_engine.submissions.readings import Vocabulary

Engine = Literal["auto", "in-memory", "streaming"]

_LAST_DAY = date(2099, 12, 31)
_MOST = 1_000_000
"""Of lists of no more records every cell is looked at, and repeats are sought; of longer ones, what is used."""

_AS_SAID = pl.QueryOptFlags(comm_subplan_elim=False)
"""What queries have in common is kept in memory only where `ListPlan` says so."""

_SHOWN = 100
"""Problems of one kind of a file that are shown one by one."""


def standing(pieces: Sequence[Piece], as_of: date) -> list[Piece]:
    """The pieces that had come by a day."""
    return [piece for piece in pieces if piece.received_on is None or piece.received_on <= as_of]


def _current(pieces: Sequence[Piece], one: RecordList, words: Vocabulary) -> tuple[list[Piece], list[Problem]]:
    """The pieces of a list, each for the days that no later one speaks for; and what was replaced.

    Pieces that came on the same day are parts of one. Where several agencies send the list, a piece replaces only
    what the agencies in it have sent.
    """
    current: list[Piece] = []
    problems: list[Problem] = []
    for piece in pieces:
        others = [other for other in pieces if _replaces(other, piece)]
        if AGENCY not in one.columns:
            later = {"": others} if others else {}
            own: dict[str, str] = {}
        else:
            own = _senders(piece, one, words)
            theirs = [(other, set(_senders(other, one, words).values())) for other in others]
            later = {agency: [other for other, found in theirs if agency in found] for agency in own.values()}
            later = {agency: found for agency, found in later.items() if found}
        if own and later.keys() != set(own.values()):
            current.append(_of(piece, [text for text, agency in own.items() if agency in later], without=True))
        elif not later:
            current.append(piece)
        for agency, found in later.items():
            part = _of(piece, [text for text in own if own[text] == agency]) if own else piece
            current += [replace(part, covers=days) for days in _left(piece, found)]
            what = f"records of `{agency}`" if own else "its records"
            for other in found:
                first, last = _shared(piece, other)
                said = say("file-superseded", other=other.file, first=first, last=last, what=what)
                problems.append(Problem(piece.file, piece.sheet, None, None, None, "file-superseded", said))
    return current, problems


def _of(piece: Piece, texts: Sequence[str], without: bool = False) -> Piece:
    """A piece with the records of an agency, however it is written, or without them."""
    assert piece.frame is not None
    held = pl.col(AGENCY).cast(pl.String).is_in(texts).fill_null(False)
    return replace(piece, frame=piece.frame.filter(~held if without else held))


def _left(piece: Piece, others: Sequence[Piece]) -> list[tuple[date, date]]:
    """The days that a piece speaks for and others do not."""
    assert piece.covers is not None
    left = [piece.covers]
    for other in others:
        first, last = _shared(piece, other)
        cut = [(begin, min(end, first - timedelta(days=1))) for begin, end in left]
        cut += [(max(begin, last + timedelta(days=1)), end) for begin, end in left]
        left = [(begin, end) for begin, end in cut if begin <= end]
    return left


def _shared(piece: Piece, other: Piece) -> tuple[date, date]:
    """The days that both speak for; the later one's open end ends with the piece's."""
    assert piece.covers is not None
    assert other.covers is not None
    return max(piece.covers[0], other.covers[0]), min(piece.covers[1], other.covers[1])


def _senders(piece: Piece, one: RecordList, words: Vocabulary) -> dict[str, str]:
    """The agencies whose records a piece holds, by each text that names one."""
    if piece.frame is None:
        return {}
    known = group_names(words, one)[AGENCY]
    try:
        texts = piece.frame.select(pl.col(AGENCY).cast(pl.String).drop_nulls().unique()).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        again = _readable(piece, one, words.framework)
        return {} if again is piece else _senders(again, one, words)
    return {text: found for text in texts[AGENCY].sort() if (found := known.find(text)) is not None}


def _replaces(other: Piece, piece: Piece) -> bool:
    """Whether a piece came later than another and speaks for some of its days."""
    if other.list != piece.list or not (other.covers and piece.covers and other.received_on and piece.received_on):
        return False
    first, last = _shared(piece, other)
    return first <= last and other.received_on > piece.received_on


def count(
    framework: Framework, pieces: Sequence[Piece], asked: Sequence[View], last_day: date, as_of: date, engine: Any
) -> tuple[Counted, pl.DataFrame]:
    """Works out all that is asked of lists up to `last_day`, as things were `as_of`; with the problems of records."""
    last_day, as_of = min(last_day, _LAST_DAY), min(as_of, _LAST_DAY)
    words, done = Vocabulary(framework), Counted()
    problems: list[Problem] = []
    for id_ in dict.fromkeys(view.one.id for view in asked):
        one = framework.lists[id_]
        own = [piece for piece in pieces if piece.list == id_]
        wanted = [view for view in asked if view.one.id == id_]
        if not own:
            continue
        own, more = _current(own, one, words)
        problems += more
        own, plan, checks, answers = _answered(words, one, own, wanted, (last_day, as_of), engine)
        for view, frames in zip(wanted, answers, strict=True):
            for by, table in (tables(plan, view, frames) if frames else {}).items():
                done.tables[*view.key, by] = table
                if by is not None:
                    done.groups.setdefault(by, set()).update(table.rows["group"].to_list())
        done.spoken.update(spoken(words, own, checks, as_of))
        done.read[id_] = list(_read(own, plan, checks))
        problems += [problem for piece in own for problem in piece.problems]
        problems += _wrong(one, own, plan, checks, _strange(plan, wanted, checks, answers))
    return done, pl.DataFrame(problems, schema=PROBLEMS, orient="row")


def _read(pieces: Sequence[Piece], plan: ListPlan, checks: Sequence[Mapping[str, Any]]) -> Iterator[Read]:
    for number, piece in enumerate(pieces):
        rows = [row for row in checks if row["piece"] == number]
        yield Read(
            piece.file,
            piece.sheet,
            sum(row["records"] for row in rows),
            min((row["first"] for row in rows if row["first"]), default=None),
            max((row["last"] for row in rows if row["last"]), default=None),
            piece.covers,
            sum(row[bad(name)] for row in rows for name in plan.columns),
        )


def _answered(
    words: Vocabulary,
    one: RecordList,
    pieces: list[Piece],
    asked: Sequence[View],
    days: tuple[date, date],
    engine: Any,
) -> tuple[list[Piece], ListPlan, list[dict[str, Any]], list[list[pl.DataFrame]]]:
    """The pieces as they could be read, the plan, and its answers.

    First as if texts were plain and dates all in one form; where they are not, again and patiently.
    """
    patient = again = False
    while True:
        plan = ListPlan(words, one, pieces, asked, *days, patient)
        if plan.records is None:
            return pieces, plan, [], [[] for _ in asked]
        queries = [plan.queries(view) for view in asked]
        flat = [plan.checks, *(query for each in queries for query in each)]
        try:
            checks, *answers = pl.collect_all(flat, engine=engine, optimizations=_AS_SAID)
        except pl.exceptions.PolarsError:
            if again:
                raise
            pieces, again = [_readable(piece, one, words.framework) for piece in pieces], True
            continue
        if not patient:
            if checks[REFUSED].sum():
                patient = True
                continue
            checks = checks.with_columns(pl.lit(0).alias(bad(name)) for name in plan.columns)
        rows = checks.rows(named=True)
        found = iter(answers)
        return pieces, plan, rows, [[next(found) for _ in each] for each in queries]


def _readable(piece: Piece, one: RecordList, framework: Framework) -> Piece:
    """A piece that can be read: as it is, row by row, or not at all, and then it says so."""
    if piece.frame is None:
        return piece
    try:
        piece.frame.select(pl.len(), pl.all().count().name.suffix("_")).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        if piece.path is not None and piece.path.suffix.lower() == ".csv" and piece.dates is not None:
            return read_again(piece, one, framework)
        problem = Problem(
            piece.file, piece.sheet, None, None, None, "unreadable", say("unreadable", why="it is damaged")
        )
        return replace(piece, frame=None, problems=(*piece.problems, problem))
    return piece


# -- what is wrong ---------------------------------------------------------------------------


def _strange(
    plan: ListPlan,
    asked: Sequence[View],
    checks: Sequence[Mapping[str, Any]],
    answers: Sequence[Sequence[pl.DataFrame]],
) -> set[str]:
    """The columns of groups in which the answers have a text that names none."""
    texts: dict[str, set[str | None]] = {AGENCY: {row.get(AGENCY) for row in checks}}
    for view, frames in zip(asked, answers, strict=True):
        for name in view.by if frames else ():
            if name in frames[0].columns:
                texts.setdefault(name, set()).update(frames[0][name].unique())
    return {
        name
        for name, known in plan.names.items()
        if any(text is not None and known.find(text) is None for text in texts.get(name, ()))
    }


def _wrong(
    one: RecordList,
    pieces: Sequence[Piece],
    plan: ListPlan,
    checks: Sequence[Mapping[str, Any]],
    strange: set[str],
) -> Iterator[Problem]:
    """The problems of a list's records, each at its cell; a long list is read again only where there are some."""
    total = sum(row["records"] for row in checks)
    every = total <= _MOST
    columns = sorted(one.columns) if every else plan.columns
    flagged: dict[int, bool] = {}
    for row in checks:
        faulty = any(row[bad(name)] for name in plan.columns) or row["reversed"] or row["future"] or row["outside"]
        flagged[row["piece"]] = flagged.get(row["piece"], False) or bool(faulty)
    grouped = [name for name in columns if name in plan.names and (every or name in strange)]
    # Of what speaks for several times apart the records are the same.
    pieces = list({(piece.file, piece.sheet, id(piece.frame)): piece for piece in pieces}.values())
    held: list[pl.LazyFrame] = []
    for number, piece in enumerate(pieces):
        if piece.frame is None or not (every or flagged.get(number) or grouped):
            continue
        if every:
            piece = _held(piece)
            records = _typed(piece, one, columns, number)
            held.append(records)
        else:
            records = typed(piece, one, columns, number, patient=True)
        if every or flagged.get(number):
            yield from _faults(piece, one, records, columns, plan.as_of)
        for name in grouped:
            yield from _unknown(piece, plan, name, records)
    if held and total:
        yield from _repeated(pieces, pl.concat(held, how="vertical_relaxed"), columns)


def _held(piece: Piece) -> Piece:
    """A piece that is read once, and then stays as it is, whatever it comes from."""
    return piece if piece.frame is None else replace(piece, frame=piece.frame.collect(engine="streaming").lazy())


def _typed(piece: Piece, one: RecordList, columns: Sequence[str], number: int) -> pl.LazyFrame:
    """A held piece's records; patiently only where that is needed, as it takes many times as long."""
    records = typed(piece, one, columns, number, patient=False).collect()
    if records.select(pl.any_horizontal([pl.col(bad(name)).any() for name in columns])).item():
        records = typed(piece, one, columns, number, patient=True).collect()
    return records.lazy()


def _faults(
    piece: Piece, one: RecordList, records: pl.LazyFrame, columns: Sequence[str], as_of: date
) -> Iterator[Problem]:
    reversed_ = (pl.col(one.end or one.start) < pl.col(one.start)).fill_null(False)
    future = (pl.col(one.start) > as_of).fill_null(False)
    first, last = piece.covers or (date.min, date.max)
    outside = (pl.col(one.start) > last) if one.end else ~pl.col(one.start).is_between(first, last)
    outside = outside.fill_null(False) & ~future & ~reversed_
    wrong = pl.any_horizontal([pl.col(bad(name)) for name in columns]) | reversed_ | future | outside
    assert piece.frame is not None
    made_out = ~pl.col(ROW).is_in(sorted(piece.broken))  # what is wrong with the others is told already
    marked = records.with_columns(reversed_.alias(":reversed"), future.alias(":future"), outside.alias(":outside"))
    found = marked.filter(wrong, made_out).head(_SHOWN + 1).collect()
    if found.is_empty():
        return
    texts = piece.frame.filter(pl.col(ROW).is_in(found[ROW].to_list())).collect()
    said = {row[ROW]: row for row in texts.iter_rows(named=True)}
    for row in found.head(_SHOWN).iter_rows(named=True):
        was = said[row[ROW]]
        for name in columns:
            if row[bad(name)]:
                yield _refused(piece, one, name, row[ROW], was[name])
        if row[":reversed"] and one.end:
            words = {"start": row[one.start], "end": row[one.end]}
            yield _problem(piece, row[ROW], one.end, str(was[one.end]), "spell-reversed", **words)
        if row[":future"]:
            yield _problem(piece, row[ROW], one.start, str(was[one.start]), "future-record", day=as_of)
        if row[":outside"]:
            text = str(was[one.start])
            yield _problem(piece, row[ROW], one.start, text, "outside-record", first=first, last=last)
    if found.height > _SHOWN:
        yield Problem(piece.file, piece.sheet, None, None, None, "more-records", say("more-records", shown=_SHOWN))


def _problem(piece: Piece, row: int, name: str, text: str | None, kind: str, **words: object) -> Problem:
    message = say(kind, text=text, **words)
    return Problem(piece.file, piece.sheet, row, piece.titles.get(name, name), text, kind, message)


def _refused(piece: Piece, one: RecordList, name: str, row: int, was: object) -> Problem:
    text = "" if was is None else str(was).strip()
    if not text:
        return _problem(piece, row, name, "", "blank", what=f"`{name}`", expected=f"every record of `{one.id}` has one")
    kind = {"date": "not-a-date", "number": "not-a-number", "truth": "not-yes-or-no", "text": "not-a-text"}
    hint = {"hint": "expected a number such as `1234` or `12.5`"} if one.columns[name].kind == "number" else {}
    return _problem(piece, row, name, text, kind[one.columns[name].kind], **hint)


def _unknown(piece: Piece, plan: ListPlan, name: str, records: pl.LazyFrame) -> Iterator[Problem]:
    """Groups and agencies that are not known, and agencies that do not send the list."""
    known = plan.names[name]
    texts = records.select(pl.col(name).drop_nulls().unique()).collect(engine="streaming")[name].sort().to_list()
    unknown = [text for text in texts if known.find(text) is None]
    if not unknown:
        return
    places = records.filter(pl.col(name).is_in(unknown)).select(ROW, name).head(_SHOWN + 1).collect()
    for row, text in places.head(_SHOWN).iter_rows():
        if name == AGENCY and plan.words.agencies.find(text) is not None:
            words = {"agency": text, "figure": plan.one.id, "senders": listed(plan.one.agencies)}
            yield _problem(piece, row, name, text, "wrong-sender", **words)
        else:
            kind = "unknown-agency" if name == AGENCY else "unknown-group"
            yield _problem(piece, row, name, text, kind, by=name, help=known.help(text))
    if places.height > _SHOWN:
        yield Problem(piece.file, piece.sheet, None, None, None, "more-records", say("more-records", shown=_SHOWN))


def _repeated(pieces: Sequence[Piece], records: pl.LazyFrame, columns: Sequence[str]) -> Iterator[Problem]:
    """Records that are there more than once, alike in every column."""
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
    for one, other in twice.head(_SHOWN).iter_rows():
        piece, where = pieces[other[PIECE]], pieces[one[PIECE]]
        place = f"row {one[ROW]}" if piece is where else f"`{where.file}` row {one[ROW]}"
        message = say("repeated-record", place=place)
        yield Problem(piece.file, piece.sheet, other[ROW], None, None, "repeated-record", message)
    if twice.height > _SHOWN:
        file = pieces[twice[":again"][0][PIECE]].file
        yield Problem(file, None, None, None, None, "more-records", say("more-records", shown=_SHOWN))
