"""At, just below and just above every end of every kind of band, the status is what the words say.

What decides here is arithmetic on fractions, on numbers that floating point cannot hold; numbers nearer than one part
in 10^9 count as equal, as the design says. What is shown of a value must stand where the value does, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.judgement.band_words import band_words
from pmf_engine.judgement.formatting import show_value
from pmf_engine.judgement.history_row import history_rows
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.build import exception_report
from pmf_engine.report.depth import Depth
from pmf_engine.report.history_view import HistoryView
from tests.judgement.test_formatting import entry, indicator
from tests.support.boards import evaluate, write_board, write_returns

# -- what words mean, on fractions -----------------------------------------------------------

NEAR = Fraction(1, 10**9)
TARGET = Fraction("89.95")


@dataclass(frozen=True)
class Env:
    """What the names in a band stand for."""

    previous: Fraction
    year_ago: Fraction
    figure: Fraction
    indicator: Fraction


Number = Callable[[Env], Fraction]
Limit = tuple[str, Fraction]
Words = tuple[str, Callable[[Env], list[Limit]]]


def near(left: Fraction, right: Fraction) -> bool:
    return abs(left - right) <= NEAR * max(abs(left), abs(right))


def holds(operator: str, left: Fraction, right: Fraction, equal: bool) -> bool:
    """Whether a comparison holds; `equal` numbers are on the end itself."""
    if equal:
        return "=" in operator
    return operator != "=" and (left < right) == operator.startswith("<")


def stands(value: Fraction, limits: Sequence[Limit]) -> bool:
    return all(holds(operator, value, bound, near(value, bound)) for operator, bound in limits)


def reads(value: Fraction, limits: Sequence[Limit]) -> bool:
    """As a reader sees it, to whom no two numbers are equal that are not."""
    return all(holds(operator, value, bound, value == bound) for operator, bound in limits)


def status(value: Fraction, good: Sequence[Limit], tolerance: Sequence[Limit] | None) -> str:
    if stands(value, good):
        return "green"
    return "amber" if tolerance is not None and stands(value, tolerance) else "red"


def fraction(number: str) -> Number:
    return lambda env: Fraction(number)


# A lower end, a higher one, and a middle that room is given round: as written, and as they are meant.
ENDS: list[tuple[tuple[str, Number], tuple[str, Number], tuple[str, Number]]] = [
    (("0.1 + 0.2", fraction("3/10")), ("2.675", fraction("2.675")), ("0.1 + 0.2", fraction("3/10"))),
    (("1 / 3", fraction("1/3")), ("200 / 3", fraction("200/3")), ("1 / 3", fraction("1/3"))),
    (("min(89.95, 90)", fraction("89.95")), ("110% of 89.95", fraction("98.945")), ("89.95", fraction("89.95"))),
    (("95% of target", lambda env: TARGET * 95 / 100), ("target", lambda env: TARGET), ("target", lambda env: TARGET)),
    (
        ("target - 0.1", lambda env: TARGET - Fraction("0.1")),
        ("105.5% of target", lambda env: TARGET * Fraction("1.055")),
        ("target + 1 / 3", lambda env: TARGET + Fraction(1, 3)),
    ),
    (
        ("previous", lambda env: env.previous),
        ("previous + 0.1", lambda env: env.previous + Fraction("0.1")),
        ("previous", lambda env: env.previous),
    ),
    (
        ("90.9% of year_ago", lambda env: env.year_ago * Fraction("0.909")),
        ("110% of year_ago", lambda env: env.year_ago * Fraction("1.1")),
        ("year_ago", lambda env: env.year_ago),
    ),
    (
        ("previous - 0.1", lambda env: env.previous - Fraction("0.1")),
        ("abs(year_ago) + 0.3", lambda env: abs(env.year_ago) + Fraction("0.3")),
        ("(previous + year_ago) / 2", lambda env: (env.previous + env.year_ago) / 2),
    ),
    (
        ("{b}", lambda env: env.figure),
        ("{b} + 0.2", lambda env: env.figure + Fraction("0.2")),
        ("{b}", lambda env: env.figure),
    ),
    (
        ("{j}", lambda env: env.indicator),
        ("133.3% of {j}", lambda env: env.indicator * Fraction("1.333")),
        ("{j} - 1 / 3", lambda env: env.indicator - Fraction(1, 3)),
    ),
    (
        ("95% of {b}", lambda env: env.figure * Fraction("0.95")),
        ("max({j}, {b}, target)", lambda env: max(env.indicator, env.figure, TARGET)),
        ("year_ago({b})", lambda env: 2 * env.figure),  # as it was sent a year ago
    ),
]


def one(phrase: str, operator: str, end: tuple[str, Number]) -> Words:
    return f"{phrase} {end[0]}", lambda env: [(operator, end[1](env))]


def both(first: Words, second: Words) -> Words:
    return f"{first[0]} and {second[0]}", lambda env: first[1](env) + second[1](env)


def between(low: tuple[str, Number], high: tuple[str, Number]) -> Words:
    return f"between {low[0]} and {high[0]}", lambda env: [(">=", low[1](env)), ("<=", high[1](env))]


def within(room: str, share: bool, middle: tuple[str, Number]) -> Words:
    size = Fraction(room) if "/" not in room else Fraction(*map(int, room.split(" / ")))

    def limits(env: Env) -> list[Limit]:
        here = middle[1](env)
        by = abs(here) * size / 100 if share else size
        return [(">=", here - by), ("<=", here + by)]

    bracketed = f"({middle[0]})" if share and (" - " in middle[0] or " + " in middle[0]) else middle[0]
    return f"within {room}{'%' if share else ''} of {bracketed}", limits


def kinds(
    low: tuple[str, Number], high: tuple[str, Number], middle: tuple[str, Number]
) -> Iterator[tuple[Words, Words | None]]:
    """Good and tolerance, of every kind."""
    yield one("at most", "<=", low), one("at most", "<=", high)
    yield one("at least", ">=", high), one("at least", ">=", low)
    yield one("below", "<", low), one("below", "<", high)
    yield one("above", ">", high), one("above", ">", low)
    yield one("is", "=", low), between(low, high)
    yield between(low, high), None
    yield both(one("above", ">", low), one("at most", "<=", high)), between(low, high)
    yield both(one("at least", ">=", low), one("below", "<", high)), None
    yield within("0.1", False, middle), within("1 / 3", False, middle)
    yield within("5.5", True, middle), within("10.1", True, middle)
    yield one("is", "=", middle), within("0.1", False, middle)


def bands() -> Iterator[tuple[Words, Words | None]]:
    """Good and tolerance, of every kind with every kind of end."""
    for low, high, middle in ENDS:
        yield from kinds(low, high, middle)


# -- and what the engine says ------------------------------------------------------------------

OFFSETS = [Fraction(text) for text in ("0", "4e-10", "-4e-10", "3e-9", "-3e-9", "1e-6", "-1e-6", "0.01", "-0.01")]
UNFRIENDLY = ["0.1", "89.95", "2.675", "33.33333333333333333333", "-4.35", "1234567.89", "0.3", "0.000123", "1.005"]
FORMULAS: list[tuple[str, Callable[[Fraction], Fraction], Callable[[Fraction], Fraction]]] = [
    ("x{}", lambda x: x, lambda value: value),
    ("x{} / 3", lambda x: x / 3, lambda value: value * 3),
    ("x{} * 0.1", lambda x: x / 10, lambda value: value * 10),
]
STOCK = "title: A, from: care, kind: stock, frequency: quarterly, whole: false"
FLOW = STOCK.replace("stock", "flow")
NOW, BEFORE, AGO = "2016-17 Q1", "2015-16 Q4", "2015-16 Q1"
WARDS = range(4 * len(OFFSETS))


def decimal(value: Fraction) -> str:
    """A number as one might send it, to 25 digits."""
    return format(Context(prec=25).divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


@dataclass(frozen=True)
class Case:
    """A value, what its bands come to, and the decimals it is shown with."""

    value: Fraction
    good: list[Limit]
    tolerance: list[Limit] | None


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[pmf.Evaluation, dict[tuple[str, str], Case]]:
    """One board of all bands; each ward is a value by an end of one of them, and other numbers for its names."""
    folder = tmp_path_factory.mktemp("bands")
    figures, indicators, tolerances, rows = [], [], [], ["period,agency,figure,ward,value"]
    cases: dict[tuple[str, str], Case] = {}
    for place, (good, tolerance) in enumerate(bands()):
        formula, forward, back = FORMULAS[place % len(FORMULAS)]
        for figure in (f"x{place}", f"b{place}"):
            figures.append(
                f"{figure}: {{title: A, from: care, kind: stock, frequency: quarterly, whole: false, signed: true}}"
            )
        indicators.append(f"y{place}: {{frequency: quarterly, formula: '{formula.format(place)}', by: [ward]}}")
        indicators.append(f"j{place}: {{frequency: quarterly, formula: b{place} / 3}}")
        said = f"good: '{good[0]}'" + (f", tolerance: '{tolerance[0]}'" if tolerance else "")
        tolerances.append(f"y{place}: {{target: 89.95, {said.format(b=f'b{place}', j=f'j{place}')}}}")
        for ward in WARDS:
            sent = [UNFRIENDLY[(ward + place + step) % len(UNFRIENDLY)] for step in (0, 3, 7)]
            env = Env(forward(Fraction(sent[0])), forward(Fraction(sent[1])), Fraction(sent[2]), Fraction(sent[2]) / 3)
            limits = good[1](env) + (tolerance[1](env) if tolerance else [])
            end = limits[ward // len(OFFSETS) % len(limits)][1]
            x = decimal(back(end + OFFSETS[ward % len(OFFSETS)] * (abs(end) or 1)))
            rows += [f"{period},care,x{place},{ward},{text}" for period, text in zip((BEFORE, AGO), sent, strict=False)]
            rows += [f"{NOW},care,x{place},{ward},{x}", f"{NOW},care,b{place},{ward},{sent[2]}"]
            rows.append(f"{AGO},care,b{place},{ward},{decimal(2 * Fraction(sent[2]))}")
            value = forward(Fraction(x))
            cases[f"y{place}", str(ward)] = Case(value, good[1](env), tolerance[1](env) if tolerance else None)
    write_board(folder, "\n".join(figures), "\n".join(indicators), "\n".join(tolerances))
    write_returns(folder, "\n".join(rows))
    return evaluate(folder), cases


def test_every_end_of_every_band(judged: tuple[pmf.Evaluation, dict[tuple[str, str], Case]]) -> None:
    evaluation, cases = judged
    found = {
        (row["indicator"], row["group"]): row["status"]
        for row in evaluation.results.iter_rows(named=True)
        if row["period"] == NOW and row["group"] is not None
    }
    expected = {key: status(case.value, case.good, case.tolerance) for key, case in cases.items()}
    wrong = {key: (found[key], said, cases[key]) for key, said in expected.items() if found[key] != said}
    assert wrong == {}
    assert len(expected) == 11 * len(ENDS) * len(WARDS)
    counts = {word: list(expected.values()).count(word) for word in ("green", "amber", "red")}
    assert min(counts.values()) > 300, counts  # each is there to be got wrong


def test_what_is_shown_stands_in_the_same_bands(
    judged: tuple[pmf.Evaluation, dict[tuple[str, str], Case]],
) -> None:
    evaluation, cases = judged
    period = Period(2016 * 12 + 3, Cadence(3, 4))
    for row in evaluation.judged.iter_rows(named=True):
        if row["period"] != NOW or row["group"] is None:
            continue
        one, case = evaluation.framework.indicators[row["indicator"]], cases[row["indicator"], row["group"]]
        known = {name: value for name, value in zip(one.band_names, row["named"], strict=True) if value is not None}
        shown = Fraction(show_value(row["value"], one, one.entry_for(period), known=known).replace(",", ""))
        for limits in (case.good, case.tolerance):
            if limits is not None:
                assert stands(shown, limits) == stands(case.value, limits), (row, shown, case)


# -- shares and rates, grades, chance, and ends that lack ----------------------------------------

NOBODY = Env(Fraction(0), Fraction(0), Fraction(0), Fraction(0))
QUARTERS = [f"{year}-{year % 100 + 1:02} Q{quarter}" for year in range(2000, 2020) for quarter in (1, 2, 3, 4)]
SHARES = list(kinds(("100 / 3", fraction("100/3")), ("66.65", fraction("66.65")), ("49.95", fraction("49.95"))))


def written(good: Words, tolerance: Words | None, more: str = "") -> str:
    said = f"good: '{good[0]}'" + (f", tolerance: '{tolerance[0]}'" if tolerance else "")
    return f"{{{said}{more}}}"


def tried(good: Words, tolerance: Words | None) -> list[Fraction]:
    """Numbers at every end of two bands, just below and just above."""
    limits = good[1](NOBODY) + (tolerance[1](NOBODY) if tolerance else [])
    return [end * (1 + offset) for _, end in limits for offset in OFFSETS]


def held(limits: Words | None) -> list[Limit] | None:
    return limits[1](NOBODY) if limits else None


@pytest.mark.parametrize(("function", "per"), [("percent(x{0}, w{0})", 100), ("rate(x{0}, w{0}, 1000)", 1000)])
def test_every_end_of_shares_and_rates(tmp_path: Path, function: str, per: int) -> None:
    figures, indicators, tolerances, rows = [], [], [], []
    cases: dict[tuple[str, str], Case] = {}
    for place, (good, tolerance) in enumerate(SHARES):
        for figure in (f"x{place}", f"w{place}"):
            figures.append(f"{figure}: {{title: A, from: care, kind: flow, frequency: quarterly, whole: false}}")
        indicators.append(f"y{place}: {{frequency: quarterly, formula: '{function.format(place)}'}}")
        tolerances.append(f"y{place}: {written(good, tolerance)}")
        for number, value in enumerate(tried(good, tolerance)):
            whole = ("7.3", "161", "0.3", "120345.7")[number % 4]
            part = decimal(value * Fraction(whole) / per)
            rows += [f"{QUARTERS[number]},care,x{place},{part}", f"{QUARTERS[number]},care,w{place},{whole}"]
            exactly = Fraction(part) * per / Fraction(whole)
            cases[f"y{place}", QUARTERS[number]] = Case(exactly, good[1](NOBODY), held(tolerance))
    write_board(tmp_path, "\n".join(figures), "\n".join(indicators), "\n".join(tolerances))
    write_returns(tmp_path, "\n".join(rows))
    evaluation = evaluate(tmp_path)
    view = HistoryView(evaluation)
    for row in history_rows(evaluation.judged):
        case = cases.pop((row.indicator, row.period), None)
        if case is not None:
            assert row.status == status(case.value, case.good, case.tolerance), (row, case)
            shown = Fraction(view.value(row).rstrip("%").replace(",", ""))
            for limits in (case.good, case.tolerance):
                assert limits is None or stands(shown, limits) == stands(case.value, limits), (row, shown, case)
    assert cases == {}


def test_every_grade_against_every_band_of_grades(tmp_path: Path) -> None:
    grades = ["not met", "partly met", "met", "exceeded"]
    signs = {"at most": "<=", "at least": ">=", "below": "<", "above": ">", "is": "="}
    some: list[tuple[str, list[Limit]]] = [
        (f"{phrase} {grade}", [(sign, Fraction(place))])
        for phrase, sign in signs.items()
        for place, grade in enumerate(grades, start=1)
    ]
    some += [
        (f"between {grades[low]} and {grades[high]}", [(">=", Fraction(low + 1)), ("<=", Fraction(high + 1))])
        for low in range(4)
        for high in range(low, 4)
    ]
    some += [(f"{words} and {more}", [*one, *other]) for (words, one), (more, other) in product(some[4:8], some[:4])]
    indicators, tolerances, expected = [], [], {}
    for number, (words, limits) in enumerate(some):
        wider = None if number % 2 else ("at least partly met", [(">=", Fraction(2))])
        if not any(stands(Fraction(place), limits) for place in range(1, 5)):
            continue  # no grade at all is good, which is refused
        if not any(sign in (">=", ">", "=") and end >= 2 for sign, end in limits):
            wider = None  # good must lie inside
        indicators.append(f"y{number}: {{frequency: quarterly, formula: g}}")
        tolerances.append(f"y{number}: {{good: {words}" + (f", tolerance: {wider[0]}}}" if wider else "}"))
        for place, quarter in enumerate(QUARTERS[:4], start=1):
            expected[f"y{number}", quarter] = status(Fraction(place), limits, wider[1] if wider else None)
    figures = "g: {title: G, from: care, kind: grade, scale: audit, frequency: quarterly}"
    write_board(tmp_path, figures, "\n".join(indicators), "\n".join(tolerances))
    write_returns(tmp_path, "\n".join(f"{QUARTERS[place]},care,g,{grade}" for place, grade in enumerate(grades)))
    results = evaluate(tmp_path).results.rows(named=True)
    assert {(row["indicator"], row["period"]): row["status"] for row in results} == expected
    assert len(expected) > 100


Z = Decimal("1.959963984540054")


def wilson(part: int, whole: int) -> tuple[Fraction, Fraction]:
    """Wilson's interval in per cent, to forty digits."""
    with localcontext() as context:
        context.prec = 40
        n, share = Decimal(whole), Decimal(part) / whole
        middle, below = share + Z**2 / (2 * n), 1 + Z**2 / n
        spread = Z * (share * (1 - share) / n + Z**2 / (4 * n**2)).sqrt()
        return Fraction(100 * (middle - spread) / below), Fraction(100 * (middle + spread) / below)


