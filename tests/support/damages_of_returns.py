"""Damages of returns: rows, numbers, names, periods and the manifest."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.support.damage_boards import DISTRICTS, QUARTERS, Sent, Table, days_of, spots, start_of
from tests.support.damages import (
    Do,
    Touched,
    a_return,
    any_spot,
    contradicts,
    in_row,
    misspelt,
    named_before,
    of_lost,
    of_return,
    replaced,
    touched,
)

# -- rows ---------------------------------------------------------------------------------------


def drop_row(sent: Sent, rnd: Random) -> Touched:
    spot = any_spot(sent, rnd)
    figures, quarter = in_row(spot, spot.table), start_of(spot.quarter)
    result = touched(spot, silent=not named_before(sent, spot), figures=figures)
    del spot.table.rows[spot.row]
    # what an agency sends first is not owed before: who loses the first number shows none of it
    left = [other for other in sent.spots() if other.agency == spot.agency and start_of(other.quarter) <= quarter]
    return replace(result, silent=result.silent or not {*figures} <= {other.figure for other in left})


def double_row(sent: Sent, rnd: Random) -> Touched:
    spot = any_spot(sent, rnd)
    spot.table.rows.insert(spot.row, [*spot.table.rows[spot.row]])
    return touched(spot, figures=in_row(spot, spot.table))


def moved(sent: Sent, rnd: Random, by: int) -> Touched | None:
    spot = any_spot(sent, rnd)
    place = QUARTERS.index(spot.quarter) + by
    if place < 0 or not named_before(sent, spot):
        return None
    now = QUARTERS[place] if place < len(QUARTERS) else "2017-18 Q1"
    figures = in_row(spot, spot.table)
    other = [table for table in sent.returns if table is not spot.table and now in {row[0] for row in table.rows}]
    # what came later for a quarter that had been sent reads as a correction
    silent = by < 0 and any(table.rows[0][1] == spot.agency for table in other)
    spot.table.rows[spot.row][0] = now
    quarters = (spot.quarter, now) if now in QUARTERS else (spot.quarter,)
    # a second number of that period shows it, and may be lost too
    return Touched(figures, quarters, silent, leans=True, group=spot.district or None)


def move_on(sent: Sent, rnd: Random) -> Touched | None:
    return moved(sent, rnd, 1)


def move_back(sent: Sent, rnd: Random) -> Touched | None:
    return moved(sent, rnd, -1)


def cut_rows(sent: Sent, rnd: Random) -> Touched | None:
    table = a_return(sent, rnd)
    if len(table.rows) < 2:
        return None
    at = rnd.randrange(max(1, len(table.rows) - 4), len(table.rows))
    lost = [spot for spot in spots(table) if spot.row >= at]
    older = {(spot.series, spot.quarter) for other in sent.returns if other is not table for spot in spots(other)}
    stands = any((spot.series, spot.quarter) in older for spot in lost)  # what a later file leaves out stays as it was
    silent = stands or not all(named_before(sent, spot) for spot in lost)
    del table.rows[at:]
    return Touched(tuple({spot.figure for spot in lost}), tuple({spot.quarter for spot in lost}), silent)


def cut_line(sent: Sent, rnd: Random) -> Touched | None:
    table = a_return(sent, rnd)
    last = [spot for spot in spots(table) if spot.row == len(table.rows) - 1]
    if not last or not named_before(sent, last[0]):
        return None
    table.edits.append(lambda data: data[: data.rstrip(b"\n").rfind(b",")])
    return Touched(tuple(spot.figure for spot in last[-1:]), (last[0].quarter,), group=last[0].district or None)


def cut_number(sent: Sent, rnd: Random) -> Touched | None:
    table = a_return(sent, rnd)
    last = [spot for spot in spots(table) if spot.row == len(table.rows) - 1]
    if not last or len(last[-1].text) < 2 or last[-1].column != len(table.header) - 1:
        return None
    table.edits.append(lambda data: data.rstrip(b"\n")[:-1])
    return touched(last[-1], silent=True)


# -- numbers ------------------------------------------------------------------------------------


def times(factor: float) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        spot = any_spot(sent, rnd)
        if not spot.text.isdigit():
            return None
        value = float(spot.text) * factor
        if value != int(value):  # a count is whole
            spot.write(f"{value:g}")
            return touched(spot)
        return replaced(sent, spot, value)

    return damage


def text(*forms: str) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched:
        spot = any_spot(sent, rnd)
        spot.write(rnd.choice(forms).format(spot.text))
        return touched(spot)

    return damage


def contradict(sent: Sent, rnd: Random) -> Touched | None:
    """A whole that is not what its groups come to."""
    fits = [spot for spot in sent.spots() if not spot.district and contradicts(sent, spot) and spot.text.isdigit()]
    if not fits:
        return None
    spot = rnd.choice(fits)
    spot.write(str(round(int(spot.text) * rnd.choice([0.5, 0.8, 1.2, 1.6])) + 1))
    return touched(spot, leans=True)


# -- totals and parts ------------------------------------------------------------------------------


def total(*names: str) -> Do:
    """A row that adds up the districts of each quarter, in a file that has them."""

    def damage(sent: Sent, rnd: Random) -> Touched | None:
        fits = [table for table in sent.returns if any(row[2] for row in table.rows)]
        table, name = rnd.choice(fits), rnd.choice(names)
        if len(names) == 1 and {row[2] for row in table.rows} - {""} != {*DISTRICTS}:
            return None
        sums: dict[tuple[str, str], int] = {}
        for spot in spots(table):
            if spot.district and spot.text.isdigit():
                key = (spot.quarter, spot.figure)
                sums[key] = sums.get(key, 0) + int(spot.text)
        agency = table.rows[0][1]
        for quarter in dict.fromkeys(quarter for quarter, _ in sums):
            own = {figure: value for (when, figure), value in sums.items() if when == quarter}
            if table.what == "long":
                table.rows += [[quarter, agency, name, figure, str(value)] for figure, value in own.items()]
            else:
                table.rows.append([quarter, agency, name, *(str(own.get(figure, "")) for figure in table.header[3:])])
        figures = {figure for _, figure in sums}
        return Touched(tuple(figures), tuple({quarter for quarter, _ in sums}), leans=len(names) == 1)

    return damage


def part(sent: Sent, rnd: Random) -> Touched:
    """A column that nobody knows, in which some rows are of a part."""
    table = a_return(sent, rnd)
    chosen = rnd.sample(range(len(table.rows)), rnd.randint(1, min(3, len(table.rows))))
    word = rnd.choice(["Female", "0 to 4", "Asian"])
    lost = [spot for spot in spots(table) if spot.row in chosen]
    silent = not all(named_before(sent, spot) for spot in lost)
    table.header.append(rnd.choice(["sex", "age band", "ethnicity"]))
    for number, row in enumerate(table.rows):
        row.append(word if number in chosen else "")
    return Touched(tuple({spot.figure for spot in lost}), tuple({spot.quarter for spot in lost}), silent)


def note(sent: Sent, rnd: Random) -> Touched:
    table = a_return(sent, rnd)
    table.header.append(rnd.choice(["remarks", "source", "prepared by"]))
    for row in table.rows:
        row.append(rnd.choice(["", "counted by hand", "J Smith"]))
    return of_return(table)


# -- names and columns -----------------------------------------------------------------------------


def misspell_group(sent: Sent, rnd: Random) -> Touched | None:
    spot = any_spot(sent, rnd)
    if not spot.district or not named_before(sent, spot):
        return None
    name = misspelt(spot.district, rnd)
    result = touched(spot, figures=in_row(spot, spot.table))
    spot.table.rows[spot.row][2] = name
    return Touched(result.items, result.quarters, group=spot.district, names=None if sent.listed else name)


def spell(place: int, how: Callable[[str, Random], str]) -> Do:
    """One cell of a row's period, agency or district is written in another way."""

    def damage(sent: Sent, rnd: Random) -> Touched | None:
        spot = any_spot(sent, rnd)
        row = spot.table.rows[spot.row]
        if not row[place] or not named_before(sent, spot):
            return None
        result = touched(spot, figures=in_row(spot, spot.table))
        row[place] = how(row[place], rnd)
        return result

    return damage


