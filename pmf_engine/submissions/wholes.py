"""Wholes held against their groups: what may differ, what contradicts, and which of the two came later."""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.domain.marks import KIND, MARKS, MarkKind
from pmf_engine.domain.numbers import NEAR
from pmf_engine.framework.model import Breakdown, Figure, Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.period_groups import PERIOD_OF_GROUPS, group_spans, groups_wanted
from pmf_engine.submissions.problems import PROBLEMS, problems_of_cells, say
from pmf_engine.submissions.readings import KEY
from pmf_engine.submissions.table import EDGES

_OF = KEY[:4]
"""What a whole and its groups have in common: figure, agency and period."""

_LEAST = 2.0
"""How far groups may always fall short of their whole."""

_STANDS, _DIFFERS, _REPLACED, _INCOMPLETE, _CONTRADICTS = range(5)
"""What becomes of a whole, the gravest last."""

_KINDS: Final = {
    _STANDS: "whole-corrected",
    _DIFFERS: "whole-differs",
    _REPLACED: "whole-outdated",
    _INCOMPLETE: "whole-without-groups",
    _CONTRADICTS: "whole-contradicts",
}


def adds_up(figure: Figure) -> bool:
    """Whether a figure adds up over groups and agencies: a number that is no percentage, and does not say otherwise."""
    return figure.kind in ("flow", "stock") and figure.adds_up


