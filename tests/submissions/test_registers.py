"""Registers of the board: actions, requests, reviews and money, read and checked like returns."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.schemas import ACTIONS, MONEY, REQUESTS, REVIEWS
from pmf_engine.submissions.content import register_at
from pmf_engine.submissions.register_kinds import REGISTER_KINDS
from pmf_engine.submissions.registers import REGISTERS
from tests.support.boards import write_board, write_returns
from tests.support.return_files import as_ods, as_xls

FIGURES = """
done: {title: Interviews held, from: care, kind: flow, frequency: quarterly}
due: {title: Interviews due, from: care, kind: flow, frequency: quarterly}
"""
ACTION = (
    "id,indicator,by,group,period,level,action,agency,owner,agreed_on,due_on,done_on,state,expected_value,effect_from\n"
)
GOOD = "A-1,share,district,North,2016-17 Q4,board,Hire two,care,Head,2017-02-14,30/06/2017,2017-05-01,,at least 75%,\n"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> pmf.Framework:
    folder = tmp_path_factory.mktemp("board")
    indicator = 'share: {frequency: quarterly, by: [district], formula: "percent(done, due)"}'
    write_board(folder, FIGURES, indicator, "share: {good: at least 90}")
    return pmf.load_framework(folder)


def read(folder: Path, board: pmf.Framework, files: Mapping[str, str | bytes]) -> pmf.Submissions:
    """The submissions of a folder with these files and one return."""
    write_returns(folder, "2016-17 Q3,care,done,1")
    for name, content in files.items():
        path = folder / "returns" / name
        path.write_bytes(content) if isinstance(content, bytes) else path.write_text(content, encoding="utf-8")
    return pmf.read_submissions(folder / "returns", board)


def told(submissions: pmf.Submissions) -> list[tuple[object, ...]]:
    """The problems: row, column, kind and message."""
    return submissions.problems.select("row", "column", "kind", "message").rows()


def test_a_row_is_read_in_every_kind_of_its_cells(tmp_path: Path, board: pmf.Framework) -> None:
    submissions = read(tmp_path, board, {"actions.csv": ACTION + GOOD})
    assert told(submissions) == []
    row = submissions.actions.row(0, named=True)
    assert (row["by"], row["group"], row["period"], row["level"]) == ("district", "North", "2016-17 Q4", "board")
    assert (row["agreed_on"], row["due_on"]) == (date(2017, 2, 14), date(2017, 6, 30))
    assert (row["state"], row["expected_value"], row["file"], row["row"]) == ("done", "at least 75%", "actions.csv", 2)
    assert submissions.files["file"].to_list() == ["returns.csv"]


OF_CELLS = [
    ("share", "shares", "indicator", "unknown indicator `shares`; did you mean `share`?"),
    ("North", "Norht", "group", "unknown group `Norht` of `district`; did you mean `North`?"),
    ("2016-17 Q4", "winter", "period", "`winter` is not a period such as `2016-17 Q4`"),
    ("board", "bord", "level", "unknown level `bord`; did you mean `Board`?"),
    ("care", "carers", "agency", "unknown agency `carers`; did you mean `care`?"),
    ("Head", "", "owner", "no `owner` in this row; write the person or post who answers for it"),
    ("2017-02-14", "02/14/2017", "agreed_on", "`02/14/2017` is not a day such as `2017-01-31` or `31/01/2017`"),
    (
        "30/06/2017", "2017-01-01", "due_on",
        "`2017-01-01` is before 2017-02-14, which stands under `agreed_on`; it is not used: mend the one that is wrong",
    ),
    (
        "2017-05-01", "2017-02-13", "done_on",
        "`2017-02-13` is before 2017-02-14, which stands under `agreed_on`; it is not used: mend the one that is wrong",
    ),
    ("at least 75%", "75", "expected_value", "`75` is not a value to reach, such as `at least 75`"),
    ("2017-05-01,,", "2017-05-01,finished,", "state", "`finished` is not `open`, `done` or `dropped`"),
    (
        "2017-05-01,,", "2017-05-01,open,", "state",
        "`open` stands beside 2017-05-01 under `done_on`; it counts as open until one of the two is mended",
    ),
    (
        "2017-05-01,,", ",done,", "state",
        "`done` has no day under `done_on` that can be used; it counts as open until one of the two is mended",
    ),
    ("district,North", ",East", "group", "nothing says which breakdown `East` is a group of; write it under `by`"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "column", "message"), OF_CELLS, ids=[each[1] + each[2] for each in OF_CELLS])
def test_a_bad_cell_is_told_and_the_rest_is_used(
    tmp_path: Path, board: pmf.Framework, good: str, bad: str, column: str, message: str
) -> None:
    rows = GOOD.replace(good, bad, 1) + "A-2,,,,,,Write,,Head,2017-01-02,,,,,\n"
    submissions = read(tmp_path, board, {"actions.csv": ACTION + rows})
    assert [(each[0], each[1], each[3]) for each in told(submissions)] == [(2, column, message)]
    assert submissions.actions.select("id", "action").rows() == [("A-1", "Hire two"), ("A-2", "Write")]


def test_a_row_without_id_and_two_rows_of_one_id_are_set_aside(tmp_path: Path, board: pmf.Framework) -> None:
    rows = [GOOD, "A-2,,,,,,Write,,Head,2017-01-02,,,,,\n", "a-2,,,,,,Rewrite,,Head,2017-01-02,,,,,\n", GOOD]
    submissions = read(tmp_path, board, {"actions.csv": ACTION + "".join(rows) + GOOD.replace("A-1", "")})
    twice = "stands in rows 3 and 4 of this file, and they differ, so none is used"
    assert told(submissions) == [
        (3, "id", "register-id-twice", f"`A-2` {twice}"),
        (4, "id", "register-id-twice", f"`a-2` {twice}"),
        (6, "id", "register-row-blank", "no `id` in this row, so it is not used; write the board's own number of the "
         "action"),
    ]  # fmt: skip
    assert submissions.actions["row"].to_list() == [2]


def test_a_later_file_replaces_by_id_as_on_each_day(tmp_path: Path, board: pmf.Framework) -> None:
    first = "A-1,,,,,,Hire two,,Head,2017-01-02,,,,,\nA-2,,,,,,Write,,Head,2017-01-02,,,,,\n"
    later = "A-1,,,,,,Hire two,,Head,2017-01-02,,2017-03-01,done,,\n"
    manifest = "file,received_on\nreturns.csv,2017-04-20\nactions.csv,2017-02-01\nactions_2.csv,2017-05-01\n"
    files = {"actions.csv": ACTION + first, "actions_2.csv": ACTION + later, "manifest.csv": manifest}
    submissions = read(tmp_path, board, files)
    assert told(submissions) == []
    assert submissions.actions.sort("id").select("id", "state").rows() == [("A-1", "done"), ("A-2", "open")]
    assert submissions.known_at(date(2017, 4, 30)).actions["state"].to_list() == ["open", "open"]
    assert register_at(submissions, "actions", date(2017, 1, 31)).is_empty()


def test_two_files_without_a_day_contradict_each_other(tmp_path: Path, board: pmf.Framework) -> None:
    files = {"actions.csv": ACTION + GOOD, "actions 2.csv": ACTION + GOOD.replace("two", "three")}
    submissions = read(tmp_path, board, files)
    so = "neither is used, since nothing says which came later: let manifest.csv say when each was received"
    assert told(submissions) == [
        (2, "id", "register-sent-twice", f"`A-1` says something else in `{other}`; {so}")
        for other in ("actions.csv", "actions 2.csv")
    ]
    assert submissions.actions.is_empty()


def test_a_register_that_the_manifest_leaves_out_counts_every_day(tmp_path: Path, board: pmf.Framework) -> None:
    manifest = "file,received_on\nreturns.csv,2017-04-20\n"
    submissions = read(tmp_path, board, {"actions.csv": ACTION + GOOD, "manifest.csv": manifest})
    assert submissions.problems["kind"].to_list() == ["register-undated"]
    assert register_at(submissions, "actions", date(2000, 1, 1)).height == 1
    dated = read(tmp_path, board, {"manifest.csv": manifest + "actions.csv,2017-04-20\n"})
    assert told(dated) == [
        (2, "done_on", "after-receipt", "`2017-05-01` is after 2017-04-20, the day on which this file was received: "
         "no record can be of a day to come"),
    ]  # fmt: skip


OTHERS = {
    "requests": "id,asked_on,asked_by,about,figure,agency,due_on,received_on,answer,led_to\n"
    "R-1,2017-01-09,Chair,Visits in the night,done,police,2017-01-20,2017-01-19,Twelve,A-1\n",
    "reviews": "id,activity,done_on,agency,content_area,sample,found,grade,lesson,led_to\n"
    "V-1,Themed audit,2017-01-09,care,Safety,20,Half were late,requires improvement,Ask sooner,A-1\n",
    "money": "year,line,agency,heading,budget,actual,paid_on,note\n"
    '2016-17,contribution,care,,"£10,000",(250.50),2016-05-01,\n2016-17,contribution,care,,,250.50,2016-09-01,\n',
}


def test_requests_reviews_and_money(tmp_path: Path, board: pmf.Framework) -> None:
    submissions = read(tmp_path, board, {f"{name}.csv": text for name, text in OTHERS.items()})
    assert told(submissions) == []
    assert submissions.requests.select("figure", "agency", "answer").row(0) == ("done", "police", "Twelve")
    assert submissions.reviews.select("content_area", "sample", "done_on").row(0) == ("safety", 20, date(2017, 1, 9))
    assert submissions.money.select("line", "agency", "budget", "actual").rows() == [
        ("contribution", "care", 10000.0, -250.5),
        ("contribution", "care", None, 250.5),
    ]
    frames = {"actions": (submissions.actions, ACTIONS), "requests": (submissions.requests, REQUESTS),
              "reviews": (submissions.reviews, REVIEWS), "money": (submissions.money, MONEY)}  # fmt: skip
    assert frames.keys() == REGISTERS.keys()
    assert [schema.problems(frame) for frame, schema in frames.values()] == [[], [], [], []]


def workbook(text: str) -> bytes:
    """A workbook with the text's rows below a title."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Log")
    sheet.write(0, 0, "Actions of the Board")
    for number, line in enumerate(text.splitlines(), 2):
        sheet.write_row(number, 0, line.split(","))
    book.close()
    return stream.getvalue()


