"""Laws of judging that hold for any board and any figures, asked of the engine end to end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.domain.status import Status
from tests.support import strategies
from tests.support.boards import evaluate, write_board, write_returns
from tests.support.reference import Board, Cell, Figure, Indicator, holding

QUARTERS = [f"2016-17 Q{quarter}" for quarter in (1, 2, 3, 4)] + ["2017-18 Q1"]
RANKS = {"green": 0, "amber": 1, "red": 2}
STOCK = (
    "{title: A, from: care, kind: stock, frequency: quarterly, signed: true, whole: false, "
    "plausible: between -1000 and 1000}"
)
QUARTERLY = "{frequency: quarterly, formula: "

numbers = st.decimals(-200, 200, places=2)
rooms = st.decimals(0, 60, places=2)
bounds = st.sampled_from(["{}", "previous + {}", "year_ago - {}", "bound + {}", "abs(year_ago) * {}", "{} + bound / 3"])


def judged(
    indicators: list[tuple[str, str, list[Any]]], escalation: str = "", as_of: date = date(2030, 1, 1)
) -> dict[str, list[dict[str, Any]]]:
    """The rows of indicators given as id, tolerance and the values of five quarters (None: not sent)."""
    figures = [f"bound: {STOCK}"] + [f"x_{id_}: {STOCK}" for id_, _, _ in indicators]
    formulas = [f"{id_}: {QUARTERLY}x_{id_}}}" for id_, _, _ in indicators]
    sent = [
        f"{quarter},care,x_{id_},{value}"
        for id_, _, values in indicators
        for quarter, value in zip(QUARTERS, values, strict=True)
        if value is not None
    ]
    sent += [f"{quarter},care,bound,33.3" for quarter in QUARTERS]
    with TemporaryDirectory() as name:
        folder = Path(name)
        bands = "\n".join(f"{id_}: {tolerance}" for id_, tolerance, _ in indicators)
        write_board(folder, "\n".join(figures), "\n".join(formulas), bands, escalation)
        write_returns(folder, "\n".join(sent))
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in evaluate(folder, as_of=as_of).judged.iter_rows(named=True):
            rows.setdefault(row["indicator"], []).append(row)
    return rows


RATIOS = ["percent(part, whole)", "rate(part, whole, 1000)"]


def rated(made: list[tuple[str, int, int]]) -> list[str]:
    """The statuses of shares and rates given as tolerance, numerator and denominator; every second is a rate."""
    flow = "{title: A, from: care, kind: flow, frequency: quarterly, whole: false}"
    names = [f"y{place}" for place in range(len(made))]
    figures = [f"{kind}_{name}: {flow}" for name in names for kind in ("part", "whole")]
    formulas = [
        f"{name}: {QUARTERLY}'{RATIOS[place % 2].replace('part', f'part_{name}').replace('whole', f'whole_{name}')}'}}"
        for place, name in enumerate(names)
    ]
    bands = [f"{name}: {tolerance}" for name, (tolerance, _, _) in zip(names, made, strict=True)]
    sent = [
        f"{QUARTERS[0]},care,{kind}_{name},{value}"
        for name, (_, part, whole) in zip(names, made, strict=True)
        for kind, value in (("part", part), ("whole", whole))
    ]
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_board(folder, "\n".join(figures), "\n".join(formulas), "\n".join(bands))
        write_returns(folder, "\n".join(sent))
        return evaluate(folder).results["status"].to_list()


def last(rows: list[dict[str, Any]]) -> Any:
    assert rows[-1]["period"] == QUARTERS[-1]
    return rows[-1]["status"]


# -- better is never worse ---------------------------------------------------------------------


@st.composite
def one_way(draw: st.DrawFn) -> tuple[str, str]:
    """Bands of one polarity, in data and out of them, and which way is better."""
    low = draw(st.booleans())
    words = st.sampled_from(["at most {}", "below {}"] if low else ["at least {}", "above {}"])

    def band(ends: st.SearchStrategy[str]) -> str:
        return draw(words).format(draw(ends).format(f"({draw(numbers)})"))

    good = " and ".join(band(bounds) for _ in range(draw(st.integers(1, 2))))
    # Not in constants: a good outside its tolerance would be refused.
    tolerance = f", tolerance: {band(bounds.filter(lambda end: end != '{}'))}" if draw(st.booleans()) else ""
    return f"{{good: {good}{tolerance}}}", "low" if low else "high"


@st.composite
def close_to(draw: st.DrawFn) -> tuple[str, Decimal]:
    """Bands round one middle, and that."""
    middle, room, more = draw(numbers), draw(rooms), draw(rooms)
    form = draw(st.sampled_from(["within {} of {}", "between {1} - {0} and {1} + {0}"]))
    bands = [form.format(room, f"({middle})"), form.format(room + more, f"({middle})")]
    return f"{{good: {bands[0]}, tolerance: {bands[1]}}}", middle


@settings(max_examples=8)
@given(st.data())
def test_a_better_value_never_rates_worse(data: st.DataObject) -> None:
    pairs = []
    for place in range(12):
        if data.draw(st.booleans()):
            tolerance, polarity = data.draw(one_way())
            worse, by = data.draw(numbers), data.draw(rooms)
            better = worse - by if polarity == "low" else worse + by
        else:
            tolerance, middle = data.draw(close_to())
            worse, share = data.draw(numbers), data.draw(st.sampled_from(["0", "0.25", "0.5", "0.9", "1"]))
            better = middle + (worse - middle) * Decimal(share)
        history = [data.draw(numbers) for _ in range(4)]
        pairs += [(f"better{place}", tolerance, [*history, better]), (f"worse{place}", tolerance, [*history, worse])]
    rows = judged(pairs)
    for place in range(12):
        better, worse = last(rows[f"better{place}"]), last(rows[f"worse{place}"])
        assert RANKS[better] <= RANKS[worse], (better, worse, pairs[2 * place], pairs[2 * place + 1])


@st.composite
def shares(draw: st.DrawFn) -> tuple[str, str, int, int, int]:
    """A band of a share of 1,000 at most, which way is better, a worse part, a better one, and the whole of both."""
    low, chance = draw(st.booleans()), draw(st.booleans())
    whole = draw(st.integers(1, 40) | st.integers(1, 1000))
    worse, better = sorted((draw(st.integers(0, whole)), draw(st.integers(0, whole))), reverse=low)
    good, more = draw(st.integers(0, 100)), draw(st.integers(0, 30))
    words = draw(st.sampled_from(["at most {}", "below {}"] if low else ["at least {}", "above {}"]))
    tolerance = f", tolerance: {words.format(good + more if low else good - more)}" if draw(st.booleans()) else ""
    allowed = ", allow_for_chance: true" if chance else ""
    return f"{{good: {words.format(good)}{tolerance}{allowed}}}", words, worse, better, whole


@settings(max_examples=8)
@given(st.lists(shares(), min_size=2, max_size=30))
def test_a_better_share_of_the_same_whole_never_rates_worse(made: list[tuple[str, str, int, int, int]]) -> None:
    """With another whole it may: chance explains more of a smaller one."""
    doubled = [one for one in made for _ in RATIOS]  # as a share, and as a rate
    worse = rated([(band, part, whole) for band, _, part, _, whole in doubled])
    better = rated([(band, part, whole) for band, _, _, part, whole in doubled])
    for one, other, of in zip(better, worse, doubled, strict=True):
        assert RANKS[one] <= RANKS[other], (one, other, of)


@settings(max_examples=8)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["at most {1}", "at least {0}", "below {1}", "above {0}", "between {0} and {1}"]),
            st.integers(1, 99), *[st.integers(0, 20)] * 4, st.integers(0, 1000), st.integers(1, 1000), st.booleans(),
        ),
        min_size=2, max_size=30,
    )
)  # fmt: skip
def test_nor_does_a_wider_band_make_it_worse(made: list[tuple[Any, ...]]) -> None:
    narrow, wide = [], []
    for form, middle, room, more, far, further, part, whole, has_tolerance in made:

        def band(good: int, tolerance: int, form: str = form, middle: int = middle, tell: bool = has_tolerance) -> str:
            said = f", tolerance: {form.format(middle - tolerance - 1, middle + tolerance + 1)}" if tell else ""
            return f"{{good: {form.format(middle - good - 1, middle + good + 1)}{said}, allow_for_chance: true}}"

        for _ in RATIOS:
            narrow.append((band(room, room + more), min(part, whole), whole))
            wide.append((band(room + far, room + far + more + further), min(part, whole), whole))
    for before, after, of in zip(rated(narrow), rated(wide), made * 2, strict=False):
        assert RANKS[after] <= RANKS[before], of


forms = st.sampled_from(
    [
        "at most {0} + {1}", "at least {0} - {1}", "below {0} + {1}", "above {0} - {1}", "within {1} of {0}",
        "between {0} - {1} and {0} + {1}",
    ]
)  # fmt: skip


@settings(max_examples=8)
@given(st.data())
def test_a_wider_band_never_worsens_a_status(data: st.DataObject) -> None:
    pairs = []
    for place in range(12):
        bound = data.draw(bounds).format(f"({data.draw(numbers)})")
        room, more, far = data.draw(rooms), data.draw(rooms), data.draw(rooms)
        form = data.draw(forms)
        narrow, tolerance = form.format(bound, room), form.format(bound, room + more)
        wide, wider = form.format(bound, room + far), form.format(bound, room + more + far)
        before = f"{{good: {narrow}, tolerance: {tolerance}}}" if data.draw(st.booleans()) else f"{{good: {narrow}}}"
        after = data.draw(
            st.sampled_from(
                [f"{{good: {narrow}, tolerance: {wider}}}", f"{{good: {wide}, tolerance: {wider}}}"]
                + ([f"{{good: {wide}}}"] if "tolerance" not in before else [])
            )
        )
        values = [data.draw(numbers) for _ in range(5)]
        pairs += [(f"narrow{place}", before, values), (f"wide{place}", after, values)]
    rows = judged(pairs)
    for place in range(12):
        narrow, wide = last(rows[f"narrow{place}"]), last(rows[f"wide{place}"])
        assert RANKS[wide] <= RANKS[narrow], (pairs[2 * place], pairs[2 * place + 1])


# -- what is missing ------------------------------------------------------------------------------

RULES = [
    "red", "red for 2 periods", "amber and worsening", "amber or red", "(amber or red) for 3 periods", "change > 5",
    "not green", "worsening for 2 periods", "green and value > 10", "red and not late", "red and value is not missing",
    "red and unchanged", "(red and unchanged) for 2 periods", "amber and not (no_data or not_due)",
    "not red and improving", "(red or late) for 3 periods",
]  # fmt: skip
LATE_RULES = ["late", "late for 2 periods", "late for 4 periods", "late or suppressed", "not_due"]
ESCALATION = "\n".join(
    f"- {{when: {rule}, to: {to}}}"
    for rule, to in zip([*RULES, *LATE_RULES, "value is missing"], ["board", "sub_committee"] * 11, strict=True)
)
gaps = st.sampled_from([None, None, "c", "x", "", "1O"])
days = st.sampled_from([date(2030, 1, 1), date(2017, 7, 20), date(2017, 6, 15), date(2017, 4, 20), date(2017, 1, 10)])


@settings(max_examples=15)
@given(st.data(), days)
def test_missing_data_never_removes_an_exception(data: st.DataObject, as_of: date) -> None:
    made = []
    for place in range(12):
        low = data.draw(st.integers(0, 20))
        bands = f"{{good: at most {low}, tolerance: at most {low + data.draw(st.integers(0, 10))}}}"
        some = st.integers(0, 30) | st.sampled_from([25, 25, 12])
        values: list[Any] = [data.draw(some if data.draw(st.booleans()) else gaps) for _ in range(4)]
        made += [(f"sent{place}", bands, [*values, 0]), (f"missing{place}", bands, [*values, data.draw(gaps)])]
    rows = judged(made, ESCALATION, as_of)
    # Rules about nothing but a status without a value are over where that is another: but not where it is not due.
    lasting = {*RULES, "value is missing"}
    for id_, series in rows.items():
        for before, row in pairwise(series):
            kept = {*before["rules"]} - {"not_due"} if row["status"] == "not_due" else {*before["rules"]} & lasting
            if row["status"] in Status.missing():
                assert kept <= set(row["rules"]), (id_, before, row)
            if before["raised"] and row["recovered"] == row["period"] and row["status"] in Status.missing():
                assert not {*before["rules"]} & lasting
        if id_.startswith("missing"):
            known = rows[id_.replace("missing", "sent")][-2]
            assert {*known["rules"]} & lasting <= set(series[-1]["rules"])


# -- what makes no difference -----------------------------------------------------------------------


def history(board: Board, folder: Path) -> pl.DataFrame:
    """All that is said of a board whose returns are in the folder."""
    framework = pmf.load_framework(folder)
    return pmf.evaluate(framework, read(framework), period=None, as_of=board.as_of).judged


def placeless(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows without the files and rows that reasons and marks name: these are where a cell stands."""
    kinds = pl.col("marks").list.eval(pl.element().struct.field("kind"))
    return rows.with_columns(pl.col("reason").str.replace_all(r"`[0-9]{9}\.csv`( row [0-9]+)?", "a file"), marks=kinds)


