"""What has changed since an earlier report was saved, by cause."""

from __future__ import annotations

from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.render.terminal.page import Page, one_line
from pmf_engine.report.since import Cause, SinceReport
from pmf_engine.report.since_words import CAUSES, change_title, change_words, levels_words


def write_changes(page: Page, since: SinceReport) -> None:
    """Writes every result that differs from what was reported, below its first cause."""
    page.heading(f"Since the report of {show_date(since.as_of)}", show_count(len(since.changes), "result"))
    for words in levels_words(since):
        page.line(page.write(f"{words[:1].upper()}{words[1:]}."))
    for cause in Cause:
        changes = [change for change in since.changes if change.causes[0] == cause]
        if not changes:
            continue
        page.line()
        page.line(page.write((CAUSES[cause][0], "bold")))
        for change in changes:
            also = [CAUSES[other][0].lower() for other in change.causes[1:]]
            words = "; ".join([change_words(change), *(f"also {other}" for other in also)])
            page.line(page.write(one_line(change_title(change))), 1, 2)
            page.line(page.write(one_line(words)), 3, 2)
