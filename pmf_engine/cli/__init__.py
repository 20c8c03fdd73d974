"""The command line `pmf`: parses arguments, calls the library, and writes text or bytes."""

from pmf_engine.cli.program import main

__all__ = ["main"]
