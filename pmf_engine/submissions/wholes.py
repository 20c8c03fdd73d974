"""Checks of wholes against the sums of their groups: the allowed difference, and which of the two is later."""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.domain.marks import KIND, MARKS, MarkKind
from pmf_engine.domain.numbers import NEAR
from pmf_engine.framework.model import Breakdown, Figure, Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.key_numbers import holds_anywhere
from pmf_engine.submissions.period_groups import PERIOD_OF_GROUPS, group_spans, groups_wanted
from pmf_engine.submissions.problems import PROBLEMS, listed, problems_of_cells, say
from pmf_engine.submissions.readings import KEY
from pmf_engine.submissions.table import EDGES

_OF = KEY[:4]
"""The key that a whole shares with its groups: figure, agency and period."""

_TEXT = pl.col("text").str.strip_chars(EDGES).fill_null("")
_NOT_APPLICABLE = _TEXT.str.to_lowercase().is_in(["z", "[z]"])
"""Whether a cell says that its group cannot have a number, so that a whole leaves nothing out; `n/a` may not."""

_LEAST = 2.0
"""The sum of groups may always be smaller than their whole by this number."""

_STANDS, _DIFFERS, _REPLACED, _INCOMPLETE, _PARTIAL, _CONTRADICTS = range(6)
"""The outcomes of a check in the order of severity, the gravest last: where breakdowns differ, the gravest counts."""

_KINDS: Final = {
    _STANDS: "whole-corrected",
    _DIFFERS: "whole-differs",
    _REPLACED: "whole-outdated",
    _INCOMPLETE: "whole-without-groups",
    _PARTIAL: "whole-is-partial",
    _CONTRADICTS: "whole-contradicts",
}


def adds_up(figure: Figure) -> bool:
    """Whether a figure adds up over groups and agencies: a flow or stock whose `adds_up` holds."""
    return figure.kind in ("flow", "stock") and figure.adds_up


