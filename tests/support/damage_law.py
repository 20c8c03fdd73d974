"""The law of damages: the table, boards that are damaged, and what breaks the law in what is then said of them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pmf_engine as pmf
from tests.support import damages_of_lists, damages_of_returns, damages_of_workbooks
from tests.support.damage_boards import AS_OF, FORMULAS, Sent, board, start_of, write, write_data
from tests.support.damages import Do, Follows, Touched

TABLE = Path(__file__).parents[1] / "data" / "damages.csv"
"""The table of damages: the name of each, what must follow and why."""

DO: dict[str, Do] = {**damages_of_returns.DO, **damages_of_lists.DO, **damages_of_workbooks.DO}

MARKS = "abcdefghijklmnopqrstuvwxy"
"""As many boards stand in one framework: an evaluation of twenty-five costs far less than five of five."""

RATED = {"green", "amber", "red", "not_rated"}
BETTER = {"green": 0, "amber": 1}
ONLY_LATE = {"late", "late for 2 periods"}
"""Rules of boards that are over once a return has come, whatever it says."""


class Damage(NamedTuple):
    """A row of the table: a way to damage a board, what must follow and why."""

    name: str
    follows: Follows
    because: str


class Key(NamedTuple):
    """What a row of the history is of."""

    indicator: str
    by: str | None
    group: str | None
    start: int
    months: int


Rows = dict[Key, dict[str, Any]]


def table_of_damages() -> list[Damage]:
    """The table of damages."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Damage(name, Follows(follows), because) for name, follows, because in list(csv.reader(file))[1:]]


DAMAGES = table_of_damages()


@dataclass
class Damaged:
    """A board, and what each damage that was done to it touched."""

    sent: Sent
    done: list[tuple[Damage, Touched]]

    @property
    def mark(self) -> str:
        return self.sent.mark


def damaged(number: int, mark: str, rnd: Random, damages: Sequence[Damage], most: int) -> Damaged:
    """A board that is damaged in so many ways: the first of the damages that it allows."""
    sent = board(number, mark)
    done: list[tuple[Damage, Touched]] = []
    for damage in damages:
        touched = DO[damage.name](sent, Random(rnd.random()))
        if touched is not None:
            done.append((damage, touched))
        if len(done) == most:
            break
    return Damaged(sent, done)


class Batch:
    """Boards in one framework, and what is said of them before any damage."""

    def __init__(self, folder: Path, seed: int, size: int = len(MARKS)) -> None:
        self.folder = folder
        self.boards = [(seed * len(MARKS) + place, mark) for place, mark in enumerate(MARKS[:size])]
        write([board(number, mark) for number, mark in self.boards], folder)
        self.framework = pmf.load_framework(folder)
        self.good = self._rows()

    def _rows(self) -> Rows:
        submissions = pmf.read_submissions(self.framework.submissions, self.framework)
        history = pmf.evaluate(self.framework, submissions, as_of=AS_OF).judged
        return {Key(*(row[name] for name in Key._fields)): row for row in history.iter_rows(named=True)}

    def after(self, boards: Sequence[Damaged]) -> Rows:
        """What is said once the boards are damaged."""
        shutil.rmtree(self.folder / "returns")
        write_data([one.sent for one in boards], self.folder / "returns")
        return self._rows()


def breaches(seed: int, rounds: int) -> Iterator[str]:
    """Each breach of the law in a batch of boards that is damaged so many times, with what was done to the board.

    Every other board has one damage, in turn through the table, and what follows must be what the table says. The
    others have two or three.
    """
    with TemporaryDirectory() as name:
        batch = Batch(Path(name), seed)
        for number in range(rounds):
            rnd = Random(f"{seed} {number}")
            boards = [
                damaged(at, mark, rnd, *_chosen((seed * rounds + number) * len(MARKS) + place, rnd))
                for place, (at, mark) in enumerate(batch.boards)
            ]
            after = batch.after(boards)
            for one in boards:
                names = " + ".join(damage.name for damage, _ in one.done)
                where = f"batch {seed} round {number} board {one.mark} ({names})"
                yield from (f"{where}: {breach}" for breach in broken(one, batch.good, after))
                if len(one.done) == 1:
                    yield from (f"{where}: not as the table: {row}" for row in against_table(one, batch.good, after))


