"""Control charts: limits as published, each signal by a hair's breadth, and agreement with a plain reference."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.domain.status import ChartName, Signal
from pmf_engine.judgement.chart_limits import CHART
from pmf_engine.judgement.control_charts import CHARTS, LEAST, SIGNAL_RULES, charted, read_chart
from pmf_engine.judgement.history_row import HistoryRow
from tests.support.boards import evaluate, write_board, write_returns
from tests.support.chart import read

Value = float | None


def charts(
    *series: Sequence[Value],
    sign: int | None = 1,
    gap: Sequence[Value] | None = None,
    starts: Sequence[int] = range(100),
    sizes: Sequence[float] | None = None,
    **columns: object,
) -> list[list[dict[str, Any]]]:
    """The rows of each of these series, one a period, with what their charts say."""
    frame = uncharted(*series, sign=sign, gap=gap, starts=starts, sizes=sizes, **columns)
    by_series: dict[int, list[dict[str, Any]]] = {}
    for row in charted(frame).collect().rows(named=True):
        by_series.setdefault(row["line"], []).append(row)
    return list(by_series.values())


def uncharted(
    *series: Sequence[Value],
    sign: int | None = 1,
    gap: Sequence[Value] | None = None,
    starts: Sequence[int] = range(100),
    sizes: Sequence[float] | None = None,
    **columns: object,
) -> pl.LazyFrame:
    """The rows of each of these series before they are charted; `sizes` are the denominators of percentages."""
    rows = [
        {
            "line": number, "start": starts[start], "months": 1,
            "value": value, "known": value is not None, "kind": "number", "regular": True, "sign": sign,
            "gap": None if gap is None else gap[start], "aim": None, "aim_open": False, "period": str(start),
            "numerator": value * sizes[start] / 100 if sizes and value is not None else None,
            "denominator": sizes[start] if sizes and value is not None else None,
            "ratio": None, "per": None, "sums": False, "asked_chart": None,
            "rebased_from": None, "rebased": None, "rebased_because": None,
        }
        | columns
        for number, values in enumerate(series)
        for start, value in enumerate(values)
    ]  # fmt: skip
    schema = {
        "line": pl.UInt32, "start": pl.Int32, "months": pl.Int32,
        "value": pl.Float64, "known": pl.Boolean, "kind": pl.String, "regular": pl.Boolean, "sign": pl.Int8,
        "gap": pl.Float64, "aim": pl.Float64, "aim_open": pl.Boolean, "period": pl.String,
        "numerator": pl.Float64, "denominator": pl.Float64, "ratio": pl.String, "per": pl.Float64, "sums": pl.Boolean,
        "asked_chart": pl.String, "rebased_from": pl.Int32, "rebased": pl.String, "rebased_because": pl.String,
    }  # fmt: skip
    return pl.LazyFrame(rows, schema=schema)


def typed(rows: Sequence[dict[str, Any]]) -> list[HistoryRow]:
    """The same as rows of the history, None in what a chart does not read."""
    return [HistoryRow._make(row.get(name) for name in HistoryRow._fields) for row in rows]


def last(values: Sequence[Value], **columns: Any) -> dict[str, Any]:
    """What the chart of one series says in its last period."""
    return charts(values, **columns)[0][-1]


# -- limits ------------------------------------------------------------------------------

# D. C. Montgomery, "Introduction to Statistical Quality Control", the viscosity of aircraft primer paint in fifteen
# batches: mean 33.52, mean moving range 0.48, limits 32.24 and 34.80.
VISCOSITY = [33.75, 33.05, 34.0, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.2, 33.62, 33.0, 33.54, 33.12, 33.84]


def test_limits_are_those_published() -> None:
    said = last(VISCOSITY)
    assert [round(said[name], 2) for name in ("mean", "lower_limit", "upper_limit")] == [33.52, 32.24, 34.80]
    assert said["mean"] == pytest.approx(502.85 / 15, rel=1e-12)
    assert said["upper_limit"] == pytest.approx(502.85 / 15 + 2.66 * 6.73 / 14, rel=1e-12)
    assert said["lower_limit"] == pytest.approx(502.85 / 15 - 2.66 * 6.73 / 14, rel=1e-12)
    assert said["signal"] is None
    assert said["no_signal"] is None


def test_limits_of_the_published_series_are_exact() -> None:
    batches = [Fraction(str(value)) for value in VISCOSITY]
    mean = sum(batches, Fraction(0)) / 15
    ranges = [abs(after - before) for before, after in itertools.pairwise(batches)]
    assert (sum(batches), sum(ranges)) == (Fraction("502.85"), Fraction("6.73"))
    usual = sum(ranges, Fraction(0)) / 14
    assert max(ranges) < Fraction("3.267") * usual  # so none is left out
    spread = Fraction("2.66") * usual
    said = last(VISCOSITY)
    for name, line in (("mean", mean), ("lower_limit", mean - spread), ("upper_limit", mean + spread)):
        assert abs(Fraction(said[name]) - line) < Fraction(1, 10**6)


def test_a_moving_range_as_large_as_chance_does_not_make_is_left_out_once() -> None:
    # Ten ranges of 2 and two of 20 about one wild value: their mean is 5, and 20 is over 3.267 times that.
    said = last([9, 11, 9, 11, 9, 11, 31, 11, 9, 11, 9, 11, 9])
    assert said["upper_limit"] - said["mean"] == pytest.approx(2.66 * 2)
    # What is left is not screened again: the range of 8 is 3.3 times the mean of those left, and stays.
    values = [0, 1, 0, 1, 0, 1, 0, 1, 0, 8, 0, 1, 0, 100, 0, 1, 0]
    ranges = [abs(after - before) for before, after in itertools.pairwise(values)]
    kept = [one for one in ranges if one < 100]
    assert max(kept) > 3.267 * sum(kept) / len(kept)
    said = last(values)
    assert said["upper_limit"] - said["mean"] == pytest.approx(2.66 * sum(kept) / len(kept))


def test_a_range_of_exactly_so_many_times_the_mean_is_left_out() -> None:
    # Eleven ranges r and one R = 3.267 (11 r + R) / 12: with r = 8,733 R is 35,937.
    values = [0.0, *[8733.0, 0.0] * 5, 8733.0, 8733.0 + 35937.0]
    assert pytest.approx(3.267 * (11 * 8733 + 35937), rel=1e-12) == 35937 * 12
    said = last(values)
    assert said["upper_limit"] - said["mean"] == pytest.approx(2.66 * 8733)


def test_what_never_varies_gives_no_signal_and_the_least_change_does() -> None:
    assert last([0.1] * 20)["signal"] is None
    assert last([0.0] * 20)["signal"] is None
    said = last([0.1] * 20 + [0.2])
    assert (said["signal"], said["side"]) == ("outside_limits", 1)


# -- signals -----------------------------------------------------------------------------

UP_AND_DOWN = [100.0, 0.0] * 6
STEADY = [9.0, 11.0] * 20


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # x > (120 + x) / 13 + 2.66 (11 + x) / 12 from 16.637 on
        ([9.0, 11.0] * 6 + [16.7], "outside_limits"),
        ([9.0, 11.0] * 6 + [16.6], None),
        ([*UP_AND_DOWN, 47, 48, 49, 50, 51, 52, 53], "trend"),
        ([*UP_AND_DOWN, 54, 48, 49, 50, 51, 52, 53], None),
        ([*UP_AND_DOWN, 47, 48, 49, 50, 50, 51, 52], None),
        ([*UP_AND_DOWN[:-1], 47, 48, 49, 50, 51, 52], None),
        # of 14, 10.5, 14 the mean is 10.198 and the line 13.914; of 13.8, 10.5, 13.8 they are 10.188 and 13.879
        ([*STEADY, 14.0, 10.5, 14.0], "two_of_three"),
        ([*STEADY, 13.8, 10.5, 13.8], None),
        ([*STEADY, 14.0, 10.0, 14.0], None),  # the middle one is on the other side of the mean
        ([*STEADY, 10.0, 14.0, 14.0], None),
        ([*STEADY, 14.0, 10.0, 10.0, 14.0], None),
        ([*STEADY, 14.0, 10.0, 6.0], None),
        ([*STEADY, 14.0, 14.0, 10.0], None),
        (UP_AND_DOWN + [51.0] * 7, "shift"),
        (UP_AND_DOWN + [51.0] * 6, None),
        (UP_AND_DOWN + [51.0] * 6 + [906 / 18], None),  # on the mean itself
    ],
)
@pytest.mark.parametrize("side", [1, -1])
def test_each_signal_is_raised_and_just_not(values: list[float], expected: str | None, side: int) -> None:
    said = last([1000 + side * value for value in values])
    assert said["signal"] == expected
    assert said["side"] == (side if expected else None)


def test_the_first_signal_that_applies_is_told() -> None:
    rising = [9.0, 11.0] * 6 + [10.0, 10.5, 11.0, 11.5, 12.0, 12.5]
    assert last([*rising, 13.0])["signal"] == "trend"
    assert last([*rising, 30.0])["signal"] == "outside_limits"


def test_the_points_that_give_a_signal_are_named() -> None:
    def points(values: list[float]) -> tuple[str, ...]:
        return read_chart(typed(charts(values)[0])).signal_points

    assert points([9.0, 11.0] * 6 + [30.0]) == ("12",)
    assert points(UP_AND_DOWN + [51.0] * 7) == ("12", "13", "14", "15", "16", "17", "18")
    assert points([*STEADY, 14.0, 10.5, 14.0]) == ("40", "42")
    assert points(STEADY) == ()


# -- no signal ---------------------------------------------------------------------------


def test_eleven_points_are_too_few_and_a_gap_begins_anew() -> None:
    wild = [10.0] * 11 + [99.0]
    assert [row["no_signal"] for row in charts(wild)[0]] == ["too_few"] * 11 + [None]
    rows = charts([10.0] * 14 + [None] + [10.0, 9.0] * 5 + [99.0, 99.0])[0]
    assert [row["no_signal"] for row in rows[14:]] == ["no_value"] + ["gap"] * 11 + [None]
    assert [row["signal"] for row in rows[14:26]] == [None] * 12
    said = read_chart(typed(rows[:20]))
    assert (said.points, said.gap, said.no_signal, said.mean) == (5, "14", "gap", None)
    assert read_chart(typed(charts([None, None, 1.0])[0])).gap is None


def test_a_period_that_is_left_out_of_the_series_is_a_gap_too() -> None:
    months = [*range(12), *range(13, 20)]
    rows = charts([10.0] * 19, starts=months)[0]
    assert [row["no_signal"] for row in rows] == ["too_few"] * 11 + [None] + ["gap"] * 7


def test_grades_and_ad_hoc_requests_have_no_chart() -> None:
    assert last([1.0] * 20, kind="grade")["no_signal"] == "grade"
    assert last([1.0] * 20, regular=False)["no_signal"] == "ad_hoc"


def test_sums_over_several_periods_and_what_asks_for_none_have_no_chart() -> None:
    assert last([1.0] * 20, sums=True)["no_signal"] == "sums"
    assert last([1.0] * 20, asked_chart="none")["no_signal"] == "not_asked"


# -- concern, improvement and assurance -----------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "high", "low"),
    [
        (1, "special_cause_improvement", "special_cause_concern"),
        (-1, "special_cause_concern", "special_cause_improvement"),
        (None, None, None),
    ],
)
def test_polarity_says_whether_a_signal_is_a_concern(sign: int | None, high: str | None, low: str | None) -> None:
    values = [9.0, 11.0] * 6
    assert last([*values, 30.0], sign=sign)["special_cause"] == high
    assert last([*values, -30.0], sign=sign)["special_cause"] == low
    assert last([*values, 10.0], sign=sign)["special_cause"] is None


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([0.0] * 12 + [5.0], "special_cause_concern"),
        ([8.0] * 12 + [5.0], "special_cause_improvement"),
        ([0.0] * 13, None),
        ([0.0] * 12 + [None], None),
    ],
)
def test_where_closeness_is_good_a_signal_is_bad_if_further_from_it(gaps: list[Value], expected: str | None) -> None:
    assert last([9.0, 11.0] * 6 + [30.0], sign=0, gap=gaps)["special_cause"] == expected


@pytest.mark.parametrize(
    ("sign", "aim", "open_", "expected"),
    [
        # limits 10 -+ 5.32
        (1, 4.68, False, "consistently"),
        (1, 4.68, True, "by_chance"),
        (1, 4.69, False, "by_chance"),
        (1, 15.32, False, "by_chance"),
        (1, 15.32, True, "never"),
        (1, 15.33, False, "never"),
        (-1, 15.32, False, "consistently"),
        (-1, 15.31, False, "by_chance"),
        (-1, 4.67, False, "never"),
        (1, None, False, None),
        (0, 10.0, False, None),
    ],
)
def test_assurance_sets_the_limits_against_the_target(
    sign: int, aim: float | None, open_: bool, expected: str | None
) -> None:
    assert last([9.0, 11.0] * 10, sign=sign, aim=aim, aim_open=open_)["assurance"] == expected
    assert last([9.0, 11.0] * 5, sign=sign, aim=aim, aim_open=open_)["assurance"] is None


# -- against the reference -----------------------------------------------------------------

tenths = st.integers(-60, 60).map(lambda tenth: tenth / 10)
steps = st.one_of(tenths, st.just(0.0), st.integers(-3, 3).map(float))


@st.composite
def walks(draw: st.DrawFn) -> list[Value]:
    """A series that keeps a level, drifts or jumps, with a period missing now and then."""
    values: list[Value] = []
    level, drift = 0.0, 0.0
    for step in draw(st.lists(st.tuples(steps, st.integers(0, 30)), min_size=1, max_size=45)):
        size, chance = step
        if chance == 0:
            values.append(None)
            continue
        if chance == 1:
            level += 5 * size
        if chance == 2:
            drift = size / 2
        level += drift
        values.append(round(level + size, 1))
    return values


@settings(max_examples=30)
@given(st.lists(walks(), min_size=1, max_size=25))
def test_the_engine_reads_charts_as_the_reference_does(series: list[list[Value]]) -> None:
    for values, rows in zip(series, charts(*series), strict=True):
        exact = [None if value is None else Fraction(str(value)) for value in values]
        for place, row in enumerate(rows):
            expected = read(exact[: place + 1])
            assert (row["points"], row["no_signal"]) == (expected.points, expected.no_signal)
            assert (row["signal"], row["side"]) == (expected.signal, expected.side), values[: place + 1]
            for name, line in (
                ("mean", expected.mean),
                ("lower_limit", expected.lower),
                ("upper_limit", expected.upper),
            ):
                if line is None:
                    assert row[name] is None
                else:
                    assert row[name] == pytest.approx(float(line), rel=1e-9, abs=1e-12)


@given(walks(), st.lists(tenths, max_size=5))
def test_nothing_that_comes_later_changes_what_was_said(values: list[Value], later: list[float]) -> None:
    before, after = charts(values, [*values, *later])
    assert [[row[name] for name in CHART.names] for row in before] == [
        [row[name] for name in CHART.names] for row in after[: len(before)]
    ]


# -- in the engine -------------------------------------------------------------------------

MONTHS = [f"{2014 + month // 12}-{month % 12 + 1:02}" for month in range(3, 40)]


def board(folder: Path, values: str, tolerance: str, rules: str = "", **options: Any) -> pmf.Evaluation:
    figures = "x: {title: X, from: care, kind: stock, frequency: monthly, signed: true}"
    write_board(folder, figures, "y: {frequency: monthly, formula: x}", tolerance and f"y: {tolerance}", rules)
    sent = zip(MONTHS, values.split(), strict=False)
    write_returns(folder, "\n".join(f"{month},care,x,{value}" for month, value in sent if value != "_"))
    return evaluate(folder, **options)


def said(evaluation: pmf.Evaluation, column: str) -> list[Any]:
    return evaluation.judged[column].to_list()


CONCERN = "- {when: special_cause_concern, to: board}"
LEVEL = "9 11 " * 6


def test_a_special_cause_can_be_escalated_whatever_the_rating(tmp_path: Path) -> None:
    evaluation = board(tmp_path, LEVEL + "30 10", "{good: at most 40}", CONCERN)
    assert set(said(evaluation, "status")) == {"green"}
    assert said(evaluation, "escalate_to") == [None] * 12 + ["board", None]
    assert said(evaluation, "assurance")[11:] == ["consistently", None, "consistently"]  # none while there is a signal


def test_what_is_not_rated_has_a_chart_and_no_concern(tmp_path: Path) -> None:
    evaluation = board(
        tmp_path, LEVEL + "30", "", "- {when: special_cause_concern or special_cause_improvement, to: board}"
    )
    assert said(evaluation, "signal")[-1] == "outside_limits"
    assert said(evaluation, "escalate_to") == [None] * 13


def test_a_value_on_the_end_of_what_is_good_is_not_outside(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.3, and no further from `between 0 and 0.3` than what lies inside."""
    figure = "{title: X, from: care, kind: stock, frequency: monthly, whole: false}"
    figures = f"x: {figure}\nb: {figure}"
    band = "y: {good: between 0 and 0.3}"
    write_board(tmp_path, figures, "y: {frequency: monthly, formula: x + b}", band, CONCERN)
    sent = ["0.15+0", "0.12+0"] * 6 + ["0.1+0.2"]
    write_returns(
        tmp_path,
        "\n".join(
            f"{month},care,{name},{value}"
            for month, both in zip(MONTHS, sent, strict=False)
            for name, value in zip("xb", both.split("+"), strict=True)
        ),
    )
    evaluation = evaluate(tmp_path)
    assert said(evaluation, "signal")[-1] == "outside_limits"
    assert said(evaluation, "status")[-1] == "green"
    assert said(evaluation, "special_cause") == [None] * 13


