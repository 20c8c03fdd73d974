"""Frames in: returns and lists out of a database are read by the rules of files, and say when they came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pytest
from polars.io.plugins import register_io_source
from polars.testing import assert_frame_equal

import pmf_engine as pmf
from pmf_engine.submissions.table import as_text
from tests.support.boards import HEAD, write_board

FIGURES = """
visits: {title: Visits made, from: care, kind: flow, frequency: quarterly}
staff: {title: Staff, from: [care, police], kind: stock, frequency: quarterly}
"""
INDICATORS = """
all_visits: {formula: visits, frequency: quarterly, by: [district]}
all_staff: {formula: staff, frequency: quarterly}
calls: {formula: count(call_list), frequency: quarterly}
"""
LISTS = """\
lists:
  call_list: {title: Calls, from: care, date: made_on, columns: {child_id: text, made_on: date}}
"""
TOLERANCES = "all_visits: {good: at least 10}\ncalls: {good: at most 5}"
Q1 = "2016-17 Q1"
IN_TIME, LATE = date(2016, 7, 10), date(2016, 9, 10)
VISITS = pl.DataFrame({"period": [Q1], "agency": ["care"], "figure": ["visits"], "value": [12]})
CALLS = pl.DataFrame({"child_id": ["a", "b"], "made_on": [date(2016, 4, 3), date(2016, 4, 12)]})


@pytest.fixture(scope="module")
def framework(tmp_path_factory: pytest.TempPathFactory) -> pmf.Framework:
    folder = tmp_path_factory.mktemp("board")
    return pmf.load_framework(write_board(folder, FIGURES, INDICATORS, TOLERANCES, head=HEAD + LISTS))


def status(submissions: pmf.Submissions, indicator: str, as_of: date, period: str = Q1) -> str:
    assert submissions.framework is not None
    results = pmf.evaluate(submissions.framework, submissions, period=period, as_of=as_of).results
    return str(
        results.row(by_predicate=(pl.col("indicator") == indicator) & pl.col("by").is_null(), named=True)["status"]
    )


def kinds(frame: pl.DataFrame) -> list[str]:
    return frame["kind"].to_list()


# -- when the rows came ------------------------------------------------------------------------


def test_a_figure_counts_from_the_day_on_which_it_came(framework: pmf.Framework) -> None:
    submissions = pmf.Submissions.from_frames(framework, VISITS, received_on=LATE)
    assert submissions.problems.is_empty()
    assert submissions.files.row(0)[:2] == ("returns", LATE)
    days = [LATE - timedelta(days=1), LATE]
    assert [status(submissions, "all_visits", day) for day in days] == ["late", "green"]


def test_a_column_says_when_each_row_came(framework: pmf.Framework) -> None:
    rows = pl.concat(
        [
            VISITS.with_columns(loaded=pl.lit(IN_TIME)),
            VISITS.with_columns(value=pl.lit(7, pl.Int64), loaded=pl.lit(LATE)),
        ]
    )
    submissions = pmf.Submissions.from_frames(framework, rows, received_on="loaded")
    assert [status(submissions, "all_visits", day) for day in (IN_TIME, LATE)] == ["green", "red"]
    assert kinds(submissions.problems) == ["superseded"]
    assert submissions.files["file"].to_list() == ["returns received 2016-07-10", "returns received 2016-09-10"]
    assert submissions.readings["row"].to_list() == [2, 3]


@pytest.mark.parametrize(
    ("values", "day"),
    [
        ([datetime(2016, 7, 10, 23, 30, tzinfo=UTC)], date(2016, 7, 11)),  # half past midnight, summer time in London
        ([datetime(2016, 7, 10, 23, 30)], IN_TIME),
        (["10/07/2016"], IN_TIME),
        (["2016-07-10 "], IN_TIME),
    ],
)
def test_days_of_receipt_are_days_of_the_board(framework: pmf.Framework, values: list[Any], day: date) -> None:
    rows = VISITS.with_columns(pl.Series("loaded", values))
    submissions = pmf.Submissions.from_frames(framework, rows, received_on="loaded")
    assert submissions.readings["received_on"].to_list() == [day]
    assert submissions.problems.is_empty()


@pytest.mark.parametrize("loaded", [None, "soon", date.today() + timedelta(days=2)])
def test_a_row_without_a_day_of_receipt_is_used_in_doubt(framework: pmf.Framework, loaded: object) -> None:
    rows = VISITS.with_columns(pl.Series("loaded", [None if loaded is None else str(loaded)], dtype=pl.String))
    submissions = pmf.Submissions.from_frames(framework, rows, received_on="loaded")
    problems = submissions.problems
    assert problems.filter(kind="arrival-unknown").height == 1
    assert kinds(problems.filter(pl.col("kind") != "arrival-unknown")) == {
        None: [],
        "soon": ["not-a-date"],
    }.get(loaded if isinstance(loaded, str | None) else "", ["received-in-future"])
    assert status(submissions, "all_visits", LATE) != "green"


def test_a_frame_of_which_nobody_knows_when_it_came_is_never_green_in_the_past(framework: pmf.Framework) -> None:
    submissions = pmf.Submissions.from_frames(framework, VISITS, lists={"call_list": CALLS}, received_on=None)
    assert submissions.problems.select("file", "kind", "severity").rows() == [
        ("call_list", "arrival-unknown", "doubt"),
        ("returns", "arrival-unknown", "doubt"),
    ]
    assert "`received_on`" in submissions.problems["message"][0]
    assert [status(submissions, name, LATE) for name in ("all_visits", "calls")] != ["green", "green"]
    assert status(submissions, "all_visits", date(2017, 1, 1)) == status(submissions, "all_visits", LATE)
    assert status(submissions, "all_visits", date.today()) == "green"
    by_frame = {"call_list": IN_TIME}  # a frame left out is one of which nobody knows
    partly = pmf.Submissions.from_frames(framework, VISITS, lists={"call_list": CALLS}, received_on=by_frame)
    assert partly.problems["file"].to_list() == ["returns"]


def test_there_is_no_default_for_when_rows_came(framework: pmf.Framework) -> None:
    with pytest.raises(TypeError, match="received_on"):
        pmf.Submissions.from_frames(framework, VISITS)  # type: ignore[call-arg]  # that is the mistake


# -- the days that records cover ------------------------------------------------------------------


def test_ten_days_of_records_judge_no_quarter(framework: pmf.Framework) -> None:
    bare = pmf.Submissions.from_frames(framework, lists={"call_list": CALLS}, received_on=IN_TIME)
    assert status(bare, "calls", LATE) not in ("green", "amber", "red")
    covering = pmf.Records(CALLS, covers=(date(2016, 4, 1), date(2016, 6, 30)))
    whole = pmf.Submissions.from_frames(framework, lists={"call_list": covering}, received_on=IN_TIME)
    assert status(whole, "calls", LATE) == "green"
    named = pmf.Records(CALLS, name="call_list_2016-17_q1", received_on=IN_TIME)
    named_whole = pmf.Submissions.from_frames(framework, lists={"call_list": named}, received_on=None)
    assert status(named_whole, "calls", LATE) == "green"
    half = pmf.Records(CALLS, covers=(date(2016, 4, 1), date(2016, 5, 31)))
    part = pmf.Submissions.from_frames(framework, lists={"call_list": half}, received_on=IN_TIME)
    assert status(part, "calls", LATE) != "green"


def test_no_records_in_days_that_are_covered_are_nought(framework: pmf.Framework) -> None:
    empty = pmf.Records(CALLS.clear(), covers=(date(2016, 4, 1), date(2016, 6, 30)))
    submissions = pmf.Submissions.from_frames(framework, lists={"call_list": empty}, received_on=IN_TIME)
    evaluation = pmf.evaluate(framework, submissions, period=Q1, as_of=LATE)
    row = evaluation.results.row(by_predicate=pl.col("indicator") == "calls", named=True)
    assert (row["value"], row["status"]) == (0, "green")
    assert kinds(evaluation.problems) == ["empty-list"]


def test_a_list_that_came_in_several_frames(framework: pmf.Framework) -> None:
    months = [(date(2016, month, 1), date(2016, month, 30)) for month in (4, 6)]
    frames = [pmf.Records(CALLS, covers=months[0]), pmf.Records(CALLS.clear(), covers=months[1])]
    frames.insert(1, pmf.Records(CALLS.clear(), covers=(date(2016, 5, 1), date(2016, 5, 31)), name="calls in May"))
    submissions = pmf.Submissions.from_frames(framework, lists={"call_list": frames}, received_on=IN_TIME)
    evaluation = pmf.evaluate(framework, submissions, period=Q1, as_of=LATE)
    assert evaluation.results.filter(indicator="calls")["value"].to_list() == [2]
    assert sorted(evaluation.problems["file"]) == ["call_list 3", "calls in May"]


@pytest.mark.parametrize(
    ("records", "error", "words"),
    [
        ({"covers": (date(2016, 6, 30), date(2016, 4, 1))}, ValueError, "ends on 2016-04-01, before it begins"),
        (
            {"covers": (date(2016, 4, 1), date(2016, 6, 30)), "received_on": date(2016, 5, 1)},
            ValueError,
            "days to come",
        ),
        ({"covers": "2016-17"}, TypeError, "two dates"),
        ({"covers": (pd.NaT, pd.NaT)}, TypeError, "must be a date"),
        ({"received_on": "2016-07-10"}, TypeError, "must be a date"),
    ],
)
def test_days_that_records_cannot_cover(records: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        pmf.Records(CALLS, **records)


def test_time_stamps_are_days_of_records(framework: pmf.Framework) -> None:
    loaded = datetime(2016, 6, 29, 23, 30, tzinfo=UTC)  # half past midnight on 30 June in London
    covers = (pd.Timestamp(2016, 4, 1), datetime(2016, 6, 30, 12))
    records = pmf.Records(CALLS, covers=covers, received_on=datetime(2016, 6, 30))
    assert records.covers == (date(2016, 4, 1), date(2016, 6, 30))
    submissions = pmf.Submissions.from_frames(framework, VISITS, lists={"call_list": records}, received_on=loaded)
    assert submissions.files["received_on"].to_list() == [date(2016, 6, 30)]
    assert status(submissions, "calls", LATE) == "green"
    assert submissions.known_at(datetime(2016, 6, 30, 1)).readings.height == 1


# -- names of columns, keys ---------------------------------------------------------------------------


def test_columns_have_their_own_names_and_rows_their_own_keys(framework: pmf.Framework) -> None:
    rows = pl.DataFrame(
        {"Id": [71, 72], "quarter": [Q1, "never"], "org": "care", "measure": "visits", "n": ["12", "13"], "at": IN_TIME}
    )
    ours = {"quarter": "period", "org": "agency", "measure": "figure", "n": "value"}
    submissions = pmf.Submissions.from_frames(framework, rows, received_on="at", columns=ours, key="Id")
    assert submissions.readings["key"].to_list() == ["71", "72"]
    assert submissions.problems.select("kind", "row", "key", "column").rows() == [("not-a-period", 3, "72", "period")]
    calls = CALLS.rename({"made_on": "rung_on"})
    mapped = pmf.Submissions.from_frames(
        framework, lists={"call_list": calls}, received_on=IN_TIME, columns={"rung_on": "made_on"}
    )
    assert mapped.problems.is_empty()
    assert pmf.evaluate(framework, mapped, period=Q1, as_of=LATE).problems.is_empty()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"received_on": "loded"}, pmf.UnknownName, "`returns` has no column `loded`; did you mean `loaded`?"),
        ({"received_on": IN_TIME, "columns": {"valu": "value"}}, ValueError, "no frame has a column `valu`"),
        ({"received_on": IN_TIME, "key": "id"}, ValueError, "no frame has a column `id`"),
        (
            {"received_on": {"retruns": IN_TIME}},
            ValueError,
            "`retruns`, which is no frame; did you mean `returns`?",
        ),  # codespell:ignore
        ({"received_on": 2016}, TypeError, "must be a date"),
        ({"received_on": "loaded", "lists": {"call_list": CALLS}}, ValueError, "a list, which comes as a whole"),
        ({"received_on": IN_TIME, "lists": {"returns": CALLS}}, pmf.UnknownName, "unknown list"),
        ({"received_on": pd.NaT}, TypeError, "must be a date"),
        ({"received_on": IN_TIME, "key": 3}, TypeError, "must be a text"),
        ({"received_on": IN_TIME, "columns": None}, TypeError, "must be a mapping"),
        ({"received_on": IN_TIME, "lists": [CALLS]}, TypeError, "must be a mapping"),
        (
            {"received_on": IN_TIME, "lists": {"call_list": pmf.Records(CALLS, name="returns")}},
            ValueError,
            "two frames are called `returns`",
        ),
    ],
)
def test_arguments_that_fit_no_frame(
    framework: pmf.Framework, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    rows = VISITS.with_columns(loaded=pl.lit(IN_TIME))
    with pytest.raises(error, match=re.escape(words)):
        pmf.Submissions.from_frames(framework, rows, **arguments)


# -- bad frames ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (float("nan"), "not-a-number"),
        (float("inf"), "not-a-number"),
        ([1, 2], "not-a-number"),
        (True, "not-a-number"),
        (datetime(2016, 4, 1, tzinfo=UTC), "not-a-number"),
        (timedelta(days=3), "not-a-number"),
        (12.5, "not-whole"),
        (-3, "negative"),
    ],
)
def test_values_of_wrong_types_are_refused_and_told(framework: pmf.Framework, value: object, kind: str) -> None:
    submissions = pmf.Submissions.from_frames(
        framework, VISITS.with_columns(pl.Series("value", [value])), received_on=IN_TIME
    )
    assert kinds(submissions.problems) == [kind]
    assert submissions.readings.select("value", "state").row(0) == (None, "invalid")


@pytest.mark.parametrize(
    "infinity",
    [
        pl.Series([2**31 - 1], dtype=pl.Int32).cast(pl.Date),
        pl.Series([2**62]).cast(pl.Datetime("us")),
        pl.Series([-(2**62)]).cast(pl.Datetime("us", "UTC")),
        pl.Series([2**62]).cast(pl.Datetime("ms")),
    ],
)
def test_days_that_no_calendar_has_are_refused_and_told(framework: pmf.Framework, infinity: pl.Series) -> None:
    rows = VISITS.with_columns(infinity.alias("loaded"))
    came = pmf.Submissions.from_frames(framework, rows, received_on="loaded")
    assert sorted(kinds(came.problems)) == ["arrival-unknown", "not-a-date"]
    assert status(came, "all_visits", LATE) != "green"
    of_never = pmf.Submissions.from_frames(
        framework, VISITS.with_columns(infinity.alias("period")), received_on=IN_TIME
    )
    assert kinds(of_never.problems) == ["not-a-period"]
    records = pmf.Records(
        CALLS.head(1).with_columns(infinity.alias("made_on")), covers=(date(2016, 4, 1), date(2016, 6, 30))
    )
    submissions = pmf.Submissions.from_frames(framework, lists={"call_list": records}, received_on=IN_TIME)
    evaluation = pmf.evaluate(framework, submissions, period=Q1, as_of=LATE)
    assert kinds(evaluation.problems) == ["not-a-date"]
    assert evaluation.problems["message"][0].startswith("`a day ")
    assert status(submissions, "calls", LATE) == "invalid"


def test_the_last_day_of_the_calendar_is_written_as_a_day() -> None:
    days = pl.Series([date.max, date.min, None])
    assert as_text(days).to_list() == ["9999-12-31", "0001-01-01", None]
    assert as_text(pl.Series([datetime(9999, 12, 31, 23, 59, 59)]))[0].startswith("9999-12-31 23:59:59")


class Broken:
    """A foreign frame whose connection closes when its rows are asked for."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise ConnectionError("the connection is closed")


