"""The command line: arguments in, the library called, text or bytes out."""

from pmf_engine.cli.program import main

__all__ = ["main"]
