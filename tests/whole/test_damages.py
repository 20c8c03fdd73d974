"""The law of damages: whatever goes wrong with what is sent, nothing turns green, improves or ends by it.

`python -m tests.whole.test_damages --boards 20000 --seed 1` runs it at length.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

import pytest

from tests.support.damage_law import DAMAGES, DO, MARKS, Batch, Damage, against_table, breaches, broken, damaged

ROUNDS = 4
BATCHES = 5
"""Three hundred boards in all."""

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_the_table_has_every_damage() -> None:
    assert [damage.name for damage in DAMAGES] == list(DO)
    assert len(DAMAGES) >= 30


def test_the_document_has_the_table() -> None:
    rows = ["| damage | what follows | because |", "|---|---|---|"]
    rows += [f"| {damage.name} | {damage.follows} | {damage.because} |" for damage in DAMAGES]
    assert "\n".join(rows) in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("seed", range(1, BATCHES + 1))
def test_whatever_the_damage_nothing_turns_green_improves_or_ends(seed: int) -> None:
    assert not list(breaches(seed, ROUNDS))


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return Batch(tmp_path_factory.mktemp("boards"), 0, 8)


@pytest.mark.xdist_group("damages")
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_what_the_table_says_follows(damage: Damage, boards: Batch) -> None:
    made = [damaged(at, mark, Random(f"{damage.name} {at}"), [damage]) for at, mark in boards.boards]
    after = boards.after(made)
    for one in (one for one in made if one.done):
        assert not [*broken(one, boards.good, after), *against_table(one, boards.good, after)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    count, done = 0, 0
    for seed in range(given.seed, given.seed + max(1, given.boards // (ROUNDS * len(MARKS)))):
        for breach in breaches(seed, ROUNDS):
            count += 1
            print(breach, flush=True)
        done += ROUNDS * len(MARKS)
    print(f"{done} boards, {count} breaches")
    raise SystemExit(count > 0)


if __name__ == "__main__":
    main()
