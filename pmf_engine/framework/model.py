"""The model of a board's framework: every definition with every name resolved, and questions about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from html import escape
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.errors import UnknownName, UnknownPeriod
from pmf_engine.domain.periods import Cadence, Frequency, Period, parse_period
from pmf_engine.framework import schema, tables
from pmf_engine.framework.activities import Activity
from pmf_engine.framework.checks import FigureCheck
from pmf_engine.framework.definitions import (
    Agency,
    Break,
    Breakdown,
    Column,
    Figure,
    Group,
    Kind,
    Lasting,
    RecordList,
)
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.indicator import Indicator
from pmf_engine.framework.layouts import Layout
from pmf_engine.framework.needs import AreaOfInformation, ContentArea, WantedIndicator
from pmf_engine.framework.tolerances import Entry

if TYPE_CHECKING:
    import polars as pl
else:
    from pmf_engine.framework.tables import pl

__all__ = [
    "Agency",
    "Break",
    "Breakdown",
    "Column",
    "Figure",
    "Framework",
    "Group",
    "Indicator",
    "Kind",
    "Lasting",
    "RecordList",
    "Texts",
]


@dataclass(frozen=True)
class Texts:
    """The texts of the files by name: indicators.yaml, or the files in `indicators/`, and tolerances.yaml."""

    indicators: Mapping[str, str]
    tolerances: Mapping[str, str]


_NONE: Mapping[str, Any] = MappingProxyType({})
_Thing = TypeVar("_Thing")

Keys = Mapping[str, Any]
"""The keys of a part of the YAML that change, with their new values; None removes a key."""


@dataclass(frozen=True, eq=False, repr=False)
class Framework:
    """A board's framework, checked. Maps have ids as keys, in the order of the files.

    Attributes:
        board: The name of the board, the month in which its year starts, its folder of returns.
        agencies: The partners of the board.
        content_areas: What the board has agreed to watch.
        sources: The titles of the sources that informed it.
        scales: The grades of each scale, from the worst to the best.
        breakdowns: The ways of dividing figures into groups.
        figures: The numbers and grades that agencies send.
        lists: The lists of records that agencies send.
        indicators: The measures of the board, with their tolerances.
        governance: The title of each level of governance, the lowest level first.
        rules: The rules of escalation, in the order of the file.
        disclosure: Which counts are too small for the public; None where nothing says so.
        escalate_groups_from: The least denominator with which a group goes up by itself; None for any.
        checks: The checks between figures.
        areas_of_information: The areas in which information is obtained.
        activities: What the board has planned for its year.
        layouts: The forms of returns that no header tells.
        folder: The folder of the two files; None for a framework from texts.
        texts: The two files; None for a framework that was not read.
        data: The data of indicators.yaml and tolerances.yaml.
        warnings: The warnings about the files.
        wanted: The indicators that the board wants and nobody collects yet; they have no value.
    """

    folder: Path | None
    board: schema.Board
    agencies: Mapping[str, Agency]
    content_areas: Mapping[str, ContentArea]
    sources: Mapping[str, str]
    scales: Mapping[str, tuple[str, ...]]
    breakdowns: Mapping[str, Breakdown]
    figures: Mapping[str, Figure]
    lists: Mapping[str, RecordList]
    indicators: Mapping[str, Indicator]
    governance: Mapping[str, str]
    rules: tuple[Rule, ...]
    disclosure: schema.Disclosure | None
    escalate_groups_from: int | None = None
    warnings: tuple[Diagnostic, ...] = ()
    checks: Mapping[str, FigureCheck] = field(default_factory=dict)
    wanted: Mapping[str, WantedIndicator] = field(default_factory=dict)
    areas_of_information: Mapping[str, AreaOfInformation] = field(default_factory=dict)
    activities: Mapping[str, Activity] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    texts: Texts | None = None
    data: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})

    def __post_init__(self) -> None:
        for name, value in [(each.name, getattr(self, each.name)) for each in fields(self)]:
            if isinstance(value, dict):
                object.__setattr__(self, name, MappingProxyType(value))

    def __reduce__(self) -> tuple[Callable[..., Framework], tuple[dict[str, Any]]]:
        values = ((attribute.name, getattr(self, attribute.name)) for attribute in fields(self))
        return _unpickled, ({name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in values},)

    def __repr__(self) -> str:
        counts = f"{len(self.indicators)} indicators, {len(self.figures)} figures, {len(self.lists)} lists"
        return f"<Framework of {self.board.name}: {counts}, {len(self.rules)} rules>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.to_frame('indicators')._repr_html_()}"

    @classmethod
    @checked
    def from_text(
        cls, indicators: str | Mapping[str, str], tolerances: str = "", *, as_of: date | None = None
    ) -> Framework:
        """Reads a framework from the texts of its files.

        Args:
            indicators: The text of indicators.yaml, or several texts by the name that messages give as their place.
            tolerances: The text of tolerances.yaml; by default there are no tolerances and rules.
            as_of: The day on which tolerances must not be past their `review_by`; today by default.

        Raises:
            ConfigError: A text has an error. The exception has every error and warning.
        """
        named = dict(indicators) if isinstance(indicators, Mapping) else {"indicators.yaml": indicators}
        return _of_texts(Texts(named, {"tolerances.yaml": tolerances or "{}"}), as_of)

    @classmethod
    @checked
    def from_dict(
        cls, indicators: Mapping[str, Any], tolerances: Mapping[str, Any] = _NONE, *, as_of: date | None = None
    ) -> Framework:
        """Reads a framework from the data that its two files would hold; raises as `from_text`."""
        return cls.from_text(tables.to_yaml(indicators), tables.to_yaml(tolerances), as_of=as_of)

    @property
    def submissions(self) -> Path | None:
        """The folder of the returns, by the board's key `submissions`; None for a framework from texts."""
        return None if self.folder is None else self.folder / self.board.submissions

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, Framework) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """A key of its content: 16 hexadecimal digits. Where files say the same, it and frameworks are equal."""
        return tables.fingerprint(*self.data)

    @checked
    def period(self, text: str) -> Period:
        """The period that a text names in the board's year.

        Raises:
            UnknownPeriod: The text names no period.
        """
        return _of_text(text, self.board.year_start)

    @checked
    def periods(
        self, first: str | Period, last: str | Period | None = None, *, frequency: Frequency | None = None
    ) -> tuple[Period, ...]:
        """The periods from `first` to `last`, both included; those inside `first` without a `last`.

        Args:
            first: A period, or the text of one.
            last: The period that ends the range.
            frequency: The length of the periods; that of `first` by default.

        Raises:
            UnknownPeriod: A text names no period.
        """
        begin = self.period(first) if isinstance(first, str) else first
        end = begin if last is None else self.period(last) if isinstance(last, str) else last
        cadence = begin.cadence if frequency is None else Cadence(Frequency(frequency).months, self.board.year_start)
        start = cadence.holding(begin.start).start
        return tuple(Period(month, cadence) for month in range(start, end.end, cadence.months))

    @checked
    def senders(self, indicator: str) -> frozenset[str]:
        """The ids of the agencies that send the figures and lists of an indicator's formula."""
        asked = _of_id("indicator", indicator, self.indicators)
        figures = (agency for name in asked.figures for agency in self.figures[name].agencies)
        return frozenset(figures) | {agency for name in asked.lists for agency in self.lists[name].agencies}

    @checked
    def rests_on(self, indicator: str) -> frozenset[str]:
        """The ids of all figures, lists and indicators that an indicator's formula, bands and comparisons use."""
        return _reached(self, _of_id("indicator", indicator, self.indicators))

    @checked
    def led_by(self, agency: str) -> tuple[str, ...]:
        """The ids of the indicators that an agency leads, in the order of the files."""
        _of_id("agency", agency, self.agencies)
        return tuple(id_ for id_, indicator in self.indicators.items() if indicator.lead_agency == agency)

    @checked
    def fed_by(self, agency: str) -> tuple[str, ...]:
        """The ids of the indicators whose formulas use a figure or list of an agency, in the order of the files."""
        _of_id("agency", agency, self.agencies)
        return tuple(id_ for id_ in self.indicators if agency in self.senders(id_))

    @checked
    def amended(
        self,
        *,
        tolerances: Mapping[str, Entry | Keys] = _NONE,
        indicators: Mapping[str, Keys] = _NONE,
        from_: str | Period | None = None,
    ) -> Framework:
        """The framework with other tolerances or indicators, checked like the files.

        Args:
            tolerances: By indicator, an entry: its keys as in tolerances.yaml, or an entry of the framework.
            indicators: By indicator, the keys of its definition that change; None removes a key.
            from_: The period from which the entries are in force. Earlier entries stay, and one of the same period is
                replaced. None replaces all entries.

        Raises:
            UnknownName: The framework has no such indicator.
            UnknownPeriod: `from_` names no period.
            ConfigError: The framework has an error with these changes.
        """
        for id_ in (*tolerances, *indicators):
            _of_id("indicator", id_, self.indicators)
        since = self.period(from_) if isinstance(from_, str) else from_
        data = tables.amended(self.data, indicators, tolerances, since, self.period)
        return replace(self.from_dict(*data), folder=self.folder)

    @checked
    def to_frame(self, what: tables.Table) -> pl.DataFrame:
        """The definitions as a frame: a row for each indicator, figure, agency, entry of a tolerance, or rule."""
        return tables.frame(what, self.indicators, self.figures, self.agencies, self.rules)

    def to_text(self) -> tuple[str, str]:
        """The texts of indicators.yaml and tolerances.yaml: as they were read, where each of them was one file."""
        if self.texts is not None and len(self.texts.indicators) == 1:
            return next(iter(self.texts.indicators.values())), next(iter(self.texts.tolerances.values()))
        return tables.to_yaml(self.data[0]), tables.to_yaml(self.data[1])


