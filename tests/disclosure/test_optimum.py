"""How many rows are withheld, beside the fewest that keep every small count: an exhaustive search on small tables."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.withholding import withhold
from tests.disclosure.test_attack import Issue, worked_out
from tests.support.attacked_rows import FORMULAS, LIMIT, Published, framework, numbers_of, rows_of, secrets_of
from tests.support.secret_counts import QUARTERS, Secrets, random_board


def small_table(seed: int, quarters: int, indicators: int) -> tuple[Secrets, list[Published]]:
    """The rows of some indicators by district, in one or two quarters."""
    rnd = Random(seed)
    board = random_board(rnd)
    rows = rows_of(board, rnd.sample([*FORMULAS], indicators), rnd)
    asked = QUARTERS[:quarters]
    return board, [
        each for each in rows if each.row.by in (None, "district") and each.row.months == 3 and each.row.start in asked
    ]


def fewest(board: Secrets, published: list[Published], most: int) -> int:
    """The fewest rows that must be withheld; `most` where nothing below is safe."""
    first = {position for position, each in enumerate(published) if secrets_of(board, each)}
    others = [position for position, each in enumerate(published) if numbers_of(each) and position not in first]
    for number in range(most - len(first)):
        for more in combinations(others, number):
            if not any(worked_out(Issue(board, published, first | {*more}))):
                return len(first) + number
    return most


@pytest.mark.parametrize("exactly", [True, False], ids=["solver", "moves"])
def test_few_more_rows_than_must_be_are_withheld(exactly: bool) -> None:
    ours, least = 0, 0
    for seed in range(12):
        for quarters, indicators in ((1, 1), (2, 1), (1, 2)):
            board, published = small_table(seed, quarters, indicators)
            tables = tables_of([each.row for each in published], Reader(framework()), dict.fromkeys(FORMULAS, 4))
            choice = withhold(tables, LIMIT, exactly=exactly)
            withheld = {position for position in choice.rows if numbers_of(published[position])}
            assert not any(worked_out(Issue(board, published, withheld)))
            assert choice.least == (len(choice.rows) if exactly else None)
            must = fewest(board, published, len(withheld))
            assert len(withheld) <= 2 * max(must, 1)
            ours, least = ours + len(withheld), least + must
    assert least >= 40
    assert ours <= 1.3 * least
