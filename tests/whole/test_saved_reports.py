"""Essex's third quarter, saved in February and compared in May, through the commands."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.cli.program import main
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.snapshots import read_snapshot
from tests.report.test_snapshots import differences

ROOT = Path(__file__).parents[2]
OPTIONS = ["--config", str(ROOT), "--data", str(ROOT / "fixtures"), "--period", "2016-17 Q3"]


def test_what_differs_in_may_from_what_was_saved_in_february(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept" / "2016-17-q3"
    assert main(["report", *OPTIONS, "--as-of", "2017-02-28", "--save", str(folder)]) == 0
    framework = pmf.load_framework(ROOT)
    now = pmf.evaluate(
        framework, pmf.read_submissions(ROOT / "fixtures", framework), period="2016-17 Q3", as_of=date(2017, 5, 31)
    )
    snapshot = read_snapshot(folder)
    since = pmf.exception_report(now, saved=snapshot).since
    assert since is not None
    then = snapshot.results.select(now.results.columns)
    expected = {(id_, group): columns for id_, group, columns in differences(then, now.results)}
    assert {(change.indicator.id, change.group): change.columns for change in since.changes} == expected
    counts = [frame.filter(pl.col("level") >= 0)["indicator"].n_unique() for frame in (then, now.results)]
    assert [since.then, since.now] == counts
    shown = render_terminal(pmf.exception_report(now, saved=snapshot), width=80, color=False).splitlines()
    assert "\n".join(shown[-2:]) in (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["report", *OPTIONS, "--as-of", "2017-02-28", "--save", str(folder)]) == 2
    assert "is there and is not written over; name a new folder" in capsys.readouterr().err
    assert [path.name for path in folder.parent.iterdir()] == ["2016-17-q3"]


def test_a_board_that_keeps_its_reports_compares_with_the_last_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small board: the chair's words of the quarter stand on top, and what has changed at the bottom."""
    from tests.report.test_snapshots import FILES, INDICATORS, TOLERANCES

    (tmp_path / "data").mkdir()
    for name, text in FILES.items():
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    text = INDICATORS.replace("submissions: data,", "submissions: data, snapshots: reports,")
    (tmp_path / "indicators.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    (tmp_path / "summary.md").write_text("# 2016-17 Q1\nToo few are seen.\n", encoding="utf-8")
    options = ["report", "--config", str(tmp_path), "--period", "2016-17 Q1", "--as-of"]
    assert main([*options, "2016-08-01", "--save", str(tmp_path / "reports" / "q1")]) == 0
    shutil.copytree(tmp_path / "reports" / "q1", tmp_path / "elsewhere")
    capsys.readouterr()
    assert main([*options, "2016-10-05"]) == 0
    printed = capsys.readouterr()
    assert "SINCE   the report of 1 August: 4 exceptions then, 1 for Q1 as now known" in printed.out
    assert printed.out.startswith("From the chair\n Too few are seen.\n")
    assert main([*options, "2016-10-05", "--compare", str(tmp_path / "elsewhere")]) == 0
    assert capsys.readouterr().out == printed.out
    assert main([*options, "2016-10-05", "--compare", str(tmp_path / "data")]) == 2
    assert "is no saved report: it has no `report.json`; `--save` makes one" in capsys.readouterr().err
    (tmp_path / "summary.md").write_text("# 2016-17 Q2\nBetter.\n", encoding="utf-8")
    assert main([*options, "2016-10-05"]) == 0
    assert "says nothing of 2016-17 Q1; write `# 2016-17 Q1` above its words" in capsys.readouterr().err
