"""What is said of submissions by agency and file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pmf_engine.cli import main
from pmf_engine.cli.command import ExitCode

INDICATORS = """
board: {name: Test Board, year_start: april}
agencies: {social_care: Social Care, police: Essex Police}
content_areas: {care: {title: Care, kind: priority}}
figures:
  seen: {title: Children seen, from: social_care, kind: flow, frequency: quarterly}
  calls: {title: Calls, from: police, kind: flow, frequency: quarterly}
indicators:
  seen_total: {title: T, content_area: care, evidence_type: quantity, lead_agency: police, frequency: quarterly,
    formula: seen + calls}
"""
TOLERANCES = "governance: {board: Board}\ntolerances: {}\nescalation: []\n"
CARE = "period,agency,figure,value\n2016-17 Q1,social_care,seen,5\n2016-17 Q2,social_care,seen,1O\n"
POLICE = "period,agency,figure,value\n2016-17 Q1,police,calls,7\n"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    (tmp_path / "indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    (tmp_path / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "care.csv").write_text(CARE, encoding="utf-8")
    (tmp_path / "data" / "police.csv").write_text(POLICE, encoding="utf-8")
    return tmp_path


def validate(board: Path, *more: str) -> int:
    return main(["validate", "--config", str(board), "--data", str(board / "data"), "--as-of", "2016-11-15", *more])


def test_each_problem_stands_under_its_agency_and_file(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(board) == ExitCode.FINDING
    assert " ".join(capsys.readouterr().out.split()) == (
        "Test Board: what was sent, as of 15 November 2016 1 problem: 1 with a value lost "
        "Social Care care.csv: 2 cells read = 1 used + 1 set aside "
        "lost row 3, value: `1O` is not a number; expected a number such as `1234` or `12.5`, "
        "or `c` (withheld) or `x` (not available) "
        "Essex Police LATE 16 days: Calls for 2016-17 Q2, due 30 October 2016 "
        "police.csv: 1 cell read = 1 used + 0 set aside"
    )


def test_of_an_agency_only_what_it_can_mend(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is late is no finding: there is nothing to mend in what was sent."""
    assert validate(board, "police") == ExitCode.DONE
    printed = capsys.readouterr().out
    assert "no problems" in printed
    assert "LATE" in printed
    assert "care.csv" not in printed


def test_as_json_a_problem_says_whose_it_is(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(board, "social_care", "--format", "json") == ExitCode.FINDING
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"lost": 1, "doubt": 0, "note": 0}
    [part] = told["agencies"]
    [file] = part["files"]
    [problem] = file["problems"]
    assert (problem["agency"], problem["item"], problem["period"]) == ("social_care", "seen", "2016-17 Q2")
    assert (problem["file"], problem["row"], problem["column"], problem["text"]) == ("care.csv", 3, "value", "1O")


def test_an_unknown_agency_is_said_with_the_nearest(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(board, "polise") == ExitCode.FAILED
    assert "did you mean `police`" in capsys.readouterr().err


def test_the_day_decides_what_is_late(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = date(2016, 10, 30).isoformat()
    main(["validate", "--config", str(board), "--data", str(board / "data"), "--as-of", day])
    assert "LATE" not in capsys.readouterr().out
