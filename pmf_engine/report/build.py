"""From an evaluation to the report on it: what goes up to whom, what is late, what has recovered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Direction, NoSignal, Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.framework.model import Indicator
from pmf_engine.judgement.control_charts import read_chart
from pmf_engine.judgement.formatting import show_number, show_value
from pmf_engine.report.history_view import RANKS, Lookup, Row, key_of, worst_of
from pmf_engine.report.model import (
    Comment,
    DataQuality,
    ExceptionReport,
    Group,
    GroupsOver,
    Item,
    LateAgency,
    LateReturn,
    Level,
    Named,
    Observation,
    Outside,
    Raised,
    Recovered,
)

_READING_ORDER = (
    Status.RED,
    Status.AMBER,
    Status.GREEN,
    Status.NOT_RATED,
    *(status for status in Status.missing()[::-1] if status != Status.NOT_DUE),
    Status.NOT_DUE,
)
_DIRECTION_RANKS = (Direction.WORSENING, Direction.UNCHANGED, None, Direction.IMPROVING)


def exception_report(evaluation: Evaluation, *, agency: str | None = None, to: str | None = None) -> ExceptionReport:
    """The exception report of an evaluation that was made for one period.

    Args:
        evaluation: what `evaluate(..., period=...)` returned.
        agency: only indicators that this agency leads, and returns that it owes or that those wait for.
        to: only what goes to this level of governance or above.

    Raises:
        ValueError: the evaluation has no period, or the agency or level is not known.
    """
    framework = evaluation.framework
    if evaluation.period is None:
        raise ValueError("an exception report is about one period; evaluate with `period`")
    for what, name, known in (("agency", agency, framework.agencies), ("level", to, framework.governance)):
        if name is not None and name not in known:
            near = nearest(name, known)
            raise ValueError(f"unknown {what} `{name}`" + (f"; did you mean `{near}`?" if near else ""))
    return _Gatherer(evaluation, evaluation.period, agency).report(to)


class _Gatherer(Lookup):
    """Gathers a report from an evaluation, for one lead agency or all."""

    def __init__(self, evaluation: Evaluation, period: Period, agency: str | None) -> None:
        super().__init__(evaluation)
        self.period = period
        self.lead = agency
        shown = {(*key_of(row), row["period"]) for row in evaluation.results.rows(named=True)}
        self.rows = [
            row
            for rows in self.past.values()
            for row in rows.values()
            if (*key_of(row), row["period"]) in shown and self._ours(row["indicator"])
        ]
        self.wholes = [row for row in self.rows if row["by"] is None]

    def report(self, to: str | None) -> ExceptionReport:
        exceptions = self._exceptions()
        kept = [Named(id_, title) for id_, title in self.framework.governance.items()][::-1]
        if to is not None:
            kept = kept[: [level.id for level in kept].index(to) + 1]
        levels = tuple(Level(level, tuple(item for item in exceptions if item.escalate_to == level)) for level in kept)
        raised = {item.indicator.id for item in exceptions}
        rest = [] if to else [self._item(row) for row in self.wholes if row["indicator"] not in raised]
        outstanding = self._outstanding()
        return ExceptionReport(
            board=self.framework.board.name,
            period=self.period,
            as_of=self.evaluation.as_of,
            agency=self.agency(self.lead) if self.lead else None,
            to=self.level(to),
            counts=_counts(self.wholes),
            evidence={
                kind: _counts(row for row in self.wholes if self.indicator(row).evidence_type == kind)
                for kind in ("quantity", "quality", "outcome")
            },
            levels=levels,
            below=len(exceptions) - sum(len(level.items) for level in levels),
            charts=self._charts(),
            watch=tuple(sorted((item for item in rest if item.status in RANKS), key=_worst_first)),
            without_value=tuple(
                sorted(
                    (item for item in rest if item.status in Status.missing() and item.status != Status.NOT_DUE),
                    key=_worst_first,
                )
            ),
            late=self._late(row for row in outstanding if row["status"] == Status.LATE),
            recovered=_told(self._recovered(raised)),
            ended=_told(self._ended()),
            groups_over=tuple(self._groups_over()),
            not_due=sum(row["status"] == Status.NOT_DUE for row in outstanding),
            unrated=tuple(item for item in rest if item.status == Status.NOT_RATED),
            observations=self._observations(),
            data_quality=_data_quality(self.evaluation),
        )

    def _ours(self, indicator: str) -> bool:
        return self.lead is None or self.framework.indicators[indicator].lead_agency == self.lead

    def _charts(self) -> Mapping[str, int]:
        """How many indicators have a signal, vary by chance, or have no chart that can be read, and why."""
        said = [
            row["no_signal"] or ("signal" if row["signal"] else "chance")
            for row in self.wholes
            if row["no_signal"] or row["mean"] is not None
        ]
        return {what: said.count(what) for what in ("signal", "chance", *NoSignal) if what in said}

    # -- items --------------------------------------------------------------------------

    def _exceptions(self) -> list[Item]:
        """One item for each indicator of which the whole or a group goes up, at the highest level of them."""
        levels = list(self.framework.governance)
        wholes = {row["indicator"]: row for row in self.wholes}
        raised: dict[str, list[Row]] = {}
        for row in self.rows:
            if row["escalate_to"]:
                raised.setdefault(row["indicator"], []).append(row)
        items = []
        for id_, rows in raised.items():
            highest = max((row["escalate_to"] for row in rows), key=levels.index)
            held = {rule for row in rows for rule in row["rules"] or ()}
            deciding = tuple(rule.text for rule in self.framework.rules if rule.to == highest and rule.text in held)
            group_only = all(row["by"] is not None for row in rows)
            item = self._item(wholes[id_])
            also = sorted(held) if group_only else item.rules
            items.append(
                replace(
                    item,
                    escalate_to=self.level(highest),
                    rules=tuple(dict.fromkeys((*deciding, *also))),
                    deciding=deciding,
                    group_only=group_only,
                )
            )
        return sorted(items, key=_worst_first)

    def _item(self, row: Row) -> Item:
        indicator, period, past = self.indicator(row), self.when(row), self.past[key_of(row)]
        agency = self.framework.agencies[indicator.lead_agency]
        entry = self.entry(row)
        length = period.cadence.months
        before, known = past.get(period.start - length), self.last_known(row)
        outside = self._outside(row)
        good, tolerance = self.bands(row)
        return Item(
            indicator=Named(indicator.id, indicator.title),
            content_areas=tuple(Named(one, self.framework.content_areas[one].title) for one in indicator.content_areas),
            evidence_type=indicator.evidence_type,
            level=indicator.level,
            agency=Named(indicator.lead_agency, agency.name),
            lead_officer=agency.lead_officer,
            period=period,
            status=row["status"],
            reason=row["reason"],
            value=row["value"],
            shown=self.show(row, row["value"]),
            unit=indicator.unit,
            numerator=row["numerator"],
            denominator=row["denominator"],
            lower=row["lower"],
            upper=row["upper"],
            interval=self.interval(row),
            good=good,
            tolerance=tolerance,
            allow_for_chance=entry is not None and entry.allow_for_chance,
            by_interval=self.by_interval(row),
            target=self._target(indicator, entry.target) if entry and entry.target is not None else "",
            reference=entry.reference if entry else None,
            direction=row["direction"],
            previous=self.point(before) if before else None,
            travel=self.travel(row, length, "direction"),
            year_ago=self.travel(row, 12, "direction_year_ago") if length < 12 else None,
            trend=self.trend(row),
            run=row["run"] or 0,
            since=self.since(row),
            escalate_to=self.level(row["escalate_to"]),
            rules=tuple(row["rules"] or ()),
            deciding=(),
            raised=self.raised(row) if row["escalate_to"] else None,
            chart=read_chart([past[start] for start in sorted(past) if start <= row["start"]]),
            comments=self._comments(indicator, period, {group.name for one in outside for group in one.groups}),
            outside=outside,
            carried=self.point(known) if known and row["status"] in Status.missing() else None,
            group_only=False,
            compared=tuple(self.compared(row)),
        )

    def _target(self, indicator: Indicator, target: float) -> str:
        if indicator.type.kind == "grade":
            return show_value(target, indicator, grades=self.grades(indicator))
        return show_number(target) + ("%" if indicator.unit == "%" else "")

    def _outside(self, whole: Row) -> tuple[Outside, ...]:
        """The indicator's groups that are red, amber or without a value, or go up themselves."""
        groups = self._groups.get(whole["indicator"], [])
        found = []
        for by in dict.fromkeys(row["by"] for row in groups):
            rows = [row for row in groups if row["by"] == by]
            worst = [
                row
                for row in rows
                if row["escalate_to"] or row["status"] not in (Status.GREEN, Status.NOT_RATED, Status.NOT_DUE)
            ]
            if worst:
                outside = sorted(map(self._group, worst), key=lambda one: (_rank(one.status), -one.run, one.name))
                found.append(Outside(self.breakdown(by), len(rows), tuple(outside)))
        return tuple(found)

    @cached_property
    def _groups(self) -> Mapping[str, list[Row]]:
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            if row["by"] is not None:
                groups.setdefault(row["indicator"], []).append(row)
        return groups

    def _group(self, row: Row) -> Group:
        return Group(
            name=self.group(row),
            status=row["status"],
            value=row["value"],
            shown=self.show(row, row["value"]),
            reason=row["reason"],
            run=row["run"] or 0,
            escalate_to=self.level(row["escalate_to"]),
            raised=self.raised(row) if row["escalate_to"] else None,
            interval=self.interval(row),
            by_interval=self.by_interval(row),
        )

    # -- what agencies sent, and did not --------------------------------------------------

    @cached_property
    def _spoken(self) -> Sequence[Row]:
        """The cells that say something in words."""
        cells = self.evaluation.cells
        texts = [name for name, figure in self.framework.figures.items() if figure.kind == "text"]
        speaking: pl.DataFrame = cells.filter(cells["comment"].is_not_null() | cells["figure"].is_in(texts))
        return speaking.rows(named=True)

    def _said(self, period: Period) -> list[Row]:
        """The words that came with figures for this period or a part of it; a year's are not a quarter's."""
        return [
            row for row in self._spoken if period.start <= row["start"] and row["start"] + row["months"] <= period.end
        ]

    def _comments(self, indicator: Indicator, period: Period, groups: set[str]) -> tuple[Comment, ...]:
        comments = (
            Comment(self.agency(row["agency"]), row["group"], (row["comment"] or "").strip())
            for row in self._said(period)
            if row["figure"] in indicator.figures and (row["group"] is None or row["group"] in groups)
        )
        return tuple(dict.fromkeys(comment for comment in comments if comment.words))

    def _observations(self) -> tuple[Observation, ...]:
        found = []
        for row in self._said(self.period):
            figure = self.framework.figures.get(row["figure"])
            words = dict.fromkeys(one.strip() for one in (row["text"], row["comment"]) if one and one.strip())
            if figure and figure.kind == "text" and words and self.lead in (None, row["agency"]):
                label = Period(row["start"], figure.cadence).label
                named = Named(figure.id, figure.title)
                found.append(Observation(self.agency(row["agency"]), named, label, "\n".join(words)))
        found = list(dict.fromkeys(found))
        return tuple(sorted(found, key=lambda one: (one.figure.id, one.agency.id, one.period, one.words)))

    def _outstanding(self) -> list[Row]:
        return [
            row
            for row in self.evaluation.outstanding.rows(named=True)
            if self.lead in (None, row["agency"]) or any(self._ours(one.id) for one in self._waiting(row["figure"]))
        ]

    def _waiting(self, figure: str) -> tuple[Named, ...]:
        return tuple(
            Named(one.id, one.title)
            for one in self.framework.indicators.values()
            if figure in self.framework.rests_on(one) or figure in one.lists
        )

    def _late(self, rows: Iterable[Row]) -> tuple[LateAgency, ...]:
        late: dict[str, list[LateReturn]] = {}
        for row in rows:
            known = self.framework.figures.get(row["figure"]) or self.framework.lists.get(row["figure"])
            one = LateReturn(
                figure=Named(row["figure"], known.title if known else row["figure"]),
                period=row["period"],
                due=row["due"],
                days_late=(self.evaluation.as_of - row["due"]).days,
                run=row["run"] or 0,
                waiting=self._waiting(row["figure"]),
            )
            late.setdefault(row["agency"], []).append(one)
        agencies = [
            LateAgency(self.agency(id_), tuple(sorted(returns, key=lambda one: (-one.days_late, one.figure.id))))
            for id_, returns in late.items()
        ]
        return tuple(sorted(agencies, key=lambda one: (-one.returns[0].days_late, one.agency.id)))

    # -- what is over -----------------------------------------------------------------------

    def _over(self, rows: Iterable[Row]) -> list[Row]:
        """The rows whose exception is over in the months reported on."""
        return [
            row for row in rows if row["recovered"] is not None and row["recovered"] == row["period"] and self._new(row)
        ]

    def _recovered(self, raised: set[str]) -> Iterator[Recovered]:
        """What has turned green in the months reported on: exceptions that had a value, and what was red or amber."""
        over = [row["indicator"] for row in self._over(self.wholes)]
        for row in self.wholes:
            if row["status"] != Status.GREEN or not self._new(row):
                continue
            known = self.last_known(row)
            if row["indicator"] in over:
                if any(one["status"] in Status.with_value() for one in self.lived(row)):
                    yield self._turned(row, worst_of(self.lived(row)), self.raised(row))
            # Missing figures do not make well: what was red before them has recovered only now.
            elif row["indicator"] not in raised and known and known["status"] in RANKS:
                yield self._turned(row, known, None)

    def _ended(self) -> Iterator[Recovered]:
        """What is no longer an exception, and has not turned green from a value."""
        for row in self._over(self.wholes):
            lived = self.lived(row)
            if row["status"] != Status.GREEN or not any(one["status"] in Status.with_value() for one in lived):
                yield self._turned(row, worst_of(lived), self.raised(row))

    def _groups_over(self) -> Iterator[GroupsOver]:
        """The groups that are no longer exceptions."""
        for id_, groups in self._groups.items():
            one = self.framework.indicators[id_]
            for by in dict.fromkeys(row["by"] for row in groups):
                rows = [row for row in groups if row["by"] == by]
                over = [replace(self._group(row), raised=self.raised(row)) for row in self._over(rows)]
                over.sort(key=lambda group: (-_rank(group.status), group.name))
                named = Named(id_, one.title), self.agency(one.lead_agency), self.breakdown(by)
                if over:
                    yield GroupsOver(*named, len(rows), tuple(over))

    def _new(self, row: Row) -> bool:
        return bool(self.period.start < row["start"] + row["months"] <= self.period.end)

    def _turned(self, row: Row, then: Row, raised: Raised | None) -> Recovered:
        indicator = self.indicator(row)
        named, agency = Named(indicator.id, indicator.title), self.agency(indicator.lead_agency)
        return Recovered(named, agency, self.point(then), self.point(row), raised, self.moved(then, row))


