"""The exception report on a terminal, for reading at a meeting; the one place that knows rich.

A status is always a word and a mark of its own, so that colour only helps. Everything people wrote goes in as plain
text: brackets, control characters and the like mean nothing here. Lines wrap, nothing is cut.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date, show_months, trend
from pmf_engine.report.model import ExceptionReport, GroupsOver, Item, LateReturn, Outside, Recovered
from pmf_engine.report.wording import (
    LETTERS,
    MARKS,
    QUESTIONS,
    carried_words,
    charts_words,
    group_words,
    interval_words,
    lasting_words,
    over_words,
    parts_words,
    raised_words,
    rule_words,
    signal_words,
    status_word,
    tamed,
    travel_words,
    value_words,
    year_ago_words,
)

NARROWEST = 40
WIDE = 130
"""From this width on, items are rows of columns."""
_LONGEST_ROW = 110
_FACTS = 28
"""The width of an item's facts: `▼ worsening, year ago 100.0%`."""
_MOST_MARKS = 400
"""How many indicators are drawn one mark each."""

# Light on dark, dark on light, and blue for green: told apart by brightness where hues look alike.
_STYLES: Mapping[str, str] = {
    Status.RED: "bold white on red",
    Status.AMBER: "bold black on yellow",
    Status.GREEN: "cyan",
    Status.LATE: "bold magenta",
    Status.NOT_DUE: "dim",
}
_ASCII = str.maketrans(
    {
        "■": "#", "◆": "+", "●": "o", "○": "-", "÷": "/", "·": ".", "▲": "^", "▼": "v", "►": ">",
        "─": "-", "\u2013": "-", "—": "-", "\u2018": "'", "\u2019": "'", "“": '"', "”": '"', "…": "...", "•": "*",
    }
)  # fmt: skip

_Part = str | tuple[str, str]


def render_terminal(report: ExceptionReport, *, width: int, color: bool, ascii: bool = False) -> str:
    """The report as text of at most `width` cells a line (40 at least), ending in a line break.

    With `color` it holds escape codes; with `ascii` only ASCII characters, for terminals that know no others.
    """
    page = _Page(max(width, NARROWEST), ascii)
    _head(page, report)
    _levels(page, report)
    _watch(page, report.watch, "Outside what is good, and no rule sends it up")
    _watch(page, report.without_value, "Without a value, and no rule sends it up")
    _late(page, report)
    _over(page, report.recovered, "Green again")
    _over(page, report.ended, "No longer an exception, though not by turning green")
    _groups_over(page, report)
    _unrated(page, report)
    _observations(page, report)
    _foot(page, report)
    return page.text(color)


class _Page:
    """Lines of text of a given width, as they come."""

    def __init__(self, width: int, ascii: bool) -> None:
        self.width = width
        self.ascii = ascii
        self.lines: list[Text] = []
        self.console = Console(file=StringIO(), width=width, color_system=None)

    def write(self, *parts: _Part) -> Text:
        """A text of parts, each plain or with a style."""
        text = Text()
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            text.append(_clean(words, self.ascii), style)
        return text

    def wrapped(self, text: Text, width: int, hang: int = 0) -> list[Text]:
        """The text in lines of a width, all but the first moved in by `hang`."""
        if hang and (first := text.wrap(self.console, width, overflow="fold", tab_size=1)) and len(first) > 1:
            rest = text[len(first[0].plain) :]
            while rest.plain.startswith(" "):
                rest = rest[1:]
            moved = [Text(" " * hang) + line for line in self.wrapped(rest, width - hang)]
            return [first[0], *moved]
        return list(text.wrap(self.console, width, overflow="fold", tab_size=1))

    def line(self, text: Text | None = None, indent: int = 0, hang: int = 0) -> None:
        """Adds a text, wrapped to the page, moved in by `indent`."""
        for line in self.wrapped(text or Text(), self.width - indent, hang):
            self.lines.append(Text(" " * indent) + line)

    def columns(self, cells: Sequence[tuple[int, Sequence[Text]]], indent: int = 0) -> None:
        """Adds texts side by side, each cell its texts below one another in so many characters, a gap of 2 between."""
        stacks = [[line for text in texts for line in self.wrapped(text, width, 2)] for width, texts in cells]
        for row in zip_longest(*stacks):
            line = Text(" " * indent)
            for (width, _), part in zip(cells, row, strict=True):
                part = part.copy() if part is not None else Text()
                part.rstrip()
                line += part + Text(" " * (width - part.cell_len + 2))
            self.lines.append(line)

    def heading(self, title: str, note: str = "") -> None:
        """Adds the name of a section, with a note to its right where there is room, and a rule under it."""
        self.line()
        left, right = self.write((title, "bold")), self.write(note)
        if left.cell_len + right.cell_len + 2 <= self.width:
            self.line(left + Text(" " * (self.width - left.cell_len - right.cell_len)) + right)
        else:
            self.line(left)
            self.line(right)
        self.line(self.write(("─" * self.width, "dim")))

    def text(self, color: bool) -> str:
        """All lines, none with spaces at its end."""
        out = StringIO()
        console = Console(
            file=out,
            width=self.width,
            color_system="standard" if color else None,
            force_terminal=color,
            no_color=not color,
            legacy_windows=False,
        )
        for line in self.lines:
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)
        return out.getvalue()


