"""A board's performance management framework, made executable.

    import pmf_engine as pmf

    framework = pmf.load_framework(".")
    submissions = pmf.read_submissions(framework.submissions, framework)
    evaluation = pmf.evaluate(framework, submissions, period="2016-17 Q3")
    report = pmf.exception_report(evaluation)

Where to begin:

- A framework: `load_framework`, `check_framework`, `Framework.from_text`; it has an `Indicator`
  for each measure, with the bands of its tolerance (`Entry`).
- What agencies sent: `read_submissions` from a folder, `Submissions.from_frames` from a database or pandas.
- What is green: `evaluate` gives an `Evaluation`, with frames (`results`, `history`, `exceptions`, `outstanding`,
  `problems`), rows (`rows`, `row`, `series`) and reasons (`explain`, whose types are in `pmf.explanation`).
  `pmf.schemas` says what each column means.
- What would be: `what_if` and `compare` give a `Comparison`.
- Papers: `exception_report` gives an `ExceptionReport`; its types are in `pmf.report`, its forms in `pmf.render`.
- What can go wrong: each error is an `Error`, or a TypeError or ValueError that names the parameter.

Public are the names in `__all__` here and in `pmf.schemas`, `pmf.report`, `pmf.render` and `pmf.explanation`, and of
their objects all whose types are public or plain; the packages below, and what is of their types, may move. Names are
loaded when first used, so that what does without data does without Polars too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmf_engine.domain.late_names import late_names

if TYPE_CHECKING:
    from pmf_engine import explanation as explanation
    from pmf_engine import render as render
    from pmf_engine import report as report
    from pmf_engine import schemas as schemas
    from pmf_engine.diagnostics.diagnostic import ConfigError, Diagnostic
    from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind
    from pmf_engine.diagnostics.errors import Error, MismatchError, ReadError, UnknownName, UnknownPeriod
    from pmf_engine.diagnostics.source import Place
    from pmf_engine.domain.marks import Mark, MarkKind
    from pmf_engine.domain.periods import Frequency, Period
    from pmf_engine.domain.problem_kind import ProblemKind
    from pmf_engine.domain.status import (
        Assurance,
        ChartName,
        Direction,
        EvidenceType,
        Expected,
        ItemKind,
        NoSignal,
        Outcome,
        ReasonKind,
        Signal,
        SpecialCause,
        Status,
        Verdict,
    )
    from pmf_engine.evaluation.comparison import Change, ChangeKind, Comparison, compare, what_if
    from pmf_engine.evaluation.evaluate import Evaluation, evaluate, explain, list_queries
    from pmf_engine.evaluation.example_outcomes import Coverage, Difference, ExampleOutcome, ExampleRun
    from pmf_engine.evaluation.examples import run_examples
    from pmf_engine.evaluation.explanation.explain import Explanation
    from pmf_engine.evaluation.rows import MissingInput, ResultRow, Series, SeriesBreak, SeriesPoint
    from pmf_engine.formula.syntax import Band
    from pmf_engine.framework.definitions import Agency, Break, Breakdown, Figure, Group, RecordList
    from pmf_engine.framework.escalation_rules import Rule
    from pmf_engine.framework.indicator import Indicator
    from pmf_engine.framework.load import Check, check_framework, load_framework
    from pmf_engine.framework.model import Framework
    from pmf_engine.framework.needs import ContentArea
    from pmf_engine.framework.schema import Board
    from pmf_engine.framework.tolerances import Entry, Polarity
    from pmf_engine.records.list_query import QueryId
    from pmf_engine.report.build import exception_report
    from pmf_engine.report.model import ExceptionReport
    from pmf_engine.submissions.frames import Records, SubmissionsError
    from pmf_engine.submissions.severity import Severity
    from pmf_engine.submissions.submissions import Submissions, read_submissions

__version__ = "1.0.0"

_HOMES = {
    "Agency": "framework.definitions",
    "Assurance": "domain.status",
    "Band": "formula.syntax",
    "Board": "framework.schema",
    "Break": "framework.definitions",
    "Breakdown": "framework.definitions",
    "Change": "evaluation.comparison",
    "ChangeKind": "evaluation.comparison",
    "ChartName": "domain.status",
    "Check": "framework.load",
    "Comparison": "evaluation.comparison",
    "ConfigError": "diagnostics.diagnostic",
    "ContentArea": "framework.needs",
    "Coverage": "evaluation.example_outcomes",
    "Diagnostic": "diagnostics.diagnostic",
    "DiagnosticKind": "diagnostics.diagnostic_kinds",
    "Difference": "evaluation.example_outcomes",
    "Direction": "domain.status",
    "Entry": "framework.tolerances",
    "Error": "diagnostics.errors",
    "Expected": "domain.status",
    "Evaluation": "evaluation.evaluate",
    "EvidenceType": "domain.status",
    "ExampleOutcome": "evaluation.example_outcomes",
    "ExampleRun": "evaluation.example_outcomes",
    "ExceptionReport": "report.model",
    "Explanation": "evaluation.explanation.explain",
    "Figure": "framework.definitions",
    "Framework": "framework.model",
    "Frequency": "domain.periods",
    "Group": "framework.definitions",
    "Indicator": "framework.indicator",
    "ItemKind": "domain.status",
    "Mark": "domain.marks",
    "MarkKind": "domain.marks",
    "MismatchError": "diagnostics.errors",
    "MissingInput": "evaluation.rows",
    "NoSignal": "domain.status",
    "Outcome": "domain.status",
    "Period": "domain.periods",
    "Place": "diagnostics.source",
    "Polarity": "framework.tolerances",
    "ProblemKind": "domain.problem_kind",
    "QueryId": "records.list_query",
    "ReadError": "diagnostics.errors",
    "ReasonKind": "domain.status",
    "RecordList": "framework.definitions",
    "Records": "submissions.frames",
    "ResultRow": "evaluation.rows",
    "Rule": "framework.escalation_rules",
    "Series": "evaluation.rows",
    "SeriesBreak": "evaluation.rows",
    "SeriesPoint": "evaluation.rows",
    "Severity": "submissions.severity",
    "Signal": "domain.status",
    "SpecialCause": "domain.status",
    "Status": "domain.status",
    "Submissions": "submissions.submissions",
    "SubmissionsError": "submissions.frames",
    "UnknownName": "diagnostics.errors",
    "UnknownPeriod": "diagnostics.errors",
    "Verdict": "domain.status",
    "check_framework": "framework.load",
    "compare": "evaluation.comparison",
    "evaluate": "evaluation.evaluate",
    "exception_report": "report.build",
    "explain": "evaluation.evaluate",
    "list_queries": "evaluation.evaluate",
    "load_framework": "framework.load",
    "read_submissions": "submissions.submissions",
    "run_examples": "evaluation.examples",
    "what_if": "evaluation.comparison",
}

_MODULES = {name: name for name in ("explanation", "render", "report", "schemas")}
"""The public modules, which are loaded when first used too."""

__all__ = [
    "Agency",
    "Assurance",
    "Band",
    "Board",
    "Break",
    "Breakdown",
    "Change",
    "ChangeKind",
    "ChartName",
    "Check",
    "Comparison",
    "ConfigError",
    "ContentArea",
    "Coverage",
    "Diagnostic",
    "DiagnosticKind",
    "Difference",
    "Direction",
    "Entry",
    "Error",
    "Evaluation",
    "EvidenceType",
    "ExampleOutcome",
    "ExampleRun",
    "ExceptionReport",
    "Expected",
    "Explanation",
    "Figure",
    "Framework",
    "Frequency",
    "Group",
    "Indicator",
    "ItemKind",
    "Mark",
    "MarkKind",
    "MismatchError",
    "MissingInput",
    "NoSignal",
    "Outcome",
    "Period",
    "Place",
    "Polarity",
    "ProblemKind",
    "QueryId",
    "ReadError",
    "ReasonKind",
    "RecordList",
    "Records",
    "ResultRow",
    "Rule",
    "Series",
    "SeriesBreak",
    "SeriesPoint",
    "Severity",
    "Signal",
    "SpecialCause",
    "Status",
    "Submissions",
    "SubmissionsError",
    "UnknownName",
    "UnknownPeriod",
    "Verdict",
    "check_framework",
    "compare",
    "evaluate",
    "exception_report",
    "explain",
    "list_queries",
    "load_framework",
    "read_submissions",
    "run_examples",
    "what_if",
]

if not TYPE_CHECKING:  # so that a misspelt name is one to type checkers too
    __getattr__ = late_names(__name__, {**_HOMES, **_MODULES})


def __dir__() -> list[str]:
    return [*globals(), *__all__, *_MODULES]
