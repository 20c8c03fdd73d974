"""Units: which numbers a figure may hold, and which figures have no sum."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.render.definitions import render_listing
from pmf_engine.submissions.days import marked_at
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
number: {title: A number, from: care, kind: flow, frequency: quarterly}
people: {title: People, from: care, kind: stock, frequency: quarterly, unit: children}
share: {title: A share, from: [care, police], kind: stock, frequency: quarterly, unit: percent}
change: {title: A change, from: care, kind: stock, frequency: quarterly, unit: percent, plausible: between -50 and 150}
money: {title: Money, from: care, kind: flow, frequency: quarterly, unit: pounds}
posts: {title: Posts, from: care, kind: stock, frequency: quarterly, whole: false}
held: {title: Held, from: care, kind: flow, frequency: quarterly, plausible: above 0 and at most 500}
wait: {title: A wait, from: care, kind: flow, frequency: quarterly, unit: days, adds_up: false}
"""
INDICATORS = """
i_share: {formula: share, frequency: quarterly, by: [agency]}
i_change: {formula: change, frequency: quarterly, by: [district]}
i_median: {formula: wait, frequency: annual}
i_money: {formula: money, frequency: quarterly}
i_count: {formula: number, frequency: annual}
"""


def read(folder: Path, rows: str) -> pmf.Submissions:
    write_board(folder, FIGURES, INDICATORS)
    write_returns(folder, rows)
    framework = pmf.load_framework(folder)
    return pmf.read_submissions(framework.submissions, framework)


@pytest.mark.parametrize(
    ("figure", "text", "value"),
    [
        ("number", "12.0", 12),
        ("number", "1,234", 1234),
        ("share", "31%", 31),
        ("share", "31 %", 31),
        ("share", "31", 31),
        ("share", "0.31%", 0.31),
        ("share", "31.5", 31.5),
        ("share", "0", 0),
        ("share", "100", 100),
        ("change", "-12%", -12),
        ("change", "150", 150),
        ("money", "£1,200.50", 1200.5),
        ("posts", "12.4", 12.4),
        ("posts", ".5", 0.5),
        ("held", "500", 500),
    ],
)
def test_what_a_figure_may_hold(tmp_path: Path, figure: str, text: str, value: float) -> None:
    submissions = read(tmp_path, f'2016-17 Q1,care,{figure},"{text}"')
    assert submissions.readings["value"].to_list() == [value]
    assert submissions.problems.is_empty()


@pytest.mark.parametrize(
    ("figure", "text", "kind", "said"),
    [
        ("number", "31%", "percent-of-a-count", "`31%` is a percentage, and `number` is none"),
        ("number", "31 %", "percent-of-a-count", "`31 %` is a percentage"),
        ("people", "31%", "percent-of-a-count", "is a percentage"),
        ("money", "12%", "percent-of-a-count", "is a percentage"),
        ("posts", "12%", "percent-of-a-count", "is a percentage"),
        ("number", "31% [r]", "percent-of-a-count", "is a percentage"),
        ("number", "57.5", "not-whole", "`number` is a count"),
        ("people", "1.234", "not-whole", "`people` counts children"),
        ("number", "0.31", "not-whole", "has decimals"),
        ("share", "0.31", "fraction", "may be 31% or 0.31%"),
        ("share", ".05", "fraction", "may be 5% or .05%"),
        ("share", "1", "fraction", "may be 100% or 1%"),
        ("share", "101", "not-a-percentage", "from 0 to 100"),
        ("share", "-3%", "not-a-percentage", "from 0 to 100"),
        ("change", "151%", "implausible", "which is between -50 and 150"),
        ("held", "0", "implausible", "which is above 0 and at most 500"),
        ("held", "501", "implausible", "mend it, or widen `plausible`"),
        ("held", "-1", "negative", "below zero"),
    ],
)
def test_what_a_figure_may_not_hold(tmp_path: Path, figure: str, text: str, kind: str, said: str) -> None:
    submissions = read(tmp_path, f'2016-17 Q1,care,{figure},"{text}"')
    assert submissions.readings["value"].to_list() == [None]
    assert submissions.readings["state"].to_list() == ["invalid"]
    [problem] = submissions.problems.rows(named=True)
    assert problem["kind"] == kind
    assert said in problem["message"]


@given(number=st.decimals(0, 1, places=3), percent=st.booleans())
def test_a_share_of_one_is_never_taken_for_a_percentage(
    tmp_path_factory: pytest.TempPathFactory, number: object, percent: bool
) -> None:
    text = f"{number}%" if percent else str(number)
    submissions = read(tmp_path_factory.mktemp("board"), f"2016-17 Q1,care,share,{text}")
    value = submissions.readings["value"].item()
    assert value == (float(str(number)) if percent or not float(str(number)) else None)


