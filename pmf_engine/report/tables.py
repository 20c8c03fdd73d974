"""The tables of a report: all indicators by content area with their last periods, and all indicators by breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pmf_engine.domain.faces import indicator_of, is_face
from pmf_engine.evaluation.inputs import AGENCY
from pmf_engine.report.item import Named, Point
from pmf_engine.report.model import GroupTable, IndicatorLine
from pmf_engine.report.scope import Scope


def indicator_lines(scope: Scope) -> tuple[IndicatorLine, ...]:
    """A line for each indicator, by its first content area, in the order of the framework."""
    view, areas = scope.view, scope.framework.content_areas
    order = list(areas)
    lines = []
    for row in scope.wholes:
        indicator = view.indicator(row)
        area = scope.area or indicator.content_areas[0]
        lines.append(
            IndicatorLine(
                indicator=Named(indicator.id, indicator.title),
                area=Named(area, areas[area].title),
                evidence_type=indicator.evidence_type,
                period=row.period,
                now=view.point(row),
                unit=indicator.unit,
                good=view.bands(row)[0],
                direction=row.direction,
                trend=view.trend(row),
            )
        )
    return tuple(sorted(lines, key=lambda line: order.index(line.area.id)))


def titled_lines(lines: Iterable[IndicatorLine]) -> Iterator[tuple[IndicatorLine, str]]:
    """The lines with their titles; a face below the line of its indicator has only the words that are its own."""
    titles: dict[str, str] = {}
    for line in lines:
        id_, title = line.indicator.id, line.indicator.title
        above = titles.get(indicator_of(id_)) if is_face(id_) else None
        titles[id_] = title
        yield line, title if above is None else f"… {title.removeprefix(above).lstrip(': ')}"


def group_tables(scope: Scope) -> tuple[GroupTable, ...]:
    """A table for each breakdown but that by agency, with the groups by name."""
    tables = []
    for by in scope.framework.breakdowns:
        if by == AGENCY:
            continue
        points: dict[str, dict[str, Point]] = {}
        for id_, breakdowns in scope.breakdowns.items():
            for row in breakdowns.get(by, ()):
                points.setdefault(id_, {})[scope.view.group(row)] = scope.view.point(row)
        groups = tuple(sorted({group for of_indicator in points.values() for group in of_indicator}))
        rows = tuple(
            (Named(id_, scope.framework.indicators[id_].title), tuple(of_indicator.get(group) for group in groups))
            for id_, of_indicator in points.items()
        )
        if rows:
            tables.append(GroupTable(scope.view.breakdown(by), groups, rows))
    return tuple(tables)
