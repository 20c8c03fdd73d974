"""The framework: both files read, every name resolved, every formula parsed and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pmf_engine import loading, messages, schema
from pmf_engine.diagnostics import ConfigError, Diagnostic, in_file_order
from pmf_engine.escalation import Rule, read_rule
from pmf_engine.formula.check import FLOW, NUMBER, TEXT, Checker, Scope, Type
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.parse import KEYWORDS, FormulaError, parse_formula
from pmf_engine.formula.syntax import Binary, Call, Expression, Name, names
from pmf_engine.loading import Config
from pmf_engine.periods import Clock, Frequency, Period, parse_period
from pmf_engine.source import Passage, Span
from pmf_engine.tolerance import Entry, Interval, band_scope, read_band

_ID = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = KEYWORDS | FUNCTIONS.keys() | {"target", "previous", "year_ago"}


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
    tolerances: tuple[Entry, ...] = ()

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
        per = getattr(ratio.arguments[2], "value", None)
        return f"per {per:,.0f}" if isinstance(per, float) else ""

    @property
    def places(self) -> int:
        """Decimals shown, where the value is not a whole number."""
        return 1 if self.decimals is None else self.decimals

    def entry_for(self, period: Period) -> Entry | None:
        """The tolerance in force: the latest entry whose `from` is not after the period."""
        in_force = [entry for entry in self.tolerances if entry.start is None or entry.start <= period.start]
        return in_force[-1] if in_force else None


@dataclass(frozen=True)
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

    def period(self, text: str) -> Period:
        """The period that a text names in the board's year. Raises ValueError where it names none."""
        period = parse_period(text, self.board.year_start)
        if period is None:
            raise ValueError(f"`{text}` is not a period; write `2016-17`, `2016-17 Q3`, `2016-17 H1` or `2016-12`")
        return period


def load_framework(folder: str | Path = ".") -> Framework:
    """Reads and checks `indicators.yaml` (or `indicators/`) and `tolerances.yaml` of a folder.

    Raises ConfigError, holding every finding at once, where there is an error in either. Warnings do not
    stop it; they are the framework's `warnings`.
    """
    framework, found = check_framework(folder)
    if framework is None or any(one.severity == "error" for one in found):
        raise ConfigError(found)
    return framework


def check_framework(folder: str | Path = ".") -> tuple[Framework | None, list[Diagnostic]]:
    """Everything there is to find in the two files, in file order; the framework too where their shape is right."""
    folder = Path(folder)
    indicators, model, found = loading.read_indicators(folder)
    tolerances, rules, more = loading.read_tolerances(folder)
    found = found + more
    if model is None:
        return None, in_file_order(found)
    builder = _Builder(folder, indicators, model, found)
    framework = builder.build(tolerances, rules)
    return framework, in_file_order(builder.found)