def parquet(text: str) -> bytes:
    stream = io.BytesIO()
    pl.read_csv(io.StringIO(text), try_parse_dates=True).write_parquet(stream)
    return stream.getvalue()


FORMS: dict[str, str | bytes] = {
    "Log of the Board.csv": ACTION + GOOD,
    "titled.csv": "Actions of the Board\n\n" + ACTION + GOOD,
    "semicolons.csv": (ACTION + GOOD).replace(",", ";"),
    "log.xlsx": workbook(ACTION + GOOD),
    "log.xls": as_xls({"Log": [line.split(",") for line in (ACTION + GOOD).splitlines()]}),
    "log.parquet": parquet(ACTION + GOOD),
    "log.ods": as_ods({"Log": [line.split(",") for line in (ACTION + GOOD).splitlines()]}),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_return_may_hold_a_register(tmp_path: Path, board: pmf.Framework, name: str) -> None:
    submissions = read(tmp_path, board, {name: FORMS[name]})
    assert submissions.problems.filter(pl.col("kind") != "format-tells-less").is_empty()
    row = submissions.actions.row(0, named=True)
    assert (row["id"], row["due_on"], row["expected_value"]) == ("A-1", date(2017, 6, 30), "at least 75%")


def test_a_frame_may_be_a_register(board: pmf.Framework) -> None:
    frame = pl.read_csv(io.StringIO(ACTION + GOOD), try_parse_dates=True)
    submissions = pmf.Submissions.from_frames(board, {"log": frame}, received_on=date(2017, 5, 2))
    assert submissions.actions["id"].to_list() == ["A-1"]
    later = frame.with_columns(action=pl.lit("Ask"))
    more = pmf.Submissions.from_frames(board, {"later": later}, received_on=date(2017, 6, 2))
    both = pmf.Submissions.combine(submissions, more)
    assert both.actions["action"].to_list() == ["Ask"]


def test_a_return_that_is_called_like_a_register_stays_a_return(tmp_path: Path, board: pmf.Framework) -> None:
    returns = "period,agency,figure,value\n2016-17 Q4,care,done,7\n"
    submissions = read(
        tmp_path, board, {"reviews.csv": returns, "money 2016.csv": "period,agency,done\n2016-17 Q2,care,3\n"}
    )
    assert told(submissions) == []
    assert sorted(submissions.readings["value"].to_list()) == [1, 3, 7]


def test_a_register_without_a_column_that_it_needs(tmp_path: Path, board: pmf.Framework) -> None:
    submissions = read(
        tmp_path, board, {"actions.csv": "number,owner,due_on,owner,efect_from\nA-1,Head,2017-01-01,x,y\n"}
    )
    assert {each[:3] for each in told(submissions)} == {
        (1, None, "register-column-missing"), (1, "number", "unknown-column"), (1, "owner", "column-twice"),
        (1, "efect_from", "unknown-column"),
    }  # fmt: skip
    missing = "no column `id` and `action` in this header of `actions`; nothing in this table can be used"
    assert missing in [each[3] for each in told(submissions)]


def test_a_row_that_the_end_of_the_file_cuts_is_set_aside(tmp_path: Path, board: pmf.Framework) -> None:
    submissions = read(tmp_path, board, {"actions.csv": ACTION + GOOD + "A-2,,,,,,Write,,Head,2017-01-02"})
    assert submissions.problems["kind"].to_list() == ["cut-row"]
    assert submissions.actions["id"].to_list() == ["A-1"]


def test_a_word_that_a_row_needs(tmp_path: Path, board: pmf.Framework) -> None:
    money = "year,line,agency,heading,budget,actual\n2016-17,spending,care,,1,1\n2016-17,spend,care,,a lot,1\n"
    submissions = read(tmp_path, board, {"money.csv": money})
    assert told(submissions) == [
        (2, "line", "register-row-aside", "`spending` is not `brought_forward`, `contribution`, `spend` or "
         "`carried_forward`; did you mean `spend`?; this row is not used"),
        (3, "budget", "register-value", "`a lot` is not an amount in pounds, such as `1250` or `1,250.50`"),
    ]  # fmt: skip
    assert submissions.money["actual"].to_list() == [1]


def test_every_kind_of_problem_is_reached_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    by_message = {"register-name", "register-blank", "register-day-order", "register-group-alone", "register-state"}
    assert {kind for kind in REGISTER_KINDS if f'"{kind}"' in source} | by_message == REGISTER_KINDS.keys()


NAMES = [f"{name}{suffix}" for name in REGISTERS for suffix in (".csv", ".xlsx", ".parquet")]


@settings(max_examples=40)
@given(name=st.sampled_from(NAMES), content=st.binary(max_size=300))
def test_any_bytes_are_told_by_file_and_lose_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, board: pmf.Framework, name: str, content: bytes
) -> None:
    submissions = read(tmp_path_factory.mktemp("fuzz"), board, {name: content, "log.csv": ACTION + GOOD})
    assert submissions.actions["id"].to_list() == ["A-1"]
    assert submissions.readings.filter(file="returns.csv")["value"].to_list() == [1]
    assert set(submissions.problems["file"]) == {name}


