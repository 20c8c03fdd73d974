"""Small random boards whose returns and lists are all in order, as tables that damages change."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from pmf_engine.domain.periods import month_of

YEARS = (2014, 2015, 2016)
QUARTERS = [f"{year}-{year % 100 + 1:02} Q{quarter}" for year in YEARS for quarter in (1, 2, 3, 4)]
DISTRICTS = ["Oakham", "Uppingham", "Ketton"]
SENDERS = {"referrals": ["care"], "rereferrals": ["care"], "plans": ["care"], "checks": ["care", "police"],
           "late_checks": ["care", "police"]}  # fmt: skip
BY_DISTRICT = ("referrals", "rereferrals", "plans")
REASONS = ["Neglect", "Violence at home", "Drugs"]
LISTS = {
    "visit_list": ["child_id", "day", "done_on", "reason", "district"],
    "plan_list": ["child_id", "started_on", "ended_on", "reason", "district"],
}
FORMULAS = {
    "repeat_share": ("percent(rereferrals, referrals)", "district", ["rereferrals", "referrals"]),
    "referrals_number": ("referrals", "district", ["referrals"]),
    "plans_number": ("plans", "district", ["plans"]),
    "late_share": ("percent(late_checks, checks)", "agency", ["late_checks", "checks"]),
    "late_to_date": ("year_to_date(late_checks)", None, ["late_checks"]),
    "visits_number": ("count(visit_list)", "district", ["visit_list"]),
    "visits_in_time": (
        "percent(count(visit_list where days(day, done_on) <= 5), count(visit_list))", "district", ["visit_list"],
    ),
    "visits_of_neglect": ("count(visit_list where reason = 'Neglect')", None, ["visit_list"]),
    "plans_open": ("count(plan_list open)", "district", ["plan_list"]),
    "plans_long": (
        "percent(count(plan_list open where months(started_on, period_end) >= 9), count(plan_list open))", None,
        ["plan_list"],
    ),
}  # fmt: skip
"""Indicators: formula, breakdown, and the figures and lists it uses."""

AS_OF = date(2017, 5, 31)
"""When everything of the last quarter is due and has come."""

RULES = [
    "{when: red, to: board}",
    "{when: amber and worsening, to: lead_agency}",
    "{when: late, to: lead_agency}",
    "{when: red for 2 periods, to: board}",
    "{when: (amber or red) for 3 periods, to: board}",
    "{when: late for 2 periods, to: board}",
]


def days_of(quarter: str) -> tuple[date, date]:
    """The first and last day of a quarter."""
    first = (
        date(int(quarter[:4]), 3 * int(quarter[-1]) + 1, 1) if quarter[-1] != "4" else date(int(quarter[:4]) + 1, 1, 1)
    )
    return first, (first + timedelta(95)).replace(day=1) - timedelta(1)


def start_of(quarter: str) -> int:
    """The number of a quarter's first month."""
    return month_of(days_of(quarter)[0])


@dataclass
class Table:
    """One file: what a person sees in it, and what is then done to its bytes or its workbook."""

    name: str
    what: str
    """`long` or `wide` return, or the id of a list."""
    header: list[str]
    rows: list[list[str]]
    received: str
    covers: tuple[str, str] | None = None
    kind: str = "csv"
    order: list[int] | None = None
    """The places of its columns as they are written, where that is not as they stand here."""
    edits: list[Callable[[bytes], bytes]] = field(default_factory=list)
    book: list[Callable[[Any], None]] = field(default_factory=list)

    @property
    def written(self) -> list[list[str]]:
        """The header and the rows as they are written."""
        rows = [self.header, *self.rows]
        order = self.order
        return rows if order is None else [[*(row[place] for place in order), *row[len(order) :]] for row in rows]

    @property
    def is_list(self) -> bool:
        return self.what in LISTS

    def column(self, name: str) -> int:
        return self.header.index(name)


@dataclass
class Spot:
    """A cell of a return with a number: where it stands and which figure it is."""

    table: Table
    row: int
    column: int
    figure: str
    quarter: str
    agency: str
    district: str

    @property
    def text(self) -> str:
        return self.table.rows[self.row][self.column]

    def write(self, text: str) -> None:
        self.table.rows[self.row][self.column] = text

    @property
    def series(self) -> tuple[str, str, str]:
        return self.figure, self.agency, self.district


