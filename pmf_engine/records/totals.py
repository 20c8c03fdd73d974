"""What lists came to: each aggregate by period and group, and which periods the lists speak for.

In a period that a list speaks for, no matching records means 0; in any other it means nothing. A record that was
refused makes what it might have counted in `invalid`: its period and group where these are known, else all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.periods import Cadence, Period, month_of
from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import INVALID, LATE, NO_DATA, NOT_DUE, UNDEFINED
from pmf_engine.formula.syntax import Aggregate, columns_of
from pmf_engine.framework.model import RecordList
from pmf_engine.records.pre_aggregation import START
from pmf_engine.records.queries import AGENCY, ListPlan, View
from pmf_engine.submissions.list_files import Piece, bad
from pmf_engine.submissions.readings import Names, Vocabulary

_INVALID, _NO_DATA, _UNDEFINED = reason_code(INVALID), reason_code(NO_DATA), reason_code(UNDEFINED)
_FIRST_DAY = date(1950, 1, 1)
_DIGITS = 12
"""Digits of a sum or mean that are sure: the last ones depend on the order in which a stream adds."""
_LEAST, _MOST = 10.0**_DIGITS, 2.0**53
"""Between these, what is sure is whole: whole numbers come to the same in any order."""


@dataclass(frozen=True)
class Spoken:
    """Days that a piece speaks for; `exact` where the manifest says so, else those its records are dated.

    `refused` where it may speak, and cannot be understood.
    """

    first: date
    last: date
    exact: bool
    refused: bool = False

    def months(self, cadence: Cadence) -> range:
        """The months it speaks for: where nobody said which days, all of each period (quarter at most) it touches."""
        if not self.exact:
            part = Cadence(min(cadence.months, 3), cadence.year_start)
            return range(part.holding(month_of(self.first)).start, part.holding(month_of(self.last)).end)
        return range(month_of(self.first) + (self.first.day > 1), month_of(self.last + timedelta(days=1)))


@dataclass(frozen=True)
class Read:
    """What was read of a list in one file: its records, the first and last day they are dated, and refused cells."""

    file: str
    sheet: str | None
    records: int
    first: date | None
    last: date | None
    covers: tuple[date, date] | None
    refused: int


@dataclass(frozen=True)
class Table:
    """What a view came to in one breakdown, or the whole.

    `rows` has `start`, `group` (empty for the whole), and for each aggregate `v:` its value and `c:` its code. `lost`
    has, by `group`, `e:` the code of what records that could not be placed in time leave unknown. `adrift` has `start`
    of periods in which a record cannot be given to a group, null for one that could be in any.
    """

    rows: pl.DataFrame
    lost: pl.DataFrame
    adrift: pl.DataFrame


@dataclass
class Counted:
    """All that lists came to: `tables` by view and breakdown, and `spoken`, what each agency's records speak for.

    `groups` are those met, by breakdown; `read` is what was read, by list.
    """

    tables: dict[tuple[str, Cadence, str | None, str | None], Table] = field(default_factory=dict)
    spoken: dict[tuple[str, str], list[Spoken]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    read: dict[str, list[Read]] = field(default_factory=dict)

    def extent(self) -> range:
        """The months that anything in lists speaks for, from the first to the last."""
        quarter = Cadence(1, 1)
        said = [spoken for each in self.spoken.values() for spoken in each if spoken.exact or not spoken.refused]
        found = [months for spoken in said if (months := spoken.months(quarter))]
        return range(min(each.start for each in found), max(each.stop for each in found)) if found else range(0)

    def months(self, list_: RecordList, cadence: Cadence, agency: str) -> tuple[set[int], set[int]]:
        """The months that an agency's records speak for, and those of which something was refused."""
        sure: set[int] = set()
        refused: set[int] = set()
        for spoken in self.spoken.get((list_.id, agency), []):
            (refused if spoken.refused else sure).update(spoken.months(cadence))
        return sure, refused

    def codes(self, list_: RecordList, agency: str, periods: Sequence[Period], as_of: date, first: int) -> list[int]:
        """Whether an agency's records speak for each period (0), and if not, why; as `Inputs.absent` has it.

        What never came from anybody is late from the month `first` on.
        """
        if not periods:
            return []
        sure, refused = self.months(list_, periods[0].cadence, agency)
        cadence = periods[0].cadence
        begun = min((month for each in list_.agencies for month in self.months(list_, cadence, each)[0]), default=first)
        found = []
        for period in periods:
            months = range(period.start, period.end)
            if not refused.isdisjoint(months):
                found.append(_INVALID)
            elif sure.issuperset(months):
                found.append(0)
            elif period.end <= begun:
                found.append(_NO_DATA)
            else:
                due = period.last_day + timedelta(days=list_.due[agency])
                found.append(reason_code(LATE if due < as_of else NOT_DUE))
        return found


