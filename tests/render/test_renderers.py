"""Every row of the tables of renderings gives text or bytes, and the commands offer every row."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from pmf_engine.cli.commands import COMMANDS
from pmf_engine.evaluation.evaluate import Evaluation, evaluate, explain
from pmf_engine.evaluation.example_outcomes import Coverage, ExampleOutcome, ExampleRun
from pmf_engine.framework.load import load_framework
from pmf_engine.render.renderers import (
    EXPLANATION_RENDERERS,
    OUTCOME_RENDERERS,
    RENDERERS,
    RESULT_RENDERERS,
    VALIDATION_RENDERERS,
    PageOptions,
)
from pmf_engine.render.report_forms import to_html, to_terminal
from pmf_engine.report.validation import validation
from pmf_engine.submissions.submissions import read_submissions
from tests.report.test_report import sample

ROOT = Path(__file__).parents[2]


@cache
def evaluation() -> Evaluation:
    framework = load_framework(ROOT)
    return evaluate(
        framework, read_submissions(framework.submissions, framework), period="2016-17 Q3", as_of=date(2017, 5, 31)
    )


@pytest.mark.parametrize("name", RENDERERS)
def test_every_rendering_of_a_report(name: str) -> None:
    assert RENDERERS[name](sample(), PageOptions())


@pytest.mark.parametrize("name", RESULT_RENDERERS)
def test_every_rendering_of_results(name: str) -> None:
    assert RESULT_RENDERERS[name](evaluation(), PageOptions())


@pytest.mark.parametrize("name", EXPLANATION_RENDERERS)
def test_every_rendering_of_an_explanation(name: str) -> None:
    evaluated = evaluation()
    indicator = next(iter(evaluated.framework.indicators))
    assert EXPLANATION_RENDERERS[name](explain(evaluated, indicator), PageOptions())


@pytest.mark.parametrize("name", OUTCOME_RENDERERS)
def test_every_rendering_of_the_outcomes_of_examples(name: str) -> None:
    outcomes = (ExampleOutcome("an_indicator", 1, "indicators.yaml:3", "green", None, ()),)
    coverage = (Coverage("an_indicator", ("good",), ()),)
    assert OUTCOME_RENDERERS[name](ExampleRun(outcomes, coverage), PageOptions())


@pytest.mark.parametrize("name", VALIDATION_RENDERERS)
def test_every_rendering_of_a_validation(name: str) -> None:
    validated = validation(evaluation().framework, evaluation().submissions, date(2017, 5, 31))
    assert VALIDATION_RENDERERS[name](validated, PageOptions())


def test_the_commands_offer_every_rendering() -> None:
    formats = {
        command.name: option.settings["choices"]
        for command in COMMANDS
        for option in command.options
        if "--format" in option.flags
    }
    assert formats["report"] == list(RENDERERS)
    assert formats["evaluate"] == list(RESULT_RENDERERS)
    assert formats["explain"] == list(EXPLANATION_RENDERERS)
    assert formats["test"] == list(OUTCOME_RENDERERS)
    assert formats["validate"] == list(VALIDATION_RENDERERS)


def test_a_form_says_what_it_takes() -> None:
    with pytest.raises(TypeError, match="`report` must be an ExceptionReport, not Evaluation"):
        to_html(evaluation())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`width` must be a whole number, not 'wide'"):
        to_terminal(sample(), width="wide")  # type: ignore[arg-type]
