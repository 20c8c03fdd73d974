"""Random boards of lists for tests, and the files that a data officer would have for them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from pmf_engine.domain.periods import MONTHS
from tests.support.reference_lists import Board, File, Indicator, Records, read

# -- files ----------------------------------------------------------------------------------


def write_board(board: Board, folder: Path) -> None:
    """Writes the two files, the lists and the manifest of a board."""
    lines = [
        f"board: {{name: Test Board, submissions: returns, year_start: {MONTHS[board.year_start - 1]}}}",
        f"agencies: {{{', '.join(f'{id_}: {title}' for id_, title in board.agencies)}}}",
        "content_areas: {safety: {title: Safety, kind: priority}}",
        "breakdowns:",
        f"  district: {{title: District, groups: [{', '.join(board.districts)}]}}",
        "  ward: {title: Ward}",
        "lists:",
    ]
    for one in board.lists:
        time = f"spell: [{one.start}, {one.end}]" if one.end else f"date: {one.start}"
        columns = ", ".join(f"{name}: {declared}" for name, declared in one.columns.items())
        lines += [
            f"  {one.id}:",
            f"    {{title: Records, from: [{', '.join(one.agencies)}], {time}, returns_due: {one.due[0]} days,",
            f"    columns: {{{columns}}}}}",
        ]
    lines.append("indicators:")
    length = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "annual"}
    for indicator in board.indicators:
        lines += [
            f"  {indicator.id}:",
            "    {title: T, content_area: safety, evidence_type: quantity, lead_agency: care,",
            f"    frequency: {length[indicator.months]}, year_start: {MONTHS[indicator.year_start - 1]},",
            f"    by: [{', '.join(indicator.by)}],",
            f'    formula: "{indicator.formula}"}}',
        ]
    (folder / "indicators.yaml").write_text("\n".join(lines).replace("by: []", "source: []") + "\n", encoding="utf-8")
    (folder / "tolerances.yaml").write_text("governance: {lead_agency: Lead, board: Board}\n", encoding="utf-8")
    (folder / "returns").mkdir(exist_ok=True)
    names = {one.id: list(one.columns) for one in board.lists}
    for file in board.files:
        with (folder / "returns" / file.name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names[file.list])
            writer.writeheader()
            writer.writerows(file.rows)
    covers = [
        ",".join([one.name, *(str(day or "") for day in (one.received, *(one.covers or ("", "")))), one.part])
        for one in board.files
        if one.covers or one.received or one.part
    ]
    text = "\n".join(["file,received_on,covers_from,covers_to,part", *covers])
    (folder / "returns" / "manifest.csv").write_text(text + "\n", encoding="utf-8")


# -- what is in them ------------------------------------------------------------------------

EDGES = [
    date(year, month, day)
    for year, month, day in (
        (2014, 3, 31), (2015, 12, 31), (2016, 1, 1), (2016, 2, 29), (2016, 3, 31), (2016, 4, 1), (2016, 6, 30),
        (2016, 7, 1), (2016, 8, 31), (2016, 9, 1), (2016, 9, 30), (2016, 10, 1), (2016, 12, 24), (2016, 12, 31),
        (2017, 1, 1), (2017, 2, 28), (2017, 3, 1), (2017, 3, 31), (2017, 4, 1),
    )
]  # fmt: skip
DAYS = st.sampled_from(EDGES) | st.dates(date(2015, 10, 1), date(2017, 6, 30))
AGENCIES = ["care", "Social Care", "social  care", "CARE", "police", "Police "]


def seldom(usual: st.SearchStrategy[str], odd: list[str], one_in: int = 40) -> st.SearchStrategy[str]:
    """What is usual, and once in a while something odd."""
    return st.integers(1, one_in).flatmap(lambda chance: st.sampled_from(odd) if chance == one_in else usual)


@st.composite
def day_texts(draw: st.DrawFn, days: st.SearchStrategy[date] = DAYS) -> str:
    day = draw(days)
    form = draw(st.sampled_from(["%Y-%m-%d"] * 9 + ["%d/%m/%Y", "%Y-%m-%d 00:00:00", " %Y-%m-%d "]))
    return day.strftime(form)


def maybe(usual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | usual


DATE = seldom(day_texts(), ["soon", "2016-02-30", "01/31/2016", "", "1016-04-01"])
NUMBER = seldom(
    st.sampled_from(["0", "1", "2", "3", "-1", "0.1", "0.2", "0.3", "2.5", "1,234", "100", "729", "0.30000000001"]),
    ["1O", "1e5", "NaN"],
)
TRUTH = seldom(st.sampled_from(["yes", "no", "Y", "FALSE"]), ["maybe"])
KIND = st.sampled_from(["a", "A", " b ", "B", "c d"])
DISTRICT = seldom(st.sampled_from(["North", "north ", "SOUTH", "South"]), ["Nroth", ""])

EVENTS = Records(
    "event_list",
    ("care",),
    "on_day",
    None,
    {
        "who": "text",
        "on_day": "date",
        "before": "date?",
        "score": "number?",
        "urgent": "truth?",
        "kind": "text?",
        "district": "text",
        "ward": "text?",
    },
    (30,),
)
SPELLS = Records(
    "spell_list",
    ("care",),
    "begun",
    "over",
    {
        "who": "text",
        "begun": "date",
        "over": "date?",
        "born": "date?",
        "score": "number",
        "kind": "text?",
        "district": "text?",
    },
    (10,),
)


@st.composite
def events(draw: st.DrawFn, one: Records) -> dict[str, str]:
    cells = {
        "who": draw(st.sampled_from(["p", "P", "q", "r"])),
        "on_day": draw(DATE),
        "before": draw(maybe(DATE)),
        "score": draw(maybe(NUMBER)),
        "urgent": draw(maybe(TRUTH)),
        "kind": draw(maybe(KIND)),
        "district": draw(DISTRICT),
        "ward": draw(maybe(st.sampled_from(["Old Town", "Hill"]))),
    }
    return cells | ({"agency": draw(seldom(st.sampled_from(AGENCIES), ["polise"]))} if "agency" in one.columns else {})


@st.composite
def spells(draw: st.DrawFn, one: Records) -> dict[str, str]:
    begun = draw(DAYS)
    later = st.integers(0, 900).map(lambda days: begun + timedelta(days)) | DAYS.filter(lambda day: day >= begun)
    over = day_texts(later)
    cells = {
        "who": draw(st.sampled_from(["p", "q", "r"])),
        "begun": draw(seldom(day_texts(st.just(begun)), ["then", ""])),
        "over": draw(maybe(seldom(over, ["2013-01-01", "later"]))),
        "born": draw(maybe(st.sampled_from(["2012-02-29", "2012-04-02", "2016-03-31"]))),
        "score": draw(NUMBER),
        "kind": draw(maybe(KIND)),
        "district": draw(maybe(DISTRICT)),
    }
    return cells | ({"agency": draw(st.sampled_from(AGENCIES))} if "agency" in one.columns else {})


# -- what is asked of them ----------------------------------------------------------------------


def _numbers(one: Records) -> st.SearchStrategy[str]:
    """Numbers that can be said of a record."""
    dates = [name for name, declared in one.columns.items() if declared.startswith("date")]
    day = st.sampled_from([*dates, *dates, "period_start", "period_end", "2016-06-30"])
    between = st.builds("{}({}, {})".format, st.sampled_from(["days", "working_days", "months", "years"]), day, day)
    constant = st.sampled_from(["0", "1", "0.3", "12", "365", "2.5"])
    base = st.one_of(st.just("score"), between, constant)
    return st.one_of(
        base,
        base,
        st.builds("({} {} {})".format, base, st.sampled_from("+-*/"), base.filter(lambda text: text != "0")),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), base, base),
        st.builds("abs({})".format, base),
        st.builds("round({} / 4, {})".format, base, st.sampled_from("012")),
        st.builds("-{}".format, base),
    )


def conditions(one: Records) -> st.SearchStrategy[str]:
    """Conditions on a record."""
    dates = [name for name, declared in one.columns.items() if declared.startswith("date")]
    signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    day = st.sampled_from([*dates, "period_start", "period_end", "2016-04-01", "2016-06-30"])
    texts = st.sampled_from(["kind", "district", "who"])
    words = st.sampled_from(["'a'", "'B '", "'c D'", "'north'", "'p'"])
    open_texts, groups = st.sampled_from(["kind", "who"]), st.sampled_from(["'north'", "' South '", "'NORTH'"])
    equal, within = st.sampled_from(["=", "!="]), st.sampled_from(["", "not "])
    number = _numbers(one)
    simple = [
        st.builds("{} {} {}".format, number, signs, number),
        st.builds("{} {} {}".format, day, signs, day),
        st.builds("{} {} {}".format, texts, equal, texts),
        st.builds("{} {} {}".format, open_texts, equal, words),
        st.builds("{} {}in ({}, {})".format, open_texts, within, words, words),
        st.builds("district {} {}".format, equal, groups),
        st.builds("district {}in ({}, {})".format, within, groups, groups),
        st.builds("{} {}in ({}, 2016-12-31)".format, st.sampled_from(dates), st.sampled_from(["", "not "]), day),
        st.builds("{} in ({}, {})".format, number, number, st.just("3")),
        st.builds("{} {}between {} and {}".format, number, st.sampled_from(["", "not "]), number, number),
        st.builds("{} {}between {} and {}".format, day, st.sampled_from(["", "not "]), day, day),
        st.builds("{} is {}missing".format, st.sampled_from([*one.columns]), st.sampled_from(["", "not "])),
        st.builds("({}) is missing".format, number),
    ]
    if "urgent" in one.columns:
        simple += [st.sampled_from(["urgent", "not urgent", "urgent = false", "urgent != true"])]
        simple += [st.builds("({} {} {}) {} urgent".format, number, signs, number, equal)]
        simple += [st.builds("urgent {} ({} {} {})".format, equal, day, signs, day)]
    return st.recursive(
        st.one_of(simple),
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=4,
    )


@st.composite
def aggregates(draw: st.DrawFn, one: Records, flow: bool = False) -> str:
    """An aggregate of a list; one that adds up over time, where that is asked for."""
    states = ["started", "ended"] if flow else ["open", "open", "started", "ended"]
    state = f" {draw(st.sampled_from(states))}" if one.end else ""
    where = f" where {draw(conditions(one))}" if draw(st.booleans()) else ""
    over = f"{one.id}{state}{where}"
    match draw(st.integers(0, 2 if flow else 5)):
        case 0:
            return f"count({over})"
        case 1:
            return f"count({draw(st.sampled_from(['kind', 'score']))} of {over})"
        case 2:
            return f"sum({draw(_numbers(one))} of {over})"
        case 3:
            return f"count(distinct {draw(st.sampled_from(['who', 'who', 'kind', 'score', 'district']))} of {over})"
        case _:
            function = draw(st.sampled_from(["mean", "median", "min", "max"]))
            return f"{function}({draw(_numbers(one))} of {over})"


@st.composite
def formulas(draw: st.DrawFn, one: Records) -> str:
    state = " open" if one.end else ""
    match draw(st.integers(0, 11)):
        case 0:
            return f"rolling_year({draw(aggregates(one, flow=True))})"
        case 1:
            return f"year_to_date({draw(aggregates(one, flow=True))})"
        case 2:
            return f"percent(count({one.id}{state} where {draw(conditions(one))}), count({one.id}{state}))"
        case 3:
            return f"previous({draw(aggregates(one))})"
        case 4:
            return f"{draw(aggregates(one))} + {draw(aggregates(one))}"
    return draw(aggregates(one))


# -- boards --------------------------------------------------------------------------------


def _start(row: Mapping[str, str], one: Records) -> date:
    """When a record is, as far as that can be read."""
    day = read(row[one.start], "date", True)
    return day if isinstance(day, date) else date.min


@st.composite
def boards(draw: st.DrawFn) -> Board:
    shared = draw(st.booleans())
    lists = []
    for one in (EVENTS, SPELLS):
        if shared:
            agencies, columns = ("care", "police"), one.columns | {"agency": "text"}
            one = Records(one.id, agencies, one.start, one.end, columns, one.due * 2)
        lists.append(one)
    files: list[File] = []
    for one, rows in zip(lists, (events, spells), strict=True):
        for place in range(draw(st.integers(1, 2))):
            covers = None
            if draw(st.booleans()):
                begin = draw(st.sampled_from([date(2016, 1, 1), date(2015, 4, 1), date(2016, 1, 2)]))
                covers = (begin, draw(st.sampled_from([date(2016, 12, 31), date(2017, 3, 30), date(2017, 3, 31)])))
            known = [date(2017, 3, 31), date(2017, 4, 1), date(2017, 4, 20)]
            received = draw(st.sampled_from([*known, None]))
            if covers and received:
                covers = (covers[0], min(covers[1], received))
            found = draw(st.lists(rows(one), max_size=8))
            if files and files[-1].list == one.id and draw(st.booleans()):  # an extract that repeats another's records
                found += draw(st.lists(st.sampled_from(files[-1].rows), max_size=4)) if files[-1].rows else []
            latest = received or date.max
            kept = [row for row in found if _start(row, one) <= latest or draw(st.integers(1, 40)) == 40]
            part = draw(st.sampled_from(["", "", "", "north"]))
            files.append(File(f"{one.id}_{place}.csv", one.id, tuple(kept), covers, received, part))
    indicators = []
    for place in range(draw(st.integers(3, 8))):
        one = draw(st.sampled_from(lists))
        groups = ["district", "agency", *(["ward"] if one.end is None else [])]
        by = draw(st.lists(st.sampled_from(groups), max_size=2, unique=True))
        months, year_start = draw(st.sampled_from([1, 3, 3, 12])), draw(st.sampled_from([4, 4, 1, 9]))
        indicators.append(Indicator(f"i{place}", draw(formulas(one)), months, year_start, tuple(by)))
    as_of = draw(st.sampled_from([date(2016, 7, 15), date(2017, 2, 1), date(2017, 4, 25), date(2018, 6, 1)]))
    asked = draw(st.sampled_from([None, None, None, (2016 * 12 + 3, 3), (2016 * 12 + 3, 12), (2016 * 12 + 6, 1)]))
    return Board(tuple(lists), tuple(indicators), tuple(files), as_of, asked)
