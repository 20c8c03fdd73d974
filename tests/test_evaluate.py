"""What figures come to: over agencies, groups, time and missing values; statuses and their reasons."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from tests.boards import cell, evaluate, write_board, write_returns

FIGURES = """
referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}
rereferrals: {title: Re-referrals, from: care, kind: flow, frequency: quarterly}
plans: {title: Open plans, from: care, kind: stock, frequency: quarterly}
children: {title: Children, from: ons, kind: stock, frequency: annual}
a: {title: A, from: care, kind: flow, frequency: quarterly}
b: {title: B, from: care, kind: flow, frequency: quarterly}
c: {title: C, from: care, kind: flow, frequency: quarterly}
d: {title: D, from: care, kind: flow, frequency: quarterly}
both: {title: From both, from: [care, police], kind: flow, frequency: quarterly}
grade: {title: Grade, from: [care, police], kind: grade, scale: audit, frequency: annual}
monthly: {title: Monthly, from: care, kind: flow, frequency: monthly}
asked: {title: Asked, from: care, kind: flow, frequency: ad hoc}
"""
Q = "frequency: quarterly"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def build(folder: Path, indicators: str, returns: str, tolerances: str = "", escalation: str = "") -> Path:
    write_board(folder, FIGURES, indicators, tolerances, escalation)
    write_returns(folder, returns)
    return folder


def test_essex_rereferrals_2016_17(folder: Path) -> None:
    """2,089 of 9,970 in the year is 20.95 %, published as 21.0 (DfE, children in need, table C1)."""
    build(
        folder,
        f"re: {{{Q}, formula: 'percent(rereferrals, referrals)'}}",
        """2016-17 Q1,care,referrals,2650
        2016-17 Q2,care,referrals,2480
        2016-17 Q3,care,referrals,2440
        2016-17 Q4,care,referrals,2400
        2016-17 Q1,care,rereferrals,569
        2016-17 Q2,care,rereferrals,512
        2016-17 Q3,care,rereferrals,495
        2016-17 Q4,care,rereferrals,513""",
        "re: {good: at most 20, tolerance: at most 24}",
    )
    results = evaluate(folder, "2016-17").results
    row = results.row(0, named=True)
    assert (row["numerator"], row["denominator"], row["status"]) == (2089, 9970, "amber")
    assert row["value"] == pytest.approx(20.952858575727, rel=1e-12)


def test_a_year_as_sent_stands_beside_its_quarters(folder: Path) -> None:
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        """2016-17,care,referrals,100
        2016-17 Q1,care,referrals,20
        2016-17 Q2,care,referrals,20
        2016-17 Q3,care,referrals,20
        2016-17 Q4,care,referrals,20
        2017-18,care,referrals,90""",
    )
    evaluation = evaluate(folder, "2016-17")
    assert cell(evaluation, "r", "2016-17", "value") == 100
    assert cell(evaluate(folder, "2017-18"), "r", "2017-18", "value") == 90
    assert cell(evaluate(folder, "2016-17 Q4"), "r", "2016-17 Q4", "value") == 20


def test_a_flow_adds_up_and_of_a_stock_the_last_counts(folder: Path) -> None:
    build(
        folder,
        f"""flow: {{{Q}, formula: referrals}}
        stock: {{{Q}, formula: plans}}""",
        "\n".join(
            f"2016-17 Q{quarter},care,{figure},{value}"
            for quarter in (1, 2, 3, 4)
            for figure, value in (("referrals", 10 * quarter), ("plans", 500 + quarter))
        ),
    )
    evaluation = evaluate(folder, "2016-17")
    assert cell(evaluation, "flow", "2016-17", "value") == 100
    assert cell(evaluation, "stock", "2016-17", "value") == 504


def test_a_year_with_a_quarter_missing_has_no_value(folder: Path) -> None:
    build(
        folder,
        f"flow: {{{Q}, formula: referrals, missing: never}}",
        "2016-17 Q1,care,referrals,10\n2016-17 Q2,care,referrals,10\n2016-17 Q4,care,referrals,10",
        "flow: {good: at most 50}",
    )
    evaluation = evaluate(folder, "2016-17")
    assert cell(evaluation, "flow", "2016-17", "status") == "late"
    assert cell(evaluation, "flow", "2016-17", "value") is None


def test_a_yearly_population_serves_its_year_and_the_next_until_one_comes(folder: Path) -> None:
    build(
        folder,
        f"rated: {{{Q}, formula: 'rate(referrals, children, 10000)'}}",
        """2015-16,ons,children,1000
        2016-17 Q1,care,referrals,10
        2017-18 Q1,care,referrals,10
        2018-19 Q1,care,referrals,10
        2018-19,ons,children,2000""",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "rated", "2016-17 Q1", "value") == 100
    assert cell(evaluation, "rated", "2017-18 Q1", "status") == "late"
    assert cell(evaluation, "rated", "2018-19 Q1", "value") == 50


@pytest.mark.parametrize(
    ("missing", "abc", "cd"), [("any", None, None), ("all", 16, None), ("never", 16, 0)], ids=["any", "all", "never"]
)
def test_missing_terms_of_a_sum(folder: Path, missing: str, abc: float | None, cd: float | None) -> None:
    """The published convention: A = 3, B = 13, C and D missing."""
    build(
        folder,
        f"""abc: {{{Q}, formula: a + b + c, missing: {missing}}}
        cd: {{{Q}, formula: c + d, missing: {missing}}}""",
        "2016-17 Q1,care,a,3\n2016-17 Q1,care,b,13\n2016-17 Q1,care,c,\n2016-17 Q1,care,d,",
        "cd: {good: at most 5}",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "abc", "2016-17 Q1", "value") == abc
    assert cell(evaluation, "cd", "2016-17 Q1", "value") == cd
    # What rests on nothing at all is never green, whatever a sum of nothing comes to.
    assert cell(evaluation, "cd", "2016-17 Q1", "status") == "no_data"


def test_what_is_done_without_is_said(folder: Path) -> None:
    build(folder, f"abc: {{{Q}, formula: a + c, missing: all}}", "2016-17 Q1,care,a,3\n2016-17 Q1,care,c,")
    row = evaluate(folder).results.row(0, named=True)
    assert (row["value"], row["status"]) == (3, "not_rated")
    assert row["reason"] == "worked out without what lacks: `c` is not available from Social Care"


@pytest.mark.parametrize("missing", ["any", "all", "never"])
def test_what_is_withheld_or_refused_is_never_done_without(folder: Path, missing: str) -> None:
    build(
        folder,
        f"""withheld: {{{Q}, formula: a + b, missing: {missing}}}
        refused: {{{Q}, formula: a + c, missing: {missing}}}""",
        "2016-17 Q1,care,a,3\n2016-17 Q1,care,b,c\n2016-17 Q1,care,c,1O",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "withheld", "2016-17 Q1", "status") == "suppressed"
    assert cell(evaluation, "refused", "2016-17 Q1", "status") == "invalid"


@pytest.mark.parametrize(
    ("formula", "value", "status"),
    [
        ("-7 / 2 + 0 * a", -3.5, "not_rated"),
        ("7 - -3 + 0 * a", 10, "not_rated"),
        ("a / 0", None, "undefined"),
        ("0 * a / 0", None, "undefined"),
        ("percent(a, 0 * a)", None, "undefined"),
        ("rate(0, 0 * a, 1000)", None, "undefined"),
        ("percent(a + 1, a)", None, "invalid"),
        ("percent(a, a)", 100, "not_rated"),
        ("round(a + 0.5)", 4, "not_rated"),
        ("round(-a - 0.5)", -4, "not_rated"),
        ("round(a + 0.25, 1)", 3.3, "not_rated"),
        ("min(a, 2, 7)", 2, "not_rated"),
        ("max(a, 2, 7)", 7, "not_rated"),
        ("first_known(b, a)", 3, "not_rated"),
        ("first_known(b, b)", None, "late"),
        ("abs(-a)", 3, "not_rated"),
        ("a / 3 - 1 / 3 - 2 / 3", 0, "not_rated"),
    ],
)
def test_arithmetic(folder: Path, formula: str, value: float | None, status: str) -> None:
    build(folder, f"x: {{{Q}, formula: '{formula}'}}", "2016-17 Q1,care,a,3")
    evaluation = evaluate(folder)
    assert cell(evaluation, "x", "2016-17 Q1", "value") == (None if value is None else pytest.approx(value, abs=1e-12))
    assert cell(evaluation, "x", "2016-17 Q1", "status") == status


def test_time_functions_look_at_consecutive_periods(folder: Path) -> None:
    build(
        folder,
        f"""before: {{{Q}, formula: previous(a)}}
        ago: {{{Q}, formula: year_ago(a)}}
        date: {{{Q}, formula: year_to_date(a)}}
        rolling: {{{Q}, formula: rolling_year(a)}}""",
        """2015-16 Q3,care,a,1
        2015-16 Q4,care,a,2
        2016-17 Q1,care,a,4
        2016-17 Q2,care,a,8
        2016-17 Q4,care,a,16""",
    )
    evaluation = evaluate(folder)

    def series(indicator: str) -> list[float | None]:
        rows = evaluation.results.filter(pl.col("indicator") == indicator)
        return [*rows["value"]]

    assert series("before") == [None, 1, 2, 4, 8, None]
    assert series("ago") == [None, None, None, None, 1, 2]
    assert series("date") == [None, None, 4, 12, None, None]
    assert series("rolling") == [None, None, None, 15, None, None]


def test_several_agencies_must_all_have_sent(folder: Path) -> None:
    build(
        folder,
        f"""strict: {{{Q}, formula: both, by: [agency]}}
        lenient: {{{Q}, formula: both, missing: all}}""",
        """2016-17 Q1,care,both,5
        2016-17 Q1,police,both,7
        2016-17 Q2,care,both,5""",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "strict", "2016-17 Q1", "value") == 12
    assert cell(evaluation, "strict", "2016-17 Q2", "status") == "late"
    assert cell(evaluation, "strict", "2016-17 Q2", "reason") == "`both` has not come from Police"
    assert cell(evaluation, "strict", "2016-17 Q2", "value", "care") == 5
    assert cell(evaluation, "strict", "2016-17 Q2", "status", "police") == "late"
    assert cell(evaluation, "lenient", "2016-17 Q2", "value") == 5


def test_grades_combine_to_the_worst(folder: Path) -> None:
    build(
        folder,
        "g: {frequency: annual, formula: grade, by: [agency]}",
        "2016-17,care,grade,Exceeded\n2016-17,police,grade,partly  met",
        "g: {good: at least met, tolerance: at least partly met}",
    )
    evaluation = evaluate(folder)
    assert (cell(evaluation, "g", "2016-17", "value"), cell(evaluation, "g", "2016-17", "status")) == (2, "amber")
    assert cell(evaluation, "g", "2016-17", "status", "care") == "green"


def test_groups_and_the_whole(folder: Path) -> None:
    build(
        folder,
        f"""re: {{{Q}, formula: 'percent(rereferrals, referrals)', by: [district]}}""",
        """period,agency,figure,district,value
        2016-17 Q1,care,referrals,North,60
        2016-17 Q1,care,referrals,south,40
        2016-17 Q1,care,rereferrals,North,6
        2016-17 Q1,care,rereferrals,South,8
        2016-17 Q2,care,referrals,North,60
        2016-17 Q2,care,referrals,,100
        2016-17 Q2,care,rereferrals,North,6""",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "re", "2016-17 Q1", "value") == 14
    assert cell(evaluation, "re", "2016-17 Q1", "value", "North") == 10
    assert cell(evaluation, "re", "2016-17 Q1", "value", "South") == 20
    # A whole of which a group lacks is not the sum of the others.
    assert cell(evaluation, "re", "2016-17 Q2", "status") == "no_data"
    assert cell(evaluation, "re", "2016-17 Q2", "value", "North") == 10
    assert cell(evaluation, "re", "2016-17 Q2", "status", "South") == "no_data"


def test_late_and_not_due(folder: Path) -> None:
    """Returns are due 30 days after a period's end; on that day they are not late yet."""
    build(folder, f"r: {{{Q}, formula: referrals}}", "2016-17 Q3,care,referrals,5")

    def status(as_of: date) -> str:
        return str(cell(evaluate(folder, "2016-17 Q4", as_of), "r", "2016-17 Q4", "status"))

    assert status(date(2017, 3, 31)) == "not_due"
    assert status(date(2017, 4, 30)) == "not_due"
    assert status(date(2017, 5, 1)) == "late"