# -- from the answers to tables ------------------------------------------------------------


def tables(plan: ListPlan, view: View, frames: Sequence[pl.DataFrame]) -> Mapping[str | None, Table]:
    """The table of each breakdown of a view, and of the whole, from the answers to its queries."""
    added, *alone = frames
    by = [name for name in view.by if name in plan.columns]
    found: dict[str | None, Table] = {}
    for place, name in enumerate([None, *by]):
        apart = alone[place] if alone else None
        found[name] = _table(plan, view, name, added, apart)
    if AGENCY in view.by and AGENCY not in plan.columns:
        agency = pl.lit(view.one.agencies[0] if view.one.agencies else "").alias("group")
        whole = found[None]
        found[AGENCY] = Table(whole.rows.with_columns(agency), whole.lost.with_columns(agency), whole.adrift)
    return found


def _table(plan: ListPlan, view: View, name: str | None, added: pl.DataFrame, apart: pl.DataFrame | None) -> Table:
    grouped = _grouped(added, name, plan)
    alone = None if apart is None else _grouped(apart, name, plan)
    adrift = grouped.select("start").clear()
    if name is not None:
        # Blank where it may be, a record is of no group; else nobody knows of which.
        of_none = added[name].is_null() if view.one.columns[name].optional else pl.lit(False)
        if view.one.columns[name].optional:
            of_none = of_none & (added[bad(name)] == 0)
        if name == AGENCY and len(view.one.agencies) == 1:  # who else should have sent it
            sender = pl.lit(view.one.agencies[0])
            grouped = grouped.with_columns(group=pl.when(of_none).then(sender).otherwise("group"))
        adrift = grouped.filter(pl.col("group").is_null() & ~of_none).select("start").unique()
    brought = [
        pl.col(column).min()
        if column[:2] == "l:"
        else pl.col(column).max()
        if column[:2] == "h:"
        else pl.col(column).sum()
        for column in grouped.columns
        if ":" in column
    ]
    rows = grouped.filter(pl.col("group").is_not_null()).group_by("start", "group").agg(brought)
    if alone is not None:
        alone = alone.filter(pl.col("group").is_not_null())
        rows = rows.join(alone, on=["start", "group"], how="left", nulls_equal=True)
    values = [one for place, each in enumerate(view.aggregates) for one in _value(place, each, view.one)]
    placed = rows.filter(pl.col("start").is_not_null()).select("start", "group", *values)
    codes = [pl.lit(_INVALID, dtype=pl.UInt32).alias(f"e:{each.text}") for each in view.aggregates]
    return Table(placed, rows.filter(pl.col("start").is_null()).select("group", *codes), adrift)


def _grouped(answer: pl.DataFrame, name: str | None, plan: ListPlan) -> pl.DataFrame:
    """An answer by `start` and `group`: empty for the whole, null where the text names none."""
    group = pl.lit("").alias("group") if name is None else _group(answer[name], plan.names.get(name))
    parts = [column for column in answer.columns if ":" in column and column != START]
    return answer.select(pl.col(START).alias("start"), group, *parts)


def _group(texts: pl.Series, names: Names | None) -> pl.Series:
    """The group that each text names, null where there is none."""
    if names is None:
        return texts.alias("group")
    found = {text: names.find(text) for text in texts.unique().drop_nulls()}
    return texts.replace_strict(found, default=None, return_dtype=pl.String).alias("group")