def breaking(frame: pl.DataFrame, error: type[Exception] = ConnectionError) -> pl.LazyFrame:
    """A lazy frame that gives some rows and then raises."""

    def batches(*_: object) -> Iterator[pl.DataFrame]:
        yield frame
        raise error("the connection is closed")

    return register_io_source(batches, schema=frame.schema)


def test_a_frame_that_breaks_off_gives_nothing_at_all(framework: pmf.Framework) -> None:
    for name, returns, lists in (
        ("returns", Broken(), {}),
        ("returns", breaking(VISITS), {}),
        ("call_list", None, {"call_list": Broken()}),
    ):
        with pytest.raises(pmf.SubmissionsError, match=f"cannot read the frame `{name}`.*the connection is closed"):
            pmf.Submissions.from_frames(framework, returns, lists=lists, received_on=IN_TIME)


@pytest.mark.parametrize("error", [ConnectionError, RuntimeError, ZeroDivisionError])
def test_a_lazy_list_that_breaks_off_has_no_values_and_leaves_nothing_behind(
    framework: pmf.Framework, error: type[Exception]
) -> None:
    covers = (date(2016, 4, 1), date(2016, 6, 30))
    records = pmf.Records(breaking(CALLS, error), covers=covers)
    submissions = pmf.Submissions.from_frames(framework, VISITS, lists={"call_list": records}, received_on=IN_TIME)
    for _ in range(2):
        evaluation = pmf.evaluate(framework, submissions, period=Q1, as_of=LATE)
        assert kinds(evaluation.problems) == ["unreadable"]
        assert "the connection is closed" in evaluation.problems["message"][0]
        assert evaluation.results.filter(indicator="calls").select("value", "status").rows() == [(None, "invalid")]
        assert status(submissions, "all_visits", LATE) == "green"
    assert submissions.problems.is_empty()


