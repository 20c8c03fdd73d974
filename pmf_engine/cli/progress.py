"""Progress: a bar on the terminal of errors while files are read, where that takes long and somebody looks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pmf_engine.render.terminal.progress import Progress

_AFTER = 2.0
"""The seconds after which the bar appears: most folders are read by then."""


class ReadingProgress:
    """A bar that says how many of the files are read; it goes when they are.

    It appears after two seconds, on a terminal alone, and never among the data: those go to standard output.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began = clock, clock()
        self._shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, number: int, count: int, name: str) -> None:
        """Shows that a file is being read.

        Args:
            number: Its number, from 1.
            count: How many files there are.
            name: Its name.
        """
        if not self._shown or self._clock() - self._began < _AFTER:
            return
        if self._bar is None:
            from pmf_engine.render.terminal.progress import bar_of_files

            self._bar = bar_of_files(count)
            self._bar.start()
        [task] = self._bar.task_ids
        self._bar.update(task, completed=number - 1, file=name)
