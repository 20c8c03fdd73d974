"""Lists and agencies that begin, end, take over and are called otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf
from tests.support.boards import HEAD, evaluate, write_board

LISTS = """\
lists:
  visit_list:
    title: Visits
    from: [care, police]
    date: day
    columns: {agency: text, child_id: text, day: date}
"""
HEADER = "agency,child_id,day\n"
COVERS = "file,received_on,covers_from,covers_to\n"
QUARTERS = ("2016-17 Q1", "2016-17 Q2")


def read(folder: Path, files: Mapping[str, str], lists: str = LISTS, head: str = HEAD) -> pmf.Evaluation:
    """The evaluation of a board of visits, as of January 2017; each file covers April to September 2016."""
    indicators = "visits: {frequency: quarterly, by: [agency], formula: count(visit_list)}"
    write_board(folder, "adults: {title: A, from: care, kind: stock, frequency: annual}", indicators, head=head + lists)
    (folder / "returns").mkdir()
    manifest = COVERS + "".join(f"{name},2016-10-01,2016-04-01,2016-09-30\n" for name in files)
    for name, text in {**files, "manifest.csv": manifest}.items():
        (folder / "returns" / name).write_text(text, encoding="utf-8")
    return evaluate(folder, as_of=date(2017, 1, 15))


def value(evaluation: pmf.Evaluation, period: str, group: str | None = None) -> Any:
    """The value of the visits, or the status, or None where there is no row."""
    rows = evaluation.results.filter(pl.col("period") == period, pl.col("group").eq_missing(pl.lit(group)))
    found = [row["status"] if row["value"] is None else row["value"] for row in rows.iter_rows(named=True)]
    return found[0] if found else None


BOTH = HEADER + "care,a,2016-05-01\npolice,b,2016-05-01\ncare,c,2016-08-01\n"


@pytest.mark.parametrize("name", ["contact_list.csv", "Home visits 2016.csv", "home-visits.csv", "visit_list.csv"])
def test_files_of_a_list_that_was_called_otherwise(tmp_path: Path, name: str) -> None:
    lists = LISTS.replace("title: Visits", "title: Visits\n    formerly: contact_list\n    also_called: Home visits")
    evaluation = read(tmp_path, {name: BOTH}, lists)
    assert [value(evaluation, period) for period in QUARTERS] == [2, 1]


def test_columns_that_are_called_otherwise(tmp_path: Path) -> None:
    lists = LISTS.replace("day: date", "day: {type: date, also_called: [Date of visit, visited]}")
    evaluation = read(tmp_path, {"visit_list.csv": BOTH.replace(",day", ",Visited")}, lists)
    assert [value(evaluation, period) for period in QUARTERS] == [2, 1]


def test_a_list_is_not_owed_before_it_begins_nor_counted(tmp_path: Path) -> None:
    lists = LISTS.replace("title: Visits", "title: Visits\n    since: 2016-17 Q2")
    evaluation = read(tmp_path, {"visit_list.csv": BOTH}, lists)
    assert [value(evaluation, period) for period in QUARTERS] == [None, 1]
    late = evaluation.outstanding.filter(pl.col("item") == "visit_list", pl.col("status") == "late")
    assert late["starts_on"].is_between(date(2016, 10, 1), date(2016, 12, 1)).all()


def test_an_agency_owes_no_list_after_it_ended(tmp_path: Path) -> None:
    head = HEAD.replace("police: {name: Police,", "police: {name: Police, until: 2016-17 Q1,")
    files = {"visit_list.csv": BOTH.replace("police,b,2016-05-01\n", "police,b,2016-05-01\n")}
    evaluation = read(tmp_path, files, head=head)
    assert [value(evaluation, period) for period in QUARTERS] == [2, 1]
    assert [value(evaluation, period, "police") for period in QUARTERS] == [1, "no_data"]


@pytest.mark.parametrize("written", ["police", "Police", "Essex Police", "Constabulary"])
def test_records_of_an_agency_that_was_taken_over_are_those_of_the_new_one(tmp_path: Path, written: str) -> None:
    head = HEAD.replace(
        "police: {name: Police, lead_officer: Chief Constable}",
        "police: {name: Police, also_called: Essex Police, formerly: Constabulary}\n"
        "  joint: {name: Joint Service, since: 2016-17 Q2, succeeds: [police]}",
    )
    lists = LISTS.replace("[care, police]", "[care, joint]")
    text = BOTH.replace("police,b", f"{written},b") + "joint,d,2016-08-02\n"
    evaluation = read(tmp_path, {"visit_list.csv": text}, lists, head)
    assert [value(evaluation, period) for period in QUARTERS] == [2, 2]
    assert [value(evaluation, period, "joint") for period in QUARTERS] == [1, 1]
    assert evaluation.problems.is_empty()
