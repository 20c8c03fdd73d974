"""From the two files to a framework: every name resolved, every formula and band parsed and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pmf_engine import loading, messages, schema, shape
from pmf_engine.diagnostics import ConfigError, Diagnostic, in_file_order, nearest
from pmf_engine.escalation import Rule, read_rule
from pmf_engine.formula.check import NUMBER, Checker, Scope, Type, time_dimension
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.parse import KEYWORDS, FormulaError, parse_band, parse_formula
from pmf_engine.formula.syntax import Expression, names
from pmf_engine.framework import Figure, Framework, Indicator
from pmf_engine.given import read_example
from pmf_engine.lint import lint
from pmf_engine.loading import Config
from pmf_engine.periods import Clock, Frequency, parse_period
from pmf_engine.source import Passage, Source, Span
from pmf_engine.tolerance import Entry, Interval, band_scope, read_band

_ID = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = KEYWORDS | FUNCTIONS.keys() | {"target", "previous", "year_ago"}


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
    """Everything there is to find in the two files, in file order; the framework too where their shape is right.

    A part with a fault does not hide what is wrong elsewhere: the rest is checked without it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        name = folder.as_posix()
        return None, [messages.no_such_folder(Span(Source(name, ""), 0, 0), name)]
    indicators, found = loading.read_indicators(folder)
    tolerances, more = loading.read_tolerances(folder)
    model, faults = shape.read(indicators, schema.IndicatorsFile)
    rules, others = shape.read(tolerances, schema.TolerancesFile)
    builder = _Builder(folder, indicators, tolerances, model, rules, [*found, *faults, *more, *others])
    framework = builder.build()
    whole = not indicators.unsure and not tolerances.unsure
    return framework if whole else None, in_file_order(builder.found)


_EXAMPLE_MONTH = 2016 * 12 + 3
"""A month of the year that examples are about where no tolerance is dated: 2016-17, or 2016."""

_LONGEST_CHAIN = 50
"""How many indicators may rest on one another in a row; the program's own depth grows with it."""


