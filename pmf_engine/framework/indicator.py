"""Indicators: each a formula over figures and lists, with every name resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.source import Passage, Place
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.domain.status import EvidenceType
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import FUNCTIONS, RATIOS, SHARE_PER
from pmf_engine.formula.syntax import Aggregate, Band, Call, Expression, aggregates, names, of_senders
from pmf_engine.formula.types import Type
from pmf_engine.framework import schema
from pmf_engine.framework.definitions import Break
from pmf_engine.framework.example_specs import Example
from pmf_engine.framework.tolerances import Entry, Polarity, terms


@dataclass(frozen=True, repr=False)
class Indicator:
    """One measure of the board: a formula over figures and lists, with a lead agency and tolerances.

    Attributes:
        id: Its id.
        title: Its title.
        content_areas: The ids of the content areas that it is evidence for.
        evidence_type: What it is evidence of: an outcome, quality or quantity.
        level: Who asks for it: `national`, `local` or `board`.
        lead_agency: The id of the agency that answers for it.
        frequency: How often it is measured.
        sources: The ids of the sources that asked for it.
        rationale: Why the board watches it; None where nobody says.
        cadence: The periods in which it is measured.
        by: The breakdowns in which it is reported.
        missing: Whether a sum of figures leaves missing figures out.
        decimals: The decimals that its author wants; see `places`.
        passage: The text of its formula.
        expression: Its formula as a tree.
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
        spread: Of a mean change, how many it is of and the mean of the squared changes: its interval rests on these.
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
    expression: Expression
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
    spread: tuple[Aggregate, Aggregate] | None = None

    @cached_property
    def named(self) -> frozenset[str]:
        """Every figure and indicator that its own formula, bands and `compare` name."""
        ids = {node.name for node in names(self.expression)} | {*self.compare}
        ids |= {aggregate.list.name for aggregate in aggregates(self.expression) if of_senders(aggregate)}
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
    def formula(self) -> str:
        """Its formula in the author's words, on one line."""
        return " ".join(self.passage.text.split())

    @property
    def indicators(self) -> tuple[str, ...]:
        """The other indicators that its formula names."""
        named = dict.fromkeys(node.name for node in names(self.expression))
        return tuple(name for name in named if name not in self.figures)

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
        formula = self.expression
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
        if isinstance(self.expression, Call) and FUNCTIONS[self.expression.function].rounds:
            digits = constant(self.expression.arguments[1], None) if len(self.expression.arguments) > 1 else 0
            if digits is not None and 0 <= digits <= 9:
                return int(digits)
        return 1

    @checked
    def entry_for(self, period: Period) -> Entry | None:
        """The entry in force in a period: the latest whose start is not after the start of the period."""
        in_force = [entry for entry in self.tolerances if entry.start is None or entry.start <= period.start]
        return in_force[-1] if in_force else None
