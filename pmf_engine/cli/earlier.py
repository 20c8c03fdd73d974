"""What stands beside an evaluation in a report: the chair's own words, and an earlier report to compare with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_engine.cli.command import CannotDoError
from pmf_engine.domain.audience import Audience

if TYPE_CHECKING:
    from pmf_engine.domain.periods import Period
    from pmf_engine.evaluation.evaluate import Evaluation
    from pmf_engine.framework.model import Framework
    from pmf_engine.report.snapshots import Snapshot


def chairs_summary(evaluation: Evaluation, audience: str | None = None) -> tuple[str, ...]:
    """The chair's words for the period of an evaluation and for its audience, unless another is given.

    Says on standard error where the file has none.
    """
    if evaluation.period is None:
        return ()
    return summary_for(evaluation.framework, evaluation.period, audience or evaluation.audience)


def summary_for(framework: Framework, period: Period, audience: str) -> tuple[str, ...]:
    """The chair's words for a period and an audience; says on standard error where the file has none."""
    from pmf_engine.report.summary import NAME, names_such_periods, read_summary

    try:
        summary = read_summary(framework.folder, period, audience)
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
        raise CannotDoError(f"cannot read `{NAME}`: {what}") from None
    folder = framework.folder
    text = (folder / NAME).read_text(encoding="utf-8-sig") if folder and (folder / NAME).is_file() else ""
    heading = f"# {period}, for the public" if audience == Audience.PUBLIC else f"# {period}"
    if not summary and names_such_periods(text, period):
        print(f"pmf: `{NAME}` says nothing of {heading[2:]}; write `{heading}` above its words", file=sys.stderr)
    return summary


def saved_report(evaluation: Evaluation, folder: Path | None) -> Snapshot | None:
    """The report kept in a folder, or the last one in the board's folder of snapshots; None without one.

    Raises:
        CannotDoError: The folder that was named is for another audience.
        SnapshotError: It is no saved report.
    """
    from pmf_engine.report.snapshots import last_saved, read_snapshot

    framework, period, asked = evaluation.framework, evaluation.period, folder is not None
    kept = framework.board.snapshots
    if folder is None and kept and framework.folder and period:
        folder = last_saved(
            framework.folder / kept, framework.board.name, period, evaluation.as_of, evaluation.audience
        )
    if folder is None:
        return None
    snapshot = read_snapshot(folder)
    if not asked and evaluation.audience != Audience.BOARD and snapshot.report.period != period:
        return None  # an earlier period is not worked out anew for the public
    if snapshot.report.audience != evaluation.audience:
        raise CannotDoError(
            f"`{folder}` was saved for the {snapshot.report.audience}, and this report is for the {evaluation.audience}"
        )
    return snapshot
