"""Forms of the report that installed packages give, by entry points of `pmf_engine.renderers`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmf_engine.cli import main
from pmf_engine.cli.command import ExitCode
from tests.support.boards import write_board, write_returns

FORMS = """
def paper(report):
    return f"{report.board}: {report.exceptions} exceptions"

def packed(report):
    return b"\\x00 packed"

def failing(report):
    raise ValueError("no such thing\\nand more")

def listed(report):
    return [report.board]
"""
POINTS = "".join(f"{name} = vale_papers:{name}\n" for name in ("paper", "packed", "failing", "listed", "absent"))


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board, and an installed package with forms of its own."""
    site, folder = tmp_path / "site", tmp_path / "board"
    (site / "vale-1.0.dist-info").mkdir(parents=True)
    folder.mkdir()
    (site / "vale_papers.py").write_text(FORMS, encoding="utf-8")
    (site / "vale-1.0.dist-info" / "METADATA").write_text("Name: vale\nVersion: 1.0\n", encoding="utf-8")
    points = f"[pmf_engine.renderers]\n{POINTS}html = vale_papers:failing\n"
    (site / "vale-1.0.dist-info" / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    figures = "referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}"
    write_board(folder, figures, "one: {frequency: quarterly, formula: referrals}")
    write_returns(folder, "2016-17 Q3,care,referrals,1")
    return folder


def report(board: Path, form: str, *more: str) -> int:
    asked = ["--period", "2016-17 Q3", "--as-of", "2017-03-01", "--config", str(board)]
    return main(["report", "--format", form, *asked, *more])


def test_a_form_of_a_package_is_printed(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(board, "paper") == ExitCode.DONE
    assert capsys.readouterr().out == "Test Board: 0 exceptions"


def test_bytes_of_a_package_are_written(board: Path, tmp_path: Path) -> None:
    assert report(board, "packed", "--output", str(tmp_path / "paper")) == ExitCode.DONE
    assert (tmp_path / "paper").read_bytes() == b"\x00 packed"


def test_a_package_takes_no_format_of_the_engine(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(board, "html") == ExitCode.DONE
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            "failing",
            "pmf: the format `failing` of `vale_papers:failing` failed: ValueError: no such thing\n",
        ),
        ("listed", "pmf: the format `listed` of `vale_papers:listed` must give text or bytes, not list"),
        ("absent", "pmf: cannot load the format `absent` from `vale_papers:absent`: AttributeError: "),
        ("pdf", "invalid choice: 'pdf' (choose from 'terminal', 'html', 'xlsx', 'docx', 'markdown', 'json')"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(
    board: Path, capsys: pytest.CaptureFixture[str], form: str, message: str
) -> None:
    assert report(board, form) == ExitCode.FAILED
    assert message in capsys.readouterr().err


def test_two_packages_with_one_format_are_refused(
    board: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "site" / "dale-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Name: dale\nVersion: 1.0\n", encoding="utf-8")
    (other / "entry_points.txt").write_text("[pmf_engine.renderers]\npaper = dale:paper\n", encoding="utf-8")
    assert report(board, "paper") == ExitCode.FAILED
    assert "several packages give a format `paper`: dale:paper, vale_papers:paper" in capsys.readouterr().err
