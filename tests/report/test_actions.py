"""What readers are told of actions: beside their exceptions, on the first screen, and by `pmf actions`."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pmf_engine as pmf
from pmf_engine.domain.status import Expected, NoChange, Verdict
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.actions import actions_of, shown_periods
from pmf_engine.report.actions_paper import action_paper, actions_paper, actions_sheet
from pmf_engine.report.depth import Depth
from pmf_engine.report.item import ReportedAction
from pmf_engine.report.reported_action import count_words, verdict_words
from tests.evaluation.test_actions import ACTION, FIGURES, SHARE, STEADY, shares
from tests.support.boards import evaluate, write_board, write_returns

DAY = date(2017, 3, 1)
WAITS = "waits: {frequency: quarterly, formula: waited}"
LOG = """\
A-1,share,,,,Hire two,care,Head,2016-04-20,2016-06-30,2016-06-20,,at least 80%,2016-17 Q4,
A-2,share,,,,Ask why,care,,2017-01-20,2017-04-30,,,,,
A-3,share,,,,Write,police,Chief,2016-04-20,2016-06-30,,dropped,,,
"""


def board(folder: Path, log: str | None = LOG) -> pmf.Evaluation:
    """An evaluation with one exception that has actions and one that has none."""
    tolerances = "share: {good: at least 95, tolerance: at least 92}\nwaits: {good: at most 10}"
    write_board(folder, FIGURES, f"{SHARE}\n{WAITS}", tolerances, "- {when: red, to: board}")
    rows = [*shares([*STEADY, 75, 88, 90, 87, 91]), "2016-17 Q4,care,waited,30,"]
    write_returns(folder, "period,agency,figure,value,district\n" + "\n".join(rows))
    if log is not None:
        (folder / "returns" / "actions.csv").write_text(ACTION + log, encoding="utf-8")
    return evaluate(folder, "2017-18 Q1", date(2017, 7, 15))


def test_actions_are_counted_and_matters_without_one_are_named(tmp_path: Path) -> None:
    actions = actions_of(board(tmp_path))
    assert count_words(actions.actions) == "1 open (1 overdue), 1 done; effect: 1 better since"
    assert [(each.id, each.days_overdue) for each in actions.overdue] == [("A-2", 76)]
    assert actions.matters == 2
    assert [[one.id for one in each.indicators] for each in actions.unattended] == [["waits"]]
    assert [action.id for action in actions_of(board(tmp_path), "police").actions] == ["A-3"]
    paper = actions_paper(actions, loop=True)
    assert paper.lead == ("1 open (1 overdue), 1 done; effect: 1 better since. 1 of 2 matters without an action.",)
    assert [each.title for each in paper.sections][:2] == ["From exception to lesson", "Overdue"]
    assert len(actions_sheet(actions).rows) == 3


def test_one_action_is_explained_by_its_periods(tmp_path: Path) -> None:
    evaluation = board(tmp_path)
    actions = actions_of(evaluation)
    periods = shown_periods(evaluation, "A-1")
    assert [each.shown for each in periods if each.after] == ["88.0%", "90.0%", "87.0%", "91.0%"]
    assert [each.label for each in periods if each.left_out] == ["2015-16 Q2"]  # 68, the worst of the year before
    assert sum(not each.after for each in periods) == 12
    paper = action_paper(actions, actions.actions[0], periods)
    assert paper.sections[1].sentences[0] == "Better since: beyond chance, and beyond the trend and season of before."
    assert shown_periods(evaluation, "A-2") == ()


def test_a_report_has_actions_beside_the_exception_and_on_its_first_screen(tmp_path: Path) -> None:
    report = pmf.exception_report(board(tmp_path))
    text = render_terminal(report, width=100, color=False, depth=Depth.DETAIL)
    assert "ACTIONS 1 open (1 overdue), 1 done; effect: 1 better since" in text
    assert "A-1 Hire two, Head: done 20 June 2016; better since." in text
    assert "A-2 Ask why, no owner: open, due 30 April 2017, 76 days overdue." in text
    assert "A-1 at least 80% by 2016-17 Q4 (agreed 20 April 2016): met." in text
    assert "A-3" not in text


def test_a_board_that_keeps_no_actions_reads_nothing_of_them(tmp_path: Path) -> None:
    evaluation = board(tmp_path, None)
    assert evaluation.actions.is_empty()
    report = pmf.exception_report(evaluation)
    assert report.actions is None
    assert "ction" not in render_terminal(report, width=100, color=False, depth=Depth.DETAIL)


def test_what_moved_no_more_than_before_is_not_called_unchanged_and_what_was_expected_is_told() -> None:
    """`no change seen` beside 93.8% and 94.9% is misread; what is as expected is not without effect."""
    told = replace(done(), verdict=Verdict.NO_CHANGE, reason=NoChange.WITHIN)
    assert verdict_words(told) == "moved no more than before"
    assert verdict_words(replace(told, reason=NoChange.NOTHING)) == "no change seen"
    assert count_words([told]) == "0 open, 1 done; effect: 1 moved no more than before"
    expected = {None: True, Expected.MET: False, Expected.MISSED: True, Expected.NOT_YET: True}
    assert {each: replace(told, expected=each).is_without_effect for each in expected} == expected
    unknown = replace(told, verdict=Verdict.CANNOT_TELL)
    assert [replace(unknown, expected=each).is_without_effect for each in expected] == [False, False, True, False]
    assert not replace(told, verdict=Verdict.BETTER, expected=Expected.MISSED).is_without_effect
    assert replace(told, verdict=Verdict.WORSE, expected=Expected.MET).is_without_effect


def done() -> ReportedAction:
    """An action that was done."""
    texts = dict.fromkeys(("group", "owner", "agreed_on", "due_on", "lesson", "became", "shared_with", "evidence"))
    return ReportedAction(
        id="A-1", text="Hire two", indicator=None, agency=None, done_on=DAY, state="done", days_overdue=0,
        verdict=Verdict.NO_CHANGE, reason="", comparison="", beside=(), expects="at least 80%", expected=None, **texts,
    )  # fmt: skip
