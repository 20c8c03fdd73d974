"""Rows that may be of a part, and rows that are totals: neither is taken for what it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

FIGURES = """
a: {title: Visits made, from: care, kind: flow, frequency: quarterly, also_called: [visits]}
b: {title: B, from: care, kind: flow, frequency: quarterly}
"""
INDICATORS = """
i_a: {formula: a, frequency: quarterly, by: [district]}
i_b: {formula: b, frequency: quarterly, by: [ward]}
"""
Q1 = "2016-17 Q1"


def read(folder: Path, rows: str, head: str = HEAD) -> pmf.Submissions:
    write_board(folder, FIGURES, INDICATORS, head=head)
    write_returns(folder, rows)
    framework = pmf.load_framework(folder)
    return pmf.read_submissions(framework.submissions, framework)


def whole(folder: Path, indicator: str = "i_a", period: str = Q1) -> tuple[str, float | None]:
    evaluation = evaluate(folder)
    return cell(evaluation, indicator, period, "status"), cell(evaluation, indicator, period, "value")


# -- parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["sex", "age", "Type of visit", "cohort", "team", "", "district team id"])
@pytest.mark.parametrize("text", ["Female", "16 to 17", "Neglect", "All Saints"])
def test_a_row_with_a_cell_in_a_column_nobody_knows_is_refused(tmp_path: Path, header: str, text: str) -> None:
    submissions = read(tmp_path, f"period,agency,figure,value,{header}\n{Q1},care,a,5,{text}")
    assert whole(tmp_path) == ("invalid", None)
    assert text in " ".join(submissions.problems["message"])


@pytest.mark.parametrize(
    "text",
    ["", "All", "ALL ", "Total", "Persons", "Both sexes", "All ages", "care", "Social Care", "visits", "Visits made"],
)
def test_what_says_of_all_or_repeats_the_row_is_no_part(tmp_path: Path, text: str) -> None:
    read(tmp_path, f"period,agency,figure,value,of what\n{Q1},care,a,5,{text}")
    assert whole(tmp_path) == ("not_rated", 5)


@pytest.mark.parametrize(
    "header",
    [
        "Note",
        "notes_2",
        "Remarks",
        "comments from the team",
        "Source",
        "data source",
        "Contact",
        "contact e-mail",
        "Prepared by",
        "signed off by",
        "date submitted",
        "caveats",
        "explanation of change",
    ],
)
def test_notes_are_no_parts(tmp_path: Path, header: str) -> None:
    submissions = read(tmp_path, f"period,agency,figure,value,{header}\n{Q1},care,a,5,Jo in the south team")
    assert whole(tmp_path) == ("not_rated", 5)
    assert submissions.problems.select("kind", "severity").rows() == [("notes-not-read", "note")]


def test_a_note_that_names_a_group_may_be_that_group(tmp_path: Path) -> None:
    read(tmp_path, f"period,agency,figure,value,remarks\n{Q1},care,a,5,North")
    assert whole(tmp_path) == ("invalid", None)


def test_the_board_may_ignore_columns(tmp_path: Path) -> None:
    head = HEAD.replace("submissions: returns", "submissions: returns, ignore_columns: [Return ID, status]")
    submissions = read(tmp_path, f"period,agency,figure,value,return_id,Status\n{Q1},care,a,5,R12,final", head)
    assert whole(tmp_path) == ("not_rated", 5)
    assert submissions.problems.is_empty()


def test_a_part_beside_all_leaves_the_number_of_all(tmp_path: Path) -> None:
    rows = f"period,agency,figure,value,sex\n{Q1},care,a,140,All\n{Q1},care,a,70,Female\n{Q1},care,a,70,Male"
    submissions = read(tmp_path, rows)
    assert whole(tmp_path) == ("not_rated", 140)
    kinds = submissions.problems["kind"].value_counts().sort("kind").rows()
    assert kinds == [("part-aside", 2), ("unknown-column", 1)]
    files = submissions.files.select("read", "used", "set_aside").rows()
    assert files == [(3, 1, 2)]


def test_parts_alone_are_not_added_up(tmp_path: Path) -> None:
    read(tmp_path, f"period,agency,figure,value,sex\n{Q1},care,a,70,Female\n{Q1},care,a,70,Male")
    assert whole(tmp_path) == ("invalid", None)


def test_parts_of_groups_are_refused_too(tmp_path: Path) -> None:
    rows = f"period,agency,figure,value,district,sex\n{Q1},care,a,7,North,Female\n{Q1},care,a,9,South,"
    read(tmp_path, rows)
    evaluation = evaluate(tmp_path)
    assert cell(evaluation, "i_a", Q1, "status", "North") == "invalid"
    assert cell(evaluation, "i_a", Q1, "value", "South") == 9
    assert cell(evaluation, "i_a", Q1, "status") == "invalid"


@pytest.mark.parametrize("texts", [("98%", "97.5%"), ("98", "c"), ("0.98", "12 [r]")])
def test_numbers_beside_the_figures_of_a_wide_return_are_told_and_not_read(
    tmp_path: Path, texts: tuple[str, str]
) -> None:
    rows = f"period,agency,a,b,% in time\n{Q1},care,140,7,{texts[0]}\n2016-17 Q2,care,150,8,{texts[1]}"
    submissions = read(tmp_path, rows)
    assert whole(tmp_path) == ("not_rated", 140)
    assert submissions.problems["kind"].to_list() == ["unknown-column"]


@pytest.mark.parametrize("rows", [f"{Q1},care,140,5\n{Q1},care,150,6", f"{Q1},care,140,5\n2016-17 Q2,care,150,six"])
def test_numbers_that_may_tell_rows_apart_are_parts(tmp_path: Path, rows: str) -> None:
    read(tmp_path, f"period,agency,a,age\n{rows}")
    assert whole(tmp_path) == ("invalid", None)


# -- totals that a word tells ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Total",
        "TOTAL:",
        "Grand total",
        "Totals",
        "All districts",
        "all district",
        "All",
        "Overall",
        "District total",
        "Total for all districts",
        "Whole county",
        "Essex",
        "Essex total",
        "Total - Essex",
    ],
)
def test_a_total_is_the_whole_where_groups_are_listed(tmp_path: Path, text: str) -> None:
    head = HEAD.replace("submissions: returns", "submissions: returns, area: Essex")
    rows = f"period,agency,figure,district,value\n{Q1},care,a,North,40\n{Q1},care,a,South,60\n{Q1},care,a,{text},100"
    submissions = read(tmp_path, rows, head)
    assert whole(tmp_path) == ("not_rated", 100)
    assert submissions.problems.is_empty()
    write_returns(tmp_path, rows.replace(",100", ",140"))
    assert whole(tmp_path) == ("invalid", None)


@pytest.mark.parametrize("text", ["Grand total", "Total wards", "All wards", "Sub-total", "Subtotal North", "Essex"])
def test_a_total_is_refused_where_no_groups_are_listed(tmp_path: Path, text: str) -> None:
    head = HEAD.replace("submissions: returns", "submissions: returns, area: Essex")
    rows = f"period,agency,figure,ward,value\n{Q1},care,b,Old Town,40\n{Q1},care,b,{text},40"
    submissions = read(tmp_path, rows, head)
    assert whole(tmp_path, "i_b") == ("invalid", None)
    assert submissions.problems["kind"].to_list() == ["total-of-groups"]
    assert f"`{text}` is a total" in submissions.problems["message"].item()


@pytest.mark.parametrize("text", ["Sub-total", "Total of the north"])
def test_a_total_of_some_groups_is_never_the_whole(tmp_path: Path, text: str) -> None:
    read(tmp_path, f"period,agency,figure,district,value\n{Q1},care,a,{text},40")
    assert whole(tmp_path) == ("invalid", None)


@pytest.mark.parametrize("text", ["All Saints", "Wholeness", "Totteridge", "County Park"])
def test_a_ward_may_be_called_much_like_a_total(tmp_path: Path, text: str) -> None:
    submissions = read(tmp_path, f"period,agency,figure,ward,value\n{Q1},care,b,{text},40")
    assert whole(tmp_path, "i_b") == ("not_rated", 40)
    assert submissions.problems.is_empty()


# -- totals that only their sum tells --------------------------------------------------------

BY_WARD = "period,agency,figure,ward,value\n"


def wards(period: str, numbers: str, figure: str = "b") -> str:
    names = ("Old Town", "Mark Hall", "Netteswell", "Harlow", "Toddbrook")
    texts = zip(names, numbers.split(), strict=False)
    return "".join(f"{period},care,{figure},{name},{text}\n" for name, text in texts if text != "_")


def test_a_group_that_is_the_sum_of_all_others_is_no_group(tmp_path: Path) -> None:
    submissions = read(tmp_path, BY_WARD + wards(Q1, "40 35 25 100"))
    assert whole(tmp_path, "i_b") == ("invalid", None)
    [problem] = submissions.problems.rows(named=True)
    assert (problem["kind"], problem["text"]) == ("total-by-sum", "Harlow")
    assert "`Harlow` is the sum of all other groups of `ward`" in problem["message"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (wards(Q1, "40 35 25 101"), "not the sum"),
        (wards(Q1, "40 _ 60 100"), "of two"),
        (wards(Q1, "0 0 0 0"), "all are 0"),
        (wards(Q1, "40 35 25 100") + wards("2016-17 Q2", "40 35 25 99"), "not in every period"),
        (wards(Q1, "40 35 25 100") + wards(Q1, "1 2 3 7", "a"), "not in every figure"),
    ],
)
def test_what_is_no_sum_everywhere_stays_a_group(tmp_path: Path, rows: str, why: str) -> None:
    submissions = read(tmp_path, BY_WARD + rows)
    assert "total-by-sum" not in submissions.problems["kind"].to_list(), why
    total = submissions.readings.filter(figure="b", start=2016 * 12 + 3)["value"].sum()
    assert whole(tmp_path, "i_b") == ("not_rated", total)


def test_a_total_stays_one_where_a_withheld_number_hides_the_sum(tmp_path: Path) -> None:
    read(tmp_path, BY_WARD + wards(Q1, "40 35 25 100") + wards("2016-17 Q2", "40 35 c 98"))
    evaluation = evaluate(tmp_path)
    assert cell(evaluation, "i_b", "2016-17 Q2", "status") == "invalid"
    assert cell(evaluation, "i_b", "2016-17 Q2", "value", "Old Town") == 40
    write_returns(tmp_path, BY_WARD + wards("2016-17 Q3", "3 4 c 12"), "later.csv")
    assert cell(evaluate(tmp_path), "i_b", "2016-17 Q3", "status") == "invalid"


def test_a_total_under_a_name_that_is_not_listed_is_the_whole(tmp_path: Path) -> None:
    head = HEAD.replace("[North, South]", "[North, South, East]")
    rows = "".join(
        f"{Q1},care,a,{name},{n}\n" for name, n in (("North", 40), ("South", 35), ("East", 25), ("Essex", 100))
    )
    submissions = read(tmp_path, "period,agency,figure,district,value\n" + rows, head)
    assert whole(tmp_path) == ("not_rated", 100)
    assert submissions.problems.is_empty()
    read(tmp_path, "period,agency,figure,district,value\n" + rows.replace(",100", ",90"), head)
    assert whole(tmp_path) == ("invalid", None)


def test_a_listed_group_may_be_as_large_as_all_others(tmp_path: Path) -> None:
    head = HEAD.replace("[North, South]", "[North, South, East, West]")
    rows = "".join(
        f"{Q1},care,a,{name},{n}\n" for name, n in zip(["North", "South", "East", "West"], [1, 2, 3, 6], strict=True)
    )
    read(tmp_path, "period,agency,figure,district,value\n" + rows, head)
    assert whole(tmp_path) == ("not_rated", 12)


@settings(max_examples=40, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 50), min_size=3, max_size=6).filter(any),
    place=st.integers(0, 6),
    name=st.sampled_from(["Harlow", "Grand total", "All wards", "TOTAL"]),
)
def test_no_total_of_three_or_more_doubles_the_whole(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], place: int, name: str
) -> None:
    folder = tmp_path_factory.mktemp("board")
    rows = [f"{Q1},care,b,W{at},{number}" for at, number in enumerate(numbers)]
    rows.insert(place, f"{Q1},care,b,{name},{sum(numbers)}")
    read(folder, BY_WARD + "\n".join(rows))
    assert whole(folder, "i_b") == ("invalid", None)


# -- digits beside a value -------------------------------------------------------------------


def test_codes_of_groups_right_of_the_value_are_no_ends_of_numbers(tmp_path: Path) -> None:
    submissions = read(tmp_path, f"period,agency,figure,value,ward\n{Q1},care,b,12,330\n{Q1},care,b,11,331")
    assert whole(tmp_path, "i_b") == ("not_rated", 23)
    assert cell(evaluate(tmp_path), "i_b", Q1, "value", "330") == 12
    assert submissions.problems.is_empty()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("ward", f"{Q1},care,b,1,234\n2016-17 Q2,care,b,5,Old Town"),
        ("ward", f"{Q1},care,b,1,234\n2016-17 Q2,care,b,5,"),
        ("district", f"{Q1},care,b,1,234"),
        ("comment", f"{Q1},care,b,1,234"),
    ],
)
def test_digits_that_may_be_the_end_of_a_number_are_refused(tmp_path: Path, header: str, row: str) -> None:
    submissions = read(tmp_path, f"period,agency,figure,value,{header}\n{row}")
    assert whole(tmp_path, "i_b") == ("invalid", None)
    assert "1,234" in " ".join(submissions.problems["message"])


@pytest.mark.parametrize(
    "rows",
    [f"period,agency,figure,value,comment\n{Q1},care,b,5,\n2016-17 Q2,care,b", "period,agency,b,a\n2016-17 Q2,care,1"],
)
def test_a_file_that_ends_within_its_last_row_does_not_say_that_nothing_is_available(tmp_path: Path, rows: str) -> None:
    write_board(tmp_path, FIGURES, INDICATORS)
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "returns.csv").write_text(rows, encoding="utf-8")
    assert whole(tmp_path, "i_b", "2016-17 Q2") == ("invalid", None)
    (tmp_path / "returns" / "returns.csv").write_text(rows + "\n", encoding="utf-8")
    assert whole(tmp_path, "i_b", "2016-17 Q2")[0] != "invalid"
