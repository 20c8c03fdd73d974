"""A board's framework as the rest of the engine uses it: figures, indicators, levels and rules, all resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Literal

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage
from pmf_engine.domain.periods import Cadence, Frequency, Period, parse_period
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import RATIOS
from pmf_engine.formula.syntax import Aggregate, Band, Call, Expression, aggregates, names, of_senders
from pmf_engine.formula.types import DATE, FLOW, NUMBER, TEXT, TRUTH, Columns, Type
from pmf_engine.framework import schema
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.example_specs import Example
from pmf_engine.framework.tolerances import Entry, Interval, terms


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """What may begin, end and be called otherwise.

    `since` is its first month and `until` the month after its last one, None where it has no beginning or end.
    `formerly` are its earlier ids and names, `also_called` other spellings that returns use.
    """

    since: int | None = None
    until: int | None = None
    formerly: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()

    def is_there(self, end: int) -> bool:
        """Whether it exists at the end of a period: in the month before `end`."""
        return (self.since is None or self.since < end) and (self.until is None or end <= self.until)

    def lasts(self, start: int, end: int) -> bool:
        """Whether it exists in any of the months from `start` up to `end`.

        >>> Lasting(since=24200, until=24203).lasts(24203, 24206)
        False
        """
        return (self.since is None or self.since < end) and (self.until is None or start < self.until)


@dataclass(frozen=True, kw_only=True)
class Agency(Lasting):
    """A partner that sends figures or leads indicators. It took over from those that it `succeeds`."""

    id: str
    name: str
    lead_officer: str | None = None
    designated_person: str | None = None
    succeeds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group(Lasting):
    """One member of a breakdown, such as a district."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """A way of dividing figures. `groups`, where they are listed, are all there are.

    An `open` breakdown has other groups from period to period, by intention. Groups may come to less than their whole
    by `unallocated` percent of it, are rounded to multiples of `rounded_to`, and may `overlap`.
    """

    id: str
    title: str
    groups: tuple[Group, ...] | None = None
    open: bool = False
    unallocated: float = 5.0
    rounded_to: int = 1
    overlap: bool = False

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of its groups, None where none are listed."""
        return None if self.groups is None else tuple(group.name for group in self.groups)


@dataclass(frozen=True)
class Break:
    """Values before the month `at` do not compare with those from it on."""

    at: int
    because: str


@dataclass(frozen=True, kw_only=True)
class Figure(Lasting):
    """What agencies send. `due` is how many days after a period's end each of them must have sent it.

    `unit` is what it counts, and may say that it `is_percent`; `whole` figures have no decimals; those that do not
    `adds_up` have no sum over groups, agencies or time. Values outside `plausible` are refused. A stock is `counted` at
    the end of its period, or in it.
    """

    id: str
    title: str
    agencies: tuple[str, ...]
    kind: schema.Kind
    frequency: Frequency
    cadence: Cadence
    scale: str | None
    signed: bool
    due: Mapping[str, int]
    unit: str | None = None
    is_percent: bool = False
    whole: bool = True
    adds_up: bool = True
    plausible: Interval | None = None
    counted: schema.Counted = "at_end"
    breaks: tuple[Break, ...] = ()

    @property
    def type(self) -> Type:
        """What the figure is in a formula."""
        if self.kind == "grade":
            return Type("grade", self.scale)
        if self.kind == "text":
            return TEXT
        return FLOW if self.kind == "flow" and self.adds_up else NUMBER

    @property
    def title_and_unit(self) -> str:
        """Its title, with what it counts where it says so: `Visits that were late (percent)`."""
        return self.title if self.unit is None else f"{self.title} ({self.unit})"

    @property
    def is_apart(self) -> bool:
        """Whether it is a number that does not add up over groups, agencies or time."""
        return self.kind in ("flow", "stock") and not self.adds_up


Kind = Literal["text", "date", "number", "truth", "percent"]
"""What the cells of a column are."""


@dataclass(frozen=True)
class Column:
    """A column of a list; `optional` where its cells may be blank. Cells hold nothing but `values`, where given."""

    kind: Kind
    optional: bool
    values: tuple[str, ...] | None = None
    also_called: tuple[str, ...] = ()

    @property
    def read_as(self) -> Kind:
        """The kind of its values once they are read: percentages are numbers."""
        return "number" if self.kind == "percent" else self.kind


@dataclass(frozen=True, kw_only=True)
class RecordList(Lasting):
    """A list of records, one row each. `start` is the column with the date of an event, or the start of a spell.

    `end` is the column with the end of a spell, None for events. `due` is how many days after a period's end
    each agency must have sent what it has for it. `files` are patterns of the files that hold it, below the
    folder of submissions; where there are none, files and folders are known by its id. The dates in the columns
    `order` never run backwards in a record.
    """

    id: str
    title: str
    agencies: tuple[str, ...]
    start: str
    end: str | None
    columns: Mapping[str, Column]
    due: Mapping[str, int]
    files: tuple[str, ...]
    order: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()

    @property
    def date_pairs(self) -> tuple[tuple[str, str], ...]:
        """The columns of dates of which the second is never before the first: a spell's, and those in order."""
        spell = ((self.start, self.end),) if self.end else ()
        return tuple(dict.fromkeys((*spell, *combinations(self.order, 2))))

    @property
    def scope(self) -> Columns:
        """What formulas may say of its records."""
        kinds = {"text": TEXT, "date": DATE, "number": NUMBER, "truth": TRUTH, "percent": NUMBER}
        types = {name: kinds[column.kind] for name, column in self.columns.items()}
        return Columns(types | {"period_start": DATE, "period_end": DATE}, self.end is not None)


