"""Items of a report: an indicator with all facts to scrutinise it, and its groups outside the good band."""

from __future__ import annotations

from dataclasses import replace

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.inputs import AGENCY
from pmf_engine.evaluation.scored_twice import ScoredTwice, scored_twice
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.model import Indicator
from pmf_engine.judgement.formatting import show_number, show_value
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.item import Group, Item, Named, Outside, Point
from pmf_engine.report.order import NOT_OUTSIDE, OUTSIDE, rank, worst_first
from pmf_engine.report.remarks import Remarks
from pmf_engine.report.rule_words import rule_words
from pmf_engine.report.scope import Scope
from pmf_engine.report.shortfall import Shortfall, shortfall


class Items:
    """Makes items of the rows in the scope of a report."""

    def __init__(self, scope: Scope, remarks: Remarks) -> None:
        self.scope = scope
        self.view = scope.view
        self.remarks = remarks

    def exceptions(self) -> list[Item]:
        """The exceptions, worst first.

        Each indicator whose whole or group goes up has one item, at the highest level among these rows.
        """
        wholes = {row.indicator: row for row in self.scope.wholes}
        raised: dict[str, list[HistoryRow]] = {}
        for row in self.scope.rows:
            if row.escalate_to:
                raised.setdefault(row.indicator, []).append(row)
        items = [self._raised_item(wholes[id_], rows) for id_, rows in raised.items()]
        return sorted(items, key=worst_first)

    def _raised_item(self, whole: HistoryRow, raised: list[HistoryRow]) -> Item:
        """The item of an indicator from its rows that go up: the whole, some groups, or both."""
        framework = self.scope.framework
        highest = max((row.escalate_to or "" for row in raised), key=list(framework.governance).index)
        holding = {rule for row in raised for rule in row.rules or ()}
        decisive = [rule for rule in framework.rules if rule.to == highest and rule.text in holding]
        deciding = tuple(rule.text for rule in decisive)
        group_only = all(row.by is not None for row in raised)
        item = self.item(whole)
        others = sorted(holding) if group_only else item.rules
        of_groups = [row for row in raised if row.by is not None and row.escalate_to == highest]
        by_groups = not group_only and not any(row.by is None and row.escalate_to == highest for row in raised)
        return replace(
            item,
            escalate_to=self.view.level(highest),
            rules=tuple(dict.fromkeys((*deciding, *others))),
            deciding=deciding,
            because=tuple(dict.fromkeys(rule_words(rule, item.own_months) for rule in decisive)),
            because_of=tuple(self.view.group(row) for row in of_groups) if by_groups else (),
            asks=self._asks(item.indicator.id, decisive),
            owners=self._owners(item, of_groups) if group_only else item.owners,
            group_only=group_only,
            actions=self.scope.actions_for(item.indicator.id),
        )

    def _owners(self, item: Item, groups: list[HistoryRow]) -> tuple[str, ...]:
        """Who can mend an exception of groups: the agencies themselves where the groups are agencies, else the lead."""
        agencies = [row.group for row in groups if row.by == AGENCY and row.group]
        owners = [self.view.officer(agency, item.agency.id) for agency in agencies]
        return tuple(dict.fromkeys(owners)) if len(agencies) == len(groups) else item.owners

    def _asks(self, id_: str, decisive: list[Rule]) -> tuple[str, ...]:
        """What is asked about an exception: by the indicator, else by a rule that decides, else by its content area."""
        framework = self.scope.framework
        indicator = framework.indicators[id_]
        by_rules = [ask for rule in decisive for ask in rule.ask]
        by_areas = [ask for area in indicator.content_areas for ask in framework.content_areas[area].ask]
        return tuple(dict.fromkeys([*indicator.ask] or by_rules or by_areas))

    def item(self, row: HistoryRow) -> Item:
        """The item of a whole from its own row, without the rules of its groups."""
        view, indicator, period = self.view, self.view.indicator(row), self.view.period(row)
        areas, entry, length = self.scope.framework.content_areas, view.entry(row), period.cadence.months
        outside = self._outside(row)
        groups = {group.name for breakdown in outside for group in breakdown.groups}
        good, tolerance = view.bands(row)
        return Item(
            indicator=Named(indicator.id, indicator.title),
            content_areas=tuple(Named(area, areas[area].title) for area in indicator.content_areas),
            evidence_type=indicator.evidence_type,
            level=indicator.level,
            agency=view.agency(indicator.lead_agency),
            lead_officer=self.scope.framework.agencies[indicator.lead_agency].lead_officer,
            period=period,
            status=row.status,
            reason=view.in_titles(row.reason) or None,
            value=row.value,
            shown=view.value(row),
            unit=indicator.unit,
            numerator=row.numerator,
            denominator=row.denominator,
            lower=row.lower,
            upper=row.upper,
            interval=view.interval(row),
            good=good,
            tolerance=tolerance,
            allow_for_chance=entry is not None and entry.allow_for_chance,
            by_interval=view.by_interval(row),
            target=self._target(indicator, entry.target_value) if entry and entry.target_value is not None else "",
            reference=entry.reference if entry else None,
            direction=row.direction,
            previous=view.previous(row),
            travel=view.travel(row, length, row.direction),
            year_ago=view.travel(row, 12, row.direction_year_ago) if length < 12 else None,
            trend=view.trend(row),
            run=row.run or 0,
            since=view.since(row),
            escalate_to=view.level(row.escalate_to),
            rules=tuple(row.rules or ()),
            deciding=(),
            raised=view.raised(row) if row.escalate_to else None,
            chart=view.chart(row),
            comments=self.remarks.comments(indicator, period, groups),
            shows_words=self.scope.evaluation.audience == Audience.BOARD or bool(indicator.public),
            outside=outside,
            carried=self._carried(row),
            group_only=False,
            own_months=view.own_row(row).months,
            compared=tuple(view.compared(row)),
            marks=view.marks(row),
            raised_in=view.raised_in(row, self.scope.groups_of(row)),
            shortfall=self._shortfall(row),
            good_low=row.good_low,
            good_high=row.good_high,
            tolerance_low=row.tolerance_low,
            tolerance_high=row.tolerance_high,
            owners=tuple(dict.fromkeys(view.officer(owner, indicator.lead_agency) for owner in row.owners)),
            scored_twice=self._scored_twice(row),
        )

    def _scored_twice(self, row: HistoryRow) -> ScoredTwice | None:
        """What became of those scored before and after; nothing in a report for the public: their counts may be few."""
        if self.scope.evaluation.audience != Audience.BOARD:
            return None
        return scored_twice(self.scope.framework, row.indicator, lambda id_: self.view.at(row, id_))

    def _carried(self, row: HistoryRow) -> Point | None:
        """The last period with a value before a row without one."""
        last = self.view.last_with_value(row) if row.status in Status.missing() else None
        return self.view.point(last) if last else None

    def _shortfall(self, row: HistoryRow) -> Shortfall | None:
        """The shortfall of a red or amber row whose figures are whole numbers."""
        indicator, figures = self.view.indicator(row), self.scope.framework.figures
        whole = all(figures[name].whole and not figures[name].is_percent for name in indicator.figures)
        if row.status not in OUTSIDE or row.partial or not whole:
            return None
        entry, known = self.view.entry(row), self.view.numbers(row)
        return shortfall(indicator, entry, known, row.value, row.numerator, row.denominator)

    def _target(self, indicator: Indicator, target: float) -> str:
        """A target in the indicator's unit: a grade by its name, a number with `%` where the value is a percentage."""
        if indicator.type.kind == "grade":
            return show_value(target, indicator, grades=self.view.grades(indicator))
        return show_number(target) + ("%" if indicator.unit == "%" else "")

    def _outside(self, whole: HistoryRow) -> tuple[Outside, ...]:
        """The indicator's groups that go up, or are red, amber or without a value, by breakdown."""
        breakdowns = []
        for by, rows in self.scope.breakdowns.get(whole.indicator, {}).items():
            groups = [self.group(row) for row in rows if row.escalate_to or row.status not in NOT_OUTSIDE]
            if groups:
                groups.sort(key=lambda group: (rank(group.status), -group.run, group.name))
                breakdowns.append(Outside(self.view.breakdown(by), len(rows), tuple(groups)))
        return tuple(breakdowns)

    def group(self, row: HistoryRow) -> Group:
        """A group from its row; `raised` is its exception in the row's period."""
        return Group(
            name=self.view.group(row),
            status=row.status,
            value=row.value,
            shown=self.view.value(row),
            reason=self.view.in_titles(row.reason) or None,
            run=row.run or 0,
            escalate_to=self.view.level(row.escalate_to),
            raised=self.view.raised(row) if row.escalate_to else None,
            interval=self.view.interval(row),
            by_interval=self.view.by_interval(row),
            marks=self.view.marks(row),
            numerator=row.numerator,
            denominator=row.denominator,
        )
