"""What stands on a day: wholes against groups, corrections that came later, and slips of the decimal point."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.submissions.content import standing_at
from pmf_engine.submissions.standing_cells import standing_cells
from tests.support.boards import evaluate, write_board, write_returns

FIGURES = "a: {title: A, from: care, kind: flow, frequency: quarterly, whole: false}"
INDICATOR = "y: {frequency: quarterly, formula: a}"
BY_DISTRICT = "period,agency,figure,district,value\n"
BY_WARD = "period,agency,figure,ward,value\n"


def said(folder: Path, *files: str, period: str = "2016-17 Q1", days: tuple[str, ...] = ()) -> tuple[str, float | None]:
    """The status and value of the whole, after files that were received on these days."""
    write_board(folder, FIGURES, INDICATOR, "y: {good: at most 100}")
    for place, text in enumerate(files):
        write_returns(folder, text, f"{place}.csv")
    if days:
        rows = "".join(f"{place}.csv,{day}\n" for place, day in enumerate(days))
        (folder / "returns" / "manifest.csv").write_text("file,received_on\n" + rows, encoding="utf-8")
    [row] = [row for row in evaluate(folder).results.iter_rows(named=True) if row["period"] == period]
    return row["status"], row["value"]


def districts(**values: object) -> str:
    """A return of one quarter: `whole`, `North` and `South`."""
    return BY_DISTRICT + "".join(
        f"2016-17 Q1,care,a,{'' if name == 'whole' else name},{value}\n" for name, value in values.items()
    )


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"whole": 100, "North": 50, "South": 45}, "green"),  # 5 % may be unallocated
        ({"whole": 100, "North": 50, "South": 44}, "invalid"),
        ({"whole": 10, "North": 4, "South": 4}, "green"),  # or 2
        ({"whole": 10, "North": 4, "South": 3}, "invalid"),
        ({"whole": 100, "North": 50, "South": 51}, "invalid"),
        ({"whole": 100, "North": 50, "South": "c"}, "green"),
        ({"whole": 100, "North": 101, "South": "c"}, "invalid"),
        ({"whole": 100, "North": 101}, "invalid"),
        ({"whole": 100, "North": 20}, "green"),
    ],
)
def test_a_whole_is_held_to_its_groups(tmp_path: Path, values: dict[str, object], status: str) -> None:
    assert said(tmp_path, districts(**values))[0] == status


def test_groups_that_came_after_their_whole_stand_in_its_place(tmp_path: Path) -> None:
    days = ("2016-07-05", "2016-07-25")
    assert said(tmp_path, districts(whole=5), districts(North=60, South=50), days=days) == ("red", 110)


def test_a_whole_that_is_older_than_some_of_its_groups_has_no_value(tmp_path: Path) -> None:
    days = ("2016-07-05", "2016-07-25")
    assert said(tmp_path, districts(whole=5), districts(North=3), days=days) == ("invalid", None)


def test_a_whole_that_was_corrected_after_its_groups_stands(tmp_path: Path) -> None:
    files = (districts(whole=110, North=60, South=50), districts(whole=130))
    assert said(tmp_path, *files, days=("2016-07-05", "2016-07-25")) == ("red", 130)


def test_quarters_that_came_after_their_year_stand_in_its_place(tmp_path: Path) -> None:
    quarters = "".join(f"2016-17 Q{quarter},care,a,30\n" for quarter in (1, 2, 3, 4))
    write_board(tmp_path, FIGURES, "y: {frequency: annual, formula: a}")
    write_returns(tmp_path, "2016-17,care,a,7", "0.csv")
    write_returns(tmp_path, quarters, "1.csv")
    manifest = "file,received_on\n0.csv,2017-05-01\n1.csv,2017-06-01\n"
    (tmp_path / "returns" / "manifest.csv").write_text(manifest, encoding="utf-8")
    assert evaluate(tmp_path, as_of=date(2017, 5, 15)).results["value"].to_list() == [7]
    assert evaluate(tmp_path, as_of=date(2017, 6, 15)).results["value"].to_list() == [120]


def test_a_later_file_withdraws_a_misspelt_group(tmp_path: Path) -> None:
    first = BY_WARD + "2016-17 Q1,care,a,Old Town,40\n2016-17 Q1,care,a,Mark Hal,70\n"
    later = BY_WARD + "2016-17 Q1,care,a,Old Town,40\n2016-17 Q1,care,a,Mark Hall,70\n"
    assert said(tmp_path, first, later, days=("2016-07-05", "2016-07-25")) == ("red", 110)


def test_a_later_file_that_names_fewer_groups_leaves_no_value(tmp_path: Path) -> None:
    first = BY_WARD + "2016-17 Q1,care,a,Old Town,40\n2016-17 Q1,care,a,Mark Hall,70\n"
    later = BY_WARD + "2016-17 Q1,care,a,Old Town,30\n"
    assert said(tmp_path, first, later, days=("2016-07-05", "2016-07-25")) == ("no_data", None)


def test_a_new_group_changes_no_earlier_period(tmp_path: Path) -> None:
    rows = BY_WARD + "2016-17 Q1,care,a,Old Town,40\n2016-17 Q2,care,a,Old Town,40\n2016-17 Q2,care,a,Mark Hall,9\n"
    assert said(tmp_path, rows) == ("green", 40)
    assert said(tmp_path, rows, period="2016-17 Q2") == ("green", 49)


@pytest.mark.parametrize(
    ("last", "comment", "status"),
    [
        ("9", "", "invalid"),
        ("9", "yes: 9", "green"),
        ("0", "", "green"),
        ("10", "", "green"),
        ("910", "", "invalid"),
        ("1600", "", "invalid"),
        ("5", "", "green"),
        ("5.5", "", "green"),
        ("6.5", "", "invalid"),
        ("0.9", "", "invalid"),
    ],
)
def test_a_number_a_tenth_or_ten_times_of_all_before_is_refused(
    tmp_path: Path, last: str, comment: str, status: str
) -> None:
    values = ["90", "92", "88", "91", last]
    rows = [f"2016-17 Q{place},care,a,{value}," for place, value in enumerate(values[:4], start=1)]
    text = "period,agency,figure,value,comment\n" + "\n".join([*rows, f"2017-18 Q1,care,a,{last},{comment}"])
    assert said(tmp_path, text, period="2017-18 Q1")[0] == status


@pytest.mark.parametrize(
    ("part", "whole", "more", "status"),
    [
        (4, 10, "", "red"),  # a small quarter: 40 %, once 20 %
        (2000, 10000, "", "green"),
        (20, 1000, "", "invalid"),
        (200, 10, "", "invalid"),
        (2, 100, "", "invalid"),
        (20, 10, "", "invalid"),  # two slips, of one and of two places
        (4, 10, "z: {frequency: quarterly, formula: b}", "invalid"),  # the whole counts by itself as well
        (4, 10, "z: {frequency: quarterly, formula: a + b}", "invalid"),
        (4, 10, "z: {frequency: quarterly, formula: 'percent(c, b)'}", "invalid"),  # 10 and 1000 are not alike
    ],
)
def test_a_part_and_its_whole_that_are_small_alike_are_no_slip(
    tmp_path: Path, part: int, whole: int, more: str, status: str
) -> None:
    figures = "\n".join(f"{name}: {{title: T, from: care, kind: flow, frequency: quarterly}}" for name in "abc")
    indicator = "y: {frequency: quarterly, formula: 'percent(a, b)'}"
    write_board(tmp_path, figures, f"{indicator}\n{more}", "y: {good: at most 25}")
    quarters = [f"2016-17 Q{quarter}" for quarter in (1, 2, 3, 4)]
    rows = [f"{quarter},care,a,200\n{quarter},care,b,1000\n{quarter},care,c,1000\n" for quarter in quarters]
    last = f"2017-18 Q1,care,a,{part}\n2017-18 Q1,care,b,{whole}\n2017-18 Q1,care,c,1000\n"
    write_returns(tmp_path, "".join(rows) + last)
    results = evaluate(tmp_path).results.filter(indicator="y", period="2017-18 Q1")
    assert results["status"].to_list() == [status]


def test_problems_of_wholes_are_those_of_the_day(tmp_path: Path) -> None:
    said(tmp_path, districts(whole=5), districts(North=60, South=50), days=("2016-07-05", "2016-07-25"))
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    assert standing_at(submissions, date(2016, 7, 10)).problems.is_empty()
    assert standing_at(submissions, date(2016, 7, 30)).problems["kind"].to_list() == ["whole-outdated"]


def test_what_stands_at_the_end_is_what_stood_on_no_day_before_the_last_file(tmp_path: Path) -> None:
    unknown = districts(North=60, Suth=50)
    said(tmp_path, unknown, districts(North=60, South=50), days=("2016-07-05", "2016-07-25"))
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    counts = []
    for day in (4, 5, 24, 25, 26):
        as_of = date(2016, 7, day)
        found, anew = (standing_at(submissions, as_of), standing_cells(submissions.readings, framework, as_of))
        assert (found.cells.equals(anew.cells), found.problems.equals(anew.problems)) == (True, True)
        counts.append((found.cells.height, found.cells["group"].null_count()))
    assert counts == [(0, 0), (2, 1), (2, 1), (2, 0), (2, 0)]
