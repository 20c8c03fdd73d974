"""The duties of a board by its performance management framework, and where a year's annual report answers each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pmf_engine.framework.model import Framework
from pmf_engine.judgement.formatting import show_count
from pmf_engine.report.annual import AnnualReport
from pmf_engine.report.annual_areas import AreaYear
from pmf_engine.report.paper import Paper, Rated, Table, section

STANDARDS = 11
"""The standards that the statutory guidance on section 11 sets."""

AREAS_OF_INFORMATION = 5
"""The areas in which a framework obtains performance information."""


@dataclass(frozen=True)
class Duty:
    """A duty, with where it is answered; None where it is not.

    Attributes:
        paragraph: The paragraph of the framework that asks for it.
    """

    paragraph: str
    duty: str
    answered: str | None


Answer = Callable[[AnnualReport, Framework], str | None]


def _measured(report: AnnualReport, framework: Framework) -> str | None:
    seen = sum(bool(value.shown) for area in report.areas for value in area.values)
    return "How safe are children?; Content areas" if seen else None


def _voices(report: AnnualReport, framework: Framework) -> str | None:
    heard = sum(bool(area.heard) for area in report.coverage.areas)
    return f"How safe are children?: heard in {show_count(heard, 'content area')}" if heard else None


def _vulnerable(report: AnnualReport, framework: Framework) -> str | None:
    groups = [area for area in report.areas if framework.content_areas[area.area.id].kind == "vulnerable_group"]
    measured = [area for area in groups if area.values]
    return f"Content areas: {show_count(len(measured), 'vulnerable group')}" if measured else None


def _area_named(word: str) -> Answer:
    """Answers a duty about the content areas whose titles have a word."""

    def answer(report: AnnualReport, framework: Framework) -> str | None:
        found = [area for area in report.areas if word in area.area.title.lower() and _says_effect(area)]
        return f"Content areas: {'; '.join(area.area.title for area in found)}" if found else None

    return answer


def _says_effect(area: AreaYear) -> bool:
    """Whether an outcome or a quality of a content area has a value."""
    return any(value.shown and value.question != "quantity" for value in area.values)


def _thresholds(report: AnnualReport, framework: Framework) -> str | None:
    titles = [one.title for one in framework.activities.values()] + [one.activity for one in report.learning.reviews]
    found = [title for title in dict.fromkeys(titles) if "threshold" in title.lower()]
    return f"Learning: {'; '.join(found)}" if found else None


def _case_reviews(report: AnnualReport, framework: Framework) -> str | None:
    reviews = report.learning.reviews
    return f"Learning: {show_count(len(reviews), 'review')}" if reviews else None


def _outcomes(report: AnnualReport, framework: Framework) -> str | None:
    [tally] = [tally for tally in report.tallies if tally.question == "outcome"]
    return f"Is anyone better off?: {show_count(tally.rated, 'rated outcome')}" if tally.rated else None


def _health(report: AnnualReport, framework: Framework) -> str | None:
    return "`pmf health`" if report.health.punctuality else None


def _need(report: AnnualReport, framework: Framework) -> str | None:
    priorities = report.priorities.priorities
    chosen = [one for one in priorities if one.evidence]
    return f"Priorities: evidence for {len(chosen)} of {len(priorities)}" if chosen else None


def _agreed(report: AnnualReport, framework: Framework) -> str | None:
    agreed = [one for one in report.priorities.priorities if one.agreed and one.plan]
    return f"Priorities: {len(agreed)} of {len(report.priorities.priorities)} agreed and planned" if agreed else None


def _three_types(report: AnnualReport, framework: Framework) -> str | None:
    missing = sum(len(area.unanswered) for area in report.coverage.areas)
    questions = 3 * len(report.coverage.areas)
    return (
        f"Content areas: {questions - missing} of {questions} questions; `pmf coverage`"
        if questions > missing
        else None
    )


def _different(report: AnnualReport, framework: Framework) -> str | None:
    wanted = len(report.coverage.wanted)
    return f"Next year: {show_count(wanted, 'indicator')} wanted; `pmf coverage`" if wanted else None


def _levels(report: AnnualReport, framework: Framework) -> str | None:
    levels = {one.level for one in framework.indicators.values()}
    return "Content areas: national, local and the board's own" if levels == {"national", "local", "board"} else None


def _amount(report: AnnualReport, framework: Framework) -> str | None:
    amounts = [one for one in framework.indicators.values() if one.evidence_type == "outcome" and not one.is_share]
    return f"Content areas: {show_count(len(amounts), 'amount')} among the outcomes" if amounts else None


def _standards(report: AnnualReport, framework: Framework) -> str | None:
    return "Section 11: Standards" if len(report.section_11.standards) >= STANDARDS else None


def _information(report: AnnualReport, framework: Framework) -> str | None:
    found = len(report.coverage.information)
    return "`pmf coverage`: five areas" if found == AREAS_OF_INFORMATION else None


def _frequencies(report: AnnualReport, framework: Framework) -> str | None:
    due = [
        one
        for one in framework.activities.values()
        if any(report.period.start <= p.start < report.period.end for p in one.due)
    ]
    return (
        f"`pmf plan`: {show_count(len(due), 'activity').replace('activitys', 'activities')} of the year"
        if due
        else None
    )


def _requests(report: AnnualReport, framework: Framework) -> str | None:
    asked, answered = report.learning.requests
    return f"Learning: {show_count(asked, 'request')}, {answered} answered" if asked else None


def _action_plan(report: AnnualReport, framework: Framework) -> str | None:
    agreed = sum(report.learning.actions.values())
    return f"Learning: {show_count(agreed, 'action')}" if agreed else None


def _core(report: AnnualReport, framework: Framework) -> str | None:
    agreed = [one for one in framework.indicators.values() if any(entry.reference for entry in one.tolerances)]
    return f"Content areas: {show_count(len(agreed), 'indicator')} with agreed tolerances" if agreed else None


def _contribute(report: AnnualReport, framework: Framework) -> str | None:
    return "Partners: Returns in time" if report.health.punctuality else None


def _collated(report: AnnualReport, framework: Framework) -> str | None:
    graded = sum(grade.stands is not None for grade in report.section_11.grades)
    return f"Section 11: {show_count(graded, 'grade')}" if graded else None


def _themed(report: AnnualReport, framework: Framework) -> str | None:
    audits = [review.activity for review in report.learning.reviews if review.kind == "themed_audit"]
    return f"Learning: {'; '.join(audits)}" if audits else None


def _quarterly(report: AnnualReport, framework: Framework) -> str | None:
    return "The year's exceptions, by quarter" if len(report.health.explained) == 4 and report.lives else None


def _chair(report: AnnualReport, framework: Framework) -> str | None:
    return "How safe are children?: the chair's words" if report.summary else None


def _people(report: AnnualReport, framework: Framework) -> str | None:
    audit = report.section_11
    return "Section 11: every agency has both" if audit.grades and not audit.without_people else None


def _analysis(report: AnnualReport, framework: Framework) -> str | None:
    weak = [area for area in report.areas if area.strengths or area.weaknesses]
    return f"Content areas: strengths and weaknesses of {len(weak)}" if weak else None


def _practice(report: AnnualReport, framework: Framework) -> str | None:
    told = [grade for grade in report.section_11.grades if grade.is_best and (grade.words or grade.moderators_words)]
    return "Section 11: Good practice" if told else None


def _improvements(report: AnnualReport, framework: Framework) -> str | None:
    told = any(area.actions for area in report.areas) or any(one.led_to for one in report.learning.reviews)
    return "Content areas: Action; Learning" if told else None


def _contributions(report: AnnualReport, framework: Framework) -> str | None:
    return "Partners: Contributions" if report.money.contributions else None


def _spending(report: AnnualReport, framework: Framework) -> str | None:
    money = report.money
    if not money.spend:
        return None
    return "Money: reconciled" if money.adds_up else "Money: and it does not add up"


def _learned(report: AnnualReport, framework: Framework) -> str | None:
    lessons = [review for review in report.learning.reviews if review.lesson]
    count = len(lessons) + len(report.learning.lessons)
    return f"Learning: {show_count(count, 'lesson')}" if count else None


def _passed_on(report: AnnualReport, framework: Framework) -> str | None:
    became = sum(report.learning.became.values()) + sum(bool(one.led_to) for one in report.learning.reviews)
    return f"Learning: {show_count(became, 'lesson')} passed on" if became else None


DUTIES: Final[tuple[tuple[str, str, Answer], ...]] = (
    ("1.1", "understand how safe children are", _measured),
    ("1.1", "evidence of best practice and of areas for improvement", _analysis),
    ("1.3, 1.9", "seek the views of children and families", _voices),
    ("1.4", "assess the needs of vulnerable groups", _vulnerable),
    ("1.5, 1.10", "assess how effective early help is", _area_named("early help")),
    ("1.6", "thresholds: publish them, and settle what is unclear", _thresholds),
    ("1.7", "review cases that may teach", _case_reviews),
    ("1.8, 5.2", "focus on outcomes", _outcomes),
    ("1.11", "monitor how effective the framework itself is", _health),
    ("2.1, 4.1", "plans informed by need", _need),
    ("4.1", "agree the content areas, and where they are planned", _agreed),
    ("5.1", "measure quantity, quality and outcome", _three_types),
    ("5.3", "consider what different information is needed", _different),
    ("5.4, 7.2", "national, local and the board's own indicators", _levels),
    ("6.1", "say whether anyone is better off, and by how much", _amount),
    ("6.2", "the eleven standards of section 11", _standards),
    ("7.3", "obtain information from five areas", _information),
    ("7.4", "activities at set times", _frequencies),
    ("7.5", "requests outside the cycle, and what they led to", _requests),
    ("8.1", "a performance action plan", _action_plan),
    ("8.1", "agree and monitor the core indicators", _core),
    ("8.1", "see that all agencies contribute data", _contribute),
    ("8.1", "collate section 11", _collated),
    ("8.1", "share best practice", _practice),
    ("8.1", "conduct themed audits each year", _themed),
    ("8.1", "scrutinise, and report each quarter", _quarterly),
    ("8.2", "the chair on progress, risks and improvements", _chair),
    ("8.3", "a lead officer and designated person in each agency", _people),
    ("8.4", "analyse effectiveness in detail", _analysis),
    ("8.4", "where and how improvements are to be made", _improvements),
    ("8.5", "what partner agencies contributed", _contributions),
    ("8.5", "what the board spent", _spending),
    ("9.1, 9.2", "learn from what is found", _learned),
    ("9.3, 9.4", "pass learning on into practice", _passed_on),
)
"""Every duty by its paragraphs: what it asks for, and what tells where a report answers it."""


def duties_of(report: AnnualReport, framework: Framework) -> tuple[Duty, ...]:
    """Every duty, with where a report answers it."""
    return tuple(Duty(paragraph, duty, answer(report, framework)) for paragraph, duty, answer in DUTIES)


def duties_paper(report: AnnualReport, duties: tuple[Duty, ...]) -> Paper:
    """The paper for `pmf annual --check`."""
    open_ = sum(duty.answered is None for duty in duties)
    rows = tuple(
        (
            duty.paragraph,
            duty.duty[:1].upper() + duty.duty[1:],
            duty.answered if duty.answered is not None else Rated("not answered", "red"),
        )
        for duty in duties
    )
    return Paper(
        report.board,
        f"Annual report {report.period.label}: the duties",
        "Each duty of the performance management framework, by its paragraph, and where the report answers it.",
        (f"{len(duties) - open_} of {show_count(len(duties), 'duty').replace('dutys', 'duties')} answered.",),
        (section("Duties", tables=(Table("", ("Paragraph", "Duty", "Answered in"), rows),)),),
    )
