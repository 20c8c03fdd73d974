"""The calendar of returns and the blank return: what is owed, what has come, and that what is filled in reads back."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from icalendar import Calendar as Events

import pmf_engine as pmf
from pmf_engine.cli import main
from tests.support.boards import HEAD, write_board, write_returns

FIGURES = """
visits: {title: Visits made, from: care, kind: flow, frequency: quarterly}
staff: {title: Staff, from: [care, police], kind: stock, frequency: monthly, returns_due: 10 days, unit: fte}
grade: {title: Safe recruitment, from: police, kind: grade, scale: audit, frequency: annual}
letters: {title: Letters, from: police, kind: flow, frequency: ad hoc}
"""
INDICATORS = """
i_visits: {formula: visits, frequency: quarterly, by: [district]}
i_staff: {formula: staff, frequency: quarterly}
i_grade: {formula: grade, frequency: annual}
i_letters: {formula: letters, frequency: ad hoc}
i_calls: {formula: count(call_list), frequency: quarterly}
"""
LISTS = """\
lists:
  call_list: {title: Calls, from: police, date: made_on, columns: {child_id: text, made_on: date}}
"""
ROWS = """period,agency,figure,district,value
2016-17 Q1,care,visits,North,30
2016-17 Q1,care,visits,South,20
2016-04,care,staff,,7.5
2016-05,care,staff,,7.5
2016-04,police,staff,,4
"""
Q1, Q2 = "2016-17 Q1", "2016-17 Q2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_board(tmp_path, FIGURES, INDICATORS, head=HEAD + LISTS)
    write_returns(tmp_path, ROWS)
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    output = folder / "output"
    assert main([*arguments, "--config", str(folder), "--output", str(output), "--as-of", "2016-07-20"]) == 0
    return output.read_text(encoding="utf-8")


def calendar(folder: Path, *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run(folder, "calendar", "--format", "csv", *arguments))))


def test_the_calendar_says_who_owes_what_by_when_and_what_has_come(folder: Path) -> None:
    rows = [
        (row["due"], row["agency"], row["item"], row["period"], row["state"])
        for row in calendar(folder, "--period", Q1)
    ]
    assert rows == [
        ("2016-05-10", "care", "staff", "2016-04", "received"),
        ("2016-05-10", "police", "staff", "2016-04", "received"),
        ("2016-06-10", "care", "staff", "2016-05", "received"),
        ("2016-06-10", "police", "staff", "2016-05", "late"),
        ("2016-07-10", "care", "staff", "2016-06", "late"),
        ("2016-07-10", "police", "staff", "2016-06", "late"),
        ("2016-07-30", "care", "visits", Q1, "received"),
        ("2016-07-30", "police", "call_list", Q1, "due"),
    ]


def test_the_calendar_is_of_the_present_year_unless_told_otherwise(folder: Path) -> None:
    rows = calendar(folder, "--agency", "police")
    assert {row["agency"] for row in rows} == {"police"}
    assert [row["period"] for row in rows if row["item"] == "grade"] == ["2016-17"]
    assert len([row for row in rows if row["item"] == "staff"]) == 12
    assert not [row for row in rows if row["item"] == "letters"]
    table = run(folder, "calendar", "--period", Q1)
    assert "10 June 2016  Police       2016-05     1 return: 1 late" in table
    assert json.loads(run(folder, "calendar", "--period", Q1, "--format", "json"))["owed"][0]["state"] == "received"


def test_events_keep_their_identity(folder: Path) -> None:
    def events() -> dict[str, tuple[date, str]]:
        content = Events.from_ical(run(folder, "calendar", "--period", Q1, "--format", "ics"))
        return {
            str(event["uid"]): (event.decoded("dtstart"), str(event["summary"])) for event in content.walk("VEVENT")
        }

    before = events()
    assert len(before) == 8
    assert (date(2016, 6, 10), "Police: 2016-05, 1 return: 1 late") in before.values()
    write_returns(folder, "2016-05,police,staff,4", "later.csv")
    after = events()
    assert after.keys() == before.keys()
    assert (date(2016, 6, 10), "Police: 2016-05, 1 return: 1 received") in after.values()


def test_the_name_of_the_output_says_its_format(folder: Path) -> None:
    arguments = ["--config", str(folder), "--as-of", "2016-07-20", "--output"]
    for command, name, begins in (
        (["template", "care"], "a.CSV", b"period,agency"), (["template", "care"], "a.other", b"PK"),
        (["calendar"], "a.ics", b"BEGIN:VCALENDAR"), (["template", "care", "--format", "csv"], "a.xlsx", b"period,"),
    ):  # fmt: skip
        assert main([*command, *arguments, str(folder / name)]) == 0
        assert (folder / name).read_bytes().lstrip(b"\xef\xbb\xbf").startswith(begins)


def template(folder: Path, agency: str, period: str = Q2) -> tuple[list[str], list[dict[str, str]]]:
    rows = csv.DictReader(io.StringIO(run(folder, "template", agency, period, "--format", "csv")))
    return list(rows.fieldnames or []), list(rows)


def test_a_template_asks_for_what_is_owed_and_shows_what_was_sent_last(folder: Path) -> None:
    titles, rows = template(folder, "care")
    assert titles == [
        "period", "agency", "figure", "District", "value", "comment",
        "what it counts (not read)", "last time (not read)",
    ]  # fmt: skip
    assert [(row["period"], row["figure"], row["District"], row["last time (not read)"]) for row in rows] == [
        (Q2, "visits", "North", "30"),
        (Q2, "visits", "South", "20"),
        ("2016-07", "staff", "", ""),
        ("2016-08", "staff", "", ""),
        ("2016-09", "staff", "", ""),
    ]
    assert {row["value"] for row in rows} == {""}
    assert rows[2]["what it counts (not read)"] == "Staff (fte)"
    _, of_police = template(folder, "police", "2016-17 Q4")
    assert [row["period"] for row in of_police if row["figure"] == "grade"] == ["2016-17"]


def test_a_template_says_of_a_refused_value_that_it_was_and_shows_no_value_of_a_longer_period(folder: Path) -> None:
    write_returns(folder, "2016-17 Q1,care,visits,3O", "slip.csv")
    write_returns(folder, "2016-04,police,staff,x5\n2016-05,police,staff,6", "police.csv")
    write_returns(folder, "2016-17,police,staff,70", "year.csv")

    def last(agency: str, period: str) -> dict[tuple[str, str, str], str]:
        rows = template(folder, agency, period)[1]
        return {(row["period"], row["figure"], row.get("District", "")): row["last time (not read)"] for row in rows}

    assert last("care", Q2)[Q2, "visits", ""] == "3O (refused)"
    assert last("police", Q1)["2016-05", "staff", ""] == "x5 (refused)"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_is_filled_in_reads_back_without_hands(folder: Path, suffix: str) -> None:
    answers = {"grade": "partly met", "staff": 4.5}
    path = folder / "returns" / f"police.{suffix}"
    arguments = [
        "template",
        "police",
        "2016-17 Q4",
        "--config",
        str(folder),
        "--as-of",
        "2017-04-02",
        "--format",
        suffix,
    ]
    assert main([*arguments, "--output", str(path)]) == 0
    if suffix == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows({**row, "value": answers[row["figure"]]} for row in rows)
    else:
        workbook = openpyxl.load_workbook(path)
        sheet = workbook.active
        titles = [cell.value for cell in sheet[1]]
        figure, value = titles.index("figure"), titles.index("value")
        for cells in sheet.iter_rows(min_row=2):
            assert cells[figure].protection.locked
            assert not cells[value].protection.locked
            cells[value].value = answers[cells[figure].value]
        assert sheet.protection.sheet
        lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
        assert '"not met,partly met,met,exceeded,c,x"' in lists.values()
        workbook.save(path)
    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(framework.submissions, framework)
    assert submissions.problems.is_empty()
    sent = (
        submissions.cells.filter(pl.col("file") == path.name).select("figure", "start", "value").sort("figure", "start")
    )
    january = 12 * 2017
    assert sent.rows() == [
        ("grade", 12 * 2016 + 3, 2),
        ("staff", january, 4.5),
        ("staff", january + 1, 4.5),
        ("staff", january + 2, 4.5),
    ]


def test_a_period_or_agency_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "polise", "--config", str(folder)]) == 2
    assert "did you mean `police`?" in capsys.readouterr().err
    assert main(["template", "ons", "--config", str(folder), "--format", "csv"]) == 2
    assert "`ons` owes no figure" in capsys.readouterr().err
    assert main(["calendar", "--period", "soon", "--config", str(folder)]) == 2
