"""The rows that papers publish of random boards, each with its numbers as sums of counts, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import nan
from random import Random
from typing import NamedTuple

import pmf_engine as pmf
from pmf_engine.disclosure.tables import Row
from tests.support.secret_counts import LARGE, Cell, Linear, Secrets, Shape

LIMIT = 6

FIGURES = """
board: {name: B, submissions: returns}
agencies: {care: Care}
content_areas: {area: Area}
lists: {ended: {title: Ended, from: care, date: day, columns: {day: date, before: number, after: number}}}
breakdowns: {district: {title: District, groups: [A, B, C, D]}, ward: {title: Ward, groups: [K, L]}}
figures:
  all: {title: All, from: care, kind: flow, frequency: quarterly}
  part: {title: Part, from: care, kind: flow, frequency: quarterly}
  other: {title: Other, from: care, kind: flow, frequency: quarterly}
  deep: {title: Deep, from: care, kind: flow, frequency: quarterly}
indicators:
"""
FORMULAS = {
    "share": "percent(part, all)",
    "share_of_other": "percent(other, all)",
    "share_in_part": "percent(deep, part)",
    "number": "part",
    "both": "part + other",
    "without": "all - other",
    "of_year": "rolling_year(part)",
    "so_far": "year_to_date(part)",
    "before": "previous(other)",
}
FORMULA_OF_SMALL = {"of_half": "rolling_months(part, 6)"}
"""A formula over two quarters, of boards that have no more than four."""

INDICATOR = (
    "  {id}: {{title: {id}, content_area: area, evidence_type: quantity, lead_agency: care, frequency: quarterly, "
    "formula: '{formula}', by: [district, ward]}}\n"
)
OFF = (
    "  off: {title: off, content_area: area, lead_agency: care, frequency: quarterly, evidence_type: outcome, "
    "better_off: {of: ended, before: before, after: after, least_change: 1}}\n"
)
COUNTS: dict[str, tuple[list[tuple[str, int, float]], list[tuple[str, int, float]] | None]] = {
    "share": ([("part", 0, 1)], [("all", 0, 1)]),
    "share_of_other": ([("other", 0, 1)], [("all", 0, 1)]),
    "share_in_part": ([("deep", 0, 1)], [("part", 0, 1)]),
    "number": ([("part", 0, 1)], None),
    "both": ([("part", 0, 1), ("other", 0, 1)], None),
    "without": ([("all", 0, 1), ("other", 0, -1)], None),
    "of_year": ([("part", back, 1) for back in range(4)], None),
    "of_half": ([("part", back, 1) for back in range(2)], None),
    "so_far": ([("part", back, 1) for back in range(4)], None),
    "before": ([("other", 1, 1)], None),
}
"""The numerator and the denominator of each formula, by hand: figures, how many quarters back, and factors."""

COUNTS_OF_PAIR = {
    "off": ([("better", 0, 1.0)], [("twice", 0, 1.0)]),
    "off.worse": ([("worse", 0, 1.0)], [("twice", 0, 1.0)]),
}
"""The same of an indicator with `better_off`."""


class Published(NamedTuple):
    """A row, and its numbers as sums of the counts of the board."""

    row: Row
    part: Linear
    whole: Linear | None


@cache
def framework() -> pmf.Framework:
    lines = "".join(
        INDICATOR.format(id=id_, formula=formula) for id_, formula in {**FORMULAS, **FORMULA_OF_SMALL}.items()
    )
    return pmf.Framework.from_text(FIGURES + lines + OFF)


def linear_of(
    terms: list[tuple[str, int, float]], shape: Shape, at: int, by: str | None, group: str | None
) -> Linear | None:
    """A sum of counts in the quarter with a number; None where it reads one before the first."""
    total: dict[Cell, float] = {}
    for figure, back, factor in terms:
        if at < back:
            return None
        for each in [group] if group else shape.groups[shape.first]:
            cell = Cell(figure, shape.quarters[at - back], by or shape.first, each or "")
            total[cell] = total.get(cell, 0.0) + factor
    return total


def rows_of(board: Secrets, indicators: list[str], rnd: Random) -> Iterator[Published]:
    """The rows of some indicators over the quarters and, of flows, over the years or the half; a few are missing."""
    shape, quarters = board.shape, board.shape.quarters
    of_all: list[tuple[str | None, str | None]] = [(None, None)]
    of_all += [(by, group) for by, groups in shape.groups.items() for group in groups]
    slices = of_all
    longer, missing = 4 if len(quarters) >= 4 else 2, set[tuple[int, str | None]]()
    for id_ in indicators:
        with_another = shape != LARGE and id_ == "off.worse"  # those better and worse are of one indicator
        if "agency" in shape.groups and not with_another:  # a board approves rows of single agencies by indicator
            is_approved = rnd.random() < 0.7
            slices = [(by, group) for by, group in of_all if by != "agency" or is_approved]
        lengths, firsts = "quarters", range(0, len(quarters) - longer + 1, longer)
        if id_ in ("share", "number"):
            lengths = "quarters, years" if shape == LARGE else rnd.choice(["quarters", "years", "quarters, years"])
        part_terms, whole_terms = {**COUNTS, **COUNTS_OF_PAIR}[id_]
        for at, start in enumerate(quarters) if "quarters" in lengths else ():
            for by, group in slices:
                terms = part_terms[: at % 4 + 1] if id_ == "so_far" else part_terms
                part = linear_of(terms, shape, at, by, group)
                is_missing = (start, group) in missing if with_another else part is not None and rnd.random() < 0.03
                if is_missing:
                    missing.add((start, group))
                if part is None or is_missing:
                    continue
                whole = linear_of(whole_terms, shape, at, by, group) if whole_terms else None
                row = _row(board, id_, start, 3, by, group, part, whole)
                if (start, group) in board.late:
                    row = row._replace(numerator=None, denominator=None, value=None)
                yield Published(row, part, whole)
        for first in firsts if "years" in lengths else ():
            for by, group in slices:
                sums: list[dict[Cell, float]] = [{}, {}]
                for at in range(first, first + longer):
                    for total, terms_ in zip(sums, (part_terms, whole_terms or []), strict=True):
                        total.update(linear_of(terms_, shape, at, by, group) or {})
                whole = sums[1] if whole_terms else None
                row = _row(board, id_, quarters[first], 3 * longer, by, group, sums[0], whole)
                yield Published(row, sums[0], whole)


def _row(
    board: Secrets, id_: str, start: int, months: int, by: str | None, group: str | None, part: Linear,
    whole: Linear | None,
) -> Row:  # fmt: skip
    value = board.value(part)
    if whole is None:
        return Row(id_, start, months, by, group, None, None, value)
    of = board.value(whole)
    return Row(id_, start, months, by, group, value, of, 100 * value / of if of else nan)


def numbers_of(published: Published) -> list[Linear]:
    """The numbers that a row publishes: its value, or its numerator and denominator."""
    if published.row.value is None:
        return []
    return [published.part] if published.whole is None else [published.part, published.whole]


def secrets_of(board: Secrets, published: Published) -> list[Linear]:
    """The small counts of a row: those of its numbers, what is left of the denominator, and who is neither."""
    numbers = numbers_of(published)
    if len(numbers) == 2:
        part, whole = numbers
        numbers.append({cell: whole.get(cell, 0.0) - part.get(cell, 0.0) for cell in {**whole, **part}})
        if published.row.indicator == "off":
            worse = {cell._replace(figure="worse"): -1.0 for cell in part}
            numbers.append({**numbers[-1], **worse})
    return [linear for linear in numbers if 0 < board.value(linear) < LIMIT]
