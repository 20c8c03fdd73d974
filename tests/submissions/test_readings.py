"""What single cells of a return are taken for: values, markers, grades, periods, names, groups and headers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.domain.problem_kind import ProblemKind
from pmf_engine.framework.load import load_framework
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.days import groups_at
from pmf_engine.submissions.problem_kinds import KINDS
from pmf_engine.submissions.submissions import Submissions
from tests.support.boards import read_frame

INDICATORS = """
board: Test Board
agencies:
  social_care: Children's Social Care
  police: Essex Police
scales:
  section_11: [not met, partly met, met]
  risk: [low, medium, high]
breakdowns:
  district: {title: District, groups: [Harlow, Basildon, St Albans]}
  ward: Electoral ward
figures:
  referrals: {title: Referrals received, from: social_care, kind: flow, frequency: quarterly}
  open_plans: {title: Plans open, from: [social_care, police], kind: stock, frequency: monthly}
  change_in_staff: {title: Change, from: social_care, kind: flow, frequency: quarterly, signed: true, whole: false}
  school_year: {title: School, from: social_care, kind: flow, frequency: annual, year_start: september}
  calendar: {title: Calendar, from: social_care, kind: flow, frequency: quarterly, year_start: january}
  recruitment: {title: Safe recruitment, from: [social_care, police], kind: grade, scale: section_11, frequency: annual}
  risk_level: {title: Risk level, from: social_care, kind: grade, scale: risk, frequency: annual}
  story: {title: What happened, from: police, kind: text, frequency: ad hoc}
