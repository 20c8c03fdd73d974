"""The law of damages: whatever goes wrong with what is sent, nothing turns green, improves or ends by it.

Every run has the same boards. `python -m tests.whole.test_damages --boards 20000 --seed N` holds the law at length.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest

from tests.support.damage_law import DAMAGES, DO, MARKS, breaches

ROUNDS = 6
"""How often each batch of boards is damaged anew."""

BATCHES = (101, 102)
"""The seeds of the batches: three hundred boards in all."""

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_the_table_has_every_damage() -> None:
    assert [damage.name for damage in DAMAGES] == list(DO)
    assert len(DAMAGES) >= 30


def test_the_document_has_the_table() -> None:
    rows = ["| damage | what follows | because |", "|---|---|---|"]
    rows += [f"| {damage.name} | {damage.follows} | {damage.because} |" for damage in DAMAGES]
    assert "\n".join(rows) in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("seed", BATCHES)
def test_whatever_the_damage_nothing_turns_green_improves_or_ends(seed: int) -> None:
    assert not list(breaches(seed, ROUNDS))


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
        print(f"batch {seed}: {done} boards", file=sys.stderr, flush=True)
    print(f"{done} boards, {count} breaches")
    raise SystemExit(count > 0)


if __name__ == "__main__":
    main()
