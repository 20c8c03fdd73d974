"""How the value of an exception was worked out: each figure with its cells or files, in words and titles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pmf_engine.domain.audience import Audience
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.explanation.figure_sources import Cell, Source
from pmf_engine.evaluation.explanation.record_sources import Records
from pmf_engine.evaluation.rows import NoRow
from pmf_engine.judgement.formatting import show_count, show_date, show_number
from pmf_engine.report.item import Item, Worked
from pmf_engine.report.model import ExceptionReport, Level
from pmf_engine.report.row_words import RowWords
from pmf_engine.report.wording import sentence

MOST = 60
"""How many exceptions of a report have their workings, the gravest first: each takes a while."""


def with_workings(report: ExceptionReport, evaluation: Evaluation) -> ExceptionReport:
    """A report of an evaluation with the workings of its first exceptions; for the public without."""
    if evaluation.audience != Audience.BOARD:
        return report
    words, left = RowWords(evaluation.framework), MOST
    levels: list[Level] = []
    for level in report.levels:
        items = [
            replace(item, workings=_workings(evaluation, words, item)) if place < left else item
            for place, item in enumerate(level.items)
        ]
        left -= len(items)
        levels.append(replace(level, items=tuple(items)))
    return replace(report, levels=tuple(levels))


def _workings(evaluation: Evaluation, words: RowWords, item: Item) -> tuple[Worked, ...]:
    """The figures behind the whole of an indicator."""
    try:
        explanation = evaluation.explain(item.indicator.id, period=item.period.label)
    except NoRow:
        return ()
    return tuple(_worked(source, words) for source in explanation.sources)


def _worked(source: Source, words: RowWords) -> Worked:
    """A figure or an aggregate over a list, with what it came to and where that came from."""
    result = ""
    if source.reason:
        result = words.in_titles(source.reason)
    elif source.value is not None:
        grade = int(source.value) - 1 if source.value.is_integer() else -1
        in_scale = 0 <= grade < len(source.scale)
        result = source.scale[grade] if in_scale else show_number(source.value)
    how = [words.in_names(step) for step in source.how]
    lines = [*(sentence(step) for step in how), *_lines(source, words)]
    return Worked(source.title, source.period, result, tuple(lines))


def _lines(source: Source, words: RowWords) -> Iterator[str]:
    """The cells, files and missing returns of a figure, a sentence each."""
    for cell in source.cells:
        yield _cell(cell, words)
    for records in source.records:
        yield f"{records.file}: {records_words(records)}."
    for absent in source.absent:
        yield sentence(words.absent(absent))


def _cell(cell: Cell, words: RowWords) -> str:
    """A cell with what it says, whose it is and where it stands: `North: 12 (Police, 2016-17 Q1; x.csv, row 3).`"""
    group = f"{words.breakdown(cell.by).title} not known" if cell.by else "The whole"
    if cell.group is not None:
        group = words.agency(cell.group).title if cell.by == "agency" else cell.group
    place = f"{words.agency(cell.agency).title}, {cell.period}; {cell.file}, row {cell.row}"
    faults = " ".join(sentence(words.in_titles(why)) for why in (*(filter(None, (cell.set_aside,))), *cell.why))
    return " ".join(part for part in (f"{group}: {cell.text.strip() or 'blank'} ({place}).", faults) if part)


def records_words(records: Records) -> str:
    """A file of a list: how many records it has, of which days, and how many of its cells are refused."""
    days = ""
    if records.speaks_from and records.speaks_to:
        days = f", {show_date(records.speaks_from)} to {show_date(records.speaks_to)}"
    refused = f", {show_count(records.refused, 'cell')} refused" if records.refused else ""
    return f"{show_count(records.records, 'record')}{days}{refused}"
