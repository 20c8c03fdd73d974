"""A folder of returns: files as people save them, what is sent twice, the manifest, wholes and groups, and counts."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import pmf_engine.domain.problem_kind
import pmf_engine.submissions.cell_values
import pmf_engine.submissions.cross_checks
import pmf_engine.submissions.csv_tables
import pmf_engine.submissions.duplicates
import pmf_engine.submissions.folder
import pmf_engine.submissions.headers
import pmf_engine.submissions.layout
import pmf_engine.submissions.readings
import pmf_engine.submissions.submissions
from pmf_engine.framework.load import load_framework
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.content import standing_at
from pmf_engine.submissions.days import cells_at, marked_at
from pmf_engine.submissions.folder import parse_date
from pmf_engine.submissions.frames import SubmissionsError
from pmf_engine.submissions.problem_kinds import KINDS
from pmf_engine.submissions.submissions import Submissions, read_submissions
from tests.support.boards import OF_A_PROBLEM
from tests.support.return_files import as_xls

INDICATORS = """
board: Test Board
agencies:
  social_care: Children's Social Care
  police: Essex Police
scales:
  section_11: [not met, partly met, met]
breakdowns:
  district: {title: District, groups: [Harlow, Basildon]}
  ward: Electoral ward
figures:
  referrals: {title: Referrals received, from: [social_care, police], kind: flow, frequency: quarterly}
  open_plans: {title: Plans open, from: [social_care, police], kind: stock, frequency: quarterly}
  recruitment: {title: Safe recruitment, from: [social_care, police], kind: grade, scale: section_11, frequency: annual}
  story: {title: What happened, from: [social_care, police], kind: text, frequency: ad hoc}
"""
MODULES = (
    pmf_engine.submissions.cell_values,
    pmf_engine.submissions.cross_checks,
    pmf_engine.submissions.csv_tables,
    pmf_engine.submissions.duplicates,
    pmf_engine.submissions.folder,
    pmf_engine.submissions.headers,
    pmf_engine.submissions.layout,
    pmf_engine.submissions.period_texts,
    pmf_engine.domain.problem_kind,
    pmf_engine.submissions.readings,
    pmf_engine.submissions.submissions,
)
HEADER = "period,agency,figure,value\n"
ROW = "2016-17 Q3,police,referrals,"


def _load(folder: Path, indicators: str = INDICATORS) -> Framework:
    (folder / "indicators.yaml").write_text(indicators, encoding="utf-8")
    (folder / "tolerances.yaml").write_text("tolerances: {}\n", encoding="utf-8")
    return load_framework(folder)


with tempfile.TemporaryDirectory() as _folder:
    BOARD = _load(Path(_folder))


def read(files: Mapping[str, str | bytes], board: Framework = BOARD, as_of: date | None = None) -> Submissions:
    """The submissions in a folder with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        submissions = read_submissions(folder, board, as_of=as_of)
    counts = submissions.files
    assert counts["read"].to_list() == (counts["used"] + counts["set_aside"]).to_list()
    assert counts["read"].sum() == submissions.readings.height
    assert submissions.cells.select("figure", "agency", "start", "months", "by", "group").is_duplicated().any() is False
    return submissions


def kinds(submissions: Submissions) -> list[str]:
    return submissions.problems["kind"].to_list()


def message(submissions: Submissions) -> str:
    assert submissions.problems.height == 1
    return str(submissions.problems["message"][0])


# -- files ------------------------------------------------------------------------------


def test_only_a_missing_folder_raises() -> None:
    with pytest.raises(SubmissionsError, match="there is no folder of submissions at `nowhere/at/all`"):
        read_submissions("nowhere/at/all", BOARD)


def test_an_empty_folder_is_nothing_sent() -> None:
    submissions = read({})
    assert submissions.readings.is_empty()
    assert submissions.problems.is_empty()
    assert submissions.files.is_empty()
    assert submissions.cells.is_empty()


