"""Totals: rows of totals over figures or periods, and a group that equals the sum of all other groups."""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.domain.numbers import NEAR
from pmf_engine.submissions.key_numbers import holds_anywhere
from pmf_engine.submissions.problems import say
from pmf_engine.submissions.vocabulary import Vocabulary

_LEAST = 3
"""The smallest number of other groups of which a group can be recognised as the sum."""

_REST: Final = (
    r"^\(?(?:others?|unknown|none|blank|missing|unallocated|unassigned|unspecified|elsewhere|n/?a|averages?|mean|median"
    r"|no (?:district|postcode|address|fixed abode)|not .*|out of .*|(?:other|unknown) .*)\)?$"
)
"""Names of what remains beside the groups, in small letters: of one of few children it may equal the sum by chance."""

_SENT = ("file", "agency", "by")
_SUMMED = (*_SENT, "figure", "start", "months")


_TOTAL_ROW: Final = r"^(?:(?:grand|overall|sub|year|yearly|annual|quarter|quarterly)[\s-]*)?totals?:?$|^sum:?$"
"""What stands in small letters in place of a figure or period in a row that adds up other rows."""


def with_total_rows(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells, of which those of totals over figures or periods have the problem `total-row`, as nobody asks for them.

    Where a sheet has no other rows, its total may be what was meant, and stays a misspelt figure or period.

    Args:
        cells: Cells with their figures, agencies and periods.
    """
    over = {"figure": "unknown-figure", "period": "not-a-period"}
    if not holds_anywhere(cells, pl.any_horizontal(pl.col(f"{role}_kind").is_not_null() for role in over)):
        return cells
    totals = {
        role: (pl.col(f"{role}_kind") == kind).fill_null(False)
        & pl.col(f"{role}_text").str.strip_chars().str.to_lowercase().str.contains(_TOTAL_ROW).fill_null(False)
        for role, kind in over.items()
    }
    known = pl.all_horizontal(pl.col("figure", "agency", "start").is_not_null())
    beside = known.any().over("file", "sheet")
    return cells.with_columns(
        expression
        for role, is_total in totals.items()
        for expression in (
            pl.when(is_total & beside).then(pl.lit("total-row")).otherwise(f"{role}_kind").alias(f"{role}_kind"),
            pl.when(is_total & beside).then(pl.lit(say("total-row"))).otherwise(f"{role}_says").alias(f"{role}_says"),
        )
    )


def without_totals(cells: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Turns cells of totals into cells of the whole in a breakdown with listed groups, and refuses them in others.

    A total is an unlisted group that equals the sum of at least three other groups, not all of them 0, in every figure
    and period in which one sender's file gives it. A total in one file is also one in a file where withheld numbers
    hide the sum, unless a further file contradicts it.

    Args:
        cells: Cells with their groups and values.
        words: The names of the framework.
    """
    if not holds_anywhere(cells, pl.col("by").is_not_null()):
        return cells
    totals = _totals(cells, words)
    if totals.is_empty():
        return cells
    listed = list(words.groups)
    marked = cells.with_columns(name=_name()).join(
        totals.with_columns(is_total=pl.lit(True)), on=[*_SENT, "name"], how="left", maintain_order="left"
    )
    is_total = pl.col("is_total").fill_null(False)
    is_whole = is_total & pl.col("by").is_in(listed)
    messages_of_totals = {
        (by, text): say("total-by-sum", text=text, by=by)
        for by, text in marked.filter(is_total & ~is_whole).select("by", "group_text").unique().iter_rows()
    }
    messages = pl.DataFrame(
        [(by, text, message) for (by, text), message in messages_of_totals.items()],
        schema={"by": pl.String, "group_text": pl.String, "total_says": pl.String},
        orient="row",
    )
    marked = marked.join(messages, on=["by", "group_text"], how="left", maintain_order="left")
    is_refused = is_total & ~is_whole
    return marked.with_columns(
        by=pl.when(~is_whole).then("by"),
        group=pl.when(~is_total).then("group"),
        group_kind=pl.when(is_refused).then(pl.lit("total-by-sum")).when(~is_whole).then("group_kind"),
        group_says=pl.when(is_refused).then("total_says").when(~is_whole).then("group_says"),
    ).select(cells.columns)


def _name() -> pl.Expr:
    """The name of a group; for an unlisted group its text in small letters."""
    return pl.coalesce("group", pl.col("group_text").str.strip_chars().str.to_lowercase())


def _totals(cells: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """The unlabelled totals: `file`, `agency`, `by` and `name`.

    A first query finds the sums of which the largest group may be the total: twice the largest is the sum of all.
    Without such sums the join with the groups is skipped.
    """
    figures = [
        figure.id for figure in words.framework.figures.values() if figure.kind in ("flow", "stock") and figure.adds_up
    ]
    faultless = pl.col("group_kind").is_null() | (pl.col("group_kind") == "unknown-group")
    numbers = (
        cells.lazy()
        .filter(pl.col("by").is_not_null(), pl.col("figure").is_in(figures), faultless)
        .filter(pl.col("agency").is_not_null(), pl.col("start").is_not_null(), pl.col("part").is_null())
        .select(*_SUMMED, "value", "group", name=_name())
        .unique([*_SUMMED, "name"], keep="first", maintain_order=True)
    )
    value, has_value = pl.col("value"), pl.col("value").is_not_null()
    sums = numbers.group_by(*_SUMMED).agg(
        sum=value.sort().sum(),
        largest=value.max(),
        others=has_value.sum().cast(pl.Int64) - 1,
        is_complete=has_value.all(),
    )
    of_largest = (2 * pl.col("largest") - pl.col("sum")).abs() <= NEAR * pl.col("sum").abs()
    hints = sums.filter(pl.col("others") >= _LEAST, pl.col("sum") > 0, of_largest).collect()
    if hints.is_empty():
        return pl.DataFrame(schema=dict.fromkeys((*_SENT, "name"), pl.String))
    listed = list(words.groups)
    may_be = (~pl.col("by").is_in(listed) | pl.col("group").is_null()) & ~pl.col("name").str.contains(_REST)
    is_sum = (2 * value - pl.col("sum")).abs() <= NEAR * pl.col("sum").abs()
    named = (
        numbers.filter(has_value, may_be)
        .join(sums, on=list(_SUMMED), nulls_equal=True)
        .group_by(*_SENT, "name")
        .agg(
            shown=(is_sum & (pl.col("sum") > 0) & (pl.col("others") >= _LEAST)).any(),
            contradicted=(~is_sum & pl.col("is_complete")).any(),
        )
        .collect()
    )
    of_sender = ["agency", "by", "name"]
    return (
        named.with_columns(
            elsewhere=(pl.col("shown") & ~pl.col("contradicted")).any().over(of_sender)
            & ~pl.col("contradicted").any().over(of_sender)
        )
        .filter((pl.col("shown") & ~pl.col("contradicted")) | pl.col("elsewhere"))
        .select(*_SENT, "name")
    )
