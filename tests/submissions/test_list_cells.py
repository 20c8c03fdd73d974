"""Cells of records: what programs write where there is no value, dates of two conventions, zones, and workbooks."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
import pmf_engine.submissions.list_csv
from pmf_engine.submissions.excel_tables import read_sheets
from tests.support.boards import HEAD, evaluate, write_board

LISTS = """\
lists:
  visit_list:
    title: Visits
    from: care
    date: day
    columns: {child_id: text, day: date, before: date?, note: text?, share: percent?}
"""
INDICATORS = """
visits: {frequency: quarterly, formula: count(visit_list)}
children: {frequency: quarterly, formula: count(distinct child_id of visit_list)}
befores: {frequency: quarterly, formula: count(visit_list where before is not missing)}
notes: {frequency: quarterly, formula: count(visit_list where note is not missing)}
shares: {frequency: quarterly, formula: mean(share of visit_list)}
"""
HEADER = "child_id,day,before,note,share\n"
Q1 = "2016-17 Q1"


def read(folder: Path, content: str | bytes | pl.DataFrame, name: str = "visit_list.csv") -> pmf.Evaluation:
    """The evaluation of a board with one file of visits, which covers April to June 2016."""
    write_board(folder, "adults: {title: A, from: care, kind: stock, frequency: annual}", INDICATORS, head=HEAD + LISTS)
    path = folder / "returns" / name
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, pl.DataFrame):
        content.write_parquet(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    manifest = f"file,received_on,covers_from,covers_to\n{name},2016-07-05,2016-04-01,2016-06-30\n"
    path.with_name("manifest.csv").write_text(manifest, encoding="utf-8")
    return evaluate(folder, as_of=date(2016, 8, 1), period=Q1)


def value(evaluation: pmf.Evaluation, indicator: str) -> Any:
    row = evaluation.results.filter(pl.col("indicator") == indicator, pl.col("group").is_null()).row(0, named=True)
    return row["value"] if row["value"] is not None else row["status"]


def told(evaluation: pmf.Evaluation) -> list[tuple[Any, ...]]:
    return evaluation.problems.filter(pl.col("file").str.starts_with("visit")).select("row", "column", "kind").rows()


@pytest.mark.parametrize("text", ["NULL", "#N/A", "#REF!", "1.23E+12", "=A1+B1", "1.5e12"])
def test_what_is_no_text_is_no_child(tmp_path: Path, text: str) -> None:
    evaluation = read(tmp_path, f"{HEADER}{text},2016-04-01,,,\na,2016-04-02,,,\n")
    assert [value(evaluation, of) for of in ("visits", "children")] == [2, "invalid"]
    assert [row[:2] for row in told(evaluation)] == [(2, "child_id")]


def test_null_is_blank_where_a_cell_may_be(tmp_path: Path) -> None:
    evaluation = read(tmp_path, f"{HEADER}a,2016-04-01,NULL,NULL,NULL\nb,2016-04-02,2016-04-01,x,30%\n")
    assert [value(evaluation, of) for of in ("befores", "notes", "shares")] == [1, 1, 30]
    assert told(evaluation) == []


def test_signs_that_keep_zeros_are_no_part_of_an_id(tmp_path: Path) -> None:
    ids = ["0012", "'0012", '"=""0012"""']
    evaluation = read(tmp_path, HEADER + "".join(f"{id_},2016-04-0{day},,,\n" for day, id_ in enumerate(ids, 1)))
    assert [value(evaluation, of) for of in ("visits", "children")] == [3, 1]


