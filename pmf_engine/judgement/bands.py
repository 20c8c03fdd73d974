"""What bands say of values: whether they are good or tolerable by the entry in force, and how far from good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from pmf_engine.formula.compute.batches import Worked, repeated, stacked
from pmf_engine.formula.compute.operations import Computed, compare, known, near
from pmf_engine.framework.tolerances import Polarity
from pmf_engine.judgement import confidence

SIGNS: Final[Mapping[Polarity, int]] = {"high": 1, "low": -1, "close": 0}
"""Which way is better, as a factor; 0 where nearer to the band is better."""


@dataclass(frozen=True)
class Shape:
    """What cases have in common that are judged in one go: the operators of their bands, and what else is asked.

    Without `good` nothing judges them; `tolerance` may be without any. `chance` is the `percent` or `rate` whose
    interval decides. `gaps` are the operators of each entry by which closeness is good, () for the others; `ratio` says
    that there are numerator and denominator, `named` and `compared` how many numbers are told beside the value.
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
        """The names of what a case is made of, in the order of its steps."""
        return [
            "value",
            *(["numerator", "denominator"] if self.ratio else []),
            *(f"good:{place}" for place in range(len(self.good))),
            *(f"tolerance:{place}" for place in range(len(self.tolerance))),
            *(f"gap:{entry}:{place}" for entry, operators in enumerate(self.gaps) for place in range(len(operators))),
            *(f"named:{place}" for place in range(self.named)),
            *(f"compared:{place}" for place in range(self.compared)),
        ]