@dataclass
class _Builder:
    """Resolves names and checks meanings; everything wrong goes to `found`."""

    folder: Path
    at: Config
    model: schema.IndicatorsFile
    found: list[Diagnostic]
    figures: dict[str, Figure] = field(default_factory=dict)
    indicators: dict[str, Indicator | None] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    def build(self, at_tolerances: Config, rules: schema.TolerancesFile | None) -> Framework:
        model = self.model
        self._ids()
        for id_, figure in model.figures.items():
            self.figures[id_] = self._figure(id_, figure)
        self.types = {id_: figure.type for id_, figure in self.figures.items()}
        for id_ in model.indicators:
            self._indicator(id_)
        indicators = {id_: one for id_ in model.indicators if (one := self.indicators[id_])}
        escalation: list[Rule] = []
        if rules is not None:
            indicators = self._tolerances(at_tolerances, rules, indicators)
            for place in range(len(rules.escalation)):
                rule = read_rule(
                    at_tolerances.passage("escalation", place, "when"),
                    at_tolerances.passage("escalation", place, "to"),
                    list(rules.governance),
                    self.found,
                )
                if rule:
                    escalation.append(rule)
        self._unused(indicators)
        return Framework(
            folder=self.folder,
            board=model.board,
            agencies=model.agencies,
            content_areas=model.content_areas,
            sources=model.sources,
            scales=model.scales,
            breakdowns=model.breakdowns,
            figures=self.figures,
            indicators=indicators,
            governance=rules.governance if rules else {},
            rules=tuple(escalation),
            disclosure=rules.disclosure if rules else None,
            warnings=tuple(one for one in in_file_order(self.found) if one.severity == "warning"),
        )

    # -- ids and references ---------------------------------------------------------

    def _ids(self) -> None:
        for section in ("agencies", "content_areas", "sources", "scales", "breakdowns", "figures", "indicators"):
            for id_ in getattr(self.model, section):
                if not _ID.fullmatch(id_):
                    self.found.append(messages.bad_id(self.at.key(section, id_), id_))
        for section in ("figures", "indicators"):
            for id_ in getattr(self.model, section):
                if id_ in _WORDS:
                    self.found.append(messages.reserved_id(self.at.key(section, id_), id_))
        for id_ in self.model.indicators:
            if id_ in self.model.figures:
                first = self.at.key("figures", id_)
                self.found.append(
                    messages.same_id(self.at.key("indicators", id_), id_, "a figure", first.line, first.source.name)
                )
        if "agency" in self.model.breakdowns:
            self.found.append(messages.reserved_id(self.at.key("breakdowns", "agency"), "agency"))

    def _refer(self, what: str, known: Iterable[str], names_: Sequence[str], *path: str | int) -> tuple[str, ...]:
        """The names that exist, each once; the rest is reported where it stands."""
        usable: list[str] = []
        for place, name in enumerate(names_):
            span = self.at.span(*path, place)
            if name not in known:
                self.found.append(messages.unknown_name(span, what, name, known))
            elif name in usable:
                self.found.append(messages.repeated(span, what, name))
            else:
                usable.append(name)
        return tuple(usable)

    def _figure(self, id_: str, figure: schema.Figure) -> Figure:
        model = self.model
        agencies = self._refer("agency", model.agencies, figure.from_, "figures", id_, "from")
        if figure.kind == "grade" and figure.scale is None:
            self.found.append(messages.scale_needed(self.at.key("figures", id_), id_))
        elif figure.scale is not None and figure.kind != "grade":
            self.found.append(messages.scale_not_needed(self.at.span("figures", id_, "scale"), id_, figure.kind))
        elif figure.scale is not None:
            self._refer("scale", model.scales, [figure.scale], "figures", id_, "scale")
        due = {
            agency: next(
                days
                for days in (figure.returns_due, model.agencies[agency].returns_due, model.board.returns_due)
                if days is not None
            )
            for agency in agencies
        }
        return Figure(
            id=id_,
            title=figure.title,
            agencies=agencies,
            kind=figure.kind,
            frequency=figure.frequency,
            clock=Clock(figure.frequency.months, figure.year_start or model.board.year_start),
            scale=figure.scale,
            signed=figure.signed,
            due=due,
        )

    # -- indicators -------------------------------------------------------------------

    def _indicator(self, id_: str) -> Indicator | None:
        """The indicator, worked out once; those that it names come first."""
        if id_ in self.indicators:
            return self.indicators[id_]
        self.path.append(id_)
        self.indicators[id_] = None
        self.indicators[id_] = self._read_indicator(id_, self.model.indicators[id_])
        self.path.pop()
        return self.indicators[id_]

    def _read_indicator(self, id_: str, given: schema.Indicator) -> Indicator | None:
        model, found = self.model, self.found
        areas = self._refer("content area", model.content_areas, given.content_area, "indicators", id_, "content_area")
        self._refer("agency", model.agencies, [given.lead_agency], "indicators", id_, "lead_agency")
        sources = self._refer("source", model.sources, given.source, "indicators", id_, "source")
        breakdowns = {**model.breakdowns, "agency": None}
        by = self._refer("breakdown", breakdowns, given.by, "indicators", id_, "by")
        passage = self.at.passage("indicators", id_, "formula")
        try:
            formula = parse_formula(passage)
        except FormulaError as error:
            found.append(error.diagnostic)
            return None
        clock = Clock(given.frequency.months, given.year_start or model.board.year_start)
        uses = self._names(id_, formula, passage)
        if uses is None:
            return None
        scope = Scope(
            {**self.types, **{name: self._type(name) for name in model.indicators}},
            "figure",
            model.scales,
            over_time=given.frequency != Frequency.AD_HOC,
        )
        checker = Checker(passage, scope)
        result = checker.type_of(formula)
        if result is not None and result.kind not in ("number", "grade"):
            found.append(
                messages.not_a_result(
                    passage.span(formula.start, formula.end), str(result), "an indicator is a number or a grade"
                )
            )
            result = None
        found += checker.found
        for name, span in uses.items():
            self._fits(id_, self.figures[name], given.frequency, clock, span)
        if "agency" in by and len({self.figures[name].agencies for name in uses}) > 1:
            place = given.by.index("agency")
            found.append(messages.by_agency_mixed(self.at.span("indicators", id_, "by", place), list(uses)))
        if result is None or checker.found:
            return None
        return Indicator(
            id=id_,
            title=given.title,
            content_areas=areas,
            evidence_type=given.evidence_type,
            level=given.level,
            lead_agency=given.lead_agency,
            frequency=given.frequency,
            clock=clock,
            sources=sources,
            by=by,
            missing=given.missing,
            rationale=given.rationale,
            decimals=given.decimals,
            passage=passage,
            formula=formula,
            type=result,
            figures=tuple(uses),
        )

    def _type(self, name: str) -> Type:
        """The type of an indicator as a name; one that is itself in error counts as a number, reported once."""
        known = self.indicators.get(name)
        return known.type if known else NUMBER

    def _names(self, id_: str, formula: Expression, passage: Passage) -> dict[str, Span] | None:
        """The figures a formula rests on, with the name in it that leads there; None where it goes in a circle."""
        uses: dict[str, Span] = {}
        for node in names(formula):
            span = passage.span(node.start, node.end)
            if node.name in self.figures:
                uses.setdefault(node.name, span)
            elif node.name in self.path:
                circle = [*self.path[self.path.index(node.name) :], node.name]
                self.found.append(messages.cycle(span, circle))
                return None
            elif node.name in self.model.indicators:
                other = self._indicator(node.name)
                for name in other.figures if other else ():
                    uses.setdefault(name, span)
        return uses

    def _fits(self, id_: str, figure: Figure, frequency: Frequency, clock: Clock, span: Span) -> None:
        """Whether a figure can be brought to the periods of an indicator."""
        whole = f"indicator `{id_}`, which is {frequency}"
        if figure.frequency == Frequency.AD_HOC and frequency != Frequency.AD_HOC:
            self.found.append(messages.ad_hoc_figure(span, figure.id))
        elif figure.kind == "flow" and figure.clock.months > clock.months:
            self.found.append(messages.too_coarse(span, figure.id, figure.frequency, whole))
        elif figure.clock.months <= clock.months and (figure.clock.year_start - clock.year_start) % figure.clock.months:
            self.found.append(messages.misaligned(span, figure.id, whole))

    # -- tolerances --------------------------------------------------------------------

    def _tolerances(
        self, at: Config, rules: schema.TolerancesFile, indicators: dict[str, Indicator]
    ) -> dict[str, Indicator]:
        known = self.model.indicators
        judged: dict[str, Indicator] = {}
        for id_, entries in rules.tolerances.items():
            if id_ not in known:
                self.found.append(messages.tolerance_for_nothing(at.key("tolerances", id_), id_, known))
                continue
            one = indicators.get(id_)
            if one is None:
                continue
            single = not isinstance(at.data["tolerances"][id_], list)
            read: list[Entry] = []
            for place, entry in enumerate(entries):
                where = ("tolerances", id_) if single else ("tolerances", id_, place)
                if (result := self._entry(at, where, one, entry, read)) is not None:
                    read.append(result)
            judged[id_] = replace(one, tolerances=tuple(read))
        for id_, given in known.items():
            if given.evidence_type != "quantity" and id_ not in rules.tolerances:
                span = self.at.key("indicators", id_)
                self.found.append(messages.no_tolerance(span, id_, given.evidence_type))
        return {id_: judged.get(id_, one) for id_, one in indicators.items()}

    def _entry(
        self, at: Config, where: tuple[str | int, ...], one: Indicator, entry: schema.Entry, before: list[Entry]
    ) -> Entry | None:
        errors = len(self.found)
        start = None
        if entry.from_ is not None:
            years = dict.fromkeys((one.clock.year_start, self.model.board.year_start))
            periods = [parse_period(entry.from_, year, one.clock.months) for year in years]
            period = next((period for period in periods if period), None)
            if period is None:
                self.found.append(messages.bad_from(at.span(*where, "from"), entry.from_))
            else:
                start = period.start
                last = before[-1] if before else None
                if last is not None and last.start is not None and last.start >= start:
                    text = last.span.source.text[last.span.start : last.span.end]
                    self.found.append(messages.from_order(at.span(*where, "from"), entry.from_, text))
        elif before:
            self.found.append(messages.from_needed(at.key(*where)))
        target, target_type = self._target(at, where, one, entry)
        types = {**self.types, **{name: self._type(name) for name in self.model.indicators}}
        scope = band_scope(types, one.type, target_type, self.model.scales)
        good = read_band(at.passage(*where, "good"), scope, one.type, target, self.found)
        tolerance = None
        if entry.tolerance is not None:
            tolerance = read_band(at.passage(*where, "tolerance"), scope, one.type, target, self.found)
        if good and tolerance:
            inner, outer = Interval.of(good, target), Interval.of(tolerance, target)
            if inner and outer and not inner.inside(outer):
                self.found.append(messages.good_outside(at.span(*where, "good"), good.text, tolerance.text))
        for band, key in ((good, "good"), (tolerance, "tolerance")):
            for limit in band.limits if band else ():
                self._bound_fits(one, limit.bound, at.passage(*where, key))
        if good is None or len(self.found) > errors:
            return None
        span = at.span(*where, "from") if entry.from_ is not None else at.key(*where)
        return Entry(start, good, tolerance, target, entry.reference, span)

    def _bound_fits(self, one: Indicator, bound: Expression, passage: Passage) -> None:
        """Whether the figures a bound rests on can be brought to the indicator's periods."""
        for node in names(bound):
            other = self.indicators.get(node.name)
            for name in (node.name,) if node.name in self.figures else other.figures if other else ():
                span = passage.span(node.start, node.end)
                self._fits(one.id, self.figures[name], one.frequency, one.clock, span)

    def _target(
        self, at: Config, where: tuple[str | int, ...], one: Indicator, entry: schema.Entry
    ) -> tuple[float | None, Type | None]:
        target = entry.target
        if target is None:
            return None, None
        if isinstance(target, str) and one.type.kind == "grade":
            grades = [grade.lower() for grade in self.model.scales.get(one.type.scale or "", ())]
            if target.lower() in grades:
                return float(grades.index(target.lower()) + 1), one.type
            span = at.span(*where, "target")
            self.found.append(messages.unknown_grade(span, target, one.type.scale or "", grades))
            return None, one.type
        if isinstance(target, str) or one.type.kind != "number":
            wanted = "a number" if one.type.kind == "number" else str(one.type)
            self.found.append(messages.wrong_type(at.span(*where, "target"), "`target`", wanted, target))
            return None, one.type
        return target, NUMBER

    def _unused(self, indicators: Mapping[str, Indicator]) -> None:
        if len(indicators) < len(self.model.indicators):
            return  # a formula in error may be the one that uses it
        used = {name for one in indicators.values() for name in one.named}
        for id_, figure in self.figures.items():
            if id_ not in used and figure.kind != "text":
                self.found.append(messages.unused_figure(self.at.key("figures", id_), id_))
