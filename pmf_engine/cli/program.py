"""The program `pmf`: runs one command, and converts every outcome and exception to an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pmf_engine.cli.arguments import build_parser
from pmf_engine.cli.command import CannotDoError, ExitCode
from pmf_engine.cli.commands import COMMANDS
from pmf_engine.cli.output import without_panics
from pmf_engine.diagnostics.diagnostic import ConfigError, render
from pmf_engine.domain.plain_text import READABLE

_LONGEST_MESSAGE = 80
"""The most characters shown of an unexpected error's message: some messages contain a whole query plan."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. Never raises.

    Args:
        arguments: The words after `pmf`; by default those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=READABLE)
    try:
        parsed = build_parser(COMMANDS).parse_args(arguments)
        with without_panics():
            code: ExitCode = parsed.run(parsed)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse has written the help or the message
        return stop.code if isinstance(stop.code, int) else ExitCode.FAILED
    except ConfigError as error:
        return _fail("\n\n".join(render(diagnostic) for diagnostic in error.diagnostics))
    except CannotDoError as error:
        return _fail(f"pmf: {error}")
    except BrokenPipeError:  # the reader of the pipe, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BaseException as error:  # a defect, or a panic of Polars: people need its name, not a call stack
        if KeyboardInterrupt.__name__ in str(error):  # Ctrl-C while Polars was calling Python: it panics
            return ExitCode.INTERRUPTED
        message = str(error).strip().partition("\n")[0][:_LONGEST_MESSAGE]
        what = f"{type(error).__name__}: {message}" if message else type(error).__name__
        return _fail(f"pmf: this should not have happened; please report it with the command and the files ({what})")


def _fail(message: str) -> ExitCode:
    try:
        print(message, file=sys.stderr, flush=True)
    except OSError:  # nobody can read it: the exit code says that the command could not run
        sys.stderr = None
    return ExitCode.FAILED
