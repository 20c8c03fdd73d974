"""The commands, a row for each in `COMMANDS`. A command calls the library and writes the result; it computes nothing.

Commands import slow libraries themselves, so that the other commands start fast.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pmf_engine.cli.arguments import AS_OF, CONFIG, DATA, EVALUATION, OUTPUT, SELECTION, day, width
from pmf_engine.cli.command import CannotDoError, Command, ExitCode, option
from pmf_engine.cli.output import keep_inputs, write
from pmf_engine.diagnostics.diagnostic import Diagnostic, render, render_github, render_json
from pmf_engine.domain.status import Status, texts
from pmf_engine.render.renderers import (
    CALENDAR_RENDERERS,
    EXPLANATION_RENDERERS,
    OUTCOME_RENDERERS,
    RENDERERS,
    RESULT_RENDERERS,
    TEMPLATE_RENDERERS,
    VALIDATION_RENDERERS,
    PageOptions,
)
from pmf_engine.report.depth import Depth

if TYPE_CHECKING:
    from pmf_engine.domain.periods import Period
    from pmf_engine.evaluation.evaluate import Evaluation
    from pmf_engine.framework.model import Framework
    from pmf_engine.report.validation import Validation
    from pmf_engine.submissions.submissions import Submissions

_NARROWEST = 40


def _report(arguments: argparse.Namespace) -> ExitCode:
    """`pmf report`: the exception report, in colour on a terminal and in ASCII where it cannot show more."""
    from pmf_engine.report.build import exception_report
    from pmf_engine.report.findings import has_finding

    evaluation = _evaluation(arguments, one_period=True)
    framework = evaluation.framework
    _require_name("agency", arguments.agency, framework.agencies)
    _require_name("level", arguments.to, framework.governance)
    _require_name("content area", arguments.content_area, framework.content_areas)
    report = exception_report(evaluation, agency=arguments.agency, to=arguments.to, content_area=arguments.content_area)
    to_terminal = arguments.output is None and sys.stdout.isatty()
    options = PageOptions(
        width=max(_NARROWEST, arguments.width or _terminal_width()),
        color=to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        ascii=arguments.output is None and not (sys.stdout.encoding or "").lower().startswith("utf"),
        depth=Depth.ALL if arguments.all else Depth.DETAIL if arguments.detail else Depth.FIRST,
        plain=arguments.plain,
    )
    write(RENDERERS[arguments.format](report, options), arguments.output)
    return ExitCode.FINDING if arguments.fail_on and has_finding(report, arguments.fail_on) else ExitCode.DONE


def _evaluate(arguments: argparse.Namespace) -> ExitCode:
    """`pmf evaluate`: the results."""
    from pmf_engine.report.selection import selected

    evaluation = _evaluation(arguments, one_period=False)
    framework = evaluation.framework
    for indicator in arguments.indicator:
        _require_name("indicator", indicator, framework.indicators)
    _require_name("agency", arguments.agency, framework.agencies)
    _require_name("content area", arguments.content_area, framework.content_areas)
    _require_name("breakdown", arguments.by, [*framework.breakdowns, "agency"])
    evaluation = selected(
        evaluation,
        indicators=arguments.indicator,
        agency=arguments.agency,
        content_area=arguments.content_area,
        by=arguments.by,
    )
    if arguments.format == "parquet" and arguments.output is None and sys.stdout.isatty():
        raise CannotDoError("a terminal cannot show Parquet; name a file with `--output`")
    write(RESULT_RENDERERS[arguments.format](evaluation, PageOptions()), arguments.output)
    return ExitCode.DONE


def _explain(arguments: argparse.Namespace) -> ExitCode:
    """`pmf explain`: the explanation of one value."""
    from pmf_engine.evaluation.explanation.explain import explain

    evaluation = _evaluation(arguments, one_period=True)
    _require_name("indicator", arguments.indicator, evaluation.framework.indicators)
    try:
        explanation = explain(evaluation, arguments.indicator, arguments.group)
    except ValueError as error:
        raise CannotDoError(str(error)) from None
    options = PageOptions(width=max(_NARROWEST, _terminal_width()))
    write(EXPLANATION_RENDERERS[arguments.format](explanation, options), arguments.output)
    return ExitCode.DONE


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
        excerpts = "".join(f"{render(diagnostic)}\n\n" for diagnostic in diagnostics)
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

    outcomes, coverage = run_examples(_framework(arguments))
    write(OUTCOME_RENDERERS[arguments.format]((outcomes, coverage), PageOptions()), arguments.output)
    return ExitCode.DONE if all(outcome.passed for outcome in outcomes) else ExitCode.FINDING


def _validate(arguments: argparse.Namespace) -> ExitCode:
    """`pmf validate`: the problems with returns and lists, and late returns."""
    from pmf_engine.report.validation import validation

    framework = _framework(arguments)
    _require_name("agency", arguments.agency, framework.agencies)
    validated = validation(
        framework, _submissions(arguments, framework), arguments.as_of or date.today(), agency=arguments.agency
    )
    options = PageOptions(width=max(_NARROWEST, _terminal_width()))
    if arguments.format == "xlsx":
        file = _file_to_mark(arguments.file, validated)
        options = PageOptions(file=file, path=(arguments.data or framework.submissions) / file)
    write(VALIDATION_RENDERERS[arguments.format](validated, options), arguments.output)
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

    framework = _framework(arguments)
    _require_name("agency", arguments.agency, framework.agencies)
    as_of = arguments.as_of or date.today()
    this_year = Cadence(12, framework.board.year_start).holding(month_of(as_of))
    period = this_year if arguments.period is None else _period(framework, arguments.period)
    if arguments.format == "ics" and find_spec("icalendar") is None:
        raise CannotDoError('calendars of people need a package more: `pip install "pmf-engine[calendar]"`')
    evaluation = evaluate(framework, _submissions(arguments, framework), period, as_of)
    calendar = calendar_of(evaluation, arguments.agency)
    write(CALENDAR_RENDERERS[arguments.format](calendar, PageOptions()), arguments.output)
    return ExitCode.DONE


def _template(arguments: argparse.Namespace) -> ExitCode:
    """`pmf template`: the blank return of an agency."""
    from pmf_engine.report.template import template_of

    framework = _framework(arguments)
    _require_name("agency", arguments.agency, framework.agencies)
    period = None if arguments.period is None else _period(framework, arguments.period)
    if arguments.format == "xlsx" and arguments.output is None and sys.stdout.isatty():
        raise CannotDoError("a terminal cannot show a workbook; name a file with `--output`")
    as_of = arguments.as_of or date.today()
    template = template_of(framework, _submissions(arguments, framework), arguments.agency, period, as_of)
    if not template.rows:
        raise CannotDoError(f"`{arguments.agency}` owes no figure for that period, so there is nothing to fill in")
    write(TEMPLATE_RENDERERS[arguments.format](template, PageOptions()), arguments.output)
    return ExitCode.DONE


def _list(arguments: argparse.Namespace) -> ExitCode:
    """`pmf list`: the definitions."""
    from pmf_engine.framework.load import load_framework
    from pmf_engine.render.definitions import render_listing

    write(render_listing(load_framework(arguments.config), arguments.what), None)
    return ExitCode.DONE


COMMANDS = (
    Command(
        "report",
        "the exception report for a period",
        (
            *EVALUATION,
            option("--agency", metavar="AGENCY", help="only what this agency leads"),
            option("--to", metavar="LEVEL", help="only what goes to this level of governance or above"),
            option("--content-area", metavar="AREA", help="only the indicators of this content area"),
            option("--detail", action="store_true", help="the exceptions in full, after the first screen"),
            option("--all", action="store_true", help="everything else too: what is late, all indicators, the data"),
            option("--plain", action="store_true", help="sentences without symbols and bars, for screen readers"),
            option("--format", choices=list(RENDERERS), default="terminal"),
            option("--width", type=width, metavar="COLUMNS", help="how wide (default: the terminal's width)"),
            option(
                "--fail-on",
                choices=[*texts(Status), "exceptions", "problems"],
                metavar="FINDING",
                help="exit with 1 if the report says this: a status of an indicator or a group, exceptions, problems",
            ),
        ),
        _report,
    ),
    Command(
        "evaluate",
        "the results, one row per indicator, period and group",
        (*EVALUATION, *SELECTION, option("--format", choices=list(RESULT_RENDERERS), default="table")),
        _evaluate,
    ),
    Command(
        "explain",
        "every step to one value, and why it is judged so",
        (
            *EVALUATION,
            option("indicator", metavar="INDICATOR"),
            option("--group", metavar="GROUP", help="a district or agency, instead of the whole"),
            option("--format", choices=list(EXPLANATION_RENDERERS), default="text"),
        ),
        _explain,
    ),
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
        "validate",
        "what is wrong with what agencies sent, and what is late",
        (
            option("agency", nargs="?", metavar="AGENCY", help="only what this agency can mend"),
            CONFIG,
            DATA,
            AS_OF,
            OUTPUT,
            option("--format", choices=list(VALIDATION_RENDERERS), default="text"),
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
            option("--format", choices=list(CALENDAR_RENDERERS), default="table"),
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
            option("--format", choices=list(TEMPLATE_RENDERERS), default="xlsx"),
        ),
        _template,
    ),
    Command(
        "list",
        "what is defined",
        (CONFIG, option("what", nargs="?", choices=["indicators", "figures", "agencies"], default="indicators")),
        _list,
    ),
)


# -- what the commands share ----------------------------------------------------------------


def _evaluation(arguments: argparse.Namespace, one_period: bool) -> Evaluation:
    """The evaluation for the options of a command.

    Args:
        arguments: The parsed arguments.
        one_period: Evaluate the latest quarter where the options name no period, else every period.
    """
    from pmf_engine.evaluation.evaluate import evaluate, latest_quarter

    framework = _framework(arguments)
    period = None if arguments.period is None else _period(framework, arguments.period)
    submissions = _submissions(arguments, framework)
    as_of = arguments.as_of or date.today()
    if one_period and period is None:
        period = latest_quarter(framework, submissions, as_of)
        if period is None:
            raise CannotDoError("nothing has been sent yet; name a period with `--period`")
    return evaluate(framework, submissions, period, as_of)


def _period(framework: Framework, text: str) -> Period:
    """The period that a text names. Raises CannotDoError for a text that names none."""
    try:
        return framework.period(text)
    except ValueError as error:
        raise CannotDoError(str(error)) from None


def _framework(arguments: argparse.Namespace) -> Framework:
    """The framework of the folder in the options. Raises CannotDoError for an output over one of its files."""
    from pmf_engine.framework.load import load_framework

    folder = arguments.config
    keep_inputs(
        arguments.output, [folder / "indicators.yaml", folder / "tolerances.yaml", *folder.glob("indicators/*")]
    )
    return load_framework(folder)


def _submissions(arguments: argparse.Namespace, framework: Framework) -> Submissions:
    """The submissions in the folder of the options or of the board. Raises CannotDoError for an output over one."""
    from pmf_engine.submissions.frames import SubmissionsError
    from pmf_engine.submissions.readers import READERS
    from pmf_engine.submissions.submissions import read_submissions

    folder = arguments.data or framework.submissions
    keep_inputs(arguments.output, (path for path in folder.rglob("*") if path.suffix.lower() in READERS))
    try:
        return read_submissions(folder, framework, getattr(arguments, "as_of", None))
    except SubmissionsError as error:
        raise CannotDoError(str(error)) from None


def _require_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    """Raises CannotDoError, with the nearest name, for a name that the framework does not define."""
    from pmf_engine.diagnostics.suggestions import nearest

    defined = list(names)
    if name is not None and name not in defined:
        near = nearest(name, defined)
        meant = f"did you mean `{near}`?" if near else "`pmf list` shows what there is"
        raise CannotDoError(f"unknown {kind} `{name}`; {meant}")


def _terminal_width() -> int:
    return shutil.get_terminal_size((80, 24)).columns
