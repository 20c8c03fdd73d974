"""The formula language worked out slowly and exactly, one value at a time, to hold the engine against.

Written from the description of the language alone. It shares the engine's parser, and nothing that checks, compiles
or adds up. Numbers are fractions, so what they come to is exact; beside each stands how far floating point may be
from it, and where that would decide an outcome (`UnclearError`) nobody can be held to one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations

from pmf_engine.diagnostics.source import Passage, Source
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.parser import parse_formula
from pmf_engine.formula.syntax import (
    Aggregate,
    Band,
    Between,
    Binary,
    Call,
    Expression,
    Grade,
    In,
    IsMissing,
    Limit,
    Literal,
    Name,
    Unary,
    aggregates,
    names,
)
from tests.support.reference_cells import Cells, Reading, Sent, held_wholes, without_slips

# -- a board, as plain data -----------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """What agencies send; `due` is how many days after a period each must have sent it. Grades have a scale."""

    id: str
    kind: str
    agencies: tuple[str, ...]
    months: int
    year_start: int
    due: tuple[int, ...]
    scale: tuple[str, ...] = ()
    signed: bool = False
    ad_hoc: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Rating:
    """Good and tolerance as written, from the month `start` on (always, where it is None)."""

    good: str
    tolerance: str | None = None
    target: str | None = None
    start: int | None = None


@dataclass(frozen=True)
class Indicator:
    """A formula, the periods it is worked out in, what its sums do without, and how it is rated."""

    id: str
    formula: str
    months: int
    year_start: int
    missing: str = "any"
    by: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    scale: tuple[str, ...] = ()
    ad_hoc: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell of a return: the text sent for a figure, by an agency, for a period, for a district or the whole."""

    figure: str
    agency: str
    start: int
    months: int
    text: str
    district: str | None = None


@dataclass(frozen=True)
class Board:
    """Figures, indicators and what was sent. `asked` is the start and months of the period a report is on, if any."""

    figures: tuple[Figure, ...]
    indicators: tuple[Indicator, ...]
    cells: tuple[Cell, ...]
    as_of: date
    asked: tuple[int, int] | None = None
    year_start: int = 4
    districts: tuple[str, ...] = ("North", "South")


def holding(month: int, months: int, year_start: int) -> int:
    """The start of the period that holds a month, in years that start in the month `year_start`."""
    return month - (month - (year_start - 1)) % months


def last_day(end: int) -> date:
    """The last day before the month `end` begins."""
    return date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


# -- numbers and the want of them -----------------------------------------------------------

PRECEDENCE = ("invalid", "late", "not_due", "suppressed", "no_data", "undefined")
"""Why there is no value, the gravest first."""

CAN_BE_DONE_WITHOUT = frozenset(["late", "no_data"])
NEAR = Fraction(1, 10**9)
NOTHING_LEFT = Fraction(1, 10**14)
_UNIT = 2.0**-53
_NEXT_TO = 4e-15
_LARGEST, _SMALLEST = Fraction(10) ** 290, Fraction(1, 10**290)


class UnclearError(Exception):
    """So near a boundary that floating point may fall on either side of it."""


@dataclass(frozen=True)
class Known:
    """A number, and how far from it floating point may be."""

    value: Fraction
    error: float = 0.0


@dataclass(frozen=True)
class Lack:
    """No number, and every reason why."""

    reasons: frozenset[str]

    @property
    def gravest(self) -> str:
        return next(reason for reason in PRECEDENCE if reason in self.reasons)

    @property
    def can_be_done_without(self) -> bool:
        return self.reasons <= CAN_BE_DONE_WITHOUT


Part = Known | Lack


def lack(*reasons: str) -> Lack:
    return Lack(frozenset(reasons))


def _reasons(parts: Iterable[Part]) -> frozenset[str]:
    return frozenset(reason for part in parts if isinstance(part, Lack) for reason in part.reasons)


def _representable(value: Fraction) -> bool:
    return value.denominator & (value.denominator - 1) == 0 and abs(value.numerator).bit_length() <= 53


def number(value: Fraction) -> Known:
    """A number as it is read: the nearest that floating point has."""
    return Known(value, 0.0 if _representable(value) else float(abs(value)) * _UNIT)


def _result(value: Fraction, error: float, roundings: int = 1) -> Known:
    """What an operation on inexact numbers comes to, after so many roundings."""
    if value != 0 and not _SMALLEST < abs(value) < _LARGEST:
        raise UnclearError
    if roundings == 1 and error == 0.0 and _representable(value):
        return Known(value)
    return Known(value, error * 1.000001 + roundings * _UNIT * float(abs(value)))


def _below(left: Fraction, right: Fraction, error: float) -> bool:
    """Whether one number is below another, where floating point cannot think otherwise."""
    if error and float(abs(left - right)) <= error:
        raise UnclearError
    return left < right


