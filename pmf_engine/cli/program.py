"""The `pmf` command: arguments in, the library called, text out. Nothing is worked out here."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_engine import __version__
from pmf_engine.diagnostics.diagnostic import ConfigError, Diagnostic, render, render_github, render_json
from pmf_engine.domain.status import Status, texts

if TYPE_CHECKING:
    from pmf_engine.evaluation.evaluate import Evaluation
    from pmf_engine.framework.model import Framework

DONE, FOUND, FAILED = 0, 1, 2
"""Exit codes: done; the answer is a finding that was asked for; it could not be done."""

_LONGEST_SAID = 80
"""How much of what went wrong inside is shown, in characters: some messages hold a whole plan."""


class CannotDoError(Exception):
    """What was asked for cannot be done; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. Never raises."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        given = _parser().parse_args(arguments)
        code: int = given.run(given)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse has said why
        return stop.code if isinstance(stop.code, int) else FAILED
    except ConfigError as error:
        return _say("\n\n".join(render(one) for one in error.diagnostics))
    except CannotDoError as error:
        return _say(f"pmf: {error}")
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # ours to mend; the reader needs to know what happened, not our call stack
        said = str(error).strip().partition("\n")[0][:_LONGEST_SAID]
        what = f"{type(error).__name__}: {said}" if said else type(error).__name__
        return _say(f"pmf: this should not have happened; please report it with the command and the files ({what})")


def _say(text: str) -> int:
    print(text, file=sys.stderr)
    return FAILED


# -- arguments -------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pmf", description="A safeguarding board's performance framework, executed.")
    parser.add_argument("--version", action="version", version=f"pmf {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--config",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder that holds the two YAML files (default: here)",
    )
    data = argparse.ArgumentParser(add_help=False, parents=[common])
    data.add_argument("--data", type=Path, metavar="DIR", help="the folder of returns (default: what the board says)")
    data.add_argument("--period", metavar="PERIOD", help="2016-17, 2016-17 Q3, 2016-17 H1 or 2016-12")
    data.add_argument("--as-of", type=_day, metavar="DATE", help="the day that decides what is late (default: today)")
    data.add_argument("--output", type=Path, metavar="FILE", help="write to this file")

    report = commands.add_parser("report", parents=[data], help="the exception report for a period")
    report.add_argument("--agency", metavar="AGENCY", help="only what this agency leads")
    report.add_argument("--to", metavar="LEVEL", help="only what goes to this level of governance or above")
    report.add_argument("--format", choices=["terminal"], default="terminal")
    report.add_argument("--width", type=_width, metavar="COLUMNS", help="how wide (default: the terminal's width)")
    report.add_argument(
        "--fail-on",
        choices=texts(Status),
        metavar="STATUS",
        help="exit with 1 if an indicator reported on has this status",
    )
    report.set_defaults(run=_report)

    evaluate = commands.add_parser(
        "evaluate", parents=[data], help="the results, one row per indicator, period and group"
    )
    evaluate.add_argument("--format", choices=["table", "csv", "json", "parquet"], default="table")
    evaluate.set_defaults(run=_evaluate)

    explain = commands.add_parser("explain", parents=[data], help="every step to one value, and why it is judged so")
    explain.add_argument("indicator", metavar="INDICATOR")
    explain.add_argument("--group", metavar="GROUP", help="a district or agency, instead of the whole")
    explain.add_argument("--format", choices=["text", "json"], default="text")
    explain.set_defaults(run=_explain)

    check = commands.add_parser("check", parents=[common], help="what is wrong with the two YAML files")
    check.add_argument("--format", choices=["text", "json", "github"], default="text")
    check.add_argument("--as-of", type=_day, metavar="DATE", help="the day reviews must not be past (default: today)")
    check.set_defaults(run=_check)

    test = commands.add_parser("test", parents=[common], help="run the examples written beside the indicators")
    test.add_argument("--format", choices=["text", "junit"], default="text")
    test.add_argument("--output", type=Path, metavar="FILE", help="write to this file")
    test.set_defaults(run=_test)

    listing = commands.add_parser("list", parents=[common], help="what is defined")
    listing.add_argument("what", nargs="?", choices=["indicators", "figures", "agencies"], default="indicators")
    listing.set_defaults(run=_list)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is not a date; write it as 2017-05-31") from None


def _width(text: str) -> int:
    if not text.isdigit() or not 40 <= int(text) <= 400:
        raise argparse.ArgumentTypeError(f"`{text}` is not a width; 40 to 400 columns")
    return int(text)


# -- commands ----------------------------------------------------------------------------


def _report(given: argparse.Namespace) -> int:
    from pmf_engine.render.terminal import render_terminal
    from pmf_engine.report.build import exception_report

    evaluation = _evaluation(given, one_period=True)
    framework = evaluation.framework
    _known("agency", given.agency, framework.agencies)
    _known("level", given.to, framework.governance)
    report = exception_report(evaluation, agency=given.agency, to=given.to)
    width = given.width or shutil.get_terminal_size((80, 24)).columns
    to_terminal = given.output is None and sys.stdout.isatty()
    color = to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    plain = given.output is None and not (sys.stdout.encoding or "").lower().startswith("utf")
    _write(render_terminal(report, width=max(40, width), color=color, ascii=plain), given.output)
    return FOUND if given.fail_on and report.counts.get(given.fail_on) else DONE


