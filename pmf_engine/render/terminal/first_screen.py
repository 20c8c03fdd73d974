"""The first screen on a terminal: at most 38 lines at 80 columns, and 30 from 120 columns on.

Every text is whole where the lines allow it: blank lines go first, the lowest first, and only then are long texts cut,
with an ellipsis. `--detail` prints all of them whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from pmf_engine.domain.audience import Audience
from pmf_engine.judgement.formatting import show_date, show_months
from pmf_engine.render.terminal.page import Page, one_line, status_style
from pmf_engine.report.audience import left_out, marking_words
from pmf_engine.report.first_screen import ALERTS, FirstScreen
from pmf_engine.report.first_screen_words import (
    actions_words,
    advise_lines,
    alert_figures,
    alert_sentence,
    alert_title,
    ask_words,
    assure_sentences,
    below,
    beside_words,
    count_and_new,
    data_sentences,
    lead_words,
    level_counts,
    limits_words,
    since_words,
)
from pmf_engine.report.matters import Matter
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.since_words import causes_words
from pmf_engine.report.wording import MARKS, level_word, sentence, status_word

_WIDE = 120
"""From this width on, the figures of a matter stand beside its title."""

_MOST_LINES: Sequence[tuple[int, int]] = ((_WIDE, 30), (80, 38))
"""The least width of a page, and the most lines of its first screen; a narrower page takes the lines that it takes."""

_WHOLE, _SHORTEST = 1000, 1
"""The most lines of a text: as many as it takes, and as few as it can."""

_STATUSES = 5
"""How many statuses the middle part has a line for."""

_STATUS = 10
"""The width of a status with its symbol: `~ WITHHELD`."""


def write_first_screen(page: Page, screen: FirstScreen) -> None:
    """Writes the first screen, with as much of each text as its lines allow."""
    if screen.report.summary:
        _write_summary(page, screen.report)
    start = len(page.lines)
    most_lines = next((lines for width, lines in _MOST_LINES if page.width >= width), None)
    for most in (_WHOLE, 3, 2, _SHORTEST):
        del page.lines[start:]
        _write(page, screen, most)
        if most_lines is None or _shortened(page.lines, start, most_lines):
            return


def _shortened(lines: list[Text], start: int, most: int) -> bool:
    """Drops blank lines, the last first, until there are at most so many lines; whether there are."""
    blank = [place for place in range(start, len(lines)) if not lines[place].plain]
    if len(lines) - start - len(blank) > most:
        return False
    for place in blank[::-1][: max(len(lines) - start - most, 0)]:
        del lines[place]
    return True


def _write(page: Page, screen: FirstScreen, most: int) -> None:
    """Writes the screen with at most so many lines of each text."""
    report = screen.report
    _write_head(page, report)
    page.line()
    page.line(page.write(lead_words(screen)))
    page.line()
    _write_alert(page, screen, most)
    if any(level.matters for level in screen.advise) or (screen.advise and not report.to):
        page.line()
        _write_advise(page, screen, most)
    page.line()
    _title(page, "ASSURE", "is anyone better off?")
    for words in assure_sentences(screen):
        _lines(page, Text(" "), words, most)
    page.line()
    _labelled(page, "DATA", " ".join(data_sentences(screen)), most + 1)
    if promised := actions_words(screen):
        _labelled(page, "ACTIONS", promised, most)
    _labelled(page, "SINCE", since_words(screen), most)
    if report.since:
        _labelled(page, "", f"{causes_words(report.since)}.", most)


def _write_summary(page: Page, report: ExceptionReport) -> None:
    """Writes the chair's own words, whole, above the screen."""
    page.line(page.write(("From the chair", "bold")))
    for paragraph in report.summary:
        page.line(page.write(one_line(paragraph)), 1)
    page.line()


def _labelled(page: Page, label: str, words: str, most: int) -> None:
    """Writes words behind the label of a part."""
    _lines(page, page.write((f"{label:<8}", "bold")), words, most)


def _write_head(page: Page, report: ExceptionReport) -> None:
    """Writes the board, the period, the day, and what the report is limited to."""
    page.sides(
        page.write((one_line(report.board), "bold")), page.write((f"Exception report, {report.period.label}", "bold"))
    )
    day = f"{show_months(report.period)}. Returns received by {show_date(report.as_of)}."
    page.line(page.write(day))
    if report.audience == Audience.PUBLIC:
        page.line(page.write(one_line(marking_words(report))))
    limits = limits_words(report)
    if limits:
        page.line(page.write(one_line(f"Only {'; '.join(limits)}.")), hang=2)


