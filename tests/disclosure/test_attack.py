"""No withheld count can be worked out: a linear program over all that is published finds the range of each.

`python -m tests.disclosure.test_attack --boards 5000 --seed 1` attacks many boards.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from functools import cache
from math import nan
from random import Random
from typing import Any, NamedTuple

import pytest

import pmf_engine as pmf
from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.earlier import Paper
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.tables import Row
from pmf_engine.disclosure.withholding import withhold
from tests.support.attacker import FIGURES as NAMES
from tests.support.attacker import GROUPS, PAIR, QUARTERS, Attacker, Cell, Linear, Secrets, secrets

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
    lines = "".join(INDICATOR.format(id=id_, formula=formula) for id_, formula in FORMULAS.items())
    return pmf.Framework.from_text(FIGURES + lines + OFF)


def _linear(terms: list[tuple[str, int, float]], at: int, by: str | None, group: str | None) -> Linear | None:
    """A sum of counts in the quarter with a number; None where it reads one before the first."""
    total: dict[Cell, float] = {}
    for figure, back, factor in terms:
        if at < back:
            return None
        for each in [group] if group else GROUPS["district"]:
            cell = Cell(figure, QUARTERS[at - back], by or "district", each or "")
            total[cell] = total.get(cell, 0.0) + factor
    return total


def rows_of(board: Secrets, indicators: list[str], rnd: Random) -> Iterator[Published]:
    """The rows of some indicators over eight quarters and, of flows, over the two years; a few are missing."""
    slices: list[tuple[str | None, str | None]] = [(None, None)]
    slices += [(by, group) for by, groups in GROUPS.items() for group in groups]
    for id_ in indicators:
        part_terms, whole_terms = {**COUNTS, **COUNTS_OF_PAIR}[id_]
        for at, start in enumerate(QUARTERS):
            for by, group in slices:
                terms = part_terms[: at % 4 + 1] if id_ == "so_far" else part_terms
                part = _linear(terms, at, by, group)
                if part is None or rnd.random() < 0.03:
                    continue
                whole = _linear(whole_terms, at, by, group) if whole_terms else None
                row = _row(board, id_, start, 3, by, group, part, whole)
                if (start, group) in board.late:
                    row = row._replace(numerator=None, denominator=None, value=None)
                yield Published(row, part, whole)
        for year in (0, 4) if id_ in ("share", "number") else ():
            for by, group in slices:
                sums: list[dict[Cell, float]] = [{}, {}]
                for at in range(year, year + 4):
                    for total, terms_ in zip(sums, (part_terms, whole_terms or []), strict=True):
                        total.update(_linear(terms_, at, by, group) or {})
                whole = sums[1] if whole_terms else None
                yield Published(_row(board, id_, QUARTERS[year], 12, by, group, sums[0], whole), sums[0], whole)


def _row(
    board: Secrets, id_: str, start: int, months: int, by: str | None, group: str | None, part: Linear,
    whole: Linear | None,
) -> Row:  # fmt: skip
    value = board.value(part)
    if whole is None:
        return Row(id_, start, months, by, group, None, None, value)
    of = board.value(whole)
    return Row(id_, start, months, by, group, value, of, 100 * value / of if of else nan)


def random_board(rnd: Random, figures: tuple[str, ...] = NAMES) -> Secrets:
    """A random board."""
    while True:
        try:
            return secrets(rnd, figures)
        except OverflowError:  # the districts leave no room for the wards
            continue


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


class Issue(NamedTuple):
    """A paper: the board at its time, its rows, and the positions of those that it withholds."""

    board: Secrets
    published: list[Published]
    withheld: Collection[int]


def attacker_of(papers: Collection[Issue], read: int) -> Attacker:
    """An attacker who has read the first of some papers."""
    attacker = Attacker(*(paper.board for paper in papers))
    for at, paper in enumerate(list(papers)[:read]):
        for position, each in enumerate(paper.published):
            if position not in paper.withheld:
                for linear in numbers_of(each):
                    attacker.learns(linear, paper.board.value(linear), at)
    return attacker


def tells(attacker: Attacker, linear: Linear, at: int) -> tuple[float, float] | None:
    """The least and the greatest value of a small count, where that is too much to know."""
    low, high = attacker.bounds(linear, at)
    return (low, high) if low > 1 + 1e-6 or high < LIMIT - 1 - 1e-6 else None


def worked_out(*papers: Issue) -> Iterator[str]:
    """The small counts of which the last paper tells too much, beside all that was published before.

    What the earlier papers tell without it is left out: they told of counts that none of them was about.
    """
    attacker, before = attacker_of(papers, len(papers)), None
    for at, paper in enumerate(papers):
        for each in paper.published:
            for linear in secrets_of(paper.board, each):
                found = tells(attacker, linear, at)
                if found is None:
                    continue
                before = before or attacker_of(papers, len(papers) - 1)
                if len(papers) > 1 and tells(before, linear, at):
                    continue
                where = f"{each.row.indicator} {each.row.start}+{each.row.months} {each.row.group or 'whole'}"
                yield f"paper {at + 1}, {where}: {paper.board.value(linear):g} is from {found[0]:g} to {found[1]:g}"


def issue(board: Secrets, published: list[Published], *earlier: Issue) -> Issue:
    """A paper with those rows, after earlier ones."""
    papers = [
        Paper(
            [each.row for at, each in enumerate(paper.published) if at not in paper.withheld],
            [each.row for at, each in enumerate(paper.published) if at in paper.withheld],
            Reader(framework()),
        )
        for paper in earlier
    ]
    rows = [each.row for each in published]
    tables = tables_of(rows, Reader(framework()), dict.fromkeys(framework().indicators, 4), papers)
    withheld = withhold(tables, LIMIT)
    assert not withheld.given_away
    return Issue(board, published, withheld.rows)


def some_rows(board: Secrets, rnd: Random) -> list[Published]:
    """The rows of some indicators of a board."""
    chosen = [*COUNTS_OF_PAIR] if "twice" in board.figures else []
    chosen += rnd.sample([*FORMULAS], rnd.randint(0, 2) if chosen else rnd.randint(1, 4))
    return list(rows_of(board, chosen, rnd))


def some_figures(seed: int) -> tuple[str, ...]:
    """The figures of a random board: every fourth has those scored twice."""
    return NAMES + PAIR if Random(str(seed)).random() < 0.25 else NAMES


def attack(seed: int) -> tuple[int, int, list[str]]:
    """How many rows of a random board there are, how many are withheld, and what an attacker works out."""
    rnd = Random(seed)
    board = random_board(rnd, some_figures(seed))
    paper = issue(board, some_rows(board, rnd))
    found = [f"seed {seed}: {breach}" for breach in worked_out(paper)]
    return len(paper.published), len(paper.withheld), found


def attack_two(seed: int) -> tuple[int, int, list[str]]:
    """The same of a paper that follows another one, whose counts were revised."""
    rnd = Random(seed)
    while True:
        board = random_board(rnd, some_figures(seed))
        try:
            later = board.revised(rnd)
        except OverflowError:  # the districts leave no room for the wards
            continue
        break
    upto = rnd.choice([5, 7, 8])
    first = issue(board, [each for each in some_rows(board, rnd) if each.row.start < QUARTERS[0] + 3 * upto])
    second = issue(later, some_rows(later, rnd), first)
    found = [f"seed {seed}: {breach}" for breach in worked_out(first, second)]
    return len(second.published), len(second.withheld), found


@pytest.mark.parametrize("seed", [*range(12), 100494, 100790])
def test_no_withheld_count_can_be_worked_out(seed: int) -> None:
    assert attack(seed)[2] == []


@pytest.mark.parametrize("seed", range(8))
def test_no_withheld_count_can_be_worked_out_from_two_papers(seed: int) -> None:
    assert attack_two(seed)[2] == []


def test_a_revised_whole_does_not_tell_by_how_much_a_withheld_group_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group went from 3 to 5 and its whole from 13 to 15: who knows that no other group changed knows at least 2."""
    monkeypatch.setattr("pmf_engine.disclosure.withholding.has_solver", lambda: False)
    assert attack_two(300113)[2] == []


