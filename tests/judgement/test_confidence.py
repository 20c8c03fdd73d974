"""Intervals: as published, as another program has them, and as they decide a rating that allows for chance."""

from __future__ import annotations

from math import exp, factorial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.judgement import confidence
from tests.support.boards import cell, evaluate, write_board, write_returns

PUBLISHED = [
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# scipy 1.x, `binomtest(part, whole).proportion_ci(0.95, method="wilson")`, in per cent
WILSON = [
    (0, 1, 0.0, 79.3450685623),
    (1, 1, 20.6549314377, 100.0),
    (0, 10, 0.0, 27.7532799863),
    (1, 10, 1.7876213095, 40.4150026795),
    (5, 10, 23.6593090513, 76.3406909487),
    (65, 100, 55.2544432969, 73.6357517569),
    (2089, 9970, 20.165271689, 21.7628206722),
    (999999, 1000000, 99.9994335088, 99.9999823475),
]

# scipy 1.x, `chi2.ppf(0.025, 2 * events) / 2` and `chi2.ppf(0.975, 2 * events + 2) / 2`
EXACT = [
    (0, 0.0, 3.6888794541),
    (1, 0.0253178080, 5.5716433909),
    (2, 0.2422092785, 7.2246876677),
    (5, 1.6234863901, 11.6683320793),
    (9, 4.1153730974, 17.0848034514),
]

# Byar's formula, from 10 events on, with scipy's `norm.ppf(0.975)`
BYAR = [
    (10, 4.787449914, 18.3914586058),
    (65, 50.1631877105, 82.8491385459),
    (1000, 938.9724987155, 1063.9525812715),
]


def of_percent(part: float, whole: float) -> tuple[float | None, float | None]:
    low, high = confidence.of_percent(pl.lit(float(part)), pl.lit(float(whole)))
    return pl.select(low=low, high=high).row(0)


def of_mean(mean: float, number: float, mean_square: float) -> tuple[float | None, float | None]:
    low, high = confidence.of_mean(*(pl.lit(given) for given in (mean, number, mean_square)))
    return pl.select(low=low, high=high).row(0)


# The NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: upper critical values of Student's t, 0.975
STUDENT = [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (100, 1.984)]


@pytest.mark.parametrize(("degrees", "quantile"), STUDENT)
def test_the_interval_of_a_mean_is_of_the_published_quantile(degrees: int, quantile: float) -> None:
    # With a mean square of as many as there are degrees, around 0, the standard error is 1.
    assert of_mean(0.0, degrees + 1.0, float(degrees)) == pytest.approx((-quantile, quantile), abs=5e-4)


def test_the_interval_of_a_mean_by_hand() -> None:
    # +2, 1.5, 1, 0, -1.5, -1: in all 2, squares 10.5 in all, the variance (10.5 - 2 / 3) / 5 = 1.96667, the standard
    # error its root over that of 6, 0.57252, and 2.5706 of these are 1.4717.
    assert of_mean(2 / 6, 6.0, 10.5 / 6) == pytest.approx((1 / 3 - 1.4717, 1 / 3 + 1.4717), abs=1e-4)


def test_a_mean_of_one_has_no_interval_and_of_equals_no_width() -> None:
    assert of_mean(2.0, 1.0, 4.0) == (None, None)
    assert of_mean(0.1, 3.0, 0.1**2) == pytest.approx((0.1, 0.1))


def of_rate(events: float, population: float, per: float) -> tuple[float | None, float | None]:
    low, high = confidence.of_rate(pl.lit(float(events)), pl.lit(float(population)), pl.lit(float(per)))
    return pl.select(low=low, high=high).row(0)


@pytest.mark.parametrize(("part", "whole", "low", "high"), PUBLISHED)
def test_shares_have_the_published_intervals(part: int, whole: int, low: float, high: float) -> None:
    assert of_percent(part, whole) == pytest.approx((100 * low, 100 * high), abs=0.005)


@pytest.mark.parametrize(("part", "whole", "low", "high"), WILSON)
def test_shares_have_the_intervals_of_another_program(part: int, whole: int, low: float, high: float) -> None:
    assert of_percent(part, whole) == pytest.approx((low, high), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("events", "low", "high"), EXACT + BYAR)
def test_rates_have_the_intervals_of_another_program(events: int, low: float, high: float) -> None:
    scale = 10_000 / 1_234
    assert of_rate(events, 1_234, 10_000) == pytest.approx((low * scale, high * scale), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("events", range(10))
def test_below_ten_events_either_tail_holds_a_fortieth(events: int) -> None:
    def at_most(count: int, mean: float) -> float:
        return sum(exp(-mean) * mean**one / factorial(one) for one in range(count + 1))

    low, high = of_rate(events, 1, 1)
    assert low is not None
    assert high is not None
    assert at_most(events, high) == pytest.approx(0.025, rel=1e-8)
    if events:
        assert 1 - at_most(events - 1, low) == pytest.approx(0.025, rel=1e-8)


def test_what_is_no_count_of_events_has_no_interval() -> None:
    assert of_percent(3, 0) == (None, None)
    assert of_percent(4, 3) == (None, None)
    assert of_rate(2.5, 100, 1) == (None, None)
    assert of_rate(-1, 100, 1) == (None, None)
    assert of_rate(3, 0, 1) == (None, None)


# -- ratings that allow for chance -----------------------------------------------------------

FIGURES = """
part: {title: Part, from: care, kind: flow, frequency: quarterly, whole: false}
whole: {title: Whole, from: care, kind: flow, frequency: quarterly}
bound: {title: Bound, from: ons, kind: stock, frequency: quarterly}
"""
QUARTERS = [f"{year}-{year % 100 + 1} Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]


def statuses(folder: Path, sent: str, tolerance: str, formula: str = "percent(part, whole)") -> list[str]:
    """The ratings of a series such as `3/10 _/10`, one quarter each; 20 is sent as the bound of each but the last."""
    write_board(folder, FIGURES, f"y: {{frequency: quarterly, formula: '{formula}'}}", f"y: {tolerance}")
    rows = []
    for quarter, pair in zip(QUARTERS, sent.split(), strict=False):
        rows += [
            f"{quarter},care,{name},{value}" for name, value in zip(("part", "whole"), pair.split("/"), strict=True)
        ]
    rows += [f"{quarter},ons,bound,20" for quarter in QUARTERS[: len(sent.split()) - 1]]
    write_returns(folder, "\n".join(rows))
    return evaluate(folder).results["status"].to_list()


@pytest.mark.parametrize(
    ("tolerance", "sent", "expected"),
    [
        # 30 % of 10, 100 and 1,000: the intervals begin at 10.8, 21.9 and 27.2.
        (
            "good: at most 20, tolerance: at most 24",
            "3/10 30/100 300/1000 20/100 24/100",
            "amber amber red green amber",
        ),
        ("good: at most 20", "3/10 30/100 300/1000 20/100", "amber red red green"),
        # 70 % of 10, 100 and 1,000: they end at 89.2, 78.1 and 72.8.
        ("good: at least 80, tolerance: at least 75", "7/10 70/100 700/1000", "amber amber red"),
        ("good: above 80, tolerance: above 78.2", "70/100", "red"),
        ("good: between 40 and 50", "3/10 30/100 300/1000 600/1000 45/100", "amber red red red green"),
        ("good: is 50", "3/10 30/100 50/100", "amber red green"),
        # Nothing is allowed for chance to make what is good bad, or what cannot be said green.
        ("good: at most bound", "3/10 3/10", "amber late"),
        ("good: at most 10, tolerance: at most bound", "30/100 30/100", "red late"),
        ("good: at most 20, tolerance: at most 24", "_/10 5/0", "late undefined"),
    ],
)
def test_red_is_only_what_chance_does_not_explain(tmp_path: Path, tolerance: str, sent: str, expected: str) -> None:
    write = sent.replace("_", "")
    rated = statuses(tmp_path, write, f"{{{tolerance}, allow_for_chance: true}}")
    assert rated == expected.replace("late undefined", "no_data undefined").split()


def test_a_rate_is_judged_by_its_interval_where_it_counts_events(tmp_path: Path) -> None:
    # 5 of 1,000 per 10,000: 16.23 to 116.68. What is no whole number of events has no interval and no allowance.
    rated = statuses(
        tmp_path, "5/1000 5.5/1000 50/10000", "{good: at most 20, allow_for_chance: true}", "rate(part, whole, 10000)"
    )
    assert rated == ["amber", "red", "red"]


def test_an_entry_that_says_so_allows_for_chance_and_the_one_before_does_not(tmp_path: Path) -> None:
    entries = "[{from: 2015-16, good: at most 20}, {from: 2015-16 Q2, good: at most 20, allow_for_chance: true}]"
    assert statuses(tmp_path, "3/10 3/10", entries) == ["red", "amber"]


def test_bands_that_no_value_can_meet_are_not_met_by_chance(tmp_path: Path) -> None:
    # At least the bound of 20 and at most 10: of 15 % the interval reaches either, and no value is both.
    band = "{good: at least 99, tolerance: at least bound and at most 10, allow_for_chance: true}"
    assert statuses(tmp_path, "15/100 15/100", band) == ["red", "late"]


bands = st.sampled_from(
    [
        "good: at most 20",
        "good: at most 20, tolerance: at most 30",
        "good: at least 60, tolerance: at least 50",
        "good: between 40 and 60, tolerance: between 30 and 70",
        "good: within 10 of bound",
        "good: at most previous, tolerance: at most bound",
    ]
)
shares = st.integers(0, 40).flatmap(lambda whole: st.tuples(st.integers(0, whole + 1), st.just(whole)))


@settings(max_examples=12)
@given(bands, st.lists(st.lists(st.none() | shares, min_size=1, max_size=8), min_size=1, max_size=30))
def test_chance_is_never_allowed_to_make_anything_green(band: str, series: list[list[tuple[int, int] | None]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        indicator = "{frequency: quarterly, formula: 'percent(part, whole)', by: [ward]}"
        tolerances = f"y: {{{band}}}\nz: {{{band}, allow_for_chance: true}}"
        write_board(folder, FIGURES, f"y: {indicator}\nz: {indicator}", tolerances)
        rows = [
            f"{quarter},{agency},{figure},{value},{ward:02}"
            for ward, one in enumerate(series)
            for quarter, pair in zip(QUARTERS, one, strict=False)
            for agency, figure, value in zip(
                ("care", "care", "ons"), ("part", "whole", "bound"), (*(pair or "cc"), 25), strict=True
            )
        ]
        write_returns(folder, "period,agency,figure,value,ward\n" + "\n".join(rows))
        results = evaluate(folder).results.filter(by="ward").sort("group", "period")
        for plain, chance in zip(
            results.filter(indicator="y").rows(named=True), results.filter(indicator="z").rows(named=True), strict=True
        ):
            better = {"red": {"red", "amber"}, "amber": {"amber"}}
            assert chance["status"] in better.get(plain["status"], {plain["status"]})


def test_groups_are_judged_by_their_own_numbers(tmp_path: Path) -> None:
    indicator = "y: {frequency: quarterly, formula: 'percent(part, whole)', by: [district]}"
    write_board(tmp_path, FIGURES, indicator, "y: {good: at most 20, allow_for_chance: true}")
    rows = "\n".join(
        f"2015-16 Q1,care,{name},{value},{group}"
        for group, values in (("North", (3, 10)), ("South", (300, 1000)))
        for name, value in zip(("part", "whole"), values, strict=True)
    )
    write_returns(tmp_path, "period,agency,figure,value,district\n" + rows)
    evaluation: pmf.Evaluation = evaluate(tmp_path)
    found = [cell(evaluation, "y", "2015-16 Q1", "status", group) for group in ("North", "South", None)]
    assert found == ["amber", "red", "red"]