def _title(page: Page, title: str, words: str, note: str = "") -> None:
    """Writes the title of a part in capitals, with words beside it and a note to the right, or before them."""
    head, words = page.write((f"{title:<8}", "bold")), one_line(words)
    if note and (page.plain or head.cell_len + cell_len(words) + 2 + len(note) > page.width):
        page.line(head + page.write(f"{note}: {words}"), hang=len(head))
    else:
        page.sides(head + page.write(words), page.write(note))


def _lines(page: Page, head: Text, words: str, most: int, style: str = "") -> None:
    """Writes words beside a head, on at most so many lines, the last of them cut where there is more."""
    indent = head.cell_len if page.width >= _MOST_LINES[-1][0] else min(head.cell_len, 8)
    text = page.write((one_line(words), style))
    if indent < head.cell_len:
        page.line(head + text, hang=indent)
        return
    width = page.width - indent
    wrapped = page.wrapped(text, width)
    if len(wrapped) > most:
        before = sum(len(line.plain) + 1 for line in wrapped[: most - 1])
        wrapped = [*wrapped[: most - 1], page.clipped(text[before:], width)]
    heads = [head, *(Text(" " * indent) for _ in wrapped[1:])]
    page.lines += [head + line for head, line in zip(heads, wrapped, strict=True)]


def _write_alert(page: Page, screen: FirstScreen, most: int) -> None:
    """Writes the first matters for the highest level in full, and the number of the rest."""
    alert = screen.alert
    shown = count_and_new(alert.matters)
    shown = "none shown" if not alert.matters and left_out(screen.report) else shown
    _title(page, "ALERT", f"for {level_word(alert.level)} to decide", shown)
    for matter in alert.matters[:ALERTS]:
        (_write_wide if page.width >= _WIDE else _write_narrow)(page, matter, most)
    rest = len(alert.matters) - ALERTS
    if rest > 0:
        page.line(page.write(f" and {rest:,} more"))


def _status(page: Page, status: str) -> Text:
    """A status with its symbol, filled up to the width of the longest."""
    mark = "" if page.plain else f"{MARKS[status]} "
    return page.write(
        (f"{mark}{status_word(status)}", status_style(status)), " " * (_STATUS - 2 - len(status_word(status)))
    )


def _write_narrow(page: Page, matter: Matter, most: int) -> None:
    """A matter in some four lines: status and title; figures and what is behind them; what is asked of whom."""
    _lines(page, _matter_head(page, matter), alert_title(matter), most, "bold")
    _lines(page, Text("    "), _sentences(sentence(_figures(matter)), alert_sentence(matter)), most + 1)
    _lines(page, Text("    "), ask_words(matter), most)


def _write_wide(page: Page, matter: Matter, most: int) -> None:
    """A matter in some two lines: status, title and figures; what is behind them and what is asked of whom."""
    head, title = _matter_head(page, matter), page.write((one_line(alert_title(matter)), "bold"))
    figures, behind = page.write(_figures(matter)), _sentences(alert_sentence(matter), ask_words(matter))
    room = page.width - head.cell_len - figures.cell_len - 2
    if page.plain or (title.cell_len > room and most == _WHOLE):
        _lines(page, head, title.plain, most, "bold")
        behind = _sentences(f"{figures.plain}.", behind)
    else:
        page.sides(head + page.clipped(title, room), figures)
    _lines(page, Text("    "), behind, most)


def _figures(matter: Matter) -> str:
    return ", ".join(part for part in alert_figures(matter) if part)


def _sentences(*sentences: str) -> str:
    return " ".join(words for words in sentences if words)


def _matter_head(page: Page, matter: Matter) -> Text:
    """The number and the status of a matter."""
    return page.write(f"{matter.number:>2} ") + _status(page, matter.status) + Text(" ")


def _write_advise(page: Page, screen: FirstScreen, most: int) -> None:
    """Writes the number of matters of the other levels, and a line for each status."""
    note, nothing = count_and_new(below(screen)), "nothing shown" if left_out(screen.report) else "nothing below"
    _title(page, "ADVISE", "; ".join(level_counts(screen)) or nothing, "" if note == "none" else note)
    for line in advise_lines(screen, _STATUSES):
        status = _status(page, line.status) if line.status else page.write(f"{'others':>{_STATUS}}")
        head = Text(" ") + status + page.write(f"{line.count:>{_STATUS + 3 - status.cell_len}}  ")
        _lines(page, head, line.words, most)
    if words := beside_words(screen):
        _lines(page, Text(" "), words, most)
