"""Readings of cells: figures, agencies, periods, groups and values, from one lookup of each distinct text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any, Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import MONTHS, Cadence, Frequency, Period, parse_day, parse_period
from pmf_engine.domain.status import Outcome, texts
from pmf_engine.framework.changes import takeovers
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.submissions.blank_groups import with_lost_groups, without_blank_wholes
from pmf_engine.submissions.cell_values import BOUNDS, STATE, Bounds, add_values, bounds_of, wrong_value
from pmf_engine.submissions.layouts.scope import scope_of_note
from pmf_engine.submissions.problems import listed, problems_of_cells, say
from pmf_engine.submissions.side_columns import is_unit_heading
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.totals import with_total_rows, without_totals
from pmf_engine.submissions.vocabulary import Vocabulary, fold, spelling_order

OUTCOME = pl.Enum(texts(Outcome))

CELLS: Final = FrameSchema(
    "CELLS",
    Column("figure", pl.String, "the figure's id; null for an unknown one", nullable=True),
    Column("agency", pl.String, "the agency's id; null for an unknown one", nullable=True),
    Column("start", pl.Int32, "the first month of the period: 12 times the year, plus the month from 0", nullable=True),
    Column("months", pl.Int32, "the length of the period", nullable=True),
    Column("by", pl.String, "the breakdown of the group; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole, or an unknown group where `by` is there", nullable=True),
    Column("value", pl.Float64, "the number, or the place of a grade in its scale; null without one", nullable=True),
    Column("state", STATE, "`ok` for a value, or why there is none"),
    Column("text", pl.String, "the cell's own text", nullable=True),
    Column("comment", pl.String, "the comment of its row", nullable=True),
    Column("file", pl.String, "the file, by its path below the folder of submissions"),
    Column("sheet", pl.String, "the sheet of a workbook", nullable=True),
    Column("row", pl.Int64, "the row as people count them, from 1", nullable=True),
    Column("column", pl.String, "the column as the file calls it", nullable=True),
    Column("received_on", pl.Date, "the day on which the file was received; null where nobody knows", nullable=True),
    Column("outcome", OUTCOME, "whether the cell was used, and if not, why"),
    Column("until", pl.Date, "the day from which later files replace a cell of an unknown group", nullable=True),
    Column("mark", pl.String, "what a marker beside the number says of it, a `MarkKind`", nullable=True),
    Column("key", pl.String, "the key of its row in the frame that an embedding program gave", nullable=True),
)
"""The columns of cells that were read."""

READINGS: Final = CELLS.with_columns(
    "READINGS",
    Column("starts_on", pl.Date, "the first day of the period", nullable=True),
    Column("ends_on", pl.Date, "the last day of the period", nullable=True),
)
"""The columns of `Submissions.readings`."""

KEY = ("figure", "agency", "start", "months", "by", "group")
"""The key of a reading: the figure, agency, period and group that its value is for."""

KEYED = pl.all_horizontal(pl.col("figure", "agency", "start").is_not_null())

KNOWN = KEYED & (pl.col("by").is_null() == pl.col("group").is_null())

_ROLES = ("figure", "agency", "period", "group")


def _look_up(
    frame: pl.DataFrame, keys: list[str], new: dict[str, Any], find: Callable[..., tuple[Any, ...]]
) -> pl.DataFrame:
    """Joins the result of `find` for each distinct combination of `keys`, with one call for each.

    Args:
        frame: The rows.
        keys: The columns that `find` takes.
        new: The names and types of the columns that `find` returns.
        find: A function from the values of `keys` to those of `new`.
    """
    distinct = frame.select(keys).unique()
    answers = pl.DataFrame([find(*row) for row in distinct.iter_rows()], schema=new, orient="row")
    return frame.join(distinct.hstack(answers), on=keys, how="left", nulls_equal=True, maintain_order="left")


def _fault(role: str) -> dict[str, Any]:
    """The columns with the kind and message of a problem with a cell's figure, agency, period or group."""
    return {f"{role}_kind": pl.String, f"{role}_says": pl.String}


