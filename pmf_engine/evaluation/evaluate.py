"""The evaluation of a framework over submissions: what every indicator came to, and what goes up to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from pmf_engine.domain.periods import Cadence, Frequency, Period, month_of
from pmf_engine.domain.reason_codes import status_rank
from pmf_engine.domain.status import LATE, MISSING, NOT_DUE
from pmf_engine.evaluation import indicator_rows
from pmf_engine.evaluation.inputs import Inputs, Window, collected, status_not_come
from pmf_engine.framework.dependencies import asked_of_lists, figures_of, looked_back
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.judgement.control_charts import CHART
from pmf_engine.judgement.direction import DIRECTION
from pmf_engine.judgement.exception_life import LIFE
from pmf_engine.judgement.judge import judged
from pmf_engine.judgement.reasons import with_reasons
from pmf_engine.judgement.status import STATUS
from pmf_engine.records.count import Engine, count, standing
from pmf_engine.records.queries import views
from pmf_engine.records.totals import Counted
from pmf_engine.submissions.list_files import Piece
from pmf_engine.submissions.submissions import Submissions, together

RESULTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "indicator": pl.String,
    "period": pl.String,
    "by": pl.String,
    "group": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "status": STATUS,
    "reason": pl.String,
    "direction": DIRECTION,
    "run": pl.Int64,
    "escalate_to": pl.String,
    "rules": pl.List(pl.String),
}
"""The columns of `Evaluation.results`."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What an evaluation came to.

    `period` is the period asked for, None for all; `cells` what had come by `as_of`. `history` has the columns
    of `results`, `start` and `months` (the period as numbers), `level` (place of `escalate_to` in governance, -1
    for none), `named` (the numbers that the names in its bands stand for, in the order of the indicator's
    `band_names`), `compared` (what it is compared with came to, in the order of its `compare`), `direction_year_ago`
    (as `direction`, from the same period of the year before), the control chart up to each period (`control.CHART`),
    the life of the exception (`exceptions.LIFE`) and `shown` (whether it is in `results`), for all periods up to the
    one shown. `outstanding` is what has not come by `as_of`: figure, agency, start, months, period, due, status (late
    or not_due) and run, one row for the latest period of each, and where that is not due, one for the latest of those
    before it that are late; figures and lists alike. `problems` are those of the
    submissions, and what was wrong with the records of lists that were read. `inputs` are the figures it rests on,
    kept for explanations.
    """

    framework: Framework = field(repr=False)
    submissions: Submissions = field(repr=False)
    period: Period | None
    as_of: date
    cells: pl.DataFrame = field(repr=False)
    history: pl.DataFrame = field(repr=False)
    outstanding: pl.DataFrame = field(repr=False)
    problems: pl.DataFrame = field(repr=False)
    inputs: Inputs | None = field(default=None, repr=False)

    @property
    def results(self) -> pl.DataFrame:
        """One row per indicator, period and group: those that a report on `period` shows, or all."""
        return self.history.filter("shown").select(list(RESULTS))

    @property
    def exceptions(self) -> pl.DataFrame:
        """The results that go up, the highest level first."""
        rows = self.history.filter(pl.col("shown") & (pl.col("level") >= 0))
        return rows.sort("level", descending=True, maintain_order=True).select(list(RESULTS))


def evaluate(
    framework: Framework,
    submissions: Submissions,
    period: str | Period | None = None,
    as_of: date | None = None,
    engine: Engine = "streaming",
) -> Evaluation:
    """Works out every indicator from what agencies sent.

    With a `period` each indicator is shown in its own frequency, or in the period's where that is longer:
    in its latest period that has ended when `period` ends; an ad hoc one as last asked for, where that is in
    `period` or has been an exception since. Without one, in all its periods from the first
    that any data speaks for to the last. `as_of`, today unless given, decides what is late and what is not
    due. `engine` is Polars' own choice for reading lists, the one part that may be large. Raises ValueError
    where `period` is none of the board's, and TypeError where `period` or `as_of` is of another type.
    """
    as_of = date.today() if as_of is None else as_of
    if isinstance(as_of, datetime):
        as_of = as_of.date()
    if not isinstance(as_of, date):
        raise TypeError(f"`as_of` must be a date, such as date(2017, 6, 30), not {as_of!r}")
    if not isinstance(period, str | Period | None):
        raise TypeError(f"`period` must be a text, such as '2016-17 Q3', or a Period, not {period!r}")
    asked = framework.period(period) if isinstance(period, str) else period
    if asked is not None and asked != asked.cadence.holding(asked.start):
        raise ValueError(
            f"no period of {asked.cadence.months} months begins there in a year that starts in month "
            f"{asked.cadence.year_start}"
        )
    cadences = {id_: _cadence(one, asked) for id_, one in framework.indicators.items()}
    cells = submissions.cells_at(as_of)
    last_day = min(as_of, asked.last_day) if asked else as_of
    standing_then = standing(submissions.lists, as_of)
    counted, problems = counted_lists(framework, standing_then, cadences, last_day, as_of, engine)
    problems = together(submissions.problems, problems)
    window = _window(cells, counted.extent(), asked, set(cadences.values()))
    if window is None:
        nothing = (pl.DataFrame(schema=_HISTORY), pl.DataFrame(schema=OUTSTANDING))
        return Evaluation(framework, submissions, asked, as_of, cells, *nothing, problems)
    inputs = Inputs(framework, cells, submissions.groups_at(as_of), window, as_of, counted=counted)
    frame = history_plan(framework, inputs, cadences, asked)
    end = asked.end if asked else window.end
    history, outstanding = collected([frame, _outstanding(inputs, end)])
    return Evaluation(
        framework,
        submissions,
        asked,
        as_of,
        cells,
        _in_order(history, framework),
        _outstanding_named(outstanding, framework),
        problems,
        inputs,
    )


def counted_lists(
    framework: Framework,
    pieces: Sequence[Piece],
    cadences: Mapping[str, Cadence],
    last_day: date,
    as_of: date | None = None,
    engine: Engine = "auto",
) -> tuple[Counted, pl.DataFrame]:
    """The totals of lists up to a day for all that indicators ask at their cadences and breakdowns, with problems."""
    indicators = framework.indicators
    wanted = views(
        framework,
        [
            (cadence, indicators[id_].by, asked_of_lists(framework, [indicators[id_]]))
            for id_, cadence in cadences.items()
        ],
    )
    return count(framework, pieces, wanted, last_day, as_of or last_day, engine)


def history_plan(
    framework: Framework,
    inputs: Inputs,
    cadences: Mapping[str, Cadence],
    asked: Period | None = None,
    kept: pl.DataFrame | None = None,
) -> pl.LazyFrame:
    """All that is said of each indicator in the periods of its cadence in `cadences`, up to the one asked for.

    Where `kept` is given (indicator, by, group, start), nothing else is part of any series.
    """
    times = _times(inputs.window, set(cadences.values()), asked)
    figures: dict[str | None, set[str]] = {}
    for id_ in cadences:
        for by in (None, *framework.indicators[id_].by):
            figures.setdefault(by, set()).update(figures_of(framework, [framework.indicators[id_]]))
    inputs.gather(figures)
    rows = (
        indicator_rows.rows(framework, inputs, cadences).lazy().join(times.lazy(), on=["months", "year_start", "start"])
    )
    if kept is None:
        rows = _requested(rows, framework, inputs, asked)
    else:
        rows = rows.join(kept.lazy(), on=kept.columns, how="semi").with_columns(asked_in=pl.lit(True))
    backs = looked_back(framework, cadences)
    raised = (pl.col("level") >= 0).any().over("indicator", "start")
    said = judged(rows, framework, inputs.as_of).with_columns(shown=pl.col("shown") & (pl.col("asked_in") | raised))
    return with_reasons(said, _lacking(inputs, cadences), backs, framework)


def _times(window: Window, cadences: set[Cadence], asked: Period | None) -> pl.DataFrame:
    """The periods that are kept, by the numbers that stand for them: their names, and which a report shows."""
    rows = []
    for cadence in sorted(cadences):
        last = cadence.last_ended_by(asked.end) if asked else None
        for period in window.worked_out(cadence):
            begun = window.first < period.end and (last is None or period.end <= last.end)
            if begun or period == last:
                rows.append((cadence.months, cadence.year_start, period.start, period.label, last in (None, period)))
    keys = ["months", "year_start", "start"]
    schema = {**dict.fromkeys(keys, pl.Int32), "period": pl.String, "shown": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _requested(rows: pl.LazyFrame, framework: Framework, inputs: Inputs, asked: Period | None) -> pl.LazyFrame:
    """Without the periods in which an ad hoc indicator was not asked for; a report shows the last of the others.

    Where that is not `asked_in` the report's period, only if what was raised then has not been answered since.
    """
    ad_hoc = [one for one in framework.indicators.values() if one.frequency == Frequency.AD_HOC]
    requests = []
    for one in ad_hoc:
        starts = sorted(set(inputs.starts(one.figures)) | inputs.list_starts(one))
        inside = [start for start in starts if asked is None or asked.start <= start < asked.end]
        ended = [start for start in starts if asked is None or start + one.cadence.months <= asked.end]
        last = inside if asked is None else (inside or ended)[-1:]
        requests += [(one.id, start, start in last, start in inside) for start in starts]
    schema = {"indicator": pl.String, "start": pl.Int32, "requested": pl.Boolean, "asked_in": pl.Boolean}
    table = pl.LazyFrame(requests, schema=schema, orient="row")
    regular = ~pl.col("indicator").is_in([one.id for one in ad_hoc])
    return (
        rows.join(table, on=["indicator", "start"], how="left")
        .filter(regular | pl.col("requested").is_not_null())
        .with_columns(
            shown=pl.when(regular).then("shown").otherwise("requested"), asked_in=regular | pl.col("asked_in")
        )
        .drop("requested")
    )


def _cadence(one: Indicator, asked: Period | None) -> Cadence:
    """An indicator's own periods, or the report's where those are longer; what is ad hoc is not added up."""
    if asked is None or one.frequency == Frequency.AD_HOC:
        return one.cadence
    return Cadence(max(one.cadence.months, asked.cadence.months), one.cadence.year_start)


def _window(cells: pl.DataFrame, lists: range, asked: Period | None, cadences: set[Cadence]) -> Window | None:
    """The months any data speaks for, and those asked for, to the ends of everybody's periods."""
    first, last = cells.select(pl.col("start").min(), (pl.col("start") + pl.col("months")).max().alias("end")).row(0)
    starts = [month for month in (first, asked.start if asked else None, *lists[:1]) if month is not None]
    if not starts or not cadences:
        return None
    end = asked.end if asked else max(month for month in (last, *(month + 1 for month in lists[-1:])) if month)
    first = min(starts)
    if first >= end:  # all that came is for later periods than the one asked for
        first = asked.start if asked else end - 1
    # From the start of a year, so that a sum over the year to date is never of part of it.
    start = min(Cadence(12, cadence.year_start).holding(first).start for cadence in cadences)
    if asked:
        start = min(start, *(cadence.last_ended_by(asked.end).start for cadence in cadences))
    return Window(start, max(cadence.holding(end - 1).end for cadence in cadences), first, end)