def test_a_period_that_is_not_over_is_not_rated_on_part_of_its_figures(folder: Path) -> None:
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        "2016-17 Q4,care,referrals,5",
        "r: {good: at most 10}",
    )
    running = evaluate(folder, "2016-17 Q4", date(2017, 3, 31))
    assert cell(running, "r", "2016-17 Q4", "status") == "not_due"
    assert cell(running, "r", "2016-17 Q4", "reason") == "the period has not ended"
    assert cell(running, "r", "2016-17 Q4", "value") is None
    over = evaluate(folder, "2016-17 Q4", date(2017, 4, 1))
    assert cell(over, "r", "2016-17 Q4", "status") == "green"


def test_what_came_after_the_day_in_question_has_not_come(folder: Path) -> None:
    build(folder, f"r: {{{Q}, formula: referrals}}", "2016-17 Q1,care,referrals,5")
    (folder / "returns" / "manifest.csv").write_text("file,received_on\nreturns.csv,2016-08-15\n", encoding="utf-8")
    assert cell(evaluate(folder, "2016-17 Q1", date(2016, 8, 14)), "r", "2016-17 Q1", "status") == "late"
    assert cell(evaluate(folder, "2016-17 Q1", date(2016, 8, 15)), "r", "2016-17 Q1", "value") == 5


