"""Bands: whether each value is good or tolerable by the tolerance entry in force, and how far it lies from good.

Cases with the same operators in their bands share a `Shape`, and one Polars query judges all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.formula.compute.batches import repeated, stacked
from pmf_engine.formula.compute.maybe import MaybeExpr, MaybeSeries, known
from pmf_engine.formula.compute.operations import compare, near
from pmf_engine.framework.tolerances import Polarity
from pmf_engine.judgement import confidence

SIGNS: Final[Mapping[Polarity, int]] = {"high": 1, "low": -1, "close": 0}
"""The polarity as a factor: 1 where higher is better, -1 where lower is, 0 where nearer to the good band is."""

BANDED: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "indicator": pl.String,
    "panel": pl.UInt32,
    "start": pl.Int32,  # the period's first month
    "group": pl.String,
    "value": pl.Float64,
    "code": pl.UInt32,  # the reason code of the value; 0 where there is one
    "left_out": pl.UInt32,  # the reason code of an input that the value does without; 0 for none
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "good": pl.Boolean,  # null where a bound has no number
    "tolerable": pl.Boolean,  # null where a bound has no number
    "band_code": pl.UInt32,  # the reason code of a bound without a number; 0 for none
    "rated": pl.Boolean,  # whether a tolerance entry rates values
    "entry": pl.UInt32,  # the position of the entry in force
    "sign": pl.Int8,  # its polarity, see `SIGNS`
    "gaps": pl.List(pl.Float64),  # how far the value lies outside good, by each entry with polarity `close`
    "named": pl.List(pl.Float64),  # the numbers of the terms of the bands, as in `Indicator.band_terms`
    "compared": pl.List(pl.Float64),  # the numbers that the value is compared with, as in `Indicator.compare`
}
"""The columns of `banded`."""


@dataclass(frozen=True)
class Shape:
    """What cases have in common that one query judges: the operators of their bands, and which other columns they have.

    Attributes:
        good: The operators of the good band; without any, nothing rates the value.
        tolerance: The operators of the tolerance; it may be absent.
        chance: `percent` or `rate` where the confidence interval decides whether a value is tolerable, else None.
        gaps: For each entry of the indicator the operators of its good band if polarity is `close`, else ().
        named: How many terms of the bands have their number shown.
        compared: How many figures or indicators the value is compared with.
        ratio: Whether there are a numerator and a denominator.
    """

    good: tuple[str, ...]
    tolerance: tuple[str, ...]
    chance: str | None
    gaps: tuple[tuple[str, ...], ...]
    named: int
    compared: int
    ratio: bool

    @property
    def columns(self) -> list[str]:
        """The names of the numbers that a case consists of, in the order of `Case.steps`."""
        return [
            "value",
            *(["numerator", "denominator"] if self.ratio else []),
            *(f"good:{position}" for position in range(len(self.good))),
            *(f"tolerance:{position}" for position in range(len(self.tolerance))),
            *(
                f"gap:{entry}:{position}"
                for entry, operators in enumerate(self.gaps)
                for position in range(len(operators))
            ),
            *(f"named:{position}" for position in range(self.named)),
            *(f"compared:{position}" for position in range(self.compared)),
        ]


@dataclass(frozen=True)
class Case:
    """An indicator in those rows of a panel in which one tolerance entry is in force.

    Attributes:
        indicator: The indicator's id.
        panel: The position of the panel.
        shape: The shape that it shares with other cases.
        steps: The number of the step that computes each of `Shape.columns`.
        start: The first month in which the entry is in force; None for no limit.
        until: The month before which it is in force; None for no limit.
        entry: The position of the entry among the indicator's; None before the first, or where it judges nothing.
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
    return frame.select(
        "indicator",
        "panel",
        "start",
        "group",
        value=parts["value"].value,
        code=parts["value"].code,
        left_out="left_out",
        numerator=_number(parts, "numerator"),
        denominator=_number(parts, "denominator"),
        **_ratings(shape, parts),
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
    """Numbers as one list column, which Polars cannot make of none."""
    return pl.concat_list(numbers) if numbers else pl.lit([], dtype=pl.List(pl.Float64))


def _ratings(shape: Shape, parts: Mapping[str, MaybeExpr]) -> dict[str, pl.Expr]:
    """The columns `good`, `tolerable`, `band_code` (the reason code of a bound without a number) and `rated`."""
    if not shape.good:
        nothing = pl.lit(None, dtype=pl.Boolean)
        return {"good": nothing, "tolerable": nothing, "band_code": pl.lit(0, pl.UInt32), "rated": pl.lit(False)}
    good, code = _holds("good", shape.good, parts)
    tolerable, tolerance_code = _holds("tolerance", shape.tolerance, parts) if shape.tolerance else (good, code)
    if shape.chance:
        tolerable = _within_chance(shape, parts, tolerable)
    return {
        "good": good,
        "tolerable": tolerable,
        "band_code": pl.max_horizontal(code, tolerance_code).cast(pl.UInt32),
        "rated": pl.lit(True),
    }


def _holds(band: str, operators: Sequence[str], parts: Mapping[str, MaybeExpr]) -> tuple[pl.Expr, pl.Expr]:
    """Whether a value is in a band (null where a bound has no number), and the reason code of that bound."""
    bounds = [parts[f"{band}:{position}"] for position in range(len(operators))]
    held = [held_against(operator, parts["value"], bound) for operator, bound in zip(operators, bounds, strict=True)]
    return pl.all_horizontal(held), pl.max_horizontal([bound.code for bound in bounds])


def held_against(operator: str, value: MaybeExpr, bound: MaybeExpr) -> pl.Expr:
    """Whether a value meets a bound (`value operator bound`); null where either has no number."""
    return pl.when((bound.code == 0) & (value.code == 0)).then(compare(operator, value.value, bound.value))


def _within_chance(shape: Shape, parts: Mapping[str, MaybeExpr], tolerable: pl.Expr) -> pl.Expr:
    """Whether the 95 % interval overlaps the tolerable band; without an interval, whether the value is in the band.

    Bounds that come from data may contradict each other, so that no value meets both: that band overlaps nothing.
    """
    part, whole = _number(parts, "numerator"), _number(parts, "denominator")
    if shape.chance == "percent":
        lower, upper = confidence.of_percent(part, whole)
    else:
        lower, upper = confidence.of_rate(part, whole, pl.col("per"))
    band, operators = ("tolerance", shape.tolerance) if shape.tolerance else ("good", shape.good)
    held: list[pl.Expr] = []
    lowest: list[tuple[str, pl.Expr]] = []
    highest: list[tuple[str, pl.Expr]] = []
    for position, operator in enumerate(operators):
        limit = parts[f"{band}:{position}"]
        bound = pl.when(limit.code == 0).then(limit.value)
        if operator not in ("<=", "<"):
            at_least = ">=" if operator == "=" else operator
            lowest.append((at_least, bound))
            held.append(compare(at_least, upper, bound))
        if operator not in (">=", ">"):
            at_most = "<=" if operator == "=" else operator
            highest.append((at_most, bound))
            held.append(compare(at_most, lower, bound))
    for above, low in lowest:
        held += [compare(below, low, high) & compare(above, high, low) for below, high in highest]
    return pl.when(lower.is_null()).then(tolerable).otherwise(pl.all_horizontal(held))


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
