"""Commands that are ended at random moments: the old paper or the new one is there, and nothing else.

`python -m tests.support.interruptions --times 100 --starts 10` does to every command that writes a paper each of
these so many times: kill -9, Ctrl-C, a disk that is full after some bytes, below the paper and below standard
output, and a reader of standard output that goes away. Each time is a child of this process in which all modules are
imported already, so that the moments fall into the work; ten more times start Python anew, from the first line of the
program on. It prints how often what happened, and each breach. Commands and their formats are those of the table, so
that a new one is taken in. It needs Linux or macOS.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.interrupted_commands import TARGETS, Scene, Target, import_all, write_in_child


def _signalled(number: signal.Signals, code: int) -> Ending:
    """A signal at a random moment, by which the exit code is this."""

    def end(scene: Scene, form: str, real: bool, draw: random.Random) -> tuple[str, str]:
        had = scene.content()
        child = scene.started(form, real)
        time.sleep(draw.uniform(0, scene.seconds[form, real]))
        child.end(number)
        return scene.judged(child, form, had, {scene.codes[form], code}, silent=True)

    return end


def _full(scene: Scene, form: str, real: bool, draw: random.Random) -> tuple[str, str]:
    """A disk that is full after a random number of bytes of the paper."""
    had = scene.content()
    limit = draw.randrange(max(map(len, scene.new[form].values())))
    what, wrong = scene.judged(scene.started(form, real, limit), form, had, {2}, silent=False)
    return what, wrong or ("" if scene.content() == had else "written to a full disk")


def _full_below_output(scene: Scene, form: str, real: bool, draw: random.Random) -> tuple[str, str]:
    """A disk that is full after a random number of bytes of standard output, which is a file."""
    had = scene.content()
    limit = draw.randrange(len(scene.new[form][""]) // 4)  # lines and symbols take fewer bytes in ASCII
    child = scene.started(form, real, limit, to_paper=False, to_disk=True)
    return scene.judged(child, form, had, {2}, silent=False)


def _closed(scene: Scene, form: str, real: bool, draw: random.Random) -> tuple[str, str]:
    """A reader of standard output that goes away at a random moment."""
    had = scene.content()
    child = scene.started(form, real, to_paper=scene.target.is_folder)
    time.sleep(draw.uniform(0, scene.seconds[form, real]))
    child.close()
    return scene.judged(child, form, had, {0, scene.codes[form]}, silent=True)


Turn = tuple[str, int, bool]
"""How a command is ended, a number that chooses format and moment, and whether Python starts anew."""

Ending = Callable[[Scene, str, bool, random.Random], tuple[str, str]]

ENDINGS: Mapping[str, Ending] = {
    "kill -9": _signalled(signal.SIGKILL, -signal.SIGKILL),
    "Ctrl-C": _signalled(signal.SIGINT, 130),
    "a full disk": _full,
    "a full disk below the output": _full_below_output,
    "a closed pipe": _closed,
}


def ended(scene: Scene, ending: str, number: int, seed: int, real: bool) -> tuple[str, str]:
    """Ends a command once, in the format and at the moment that the number chooses, and says what became of it.

    Returns:
        What happened, and what is wrong with it; empty for nothing.
    """
    draw = random.Random(f"{seed} {scene.target.name} {ending} {number} {real}")
    form = scene.target.formats[number % len(scene.target.formats)]
    scene.learn(form, real)
    scene.put(draw.random() < 0.7)
    return ENDINGS[ending](scene, form, real, draw)


def _inputs(folder: Path) -> dict[Path, bytes]:
    """The files that commands read."""
    paths = [*folder.glob("*.*"), *(folder / "sent").rglob("*")]
    return {path: path.read_bytes() for path in paths if path.is_file()}


def tried(folder: Path, target: Target, plan: Sequence[Turn], seed: int) -> Iterator[tuple[str, str, str]]:
    """Ends a command on a board as often as is planned.

    Yields:
        How it was ended, what happened, and what is wrong; empty for nothing.
    """
    scene, inputs = Scene(folder, target), _inputs(folder)
    for ending, number, real in plan:
        if target.is_folder and ENDINGS[ending] is _full_below_output:
            continue
        what, wrong = ended(scene, ending, number, seed, real)
        yield ending, what, wrong if _inputs(folder) == inputs else f"{wrong}; an input was changed"


def main() -> int:
    """Prints what became of every command; 1 where a paper was lost or something was said that should not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="how often each command is ended in each way")
    parser.add_argument("--starts", type=int, default=10, help="how often more, where Python starts anew")
    parser.add_argument("--only", default="", help="commands with this in their name")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    import_all()
    each = [(number, False) for number in range(options.times)] + [(number, True) for number in range(options.starts)]
    plan = [(ending, *turn) for ending in ENDINGS for turn in each]
    totals: Counter[str] = Counter()
    breaches = 0
    with TemporaryDirectory() as board:
        write_in_child(Path(board))
        for target in (target for target in TARGETS.values() if options.only in target.name):
            outcomes: Counter[str] = Counter()
            for ending, what, wrong in tried(Path(board), target, plan, options.seed):
                outcomes[f"{ending}: {what}"] += 1
                totals[ending] += 1
                breaches += bool(wrong)
                if wrong:
                    print(f"BREACH {target.name}, {ending}: {what}: {wrong}", flush=True)
            for what, times in outcomes.items():
                print(f"{target.name}, {what}: {times}", flush=True)
    print(", ".join(f"{ending}: {count:,}" for ending, count in totals.items()))
    print(f"{totals.total():,} commands ended, {breaches} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
