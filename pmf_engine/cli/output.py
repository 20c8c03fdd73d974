"""Writing what a command rendered, to a file or to standard output."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pmf_engine.cli.command import CannotDoError


def write(content: str | bytes, output: Path | None) -> None:
    """Writes to a file as UTF-8, or to standard output: text in the encoding of the terminal, bytes as they are.

    Raises:
        CannotDoError: the file or standard output cannot be written.
        BrokenPipeError: the program that reads standard output has closed it.
    """
    try:
        if output is not None:
            _replace(output, content if isinstance(content, bytes) else content.encode("utf-8"))
        elif sys.stdout is None:
            raise CannotDoError("there is no standard output to write to")
        elif isinstance(content, bytes) and hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            sys.stdout.write(content.decode("utf-8") if isinstance(content, bytes) else content)
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        target = "standard output" if output is None else f"`{output}`"
        raise CannotDoError(f"cannot write {target}: {error.strerror or error}") from None


def _replace(output: Path, content: bytes) -> None:
    """Writes a file beside the one that is wanted, and renames it: there is the old file or the new one, never a part.

    Where the name is a link, the file that it leads to is replaced. A device or a pipe is written to as it is.
    """
    path = output.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    descriptor, name = tempfile.mkstemp(prefix=".pmf-", suffix=".part", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(_mode(path))
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _mode(path: Path) -> int:
    """Who may read and write a file: as now, or as the system has it for new files."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def keep_inputs(output: Path | None, files: Iterable[Path]) -> None:
    """Raises CannotDoError where an output would be written over a file that the command reads."""
    if output is None or not output.exists():
        return
    for file in files:
        with contextlib.suppress(OSError):
            if output.samefile(file):
                raise CannotDoError(f"`{output}` is read by this command and is not written over; name another file")
