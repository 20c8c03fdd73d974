"""Lists of records: the engine agrees with the plain reference, and with the definitions people get wrong."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.io.plugins import register_io_source
from polars.testing import assert_frame_equal

import pmf_engine as pmf
import pmf_engine.records.record_problems
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.formula.syntax import aggregates
from pmf_engine.records import pre_aggregation
from pmf_engine.records.list_query import distinct_queries
from pmf_engine.records.queries import ListPlan
from pmf_engine.submissions.vocabulary import Vocabulary
from tests.support import list_boards
from tests.support.boards import HEAD, OF_A_PROBLEM, cell, evaluate, read_frame, write_board
from tests.support.reference import formula
from tests.support.reference_lists import Board, Row, World

Key = tuple[str, int, str | None, str | None]

# -- the engine and the reference ---------------------------------------------------------------


def engine_rows(board: Board, folder: Path) -> dict[Key, dict[str, Any]]:
    """What the engine says of a board, by indicator, start of period, breakdown and group."""
    list_boards.write_board(board, folder)
    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(framework.submissions, framework)
    asked = Period(board.asked[0], Cadence(board.asked[1], board.year_start)) if board.asked else None
    rows: dict[Key, dict[str, Any]] = {}
    for row in pmf.evaluate(
        framework, submissions, period=asked, as_of=board.as_of, engine="in-memory"
    ).judged.iter_rows(named=True):
        key = (row["indicator"], row["start"], row["by"], row["group"])
        assert key not in rows, f"{key} twice"
        rows[key] = row
    return rows


def wanted(world: World) -> Iterator[Key]:
    """Rows that there must be, but those of groups that nothing lists."""
    groups: dict[str | None, list[str | None]] = {None: [None], "district": [*world.board.districts]}
    for indicator in world.board.indicators:
        node = formula(indicator.formula)
        lists = {one.list.name for one in aggregates(node)}
        groups["agency"] = [*sorted({agency for name in lists for agency in world.lists[name].agencies})]
        starts = [world.asked_last(indicator)] if world.board.asked else world.periods(indicator)
        for start in starts:
            for by in (None, *indicator.by):
                yield from ((indicator.id, start, by, group) for group in groups.get(by, []))


def difference(row: dict[str, Any], expected: Row) -> str | None:
    if row["status"] != expected.status:
        return f"status {row['status']}, not {expected.status}"
    if (row["value"] is None) != (expected.value is None):
        return f"value {row['value']}, not {expected.value}"
    if expected.value is not None:
        value = float(expected.value.value)
        if abs(row["value"] - value) > 1e-9 * max(abs(value), abs(row["value"])):
            return f"value {row['value']!r}, not {value!r}"
    return None


def differences(board: Board, folder: Path) -> list[tuple[Key, str]]:
    """Every row in which the engine and the reference differ."""
    rows = engine_rows(board, folder)
    world = World(board)
    found: list[tuple[Key, str]] = []
    if not world.spoken_of:  # files that were refused may be of any time
        refused = any(world.covered(one.id, agency).refused for one in board.lists for agency in one.agencies)
        return [(key, "a row") for key in rows] if board.asked is None and not refused else []
    found += [(key, "no row") for key in wanted(world) if key not in rows]
    indicators = {one.id: one for one in board.indicators}
    for key, row in rows.items():
        if said := difference(row, world.row(indicators[key[0]], *key[1:])):
            found.append((key, said))
    return found


def shown(board: Board, found: list[tuple[Key, str]], folder: Path) -> str:
    parts = [f"{key}: {said}" for key, said in found[:10]]
    parts.append(f"as of {board.as_of}, asked {board.asked}")
    parts += [f"{one.id}: {one.formula} ({one.months}, {one.year_start})" for one in board.indicators]
    parts += [f"{path.name}:\n{path.read_text(encoding='utf-8')}" for path in sorted((folder / "returns").iterdir())]
    return "\n".join(parts)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(list_boards.boards(), st.sampled_from([1, 1000]))
def test_random_lists_agree(board: Board, worth: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            pre_aggregation, "WORTH", worth
        )  # so that records are counted by kind, however little is asked of them
        found = differences(board, Path(folder))
        assert not found, shown(board, found, Path(folder))


SCORES = "{on_day: date, other: date?, score: number, more: number?, kind: text?, urgent: truth?, district: text}"
SMALL, LARGE = st.sampled_from([-3, -1, 0, 1, 2, 3, 7]), st.sampled_from([-(10**15), 0, 1, 2, 10**15])
ASKED = st.sampled_from(
    ["score < 2", "score - more >= -1", "score + more = 3", "-score in (1, -2, 3)", "score between -1 and 2.5",
     "more is missing", "kind = 'a'", "kind not in ('B', 'c')", "kind is missing", "urgent", "not urgent",
     "days(on_day, other) <= 5", "months(other, on_day) > 0", "2 >= days(on_day, other)", "score * 2 > more",
     "other = 2016-05-01", "score > 1000000", "days(on_day, other) between 2 and 5000", "kind = district"]
)  # fmt: skip


@st.composite
def typed_records(draw: st.DrawFn) -> pl.DataFrame:
    """Records as a tool holds them: numbers of some type, and categories."""
    number = draw(st.sampled_from([pl.Int8, pl.Int64, pl.Float64]))
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "on_day": st.dates(date(2016, 4, 1), date(2016, 6, 30)),
                    "other": st.none() | st.dates(date(2016, 3, 28), date(2016, 7, 3)),
                    "score": SMALL if number == pl.Int8 else SMALL | LARGE,
                    "more": st.none() | SMALL,
                    "kind": st.sampled_from([None, "a", "A ", "b", " ", "c", ""]),
                    "urgent": st.sampled_from([None, True, False]),
                    "district": st.sampled_from(["North", "south", " North"]),
                }
            ),
            min_size=1,
            max_size=12,
        )
    )
    kind = draw(st.sampled_from([pl.String, pl.Categorical]))
    schema = {"on_day": pl.Date, "other": pl.Date, "score": number, "more": number, "kind": kind}
    return pl.DataFrame(rows, schema={**schema, "urgent": pl.Boolean, "district": pl.String})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(typed_records(), st.lists(st.tuples(ASKED, ASKED, st.sampled_from(["and", "or"])), min_size=1, max_size=8))
def test_counting_by_kind_is_counting(records: pl.DataFrame, asked: list[tuple[str, str, str]]) -> None:
    lists = f"lists:\n  note_list: {{title: Notes, from: care, date: on_day, columns: {SCORES}}}\n"
    formulas = {f"c{at}": f"count(note_list where {one} {word} {two})" for at, (one, two, word) in enumerate(asked)}
    formulas |= {f"s{at}": f"sum(score of note_list where {one})" for at, (one, *_) in enumerate(asked)}
    formulas |= {f"m{at}": f"max(more of note_list where {one})" for at, (one, *_) in enumerate(asked)}
    with tempfile.TemporaryDirectory() as folder:
        framework = pmf.load_framework(board(Path(folder), formulas, {}, lists))
    submissions = read_frame(None, framework, lists={"note_list": records})
    found = []
    for worth in (1, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pre_aggregation, "WORTH", worth)
            found.append(pmf.evaluate(framework, submissions, period=Q1, as_of=date(2017, 3, 31)).results)
    assert_frame_equal(*found)


# -- the definitions that people get wrong ------------------------------------------------------------

LISTS = """\
lists:
  referral_list:
    title: Referrals
    from: care
    date: received_on
    columns: {child_id: text, received_on: date, previous_on: date?, cost: number?, district: text?}
  plan_list:
    title: Plans
    from: care
    spell: [started_on, ended_on]
    columns: {child_id: text, started_on: date, ended_on: date?, born_on: date?, district: text?}
