"""The commands about the board's year: `coverage`, `priorities`, `health`, `section11`, `plan`, `annual`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_engine.cli.arguments import AS_OF, AUDIENCE, CONFIG, DATA, OUTPUT, width
from pmf_engine.cli.asked import for_audience, framework_of, page_width, period_of, submissions_folder, submissions_of
from pmf_engine.cli.command import CannotDoError, Command, ExitCode, Option, option
from pmf_engine.cli.earlier import summary_for
from pmf_engine.cli.output import FILES, NO_TEXT, require_new, takes_color, write, write_kept
from pmf_engine.diagnostics.errors import MissingExtra
from pmf_engine.domain.audience import Audience
from pmf_engine.render.renderers import PageOptions
from pmf_engine.render.year_renderers import PAPER_RENDERERS
from pmf_engine.report.priority_sorts import SORTS

if TYPE_CHECKING:
    from pmf_engine.report.board_year import BoardYear
    from pmf_engine.report.paper import Written


def _coverage(year: BoardYear) -> Written:
    """`pmf coverage`: what is measured, from where, and what is not."""
    from pmf_engine.report.coverage import coverage_of
    from pmf_engine.report.coverage_paper import coverage_paper, coverage_sheet
    from pmf_engine.report.paper import Written

    coverage = coverage_of(year)
    return Written(coverage, coverage_paper(coverage), lambda: coverage_sheet(coverage))


def _priorities(year: BoardYear, sort: str) -> Written:
    """`pmf priorities`: why each content area was chosen, and what has come of it."""
    from pmf_engine.report.paper import Written
    from pmf_engine.report.priorities import priorities_of
    from pmf_engine.report.priorities_paper import priorities_paper, priorities_sheet
    from pmf_engine.report.section_11 import section_11_of

    priorities = priorities_of(year, section_11_of(year), sort)
    return Written(priorities, priorities_paper(priorities), lambda: priorities_sheet(priorities))


def _print_priorities(arguments: argparse.Namespace) -> ExitCode:
    print_paper(_priorities(_year(arguments), arguments.sort), arguments)
    return ExitCode.DONE


def _health(year: BoardYear) -> Written:
    """`pmf health`: is the framework itself working?"""
    from pmf_engine.report.health import health_of
    from pmf_engine.report.health_paper import health_paper, health_sheet
    from pmf_engine.report.paper import Written

    health = health_of(year)
    return Written(health, health_paper(health), lambda: health_sheet(health))


def _section_11(year: BoardYear) -> Written:
    """`pmf section11`: each agency's grade on each standard, and what follows from them."""
    from pmf_engine.report.paper import Written
    from pmf_engine.report.section_11 import section_11_of
    from pmf_engine.report.section_11_paper import section_11_paper, section_11_sheet

    audit = section_11_of(year)
    return Written(audit, section_11_paper(audit), lambda: section_11_sheet(audit))


def _annual(arguments: argparse.Namespace) -> ExitCode:
    """`pmf annual`: the annual report, or where it answers each duty of the framework."""
    from pmf_engine.report.annual import annual_report
    from pmf_engine.report.annual_paper import annual_paper
    from pmf_engine.report.board_year import BoardYear
    from pmf_engine.report.duties import duties_of, duties_paper
    from pmf_engine.report.paper import Written

    if arguments.check and arguments.save:
        raise CannotDoError("`--check` makes no paper to keep; leave `--save` out")
    if arguments.check and arguments.audience != Audience.BOARD:
        raise CannotDoError("`--check` looks for the duties in the board's report; leave `--audience` out")
    if arguments.save is not None:
        require_new(arguments.save)
    year = _year(arguments)
    year = BoardYear(for_audience(year.evaluation, arguments.audience))
    summary = summary_for(year.framework, year.period, arguments.audience)
    report = annual_report(year, summary)
    if not arguments.check:
        rendered = _rendered(Written(report, annual_paper(report), as_of=report.as_of), arguments)
        if arguments.save is None:
            write(rendered, arguments.output)
        else:
            write_kept(rendered, arguments.output, _kept(year, summary, arguments), arguments.save)
        return ExitCode.DONE
    duties = duties_of(report, year.framework)
    print_paper(Written(duties, duties_paper(report, duties), as_of=report.as_of), arguments)
    return ExitCode.DONE if all(duty.answered for duty in duties) else ExitCode.FINDING


def _kept(year: BoardYear, summary: tuple[str, ...], arguments: argparse.Namespace) -> dict[str, bytes]:
    """The files that keep the report on the year, with the results that the annual report rests on."""
    from pmf_engine.report.build import exception_report
    from pmf_engine.report.snapshots import snapshot_files

    report = exception_report(year.evaluation, summary=summary)
    return snapshot_files(year.evaluation, report, submissions_folder(arguments, year.framework))


