"""What figures come to: over agencies, groups, time and missing values; statuses and their reasons."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from tests.support.boards import cell, evaluate, write_board, write_returns

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
    assert (row["value"], row["status"]) == (3, "no_data")
    assert row["reason"] == "`c` is not available from Social Care"


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
        ("a / (0 * a)", None, "undefined"),
        ("0 * a / (0 * a)", None, "undefined"),
        ("percent(a, 0 * a)", None, "undefined"),
        ("rate(0, 0 * a, 1000)", None, "undefined"),
        ("rate(a, a - 2 * a, 1000)", None, "invalid"),
        ("rate(a - 2 * a, a, 1000)", None, "invalid"),
        ("rate(a - 2 * a, a - 2 * a, 1000)", None, "invalid"),
        ("rate(a, a, 0 * a)", None, "invalid"),
        ("rate(a, a, a - 2 * a)", None, "invalid"),
        ("rate(a - 2 * a, 0 * a, 1000)", None, "undefined"),
        ("rate(0 * a, a, 1000)", 0, "not_rated"),
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


@pytest.mark.parametrize(("first", "later"), [("30", "10"), ("30", "c"), ("10", "30")])
def test_what_an_ad_hoc_request_raised_is_shown_until_it_is_answered(folder: Path, first: str, later: str) -> None:
    build(
        folder,
        "x: {frequency: ad hoc, formula: asked, by: [district]}",
        f"""period,agency,figure,district,value
        2015-16 Q1,care,asked,,c
        2015-16 Q1,care,asked,North,{first}
        2015-16 Q4,care,asked,,c
        2015-16 Q4,care,asked,North,{later}""",
        "x: {good: at most 20}",
        "- {when: red, to: board}",
    )

    def shown(period: str) -> list[tuple[str, str | None]]:
        return evaluate(folder, period).results.filter(group="North").select("period", "escalate_to").rows()

    raised = "board" if first == "30" else None
    still = raised if later == "c" else "board" if later == "30" else None
    assert shown("2015-16 Q1") == [("2015-16 Q1", raised)]
    for quarter in ("2015-16 Q2", "2015-16 Q3"):
        assert shown(quarter) == ([("2015-16 Q1", raised)] if raised else [])
        items = pmf.exception_report(evaluate(folder, quarter)).levels[0].items
        assert [(item.period.label, item.group_only) for item in items] == [("2015-16 Q1", True)] * bool(raised)
    assert shown("2015-16 Q4") == [("2015-16 Q4", still)]
    assert shown("2016-17 Q1") == ([("2015-16 Q4", still)] if still else [])


def test_what_is_late_is_told_beside_what_is_not_due(folder: Path) -> None:
    build(
        folder,
        f"r: {{{Q}, formula: referrals + a + plans}}",
        """2015-16 Q1,care,referrals,5
        2015-16 Q1,care,a,5
        2015-16 Q3,care,a,5
        2015-16 Q1,care,plans,5
        2015-16 Q4,care,plans,5""",
    )
    evaluation = evaluate(folder, "2015-16 Q4", date(2016, 4, 10))
    told = evaluation.outstanding.select("item", "period", "status", "run").rows()
    assert told == [
        ("a", "2015-16 Q4", "not_due", 1),
        ("referrals", "2015-16 Q3", "late", 2),
        ("referrals", "2015-16 Q4", "not_due", 3),
    ]
    late = evaluate(folder, "2015-16 Q4", date(2016, 5, 10)).outstanding
    assert late.select("item", "period", "status", "run").rows() == [
        ("a", "2015-16 Q4", "late", 1),
        ("referrals", "2015-16 Q4", "late", 3),
    ]


def test_what_never_came_is_late_from_when_its_agency_sent_anything(folder: Path) -> None:
    indicators = f"""r: {{{Q}, formula: referrals}}
        joint: {{{Q}, formula: both, by: [agency]}}
        g: {{frequency: annual, formula: children}}"""
    figures = FIGURES + "other: {title: Other, from: police, kind: flow, frequency: quarterly}"
    write_board(folder, figures, indicators, "", "- {when: late for 3 periods, to: board}")
    write_returns(folder, "2014-15 Q1,care,a,1\n2015-16 Q3,police,other,1\n2015-16 Q4,care,b,1")
    evaluation = evaluate(folder, "2015-16 Q4")

    def statuses(indicator: str, group: str | None = None) -> list[str]:
        rows = evaluation.judged.filter(indicator=indicator)
        return rows.filter(pl.col("group").eq_missing(pl.lit(group)))["status"].to_list()

    assert statuses("r") == ["late"] * 8
    assert statuses("joint", "care") == ["late"] * 8
    assert statuses("joint", "police") == ["no_data"] * 6 + ["late"] * 2
    assert cell(evaluation, "joint", "2015-16 Q4", "escalate_to", "police") is None
    assert cell(evaluation, "joint", "2015-16 Q4", "escalate_to", "care") == "board"
    # Who never sent anything at all owes it from the first of all data on.
    assert statuses("g") == ["late", "late"]


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
def test_a_total_that_its_groups_contradict_or_nobody_lists_makes_no_whole(folder: Path, column: str) -> None:
    """Groups of `district` are listed, and a Total is their whole; those of `ward` are not, and it is refused."""
    build(
        folder,
        f"r: {{{Q}, formula: referrals}}",
        f"""period,agency,figure,{column},value
        2016-17 Q1,care,referrals,North,6
        2016-17 Q1,care,referrals,South,4
        2016-17 Q1,care,referrals,Total,13""",
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


def test_a_group_that_nobody_can_place_is_wanted_from_its_period_on(folder: Path) -> None:
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
    assert [cell(evaluation, "r", f"2016-17 Q{quarter}", "status") for quarter in (1, 2)] == ["green", "invalid"]
    assert "came in `returns.csv` row 6 and could not be read" in cell(evaluation, "r", "2016-17 Q2", "reason")


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


@pytest.mark.parametrize(
    ("formula", "band", "status"),
    [
        ("plans", "good: at most a", "not_rated"),
        ("plans", "good: at most 600, tolerance: at most 110% of a", "not_rated"),
        ("plans", "good: at most 500, tolerance: at most 600", "amber"),
        ("plans", "good: at most target, target: 500", "red"),
        ("plans", "good: at most rolling_year(a)", "red"),
        ("percent(a, 2 * a)", "good: at most 10 + a / 100", "not_rated"),
        ("percent(a, 2 * a)", "good: 'at most percent(a, a)'", "green"),
        ("percent(a, 2 * a)", "good: at most previous", "green"),
        ("percent(a, 2 * a)", "good: within 5 of a", "not_rated"),
        ("rate(a, plans, a / 4)", "good: at most 5", "not_rated"),
        ("a", "good: at most 5", "not_rated"),
        ("a", "good: at most previous", "not_rated"),
    ],
)
def test_a_bound_that_adds_up_judges_no_longer_period(folder: Path, formula: str, band: str, status: str) -> None:
    """A stock of 550 against a flow of 100 a quarter is red in each of them, and so not green in the year."""
    quarters = [f"{year}-{year - 1999} Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]
    returns = "\n".join(f"{quarter},care,a,100\n{quarter},care,plans,550" for quarter in quarters)
    build(folder, f"x: {{{Q}, formula: '{formula}'}}", returns, f"x: {{{band}}}")
    assert cell(evaluate(folder, "2016-17 Q4"), "x", "2016-17 Q4", "status") != "not_rated"
    evaluation = evaluate(folder, "2016-17")
    assert cell(evaluation, "x", "2016-17", "status") == status
    assert cell(evaluation, "x", "2016-17", "value") is not None


def test_the_entry_in_force_alone_says_whether_a_longer_period_is_judged(folder: Path) -> None:
    build(
        folder,
        f"x: {{{Q}, formula: plans}}",
        "".join(
            f"{year} Q{n},care,{f},100\n"
            for year in ("2015-16", "2016-17")
            for n in (1, 2, 3, 4)
            for f in ("a", "plans")
        ),
        "x: [{from: 2015-16, good: at most 200}, {from: 2016-17, good: between a and 300}]",
    )
    evaluation = evaluate(folder, "2016-17")
    assert [cell(evaluation, "x", year, "status") for year in ("2015-16", "2016-17")] == ["green", "not_rated"]
    assert [cell(evaluation, "x", year, "direction") for year in ("2015-16", "2016-17")] == [None, None]


_HUGE = " * ".join(["a", *["1000000000000000"] * 21])


@pytest.mark.parametrize(
    "formula",
    [
        "5 / ({})", "5 / -({})", "percent(a, {})", "rate(a, {}, 1000)", "min({}, 5)", "max(-({}), 5)",
        "5 / previous({})", "5 / ({} - {})", "5 / abs({})", "5 / round({})", "5 / (1 + {})", "5 / max({}, 1)",
        "5 / first_known({}, b)", "5 / year_to_date({})", "percent(5 / (a / ({})), a)",
    ],
)  # fmt: skip
def test_what_is_too_large_for_a_number_is_not_lost_on_the_way(folder: Path, formula: str) -> None:
    formula = formula.replace("{}", _HUGE)
    build(
        folder,
        f"x: {{{Q}, formula: '{formula}'}}\nheld: {{{Q}, formula: 2 * a}}\nother: {{{Q}, formula: x}}",
        "2016-17 Q1,care,a,2\n2016-17 Q2,care,a,2",
        f"x: {{good: at most 1}}\nother: {{good: at most 1}}\nheld: {{good: 'at most {_HUGE}'}}",
    )
    evaluation = evaluate(folder)
    for indicator in ("x", "other", "held"):
        assert cell(evaluation, indicator, "2016-17 Q2", "status") == "invalid", indicator
    assert cell(evaluation, "x", "2016-17 Q2", "value") is None


def test_what_first_known_passed_over_is_said_and_nothing_else(folder: Path) -> None:
    build(
        folder,
        f"""first: {{{Q}, formula: 'first_known(a, b)'}}
        out: {{{Q}, formula: first}}
        share: {{{Q}, formula: 'percent(out, 2 * first)'}}
        before: {{{Q}, formula: previous(first)}}
        three: {{{Q}, formula: 'first_known(a, b, c)'}}
        there: {{{Q}, formula: 'first_known(b, a)'}}
        joined: {{{Q}, formula: a + b, missing: all}}
        of_sum: {{{Q}, formula: joined}}""",
        "2016-17 Q1,care,b,12\n2016-17 Q2,care,b,12\n2016-17 Q2,care,a,3",
    )
    evaluation = evaluate(folder)

    def said(period: str) -> dict[str, str | None]:
        rows = evaluation.results.filter(pl.col("period") == period)
        return dict(rows.select("indicator", "reason").iter_rows())

    without = "worked out without what lacks: `a` is not available from Social Care"
    first = said("2016-17 Q1")
    assert {first[id_] for id_ in ("first", "out", "share", "three")} == {without}
    assert first["joined"] == "`a` is not available from Social Care"
    assert (first["there"], first["of_sum"]) == (None, "`a` is not available from Social Care")
    second = said("2016-17 Q2")
    assert second.pop("before") == without.replace("`a`", "`a` for 2016-17 Q1")
    assert set(second.values()) == {None}


def test_reasons_name_the_agency_and_the_period_where_it_is_another(folder: Path) -> None:
    build(
        folder,
        f"""per: {{{Q}, formula: 'rate(a, children, 1000)'}}
        rose: {{{Q}, formula: a - previous(a)}}
        year: {{{Q}, formula: rolling_year(both)}}
        to_date: {{{Q}, formula: year_to_date(both)}}
        through: {{{Q}, formula: previous(year)}}
        bounded: {{{Q}, formula: a}}
        ago: {{{Q}, formula: a - year_ago(a)}}
        asking: {{frequency: ad hoc, formula: asked + b}}""",
        """2014-15,ons,children,1000
        2015-16 Q1,care,a,1
        2015-16 Q1,care,b,1
        2015-16 Q1,care,both,1
        2015-16 Q1,police,both,1
        2015-16 Q2,care,both,1
        2015-16 Q3,care,both,1
        2015-16 Q3,police,both,1
        2015-16 Q4,care,both,1
        2015-16 Q4,police,both,1
        2015-16 Q4,care,a,9
        2016-17 Q1,care,a,9
        2016-17 Q1,care,both,1
        2016-17 Q1,police,both,1
        2016-17 Q2,care,both,1
        2016-17 Q2,care,a,c
        2016-17 Q2,police,both,1
        2016-17 Q3,care,a,9""",
        "bounded: {good: at most previous}",
    )
    results = evaluate(folder, as_of=date(2017, 6, 30)).results
    said = {(row["indicator"], row["period"]): row["reason"] for row in results.iter_rows(named=True)}
    late = "`both` for 2015-16 Q2 has not come from Police"
    assert said["year", "2015-16 Q4"] == said["year", "2016-17 Q1"] == said["through", "2016-17 Q1"] == late
    assert said["year", "2016-17 Q2"] is None
    assert said["to_date", "2015-16 Q2"] == "`both` has not come from Police"
    assert said["to_date", "2015-16 Q4"] == late
    assert said["to_date", "2016-17 Q1"] is None
    assert said["per", "2015-16 Q1"] is None  # that of the year before
    assert said["per", "2016-17 Q3"] == "`children` for 2016-17 has not come from Statistics Office"
    assert said["rose", "2015-16 Q4"] == "`a` for 2015-16 Q3 has not come from Social Care"
    assert said["rose", "2016-17 Q3"] == "`a` for 2016-17 Q2 is withheld by Social Care"
    assert said["rose", "2016-17 Q2"] == "`a` is withheld by Social Care"
    assert said["bounded", "2016-17 Q3"] == "`a` for 2016-17 Q2 is withheld by Social Care"
    assert said["ago", "2016-17 Q3"] == "`a` for 2015-16 Q3 has not come from Social Care"
    assert said["asking", "2015-16 Q1"] == "`asked` is not available from Social Care"


def test_only_the_last_period_of_a_stock_is_named_in_a_longer_one(folder: Path) -> None:
    figures = "open: {title: Open, from: [care, police], kind: stock, frequency: quarterly}"
    write_board(folder, figures, f"o: {{{Q}, formula: open}}")
    write_returns(
        folder, "2016-17 Q1,care,open,1\n2016-17 Q4,care,open,1\n2016-17 Q1,police,open,1\n2016-17 Q2,police,open,1"
    )
    assert cell(evaluate(folder, "2016-17"), "o", "2016-17", "reason") == "`open` has not come from Police"


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


def test_a_long_chain_of_deep_formulas_is_worked_out_and_explained(folder: Path) -> None:
    names = [f"i{place}" for place in range(49)]
    chain = [
        f"{name}: {{{Q}, formula: '{'abs(' * 20}{before}{')' * 20} + 1'}}"
        for before, name in zip(["referrals", *names], names, strict=False)
    ]
    build(folder, "\n".join(reversed(chain)), "2016-17 Q1,care,referrals,7")
    evaluation = evaluate(folder, "2016-17 Q1")
    assert cell(evaluation, "i48", "2016-17 Q1", "value") == 7 + 49
    explanation = pmf.explain(evaluation, "i48")
    assert [(one.figure, one.value) for one in explanation.sources] == [("referrals", 7)]
