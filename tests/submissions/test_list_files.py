"""Files of records as people save them: what cannot be read is told with its place, and nothing is lost."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
import xlsxwriter

import pmf_engine as pmf
import pmf_engine.evaluation.lifetimes
import pmf_engine.records.coverage
import pmf_engine.records.overlap
import pmf_engine.records.pasted
import pmf_engine.records.record_problems
import pmf_engine.records.text_problems
import pmf_engine.submissions.decimal_slips
import pmf_engine.submissions.excel_tables
import pmf_engine.submissions.figure_checks
import pmf_engine.submissions.later_files
import pmf_engine.submissions.layouts.reading
import pmf_engine.submissions.list_csv
import pmf_engine.submissions.list_files
import pmf_engine.submissions.list_headers
import pmf_engine.submissions.list_sheets
import pmf_engine.submissions.list_values
import pmf_engine.submissions.record_texts
import pmf_engine.submissions.returns
import pmf_engine.submissions.sheet_facts
import pmf_engine.submissions.sheet_grids
import pmf_engine.submissions.totals
import pmf_engine.submissions.wholes
from pmf_engine.submissions.problem_kinds import KINDS
from pmf_engine.submissions.register_kinds import REGISTER_KINDS
from tests.submissions import test_list_cells
from tests.submissions.test_submissions import MODULES
from tests.support.boards import HEAD, OF_A_PROBLEM, cell, evaluate, read_frame, write_board

LISTS = """\
lists:
  referral_list:
    title: Referrals
    from: care
    date: received_on
    columns: {child_id: text, received_on: date, cost: number?, urgent: truth?, district: text}
  plan_list:
    title: Plans
    from: [care, police]
    spell: [started_on, ended_on]
    columns: {agency: text, started_on: date, ended_on: date?, ward: text?}
