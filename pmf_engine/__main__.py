"""`python -m pmf_engine` is `pmf`: from its first line on, Ctrl-C ends it in silence."""

from __future__ import annotations

INTERRUPTED = 130
"""As `ExitCode.INTERRUPTED`, which is not imported yet when the first Ctrl-C may come."""


def run() -> None:
    """Runs `pmf` with the words of the process, and ends the process with its exit code."""
    try:
        import signal

        from pmf_engine.cli.program import main

        code = main()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left to do is to end
    except KeyboardInterrupt:
        code = INTERRUPTED
    raise SystemExit(code)


if __name__ == "__main__":
    run()