def _told(found: Iterable[Recovered]) -> tuple[Recovered, ...]:
    return tuple(sorted(found, key=lambda one: (_rank(one.then.status), one.indicator.id)))


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    statuses = [row["status"] for row in rows]
    return {status: statuses.count(status) for status in _READING_ORDER}


def _rank(status: str | None) -> int:
    return RANKS.index(status) if status in RANKS else len(RANKS)


def _worst_first(item: Item) -> tuple[int, bool, int, int, int, str]:
    """Red, amber, then the rest, of which those that were red when last known come first; groups after wholes."""
    rank = _rank(item.status)
    if item.group_only:
        rank = min(_rank(group.status) for one in item.outside for group in one.groups if group.escalate_to)
    carried = _rank(item.carried.status) if item.carried else len(RANKS)
    direction = _DIRECTION_RANKS.index(item.direction) if item.direction in _DIRECTION_RANKS else 2
    return rank, item.group_only, carried, direction, -item.run, item.indicator.id


def _data_quality(evaluation: Evaluation) -> DataQuality:
    files: pl.DataFrame = evaluation.submissions.files
    used, aside = (int(files[column].sum()) if column in files.columns else 0 for column in ("used", "set_aside"))
    lists = [one for read in evaluation.inputs.counted.read.values() for one in read] if evaluation.inputs else []
    records = sum(one.records for one in lists)
    problems = evaluation.problems.height
    return DataQuality(files.height, used + aside, used, aside, problems, len({one.file for one in lists}), records)