@pytest.mark.parametrize(
    ("texts", "refused"),
    [
        (["3/25/2016", "1/2/2016"], 2),  # nothing shows that any date is day first
        (["3/25/2016", "1/2/2016", "5/5/2016"], 2),  # the same either way
        (["3/25/2016", "25/3/2016", "1/2/2016"], 2),  # half can only be month first
        (["3/25/2016", *["25/3/2016"] * 100, "1/2/2016"], 1),  # 1 of 101 is a slip
        (["25/3/2016", "1/2/2016"], 0),
    ],
)
def test_dates_of_two_conventions(tmp_path: Path, texts: list[str], refused: int) -> None:
    rows = "".join(f"{number},2016-04-01,{text},,\n" for number, text in enumerate(texts))
    evaluation = read(tmp_path, HEADER + rows)
    assert [column for _, column, _ in told(evaluation)] == ["before"] * refused
    assert value(evaluation, "befores") == ("invalid" if refused else len(texts))
    if refused:
        assert evaluation.problems["message"].str.contains("3/25/2016").any()


def test_stamps_count_by_the_day_in_the_boards_time_zone(tmp_path: Path) -> None:
    days = ["2016-03-31T23:00:00Z", "2016-06-30 23:30:00+00:00", "2016-04-01 00:30:00.5+01:00", "14-Jun-2016",
            "2016-06-14 00:00:00.000"]  # fmt: skip
    evaluation = read(tmp_path, HEADER + "".join(f"a,{day},,,\n" for day in days))
    assert value(evaluation, "visits") == 4  # the second is of 1 July in London
    stamps = [datetime(2016, 3, 31, 23, tzinfo=UTC), datetime(2016, 6, 30, 23, 30, tzinfo=UTC)]
    frame = pl.DataFrame({"child_id": ["a", "b"], "day": stamps, "before": stamps, "note": None, "share": [1.5, 0.5]})
    (tmp_path / "returns" / "visit_list.csv").unlink()
    evaluation = read(tmp_path, frame.cast({"note": pl.String}), "visit_list.parquet")
    assert value(evaluation, "visits") == 1
    assert told(evaluation) == [(2, "day", "outside-record"), (2, "share", "fraction")]


def test_each_line_is_read_in_its_own_encoding(tmp_path: Path) -> None:
    lines = [HEADER.encode(), "Môn,2016-04-01,,,\n".encode(), "Môn,2016-04-02,,,\n".encode("cp1252")]
    evaluation = read(tmp_path, b"".join(lines))
    assert [value(evaluation, of) for of in ("visits", "children")] == [2, 1]
    assert told(evaluation) == [(3, None, "two-encodings")]


@pytest.mark.parametrize("small", [0, 10**9])
def test_a_quote_that_swallows_records_is_found(tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pmf_engine.submissions.list_csv, "_SMALL", small)
    rows = [f"{number},2016-04-01,,{'' if number % 4 else chr(34)}x,1" for number in range(1, 9)]
    evaluation = read(tmp_path, HEADER + "\n".join(rows) + "\n")
    assert value(evaluation, "visits") == "invalid"
    honest = f'{HEADER}a,2016-04-01,,"rang, twice\n2016-04-02, no answer",1\n'
    evaluation = read(tmp_path, honest)
    assert value(evaluation, "visits") == 1


# -- workbooks -------------------------------------------------------------------------------------------


def workbook(*rows: list[Any]) -> Any:
    book = openpyxl.Workbook()
    for row in [HEADER.strip().split(","), *rows]:
        book.active.append(row)
    return book


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


DAY = date(2016, 4, 1)


def test_a_formula_without_its_result_is_refused(tmp_path: Path) -> None:
    book = workbook(["a", DAY, "=DATE(2016,1,1)", None, None], ["b", DAY, None, None, None])
    for name in ("visit_list.xlsx", "visit_list.xlsm"):
        evaluation = read(tmp_path, saved(book), name)
        assert value(evaluation, "befores") == "invalid"
        assert told(evaluation)[0] == (2, "before", "formula-cell")
        (tmp_path / "returns" / name).unlink()


def test_percent_cells_are_what_they_show(tmp_path: Path) -> None:
    book = workbook(["a", DAY, None, None, 0.31], ["b", DAY, None, None, 0.29])
    for row in (2, 3):
        book.active.cell(row, 5).number_format = '0.0" of "%'
    assert value(read(tmp_path, saved(book), "visit_list.xlsx"), "shares") == 30


