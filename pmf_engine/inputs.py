"""From cells to panels: what every figure comes to in each period that an indicator asks for.

What has not come is a row too, with the reason it is missing, so that nothing can be left out by not being
there. Figures are combined over agencies, brought to the indicators' periods (a flow adds up, of a stock
the last counts), and laid out one column per figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pmf_engine.formula.compile import FIGURE_BITS, reason_code
from pmf_engine.framework import Figure, Framework
from pmf_engine.periods import Clock, Frequency, Period
from pmf_engine.statuses import INVALID, LATE, NO_DATA, NOT_DUE, SUPPRESSED

AGENCY = "agency"
"""The breakdown that every figure has: by the agency that sent it."""

WORLD = "__example"
"""The breakdown whose groups are examples, each a world of its own: what one is sent, no other knows of."""

_STATE_CODES = {
    "ok": 0,
    "no_data": reason_code(NO_DATA),
    "suppressed": reason_code(SUPPRESSED),
    "invalid": reason_code(INVALID),
}
_SOFT = (reason_code(NO_DATA), reason_code(LATE))
_KEY = ("figure", "start", "group")


@dataclass(frozen=True)
class Window:
    """The months from `start` up to `end` that an evaluation looks at; data begin with the month `first`."""

    start: int
    end: int
    first: int

    def periods(self, clock: Clock) -> list[Period]:
        """The clock's periods that the window touches, in order."""
        first = clock.holding(self.start)
        count = -(-(self.end - first.start) // clock.months)
        return [Period(first.start + place * clock.months, clock) for place in range(count)]


@dataclass(frozen=True)
class Panel:
    """Where indicators of one clock and one breakdown (None: the whole) are worked out.

    `frame` has `start`, `year` (the month its year starts in), `group`, and for every figure `v:` its value
    and `c:` its code; `k:` and `n:` are the code and what was left out where missing agencies may be.
    Rows are dense and sorted by group and start.
    """

    clock: Clock
    by: str | None
    frame: pl.LazyFrame


class Inputs:
    """The cells of an evaluation, ready to be laid out; `cells` is `Submissions.cells_at` the day of it."""

    def __init__(self, framework: Framework, cells: pl.DataFrame, window: Window, as_of: date) -> None:
        self.framework = framework
        self.window = window
        self.as_of = as_of
        self.numbers = {name: place for place, name in enumerate(framework.figures, start=1)}
        self.names = pl.Enum(list(framework.figures))
        known = cells.filter(pl.col("figure").is_in(list(framework.figures)))
        asked = known if WORLD not in framework.breakdowns else known.clear()
        self.begun = asked.group_by(pl.col("figure").cast(self.names)).agg(begun=pl.col("start").min())
        self.cells = known.lazy().select(
            pl.col("figure").cast(self.names),
            "agency",
            "start",
            "months",
            "by",
            "group",
            "value",
            code=pl.col("state").cast(pl.String).replace_strict(_STATE_CODES, return_dtype=pl.UInt32),
        )
        self.groups = {by: self._groups(by, known) for by in framework.breakdowns}

    def _groups(self, by: str, cells: pl.DataFrame) -> list[str]:
        listed = self.framework.breakdowns[by].groups
        seen = cells.filter(pl.col("by") == by)["group"].drop_nulls().unique().sort().to_list()
        return listed if listed is not None else seen

    # -- what came, and what has not ---------------------------------------------------

    def absent(self, figures: Iterable[str]) -> pl.LazyFrame:
        """What regular figures' agencies have not sent, one row per agency and period, and when it was due."""
        return self._asked(figures).join(self.cells, on=["figure", "agency", "start", "months"], how="anti")

    def _asked(self, figures: Iterable[str]) -> pl.LazyFrame:
        """What regular figures' agencies should send, whether it has come or not."""
        wanted = [self.framework.figures[name] for name in figures]
        regular = [figure for figure in wanted if figure.frequency != Frequency.AD_HOC]
        senders = pl.DataFrame(
            [
                (figure.id, agency, figure.due[agency], figure.clock.months, figure.clock.year_start)
                for figure in regular
                for agency in figure.agencies
            ],
            schema={
                "figure": self.names,
                "agency": pl.String,
                "days": pl.Int64,
                "months": pl.Int32,
                "year_start": pl.Int32,
            },
            orient="row",
        )
        clocks = sorted({figure.clock for figure in regular})
        times = pl.DataFrame(
            [(*clock, period.start, period.last_day) for clock in clocks for period in self._needed(clock)],
            schema={"months": pl.Int32, "year_start": pl.Int32, "start": pl.Int32, "last_day": pl.Date},
            orient="row",
        )
        due = pl.col("last_day") + pl.duration(days=pl.col("days"))
        return (
            senders.lazy()
            .join(times.lazy(), on=["months", "year_start"])
            .join(self.begun.lazy(), on="figure", how="left")
            .select("figure", "agency", "start", "months", "begun", due=due.cast(pl.Date))
            .with_columns(
                # What nobody ever sent before was not asked for yet; of what never came at all, all is late.
                code=pl.when(pl.col("start") + pl.col("months") <= pl.col("begun").fill_null(self.window.first))
                .then(reason_code(NO_DATA))
                .when(pl.col("due") < self.as_of)
                .then(reason_code(LATE))
                .otherwise(reason_code(NOT_DUE))
                .cast(pl.UInt32)
            )
        )

    def _needed(self, clock: Clock) -> list[Period]:
        """The periods whose figures the window rests on: a yearly stock serves the year after, too."""
        periods = self.window.periods(clock)
        first = periods[0]
        return [Period(first.start - clock.months, clock), *periods] if clock.months == 12 else periods

    def _sent(self, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
        """One row per figure, agency, period and group that something was sent for."""
        cells = self.cells.filter(pl.col("figure").is_in(list(figures)))
        columns = ["figure", "agency", "start", "months", "group", "value", "code"]
        if by is not None and by != AGENCY:
            return cells.filter(pl.col("by") == by, pl.col("group").is_not_null()).select(columns)
        wholes = cells.filter(pl.col("by").is_null()).with_columns(group=pl.lit(""))
        sums = self._sums(cells.filter(pl.col("by").is_not_null()))
        keys = ["figure", "agency", "start", "months"]
        summed = sums.join(wholes, on=keys, how="anti").with_columns(group=pl.lit(""))
        sent = pl.concat([wholes.select(columns), summed.select(columns)])
        return sent.with_columns(group=pl.col("agency")) if by == AGENCY else sent

    def _sums(self, cells: pl.LazyFrame) -> pl.LazyFrame:
        """Wholes that were sent only in groups: the sum of these (of grades, the worst), if none lacks."""
        listed = pl.DataFrame(
            [
                (by, len(one.groups) if one.groups else 0, place)
                for place, (by, one) in enumerate(self.framework.breakdowns.items())
            ],
            schema={"by": pl.String, "listed": pl.UInt32, "place": pl.UInt32},
            orient="row",
        )
        lacking = pl.when(pl.col("sent") < pl.col("listed")).then(reason_code(NO_DATA)).otherwise(0).cast(pl.UInt32)
        return (
            cells.group_by("figure", "agency", "start", "months", "by")
            .agg(
                pl.col("value").sum().alias("sum"),
                pl.col("value").min().alias("worst"),
                pl.col("code").max(),
                pl.col("group").n_unique().alias("sent"),
            )
            .join(listed.lazy(), on="by")
            .with_columns(
                code=pl.max_horizontal("code", lacking),
                value=pl.when(self._is("grade")).then("worst").otherwise("sum"),
            )
            .sort("code", "place")
            .group_by("figure", "agency", "start", "months")
            .agg(pl.col("value").first(), pl.col("code").first())
        )

    def _is(self, *kinds: str) -> pl.Expr:
        names = [name for name, figure in self.framework.figures.items() if figure.kind in kinds]
        return pl.col("figure").is_in(list(names))

    def facts(self, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
        """Every figure by agency, period and group: `value` and `code`, what has not come included."""
        sent = self._sent(figures, by)
        keys = ["figure", "agency", "start", "months"]
        absent = (self._asked if by == WORLD else self.absent)(figures).select(*keys, "code")
        if by is None or by == AGENCY:
            missing = absent.with_columns(group=pl.col("agency") if by == AGENCY else pl.lit(""))
        else:
            groups = pl.LazyFrame({"group": self.groups[by]}, schema={"group": pl.String})
            # Where something came for the period, a group that did not is not available.
            came = self._asked(figures).join(self.cells, on=keys, how="semi")
            came = came.with_columns(code=pl.lit(reason_code(NO_DATA), dtype=pl.UInt32))
            expected = absent if by == WORLD else pl.concat([absent, came.select(*keys, "code")])
            expected = expected.join(groups, how="cross")
            missing = expected.join(sent, on=[*keys, "group"], how="anti")
        missing = missing.with_columns(value=pl.lit(None, dtype=pl.Float64))
        columns = ["figure", "agency", "start", "months", "group", "value", "code"]
        return pl.concat([sent.select(columns), missing.select(columns)])

    # -- over agencies and time -----------------------------------------------------------

    def combined(self, facts: pl.LazyFrame, by: str | None) -> pl.LazyFrame:
        """Figures over their agencies: `code` where all must have sent it, `lenient` where some may lack, `left_out`."""
        senders = pl.DataFrame(
            [(figure.id, len(figure.agencies), figure.clock.months) for figure in self.framework.figures.values()],
            schema={"figure": self.names, "senders": pl.UInt32, "own_months": pl.Int32},
            orient="row",
        )
        soft = pl.col("code").filter(pl.col("code").is_in(_SOFT)).max().fill_null(0)
        hard = pl.col("code").filter(~pl.col("code").is_in(_SOFT)).max().fill_null(0)
        number = pl.col("figure").to_physical().cast(pl.UInt32) + 1
        every = 1 if by == AGENCY else pl.col("senders")
        rows = (
            facts.group_by("figure", "start", "months", "group")
            .agg(
                pl.col("value").sum().alias("sum"),
                pl.col("value").min().alias("worst"),
                soft.alias("soft"),
                hard.alias("hard"),
                pl.col("value").count().alias("known"),
                pl.col("agency").n_unique().alias("sent"),
            )
            .join(senders.lazy(), on="figure")
            # A period longer than the figure's own counts only as sent by all.
            .filter((pl.col("months") == pl.col("own_months")) | (pl.col("sent") >= every))
            .with_columns(
                value=pl.when(self._is("grade")).then("worst").otherwise("sum"),
                left_out=pl.when(pl.col("known") > 0).then("soft").otherwise(0),
                lenient=pl.when(pl.col("known") > 0).then("hard").otherwise(pl.max_horizontal("hard", "soft")),
                code=pl.max_horizontal("hard", "soft"),
            )
        )
        numbered = [
            pl.when(pl.col(name) > 0)
            .then(pl.col(name).cast(pl.UInt32) + number)
            .otherwise(0)
            .cast(pl.UInt32)
            .alias(name)
            for name in ("code", "lenient", "left_out")
        ]
        return rows.select("figure", "start", "months", "group", "value", *numbered)

    def brought(self, combined: pl.LazyFrame, figures: Sequence[str], clock: Clock) -> pl.LazyFrame:
        """Figures in the periods of a clock: flows added up, of stocks and grades the last."""
        parts = []
        by_clock: dict[Clock, list[Figure]] = {}
        for name in figures:
            figure = self.framework.figures[name]
            by_clock.setdefault(figure.clock, []).append(figure)
        for own, members in by_clock.items():
            flows = [figure.id for figure in members if figure.kind == "flow"]
            others = [figure.id for figure in members if figure.kind != "flow"]
            if own.months > clock.months or (own.months == clock.months and own != clock and not flows):
                parts.append(self._served(self._only(combined, others), own, clock))
                continue
            for names, added in ((flows, True), (others, False)):
                if names:
                    parts.append(_gathered(self._only(combined, names), own, clock, added))
        return pl.concat(parts)

    def _only(self, frame: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
        return frame.filter(pl.col("figure").is_in(list(names)))

    def _served(self, frame: pl.LazyFrame, own: Clock, clock: Clock) -> pl.LazyFrame:
        """A stock that comes more seldom serves the periods that end in its own, and until the next comes the following year's."""
        rows = []
        for period in self.window.periods(clock):
            holding = own.holding(period.end - 1)
            rows.append((period.start, holding.start, holding.start - own.months))
        times = pl.LazyFrame(rows, schema={"at": pl.Int32, "now": pl.Int32, "before": pl.Int32}, orient="row")
        own_rows = frame.filter(pl.col("months") == own.months)
        now = times.join(own_rows, left_on="now", right_on="start")
        keys = ["figure", "group"]
        known = now.join(
            own_rows.select(*keys, "start", pl.col("value", "code", "lenient", "left_out").name.suffix("_before")),
            left_on=[*keys, "before"],
            right_on=[*keys, "start"],
            how="left",
        )
        yet = status_not_come(pl.col("code")) & (pl.col("code_before") == 0).fill_null(False)
        chosen = [
            pl.when(yet).then(f"{name}_before").otherwise(name).alias(name)
            for name in ("value", "code", "lenient", "left_out")
        ]
        return known.select("figure", pl.col("at").alias("start"), "group", *chosen)

    def panel(self, clock: Clock, by: str | None, figures: Sequence[str], lenient: bool) -> Panel:
        """The figures laid out over every period of the window and every group."""
        used = sorted(figures)
        facts = self.facts(used, by)
        kept = facts if by != AGENCY else facts.filter(pl.col("group") == pl.col("agency"))
        values = self.brought(self.combined(kept, by), used, clock)
        columns = {"value": "v", "code": "c"} | ({"lenient": "k", "left_out": "n"} if lenient else {})
        wide = values.pivot(
            on="figure",
            on_columns=pl.Series(used, dtype=self.names),
            index=["group", "start"],
            values=list(columns),
            aggregate_function="first",
        )
        wide = wide.rename({f"{long}_{name}": f"{short}:{name}" for long, short in columns.items() for name in used})
        periods = pl.DataFrame(
            [
                (place, period.start, period.start - (period.start - (clock.year_start - 1)) % 12)
                for place, period in enumerate(self.window.periods(clock))
            ],
            schema={"place": pl.UInt32, "start": pl.Int32, "year": pl.Int32},
            orient="row",
        )
        groups = pl.DataFrame({"group": self._panel_groups(by, used)}, schema={"group": pl.String})
        grid = groups.lazy().join(periods.lazy(), how="cross")
        # A regular figure always has a row; an ad hoc one that was not asked for has none.
        unknown = [
            pl.col(f"{short}:{name}").fill_null(reason_code(NO_DATA) + self.numbers[name])
            for short in ("c", "k")
            if short in columns.values()
            for name in used
        ]
        unknown += [pl.col(f"n:{name}").fill_null(0) for name in used if lenient]
        frame = grid.join(wide, on=["group", "start"], how="left").sort("group", "place").with_columns(unknown)
        return Panel(clock, by, frame)

    def _panel_groups(self, by: str | None, figures: Sequence[str]) -> list[str]:
        if by is None:
            return [""]
        if by == AGENCY:
            return sorted({agency for name in figures for agency in self.framework.figures[name].agencies})
        return sorted(self.groups[by])


def _gathered(frame: pl.LazyFrame, own: Clock, clock: Clock, added: bool) -> pl.LazyFrame:
    """Figures of the clock's own length as they are; shorter ones added up, or the last of them."""
    columns = ["figure", "start", "group", "value", "code", "lenient", "left_out"]
    as_sent = frame.filter(pl.col("months") == clock.months).select(columns)
    if own.months == clock.months:
        return as_sent
    shift = clock.year_start - 1
    start = pl.col("start") - (pl.col("start") - shift) % clock.months
    parts = frame.filter(pl.col("months") == own.months)
    if added:
        summed = (
            parts.with_columns(start=start)
            .group_by(_KEY)
            .agg(pl.col("value").sum(), pl.col("code", "lenient", "left_out").max())
            .select(columns)
        )
    else:
        summed = (
            parts.filter(pl.col("start") + own.months == start + clock.months).with_columns(start=start).select(columns)
        )
    # A longer period as sent stands, as a whole does before its groups.
    return pl.concat([as_sent, summed.join(as_sent, on=list(_KEY), how="anti")])


def status_not_come(code: pl.Expr) -> pl.Expr:
    """Whether a code says that the figure has not come, late or not."""
    rank = code // (1 << FIGURE_BITS) * (1 << FIGURE_BITS)
    return (rank == reason_code(LATE)) | (rank == reason_code(NOT_DUE))
