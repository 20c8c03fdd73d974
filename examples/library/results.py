"""What an evaluation says: rows, series, explanations, what would be if a tolerance were another, and the report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

import pmf_engine as pmf

PERIOD, AS_OF = "2026-27 Q3", date(2027, 2, 15)


def evaluated(folder: Path) -> pmf.Evaluation:
    """The evaluation of a folder's board."""
    framework = pmf.load_framework(folder, as_of=AS_OF)
    submissions = pmf.read_submissions(framework.submissions, framework, as_of=AS_OF)
    return pmf.evaluate(framework, submissions, period=PERIOD, as_of=AS_OF)


def outside(evaluation: pmf.Evaluation) -> Iterator[str]:
    """What a chair asks about: the rows that are red, or worsening, or have no value though they should."""
    for row in evaluation.rows():
        if row.status is pmf.Status.RED or row.direction is pmf.Direction.WORSENING or row.reason_kind:
            yield of_row(row)


def of_row(row: pmf.ResultRow) -> str:
    """A result with its reason, what it lacks, and what the reader must know."""
    lacking: tuple[pmf.MissingInput, ...] = row.missing_inputs
    late = row.reason_kind is pmf.ReasonKind.NOT_COME
    doubts = [mark.text for mark in row.marks if is_doubt(mark)]
    where = row.group or "whole"
    return (
        f"{row.indicator}, {where}: {row.value} {row.status}{' late' * late} {[*lacking]} {doubts} -> {row.escalate_to}"
    )


def is_doubt(mark: pmf.Mark) -> bool:
    """Whether a mark says that the value is in doubt."""
    return mark.kind in (pmf.MarkKind.DOUBT, pmf.MarkKind.ARRIVAL_UNKNOWN)


def drawn(series: pmf.Series) -> Iterator[str]:
    """What a plot of a series needs: points with their bands and limits, and breaks."""
    for point in series.points:
        yield of_point(point)
    for each in series.breaks:
        yield of_break(each)


def of_point(point: pmf.SeriesPoint) -> str:
    """A point, and whether the control chart signals at it."""
    signal = {pmf.Signal.SHIFT: "shift", pmf.Signal.TREND: "trend"}.get(point.signal or pmf.Signal.SHIFT, "signal")
    concern = point.special_cause is pmf.SpecialCause.CONCERN
    return f"{point.period} {point.value} {signal if point.signal else '-'}{' concern' if concern else ''}"


def of_break(each: pmf.SeriesBreak) -> str:
    """A day from which values do not compare with those before."""
    return f"break on {each.on}: {each.because}"


def charts(evaluation: pmf.Evaluation) -> Iterator[str]:
    """Of each indicator's last row: the kind of its chart, why it has none, and whether chance meets the target."""
    for row in evaluation.history.filter("shown", pl.col("by").is_null()).iter_rows(named=True):
        chart = pmf.ChartName(row["chart"]).name if row["chart"] else "none"
        why = pmf.NoSignal(row["no_signal"]).name if row["no_signal"] else "drawn"
        assurance = pmf.Assurance(row["assurance"]).name if row["assurance"] else "unknown"
        yield f"{row['indicator']}: {chart} {why} {assurance}"


def helped(evaluation: pmf.Evaluation) -> str:
    """How many of the actions were followed by something better, and how many reached what they were to reach."""
    verdicts = evaluation.actions["verdict"].to_list()
    reached = evaluation.actions["expected"].to_list()
    better, met = verdicts.count(pmf.Verdict.BETTER.value), reached.count(pmf.Expected.MET.value)
    return f"{better} of {len(verdicts)} actions: better since; {met}: as expected"


def of_explanation(explanation: pmf.Explanation) -> str:
    """A value with its steps."""
    return f"{explanation.indicator} {explanation.period}: {explanation.value} from {len(explanation.sources)} sources"


def reasons(explanation: pmf.Explanation) -> Iterator[str]:
    """A value from its cells and records to the level that it goes to."""
    for source in explanation.sources:
        yield from of_source(source)
    yield from map(of_step, explanation.steps)
    if explanation.judgement is not None:
        yield of_judgement(explanation.judgement)
    yield from map(of_rule, explanation.rules)
    yield of_chart(explanation.chart)
    yield from map(of_past, explanation.history)
    yield f"a period ago {of_earlier(explanation.before)}, {of_life(explanation.exception)}"
    yield of_scores(explanation.scored_twice)