def add(terms: Sequence[Known]) -> Known:
    """A sum; one that cancels to next to nothing is 0."""
    if len(terms) == 1:
        return terms[0]
    values = [term.value for term in terms]
    total, largest = sum(values, Fraction(0)), max(abs(value) for value in values)
    size = sum(abs(value) for value in values)
    error = sum(term.error for term in terms)
    whole = error == 0.0 and size < 2**53 and all(value.denominator == 1 for value in values)
    if not whole:
        error += len(terms) * _UNIT * float(size)
    least = NOTHING_LEFT * largest
    if abs(total) <= least:
        if error and float(abs(total)) + error > float(least):
            raise UnclearError
        return Known(Fraction(0))
    if error and float(abs(total)) - error <= float(least):
        raise UnclearError
    return _result(total, 0.0 if whole else error, 1 if whole else 0)


def multiply(left: Known, right: Known, roundings: int = 1) -> Known:
    one, other = float(abs(left.value)), float(abs(right.value))
    error = one * right.error + other * left.error + left.error * right.error
    return _result(left.value * right.value, error, roundings)


def divide(left: Known, right: Known, roundings: int = 1) -> Known:
    """A quotient; the divisor is not 0."""
    value, size = left.value / right.value, float(abs(right.value))
    if right.error >= size / 4:
        raise UnclearError
    error = (left.error + float(abs(value)) * right.error) / (size - right.error)
    return _result(value, error, roundings)


def near(left: Known, right: Known) -> bool:
    """Whether two numbers count as equal."""
    room = NEAR * max(abs(left.value), abs(right.value))
    gap = abs(left.value - right.value)
    if left == right:
        return True
    if gap == 0 and room == 0:
        return True
    return not _below(room, gap, left.error + right.error + 4 * _UNIT * float(room))


def compare(operator: str, left: Known, right: Known) -> bool:
    """A comparison, in which numbers that are near count as equal."""
    if near(left, right):
        return operator in ("=", "<=", ">=")
    # Apart by more than what is near, so floating point has them the same way round.
    below = left.value < right.value
    return {"=": False, "<=": below, "<": below, ">=": not below, ">": not below}[operator]


def half_up(given: Known, digits: Known) -> Known:
    """Rounded to so many decimals, halves away from 0."""
    if digits.value.denominator != 1 or abs(digits.value) > 9:
        raise UnclearError
    scale = Fraction(10) ** int(digits.value)
    size = abs(given.value) * scale
    from_a_half = float(abs(size % 1 - Fraction(1, 2)))
    # A half that the numbers make exactly is a half, however floating point writes it.
    room, slack = min(_NEXT_TO * float(size), 0.05), given.error * float(scale)
    rounded = (size + Fraction(1, 2)) // 1 / scale * (-1 if given.value < 0 else 1)
    if slack > room if from_a_half == 0 else from_a_half <= slack + room:
        if size < 10**12:
            raise UnclearError
        return Known(rounded, given.error + float(1 / scale))
    return number(rounded)


# -- what was sent ------------------------------------------------------------------------

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NOT_AVAILABLE = ("", "x", "z", "..", "-", "n/a")


def read(figure: Figure, text: str) -> Part:
    """What one cell says."""
    if text in figure.scale:
        return Known(Fraction(figure.scale.index(text) + 1))
    if text in _NOT_AVAILABLE:
        return lack("no_data")
    if text == "c":
        return lack("suppressed")
    if not figure.scale and _NUMBER.fullmatch(text) and (figure.signed or not text.startswith("-")):
        value = Fraction(text)
        return lack("invalid") if figure.whole and value.denominator != 1 else number(value)
    return lack("invalid")


def _constant(node: Expression) -> bool:
    """Whether an expression rests on nothing that anybody sends."""
    return not any(True for _ in (*names(node), *aggregates(node)))


@cache
def formula(text: str) -> Expression:
    return parse_formula(Passage(Source("formula", text), text, 0))


@cache
def band(text: str, scale: tuple[str, ...]) -> Band:
    return parse_band(Passage(Source("band", text), text, 0), scale, "scale" if scale else None)


@dataclass(frozen=True)
class Row:
    """What is said of an indicator in a period: the value shown, the status, and the two parts of a ratio."""

    value: Known | None
    status: str
    numerator: Known | None = None
    denominator: Known | None = None


