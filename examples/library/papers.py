"""A paper of one's own: a function from an exception report to lines, beside the forms that the engine has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pmf_engine as pmf

from .results import evaluated


def paper(report: pmf.ExceptionReport) -> Iterator[str]:
    """The lines of the paper."""
    yield f"{report.board}, {report.period}, as of {report.as_of}"
    yield from report.summary
    for level in report.levels:
        yield from of_level(level)
    for late in report.late:
        yield from of_late(late)
    yield from (of_recovered(each) for each in (*report.recovered, *report.ended))
    yield from (of_groups_over(each) for each in (*report.groups_over, *report.small_groups))
    yield from map(of_observation, report.observations)
    yield from map(of_line, report.indicators)
    yield from map(of_table, report.by_group)
    yield from map(of_action, report.actions or ())
    yield from map(of_returns, report.returns)
    yield of_quality(report.data_quality)
    if report.since:
        yield from of_since(report.since)


def of_level(level: pmf.report.Level) -> Iterator[str]:
    """A level of governance with its exceptions."""
    yield f"To {level.level.title}:"
    for item in level.items:
        yield from of_item(item)


def of_item(item: pmf.report.Item) -> Iterator[str]:
    """An exception with what a scrutineer asks of it."""
    now = f"{pmf.render.words.status(item.status)} {pmf.render.words.value(item)}"
    yield f"  {of_name(item.indicator)}: {now}, {pmf.render.words.lasting(item)}"
    yield f"    {pmf.render.words.reason(item) or pmf.render.words.travel(item)}"
    parts = [of_point(point) for point in item.trend]
    parts += [of_travel(travel) for travel in (item.travel, item.year_ago) if travel]
    parts += [of_raised(item.raised, item.own_months)] if item.raised else []
    parts += [of_chart(item.chart, item.own_months), of_shortfall(item.shortfall) if item.shortfall else ""]
    parts += [of_compared(other) for other in item.compared]
    parts += [of_comment(comment) for comment in item.comments]
    parts += [of_own(own) for own in item.raised_in]
    parts += [of_worked(worked) for worked in item.workings]
    yield f"    {'; '.join(part for part in parts if part)}"
    for outside in item.outside:
        yield f"    {of_outside(outside)}"


def of_name(named: pmf.report.Named) -> str:
    """A title with its id."""
    return f"{named.title} ({named.id})"


def of_point(point: pmf.report.Point) -> str:
    """A period of the trend."""
    return f"{point.period} {point.shown or point.status}"


def of_travel(travel: pmf.report.Travel) -> str:
    """A direction of travel."""
    return f"{travel.direction} from {travel.then}" if travel.direction else ""


def of_raised(raised: pmf.report.Raised, months: int) -> str:
    """Since when it is an exception, and whether its tolerance has changed since."""
    return f"{pmf.render.words.raised(raised, months)}{of_moved(raised.moved) if raised.moved else ''}"


def of_moved(moved: pmf.report.Moved) -> str:
    """A change of tolerance."""
    return f", {moved.then} then"


def of_chart(chart: pmf.report.Chart, months: int) -> str:
    """What the control chart says."""
    return pmf.render.words.signal(chart, months)


def of_shortfall(shortfall: pmf.report.Shortfall) -> str:
    """How many children are missing to good."""
    return f"{shortfall.good} {'more' if shortfall.more else 'fewer'} would be good"


def of_compared(compared: pmf.report.Compared) -> str:
    """A figure beside the value, such as England's."""
    return f"{compared.of.title} {compared.shown}"


def of_comment(comment: pmf.report.Comment) -> str:
    """What an agency says of its figure."""
    return f"{comment.agency.title}: {comment.words}"


def of_own(own: pmf.report.OwnPeriod) -> str:
    """A quarter with an exception, in a report on a year."""
    return f"{own.was.period} to {own.to.title}"


def of_worked(worked: pmf.report.Worked) -> str:
    """What a figure came to, and from how many lines."""
    return f"{worked.title} {worked.result}, {len(worked.lines)} lines"


def of_outside(outside: pmf.report.Outside) -> str:
    """The groups of a breakdown that call for attention."""
    return f"{outside.by.title}: {', '.join(map(of_group, outside.groups))} of {outside.of}"


def of_group(group: pmf.report.Group) -> str:
    """A group and its value."""
    return f"{group.name} {group.shown or group.status}"


def of_late(late: pmf.report.LateAgency) -> Iterator[str]:
    """What an agency owes."""
    for each in late.returns:
        yield f"{late.agency.title} owes {of_return(each)}"


