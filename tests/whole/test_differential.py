"""The engine agrees with the plain interpreter in `reference` on formulas, bands and data made at random.

Many formulas go into one board, as that is how the engine is used: one plan works out all of them. Where the two
differ, the board is made smaller as long as they still do, and printed. `python -m tests.test_differential
--formulas 1000000 --seed 1` compares as many as one likes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import pmf_engine as pmf
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.formula.compute import batches
from pmf_engine.formula.syntax import children
from tests.support import reference, strategies
from tests.support.boards import read_frame
from tests.support.reference import Board, Indicator, Row, UnclearError, World

PER_BOARD = 400
BOARDS = 50
SEED = 20161

Key = tuple[str, int, str | None, str | None]


@dataclass
class Tally:
    """What was compared: rows by status, and the rows that floating point leaves open."""

    statuses: Counter[str] = field(default_factory=Counter)
    unclear: int = 0

    @property
    def compared(self) -> int:
        return self.statuses.total()


def engine_rows(board: Board, folder: Path) -> dict[Key, dict[str, Any]]:
    """What the engine says of a board, by indicator, start of period, breakdown and group."""
    strategies.write_files(board, folder)
    framework = pmf.load_framework(folder)
    submissions = read_frame(strategies.returns(board), framework)
    asked = Period(board.asked[0], Cadence(board.asked[1], board.year_start)) if board.asked else None
    history = pmf.evaluate(framework, submissions, period=asked, as_of=board.as_of).judged
    rows: dict[Key, dict[str, Any]] = {}
    for row in history.iter_rows(named=True):
        key = (row["indicator"], row["start"], row["by"], row["group"])
        assert key not in rows, f"{key} twice"
        rows[key] = row
    return rows


def wanted(world: World, indicator: Indicator) -> Iterator[Key]:
    """The rows there must be."""
    months = world.months(indicator)
    agencies = sorted({agency for name in world.rests_on(indicator.id) for agency in world.figures[name].agencies})
    groups: list[tuple[str | None, str | None]] = [(None, None)]
    for breakdown in indicator.by:
        groups += [(breakdown, group) for group in (agencies if breakdown == "agency" else world.board.districts)]
    for start in world.periods(indicator):
        if world.board.asked is None or start + months <= world.end:
            for by, group in groups:
                yield (indicator.id, start, by, group)


def difference(row: dict[str, Any], expected: Row) -> str | None:
    """How a row of the engine's differs from what it should say, if it does.

    The reference rates a group as if its whole did not contradict it. What the engine marks so is never green.
    """
    if expected.status == "green" and any(mark["kind"] == "doubt" for mark in row["marks"]):
        expected = replace(expected, status="invalid")
    if row["status"] != expected.status:
        return f"status {row['status']}, not {expected.status}"
    for name in ("value", "numerator", "denominator"):
        got, known = row[name], getattr(expected, name)
        if (got is None) != (known is None):
            return f"{name} {got}, not {known and float(known.value)}"
        if known is not None:
            if repr(got) == "-0.0":
                return f"{name} is a zero below zero"
            room = max(1e-9 * abs(float(known.value)), 4 * known.error)
            if not abs(got - float(known.value)) <= room:
                return f"{name} {got!r}, not {float(known.value)!r}"
    return None


def differences(board: Board, folder: Path, tally: Tally | None = None) -> list[tuple[Key, str]]:
    """Every row in which the engine and the reference differ."""
    rows = engine_rows(board, folder)
    world = World(board)
    found: list[tuple[Key, str]] = []
    for indicator in board.indicators:
        for key in wanted(world, indicator):
            if key not in rows and not indicator.ad_hoc:
                found.append((key, "no row"))
    for key, row in rows.items():
        one = world.indicators[key[0]]
        try:
            expected = world.row(one, *key[1:])
        except UnclearError:
            if tally:
                tally.unclear += 1
            continue
        if tally:
            tally.statuses[expected.status] += 1
        if said := difference(row, expected):
            found.append((key, said))
    return found


# -- the smallest board that shows a difference ----------------------------------------------


def alone(board: Board, id_: str) -> Board:
    """A board of one indicator and those it names."""
    by_id = {one.id: one for one in board.indicators}
    kept, waiting = set[str](), [id_]
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in kept:
            kept.add(name)
            waiting += strategies.names_of(by_id[name])
    return replace(board, indicators=tuple(one for one in board.indicators if one.id in kept))


def smaller(board: Board, id_: str) -> Iterator[Board]:
    """Boards with something less, the largest steps first."""
    yield alone(board, id_)
    figures = {name for one in board.indicators for name in strategies.names_of(one)}
    yield replace(
        board,
        figures=tuple(one for one in board.figures if one.id in figures),
        cells=tuple(cell for cell in board.cells if cell.figure in figures),
    )
    if board.asked:
        yield replace(board, asked=None)
    for place, one in enumerate(board.indicators):

        def instead(new: Indicator, place: int = place) -> Board:
            return replace(board, indicators=(*board.indicators[:place], new, *board.indicators[place + 1 :]))

        if one.ratings:
            yield instead(replace(one, ratings=()))
        if one.by:
            yield instead(replace(one, by=()))
        if one.missing != "any":
            yield instead(replace(one, missing="any"))
        for part in children(reference.formula(one.formula)):
            yield instead(replace(one, formula=strategies.written(part)))
    size = len(board.cells) // 2
    while size:
        for begin in range(0, len(board.cells), size):
            cells = board.cells[:begin] + board.cells[begin + size :]
            if cells:
                yield replace(board, cells=cells)
        size //= 2


def smallest(board: Board, id_: str, folder: Path, seconds: float = 60) -> Board:
    """The board made smaller as long as the indicator still differs."""
    until = time.monotonic() + seconds
    going = True
    while going and time.monotonic() < until:
        going = False
        for less in smaller(board, id_):
            if less == board or time.monotonic() > until:
                continue
            try:
                differs = any(key[0] == id_ for key, _ in differences(less, folder))
            except pmf.ConfigError:
                continue
            if differs:
                board, going = less, True
                break
    return board


def shown(board: Board, found: list[tuple[Key, str]], folder: Path) -> str:
    """A board as its two files and its return, and how the two differ over it."""
    strategies.write_files(board, folder)
    parts = [f"{key}: {said}" for key, said in found[:10]]
    parts.append(f"as of {board.as_of}, asked {board.asked}")
    parts += [(folder / name).read_text(encoding="utf-8") for name in ("indicators.yaml", "tolerances.yaml")]
    parts.append(strategies.returns(board).write_csv())
    return "\n".join(parts)


def compare(seed: int, size: int, folder: Path, tally: Tally) -> str | None:
    """Compares one board made from a seed; what to print where the two differ."""
    board = strategies.make_board(Random(seed), size)
    found = differences(board, folder, tally)
    if not found:
        return None
    less = smallest(board, found[0][0][0], folder)
    return f"seed {seed}, {len(found)} rows differ; made smaller:\n" + shown(less, differences(less, folder), folder)


# -- tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(SEED, SEED + BOARDS))
def test_random_formulas_agree(seed: int, tmp_path: Path) -> None:
    tally = Tally()
    report = compare(seed, PER_BOARD, tmp_path, tally)
    assert report is None, report
    assert tally.unclear < 0.02 * tally.compared


def test_formulas_are_read_as_they_were_built() -> None:
    rnd = Random(SEED)
    writer = strategies.Writer(rnd, ["a", "b", "c"], ["a", "b"], {"audit": ["g", "h"]})
    for _ in range(1_000):
        depth = rnd.randrange(6)
        for node in (writer.number(depth), writer.flow(depth), writer.grade("audit", depth)):
            text = strategies.written(node, rnd)
            assert strategies.shape(reference.formula(text)) == strategies.shape(node), text


def test_what_no_number_can_hold_is_invalid(tmp_path: Path) -> None:
    figure = reference.Figure("a", "flow", ("care",), 3, 4, (30,))
    huge = " * ".join(["a", *["1000000000000000"] * 21])
    indicators = [Indicator(f"i{place}", text, 3, 4) for place, text in enumerate((huge, f"{huge} - {huge}"))]
    cells = (reference.Cell("a", "care", 2016 * 12 + 3, 3, "2"),)
    board = Board((figure,), tuple(indicators), cells, date(2030, 1, 1))
    rows = engine_rows(board, tmp_path).values()
    assert [(row["value"], row["status"]) for row in rows] == [(None, "invalid")] * 2


def test_steps_come_to_the_same_in_however_many_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = strategies.make_board(Random(SEED), 60)
    together = engine_rows(board, tmp_path)
    for rows in (1, 100):
        monkeypatch.setattr(batches, "_ROWS", rows)
        assert engine_rows(board, tmp_path) == together


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.boards())
def test_small_boards_agree(board: Board) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = differences(board, Path(folder))
        assert not found, shown(board, found, Path(folder))


def main() -> int:
    """Compares as many formulas as asked for, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formulas", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally, failed = Tally(), 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for place in range(-(-given.formulas // PER_BOARD)):
            seed = given.seed * 1_000_000 + place
            if report := compare(seed, PER_BOARD, Path(folder), tally):
                failed += 1
                print(report, flush=True)
    formulas = -(-given.formulas // PER_BOARD) * PER_BOARD
    print(
        f"{formulas} formulas from seed {given.seed}: {failed} boards differ; {tally.compared} rows compared,"
        f" {tally.unclear} unclear, {time.monotonic() - begun:.0f} s; {dict(tally.statuses)}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
