"""Lists of records counted slowly and exactly, one record at a time, to hold the engine against.

Written from the description of the language and of what lists cover. It shares the engine's parser, and nothing
that reads, places or counts records. Numbers are fractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from statistics import median

from pmf_engine.formula.syntax import (
    Aggregate,
    Between,
    Binary,
    Call,
    Expression,
    In,
    IsMissing,
    Literal,
    Name,
    Unary,
    aggregates,
)
from tests.support.reference import (
    Known,
    Lack,
    Part,
    _binary,
    _percent,
    _reasons,
    add,
    formula,
    holding,
    lack,
    last_day,
)
from tests.support.reference_coverage import Covered, Share, between, covered, settle

# -- a board, as plain data -----------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """A list: who sends it, which columns say when (`end` is None for events), and its columns as declared."""

    id: str
    agencies: tuple[str, ...]
    start: str
    end: str | None
    columns: dict[str, str]
    due: tuple[int, ...]


@dataclass(frozen=True)
class File:
    """One file of a list: its rows as written, which days it covers, when it came and which part it is, where given."""

    name: str
    list: str
    rows: tuple[dict[str, str], ...]
    covers: tuple[date, date] | None = None
    received: date | None = None
    part: str = ""


@dataclass(frozen=True)
class Indicator:
    """A formula and the periods it is worked out in."""

    id: str
    formula: str
    months: int
    year_start: int
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """Lists, indicators and files; `asked` is the start and months of the period a report is on, if any."""

    lists: tuple[Records, ...]
    indicators: tuple[Indicator, ...]
    files: tuple[File, ...]
    as_of: date
    asked: tuple[int, int] | None = None
    year_start: int = 4
    districts: tuple[str, ...] = ("North", "South")
    agencies: tuple[tuple[str, str], ...] = (("care", "Social Care"), ("police", "Police"))


# -- the days of the calendar ---------------------------------------------------------------

# Bank holidays in England and Wales, as published on gov.uk.
BANK_HOLIDAYS = frozenset(
    date(year, *map(int, day.split("/")[::-1]))
    for year, days in {
        2012: "2/1 6/4 9/4 7/5 4/6 5/6 27/8 25/12 26/12",
        2013: "1/1 29/3 1/4 6/5 27/5 26/8 25/12 26/12",
        2014: "1/1 18/4 21/4 5/5 26/5 25/8 25/12 26/12",
        2015: "1/1 3/4 6/4 4/5 25/5 31/8 25/12 28/12",
        2016: "1/1 25/3 28/3 2/5 30/5 29/8 26/12 27/12",
        2017: "2/1 14/4 17/4 1/5 29/5 28/8 25/12 26/12",
        2018: "1/1 30/3 2/4 7/5 28/5 27/8 25/12 26/12",
        2019: "1/1 19/4 22/4 6/5 27/5 26/8 25/12 26/12",
        2020: "1/1 10/4 13/4 8/5 25/5 31/8 25/12 28/12",
        2021: "1/1 2/4 5/4 3/5 31/5 30/8 27/12 28/12",
        2022: "3/1 15/4 18/4 2/5 2/6 3/6 29/8 19/9 26/12 27/12",
        2023: "2/1 7/4 10/4 1/5 8/5 29/5 28/8 25/12 26/12",
    }.items()
    for day in days.split()
)


def working_days(first: date, second: date) -> int:
    """Days after the first, up to and with the second, on which people work; counted back where it is earlier."""
    if second < first:
        return -working_days(second, first)
    days = (first + timedelta(days=after) for after in range(1, (second - first).days + 1))
    return sum(day.weekday() < 5 and day not in BANK_HOLIDAYS for day in days)


def years(first: date, second: date) -> int:
    """Birthdays that have been; of who is born on 29 February, on 1 March in other years."""
    if second < first:
        return -years(second, first)
    return sum(_anniversary(first, year) <= second for year in range(first.year + 1, second.year + 1))


def _anniversary(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def months(first: date, second: date) -> int:
    """Months that are complete: the day of the month has come round, or a later one has."""
    if second < first:
        return -months(second, first)
    found, at = 0, (first.year, first.month)
    while True:
        at = (at[0] + at[1] // 12, at[1] % 12 + 1)
        if (*at, first.day) > (second.year, second.month, second.day):
            return found
        found += 1


# -- one record -----------------------------------------------------------------------------

Value = Fraction | str | date | bool | None
"""What is said of a record; nothing where it is blank or cannot be said."""


class Refused:
    """A cell that cannot be read, or is blank and may not be."""


REFUSED = Refused()
_TRUTH = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_DAY = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)|(\d\d)/(\d\d)/(\d{4}))(?: 00:00:00)?")


def read(text: str, declared: str, times: bool, latest: date | None = None) -> Value | Refused:
    """What one cell says; no date is after the `latest` that it can be."""
    kind, optional = declared.removesuffix("?"), declared.endswith("?")
    text = text.strip()
    if not text:
        return None if optional else REFUSED
    if kind == "text":
        return text
    if kind == "truth":
        return _TRUTH.get(text.lower(), REFUSED)
    if kind == "number":
        bare = text.removeprefix("£").replace(",", "")
        return Fraction(bare) if re.fullmatch(r"-?\d+(\.\d+)?", bare) else REFUSED
    if not (found := _DAY.fullmatch(text)):
        return REFUSED
    parts = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        day = date(*map(int, parts))
    except ValueError:
        return REFUSED
    if latest is not None and day > latest:
        return REFUSED
    return day if (1950 if times else 1901) <= day.year <= 2099 else REFUSED


@dataclass
class Record:
    """The cells of a record as they are read."""

    list: Records
    cells: dict[str, Value | Refused]
    speaks: tuple[date, date] | None = None
    counts: frozenset[date] | None = None

    def known(self, name: str) -> Value:
        value = self.cells[name]
        return None if isinstance(value, Refused) else value

    @property
    def first(self) -> date | None:
        day = self.known(self.list.start)
        assert day is None or isinstance(day, date)
        return day

    @property
    def last(self) -> date | None:
        day = self.known(self.list.end) if self.list.end else None
        assert day is None or isinstance(day, date)
        return day

    @property
    def lost(self) -> bool:
        """Whether nobody knows when it was."""
        times = [self.list.start, *([self.list.end] if self.list.end else [])]
        backwards = self.first is not None and self.last is not None and self.last < self.first
        return backwards or any(self.cells[name] is REFUSED for name in times)

    def counts_in(self, begin: date, end: date, state: str | None) -> bool:
        """Whether it is of the period from `begin` to `end`."""
        if self.lost or self.first is None:
            return False
        asked = end if state == "open" else self.last if state == "ended" else self.first
        if asked is None or (self.speaks and not self.speaks[0] <= asked <= self.speaks[1]):
            return False
        if self.counts is not None and asked not in self.counts:
            return False
        if state == "open":
            return self.first <= end and (self.last is None or self.last > end)
        return begin <= asked <= end


NEAR = Fraction(1, 10**9)


def say(node: Expression, record: Record, bounds: dict[str, date]) -> Value:
    """What an expression says of a record: nothing, where what it compares or works with is blank."""

    def inner(part: Expression) -> Value:
        return say(part, record, bounds)

    match node:
        case Literal():
            return Fraction(str(node.value)) if isinstance(node.value, float) else node.value
        case Name(name=name):
            return bounds[name] if name in bounds else record.known(name)
        case Unary(operator="not"):
            return _not(inner(node.operand))
        case Unary():
            number = inner(node.operand)
            return None if number is None else -_number(number)
        case Binary(operator="and" | "or"):
            decisive = node.operator == "or"
            sides = [inner(node.left), inner(node.right)]
            if decisive in sides:
                return decisive
            return None if None in sides else not decisive
        case Binary(operator="+" | "-" | "*" | "/"):
            return _work(node.operator, inner(node.left), inner(node.right))
        case Binary():
            return _compare(node.operator, inner(node.left), inner(node.right))
        case In():
            said = [_compare("=", inner(node.operand), inner(item)) for item in node.items]
            held: Value = True if True in said else None if None in said else False
            return _not(held) if node.negated else held
        case Between():
            value = inner(node.operand)
            ends = [_compare(">=", value, inner(node.low)), _compare("<=", value, inner(node.high))]
            held = False if False in ends else None if None in ends else True
            return _not(held) if node.negated else held
        case IsMissing():
            return (inner(node.operand) is None) != node.negated
        case Call():
            return _call(node.function, [inner(part) for part in node.arguments])
    raise AssertionError(node)


def _not(value: Value) -> Value:
    return None if value is None else not value


def _number(value: Value) -> Fraction:
    assert isinstance(value, Fraction)
    return value


def _work(operator: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    one, other = _number(left), _number(right)
    if operator == "/":
        return one / other if other else None
    return {"+": one + other, "-": one - other, "*": one * other}[operator]


def _compare(operator: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    below: bool = False
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        same = abs(left - right) <= NEAR * max(abs(left), abs(right))
        below = left < right
    elif isinstance(left, str) and isinstance(right, str):
        same = left.strip().lower() == right.strip().lower()
    else:
        assert type(left) is type(right)
        same = left == right
        if isinstance(left, date) and isinstance(right, date):
            below = left < right
    match operator:
        case "=":
            return same
        case "!=":
            return not same
        case "<":
            return below and not same
        case "<=":
            return below or same
        case ">":
            return not below and not same
    return not below or same


def _call(function: str, given: list[Value]) -> Value:
    if None in given:
        return None
    dates = [value for value in given if isinstance(value, date)]
    match function:
        case "days":
            return Fraction((dates[1] - dates[0]).days)
        case "working_days":
            return Fraction(working_days(*dates))
        case "months":
            return Fraction(months(*dates))
        case "years":
            return Fraction(years(*dates))
    numbers = [_number(value) for value in given]
    match function:
        case "abs":
            return abs(numbers[0])
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "round":
            scale = 10 ** int(numbers[1] if len(numbers) > 1 else 0)
            return Fraction((abs(numbers[0]) * scale + Fraction(1, 2)) // 1, scale) * (-1 if numbers[0] < 0 else 1)
    raise AssertionError(function)


def looked_at(node: Expression) -> set[str]:
    """The names in an expression."""
    match node:
        case Name():
            return {node.name}
        case Unary() | IsMissing():
            return looked_at(node.operand)
        case Binary():
            return looked_at(node.left) | looked_at(node.right)
        case In():
            return looked_at(node.operand).union(*(looked_at(item) for item in node.items))
        case Between():
            return looked_at(node.operand) | looked_at(node.low) | looked_at(node.high)
        case Call():
            return set().union(*(looked_at(part) for part in node.arguments))
    return set()


# -- many records -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What is said of an indicator in a period."""

    value: Known | None
    status: str