def _lacking(inputs: Inputs, cadences: Mapping[str, Cadence]) -> pl.LazyFrame:
    """Which agencies each missing figure lacks from, by the periods of each cadence.

    `lacked_in` is the period that it lacks in: its own, where that is longer (`apart`), else the cadence's.
    """
    names = {id_: agency.name for id_, agency in inputs.framework.agencies.items()}
    frames = []
    uses: dict[tuple[Cadence, str | None], set[str]] = {}
    lists: dict[tuple[Cadence, str | None], set[str]] = {}
    for id_, cadence in cadences.items():
        indicator = inputs.framework.indicators[id_]
        for by in (None, *indicator.by):
            uses.setdefault((cadence, by), set()).update(inputs.framework.rests_on(indicator))
            asked = asked_of_lists(inputs.framework, [indicator])
            lists.setdefault((cadence, by), set()).update(one.list.name for one in asked)
    for (cadence, by), figures in sorted(uses.items(), key=_use):
        if not figures:
            continue
        number = pl.col("figure").to_physical().cast(pl.UInt32) + 1
        frames.append(
            inputs.by_period(inputs.facts(sorted(figures), by).filter(pl.col("code") > 0), figures, cadence)
            .with_columns(
                code=pl.col("code") + number,
                agency=pl.col("agency").replace_strict(names, default=pl.col("agency")),
            )
            .group_by("code", "start", "group")
            .agg(pl.col("lacked_in", "apart").first(), agencies=pl.col("agency").unique().sort().str.join(", "))
            .select(
                "code",
                "start",
                "agencies",
                "lacked_in",
                "apart",
                months=pl.lit(cadence.months, dtype=pl.Int32),
                year_start=pl.lit(cadence.year_start, dtype=pl.Int32),
                by=pl.lit(by, dtype=pl.String),
                group=pl.col("group") if by else pl.lit(None, dtype=pl.String),
            )
        )
    frames += [inputs.lists_lacking(cadence, by, ids) for (cadence, by), ids in sorted(lists.items(), key=_use)]
    schema = {
        "code": pl.UInt32, "start": pl.Int32, "agencies": pl.String, "months": pl.Int32,
        "year_start": pl.Int32, "by": pl.String, "group": pl.String, "lacked_in": pl.String, "apart": pl.Boolean,
    }  # fmt: skip
    return pl.concat(frames, how="diagonal") if frames else pl.LazyFrame(schema=schema)


