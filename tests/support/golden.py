"""`python -m tests.support.golden` writes anew every output that tests compare with a file, after a meant change.

Reports on a terminal, what `pmf check` prints for each mistake, and the picture in the README.
"""

from __future__ import annotations

import contextlib
import io
import runpy
from pathlib import Path
from tempfile import TemporaryDirectory

from pmf_engine.cli.program import main as pmf
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.depth import Depth
from tests.diagnostics import test_mistakes
from tests.render import test_terminal

ROOT = Path(__file__).parents[2]


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def main() -> None:
    for width in test_terminal.WIDTHS:
        for name, depth in test_terminal.DEPTHS.items():
            text = render_terminal(test_terminal.report(), width=width, color=False, depth=depth)
            write(test_terminal.GOLDEN / f"width_{width}{name}.txt", text)
    text = render_terminal(test_terminal.report(), width=80, color=False, depth=Depth.DETAIL, plain=True)
    write(test_terminal.GOLDEN / "plain.txt", text)
    for name, limited in test_terminal.limited_reports().items():
        text = render_terminal(limited, width=80, color=False, depth=Depth.DETAIL)
        write(test_terminal.GOLDEN / "limited" / f"{name}.txt", text)
    for case in test_mistakes.CASES:
        printed = io.StringIO()
        with TemporaryDirectory() as folder:
            test_mistakes.build(case, Path(folder))
            with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
                pmf(["check"])
        write(test_mistakes.FOLDER / case / "expected.txt", printed.getvalue())
    runpy.run_path(str(ROOT / "docs" / "picture.py"), run_name="__main__")


if __name__ == "__main__":
    main()
