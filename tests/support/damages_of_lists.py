"""Damages of lists: records, dates, workbooks and files."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.support.damage_boards import QUARTERS, Sent, Table, days_of
from tests.support.damages import Do, Touched, extract, misspelt, of_list
from tests.support.damages_of_returns import nul, open_quote, other_case, semicolons

Change = Callable[[Table, int, Random], None]


def begins(table: Table) -> str:
    """The column with a record's first date."""
    return "day" if table.what == "visit_list" else "started_on"


def ends(table: Table) -> str:
    return "done_on" if table.what == "visit_list" else "ended_on"


def record(
    change: Change, *, silent: bool = False, list_: str | None = None, dated: bool = False, kind: str | None = None
) -> Do:
    """Changes one record of a list; with `dated`, one that has both dates."""

    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = extract(sent, rnd, kind, list_)
        if table is None:
            return None
        both = [table.column(begins(table)), table.column(ends(table))]
        needed = both if dated else both[:1] if change is move else []
        fits = [at for at, row in enumerate(table.rows) if all(_is_date(row[place]) for place in needed)]
        if not fits:
            return None
        result = of_list(sent, table, silent=silent)
        change(table, rnd.choice(fits), rnd)
        return result

    return damage


def _is_date(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-"


def write(table: Table, number: int, name: str, text: str) -> None:
    table.rows[number][table.column(name)] = text


def read(table: Table, number: int, name: str) -> str:
    return table.rows[number][table.column(name)]


def drop(table: Table, number: int, rnd: Random) -> None:
    del rnd, table.rows[number]


def double(table: Table, number: int, rnd: Random) -> None:
    table.rows.insert(number + rnd.randint(0, 1), [*table.rows[number]])


def move(table: Table, number: int, rnd: Random) -> None:
    day = date.fromisoformat(read(table, number, begins(table)))
    write(table, number, begins(table), (day + timedelta(rnd.choice([-91, 91]))).isoformat())


def far_future(table: Table, number: int, rnd: Random) -> None:
    started = read(table, number, "started_on")
    write(table, number, "started_on", f"{rnd.choice(['2062', '9999', '2099'])}{started[4:7]}-15")


def reverse(table: Table, number: int, rnd: Random) -> None:
    del rnd
    first, last = (read(table, number, name) for name in ("started_on", "ended_on"))
    if first != last:
        write(table, number, "started_on", last)
        write(table, number, "ended_on", first)


def misspell_reason(table: Table, number: int, rnd: Random) -> None:
    fits = [place for place in range(len(table.rows)) if read(table, place, "reason") == "Neglect"]
    if fits:
        number = rnd.choice(fits)
        write(table, number, "reason", misspelt("Neglect", rnd))


def no_date(table: Table, number: int, rnd: Random) -> None:
    write(table, number, begins(table), rnd.choice(["", "soon", "2016-02-30", "31/11/2016", "42000000"]))


def error_in_end(table: Table, number: int, rnd: Random) -> None:
    write(table, number, ends(table), rnd.choice(["#N/A", "#VALUE!", "#REF!"]))


def null_end(table: Table, number: int, rnd: Random) -> None:
    write(table, number, ends(table), rnd.choice(["NULL", "(null)", "NaT", "\\N"]))


def digits_lost(table: Table, number: int, rnd: Random) -> None:
    for place in {number, rnd.randrange(len(table.rows))}:
        write(table, place, "child_id", "1.23457E+11")


def misspell_group(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    row = table.rows[rnd.randrange(len(table.rows))]
    name = misspelt(row[-1], rnd)
    # where groups are not listed, a record of a new group is lost to nobody's whole, and to one group unseen
    result = of_list(sent, table, silent=not sent.listed, names=name)
    row[-1] = name
    return result


def recase_groups(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    for row in rnd.sample(table.rows, rnd.randint(1, len(table.rows))):
        row[-1] = other_case(row[-1], rnd)
    return of_list(sent, table)


# -- rows together -------------------------------------------------------------------------------


def cut_rows(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    result = of_list(sent, table, silent=True)
    del table.rows[rnd.randrange(max(1, len(table.rows) - 4), len(table.rows)) :]
    return result


def cut_line(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd, "csv")
    if table is None:
        return None
    last = rnd.randint(1, 3)

    def cut(data: bytes) -> bytes:
        data = data.rstrip(b"\n")
        for _ in range(last):
            data = data[: data.rfind(b",")]
        return data

    table.edits.append(cut)
    return of_list(sent, table)


def header_only(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    result = of_list(sent, table, silent=True)
    table.rows.clear()
    return result


def april(table: Table) -> date:
    """The first day of the year that a file is about."""
    assert table.covers
    first = date.fromisoformat(table.covers[0])
    return date(first.year - (first.month < 4), 4, 1)


def since_april(sent: Sent, rnd: Random) -> Touched | None:
    """Each extract repeats those of its year, and the manifest says that it covers them."""
    files = sent.of("visit_list")
    if len(files) < 2 or not all(table.covers for table in files):
        return None
    rows: dict[str, list[list[str]]] = {table.name: [] for table in files}
    for table in files:
        assert table.covers
        since = april(table).isoformat()
        for other in files:
            assert other.covers
            if since <= other.covers[0] <= table.covers[0]:
                rows[table.name] += [[*row] for row in other.rows]
    said = rnd.random() < 0.5
    held = {table.covers for table in files}
    for table in files:
        assert table.covers
        year = [days_of(quarter) for quarter in QUARTERS if april(table) <= days_of(quarter)[0]]
        own = [(first.isoformat(), last.isoformat()) for first, last in year if last.isoformat() <= table.covers[1]]
        if said and held.issuperset(own):
            table.covers = (april(table).isoformat(), table.covers[1])
        table.rows = rows[table.name]
    return of_list(sent, files[-1])


def twice(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    again = copy.deepcopy(table)
    again.name = f"{table.what}_{sent.mark}_copy_of_{table.name.removeprefix(f'{table.what}_{sent.mark}')}"
    if rnd.random() < 0.5:
        again.received = (date.fromisoformat(table.received or "2017-05-01") + timedelta(2)).isoformat()
    sent.tables.append(again)
    return of_list(sent, table)


def pasted_twice(sent: Sent, rnd: Random) -> Touched | None:
    """An extract, or its end, is pasted below itself; fewer than five records of one day may be alike by chance."""
    table = extract(sent, rnd)
    if table is None:
        return None
    first = rnd.choice([0, 0, len(table.rows) // 2])
    rows = table.rows[first:]
    days = {row[table.column(begins(table))] for row in rows}
    if len({tuple(row) for row in rows}) < 5 or len(days) < 2:
        return None
    table.rows += [[*row] for row in rows]
    return of_list(sent, table)


# -- dates ---------------------------------------------------------------------------------------


def stamps(sent: Sent, rnd: Random) -> Touched | None:
    """Days as a database writes them: as moments of Greenwich, half an hour after midnight in Britain or before it."""
    table = extract(sent, rnd, "csv")
    if table is None:
        return None
    for name in (begins(table), ends(table)):
        place = table.column(name)
        for row in table.rows:
            if _is_date(row[place]):
                day = date.fromisoformat(row[place])
                hour, minute = rnd.choice([(0, 30), (23, 40), (12, 0)])
                local = _moment(day, hour, minute)
                row[place] = local.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
    return of_list(sent, table)


def _moment(day: date, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Europe/London"))


def dates_as(form: str) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = extract(sent, rnd, "csv")
        if table is None:
            return None
        for name in (begins(table), ends(table)):
            place = table.column(name)
            for row in table.rows:
                if _is_date(row[place]):
                    row[place] = date.fromisoformat(row[place]).strftime(form)
        return of_list(sent, table)

    return damage


# -- columns and files ----------------------------------------------------------------------------


def misspell_header(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    result = of_list(sent, table)
    place = rnd.randrange(4)
    table.header[place] = misspelt(table.header[place], rnd)
    return result


def swap_columns(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    one, other = rnd.sample(range(len(table.header)), 2)
    table.order = [*range(len(table.header))]
    table.order[one], table.order[other] = other, one
    return of_list(sent, table)


def swap_dates(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    result = of_list(sent, table, silent=True)
    one, other = table.column(begins(table)), table.column(ends(table))
    table.header[one], table.header[other] = table.header[other], table.header[one]
    return result


def lose_file(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    sent.tables.remove(table)
    # a list is not owed before its first file
    others = [other.covers for other in sent.tables if other.what == table.what and other.covers and table.covers]
    first = all(table.covers is not None and covers[0] > table.covers[0] for covers in others)
    return of_list(sent, table, silent=first)


def uncovered(sent: Sent, rnd: Random) -> Touched | None:
    """The manifest says when a file came and not what it covers; its name has its period."""
    table = extract(sent, rnd, list_="visit_list")
    if table is None:
        return None
    result = of_list(sent, table)
    table.covers = None
    return result


def arrival(*days: str) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = extract(sent, rnd)
        if table is None:
            return None
        table.received = rnd.choice(days)
        return of_list(sent, table)

    return damage


def early(sent: Sent, rnd: Random) -> Touched | None:
    table = extract(sent, rnd)
    if table is None:
        return None
    assert table.covers
    result = of_list(sent, table)
    table.received = (date.fromisoformat(table.covers[1]) - timedelta(rnd.randint(1, 60))).isoformat()
    return Touched(result.items, result.quarters[-1:])


def damaged_bytes(how: Callable[[bytes, Random], bytes]) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = extract(sent, rnd, "csv")
        if table is None:
            return None
        seed = rnd.random()
        table.edits.append(lambda data: how(data, Random(seed)))
        return of_list(sent, table)

    return damage


def two_encodings(data: bytes, rnd: Random) -> bytes:
    """Names of two systems in one file: one in UTF-8, the other as Windows writes it."""
    lines = data.split(b"\n")
    if len(lines) < 4:
        return data
    one, other = rnd.sample(range(1, len(lines) - 1), 2)
    lines[one] = "Zoë".encode() + lines[one]
    lines[other] = "René".encode("cp1252") + lines[other]
    return b"\n".join(lines)


DO: dict[str, Do] = {
    "a record of a list is dropped": record(drop, silent=True),
    "a record of a list is doubled": record(double, silent=True),
    "a record of a list is moved a period": record(move, silent=True),
    "a list is cut short by some rows": cut_rows,
    "a list is cut short in the middle of a line": cut_line,
    "a list has a header only": header_only,
    "each extract repeats the year from April": since_april,
    "a list is sent twice under two names": twice,
    "an extract is pasted below itself": pasted_twice,
    "a spell starts in the far future": record(far_future, list_="plan_list"),
    "a spell ends before it starts": record(reverse, list_="plan_list", dated=True),
    "a text that a condition asks for is misspelt": record(misspell_reason, list_="visit_list"),
    "a date of a record is missing or none": record(no_date),
    "an error of a spreadsheet stands in a date": record(error_in_end, dated=True, kind="csv"),
    "NULL stands in a date that may be blank": record(null_end, silent=True, dated=True, kind="csv"),
    "ids have lost their digits": record(digits_lost),
    "a group is misspelt in a list": misspell_group,
    "groups are written in other capitals and spaces in a list": recase_groups,
    "dates are moments of Greenwich": stamps,
    "dates are written day first": dates_as("%d/%m/%Y"),
    "dates are written month first": dates_as("%m/%d/%Y"),
    "a header of a list is misspelt": misspell_header,
    "two columns of a list change places, headers and all": swap_columns,
    "two headers of dates change places": swap_dates,
    "a list is missing": lose_file,
    "the manifest does not say what a list covers": uncovered,
    "a list came in the future": arrival("2017-09-01", "2071-04-20"),
    "a list came before its last period was over": early,
    "the manifest does not name a list": arrival(""),
    "a quote is opened in a list": damaged_bytes(open_quote),
    "a zero byte stands in a list": damaged_bytes(nul),
    "two encodings stand in a list": damaged_bytes(two_encodings),
    "a list is saved with semicolons, a byte order mark and lines of Windows": damaged_bytes(semicolons),
}
