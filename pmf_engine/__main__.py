"""`python -m pmf_engine` is `pmf`: from its first line on, Ctrl-C ends it in silence."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130
"""As `ExitCode.INTERRUPTED`, which is not imported yet when the first Ctrl-C may come."""


def _end_if_interrupted(unraisable: sys.UnraisableHookArgs) -> None:
    """Ends the process where Ctrl-C came while a library called Python that can raise nothing, which drops it."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    sys.__unraisablehook__(unraisable)


def run() -> None:
    """Runs `pmf` with the words of the process, and ends the process with its exit code."""
    try:
        sys.unraisablehook = _end_if_interrupted
        import signal

        from pmf_engine.cli.program import main

        code = main()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left to do is to end
    except KeyboardInterrupt:
        code = INTERRUPTED
    raise SystemExit(code)


if __name__ == "__main__":
    run()
