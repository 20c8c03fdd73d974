"""From records to numbers: the queries that work out every aggregate of a list, by period and group.

All that is asked of a list, in whatever periods and by whatever groups, shares one scan of its files, which are
read as a stream. What comes out is small (periods by groups); `counted` makes of it what indicators use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import polars as pl

from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.formula.compute.record_expressions import Rows, month_of_day
from pmf_engine.formula.syntax import Aggregate, Expression, columns_of, names
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records import pre_aggregation
from pmf_engine.records.pre_aggregation import START
from pmf_engine.submissions.list_files import PIECE, Piece, bad, raw, typed, whole_numbers
from pmf_engine.submissions.readings import Names, Vocabulary

AGENCY = "agency"
REVERSED, REFUSED = ":reversed", ":refused"
"""Columns beside those of a list, under names that none of these can have."""

_SINCE, _UNTIL, _FROM, _TO = ":since", ":until", ":from", ":to"
"""The days that a record's file speaks for, and the months whose last days are among them."""

_FIRST, _AFTER = ":first", ":after"
_APART = ("median",)
"""Aggregates of a whole that cannot be had from those of its groups; `distinct` ones neither."""


@dataclass(frozen=True)
class View:
    """What is asked of a list in the periods of one cadence, of its events or of spells in one state.

    `by` are the breakdowns in which any of it is asked for, besides the whole.
    """

    one: RecordList
    cadence: Cadence
    state: str | None
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]

    @property
    def key(self) -> tuple[str, Cadence, str | None]:
        """What tells it from other views."""
        return self.one.id, self.cadence, self.state


def views(framework: Framework, asked: Iterable[tuple[Cadence, Sequence[str], Sequence[Aggregate]]]) -> list[View]:
    """What indicators ask of lists, given the cadence, the breakdowns and the aggregates of each."""
    parts: dict[tuple[str, Cadence, str | None], tuple[dict[str, Aggregate], dict[str, None]]] = {}
    for cadence, by, aggregates in asked:
        for one in aggregates:
            known, groups = parts.setdefault((one.list.name, cadence, one.state), ({}, {}))
            known.setdefault(one.text, one)
            groups |= dict.fromkeys(by)
    return [
        View(framework.lists[name], cadence, state, tuple(known.values()), tuple(by))
        for (name, cadence, state), (known, by) in parts.items()
    ]


# -- the plan ----------------------------------------------------------------------------


