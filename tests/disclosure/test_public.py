"""An evaluation for the public: what it withholds, what it keeps, and that it tells nothing of what it withholds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.disclosure.public import WITHHELD, DisclosureError, for_public
from pmf_engine.disclosure.published import PublishedPaper, published_rows
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.results import JUDGED_ROWS
from pmf_engine.render.renderers import RENDERERS, RESULT_RENDERERS, PageOptions
from pmf_engine.render.report_forms import to_terminal
from pmf_engine.report.build import exception_report
from pmf_engine.report.depth import Depth
from tests.support.boards import HEAD, evaluate, write_board, write_returns

FIGURES = """
seen: {title: Children seen, from: care, kind: flow, frequency: quarterly}
known: {title: Children known, from: care, kind: flow, frequency: quarterly}
grade: {title: Policy, from: [care, police], kind: grade, scale: audit, frequency: quarterly}
"""
INDICATORS = """
share: {frequency: quarterly, formula: 'percent(seen, known)', by: [district]}
number: {frequency: quarterly, formula: seen, by: [district]}
of_all: {frequency: quarterly, formula: known, compare: [number]}
policy: {frequency: quarterly, formula: grade, by: [agency]}
quotient: {frequency: quarterly, formula: seen / known}
"""
TOLERANCES = "share: {good: at least 60, tolerance: at least 40}\nof_all: {good: at least previous}"
RULES = "- {when: red, to: board}\n- {when: amber, to: board}"
LAST = "2016-17 Q2"


def sent(north: int, south: int, *, words: str = "") -> str:
    """Two quarters: children seen in each district, of 20 and 30 known."""
    rows = [
        f"2016-17 Q1,care,seen,North,12,\n2016-17 Q1,care,seen,South,18,\n{LAST},care,seen,North,{north},{words}",
        f"{LAST},care,seen,South,{south},\n2016-17 Q1,care,grade,,partly met,\n2016-17 Q1,police,grade,,met,",
    ]
    known = [f"{quarter},care,known,{of}," for quarter in ("2016-17 Q1", LAST) for of in ("North,20", "South,30")]
    return "\n".join([*rows, *known])


def build(
    folder: Path, rows: str, *, disclosure: str = "disclosure: {suppress_below: 6}", public: str = ""
) -> pmf.Evaluation:
    text = INDICATORS.replace("by: [agency]", f"by: [agency]{public}").replace("seen / known", f"seen / known{public}")
    write_board(folder, FIGURES, text, TOLERANCES, RULES)
    tolerances = folder / "tolerances.yaml"
    tolerances.write_text(f"{tolerances.read_text('utf-8')}\n{disclosure}\n", "utf-8")
    write_returns(folder, "period,agency,figure,district,value,comment\n" + rows)
    return evaluate(folder, LAST)


def row(evaluation: pmf.Evaluation, indicator: str, group: str | None = None, period: str = LAST) -> dict[str, Any]:
    rows = evaluation.judged.filter(pl.col("group").eq_missing(pl.lit(group)), indicator=indicator, period=period).rows(
        named=True
    )
    [found] = rows
    return found


def papers(evaluation: pmf.Evaluation) -> list[str | bytes]:
    """Every form of the report and of the results."""
    report = exception_report(evaluation)
    options = PageOptions(width=100, depth=Depth.ALL)
    forms = [render(report, options) for render in RENDERERS.values()]
    return [*forms, *(render(evaluation, options) for render in RESULT_RENDERERS.values())]


def test_a_small_count_is_withheld_with_the_other_groups_and_what_is_left(tmp_path: Path) -> None:
    public = for_public(build(tmp_path, sent(3, 25)))
    for indicator in ("share", "number"):
        for group in ("North", "South"):
            withheld = row(public, indicator, group)
            assert withheld["status"] == Status.SUPPRESSED
            assert withheld["reason"] == WITHHELD
            assert [withheld[name] for name in ("value", "numerator", "denominator", "lower", "upper")] == [None] * 5
            assert withheld["level"] == -1
            assert withheld["direction"] is None
    assert row(public, "share")["value"] == 56
    assert row(public, "share")["status"] == "amber"
    assert row(public, "share")["direction"] == "worsening"
    assert row(public, "number")["value"] == 28


def test_an_earlier_row_of_a_series_keeps_its_value_and_nothing_that_rests_on_the_others(tmp_path: Path) -> None:
    earlier = row(for_public(build(tmp_path, sent(3, 25))), "share", "North", "2016-17 Q1")
    assert (earlier["numerator"], earlier["denominator"], earlier["value"], earlier["status"]) == (12, 20, 60, "green")
    assert (earlier["run"], earlier["escalate_to"], earlier["raised"]) == (1, None, None)


def test_a_small_rest_is_a_small_count(tmp_path: Path) -> None:
    """All but four of the children of the North are seen."""
    public = for_public(build(tmp_path, sent(16, 9)))
    assert row(public, "share", "North")["status"] == Status.SUPPRESSED
    assert row(public, "share", "South")["status"] == Status.SUPPRESSED
    # Of 50 known in both, from 16 to 41 may be known in the North, so that from 0 to 25 of them were not seen.
    assert [row(public, "number", group)["value"] for group in ("North", "South")] == [16, 9]


@pytest.mark.parametrize(("same", "is_shown"), [(3, False), (7, True)])
def test_few_who_are_neither_better_nor_worse_are_a_small_count(tmp_path: Path, same: int, is_shown: bool) -> None:
    """Of all scored twice 20 are better and 8 worse: both numbers together tell how many are neither."""
    head = HEAD + (
        "lists:\n  ended:\n    title: Children whose work ended\n    from: care\n    date: day\n"
        "    columns: {day: date, before: number?, after: number?}\n"
    )
    off = "off: {frequency: quarterly, better_off: {of: ended, before: before, after: after, least_change: 1}}"
    write_board(tmp_path, FIGURES, off, head=head)
    tolerances = tmp_path / "tolerances.yaml"
    tolerances.write_text(f"{tolerances.read_text('utf-8')}\ndisclosure: {{suppress_below: 6}}\n", "utf-8")
    (tmp_path / "returns").mkdir()
    records = ["2016-07-04,2,4"] * 20 + ["2016-07-04,4,2"] * 8 + ["2016-07-04,3,3"] * same
    (tmp_path / "returns" / "ended_2016-17_q2.csv").write_text("\n".join(["day,before,after", *records]), "utf-8")
    public = for_public(evaluate(tmp_path, LAST))
    shown = [row(public, id_)["numerator"] for id_ in ("off", "off.worse")]
    assert (shown == [20, 8]) is is_shown
    assert is_shown or None in shown


def test_nothing_is_withheld_without_small_counts(tmp_path: Path) -> None:
    evaluation = build(tmp_path, sent(10, 20))
    public = for_public(evaluation)
    numbers = ["indicator", "period", "group", "numerator", "denominator", "value", "status", "direction", "level"]
    ours = evaluation.judged.filter(pl.col("by").ne_missing(pl.lit("agency")) & (pl.col("indicator") != "quotient"))
    theirs = public.judged.filter(pl.col("indicator") != "quotient")
    assert theirs.select(numbers).rows() == ours.select(numbers).rows()


@pytest.mark.parametrize(("public", "rows", "status"), [("", 0, "suppressed"), (", public: yes", 4, "not_rated")])
def test_what_may_rest_on_few_is_shown_where_that_is_approved(
    tmp_path: Path, public: str, rows: int, status: str
) -> None:
    evaluation = for_public(build(tmp_path, sent(10, 20), public=public))
    assert evaluation.judged.filter(pl.col("by") == "agency", shown=True).height == rows // 2
    assert row(evaluation, "quotient")["status"] == status
    assert row(evaluation, "policy", period="2016-17 Q1")["value"] == 2  # the worst grade names no agency


def test_what_is_withheld_is_not_called_without_a_figure_or_without_exception(tmp_path: Path) -> None:
    report = exception_report(for_public(build(tmp_path, sent(3, 2))))
    words = " ".join(to_terminal(report, width=1000, depth=Depth.ALL).split())
    assert "Nothing that is shown is escalated. Matters that rest on withheld numbers are left out." in words
    assert "1 of 1 rated indicator is good; 4 have no rating: 3 withheld, 1 without a figure." in words
    assert "North 0 red, 0 amber, 0 green, 2 withheld" in words


def test_public_no_leaves_an_indicator_out(tmp_path: Path) -> None:
    evaluation = for_public(build(tmp_path, sent(10, 20), public=", public: no"))
    assert {"policy", "quotient"}.isdisjoint(evaluation.judged["indicator"])


def test_withheld_counts_change_nothing_in_any_paper(tmp_path: Path) -> None:
    """Two of a small count more in one district and two fewer in the other: all that is published stays as it is."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, north in ((first, 2), (second, 4)):
        folder.mkdir()
        write = sent(north, 6 - north, words="Only few were seen.")
        build(folder, write)
    one, other = (papers(for_public(evaluate(folder, LAST))) for folder in (first, second))
    assert one == other
    assert papers(evaluate(first, LAST)) != papers(evaluate(second, LAST))
    assert not any("few were seen" in paper for paper in one if isinstance(paper, str))


