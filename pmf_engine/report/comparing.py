"""The comparison of a saved report with its period as it is now known: which results differ, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import month_of
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.results import RESULTS
from pmf_engine.formula.compute.comparisons import near
from pmf_engine.framework.dependencies import figures_used
from pmf_engine.judgement.formatting import show_number
from pmf_engine.judgement.history_row import history_rows
from pmf_engine.report.history_view import Restated
from pmf_engine.report.item import Named, Point
from pmf_engine.report.row_words import RowWords
from pmf_engine.report.since import Cause, LevelChange, ResultChange, SinceReport
from pmf_engine.report.snapshots import Snapshot, SnapshotError, definitions_of, figures_of, hashes

_KEY: Final = ["indicator", "by", "group"]
_CELL: Final = ["figure", "agency", "start", "months", "by", "group"]


class Comparing:
    """A saved report beside its period as it is now known.

    Args:
        snapshot: The saved report.
        evaluation: An evaluation of the same board, of the same period or another one.

    Raises:
        SnapshotError: The saved report is of another board, or of a later day; or the evaluation is for the public, and
            the saved report of another period, which is not worked out anew for the public.
    """

    def __init__(self, snapshot: Snapshot, evaluation: Evaluation) -> None:
        saved, board = snapshot.report, evaluation.framework.board.name
        if saved.board != board:
            raise SnapshotError(f"the saved report is of `{saved.board}`, not of `{board}`")
        if saved.as_of > evaluation.as_of:
            raise SnapshotError(
                f"the saved report is as of {saved.as_of}, later than this one, as of {evaluation.as_of}"
            )
        if evaluation.audience != Audience.BOARD and evaluation.period != saved.period:
            raise SnapshotError("a public report compares with one of its own period alone")
        self.snapshot = snapshot
        self.now = evaluation if evaluation.period == saved.period else evaluation.at(saved.period)

    def since(self, covers: Callable[[str], bool] = lambda _: True) -> SinceReport:
        """What has changed in the indicators that a report covers."""
        saved = self.snapshot.report
        levels, changes = _levels(self.snapshot, self.now, covers), _changes(self.snapshot, self.now, covers)
        return SinceReport(saved.as_of, saved.period, levels, changes)


def _levels(snapshot: Snapshot, now: Evaluation, covers: Callable[[str], bool]) -> tuple[LevelChange, ...]:
    """How many indicators went up to each level then, and do now."""
    words, order = RowWords(now.framework), list(now.framework.governance)
    counts = [_raised(results, order, covers) for results in (snapshot.results, now.results)]
    levels = []
    for id_ in [*order, *sorted({*counts[0]} - {*order})][::-1]:
        level = words.level(id_)
        assert level is not None
        levels.append(LevelChange(level, counts[0].get(id_, 0), counts[1].get(id_, 0)))
    return tuple(levels)


def _raised(results: pl.DataFrame, order: list[str], covers: Callable[[str], bool]) -> dict[str, int]:
    """By level, how many indicators go up to it, each at the highest of its whole and its groups."""
    highest: dict[str, str] = {}
    raised = results.filter(pl.col("escalate_to").is_not_null())
    for id_, level in raised.select("indicator", "escalate_to").iter_rows():
        if covers(id_):
            highest[id_] = max(level, highest.get(id_, level), key=lambda one: order.index(one) if one in order else -1)
    levels = list(highest.values())
    return {level: levels.count(level) for level in levels}


def _changes(snapshot: Snapshot, now: Evaluation, covers: Callable[[str], bool]) -> tuple[ResultChange, ...]:
    """The results that differ, in the order of the framework, those that are no more at the end."""
    columns = [name for name in RESULTS.names if name in snapshot.results.columns and name not in _KEY]
    then = snapshot.results.select(*_KEY, *columns, "shown").with_row_index("first")
    present = now.judged.filter("shown").select(*_KEY, *columns).with_row_index("second")
    both = then.join(present, on=_KEY, how="full", coalesce=True, nulls_equal=True, suffix=_NOW)
    gone = pl.col("first").is_null() | pl.col("second").is_null()
    differs = {name: _differs(name, RESULTS.polars()[name]) & ~gone for name in columns}
    marked = both.with_columns(pl.any_horizontal(gone, *differs.values()).alias("differs")).filter("differs")
    marked = marked.with_columns(test.alias(f"{name} differs") for name, test in differs.items())
    words = dict(_now_words(now))
    causes = _Causes(snapshot, now)
    changes = []
    for row in marked.sort("second", "first", nulls_last=True).iter_rows(named=True):
        if covers(row["indicator"]):
            different = tuple(name for name in columns if row[f"{name} differs"])
            changes.append(_change(row, different, causes, now, words))
    return tuple(changes)


_NOW: Final = " now"


def _differs(name: str, dtype: pl.DataType) -> pl.Expr:
    """Whether a column differs: a number by more than one part in 10^9."""
    then, now = pl.col(name), pl.col(name + _NOW)
    if dtype == pl.Float64:
        return ~near(then, now).fill_null(then.is_null() & now.is_null())
    if isinstance(dtype, pl.Enum):
        then, now = then.cast(pl.String), now.cast(pl.String)
    return then.ne_missing(now)


def _now_words(now: Evaluation) -> Iterable[tuple[tuple[str, str | None, str | None], str]]:
    """By row, its value in words."""
    words = RowWords(now.framework)
    for row in history_rows(now.judged.filter("shown")):
        yield (row.indicator, row.by, row.group), words.value(row)


def _change(
    row: Mapping[str, Any],
    columns: tuple[str, ...],
    causes: _Causes,
    now: Evaluation,
    shown: Mapping[tuple[str, str | None, str | None], str],
) -> ResultChange:
    """A change from its row in the join of both results."""
    words, id_ = RowWords(now.framework), row["indicator"]
    indicator = now.framework.indicators.get(id_)
    then = now_point = None
    if row["first"] is not None:
        value = "" if row["value"] is None else row["shown"] or show_number(row["value"])
        then = Point(row["period"], row["status"], row["value"], value)
    if row["second"] is not None:
        key = row["indicator"], row["by"], row["group"]
        now_point = Point(row[f"period{_NOW}"], row[f"status{_NOW}"], row[f"value{_NOW}"], shown[key])
    group = words.agency(row["group"]).title if row["by"] == "agency" and row["group"] else row["group"]
    return ResultChange(
        indicator=Named(id_, indicator.title if indicator else id_),
        by=words.breakdown(row["by"]) if row["by"] else None,
        group=group,
        causes=causes.of(row, columns),
        columns=columns,
        then=then,
        now=now_point,
        to_then=words.level(row["escalate_to"]),
        to_now=words.level(row[f"escalate_to{_NOW}"]),
    )


@dataclass(frozen=True)
class _Span:
    """A figure of which something differs, and the month in which the period of that begins."""

    figure: str
    start: int


class _Causes:
    """Finds the causes of changes, by comparing figures, files and definitions with those of a saved report."""

    def __init__(self, snapshot: Snapshot, now: Evaluation) -> None:
        self.now = now
        self.before, self.after = snapshot.definitions, definitions_of(now)
        self.revised, self.received = _figure_changes(snapshot.figures, figures_of(now))
        files = hashes(now, now.framework.submissions)
        self.lists = {
            (part.list, month_of(part.covers.first) if part.covers else 0)
            for part in now.submissions.lists
            if part.file in files and files[part.file] != snapshot.files.get(part.file)
        }

    def of(self, row: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[str, ...]:
        """The causes of a change, in the order of `Cause`."""
        id_ = row["indicator"]
        indicator = self.now.framework.indicators.get(id_)
        if indicator is None:
            return (Cause.DEFINITION.value,)
        figures = {*figures_used(self.now.framework, indicator)}
        end = self._end(row)
        lists = any(list_ in indicator.lists and start < end for list_, start in self.lists)
        was_there = row["first"] is not None and row["value"] is not None
        found = {
            Cause.REVISED: self._any(self.revised, figures, end) or (lists and was_there),
            Cause.DEFINITION: self._is_defined_anew(id_, columns),
            Cause.RECEIVED: self._any(self.received, figures, end) or (lists and not was_there),
        }
        known = tuple(cause.value for cause, holds in found.items() if holds)
        # The public sees no figures, so that a figure may have changed.
        by_day = self.now.audience == Audience.BOARD or row[f"status{_NOW}"] == Status.LATE
        return known or ((Cause.PASSED if by_day else Cause.REVISED).value,)

    def _is_defined_anew(self, id_: str, columns: tuple[str, ...]) -> bool:
        """Whether the definition or the tolerance differs, or the rules where the level does."""
        rules = self.before.get("") != self.after.get("") and {"escalate_to", "rules", "rule_ids"} & {*columns}
        return bool(rules) or self.before.get(id_) != self.after.get(id_)

    def _end(self, row: Mapping[str, Any]) -> int:
        """The month after the last one of a row's period."""
        last = row[f"ends_on{_NOW}"] or row["ends_on"]
        return int(last.year * 12 + last.month)

    @staticmethod
    def _any(spans: set[_Span], figures: set[str], end: int) -> bool:
        return any(span.figure in figures and span.start < end for span in spans)