def test_a_quarterly_report_shows_months_as_the_quarter_and_the_last_year_that_ended(folder: Path) -> None:
    build(
        folder,
        """m: {frequency: monthly, formula: monthly}
        g: {frequency: annual, formula: grade}""",
        "\n".join(f"2016-{month:02d},care,monthly,{month}" for month in range(4, 10))
        + "\n2015-16,care,grade,met\n2015-16,police,grade,met",
    )
    results = evaluate(folder, "2016-17 Q2", date(2016, 11, 30)).results
    assert results.select("indicator", "period", "value").rows() == [("m", "2016-17 Q2", 24), ("g", "2015-16", 3)]


def test_ad_hoc_is_never_due_and_shown_when_there_is_data(folder: Path) -> None:
    build(folder, "x: {frequency: ad hoc, formula: asked}", "2016-17 Q1,care,asked,5\n2016-17 Q3,care,referrals,1")
    assert evaluate(folder).results.select("period", "value", "status").rows() == [("2016-17 Q1", 5, "not_rated")]
    assert evaluate(folder, "2016-17 Q3").results.is_empty()


def test_an_indicator_may_name_another_and_is_worked_out_from_its_figures(folder: Path) -> None:
    build(
        folder,
        f"""share: {{{Q}, formula: 'percent(rereferrals, referrals)'}}
        change: {{{Q}, formula: share - previous(share)}}""",
        """2016-17 Q1,care,referrals,100
        2016-17 Q1,care,rereferrals,10
        2016-17 Q2,care,referrals,100
        2016-17 Q2,care,rereferrals,12""",
    )
    assert cell(evaluate(folder), "change", "2016-17 Q2", "value") == pytest.approx(2)


