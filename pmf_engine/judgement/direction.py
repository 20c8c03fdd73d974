"""Direction of travel: whether a value improved since the period before, and since the same period a year before."""

from __future__ import annotations

import polars as pl

from pmf_engine.domain.status import Direction, Status, texts
from pmf_engine.judgement.series import opens, rows_back

DIRECTION = pl.Enum(texts(Direction))


def with_direction(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds `before` (the value of the period before), `direction` and `direction_year_ago`.

    All three compare rows of one `segment` of the series: a break begins another segment. Nothing improves where one of
    the two values is in doubt.
    """
    value = pl.when("known").then("value")
    columns = {"value": value} | {name: pl.col(name) for name in ("gaps", "status", "start", "doubt")}
    earlier = {"before": pl.lit(1), "ago": 12 // pl.col("months")}
    frame = frame.with_columns(comparable=opens(pl.col("opens"), pl.col("segment"))).with_columns(
        rows_back(column, periods, "comparable").alias(f"{when}:{name}")
        for when, periods in earlier.items()
        for name, column in columns.items()
    )
    # An ad hoc indicator has no row for quarters without a request, so the fourth row before may be of any quarter.
    a_year = pl.col("ago:start") == pl.col("start") - 12
    return frame.with_columns(
        before=pl.col("before:value"),
        direction=_travelled("before").cast(DIRECTION),
        direction_year_ago=pl.when(a_year).then(_travelled("ago")).cast(DIRECTION),
    ).drop("comparable", *(f"{when}:{name}" for when in earlier for name in columns))


def _travelled(when: str) -> pl.Expr:
    """Direction of travel by polarity since the row whose columns begin with `when`.

    `unchanged` where both values are shown with the same digits, unless their ratings differ. Where polarity is
    `close`, the band now in force measures both values; null where a bound has no number for one of them. A partial
    value is `worsening` where the missing part can only make it worse still, else null.
    """
    before, gap, places = pl.col(f"{when}:value"), gap_in_force(pl.col(f"{when}:gaps")), pl.col("places")
    closeness = pl.col("sign") == 0
    better = pl.when(closeness).then(gap - pl.col("gap")).otherwise(pl.col("sign") * (pl.col("value") - before))
    same = _shown(pl.col("value"), places) == _shown(before, places)
    as_near = closeness & (_shown(pl.col("gap"), places) == _shown(gap, places))
    rated = pl.col("status", f"{when}:status").cast(pl.String).is_in(texts(Status.rated()))
    moved = pl.all_horizontal(rated) & (pl.col("status") != pl.col(f"{when}:status"))
    surely_worse = (better < 0) & ~same & (pl.col("sign") * pl.col("adds") < 0)
    return (
        pl.when(~pl.col("has_value") | before.is_null() | better.is_null())
        .then(None)
        .when(pl.col("partial") & ~surely_worse)
        .then(None)
        .when(((same | as_near) & ~moved) | (better == 0))
        .then(pl.lit(Direction.UNCHANGED))
        .when((better > 0) & pl.any_horizontal(pl.col("doubt", f"{when}:doubt").is_not_null()))
        .then(None)
        .when(better > 0)
        .then(pl.lit(Direction.IMPROVING))
        .otherwise(pl.lit(Direction.WORSENING))
    )


def _shown(value: pl.Expr, places: pl.Expr) -> pl.Expr:
    """The value as shown, in units of its last decimal: rounded half up.

    >>> pl.select(_shown(pl.lit(2.345), pl.lit(2))).item()
    235.0
    """
    scaled = (value.abs() * pl.lit(10.0).pow(places)).round_sig_figs(12)
    return (scaled + 0.5).floor() * value.sign()


def gap_in_force(gaps: pl.Expr) -> pl.Expr:
    """The gap by the tolerance entry now in force, from the list of gaps by each entry."""
    return gaps.list.get(pl.col("entry"), null_on_oob=True)
