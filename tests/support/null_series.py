"""Series of indicators without any effect of an action, or with one of a given size: how often verdicts err."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from pmf_engine.judgement.confidence import newcombe
from pmf_engine.judgement.verdicts import POINTS, compared

KINDS: Final = ("percent", "rate", "number")
SHAPES: Final = ("level", "trend", "season", "scattered")
"""How the series behave by themselves; `scattered` ones vary more between quarters than chance does."""

Numbers = NDArray[np.float64]

_EARLIEST, _PERIODS = 8, 28
"""An action comes after at least eight quarters, and series have 28."""


def _times(random: Generator, levels: Numbers, sign: int) -> NDArray[np.int64]:
    """The first quarter after each action, when nothing led to it."""
    return random.integers(_EARLIEST, 21, size=len(levels))


def _at_record(random: Generator, values: Numbers, sign: int) -> NDArray[np.int64]:
    """The quarter after the first one, from the eighth on, that is worse than all before it."""
    good = values * sign
    records = good < np.minimum.accumulate(np.c_[np.full(len(good), np.inf), good[:, :-1]], axis=1)
    records[:, : _EARLIEST - 1] = False
    records[:, 21:] = False
    first = records.argmax(axis=1)
    return np.asarray(np.where(records.any(axis=1), first + 1, 0))


def _at_worst(random: Generator, values: Numbers, sign: int) -> NDArray[np.int64]:
    """The quarter after the worst of the quarters from the eighth to the twentieth."""
    return np.asarray((values * sign)[:, _EARLIEST - 1 : 20].argmin(axis=1) + _EARLIEST)


def _after_falls(random: Generator, values: Numbers, sign: int) -> NDArray[np.int64]:
    """The quarter after the first two falls in a row."""
    falls = np.diff(values * sign, axis=1) < 0
    twice = falls[:, 1:] & falls[:, :-1]
    twice[:, : _EARLIEST - 3] = False
    first = twice.argmax(axis=1) + 3
    return np.asarray(np.where(twice.any(axis=1), np.minimum(first, 21), 0))


WHEN: Final[Mapping[str, Callable[[Generator, Numbers, int], NDArray[np.int64]]]] = {
    "any time": _times,
    "at its worst": _at_worst,
    "at a record": _at_record,
    "after two falls": _after_falls,
}
"""What leads to an action, by name."""


def _shape(random: Generator, count: int, shape: str, size: Numbers) -> Numbers:
    """The deviation from a level over time, in multiples of a size of each series."""
    t = np.arange(_PERIODS)
    if shape == "trend":
        slopes = random.uniform(-0.25, 0.25, size=(count, 1))
        return slopes * size * (t - _PERIODS / 2)
    if shape == "season":
        seasons = random.normal(0, 2, size=(count, 4))
        return np.asarray((seasons - seasons.mean(axis=1, keepdims=True))[:, t % 4] * size)
    if shape == "scattered":
        return np.asarray(random.normal(0, 1.5, size=(count, _PERIODS)) * size)
    return np.zeros((count, _PERIODS))


def series(
    random: Generator, kind: str, shape: str, when: str, count: int, effect: float = 0.0, size: int = 0
) -> tuple[pl.DataFrame, int]:
    """The points of actions, with the columns of `POINTS`, and how many there are.

    Args:
        random: The source of chance.
        kind: `percent`, `rate` or `number`.
        shape: `level`, `trend`, `season`, or `scattered` (more between quarters than chance).
        when: What led to the actions, a key of `WHEN`.
        count: The number of series.
        effect: The change from the action on: of a percent in points, of a rate a share of it, else in scatters.
        size: The denominators of a percent or the expected events of a rate; 0 draws them.
    """
    sign = 1 if kind != "rate" else -1
    sizes = np.full((count, 1), float(size)) if size else random.integers(15, 1500, size=(count, 1)).astype(float)
    wholes = np.maximum(random.poisson(sizes, size=(count, _PERIODS)), 1).astype(float)
    share = random.uniform(0.1, 0.9, size=(count, 1))
    if kind == "percent":
        level, unit = share, np.sqrt(share * (1 - share) / sizes)
    elif kind == "rate":
        level, unit = np.ones((count, 1)), 1 / np.sqrt(np.maximum(sizes, 1))
    else:
        level, unit = np.full((count, 1), 50.0), np.ones((count, 1))
    truth = level + _shape(random, count, shape, unit)

    def drawn(truth: Numbers) -> tuple[Numbers, Numbers]:
        if kind == "percent":
            return random.binomial(wholes.astype(int), np.clip(truth, 0, 1)).astype(float), wholes
        if kind == "rate":
            exposure = random.uniform(0.9, 1.1, size=truth.shape) * 10_000
            return random.poisson(np.maximum(truth, 0) * sizes * exposure / 10_000).astype(float), exposure
        return truth + random.normal(0, 1, size=truth.shape), np.ones(truth.shape)

    part, whole = drawn(truth)
    at = WHEN[when](random, part / whole, sign)
    last = np.minimum(at + random.integers(2, 9, size=count), _PERIODS)
    if effect:
        moved = truth + sign * effect * {"percent": 0.01, "rate": 1.0, "number": 1.0}[kind]
        later, wholes_later = drawn(moved)
        is_later = np.arange(_PERIODS) >= at[:, None]
        part, whole = np.where(is_later, later, part), np.where(is_later, wholes_later, whole)
    return _points(kind, sign, part, whole, at, last), int((at > 0).sum())


def _points(kind: str, sign: int, part: Numbers, whole: Numbers, at: Any, last: Any) -> pl.DataFrame:
    """Series as points: those before and after each action, up to the last quarter."""
    count, periods = part.shape
    case, t = np.divmod(np.arange(count * periods), periods)
    per = {"percent": 100, "rate": 10_000, "number": 1}[kind]
    is_ratio = kind != "number"
    frame = pl.DataFrame(
        {
            "case": case.astype(np.int32),
            "start": (24180 + 3 * t).astype(np.int32),
            "season": (t % 4).astype(np.int32),
            "after": t >= at[case],
            "numerator": part.ravel(),
            "denominator": whole.ravel(),
            "value": (per * part / whole).ravel(),
            "used": (t < last[case]) & (at[case] > 0),
        }
    )
    none = pl.lit(None, pl.Float64)
    return frame.filter("used").select(
        "case",
        pl.lit(kind).alias("kind"),
        "start",
        "season",
        "after",
        pl.lit(False).alias("raised"),
        pl.when(pl.lit(is_ratio)).then("numerator").otherwise(none).alias("numerator"),
        pl.when(pl.lit(is_ratio)).then("denominator").otherwise(none).alias("denominator"),
        "value",
        pl.lit(sign, pl.Int32).alias("sign"),
    )


def shares(points: pl.DataFrame, count: int) -> tuple[float, float]:
    """The shares of actions that are called better and worse since, in percent."""
    found = compared(POINTS.check(points))
    better, worse = found.select(pl.col("is_better", "is_worse").sum()).row(0)
    return 100 * better / count, 100 * worse / count


def pooled_shares(points: pl.DataFrame, count: int) -> float:
    """The share of actions, in percent, that a plain comparison of pooled shares would call better since."""
    sums = points.group_by("case").agg(
        *(pl.col(name).filter(side).sum().alias(f"{name}_{int(after)}")
          for after, side in ((True, pl.col("after")), (False, ~pl.col("after")))
          for name in ("numerator", "denominator"))
    )  # fmt: skip
    low, _ = newcombe(*(pl.col(name) for name in ("numerator_1", "denominator_1", "numerator_0", "denominator_0")))
    return 100 * int(sums.select((low > 0).sum()).item()) / count


SIZES: Final = {"percent": (12, 200, 0), "rate": (5, 40, 0), "number": (0,)}
"""The denominators of percents and the events of rates: small, large, and drawn from 15 to 1,500."""

EFFECTS: Final = {
    ("percent", 50): (10, 20, 30),
    ("percent", 200): (5, 10, 15),
    ("percent", 1000): (3, 5, 10),
    ("rate", 40): (0.2, 0.3, 0.5),
    ("rate", 200): (0.1, 0.2, 0.3),
    ("number", 0): (1, 2, 3),
}
"""Effects by kind and size: percentage points, shares of a rate, multiples of the scatter of other numbers."""


def main() -> None:
    """Prints how often series without an effect are called better and worse, and how often an effect is found."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"Called better since, of {count:,} series without any effect of each kind, in percent (worse since)")
    for kind, sizes in SIZES.items():
        for size in sizes:
            for shape in SHAPES:
                found = []
                for when in WHEN:
                    points, actions = series(np.random.default_rng(16), kind, shape, when, count, size=size)
                    found.append(f"{when} " + "{:.2f} ({:.2f})".format(*shares(points, actions)))
                print(f"{kind} {size or 'mixed'} {shape}: {', '.join(found)}", flush=True)
    print("Called better since where there is an effect, in percent, with 2 to 8 quarters after it")
    for (kind, size), effects in EFFECTS.items():
        for effect in effects:
            found = []
            for shape in SHAPES[:3]:
                points, actions = series(np.random.default_rng(16), kind, shape, "any time", count // 10, effect, size)
                found.append(f"{shape} {shares(points, actions)[0]:.0f}")
            print(f"{kind} {size or ''} effect {effect}: {', '.join(found)}", flush=True)


if __name__ == "__main__":
    main()
