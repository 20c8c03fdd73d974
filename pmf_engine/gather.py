"""From an evaluation to the report on it: what goes up to whom, what is late, what has recovered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import polars as pl

from pmf_engine.control import read_chart
from pmf_engine.diagnostics import nearest
from pmf_engine.display import show_band, show_number, show_value
from pmf_engine.evaluation import Evaluation
from pmf_engine.exceptions import read_life
from pmf_engine.formula.syntax import Band
from pmf_engine.framework import Indicator
from pmf_engine.periods import Clock, Period
from pmf_engine.report import (
    Comment,
    Compared,
    DataQuality,
    ExceptionReport,
    Group,
    Item,
    LateAgency,
    LateReturn,
    Level,
    Named,
    Observation,
    Outside,
    Point,
    Raised,
    Recovered,
)
from pmf_engine.statuses import (
    AMBER,
    GREEN,
    IMPROVING,
    LATE,
    MISSING,
    NO_SIGNAL,
    NOT_DUE,
    NOT_RATED,
    RED,
    UNCHANGED,
    WITH_VALUE,
    WORSENING,
)

TREND_PERIODS = 8

_Row = Mapping[str, Any]
_Key = tuple[str, str | None, str | None]
_RANKS = (RED, AMBER)
_READING_ORDER = (RED, AMBER, GREEN, NOT_RATED, *(status for status in MISSING[::-1] if status != NOT_DUE), NOT_DUE)
_DIRECTION_RANKS = (WORSENING, UNCHANGED, None, IMPROVING)


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


class _Gatherer:
    """Looks things up in an evaluation, for one lead agency or all."""

    def __init__(self, evaluation: Evaluation, period: Period, agency: str | None) -> None:
        self.evaluation = evaluation
        self.framework = evaluation.framework
        self.period = period
        self.agency = agency
        self.past: dict[_Key, dict[int, _Row]] = {}
        for row in evaluation.history.rows(named=True):
            self.past.setdefault(_key(row), {})[row["start"]] = row
        shown = {(*_key(row), row["period"]) for row in evaluation.results.rows(named=True)}
        self.rows = [
            row
            for rows in self.past.values()
            for row in rows.values()
            if (*_key(row), row["period"]) in shown and self._ours(row["indicator"])
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
            agency=self._agency(self.agency) if self.agency else None,
            to=self._level(to),
            counts=_counts(self.wholes),
            evidence={
                kind: _counts(row for row in self.wholes if self._indicator(row).evidence_type == kind)
                for kind in ("quantity", "quality", "outcome")
            },
            levels=levels,
            below=len(exceptions) - sum(len(level.items) for level in levels),
            charts=self._charts(),
            watch=tuple(sorted((item for item in rest if item.status in _RANKS), key=_worst_first)),
            without_value=tuple(
                sorted((item for item in rest if item.status in MISSING and item.status != NOT_DUE), key=_worst_first)
            ),
            late=self._late(row for row in outstanding if row["status"] == LATE),
            recovered=self._recovered(raised),
            not_due=sum(row["status"] == NOT_DUE for row in outstanding),
            unrated=tuple(item for item in rest if item.status == NOT_RATED),
            observations=self._observations(),
            data_quality=_data_quality(self.evaluation),
        )

    # -- names ------------------------------------------------------------------------

    def _ours(self, indicator: str) -> bool:
        return self.agency is None or self.framework.indicators[indicator].lead_agency == self.agency

    def _indicator(self, row: _Row) -> Indicator:
        return self.framework.indicators[row["indicator"]]

    def _agency(self, id_: str) -> Named:
        known = self.framework.agencies.get(id_)
        return Named(id_, known.name if known else id_)

    def _level(self, id_: str | None) -> Named | None:
        return None if id_ is None else Named(id_, self.framework.governance.get(id_, id_))

    def _breakdown(self, by: str) -> Named:
        known = self.framework.breakdowns.get(by)
        return Named(by, known.title if known else by.capitalize())

    # -- values and history -------------------------------------------------------------

    def _when(self, row: _Row) -> Period:
        return Period(row["start"], Clock(row["months"], self._indicator(row).clock.year_start))

    def _known(self, row: _Row) -> dict[str, float]:
        """The numbers that the names in the bands stand for, as far as there are any."""
        return {
            name: value
            for name, value in zip(self._indicator(row).band_names, row["named"], strict=True)
            if value is not None
        }

    def _show(self, row: _Row) -> str:
        if row["value"] is None:
            return ""
        indicator = self._indicator(row)
        entry = indicator.entry_for(self._when(row))
        return show_value(row["value"], indicator, entry, grades=self._grades(indicator), known=self._known(row))

    def _grades(self, indicator: Indicator) -> list[str]:
        return self.framework.scales.get(indicator.type.scale or "", [])

    def _point(self, row: _Row) -> Point:
        return Point(row["period"], row["status"], row["value"], self._show(row))

    def _trend(self, past: Mapping[int, _Row], period: Period) -> tuple[Point, ...]:
        """The last periods, from the first on in which anything was known."""
        length = period.clock.months
        first = min((start for start in past if past[start]["value"] is not None), default=period.start)
        return tuple(
            self._point(past[start]) if start in past else Point(Period(start, period.clock).label, None, None, "")
            for start in range(period.start - (TREND_PERIODS - 1) * length, period.start + 1, length)
            if min(first, period.start) <= start
        )

    def _since(self, row: _Row) -> str:
        """The period the run began in: the run counts periods with this status, whatever lies between them."""
        past = self.past[_key(row)]
        alike = [start for start in sorted(past) if start <= row["start"] and past[start]["status"] == row["status"]]
        return str(past[alike[-(row["run"] or 1) :][0]]["period"])

    def _raised(self, row: _Row) -> Raised | None:
        """The exception that lasts in a row, or the last one that did."""
        life = read_life(row)
        if life is None:
            return None
        past = self.past[_key(row)]
        then = next(one for one in past.values() if one["period"] == life.raised)
        level = self._level(life.raised_to)
        assert level is not None
        return Raised(self._point(then), level, life.raised_for, life.recovered)

    def _last_known(self, row: _Row) -> Point | None:
        past = self.past[_key(row)]
        known = [start for start in past if start < row["start"] and past[start]["status"] in WITH_VALUE]
        return self._point(past[max(known)]) if known else None

    def _charts(self) -> Mapping[str, int]:
        """How many indicators have a signal, vary by chance, or have no chart that can be read, and why."""
        said = [
            row["no_signal"] or ("signal" if row["signal"] else "chance")
            for row in self.wholes
            if row["no_signal"] or row["mean"] is not None
        ]
        return {what: said.count(what) for what in ("signal", "chance", *NO_SIGNAL) if what in said}

    # -- items --------------------------------------------------------------------------

    def _exceptions(self) -> list[Item]:
        """One item for each indicator of which the whole or a group goes up, at the highest level of them."""
        levels = list(self.framework.governance)
        wholes = {row["indicator"]: row for row in self.wholes}
        raised: dict[str, list[_Row]] = {}
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
                    escalate_to=self._level(highest),
                    rules=tuple(dict.fromkeys((*deciding, *also))),
                    deciding=deciding,
                    group_only=group_only,
                )
            )
        return sorted(items, key=_worst_first)

    def _item(self, row: _Row) -> Item:
        indicator, period, past = self._indicator(row), self._when(row), self.past[_key(row)]
        agency = self.framework.agencies[indicator.lead_agency]
        entry = indicator.entry_for(period)
        before = past.get(period.start - period.clock.months)
        shown = self._show(row)
        outside = self._outside(row)

        def words(band: Band | None) -> str:
            known = self._known(row)
            return show_band(band, entry, known=known, unit=indicator.unit, value=row["value"], shown=shown)

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
            shown=shown,
            unit=indicator.unit,
            numerator=row["numerator"],
            denominator=row["denominator"],
            lower=row["lower"],
            upper=row["upper"],
            interval=self._interval(row),
            good=words(entry.good) if entry else "",
            tolerance=words(entry.tolerance) if entry else "",
            allow_for_chance=entry is not None and entry.allow_for_chance,
            target=self._target(indicator, entry.target) if entry and entry.target is not None else "",
            reference=entry.reference if entry else None,
            direction=row["direction"],
            previous=self._point(before) if before else None,
            trend=self._trend(past, period),
            run=row["run"] or 0,
            since=self._since(row),
            escalate_to=self._level(row["escalate_to"]),
            rules=tuple(row["rules"] or ()),
            deciding=(),
            raised=self._raised(row) if row["escalate_to"] else None,
            chart=read_chart([past[start] for start in sorted(past) if start <= row["start"]]),
            comments=self._comments(indicator, period, {group.name for one in outside for group in one.groups}),
            outside=outside,
            carried=self._last_known(row) if row["status"] in MISSING else None,
            group_only=False,
            compared=tuple(self._compared(row)),
        )

    def _interval(self, row: _Row) -> str:
        if row["lower"] is None:
            return ""
        indicator = self._indicator(row)
        return " to ".join(show_value(row[end], indicator) for end in ("lower", "upper"))

    def _compared(self, row: _Row) -> Iterator[Compared]:
        """What the indicator is shown beside, as its own values are shown."""
        indicator = self._indicator(row)
        for name, value in zip(indicator.compare, row.get("compared") or (), strict=False):
            other = self.framework.indicators.get(name) or self.framework.figures[name]
            shown = "" if value is None else show_value(value, indicator, grades=self._grades(indicator))
            yield Compared(Named(name, other.title), value, shown)

    def _target(self, indicator: Indicator, target: float) -> str:
        if indicator.type.kind == "grade":
            return show_value(target, indicator, grades=self._grades(indicator))
        return show_number(target) + ("%" if indicator.unit == "%" else "")

    def _outside(self, whole: _Row) -> tuple[Outside, ...]:
        """The indicator's groups that are red, amber or without a value, or go up themselves."""
        groups = self._groups.get(whole["indicator"], [])
        found = []
        for by in dict.fromkeys(row["by"] for row in groups):
            rows = [row for row in groups if row["by"] == by]
            worst = [row for row in rows if row["escalate_to"] or row["status"] not in (GREEN, NOT_RATED, NOT_DUE)]
            if worst:
                outside = sorted(map(self._group, worst), key=lambda one: (_rank(one.status), -one.run, one.name))
                found.append(Outside(self._breakdown(by), len(rows), tuple(outside)))
        return tuple(found)

    @cached_property
    def _groups(self) -> Mapping[str, list[_Row]]:
        groups: dict[str, list[_Row]] = {}
        for row in self.rows:
            if row["by"] is not None:
                groups.setdefault(row["indicator"], []).append(row)
        return groups

    def _group(self, row: _Row) -> Group:
        return Group(
            name=self._agency(row["group"]).title if row["by"] == "agency" else row["group"],
            status=row["status"],
            value=row["value"],
            shown=self._show(row),
            reason=row["reason"],
            run=row["run"] or 0,
            escalate_to=self._level(row["escalate_to"]),
            raised=self._raised(row) if row["escalate_to"] else None,
        )

    # -- what agencies sent, and did not --------------------------------------------------

    @cached_property
    def _spoken(self) -> Sequence[_Row]:
        """The cells that say something in words."""
        cells = self.evaluation.cells
        texts = [name for name, figure in self.framework.figures.items() if figure.kind == "text"]
        speaking: pl.DataFrame = cells.filter(cells["comment"].is_not_null() | cells["figure"].is_in(texts))
        return speaking.rows(named=True)

    def _said(self, period: Period) -> list[_Row]:
        """The words that came with figures for this period or a part of it; a year's are not a quarter's."""
        return [
            row for row in self._spoken if period.start <= row["start"] and row["start"] + row["months"] <= period.end
        ]

    def _comments(self, indicator: Indicator, period: Period, groups: set[str]) -> tuple[Comment, ...]:
        comments = (
            Comment(self._agency(row["agency"]), row["group"], (row["comment"] or "").strip())
            for row in self._said(period)
            if row["figure"] in indicator.figures and (row["group"] is None or row["group"] in groups)
        )
        return tuple(dict.fromkeys(comment for comment in comments if comment.words))

    def _observations(self) -> tuple[Observation, ...]:
        found = []
        for row in self._said(self.period):
            figure = self.framework.figures.get(row["figure"])
            words = dict.fromkeys(one.strip() for one in (row["text"], row["comment"]) if one and one.strip())
            if figure and figure.kind == "text" and words and self.agency in (None, row["agency"]):
                label = Period(row["start"], figure.clock).label
                named = Named(figure.id, figure.title)
                found.append(Observation(self._agency(row["agency"]), named, label, "\n".join(words)))
        found = list(dict.fromkeys(found))
        return tuple(sorted(found, key=lambda one: (one.figure.id, one.agency.id, one.period, one.words)))

    def _outstanding(self) -> list[_Row]:
        return [
            row
            for row in self.evaluation.outstanding.rows(named=True)
            if self.agency in (None, row["agency"]) or any(self._ours(one.id) for one in self._waiting(row["figure"]))
        ]

    def _waiting(self, figure: str) -> tuple[Named, ...]:
        return tuple(
            Named(one.id, one.title)
            for one in self.framework.indicators.values()
            if figure in self.framework.rests_on(one) or figure in one.lists
        )

    def _late(self, rows: Iterable[_Row]) -> tuple[LateAgency, ...]:
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
            LateAgency(self._agency(id_), tuple(sorted(returns, key=lambda one: (-one.days_late, one.figure.id))))
            for id_, returns in late.items()
        ]
        return tuple(sorted(agencies, key=lambda one: (-one.returns[0].days_late, one.agency.id)))

    def _recovered(self, raised: set[str]) -> tuple[Recovered, ...]:
        """What has turned green in the months reported on: red, amber or an exception the period before."""
        found = []
        for row in self.wholes:
            before = self.past[_key(row)].get(row["start"] - row["months"])
            new = self.period.start < row["start"] + row["months"] <= self.period.end
            if row["status"] != GREEN or row["indicator"] in raised or before is None or not new:
                continue
            # Missing figures do not make well: what was red before them has recovered only now.
            known = self._last_known(row)
            if known and (known.status in _RANKS or (before["escalate_to"] and known.period == before["period"])):
                indicator = self._indicator(row)
                named, agency = Named(indicator.id, indicator.title), self._agency(indicator.lead_agency)
                was = self._raised(row) if before["escalate_to"] else None
                found.append(Recovered(named, agency, known, self._point(row), was))
        return tuple(sorted(found, key=lambda one: (_rank(one.then.status), one.indicator.id)))


