"""The exception report as a paper of sections, sentences and tables, for Markdown and Word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pmf_engine.judgement.formatting import show_count, show_date, show_months
from pmf_engine.report.audience import data_words, left_out, marking_words, paper_title
from pmf_engine.report.facts import matter_facts, matter_head, shown_words
from pmf_engine.report.first_screen import FirstScreen, LevelMatters, first_screen
from pmf_engine.report.first_screen_words import (
    actions_words,
    alert_figures,
    alert_sentence,
    alert_title,
    assure_sentences,
    data_sentences,
    lead_words,
    level_counts,
    limits_words,
    since_words,
)
from pmf_engine.report.item import Point
from pmf_engine.report.matters import Matter
from pmf_engine.report.model import ExceptionReport, IndicatorLine
from pmf_engine.report.paper import Paper, Rated, Section, Table, section
from pmf_engine.report.since import Cause
from pmf_engine.report.since_words import CAUSES, change_title, change_words, levels_words
from pmf_engine.report.tables import titled_lines
from pmf_engine.report.wording import (
    LETTERS,
    QUESTIONS,
    level_word,
    over_words,
    plain_status,
    sentence,
    status_word,
)

MINUTES = ("Discussed", "Agreed", "Owner", "By when")
"""What a minute says of a matter."""


def exception_paper(report: ExceptionReport) -> Paper:
    """The paper of a report, with every exception in full."""
    screen = first_screen(report)
    limits = "; ".join(limits_words(report))
    about = f"{show_months(report.period)}. Returns received by {show_date(report.as_of)}."
    return Paper(
        board=report.board,
        title=paper_title(report),
        about=f"{about}{f' Only {limits}.' if limits else ''}",
        marking=marking_words(report),
        sections=(
            section("From the chair", *report.summary),
            *_cover(screen),
            *(_level(level, report, asked=level is screen.alert) for level in (screen.alert, *screen.advise)),
            _over(report),
            _since(report),
            _late(report),
            *_indicators(report),
            _method(report),
        ),
    )


def _cover(screen: FirstScreen) -> Iterator[Section]:
    """What the paper is for, what is recommended, what may be wrong: the head of a board's paper."""
    alerts = screen.alert.matters
    body = level_word(screen.alert.level)
    recommended = [
        f"{alert_title(matter)}: {' '.join(map(sentence, matter.asks))} {', '.join(matter.owners)}."
        for matter in alerts
    ]
    counts = "; ".join(level_counts(screen))
    yield section("Purpose", lead_words(screen), sentence(counts))
    yield section(
        "Recommendations",
        f"{body[:1].upper()}{body[1:]} is asked:" if recommended else left_out(screen.report) or "None.",
        points=(*recommended,),
    )
    yield section("Is anyone better off?", *assure_sentences(screen))
    yield section("Risks: what the data are worth", *data_sentences(screen))
    if promised := actions_words(screen):
        yield section("What was promised", f"Actions: {promised}.")
    yield section("What has changed", f"Since {since_words(screen)}.")


def _level(level: LevelMatters, report: ExceptionReport, asked: bool) -> Section:
    """The matters of a level of governance; where it is asked to decide, each with room for the minute."""
    nothing = "nothing shown" if left_out(report) else "nothing"
    count = show_count(len(level.matters), "matter") if level.matters else nothing
    parts = tuple(_matter(matter, report, asked) for matter in level.matters)
    return Section(f"With {level_word(level.level)}: {count}", parts=parts)


