"""What came and cannot be placed is not late, and a reason says where it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

import pmf_engine as pmf
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
n: {title: Numbers seen, from: care, kind: flow, frequency: quarterly}
other: {title: Other, from: care, kind: flow, frequency: quarterly}
both: {title: Both, from: [care, police], kind: flow, frequency: quarterly}
"""
INDICATORS = """
y: {frequency: quarterly, formula: n, by: [district]}
o: {frequency: quarterly, formula: other}
b: {frequency: quarterly, formula: both}
"""
RULES = "- {when: late, to: lead_agency}\n- {when: late for 2 periods, to: board}"
SENT = "2016-17 Q1,care,n,1\n2016-17 Q1,care,other,1\n2016-17 Q1,care,both,1\n2016-17 Q1,police,both,1\n"


def board(folder: Path, rows: str, received: str = "", period: str = "2016-17 Q2") -> pmf.Evaluation:
    """All figures of 2016-17 Q1, and these rows from the row 6 of returns.csv."""
    write_board(folder, FIGURES, INDICATORS, "y: {good: at most 20}", RULES)
    write_returns(folder, SENT + rows)
    if received:
        (folder / "returns" / "manifest.csv").write_text(f"file,received_on\nreturns.csv,{received}\n", "utf-8")
    return evaluate(folder, period)


def status(evaluation: pmf.Evaluation, indicator: str = "y", period: str = "2016-17 Q2") -> str:
    return str(cell(evaluation, indicator, period, "status"))


PLACE = "a row that may be of it came in `returns.csv` row 6 and could not be read"


@pytest.mark.parametrize("period", ["Autumn term", "", "2016-13", "2016-08-03", "2016"])
def test_a_figure_whose_period_cannot_be_read_is_invalid(tmp_path: Path, period: str) -> None:
    evaluation = board(tmp_path, f"{period},care,n,5")
    assert status(evaluation) == "invalid"
    assert cell(evaluation, "y", "2016-17 Q2", "reason") == f"`n` is not known from Social Care: {PLACE}"
    assert cell(evaluation, "y", "2016-17 Q2", "escalate_to") is None
    assert status(evaluation, "o") == "late"
    assert cell(evaluation, "o", "2016-17 Q2", "reason") == "`other` has not come from Social Care"
    assert "n" not in evaluation.outstanding["item"].to_list()


@pytest.mark.parametrize("figure", ["Nmbers seen", "Numbers sen"])
def test_a_figure_that_a_name_is_near_to_is_invalid(tmp_path: Path, figure: str) -> None:
    evaluation = board(tmp_path, f"2016-17 Q2,care,{figure},5")
    assert [status(evaluation, name) for name in "yob"] == ["invalid", "late", "late"]


def test_a_name_that_is_near_to_none_may_be_any_figure_that_its_sender_owes(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "2016-17 Q2,care,XYZ 4711,5\n2016-17 Q2,police,both,1\n2016-17 Q2,care,other,2")
    assert status(evaluation) == "invalid"
    assert status(evaluation, "b") == "invalid"
    assert cell(evaluation, "b", "2016-17 Q2", "reason") == f"`both` is not known from Social Care: {PLACE}"
    assert cell(evaluation, "o", "2016-17 Q2", "value") == 2


def test_a_row_of_a_known_period_is_of_no_other(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "2016-17 Q2,care,XYZ 4711,5", period="2016-17 Q3")
    assert status(evaluation, period="2016-17 Q2") == "invalid"
    assert status(evaluation, period="2016-17 Q3") == "late"


def test_it_is_of_no_period_that_was_not_over_when_it_came(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "soon,care,n,5", "2016-10-20", "2016-17 Q3")
    assert status(evaluation, period="2016-17 Q2") == "invalid"
    assert status(evaluation, period="2016-17 Q3") == "late"


def test_a_blank_that_cannot_be_placed_says_nothing(tmp_path: Path) -> None:
    assert status(board(tmp_path, "soon,care,n,")) == "late"


def test_what_came_in_another_row_counts(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "soon,care,n,5\n2016-17 Q2,care,n,6")
    assert cell(evaluation, "y", "2016-17 Q2", "value") == 6