def _clean(words: str, ascii: bool) -> str:
    """The words as `tamed` has them, in ASCII only where that is asked for."""
    kept = tamed(words)
    if not ascii:
        return kept
    plain = unicodedata.normalize("NFKD", kept.translate(_ASCII))
    return "".join(char for char in plain if not unicodedata.combining(char)).encode("ascii", "replace").decode()


def _one_line(words: str) -> str:
    return " ".join(words.split())


# -- the head -----------------------------------------------------------------------


def _head(page: _Page, report: ExceptionReport) -> None:
    page.line(page.write((report.board, "bold")))
    page.line(page.write((f"Exception report, {report.period.label}", "bold"), f" ({show_months(report.period)})"))
    page.line(page.write(f"as known on {show_date(report.as_of)}"))
    if report.agency:
        page.line(page.write(f"only indicators led by {report.agency.title}"))
    if report.to:
        page.line(page.write(f"only what goes to {report.to.title} or above"))
    page.line()
    if highest := next((level for level in report.levels if level.items), None):
        up = f"{show_count(report.exceptions, 'exception')}, {len(highest.items):,} of them to {highest.level.title}"
    else:
        up = "No exceptions"
    late = sum(len(one.returns) for one in report.late)
    page.line(page.write((f"{up}; {show_count(late, 'figure') if late else 'nothing'} late.", "bold")), hang=2)
    page.line()
    total = sum(report.counts.values())
    _flow(page, [_count(page, status, count) for status, count in report.counts.items() if count])
    if total <= _MOST_MARKS:
        page.line(page.write(*((MARKS[status] * count, _style(status)) for status, count in report.counts.items())))
    page.line()
    _evidence(page, report, total)


def _count(page: _Page, status: str, count: int) -> Text:
    return page.write((f"{MARKS[status]} {status_word(status)}", _style(status)), f" {count:,}")


def _flow(page: _Page, texts: Iterable[Text], indent: int = 0, gap: int = 3) -> None:
    """Texts one after another, a new line where the next does not fit."""
    line = Text()
    for text in texts:
        if line.cell_len and line.cell_len + gap + text.cell_len > page.width - indent:
            page.line(line, indent)
            line = Text()
        line += (Text(" " * gap) if line.cell_len else Text()) + text
    page.line(line, indent)


def _evidence(page: _Page, report: ExceptionReport, total: int) -> None:
    heads = ("RED", "AMBER", "GREEN", "not rated", "no value", "not due")
    missing = [status for status in Status.missing() if status != Status.NOT_DUE]
    rows = []
    for kind, counts in [*report.evidence.items(), ("", report.counts)]:
        numbers = [counts[status] for status in (Status.RED, Status.AMBER, Status.GREEN, Status.NOT_RATED)]
        numbers += [sum(counts[status] for status in missing), counts[Status.NOT_DUE]]
        rows.append((QUESTIONS.get(kind, f"All {show_count(total, 'indicator')}"), numbers))
    label = max(len(question) for question, _ in rows) + 2
    if label + sum(len(head) + 3 for head in heads) <= page.width:
        page.line(page.write(" " * label, *((head.rjust(len(head) + 3), "dim") for head in heads)))
        for question, numbers in rows:
            cells = (f"{number or '-':>{len(head) + 3}}" for head, number in zip(heads, numbers, strict=True))
            page.line(page.write(question.ljust(label), *cells))
        return
    for question, numbers in rows:
        said = [f"{head} {number:,}" for head, number in zip(heads, numbers, strict=True) if number]
        page.line(page.write(f"{question} ", ", ".join(said) or "nothing"), hang=2)


