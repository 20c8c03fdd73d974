"""What commands write: the old file or the new one, never over what they read, and nothing that runs or forges."""

from __future__ import annotations

import csv
import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pmf_engine.cli.command import ExitCode
from pmf_engine.cli.program import main
from tests.support.boards import write_board, write_returns

FIGURES = """
missed: {title: Missed, from: care, kind: flow, frequency: quarterly}
"""
INDICATORS = "missed_visits: {frequency: quarterly, formula: missed, by: [ward]}"
OPTIONS = ["--period", "2016-17 Q1", "--as-of", "2016-08-15"]


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board of which one ward is red and the whole is green."""
    write_board(tmp_path, FIGURES, INDICATORS, "missed_visits: {good: at most 20}", "- {when: red, to: board}")
    write_returns(
        tmp_path,
        """\
        period,agency,figure,ward,value
        2016-17 Q1,care,missed,=HYPERLINK(1),3
        2016-17 Q1,care,missed,East,4
        """,
    )
    return tmp_path


def run(board: Path, command: str, *more: str) -> int:
    return main([command, "--config", str(board), *OPTIONS, *more])


def test_a_file_is_replaced_whole_or_not_at_all(board: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = board / "report.txt"
    target.write_text("the old paper", encoding="utf-8")
    before = sorted(path.name for path in board.iterdir())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert run(board, "report", "--output", str(target)) == ExitCode.FAILED
    assert target.read_text(encoding="utf-8") == "the old paper"
    assert sorted(path.name for path in board.iterdir()) == before
    assert run(board, "report", "--output", str(target)) == ExitCode.DONE
    assert "Exception report, 2016-17 Q1" in target.read_text(encoding="utf-8")
    assert sorted(path.name for path in board.iterdir()) == before


def test_a_folder_is_written_whole_or_not_at_all(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk is full after some files of a pack."""
    before, written, write_bytes = sorted(path.name for path in board.iterdir()), [], Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        written.append(path.name)
        if len(written) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert run(board, "pack", "--to", str(board / "papers")) == ExitCode.FAILED
    assert f"cannot write `{board / 'papers'}`: No space left on device" in capsys.readouterr().err
    assert len(written) == 4
    assert sorted(path.name for path in board.iterdir()) == before


def test_a_missing_extra_is_a_sentence(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    target = board / "report.docx"
    assert run(board, "report", "--format", "docx", "--output", str(target)) == ExitCode.FAILED
    assert 'pip install "pmf-engine[word]"' in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize(
    "name", ["indicators.yaml", "tolerances.yaml", "returns/returns.csv", "returns/../returns/returns.csv"]
)
def test_what_is_read_is_never_written_over(name: str, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (board / name).read_bytes()
    for command in ("report", "evaluate", "explain", "validate"):
        given = ["missed_visits"] if command == "explain" else []
        options = ["--as-of", "2016-08-15"] if command == "validate" else OPTIONS
        words = [command, *given, "--config", str(board), *options, "--output", str(board / name)]
        assert main(words) == ExitCode.FAILED
        assert "is not written over" in capsys.readouterr().err
    assert (board / name).read_bytes() == before


def test_a_table_shows_a_row_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_board(tmp_path, FIGURES, INDICATORS)
    row = '2016-17 Q1,care,missed,"East\nmissed_visits 2016-17 Q1 West 99\x1b[31m",3\n'
    write_returns(tmp_path, "period,agency,figure,ward,value")
    with (tmp_path / "returns" / "returns.csv").open("a", encoding="utf-8", newline="") as stream:
        stream.write(row)
    assert run(tmp_path, "evaluate", "--format", "table") == ExitCode.DONE
    printed = capsys.readouterr().out
    assert "East missed_visits 2016-17 Q1 West 99 [31m" in printed
    assert "\x1b" not in printed
    assert not [line for line in printed.splitlines() if line.startswith("missed_visits 2016-17 Q1 West")]


def test_a_listing_shows_a_title_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = (
        "board: {name: B, submissions: returns}\n"
        'agencies: {care: "Care\\nforged: Nobody\\e[31m"}\n'
        "content_areas: {safety: Safety}\n"
    )
    write_board(tmp_path, FIGURES, INDICATORS.replace(", by: [ward]", ""), head=head)
    assert main(["list", "agencies", "--config", str(tmp_path)]) == ExitCode.DONE
    assert capsys.readouterr().out.splitlines()[0] == "care: Care forged: Nobody [31m"


def test_a_csv_file_runs_nothing_in_a_spreadsheet(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(board, "evaluate", "--format", "csv") == ExitCode.DONE
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["group"] for row in rows} == {"", "'=HYPERLINK(1)", "East"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "@", "+"))]


@pytest.mark.parametrize(
    ("options", "groups"),
    [
        (["--indicator", "missed_visits"], {"", "'=HYPERLINK(1)", "East"}),
        (["--by", "ward"], {"'=HYPERLINK(1)", "East"}),
        (["--agency", "police"], set()),
        (["--by", "agency"], set()),
    ],
)
def test_results_can_be_selected(
    board: Path, capsys: pytest.CaptureFixture[str], options: list[str], groups: set[str]
) -> None:
    assert run(board, "evaluate", "--format", "csv", *options) == ExitCode.DONE
    assert {row["group"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))} == groups
    assert run(board, "evaluate", "--by", "wardd") == ExitCode.FAILED
    assert "unknown breakdown `wardd`; did you mean `ward`?" in capsys.readouterr().err


def test_fail_on_looks_at_groups_too(board: Path) -> None:
    assert run(board, "report", "--fail-on", "red") == ExitCode.DONE
    assert run(board, "report", "--fail-on", "exceptions") == ExitCode.DONE
    assert run(board, "report", "--fail-on", "problems") == ExitCode.DONE
    write_returns(
        board,
        """\
        period,agency,figure,ward,value
        2016-17 Q2,care,missed,West,x1
        2016-17 Q1,care,missed,North,90
        """,
        "more.csv",
    )
    assert run(board, "report", "--fail-on", "red") == ExitCode.FINDING
    assert run(board, "report", "--fail-on", "exceptions") == ExitCode.FINDING
    assert run(board, "report", "--fail-on", "problems") == ExitCode.FINDING


def test_ctrl_c_is_silent_from_the_first_line() -> None:
    """An interrupt while modules are still being imported: a module that raises it stands for the key."""
    script = (
        "import sys, types\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pmf_engine.cli.program': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from pmf_engine.__main__ import run\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "ascii"])
def test_an_old_console_shows_every_word(
    board: Path, encoding: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a Windows console cannot show has a likeness: quotation marks and arrows never become question marks."""
    for command in (["report", "--all"], ["explain", "missed_visits"], ["evaluate", "--format", "table"]):
        assert run(board, *command) == ExitCode.DONE
        whole = capsys.readouterr().out
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            assert run(board, *command) == ExitCode.DONE
        stream.flush()
        shown = stream.buffer.getvalue().decode(encoding)
        assert shown.count("\n") == whole.count("\n")
        # A gap in a line of bars is `?` in ASCII.
        gaps = sum(line.count("·") for line in whole.splitlines())
        assert shown.count("?") <= whole.count("?") + gaps