def test_the_groups_of_what_cannot_be_placed_are_invalid(tmp_path: Path) -> None:
    assert cell(board(tmp_path, "soon,care,n,5"), "y", "2016-17 Q2", "status", "North") == "invalid"


def test_late_for_some_periods_counts_on(tmp_path: Path) -> None:
    """Late in Q2, unreadable in Q3 and late again in Q4: late for two periods, and an exception in between."""
    evaluation = board(tmp_path, "2016-17 Q3,care,XYZ 4711,5", period="2016-17 Q4")
    assert [status(evaluation, period=f"2016-17 Q{quarter}") for quarter in (2, 3, 4)] == ["late", "invalid", "late"]
    levels = [cell(evaluation, "y", f"2016-17 Q{quarter}", "escalate_to") for quarter in (1, 2, 3, 4)]
    assert levels == [None, "lead_agency", "lead_agency", "board"]


def test_a_cell_that_cannot_be_read_is_named_by_its_row(tmp_path: Path) -> None:
    reason = cell(board(tmp_path, "2016-17 Q2,care,n,1O"), "y", "2016-17 Q2", "reason")
    assert reason == "`n` was refused as sent by Social Care: it came in `returns.csv` row 6 and could not be read"


def test_a_cell_that_another_contradicts_could_be_read(tmp_path: Path) -> None:
    reason = cell(board(tmp_path, "2016-17 Q2,care,n,1\n2016-17 Q2,care,n,2"), "y", "2016-17 Q2", "reason")
    assert reason == (
        "`n` was refused as sent by Social Care: it came in `returns.csv` row 6 and another row contradicts it"
    )


def test_a_cell_that_came_too_early_could_be_read(tmp_path: Path) -> None:
    reason = cell(board(tmp_path, "2016-17 Q2,care,n,1", "2016-09-20"), "y", "2016-17 Q2", "reason")
    assert reason == (
        "`n` was refused as sent by Social Care: it came in `returns.csv` row 6 and its period was not over then"
    )


def test_a_figure_that_nobody_ever_sent_is_told_from_one_that_has_stopped_coming(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, INDICATORS, "", RULES)
    write_returns(tmp_path, "2016-17 Q1,care,n,1")
    evaluation = evaluate(tmp_path, "2016-17 Q2")
    assert cell(evaluation, "y", "2016-17 Q2", "reason") == "`n` has not come from Social Care"
    assert cell(evaluation, "o", "2016-17 Q2", "reason") == (
        "`other` was never sent by anybody; it is to come from Social Care"
    )
    assert cell(evaluation, "b", "2016-17 Q2", "reason") == (
        "`both` was never sent by anybody; it is to come from Police, Social Care"
    )


def test_what_is_sent_later_was_never_sent_before(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "", "2016-07-20")
    framework, submissions = evaluation.framework, evaluation.submissions
    before = pmf.evaluate(framework, submissions, period="2016-17 Q1", as_of=date(2016, 7, 1))
    assert cell(before, "y", "2016-17 Q1", "reason") == "`n` is not due yet from Social Care"


def test_a_row_from_an_agency_that_nobody_knows_may_be_from_the_one_with_a_near_name(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "2016-17 Q2,polce,both,5\n2016-17 Q2,care,both,3\n2016-17 Q2,car,other,3")
    assert [status(evaluation, name) for name in "yob"] == ["late", "invalid", "invalid"]
    reason = f"`both` is not known from Police: {PLACE}"
    assert cell(evaluation, "b", "2016-17 Q2", "reason") == reason


def test_without_a_near_name_it_may_be_from_the_only_sender(tmp_path: Path) -> None:
    evaluation = board(tmp_path, "2016-17 Q2,Directorate,n,5\n2016-17 Q2,Directorate,both,5")
    assert [status(evaluation, name) for name in "yob"] == ["invalid", "late", "late"]


