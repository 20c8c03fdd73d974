"""Limits of bands: whether a value meets them, and whether it does for every possible missing part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from pmf_engine.formula.compute.comparisons import compare
from pmf_engine.formula.compute.maybe import MaybeExpr

_WORST_GRADE = MaybeExpr(pl.lit(1.0), pl.lit(0, pl.UInt32))


def held_against(operator: str, value: MaybeExpr, bound: MaybeExpr) -> pl.Expr:
    """Whether a value meets a bound (`value operator bound`); null where either has no number."""
    return pl.when((bound.code == 0) & (value.code == 0)).then(compare(operator, value.value, bound.value))


class _Settled(NamedTuple):
    """Whether a limit or a band holds, and whether it fails, for every possible missing part."""

    holds: pl.Expr
    fails: pl.Expr


def is_settled(good: Sequence[str], tolerance: Sequence[str], parts: Mapping[str, MaybeExpr], adds: int) -> pl.Expr:
    """Whether no missing part can change the rating of a value.

    Args:
        good: The operators of the good band; empty where no entry rates the value.
        tolerance: The operators of the tolerance; empty where the entry has none.
        parts: `value`, and the bounds as `good:0` and so on.
        adds: How a part that is missing could move the value: 1 up, -1 down, 0 either way.
    """
    if not good:
        return pl.lit(False)
    is_good, is_tolerable = _band("good", good, parts, adds), _band("tolerance", tolerance, parts, adds)
    outside = is_good.fails & (is_tolerable.holds | is_tolerable.fails) if tolerance else is_good.fails
    return (is_good.holds | outside).fill_null(False)


def _band(name: str, operators: Sequence[str], parts: Mapping[str, MaybeExpr], adds: int) -> _Settled:
    """A band surely holds where all of its limits do, and surely fails where one of them does."""
    limits = [
        _limit(operator, parts["value"], parts[f"{name}:{position}"], adds)
        for position, operator in enumerate(operators)
    ]
    holds = pl.all_horizontal([pl.lit(True), *(limit.holds for limit in limits)])
    return _Settled(holds, pl.any_horizontal([pl.lit(False), *(limit.fails for limit in limits)]))


def _limit(operator: str, value: MaybeExpr, bound: MaybeExpr, adds: int) -> _Settled:
    """Interval arithmetic: a limit at both ends of the values that the complete value may have.

    They reach from the partial value upwards (`adds` is 1), or from the worst grade up to the partial value (-1).
    """

    def meets(comparison: str, number: MaybeExpr = value) -> pl.Expr:
        return held_against(comparison, number, bound).fill_null(False)

    never = pl.lit(False)
    if adds == 0:
        return _Settled(never, never)
    if adds > 0:
        return {
            "<=": _Settled(never, meets(">")),
            "<": _Settled(never, meets(">=")),
            ">=": _Settled(meets(">="), never),
            ">": _Settled(meets(">"), never),
            "=": _Settled(never, meets(">")),
        }[operator]
    return {
        "<=": _Settled(meets("<="), meets(">", _WORST_GRADE)),
        "<": _Settled(meets("<"), meets(">=", _WORST_GRADE)),
        ">=": _Settled(meets(">=", _WORST_GRADE), meets("<")),
        ">": _Settled(meets(">", _WORST_GRADE), meets("<=")),
        "=": _Settled(meets("<=") & meets(">=", _WORST_GRADE), meets("<") | meets(">", _WORST_GRADE)),
    }[operator]