def _matter(matter: Matter, report: ExceptionReport, asked: bool) -> Section:
    """A matter: what it is about, its facts, its last periods, and room for the minute."""
    item = matter.first
    areas = "; ".join(area.title for area in item.content_areas)
    about = f"{QUESTIONS[item.evidence_type]} {areas}. Lead: {item.agency.title}."
    figures, lasted = alert_figures(matter)
    now = " ".join((sentence(f"{figures}, {lasted}" if lasted else figures), alert_sentence(matter))).strip()
    other = f"Figures for {item.period.label}." if item.period.label != report.period.label else ""
    facts = [f"{fact.label}: {words}" for fact in matter_facts(matter) for words in fact.paragraphs]
    trend = Table(
        "The last periods",
        ("Period", "Status", "Value"),
        tuple((point.period, _rated(point), _value(point)) for point in item.trend),
    )
    minute = Table("For the minutes", MINUTES, (("", "", ", ".join(matter.owners), ""),))
    return section(
        f"{matter.number}. {status_word(matter.status)} {alert_title(matter)}",
        matter_head(matter) and sentence(matter_head(matter)),
        now,
        about,
        other,
        points=tuple(facts),
        tables=(*((trend,) if len(item.trend) > 1 else ()), minute) if asked else (),
    )


def _rated(point: Point) -> Rated | str:
    return Rated(plain_status(point.status), point.status) if point.status else "nothing known"


def _value(point: Point) -> str:
    """A value in words, and that it was revised."""
    return f"{shown_words(point)}{' (revised)' if point.restated else ''}"


def _over(report: ExceptionReport) -> Section:
    """What is no exception any more."""
    rows = [
        (over.indicator.title, Rated(plain_status(over.now.status or "no_data"), over.now.status or "no_data"),
         shown_words(over.now), "; ".join(over_words(over)))
        for over in (*report.recovered, *report.ended)
    ]  # fmt: skip
    table = Table("", ("Indicator", "Status", "Value", "Before"), tuple(rows))
    return section("Back to good, or no longer escalated", tables=(table,))


def _since(report: ExceptionReport) -> Section:
    """What has changed since an earlier report was saved."""
    since = report.since
    if since is None:
        return section("Since the last report")
    tables = tuple(
        Table(
            CAUSES[cause][0],
            ("Result", "What differs"),
            tuple((change_title(change), change_words(change)) for change in since.by(cause)),
        )
        for cause in Cause
    )
    levels = [sentence(words) for words in levels_words(since)]
    return section("Since the last report", *levels, tables=tables)


def _late(report: ExceptionReport) -> Section:
    """The late returns."""
    rows = tuple(
        (
            agency.agency.title,
            late.figure.title,
            late.period,
            show_date(late.due),
            f"{late.days_late:,}",
            "; ".join(waiting.title for waiting in late.waiting),
        )
        for agency in report.late
        for late in agency.returns
    )
    columns = ("Agency", "Figure or list", "Period", "Due", "Days late", "Holds up")
    return section("Late returns", "" if rows else "None.", tables=(Table("", columns, rows),))


def _indicators(report: ExceptionReport) -> Iterator[Section]:
    """All indicators with their last periods, by content area."""
    columns = ("Indicator", "Period", "Status", "Value", "Good", "Last periods, oldest first")
    tables = tuple(
        Table(
            area.title,
            columns,
            tuple(
                (
                    title,
                    line.period,
                    _rated(line.now),
                    f"{line.now.shown} {line.unit}"
                    if line.now.shown and line.unit not in ("", "%")
                    else line.now.shown,
                    line.good or "not rated",
                    " ".join(f"{LETTERS.get(point.status, '?')} {point.shown}".strip() for point in line.trend),
                )
                for line, title in titled_lines(lines)
            ),
        )
        for area, lines in groupby(report.indicators, key=lambda line: line.area)
    )
    yield section("All indicators", tables=tables)


def _with_unit(line: IndicatorLine) -> str:
    """The value of an indicator with its unit."""
    return f"{line.now.shown} {line.unit}" if line.now.shown and line.unit not in ("", "%") else line.now.shown


def _method(report: ExceptionReport) -> Section:
    """What the report rests on."""
    return section(
        "Data and method",
        data_words(report),
        "Better and worse are by what the board agreed is good; an arrow says which way the number went. What is "
        "said to last for several periods skips periods without a figure.",
        points=tuple(f"{problem.file}: {problem.message}" for problem in report.data_quality.first_problems),
    )
