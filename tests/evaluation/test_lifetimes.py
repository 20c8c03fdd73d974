"""What begins, ends and takes over: returns for other periods than those in which something is there."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl

import pmf_engine as pmf

BOARD = Path(__file__).parents[2] / "examples" / "changing_board"
RETURNS = "returns/social_care_2026-27_q2.csv"
AS_OF = date(2027, 2, 15)


def evaluated(tmp_path: Path, file: str, old: str, new: str) -> pmf.Evaluation:
    """The changing board with one text of a file replaced."""
    board = tmp_path / "board"
    shutil.copytree(BOARD, board)
    text = (board / file).read_text(encoding="utf-8")
    assert old in text
    (board / file).write_text(text.replace(old, new), encoding="utf-8")
    framework = pmf.load_framework(board, as_of=AS_OF)
    return pmf.evaluate(framework, pmf.read_submissions(framework.submissions, framework), as_of=AS_OF)


def row(evaluation: pmf.Evaluation, indicator: str, period: str) -> dict[str, object]:
    whole = pl.col("group").is_null()
    return evaluation.results.filter(whole, indicator=indicator, period=period).row(0, named=True)


def test_a_value_of_a_group_that_has_ended_is_a_problem_and_makes_its_whole_invalid(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, RETURNS, "rereferrals,Whissendine,15", "rereferrals,Ketton,15")
    problems = evaluation.problems.filter(kind="not-then")
    assert problems.select("row", "text").rows() == [(7, "15")]
    assert "`Ketton` is not asked for in 2026-27 Q2" in problems["message"][0]
    assert row(evaluation, "repeat_referrals", "2026-27 Q2")["status"] == "invalid"
    assert row(evaluation, "repeat_referrals", "2026-27 Q1")["value"] == 25.0


def test_a_period_in_which_one_of_two_old_agencies_sent_nothing_has_no_value(tmp_path: Path) -> None:
    file = "returns/south_icb_2026-27_q1.csv"
    evaluation = evaluated(tmp_path, file, "2026-27 Q1,south_icb,iha_in_time,20\n", "")
    late = row(evaluation, "health_assessments", "2026-27 Q1")
    assert (late["status"], late["value"]) == ("late", None)
    assert row(evaluation, "health_assessments", "2026-27 Q2")["value"] == 80.0


def test_a_period_that_old_and_new_agencies_both_sent_is_invalid(tmp_path: Path) -> None:
    twice = "2026-27 Q2,icb,assessments_in_time,40\n2026-27 Q1,icb,assessments_in_time,30\n"
    file = "returns/icb_2026-27_q2.csv"
    evaluation = evaluated(tmp_path, file, "2026-27 Q2,icb,assessments_in_time,40\n", twice)
    assert row(evaluation, "health_assessments", "2026-27 Q1")["status"] == "invalid"


def test_a_group_under_another_spelling_is_read(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, RETURNS, ",Whissendine,", ",Whissendine and Langham,")
    assert row(evaluation, "repeat_referrals", "2026-27 Q2")["value"] == 22.5
