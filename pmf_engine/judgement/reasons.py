"""Reasons: why a row has no value or no rating, in the words that results and reports print."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from pmf_engine.domain.reason_codes import SourceIndex, is_misread, source_number, status_rank
from pmf_engine.domain.status import Status
from pmf_engine.framework.model import Figure, Framework, RecordList

_WITHOUT_SOURCE = {
    Status.UNDEFINED: "nothing to divide by",
    Status.INVALID: "the part exceeds the whole, what cannot be is below zero, or the result is no number",
    Status.NOT_DUE: "the period has not ended",
    Status.NO_DATA: "there is no earlier period to look at",
}
_OF_FIGURE = {
    Status.NO_DATA: "{} is not available{}",
    Status.SUPPRESSED: "{} is withheld{}",
    Status.NOT_DUE: "{} is not due yet{}",
    Status.LATE: "{} has not come{}",
    Status.INVALID: "{} was refused{}",
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

_SETTLED_BY = "; nothing says that a file covers all of the period, as a line of manifest.csv such as `{}` would"
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

    Args:
        frame: Judged rows.
        lacking: A row for every figure that is missing in a period of a cadence: by, group, months, year_start, start,
            code and `agencies`, their names; `lacked_in`, the name of the period, which is longer than the cadence's
            where `apart`; `why`, the details; `settled_by`, the manifest line that would settle what a list covers.
        backs: By indicator and figure, how many months back the indicator reads the figure, least first; figures that
            it reads in the row's own period alone have no entry.
        framework: The framework that defines figures and lists.
        never: The figures and lists that no agency ever sent.
        unread: Whether a file could not be read.
    """
    frame = _with_missing(frame, lacking, backs, framework, never)
    rank = status_rank(pl.col("because"))
    reason = pl.lit(None, dtype=pl.String)
    for status in Status.missing():
        if status in _WITHOUT_SOURCE:
            of_none = (rank == status.rank) & pl.col("figure").is_null()
            reason = pl.when(of_none).then(pl.lit(_WITHOUT_SOURCE[status])).otherwise(reason)
        if status in _OF_FIGURE:
            of_figure = (rank == status.rank) & pl.col("figure").is_not_null()
            reason = pl.when(of_figure).then(_of_figure(status, unread)).otherwise(reason)
    nothing_before = (rank == Status.NO_DATA.rank) & pl.col("figure").is_null() & (pl.col("segment") > 0)
    across = pl.when(pl.col("segment") % 2 == 1).then(pl.lit(_BREAK_INSIDE)).otherwise(pl.lit(_BREAK_BEFORE))
    reason = pl.when(nothing_before).then(across).otherwise(reason)
    without = pl.when("has_value").then(pl.lit("worked out without what lacks: ") + reason).otherwise(reason)
    by_groups = pl.when(pl.col("has_value") & pl.col("worse")).then(pl.lit(_BY_GROUPS))
    without = pl.coalesce(pl.concat_str(without, pl.lit("; "), by_groups), without, by_groups)
    return frame.with_columns(reason=pl.when("doubted").then(pl.format(_DOUBTED, "doubt")).otherwise(without))


def _of_figure(status: Status, unread: bool) -> pl.Expr:
    """The reason of a row whose status a missing figure decides."""
    elsewhere = pl.when((pl.col("back") > 0) | pl.col("apart")).then(" for " + pl.col("lacked_in")).fill_null("")
    figure = pl.format("`{}`{}", "figure", elsewhere)
    agencies = pl.coalesce("agencies", "alone")
    whose = (pl.lit(f" {_WHOSE[status]} ") + agencies).fill_null("")
    words = pl.format(_OF_FIGURE[status], figure, whose)
    if status == Status.NO_DATA:
        no_sum = pl.col("why").str.starts_with("it does not add up").fill_null(True)
        words = pl.when(no_sum).then(words).otherwise(pl.format(_INCOMPLETE, figure, whose))
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
    code = pl.when(pl.col("code") > 0).then("code").when("has_value").then("left_out").otherwise(0)
    keys = ["months", "year_start", "by", "group"]
    return (
        frame.with_columns(because=code.cast(pl.UInt32))
        .with_columns(number=source_number(pl.col("because")))
        .join(figures, on="number", how="left", maintain_order="left")
        .join(looked, on=["indicator", "number"], how="left", maintain_order="left")
        .with_row_index("row")
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