def test_a_lazy_list_that_raises_at_its_second_reading_is_not_counted_by_half(framework: pmf.Framework) -> None:
    readings = iter(range(100))

    def batches(*_: object) -> Iterator[pl.DataFrame]:
        if next(readings) % 2:
            raise ConnectionError("the connection is closed")
        yield CALLS

    flaky = register_io_source(batches, schema=CALLS.schema)
    records = pmf.Records(flaky, covers=(date(2016, 4, 1), date(2016, 6, 30)))
    submissions = pmf.Submissions.from_frames(framework, lists={"call_list": records}, received_on=IN_TIME)
    evaluation = pmf.evaluate(framework, submissions, period=Q1, as_of=LATE)
    assert kinds(evaluation.problems) == ["unreadable"]
    assert status(submissions, "calls", LATE) == "invalid"


def test_the_reason_says_how_a_frame_tells_which_days_it_covers(framework: pmf.Framework) -> None:
    submissions = pmf.Submissions.from_frames(framework, lists={"call_list": CALLS}, received_on=IN_TIME)
    results = pmf.evaluate(framework, submissions, period=Q1, as_of=LATE).results
    reason = str(results.filter(indicator="calls")["reason"][0])
    assert (
        "as Records(frame, covers=(first, last)), with the days 2016-04-01 and 2016-04-30 for example, would" in reason
    )
    assert "manifest" not in reason