@pytest.mark.parametrize("alone", [True, False])
def test_every_end_where_chance_is_allowed_for(tmp_path: Path, alone: bool) -> None:
    """Red is only what is wholly outside: the interval's nearer end decides, on the end itself as the words say."""
    figures, indicators, tolerances, rows = [], [], [], []
    expected: dict[str, tuple[str, list[Limit], Fraction, Fraction]] = {}
    cases = product(((49, 160), (3, 10), (300, 1000), (1, 7)), ("at most", "below", "at least", "above"), OFFSETS)
    for number, ((part, whole), phrase, offset) in enumerate(cases):
        lower, upper = wilson(part, whole)
        low = phrase in ("at most", "below")
        bound = Fraction(decimal((lower if low else upper) * (1 + offset)))
        limits = [(_OPERATORS[phrase], bound)]
        good = f"{phrase} {decimal(bound)}" if alone else "below 0.001" if low else "above 99.999"
        tolerance = "" if alone else f", tolerance: {phrase} {decimal(bound)}"
        for figure, value in (("x", part), ("w", whole)):
            figures.append(
                f"{figure}{number}: {{title: A, from: care, kind: flow, frequency: quarterly, whole: false}}"
            )
            rows.append(f"{NOW},care,{figure}{number},{value}")
        indicators.append(f"y{number}: {{frequency: quarterly, formula: 'percent(x{number}, w{number})'}}")
        tolerances.append(f"y{number}: {{good: {good}{tolerance}, allow_for_chance: true}}")
        nearer = lower if low else upper
        expected[f"y{number}"] = "amber" if stands(nearer, limits) else "red", limits, lower, upper
    write_board(tmp_path, "\n".join(figures), "\n".join(indicators), "\n".join(tolerances))
    write_returns(tmp_path, "\n".join(rows))
    report = exception_report(evaluate(tmp_path, NOW))
    assert len(report.watch) == len(expected)
    for item in report.watch:
        said, limits, *ends = expected[item.indicator.id]
        assert item.status == said, (item, limits)
        assert item.by_interval
        shown = [Fraction(text.rstrip("%")) for text in item.interval.split(" to ")]
        for seen, end in zip(shown, ends, strict=True):
            assert reads(seen, limits) == stands(end, limits), (item.interval, limits)


