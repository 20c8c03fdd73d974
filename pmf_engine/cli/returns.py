"""The commands about what agencies send: `validate`, `calendar`, `template`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_engine.cli.arguments import AS_OF, CONFIG, DATA, EVALUATION, OUTPUT
from pmf_engine.cli.asked import framework_of, page_width, period_of, require_name, submissions_folder, submissions_of
from pmf_engine.cli.command import CannotDoError, Command, ExitCode, option
from pmf_engine.cli.output import write
from pmf_engine.render.renderers import CALENDAR_RENDERERS, TEMPLATE_RENDERERS, VALIDATION_RENDERERS, PageOptions

if TYPE_CHECKING:
    from pmf_engine.report.validation import Validation


def _format(arguments: argparse.Namespace, renderers: Container[str], usual: str) -> str:
    """The format that `--format` names, else the one that the name of the output ends with, else the usual one."""
    end = "" if arguments.output is None else Path(arguments.output).suffix.lower().removeprefix(".")
    return arguments.format or (end if end in renderers else usual)


def _validate(arguments: argparse.Namespace) -> ExitCode:
    """`pmf validate`: the problems with returns and lists, and late returns."""
    from pmf_engine.report.validation import validation

    form = _format(arguments, VALIDATION_RENDERERS, "text")
    framework = framework_of(arguments)
    require_name("agency", arguments.agency, framework.agencies)
    validated = validation(
        framework, submissions_of(arguments, framework), arguments.as_of or date.today(), agency=arguments.agency
    )
    options = PageOptions(width=page_width())
    if form == "xlsx":
        file = _file_to_mark(arguments.file, validated)
        options = PageOptions(file=file, path=submissions_folder(arguments, framework) / file)
    write(VALIDATION_RENDERERS[form](validated, options), arguments.output)
    return ExitCode.FINDING if validated.is_to_mend else ExitCode.DONE


def _file_to_mark(name: str | None, validated: Validation) -> str:
    """The file that is marked. Raises CannotDoError where it is not plain which, or there is none."""
    from pmf_engine.render.marked_workbook import files_to_mark

    files = files_to_mark(validated)
    if name is None and len(files) == 1:
        return files[0]
    if name in files:
        return str(name)
    if not files:
        raise CannotDoError("no workbook or CSV file has a problem, so there is nothing to mark")
    names = ", ".join(f"`{file}`" for file in files[:10])
    raise CannotDoError(f"name the file to mark with `--file`: {names}")


def _calendar(arguments: argparse.Namespace) -> ExitCode:
    """`pmf calendar`: who owes what by when, and what has come; of the board's present year unless told otherwise."""
    from pmf_engine.domain.periods import Cadence, month_of
    from pmf_engine.evaluation.evaluate import evaluate
    from pmf_engine.report.calendar import calendar_of

    form = _format(arguments, CALENDAR_RENDERERS, "table")
    framework = framework_of(arguments)
    require_name("agency", arguments.agency, framework.agencies)
    as_of = arguments.as_of or date.today()
    this_year = Cadence(12, framework.board.year_start).holding(month_of(as_of))
    period = this_year if arguments.period is None else period_of(framework, arguments.period)
    if form == "ics" and find_spec("icalendar") is None:
        raise CannotDoError('calendars of people need a package more: `pip install "pmf-engine[calendar]"`')
    evaluation = evaluate(framework, submissions_of(arguments, framework), period=period, as_of=as_of)
    calendar = calendar_of(evaluation, arguments.agency)
    write(CALENDAR_RENDERERS[form](calendar, PageOptions()), arguments.output)
    return ExitCode.DONE


def _template(arguments: argparse.Namespace) -> ExitCode:
    """`pmf template`: the blank return of an agency."""
    from pmf_engine.report.template import template_of

    form = _format(arguments, TEMPLATE_RENDERERS, "xlsx")
    framework = framework_of(arguments)
    require_name("agency", arguments.agency, framework.agencies)
    period = None if arguments.period is None else period_of(framework, arguments.period)
    if form == "xlsx" and arguments.output is None and sys.stdout.isatty():
        raise CannotDoError("a terminal cannot show a workbook; name a file with `--output`")
    as_of = arguments.as_of or date.today()
    template = template_of(framework, submissions_of(arguments, framework), arguments.agency, period, as_of)
    if not template.rows:
        raise CannotDoError(f"`{arguments.agency}` owes no figure for that period, so there is nothing to fill in")
    write(TEMPLATE_RENDERERS[form](template, PageOptions()), arguments.output)
    return ExitCode.DONE


RETURNS = (
    Command(
        "validate",
        "what is wrong with what agencies sent, and what is late",
        (
            option("agency", nargs="?", metavar="AGENCY", help="only what this agency can mend"),
            CONFIG,
            DATA,
            AS_OF,
            OUTPUT,
            option("--format", choices=list(VALIDATION_RENDERERS)),
            option(
                "--file", metavar="FILE", help="with `--format xlsx`: which file to mark, where several have problems"
            ),
        ),
        _validate,
    ),
    Command(
        "calendar",
        "who owes what by when, and what has come",
        (
            *EVALUATION,
            option("--agency", metavar="AGENCY", help="only what this agency owes"),
            option("--format", choices=list(CALENDAR_RENDERERS)),
        ),
        _calendar,
    ),
    Command(
        "template",
        "a blank return of an agency, to fill in",
        (
            option("agency", metavar="AGENCY"),
            option("period", nargs="?", metavar="PERIOD", help="what to ask for (default: what ended last)"),
            CONFIG,
            DATA,
            AS_OF,
            OUTPUT,
            option("--format", choices=list(TEMPLATE_RENDERERS)),
        ),
        _template,
    ),
)
