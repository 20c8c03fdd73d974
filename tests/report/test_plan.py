"""The plan: what falls due and what is overdue; expected by hand from the small board and a few registers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.report.plan import Plan, PlanKind, PlanState, plan_of
from pmf_engine.report.plan_paper import plan_paper, plan_sheet
from tests.support.year_board import INDICATORS, TOLERANCES

REGISTERS = {
    "reviews.csv": "id,activity,done_on,found\nR1,audit,2016-08-15,nothing\n",
    "requests.csv": (
        "id,asked_on,about,agency,due_on,received_on\n"
        "Q1,2017-03-01,Checks of drivers,police,2017-04-01,\n"
        "Q2,2017-03-01,Beds,health,2017-04-01,2017-03-20\n"
    ),
    "actions.csv": (
        "id,action,agency,owner,agreed_on,due_on,done_on,state\n"
        "A1,Train the chairs,care,Head,2017-01-10,2017-05-15,,open\n"
        "A2,Write to schools,care,Head,2017-01-10,2017-03-01,,open\n"
        "A3,Buy a screen,care,Head,2017-01-10,2017-05-01,,dropped\n"
        "A4,Ask the police,care,Head,2017-01-10,2017-02-01,2017-01-20,done\n"
    ),
    "manifest.csv": "file,received_on\n"
    + "".join(f"{name}.csv,2017-04-20\n" for name in ("reviews", "requests", "actions", "return")),
    "return.csv": (
        "period,agency,figure,value\n2016-17 Q4,care,referrals,100\n2016-17 Q4,care,again,20\n2017-03,police,calls,4\n"
    ),
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("board")
    write(folder)
    board = pmf.load_framework(folder, as_of=date(2016, 1, 1))
    submissions = pmf.read_submissions(folder / "sent", board)
    assert submissions.problems.filter(pl.col("kind").cast(pl.String).str.starts_with("register")).is_empty()
    return plan_of(pmf.evaluate(board, submissions, period="2017-18 Q1", as_of=date(2017, 5, 10)))


def write(folder: Path) -> None:
    (folder / "indicators.yaml").write_text(
        INDICATORS.replace("board: Trial Board", "board: {name: Trial Board, submissions: sent}"), encoding="utf-8"
    )
    (folder / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    (folder / "sent").mkdir()
    for name, text in REGISTERS.items():
        (folder / "sent" / name).write_text(text, encoding="utf-8")


def of_kind(plan: Plan, kind: PlanKind) -> list[tuple[str, date | None, str, PlanState]]:
    return [(item.what, item.due, item.who, item.state) for item in plan.items if item.kind == kind]


def test_returns_due_in_the_period_by_day_and_agency(plan: Plan) -> None:
    # 30 days after March care owes eight figures of the quarter and the year, police three and health two, of which
    # two and one have come. April's calls are due on 30 May, May's on 30 June.
    assert of_kind(plan, PlanKind.RETURNS) == [
        ("2 returns", date(2017, 4, 30), "Health", PlanState.OVERDUE),
        ("3 returns", date(2017, 4, 30), "Police", PlanState.OVERDUE),
        ("8 returns", date(2017, 4, 30), "Social Care", PlanState.OVERDUE),
        ("1 return", date(2017, 5, 30), "Police", PlanState.DUE),
        ("1 return", date(2017, 6, 30), "Police", PlanState.DUE),
    ]


def test_an_activity_that_was_done_in_its_period_is_not_overdue(plan: Plan) -> None:
    # The audit was due in 2016-17 Q2 and done in August; the next is due in 2017-18 Q2, after this period.
    assert of_kind(plan, PlanKind.ACTIVITY) == []


def test_reviews_requests_and_actions(plan: Plan) -> None:
    assert of_kind(plan, PlanKind.TOLERANCE) == [
        ("Referrals again: 20% or less", date(2017, 3, 31), "Social Care", PlanState.OVERDUE)
    ]
    assert of_kind(plan, PlanKind.EVIDENCE) == [("Early help", date(2016, 3, 31), "Trial Board", PlanState.OVERDUE)]
    assert of_kind(plan, PlanKind.REQUEST) == [("Checks of drivers", date(2017, 4, 1), "Police", PlanState.OVERDUE)]
    assert of_kind(plan, PlanKind.ACTION) == [
        ("Write to schools", date(2017, 3, 1), "Head", PlanState.OVERDUE),
        ("Train the chairs", date(2017, 5, 15), "Head", PlanState.DUE),
    ]


def test_the_paper_counts_what_is_overdue(plan: Plan) -> None:
    assert plan_paper(plan).lead == ("3 things to come, 7 overdue.",)
    assert len(plan_sheet(plan).rows) == len(plan.items)