def of_return(late: pmf.report.LateReturn) -> str:
    """A late figure or list."""
    return f"{late.figure.title} for {late.period}, {late.days_late} days late"


def of_recovered(recovered: pmf.report.Recovered) -> str:
    """An exception that is over."""
    return f"{recovered.indicator.title} was {of_point(recovered.then)}, is {of_point(recovered.now)}"


def of_groups_over(over: pmf.report.GroupsOver) -> str:
    """Groups that are no longer exceptions."""
    return f"{over.indicator.title}, {over.by.title}: {len(over.groups)} of {over.of}"


def of_observation(observation: pmf.report.Observation) -> str:
    """Evidence in words."""
    return f"{observation.agency.title}: {observation.words}"


def of_line(line: pmf.report.IndicatorLine) -> str:
    """An indicator in the table of all."""
    return f"{line.indicator.title}: {line.now.shown or line.now.status}"


def of_table(table: pmf.report.GroupTable) -> str:
    """The size of the table of a breakdown."""
    return f"{table.by.title}: {len(table.rows)} indicators by {len(table.groups)} groups"


def of_action(action: pmf.report.ReportedAction) -> str:
    """An action and what came of it."""
    return f"{action.id} {action.text}: {action.verdict}"


def of_returns(returns: pmf.report.AgencyReturns) -> str:
    """How many returns of an agency came in time, by quarter."""
    return f"{returns.agency.title}: {' '.join(map(of_quarter, returns.quarters))}"


def of_quarter(quarter: pmf.report.QuarterReturns) -> str:
    """Returns in time of those owed."""
    return f"{quarter.in_time}/{quarter.owed}"


def of_quality(quality: pmf.report.DataQuality) -> str:
    """What was read, and the first problem."""
    first = "; ".join(map(of_problem, quality.first_problems[:1]))
    return f"{quality.cells_used} of {quality.cells_read} cells used{f'; {first}' if first else ''}"


def of_problem(problem: pmf.report.ToldProblem) -> str:
    """A problem of the submissions."""
    return f"{problem.file}: {problem.message}"


def of_since(since: pmf.report.SinceReport) -> Iterator[str]:
    """What has changed since a report was given out."""
    yield from (f"since {since.as_of}: {of_level_change(each)}" for each in since.levels)
    yield from map(of_result_change, since.by(pmf.report.Cause.REVISED))


def of_level_change(change: pmf.report.LevelChange) -> str:
    """How many exceptions go to a level."""
    return f"{change.level.title} {change.then} -> {change.now}"


def of_result_change(change: pmf.report.ResultChange) -> str:
    """A result that differs because a figure was revised."""
    return f"{change.indicator.title} was revised"


def since_saved(evaluation: pmf.Evaluation, folder: Path) -> pmf.ExceptionReport:
    """The report, with what has changed since the one that `pmf report --save` keeps in a folder."""
    try:
        saved: pmf.report.Snapshot | None = pmf.report.read_snapshot(folder)
    except pmf.report.SnapshotError as error:
        print(error)
        saved = None
    summary = pmf.report.read_summary(evaluation.framework.folder, evaluation.period) if evaluation.period else ()
    report: pmf.report.ExceptionReport = pmf.report.exception_report(evaluation, summary=summary, saved=saved)
    return report


def forms(report: pmf.ExceptionReport) -> Iterator[str]:
    """The sizes of the forms that the engine has; `to_docx` needs the extra `word`."""
    texts = (
        pmf.render.to_terminal(report, width=100, depth=pmf.report.Depth.ALL),
        pmf.render.to_html(report),
        pmf.render.to_markdown(report),
        pmf.render.to_json(report),
    )
    yield from (text.splitlines()[0] for text in texts)
    yield from (form(report)[:2].decode() for form in (pmf.render.to_xlsx, pmf.render.to_docx))
    yield f"JSON has schema {report.to_dict()['schema']}, as {pmf.ExceptionReport.json_schema()['title']} says"
    assert report.to_json() == pmf.render.to_json(report)


def main(folder: Path) -> None:
    """Prints a paper of one's own, and how the others begin."""
    evaluation = evaluated(folder)
    report = since_saved(evaluation, folder / "saved")
    print(*paper(report), *forms(report), sep="\n")
    words = [pmf.render.words.rule(rule, 3) for rule in evaluation.framework.rules]
    print("goes up:", *words, sep="\n  ")
    items = [item for level in report.levels for item in level.items]
    print("to good:", *filter(None, map(pmf.render.words.gap, items)), sep="\n  ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
