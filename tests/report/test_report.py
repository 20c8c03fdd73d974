"""The exception report as dataclasses, on a small evaluation made by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from pmf_engine.domain.numbers import close
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.evaluation.evaluate import Evaluation, altered
from pmf_engine.evaluation.evaluated import Evaluated
from pmf_engine.evaluation.outstanding import OUTSTANDING, outstanding_rows
from pmf_engine.evaluation.results import JUDGED_ROWS
from pmf_engine.framework.load import load_framework
from pmf_engine.framework.model import Framework
from pmf_engine.framework.tolerances import Interval
from pmf_engine.judgement.exception_life import LIFE
from pmf_engine.report.build import exception_report
from pmf_engine.report.item import Item
from pmf_engine.report.model import ExceptionReport
from pmf_engine.submissions.content import Content
from pmf_engine.submissions.problems import Problem, problems_frame, say
from pmf_engine.submissions.readings import READINGS
from pmf_engine.submissions.submissions import as_submissions

INDICATORS = """
board: Essex Safeguarding Children Board
agencies:
  social_care:
    name: Essex County Council, Children's Social Care
    lead_officer: Director of Children's Services
  police:
    name: Essex Police
    lead_officer: Assistant Chief Constable, Crime and Public Protection
  mental_health: Emotional Wellbeing and Mental Health Service
  ccgs: Clinical commissioning groups in Essex
  education: Essex County Council, Education