def test_files_are_found_in_folders_and_shown_by_their_path() -> None:
    submissions = read(
        {"b/c.CSV": HEADER + ROW + "1\n", "a.csv": HEADER + ROW + "1\n", "notes.txt": "x", "b/d.xlsx": "x"}
    )
    assert submissions.files.drop("agency").rows() == [
        ("a.csv", None, 1, 1, 0),
        ("b/c.CSV", None, 1, 1, 0),
        ("b/d.xlsx", None, 0, 0, 0),
    ]
    assert submissions.readings.select("file", "outcome").rows() == [("a.csv", "used"), ("b/c.CSV", "repeated")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_as_people_save_them(encoding: str, newline: str, delimiter: str) -> None:
    rows = [["Period", "Agency", "Figure", "Value", "Comment"], ["2016/17 Q3", "police", "referrals", "£1200", "café"]]
    text = newline.join(delimiter.join(row) for row in rows) + newline
    submissions = read({"a.csv": text.encode(encoding)})
    cell = submissions.readings.row(0, named=True)
    assert (cell["value"], cell["text"], cell["comment"], cell["row"]) == (1200.0, "£1200", "café", 2)
    assert submissions.problems.is_empty()


@pytest.mark.parametrize("quote", ["", '"'])
def test_blank_rows_are_skipped_and_counted_as_a_spreadsheet_does(quote: str) -> None:
    text = f"\n,,,\n{HEADER}\n{ROW}{quote}1{quote}\n , ,,\n{ROW.replace('Q3', 'Q2')}2\n,,,\n\n"
    submissions = read({"a.csv": text})
    assert submissions.readings.select("row", "value").rows() == [(5, 1.0), (7, 2.0)]
    assert submissions.problems.is_empty()


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks() -> None:
    text = (
        "period,agency,figure,value,comment\n"
        + ROW + '"1,234","said ""no"",\nthen yes"\n'
        + "2016-17 Q2,police,referrals,5,\n"
    )  # fmt: skip
    submissions = read({"a.csv": text})
    assert submissions.readings.select("row", "value", "comment").rows() == [
        (2, 1234.0, 'said "no",\nthen yes'), (3, 5.0, None)
    ]  # fmt: skip
    assert submissions.problems.is_empty()


def test_too_few_cells_are_blanks() -> None:
    submissions = read({"a.csv": HEADER + ROW.rstrip(",") + "\n"})
    assert submissions.readings.select("state", "value", "text", "outcome").rows() == [("no_data", None, "", "used")]


def test_of_a_row_with_a_surplus_cell_nothing_is_used() -> None:
    """Nobody can say which of `30,75` and its neighbours is one too many."""
    submissions = read({"a.csv": HEADER + ROW + "5,why,\n"})
    assert submissions.readings.select("value", "outcome").rows() == [(None, "refused")]
    assert submissions.cells["state"].to_list() == ["invalid"]
    assert submissions.problems.select(OF_A_PROBLEM).row(0) == (
        "a.csv", None, 2, "E", "why", "surplus-cell", "`why` stands beyond the last column that has a name",
        "lost", "police", None, None, None, None,
    )  # fmt: skip


def test_a_number_that_its_comma_split_is_never_read_as_its_first_part() -> None:
    surplus = read({"a.csv": HEADER + ROW + "1,234\n"})
    comment = read({"a.csv": "period,agency,figure,value,comment\n" + ROW + "1,234\n"})
    for submissions in (surplus, comment):
        assert submissions.readings.select("state", "value").rows() == [("invalid", None)]
        split = submissions.problems.filter(pl.col("kind") == "split-number").row(0, named=True)
        assert (split["row"], split["text"]) == (2, "1,234")


@pytest.mark.parametrize("rest", ["", f'{ROW.replace("Q3", "Q1")}"7"\n'])
def test_a_quote_that_is_not_closed_swallows_nothing(rest: str) -> None:
    rows = "".join(f"2015-16 Q{number},police,referrals,{number}\n" for number in range(1, 5))
    submissions = read({"a.csv": HEADER + ROW + '"5\n' + rows + rest})
    assert submissions.problems.select("row", "kind").rows() == [(2, "unclosed-quote")]
    assert submissions.readings["value"].to_list()[:5] == [None, 1.0, 2.0, 3.0, 4.0]
    assert submissions.readings["outcome"].to_list()[0] == "refused"
    assert submissions.readings.height == 5 + bool(rest)


def test_rows_between_two_stray_quotes_are_not_taken_for_one_cell() -> None:
    text = "period,agency,figure,comment,value\n" + "".join(
        f"2016-17 Q{number},police,referrals,{comment},{number}\n"
        for number, comment in enumerate(['"so', "", "", 'it is"'], 1)
    )  # fmt: skip
    submissions = read({"a.csv": text})
    assert submissions.readings["value"].to_list() == [None, 2.0, 3.0, 4.0]
    assert kinds(submissions) == ["unclosed-quote"]


def as_rows(submissions: Submissions) -> list[tuple[object, ...]]:
    return submissions.cells.select("figure", "by", "group", "state", "value").rows()


@pytest.mark.parametrize(
    "number", ["1,234", "30,75", "0,5", "1.234,75", "1,234,567", "12,5%", "£1,200", "-3,5", "1,234p"]
)
@pytest.mark.parametrize("header", ["comment", "ward", "district", "source", "comment,ward", "ward,comment,team", ""])
@pytest.mark.parametrize("rest", ["", ",", ",why,", ",,,,"])
def test_a_split_number_is_refused_wherever_its_end_falls_and_keeps_its_key(
    number: str, header: str, rest: str
) -> None:
    """Whatever else its row holds: no part of it is a value, and its figure is not late."""
    for columns in ("period,agency,figure,value", "period,agency,value,figure", "value,period,agency,figure"):
        texts = {"period": "2016-17 Q3", "agency": "police", "figure": "referrals", "value": number}
        row = ",".join(texts[name] for name in columns.split(",")) + rest
        submissions = read({"a.csv": f"{columns},{header}".rstrip(",") + f"\n{row}\n"})
        assert submissions.cells.select("figure", "agency", "start", "state", "value").unique().rows() == [
            ("referrals", "police", 2016 * 12 + 9, "invalid", None)
        ]  # fmt: skip
        assert "split-number" in kinds(submissions)


def test_what_stands_after_a_split_number_moves_back_to_its_column() -> None:
    header = "period,agency,figure,value,comment,district\n"
    submissions = read({"a.csv": header + ROW + "30,75,why\n" + ROW + "1,234,,Harlow\n" + ROW + "5,,Basildon\n"})
    assert as_rows(submissions) == [
        ("referrals", None, None, "invalid", None),
        ("referrals", "district", "Harlow", "invalid", None),
        ("referrals", "district", "Basildon", "ok", 5.0),
    ]
    assert submissions.problems.select("row", "column", "text", "kind").rows() == [
        (2, "value", "30,75", "split-number"), (3, "value", "1,234", "split-number")
    ]  # fmt: skip


def test_a_split_number_in_a_wide_row() -> None:
    wide = "period,agency,open_plans,referrals,comment\n2016-17 Q3,police,7,1,234\n2016-17 Q2,police,7,12,as ever\n"
    submissions = read({"a.csv": wide})
    assert submissions.readings.select("row", "figure", "value").rows() == [
        (2, "open_plans", None), (2, "referrals", None), (3, "open_plans", 7.0), (3, "referrals", 12.0)
    ]  # fmt: skip
    assert kinds(submissions) == ["split-number"]


@pytest.mark.parametrize(
    "row", ["5,", "5,12 more", "5,why 12", "c,75", ",75", '"1,234",why', "x,2017", "5,c", "5,-3", "5, ,,"]
)
def test_a_number_with_something_else_beside_it_is_read(row: str) -> None:
    submissions = read({"a.csv": "period,agency,figure,value,comment\n" + ROW + row + "\n"})
    assert submissions.readings["outcome"].to_list() == ["used"]
    assert submissions.problems.is_empty()


def test_digits_that_are_a_column_s_own_are_no_end_of_a_number() -> None:
    wide = read({"a.csv": "period,agency,open_plans,referrals,,\n2016-17 Q3,police,7,12,,\n"})
    assert wide.readings["value"].to_list() == [7.0, 12.0]
    stray = read({"a.csv": "period,agency,figure,value,open_plans\n" + ROW + "5,7\n"})
    assert stray.readings.select("text", "outcome").rows() == [("7", "unknown"), ("5", "used")]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("period,agency,figure,value,comment", ['Q1,1,"so', "Q2,2,", 'Q3,3,it is"']),
        ("period,agency,figure,value,comment,district,ward,team", ['Q1,1,"so', "Q2,2", 'Q3,3,"']),
        ("period,agency,figure,value,comment", ['Q1,1,"so', 'Q2,2,"']),
    ],
)
def test_rows_that_a_quote_has_swallowed_are_read_and_its_own_is_told(header: str, rows: list[str]) -> None:
    lines = [f"2016-17 {row[:2]},police,referrals,{row[3:]}" for row in rows]
    submissions = read({"a.csv": "\n".join([header, *lines]) + "\n"})
    readings = submissions.readings
    assert readings["start"].to_list() == [2016 * 12 + 3 * number for number in range(1, len(rows) + 1)]
    assert readings["row"].to_list() == list(range(2, len(rows) + 2))
    told = submissions.problems.filter(pl.col("kind") == "unclosed-quote")["row"].to_list()
    assert told[0] == 2
    assert readings["outcome"].to_list() == ["refused" if row in told else "used" for row in readings["row"]]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (
            "period,comment,agency,figure,value",
            '2016-17 Q1,"so,police,referrals,1\n2016-17 Q2,it is",police,referrals,2',
        ),
        (
            "comment,period,agency,figure,value",
            '"so,2016-17 Q1,police,referrals,1\nit is",2016-17 Q2,police,referrals,2',
        ),
    ],
)
def test_the_end_of_one_row_and_the_beginning_of_the_next_are_not_one_comment(header: str, text: str) -> None:
    submissions = read({"a.csv": f"{header}\n{text}\n"})
    assert submissions.readings.select("row", "start", "value").rows() == [
        (2, 2016 * 12 + 3, None), (3, 2016 * 12 + 6, 2.0)
    ]  # fmt: skip
    assert kinds(submissions) == ["unclosed-quote"]


