"""From the two files to a framework: every name resolved, every formula and band parsed and checked."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import ConfigError, Diagnostic, in_file_order
from pmf_engine.diagnostics.source import Passage, Source, Span
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import Cadence, Frequency, Period, parse_period
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.equivalence import Meanings
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import AGGREGATES, KEYWORDS, parse_formula
from pmf_engine.formula.syntax import Aggregate, Band, Expression, Name, aggregates, columns_of, names, of_senders
from pmf_engine.formula.types import NUMBER, Columns, Scope, Type, time_dimension
from pmf_engine.framework import schema
from pmf_engine.framework.building.lists import read_list
from pmf_engine.framework.escalation_rules import Rule, read_rule
from pmf_engine.framework.example_specs import NOTHING, Example, Setting, read_example
from pmf_engine.framework.lint.lint import lint
from pmf_engine.framework.model import Figure, Framework, Indicator, RecordList
from pmf_engine.framework.reading import files, structure
from pmf_engine.framework.reading.files import Config
from pmf_engine.framework.tolerances import Entry, Interval, band_scope, read_band

_ID = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = KEYWORDS | FUNCTIONS.keys() | {*AGGREGATES, "target"}


def load_framework(folder: str | Path = ".", as_of: date | None = None) -> Framework:
    """Reads and checks `indicators.yaml` (or `indicators/`) and `tolerances.yaml` of a folder.

    Raises ConfigError, holding every finding at once, where there is an error in either. Warnings do not
    stop it; they are the framework's `warnings`, of which those of reviews that are past are as on the day `as_of`,
    today unless given.
    """
    framework, found = check_framework(folder, as_of)
    if framework is None or any(one.severity == "error" for one in found):
        raise ConfigError(found)
    return framework


def check_framework(folder: str | Path = ".", as_of: date | None = None) -> tuple[Framework | None, list[Diagnostic]]:
    """Everything there is to find in the two files, in file order; the framework too where their shape is right.

    A part with a fault does not hide what is wrong elsewhere: the rest is checked without it. `as_of`, today unless
    given, decides which tolerances are past their `review_by`.
    """
    folder = Path(folder)
    if not folder.is_dir():
        name = folder.as_posix()
        return None, [messages.no_such_folder(Span(Source(name, ""), 0, 0), name)]
    with _nothing_collected():
        return _check(folder, as_of or date.today())


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keeps Python from looking for garbage: nearly all that is read is kept, and looking takes a sixth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _check(folder: Path, as_of: date) -> tuple[Framework | None, list[Diagnostic]]:
    indicators, found = files.read_indicators(folder)
    tolerances, more = files.read_tolerances(folder)
    model, faults = structure.read(indicators, schema.IndicatorsFile)
    rules, others = structure.read(tolerances, schema.TolerancesFile)
    found = [*found, *faults, *more, *others]
    builder = _Builder(folder, indicators, tolerances, model, rules, as_of, found)
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
    as_of: date
    found: list[Diagnostic]
    figures: dict[str, Figure] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    lists: dict[str, RecordList] = field(default_factory=dict)
    scopes: dict[str, Columns] = field(default_factory=dict)
    indicators: dict[str, Indicator | None] = field(default_factory=dict)
    meanings: Meanings = field(default_factory=Meanings)
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
        self._lists()
        for id_ in model.indicators:
            self._indicator(id_)
        indicators = {id_: one for id_ in model.indicators if (one := self.indicators[id_])}
        indicators = {id_: self._with_comparators(one) for id_, one in indicators.items()}
        indicators = self._tolerances(indicators)
        indicators = {id_: self._with_examples(one, indicators) for id_, one in indicators.items()}
        for id_ in model.indicators.keys() - indicators.keys():
            list(self._examples(id_, model.figures, self._cadence(model.indicators[id_])))
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
            lists=self.lists,
            indicators=indicators,
            governance=rules.governance,
            rules=tuple(escalation),
            disclosure=rules.disclosure,
        )
        if sound:
            self.found += lint(framework, self.as_of)
        return replace(framework, warnings=tuple(one for one in in_file_order(self.found) if one.severity == "warning"))

    # -- ids and references ---------------------------------------------------------

    def _ids(self) -> None:
        for section in structure.SECTIONS:
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
        named: dict[str, tuple[str, str]] = {}
        for section, what in (("figures", "a figure"), ("lists", "a list"), ("indicators", "an indicator")):
            for id_ in getattr(self.model, section):
                if id_ in _WORDS:
                    self.found.append(messages.reserved_id(self.at.key(section, id_), id_))
                if id_ in named:
                    other, what_else = named[id_]
                    first = self.at.key(other, id_)
                    span = self.at.key(section, id_)
                    self.found.append(messages.same_id(span, id_, what_else, first.line, first.source.name))
                named.setdefault(id_, (section, what))
        if "agency" in self.model.breakdowns:
            self.found.append(messages.agency_breakdown(self.at.key("breakdowns", "agency")))

    def _refer(self, section: str, known: Iterable[str], names_: Sequence[str], *path: str | int) -> tuple[str, ...]:
        """The names that exist, each once; the rest is reported where it stands."""
        usable: list[str] = []
        what = structure.WHAT[section]
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

    def _due(self, given: schema.Figure | schema.RecordList, agencies: Iterable[str]) -> dict[str, int]:
        """Days after the end of a period by which each agency sends: its list's or figure's, its own, the board's."""
        model = self.model
        return {
            agency: next(
                days
                for days in (given.returns_due, model.agencies[agency].returns_due, model.board.returns_due)
                if days is not None
            )
            for agency in agencies
        }

    def _lists(self) -> None:
        for id_, given in self.model.lists.items():
            agencies = self._refer("agencies", self.model.agencies, given.from_, "lists", id_, "from")
            groups = {*self.model.breakdowns, "agency"}
            one = read_list(self.at, id_, given, agencies, groups, self._due(given, agencies), self.found)
            if one is not None:
                self.lists[id_] = one
                self.scopes[id_] = replace(one.scope, closed=self._closed(given))

    def _closed(self, given: schema.RecordList) -> dict[str, list[str]]:
        """The columns of a list that hold nothing but listed groups, or the agencies that send it."""
        listed = {name: one.groups for name, one in self.model.breakdowns.items() if one.groups is not None}
        doubted = [name for name in listed if self.at.doubts("breakdowns", name)]
        return {name: held for name, held in (listed | {"agency": given.from_}).items() if name not in doubted}

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
        return Figure(
            id=id_,
            title=figure.title,
            agencies=agencies,
            kind=figure.kind,
            frequency=figure.frequency,
            cadence=Cadence(figure.frequency.months, figure.year_start or model.board.year_start),
            scale=figure.scale,
            signed=figure.signed,
            due=self._due(figure, agencies),
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
            self.meanings.tell(id_, one.formula)
        self.path.pop()
        return self.indicators[id_]

    def _cadence(self, given: schema.Indicator) -> Cadence:
        return Cadence(given.frequency.months, given.year_start or self.model.board.year_start)

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
        cadence = self._cadence(given)
        uses = self._names(id_, formula, passage)
        if uses is None:
            return None
        months = None if given.frequency == Frequency.AD_HOC else cadence.months
        scope = Scope(self.types, "figure", model.scales, months, self._doubts, self.scopes, self.figures)
        checker = Checker(passage, scope)
        result = checker.type_of(formula)
        if result is not None and result.kind not in ("number", "grade") and not checker.found:
            found.append(
                messages.not_a_result(
                    passage.span(formula.start, formula.end), str(result), "an indicator is a number or a grade"
                )
            )
            result = None
        if result is not None and not checker.found:
            checker.names_something(formula)
        found += checker.found
        for name, span in uses.items():
            if span is None or not self._fits(id_, self.figures[name], given.frequency, cadence, span):
                self.misfits.add((id_, name))
        records = self._aggregates(formula)
        for node in aggregates(formula):
            if of_senders(node) and node.list.name in uses and self.figures[node.list.name].cadence != cadence:
                span = passage.span(node.list.start, node.list.end)
                found.append(messages.senders_cadence(span, node.list.name, id_))
        lists = [self.lists[name] for name in dict.fromkeys(one.list.name for one in records) if name in self.lists]
        senders = {self.figures[name].agencies for name in uses} | {one.agencies for one in lists}
        if "agency" in by and len(senders) > 1:
            place = given.by.index("agency")
            rests = [*uses, *(one.id for one in lists)]
            found.append(messages.by_agency_mixed(self.at.span("indicators", id_, "by", place), rests))
        for name in by:
            lacking = [one.id for one in lists if name != "agency" and name not in one.columns]
            if lacking:
                place = given.by.index(name)
                found.append(messages.no_column_for(self.at.span("indicators", id_, "by", place), name, lacking))
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
            cadence=cadence,
            sources=sources,
            by=by,
            missing=given.missing,
            rationale=given.rationale,
            decimals=given.decimals,
            passage=passage,
            formula=formula,
            type=result,
            figures=tuple(uses),
            aggregates=tuple({one.text: one for one in records}.values()),
            dimension=time_dimension(formula, self._dimension),
        )

    def _aggregates(self, formula: Expression) -> list[Aggregate]:
        """Those over lists of a formula and of the indicators it names."""
        found = [one for one in aggregates(formula) if not of_senders(one)]
        for node in names(formula):
            other = self.indicators.get(node.name)
            found += other.aggregates if other else ()
        return found

    def _doubts(self, name: str) -> bool:
        """Whether a name is that of something with a fault, which is reported already."""
        faulty = name in self.model.lists and name not in self.lists
        known = name in self.figures or name in self.model.indicators or faulty
        doubted = any(self.at.doubts(section, name) for section in ("figures", "lists", "indicators"))
        return known or doubted or nearest(name, self.bad_ids) is not None

    def _names(self, id_: str, formula: Expression, passage: Passage) -> dict[str, Span | None] | None:
        """The figures a formula rests on, with the name in it that leads there; None where it goes in a circle.

        The name is None where the figure does not fit an indicator that is named: that is reported there.
        """
        uses: dict[str, Span | None] = {}
        sent = [one.list for one in aggregates(formula) if of_senders(one)]
        for node in [*names(formula), *sent]:
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

    def _fits(self, id_: str, figure: Figure, frequency: Frequency, cadence: Cadence, span: Span) -> bool:
        """Whether a figure can be brought to the periods of an indicator."""
        before = len(self.found)
        for key in ("frequency", "year_start"):
            if self.at.doubts("figures", figure.id, key) or self.at.doubts("indicators", id_, key):
                return True  # nobody knows, and what is wrong is said
        if figure.frequency == Frequency.AD_HOC and frequency != Frequency.AD_HOC:
            self.found.append(messages.ad_hoc_figure(span, figure.id))
        elif figure.kind == "flow" and figure.cadence.months > cadence.months:
            self.found.append(messages.too_coarse(span, figure.id, figure.frequency, id_, frequency))
        elif (
            figure.cadence.months <= cadence.months
            and (figure.cadence.year_start - cadence.year_start) % figure.cadence.months
        ):
            self.found.append(messages.misaligned(span, figure.id, id_))
        return len(self.found) == before

    def _with_comparators(self, one: Indicator) -> Indicator:
        """The indicator with what it is to be shown beside: figures and indicators that count in what it does."""
        given = self.model.indicators[one.id].compare
        if not given:
            return one
        known = {name: kind for name, kind in self.types.items() if kind.kind != "text"}
        usable: list[str] = []
        for place, name in enumerate(given):
            span = self.at.span("indicators", one.id, "compare", place)
            if name == one.id:
                self.found.append(messages.compared_with_itself(span, name))
            elif name in given[:place]:
                self.found.append(messages.repeated(span, "comparison", name))
            elif name in self.types and name not in known:
                self.found.append(messages.text_figure(span, name))
            elif name not in known:
                if not self._doubts(name):
                    self.found.append(messages.unknown_name(span, "figure", name, known))
            elif self._comparable(one, name, span):
                usable.append(name)
        return replace(one, compare=tuple(usable)) if given else one

    def _comparable(self, one: Indicator, name: str, span: Span) -> bool:
        """Whether a figure or indicator counts in what an indicator does, in periods that it can be brought to."""
        kind, other = self.types[name], self.indicators.get(name)
        what, own = str(kind), str(one.type)
        if (kind.kind, kind.scale) == (one.type.kind, one.type.scale):
            if other is not None and other.unit and one.unit:
                what, own = other.counted, one.counted
            elif other is None and self.figures[name].kind == "flow" and one.unit:
                what, own = "a flow", one.counted
        if what != own:
            self.found.append(messages.not_comparable(span, name, what, own))
            return False
        figures = other.figures if other else (name,)
        fits = [self._fits(one.id, self.figures[each], one.frequency, one.cadence, span) for each in figures]
        return all(fits)

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
        """What can be said of the bands of an indicator with a fault: whether they can be read, and what they name."""
        if any(path[:1] in ((), ("scales",)) for path in self.at.unsure):
            return  # then a grade cannot be told from a mistake
        grades = [grade for scale in self.model.scales.values() for grade in scale]
        for entry, where in self._entries(id_, entries):
            known = [*self.types, *EARLIER_VALUES, *([] if entry.target is None else ["target"])]
            for key in ("good", "tolerance") if entry.tolerance is not None else ("good",):
                passage = self.at_tolerances.passage(*where, key)
                try:
                    band = parse_band(passage, grades)
                except FormulaError as error:
                    self.found.append(error.diagnostic)
                    continue
                for node in (node for limit in band.limits for node in names(limit.bound)):
                    if not (node.name in _WORDS or self._doubts(node.name) or nearest(node.name, grades)):
                        span = passage.span(node.start, node.end)
                        self.found.append(messages.unknown_name(span, "figure", node.name, known))
                ends = Interval.of(band, None)
                if ends is not None and ends.empty:
                    self.found.append(messages.empty_band(passage.span(band.start, band.end), band.text))

    def _escalation(self) -> list[Rule]:
        at, governance = self.at_tolerances, self.rules.governance
        read: list[Rule] = []
        for place, given in enumerate(self.rules.escalation):
            if at.doubts("escalation", place):
                continue
            when, to = at.passage("escalation", place, "when"), at.passage("escalation", place, "to")
            level = " ".join(to.text.split())
            if level not in governance and not at.doubts("governance", level):
                self._unknown(to.span(), "level", level, governance, "governance")
            until = at.passage("escalation", place, "until") if given.until is not None else None
            rule = read_rule(when, level, self.found, until)
            if rule is not None and level in governance:
                read.append(rule)
        return read

    def _dimension(self, name: str) -> int | None:
        if name in self.figures:
            return int(self.figures[name].kind == "flow")
        other = self.indicators.get(name)
        return other.dimension if other else None

    def _with_examples(self, one: Indicator, indicators: Mapping[str, Indicator]) -> Indicator:
        if not self.model.indicators[one.id].examples:
            return one
        rested: Iterable[str] = self.model.figures
        doubted = any(path[:2] in ((), ("tolerances",), ("tolerances", one.id)) for path in self.at_tolerances.unsure)
        # Where a band has a fault, nobody knows what it rests on.
        if not doubted and len(one.tolerances) == len(self.rules.tolerances.get(one.id, ())):
            rested = dict.fromkeys(one.figures)
            for name in sorted(one.named):
                rested |= dict.fromkeys(indicators[name].figures if name in indicators else (name,))
        starts = [entry.start for entry in one.tolerances if entry.start is not None]
        grades = self.model.scales.get(one.type.scale or "", [])
        lists = {name: self._given_columns(one, self.lists[name]) for name in one.lists}
        examples = self._examples(one.id, rested, one.cadence, starts, one.type, grades, lists)
        return replace(one, examples=tuple(examples))

    def _given_columns(self, one: Indicator, list_: RecordList) -> tuple[list[str], list[str]]:
        """The columns of a list that a record in an example must say, and the others."""
        looked = {name for each in one.aggregates if each.list.name == list_.id for name in columns_of(each)}
        needed = [
            name
            for name, column in list_.columns.items()
            if not column.optional and (name in looked or name in (list_.start, list_.end))
        ]
        return needed, [name for name in list_.columns if name not in needed]

    def _examples(
        self,
        id_: str,
        rested: Iterable[str],
        cadence: Cadence,
        starts: Sequence[int] = (),
        type_: Type | None = None,
        grades: Sequence[str] = (),
        lists: Mapping[str, tuple[Sequence[str], Sequence[str]]] | None = None,
    ) -> Iterator[Example]:
        """The examples of an indicator that can be run; what is wrong with the others is reported."""
        # The last period of the year in which the latest tolerance begins, so that it is in force.
        year = Cadence(12, cadence.year_start).holding(max(starts, default=_EXAMPLE_MONTH))
        setting = Setting(
            senders={name: self.model.figures[name].from_ for name in rested if name in self.figures},
            lists=lists or {},
            period=cadence.last_ended_by(year.end),
            fixed=not self.at.doubts("indicators", id_, "frequency"),
            type=type_,
            grades=grades,
            doubts=lambda name: name not in self.figures and self._doubts(name),
        )
        levels = [*self.rules.governance, NOTHING]
        for place, example in enumerate(self.model.indicators[id_].examples):
            where = ("indicators", id_, "examples", place)
            level = example.expect.escalate_to
            if level is not None and level not in levels and not self.at_tolerances.doubts("governance", level):
                self._unknown(self.at.span(*where, "expect", "escalate_to"), "level", level, levels, "governance")
            if (read := read_example(self.at, where, example, setting, self.found)) is not None:
                yield read

    def _entry(
        self, at: Config, where: tuple[str | int, ...], one: Indicator, entry: schema.Entry, before: list[Entry]
    ) -> Entry | None:
        errors = len(self.found)
        start = None
        if entry.from_ is not None:
            period = self._period(entry.from_, one, one.cadence.months)
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
        months = None if one.frequency == Frequency.AD_HOC else one.cadence.months
        scope = band_scope(self.types, one.type, target_type, self.model.scales, months, self._doubts)
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
        if entry.allow_for_chance and one.per is None:
            self.found.append(messages.no_interval(at.key(*where, "allow_for_chance"), one.id))
        review_by = self._review(at, where, one, entry)
        if good is None or len(self.found) > errors:
            return None
        span = at.span(*where, "from") if entry.from_ is not None else at.key(*where)
        scale_free = self._scale_free(one, [good, tolerance] if tolerance else [good])
        said = [key for key in ("good", "tolerance", "target") if getattr(entry, key) is not None]
        passages = {key: at.passage(*where, key) for key in said}
        allow = entry.allow_for_chance
        return Entry(start, good, tolerance, target, entry.reference, span, review_by, allow, scale_free, passages)

    def _review(
        self, at: Config, where: tuple[str | int, ...], one: Indicator, entry: schema.Entry
    ) -> tuple[date, Span] | None:
        """The last day on which an entry need not have been looked at again: a date, or the last day of a period."""
        if entry.review_by is None:
            return None
        span = at.span(*where, "review_by")
        if (period := self._period(entry.review_by, one, 12)) is not None:
            return period.last_day, span
        try:
            return date.fromisoformat(entry.review_by), span
        except ValueError:
            self.found.append(messages.bad_review(span, entry.review_by))
            return None

    def _period(self, text: str, one: Indicator, months: int) -> Period | None:
        """The period that a text names in an indicator's year, or else in the board's; `months` long, as a rule."""
        years = dict.fromkeys((one.cadence.year_start, self.model.board.year_start))
        periods = [parse_period(text, year, months) for year in years]
        return next((period for period in periods if period), None)

    def _scale_free(self, one: Indicator, bands: Sequence[Band]) -> bool:
        """Whether bands mean the same over periods of any length: neither the value nor any bound adds up."""
        own = {"target": 0, **dict.fromkeys(EARLIER_VALUES, one.dimension)}

        def of(name: str) -> int | None:
            return own[name] if name in own else self._dimension(name)

        bounds = [limit.bound for band in bands for limit in band.limits]
        return one.dimension == 0 and all(time_dimension(bound, of) == 0 for bound in bounds)

    def _bound_fits(self, one: Indicator, bound: Expression, passage: Passage) -> None:
        """Whether a bound is other than the value, and of figures that can be brought to the indicator's periods."""
        named = names(bound)
        if not named:
            return
        for part in self.meanings.saying(bound, one.id):
            if not isinstance(part, Name) or part.name != one.id:
                text = passage.text[part.start : part.end]
                self.found.append(messages.same_value(passage.span(part.start, part.end), text, one.id))
        for node in named:
            span = passage.span(node.start, node.end)
            if node.name == one.id:
                self.found.append(messages.own_value(span, one.id))
                continue
            other = self.indicators.get(node.name)
            for name in (node.name,) if node.name in self.figures else other.figures if other else ():
                if (node.name, name) not in self.misfits:
                    self._fits(one.id, self.figures[name], one.frequency, one.cadence, span)

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
            written = at.passage(*where, "target").text
            self.found.append(messages.wrong_target(at.span(*where, "target"), wanted, target, written))
            return None, one.type
        return target, NUMBER

    def _unused(self, indicators: Mapping[str, Indicator]) -> None:
        used = {name for one in indicators.values() for name in one.named}
        for id_, figure in self.figures.items():
            if id_ not in used and figure.kind != "text":
                self.found.append(messages.unused_figure(self.at.key("figures", id_), id_))
        counted = {name for one in indicators.values() for name in one.lists}
        for id_ in self.lists:
            if id_ not in counted:
                self.found.append(messages.unused_list(self.at.key("lists", id_), id_))
