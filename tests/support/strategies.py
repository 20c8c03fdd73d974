"""Random boards for tests: well-typed formulas of every kind, bands, and figures of which much is missing.

One generator serves two masters: a seeded `random.Random` for many boards fast, and Hypothesis (`boards`) for few
that shrink.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from random import Random

import polars as pl
from hypothesis import strategies as st

from pmf_engine.domain.periods import MONTHS, Cadence, Period
from pmf_engine.formula.syntax import (
    Aggregate,
    Binary,
    Call,
    Expression,
    Grade,
    Literal,
    Name,
    Unary,
    aggregates,
    children,
    names,
)
from tests.support.reference import Board, Cell, Figure, Indicator, Rating, band, formula, holding, last_day

SCALES = {"audit": ("not met", "partly met", "met", "exceeded"), "grip": ("weak", "strong")}
AGENCIES = ("care", "police", "health", "ons")
_FREQUENCIES = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "annual"}

# -- formulas --------------------------------------------------------------------------------


def written(node: Expression, rnd: Random | None = None, least: int = 0) -> str:
    """An expression as text, with the brackets it needs where it binds looser than `least`, and a few more."""
    match node:
        case Literal():
            text, binds = format(Decimal(repr(node.value)), "f").removesuffix(".0"), 3
        case Name():
            text, binds = node.name, 3
        case Call():
            text, binds = f"{node.function}({', '.join(written(one, rnd) for one in node.arguments)})", 3
        case Unary():
            text, binds = f"-{written(node.operand, rnd, 2)}", 2
        case Binary():
            own = 0 if node.operator in ("+", "-") else 1
            text = f"{written(node.left, rnd, own)} {node.operator} {written(node.right, rnd, own + 1)}"
            binds = own
        case Aggregate():
            text, binds = node.text, 3
        case _:
            raise AssertionError(node)
    return f"({text})" if binds < least or (rnd is not None and rnd.random() < 0.05) else text


def shape(node: Expression) -> object:
    """What an expression says, without where it stands."""
    match node:
        case Literal():
            return node.value
        case Name():
            return node.name
        case Call():
            return (node.function, *map(shape, node.arguments))
        case Unary():
            return (node.operator, shape(node.operand))
        case Binary():
            return (node.operator, shape(node.left), shape(node.right))
        case Aggregate():
            return node.text
    raise AssertionError(node)


def _literal(text: str) -> Literal:
    return Literal(0, 0, float(text))


def _call(function: str, *arguments: Expression) -> Call:
    return Call(0, 0, function, arguments, 0)


def _binary(operator: str, left: Expression, right: Expression) -> Binary:
    return Binary(0, 0, operator, left, right)


def _counting(text: str) -> Expression:
    return formula(text)


def _names(node: Expression) -> set[str]:
    return {found.name for found in names(node)} | {one.list.name for one in aggregates(node)}


def names_of(indicator: Indicator) -> set[str]:
    """The figures and indicators that a formula and its bands name."""
    found = _names(formula(indicator.formula))
    for rating in indicator.ratings:
        for text in (rating.good, rating.tolerance):
            for limit in band(text, indicator.scale).limits if text is not None else ():
                found |= {node.name for node in names(limit.bound)}
    return found


def _bounds(ratings: Sequence[Rating], scale: tuple[str, ...]) -> Iterator[Expression]:
    for rating in ratings:
        for text in (rating.good, rating.tolerance):
            yield from (limit.bound for limit in band(text, scale).limits) if text is not None else ()


@dataclass
class Writer:
    """Writes well-typed formulas over the names given: `flows` are `numbers` too; `grades` are by scale."""

    rnd: Random
    numbers: Sequence[str]
    flows: Sequence[str]
    grades: dict[str, list[str]]
    over_time: bool = True
    counted: Sequence[Figure] = ()

    def number(self, depth: int) -> Expression:
        """A number, of so many levels at most."""
        rnd = self.rnd
        if depth <= 0 or rnd.random() < 0.12:
            if self.numbers and rnd.random() < 0.82:
                return Name(0, 0, rnd.choice(self.numbers))
            return self.constant()

        def inner() -> Expression:
            return self.number(depth - 1)

        forms: list[tuple[int, Callable[[], Expression]]] = [
            (9, lambda: _binary("+", inner(), inner())),
            (8, lambda: _binary("-", inner(), inner())),
            (5, lambda: _binary("*", inner(), inner())),
            (6, lambda: _binary("/", inner(), self.divisor(depth - 1))),
            (2, lambda: Unary(0, 0, "-", inner())),
            (3, lambda: _call("percent", inner(), self.divisor(depth - 1))),
            (4, lambda: self.share(depth - 1)),
            (4, lambda: _call("rate", inner(), self.divisor(depth - 1), self.per(depth - 1))),
            (2, lambda: _call("abs", inner())),
            (2, lambda: _call("round", inner())),
            (2, lambda: _call("round", inner(), self.digits())),
            (2, lambda: _call("round", _binary("*", self.number(0), self.half()), _literal("2"))),
            (3, lambda: _call("min", *self.several(depth))),
            (3, lambda: _call("max", *self.several(depth))),
            (4, lambda: _call("first_known", *map(self.sent, self.several(depth)))),
        ]
        if self.over_time:
            forms += [
                (3, lambda: _call("previous", inner())),
                (3, lambda: _call("year_ago", inner())),
            ]
        if self.counted:
            forms += [(1, self.count), (1, lambda: self.met(rnd.choice(self.counted)))]
        if self.over_time and self.flows:
            forms += [
                (3, lambda: _call("year_to_date", self.flow(depth - 1))),
                (3, lambda: _call("rolling_year", self.flow(depth - 1))),
                (3, lambda: _call("rolling_months", self.flow(depth - 1), _literal(rnd.choice(["12", "24", "36"])))),
            ]
        weights = [weight for weight, _ in forms]
        return rnd.choices([form for _, form in forms], weights)[0]()

    def share(self, depth: int) -> Expression:
        """A percentage of a part that does belong to its whole."""
        part = self.number(depth - 1)
        return _call("percent", part, self.sent(_binary("+", part, self.number(depth - 1))))

    def met(self, figure: Figure) -> Expression:
        """The share of the agencies that meet some standard."""
        return _call("percent", self.count(figure), _counting(f"count(agencies of {figure.id})"))

    def count(self, figure: Figure | None = None) -> Expression:
        """How many agencies sent a figure, or one of which something is true."""
        figure = figure or self.rnd.choice(self.counted)
        return _counting(f"count(agencies of {figure.id} where {self.condition(figure, self.rnd.choice([0, 1, 2]))})")

    def condition(self, figure: Figure, depth: int) -> str:
        """What may be true of what one agency sent."""
        rnd = self.rnd

        def inner() -> str:
            return self.condition(figure, depth - 1)

        if depth > 0 and rnd.random() < 0.7:
            return rnd.choice([f"({inner()} and {inner()})", f"({inner()} or {inner()})", f"not ({inner()})"])
        if figure.scale:
            values = ["value", *(f"'{grade}'" for grade in figure.scale)]
            mine, one, other = "value", rnd.choice(values), rnd.choice(values)
        else:
            limits = ["0", "1", "2.5", "0.3", "20", "100", "200", "-5"]
            sums = [
                "value - 3",
                "2 * value",
                "value / 4",
                "10 / value",
                "-value",
                "abs(value)",
                " + ".join(["value"] * 13),
            ]
            mine = rnd.choice(["value", "value", rnd.choice(sums)])
            one, other = rnd.choice([*limits, "value"]), rnd.choice(limits)
        no = rnd.choice(["", "not "])
        sign = rnd.choice(["=", "!=", "<", "<=", ">", ">="])
        return rnd.choice(
            [
                f"{mine} {sign} {one}",
                f"{one} {sign} {mine}",
                f"{mine} {no}in ({one}, {other})",
                f"{mine} {no}between {one} and {other}",
                f"{mine} is {no}missing",
                "true",
            ]
        )

    def divisor(self, depth: int) -> Expression:
        """What one may divide by: nothing that is the same whatever is sent, and 0 or less."""
        node = self.number(depth)
        return node if _names(node) else self.positive()

    def per(self, depth: int) -> Expression:
        return self.rnd.choice([_literal("1000"), _literal("10000"), self.divisor(depth)])

    def several(self, depth: int) -> list[Expression]:
        return [self.number(depth - 1) for _ in range(self.rnd.choice([1, 2, 2, 2, 3, 4]))]

    def sent(self, node: Expression) -> Expression:
        """The expression, or something that somebody sends where it rests on nothing."""
        return node if _names(node) or not self.numbers else Name(0, 0, self.rnd.choice(self.numbers))

    def digits(self) -> Expression:
        places = _literal(str(self.rnd.choice([0, 1, 1, 2, 3])))
        return Unary(0, 0, "-", places) if self.rnd.random() < 0.2 else places

    def half(self) -> Expression:
        """A number whose multiples often end in a half of a hundredth, which floating point misses."""
        return _literal(self.rnd.choice(["0.005", "1.005", "0.145", "0.015", "2.675"]))

    def constant(self) -> Expression:
        return _literal("0") if self.rnd.random() < 0.06 else self.positive()

    def positive(self) -> Expression:
        return _literal(
            str(self.rnd.choice([1, 1, 2, 3, 5, 7, 10, 12, 50, 100, 100, 1000, 0.5, 0.1, 0.25, 2.75, 33.3]))
        )

    def amount(self, figures: Sequence[str]) -> Expression:
        """A sum of figures, of which `missing` may say that some may lack."""
        node: Expression = Name(0, 0, self.rnd.choice(figures))
        for _ in range(self.rnd.choice([0, 1, 1, 2, 3])):
            other = Name(0, 0, self.rnd.choice(figures))
            node = _binary("+", *self.rnd.choice([(node, other), (other, node)]))
        return node

    def flow(self, depth: int) -> Expression:
        """A number that adds up over time."""
        rnd = self.rnd
        if depth <= 0 or rnd.random() < 0.3:
            return Name(0, 0, rnd.choice(self.flows))

        def inner() -> Expression:
            return self.flow(depth - 1)

        forms: list[Callable[[], Expression]] = [
            lambda: _binary("+", inner(), inner()),
            lambda: _binary("-", inner(), inner()),
            lambda: _binary("*", inner(), self.constant()),
            lambda: _binary("*", self.constant(), inner()),
            lambda: _binary("/", inner(), self.positive()),
            lambda: Unary(0, 0, "-", inner()),
        ]
        if self.over_time:
            forms += [lambda: _call("previous", inner()), lambda: _call("year_ago", inner())]
        return rnd.choice(forms)()

    def grade(self, scale: str, depth: int) -> Expression:
        """A grade of a scale."""
        rnd = self.rnd
        if depth <= 0 or rnd.random() < 0.3:
            return Name(0, 0, rnd.choice(self.grades[scale]))
        function = rnd.choice(["min", "max", "first_known", *(["previous", "year_ago"] if self.over_time else [])])
        count = 1 if function in ("previous", "year_ago") else rnd.choice([1, 2, 2, 3])
        return _call(function, *(self.grade(scale, depth - 1) for _ in range(count)))


# -- boards ------------------------------------------------------------------------------------


@dataclass
class _Known:
    """What is remembered of an indicator, for those that may name it."""

    kind: str
    figures: frozenset[str]
    level: int


@dataclass
class Maker:
    """Makes one board. `size` is how many indicators; `gaps` how much of the data is missing."""

    rnd: Random
    size: int
    gaps: float = 0.1
    figures: dict[str, Figure] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    known: dict[str, _Known] = field(default_factory=dict)
    year_start: int = 4
    begin: int = 0
    end: int = 0
    as_of: date = date(2030, 1, 1)

    def board(self) -> Board:
        """Figures, indicators, cells, and the day and the report they are looked at for."""
        rnd = self.rnd
        self.year_start = rnd.choice([4, 4, 4, 9, 1])
        self.begin = 2016 * 12 + rnd.randrange(12)
        self.end = self.begin + rnd.choice([9, 15, 18, 22])
        for place in range(rnd.choice([6, 10, 14]) if self.size > 20 else rnd.choice([2, 4, 7])):
            self.figure(f"f{place}")
        # Each kind of period and breakdown is a plan of its own, so a board has few of them.
        cadences = [self.cadence() for _ in range(3)]
        by_group = rnd.random() < 0.3
        for place in range(self.size):
            self.indicator(f"i{place}", *rnd.choice(cadences), by_group)
        if rnd.random() < 0.4:
            # Often a day on which returns are due, or the one after.
            month = rnd.randint(self.begin + 2, self.end + 4)
            self.as_of = last_day(month) + timedelta(
                days=rnd.choice([0, 1, 30, 30, 30, 31, 31, 100, rnd.randrange(31)])
            )
        cells = self.cells()
        asked = None
        if rnd.random() < 0.3:
            months = rnd.choice([1, 3, 3, 6, 12])
            asked = (holding(rnd.randrange(self.begin, self.end + 3), months, self.year_start), months)
        return Board(
            tuple(self.figures.values()), tuple(self.indicators.values()), cells, self.as_of, asked, self.year_start
        )

    def figure(self, id_: str) -> None:
        rnd = self.rnd
        first = not self.figures  # there is always one that any regular indicator may use
        kind = "flow" if first else rnd.choice(["flow"] * 5 + ["stock"] * 3 + ["grade"] * 2)
        months = 1 if first else rnd.choice([1, 3, 3, 3, 3, 6, 12, 12 if kind == "flow" else 3])
        agencies = rnd.sample(AGENCIES, rnd.choice([1, 1, 1, 1, 2, 2, 3]))
        self.figures[id_] = Figure(
            id_,
            kind,
            tuple(sorted(agencies)),
            months,
            self.year_start if rnd.random() < 0.85 else rnd.choice([1, 4, 9]),
            (rnd.choice([30, 30, 30, 0, 100]),) * len(agencies),
            SCALES[rnd.choice(list(SCALES))] if kind == "grade" else (),
            signed=kind != "grade" and rnd.random() < 0.25,
            whole=kind == "grade" or rnd.random() < 0.4,
        )
        if not first and rnd.random() < 0.06:
            one = self.figures[id_]
            self.figures[id_] = replace(one, months=3, ad_hoc=True)

    def fits(self, figure: Figure, months: int, year_start: int, ad_hoc: bool) -> bool:
        """Whether a figure can be brought to periods of this length and year."""
        if figure.ad_hoc and not ad_hoc:
            return False
        if figure.months > months:
            return figure.kind != "flow"
        return (figure.year_start - year_start) % figure.months == 0

    def cadence(self) -> tuple[int, int, bool]:
        """The months and the first month of a year of some indicators, and whether they are ad hoc."""
        rnd = self.rnd
        ad_hoc = rnd.random() < 0.06
        months = 3 if ad_hoc else rnd.choice([1, 3, 3, 3, 3, 6, 12])
        return months, self.year_start if rnd.random() < 0.85 else rnd.choice([1, 4, 9]), ad_hoc

    def indicator(self, id_: str, months: int, year_start: int, ad_hoc: bool, by_group: bool) -> None:
        rnd = self.rnd
        usable = {
            name: figure for name, figure in self.figures.items() if self.fits(figure, months, year_start, ad_hoc)
        }
        others = {name: one for name, one in self.known.items() if one.figures <= usable.keys() and one.level < 4}
        by_kind: dict[str, list[str]] = {}
        for name, figure in usable.items():
            kind = f"grade {figure.scale[0]}" if figure.scale else figure.kind
            by_kind.setdefault(kind, []).append(name)
        for name in rnd.sample(sorted(others), min(len(others), 3)):
            by_kind.setdefault(others[name].kind, []).append(name)
        flows = by_kind.get("flow", [])
        grades = {
            scale: by_kind[f"grade {texts[0]}"] for scale, texts in SCALES.items() if f"grade {texts[0]}" in by_kind
        }
        same = (months, year_start, ad_hoc)
        counted = [one for one in usable.values() if (one.months, one.year_start, one.ad_hoc) == same]
        writer = Writer(rnd, flows + by_kind.get("stock", []), flows, grades, not ad_hoc, counted)
        depth = rnd.choice([0, 1, 2, 2, 3, 3, 4, 5])
        figures = [name for name in writer.numbers if name in self.figures]
        scale = rnd.choice(list(grades)) if grades and rnd.random() < 0.15 else None
        kind = "stock"
        if scale is not None:
            node, kind = writer.grade(scale, min(depth, 3)), f"grade {SCALES[scale][0]}"
        elif flows and rnd.random() < 0.15:
            node, kind = writer.flow(depth), "flow"
        elif figures and rnd.random() < 0.15:
            node = writer.amount(figures)
        else:
            node = writer.sent(writer.number(depth))
        text = written(node, rnd)
        if len(text) > 3_000:
            return self.indicator(id_, months, year_start, ad_hoc, by_group)
        rests_on = frozenset(
            figure for name in _names(node) for figure in ([name] if name in self.figures else self.known[name].figures)
        )
        level = 1 + max((self.known[name].level for name in _names(node) if name in self.known), default=0)
        self.known[id_] = _Known(kind, rests_on, level)
        by: list[str] = []
        if by_group and len({self.figures[name].agencies for name in rests_on}) == 1 and rnd.random() < 0.5:
            by.append("agency")
        if by_group and rests_on and rnd.random() < 0.1:
            by.append("district")
        in_bands = replace(writer, counted=())
        ratings = self.ratings(in_bands, scale, year_start) if rnd.random() < 0.35 else ()
        if any(self.says(node, bound) for bound in _bounds(ratings, SCALES[scale] if scale else ())):
            ratings = ()
        self.indicators[id_] = Indicator(
            id_,
            text,
            months,
            year_start,
            rnd.choice(["any", "any", "all", "never"]),
            tuple(by),
            ratings,
            SCALES[scale] if scale else (),
            ad_hoc,
        )
        return None

    # -- bands -----------------------------------------------------------------------------

    def meaning(self, node: Expression) -> object:
        """What an expression says with every indicator in it written out."""
        match node:
            case Name() if node.name in self.indicators:
                return self.meaning(formula(self.indicators[node.name].formula))
            case Call():
                return (node.function, *map(self.meaning, node.arguments))
            case Unary():
                return (node.operator, self.meaning(node.operand))
            case Binary():
                return (node.operator, self.meaning(node.left), self.meaning(node.right))
        return shape(node) if not isinstance(node, Grade) else node.words

    def says(self, node: Expression, bound: Expression) -> bool:
        """Whether a bound holds what a formula comes to, which cannot be judged by itself."""
        if self.meaning(bound) == self.meaning(node):
            return True
        looks_back = ("previous", "year_ago", "year_to_date", "rolling_year", "rolling_months")
        if isinstance(bound, Call) and bound.function in looks_back:
            return False
        return any(self.says(node, part) for part in children(bound))

    def ratings(self, writer: Writer, scale: str | None, year_start: int) -> tuple[Rating, ...]:
        """The entries of an indicator: one, or two of which each has its time."""
        rnd = self.rnd

        def rating(start: int | None) -> Rating:
            return self.graded(writer, scale, start) if scale else self.numeric(writer, start)

        if rnd.random() < 0.75:
            return (rating(None),)
        year = holding(self.begin, 12, year_start)
        return (rating(rnd.choice([None, year - 12, year])), rating(year + 12))

    def graded(self, writer: Writer, scale: str, start: int | None) -> Rating:
        rnd, grades = self.rnd, SCALES[scale]
        form = rnd.randrange(5)
        if form == 0:
            low, high = sorted(rnd.choices(range(len(grades)), k=2))
            return Rating(f"at least {grades[high]}", f"at least {grades[low]}", None, start)
        if form == 1:
            return Rating(f"is {rnd.choice(grades)}", None, None, start)
        if form == 2:
            return Rating("at least target", None, rnd.choice(grades), start)
        if form == 3 and writer.over_time:
            return Rating(f"at least {rnd.choice(['previous', 'year_ago'])}", f"above {grades[0]}", None, start)
        return Rating(f"at most {written(writer.grade(scale, 1), rnd)}", None, None, start)

    def numeric(self, writer: Writer, start: int | None) -> Rating:
        """Bands round numbers, or round what data say."""
        rnd = self.rnd
        low, room, more = rnd.choice([0, 5, 20, 80, 100]), rnd.choice([0, 5, 10, 0.1]), rnd.choice([0, 5, 0.2])
        constant = [
            (f"at most {low}", f"at most {low + more}"),
            (f"at least {low + more}", f"at least {low}"),
            (f"below {low}", f"at most {low}"),
            (f"above {low}", f"above {low}"),
            (f"between {low} and {low + room}", f"between {low - more} and {low + room + more}"),
            (f"within {room} of {low}", f"within {room + more} of {low}"),
            (f"within {room}% of {low}", f"within {room + more}% of {low}"),
            (f"is {low}", f"within {more} of {low}"),
        ]
        if rnd.random() < 0.4 or not writer.numbers:
            good, tolerance = rnd.choice(constant)
            return Rating(good, rnd.choice([None, tolerance]), None, start)
        if rnd.random() < 0.2:
            return Rating("at least target", "at least 95% of target", str(rnd.choice([1, 20, 90, 0.3])), start)

        def band() -> str:
            forms: list[Callable[[], str]] = [
                lambda: f"at most {bound()}",
                lambda: f"at least {bound()}",
                lambda: f"below {bound()}",
                lambda: f"above {rnd.choice([90, 110])}% of {bound(1)}",
                lambda: f"at most {bound(1)} + {rnd.choice([90, 110])}% of {bound(2)} * {bound(2)}",
                lambda: f"between {bound()} and {bound()}",
                lambda: f"within {bound()} of {bound()}",
                lambda: f"within {rnd.choice([10, 50])}% of {bound(1)}",
                lambda: f"is {bound()}",
                lambda: f"at least {bound()} and at most {bound()}",
            ]
            return rnd.choice(forms)()

        def bound(least: int = 0) -> str:
            if writer.over_time and rnd.random() < 0.3:
                return rnd.choice(["previous", "year_ago"])
            node = writer.number(rnd.choice([0, 0, 1, 2]))
            return written(node if _names(node) else Name(0, 0, rnd.choice(writer.numbers)), rnd, least)

        return Rating(band(), band() if rnd.random() < 0.5 else None, None, start)

    # -- data ---------------------------------------------------------------------------------

    def cells(self) -> tuple[Cell, ...]:
        """What was sent, and what is missing from it."""
        rnd = self.rnd
        found: list[Cell] = []
        for figure in self.figures.values():
            if rnd.random() < 0.03:
                continue
            style = rnd.choice(["count", "count", "count", "small", "decimal", "large"])
            for agency in figure.agencies:
                begin = self.begin if rnd.random() < 0.85 else self.begin + rnd.randrange(6)
                start = holding(begin, figure.months, figure.year_start)
                by_district = rnd.random() < 0.12
                while start < self.end:
                    found += self.sent(figure, agency, start, figure.months, style, by_district)
                    start += figure.months
                for months in (3, 6, 12):
                    if months > figure.months and rnd.random() < 0.05:
                        start = holding(rnd.randrange(self.begin, self.end), months, figure.year_start)
                        found += self.sent(figure, agency, start, months, style, by_district)
        if not found:
            figure = self.figures["f0"]
            found.append(Cell("f0", figure.agencies[0], self.begin, 1, "5"))
        return tuple(found)

    def sent(self, figure: Figure, agency: str, start: int, months: int, style: str, by_district: bool) -> list[Cell]:
        rnd = self.rnd
        early = last_day(start + months) + timedelta(days=32) > self.as_of
        if rnd.random() < (0.7 if early else self.gaps):
            return []
        if not by_district:
            return [Cell(figure.id, agency, start, months, self.text(figure, style))]
        found = [
            Cell(figure.id, agency, start, months, self.text(figure, style), group)
            for group in ("North", "South")
            if rnd.random() > self.gaps / 2
        ]
        if rnd.random() < 0.5:
            found.append(Cell(figure.id, agency, start, months, self.whole(figure, style, found)))
        return found

    def whole(self, figure: Figure, style: str, groups: Sequence[Cell]) -> str:
        """The whole of some groups: mostly their sum or a little more, which others than these may be."""
        try:
            total = sum(Decimal(cell.text) for cell in groups)
        except InvalidOperation:
            return self.text(figure, style)
        return format(total + self.rnd.choice([0, 1, 1, 2, 3, 4, 10, -1, total // 25]), "f")

    def text(self, figure: Figure, style: str) -> str:
        rnd = self.rnd
        if rnd.random() < self.gaps:
            return rnd.choice(["", "", "x", "n/a", "c", "c", "1O", "two"])
        if figure.scale:
            return rnd.choice(figure.scale)
        sign = "-" if figure.signed and rnd.random() < 0.4 else ""
        match style:
            case "small":
                return sign + str(rnd.choice([0, 0, 1, 2, 3]))
            case "decimal":
                return sign + rnd.choice([f"{rnd.random() * 100:.1f}", f"{rnd.random() * 10:.2f}", "0.1", "0.2", "0.3"])
            case "large":
                return sign + str(rnd.randrange(10 ** rnd.randint(1, 15)))
        return sign + str(rnd.randrange(400))


def make_board(rnd: Random, size: int) -> Board:
    """A board of so many indicators."""
    return Maker(rnd, size, rnd.choice([0.0, 0.0, 0.0, 0.02, 0.05, 0.3])).board()


@st.composite
def boards(draw: st.DrawFn, most: int = 3) -> Board:
    """A board of a few indicators."""
    return make_board(draw(st.randoms(use_true_random=False)), draw(st.integers(1, most)))


# -- boards as files --------------------------------------------------------------------------


def write_files(board: Board, folder: Path) -> None:
    """The two YAML files of a board."""
    parts: dict[str, dict[str, object]] = {
        "board": {"name": "Random Board", "submissions": "returns", "year_start": MONTHS[board.year_start - 1]},
        "agencies": {agency: agency.title() for agency in AGENCIES},
        "content_areas": {"safety": {"title": "Safety", "kind": "priority"}},
        "scales": {name: list(grades) for name, grades in SCALES.items()},
        "breakdowns": {"district": {"title": "District", "groups": list(board.districts)}},
        "figures": {one.id: _figure(one) for one in board.figures},
        "indicators": {one.id: _indicator(one) for one in board.indicators},
    }
    rated = {one.id: [_rating(one, rating) for rating in one.ratings] for one in board.indicators if one.ratings}
    governance: dict[str, dict[str, object]] = {"governance": {"board": "Board"}, "tolerances": {**rated}}
    for name, content in (("indicators.yaml", parts), ("tolerances.yaml", governance)):
        lines: list[str] = []
        for section, entries in content.items():
            lines.append(f"{section}:" if entries else f"{section}: {{}}")
            lines += [f"  {id_}: {json.dumps(entry)}" for id_, entry in entries.items()]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _figure(one: Figure) -> dict[str, object]:
    scale = next((name for name, grades in SCALES.items() if grades == one.scale), None)
    return {
        "title": f"Figure {one.id}",
        "from": list(one.agencies),
        "kind": one.kind,
        "frequency": "ad hoc" if one.ad_hoc else _FREQUENCIES[one.months],
        "year_start": MONTHS[one.year_start - 1],
        "returns_due": f"{one.due[0]} days",
        **({"scale": scale} if scale else {}),
        **({"signed": True} if one.signed else {}),
        **({} if one.whole else {"whole": False}),
    }


def _indicator(one: Indicator) -> dict[str, object]:
    return {
        "title": f"Indicator {one.id}",
        "content_area": "safety",
        "evidence_type": "quantity",
        "lead_agency": "care",
        "frequency": "ad hoc" if one.ad_hoc else _FREQUENCIES[one.months],
        "year_start": MONTHS[one.year_start - 1],
        "formula": one.formula,
        "missing": one.missing,
        "by": list(one.by),
    }


def _rating(one: Indicator, rating: Rating) -> dict[str, object]:
    found: dict[str, object] = {"good": rating.good}
    if rating.tolerance is not None:
        found["tolerance"] = rating.tolerance
    if rating.target is not None:
        found["target"] = rating.target if one.scale else float(rating.target)
    if rating.start is not None:
        found["from"] = Period(rating.start, Cadence(12, one.year_start)).label
    return found


def returns(board: Board) -> pl.DataFrame:
    """What was sent, as one return in the long layout."""
    years = {one.id: one.year_start for one in board.figures}
    rows = [
        (
            Period(one.start, Cadence(one.months, years[one.figure])).label,
            one.agency,
            one.figure,
            one.district,
            one.text,
        )
        for one in board.cells
    ]
    names = ("period", "agency", "figure", "district", "value")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
