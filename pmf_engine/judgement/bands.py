"""Bands: whether each value is good or tolerable by the tolerance entry in force, and how far it lies from good.

Cases with the same operators in their bands share a `Shape`, and one Polars query judges all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.formula.compute.batches import repeated, stacked
from pmf_engine.formula.compute.comparisons import compare, near
from pmf_engine.formula.compute.maybe import MaybeExpr, MaybeSeries, known
from pmf_engine.framework.tolerances import Polarity
from pmf_engine.judgement import confidence
from pmf_engine.judgement.limits import held_against, is_settled

SIGNS: Final[Mapping[Polarity, int]] = {Polarity.HIGH: 1, Polarity.LOW: -1, Polarity.CLOSE: 0}
"""The polarity as a factor: 1 where higher is better, -1 where lower is, 0 where nearer to the good band is."""

BOUNDS: Final = (
    Column("good_low", pl.Float64, "the lower end of the good band in force; null without one", nullable=True),
    Column("good_high", pl.Float64, "the upper end of the good band", nullable=True),
    Column("tolerance_low", pl.Float64, "the lower end of the tolerable band", nullable=True),
    Column("tolerance_high", pl.Float64, "the upper end of the tolerable band", nullable=True),
)
"""The ends of the bands in force, as numbers: names such as `england` have the number that they stand for."""

BANDED: Final = FrameSchema(
    "BANDED",
    Column("indicator", pl.String, "the indicator's id"),
    Column("panel", pl.UInt32, "the position of the panel"),
    Column("start", pl.Int32, "the period's first month"),
    Column("group", pl.String, "the group"),
    Column("value", pl.Float64, "the value; valid only where the code is 0", nullable=True),
    Column("code", pl.UInt32, "the reason code of the value; 0 where there is one"),
    Column("left_out", pl.UInt32, "the reason code of an input that the value leaves out; 0 for none"),
    Column("partial", pl.Boolean, "whether the value is a sum with a part missing"),
    Column("adds", pl.Int8, "how that part could move the value: 1 up, -1 down, 0 either way", nullable=True),
    Column("numerator", pl.Float64, "the numerator of a percentage or rate", nullable=True),
    Column("denominator", pl.Float64, "its denominator", nullable=True),
    Column("mean_of", pl.Float64, "how many records a mean change is of", nullable=True),
    Column("mean_square", pl.Float64, "the mean of their squared changes", nullable=True),
    Column("good", pl.Boolean, "whether the value is good; null where a bound has no number", nullable=True),
    Column("tolerable", pl.Boolean, "whether it is tolerable; null where a bound has no number", nullable=True),
    Column("band_code", pl.UInt32, "the reason code of a bound without a number; 0 for none"),
    Column("worse", pl.Boolean, "whether a reading by sums of groups is worse than the reading by wholes"),
    Column("rated", pl.Boolean, "whether a tolerance entry rates values"),
    *BOUNDS,
    Column("entry", pl.UInt32, "the position of the entry in force", nullable=True),
    Column("sign", pl.Int8, "its polarity, see `SIGNS`", nullable=True),
    Column("gaps", pl.List(pl.Float64), "how far the value lies outside good, by each entry with polarity `close`"),
    Column("named", pl.List(pl.Float64), "the numbers of the terms of the bands, as in `Indicator.band_terms`"),
    Column("compared", pl.List(pl.Float64), "the numbers that the value is compared with, as in `Indicator.compare`"),
)
"""The columns of `banded`."""


@dataclass(frozen=True)
class Shape:
    """What cases have in common that one query judges: the operators of their bands, and which other columns they have.

    Attributes:
        good: The operators of the good band; empty where no entry rates the value.
        tolerance: The operators of the tolerance; empty where the entry has none.
        chance: `percent` or `rate` where the confidence interval decides whether a value is tolerable, else None.
        gaps: For each entry of the indicator, the operators of the good band where polarity is `close`, else ().
        named: How many terms of the bands have their number shown.
        compared: How many figures or indicators the value is compared with.
        ratio: Whether there are a numerator and a denominator.
        adds: How a part that is missing could move the value; None where none may be missing.
        readings: The number of further readings that judge the value as well; the first replaces every whole by the
            sum of its groups.
        spread: Whether the value is a mean with the columns `mean_of` and `mean_square`.
    """

    good: tuple[str, ...]
    tolerance: tuple[str, ...]
    chance: str | None
    gaps: tuple[tuple[str, ...], ...]
    named: int
    compared: int
    ratio: bool
    adds: int | None = None
    readings: int = 0
    spread: bool = False

    @property
    def rated_columns(self) -> list[str]:
        """The names of the numbers that rate a value."""
        return [
            "value",
            *(["numerator", "denominator"] if self.ratio else []),
            *(f"good:{position}" for position in range(len(self.good))),
            *(f"tolerance:{position}" for position in range(len(self.tolerance))),
        ]

    @property
    def columns(self) -> list[str]:
        """The names of the numbers that a case consists of, in the order of `Case.steps`."""
        return [
            *self.rated_columns,
            *(
                f"gap:{entry}:{position}"
                for entry, operators in enumerate(self.gaps)
                for position in range(len(operators))
            ),
            *(f"named:{position}" for position in range(self.named)),
            *(f"compared:{position}" for position in range(self.compared)),
            *(("mean_of", "mean_square") if self.spread else ()),
            *(f"reading {number}:{name}" for number in range(self.readings) for name in self.rated_columns),
        ]


@dataclass(frozen=True)
class Case:
    """An indicator in those rows of a panel in which one tolerance entry is in force.

    Attributes:
        indicator: The indicator's id.
        panel: The position of the panel.
        shape: The shape that the case shares with others.
        steps: The number of the step that computes each of `Shape.columns`.
        start: The first month in which the entry is in force; None for no limit.
        until: The month before which it is in force; None for no limit.
        entry: The position of the entry among the indicator's; None before the first or where it does not apply.
        sign: The polarity by the entry; see `SIGNS`.
        per: The population that a rate is expressed per.
        senders: The groups that have rows, in a panel by agency; None for all.
    """

    indicator: str
    panel: int
    shape: Shape
    steps: tuple[int, ...]
    start: int | None = None
    until: int | None = None
    entry: int | None = None
    sign: int | None = None
    per: float | None = None
    senders: frozenset[str] | None = None


def banded(cases: Sequence[Case], panels: Sequence[pl.DataFrame], worked: Mapping[int, MaybeSeries]) -> pl.DataFrame:
    """Tests every case against its bands: one row for each case, period and group, with the columns of `BANDED`.

    Args:
        cases: At least one.
        panels: The frame of each panel, with `start` and `group`.
        worked: The results of the steps, by number.
    """
    by_shape: dict[Shape, list[Case]] = {}
    for case in cases:
        by_shape.setdefault(case.shape, []).append(case)
    masks: dict[_Extent, pl.Series] = {}
    return pl.concat([_banded_alike(shape, members, panels, worked, masks) for shape, members in by_shape.items()])


class _Extent(NamedTuple):
    """Which rows of which panel a case covers; cases of one extent share a mask."""

    panel: int
    start: int | None
    until: int | None
    senders: frozenset[str] | None


def _banded_alike(
    shape: Shape,
    cases: Sequence[Case],
    panels: Sequence[pl.DataFrame],
    worked: Mapping[int, MaybeSeries],
    masks: dict[_Extent, pl.Series],
) -> pl.DataFrame:
    """Tests the cases of one shape: stacks their numbers into one frame, and applies the same expressions to all."""
    columns: dict[str, pl.Series] = {}
    parts: dict[str, MaybeExpr] = {}
    for position, name in enumerate(shape.columns):
        results = [worked[case.steps[position]] for case in cases]
        columns[f"value of {name}"] = stacked([result.value for result in results])
        columns[f"code of {name}"] = stacked([result.code for result in results])
        parts[name] = MaybeExpr(pl.col(f"value of {name}"), pl.col(f"code of {name}"))
    heights = [panels[case.panel].height for case in cases]
    left_out = [worked[case.steps[0]].left_out for case in cases]
    columns["left_out"] = stacked(
        [
            repeated(0, pl.UInt32, height) if codes is None else codes
            for codes, height in zip(left_out, heights, strict=True)
        ]
    )
    columns |= {name: stacked([panels[case.panel][name] for case in cases]) for name in ("start", "group")}
    columns["covered"] = stacked([_mask(case, panels[case.panel], masks) for case in cases])
    attributes = pl.DataFrame(
        [(case.indicator, case.panel, case.entry, case.sign, case.per) for case in cases],
        schema={"indicator": pl.String, "panel": pl.UInt32, "entry": pl.UInt32, "sign": pl.Int8, "per": pl.Float64},
        orient="row",
    )
    case_of_row = stacked([repeated(position, pl.UInt32, height) for position, height in enumerate(heights)])
    frame = pl.DataFrame({**columns, **attributes[case_of_row].to_dict()}).filter("covered")
    partial = pl.lit(False) if shape.adds is None else (pl.col("left_out") > 0) & parts["value"].value.is_not_null()
    value = parts["value"].value
    if shape.readings:
        value = pl.when((parts["value"].code > 0) | (parts["reading 0:value"].code == 0)).then(value)
    return frame.select(
        "indicator",
        "panel",
        "start",
        "group",
        value=value,
        code=_code(shape, parts, partial),
        left_out="left_out",
        partial=partial,
        adds=pl.when(partial).then(pl.lit(shape.adds, pl.Int8)),
        numerator=_number(parts, "numerator"),
        denominator=_number(parts, "denominator"),
        mean_of=_number(parts, "mean_of"),
        mean_square=_number(parts, "mean_square"),
        **_ratings(shape, parts),
        **_ends(shape, parts),
        entry="entry",
        sign="sign",
        gaps=_listed([_gap(shape, parts, entry) for entry in range(len(shape.gaps))]),
        named=_listed([known(parts[f"named:{position}"]) for position in range(shape.named)]),
        compared=_listed([known(parts[f"compared:{position}"]) for position in range(shape.compared)]),
    )


def _mask(case: Case, panel: pl.DataFrame, masks: dict[_Extent, pl.Series]) -> pl.Series:
    """Which rows of its panel a case covers; `masks` are those computed so far."""
    extent = _Extent(case.panel, case.start, case.until, case.senders)
    if extent not in masks:
        covered = pl.repeat(True, pl.len(), dtype=pl.Boolean)
        if case.start is not None:
            covered &= pl.col("start") >= case.start
        if case.until is not None:
            covered &= pl.col("start") < case.until
        if case.senders is not None:
            covered &= pl.col("group").is_in(sorted(case.senders))
        masks[extent] = panel.select(covered=covered).to_series()
    return masks[extent]


def _number(parts: Mapping[str, MaybeExpr], name: str) -> pl.Expr:
    """The number of that name; null where it has a reason code, or where the shape has no such number."""
    return known(parts[name]) if name in parts else pl.lit(None, dtype=pl.Float64)


def _listed(numbers: Sequence[pl.Expr]) -> pl.Expr:
    """Numbers as one list column; `pl.concat_list` needs at least one expression."""
    return pl.concat_list(numbers) if numbers else pl.lit([], dtype=pl.List(pl.Float64))


class _Rating(NamedTuple):
    """How a reading of a value is rated: whether it is good, whether tolerable, and the code of a missing bound."""

    good: pl.Expr
    tolerable: pl.Expr
    code: pl.Expr


def _rating(shape: Shape, parts: Mapping[str, MaybeExpr]) -> _Rating:
    """The rating of one reading, in a shape that rates values."""
    good, code = _holds("good", shape.good, parts)
    tolerable, tolerance_code = _holds("tolerance", shape.tolerance, parts) if shape.tolerance else (good, code)
    if shape.chance:
        tolerable = _within_chance(shape, parts, tolerable)
    return _Rating(good, tolerable, pl.max_horizontal(code, tolerance_code))


def _ratings(shape: Shape, parts: Mapping[str, MaybeExpr]) -> dict[str, pl.Expr]:
    """The columns `good`, `tolerable`, `band_code` (the reason code of a bound without a number), `worse` and `rated`.

    The worst reading decides. A reading that replaces only some figures by the sum of their groups may contradict
    itself, for example where a part then exceeds its whole: a reading without a value decides nothing.
    """
    if not shape.good:
        null, false = pl.lit(None, dtype=pl.Boolean), pl.lit(False)
        return {"good": null, "tolerable": null, "band_code": pl.lit(0, pl.UInt32), "worse": false, "rated": false}
    own = _rating(shape, parts)
    if not shape.readings:
        code = own.code.cast(pl.UInt32)
        return {
            "good": own.good, "tolerable": own.tolerable, "band_code": code, "worse": pl.lit(False),
            "rated": pl.lit(True),
        }  # fmt: skip
    good, tolerable, codes = [own.good], [own.good | own.tolerable], [own.code]
    for number, reading in enumerate(_readings(shape, parts)):
        rating = _rating(shape, reading)
        impossible = (reading["value"].code > 0) & pl.lit(number > 0)
        good.append(rating.good | impossible)
        tolerable.append(rating.good | rating.tolerable | impossible)
        codes.append(rating.code)
    is_good, is_tolerable = pl.all_horizontal(good), pl.all_horizontal(tolerable)
    worse = (good[0] & ~is_good) | (tolerable[0] & ~is_tolerable)
    return {
        "good": is_good, "tolerable": is_tolerable, "band_code": pl.max_horizontal(codes).cast(pl.UInt32),
        "worse": worse.fill_null(False), "rated": pl.lit(True),
    }  # fmt: skip


def _readings(shape: Shape, parts: Mapping[str, MaybeExpr]) -> list[Mapping[str, MaybeExpr]]:
    """The parts of each other reading, under the names of the first."""
    return [
        {name: parts[f"reading {number}:{name}"] for name in shape.rated_columns} for number in range(shape.readings)
    ]


def _code(shape: Shape, parts: Mapping[str, MaybeExpr], partial: pl.Expr) -> pl.Expr:
    """The reason code of a value.

    A partial value takes the code of its missing part, where that part could change the rating by any reading. A value
    takes the code that it has when the sum of the groups replaces every whole.
    """
    code, readings = parts["value"].code, _readings(shape, parts)
    if readings:
        code = pl.when(code == 0).then(readings[0]["value"].code).otherwise(code)
    if shape.adds is None:
        return code
    settled = [is_settled(shape.good, shape.tolerance, reading, shape.adds) for reading in (parts, *readings)]
    return pl.when(partial & ~pl.all_horizontal(settled) & (code == 0)).then("left_out").otherwise(code)


def _ends(shape: Shape, parts: Mapping[str, MaybeExpr]) -> dict[str, pl.Expr]:
    """The columns of `BOUNDS`: of several limits the strictest; null where a limit has no number."""
    ends: dict[str, pl.Expr] = {column.name: pl.lit(None, pl.Float64) for column in BOUNDS}
    for band, operators in (("good", shape.good), ("tolerance", shape.tolerance)):
        limits = [(operator, known(parts[f"{band}:{position}"])) for position, operator in enumerate(operators)]
        lower = [bound for operator, bound in limits if operator in (">=", ">", "=")]
        upper = [bound for operator, bound in limits if operator in ("<=", "<", "=")]
        if lower:
            ends[f"{band}_low"] = pl.max_horizontal(lower)
        if upper:
            ends[f"{band}_high"] = pl.min_horizontal(upper)
    return ends


def _holds(band: str, operators: Sequence[str], parts: Mapping[str, MaybeExpr]) -> tuple[pl.Expr, pl.Expr]:
    """Whether a value is in a band (null where a bound has no number), and the reason code of that bound."""
    bounds = [parts[f"{band}:{position}"] for position in range(len(operators))]
    meets = [held_against(operator, parts["value"], bound) for operator, bound in zip(operators, bounds, strict=True)]
    return pl.all_horizontal(meets), pl.max_horizontal([bound.code for bound in bounds])


def _within_chance(shape: Shape, parts: Mapping[str, MaybeExpr], tolerable: pl.Expr) -> pl.Expr:
    """Whether the 95 % interval overlaps the tolerable band; without an interval, whether the value is in the band.

    Bounds from data may contradict each other: a band that no value meets overlaps nothing.
    """
    part, whole = _number(parts, "numerator"), _number(parts, "denominator")
    if shape.chance == "percent":
        lower, upper = confidence.of_percent(part, whole)
    else:
        lower, upper = confidence.of_rate(part, whole, pl.col("per"))
    band, operators = ("tolerance", shape.tolerance) if shape.tolerance else ("good", shape.good)
    overlaps: list[pl.Expr] = []
    lowest: list[tuple[str, pl.Expr]] = []
    highest: list[tuple[str, pl.Expr]] = []
    for position, operator in enumerate(operators):
        limit = parts[f"{band}:{position}"]
        bound = pl.when(limit.code == 0).then(limit.value)
        if operator not in ("<=", "<"):
            at_least = ">=" if operator == "=" else operator
            lowest.append((at_least, bound))
            overlaps.append(compare(at_least, upper, bound))
        if operator not in (">=", ">"):
            at_most = "<=" if operator == "=" else operator
            highest.append((at_most, bound))
            overlaps.append(compare(at_most, lower, bound))
    for above, low in lowest:
        overlaps += [compare(below, low, high) & compare(above, high, low) for below, high in highest]
    return pl.when(lower.is_null()).then(tolerable).otherwise(pl.all_horizontal(overlaps))


def _gap(shape: Shape, parts: Mapping[str, MaybeExpr], entry: int) -> pl.Expr:
    """How far a value lies outside the good band of an entry.

    0 inside the band and on its ends; null where the value or a bound has no number.
    """
    operators = shape.gaps[entry]
    if not operators:
        return pl.lit(None, dtype=pl.Float64)
    value = parts["value"]
    outside = [pl.lit(0.0)]
    codes = [value.code]
    for position, operator in enumerate(operators):
        bound = parts[f"gap:{entry}:{position}"]
        codes.append(bound.code)
        above = pl.when(near(value.value, bound.value)).then(0.0).otherwise(value.value - bound.value)
        if operator not in (">=", ">"):
            outside.append(above)
        if operator not in ("<=", "<"):
            outside.append(-above)
    return pl.when(pl.max_horizontal(codes) == 0).then(pl.max_horizontal(outside))
