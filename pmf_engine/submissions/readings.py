"""Readings of cells: figures, agencies, periods, groups and values, from one lookup of each distinct text."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.domain.status import Outcome, texts
from pmf_engine.framework.changes import takeovers
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.blank_groups import with_lost_groups, without_blank_wholes
from pmf_engine.submissions.cell_values import BOUNDS, STATE, Bounds, add_values, bounds_of, wrong_value
from pmf_engine.submissions.key_numbers import cleaned, distinct_keys, holds_anywhere, look_up, with_answers
from pmf_engine.submissions.layouts.scope import scope_of_note
from pmf_engine.submissions.period_texts import PeriodTexts
from pmf_engine.submissions.problems import listed, problems_of_cells, say
from pmf_engine.submissions.side_columns import is_unit_heading
from pmf_engine.submissions.table import EDGES, clean_text
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

SERIES = ("figure", "agency", "months", "by", "group")
"""What the readings of a series have in common. The periods of a series have one length, and do not overlap."""

KEYED = pl.all_horizontal(pl.col("figure", "agency", "start").is_not_null())

KNOWN = KEYED & (pl.col("by").is_null() == pl.col("group").is_null())

_ROLES = ("figure", "agency", "period", "group")


_CLASSES: Final = {"senders": pl.UInt32, "clock": pl.UInt32, "bounds": pl.UInt32}
"""Numbers of a figure, the same for figures with the same senders, the same periods, and the same possible values."""


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
    if not holds_anywhere(cells, pl.col("by_day")):
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
        self._classes: dict[object, int] = {}

    def read(self, cells: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Readings in the order of `cells`, with further columns for `settle` to compare; and frames of problems."""
        problems = []
        cells = self._with_groups(self._with_names(cells))
        cells = without_totals(self._with_values(self.one_spelling(cells)), self.words)
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
        wrong = look_up(wrong, keys, {"kind": pl.String, "message": pl.String}, partial(wrong_value, self.framework))
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

    def _with_names(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Adds the figure, agency and period of each cell, and what is wrong with the texts that name them."""
        for name in ("figure_text", "agency_text", "period_text", "period_heading"):
            cells = cleaned(cells, name, name, clean_text(name)) if name in cells.columns else cells
        cells = cleaned(cells, "text", "clean", pl.col("text").str.strip_chars(EDGES))
        figure = {"figure": pl.String, "type": pl.String, "scale": pl.String, **BOUNDS, **_CLASSES}
        cells = look_up(cells, ["figure_text"], figure | _fault("figure"), self._figure, by=["figure_text_at"])
        cells = look_up(
            cells, ["figure", "agency_text"], {"agency": pl.String} | _fault("agency"), self._agency,
            by=["figure_text_at", "agency_text_at"], alike=["senders", "agency_text_at"],
        )  # fmt: skip
        cells = cells.filter(
            # in a wide row, a blank under a figure that the row's agency does not send is no cell to count
            ~(pl.col("wide") & (pl.col("clean") == "") & (pl.col("agency_kind") == "wrong-sender").fill_null(False))
        )
        period = {"start": pl.Int32, "months": pl.Int32, "by_day": pl.Boolean}
        texts = [name for name in ("period_text", "period_heading") if name in cells.columns]
        numbers = [f"{name}_at" for name in texts]
        cells = look_up(
            cells, ["figure", *texts], period | _fault("period"), PeriodTexts(self.framework).find,
            by=["figure_text_at", *numbers], alike=["clock", *numbers],
        )  # fmt: skip
        cells = with_total_rows(_days_that_agree(cells))
        roles = [role for role in _ROLES if f"{role}_text_at" in cells.columns]
        # a text that names what it should is not asked for again, and would take as much memory as the name
        faultless = [role for role in roles if not holds_anywhere(cells, pl.col(f"{role}_kind").is_not_null())]
        return cells.drop([f"{role}_text_at" for role in roles]).with_columns(
            pl.lit(None, pl.String).alias(f"{role}_text") for role in faultless
        )

    def _with_groups(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Adds the group of each cell, and what is wrong with the text that names it."""
        if holds_anywhere(cells, pl.col("by").is_not_null()):
            keys = ["by", "group_text", "crowded", "misnamed"]
            group = {"group": pl.String, "of_all": pl.Boolean}
            cells = look_up(cells, keys, group | _fault("group"), self._group)
            cells = cells.with_columns(by=pl.when(~pl.col("of_all")).then("by")).drop("of_all")
            return with_lost_groups(without_blank_wholes(cells), self.words)
        nothing = ("group", "group_kind", "group_says")
        return cells.with_columns(pl.lit(None, pl.String).alias(name) for name in nothing)

    def _with_values(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Adds `value`, `state` and `mark`, from one look at each distinct text of figures with the same bounds."""
        unformatted = ["unformatted"] if "unformatted" in cells.columns else []
        rows, places = distinct_keys(cells, ["bounds", "text_at", *unformatted])
        distinct = cells.select("clean", "type", "scale", *BOUNDS, *unformatted)[rows]
        return with_answers(cells, add_values(distinct, self.framework).select("value", "state", "mark"), places)

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
        nothing = (None, None, None, *Bounds(), None, None, None)
        if text is None:
            return *nothing, "blank", say("blank", what="figure", expected="expected a figure's id or title")
        figure_id = self.words.figures.find(text)
        if figure_id is None:
            return *nothing, "unknown-figure", say("unknown-figure", text=text, help=self.words.figures.help(text))
        figure = self.framework.figures[figure_id]
        bounds = bounds_of(figure)
        classes = (
            figure.agencies,
            (figure.cadence, figure.kind == "flow", figure.frequency is Frequency.AD_HOC),
            (figure.kind, figure.scale, bounds),
        )
        numbers = (self._classes.setdefault(each, len(self._classes)) for each in classes)
        return figure_id, figure.kind, figure.scale, *bounds, *numbers, None, None

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
    if not holds_anywhere(cells, is_part):
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
    rows, places = distinct_keys(cells, ["start", "months", "received_on"])
    times = cells.select("start", "months", "received_on")[rows]
    before = pl.Series([
        None not in time and time[2] < Period(time[0], Cadence(time[1], 1)).last_day for time in times.iter_rows()
    ], dtype=pl.Boolean)  # fmt: skip
    if not before.any():
        return pl.lit(False)
    in_period = [figure.id for figure in framework.figures.values() if figure.counted == "in_period"]
    at_end = (pl.col("type") == "flow") | ((pl.col("type") == "stock") & ~pl.col("figure").is_in(in_period))
    return (cells.select(at_end).to_series() & before.gather(places)).fill_null(False)


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
