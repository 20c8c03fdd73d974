"""Whether a file is still the one that was opened: files are replaced and cut short while they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pmf_engine.submissions.limits import UnreadableError

CHANGED = "it was changed, replaced or taken away while it was read; run this again when nobody writes to it"
"""Why a file of which another version may have been read is not used."""


class FileState(NamedTuple):
    """What changes with a file: which file it is, its size in bytes, and when it was written, in nanoseconds."""

    device: int
    number: int
    size: int
    written: int
    touched: int


def state_of(path: Path) -> FileState | None:
    """The state of a file; None for a file that is gone."""
    try:
        state = path.stat()
    except OSError:
        return None
    return FileState(state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Refuses a file that has another state when the block ends.

    Raises:
        UnreadableError: The file was changed, replaced or taken away; an error of the block is its consequence.
    """
    before, failure = state_of(path), None
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of Polars is no Exception
        failure = error
    if before is not None and state_of(path) != before:
        raise UnreadableError(CHANGED) from failure
    if failure is not None:
        raise failure
