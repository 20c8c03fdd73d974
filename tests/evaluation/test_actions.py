"""Actions and their verdicts: is an indicator better since, and where nothing can be told."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.schemas import JUDGED_ACTIONS
from tests.support.boards import evaluate, write_board, write_returns

FIGURES = """
done: {title: Interviews held, from: care, kind: flow, frequency: quarterly}
due: {title: Interviews due, from: care, kind: flow, frequency: quarterly}
waited: {title: Days of waiting, from: care, kind: stock, frequency: quarterly, adds_up: false}
people: {title: Children, from: ons, kind: stock, frequency: quarterly}
"""
SHARE = 'share: {frequency: quarterly, by: [district], formula: "percent(done, due)"}'
RATE = 'rated: {frequency: quarterly, formula: "rate(done, people, 10000)"}'
WAIT = "wait: {frequency: quarterly, formula: waited}"
ACTION = (
    "id,indicator,by,group,period,action,agency,owner,agreed_on,due_on,done_on,state,expected_value,expected_by,"
    "effect_from\n"
)
PLAIN = "A-1,share,,,,Hire two,care,Head,2016-04-20,2016-06-30,2016-06-20,,at least 80%,2016-17 Q4,\n"

QUARTERS = [f"{year}-{year % 100 + 1} Q{quarter}" for year in range(2013, 2018) for quarter in range(1, 5)]
"""Twelve quarters before 1 April 2016, one in which the action is done, and seven after."""

STEADY = [70, 74, 68, 72, 71, 69, 73, 70, 72, 68, 71, 69]
"""Interviews held of a hundred due, in the twelve quarters before."""


def shares(held: Sequence[int], due: int = 100, group: str = "") -> list[str]:
    """Rows of returns with the interviews held of those due, from the first quarter on."""
    rows = []
    for quarter, number in zip(QUARTERS, held, strict=False):
        rows += [f"{quarter},care,done,{number},{group}", f"{quarter},care,due,{due},{group}"]
    return rows


def judged(
    folder: Path,
    rows: Sequence[str],
    actions: str = PLAIN,
    tolerances: str = "share: {good: at least 90, tolerance: at least 75}",
    indicators: str = SHARE,
    figures: str = FIGURES,
    as_of: date = date(2018, 6, 30),
    period: str = "2017-18 Q4",
) -> pmf.Evaluation:
    """The evaluation of a board with these returns and actions."""
    write_board(folder, figures, indicators, tolerances)
    write_returns(folder, "period,agency,figure,value,district\n" + "\n".join(rows))
    (folder / "returns" / "actions.csv").write_text(ACTION + actions, encoding="utf-8")
    return evaluate(folder, period, as_of)


def first(evaluation: pmf.Evaluation) -> dict[str, Any]:
    assert JUDGED_ACTIONS.problems(evaluation.actions) == []
    return evaluation.actions.row(0, named=True)


def test_better_since_with_the_numbers_behind_it(tmp_path: Path) -> None:
    row = first(judged(tmp_path, shares([*STEADY, 75, *[88, 90, 87, 91]])))
    assert (row["verdict"], row["reason"]) == (
        "better since",
        "beyond chance, and beyond the trend and season of before",
    )
    assert (row["periods_before"], row["periods_after"]) == (12, 4)
    assert row["after"] == 89  # (88 + 90 + 87 + 91) / 4
    assert row["before"] == pytest.approx((sum(STEADY) - 68) / 11)  # without the worst of its last year
    assert row["change"] == pytest.approx(row["after"] - row["before"])
    assert 0 < row["change_lower"] < row["change"] < row["change_upper"]
    assert (row["now"], row["now_period"], row["expected"], row["overdue"]) == (91, "2017-18 Q1", "met", False)


def test_no_change_seen_and_worse_since(tmp_path: Path) -> None:
    row = first(judged(tmp_path, shares([*STEADY, 75, *[71, 70, 72, 69]])))
    assert (row["verdict"], row["reason"]) == ("no change seen", "no more than chance, trend and season explain")
    assert row["expected"] == "missed"
    row = first(judged(tmp_path, shares([*STEADY, 75, *[52, 50, 49, 51]])))
    assert row["verdict"] == "worse since"


def test_what_was_already_moving_is_not_better_since(tmp_path: Path) -> None:
    """Two points a quarter, with and without the action: 40 to 78 of 100."""
    row = first(judged(tmp_path, shares([40 + 2 * number + (number * 7) % 3 for number in range(17)])))
    assert (row["verdict"], row["was_moving"]) == ("no change seen", 1)
    assert row["reason"] == "it was already moving, and went on as before"


def test_seasons_are_compared_with_like_seasons(tmp_path: Path) -> None:
    """Every second and third quarter is 20 higher; two of them after the action are no effect."""
    season = [60, 80, 80, 60]
    wave = [season[number % 4] + (number * 5) % 3 for number in range(15)]
    row = first(judged(tmp_path, shares(wave)))
    assert row["verdict"] == "too early"
    assert row["before"] == pytest.approx(row["after"], abs=1.5)
    assert row["reason"] == "no change seen in 2 periods, and 4 are needed to say so"


NOT_TOLD = [
    ("A-1,share,,,,Hire,care,Head,2016-04-20,,,,,,\n", "too early", "it is not done yet"),
    ("A-1,share,,,,Hire,care,Head,2016-04-20,,,dropped,,,\n", "cannot be told", "the action was dropped"),
    ("A-1,share,,,,Hire,care,Head,,,2016-06-20,,,,\n", "cannot be told", "nothing says when it was agreed"),
    ("A-1,,,,,Hire,care,Head,2016-04-20,,2016-06-20,,,,\n", "cannot be told", "it names no indicator"),
    ("A-1,sahre,,,,Hire,care,Head,2016-04-20,,2016-06-20,,,,\n", "cannot be told", "its `indicator` could not be used"),
    (
        "A-1,share,district,Nroth,,Hire,care,Head,2016-04-20,,2016-06-20,,,,\n", "cannot be told",
        "its `group` could not be used",
    ),
    (
        "A-1,share,,,,Hire,care,Head,2016-04-20,,2016-06-20,,,,soon\n", "cannot be told",
        "its `effect_from` could not be used",
    ),
    (
        "A-1,share,,,,Hire,care,Head,2013-01-20,,2013-02-20,,,,\n", "cannot be told",
        "there is no figure from before it was agreed, on 20 January 2013",
    ),
    (
        "A-1,share,,,,Hire,care,Head,2014-07-20,,2014-08-20,,,,\n", "cannot be told",
        "only 5 periods before it can be compared, and 8 are needed; it is higher since",
    ),
    (
        "A-1,share,,,,Hire,care,Head,2016-04-20,,2016-06-20,,,,2017-03-01\n", "too early",
        "1 period since 1 March 2017, and 2 are needed",
    ),
]  # fmt: skip


def test_actions_that_cannot_be_judged_say_why(tmp_path: Path) -> None:
    lines = [line.replace("A-1", f"A-{number}") for number, (line, *_) in enumerate(NOT_TOLD)]
    evaluation = judged(tmp_path, shares([*STEADY, 75, 88, 90, 87, 91]), "".join(lines))
    as_written = evaluation.actions.sort(pl.col("id").str.strip_prefix("A-").cast(pl.Int64))
    found = as_written.select("verdict", "reason").rows()
    assert found == [(verdict, reason) for _, verdict, reason in NOT_TOLD]
    assert evaluation.actions.select("before", "change", "change_lower").null_count().row(0) == (len(NOT_TOLD),) * 3


BETTER = [*STEADY, 75, 88, 90, 87, 91]


def test_nothing_is_told_across_a_break(tmp_path: Path) -> None:
    broken = SHARE.replace("by:", "breaks: [{at: 2016-17 Q2, because: counts repeat interviews}], by:")
    row = first(judged(tmp_path, shares(BETTER), indicators=broken))
    assert (row["verdict"], row["reason"]) == ("cannot be told", "the series has a break: counts repeat interviews")
    early = SHARE.replace("by:", "breaks: [{at: 2014-15 Q1, because: a new form}], by:")
    row = first(judged(tmp_path, shares(BETTER), indicators=early))
    assert (row["verdict"], row["periods_before"]) == ("better since", 8)


def test_nothing_is_told_across_a_changed_tolerance(tmp_path: Path) -> None:
    tolerances = "share: [{good: at least 90}, {from: 2016-17 Q2, good: at least 80}]"
    row = first(judged(tmp_path, shares(BETTER), tolerances=tolerances))
    assert (row["verdict"], row["reason"]) == ("cannot be told", "the tolerance changed from 2016-17 Q2")


def test_nothing_is_told_across_a_withheld_value(tmp_path: Path) -> None:
    rows = [row.replace("done,90", "done,c") for row in shares(BETTER)]
    row = first(judged(tmp_path, rows))
    assert (row["verdict"], row["reason"]) == ("cannot be told", "the value of 2016-17 Q3 is withheld")


def test_nothing_is_told_across_a_partial_value(tmp_path: Path) -> None:
    rows = [f"{quarter},care,waited,{number}," for quarter, number in zip(QUARTERS, BETTER, strict=False)]
    rows += [f"{quarter},ons,people,9," for quarter in QUARTERS if quarter != "2016-17 Q3"]
    both = "wait: {frequency: quarterly, missing: all, formula: waited + people}"
    row = first(judged(tmp_path, rows, PLAIN.replace("share", "wait"), "wait: {good: at least 90}", both))
    assert (row["verdict"], row["reason"]) == ("cannot be told", "the value of 2016-17 Q3 is partial")


def test_other_numbers_need_twelve_periods_and_their_own_limits(tmp_path: Path) -> None:
    waits = [30, 32, 31, 29, 30, 33, 31, 30, 32, 29, 31, 30, 28, 20, 21, 19, 20]
    rows = [f"{quarter},care,waited,{number}," for quarter, number in zip(QUARTERS, waits, strict=False)]
    action = PLAIN.replace("share", "wait").replace("at least 80%", "at most 20")
    row = first(judged(tmp_path, rows, action, "wait: {good: at most 25}", WAIT))
    assert row["verdict"] == "better since"
    assert row["change"] == pytest.approx(-10.6, abs=0.5)
    row = first(judged(tmp_path, rows[1:], action, "wait: {good: at most 25}", WAIT))
    assert (row["verdict"], row["reason"]) == (
        "cannot be told", "only 11 periods before it can be compared, and 12 are needed; it is lower since",
    )  # fmt: skip
    row = first(judged(tmp_path, rows, action, "wait: {good: between 20 and 25}", WAIT))
    assert (row["verdict"], row["reason"]) == ("cannot be told", "good is between two numbers")


def test_a_rate_is_compared_by_its_ratio(tmp_path: Path) -> None:
    held = [200, 210, 195, 205, 190, 208, 202, 199, 204, 196, 203, 201, 190, 120, 130, 125, 118]
    rows = [row for row in shares(held) if ",due," not in row]
    rows += [f"{quarter},ons,people,50000," for quarter in QUARTERS]
    row = first(
        judged(
            tmp_path,
            rows,
            PLAIN.replace("share", "rated").replace("at least 80%", ""),
            "rated: {good: at most 20}",
            RATE,
        )
    )
    assert row["verdict"] == "better since"
    assert row["change"] == pytest.approx(row["after"] / row["before"])
    assert row["change_lower"] < row["change"] < row["change_upper"] < 1


def test_what_else_was_done_and_what_untouched_groups_did(tmp_path: Path) -> None:
    north = shares(BETTER, group="North")
    south = shares([*STEADY, 72, 71, 70, 72, 71], group="South")
    other = PLAIN.replace("A-1", "A-2").replace("share,,", "share,district,North").replace("2016-06-20", "2016-07-01")
    mine = PLAIN.replace("share,,", "share,district,North")
    evaluation = judged(tmp_path, [*north, *south], mine + other)
    row = first(evaluation)
    assert (row["verdict"], row["what_else"], row["untouched"]) == ("better since", ["A-2"], ["South"])
    assert row["untouched_before"] == pytest.approx(sum(STEADY) / 12)
    assert row["untouched_after"] == pytest.approx(71)


def test_an_action_stands_as_on_the_day_of_the_report(tmp_path: Path) -> None:
    actions = PLAIN + PLAIN.replace("A-1", "A-2").replace("2016-04-20", "2016-05-20")
    evaluation = judged(tmp_path, shares(BETTER), actions, as_of=date(2016, 5, 1), period="2015-16 Q4")
    assert evaluation.actions.select("id", "state", "done_on", "overdue").rows() == [("A-1", "open", None, False)]
    evaluation = judged(tmp_path, shares(BETTER), actions.replace("2016-06-20", ""), as_of=date(2016, 7, 1))
    assert evaluation.actions["overdue"].to_list() == [True, True]


RULES = """
- {when: red and no_action, to: board}
- {when: action_overdue, to: sub_committee}
- {when: expected_missed, to: lead_agency}
"""


def test_rules_ask_about_actions(tmp_path: Path) -> None:
    """Shares are red; one action is for the whole, one for a group; by 2016-17 Q4 at least 80% is expected."""
    rows = [*shares([*STEADY, 75, 71, 70, 72, 71]), *shares([*STEADY, 75, 71, 70, 72, 71], group="North")]
    action = PLAIN.replace("2016-06-20", "")
    bands = "share: {good: at least 90, tolerance: at least 80}"

    def levels(actions: str, period: str = "2016-17 Q4", as_of: date = date(2017, 5, 1)) -> dict[Any, list[str]]:
        write_board(tmp_path, FIGURES, SHARE, bands, RULES)
        write_returns(tmp_path, "period,agency,figure,value,district\n" + "\n".join(rows))
        (tmp_path / "returns" / "actions.csv").write_text(ACTION + actions, encoding="utf-8")
        rows_ = evaluate(tmp_path, period, as_of).results.select("group", "rules").iter_rows()
        return {group: list(found) for group, found in rows_ if group in (None, "North")}

    assert levels("") == {None: ["red and no_action"], "North": ["red and no_action"]}
    assert levels(action) == {None: ["action_overdue", "expected_missed"], "North": []}
    assert levels(action, "2016-17 Q3", date(2017, 1, 31))[None] == ["action_overdue"]
    assert levels(action.replace(",2016-06-30,,", ",2016-06-30,2016-06-29,"))[None] == ["expected_missed"]
    assert levels(action.replace("at least 80%", "at least 71%"))[None] == ["action_overdue"]
    assert levels(action.replace("share,,", "share,district,North")) == {
        None: [], "North": ["action_overdue", "expected_missed"],
    }  # fmt: skip
    dropped = action.replace(",2016-06-30,,,", ",2016-06-30,,dropped,")
    assert levels(dropped)[None] == ["red and no_action"]
    assert levels(action.replace("2016-04-20", "2017-04-20").replace("2016-06-30", ""))[None] == ["expected_missed"]