class ListPlan:
    """The queries over one list: `checks` by piece, and what each view asks for.

    `last_day` is the last day that counts, `as_of` the last that can have been. `patient` reads dates in every form
    (see `listfiles.typed`). `records` is None where no piece can be read.
    """

    def __init__(
        self,
        words: Vocabulary,
        one: RecordList,
        pieces: Sequence[Piece],
        asked: Sequence[View],
        last_day: date,
        as_of: date,
        patient: bool,
    ) -> None:
        self.one = one
        self.words = words
        self.names = group_names(self.words, one)
        self.as_of = as_of
        self.asked = asked
        self.last_day = last_day
        self.times = [name for name in (one.start, one.end) if name]
        looked = {name for view in asked for each in view.aggregates for name in columns_of(each)} & one.columns.keys()
        groups = {name for view in asked for name in view.by if name in one.columns}
        senders = {AGENCY} & one.columns.keys()
        self.columns = sorted({*self.times, *looked, *groups, *senders})
        usable = [(number, piece) for number, piece in enumerate(pieces) if piece.frame is not None]
        frames = [typed(piece, one, self.columns, number, patient) for number, piece in usable]
        self.rows = Rows(
            {name: column.kind for name, column in one.columns.items()} | dict.fromkeys(_BOUNDS, "date"),
            whole_numbers([piece for _, piece in usable], one),
            frozenset(self.names),
        )
        self.patient = patient
        self.bounded = any(piece.covers for _, piece in usable)
        if self.bounded:
            frames = [_bounded(frame, piece) for frame, (_, piece) in zip(frames, usable, strict=True)]
        # What costs to be read is read once, and kept; what does not is read for each query, and never all at once.
        frames = [
            self._checked(frame) if piece.ready else self._checked(frame).cache()
            for frame, (_, piece) in zip(frames, usable, strict=True)
        ]
        self.records = pl.concat(frames, how="vertical_relaxed") if frames else None

    def _checked(self, records: pl.LazyFrame) -> pl.LazyFrame:
        """Records with nothing that cannot be: no spell ends before it starts."""
        if self.one.end is None:
            return records
        reversed_ = (pl.col(self.one.end) < pl.col(self.one.start)).fill_null(False)
        return records.with_columns(reversed_.alias(REVERSED))

    @property
    def checks(self) -> pl.LazyFrame:
        """For each piece and agency: records, the first and last day they are dated, and refused cells.

        These are told by column only by the `patient`: for others it is enough that there are none.

        Days to come are expected or slips of the fingers: no list speaks for the time until then.
        """
        assert self.records is not None
        dated = [pl.when(pl.col(name) <= self.as_of).then(name) for name in self.times]
        flags = [bad(name) for name in self.columns]
        # Worked out before it is added up: inside an aggregate Polars would keep all records for it.
        records = self.records.with_columns(pl.any_horizontal(flags).alias(REFUSED))
        return records.group_by(pl.col(PIECE).alias("piece"), *({AGENCY} & set(self.columns))).agg(
            pl.col(flags if self.patient else [REFUSED]).sum(),
            records=pl.len(),
            first=pl.min_horizontal([days.min() for days in dated]),
            last=pl.max_horizontal([days.max() for days in dated]),
            future=(pl.col(self.one.start) > self.as_of).sum(),
            outside=self._outside.sum(),
            reversed=pl.lit(0, dtype=pl.UInt32) if self.one.end is None else pl.col(REVERSED).sum(),
        )

    @property
    def _outside(self) -> pl.Expr:
        """Whether a record is of no day that its file speaks for: an event of another, a spell that starts later."""
        if not self.bounded:
            return pl.lit(0, dtype=pl.UInt32)
        day = pl.col(self.one.start)
        later = day > pl.col(_UNTIL)
        return later if self.one.end else later | (day < pl.col(_SINCE))

    def queries(self, view: View) -> list[pl.LazyFrame]:
        """What a view asks for: what adds up by all its breakdowns together, the rest by each and for the whole."""
        assert self.records is not None
        made = [(place, each, *self._parts(each)) for place, each in enumerate(view.aggregates)]
        labels = [
            self._label(name, pl.col(name)).cast(pl.Categorical).alias(f"label:{name}")
            for name in sorted(self.rows.labels)
        ]
        timed = self._timed(self.records, view).with_columns(labels)
        by = [name for name in view.by if name in self.columns]
        found = [self._together(timed, by, [one for one in made if not _apart(one[1])])]
        alone = [_alone(*one) for one in made if _apart(one[1])]
        for name in [None, *by] if alone else []:
            group = [] if name is None else [self._group(name).alias(name)]
            found.append(timed.group_by(START, *group).agg(alone))
        return found

    def _together(self, timed: pl.LazyFrame, by: Sequence[str], made: Sequence[_Made]) -> pl.LazyFrame:
        """What adds up, by all breakdowns together; with what was refused of each column."""
        texts = {name: raw(name) for name in by if self.one.columns[name].kind == "text"}
        keys = [START, *(texts.get(name, name) for name in by)]
        traits = pre_aggregation.Traits(self.rows, self._label)
        bins = pre_aggregation.bins(traits, {place: each for place, each, *_ in made})
        binned = {place for one in bins for place in one.aggregates}
        direct = [part for one in made if one[0] not in binned for part in _added(*one)]
        parts = [pre_aggregation.counted(one, traits, timed, keys) for one in bins]
        if direct or not bins:
            parts.append(timed.group_by(keys).agg(direct))
        flags = [bad(name) for name in self.columns if name not in self.times]
        if self.patient and flags:  # else what was refused makes all be read again
            refused = timed.filter(pl.any_horizontal(flags)).group_by(keys).agg(pl.col(flags).sum())
            parts.append(refused)
        found = parts[0]
        for part in parts[1:]:
            found = found.join(part, on=keys, how="left", nulls_equal=True)
        nothing = pl.lit(0, dtype=pl.UInt32)
        refused_too = [pl.col(name).fill_null(0) if self.patient else nothing.alias(name) for name in flags]
        found = found.with_columns(refused_too)
        return found.with_columns(pre_aggregation.trimmed(text).alias(name) for name, text in texts.items()).drop(
            texts.values()
        )

    def _label(self, name: str, text: pl.Expr) -> pl.Expr:
        """A text as it is compared with others: a group or an agency however it is spelt."""
        lower = text.str.to_lowercase()
        if name not in self.names:
            return lower
        return pl.coalesce(self._spelling(name, text).str.to_lowercase(), lower)

    def _spelling(self, name: str, text: pl.Expr) -> pl.Expr:
        """A group however it is spelt, where groups are listed: what two spellings come to cannot be added up."""
        known = self.names.get(name)
        if known is None:
            return text
        text = text.str.to_lowercase().str.replace_all(r"\s+", " ")
        if name != AGENCY:
            text = text.str.replace_all(" ", "", literal=True)
        return text.replace_strict(dict(known.spellings), default=None, return_dtype=pl.String)

    def _group(self, name: str) -> pl.Expr:
        """The group that a record is of; one that does not say who sent it is of the only agency that could have."""
        group = self._spelling(name, pl.col(name))
        if name != AGENCY or len(self.one.agencies) > 1:
            return group
        return pl.when(pl.col(name).is_null()).then(pl.lit(self.one.agencies[0])).otherwise(group)

    def _parts(self, aggregate: Aggregate) -> tuple[pl.Expr | None, pl.Expr | None]:
        of, where = aggregate.of, aggregate.where
        value = None
        if of is not None:
            if aggregate.function != "count":
                value = self.rows.number(of).cast(pl.Float64)
            else:
                value = self.rows.distinct(of) if aggregate.distinct else self.rows.value(of)
        return _per_record(value, of), _per_record(None if where is None else self.rows.value(where), where)

    def _timed(self, records: pl.LazyFrame, view: View) -> pl.LazyFrame:
        """Records with the first month of their period as START: a spell that is open in several comes in each.

        What cannot be placed, since its dates were refused, has none.
        """
        cadence, one = view.cadence, self.one
        lost = pl.any_horizontal([pl.col(bad(name)) for name in self.times])
        if one.end is not None:
            lost = lost | pl.col(REVERSED)
        if view.state != "open":
            day = one.end if view.state == "ended" else one.start
            assert day is not None
            start = pl.when(~lost).then(_period(pl.col(day), cadence))
            counted = pl.col(day) <= self.last_day
            if self.bounded:  # another file may have the record too, and speak for its day
                counted = counted & pl.col(day).is_between(_SINCE, _UNTIL)
            within = lost | counted.fill_null(False)
            timed = records.filter(within).with_columns(start.alias(START))
        else:
            assert one.end is not None
            final = cadence.holding(month_of(self.last_day)).start
            first = _period(pl.col(one.start), cadence)
            # Open at the end of a period: not if it ends in it, be it on the last day.
            end = _period(pl.col(one.end), cadence).fill_null(final + cadence.months)
            after = pl.min_horizontal(end, final + cadence.months)
            timed = (
                records.with_columns(pl.when(~lost).then(first).alias(_FIRST), after.alias(_AFTER))
                .filter(pl.col(_FIRST).is_null() | (pl.col(_FIRST) < pl.col(_AFTER)))
                .with_columns(pl.int_ranges(_FIRST, _AFTER, cadence.months, dtype=pl.Int32).alias(START))
                .explode(START)
                .drop(_FIRST, _AFTER)
            )
            if self.bounded:
                ends = pl.col(START) + cadence.months - 1
                timed = timed.filter(pl.col(START).is_null() | ends.is_between(_FROM, _TO))
        used = {name for each in view.aggregates for name in columns_of(each)}
        bounds = []
        if "period_start" in used:
            bounds.append(_first_day(pl.col(START)).alias("period_start"))
        if "period_end" in used:
            bounds.append((_first_day(pl.col(START) + cadence.months) - pl.duration(days=1)).alias("period_end"))
        return timed.with_columns(bounds) if bounds else timed


