"""A board's performance management framework, made executable.

    import pmf_engine as pmf

    framework = pmf.load_framework(".")
    submissions = pmf.read_submissions(framework.submissions, framework)
    evaluation = pmf.evaluate(framework, submissions, period="2016-17 Q3")
    report = pmf.exception_report(evaluation)

Names are loaded when first used, so that what does without data does without Polars too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmf_engine.diagnostics.diagnostic import ConfigError, Diagnostic
    from pmf_engine.evaluation.evaluate import Evaluation, evaluate
    from pmf_engine.evaluation.examples import Coverage, Difference, Outcome, run_examples
    from pmf_engine.evaluation.explanation.explain import Explanation, explain
    from pmf_engine.framework.load import check_framework, load_framework
    from pmf_engine.framework.model import Framework
    from pmf_engine.report.build import exception_report
    from pmf_engine.report.model import ExceptionReport
    from pmf_engine.submissions.fingerprint import MismatchError
    from pmf_engine.submissions.frames import Records, SubmissionsError
    from pmf_engine.submissions.submissions import Submissions, read_submissions

__version__ = "0.1.0"

_HOMES = {
    "ConfigError": "diagnostics.diagnostic",
    "Coverage": "evaluation.examples",
    "Diagnostic": "diagnostics.diagnostic",
    "Difference": "evaluation.examples",
    "Evaluation": "evaluation.evaluate",
    "ExceptionReport": "report.model",
    "Explanation": "evaluation.explanation.explain",
    "Framework": "framework.model",
    "MismatchError": "submissions.fingerprint",
    "Outcome": "evaluation.examples",
    "Records": "submissions.frames",
    "Submissions": "submissions.submissions",
    "SubmissionsError": "submissions.frames",
    "check_framework": "framework.load",
    "evaluate": "evaluation.evaluate",
    "exception_report": "report.build",
    "explain": "evaluation.explanation.explain",
    "load_framework": "framework.load",
    "read_submissions": "submissions.submissions",
    "run_examples": "evaluation.examples",
}

__all__ = [
    "ConfigError",
    "Coverage",
    "Diagnostic",
    "Difference",
    "Evaluation",
    "ExceptionReport",
    "Explanation",
    "Framework",
    "MismatchError",
    "Outcome",
    "Records",
    "Submissions",
    "SubmissionsError",
    "check_framework",
    "evaluate",
    "exception_report",
    "explain",
    "load_framework",
    "read_submissions",
    "run_examples",
]


if not TYPE_CHECKING:  # so that a misspelt name is one to type checkers too

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