def read(framework: pmf.Framework) -> pmf.Submissions:
    return pmf.read_submissions(framework.submissions, framework)


def write(board: Board, folder: Path, files: int, rnd: Random) -> None:
    """The YAML files with rules of escalation, and the returns in so many files, in any order of their rows.

    Wholes stand above groups: below them a blank may be the group above it, in a file that has lost its merged cells.
    """
    folder.mkdir(exist_ok=True)
    strategies.write_files(board, folder)
    rules = "\n".join(f"  - {{when: {rule}, to: board}}" for rule in [*RULES, *LATE_RULES])
    with (folder / "tolerances.yaml").open("a", encoding="utf-8") as file:
        file.write(f"escalation:\n{rules}\n")
    sent = strategies.returns(board)
    order = list(range(sent.height))
    rnd.shuffle(order)
    order.sort(key=lambda row: sent["district"][row] is not None)
    (folder / "returns").mkdir()
    for part, name in enumerate(rnd.sample(range(10**9), files)):
        sent[order[part::files]].write_csv(folder / "returns" / f"{name:09}.csv")


@settings(max_examples=8)
@given(strategies.boards(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_the_order_of_rows_and_files_makes_no_difference(board: Board, rnd: Random, files: int) -> None:
    with TemporaryDirectory() as name:
        write(board, Path(name) / "one", 1, rnd)
        write(board, Path(name) / "other", files, rnd)
        one, other = history(board, Path(name) / "one"), history(board, Path(name) / "other")
    assert placeless(one).equals(placeless(other))


@settings(max_examples=8)
@given(strategies.boards(), st.randoms(use_true_random=False))
def test_what_is_not_related_makes_no_difference(board: Board, rnd: Random) -> None:
    """A figure like another, sent when that is, and indicators over it and over others' figures."""
    like = rnd.choice(board.figures)
    cells = [cell for cell in board.cells if cell.figure == like.id]
    assume(cells)
    extra = replace(like, id="extra")
    sent = [replace(cell, figure="extra", text=rnd.choice([cell.text, "7", "x"])) for cell in cells]
    if like.scale:
        sent = [replace(cell, text=like.scale[0]) for cell in sent]
    rests = rnd.choice(board.indicators)
    more = Indicator("more", "extra", like.months, like.year_start, scale=like.scale, ad_hoc=like.ad_hoc)
    same = replace(rests, id="same", ratings=())
    figures, indicators = list(board.figures), list(board.indicators)
    figures.insert(rnd.randint(0, len(figures)), extra)
    new = [same] if like.year_start not in {one.year_start for one in indicators} else [same, more]
    for one in new:
        indicators.insert(rnd.randint(0, len(indicators)), one)
    wider = replace(
        board, figures=tuple(figures), indicators=tuple(indicators), cells=_mixed([*board.cells, *sent], rnd)
    )
    with TemporaryDirectory() as name:
        write(board, Path(name) / "one", 1, rnd)
        write(wider, Path(name) / "other", 1, rnd)
        before, after = history(board, Path(name) / "one"), history(wider, Path(name) / "other")
    kept = after.filter(pl.col("indicator").is_in([old.id for old in board.indicators]))
    assert placeless(before).equals(placeless(kept))


SAID = [
    "value", "status", "direction", "numerator", "denominator", "lower", "upper", "rules", "level", "raised",
    "raised_status", "raised_for", "recovered", "signal", "special_cause", "no_signal",
]  # fmt: skip


@settings(max_examples=10)
@given(strategies.boards(), st.randoms(use_true_random=False))
def test_nor_do_the_data_of_other_agencies_whenever_they_are_of(board: Board, rnd: Random) -> None:
    """An indicator over a figure of an agency that nobody waits for, whose data begin earlier and end later.

    Of an agency that never sent anything, the first of all data says since when it is late: so all have sent something.
    A longer figure that never came is late for the whole of its first period, in whose parts that are only now looked
    at indicators are late too: so there is none.
    """
    assume(board.cells)
    came = {cell.figure for cell in board.cells}
    never = [figure for figure in board.figures if figure.id not in came]
    assume(all(figure.months <= one.months for figure in never for one in board.indicators))
    waited = {agency for figure in never for agency in figure.agencies}
    others = sorted({*strategies.AGENCIES} - waited)
    assume(others)
    begin = holding(min(cell.start for cell in board.cells), 3, board.year_start)
    asked = Figure("asked", "flow", strategies.AGENCIES, 3, board.year_start, (30,) * len(strategies.AGENCIES))
    heard = [Cell("asked", agency, rnd.choice([begin, begin + 3]), 3, "1") for agency in strategies.AGENCIES]
    board = replace(board, figures=(*board.figures, asked), cells=(*board.cells, *heard))
    extra = Figure("extra", "stock", (rnd.choice(others),), 3, board.year_start, (30,))
    new = Indicator("more", "extra", 3, board.year_start)
    sent = [
        Cell("extra", extra.agencies[0], start, 3, str(rnd.randrange(30)))
        for start in range(begin - 3 * rnd.randrange(12), begin + 3 * rnd.randrange(1, 12), 3)
        if rnd.random() < 0.8
    ]
    wider = replace(
        board,
        figures=(*board.figures, extra),
        indicators=(*board.indicators, new),
        cells=_mixed([*board.cells, *sent], rnd),
    )
    with TemporaryDirectory() as name:
        write(board, Path(name) / "one", 1, rnd)
        write(wider, Path(name) / "other", 1, rnd)
        before, after = history(board, Path(name) / "one"), history(wider, Path(name) / "other")
    keys = ["indicator", "by", "group", "start", "months"]
    same = before.select(keys).join(after, on=keys, how="left", nulls_equal=True, maintain_order="left")
    for column in SAID:
        assert before[column].to_list() == approximately(same[column]), column


def approximately(column: pl.Series) -> Any:
    """What a column says, whatever the order in which its numbers were added up."""
    said = column.to_list()
    return [one if one is None else pytest.approx(one, rel=1e-9) for one in said] if column.dtype.is_float() else said


def _mixed(cells: list[Cell], rnd: Random) -> tuple[Cell, ...]:
    rnd.shuffle(cells)
    return tuple(cells)