@dataclass
class World:
    """All that a board's data say; worked out on demand."""

    board: Board
    by_groups: frozenset[str] = frozenset()
    """The figures of which a whole is the sum of its groups, where these come to less."""
    figures: dict[str, Figure] = field(init=False)
    indicators: dict[str, Indicator] = field(init=False)
    _readings: dict[frozenset[str], World] = field(default_factory=dict)
    _brought: dict[tuple[object, ...], Part] = field(default_factory=dict)
    _series: dict[tuple[int, int, str | None, str | None], Series] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.figures = {figure.id: figure for figure in self.board.figures}
        self.indicators = {indicator.id: indicator for indicator in self.board.indicators}

    # -- time ------------------------------------------------------------------------------

    def months(self, indicator: Indicator) -> int:
        """The length of the periods an indicator is shown in: its own, or the report's where that is longer."""
        if self.board.asked is None or indicator.ad_hoc:
            return indicator.months
        return max(indicator.months, self.board.asked[1])

    @cached_property
    def first(self) -> int:
        """The first month that data speak for, or that is asked for."""
        return min([cell.start for cell in self.board.cells] + ([self.board.asked[0]] if self.board.asked else []))

    @cached_property
    def end(self) -> int:
        """The month after the last that data speak for, or that is asked for."""
        if self.board.asked:
            return sum(self.board.asked)
        return max(cell.start + cell.months for cell in self.board.cells)

    @cached_property
    def start(self) -> int:
        """Where looking back ends: with the year that holds the first month (or with the first period to be shown)."""
        starts = [holding(self.first, 12, one.year_start) for one in self.board.indicators]
        if self.board.asked:
            for one in self.board.indicators:
                months = self.months(one)
                last = holding(self.end, months, one.year_start)
                starts.append(last if last + months == self.end else last - months)
        return min(starts)

    def periods(self, indicator: Indicator) -> range:
        """The starts of an indicator's periods from the first that data speak for to the last."""
        months = self.months(indicator)
        return range(holding(self.first, months, indicator.year_start), self.end, months)

    @cached_property
    def begun(self) -> dict[str, int]:
        """The start of anybody's first cell of each figure."""
        found: dict[str, int] = {}
        for cell in self.board.cells:
            found[cell.figure] = min(cell.start, found.get(cell.figure, cell.start))
        return found

    @cached_property
    def heard(self) -> dict[str, int]:
        """The start of the first cell from each agency."""
        found: dict[str, int] = {}
        for cell in self.board.cells:
            found[cell.agency] = min(cell.start, found.get(cell.agency, cell.start))
        return found

    def rests_on(self, id_: str) -> set[str]:
        """The figures that an indicator's formula names, itself or through others."""
        if id_ in self.figures:
            return {id_}
        node = formula(self.indicators[id_].formula)
        counted = {one.list.name for one in aggregates(node)}
        return counted | {figure for name in names(node) for figure in self.rests_on(name.name)}

    # -- figures ---------------------------------------------------------------------------

    @cached_property
    def standing(self) -> tuple[Cells, dict[Sent, Fraction]]:
        """What stands of the cells, and the sums that are another reading of a whole."""
        cells: Cells = {}
        for cell in self.board.cells:
            part = read(self.figures[cell.figure], cell.text)
            reading = part.value if isinstance(part, Known) else part.gravest
            cells.setdefault((cell.figure, cell.agency, cell.start, cell.months), {})[cell.district] = reading
        numbers = {figure.id for figure in self.board.figures if not figure.scale}
        return held_wholes(without_slips(cells, numbers, self.partners), numbers, self.board.districts)

    @cached_property
    def partners(self) -> dict[str, set[str]]:
        """The figures of which nothing but a ratio with another is used, and those others."""
        found: dict[str, set[str]] = {}
        otherwise: set[str] = set()
        for indicator in self.board.indicators:
            node, named = formula(indicator.formula), self.named_by(indicator)
            is_ratio = isinstance(node, Call) and node.function in ("percent", "rate")
            pair = node.arguments[:2] if isinstance(node, Call) and is_ratio else ()
            both = {part.name for part in pair if isinstance(part, Name) and part.name in self.figures}
            if len(both) == len(pair) and both == named:
                for name in both:
                    found.setdefault(name, set()).update(both - {name})
            else:
                otherwise |= named
        return {name: others for name, others in found.items() if name not in otherwise}

    def named_by(self, indicator: Indicator) -> set[str]:
        """The figures and indicators that a formula and its bands name."""
        node = formula(indicator.formula)
        found = {one.name for one in names(node)} | {one.list.name for one in aggregates(node)}
        texts = [text for one in indicator.ratings for text in (one.good, one.tolerance) if text is not None]
        bounds = [limit.bound for text in texts for limit in band(text, indicator.scale).limits]
        return found | {one.name for bound in bounds for one in names(bound)}

    def adds_up(self, node: Expression) -> bool:
        """Whether a whole is as large as its groups together: a percentage, a rate and a grade are not."""
        match node:
            case Name() if node.name in self.indicators:
                return self.adds_up(formula(self.indicators[node.name].formula))
            case Name():
                return node.name in self.figures and not self.figures[node.name].scale
            case Aggregate():
                return True
            case Call(function="percent" | "rate"):
                return False
            case Call():
                return any(self.adds_up(part) for part in node.arguments)
            case Unary():
                return self.adds_up(node.operand)
            case Binary(operator="/"):
                return self.adds_up(node.left) and not self.adds_up(node.right)
            case Binary():
                return self.adds_up(node.left) or self.adds_up(node.right)
        return False

    def whole_bounds(self, indicator: Indicator, by: str | None) -> frozenset[str]:
        """The figures that bound the groups of an indicator by their wholes."""
        if by is None or self.adds_up(formula(indicator.formula)):
            return frozenset()
        texts = [text for one in indicator.ratings for text in (one.good, one.tolerance) if text is not None]
        bounds = [limit.bound for text in texts for limit in band(text, indicator.scale).limits]
        named = {one.name for bound in bounds for one in names(bound)} & {*self.figures, *self.indicators}
        figures = {figure for name in named for figure in self.rests_on(name)}
        if by == "district":
            return frozenset(figures - {cell.figure for cell in self.board.cells if cell.district is not None})
        senders = {agency for name in self.rests_on(indicator.id) for agency in self.figures[name].agencies}
        return frozenset(name for name in figures if senders.isdisjoint(self.figures[name].agencies))

    def in_doubt(self, indicator: Indicator) -> list[str]:
        """The figures that an indicator and its bands rest on, through others too, and that have another reading."""
        waiting, seen = [indicator.id], {indicator.id}
        while waiting:
            more = self.named_by(self.indicators[waiting.pop()]) - seen
            seen |= more
            waiting += [name for name in more if name in self.indicators]
        return sorted(seen & {sent[0] for sent in self.standing[1]})

    def reading(self, by_groups: frozenset[str]) -> World:
        """The same board, read otherwise."""
        if by_groups not in self._readings:
            self._readings[by_groups] = World(self.board, by_groups)
        return self._readings[by_groups]

    def absent(self, figure: Figure, agency: str, start: int) -> Lack:
        """Why a figure that was not sent is not there."""
        end = start + figure.months
        if figure.ad_hoc or end <= self.begun.get(figure.id, self.heard.get(agency, self.first)):
            return lack("no_data")
        due = last_day(end) + timedelta(days=figure.due[figure.agencies.index(agency)])
        return lack("late" if due < self.board.as_of else "not_due")

    def returned(self, figure: Figure, agency: str, start: int, months: int, district: str | None) -> Part | None:
        """What an agency sent, for the whole or a district; None where it sent nothing for the period."""
        sent = (figure.id, agency, start, months)
        cells = {name: _as_part(reading) for name, reading in self.standing[0].get(sent, {}).items()}
        whole = cells.get(None)
        if figure.id in self.by_groups and sent in self.standing[1]:
            whole = number(self.standing[1][sent])
        own = months == figure.months
        if district is not None:
            if district in cells:
                return cells[district]
            # A group that was left out is not available; or withheld or refused, if the whole is.
            return Lack(_reasons([whole or lack("no_data")]) | {"no_data"}) if cells and own else None
        if whole is not None or not cells or not own:
            return whole
        return self.over(figure, [cells.get(name, lack("no_data")) for name in self.board.districts])

    def over(self, figure: Figure, parts: Sequence[Part]) -> Part:
        """A figure over districts, agencies or, for a flow, time: every part must be there."""
        if reasons := _reasons(parts):
            return Lack(reasons)
        known = [part for part in parts if isinstance(part, Known)]
        return min(known, key=lambda part: part.value) if figure.scale else add(known)

    def combined(
        self, figure: Figure, start: int, months: int, lenient: bool, by: str | None, group: str | None
    ) -> Part | None:
        """A figure over its agencies; None for a period longer than its own that not all have sent."""
        district = group if by == "district" else None
        parts: list[Part] = []
        for agency in figure.agencies if by != "agency" else [str(group)]:
            part = self.returned(figure, agency, start, months, district)
            if part is None:
                if months != figure.months:
                    return None
                part = self.absent(figure, agency, start)
            parts.append(part)
        known = [part for part in parts if isinstance(part, Known)]
        if lenient and known and Lack(_reasons(parts)).can_be_done_without:
            return self.over(figure, known)
        return self.over(figure, parts)

    def brought(
        self, figure: Figure, start: int, months: int, lenient: bool, by: str | None, group: str | None
    ) -> Part:
        """A figure in a period of any length: a flow added up, of the others the last."""
        key = (figure.id, start, months, lenient, by, group)
        if key not in self._brought:
            self._brought[key] = self._bring(figure, start, months, lenient, by, group)
        return self._brought[key]

    def _bring(self, figure: Figure, start: int, months: int, lenient: bool, by: str | None, group: str | None) -> Part:
        if by == "agency" and group not in figure.agencies:
            return lack("no_data")

        def at(begin: int, lenient: bool = lenient) -> Part:
            part = self.combined(figure, begin, figure.months, lenient, by, group)
            assert part is not None
            return part

        now = holding(start + months - 1, figure.months, figure.year_start)
        if figure.months > months or now + figure.months != start + months:
            strict, before = at(now, False), at(now - figure.months, False)
            not_come = isinstance(strict, Lack) and strict.gravest in ("late", "not_due")
            return before if not_come and isinstance(before, Known) else at(now)
        if figure.months < months:
            as_sent = self.combined(figure, start, months, lenient, by, group)
            if as_sent is not None:
                return as_sent
            if figure.kind == "flow":
                return self.over(figure, [at(begin) for begin in range(start, start + months, figure.months)])
        return at(start + months - figure.months)

    # -- indicators ------------------------------------------------------------------------

    def row(self, indicator: Indicator, start: int, by: str | None = None, group: str | None = None) -> Row:
        """What is said of an indicator in a period that begins with the month `start`."""
        months = self.months(indicator)
        if start + months > self.board.as_of.year * 12 + self.board.as_of.month - 1:
            return Row(None, "not_due")
        key = (months, indicator.year_start, by, group)
        here = self._at(key)
        outcome = here.outcome(indicator.id, start)
        parts: list[Known | None] = [None, None]
        node = formula(indicator.formula)
        if isinstance(node, Call) and node.function in ("percent", "rate"):
            for place, argument in enumerate(node.arguments[:2]):
                part = here.part(argument, start)
                parts[place] = part if isinstance(part, Known) else None
        if outcome.status is not None:
            return Row(outcome.value, outcome.status, *parts)
        entry = here.entry(indicator, start)
        if entry is None:
            return Row(outcome.value, outcome.partial or "not_rated", *parts)
        chosen = self.choices(indicator) if by in (None, "agency") else []
        readings = [self.reading(names)._at(key) for names in chosen]
        others = [(one, one.outcome(indicator.id, start)) for one in readings]
        if others and others[0][1].status is not None:  # every whole as the sum of its groups
            return Row(None, others[0][1].status, *parts)
        # Where only some are, a reading without a value contradicts itself, and decides nothing.
        possible = [(here, outcome), *((one, came) for one, came in others if came.status is None)]
        assert all(came.value is not None for _, came in possible)
        if outcome.partial and not all(one.is_settled(indicator, entry, came, start) for one, came in possible):
            return Row(outcome.value, outcome.partial, *parts)
        return Row(outcome.value, _worst([one.rated(indicator, entry, came, start) for one, came in possible]), *parts)

    def _at(self, key: tuple[int, int, str | None, str | None]) -> Series:
        if key not in self._series:
            self._series[key] = Series(self, *key)
        return self._series[key]

    def choices(self, indicator: Indicator) -> list[frozenset[str]]:
        """The figures of which wholes are read as the sums of their groups: all, then some."""
        figures = self.in_doubt(indicator)
        counts = range(len(figures), 0, -1) if len(figures) <= 3 else (len(figures), 1)
        return [frozenset(some) for count in counts for some in combinations(figures, count)] if figures else []

    def grows(self, node: Expression, own: int | None = 0) -> int | None:
        """How a value grows with the length of its period: 1 as a flow does, 0 not at all; None if nobody can say.

        `own` is how the value grows that a band is about, which may name its `previous` and `year_ago`.
        """
        match node:
            case Name(name="target"):
                return 0
            case Name(name="previous" | "year_ago"):
                return own
            case Name():
                if node.name in self.indicators:
                    return self.grows(formula(self.indicators[node.name].formula))
                return 1 if self.figures[node.name].kind == "flow" else 0
            case Literal() | Grade() | Aggregate() | Call(function="year_to_date" | "rolling_year" | "rolling_months"):
                return 0
            case Unary():
                return self.grows(node.operand, own)
            case Call(function="round"):
                return self.grows(node.arguments[0], own)
            case Call():
                parts = [self.grows(part, own) for part in node.arguments]
            case Binary():
                parts = [self.grows(node.left, own), self.grows(node.right, own)]
            case _:
                raise AssertionError(node)
        if isinstance(node, Call) and node.function in ("percent", "rate"):
            per = parts[2] if node.function == "rate" else 0
            ratio = None if parts[0] is None or parts[1] is None else parts[0] - parts[1]
            return None if ratio is None or per is None else ratio + per
        if isinstance(node, Call) or node.operator in ("+", "-"):
            return parts[0] if len(set(parts)) == 1 else None
        one, other = parts
        if one is None or other is None:
            return None
        return one + other if isinstance(node, Binary) and node.operator == "*" else one - other


