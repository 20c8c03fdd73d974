"""`python -m tests.support.golden` writes anew every output that tests compare with a file, after a meant change.

Reports on a terminal, what `pmf check` prints for each mistake, and the picture in the README.
"""

from __future__ import annotations

import contextlib
import io
import runpy
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from pmf_engine.cli.program import main as pmf
from tests.diagnostics import test_mistakes
from tests.support import golden_papers

ROOT = Path(__file__).parents[2]


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def main() -> None:
    for name in golden_papers.NAMES:
        shutil.rmtree(golden_papers.FOLDER / name, ignore_errors=True)
        for path, text in golden_papers.printed(name):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, text)
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