def of_source(source: pmf.explanation.Source) -> Iterator[str]:
    """A figure or list with the cells or files that it was worked out from, and what has not come."""
    yield f"{source.title}: {source.value}"
    yield from map(of_cell, source.cells)
    yield from map(of_file, source.records)
    yield from map(of_absent, source.absent)


def of_cell(cell: pmf.explanation.Cell) -> str:
    """A cell of a return."""
    return f"  {cell.file}, row {cell.row}: {cell.text}"


def of_file(records: pmf.explanation.Records) -> str:
    """A file of records, with what is wrong in it."""
    return f"  {records.file}: {records.records} records {[*map(of_fault, records.faults)]}"


def of_fault(fault: pmf.explanation.Fault) -> str:
    """What is wrong in a record."""
    return f"row {fault.row}: {fault.message}"


def of_absent(absent: pmf.explanation.Absent) -> str:
    """A return that has not come."""
    return f"  not come: {absent.agency}, due {absent.due}"


def of_step(step: pmf.explanation.Step) -> str:
    """A part of the formula with its value."""
    return f"{step.text} = {step.value}"


def of_judgement(judgement: pmf.explanation.Judgement) -> str:
    """The bands in force, and which limits the value meets."""
    return f"good is {judgement.good}: {', '.join(map(of_limit, judgement.comparisons))}"


def of_limit(limit: pmf.explanation.Comparison) -> str:
    """A limit of a band."""
    return f"{limit.words} {'holds' if limit.holds else 'does not hold'}"


def of_rule(rule: pmf.explanation.Tried) -> str:
    """A rule of escalation that was tested."""
    return f"{rule.when} -> {rule.to}: {'holds' if rule.holds else 'does not hold'}"


def of_chart(chart: pmf.explanation.Chart) -> str:
    """A control chart."""
    return f"chart of {chart.points} points: {chart.signal or chart.no_signal}"


def of_past(point: pmf.explanation.Point) -> str:
    """A period of the history."""
    return f"{point.period}: {point.value} {point.status}"


def of_earlier(earlier: pmf.explanation.Compared | None) -> str:
    """The value that travel is measured from."""
    return "nothing" if earlier is None else f"{earlier.value}"


def of_life(life: pmf.explanation.Life | None) -> str:
    """An exception since it was raised."""
    return "never an exception" if life is None else f"an exception since {life.raised}"


def of_scores(scores: pmf.explanation.ScoredTwice | None) -> str:
    """Who was better off, where an indicator asks that."""
    return "no scores" if scores is None else f"{scores.better} of {scores.scored} better"


def changed(comparison: pmf.Comparison) -> Iterator[str]:
    """What differs between two evaluations."""
    yield comparison.summary()
    for change in (*comparison.better, *comparison.worse):
        yield of_change(change)


def of_change(change: pmf.Change) -> str:
    """A result that differs: by its status, or otherwise."""
    by_status = change.change == pmf.ChangeKind.STATUS
    return f"{change.indicator} {change.group or 'whole'}: {change.status_before} -> {change.status_after} {by_status}"


def of_report(report: pmf.ExceptionReport) -> str:
    """A report in one line."""
    return f"{report.board}, {report.period.label}: {report.exceptions} exceptions"


def main(folder: Path) -> None:
    """Prints what the evaluation of a folder's board says."""
    evaluation = evaluated(folder)
    period: pmf.Period = evaluation.framework.period(PERIOD)
    print(f"{period} is {period.first_day} to {period.last_day}")
    print(*outside(evaluation), *charts(evaluation), sep="\n")
    print(*drawn(evaluation.series("looked_after")), sep="\n")
    print(of_explanation(pmf.explain(evaluation, "health_assessments")))
    print(*reasons(evaluation.explain("repeat_referrals")), sep="\n")
    print(of_row(evaluation.at("2026-27 Q2").row("repeat_referrals", group="Whissendine")))
    stricter = pmf.what_if(evaluation, tolerances={"looked_after": {"good": "at most 250", "tolerance": "at most 290"}})
    print(*changed(stricter), *changed(pmf.compare(evaluation, evaluation)), sep="\n")
    print(helped(evaluation))
    print(of_report(pmf.exception_report(evaluation)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