@dataclass(frozen=True)
class Outcome:
    """The value of an indicator, and why it may not be judged where it may not; `partial` is why a part is missing."""

    value: Known | None
    status: str | None
    partial: str | None = None


@dataclass(frozen=True)
class Rated:
    """Whether a reading is good, and whether tolerable; None where a bound is missing, for these reasons."""

    good: bool | None
    tolerable: bool | None
    missing: frozenset[str]


def _worst(ratings: Sequence[Rated]) -> str:
    """The status of the worst of several readings."""
    good = _all([one.good for one in ratings])
    tolerable = _all(
        [True if one.good or one.tolerable else None if None in (one.good, one.tolerable) else False for one in ratings]
    )
    if good is None or (good is False and tolerable is None):
        return Lack(frozenset(reason for one in ratings for reason in one.missing)).gravest
    return "green" if good else "amber" if tolerable else "red"


def _all(held: Sequence[bool | None]) -> bool | None:
    return False if False in held else None if None in held else True


@dataclass
class Series:
    """The periods of one length and year, for the whole or one group."""

    world: World
    months: int
    year_start: int
    by: str | None
    group: str | None
    done: dict[tuple[str, int, bool], Outcome] = field(default_factory=dict)

    @cached_property
    def start(self) -> int:
        return holding(self.world.start, self.months, self.year_start)

    def outcome(self, id_: str, start: int, complete: bool = False) -> Outcome:
        """What an indicator comes to in a period of this series; nothing may lack where it is to be `complete`."""
        key = (id_, start, complete)
        if key not in self.done:
            self.done[key] = self._outcome(self.world.indicators[id_], start, complete)
        return self.done[key]

    def _outcome(self, indicator: Indicator, start: int, complete: bool) -> Outcome:
        node = formula(indicator.formula)
        figures = self.sum_of_figures(node)
        if complete or indicator.missing == "any" or figures is None:
            part = self.part(node, start)
            return Outcome(part, None) if isinstance(part, Known) else Outcome(None, part.gravest)
        parts = [self.figure(name, start, lenient=True) for name in figures]
        known = [part for part in parts if isinstance(part, Known)]
        lacking = Lack(_reasons(parts))
        if known and lacking.can_be_done_without:
            strict = self.part(node, start)
            return Outcome(add(known), None, strict.gravest if isinstance(strict, Lack) else None)
        # A sum of nothing is 0, if one says so; but that says nothing of how things are, and all that lacks counts.
        nothing = indicator.missing == "never" and len(figures) > 1 and lacking.can_be_done_without
        everything = self.part(node, start)
        assert isinstance(everything, Lack)
        return Outcome(Known(Fraction(0)) if nothing else None, everything.gravest)

    def sum_of_figures(self, node: Expression) -> list[str] | None:
        """The figures of a formula that is one, or a sum of several; nothing else does without what is missing."""
        if isinstance(node, Name):
            return [node.name] if node.name in self.world.figures else None
        if isinstance(node, Binary) and node.operator == "+":
            left, right = self.sum_of_figures(node.left), self.sum_of_figures(node.right)
            return left + right if left is not None and right is not None else None
        return None

    def figure(self, name: str, start: int, lenient: bool = False) -> Part:
        return self.world.brought(self.world.figures[name], start, self.months, lenient, self.by, self.group)

    def part(self, node: Expression, start: int) -> Part:
        """A part of a formula, of which nothing may lack."""
        return self.evaluate(node, start, self.named)

    def named(self, name: str, start: int) -> Part:
        """A figure, or another indicator: its value, if that is complete."""
        if name in self.world.figures:
            return self.figure(name, start)
        return _part(self.outcome(name, start, complete=True))

    def evaluate(self, node: Expression, start: int, look_up: Callable[[str, int], Part]) -> Part:
        """An expression in one period."""

        def at(inner: Expression, begin: int = start) -> Part:
            return self.evaluate(inner, begin, look_up) if begin >= self.start else lack("no_data")

        match node:
            case Literal(value=float()):
                return number(Fraction(str(node.value)))
            case Grade():
                return Known(Fraction(node.position))
            case Name():
                return look_up(node.name, start)
            case Unary(operator="-"):
                return _negative(at(node.operand))
            case Binary():
                return _binary(node.operator, at(node.left), at(node.right))
            case Call():
                return self.call(node, start, at)
            case Aggregate():
                return self.count(node, start)
        raise AssertionError(node)

    def count(self, node: Aggregate, start: int) -> Part:
        """How many agencies sent a figure of which something is true; nobody knows while one has not sent it."""
        figure = self.world.figures[node.list.name]
        begin = start + self.months - figure.months
        if figure.months > self.months or begin != holding(begin, figure.months, figure.year_start):
            return lack("no_data")
        if self.by == "agency" and self.group not in figure.agencies:
            return lack("no_data")
        district = self.group if self.by == "district" else None
        parts = [
            self.world.returned(figure, agency, begin, figure.months, district)
            or self.world.absent(figure, agency, begin)
            for agency in (figure.agencies if self.by != "agency" else [str(self.group)])
        ]
        if reasons := _reasons(parts):
            return Lack(reasons)
        known = [part for part in parts if isinstance(part, Known)]
        return Known(Fraction(sum(node.where is None or _says(node.where, part, figure) is True for part in known)))

    def call(self, node: Call, start: int, at: Callable[..., Part]) -> Part:
        """A function."""
        first = node.arguments[0]
        match node.function:
            case "previous":
                return at(first, start - self.months)
            case "year_ago":
                return at(first, start - 12)
            case "year_to_date":
                begin = holding(start, 12, self.year_start)
                begin = max(begin, self.start)
                return _total([at(first, month) for month in range(begin, start + 1, self.months)])
            case "rolling_year":
                return _total([at(first, month) for month in range(start + self.months - 12, start + 1, self.months)])
            case "rolling_months":
                span = node.arguments[1]
                assert isinstance(span, Literal)
                assert isinstance(span.value, float)
                first_month = start + self.months - int(span.value)
                return _total([at(first, month) for month in range(first_month, start + 1, self.months)])
        given = [at(argument) for argument in node.arguments]
        if node.function == "first_known":
            # What is withheld, refused or undefined is not passed over.
            there = [part for part in given if isinstance(part, Known) or part.gravest not in CAN_BE_DONE_WITHOUT]
            return there[0] if there else Lack(_reasons(given))
        if node.function == "percent":
            return _percent(*given)
        if node.function == "rate":
            return _rate(*given)
        if reasons := _reasons(given):
            return Lack(reasons)
        values = [part for part in given if isinstance(part, Known)]
        match node.function:
            case "abs":
                return Known(abs(values[0].value), values[0].error)
            case "round":
                return half_up(values[0], values[1] if len(values) > 1 else Known(Fraction(0)))
            case "min" | "max":
                choose = min if node.function == "min" else max
                return Known(choose(part.value for part in values), max(part.error for part in values))
        raise AssertionError(node.function)

    # -- bands -----------------------------------------------------------------------------

    def entry(self, indicator: Indicator, start: int) -> Rating | None:
        """The entry that rates a value, if any does."""
        in_force = [one for one in indicator.ratings if one.start is None or one.start <= start]
        if not in_force:
            return None
        entry = in_force[-1]
        same = self.months == indicator.months or self.means_the_same(indicator, entry)
        return entry if same else None

    def rated(self, indicator: Indicator, entry: Rating, outcome: Outcome, start: int) -> Rated:
        """Whether a value is good or tolerable."""
        assert outcome.value is not None
        good, lacking = self.holds(indicator, entry, entry.good, outcome.value, start)
        tolerable = good
        if entry.tolerance is not None:
            tolerable, more = self.holds(indicator, entry, entry.tolerance, outcome.value, start)
            lacking |= more
        return Rated(good, tolerable, lacking)

    def is_settled(self, indicator: Indicator, entry: Rating, outcome: Outcome, start: int) -> bool:
        """Whether nothing that is missing from a value could change its rating."""
        good = self.settled(indicator, entry, entry.good, outcome, start)
        if good is None or good or entry.tolerance is None:
            return good is not None
        return self.settled(indicator, entry, entry.tolerance, outcome, start) is not None

    def settled(self, indicator: Indicator, entry: Rating, text: str, outcome: Outcome, start: int) -> bool | None:
        """Whether a band holds, or does not, whatever is missing; None where that can change it."""
        figures = [self.world.figures[name] for name in self.sum_of_figures(formula(indicator.formula)) or ()]
        held: list[bool | None] = []
        value = outcome.value
        assert value is not None
        for limit in band(text, indicator.scale).limits:
            bound = self.bound(indicator, entry, limit, start)
            if isinstance(bound, Lack):
                held.append(None)
            elif all(figure.scale for figure in figures):
                # The worst of several grades may be any grade up to the worst so far.
                may_be = {
                    compare(limit.operator, Known(Fraction(grade)), bound) for grade in range(1, int(value.value) + 1)
                }
                held.append(may_be.pop() if len(may_be) == 1 else None)
            elif any(figure.scale or figure.signed for figure in figures):
                held.append(None)
            elif limit.operator in (">", ">="):
                held.append(True if compare(limit.operator, value, bound) else None)
            else:
                beyond = compare(">=" if limit.operator == "<" else ">", value, bound)
                held.append(False if beyond else None)
        return _all(held) if None not in held or False in held else None

    def means_the_same(self, indicator: Indicator, entry: Rating) -> bool:
        """Whether neither the value nor a bound adds up, so that what is good in a quarter is good in a year."""
        own = self.world.grows(formula(indicator.formula))
        bands = [band(text, indicator.scale) for text in (entry.good, entry.tolerance) if text is not None]
        bounds = [limit.bound for one in bands for limit in one.limits]
        return own == 0 and all(self.world.grows(bound, own) == 0 for bound in bounds)

    def holds(
        self, indicator: Indicator, entry: Rating, text: str, value: Known, start: int
    ) -> tuple[bool | None, frozenset[str]]:
        """Whether a band holds (None where that cannot be said), and why bounds lack."""
        held: list[bool | None] = []
        lacking: frozenset[str] = frozenset()
        for limit in band(text, indicator.scale).limits:
            bound = self.bound(indicator, entry, limit, start)
            if isinstance(bound, Lack):
                lacking |= bound.reasons
                held.append(None)
            else:
                held.append(compare(limit.operator, value, bound))
        return False if False in held else None if None in held else True, lacking

    def bound(self, indicator: Indicator, entry: Rating, limit: Limit, start: int) -> Part:
        def look_up(name: str, begin: int) -> Part:
            if name == "target":
                assert entry.target is not None
                if entry.target in indicator.scale:
                    return Known(Fraction(indicator.scale.index(entry.target) + 1))
                return number(Fraction(entry.target))
            if name in ("previous", "year_ago"):
                before = begin - (self.months if name == "previous" else 12)
                return lack("no_data") if before < self.start else _part(self.outcome(indicator.id, before, True))
            return self.bounding(name, begin, wholes)

        wholes = self.world.whole_bounds(indicator, self.by)
        return self.evaluate(limit.bound, start, look_up)

    def bounding(self, name: str, start: int, wholes: frozenset[str]) -> Part:
        """What a figure or an indicator bounds by: the whole, of what nobody divides as the indicator is divided."""
        if name in wholes:
            return self.world._at((self.months, self.year_start, None, None)).figure(name, start)
        if name in self.world.figures or not wholes or not self.world.rests_on(name) <= wholes:
            return self.named(name, start)
        node = formula(self.world.indicators[name].formula)
        return self.evaluate(node, start, lambda part, begin: self.bounding(part, begin, wholes))