@dataclass(frozen=True)
class Indicator:
    """One measure, ready to be worked out and judged.

    `figures` and `aggregates` (of lists) are all it rests on, through others too; `compare` the figures and indicators
    that it is shown beside. `dimension` is how its value grows with the length of its period (see `time_dimension`).
    `counts` is what its value counts, as its `unit` says in the file. It is measured from the month `since`
    up to the month `until`.
    """

    id: str
    title: str
    content_areas: tuple[str, ...]
    evidence_type: schema.Evidence
    level: schema.Level
    lead_agency: str
    frequency: Frequency
    cadence: Cadence
    sources: tuple[str, ...]
    by: tuple[str, ...]
    missing: schema.Missing
    rationale: str | None
    decimals: int | None
    passage: Passage
    formula: Expression
    type: Type
    figures: tuple[str, ...]
    aggregates: tuple[Aggregate, ...] = ()
    dimension: int | None = 0
    compare: tuple[str, ...] = ()
    tolerances: tuple[Entry, ...] = ()
    examples: tuple[Example, ...] = ()
    since: int | None = None
    until: int | None = None
    formerly: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()
    counts: str | None = None

    @cached_property
    def named(self) -> frozenset[str]:
        """Every figure and indicator that its own formula and bands name, and that it is compared with."""
        found = {node.name for node in names(self.formula)} | {*self.compare}
        found |= {aggregate.list.name for aggregate in aggregates(self.formula) if of_senders(aggregate)}
        found |= {node.name for band in self.bands for limit in band.limits for node in names(limit.bound)}
        return frozenset(found)

    @property
    def bands(self) -> tuple[Band, ...]:
        """Every band of its tolerances."""
        return tuple(band for entry in self.tolerances for band in (entry.good, entry.tolerance) if band)

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists it rests on."""
        return tuple(dict.fromkeys(aggregate.list.name for aggregate in self.aggregates))

    @cached_property
    def band_terms(self) -> Mapping[str, Expression]:
        """What its bands look up in data, in the order of how it is spelt: `england`, `previous`, `year_ago(x)`."""
        found = dict(pair for band in self.bands for limit in band.limits for pair in terms(limit.bound).items())
        return {spelling: found[spelling] for spelling in sorted(found)}

    @property
    def band_names(self) -> tuple[str, ...]:
        """What its bands look up in data, by how it is spelt: see `band_terms`."""
        return tuple(self.band_terms)

    @property
    def ratio(self) -> Call | None:
        """The formula's outermost `percent` or `rate`, where that is what it is."""
        formula = self.formula
        return formula if isinstance(formula, Call) and formula.function in RATIOS else None

    @property
    def per(self) -> float | None:
        """What its `percent` or `rate` is per, as far as that is the same in every period; None for other formulas."""
        ratio = self.ratio
        if ratio is None:
            return None
        return 100.0 if ratio.function == "percent" else constant(ratio.arguments[2], None)

    @property
    def unit(self) -> str:
        """What the value counts in: `%`, `per 10,000`, or nothing."""
        ratio = self.ratio
        if ratio is None:
            return ""
        if ratio.function == "percent":
            return "%"
        per = constant(ratio.arguments[2], None)
        return f"per {per:,.0f}" if per is not None else ""

    @property
    def counted(self) -> str:
        """What it counts in, in words: nothing where it has no unit."""
        return "a percentage" if self.unit == "%" else f"a rate {self.unit}".rstrip()

    @property
    def places(self) -> int:
        """Decimals shown, where the value is not a whole number: as the indicator says, as `round` does, or 1."""
        if self.decimals is not None:
            return self.decimals
        if isinstance(self.formula, Call) and self.formula.function == "round":
            digits = constant(self.formula.arguments[1], None) if len(self.formula.arguments) > 1 else 0
            if digits is not None and 0 <= digits <= 9:
                return int(digits)
        return 1

    def entry_for(self, period: Period) -> Entry | None:
        """The tolerance in force: the latest entry whose `from` is not after the period."""
        in_force = [entry for entry in self.tolerances if entry.start is None or entry.start <= period.start]
        return in_force[-1] if in_force else None


@dataclass(frozen=True, eq=False)
class Framework:
    """A board's framework, checked. Maps are keyed by id, in the order of the files."""

    folder: Path
    board: schema.Board
    agencies: Mapping[str, Agency]
    content_areas: Mapping[str, schema.ContentArea]
    sources: Mapping[str, str]
    scales: Mapping[str, list[str]]
    breakdowns: Mapping[str, Breakdown]
    figures: Mapping[str, Figure]
    lists: Mapping[str, RecordList]
    indicators: Mapping[str, Indicator]
    governance: Mapping[str, str]
    rules: tuple[Rule, ...]
    disclosure: schema.Disclosure | None
    escalate_groups_from: int | None = None
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def submissions(self) -> Path:
        """The folder where returns are, as the board says."""
        return self.folder / self.board.submissions

    def dimension(self, name: str) -> int | None:
        """How a figure or an indicator grows with the length of its period (see `time_dimension`)."""
        if name in self.figures:
            return int(self.figures[name].kind == "flow")
        other = self.indicators.get(name)
        return other.dimension if other else 0

    def period(self, text: str) -> Period:
        """The period that a text names in the board's year. Raises ValueError where it names none."""
        period = parse_period(text, self.board.year_start)
        if period is None:
            raise ValueError(f"`{text}` is not a period; write `2016-17`, `2016-17 Q3`, `2016-17 H1` or `2016-12`")
        return period
