"""Laws of what is missing or contradicted: no doubt makes anything good.

Each law holds for random figures, bands and returns: what is taken away, said twice or sent in another order.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from tests.support.boards import read_frame, write_board

LAW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUARTERS = ("2016-17 Q1", "2016-17 Q2", "2016-17 Q3")
RANK = {"green": 0, "amber": 1, "red": 2}
RULES = "- {when: red, to: board}\n- {when: amber, to: sub_committee}"

Row = tuple[str, str, str, str | None, str]
"""Period, agency, figure, district and value."""

numbers = st.integers(0, 40)
bounds = st.integers(0, 80)
kinds = st.sampled_from(["flow", "stock"])
missing = st.sampled_from(["all", "never"])


@st.composite
def bands(draw: st.DrawFn) -> tuple[str, int, int]:
    """`at most` or `at least`, the end of what is good and that of what is tolerable."""
    way = draw(st.sampled_from(["at most", "at least"]))
    low, high = sorted((draw(bounds), draw(bounds)))
    return (way, low, high) if way == "at most" else (way, high, low)


def judged(
    figures: str, formula: str, missing_: str, band: tuple[str, int, int], rows: list[Row]
) -> list[dict[str, Any]]:
    """The rows of the whole of an indicator, by period."""
    way, good, tolerance = band
    header = ("period", "agency", "figure", "district", "value")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        indicator = f"y: {{frequency: quarterly, formula: '{formula}', missing: {missing_}}}"
        write_board(folder, figures, indicator, f"y: {{good: {way} {good}, tolerance: {way} {tolerance}}}", RULES)
        framework = pmf.load_framework(folder)
        frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
        submissions = read_frame(frame, framework)
        history = pmf.evaluate(framework, submissions, as_of=date(2017, 6, 30)).judged
    return history.sort("start").to_dicts()


def two_agencies(kind: str) -> str:
    return f"v: {{title: V, from: [care, police], kind: {kind}, frequency: quarterly}}"


@st.composite
def returns(draw: st.DrawFn) -> list[Row]:
    """What two agencies sent of a figure in three quarters."""
    return [(quarter, agency, "v", None, str(draw(numbers))) for quarter in QUARTERS for agency in ("care", "police")]


@LAW
@given(kinds, missing, bands(), returns(), st.sets(st.integers(0, 5), min_size=1, max_size=4))
def test_no_part_that_is_missing_makes_anything_good(
    kind: str, missing_: str, band: tuple[str, int, int], rows: list[Row], gone: set[int]
) -> None:
    complete = {row["period"]: row for row in judged(two_agencies(kind), "v", missing_, band, rows)}
    kept = [row for place, row in enumerate(rows) if place not in gone]
    for row in judged(two_agencies(kind), "v", missing_, band, kept):
        before = complete[row["period"]]
        assert row["status"] in (before["status"], "late", "no_data")
        if row["partial"]:
            assert row["direction"] in (None, "worsening")
            assert row["direction"] in (None, before["direction"])
            assert [mark["kind"] for mark in row["marks"]] == ["partial"]


@LAW
@given(kinds, missing, bands(), returns(), st.integers(0, 1))
def test_no_part_that_is_missing_ends_an_exception(
    kind: str, missing_: str, band: tuple[str, int, int], rows: list[Row], gone: int
) -> None:
    *_, earlier, _ = judged(two_agencies(kind), "v", missing_, band, rows)
    *_, last = judged(two_agencies(kind), "v", missing_, band, [*rows[:4], rows[4 + gone]])
    assert last["level"] >= earlier["level"]


@LAW
@given(kinds, missing, bands(), returns(), st.sets(st.integers(0, 5), max_size=3), st.sampled_from([2, 5, 100]))
def test_a_partial_value_is_judged_alike_in_any_unit(
    kind: str, missing_: str, band: tuple[str, int, int], rows: list[Row], gone: set[int], times: int
) -> None:
    kept = [row for place, row in enumerate(rows) if place not in gone]
    way, good, tolerance = band
    larger = [(*row[:4], str(int(row[4]) * times)) for row in kept]
    first = judged(two_agencies(kind), "v", missing_, band, kept)
    second = judged(two_agencies(kind), "v", missing_, (way, good * times, tolerance * times), larger)
    assert [row["status"] for row in first] == [row["status"] for row in second]


@st.composite
def whole_and_groups(draw: st.DrawFn, figure: str) -> list[Row]:
    """A whole and two districts that come to as much, or a little less."""
    north, south = draw(st.integers(0, 60)), draw(st.integers(0, 60))
    whole = north + south + draw(st.integers(0, 3))
    values = ((None, whole), ("North", north), ("South", south))
    return [(QUARTERS[0], "care", figure, district, str(value)) for district, value in values]


ONE_AGENCY = "\n".join(f"{name}: {{title: T, from: care, kind: flow, frequency: quarterly}}" for name in "ab")


@LAW
@given(
    st.sampled_from(["a", "a + b", "percent(a, a + b)", "a - b"]), bands(), whole_and_groups("a"), whole_and_groups("b")
)
def test_a_whole_with_its_groups_is_never_better_than_either(
    formula: str, band: tuple[str, int, int], a: list[Row], b: list[Row]
) -> None:
    [both] = judged(ONE_AGENCY, formula, "any", band, a + b)
    [whole] = judged(ONE_AGENCY, formula, "any", band, [a[0], b[0]])
    [groups] = judged(ONE_AGENCY, formula, "any", band, a[1:] + b[1:])
    if both["status"] in RANK:
        assert both["value"] == whole["value"]
        assert RANK[both["status"]] >= max(RANK[whole["status"]], RANK[groups["status"]])
    else:  # the groups contradict the whole, or there is nothing to divide by
        assert both["status"] in ("invalid", whole["status"], groups["status"])


@LAW
@given(bands(), whole_and_groups("a"), whole_and_groups("b"), st.randoms(use_true_random=False), st.integers(0, 5))
def test_the_order_of_rows_says_nothing(
    band: tuple[str, int, int], a: list[Row], b: list[Row], rnd: Any, gone: int
) -> None:
    rows = [row for place, row in enumerate(a + b) if place != gone]
    mixed = rnd.sample(rows, len(rows))
    assert judged(ONE_AGENCY, "a + b", "all", band, rows) == judged(ONE_AGENCY, "a + b", "all", band, mixed)
