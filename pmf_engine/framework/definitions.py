"""The definitions of a framework: agencies, breakdowns, figures, lists and indicators, with every name resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Literal

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.source import Passage, Place
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.domain.status import EvidenceType
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import FUNCTIONS, RATIOS, SHARE_PER
from pmf_engine.formula.syntax import Aggregate, Band, Call, Expression, aggregates, names, of_senders
from pmf_engine.formula.types import DATE, FLOW, NUMBER, TEXT, TRUTH, Columns, Type
from pmf_engine.framework import schema
from pmf_engine.framework.activities import Standard
from pmf_engine.framework.example_specs import Example
from pmf_engine.framework.tolerances import Entry, Interval, Polarity, terms


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """A definition that may begin, end and change its name.

    Attributes:
        since: The first month; None for no beginning.
        until: The month after the last one; None for no end.
        formerly: Earlier ids and names.
        also_called: Other spellings in returns.
    """

    since: int | None = None
    until: int | None = None
    formerly: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()

    def is_there(self, end: int) -> bool:
        """Whether the definition is in force at the end of a period: in the month before `end`."""
        return (self.since is None or self.since < end) and (self.until is None or end <= self.until)

    def lasts(self, start: int, end: int) -> bool:
        """Whether the definition is in force in any month from `start` up to but without `end`.

        >>> Lasting(since=24200, until=24203).lasts(24203, 24206)
        False
        """
        return (self.since is None or self.since < end) and (self.until is None or start < self.until)


@dataclass(frozen=True, kw_only=True, repr=False)
class Agency(Lasting):
    """A partner of the board that sends figures or leads indicators; `succeeds` are the agencies it took over from."""

    id: str
    name: str
    lead_officer: str | None = None
    designated_person: str | None = None
    succeeds: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Agency {self.id}: {self.name}>"


@dataclass(frozen=True, kw_only=True)
class Group(Lasting):
    """One member of a breakdown, such as a district."""

    name: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Breakdown:
    """A way of dividing figures into groups.

    Attributes:
        groups: The complete set of groups; None for any groups.
        open: The groups change from period to period.
        unallocated: The most, in percent, by which the sum of the groups may be below the whole.
        rounded_to: The multiple to which agencies round the groups.
        overlap: A person may count in several groups.
        also_called: Further headings of its column in returns.
    """

    id: str
    title: str
    groups: tuple[Group, ...] | None = None
    open: bool = False
    unallocated: float = 5.0
    rounded_to: int = 1
    overlap: bool = False
    also_called: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Breakdown {self.id}: {self.title}>"

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of its groups; None for any groups."""
        return None if self.groups is None else tuple(group.name for group in self.groups)


@dataclass(frozen=True)
class Break:
    """A break in a series: values before the month `at` are not comparable with values from that month on."""

    at: int
    because: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Figure(Lasting):
    """A number or grade that agencies send.

    Attributes:
        kind: A flow, a stock, a grade or a text.
        scale: The scale of a grade.
        signed: Values may be negative.
        due: For each agency, the days after the end of a period within which it must send the figure.
        unit: What the figure counts, in the author's words.
        is_percent: The unit is a percentage.
        whole: Values have no decimals.
        adds_up: Values have a sum over groups, agencies and periods.
        plausible: Values outside this interval are refused.
        counted: Whether a stock is counted at the end of its period or in it.
        breaks: The breaks in its series.
        section_11: The standard of section 11 that it grades; None for none.
    """

    id: str
    title: str
    agencies: tuple[str, ...]
    kind: schema.Kind
    frequency: Frequency
    cadence: Cadence
    scale: str | None
    signed: bool
    due: Mapping[str, int] = field(hash=False)
    unit: str | None = None
    is_percent: bool = False
    whole: bool = True
    adds_up: bool = True
    plausible: Interval | None = None
    counted: schema.Counted = "at_end"
    breaks: tuple[Break, ...] = ()
    section_11: Standard | None = None

    def __repr__(self) -> str:
        return f"<Figure {self.id}: {self.title_and_unit}>"

    @property
    def type(self) -> Type:
        """The type of the figure in formulas."""
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
        """Whether the figure is a number that does not add up over groups, agencies or periods."""
        return self.kind in ("flow", "stock") and not self.adds_up


Kind = Literal["text", "date", "number", "truth", "percent"]
"""The kinds of columns of lists."""


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        kind: The kind of its cells.
        optional: Cells may be blank.
        values: The complete set of its texts; None for any text.
        also_called: Other spellings of its header.
    """

    kind: Kind
    optional: bool
    values: tuple[str, ...] | None = None
    also_called: tuple[str, ...] = ()

    @property
    def read_as(self) -> Kind:
        """The kind of its values after reading: a percentage is read as a number."""
        return "number" if self.kind == "percent" else self.kind


@dataclass(frozen=True, kw_only=True, repr=False)
class RecordList(Lasting):
    """A list of records, one row each.

    Attributes:
        start: The column with the date of an event, or with the start of a spell.
        end: The column with the end of a spell; None for a list of events.
        columns: The columns by name.
        due: For each agency, the days after the end of a period within which it must send the period's records.
        files: Patterns of its files below the folder of submissions; without patterns, its id identifies files and
            folders.
        order: Columns of dates, of which the earlier is never after the later in a record.
        breaks: The breaks in its series.
    """

    id: str
    title: str
    agencies: tuple[str, ...]
    start: str
    end: str | None
    columns: Mapping[str, Column] = field(hash=False)
    due: Mapping[str, int] = field(hash=False)
    files: tuple[str, ...]
    order: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()

    def __repr__(self) -> str:
        return f"<RecordList {self.id}: {self.title}>"

    @property
    def date_pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of date columns of which the second is never before the first: of the spell, and of `order`."""
        spell = ((self.start, self.end),) if self.end else ()
        return tuple(dict.fromkeys((*spell, *combinations(self.order, 2))))

    @property
    def scope(self) -> Columns:
        """The scope of formulas about its records."""
        kinds = {"text": TEXT, "date": DATE, "number": NUMBER, "truth": TRUTH}
        types = {name: kinds[column.read_as] for name, column in self.columns.items()}
        return Columns(types | {"period_start": DATE, "period_end": DATE}, self.end is not None)