# -- exceptions -----------------------------------------------------------------------


def _levels(page: _Page, report: ExceptionReport) -> None:
    number = 0
    for level in report.levels:
        page.heading(f"To: {level.level.title}", show_count(len(level.items), "exception") if level.items else "none")
        for item in level.items:
            number += 1
            page.line()
            (_wide if page.width >= WIDE else _block)(page, report, item, number)
    if report.below:
        page.line()
        page.line(page.write(f"{show_count(report.below, 'more exception')} below this level."))


def _block(page: _Page, report: ExceptionReport, item: Item, number: int) -> None:
    """An item on a narrow page: what it is, then its facts in two columns, then words."""
    indent = 4
    head = page.write(f"{number:>2}  ", _status(item.status), "  ")
    page.line(head + page.write((_one_line(item.indicator.title), "bold")), hang=min(head.cell_len, 12))
    page.line(page.write(_lead(report, item)), indent, 2)
    for text in _gone(page, item):
        page.line(text, indent, 2)
    left, right = _facts(page, item), [*_bands(page, item), page.write(lasting_words(item))]
    room = page.width - indent
    if room >= 70:
        page.columns([(_FACTS, left), (room - _FACTS - 2, right)], indent)
    else:
        for text in (*left, *right):
            page.line(text, indent, 2)
    page.line(page.write(("rule: ", "dim"), rule_words(item)), indent, 2)
    for text in _history(page, item):
        page.line(text, indent, 2)
    _words(page, item, indent)


