"""The types of a command of `pmf`: a row with its name, help, options and function, and its exit codes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """The exit codes of `pmf`."""

    DONE = 0
    FINDING = 1
    """The command ran and found what it looks for: an error in the files, a failed example."""
    FAILED = 2
    """The command could not run; standard error has the reason."""
    INTERRUPTED = 130
    """The user pressed Ctrl-C: 128 + SIGINT, the convention of shells."""


class CannotDoError(Exception):
    """The command cannot run with these arguments; the message has the reason and the remedy."""


@dataclass(frozen=True)
class Option:
    """An option or argument: the arguments of `argparse.ArgumentParser.add_argument`."""

    flags: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """A command; its help lists the options in this order."""

    name: str
    help: str
    options: tuple[Option, ...]
    run: Callable[[argparse.Namespace], ExitCode]


def option(*flags: str, **settings: Any) -> Option:
    """An option, with the arguments of `argparse.ArgumentParser.add_argument`.

    >>> option("--to", metavar="LEVEL").flags
    ('--to',)
    """
    return Option(flags, settings)
