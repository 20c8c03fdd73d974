"""Needs and activities in the YAML: what the framework keeps of them, and what is wanted and not collected."""

from __future__ import annotations

from datetime import date

import pytest

import pmf_engine as pmf

HEAD = """\
board: Trial Board
agencies: {care: {name: Social Care, lead_officer: Director, designated_person: Head}}
sources: {needs: Needs assessment, voices: Families' voices}
scales: {grades: [not met, partly met, met]}
content_areas:
  neglect:
    title: Neglect
    kind: risk_issue
    plan: Business Plan 2016-19, priority 2
    agreed: {on: 2016-03-16, by: Board, minute: "7.2"}
    review_by: 2016-17
    evidence:
      - {source: needs, reference: p. 31, says: half of plans are for neglect, figures: [plans, plan_count]}
areas_of_information:
  voice: {title: What families say, sources: [voices]}
figures:
  plans: {title: Plans, from: care, kind: stock, frequency: quarterly}
  training: {title: Training, from: care, kind: grade, scale: grades, frequency: annual,
             section_11: {standard: 8, moderated: training_moderated}}
  training_moderated: {title: Training, moderated, from: care, kind: grade, scale: grades, frequency: annual}
activities:
  audit: {title: Audit of plans, kind: themed_audit, agency: care, content_area: neglect, due: [2016-17 Q2, 2016-17 Q4]}
indicators:
  plan_count: {title: Plans, content_area: neglect, evidence_type: quantity, lead_agency: care, frequency: quarterly,
               formula: plans}
  drift: {title: Plans that drift, content_area: neglect, evidence_type: outcome, lead_agency: care,
          frequency: quarterly, state: wanted, source: voices}
""".replace("Training, moderated", '"Training, moderated"')


@pytest.fixture(scope="module")
def framework() -> pmf.Framework:
    return pmf.Framework.from_text(HEAD, "governance: {board: Board}\n", as_of=date(2016, 6, 1))


def test_a_content_area_keeps_why_it_was_chosen(framework: pmf.Framework) -> None:
    area = framework.content_areas["neglect"]
    assert area.plan == "Business Plan 2016-19, priority 2"
    assert area.agreed is not None
    assert (area.agreed.on, area.agreed.by, area.agreed.minute) == (date(2016, 3, 16), "Board", "7.2")
    assert area.review_by == date(2017, 3, 31)
    [need] = area.evidence
    assert (need.source, need.reference, need.figures) == ("needs", "p. 31", ("plans", "plan_count"))


def test_a_wanted_indicator_is_no_indicator(framework: pmf.Framework) -> None:
    assert "drift" not in framework.indicators
    assert framework.wanted["drift"].content_areas == ("neglect",)
    assert not framework.warnings  # it needs no tolerance, and what section 11 or evidence names is used
    empty = pmf.evaluate(
        framework,
        pmf.Submissions.from_frames(framework, None, received_on=date(2016, 7, 1)),
        period="2016-17 Q1",
        as_of=date(2016, 9, 1),
    )
    assert set(empty.results["indicator"]) == {"plan_count"}


def test_activities_standards_and_areas_of_information(framework: pmf.Framework) -> None:
    audit = framework.activities["audit"]
    assert [period.label for period in audit.due] == ["2016-17 Q2", "2016-17 Q4"]
    assert (audit.agency, audit.content_areas) == ("care", ("neglect",))
    standard = framework.figures["training"].section_11
    assert standard is not None
    assert (standard.number, standard.moderated) == (8, "training_moderated")
    assert framework.areas_of_information["voice"].sources == ("voices",)


def test_a_framework_survives_its_own_text(framework: pmf.Framework) -> None:
    again = pmf.Framework.from_dict(*framework.data, as_of=date(2016, 6, 1))
    assert again.content_areas.keys() == framework.content_areas.keys()
    assert again.activities == framework.activities
    assert again.fingerprint == framework.fingerprint
