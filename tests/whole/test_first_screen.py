"""Every number of Essex's first screen, worked out a second time from the published frames."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.render.html import render_html
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.first_screen import FirstScreen, first_screen
from pmf_engine.report.first_screen_words import lead_words

ROOT = Path(__file__).parents[2]
MISSING = ["late", "no_data", "suppressed", "undefined", "invalid"]
WORDS = ["none", "one", "two", "three"]

pytestmark = pytest.mark.xdist_group("first_screen")  # all of them rest on one evaluation


@cache
def evaluation() -> pmf.Evaluation:
    framework = pmf.load_framework(ROOT)
    submissions = pmf.read_submissions(framework.submissions, framework)
    return pmf.evaluate(framework, submissions, period="2016-17 Q4", as_of=date(2017, 5, 31))


@cache
def screen(**options: Any) -> FirstScreen:
    return first_screen(pmf.exception_report(evaluation(), **options))


def wholes() -> pl.DataFrame:
    return evaluation().results.filter(pl.col("by").is_null())


def test_the_balance_of_all_indicators_and_of_outcomes() -> None:
    kinds = {id_: indicator.evidence_type for id_, indicator in evaluation().framework.indicators.items()}
    for kind, balance in ((None, screen().all), ("outcome", screen().outcomes)):
        rows = wholes().filter(pl.lit(kind is None) | pl.col("indicator").replace_strict(kinds).eq(kind or ""))
        counts = Counter(rows["status"].to_list())
        rated = rows.filter(pl.col("status").is_in(["red", "amber", "green"]))
        directions = Counter(rated["direction"].to_list())
        assert balance.good == counts["green"]
        assert balance.rated == rated.height
        assert balance.for_information == counts["not_rated"]
        assert balance.without_figure == sum(counts[status] for status in MISSING)
        assert balance.not_due == counts["not_due"]
        assert (balance.improving, balance.worsening) == (directions["improving"], directions["worsening"])


def test_matters_are_exceptions_with_each_late_return_once() -> None:
    levels = list(evaluation().framework.governance)
    raised = evaluation().results.filter(pl.col("escalate_to").is_not_null())
    highest = {
        id_: max(rows["escalate_to"].to_list(), key=levels.index) for (id_,), rows in raised.group_by("indicator")
    }
    late = wholes().filter(pl.col("status") == "late", pl.col("indicator").is_in(list(highest)))
    returns: dict[tuple[str, ...], set[str]] = {}
    for id_, owners in late.select("indicator", "owners").iter_rows():
        returns.setdefault(tuple(sorted(owners)), set()).add(id_)
    ours = {frozenset(item.indicator.id for item in matter.items) for matter in screen().matters}
    alone = {frozenset([id_]) for id_ in highest} - {frozenset([id_]) for ids in returns.values() for id_ in ids}
    assert ours == alone | {frozenset(ids) for ids in returns.values()}
    for matter in screen().matters:
        assert matter.level.id == max((highest[item.indicator.id] for item in matter.items), key=levels.index)


def test_new_matters_are_those_raised_in_this_period() -> None:
    rows = evaluation().history.filter("shown", pl.col("escalate_to").is_not_null())
    old = set(rows.filter(pl.col("raised_for") > 1)["indicator"].to_list())
    for matter in screen().matters:
        assert matter.new == (not old & {item.indicator.id for item in matter.items})


def test_what_the_data_are_worth() -> None:
    late = evaluation().outstanding.filter(pl.col("status") == "late")
    assert screen().late_figures == late.height
    assert screen().late_agencies == late["agency"].n_unique()
    quality = screen().report.data_quality
    kinds = Counter(evaluation().problems["kind"].to_list())
    assert {**quality.kinds} == {kind: kinds[kind] for kind in quality.kinds}
    assert sum(quality.kinds.values()) + sum(quality.severities.values()) == evaluation().problems.height


def test_the_shortfall_in_children() -> None:
    # 75 % of 480 is 360, and 90 % is 432, of which 340 had an interview.
    gap = screen().matters[0].first.shortfall
    assert gap is not None
    assert (gap.tolerable, gap.good, gap.outside) == (360 - 340, 432 - 340, 480 - 340)
    # 75 % of 88 is 66, and 90 % is 79.2, so 80, of which 62 came in time.
    gap = screen().matters[1].first.shortfall
    assert gap is not None
    assert (gap.tolerable, gap.good, gap.outside) == (66 - 62, 80 - 62, 88 - 62)


def test_every_shortfall_is_the_least_that_would_do() -> None:
    """The value with the shortfall is in the good band, and with one less it is not."""
    rows = {row["indicator"]: row for row in wholes().iter_rows(named=True)}
    counted = 0
    for item in (item for matter in screen().matters for item in matter.items):
        gap, row = item.shortfall, rows[item.indicator.id]
        if gap is None or gap.good is None or row["denominator"] is None:
            continue
        counted += 1
        end = row["good_low"] if gap.more else row["good_high"]
        sign = 1 if gap.more else -1
        reached, short = (
            100 * (row["numerator"] + sign * steps) / row["denominator"] for steps in (gap.good, gap.good - 1)
        )
        assert (reached >= end > short) if gap.more else (reached <= end < short)
    assert counted >= 8


def test_no_number_of_the_screen_is_without_its_source() -> None:
    """Each clause with a number is on the screen as the frames have it, and without them no digit is left."""
    text = " ".join(render_terminal(screen().report, width=200, color=False).split())
    for clause in (*counts_by_hand(), *alerts_by_hand(), *data_by_hand()):
        assert clause in text
        text = text.replace(clause, "", 1)
    for indicator in evaluation().framework.indicators.values():
        text = text.replace(indicator.title, "")
    for given in ("2016-17 Q4", "2016-17 Q3:", "January to March 2017", "by 31 May 2017", " 1 ■", " 2 ■", " 3 !"):
        assert given in text
        text = text.replace(given, "")
    assert not re.findall(r"\d+", text)


def counts_by_hand() -> list[str]:
    """The matters of each level and status, what has changed since the quarter before, and how outcomes fare."""
    rows = {row["indicator"]: row for row in wholes().iter_rows(named=True)}
    matters = screen().matters
    news = Counter((matter.level.id == "board", matter.new) for matter in matters)
    levels = Counter(matter.level.id for matter in matters)
    own = [matter for matter in matters if rows[matter.first.indicator.id]["escalate_to"] is not None]
    lower = [rows[matter.first.indicator.id] for matter in own if matter.level.id != "board"]
    new_amber = sum(
        matter.new and matter.level.id != "board" and rows[matter.first.indicator.id]["status"] == "amber"
        for matter in own
    )
    statuses = Counter(row["status"] for row in lower)
    moves = Counter(row["direction"] for row in lower if row["status"] == "amber")
    quiet = Counter(row["status"] for row in rows.values() if row["escalate_to"] is None)
    assert not quiet["red"]
    waiting = [m.items for m in own if m.level.id != "board" and rows[m.first.indicator.id]["status"] == "late"]
    (impossible,) = (row for row in lower if row["status"] == "invalid")
    over = wholes_over()
    good = [row for row in over if row["status"] == "green"]
    new = news[True, True] + news[False, True]
    in_part = sum(row["indicator"] in {matter.first.indicator.id for matter in matters} for row in good)
    back = [f"Back to good: {len(good)} ({in_part} of them as a whole, but not in every group), among them "]
    back += [f", {shown(row['value'])}." for row in good if row["indicator"] == "early_help_in_35_days"]
    return [
        f"{WORDS[levels['board']].capitalize()} matters for the Board, {WORDS[news[True, True]]} of them new.",
        f"to decide {levels['board']} matters, {WORDS[news[True, True]]} new",
        f"with the sub-committee: {levels['sub_committee']}; with lead agencies: {levels['lead_agency']}",
        f" {len(matters) - levels['board']} matters, {news[False, True]} new",
        f"RED {statuses['red']} ",
        f"AMBER {statuses['amber']} {new_amber} of the {statuses['amber']} new; "
        f"all {moves['worsening']} worse than before",
        f"QUERY {statuses['invalid']} ",
        f": {impossible['numerator']:.0f} are counted of only {impossible['denominator']:.0f}:",
        *(f" ({len(items)}{noun})" for items, noun in zip(waiting, (" indicators", ""), strict=True)),
        f"LATE {len(waiting)} ",
        f"NO DATA {statuses['no_data']} ",
        f"In some agencies or districts only: {len(matters) - len(own)}. Not escalated: {quiet['amber']} amber.",
        *back,
        f"{new} new, {len(matters) - new} carry on, {len(good)} back to good, {len(over) - len(good)} no longer",
    ]


def wholes_over() -> list[dict[str, Any]]:
    """The rows of the period of the indicators whose exception ended within it, in one of their own periods."""
    own_periods = ["2016-17", "2016-17 Q4", "2017-01", "2017-02", "2017-03"]
    within = evaluation().history.filter("shown", pl.col("by").is_null(), pl.col("recovered").is_in(own_periods))
    return wholes().filter(pl.col("indicator").is_in(within["indicator"].to_list())).to_dicts()


def shown(percentage: float) -> str:
    """A percentage with one decimal, half up."""
    return f"{Decimal(percentage).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def alerts_by_hand() -> list[str]:
    """The figures of the matters for the Board: its value, counts, districts and run, or since when it has none."""
    history, clauses = evaluation().history.filter(pl.col("by").is_null()), []
    for row in wholes().filter(pl.col("escalate_to") == "board").iter_rows(named=True):
        if row["status"] == "late":
            known = history.filter(pl.col("indicator") == row["indicator"], pl.col("value").is_not_null())
            clauses.append(f"No figure since {known.sort('starts_on')['period'].to_list()[-1]}")
            runs = evaluation().outstanding.filter(pl.col("waiting").list.contains(row["indicator"]))["run"]
            clauses.append(f"{WORDS[max(runs.to_list())].capitalize()} quarters not sent.")
            continue
        needed = [
            math.ceil(Fraction(row[low]) * int(row["denominator"]) / 100) for low in ("tolerance_low", "good_low")
        ]
        tolerable, good = (number - row["numerator"] for number in needed)
        counts = f"{row['numerator']:.0f} of {row['denominator']:.0f}"
        clauses += [shown(row["value"]), f"{row['run']}th red quarter"]
        clauses.append(f"{counts}; {tolerable:.0f} more would be tolerable, {good:.0f} more good.")
    districts = evaluation().results.filter(indicator="return_interviews_held", by="district")
    assert set(districts["status"]) == {"red"}
    return [*clauses, f"Red in all {districts.height} districts."]


def data_by_hand() -> list[str]:
    """The two balances, what is owed, wrong and not explained, and the actions."""
    frames, clauses = evaluation(), []
    kinds = {id_: indicator.evidence_type for id_, indicator in frames.framework.indicators.items()}
    outcomes = wholes().filter(pl.col("indicator").replace_strict(kinds) == "outcome")
    every, of_outcomes = (Counter(rows["status"]) for rows in (wholes(), outcomes))
    rated, missing = every.total() - every["not_rated"] - every["not_due"], sum(every[status] for status in MISSING)
    clauses.append(
        f"{every['green']} of {rated - missing} rated indicators are good; {every.total() - rated + missing} have no "
        f"rating: {every['not_rated']} for information, {missing} without a figure, {every['not_due']} not due."
    )
    moves = Counter(outcomes.filter(pl.col("status").is_in(["red", "amber", "green"]))["direction"])
    clauses.append(
        f"{of_outcomes['green']} of {sum(of_outcomes[status] for status in ('red', 'amber', 'green'))} rated outcomes "
        f"good; {moves['improving']} better, {moves['worsening']} worse, {moves['unchanged'] + moves[None]} neither; "
        f"{sum(of_outcomes[status] for status in MISSING)} have no figure."
    )
    late, problems = frames.outstanding.filter(status="late"), Counter(frames.problems["kind"])
    clauses.append(
        f"{late['agency'].n_unique()} agencies owe {late.height} figures. {problems['whole-differs']} total "
        f"unlike the sum of its parts, {problems['superseded']} figure replaced."
    )
    unexplained = sum(not all(is_explained(item.indicator.id) for item in matter.items) for matter in screen().matters)
    clauses.append(f"{unexplained} of {len(screen().matters)} matters have no explanation")
    actions = frames.actions
    states, verdicts = Counter(actions["state"]), Counter(actions.filter(state="done")["verdict"])
    clauses.append(
        f"{states['open']} open ({actions['overdue'].sum()} overdue), {states['done']} done; effect: "
        f"{verdicts['better since']} better since, {verdicts['no change seen']} moved no more than before, "
        f"{verdicts['cannot be told']} cannot be told"
    )
    return clauses


def is_explained(indicator: str) -> bool:
    """Whether a cell of the period has a comment: on a whole, or on a group that is outside what is good."""
    rows = evaluation().results.filter(indicator=indicator)
    outside = rows.filter(pl.col("status").is_in(["red", "amber"]) | pl.col("escalate_to").is_not_null())
    cells = evaluation().cells.filter(
        pl.col("figure").is_in(list(evaluation().framework.indicators[indicator].figures)),
        pl.col("starts_on") >= rows["starts_on"].min(),
        pl.col("ends_on") <= rows["ends_on"].max(),
        pl.col("group").is_null() | pl.col("group").is_in(outside["group"].drop_nulls().to_list()),
    )
    return any(comment.strip() for comment in cells["comment"].drop_nulls())


def test_no_id_reaches_a_reader() -> None:
    framework = evaluation().framework
    ids = {id_ for id_ in (*framework.figures, *framework.indicators, *framework.governance) if "_" in id_}
    for text in (render_html(screen().report), render_terminal(screen().report, width=160, color=False)):
        words = {word.strip("`.,;:()\"'“”") for word in text.replace(">", " ").replace("<", " ").split()}
        assert not words & ids


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_no_line_loses_its_meaning(width: int) -> None:
    for options in ({}, {"agency": "crc"}, {"agency": "ccgs"}, {"to": "sub_committee"}):
        text = render_terminal(screen(**options).report, width=width, color=False)
        assert "…" not in text
        assert width < 80 or text.count("\n") <= (30 if width >= 120 else 38)


def test_a_level_sees_its_own_matters() -> None:
    text = render_terminal(screen(to="sub_committee").report, width=80, color=False)
    below = sum(matter.level.id == "lead_agency" for matter in screen().matters)
    assert "\nADVISE  with the sub-committee: 15  " in text
    assert f"or above; {below} other matters are left out." in text


def test_a_limit_narrows_every_section() -> None:
    board = screen(to="board")
    assert len(board.matters) == len(screen().alert.matters) == 3
    assert [agency.agency.id for agency in board.report.late] == ["crc"]
    assert not board.back
    area = screen(content_area="children_missing")
    assert {line.area.id for line in area.report.indicators} == {"children_missing"}
    assert area.report.late == ()


def test_an_agency_that_causes_an_exception_is_not_told_that_there_are_none() -> None:
    assert lead_words(screen(agency="crc")).startswith("One matter for the Board")


def test_the_page_is_small_enough_to_send() -> None:
    assert len(render_html(screen().report).encode()) < 2_000_000
