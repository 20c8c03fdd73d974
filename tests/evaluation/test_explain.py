"""Explanations: where every number came from, what the chart says, when it was raised and what would clear it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

import pmf_engine as pmf
from pmf_engine.domain.periods import Cadence
from pmf_engine.evaluation.evaluate import explain
from pmf_engine.evaluation.explanation.absent_returns import Absent
from pmf_engine.evaluation.explanation.explain import Explanation
from pmf_engine.render.explanation import to_json, to_text
from tests.support import strategies
from tests.support.boards import HEAD, evaluate, read_frame, write_board, write_returns

FIGURES = """
part: {title: Part, from: care, kind: flow, frequency: monthly}
whole: {title: Whole, from: care, kind: flow, frequency: monthly}
england: {title: England, from: ons, kind: stock, frequency: monthly}
"""
INDICATORS = """
y: {frequency: monthly, formula: 'percent(part, whole)'}
rest: {frequency: monthly, formula: 'whole - part'}
"""
RULES = """
- {when: red, to: sub_committee}
- {when: special_cause_concern, to: board, until: green for 3 periods}
- {when: late, to: lead_agency}
"""
MONTHS = [f"{2014 + month // 12}-{month % 12 + 1:02}" for month in range(3, 40)]


def explained(
    folder: Path, values: str, tolerance: str, period: str, rules: str = RULES, wholes: int = 100
) -> Explanation:
    write_board(folder, FIGURES, INDICATORS, f"y: {tolerance}", rules)
    rows = []
    for month, value in zip(MONTHS, values.split(), strict=False):
        if value != "_":
            rows += [f"{month},care,part,{value}", f"{month},care,whole,{wholes}", f"{month},ons,england,11"]
    write_returns(folder, "\n".join(rows))
    return explain(evaluate(folder, period), "y")


def sources(one: Explanation) -> list[tuple[str, str, float | None, tuple[str, ...]]]:
    return [(source.figure, source.period, source.value, source.used_by) for source in one.sources]


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [
        ("{good: at most 20}", []),
        ("{target: 20, good: at most target}", []),
        ("{good: at most england}", [("england", "2014-06", 11.0, ("good",))]),
        (
            "{good: at most previous, tolerance: at most 2 * previous}",
            [
                ("part", "2014-05", 12.0, ("good", "tolerance")),
                ("whole", "2014-05", 100.0, ("good", "tolerance")),
            ],
        ),
        (
            "{good: at most england, tolerance: at most rest}",
            [
                ("england", "2014-06", 11.0, ("good",)),
                ("part", "2014-06", 13.0, ("formula", "tolerance")),
                ("whole", "2014-06", 100.0, ("formula", "tolerance")),
            ],
        ),
        (
            "{good: at most 20, tolerance: at most previous(england) + year_ago}",
            [("england", "2014-05", 11.0, ("tolerance",))],
        ),
    ],
)
def test_what_a_band_names_is_traced_to_its_cells(
    tmp_path: Path, tolerance: str, expected: list[tuple[str, str, float | None, tuple[str, ...]]]
) -> None:
    one = explained(tmp_path, "10 12 13", tolerance, "2014-06")
    assert all(len(source.cells) == 1 for source in one.sources)
    own = [("part", "2014-06", 13.0, ("formula",)), ("whole", "2014-06", 100.0, ("formula",))]
    found = {source[:2]: source for source in sources(one)}
    wanted = {source[:2]: source for source in [*own, *expected]}
    assert found == wanted


def test_what_it_is_compared_with_is_traced(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, "y: {frequency: monthly, formula: whole - part, compare: england}")
    write_returns(tmp_path, "2014-04,care,part,1\n2014-04,care,whole,3\n2014-04,ons,england,4")
    one = explain(evaluate(tmp_path, "2014-04"), "y")
    assert sources(one)[-1] == ("england", "2014-04", 4.0, ("comparison",))
    assert "England (stock), 2014-04: 4, for comparison" in to_text(one)


def test_a_year_ago_is_traced_too(tmp_path: Path) -> None:
    one = explained(tmp_path, "10 11 " * 6 + "12", "{good: at most year_ago}", "2015-04")
    assert ("part", "2014-04", 10.0, ("good",)) in sources(one)
    assert one.sources[2].cells[0].period == "2014-04"
    assert "Part (flow), 2014-04: 10, for good" in to_text(one)


def test_the_interval_says_why_chance_may_explain_it(tmp_path: Path) -> None:
    tolerance = "{good: at most 20, tolerance: at most 24, allow_for_chance: true}"
    one = explained(tmp_path, "26 10", tolerance, "2014-04")
    assert (one.status, one.judgement and one.judgement.beyond_chance) == ("amber", False)
    text = " ".join(to_text(one).split())
    assert "allowing for chance: is the whole of 18.4% to 35.4% outside what is tolerable, 24% or less? no" in text
    assert "outside what is tolerable, 24% or less? no" in text
    one = explained(tmp_path, "26 10", tolerance, "2014-04", wholes=50)
    assert (one.status, one.judgement and one.judgement.beyond_chance) == ("red", True)
    one = explained(tmp_path, "26 10", tolerance, "2014-05")
    assert "allowing for chance: not asked of a value that is good" in to_text(one, 200)
    one = explained(tmp_path, "26 10", "{good: at most 20}", "2014-04")
    assert "allowing for chance" not in to_text(one)


def test_the_chart_is_told_with_its_limits_and_the_points_of_its_signal(tmp_path: Path) -> None:
    one = explained(tmp_path, "9 11 " * 6 + "30", "{good: at most 40}", "2015-04")
    text = to_text(one, 200)
    chart = text[text.index("control chart") : text.index("\n\nhistory")].splitlines()
    assert chart[0] == "control chart"
    assert chart[1] == "  mean 11.5%, limits 6.2% to 16.9%, of the 13 periods up to 2015-04"
    assert chart[2:] == [
        "  signal: higher than chance explains, so worse than it used to be",
        "    given by 2015-04",
    ]  # nothing is foretold while a signal stands
    assert one.chart.signal_points == ("2015-04",)
    assert one.history[-1].signal == "outside_limits"


@pytest.mark.parametrize(
    ("values", "period", "expected"),
    [
        ("10 11 12", "2014-06", "no signal: only 3 months with a value, and a control chart needs 12"),
        ("10 _ 12 13", "2014-07", "no signal: only 2 months since the gap in 2014-05, and a control chart needs 12"),
        ("10 11 _ 12", "2014-06", "no signal: there is no value"),
        ("9 11 " * 6, "2015-03", "no signal: what varies is chance"),
    ],
)
def test_no_signal_says_why(tmp_path: Path, values: str, period: str, expected: str) -> None:
    assert expected in to_text(explained(tmp_path, values, "{good: at most 40}", period), 200)


def test_since_when_it_is_an_exception_and_what_would_clear_it(tmp_path: Path) -> None:
    one = explained(tmp_path, "9 11 " * 6 + "30 10 10", "{good: at most 40}", "2015-06")
    tolerances = (tmp_path / "tolerances.yaml").as_posix()
    text = to_text(one, 1000)
    assert text[text.index("escalation\n") :].splitlines() == [
        "escalation",
        f"  does not hold: red, to the sub-committee, {tolerances}:5:12",
        f"  holds: worse than chance explains, until green three months running, to the Board, {tolerances}:6:12",
        "    cleared by the first period with a value in which it is green three months running, counted from when the "
        "rule last held",
        f"  does not hold: late, to the lead agency, {tolerances}:7:12",
        "  goes to: the Board",
        "  raised: 2015-04, to the Board, green at 30.0%",
        "  has lasted: 3 periods",
    ]
    assert [point.escalate_to for point in one.history[-4:]] == [None, "board", "board", "board"]


def test_what_clears_a_rule_that_names_what_is_missing_needs_no_value(tmp_path: Path) -> None:
    one = explained(tmp_path, "50 _ 10", "{good: at most 40}", "2014-05")
    cleared = {rule.when: rule.cleared_by for rule in one.rules}
    assert cleared == {
        "red": "the first period with a value in which `red` does not hold",
        "special_cause_concern": None,
        "late": "the first period in which `late` does not hold",
    }


def test_an_exception_that_is_over_says_when_it_had_recovered(tmp_path: Path) -> None:
    one = explained(tmp_path, "50 50 10 10", "{good: at most 40}", "2014-07")
    assert (
        "  raised: 2014-04, to the sub-committee, red at 50.0%\n  lasted: 2 periods; recovered in 2014-06\n"
        in to_text(one)
    )
    one = explained(tmp_path, "10 10", "{good: at most 40}", "2014-05")
    assert "never an exception" in to_text(one)


def test_programs_are_told_the_same(tmp_path: Path) -> None:
    said = json.loads(to_json(explained(tmp_path, "9 11 " * 6 + "30", "{good: at most 40}", "2015-04")))
    assert said["chart"]["signal"] == "outside_limits"
    assert said["chart"]["assurance"] is None  # nothing is foretold while a signal stands
    assert said["exception"]["raised"] == "2015-04"
    assert said["rules"][1]["until"] == "green for 3 periods"
    assert said["sources"][0]["used_by"] == ["formula"]


# -- what was used, and what lacks ------------------------------------------------------------

PARTS = """
a: {title: A, from: care, kind: flow, frequency: quarterly}
b: {title: B, from: care, kind: flow, frequency: quarterly}
m: {title: M, from: [care, police], kind: flow, frequency: quarterly}
sm: {title: SM, from: [care, police], kind: stock, frequency: monthly}
g: {title: G, from: [care, police], kind: grade, scale: audit, frequency: quarterly}
h: {title: H, from: [care, police, ons], kind: flow, frequency: ad hoc}
"""


def asked(
    folder: Path,
    indicators: str,
    rows: str,
    period: str,
    id_: str = "y",
    group: str | None = None,
    tolerances: str = "",
    rules: str = "",
) -> Explanation:
    write_board(folder, PARTS, indicators, tolerances, rules)
    write_returns(folder, rows)
    return explain(evaluate(folder, period, date(2017, 5, 31)), id_, group=group)


def steps(one: Explanation) -> dict[str, float | str | None]:
    return {step.text: step.reason or step.value for step in one.steps}


def cells(one: Explanation, figure: str) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (cell.agency, cell.text, cell.group, cell.set_aside)
        for source in one.sources
        if source.figure == figure
        for cell in source.cells
    ]


@pytest.mark.parametrize("missing", ["all", "never"])
def test_a_share_shows_what_lacks_whatever_missing_says(tmp_path: Path, missing: str) -> None:
    formula = f"y: {{frequency: quarterly, missing: {missing}, formula: 'percent(a + b, m)'}}"
    one = asked(tmp_path, formula, "2016-17 Q1,care,a,3\n2016-17 Q1,care,m,7", "2016-17 Q1")
    assert steps(one) == {"a + b": "late: `b`", "percent(a + b, m)": "late: `m`"}
    found = {source.figure: source.reason or source.value for source in one.sources}
    assert found == {"a": 3.0, "b": "late: `b`", "m": "late: `m`"}
    assert f"all its parts are needed: `missing: {missing}` is of sums of figures alone" in to_text(one)


def test_a_sum_shows_what_it_did_without(tmp_path: Path) -> None:
    formula = "y: {frequency: quarterly, missing: all, formula: a + b + m}"
    one = asked(tmp_path, formula, "2016-17 Q1,care,a,3\n2016-17 Q1,care,m,7", "2016-17 Q1")
    assert steps(one) == {"a + b": 3.0, "a + b + m": 10.0}
    assert "M (flow), 2016-17 Q1: 7, without Police\n" in to_text(one)
    assert "status: late, because “M” has not come from Police" in to_text(one)
    assert "all its parts" not in to_text(one)


def test_a_band_needs_all_of_a_figure_that_the_formula_does_not(tmp_path: Path) -> None:
    formula = "y: {frequency: quarterly, missing: all, formula: a + m}"
    sent = "2016-17 Q1,care,a,3\n2016-17 Q1,care,m,7"
    one = asked(tmp_path, formula, sent, "2016-17 Q1", tolerances="y: {good: at most m}")
    said = [(source.value, source.reason, source.used_by) for source in one.sources if source.figure == "m"]
    assert said == [(7.0, None, ("formula",)), (None, "late: `m`", ("good",))]


def test_a_sum_of_nothing_says_that_it_is_one(tmp_path: Path) -> None:
    formula = "y: {frequency: quarterly, missing: never, formula: a + b}"
    one = asked(tmp_path, formula, "2016-17 Q1,care,m,7", "2016-17 Q1")
    assert (one.status, one.value) == ("late", 0.0)
    assert "    “A” + “B” = 0, a sum of nothing (late: “B”)\n" in to_text(one)


def test_groups_that_make_no_whole_are_set_aside(tmp_path: Path) -> None:
    rows = """
        period,agency,figure,value,district
        2016-17 Q1,care,m,5,North
        2016-17 Q1,care,m,4,South
        2016-17 Q1,police,m,6,South
        2016-17 Q2,care,m,4,
        2016-17 Q2,police,m,6,
        2016-09,care,sm,2,South
        2016-09,police,sm,2,
    """
    formula = "y: {frequency: half-yearly, missing: all, formula: m + sm}"
    one = asked(tmp_path, formula, rows, "2016-17 H1")
    aside = "its groups make no whole"
    assert one.value == 21.0
    assert cells(one, "m") == [
        ("care", "5", "North", None),
        ("care", "4", "South", None),
        ("police", "6", "South", aside),
        ("care", "4", None, None),
        ("police", "6", None, None),
    ]
    assert cells(one, "sm") == [("care", "2", "South", aside), ("police", "2", None, None)]
    how = {source.figure: source.how for source in one.sources}
    assert how["m"] == (
        "no whole from `police` without `North` of `district`",
        "added up over 2 groups of `district` from `care` for 2016-17 Q1",
        "added up over 2 agencies",
        "without `police` for 2016-17 Q1",
        "added up over 2 periods",
    )
    assert how["sm"] == (
        "no whole from `care` without `North` of `district`",
        "without `care`",
        "the last of the period, 2016-09",
    )
    assert "Police, 2016-17 Q1, South: `6` (set aside)\n      its groups make no whole\n" in to_text(one)


@pytest.mark.parametrize("seed", range(40, 46))
def test_the_cells_make_the_value_and_what_lacks_is_named(seed: int, tmp_path: Path) -> None:
    board = strategies.make_board(Random(seed), 4)
    strategies.write_files(board, tmp_path)
    framework = pmf.load_framework(tmp_path)
    submissions = read_frame(strategies.returns(board), framework)
    start, months = board.asked or (max(one.start for one in board.cells), 3)
    asked_for = Cadence(months, board.year_start).holding(start)
    evaluation = pmf.evaluate(framework, submissions, period=asked_for, as_of=board.as_of)
    for row in evaluation.results.iter_rows(named=True):
        group = None if row["group"] is None else f"{row['by']}={row['group']}"
        one = explain(evaluation, row["indicator"], group=group)
        for source in one.sources:
            good = [cell.value for cell in source.cells if cell.state == "ok" and not cell.set_aside]
            lacking = [cell for cell in source.cells if cell.state != "ok" or cell.set_aside]
            if source.value is not None:
                values = [value for value in good if value is not None]
                made = min(values) if source.kind == "grade" else sum(values)
                assert made == pytest.approx(source.value, rel=1e-9, abs=1e-9), source
            elif source.reason and not source.reason.startswith("not_due"):
                assert source.absent or lacking, source


def test_the_group_and_the_agency_that_lack_are_named(tmp_path: Path) -> None:
    rows = """
        period,agency,figure,value,district
        2016-17 Q1,care,m,5,North
        2016-17 Q1,care,m,4,South
        2016-17 Q1,police,m,6,South
        2016-17 Q1,care,h,3,
    """
    indicators = """
        y: {frequency: quarterly, by: [district], formula: m}
        z: {frequency: ad hoc, by: [agency], formula: h}
        both: {frequency: quarterly, by: [agency], formula: m}
    """
    one = asked(tmp_path, indicators, rows, "2016-17 Q1", group="North", tolerances="both: {good: at most a}")
    assert cells(one, "m") == [("care", "5", "North", None)]
    assert one.sources[0].absent == (Absent("police", "2016-17 Q1", by="district", group="North"),)
    evaluation = evaluate(tmp_path, "2016-17 Q1", date(2017, 5, 31))
    assert explain(evaluation, "z").sources[0].absent == (Absent("ons", "2016-17 Q1"), Absent("police", "2016-17 Q1"))
    assert explain(evaluation, "z", group="police").sources[0].absent == (Absent("police", "2016-17 Q1"),)
    assert explain(evaluation, "z", group="care").sources[0].absent == ()
    assert explain(evaluation, "both", group="police").sources[1].absent == (Absent("police"),)


def test_counts_of_agencies_are_steps_and_no_worst_is_taken(tmp_path: Path) -> None:
    met, every = "count(agencies of g where value >= 'met')", "count(agencies of g)"
    formula = f'y: {{frequency: quarterly, formula: "percent({met}, {every})"}}'
    one = asked(tmp_path, formula, "2016-17 Q2,care,g,met\n2016-17 Q2,police,g,not met", "2016-17 Q2")
    assert steps(one) == {met: 1.0, every: 2.0, f"percent({met}, {every})": 50.0}
    [source] = one.sources
    assert (source.value, source.reason, source.how) == (None, None, ("counted one by one, as 2 agencies sent it",))
    assert "  G (grade), 2016-17 Q2, counted one by one, as 2 agencies sent it\n" in to_text(one)
    assert "worst" not in to_text(one)


def test_what_was_replaced_and_what_differs_is_told(tmp_path: Path) -> None:
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "manifest.csv").write_text(
        "file,received_on\nreturns.csv,2016-07-10\ntwo.csv,2016-08-10\n", encoding="utf-8"
    )
    write_returns(tmp_path, "2016-17 Q1,care,a,12", "two.csv")
    rows = """
        period,agency,figure,value,district
        2016-17 Q1,care,a,10,
        2016-17 Q1,care,a,3,North
        2016-17 Q1,care,a,4,South
    """
    one = asked(tmp_path, "y: {frequency: quarterly, formula: a}", rows, "2016-17 Q1")
    replaced = "`10` was replaced by `12` in `two.csv` row 2, which came later"
    assert cells(one, "a") == [("care", "10", None, replaced), ("care", "12", None, None)]
    differs = "the whole was corrected to `12` after its groups by `district` came, which add up to 7; the whole stands"
    assert [cell.why for cell in one.sources[0].cells] == [(), (differs,)]
    text = to_text(one, 200)
    assert f"    returns.csv row 2: Social Care, 2016-17 Q1: `10` (set aside)\n      {replaced}\n" in text
    assert (
        f"    two.csv row 2: Social Care, 2016-17 Q1: `12`\n      {differs.replace('`district`', 'district')}\n" in text
    )
    before = explain(evaluate(tmp_path, "2016-17 Q1", date(2016, 8, 1)), "y")
    assert cells(before, "a") == [("care", "10", None, None)]


# -- records ------------------------------------------------------------------------------------

LISTS = """\
lists:
  ev:
    title: Ev
    from: [care, police]
    date: on
    columns: {agency: text, on: date, district: text?, score: number?, urgent: truth}