def _place_of_label(cells: pl.DataFrame, role: str) -> list[pl.Expr]:
    """The row and the column of a label; a label in the name of a sheet or file has neither."""
    column = pl.col(f"{role}_column")
    if f"{role}_row" not in cells.columns:
        return [column.alias("column")]
    row = pl.col(f"{role}_row").fill_null(pl.col("row"))
    return [pl.when(row > 0).then(row).alias("row"), pl.when(column != "").then(column).alias("column")]


def _days_that_agree(cells: pl.DataFrame) -> pl.DataFrame:
    """Refuses days as periods where the same file gives the sender's figure for further days that bound no period.

    Monthly numbers of a quarterly figure are an example: the first month begins on the quarter's first day, but its
    number is only a part of the quarter's.
    """
    if not cells["by_day"].any():
        return cells
    strange = (pl.col("by_day") & pl.col("start").is_null()).any().over("file", "agency", "figure")
    refused = pl.col("by_day") & pl.col("start").is_not_null() & strange
    example = pl.col("period_says").filter(pl.col("period_kind") == "day-for-a-period").first()
    says = pl.format("`{}`{}", "period_text", example.over("file", "agency", "figure").str.extract(r"^`[^`]*`(.*)$"))
    return cells.with_columns(
        pl.when(~refused).then("start").alias("start"),
        pl.when(~refused).then("months").alias("months"),
        pl.when(refused).then(pl.lit("day-for-a-period")).otherwise("period_kind").alias("period_kind"),
        pl.when(refused).then(says).otherwise("period_says").alias("period_says"),
    )


