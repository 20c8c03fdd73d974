"""Any text whatever, as a formula, a band or a condition, is parsed or refused with a place inside it, and at once.

`python -m tests.test_formula_fuzz --inputs 1000000 --seed 1` tries as many texts as one likes and says which took
longest.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pmf_engine.diagnostics.source import Passage, Source
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import parse_condition, parse_formula
from pmf_engine.formula.syntax import Band, Expression
from pmf_engine.formula.types import FLOW, NUMBER, Scope, Type
from tests.support.strategies import Writer, written

SEED = 20162
SLOWEST = 0.05  # seconds
BEFORE = "formula: "
GRADES = ("not met", "partly met", "met", "A*", "5 (worst)")
NAMES = {"referrals": FLOW, "plans": NUMBER, "audit": Type("grade", "audit")}
SCOPE = Scope(NAMES, "figure", {"audit": GRADES})

KINDS: dict[str, Callable[[Passage], Expression | Band]] = {
    "formula": parse_formula,
    "band": parse_band,
    "graded band": lambda passage: parse_band(passage, GRADES, "audit"),
    "condition": parse_condition,
}


def check(kind: str, text: str) -> bool:
    """Whether a text is of the language; it is that, or refused where it stands, and nothing else can happen."""
    passage = Passage(Source("indicators.yaml", BEFORE + text + "\nmore: 1\n"), text, len(BEFORE))
    end = len(BEFORE) + len(text)
    try:
        node = KINDS[kind](passage)
    except FormulaError as error:
        found = error.diagnostic
        assert found.message
        assert len(BEFORE) <= found.span.start <= found.span.end <= end, (kind, text, found)
        assert found.span.start < found.span.end or not text, (kind, text, found)
        return False
    assert 0 <= node.start < node.end <= len(text), (kind, text)
    if not isinstance(node, Band):
        checker = Checker(passage, SCOPE)
        known = checker.type_of(node)
        assert known is not None or checker.diagnostics, (kind, text)
        for found in checker.diagnostics:
            assert len(BEFORE) <= found.span.start < found.span.end <= end, (kind, text, found)
    return True


def timed(kind: str, text: str) -> float:
    """How long reading a text takes in seconds; tried again where it seems long: the machine does other things too."""
    passage = Passage(Source("indicators.yaml", text), text, 0)
    best = float("inf")
    for _ in range(4):
        begun = time.perf_counter()
        with suppress(FormulaError):
            KINDS[kind](passage)
        best = min(best, time.perf_counter() - begun)
        if best < SLOWEST / 10:
            break
    return best


def calls(kind: str, text: str) -> int:
    """How many calls of functions reading a text takes: unlike seconds, as many on every machine."""
    passage, count = Passage(Source("indicators.yaml", text), text, 0), 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        with suppress(FormulaError):
            KINDS[kind](passage)
    finally:
        sys.setprofile(before)
    return count


# -- texts ---------------------------------------------------------------------------------

_WORDS = """
    referrals plans audit percent( rate( previous( year_ago year_to_date( rolling_year( min( max( round( abs(
    first_known( count( where at most least below above between within is of and or not in missing true false for period
    periods target previous red amber green late no_data worsening change value 0 1 2 20 0.5 95% 1,000 1,000.5
    99999999999999999999 2016-04-01 2016-02-30 ( ( ( ) ) ) , , + - * / % = != < <= > >= == && || ** => ^ [ ] { } : ; ! ?
    'met' "met" 'x " met partly not met C/D A* 5 (worst) Referrals RÉF ré . .. # @ £ $ – “ ” ‘ 12x 1.2.3 .5 5. 1e9 0x1F
    \u200b \u202e \ufeff \u0660\u0661 \x00 \x1b \U0001f600 ½ ² Ⅷ ﬁ \ud800
"""
SOUP = [*_WORDS.split(), "\u00a0", "\u2028", "\t", "\n"]
VALID = """
    percent(referrals, plans)
    rate(referrals + plans, plans, 10000) - previous(year_ago(referrals)) / 3
    round(min(referrals, 2, -plans), 1) * (first_known(referrals, 0) - abs(plans))
    rolling_year(referrals) + year_to_date(referrals - 2 * referrals)
    at most 20
    between 10 and 15 and at least 95% of target
    within 5% of previous and below plans + 1
    is partly met
    at least 'not met'
    red for 2 periods and not (late or no_data) or change > 5
    value between 1 and 5 or value not in (1, 2, 3) and worsening is not missing
    amber and worsening
""".strip().splitlines()
NESTS = [
    ("(", "1", ")"), ("percent(", "1", ", 2)"), ("min(1, ", "plans", ")"), ("-", "1", ""), ("not ", "red", ""),
    ("- (", "1", ") * 2"), ("1 + (", "1", ")"), ("red and (", "red", ")"), ("not (", "red", ") for 2 periods"),
    ("1 in (", "1", ")"), ("at most (", "1", ")"), ("within (", "1", ") of 2"), ("(", "", ""), ("", "", ")"),
    ("previous(", "referrals", ")"), ("'", "", ""), ("[", "", "]"),
]  # fmt: skip
CHAINS = [
    "1 + ", "1 - ", "plans * ", "1 / ", "red and ", "red or ", "red or red and ", "at most 1 and ", "at least met and ",
    "1, ", "min(1), ", "x", "9", "9.", "1,000,", " ", "\n", "\t \n", "(", ")", "'a' ", "-1", "not ", "not met ", "A*",
    "red for 2 periods and ", "1 < ", "is not ", "between 1 and ", "é", "5 (", "%", "% of ", "partly ", "_",
]  # fmt: skip


def any_text(rnd: Random) -> str:
    ranges = rnd.choice([(32, 126), (0, 255), (0, 0x2FFF), (0, 0x10FFFF)])
    return "".join(chr(rnd.randint(*ranges)) for _ in range(rnd.randrange(60)))


def soup(rnd: Random) -> str:
    return rnd.choice([" ", " ", ""]).join(rnd.choices(SOUP, k=rnd.randrange(25)))


def valid(rnd: Random) -> str:
    if rnd.random() < 0.5:
        return rnd.choice(VALID).strip()
    writer = Writer(rnd, ["referrals", "plans"], ["referrals"], {"audit": ["audit"]})
    return written(writer.number(rnd.randrange(6)), rnd)


def mutated(rnd: Random) -> str:
    text = valid(rnd)
    for _ in range(rnd.choice([1, 1, 1, 2, 4])):
        begin = rnd.randint(0, len(text))
        end = min(len(text), begin + rnd.choice([0, 1, 1, 2, 8]))
        change = rnd.choice(
            ["", rnd.choice(SOUP), f" {rnd.choice(SOUP)} ", chr(rnd.randrange(0x300)), text[begin:end] * 2, valid(rnd)]
        )
        text = text[:begin] + change + text[end:]
    return text


def nested(rnd: Random) -> str:
    opening, inside, closing = rnd.choice(NESTS)
    depth = rnd.choice([rnd.randrange(10), rnd.randrange(55, 65), rnd.randrange(200), rnd.randrange(2_000)])
    return opening * depth + inside + closing * (depth + rnd.choice([0, 0, 0, -1, 1]))


def long(rnd: Random) -> str:
    pieces = [rnd.choice(CHAINS) for _ in range(rnd.choice([1, 1, 2]))]
    text = "".join(pieces) * rnd.choice([rnd.randrange(200), rnd.randrange(2_000), rnd.randrange(20_000)])
    return text[: rnd.choice([len(text), 4_000, 3_999, 500])] + rnd.choice(["", "1", "red", "plans", ")"])


FORMS = {any_text: 20, soup: 35, mutated: 35, valid: 5, nested: 3, long: 2}


def make_text(rnd: Random) -> str:
    """A text of any of these forms, rarely one that is long to read."""
    return rnd.choices(list(FORMS), list(FORMS.values()))[0](rnd)


# -- tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=250, deadline=None)
@given(st.text() | st.lists(st.sampled_from(SOUP)).map(" ".join) | st.randoms(use_true_random=False).map(mutated))
@example("")
@example(" \n ")
@example("(" * 5_000)
@example("-" * 3_999 + "1")
@example("1" * 4_000)
@example("1" + " + 1" * 900)
@example("2016-13-45")
@example("'")
def test_any_text_is_read_or_refused_in_its_place(kind: str, text: str) -> None:
    check(kind, text)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_texts_of_every_form_take_no_more_work_than_they_are_long(form: Callable[[Random], str]) -> None:
    rnd = Random(SEED)
    for _ in range(200):
        text = form(rnd)
        for kind in KINDS:
            check(kind, text)
            assert calls(kind, text) < 30 * (len(text) + 10), (kind, text)


def test_what_is_valid_is_read() -> None:
    rnd = Random(SEED)
    for _ in range(200):
        text = valid(rnd)
        assert sum(check(kind, text) for kind in KINDS) >= 1, text


def main() -> int:
    """Tries as many texts as asked for, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rnd = Random(given.seed)
    slowest, slow_text, slow_kind, read, failed = 0.0, "", "", 0, 0
    begun = time.monotonic()
    for place in range(given.inputs):
        text = make_text(rnd)
        for kind in KINDS:
            try:
                read += check(kind, text)
            except Exception as error:
                failed += 1
                print(f"input {place} as {kind}: {error!r} of {text!r}", flush=True)
                continue
            took = timed(kind, text)
            if took > slowest:
                slowest, slow_text, slow_kind = took, text, kind
            if took > SLOWEST:
                failed += 1
                print(f"input {place} as {kind}: {took:.3f} s for {text!r}", flush=True)
    print(
        f"{given.inputs} texts from seed {given.seed}, each as {len(KINDS)} kinds: {failed} failed; {read} read, the"
        f" others refused; slowest {slowest * 1000:.1f} ms ({slow_kind}, {len(slow_text)} characters:"
        f" {slow_text[:60]!r}); {time.monotonic() - begun:.0f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