def test_prose_over_several_lines_is_a_comment() -> None:
    prose = "As in 2015-16, numbers fell,\nthen rose, in 2016, in Harlow, and in Basildon,\nand so on"
    submissions = read({"a.csv": f'period,agency,figure,value,comment\n{ROW}5,"{prose}"\n'})
    assert submissions.readings.select("value", "comment").rows() == [(5.0, prose)]
    assert submissions.problems.is_empty()


def test_files_that_hold_nothing_or_no_text_are_told() -> None:
    files = {"a.csv": b"", "b.csv": b" \n,,\n", "c.csv": b"PK\x03\x04\0\0", "d.csv": b"period\x81,x\n"}
    submissions = read(files)
    assert submissions.problems.select("file", "kind", "row").rows() == [
        ("a.csv", "empty-file", None), ("b.csv", "empty-file", None),
        ("c.csv", "unreadable", None), ("d.csv", "unreadable", None),
    ]  # fmt: skip
    why = "it is a newer workbook, or an archive, under this name; open it in a spreadsheet and save it as .xlsx"
    assert submissions.problems["message"][2:].to_list() == [
        f"cannot read this file: {why}",
        "cannot read this file: it is not text; save it as CSV UTF-8",
    ]
    assert submissions.files["read"].to_list() == [0, 0, 0, 0]


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "gone")
    (tmp_path / "dir.csv").mkdir()
    submissions = read_submissions(tmp_path, BOARD)
    assert kinds(submissions) == ["link"]


def test_a_title_row_may_stand_above_the_header() -> None:
    submissions = read({"a.csv": "Return of Essex Police,,,\n" + HEADER + ROW + "1\n"})
    assert submissions.problems.is_empty()
    assert submissions.readings.select("row", "column", "value").rows() == [(3, "D", 1.0)]


def test_a_column_without_a_name_is_called_as_a_spreadsheet_does() -> None:
    submissions = read({"a.csv": "period,agency,,figure,value,,\n2016-17 Q3,police,stray,referrals,5,,\n"})
    assert submissions.problems.select("column", "kind").rows() == [("C", "unknown-column"), ("C", "may-be-part")]
    assert submissions.readings["value"].to_list() == [None]


# -- sent more than once ----------------------------------------------------------------


def test_equal_values_are_one_and_their_comments_are_kept() -> None:
    long = "period,agency,figure,value,comment\n"
    submissions = read(
        {"a.csv": long + ROW + "1234,yes\n" + ROW + '"1,234",no\n', "b.csv": long + ROW + "1234.0,yes\n"}
    )
    assert submissions.readings.select("outcome", "value", "comment").rows() == [
        ("used", 1234.0, "yes; no"), ("repeated", 1234.0, "no"), ("repeated", 1234.0, "yes")
    ]  # fmt: skip
    assert submissions.problems.is_empty()
    assert submissions.files["used"].to_list() == [2, 1]
    assert submissions.cells.height == 1


def test_different_values_are_both_refused_and_name_each_other() -> None:
    submissions = read({"a.csv": HEADER + ROW + "1\n", "b.csv": HEADER + "\n" + ROW + "2\n"})
    assert submissions.readings.select("state", "value", "outcome").rows() == [("invalid", None, "refused")] * 2
    assert submissions.problems.select("file", "row", "column", "text", "kind", "message").rows() == [
        ("a.csv", 2, "value", "1", "sent-twice",
         "`1` here but `2` in `b.csv` row 3; both are set aside, since nothing says which came later"),
        ("b.csv", 3, "value", "2", "sent-twice",
         "`2` here but `1` in `a.csv` row 2; both are set aside, since nothing says which came later"),
    ]  # fmt: skip
    assert submissions.cells.select("state", "value").rows() == [("invalid", None)]


def test_different_rows_of_one_file_name_the_row() -> None:
    submissions = read({"a.csv": HEADER + ROW + "1\n" + ROW + "1\n" + ROW + "2\n"})
    named = [text.split(" in ")[1].split(";")[0] for text in submissions.problems["message"]]
    assert named == ["row 4", "row 4", "row 2"]


@pytest.mark.parametrize("other", ["c", "", "1O", "-3"])
def test_a_value_and_a_marker_or_a_refused_cell_differ(other: str) -> None:
    submissions = read({"a.csv": HEADER + ROW + "1\n", "b.csv": HEADER + ROW + other + "\n"})
    assert submissions.cells.select("state", "value").rows() == [("invalid", None)]
    assert kinds(submissions).count("sent-twice") == 2


def test_another_group_agency_or_length_of_period_is_another_cell() -> None:
    text = (
        "period,agency,figure,value,district\n2016-17 Q3,police,referrals,1,\n2016-17 Q3,social_care,referrals,2,\n"
        "2016-17,police,referrals,3,\n2016-17 Q3,police,referrals,0,Harlow\n"
    )
    submissions = read({"a.csv": text})
    assert submissions.readings["outcome"].to_list() == ["used"] * 4
    assert submissions.cells["value"].to_list() == [1.0, 2.0, 3.0, 0.0]


def test_texts_are_equal_only_if_they_say_the_same() -> None:
    row = "2016-17 Q3,police,story,"
    assert read({"a.csv": HEADER + row + "calm\n" + row + " calm\n"}).readings["outcome"].to_list() == [
        "used",
        "repeated",
    ]
    assert kinds(read({"a.csv": HEADER + row + "calm\n" + row + "busy\n"})) == ["sent-twice", "sent-twice"]


TEAM = "period,agency,figure,value,team\n"
DATED = {"manifest.csv": "file,received_on\na.csv,2017-01-01\nb.csv,2017-02-01\n"}


@pytest.mark.parametrize("dates", [{}, DATED])
@pytest.mark.parametrize("other", ["5", "6"])
def test_files_that_an_unknown_column_tells_apart_are_not_one_nor_one_the_others_correction(
    dates: dict[str, str], other: str
) -> None:
    submissions = read(dates | {"a.csv": TEAM + ROW + "5,A\n", "b.csv": TEAM + ROW + other + ",B\n"})
    assert submissions.cells.select("state", "value").rows() == [("invalid", None)]
    parts = submissions.problems.filter(pl.col("kind") == "may-be-part")
    assert parts.select("file", "row", "column", "text").rows() == [
        ("a.csv", 2, "team", "A"),
        ("b.csv", 2, "team", "B"),
    ]


def test_a_later_file_without_the_unknown_column_stands_from_the_day_it_came() -> None:
    submissions = read(DATED | {"a.csv": TEAM + ROW + "5,A\n" + ROW + "6,B\n", "b.csv": HEADER + ROW + "11\n"})
    assert submissions.readings["outcome"].to_list() == ["superseded", "superseded", "used"]
    assert submissions.cells.select("state", "value").rows() == [("ok", 11.0)]
    assert cells_at(submissions, date(2017, 1, 31)).select("state", "value").rows() == [("invalid", None)]


