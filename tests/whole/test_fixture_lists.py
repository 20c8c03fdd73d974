"""The synthetic lists agree with the synthetic figures, record by record counted by the engine."""

import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

import pmf_engine as pmf

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
QUARTERS = [f"{year} Q{quarter}" for year in ("2015-16", "2016-17") for quarter in (1, 2, 3, 4)]

BY_DISTRICT = {
    "referrals": "count(referral_list)",
    "rereferrals": "count(referral_list where months(previous_referral_on, received_on) < 12)",
    "open_plans": "count(plan_list open)",
    "neglect_plans": "count(plan_list open where category = 'neglect')",
    "missing_episodes_ended": "count(missing_episode_list where returned_on between period_start and period_end)",
    "return_interviews": "count(missing_episode_list where interviewed_on is not missing)",
    "eh_scored": "count(outcome_list)",
    "eh_improved": "count(outcome_list where score_after > score_before)",
    "eh_score_gain": "sum(score_after - score_before of outcome_list)",
}
WHOLE = {
    "plans_started": "count(plan_list started)",
    "plans_started_repeat": "count(plan_list started where previous_plan_ended_on is not missing)",
    "plans_ended": "count(plan_list ended)",
    "plans_ended_2_years": "count(plan_list ended where days(started_on, ended_on) > 729)",
    "open_plans_2_years": "count(plan_list open where days(started_on, period_end) > 729)",
}
PUBLISHED = ("referrals", "rereferrals", "open_plans", "open_plans_2_years", "plans_started", "plans_started_repeat")


def indicator(formula: str, frequency: str, by: Sequence[str]) -> dict[str, Any]:
    return {
        "title": "A title", "content_area": "front_door", "evidence_type": "quantity", "lead_agency": "social_care",
        "frequency": frequency, "formula": formula, "by": by,
    }  # fmt: skip


def essex_with(folder: Path, indicators: Mapping[str, Mapping[str, Any]]) -> pmf.Framework:
    """Essex's figures and lists, and other indicators."""
    essex = YAML(typ="safe").load((ROOT / "indicators.yaml").read_text(encoding="utf-8"))
    areas = {id_: area if isinstance(area, str) else area["title"] for id_, area in essex["content_areas"].items()}
    parts = essex | {"indicators": indicators, "content_areas": areas}
    (folder / "indicators.yaml").write_text(json.dumps(parts), encoding="utf-8")
    (folder / "tolerances.yaml").write_text("governance: {board: Board}\n", encoding="utf-8")
    return pmf.load_framework(folder)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> pmf.Evaluation:
    """Every figure as it was sent, and as its list comes to."""
    indicators = {}
    for figure, formula in (BY_DISTRICT | WHOLE).items():
        by = ["district"] if figure in BY_DISTRICT else []
        indicators[f"{figure}_sent"] = indicator(figure, "quarterly", by)
        indicators[f"{figure}_counted"] = indicator(formula, "quarterly", by)
    for figure in PUBLISHED:
        indicators[f"{figure}_published"] = indicator(figure, "annual", [])
        indicators[f"{figure}_of_year"] = indicator((BY_DISTRICT | WHOLE)[figure], "annual", [])
    framework = essex_with(tmp_path_factory.mktemp("both"), indicators)
    return pmf.evaluate(framework, pmf.read_submissions(FIXTURES, framework), as_of=date(2017, 5, 31))


def values(evaluation: pmf.Evaluation, id_: str, periods: Sequence[str]) -> dict[tuple[str, str | None], float | None]:
    rows = evaluation.results.filter(pl.col("indicator") == id_, pl.col("period").is_in(periods))
    return {(period, group): value for period, group, value in rows.select("period", "group", "value").iter_rows()}


@pytest.mark.parametrize("figure", [*BY_DISTRICT, *WHOLE])
def test_lists_come_to_the_figures_of_every_quarter_and_district(both: pmf.Evaluation, figure: str) -> None:
    sent = values(both, f"{figure}_sent", QUARTERS)
    assert None not in sent.values()
    assert len(sent) == len(QUARTERS) * (13 if figure in BY_DISTRICT else 1)
    assert values(both, f"{figure}_counted", QUARTERS) == sent