def _bounded(frame: pl.LazyFrame, piece: Piece) -> pl.LazyFrame:
    """A piece's records with the days that it speaks for."""
    first, last = piece.covers or (date.min, date.max)
    last = min(last, date.max - timedelta(days=1))
    known = {_SINCE: first, _UNTIL: last, _FROM: month_of(first), _TO: month_of(last + timedelta(days=1)) - 1}
    here = pl.when(pl.col(PIECE).is_not_null())
    return frame.with_columns(here.then(pl.lit(value)).alias(name) for name, value in known.items())


_BOUNDS = ("period_start", "period_end")

_Made: TypeAlias = "tuple[int, Aggregate, pl.Expr | None, pl.Expr | None]"
"""An aggregate, its place, and what it is of and which records it counts."""


def group_names(words: Vocabulary, one: RecordList) -> dict[str, Names]:
    """The names of the groups that are listed, by breakdown; of agencies, those that send a list."""
    senders = {id_: title for id_, title in words.agencies.titles.items() if id_ in one.agencies}
    return words.groups | {AGENCY: Names(senders)}


def _per_record(value: pl.Expr | None, node: Expression | None) -> pl.Expr | None:
    """A value of each record, be it the same of all: a constant would be one value, however many records there are."""
    if value is None or node is None or names(node):
        return value
    return pl.when(pl.col(PIECE).is_not_null()).then(value)