def _wide(page: _Page, report: ExceptionReport, item: Item, number: int) -> None:
    """An item on a wide page: a row of columns, then words."""
    areas = "; ".join(_one_line(area.title) for area in item.content_areas)
    about = [
        page.write((_one_line(item.indicator.title), "bold")),
        page.write(_lead(report, item, item.lead_officer)),
        page.write((f"{item.evidence_type}, {item.level}: {areas}", "dim")),
    ]
    bands = _bands(page, item)
    if item.reference:
        bands.append(page.write((f"({_one_line(item.reference)})", "dim")))
    lasting = [page.write(part) for part in lasting_words(item).split(", ")]
    digits = max(2, len(str(number)))
    room = page.width - digits - 12 - _FACTS - 28 - 10
    page.columns(
        [
            (digits, [page.write(f"{number:>2}")]),
            (12, [page.write(_status(item.status))]),
            (room * 5 // 9, about),
            (_FACTS, _facts(page, item)),
            (room - room * 5 // 9, bands),
            (28, [*lasting, page.write(("rule: ", "dim"), rule_words(item)), *_history(page, item)]),
        ]
    )
    for text in _gone(page, item):
        page.line(text, 18, 2)
    _words(page, item, 18)


def _lead(report: ExceptionReport, item: Item, officer: str | None = None) -> str:
    words = _one_line(item.agency.title) + (f" ({_one_line(officer)})" if officer else "")
    return words if item.period == report.period else f"{words}; figures for {item.period.label}"


def _gone(page: _Page, item: Item) -> list[Text]:
    """What the status does not say by itself: that only groups go up, why there is no value, what was last known."""
    texts = []
    if item.group_only:
        texts.append(page.write("Only groups go up; the whole does not."))
    if item.status in Status.missing() and item.reason:
        texts.append(page.write(_one_line(item.reason)))
    if item.carried:
        texts.append(page.write((carried_words(item.carried), "bold")))
    return texts


def _facts(page: _Page, item: Item) -> list[Text]:
    """The value, where it is going, and the line of the last periods with the letter of each status."""
    parts = parts_words(item)
    texts = [page.write((value_words(item), "bold"), f" ({parts})" if parts else "")]
    texts += [page.write(travel) for travel in (travel_words(item), year_ago_words(item)) if travel]
    if len(item.trend) > 1:
        letters = "".join(LETTERS.get(point.status, "?") for point in item.trend)
        blocks = trend([point.value for point in item.trend], ascii=page.ascii)
        texts.append(page.write(blocks, (f"  {letters}", "dim")))
    return texts


def _bands(page: _Page, item: Item) -> list[Text]:
    bands = [(name, words) for name, words in (("good", item.good), ("tolerance", item.tolerance)) if words]
    texts = [page.write((f"{name}: ", "dim"), _one_line(words)) for name, words in bands] or [page.write("not rated")]
    if chance := interval_words(item):
        texts.append(page.write((chance, "dim")))
    beside = [page.write((f"{_one_line(one.of.title)}: ", "dim"), one.shown or "no value") for one in item.compared]
    return texts + beside


def _history(page: _Page, item: Item) -> list[Text]:
    """Since when it has been an exception, and what its control chart signals."""
    months = item.period.cadence.months
    said = [
        ("raised", raised_words(item.raised, months) if item.raised else ""),
        ("signal", signal_words(item.chart, months)),
    ]
    return [page.write((f"{name}: ", "dim"), _one_line(words)) for name, words in said if words]


def _words(page: _Page, item: Item, indent: int) -> None:
    """The groups outside, and what agencies say."""
    for outside in item.outside:
        page.line(_groups(page, outside, item.period.cadence.months), indent, 2)
    for comment in item.comments:
        of = f", of {_one_line(comment.group)}" if comment.group else ""
        said = page.write((f"“{_one_line(comment.words)}”", "italic"), f" — {_one_line(comment.agency.title)}{of}")
        page.line(said, indent, 2)


def _groups(page: _Page, outside: Outside | GroupsOver, months: int) -> Text:
    """The groups outside, by status: `District, 2 of 12: RED Basildon 34.1%; AMBER Harlow 22.0%`."""
    text = page.write(f"{_one_line(outside.by.title)}, {len(outside.groups)} of {outside.of}: ")
    for place, status in enumerate(dict.fromkeys(group.status for group in outside.groups)):
        said = ", ".join(_one_line(group_words(group, months)) for group in outside.groups if group.status == status)
        text += page.write("; " if place else "", (status_word(status), _style(status)), f" {said}")
    return text


# -- the rest -----------------------------------------------------------------------------


def _watch(page: _Page, items: Sequence[Item], title: str) -> None:
    if not items:
        return
    page.heading(title, show_count(len(items), "indicator"))
    for item in items:
        travel = travel_words(item).split(",")[0] if item.direction else ""
        year_ago = year_ago_words(item) if item.year_ago and item.year_ago.direction != item.direction else ""
        chance = interval_words(item) if item.by_interval else ""
        known = carried_words(item.carried) if item.carried else ""
        why = item.reason or "" if item.status in Status.missing() else f"good: {item.good}"
        signal = signal_words(item.chart, item.period.cadence.months)
        facts = [value_words(item), travel, year_ago, why, chance, known, f"signal: {signal}" if signal else ""]
        _row(page, item.status, item.indicator.title, item.agency.title, facts)


def _row(page: _Page, status: str, title: str, agency: str, facts: Sequence[str]) -> None:
    """A status, a title, what there is to say of it (the first of it bold) and an agency, side by side or below."""
    said = page.write((_one_line(facts[0]), "bold"), *(f"; {_one_line(fact)}" for fact in facts[1:] if fact))
    left = max(9, len(status_word(status)) + 2)
    if page.width >= WIDE:
        room = page.width - left - 6
        page.columns(
            [
                (left, [page.write(_status(status))]),
                (room * 2 // 5, [page.write((_one_line(title), "bold"))]),
                (room * 3 // 10, [said]),
                (room * 3 // 10, [page.write(_one_line(agency))]),
            ]
        )
        return
    said += page.write(f"; {_one_line(agency)}")
    page.columns([(left, [page.write(_status(status))]), (page.width - left - 2, [page.write(_one_line(title)), said])])


def _late(page: _Page, report: ExceptionReport) -> None:
    count = sum(len(one.returns) for one in report.late)
    page.heading("Late returns", show_count(count, "figure") if count else "none")
    for agency in report.late:
        page.line(page.write((_one_line(agency.agency.title), "bold")), hang=2)
        batches: dict[tuple[str, int], list[LateReturn]] = {}
        for late in agency.returns:
            batches.setdefault((late.period, late.days_late), []).append(late)
        for (period, days), returns in batches.items():
            due = f" {show_count(days, 'day')}: {period}, due {show_date(returns[0].due)}"
            page.line(page.write(_status(Status.LATE), due), 2, 2)
            for late in returns:
                again = f" ({show_count(late.run, 'period')} running)" if late.run > 1 else ""
                page.line(page.write(_one_line(late.figure.title) + again), 4, 2)
            waiting = dict.fromkeys(_one_line(one.title) for late in returns for one in late.waiting)
            if waiting:
                page.line(page.write((f"waiting: {'; '.join(waiting)}", "dim")), 4, 2)


def _over(page: _Page, found: Sequence[Recovered], title: str) -> None:
    if not found:
        return
    page.heading(title, show_count(len(found), "indicator"))
    for one in found:
        facts = [one.now.shown or "no value", *over_words(one)]
        _row(page, one.now.status or "", one.indicator.title, one.agency.title, facts)


def _groups_over(page: _Page, report: ExceptionReport) -> None:
    if not report.groups_over:
        return
    count = sum(len(one.groups) for one in report.groups_over)
    page.heading("Groups no longer an exception", show_count(count, "group"))
    for one in report.groups_over:
        months = report.period.cadence.months
        page.line(page.write((_one_line(one.indicator.title), "bold"), f"; {_one_line(one.agency.title)}"), hang=2)
        page.line(_groups(page, one, months), 2, 2)


def _unrated(page: _Page, report: ExceptionReport) -> None:
    if not report.unrated:
        return
    page.heading("For information, not rated", show_count(len(report.unrated), "indicator"))
    for item in report.unrated:
        words = (item.indicator.title, value_words(item), travel_words(item))
        title, value, before = (page.write(_one_line(text)) for text in words)
        if page.width >= 72:
            room = min(page.width, _LONGEST_ROW)
            page.columns([(room - 37, [title]), (18, [value]), (15, [before])])
        else:
            page.line(title, hang=2)
            page.line(value + page.write("  ") + before, 2, 2)


def _observations(page: _Page, report: ExceptionReport) -> None:
    if not report.observations:
        return
    page.heading("What agencies observed", show_count(len(report.observations), "observation"))
    for one in report.observations:
        page.line(page.write((_one_line(one.figure.title), "bold"), f", {_one_line(one.agency.title)}"), hang=2)
        page.line(page.write((f"“{_one_line(one.words)}”", "italic")), 2)


def _foot(page: _Page, report: ExceptionReport) -> None:
    quality = report.data_quality
    lists = f"{show_count(quality.records_read, 'record')} in {show_count(quality.lists, 'file')} of lists; "
    lists = lists if quality.lists else ""
    page.heading("Data and legend")
    page.line(page.write(f"Not due yet: {show_count(report.not_due, 'figure')}."))
    page.line(
        page.write(
            f"Data: {show_count(quality.files, 'file')}, {show_count(quality.cells_read, 'cell')} read = "
            f"{quality.cells_used:,} used + {quality.cells_set_aside:,} set aside; "
            f"{lists}{show_count(quality.problems, 'problem')} reported."
        ),
        hang=2,
    )
    if report.charts:
        page.line(page.write(f"Control charts: {charts_words(report.charts)}."), hang=2)
    for words in (
        "▲ improving, ▼ worsening, ► unchanged: whether it gets better, not whether it rises.",
        "Lines of blocks and letters: the last periods, oldest first, their values and statuses. R red, A amber, "
        "G green, - not rated, L late, ? without a value for another reason, · not due or nothing known.",
        "Rules `for N periods` skip periods without a value.",
    ):
        page.line(page.write((words, "dim")), hang=2)


def _status(status: str) -> tuple[str, str]:
    return f"{MARKS[status]} {status_word(status)}", _style(status)


def _style(status: str) -> str:
    return _STYLES.get(status, "magenta" if status in Status.missing() else "")