def _evaluate(given: argparse.Namespace) -> int:
    from pmf_engine.render import results

    evaluation = _evaluation(given, one_period=False)
    if given.format == "parquet":
        if given.output is None and sys.stdout.isatty():
            raise CannotDoError("a terminal cannot show Parquet; name a file with `--output`")
        _write(results.to_parquet(evaluation.results), given.output)
    elif given.format == "table":
        _write(results.to_table(evaluation), given.output)
    else:
        render_as = {"csv": results.to_csv, "json": results.to_json}[given.format]
        _write(render_as(evaluation.results).encode("utf-8"), given.output)
    return DONE


def _explain(given: argparse.Namespace) -> int:
    from pmf_engine.evaluation.explanation.explain import explain
    from pmf_engine.render import explanation

    evaluation = _evaluation(given, one_period=True)
    _known("indicator", given.indicator, evaluation.framework.indicators)
    try:
        explained = explain(evaluation, given.indicator, given.group)
    except ValueError as error:
        raise CannotDoError(str(error)) from None
    if given.format == "json":
        _write(explanation.to_json(explained).encode("utf-8"), given.output)
    else:
        _write(explanation.to_text(explained, max(40, shutil.get_terminal_size((80, 24)).columns)), given.output)
    return DONE


def _check(given: argparse.Namespace) -> int:
    from pmf_engine.framework.load import check_framework

    if not given.config.is_dir():
        raise CannotDoError(f"there is no folder `{given.config.as_posix()}`")
    framework, found = check_framework(given.config, given.as_of)
    errors = sum(one.severity == "error" for one in found)
    if given.format == "json":
        _write(f"{render_json(found)}\n".encode(), None)
    elif given.format == "github":
        _write("".join(f"{render_github(one)}\n" for one in found), None)
    else:
        _write("".join(f"{render(one)}\n\n" for one in found) + _summary(framework, found, errors) + "\n", None)
    return FOUND if errors else DONE


def _summary(framework: Framework | None, found: Sequence[Diagnostic], errors: int) -> str:
    warnings = len(found) - errors
    if errors or framework is None:
        return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
    parts = [_count(len(framework.indicators), "indicator"), _count(len(framework.figures), "figure")]
    parts.append(_count(len(framework.rules), "escalation rule"))
    return f"{', '.join(parts)}: no errors, {_count(warnings, 'warning')}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _test(given: argparse.Namespace) -> int:
    from pmf_engine.evaluation.examples import run_examples
    from pmf_engine.framework.load import load_framework
    from pmf_engine.render import example_outcomes

    ran, coverage = run_examples(load_framework(given.config))
    _write(
        example_outcomes.to_junit(ran) if given.format == "junit" else example_outcomes.to_text(ran, coverage),
        given.output,
    )
    return DONE if all(outcome.passed for outcome in ran) else FOUND


def _list(given: argparse.Namespace) -> int:
    from pmf_engine.framework.load import load_framework
    from pmf_engine.render.definitions import render_listing

    framework = load_framework(given.config)
    _write(render_listing(framework, given.what), None)
    return DONE


# -- what the commands share ----------------------------------------------------------------


def _evaluation(given: argparse.Namespace, one_period: bool) -> Evaluation:
    from pmf_engine.evaluation.evaluate import evaluate, latest_quarter
    from pmf_engine.framework.load import load_framework
    from pmf_engine.submissions.submissions import SubmissionsError, read_submissions

    framework = load_framework(given.config)
    period = None
    try:
        if given.period is not None:
            period = framework.period(given.period)
        submissions = read_submissions(given.data or framework.submissions, framework)
    except (ValueError, SubmissionsError) as error:
        raise CannotDoError(str(error)) from None
    as_of = given.as_of or date.today()
    if one_period and period is None:
        period = latest_quarter(framework, submissions, as_of)
        if period is None:
            raise CannotDoError("nothing has been sent yet; name a period with `--period`")
    return evaluate(framework, submissions, period, as_of)


def _known(what: str, name: str | None, known: Iterable[str]) -> None:
    from pmf_engine.diagnostics.diagnostic import nearest

    names = list(known)
    if name is not None and name not in names:
        near = nearest(name, names)
        meant = f"did you mean `{near}`?" if near else "`pmf list` shows what there is"
        raise CannotDoError(f"unknown {what} `{name}`; {meant}")


def _write(content: str | bytes, output: Path | None) -> None:
    try:
        if output is not None:
            output.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        elif sys.stdout is None:
            raise CannotDoError("there is no standard output to write to")
        elif isinstance(content, bytes) and hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            sys.stdout.write(content.decode("utf-8") if isinstance(content, bytes) else content)
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "standard output" if output is None else f"`{output}`"
        raise CannotDoError(f"cannot write {where}: {error.strerror or error}") from None