def _period(day: pl.Expr, cadence: Cadence) -> pl.Expr:
    """The first month of the period that holds a day."""
    month, _ = month_of_day(day)
    if cadence.months == 1:
        return month
    first = cadence.year_start - 1
    return (
        month - first
    ) // cadence.months * cadence.months + first  # to divide takes a third of what a remainder does


def _first_day(month: pl.Expr) -> pl.Expr:
    return pl.date(month // 12, month % 12 + 1, 1)


def _apart(aggregate: Aggregate) -> bool:
    return aggregate.distinct or aggregate.function in _APART


def _added(place: int, aggregate: Aggregate, value: pl.Expr | None, held: pl.Expr | None) -> Iterator[pl.Expr]:
    """`n:` the records counted, and `s:` their sum, `l:` or `h:` the least or greatest; `b:` those that are blank."""
    if value is None:
        yield (pl.len() if held is None else held.sum()).alias(f"n:{place}")
        return
    known = value.is_not_null()
    yield (known if held is None else held & known).sum().alias(f"n:{place}")
    if aggregate.function == "count":
        return
    counted = value if held is None else pl.when(held).then(value)
    if aggregate.function in ("sum", "mean"):
        yield counted.sum().alias(f"s:{place}")
    if aggregate.function == "sum":
        yield (~known if held is None else held & ~known).sum().alias(f"b:{place}")
    if aggregate.function == "min":
        yield counted.min().alias(f"l:{place}")
    if aggregate.function == "max":
        yield counted.max().alias(f"h:{place}")


def _alone(place: int, aggregate: Aggregate, value: pl.Expr | None, held: pl.Expr | None) -> pl.Expr:
    assert value is not None
    counted = value if held is None else value.filter(held)
    if aggregate.distinct:
        return counted.drop_nulls().n_unique().alias(f"d:{place}")
    return counted.median().alias(f"m:{place}")