def hold_wholes(
    cells: pl.DataFrame, came: pl.DataFrame, framework: Framework
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Holds each whole against the sum of its groups.

    Groups may come to less by what the breakdown leaves unallocated, and to more only by what rounding can do or where
    it says that they overlap. Where one has no value only 'not more than the whole' is asked. A whole that is out of
    these bounds is refused. Where groups came later than their whole, the whole is their sum if all are there.

    Args:
        cells: The cells that stand on a day.
        came: All readings that had come by that day.
        framework: The figures and breakdowns.

    Returns:
        The cells, with `other` where groups come to less than their whole by more than rounding explains, so that the
        worse of the two is judged; the problems; and the marks.
    """
    compared = _compared(cells, came, framework)
    if compared.is_empty():
        return cells, PROBLEMS.empty(), MARKS.empty()
    worst = compared.sort("outcome_of_whole", "by").group_by("at", maintain_order=True).last()
    worst = worst.select("at", "outcome_of_whole", "total", "is_short", by_of="by")
    held = cells.with_row_index("at").join(worst, on="at", how="left", maintain_order="left")
    outcome = pl.col("outcome_of_whole")
    why = pl.format(
        "the whole is `{}`, but its groups by `{}` add up to {}",
        pl.col("text").str.strip_chars(EDGES),
        "by_of",
        pl.col("total").map_elements(_written, return_dtype=pl.String),
    )
    older = why + " and came later, and not all of them are there"
    refused = outcome.is_in([_INCOMPLETE, _CONTRADICTS]).fill_null(False)
    result = (
        held.filter((outcome != _REPLACED).fill_null(True))
        .with_columns(
            pl.when(refused).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
            pl.when(~refused).then("value").alias("value"),
            pl.when(outcome == _CONTRADICTS).then(why).when(outcome == _INCOMPLETE).then(older)
            .otherwise("why").alias("why"),
            pl.when((outcome == _DIFFERS) & pl.col("is_short")).then("total").otherwise("other").alias("other"),
        )
        .select(cells.columns)
    )  # fmt: skip
    told = held.filter(outcome.is_not_null())
    kinds = [_KINDS[place] for place in told["outcome_of_whole"]]
    messages = [
        say(kind, text=text.strip(EDGES), by=by, total=_written(total))
        for kind, (text, by, total) in zip(kinds, told.select("text", "by_of", "total").iter_rows(), strict=True)
    ]
    problems = problems_of_cells(
        told.with_columns(pl.Series("kind", kinds, pl.String), pl.Series("message", messages, pl.String)), framework
    )
    marks = held.filter(outcome.is_in([_STANDS, _DIFFERS])).select(
        "agency", "by", "group", "start", "months",
        item="figure", kind=pl.lit(MarkKind.UNALLOCATED.value).cast(KIND), text=why,
    )  # fmt: skip
    return result, problems, marks.select(list(MARKS.polars))


def _written(number: float) -> str:
    return f"{number:.12g}"


def _compared(cells: pl.DataFrame, came: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """What becomes of each whole by each breakdown that it differs from: its row (`at`), `by`, `total` and outcome."""
    adding = [id_ for id_, figure in framework.figures.items() if adds_up(figure)]
    numbers = cells.with_row_index("at").filter(pl.col("figure").is_in(adding))
    wholes = numbers.filter(pl.col("by").is_null(), pl.col("state") == "ok").select(
        *_OF, "at", pl.col("value").alias("whole"), pl.col("received_on").alias("whole_on")
    )
    groups = numbers.filter(pl.col("by").is_not_null()).drop("at").join(wholes, on=_OF)
    if groups.is_empty():
        return groups
    value, ok = pl.col("value"), pl.col("state") == "ok"
    sums = groups.group_by(*_OF, "by", "at").agg(
        pl.col("whole", "whole_on").first(),
        total=value.filter(ok).sort().sum(),
        largest=value.filter(ok).max(),
        named=pl.col("group").filter(ok).drop_nulls().unique(),
        valued=ok.all(),
        newest=pl.col("received_on").max(),
        digits=pl.max_horizontal(_decimals(value.filter(ok)).max(), _decimals(pl.col("whole")).first()),
    )
    sums = sums.filter(
        (pl.col("whole") - pl.col("total")).abs() > NEAR * pl.max_horizontal(pl.col("whole", "total").abs())
    )
    spans = group_spans(cells, framework)
    wanted = groups_wanted(sums.lazy().select(PERIOD_OF_GROUPS).unique(), spans).collect()
    limits = pl.DataFrame(
        [(by, *_allowed(breakdown)) for by, breakdown in framework.breakdowns.items()],
        schema={"by": pl.String, "share": pl.Float64, "least": pl.Float64, "unit": pl.Float64, "overlap": pl.Boolean},
        orient="row",
    )
    sums = sums.join(wanted, on=list(PERIOD_OF_GROUPS), how="left").join(limits, on="by")
    lacking = pl.col("wanted").list.set_difference("named").list.len().fill_null(0)
    sums = sums.with_columns(complete=pl.col("valued") & (lacking == 0))
    unit = pl.max_horizontal(pl.when(pl.col("unit") > 1).then("unit").otherwise(0.0), _last_digit())
    rounding = (pl.max_horizontal(pl.col("wanted").list.len().fill_null(0), pl.col("named").list.len()) + 1) * unit / 2
    whole, total = pl.col("whole"), pl.col("total")
    room = rounding + NEAR * whole.abs()
    above = pl.when("overlap").then(pl.col("largest") > whole + room).otherwise(total > whole + room)
    least = whole - pl.max_horizontal(whole.abs() * pl.col("share"), "least") - room
    contradicts = above | (pl.col("complete") & (total < least))
    sums = _with_dates(sums, groups, came)
    outcome = (
        pl.when(pl.col("groups_later") & ~pl.col("complete")).then(_INCOMPLETE)
        .when(pl.col("groups_later") & contradicts).then(_REPLACED)
        .when(contradicts & pl.col("corrected")).then(_STANDS)
        .when(contradicts).then(_CONTRADICTS)
        .when("complete").then(_DIFFERS)
    )  # fmt: skip
    sums = sums.with_columns(outcome_of_whole=outcome.cast(pl.Int32), is_short=total < whole - room)
    return sums.filter(pl.col("outcome_of_whole").is_not_null())


def _with_dates(sums: pl.DataFrame, groups: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """Adds whether a group changed after the whole came, and whether the whole was corrected after all of its groups.

    A number that is only sent again has not changed.
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
    """What may differ: the share and the number that may be unallocated, the unit of rounding, and overlap."""
    return breakdown.unallocated / 100, _LEAST, float(breakdown.rounded_to), breakdown.overlap


_DIGITS: Final = (1, 2, 3)


def _decimals(value: pl.Expr) -> pl.Expr:
    """How many decimals a number has: 0 to 3, and 4 where it has more."""
    found = pl.lit(_DIGITS[-1] + 1)
    for digits in (*reversed(_DIGITS), 0):
        scaled = value * 10.0**digits
        found = pl.when((scaled - scaled.round()).abs() <= NEAR * scaled.abs()).then(digits).otherwise(found)
    return found


def _last_digit() -> pl.Expr:
    """The unit of the last decimal of numbers that are not whole; 0 for those that are."""
    unit = pl.lit(0.0)
    for digits in _DIGITS:
        unit = pl.when(pl.col("digits") == digits).then(10.0**-digits).otherwise(unit)
    return unit