@dataclass(frozen=True, repr=False)
class Indicator:
    """One measure of the board: a formula over figures and lists, with a lead agency and tolerances.

    Attributes:
        cadence: The periods in which it is measured.
        by: The breakdowns in which it is reported.
        missing: Whether a sum of figures leaves missing figures out.
        decimals: The decimals that its author wants; see `places`.
        passage: The text of its formula.
        type: The type of its value.
        figures: The figures that its formula uses, directly or not.
        aggregates: The aggregates of lists that its formula uses, directly or not.
        dimension: The time dimension of its value (see `time_dimension`).
        compare: The figures and indicators that reports show beside it.
        tolerances: The entries of its tolerance, the earliest first.
        examples: Its examples.
        since: The first month in which it is measured; None for no beginning.
        until: The month after the last one in which it is measured; None for no end.
        formerly: Earlier ids.
        breaks: The breaks in its series.
        counts: What its value counts, by the key `unit` of the file.
        ask: What the board asks of its lead agency about an exception.
        public: Whether papers for the public may show single agencies, words and values of few records; None: each row.
        answered: The indicator of the share that was scored twice, and its least value for which this one has a value.
    """

    id: str
    title: str
    content_areas: tuple[str, ...]
    evidence_type: EvidenceType
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
    ask: tuple[str, ...] = ()
    public: bool | None = None
    answered: tuple[str, float] | None = None

    @cached_property
    def named(self) -> frozenset[str]:
        """Every figure and indicator that its own formula, bands and `compare` name."""
        ids = {node.name for node in names(self.formula)} | {*self.compare}
        ids |= {aggregate.list.name for aggregate in aggregates(self.formula) if of_senders(aggregate)}
        ids |= {node.name for band in self.bands for limit in band.limits for node in names(limit.bound)}
        return frozenset(ids | {*self.answered[:1]} if self.answered else ids)

    @property
    def place(self) -> Place:
        """The position of its formula in its file."""
        return self.passage.span().place

    @property
    def scale(self) -> str | None:
        """The scale of its grades; None for an indicator whose value is a number."""
        return self.type.scale

    @property
    def text(self) -> str:
        """Its formula in the author's words, on one line."""
        return " ".join(self.passage.text.split())

    @property
    def polarity(self) -> Polarity | None:
        """Which direction is better by its latest tolerance entry; None without a tolerance."""
        return self.tolerances[-1].polarity if self.tolerances else None

    def __repr__(self) -> str:
        return f"<Indicator {self.id}: {self.title}>"

    @property
    def bands(self) -> tuple[Band, ...]:
        """Every band of its tolerances."""
        return tuple(band for entry in self.tolerances for band in (entry.good, entry.tolerance) if band)

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that its formula uses, directly or not."""
        return tuple(dict.fromkeys(aggregate.list.name for aggregate in self.aggregates))

    @cached_property
    def band_terms(self) -> Mapping[str, Expression]:
        """The terms that its bands look up in data, by spelling, sorted: `england`, `previous`, `year_ago(x)`."""
        terms_ = dict(pair for band in self.bands for limit in band.limits for pair in terms(limit.bound).items())
        return {spelling: terms_[spelling] for spelling in sorted(terms_)}

    @property
    def band_names(self) -> tuple[str, ...]:
        """The spellings of `band_terms`."""
        return tuple(self.band_terms)

    @property
    def ratio(self) -> Call | None:
        """The whole formula where it is a call of `percent` or `rate`, else None."""
        formula = self.formula
        return formula if isinstance(formula, Call) and formula.function in RATIOS else None

    @property
    def per(self) -> float | None:
        """What its `percent` or `rate` is per, where that is constant; None for other formulas."""
        ratio = self.ratio
        if ratio is None:
            return None
        return SHARE_PER if self.is_share else constant(ratio.arguments[2], None)

    @property
    def is_share(self) -> bool:
        """Whether its formula is a share of a part in its whole, in percent."""
        ratio = self.ratio
        return ratio is not None and FUNCTIONS[ratio.function].ratio == "share"

    @property
    def unit(self) -> str:
        """The unit of the value: `%`, `per 10,000`, or an empty text."""
        if self.is_share:
            return "%"
        return f"per {self.per:,.0f}" if self.per is not None else ""

    @property
    def counted(self) -> str:
        """The unit in words: `a percentage` or `a rate per 10,000`."""
        return "a percentage" if self.unit == "%" else f"a rate {self.unit}".rstrip()

    @property
    def places(self) -> int:
        """The decimals shown of a value that is not whole: of its key `decimals`, of its `round`, or else 1."""
        if self.decimals is not None:
            return self.decimals
        if isinstance(self.formula, Call) and FUNCTIONS[self.formula.function].rounds:
            digits = constant(self.formula.arguments[1], None) if len(self.formula.arguments) > 1 else 0
            if digits is not None and 0 <= digits <= 9:
                return int(digits)
        return 1

    @checked
    def entry_for(self, period: Period) -> Entry | None:
        """The entry in force in a period: the latest whose start is not after the start of the period."""
        in_force = [entry for entry in self.tolerances if entry.start is None or entry.start <= period.start]
        return in_force[-1] if in_force else None