@dataclass
class World:
    """All that a board's records say."""

    board: Board
    _covered: dict[tuple[str, str], Covered] = field(default_factory=dict)
    _done: dict[tuple[str, int, int, int, str | None, str | None], Part] = field(default_factory=dict)

    @cached_property
    def lists(self) -> dict[str, Records]:
        return {one.id: one for one in self.board.lists}

    @cached_property
    def records(self) -> dict[str, list[Record]]:
        """The records that count, each with the days that its file counts for."""
        found: dict[str, list[Record]] = {one.id: [] for one in self.board.lists}
        for one in self.board.lists:
            for file in self.came if self.shares else ():
                for record in self._read(one, file) if file.list == one.id else ():
                    sender = self.sender(record)
                    share = self.shares[one.id, sender].get(file.name) if sender in one.agencies else None
                    if share is None or not share.replaced:
                        record.counts = share.counts if share else None
                        found[one.id].append(record)
        return found

    def _read(self, one: Records, file: File) -> Iterator[Record]:
        """The records of a file."""
        latest = self.latest(file)
        for row in file.rows:
            if any(text.strip() for text in row.values()):
                ends = {one.start: latest, one.end: date(latest.year + 20, 12, 31)}
                cells = {
                    name: read(row[name], declared, name in (one.start, one.end), ends.get(name))
                    for name, declared in one.columns.items()
                }
                yield Record(one, cells, file.covers)

    # -- whose a record is -------------------------------------------------------------------

    def group(self, record: Record, by: str) -> str | Refused | None:
        """The group that a record is of; none where that may be left open; refused where nobody knows."""
        if by == "agency" and "agency" not in record.list.columns:
            return record.list.agencies[0]
        cell = record.cells[by]
        if by == "agency" and cell is None:  # it may be blank only where one agency sends the list
            return record.list.agencies[0]
        if cell is None or isinstance(cell, Refused):
            return cell
        text = " ".join(str(cell).lower().split())
        if by == "agency":
            named = [id_ for id_, title in self.board.agencies if text in (id_, title.lower())]
            return named[0] if named and named[0] in record.list.agencies else REFUSED
        if by == "district":
            fits = [name for name in self.board.districts if text.replace(" ", "") == name.lower().replace(" ", "")]
            return fits[0] if fits else REFUSED
        return str(cell)

    def _as_group(self, record: Record, by: str, value: Value) -> Value:
        """A cell as the group that it names, if it does."""
        named = None if value is None else self.group(record, by)
        return named if isinstance(named, str) else value

    # -- which days files cover --------------------------------------------------------------------

    @cached_property
    def came(self) -> list[File]:
        """The files that had come."""
        return [file for file in self.board.files if file.received is None or file.received <= self.board.as_of]

    def latest(self, file: File) -> date:
        """The last day that a record of a file can be of."""
        return file.received or max(self.board.as_of, date.today())

    def sender(self, record: Record) -> str | None:
        """Whose a record is; none where nobody knows."""
        of = self.group(record, "agency")
        return of if isinstance(of, str) else None

    @cached_property
    def shares(self) -> dict[tuple[str, str], dict[str, Share]]:
        """What each agency has in the files of each list, by the name of the file."""
        found: dict[tuple[str, str], dict[str, Share]] = {}
        for one in self.board.lists:
            for agency in one.agencies:
                mine = found.setdefault((one.id, agency), {})
                for file in self.came:
                    if file.list == one.id and (share := self._share(one, file, agency)):
                        mine[file.name] = share
                for part in {share.part for share in mine.values()}:
                    several = [share for share in mine.values() if share.part == part]
                    if len(several) > 1:
                        settle(several, max(self.board.as_of, date.today()))
        return found

    def _share(self, one: Records, file: File, agency: str) -> Share | None:
        """What an agency has in a file: nothing where others share the list and none of its records is the agency's."""
        records = [record for record in self._read(one, file) if self.sender(record) == agency]
        if len(one.agencies) > 1 and not records:
            return None
        starts = tuple(day for record in records if (day := record.first) is not None)
        ends = tuple(day for record in records if (day := record.last) is not None)
        alike = [name for name in one.columns if name != one.end]
        texts = frozenset(
            repr([record.cells[name] for name in alike])
            for record in records
            if record.first is not None and REFUSED not in [record.cells[name] for name in alike]
        )
        days = between(*file.covers) if file.covers else None
        return Share(file.received, file.part, days, one.end is not None, len(records), starts, ends, texts)

    def covered(self, id_: str, agency: str) -> Covered:
        """What an agency's records of a list cover."""
        if (id_, agency) not in self._covered:
            self._covered[id_, agency] = covered(self.shares[id_, agency].values(), self.board.as_of)
        return self._covered[id_, agency]

    @cached_property
    def spoken_of(self) -> set[int]:
        """The months that anything speaks for; lists that nobody asks of are not read."""
        return {
            month
            for one in self.board.lists
            if self.asked_of(one)
            for agency in one.agencies
            for month in self.covered(one.id, agency).heard
        }

    def asked_of(self, one: Records) -> bool:
        """Whether any indicator asks a list; others are not read."""
        return any(re.search(rf"\b{one.id}\b", indicator.formula) for indicator in self.board.indicators)

    def heard(self, agency: str) -> int:
        """The first month that anything of an agency speaks for."""
        theirs = [one for one in self.board.lists if agency in one.agencies and self.asked_of(one)]
        return min((month for one in theirs for month in self.covered(one.id, agency).heard), default=self.first)

    @cached_property
    def first(self) -> int:
        """The first month that anything speaks for, or that is asked for."""
        return min([*self.spoken_of, *self.board.asked[:1]] if self.board.asked else self.spoken_of)

    def periods(self, indicator: Indicator) -> range:
        """The starts of an indicator's periods from the first that anything speaks for to the last."""
        length = self.months(indicator)
        return range(holding(self.first, length, indicator.year_start), max(self.spoken_of) + 1, length)

    def asked_last(self, indicator: Indicator) -> int:
        """The start of the latest period that is over when the one asked for is."""
        assert self.board.asked
        end, length = sum(self.board.asked), self.months(indicator)
        start = holding(end, length, indicator.year_start)
        return start - length

    @cached_property
    def start(self) -> int:
        """Where looking back ends: with the year that holds the first month (or with the first period to be shown)."""
        starts = [holding(self.first, 12, one.year_start) for one in self.board.indicators]
        return min(starts + [self.asked_last(one) for one in self.board.indicators if self.board.asked])

    def absent(self, one: Records, agency: str, start: int, length: int, at_end: bool) -> str | None:
        """Why an agency's records say nothing of a period, if they do not; `at_end` where its last day is enough."""
        mine = self.covered(one.id, agency)
        asked = {start + length - 1} if at_end else set(range(start, start + length))
        if asked & {_month(day) for day in mine.disputed | mine.refused}:
            return "invalid"
        if mine.months(at_end) >= asked:
            return None
        spoken = [month for each in one.agencies for month in self.covered(one.id, each).months()]
        if start + length <= min(spoken, default=self.heard(agency)):
            return "no_data"
        due = last_day(start + length) + timedelta(days=one.due[one.agencies.index(agency)])
        if due >= self.board.as_of:
            return "not_due"
        possible = {_month(day) for day in mine.possible}
        return "no_data" if possible & set(range(start, start + length)) else "late"

    # -- aggregates --------------------------------------------------------------------------

    def aggregate(
        self, node: Aggregate, start: int, length: int, year_start: int, by: str | None, group: str | None
    ) -> Part:
        key = (node.text, start, length, year_start, by, group)
        if key not in self._done:
            self._done[key] = self._aggregate(node, start, length, year_start, by, group)
        return self._done[key]

    def _aggregate(
        self, node: Aggregate, start: int, length: int, year_start: int, by: str | None, group: str | None
    ) -> Part:
        one = self.lists[node.list.name]
        if by == "agency" and group not in one.agencies:
            return lack("no_data")
        whose = [str(group)] if by == "agency" else one.agencies
        at_end = node.state == "open"
        reasons = {self.absent(one, agency, start, length, at_end) for agency in whose} - {None}
        if by == "ward" and not self._is_named(one, group, start + length):
            reasons.add("no_data")
        begin, end = last_day(start) + timedelta(days=1), last_day(start + length)
        bounds = {"period_start": begin, "period_end": end}
        looked = set().union(*(looked_at(part) for part in (node.of, node.where) if part)) - bounds.keys()
        mine: list[Record] = []
        for record in self.records[one.id]:
            here = record.counts_in(begin, end, node.state)
            of = group if by is None else self.group(record, by)
            if (isinstance(of, Refused) and (here or record.lost)) or (of == group and record.lost):
                reasons.add("invalid")
            elif of == group and here:
                mine.append(record)
        if any(record.cells[name] is REFUSED for record in mine for name in looked):
            reasons.add("invalid")
        if reasons:
            return Lack(frozenset(str(reason) for reason in reasons))
        counted = [record for record in mine if node.where is None or say(node.where, record, bounds) is True]
        values = [say(node.of, record, bounds) for record in counted] if node.of else []
        if node.distinct and isinstance(node.of, Name) and node.of.name in ("agency", "district"):
            values = [
                self._as_group(record, node.of.name, value) for record, value in zip(counted, values, strict=True)
            ]
        return _summed(node, len(counted), values)

    def _is_named(self, one: Records, ward: str | None, end: int) -> bool:
        """Whether an event of a list names a ward, which nothing lists, in a period that begins before a month."""
        cadences = {
            (length, indicator.year_start)
            for indicator in self.board.indicators
            if "ward" in indicator.by and one.id in {node.list.name for node in aggregates(formula(indicator.formula))}
            for length in (indicator.months, self.months(indicator))
        }
        return any(
            self.group(record, "ward") == ward
            and record.first is not None
            and record.counts_in(record.first, record.first, None)
            and any(holding(_month(record.first), *cadence) < end for cadence in cadences)
            for record in self.records[one.id]
        )

    # -- indicators --------------------------------------------------------------------------

    def months(self, indicator: Indicator) -> int:
        """The length of the periods an indicator is shown in."""
        return max(indicator.months, self.board.asked[1]) if self.board.asked else indicator.months

    def row(self, indicator: Indicator, start: int, by: str | None = None, group: str | None = None) -> Row:
        """What is said of an indicator in a period."""
        length = self.months(indicator)
        if start + length > _month(self.board.as_of):
            return Row(None, "not_due")
        part = self.part(indicator, formula(indicator.formula), start, by, group)
        return Row(part, "not_rated") if isinstance(part, Known) else Row(None, part.gravest)

    def part(self, indicator: Indicator, node: Expression, start: int, by: str | None, group: str | None) -> Part:
        length = self.months(indicator)

        def at(inner: Expression, begin: int = start) -> Part:
            earliest = holding(self.start, length, indicator.year_start)
            return self.part(indicator, inner, begin, by, group) if begin >= earliest else lack("no_data")

        match node:
            case Literal():
                return Known(Fraction(str(node.value)))
            case Aggregate():
                return self.aggregate(node, start, length, indicator.year_start, by, group)
            case Binary():
                return _binary(node.operator, at(node.left), at(node.right))
            case Call(function="percent"):
                return _percent(at(node.arguments[0]), at(node.arguments[1]))
            case Call(function="previous"):
                return at(node.arguments[0], start - length)
            case Call(function="rolling_year"):
                return _total([at(node.arguments[0], start + length - back) for back in range(length, 13, length)])
            case Call(function="year_to_date"):
                begun = holding(start, 12, indicator.year_start)
                return _total([at(node.arguments[0], begin) for begin in range(begun, start + 1, length)])
        raise AssertionError(node)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _total(parts: Sequence[Part]) -> Part:
    reasons = _reasons(parts)
    return Lack(reasons) if reasons else add([part for part in parts if isinstance(part, Known)])


def _summed(node: Aggregate, count: int, values: Iterable[Value]) -> Part:
    values = list(values)
    known = [value for value in values if value is not None]
    if node.distinct:
        return Known(Fraction(len({value.lower() if isinstance(value, str) else value for value in known})))
    if node.function == "count":
        return Known(Fraction(len(known) if node.of else count))
    numbers = [_number(value) for value in known]
    if node.function == "sum":
        return lack("no_data") if len(known) < len(values) else Known(sum(numbers, Fraction(0)))
    if not numbers:
        return lack("undefined")
    match node.function:
        case "mean":
            return Known(sum(numbers, Fraction(0)) / len(numbers))
        case "median":
            return Known(Fraction(median(numbers)))
        case "min":
            return Known(min(numbers))
    return Known(max(numbers))