def test_a_figure_begins_with_a_row_that_names_it_whoever_sent_that(tmp_path: Path) -> None:
    """The first quarter is a gap in the exceptions of the later ones, and no time before the figure."""
    write_board(
        tmp_path, FIGURES, INDICATORS, "y: {good: at most 20}", "- {when: (not green) for 2 periods, to: board}"
    )
    write_returns(tmp_path, "2016-17 Q1,cae,n,30\n2016-17 Q2,care,n,30\n2016-17 Q1,care,other,3\n")
    evaluation = evaluate(tmp_path, "2016-17 Q2")
    assert status(evaluation, period="2016-17 Q1") == "invalid"
    assert cell(evaluation, "y", "2016-17 Q2", "status") == "red"


@pytest.mark.parametrize(("received", "expected"), [("2016-12-01", "invalid"), ("2016-10-20", "red")])
def test_a_later_row_from_a_misspelt_agency_may_correct_what_stands(
    tmp_path: Path, received: str, expected: str
) -> None:
    write_board(tmp_path, FIGURES, INDICATORS, "y: {good: at most 20}", RULES)
    write_returns(tmp_path, "2016-17 Q1,care,n,1\n2016-17 Q2,care,n,30\n")
    returns = tmp_path / "returns"
    (returns / "again.csv").write_text("period,agency,figure,value\n2016-17 Q2,cre,n,31\n", "utf-8")
    rows = f"returns.csv,2016-11-01\nagain.csv,{received}\n"
    (returns / "manifest.csv").write_text(f"file,received_on\n{rows}", "utf-8")
    evaluation = evaluate(tmp_path, "2016-17 Q2")
    assert status(evaluation) == expected


def test_a_column_with_nearly_the_name_of_a_figure_may_hold_its_numbers(tmp_path: Path) -> None:
    """The figure is invalid then, and begins with it; a number that came before may be out of date."""
    form = "{title: T, from: care, kind: flow, frequency: quarterly}"
    figures = f"referrals: {form}\nother: {form}"
    write_board(tmp_path, figures, "y: {frequency: quarterly, formula: referrals}", "y: {good: at most 20}", RULES)
    returns = tmp_path / "returns"
    returns.mkdir(exist_ok=True)
    (returns / "a.csv").write_text("period,agency,referals,other\n2016-17 Q2,care,30,4\n", "utf-8")
    assert status(evaluate(tmp_path, "2016-17 Q2")) == "invalid"
    (returns / "old.csv").write_text("period,agency,referrals\n2016-17 Q2,care,3\n", "utf-8")
    (returns / "manifest.csv").write_text("file,received_on\nold.csv,2016-10-20\na.csv,2016-12-01\n", "utf-8")
    assert status(evaluate(tmp_path, "2016-17 Q2")) == "invalid"


def test_it_may_hold_the_number_that_is_blank_in_the_rows_of_groups(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, INDICATORS, "y: {good: at most 20}", RULES)
    rows = ["2016-17 Q1,care,North,", "2016-17 Q1,care,South,", "2016-17 Q1,caree,,30"]
    (tmp_path / "returns").mkdir(exist_ok=True)
    (tmp_path / "returns" / "wide.csv").write_text("\n".join(["period,agency,district,n", *rows]), "utf-8")
    evaluation = evaluate(tmp_path, "2016-17 Q1")
    assert status(evaluation, period="2016-17 Q1") == "invalid"
    place = "a row that may be of it came in `wide.csv` row 4 and could not be read"
    assert cell(evaluation, "y", "2016-17 Q1", "reason") == f"`n` is not known from Social Care: {place}"


def test_a_file_that_cannot_be_read_may_hold_what_came_before_the_first_return(tmp_path: Path) -> None:
    """Red, then amber: with an amber quarter in the file that is lost the exception would go on, so it does."""
    rules = "- {when: red, to: board}\n- {when: (amber or red) for 3 periods, to: board}"
    write_board(tmp_path, FIGURES, INDICATORS, "y: {good: at most 10, tolerance: at most 20}", rules)
    write_returns(tmp_path, "2016-17 Q1,police,both,1\n2016-17 Q2,care,n,30\n2016-17 Q3,care,n,15\n")
    ended = evaluate(tmp_path, "2016-17 Q3")
    assert cell(ended, "y", "2016-17 Q3", "escalate_to") is None
    (tmp_path / "returns" / "first.csv").write_bytes(b"period,agency,figure,value\n2016-17 Q1,care,n,15\n\0")
    kept = evaluate(tmp_path, "2016-17 Q3")
    assert cell(kept, "y", "2016-17 Q3", "escalate_to") == "board"


