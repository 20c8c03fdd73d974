"""The commands about the two YAML files: `check`, `test`, `list`, `schema`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pmf_engine.cli.arguments import CONFIG, OUTPUT, day
from pmf_engine.cli.asked import framework_of
from pmf_engine.cli.command import CannotDoError, Command, ExitCode, option
from pmf_engine.cli.output import takes_color, write
from pmf_engine.diagnostics.diagnostic import Diagnostic, render_github, render_json
from pmf_engine.render.renderers import OUTCOME_RENDERERS, PageOptions

if TYPE_CHECKING:
    from pmf_engine.framework.model import Framework


def _check(arguments: argparse.Namespace) -> ExitCode:
    """`pmf check`: the mistakes in the two YAML files, and a line of totals."""
    from pmf_engine.framework.load import check_framework

    if not arguments.config.is_dir():
        raise CannotDoError(f"there is no folder `{arguments.config.as_posix()}`")
    check = check_framework(arguments.config, as_of=arguments.as_of)
    framework, diagnostics = check.framework, check.diagnostics
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    if arguments.format == "json":
        write(f"{render_json(diagnostics)}\n".encode(), None)
    elif arguments.format == "github":
        write("".join(f"{render_github(diagnostic)}\n" for diagnostic in diagnostics), None)
    else:
        color = sys.stdout is not None and sys.stdout.isatty() and takes_color()
        excerpts = "".join(f"{diagnostic.render(color=color)}\n\n" for diagnostic in diagnostics)
        write(f"{excerpts}{_summary(framework, diagnostics, errors)}\n", None)
    return ExitCode.FINDING if errors else ExitCode.DONE


def _summary(framework: Framework | None, diagnostics: Sequence[Diagnostic], errors: int) -> str:
    """The last line of a check: the numbers of definitions, errors and warnings."""
    warnings = len(diagnostics) - errors
    if errors or framework is None:
        return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
    parts = [_count(len(framework.indicators), "indicator"), _count(len(framework.figures), "figure")]
    parts.append(_count(len(framework.rules), "escalation rule"))
    return f"{', '.join(parts)}: no errors, {_count(warnings, 'warning')}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _test(arguments: argparse.Namespace) -> ExitCode:
    """`pmf test`: the outcomes of the examples."""
    from pmf_engine.evaluation.examples import run_examples

    run = run_examples(framework_of(arguments))
    write(OUTCOME_RENDERERS[arguments.format](run, PageOptions()), arguments.output)
    return ExitCode.DONE if run.passed else ExitCode.FINDING


def _list(arguments: argparse.Namespace) -> ExitCode:
    """`pmf list`: the definitions."""
    from pmf_engine.framework.load import load_framework
    from pmf_engine.render.definitions import render_listing

    write(render_listing(load_framework(arguments.config), arguments.what), None)
    return ExitCode.DONE


def _schema(arguments: argparse.Namespace) -> ExitCode:
    """`pmf schema`: the JSON Schema of what other programs read."""
    from pmf_engine.report.model import ExceptionReport

    write((json.dumps(ExceptionReport.json_schema(), indent=1) + "\n").encode(), arguments.output)
    return ExitCode.DONE


DEFINITIONS = (
    Command(
        "check",
        "what is wrong with the two YAML files",
        (
            CONFIG,
            option("--format", choices=["text", "json", "github"], default="text"),
            option("--as-of", type=day, metavar="DATE", help="the day reviews must not be past (default: today)"),
        ),
        _check,
    ),
    Command(
        "test",
        "run the examples written beside the indicators",
        (CONFIG, option("--format", choices=list(OUTCOME_RENDERERS), default="text"), OUTPUT),
        _test,
    ),
    Command(
        "list",
        "what is defined",
        (CONFIG, option("what", nargs="?", choices=["indicators", "figures", "agencies"], default="indicators")),
        _list,
    ),
    Command(
        "schema",
        "the JSON Schema of the report as JSON",
        (option("what", choices=["report"]), OUTPUT),
        _schema,
    ),
)
