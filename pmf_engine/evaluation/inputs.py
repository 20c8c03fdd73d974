"""From cells to panels: what every figure comes to in each period that an indicator asks for.

What has not come is a row too, with the reason it is missing, so that nothing can be left out by not being
there. Figures are combined over agencies, brought to the indicators' periods (a flow adds up, of a stock
the last counts), and laid out one column per figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.numbers import NEAR
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.domain.reason_codes import (
    NOT_RECEIVED,
    SourceIndex,
    figure_number,
    has_status,
    is_absent,
    is_awaited,
    reason_code,
    status_rank,
)
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.sender_counts import count_senders
from pmf_engine.formula.compute.operations import PLACE, SNAP, TURN
from pmf_engine.formula.syntax import Aggregate, of_senders
from pmf_engine.framework.model import Figure, Framework, Indicator, RecordList
from pmf_engine.records.totals import ListTotals

AGENCY = "agency"
"""The breakdown that every figure has: by the agency that sent it."""

WORLD = "__example"
"""The breakdown whose groups are examples, each a world of its own: what one is sent, no other knows of."""

_STATE_CODES = {
    "ok": 0,
    "no_data": reason_code(Status.NO_DATA),
    "suppressed": reason_code(Status.SUPPRESSED),
    "invalid": reason_code(Status.INVALID),
}
_NO_DATA = reason_code(Status.NO_DATA)
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

    def periods(self, cadence: Cadence) -> list[Period]:
        """The cadence's periods that figures are looked at in, in order."""
        return self._up_to(cadence, self.end)

    def worked_out(self, cadence: Cadence) -> list[Period]:
        """The cadence's periods that indicators are worked out in, in order."""
        return self._up_to(cadence, self.end if self.last is None else self.last)

    def _up_to(self, cadence: Cadence, end: int) -> list[Period]:
        first = cadence.holding(self.start)
        count = -(-(end - first.start) // cadence.months)
        return [Period(first.start + place * cadence.months, cadence) for place in range(count)]


@dataclass(frozen=True)
class Panel:
    """Where indicators of one cadence and one breakdown (or the whole) are worked out, yet to be collected.

    `frame` has `start`, `place` (of the period, from 0), `turn` (its place in its year, from 0), `group`, and the value
    and codes of aggregates (see `laid_out`). Rows are dense and sorted by group and start. `values` has these of the
    `figures`: all rows of the first, then of the next.
    """

    figures: tuple[str, ...]
    lenient: bool
    frame: pl.LazyFrame
    values: pl.LazyFrame


_SMALL = pl.QueryOptFlags(comm_subplan_elim=False)


def collected(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """Frames worked out together.

    What is left after lists are read is small, but many short steps: to stream them, or to look for steps that several
    queries share, takes three times as long as they do.
    """
    return pl.collect_all(frames, engine="in-memory", optimizations=_SMALL)


def laid_out(panels: Sequence[Panel]) -> list[pl.DataFrame]:
    """The frames of panels, with the figures beside the aggregates.

    Of each there is `v:` its value and `c:` its code; where anything may do without what has not come, `k:` is the code
    for that (see `NOT_RECEIVED`).
    """
    found = collected([frame for panel in panels for frame in (panel.frame, panel.values)])
    frames = []
    for panel, frame, values in zip(panels, found[::2], found[1::2], strict=True):
        assert values.height == len(panel.figures) * frame.height
        letters = {"value": "v", "code": "c"} | ({"lenient": "k"} if panel.lenient else {})
        columns = [
            values[column].slice(place * frame.height, frame.height).alias(f"{letter}:{name}")
            for column, letter in letters.items()
            for place, name in enumerate(panel.figures)
        ]
        frames.append(frame.hstack(columns))
    return frames


class Inputs:
    """The cells of an evaluation, and what its lists came to, ready to be laid out.

    `cells` and `groups` are those of `Submissions` on the day of it; `worlds` are the figures of each
    example and the first month it knows of, `given` the lists of each, which speak for all periods.
    """

    def __init__(
        self,
        framework: Framework,
        cells: pl.DataFrame,
        groups: pl.DataFrame,
        window: Window,
        as_of: date,
        worlds: Mapping[str, tuple[Iterable[str], int]] | None = None,
        counted: ListTotals | None = None,
        given: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.framework = framework
        self._known_facts: dict[str | None, tuple[list[str], pl.DataFrame]] = {}
        self.given = {(list_, world) for world, lists in (given or {}).items() for list_ in lists}
        self.counted = counted or ListTotals()
        self.window = window
        self.as_of = as_of
        self.numbers = SourceIndex(framework.figures, framework.lists).numbers
        self.names = pl.Enum(list(framework.figures))
        known = cells.filter(pl.col("figure").is_in(list(framework.figures)))
        asked = known.clear() if worlds else known
        self.begun = asked.group_by(pl.col("figure").cast(self.names)).agg(begun=pl.col("start").min())
        self.heard = {} if worlds else self._heard(known)
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
            [(figure.id, len(figure.agencies), figure.cadence.months) for figure in framework.figures.values()],
            schema={"figure": self.names, "senders": pl.UInt32, "own_months": pl.Int32},
            orient="row",
        )
        self.worlds = pl.DataFrame(
            [(figure, world, first) for world, (figures, first) in (worlds or {}).items() for figure in figures],
            schema={"figure": self.names, "group": pl.String, "first": pl.Int32},
            orient="row",
        )

    def _heard(self, cells: pl.DataFrame) -> dict[str, int]:
        """The first month that anything came for from each agency, figures and lists alike."""
        found: dict[str, int] = dict(cells.group_by("agency").agg(pl.col("start").min()).iter_rows())
        for (_, agency), spoken in self.counted.coverage.items():
            said = [one.months(Cadence(1, 1)) for one in spoken if one.exact or not one.refused]
            for months in filter(None, said):
                found[agency] = min(months.start, found.get(agency, months.start))
        return found

    def _groups(self, by: str, seen: pl.DataFrame) -> list[str]:
        """All groups of a breakdown: those listed, or else all that any cell or record is of."""
        listed = self.framework.breakdowns[by].groups
        if listed is not None:
            return listed
        return sorted(self.counted.groups.get(by, set()) | set(seen.filter(pl.col("by") == by)["group"]))

    def starts(self, figures: Iterable[str]) -> list[int]:
        """The first months of the periods that anything was sent for."""
        chosen = self.cells.filter(pl.col("figure").is_in(list(figures)))
        return chosen.select(pl.col("start").unique()).collect(engine="in-memory")["start"].to_list()

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
                (
                    figure.id,
                    agency,
                    figure.due[agency],
                    figure.cadence.months,
                    figure.cadence.year_start,
                    self.heard.get(agency, self.window.first),
                )
                for figure in regular
                for agency in figure.agencies
            ],
            schema={
                "figure": self.names,
                "agency": pl.String,
                "days": pl.Int64,
                "months": pl.Int32,
                "year_start": pl.Int32,
                "heard": pl.Int32,
            },
            orient="row",
        )
        cadences = sorted({figure.cadence for figure in regular})
        times = pl.DataFrame(
            [(*cadence, period.start, period.last_day) for cadence in cadences for period in self._needed(cadence)],
            schema={"months": pl.Int32, "year_start": pl.Int32, "start": pl.Int32, "last_day": pl.Date},
            orient="row",
        )
        due = pl.col("last_day") + pl.duration(days=pl.col("days"))
        return (
            senders.lazy()
            .join(times.lazy(), on=["months", "year_start"])
            .join(self.begun.lazy(), on="figure", how="left")
            # What nobody ever sent before was not asked for yet; what never came at all is late from when anything came
            # from the agency that owes it, whatever others sent before.
            .with_columns(begun=pl.coalesce("begun", "heard"))
            .select("figure", "agency", "start", "months", "begun", due=due.cast(pl.Date))
            .with_columns(
                code=pl.when(pl.col("start") + pl.col("months") <= pl.col("begun"))
                .then(reason_code(Status.NO_DATA))
                .when(pl.col("due") < self.as_of)
                .then(reason_code(Status.LATE))
                .otherwise(reason_code(Status.NOT_DUE))
                .cast(pl.UInt32)
            )
        )

    def _needed(self, cadence: Cadence) -> list[Period]:
        """The periods whose figures the window rests on: a yearly stock serves the year after, too."""
        periods = self.window.periods(cadence)
        first = periods[0]
        return [Period(first.start - cadence.months, cadence), *periods] if cadence.months == 12 else periods

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
                _total(value).alias("sum"),
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
                .then(reason_code(Status.INVALID))
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

    def gather(self, figures: Mapping[str | None, Collection[str]]) -> None:
        """Works out at once the facts of all figures that are asked for by each breakdown, and keeps them."""
        names = {by: sorted(found) for by, found in figures.items()}
        frames = collected([self._facts(found, by) for by, found in names.items()])
        self._known_facts = dict(zip(names, zip(names.values(), frames, strict=True), strict=True))

    def facts(self, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
        """Every figure by agency, period and group: `value` and `code`, what has not come included."""
        known, frame = self._known_facts.get(by, ((), None))
        if frame is None or not set(figures) <= set(known):
            return self._facts(figures, by)
        return frame.lazy() if set(figures) == set(known) else self._only(frame.lazy(), figures)

    def _facts(self, figures: Sequence[str], by: str | None) -> pl.LazyFrame:
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
            ad_hoc = [name for name in figures if self.framework.figures[name].frequency == Frequency.AD_HOC]
            asked = [self._asked(figures).select(_SENT), self._only(self.cells, ad_hoc).select(_SENT).unique()]
            came = pl.concat(asked).join(self.cells, on=list(_SENT), how="semi")
            came = came.join(wholes, on=list(_SENT), how="left")
            came = came.with_columns(code=pl.max_horizontal(pl.lit(_NO_DATA, dtype=pl.UInt32), "of_whole"))
            expected = pl.concat([self.absent(figures).select(*_SENT, "code"), came.select(*_SENT, "code")])
            missing = expected.join(groups, how="cross").join(sent, on=[*_SENT, "group"], how="anti")
        missing = missing.with_columns(value=pl.lit(None, dtype=pl.Float64))
        columns = ["figure", "agency", "start", "months", "group", "value", "code"]
        return pl.concat([sent.select(columns), missing.select(columns)])

    def by_period(self, facts: pl.LazyFrame, figures: Iterable[str], cadence: Cadence) -> pl.LazyFrame:
        """Facts by the `start` of the cadence's periods that they speak for, as `brought` has it.

        `lacked_in` names a fact's own period where that is longer than the cadence's (`apart`), else the cadence's.
        """
        told = [self.framework.figures[name] for name in figures]
        known = pl.LazyFrame(
            [
                (
                    one.id,
                    one.cadence.months,
                    one.cadence.year_start,
                    _is_apart(one.cadence, cadence),
                    one.kind == "flow",
                )
                for one in told
            ],
            schema={
                "figure": self.names,
                "own_months": pl.Int32,
                "own_year": pl.Int32,
                "apart": pl.Boolean,
                "added": pl.Boolean,
            },
            orient="row",
        )
        labels = pl.LazyFrame(
            [
                (*one, period.start, period.label)
                for one in {cadence, *(fig.cadence for fig in told)}
                for period in self._needed(one)
            ],
            schema={"own_months": pl.Int32, "own_year": pl.Int32, "own_start": pl.Int32, "lacked_in": pl.String},
            orient="row",
        )
        first = pl.col("start") - (pl.col("start") - (cadence.year_start - 1)) % cadence.months
        last = pl.col("start") + pl.col("months") == first + cadence.months
        periods = pl.when("apart").then((pl.col("own_months") // cadence.months).clip(1)).otherwise(1)
        apart = pl.when("apart")
        return (
            facts.join(known, on="figure")
            .filter((pl.col("months") == cadence.months) | (pl.col("months") == pl.col("own_months")))
            .filter(pl.col("apart") | pl.col("added") | last)
            .with_columns(own_start="start", start=first, serves=pl.int_ranges(0, periods))
            .explode("serves")
            .with_columns(start=(pl.col("start") + pl.col("serves") * cadence.months).cast(pl.Int32))
            .with_columns(
                own_months=apart.then("own_months").otherwise(cadence.months),
                own_year=apart.then("own_year").otherwise(cadence.year_start),
                own_start=apart.then("own_start").otherwise("start"),
            )
            .join(labels, on=["own_months", "own_year", "own_start"], how="left")
        )

    # -- over agencies and time -----------------------------------------------------------

    def combined(self, facts: pl.LazyFrame, by: str | None) -> pl.LazyFrame:
        """Figures over their agencies: `code` where all must have sent, `lenient` where some may not have."""
        soft = pl.col("code").filter(is_absent(pl.col("code"))).max().fill_null(0)
        hard = pl.col("code").filter(~is_absent(pl.col("code"))).max().fill_null(0)
        number = figure_number(pl.col("figure"))
        every = 1 if by == AGENCY else pl.col("senders")
        rows = (
            facts.sort("figure", "start", "months", "group", "agency")
            .group_by("figure", "start", "months", "group", maintain_order=True)
            .agg(
                _total(pl.col("value")).alias("sum"),
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
        hard = pl.when(pl.col("hard") > 0).then(pl.col("hard") + number).otherwise(NOT_RECEIVED)
        lenient = pl.when(spared).then(0).otherwise(hard)
        codes = {"code": code.cast(pl.UInt32), "lenient": lenient.cast(pl.UInt32)}
        return rows.select("figure", "start", "months", "group", "value", **codes)

    def brought(self, combined: pl.LazyFrame, figures: Sequence[str], cadence: Cadence) -> pl.LazyFrame:
        """Figures in the periods of a cadence: flows added up, of stocks and grades the last."""
        parts = []
        by_cadence: dict[Cadence, list[Figure]] = {}
        for name in figures:
            figure = self.framework.figures[name]
            by_cadence.setdefault(figure.cadence, []).append(figure)
        for own, members in by_cadence.items():
            flows = [figure.id for figure in members if figure.kind == "flow"]
            others = [figure.id for figure in members if figure.kind != "flow"]
            if flows:
                parts.append(_gathered(self._only(combined, flows), own, cadence, added=True))
            if _is_apart(own, cadence):
                parts.append(self._served(self._only(combined, others), own, cadence))
            elif others:
                parts.append(_gathered(self._only(combined, others), own, cadence, added=False))
        return pl.concat(parts) if parts else combined.drop("months")  # formulas may name no figure at all

    def _only(self, frame: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
        return frame.filter(pl.col("figure").is_in(list(names)))

    def _served(self, frame: pl.LazyFrame, own: Cadence, cadence: Cadence) -> pl.LazyFrame:
        """A stock that comes more seldom serves the periods that end in its own, and the next until another comes."""
        rows = []
        for period in self.window.worked_out(cadence):
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
        yet = is_awaited(pl.col("code")) & (pl.col("code_before") == 0).fill_null(False)
        chosen = [
            pl.when(yet).then(f"{name}_before").otherwise(name).alias(name) for name in ("value", "code", "lenient")
        ]
        return known.select("figure", pl.col("at").alias("start"), "group", *chosen)

    def panel(
        self,
        cadence: Cadence,
        by: str | None,
        figures: Sequence[str],
        lenient: bool,
        aggregates: Sequence[Aggregate] = (),
    ) -> Panel:
        """The figures and aggregates laid out over every period of the window and every group."""
        used = sorted(figures)
        facts = self.facts(used, by)
        kept = facts if by != AGENCY else facts.filter(pl.col("group") == pl.col("agency"))
        values = self.brought(self.combined(kept, by), used, cadence)
        periods = pl.DataFrame(
            [
                (place, period.start, (period.start - (cadence.year_start - 1)) % 12 // cadence.months)
                for place, period in enumerate(self.window.worked_out(cadence))
            ],
            schema={PLACE: pl.UInt32, "start": pl.Int32, TURN: pl.UInt32},
            orient="row",
        )
        listed = [one for one in aggregates if not of_senders(one)]
        sent = [one for one in aggregates if of_senders(one)]
        senders = {agency for one in listed for agency in self.framework.lists[one.list.name].agencies}
        named = self._panel_groups(by, used, senders)
        groups = pl.DataFrame({"group": named}, schema={"group": pl.String})
        grid = groups.join(periods, how="cross").sort("group", PLACE)
        frame = grid.lazy()
        if listed:
            frame = self._listed(frame, cadence, by, listed)
        for one in sent:
            figure = self.framework.figures[one.list.name]
            grades = self.framework.scales.get(figure.scale or "", [])
            every = 1 if by == AGENCY else len(figure.agencies)
            sent_by = self.facts([figure.id], by)
            counted = count_senders(one, figure, sent_by, cadence, grades, self.numbers[figure.id], every)
            frame = frame.join(counted, on=["group", "start"], how="left").with_columns(
                pl.col(f"{letter}:{one.text}").fill_null(_NO_DATA + self.numbers[one.list.name]) for letter in "ck"
            )
        dense = self._dense(values, used, grid.with_row_index("at"))
        return Panel(tuple(used), lenient, frame.sort("group", PLACE), dense)

    def _dense(self, values: pl.LazyFrame, figures: Sequence[str], grid: pl.DataFrame) -> pl.LazyFrame:
        """The value and the codes of each figure in turn, a row for each of the grid's.

        A regular figure always has one that says why there is no value; an ad hoc one that was not asked for has none.
        """
        each = pl.DataFrame({"figure": figures}, schema={"figure": self.names}).with_row_index("turn")
        number = figure_number(pl.col("figure"))
        return (
            each.lazy()
            .join(grid.lazy().select("group", "start", "at"), how="cross")
            .join(values, on=["figure", "group", "start"], how="left")
            .sort(pl.col("turn").cast(pl.Int64) * grid.height + pl.col("at"))
            .select("value", pl.col("code").fill_null(number + _NO_DATA), pl.col("lenient").fill_null(NOT_RECEIVED))
        )

    def _panel_groups(self, by: str | None, figures: Sequence[str], senders: Iterable[str]) -> list[str]:
        if by is None:
            return [""]
        if by == AGENCY:
            known = self.framework.figures
            return sorted({agency for name in figures for agency in known[name].agencies} | set(senders))
        return sorted(self.groups[by])

    # -- what lists came to ------------------------------------------------------------------

    def list_codes(self, list_: RecordList, cadence: Cadence) -> pl.DataFrame:
        """Whether a list speaks for each period, `start`, of an `agency`: its `code`."""
        periods = self.window.worked_out(cadence)
        rows = [
            (period.start, agency, code)
            for agency in list_.agencies
            for period, code in zip(
                periods,
                self.counted.codes(list_, agency, periods, self.as_of, self.heard.get(agency, self.window.first)),
                strict=True,
            )
        ]
        return pl.DataFrame(rows, schema={"start": pl.Int32, "agency": pl.String, "code": pl.UInt32}, orient="row")

    def list_starts(self, indicator: Indicator) -> set[int]:
        """The first months of the periods that an ad hoc indicator's lists say something of."""
        found: set[int] = set()
        for id_ in indicator.lists:
            list_ = self.framework.lists[id_]
            for agency in list_.agencies:
                sure, _ = self.counted.months(list_, indicator.cadence, agency)
                found |= {indicator.cadence.holding(month).start for month in sure}
        return found

    def lists_lacking(self, cadence: Cadence, by: str | None, ids: Iterable[str]) -> pl.LazyFrame:
        """Which agencies each list that does not speak for a period lacks from: as `evaluation` wants it."""
        frames = []
        for id_ in sorted(ids):
            codes = self.list_codes(self.framework.lists[id_], cadence).filter(pl.col("code") > 0)
            names = {agency: self.framework.agencies[agency].name for agency in self.framework.lists[id_].agencies}
            codes = codes.with_columns(
                pl.col("code") + self.numbers[id_],
                group=pl.col("agency") if by == AGENCY else pl.lit(None, dtype=pl.String),
                agency=pl.col("agency").replace(names),
            )
            lacking = codes.group_by("code", "start", "group").agg(agencies=pl.col("agency").sort().str.join(", "))
            labels = {period.start: period.label for period in self.window.worked_out(cadence)}
            lacking = lacking.with_columns(lacked_in=pl.col("start").replace_strict(labels, return_dtype=pl.String))
            if by not in (None, AGENCY):
                lacking = lacking.drop("group").join(pl.DataFrame({"group": self.groups[by]}), how="cross")
            frames.append(lacking)
        schema = {
            "code": pl.UInt32, "start": pl.Int32, "group": pl.String, "agencies": pl.String, "lacked_in": pl.String,
        }  # fmt: skip
        rows = pl.concat([pl.DataFrame(schema=schema), *(frame.select(list(schema)) for frame in frames)]).lazy()
        return rows.select(
            "code",
            "start",
            "agencies",
            months=pl.lit(cadence.months, dtype=pl.Int32),
            year_start=pl.lit(cadence.year_start, dtype=pl.Int32),
            by=pl.lit(by, dtype=pl.String),
            group="group",
            lacked_in="lacked_in",
            apart=pl.lit(False),
        )

    def lists_absent(self) -> pl.LazyFrame:
        """What agencies' lists do not speak for, as `absent` has it of figures."""
        rows = []
        for id_, cadence in self.framework.list_cadences.items():
            list_ = self.framework.lists[id_]
            codes = self.list_codes(list_, cadence).filter(pl.col("code") > 0)
            for start, agency, code in codes.iter_rows():
                due = Period(start, cadence).last_day + timedelta(days=list_.due[agency])
                rows.append((id_, agency, start, cadence.months, None, due, code))
        schema = {
            "figure": pl.String, "agency": pl.String, "start": pl.Int32, "months": pl.Int32, "begun": pl.Int32,
            "due": pl.Date, "code": pl.UInt32,
        }  # fmt: skip
        return pl.LazyFrame(rows, schema=schema, orient="row")

    def _listed(
        self, frame: pl.LazyFrame, cadence: Cadence, by: str | None, aggregates: Sequence[Aggregate]
    ) -> pl.LazyFrame:
        """A panel with the value and code of each aggregate."""
        for id_ in dict.fromkeys(one.list.name for one in aggregates):
            codes = self.list_codes(self.framework.lists[id_], cadence).lazy()
            if by == AGENCY:
                codes = codes.rename({"agency": "group", "code": f"l:{id_}"})
                frame = frame.join(codes, on=["start", "group"], how="left")
            else:
                worst = codes.group_by("start").agg(pl.col("code").max().alias(f"l:{id_}"))
                frame = frame.join(worst, on="start", how="left")
            # Nobody else sends it.
            spoken = pl.col(f"l:{id_}").fill_null(_NO_DATA)
            if by == WORLD:
                own = [world for list_, world in self.given if list_ == id_]
                spoken = pl.when(pl.col("group").is_in(own)).then(0).otherwise(spoken)
            frame = frame.with_columns(spoken.cast(pl.UInt32).alias(f"l:{id_}"))
        views: dict[tuple[str, Cadence, str | None], list[Aggregate]] = {}
        for one in aggregates:
            views.setdefault((one.list.name, cadence, one.state), []).append(one)
        for key, members in views.items():
            table = self.counted.tables.get((*key, by))
            number = self.numbers[key[0]]
            spoken = pl.col(f"l:{key[0]}")
            if table is None:
                code = (pl.when(spoken > 0).then(spoken).otherwise(_NO_DATA) + number).cast(pl.UInt32)
                nothing = [pl.lit(0.0).alias(f"v:{one.text}") for one in members]
                missing = [code.alias(f"{letter}:{one.text}") for one in members for letter in "ck"]
                frame = frame.with_columns(*nothing, *missing)
                continue
            columns = [f"{letter}:{one.text}" for one in members for letter in "vc"]
            lost = [f"e:{one.text}" for one in members]
            adrift = table.ungrouped["start"]
            unsure = pl.lit(True) if adrift.null_count() else pl.col("start").is_in(adrift.drop_nulls().to_list())
            frame = (
                frame.join(table.rows.lazy().select("start", "group", *columns), on=["start", "group"], how="left")
                .join(table.unplaced.lazy().select("group", *lost), on="group", how="left")
                .with_columns(
                    *[pl.col(f"v:{one.text}").fill_null(0.0) for one in members],
                    *[self._code(one, spoken, unsure, number).alias(f"c:{one.text}") for one in members],
                )
                .with_columns(*[pl.col(f"c:{one.text}").alias(f"k:{one.text}") for one in members])
            )
        return frame

    def _code(self, one: Aggregate, spoken: pl.Expr, unsure: pl.Expr, number: int) -> pl.Expr:
        """The code of an aggregate, from what its list speaks for and what was refused."""
        empty = 0 if one.function in ("count", "sum") else reason_code(Status.UNDEFINED)
        code = pl.max_horizontal(
            spoken,
            pl.col(f"c:{one.text}").fill_null(empty),
            pl.col(f"e:{one.text}").fill_null(0),
            pl.when(unsure).then(reason_code(Status.INVALID)).otherwise(0),
        )
        of_list = (status_rank(code) > 0) & ~has_status(code, Status.UNDEFINED)
        whose = pl.when(of_list).then(number).otherwise(0)
        return (code + whose).cast(pl.UInt32)


def _is_apart(own: Cadence, cadence: Cadence) -> bool:
    """Whether the cadence's periods end within a figure's own, so that none of them is the last of such a period."""
    return own.months > cadence.months or (own.year_start - cadence.year_start) % own.months != 0


def _gathered(frame: pl.LazyFrame, own: Cadence, cadence: Cadence, added: bool) -> pl.LazyFrame:
    """Figures of the cadence's own length as they are; shorter ones added up, or the last of them."""
    columns = ["figure", "start", "group", "value", "code", "lenient"]
    as_sent = frame.filter(pl.col("months") == cadence.months).select(columns)
    if own.months == cadence.months:
        return as_sent
    shift = cadence.year_start - 1
    start = pl.col("start") - (pl.col("start") - shift) % cadence.months
    parts = frame.filter(pl.col("months") == own.months)
    if added:
        summed = (
            parts.sort("start")  # sums of decimals depend on the order
            .with_columns(start=start)
            .group_by(_KEY, maintain_order=True)
            .agg(_total(pl.col("value")), pl.col("code", "lenient").max())
            .select(columns)
        )
    else:
        summed = (
            parts.filter(pl.col("start") + own.months == start + cadence.months)
            .with_columns(start=start)
            .select(columns)
        )
    # A longer period as sent stands, as a whole does before its groups.
    return pl.concat([as_sent, summed.join(as_sent, on=list(_KEY), how="anti")])


def _total(values: pl.Expr) -> pl.Expr:
    """The sum of a column, as an aggregate; 0 where only rounding is left of it.

    A sum of decimals is rounded to fifteen digits, as many as a number is sure to hold: the last one depends on the
    order of adding, and so on how many threads there are. Whole numbers add up exactly.
    """
    sum_ = values.sum()
    exact = pl.when(sum_ == sum_.floor()).then(sum_).otherwise(sum_.round_sig_figs(15))
    return pl.when(sum_.abs() > values.abs().max() * SNAP).then(exact).otherwise(0.0)