def test_what_a_report_shows_is_never_left_out_for_want_of_data(folder: Path) -> None:
    build(
        folder,
        f"""r: {{{Q}, formula: referrals}}
        g: {{frequency: annual, formula: grade}}""",
        "2016-17 Q1,care,referrals,5",
    )
    results = evaluate(folder, "2016-17 Q1").results
    assert results.select("indicator", "period", "status").rows() == [
        ("r", "2016-17 Q1", "not_rated"),
        ("g", "2015-16", "no_data"),
    ]
    (folder / "returns" / "returns.csv").unlink()
    assert evaluate(folder, "2016-17 Q1").results["status"].to_list() == ["late", "no_data"]


def test_a_year_sent_as_a_whole_leaves_the_years_of_groups_to_their_quarters(folder: Path) -> None:
    quarters = "\n".join(
        f"2016-17 Q{quarter},care,referrals,{district},{value}"
        for quarter in (1, 2, 3, 4)
        for district, value in (("North", 6), ("South", 4))
    )
    build(
        folder,
        f"r: {{{Q}, formula: referrals, by: [district]}}",
        "period,agency,figure,district,value\n2016-17,care,referrals,,41\n" + quarters,
    )
    evaluation = evaluate(folder, "2016-17")
    assert cell(evaluation, "r", "2016-17", "value") == 41
    assert cell(evaluation, "r", "2016-17", "value", "North") == 24