def misspell_figure(sent: Sent, rnd: Random) -> Touched | None:
    spot = any_spot(sent, rnd)
    if not named_before(sent, spot):
        return None
    if spot.table.what == "long":
        spot.table.rows[spot.row][3] = misspelt(spot.figure[:-2], rnd) + spot.figure[-2:]
        return touched(spot)
    return _rename(spot.table, spot.column, misspelt(spot.figure[:-2], rnd) + spot.figure[-2:], spot.figure)


def _rename(table: Table, column: int, name: str, *figures: str) -> Touched:
    table.header[column] = name
    return Touched(figures or of_return(table).items, of_return(table).quarters)


def misspell_header(sent: Sent, rnd: Random) -> Touched:
    table = a_return(sent, rnd)
    column = rnd.choice([0, 1] if not any(row[2] for row in table.rows) else [0, 1, 2])
    result = of_return(table)
    name = misspelt(table.header[column].partition("_")[0], rnd)
    table.header[column] = name
    return result


def swap_columns(sent: Sent, rnd: Random) -> Touched:
    table = a_return(sent, rnd)
    one, other = rnd.sample(range(len(table.header)), 2)
    table.order = [*range(len(table.header))]
    table.order[one], table.order[other] = other, one
    return of_return(table)


def swap_figures(sent: Sent, rnd: Random) -> Touched | None:
    """Two names of figures change places in a header, and the numbers do not."""
    fits = [table for table in sent.returns if table.what == "wide"]
    if not fits:
        return None
    table = rnd.choice(fits)
    one, other = rnd.sample(range(3, len(table.header)), 2)
    table.header[one], table.header[other] = table.header[other], table.header[one]
    return of_return(table, silent=True)