def _figure_changes(before: pl.DataFrame, after: pl.DataFrame) -> tuple[set[_Span], set[_Span]]:
    """The figures that differ or are no more, and those that are new."""
    both = before.with_columns(was=True).join(
        after.with_columns(is_=True), on=_CELL, how="full", coalesce=True, nulls_equal=True, suffix=_NOW
    )
    value, now = pl.col("value"), pl.col(f"value{_NOW}")
    same = near(value, now).fill_null(
        value.is_null() & now.is_null() & pl.col("text").eq_missing(pl.col(f"text{_NOW}"))
    ) & pl.col("state").eq_missing(pl.col(f"state{_NOW}"))
    received = both.filter(pl.col("was").is_null())
    revised = both.filter(pl.col("was").is_not_null() & (pl.col("is_").is_null() | ~same))
    return _spans(revised), _spans(received)


def _spans(cells: pl.DataFrame) -> set[_Span]:
    return {_Span(figure, start) for figure, start in cells.select("figure", "start").unique().iter_rows()}


def restated(since: SinceReport) -> frozenset[Restated]:
    """The results whose value is another than the earlier report said."""
    return frozenset(
        Restated(change.indicator.id, change.by.id if change.by else None, change.group, change.now.period)
        for change in since.changes
        if "value" in change.columns and change.now is not None
    )
