"""The five statements of an annual report on how safe children are, each with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count
from pmf_engine.report.annual import AnnualReport, Tally
from pmf_engine.report.item import Named
from pmf_engine.report.wording import and_words, be, level_word, plain_status

Statement = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A question, the sentences that answer it, and the points that bear them out."""


def statements(report: AnnualReport) -> Iterator[Statement]:
    """Five questions, each answered by counts, with what bears the answer out. None is a score."""
    tallies = {tally.question: tally for tally in report.tallies}
    outcomes = tallies["outcome"]
    withheld = (_NOT_COUNTED,) if report.is_public else ()
    yield ("Is anyone better off?", (_tally(outcomes, "outcomes"), _BY_YEAR, *withheld), _worse(outcomes))
    yield (
        "Are services good?",
        (_tally(tallies["quality"], "indicators of quality"), *withheld),
        _worse(tallies["quality"]),
    )
    yield ("Did the Board see what went wrong, and was it put right?", tuple(_governed(report)), _standing(report))
    yield ("Are children, families and practitioners heard?", tuple(_heard(report)), _silent(report))
    yield ("What can we not see?", tuple(_unseen(report)), ())


_NOT_COUNTED = "What is withheld is not counted."

_BY_YEAR = "These are values for the whole year; the report on a quarter counts the values for the quarter."


def _tally(tally: Tally, noun: str) -> str:
    """How many are good, this year and last."""
    before = f"a year before {tally.good_last_year} of {tally.rated_last_year}"
    return f"{tally.good} of {tally.rated} rated {noun} {be(tally.good, tally.rated)} good; {before}."


def _worse(tally: Tally) -> tuple[str, ...]:
    return (f"Worse than a year before: {'; '.join(tally.worse)}",) if tally.worse else ()


def _governed(report: AnnualReport) -> Iterator[str]:
    """How many exceptions there were, how far they went up, and how many stand."""
    highest = list(report.levels)[-1:]
    top = sum(any(quarter and quarter.level in highest for quarter in life.quarters) for life in report.lives)
    standing = sum(life.stands for life in report.lives)
    up = sum(life.went_up for life in report.lives)
    whom = level_word(Named(highest[0], report.levels[highest[0]])) if highest else "the highest level"
    cleared = sum(life.is_cleared for life in report.lives)
    hidden = up - standing - cleared
    ends = [f"{cleared} {be(cleared)} cleared", f"{standing} {'stands' if standing == 1 else 'stand'}"]
    ends += [f"{hidden} {be(hidden)} not shown any more"] if hidden else []
    yield f"{show_count(up, 'indicator')} went up in the year, {top} of them to {whom}; {and_words(ends)}."
    if report.is_public:
        yield _NOT_COUNTED
        return
    explained = sum(one.explained for one in report.health.explained)
    exceptions = sum(one.exceptions for one in report.health.explained)
    yield f"Agencies explained {explained} of {exceptions} exceptions, counted in each quarter."
    agreed = sum(report.learning.actions.values())
    yield f"{show_count(agreed, 'action')} agreed in the year." if agreed else "No action of the year is on record."


def _standing(report: AnnualReport) -> tuple[str, ...]:
    """What stands at the highest level."""
    highest = list(report.levels)[-1:]
    return tuple(
        f"Stands with {level_word(Named(highest[0], report.levels[highest[0]]))}: {life.indicator.title}"
        for life in report.lives
        if life.stands and [quarter.level for quarter in life.quarters if quarter][-1:] == highest
    )


def _heard(report: AnnualReport) -> Iterator[str]:
    """In how many content areas somebody was heard."""
    areas = report.coverage.areas
    if not report.coverage.voices:
        yield "The Board has not said in which areas of information people speak for themselves."
        return
    heard = sum(bool(area.heard) for area in areas)
    yield f"Somebody was heard in {heard} of {show_count(len(areas), 'content area')}."
    if report.is_public:
        yield _NOT_COUNTED


def _silent(report: AnnualReport) -> tuple[str, ...]:
    silent = [area.area.title for area in report.coverage.areas if not area.heard] if report.coverage.voices else []
    what = "Nothing is published of what was heard in" if report.is_public else "Nobody was heard in"
    return (f"{what}: {'; '.join(silent)}",) if silent else ()


def _unseen(report: AnnualReport) -> Iterator[str]:
    """What has no value, is not collected or not asked."""
    counts = Counter(one.status for one in report.unseen)
    not_due = counts.pop(Status.NOT_DUE, 0)
    words = ", ".join(f"{count} {plain_status(status)}" for status, count in counts.items())
    words = (f" ({words})" if words else "") + (f", and {not_due} not due" if not_due else "")
    shown = " that is shown" if report.is_public else ""
    unanswered = sum(len(area.unanswered) for area in report.coverage.areas)
    yield (
        f"{show_count(counts.total(), 'indicator')} without a value{shown} for the year{words}; "
        f"{show_count(len(report.coverage.wanted), 'indicator')} wanted and not collected; "
        f"{show_count(unanswered, 'question')} that nothing answers."
    )
