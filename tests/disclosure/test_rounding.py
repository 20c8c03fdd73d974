"""Papers that round their counts: how they round and rate, and that no withheld count can be worked out from them.

`python -m tests.disclosure.test_rounding --boards 300 --papers 2` attacks more boards.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from itertools import product
from math import inf
from random import Random
from typing import NamedTuple

import highspy
import pytest

from pmf_engine.disclosure.audit import withhold_beside_rounded
from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.earlier import Paper
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.rounding import Rounded, Rounding
from pmf_engine.disclosure.tables import Row
from tests.disclosure.test_attack import Issue, issue, some_figures, some_indicators, tells
from tests.support.attacked_rows import FORMULAS, LIMIT, Published, framework, numbers_of, rows_of, secrets_of
from tests.support.attacker import Attacker
from tests.support.secret_counts import (
    INSIDE,
    LARGE,
    QUARTERS,
    Cell,
    Linear,
    Secrets,
    random_board,
    random_boards,
)


def nearest(count: float, base: int) -> int:
    """The nearest multiple of a base, halves up, in whole numbers."""
    return (2 * int(count) + base) // (2 * base) * base


def range_of(count: float, base: int) -> tuple[float, float]:
    """Between what everyone knows a count to be that is shown: it is no small one, and 0 is 0."""
    alike = [each for each in range(LIMIT, int(count) + 2 * base) if nearest(each, base) == nearest(count, base)]
    return (0, 0) if count == 0 else (alike[0], alike[-1])


def issue_rounded(
    board: Secrets, published: list[Published], base: int, *earlier: Issue, audits: bool = True
) -> Issue | None:
    """A paper with those rows, rounded, after earlier ones that were; None where these give a small count away."""
    papers = [
        Paper(
            [_rounded(each.row, base) for at, each in enumerate(paper.published) if at not in paper.withheld],
            [each.row for at, each in enumerate(paper.published) if at in paper.withheld],
            Reader(framework()),
            Rounding(base, LIMIT),
        )
        for paper in earlier
    ]
    reader, rows = Reader(framework()), [each.row for each in published]
    tables = tables_of(rows, reader, dict.fromkeys(framework().indicators, 4), papers)
    how = Rounded(Rounding(base, LIMIT), reader.counts_of(framework().indicators), ())
    withheld = withhold_beside_rounded(tables, how, audits=audits)
    return None if withheld.given_away else Issue(board, published, withheld.rows)


def _rounded(row: Row, base: int) -> Row:
    part, whole, value = (None if each is None or each != each else float(nearest(each, base)) for each in row[5:])
    return row._replace(value=value) if whole is None else row._replace(numerator=part, denominator=whole)


def attacker_of(papers: Collection[Issue], base: int, read: int) -> Attacker:
    """An attacker who has read the first of some papers, and knows that shown rows hold no small count."""
    attacker = Attacker(*(paper.board for paper in papers))
    for at, paper in enumerate(list(papers)[:read]):
        for position, each in enumerate(paper.published):
            if position in paper.withheld:
                continue
            numbers = numbers_of(each)
            for linear in numbers:
                low, high = range_of(paper.board.value(linear), base)
                attacker.confine(linear, low, high, at)
            if len(numbers) == 2:
                part, whole = numbers
                rest = {cell: whole.get(cell, 0.0) - part.get(cell, 0.0) for cell in {**whole, **part}}
                low, high = (LIMIT, inf) if paper.board.value(rest) else (0, 0)
                attacker.confine(rest, low, high, at)
    return attacker


def worked_out(base: int, *papers: Issue) -> Iterator[str]:
    """The small counts of which the last paper tells too much, beside all that was published before."""
    attacker, before = attacker_of(papers, base, len(papers)), None
    for at, paper in enumerate(papers):
        for position, each in enumerate(paper.published):
            for linear in secrets_of(paper.board, each):
                where = f"{each.row.indicator} {each.row.start}+{each.row.months} {each.row.group or 'whole'}"
                if position not in paper.withheld and linear in numbers_of(each):
                    yield f"paper {at + 1}, {where}: a small count is shown"
                found = tells(attacker, linear, at)
                if found is None:
                    continue
                before = before or attacker_of(papers, base, len(papers) - 1)
                if len(papers) > 1 and tells(before, linear, at):
                    continue
                yield f"paper {at + 1}, {where}: {paper.board.value(linear):g} is from {found[0]:g} to {found[1]:g}"


class Attacked(NamedTuple):
    """A random board's last paper: its rows, those withheld with rounding and without, and what is worked out."""

    rows: int
    rounded: int
    exact: int
    breaches: list[str]


def attack(seed: int, base: int, papers: int = 1, *, alike: bool = False, is_revised: bool = True) -> Attacked | None:
    """A random board's papers, of the same indicators or others; None where no second one is safe."""
    rnd = Random(seed)
    figures = some_figures(seed)
    boards = [random_board(rnd, figures)] if papers == 1 else [*random_boards(rnd, figures)]
    boards = boards if is_revised else boards[:1] * papers
    upto = QUARTERS[0] + 3 * rnd.choice([5, 7, 8])
    first = some_indicators(boards[0], rnd)
    chosen = [first, first if alike else some_indicators(boards[0], rnd)]
    tables = [[*rows_of(board, indicators, rnd)] for board, indicators in zip(boards, chosen, strict=False)]
    if papers == 2:
        tables[0] = [each for each in tables[0] if each.row.start < upto]
    rounded, exact = list[Issue](), list[Issue]()
    for board, published in zip(boards, tables, strict=True):
        paper = issue_rounded(board, published, base, *rounded)
        if paper is None:
            return None
        rounded.append(paper)
        exact.append(issue(board, published, *exact))
    found = [f"seed {seed}, base {base}: {breach}" for breach in worked_out(base, *rounded)]
    return Attacked(len(tables[-1]), len(rounded[-1].withheld), len(exact[-1].withheld), found)


