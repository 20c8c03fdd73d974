"""The first screen on a terminal: at most 38 lines at 80 columns, and 30 from 120 columns on.

It is the one place where long titles are cut, with an ellipsis; `--detail` prints them whole.
"""

from __future__ import annotations

from rich.text import Text

from pmf_engine.judgement.formatting import show_date, show_months
from pmf_engine.render.terminal.page import Page, one_line, status_style
from pmf_engine.report.audience import marking_words
from pmf_engine.report.first_screen import ALERTS, FirstScreen
from pmf_engine.report.first_screen_words import (
    actions_words,
    advise_lines,
    alert_figures,
    alert_sentence,
    alert_title,
    ask_words,
    assure_sentences,
    data_sentences,
    groups_only_words,
    lead_words,
    level_counts,
    limits_words,
    since_words,
)
from pmf_engine.report.matters import Matter
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.since_words import causes_words
from pmf_engine.report.wording import MARKS, level_word, status_word

_WIDE = 120
"""From this width on, a matter takes two lines."""

_NARROW = 80
"""Below this width, nothing is cut: the first screen then takes the lines that it takes."""

_STATUSES = 5
"""How many statuses the middle part has a line for."""

_STATUS = 10
"""The width of a status with its symbol: `~ WITHHELD`."""


def write_first_screen(page: Page, screen: FirstScreen) -> None:
    """Writes the first screen."""
    report = screen.report
    if report.summary:
        _write_summary(page, report)
    _write_head(page, report)
    page.line()
    page.line(page.write(lead_words(screen)))
    page.line()
    _write_alert(page, screen)
    if screen.advise and not report.to:
        page.line()
        _write_advise(page, screen)
    page.line()
    _title(page, "ASSURE", "is anyone better off?")
    for words in assure_sentences(screen):
        _clipped(page, words)
    if page.width < _WIDE:
        page.line()
    data = data_sentences(screen)
    for label, words in zip(("DATA", *("" for _ in data[1:])), data, strict=True):
        _labelled(page, label, words)
    if promised := actions_words(screen):
        _labelled(page, "ACTIONS", promised)
    _labelled(page, "SINCE", since_words(screen))
    if report.since:
        _labelled(page, "", f"{causes_words(report.since)}.")


def _write_summary(page: Page, report: ExceptionReport) -> None:
    """Writes the chair's own words, whole, above the screen."""
    page.line(page.write(("From the chair", "bold")))
    for paragraph in report.summary:
        page.line(page.write(one_line(paragraph)), 1)
    page.line()


def _labelled(page: Page, label: str, words: str) -> None:
    """Writes words behind the label of a part."""
    head = page.write((f"{label:<8}", "bold"))
    _one_line(page, head, page.write(one_line(words)))


def _write_head(page: Page, report: ExceptionReport) -> None:
    """Writes the board, the period, the day, and what the report is limited to."""
    page.sides(
        page.write((one_line(report.board), "bold")), page.write((f"Exception report, {report.period.label}", "bold"))
    )
    day = f"{show_months(report.period)}. Returns received by {show_date(report.as_of)}."
    page.line(page.write(day))
    if report.audience == "public":
        page.line(page.write(one_line(marking_words(report))))
    limits = limits_words(report)
    if limits:
        page.line(page.write(one_line(f"Only {'; '.join(limits)}.")), hang=2)


def _title(page: Page, title: str, words: str, note: str = "") -> None:
    """Writes the title of a part in capitals, with words beside it and a note to the right."""
    page.sides(page.write((f"{title:<8}", "bold"), one_line(words)), page.write(note))


def _clipped(page: Page, words: str, indent: int = 1, lines: int = 1) -> None:
    """Writes words on some lines, cut where they are longer; on a page below 80 columns nothing is cut."""
    text = page.write(one_line(words))
    wrapped = page.wrapped(text, page.width - indent)
    if page.width >= _NARROW and len(wrapped) > lines:
        before = sum(line.cell_len + 1 for line in wrapped[: lines - 1])
        wrapped = [*wrapped[: lines - 1], page.clipped(text[before:], page.width - indent)]
    page.lines += [Text(" " * indent) + line for line in wrapped]


def _one_line(page: Page, head: Text, text: Text) -> None:
    """Writes a head and a text beside it, cut to one line; on a page below 80 columns wrapped."""
    if page.width < _NARROW:
        page.line(head + text, hang=min(head.cell_len, 8))
    else:
        page.lines.append(head + page.clipped(text, page.width - head.cell_len))


def _write_alert(page: Page, screen: FirstScreen) -> None:
    """Writes the first matters for the highest level in full, and the number of the rest."""
    alert = screen.alert
    note = f"{len(alert.matters):,}, {alert.new:,} new" if alert.matters else "none"
    _title(page, "ALERT", f"for {level_word(alert.level)} to decide", note)
    for matter in alert.matters[:ALERTS]:
        (_write_wide if page.width >= _WIDE else _write_narrow)(page, matter)
    rest = len(alert.matters) - ALERTS
    if rest > 0:
        page.line(page.write(f" and {rest:,} more"))


def _status(page: Page, status: str) -> Text:
    """A status with its symbol, filled up to the width of the longest."""
    mark = "" if page.plain else f"{MARKS[status]} "
    return page.write(
        (f"{mark}{status_word(status)}", status_style(status)), " " * (_STATUS - 2 - len(status_word(status)))
    )


def _write_narrow(page: Page, matter: Matter) -> None:
    """A matter in at most four lines: status and title; figures and what is behind them; what is asked of whom."""
    head = page.write(f"{matter.number:>2} ") + _status(page, matter.status) + Text(" ")
    _one_line(page, head, page.write((one_line(alert_title(matter)), "bold")))
    figures, lasted = alert_figures(matter)
    parts = [f"{figures}{f', {lasted}' if lasted else ''}.", alert_sentence(matter)]
    _clipped(page, " ".join(part for part in parts if part), 4, lines=2)
    _clipped(page, ask_words(matter), 4)


def _write_wide(page: Page, matter: Matter) -> None:
    """A matter in two lines: status, title, figures; and what is behind them with what is asked."""
    figures, lasted = alert_figures(matter)
    head = page.write(f"{matter.number:>2} ") + _status(page, matter.status) + Text(" ")
    indent, right = head.cell_len, 44
    title = page.clipped(page.write((one_line(alert_title(matter)), "bold")), page.width - indent - right - 2)
    gap = " " * (page.width - indent - right - title.cell_len)
    page.lines.append(head + title + page.write(gap) + page.clipped(page.write(f"{figures:<28}{lasted}"), right))
    _clipped(page, " ".join(part for part in (alert_sentence(matter), ask_words(matter)) if part), 4)


def _write_advise(page: Page, screen: FirstScreen) -> None:
    """Writes the number of matters of the other levels, and a line for each status."""
    counts = level_counts(screen)
    _labelled(page, "ADVISE", "; ".join(counts) or "nothing below")
    for line in advise_lines(screen, _STATUSES):
        head = Text(" ") + _status(page, line.status) + page.write(f"{line.count:>3}  ")
        _one_line(page, head, page.write(one_line(line.words)))
    if words := groups_only_words(screen):
        _clipped(page, words)
