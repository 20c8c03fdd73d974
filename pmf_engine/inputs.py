"""From cells to panels: what every figure comes to in each period that an indicator asks for.

What has not come is a row too, with the reason it is missing, so that nothing can be left out by not being
there. Figures are combined over agencies, brought to the indicators' periods (a flow adds up, of a stock
the last counts), and laid out one column per figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pmf_engine.formula.compile import FIGURE_BITS, NOT_COME, reason_code, total
from pmf_engine.framework import Figure, Framework
from pmf_engine.periods import Clock, Frequency, Period
from pmf_engine.statuses import INVALID, LATE, NO_DATA, NOT_DUE, SUPPRESSED
from pmf_engine.tolerance import NEAR

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
_NO_DATA = reason_code(NO_DATA)
_SOFT = (_NO_DATA, reason_code(LATE))
_KEY = ("figure", "start", "group")
_SENT = ("figure", "agency", "start", "months")


@dataclass(frozen=True)
class Window:
    """The months from `start` up to `end` that an evaluation looks at.

    Data begin with the month `first` and end before the month `last` (with the window, where it is None): what is
    worked out ends with the period that holds the last of them, though figures are looked at to the window's end.
    """

    start: int
    end: int
    first: int
    last: int | None = None

    def periods(self, clock: Clock) -> list[Period]:
        """The clock's periods that figures are looked at in, in order."""
        return self._up_to(clock, self.end)

    def worked_out(self, clock: Clock) -> list[Period]:
        """The clock's periods that indicators are worked out in, in order."""
        return self._up_to(clock, self.end if self.last is None else self.last)

    def _up_to(self, clock: Clock, end: int) -> list[Period]:
        first = clock.holding(self.start)
        count = -(-(end - first.start) // clock.months)
        return [Period(first.start + place * clock.months, clock) for place in range(count)]


@dataclass(frozen=True)
class Panel:
    """Where indicators of one clock and one breakdown (None: the whole) are worked out.

    `frame` has `start`, `place` (from 0), `year` (the month its year starts in), `group`, and for every figure
    `v:` its value and `c:` its code; `k:` is its code where what has not come may be done without (see `NOT_COME`).
    Rows are dense and sorted by group and start.
    """

    clock: Clock
    by: str | None
    frame: pl.LazyFrame


class Inputs:
    """The cells of an evaluation, ready to be laid out.

    `cells` and `groups` are those of `Submissions` on the day of it; `worlds` are the figures of each
    example and the first month it knows of.
    """

    def __init__(
        self,
        framework: Framework,
        cells: pl.DataFrame,
        groups: pl.DataFrame,
        window: Window,
        as_of: date,
        worlds: Mapping[str, tuple[Iterable[str], int]] | None = None,
    ) -> None:
        self.framework = framework
        self.window = window
        self.as_of = as_of
        self.numbers = {name: place for place, name in enumerate(framework.figures, start=1)}
        self.names = pl.Enum(list(framework.figures))
        known = cells.filter(pl.col("figure").is_in(list(framework.figures)))
        asked = known.clear() if worlds else known
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
        self.groups = {by: self._groups(by, groups) for by in framework.breakdowns}
        self.senders = pl.DataFrame(
            [(figure.id, len(figure.agencies), figure.clock.months) for figure in framework.figures.values()],
            schema={"figure": self.names, "senders": pl.UInt32, "own_months": pl.Int32},
            orient="row",
        )
        self.worlds = pl.DataFrame(
            [(figure, world, first) for world, (figures, first) in (worlds or {}).items() for figure in figures],
            schema={"figure": self.names, "group": pl.String, "first": pl.Int32},
            orient="row",
        )

    def _groups(self, by: str, seen: pl.DataFrame) -> list[str]:
        """All groups of a breakdown: those listed, or else all that any cell is of."""
        listed = self.framework.breakdowns[by].groups
        return listed if listed is not None else seen.filter(pl.col("by") == by)["group"].unique().sort().to_list()

    def starts(self, figures: Iterable[str]) -> list[int]:
        """The first months of the periods that anything was sent for."""
        chosen = self.cells.filter(pl.col("figure").is_in(list(figures)))
        return chosen.select(pl.col("start").unique()).collect()["start"].to_list()

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
        summed = sums.join(wholes, on=list(_SENT), how="anti").with_columns(group=pl.lit(""))
        sent = pl.concat([wholes.select(columns), summed.select(columns)])
        return sent.with_columns(group=pl.col("agency")) if by == AGENCY else sent

    def _sums(self, cells: pl.LazyFrame) -> pl.LazyFrame:
        """Wholes that were sent only in groups: the sum of these (of grades, the worst), if none lacks.

        Only in the figure's own periods: what groups say of a longer one does not stand against its parts.
        """
        groups = pl.DataFrame(
            [(by, len(self.groups[by]), place) for place, by in enumerate(self.framework.breakdowns)],
            schema={"by": pl.String, "groups": pl.UInt32, "place": pl.UInt32},
            orient="row",
        )
        code, value, known = pl.col("code"), pl.col("value"), pl.col("code") == 0
        lacking = pl.when(pl.col("sent") < pl.col("groups")).then(_NO_DATA).otherwise(0).cast(pl.UInt32)
        by_breakdown = (
            cells.join(self.senders.lazy(), on="figure")
            .filter(pl.col("months") == pl.col("own_months"))
            .sort(*_SENT, "by", "group")
            .group_by(*_SENT, "by", maintain_order=True)
            .agg(
                total(value).alias("sum"),
                value.min().alias("worst"),
                code.max(),
                pl.col("group").drop_nulls().n_unique().alias("sent"),
            )
            .join(groups.lazy(), on="by")
            .with_columns(code=pl.max_horizontal("code", lacking))
            .with_columns(value=pl.when(known).then(pl.when(self._is("grade")).then("worst").otherwise("sum")))
        )
        # Two breakdowns that come to different wholes are not both right, and nobody can say which is.
        differ = value.max() - value.min() > NEAR * value.abs().max()
        refused = code.filter(code > _NO_DATA).max()
        return (
            by_breakdown.sort(*_SENT, "place")
            .group_by(*_SENT, maintain_order=True)
            .agg(
                value.filter(known).first(),
                code=pl.when(refused.is_not_null())
                .then(refused)
                .when(differ)
                .then(reason_code(INVALID))
                .when(known.any())
                .then(0)
                .otherwise(_NO_DATA)
                .cast(pl.UInt32),
            )
            .with_columns(value=pl.when(known).then(value))
        )

    def _is(self, *kinds: str) -> pl.Expr:
        names = [name for name, figure in self.framework.figures.items() if figure.kind in kinds]
        return pl.col("figure").is_in(list(names))

    def facts(self, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
        """Every figure by agency, period and group: `value` and `code`, what has not come included."""
        sent = self._sent(figures, by)
        if by is None or by == AGENCY:
            absent = self.absent(figures).select(*_SENT, "code")
            missing = absent.with_columns(group=pl.col("agency") if by == AGENCY else pl.lit(""))
        elif by == WORLD:
            worlds = self._asked(figures).join(self.worlds.lazy(), on="figure")
            worlds = worlds.filter(pl.col("start") + pl.col("months") > pl.col("first"))
            missing = worlds.select(*_SENT, "group", "code").join(sent, on=[*_SENT, "group"], how="anti")
        else:
            groups = pl.LazyFrame({"group": self.groups[by]}, schema={"group": pl.String})
            # Where something came for the period, a group that did not is not available: or withheld, or refused,
            # where the whole is.
            wholes = self.cells.filter(pl.col("by").is_null()).select(*_SENT, pl.col("code").alias("of_whole"))
            came = self._asked(figures).join(self.cells, on=list(_SENT), how="semi")
            came = came.join(wholes, on=list(_SENT), how="left")
            came = came.with_columns(code=pl.max_horizontal(pl.lit(_NO_DATA, dtype=pl.UInt32), "of_whole"))
            expected = pl.concat([self.absent(figures).select(*_SENT, "code"), came.select(*_SENT, "code")])
            missing = expected.join(groups, how="cross").join(sent, on=[*_SENT, "group"], how="anti")
        missing = missing.with_columns(value=pl.lit(None, dtype=pl.Float64))
        columns = ["figure", "agency", "start", "months", "group", "value", "code"]
        return pl.concat([sent.select(columns), missing.select(columns)])

    # -- over agencies and time -----------------------------------------------------------

    def combined(self, facts: pl.LazyFrame, by: str | None) -> pl.LazyFrame:
        """Figures over their agencies: `code` where all must have sent, `lenient` where some may not have."""
        soft = pl.col("code").filter(pl.col("code").is_in(_SOFT)).max().fill_null(0)
        hard = pl.col("code").filter(~pl.col("code").is_in(_SOFT)).max().fill_null(0)
        number = pl.col("figure").to_physical().cast(pl.UInt32) + 1
        every = 1 if by == AGENCY else pl.col("senders")
        rows = (
            facts.sort("figure", "start", "months", "group", "agency")
            .group_by("figure", "start", "months", "group", maintain_order=True)
            .agg(
                total(pl.col("value")).alias("sum"),
                pl.col("value").min().alias("worst"),
                soft.alias("soft"),
                hard.alias("hard"),
                pl.col("value").count().alias("known"),
                pl.col("agency").n_unique().alias("sent"),
            )
            .join(self.senders.lazy(), on="figure")
            # A period longer than the figure's own counts only as sent by all.
            .filter((pl.col("months") == pl.col("own_months")) | (pl.col("sent") >= every))
            # Who has not answered an ad hoc request leaves no row.
            .with_columns(
                soft=pl.when(pl.col("sent") < every).then(pl.max_horizontal("soft", _NO_DATA)).otherwise("soft")
            )
            .with_columns(
                value=pl.when(self._is("grade")).then("worst").otherwise("sum"),
                code=pl.max_horizontal("hard", "soft"),
            )
        )
        code = pl.when(pl.col("code") > 0).then(pl.col("code") + number).otherwise(0)
        spared = (pl.col("hard") == 0) & (pl.col("known") > 0)
        hard = pl.when(pl.col("hard") > 0).then(pl.col("hard") + number).otherwise(NOT_COME)
        lenient = pl.when(spared).then(0).otherwise(hard)
        codes = {"code": code.cast(pl.UInt32), "lenient": lenient.cast(pl.UInt32)}
        return rows.select("figure", "start", "months", "group", "value", **codes)

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
            if flows:
                parts.append(_gathered(self._only(combined, flows), own, clock, added=True))
            # Where the clock's periods end within the figure's own, none of them is the last of such a period.
            if own.months > clock.months or (own.year_start - clock.year_start) % own.months:
                parts.append(self._served(self._only(combined, others), own, clock))
            elif others:
                parts.append(_gathered(self._only(combined, others), own, clock, added=False))
        return pl.concat(parts) if parts else combined.drop("months")  # formulas may name no figure at all

    def _only(self, frame: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
        return frame.filter(pl.col("figure").is_in(list(names)))

    def _served(self, frame: pl.LazyFrame, own: Clock, clock: Clock) -> pl.LazyFrame:
        """A stock that comes more seldom serves the periods that end in its own, and the next until another comes."""
        rows = []
        for period in self.window.worked_out(clock):
            holding = own.holding(period.end - 1)
            rows.append((period.start, holding.start, holding.start - own.months))
        times = pl.LazyFrame(rows, schema={"at": pl.Int32, "now": pl.Int32, "before": pl.Int32}, orient="row")
        own_rows = frame.filter(pl.col("months") == own.months)
        now = times.join(own_rows, left_on="now", right_on="start")
        keys = ["figure", "group"]
        known = now.join(
            own_rows.select(*keys, "start", pl.col("value", "code", "lenient").name.suffix("_before")),
            left_on=[*keys, "before"],
            right_on=[*keys, "start"],
            how="left",
        )
        yet = status_not_come(pl.col("code")) & (pl.col("code_before") == 0).fill_null(False)
        chosen = [
            pl.when(yet).then(f"{name}_before").otherwise(name).alias(name) for name in ("value", "code", "lenient")
        ]
        return known.select("figure", pl.col("at").alias("start"), "group", *chosen)

    def panel(self, clock: Clock, by: str | None, figures: Sequence[str], lenient: bool) -> Panel:
        """The figures laid out over every period of the window and every group."""
        used = sorted(figures)
        facts = self.facts(used, by)
        kept = facts if by != AGENCY else facts.filter(pl.col("group") == pl.col("agency"))
        values = self.brought(self.combined(kept, by), used, clock)
        columns = {"value": "v", "code": "c"} | ({"lenient": "k"} if lenient else {})
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
                for place, period in enumerate(self.window.worked_out(clock))
            ],
            schema={"place": pl.UInt32, "start": pl.Int32, "year": pl.Int32},
            orient="row",
        )
        groups = pl.DataFrame({"group": self._panel_groups(by, used)}, schema={"group": pl.String})
        grid = groups.lazy().join(periods.lazy(), how="cross")
        # A regular figure always has a row; an ad hoc one that was not asked for has none.
        unknown = [pl.col(f"c:{name}").fill_null(_NO_DATA + self.numbers[name]) for name in used]
        unknown += [pl.col(f"k:{name}").fill_null(NOT_COME) for name in used if lenient]
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
    columns = ["figure", "start", "group", "value", "code", "lenient"]
    as_sent = frame.filter(pl.col("months") == clock.months).select(columns)
    if own.months == clock.months:
        return as_sent
    shift = clock.year_start - 1
    start = pl.col("start") - (pl.col("start") - shift) % clock.months
    parts = frame.filter(pl.col("months") == own.months)
    if added:
        summed = (
            parts.sort("start")  # sums of decimals depend on the order
            .with_columns(start=start)
            .group_by(_KEY, maintain_order=True)
            .agg(total(pl.col("value")), pl.col("code", "lenient").max())
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
