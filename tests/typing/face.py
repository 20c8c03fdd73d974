"""What type checkers know of the whole face: each name with its types. This is checked, and never runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, assert_type

import polars as pl

import pmf_engine as pmf
from pmf_engine import schemas


def framework_types(framework: pmf.Framework) -> None:
    """Reading, checking and asking a framework."""
    assert_type(pmf.load_framework(".", as_of=date(2017, 1, 1)), pmf.Framework)
    assert_type(pmf.check_framework("."), pmf.Check)
    assert_type(pmf.check_framework(Path()).framework, pmf.Framework | None)
    assert_type(pmf.check_framework(".").diagnostics, tuple[pmf.Diagnostic, ...])
    assert_type(pmf.Framework.from_text("", ""), pmf.Framework)
    assert_type(pmf.Framework.from_text({"a.yaml": ""}), pmf.Framework)
    assert_type(pmf.Framework.from_dict({}, {}), pmf.Framework)
    assert_type(framework.agencies, Mapping[str, pmf.Agency])
    assert_type(framework.breakdowns, Mapping[str, pmf.Breakdown])
    assert_type(framework.figures, Mapping[str, pmf.Figure])
    assert_type(framework.lists, Mapping[str, pmf.RecordList])
    assert_type(framework.indicators, Mapping[str, pmf.Indicator])
    assert_type(framework.governance, Mapping[str, str])
    assert_type(framework.rules, tuple[pmf.Rule, ...])
    assert_type(framework.board, pmf.Board)
    assert_type(framework.content_areas, Mapping[str, pmf.ContentArea])
    assert_type(framework.warnings, tuple[pmf.Diagnostic, ...])
    assert_type(framework.folder, Path | None)
    assert_type(framework.submissions, Path | None)
    assert_type(framework.fingerprint, str)
    assert_type(framework.period("2016-17"), pmf.Period)
    assert_type(framework.periods("2016-17", frequency=pmf.Frequency.QUARTERLY), tuple[pmf.Period, ...])
    assert_type(framework.senders("a"), frozenset[str])
    assert_type(framework.rests_on("a"), frozenset[str])
    assert_type(framework.led_by("a"), tuple[str, ...])
    assert_type(framework.fed_by("a"), tuple[str, ...])
    assert_type(framework.to_frame("rules"), pl.DataFrame)
    assert_type(framework.to_text(), tuple[str, str])
    assert_type(framework.amended(tolerances={"a": {"good": "at most 1"}}, from_="2016-17"), pmf.Framework)
    assert_type(pmf.run_examples(framework), pmf.ExampleRun)
    assert_type(pmf.run_examples(framework).passed, bool)


def definition_types(indicator: pmf.Indicator, figure: pmf.Figure, breakdown: pmf.Breakdown, rule: pmf.Rule) -> None:
    """The parts of a framework."""
    assert_type(indicator.tolerances, tuple[pmf.Entry, ...])
    assert_type(indicator.polarity, pmf.Polarity | None)
    assert_type(indicator.place, pmf.Place)
    assert_type(indicator.frequency, pmf.Frequency)
    assert_type(indicator.evidence_type, pmf.EvidenceType)
    assert_type(indicator.entry_for(pmf.Period(0, indicator.cadence)), pmf.Entry | None)
    [entry, *_] = indicator.tolerances
    assert_type(entry.good, pmf.Band)
    assert_type(entry.target, float | str | None)
    assert_type(entry.review_by, date | None)
    assert_type(indicator.formula, str)
    assert_type(indicator.indicators, tuple[str, ...])
    assert_type(indicator.breaks, tuple[pmf.Break, ...])
    assert_type(figure.place, pmf.Place)
    assert_type(figure.due, Mapping[str, int])
    assert_type((rule.id, rule.until), tuple[int, str | None])
    assert_type(entry.tolerance, pmf.Band | None)
    assert_type(entry.from_, pmf.Period | None)
    assert_type(entry.good.high, float | None)
    assert_type(entry.good.text, str)
    assert_type(figure.agencies, tuple[str, ...])
    assert_type(figure.frequency, pmf.Frequency)
    assert_type(breakdown.groups, tuple[pmf.Group, ...] | None)
    assert_type(rule.when, str)


def submission_types(framework: pmf.Framework, frame: pl.DataFrame) -> None:
    """Reading submissions, and their frames."""
    submissions = pmf.read_submissions("returns", framework, as_of=date(2017, 1, 1))
    assert_type(submissions, pmf.Submissions)
    records = pmf.Records(frame, covers=(date(2016, 4, 1), date(2016, 6, 30)), received_on=date(2016, 7, 1))
    given = pmf.Submissions.from_frames(framework, {"a": frame}, lists={"b": records}, received_on=None, key="id")
    assert_type(given, pmf.Submissions)
    assert_type(pmf.Submissions.combine(submissions, given), pmf.Submissions)
    assert_type(submissions.known_at(date(2017, 1, 1)), pmf.Submissions)
    assert_type(submissions.readings, pl.DataFrame)
    assert_type(submissions.cells, pl.DataFrame)
    assert_type(submissions.problems, pl.DataFrame)
    assert_type(submissions.files, pl.DataFrame)
    assert_type(pmf.list_queries(framework, submissions, period="2016-17"), Mapping[pmf.QueryId, pl.LazyFrame])


def evaluation_types(evaluation: pmf.Evaluation) -> None:
    """Asking an evaluation."""
    evaluated = pmf.evaluate(
        evaluation.framework,
        evaluation.submissions,
        period="2016-17 Q3",
        as_of=date(2017, 1, 1),
        engine=pl.InMemoryEngine(),
        only=["a"],
    )
    assert_type(evaluated, pmf.Evaluation)
    assert_type(evaluation.period, pmf.Period | None)
    assert_type(evaluation.only, frozenset[str] | None)
    assert_type(evaluation.results, pl.DataFrame)
    assert_type(evaluation.history, pl.DataFrame)
    assert_type(evaluation.exceptions, pl.DataFrame)
    assert_type(evaluation.outstanding, pl.DataFrame)
    assert_type(evaluation.problems, pl.DataFrame)
    assert_type(evaluation.rows(), tuple[pmf.ResultRow, ...])
    row = evaluation.row("a", group="North")
    assert_type(row.status, pmf.Status)
    assert_type(row.value, float | None)
    assert_type(row.direction, pmf.Direction | None)
    assert_type(row.reason_kind, pmf.ReasonKind | None)
    assert_type(row.missing_inputs, tuple[pmf.MissingInput, ...])
    assert_type(row.marks, tuple[pmf.Mark, ...])
    assert_type(row.marks[0].kind, pmf.MarkKind)
    assert_type(row.starts_on, date)
    series = evaluation.series("a")
    assert_type(series, pmf.Series)
    assert_type(series.points, tuple[pmf.SeriesPoint, ...])
    assert_type(series.breaks, tuple[pmf.SeriesBreak, ...])
    assert_type(series.points[0].signal, pmf.Signal | None)
    assert_type(series.points[0].special_cause, pmf.SpecialCause | None)
    assert_type(evaluation.explain("a", period="2016-17"), pmf.Explanation)
    assert_type(pmf.explain(evaluation, "a"), pmf.Explanation)
    assert_type(pmf.explain(evaluation, "a").sources, tuple[pmf.explanation.Source, ...])
    assert_type(pmf.explain(evaluation, "a").judgement, pmf.explanation.Judgement | None)
    assert_type(evaluation.at("2016-17"), pmf.Evaluation)
    assert_type(pmf.exception_report(evaluation, agency="a"), pmf.ExceptionReport)
    report_types(pmf.exception_report(evaluation))
    assert_type(pmf.what_if(evaluation, from_="2016-17"), pmf.Comparison)
    comparison = pmf.compare(evaluation, evaluation)
    assert_type(comparison.better, tuple[pmf.Change, ...])
    assert_type(comparison.changes, pl.DataFrame)
    assert_type(comparison.summary(), str)


def report_types(report: pmf.ExceptionReport) -> None:
    """Reports and their forms."""
    assert_type(report.levels, tuple[pmf.report.Level, ...])
    assert_type(report.levels[0].items, tuple[pmf.report.Item, ...])
    assert_type(report.levels[0].items[0].chart, pmf.report.Chart)
    assert_type(report.since, pmf.report.SinceReport | None)
    assert_type(report.late, tuple[pmf.report.LateAgency, ...])
    assert_type(report.actions, tuple[pmf.report.ReportedAction, ...] | None)
    assert_type(report.to_json(), str)
    assert_type(report.to_dict(), dict[str, Any])
    assert_type(pmf.ExceptionReport.json_schema(), dict[str, Any])
    assert_type(pmf.report.read_snapshot(Path()), pmf.report.Snapshot)
    assert_type(pmf.render.to_terminal(report, width=100), str)
    assert_type(pmf.render.to_html(report), str)
    assert_type(pmf.render.to_markdown(report), str)
    assert_type(pmf.render.to_xlsx(report), bytes)
    assert_type(pmf.render.to_docx(report), bytes)
    assert_type(pmf.render.words.value(report.levels[0].items[0]), str)


def error_types(error: pmf.ConfigError, unknown: pmf.UnknownName) -> None:
    """Errors and mistakes."""
    assert_type(error.diagnostics, tuple[pmf.Diagnostic, ...])
    assert_type(error.diagnostics[0].kind, pmf.DiagnosticKind)
    assert_type(error.diagnostics[0].place, pmf.Place)
    assert_type(error.diagnostics[0].render(color=True), str)
    assert_type(unknown.near, str | None)
    every: list[type[pmf.Error]] = [
        pmf.ConfigError, pmf.MismatchError, pmf.ReadError, pmf.SubmissionsError, pmf.UnknownName, pmf.UnknownPeriod
    ]  # fmt: skip
    assert every


def word_types() -> None:
    """Enums are texts."""
    words: list[str] = [
        pmf.Assurance.NEVER, pmf.ChangeKind.GONE, pmf.ChartName.XMR, pmf.ItemKind.LIST, pmf.NoSignal.GAP,
        pmf.Outcome.USED, pmf.ProblemKind.BLANK, pmf.Severity.DOUBT,
    ]  # fmt: skip
    assert words
    assert_type(schemas.RESULTS.polars(), pl.Schema)
    assert_type(schemas.RESULTS.columns["value"], schemas.Column)