def _use(use: tuple[tuple[Cadence, str | None], object]) -> tuple[Cadence, str]:
    return use[0][0], str(use[0][1])


def _outstanding(inputs: Inputs, end: int) -> pl.LazyFrame:
    """What has not come for the last period of each figure and agency, and how many periods running it has not.

    Where that is not due yet, nor has the period before it come, the last of those that are late is told as well.
    """
    used = sorted({name for one in inputs.framework.indicators.values() for name in inputs.framework.rests_on(one)})
    latest = pl.col("start") + 2 * pl.col("months") > end
    late = status_rank(pl.col("code")) == MISSING.index(LATE) + 1
    waited = pl.concat([inputs.absent(used).with_columns(pl.col("figure").cast(pl.String)), inputs.lists_absent()])
    return (
        waited.filter(pl.col("start") + pl.col("months") <= end, status_not_come(pl.col("code")))
        .sort("figure", "agency", "start")
        .with_columns(block=pl.col("start") - pl.col("months") * pl.int_range(pl.len()).over("figure", "agency"))
        .with_columns(
            run=pl.int_range(1, pl.len() + 1).over("figure", "agency", "block"),
            status=pl.when(late).then(pl.lit(LATE)).otherwise(pl.lit(NOT_DUE)),
            last_late=pl.when(late).then("start").max().over("figure", "agency", "block"),
        )
        .filter(latest.any().over("figure", "agency", "block"), latest | (pl.col("start") == pl.col("last_late")))
        .select(
            pl.col("figure").cast(pl.String), "agency", "start", "months", "due", "status", pl.col("run").cast(pl.Int64)
        )
    )


