"""The definitions of a framework that indicators rest on: agencies, breakdowns, figures and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Literal

from pmf_engine.diagnostics.source import Place, Span
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.formula.types import DATE, FLOW, NUMBER, TEXT, TRUTH, Columns, Type
from pmf_engine.framework import schema
from pmf_engine.framework.activities import Standard
from pmf_engine.framework.tolerances import Interval


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """A definition that may begin, end and change its name.

    Attributes:
        since: The first month, twelve times its year and from 0 for January; None for no beginning.
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
    """A partner of the board that sends figures or leads indicators.

    Attributes:
        id: Its id.
        name: Its name.
        lead_officer: Who answers for what it sends; None where nobody is named.
        designated_person: Its designated person for safeguarding; None where nobody is named.
        succeeds: The ids of the agencies that it took over from.
    """

    id: str
    name: str
    lead_officer: str | None = None
    designated_person: str | None = None
    succeeds: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Agency {self.id}: {self.name}>"


@dataclass(frozen=True, kw_only=True)
class Group(Lasting):
    """One member of a breakdown, such as a district.

    Attributes:
        name: Its name.
    """

    name: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Breakdown:
    """A way of dividing figures into groups.

    Attributes:
        id: Its id.
        title: Its title.
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
    """A break in a series: values before a month are not comparable with values from that month on.

    Attributes:
        at: The month, twelve times its year and from 0 for January.
        because: The reason, in the words of the framework.
    """

    at: int
    because: str

    @property
    def on(self) -> date:
        """The first day of the month."""
        return Period(self.at, Cadence(1, 1)).first_day


@dataclass(frozen=True, kw_only=True, repr=False)
class Figure(Lasting):
    """A number or grade that agencies send.

    Attributes:
        id: Its id.
        title: Its title.
        agencies: The ids of the agencies that send it.
        frequency: How often they send it.
        cadence: Its periods: their length in months and the month in which its year starts.
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
        span: The span of its id in its file.
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
    span: Span = field(compare=False)

    def __repr__(self) -> str:
        return f"<Figure {self.id}: {self.title_and_unit}>"

    @property
    def place(self) -> Place:
        """The position of its id in its file."""
        return self.span.place

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
        id: Its id.
        title: Its title.
        agencies: The ids of the agencies that send it.
        start: The column with the date of an event, or with the start of a spell.
        end: The column with the end of a spell; None for a list of events.
        columns: The columns by name.
        due: For each agency, the days after the end of a period within which it must send the period's records.
        files: Patterns of its files below the folder of submissions; without patterns, its id identifies files and
            folders.
        order: Columns of dates, of which the earlier is never after the later in a record.
        breaks: The breaks in its series.
        span: The span of its id in its file.
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
    span: Span = field(compare=False)

    def __repr__(self) -> str:
        return f"<RecordList {self.id}: {self.title}>"

    @property
    def place(self) -> Place:
        """The position of its id in its file."""
        return self.span.place

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
