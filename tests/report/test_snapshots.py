"""Saved reports: round trip without loss, every difference told with its cause, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from math import isclose
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.domain.periods import parse_period
from pmf_engine.evaluation.evaluate import altered
from pmf_engine.render.html import render_html
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.depth import Depth
from pmf_engine.report.json_form import from_data
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.since import Cause, ResultChange, SinceReport
from pmf_engine.report.since_words import causes_words, change_words, saved_words
from pmf_engine.report.snapshots import (
    Snapshot,
    SnapshotError,
    last_saved,
    read_snapshot,
    snapshot_files,
)

INDICATORS = """
board: {name: A Board, submissions: data, returns_due: 30 days}
agencies: {police: {name: Police}, care: {name: Social Care}}
content_areas: {missing: {title: Missing children, kind: risk_issue}}
figures:
  seen: {title: Children seen, from: [care], kind: flow, frequency: quarterly}
  gone: {title: Children missing, from: [care], kind: flow, frequency: quarterly}
  checks: {title: Checks, from: [police], kind: flow, frequency: quarterly}
  calls: {title: Calls, from: [police], kind: flow, frequency: quarterly}
breakdowns: {district: {title: District, groups: [North, South]}}
indicators:
  seen_share: {title: Missing children seen, content_area: missing, evidence_type: quality, lead_agency: care,
               frequency: quarterly, formula: "percent(seen, gone)", by: [district]}
  checked: {title: Checks made, content_area: missing, evidence_type: quantity, lead_agency: police,
            frequency: quarterly, formula: checks}
  called: {title: Calls made, content_area: missing, evidence_type: quantity, lead_agency: police,
           frequency: quarterly, formula: calls}
  asked: {title: Checks asked for, content_area: missing, evidence_type: quantity, lead_agency: police,
          frequency: quarterly, formula: checks + 0}
"""
TOLERANCES = """
governance: {agency: Lead agency, board: The Board}
tolerances:
  seen_share: {good: at least 90, tolerance: at least 75}
  checked: {good: at least 50}
  called: {good: at least 50}
  asked: {good: at least 50}