"""


@pytest.fixture(scope="module")
def framework(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    folder: Path = tmp_path_factory.mktemp("board")
    (folder / "indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    (folder / "tolerances.yaml").write_text("tolerances: {}\n", encoding="utf-8")
    return load_framework(folder)


def read(framework: Framework, *rows: dict[str, Any]) -> Submissions:
    """Long rows, of which each says only what matters."""
    usual = {"period": "2016-17 Q3", "agency": "social_care", "figure": "referrals", "value": "12"}
    names = list(dict.fromkeys([*usual, *(name for row in rows for name in row)]))
    frame = pl.DataFrame([{**usual, **row} for row in rows], schema=dict.fromkeys(names, pl.String))
    return read_frame(frame, framework)


def one(framework: Framework, **row: Any) -> dict[str, Any]:
    return read(framework, row).readings.row(0, named=True)


def complaint(framework: Framework, **row: Any) -> tuple[str, str, str, str]:
    """The kind, message, column and text of the one problem that a row has."""
    submissions = read(framework, row)
    assert submissions.readings["outcome"].to_list() == ["refused"]
    assert submissions.readings["state"].to_list() == ["invalid"]
    assert submissions.readings["value"].to_list() == [None]
    problem = submissions.problems.row(0, named=True)
    assert submissions.problems.height == 1
    assert problem["row"] == 2
    return problem["kind"], problem["message"], problem["column"], problem["text"]


# -- numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0), ("1,234", 1234.0), ("12,345,678.5", 12345678.5),
        ("£1,200", 1200.0), ("  7 ", 7.0), ("\u00a07\u00a0", 7.0), ("\u202f7\t", 7.0), ("+5", 5.0), ("0", 0.0),
        ("-0", 0.0), ("007", 7.0), (".5", 0.5), ("0.1", 0.1), ("1000000000000000", 1e15), ("£+3", 3.0),
    ],
)  # fmt: skip
def test_plain_decimals_and_peoples_habits_are_numbers(framework: Framework, text: str, value: float) -> None:
    cell = one(framework, value=text, figure="change_in_staff")
    assert (cell["value"], cell["state"], cell["outcome"], cell["text"]) == (value, "ok", "used", text)


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "nan", "inf", "-inf", "infinity", "1e400", "1e5", "1,5", "1O", "=A1+B1", "12.3.4",
        "1 23", "0 234", "1\u00a02345", "(5", "(-5)", "1234 (est)",
        "12,34", "1,2345", ",123", "0,123", "1,234,5", "31/01/2017", "2017-01-31", "5.", "--5", "+-5", "5-",
        "£", "%", "£45%", "5%%", "$5", "1_000", "0x10", "\uff11\uff12", "\u0663", "½", "true", "12 (est.)", ">95%",
        "1'234", "1-4", "1 to 4", ">5", "[r]", "r", "12p", "12 [c]", "12 x", "[1]", "12 []", "< c", "[12]",
        "five", "\u2014", "- 5", "1\n2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("figure", ["referrals", "change_in_staff"])
def test_what_is_not_a_plain_decimal_is_refused(framework: Framework, text: str, figure: str) -> None:
    kind, message, column, shown = complaint(framework, value=text, figure=figure)
    assert (kind, column, shown) == ("not-a-number", "value", text)
    assert message.startswith(f"`{text}` is not a number; ")


@pytest.mark.parametrize("text", ["#REF!", "#DIV/0!", "#N/A", "#NAME?"])
def test_an_error_of_a_spreadsheet_is_no_value(framework: Framework, text: str) -> None:
    assert complaint(framework, value=text)[0] == "error-cell"


@pytest.mark.parametrize("text", ["1 234", "1\u00a0234", "1\u202f234", "£1 234"])
def test_spaces_may_stand_between_thousands(framework: Framework, text: str) -> None:
    assert one(framework, value=text)["value"] == 1234.0


@pytest.mark.parametrize(("text", "value"), [("(5)", -5.0), ("(1,200)", -1200.0), ("(1 200.5)", -1200.5)])
def test_brackets_are_a_sign_where_a_figure_has_one(framework: Framework, text: str, value: float) -> None:
    assert one(framework, value=text, figure="change_in_staff")["value"] == value
    assert complaint(framework, value=text)[0] == "negative"


def test_the_message_says_what_was_expected(framework: Framework) -> None:
    assert complaint(framework, value="1,5")[1] == (
        "`1,5` is not a number; write decimals with a point, and thousands as `1,234`"
    )
    assert complaint(framework, value="=A1+B1")[1] == (
        "`=A1+B1` is not a number; it is a formula; save the sheet with its results as values"
    )
    assert complaint(framework, value="1O")[1] == (
        "`1O` is not a number; expected a number such as `1234` or `12.5`, or `c` (withheld) or `x` (not available)"
    )


@pytest.mark.parametrize("text", ["-5", "\u22125", "-0.1", "-£5", "£-5"])
def test_below_zero_only_where_the_figure_is_signed(framework: Framework, text: str) -> None:
    kind, message, _, _ = complaint(framework, value=text)
    assert (kind, message) == ("negative", f"`{text}` is below zero, and `referrals` cannot be")
    number = -0.1 if "0.1" in text else -5.0
    assert one(framework, value=text, figure="change_in_staff")["value"] == number


@pytest.mark.parametrize("text", ["1000000000000001", "9" * 400, "-1000000000000001"])
def test_beyond_all_counting_is_refused(framework: Framework, text: str) -> None:
    assert complaint(framework, value=text, figure="change_in_staff")[0] == "too-large"


@given(st.integers(-(10**15), 10**15))
def test_every_whole_number_is_read_as_it_is(number: int) -> None:
    for text in (str(number), f"{number:,}"):
        assert one(_shared(), value=text, figure="change_in_staff")["value"] == float(number)


@given(st.decimals(-(10**9), 10**9, places=4))
def test_every_decimal_is_read_as_python_reads_it(number: Any) -> None:
    assert one(_shared(), value=f"{number:f}", figure="change_in_staff")["value"] == float(number)


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_a_state(text: str) -> None:
    cell = one(_shared(), value=text)
    assert (cell["value"] is not None) == (cell["state"] == "ok")
    assert cell["value"] is None or 0 <= cell["value"] <= 1e15


_KEPT: list[Framework] = []


@pytest.fixture(scope="module", autouse=True)
def _keep(framework: Framework) -> None:
    _KEPT[:] = [framework]


def _shared() -> Framework:
    return _KEPT[0]


# -- markers, grades and text -----------------------------------------------------------


@pytest.mark.parametrize("text", ["c", "C", " c ", "[c]", "*", "[*]", "<5", "<10", "< 5", "[<5]", "<0.5%"])
def test_c_is_withheld_never_a_number(framework: Framework, text: str) -> None:
    cell = one(framework, value=text)
    assert (cell["value"], cell["state"], cell["outcome"]) == (None, "suppressed", "used")


@pytest.mark.parametrize(
    "text", ["x", "X", "z", "..", ".", "-", "\u2013", "n/a", "N/A", "na", "", "  ", "\u00a0", "u", "k", "low", "Low",
             ":", "[x]", "[Z]",
             "[low]", "[u]", "[ k ]", "[..]"]
)  # fmt: skip
def test_other_markers_and_blanks_are_not_available(framework: Framework, text: str) -> None:
    submissions = read(framework, {"value": text})
    cell = submissions.readings.row(0, named=True)
    assert (cell["value"], cell["state"], cell["outcome"]) == (None, "no_data", "used")
    assert submissions.problems.is_empty()


MARKED = {
    "[r]": "revised", "[R]": "revised", " r": "revised", "p": "provisional", "[p]": "provisional", "e": "estimated",
    "[e]": "estimated", "*": "footnote", "[1]": "footnote", "[12]": "footnote", "[note 3]": "footnote",
    "[p] [1]": "provisional",
}  # fmt: skip


@pytest.mark.parametrize(("mark", "kind"), MARKED.items())
@pytest.mark.parametrize("number", ["21", "21.0", "1,234", "£1,200", "0"])
def test_a_number_keeps_the_mark_behind_it(framework: Framework, mark: str, kind: str, number: str) -> None:
    text = f"{number} {mark}"
    cell = one(framework, value=text)
    assert (cell["value"], cell["state"]) == (float(number.replace(",", "").strip("£")), "ok")
    assert cell["mark"] == kind
    assert one(framework, value=number)["mark"] is None


@pytest.mark.parametrize("text", ["12 u", "12 [u]", "12 [p] [u]", "u"])
def test_what_its_sender_calls_unreliable_is_no_number(framework: Framework, text: str) -> None:
    cell = one(framework, value=text)
    assert (cell["value"], cell["state"], cell["mark"]) == (None, "no_data", "unreliable")


@given(
    st.integers(-(10**12), 10**12), st.sampled_from(["{}", "{:,}"]), st.sampled_from(["", "£"]),
    st.sampled_from(["", *(f" {mark}" for mark in MARKED)]),
)  # fmt: skip
def test_any_way_to_write_a_number_with_its_mark_is_that_number(number: int, form: str, sign: str, mark: str) -> None:
    minus, digits = "-" * (number < 0), form.format(abs(number))
    cell = one(_shared(), value=f"{minus}{sign}{digits}{mark}", figure="change_in_staff")
    assert (cell["value"], cell["outcome"]) == (float(number), "used")


@pytest.mark.parametrize(("text", "position"), [("not met", 1.0), ("Partly  Met", 2.0), (" MET ", 3.0)])
def test_a_grade_is_its_position_on_its_scale(framework: Framework, text: str, position: float) -> None:
    cell = one(framework, figure="recruitment", period="2016-17", value=text)
    assert (cell["value"], cell["state"]) == (position, "ok")


def test_a_word_of_the_scale_is_a_grade_before_it_is_a_marker(framework: Framework) -> None:
    assert one(framework, figure="risk_level", period="2016-17", value="Low")["value"] == 1.0
    assert one(framework, figure="recruitment", period="2016-17", value="low")["state"] == "no_data"
    assert one(framework, figure="recruitment", period="2016-17", value="c")["state"] == "suppressed"


def test_a_grade_that_is_not_on_the_scale_is_refused(framework: Framework) -> None:
    kind, message, _, _ = complaint(framework, figure="recruitment", period="2016-17", value="partially met")
    assert (kind, message) == (
        "not-a-grade",
        "`partially met` is not a grade of `section_11`; expected `not met`, `partly met` or `met`; "
        "did you mean `partly met`?",
    )
    assert complaint(framework, figure="recruitment", period="2016-17", value="2")[0] == "not-a-grade"


def test_a_text_figure_takes_any_text(framework: Framework) -> None:
    said = one(framework, figure="story", agency="police", value="c, and 12 more")
    assert (said["value"], said["state"], said["text"]) == (None, "ok", "c, and 12 more")
    assert one(framework, figure="story", agency="police", value=" ")["state"] == "no_data"


# -- periods ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2016-17 Q3", "2016/17 Q3", "Q3 2016-17", " q3 2016/17 "])
def test_a_quarter_in_the_ways_people_write_it(framework: Framework, text: str) -> None:
    cell = one(framework, period=text)
    assert (cell["start"], cell["months"]) == (2016 * 12 + 9, 3)


@pytest.mark.parametrize(
    ("figure", "text", "start", "months"),
    [
        ("referrals", "2016-17", 2016 * 12 + 3, 12),
        ("referrals", "2016-17 H2", 2016 * 12 + 9, 6),
        ("open_plans", "2016-12", 2016 * 12 + 11, 1),
        ("open_plans", "2016-17 Q1", 2016 * 12 + 3, 3),
        ("open_plans", "2011-12", 2011 * 12 + 11, 1),
        ("recruitment", "2011-12", 2011 * 12 + 3, 12),
        ("school_year", "2016-17", 2016 * 12 + 8, 12),
        ("calendar", "2016 Q4", 2016 * 12 + 9, 3),
        ("calendar", "2016-17 Q3", 2016 * 12 + 9, 3),
        ("open_plans", "Apr-26", 2026 * 12 + 3, 1),
        ("open_plans", "201104", 2011 * 12 + 3, 1),
        ("open_plans", "30/04/2026", 2026 * 12 + 3, 1),
        ("referrals", "Apr-Jun 2026", 2026 * 12 + 3, 3),
        ("referrals", "Q4 16/17", 2017 * 12, 3),
        ("referrals", "26/27 Q1", 2026 * 12 + 3, 3),
        ("referrals", "01/04/2026", 2026 * 12 + 3, 3),
        ("referrals", "2026-04-01 00:00:00", 2026 * 12 + 3, 3),
        ("referrals", "30 June 2026", 2026 * 12 + 3, 3),
        ("school_year", "1 Sept 2016", 2016 * 12 + 8, 12),
        ("calendar", "31-Dec-16", 2016 * 12 + 9, 3),
    ],
)
def test_periods_follow_the_figures_own_year(
    framework: Framework, figure: str, text: str, start: int, months: int
) -> None:
    cell = one(framework, figure=figure, period=text, value="met" if figure == "recruitment" else "1")
    assert (cell["start"], cell["months"], cell["outcome"]) == (start, months, "used")


def test_periods_that_cannot_be_are_refused(framework: Framework) -> None:
    assert complaint(framework, period="2016-12") == (
        "period-too-short", "`2016-12` is shorter than a period of `referrals`, which is quarterly", "period", "2016-12"
    )  # fmt: skip
    assert complaint(framework, period="2016-17", figure="calendar")[0] == "period-misaligned"
    assert complaint(framework, period="Q5 2016-17")[1] == (
        "`Q5 2016-17` is not a period; expected a period such as `2016-17 Q3`"
    )
    assert complaint(framework, period="2016-18")[0] == "not-a-period"
    assert complaint(framework, period="2016-17 Q3", figure="recruitment", value="met")[0] == "period-too-short"
    assert complaint(framework, period=None)[:2] == (
        "blank", "no period in this row; expected a period such as `2016-17 Q3`"
    )  # fmt: skip


def test_a_year_in_the_place_of_a_month_is_neither(framework: Framework) -> None:
    assert complaint(framework, figure="open_plans", period="2010/11") == (
        "ambiguous-period",
        "`2010/11` may be a month or a year; write `Nov 2010` for the month or `2010-2011` for the year",
        "period",
        "2010/11",
    )
    for text, start, months in (("Nov 2010", 2010 * 12 + 10, 1), ("2010-2011", 2010 * 12 + 3, 12)):
        cell = one(framework, figure="open_plans", period=text)
        assert (cell["start"], cell["months"]) == (start, months)


@pytest.mark.parametrize(
    ("figure", "text", "kind", "says"),
    [
        ("open_plans", "201112", "ambiguous-period", "write `Dec 2011` for the month or `2011-2012` for the year"),
        ("open_plans", "26-Apr", "not-a-period", "expected a period such as `2016-12`"),
        ("open_plans", "01/04/2026", "day-for-a-period", "write the period, such as `2016-12`"),  # a stock on a first
        ("referrals", "Apr-26", "period-too-short", "is shorter than a period of `referrals`"),
        ("referrals", "04/01/2026", "day-for-a-period", "write the period, such as `2016-17 Q3`"),
        ("referrals", "30/04/2026", "day-for-a-period", "write the period, such as `2016-17 Q3`"),
        ("referrals", "FY17", "ambiguous-year", "write `2016-17` or `2017-18`"),
        ("referrals", "2017", "ambiguous-year", "write `2016-17` or `2017-18`"),
        ("referrals", "Q1 2017", "ambiguous-year", "write `2016-17 Q1` or `2017-18 Q1`"),
        ("referrals", "Oct-Mar 2017", "not-a-period", "expected a period such as `2016-17 Q3`"),
    ],
)
def test_a_period_that_may_be_two_is_refused_and_says_what_to_write(
    framework: Framework, figure: str, text: str, kind: str, says: str
) -> None:
    found, message, _, _ = complaint(framework, figure=figure, period=text)
    assert found == kind
    assert says in message
    cell = one(framework, figure=figure, period=text)
    assert (cell["figure"], cell["agency"], cell["start"]) == (figure, "social_care", None)


def test_the_first_of_three_months_is_not_the_quarter(framework: Framework) -> None:
    days = read(framework, *({"period": f"2026-{month}-01"} for month in ("04", "05", "06")))
    assert days.readings["outcome"].to_list() == ["refused"] * 3
    assert days.problems["message"].to_list() == [
        f"`2026-{month}-01` is a day, not a period; write the period, such as `2016-17 Q3`"
        for month in ("04", "05", "06")
    ]
    quarters = read(framework, *({"period": f"2026-{month}-01"} for month in ("04", "07")))
    assert quarters.readings["start"].to_list() == [2026 * 12 + 3, 2026 * 12 + 6]


def test_a_period_refused_speaks_for_no_period(framework: Framework) -> None:
    submissions = read(framework, {"period": "2016-12"})
    assert submissions.readings.select("start", "months").row(0) == (None, None)
    assert submissions.cells.is_empty()


# -- names ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["social_care", "Social_Care", "children's social care", " Children's  Social Care "])
def test_agencies_by_id_or_name(framework: Framework, text: str) -> None:
    assert one(framework, agency=text)["agency"] == "social_care"


@pytest.mark.parametrize("text", ["referrals", " REFERRALS ", "Referrals received", "referrals  received"])
def test_figures_by_id_or_title(framework: Framework, text: str) -> None:
    assert one(framework, figure=text)["figure"] == "referrals"


def test_unknown_names_are_refused_with_the_nearest(framework: Framework) -> None:
    assert complaint(framework, agency="polise") == (
        "unknown-agency", "unknown agency `polise`; did you mean `police`?", "agency", "polise"
    )  # fmt: skip
    assert complaint(framework, figure="refferals")[1] == "unknown figure `refferals`; did you mean `referrals`?"
    assert complaint(framework, figure="qqq")[:2] == ("unknown-figure", "unknown figure `qqq`")
    assert complaint(framework, agency="")[0] == "blank"
    assert complaint(framework, figure="")[0] == "blank"


def test_an_agency_that_does_not_send_the_figure_is_refused(framework: Framework) -> None:
    assert complaint(framework, agency="Essex Police") == (
        "wrong-sender", "`Essex Police` does not send `referrals`; it comes from `social_care`", "agency",
        "Essex Police",
    )  # fmt: skip
    assert read(framework, {"agency": "police"}).cells.is_empty()


def test_every_cell_of_a_row_that_is_wrong_is_reported(framework: Framework) -> None:
    submissions = read(framework, {"period": "soon", "agency": "nobody", "value": "1O"})
    found = submissions.problems.select("column", "kind").rows()
    assert found == [("agency", "unknown-agency"), ("period", "not-a-period"), ("value", "not-a-number")]


def test_a_value_refused_still_speaks_for_its_key_without_a_value(framework: Framework) -> None:
    cell = read(framework, {"value": "1O"}).cells.row(0, named=True)
    assert (cell["figure"], cell["agency"], cell["start"], cell["months"]) == (
        "referrals", "social_care", 2016 * 12 + 9, 3
    )  # fmt: skip
    assert (cell["state"], cell["value"], cell["outcome"]) == ("invalid", None, "refused")


# -- groups -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["St Albans", "st albans", " ST  ALBANS ", "StAlbans"])
def test_listed_groups_are_given_their_own_spelling(framework: Framework, text: str) -> None:
    cell = one(framework, district=text)
    assert (cell["by"], cell["group"]) == ("district", "St Albans")


def test_groups_that_are_not_listed_are_taken_as_written(framework: Framework) -> None:
    cell = one(framework, ward="  Great Parndon ")
    assert (cell["by"], cell["group"]) == ("ward", "Great Parndon")


def test_a_row_without_a_group_is_the_whole(framework: Framework) -> None:
    cell = one(framework, district=" ", ward=None)
    assert (cell["by"], cell["group"]) == (None, None)


def test_an_unknown_group_is_refused_and_keeps_its_whole_from_a_sum(framework: Framework) -> None:
    assert complaint(framework, district="Harlo") == (
        "unknown-group", "unknown group `Harlo` of `district`; did you mean `Harlow`?", "district", "Harlo"
    )  # fmt: skip
    submissions = read(framework, {"district": "Harlo"})
    assert submissions.cells.select("by", "group", "value", "state").row(0) == ("district", None, None, "invalid")


def test_a_total_is_not_taken_for_a_group(framework: Framework) -> None:
    kind, message, _, _ = complaint(framework, ward="Total")
    assert kind == "total-of-groups"
    assert message == (
        "`Total` is a total and no group of `ward`; leave the cell blank for the whole, "
        "or list the groups of `ward` in indicators.yaml"
    )
    assert one(framework, district="Total")["by"] is None


def test_a_row_is_of_one_breakdown(framework: Framework) -> None:
    kind, _, column, text = complaint(framework, district="Harlow", ward="Old Town")
    assert (kind, column, text) == ("two-breakdowns", "district", "Harlow")
    cells = read(framework, {"district": "Harlow", "ward": "Old Town"}).cells
    assert cells["state"].to_list() == ["invalid"]
    assert cells["group"].null_count() == cells.height


# -- headers and layouts ------------------------------------------------------------------


def frame(**columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({name.replace("__", " "): values for name, values in columns.items()})


def test_headers_are_known_whatever_their_case_and_spaces(framework: Framework) -> None:
    header = [" PERIOD", "Agency ", "_figure_", "Va-lue", "electoral  WARD", "Comment"]
    rows = [["2016-17 Q3", "police", "open_plans", "3", "Old Town", "late"]]
    cell = read_frame(pl.DataFrame(rows, schema=header, orient="row"), framework).readings.row(0, named=True)
    assert (cell["figure"], cell["value"], cell["by"], cell["group"]) == ("open_plans", 3.0, "ward", "Old Town")
    assert (cell["comment"], cell["column"]) == ("late", "Va-lue")


def test_a_wide_row_has_a_cell_for_each_figure_column(framework: Framework) -> None:
    wide = pl.DataFrame(
        {"Period": ["2016-17 Q3"], "Agency": ["social_care"], "open plans": ["1,234"], "Referrals Received": [None],
         "Comment": ["busy"]}
    )  # fmt: skip
    submissions = read_frame(wide, framework)
    assert submissions.readings.select("figure", "column", "value", "state", "comment", "row").rows() == [
        ("referrals", "Referrals Received", None, "no_data", "busy", 2),
        ("open_plans", "open plans", 1234.0, "ok", "busy", 2),
    ]
    assert submissions.problems.is_empty()


def test_a_problem_of_a_wide_row_is_told_once(framework: Framework) -> None:
    wide = frame(period=["2016-17 Q3"], agency=["nobody"], referrals=["1"], open_plans=["2"])
    submissions = read_frame(wide, framework)
    assert submissions.problems["kind"].to_list() == ["unknown-agency"]
    assert submissions.readings["outcome"].to_list() == ["refused", "refused"]


def test_a_blank_under_a_figure_that_the_agency_does_not_send_is_no_cell(framework: Framework) -> None:
    wide = frame(
        period=["2016-17 Q3"] * 2, agency=["social_care", "police"], referrals=["1", None], open_plans=["2", "3"]
    )
    submissions = read_frame(wide, framework)
    assert submissions.problems.is_empty()
    assert submissions.readings.select("agency", "figure").rows() == [
        ("social_care", "open_plans"), ("social_care", "referrals"), ("police", "open_plans")
    ]  # fmt: skip


def test_unknown_columns_of_a_wide_return_are_counted_and_set_aside(framework: Framework) -> None:
    wide = frame(period=["2016-12", "2017-01"], agency=["police"] * 2, open_plans=["3", "3"], open_plan=["4", None])
    submissions = read_frame(wide, framework)
    problem = submissions.problems.row(0, named=True)
    assert (problem["row"], problem["column"], problem["kind"], problem["message"]) == (
        1, "open_plan", "unknown-column", "unknown column `open_plan`; did you mean `open_plans`?"
    )  # fmt: skip
    assert submissions.files.drop("agency").row(0) == ("returns", None, 3, 2, 1)
    assert submissions.readings.filter(pl.col("outcome") == "unknown").select("column", "text", "row").rows() == [
        ("open_plan", "4", 2)
    ]


def test_unknown_columns_of_a_long_return_are_told_and_the_rows_used(framework: Framework) -> None:
    submissions = read(framework, {"prepared by": "A. Clerk"})
    assert submissions.problems["message"].to_list() == [
        "notes under `prepared by` are not read; what is to be shown stands in `comment`"
    ]
    assert submissions.readings["outcome"].to_list() == ["used"]


def test_rows_that_may_be_of_a_group_are_not_taken_for_the_whole(framework: Framework) -> None:
    submissions = read(framework, {"distrct": "Harlow"}, {"distrct": None, "period": "2016-17 Q2"})
    assert submissions.readings["outcome"].to_list() == ["refused", "used"]
    assert submissions.problems.select("row", "column", "message").rows() == [
        (1, "distrct", "unknown column `distrct`; did you mean `District`?; "
         "rows that fill it are set aside, since they may be of a group of `district`"),
        (2, "distrct", "`Harlow` stands in `distrct`, which is not a known column; "
         "this row is set aside, since it may be of a group of `district`"),
    ]  # fmt: skip
    assert submissions.cells.select("by", "group", "state").rows() == [
        ("district", "Harlow", "invalid"), (None, None, "ok")
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["distict", "Districts", "district name", "District_code", "wrd", "Name of ward"])
def test_a_column_that_is_nearly_called_as_a_breakdown_never_makes_wholes_of_its_rows(
    framework: Framework, header: str
) -> None:
    submissions = read(framework, {header: "12"}, {header: "Old Town"})
    by = "ward" if "w" in header else "district"
    assert submissions.readings["outcome"].to_list() == ["refused", "refused"]
    assert submissions.problems["kind"].to_list() == ["unknown-column", "misnamed-column", "misnamed-column"]
    assert submissions.cells.select("by", "group", "value").rows() == [(by, None, None)]
    assert groups_at(submissions, date.max).is_empty()


def test_a_group_that_is_mistyped_is_no_group_and_the_rest_stands(framework: Framework) -> None:
    submissions = read(framework, {"district": "Harlo"}, {"district": "Harlow"}, {"district": "St.Albans"})
    assert submissions.readings["outcome"].to_list() == ["refused", "used", "refused"]
    assert submissions.problems["kind"].to_list() == ["unknown-group", "unknown-group"]
    assert groups_at(submissions, date.max).rows() == [("district", "Harlow")]


def test_rows_that_an_unknown_column_tells_apart_are_not_one_cell(framework: Framework) -> None:
    submissions = read(framework, {"team": "A"}, {"team": "B"})
    assert submissions.readings["outcome"].to_list() == ["refused", "refused"]
    assert submissions.problems["kind"].to_list() == ["unknown-column", "may-be-part", "may-be-part"]
    assert submissions.problems["message"][1] == (
        "`A` stands in `team`, which is not a known column, so this row may be of a part and is set aside; "
        "send the number of all, or let `ignore_columns` of the board name the column"
    )


def test_rows_that_say_nothing_in_a_column_nobody_knows_are_used(framework: Framework) -> None:
    submissions = read(framework, {"team": "A"}, {"team": " A "}, {"team": None, "period": "2016-17 Q2"})
    assert submissions.readings["outcome"].to_list() == ["refused", "refused", "used"]
    for header in ("team", "{}", "{team"):
        differ = read(framework, {header: "A"}, {header: None})
        assert differ.readings["outcome"].to_list() == ["unknown", "used"]


def test_a_column_of_groups_is_a_breakdown_whatever_it_is_called(framework: Framework) -> None:
    submissions = read(framework, {"area": "harlow"}, {"area": "elsewhere"})
    assert submissions.readings["outcome"].to_list() == ["refused", "refused"]
    assert "rows that fill it are set aside" in submissions.problems["message"][0]


def test_groups_that_are_not_listed_have_one_spelling(framework: Framework) -> None:
    submissions = read(
        framework, {"ward": "Old  town"}, {"ward": "old town", "period": "2016-17 Q2"}, {"ward": "Old Town"}
    )
    assert submissions.readings["group"].n_unique() == 1
    assert submissions.readings["outcome"].to_list() == ["used", "used", "repeated"]
    submissions = read(framework, {"ward": "HILL"}, {"ward": "Hill", "period": "2016-17 Q2"}, {"ward": " hill "})
    assert set(submissions.readings["group"]) == {"Hill"}


def test_minus_nothing_is_nothing(framework: Framework) -> None:
    submissions = read(framework, {"value": "0"}, {"value": "-0"})
    assert submissions.readings["outcome"].to_list() == ["used", "repeated"]


def test_a_figure_column_twice_is_set_aside_but_not_forgotten(framework: Framework) -> None:
    wide = pl.DataFrame({"period": ["2016-17 Q3"], "agency": ["police"], "open_plans": ["3"], "Open Plans": ["4"]})
    submissions = read_frame(wide, framework)
    assert submissions.problems["kind"].to_list() == ["column-twice"]
    assert submissions.files.drop("agency").row(0) == ("returns", None, 2, 0, 2)
    assert submissions.cells.select("figure", "state").rows() == [("open_plans", "invalid")]


def test_a_figures_own_column_beside_a_long_layout_is_told_and_set_aside(framework: Framework) -> None:
    rows: list[dict[str, Any]] = [{"Plans open": "7"}, {"Plans open": None, "period": "2016-17 Q2"}]
    submissions = read(framework, *rows)
    assert submissions.problems.select("row", "column", "kind", "message").rows() == [
        (1, "Plans open", "figure-column", "`Plans open` is a figure with a column of its own beside `figure` and "
         "`value`; what stands in it is set aside")
    ]  # fmt: skip
    assert submissions.files.drop("agency").row(0) == ("returns", None, 3, 2, 1)
    assert submissions.readings.select("row", "column", "text", "outcome").rows() == [
        (2, "Plans open", "7", "unknown"), (2, "value", "12", "used"), (3, "value", "12", "used")
    ]  # fmt: skip


def test_a_value_column_twice_makes_the_file_unusable(framework: Framework) -> None:
    submissions = read(framework, {"Value": "13"})
    assert submissions.problems["kind"].to_list() == ["column-twice"]
    assert submissions.files.drop("agency").row(0) == ("returns", None, 1, 0, 1)
    assert submissions.cells.is_empty()


def test_a_comment_column_twice_is_told(framework: Framework) -> None:
    submissions = read(framework, {"comment": "first", "Comment": "second"})
    assert submissions.readings.select("outcome", "comment").rows() == [("used", "first")]
    assert submissions.problems["message"].to_list() == ["two columns are called `Comment`; the first is used"]


def test_a_missing_column_sets_all_rows_aside(framework: Framework) -> None:
    submissions = read_frame(frame(period=["2016-17 Q3", None], figure=["referrals", "x"], value=[1, 2]), framework)
    assert submissions.problems["message"].to_list() == [
        "no column `agency` in this header; everything in this file is set aside"
    ]
    assert submissions.files.drop("agency").row(0) == ("returns", None, 2, 0, 2)
    assert submissions.readings["outcome"].to_list() == ["unknown", "unknown"]


def test_a_wide_return_without_any_figure_says_so(framework: Framework) -> None:
    submissions = read_frame(frame(period=["2016-17 Q3"], agency=["police"], open_pans=["1"]), framework)
    assert submissions.problems.select("column", "kind", "message").rows() == [
        ("open_pans", "missing-column", "no column named after a figure, nor `figure` and `value`, in this header; "
         "everything in this file is set aside; for `open_pans` did you mean `open_plans`?")
    ]  # fmt: skip
    assert submissions.files.drop("agency").row(0) == ("returns", None, 1, 0, 1)


def test_a_frame_of_something_else_is_not_a_return(framework: Framework) -> None:
    for other in (pl.DataFrame(), frame(child_id=["1"], received_on=["2016-04-01"]), frame(value=[1])):
        submissions = read_frame(other, framework)
        assert submissions.problems["kind"].to_list() == ["not-a-return"]
        assert submissions.readings.is_empty()


# -- frames of any types ------------------------------------------------------------------


def test_frames_of_any_types_follow_the_same_rules(framework: Framework) -> None:
    def value(values: Any, figure: str = "open_plans") -> tuple[Any, ...]:
        columns = {"period": "2016-17 Q3", "agency": "social_care", "figure": figure}
        frame = pl.DataFrame({"value": values}).with_columns(pl.lit(v).alias(k) for k, v in columns.items())
        return read_frame(frame.lazy(), framework).readings.select("value", "state").row(0)

    assert value([12]) == (12.0, "ok")
    assert value([0.1 + 0.2], "change_in_staff") == (0.1 + 0.2, "ok")
    assert value([1e-7], "change_in_staff") == (1e-7, "ok")
    assert value([12.5]) == (None, "invalid")
    assert value([float("nan")]) == (None, "invalid")
    assert value([float("inf")]) == (None, "invalid")
    assert value([1e16]) == (None, "invalid")
    assert value([None]) == (None, "no_data")
    assert value([True]) == (None, "invalid")
    assert value(pl.Series(["c"], dtype=pl.Categorical)) == (None, "suppressed")
    assert value(pl.Series(["2.50"]).cast(pl.Decimal(10, 2)), "change_in_staff") == (2.5, "ok")
    assert value([[1, 2]]) == (None, "invalid")
    assert value([{"a": 1}]) == (None, "invalid")
    assert value([b"\xff"]) == (None, "invalid")
    assert value(pl.Series([object()], dtype=pl.Object)) == (None, "invalid")


def test_readings_are_typed_and_rows_count_from_below_the_header(framework: Framework) -> None:
    readings = read(framework, {}, {"period": "2016-17 Q2"}).readings
    assert readings["row"].to_list() == [2, 3]
    assert readings.schema["state"] == pl.Enum(["ok", "no_data", "suppressed", "invalid"])
    assert readings.schema["start"] == pl.Int32
    assert readings["file"].to_list() == ["returns", "returns"]
    assert readings["start"].to_list() == [2016 * 12 + 9, 2016 * 12 + 6]


def test_each_kind_of_problem_has_its_wording() -> None:
    assert list(ProblemKind) == sorted(KINDS), "kinds stand in the order of their ids"


def test_wording_is_matter_of_fact() -> None:
    for kind, (_, words) in KINDS.items():
        assert words[0] in "`{" or words[0].islower(), kind
        assert not words.endswith("."), kind