def hold_wholes(
    cells: pl.DataFrame, came: pl.DataFrame, framework: Framework
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Checks each whole against the sum of its groups.

    The sum may be smaller than the whole by the breakdown's `unallocated`, and larger only by rounding. Groups that
    `overlap` may sum to more, but no group may exceed the whole. Where a group has no value the sum has no lower limit;
    a whole that is just that sum is refused, since a spreadsheet leaves out of a total what is no number. So is the sum
    without a group that nobody sent, where a row of an unknown group may be of it. A whole outside these limits is
    refused, unless it was corrected after all its groups. Where groups changed after their whole and a group has no
    value, the whole is refused; where every group has one, a sum outside the limits replaces the whole.

    Args:
        cells: The current cells of a day.
        came: All readings received by that day.
        framework: The figures and breakdowns.

    Returns:
        The cells; the problems; and the marks, of which those of groups that contradict their whole are doubts: which
        of the numbers is wrong is unknown. `other` of a cell is the sum of the groups where that is smaller than
        the whole by more than rounding: judgement takes the worse of the two.
    """
    compared = _compared(cells, came, framework)
    if compared.is_empty():
        return cells, PROBLEMS.empty(), MARKS.empty()
    contradicted = cells.filter(pl.col("state") == "ok").join(
        compared.filter(pl.col("outcome_of_whole") == _CONTRADICTS).select(*_OF, "by", "whole", "total"),
        on=[*_OF, "by"],
    )
    worst = compared.sort("outcome_of_whole", "by").group_by("at", maintain_order=True).last()
    without = pl.col("without").map_elements(_some, return_dtype=pl.String)
    worst = worst.select("at", "outcome_of_whole", "total", "is_short", by_of="by", without=without)
    compared_cells = cells.with_row_index("at").join(worst, on="at", how="left", maintain_order="left")
    outcome = pl.col("outcome_of_whole")
    why = _why(pl.col("text").str.strip_chars(EDGES), "by_of")
    reasons = _reasons(why)
    refused = outcome.is_in([*reasons]).fill_null(False)
    result = (
        compared_cells.filter((outcome != _REPLACED).fill_null(True))
        .with_columns(
            pl.when(refused).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
            pl.when(~refused).then("value").alias("value"),
            pl.coalesce(*(pl.when(outcome == rank).then(words) for rank, words in reasons.items()), "why").alias("why"),
            pl.when((outcome == _DIFFERS) & pl.col("is_short")).then("total").otherwise("other").alias("other"),
        )
        .select(cells.columns)
    )  # fmt: skip
    reported = compared_cells.filter(outcome.is_not_null())
    kinds = [_KINDS[rank] for rank in reported["outcome_of_whole"]]
    words = ("text", "by_of", "total", "without")
    messages = [
        say(kind, text=text.strip(EDGES), by=by, total=_written(total), without=without)
        for kind, (text, by, total, without) in zip(kinds, reported.select(*words).iter_rows(), strict=True)
    ]
    problems = problems_of_cells(
        reported.with_columns(pl.Series("kind", kinds, pl.String), pl.Series("message", messages, pl.String)), framework
    )
    unallocated = _marks(compared_cells.filter(outcome.is_in([_STANDS, _DIFFERS])), MarkKind.UNALLOCATED, why)
    doubts = _marks(contradicted, MarkKind.DOUBT, _why(_text_of(pl.col("whole")), "by"))
    return result, problems, pl.concat([unallocated, doubts])


def _why(whole: pl.Expr, by: str) -> pl.Expr:
    """A clause with both numbers of a whole that its groups contradict."""
    return pl.format("the whole is `{}`, but its groups by `{}` add up to {}", whole, by, _text_of(pl.col("total")))


def _reasons(why: pl.Expr) -> dict[int, pl.Expr]:
    """The clause on a whole of each outcome that refuses it."""
    return {
        _INCOMPLETE: why + " and came later, and not all of them are there",
        _PARTIAL: pl.format("{}, and there is no number of {}", why, "without"),
        _CONTRADICTS: why,
    }


_MOST_NAMED = 3
"""How many groups without a number a message names."""


def _some(groups: pl.Series) -> str:
    """The first of some groups, and how many more there are; empty for none."""
    more = len(groups) - _MOST_NAMED
    if more > 0:
        return ", ".join(f"`{group}`" for group in groups[:_MOST_NAMED]) + f" and {more} more"
    return listed(groups, "and") if len(groups) else ""


def _text_of(number: pl.Expr) -> pl.Expr:
    return number.map_elements(_written, return_dtype=pl.String)


def _marks(cells: pl.DataFrame, kind: MarkKind, text: pl.Expr) -> pl.DataFrame:
    """A mark for each cell, with the columns of `MARKS`."""
    marked = cells.with_columns(item="figure", kind=pl.lit(kind.value).cast(KIND), text=text)
    return marked.select(MARKS.names)


def _written(number: float) -> str:
    return f"{number:.12g}"


def _compared(cells: pl.DataFrame, came: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """The outcome of each whole in each breakdown with another sum: row (`at`), `by`, `total` and `outcome_of_whole`.

    Args:
        cells: The current cells of a day.
        came: All readings received by that day.
        framework: The figures and breakdowns.
    """
    if not holds_anywhere(cells, pl.col("by").is_not_null()):
        return cells.clear()
    apart = [id_ for id_, figure in framework.figures.items() if not adds_up(figure)]
    numbers = cells.with_row_index("at").filter(~pl.col("figure").is_in(apart))
    wholes = numbers.filter(pl.col("by").is_null(), pl.col("state") == "ok").select(
        *_OF, "at", pl.col("value").alias("whole"), pl.col("received_on").alias("whole_on")
    )
    groups = numbers.filter(pl.col("by").is_not_null()).drop("at").join(wholes, on=_OF)
    if groups.is_empty():
        return groups
    sums = _sums(groups)
    spans = group_spans(cells, framework)
    wanted = groups_wanted(sums.lazy().select(PERIOD_OF_GROUPS).unique(), spans).collect()
    limits = pl.DataFrame(
        [(by, *_allowed(breakdown)) for by, breakdown in framework.breakdowns.items()],
        schema={"by": pl.String, "share": pl.Float64, "least": pl.Float64, "unit": pl.Float64, "overlap": pl.Boolean},
        orient="row",
    )
    sums = sums.join(wanted, on=list(PERIOD_OF_GROUPS), how="left").join(limits, on="by")
    missing_groups = pl.col("wanted").list.set_difference("named").fill_null([])
    without = pl.when("unknown").then(pl.col("without").list.set_union(missing_groups).list.sort()).otherwise("without")
    sums = sums.with_columns(complete=pl.col("valued") & (missing_groups.list.len() == 0), without=without)
    unit = pl.max_horizontal(pl.when(pl.col("unit") > 1).then("unit").otherwise(0.0), _last_digit())
    rounding = (pl.max_horizontal(pl.col("wanted").list.len().fill_null(0), pl.col("named").list.len()) + 1) * unit / 2
    whole, total = pl.col("whole"), pl.col("total")
    room = rounding + NEAR * whole.abs()
    above = pl.when("overlap").then(pl.col("largest") > whole + room).otherwise(total > whole + room)
    least = whole - pl.max_horizontal(whole.abs() * pl.col("share"), "least") - room
    contradicts = above | (pl.col("complete") & (total < least))
    sums = _with_dates(sums, groups, came)
    adds = ~pl.col("overlap") & (pl.col("unit") <= 1)
    outcome = (
        pl.when("equal").then(pl.when(adds & (pl.col("without").list.len() > 0)).then(_PARTIAL))
        .when(pl.col("groups_later") & ~pl.col("complete")).then(_INCOMPLETE)
        .when(pl.col("groups_later") & contradicts).then(_REPLACED)
        .when(contradicts & pl.col("corrected")).then(_STANDS)
        .when(contradicts).then(_CONTRADICTS)
        .when("complete").then(_DIFFERS)
    )  # fmt: skip
    sums = sums.with_columns(outcome_of_whole=outcome.cast(pl.Int32), is_short=total < whole - room)
    return sums.filter(pl.col("outcome_of_whole").is_not_null())


def _sums(groups: pl.DataFrame) -> pl.DataFrame:
    """The sum of each whole's groups in each breakdown, where it is another number, or a group may be left out of it.

    `without` has the groups without a number, and `unknown` is whether a number of an unknown group was refused.

    Args:
        groups: The cells of groups, with their whole.
    """
    value, ok = pl.col("value"), pl.col("state") == "ok"
    sums = groups.group_by(*_OF, "by", "at").agg(
        pl.col("whole", "whole_on").first(),
        total=value.filter(ok).sort().sum(),
        largest=value.filter(ok).max(),
        named=pl.col("group").filter(ok).drop_nulls().unique(),
        valued=ok.all(),
        without=pl.col("group").filter(~ok & ~_NOT_APPLICABLE).drop_nulls().unique().sort(),
        unknown=(pl.col("group").is_null() & (_TEXT != "")).any(),
        newest=pl.col("received_on").max(),
        digits=pl.max_horizontal(_decimals(value.filter(ok)).max(), _decimals(pl.col("whole")).first()),
    )
    gap = (pl.col("whole") - pl.col("total")).abs()
    sums = sums.with_columns(equal=gap <= NEAR * pl.max_horizontal(pl.col("whole", "total").abs()))
    without = (pl.col("without").list.len() > 0) | pl.col("unknown")
    return sums.filter(~pl.col("equal") | (without & (pl.col("named").list.len() > 0)))


def _with_dates(sums: pl.DataFrame, groups: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """Adds `groups_later`, a group changed after the whole, and `corrected`, the whole changed after all its groups.

    A number that a later file only repeats has not changed.

    Args:
        sums: The wholes with the sums of their groups.
        groups: The cells of these groups.
        came: All readings received by the day.
    """
    keys = [*_OF, "by"]
    dated = came.filter(pl.col("received_on").is_not_null()).join(sums.select(_OF).unique(), on=_OF)
    says = pl.concat_str(pl.col("state").cast(pl.String), pl.col("value").cast(pl.String).fill_null(""))
    now = says.sort_by("received_on").last()
    since = (
        dated.with_columns(says=says)
        .with_columns(changed=(pl.col("says") != now.over(*KEY)))
        .with_columns(last_other=pl.col("received_on").filter("changed").max().over(*KEY))
        .filter(~pl.col("changed"), pl.col("last_other").is_null() | (pl.col("received_on") > pl.col("last_other")))
        .group_by(*KEY)
        .agg(since=pl.col("received_on").min(), was_other=pl.col("last_other").first().is_not_null())
    )
    of_groups = groups.join(since.filter(pl.col("by").is_not_null()).drop("was_other"), on=KEY, how="left")
    of_groups = of_groups.group_by(keys).agg(pl.col("since").max(), undated=pl.col("since").is_null().any())
    of_wholes = since.filter(pl.col("by").is_null()).select(*_OF, "was_other")
    return (
        sums.join(of_groups, on=keys, how="left")
        .join(of_wholes, on=_OF, how="left")
        .with_columns(
            groups_later=(pl.col("since") > pl.col("whole_on")).fill_null(False),
            corrected=(pl.col("was_other") & ~pl.col("undated") & (pl.col("whole_on") > pl.col("newest"))).fill_null(
                False
            ),
        )
    )


def _allowed(breakdown: Breakdown) -> tuple[float, float, float, bool]:
    """The limits of a breakdown: the share and number that may be unallocated, the unit of rounding, and overlap."""
    return breakdown.unallocated / 100, _LEAST, float(breakdown.rounded_to), breakdown.overlap


_DIGITS: Final = (1, 2, 3)


def _decimals(value: pl.Expr) -> pl.Expr:
    """The number of decimals of a value: 0 to 3, and 4 for more."""
    decimals = pl.lit(_DIGITS[-1] + 1)
    for digits in (*reversed(_DIGITS), 0):
        scaled = value * 10.0**digits
        decimals = pl.when((scaled - scaled.round()).abs() <= NEAR * scaled.abs()).then(digits).otherwise(decimals)
    return decimals


def _last_digit() -> pl.Expr:
    """The unit of the last decimal of a value with decimals, such as 0.1; 0 for whole numbers."""
    unit = pl.lit(0.0)
    for digits in _DIGITS:
        unit = pl.when(pl.col("digits") == digits).then(10.0**-digits).otherwise(unit)
    return unit
