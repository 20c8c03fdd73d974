"""Examples beside indicators say of a definition what returns would: the same figures, the same outcome."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from pmf_engine import Coverage, ExampleOutcome, explain, load_framework, run_examples
from pmf_engine.render.example_outcomes import to_junit, to_text
from pmf_engine.render.explanation import to_text as explained
from tests.support.boards import cell, evaluate, write_board, write_returns

FIGURES = """
referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}
rereferrals: {title: Re-referrals, from: care, kind: flow, frequency: quarterly}
plans: {title: Plans, from: [care, police], kind: stock, frequency: quarterly}
audit: {title: Audit, from: [care, police], kind: grade, scale: audit, frequency: annual}
seen: {title: Seen, from: care, kind: flow, frequency: quarterly, year_start: january}
held: {title: Held, from: care, kind: stock, frequency: quarterly, year_start: january}
"""


def run(
    folder: Path, formula: str, *examples: str, frequency: str = "quarterly", missing: str = "any", bands: str = ""
) -> tuple[tuple[ExampleOutcome, ...], Coverage]:
    """The outcomes of the examples of one indicator."""
    given = ", ".join(examples)
    indicator = f'one: {{frequency: {frequency}, formula: "{formula}", missing: {missing}, examples: [{given}]}}'
    rules = f"one: {{{bands}}}" if bands else ""
    write_board(folder, FIGURES, indicator, rules, "- {when: red, to: board}")
    outcomes, [coverage] = run_examples(load_framework(folder))
    return outcomes, coverage


def differ(outcome: ExampleOutcome) -> list[str]:
    return [f"{one.what}: expected {one.expected}, got {one.got}" for one in outcome.differences]


# -- whose periods ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "given", "expect"),
    [
        ("seen", "seen: 100", "value: 100"),
        ("seen", "seen: c", "status: suppressed"),
        ("seen", "seen: x", "status: no_data"),
        ("seen", "seen: _", "status: late"),
        ("seen - previous(seen)", "seen: 60 100", "value: 40"),
        ("held", "held: 100", "value: 100"),
        ("held", "held: c", "status: suppressed"),
        ("held - previous(held)", "held: 60 100", "value: 40"),
    ],
)
def test_a_figure_whose_year_starts_in_another_month(tmp_path: Path, formula: str, given: str, expect: str) -> None:
    [outcome], _ = run(tmp_path, formula, f"{{given: {{{given}}}, expect: {{{expect}}}}}", frequency="annual")
    assert differ(outcome) == []


def test_an_example_and_returns_come_to_the_same(tmp_path: Path) -> None:
    [outcome], _ = run(tmp_path, "seen", "{given: {seen: 100}, expect: {value: 100}}", frequency="annual")
    write_returns(
        tmp_path,
        """
        2016 Q2,care,seen,10
        2016 Q3,care,seen,20
        2016 Q4,care,seen,30
        2017 Q1,care,seen,40
        """,
    )
    assert outcome.passed
    assert cell(evaluate(tmp_path, "2016-17"), "one", "2016-17", "value") == 100


# -- several agencies --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status"), [("x", "no_data"), ("c", "suppressed"), ("n/a", "no_data"), ("_", "late"), ("1O", "invalid")]
)
@pytest.mark.parametrize("missing", ["any", "all"])
def test_a_marker_is_of_all_that_send_the_figure(tmp_path: Path, given: str, status: str, missing: str) -> None:
    [outcome], _ = run(
        tmp_path,
        "plans",
        f"{{given: {{plans: {given}}}, expect: {{status: {status}, value: nothing}}}}",
        missing=missing,
        bands="good: at most 5",
    )
    assert differ(outcome) == []


def test_a_number_is_what_all_send_together(tmp_path: Path) -> None:
    outcomes, _ = run(
        tmp_path,
        "plans",
        "{given: {plans: 7}, expect: {value: 7}}",
        "{given: {plans: {care: 3, police: 4}}, expect: {value: 7}}",
        "{given: {plans: 5 c 7}, expect: {value: 7}}",
    )
    assert [differ(outcome) for outcome in outcomes] == [[], [], []]


def test_nothing_written_is_a_blank_cell(tmp_path: Path) -> None:
    outcomes, _ = run(
        tmp_path,
        "plans",
        "{given: {plans: null}, expect: {status: no_data}}",
        "{given: {plans: }, expect: {status: no_data}}",
        "{given: {plans: {care: ~, police: 1}}, expect: {status: no_data}}",
    )
    assert [differ(outcome) for outcome in outcomes] == [[], [], []]


# -- what is expected -----------------------------------------------------------------------


@pytest.mark.parametrize("nothing", ["nothing", "null", "~", '"nothing"', ""])
def test_nothing_can_be_expected(tmp_path: Path, nothing: str) -> None:
    names = ["value", "direction", "escalate_to", "reason"]
    outcomes, _ = run(
        tmp_path,
        "percent(rereferrals, referrals)",
        f"{{given: {{referrals: 5, rereferrals: 1}}, expect: {{{', '.join(f'{name}: {nothing}' for name in names)}}}}}",
        f"{{given: {{referrals: 0, rereferrals: 0}}, expect: {{value: {nothing}, status: undefined}}}}",
        f"{{given: {{referrals: 5, rereferrals: 2}}, expect: {{escalate_to: {nothing}}}}}",
        f"{{given: {{referrals: 5, rereferrals: 1}}, expect: {{direction: {nothing}, reason: {nothing}}}}}",
        bands="good: at most 20",
    )
    assert [differ(outcome) for outcome in outcomes] == [
        ["value: expected nothing, got 20"],
        [],
        ["escalate_to: expected nothing, got board"],
        [],
    ]


@pytest.mark.parametrize(
    ("expected", "passes"),
    [
        (".1", True),
        ("0.1", True),
        ("0.13", True),
        ("+0.125", True),
        ("'0.1250'", True),
        ("1.25e-1", True),
        ("0.12", False),
        ("0", True),
        ("-0", True),
        ("1", False),
    ],
)
def test_a_value_equals_to_the_decimals_written(tmp_path: Path, expected: str, passes: bool) -> None:
    example = f"{{given: {{referrals: 800, rereferrals: 1}}, expect: {{value: {expected}}}}}"
    [outcome], _ = run(tmp_path, "percent(rereferrals, referrals)", example)
    assert outcome.passed is passes


@pytest.mark.parametrize("grade", ["partly met", "Partly Met", "'partly  met'", '"PARTLY MET"'])
def test_a_grade_may_be_written_as_people_write_it(tmp_path: Path, grade: str) -> None:
    [outcome], _ = run(
        tmp_path, "audit", f"{{given: {{audit: partly met}}, expect: {{value: {grade}}}}}", frequency="annual"
    )
    assert differ(outcome) == []


def test_a_reason_is_the_same_over_lines(tmp_path: Path) -> None:
    [outcome], _ = run(
        tmp_path,
        "referrals",
        '{given: {referrals: c}, expect: {reason: "`referrals` is withheld\n     by Social Care"}}',
    )
    assert differ(outcome) == []


def test_only_examples_that_pass_reach_a_band(tmp_path: Path) -> None:
    _, coverage = run(
        tmp_path,
        "referrals",
        "{given: {referrals: 1}, expect: {status: green}}",
        "{given: {referrals: 9}, expect: {status: green}}",
        bands="good: at most 5",
    )
    assert coverage.unreached == ("red",)


def test_there_is_always_an_agency_that_is_asked(tmp_path: Path) -> None:
    _, coverage = run(tmp_path, "percent(count(agencies of referrals where value > 5), count(agencies of referrals))")
    assert coverage.possible == ()
    _, coverage = run(tmp_path, "percent(count(agencies of referrals), count(agencies of referrals where value > 5))")
    assert coverage.possible == ("undefined", "invalid")


# -- what is printed --------------------------------------------------------------------------


def test_both_formats_say_what_differs_and_why(tmp_path: Path) -> None:
    outcomes, coverage = run(tmp_path, "referrals", "{given: {referrals: c}, expect: {value: 1, status: red}}")
    said = ["value: expected 1, got nothing", "status: expected red, got suppressed"]
    said.append("because `referrals` is withheld by Social Care")
    assert "".join(f"  {line}\n" for line in said) in to_text(outcomes, [coverage])
    [failure] = ElementTree.fromstring(to_junit(outcomes)).iter("failure")
    assert failure.get("message") == "; ".join(said)
    assert failure.text == "\n".join([outcomes[0].place, *said])


def test_what_an_author_wrote_cannot_break_what_is_printed(tmp_path: Path) -> None:
    outcomes, coverage = run(
        tmp_path, "referrals", r'{given: {referrals: 1}, expect: {reason: "a\x01<b>\x1b[31m\uFFFE ]]> \x85 z"}}'
    )
    [failure] = ElementTree.fromstring(to_junit(outcomes)).iter("failure")
    assert failure.get("message") == "reason: expected a <b> [31m\ufffd ]]> z, got nothing"
    assert not set("\x01\x1b\x85") & set(to_text(outcomes, [coverage]))


def test_comments_cannot_act_on_the_terminal_of_an_explanation(tmp_path: Path) -> None:
    write_board(tmp_path, FIGURES, "one: {frequency: quarterly, formula: referrals}")
    write_returns(tmp_path, "period,agency,figure,value,comment\n2016-17 Q3,care,referrals,1,wipe \x1b[2J\x9b2J this")
    text = explained(explain(evaluate(tmp_path, "2016-17 Q3"), "one"))
    assert "“wipe  [2J 2J this”" in text
    assert text.replace("\n", "").isprintable()


# -- each a world of its own ------------------------------------------------------------------

BLANK = "{given: {plans: x}, %sexpect: {status: no_data, run: 1, escalate_to: nothing}}"
OTHER = """
two: {frequency: quarterly, formula: plans, examples: [{given: {plans: 1}, period: 2010-11 Q1, expect: {value: 1}}]}
"""
ASKED = """
one: {frequency: ad hoc, formula: asked, examples: [%s]}
two: {frequency: ad hoc, formula: asked, examples: [{given: {asked: 3}, period: 2016-17 Q2, expect: {value: 3}}]}
"""


def outcomes_of(folder: Path, indicators: str, escalation: str) -> list[list[str]]:
    figures = FIGURES + "asked: {title: Asked, from: care, kind: flow, frequency: ad hoc}"
    write_board(folder, figures, indicators, "", escalation)
    return [differ(outcome) for outcome in run_examples(load_framework(folder))[0]]


@pytest.mark.parametrize("period", ["", "period: 2016-17 Q1, ", "period: 2016-17 Q3, "])
@pytest.mark.parametrize("other", ["", OTHER])
def test_nothing_from_before_an_example_begins_counts(tmp_path: Path, period: str, other: str) -> None:
    indicators = f"one: {{frequency: quarterly, formula: plans, examples: [{BLANK % period}]}}{other}"
    found = outcomes_of(tmp_path, indicators, "- {when: no_data for 2 periods, to: board}")
    assert found == [[]] * len(found)


@pytest.mark.parametrize("other", ["", OTHER])
def test_a_series_counts_from_its_first_value(tmp_path: Path, other: str) -> None:
    example = "{given: {plans: x x x}, period: 2016-17 Q1, expect: {run: 3, escalate_to: board}}"
    indicators = f"one: {{frequency: quarterly, formula: plans, examples: [{example}]}}{other}"
    found = outcomes_of(tmp_path, indicators, "- {when: no_data for 3 periods, to: board}")
    assert found == [[]] * len(found)


@pytest.mark.parametrize("other", ["", OTHER])
@pytest.mark.parametrize("period", ["2016-17 Q1", "2016-17 Q4"])
def test_what_a_formula_looks_back_at_lacks_in_every_period_alike(tmp_path: Path, period: str, other: str) -> None:
    reason = "'`rereferrals` is not available from Social Care'"
    example = f"{{given: {{rereferrals: 5}}, period: {period}, expect: {{status: no_data, reason: {reason}}}}}"
    indicators = f"one: {{frequency: quarterly, formula: previous(rereferrals), examples: [{example}]}}{other}"
    found = outcomes_of(tmp_path, indicators, "")
    assert found == [[]] * len(found)


def test_a_request_in_another_example_is_none_in_this_one(tmp_path: Path) -> None:
    examples = (
        "{given: {asked: 1 _ _ 2}, expect: {value: 2, direction: nothing, run: 2}}, {given: {}, expect: {run: 1}}"
    )
    assert outcomes_of(tmp_path, ASKED % examples, "") == [[], [], []]