@dataclass(frozen=True)
class Case:
    """An indicator in the rows of a panel where one entry is in force, from month `start` to before `until`.

    `steps` are the numbers of what it is made of (see `Shape.columns`), `entry` the place of the entry, `sign` which
    way is better by it, `per` what a rate is per. With `senders`, only their groups are told.
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


def said_of(cases: Sequence[Case], panels: Sequence[pl.DataFrame], worked: Mapping[int, Worked]) -> pl.DataFrame:
    """A row for each case, period and group.

    Columns: indicator, panel, start, group, value, code, left_out, numerator, denominator, good, tolerable (null: it
    cannot be said), band_code, rated, entry, sign, gaps (how far it is from good by each entry by which closeness is),
    named and compared.
    """
    alike: dict[Shape, list[Case]] = {}
    for case in cases:
        alike.setdefault(case.shape, []).append(case)
    kept: dict[tuple[object, ...], pl.Series] = {}
    return pl.concat([_said(shape, members, panels, worked, kept) for shape, members in alike.items()])


def _said(
    shape: Shape,
    cases: Sequence[Case],
    panels: Sequence[pl.DataFrame],
    worked: Mapping[int, Worked],
    kept: dict[tuple[object, ...], pl.Series],
) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    parts: dict[str, Computed] = {}
    for place, name in enumerate(shape.columns):
        given = [worked[case.steps[place]] for case in cases]
        columns[f"v:{name}"] = stacked([one.value for one in given])
        columns[f"c:{name}"] = stacked([one.code for one in given])
        parts[name] = Computed(pl.col(f"v:{name}"), pl.col(f"c:{name}"))
    heights = [panels[case.panel].height for case in cases]
    spared = [worked[case.steps[0]].spared for case in cases]
    columns["left_out"] = stacked(
        [repeated(0, pl.UInt32, height) if one is None else one for one, height in zip(spared, heights, strict=True)]
    )
    columns |= {name: stacked([panels[case.panel][name] for case in cases]) for name in ("start", "group")}
    columns["kept"] = stacked([_kept(case, panels[case.panel], kept) for case in cases])
    known_of = pl.DataFrame(
        [(case.indicator, case.panel, case.entry, case.sign, case.per) for case in cases],
        schema={"indicator": pl.String, "panel": pl.UInt32, "entry": pl.UInt32, "sign": pl.Int8, "per": pl.Float64},
        orient="row",
    )
    of = stacked([repeated(place, pl.UInt32, height) for place, height in enumerate(heights)])
    frame = pl.DataFrame({**columns, **known_of[of].to_dict()}).filter("kept")
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
        **_judged(shape, parts),
        entry="entry",
        sign="sign",
        gaps=_listed([_gap(shape, parts, entry) for entry in range(len(shape.gaps))]),
        named=_listed([known(parts[f"named:{place}"]) for place in range(shape.named)]),
        compared=_listed([known(parts[f"compared:{place}"]) for place in range(shape.compared)]),
    )


def _kept(case: Case, panel: pl.DataFrame, known_before: dict[tuple[object, ...], pl.Series]) -> pl.Series:
    """Which rows of its panel a case is about."""
    key = (case.panel, case.start, case.until, case.senders)
    if key not in known_before:
        held = pl.repeat(True, pl.len(), dtype=pl.Boolean)
        if case.start is not None:
            held &= pl.col("start") >= case.start
        if case.until is not None:
            held &= pl.col("start") < case.until
        if case.senders is not None:
            held &= pl.col("group").is_in(sorted(case.senders))
        known_before[key] = panel.select(kept=held).to_series()
    return known_before[key]


def _number(parts: Mapping[str, Computed], name: str) -> pl.Expr:
    return known(parts[name]) if name in parts else pl.lit(None, dtype=pl.Float64)


def _listed(numbers: Sequence[pl.Expr]) -> pl.Expr:
    return pl.concat_list(numbers) if numbers else pl.lit([], dtype=pl.List(pl.Float64))


def _judged(shape: Shape, parts: Mapping[str, Computed]) -> dict[str, pl.Expr]:
    """Whether values are good and tolerable, and the code of the bound that lacks, if one does."""
    if not shape.good:
        nothing = pl.lit(None, dtype=pl.Boolean)
        return {"good": nothing, "tolerable": nothing, "band_code": pl.lit(0, pl.UInt32), "rated": pl.lit(False)}
    good, code = _holds("good", shape.good, parts)
    tolerable, more = _holds("tolerance", shape.tolerance, parts) if shape.tolerance else (good, code)
    if shape.chance:
        tolerable = _within_chance(shape, parts, tolerable)
    return {
        "good": good,
        "tolerable": tolerable,
        "band_code": pl.max_horizontal(code, more).cast(pl.UInt32),
        "rated": pl.lit(True),
    }


def _holds(band: str, operators: Sequence[str], parts: Mapping[str, Computed]) -> tuple[pl.Expr, pl.Expr]:
    """Whether a band holds (null where a bound is missing), and the code of the bound that is."""
    bounds = [parts[f"{band}:{place}"] for place in range(len(operators))]
    held = [held_against(operator, parts["value"], bound) for operator, bound in zip(operators, bounds, strict=True)]
    return pl.all_horizontal(held), pl.max_horizontal([bound.code for bound in bounds])


def held_against(operator: str, value: Computed, bound: Computed) -> pl.Expr:
    """Whether a value stands so to a bound; null where either is missing."""
    return pl.when((bound.code == 0) & (value.code == 0)).then(compare(operator, value.value, bound.value))


def _within_chance(shape: Shape, parts: Mapping[str, Computed], tolerable: pl.Expr) -> pl.Expr:
    """Whether some of the 95 % interval is in what is tolerable; where there is no interval, whether the value is.

    Where a band has two ends that no value can meet both, as data may have it, nothing is in it.
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
    for place, operator in enumerate(operators):
        limit = parts[f"{band}:{place}"]
        bound = pl.when(limit.code == 0).then(limit.value)
        if operator not in ("<=", "<"):
            sign = ">=" if operator == "=" else operator
            lowest.append((sign, bound))
            held.append(compare(sign, upper, bound))
        if operator not in (">=", ">"):
            sign = "<=" if operator == "=" else operator
            highest.append((sign, bound))
            held.append(compare(sign, lower, bound))
    for above, low in lowest:
        held += [compare(below, low, high) & compare(above, high, low) for below, high in highest]
    return pl.when(lower.is_null()).then(tolerable).otherwise(pl.all_horizontal(held))


def _gap(shape: Shape, parts: Mapping[str, Computed], entry: int) -> pl.Expr:
    """How far a value lies outside the good band of an entry; 0 inside it and on its ends, null where a bound lacks."""
    operators = shape.gaps[entry]
    if not operators:
        return pl.lit(None, dtype=pl.Float64)
    value = parts["value"]
    outside = [pl.lit(0.0)]
    codes = [value.code]
    for place, operator in enumerate(operators):
        bound = parts[f"gap:{entry}:{place}"]
        codes.append(bound.code)
        above = pl.when(near(value.value, bound.value)).then(0.0).otherwise(value.value - bound.value)
        if operator not in (">=", ">"):
            outside.append(above)
        if operator not in ("<=", "<"):
            outside.append(-above)
    return pl.when(pl.max_horizontal(codes) == 0).then(pl.max_horizontal(outside))
