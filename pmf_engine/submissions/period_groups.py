"""The groups of a period: those that a breakdown lists for it, else those that a sender has named up to it."""

from __future__ import annotations

import polars as pl

from pmf_engine.framework.model import Framework, Group

_ALWAYS = (-(2**31), 2**31 - 1)

PERIOD_OF_GROUPS = ("agency", "start", "months", "by")
"""What groups are wanted for: a breakdown of what an agency sends for a period."""


def group_spans(cells: pl.DataFrame, framework: Framework, unplaced: pl.DataFrame | None = None) -> pl.DataFrame:
    """The groups of each breakdown, and the months that each is a group in.

    Groups that `unplaced` cells name, of an agency that nobody knows, may be of any sender, and so are of all.

    Columns: `by`, `agency` (null where the breakdown lists its groups, which then hold for all), `group`, `since` (the
    first month) and `until` (the month after the last).
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
    """The groups of periods (rows of `PERIOD_OF_GROUPS`, each once) as the list `wanted`, in order.

    A breakdown that lists none has those that the agency has named by then, for whichever figure: a name that is new
    changes no earlier period, and one that is left out is missing.
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
