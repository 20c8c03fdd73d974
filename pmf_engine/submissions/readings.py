"""What the cells of a return say: a table of strings becomes readings, and all that is not understood problems.

Nothing here knows where a table came from. Names, periods and grades are looked up once per distinct text;
numbers are read a column at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import MONTHS, Cadence, parse_period
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.submissions.folder import (
    EDGES,
    FIRST_HALF,
    PROBLEMS,
    SECOND_HALF,
    Problem,
    Table,
    letter,
    listed,
    meant,
    say,
)

STATE = pl.Enum(["ok", "no_data", "suppressed", "invalid"])
OUTCOME = pl.Enum(["used", "repeated", "superseded", "refused", "unknown"])
READINGS: dict[str, Any] = {
    "figure": pl.String, "agency": pl.String, "start": pl.Int32, "months": pl.Int32, "by": pl.String,
    "group": pl.String, "value": pl.Float64, "state": STATE, "text": pl.String, "comment": pl.String,
    "file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String, "received_on": pl.Date,
    "outcome": OUTCOME, "until": pl.Date,
}  # fmt: skip
MARKERS = {"c": "suppressed"} | dict.fromkeys(
    ["x", "z", "..", ".", "-", "\u2013", "n/a", "na", "u", "k", "low"], "no_data"
)
LARGEST = 1e15
NUMBER = (
    r"^(?:[+\-\u2212]?£?|£[+\-\u2212])(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?$|^[+\-\u2212]?\.[0-9]+$"
)
PERCENT = r"^[+\-\u2212]?(?:[0-9]*\.?[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?)%$"
WHOLE_WORDS = {"total", "all", "whole", "overall"}
"""What people write in place of a group where the cell should be blank."""

_END = re.compile(SECOND_HALF)
_ROLES = ("figure", "agency", "period", "group")
_REQUIRED = ("period", "agency", "figure", "value")

# -- names --------------------------------------------------------------------------


def fold(text: str) -> str:
    """A text without regard to case and repeated spaces."""
    return " ".join(text.strip(EDGES).casefold().split())


def fold_header(text: str) -> str:
    """A column's name without regard to case, spaces, underscores and hyphens."""
    return re.sub(r"[\s_\-\u200b\ufeff]+", "", text.casefold())


class Names:
    """Ids and the ways to write them, ids before titles. A spelling that fits two of them stands for neither."""

    def __init__(self, titles: Mapping[str, str], folded: Callable[[str], str] = fold) -> None:
        self.titles, self._fold = titles, folded
        self._spellings = _unique(titles, titles, folded)
        ids = {folded(id_) for id_ in titles}
        by_title = _unique(titles, titles.values(), folded)
        self._spellings |= {spelling: id_ for spelling, id_ in by_title.items() if spelling not in ids}

    @property
    def spellings(self) -> Mapping[str, str]:
        """Every spelling, folded, with the id that it stands for."""
        return self._spellings

    def find(self, text: str) -> str | None:
        """The id that a text names, or nothing."""
        return text if text in self.titles else self._spellings.get(self._fold(text))

    def help(self, text: str) -> str:
        """The end of a message about an unknown name."""
        return meant(text, [*self.titles, *self.titles.values()])