"""
INDICATORS = """
number: {frequency: quarterly, by: [district, agency], formula: count(referral_list)}
total: {frequency: quarterly, by: [district], formula: sum(cost of referral_list)}
urgent_ones: {frequency: quarterly, formula: count(referral_list where urgent)}
at_end: {frequency: quarterly, by: [agency, ward], formula: count(plan_list open)}
"""
HEADER = "child_id,received_on,cost,urgent,district\n"
ROW = "a,2016-04-01,1,yes,North\n"
PLANS = "agency,started_on,ended_on,ward\n"
COVERS = "file,received_on,covers_from,covers_to\n"


def covering(*names: str) -> dict[str, Any]:
    """A manifest that says that these files cover April to September 2016."""
    return {"manifest.csv": COVERS + "".join(f"{name},2016-10-01,2016-04-01,2016-09-30\n" for name in names)}


Q1, Q2 = "2016-17 Q1", "2016-17 Q2"
COLUMNS = {
    "child_id": ["a", "b"],
    "received_on": [date(2016, 4, 1), date(2016, 6, 30)],
    "cost": [1.5, None],
    "urgent": [True, False],
    "district": ["North", "South"],
}


LIST_MODULES = (
    pmf_engine.submissions.excel_tables,
    pmf_engine.submissions.list_csv,
    pmf_engine.submissions.list_files,
    pmf_engine.submissions.list_headers,
    pmf_engine.submissions.list_sheets,
    pmf_engine.submissions.list_values,
    pmf_engine.submissions.number_formats,
    pmf_engine.submissions.record_texts,
    pmf_engine.submissions.sheet_facts,
)


STANDING_MODULES = (
    pmf_engine.submissions.decimal_slips,
    pmf_engine.submissions.later_files,
    pmf_engine.submissions.totals,
    pmf_engine.submissions.wholes,
)

SHEET_MODULES = (
    pmf_engine.submissions.other_sheets,
    pmf_engine.submissions.returns,
    pmf_engine.submissions.sheet_grids,
    pmf_engine.submissions.blank_groups,
    pmf_engine.submissions.layouts.mapped,
    pmf_engine.submissions.layouts.footnotes,
    pmf_engine.submissions.layouts.reading,
    pmf_engine.submissions.layouts.scope,
    pmf_engine.submissions.layouts.value_columns,
    pmf_engine.submissions.layouts.years,
)
"""`test_awful_files` and `test_mapped` reach the kinds of problems of these."""


def read(folder: Path, files: Mapping[str, str | bytes | pl.DataFrame], **options: Any) -> pmf.Evaluation:
    """The evaluation of a board over these files."""
    adults = "adults: {title: A, from: care, kind: stock, frequency: annual}"
    write_board(folder, adults, options.pop("indicators", INDICATORS), head=HEAD + options.pop("lists", LISTS))
    for name, content in files.items():
        path = folder / "returns" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pl.DataFrame) and path.suffix == ".parquet":
            content.write_parquet(path)
        elif isinstance(content, pl.DataFrame):
            content.write_excel(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return evaluate(folder, **({"as_of": date(2017, 1, 1)} | options))


def said(evaluation: pmf.Evaluation) -> list[tuple[Any, ...]]:
    """File, row, column, text and kind of every problem."""
    return evaluation.problems.select("file", "row", "column", "text", "kind").rows()


def number(evaluation: pmf.Evaluation, group: str | None = None, period: str = Q1, of: str = "number") -> Any:
    """The value of an indicator, or its status where it has none."""
    value = cell(evaluation, of, period, "value", group)
    return cell(evaluation, of, period, "status", group) if value is None else value


LATER = "e,2016-09-30,1,no,South\n"
GOOD = HEADER + ROW + "b,2016-05-01,2,no,South\n" + LATER


# -- forms that are read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.rstrip("\n"),
        GOOD + ",,,,\n,,,,\n\n",
        GOOD + " , ,, ,\n" + '"","","","",""\n',
        GOOD.replace("a,", '"a",').replace("b,", '"b, or c",'),
        GOOD.replace("a,", "Zo\u00eb,"),
        GOOD.replace("a,", "Zo\u00eb,").encode("cp1252"),
        "Referrals received,,,,\n\n" + GOOD,
        GOOD.replace(",", "|").replace("a|", '"a"|'),
        "Referrals received\n\n" + GOOD.replace("a,", '"a",').replace("b,", '"b, or c",'),
        'Referrals,"in Q1, as sent",x,y,z,one more\n' + GOOD.replace(",", ";").replace("a;", '"a";'),
        "Referrals \u2013 Q1\n\n".encode("cp1252") + GOOD.replace("a,", "Zo\u00eb,").encode("cp1252"),
        GOOD.replace("child_id,received_on", "Child ID, Received On "),
        GOOD.replace("2016-05-01", "01/05/2016"),
        GOOD.replace("2016-04-01", "01/04/2016 00:00:00").replace("2016-05-01", "2016-05-01T09:30:00"),
        GOOD.replace("2016-04-01", "01/04/2016 13:05").replace("2016-05-01", " 2016-05-01 09:30:00 "),
        GOOD.replace(",1,yes,North", ', \u00a31.00 ,Y," NORTH "'),
        "district,cost,received_on,urgent,child_id\nNorth,1,2016-04-01,TRUE,a\nsouth,2,2016-05-01,n,b\n"
        "South,1,2016-09-30,0,e\n",
    ],
)  # fmt: skip
def test_forms_that_people_save(tmp_path: Path, content: str | bytes) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": content})
    assert said(evaluation) == []
    assert [number(evaluation, group) for group in (None, "North", "South", "care")] == [2, 1, 1, 2]
    assert number(evaluation, of="total") == 3
    assert number(evaluation, of="urgent_ones") == 1
    assert number(evaluation, None, Q2) == 1


def test_parquet_and_excel_are_read_by_their_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(COLUMNS)
    datetimes = frame.with_columns(pl.col("received_on").cast(pl.Datetime("us", "UTC")))
    words = frame.with_columns(pl.col("district").cast(pl.Categorical), pl.Series("child_id", [1, 2]))
    decimals = frame.with_columns(pl.Series("cost", [Decimal("1.50"), None]))
    spaced = frame.with_columns(pl.Series("district", [" north ", "South"], pl.Enum([" north ", "South"])))
    local = datetimes.with_columns(pl.col("received_on").dt.replace_time_zone(None))
    ways = [("parquet", one) for one in (frame, datetimes, words, decimals, spaced)]
    for place, (form, one) in enumerate([*ways, ("xlsx", frame), ("xlsx", local)]):
        folder = tmp_path / str(place)
        folder.mkdir()
        evaluation = read(folder, {f"referral_list/a.{form}": one})
        assert said(evaluation) == [], place
        assert [number(evaluation, group) for group in (None, "North", "South")] == [2, 1, 1], place
        assert [number(evaluation, group, of="total") for group in (None, "North")] == ["no_data", 1.5], place
        assert number(evaluation, of="urgent_ones") == 1, place


def test_a_frame_is_read_as_a_file_is(tmp_path: Path) -> None:
    framework = read(tmp_path, {"referral_list.csv": GOOD}).framework
    for frame in (pl.DataFrame(COLUMNS), pl.DataFrame(COLUMNS).lazy(), pl.DataFrame(COLUMNS).cast(pl.String)):
        submissions = read_frame(None, framework, lists={"referral_list": frame})
        evaluation = pmf.evaluate(framework, submissions, period=None, as_of=date(2017, 1, 1))
        assert [number(evaluation, group) for group in (None, "North", "South")] == [2, 1, 1]
        assert said(evaluation) == []


def test_a_frame_of_an_unknown_list_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    framework = read(tmp_path, {"referral_list.csv": GOOD}).framework
    with pytest.raises(pmf.UnknownName, match="unknown list `plan_lst`; did you mean `plan_list`"):
        pmf.Submissions.from_frames(framework, lists={"plan_lst": pl.DataFrame(COLUMNS)}, received_on=None)


def test_several_files_globs_and_folders_are_one_list(tmp_path: Path) -> None:
    frame = pl.DataFrame(COLUMNS).drop("district")
    files: dict[str, str | bytes | pl.DataFrame] = {
        "referral_list_2016-17.csv": HEADER + ROW,
        "care/Referral_List-2.CSV": HEADER + ROW.replace("a,", "c,"),
        "referral_list/2016/part-1.csv": HEADER + ROW.replace("a,", "d,"),
        "referral_list/district=North/part.parquet": frame,
        "referral_list/district=South/part.csv": "child_id,received_on,cost,urgent\nx,2016-04-02,3,no\n,,,\n",
    }
    evaluation = read(tmp_path, files)
    assert said(evaluation) == []
    assert [number(evaluation, group) for group in (None, "North", "South")] == [6, 5, 1]


def test_files_are_known_by_patterns(tmp_path: Path) -> None:
    global_lists = LISTS.replace("    date: received_on\n", "    date: received_on\n    files: extracts/**/ref*.csv\n")
    write_board(tmp_path, "adults: {title: A, from: care, kind: stock, frequency: annual}", INDICATORS,
                head=HEAD + global_lists)  # fmt: skip
    for name in ("extracts/2016/referrals.csv", "extracts/ref.csv", "referral_list.csv"):
        path = tmp_path / "returns" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + ROW.replace("a,", f"{len(name)},"), encoding="utf-8")
    manifest = covering("extracts/2016/referrals.csv", "extracts/ref.csv")["manifest.csv"]
    (tmp_path / "returns" / "manifest.csv").write_text(manifest, encoding="utf-8")
    evaluation = evaluate(tmp_path, as_of=date(2017, 1, 1))
    assert number(evaluation) == 2
    assert evaluation.problems.select("file", "kind").rows() == [
        ("referral_list.csv", "arrival-unknown"),
        ("referral_list.csv", "not-a-return"),
    ]


# -- Excel ----------------------------------------------------------------------------------------


def test_rows_of_a_sheet_are_counted_as_excel_counts_them(tmp_path: Path) -> None:
    (tmp_path / "returns").mkdir()
    book = xlsxwriter.Workbook(tmp_path / "returns" / "referral_list.xlsx")
    sheet = book.add_worksheet("Referrals")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(2, 0, "Referrals received in the quarter")
    for place, title in enumerate(HEADER.strip().split(",")):
        sheet.write(4, place, title)
    sheet.write_row(5, 0, [17, None, 1.25, True, "North"])
    sheet.write_datetime(5, 1, datetime(2016, 4, 1), day)
    sheet.write_row(7, 0, ["b", "soon", 2, "no", "South"])
    book.add_worksheet("Empty")
    book.add_worksheet("Notes").write(0, 0, "nothing of a list")
    book.close()
    evaluation = read(tmp_path, covering("referral_list.xlsx"))
    [problem] = evaluation.problems.select(OF_A_PROBLEM).rows()
    assert problem[:6] == ("referral_list.xlsx", "Referrals", 8, "received_on", "soon", "not-a-date")
    assert [number(evaluation, group) for group in (None, "North", "South")] == ["invalid", 1, "invalid"]
    assert number(evaluation, "North", of="total") == 1.25


def test_a_formula_without_a_value_is_not_a_blank(tmp_path: Path) -> None:
    (tmp_path / "returns").mkdir()
    book = xlsxwriter.Workbook(tmp_path / "returns" / "plan_list.xlsx")
    book.add_worksheet("Notes & more").write_formula(0, 0, "=1/0", None, "#DIV/0!")
    sheet = book.add_worksheet("Plans & spells")
    sheet.write_row(2, 1, ["Agency", "started_on", "ended_on", "ward"])
    sheet.write_row(3, 1, ["care", "2016-04-01", None, "Hill"])
    for row, started, error in ((4, "2016-04-03", "#REF!"), (6, "2016-04-02", None)):
        sheet.write_row(row, 1, ["care", started, None, "Hill"])
        if error:
            sheet.write_formula(row, 3, "=A0", None, error)
    sheet.write_formula(6, 4, "=X", None, "#N/A")
    for column in range(1, 5):
        sheet.write_formula(8, column, "=1/0", None, "#DIV/0!")
    book.close()
    evaluation = read(tmp_path, {})
    assert said(evaluation) == [
        ("plan_list.xlsx", 5, "ended_on", "#REF!", "error-cell"),
        ("plan_list.xlsx", 7, "ward", "#N/A", "error-cell"),
        *[
            ("plan_list.xlsx", 9, name, "#DIV/0!", "error-cell")
            for name in ("Agency", "ended_on", "started_on", "ward")
        ],
    ]  # fmt: skip
    assert number(evaluation, of="at_end") == "invalid"
    assert number(evaluation, "Hill", of="at_end") == "invalid"


def test_an_excel_file_that_is_none_is_told(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.xlsx": b"PK nonsense", "referral_list_2.csv": GOOD})
    assert said(evaluation) == [("referral_list.xlsx", None, None, None, "unreadable")]
    assert number(evaluation) == "invalid"


@pytest.mark.parametrize(
    ("notes", "told", "expected"),
    [
        (["District", "Officer"], [("Notes", "sheet-not-read")], 1),
        (["child_id", "received_on", "Officer"], [("Notes", "list-column-missing")], "invalid"),
    ],
)
def test_a_sheet_that_shares_a_column_with_a_list_is_something_else(
    tmp_path: Path, notes: list[str], told: list[tuple[str, str]], expected: object
) -> None:
    (tmp_path / "returns").mkdir()
    book = xlsxwriter.Workbook(tmp_path / "returns" / "referral_list.xlsx")
    book.add_worksheet("Notes").write_row(0, 0, notes)
    sheet = book.add_worksheet("Referrals")
    sheet.write_row(0, 0, HEADER.strip().split(","))
    sheet.write_row(1, 0, ["a", "2016-04-01", 1, "yes", "North"])
    book.close()
    locks = {"~$referral_list.xlsx": b"\0", "referral_list/~$a.xlsx": b"\0"}
    evaluation = read(tmp_path, locks | covering("referral_list.xlsx"), period=Q1)
    assert evaluation.problems.select("sheet", "kind").rows() == told
    assert number(evaluation) == expected


def test_sheets_without_a_list_are_told(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.xlsx": pl.DataFrame({"x": [1], "y": [2]})})
    assert said(evaluation) == [("referral_list.xlsx", None, None, None, "not-a-list")]


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "text", "kind", "group"),
    [
        ("b,2016-13-01,2,no,South", "received_on", "2016-13-01", "not-a-date", "invalid"),
        ("b,2016-02-30,2,no,South", "received_on", "2016-02-30", "not-a-date", "invalid"),
        ("b,04/13/2016,2,no,South", "received_on", "04/13/2016", "month-first-date", "invalid"),
        ("b,01/05/16,2,no,South", "received_on", "01/05/16", "not-a-date", "invalid"),
        ("b,42491,2,no,South", "received_on", "42491", "not-a-date", "invalid"),
        ("b,,2,no,South", "received_on", "", "blank", "invalid"),
        ("b,2016-05-01,1O,no,South", "cost", "1O", "not-a-number", 1),
        ("b,2016-05-01,1e400,no,South", "cost", "1e400", "not-a-number", 1),
        ("b,2016-05-01,inf,no,South", "cost", "inf", "not-a-number", 1),
        ("b,2016-05-01," + "9" * 400 + ",no,South", "cost", "9" * 400, "not-a-number", 1),
        ("b,2016-05-01,2,maybe,South", "urgent", "maybe", "not-yes-or-no", 1),
        (",2016-05-01,2,no,South", "child_id", "", "blank", 1),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, row: str, column: str, text: str, kind: str, group: object
) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": HEADER + ROW + row + "\n" + LATER})
    assert said(evaluation) == [("referral_list.csv", 3, column, text, kind)]
    lost = column == "received_on"
    assert [number(evaluation, name) for name in (None, "North", "South")] == ["invalid" if lost else 2, 1, group]
    assert number(evaluation, "South", Q2) == ("invalid" if lost else 1)  # it may be of any period
    of_cost = [number(evaluation, name, of="total") for name in (None, "North")]
    assert of_cost == [("invalid" if lost or column == "cost" else 3), 1]
    assert number(evaluation, of="urgent_ones") == ("invalid" if lost or column == "urgent" else 1)


@pytest.mark.parametrize(
    ("header", "kind", "column"),
    [
        ("child_id,received_on,cost,urgent\n", "list-column-missing", None),
        ("child_id,recieved_on,cost,urgent,district\n", "list-column-missing", None),
        ("child_id,received_on,cost,Cost,district,urgent\n", "list-column-twice", None),
        ("period,agency,figure,value\n", "not-a-list", None),
        ("", "empty-file", None),
    ],
)
def test_a_header_that_cannot_be_used_leaves_all_invalid(
    tmp_path: Path, header: str, kind: str, column: str | None
) -> None:
    files = {"referral_list.csv": header and header + ROW, "referral_list_2.csv": GOOD}
    evaluation = read(tmp_path, files)
    [problem] = evaluation.problems.select("file", "kind").rows()
    assert problem == ("referral_list.csv", kind)
    assert number(evaluation) == "invalid"  # what it holds may be of any time
    if kind == "list-column-missing":
        assert evaluation.problems["row"].to_list() == [1]
        missing = "`district`" if "recieved" not in header else "`received_on`"
        meant = "; did you mean `recieved_on`?" if "recieved" in header else ""
        message = f"no column {missing} in this header; nothing in this file can be used{meant}"
        assert evaluation.problems["message"].to_list() == [message]


def test_where_a_file_says_its_days_no_others_are_in_doubt(tmp_path: Path) -> None:
    files = {
        "referral_list.csv": "period,agency\n",
        "referral_list_2.csv": HEADER + ROW.replace("04-01", "08-01"),
        "manifest.csv": COVERS + "referral_list.csv,2016-07-01,2016-04-01,2016-06-30\n"
        "referral_list_2.csv,2016-10-01,2016-07-01,2016-09-30\n",
    }
    evaluation = read(tmp_path, files)
    assert [number(evaluation, None, period) for period in (Q1, Q2)] == ["invalid", 1]


def test_columns_that_a_list_does_not_have_are_named_once(tmp_path: Path) -> None:
    content = GOOD.replace("\n", ",x,y\n").replace("district,x,y", "district,Worker,Notes")
    evaluation = read(tmp_path, {"referral_list.csv": content})
    [problem] = evaluation.problems.select("file", "row", "kind", "message").rows()
    message = "`Worker`, `Notes` are no columns of this list and are not read"
    assert problem == ("referral_list.csv", 1, "columns-not-read", message)
    assert number(evaluation) == 2


def test_a_repeated_record_is_counted_and_told(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": HEADER + ROW + ROW} | covering("referral_list.csv"))
    assert evaluation.problems.select("file", "row", "kind", "message").rows() == [
        ("referral_list.csv", 3, "repeated-record", "this record is the same as row 2; both are counted"),
    ]
    assert number(evaluation) == 2


def _records(first: int, last: int) -> str:
    """A record for each day of April 2016 from one day to another."""
    return "".join(ROW.replace("04-01", f"04-{day:02d}") for day in range(first, last + 1))


LATER_ROWS = "the rows {} to {} are the rows {} to {} again, in the same order"


@pytest.mark.parametrize(
    ("rows", "row", "how"),
    [
        (_records(1, 5) * 2, None, "each record of this file is there 2 times"),
        (_records(1, 5) * 3, None, "each record of this file is there 3 times"),
        ("".join(_records(day, day) * 2 for day in range(5, 0, -1)), None, "each record of this file is there 2 times"),
        (_records(1, 9) + _records(3, 8), 11, LATER_ROWS.format(11, 16, 4, 9)),
        (_records(1, 9) + _records(1, 3) + _records(20, 20) + _records(5, 9), 11, LATER_ROWS.format(11, 19, 2, 10)),
        (_records(11, 12) + _records(1, 6) + _records(20, 24) + _records(1, 6), 15, LATER_ROWS.format(15, 20, 4, 9)),
    ],
)
def test_an_extract_that_is_pasted_twice_is_refused(tmp_path: Path, rows: str, row: int | None, how: str) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": HEADER + rows} | covering("referral_list.csv"))
    assert evaluation.problems.select("file", "row", "kind", "message").rows() == [
        (
            "referral_list.csv",
            row,
            "pasted-records",
            f"{how}, as if an extract was pasted twice; nothing in this file can be used until each record is sent "
            "once; where they are different records, the list needs a column that tells them apart",
        )
    ]
    assert number(evaluation) == "invalid"


@pytest.mark.parametrize(
    "rows",
    [
        _records(1, 4) * 2,  # four alike may be chance
        ROW * 20,  # one day
        ROW * 6 + _records(2, 2) * 6 + _records(3, 3) * 6,
        _records(1, 7) + "".join(_records(day, day) for day in range(6, 0, -1)),  # in another order
        _records(1, 5) + _records(1, 30) + ROW * 20,  # less than a tenth
    ],
)
def test_records_that_are_alike_by_chance_are_counted(tmp_path: Path, rows: str) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": HEADER + rows} | covering("referral_list.csv"))
    assert set(evaluation.problems["kind"]) == {"repeated-record"}
    assert number(evaluation) == rows.count("\n")


def test_files_of_one_day_that_share_a_record_are_of_no_use_for_the_days_they_share(tmp_path: Path) -> None:
    files = {
        "referral_list.csv": HEADER + ROW,
        "referral_list_2.csv": HEADER + ROW + ROW.replace("a,", "b,"),
        "manifest.csv": COVERS + "referral_list.csv,2016-10-01,2016-04-01,2016-06-30\n"
        "referral_list_2.csv,2016-10-01,2016-04-01,2016-09-30\n",
    }
    evaluation = read(tmp_path, files)
    assert [number(evaluation, None, period) for period in (Q1, Q2)] == ["invalid", 0]
    [problem] = evaluation.problems.filter(kind="records-shared").select("file", "message").rows()
    assert problem == (
        "referral_list_2.csv",
        "this file and `referral_list.csv` both cover 2016-04-01 to 2016-06-30 and have records in common, and nothing "
        "says which of the two came later; so no value of these days is used until a line of manifest.csv such as "
        "`referral_list_2.csv,2016-10-01,2016-04-01,2016-06-30` says when each was received, or one is taken away",
    )


def test_an_unknown_group_leaves_all_groups_of_its_period_in_doubt(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": GOOD.replace("2,no,South", "2,no,Suoth")})
    [problem] = evaluation.problems.select("file", "row", "column", "text", "kind", "message").rows()
    message = "unknown group `Suoth` of `district`; did you mean `South`?"
    assert problem == ("referral_list.csv", 3, "district", "Suoth", "unknown-group", message)
    assert [number(evaluation, group) for group in (None, "North", "South")] == [2, "invalid", "invalid"]
    assert [number(evaluation, group, Q2) for group in (None, "North", "South")] == [1, 0, 1]


def test_agencies_that_are_not_known_or_do_not_send_the_list(tmp_path: Path) -> None:
    rows = ["care,2016-04-01,,", "polise,2016-04-01,,", "Statistics Office,2016-07-01,,", "Police,2016-07-01,,"]
    evaluation = read(tmp_path, {"plan_list.csv": PLANS + "\n".join(rows) + "\n"})
    assert said(evaluation) == [
        ("plan_list.csv", 3, "agency", "polise", "unknown-agency"),
        ("plan_list.csv", 4, "agency", "Statistics Office", "wrong-sender"),
    ]
    assert evaluation.problems["message"].to_list() == [
        "unknown agency `polise`; did you mean `Police`?",
        "`Statistics Office` does not send `plan_list`; it comes from `care` or `police`",
    ]
    assert [number(evaluation, group, Q1, "at_end") for group in ("care", "police")] == ["invalid"] * 2


def test_an_unclosed_quote_takes_one_record_and_is_not_passed_over(tmp_path: Path) -> None:
    rows = ['b,2016-05-01,2,no,"South', "c,2016-05-02,2,no,South", "d,2016-05-03,2,no,North"]
    evaluation = read(tmp_path, {"referral_list.csv": HEADER + ROW + "\n".join(rows) + "\n"})
    assert [row[:2] + row[4:] for row in said(evaluation)] == [("referral_list.csv", 3, "unclosed-quote")]
    # a record that nothing is known of may be of any period and group
    assert [number(evaluation, group) for group in (None, "North", "South")] == ["invalid"] * 3
    assert evaluation.problems.height == 1


def test_a_record_that_nothing_is_known_of_may_be_of_a_group_that_it_need_not_name(tmp_path: Path) -> None:
    rows = ["care,2016-04-01,,Hill", 'police,2016-04-01,,"Hill']
    evaluation = read(tmp_path, {"plan_list.csv": PLANS + "\n".join(rows) + "\n"})
    assert [row[1:2] + row[4:] for row in said(evaluation)] == [(3, "unclosed-quote")]
    assert number(evaluation, "Hill", of="at_end") == "invalid"


def test_a_cell_too_many_sets_its_record_aside(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": GOOD.replace("2,no,South", "2,no,South,5")})
    assert [row[:2] + row[4:] for row in said(evaluation)] == [("referral_list.csv", 3, "surplus-cell")]
    assert number(evaluation) == "invalid"
    split = GOOD.replace("b,2016-05-01,2,", "b,2016-05-01,1,234,")
    evaluation = read(tmp_path, {"referral_list.csv": split})
    assert [row[:2] + row[4:] for row in said(evaluation)] == [("referral_list.csv", 3, "split-number")]
    assert [number(evaluation, of=of) for of in ("number", "total")] == ["invalid"] * 2


def test_types_that_are_not_those_of_the_list(tmp_path: Path) -> None:
    frame = pl.DataFrame(COLUMNS).with_columns(cost=pl.lit(float("nan")), urgent=pl.lit(1), child_id=pl.lit(0.5))
    evaluation = read(tmp_path, {"referral_list.parquet": frame})
    places = [(row, name, kind) for row in (1, 2) for name, kind in
              (("child_id", "not-a-text"), ("cost", "not-a-number"), ("urgent", "not-yes-or-no"))]  # fmt: skip
    assert sorted((row, column, kind) for _, row, column, _, kind in said(evaluation)) == sorted(places)
    assert number(evaluation) == 2
    assert [number(evaluation, of=of) for of in ("total", "urgent_ones")] == ["invalid"] * 2
    evaluation = read(tmp_path, {"referral_list.parquet": frame.with_columns(received_on=pl.lit(20160401))})
    assert {row[2:] for row in said(evaluation) if row[2] == "received_on"} == {
        ("received_on", "20160401", "not-a-date")
    }


def test_an_optional_text_of_another_type_is_not_blank(tmp_path: Path) -> None:
    plans = pl.DataFrame({"agency": ["care"], "started_on": [date(2016, 4, 1)], "ended_on": [None], "ward": [1.5]})
    files = {"plan_list.parquet": plans.cast({"ended_on": pl.Date})}
    evaluation = read(tmp_path, files | covering("plan_list.parquet"))
    assert said(evaluation) == [("plan_list.parquet", 1, "ward", "1.5", "not-a-text")]
    assert number(evaluation, of="at_end") == "late"  # the police have sent none
    assert number(evaluation, "care", of="at_end") == 1


def test_a_parquet_file_that_is_damaged_or_has_a_column_called_row(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.parquet": b"PAR1 nonsense PAR1"})
    assert [row[-1] for row in said(evaluation)] == ["unreadable"]
    evaluation = read(tmp_path, {"referral_list.parquet": pl.DataFrame(COLUMNS).with_columns(row=pl.lit(7))})
    assert [row[-1] for row in said(evaluation)] == ["columns-not-read"]
    assert number(evaluation) == 2


def test_a_long_text_with_quotes_is_read_as_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pmf_engine.submissions.list_csv, "_SMALL", 0)
    rows = ['"a",2016-04-01,,,North', 'b,2016-05-01,2,no,"South"', "c,2016-05-02,,no,South"]
    files = {"referral_list.csv": HEADER + "\n".join(rows) + "\n"}
    evaluation = read(tmp_path, files | covering("referral_list.csv"))
    assert said(evaluation) == []
    assert [number(evaluation, group) for group in (None, "North", "South")] == [3, 1, 2]
    plans = ['"care",2016-04-01,,Hill', "care,2016-04-02,,", 'care,2016-04-03,,"Hill']
    files = {"plan_list.csv": PLANS + "\n".join([*plans, 'care,2016-04-03,,Hill"', ""])}
    evaluation = read(tmp_path, files | covering("referral_list.csv", "plan_list.csv"))
    assert [row[1:3] + row[4:] for row in said(evaluation) if row[0] == "plan_list.csv"] == [
        (4, None, "swallowed-records")
    ]
    assert number(evaluation, "care", of="at_end") == "invalid"


def test_many_mistakes_are_told_a_hundred_times(tmp_path: Path) -> None:
    rows = "".join(f"{place},soon,1,no,Suoth\n" for place in range(150))
    evaluation = read(tmp_path, {"referral_list.csv": GOOD + rows + ROW * 150})
    counts = dict(evaluation.problems["kind"].value_counts().rows())
    assert counts == {"not-a-date": 100, "unknown-group": 100, "repeated-record": 100, "more-records": 1}
    assert evaluation.problems.filter(kind="more-records")["message"].to_list() == [
        "there are more than 100 such records in this file"
    ]


# -- the manifest ----------------------------------------------------------------------------------------


def test_a_later_file_that_speaks_for_all_its_days_takes_the_place_of_another(tmp_path: Path) -> None:
    files = {
        "referral_list_1.csv": HEADER + ROW + ROW.replace("a,", "b,"),
        "referral_list_2.csv": HEADER + ROW.replace("a,", "c,"),
        "manifest.csv": COVERS + "referral_list_1.csv,2016-07-01,2016-04-01,2016-06-30\n"
        "referral_list_2.csv,2016-10-01,2016-04-01,2016-09-30\n",
    }
    evaluation = read(tmp_path, files)
    assert number(evaluation) == 1
    assert evaluation.problems.select("file", "kind", "message").rows() == [
        ("referral_list_1.csv", "file-superseded",
         "`referral_list_2.csv` came later and speaks for 2016-04-01 to 2016-06-30; "
         "for these days its records are not counted")
    ]  # fmt: skip
    before = read(tmp_path, files, as_of=date(2016, 9, 30))  # the later one had not come
    assert number(before) == 2
    assert said(before) == []


def test_a_later_file_takes_the_place_of_another_for_the_days_that_it_speaks_for(tmp_path: Path) -> None:
    # The earlier one speaks for April alone then: of its two records the one of May is told anew by the later.
    may = ROW.replace("a,", "b,").replace("2016-04-01", "2016-05-20")
    files = {
        "referral_list_1.csv": HEADER + ROW.replace("2016-04-01", "2016-04-30") + may,
        "referral_list_2.csv": HEADER + may.replace("b,", "c,") + may.replace("b,", "d,"),
        "manifest.csv": COVERS + "referral_list_1.csv,2016-06-01,2016-04-01,2016-05-31\n"
        "referral_list_2.csv,2016-07-01,2016-05-01,2016-06-30\n",
    }
    assert ROW.count("2016-04-01") == 1
    evaluation = read(tmp_path, files)
    assert number(evaluation) == 3
    assert ("referral_list_1.csv", "file-superseded") in evaluation.problems.select("file", "kind").rows()


def test_files_that_came_on_one_day_are_parts_of_one(tmp_path: Path) -> None:
    files = {
        "referral_list_1.csv": HEADER + ROW,
        "referral_list_2.csv": HEADER + ROW.replace("a,", "b,"),
        "manifest.csv": COVERS + "".join(f"referral_list_{n}.csv,2016-07-01,2016-04-01,2016-06-30\n" for n in (1, 2)),
    }
    evaluation = read(tmp_path, files)
    assert number(evaluation) == 2
    assert said(evaluation) == []


def test_what_a_file_does_not_speak_for_is_not_counted_and_told(tmp_path: Path) -> None:
    files = {
        "referral_list.csv": HEADER + ROW + ROW.replace("2016-04-01", "2015-04-01"),
        "manifest.csv": COVERS + "referral_list.csv,2016-07-01,2016-04-01,2016-06-30\n",
    }
    evaluation = read(tmp_path, files)
    assert number(evaluation) == 1
    assert evaluation.problems.select("row", "column", "kind", "message").rows() == [
        (3, "received_on", "outside-record",
         "`2015-04-01` is none of the days from 2016-04-01 to 2016-06-30 that this file speaks for; "
         "this record is not counted")
    ]  # fmt: skip


def test_what_one_agency_sends_later_replaces_nothing_of_another(tmp_path: Path) -> None:
    def plans(*rows: str) -> str:
        return PLANS + "".join(f"{row},,\n" for row in rows)

    files = {
        "plan_list_1.csv": plans("Social Care,2016-04-01", "care,2016-04-02", "police,2016-04-03"),
        "plan_list_2.csv": plans("police,2016-04-04", "Police,2016-04-05"),
        "manifest.csv": COVERS + "plan_list_1.csv,2016-07-01,2016-04-01,2016-06-30\n"
        "plan_list_2.csv,2016-07-05,2016-04-01,2016-06-30\n",
    }
    evaluation = read(tmp_path, files)
    assert [number(evaluation, group, of="at_end") for group in (None, "care", "police")] == [4, 2, 2]
    assert evaluation.problems.select("file", "kind", "message").rows() == [
        ("plan_list_1.csv", "file-superseded",
         "`plan_list_2.csv` came later and speaks for 2016-04-01 to 2016-06-30; "
         "for these days records of `police` are not counted")
    ]  # fmt: skip
    files["plan_list_1.csv"] = plans("care,2016-04-01")
    apart = read(tmp_path, files)
    assert [number(apart, group, of="at_end") for group in (None, "care", "police")] == [3, 1, 2]
    assert said(apart) == []


def test_an_empty_list_of_one_agency_says_that_there_was_nothing(tmp_path: Path) -> None:
    files = {
        "referral_list.csv": HEADER,
        "manifest.csv": COVERS + "referral_list.csv,2016-07-01,2016-04-01,2016-06-30\n",
    }
    evaluation = read(tmp_path, files)
    assert [number(evaluation, group) for group in (None, "North", "South")] == [0, 0, 0]
    [problem] = evaluation.problems.select("file", "kind", "severity", "message").rows()
    assert problem == (
        "referral_list.csv", "empty-list", "note",
        "this file has a header and no records, so there was nothing to count from 2016-04-01 to 2016-06-30; "
        "if there was, send it again with its records",
    )  # fmt: skip
    marks = evaluation.results.filter(pl.col("indicator") == "number", pl.col("period") == Q1)["marks"].to_list()
    text = "`referral_list.csv` has a header and no records"
    assert marks == [[{"kind": "empty_list", "text": text}]] * len(marks)


def test_an_empty_list_that_covers_no_days_says_nothing(tmp_path: Path) -> None:
    evaluation = read(tmp_path, {"referral_list.csv": HEADER, "plan_list.csv": PLANS})
    assert evaluation.problems.select("file", "message").rows() == [
        ("plan_list.csv",
         "this file has a header and no records, and nothing says which agency sent it, so it covers no days"),
        ("referral_list.csv",
         "this file has a header and no records, and nothing says which days it covers; a line of manifest.csv such as "
         "`referral_list.csv,YYYY-MM-DD,YYYY-MM-DD,YYYY-MM-DD` would say it"),
    ]  # fmt: skip
    assert evaluation.results.is_empty()


@pytest.mark.parametrize(
    ("rows", "kinds", "expected"),
    [
        (["2016-04-01,30/6/16"], ["not-a-date"], ["no_data", "invalid", "invalid"]),
        (["2016-06-30,2016-04-01"], ["bad-manifest-dates"], ["invalid"] * 3),
        (["2016-04-01,2016-06-30", "2016-04-01,2016-05-31"], ["file-twice"], ["invalid"] * 3),
        (["2016-04-01,"], ["covers-half"], ["no_data", "invalid", "invalid"]),
        ([",2016-06-30"], ["covers-half"], ["invalid", "invalid", "late"]),
        (["1/4/16,2016-06-30"], ["not-a-date"], ["invalid", "invalid", "late"]),
        (["2016-04-01,2016-06-30"], [], ["no_data", 0, "late"]),
    ],
)
def test_a_file_whose_days_are_not_understood_speaks_for_none(
    tmp_path: Path, rows: list[str], kinds: list[str], expected: list[object]
) -> None:
    manifest = COVERS + "".join(f"plan_list.csv,2016-07-01,{row}\n" for row in rows)
    plans = PLANS + "care,2014-05-01,2015-01-01,\ncare,2016-04-02,2016-05-01,\n"
    for period, value in zip(("2015-16 Q1", Q1, Q2), expected, strict=True):
        evaluation = read(tmp_path, {"plan_list.csv": plans, "manifest.csv": manifest}, period=period)
        assert number(evaluation, "care", period, "at_end") == value, period
        assert [row[-1] for row in said(evaluation)] == kinds


def test_a_folder_says_whose_an_empty_list_is(tmp_path: Path) -> None:
    header = PLANS.removeprefix("agency,")
    files = {
        "plan_list/agency=police/p.csv": header,
        "plan_list/agency=Social%20Care/ward=__HIVE_DEFAULT_PARTITION__/p.csv": "started_on,ended_on\n2016-04-01,\n",
        "plan_list/agency=care/ward=Old%20Town/p.csv": "started_on,ended_on\n2016-04-02,\n",
    }
    evaluation = read(tmp_path, files | covering(*files))
    assert said(evaluation) == [("plan_list/agency=police/p.csv", None, None, None, "empty-list")]
    groups = (None, "care", "police", "Old Town")
    assert [number(evaluation, group, of="at_end") for group in groups] == [2, 2, 0, 1]


# -- values and order --------------------------------------------------------------------------------------

ORDERED = LISTS.replace(
    "    date: received_on\n", "    date: received_on\n    order: [asked_on, received_on, done_on]\n"
)
ORDERED = ORDERED.replace("district: text}", "district: text, asked_on: date?, done_on: date?}", 1)


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("asked", "done", "column"),
    [
        ("2016-05-02", "2016-05-02", None),  # all on one day
        (None, None, None),
        ("2016-05-03", None, "received_on"),
        ("2016-05-01", "2016-05-01", "done_on"),
        ("2019-01-01", None, "received_on"),
    ],
)
def test_a_record_whose_dates_run_otherwise_than_their_order_is_set_aside(
    tmp_path: Path, asked: str | None, done: str | None, column: str | None, form: str
) -> None:
    days = {"received_on": "2016-05-02", "asked_on": asked, "done_on": done}
    frame = pl.DataFrame({**COLUMNS, "cost": [1.5, 2.0], "asked_on": [None, None], "done_on": [None, None]})
    frame = frame.with_columns(pl.col("received_on", "asked_on", "done_on").cast(pl.Date))
    row = {name: [date.fromisoformat(day) if day else None] for name, day in days.items()}
    more = pl.DataFrame({"child_id": ["c"], "cost": [1.0], "urgent": [True], "district": ["North"], **row})
    frame = pl.concat([frame, more.cast({"asked_on": pl.Date, "done_on": pl.Date}).select(frame.columns)])
    name = f"referral_list.{form}"
    content = frame.write_csv() if form == "csv" else frame
    evaluation = read(tmp_path, {name: content} | covering(name), lists=ORDERED)
    expected: list[Any] = [3, 2, 1] if column is None else ["invalid", "invalid", 1]
    assert [number(evaluation, group) for group in (None, "North", "South")] == expected
    problems = evaluation.problems.select("row", "column", "kind").rows()
    assert problems == ([] if column is None else [(4 if form == "csv" else 3, column, "out-of-order")])


VALUED = LISTS.replace("ward: text?", "ward: {type: text?, values: [Hill, Old Town]}")


@pytest.mark.parametrize(
    ("wards", "expected", "kinds"),
    [
        (["Hill", " old town", ""], [3, 1], []),
        (["Hill", "Hil", ""], ["invalid", "invalid"], ["not-a-value"]),
    ],
)
@pytest.mark.parametrize("doubtful", ["", '"'])
def test_cells_are_held_to_the_values_of_their_column(
    tmp_path: Path, wards: list[str], expected: list[object], kinds: list[str], doubtful: str
) -> None:
    rows = [f"care,2016-05-0{day},,{doubtful}{ward}{doubtful}\n" for day, ward in enumerate(wards, 1)]
    files = {"plan_list.csv": PLANS + "".join(rows) + "police,2016-05-01,,\n"}
    indicators = "hill: {frequency: quarterly, by: [agency], formula: count(plan_list open where ward = 'Hill')}\n"
    evaluation = read(tmp_path, files | covering("plan_list.csv"), lists=VALUED, indicators=INDICATORS + indicators)
    assert [number(evaluation, "care", of=of) for of in ("at_end", "hill")] == [3, expected[1]]
    assert evaluation.problems["kind"].to_list() == kinds
    if kinds:
        message = "`Hil` is none of the values of `ward`; expected `Hill` or `Old Town`; did you mean `Hill`?"
        assert evaluation.problems["message"].to_list() == [message]


# -- every kind -----------------------------------------------------------------------------------------


def test_every_kind_of_problem_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Returns: `test_submissions`, `test_standing_cells`, `test_layouts`, `test_lifetimes`, `test_figure_checks`;
    registers: `test_registers`.

    The others are here.
    """

    def named(modules: tuple[ModuleType, ...]) -> str:
        return "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules)

    records = (
        pmf_engine.records.coverage,
        pmf_engine.records.overlap,
        pmf_engine.records.pasted,
        pmf_engine.records.record_problems,
        pmf_engine.records.text_problems,
    )
    text_of_lists = named((*LIST_MODULES, *records))
    of_lists = {kind for kind in KINDS if f'"{kind}"' in text_of_lists}
    of_returns = {kind for kind in KINDS if named(MODULES).count(f'"{kind}"') > 1}
    checks = pmf_engine.submissions.figure_checks
    elsewhere = named((pmf_engine.evaluation.lifetimes, checks, *STANDING_MODULES, *SHEET_MODULES))
    in_others = {kind for kind in KINDS if f'"{kind}"' in elsewhere} | REGISTER_KINDS.keys()
    assert of_lists | of_returns | in_others == KINDS.keys()
    rows = [
        "b,soon,1O,maybe,Suoth", ",2016-05-01,1,no,South", "c,2061-05-01,1,no,South", "c,2020-05-01,1,no,South",
        ROW.strip(),
        *["d,x,1,no,South"] * 101,
    ]  # fmt: skip
    rows = [
        "NULL,2016-05-02,1,no,South", "#N/A,2016-05-03,1,no,South", "=A1,2016-05-04,1,no,South",
        "1.2E+12,2016-05-05,1,no,South", "e,3/25/2016,1,no,South", "f,2/3/2016,1,no,South",
        *rows,
    ]  # fmt: skip
    workbook = io.BytesIO()
    book = xlsxwriter.Workbook(workbook)
    first = book.add_worksheet()
    first.write_row(0, 0, HEADER.strip().split(","))
    first.write_row(1, 0, ["a", "2016-05-01"])
    first.write(1, 2, 1, book.add_format({"font_strikeout": True}))
    first.write(2, 2, 1, book.add_format({"font_color": "white"}))
    first.merge_range(1, 3, 1, 4, "yes")
    first.set_row(1, None, None, {"hidden": True})
    first.set_column(2, 2, None, None, {"hidden": True})
    book.add_worksheet("May").write_row(0, 0, ["a", "2016-05-01", 1, "yes", "North"])
    book.add_worksheet("Old").hide()
    book.add_worksheet().write_row(0, 0, ["district", "officer"])
    book.close()
    files: dict[str, str | bytes | pl.DataFrame] = {
        "referral_list/1.csv": HEADER + ROW + "\n".join(rows) + "\n",
        "referral_list/2.csv": "child_id,received_on\n" + ROW,
        "referral_list/3.csv": "child_id,child id,received_on,cost,urgent,district\n" + ROW,
        "referral_list/4.csv": "period,agency\n",
        "referral_list/5.csv": "",
        "referral_list/6.parquet": b"PAR1",
        "referral_list/7.csv": HEADER.replace("\n", ",more\n") + ROW,
        "referral_list/9.xlsx": workbook.getvalue(),
        "referral_list/8.parquet": pl.DataFrame(COLUMNS).with_columns(child_id=pl.lit(0.5)),
        "referral_list/10.csv": HEADER + ROW + "\0",
        "referral_list/11.csv": HEADER + ROW + "b,2016-05-01",
        "referral_list/12.parquet": pl.DataFrame(COLUMNS).with_columns(child_id=pl.lit("a\0")),
        "referral_list/13.csv": HEADER + _records(1, 5) * 2,
        "plan_list/1.csv": PLANS + "police,2016-05-01,2016-04-01,\npolise,2016-05-01,,\nons,2016-05-01,,\n",
        "plan_list/2.csv": PLANS + "police,2016-05-01,,\n",
        "plan_list/3.csv": PLANS + "police,2016-05-02,,\npolice,2016-07-02,,\npolice,2061-07-02,,\n",
        "plan_list/4.csv": PLANS + "police,2016-05-02,,\n",
        "plan_list/5.csv": PLANS,
        "manifest.csv": COVERS + "plan_list/2.csv,2016-07-01,2016-04-01,2016-06-30\n"
        "plan_list/3.csv,2016-07-02,2016-04-01,2016-06-30\nplan_list/4.csv,2016-07-02,2016-04-01,2016-06-30\n",
    }
    evaluation = read(tmp_path, files, period=Q1)
    (tmp_path / "order").mkdir()
    rows = ["Alicia,2016-04-01,1,yes,North,2016-05-01,\n", "b,2016-04-01,1,yes,Suoth,,\n"]
    header = HEADER.replace("\n", ",asked_on,done_on\n")
    listed = ORDERED.replace("district: text,", "district: {type: text, values: [North, South]},")
    asked = INDICATORS + "alice: {frequency: quarterly, formula: count(referral_list where child_id = 'Alicja')}\n"
    files = {"referral_list.csv": header + "".join(rows)}
    ordered = read(tmp_path / "order", files, lists=listed, indicators=asked).problems["kind"]
    shares = "a,2016-04-01,,,0.31\nb,2016-04-01,,,131\n"
    monkeypatch.setattr(pmf_engine.submissions.list_csv, "_SMALL", 0)
    (tmp_path / "shares").mkdir()
    (tmp_path / "quotes").mkdir()
    quote = 'a,2016-04-01,,"x,1\nb,2016-04-01,,x",1\n'
    quotes = test_list_cells.read(tmp_path / "quotes", test_list_cells.HEADER + quote).problems["kind"]
    percentages = test_list_cells.read(tmp_path / "shares", test_list_cells.HEADER + shares)
    assert of_lists - set(evaluation.problems["kind"]) - {*percentages.problems["kind"], *quotes, *ordered} == set()
    assert evaluation.problems["kind"].dtype == pl.Enum([kind.value for kind in pmf_engine.ProblemKind])
