"""The structure of indicators.yaml and tolerances.yaml, as pydantic models. It reads no files and resolves no names.

Strict: no number is accepted for a text or a text for a number, and unknown keys are refused. Short forms (a text for
a map with a title, one name for a list of one) are expanded here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from pmf_engine.domain.status import Direction, EvidenceType, Status
from pmf_engine.framework.layouts_schema import Layout
from pmf_engine.framework.needs_schema import Activity, Agreement, AreaOfInformation, Need, SectionEleven
from pmf_engine.framework.schema_forms import (
    FILLED,
    Cell,
    Days,
    Decimals,
    ExpressionText,
    LeastShare,
    Model,
    Month,
    Names,
    OptionalExpressionText,
    Rhythm,
    Scalar,
    Share,
    Text,
    Word,
    Words,
    one_map_or_many,
    one_of,
    titled,
    value_alone,
    word,
    yes_or_no,
)

Evidence = Annotated[EvidenceType, one_of(EvidenceType)]
Level = Literal["national", "local", "board"]
Kind = Literal["flow", "stock", "grade", "text"]
Missing = Literal["any", "all", "never"]
Effect = Literal["lost", "doubt", "note"]
Counted = Literal["in_period", "at_end"]
AreaKind = Literal["priority", "vulnerable_group", "risk_issue"]
Chart = Literal["auto", "xmr", "p", "u", "none"]


def _area(value: Any) -> Any:
    return {"title": value, "kind": "priority"} if isinstance(value, str) else value


def _without_formula(value: Any) -> Any:
    """Stands an empty formula in for that of an indicator that is wanted, or that says `better_off` instead."""
    if isinstance(value, dict) and (value.get("state") == "wanted" or "better_off" in value):
        return {"formula": "", **value}
    return value


def _group(value: Any) -> Any:
    value = word(value)
    return {"name": value} if isinstance(value, str) else value


def _open(value: Any) -> Any:
    """Expands `groups: open` to `open: true`."""
    if isinstance(value, dict) and value.get("groups") == "open":
        return {key: inner for key, inner in value.items() if key != "groups"} | {"open": True}
    return value


def _target(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError("target", "a number or a grade")
    return value if isinstance(value, str) else float(value)


class ColumnNames(Model):
    """Further headings that columns of returns may have."""

    period: Words = []
    agency: Words = []
    figure: Words = []
    value: Words = []
    comment: Words = []


class Board(Model):
    """The board itself: its name, its year, its folder of returns and their due date.

    Attributes:
        name: Its name.
        year_start: The month in which its year starts, from 1.
        submissions: The folder of returns, below that of the two files.
        returns_due: The days after the end of a period within which returns are due.
        area: The area that it is for, by which comparators know it.
        time_zone: The time zone of days of receipt.
        ignore_columns: Columns of returns that are passed over.
        columns_also_called: Other headings of the columns of returns.
        snapshots: The folder of saved reports, each a folder in it.
    """

    name: Text
    year_start: Month = 4
    submissions: Text = "."
    returns_due: Days = 30
    area: Text | None = None
    time_zone: Text = "Europe/London"
    ignore_columns: Words = []
    columns_also_called: ColumnNames = ColumnNames()
    snapshots: Text | None = None


class Lasting(Model):
    """A definition that may begin, end and change its name.

    `since` and `until` are its first and last period, `formerly` earlier ids or names, and `also_called` other
    spellings in returns.
    """

    since: Word | None = None
    until: Word | None = None
    formerly: Words = []
    also_called: Words = []


class Break(Model):
    """A break in a series: values before the period `at` are not comparable with values from that period on."""

    at: Word
    because: Text


Breaks = Annotated[list[Break], BeforeValidator(one_map_or_many)]


class Agency(Lasting):
    """A partner that sends figures or leads indicators, with its people responsible for safeguarding (element 5)."""

    name: Text
    lead_officer: Text | None = None
    designated_person: Text | None = None
    returns_due: Days | None = None
    succeeds: Names = []


class ContentArea(Model):
    """What the board has agreed to watch (element 1), on what evidence, and until when.

    `ask` is what to ask about each exception in it.
    """

    title: Text
    kind: AreaKind
    informed_by: Names = []
    ask: Names = []
    plan: Text | None = None
    agreed: Agreement | None = None
    review_by: Word | None = None
    evidence: Annotated[list[Need], BeforeValidator(one_map_or_many)] = []


class Group(Lasting):
    """One member of a breakdown, such as a district."""

    name: Word


class Breakdown(Model):
    """A way of dividing figures into groups; `groups` is the complete set."""

    title: Text
    groups: list[Annotated[Group, BeforeValidator(_group)]] | None = None
    open: bool = False
    unallocated: Share = 5.0
    rounded_to: Annotated[int, Field(ge=1)] = 1
    overlap: bool = False
    also_called: Words = []


class Figure(Lasting):
    """A number or grade that agencies send: a flow adds up over time, a stock does not."""

    title: Text
    from_: Annotated[Names, Field(alias="from", min_length=1)]
    kind: Kind
    frequency: Rhythm
    scale: Text | None = None
    year_start: Month | None = None
    returns_due: Days | None = None
    signed: bool = False
    unit: Text | None = None
    whole: bool | None = None
    adds_up: bool = True
    plausible: OptionalExpressionText = None
    counted: Counted = "at_end"
    breaks: Breaks = []
    section_11: SectionEleven | None = None


class Column(Model):
    """A column of a list: the type of its cells, and the complete set of its texts."""

    type: Text
    values: list[Word] | None = None
    also_called: Words = []


class RecordList(Lasting):
    """A list of records that agencies send, one row each: events with a `date`, or spells with a start and an end."""

    title: Text
    from_: Annotated[Names, Field(alias="from", min_length=1)]
    date: Text | None = None
    spell: list[Text] | None = None
    columns: Annotated[dict[str, Annotated[Column, titled("type")]], Field(min_length=1)]
    files: Names = []
    returns_due: Days | None = None
    order: Names = []
    breaks: Breaks = []


class ExpectedResult(Model):
    """The expected columns of a result. `nothing` or null expects no value; a column without a key is not compared."""

    value: Scalar = None
    status: Annotated[Status, one_of(Status)] | None = None
    reason: Text | None = None
    direction: Annotated[str, one_of([*Direction, "nothing"])] | None = None
    run: Annotated[int, Field(ge=1)] | None = None
    escalate_to: Text | None = None


class Expectation(ExpectedResult):
    """The expected result of an indicator and, where it has `better_off`, of its faces: of each all, or the value."""

    worse: Annotated[ExpectedResult | None, BeforeValidator(value_alone)] = None
    mean_change: Annotated[ExpectedResult | None, BeforeValidator(value_alone)] = None
    scored: Annotated[ExpectedResult | None, BeforeValidator(value_alone)] = None


class Example(Model):
    """Figures given and results expected, beside their indicator."""

    given: dict[str, Scalar | dict[str, Scalar] | list[dict[str, Cell] | Scalar]]
    expect: Expectation
    period: Word | None = None
    as_of: Text | None = None


class BetterOff(Model):
    """Scores before and after in a list, in place of a formula (see `building.better_off`).

    `least_change` is the smallest rise that counts as better, and the smallest fall that counts as worse.
    Where fewer than `respond` of the records are scored twice, nobody can tell.
    """

    of: Text
    before: Text
    after: Text
    least_change: Annotated[float, Field(gt=0)]
    respond: Annotated[LeastShare | None, FILLED] = None


class Indicator(Model):
    """One measure: its formula, evidence type, lead and frequency (elements 2 and 4)."""

    title: Text
    content_area: Annotated[Names, Field(min_length=1)]
    evidence_type: Evidence
    level: Level = "local"
    lead_agency: Text
    frequency: Rhythm
    source: Names = []
    formula: ExpressionText
    compare: Names = []
    by: Names = []
    missing: Missing = "any"
    rationale: Text | None = None
    year_start: Month | None = None
    decimals: Decimals | None = None
    examples: list[Example] = []
    since: Word | None = None
    until: Word | None = None
    formerly: Words = []
    breaks: Breaks = []
    unit: Text | None = None
    ask: Names = []
    state: Literal["wanted"] | None = None
    better_off: Annotated[BetterOff | None, FILLED] = None
    public: Annotated[bool | None, BeforeValidator(yes_or_no)] = None


class Check(Model):
    """What must hold between the figures of a return, and what its failure does to them."""

    that: ExpressionText
    says: Text
    severity: Effect = "doubt"


class IndicatorsFile(Model):
    """indicators.yaml, or all files of the folder indicators/ merged."""

    board: Annotated[Board, titled("name")]
    agencies: dict[str, Annotated[Agency, titled("name")]] = {}
    content_areas: dict[str, Annotated[ContentArea, BeforeValidator(_area)]] = {}
    sources: dict[str, Text] = {}
    scales: dict[str, Annotated[list[Word], Field(min_length=2)]] = {}
    breakdowns: dict[str, Annotated[Breakdown, titled("title"), BeforeValidator(_open)]] = {}
    figures: dict[str, Figure] = {}
    lists: dict[str, RecordList] = {}
    indicators: dict[str, Annotated[Indicator, BeforeValidator(_without_formula)]] = {}
    checks: dict[str, Check] = {}
    areas_of_information: dict[str, Annotated[AreaOfInformation, titled("title")]] = {}
    activities: dict[str, Activity] = {}
    layouts: dict[str, Layout] = {}


class Rebase(Model):
    """A new start of a control chart's limits: the period `at`, and the reason."""

    at: Word
    because: Text


class Entry(Model):
    """An entry of a tolerance: the bands from a period on, and their source (element 3)."""

    from_: Annotated[Word | None, Field(alias="from")] = None
    good: ExpressionText
    tolerance: OptionalExpressionText = None
    target: Annotated[float | str | None, BeforeValidator(_target)] = None
    reference: Text | None = None
    review_by: Word | None = None
    allow_for_chance: bool = False
    chart: Chart = "auto"
    rebase: list[Rebase] = []


class Rule(Model):
    """An escalation rule: the condition, the level, and the condition that ends it (element 5); what is then asked."""

    when: ExpressionText
    to: Text
    until: OptionalExpressionText = None
    ask: Names = []


class Disclosure(Model):
    """The limits on what outputs for the public disclose."""

    suppress_below: Annotated[int, Field(ge=1)]
    round_to: Annotated[int, Field(ge=2)] | None = None


class TolerancesFile(Model):
    """tolerances.yaml."""

    governance: dict[str, Text] = {}
    tolerances: dict[str, Annotated[list[Entry], BeforeValidator(one_map_or_many), Field(min_length=1)]] = {}
    escalation: list[Rule] = []
    escalate_groups_from: Annotated[int, Field(ge=1)] | None = None
    disclosure: Disclosure | None = None