def test_a_gap_does_not_end_what_a_chart_raised(tmp_path: Path) -> None:
    evaluation = board(tmp_path, LEVEL + "30 _ 10 " + LEVEL, "{good: at most 40}", CONCERN)
    # Until twelve points stand without a gap again, nobody can say that it is over.
    assert said(evaluation, "escalate_to") == [None] * 12 + ["board"] * 13 + [None] * 2


def test_an_entry_that_sets_no_constant_target_assures_of_nothing(tmp_path: Path) -> None:
    evaluation = board(tmp_path, LEVEL, "[{from: 2014-15, good: at most previous}, {from: 2015-03, good: below 15.33}]")
    assert said(evaluation, "assurance") == [None] * 11 + ["consistently"]


def test_a_chart_is_of_the_own_periods_of_an_indicator(tmp_path: Path) -> None:
    evaluation = board(tmp_path, LEVEL, "{good: at most 40}", period="2014-15 Q4")
    assert said(evaluation, "points") == [3, 6, 9, 12]
    assert said(evaluation, "no_signal") == ["too_few"] * 3 + [None]


# -- the tables ----------------------------------------------------------------------------


def test_every_signal_has_a_rule() -> None:
    assert [rule.signal for rule in SIGNAL_RULES] == list(Signal)


@pytest.mark.parametrize("name", CHARTS)
def test_every_kind_of_chart_has_limits_and_signals(name: str) -> None:
    """As a chart without one of its parts would say nothing, or raise only once a series is long enough."""
    values: list[Value] = [*VISCOSITY[:LEAST], 90.0]
    sizes = [100.0, 200.0] * 6 + [100.0]
    rows = charts(values, sizes=sizes, ratio=ChartName(name).ratio, per=100.0, asked_chart=name)[0]
    assert [row["no_signal"] for row in rows] == ["too_few"] * (LEAST - 1) + [None, None]
    assert (rows[-1]["chart"], rows[-1]["signal"]) == (name, "outside_limits")
    assert rows[-1]["lower_limit"] < rows[-1]["mean"] < rows[-1]["upper_limit"]


def test_what_is_charted_has_the_declared_columns() -> None:
    schema = charted(uncharted(VISCOSITY)).collect_schema()
    assert {name: schema[name] for name in CHART.names} == CHART.polars()
