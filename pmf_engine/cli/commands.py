"""The table of commands, in the order of `pmf --help`; a file for each subject has the rows and the functions.

A command calls the library and writes the result; it computes nothing. It imports slow libraries itself, so that the
other commands start fast.
"""

from __future__ import annotations

from typing import Final

from pmf_engine.cli.actions import ACTIONS
from pmf_engine.cli.command import Command
from pmf_engine.cli.definitions import DEFINITIONS
from pmf_engine.cli.papers import PAPERS
from pmf_engine.cli.returns import RETURNS
from pmf_engine.cli.year import YEAR

COMMANDS: Final[tuple[Command, ...]] = (*PAPERS, *DEFINITIONS, *RETURNS, *YEAR, *ACTIONS)
