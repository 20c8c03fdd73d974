"""A framework as programs meet it: from texts and data, its parts as objects, questions about it, and amendments."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pmf_engine as pmf
from pmf_engine.framework.tables import to_yaml

INDICATORS: Mapping[str, Any] = {
    "board": {"name": "Test Board", "submissions": "returns"},
    "agencies": {"care": "Social Care", "police": {"name": "Police", "lead_officer": "Chief Constable"}},
    "content_areas": {"safety": {"title": "Safety", "kind": "priority"}},
    "figures": {
        "referrals": {"title": "Referrals", "from": ["care", "police"], "kind": "flow", "frequency": "quarterly"},
        "late": {"title": "Late ones", "from": "care", "kind": "flow", "frequency": "quarterly"},
    },
    "indicators": {
        id_: {
            "title": title,
            "content_area": "safety",
            "evidence_type": "quantity",
            "lead_agency": "police",
            "frequency": "quarterly",
            "formula": formula,
        }
        for id_, title, formula in (
            ("share", "Late share", "percent(late, referrals)"),
            ("double", "Double", "2 * late"),
        )
    },
}
TOLERANCES: Mapping[str, Any] = {
    "governance": {"lead_agency": "Lead agency", "board": "Board"},
    "tolerances": {
        "share": {"good": "at most 10", "tolerance": "below 20", "reference": "ours"},
        "double": [
            {"from": "2015-16", "good": "above share"},
            {"from": "2016-17", "good": "between 2 and 4", "target": 3},
        ],
    },
    "escalation": [{"when": "red", "to": "board"}],
}


@pytest.fixture(scope="module")
def framework() -> pmf.Framework:
    return pmf.Framework.from_dict(INDICATORS, TOLERANCES)


def test_texts_and_data_make_the_same_framework(framework: pmf.Framework, tmp_path: Path) -> None:
    again = pmf.Framework.from_text(*framework.to_text())
    assert again.fingerprint == framework.fingerprint
    for name, text in zip(("indicators.yaml", "tolerances.yaml"), framework.to_text(), strict=True):
        (tmp_path / name).write_text("# a comment says nothing\n" + text, encoding="utf-8")
    loaded = pmf.load_framework(tmp_path)
    assert loaded.fingerprint == framework.fingerprint
    assert (loaded.folder, framework.folder) == (tmp_path, None)
    assert framework.submissions is None
    with pytest.raises(pmf.SubmissionsError, match="read from texts; give a folder"):
        pmf.read_submissions(framework.submissions, framework)


def test_several_texts_have_their_names_in_messages() -> None:
    definitions = dict(INDICATORS)
    figures = {"figures": definitions.pop("figures")}
    texts = {"a.yaml": to_yaml(definitions), "b.yaml": to_yaml(figures)}
    assert set(pmf.Framework.from_text(texts, to_yaml(TOLERANCES)).figures) == {"referrals", "late"}
    texts["b.yaml"] = texts["b.yaml"].replace('"flow"', '"flown"', 1)
    with pytest.raises(pmf.ConfigError) as error:
        pmf.Framework.from_text(texts, to_yaml(TOLERANCES))
    [diagnostic] = error.value.diagnostics
    assert diagnostic.path == ("figures", "referrals", "kind")
    assert (diagnostic.place.file, diagnostic.place.line) == ("b.yaml", 5)
    assert diagnostic.to_dict()["end_column"] == diagnostic.place.end_column
    assert pickle.loads(pickle.dumps(error.value)).diagnostics == error.value.diagnostics


def test_there_is_no_framework_while_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "indicators.yaml").write_text(to_yaml(INDICATORS).replace("2 * late", "2 * lade"), encoding="utf-8")
    (tmp_path / "tolerances.yaml").write_text(to_yaml(TOLERANCES), encoding="utf-8")
    check = pmf.check_framework(tmp_path)
    assert check.framework is None
    assert repr(check) == "<Check: 1 errors, 0 warnings>"
    assert check.diagnostics[0].kind == "unknown-name"


def test_nothing_can_be_changed_and_everything_pickles(framework: pmf.Framework) -> None:
    with pytest.raises(TypeError):
        framework.indicators["share"] = framework.indicators["double"]  # type: ignore[index]
    again = pickle.loads(pickle.dumps(framework))
    assert again.fingerprint == framework.fingerprint
    assert again.indicators["share"].tolerances == framework.indicators["share"].tolerances
    assert repr(framework) == "<Framework of Test Board: 2 indicators, 2 figures, 0 lists, 1 rules>"
    assert "Late share" in framework._repr_html_()


def test_bands_are_numbers_and_text(framework: pmf.Framework) -> None:
    share, double = framework.indicators["share"], framework.indicators["double"]
    [entry] = share.tolerances
    assert (entry.good.text, entry.good.low, entry.good.high, entry.good.high_open) == ("at most 10", None, 10.0, False)
    assert entry.tolerance is not None
    assert (entry.tolerance.high, entry.tolerance.high_open) == (20.0, True)
    assert (share.polarity, entry.polarity, share.formula) == (
        pmf.Polarity.LOW,
        pmf.Polarity.LOW,
        "percent(late, referrals)",
    )
    first, second = double.tolerances
    assert (first.good.names, first.good.low, str(first.from_)) == (("share",), None, "2015-16")
    assert (second.good.low, second.good.high, second.target) == (2.0, 4.0, 3.0)
    assert repr(second) == "<Entry from 2016-17: good between 2 and 4>"
    assert repr(share) == "<Indicator share: Late share>"
    assert share.place.file == "indicators.yaml"


def test_questions_about_a_framework(framework: pmf.Framework) -> None:
    assert framework.senders("share") == {"care", "police"}
    assert framework.senders("double") == {"care"}
    assert framework.rests_on("double") == {"late", "share", "referrals"}
    assert framework.led_by("police") == ("share", "double")
    assert framework.fed_by("police") == ("share",)
    quarters = framework.periods("2016-17", frequency=pmf.Frequency.QUARTERLY)
    assert [str(period) for period in quarters] == [f"2016-17 Q{number}" for number in (1, 2, 3, 4)]
    assert framework.periods("2016-17 Q1", "2016-17 Q4") == quarters
    for ask, near in ((framework.senders, "share"), (framework.led_by, None)):
        with pytest.raises(pmf.UnknownName) as error:
            ask("sharee")
        assert (error.value.name, error.value.near) == ("sharee", near)
        assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)
    with pytest.raises(pmf.UnknownPeriod, match="`2016-17 Q9` is not a period"):
        framework.period("2016-17 Q9")


def test_definitions_as_frames(framework: pmf.Framework) -> None:
    tolerances = framework.to_frame("tolerances")
    assert tolerances.select("indicator", "from", "good", "target").rows() == [
        ("share", None, "at most 10", None),
        ("double", "2015-16 Q1", "above share", None),
        ("double", "2016-17 Q1", "between 2 and 4", 3.0),
    ]
    assert framework.to_frame("indicators")["id"].to_list() == ["share", "double"]
    assert framework.to_frame("figures")["agencies"].to_list() == [["care", "police"], ["care"]]
    assert framework.to_frame("agencies")["lead_officer"].to_list() == [None, "Chief Constable"]
    assert framework.to_frame("rules").rows() == [(1, "red", None, "board")]


def test_an_amendment_adds_a_dated_entry_or_replaces_all(framework: pmf.Framework) -> None:
    dated = framework.amended(tolerances={"double": {"good": "at most 1"}}, from_="2016-17 Q3")
    assert [entry.good.text for entry in dated.indicators["double"].tolerances] == [
        "above share", "between 2 and 4", "at most 1",
    ]  # fmt: skip
    again = dated.amended(tolerances={"double": {"good": "at most 2"}}, from_="2016-17 Q3")
    assert [entry.good.text for entry in again.indicators["double"].tolerances][2:] == ["at most 2"]
    whole = framework.amended(tolerances={"double": framework.indicators["share"].tolerances[0]})
    assert [entry.good.text for entry in whole.indicators["double"].tolerances] == ["at most 10"]
    undated = framework.amended(tolerances={"share": {"good": "at most 5"}}, from_="2016-17")
    assert [str(entry.from_) for entry in undated.indicators["share"].tolerances] == ["None", "2016-17"]
    other = framework.amended(indicators={"double": {"formula": "3 * late"}})
    assert other.indicators["double"].formula == "3 * late"
    assert framework.indicators["double"].formula == "2 * late"


def test_an_amendment_is_checked_like_a_file(framework: pmf.Framework) -> None:
    with pytest.raises(pmf.ConfigError, match="unknown figure `lade`"):
        framework.amended(indicators={"double": {"formula": "lade"}})
    with pytest.raises(pmf.UnknownName, match="unknown indicator `shair`; did you mean `share`"):
        framework.amended(tolerances={"shair": {"good": "at most 5"}})
    with pytest.raises(pmf.UnknownPeriod):
        framework.amended(tolerances={"share": {"good": "at most 5"}}, from_="when we like")


def test_as_of_is_the_day_of_reviews() -> None:
    rules = {**TOLERANCES, "tolerances": {"share": {"good": "at most 10", "review_by": "2017-04-01"}}}
    reviewed = pmf.Framework.from_dict(INDICATORS, rules, as_of=date(2018, 1, 1)).warnings
    assert "review-due" in [warning.kind for warning in reviewed]


def test_an_entry_of_the_framework_is_taken_over_whole(framework: pmf.Framework) -> None:
    entry = {
        "good": "at most 10",
        "target": Decimal(8),
        "review_by": date(2027, 4, 1),
        "rebase": [{"at": "2016-17 Q1", "because": "new forms"}],
    }
    [given] = framework.amended(tolerances={"share": entry}).indicators["share"].tolerances
    [taken] = framework.amended(tolerances={"double": given}).indicators["double"].tolerances
    assert (taken.good.text, taken.target) == ("at most 10", 8)
    assert [(rebase.period, rebase.because) for rebase in taken.rebases] == [("2016-17 Q1", "new forms")]
    assert taken.review_by == date(2027, 4, 1)


def test_the_target_of_a_grade_is_its_words() -> None:
    definitions = {**INDICATORS, "scales": {"ofsted": ["Inadequate", "Good", "Outstanding"]}}
    definitions["figures"] = {
        **INDICATORS["figures"],
        "grade": {"title": "Grade", "from": "care", "kind": "grade", "scale": "ofsted", "frequency": "annual"},
    }
    definitions["indicators"] = {
        **INDICATORS["indicators"],
        "graded": {**INDICATORS["indicators"]["share"], "formula": "grade", "frequency": "annual"},
    }
    entry = {"good": "at least target", "target": "good"}
    board = pmf.Framework.from_dict(definitions, {"tolerances": {"graded": entry}})
    [given] = board.indicators["graded"].tolerances
    assert (given.target, given.good.low) == ("Good", 2.0)
    [again] = board.amended(tolerances={"graded": given}).indicators["graded"].tolerances
    assert (again.target, again.good.low) == ("Good", 2.0)


def test_rules_have_the_numbers_that_results_name(framework: pmf.Framework) -> None:
    rules = [{"when": "red", "to": "board"}, {"when": "red for 2 periods", "until": "green", "to": "board"}]
    board = pmf.Framework.from_dict(INDICATORS, {"governance": {"board": "Board"}, "escalation": rules})
    assert [(rule.id, rule.when, rule.until, rule.to) for rule in board.rules] == [
        (1, "red", None, "board"),
        (2, "red for 2 periods", "green", "board"),
    ]


def test_a_mistake_is_shown_in_colour_where_it_is_asked_for() -> None:
    with pytest.raises(pmf.ConfigError) as caught:
        pmf.Framework.from_text("board: {name: B, submission: returns}")
    [diagnostic] = [each for each in caught.value.diagnostics if each.kind is pmf.DiagnosticKind.UNKNOWN_KEY]
    colored = diagnostic.render(color=True)
    assert "\x1b[1;31m^^^^^^^^^^\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == str(diagnostic) == diagnostic.render()


def _any(wrong: object) -> Any:
    """Something of a wrong type, which is the mistake."""
    return wrong


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda framework: framework.to_frame("indicator"), pmf.UnknownName, "unknown table `indicator`; did you mean"),
        (lambda framework: framework.senders(3), TypeError, "`indicator` must be a text, not 3"),
        (
            lambda framework: framework.amended(tolerances={"share": "at most 5"}),
            TypeError,
            "or a mapping, such as a dict",
        ),
        (lambda framework: framework.amended(indicators={"share": "2 * late"}), TypeError, "must be a mapping"),
        (lambda _: pmf.Framework.from_text({}), pmf.ConfigError, "nothing in this file"),
        (lambda _: pmf.Framework.from_text(_any(b"board: {}")), TypeError, "not bytes"),
        (lambda _: pmf.Framework.from_dict(_any(None)), TypeError, "not None"),
        (lambda _: pmf.Framework.from_dict(INDICATORS, TOLERANCES, as_of=_any("2018")), TypeError, "must be a date"),
    ],
)
def test_what_is_no_name_text_or_day_is_refused_with_a_sentence(
    framework: pmf.Framework, wrong: Callable[[Any], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        wrong(framework)


def test_a_key_with_a_sign_after_it_is_answered_with_the_key(framework: pmf.Framework) -> None:
    """`from_` is how Python spells the argument; the key of a tolerance is `from`."""
    entry = {"good": "at least 60", "from_": "2016-17"}
    with pytest.raises(pmf.ConfigError) as caught:
        framework.amended(tolerances={"share": entry})
    (mistake,) = caught.value.diagnostics
    assert (mistake.message, mistake.help) == ("unknown key `from_`", "did you mean `from`?")