def test_duplicate_columns_are_told(framework: pmf.Framework) -> None:
    twice = VISITS.with_columns(number=pl.lit(13))
    submissions = pmf.Submissions.from_frames(framework, twice, received_on=IN_TIME, columns={"number": "value"})
    assert kinds(submissions.problems) == ["column-twice"]
    assert submissions.cells.is_empty()
    again = CALLS.with_columns(on=pl.lit(IN_TIME))
    of_list = pmf.Submissions.from_frames(
        framework, lists={"call_list": again}, received_on=IN_TIME, columns={"on": "made_on"}
    )
    assert kinds(of_list.problems) == ["list-column-twice"]


# -- several parts, other frameworks ---------------------------------------------------------------


def test_parts_are_settled_as_if_all_had_come_in_one_folder(framework: pmf.Framework) -> None:
    first = pmf.Submissions.from_frames(framework, VISITS, received_on=IN_TIME, name="database")
    later = pmf.Submissions.from_frames(framework, VISITS.with_columns(value=3), received_on=LATE, name="letter")
    both = pmf.Submissions.combine(first, later)
    assert [status(both, "all_visits", day) for day in (IN_TIME, LATE)] == ["green", "red"]
    assert kinds(both.problems) == ["superseded"]
    assert both.readings["outcome"].to_list() == ["superseded", "used"]
    same_day = pmf.Submissions.from_frames(framework, VISITS.with_columns(value=3), received_on=IN_TIME, name="again")
    disputed = pmf.Submissions.combine(first, same_day)
    assert kinds(disputed.problems) == ["sent-twice", "sent-twice"]
    assert status(disputed, "all_visits", LATE) == "invalid"
    repeated = pmf.Submissions.combine(first, pmf.Submissions.combine(later, same_day))
    flat = pmf.Submissions.combine(first, later, same_day)
    assert_frame_equal(repeated.readings, flat.readings)
    assert_frame_equal(repeated.problems, flat.problems)
    assert_frame_equal(both.known_at(IN_TIME).readings, first.readings)
    with pytest.raises(pmf.SubmissionsError, match="two parts have a file called `database`"):
        pmf.Submissions.combine(first, first)
    with pytest.raises(ValueError, match="combine needs"):
        pmf.Submissions.combine()
    with pytest.raises(TypeError, match="not list"):
        pmf.Submissions.combine([first])  # type: ignore[arg-type]  # that is the mistake
    assert repr(both) == "<Submissions of 2 files: 2 cells, 0 parts of lists, 1 problems>"
    assert both != flat
    assert len({both, flat, both}) == 2


