"""A report for one agency shows what it owes and where it is outside, whoever leads the indicators."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.render import terminal
from pmf_engine.report.depth import Depth
from pmf_engine.report.model import ExceptionReport
from tests.support.boards import evaluate, write_board, write_returns

FIGURES = "\n".join(
    f"{name}: {{title: X, from: [police, care], kind: flow, frequency: quarterly}}" for name in ("checked", "asked")
)
CHECKS = "checks: {frequency: quarterly, formula: 'percent(checked, asked)', by: [agency]}"
SENT = ["care,checked,9", "care,asked,10", "police,checked,9", "police,asked,10"]


def report(folder: Path, *changes: tuple[str, str], rules: str = "") -> ExceptionReport:
    """The report for the police on a quarter in which returns came with these lines instead of others."""
    write_board(folder, FIGURES, CHECKS, "checks: {good: at least 80}", rules)
    sent = {line.rpartition(",")[0]: line for line in SENT}
    for line, instead in changes:
        sent[line] = instead
    write_returns(folder, "\n".join(f"2016-17 Q1,{line}" for line in sent.values() if line))
    return pmf.exception_report(evaluate(folder, period="2016-17 Q1"), agency="police")


def shown(report: ExceptionReport) -> str:
    return terminal.render_terminal(report, width=120, color=False, depth=Depth.ALL)


def test_where_all_is_well_a_report_for_another_agency_is_empty(tmp_path: Path) -> None:
    said = report(tmp_path)
    assert said.led_by_others == 0
    assert "No exceptions; nothing late." in shown(said)


@pytest.mark.parametrize(
    ("instead", "status"),
    [
        ("", "late"),
        ("police,checked,1O", "invalid"),
        ("police,checked,c", "suppressed"),
        ("police,checked,x", "no_data"),
    ],
)
@pytest.mark.parametrize("rules", ["", "- {when: late or invalid or suppressed or no_data, to: board}"])
def test_what_the_agency_lacks_is_shown_whoever_leads_it(tmp_path: Path, instead: str, status: str, rules: str) -> None:
    said = report(tmp_path, ("police,checked", instead), rules=rules)
    items = [*said.without_value, *(item for level in said.levels for item in level.items)]
    assert [(item.indicator.id, item.status) for item in items] == [("checks", status)]
    assert said.led_by_others == 1
    text = shown(said)
    assert "A title" in text
    assert "No exceptions" not in text


def test_an_agency_that_is_red_itself_is_shown_where_the_whole_is_green(tmp_path: Path) -> None:
    said = report(tmp_path, ("police,checked", "police,checked,7"), rules="- {when: red, to: board}")
    [item] = [item for level in said.levels for item in level.items]
    assert (item.indicator.id, item.status, item.group_only) == ("checks", "green", True)
    assert "70.0% (7 of 10" in shown(said)


def test_what_another_agency_lacks_is_not_its_concern(tmp_path: Path) -> None:
    assert report(tmp_path, ("care,checked", "")).led_by_others == 0


CELLS = ["9", "7", "2", "", "1O", "c", "x"]
"""A number that is green, one that is amber, one that is red, and what is none."""

LINES = [*product(("2016-17 Q1", "2016-17 Q2"), ("care", "police"), ("checked",))]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(CELLS), min_size=len(LINES), max_size=len(LINES)),
    st.sampled_from(["", "- {when: red, to: board}", "- {when: late for 2 periods, to: board}"]),
    st.sampled_from([None, "lead_agency", "board"]),
    st.sampled_from(["any", "all"]),
)
def test_no_agency_that_owes_or_is_red_is_told_of_no_exceptions(
    cells: list[str], rules: str, to: str | None, missing: str
) -> None:
    with TemporaryDirectory() as name:
        indicators = f"made: {{frequency: quarterly, formula: checked, by: [agency], missing: {missing}}}\n{CHECKS}"
        bands = "{good: at least 80, tolerance: at least 60}", "{good: at least 8, tolerance: at least 6}"
        write_board(Path(name), FIGURES, indicators, f"checks: {bands[0]}\nmade: {bands[1]}", rules)
        sent = [f"{','.join(line)},{cell}" for line, cell in zip(LINES, cells, strict=True) if cell]
        sent += [f"{period},{agency},asked,10" for period, agency, _ in LINES]
        write_returns(Path(name), "\n".join(sent))
        evaluation = evaluate(Path(name), period="2016-17 Q2")
    for agency in ("care", "police"):
        late = evaluation.outstanding.filter(pl.col("agency") == agency, pl.col("status") == "late")
        red = evaluation.results.filter(by="agency", group=agency, status="red")
        text = shown(pmf.exception_report(evaluation, agency=agency, to=to))
        if late.height or red.height:
            assert "No exceptions" not in text
    if set(cells) == {"9"}:
        assert "No exceptions; nothing late." in text
