"""No withheld count can be worked out: a linear program over all that is published finds the range of each.

`python -m tests.disclosure.test_attack --boards 5000 --seed 1` attacks many boards. `--size small` takes small ones, of
which whole numbers are attacked as well, by integer programs; `--papers 2` attacks two papers, the second after counts
were revised and late returns came.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.earlier import Paper
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.tables import Row
from pmf_engine.disclosure.withholding import withhold
from tests.support.attacked_rows import (
    COUNTS_OF_PAIR,
    FORMULA_OF_SMALL,
    FORMULAS,
    LIMIT,
    Published,
    framework,
    numbers_of,
    rows_of,
    secrets_of,
)
from tests.support.attacker import Attacker
from tests.support.secret_counts import (
    FIGURES,
    LARGE,
    PAIR,
    Linear,
    Secrets,
    random_board,
    random_boards,
    small_shape,
)


class Issue(NamedTuple):
    """A paper: the board at its time, its rows, and the positions of those that it withholds."""

    board: Secrets
    published: list[Published]
    withheld: Collection[int]


class Attacked(NamedTuple):
    """An attack: how many rows the last paper has, how many it withholds, and which counts are worked out."""

    rows: int
    withheld: int
    breaches: list[str]


def attacker_of(papers: Collection[Issue], read: int, *, whole_numbers: bool = False) -> Attacker:
    """An attacker who has read the first of some papers."""
    attacker = Attacker(*(paper.board for paper in papers), whole_numbers=whole_numbers)
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
    is_small = papers[0].board.shape != LARGE
    attacker, before = attacker_of(papers, len(papers), whole_numbers=is_small), None
    seen = set[tuple[int, frozenset[tuple[object, float]]]]()
    for at, paper in enumerate(papers):
        for each in paper.published:
            for linear in secrets_of(paper.board, each):
                key = (at, frozenset(linear.items()))
                if key in seen:
                    continue
                seen.add(key)
                found = tells(attacker, linear, at)
                if found is None:
                    continue
                before = before or attacker_of(papers, len(papers) - 1, whole_numbers=is_small)
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
    assert not withheld.given_away, sorted(withheld.given_away, key=str)
    return Issue(board, published, withheld.rows)


def some_indicators(board: Secrets, rnd: Random) -> list[str]:
    """Some indicators of a board."""
    chosen = [*COUNTS_OF_PAIR] if "twice" in board.figures else []
    formulas = [*FORMULAS, *(FORMULA_OF_SMALL if board.shape != LARGE else ())]
    return chosen + rnd.sample(formulas, rnd.randint(0, 2) if chosen else rnd.randint(1, 4))


def some_figures(seed: int) -> tuple[str, ...]:
    """The figures of a random board: every fourth has those scored twice."""
    return FIGURES + PAIR if Random(str(seed)).random() < 0.25 else FIGURES


def attack(seed: int, *, is_small: bool = False, leaks: bool = False) -> Attacked:
    """The attack on a paper of a random board.

    Args:
        seed: The seed of the board.
        is_small: Whether it is a small board.
        leaks: Whether one of the rows that are withheld is shown after all, to see whether the attack notices.
    """
    rnd = Random(seed)
    board = random_board(rnd, some_figures(seed), small_shape(rnd) if is_small else LARGE)
    paper = issue(board, [*rows_of(board, some_indicators(board, rnd), rnd)])
    return _attacked(seed, leaks, paper)


def attack_two(seed: int, *, is_small: bool = False, leaks: bool = False) -> Attacked:
    """The same of a paper that follows another one, whose counts were revised."""
    rnd = Random(seed)
    shape = small_shape(rnd) if is_small else LARGE
    board, later = random_boards(rnd, some_figures(seed), shape)
    upto = rnd.randint(2, len(shape.quarters)) if is_small else rnd.choice([5, 7, 8])
    indicators = some_indicators(board, rnd)
    before = shape.quarters[0] + 3 * upto
    rows = [each for each in rows_of(board, indicators, rnd) if each.row.start < before]
    if is_small:  # a large board's first paper has the year before it is over
        rows = [each for each in rows if each.row.start + each.row.months <= before]
    first = issue(board, rows)
    if not is_small or rnd.random() < 0.5:
        indicators = some_indicators(later, rnd)
    return _attacked(seed, leaks, first, issue(later, [*rows_of(later, indicators, rnd)], first))


def _attacked(seed: int, leaks: bool, *papers: Issue) -> Attacked:
    *earlier, last = papers
    withheld = [at for at in sorted(last.withheld) if numbers_of(last.published[at])]
    if leaks and withheld:
        last = last._replace(withheld={*last.withheld} - {Random(seed).choice(withheld)})
    found = [f"seed {seed}: {breach}" for breach in worked_out(*earlier, last)]
    return Attacked(len(last.published), len(withheld), found)


@pytest.mark.parametrize("seed", [*range(11), 100494, 100790])
def test_no_withheld_count_can_be_worked_out(seed: int) -> None:
    assert attack(seed).breaches == []


@pytest.mark.parametrize("seed", range(8))
def test_no_withheld_count_can_be_worked_out_from_two_papers(seed: int) -> None:
    assert attack_two(seed).breaches == []


@pytest.mark.parametrize("seed", [*range(12), 910985])
def test_no_withheld_count_of_a_small_board_can_be_worked_out(seed: int) -> None:
    """In the last a rolling half-year has a total although a district is late."""
    assert attack(seed, is_small=True).breaches == []


@pytest.mark.parametrize("seed", [*range(12), 40808, 930348, 931272, 970066, 986179])
def test_no_withheld_count_of_a_small_board_can_be_worked_out_from_two_papers(seed: int) -> None:
    """Of the last five, what the first paper shows and no row of the second.

    A return came late for one figure alone, beside what was withheld. A part bounds its whole. A difference was
    revised, as was a count that follows from two others, and so were quarters of which only the half-year comes again.
    """
    assert attack_two(seed, is_small=True).breaches == []


def test_a_revised_whole_does_not_tell_by_how_much_a_withheld_group_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group went from 3 to 5 and its whole from 13 to 15: who knows that no other group changed knows at least 2."""
    monkeypatch.setattr("pmf_engine.disclosure.withholding.has_solver", lambda: False)
    assert attack_two(300113).breaches == []


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
    parser.add_argument("--size", choices=["small", "large"], default="large")
    parser.add_argument("--leaks", action="store_true", help="show one withheld row of each board")
    parser.add_argument("--without-solver", action="store_true", help="choose rows as without the solver")
    given = parser.parse_args()
    attack_: Callable[..., Attacked] = (attack, attack_two)[given.papers - 1]
    rows, withheld, found, boards, leaky = 0, 0, 0, 0, 0
    for seed in range(given.seed, given.seed + given.boards):
        try:
            with patch("pmf_engine.disclosure.withholding.has_solver", return_value=not given.without_solver):
                attacked = attack_(seed, is_small=given.size == "small", leaks=given.leaks)
        except AssertionError as error:
            attacked = Attacked(0, 0, [f"seed {seed}: {error}"])
        rows, withheld, found = rows + attacked.rows, withheld + attacked.withheld, found + len(attacked.breaches)
        boards, leaky = boards + (attacked.withheld > 0), leaky + (len(attacked.breaches) > 0)
        for breach in () if given.leaks else attacked.breaches:
            print(breach, flush=True)
    print(f"{given.boards} boards, {boards} of which withhold something, {leaky} of which tell too much")
    print(f"{rows} rows, {withheld} with a number withheld, {found} counts worked out")
    raise SystemExit(found > 0)


if __name__ == "__main__":
    main()
