"""Whatever stands in the two files, it is read or refused, and each finding points into its file."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pmf_engine import check_framework
from pmf_engine.diagnostics.diagnostic import Diagnostic, render, render_github, render_json
from pmf_engine.diagnostics.source import Passage, Source
from pmf_engine.formula.band_parser import parse_band
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import parse_condition, parse_formula
from pmf_engine.formula.types import FLOW, NUMBER, TEXT, Scope, Type
from pmf_engine.framework.escalation_rules import read_rule
from pmf_engine.framework.tolerances import band_scope, read_band
from tests.diagnostics.test_mistakes import FOLDER

GRADES = ["not met", "partly met", "met", "C/D", "A*"]
GRADE = Type("grade", "audit")
NAMES = {"referrals": FLOW, "plans": NUMBER, "audit": GRADE, "remarks": TEXT}
SCOPE = Scope(NAMES, "figure", {"audit": GRADES})

WORDS = re.findall(
    r"\S+",
    """
    referrals plans audit remarks percent( rate( previous( year_ago year_to_date( min( round( abs( first_known(
    at most least below above between within is of and or not in missing true false for periods target previous
    red amber late worsening change 0 1 20 0.5 1,000 100000000000000000 2016-04-01 2016-02-30 ( ) , + - * / % = != < <=
    > >= == && ^ 'met' "met" 'x met partly not C/D A* Referrals ré . # £ – “ 12x 1.2.3 \u200b
    """,
)
likely = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
texts = st.one_of(likely, st.text(max_size=80), st.tuples(likely, st.text(max_size=5), likely).map("".join))
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def within(found: Diagnostic, start: int = 0) -> None:
    """The finding stands in its text, from `start` on, and every way of showing it works."""
    span = found.span
    assert start <= span.start <= span.end <= len(span.source.text)
    assert "\n" not in found.message
    assert render(found).startswith(f"{span.source.name}:{span.line}:{span.column}: ")
    assert render_github(found).startswith(f"::{found.severity} ")
    assert found.kind in render_json([found])


@many
@given(texts)
@example("-" * 100 + "1")
@example("(" * 5000)
@example("1" + " + 1" * 900)
@example("not " * 500 + "true")
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    passage = Passage(Source("x.yaml", f"formula: {text}"), text, 9)
    try:
        formula = parse_formula(passage)
    except FormulaError as error:
        within(error.diagnostic, 9)
        return
    checker = Checker(passage, SCOPE)
    result = checker.type_of(formula)
    assert result is not None or checker.diagnostics
    for found in checker.diagnostics:
        within(found, 9)


@many
@given(texts, st.sampled_from([NUMBER, GRADE]))
@example("at most " + "1" * 400, NUMBER)
@example("within 1/0% of 0 * 0", NUMBER)
def test_any_text_is_a_band_or_refused(text: str, result: Type) -> None:
    passage = Passage(Source("x.yaml", text), text, 0)
    try:
        parse_band(passage, GRADES, "audit")
    except FormulaError as error:
        within(error.diagnostic)
    found: list[Diagnostic] = []
    scope = band_scope(NAMES, result, NUMBER, {"audit": GRADES}, 3, lambda name: False)
    assert (read_band(passage, scope, result, 90.0, found) is None) == bool(found)
    for one in found:
        within(one)


@many
@given(texts)
@example("red for " + "9" * 5000 + " periods")
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    passage = Passage(Source("x.yaml", text), text, 0)
    try:
        parse_condition(passage)
    except FormulaError as error:
        within(error.diagnostic)
    found: list[Diagnostic] = []
    assert (read_rule(1, passage, "board", found) is None) == bool(found)
    for one in found:
        within(one)


INDICATORS = (FOLDER / "base" / "indicators.yaml").read_bytes()
TOLERANCES = (FOLDER / "base" / "tolerances.yaml").read_bytes()
EXAMPLES = b"""\
    examples:
      - given: {referrals: [1], rereferrals: {social_care: 2, police: x}}
        expect: {value: 20.0, status: green, run: one}
        period: 2016-17 Q4
        as_of: 2017-05-31
"""
PIECES = [
    EXAMPLES,
    *EXAMPLES.splitlines(keepends=True),
    *(line + b"\n" for text in (INDICATORS, TOLERANCES) for line in text.splitlines()),
    *(b"&a *a << <<: !!str ? - : | > ' \" [ ] { } , # %YAML --- ... @ `".split(b" ")),
    *(b"\t", b"\r\n", b"\r", b"\x00", b"\xff", b"\xe9", b"\xef\xbb\xbf"),
    b"  ", b" ", b"    ", b"\n", b"key: ", b"null", b"1e400", b"true", b"12", b"\\x",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80",
]  # fmt: skip


@st.composite
def broken(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file with some pieces put in, taken out or put elsewhere; or made of pieces; or of any bytes."""
    kind = draw(st.sampled_from(["changed", "changed", "changed", "pieces", "bytes"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "pieces":
        return b"".join(draw(st.lists(st.sampled_from(PIECES), max_size=30)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(good)))
        end = min(len(good), start + draw(st.sampled_from([0, 0, 1, 2, 4, 10, 60])))
        good = good[:start] + draw(st.sampled_from([b"", *PIECES])) + good[end:]
    return good


@many
@given(indicators=st.one_of(st.just(INDICATORS), broken(INDICATORS)), tolerances=broken(TOLERANCES))
@example(indicators=b"\xef\xbb\xbfa: \xff", tolerances=b"\xef\xbb\xbf\xef")
@example(indicators=b"a: &a [*a]\n", tolerances=b"a: &a {<<: *a}\n")
@example(indicators=b"board: " + b"[" * 100_000, tolerances=b"[" * 3_000 + b"]" * 3_000)
@example(indicators=b"figures: {x: {from: *a}}", tolerances=b"tolerances: {x: [[]]}\nescalation: [1, [], {when: {}}]\n")
@example(
    indicators=INDICATORS, tolerances=b"".join(b"l%d: &l%d [*l%d, *l%d]\n" % (n, n, n - 1, n - 1) for n in range(60))
)
def test_any_bytes_are_checked(indicators: bytes, tolerances: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(tmp_path_factory.getbasetemp()) / "fuzz"
    folder.mkdir(exist_ok=True)
    (folder / "indicators.yaml").write_bytes(indicators)
    (folder / "tolerances.yaml").write_bytes(tolerances)
    check = check_framework(folder)
    framework, found = check.framework, list(check.diagnostics)
    assert framework is not None or any(one.severity == "error" for one in found)
    assert len(set(found)) == len(found)
    assert found == sorted(found, key=lambda one: (one.span.source.name, one.span.start, one.span.end))
    for one in found:
        within(one)
