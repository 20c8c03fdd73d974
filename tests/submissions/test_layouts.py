"""Layouts: figures read back as they were written, one damaged cell is one problem, and unclear sheets are refused."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pmf_engine as pmf
from pmf_engine.domain.periods import Cadence, Period
from tests.support.boards import write_board
from tests.support.return_files import (
    AGENCY,
    FIGURE,
    FIGURES,
    GROUP,
    HEAD,
    INDICATORS,
    PERIOD,
    ROLES,
    Arrangement,
    Fact,
    Sheets,
    arranged,
    as_csv,
    workbook_of,
)

Key = tuple[str | None, str | None, str | None, str | None, float | str]


@cache
def board() -> pmf.Framework:
    with tempfile.TemporaryDirectory() as folder:
        return pmf.load_framework(write_board(Path(folder), FIGURES, INDICATORS, head=HEAD))


def read(files: dict[str, bytes | Sheets]) -> pmf.Submissions:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                workbook_of(content).save(path)
        return pmf.read_submissions(folder, board())


def cells(submissions: pmf.Submissions) -> list[Key]:
    """The figure, agency, period, group, and value or state of each cell that is not blank, in their order."""

    def of(row: dict[str, Any]) -> Key:
        start, figure = row["start"], board().figures.get(row["figure"])
        year = figure.cadence.year_start if figure else 4
        period = None if start is None else Period(start, Cadence(row["months"], year)).label
        value = row["state"] if row["value"] is None else row["value"]
        return row["figure"], row["agency"], period, row["group"], value

    return sorted((of(row) for row in submissions.readings.iter_rows(named=True) if row["text"].strip()), key=str)


def kept(facts: list[Fact]) -> list[Key]:
    return sorted(((fact.figure, fact.agency, fact.period, fact.group, float(fact.text)) for fact in facts), key=str)


# -- the law ------------------------------------------------------------------------------------------

TITLES = {
    "referrals": ["referrals", "Referrals received", "New referrals", "REFERRALS"],
    "visits": ["visits", "Visits made", "visits made "],
    "children": ["children", "Children with a plan"],
}
SPELT = {
    "care": ["care", "Social Care", "social  care", "Childrens Services"],
    "North": ["North", "north", "NORTH "],
    "South": ["South"],
    "East Hill": ["East Hill", "east hill", "EastHill"],
}


def written(period: str, style: int) -> str:
    """A quarter as people write it."""
    year, quarter = period[:4], int(period[-1])
    short, following = year[2:], f"{int(year[2:]) + 1:02d}"
    months = ["Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar"][quarter - 1]
    of_months = int(year) + (quarter == 4)
    return [
        f"{year}-{following} Q{quarter}", f"Q{quarter} {year}/{following}", f"Q{quarter} {short}/{following}",
        f"{year}/{following} Q{quarter}", f"{months} {of_months}", f"{year}-{int(year) + 1} Quarter {quarter}",
    ][style]  # fmt: skip


HEADS = {
    PERIOD: ["period", "Quarter", ""],
    AGENCY: ["agency", "Organisation", ""],
    FIGURE: ["figure", "Indicator", ""],
    GROUP: ["district", "District"],
}
NUMBERS: list[Callable[[int], str]] = [
    str,
    lambda number: f"{number:,}",
    lambda number: f" {number} ",
    lambda number: f"{number:,}".replace(",", " "),
    lambda number: f"+{number}",
]


def _places(roles: tuple[str, ...]) -> list[dict[str, tuple[str, ...]]]:
    """Every way in which roles may stand in rows, in one or two rows of a header, in titles and in names."""
    ways = []
    for places in product(("rows", "across", "block", "sheet", "title", "file"), repeat=len(roles)):
        of = {
            place: tuple(role for role, where in zip(roles, places, strict=True) if where == place) for place in SIZES
        }
        fits = all(least <= len(of[place]) <= most for place, (least, most) in SIZES.items())
        if fits and AGENCY not in (*of["across"], *of["block"]) and FIGURE not in of["file"]:
            ways.append(of)
    return ways


SIZES = {"rows": (1, 4), "across": (0, 2), "block": (0, 1), "sheet": (0, 1), "title": (0, 3), "file": (0, 3)}
"""The least and the most roles that stand in each place."""

PLACES = {False: _places(ROLES[:3]), True: _places(ROLES)}


@st.composite
def sent(draw: st.DrawFn) -> tuple[list[Fact], dict[str, Sheets]]:
    """Facts of one agency, and the files that hold them in some layout."""
    figures = draw(st.lists(st.sampled_from(list(TITLES)), min_size=1, max_size=3, unique=True))
    year = draw(st.integers(2014, 2022))
    quarters = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True))
    periods = [f"{year}-{(year + 1) % 100:02d} Q{quarter}" for quarter in sorted(quarters)]
    groups = draw(st.lists(st.sampled_from(["North", "South", "East Hill"]), min_size=2, max_size=3, unique=True))
    is_grouped = draw(st.booleans())
    keys = [(f, p, g) for f in figures for p in periods for g in (groups if is_grouped else [None])]
    values = draw(st.lists(st.integers(300, 1500), min_size=len(keys), max_size=len(keys), unique=True))
    habit = draw(st.sampled_from(NUMBERS))
    facts = [Fact(f, p, str(n), "care", g) for (f, p, g), n in zip(keys, values, strict=True)]
    texts = [fact._replace(text=habit(int(fact.text))) for fact in facts]
    of = draw(st.sampled_from(PLACES[is_grouped]))
    rows, across, block = (of.get(place, ()) for place in ("rows", "across", "block"))
    spelling = {name: draw(st.sampled_from(spelt)) for name, spelt in {**TITLES, **SPELT}.items()}
    style = draw(st.integers(0, 5))

    def says(role: str, label: str) -> str:
        return written(label, style) if role == PERIOD else spelling.get(label, label)

    heads = {role: draw(st.sampled_from(HEADS[role])) for role in rows}
    how = Arrangement(
        rows=tuple(draw(st.permutations(rows))), across=tuple(draw(st.permutations(across))),
        block=block[0] if block else None, sheet=of.get("sheet", ()), title=of.get("title", ()),
        file=of.get("file", ()), says=says, heads=heads, value=draw(st.sampled_from(["value", "Number", "Actual"])),
        repeat=draw(st.booleans()) and bool(block),
    )  # fmt: skip
    return facts, arranged(texts, how)


def files_of(sheets: dict[str, Sheets], habit: tuple[str, str, str]) -> dict[str, bytes | Sheets]:
    """The files as CSV in some encoding, one for each sheet, where the name of no sheet matters; else as workbooks."""
    delimiter, encoding, newline = habit
    if encoding == "xlsx" or any(not name.startswith("Sheet") for each in sheets.values() for name in each):
        return {f"{name}.xlsx": each for name, each in sheets.items()}
    return {
        f"{name} part {ascii_lowercase[number % 26] + 'x' * (number // 26)}.csv": as_csv(
            rows, delimiter, encoding, newline
        )
        for name, each in sheets.items()
        for number, rows in enumerate(each.values())
    }


HABITS = st.tuples(
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "xlsx"]),
    st.sampled_from(["\n", "\r\n"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent(), HABITS)
def test_figures_in_any_layout_read_back_as_they_were(
    content: tuple[list[Fact], dict[str, Sheets]], habit: Any
) -> None:
    facts, sheets = content
    submissions = read(files_of(sheets, habit))
    assert submissions.problems.select("file", "sheet", "row", "column", "kind", "message").rows() == []
    assert cells(submissions) == kept(facts)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[list[Fact], dict[str, Sheets], set[float]]:
    """Facts, their files with one damaged cell, and the numbers in the row and the column of that cell."""
    facts, files = draw(sent())
    sheets = [rows for each in files.values() for rows in each.values()]
    names = {label for of in ({**TITLES, **SPELT}).values() for label in of}
    cells = [
        (rows, row, at)
        for rows in sheets
        for row in rows
        if len(row) > 1
        for at, text in enumerate(row)
        if text in names or re.search(r"Q[1-4]|Quarter [1-4]|\d{3}|[a-z]{3}-[A-Z]", text)
    ]
    rows, row, at = draw(st.sampled_from(cells))
    number = next((float(re.sub("[ ,+]", "", text)) for text in [row[at]] if re.fullmatch("[0-9 ,+]+", text)), None)
    beside = [*row, *(other[at] for other in rows if len(other) > at)]
    beside += [text for other in rows for text in other[at:]] if number is None and not _holds_number(row) else []
    row[at] = draw(st.sampled_from(["zz", "9z"])) + row[at]
    numbers = {float(re.sub("[ ,+]", "", text)) for text in beside if re.fullmatch("[0-9 ,+]+", text)}
    return facts, files, {number} if number is not None else numbers


def _holds_number(row: list[str]) -> bool:
    return any(re.fullmatch("[0-9 ,+]+", text) for text in row)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged(), HABITS)
def test_a_damaged_cell_is_one_problem_and_all_others_survive(
    content: tuple[list[Fact], dict[str, Sheets], set[float]], habit: Any
) -> None:
    facts, sheets, beside = content
    submissions = read(files_of(sheets, habit))
    assert submissions.problems.height == 1
    used = {cell for cell in cells(submissions) if cell[-1] not in ("invalid", "no_data", "suppressed")}
    assert used <= set(kept(facts))
    assert all(cell[-1] in beside for cell in set(kept(facts)) - used)


# -- merged cells -------------------------------------------------------------------------------------

Q1, Q2 = "2016-17 Q1", "2016-17 Q2"
MERGED: dict[str, tuple[list[list[Any]], list[str], list[Key]]] = {
    "a number down": (
        [["Measure", Q1, Q2], ["referrals", 800, 820], ["visits", None, 164]],
        ["B2:B3"],
        [
            ("referrals", "care", Q1, None, "invalid"), ("visits", "care", Q1, None, "invalid"),
            ("referrals", "care", Q2, None, 820.0), ("visits", "care", Q2, None, 164.0),
        ],
    ),
    "a number across": (
        [["Measure", Q1, Q2], ["referrals", 800, None], ["visits", 160, 164]],
        ["B2:C2"],
        [
            ("referrals", "care", Q1, None, "invalid"), ("referrals", "care", Q2, None, "invalid"),
            ("visits", "care", Q1, None, 160.0), ("visits", "care", Q2, None, 164.0),
        ],
    ),
    "every number": (
        [["Measure", Q1], ["referrals", 800], ["visits", None]],
        ["B2:B3"],
        [("referrals", "care", Q1, None, "invalid"), ("visits", "care", Q1, None, "invalid")],
    ),
    "the values of long rows": (
        [["period", "agency", "figure", "value"], [Q1, "care", "referrals", 800], [None, None, "visits", None]],
        ["A2:A3", "B2:B3", "D2:D3"],
        [("referrals", "care", Q1, None, "invalid"), ("visits", "care", Q1, None, "invalid")],
    ),
    "a header into the rows": (
        [["Measure", Q1, Q2], ["referrals", None, 820], ["visits", 160, 164]],
        ["B1:B2"],
        [
            ("referrals", "care", Q1, None, "invalid"), ("referrals", "care", Q2, None, 820.0),
            ("visits", "care", Q1, None, 160.0), ("visits", "care", Q2, None, 164.0),
        ],
    ),
    "labels": (
        [["District", "Measure", None, Q1], ["North", "referrals", None, 420], [None, "visits", None, 80]],
        ["A2:A3", "B1:C1", "B2:C2", "B3:C3"],
        [("referrals", "care", Q1, "North", 420.0), ("visits", "care", Q1, "North", 80.0)],
    ),
    "the title of the only block": (
        [["Measure", Q1, Q2], ["North"], ["referrals", 420, 430]],
        ["A2:C2"],
        [("referrals", "care", Q1, "North", 420.0), ("referrals", "care", Q2, "North", 430.0)],
    ),
    "a label over a district": (
        [
            ["figure", "agency", "district", "period", "value"],
            ["referrals", "care", None, Q1, 800], ["referrals", "care", "North", Q1, 420],
        ],
        ["B2:C2"],
        [("referrals", "care", Q1, None, "invalid"), ("referrals", "care", Q1, "North", 420.0)],
    ),
    "the headers of a second table": (
        [
            ["Measure", "2016-17"], [None, "Q1", "Q2"], ["referrals", 800, 820],
            ["Measure", "2017-18"], [None, "Q1", "Q2"], ["referrals", 810, 830],
        ],
        ["A1:A2", "B1:C1", "A4:A5", "B4:C4"],
        [
            ("referrals", "care", Q1, None, 800.0), ("referrals", "care", Q2, None, 820.0),
            ("referrals", "care", "2017-18 Q1", None, 810.0), ("referrals", "care", "2017-18 Q2", None, 830.0),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "merged", "expected"), MERGED.values(), ids=MERGED)
def test_a_merged_number_is_a_value_of_none_of_its_cells(
    rows: list[list[Any]], merged: list[str], expected: list[Key], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for each in merged:
        book.worksheets[0].merge_cells(each)
    book.save(tmp_path / "care.xlsx")
    submissions = pmf.read_submissions(tmp_path, board())
    assert cells(submissions) == sorted(expected, key=str)
    named = {text for text in submissions.readings["text"] if text.startswith("800 (")}
    assert named <= {f"800 (merged in {each})" for each in merged}
    assert named <= {*submissions.problems["text"]}


# -- doubts -------------------------------------------------------------------------------------------

DOUBTS: dict[str, tuple[str, str]] = {
    "a title that names two districts": ("care 2016-17 Q1.csv", "North and South,\nMeasure,Number\nreferrals,800\n"),
    "a block of two districts": ("care 2016-17 Q1.csv", "Measure,Number\nNorth and South,\nreferrals,800\n"),
    "the name of a file with two districts": ("care 2016-17 Q1 north south.csv", "Measure,Number\nreferrals,800\n"),
    "the only block, of a misspelt district": ("care 2016-17 Q1.csv", "Measure,Number\nEast Hil,\nreferrals,800\n"),
    "a title of a year to date": ("care 2016-17 Q3.csv", "Year to date,\nMeasure,Number\nreferrals,2400\n"),
    "a title of cumulative numbers": ("care 2016-17 Q3.csv", "Cumulative figures,\nMeasure,Number\nreferrals,2400\n"),
    "a column of targets alone": ("care 2016-17 Q3.csv", "Measure,Target\nreferrals,900\n"),
    "a column of the year to date alone": ("care 2016-17 Q3.csv", "Measure,YTD\nreferrals,2400\n"),
    "a column of boys alone": ("care 2016-17 Q3.csv", "Measure,Boys\nreferrals,400\n"),
    "boys above the quarters": ("care.csv", "Measure,Boys,\n,Q1 2016-17,Q2 2016-17\nreferrals,400,410\n"),
    "a column of the quarter before": ("care 2016-17 Q3.csv", ",Previous quarter\nreferrals,900\n"),
}


@pytest.mark.parametrize(("name", "text"), DOUBTS.values(), ids=DOUBTS)
def test_what_may_be_of_a_part_or_of_another_period_is_no_value(name: str, text: str) -> None:
    submissions = read({name: text.encode()})
    assert all(cell[-1] == "invalid" for cell in cells(submissions))
    assert not submissions.problems.is_empty()


@pytest.mark.parametrize(
    "parts", [("2016-17", "2017-18", "Q1,Q2,Q3"), ("North", "South", "Q1 2016-17,Q2 2016-17,Q3 2016-17")]
)
def test_names_that_are_centred_over_their_columns_are_not_continued(parts: tuple[str, str, str]) -> None:
    first, second, below = parts
    text = f"Measure,,{first},,,{second},\n,{below},{below}\nreferrals,1,2,3,4,5,6\n"
    values = {cell[-1] for cell in cells(read({"care.csv": text.encode()}))}
    assert values == {2.0, 5.0, "invalid"}


# -- the document -------------------------------------------------------------------------------------

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.findall(r"```csv (\S+)\n(.*?)```", (DOCS / "returns.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_document_are_read(name: str, text: str, tmp_path: Path) -> None:
    framework = pmf.load_framework(DOCS / "returns")
    (tmp_path / name).write_text(text, encoding="utf-8")
    submissions = pmf.read_submissions(tmp_path, framework)
    assert submissions.problems.is_empty()
    assert (submissions.readings["outcome"] == "used").all()
    numbers = re.findall(r"(?<=,)\d+(?=[,\n])", text)
    assert sorted(submissions.readings["text"]) == sorted(numbers)


FORMS = re.findall(
    r"```form (\S+)\n(.*?)```\n\n```found\n(.*?)```", (DOCS / "returns.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("name", "text", "found"), FORMS)
def test_the_forms_of_the_document_give_what_it_says(name: str, text: str, found: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    submissions = pmf.read_submissions(tmp_path, pmf.load_framework(DOCS / "returns"))
    used = submissions.readings.filter((pl.col("outcome") == "used") & (pl.col("text") != ""))["text"].to_list()
    assert f"used: {', '.join(used)}" == next((line for line in found.split("\n") if line[:5] == "used:"), "used: ")
    problems = submissions.problems.sort("row").select("severity", "row", "column", "message").rows()
    lines = [line for line in found.splitlines() if line[:5] != "used:"]
    assert len(problems) == len(lines)
    for (severity, row, column, message), line in zip(problems, lines, strict=True):
        place = f"row {row}, {column}" if column else f"row {row}"
        assert f"{severity} {place}: {message}".startswith(line)