"""
FIGURES = "adults: {title: Adults, from: care, kind: stock, frequency: quarterly}"
Q1 = "2016-17 Q1"  # April to June 2016
COVERS = "file,received_on,covers_from,covers_to\n"


def board(folder: Path, formulas: Mapping[str, str], files: Mapping[str, str], lists: str = LISTS) -> Path:
    """A board of quarterly indicators over lists, and its files."""
    indicators = "\n".join(
        f'{id_}: {{frequency: quarterly, by: [district, agency], formula: "{formula}"}}'
        for id_, formula in formulas.items()
    )
    write_board(folder, FIGURES, indicators, head=HEAD + lists)
    (folder / "returns").mkdir()
    for name, text in files.items():
        (folder / "returns" / name).write_text(text, encoding="utf-8")
    return folder


def referrals(*rows: str) -> dict[str, str]:
    """A file of `child_id,received_on,previous_on,cost,district`, which speaks for April to June 2016."""
    text = "\n".join(["child_id,received_on,previous_on,cost,district", *rows]) + "\n"
    return {"referral_list.csv": text, "manifest.csv": COVERS + "referral_list.csv,2016-07-01,2016-04-01,2016-06-30\n"}


def plans(*rows: str) -> dict[str, str]:
    """A file of `child_id,started_on,ended_on,born_on,district`, which speaks for April to September 2016."""
    text = "\n".join(["child_id,started_on,ended_on,born_on,district", *rows]) + "\n"
    return {"plan_list.csv": text, "manifest.csv": COVERS + "plan_list.csv,2016-10-01,2016-04-01,2016-09-30\n"}


def answer(folder: Path, formula: str, files: Mapping[str, str], period: str = Q1, group: str | None = None) -> Any:
    """The value of a formula, or its status where it has none."""
    evaluation = evaluate(board(folder, {"x": formula}, files))
    value = cell(evaluation, "x", period, "value", group)
    return cell(evaluation, "x", period, "status", group) if value is None else value


def test_a_plan_that_ends_on_the_last_day_of_the_period_is_not_open(tmp_path: Path) -> None:
    files = plans("a,2016-01-01,2016-06-30,,", "b,2016-01-01,2016-07-01,,", "c,2016-06-30,,,", "d,2016-07-01,,,")
    evaluation = evaluate(
        board(tmp_path, {state: f"count(plan_list {state})" for state in ("open", "started", "ended")}, files)
    )
    quarters = (Q1, "2016-17 Q2")
    assert [cell(evaluation, "open", quarter, "value") for quarter in quarters] == [2, 2]  # b and c; c and d
    assert [cell(evaluation, "started", quarter, "value") for quarter in quarters] == [1, 1]
    assert [cell(evaluation, "ended", quarter, "value") for quarter in quarters] == [1, 1]


def test_a_plan_that_starts_and_ends_on_one_day_started_and_ended_and_is_never_open(tmp_path: Path) -> None:
    formula = "count(plan_list started) * 100 + count(plan_list ended) * 10 + count(plan_list open)"
    assert answer(tmp_path, formula, plans("a,2016-05-01,2016-05-01,,")) == 110


def test_an_extract_a_quarter_counts_each_plan_once(tmp_path: Path) -> None:
    # Of a plan that lasts, every extract tells anew; each speaks for its own quarter, and knows not when it will end.
    head = "child_id,started_on,ended_on,born_on,district\n"
    files = {
        "plan_list_q1.csv": head + "a,2016-04-10,,,\nb,2016-05-01,2016-06-01,,\n",
        "plan_list_q2.csv": head + "a,2016-04-10,2016-08-01,,\n",
        "manifest.csv": COVERS + "plan_list_q1.csv,2016-07-01,2016-04-01,2016-06-30\n"
        "plan_list_q2.csv,2016-10-01,2016-07-01,2016-09-30\n",
    }
    formulas = {state: f"count(plan_list {state})" for state in ("open", "started", "ended")}
    evaluation = evaluate(board(tmp_path, formulas, files))
    counts = {state: [cell(evaluation, state, f"2016-17 Q{q}", "value") for q in (1, 2)] for state in formulas}
    assert counts == {"open": [1, 0], "started": [2, 0], "ended": [1, 1]}


@pytest.mark.parametrize("space", ["\u2003", "\u200b", "\u3000", "\u00a0", "\x85"])
@pytest.mark.parametrize("worth", [1, 1000])
@pytest.mark.parametrize("other", ["", "z,2016-05-01 ,,,\n"])
def test_space_of_any_kind_is_blank_however_a_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, space: str, worth: int, other: str
) -> None:
    monkeypatch.setattr(pre_aggregation, "WORTH", worth)
    files = referrals(f"a{space},2016-05-01,,1,{space}", f"a,2016-05-02,,1,{space}North")
    files["referral_list.csv"] += other.replace(",,,", ",,,,")
    formulas = {
        "blank": "count(referral_list where district is missing and cost = 1)",
        "same": "count(referral_list where child_id = 'a')",
        "north": "count(referral_list where district = 'north')",
    }
    evaluation = evaluate(board(tmp_path, formulas, files))
    assert [cell(evaluation, id_, Q1, "value") for id_ in formulas] == [1, 2, 1]


def test_open_for_two_years_is_more_than_729_days(tmp_path: Path) -> None:
    # On 30 June 2016 a plan of 2 July 2014 is 729 days old, one of 1 July 730, one of 30 June 731: a leap year.
    files = plans("a,2014-07-02,,,", "b,2014-07-01,,,", "c,2014-06-30,,,")
    formulas = {
        "by_days": "count(plan_list open where days(started_on, period_end) > 729)",
        "by_years": "count(plan_list open where years(started_on, period_end) >= 2)",
    }
    evaluation = evaluate(board(tmp_path, formulas, files))
    assert cell(evaluation, "by_days", Q1, "value") == 2
    assert cell(evaluation, "by_years", Q1, "value") == 1


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2012-02-29", "2016-02-28", 3), ("2012-02-29", "2016-02-29", 4),
        ("2012-02-29", "2015-02-28", 2), ("2012-02-29", "2015-03-01", 3),
        ("2010-05-31", "2016-05-30", 5), ("2010-05-31", "2016-05-31", 6),
    ],
)  # fmt: skip
def test_who_is_born_on_29_february_is_a_year_older_on_1_march(tmp_path: Path, born: str, on: str, age: int) -> None:
    # an age counts on the day that the plan starts; the plan is open still
    assert answer(tmp_path, "max(years(born_on, started_on) of plan_list open)", plans(f"a,{on},,{born},")) == age


@pytest.mark.parametrize(
    ("before", "on", "months"),
    [
        ("2015-05-10", "2016-05-09", 11), ("2015-05-10", "2016-05-10", 12), ("2016-01-31", "2016-04-30", 2),
        ("2016-01-31", "2016-05-01", 3), ("2016-02-29", "2016-04-29", 2), ("2016-05-31", "2016-05-31", 0),
    ],
)  # fmt: skip
def test_months_are_completed_on_the_day_itself(tmp_path: Path, before: str, on: str, months: int) -> None:
    assert answer(
        tmp_path, "sum(months(previous_on, received_on) of referral_list)", referrals(f"a,{on},{before},,")
    ) == (months)


def test_a_referral_exactly_12_months_later_is_no_rereferral_within_12_months(tmp_path: Path) -> None:
    files = referrals("a,2016-05-10,2015-05-10,,", "b,2016-05-10,2015-05-11,,", "c,2016-05-10,,,")
    share = "percent(count(referral_list where months(previous_on, received_on) < 12), count(referral_list))"
    assert answer(tmp_path, share, files) == pytest.approx(100 / 3)


def test_a_child_in_two_districts_is_one_child_of_the_whole(tmp_path: Path) -> None:
    files = referrals("a,2016-04-01,,,North", "A ,2016-05-01,,,South", "a,2016-06-01,,,north", "b,2016-06-01,,,North")
    evaluation = evaluate(board(tmp_path, {"x": "count(distinct child_id of referral_list)"}, files))
    assert [cell(evaluation, "x", Q1, "value", group) for group in (None, "North", "South")] == [2, 2, 1]


def test_the_whole_is_its_groups_and_the_records_of_none(tmp_path: Path) -> None:
    files = referrals("a,2016-04-01,,1,North", "b,2016-05-01,,2,South", "c,2016-06-01,,4,", "d,2016-06-30,,8,SOUTH")
    formulas = {"number": "count(referral_list)", "total": "sum(cost of referral_list)"}
    evaluation = evaluate(board(tmp_path, formulas, files))
    groups = (None, "North", "South")
    assert [cell(evaluation, "number", Q1, "value", group) for group in groups] == [4, 1, 2]
    assert [cell(evaluation, "total", Q1, "value", group) for group in groups] == [15, 1, 10]


def test_a_spell_that_ends_before_it_starts_is_refused_and_reported(tmp_path: Path) -> None:
    files = plans("a,2016-05-01,2016-04-30,,North", "b,2016-05-01,,,South")
    evaluation = evaluate(board(tmp_path, {"x": "count(plan_list open)"}, files))
    for period in (Q1, "2016-17 Q2"):
        statuses = [cell(evaluation, "x", period, "status", group) for group in (None, "North", "South")]
        assert statuses == ["invalid", "invalid", "not_rated"]
    [problem] = evaluation.problems.select(OF_A_PROBLEM).rows()
    assert problem == (
        "plan_list.csv", None, 2, "ended_on", "2016-04-30", "spell-reversed",
        "this spell ends on 2016-04-30, before it starts on 2016-05-01; it is set aside",
        "lost", "care", "plan_list", None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("2016-04-01", "2016-04-04", 1),  # Friday to Monday
        ("2016-04-01", "2016-04-02", 0),  # Friday to Saturday: the first day does not count ...
        ("2016-04-02", "2016-04-04", 1),  # Saturday to Monday: ... and the last one does
        ("2016-04-02", "2016-04-03", 0),  # Saturday to Sunday
        ("2016-03-24", "2016-03-29", 1),  # over Easter
        ("2016-12-23", "2016-12-28", 1),  # Christmas Day on a Sunday: 26 and 27 December
        ("2022-06-01", "2022-06-06", 1),  # the Platinum Jubilee: 2 and 3 June
        ("2022-05-27", "2022-05-31", 2),  # whose holiday at the end of May was moved
        ("2022-09-16", "2022-09-20", 1),  # the funeral of Queen Elizabeth II
        ("2023-05-05", "2023-05-09", 1),  # the coronation of King Charles III
        ("2020-05-01", "2020-05-04", 1),  # the early May holiday was moved ...
        ("2020-05-07", "2020-05-11", 1),  # ... to VE Day
        ("2016-08-26", "2016-08-30", 1),  # the summer holiday is not Scotland's, of 1 August
        ("2016-07-29", "2016-08-01", 1),
        ("2016-07-11", "2016-07-12", 1),  # nor are Northern Ireland's kept
        ("2016-04-05", "2016-04-05", 0),
        ("2016-04-05", "2016-04-01", -2),
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays(tmp_path: Path, first: str, second: str, count: int) -> None:
    formula = f"sum(working_days({first}, {second}) of referral_list)"
    assert answer(tmp_path, formula, referrals("a,2016-05-10,,,")) == count


def test_a_comparison_with_a_blank_is_neither_true_nor_false(tmp_path: Path) -> None:
    files = referrals("a,2016-05-01,,5,", "b,2016-05-01,,,", "c,2016-05-01,,15,")
    formulas = {
        "more": "count(referral_list where cost > 10)",
        "not_more": "count(referral_list where not (cost > 10))",
        "either": "count(referral_list where cost > 10 or child_id = 'b')",
        "blank": "count(referral_list where cost is missing)",
        "known": "count(cost of referral_list)",
        "nowhere": "count(referral_list where cost not in (5, 6))",
        "total": "sum(cost of referral_list)",
        "some": "sum(cost of referral_list where cost is not missing)",
        "average": "mean(cost of referral_list)",
        "least": "min(cost of referral_list where child_id = 'b')",
        "same": "count(referral_list where true)",
        "each": "sum(2 of referral_list)",
    }
    evaluation = evaluate(board(tmp_path, formulas, files))
    values = {id_: cell(evaluation, id_, Q1, "value") for id_ in formulas}
    assert values == {
        "more": 1, "not_more": 1, "either": 2, "blank": 1, "known": 2, "nowhere": 1, "total": None, "some": 20,
        "average": 10, "least": None, "same": 3, "each": 6,
    }  # fmt: skip
    assert cell(evaluation, "total", Q1, "status") == "no_data"
    assert cell(evaluation, "least", Q1, "status") == "undefined"


def test_nothing_counts_as_zero_only_where_the_list_speaks(tmp_path: Path) -> None:
    files = referrals("a,2015-05-01,,,")  # of no day that the file speaks for
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)", "y": "mean(cost of referral_list)"}, files))
    assert cell(evaluation, "x", Q1, "value") == 0
    assert cell(evaluation, "y", Q1, "status") == "undefined"
    # Nothing says which days it covers: the whole months between its first record and its last.
    files = {"referral_list.csv": files["referral_list.csv"] + "b,2016-12-01,,,\n"}
    (tmp_path / "said").mkdir()
    evaluation = evaluate(board(tmp_path / "said", {"x": "count(referral_list)"}, files), as_of=date(2017, 6, 1))
    quarters = ["2015-16 Q1", "2015-16 Q4", Q1, "2016-17 Q2", "2016-17 Q3"]
    assert [cell(evaluation, "x", quarter, "value") for quarter in quarters] == [None, 0, 0, 0, None]
    assert cell(evaluation, "x", "2016-17 Q3", "status") == "no_data"
    line = "referral_list.csv,YYYY-MM-DD,2015-05-01,2016-12-31"
    assert line in cell(evaluation, "x", "2016-17 Q3", "reason")


@pytest.mark.parametrize(
    ("first", "last", "values"),
    [
        ("2016-04-01", "2016-06-30", [2, None]),  # every day of the quarter lies between them
        ("2016-04-02", "2016-06-30", [None, None]),  # of 1 April nobody knows
        ("2016-04-01", "2016-06-29", [None, None]),
        ("2016-04-01", "2016-07-12", [1, None]),  # cut in its second week
        ("2016-03-31", "2016-10-01", [0, 0]),
    ],
)
def test_without_a_manifest_whole_months_between_the_records_count(
    tmp_path: Path, first: str, last: str, values: list[int | None]
) -> None:
    files = {"referral_list.csv": referrals(f"a,{first},,,", f"b,{last},,,")["referral_list.csv"]}
    evaluation = evaluate(board(tmp_path, {"x": "count(distinct child_id of referral_list)"}, files))
    found = dict(evaluation.results.filter(pl.col("by").is_null()).select("period", "value").rows())
    assert [found.get(period) for period in (Q1, "2016-17 Q2")] == values


@pytest.mark.parametrize(
    ("as_of", "status"), [(date(2016, 9, 30), "not_due"), (date(2016, 10, 30), "not_due"), (date(2016, 10, 31), "late")]
)
def test_a_list_that_speaks_for_no_more_is_due_and_then_late(tmp_path: Path, as_of: date, status: str) -> None:
    files = referrals("a,2016-05-01,,,")
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, files), "2016-17 Q2", as_of=as_of)
    assert cell(evaluation, "x", "2016-17 Q2", "status") == status


def test_part_of_a_month_is_not_spoken_for(tmp_path: Path) -> None:
    files = referrals("a,2016-05-01,,,")
    files["manifest.csv"] = COVERS + "referral_list.csv,2016-07-01,2016-04-02,2016-06-30\n"
    assert answer(tmp_path, "count(referral_list)", files) == "late"


def test_no_record_is_of_a_day_after_its_file_came(tmp_path: Path) -> None:
    # One slip of the fingers must not turn all quarters until then into noughts; of when it is, nobody knows.
    files = referrals("a,2016-05-01,,,", "b,2061-05-02,,,")
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, files), "2016-17 Q2", as_of=date(2017, 6, 1))
    assert [cell(evaluation, "x", period, "status") for period in (Q1, "2016-17 Q2")] == ["invalid", "invalid"]
    [problem] = evaluation.problems.select("row", "column", "kind", "message").rows()
    message = "`2061-05-02` is after 2016-07-01, the day on which this file was received: "
    assert problem == (3, "received_on", "after-receipt", message + "no record can be of a day to come")


def test_days_after_the_report_are_not_counted_and_told(tmp_path: Path) -> None:
    files = {
        "referral_list.csv": referrals("a,2016-04-01,,,", "b,2016-06-30,,,", "c,2016-12-20,,,")["referral_list.csv"]
    }
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, files), as_of=date(2016, 12, 1))
    assert cell(evaluation, "x", Q1, "value") == 2
    [problem] = evaluation.problems.select("row", "column", "kind", "message").rows()
    message = "`2016-12-20` is after 2016-12-01, the last day that counts here; this record is not counted"
    assert problem == (4, "received_on", "future-record", message)


def test_later_records_are_no_problem_of_a_report_on_an_earlier_period(tmp_path: Path) -> None:
    files = referrals("a,2016-05-01,,,", "b,2016-12-02,,,")
    files["manifest.csv"] = COVERS + "referral_list.csv,2017-01-05,2016-04-01,2016-12-31\n"
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, files), Q1, as_of=date(2017, 6, 1))
    assert cell(evaluation, "x", Q1, "value") == 1
    assert evaluation.problems.is_empty()


def test_a_file_that_never_ends_covers_no_day_after_it_came(tmp_path: Path) -> None:
    files = referrals("a,2016-05-01,,,")
    files["manifest.csv"] = COVERS + "referral_list.csv,2016-07-01,2016-04-01,9999-12-31\n"
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, files), as_of=date(2017, 1, 15))
    quarters = [f"2016-17 Q{quarter}" for quarter in (1, 2)]
    assert [cell(evaluation, "x", quarter, "value") for quarter in quarters] == [1, None]
    assert cell(evaluation, "x", "2016-17 Q2", "status") == "late"


def test_sums_do_not_depend_on_the_order_of_records(tmp_path: Path) -> None:
    costs = ["0.1", "1000000.7", "0.2", "33333.33", "0.3", "7.77", "1", "250000.05"] * 40
    sums = set()
    for place, rows in enumerate((costs, costs[::-1], sorted(costs))):
        folder = tmp_path / str(place)
        folder.mkdir()
        files = referrals(*(f"c{number},2016-05-01,,{cost}," for number, cost in enumerate(rows)))
        sums.add(answer(folder, "sum(cost of referral_list)", files))
    assert sums == {51333738.0}  # 40 times 0.1 + 1000000.7 + 0.2 + 33333.33 + 0.3 + 7.77 + 1 + 250000.05


@pytest.mark.parametrize(
    ("formula", "costs", "value"),
    [
        ("sum(cost of referral_list)", ["1234567890123"], 1234567890123),
        ("mean(cost of referral_list)", ["1234567890123"], 1234567890123),
        ("sum(cost of referral_list)", ["999999999999999", "1", "-5"], 999999999999995),
        ("sum(cost of referral_list)", ["-1234567890123", "2"], -1234567890121),
        ("sum(cost of referral_list)", ["0.1", "0.2"], 0.3),
    ],
)
def test_sums_of_whole_numbers_are_exact(tmp_path: Path, formula: str, costs: list[str], value: float) -> None:
    rows = [f"a,2016-05-01,,{cost}," for cost in costs]
    assert answer(tmp_path, formula, referrals(*rows)) == value


def test_spaces_inside_a_text_are_part_of_it(tmp_path: Path) -> None:
    files = referrals("a b,2016-05-01,,,", "a  b,2016-05-01,,,", "a  b,2016-05-02,,,")
    one, other = (f"count(referral_list where child_id = '{text}')" for text in ("a b", "a  b"))
    assert answer(tmp_path, f"{one} * 10 + {other}", files) == 12


def test_near_numbers_are_equal(tmp_path: Path) -> None:
    files = referrals("a,2016-05-01,,0.3,", "b,2016-05-01,,0.30000000000001,", "c,2016-05-01,,0.3000001,")
    assert answer(tmp_path, "count(referral_list where cost <= 0.1 + 0.2)", files) == 2


def test_columns_may_be_called_anything(tmp_path: Path) -> None:
    names = [
        "row",
        "piece",
        "group",
        "first",
        "last",
        "after",
        "records",
        "reversed",
        "future",
        "file",
        "code",
        "value",
    ]
    lists = (
        "lists:\n  stay_list:\n    title: Stays\n    from: care\n    spell: [start, end]\n"
        f"    columns: {{start: date, end: date?, district: text?, {', '.join(f'{name}: text' for name in names)}}}\n"
    )
    header = ",".join(["start", "end", "district", *names])
    rows = [f"2016-04-0{day},{end},North,{','.join(name + str(day) for name in names)}" for day, end in
            ((1, ""), (2, "2016-04-05"), (3, ""))]  # fmt: skip
    files = {"stay_list.csv": "\n".join([header, *rows]) + "\n"}
    files["manifest.csv"] = COVERS + "stay_list.csv,2016-07-01,2016-04-01,2016-06-30\n"
    formulas = {
        "open": "count(stay_list open where days(start, period_end) > 88)",
        "ended": "mean(days(start, end) of stay_list ended)",
    } | {f"of_{name}": f"count(distinct {name} of stay_list started where {name} != '{name}3')" for name in names}
    evaluation = evaluate(board(tmp_path, formulas, files, lists))
    for group in (None, "North"):
        assert cell(evaluation, "open", Q1, "value", group) == 1  # of 90 days, and not the one of 88
        assert cell(evaluation, "ended", Q1, "value", group) == 3
        assert [cell(evaluation, f"of_{name}", Q1, "value", group) for name in names] == [2] * len(names)


SHARED = LISTS.replace("from: care", "from: [care, police]", 1).replace("{child_id", "{agency: text, child_id", 1)


def test_an_agency_is_one_however_it_is_spelt(tmp_path: Path) -> None:
    rows = ["agency,child_id,received_on,previous_on,cost,district"]
    spelt = ["care", "Social Care", "social  care", "CARE", "Police", "police"]
    rows += [f"{agency},{child},2016-05-0{day},,{day}," for day, (agency, child) in
             enumerate(zip(spelt, "aabbcc", strict=True), 1)]  # fmt: skip
    formulas = {
        "number": "count(referral_list)",
        "children": "count(distinct child_id of referral_list)",
        "middle": "median(cost of referral_list)",
        "mine": "count(referral_list where agency = 'Care')",
        "others": "count(referral_list where agency != 'care')",
    }
    evaluation = evaluate(
        board(tmp_path, formulas, referrals() | {"referral_list.csv": "\n".join(rows) + "\n"}, SHARED)
    )
    groups = (None, "care", "police")
    assert [cell(evaluation, "number", Q1, "value", group) for group in groups] == [6, 4, 2]
    assert [cell(evaluation, "children", Q1, "value", group) for group in groups] == [3, 2, 1]
    assert [cell(evaluation, "middle", Q1, "value", group) for group in groups] == [3.5, 2.5, 5.5]
    assert [cell(evaluation, "mine", Q1, "value", group) for group in groups] == [4, 4, 0]
    assert [cell(evaluation, "others", Q1, "value", group) for group in groups] == [2, 0, 2]
    assert evaluation.problems.is_empty()


def test_what_does_not_say_who_sent_it_is_from_the_only_sender(tmp_path: Path) -> None:
    lists = LISTS.replace("{child_id", "{agency: text?, child_id", 1)
    rows = ["agency,child_id,received_on,previous_on,cost,district"]
    rows += [",a,2016-04-01,,1,", "care,b,2016-05-01,,2,", "Social Care,b,2016-06-01,,6,", ",b,2016-06-30,,8,"]
    formulas = {
        "number": "count(referral_list)",
        "children": "count(distinct child_id of referral_list)",
        "middle": "median(cost of referral_list)",
    }
    evaluation = evaluate(board(tmp_path, formulas, {"referral_list.csv": "\n".join(rows) + "\n"}, lists))
    for group in (None, "care"):
        assert [cell(evaluation, id_, Q1, "value", group) for id_ in formulas] == [4, 2, 4]
    assert evaluation.problems.is_empty()


def test_a_list_with_no_agency_in_any_record_is_no_list_that_never_came(tmp_path: Path) -> None:
    lists = LISTS.replace("{child_id", "{agency: text?, child_id", 1)
    rows = "agency,child_id,received_on,previous_on,cost,district\n,a,2016-04-01,,1,\n,b,2016-06-30,,2,\n"
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, {"referral_list.csv": rows}, lists))
    assert [cell(evaluation, "x", Q1, "value", group) for group in (None, "care")] == [2, 2]


def test_another_agency_in_a_list_of_one_is_refused(tmp_path: Path) -> None:
    lists = LISTS.replace("{child_id", "{agency: text?, child_id", 1)
    rows = "agency,child_id,received_on,previous_on,cost,district\n,a,2016-04-01,,1,\npolice,b,2016-06-30,,2,\n"
    evaluation = evaluate(board(tmp_path, {"x": "count(referral_list)"}, {"referral_list.csv": rows}, lists))
    assert cell(evaluation, "x", Q1, "status", "care") == "invalid"
    assert evaluation.problems["text"].to_list() == ["police"]


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ("district = 'north'", 3),
        ("district != ' NORTH '", 1),
        ("district in ('South', 'north')", 4),
        ("not district in ('south')", 3),
    ],
)
def test_a_group_is_compared_however_it_is_spelt(tmp_path: Path, condition: str, number: int) -> None:
    files = referrals(
        *(f"a,2016-05-0{day},,,{text}" for day, text in enumerate(["NORTH", "No rth", " north", "South"], 1))
    )
    assert answer(tmp_path, f"count(referral_list where {condition})", files) == number


def test_distinct_groups_are_counted_however_they_are_spelt(tmp_path: Path) -> None:
    rows = ["agency,child_id,received_on,previous_on,cost,district"]
    spelt = [
        ("care", "North"),
        ("Social Care", "no rth"),
        ("SOCIAL  CARE", " NORTH"),
        ("police", "South"),
        ("care", ""),
    ]
    rows += [f"{agency},a,2016-05-0{day},,,{district}" for day, (agency, district) in enumerate(spelt, 1)]
    formulas = {
        "districts": "count(distinct district of referral_list)",
        "senders": "count(distinct agency of referral_list)",
        "known": "count(district of referral_list)",
    }
    evaluation = evaluate(
        board(tmp_path, formulas, referrals() | {"referral_list.csv": "\n".join(rows) + "\n"}, SHARED)
    )
    assert [cell(evaluation, id_, Q1, "value") for id_ in formulas] == [2, 2, 4]
    assert [cell(evaluation, id_, Q1, "value", "North") for id_ in formulas] == [1, 1, 3]
    assert [cell(evaluation, id_, Q1, "value", "care") for id_ in formulas] == [1, 1, 3]


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ("district = 'Nroth'", True),
        ("'West' != district", True),
        ("district in ('North', 'Suoth')", True),
        ("agency = 'polic'", True),
        ("agency != 'ons'", True),  # an agency, and none that sends the list
        ("agency in ('POLICE ', 'care') and district = ' south' and ward = 'Hill'", False),
    ],
)
def test_what_no_record_can_be_of_is_refused(tmp_path: Path, condition: str, wrong: bool) -> None:
    lists = SHARED.replace("district: text?}", "district: text?, ward: text?}", 1)
    board(tmp_path, {"x": f"count(referral_list where {condition})"}, {}, lists)
    found = list(pmf.check_framework(tmp_path).diagnostics)
    assert [one.kind for one in found if one.severity == "error"] == ["unknown-name"] * wrong


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ("(cost > 3) = (district = 'North')", 2),
        ("(cost > 3) != (cost in (1, 5))", 2),
        ("(cost between 1 and 2) = (previous_on is missing)", 1),
        ("(not cost > 3) in (true, (cost > 100))", 3),
    ],
)
def test_what_is_true_or_false_can_be_compared(tmp_path: Path, condition: str, number: int) -> None:
    files = referrals("a,2016-05-01,,1,South", "b,2016-05-02,,5,North", "c,2016-05-03,,7,South", "d,2016-05-04,,,North")
    assert answer(tmp_path, f"count(referral_list where {condition})", files) == number


# -- how it is worked out ---------------------------------------------------------------------------


def test_lists_are_checked_without_polars(tmp_path: Path) -> None:
    board(tmp_path, {"x": "count(referral_list where working_days(previous_on, received_on) > 5)"}, {})
    code = (
        "import sys; from pmf_engine.cli import main; code = main(['check', '--config', sys.argv[1]]);"
        "print(code, sorted({'polars', 'fastexcel', 'holidays'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "0 []"


def queries(folder: Path, patient: bool) -> Iterator[pl.LazyFrame]:
    """Every query that an evaluation makes of the lists of a board."""
    framework = pmf.load_framework(folder)
    pieces = pmf.read_submissions(framework.submissions, framework).lists
    indicators = framework.indicators.values()
    for one in framework.lists.values():
        asked = distinct_queries(
            framework, [(indicator.cadence, indicator.by, indicator.aggregates) for indicator in indicators]
        )
        mine = [query for query in asked if query.list.id == one.id]
        own = [piece for piece in pieces if piece.list == one.id]
        plan = ListPlan(Vocabulary(framework), one, own, mine, date(2017, 3, 31), date(2017, 3, 31), patient)
        yield plan.checks
        for view in mine:
            yield from plan.queries(view)


EVERYTHING = {
    "plain": "count(referral_list)",
    "texts": "count(referral_list where district in ('north', 'South') and child_id != 'b' and district = 'NORTH')",
    "numbers": "sum(round(cost / 3, 1) of referral_list where cost between 1 and 100 or abs(cost) in (3, 4))",
    "dates": "median(working_days(previous_on, received_on) of referral_list where previous_on is not missing)",
    "children": "count(distinct child_id of referral_list)",
    "at_end": "percent(count(plan_list open where days(started_on, period_end) > 729), count(plan_list open))",
    "begun": "max(years(born_on, started_on) of plan_list started)",
    "over": "mean(months(started_on, ended_on) of plan_list ended)",
}


def everything(folder: Path) -> Path:
    files = referrals("a,2016-04-01,2015-05-01,1,North", "b,2016-05-01,,2.5,South", "c,2016-06-01,2016-05-02,,")
    files |= {"plan_list.csv": plans("a,2013-05-01,,2010-01-01,North", "b,2016-05-01,2016-06-02,,")["plan_list.csv"]}
    return board(folder, EVERYTHING, files)


@pytest.mark.parametrize("patient", [False, True])
def test_every_query_can_be_sent_elsewhere(tmp_path: Path, patient: bool) -> None:
    made = list(queries(everything(tmp_path), patient))
    assert len(made) == (1 + 1 + 2) + (1 + 3)  # checks, what adds up, the rest by each breakdown; three states
    for query in made:
        again = pl.LazyFrame.deserialize(io.BytesIO(query.serialize()))
        assert_frame_equal(again.collect(), query.collect(), check_row_order=False)


class Counted:
    """A source of records that counts how often it is read."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.turned: Callable[[], pl.DataFrame] = lambda: frame
        self.frame = frame
        self.reads = 0

    @property
    def lazy(self) -> pl.LazyFrame:
        def read(
            columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
        ) -> Iterator[pl.DataFrame]:
            self.reads += 1
            frame = self.turned().lazy()
            frame = frame if predicate is None else frame.filter(predicate)
            frame = frame if columns is None else frame.select(columns)
            yield (frame if n_rows is None else frame.head(n_rows)).collect()

        return register_io_source(read, schema=self.frame.schema)