TABLES = {"actions": ACTION + GOOD} | OTHERS
CELLS = st.text(st.characters(exclude_characters='",\r\n\0', exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=60)
@given(
    data=st.data(), text=st.text(st.characters(exclude_characters='",\r\n\0', exclude_categories=["Cs"]), max_size=12)
)
def test_any_damaged_cell_is_told_by_its_row_and_the_other_rows_stay(
    tmp_path_factory: pytest.TempPathFactory, board: pmf.Framework, data: st.DataObject, text: str
) -> None:
    name = data.draw(st.sampled_from(sorted(TABLES)))
    header, row = TABLES[name].splitlines()[:2]
    cells = row.replace('"£10,000"', "£10000").split(",")
    at = data.draw(st.integers(0, len(cells) - 1))
    damaged = ",".join([*cells[:at], text, *cells[at + 1 :]])
    other = ",".join(cells).replace("-1,", "-9,", 1).replace("2016-17,", "2015-16,", 1)
    submissions = read(tmp_path_factory.mktemp("fuzz"), board, {f"{name}.csv": f"{header}\n{damaged}\n{other}\n"})
    rows = getattr(submissions, name)
    assert 3 in rows["row"].to_list() or text.strip().casefold() in (
        cells[at].casefold(),
        other.split(",")[0].casefold(),
    )
    assert set(submissions.problems["row"].drop_nulls()) <= {1, 2, 3}
    if 2 in rows["row"].to_list():
        lost = rows.filter(row=2).row(0, named=True)["unread"]
        assert not lost or submissions.problems.filter(row=2).height
