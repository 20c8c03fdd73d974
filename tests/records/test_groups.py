"""Groups of records however these spell them, in `by`, in `where` and in `distinct`, as in returns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pmf_engine.records import pre_aggregation
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

SPELLINGS = ["Castle Point", "Castle\u00a0Point", "Castle  Point", "CASTLE POINT ", "castle point"]
LISTS = """\
lists:
  referral_list:
    title: Referrals
    from: care
    date: received_on
    columns: {child_id: text, received_on: date, ward: text?}
"""
INDICATORS = """
referrals: {frequency: quarterly, by: [ward], formula: count(referral_list)}
middle: {frequency: quarterly, by: [ward], formula: "median(days(received_on, period_end) of referral_list)"}
there: {frequency: quarterly, formula: "count(referral_list where ward = 'Castle  Point')"}
within: {frequency: quarterly, formula: "count(referral_list where ward in ('CASTLE POINT', 'Hill'))"}
elsewhere: {frequency: quarterly, formula: "count(referral_list where ward != 'castle point')"}
wards: {frequency: quarterly, formula: count(distinct ward of referral_list)}
all_calls: {frequency: quarterly, by: [ward], formula: calls}
"""
Q4 = "2016-17 Q4"


@pytest.mark.parametrize("worth", [1, 1000])
@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_one_ward_in_five_spellings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, worth: int) -> None:
    monkeypatch.setattr(pre_aggregation, "WORTH", worth)
    figures = "calls: {title: Calls, from: care, kind: flow, frequency: quarterly}"
    write_board(tmp_path, figures, INDICATORS, head=HEAD + LISTS)
    write_returns(tmp_path, f"period,agency,figure,ward,value\n{Q4},care,calls,CASTLE POINT,3")
    days = [date(2017, 1, 15)] * len(SPELLINGS)
    records = pl.DataFrame({"child_id": list("abcde"), "received_on": days, "ward": SPELLINGS})
    path = tmp_path / "returns" / f"referral_list.{suffix}"
    if suffix == "csv":
        records.write_csv(path)
    elif suffix == "parquet":
        records.write_parquet(path)
    else:
        records.write_excel(path)
    (tmp_path / "returns" / "manifest.csv").write_text(
        f"file,received_on,covers_from,covers_to\n{path.name},2017-04-10,2017-01-01,2017-03-31\n", encoding="utf-8"
    )
    evaluation = evaluate(tmp_path, Q4, date(2017, 5, 31))
    assert set(evaluation.results["group"]) == {None, "CASTLE POINT"}  # as the return has it
    assert cell(evaluation, "referrals", Q4, "value", "CASTLE POINT") == 5
    assert cell(evaluation, "middle", Q4, "value", "CASTLE POINT") == 75
    values = {id_: cell(evaluation, id_, Q4, "value") for id_ in ("referrals", "there", "within", "elsewhere", "wards")}
    assert values == {"referrals": 5, "there": 5, "within": 5, "elsewhere": 0, "wards": 1}


def test_a_ward_that_no_return_names_is_called_as_it_is_written_with_small_letters(tmp_path: Path) -> None:
    write_board(
        tmp_path, "calls: {title: C, from: care, kind: flow, frequency: quarterly}", INDICATORS, head=HEAD + LISTS
    )
    (tmp_path / "returns").mkdir()
    rows = "".join(f"c,2017-01-15,{text}\n" for text in ("CASTLE POINT", "castle point", "Castle Point"))
    (tmp_path / "returns" / "referral_list.csv").write_text("child_id,received_on,ward\n" + rows, encoding="utf-8")
    (tmp_path / "returns" / "manifest.csv").write_text(
        "file,received_on,covers_from,covers_to\nreferral_list.csv,2017-04-10,2017-01-01,2017-03-31\n", encoding="utf-8"
    )
    evaluation = evaluate(tmp_path, Q4, date(2017, 5, 31))
    assert cell(evaluation, "referrals", Q4, "value", "Castle Point") == 3


def test_a_name_that_a_list_does_not_use_is_no_zero_there(tmp_path: Path) -> None:
    figures = "calls: {title: Calls, from: care, kind: flow, frequency: quarterly}"
    tolerances = "referrals: {good: at most 1}"
    write_board(tmp_path, figures, INDICATORS, tolerances, head=HEAD + LISTS)
    rows = [f"{quarter},care,calls,{ward},3" for quarter in ("2016-17 Q3", Q4) for ward in ("Hill", "Hil", "Dale")]
    write_returns(tmp_path, "period,agency,figure,ward,value\n" + "\n".join(rows))
    records = ["a,2016-11-01,Hill", "b,2017-02-01,Hill", "c,2017-02-01,Dale"]
    text = "\n".join(["child_id,received_on,ward", *records, ""])
    (tmp_path / "returns" / "referral_list.csv").write_text(text, encoding="utf-8")
    (tmp_path / "returns" / "manifest.csv").write_text(
        "file,received_on,covers_from,covers_to\nreferral_list.csv,2017-04-10,2016-10-01,2017-03-31\n", encoding="utf-8"
    )
    evaluation = evaluate(tmp_path, as_of=date(2017, 5, 31))
    found = {
        ward: [cell(evaluation, "referrals", quarter, "status", ward) for quarter in ("2016-17 Q3", Q4)]
        for ward in ("Hill", "Hil", "Dale")
    }
    assert found == {"Hill": ["green", "green"], "Hil": ["no_data", "no_data"], "Dale": ["no_data", "green"]}