def _unique(ids: Iterable[str], texts: Iterable[str], folded: Callable[[str], str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for id_, text in zip(ids, texts, strict=True):
        found.setdefault(folded(text), set()).add(id_)
    return {spelling: next(iter(fits)) for spelling, fits in found.items() if len(fits) == 1}


class Vocabulary:
    """All the names that returns to a framework may use."""

    def __init__(self, framework: Framework) -> None:
        titles = {id_: figure.title for id_, figure in framework.figures.items()}
        breakdowns = {id_: breakdown.title for id_, breakdown in framework.breakdowns.items()}
        self.framework = framework
        self.figures = Names(titles)
        self.agencies = Names({id_: agency.name for id_, agency in framework.agencies.items()})
        self.breakdowns = Names(breakdowns, fold_header)
        self.groups = {
            id_: Names({name: name for name in breakdown.groups}, lambda text: fold(text).replace(" ", ""))
            for id_, breakdown in framework.breakdowns.items()
            if breakdown.groups is not None
        }
        self._base = Names({name: name for name in (*_REQUIRED, "comment")}, fold_header)
        self._columns = Names(titles, fold_header)
        self.headers = [*self._base.titles, *breakdowns, *breakdowns.values()]

    def breakdown_meant(self, header: str, texts: Iterable[str]) -> str | None:
        """The breakdown that an unknown column may be: one whose groups it holds, or one that it is nearly called."""
        texts = list(texts)
        for id_, groups in self.groups.items():
            if any(groups.find(text) for text in texts):
                return id_
        known = [*self.breakdowns.titles, *self.breakdowns.titles.values()]
        for name in (header[:100], *re.findall(r"[^\W\d_]+", header[:100])):
            if found := nearest(name, known):
                return self.breakdowns.find(found)
        return None

    def group_meant(self, by: str, text: str) -> str | None:
        """The group, folded, that a text was most likely meant for; nothing where none is near."""
        if by not in self.groups:
            return fold(text)
        found = self.groups[by].find(text) or nearest(text[:100], self.groups[by].titles)
        return None if found is None else fold(found)

    def stands_for(self, what: str, text: str) -> bool:
        """Whether a text in a column for `what` (an own column or a breakdown that lists its groups) is one of its."""
        if what == "period":
            return any(parse_period(text, year) for year in (1, self.framework.board.year_start))
        names = {"figure": self.figures, "agency": self.agencies, **self.groups}.get(what)
        return names is not None and names.find(text) is not None

    def role(self, header: str) -> tuple[str, str] | None:
        """What a column holds: its own name, `by` a breakdown, a `figure column`, or nothing that is known."""
        for what, names in (("", self._base), ("by", self.breakdowns), ("figure column", self._columns)):
            if (found := names.find(header.strip(EDGES))) is not None:
                return (found, found) if not what else (what, found)
        return None

    def score(self, header: Sequence[str]) -> int:
        """How many columns of a header are known."""
        return sum(self.role(name) is not None for name in header)


# -- tables to cells ----------------------------------------------------------------


@dataclass
class Found:
    """What tables hold: `cells` to be understood, cells `set_aside` unread, and the problems so far."""

    cells: list[pl.DataFrame] = field(default_factory=list)
    set_aside: list[pl.DataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _blank(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars(EDGES).fill_null("") == ""


def _clean(column: str | None) -> pl.Expr:
    if column is None:
        return pl.lit(None, pl.String)
    text = pl.col(column).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)


@dataclass(frozen=True)
class _Columns:
    """The columns of a return by what they hold. A column is named by its place, as in `Table.rows`."""

    titles: list[str]
    own: dict[str, str]
    by: dict[str, str]
    figures: dict[str, list[str]]
    unknown: list[str]
    near: dict[str, str]

    @property
    def long(self) -> bool:
        return "value" in self.own

    @property
    def of_figures(self) -> list[str]:
        """The columns that are named as a figure."""
        return [column for columns in self.figures.values() for column in columns]

    @property
    def unread(self) -> list[str]:
        """The columns whose cells say something of figures that nobody can use."""
        return self.of_figures if self.long else self.unknown

    @property
    def beside(self) -> list[str]:
        """The columns that may tell apart what rows are of, though nobody can say how."""
        stray = self.of_figures if self.long else []
        return sorted((column for column in [*self.unknown, *stray] if column not in self.near), key=self.called)

    def called(self, column: str) -> str:
        """What a column is called."""
        return self.titles[int(column)]

    def title(self, column: str) -> pl.Expr:
        """What a column is called, in every row."""
        return pl.lit(self.called(column))


def lay_out(table: Table, words: Vocabulary, found: Found) -> None:
    """Adds the value cells of a long or wide table to `found`, each with the texts that say what it is of."""
    here = [
        pl.lit(table.file).alias("file"),
        pl.lit(table.sheet, pl.String).alias("sheet"),
        pl.lit(table.received_on, pl.Date).alias("received_on"),
    ]

    def unread(rows: pl.DataFrame, column: str, title: str) -> None:
        text = pl.col(column).fill_null("").alias("text")
        found.set_aside.append(rows.select(*here, "row", pl.lit(title).alias("column"), text))

    columns = _recognise(table, words, found, unread)
    if columns is None:
        return
    if table.from_text:
        table = _rejoin(table, columns, words, found)
    own, title, nothing = columns.own, columns.title, pl.lit(None, pl.String)
    by = [(id_, column, "") for id_, column in columns.by.items()]
    by += [(id_, column, columns.called(column)) for column, id_ in columns.near.items()]
    filled = {column: ~_blank(column) for _, column, _ in by}

    def of_group(says: Callable[[str, str, str], pl.Expr]) -> pl.Expr:
        return pl.coalesce(nothing, *(pl.when(filled[one[1]]).then(says(*one)) for one in by))

    beside = [pl.concat_str(title(c), _clean(c), separator="\x1f") for c in columns.beside]
    broken = pl.col("row").is_in(sorted(table.broken))
    keys = [
        *here,
        *(_clean(own[name]).alias(f"{name}_text") for name in ("period", "agency")),
        *(title(own[name]).alias(f"{name}_column") for name in ("period", "agency")),
        of_group(lambda id_, column, misnamed: pl.lit(id_)).alias("by"),
        of_group(lambda id_, column, misnamed: _clean(column)).alias("group_text"),
        of_group(lambda id_, column, misnamed: title(column)).alias("group_column"),
        of_group(lambda id_, column, misnamed: pl.lit(misnamed)).alias("misnamed"),
        (pl.sum_horizontal(pl.lit(0), *filled.values()) > 1).alias("crowded"),
        _clean(own.get("comment")).alias("comment"),
        pl.concat_str([pl.lit(""), *beside], separator="\x1e", ignore_nulls=True).alias("beside"),
        pl.lit(not columns.long).alias("wide"),
        broken.alias("broken"),
    ]
    if columns.long:
        value = own["value"]
        cells = table.rows.select(
            "row",
            *keys,
            _clean(own["figure"]).alias("figure_text"),
            title(own["figure"]).alias("figure_column"),
            title(value).alias("column"),
            pl.col(value).fill_null("").alias("text"),
            broken.alias("refused"),
        )
        found.cells.append(cells)
    else:
        rows = table.rows.with_columns(*keys)
        wide = [
            rows.select(
                pl.exclude([str(place) for place in range(len(table.header))]),
                pl.lit(id_).alias("figure_text"),
                title(column).alias("figure_column"),
                title(column).alias("column"),
                pl.col(column).fill_null("").alias("text"),
                (pl.col("broken") | (pl.lit(len(twins) > 1) & ~_blank(column))).alias("refused"),
            )
            for id_, twins in columns.figures.items()
            for column in twins
        ]
        found.cells.append(pl.concat(wide).sort("row", "column", maintain_order=True))
    for column in columns.unread:
        unread(table.rows.filter(~_blank(column)), column, columns.called(column))


def _recognise(
    table: Table, words: Vocabulary, found: Found, unread: Callable[[pl.DataFrame, str, str], None]
) -> _Columns | None:
    """What the header says; where it does not say what is needed, None, with every row set aside."""
    titles = [name.strip(EDGES) or letter(place) for place, name in enumerate(table.header)]
    roles = [words.role(name) for name in table.header]
    places: dict[tuple[str, str], list[str]] = {}
    for place, role in enumerate(roles):
        if role:
            places.setdefault(role, []).append(str(place))
    own = {name: places[name, name][0] for name in (*_REQUIRED, "comment") if (name, name) in places}
    figures = {id_: columns for (what, id_), columns in places.items() if what == "figure column"}
    by = {id_: columns[0] for (what, id_), columns in places.items() if what == "by"}
    long = bool(own.keys() & {"figure", "value"})
    needed = own.keys() & set(_REQUIRED)

    def report(kind: str, column: str | None = None, **more: object) -> None:
        text = None if column is None else titles[int(column)]
        message = say(kind, text=text, **more)
        found.problems.append(Problem(table.file, table.sheet, table.header_row, text, text, kind, message))

    if len(needed) < 2 and not (figures and needed):
        # of a file that is something else, how its rows fit its first row says nothing
        noise = ("surplus-cell", "split-number")
        found.problems = [one for one in found.problems if one.file != table.file or one.kind not in noise]
        report("not-a-return")
        return None
    unknown = [
        str(place)
        for place, role in enumerate(roles)
        if role is None and (table.header[place].strip(EDGES) or not table.rows.select(_blank(str(place)).all()).item())
    ]
    meant_by = {c: words.breakdown_meant(titles[int(c)], table.rows[c].drop_nulls().unique()) for c in unknown}
    near = {column: by for column, by in meant_by.items() if by is not None}
    known = words.headers if long else [*words.headers, *words.figures.titles, *words.figures.titles.values()]
    for column in unknown:
        aside = f"; rows that fill it are set aside, since they may be of a group of `{near.get(column)}`"
        report("unknown-column", column, help=meant(titles[int(column)], known) + aside * (column in near))
    for columns in figures.values() if long else ():
        for column in columns:
            report("figure-column", column)
    missing = [name for name in (_REQUIRED if long else ("period", "agency")) if name not in own]
    unusable = False
    for (what, _), columns in places.items():
        if len(columns) > 1 and not (long and what == "figure column"):
            fatal = what not in ("comment", "figure column")
            unusable |= fatal
            so = "both are set aside" if what == "figure column" else "the first is used"
            report("column-twice", columns[1], so="everything in this file is set aside" if fatal else so)
    if missing or not (long or figures):
        names = listed(missing, "and") if missing else "named after a figure, nor `figure` and `value`,"
        report("missing-column", missing=names)
        unusable = True
    if unusable:
        shown = own.get("value", "0")
        unread(table.rows, shown, titles[int(shown)])
        return None
    return _Columns(titles, own, by, figures, unknown, near)


def _rejoin(table: Table, columns: _Columns, words: Vocabulary, found: Found) -> Table:
    """Makes numbers whole that were written without quotes, so that `30,75` became `30` and a `75` beside it.

    The rows are broken: what was meant cannot be known, but what stands after the number moves back to where it
    belongs, so that the row is of its own period, agency, figure and group. A column beside a number that holds digits
    alone is taken for such an end, unless they are of its own: a group that is listed, or another figure's number.
    """
    rows, broken, said = table.rows, set(table.broken), dict[int, tuple[str, str]]()
    role = {place: what for what, place in [*columns.own.items(), *columns.by.items()]}
    for value in [columns.own["value"]] if columns.long else columns.of_figures:
        after, column = str(int(value) + 1), columns.called(value)
        if int(after) == len(table.header) or after in columns.of_figures:
            continue
        if not columns.long and after in columns.unknown and meant(columns.called(after), words.figures.titles):
            continue
        while True:
            texts = {(text or "").strip(EDGES) for text in rows[after].unique()}
            ends = [text for text in texts if _END.fullmatch(text) and not words.stands_for(role.get(after, ""), text)]
            if not ends:
                break
            number, end = _clean(value), _clean(after)
            # what is broken already may go on with more thousands
            more = number.str.contains(",") & end.str.contains(r"^[0-9]{3}\b") | ~pl.col("row").is_in(sorted(broken))
            split = (number.str.contains(f"^(?:{FIRST_HALF})$") & end.is_in(ends) & more).fill_null(False)
            whole = pl.concat_str(number, end, separator=",")
            halves = rows.filter(split).select("row", whole).rows()
            if not halves:
                break
            said |= {row: (column, text) for row, text in halves}
            broken |= said.keys()
            places = [str(place) for place in range(int(after), len(table.header))]
            moved = [(value, whole), *zip(places, [*map(pl.col, places[1:]), pl.lit(None, pl.String)], strict=True)]
            rows = rows.with_columns(
                pl.when(split).then(text).otherwise(pl.col(place)).alias(place) for place, text in moved
            )
    for row, (column, text) in said.items():
        if row not in table.broken:
            message = say("split-number", text=text)
            found.problems.append(Problem(table.file, table.sheet, row, column, text, "split-number", message))
    return replace(table, rows=rows, broken=frozenset(broken))


# -- cells to readings --------------------------------------------------------------


def _look_up(
    frame: pl.DataFrame, keys: list[str], new: dict[str, Any], find: Callable[..., tuple[Any, ...]]
) -> pl.DataFrame:
    """Joins what `find` says of each distinct combination of `keys`, asked once each."""
    distinct = frame.select(keys).unique()
    answers = pl.DataFrame([find(*row) for row in distinct.iter_rows()], schema=new, orient="row")
    return frame.join(distinct.hstack(answers), on=keys, how="left", nulls_equal=True, maintain_order="left")


def _fault(role: str) -> dict[str, Any]:
    return {f"{role}_kind": pl.String, f"{role}_says": pl.String}


def _number_hint(text: str) -> str:
    if text.startswith("="):
        return "it is a formula; save the sheet with its results as values"
    if re.fullmatch(r"[+\-\u2212]?\d+,\d+", text):
        return "write decimals with a point, and thousands as `1,234`"
    return "expected a number such as `1234` or `12.5`, or `c` (withheld) or `x` (not available)"


class Reader:
    """Understands cells by a framework's names, periods, scales and groups."""

    def __init__(self, words: Vocabulary) -> None:
        self.words, self.framework = words, words.framework
        self._parse = cache(parse_period)

    def read(self, cells: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Readings (with some columns more, for comparing them) in the order of `cells`, and frames of problems."""
        problems = []
        figure = {"figure": pl.String, "type": pl.String, "scale": pl.String, "signed": pl.Boolean}
        cells = _look_up(cells, ["figure_text"], figure | _fault("figure"), self._figure)
        cells = _look_up(cells, ["figure", "agency_text"], {"agency": pl.String} | _fault("agency"), self._agency)
        clean = pl.col("text").str.strip_chars(EDGES)
        cells = cells.with_columns(clean.alias("clean")).filter(
            # a blank in a wide row under a figure that the row's agency does not send is no cell of anyone's
            ~(pl.col("wide") & (pl.col("clean") == "") & (pl.col("agency_kind") == "wrong-sender").fill_null(False))
        )
        period = {"start": pl.Int32, "months": pl.Int32}
        cells = _look_up(cells, ["figure", "period_text"], period | _fault("period"), self._period)
        if cells["by"].null_count() < cells.height:
            said = ["by", "group_text", "crowded", "misnamed"]
            cells = _look_up(cells, said, {"group": pl.String} | _fault("group"), self._group)
        else:
            nothing = ("group", "group_kind", "group_says")
            cells = cells.with_columns(pl.lit(None, pl.String).alias(name) for name in nothing)
        cells = self._values(self._one_spelling(cells))
        for role in _ROLES:
            problems.append(
                cells.filter(pl.col(f"{role}_kind").is_not_null()).select(
                    "file", "sheet", "row", pl.col(f"{role}_column").alias("column"),
                    pl.col(f"{role}_text").fill_null("").alias("text"),
                    pl.col(f"{role}_kind").alias("kind"), pl.col(f"{role}_says").alias("message"),
                )
            )  # fmt: skip
        wrong = cells.filter(pl.col("figure").is_not_null(), pl.col("state") == "invalid", ~pl.col("broken"))
        wrong = _look_up(wrong, ["figure", "clean"], {"kind": pl.String, "message": pl.String}, self._wrong_value)
        problems.append(wrong.select(*PROBLEMS))
        faulty = pl.any_horizontal(pl.col(f"{role}_kind").is_not_null() for role in _ROLES)
        refused = faulty | pl.col("refused") | (pl.col("state") == "invalid")
        readings = cells.with_columns(
            pl.when(refused).then(pl.lit("refused")).otherwise(pl.lit("used")).cast(OUTCOME).alias("outcome"),
            pl.when(refused).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
            pl.when(~refused).then("value").alias("value"),
            pl.lit(None, pl.Date).alias("until"),
        )
        return readings.select(*READINGS, "type", "clean", "beside", "group_text"), problems

    def _one_spelling(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Groups of a breakdown that lists none, in one spelling each, whatever the case and spaces."""
        free = [by for by in self.framework.breakdowns if by not in self.words.groups]
        named = cells.filter(pl.col("by").is_in(free), pl.col("group").is_not_null())
        spelt: dict[tuple[str, str], str] = {}
        pairs = named.select("by", "group").unique().sort("by", "group").rows()
        for by, group in pairs:
            spelt.setdefault((by, fold(group)), group)
        changed = {(by, group): spelt[by, fold(group)] for by, group in pairs if spelt[by, fold(group)] != group}
        for (by, group), spelling in changed.items():
            same = (pl.col("by") == by) & (pl.col("group") == group)
            cells = cells.with_columns(group=pl.when(same).then(pl.lit(spelling)).otherwise("group"))
        return cells

    def _figure(self, text: str | None) -> tuple[Any, ...]:
        nothing = (None, None, None, None)
        if text is None:
            return *nothing, "blank", say("blank", what="figure", expected="expected a figure's id or title")
        found = self.words.figures.find(text)
        if found is None:
            return *nothing, "unknown-figure", say("unknown-figure", text=text, help=self.words.figures.help(text))
        figure = self.framework.figures[found]
        return found, figure.kind, figure.scale, figure.signed, None, None

    def _agency(self, figure: str | None, text: str | None) -> tuple[Any, ...]:
        if text is None:
            return None, "blank", say("blank", what="agency", expected="expected an agency's id or name")
        found = self.words.agencies.find(text)
        if found is None:
            return None, "unknown-agency", say("unknown-agency", text=text, help=self.words.agencies.help(text))
        senders = self.framework.figures[figure].agencies if figure else (found,)
        if found not in senders:
            message = say("wrong-sender", agency=text, figure=figure, senders=listed(senders))
            return None, "wrong-sender", message
        return found, None, None

    def _period(self, figure_id: str | None, text: str | None) -> tuple[Any, ...]:
        year_start = self.framework.board.year_start
        figure = self.framework.figures[figure_id] if figure_id else None
        usual = figure.cadence if figure else Cadence(3, year_start)
        if text is None:
            expected = f"expected a period such as {_example(usual)}"
            return None, None, "blank", say("blank", what="period", expected=expected)
        years = [figure.cadence.year_start, year_start] if figure else [year_start]
        months = figure.cadence.months if figure else 12
        period = next((found for year in years if (found := self._parse(text, year, months))), None)
        if period is None:
            month = self._parse(text.replace("/", "-"), year_start, months)
            if month and months == 1:
                year, number = divmod(month.start, 12)
                names = {"month": f"{MONTHS[number][:3].capitalize()} {year}", "year": f"{year}-{year + 1}"}
                return None, None, "ambiguous-period", say("ambiguous-period", text=text, **names)
            return None, None, "not-a-period", say("not-a-period", text=text, example=_example(usual))
        length = period.cadence.months
        if figure and length < months:
            message = say("period-too-short", text=text, figure=figure.id, frequency=figure.frequency.value)
            return None, None, "period-too-short", message
        if figure and (period.start - (figure.cadence.year_start - 1)) % length:
            return None, None, "period-misaligned", say("period-misaligned", text=text, figure=figure.id)
        return period.start, length, None, None

    def _group(self, by: str | None, text: str | None, crowded: bool, misnamed: str | None) -> tuple[Any, ...]:
        if by is None or text is None:
            return None, None, None
        if crowded:
            return None, "two-breakdowns", say("two-breakdowns", text=text)
        groups = self.words.groups.get(by)
        if misnamed:
            message = say("misnamed-column", text=text, column=misnamed, by=by)
            return groups.find(text) if groups else None, "misnamed-column", message
        if groups is None and fold(text) not in WHOLE_WORDS:
            return text, None, None
        found = groups.find(text) if groups else None
        if found is None:
            hint = groups.help(text) if groups else ""
            hint = "; leave the cell blank for the whole" if fold(text) in WHOLE_WORDS else hint
            return None, "unknown-group", say("unknown-group", text=text, by=by, help=hint)
        return found, None, None

    def _values(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Adds `value` and `state`. A word that is a grade of the figure's own scale is that before it is a marker."""
        clean, is_number = pl.col("clean"), pl.col("type").is_in(["flow", "stock"])
        bare = clean.str.replace_all("[,£%+]", "").str.replace("\u2212", "-", literal=True)
        plain = clean.str.contains(NUMBER) | clean.str.contains(PERCENT)
        number = pl.col("value")  # a column between the steps, since an expression is worked out wherever it stands
        cells = cells.with_columns(value=pl.when(is_number & plain).then(bare).cast(pl.Float64, strict=False))
        cells = cells.with_columns(value=pl.when(number == 0).then(0.0).otherwise(number))  # -0 is 0
        fits = (number.abs() <= LARGEST) & (pl.col("signed") | (number >= 0))
        cells = cells.with_columns(value=pl.when(fits).then(number))
        if (graded := cells["type"] == "grade").any():
            lookup = cells.filter(graded).select("scale", "clean").unique()
            positions = [self._grade(*row) for row in lookup.iter_rows()]
            lookup = lookup.with_columns(pl.Series("grade", positions, pl.Float64))
            cells = cells.join(lookup, on=["scale", "clean"], how="left", maintain_order="left")
            cells = cells.with_columns(pl.coalesce("value", "grade").alias("value")).drop("grade")
        marker = clean.str.to_lowercase().replace_strict(MARKERS, default=None, return_dtype=pl.String)
        state = (
            pl.when(clean == "")
            .then(pl.lit("no_data"))
            .when((pl.col("type") == "text") | pl.col("value").is_not_null())
            .then(pl.lit("ok"))
            .otherwise(marker.fill_null("invalid"))
        )
        return cells.with_columns(state.cast(STATE).alias("state"))

    def _grade(self, scale: str, text: str) -> float | None:
        grades = [fold(grade) for grade in self.framework.scales[scale]]
        return grades.index(fold(text)) + 1.0 if fold(text) in grades else None

    def _wrong_value(self, figure_id: str, text: str) -> tuple[str, str]:
        figure: Figure = self.framework.figures[figure_id]
        if figure.kind == "grade":
            grades = self.framework.scales[figure.scale or ""]
            message = say("not-a-grade", text=text, scale=figure.scale, grades=listed(grades), help=meant(text, grades))
            return "not-a-grade", message
        if not re.search(NUMBER, text) and not re.search(PERCENT, text):
            return "not-a-number", say("not-a-number", text=text, hint=_number_hint(text))
        number = abs(float(re.sub("[^0-9.]", "", text)))
        kind = "too-large" if number > LARGEST else "negative"
        return kind, say(kind, text=text, figure=figure_id)


def _example(cadence: Cadence) -> str:
    year = "2016" if cadence.year_start == 1 else "2016-17"
    return {1: "`2016-12`", 3: f"`{year} Q3`", 6: f"`{year} H1`"}.get(cadence.months, f"`{year}`")