@pytest.mark.parametrize("column", ["district", "ward"])
def test_a_whole_is_not_the_sum_of_groups_of_which_one_was_refused(folder: Path, column: str) -> None:
    """Groups of `district` are listed, those of `ward` are not; a Total is no group of either."""
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        f"""period,agency,figure,{column},value
        2016-17 Q1,care,referrals,North,6
        2016-17 Q1,care,referrals,South,4
        2016-17 Q1,care,referrals,Total,12""",
        "r: {good: at most 10}",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "r", "2016-17 Q1", "status") == "invalid"
    assert cell(evaluation, "r", "2016-17 Q1", "value") is None


def test_a_figure_sent_again_later_does_not_change_what_was_known_before(folder: Path) -> None:
    build(folder, f"r: {{{Q}, formula: referrals}}", "2016-17 Q1,care,referrals,5")
    write_returns(folder, "2016-17 Q1,care,referrals,7", "again.csv")
    manifest = "file,received_on\nreturns.csv,2016-07-20\nagain.csv,2016-09-01\n"
    (folder / "returns" / "manifest.csv").write_text(manifest, encoding="utf-8")
    assert cell(evaluate(folder, "2016-17 Q1", date(2016, 8, 31)), "r", "2016-17 Q1", "value") == 5
    assert cell(evaluate(folder, "2016-17 Q1", date(2016, 9, 1)), "r", "2016-17 Q1", "value") == 7


def test_what_was_never_sent_before_was_not_asked_for_yet(folder: Path) -> None:
    build(
        folder,
        f"""old: {{{Q}, formula: a}}
        new: {{{Q}, formula: b}}
        never: {{{Q}, formula: c}}""",
        "2016-17 Q1,care,a,1\n2016-17 Q2,care,a,1\n2016-17 Q2,care,b,1",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "new", "2016-17 Q1", "status") == "no_data"
    assert [cell(evaluation, "never", f"2016-17 Q{quarter}", "status") for quarter in (1, 2)] == ["late", "late"]


@pytest.mark.parametrize("missing", ["all", "never"])
@pytest.mark.parametrize(
    "formula",
    [
        "percent(a + b, d)",
        "percent(both, d)",
        "100 - percent(a, b)",
        "a - d",
        "share_of_d",
        "first_known(c, d)",
    ],
)
def test_only_sums_of_figures_do_without_what_is_missing(folder: Path, missing: str, formula: str) -> None:
    """A share of which part is missing is not a smaller share; nor is a difference, or what another rests on."""
    build(
        folder,
        f"""sum_of_ab: {{{Q}, formula: a + b, missing: {missing}}}
        share_of_d: {{{Q}, formula: 'percent(sum_of_ab, d)'}}
        x: {{{Q}, formula: '{formula}', missing: {missing}}}""",
        "2016-17 Q1,care,d,500\n2016-17 Q1,care,both,1\n2016-17 Q1,care,c,c",
        "x: {good: at most 1000}",
    )
    evaluation = evaluate(folder)
    assert cell(evaluation, "x", "2016-17 Q1", "value") is None
    assert cell(evaluation, "x", "2016-17 Q1", "status") in ("late", "suppressed")


def test_an_unlisted_breakdown_has_all_groups_that_anybody_named(folder: Path) -> None:
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        """period,agency,figure,ward,value
        2016-17 Q1,care,referrals,A,10
        2016-17 Q1,care,referrals,B,10
        2016-17 Q2,care,referrals,A,10
        2016-17 Q2,care,referrals,B,10
        2016-17 Q2,caer,referrals,C,50""",
        "r: {good: at most 30}",
    )
    evaluation = evaluate(folder)
    assert [cell(evaluation, "r", f"2016-17 Q{quarter}", "status") for quarter in (1, 2)] == ["no_data", "no_data"]


def test_two_breakdowns_that_come_to_different_wholes_are_refused(folder: Path) -> None:
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        """period,agency,figure,district,ward,value
        2016-17 Q1,care,referrals,North,,10
        2016-17 Q1,care,referrals,South,,10
        2016-17 Q1,care,referrals,,A,300
        2016-17 Q2,care,referrals,North,,10
        2016-17 Q2,care,referrals,South,,10
        2016-17 Q2,care,referrals,,A,20
        2016-17 Q3,care,referrals,North,,10
        2016-17 Q3,care,referrals,South,,5O
        2016-17 Q3,care,referrals,,A,20""",
    )
    evaluation = evaluate(folder)
    found = [cell(evaluation, "r", f"2016-17 Q{quarter}", "status") for quarter in (1, 2, 3)]
    assert found == ["invalid", "not_rated", "invalid"]