def test_what_contradicted_itself_had_no_value_before_its_correction() -> None:
    submissions = read(DATED | {"a.csv": HEADER + ROW + "5\n" + ROW + "6\n", "b.csv": HEADER + ROW + "7\n"})
    assert cells_at(submissions, date(2017, 1, 31)).select("state", "value").rows() == [("invalid", None)]
    assert submissions.cells["value"].to_list() == [7.0]


# -- what a later file makes good -------------------------------------------------------

DISTRICT = "period,agency,figure,value,district\n"


@pytest.mark.parametrize(
    ("first", "later", "good"),
    [
        (["5,Harlo", "6,Basildon"], ["5,Harlow", "6,Basildon"], True),
        (["5,Harlo", "6,Basildon"], ["5,Harlow"], True),
        (["5,Harlo", "6,Basildon"], ["1O,Harlow"], True),
        (["5,Harlo", "6,Basildon"], ["6,Basildon"], False),
        (["5,Harlo", "6,Bsildon"], ["5,Harlow"], False),
        (["5,Harlow", "6,Basildon", "3,Unk"], ["8,Harlow", "6,Basildon"], True),
        (["5,Harlow", "3,Unk"], ["3,Basildon"], True),
        (["5,Harlow", "3,Unk"], ["8,Harlow"], False),
        (["5,Harlow", "11,Sub-total"], ["6,Basildon"], True),
        (["5,Harlo"], ["5,Harlo"], False),
    ],
)
def test_a_group_that_was_not_recognised_is_made_good_by_later_files(
    first: list[str], later: list[str], good: bool
) -> None:
    one, other = ("".join(f"{ROW}{row}\n" for row in rows) for rows in (first, later))
    submissions = read(DATED | {"a.csv": DISTRICT + one, "b.csv": DISTRICT + other})
    nameless = pl.col("group").is_null()
    assert submissions.cells.filter(nameless).is_empty() == good
    assert cells_at(submissions, date(2017, 1, 31)).filter(nameless).height == 1
    undated = read({"a.csv": DISTRICT + one, "b.csv": DISTRICT + other})
    assert undated.cells.filter(nameless).height == 1


@pytest.mark.parametrize(("wrong", "right", "group"), [("distict", "district", "Harlow"), ("wrd", "ward", "Old Town")])
def test_rows_of_a_misnamed_column_are_made_good_by_later_files(wrong: str, right: str, group: str) -> None:
    start = "period,agency,figure,value,"
    submissions = read(
        DATED | {"a.csv": f"{start}{wrong}\n{ROW}5,{group}\n", "b.csv": f"{start}{right}\n{ROW}5,{group}\n"}
    )
    assert as_rows(submissions) == [("referrals", right, group, "ok", 5.0)]
    assert cells_at(submissions, date(2017, 1, 31))["state"].to_list() == ["invalid"]


def test_of_another_period_figure_or_agency_nothing_is_made_good() -> None:
    for row in ("2016-17 Q2,police,referrals,", "2016-17 Q3,police,open_plans,", "2016-17 Q3,social_care,referrals,"):
        later = DISTRICT + row + "5,Harlow\n" + row + "6,Basildon\n"
        submissions = read(DATED | {"a.csv": DISTRICT + ROW + "5,Harlo\n", "b.csv": later})
        assert submissions.cells.filter(pl.col("group").is_null()).height == 1


# -- the manifest -----------------------------------------------------------------------


def test_the_later_file_stands_and_the_superseded_value_is_told() -> None:
    files = {
        "manifest.csv": "File,Received on\nz.csv,2017-01-05\na.csv,31/01/2017\n",
        "z.csv": HEADER + ROW + "1\n",
        "a.csv": HEADER + ROW + "2\n",
    }
    submissions = read(files)
    assert submissions.readings.select("file", "outcome", "value", "received_on").rows() == [
        ("a.csv", "used", 2.0, date(2017, 1, 31)), ("z.csv", "superseded", 1.0, date(2017, 1, 5))
    ]  # fmt: skip
    assert submissions.problems.select(OF_A_PROBLEM).row(0) == (
        "z.csv", None, 2, "value", "1", "superseded", "`1` was replaced by `2` in `a.csv` row 2, which came later",
        "note", "police", "referrals", "2016-17 Q3", None, None,
    )  # fmt: skip
    assert submissions.problems.height == 1
    assert submissions.files.drop("agency").rows() == [
        ("a.csv", date(2017, 1, 31), 1, 1, 0),
        ("z.csv", date(2017, 1, 5), 1, 0, 1),
    ]
    assert submissions.cells["value"].to_list() == [2.0]


@pytest.mark.parametrize("dates", ["a.csv,2017-01-31\n", "a.csv,2017-01-31\nb.csv,2017-01-31\n"])
def test_without_a_date_for_each_or_a_latest_both_are_refused(dates: str) -> None:
    files = {"manifest.csv": "file,received_on\n" + dates, "a.csv": HEADER + ROW + "1\n", "b.csv": HEADER + ROW + "2\n"}
    unnamed = ["arrival-unknown"] if "b.csv" not in dates else []
    assert sorted(kinds(read(files))) == [*unnamed, "sent-twice", "sent-twice"]


def test_the_latest_stands_even_where_it_cannot_be_read() -> None:
    files = {
        "manifest.csv": "file,received_on\na.csv,2017-01-01\nb.csv,2017-02-01\n",
        "a.csv": HEADER + ROW + "1\n",
        "b.csv": HEADER + ROW + "1O\n",
    }
    submissions = read(files)
    assert submissions.readings["outcome"].to_list() == ["superseded", "refused"]
    assert submissions.cells.select("state", "value").rows() == [("invalid", None)]


def test_the_latest_file_must_agree_with_itself() -> None:
    files = {
        "manifest.csv": "file,received_on\na.csv,2017-01-01\nb.csv,2017-02-01\n",
        "a.csv": HEADER + ROW + "1\n",
        "b.csv": HEADER + ROW + "2\n" + ROW + "3\n",
    }
    assert kinds(read(files)) == ["sent-twice"] * 3
    files["b.csv"] = HEADER + ROW + "2\n" + ROW + "2\n"
    assert read(files).readings["outcome"].to_list() == ["superseded", "used", "repeated"]