@pytest.mark.parametrize("lacking", ["previous", "year_ago", "b"])
def test_a_band_of_which_one_end_lacks(tmp_path: Path, lacking: str) -> None:
    """What is outside the end that is known is outside the band; of the rest nobody can say."""
    indicators, tolerances, rows, figures = (
        [],
        [],
        [],
        [f"b: {{{STOCK}}}"],
    )
    cases: dict[str, tuple[Fraction, list[Limit]]] = {}
    kinds_of = product(("at most", "at least", "below"), ("at least", "at most"), (True, False), (True, False))
    for phrase, other, first, good in kinds_of:
        for text in ("70", "89.95", "200 / 3"):
            end = Fraction(*map(int, text.split(" / "))) if "/" in text else Fraction(text)
            limits = [(_OPERATORS[phrase], end)]
            parts = [f"{phrase} {text}", f"{other} {lacking}"]
            band = " and ".join(parts if first else parts[::-1])
            for offset in OFFSETS:
                number = len(cases)
                value = Fraction(decimal(end * (1 + offset)))
                figures.append(f"x{number}: {{title: A, from: care, kind: stock, frequency: quarterly, whole: false}}")
                indicators.append(f"y{number}: {{frequency: quarterly, formula: x{number}}}")
                said = f"good: {band}" if good else f"good: is 12345, tolerance: {band}"
                tolerances.append(f"y{number}: {{{said}}}")
                rows.append(f"{NOW},care,x{number},{decimal(value)}")
                cases[f"y{number}"] = value, limits
    write_board(tmp_path, "\n".join(figures), "\n".join(indicators), "\n".join(tolerances))
    write_returns(tmp_path, "\n".join(rows))
    report = exception_report(evaluate(tmp_path, NOW))
    assert len(report.watch) + len(report.without_value) == len(cases)
    for item in (*report.watch, *report.without_value):
        value, limits = cases[item.indicator.id]
        assert (item.status == "red") == (not stands(value, limits)), (item, limits)
        shown = Fraction(item.shown.replace(",", ""))
        assert stands(shown, limits) == stands(value, limits), (item, limits)


