"""Reports on an evaluation: dataclasses and sentences, without layout.

Public are the exception report and the types of its parts, and what it may be compared with or headed by:

    report = pmf.report.exception_report(evaluation, saved=pmf.report.read_snapshot(folder))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmf_engine.domain.late_names import late_names

if TYPE_CHECKING:
    from pmf_engine.judgement.control_charts import Chart
    from pmf_engine.report.build import exception_report
    from pmf_engine.report.depth import Depth
    from pmf_engine.report.item import (
        Comment,
        Compared,
        Group,
        Item,
        Moved,
        Named,
        Outside,
        OwnPeriod,
        Point,
        Raised,
        ReportedAction,
        Travel,
        Worked,
    )
    from pmf_engine.report.model import (
        DataQuality,
        ExceptionReport,
        GroupsOver,
        GroupTable,
        IndicatorLine,
        LateAgency,
        LateReturn,
        Level,
        Observation,
        Recovered,
    )
    from pmf_engine.report.problems import ToldProblem
    from pmf_engine.report.returns_by_agency import AgencyReturns, QuarterReturns
    from pmf_engine.report.shortfall import Shortfall
    from pmf_engine.report.since import Cause, LevelChange, ResultChange, SinceReport
    from pmf_engine.report.snapshots import Snapshot, SnapshotError, read_snapshot
    from pmf_engine.report.summary import read_summary

_HOMES = {
    "AgencyReturns": "returns_by_agency",
    "Cause": "since",
    "Chart": "item",
    "Comment": "item",
    "Compared": "item",
    "DataQuality": "model",
    "Depth": "depth",
    "ExceptionReport": "model",
    "Group": "item",
    "GroupTable": "model",
    "GroupsOver": "model",
    "IndicatorLine": "model",
    "Item": "item",
    "LateAgency": "model",
    "LateReturn": "model",
    "Level": "model",
    "LevelChange": "since",
    "Moved": "item",
    "Named": "item",
    "Observation": "model",
    "Outside": "item",
    "OwnPeriod": "item",
    "Point": "item",
    "QuarterReturns": "returns_by_agency",
    "Raised": "item",
    "Recovered": "model",
    "ReportedAction": "item",
    "ResultChange": "since",
    "Shortfall": "shortfall",
    "SinceReport": "since",
    "Snapshot": "snapshots",
    "SnapshotError": "snapshots",
    "ToldProblem": "problems",
    "Travel": "item",
    "Worked": "item",
    "exception_report": "build",
    "read_snapshot": "snapshots",
    "read_summary": "summary",
}

__all__ = [
    "AgencyReturns",
    "Cause",
    "Chart",
    "Comment",
    "Compared",
    "DataQuality",
    "Depth",
    "ExceptionReport",
    "Group",
    "GroupTable",
    "GroupsOver",
    "IndicatorLine",
    "Item",
    "LateAgency",
    "LateReturn",
    "Level",
    "LevelChange",
    "Moved",
    "Named",
    "Observation",
    "Outside",
    "OwnPeriod",
    "Point",
    "QuarterReturns",
    "Raised",
    "Recovered",
    "ReportedAction",
    "ResultChange",
    "Shortfall",
    "SinceReport",
    "Snapshot",
    "SnapshotError",
    "ToldProblem",
    "Travel",
    "Worked",
    "exception_report",
    "read_snapshot",
    "read_summary",
]

if not TYPE_CHECKING:  # so that a misspelt name is one to type checkers too
    __getattr__ = late_names(__name__, _HOMES)