def _key(row: _Row) -> _Key:
    return row["indicator"], row["by"], row["group"]


def _counts(rows: Iterable[_Row]) -> dict[str, int]:
    statuses = [row["status"] for row in rows]
    return {status: statuses.count(status) for status in _READING_ORDER}


def _rank(status: str | None) -> int:
    return _RANKS.index(status) if status in _RANKS else len(_RANKS)


def _worst_first(item: Item) -> tuple[int, bool, int, int, int, str]:
    """Red, amber, then the rest, of which those that were red when last known come first; groups after wholes."""
    rank = _rank(item.status)
    if item.group_only:
        rank = min(_rank(group.status) for one in item.outside for group in one.groups if group.escalate_to)
    carried = _rank(item.carried.status) if item.carried else len(_RANKS)
    direction = _DIRECTION_RANKS.index(item.direction) if item.direction in _DIRECTION_RANKS else 2
    return rank, item.group_only, carried, direction, -item.run, item.indicator.id


def _data_quality(evaluation: Evaluation) -> DataQuality:
    files: pl.DataFrame = evaluation.submissions.files
    used, aside = (int(files[column].sum()) if column in files.columns else 0 for column in ("used", "set_aside"))
    lists = [one for read in evaluation.inputs.counted.read.values() for one in read] if evaluation.inputs else []
    records = sum(one.records for one in lists)
    problems = evaluation.problems.height
    return DataQuality(files.height, used + aside, used, aside, problems, len({one.file for one in lists}), records)