# -- files -----------------------------------------------------------------------------------------


def lose_file(sent: Sent, rnd: Random) -> Touched | None:
    table = a_return(sent, rnd)
    result = of_lost(sent, table)
    sent.tables.remove(table)
    return result


def quarters(table: Table) -> set[str]:
    return {row[0] for row in table.rows}


def send_twice(sent: Sent, rnd: Random) -> Touched:
    table = a_return(sent, rnd)
    again = copy.deepcopy(table)
    again.name = f"copy of {table.name}"
    sent.tables.append(again)
    return of_return(table)


def correct(sent: Sent, rnd: Random) -> Touched | None:
    """A file that came before another has other numbers for the same."""
    table = sent.returns[-1] if rnd.random() < 0.5 else a_return(sent, rnd)
    last = max(days_of(quarter)[1] for quarter in quarters(table) if quarter in QUARTERS)
    came = date.fromisoformat(table.received) if table.received else last
    if (came - last).days < 3 or came > date(2017, 5, 31):
        return None
    older = copy.deepcopy(table)
    older.name, older.received = f"z first {table.name}", (last + timedelta(2)).isoformat()
    for spot in spots(older):
        if spot.text.isdigit():
            spot.write(str(int(spot.text) + rnd.randint(1, 5)))
    sent.tables.append(older)
    return of_return(table)


def arrival(*days: str) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = a_return(sent, rnd)
        result = of_lost(sent, table) if all(days) else of_return(table)
        table.received = rnd.choice(days)
        return result

    return damage


def early(sent: Sent, rnd: Random) -> Touched | None:
    """A file that is said to have come before its last quarter was over."""
    table = a_return(sent, rnd)
    last = max((quarter for quarter in quarters(table) if quarter in QUARTERS), key=QUARTERS.index)
    table.received = (days_of(last)[1] - timedelta(rnd.randint(1, 40))).isoformat()
    result = of_return(table)
    flows = tuple(figure for figure in result.items if figure)
    return Touched(flows, (last,), not sent.listed and any(row[2] for row in table.rows) and len(quarters(table)) > 1)


def damaged_bytes(how: Callable[[bytes, Random], bytes]) -> Do:
    def damage(sent: Sent, rnd: Random) -> Touched | None:
        table = a_return(sent, rnd)
        seed = rnd.random()
        table.edits.append(lambda data: how(data, Random(seed)))
        return of_return(table)

    return damage