def test_submissions_of_another_framework_are_refused(framework: pmf.Framework, tmp_path: Path) -> None:
    submissions = pmf.Submissions.from_frames(framework, VISITS, received_on=IN_TIME)
    other = pmf.load_framework(
        write_board(tmp_path, FIGURES.replace("kind: stock", "kind: flow"), INDICATORS, head=HEAD + LISTS)
    )
    with pytest.raises(pmf.MismatchError, match="read with another framework"):
        pmf.evaluate(other, submissions)
    with pytest.raises(pmf.MismatchError):
        pmf.Submissions.combine(submissions, pmf.Submissions.from_frames(other, VISITS, received_on=None, name="more"))
    judged = pmf.load_framework(
        write_board(tmp_path, FIGURES, INDICATORS, "all_visits: {good: at least 99}", head=HEAD + LISTS)
    )
    assert str(pmf.evaluate(judged, submissions, period=Q1, as_of=LATE).results["status"][0]) == "red"


def test_the_earlier_name_still_reads_and_says_that_it_is_deprecated(framework: pmf.Framework) -> None:
    with pytest.warns(DeprecationWarning, match="from_frames"):
        submissions = pmf.Submissions.from_frame(VISITS, framework)
    assert submissions.problems.is_empty()


def test_a_column_of_numbers_and_words_in_pandas_must_be_text(framework: pmf.Framework) -> None:
    mixed = pd.DataFrame({"period": "2016-17 Q1", "agency": "care", "figure": "a", "value": [12, "c"]})
    with pytest.raises(pmf.SubmissionsError, match=r"must be text: in pandas, `frame.astype\(\{'value': 'string'\}\)`"):
        pmf.Submissions.from_frames(framework, mixed, received_on=None)
    texts = mixed.astype({"value": "string"})
    assert pmf.Submissions.from_frames(framework, texts, received_on=None).readings["text"].to_list() == ["12", "c"]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_a_frame_that_changes_later_changes_nothing(kind: Any) -> None:
    board = pmf.Framework.from_dict(
        {
            "board": {"name": "Board"},
            "agencies": {"care": "Care"},
            "content_areas": {"safety": "Safety"},
            "lists": {
                "visits": {"title": "V", "from": "care", "date": "day", "columns": {"day": "date", "late": "number"}}
            },
            "indicators": {
                "late": {
                    "title": "Late",
                    "content_area": "safety",
                    "evidence_type": "quantity",
                    "lead_agency": "care",
                    "frequency": "quarterly",
                    "formula": "sum(late of visits)",
                }
            },
        },
        {"tolerances": {"late": {"good": "at most 2"}}},
    )
    late = np.array([3.0, 4.0])
    frame = kind({"day": np.array(["2016-04-05", "2016-05-05"], dtype="datetime64[ms]"), "late": late})
    records = pmf.Records(frame, covers=(date(2016, 4, 1), date(2016, 6, 30)), received_on=date(2016, 7, 1))
    submissions = pmf.Submissions.from_frames(board, lists={"visits": records}, received_on=None)
    late[:] = 0.0
    if isinstance(frame, pd.DataFrame):
        frame.loc[:, "late"] = 0.0
    row = pmf.evaluate(board, submissions, period="2016-17 Q1", as_of=date(2016, 8, 1)).row("late")
    assert (row.value, row.status) == (7.0, pmf.Status.RED)
