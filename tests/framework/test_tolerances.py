"""Tolerances from the file to the report: rules that authorities published, dates, reviews, directions, comparators."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

import pmf_engine as pmf
from pmf_engine.judgement.formatting import show_value
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.build import exception_report
from pmf_engine.report.depth import Depth
from tests.support.boards import HEAD, cell, evaluate, write_board, write_returns

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "tolerances"

# -- rules as published ----------------------------------------------------------------------

# What was sent as `figure: values of consecutive periods`, and the statuses that the rule gives these.
PUBLISHED: list[tuple[str, str, dict[str, str], str]] = [
    ("bracknell_forest", "2018-19 Q1", {"measured": "91 90 85.5 85.49 81 80.99"}, "green green green amber amber red"),
    # 2017-18 Q1 as published, against targets of 80, 75, 90 and 16, by the rule of 2013-14.
    ("havering_2013_14 target 80", "2016-17 Q1", {"measured": "62.3 65 66 67.2 60.9"}, "* * * * red"),
    ("havering_2013_14", "2016-17 Q1", {"measured": "44 45 46 47 60"}, "* * * * amber"),
    ("havering_2013_14", "2016-17 Q1", {"measured": "60 45 46 47 60"}, "* * * * amber"),  # maintained
    ("havering_2013_14 target 90", "2016-17 Q1", {"measured": "81 80 80 77 78"}, "green * * * red"),
    ("havering_2013_14 target 16", "2016-17 Q1", {"measured": "16.6 14 15 14.7 14.8"}, "green * * * green"),
    # The same figures when tolerance was withdrawn: published as red, all of them.
    ("havering_2017_18 target 80", "2016-17 Q4", {"measured": "67.2 60.9"}, "red red"),
    ("havering_2017_18", "2016-17 Q4", {"measured": "47 60"}, "red red"),
    ("havering_2017_18 target 90", "2016-17 Q4", {"measured": "77 78"}, "red red"),
    ("havering_2017_18 target 16", "2016-17 Q4", {"measured": "14.7 14.8"}, "red red"),
    ("havering_2017_18", "2016-17 Q4", {"measured": "75 75.1"}, "green green"),
    # 81% in Q2 was within tolerance, Q4 slightly outside it.
    ("havering_2018_19", "2018-19 Q2", {"measured": "81 90 80.8"}, "amber green red"),
    ("kent_2014_15", "2014-15 Q1", {"measured": "90 89.9 80 79.9"}, "green amber amber red"),
    ("kent_activity", "2020-21 Q1", {"measured": "200 300 199.9 300.1"}, "green green red red"),
    ("kent_stay_close", "2019-20 Q1", {"measured": "85 95 84.9 95.1 80 100.1"}, "green green amber amber amber red"),
    ("doncaster", "2016-17 Q1", {"measured": "39.3 35 40 44.9 45"}, "red red amber amber green"),
    # Exceeded, Achieved at both its ends, Not achieved.
    ("lincolnshire", "2015-16", {"measured_year": "66.1 66 63 62.9"}, "green green green red"),
    (
        "leicestershire",
        "2014-15",
        {"plans_repeat": "26 23", "plans_started": "100 100", "median_repeat_plans": "17 17.9",
         "upper_quartile_repeat_plans": "21 21"},
        "red red",
    ),
    ("rotherham", "2016-17 Q1", {"measured": "90 89.9 85 84.9"}, "green amber amber red"),
    ("rotherham_info", "2016-17 Q1", {"measured": "1500"}, "not_rated"),
    ("rotherham_2022_23", "2021-22", {"measured_year": "82 82.1", "stat_neighbours": "82 82"}, "red green"),
    ("cheshire_west", "2017-18", {"measured_year": "16 16 16 14"}, "not_rated red green green"),
    ("lg_inform", "2006-07", {"plans_repeat": "10 15 16 0 9", "plans_started": "100 100 100 100 100"},
     "green green red red red"),
    ("halton", "2002-03", {"measured_year": "85.9 86 86 85.4 90 85.5"}, "no_data amber red red green red"),
    ("reigate_and_banstead", "2012-13 Q1", {"measured": "90 85 84.9"}, "green amber red"),
    # Star, circle at both its ends, triangle.
    ("east_riding", "2008-09 Q4", {"measured": "95 94.5 85.5 85.4"}, "green green green red"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "first", "sent", "statuses"), PUBLISHED)
def test_rules_as_published(tmp_path: Path, rule: str, first: str, sent: dict[str, str], statuses: str) -> None:
    shutil.copytree(RULES, tmp_path, dirs_exist_ok=True)
    rule, _, target = rule.partition(" target ")
    if target:
        text = (tmp_path / "tolerances.yaml").read_text(encoding="utf-8")
        changed = re.sub(rf"(?m)(^  {rule}:\n    target: )\d+$", rf"\g<1>{target}", text)
        assert changed != text or target in re.findall(rf"{rule}:\n    target: (\d+)", text)
        (tmp_path / "tolerances.yaml").write_text(changed, encoding="utf-8")
    framework = pmf.load_framework(tmp_path)
    rows = ["period,agency,figure,value"]
    for figure, values in sent.items():
        period = framework.period(first)
        for value in values.split():
            rows.append(f"{period.label},{framework.figures[figure].agencies[0]},{figure},{value}")
            period = period.cadence.holding(period.end)
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "sent.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    submissions = pmf.read_submissions(tmp_path / "returns", framework)
    results = pmf.evaluate(framework, submissions, period=None, as_of=date(2030, 1, 1)).results
    start = framework.period(first).label
    found = [row["status"] for row in results.iter_rows(named=True) if row["indicator"] == rule]
    periods = [row["period"] for row in results.iter_rows(named=True) if row["indicator"] == rule]
    found = found[periods.index(start) :]
    expected = statuses.split()
    assert [got for got, said in zip(found, expected, strict=True) if said != "*"] == [
        said for said in expected if said != "*"
    ]


def test_a_fourth_quartile_is_red_although_improving(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path, dirs_exist_ok=True)
    framework = pmf.load_framework(tmp_path)
    rows = [
        f"{period},{agency},{figure},{value}"
        for period, repeat in (("2014-15", 26), ("2015-16", 23))
        for agency, figure, value in (
            ("council", "plans_repeat", repeat), ("council", "plans_started", 100),
            ("dfe", "median_repeat_plans", 17.9), ("dfe", "upper_quartile_repeat_plans", 21),
        )
    ]  # fmt: skip
    (tmp_path / "sent.csv").write_text("\n".join(["period,agency,figure,value", *rows]), encoding="utf-8")
    evaluation = pmf.evaluate(
        framework, pmf.read_submissions(tmp_path, framework), period="2015-16", as_of=date(2016, 9, 1)
    )
    assert cell(evaluation, "leicestershire", "2015-16", "status") == "red"
    assert cell(evaluation, "leicestershire", "2015-16", "direction") == "improving"
    assert cell(evaluation, "leicestershire", "2015-16", "compared") == [17.9, 21]


def test_the_document_shows_the_entries_that_are_run() -> None:
    text = (ROOT / "docs" / "tolerances.md").read_text(encoding="utf-8")
    entries = (RULES / "tolerances.yaml").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 17
    for block in blocks:
        assert indent(block, "  ") in entries, block


CATALOGUE = ROOT.parent / "shared" / "real" / "rag_rules.csv"

if CATALOGUE.exists():  # the published rules lie beside the project and are not part of it

    def test_every_published_rule_is_in_the_document() -> None:
        paragraphs = (ROOT / "docs" / "tolerances.md").read_text(encoding="utf-8").split("\n\n")
        with CATALOGUE.open(encoding="utf-8-sig", newline="") as file:
            rules = list(csv.DictReader(file))
        assert len(rules) == 16
        for rule in rules:
            who = re.split(r" \(| Borough|\"| metric", rule["who"].strip('"'))[0]
            year = rule["year"].split(" ")[0]
            assert any(who in one and year in one for one in paragraphs), rule


# -- dates ---------------------------------------------------------------------------------------

FIGURES = """
x: {title: X, from: care, kind: stock, frequency: quarterly, signed: true, unit: points}
bound: {title: England, from: ons, kind: stock, frequency: quarterly, signed: true, unit: points}
"""


def build(folder: Path, values: str, tolerance: str, more: str = "", **options: Any) -> pmf.Evaluation:
    """An indicator `y` over a series from 2015-16 Q1 on, `_` for a quarter that nothing came for."""
    write_board(
        folder, FIGURES, f"y: {{frequency: quarterly, formula: x, decimals: 1{more}}}", f"y: {tolerance}", **options
    )
    quarters = [f"{year}-{year % 100 + 1} Q{quarter}" for year in (2015, 2016, 2017) for quarter in (1, 2, 3, 4)]
    sent = zip(quarters, values.split(), strict=False)
    write_returns(folder, "\n".join(f"{quarter},care,x,{value}" for quarter, value in sent if value != "_"))
    return evaluate(folder)


def series(evaluation: pmf.Evaluation, column: str) -> list[Any]:
    return [row[column] for row in evaluation.judged.iter_rows(named=True) if row["indicator"] == "y"]


def test_each_entry_judges_from_its_period_on(tmp_path: Path) -> None:
    entries = (
        "[{good: at most 5}, {from: 2015-16 Q2, target: 20, good: at most target}, "
        "{from: 2015-10, target: 8, good: at most 95% of target}, {from: 2016-17, good: at least 10}]"
    )
    statuses = series(build(tmp_path, "10 10 10 7.6 10 7.6", entries), "status")
    assert statuses == ["red", "green", "red", "green", "green", "red"]


def test_an_entry_from_inside_a_year_judges_from_the_next(tmp_path: Path) -> None:
    figures = "x: {title: X, from: care, kind: stock, frequency: annual, unit: children}"
    entries = "y: [{from: 2014-15, good: at most 5}, {from: 2015-16 Q3, good: at most 20}]"
    write_board(tmp_path, figures, "y: {frequency: annual, formula: x}", entries)
    write_returns(tmp_path, "\n".join(f"{year},care,x,10" for year in ("2014-15", "2015-16", "2016-17")))
    assert series(evaluate(tmp_path), "status") == ["red", "red", "green"]
    [warning] = pmf.check_framework(tmp_path).diagnostics
    assert (warning.kind, warning.help) == ("from-inside", "it holds from `2016-17` on")


def test_school_years_have_their_own_dates(tmp_path: Path) -> None:
    figures = "x: {title: X, from: care, kind: stock, frequency: annual, year_start: september, unit: children}"
    entries = "y: [{from: 2014-15, good: at most 5}, {from: 2015-16, good: at most 20}]"
    write_board(tmp_path, figures, "y: {frequency: annual, year_start: september, formula: x}", entries)
    write_returns(tmp_path, "\n".join(f"{year},care,x,10" for year in ("2014-15", "2015-16")))
    assert series(evaluate(tmp_path), "status") == ["red", "green"]
    assert pmf.check_framework(tmp_path).diagnostics == ()


@pytest.mark.parametrize(
    ("entries", "as_of", "past"),
    [
        ("{good: at most 5, review_by: 2016-17}", date(2017, 3, 31), []),
        ("{good: at most 5, review_by: 2016-17}", date(2017, 4, 1), ["2016-17"]),
        ("{good: at most 5, review_by: 2016-17 Q1}", date(2016, 7, 1), ["2016-17 Q1"]),
        ("{good: at most 5, review_by: 2016-12}", date(2016, 12, 31), []),
        ("{good: at most 5, review_by: 2016-11-30}", date(2016, 11, 30), []),
        ("{good: at most 5, review_by: 2016-11-30}", date(2016, 12, 1), ["2016-11-30"]),
        # What was to be reviewed has been, once another entry is in force.
        ("[{good: at most 5, review_by: 2015-16}, {from: 2016-17, good: at most 4}]", date(2016, 4, 1), []),
        ("[{good: at most 5, review_by: 2014-15}, {from: 2016-17, good: at most 4}]", date(2016, 3, 31), ["2014-15"]),
    ],
)
def test_a_review_that_is_past_is_warned_of(tmp_path: Path, entries: str, as_of: date, past: list[str]) -> None:
    write_board(tmp_path, FIGURES.splitlines()[1], "y: {frequency: quarterly, formula: x}", f"y: {entries}")
    found = pmf.check_framework(tmp_path, as_of=as_of).diagnostics
    assert [(one.kind, one.severity) for one in found] == [("review-due", "warning")] * len(past)
    assert [one.span.source.text[one.span.start : one.span.end] for one in found] == past
    assert [one.kind for one in pmf.load_framework(tmp_path, as_of=as_of).warnings] == ["review-due"] * len(past)


def test_the_check_asks_about_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pmf_engine.cli.program import main

    bands = "y: {good: at most 5, review_by: 2016-17}"
    write_board(tmp_path, FIGURES.splitlines()[1], "y: {frequency: quarterly, formula: x}", bands)
    for day, warnings in (("2017-03-31", "0 warnings"), ("2017-04-01", "1 warning")):
        assert main(["check", "--config", str(tmp_path), "--as-of", day]) == 0
        assert capsys.readouterr().out.endswith(f"no errors, {warnings}\n")


# -- what cannot be meant ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("{good: at most 20, tolerance: at most 20}", "no-amber"),
        ("{good: at least 20, tolerance: 'at least min(20, 30)'}", "no-amber"),
        ("{good: at most bound, tolerance: at most bound}", "no-amber"),
        ("{good: below 20, tolerance: at most 20}", None),
        ("{good: 'at most max(20, 30)', tolerance: at most 25}", "band-order"),
        ("{good: 'at least percent(1, 4)', tolerance: at least 26}", "band-order"),
        ("{good: 'at least rate(1, 4, 100)', tolerance: at least 24}", None),
        ("{good: 'at least round(24.5)', tolerance: at least 25}", "no-amber"),
        ("{target: 80, good: at least target, tolerance: at least 105% of target}", "band-order"),
        ("{target: 80, good: at least target, tolerance: at least 95% of target}", None),
        ("{good: at most year_ago, tolerance: at most 90% of year_ago}", "band-order"),
        ("{good: at most year_ago, tolerance: at most 110% of year_ago}", None),
        ("{good: at least bound, tolerance: at least bound + 1}", "band-order"),
        ("{good: at least bound, tolerance: at least bound - 1}", None),
        ("{good: within 10% of bound, tolerance: within 5% of bound}", "band-order"),
        ("{good: between 5 and 15, tolerance: at least previous}", None),  # may be inside, may be not
        ("{good: at least 90% of bound, tolerance: at least year_ago}", None),
        ("{good: 'at most 1000000000000000 * 1000000000000000', tolerance: at most 1}", "band-order"),
    ],
)
def test_bands_that_cannot_be_meant(tmp_path: Path, entry: str, kind: str | None) -> None:
    write_board(tmp_path, FIGURES, "y: {frequency: quarterly, formula: x + 0 * bound}", f"y: {entry}")
    found = [one.kind for one in pmf.check_framework(tmp_path).diagnostics]
    assert found == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("share: {target: 0.9, good: at least target}", ["unit 0.9"]),
        ("share: {target: 900, good: at least target}", ["unit 900"]),
        ("share: {target: 0.9, good: at least target, tolerance: at least 95% of target}", ["unit 0.9"]),
        ("share: {target: 900, good: at least 95% of target}", ["unit 900"]),
        ("share: {good: at least 0.9}", ["unit at least 0.9"]),
        ("share: {good: at least 110}", ["unit at least 110"]),
        ("share: {target: 98, good: within 5 of target}", []),
        ("share: {target: 98, good: within 5% of target, tolerance: within 10% of target}", []),
        ("share: {good: at least 0}", ["band-reach at least 0"]),
        ("share: {good: at least -5}", ["band-reach at least -5"]),
        ("share: {good: at most 100}", ["band-reach at most 100"]),
        ("share: {good: between 0 and 100}", ["band-reach between 0 and 100"]),
        ("share: {good: below 0}", ["band-reach below 0"]),
        ("share: {good: is 0}", []),
        ("share: {good: above 0}", []),
        ("share: {good: is 100}", []),
        ("share: {good: at least 90, tolerance: at least 0}", []),  # a board may want no red
        ("y: {good: at least 0}", ["band-reach at least 0"]),
        ("diff: {good: at least 0}", []),
        ("grade: {good: at least not met}", ["band-reach at least not met"]),
        ("grade: {good: at most exceeded}", ["band-reach at most exceeded"]),
        ("grade: {good: above exceeded}", ["band-reach above exceeded"]),
        ("grade: {good: above met and below exceeded}", ["band-reach above met and below exceeded"]),
        ("grade: {good: at least partly met}", []),
        ("y: {target: 90, good: at least 80}", ["unused 90"]),
        ("y: {target: 90, good: at least 80, tolerance: at least target - 20}", []),
        ("share: {good: at most x}", ["comparison x"]),
        ("share: {good: at most y}", ["comparison y"]),
        ("share: {good: 'at most percent(bound, 100)'}", []),
        ("share: {good: at most bound}", []),
        ("share: {good: at most per_head}", ["comparison per_head"]),
        ("y: {good: at least bound, tolerance: at most 95% of bound}", ["band-order at most 95% of bound"]),
        ("y: {good: at least bound, tolerance: at most year_ago}", ["band-order at most year_ago"]),
        ("y: {from: 2061-62, good: at most 5}", ["from-far 2061-62"]),
        ("y: {from: 2031-32, good: at most 5}", []),
        ("y: {from: 2016-17, good: at most 5, review_by: 2015-16}", ["review-due 2015-16"]),
    ],
)
def test_slips_of_the_fingers_in_bands_are_warned_of_once(tmp_path: Path, entry: str, found: list[str]) -> None:
    figures = """
    x: {title: X, from: care, kind: flow, frequency: quarterly}
    bound: {title: Bound, from: care, kind: stock, frequency: quarterly}
    audit: {title: Audit, from: care, kind: grade, scale: audit, frequency: quarterly}
    """
    indicators = """
    y: {frequency: quarterly, formula: x}
    diff: {frequency: quarterly, formula: x - bound}
    share: {frequency: quarterly, formula: "percent(x, bound)"}
    per_head: {frequency: quarterly, formula: "rate(x, bound, 1000)"}
    grade: {frequency: quarterly, formula: audit}
    """
    write_board(tmp_path, figures, indicators, entry)
    told = pmf.check_framework(tmp_path, as_of=date(2026, 6, 1)).diagnostics
    assert {one.severity for one in told} <= {"warning"}
    assert [f"{one.kind} {one.span.source.text[one.span.start : one.span.end]}" for one in told] == found


@pytest.mark.parametrize(
    ("bound", "word"),
    [
        ("last_year", "year_ago"),
        ("previous_year", "year_ago"),
        ("last year", "year_ago"),
        ("previous year", "year_ago"),
        ("last_quarter", "previous"),
        ("previous quarter", "previous"),
    ],
)
def test_what_people_call_other_periods_is_told_in_the_words_of_bands(tmp_path: Path, bound: str, word: str) -> None:
    write_board(tmp_path, FIGURES, "y: {frequency: quarterly, formula: x + 0 * bound}", f"y: {{good: at most {bound}}}")
    [found] = [one for one in pmf.check_framework(tmp_path).diagnostics if one.severity == "error"]
    assert found.help is not None
    assert found.help.startswith(f"`{word}` is its value")


def test_digits_beyond_reason_are_refused(tmp_path: Path) -> None:
    bands = "y: {good: 'at most round(1, 400)', tolerance: 'at most round(2, -400)'}"
    write_board(tmp_path, FIGURES, "y: {frequency: quarterly, formula: x + 0 * bound}", bands)
    assert [one.kind for one in pmf.check_framework(tmp_path).diagnostics] == ["out-of-range", "out-of-range"]


def test_nothing_is_good_for_being_at_most_what_overflows(tmp_path: Path) -> None:
    huge = " * ".join(["bound"] * 30)
    write_board(tmp_path, FIGURES, "y: {frequency: quarterly, formula: x}", f"y: {{good: at most {huge}}}")
    write_returns(tmp_path, f"2016-17 Q1,care,x,5\n2016-17 Q1,ons,bound,1{'0' * 12}")
    evaluation = evaluate(tmp_path)
    assert evaluation.submissions.problems.is_empty()
    assert cell(evaluation, "y", "2016-17 Q1", "value") == 5
    assert cell(evaluation, "y", "2016-17 Q1", "status") == "invalid"


# -- direction of travel -------------------------------------------------------------------------------

SAME = "unchanged"
UP, DOWN = "improving", "worsening"


@pytest.mark.parametrize(
    ("tolerance", "values", "quarter", "year"),
    [
        ("{good: at most 20}", "10 12 14 16 9 13 14 _ 9", [None, DOWN, DOWN, DOWN, UP, DOWN, DOWN, None, None],
         [None, None, None, None, UP, DOWN, SAME, None, SAME]),
        ("{good: at least 20}", "10 12 14 16 9 13 14.04", [None, UP, UP, UP, DOWN, UP, UP],
         [None, None, None, None, DOWN, UP, SAME]),
        # Near is good: 9 is as far from the band as 13, and in the band all is alike.
        ("{good: between 10 and 12}", "9 10 14 7 13 12 13 5", [None, UP, DOWN, DOWN, UP, UP, DOWN, DOWN],
         [None, None, None, None, SAME, SAME, UP, DOWN]),
        ("{good: within 10% of 50}", "44.9 55.1 45 55 44.94 60", [None, SAME, UP, SAME, DOWN, DOWN],
         [None, None, None, None, SAME, DOWN]),
        # Closeness to what is not known is nothing to compare with.
        ("{good: within 10% of year_ago}", "50 50 50 50 60 54 40 50", [None, None, None, None, None, UP, DOWN, UP],
         [None] * 8),
        ("{good: is 0}", "1 -1 0 -2 0.04", [None, SAME, UP, DOWN, UP], [None, None, None, None, UP]),
        ("[{from: 2015-16 Q3, good: at most 20}]", "9 8 9 8", [None, None, DOWN, UP], [None] * 4),
        # A step into another rating shows, however small; one that was not rated then has none.
        ("{good: at least 80}", "80 80.04 79.96 79.94 79.96", [None, SAME, DOWN, DOWN, UP],
         [None, None, None, None, DOWN]),
        ("{good: at most year_ago}", "80.04 80 80 80 80", [*[None] * 4, SAME], [*[None] * 4, SAME]),
        # 0.4 from the band on either side, which floating point writes as two numbers.
        ("{good: between 0.1 and 0.3}", "0.7 -0.3 0.7", [None, SAME, SAME], [None] * 3),
        ("{good: at most 20}", "-0.04 0.04 -0.06", [None, SAME, UP], [None] * 3),
    ],
)  # fmt: skip
def test_direction_against_the_quarter_before_and_the_year_before(
    tmp_path: Path, tolerance: str, values: str, quarter: list[str | None], year: list[str | None]
) -> None:
    evaluation = build(tmp_path, values, tolerance)
    assert series(evaluation, "direction") == quarter
    assert series(evaluation, "direction_year_ago") == year
    assert "direction_year_ago" not in evaluation.results.columns


def test_directions_by_frequency(tmp_path: Path) -> None:
    """A year ago is twelve months before for a monthly indicator, and the year before for an annual one."""
    write_board(
        tmp_path,
        "m: {title: M, from: care, kind: stock, frequency: monthly}\n"
        "x: {title: X, from: care, kind: stock, frequency: annual}",
        "month: {frequency: monthly, formula: m}\nyear: {frequency: annual, formula: x}",
        "month: {good: at most 20}\nyear: {good: at most 20}",
    )
    months = [f"{2015 + (month + 3) // 12}-{(month + 3) % 12 + 1:02}" for month in range(14)]
    rows = [f"{month},care,m,{place}" for place, month in enumerate(months)]
    write_returns(tmp_path, "\n".join([*rows, "2014-15,care,x,5", "2015-16,care,x,4"]))
    evaluation = evaluate(tmp_path)
    known = [
        (row["period"], row["direction_year_ago"])
        for row in evaluation.judged.iter_rows(named=True)
        if row["direction_year_ago"] is not None
    ]
    assert known == [("2016-04", DOWN), ("2016-05", DOWN), ("2015-16", UP)]


def test_requests_outside_the_cycle_are_a_year_apart_only_if_they_are(tmp_path: Path) -> None:
    figures = "x: {title: X, from: care, kind: stock, frequency: ad hoc}"
    write_board(tmp_path, figures, "y: {frequency: ad hoc, formula: x}", "y: {good: at most 20}")
    quarters = ["2014-15 Q1", "2014-15 Q3", "2015-16 Q1", "2015-16 Q3", "2016-17 Q1", "2017-18 Q4"]
    write_returns(tmp_path, "\n".join(f"{quarter},care,x,{9 - at}" for at, quarter in enumerate(quarters)))
    evaluation = evaluate(tmp_path)
    assert series(evaluation, "direction") == [None, *[UP] * 5]
    assert series(evaluation, "direction_year_ago") == [None] * 6  # four requests back is never a year back here


# -- comparators -----------------------------------------------------------------------------------------

COMPARED = """
rereferrals: {title: R, from: care, kind: flow, frequency: quarterly}
referrals: {title: R, from: care, kind: flow, frequency: quarterly}
england: {title: "England, [all]", from: ons, kind: stock, frequency: annual}
neighbours: {title: Statistical neighbours, from: ons, kind: stock, frequency: annual}
"""


def compared(folder: Path, rows: str) -> pmf.Evaluation:
    indicators = """
    y: {frequency: quarterly, formula: "percent(rereferrals, referrals)", compare: [england, z, neighbours]}
    z: {frequency: quarterly, formula: "percent(rereferrals, 2 * referrals)"}
    """
    write_board(folder, COMPARED, indicators, "y: {good: at most england}", "- {when: red, to: board}")
    write_returns(folder, rows)
    return evaluate(folder, "2016-17 Q1", date(2016, 10, 1))


SENT = "2016-17 Q1,care,rereferrals,23\n2016-17 Q1,care,referrals,100\n2015-16,ons,england,21.9\n"


def test_what_an_indicator_is_compared_with_is_in_the_history(tmp_path: Path) -> None:
    evaluation = compared(tmp_path, SENT + "2015-16,ons,neighbours,20.25")
    # In the order written; the year's average serves the next year until the next comes.
    assert cell(evaluation, "y", "2016-17 Q1", "compared") == [21.9, 11.5, 20.25]
    assert cell(evaluation, "z", "2016-17 Q1", "compared") == []
    assert cell(evaluation, "y", "2016-17 Q1", "status") == "red"


def test_a_comparator_that_is_missing_takes_nothing_away(tmp_path: Path) -> None:
    evaluation = compared(tmp_path, SENT)
    assert cell(evaluation, "y", "2016-17 Q1", "compared") == [21.9, 11.5, None]
    assert cell(evaluation, "y", "2016-17 Q1", "status") == "red"
    late = evaluation.outstanding.filter(evaluation.outstanding["status"] == "late")["item"].to_list()
    assert late == ["neighbours"]  # it is owed like any other figure


def test_the_report_shows_comparators_beside_the_bands(tmp_path: Path) -> None:
    report = exception_report(compared(tmp_path, SENT + "2015-16,ons,neighbours,20.25"))
    [item] = report.levels[0].items
    assert [(one.of.title, one.value, one.shown) for one in item.compared] == [
        ("England, [all]", 21.9, "21.9%"), ("A title", 11.5, "11.5%"), ("Statistical neighbours", 20.25, "20.3%"),
    ]  # fmt: skip
    for width in (60, 100, 200):
        text = " ".join(render_terminal(report, width=width, color=False, ascii=False, depth=Depth.DETAIL).split())
        assert "Statistical neighbours: 20.3%" in text
        assert "England, [all]: 21.9%" in text


def test_a_figure_that_only_comparisons_name_is_used(tmp_path: Path) -> None:
    compared(tmp_path, SENT)
    assert pmf.check_framework(tmp_path).diagnostics == ()


def test_grades_are_compared_with_grades(tmp_path: Path) -> None:
    figures = "\n".join(
        f"{name}: {{title: {name}, from: care, kind: grade, scale: audit, frequency: annual}}"
        for name in ("ours", "theirs")
    )
    write_board(
        tmp_path, figures, "y: {frequency: annual, formula: ours, compare: theirs}", "y: {good: at least met}",
        "- {when: red, to: board}", HEAD,
    )  # fmt: skip
    write_returns(tmp_path, "2016-17,care,ours,not met\n2016-17,care,theirs,exceeded")
    evaluation = evaluate(tmp_path, "2016-17")
    assert cell(evaluation, "y", "2016-17", "compared") == [4]
    [item] = exception_report(evaluation).levels[0].items
    assert item.compared[0].shown == "exceeded"


# -- what is looked up over time is known where values are shown --------------------------------------------


def test_a_bound_of_another_period_is_watched_and_shown(tmp_path: Path) -> None:
    write_board(
        tmp_path, FIGURES, "y: {frequency: quarterly, formula: x, decimals: 0}",
        "y: {good: 'at most max(year_ago(bound), previous - 5)'}", "- {when: red, to: board}",
    )  # fmt: skip
    write_returns(
        tmp_path, "2015-16 Q1,ons,bound,50\n2016-17 Q1,ons,bound,70\n2015-16 Q4,care,x,50\n2016-17 Q1,care,x,50.4"
    )
    evaluation = evaluate(tmp_path, "2016-17 Q1")
    one = evaluation.framework.indicators["y"]
    assert one.band_names == ("previous", "year_ago(bound)")
    assert cell(evaluation, "y", "2016-17 Q1", "named") == [50, 50]
    assert cell(evaluation, "y", "2016-17 Q1", "status") == "red"
    [item] = exception_report(evaluation).levels[0].items
    assert item.shown == "50.4"  # 50 would seem to be good
    assert item.good == "50 or less (max(a year ago(England), the period before - 5))"
    assert show_value(50.4, one, one.tolerances[0]) == "50"  # nobody can tell without it