def test_a_published_whole_is_not_rated_by_withheld_groups(tmp_path: Path) -> None:
    """Of 620 children seen, 593 or 606 are in districts: 62% is amber by the groups, or green."""
    found: list[pmf.Evaluation] = []
    for north, south, status in ((2, 591, "amber"), (5, 601, "green")):
        folder = tmp_path / status
        folder.mkdir()
        seen = f"{LAST},care,seen,,620,\n{LAST},care,seen,North,{north},\n{LAST},care,seen,South,{south},\n"
        known = f"{LAST},care,known,,1000,\n{LAST},care,known,North,100,\n{LAST},care,known,South,900,\n"
        evaluation = build(folder, seen + known)
        assert row(evaluation, "share")["status"] == status
        found.append(for_public(evaluation))
    assert row(found[0], "share")["value"] == 62
    assert row(found[0], "share")["status"] == Status.NOT_RATED
    assert papers(found[0]) == papers(found[1])


def published(evaluation: pmf.Evaluation) -> PublishedPaper:
    return PublishedPaper(published_rows(evaluation), evaluation.framework)


def test_what_was_published_before_covers_no_small_count(tmp_path: Path) -> None:
    """The South was published with 18; it is the same, so that only the whole can stand beside the North's count."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    before = for_public(build(first, sent(12, 18)))
    assert row(before, "number", "South")["value"] == 18
    later = build(second, sent(3, 18))
    assert row(for_public(later), "number")["value"] == 21
    public = for_public(later, [published(before)])
    assert row(public, "number")["status"] == Status.SUPPRESSED
    assert row(public, "number", "North")["status"] == Status.SUPPRESSED
    assert row(public, "number", "North", "2016-17 Q1")["value"] == 12


def test_what_was_withheld_stays_withheld(tmp_path: Path) -> None:
    """The North had 3 of 21, and nobody may take the South's 18 from that whole."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    before = for_public(build(first, sent(3, 18)))
    public = for_public(build(second, sent(12, 18)), [published(before)])
    for group in ("North", "South"):
        assert row(public, "number", group)["status"] == Status.SUPPRESSED


