"""Writing what a command rendered, to a file or to standard output."""

from __future__ import annotations

import sys
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
            output.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
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
