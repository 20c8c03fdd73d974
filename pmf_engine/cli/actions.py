"""The command about actions: `actions`."""

from __future__ import annotations

import argparse

from pmf_engine.cli.arguments import AS_OF, CONFIG, DATA, OUTPUT, width
from pmf_engine.cli.asked import evaluation_of, require_name
from pmf_engine.cli.command import CannotDoError, Command, ExitCode, option
from pmf_engine.cli.year import print_paper


def _actions(arguments: argparse.Namespace) -> ExitCode:
    """`pmf actions`: what was agreed, whether it was done, and what the indicators did since."""
    from pmf_engine.report.actions import actions_of, shown_periods
    from pmf_engine.report.actions_paper import action_paper, actions_paper, actions_sheet
    from pmf_engine.report.paper import Written

    evaluation = evaluation_of(arguments, one_period=True)
    require_name("agency", arguments.agency, evaluation.framework.agencies)
    actions = actions_of(evaluation, arguments.agency)
    paper = actions_paper(actions, arguments.loop)
    if arguments.id is not None:
        asked = arguments.id.casefold()
        action = next((each for each in actions.actions if each.id.casefold() == asked), None)
        if action is None:
            raise CannotDoError(f"no action `{arguments.id}`; `pmf actions` shows what there is")
        paper = action_paper(actions, action, shown_periods(evaluation, action.id))
    print_paper(Written(actions, paper, lambda: actions_sheet(actions)), arguments)
    return ExitCode.DONE


ACTIONS = (
    Command(
        "actions",
        "what was agreed, and is it better since",
        (
            option("id", nargs="?", metavar="ACTION", help="explain one action, such as A-14"),
            option("--period", metavar="PERIOD", help="such as '2016-17 Q4' (default: the latest quarter with data)"),
            CONFIG,
            DATA,
            AS_OF,
            OUTPUT,
            option("--agency", metavar="AGENCY", help="what one agency does, and what is to improve what concerns it"),
            option("--loop", action="store_true", help="from matter to action, effect and lesson, with counts"),
            option("--plain", action="store_true", help="sentences without columns and rules, for screen readers"),
            option("--format", choices=["terminal", "markdown", "html", "json", "csv"], default="terminal"),
            option("--width", type=width, metavar="COLUMNS", help="how wide (default: the terminal's width)"),
        ),
        _actions,
    ),
)
