"""The annual report: it gathers what the quarters say; expected by hand from the small board, its money and reviews."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import pmf_engine as pmf
from pmf_engine.render.markdown_paper import to_json
from pmf_engine.report.annual import AnnualReport, annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import BoardYear, board_year
from pmf_engine.report.duties import DUTIES, duties_of
from pmf_engine.report.money import Money, money_of, reconciliation
from pmf_engine.report.paper import Section
from pmf_engine.report.snapshots import snapshot_files
from tests.support.year_board import INDICATORS, TOLERANCES, framework, submissions

DAY = date(2017, 5, 31)
MONEY = """\
year,line,agency,heading,budget,actual,paid_on,note
2015-16,carried_forward,,,100,100,,
2015-16,contribution,police,,50,50,,
2016-17,brought_forward,,,100,100,,
2016-17,contribution,care,,300,300,,
2016-17,contribution,police,,60,40.50,,late
2016-17,contribution,police,,0,19.50,,
2016-17,spend,,Staff,200,210,,
2016-17,spend,,Reviews,50,40,,
2016-17,carried_forward,,,210,{carried},,
"""


@pytest.fixture(scope="module")
def year() -> BoardYear:
    board = framework()
    return board_year(board, submissions(board), board.period("2016-17"), DAY)


@pytest.fixture(scope="module")
def report(year: BoardYear) -> AnnualReport:
    return annual_report(year, ["Children are heard more."])


def sections(report: AnnualReport) -> dict[str, Section]:
    found: dict[str, Section] = {}

    def gather(parts: tuple[Section, ...]) -> None:
        for part in parts:
            found.setdefault(part.title, part)
            gather(part.parts)

    gather(annual_paper(report).sections)
    return found


def test_its_exceptions_are_those_of_the_four_reports(year: BoardYear) -> None:
    board = framework()
    sent = submissions(board)
    for quarter in year.quarters:
        reported = pmf.evaluate(board, sent, period=quarter, as_of=DAY).exceptions
        expected = set(reported.select("indicator", "by", "group", "escalate_to").iter_rows())
        rows = year.exceptions(quarter)
        assert {(row.indicator, row.by, row.group, row.escalate_to) for row in rows} == expected
        assert len(rows) == reported.height


def test_lives_say_what_was_raised_carried_and_cleared(report: AnnualReport) -> None:
    # Returned is red in Q2 and Q3, which for two periods goes to the board; training waits for health all along.
    rows = sections(report)["The year's exceptions"].tables[0].rows
    assert rows == (
        ("Referrals again", "", "raised C", "carried B", "cleared"),
        ("Calls", "raised C", "cleared", "", ""),
        ("Staff are trained", "carried L", "carried L", "carried L", "carried L"),
    )


def test_values_of_the_year_beside_last_year_and_england(report: AnnualReport) -> None:
    tables = {table.caption: table for table in sections(report)["Content areas"].parts[0].tables}
    [row] = tables["How well did we do it?"].rows
    assert [str(cell) for cell in row] == ["Referrals again", "22.8%", "amber, worse", "16.3%", "England 21.0%"]
    [row] = tables["Is anyone better off?"].rows
    assert [str(cell) for cell in row] == ["Children who feel safer", "75.0%", "green, better", "60.0%", ""]


def test_the_chair_speaks_first_and_what_is_missing_is_said(report: AnnualReport) -> None:
    safe = sections(report)["How safe are children?"]
    assert safe.sentences == ("Children are heard more.",)
    assert len(safe.parts) == 6  # five statements, and people's own words
    assert sections(report)["Money"].sentences == ("The register of money says nothing of 2016-17.",)
    unseen = sections(report)["Data quality, and what we cannot see"]
    assert "Children settled: wanted, and not collected yet" in unseen.points


def test_duties_are_answered_or_said_not_to_be(report: AnnualReport) -> None:
    duties = {duty.duty: duty.answered for duty in duties_of(report, framework())}
    assert len(duties) == len({words for _, words, _ in DUTIES})
    assert duties["what the board spent"] is None
    assert duties["requests outside the cycle, and what they led to"] is None
    assert duties["the eleven standards of section 11"] is None  # the small board has two
    assert duties["the chair on progress, risks and improvements"] == "How safe are children?: the chair's words"
    assert duties["consider what different information is needed"] == "Next year: 1 indicator wanted; `pmf coverage`"


def money(folder: Path, carried: str) -> Money:
    (folder / "indicators.yaml").write_text(
        INDICATORS.replace("board: Trial Board", "board: {name: Trial Board, submissions: sent}"), encoding="utf-8"
    )
    (folder / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    (folder / "sent").mkdir()
    (folder / "sent" / "money.csv").write_text(MONEY.replace("{carried}", carried), encoding="utf-8")
    (folder / "sent" / "manifest.csv").write_text("file,received_on\nmoney.csv,2017-04-20\n", encoding="utf-8")
    board = pmf.load_framework(folder, as_of=date(2016, 1, 1))
    sent = pmf.read_submissions(folder / "sent", board)
    return money_of(board_year(board, sent, board.period("2016-17"), DAY))


@pytest.mark.parametrize(
    ("carried", "sentence"),
    [
        # 100 + 300 + 40.50 + 19.50 - 210 - 40 = 210.
        ("210", "The year adds up to the pound: £100 brought forward, £360 received and £250 spent leave £210 carried "
                "forward."),
        ("180", "The year does not add up: £100 brought forward, £360 received and £250 spent, and the £180 carried "
                "forward is £30 less."),
        ("", "The register does not say what was carried forward, so that the year cannot be reconciled."),
    ],
)  # fmt: skip
def test_money_adds_up_or_says_by_how_much_not(tmp_path: Path, carried: str, sentence: str) -> None:
    found = money(tmp_path, carried)
    assert list(reconciliation(found)) == [sentence]
    assert json.loads(to_json(found))["year"] == "2016-17"
    assert [(line.name, line.budget, line.actual, line.last_year) for line in found.contributions] == [
        ("Police", Decimal(60), Decimal(60), Decimal(50)),
        ("Social Care", Decimal(300), Decimal(300), None),
    ]


def test_a_year_that_is_not_over_says_nothing_of_quarters_to_come() -> None:
    board = framework()
    young = annual_report(board_year(board, submissions(board), board.period("2016-17"), date(2016, 11, 10)))
    returned = next(life for life in young.lives if life.indicator.id == "returned")
    assert [quarter and quarter.state.value for quarter in returned.quarters] == [None, "raised", None, None]
    assert returned.stands
    assert list(young.priorities.priorities[0].exceptions) == ["2016-17 Q1", "2016-17 Q2"]


def test_a_quarter_has_the_exceptions_of_its_report_that_was_kept(tmp_path: Path, report: AnnualReport) -> None:
    kept = framework().board.model_copy(update={"snapshots": "reports"})
    board = replace(framework(), folder=tmp_path, board=kept)
    sent = submissions(board)
    first = pmf.evaluate(board, sent, period="2016-17 Q1", as_of=date(2016, 8, 31))
    told = pmf.exception_report(first)
    # It was given out when nothing was red.
    calm = replace(told, levels=tuple(replace(level, items=()) for level in told.levels))
    for name, content in snapshot_files(first, calm).items():
        (tmp_path / "reports" / "q1").mkdir(parents=True, exist_ok=True)
        (tmp_path / "reports" / "q1" / name).write_bytes(content)
    year = annual_report(board_year(board, sent, board.period("2016-17"), DAY))
    assert (report.kept, year.kept) == ((), ("2016-17 Q1",))
    before = {life.indicator.id: life.quarters for life in report.lives}
    after = {life.indicator.id: life.quarters for life in year.lives}
    assert any(quarters[0] for quarters in before.values())
    for id_, quarters in after.items():
        assert quarters[0] is None or quarters[0].state == "cleared"
        assert quarters[1] is None or quarters[1].state == "raised"
        assert quarters[2:] == before[id_][2:]
    [words] = [words for words in sections(year)["The year's exceptions"].sentences if "given out" in words]
    assert "of 2016-17 Q1 as they were given out, of the others as known on 31 May 2017" in words


def test_what_ended_before_anything_was_sent_did_not_come_in_time() -> None:
    board = framework()
    sent = submissions(board)
    first = annual_report(board_year(board, sent, board.period("2015-16"), date(2016, 5, 31)))
    [care] = [one for one in first.health.punctuality if one.agency.id == "care"]
    assert {quarter.period for quarter in care.quarters if quarter.owed} == {
        "2015-16 Q1",
        "2015-16 Q2",
        "2015-16 Q3",
        "2015-16 Q4",
    }