def test_a_percentage_never_adds_up(tmp_path: Path) -> None:
    read(
        tmp_path,
        """
        period,agency,figure,district,value
        2016-17 Q1,care,share,,31
        2016-17 Q1,police,share,,41
        2016-17 Q1,care,change,North,10
        2016-17 Q1,care,change,South,20
        """,
    )
    evaluation = evaluate(tmp_path)
    assert cell(evaluation, "i_share", "2016-17 Q1", "status") == "no_data"
    assert cell(evaluation, "i_share", "2016-17 Q1", "reason").endswith(": it does not add up over agencies")
    assert cell(evaluation, "i_share", "2016-17 Q1", "value", "care") == 31
    assert cell(evaluation, "i_share", "2016-17 Q1", "value", "police") == 41
    assert cell(evaluation, "i_change", "2016-17 Q1", "status") == "no_data"
    assert cell(evaluation, "i_change", "2016-17 Q1", "reason").endswith(": it does not add up over groups")
    assert cell(evaluation, "i_change", "2016-17 Q1", "value", "South") == 20


@pytest.mark.parametrize("missing", ["any", "all"])
def test_what_does_not_add_up_has_no_sum_over_quarters(tmp_path: Path, missing: str) -> None:
    quarters = [f"2016-17 Q{n}" for n in (1, 2, 3, 4)]
    rows = [f"{quarter},care,{figure},5" for quarter in quarters for figure in ("wait", "number")]
    read(tmp_path, "\n".join([*rows, "2017-18,care,wait,21"]))
    text = (tmp_path / "indicators.yaml").read_text(encoding="utf-8")
    text = text.replace("formula: wait", f"missing: {missing}, formula: wait")
    (tmp_path / "indicators.yaml").write_text(text, encoding="utf-8")
    evaluation = evaluate(tmp_path)
    assert cell(evaluation, "i_count", "2016-17", "value") == 20
    assert cell(evaluation, "i_median", "2016-17", "status") == "no_data"
    assert cell(evaluation, "i_median", "2016-17", "reason").endswith(": it does not add up over time")
    assert cell(evaluation, "i_median", "2017-18", "value") == 21


def test_what_does_not_add_up_has_no_sum_of_two_agencies_that_were_taken_over(tmp_path: Path) -> None:
    head = """\
board: {name: Test Board, submissions: returns}
agencies:
  north: North
  south: South
  care: {name: Care, since: 2016-17 Q2, succeeds: [north, south]}
content_areas: {safety: {title: Safety, kind: priority}}
"""
    figure = "share: {title: A share, from: care, kind: stock, frequency: quarterly, unit: percent}"
    write_board(tmp_path, figure, "i_rate: {formula: share, frequency: quarterly}", head=head)
    write_returns(tmp_path, "2016-17 Q1,north,share,30\n2016-17 Q1,south,share,40\n2016-17 Q2,care,share,36")
    evaluation = evaluate(tmp_path)
    assert cell(evaluation, "i_rate", "2016-17 Q1", "status") == "no_data"
    assert cell(evaluation, "i_rate", "2016-17 Q1", "reason").endswith(": it does not add up over agencies")
    assert cell(evaluation, "i_rate", "2016-17 Q2", "value") == 36


def test_marks_behind_numbers_are_noted(tmp_path: Path) -> None:
    submissions = read(tmp_path, "2016-17 Q1,care,number,12 [r]\n2016-17 Q2,care,number,9 u\n2016-17 Q3,care,number,7")
    notes = marked_at(submissions, date(2030, 1, 1))
    assert notes["message"].to_list() == [
        "`12 [r]` was revised; the number is used",
        "`9 u` is marked as unreliable; the number is not used",
    ]
    assert notes["severity"].to_list() == ["note", "note"]


def test_the_unit_is_shown_with_its_figure(tmp_path: Path) -> None:
    read(tmp_path, "2016-17 Q1,care,money,12.50")
    framework = pmf.load_framework(tmp_path)
    assert "Money (pounds)" in render_listing(framework, "figures")
    assert "A number\n" in render_listing(framework, "figures")
    submissions = pmf.read_submissions(framework.submissions, framework)
    evaluation = pmf.evaluate(framework, submissions, period="2016-17 Q1", as_of=date(2030, 1, 1))
    explanation = pmf.explain(evaluation, "i_money")
    assert [source.title for source in explanation.sources] == ["Money (pounds)"]
