"""The exceptions in full, by level of governance: each with its facts, a label and sentences."""

from __future__ import annotations

from pmf_engine.judgement.formatting import show_count, trend
from pmf_engine.render.terminal.page import Page, marked_status, one_line
from pmf_engine.report.audience import left_out
from pmf_engine.report.facts import TREND, matter_facts, matter_head, shown_words
from pmf_engine.report.first_screen import FirstScreen
from pmf_engine.report.first_screen_words import alert_title
from pmf_engine.report.item import Item, Point
from pmf_engine.report.matters import Matter
from pmf_engine.report.wording import LETTERS, QUESTIONS, level_word

_LABEL = 10


def write_exceptions(page: Page, screen: FirstScreen) -> None:
    """Writes the matters of each level, the highest first."""
    for level in (screen.alert, *screen.advise):
        nothing = "none shown" if left_out(screen.report) else "none"
        count = show_count(len(level.matters), "matter") if level.matters else nothing
        page.heading(f"With {level_word(level.level)}", count)
        for matter in level.matters:
            page.line()
            _write_matter(page, matter, screen.report.period.label)


def _write_matter(page: Page, matter: Matter, period: str) -> None:
    """Writes a matter: its head, what it is about, and its facts."""
    item = matter.first
    head = page.write(f"{matter.number:>2}  ", marked_status(page, matter.status), "  ")
    page.line(head + page.write((one_line(alert_title(matter)), "bold")), hang=4)
    if words := matter_head(matter):
        page.line(page.write(one_line(words)), 4, 2)
    areas = "; ".join(one_line(area.title) for area in item.content_areas)
    about = f"{QUESTIONS[item.evidence_type]}  {areas}. Lead: {one_line(item.agency.title)}."
    page.line(page.write((about, "dim")), 4, 2)
    if item.period.label != period:
        page.line(page.write((f"Figures for {item.period.label}.", "dim")), 4)
    for fact in matter_facts(matter):
        page.fact(fact.label, fact.paragraphs, 4, _LABEL)
        if fact.label == TREND and (drawn := trend_line(page, item)):
            page.line(page.write(drawn), 4 + _LABEL)


def trend_line(page: Page, item: Item) -> str:
    """The last periods as blocks and letters, with the first and the last; in words on a plain page."""
    points = item.trend
    if len(points) < 2:
        return ""
    return drawn_points(page, points) + f"  {points[0].period} to {points[-1].period}"


def drawn_points(page: Page, points: tuple[Point, ...]) -> str:
    """Points as blocks and letters; in words on a plain page."""
    if page.plain:
        return ", ".join(shown_words(point) for point in points) + ";"
    blocks = trend([point.value for point in points], ascii=page.ascii)
    letters = " ".join(LETTERS.get(point.status, "?") for point in points)
    return f"{blocks}  {letters}"
