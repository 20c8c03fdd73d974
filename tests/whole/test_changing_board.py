"""The invented board whose agencies, districts and figures change; every value here was worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf

History = dict[tuple[str, str, str | None], dict[str, object]]
BOARD = Path(__file__).parents[2] / "examples" / "changing_board"
AS_OF = date(2027, 2, 15)


@pytest.fixture(scope="module")
def history() -> History:
    framework = pmf.load_framework(BOARD, as_of=AS_OF)
    assert not framework.warnings
    submissions = pmf.read_submissions(framework.submissions, framework, as_of=AS_OF)
    assert submissions.problems.is_empty(), submissions.problems
    results = pmf.evaluate(framework, submissions, as_of=AS_OF).results
    rows = results.iter_rows(named=True)
    return {(row["indicator"], row["period"], row["group"]): row for row in rows}


PERIODS = [*(f"2025-26 Q{number}" for number in (1, 2, 3, 4)), *(f"2026-27 Q{number}" for number in (1, 2, 3))]


def values(history: History, indicator: str, group: str | None = None) -> list[object]:
    rows = [history.get((indicator, period, group)) for period in PERIODS]
    return [None if row is None else row["value"] for row in rows]


def test_a_whole_is_the_sum_of_the_districts_of_its_period(history: History) -> None:
    # 20 + 10 + 20 of 100 + 50 + 50 with Ketton; 20 + 10 + 15 of the same with Whissendine
    assert values(history, "repeat_referrals") == [25.0] * 5 + [22.5] * 2


def test_a_district_is_measured_while_it_is_there(history: History) -> None:
    assert values(history, "repeat_referrals", "Ketton") == [40.0] * 5 + [None] * 2
    assert ("repeat_referrals", "2026-27 Q2", "Ketton") not in history
    assert values(history, "repeat_referrals", "Whissendine") == [None] * 5 + [30.0] * 2
    assert ("repeat_referrals", "2026-27 Q1", "Whissendine") not in history


def test_a_merged_agency_keeps_its_history(history: History) -> None:
    assert values(history, "health_assessments") == [60.0] * 5 + [80.0] * 2
    statuses = [history["health_assessments", period, None]["status"] for period in PERIODS]
    assert statuses == ["red"] * 5 + ["amber"] * 2


def test_a_new_figure_is_not_owed_before_it_began(history: History) -> None:
    assert [("interpreters", period, None) in history for period in PERIODS] == [False] * 5 + [True] * 2
    assert values(history, "interpreters")[5:] == [90.0, 90.0]


def test_no_direction_reaches_across_a_break(history: History) -> None:
    assert history["looked_after", "2026-27 Q1", None]["direction"] is None
    assert history["looked_after", "2025-26 Q4", None]["direction"] is not None
    assert history["looked_after", "2026-27 Q2", None]["direction"] is not None


def test_what_ended_is_no_longer_measured_and_listed_once() -> None:
    framework = pmf.load_framework(BOARD, as_of=AS_OF)
    submissions = pmf.read_submissions(framework.submissions, framework, as_of=AS_OF)
    listed = {}
    for period in ("2026-27 Q1", "2026-27 Q2", "2026-27 Q3"):
        report = pmf.exception_report(pmf.evaluate(framework, submissions, period=period, as_of=AS_OF))
        listed[period] = [over.indicator.title for over in report.ended if over.now.shown == "no longer measured"]
    assert listed == {"2026-27 Q1": [], "2026-27 Q2": ["Referrals that are repeats, Ketton"], "2026-27 Q3": []}
