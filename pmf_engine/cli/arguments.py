"""Arguments: the options that several commands share, and the parser of the table of commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pmf_engine import __version__
from pmf_engine.cli.command import Command, option
from pmf_engine.domain.audience import Audience


def day(text: str) -> date:
    """Parses a date in ISO 8601.

    >>> day("2017-05-31")
    datetime.date(2017, 5, 31)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is not a date; write it as 2017-05-31") from None


def width(text: str) -> int:
    """Parses the width of a page, in columns.

    >>> width("120")
    120
    """
    if not text.isdigit() or not 40 <= int(text) <= 400:
        raise argparse.ArgumentTypeError(f"`{text}` is not a width; 40 to 400 columns")
    return int(text)


CONFIG = option(
    "--config",
    type=Path,
    default=Path(),
    metavar="DIR",
    help="the folder that holds the two YAML files (default: here)",
)
OUTPUT = option("--output", type=Path, metavar="FILE", help="write to this file")
DATA = option("--data", type=Path, metavar="DIR", help="the folder of returns (default: what the board says)")
AS_OF = option("--as-of", type=day, metavar="DATE", help="the day that decides what is late (default: today)")
PERIOD = option("--period", metavar="PERIOD", help="2016-17, 2016-17 Q3, 2016-17 H1 or 2016-12")
AUDIENCE = option(
    "--audience",
    choices=[*map(str, Audience)],
    default=str(Audience.BOARD),
    help="for whom: `public` withholds small counts and what would give them away (default: board)",
)
EVALUATION = (
    CONFIG,
    DATA,
    PERIOD,
    AS_OF,
    OUTPUT,
)
"""The options of every command that evaluates returns."""

SELECTION = (
    option("--indicator", action="append", default=[], metavar="INDICATOR", help="only this one; may be repeated"),
    option("--agency", metavar="AGENCY", help="only what this agency leads, and its own rows in what others lead"),
    option("--content-area", metavar="AREA", help="only the indicators of this content area"),
    option("--by", metavar="BREAKDOWN", help="only the groups of this breakdown, such as district or agency"),
)
"""The options that select some of the results."""


def build_parser(commands: Iterable[Command]) -> argparse.ArgumentParser:
    """The parser of `pmf`. Its result has the function of the chosen command as `run`."""
    parser = argparse.ArgumentParser(prog="pmf", description="A safeguarding board's performance framework, executed.")
    parser.add_argument("--version", action="version", version=f"pmf {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in commands:
        subparser = subparsers.add_parser(command.name, help=command.help)
        for option_ in command.options:
            subparser.add_argument(*option_.flags, **option_.settings)
        subparser.set_defaults(run=command.run)
    return parser
