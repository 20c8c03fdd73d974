"""A board's framework as the rest of the engine uses it: figures, indicators, levels and rules, all resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pmf_engine import schema
from pmf_engine.diagnostics import Diagnostic
from pmf_engine.escalation import Rule
from pmf_engine.formula.check import FLOW, NUMBER, TEXT, Type
from pmf_engine.formula.syntax import Call, Expression, names
from pmf_engine.given import Example
from pmf_engine.periods import Clock, Frequency, Period, parse_period
from pmf_engine.source import Passage
from pmf_engine.tolerance import Entry, constant


@dataclass(frozen=True)
class Figure:
    """What agencies send. `due` is how many days after a period's end each of them must have sent it."""

    id: str
    title: str
    agencies: tuple[str, ...]
    kind: schema.Kind
    frequency: Frequency
    clock: Clock
    scale: str | None
    signed: bool
    due: Mapping[str, int]

    @property
    def type(self) -> Type:
        """What the figure is in a formula."""
        if self.kind == "grade":
            return Type("grade", self.scale)
        return {"flow": FLOW, "stock": NUMBER, "text": TEXT}[self.kind]


@dataclass(frozen=True)
class Indicator:
    """One measure, ready to be worked out and judged. `figures` are all it rests on, through others too."""

    id: str
    title: str
    content_areas: tuple[str, ...]
    evidence_type: schema.Evidence
    level: schema.Level
    lead_agency: str
    frequency: Frequency
    clock: Clock
    sources: tuple[str, ...]
    by: tuple[str, ...]
    missing: schema.Missing
    rationale: str | None
    decimals: int | None
    passage: Passage
    formula: Expression
    type: Type
    figures: tuple[str, ...]
    dimension: int | None = 0
    tolerances: tuple[Entry, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def named(self) -> frozenset[str]:
        """Every figure and indicator that its own formula and bands name."""
        found = {node.name for node in names(self.formula)}
        for entry in self.tolerances:
            for band in (entry.good, entry.tolerance):
                for limit in band.limits if band else ():
                    found |= {node.name for node in names(limit.bound)}
        return frozenset(found)

    @property
    def scale_free(self) -> bool:
        """Whether a band means the same over periods of any length, as it does for a share, and not for a flow."""
        return self.dimension == 0

    @property
    def band_names(self) -> tuple[str, ...]:
        """Every name that its bands look up in data, in order: figures, indicators, `previous` and `year_ago`."""
        bands = [band for entry in self.tolerances for band in (entry.good, entry.tolerance) if band]
        found = {node.name for band in bands for limit in band.limits for node in names(limit.bound)}
        return tuple(sorted(found - {"target"}))

    @property
    def ratio(self) -> Call | None:
        """The formula's outermost `percent` or `rate`, where that is what it is."""
        formula = self.formula
        return formula if isinstance(formula, Call) and formula.function in ("percent", "rate") else None

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
    agencies: Mapping[str, schema.Agency]
    content_areas: Mapping[str, schema.ContentArea]
    sources: Mapping[str, str]
    scales: Mapping[str, list[str]]
    breakdowns: Mapping[str, schema.Breakdown]
    figures: Mapping[str, Figure]
    indicators: Mapping[str, Indicator]
    governance: Mapping[str, str]
    rules: tuple[Rule, ...]
    disclosure: schema.Disclosure | None
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def submissions(self) -> Path:
        """The folder where returns are, as the board says."""
        return self.folder / self.board.submissions

    def rests_on(self, indicator: Indicator) -> tuple[str, ...]:
        """Every figure that an indicator's value or rating rests on, through its bands too."""
        found = dict.fromkeys(indicator.figures)
        for name in indicator.band_names:
            other = self.indicators.get(name)
            found |= dict.fromkeys(other.figures if other else (name,) if name in self.figures else ())
        return tuple(found)

    def period(self, text: str) -> Period:
        """The period that a text names in the board's year. Raises ValueError where it names none."""
        period = parse_period(text, self.board.year_start)
        if period is None:
            raise ValueError(f"`{text}` is not a period; write `2016-17`, `2016-17 Q3`, `2016-17 H1` or `2016-12`")
        return period