escalation: [{when: red, to: board}, {when: late, to: agency}]
"""
MANIFEST = "file,received_on\ncare.csv,2016-07-20\ncare_again.csv,2016-10-01\npolice.csv,2016-10-02\n"
FILES = {
    "manifest.csv": MANIFEST,
    "care.csv": "period,agency,figure,district,value\n"
    + "".join(
        f"2016-17 Q1,care,{figure},{district},{value}\n"
        for figure, district, value in (
            ("seen", "North", 12),
            ("seen", "South", 19),
            ("gone", "North", 20),
            ("gone", "South", 20),
        )
    ),
    "care_again.csv": "period,agency,figure,district,value\n2016-17 Q1,care,seen,North,16\n",
    "police.csv": "period,agency,figure,value\n2016-17 Q1,police,checks,70\n",
}
QUARTER = parse_period("2016-17 Q1", 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returns")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@cache
def evaluated(folder: Path, as_of: date, tolerances: str = TOLERANCES) -> pmf.Evaluation:
    framework = pmf.Framework.from_text(INDICATORS, tolerances)
    return pmf.evaluate(framework, pmf.read_submissions(folder, framework), period=QUARTER, as_of=as_of)


def saved(folder: Path, as_of: date, **options: Any) -> Snapshot:
    evaluation = evaluated(folder, as_of)
    target = folder.parent / f"saved-{as_of}"
    target.mkdir(exist_ok=True)
    for name, content in snapshot_files(evaluation, pmf.exception_report(evaluation, **options), folder).items():
        (target / name).write_bytes(content)
    return read_snapshot(target)


def since(folder: Path, evaluation: pmf.Evaluation, then: date = date(2016, 8, 1)) -> SinceReport:
    report = pmf.exception_report(evaluation, saved=saved(folder, then))
    assert report.since is not None
    return report.since


def differences(then: pl.DataFrame, now: pl.DataFrame) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
    """Every result that differs, with its columns: worked out from the two frames row by row."""
    rows = [{(row["indicator"], row["group"]): row for row in frame.iter_rows(named=True)} for frame in (then, now)]
    for key in {**rows[0], **rows[1]}:
        if key not in rows[0] or key not in rows[1]:
            yield *key, ()
            continue
        columns = [name for name in now.columns if not _same(rows[0][key][name], rows[1][key][name])]
        if columns:
            yield *key, tuple(columns)


def _same(then: Any, now: Any) -> bool:
    if isinstance(then, float) and isinstance(now, float):
        return isclose(then, now, rel_tol=1e-9)
    return bool(then == now)


def test_a_report_comes_back_as_it_was_saved(folder: Path) -> None:
    report = pmf.exception_report(evaluated(folder, date(2016, 8, 1)), summary=["Better.", "Not yet good."])
    snapshot = saved(folder, date(2016, 8, 1), summary=["Better.", "Not yet good."])
    assert snapshot.report == report
    assert snapshot.report.to_json() == report.to_json()
    assert render_html(snapshot.report) == render_html(report)
    pages = [render_terminal(r, width=80, color=False, depth=Depth.ALL) for r in (snapshot.report, report)]
    assert pages[0] == pages[1]
    assert pages[0].startswith("From the chair\n Better.\n Not yet good.\n\nA Board")


def test_every_difference_is_told_and_no_other(folder: Path) -> None:
    now = evaluated(folder, date(2016, 10, 5))
    told = {(c.indicator.id, c.group): c.columns for c in since(folder, now).changes}
    frames = evaluated(folder, date(2016, 8, 1)).results, now.results
    assert told == {(id_, group): columns for id_, group, columns in differences(*frames)}
    assert {id_ for id_, _ in told} == {"seen_share", "checked", "asked"}


def changes(report: SinceReport) -> dict[tuple[str, str | None], ResultChange]:
    return {(change.indicator.id, change.group): change for change in report.changes}


def test_what_was_revised_what_came_and_what_is_overdue(folder: Path) -> None:
    """Of 20 in the North 12 were seen, then 16; the police sent one of their two figures by October."""
    told = since(folder, evaluated(folder, date(2016, 10, 5)))
    found = changes(told)
    north = found["seen_share", "North"]
    assert north.causes == (Cause.REVISED,)
    assert change_words(north) == "red 60.0% then, amber 80.0% now; with the Board then, with nobody now"
    assert ("seen_share", "South") not in found
    assert found["checked", None].causes == (Cause.RECEIVED,)
    assert change_words(found["checked", None]) == "late then, green 70 now; with the lead agency then, with nobody now"
    assert (told.then, told.now) == (4, 1)
    assert saved_words(told) == "the report of 1 August: 4 exceptions then, 1 for Q1 as now known"


def test_what_was_not_due_is_overdue(folder: Path) -> None:
    told = since(folder, evaluated(folder, date(2016, 8, 1)), date(2016, 7, 25))
    assert {(change.indicator.id, change.causes) for change in told.changes} == {
        (id_, (Cause.PASSED,)) for id_ in ("checked", "called", "asked")
    }
    assert causes_words(told) == "3 results overdue since"


def test_a_changed_yardstick_is_told_apart_from_a_revised_figure(folder: Path) -> None:
    easier = TOLERANCES.replace("at least 75", "at least 60")
    told = since(folder, evaluated(folder, date(2016, 8, 1), easier))
    assert {change.causes for change in told.changes} == {(Cause.DEFINITION,)}
    assert {change.group for change in told.changes} == {None, "North", "South"}
    found = changes(told)
    assert change_words(found["seen_share", "North"]).startswith("red 60.0% then, amber 60.0% now")
    assert change_words(found["seen_share", None]) == "amber 77.5% as before, but what is tolerable differs"


def test_a_restated_value_is_marked_where_it_stands(folder: Path) -> None:
    report = pmf.exception_report(evaluated(folder, date(2016, 10, 5)), saved=saved(folder, date(2016, 8, 1)))
    [table] = report.by_group
    [(_, (north, south))] = table.rows
    assert north is not None
    assert south is not None
    assert (north.restated, south.restated) == (True, False)


def test_a_report_compares_with_the_last_one_for_its_audience(folder: Path, tmp_path: Path) -> None:
    assert QUARTER is not None
    for name, as_of, audience in (
        ("a", "2016-07-25", "board"),
        ("b", "2016-08-01", "board"),
        ("c", "2016-08-02", "public"),
    ):
        evaluation = evaluated(folder, date.fromisoformat(as_of))
        report = replace(pmf.exception_report(evaluation), audience=audience)
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(report.to_json(), encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "report.json").write_text("{", encoding="utf-8")
    later = QUARTER.cadence.holding(QUARTER.end)
    assert last_saved(tmp_path, "A Board", QUARTER, date(2016, 10, 5), "board") == tmp_path / "b"
    assert last_saved(tmp_path, "A Board", later, date(2016, 11, 1), "public") == tmp_path / "c"
    assert last_saved(tmp_path, "A Board", QUARTER, date(2016, 7, 25), "board") is None
    assert last_saved(tmp_path, "Another", QUARTER, date(2016, 10, 5), "board") is None


def test_what_is_no_saved_report_is_told_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"is no saved report: it has no `report.json`; `--save` makes one"):
        read_snapshot(tmp_path)
    snapshot = saved(folder, date(2016, 8, 1))
    data = json.loads(snapshot.report.to_json())
    for damage in (
        "[]",
        "{}",
        "{",
        "[" * 100_000,
        json.dumps({**data, "levels": 7}),
        json.dumps({**data, "schema": 2}),
    ):
        (tmp_path / "report.json").write_text(damage, encoding="utf-8")
        with pytest.raises(SnapshotError, match=r"saved report|another version"):
            read_snapshot(tmp_path)
    evaluation = evaluated(folder, date(2016, 8, 1))
    for name, content in snapshot_files(evaluation, pmf.exception_report(evaluation), folder).items():
        (tmp_path / name).write_bytes(content)
    results = (tmp_path / "results.parquet").read_bytes()
    (tmp_path / "results.parquet").write_bytes(results[:40] + b"\xff" * 360 + results[400:])
    with pytest.raises(SnapshotError, match="is no saved report, or was changed by hand"):
        read_snapshot(tmp_path)
    of_agency = pmf.exception_report(evaluation, agency="care")
    with pytest.raises(SnapshotError, match="only a whole report can be saved"):
        snapshot_files(evaluation, of_agency)
    with pytest.raises(SnapshotError, match="later than this one"):
        pmf.exception_report(evaluated(folder, date(2016, 7, 25)), saved=snapshot)


def test_what_is_for_the_public_keeps_no_hash_of_a_return_and_compares_with_its_own_period_alone(folder: Path) -> None:
    """A hash would give a small count away to whoever knows the rest of the file."""
    assert QUARTER is not None
    evaluation = altered(evaluated(folder, date(2016, 8, 1)), audience="public")
    files = snapshot_files(evaluation, pmf.exception_report(evaluation), folder)
    assert json.loads(files["inputs.json"])["files"] == {}
    later = altered(
        evaluated(folder, date(2016, 10, 5)), audience="public", period=QUARTER.cadence.holding(QUARTER.end)
    )
    with pytest.raises(SnapshotError, match="compares with one of its own period alone"):
        pmf.exception_report(later, saved=saved(folder, date(2016, 8, 1)))
    report = pmf.exception_report(evaluation, workings=True)
    assert report.returns == ()
    assert all(item.workings == () for level in report.levels for item in level.items)


@pytest.mark.parametrize("wrong", [{"period": 3}, {"levels": [3]}, {"as_of": "yesterday"}])
def test_data_of_another_form_are_refused(folder: Path, wrong: dict[str, Any]) -> None:
    data = json.loads(saved(folder, date(2016, 8, 1)).report.to_json())
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        from_data(ExceptionReport, {**data, **wrong})