def of_file(folder: Path, name: str, received: str) -> pmf.Evaluation:
    """A readable return of 2016-17 Q1 and Q2 of 5 October, and a damaged file of a later or earlier day."""
    folder.mkdir(exist_ok=True)
    write_board(folder, FIGURES, INDICATORS, "y: {good: at most 20}", RULES)
    write_returns(folder, SENT + "2016-17 Q2,care,n,5")
    (folder / "returns" / name).write_bytes(b"period,agency,figure,value\n2016-17 Q2,care,n,50\0\n")
    manifest = f"file,received_on\nreturns.csv,2016-10-05\n{name},{received}\n"
    (folder / "returns" / "manifest.csv").write_text(manifest, "utf-8")
    return evaluate(folder, "2016-17 Q2")


@pytest.mark.parametrize("name", ["care 2016-17 Q2.csv", "care September 2016.csv", "care 2016-17.csv"])
def test_an_older_number_does_not_stand_for_a_later_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    evaluation = of_file(tmp_path, name, "2016-10-06")
    assert status(evaluation) == "invalid"
    reason = cell(evaluation, "y", "2016-17 Q2", "reason")
    assert reason.endswith(f"`{name}`, which may hold it, could not be read")
    assert status(evaluation, period="2016-17 Q1") == ("invalid" if name == "care 2016-17.csv" else "green")


@pytest.mark.parametrize(
    ("name", "received"),
    [
        ("care 2016-17 Q2.csv", "2016-10-04"),
        ("police 2016-17 Q2.csv", "2016-10-06"),
        ("care 2016-17 Q1.csv", "2016-10-06"),
        ("care.csv", "2016-10-06"),
    ],
)
def test_a_number_stands_beside_an_older_file_or_one_of_another_agency_or_period(
    tmp_path: Path, name: str, received: str
) -> None:
    assert cell(of_file(tmp_path, name, received), "y", "2016-17 Q2", "value") == 5


def test_a_figure_is_invalid_where_its_file_could_not_be_read_and_late_where_no_name_tells_the_period(
    tmp_path: Path,
) -> None:
    assert status(of_file(tmp_path / "told", "care 2016-17 Q2.csv", "2016-10-06"), "o") == "invalid"
    assert status(of_file(tmp_path / "untold", "care.csv", "2016-10-06"), "o") == "late"


@pytest.mark.parametrize(
    ("sheet", "hidden", "expected"),
    [
        ("Jul-Sep 2016", True, "invalid"),
        ("Jul-Sep 2016", False, "green"),
        ("Notes", True, "green"),
        ("Q1 2016-17", True, "green"),
    ],
)
def test_an_older_number_does_not_stand_for_a_later_sheet_that_is_refused(
    tmp_path: Path, sheet: str, hidden: bool, expected: str
) -> None:
    write_board(tmp_path, FIGURES, INDICATORS, "y: {good: at most 20}", RULES)
    write_returns(tmp_path, SENT + "2016-17 Q2,care,n,5")
    book = xlsxwriter.Workbook(str(tmp_path / "returns" / "care.xlsx"))
    sheets = {sheet: [["figure", "value"], ["n", 6]], "Q4 2015-16": [["figure", "value"], ["other", 1]]}
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        if hidden and name == sheet:
            page.set_row(1, None, None, {"hidden": True})
    book.close()
    manifest = "file,received_on\nreturns.csv,2016-10-05\ncare.xlsx,2016-10-06\n"
    (tmp_path / "returns" / "manifest.csv").write_text(manifest, "utf-8")
    evaluation = evaluate(tmp_path, "2016-17 Q2")
    assert status(evaluation) == expected