@dataclass
class _Builder:
    """Resolves names and checks meanings; everything wrong goes to `found`."""

    folder: Path
    at: Config
    at_tolerances: Config
    model: schema.IndicatorsFile
    rules: schema.TolerancesFile
    found: list[Diagnostic]
    figures: dict[str, Figure] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    indicators: dict[str, Indicator | None] = field(default_factory=dict)
    misfits: set[tuple[str, str]] = field(default_factory=set)
    path: list[str] = field(default_factory=list)
    sections: set[str] = field(default_factory=set)
    bad_ids: list[str] = field(default_factory=list)

    def build(self) -> Framework:
        model, rules = self.model, self.rules
        self._ids()
        for id_, figure in model.figures.items():
            self.figures[id_] = self._figure(id_, figure)
            if figure.kind != "grade" or figure.scale in model.scales:
                self.types[id_] = self.figures[id_].type
        for id_ in model.indicators:
            self._indicator(id_)
        indicators = {id_: one for id_ in model.indicators if (one := self.indicators[id_])}
        indicators = self._tolerances(indicators)
        indicators = {id_: self._with_examples(one, indicators) for id_, one in indicators.items()}
        escalation = self._escalation()
        sound = not any(one.severity == "error" for one in self.found)
        if sound:
            self._unused(indicators)
        framework = Framework(
            folder=self.folder,
            board=model.board,
            agencies=model.agencies,
            content_areas=model.content_areas,
            sources=model.sources,
            scales=model.scales,
            breakdowns=model.breakdowns,
            figures=self.figures,
            indicators=indicators,
            governance=rules.governance,
            rules=tuple(escalation),
            disclosure=rules.disclosure,
        )
        if sound:
            self.found += lint(framework)
        return replace(framework, warnings=tuple(one for one in in_file_order(self.found) if one.severity == "warning"))

    # -- ids and references ---------------------------------------------------------

    def _ids(self) -> None:
        for section in ("agencies", "content_areas", "sources", "scales", "breakdowns", "figures", "indicators"):
            for id_ in getattr(self.model, section):
                if not _ID.fullmatch(id_):
                    self.bad_ids.append(id_)
                    self.found.append(messages.bad_id(self.at.key(section, id_), id_))
        for id_ in self.rules.governance:
            if not _ID.fullmatch(id_):
                self.bad_ids.append(id_)
                self.found.append(messages.bad_id(self.at_tolerances.key("governance", id_), id_))
        for id_, grades in self.model.scales.items():
            for place, grade in enumerate(grades):
                if grade.lower() in [other.lower() for other in grades[:place]]:
                    self.found.append(messages.repeated(self.at.span("scales", id_, place), "grade", grade))
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
            self.found.append(messages.agency_breakdown(self.at.key("breakdowns", "agency")))

    def _refer(self, section: str, known: Iterable[str], names_: Sequence[str], *path: str | int) -> tuple[str, ...]:
        """The names that exist, each once; the rest is reported where it stands."""
        usable: list[str] = []
        what = shape.WHAT[section]
        for place, name in enumerate(names_):
            span = self.at.span(*path, place)
            if name not in known:
                if not self.at.doubts(section, name):
                    self._unknown(span, what, name, known, section)
            elif name in usable:
                self.found.append(messages.repeated(span, what, name))
            else:
                usable.append(name)
        return tuple(usable)

    def _unknown(self, span: Span, what: str, name: str, known: Iterable[str], section: str) -> None:
        """A name that does not exist; where its whole section is not there, that is said, and once."""
        if nearest(name, self.bad_ids):
            return  # that is what it should have been called
        if section in self.at.data or section in self.at_tolerances.data or section == "breakdowns":
            self.found.append(messages.unknown_name(span, what, name, known))
        elif section not in self.sections:
            self.sections.add(section)
            self.found.append(messages.no_section(span, what, name, section))

    def _figure(self, id_: str, figure: schema.Figure) -> Figure:
        model = self.model
        agencies = self._refer("agencies", model.agencies, figure.from_, "figures", id_, "from")
        faulty = any(path[:2] == ("figures", id_) for path in self.at.unsure)
        if figure.kind == "grade" and figure.scale is None and faulty:
            pass  # the scale may be what the fault is about
        elif figure.kind == "grade" and figure.scale is None:
            self.found.append(messages.scale_needed(self.at.key("figures", id_), id_))
        elif figure.scale is not None and figure.kind != "grade":
            self.found.append(messages.scale_not_needed(self.at.span("figures", id_, "scale"), id_, figure.kind))
        elif figure.scale is not None:
            self._refer("scales", model.scales, [figure.scale], "figures", id_, "scale")
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
        self.indicators[id_] = None
        self.path.append(id_)
        one = self.indicators[id_] = self._read_indicator(id_, self.model.indicators[id_])
        if one is not None:
            self.types.setdefault(id_, one.type)
        self.path.pop()
        return self.indicators[id_]

    def _read_indicator(self, id_: str, given: schema.Indicator) -> Indicator | None:
        model, found = self.model, self.found
        areas = self._refer("content_areas", model.content_areas, given.content_area, "indicators", id_, "content_area")
        self._refer("agencies", model.agencies, [given.lead_agency], "indicators", id_, "lead_agency")
        sources = self._refer("sources", model.sources, given.source, "indicators", id_, "source")
        breakdowns = {**model.breakdowns, "agency": None}
        by = self._refer("breakdowns", breakdowns, given.by, "indicators", id_, "by")
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
        over_time = given.frequency != Frequency.AD_HOC
        scope = Scope(self.types, "figure", model.scales, over_time, self._doubts)
        checker = Checker(passage, scope)
        result = checker.type_of(formula)
        if result is not None and result.kind not in ("number", "grade") and not checker.found:
            found.append(
                messages.not_a_result(
                    passage.span(formula.start, formula.end), str(result), "an indicator is a number or a grade"
                )
            )
            result = None
        found += checker.found
        for name, span in uses.items():
            if span is None or not self._fits(id_, self.figures[name], given.frequency, clock, span):
                self.misfits.add((id_, name))
        if "agency" in by and len({self.figures[name].agencies for name in uses}) > 1:
            place = given.by.index("agency")
            found.append(messages.by_agency_mixed(self.at.span("indicators", id_, "by", place), list(uses)))
        if result is None or result.kind not in ("number", "grade") or checker.found:
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
            dimension=time_dimension(formula, self._dimension),
        )

    def _doubts(self, name: str) -> bool:
        """Whether a name is that of something with a fault, which is reported already."""
        known = name in self.figures or name in self.model.indicators
        doubted = self.at.doubts("figures", name) or self.at.doubts("indicators", name)
        return known or doubted or nearest(name, self.bad_ids) is not None

    def _names(self, id_: str, formula: Expression, passage: Passage) -> dict[str, Span | None] | None:
        """The figures a formula rests on, with the name in it that leads there; None where it goes in a circle.

        The name is None where the figure does not fit an indicator that is named: that is reported there.
        """
        uses: dict[str, Span | None] = {}
        for node in names(formula):
            span = passage.span(node.start, node.end)
            if node.name in self.figures:
                uses.setdefault(node.name, span)
            elif node.name in self.path:
                circle = [*self.path[self.path.index(node.name) :], node.name]
                self.found.append(messages.cycle(span, circle))
                return None
            elif node.name in self.model.indicators:
                if len(self.path) >= _LONGEST_CHAIN and node.name not in self.indicators:
                    self.found.append(messages.chain_too_long(span, _LONGEST_CHAIN))
                    return None
                other = self._indicator(node.name)
                for name in other.figures if other else ():
                    uses.setdefault(name, None if (node.name, name) in self.misfits else span)
        return uses

    def _fits(self, id_: str, figure: Figure, frequency: Frequency, clock: Clock, span: Span) -> bool:
        """Whether a figure can be brought to the periods of an indicator."""
        before = len(self.found)
        if figure.frequency == Frequency.AD_HOC and frequency != Frequency.AD_HOC:
            self.found.append(messages.ad_hoc_figure(span, figure.id))
        elif figure.kind == "flow" and figure.clock.months > clock.months:
            self.found.append(messages.too_coarse(span, figure.id, figure.frequency, id_, frequency))
        elif figure.clock.months <= clock.months and (figure.clock.year_start - clock.year_start) % figure.clock.months:
            self.found.append(messages.misaligned(span, figure.id, id_))
        return len(self.found) == before

    # -- tolerances --------------------------------------------------------------------

    def _tolerances(self, indicators: dict[str, Indicator]) -> dict[str, Indicator]:
        known, at = self.model.indicators, self.at_tolerances
        judged: dict[str, Indicator] = {}
        meant: set[str | None] = set()
        for id_, entries in self.rules.tolerances.items():
            if id_ not in known:
                if not self._doubts(id_):
                    meant.add(nearest(id_, known))
                    self.found.append(messages.tolerance_for_nothing(at.key("tolerances", id_), id_, known))
                else:
                    self._legible(id_, entries)
                continue
            one = indicators.get(id_)
            if one is None:
                self._legible(id_, entries)
                continue
            read: list[Entry] = []
            for entry, where in self._entries(id_, entries):
                if (result := self._entry(at, where, one, entry, read)) is not None:
                    read.append(result)
            judged[id_] = replace(one, tolerances=tuple(read))
        for id_, given in known.items():
            rated = id_ in self.rules.tolerances or id_ in meant or at.doubts("tolerances", id_) or id_ in self.bad_ids
            if given.evidence_type != "quantity" and not rated:
                span = self.at.key("indicators", id_)
                self.found.append(messages.no_tolerance(span, id_, given.evidence_type))
        return {id_: judged.get(id_, one) for id_, one in indicators.items()}

    def _entries(self, id_: str, entries: list[schema.Entry]) -> Iterator[tuple[schema.Entry, tuple[str | int, ...]]]:
        """The entries of an indicator and where they stand; one alone may stand without a list."""
        listed = isinstance(self.at_tolerances.data["tolerances"][id_], list)
        for place, entry in enumerate(entries):
            yield entry, ("tolerances", id_, place) if listed else ("tolerances", id_)

    def _legible(self, id_: str, entries: list[schema.Entry]) -> None:
        """What can be said of the bands of an indicator that has a fault itself: whether they are in the language."""
        if any(path[:1] in ((), ("scales",)) for path in self.at.unsure):
            return  # then a grade cannot be told from a mistake
        grades = [grade for scale in self.model.scales.values() for grade in scale]
        for entry, where in self._entries(id_, entries):
            for key in ("good", "tolerance") if entry.tolerance is not None else ("good",):
                try:
                    parse_band(self.at_tolerances.passage(*where, key), grades)
                except FormulaError as error:
                    self.found.append(error.diagnostic)

    def _escalation(self) -> list[Rule]:
        at, governance = self.at_tolerances, self.rules.governance
        read: list[Rule] = []
        for place in range(len(self.rules.escalation)):
            if at.doubts("escalation", place):
                continue
            when, to = at.passage("escalation", place, "when"), at.passage("escalation", place, "to")
            level = " ".join(to.text.split())
            if level not in governance and not at.doubts("governance", level):
                self._unknown(to.span(), "level", level, governance, "governance")
            rule = read_rule(when, level, self.found)
            if rule is not None and level in governance:
                read.append(rule)
        return read

    def _dimension(self, name: str) -> int | None:
        if name in self.figures:
            return int(self.figures[name].kind == "flow")
        other = self.indicators.get(name)
        return other.dimension if other else None

    def _with_examples(self, one: Indicator, indicators: Mapping[str, Indicator]) -> Indicator:
        given = self.model.indicators[one.id].examples
        if not given:
            return one
        rested = dict.fromkeys(one.figures)
        for name in sorted(one.named):
            rested |= dict.fromkeys(indicators[name].figures if name in indicators else (name,))
        senders = {name: self.figures[name].agencies for name in rested if name in self.figures}
        # The last period of the year in which the latest tolerance begins, so that it is in force.
        starts = [entry.start for entry in one.tolerances if entry.start is not None]
        year = Clock(12, one.clock.year_start).holding(max(starts, default=_EXAMPLE_MONTH))
        default = one.clock.last_ended_by(year.end)
        read = [
            read_example(self.at, ("indicators", one.id, "examples", place), example, senders, default, self.found)
            for place, example in enumerate(given)
        ]
        return replace(one, examples=tuple(example for example in read if example))

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
        over_time = one.frequency != Frequency.AD_HOC
        scope = band_scope(self.types, one.type, target_type, self.model.scales, over_time, self._doubts)
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
            span = passage.span(node.start, node.end)
            if node.name == one.id:
                self.found.append(messages.own_value(span, one.id))
                continue
            other = self.indicators.get(node.name)
            for name in (node.name,) if node.name in self.figures else other.figures if other else ():
                if (node.name, name) not in self.misfits:
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
        used = {name for one in indicators.values() for name in one.named}
        for id_, figure in self.figures.items():
            if id_ not in used and figure.kind != "text":
                self.found.append(messages.unused_figure(self.at.key("figures", id_), id_))
