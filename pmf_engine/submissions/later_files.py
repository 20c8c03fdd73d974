"""Effects of later files: groups that a later file withdraws, and longer periods whose parts it corrects."""

from __future__ import annotations

import polars as pl

from pmf_engine.domain.numbers import NEAR
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.problems import PROBLEMS, problems_of_cells, say
from pmf_engine.submissions.readings import KEY
from pmf_engine.submissions.table import EDGES

_OF = KEY[:4]
"""What a whole and its groups have in common: figure, agency and period."""


def withdrawn(cells: pl.DataFrame, came: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Cells without the groups that the latest file for the same period leaves out.

    This applies to breakdowns without listed groups, in which a misspelt name would otherwise remain a group for ever.
    A latest file with fewer groups than the earlier files may be complete or may correct a few groups. The groups that
    it leaves out then stay, without a value, so that no sum of groups omits them.

    Args:
        cells: The current cells of a day.
        came: All readings received by that day.
        framework: The breakdowns.
    """
    free = [by for by, breakdown in framework.breakdowns.items() if breakdown.groups is None]
    named = came.filter(pl.col("by").is_in(free), pl.col("group").is_not_null(), pl.col("received_on").is_not_null())
    keys = [*_OF, "by"]
    last = named.with_columns(last=pl.col("received_on").max().over(keys))
    counts = (
        last.group_by(*keys, "last")
        .agg(
            before=pl.col("group").filter(pl.col("received_on") < pl.col("last")).n_unique(),
            now=pl.col("group").filter(pl.col("received_on") == pl.col("last")).n_unique(),
        )
        .filter(pl.col("before") > 0)
    )
    if counts.is_empty():
        return cells
    file = named.sort("received_on").group_by(keys).agg(pl.col("file").last().alias("later"))
    joined = cells.join(counts.join(file, on=keys), on=keys, how="left", maintain_order="left")
    older = pl.col("group").is_not_null() & (pl.col("received_on") < pl.col("last")).fill_null(False)
    gone = older & (pl.col("now") >= pl.col("before"))
    doubtful = pl.col("later").is_not_null() & older
    why = pl.format("`{}`, which came later, does not name `{}`", "later", "group")
    return (
        joined.filter(~gone)
        .with_columns(
            pl.when(doubtful).then(pl.lit("no_data", STATE)).otherwise("state").alias("state"),
            pl.when(~doubtful).then("value").alias("value"),
            pl.when(doubtful).then(why).otherwise("why").alias("why"),
        )
        .drop("last", "before", "now", "later")
    )


def longer_periods_replaced(cells: pl.DataFrame, framework: Framework) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Replaces cells for a longer period whose parts were received later and have another sum.

    Where all parts have a value they replace the cell; where some have none, the cell has no value.

    Args:
        cells: The current cells of a day.
        framework: The figures.

    Returns:
        The cells, and a problem for each cell of a longer period that was replaced or refused.
    """
    cadences = pl.DataFrame(
        [
            (id_, figure.cadence.months, "apart" if figure.is_apart and figure.kind == "flow" else figure.kind)
            for id_, figure in framework.figures.items()
        ],
        schema={"figure": pl.String, "own": pl.Int32, "kind_of": pl.String},
        orient="row",
    )
    numbered = cells.with_row_index("at")
    # the parts of a flow that does not add up have no sum to compare
    of_parts = (pl.col("months") > pl.col("own")) & (pl.col("kind_of") != "apart")
    shortest = min(cadences["own"], default=0)
    may_be = numbered.filter(pl.col("months") > shortest, pl.col("received_on").is_not_null())
    longer = may_be.join(cadences, on="figure").filter(of_parts)
    if longer.is_empty():
        return cells, PROBLEMS.empty()
    numbered = numbered.join(cadences, on="figure")
    compared = numbered.join(_parts_of(longer, numbered), on="at", how="left", maintain_order="left")
    near = (pl.col("value") - pl.col("total")).abs() <= NEAR * pl.col("value").abs()
    is_newer = (pl.col("newest") > pl.col("received_on")).fill_null(False)
    outdated = is_newer & ~(pl.col("complete") & near).fill_null(False)
    if compared.filter(outdated).is_empty():
        return cells, PROBLEMS.empty()
    refused = outdated & ~pl.col("complete")
    why = pl.format("parts of the period came later, in `{}`, and not all of them are there", "later")
    old = compared.filter(outdated)
    messages = [
        say("longer-outdated" if complete else "longer-without-parts", text=text.strip(EDGES), other=later)
        for text, later, complete in old.select("text", "later", "complete").iter_rows()
    ]
    kinds = pl.when("complete").then(pl.lit("longer-outdated")).otherwise(pl.lit("longer-without-parts"))
    problems = problems_of_cells(
        old.with_columns(pl.Series("message", messages, pl.String), kind=kinds).drop("later"), framework
    )
    kept = compared.filter(~(outdated & pl.col("complete"))).with_columns(
        pl.when(refused).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(~refused).then("value").alias("value"),
        pl.when(refused).then(why).otherwise("why").alias("why"),
    )
    return kept.select(cells.columns), problems


def _parts_of(longer: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """The parts of each longer period, as one row by `at`.

    Columns: `total` (the sum of a flow's parts, the last part of anything else), `complete` (every part that the total
    needs has a value), `newest` (the last day on which a part was received) and `later` (the file of that part).
    """
    same = ["figure", "agency", "by", "group"]
    parts = numbered.filter(pl.col("months") == pl.col("own")).select(
        *same, "start", "value", "state", "received_on", "file"
    )
    inside = longer.join(parts, on=same, nulls_equal=True, suffix="_part").filter(
        pl.col("start_part") >= pl.col("start"), pl.col("start_part") < pl.col("start") + pl.col("months")
    )
    ok = (pl.col("state_part") == "ok") | (pl.col("kind_of") == "text")
    is_last = pl.col("start_part") + pl.col("own") == pl.col("start") + pl.col("months")
    summed = pl.when(pl.col("kind_of").first() == "flow").then(pl.col("value_part").sum())
    return (
        inside.sort("at", "start_part")
        .group_by("at", maintain_order=True)
        .agg(
            newest=pl.col("received_on_part").max(),
            later=pl.col("file_part").sort_by("received_on_part", nulls_last=False).last(),
            total=summed.otherwise(pl.col("value_part").filter(is_last).first()),
            complete=pl.when(pl.col("kind_of").first() == "flow")
            .then((ok.all()) & (pl.len() * pl.col("own").first() == pl.col("months").first()))
            .otherwise((is_last & ok).any()),
        )
    )
