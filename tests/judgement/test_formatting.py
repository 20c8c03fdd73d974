"""How values are shown: rounded half up, never into another band, and as published figures are."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.diagnostics.source import Passage, Source
from pmf_engine.domain.numbers import close
from pmf_engine.domain.periods import Cadence, Frequency, parse_period
from pmf_engine.domain.status import EvidenceType
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.parser import parse_formula
from pmf_engine.formula.types import NUMBER, Type
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.tolerances import Entry, Interval
from pmf_engine.judgement.band_words import band_words
from pmf_engine.judgement.formatting import (
    show_count,
    show_date,
    show_months,
    show_number,
    show_periods,
    show_status,
    show_value,
    trend,
)


def passage(text: str) -> Passage:
    return Passage(Source("test.yaml", text), text, 0)


@cache
def indicator(formula: str = "percent(a, b)", decimals: int | None = None) -> Indicator:
    return Indicator(
        id="one", title="One", content_areas=(), evidence_type=EvidenceType.QUALITY, level="local", lead_agency="care",
        frequency=Frequency.QUARTERLY, cadence=Cadence(3, 4), sources=(), by=(), missing="any", rationale=None,
        decimals=decimals, passage=passage(formula), expression=parse_formula(passage(formula)), type=NUMBER,
        figures=("a", "b"),
    )  # fmt: skip


def entry(good: str, tolerance: str | None = None, target: float | None = None, grades: Iterable[str] = ()) -> Entry:
    bands = [parse_band(passage(text), list(grades)) if text else None for text in (good, tolerance)]
    assert bands[0]
    return Entry(None, bands[0], bands[1], target, None, passage(good).span(), target_value=target)


@pytest.mark.parametrize(
    ("value", "formula", "decimals", "shown"),
    [
        (21.0, "percent(a, b)", None, "21.0%"),
        (20.95, "percent(a, b)", None, "21.0%"),
        (0.25, "percent(a, b)", None, "0.3%"),  # half up, not to even
        (92.5, "percent(a, b)", 0, "93%"),
        (100 * 0.285, "percent(a, b)", 0, "29%"),  # 28.499999999999996 is 28.5 with a float's noise
        (43.8785, "rate(a, b, 10000)", None, "43.9"),
        (5.0, "a / b", None, "5.0"),
        (5.0, "2 * (a / b)", None, "5.0"),
        (1234.0, "a", None, "1,234"),
        (1234567.0, "a + b", None, "1,234,567"),
        (12.5, "a", None, "12.5"),
        (5.0, "a", 2, "5.00"),
        (12.0, "round(percent(a, b))", None, "12"),
        (12.0, "round(a / b, 2)", None, "12.00"),
        (-0.04, "a / b", None, "0.0"),
        (-2.25, "a - b", None, "-2.3"),
        (1e20, "a", None, "100,000,000,000,000,000,000"),
    ],
)
def test_values(value: float, formula: str, decimals: int | None, shown: str) -> None:
    assert show_value(value, indicator(formula, decimals)) == shown


def test_huge_values_are_shown_too() -> None:
    assert len(show_value(1e300, indicator("a / b"))) == 301 + 100 + 2


@pytest.mark.parametrize(
    ("value", "good", "tolerance", "shown"),
    [
        (20.004, "at most 20", None, "20.004%"),
        (99.998, "at least 100", None, "99.998%"),
        (99.998, "at least 100", "at least 90", "99.998%"),
        (20.04, "at most 20", "at most 24", "20.04%"),
        (20.06, "at most 20", "at most 24", "20.1%"),
        (24.0400001, "at most 20", "at most 24", "24.04%"),
        (19.96, "below 20", None, "19.96%"),
        (20.0, "at most 20", None, "20.0%"),
        (20.0 + 1e-9, "at most 20", None, "20.0%"),  # equal, and so green
        (20.0000001, "at most 20", None, "20.0000001%"),
        (7.96, "between 10 and 15", "between 8 and 18", "7.96%"),
        (0.04, "at most 0", None, "0.04%"),
        (1e-15, "at most 0", None, "1.000e-15%"),
        (85.49, "at least 95% of target", None, "85.49%"),
    ],
)
def test_rounding_never_moves_a_value_into_another_band(
    value: float, good: str, tolerance: str | None, shown: str
) -> None:
    assert show_value(value, indicator(), entry(good, tolerance, target=90)) == shown


def test_bands_on_earlier_periods_are_watched_where_these_are_known() -> None:
    against = entry("at most year_ago", "at most 110% of year_ago")
    assert show_value(12.04, indicator(), against) == "12.0%"
    assert show_value(12.04, indicator(), against, known={"year_ago": 12.0}) == "12.04%"


@given(
    value=st.floats(0, 200),
    good=st.decimals(0, 100, places=2).map(float),
    room=st.decimals(0, 50, places=2).map(float),
    decimals=st.none() | st.integers(0, 3),
    low=st.booleans(),
)
def test_what_is_shown_would_be_judged_alike(
    value: float, good: float, room: float, decimals: int | None, low: bool
) -> None:
    worse = good + room if low else max(0.0, good - room)
    words = "at most" if low else "at least"
    held = entry(f"{words} {good}", f"{words} {worse}")
    shown = float(show_value(value, indicator(decimals=decimals), held).rstrip("%").replace(",", ""))
    for band in (held.good, held.tolerance):
        assert band
        interval = Interval.of(band, None)
        assert interval

        def allowed(number: float, within: Interval = interval) -> bool:
            return within.low <= number <= within.high or close(number, within.low) or close(number, within.high)

        assert allowed(shown) == allowed(value)


@pytest.mark.parametrize("good", ["at least 70 and at least previous", "at least previous and at least 70"])
def test_known_ends_are_watched_where_others_lack(good: str) -> None:
    assert show_value(69.96, indicator("a / b"), entry(good)) == "69.96"
    assert show_value(69.96, indicator("a / b"), entry(good), known={"previous": 69.96}) == "69.96"
    assert show_value(69.94, indicator("a / b"), entry(good)) == "69.9"
    assert show_value(70.04, indicator("a / b"), entry(good), known={"previous": 70.05}) == "70.0"


def test_grades_are_shown_by_their_words() -> None:
    scale = ("not met", "partly met", "met", "exceeded")
    graded = replace(indicator("a"), type=Type("grade", "section_11"))
    assert show_value(2.0, graded, entry("at least met", grades=scale), grades=scale) == "partly met"
    assert show_value(2.5, graded, grades=scale) == "2.5"
    assert band_words(entry("at least met", grades=scale).good, grades=scale) == "met or better"


@pytest.mark.parametrize(
    ("good", "known", "shown"),
    [
        ("at most 20", {}, "20% or less"),
        ("below 20", {}, "less than 20%"),
        ("above 5", {}, "more than 5%"),
        ("between 10 and 15", {}, "10% to 15%"),
        ("at least target", {}, "90% or more"),
        ("at least 95% of target", {}, "85.5% or more (95% of the target)"),
        ("within 15% of year_ago", {"year_ago": 40.0}, "34% to 46% (within 15% of a year ago)"),
        ("at most year_ago", {"year_ago": 116.0}, "no more than a year ago (116%)"),
        ("at least previous", {"previous": 34.0}, "no less than the period before (34%)"),
        ("at most year_ago", {}, "at most a year ago"),
        ("at most england", {"england": 50.0}, "no more than England's average (50%)"),
        ("at most england", {}, "at most England's average"),
        (
            "at most 99 and at least target - 5",
            {},
            "99% or less and 85% or more (99 and at least the target - 5)",
        ),
    ],
)
def test_bands_are_sentences_with_units_and_without_ids(good: str, known: dict[str, float], shown: str) -> None:
    held = entry(good, target=90)
    titles = {"england": "England's average"}
    assert band_words(held.good, held, known=known, unit="%", titles=titles) == shown


def test_a_bound_is_shown_finely_enough_to_see_which_side_the_value_is_on() -> None:
    held = entry("at most 110% of year_ago")
    known = {"year_ago": 37.4285714}  # the bound is 41.17142854
    for value, number in ((41.18, "41.17"), (41.16, "41.2"), (41.3, "41.2")):
        shown = show_value(value, indicator("a / b"), held, known=known)
        words = band_words(held.good, held, known=known, value=value, shown=shown)
        assert words == f"{number} or less (110% of a year ago)"


def test_no_band_is_no_words() -> None:
    assert band_words(None) == ""


def test_lines_of_blocks() -> None:
    assert trend([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█"
    assert trend([8, None, 1]) == "█·▁"
    assert trend([5, 5, None]) == "▄▄·"
    assert trend([None, None]) == "··"
    assert trend([]) == ""
    assert trend([1, None, 8], ascii=True) == "_?#"


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)), st.booleans())
def test_a_line_has_one_character_for_each_period(values: list[float | None], ascii: bool) -> None:
    line = trend(values, ascii=ascii)
    assert len(line) == len(values)
    assert line.isascii() or not ascii
    assert [char in "·?" for char in line] == [value is None for value in values]


def test_words_for_dates_counts_and_statuses() -> None:
    assert show_date(date(2017, 2, 1)) == "1 February 2017"
    assert show_count(1, "file") == "1 file"
    assert show_count(1200, "file") == "1,200 files"
    assert show_periods(4, 3) == "4 quarters"
    assert show_periods(1, 6) == "1 half-year"
    assert show_status("not_rated") == "not rated"
    assert [show_number(number) for number in (2089.0, 110.9, 0.1 + 0.2, 1e6)] == ["2,089", "110.9", "0.3", "1,000,000"]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2016-17 Q3", "October to December 2016"),
        ("2016-17", "April 2016 to March 2017"),
        ("2016-12", "December 2016"),
        ("2016-17 H2", "October 2016 to March 2017"),
    ],
)
def test_months_of_a_period(text: str, months: str) -> None:
    period = parse_period(text, 4)
    assert period
    assert show_months(period) == months


PUBLISHED = Path(__file__).parents[3] / "shared" / "real" / "east_of_england_published.csv"

if PUBLISHED.exists():  # the published figures lie beside the project and are not part of it

    def test_published_figures_are_shown_as_published() -> None:
        with PUBLISHED.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["recompute_result"].startswith("match")]
        assert len(rows) == 3110
        wrong = []
        for row in rows:
            part, whole = (
                sum(map(float, row[f"{which}_as_published"].split("+"))) for which in ("numerator", "denominator")
            )
            shown = show_value(float(row["scale"]) * part / whole, indicator("a / b", int(row["dp"])))
            if row["dp"] == "1":  # a trailing zero is dropped in print
                shown = shown.removesuffix(".0")
            # Some cells of the file hold 71.6 as the spreadsheet's float, 71.599999999999994.
            if shown.replace(",", "") != format(float(row["published_value"]), ".12g"):
                wrong.append((row["indicator"], row["area_name"], row["time_period"], shown, row["published_value"]))
        assert wrong == []