"""
EVENTS = """
e: {frequency: quarterly, by: [district, agency], formula: count(ev where urgent = true)}
s: {frequency: quarterly, by: [district], formula: sum(score of ev where urgent = false)}
"""


def counted(folder: Path, id_: str, group: str | None = None, period: str = "2016-17 Q1") -> Explanation:
    write_board(folder, PARTS, EVENTS, head=HEAD + LISTS)
    (folder / "returns").mkdir()
    files = {
        "ev_care.csv": [
            "care,2016-04-05,North,3,yes",
            "care,2016-05-05,South,,no",
            "care,2016-06-30,,5,maybe",
            "care,2016-07-30,North,5,perhaps",
            "care,2016-04-06,North,,yes",
        ],
        "ev_police.csv": [
            "police,2016-04-05,North,3,yes",
            "police,2016-05-05,West,1,no",
            "police,2016-08-05,South,1,no",
        ],
    }
    for name, rows in files.items():
        text = "\n".join(["agency,on,district,score,urgent", *rows]) + "\n"
        (folder / "returns" / name).write_text(text, encoding="utf-8")
    covers = [f"{name},2016-10-01,2016-04-01,2016-09-30" for name in files]
    manifest = "\n".join(["file,received_on,covers_from,covers_to", *covers])
    (folder / "returns" / "manifest.csv").write_text(manifest + "\n", encoding="utf-8")
    return explain(evaluate(folder, period, date(2017, 5, 31)), id_, group=group)


def faults(one: Explanation) -> dict[str, list[tuple[int | None, str | None, str | None, str]]]:
    return {
        file.file: [(fault.row, fault.column, fault.text, fault.message) for fault in file.faults]
        for source in one.sources
        for file in source.records
    }


MAYBE = (4, "urgent", "maybe", "`maybe` is not `yes` or `no`")
WEST = (3, "district", "West", "unknown group `West` of `district`")
BLANK = (3, "score", "", "blank, and a sum of part is not a smaller sum")


@pytest.mark.parametrize(
    ("id_", "group", "status", "expected"),
    [
        ("e", None, "invalid", {"ev_care.csv": [MAYBE], "ev_police.csv": []}),
        # a record of no district is of the whole alone; one of a district that nobody knows may be of any
        ("e", "South", "invalid", {"ev_care.csv": [], "ev_police.csv": [WEST]}),
        ("e", "care", "invalid", {"ev_care.csv": [MAYBE]}),
        ("e", "police", "not_rated", {"ev_police.csv": []}),
        # the first quarter's refused cell outweighs the blank one
        ("s", None, "invalid", {"ev_care.csv": [MAYBE], "ev_police.csv": []}),
    ],
)
def test_what_is_wrong_with_records_is_told_where_it_concerns_the_value(
    tmp_path: Path, id_: str, group: str | None, status: str, expected: dict[str, list[object]]
) -> None:
    one = counted(tmp_path, id_, group)
    assert one.status == status
    assert faults(one) == expected


def test_a_blank_cell_that_makes_a_sum_no_data_is_told(tmp_path: Path) -> None:
    head = HEAD + LISTS.replace("[care, police]", "care").replace("agency: text, ", "")
    write_board(tmp_path, PARTS, EVENTS.replace(", agency", ""), head=head)
    (tmp_path / "returns").mkdir()
    text = "on,district,score,urgent\n2016-04-01,North,1,no\n2016-05-05,South,,no\n2016-06-30,South,,yes\n"
    (tmp_path / "returns" / "ev.csv").write_text(text, encoding="utf-8")
    evaluation = evaluate(tmp_path, "2016-17 Q1", date(2017, 5, 31))
    one = explain(evaluation, "s")
    assert (one.status, one.reason) == ("no_data", "a cell of `ev` that would be added up is blank")
    assert faults(one) == {"ev.csv": [BLANK]}
    assert "      row 3, `score`: blank, and a sum of part is not a smaller sum\n" in to_text(one)
    assert faults(explain(evaluation, "s", group="North")) == {"ev.csv": []}
    assert explain(evaluation, "s", group="North").value == 1.0
    assert faults(explain(evaluation, "s", group="South")) == {"ev.csv": [BLANK]}


def test_refused_cells_are_counted_in_good_english_and_the_rest_by_number(tmp_path: Path) -> None:
    one = counted(tmp_path, "e", period="2016-17 Q2")
    assert faults(one)["ev_care.csv"] == [(5, "urgent", "perhaps", "`perhaps` is not `yes` or `no`")]
    path = tmp_path / "returns" / "ev_care.csv"
    more = "".join(f"care,2016-07-0{day},North,1,so\n" for day in range(1, 7))
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    text = to_text(explain(evaluate(tmp_path, "2016-17 Q2", date(2017, 5, 31)), "e"), 200)
    assert "ev_care.csv: 11 records, 1 April 2016 to 30 September 2016, 8 cells refused\n" in text
    assert text.count("is not `yes` or `no`\n") == 5
    assert "      and 2 more\n" in text


# -- words ----------------------------------------------------------------------------------------


def test_grades_are_told_in_their_words(tmp_path: Path) -> None:
    rows = "2016-17 Q1,care,g,not met\n2016-17 Q1,police,g,met\n2016-17 Q2,care,g,met\n2016-17 Q2,police,g,exceeded"
    one = asked(
        tmp_path,
        "y: {frequency: quarterly, formula: g}",
        rows,
        "2016-17 Q2",
        tolerances="y: {good: at least met, tolerance: at least partly met}",
        rules="- {when: red, to: board}",
    )
    text = to_text(one)
    for line in (
        "value: met, 3 of 4 on its scale",
        "direction: better, from not met in 2016-17 Q1",
        "  G (grade), 2016-17 Q2: met, the worst over 2 agencies",
        "  good: met or better; is met at least met? yes",
        "  tolerable: partly met or better; is met at least partly met? yes",
        "  2016-17 Q1: not met, red, to the Board",
        "  2016-17 Q2: met, green, better",
        "  raised: 2016-17 Q1, to the Board, red at not met",
    ):
        assert line in text.splitlines(), text
    assert json.loads(to_json(one))["value"] == 3.0


def test_no_data_before_anything_else_is_no_exception(tmp_path: Path) -> None:
    formula = "y: {frequency: quarterly, formula: a}\nz: {frequency: quarterly, formula: b}"
    rows = "2016-17 Q1,care,a,1\n2016-17 Q2,care,a,1\n2016-17 Q2,care,b,1"
    one = asked(tmp_path, formula, rows, "2016-17 Q2", "z", rules="- {when: no_data, to: board}")
    lines = to_text(one).splitlines()
    assert "  2016-17 Q1: no value, no data, so far to the Board" in lines
    assert "  2016-17 Q2: 1, no rating" in lines
    assert "  never an exception, but without data before there was anything else" in lines


def test_only_a_run_of_values_steps_over_periods(tmp_path: Path) -> None:
    one = asked(tmp_path, "y: {frequency: quarterly, formula: a}", "2016-17 Q1,care,a,1", "2016-17 Q3")
    assert "  late for 2 periods running\n" in to_text(one)


def test_the_direction_is_told_against_both_periods(tmp_path: Path) -> None:
    rows = "2015-16 Q3,care,a,8\n2015-16 Q4,care,a,9\n2016-17 Q1,care,a,9\n2016-17 Q2,care,a,6\n2016-17 Q3,care,a,7"
    formula = "y: {frequency: quarterly, formula: a}"
    one = asked(tmp_path, formula, rows, "2016-17 Q3", tolerances="y: {good: at most 9}")
    assert (one.direction, one.direction_year_ago) == ("worsening", "improving")
    text = to_text(one)
    assert "\ndirection: worse, from 6 in 2016-17 Q2\n" in text
    assert "\ndirection over a year: better, from 8 in 2015-16 Q3\n" in text
    said = json.loads(to_json(one))
    assert said["before"] == {"period": "2016-17 Q2", "value": 6.0}
    assert said["year_ago"] == {"period": "2015-16 Q3", "value": 8.0}
    assert said["direction_year_ago"] == said["history"][-1]["direction_year_ago"] == "improving"


@pytest.mark.parametrize(
    ("tolerance", "said"),
    [
        ("{good: at most 12.04}", "is 12% at most 12.04%? yes"),
        ("{good: at least 12.0004}", "is 12% at least 12.0004%? no"),
        ("{good: at most england, tolerance: at most 20}", "good: no more than England (11%); is 12% at most 11%? no"),
        ("{good: at most previous}", "good: no more than the period before (10%); is 12% at most 10%? no"),
    ],
)
def test_bounds_are_told_with_the_decimals_that_decide(tmp_path: Path, tolerance: str, said: str) -> None:
    assert said in to_text(explained(tmp_path, "10 12", tolerance, "2014-05"), 200)


def test_no_id_is_told_to_a_reader(tmp_path: Path) -> None:
    one = explained(tmp_path, "10 _ 30", "{good: at most england, tolerance: at most year_ago}", "2014-06")
    text = to_text(one, 200).replace(tmp_path.as_posix(), "")
    assert not {"care", "ons", "part", "whole", "england", "year_ago", "sub_committee"} & set(re.findall(r"\w+", text))
    assert "framework" not in json.loads(to_json(one))


# -- what cannot be told ----------------------------------------------------------------------------


def test_what_is_too_large_for_a_number_is_null_with_the_reason(tmp_path: Path) -> None:
    formula = f"y: {{frequency: quarterly, formula: {' * '.join(['a'] * 25)}}}"
    one = asked(tmp_path, formula, "2016-17 Q1,care,a,999999999999999", "2016-17 Q1")
    said = json.loads(to_json(one), parse_constant=pytest.fail)["steps"]
    assert [(step["value"], step["reason"]) for step in said[-2:]] == [(None, "invalid: too large for a number")] * 2
    assert said[0]["value"] == 999999999999999.0**2


def test_what_explain_cannot_be_asked(tmp_path: Path) -> None:
    indicators = "y: {frequency: quarterly, by: [district], formula: a}"
    asked(tmp_path, indicators, "2016-17 Q1,care,a,1", "2016-17 Q1")
    evaluation = evaluate(tmp_path, "2016-17 Q1")
    given: Any = 3
    with pytest.raises(TypeError, match=r"^`group` must be a text, not 3$"):
        explain(evaluation, "y", group=given)
    with pytest.raises(TypeError, match=r"^`indicator` must be a text, not 3$"):
        explain(evaluation, given)
    with pytest.raises(ValueError, match=r"^`y` has no group `Norht`; did you mean `North`\?$"):
        explain(evaluation, "y", group="Norht")
    with pytest.raises(ValueError, match=r"^`y` has no group `London`; its groups are `North`, `South`$"):
        explain(evaluation, "y", group="London")


def test_a_rule_about_values_as_well_is_cleared_in_a_period_with_one(tmp_path: Path) -> None:
    one = asked(
        tmp_path,
        "y: {frequency: quarterly, formula: a}",
        "2016-17 Q1,care,a,30",
        "2016-17 Q2",
        tolerances="y: {good: at most 20}",
        rules="- {when: red or late, to: board}",
    )
    [rule] = one.rules
    assert (rule.holds, rule.cleared_by) == (True, "the first period with a value in which `red or late` does not hold")
