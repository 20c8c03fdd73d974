"""Essex's framework and its fixtures: what the product is shown with, held to what was published and planned."""

import csv
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import altered
from pmf_engine.judgement.formatting import show_value
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.board_year import BoardYear, board_year
from pmf_engine.report.depth import Depth
from pmf_engine.report.money import money_of
from tests.support.boards import cell, load_script

ROOT = Path(__file__).parents[2]
AS_OF = date(2017, 5, 31)
DISTRICTS = [
    "Basildon",
    "Braintree",
    "Brentwood",
    "Castle Point",
    "Chelmsford",
    "Colchester",
    "Epping Forest",
    "Harlow",
    "Maldon",
    "Rochford",
    "Tendring",
    "Uttlesford",
]


@pytest.fixture(scope="module")
def framework() -> pmf.Framework:
    return pmf.load_framework(ROOT)


@pytest.fixture(scope="module")
def submissions(framework: pmf.Framework) -> pmf.Submissions:
    return pmf.read_submissions(framework.submissions, framework)


@pytest.fixture(scope="module")
def quarter(framework: pmf.Framework, submissions: pmf.Submissions) -> pmf.Evaluation:
    return pmf.evaluate(framework, submissions, period="2016-17 Q4", as_of=AS_OF)


@pytest.fixture(scope="module")
def year(framework: pmf.Framework, submissions: pmf.Submissions) -> pmf.Evaluation:
    return pmf.evaluate(framework, submissions, period="2016-17", as_of=date(2018, 1, 1))


def test_all_six_elements_have_their_place(framework: pmf.Framework) -> None:
    assert {
        "early_help", "child_sexual_exploitation", "neglect", "hidden_harm", "domestic_abuse",
        "children_missing", "looked_after", "children_with_disabilities", "workforce",
    } <= set(framework.content_areas)  # fmt: skip
    assert all(area.kind and area.informed_by for area in framework.content_areas.values())
    assert {one.evidence_type for one in framework.indicators.values()} == {"quantity", "quality", "outcome"}
    assert {one.level for one in framework.indicators.values()} == {"national", "local", "board"}
    senders = {agency for figure in framework.figures.values() for agency in figure.agencies}
    assert len(senders) >= 12
    for id_ in senders - {"ons", "dfe"}:
        assert framework.agencies[id_].lead_officer, id_
        assert framework.agencies[id_].designated_person, id_
    assert list(framework.governance)[-1] == "board"
    assert framework.breakdowns["district"].names == tuple(DISTRICTS)
    for one in framework.indicators.values():
        assert one.sources, one.id
        assert one.rationale, one.id


def test_the_eleven_standards_are_graded_by_the_agencies_themselves(framework: pmf.Framework) -> None:
    standards = [one for id_, one in framework.indicators.items() if id_.startswith("section_11_") and one.type.scale]
    assert len(standards) == 11
    for one in standards:
        assert one.by == ("agency",)
        assert len(framework.figures[one.figures[0]].agencies) >= 12


def test_how_widely_each_standard_is_met(year: pmf.Evaluation) -> None:
    indicators = year.framework.indicators
    standards = {id_ for id_, one in indicators.items() if id_.startswith("section_11_") and one.type.scale}
    # Not all agencies take decisions on cases, and while one has no grade there is no share.
    assert {id_ for id_ in standards if f"{id_}_share" not in indicators} == {"section_11_case_views"}
    for standard, met in {"leadership": 13, "safe_recruitment": 12, "service_views": 12}.items():
        id_ = f"section_11_{standard}_share"
        assert indicators[id_].figures == indicators[id_.removesuffix("_share")].figures
        assert [cell(year, id_, "2016-17", column) for column in ("numerator", "denominator")] == [met, 13]


def test_every_rated_indicator_has_a_source_for_its_bands(framework: pmf.Framework) -> None:
    for one in framework.indicators.values():
        assert one.tolerances or one.evidence_type == "quantity", one.id
        for entry in one.tolerances:
            assert entry.reference, one.id


def test_the_catalogue_is_covered(framework: pmf.Framework) -> None:
    with (ROOT / "tests" / "data" / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        mapped = {row["code"]: row["indicator"] for row in csv.DictReader(file)}
    assert len(mapped) >= 60
    assert set(mapped.values()) <= set(framework.indicators)
    for path in ROOT.parent.glob("shared/real/indicator_catalogue.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert set(mapped) <= {row["code"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator", "shown"),
    [
        ("rereferrals_12m", 2089, 9970, "21.0%"),
        ("section_47_rate", 1334, 304021, "43.9"),
        ("cp_conferences_15_days", 714, 795, "89.8%"),
        ("repeat_plans", 123, 721, "17.1%"),
        ("cp_plan_rate", 535, 304021, "17.6"),
        ("plans_open_2_years", 7, 535, "1.3%"),
    ],
)
def test_essex_in_2016_17_as_published(
    year: pmf.Evaluation, indicator: str, numerator: float, denominator: float, shown: str
) -> None:
    row = {column: cell(year, indicator, "2016-17", column) for column in ("numerator", "denominator", "value")}
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)
    assert show_value(row["value"], year.framework.indicators[indicator]) == shown


def test_the_fixtures_hold_every_status(quarter: pmf.Evaluation) -> None:
    wholes = quarter.results.filter(pl.col("group").is_null())
    assert set(wholes["status"].to_list()) == set(Status)