@dataclass
class Sent:
    """A board and what it was sent."""

    seed: int
    mark: str
    indicators: dict[str, list[str]]
    tolerances: list[str]
    tables: list[Table]
    listed: bool
    """Whether the breakdown lists its groups."""
    wholes: bool
    """Whether wholes are sent beside groups."""

    @property
    def returns(self) -> list[Table]:
        return [table for table in self.tables if not table.is_list]

    def of(self, list_: str) -> list[Table]:
        return [table for table in self.tables if table.what == list_]

    def spots(self) -> Iterator[Spot]:
        for table in self.returns:
            yield from spots(table)


def spots(table: Table) -> Iterator[Spot]:
    """The cells of a return that hold a figure's number, in rows whose quarter is still written as it was."""
    places = {name: place for place, name in enumerate(table.header)}
    for number, row in enumerate(table.rows):
        quarter, agency, district = row[:3]
        if quarter not in QUARTERS:
            continue
        if table.what == "long":
            yield Spot(table, number, places["value"], row[places["figure"]], quarter, agency, district)
            continue
        for place, text in enumerate(row[3:], 3):
            if text:
                yield Spot(table, number, place, table.header[place], quarter, agency, district)


# -- making one -------------------------------------------------------------------------------


def board(seed: int, mark: str = "a") -> Sent:
    """A good board by its number; all its names end in the mark, so that several can stand in one framework."""
    rnd = Random(seed)
    listed, layout = rnd.random() < 0.6, rnd.choice(["long", "long", "wide"])
    wholes = layout == "wide" or rnd.random() < 0.5  # a blank in the row of the whole says that it is not available
    by = breakdown(listed, mark)
    tables = _returns(rnd, layout, wholes, mark, by)
    one = [[list_] for list_ in LISTS]
    for list_ in rnd.choice([*one, *one, [*LISTS], [], [], []]):
        kind = rnd.choice(["csv", "csv", "csv", "xlsx", "parquet"])
        tables += _visits(rnd, kind, mark, by) if list_ == "visit_list" else [_plans(rnd, kind, mark, by)]
    known = {*SENDERS, *(table.what for table in tables)}
    ids = [id_ for id_, (_, _, uses) in FORMULAS.items() if known.issuperset(uses)]
    return Sent(seed, mark, _indicators(rnd, listed, mark, ids), _tolerances(rnd, mark, ids), tables, listed, wholes)


def breakdown(listed: bool, mark: str) -> str:
    """The breakdown by district: boards whose districts are listed share one, which makes evaluations faster."""
    return "district" if listed else f"district_{mark}"


