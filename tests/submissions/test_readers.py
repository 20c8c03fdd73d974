"""The table of formats: each is read as returns, as lists, or named as what is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.submissions.readers import READERS
from tests.support.boards import HEAD, write_board

LISTS = """\
lists:
  visit_list: {title: Visits, from: care, date: day, columns: {day: date}}
"""
FIGURE = "adults: {title: Adults, from: care, kind: stock, frequency: quarterly}"


def read(folder: Path, name: str) -> pmf.Submissions:
    """The submissions of a board with one file, which is damaged in every format but CSV."""
    write_board(folder, FIGURE, "a: {frequency: quarterly, formula: adults}", head=HEAD + LISTS)
    (folder / "returns").mkdir()
    (folder / "returns" / name).write_text("day\n2016-04-05\n", encoding="utf-8")
    framework = pmf.load_framework(folder)
    return pmf.read_submissions(framework.submissions, framework)


@pytest.mark.parametrize("suffix", READERS)
def test_every_format_says_how_it_is_read(suffix: str, tmp_path: Path) -> None:
    format_ = READERS[suffix]
    assert suffix == suffix.lower()
    assert suffix.startswith(".")
    submissions = read(tmp_path, f"visit_list{suffix.upper()}")
    kinds = submissions.problems["kind"].to_list()
    assert bool(submissions.lists) == (format_.records is not None)
    assert ("not-read" in kinds) == (format_.records is None)


@pytest.mark.parametrize("suffix", READERS)
def test_a_format_in_which_no_returns_are_read_is_named(suffix: str, tmp_path: Path) -> None:
    submissions = read(tmp_path, f"care{suffix}")
    assert ("not-read" in submissions.problems["kind"].to_list()) == (READERS[suffix].returns is None)


@pytest.mark.parametrize("name", ["visit_list.eml", "later", "police.csv.part"])
def test_files_of_no_format_are_named(name: str, tmp_path: Path) -> None:
    submissions = read(tmp_path, name)
    assert submissions.problems.select("file", "kind", "severity").rows() == [(name, "no-format", "note")]
    assert not submissions.lists


@pytest.mark.parametrize("name", ["README.md", "make_lists.py", "~$visit_list.csv", ".visit_list.csv", "Thumbs.db"])
def test_files_that_nobody_sent_are_passed_over(name: str, tmp_path: Path) -> None:
    submissions = read(tmp_path, name)
    assert submissions.problems.is_empty()
    assert not submissions.lists
