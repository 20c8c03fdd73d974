"""Charts whose limits know the denominators: Laney's p′ and u′ as published, and charts whose limits begin anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_engine.judgement.chart_limits import CHART
from pmf_engine.judgement.control_charts import charted, read_chart
from pmf_engine.judgement.history_row import HistoryRow
from tests.support.chart import laney_limits, laney_signal

Count = tuple[float, float]


def charts(counts: Sequence[Count], per: float = 100.0, **columns: Any) -> list[dict[str, Any]]:
    """The rows of one series of numerators and denominators, one a period, with what their charts say."""
    rows = [
        {
            "line": 0, "start": start, "months": 1, "period": str(start), "known": True, "kind": "number",
            "regular": True, "value": per * events / size, "numerator": events, "denominator": size, "per": per,
            "ratio": "percent" if per == 100 else "rate", "sums": False, "asked_chart": None, "sign": -1, "gap": None,
            "aim": None, "aim_open": False, "rebased_from": None, "rebased": None, "rebased_because": None,
        }
        | columns
        for start, (events, size) in enumerate(counts)
    ]  # fmt: skip
    types = {
        "start": pl.Int32, "months": pl.Int32, "sign": pl.Int8, "value": pl.Float64, "numerator": pl.Float64,
        "denominator": pl.Float64, "per": pl.Float64, "gap": pl.Float64, "aim": pl.Float64, "asked_chart": pl.String,
        "rebased_from": pl.Int32, "rebased": pl.String, "rebased_because": pl.String,
    }  # fmt: skip
    return charted(pl.LazyFrame(rows, schema_overrides=types)).collect().rows(named=True)


# -- as published ----------------------------------------------------------------------

# Attendances at accident and emergency departments in England in twenty weeks, and those that left within four hours:
# M. A. Mohammed and others, "Statistical process control charts for attribute data involving very large sample sizes: a
# review of problems and solutions", BMJ Quality & Safety 22 (2013) 362-368. The limits of the p′ and u′ charts are
# those of the R package qicharts2, as the tests of PowerBI-SPC (Australian Commission on Safety and Quality in Health
# Care)
# have them.
IN_TIME = [
    266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320,
    267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989,
]  # fmt: skip
ATTENDANCES = [
    280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529,
    279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772,
]  # fmt: skip
P_UPPER = [
    96.567, 96.5753, 96.5421, 96.5326, 96.5627, 96.5775, 96.5593, 96.5345, 96.5579, 96.5623,
    96.5689, 96.5591, 96.5996, 96.5961, 96.5753, 96.5877, 96.6012, 96.583, 96.5713, 96.5824,
]  # fmt: skip
P_LOWER = [
    94.013, 94.0046, 94.0378, 94.0473, 94.0173, 94.0025, 94.0207, 94.0454, 94.022, 94.0177,
    94.0111, 94.0208, 93.9803, 93.9839, 94.0046, 93.9923, 93.9788, 93.9969, 94.0087, 93.9975,
]  # fmt: skip
U_UPPER_OF_LAST, U_LOWER_OF_LAST = 0.9658, 0.94

WEEKS: list[Count] = [(float(events), float(size)) for events, size in zip(IN_TIME, ATTENDANCES, strict=True)]


def test_limits_of_a_p_chart_are_those_published() -> None:
    """Every limit is of all twenty weeks, and differs by the week's own denominator: so each is put last once."""
    said = charts(WEEKS, asked_chart="p")[-1]
    assert said["chart"] == "p"
    # Rounding of the published limits, and of sigma z in them, leaves the fourth decimal open.
    assert said["lower_limit"] == pytest.approx(P_LOWER[-1], abs=6e-5)
    assert said["upper_limit"] == pytest.approx(P_UPPER[-1], abs=6e-5)
    for events_and_size, lower, upper in zip(WEEKS, P_LOWER, P_UPPER, strict=True):
        spread = (said["upper_limit"] - said["mean"]) * (WEEKS[-1][1] / events_and_size[1]) ** 0.5
        assert said["mean"] - spread == pytest.approx(lower, abs=6e-5)
        assert said["mean"] + spread == pytest.approx(upper, abs=6e-5)


def test_limits_of_a_u_chart_are_those_published() -> None:
    said = charts(WEEKS, per=1.0, asked_chart="u")[-1]
    assert said["chart"] == "u"
    assert said["lower_limit"] == pytest.approx(U_LOWER_OF_LAST, abs=6e-5)
    assert said["upper_limit"] == pytest.approx(U_UPPER_OF_LAST, abs=6e-5)


def test_left_alone_those_weeks_have_an_xmr_chart() -> None:
    """Their denominators differ by 11 % of their mean."""
    assert charts(WEEKS)[-1]["chart"] == "xmr"


# -- which chart -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("largest", "per", "expected"),
    [
        # (x - 100) against a quarter of the mean of eleven hundreds and x: more than that from 125.53 on
        (125.0, 100.0, "xmr"),
        (126.0, 100.0, "p"),
        (126.0, 1000.0, "u"),
    ],
)
def test_denominators_that_differ_by_more_than_a_quarter_of_their_mean_choose(
    largest: float, per: float, expected: str
) -> None:
    assert charts([(20.0, 100.0)] * 11 + [(20.0, largest)], per=per)[-1]["chart"] == expected


def test_a_small_denominator_is_no_special_cause() -> None:
    """Four of ten where one in five is usual: limits of ten cases go from 0 to 58 %, those of values to 28 %."""
    usual: list[Count] = [(200.0, 1000.0), (205.0, 1000.0), (198.0, 1000.0)] * 5
    said = charts([*usual, (4.0, 10.0)])[-1]
    assert (said["chart"], said["signal"]) == ("p", None)
    assert said["lower_limit"] == 0
    assert said["upper_limit"] > 55
    assert charts([*usual, (4.0, 10.0)], asked_chart="xmr")[-1]["signal"] == "outside_limits"


