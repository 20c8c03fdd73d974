"""Every public name and method has an example that runs: in examples/library, or in a Python block of the docs."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.whole.test_arguments import OWN

ROOT = Path(__file__).parents[2]
BOARD = ROOT / "examples" / "changing_board"

PRINTED = {
    "definitions": [
        "board Vale Safeguarding Children Partnership: its year starts in month 4",
        "break on 2026-04-01: counts young people to 25",
        "agency icb: Vale Integrated Care Board leads 1 indicators",
        "breakdown district: Oakham, Uppingham, Ketton, Whissendine",
        "indicator repeat_referrals: percent(rereferrals, referrals); rests on referrals, rereferrals",
        "  good at most 310 (None to 310.0), low is good in 2026-27 Q4; sent by social_care",
        "rule red for 2 periods -> board",
        "looked_after without an example: green, amber, red",
        "indicators.yaml:64:22 misspelt: unknown figure `rereferals`",
    ],
    "results": [
        "2026-27 Q3 is 2026-10-01 to 2026-12-31",
        "repeat_referrals, Whissendine: 30.0 red [] [] -> board",
        "2026-27 Q3 298.0 -",
        "break on 2026-04-01: counts young people to 25",
        "looked_after whole: green -> red True",
        "nothing changes",
        "0 of 0 actions: better since; 0: as expected",
    ],
    "papers": [
        "  Referrals that are repeats (repeat_referrals): AMBER 22.5%, amber for 2 quarters, since 2026-27 Q2",
        "    District: Whissendine 30.0% of 3",
        "Vale Integrated Care Board: 0/0 2/2 2/2 2/2 2/2 2/2 2/2 2/2",
        "JSON has schema 1, as The exception report of a safeguarding children board says",
        "  5 fewer would be good",
    ],
    "nightly": [
        "UNKNOWN_FIGURE in row 3: unknown figure `planz`; did you mean `Plans`?",
        "1 of 2 cells are refused",
        "2.0 green",
        "nothing was read: there is no folder of submissions at `FOLDER/nothing`",
    ],
}
"""By program, lines that it prints: read off the board's files, whose numbers are invented."""


@pytest.mark.parametrize("name", PRINTED)
def test_each_program_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    importlib.import_module(f"examples.library.{name}").main(BOARD)
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in PRINTED[name] if line not in printed] == []


def test_no_program_is_left_out() -> None:
    assert {path.stem for path in (ROOT / "examples" / "library").glob("[!_]*.py")} == PRINTED.keys()


def shown() -> str:
    """The text of all examples."""
    blocks = (
        block
        for path in (ROOT / "docs").glob("*.md")
        for block in re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M)
    )
    programs = (path.read_text(encoding="utf-8") for path in (ROOT / "examples" / "library").glob("*.py"))
    return "\n".join([*blocks, *programs])


def methods(kind: type) -> Iterator[str]:
    """The public methods that a class defines for programs to call."""
    for name, member in vars(kind).items():
        plain = getattr(member, "__func__", member)
        own = name.startswith("_") or name in OWN or hasattr(plain, "__deprecated__")
        if inspect.isfunction(plain) and not own:
            yield name


NAMES = [
    *pmf.__all__,
    *(f"explanation.{name}" for name in pmf.explanation.__all__),
    *(f"report.{name}" for name in pmf.report.__all__),
    *(f"render.{name}" for name in pmf.render.__all__),
    *(f"render.words.{name}" for name in pmf.render.words.__all__),
]


def test_every_public_name_has_an_example() -> None:
    text = shown()
    assert [name for name in NAMES if not re.search(rf"\bpmf\.{re.escape(name)}\b", text)] == []


def test_every_public_method_has_an_example() -> None:
    text = shown()
    things = [getattr(module, name) for module in (pmf, pmf.report) for name in module.__all__]
    kinds = [thing for thing in things if inspect.isclass(thing)]
    parents = {parent for kind in kinds for parent in kind.__mro__ if parent.__module__.startswith("pmf_engine")}
    called = {f"{parent.__name__}.{name}" for parent in parents for name in methods(parent)}
    assert sorted(name for name in called if f".{name.rsplit('.', 1)[-1]}(" not in text) == []