content_areas:
  early_help: {title: Early help, kind: priority}
  child_protection: {title: "Child protection enquiries, conferences and plans", kind: priority}
  looked_after: {title: Looked-after children, kind: vulnerable_group}
  domestic_abuse: {title: Domestic abuse, kind: risk_issue}
  health: {title: Children's health and emotional wellbeing, kind: priority}
  governance: {title: Governance and section 11, kind: priority}
scales:
  section_11: [not met, partly met, met, exceeded]
breakdowns:
  district: {title: District, groups: [Basildon, Braintree, Colchester, Harlow, Maldon, Tendring]}
figures:
  whole: {title: All there are, from: social_care, kind: flow, frequency: quarterly}
  children_told_us:
    title: What children and families told us, and what changed
    from: [social_care, education]
    kind: text
    frequency: quarterly
  recruitment: {title: Safe recruitment, from: police, kind: grade, scale: section_11, frequency: annual}
"""


@dataclass(frozen=True)
class Made:
    """An indicator of the stand-in: what it says, its last periods (oldest first) and those of its groups.

    A number is a value; a word is the status of a period without one. `of` is the denominator.
    """

    id: str
    title: str
    lead: str
    area: str
    evidence: str
    good: str
    tolerance: str | None
    series: Sequence[float | str]
    of: float | None = None
    extra: str = ""
    groups: Mapping[str, Sequence[float | str]] = field(default_factory=dict)
    formula: str = "percent({figure}, whole)"
    frequency: str = "quarterly"
    reason: str | None = None


MADE = [
    Made(
        "cp_conferences_15_days", "Initial child protection conferences held within 15 working days of the enquiry",
        "social_care", "child_protection", "quality", "at least target", "at least 95% of target",
        [714 / 7.95, 92, 91, 88, 86, 84, 81.25, 184 / 2.41], 241,
        "target: 90\n    reference: target Havering 2018-19",
        {"Basildon": [86, 71, 61.01], "Braintree": [90, 91, 92], "Colchester": [90, 91, 90], "Harlow": [88, 89, 87.2],
         "Maldon": ["suppressed"], "Tendring": [90, 84, 79.4]},
    ),
    Made(
        "rereferrals_12m", "Re-referrals within 12 months of a previous referral", "social_care", "early_help",
        "quality", "at most 20", "at most 24", [19, 19.8, 20.2, 22, 24.5, 24.9, 25.1, 25.7], 2513,
        "reference: ours, from the England 2016-17 average of 21.9",
    ),
    Made(
        "da_repeat_callouts", "Repeat police call-outs to domestic abuse where children live", "police",
        "domestic_abuse", "outcome", "at most year_ago", "at most 110% of year_ago",
        [412, 398, 405, 410, 430, 441, 462, 488], None, "", {}, "{figure}",
    ),
    Made(
        "initial_health_in_20_days", "Initial health assessments of looked-after children within 20 working days",
        "ccgs", "looked_after", "quality", "at least 90", "at least 75", [88, 84, 80, 74, 71, 73.1, "late", "late"], 96,
        reason="`initial_health_in_20_days_n` is late from Clinical commissioning groups in Essex",
    ),
    Made(
        "ewmhs_started_in_18_weeks", "Children who began treatment for emotional wellbeing within 18 weeks",
        "mental_health", "health", "quality", "at least 92", "at least 85", [94, 95, 93, 92, 90, 88, 86, 84.9], 410,
    ),
    Made(
        "three_placements", "Looked-after children with three or more placements in the year", "social_care",
        "looked_after", "outcome", "at most 10", "at most 12", [9, 9.5, 9.8, 9.9, 10, 11, 12.4, 12.2], 1010,
    ),
    Made(
        "plans_allocated", "Child protection plans with an allocated social worker", "social_care",
        "child_protection", "quality", "at least 100", "at least 98",
        [100, 100, 100, 100, 100, 100, 100, 99.998], 50000,
    ),
    Made(
        "assessments_in_45_days", "Assessments completed within 45 working days", "social_care", "early_help",
        "quality", "at least 90", "at least 82.9", [91, 92, 91, 90, 91, 90, 89.5, 88], 1200,
    ),
    Made(
        "return_interviews_held", "Return interviews held within 72 hours of a child being found", "police",
        "child_protection", "quality", "at least 90", "at least 75", [60, 62, 68, 70, 71, 80, 83, 86.2], 87,
    ),
    Made(
        "cp_reviews_in_time", "Child protection reviews held in time", "social_care", "child_protection", "quality",
        "at least 97", "at least 92.1", [90, 91, 91, 92, 93, 93, 95, 98.5], 205,
        groups={"Basildon": [98, 97, 90], "Harlow": [97, 99, 99], "Tendring": [98, 98, 96]},
    ),
    Made(
        "visits_in_10_days", "Children on a plan visited every 10 working days", "social_care", "child_protection",
        "quality", "at least 90", "at least 85", [80, 81, 83, 84, 86, 88, 89, 93], 535,
    ),
    Made(
        "dental_check", "Looked-after children whose teeth were checked", "ccgs", "looked_after", "outcome",
        "at least 85", "at least 75", [86, 87, 88, 87, 86, 88, 86, "undefined"], 0, reason="nothing to divide by",
    ),
    Made(
        "early_help_rate", "Early help assessments started, per 10,000 children", "social_care", "early_help",
        "quantity", "", None, [40, 41, 41.5, 43, 42, 44, 45, 46.2], 304021, formula="rate({figure}, whole, 10000)",
    ),
    Made(
        "section_11_recruitment", "Safe recruitment, as agencies grade themselves", "police", "governance", "quality",
        "at least met", "at least partly met", [3, 3, 1], None, "", {}, "recruitment", "annual",
    ),
    Made(
        "permanent_exclusions", "Permanent exclusions of children in need", "education", "early_help", "outcome",
        "at most 5", "at most 8", [3, 4, 6, 7, 5, 4, 5, "not_due"], None, "", {}, "{figure}",
    ),
]  # fmt: skip

PERIOD = Period(2016 * 12 + 9, Cadence(3, 4))
AS_OF = date(2017, 2, 14)
COMMENTS = {
    "cp_conferences_15_days": (
        "social_care",
        "Two conference chairs left in October. Agency chairs start on 9 January and we expect to be back at 85% by "
        "the end of March; the children waiting have been visited weekly. [See action 14]",
    ),
    "ewmhs_started_in_18_weeks": ("mental_health", "Referrals rose by a third after the school launch."),
}


@cache
def framework() -> Framework:
    """The framework of the stand-in."""
    figures, indicators, tolerances = INDICATORS, "\nindicators:\n", ""
    for one in MADE:
        if "{figure}" in one.formula:
            figures += (
                f"  {one.id}_n: {{title: '{one.title}, number', from: {one.lead}, kind: flow, frequency: quarterly}}\n"
            )
        indicators += (
            f"  {one.id}:\n    title: {one.title}\n    content_area: {one.area}\n    evidence_type: {one.evidence}\n"
            f"    lead_agency: {one.lead}\n    frequency: {one.frequency}\n"
            f"    formula: {one.formula.format(figure=one.id + '_n')}\n"
            + ("    by: [district]\n" if one.groups else "")
        )
        if one.good:
            tolerances += f"  {one.id}:\n    good: {one.good}\n    tolerance: {one.tolerance}\n    {one.extra}\n"
    rules = (
        "governance:\n  lead_agency: Lead agency\n"
        "  sub_committee: Performance, Audit and Quality Assurance Sub-committee\n"
        "  board: Essex Safeguarding Children Board\n"
        f"tolerances:\n{tolerances}escalation:\n"
        "  - {when: red, to: sub_committee}\n  - {when: red for 3 periods, to: board}\n"
        "  - {when: amber and worsening, to: lead_agency}\n  - {when: late, to: lead_agency}\n"
    )
    with TemporaryDirectory() as folder:
        (Path(folder) / "indicators.yaml").write_text(figures + indicators, "utf-8")
        (Path(folder) / "tolerances.yaml").write_text(rules, "utf-8")
        return load_framework(folder)


def _status(one: Made, value: float | str, past: Sequence[float | str]) -> str:
    if isinstance(value, str):
        return value
    entries = framework().indicators[one.id].tolerances
    if not entries:
        return "not_rated"
    if "year_ago" in one.good:
        before = past[-4] if len(past) >= 4 else None
        if not isinstance(before, (int, float)):
            return "not_rated"
        return "green" if value <= before else "amber" if value <= 1.1 * before else "red"
    for status, band in (("green", entries[0].good), ("amber", entries[0].tolerance)):
        interval = Interval.of(band, entries[0].target_value) if band else None
        if interval and (
            interval.low < value < interval.high or close(value, interval.low) or close(value, interval.high)
        ):
            return status
    return "red"


def _back(values: Sequence[float | str], place: int, name: str) -> float | None:
    """The value that `previous` or `year_ago` names in a quarterly series."""
    at = place - {"previous": 1, "year_ago": 4}[name]
    value = values[at] if at >= 0 else None
    return float(value) if isinstance(value, (int, float)) else None


def _direction(polarity: str | None, value: float | str, before: float | None) -> str | None:
    if not polarity or before is None or isinstance(value, str):
        return None
    worse = (value > before) == (polarity == "low")
    return "unchanged" if value == before else "worsening" if worse else "improving"


def _series(one: Made, group: str | None, values: Sequence[float | str]) -> list[dict[str, Any]]:
    """Rows of history for one whole or group, with the four rules of the stand-in applied by hand."""
    indicator = framework().indicators[one.id]
    last = indicator.cadence.holding(PERIOD.end - 1)
    if last.end > PERIOD.end:
        last = Period(last.start - last.cadence.months, last.cadence)
    polarity = indicator.tolerances[0].polarity if indicator.tolerances else None
    rows: list[dict[str, Any]] = []
    known: list[str] = []
    for place, value in enumerate(values):
        period = Period(last.start - (len(values) - 1 - place) * last.cadence.months, last.cadence)
        status = _status(one, value, values[:place])
        before = rows[-1] if rows else None
        ago = rows[-4] if len(rows) >= 4 and last.cadence.months == 3 else None
        direction, year_ago = (_direction(polarity, value, row["value"] if row else None) for row in (before, ago))
        if not isinstance(value, str):
            known.append(status)
        held = {
            "red for 3 periods": known[-3:] == ["red"] * 3,
            "red": status == "red",
            "amber and worsening": (status, direction) == ("amber", "worsening"),
            "late": status == "late",
        }
        rules = [rule for rule in held if held[rule]]
        to = {"red for 3 periods": "board", "red": "sub_committee"}.get(rules[0], "lead_agency") if rules else None
        of = one.of if one.of and not isinstance(value, str) and not group else None
        rows.append(
            {
                "indicator": one.id, "period": period.label, "by": "district" if group else None, "group": group,
                "numerator": float(round(value * of / (10000 if "rate" in one.formula else 100)))
                if of and not isinstance(value, str)
                else None,
                "denominator": of, "value": None if isinstance(value, str) else float(value), "lower": None,
                "upper": None, "status": status, "reason": one.reason if isinstance(value, str) else None,
                "direction": direction, "direction_year_ago": year_ago,
                "run": before["run"] + 1 if before and before["status"] == status else 1,
                "escalate_to": to, "rules": rules, "start": period.start, "months": period.cadence.months,
                "named": [_back(values, place, name) for name in indicator.band_names], "marks": [],
                "owners": [one.lead],
            }
            | _life(before, to, period.label, status, value)
        )  # fmt: skip
    return rows


def _life(
    before: Mapping[str, Any] | None, to: str | None, period: str, status: str, value: float | str
) -> dict[str, Any]:
    """The life of the exception in a period, from that in the period before."""
    if before is None or (to and not before["escalate_to"]):
        began = (period, to, status, None if isinstance(value, str) else float(value), 1, None) if to else (None,) * 6
        return dict(zip(LIFE.names, began, strict=True))
    life = {name: before[name] for name in LIFE.names}
    if to:
        life["raised_for"] += 1
    elif life["raised"]:
        life["recovered"] = life["recovered"] or period
    return life


COLUMNS = JUDGED_ROWS.polars()


def evaluation(made: Sequence[Made] = tuple(MADE), comments: Mapping[str, tuple[str, str]] = COMMENTS) -> Evaluation:
    """An evaluation of 2016-17 Q3, made by hand."""
    rows: list[dict[str, Any]] = []
    for one in made:
        for group, values in [(None, one.series), *one.groups.items()]:
            series = _series(one, group, values)
            series[-1]["shown"] = True
            rows += series
    cells = [
        _cell(f"{id_}_n", agency, comment=words) for id_, (agency, words) in comments.items()
    ] + [
        _cell("children_told_us", "social_care", text="Children asked to meet their chair first. 👧 They now do."),
        _cell("children_told_us", "education", text="“Nobody asks twice.”", start=PERIOD.start - 3),
    ]  # fmt: skip
    outstanding = [
        ("initial_health_in_20_days_n", "ccgs", PERIOD.start, 3, date(2017, 1, 30), "late", 2),
        ("children_told_us", "education", PERIOD.start, 3, date(2017, 1, 30), "late", 1),
        ("permanent_exclusions_n", "education", PERIOD.start, 3, date(2017, 2, 28), "not_due", 0),
    ]
    return altered(Evaluated(
        framework=framework(),
        cells=pl.DataFrame(cells, schema=CELLS),
        submissions=as_submissions(Content(
            readings=READINGS.empty(),
            problems=problems_frame([]),
            files=pl.DataFrame({"file": ["a", "b"], "read": [812, 130], "used": [810, 127], "set_aside": [2, 3]}),
        )),
        problems=problems_frame(
            Problem("a", None, row, "value", text, "not-a-number", say("not-a-number", text=text, hint="write digits"))
            for row, text in ((7, "1O"), (9, "=A1+B1"), (12, "1,5"))
        ),
        inputs=None,
        own=None,
        period=PERIOD,
        as_of=AS_OF,
        judged=pl.DataFrame(rows, schema=COLUMNS).sort("indicator", "by", "group", "start"),
        outstanding=outstanding_rows(
            pl.DataFrame(
                outstanding,
                schema={
                    "item": pl.String, "agency": pl.String, "start": pl.Int32, "months": pl.Int32, "due": pl.Date,
                    "status": OUTSTANDING.polars()["status"], "run": pl.Int64,
                },
                orient="row",
            ),
            framework(),
            AS_OF,
            framework().indicators,
        ),
    ))  # fmt: skip


CELLS: dict[str, Any] = {
    "figure": pl.String, "agency": pl.String, "start": pl.Int32, "months": pl.Int32, "by": pl.String,
    "group": pl.String, "value": pl.Float64, "state": pl.String, "text": pl.String, "comment": pl.String,
    "received_on": pl.Date,
}  # fmt: skip


def _cell(
    figure: str, agency: str, text: str | None = None, comment: str | None = None, start: int = PERIOD.start
) -> dict[str, Any]:
    return {"figure": figure, "agency": agency, "start": start, "months": 3, "text": text, "comment": comment}


def sample(**options: Any) -> ExceptionReport:
    """The exception report of the stand-in."""
    return exception_report(evaluation(), **options)


def item(report: ExceptionReport, id_: str) -> Item:
    """The one item about an indicator, whether it goes up or not."""
    items = [one for level in report.levels for one in level.items] + [*report.watch, *report.without_value]
    [found] = [one for one in items if one.indicator.id == id_]
    return found


def made(id_: str, **changes: Any) -> list[Made]:
    """The stand-in's indicators, one of them changed."""
    return [replace(one, **changes) if one.id == id_ else one for one in MADE]


def raised(report: ExceptionReport) -> dict[str, list[str]]:
    return {level.level.id: [one.indicator.id for one in level.items] for level in report.levels}


def test_exceptions_stand_by_level_the_highest_first_and_worst_first() -> None:
    assert raised(sample()) == {
        "board": ["rereferrals_12m", "cp_conferences_15_days", "da_repeat_callouts", "initial_health_in_20_days"],
        "sub_committee": [
            "ewmhs_started_in_18_weeks",
            "section_11_recruitment",
            "three_placements",
            "cp_reviews_in_time",
        ],
        "lead_agency": ["assessments_in_45_days", "plans_allocated"],
    }


def test_order_is_status_then_direction_then_run_then_id() -> None:
    series: dict[str, list[float | str]] = {
        "ewmhs_started_in_18_weeks": [80, 81],  # red for 2, improving
        "three_placements": [20, 20],  # red for 2, unchanged
        "assessments_in_45_days": [95, 70],  # red for 1, worsening
        "visits_in_10_days": [71, 70],  # red for 2, worsening
        "plans_allocated": [71, 70],  # the same, before it by its id
    }
    changed = [replace(one, series=series[one.id]) for one in MADE if one.id in series]
    assert raised(exception_report(evaluation(changed)))["sub_committee"] == [
        "plans_allocated",
        "visits_in_10_days",
        "assessments_in_45_days",
        "three_placements",
        "ewmhs_started_in_18_weeks",
    ]


def test_counts_are_of_wholes_by_status_and_evidence() -> None:
    report = sample()
    assert {status: count for status, count in report.counts.items() if count} == {
        "red": 6, "amber": 3, "green": 2, "not_rated": 1, "late": 1, "undefined": 1, "not_due": 1,
    }  # fmt: skip
    assert next(iter(report.counts)) == "red"
    assert sum(report.counts.values()) == len(MADE)
    for status, count in report.counts.items():
        assert sum(counts[status] for counts in report.evidence.values()) == count
    assert report.evidence["quantity"]["not_rated"] == 1


def test_everything_not_green_is_somewhere() -> None:
    report = sample()
    listed = {one.indicator.id for level in report.levels for one in level.items}
    for one in (*report.watch, *report.without_value, *report.unrated):
        assert one.indicator.id not in listed
        listed.add(one.indicator.id)
    rows = evaluation().judged.filter("shown", pl.col("by").is_null(), ~pl.col("status").is_in(["green", "not_due"]))
    assert set(rows["indicator"]) <= listed
    assert [one.indicator.id for one in report.watch] == ["return_interviews_held"]
    gone = [(one.indicator.id, one.reason) for one in report.without_value]
    assert gone == [("dental_check", "nothing to divide by")]


def test_an_item_holds_what_is_needed_to_scrutinise_it() -> None:
    one = item(sample(), "cp_conferences_15_days")
    assert one.indicator.title == "Initial child protection conferences held within 15 working days of the enquiry"
    assert (one.agency.id, one.lead_officer) == ("social_care", "Director of Children's Services")
    assert [area.id for area in one.content_areas] == ["child_protection"]
    assert (one.evidence_type, one.level) == ("quality", "local")
    assert (one.period.label, one.status, one.direction) == ("2016-17 Q3", "red", "worsening")
    assert (one.shown, one.numerator, one.denominator) == ("76.3%", 184, 241)
    assert (one.good, one.tolerance) == ("90% or more", "85.5% or more (95% of the target)")
    assert (one.target, one.reference) == ("90%", "target Havering 2018-19")
    assert one.previous is not None
    assert (one.previous.period, one.previous.shown) == ("2016-17 Q2", "81.3%")
    assert [point.status for point in one.trend] == ["amber", "green", "green", "amber", "amber", "red", "red", "red"]
    assert (one.run, one.since) == (3, "2016-17 Q1")
    assert one.escalate_to is not None
    assert one.escalate_to.id == "board"
    assert (one.deciding, one.rules) == (("red for 3 periods",), ("red for 3 periods", "red"))
    assert [comment.agency.id for comment in one.comments] == ["social_care"]
    assert one.carried is None


def test_bands_that_depend_on_earlier_periods_show_what_they_came_to() -> None:
    one = item(sample(), "da_repeat_callouts")
    assert (one.shown, one.good, one.tolerance) == (
        "488",
        "no more than a year ago (410)",
        "451 or less (110% of a year ago)",
    )


def test_groups_outside_are_worst_first_and_out_of_all() -> None:
    [outside] = item(sample(), "cp_conferences_15_days").outside
    assert (outside.by.title, outside.of) == ("District", 6)
    assert [(group.name, group.status, group.shown, group.run) for group in outside.groups] == [
        ("Basildon", "red", "61.0%", 2),
        ("Tendring", "red", "79.4%", 2),
        ("Harlow", "amber", "87.2%", 3),
        ("Maldon", "suppressed", "", 1),
    ]


def test_what_goes_up_by_its_groups_alone_is_one_item_and_says_so() -> None:
    one = item(sample(), "cp_reviews_in_time")
    assert (one.group_only, one.status, one.deciding) == (True, "green", ("red",))
    assert one.escalate_to is not None
    assert one.escalate_to.id == "sub_committee"
    assert not item(sample(), "cp_conferences_15_days").group_only


def test_red_before_the_figures_stopped_coming_stays_in_sight() -> None:
    one = item(sample(), "initial_health_in_20_days")
    assert (one.status, one.value, one.shown) == ("late", None, "")
    assert one.carried is not None
    assert (one.carried.period, one.carried.status, one.carried.shown) == ("2016-17 Q1", "red", "73.1%")
    assert (one.run, one.since) == (2, "2016-17 Q2")
    assert one.deciding == ("red for 3 periods",)
    assert "late" in one.rules


def test_late_returns_stand_by_agency_with_what_waits_for_them() -> None:
    report = sample()
    assert [one.agency.id for one in report.late] == ["ccgs", "education"]
    [late] = report.late[0].returns
    assert (late.period, late.due, late.days_late, late.run) == ("2016-17 Q3", date(2017, 1, 30), 15, 2)
    assert [one.id for one in late.waiting] == ["initial_health_in_20_days"]
    assert report.not_due == 1


def test_recovered_says_what_was_and_what_is() -> None:
    [one] = sample().recovered
    assert one.indicator.id == "visits_in_10_days"
    assert (one.then.period, one.then.status, one.then.shown) == ("2016-17 Q2", "amber", "89.0%")
    assert (one.now.status, one.now.shown) == ("green", "93.0%")


@pytest.mark.parametrize(
    ("series", "then"),
    [
        ([80, "late", 93], ("2016-17 Q1", "red")),  # red when last known
        ([95, "late", 93], None),  # it was only late
        ([95, 94, 93], None),
        (["late", 93], None),
    ],
)
def test_missing_figures_do_not_make_well(series: list[float | str], then: tuple[str, str] | None) -> None:
    report = exception_report(evaluation(made("visits_in_10_days", series=series)))
    found = {one.indicator.id: (one.then.period, one.then.status) for one in report.recovered}
    assert found.get("visits_in_10_days") == then


def test_a_year_that_ended_before_is_not_news() -> None:
    series: list[float | str] = [1, 3]
    report = exception_report(evaluation(made("section_11_recruitment", series=series)))
    assert "section_11_recruitment" not in {one.indicator.id for one in report.recovered}


def test_only_this_level_and_above() -> None:
    report = sample(to="sub_committee")
    assert list(raised(report)) == ["board", "sub_committee"]
    assert (report.exceptions, report.below) == (8, 2)
    assert (report.watch, report.unrated, report.without_value) == ((), (), ())
    assert report.to is not None
    assert report.to.title == "Performance, Audit and Quality Assurance Sub-committee"


def test_only_what_an_agency_leads_or_owes() -> None:
    report = sample(agency="ccgs")
    assert sum(report.counts.values()) == 2
    assert [ids for ids in raised(report).values() if ids] == [["initial_health_in_20_days"]]
    assert [one.agency.id for one in report.late] == ["ccgs"]
    assert report.observations == ()
    assert sample(agency="education").late[0].agency.id == "education"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"agency": "polise"}, "unknown agency `polise`; did you mean `police`?"),
        ({"to": "nobody"}, "unknown level `nobody`"),
    ],
)
def test_names_that_are_not_known_are_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        sample(**options)


def test_a_report_is_about_one_period() -> None:
    without = altered(evaluation(), period=None)
    with pytest.raises(ValueError, match="about one period"):
        exception_report(without)


def test_words_of_other_periods_are_left_out() -> None:
    assert [(one.agency.id, one.period) for one in sample().observations] == [("social_care", "2016-17 Q3")]


def test_data_quality_adds_up() -> None:
    quality = sample().data_quality
    assert (quality.files, quality.problems) == (2, 3)
    assert (quality.cells_read, quality.cells_used, quality.cells_set_aside) == (942, 937, 5)


def test_the_same_evaluation_gives_the_same_report_whatever_the_order_of_rows() -> None:
    turned = evaluation(MADE[::-1])
    turned = altered(turned, judged=turned.judged.reverse().sort("start", maintain_order=True))
    assert raised(exception_report(turned)) == raised(sample())
    assert exception_report(turned).late == sample().late
