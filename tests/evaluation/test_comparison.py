"""A part of the indicators, another period, two evaluations compared, and what would be if a tolerance were another."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import pmf_engine as pmf
from pmf_engine.domain.frame_schema import checks
from pmf_engine.render.terminal import render_terminal
from tests.support.boards import write_board, write_returns

ESSEX = Path(__file__).parents[2]
AS_OF = date(2017, 6, 30)

FIGURES = """
n: {title: N, from: [care, police], kind: flow, frequency: quarterly}
d: {title: D, from: care, kind: flow, frequency: quarterly}
"""
INDICATORS = """
part: {frequency: quarterly, formula: "percent(n, d)", by: district}
change: {frequency: quarterly, formula: "n - previous(n)"}
above: {frequency: quarterly, formula: "part / 2"}
lone: {frequency: quarterly, formula: d}
"""
TOLERANCES = """
part: {good: at most 20, tolerance: at most 40}
change: {good: at most 2}
above: {good: at most 12}
lone: {good: at least 10}
"""
RULES = "[{when: red, to: lead_agency}, {when: red for 2 periods, to: board}]"
HEAD = "period,agency,figure,district,value"
ROWS = [
    f"2016-17 Q{quarter},{agency},{figure},{district},{value}"
    for quarter, counts in enumerate([(2, 1, 3, 2), (4, 3, 2, 2), (1, 2, 2, 3)], start=1)
    for (agency, figure, district), value in zip(
        [("care", "n", "North"), ("care", "n", "South"), ("police", "n", "North"), ("police", "n", "South")],
        counts,
        strict=True,
    )
] + [
    f"2016-17 Q{quarter},care,d,{place},{value}"
    for quarter in (1, 2, 3)
    for place, value in (("North", 9), ("South", 12))
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    write_board(folder, FIGURES, INDICATORS, TOLERANCES, RULES)
    write_returns(folder, "\n".join([HEAD, *ROWS]))
    return folder


@pytest.fixture(scope="module")
def evaluation(folder: Path) -> pmf.Evaluation:
    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(framework.submissions, framework)
    return pmf.evaluate(framework, submissions, period="2016-17 Q3", as_of=AS_OF)


@pytest.fixture(scope="module")
def essex() -> pmf.Evaluation:
    framework = pmf.load_framework(ESSEX)
    submissions = pmf.read_submissions(framework.submissions, framework)
    return pmf.evaluate(framework, submissions, period="2016-17 Q3", as_of=AS_OF)


@pytest.mark.parametrize("place", [0, 30, 61, 92, 121, 147])
def test_a_part_has_the_results_of_the_whole(essex: pmf.Evaluation, place: int) -> None:
    id_ = list(essex.framework.indicators)[place]
    part = pmf.evaluate(essex.framework, essex.submissions, period="2016-17 Q3", as_of=AS_OF, only=[id_])
    assert_frame_equal(part.results, essex.results.filter(indicator=id_))
    assert_frame_equal(part.history, essex.history.filter(indicator=id_))
    assert set(part.outstanding["waiting"].explode().drop_nulls()) <= {id_}


def test_an_agency_has_what_it_leads_and_feeds(evaluation: pmf.Evaluation) -> None:
    police = pmf.evaluate(
        evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, agency="police"
    )
    assert set(police.results["indicator"]) == {"part", "change", "above"}
    with pytest.raises(pmf.UnknownName, match="unknown agency `polise`; did you mean `police`"):
        pmf.evaluate(evaluation.framework, evaluation.submissions, agency="polise")
    with pytest.raises(pmf.UnknownName, match="unknown indicator `parts`"):
        pmf.evaluate(evaluation.framework, evaluation.submissions, only=["parts"])
    with pytest.raises(TypeError, match="`only` must be a list of ids"):
        pmf.evaluate(evaluation.framework, evaluation.submissions, only="part")


def test_rows_series_and_other_periods(evaluation: pmf.Evaluation) -> None:
    """In the third quarter 8 of 21: 38.1 %, amber; in the second 11 of 21: 52.4 %, red."""
    row = evaluation.row("part")
    assert (row.status, row.numerator, row.denominator) == (pmf.Status.AMBER, 8, 21)
    assert row == next(one for one in evaluation.rows() if (one.indicator, one.group) == ("part", None))
    assert evaluation.row("part", "North").denominator == 9
    assert evaluation.at("2016-17 Q2").row("part").status is pmf.Status.RED
    series = evaluation.series("part", "district=South")
    assert [point.value for point in series.points] == pytest.approx([300 / 12, 500 / 12, 500 / 12])
    assert (series.points[0].starts_on, series.points[0].good_high, series.unit) == (date(2016, 4, 1), 20.0, "%")
    assert evaluation.explain("part", period="2016-17 Q2").status == "red"
    with pytest.raises(pmf.UnknownPeriod, match="`part` has no period 2019-20 Q1; its periods are 2016-17 Q1 to"):
        evaluation.explain("part", period="2019-20 Q1")
    with pytest.raises(pmf.UnknownName, match="`part` has no group `Nort`; did you mean `North`"):
        evaluation.row("part", "Nort")
    assert repr(evaluation) == "<Evaluation of 2016-17 Q3 as of 2017-06-30: 6 results, 2 green, 2 amber, 2 red>"
    assert_frame_equal(pickle.loads(pickle.dumps(evaluation)).results, evaluation.results)


def test_an_evaluation_equals_itself(evaluation: pmf.Evaluation, essex: pmf.Evaluation) -> None:
    for one in (evaluation, essex):
        assert pmf.compare(one, one).changes.is_empty()
        assert pmf.compare(one, one).summary() == "nothing changes"


def test_two_quarters_compared(evaluation: pmf.Evaluation) -> None:
    with checks():
        comparison = pmf.compare(evaluation.at("2016-17 Q2"), evaluation)
    changes = {
        (change.indicator, change.group): change for change in map(pmf.Change._make, comparison.changes.iter_rows())
    }
    whole = changes["part", None]
    assert (whole.change, whole.period_before, whole.period_after) == ("status", "2016-17 Q2", "2016-17 Q3")
    assert (whole.status_before, whole.status_after, whole.escalate_to_after) == ("red", "amber", None)
    assert whole in comparison.better
    assert whole in comparison.ended
    assert ("lone", None) not in changes


def test_what_appears_and_what_goes(evaluation: pmf.Evaluation) -> None:
    part = pmf.evaluate(evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, only=["lone"])
    gone = pmf.compare(evaluation, part)
    assert set(gone.changes["change"]) == {"gone"}
    assert gone.ended == gone.better == ()
    assert set(pmf.compare(part, evaluation).changes["change"]) == {"appeared"}


BANDS = st.sampled_from(["at most 5", "at most 11", "below 30", "at most 60", "at least 10"])
WHEN = st.sampled_from([None, "2016-17 Q2", "2016-17 Q3", "2016-17"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(band=BANDS, since=WHEN, id_=st.sampled_from(["part", "change", "above", "lone"]))
def test_a_what_if_changes_what_a_changed_folder_changes(
    evaluation: pmf.Evaluation, folder: Path, tmp_path: Path, band: str, since: str | None, id_: str
) -> None:
    if since is None:
        entry = f"{{good: {band}}}"
    else:
        old = next(line for line in TOLERANCES.splitlines() if line.startswith(f"{id_}:")).split(": ", 1)[1]
        entry = f"[{old}, {{from: {since}, good: {band}}}]"
    lines = [f"{id_}: {entry}" if line.startswith(f"{id_}:") else line for line in TOLERANCES.splitlines()]
    write_board(tmp_path, FIGURES, INDICATORS, "\n".join(lines), RULES)
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(folder / "returns", framework)
    by_hand = pmf.compare(evaluation, pmf.evaluate(framework, submissions, period="2016-17 Q3", as_of=AS_OF))
    what_if = pmf.what_if(evaluation, tolerances={id_: {"good": band}}, from_=since)
    assert_frame_equal(what_if.changes, by_hand.changes)
    assert what_if.summary() == by_hand.summary()


def test_a_what_if_of_a_formula_reaches_what_names_it(evaluation: pmf.Evaluation) -> None:
    """With half of the numerator the part is 4 of 21, 19.0 %, and what is half of that 9.5."""
    comparison = pmf.what_if(evaluation, indicators={"part": {"formula": "percent(n / 2, d)"}})
    wholes = comparison.changes.filter(pl.col("group").is_null())
    assert wholes["indicator"].to_list() == ["part", "above"]
    assert wholes["value_after"].to_list() == pytest.approx([400 / 21, 200 / 21])
    assert [change.indicator for change in comparison.better if change.group is None] == ["part", "above"]


def test_nothing_to_work_out_is_an_evaluation_without_rows(evaluation: pmf.Evaluation) -> None:
    none = pmf.evaluate(evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, only=[])
    assert (none.rows(), none.history.height, none.exceptions.height, none.outstanding.height) == ((), 0, 0, 0)
    nobody = pmf.evaluate(
        evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, only=["lone"], agency="police"
    )
    assert nobody.rows() == ()
    assert pmf.what_if(evaluation).summary() == "nothing changes"
    lone = pmf.evaluate(evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, only=["lone"])
    assert pmf.what_if(lone, tolerances={"part": {"good": "at most 99"}}).changes.is_empty()
    for ask in (lone.row, lone.series, lone.explain):
        with pytest.raises(pmf.Error, match="`part` is not among the indicators that were evaluated"):
            ask("part")


def test_questions_to_an_evaluation_of_all_periods_are_errors_of_the_library(evaluation: pmf.Evaluation) -> None:
    everything = evaluation.at(None)
    with pytest.raises(pmf.Error, match="only an evaluation of one period"):
        everything.explain("part")
    with pytest.raises(pmf.Error, match="about one period"):
        pmf.exception_report(everything)


def test_an_evaluation_of_all_periods_explains_each_of_them(evaluation: pmf.Evaluation) -> None:
    everything = evaluation.at(None)
    assert everything.explain("part", period="2016-17 Q3") == evaluation.explain("part")
    with pytest.raises(pmf.UnknownPeriod, match="`part` has no period 2031-32 Q1"):
        everything.explain("part", period="2031-32 Q1")
    with pytest.raises(pmf.UnknownName, match="unknown agency `polise`; did you mean `police`"):
        pmf.exception_report(evaluation, agency="polise")


def test_a_report_on_a_part_says_so_and_can_be_a_key(evaluation: pmf.Evaluation) -> None:
    part = pmf.evaluate(
        evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, only=["part", "lone"]
    )
    report = pmf.exception_report(part)
    assert report.not_evaluated == 2
    assert "Only the indicators evaluated here, and not 2 more." in render_terminal(report, width=100, color=False)
    whole = pmf.exception_report(evaluation)
    assert whole.not_evaluated == 0
    assert len({report, whole, pmf.exception_report(part)}) == 2


def test_another_period_and_a_what_if_read_lists_on_the_same_engine(evaluation: pmf.Evaluation) -> None:
    engine = pl.InMemoryEngine()
    first = pmf.evaluate(evaluation.framework, evaluation.submissions, period="2016-17 Q3", as_of=AS_OF, engine=engine)
    assert first.at("2016-17 Q2").engine is engine
    comparison = pmf.what_if(first, tolerances={"lone": {"good": "at least 30"}})
    assert comparison.before.engine is comparison.after.engine is engine