def open_quote(data: bytes, rnd: Random) -> bytes:
    """A quote before a cell that nothing closes."""
    commas = [place for place, byte in enumerate(data) if byte == ord(",") and place > data.find(b"\n")]
    place = rnd.choice(commas or [len(data) - 1]) + 1
    return data[:place] + b'"' + data[place:]


def nul(data: bytes, rnd: Random) -> bytes:
    """A zero byte within a cell of a row."""
    first = data.find(b"\n") + 1
    place = rnd.randrange(first, max(first + 1, len(data)))
    return data[:place] + b"\0" + data[place:]


def semicolons(data: bytes, rnd: Random) -> bytes:
    """What Excel saves in other countries: a mark at the start, semicolons, lines of Windows."""
    del rnd
    return b"\xef\xbb\xbf" + data.replace(b",", b";").replace(b"\n", b"\r\n")


def other_case(word: str, rnd: Random) -> str:
    return rnd.choice([word.upper(), f" {word.lower()} ", f"{word[0]}{word[1:].upper()}  "])


def as_spreadsheet(quarter: str, rnd: Random) -> str:
    """What a spreadsheet makes of a period that it takes for a month, or a hand that leaves the quarter out."""
    year, month = int(quarter[:4]), 3 * int(quarter[-1]) + 1
    return rnd.choice([f"Apr-{year % 100 + 1}", f"{year}{month if month < 13 else 12:02}", quarter[:7]])


DO: dict[str, Do] = {
    "a row of a return is dropped": drop_row,
    "a row of a return is doubled": double_row,
    "a row of a return stands in the next period": move_on,
    "a row of a return stands in the period before": move_back,
    "a return is cut short by some rows": cut_rows,
    "a return is cut short in the middle of a line": cut_line,
    "a return is cut short within its last number": cut_number,
    "a number is ten times what it should be": times(10),
    "a number is a hundred times what it should be": times(100),
    "a number is a tenth of what it should be": times(0.1),
    "a percent sign stands behind a count": text("{}%", "{} %"),
    "a count has decimals, or a sign": text("{}.5", "-{}", "{}.25"),
    "a number is a range or a bound": text(">95", "1-4", "<6", "about {}", "{} or so"),
    "a letter stands for a digit": text("1O", "l2", "{}O", "{},5"),
    "NULL, #N/A or an error of a spreadsheet stands for a number": text(
        "NULL", "#N/A", "#REF!", "#DIV/0!", "None", "NaN"
    ),
    "a marker stands for a number": text("c", "*", "x", "..", "[c]", "k", ""),
    "a marker stands behind a number": text("{} [r]", "{} p", "{} e", "{}*", "{} [1]"),
    "a total row is added": total("Total", "Grand total", "All districts", "TOTAL", "Sub-total"),
    "a total row is added under the county's name": total("Rutland"),
    "a whole contradicts its groups": contradict,
    "a column that nobody knows says of which part rows are": part,
    "a column of notes is added": note,
    "a group is misspelt in a return": misspell_group,
    "a group is written in other capitals and spaces in a return": spell(2, other_case),
    "an agency is misspelt": spell(1, misspelt),
    "a figure is misspelt": misspell_figure,
    "a period is rewritten by a spreadsheet": spell(0, as_spreadsheet),
    "a header of a return is misspelt": misspell_header,
    "two columns of a return change places, headers and all": swap_columns,
    "two headers of a wide return change places": swap_figures,
    "a partner's return is missing": lose_file,
    "a return is sent twice under two names": send_twice,
    "an older return with other numbers is found": correct,
    "a return came in the future": arrival("2017-09-01", "2071-04-20"),
    "a return came before its last period was over": early,
    "the manifest does not name a return": arrival(""),
    "a quote is opened in a return": damaged_bytes(open_quote),
    "a zero byte stands in a return": damaged_bytes(nul),
    "a return is saved with semicolons, a byte order mark and lines of Windows": damaged_bytes(semicolons),
}
