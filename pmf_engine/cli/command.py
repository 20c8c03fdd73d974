"""What a command of `pmf` is: a row with its name, help, options and function, and how a command can end."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """How a run of `pmf` ends."""

    DONE = 0
    FINDING = 1
    """The command ran, and the answer is a finding that was asked for: an error in the files, a failed example."""
    FAILED = 2
    """The command could not be run; standard error says why."""
    INTERRUPTED = 130
    """The user pressed Ctrl-C: 128 + SIGINT, as shells have it."""


class CannotDoError(Exception):
    """The command cannot be run as given; the message says why and what to do."""


@dataclass(frozen=True)
class Option:
    """An option or argument: what `argparse.ArgumentParser.add_argument` takes."""

    flags: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """A command, with its options in the order in which its help lists them."""

    name: str
    help: str
    options: tuple[Option, ...]
    run: Callable[[argparse.Namespace], ExitCode]


def option(*flags: str, **settings: Any) -> Option:
    """An option in the words of argparse.

    >>> option("--to", metavar="LEVEL").flags
    ('--to',)
    """
    return Option(flags, settings)
