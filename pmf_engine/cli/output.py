"""Writing the output of a command, to a file or to standard output."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

from pmf_engine.cli.command import CannotDoError

FILES: Final = ("xlsx", "docx")
"""The formats that are no text."""

NO_TEXT: Final = "a terminal cannot show a workbook or a document; name a file with `--output`"


def takes_color() -> bool:
    """Whether whoever reads a terminal wants colour: neither `NO_COLOR` nor a terminal without it says otherwise."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write(content: str | bytes, output: Path | None) -> None:
    """Writes to a file in UTF-8, or to standard output: text in the encoding of the terminal, bytes unchanged.

    Raises:
        CannotDoError: The file or standard output cannot be written.
        BrokenPipeError: The program that reads standard output has closed it.
    """
    try:
        if output is not None:
            _replace(output, content if isinstance(content, bytes) else content.encode("utf-8"))
        elif sys.stdout is None:
            raise CannotDoError("there is no standard output to write to")
        else:
            _print(content, sys.stdout)
    except BrokenPipeError:
        raise
    except OSError as error:
        target = "standard output" if output is None else f"`{output}`"
        raise CannotDoError(f"cannot write {target}: {error.strerror or error}") from None


def _print(content: str | bytes, stream: TextIO) -> None:
    """Writes all of a content: an unbuffered stream (`PYTHONUNBUFFERED`) writes a part and says how much it was."""
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    if isinstance(content, str) and isinstance(buffer, io.RawIOBase):
        content = content.replace("\n", os.linesep).encode(stream.encoding, stream.errors or "strict")
    if isinstance(content, str) or buffer is None:
        stream.write(content if isinstance(content, str) else content.decode("utf-8"))
        stream.flush()
        return
    left = memoryview(content)
    while left:
        left = left[buffer.write(left) or 0 :]
    buffer.flush()


def _replace(output: Path, content: bytes) -> None:
    """Atomic replacement: writes a temporary file in the same folder and renames it, so that no file is half written.

    Replaces the target of a symbolic link. Writes directly to a device or a pipe.
    """
    path = output.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    temporary = _beside(path)
    try:  # before the file is there, so that Ctrl-C leaves none
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # there only where something went wrong


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes files into a new folder, which is there whole or not at all. Names may have folders: `agencies/x.html`.

    Raises:
        CannotDoError: The folder is there and holds something, or cannot be written.
    """
    require_new(folder)
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(target)
        try:
            temporary.mkdir(0o700)
            for name, content in files.items():
                path = temporary / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            temporary.chmod(0o777 & ~_umask())
            if target.exists():
                target.rmdir()
            temporary.replace(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)  # there only where something went wrong
    except OSError as error:
        raise CannotDoError(f"cannot write `{folder}`: {error.strerror or error}") from None


def require_new(folder: Path) -> None:
    """Raises CannotDoError for a folder that is there and holds something; called before the work as well."""
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise CannotDoError(f"`{folder}` is there and is not written over; name a new folder")
    except OSError as error:
        raise CannotDoError(f"cannot write `{folder}`: {error.strerror or error}") from None


def write_kept(content: str | bytes, output: Path | None, files: Mapping[str, bytes], folder: Path) -> None:
    """Writes a paper and the new folder that keeps it. Raises as `write` and `write_folder`, then leaving neither."""
    write_folder(files, folder)
    try:
        write(content, output)
    except CannotDoError:
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        raise


def _beside(path: Path) -> Path:
    """A name for what becomes a file or folder when it is whole: a hidden one, which no reader takes for a paper."""
    return path.parent / f".pmf-{secrets.token_hex(8)}.part"


def _mode(path: Path) -> int:
    """The permissions of a file: its present ones, or the system's default for a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    return 0o666 & ~_umask()


def _umask() -> int:
    """The permissions that new files do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def keep_inputs(output: Path | None, files: Iterable[Path]) -> None:
    """Raises CannotDoError for an output that is one of the files that the command reads."""
    if output is None or not output.exists():
        return
    for file in files:
        with contextlib.suppress(OSError):
            if output.samefile(file):
                raise CannotDoError(f"`{output}` is read by this command and is not written over; name another file")


@contextlib.contextmanager
def without_panics() -> Iterator[None]:
    """Keeps the traces that Polars writes of its panics from the user; Python's standard error works as before.

    Rust writes them to descriptor 2 itself, also where Python catches the exception and reports the damaged file.
    """
    try:
        terminal = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    own = sys.stderr
    if _descriptor(own) == 2:
        stream = os.fdopen(os.dup(terminal), "w", 1, encoding=own.encoding, errors=own.errors)
        sys.stderr = stream
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        if sys.stderr is not own:
            sys.stderr.close()
            sys.stderr = own


def _descriptor(stream: TextIO | None) -> int | None:
    """The descriptor of a stream; None for one that is no file, as in tests."""
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None