def test_a_longer_period_in_groups_does_not_stand_against_its_quarters(folder: Path) -> None:
    quarters = "\n".join(f"2016-17 Q{quarter},care,referrals,,100" for quarter in (1, 2, 3, 4))
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        "period,agency,figure,ward,value\n2016-17,care,referrals,A,1\n" + quarters,
    )
    assert cell(evaluate(folder, "2016-17"), "r", "2016-17", "value") == 400


def test_groups_know_that_their_whole_is_withheld_or_refused(folder: Path) -> None:
    build(
        folder,
        f"r: {{{Q}, formula: both, by: [district], missing: all}}",
        """period,agency,figure,district,value
        2016-17 Q1,care,both,North,1
        2016-17 Q1,care,both,South,2
        2016-17 Q1,police,both,,c""",
        "r: {good: at most 10}",
    )
    evaluation = evaluate(folder)
    for group in (None, "North", "South"):
        assert cell(evaluation, "r", "2016-17 Q1", "status", group) == "suppressed"


def test_an_ad_hoc_request_needs_all_that_were_asked_and_is_not_added_up(folder: Path) -> None:
    figures = """
    x: {title: X, from: [care, police], kind: flow, frequency: ad hoc}
    y: {title: Y, from: care, kind: flow, frequency: ad hoc}
    """
    indicators = """
    one: {frequency: ad hoc, formula: x, by: [district]}
    share: {frequency: ad hoc, formula: 'percent(y, 2 * y)'}
    """
    write_board(folder, figures, indicators)
    write_returns(
        folder,
        """period,agency,figure,district,value
        2016-17 Q1,care,x,,10
        2016-17 Q1,care,y,,5
        2016-17 Q2,care,y,,c
        2016-17 Q4,care,x,North,1""",
    )
    evaluation = evaluate(folder, "2016-17")
    assert cell(evaluation, "one", "2016-17 Q1", "status") == "no_data"
    assert cell(evaluation, "share", "2016-17 Q1", "value") == 50
    assert cell(evaluation, "share", "2016-17 Q2", "status") == "suppressed"
    shown = evaluation.results.filter(pl.col("group").is_null()).select("indicator", "period").rows()
    assert shown == [("one", "2016-17 Q4"), ("share", "2016-17 Q2")]
    assert pmf.exception_report(evaluation).board == "Test Board"


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        ("monthly", "not_rated"),
        ("rate(monthly, children, 1000)", "not_rated"),
        ("percent(monthly, 2 * monthly)", "red"),
        ("rolling_year(monthly)", "red"),
    ],
)
def test_what_adds_up_is_not_judged_over_a_longer_period(folder: Path, formula: str, status: str) -> None:
    months = "\n".join(f"{year}-{month:02d},care,monthly,12" for year in (2015, 2016) for month in range(1, 13))
    build(
        folder,
        f"m: {{frequency: monthly, formula: '{formula}'}}",
        "2015-16,ons,children,1000\n2016-17,ons,children,1000\n" + months,
        "m: {good: at most 1}",
    )
    assert cell(evaluate(folder, "2016-12"), "m", "2016-12", "status") == "red"
    assert cell(evaluate(folder, "2016-17 Q3"), "m", "2016-17 Q3", "status") == status


def test_a_negative_part_is_no_part(folder: Path) -> None:
    build(folder, f"x: {{{Q}, formula: 'percent(a - b, b)'}}", "2016-17 Q1,care,a,5\n2016-17 Q1,care,b,10")
    assert cell(evaluate(folder), "x", "2016-17 Q1", "status") == "invalid"


def test_sums_of_decimals_do_not_depend_on_order(folder: Path) -> None:
    values = ["0.1", "0.2", "0.3", "0.7"]
    found = set()
    for turn in range(4):
        rows = [f"2016-17 Q{quarter},care,referrals,{values[quarter - 1]}" for quarter in (1, 2, 3, 4)]
        build(folder, f"r: {{{Q}, formula: referrals}}", "\n".join(rows[turn:] + rows[:turn]))
        found.add(repr(cell(evaluate(folder, "2016-17"), "r", "2016-17", "value")))
    assert len(found) == 1