@pytest.mark.parametrize("figure", PUBLISHED)
def test_lists_come_to_what_is_published_of_the_years(both: pmf.Evaluation, figure: str) -> None:
    years = ["2015-16", "2016-17"]
    published = values(both, f"{figure}_published", years)
    assert len(published) == 2
    assert None not in published.values()
    assert values(both, f"{figure}_of_year", years) == published


def test_nothing_in_the_lists_is_a_problem(both: pmf.Evaluation) -> None:
    lists = [path.name for path in FIXTURES.glob("*_list*.csv")]
    assert len(lists) == 5 * len(QUARTERS)
    assert both.problems.filter(pl.col("file").is_in(lists)).is_empty()


def records(list_: str, quarters: Sequence[str] = QUARTERS) -> list[dict[str, str]]:
    """The records of a list in the files of so many quarters."""
    found = []
    for quarter in quarters:
        name = f"{list_}_{quarter.lower().replace(' ', '_')}.csv"
        with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def test_a_child_who_comes_back_was_there_before() -> None:
    last: dict[str, str] = {}
    for row in records("referral_list"):
        before = row["previous_referral_on"]
        assert before < row["received_on"]
        if row["child_id"] in last or before >= "2015-04-01":
            assert before == last[row["child_id"]]
        last[row["child_id"]] = row["received_on"]
    assert len(last) == 18769

    away: dict[str, str] = {}
    for row in records("missing_episode_list"):
        assert away.get(row["child_id"], "") < row["missing_from"] <= row["returned_on"]
        assert not row["interviewed_on"] or row["returned_on"] <= row["interviewed_on"]
        away[row["child_id"]] = row["returned_on"]


def test_a_list_is_what_could_be_known_when_it_came() -> None:
    with (FIXTURES / "manifest.csv").open(encoding="utf-8", newline="") as file:
        received = {row["file"]: row["received_on"] for row in csv.DictReader(file)}
    dates = {"referral_list": 2, "plan_list": 3, "missing_episode_list": 3, "outcome_list": 1}
    for list_, count in dates.items():
        for quarter in QUARTERS:
            came = received[f"{list_}_{quarter.lower().replace(' ', '_')}.csv"]
            assert all(day <= came for row in records(list_, [quarter]) for day in [*row.values()][1 : 1 + count])


def test_a_child_has_one_plan_at_a_time() -> None:
    last: dict[str, dict[str, str]] = {}
    plans = {(row["child_id"], row["started_on"]): row for row in records("plan_list")}  # each as it was known last
    for row in sorted(plans.values(), key=lambda row: (row["started_on"], row["district"])):
        assert row["date_of_birth"] <= row["started_on"] < (row["ended_on"] or "9")
        assert row["previous_plan_ended_on"] < row["started_on"]
        if before := last.get(row["child_id"]):
            assert row["previous_plan_ended_on"] == before["ended_on"] != ""
            assert row["date_of_birth"] == before["date_of_birth"]
        last[row["child_id"]] = row


def test_larger_lists_come_to_as_many_times_the_figures(both: pmf.Evaluation, tmp_path: Path) -> None:
    command = [sys.executable, str(FIXTURES / "make_lists.py"), "--times", "3", "--output", str(tmp_path / "large")]
    subprocess.run(command, check=True)
    formulas = BY_DISTRICT | WHOLE
    indicators = {
        f"{figure}_counted": indicator(formula, "quarterly", ["district"] if figure in BY_DISTRICT else [])
        for figure, formula in formulas.items()
    }
    indicators["children"] = indicator("count(distinct child_id of referral_list)", "annual", [])
    framework = essex_with(tmp_path, indicators)
    submissions = pmf.read_submissions(tmp_path / "large", framework)
    large = pmf.evaluate(framework, submissions, as_of=date(2017, 5, 31))
    assert large.problems.is_empty()
    for figure in formulas:
        sent = values(both, f"{figure}_sent", QUARTERS)
        assert values(large, f"{figure}_counted", QUARTERS) == {
            place: 3 * value for place, value in sent.items() if value is not None
        }
    children = {row["child_id"] for row in records("referral_list", QUARTERS[4:])}
    assert values(large, "children", ["2016-17"]) == {("2016-17", None): 3 * len(children)}


def test_larger_lists_are_not_written_over_the_fixtures() -> None:
    command = [sys.executable, str(FIXTURES / "make_lists.py"), "--times", "3"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "--output FOLDER" in ran.stderr
