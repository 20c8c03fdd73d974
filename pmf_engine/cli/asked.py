"""What the options of a command ask for: the framework, submissions, period and evaluation, the width of a page."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_engine.cli.command import CannotDoError
from pmf_engine.cli.output import keep_inputs
from pmf_engine.domain.audience import Audience

if TYPE_CHECKING:
    from pmf_engine.domain.periods import Period
    from pmf_engine.evaluation.evaluate import Evaluation
    from pmf_engine.framework.model import Framework
    from pmf_engine.submissions.submissions import Submissions

_NARROWEST = 40


def evaluation_of(arguments: argparse.Namespace, one_period: bool) -> Evaluation:
    """The evaluation for the options of a command.

    Args:
        arguments: The parsed arguments.
        one_period: Evaluate the latest quarter where the options name no period, else every period.
    """
    from pmf_engine.evaluation.evaluate import evaluate, latest_quarter

    framework = framework_of(arguments)
    period = None if arguments.period is None else period_of(framework, arguments.period)
    submissions = submissions_of(arguments, framework)
    as_of = arguments.as_of or date.today()
    if one_period and period is None:
        period = latest_quarter(framework, submissions, as_of)
        if period is None:
            raise CannotDoError("nothing has been sent yet; name a period with `--period`")
    evaluation = evaluate(framework, submissions, period=period, as_of=as_of)
    return for_audience(evaluation, getattr(arguments, "audience", "board"))


def for_audience(evaluation: Evaluation, audience: str) -> Evaluation:
    """The evaluation that an audience may see. Raises CannotDoError where nobody can tell what that is."""
    if audience == Audience.BOARD:
        return evaluation
    from pmf_engine.disclosure.public import DisclosureError, for_public
    from pmf_engine.report.snapshots import SnapshotError, papers_before

    try:
        return for_public(evaluation, papers_before(evaluation))
    except (DisclosureError, SnapshotError) as error:
        raise CannotDoError(str(error)) from None


def period_of(framework: Framework, text: str) -> Period:
    """The period that a text names. Raises CannotDoError for a text that names none."""
    try:
        return framework.period(text)
    except ValueError as error:
        raise CannotDoError(str(error)) from None


def framework_of(arguments: argparse.Namespace) -> Framework:
    """The framework of the folder in the options. Raises CannotDoError for an output over one of its files."""
    from pmf_engine.framework.load import load_framework

    folder = arguments.config
    keep_inputs(
        getattr(arguments, "output", None),
        [folder / "indicators.yaml", folder / "tolerances.yaml", *folder.glob("indicators/*")],
    )
    return load_framework(folder)


def submissions_of(arguments: argparse.Namespace, framework: Framework) -> Submissions:
    """The submissions in the folder of the options or of the board. Raises CannotDoError for an output over one."""
    from pmf_engine.cli.progress import ReadingProgress
    from pmf_engine.submissions.frames import SubmissionsError
    from pmf_engine.submissions.readers import READERS
    from pmf_engine.submissions.submissions import read_folder

    folder = submissions_folder(arguments, framework)
    keep_inputs(
        getattr(arguments, "output", None), (path for path in folder.rglob("*") if path.suffix.lower() in READERS)
    )
    try:
        with ReadingProgress() as progress:
            return read_folder(folder, framework, getattr(arguments, "as_of", None), progress)
    except SubmissionsError as error:
        raise CannotDoError(str(error)) from None


def submissions_folder(arguments: argparse.Namespace, framework: Framework) -> Path:
    """The folder of submissions: that of the options, else the board's."""
    folder: Path | None = arguments.data or framework.submissions
    assert folder is not None  # commands read frameworks from folders
    return folder


def require_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    """Raises CannotDoError, with the nearest name, for a name that the framework does not define."""
    from pmf_engine.diagnostics.suggestions import nearest

    defined = list(names)
    if name is not None and name not in defined:
        near = nearest(name, defined)
        meant = f"did you mean `{near}`?" if near else "`pmf list` shows what there is"
        raise CannotDoError(f"unknown {kind} `{name}`; {meant}")


def page_width(asked: int | None = None) -> int:
    """How wide a page is, in columns: as asked, else as the terminal, and never narrower than can be read."""
    return max(_NARROWEST, asked or shutil.get_terminal_size((80, 24)).columns)