def test_comparators_are_shown_in_their_own_bands(tmp_path: Path) -> None:
    figures, indicators, tolerances, rows = [], [], [], []
    cases: dict[tuple[str, str], tuple[Fraction, list[list[Limit]]]] = {}
    for place, (good, tolerance) in enumerate(SHARES):
        for figure in (f"x{place}", f"c{place}"):
            figures.append(f"{figure}: {{title: A, from: care, kind: stock, frequency: quarterly, whole: false}}")
        indicators.append(f"y{place}: {{frequency: quarterly, formula: x{place}, compare: [c{place}]}}")
        tolerances.append(f"y{place}: {written(good, tolerance)}")
        for number, value in enumerate(tried(good, tolerance)):
            rows += [
                f"{QUARTERS[number]},care,{figure}{place},{text}" for figure, text in (("x", 5), ("c", decimal(value)))
            ]
            held_by = [limits for limits in (good[1](NOBODY), held(tolerance)) if limits]
            cases[f"y{place}", QUARTERS[number]] = Fraction(decimal(value)), held_by
    write_board(tmp_path, "\n".join(figures), "\n".join(indicators), "\n".join(tolerances))
    write_returns(tmp_path, "\n".join(rows))
    evaluation = evaluate(tmp_path)
    view = HistoryView(evaluation)
    for row in history_rows(evaluation.judged):
        if (row.indicator, row.period) not in cases:
            continue
        value, bands_of = cases.pop((row.indicator, row.period))
        [beside] = view.compared(row)
        for limits in bands_of:
            assert stands(Fraction(beside.shown.replace(",", "")), limits) == stands(value, limits), (beside, value)
    assert cases == {}