def test_a_fault_is_told_of_its_own_record_in_whatever_order_these_come(tmp_path: Path) -> None:
    framework = pmf.load_framework(everything(tmp_path))
    days = ["2016-04-01"] * 40
    days[7] = "yesterday"
    frame = pl.DataFrame({"child_id": ["b", *(f"c{number}" for number in range(1, 40))], "received_on": days})
    frame = frame.with_columns(previous_on=pl.lit(None, pl.String), cost=pl.lit("1"), district=pl.lit("North"))
    source = Counted(frame)
    turns = iter(range(100))

    def turned() -> pl.DataFrame:
        by = 13 * next(turns)
        return frame[[(row + by) % 40 for row in range(40)]]

    source.turned = turned
    submissions = read_frame(None, framework, lists={"referral_list": source.lazy})
    problems = pmf.evaluate(framework, submissions, as_of=date(2016, 7, 31)).problems
    assert problems.select("kind", "text").rows() == [("not-a-date", "yesterday")]


@pytest.mark.parametrize(("long", "reads"), [(True, 1), (False, 2)])
def test_a_list_is_read_once_whatever_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: bool, reads: int
) -> None:
    # A short one is read once more, to look at every cell of it.
    if long:
        monkeypatch.setattr(pmf_engine.records.record_problems, "_MOST", 0)
    framework = pmf.load_framework(everything(tmp_path))
    sources = {
        "referral_list": Counted(
            pl.DataFrame(
                {
                    "child_id": ["a", "b"],
                    "received_on": [date(2016, 4, 1), date(2016, 6, 30)],
                    "previous_on": [date(2015, 5, 1), None],
                    "cost": [1.0, 2.5],
                    "district": ["North", "south"],
                }
            )
        ),
        "plan_list": Counted(
            pl.DataFrame(
                {
                    "child_id": ["a", "b", "c"],
                    "started_on": [date(2013, 4, 1), date(2016, 5, 1), date(2016, 6, 30)],
                    "ended_on": [None, date(2016, 5, 8), date(2016, 6, 30)],
                    "born_on": [date(2010, 5, 1), None, None],
                    "district": ["North", None, None],
                },
            )
        ),
    }
    submissions = read_frame(None, framework, lists={id_: source.lazy for id_, source in sources.items()})
    evaluation = pmf.evaluate(framework, submissions, period=Q1, as_of=date(2017, 3, 31))
    assert cell(evaluation, "plain", Q1, "value") == 2
    assert cell(evaluation, "at_end", Q1, "value") == 100
    assert cell(evaluation, "children", Q1, "value", "South") == 1
    assert {id_: source.reads for id_, source in sources.items()} == dict.fromkeys(sources, reads)
    assert evaluation.problems.is_empty()