class Reader:
    """Turns the texts of cells into figures, agencies, periods, groups and values of a framework."""

    def __init__(self, words: Vocabulary) -> None:
        self.words, self.framework = words, words.framework
        self._parse, self._parse_day = cache(parse_period), cache(parse_day)

    def read(self, cells: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Readings in the order of `cells`, with further columns for `settle` to compare; and frames of problems."""
        problems = []
        figure = {"figure": pl.String, "type": pl.String, "scale": pl.String}
        cells = _look_up(cells, ["figure_text"], figure | BOUNDS | _fault("figure"), self._figure)
        cells = _look_up(cells, ["figure", "agency_text"], {"agency": pl.String} | _fault("agency"), self._agency)
        clean = pl.col("text").str.strip_chars(EDGES)
        cells = cells.with_columns(clean.alias("clean")).filter(
            # in a wide row, a blank under a figure that the row's agency does not send is no cell to count
            ~(pl.col("wide") & (pl.col("clean") == "") & (pl.col("agency_kind") == "wrong-sender").fill_null(False))
        )
        period = {"start": pl.Int32, "months": pl.Int32, "by_day": pl.Boolean}
        cells = _look_up(cells, ["figure", "period_text"], period | _fault("period"), self._period)
        cells = with_total_rows(_days_that_agree(cells))
        if cells["by"].null_count() < cells.height:
            keys = ["by", "group_text", "crowded", "misnamed"]
            group = {"group": pl.String, "of_all": pl.Boolean}
            cells = _look_up(cells, keys, group | _fault("group"), self._group)
            cells = cells.with_columns(by=pl.when(~pl.col("of_all")).then("by")).drop("of_all")
            cells = with_lost_groups(without_blank_wholes(cells), self.words)
        else:
            nothing = ("group", "group_kind", "group_says")
            cells = cells.with_columns(pl.lit(None, pl.String).alias(name) for name in nothing)
        cells = without_totals(add_values(self.one_spelling(cells), self.framework), self.words)
        cells = cells.with_columns(early=_is_early(cells, self.framework))
        problems.append(_early_problems(cells, self.framework))
        for role in _ROLES:
            problems.append(
                problems_of_cells(
                    cells.filter(pl.col(f"{role}_kind").is_not_null()).with_columns(
                        *_place_of_label(cells, role),
                        pl.col(f"{role}_text").fill_null("").alias("text"),
                        pl.col(f"{role}_kind").alias("kind"),
                        pl.col(f"{role}_says").alias("message"),
                    ),
                    self.framework,
                )
            )
        cells = cells.with_columns(aside=_beside_whole(cells))
        problems.append(_part_problems(cells, self.words))
        wrong = cells.filter(pl.col("figure").is_not_null(), pl.col("state") == "invalid", ~pl.col("broken"))
        keys = ["figure", "clean", *(["unformatted"] if "unformatted" in wrong.columns else [])]
        wrong = _look_up(wrong, keys, {"kind": pl.String, "message": pl.String}, partial(wrong_value, self.framework))
        problems.append(problems_of_cells(wrong, self.framework))
        faulty = pl.any_horizontal(pl.col(f"{role}_kind").is_not_null() for role in _ROLES)
        refused = (
            faulty
            | pl.col("refused")
            | pl.col("part").is_not_null()
            | (pl.col("state") == "invalid")
            | (pl.col("early") & (pl.col("state") != "no_data"))
        )
        readings = cells.with_columns(
            pl.when("aside").then(pl.lit("unknown")).when(refused).then(pl.lit("refused")).otherwise(pl.lit("used"))
            .cast(OUTCOME).alias("outcome"),
            pl.when(refused).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
            pl.when(~refused).then("value").alias("value"),
            pl.lit(None, pl.Date).alias("until"), pl.lit(None, pl.String).alias("key"),
        )  # fmt: skip
        return readings.select(*CELLS.names, "type", "clean", "beside", "group_text"), problems

    def one_spelling(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Cells with one spelling of each unlisted group, whatever its case and spaces: see `spelling_order`."""
        free = [by for by in self.framework.breakdowns if by not in self.words.groups]
        named = cells.filter(pl.col("by").is_in(free), pl.col("group").is_not_null())
        spelt: dict[tuple[str, str], str] = {}
        pairs = sorted(named.select("by", "group").unique().rows(), key=lambda pair: spelling_order(pair[1]))
        for by, group in pairs:
            spelt.setdefault((by, fold(group)), group)
        changed = {(by, group): spelt[by, fold(group)] for by, group in pairs if spelt[by, fold(group)] != group}
        for (by, group), spelling in changed.items():
            same = (pl.col("by") == by) & (pl.col("group") == group)
            cells = cells.with_columns(group=pl.when(same).then(pl.lit(spelling)).otherwise("group"))
        return cells

    def _figure(self, text: str | None) -> tuple[Any, ...]:
        """The figure that a text names: its id, kind, scale and bounds, and the kind and message of a problem."""
        nothing = (None, None, None, *Bounds())
        if text is None:
            return *nothing, "blank", say("blank", what="figure", expected="expected a figure's id or title")
        figure_id = self.words.figures.find(text)
        if figure_id is None:
            return *nothing, "unknown-figure", say("unknown-figure", text=text, help=self.words.figures.help(text))
        figure = self.framework.figures[figure_id]
        return figure_id, figure.kind, figure.scale, *bounds_of(figure), None, None

    def _agency(self, figure: str | None, text: str | None) -> tuple[Any, ...]:
        """The agency that a text names as the sender of a figure, and the kind and message of a problem."""
        if text is None:
            return None, "blank", say("blank", what="agency", expected="expected an agency's id or name")
        agency = self.words.agencies.find(text)
        if agency is None:
            return None, "unknown-agency", say("unknown-agency", text=text, help=self.words.agencies.help(text))
        senders = self.framework.figures[figure].agencies if figure else (agency,)
        if agency not in senders and all(agency not in self._earlier(sender) for sender in senders):
            message = say("wrong-sender", agency=text, figure=figure, senders=listed(senders))
            return None, "wrong-sender", message
        return agency, None, None

    def _earlier(self, agency: str) -> set[str]:
        """The ids of an agency and of the agencies that it took over from."""
        return {sender.id for sender in takeovers(self.framework, agency)}

    def _period(self, figure_id: str | None, text: str | None) -> tuple[Any, ...]:
        """The period that a text names: its start and length in months, and whether the text is a day of it.

        The kind and message of a problem come last.
        """
        year_start = self.framework.board.year_start
        figure = self.framework.figures[figure_id] if figure_id else None
        usual = figure.cadence if figure else Cadence(3, year_start)
        nothing = (None, None, False)
        if text is None:
            expected = f"expected a period such as {_example(usual)}"
            return *nothing, "blank", say("blank", what="period", expected=expected)
        if day := self._parse_day(text):
            return self._period_of_day(figure, text, day)
        years = [figure.cadence.year_start, year_start] if figure else [year_start]
        months = figure.cadence.months if figure else 12
        period = next((parsed for year in years if (parsed := self._parse(text, year, months))), None)
        if period is None:
            return *nothing, *self._no_period(text, year_start, months, usual)
        length = period.cadence.months
        if figure and length < months:
            message = say("period-too-short", text=text, figure=figure.id, frequency=figure.frequency.value)
            return *nothing, "period-too-short", message
        if figure and (period.start - (figure.cadence.year_start - 1)) % length:
            return *nothing, "period-misaligned", say("period-misaligned", text=text, figure=figure.id)
        return period.start, length, False, None, None

    def _period_of_day(self, figure: Figure | None, text: str, day: date) -> tuple[Any, ...]:
        """The period of a figure that a day begins or ends. Only a last day names the period of a stock."""
        fixed = figure is not None and figure.frequency is not Frequency.AD_HOC
        if figure is not None and fixed and (period := figure.cadence.bounded_by(day, figure.kind == "flow")):
            return period.start, period.cadence.months, True, None, None
        example = _example(figure.cadence if figure else Cadence(3, self.framework.board.year_start))
        return None, None, True, "day-for-a-period", say("day-for-a-period", text=text, example=example)

    def _no_period(self, text: str, year_start: int, months: int, usual: Cadence) -> tuple[str, str]:
        """The kind and message of the problem of a text that names no period, or one of two.

        Args:
            text: The text.
            year_start: The month in which the board's year starts.
            months: The length of a period of the figure; 12 for an unknown figure.
            usual: The cadence of the example in the message.
        """
        month = self._parse(re.sub(r"^(\d{4})\s*+/?\s*+(\d\d)$", r"\1-\2", text), year_start, 1)
        if month and months == 1:
            year, number = divmod(month.start, 12)
            names = {"month": f"{MONTHS[number][:3].capitalize()} {year}", "year": f"{year}-{year + 1}"}
            return "ambiguous-period", say("ambiguous-period", text=text, **names)
        alone = re.fullmatch(r"(?:fy\s*|(q[1-4]|h[12])\s*)?((?:19|20)?\d\d)", text, re.IGNORECASE)
        if alone and year_start != 1 and (len(alone[2]) == 4 or alone[0] != alone[2]):
            year = int(alone[2]) if len(alone[2]) == 4 else 2000 + int(alone[2])
            part = f" {alone[1].upper()}" if alone[1] else ""
            first, second = (f"{begins}-{(begins + 1) % 100:02d}{part}" for begins in (year - 1, year))
            return "ambiguous-year", say("ambiguous-year", text=text, first=first, second=second)
        return "not-a-period", say("not-a-period", text=text, example=_example(usual))

    def _group(self, by: str | None, text: str | None, crowded: bool, misnamed: str | None) -> tuple[Any, ...]:
        """The group that a text names, whether the text means the whole, and the kind and message of a problem.

        Args:
            by: The breakdown of the text's column.
            text: The text; None in a row about the whole.
            crowded: The row has groups of two breakdowns.
            misnamed: The title of the column where it is only near the breakdown's.
        """
        if by is None or text is None:
            return None, False, None, None
        if crowded:
            return None, False, "two-breakdowns", say("two-breakdowns", text=text)
        groups = self.words.groups.get(by)
        group = groups.find(text) if groups else None
        if misnamed:
            return group, False, "misnamed-column", say("misnamed-column", text=text, column=misnamed, by=by)
        if group is not None:
            return group, False, None, None
        if groups is not None and self.words.is_whole(by, text):
            return None, True, None, None
        if self.words.is_total(by, text):
            hint = "" if groups else f", or list the groups of `{by}` in indicators.yaml"
            return None, False, "total-of-groups", say("total-of-groups", text=text, by=by, help=hint)
        if groups is None:
            return text, False, None, None
        return None, False, "unknown-group", say("unknown-group", text=text, by=by, help=groups.help(text))


def _beside_whole(cells: pl.DataFrame) -> pl.Expr | pl.Series:
    """Whether a cell may be of a part and its file also gives the cell of all parts."""
    is_part = pl.col("part").is_not_null()
    if not cells["part"].count():
        return pl.lit(False)
    return is_part & KNOWN & (~is_part & (pl.col("state") == "ok")).any().over("file", *KEY)


def _part_problems(cells: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """A problem for each cell that may be of a part: lost, unless the file also gives the cell of all parts."""
    parts = cells.filter(pl.col("part").is_not_null())
    kinds, messages = [], []
    for aside, text, column in parts.select("aside", "part", "part_column").iter_rows():
        what = scope_of_note(text) if words.is_note(column) or words.role(column) == ("comment", "comment") else None
        what = "in the unit of the figure" if is_unit_heading(column) else what
        kinds.append("part-aside" if aside else "may-be-part" if what is None else "out-of-scope")
        messages.append(say(kinds[-1], text=text, column=column, what=what))
    return problems_of_cells(
        parts.with_columns(
            pl.Series("kind", kinds, pl.String),
            pl.Series("message", messages, pl.String),
            column="part_column",
            text="part",
        ),
        words.framework,
    )


def _is_early(cells: pl.DataFrame, framework: Framework) -> pl.Expr | pl.Series:
    """Whether a cell's file was received before the end of the cell's period, and its number is only known after that.

    Grades, texts and stocks with `counted: in_period` are known before the end.
    """
    dated = cells.filter(pl.col("received_on").is_not_null(), pl.col("start").is_not_null())
    if dated.is_empty():
        return pl.lit(False)
    ends = dated.select("start", "months").unique()
    last_days = [Period(start, Cadence(months, 1)).last_day for start, months in ends.iter_rows()]
    ends = ends.with_columns(pl.Series("last_day", last_days, pl.Date))
    last_day = cells.select("start", "months").join(ends, on=["start", "months"], how="left", maintain_order="left")
    in_period = [figure.id for figure in framework.figures.values() if figure.counted == "in_period"]
    at_end = (pl.col("type") == "flow") | ((pl.col("type") == "stock") & ~pl.col("figure").is_in(in_period))
    before = cells["received_on"] < last_day["last_day"]
    return (cells.select(at_end).to_series() & before).fill_null(False)


def _early_problems(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """A problem for each early cell that is not blank."""
    early = cells.filter("early", ~pl.col("state").is_in(["no_data", "invalid"]))
    messages = []
    for text, figure, start, months, received in early.select(
        "clean", "figure", "start", "months", "received_on"
    ).iter_rows():
        period = Period(start, Cadence(months, framework.figures[figure].cadence.year_start))
        words = {"period": period.label, "last": period.last_day, "received": received}
        messages.append(say("received-early", text=text, **words))
    with_messages = early.with_columns(kind=pl.lit("received-early"), message=pl.Series("message", messages, pl.String))
    return problems_of_cells(with_messages, framework)


def _example(cadence: Cadence) -> str:
    """An example of a period of a cadence, in backticks.

    >>> _example(Cadence(3, 4)), _example(Cadence(6, 1))
    ('`2016-17 Q3`', '`2016 H1`')
    """
    year = "2016" if cadence.year_start == 1 else "2016-17"
    return {1: "`2016-12`", 3: f"`{year} Q3`", 6: f"`{year} H1`"}.get(cadence.months, f"`{year}`")