# -- what is shown, whatever the numbers --------------------------------------------------------


def exact(number: float) -> Fraction:
    """The number that a float was read from: of at most fifteen digits."""
    return Fraction(repr(number))


decimals = st.decimals(-1000, 1000, places=4).map(str)
rooms = st.decimals(0, 50, places=3).map(str)


@st.composite
def ratings(draw: st.DrawFn) -> tuple[str, list[Limit]]:
    """A band on constants, and what it says."""
    end, room, share = draw(decimals), draw(rooms), draw(st.decimals(0, 200, places=2).map(str))
    middle, by = Fraction(end), Fraction(room)
    of = Fraction(share) * middle / 100
    return draw(
        st.sampled_from(
            [
                (f"at most {end}", [("<=", middle)]),
                (f"at least {end}", [(">=", middle)]),
                (f"below {end}", [("<", middle)]),
                (f"above {end}", [(">", middle)]),
                (f"is {end}", [("=", middle)]),
                (f"between {end} and {end} + {room}", [(">=", middle), ("<=", middle + by)]),
                (f"within {room} of {end}", [(">=", middle - by), ("<=", middle + by)]),
                (f"at most {share}% of {end}", [("<=", of)]),
                (f"above {end} and below {end} + {room}", [(">", middle), ("<", middle + by)]),
            ]
        )
    )