def test_no_paper_is_safe_where_an_earlier_one_gave_a_small_count_away(tmp_path: Path) -> None:
    evaluation = build(tmp_path, sent(3, 18))
    rows = published_rows(evaluation).with_columns(is_withheld=pl.col("group").eq("North").fill_null(False))
    with pytest.raises(DisclosureError, match=r"what was published before gives small counts away.*`seen` of North"):
        for_public(evaluation, [PublishedPaper(rows, evaluation.framework)])


def test_words_of_agencies_stay_with_the_board(tmp_path: Path) -> None:
    evaluation = build(tmp_path, sent(10, 15, words="Two posts are vacant."))
    assert "Two posts are vacant" in str(papers(evaluation))
    public = str(papers(for_public(evaluation)))
    assert "Two posts are vacant" not in public
    assert "No explanation received" not in public
    assert "For the public" in public


def test_no_figure_of_a_return_is_left(tmp_path: Path) -> None:
    public = for_public(build(tmp_path, sent(10, 15, words="Two posts are vacant."), public=", public: yes"))
    assert public.cells["value"].drop_nulls().to_list() == []
    assert public.inputs is None
    assert public.problems.is_empty()
    assert public.cells["comment"].drop_nulls().to_list() == ["Two posts are vacant."]


def test_the_board_must_say_what_is_small(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match=r"write `disclosure: \{suppress_below: 6\}` into tolerances.yaml"):
        for_public(build(tmp_path, sent(10, 20), disclosure=""))


def test_every_column_of_a_withheld_row_is_decided(tmp_path: Path) -> None:
    """A column that is added later must not tell of a withheld row by itself: each is kept by name, or blank."""
    withheld = row(for_public(build(tmp_path, sent(3, 25))), "share", "North")
    kept = {"indicator", "period", "by", "group", "starts_on", "ends_on", "unit", "owners", "start", "months", "shown"}
    kept |= {"status", "reason", "reason_kind"}
    blank = {None, -1, 1, False}
    told = {
        name for name in JUDGED_ROWS.names if name not in kept and withheld[name] != [] and withheld[name] not in blank
    }
    assert told == set()


def test_a_program_gets_no_small_count_by_asking_for_more(tmp_path: Path) -> None:
    public = for_public(build(tmp_path, sent(3, 25)))
    for ask in (
        lambda: public.at("2016-17 Q1"),
        lambda: pmf.what_if(public, tolerances={"share": {"good": "at least 5"}}),
        lambda: public.explain("share", group="North"),
    ):
        with pytest.raises(pmf.Error):
            ask()


def test_a_command_prints_its_paper_and_nothing_else(tmp_path: Path) -> None:
    """The solver's library prints a banner of its own once in a process, past Python's standard output."""
    build(tmp_path, sent(3, 25))
    command = [sys.executable, "-m", "pmf_engine", "evaluate", "--config", str(tmp_path)]
    command += ["--period", LAST, "--as-of", "2016-12-31", "--audience", "public", "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    assert json.loads(done.stdout)