def test_a_large_denominator_still_is_one() -> None:
    usual: list[Count] = [(20.0, 100.0), (21.0, 101.0), (40.0, 200.0)] * 5
    assert charts([*usual, (400.0, 1000.0)])[-1]["signal"] == "outside_limits"


def test_what_never_happens_has_limits_at_its_mean() -> None:
    said = charts([(0.0, 100.0), (0.0, 300.0)] * 8)[-1]
    assert (said["mean"], said["lower_limit"], said["upper_limit"], said["sigma_z"]) == (0, 0, 0, 1)
    assert said["signal"] is None


def test_the_points_of_two_of_three_are_by_their_own_limits() -> None:
    """30 of 100 is beyond the line of a hundred cases; 26 of 100 is not, and 130 of 500 is."""
    usual: list[Count] = [(20.0, 100.0), (100.0, 500.0)] * 10
    rows = charts([*usual, (130.0, 500.0), (22.0, 100.0), (31.0, 100.0)])
    assert rows[-1]["signal"] == "two_of_three"
    typed = [HistoryRow._make(row.get(name) for name in HistoryRow._fields) for row in rows]
    assert read_chart(typed).signal_points == ("20", "22")


# -- laws --------------------------------------------------------------------------------


def counts(least: int = 12) -> st.SearchStrategy[list[Count]]:
    """Series of numerators and denominators."""
    pairs = st.integers(1, 400).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))
    return st.lists(pairs.map(lambda pair: (float(pair[0]), float(pair[1]))), min_size=least, max_size=30)


@settings(max_examples=25)
@given(counts(), st.sampled_from(["p", "u"]))
def test_the_engine_reads_charts_as_the_reference_does(series: list[Count], name: str) -> None:
    per = 100.0 if name == "p" else 1000.0
    for place, row in enumerate(charts(series, per=per, asked_chart=name)):
        if place < 11:
            assert row["mean"] is None
            continue
        expected = laney_limits(series[: place + 1], per, name)
        for line in ("mean", "lower_limit", "upper_limit", "sigma_z"):
            assert row[line] == pytest.approx(expected[line], rel=1e-9, abs=1e-9)
        assert (row["signal"], row["side"]) == (laney_signal(series[: place + 1], per, name) or (None, None))


@settings(max_examples=25)
@given(counts(), st.sampled_from(["p", "u"]))
def test_limits_are_never_narrower_than_those_of_a_plain_chart(series: list[Count], name: str) -> None:
    per = 100.0 if name == "p" else 1000.0
    said = charts(series, per=per, asked_chart=name)[-1]
    mean, size = said["mean"], series[-1][1]
    sigma = (max(mean * ((100 - mean) if name == "p" else per), 0) / size) ** 0.5
    assert said["sigma_z"] >= 1
    assert said["lower_limit"] <= max(mean - 3 * sigma, 0) + 1e-9
    assert said["upper_limit"] >= min(mean + 3 * sigma, 100 if name == "p" else float("inf")) - 1e-9


@settings(max_examples=30)
@given(counts(1), counts(1), st.sampled_from([None, "xmr", "p"]))
def test_a_chart_that_begins_anew_is_the_chart_of_the_later_part(
    before: list[Count], after: list[Count], name: str | None
) -> None:
    """But for the reason that there is none yet, as there were values before."""
    place = len(before)
    rebased = rebase(before, after, name)[place:]
    alone = charts(after, asked_chart=name)
    columns = [column for column in CHART.names if column not in ("no_signal", "rebased", "rebased_because")]
    assert [[row[column] for column in columns] for row in rebased] == [
        [row[column] for column in columns] for row in alone
    ]
    assert {row["no_signal"] for row in rebased} <= {"rebased", None}
    assert {row["rebased"] for row in rebased} == {str(place)}


def rebase(before: Sequence[Count], after: Sequence[Count], name: str | None) -> list[dict[str, Any]]:
    """The charts of a series whose limits begin anew where `after` begins."""
    place = len(before)
    columns: list[tuple[Any, ...]] = [(None, None, None)] * place + [(place, str(place), "new form")] * len(after)
    return charts_with([*before, *after], columns, name)


def charts_with(series: Sequence[Count], rebases: Sequence[tuple[Any, ...]], name: str | None) -> list[dict[str, Any]]:
    """The charts of a series with what each row says of limits that begin anew."""
    rows = []
    for start, ((events, size), (month, period, because)) in enumerate(zip(series, rebases, strict=True)):
        rows.append(
            {
                "line": 0, "start": start, "months": 1, "period": str(start), "known": True, "kind": "number",
                "regular": True, "value": 100 * events / size, "numerator": events, "denominator": size, "per": 100.0,
                "ratio": "percent", "sums": False, "asked_chart": name, "sign": -1, "gap": None, "aim": None,
                "aim_open": False, "rebased_from": month, "rebased": period, "rebased_because": because,
            }
        )  # fmt: skip
    types = {
        "start": pl.Int32, "months": pl.Int32, "sign": pl.Int8, "gap": pl.Float64, "aim": pl.Float64,
        "asked_chart": pl.String, "rebased_from": pl.Int32, "rebased": pl.String, "rebased_because": pl.String,
    }  # fmt: skip
    return charted(pl.LazyFrame(rows, schema_overrides=types)).collect().rows(named=True)