def test_what_is_wrong_with_the_manifest_is_told() -> None:
    manifest = (
        "file,received_on,covers_from,covers_to,who\n"
        "retruns.csv,2017-01-01,,,\n"
        "returns.csv,2017-13-01,,,\n"
        "b.csv,,,,\n"
        "c.csv,2017-01-01,2017-01-01,2016-01-01,\n"
        "d.csv,2017-01-01,,,\n"
        "d.csv,2017-01-02,,,\n"
    )
    files = {"manifest.csv": manifest} | dict.fromkeys(["returns.csv", "b.csv", "c.csv", "d.csv"], HEADER)
    submissions = read(files)
    assert submissions.problems.select("row", "column", "text", "kind", "message").rows() == [
        (1, "who", "who", "unknown-column", "unknown column `who`"),
        (2, "file", "retruns.csv", "no-such-file",
         "no file `retruns.csv` in this folder; did you mean `returns.csv`?"),
        (3, "received_on", "2017-13-01", "not-a-date",
         "`2017-13-01` is not a date; expected a date such as `2017-01-31` or `31/01/2017`"),
        (4, "received_on", "", "not-a-date",
         "`` is not a date; expected a date such as `2017-01-31` or `31/01/2017`"),
        (5, "covers_to", "2016-01-01", "bad-manifest-dates", "`covers_to` is before `covers_from`"),
        (7, "file", "d.csv", "file-twice",
         "`d.csv` stands in the manifest more than once; what it says of it differs, so none of it is used"),
    ]  # fmt: skip
    assert submissions.files["received_on"].to_list() == [None, date(2017, 1, 1), None, None]


def test_a_manifest_without_its_columns_is_told() -> None:
    submissions = read({"manifest.csv": "name,received\na.csv,2017-01-01\n", "a.csv": HEADER})
    assert "missing-column" in kinds(submissions)
    assert "manifest.csv" not in submissions.files["file"].to_list()


def test_the_manifest_may_name_files_as_windows_does() -> None:
    submissions = read(
        {"manifest.csv": "file,received_on\nPolice\\A.csv,2017-01-01\n", "police/a.csv": HEADER + ROW + "1\n"}
    )
    assert submissions.readings["received_on"].to_list() == [date(2017, 1, 1)]
    assert submissions.problems.is_empty()


def test_a_file_that_stands_in_the_manifest_in_two_spellings_stands_there_twice() -> None:
    manifest = "file,received_on\na.csv,2017-01-01\nA.CSV,2017-02-01\n"
    submissions = read({"manifest.csv": manifest, "a.csv": HEADER + ROW + "5\n"})
    assert submissions.problems.select("row", "text", "kind").rows() == [(3, "A.CSV", "file-twice")]
    assert submissions.files["received_on"].to_list() == [None]


def test_of_names_that_differ_in_their_letters_only_a_third_is_neither() -> None:
    files = {"a.csv": HEADER + ROW + "5\n", "A.csv": HEADER}
    submissions = read(files | {"manifest.csv": "file,received_on\na.CSV,2017-01-01\nA.csv,2017-02-01\n"})
    assert submissions.problems.select("file", "kind").rows() == [
        ("a.csv", "arrival-unknown"),
        ("manifest.csv", "no-such-file"),
    ]
    assert submissions.files["received_on"].to_list() == [date(2017, 2, 1), None]


def test_a_file_that_the_manifest_does_not_name_is_told_with_the_line_it_lacks() -> None:
    manifest = "file,received_on,covers_from,covers_to\nb.csv,2017-01-31\n"
    files = {"manifest.csv": manifest, "b.csv": HEADER + ROW + "5\n", "a, b.csv": HEADER}
    submissions = read(files)
    [message] = submissions.problems["message"]
    assert message.endswith('until manifest.csv has a line such as `"a, b.csv",YYYY-MM-DD,,`')
    assert submissions.undated == {"a, b.csv"}
    assert read({name: text for name, text in files.items() if name != "manifest.csv"}).undated == frozenset()


@pytest.mark.parametrize(
    ("as_of", "received"), [(None, None), (date(2999, 3, 1), None), (date(2999, 3, 2), date(2999, 3, 2))]
)
def test_nothing_was_received_after_today_and_the_day_of_the_report(as_of: date | None, received: date | None) -> None:
    files = {"manifest.csv": "file,received_on\na.csv,02/03/2999\n", "a.csv": HEADER + ROW + "5\n"}
    submissions = read(files, as_of=as_of)
    assert submissions.files["received_on"].to_list() == [received]
    assert submissions.problems.select("file", "row", "column", "text", "kind").rows() == (
        [] if received else [("manifest.csv", 2, "received_on", "02/03/2999", "received-in-future")]
    )
    assert submissions.undated == (frozenset() if received else {"a.csv"})


def test_a_second_manifest_is_told() -> None:
    files = {"manifest.csv": "file,received_on\na.csv,2017-01-01\n", "Manifest.csv": "file,received_on\n"}
    submissions = read(files | {"a.csv": HEADER + ROW + "5\n"})
    assert submissions.problems.select("file", "kind").rows() == [("Manifest.csv", "not-a-return")]
    assert submissions.readings["received_on"].to_list() == [date(2017, 1, 1)]


def test_dates() -> None:
    assert parse_date("2017-02-03") == parse_date("03/02/2017") == parse_date("3/2/2017") == date(2017, 2, 3)
    for text in ("", "2017-2-3", "03/02/17", "31/02/2017", "02-03-2017", "0000-01-01", "2017-01-01x"):
        assert parse_date(text) is None


# -- wholes and groups ------------------------------------------------------------------

BROKEN_DOWN = "period,agency,figure,value,district,ward\n"


def test_a_whole_that_its_groups_exceed_is_refused() -> None:
    row = "2016-17 Q3,police,open_plans,"
    submissions = read({"a.csv": BROKEN_DOWN + row + "10,,\n" + row + "4,Harlow,\n" + row + "7,Basildon,\n"})
    assert kinds(submissions) == ["whole-contradicts"]
    assert submissions.cells["state"].to_list() == ["invalid", "ok", "ok"]
    assert submissions.cells["why"][0] == "the whole is `10`, but its groups by `district` add up to 11"


@pytest.mark.parametrize("group", ["63 or so", "c", "x", ""])
def test_a_whole_that_leaves_out_a_group_without_a_number_is_refused(group: str) -> None:
    row = "2016-17 Q3,police,open_plans,"
    text = BROKEN_DOWN + row + f"10,,\n{row}10,Harlow,\n{row}{group},Basildon,\n"
    submissions = read({"a.csv": text})
    assert "whole-is-partial" in kinds(submissions)
    assert submissions.cells["state"][0] == "invalid"
    assert submissions.cells["why"][0] == (
        "the whole is `10`, but its groups by `district` add up to 10, and there is no number of `Basildon`"
    )


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([("10", ""), ("10", "Harlow"), ("9", "Basilon")], "invalid"),
        ([("10", ""), ("10", "Harlow"), ("", "Basilon")], "ok"),
        ([("10", ""), ("10", "Harlow")], "ok"),
        ([("10", ""), ("10", "Harlow"), ("0", "Basildon"), ("9", "Basilon")], "ok"),
        ([("10", ""), ("10", "Harlow"), ("z", "Basildon")], "ok"),
        ([("10", ""), ("10", "Harlow"), ("[z]", "Basildon")], "ok"),
    ],
)
def test_a_row_of_an_unknown_group_may_be_of_the_group_that_nobody_sent(
    rows: list[tuple[str, str]], state: str
) -> None:
    text = "".join(f"2016-17 Q3,police,open_plans,{value},{group},\n" for value, group in rows)
    cell = read({"a.csv": BROKEN_DOWN + text}).cells.filter(pl.col("by").is_null()).row(0, named=True)
    assert cell["state"] == state
    if state == "invalid":
        assert cell["why"].endswith("add up to 10, and there is no number of `Basildon`")


