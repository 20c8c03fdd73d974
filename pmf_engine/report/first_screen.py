"""The first screen: what needs a decision, who is on it, what is good, what the data are worth, what has changed.

Numbers and short sentences, all taken from the report; a renderer decides their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pmf_engine.domain.status import Direction, Status
from pmf_engine.report.audience import is_withheld
from pmf_engine.report.item import Named
from pmf_engine.report.matters import Matter, matters
from pmf_engine.report.model import ExceptionReport, Recovered

ALERTS = 3
"""How many matters for the highest level the first screen tells of in full."""


@dataclass(frozen=True)
class LevelMatters:
    """A level of governance with its matters, worst first."""

    level: Named
    matters: tuple[Matter, ...]

    @property
    def new(self) -> int:
        """How many of its matters are new."""
        return sum(matter.new for matter in self.matters)


@dataclass(frozen=True)
class Balance:
    """How many indicators are good, out of those with a rating, and why the others have none.

    Attributes:
        good: Those that are green.
        rated: Those that are green, amber or red.
        for_information: Those with a value and without a tolerance.
        without_figure: Those without a value, though due.
        withheld: Those of which a paper for the public withholds the value.
        not_due: Those that are not due.
        improving: The rated ones that get better.
        worsening: The rated ones that get worse.
        not_compared: The rated ones of which nothing says which way they went.
    """

    good: int
    rated: int
    for_information: int
    without_figure: int
    withheld: int
    not_due: int
    improving: int
    worsening: int
    not_compared: int

    @property
    def unrated(self) -> int:
        """Those without a rating."""
        return self.for_information + self.without_figure + self.withheld + self.not_due


@dataclass(frozen=True)
class FirstScreen:
    """The numbers of the first screen.

    Attributes:
        alert: The highest level of governance in the report, with its matters.
        advise: The other levels, the highest first.
        all: The balance of all indicators.
        outcomes: The balance of the outcomes: whether anyone is better off.
        back: The exceptions that ended as their indicator is green again, those that are good everywhere first.
        back_in_part: How many of these are in a matter all the same, by some of their groups.
        ended: How many exceptions ended otherwise.
        not_escalated: By status, how many indicators are red or amber and in no matter; none where the report is
            limited to a level of governance.
        late_agencies: How many agencies owe a return.
        late_figures: How many figures and lists they owe.
        unexplained: How many matters have no comment of an agency.
    """

    report: ExceptionReport
    alert: LevelMatters
    advise: tuple[LevelMatters, ...]
    all: Balance
    outcomes: Balance
    back: tuple[Recovered, ...]
    back_in_part: int
    ended: int
    not_escalated: Mapping[str, int]
    late_agencies: int
    late_figures: int
    unexplained: int

    @property
    def matters(self) -> tuple[Matter, ...]:
        """All matters, as they are numbered."""
        return (*self.alert.matters, *(matter for level in self.advise for matter in level.matters))


def first_screen(report: ExceptionReport) -> FirstScreen:
    """The first screen of a report."""
    found = matters(report)
    levels = [
        LevelMatters(level.level, tuple(matter for matter in found if matter.level == level.level))
        for level in report.levels
    ]
    in_matters = {item.indicator.id for matter in found for item in matter.items}
    back = [recovered for recovered in report.recovered if recovered.raised]
    alert, *advise = levels or [LevelMatters(Named("", report.board), ())]
    return FirstScreen(
        report=report,
        alert=alert,
        advise=tuple(advise),
        all=_balance(report, None),
        outcomes=_balance(report, "outcome"),
        back=tuple(sorted(back, key=lambda recovered: recovered.indicator.id in in_matters)),
        back_in_part=sum(recovered.indicator.id in in_matters for recovered in back),
        ended=len(report.ended),
        not_escalated=_not_escalated(report, in_matters),
        late_agencies=len(report.late),
        late_figures=sum(len(agency.returns) for agency in report.late),
        unexplained=sum(not matter.explained for matter in found),
    )


def _not_escalated(report: ExceptionReport, in_matters: Collection[str]) -> Mapping[str, int]:
    """By status, how many indicators are red or amber and in no matter."""
    lines = [] if report.to else [line for line in report.indicators if line.indicator.id not in in_matters]
    return Counter(line.now.status for line in lines if line.now.status in (Status.RED, Status.AMBER))


def _balance(report: ExceptionReport, evidence: str | None) -> Balance:
    """The balance of the indicators of one type of evidence, or of all."""
    counts = report.counts if evidence is None else report.evidence[evidence]
    lines = [line for line in report.indicators if evidence in (None, line.evidence_type)]
    directions = [line.direction for line in lines if line.now.status in Status.rated()]
    withheld = counts[Status.SUPPRESSED] if is_withheld(report, Status.SUPPRESSED) else 0
    return Balance(
        good=counts[Status.GREEN],
        rated=sum(counts[status] for status in Status.rated()),
        for_information=counts[Status.NOT_RATED],
        without_figure=sum(counts[status] for status in Status.missing()) - counts[Status.NOT_DUE] - withheld,
        withheld=withheld,
        not_due=counts[Status.NOT_DUE],
        improving=directions.count(Direction.IMPROVING),
        worsening=directions.count(Direction.WORSENING),
        not_compared=directions.count(None),
    )