def _of_text(text: str, year_start: int) -> Period:
    """The period that a text names. Raises UnknownPeriod."""
    period = parse_period(text, year_start)
    if period is None:
        raise UnknownPeriod(f"`{text}` is not a period; write `2016-17`, `2016-17 Q3`, `2016-17 H1` or `2016-12`")
    return period


def _of_texts(texts: Texts, as_of: date | None) -> Framework:
    """The framework of two files; raises ConfigError."""
    loading = import_module("pmf_engine.framework.load")  # at use, as loading builds frameworks
    framework: Framework = loading.framework_of_texts(texts, as_of)
    return framework


def _of_id(kind: str, id_: str, things: Mapping[str, _Thing]) -> _Thing:
    """The thing with an id, such as an indicator. Raises UnknownName."""
    if id_ not in things:
        raise UnknownName(kind, id_, things)
    return things[id_]


def _reached(framework: Framework, indicator: Indicator) -> frozenset[str]:
    """The closure of what an indicator's formula, bands and comparisons name."""
    open_, seen = [indicator], set[str]()
    while open_:
        asked = open_.pop()
        found = {*asked.named, *asked.figures, *asked.lists} - seen
        seen |= found
        open_ += [framework.indicators[name] for name in found if name in framework.indicators]
    known = (framework.figures, framework.lists, framework.indicators)
    return frozenset(name for name in seen if any(name in things for things in known))


def _unpickled(values: dict[str, Any]) -> Framework:
    """A framework from the values of its fields."""
    return Framework(**values)