def test_a_whole_that_leaves_out_many_groups_names_the_first_three_of_them() -> None:
    row = "2016-17 Q3,police,open_plans,"
    text = BROKEN_DOWN + f"{row}10,,\n{row}10,,Harlow\n"
    text += "".join(f"{row}c,,{ward}\n" for ward in ("Basildon", "Tendring", "Epping", "Maldon", "Castle Point"))
    submissions = read({"a.csv": text})
    messages = submissions.problems.filter(pl.col("kind") == "whole-is-partial")["message"].to_list()
    assert messages == [
        "the whole is `10`, which is just the sum of its groups by `ward` without `Basildon`, `Castle Point`, "
        "`Epping` and 2 more, of which there is no number; send the whole with all its groups, or the missing numbers, "
        "0 where there were none"
    ]


def test_a_whole_that_exceeds_its_groups_by_what_may_be_unallocated_stands_with_a_mark() -> None:
    row = "2016-17 Q3,police,open_plans,"
    submissions = read({"a.csv": BROKEN_DOWN + row + "11,,\n" + row + "4,Harlow,\n" + row + "5,Basildon,\n"})
    problem = submissions.problems.row(0, named=True)
    assert (problem["row"], problem["column"], problem["text"], problem["kind"], problem["message"]) == (
        2, "value", "11", "whole-differs",
        "the whole is `11`, but its groups by `district` add up to 9; the whole stands",
    )  # fmt: skip
    assert submissions.readings["outcome"].to_list() == ["used"] * 3
    assert submissions.readings["value"].to_list() == [11.0, 4.0, 5.0]
    assert standing_at(submissions, date.max).marks["text"].to_list() == [
        "the whole is `11`, but its groups by `district` add up to 9"
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ["10,,", "4,Harlow,", "6,Basildon,"],
        ["0.3,,", "0.1,Harlow,", "0.2,Basildon,"],
        ["10,,", "4,Harlow,"],
        ["10,,", "4,Harlow,", "c,Basildon,"],
        ["10,,", "4,Harlow,", "1O,Basildon,"],
        ["c,,", "4,Harlow,", "7,Basildon,"],
        ["4,Harlow,", "7,Basildon,"],
    ],
)
def test_wholes_are_compared_only_where_all_groups_were_sent(rows: list[str]) -> None:
    text = BROKEN_DOWN + "".join(f"2016-17 Q3,police,open_plans,{row}\n" for row in rows)
    assert "whole-differs" not in kinds(read({"a.csv": text}))


def test_groups_that_are_not_listed_are_all_that_were_sent() -> None:
    row = "2016-17 Q3,police,open_plans,"
    assert kinds(read({"a.csv": BROKEN_DOWN + row + "10,,\n" + row + "4,,Old Town\n"})) == ["whole-contradicts"]
    assert kinds(read({"a.csv": BROKEN_DOWN + row + "10,,\n" + row + "4,,Old Town\n" + row + "6,,Mark Hall\n"})) == []


def test_grades_have_no_sum() -> None:
    row = "2016-17,police,recruitment,"
    assert kinds(read({"a.csv": BROKEN_DOWN + row + "met,,\n" + row + "met,Harlow,\n" + row + "met,Basildon,\n"})) == []


# -- longer periods and their parts -----------------------------------------------------

QUARTERS = [f"2016-17 Q{number}" for number in range(1, 5)]


def sent(figure: str, year: str, *quarters: str, header: str = HEADER) -> Submissions:
    rows = zip(["2016-17", *QUARTERS], [year, *quarters], strict=False)
    return read({"a.csv": header + "".join(f"{period},police,{figure},{value}\n" for period, value in rows)})


def test_a_year_that_is_not_the_sum_of_its_quarters_is_told_and_both_stand() -> None:
    submissions = sent("referrals", "11", "1", "2", "3", "4")
    assert submissions.problems.select(OF_A_PROBLEM).row(0) == (
        "a.csv", None, 2, "value", "11", "longer-differs",
        "the figure for `2016-17` is `11`, but its quarters add up to 10; both stand as sent",
        "doubt", "police", "referrals", "2016-17", None, None,
    )  # fmt: skip
    assert submissions.readings["value"].to_list() == [11.0, 1.0, 2.0, 3.0, 4.0]
    assert submissions.readings["outcome"].to_list() == ["used"] * 5


def test_of_a_stock_the_last_quarter_counts() -> None:
    assert message(sent("open_plans", "10", "1", "2", "3", "4")) == (
        "the figure for `2016-17` is `10`, but the last of its quarters is `4`; both stand as sent"
    )
    assert kinds(sent("open_plans", "4", "1", "2", "3", "4")) == []


@pytest.mark.parametrize(
    "values",
    [
        ("10", "1", "2", "3", "4"), ("1", "0.1", "0.2", "0.3", "0.4"), ("11", "1", "2", "3"),
        ("11", "1", "2", "3", "c"),
        ("11", "1", "2", "3", "1O"), ("c", "1", "2", "3", "4"), ("11",),
    ],
)  # fmt: skip
def test_a_year_is_compared_only_with_all_its_quarters(values: tuple[str, ...]) -> None:
    assert "longer-differs" not in kinds(sent("referrals", *values))


def test_longer_periods_are_compared_by_group() -> None:
    submissions = sent("referrals", "9,Harlow", *(f"{n},Harlow" for n in "1234"), header=DISTRICT)
    assert kinds(submissions) == ["longer-differs"]
    mixed = sent("referrals", "9,Harlow", *(f"{n},Basildon" for n in "1234"), header=DISTRICT)
    assert mixed.problems.is_empty()


def test_halves_are_compared_with_their_quarters_and_the_year_with_both() -> None:
    rows = ["2016-17,12", "2016-17 H1,4", "2016-17 H2,7", *(f"{quarter},3" for quarter in QUARTERS)]
    text = HEADER + "".join(row.replace(",", ",police,referrals,") + "\n" for row in rows)
    assert [text.split(" is ")[1] for text in read({"a.csv": text}).problems["message"]] == [
        "`12`, but its half-years add up to 11; both stand as sent",
        "`4`, but its quarters add up to 6; both stand as sent",
        "`7`, but its quarters add up to 6; both stand as sent",
    ]


