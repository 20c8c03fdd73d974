"""The results as tables and frames: words beside ids, a column for each period, nothing of the YAML in the table."""

from __future__ import annotations

import csv
import io
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.domain.frame_schema import checks
from pmf_engine.render.results import tidy, to_csv, to_table, to_wide_table
from pmf_engine.report.result_words import RESULTS_IN_WORDS

INDICATORS = """
board: {name: A Board, submissions: data}
agencies: {police: {name: Police}, care: {name: Social Care}}
content_areas: {missing: {title: Missing children, kind: risk_issue}}
figures:
  seen: {title: Children seen, from: [police], kind: flow, frequency: quarterly}
  gone: {title: Children missing, from: [police], kind: flow, frequency: quarterly}
breakdowns: {district: {title: District, groups: [North, South]}}
indicators:
  share_seen:
    title: Missing children who were seen
    content_area: missing
    evidence_type: quality
    lead_agency: care
    frequency: quarterly
    formula: percent(seen, gone)
    by: [district]
"""
TOLERANCES = """
governance: {agency: Lead agency, board: The Board}
tolerances: {share_seen: {good: at least 90, tolerance: at least 75}}
escalation: [{when: red, to: board}]
"""
RETURNS = "period,agency,figure,district,value,comment\n" + "".join(
    f"{period},police,{figure},{district},{value},{comment}\n"
    for period, district, seen, gone, comment in (
        ("2016-17 Q1", "North", 19, 20, ""),
        ("2016-17 Q1", "South", 19, 20, ""),
        ("2016-17 Q2", "North", 13, 20, "=Two posts were vacant"),
        ("2016-17 Q2", "South", 19, 20, ""),
    )
    for figure, value, comment in (("seen", seen, comment), ("gone", gone, ""))
)


@cache
def evaluation(folder: Path) -> pmf.Evaluation:
    framework = pmf.Framework.from_text(INDICATORS, TOLERANCES)
    (folder / "returns.csv").write_text(RETURNS, encoding="utf-8")
    return pmf.evaluate(framework, pmf.read_submissions(folder, framework), as_of=date(2016, 12, 1))


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> pmf.Evaluation:
    return evaluation(tmp_path_factory.mktemp("returns"))


def test_words_stand_behind_the_columns_of_results(evaluated: pmf.Evaluation) -> None:
    with checks():
        frame = tidy(evaluated)
    assert frame.columns == list(RESULTS_IN_WORDS.names)
    assert frame.select(evaluated.results.columns).equals(evaluated.results)
    north = frame.row(by_predicate=(pl.col("group") == "North") & (pl.col("period") == "2016-17 Q2"), named=True)
    assert north["title"] == "Missing children who were seen"
    assert north["content_areas"] == "Missing children"
    assert north["question"] == "How well did we do it?"
    assert (north["lead"], north["by_title"], north["group_title"]) == ("Social Care", "District", "North")
    assert (north["value"], north["shown"], north["status_words"]) == (65.0, "65.0%", "red")
    assert (north["good"], north["tolerance"]) == ("90% or more", "75% or more")
    assert (north["previous"], north["previous_shown"], north["year_ago"]) == (95.0, "95.0%", None)
    assert north["goes_to"] == "The Board"
    assert north["comment"] == "Police: =Two posts were vacant"
    assert tidy(evaluated, ids=True).equals(evaluated.results)


def test_a_column_for_each_period_with_its_status_behind(evaluated: pmf.Evaluation) -> None:
    [whole, north, south] = csv.DictReader(io.StringIO(to_csv(tidy(evaluated, wide=True))))
    assert (whole["2016-17 Q1"], whole["2016-17 Q2"]) == ("95.0", "80.0")
    assert (north["2016-17 Q2"], north["2016-17 Q2 status"], north["title"]) == (
        "65.0",
        "red",
        "Missing children who were seen",
    )
    assert (south["2016-17 Q1 status"], south["2016-17 Q2 status"]) == ("green", "green")


def test_tables_for_people_have_no_ids(evaluated: pmf.Evaluation) -> None:
    table, wide = to_table(evaluated), to_wide_table(evaluated)
    for text in (table, wide):
        assert "share_seen" not in text
        assert "Missing children who were seen" in text
    [red] = [line.split() for line in table.splitlines() if " red" in line]
    assert " ".join(red) == "Missing children who were seen 2016-17 Q2 North 65.0% red worse the Board"
    assert "R 65.0%" in wide