def _chosen(turn: int, rnd: Random) -> tuple[Sequence[Damage], int]:
    """The damages to try on a board, in their order, and how many to do."""
    if turn % 2:
        return rnd.sample(DAMAGES, len(DAMAGES)), rnd.choice([2, 2, 3])
    first = turn // 2 % len(DAMAGES)
    return [*DAMAGES[first:], *DAMAGES[:first]], 1


# -- what is compared -------------------------------------------------------------------------


def broken(one: Damaged, before: Rows, after: Rows) -> Iterator[str]:
    """What breaks the law: a value that was not green is green, one improves, or an exception ends."""
    for key, row in _own(after, one.mark):
        if excused(one, key):
            continue
        good = before.get(key)
        status, direction = (good["status"], good["direction"]) if good else ("not there", None)
        if BETTER.get(row["status"], 2) < BETTER.get(status, 2):
            yield f"is better: {_told(key, good, row)}"
        elif row["direction"] == "improving" and direction != "improving":
            yield f"improves: {_told(key, good, row)}, was {direction}"
        elif good and good["level"] >= 0 and row["recovered"] == row["period"] and not _only_late(key, after):
            yield f"ends what began in {row['raised']}: {_told(key, good, row)}"


def _only_late(key: Key, rows: Rows) -> bool:
    """Whether the exception that ended was only that something had not come: it ends when that comes."""
    before = rows.get(key._replace(start=key.start - key.months))
    return before is not None and {*before["rules"]} <= ONLY_LATE


def excused(one: Damaged, key: Key) -> bool:
    """Whether the table says that nothing shows what happened to what a row rests on."""
    for place, (_, touched) in enumerate(one.done):
        if not _uses(key, one.mark) & {*touched.items}:
            continue
        others = [other for at, (_, other) in enumerate(one.done) if at != place]
        leaning = touched.leans and any({*other.items} & {*touched.items} for other in others)
        if (touched.silent or leaning) and key.start + key.months > touched.start:
            return True
        if touched.names and key.group == touched.names:
            return True
    return False


def against_table(one: Damaged, before: Rows, after: Rows) -> Iterator[str]:
    """What does not follow as the table says, of a board that has one damage alone."""
    [(damage, touched)] = one.done
    starts = set(map(start_of, touched.quarters))
    for key, good in _own(before, one.mark):
        row = after.get(key)
        same = row is not None and row["status"] == good["status"] and _near(row["value"], good["value"])
        status = row["status"] if row else None
        if damage.follows is Follows.UNCHANGED:
            wrong = not same
        elif touched.silent or key.start not in starts or key.group or not _uses(key, one.mark) & {*touched.items}:
            wrong = False
        elif damage.follows is Follows.NOT_GREEN:
            wrong = status == "green"
        else:
            wrong = damage.follows is Follows.NO_VALUE and status in RATED and not same
        if wrong:
            yield _told(key, good, row)


def _own(rows: Rows, mark: str) -> Iterator[tuple[Key, dict[str, Any]]]:
    return ((key, row) for key, row in rows.items() if key.indicator.endswith(f"_{mark}"))


def _uses(key: Key, mark: str) -> set[str]:
    """The figures and lists that a row rests on."""
    return {f"{name}_{mark}" for name in FORMULAS[key.indicator.removesuffix(f"_{mark}")][2]}


def _told(key: Key, good: dict[str, Any] | None, row: dict[str, Any] | None) -> str:
    period = (good or row or {})["period"]
    was, now = (f"{one['status']} {one['value']}" if one else "not there" for one in (good, row))
    return f"{key.indicator} {period} {key.group or 'whole'}: {was} is now {now}"


def _near(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= 1e-9 * max(1, abs(other)))
