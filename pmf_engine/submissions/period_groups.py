"""The groups of a period: those that a breakdown lists; where it lists none, those that the sender has named."""

from __future__ import annotations

import polars as pl

from pmf_engine.framework.model import Framework, Group

_ALWAYS = (-(2**31), 2**31 - 1)

PERIOD_OF_GROUPS = ("agency", "start", "months", "by")
"""The key of a period's groups: one breakdown of the figures that an agency sends for one period."""


def group_spans(cells: pl.DataFrame, framework: Framework, unplaced: pl.DataFrame | None = None) -> pl.DataFrame:
    """The groups of each breakdown, and the months in which each exists.

    Args:
        cells: The current cells of a day.
        framework: The breakdowns.
        unplaced: Cells of unknown agencies. Any sender may have sent them, so their groups count for every agency.

    Returns:
        Columns `by`, `agency` (null for listed groups, which count for every agency), `group`, `since` (the first
        month) and `until` (the month after the last).
    """
    listed = [
        (by, None, *_span(group)) for by, breakdown in framework.breakdowns.items() for group in breakdown.groups or ()
    ]
    schema = {"by": pl.String, "agency": pl.String, "group": pl.String, "since": pl.Int32, "until": pl.Int32}
    free = [by for by, breakdown in framework.breakdowns.items() if breakdown.groups is None]
    sent = cells if unplaced is None else pl.concat([cells, unplaced], how="diagonal")
    named = (
        sent.filter(pl.col("by").is_in(free), pl.col("group").is_not_null())
        .group_by("by", "agency", "group")
        .agg(since=pl.col("start").min(), until=pl.lit(_ALWAYS[1], dtype=pl.Int32))
    )
    return pl.concat([pl.DataFrame(listed, schema=schema, orient="row"), named.select(list(schema))])


def _span(group: Group) -> tuple[str, int, int]:
    """A group's name, its first month and the month after its last."""
    since = _ALWAYS[0] if group.since is None else group.since
    return group.name, since, _ALWAYS[1] if group.until is None else group.until


def groups_wanted(periods: pl.LazyFrame, spans: pl.DataFrame) -> pl.LazyFrame:
    """The groups that each period should have, in the column `wanted`, a sorted list.

    A breakdown without listed groups has those that the agency has named up to the period, for any figure. A new name
    leaves earlier periods unchanged, and a name that a later return omits is missing there.

    Args:
        periods: Distinct rows with the columns of `PERIOD_OF_GROUPS`.
        spans: The result of `group_spans`.
    """
    keys = list(PERIOD_OF_GROUPS)
    listed = periods.join(spans.lazy().filter(pl.col("agency").is_null()).drop("agency"), on="by")
    named = periods.join(spans.lazy().filter(pl.col("agency").is_not_null()), on=["by", "agency"])
    columns = [*keys, "group", "since", "until"]
    return (
        pl.concat([listed.select(columns), named.select(columns)])
        .filter(pl.col("since") < pl.col("start") + pl.col("months"), pl.col("until") > pl.col("start"))
        .group_by(keys)
        .agg(wanted=pl.col("group").unique().sort())
    )