def test_workbooks_of_1904(tmp_path: Path) -> None:
    book = workbook(["a", DAY, None, None, None])
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    plain = saved(book)
    assert value(read(tmp_path, plain, "visit_list.xlsx"), "visits") == 1
    extended = io.BytesIO()
    extension = b'<extLst><ext><x:workbookPr xmlns:x="urn:x" chartTrackingRefBase="1"/></ext></extLst></workbook>'
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(extended, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</workbook>", extension))
    assert value(read(tmp_path, extended.getvalue(), "visit_list.xlsx"), "visits") == 1


def test_hidden_sheets_and_sheets_without_a_header(tmp_path: Path) -> None:
    book = workbook(["a", DAY, None, None, None])
    book.create_sheet("old").append(HEADER.strip().split(","))
    book["old"].append(["b", DAY, None, None, None])
    for state in ("hidden", "veryHidden"):
        book["old"].sheet_state = state
        evaluation = read(tmp_path, saved(book), "visit_list.xlsx")
        assert (value(evaluation, "visits"), told(evaluation)) == (1, [(None, None, "hidden-sheet")])
    del book["old"]
    book.create_sheet("May").append(["b", DAY, None, None, None])
    evaluation = read(tmp_path, saved(book), "visit_list.xlsx")
    assert (value(evaluation, "visits"), told(evaluation)) == ("invalid", [(None, None, "sheet-without-header")])


def test_the_blanks_of_merged_cells_are_refused(tmp_path: Path) -> None:
    book = workbook(*[[str(row), DAY, DAY if row == 1 else None, "x", None] for row in range(1, 5)])
    book.active.merge_cells("C2:C4")
    evaluation = read(tmp_path, saved(book), "visit_list.xlsx")
    assert (value(evaluation, "visits"), value(evaluation, "befores")) == (4, "invalid")
    assert [kind for *_, kind in told(evaluation)] == ["merged-cell"] * 2
    book.active.merge_cells("D5:E5")
    assert (5, "share", "merged-cell") in told(read(tmp_path, saved(book), "visit_list.xlsx"))


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_file_that_ends_within_a_record_is_not_used(tmp_path: Path, quote: str) -> None:
    lines = [f"{quote}a{quote},2016-04-01,,x,1", "b,2016-04-02"]
    evaluation = read(tmp_path, HEADER + "\n".join(lines))
    assert (value(evaluation, "visits"), told(evaluation)) == ("invalid", [(3, None, "cut-list")])
    assert value(read(tmp_path, HEADER + "\n".join([*lines, ""])), "visits") == 2
    assert value(read(tmp_path, HEADER + "\n".join([lines[0], "b,2016-04-02,,x,1"])), "visits") == 2


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.none() | TEXTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_any_table_is_read_back_from_a_workbook(tmp_path_factory: pytest.TempPathFactory, rows: Any) -> None:
    path = tmp_path_factory.mktemp("book") / "table.xlsx"
    header = [f"title {place}" for place in range(len(rows[0]))]
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    book.save(path)
    (sheet,) = read_sheets(path)
    read_back = [list(row) for row in sheet.rows.iter_rows()]
    assert read_back == [header, *rows][: len(read_back)]
    assert not any(any(row) for row in rows[len(read_back) - 1 :])
    assert not sheet.faults


@pytest.mark.parametrize(
    ("share", "expected"), [("1", "invalid"), ("1.0", "invalid"), ("1%", 1), ("0", 0), ("1.5", 1.5)]
)
def test_a_bare_one_may_be_all_of_a_hundred(tmp_path: Path, share: str, expected: float | str) -> None:
    evaluation = read(tmp_path, f"{HEADER}a,2016-04-01,,,{share}\n")
    assert value(evaluation, "shares") == expected
    assert told(evaluation) == ([(2, "share", "fraction")] if expected == "invalid" else [])