@pytest.mark.parametrize(
    "rows",
    [
        [(24195, 3, None, None, 103), (24195, 3, "district", "A", 3), (24195, 3, "district", "B", 100)]
        + [(24195, 3, "district", group, None) for group in ("C", "D")],
        [(24195, 12, None, None, 103), (24195, 3, None, None, 3), (24198, 3, None, None, 100)]
        + [(start, 3, None, None, None) for start in (24201, 24204)],
    ],
    ids=["groups", "quarters"],
)
def test_a_total_of_what_has_come_gives_nothing_away(rows: list[Any]) -> None:
    """The total is that of two rows, since the others are late: the larger one would give the small one away."""
    table = [Row("number", start, months, by, group, None, None, value) for start, months, by, group, value in rows]
    tables = tables_of(table, Reader(framework()), dict.fromkeys(FORMULAS, 4))
    withheld = withhold(tables, LIMIT).rows
    assert 1 in withheld
    assert withheld & {0, 2}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=int, choices=[1, 2], default=1)
    given = parser.parse_args()
    rows, withheld, found = 0, 0, 0
    for seed in range(given.seed, given.seed + given.boards):
        of_board, hidden, breaches = (attack, attack_two)[given.papers - 1](seed)
        rows, withheld, found = rows + of_board, withheld + hidden, found + len(breaches)
        for breach in breaches:
            print(breach, flush=True)
    print(f"{given.boards} boards, {rows} rows, {withheld} withheld, {found} counts worked out")
    raise SystemExit(found > 0)


if __name__ == "__main__":
    main()
