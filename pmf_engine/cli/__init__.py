"""The command line: arguments in, the library called, papers out."""

from pmf_engine.cli.program import main

__all__ = ["main"]
