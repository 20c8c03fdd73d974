"""Years above several quarters or months: whether these run within one year, or turn into the next on their way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pmf_engine.domain.periods import Period, parse_period
from pmf_engine.submissions.layouts.fits import Fit
from pmf_engine.submissions.layouts.gaps import Block
from pmf_engine.submissions.layouts.grid import Grid, Label
from pmf_engine.submissions.layouts.naming import PART, PERIOD, Lexicon
from pmf_engine.submissions.layouts.tables import in_year, labels_of_cells, meaning
from pmf_engine.submissions.problems import Problem, say


def turn_of(periods: Sequence[Period]) -> int | None:
    """The place of the first period that does not follow the ones before within their year; None where all do.

    Periods follow each other forwards, or backwards without a gap: `Q3 Q4 Q1` may go on in the next year, and so may
    `Q4 Q1`, while `Q4 Q3 Q2` runs backwards. A half behind its last quarter is the sum of what stands before it.

    >>> quarters = [parse_period(f"2016-17 Q{number}", 4) for number in (1, 2, 3, 4)]
    >>> turn_of([quarters[place] for place in (2, 3, 0)]), turn_of(quarters), turn_of(quarters[::-1])
    (2, None, None)
    >>> turn_of([*quarters[:2], parse_period("2016-17 H1", 4), *quarters[2:], parse_period("2016-17 H2", 4)])
    """
    direction = 0
    for place, (last, this) in enumerate(pairwise(periods), 1):
        if this.end == last.end and this.start < last.start:
            continue
        step = 1 if this.start > last.start else -1 if this.end == last.start else 0
        if step == 0 or (direction and step != direction):
            return place
        direction = step
    return None


def turning(grid: Grid, chosen: Sequence[tuple[Block, Fit]], lexicon: Lexicon) -> list[tuple[Block, Problem | None]]:
    """The blocks whose quarters or months may turn into the next year, the first of each kind with the problem.

    A year that stands beside each of its quarters or months leaves no doubt; one that stands once for several does.
    """
    refused: list[tuple[Block, Problem | None]] = []
    for block, fit in chosen:
        for labels in _runs(grid, block, fit, lexicon):
            if (problem := _problem(grid, labels, lexicon)) is not None:
                refused.append((block, problem))
                break
    titled = [(block, part) for block, fit in chosen if PERIOD in fit.fixed and (part := _part_in(block, lexicon))]
    of_titles: dict[str | None, tuple[Label, Label]] = {}
    for block, fit in chosen:
        if PERIOD in fit.fixed and (part := _part_in(block, lexicon)):
            of_titles.setdefault(lexicon.part(part.text), (fit.fixed[PERIOD], part))
    if (problem := _problem(grid, list(of_titles.values()), lexicon)) is not None:
        refused += [(block, None if number else problem) for number, (block, _) in enumerate(titled)]
    return refused


def _part_in(block: Block, lexicon: Lexicon) -> Label | None:
    """The quarter or month without its year that a title of a block is."""
    return next((title for title in block.titles if lexicon.part(title.text)), None)


def _runs(grid: Grid, block: Block, fit: Fit, lexicon: Lexicon) -> Iterator[Sequence[tuple[Label, Label]]]:
    """The quarters or months of each series of a block that one year covers, as labels in full and as they stand."""
    if PART not in fit.labels and PART not in fit.across:
        return
    series: dict[tuple[object, ...], list[tuple[Label, Label]]] = {}
    beside = PART in fit.labels and PERIOD in fit.labels
    for _, position, labels, _, _ in labels_of_cells(grid, block, fit, lexicon, in_full=False):
        part, year = labels.get(PART), labels.get(PERIOD)
        if part is None or year is None or not part.text:
            continue
        above = PART in fit.across and PERIOD in fit.across and year.column == grid.column(position)
        if not beside and not above:
            others = {role: label for role, label in labels.items() if role not in (PART, PERIOD)}
            key = (*meaning(others, lexicon), year.text, year.row if PERIOD in fit.labels else year.column)
            series.setdefault(key, []).append((in_year(year, part, lexicon), part))
    yield from series.values()


def _problem(grid: Grid, labels: Sequence[tuple[Label, Label]], lexicon: Lexicon) -> Problem | None:
    """The problem of a series of quarters or months under one year that turns."""
    read = [(period, part) for full, part in labels if (period := parse_period(full.text, lexicon.year_start, 1))]
    place = turn_of([period for period, _ in read])
    if place is None:
        return None
    before, label = read[place - 1][1], read[place][1]
    message = say("year-turns", text=label.text, before=before.text, example=read[place][0].label)
    return Problem(grid.file, grid.sheet, label.row or None, label.column or None, label.text, "year-turns", message)


def turning_sheets(grids: Iterable[Grid], lexicon: Lexicon) -> dict[int, list[Problem]]:
    """The sheets of a workbook, by their place, whose names are quarters or months that may turn into the next year.

    The first that turns has the problem of all.
    Only sheets whose cells name no period of their own rest on the name of the file for their year.
    """
    named = [
        (number, grid, period)
        for number, grid in enumerate(grids)
        if (part := lexicon.part(grid.sheet or ""))
        and (period := parse_period(lexicon.part_of(_ANY_YEAR[lexicon.year_start == 1], part), lexicon.year_start, 1))
        and not any(lexicon.is_period(text) for row in grid.rows for text in row.cells if text and not text.isdigit())
    ]
    place = turn_of([period for _, _, period in named])
    if place is None:
        return {}
    first, grid, period = named[place]
    message = say("year-turns", text=grid.sheet, before=named[place - 1][1].sheet, example=period.label)
    problem = Problem(grid.file, grid.sheet, None, None, grid.sheet, "year-turns", message)
    return {number: [problem] if number == first else [] for number, _, _ in named}


_ANY_YEAR = ("2016-17", "2016")
"""A year, of boards whose year starts in another month than January and in January, to tell the order of its parts."""