@settings(max_examples=400)
@given(
    band=ratings(),
    offset=st.sampled_from(["0", "1e-11", "-1e-11", "5e-10", "2e-9", "-2e-9", "1e-7", "-1e-5", "0.004", "-0.04"]),
    end=st.integers(0, 1),
    places=st.none() | st.integers(0, 9),
)
def test_a_value_by_an_end_is_shown_on_its_side(
    band: tuple[str, list[Limit]], offset: str, end: int, places: int | None
) -> None:
    words, limits = band
    bound = limits[end % len(limits)][1]
    value = float(bound + Fraction(offset) * (abs(bound) or 1))
    shown = show_value(value, indicator("a / b", places), entry(words))
    seen = Fraction(shown.replace(",", ""))
    assert stands(seen, limits) == stands(exact(value), limits), shown
    # A reader cannot know what counts as equal, so what does is shown as equal wherever a decimal can say so.
    assert reads(seen, limits) == stands(exact(value), limits), shown
    told = band_words(entry(words).good, entry(words), value=value, shown=shown)
    assert reads(seen, as_read(told)) == stands(exact(value), limits), (shown, told)


# -- and what the report says ---------------------------------------------------------------------

_ITEM = re.compile(r"^ *\d+  . (?P<status>RED|AMBER|GREEN)  Case (?P<case>\d+)$", re.M)
_OPERATORS: Mapping[str, str] = {"at most": "<=", "at least": ">=", "below": "<", "above": ">"}
_NOW = re.compile(
    r"Now (?P<value>-?[0-9.,]+)\. Good is (?P<good>.+?)(?:; (?P<tolerance>.+?) is tolerable)?\. (?:Gap|Trend) "
)
_WORDS: Sequence[tuple[str, tuple[str, ...]]] = (
    (r"no more than .+ \((\S+)\)", ("<=",)), (r"no less than .+ \((\S+)\)", (">=",)),
    (r"less than .+ \((\S+)\)", ("<",)), (r"more than .+ \((\S+)\)", (">",)),
    (r"less than (\S+)", ("<",)), (r"more than (\S+)", (">",)), (r"exactly (\S+)", ("=",)),
    (r"(\S+) or less(?: \(.+\))?", ("<=",)), (r"(\S+) or more(?: \(.+\))?", (">=",)),
    (r"(\S+) to (\S+)(?: \(.+\))?", (">=", "<=")),
)  # fmt: skip


