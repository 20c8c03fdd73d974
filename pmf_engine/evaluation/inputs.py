"""The inputs of an evaluation: cells of returns and totals of lists as of a day, and the window of months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.domain.periods import Frequency
from pmf_engine.domain.reason_codes import SourceIndex, reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.lifetimes import without_dates
from pmf_engine.evaluation.window import Window
from pmf_engine.framework.model import Framework
from pmf_engine.records.totals import ListTotals
from pmf_engine.submissions.misread import MISREAD
from pmf_engine.submissions.period_groups import group_spans

AGENCY = "agency"
"""The breakdown that every figure has: by the agency that sent it."""

WORLD = "__example"
"""The breakdown whose groups are examples: each example has its own figures and records."""

_STATE_CODES = {
    "ok": 0,
    "no_data": reason_code(Status.NO_DATA),
    "suppressed": reason_code(Status.SUPPRESSED),
    "invalid": reason_code(Status.INVALID),
}

CELL: Final = "cell"
"""The column with the row number of a traced cell; frames have the column only with a trace."""


class Slice(NamedTuple):
    """The whole of an indicator, or one group of a breakdown."""

    by: str | None = None
    group: str | None = None

    @property
    def key(self) -> str:
        """The group in frames of figures: empty for the whole.

        >>> WHOLE.key, Slice("district", "Basildon").key
        ('', 'Basildon')
        """
        return self.group or ""


WHOLE: Final = Slice()


@dataclass(frozen=True, eq=False)
class Inputs:
    """The inputs of an evaluation.

    Attributes:
        framework: The framework to evaluate.
        window: The months of the evaluation.
        as_of: The day that decides what is late.
        cells: Readings of figures with `code` (0 for a value); with a trace also the column `CELL`.
        groups: The groups of each breakdown, in the order of the framework.
        spans: The groups that totals need, with the months that each is a group in (see `group_spans`).
        begun: The first month of each figure that any agency sent, or that a misread row names (`figure`, `begun`).
        first_heard: The first month of anything that each agency sent, figures and lists.
        senders: How many agencies send each figure, and its length in months (`figure`, `senders`, `own_months`).
        worlds: The figures of each example and the first month of its data (`figure`, `group`, `first`).
        world_lists: The list and the example of each list that an example gives; such a list covers all periods.
        sums: The wholes above the sum of their groups (`figure`, `agency`, `start`, `months`), with that sum (`other`).
        counted: The totals of lists.
        misread: The returns that rows which cannot be placed may be (`figure`, `agency`, `start` or null, the month
            `until` which periods had ended on receipt of the row, and `why`).
        never: The figures and lists that no agency ever sent.
        unread: Whether a file could not be read: a missing figure may be in that file.
        numbers: The number of each figure and list in reason codes, from 1.
        names: The ids of figures as a Polars type.
        traced: Whether combining and aligning keep a trace: which cells and periods each step took.
        promises: The actions that rules may ask about, with the columns of `PROMISES`; None for none.
        gathered: The figures and facts that `figure_facts.gather` has collected, by breakdown.
    """

    framework: Framework
    window: Window
    as_of: date
    cells: pl.LazyFrame
    groups: Mapping[str, Sequence[str]]
    spans: pl.DataFrame
    begun: pl.DataFrame
    first_heard: Mapping[str, int]
    senders: pl.DataFrame
    worlds: pl.DataFrame
    world_lists: frozenset[tuple[str, str]]
    sums: pl.DataFrame
    counted: ListTotals
    misread: pl.DataFrame
    never: frozenset[str]
    unread: bool
    numbers: Mapping[str, int]
    names: pl.Enum
    traced: bool = False
    promises: pl.DataFrame | None = None
    gathered: dict[str | None, tuple[Sequence[str], pl.DataFrame]] = field(default_factory=dict)

    def in_doubt(self, by: str | None) -> frozenset[str]:
        """The figures with a second reading, the sum of their groups, in rows by a breakdown.

        Rows of groups have no second reading, as groups are not sums of groups.
        """
        return frozenset(self.sums["figure"].unique().cast(pl.String)) if by in (None, AGENCY) else frozenset()

    def by_groups(self) -> Inputs:
        """The inputs in which the sum of its groups replaces every whole in doubt."""
        whole = pl.col("by").is_null()
        keys = ["figure", "agency", "start", "months"]
        cells = self.cells.join(self.sums.lazy(), on=keys, how="left", maintain_order="left")
        cells = cells.with_columns(value=pl.when(whole).then(pl.coalesce("other", "value")).otherwise("value"))
        return replace(self, cells=cells.drop("other"), gathered={})

    def starts(self, figures: Iterable[str]) -> list[int]:
        """The first months of the periods for which any agency sent one of the figures."""
        chosen = self.cells.filter(pl.col("figure").is_in(list(figures)))
        return chosen.select(pl.col("start").unique()).collect(engine="in-memory")["start"].to_list()

    def is_of_kind(self, kind: str) -> pl.Expr:
        """Whether the figure of a row is of a kind: `flow`, `stock` or `grade`."""
        ids = [name for name, figure in self.framework.figures.items() if figure.kind == kind]
        return pl.col("figure").is_in(ids)


def inputs_of(
    framework: Framework,
    cells: pl.DataFrame,
    groups: pl.DataFrame,
    window: Window,
    as_of: date,
    worlds: Mapping[str, tuple[Iterable[str], int]] | None = None,
    counted: ListTotals | None = None,
    world_lists: Mapping[str, Iterable[str]] | None = None,
    unplaced: pl.DataFrame | None = None,
    misread: pl.DataFrame | None = None,
    unread: bool = False,
) -> Inputs:
    """The inputs of an evaluation.

    Args:
        framework: The framework to evaluate.
        cells: The cells of `Submissions` on the day of the evaluation.
        groups: The groups of cells, from `groups_at`.
        window: The months of the evaluation.
        as_of: The day that decides what is late.
        worlds: The figures of each example and the first month of its data.
        counted: The totals of lists.
        world_lists: The lists of each example.
        unplaced: Cells of groups without a known agency.
        misread: Rows that cannot be placed, with the columns of `MISREAD`.
        unread: Whether a file could not be read.
    """
    counted = counted or ListTotals()
    if worlds:
        framework = without_dates(framework)
    names = pl.Enum(list(framework.figures))
    defined = cells.filter(pl.col("figure").is_in(list(framework.figures)))
    asked = defined.clear() if worlds else defined
    return Inputs(
        framework=framework,
        window=window,
        as_of=as_of,
        cells=with_codes(defined, names),
        groups={by: _groups(framework, by, groups, counted) for by in framework.breakdowns},
        spans=group_spans(defined, framework, unplaced),
        begun=_begun(asked, misread, names),
        first_heard={} if worlds else _first_heard(defined, counted),
        senders=_senders(framework, names),
        worlds=pl.DataFrame(
            [(figure, world, first) for world, (figures, first) in (worlds or {}).items() for figure in figures],
            schema={"figure": names, "group": pl.String, "first": pl.Int32},
            orient="row",
        ),
        sums=_sums(defined, names),
        world_lists=frozenset((list_, world) for world, lists in (world_lists or {}).items() for list_ in lists),
        counted=counted,
        misread=_misread(misread, framework, names),
        unread=unread,
        never=frozenset() if worlds else _never(framework, defined, counted, misread),
        numbers=SourceIndex(framework.figures, framework.lists).numbers,
        names=names,
    )


def _senders(framework: Framework, names: pl.Enum) -> pl.DataFrame:
    """How many agencies send each figure, and its length in months."""
    return pl.DataFrame(
        [(figure.id, len(figure.agencies), figure.cadence.months) for figure in framework.figures.values()],
        schema={"figure": names, "senders": pl.UInt32, "own_months": pl.Int32},
        orient="row",
    )


def _begun(cells: pl.DataFrame, misread: pl.DataFrame | None, names: pl.Enum) -> pl.DataFrame:
    """The first month of each figure that any agency sent, or that a row names which cannot be placed."""
    sent = cells.select("figure", "start")
    if misread is not None:
        of_board = pl.col("figure").is_in(names.categories.to_list())
        named = misread.filter("named", pl.col("start").is_not_null(), of_board)
        sent = pl.concat([sent, named.select("figure", "start")])
    return sent.group_by(pl.col("figure").cast(names)).agg(begun=pl.col("start").min())


def _sums(cells: pl.DataFrame, names: pl.Enum) -> pl.DataFrame:
    """The wholes above the sum of their groups, with that sum; none among the cells of examples."""
    columns: list[pl.Expr | str] = [pl.col("figure").cast(names), "agency", "start", "months"]
    if "other" not in cells.columns:
        return cells.clear().select(*columns, other=pl.lit(None, pl.Float64))
    return cells.filter(pl.col("by").is_null(), pl.col("other").is_not_null()).select(*columns, "other")


def _misread(misread: pl.DataFrame | None, framework: Framework, names: pl.Enum) -> pl.DataFrame:
    """Rows that cannot be placed, with the month until which periods had ended on receipt of each row."""
    rows = MISREAD.empty() if misread is None else misread.filter(pl.col("figure").is_in(list(framework.figures)))
    until = (pl.col("on").dt.year().cast(pl.Int32) * 12 + pl.col("on").dt.month() - 1).cast(pl.Int32)
    return rows.select(pl.col("figure").cast(names), "agency", "start", "why", until=until)


def _never(
    framework: Framework, cells: pl.DataFrame, counted: ListTotals, misread: pl.DataFrame | None
) -> frozenset[str]:
    """The figures and lists that no agency ever sent; ad hoc figures, which no agency owes, are left out."""
    received = {
        *cells["figure"].unique(),
        *(() if misread is None else misread["figure"]),
        *(list_ for list_, _ in counted.coverage),
    }
    owed = {id_ for id_, figure in framework.figures.items() if figure.frequency != Frequency.AD_HOC}
    return frozenset({*owed, *framework.lists} - received - set(counted.read))


def with_codes(cells: pl.DataFrame, names: pl.Enum, *more: str) -> pl.LazyFrame:
    """Cells with the reason code of their state, and the columns `more`."""
    return cells.lazy().select(
        pl.col("figure").cast(names),
        "agency",
        "start",
        "months",
        "by",
        "group",
        "value",
        "why",
        *more,
        code=pl.col("state").cast(pl.String).replace_strict(_STATE_CODES, return_dtype=pl.UInt32),
    )


def _first_heard(cells: pl.DataFrame, counted: ListTotals) -> dict[str, int]:
    """The first month of anything that each agency sent, figures and lists."""
    first: dict[str, int] = dict(cells.group_by("agency").agg(pl.col("start").min()).iter_rows())
    for (_, agency), covered in counted.coverage.items():
        for days in covered:
            months = days.touched if days.exact or not days.refused else None
            if months:
                first[agency] = min(months.start, first.get(agency, months.start))
    return first


def _groups(framework: Framework, by: str, sent: pl.DataFrame, counted: ListTotals) -> list[str]:
    """All groups of a breakdown: those in the framework, or without a list there, those of any cell or record."""
    listed = framework.breakdowns[by].names
    if listed is not None:
        return list(listed)
    return sorted(counted.groups(by) | set(sent.filter(pl.col("by") == by)["group"]))


_OPTIMIZATIONS = pl.QueryOptFlags.none().update(comm_subexpr_elim=True)
"""Polars shares equal parts of expressions. What else it might do to these plans takes longer than it saves."""


def collected(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """Collects frames in memory, together.

    Once lists are totals, the frames of an evaluation are small and have many short steps. Streaming, or common
    subplan elimination, takes three times as long as computing them; simplifying expressions a third of the time.
    """
    return pl.collect_all(frames, engine="in-memory", optimizations=_OPTIMIZATIONS)
