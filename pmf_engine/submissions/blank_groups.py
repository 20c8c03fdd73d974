"""Blank groups: rows of the whole below rows of groups, which may have lost a merged group, and blank wholes."""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.submissions.headers import Columns
from pmf_engine.submissions.problems import say
from pmf_engine.submissions.table import RawTable, blank, clean_text
from pmf_engine.submissions.vocabulary import Vocabulary, fold

_SHEET: Final = ["file", "sheet_name"]
_ABOVE: Final = ["above", "above_by", "above_column"]
_OF: Final = ["figure", "agency", "start", "months"]


def groups_above(table: RawTable, columns: Columns) -> list[pl.Expr]:
    """The nearest group above each row whose group is blank, as `above`, `above_by` and `above_column`; else null.

    Rows of a frame or a Parquet file have no order that people gave them, and no cell above.
    """
    if not table.in_order or not columns.by:
        return []
    is_blank = pl.all_horizontal(blank(column) for column in columns.by.values())
    if table.placed is not None:
        is_blank &= pl.col("group_column") != ""
    filled = {by: clean_text(column).forward_fill() for by, column in columns.by.items()}
    if table.is_of_several:
        filled = {by: text.over("file") for by, text in filled.items()}
    above = {by: pl.when(is_blank).then(text) for by, text in filled.items()}
    names = [pl.when(text.is_not_null()).then(pl.lit(by)) for by, text in above.items()]
    titles = [pl.when(text.is_not_null()).then(columns.title(columns.by[by])) for by, text in above.items()]
    return [
        pl.coalesce(names).alias("above_by"),
        pl.coalesce(list(above.values())).alias("above"),
        pl.coalesce(titles).alias("above_column"),
    ]


def without_blank_wholes(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells without the blank wholes of rows with several values, where the file has numbers of the groups.

    Nobody gave such a whole, so that it is the sum of its groups. A blank value in a row of its own is a value that is
    not available.
    """
    is_whole = pl.col("by").is_null() & pl.col("group_text").is_null()
    blanks = cells.filter("wide", is_whole, pl.col("clean") == "")
    if blanks.is_empty():
        return cells
    given = cells.filter(pl.col("group").is_not_null(), pl.col("clean") != "").select("file", *_OF).unique()
    summed = given.with_columns(has_groups=pl.lit(True))
    cells = cells.join(summed, on=["file", *_OF], how="left", maintain_order="left")
    drop = pl.col("has_groups").fill_null(False) & pl.col("wide") & is_whole & (pl.col("clean") == "")
    return cells.filter(~drop).drop("has_groups")


def with_lost_groups(cells: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Refuses wholes that may be of the group above them, by filling `group_kind` and `group_says`.

    A file that lost its merged cells has the name of a district in the first of its rows, and blanks below. A whole
    is certainly one where the sheet has the number of the group above it as well. It may be of that group where
    another group has a number of the same figure and period, where that group is the only one of the sheet, where
    two such rows stand below different groups, or where the rows of the one above go on below it. It is not where the
    sheet has no group for a period of its length. One that a larger group of another file contradicts is left to the
    check of wholes.
    """
    if "above" not in cells.columns:
        return cells
    found = {
        (by, text): (words.groups[by].find(text) if by in words.groups else text)
        for by, text in cells.select("above_by", "above").drop_nulls().unique().iter_rows()
    }
    if not found:
        return cells.drop(_ABOVE)
    groups = pl.DataFrame(
        [(*key, group and fold(group)) for key, group in found.items()],
        schema={"above_by": pl.String, "above": pl.String, "above_group": pl.String},
        orient="row",
    )
    placed = cells.with_row_index("at").with_columns(sheet_name=pl.col("sheet").fill_null(""))
    named = placed.filter(pl.col("group").is_not_null()).select(*_SHEET, *_OF, "by", "group", "row")
    wholes = placed.filter(pl.col("above").is_not_null(), pl.col("group_text").is_null(), pl.col("clean") != "")
    wholes = wholes.select("at", *_SHEET, *_OF, "row", "above", by=pl.col("above_by"))
    wholes = wholes.join(groups.rename({"above_by": "by"}), on=["by", "above"])
    key = [*_SHEET, *_OF, "by"]
    wholes = wholes.join(named.select(*_SHEET, "by", "months").unique(), on=[*_SHEET, "by", "months"], how="semi")
    wholes = _without_contradicted(wholes, placed)
    spelt = {group: fold(group) for group in named["group"].unique()}
    numbered = named.select(*key, above_group=pl.col("group").replace_strict(spelt, return_dtype=pl.String))
    open_ = wholes.join(numbered, on=[*key, "above_group"], how="anti")
    if open_.is_empty():
        return cells.drop(_ABOVE)
    lost = open_.filter(_may_be_lost(open_, named, key))
    says = pl.Series([say("blank-below", by=by, text=text) for by, text in lost.select("by", "above").iter_rows()])
    reported = lost.select("at", lost_says=says.cast(pl.String))
    joined = placed.join(reported, on="at", how="left", maintain_order="left")
    is_lost = pl.col("lost_says").is_not_null()
    return joined.with_columns(
        pl.when(is_lost).then(pl.lit("blank-below")).otherwise("group_kind").alias("group_kind"),
        pl.when(is_lost).then("lost_says").otherwise("group_says").alias("group_says"),
        pl.when(is_lost)
        .then(pl.coalesce("group_column", "above_column"))
        .otherwise("group_column")
        .alias("group_column"),
    ).drop("at", "sheet_name", "lost_says", *_ABOVE)


def _without_contradicted(wholes: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The wholes that no group of the same figure, agency and period in another file exceeds."""
    number = pl.col("clean").cast(pl.Float64, strict=False)
    key = [*_OF, "by"]
    groups = cells.filter(pl.col("group").is_not_null()).group_by(*key, other="file").agg(largest=number.max())
    own = wholes.join(cells.select("at", number=number), on="at").select("at", "file", *key, "number")
    exceeded = own.join(groups, on=key).filter(pl.col("other") != pl.col("file"), pl.col("largest") > pl.col("number"))
    return wholes.join(exceeded, on="at", how="anti")


def _may_be_lost(wholes: pl.DataFrame, named: pl.DataFrame, key: list[str]) -> pl.Series:
    """Whether each whole without a number of the group above it may be of that group: see `with_lost_groups`."""
    of_others = named.select(key).unique().with_columns(of_others=pl.lit(True))
    sheet = [*_SHEET, "by"]
    counts = named.group_by(sheet).agg(groups=pl.col("group").n_unique())
    ends = named.with_columns(last=pl.col("row").max().over(key)).group_by(*sheet, "row").agg(pl.col("last").max())
    several = (pl.col("above").n_unique() > 1).over(key)
    judged = (
        wholes.with_row_index("order")
        .join(of_others, on=key, how="left")
        .join(counts, on=sheet, how="left")
        .sort("row")
        .join_asof(ends.sort("row"), on="row", by=sheet, strategy="backward", check_sortedness=False)
        .sort("order")
    )
    goes_on = (pl.col("last") > pl.col("row")).fill_null(False)
    alone = (pl.col("groups") == 1).fill_null(False)
    return judged.select(pl.col("of_others").fill_null(False) | alone | several | goes_on).to_series()