def as_read(words: str) -> list[Limit]:
    """The limits that somebody reads who sees the words of a band."""
    for pattern, operators in _WORDS:
        if found := re.fullmatch(pattern, words):
            return list(zip(operators, (Fraction(end.replace(",", "")) for end in found.groups()), strict=True))
    return [limit for part in re.sub(r" \(.+\)$", "", words).split(" and ") for limit in as_read(part)]


TENTHS = ["89.95", "89.949", "89.951", "90.04", "90.0499", "0.3", "0.30001", "0.2996", "33.333", "33.34", "120", "7.96"]
BANDS = [
    ("at most {}", "at most {} + 0.1"), ("at least {}", "at least {} - 0.1"), ("below {}", "at most {}"),
    ("above {}", "at least {}"), ("within 0.05 of {}", "within 0.1 of {}"), ("between {} and {} + 0.1", None),
]  # fmt: skip


@settings(max_examples=6)
@given(st.data())
def test_a_reader_of_the_report_sees_the_status(data: st.DataObject) -> None:
    """The status printed is what the numbers printed say: value, and the ends of the bands."""
    pick = st.sampled_from(TENTHS)
    cases = list(product(range(len(BANDS)), ["const", "previous", "bound", "year_ago(bound)"]))
    figures, indicators, tolerances, rows = [], [], [], []
    for place, (band, of) in enumerate(cases):
        value, before, decimals = data.draw(pick), data.draw(pick), data.draw(st.integers(0, 2))
        middle = {"const": before, "bound": f"c{place}", "year_ago(bound)": f"year_ago(c{place})"}.get(of, of)
        if data.draw(st.booleans()):  # as near as people's figures come to an end
            value = str(Decimal(before) + data.draw(st.sampled_from([Decimal("0.004"), Decimal("-0.04"), Decimal(0)])))
        for figure in (f"x{place}", f"c{place}"):
            figures.append(f"{figure}: {{title: A, from: care, kind: stock, frequency: quarterly, whole: false}}")
        about = f"title: Case {place}, frequency: quarterly, formula: x{place}, decimals: {decimals}"
        indicators.append(f"y{place}: {{{about}}}")
        good, tolerance = BANDS[band]
        said = f"good: {good.replace('{}', middle)}"
        said += f", tolerance: {tolerance.replace('{}', middle)}" if tolerance else ""
        tolerances.append(f"y{place}: {{{said}}}")
        rows += [f"{NOW},care,x{place},{value}", f"{BEFORE},care,x{place},{before}"]
        rows += [f"{period},care,c{place},{before}" for period in (NOW, AGO)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_board(folder, "\n".join(figures), "\n".join(indicators), "\n".join(tolerances), RULES)
        text = (folder / "indicators.yaml").read_text(encoding="utf-8").replace(", title: A title", "")
        (folder / "indicators.yaml").write_text(text, encoding="utf-8")
        write_returns(folder, "\n".join(rows))
        page = render_terminal(
            exception_report(evaluate(folder, NOW)), width=110, color=False, ascii=False, depth=Depth.ALL
        )
    items = list(_ITEM.finditer(page))
    assert len(items) == len(cases)
    for item, following in zip(items, [*items[1:], None], strict=True):
        block = page[item.end() : following.start() if following else None]
        now = _NOW.search(" ".join(block.split()))
        assert now, block
        seen = Fraction(now["value"].replace(",", ""))
        ends = {name: as_read(now[name]) for name in ("good", "tolerance") if now[name]}
        printed = "GREEN" if reads(seen, ends["good"]) else "RED"
        if printed == "RED" and "tolerance" in ends and reads(seen, ends["tolerance"]):
            printed = "AMBER"
        assert printed == item["status"], block


RULES = "- {when: red or amber or green, to: board}"