def _printed(make: Callable[[BoardYear], Written]) -> Callable[[argparse.Namespace], ExitCode]:
    """A command that prints a paper of a year."""

    def run(arguments: argparse.Namespace) -> ExitCode:
        print_paper(make(_year(arguments)), arguments)
        return ExitCode.DONE

    return run


def _plan(arguments: argparse.Namespace) -> ExitCode:
    """`pmf plan`: what falls due in a period, by default in the quarter that holds the day of the command."""
    from pmf_engine.domain.periods import Cadence, month_of
    from pmf_engine.evaluation.evaluate import evaluate
    from pmf_engine.report.paper import Written
    from pmf_engine.report.plan import plan_of
    from pmf_engine.report.plan_paper import plan_paper, plan_sheet

    framework = framework_of(arguments)
    as_of = arguments.as_of or date.today()
    quarter = Cadence(3, framework.board.year_start).holding(month_of(as_of))
    period = quarter if arguments.period is None else period_of(framework, arguments.period)
    plan = plan_of(evaluate(framework, submissions_of(arguments, framework), period=period, as_of=as_of))
    print_paper(Written(plan, plan_paper(plan), lambda: plan_sheet(plan)), arguments)
    return ExitCode.DONE


def print_paper(written: Written, arguments: argparse.Namespace) -> None:
    """Writes a paper in the format of the options."""
    write(_rendered(written, arguments), arguments.output)


def _rendered(written: Written, arguments: argparse.Namespace) -> str | bytes:
    """A paper in the format of the options, in colour on a terminal and in ASCII where it cannot show more."""
    to_terminal = arguments.output is None and sys.stdout.isatty()
    if arguments.format in FILES and to_terminal:
        raise CannotDoError(NO_TEXT)
    options = PageOptions(
        width=page_width(arguments.width),
        color=to_terminal and takes_color(),
        ascii=arguments.output is None and not (sys.stdout.encoding or "").lower().startswith("utf"),
        plain=arguments.plain,
    )
    try:
        return PAPER_RENDERERS[arguments.format](written, options)
    except MissingExtra as error:
        raise CannotDoError(str(error)) from None


def _year(arguments: argparse.Namespace) -> BoardYear:
    """The year that the options name: the board's year that holds the period, or the latest one with data."""
    from pmf_engine.evaluation.evaluate import latest_quarter
    from pmf_engine.report.board_year import board_year

    framework = framework_of(arguments)
    period = None if arguments.period is None else period_of(framework, arguments.period)
    submissions = submissions_of(arguments, framework)
    as_of = arguments.as_of or date.today()
    period = period or latest_quarter(framework, submissions, as_of)
    if period is None:
        raise CannotDoError("nothing has been sent yet; name a year, such as `2016-17`")
    try:
        return board_year(framework, submissions, period, as_of)
    except ValueError as error:
        raise CannotDoError(str(error)) from None


_A_YEAR = option("period", nargs="?", metavar="YEAR", help="such as 2016-17 (default: the latest year with data)")


def _options(*formats: str, period: Option = _A_YEAR) -> tuple[Option, ...]:
    """The options of a command that prints a paper."""
    return (
        period,
        CONFIG,
        DATA,
        AS_OF,
        OUTPUT,
        option("--plain", action="store_true", help="sentences without columns and rules, for screen readers"),
        option("--format", choices=["terminal", "markdown", "html", "json", *formats], default="terminal"),
        option("--width", type=width, metavar="COLUMNS", help="how wide (default: the terminal's width)"),
    )


YEAR = (
    Command("coverage", "what is measured of each content area, and what is not", _options("csv"), _printed(_coverage)),
    Command(
        "priorities",
        "why each content area was chosen, and what has come of it",
        (*_options("csv"), option("--sort", choices=list(SORTS), default="file", help="in which order")),
        _print_priorities,
    ),
    Command("health", "is the framework itself working?", _options("csv"), _printed(_health)),
    Command("section11", "how agencies grade themselves on section 11", _options("csv"), _printed(_section_11)),
    Command(
        "plan",
        "what falls due in a period, and what is overdue",
        _options("csv", period=option("period", nargs="?", metavar="PERIOD", help="default: the present quarter")),
        _plan,
    ),
    Command(
        "annual",
        "the annual report of a year",
        (
            *_options("docx", "xlsx"),
            AUDIENCE,
            option("--save", type=Path, metavar="FOLDER", help="keep the results in this new folder, for later papers"),
            option(
                "--check", action="store_true", help="where each duty of the framework is answered, or that it is not"
            ),
        ),
        _annual,
    ),
)
