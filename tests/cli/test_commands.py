"""Every row of the table of commands has a name of its own and a help that shows its options."""

from __future__ import annotations

import pytest

from pmf_engine.cli import main
from pmf_engine.cli.command import Command, ExitCode
from pmf_engine.cli.commands import COMMANDS


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_prints_its_help(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command.name, "--help"]) == ExitCode.DONE
    printed = capsys.readouterr().out
    assert printed.startswith(f"usage: pmf {command.name} ")
    for option in command.options:
        assert (option.flags[0] if option.flags[0].startswith("-") else option.settings.get("metavar", "")) in printed


def test_names_of_commands_are_unique() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))


def test_a_command_that_cannot_run_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", "no such folder"]) == ExitCode.FAILED
    assert "there is no folder" in capsys.readouterr().err
