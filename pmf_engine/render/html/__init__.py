"""The exception report as one HTML file: no script, no network; the only place that imports jinja2.

Every text of people is escaped by the template, and loses control characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from pmf_engine.domain.plain_text import tamed
from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_date, show_months
from pmf_engine.render.html.charts import Lines, trend_chart
from pmf_engine.report.audience import data_words, left_out, marking_words
from pmf_engine.report.facts import matter_facts, matter_head, shown_words
from pmf_engine.report.first_screen import ALERTS, first_screen
from pmf_engine.report.first_screen_words import (
    actions_words,
    alert_figures,
    alert_sentence,
    alert_title,
    ask_words,
    assure_sentences,
    data_sentences,
    lead_words,
    limits_words,
    since_words,
)
from pmf_engine.report.item import Item, Point
from pmf_engine.report.matters import Matter
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.returns_by_agency import quarter_words
from pmf_engine.report.since import Cause
from pmf_engine.report.since_words import CAUSES, causes_words, change_title, change_words, levels_words
from pmf_engine.report.tables import titled_lines
from pmf_engine.report.wording import LETTERS, MARKS, QUESTIONS, level_word, sentence, status_word

__all__ = ["render_html"]

_HERE = Path(__file__).parent
_LONG = 2500
"""From this many characters of facts on, an exception may break across printed pages."""


def render_html(report: ExceptionReport) -> str:
    """The report as one HTML file, with its styles and charts inside."""
    screen = first_screen(report)
    return _template().render(
        report=report,
        screen=screen,
        levels=(screen.alert, *screen.advise),
        alerts=ALERTS,
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        marking=marking_words(report),
        left_out=left_out(report),
        read=data_words(report),
        months=show_months(report.period),
        day=show_date(report.as_of),
        limits="; ".join(limits_words(report)),
        lead=lead_words(screen),
        assure=assure_sentences(screen),
        data=data_sentences(screen),
        promised=actions_words(screen),
        since=since_words(screen),
        causes=causes_words(report.since) if report.since else "",
        causes_of=list(Cause),
        cause_titles=CAUSES,
        level_changes=list(levels_words(report.since)) if report.since else [],
        questions=QUESTIONS,
        grid=_grid(report),
        areas=[
            (area.title, list(titled_lines(lines)))
            for area, lines in groupby(report.indicators, key=lambda line: line.area)
        ],
    )


@cache
def _template() -> Template:
    """The template of the page: everything is escaped, and an unknown name is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters |= {
        "plain": plain_words,
        "mark": MARKS.__getitem__,
        "word": status_word,
        "status_class": status_class,
        "letter": lambda status: LETTERS.get(status, "?"),
        "level": lambda level: plain_words(level_word(level)),
        "title": alert_title,
        "figures": _figures,
        "behind": alert_sentence,
        "asked": ask_words,
        "sentence": sentence,
        "head": matter_head,
        "facts": matter_facts,
        "chart": _chart,
        "periods": _periods,
        "shown": shown_words,
        "returns": quarter_words,
        "change_title": change_title,
        "change_words": change_words,
        "is_long": lambda matter: sum(len(words) for fact in matter_facts(matter) for words in fact.sentences) > _LONG,
    }
    return environment.from_string((_HERE / "report.html.j2").read_text(encoding="utf-8"))


def plain_words(words: str) -> str:
    """A text of people on one line, without control characters."""
    return " ".join(tamed(words).split())


def status_class(status: str | None) -> str:
    """The class that colours a status."""
    return status if status in (Status.RED, Status.AMBER, Status.GREEN) else "other"


def _figures(matter: Matter) -> str:
    """The figures of a matter and for how long, as a sentence."""
    figures, lasted = alert_figures(matter)
    return f"{figures}{f', {lasted}' if lasted else ''}."


def _periods(points: Sequence[Point]) -> str:
    """The last periods in letters and values: `A 77.1%, R 70.8%`; a value without a rating has no letter."""
    shown = [(LETTERS.get(point.status, "?"), plain_words(point.shown), point.status) for point in points]
    return ", ".join(
        value if status == Status.NOT_RATED and value else f"{letter}\u00a0{value}".strip()
        for letter, value, status in shown
    )


def _chart(matter: Matter) -> Markup:
    """The chart of the first exception of a matter."""
    item = matter.first
    shown = [f"{point.period} {shown_words(point)}" for point in item.trend]
    description = f"{', '.join(shown)}. Good: {item.good or 'not rated'}."
    return Markup(trend_chart(item.trend, item.indicator.title, description, _lines(item), f"c{matter.number}"))


def _lines(item: Item) -> Lines:
    """The lines of an item's chart: the ends of its bands where each has one, and the limits of chance."""
    high = item.good_low is not None
    one_end = high != (item.good_high is not None)
    chart = item.chart if item.own_months == item.period.cadence.months else None
    return Lines(
        good=(item.good_low if high else item.good_high) if one_end else None,
        tolerable=(item.tolerance_low if high else item.tolerance_high) if one_end else None,
        high_is_good=high,
        mean=chart.mean if chart else None,
        lower=chart.lower_limit if chart else None,
        upper=chart.upper_limit if chart else None,
    )


def _grid(report: ExceptionReport) -> list[tuple[str, list[str]]]:
    """For each content area and question, how many of the rated indicators are good."""
    rows = []
    for area, lines in groupby(report.indicators, key=lambda line: line.area):
        of_area, cells = list(lines), []
        for kind in QUESTIONS:
            rated = [line for line in of_area if line.evidence_type == kind and line.now.status in Status.rated()]
            good = sum(line.now.status == Status.GREEN for line in rated)
            measured = any(line.evidence_type == kind for line in of_area)
            cells.append(f"{good} of {len(rated)} good" if rated else "not rated" if measured else "not measured")
        rows.append((area.title, cells))
    return rows