@pytest.mark.parametrize("seed", range(8))
def test_no_withheld_count_can_be_worked_out(seed: int) -> None:
    attacked = attack(seed, (5, 10)[seed % 2])
    assert attacked
    assert attacked.breaches == []


@pytest.mark.parametrize("seed", range(4))
def test_no_withheld_count_can_be_worked_out_from_two_papers(seed: int) -> None:
    attacked = attack(seed, 5, papers=2, is_revised=False)
    assert attacked
    assert attacked.breaches == []


def another(board: Secrets, published: list[Published], base: int, rnd: Random) -> Secrets | None:
    """A board with other counts that round to the same, and of small ones and those beside them any others.

    Each count is nothing, small or large as before.
    """
    attacker = Attacker(board)
    for place in attacker.columns.values():
        attacker.solver.changeColIntegrality(place, highspy.HighsVarType.kInteger)
        attacker.solver.changeColCost(place, rnd.choice([-1, 0, 1]))
    for (_, cell), place in attacker.columns.items():
        attacker.solver.changeColBounds(place, 0, board.counts[cell] + 50)
    for linear in _counts(board):
        attacker.confine(linear, *_alike(board.value(linear)))
    for each in published:
        numbers, small = numbers_of(each), secrets_of(board, each)
        rests = [{cell: linear.get(cell, 0.0) - numbers[0].get(cell, 0.0) for cell in linear} for linear in numbers[1:]]
        for linear in (*numbers, *rests, *small):
            attacker.confine(linear, *_alike(board.value(linear)))
        for linear in () if small else numbers:
            low, high = range_of(board.value(linear), base)
            attacker.confine(linear, low, high)
    attacker.solver.setOptionValue("time_limit", 5.0)
    attacker.solver.run()
    if attacker.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    values = list(attacker.solver.getSolution().col_value)
    counts = {cell: round(values[place]) for (_, cell), place in attacker.columns.items()}
    return None if counts == board.counts else Secrets(counts, board.late, board.shape)


def _counts(board: Secrets) -> Iterator[Linear]:
    """Every figure, and what is left of those that have a part, of each group and of all, by quarter and by year."""
    for figure, quarter, (by, groups) in product(board.figures, QUARTERS, LARGE.groups.items()):
        for part, of, slice_ in product((None, *INSIDE), (1, 4), [[group] for group in groups] + [groups]):
            if (part is None or INSIDE[part] == figure) and (of == 1 or quarter in (QUARTERS[0], QUARTERS[4])):
                cells = [Cell(figure, quarter + 3 * back, by, group) for back in range(of) for group in slice_]
                parts = {cell._replace(figure=part): -1.0 for cell in cells} if part in board.figures else {}
                yield {**dict.fromkeys(cells, 1.0), **parts}


def _alike(value: float) -> tuple[float, float]:
    """Between what a count may be to be nothing, small or large as a count is."""
    return (0, 0) if value == 0 else (1, LIMIT - 1) if value < LIMIT else (LIMIT, inf)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_withheld_rests_on_rounded_counts_and_on_which_are_small(seed: int) -> None:
    rnd = Random(seed)
    board = random_board(rnd)
    state = rnd.random()
    chosen, missing = Random(state).sample([*FORMULAS], 2), rnd.random()
    published = list(rows_of(board, chosen, Random(missing)))
    other = another(board, published, 5, rnd)
    assert other
    same = list(rows_of(other, chosen, Random(missing)))
    ours, theirs = issue_rounded(board, published, 5), issue_rounded(other, same, 5)
    assert ours
    assert theirs
    assert ours.withheld == theirs.withheld


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=int, choices=[1, 2], default=1)
    parser.add_argument("--base", type=int, default=5)
    parser.add_argument("--alike", action="store_true", help="both papers have the same indicators")
    parser.add_argument("--unrevised", action="store_true", help="no count is revised between the papers")
    given = parser.parse_args()
    made, refused = list[Attacked](), 0
    for seed in range(given.seed, given.seed + given.boards):
        attacked = attack(seed, given.base, given.papers, alike=given.alike, is_revised=not given.unrevised)
        if attacked is None:
            refused += 1
            continue
        made.append(attacked)
        for breach in attacked.breaches:
            print(breach, flush=True)
    rows, rounded, exact = (sum(column) for column in zip(*(each[:3] for each in made), strict=True))
    found = sum(len(each.breaches) for each in made)
    print(
        f"{given.boards} boards, {refused} refused; of {rows} rows {rounded} withheld with rounding, {exact} without; "
        f"{found} counts worked out"
    )
    raise SystemExit(found > 0)


if __name__ == "__main__":
    main()
