"""Reasons: why a row has no value or no rating, in the words that results and reports print."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.reason_codes import TOO_FEW_ANSWERED, SourceIndex, is_misread, source_number, status_rank
from pmf_engine.domain.status import ReasonKind, Status, texts
from pmf_engine.framework.model import Figure, Framework, RecordList

REASON_KIND: Final = pl.Enum(texts(ReasonKind))

LACKING: Final = FrameSchema(
    "LACKING",
    Column("code", pl.UInt32, "the reason code, with the number of the figure or list as its source"),
    Column("start", pl.Int32, "the first month of the period that has no figure"),
    Column("agencies", pl.String, "the names of the agencies that should have sent it", nullable=True),
    Column("senders", pl.List(pl.String), "the ids of these agencies"),
    Column("months", pl.Int32, "the length of the period"),
    Column("year_start", pl.Int32, "the month, from 1, that the period's year starts in"),
    Column("by", pl.String, "the breakdown of the group; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("lacked_in", pl.String, "the label of the period: the figure's own where `apart`"),
    Column("apart", pl.Boolean, "whether the figure's own period is longer"),
    Column("why", pl.String, "the details", nullable=True),
    Column("settled_by", pl.String, "what would settle which days a list covers", nullable=True),
)
"""The columns of what rows lack: a row for every figure or list that is missing in a period."""

_WITHOUT_SOURCE = {
    Status.UNDEFINED: (ReasonKind.DIVIDE_BY_ZERO, "nothing to divide by"),
    Status.INVALID: (
        ReasonKind.IMPOSSIBLE,
        "the part exceeds the whole, what cannot be is below zero, or the result is no number",
    ),
    Status.NOT_DUE: (ReasonKind.PERIOD_NOT_OVER, "the period has not ended"),
    Status.NO_DATA: (ReasonKind.NOTHING_BEFORE, "there is no earlier period to look at"),
}
_OF_FIGURE = {
    Status.NO_DATA: (ReasonKind.NOT_AVAILABLE, "{} is not available{}"),
    Status.SUPPRESSED: (ReasonKind.WITHHELD, "{} is withheld{}"),
    Status.NOT_DUE: (ReasonKind.NOT_DUE, "{} is not due yet{}"),
    Status.LATE: (ReasonKind.NOT_COME, "{} has not come{}"),
    Status.INVALID: (ReasonKind.REFUSED, "{} was refused{}"),
}
_INCOMPLETE = "{} is not complete{}"
"""The wording of `no_data` where `why` names the missing part."""

_NEVER = "{} was never sent by anybody{}"

_UNREAD = " in a file that is read"
"""Added to a missing figure where a file could not be read: the figure may be in that file."""

_MISREAD = "{} is not known{}"
"""The wording of `invalid` where rows came that cannot be placed."""

_DOUBTED = "{}, so that a report as of a day before today takes nothing as good by it"
_BY_GROUPS = "judged by groups that come to less than their whole, which is worse"
"""The reason of a rating that a reading by sums of groups decides."""

_BREAK_INSIDE = "a break lies inside the period"
_BREAK_BEFORE = "there is no earlier period to look at since the last break"

_TOO_FEW = "too few were scored before and after, by `respond` of `better_off`"

_SETTLED_BY = "; nothing says that a file covers all of the period, as {} would"
_WHOSE = {
    Status.NO_DATA: "from",
    Status.SUPPRESSED: "by",
    Status.NOT_DUE: "from",
    Status.LATE: "from",
    Status.INVALID: "as sent by",
}


def with_reasons(
    frame: pl.LazyFrame,
    lacking: pl.LazyFrame,
    backs: Mapping[str, Mapping[str, Sequence[int]]],
    framework: Framework,
    never: Collection[str] = (),
    unread: bool = False,
) -> pl.LazyFrame:
    """Adds `reason`: why a row has no value or no rating, and which figure of which agencies is missing, and when.

    Adds `reason_kind` as well, and keeps `because`, the deciding code, and `figure`, the figure or list in that code.

    Args:
        frame: Judged rows.
        lacking: A row for every figure or list that is missing in a period of a cadence: the columns of `LACKING`.
        backs: By indicator and figure, how many months back the indicator reads the figure, least first; figures that
            it reads in the row's own period alone have no entry.
        framework: The framework that defines figures and lists.
        never: The figures and lists that no agency ever sent.
        unread: Whether a file could not be read.
    """
    code = pl.when(pl.col("code") > 0).then("code").when("has_value").then("left_out").otherwise(0)
    frame = frame.with_columns(because=code.cast(pl.UInt32)).with_row_index("row").cache()
    told = frame.filter((pl.col("because") > 0) | pl.col("worse") | pl.col("doubted"))
    reasons = _told(_with_missing(told, lacking, backs, framework, never), unread)
    return frame.join(reasons, on="row", how="left", maintain_order="left").drop("row")


def _told(frame: pl.LazyFrame, unread: bool) -> pl.LazyFrame:
    """The reason, its kind and `figure` of rows that need one, by their `row`."""
    rank = status_rank(pl.col("because"))
    reason, kind = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    for status in Status.missing():
        if status in _WITHOUT_SOURCE:
            of_none = (rank == status.rank) & pl.col("figure").is_null()
            kind_of_none, words = _WITHOUT_SOURCE[status]
            reason = pl.when(of_none).then(pl.lit(words)).otherwise(reason)
            kind = pl.when(of_none).then(pl.lit(kind_of_none.value)).otherwise(kind)
        if status in _OF_FIGURE:
            of_figure = (rank == status.rank) & pl.col("figure").is_not_null()
            reason = pl.when(of_figure).then(_of_figure(status, unread)).otherwise(reason)
            kind = pl.when(of_figure).then(_kind_of_figure(status)).otherwise(kind)
    nothing_before = (rank == Status.NO_DATA.rank) & pl.col("figure").is_null() & (pl.col("segment") > 0)
    inside = pl.col("segment") % 2 == 1
    across = pl.when(inside).then(pl.lit(_BREAK_INSIDE)).otherwise(pl.lit(_BREAK_BEFORE))
    broken = pl.when(inside).then(pl.lit(ReasonKind.BREAK_INSIDE)).otherwise(pl.lit(ReasonKind.BREAK_BEFORE))
    reason = pl.when(nothing_before).then(across).otherwise(reason)
    kind = pl.when(nothing_before).then(broken).otherwise(kind)
    too_few = pl.col("number") == TOO_FEW_ANSWERED
    reason = pl.when(too_few).then(pl.lit(_TOO_FEW)).otherwise(reason)
    kind = pl.when(too_few).then(pl.lit(ReasonKind.TOO_FEW_ANSWERED)).otherwise(kind)
    without = pl.when("has_value").then(pl.lit("worked out without what lacks: ") + reason).otherwise(reason)
    by_groups = pl.when(pl.col("has_value") & pl.col("worse")).then(pl.lit(_BY_GROUPS))
    without = pl.coalesce(pl.concat_str(without, pl.lit("; "), by_groups), without, by_groups)
    kind = pl.coalesce(kind, pl.when(by_groups.is_not_null()).then(pl.lit(ReasonKind.WORSE_BY_GROUPS)))
    kind = pl.when("doubted").then(pl.lit(ReasonKind.ARRIVAL_UNKNOWN)).otherwise(kind)
    return frame.select(
        "row",
        "figure",
        reason=pl.when("doubted").then(pl.format(_DOUBTED, "doubt")).otherwise(without),
        reason_kind=kind.cast(REASON_KIND),
    )


def _kind_of_figure(status: Status) -> pl.Expr:
    """The kind of the reason of a row whose status a missing figure decides."""
    kind = pl.lit(_OF_FIGURE[status][0].value)
    if status == Status.NO_DATA:
        kind = pl.when(_is_whole_missing()).then(kind).otherwise(pl.lit(ReasonKind.INCOMPLETE))
    if status == Status.INVALID:
        kind = pl.when(is_misread(pl.col("because"))).then(pl.lit(ReasonKind.NOT_PLACED)).otherwise(kind)
    if status in (Status.LATE, Status.NO_DATA):
        kind = pl.when("never").then(pl.lit(ReasonKind.NEVER_SENT)).otherwise(kind)
    return kind


def _is_whole_missing() -> pl.Expr:
    """Whether all of a figure is missing, and not only a part that `why` names."""
    return pl.col("why").str.starts_with("it does not add up").fill_null(True)


def _of_figure(status: Status, unread: bool) -> pl.Expr:
    """The reason of a row whose status a missing figure decides."""
    elsewhere = pl.when((pl.col("back") > 0) | pl.col("apart")).then(" for " + pl.col("lacked_in")).fill_null("")
    figure = pl.format("`{}`{}", "figure", elsewhere)
    agencies = pl.coalesce("agencies", "alone")
    whose = (pl.lit(f" {_WHOSE[status]} ") + agencies).fill_null("")
    words = pl.format(_OF_FIGURE[status][1], figure, whose)
    if status == Status.NO_DATA:
        words = pl.when(_is_whole_missing()).then(words).otherwise(pl.format(_INCOMPLETE, figure, whose))
    if status == Status.INVALID:
        from_whom = (pl.lit(" from ") + agencies).fill_null("")
        misread = pl.format(_MISREAD, figure, from_whom)
        words = pl.when(is_misread(pl.col("because"))).then(misread).otherwise(words)
    if unread and status == Status.LATE:
        words += pl.lit(_UNREAD)
    words += (pl.lit(": ") + pl.col("why")).fill_null("") + pl.format(_SETTLED_BY, "settled_by").fill_null("")
    if status in (Status.LATE, Status.NO_DATA):
        owed = (pl.lit("; it is to come from ") + agencies).fill_null("")
        words = (
            pl.when("never").then(pl.format(_NEVER, figure, pl.lit(_UNREAD if unread else "") + owed)).otherwise(words)
        )
    return words


def _with_missing(
    frame: pl.LazyFrame,
    lacking: pl.LazyFrame,
    backs: Mapping[str, Mapping[str, Sequence[int]]],
    framework: Framework,
    never: Collection[str],
) -> pl.LazyFrame:
    """Adds the columns of `lacking` and the figure or list that decides each row's code; arguments as `with_reasons`.

    Of the periods that the indicator reads, the nearest one in which the figure is missing counts.
    """
    sources: Mapping[str, Figure | RecordList] = {**framework.figures, **framework.lists}
    numbers = SourceIndex(framework.figures, framework.lists).numbers
    alone = [
        framework.agencies[source.agencies[0]].name if len(source.agencies) == 1 else None
        for source in sources.values()
    ]
    figures = pl.LazyFrame(
        [(number, name, agency, name in never) for (name, number), agency in zip(numbers.items(), alone, strict=True)],
        schema={"number": pl.UInt32, "figure": pl.String, "alone": pl.String, "never": pl.Boolean},
        orient="row",
    )
    looked = pl.LazyFrame(
        [(id_, numbers[name], months) for id_, by_name in backs.items() for name, months in by_name.items()],
        schema={"indicator": pl.String, "number": pl.UInt32, "back": pl.List(pl.Int32)},
        orient="row",
    )
    keys = ["months", "year_start", "by", "group"]
    return (
        frame.with_columns(number=source_number(pl.col("because")))
        .join(figures, on="number", how="left", maintain_order="left")
        .join(looked, on=["indicator", "number"], how="left", maintain_order="left")
        .explode("back")
        .with_columns(pl.col("back").fill_null(0), at=pl.col("start") - pl.col("back").fill_null(0))
        .join(
            lacking,
            left_on=[*keys, "at", "because"],
            right_on=[*keys, "start", "code"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .sort("row", pl.col("agencies").is_null(), maintain_order=True)
        .unique("row", keep="first", maintain_order=True)
    )