def _outstanding_named(rows: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    starts = {name: figure.cadence.year_start for name, figure in framework.figures.items()}
    starts |= {id_: cadence.year_start for id_, cadence in framework.list_cadences.items()}
    labels = [
        Period(start, Cadence(months, starts[figure])).label
        for figure, start, months in rows.select("figure", "start", "months").iter_rows()
    ]
    return (
        rows.with_columns(period=pl.Series(labels, dtype=pl.String))
        .select(list(OUTSTANDING))
        .sort("figure", "agency", "start")
    )


def _in_order(rows: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """The rows in the order of the framework, wholes before groups."""
    place = {id_: number for number, id_ in enumerate(framework.indicators)}
    return (
        rows.with_columns(place=pl.col("indicator").replace_strict(place, return_dtype=pl.Int32))
        .sort("place", "by", "group", "start", nulls_last=False)
        .select(list(_HISTORY))
    )


OUTSTANDING: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "figure": pl.String,
    "agency": pl.String,
    "start": pl.Int32,
    "months": pl.Int32,
    "period": pl.String,
    "due": pl.Date,
    "status": pl.String,
    "run": pl.Int64,
}
"""The columns of `Evaluation.outstanding`."""

_HISTORY: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **RESULTS,
    "start": pl.Int32,
    "months": pl.Int32,
    "level": pl.Int32,
    "named": pl.List(pl.Float64),
    "compared": pl.List(pl.Float64),
    "direction_year_ago": DIRECTION,
    **CHART,
    **LIFE,
    "shown": pl.Boolean,
}


def latest_quarter(framework: Framework, submissions: Submissions, as_of: date) -> Period | None:
    """The latest quarter that is over on a day and that anything has been sent for; None where nothing has."""
    ends = submissions.cells_at(as_of).filter(pl.col("start") + pl.col("months") <= month_of(as_of))
    last = ends.select((pl.col("start") + pl.col("months")).max()).item()
    return None if last is None else Cadence(3, framework.board.year_start).last_ended_by(last)