def _value(place: int, aggregate: Aggregate, one: RecordList) -> list[pl.Expr]:
    """The value of an aggregate and its code, from what its parts came to."""
    count, nothing = pl.col(f"n:{place}"), pl.lit(False)
    blank = nothing
    if aggregate.distinct:
        value = pl.col(f"d:{place}").cast(pl.Float64)
    elif aggregate.function == "count":
        value = count.cast(pl.Float64)
    elif aggregate.function == "sum":
        value, blank = _sure(pl.col(f"s:{place}")), pl.col(f"b:{place}") > 0
    elif aggregate.function == "mean":
        value, nothing = _sure(pl.col(f"s:{place}") / count), count == 0
    else:
        letter = {"min": "l", "max": "h", "median": "m"}[aggregate.function]
        value = pl.col(f"{letter}:{place}").cast(pl.Float64)
        nothing = value.is_null()
    looked = [bad(name) for name in sorted(columns_of(aggregate)) if name in one.columns]
    looked = [name for name in looked if name not in (bad(one.start), bad(one.end or ""))]
    refused = pl.any_horizontal([pl.col(name) > 0 for name in looked]) if looked else pl.lit(False)
    code = (
        pl.when(refused).then(_INVALID).when(blank).then(_NO_DATA).when(nothing).then(_UNDEFINED).otherwise(0)
    ).cast(pl.UInt32)
    return [value.alias(f"v:{aggregate.text}"), code.alias(f"c:{aggregate.text}")]


def _sure(value: pl.Expr) -> pl.Expr:
    whole = (value.abs() >= _LEAST) & (value.abs() < _MOST)
    return pl.when(whole).then(value.round()).otherwise(value.round_sig_figs(_DIGITS))


# -- what lists speak for -------------------------------------------------------------------


def spoken(
    words: Vocabulary, pieces: Sequence[Piece], checks: Iterable[Mapping[str, object]], as_of: date
) -> Mapping[tuple[str, str], list[Spoken]]:
    """What each agency's records of a list speak for up to a day, from the pieces and what was found in each."""
    found: dict[tuple[str, str], list[Spoken]] = {}
    dated: dict[int, list[Mapping[str, object]]] = {}
    for check in checks:
        dated.setdefault(_int(check["piece"]), []).append(check)
    for number, piece in enumerate(pieces):
        one = words.framework.lists[piece.list]
        covers = None
        if piece.covers:  # people write `9999-12-31` for no end
            month = Cadence(1, 1).holding(month_of(as_of))
            covers = (max(piece.covers[0], _FIRST_DAY), min(piece.covers[1], month.last_day))
        if piece.frame is None:
            first, last = covers or (_FIRST_DAY, as_of)
            for agency in one.agencies:
                found.setdefault((one.id, agency), []).append(
                    Spoken(first, last, exact=covers is not None, refused=True)
                )
            continue
        whose: dict[str | None, list[Mapping[str, object]]] = {}
        for row in dated.get(number, []):
            sender = words.agencies.find(str(row[AGENCY] or "")) if len(one.agencies) > 1 else one.agencies[0]
            whose.setdefault(sender, []).append(row)
        if not whose and AGENCY in piece.folders:
            whose = {words.agencies.find(piece.folders[AGENCY]): []}
        if not whose and piece.unsure:  # it may be anyone's
            whose = {agency: [] for agency in one.agencies}
        if not whose and len(one.agencies) == 1:  # nothing in it, and that is what it says
            whose = {one.agencies[0]: []}
        for agency in [agency for agency in one.agencies if agency in whose]:
            days = [day for row in whose[agency] for day in (row["first"], row["last"]) if isinstance(day, date)]
            if piece.unsure:
                found.setdefault((one.id, agency), []).append(_unsure(*piece.unsure, as_of))
            elif covers:
                found.setdefault((one.id, agency), []).append(Spoken(*covers, exact=True))
            elif days:
                found.setdefault((one.id, agency), []).append(Spoken(min(days), max(days), exact=False))
    return found


def _unsure(first: date | None, last: date | None, as_of: date) -> Spoken:
    """What a piece may speak for of which one end is known at most."""
    begins = max(first or _FIRST_DAY, _FIRST_DAY)
    ends = Cadence(1, 1).holding(month_of(min(last or as_of, as_of))).last_day
    if begins > ends:
        begins = _FIRST_DAY
    return Spoken(begins, ends, exact=first is not None, refused=True)


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
