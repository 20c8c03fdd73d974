"""The corpus of awful files: each gives exactly its figures and its problems, and every cell is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.submissions import blank_groups, other_sheets, returns, sheet_grids
from pmf_engine.submissions.layouts import footnotes, reading, scope, value_columns, years
from pmf_engine.submissions.problem_kinds import KINDS
from tests.submissions.test_layouts import board, cells
from tests.support import awful_books, awful_doubts, awful_files, awful_forms, awful_habits, awful_words
from tests.support.awful_files import Case, write
from tests.support.boards import write_board
from tests.support.return_files import FIGURES, HEAD, INDICATORS

PARTS = (awful_files, awful_doubts, awful_habits, awful_forms, awful_words, awful_books)
CASES = [case for part in PARTS for case in part.cases()]


def test_there_are_many() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_kind_of_problem_of_sheets_is_among_them() -> None:
    modules = (blank_groups, other_sheets, returns, sheet_grids, footnotes, reading, scope, value_columns, years)
    sources = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules)
    reached = {kind for case in CASES for *_, kind in case.problems}
    assert {kind for kind in KINDS if f'"{kind}"' in sources} - reached == set()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_gives_its_figures_and_its_problems(case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    submissions = pmf.read_submissions(tmp_path, board())
    facts = {
        (fact.figure, fact.agency, fact.period, fact.group, float(fact.text) if fact.text[-1].isdigit() else fact.text)
        for fact in case.facts
    }
    read = cells(submissions)
    assert {cell for cell in read if cell in facts} == facts
    assert len([cell for cell in read if cell not in facts]) == case.lost
    said = submissions.problems.select("sheet", "row", "column", "kind").rows()
    assert sorted(said, key=str) == sorted(case.problems, key=str)
    files = submissions.files
    assert (files["read"] == files["used"] + files["set_aside"]).all()


def test_a_refused_file_is_of_the_agency_that_its_name_tells(tmp_path: Path) -> None:
    for name in ("care.csv", "test_police.csv", "somebody.csv"):
        (tmp_path / name).write_text("Target\nMeasure,2016-17 Q1\nVisits made,520\n", encoding="utf-8")
    (tmp_path / "care 2.xlsx").write_bytes(b"no workbook")
    problems = pmf.read_submissions(tmp_path, board()).problems
    assert problems.select("file", "agency").rows() == [
        ("care 2.xlsx", "care"), ("care.csv", "care"), ("somebody.csv", None), ("test_police.csv", "police"),
    ]  # fmt: skip
    evaluation = pmf.evaluate(board(), pmf.read_submissions(tmp_path, board()), period="2016-17 Q1")
    assert evaluation.results["status"].to_list() == ["invalid"]


def test_headings_that_the_board_names_are_those_of_their_columns(tmp_path: Path) -> None:
    columns = "columns_also_called: {period: Window, figure: [Line, Row], value: Nr}"
    head = HEAD.replace("area: Testshire", f"area: Testshire, {columns}")
    head = head.replace("title: District,", "title: District, also_called: [Locality],")
    framework = pmf.load_framework(write_board(tmp_path, FIGURES, INDICATORS, head=head))
    (tmp_path / "sent").mkdir()
    long = "window,AGENCY,line,locality,nr\n2016-17 Q1,care,visits,North,20\n"
    across = "Row,Locality,2016-17 Q2\nVisits made,South,21\n"
    (tmp_path / "sent" / "long.csv").write_text(long, encoding="utf-8")
    (tmp_path / "sent" / "care.csv").write_text(across, encoding="utf-8")
    submissions = pmf.read_submissions(tmp_path / "sent", framework)
    assert submissions.problems.is_empty()
    assert submissions.readings.select("figure", "group", "value").sort("value").rows() == [
        ("visits", "North", 20), ("visits", "South", 21),
    ]  # fmt: skip