def test_every_wording_is_reached() -> None:
    long = "period,agency,figure,value,comment,district,ward,team,distict,referrals\n"
    files: dict[str, str | bytes] = {
        "manifest.csv": "file,received_on,covers_from,covers_to\nnone.csv,2017-01-01\nlater.csv,2017-03-01\n"
        "LATER.csv,2017-03-01\nrows.csv,soon,2017-01-01\nearly.csv,2017-01-01,2016-02-01,2016-01-01\n"
        "other.csv,2017-01-01,2016-01-01,2017-02-01\ntwice.csv,2999-01-01\n",
        "early.csv": HEADER + "2015-16 Q1,police,referrals,1\n",
        "later.csv": HEADER + "2015-16 Q1,police,referrals,2\n2030-31 Q1,police,referrals,2\n",
        "empty.csv": "", "binary.csv": b"\0", "mixed.csv": b"\xc3\xa9\n\xe9\n",
        "sheet.xlsx": b"PK", "sheet.txt": "x",
        "earlier.xls": as_xls({"Data": [HEADER.strip().split(","), ["2011-12 Q4", "police", "referrals", "1"]]}),
        "other.csv": "a,b\n1,2\n",
        "missing.csv": "period,agency,value\n2016-17 Q3,police,1\n",
        "twice.csv": "period,agency,figure,value,value\n2016-17 Q3,police,referrals,1,1\n",
        "cut.csv": HEADER + "2011-12 Q3,police,referrals",
        "notes.csv": "period,agency,figure,value,notes\n2011-12 Q1,police,referrals,1,why\n"
        "2010-11 Q2,police,referrals,1,YTD\n",
        "month.csv": HEADER + "2010/11,police,cases,1\n2016-12,police,referrals,1\n"
        "FY17,police,referrals,1\n2016-04-07,police,referrals,1\n",
        "school.csv": HEADER + "2016-17,police,pupils,1\n",
        "numbered.csv": "ref," + HEADER + "1,2009-10 Q1,police,referrals,1\n",
        "cell.csv": HEADER + f"2010-11 Q1,police,referrals,{'x' * 200_000}\n",
        "rows.csv": long + "".join(
            f"{row}\n"
            for row in (
                "soon,police,referrals,1", ",police,referrals,1", "2016-17 Q3,polise,referrals,1",
                "2016-17 Q3,police,refferals,1", "2016-17 Q3,ons,referrals,1", ROW + "1O", ROW + "-1", ROW + "#REF!",
                ROW + "31%", ROW + "5.5", ROW + "5,,,Total",
                *(f"2012-13 Q2,police,referrals,1,,,,{of}" for of in ("", "A")), "2011-12 Q2,police,referrals,1,,,,A",
                *(f"2012-13 Q3,police,referrals,{n},,,W{n}" for n in (1, 2, 3, 6)),
                *(f"2012-13 Q4,police,referrals,1,,,,,,{stray}" for stray in (1, 2)),
                *(f"2016-17 Q3,police,share,{number}" for number in ("0.31", "101")), "2016-17 Q3,police,held,501",
                "2016-17 Q2,police,held,12 [r]",
                ROW + "9999999999999999", ROW + "30,75", ROW + "5,,Harlow,Old Town", ROW + "5,,Harlo",
                ROW + "5,,,,A", ROW + "5,,,,B", ROW + "5,,,,,Harlow", ROW + "5,,,,,,,why",
                "2016-17,police,recruitment,good", ROW + '"5',
                "2014-15,police,referrals,9", *(f"2014-15 Q{number},police,referrals,1" for number in range(1, 5)),
                *(f"2013-14 Q1,police,referrals,{rest}" for rest in ("9", "1,,Harlow", "1,,Basildon")),
                "2012-13 Q1,police,referrals,1", "2012-13 Q1,police,referrals,2",
            )
        ),
    }  # fmt: skip
    more = """  cases: {title: Cases, from: police, kind: flow, frequency: monthly}
  pupils: {title: Pupils, from: police, kind: flow, frequency: quarterly, year_start: january}
  share: {title: Share, from: police, kind: stock, frequency: quarterly, unit: percent}
  held: {title: Held, from: police, kind: flow, frequency: quarterly, plausible: at most 500}
"""
    with tempfile.TemporaryDirectory() as folder:
        board = _load(Path(folder), INDICATORS.replace("agencies:\n", "agencies:\n  ons: Statistics\n") + more)
        submissions = read(files, board)
        reached = {*kinds(submissions), *marked_at(submissions, date(2030, 1, 1))["kind"]}
    sources = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in MODULES)
    of_returns = {kind for kind in KINDS if sources.count(f'"{kind}"') > 1}
    assert len(of_returns) > 30
    of_files = {"link", "name-not-text", "no-format", "not-a-file", "unreadable-folder"}  # `test_folder` has these
    of_files.add("register-undated")  # `test_registers` has it
    assert of_returns - reached == of_files


def test_a_return_knows_nothing_of_a_quarter_that_was_not_over_when_it_came() -> None:
    """The third quarter ends on 31 December 2016; a return of that day may know it."""
    for day, outcome in (("2016-12-30", "refused"), ("2016-12-31", "used")):
        files = {"manifest.csv": f"file,received_on\na.csv,{day}\n", "a.csv": HEADER + ROW + "3\n"}
        submissions = read(files)
        assert submissions.readings["outcome"].to_list() == [outcome]
    rows = ROW + "3\n2016-17 Q3,police,story,what happened\n"
    files = {"manifest.csv": "file,received_on\na.csv,2016-11-05\n", "a.csv": HEADER + rows}
    told = read(files)
    assert told.problems.select("row", "kind", "agency", "item", "period").rows() == [
        (2, "received-early", "police", "referrals", "2016-17 Q3")
    ]


# -- laws -------------------------------------------------------------------------------

CELLS = {
    "period": ["2016-17 Q3", "Q3 2016/17", "2016-17", "2016-12", "soon", ""],
    "agency": ["police", "Essex Police", "social_care", "polise", ""],
    "figure": ["referrals", "Plans open", "recruitment", "story", "refferals", ""],
    "value": ["1", "1.0", "2", "1,234", "c", "x", "", "met", "1O", "-3", "1e5", "=A1"],
    "district": ["", "", "Harlow", "basildon", "Harlo"],
    "ward": ["", "", "", "Old Town", "Total"],
    "comment": ["", "late", 'said "no", and\nleft'],
}
ROWS = st.lists(st.tuples(*(st.sampled_from(texts) for texts in CELLS.values())), max_size=8)


def as_csv(rows: list[tuple[str, ...]]) -> str:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [tuple(CELLS), *rows])
    return "\n".join(quoted) + "\n"


def wide_csv(rows: list[tuple[str, ...]]) -> str:
    header = "period,agency,referrals,Plans open,refferals,Harlow\n"
    return header + "".join(f'{row[0]},{row[1]},"{row[3]}",{row[2]},"{row[3]}",\n' for row in rows)


def _holds_a_cell(row: tuple[str, ...]) -> bool:
    """Whether a row holds more than one text, or a value: a single text is a title between rows."""
    return sum(map(bool, row)) > 1 or bool(row[3])


