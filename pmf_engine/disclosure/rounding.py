"""Rounding: papers that show counts to a base, and a rating only where no rounding can change it.

A count that is shown is 0, or the limit or more. The rating of a row is that of its exact counts; it is shown where all
pairs of counts that round to what is published have it. A ratio grows with its part and falls with its whole, and so do
both ends of its 95 % interval: the smallest part in the largest whole, and the largest part in the smallest whole, are
the ends of what those pairs can be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import ceil, floor
from typing import Any, NamedTuple

import polars as pl

from pmf_engine.disclosure.counts import Counts
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.status import ReasonKind, Status, texts
from pmf_engine.formula.syntax import Band
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Interval, settled_band
from pmf_engine.judgement.confidence import of_percent, of_rate
from pmf_engine.judgement.reasons import REASON_KIND

_ROUNDED = "Counts are rounded to the nearest"

Ends = tuple[float, float]
"""The least and the greatest that a number may be."""


class Rounding(NamedTuple):
    """How a paper rounds its counts.

    Attributes:
        base: The counts that are shown are multiples of it.
        limit: The smallest count above 0 that is shown.
    """

    base: int
    limit: int

    def of(self, count: float) -> float:
        """The nearest multiple of the base, halves up.

        >>> [Rounding(5, 6).of(count) for count in (0, 7, 8, 12.5)], Rounding(10, 6).of(15)
        ([0, 5, 10, 15], 20)
        """
        return floor(count / self.base + 0.5) * self.base

    def ends(self, shown: float) -> Ends:
        """The least and the greatest whole number that is shown so.

        >>> [Rounding(5, 6).ends(shown) for shown in (0, 5, 10)], Rounding(10, 6).ends(20)
        ([(0, 0), (6, 7), (8, 12)], (15, 24))
        """
        low, high = ceil(shown - self.base / 2), ceil(shown + self.base / 2) - 1
        return (0, 0) if shown == 0 else (max(low, self.limit) if shown > 0 else low, high)

    @property
    def words(self) -> str:
        """What a paper says of it."""
        return (
            f"{_ROUNDED} {self.base}, so that groups may not add up to their total; to whom an indicator of counts "
            "goes, and whether it got better, rests on exact counts and is left out."
        )

    @property
    def mark(self) -> str:
        """What a row says of it."""
        return f"counts are rounded to {self.base}"

    @property
    def reason(self) -> str:
        """Why a row has no rating."""
        return f"{self.mark}, and the rating rests on the exact ones"


def rounding_words(note: str) -> str:
    """What the note of a paper says of rounding; empty where its counts are exact."""
    return note.partition(".")[0] + "." if note.startswith(_ROUNDED) else ""


class Rounded(NamedTuple):
    """Which numbers a paper rounds.

    Attributes:
        rounding: How.
        counts: The counts of the indicators that have any.
        exact: The texts of counts of no people, which are not rounded.
    """

    rounding: Rounding
    counts: Mapping[str, Counts]
    exact: Collection[str]

    def shown(self, text: str, number: float) -> float:
        """A number as it is shown."""
        return number if text in self.exact else self.rounding.of(number)

    def ends(self, text: str, number: float) -> Ends:
        """The least and the greatest number that is shown as a number is."""
        return (number, number) if text in self.exact else self.rounding.ends(self.rounding.of(number))

    def hides(self, text: str, number: float | None) -> bool:
        """Whether no row may show a number: a small count, or one that would be shown as nothing and is not."""
        is_small = number is not None and 0 < number < self.rounding.limit
        return is_small or (number is not None and number != 0 and self.shown(text, number) == 0)


def rounded(rows: pl.DataFrame, framework: Framework, how: Rounded, unjudged: Collection[str]) -> pl.DataFrame:
    """Rows with rounded counts, what is worked out from them, and the ratings that no rounding can change.

    A refused row keeps no number, and one that only a doubt keeps from green has no rating.

    Args:
        rows: Rows of `JUDGED_ROWS`.
        framework: The indicators of the rows.
        how: Which numbers are rounded.
        unjudged: The indicators whose bands look up rounded numbers.
    """
    frame = _with_ends(rows, framework, how)
    own, has_value = pl.col("status").cast(pl.String), pl.col("value").is_not_null()
    is_judged = has_value & own.is_in([*texts(Status.rated()), Status.INVALID.value])
    is_refused = (own == Status.INVALID.value) & ~has_value
    same = [
        row["status"] == _status(framework.indicators[row["indicator"]], row) and row["indicator"] not in unjudged
        for row in frame.iter_rows(named=True)
    ]
    is_open = pl.col("is_counted") & is_judged & ~pl.Series(same, dtype=pl.Boolean)
    numbers = {
        "numerator": pl.when(pl.col("is_ratio") & ~is_refused).then("part"),
        "denominator": pl.when(pl.col("is_ratio") & ~is_refused).then("whole"),
        "value": pl.when(has_value).then(pl.col("per") * pl.col("part") / pl.col("whole")),
    }
    return frame.with_columns(
        **{name: pl.when("is_counted").then(number).otherwise(name) for name, number in numbers.items()},
        **{name: pl.when(~pl.col("is_counted")).then(name) for name in ("lower", "upper")},
        status=pl.when(is_open).then(pl.lit(Status.NOT_RATED.value)).otherwise(own).cast(rows["status"].dtype),
        reason=pl.when(is_open).then(pl.lit(how.rounding.reason)).otherwise("reason"),
        reason_kind=pl.when(is_open).then(pl.lit(ReasonKind.ROUNDED.value)).otherwise("reason_kind").cast(REASON_KIND),
    ).select(rows.columns)


def _with_ends(rows: pl.DataFrame, framework: Framework, how: Rounded) -> pl.DataFrame:
    """Rows with `part` and `whole`, the counts as they are shown, and the ends of what the exact ones come to.

    The ends of the value are `least` and `most`, those of its 95 % interval `least_lower` and so on. The whole of a sum
    of counts is 1.
    """
    found = list[tuple[object, ...]]()
    for id_, numerator, denominator, value in rows.select("indicator", "numerator", "denominator", "value").iter_rows():
        counts, per = how.counts.get(id_), framework.indicators[id_].per
        is_ratio = counts is not None and counts.whole is not None
        numbers = (numerator, denominator) if is_ratio else (value,)
        ends = list[float | None]()
        for text, number in zip(counts.texts if counts else (), numbers, strict=False):
            ends += [None] * 3 if number is None else [how.shown(text, number), *how.ends(text, number)]
        ends += [None if counts is None else 1.0] * (6 - len(ends))
        is_share = counts is not None and counts.is_share
        found.append((counts is not None, is_ratio, is_share, per if is_ratio else 1.0, *ends))
    columns = {"is_counted": pl.Boolean, "is_ratio": pl.Boolean, "is_share": pl.Boolean, "per": pl.Float64}
    names = ("part", "part_low", "part_high", "whole", "whole_low", "whole_high")
    frame = rows.hstack(pl.DataFrame(found, {**columns, **dict.fromkeys(names, pl.Float64)}, orient="row"))
    # The part of a share is no larger than its whole.
    top = pl.min_horizontal("part_high", pl.when("is_share").then("whole_high"))
    frame = frame.with_columns(top=top, below=pl.max_horizontal("whole_low", pl.when("is_share").then(top)))
    low_pair, high_pair = (pl.col("part_low"), pl.col("whole_high")), (pl.col("top"), pl.col("below"))
    for end, (part_, whole_) in (("least", low_pair), ("most", high_pair)):
        intervals = zip(of_percent(part_, whole_), of_rate(part_, whole_, pl.col("per")), strict=True)
        lower, upper = (pl.when("is_share").then(percent).otherwise(rate) for percent, rate in intervals)
        is_sure = ~pl.col("is_ratio") | ((pl.col("part_low") >= 0) & (whole_ > 0))
        frame = frame.with_columns(
            pl.when(is_sure).then(pl.col("per") * part_ / whole_).alias(end),
            lower.alias(f"{end}_lower"), upper.alias(f"{end}_upper"),
        )  # fmt: skip
    return frame


def _status(indicator: Indicator, row: Mapping[str, Any]) -> Status | None:
    """The rating of all pairs of counts that are shown as those of a row; None where they have several, or none."""
    entry = indicator.entry_for(Period(row["start"], Cadence(row["months"], indicator.cadence.year_start)))
    if entry is None or row["least"] is None or row["most"] is None:
        return None
    numbers = {
        name: number for name, number in zip(indicator.band_names, row["named"], strict=True) if number is not None
    }

    def holds(band: Band, above: Ends, below: Ends) -> bool | None:
        """Whether none of some numbers is below a band and none of others above it; None where that is open."""
        interval = Interval.of(settled_band(band, numbers), entry.target_value)
        if interval is None or None in (*above, *below):
            return None
        if interval.empty or not interval.sides(above[1])[0] or not interval.sides(below[0])[1]:
            return False
        return True if interval.sides(above[0])[0] and interval.sides(below[1])[1] else None

    value = row["least"], row["most"]
    good = holds(entry.good, value, value)
    if entry.allow_for_chance:
        upper, lower = ((row[f"least_{end}"], row[f"most_{end}"]) for end in ("upper", "lower"))
        tolerable = holds(entry.tolerance or entry.good, upper, lower)
    else:
        tolerable = holds(entry.tolerance, value, value) if entry.tolerance else False
    if good is None or good:
        return Status.GREEN if good else None
    return None if tolerable is None else Status.AMBER if tolerable else Status.RED
