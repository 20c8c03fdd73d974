"""The commands that evaluate: `report`, `pack`, `evaluate`, `explain`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pmf_engine.cli.arguments import AS_OF, AUDIENCE, CONFIG, DATA, EVALUATION, PERIOD, SELECTION, width
from pmf_engine.cli.asked import evaluation_of, page_width, require_name, submissions_folder
from pmf_engine.cli.command import CannotDoError, Command, ExitCode, option
from pmf_engine.cli.earlier import chairs_summary, saved_report
from pmf_engine.cli.output import FILES, NO_TEXT, require_new, takes_color, write, write_folder, write_kept
from pmf_engine.cli.own_forms import ReportFormats, report_form
from pmf_engine.diagnostics.errors import MissingExtra
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.status import Status, texts
from pmf_engine.render.renderers import EXPLANATION_RENDERERS, RENDERERS, RESULT_RENDERERS, PageOptions
from pmf_engine.report.depth import Depth


def _report(arguments: argparse.Namespace) -> ExitCode:
    """`pmf report`: the exception report, in colour on a terminal and in ASCII where it cannot show more."""
    from pmf_engine.report.build import exception_report
    from pmf_engine.report.findings import has_finding
    from pmf_engine.report.snapshots import SnapshotError, snapshot_files

    to_terminal = arguments.output is None and sys.stdout.isatty()
    if arguments.format in FILES and to_terminal:
        raise CannotDoError(NO_TEXT)
    form = report_form(arguments.format)
    if arguments.save is not None:
        require_new(arguments.save)
    evaluation = evaluation_of(arguments, one_period=True)
    framework = evaluation.framework
    require_name("agency", arguments.agency, framework.agencies)
    require_name("level", arguments.to, framework.governance)
    require_name("content area", arguments.content_area, framework.content_areas)
    try:
        report = exception_report(
            evaluation,
            agency=arguments.agency,
            to=arguments.to,
            content_area=arguments.content_area,
            summary=chairs_summary(evaluation),
            saved=saved_report(evaluation, arguments.compare),
            workings=arguments.format == "html",
        )
        rendered = form(report, _page_options(arguments, to_terminal))
        if to_terminal and isinstance(rendered, bytes) and arguments.format not in RENDERERS:
            raise CannotDoError(NO_TEXT)
        if arguments.save is None:
            write(rendered, arguments.output)
        else:
            files = snapshot_files(evaluation, report, submissions_folder(arguments, framework))
            write_kept(rendered, arguments.output, files, arguments.save)
    except (SnapshotError, MissingExtra) as error:
        raise CannotDoError(str(error)) from None
    return ExitCode.FINDING if arguments.fail_on and has_finding(report, arguments.fail_on) else ExitCode.DONE


def _page_options(arguments: argparse.Namespace, to_terminal: bool) -> PageOptions:
    """How the report looks, by the options and the terminal."""
    return PageOptions(
        width=page_width(arguments.width),
        color=to_terminal and takes_color(),
        ascii=arguments.output is None and not (sys.stdout.encoding or "").lower().startswith("utf"),
        depth=Depth.ALL if arguments.all else Depth.DETAIL if arguments.detail else Depth.FIRST,
        plain=arguments.plain,
    )


def _pack(arguments: argparse.Namespace) -> ExitCode:
    """`pmf pack`: every paper of a quarter, in a new folder."""
    from pmf_engine.pack.papers import INDEX, Packer
    from pmf_engine.report.snapshots import SnapshotError

    require_new(arguments.to)
    evaluation = evaluation_of(arguments, one_period=True)
    folder = submissions_folder(arguments, evaluation.framework)
    try:
        saved = saved_report(evaluation, arguments.compare)
        words = chairs_summary(evaluation)
        for_public = chairs_summary(evaluation, Audience.PUBLIC) if evaluation.framework.disclosure else ()
        pack = Packer(evaluation, words, saved, folder, for_public).pack(_progress)
    except SnapshotError as error:
        raise CannotDoError(str(error)) from None
    write_folder(pack.files, arguments.to)
    write(f"{len(pack.files):,} files in {arguments.to}; begin with {INDEX}\n", None)
    for name, problem in pack.failed.items():
        print(f"pmf: `{name}` could not be made: {problem}", file=sys.stderr)
    return ExitCode.FAILED if pack.failed else ExitCode.DONE


def _progress(number: int, count: int, name: str) -> None:
    """Shows how far the papers are, where somebody looks at a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{number} of {count}: {name}", end="" if number < count else "\n", file=sys.stderr, flush=True)


def _evaluate(arguments: argparse.Namespace) -> ExitCode:
    """`pmf evaluate`: the results."""
    from pmf_engine.report.selection import selected

    evaluation = evaluation_of(arguments, one_period=False)
    framework = evaluation.framework
    for indicator in arguments.indicator:
        require_name("indicator", indicator, framework.indicators)
    require_name("agency", arguments.agency, framework.agencies)
    require_name("content area", arguments.content_area, framework.content_areas)
    require_name("breakdown", arguments.by, [*framework.breakdowns, "agency"])
    evaluation = selected(
        evaluation,
        indicators=arguments.indicator,
        agency=arguments.agency,
        content_area=arguments.content_area,
        by=arguments.by,
    )
    if arguments.format == "parquet" and arguments.output is None and sys.stdout.isatty():
        raise CannotDoError("a terminal cannot show Parquet; name a file with `--output`")
    options = PageOptions(wide=arguments.wide, ids=arguments.ids)
    write(RESULT_RENDERERS[arguments.format](evaluation, options), arguments.output)
    return ExitCode.DONE


def _explain(arguments: argparse.Namespace) -> ExitCode:
    """`pmf explain`: the explanation of one value."""
    from pmf_engine.evaluation.evaluate import explain

    evaluation = evaluation_of(arguments, one_period=True)
    require_name("indicator", arguments.indicator, evaluation.framework.indicators)
    try:
        explanation = explain(evaluation, arguments.indicator, group=arguments.group)
    except ValueError as error:
        raise CannotDoError(str(error)) from None
    options = PageOptions(width=page_width())
    write(EXPLANATION_RENDERERS[arguments.format](explanation, options), arguments.output)
    return ExitCode.DONE


PAPERS = (
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
            AUDIENCE,
            option("--save", type=Path, metavar="FOLDER", help="keep the report in this new folder, to compare with"),
            option("--compare", type=Path, metavar="FOLDER", help="say what has changed since the report kept there"),
            option("--format", choices=ReportFormats(RENDERERS), default="terminal"),
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
        "pack",
        "every paper of a quarter at once: for the board, each level, each agency, and to keep",
        (
            CONFIG,
            DATA,
            PERIOD,
            AS_OF,
            option("--to", type=Path, required=True, metavar="DIR", help="the new folder for the papers"),
            option("--compare", type=Path, metavar="FOLDER", help="say what has changed since the report kept there"),
        ),
        _pack,
    ),
    Command(
        "evaluate",
        "the results, one row per indicator, period and group",
        (
            *EVALUATION,
            *SELECTION,
            AUDIENCE,
            option("--wide", action="store_true", help="a column for each period, instead of a row"),
            option("--ids", action="store_true", help="CSV, JSON and Parquet without the columns in words"),
            option("--format", choices=list(RESULT_RENDERERS), default="table"),
        ),
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
)
