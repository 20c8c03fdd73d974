"""The shape of indicators.yaml and tolerances.yaml, as pydantic models; reads no file, knows no names.

Strict: a number is never taken for text or the other way round, and a key that is not known is refused. What
a board writes short (a string for a map with a title, one name for a list of one) is made long here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from pmf_engine.domain.periods import MONTHS, Frequency
from pmf_engine.domain.status import Direction, Status

Evidence = Literal["quantity", "quality", "outcome"]
Level = Literal["national", "local", "board"]
Kind = Literal["flow", "stock", "grade", "text"]
Missing = Literal["any", "all", "never"]
Counted = Literal["in_period", "at_end"]
AreaKind = Literal["priority", "vulnerable_group", "risk_issue"]
Chart = Literal["auto", "xmr", "p", "u", "none"]


Scalar = str | int | float | None
Cell = Scalar | bool


class Model(BaseModel):
    """What all parts of the files share: strict, closed, unchangeable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _month(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in MONTHS:
        return MONTHS.index(value.lower()) + 1
    raise PydanticCustomError("month", "a month")


def _days(value: Any) -> Any:
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,4}) days?", value.strip())):
        return int(found[1])
    raise PydanticCustomError("days", "a number of days")


def _text(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise PydanticCustomError("blank", "text")
    return value


def _word(value: Any) -> Any:
    """A name written in a way that YAML reads as a number, such as a district called 12."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _said(value: Any) -> Any:
    """A formula, band or condition: a number alone is text too, and the formula language says what is wrong with it."""
    if isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, str):
        return value
    raise PydanticCustomError("said", "text")


def _share(value: Any) -> Any:
    """A percentage from 0 to 100, as the number before its sign: `5%`, `2.5 %`."""
    if isinstance(value, str) and (written := re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", value.strip())):
        share = float(written[1])
        if share <= 100:
            return share
    raise PydanticCustomError("share", "a percentage")


def _area(value: Any) -> Any:
    return {"title": value, "kind": "priority"} if isinstance(value, str) else value


def _group(value: Any) -> Any:
    value = _word(value)
    return {"name": value} if isinstance(value, str) else value


def _open(value: Any) -> Any:
    """`groups: open` says that a breakdown has other groups from period to period."""
    if isinstance(value, dict) and value.get("groups") == "open":
        return {key: inner for key, inner in value.items() if key != "groups"} | {"open": True}
    return value


def _target(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError("target", "a number or a grade")
    return value if isinstance(value, str) else float(value)


def _titled(key: str) -> BeforeValidator:
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _one_of(words: Iterable[str]) -> BeforeValidator:
    """Takes one of the words for itself, and for the member of an enumeration that it stands for."""
    members = {str(word): word for word in words}

    def member(value: Any) -> Any:
        if isinstance(value, str) and value in members:
            return members[value]
        raise PydanticCustomError("not_one_of", "one of the words", {"words": list(members)})

    return BeforeValidator(member)


Text = Annotated[str, BeforeValidator(_text)]
Names = Annotated[list[Text], BeforeValidator(_one_or_many)]
Word = Annotated[Text, BeforeValidator(_word)]
Words = Annotated[list[Word], BeforeValidator(_one_or_many)]
Month = Annotated[int, BeforeValidator(_month)]
Days = Annotated[int, BeforeValidator(_days)]
Rhythm = Annotated[Frequency, _one_of(Frequency)]
Decimals = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, BeforeValidator(_share)]
Said = Annotated[str, BeforeValidator(_said)]
Maybe = Annotated[str | None, BeforeValidator(_said)]
"""As `Said`, and may be left out, but not left blank: who writes a key means something by it."""


class Board(Model):
    """The board itself: its name, its year, and where and when returns come."""

    name: Text
    year_start: Month = 4
    submissions: Text = "."
    returns_due: Days = 30
    area: Text | None = None
    time_zone: Text = "Europe/London"
    ignore_columns: Words = []


class Lasting(Model):
    """What may begin, end and be called otherwise: `since` and `until` are its first and last period.

    `formerly` lists earlier ids or names, `also_called` other spellings in returns.
    """

    since: Word | None = None
    until: Word | None = None
    formerly: Words = []
    also_called: Words = []


class Break(Model):
    """Before and after the start of the period `at`, values do not compare."""

    at: Word
    because: Text


Breaks = Annotated[list[Break], BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)]


class Agency(Lasting):
    """A partner that sends figures or leads indicators (element 5: who answers for safeguarding in it)."""

    name: Text
    lead_officer: Text | None = None
    designated_person: Text | None = None
    returns_due: Days | None = None
    succeeds: Names = []


class ContentArea(Model):
    """What the board has agreed to watch (element 1)."""

    title: Text
    kind: AreaKind
    informed_by: Names = []


class Group(Lasting):
    """One member of a breakdown, such as a district."""

    name: Word


class Breakdown(Model):
    """A way of dividing figures; `groups`, where given, are all there are."""

    title: Text
    groups: list[Annotated[Group, BeforeValidator(_group)]] | None = None
    open: bool = False
    unallocated: Share = 5.0
    rounded_to: Annotated[int, Field(ge=1)] = 1
    overlap: bool = False


class Figure(Lasting):
    """What agencies send: a flow adds up over time, a stock does not."""

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
    plausible: Maybe = None
    counted: Counted = "at_end"
    breaks: Breaks = []


class Column(Model):
    """A column of a list: what its cells are, and which texts it may hold."""

    type: Text
    values: list[Word] | None = None
    also_called: Words = []


class RecordList(Lasting):
    """Records that agencies send, one row each: an event has a `date`, a spell starts and ends."""

    title: Text
    from_: Annotated[Names, Field(alias="from", min_length=1)]
    date: Text | None = None
    spell: list[Text] | None = None
    columns: Annotated[dict[str, Annotated[Column, _titled("type")]], Field(min_length=1)]
    files: Names = []
    returns_due: Days | None = None
    order: Names = []
    breaks: Breaks = []


class Expectation(Model):
    """What an example expects of the results: `nothing` or null is no value; what it does not name may be anything."""

    value: Scalar = None
    status: Annotated[Status, _one_of(Status)] | None = None
    reason: Text | None = None
    direction: Annotated[str, _one_of([*Direction, "nothing"])] | None = None
    run: Annotated[int, Field(ge=1)] | None = None
    escalate_to: Text | None = None


class Example(Model):
    """Figures given and results expected, written beside the indicator that they prove."""

    given: dict[str, Scalar | dict[str, Scalar] | list[dict[str, Cell] | Scalar]]
    expect: Expectation
    period: Word | None = None
    as_of: Text | None = None


class Indicator(Model):
    """One measure: its formula, evidence type, lead and frequency (elements 2 and 4)."""

    title: Text
    content_area: Annotated[Names, Field(min_length=1)]
    evidence_type: Evidence
    level: Level = "local"
    lead_agency: Text
    frequency: Rhythm
    source: Names = []
    formula: Said
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


class IndicatorsFile(Model):
    """indicators.yaml, or the files of a folder of that name together."""

    board: Annotated[Board, _titled("name")]
    agencies: dict[str, Annotated[Agency, _titled("name")]] = {}
    content_areas: dict[str, Annotated[ContentArea, BeforeValidator(_area)]] = {}
    sources: dict[str, Text] = {}
    scales: dict[str, Annotated[list[Word], Field(min_length=2)]] = {}
    breakdowns: dict[str, Annotated[Breakdown, _titled("title"), BeforeValidator(_open)]] = {}
    figures: dict[str, Figure] = {}
    lists: dict[str, RecordList] = {}
    indicators: dict[str, Indicator] = {}


class Rebase(Model):
    """The period in which the limits of a control chart begin anew, and why."""

    at: Word
    because: Text


class Entry(Model):
    """Good and tolerance from a period on (element 3), and where they come from."""

    from_: Annotated[Word | None, Field(alias="from")] = None
    good: Said
    tolerance: Maybe = None
    target: Annotated[float | str | None, BeforeValidator(_target)] = None
    reference: Text | None = None
    review_by: Word | None = None
    allow_for_chance: bool = False
    chart: Chart = "auto"
    rebase: list[Rebase] = []


class Rule(Model):
    """When an exception goes up, to whom, and until when it stays up (element 5)."""

    when: Said
    to: Text
    until: Maybe = None


class Disclosure(Model):
    """What must not be given away in outputs for the public."""

    suppress_below: Annotated[int, Field(ge=1)]


def _entries(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class TolerancesFile(Model):
    """tolerances.yaml."""

    governance: dict[str, Text] = {}
    tolerances: dict[str, Annotated[list[Entry], BeforeValidator(_entries), Field(min_length=1)]] = {}
    escalation: list[Rule] = []
    escalate_groups_from: Annotated[int, Field(ge=1)] | None = None
    disclosure: Disclosure | None = None