def _as_part(reading: Reading) -> Part:
    return lack(reading) if isinstance(reading, str) else number(reading)


def _part(outcome: Outcome) -> Part:
    if outcome.status is not None:
        return lack(outcome.status)
    assert outcome.value is not None
    return outcome.value


def _negative(part: Part) -> Part:
    return Known(-part.value, part.error) if isinstance(part, Known) else part


def _total(parts: Sequence[Part]) -> Part:
    reasons = _reasons(parts)
    return Lack(reasons) if reasons else add([part for part in parts if isinstance(part, Known)])


def _binary(operator: str, left: Part, right: Part) -> Part:
    reasons = _reasons([left, right])
    if operator == "/" and isinstance(right, Known) and right.value == 0:
        reasons |= {"undefined"}
    if reasons:
        return Lack(reasons)
    assert isinstance(left, Known)
    assert isinstance(right, Known)
    match operator:
        case "+":
            return add([left, right])
        case "-":
            return add([left, Known(-right.value, right.error)])
        case "*":
            return multiply(left, right)
    return divide(left, right)


def _says(node: Expression, value: Known, figure: Figure) -> bool | None:
    """Whether a condition holds for what one agency sent; None where that cannot be said."""

    def at(part: Expression) -> Part:
        match part:
            case Literal(value=str() as text):
                return Known(Fraction(figure.scale.index(text) + 1))
            case Literal():
                return number(Fraction(str(part.value)))
            case Name(name="value"):
                return value
            case Unary():
                return _negative(at(part.operand))
            case Binary():
                return _binary(part.operator, at(part.left), at(part.right))
            case Call(function="abs"):
                given = at(part.arguments[0])
                return Known(abs(given.value), given.error) if isinstance(given, Known) else given
        raise AssertionError(part)

    def held(operator: str, left: Expression, right: Expression) -> bool | None:
        one, other = at(left), at(right)
        if isinstance(one, Lack) or isinstance(other, Lack):
            return None
        return not near(one, other) if operator == "!=" else compare(operator, one, other)

    match node:
        case Literal(value=bool() as said):
            return said
        case Unary(operator="not"):
            return _not(_says(node.operand, value, figure))
        case Binary(operator="and" | "or"):
            sides = [_says(side, value, figure) for side in (node.left, node.right)]
            decisive = node.operator == "or"
            return decisive if decisive in sides else None if None in sides else not decisive
        case Binary():
            return held(node.operator, node.left, node.right)
        case In():
            any_of = [held("=", node.operand, item) for item in node.items]
            found = True if True in any_of else None if None in any_of else False
            return _not(found) if node.negated else found
        case Between():
            ends = [held(">=", node.operand, node.low), held("<=", node.operand, node.high)]
            inside = False if False in ends else None if None in ends else True
            return _not(inside) if node.negated else inside
        case IsMissing():
            return isinstance(at(node.operand), Lack) != node.negated
    raise AssertionError(node)


def _not(held: bool | None) -> bool | None:
    return None if held is None else not held


def _rate(events: Part, population: Part, per: Part) -> Part:
    """Events / population, per so many. What is below zero is no number of events and no population."""
    given = [events, population, per]
    if not _reasons(given) and isinstance(population, Known) and population.value != 0:
        below = [_below(part.value, Fraction(0), part.error) for part in given if isinstance(part, Known)]
        if any(below) or (isinstance(per, Known) and per.value == 0):
            return lack("invalid")
    return _binary("*", _binary("/", events, population), per)


def _percent(part: Part, whole: Part) -> Part:
    """100 part / whole. Nothing to divide by is that, whatever the part; a part larger than its whole is refused."""
    reasons = _reasons([part, whole])
    if isinstance(whole, Known) and whole.value == 0:
        return Lack(reasons | {"undefined"})
    if isinstance(part, Known) and isinstance(whole, Known):
        if compare(">", part, whole) or _below(part.value, Fraction(0), part.error):
            return lack("invalid")
        return multiply(divide(part, whole, 2), Known(Fraction(100)), 2)
    return Lack(reasons)