@pytest.mark.parametrize(
    ("indicator", "status", "run", "level"),
    [
        ("return_interviews_held", "red", 4, "board"),
        ("initial_health_in_20_days", "red", 8, "board"),
        ("ewmhs_started_in_18_weeks", "red", 1, "sub_committee"),
        ("early_help_in_35_days", "green", 1, None),
        ("rereferrals_12m", "amber", 10, "sub_committee"),
        ("probation_children_checked", "late", 2, "board"),
        ("self_harm_number", "not_due", 1, None),
        ("treatment_completed_well", "no_data", 1, "lead_agency"),
        ("custody_number", "suppressed", 1, None),
        ("complaints_answered_in_time", "undefined", 1, None),
        # It was amber for long when last known, and what is not known since does not end that.
        ("conference_health", "invalid", 1, "sub_committee"),
    ],
)
def test_the_deliberate_cases(
    quarter: pmf.Evaluation, indicator: str, status: str, run: int, level: str | None
) -> None:
    row = {column: cell(quarter, indicator, "2016-17 Q4", column) for column in ("status", "run", "escalate_to")}
    assert row == {"status": status, "run": run, "escalate_to": level}


def test_the_report_speaks_of_who_is_late_and_what_has_recovered(quarter: pmf.Evaluation) -> None:
    report = pmf.exception_report(quarter)
    late = {agency.agency.id: {one.figure.id for one in agency.returns} for agency in report.late}
    assert late["crc"] == {"probation_checks", "probation_parents"}
    assert "voluntary_sector" in late
    assert "early_help_in_35_days" in {one.indicator.id for one in report.recovered}
    comments = [comment.words for level in report.levels for item in level.items for comment in item.comments]
    assert any("One young person in six says no" in words for words in comments)


def test_cells_add_up(submissions: pmf.Submissions) -> None:
    files = submissions.files
    assert files.select(same=pl.col("read") == pl.col("used") + pl.col("set_aside"))["same"].all()
    assert files["read"].sum() == submissions.readings.height


def test_the_synthetic_files_are_made_by_their_scripts(tmp_path: Path) -> None:
    for name in ("make_synthetic.py", "make_lists.py", "synthetic_table.md"):
        shutil.copy(ROOT / "fixtures" / name, tmp_path / name)
    for path in (ROOT / "fixtures").glob("published_*.csv"):
        shutil.copy(path, tmp_path / path.name)
    for name in ("make_synthetic", "make_lists"):
        load_script(tmp_path / f"{name}.py").main()
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    kept = {path.name: path.read_bytes() for path in (ROOT / "fixtures").glob("*.csv")}
    registers = [name for name in kept if name.startswith(("actions_", "money_", "requests_", "reviews_"))]
    lines = kept["manifest.csv"].decode().splitlines(keepends=True)
    kept["manifest.csv"] = "".join(line for line in lines if line.partition(",")[0] not in registers).encode()
    assert made == {name: content for name, content in kept.items() if name not in registers}


def shuffled(path: Path, dice: random.Random) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    dice.shuffle(rows)
    if "district" in header:  # a blank below a district may have lost it: rows of the whole stand above
        rows.sort(key=lambda row: row[header.index("district")] != "")
    lines = [",".join(_quoted(cell) for cell in row) for row in [header, *rows]]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in ',"\n') else text


def test_the_order_of_files_and_rows_does_not_matter(
    framework: pmf.Framework, quarter: pmf.Evaluation, tmp_path: Path
) -> None:
    dice = random.Random(2017)
    paths = sorted((ROOT / "fixtures").glob("*.csv"), reverse=True)
    dice.shuffle(paths)
    for path in paths:
        (tmp_path / path.name).write_text(shuffled(path, dice), encoding="utf-8")
    again = pmf.evaluate(framework, pmf.read_submissions(tmp_path, framework), period="2016-17 Q4", as_of=AS_OF)
    assert again.results.equals(quarter.results)
    assert list(text(again)) == list(text(quarter))


def text(evaluation: pmf.Evaluation) -> Iterator[str]:
    """The report, but for the problems that it names: these stand in rows, which are in another order here."""
    report = pmf.exception_report(evaluation)
    report = replace(report, data_quality=replace(report.data_quality, first_problems=()))
    for width in (80, 160):
        yield render_terminal(report, width=width, color=False, depth=Depth.ALL)


def test_the_annual_report_takes_its_exceptions_from_the_quarters(quarter: pmf.Evaluation) -> None:
    asked = quarter.period
    assert asked is not None
    year = board_year(quarter.framework, quarter.submissions, asked, AS_OF)
    expected = set(quarter.exceptions.select("indicator", "by", "group", "period", "escalate_to").iter_rows())
    assert len(expected) > 50
    rows = year.exceptions(asked)
    assert {(row.indicator, row.by, row.group, row.period, row.escalate_to) for row in rows} == expected


def test_the_invented_money_adds_up_and_is_that_of_the_returns(quarter: pmf.Evaluation) -> None:
    asked = quarter.period
    assert asked is not None
    money = money_of(BoardYear(altered(quarter, period=quarter.framework.period("2016-17"))))
    assert money.adds_up
    assert [float(amount or 0) for amount in (money.received, money.spent)] == [365_050, 361_400]
    cells = quarter.cells.filter(
        pl.col("figure").is_in(["contributions", "board_expenditure"]), starts_on=date(2016, 4, 1)
    )
    sums = dict(cells.group_by("figure").agg(pl.col("value").sum()).iter_rows())
    assert sums == {"contributions": 365_050, "board_expenditure": 361_400}