def _indicators(rnd: Random, listed: bool, mark: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """The lines of each section of `indicators.yaml`; `ids` are those of `FORMULAS` that the board has."""
    groups = f", groups: [{', '.join(DISTRICTS)}]" if listed else ""
    by_district = breakdown(listed, mark)
    lines = {
        "agencies": [f"care_{mark}: Social Care {mark}", f"police_{mark}: Police {mark}"],
        "breakdowns": [f"{by_district}: {{title: District{groups}}}"],
        "figures": [],
        "lists": [],
        "indicators": [],
    }
    for id_, senders in SENDERS.items():
        agencies, kind = ", ".join(f"{sender}_{mark}" for sender in senders), "stock" if id_ == "plans" else "flow"
        lines["figures"].append(f"{id_}_{mark}: {{title: T, from: [{agencies}], kind: {kind}, frequency: quarterly}}")
    used = {name for id_ in ids for name in FORMULAS[id_][2]}
    for id_, columns in ((id_, columns) for id_, columns in LISTS.items() if id_ in used):
        time = "date: day" if id_ == "visit_list" else "spell: [started_on, ended_on]"
        types = {"day": "date", "started_on": "date", "done_on": "date?", "ended_on": "date?"}
        declared = ", ".join(f"{_column(name, by_district)}: {types.get(name, 'text')}" for name in columns)
        lines["lists"].append(f"{id_}_{mark}: {{title: T, from: care_{mark}, {time}, columns: {{{declared}}}}}")
    for id_ in ids:
        formula, by, uses = FORMULAS[id_]
        for name in uses:
            formula = re.sub(rf"\b{name}\b", f"{name}_{mark}", formula)
        asked = f"by: [{_column(by, by_district)}], " if by and rnd.random() < 0.7 else ""
        missing = "missing: all, " if id_ == "late_share" and rnd.random() < 0.3 else ""
        lines["indicators"] += [
            f"{id_}_{mark}: {{title: T, content_area: safety, evidence_type: quality, lead_agency: care_{mark},",
            f'  frequency: quarterly, {asked}{missing}formula: "{formula}"}}',
        ]
    return lines


def _column(name: str, by_district: str) -> str:
    return by_district if name == "district" else name


def _tolerances(rnd: Random, mark: str, ids: Sequence[str]) -> list[str]:
    middles = {
        "repeat_share": 22, "referrals_number": 210, "plans_number": 120, "late_share": 22, "late_to_date": 60,
        "visits_number": 11, "visits_in_time": 75, "visits_of_neglect": 4, "plans_open": 10, "plans_long": 30,
    }  # fmt: skip
    lines = []
    for id_ in ids:
        middle = middles[id_]
        good = round(middle * rnd.uniform(0.8, 1.2), 1)
        if rnd.random() < 0.5:
            lines.append(f"{id_}_{mark}: {{good: at most {good}, tolerance: at most {round(good * 1.1, 1)}}}")
        else:
            lines.append(f"{id_}_{mark}: {{good: at least {good}, tolerance: at least {round(good * 0.9, 1)}}}")
    return lines


def _numbers(rnd: Random) -> dict[tuple[str, str, str, str], int]:
    """Every number by figure, quarter, agency and district, blank for the whole."""
    found: dict[tuple[str, str, str, str], int] = {}
    for quarter in QUARTERS:
        for district in DISTRICTS:
            found["referrals", quarter, "care", district] = rnd.randint(55, 85)
            found["rereferrals", quarter, "care", district] = rnd.randint(8, 22)
            found["plans", quarter, "care", district] = rnd.randint(30, 50)
        for figure in BY_DISTRICT:
            found[figure, quarter, "care", ""] = sum(found[figure, quarter, "care", one] for one in DISTRICTS)
        for agency in ("care", "police"):
            found["checks", quarter, agency, ""] = rnd.randint(100, 140)
            found["late_checks", quarter, agency, ""] = rnd.randint(22, 34)
    return found


def _returns(rnd: Random, layout: str, wholes: bool, mark: str, by: str) -> list[Table]:
    """One file of each agency for the first quarters, and one for each of the others, all in one layout."""
    numbers = _numbers(rnd)
    alone = rnd.choice([2, 3, 4])
    made = []
    parts = [QUARTERS[:-alone], *([quarter] for quarter in QUARTERS[-alone:])]
    for agency in ("care", "police"):
        figures = [id_ for id_, senders in SENDERS.items() if agency in senders]
        for quarters in parts:
            slices = [*(DISTRICTS if agency == "care" else []), ""]
            names = ["figure", "value"] if layout == "long" else [f"{id_}_{mark}" for id_ in figures]
            header, sender = ["period", "agency", by, *names], f"{agency}_{mark}"
            rows = []
            for quarter in quarters:
                for district in slices:
                    shown = [id_ for id_ in figures if id_ not in BY_DISTRICT or district or wholes]
                    sent = {id_: numbers[id_, quarter, agency, district] for id_ in shown
                            if (id_, quarter, agency, district) in numbers}  # fmt: skip
                    if layout == "long":
                        rows += [
                            [quarter, sender, district, f"{id_}_{mark}", str(value)] for id_, value in sent.items()
                        ]
                    else:
                        rows.append([quarter, sender, district, *(str(sent.get(id_, "")) for id_ in figures)])
            came = days_of(quarters[-1])[1] + timedelta(rnd.randint(8, 25))
            name = f"{sender}_{quarters[-1].replace(' ', '_').lower()}.csv"
            made.append(Table(name, layout, header, rows, came.isoformat()))
    return made


def _visits(rnd: Random, kind: str, mark: str, by: str) -> list[Table]:
    """A list of events: one file for each of the last five quarters."""
    made = []
    for quarter in QUARTERS[-5:]:
        first, last = days_of(quarter)
        rows = []
        for day in sorted(first + timedelta(rnd.randrange((last - first).days + 1)) for _ in range(rnd.randint(8, 14))):
            done = day + timedelta(rnd.choice([1, 2, 3, 5, 9])) if rnd.random() < 0.93 else None
            child = f"C{rnd.randrange(10**6):06}"
            rows.append([child, day.isoformat(), done.isoformat() if done else "", *_kind(rnd)])
        came = (last + timedelta(rnd.randint(10, 25))).isoformat()
        covers = (first.isoformat(), last.isoformat())
        name = f"visit_list_{mark}_{quarter.replace(' ', '_').lower()}.{kind}"
        made.append(Table(name, "visit_list", _columns("visit_list", by), rows, came, covers, kind))
    return made


def _plans(rnd: Random, kind: str, mark: str, by: str) -> Table:
    """A list of spells: one file of all that were open in the last six quarters."""
    first, last = days_of(QUARTERS[-6])[0], days_of(QUARTERS[-1])[1]
    rows = []
    for _ in range(rnd.randint(26, 34)):
        started = first + timedelta(rnd.randint(-300, (last - first).days))
        ended = max(started, first) + timedelta(rnd.randint(5, 300))
        child = f"P{rnd.randrange(10**6):06}"
        rows.append([child, started.isoformat(), ended.isoformat() if ended <= last else "", *_kind(rnd)])
    rows.sort(key=lambda row: row[1])
    covers = (first.isoformat(), last.isoformat())
    return Table(f"plan_list_{mark}.{kind}", "plan_list", _columns("plan_list", by), rows, "2017-04-21", covers, kind)


def _columns(list_: str, by: str) -> list[str]:
    return [_column(name, by) for name in LISTS[list_]]


def _kind(rnd: Random) -> list[str]:
    return [rnd.choice(REASONS), rnd.choice(DISTRICTS)]


# -- writing it -------------------------------------------------------------------------------


def write(boards: Sequence[Sent], folder: Path, escalation: Sequence[str] = RULES) -> None:
    """Writes the two files of boards that stand in one framework, and the folder of submissions."""
    lines = [
        "board: {name: Test Board, year_start: april, submissions: returns, returns_due: 30 days}",
        "content_areas: {safety: {title: Safety, kind: priority}}",
    ]
    for section in ("agencies", "breakdowns", "figures", "lists", "indicators"):
        entries = [f"  {line}" for sent in boards for line in sent.indicators[section]]
        lines += [f"{section}:", *dict.fromkeys(entries)] if entries else []
    (folder / "indicators.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["governance: {lead_agency: Lead agency, board: Board}", "tolerances:"]
    lines += [f"  {line}" for sent in boards for line in sent.tolerances]
    lines += ["escalation:", *(f"  - {rule}" for rule in escalation)]
    (folder / "tolerances.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_data(boards, folder / "returns")


def write_data(boards: Sequence[Sent], folder: Path) -> None:
    """Writes what was sent, with the manifest."""
    folder.mkdir()
    listed = []
    for table in [table for sent in boards for table in sent.tables]:
        if table.kind == "csv":
            (folder / table.name).write_bytes(content(table))
        elif table.kind == "xlsx":
            _write_workbook(table, folder / table.name)
        else:
            columns: list[Any] = [
                pl.Series(name, [row[place] or None for row in table.written[1:]], pl.String)
                for place, name in enumerate(table.written[0])
            ]
            pl.DataFrame(columns).write_parquet(folder / table.name)
        if table.received:
            listed.append([table.name, table.received, *(table.covers or ("", ""))])
    lines = ["file,received_on,covers_from,covers_to", *(",".join(row) for row in listed)]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def content(table: Table) -> bytes:
    """A CSV file's bytes."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows(table.written)
    written = stream.getvalue().encode()
    for edit in table.edits:
        written = edit(written)
    return written


def _write_workbook(table: Table, path: Path) -> None:
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table.written:
        sheet.append([_cell(text) for text in row])
    for change in table.book:
        change(book)
    book.save(path)


def _cell(text: str) -> Any:
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text or None