@settings(deadline=None, max_examples=60)
@given(ROWS, ROWS, ROWS, st.booleans())
def test_every_cell_is_used_or_set_aside_and_then_a_problem_says_why(
    one: list[tuple[str, ...]], other: list[tuple[str, ...]], wide: list[tuple[str, ...]], dated: bool
) -> None:
    files = {"a.csv": as_csv(one), "b.csv": as_csv(other), "w.csv": wide_csv(wide)}
    if dated:
        files["manifest.csv"] = "file,received_on\na.csv,2017-01-01\nb.csv,2017-01-02\nw.csv,2017-01-02\n"
    submissions = read(files)
    readings = submissions.readings
    assert readings.filter(pl.col("file") != "w.csv").height == sum(map(_holds_a_cell, one + other))
    aside = readings.filter(~pl.col("outcome").is_in(["used", "repeated"]))
    told = set(submissions.problems.select("file", "row").rows())
    columns = set(submissions.problems.filter(pl.col("kind") == "unknown-column").select("file", "column").rows())
    for file, row, column in aside.select("file", "row", "column").iter_rows():
        assert (file, row) in told or (file, column) in columns
    assert readings.filter((pl.col("state") != "ok") & pl.col("value").is_not_null()).is_empty()
    assert readings.filter(pl.col("outcome").is_in(["refused", "unknown"]) & (pl.col("state") != "invalid")).is_empty()
    assert not readings["value"].is_nan().any()
    assert_frame_equal(readings, readings.sort("file", "row", "column", maintain_order=True))
    order = ["file", "row", "column"]
    assert_frame_equal(submissions.problems, submissions.problems.sort(order, maintain_order=True))
    assert submissions.problems.is_unique().all()
    assert set(kinds(submissions)) <= KINDS.keys()


def _wholes_first(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows without a group above those with one, where no whole stands below a group that it may be of."""
    return sorted(rows, key=lambda row: any(row[4:6]))


SENT = ["figure", "agency", "start", "months", "by", "group", "value", "state"]


@settings(deadline=None, max_examples=40)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_the_order_of_files_and_rows_changes_nothing_but_row_numbers(
    one: list[tuple[str, ...]], other: list[tuple[str, ...]], chance: random.Random
) -> None:
    """Where wholes stand above groups, as only there no blank may be the group above it."""
    one, other = (_wholes_first([row for row in rows if any(row)]) for rows in (one, other))
    before = read({"a.csv": as_csv(one), "b.csv": as_csv(other)})
    place = sorted(chance.sample(range(len(one)), len(one)), key=lambda number: any(one[number][4:6]))
    after = read({"b.csv": as_csv(other), "a.csv": as_csv([one[number] for number in place])})
    back = {new + 2: old + 2 for new, old in enumerate(place)}
    moved = after.readings.with_columns(
        pl.when(pl.col("file") == "a.csv")
        .then(pl.col("row").replace_strict(back, default=None))
        .otherwise("row")
        .alias("row")
    ).sort("file", "row")
    # which of several equal cells is the first one is all that may differ
    of_use = pl.col("outcome").cast(pl.String).replace("repeated", "used")
    same = [name for name in before.readings.columns if name not in ("outcome", "comment")]
    assert_frame_equal(before.readings.select(*same, of_use), moved.select(*same, of_use))
    assert sorted(kinds(before)) == sorted(kinds(after))
    assert_frame_equal(before.cells.select(SENT), after.cells.select(SENT), check_row_order=False)


@settings(deadline=None, max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_a_whole_below_groups_is_refused_or_read_as_it_is_above_them(
    rows: list[tuple[str, ...]], chance: random.Random
) -> None:
    """The order of rows tells nothing but that a blank may be the group above: it never makes another number."""
    rows = _wholes_first([row for row in rows if any(row)])
    above = read({"a.csv": as_csv(rows)})
    chance.shuffle(rows)
    below = read({"a.csv": as_csv(rows)})
    lost = below.readings.join(below.problems.filter(pl.col("kind") == "blank-below"), on=["file", "row"], how="semi")
    assert (lost["state"] == "invalid").all()
    of_lost = ["figure", "agency", "start", "months"]
    others = (frame.cells.select(SENT).join(lost, on=of_lost, how="anti", nulls_equal=True) for frame in (above, below))
    assert_frame_equal(*others, check_row_order=False)
    known = set(above.cells.select(SENT).filter(pl.col("value").is_not_null()).rows())
    assert set(below.cells.select(SENT).filter(pl.col("value").is_not_null()).rows()) <= known


@settings(deadline=None, max_examples=75)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", HEADER.encode(), b"period;agency;referrals\n", b"file,received_on\n"]),
)
def test_any_bytes_whatever_are_read_or_told(data: bytes, before: bytes) -> None:
    for name in ("a.csv", "manifest.csv"):
        submissions = read({name: before + data, "b.csv": HEADER + ROW + "5\n"})
        assert submissions.readings.filter(pl.col("file") == "b.csv").height == 1


@settings(deadline=None, max_examples=75)
@given(st.text(alphabet='",;\n\r\t a1\u00a0\u200b\ufeff\x0b\x85é', max_size=60), st.booleans())
def test_any_punctuation_whatever_is_read_or_told(text: str, headed: bool) -> None:
    read({"a.csv": (HEADER if headed else "") + text, "manifest.csv": "file,received_on\n" + text})


def test_a_cell_too_long_for_any_spreadsheet_is_told() -> None:
    long = "x" * 200_000
    assert kinds(read({"a.csv": HEADER + ROW + f'"{long}\n' + ROW + "5\n"})).count("long-cell") == 1
    assert kinds(read({"a.csv": HEADER + ROW + f'"{long}"\n'})) == ["long-cell"]
    assert kinds(read({"a.csv": HEADER + ROW + f"{long}\n"})) == ["long-cell"]


def test_a_plain_file_and_a_quoted_one_are_read_alike() -> None:
    rows = [
        (f"20{year}-{year + 1} Q{quarter}", "police", "referrals", str(year * quarter))
        for year in range(10, 60)
        for quarter in range(1, 5)
    ]
    plain = HEADER + "".join(",".join(row) + "\n" for row in rows)
    quoted = HEADER + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    one, other = read({"a.csv": plain}), read({"a.csv": quoted})
    assert one.readings.height == 200
    assert_frame_equal(one.readings, other.readings)
    assert one.readings["row"].to_list() == list(range(2, 202))


@pytest.mark.parametrize("row", ["1,234", "1,234,", "1,234,,"])
@pytest.mark.parametrize("after", ["source", "ward", "comment"])
def test_a_number_that_its_comma_has_split_is_never_its_first_half(row: str, after: str) -> None:
    submissions = read({"a.csv": f"period,agency,figure,value,{after}\n" + ROW + f"{row}\n"})
    assert submissions.readings["value"].to_list() == [None]
    assert "split-number" in submissions.problems["kind"].to_list()


def test_a_sheet_that_is_not_csv_is_told() -> None:
    submissions = read({"a.csv": HEADER + ROW + "5\n", "police.XLSX": b"PK", "notes.txt": "nothing to read"})
    assert submissions.problems.select("file", "kind").rows() == [
        ("notes.txt", "not-read"),
        ("police.XLSX", "unreadable"),
    ]


def test_the_manifest_is_known_in_any_letters() -> None:
    files = {"a.csv": HEADER + ROW + "5\n", "Manifest.CSV": "file,received_on\na.csv,2017-02-01\n"}
    assert read(files).files["received_on"].to_list() == [date(2017, 2, 1)]
