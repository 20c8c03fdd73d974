"""The history of every indicator: its rows in all periods up to the one asked for, and which rows a report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pmf_engine.domain.period_days import days_of_periods
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.domain.reason_codes import figure_number
from pmf_engine.evaluation import indicator_rows
from pmf_engine.evaluation.aligning import facts_by_period
from pmf_engine.evaluation.arrivals import in_doubt
from pmf_engine.evaluation.combining import with_sums_refused
from pmf_engine.evaluation.figure_facts import figure_facts, gather
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.lifetimes import measured
from pmf_engine.evaluation.list_facts import list_starts, lists_lacking
from pmf_engine.evaluation.results import JUDGED_ROWS
from pmf_engine.evaluation.window import Window
from pmf_engine.framework.dependencies import asked_of_lists, figures_of, figures_used, looked_back
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.judge import judged
from pmf_engine.judgement.missing_inputs import with_missing_inputs
from pmf_engine.judgement.reasons import LACKING, with_reasons


def history_plan(
    framework: Framework,
    inputs: Inputs,
    cadences: Mapping[str, Cadence],
    asked: Period | None = None,
    kept: pl.DataFrame | None = None,
    doubted: pl.DataFrame | None = None,
) -> pl.LazyFrame:
    """The query for the judged rows of indicators, with their reasons.

    Args:
        framework: The framework that defines the indicators.
        inputs: The figures and list totals of the values.
        cadences: By indicator id, the length of the periods.
        asked: The last period; None for all.
        kept: The rows that series consist of (indicator, by, group, start); None for all.
        doubted: Marks that put rows in doubt, with the columns of `MARKS`; None for none.
    """
    times = _times(inputs.window, set(cadences.values()), asked)
    figures: dict[str | None, set[str]] = {}
    for id_ in cadences:
        for by in (None, *framework.indicators[id_].by):
            figures.setdefault(by, set()).update(figures_of(framework, [framework.indicators[id_]]))
    gather(inputs, figures)
    unjudged = in_doubt(indicator_rows.rows(framework, inputs, cadences), framework, inputs, cadences, doubted)
    rows = unjudged.lazy().join(times.lazy(), on=["months", "year_start", "start"])
    if kept is None:
        rows = measured(rows, framework)
        rows = _requested(rows, framework, inputs, asked)
    else:
        rows = rows.join(kept.lazy(), on=kept.columns, how="semi").with_columns(asked_in=pl.lit(True))
    backs = looked_back(framework, cadences)
    raised = (pl.col("level") >= 0).any().over("indicator", "start")
    history = judged(rows, framework, inputs.as_of, inputs.promises, inputs.unread).with_columns(
        shown=pl.col("shown") & (pl.col("asked_in") | raised)
    )
    lacking = _lacking(inputs, cadences).cache()
    history = with_reasons(history, lacking, backs, framework, inputs.never, inputs.unread).cache()  # it is read twice
    return with_missing_inputs(history, lacking, _uses(framework, cadences, backs), framework)


def _uses(
    framework: Framework, cadences: Mapping[str, Cadence], backs: Mapping[str, Mapping[str, Sequence[int]]]
) -> dict[str, dict[str, tuple[int, ...]]]:
    """By indicator and figure or list, how many months back the indicator reads it; 0 for the row's own period."""
    uses = {}
    for id_ in cadences:
        indicator = framework.indicators[id_]
        lists = [aggregate.list.name for aggregate in asked_of_lists(framework, [indicator])]
        items = (*figures_used(framework, indicator), *lists)
        uses[id_] = {item: tuple(backs[id_].get(item, (0,))) for item in items}
    return uses


def _times(window: Window, cadences: set[Cadence], asked: Period | None) -> pl.DataFrame:
    """The periods of a history as numbers, with their names, and which periods a report shows."""
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
    """Drops the periods in which an ad hoc indicator was not asked for; a report shows the last of the other periods.

    `asked_in` is whether that period is in the report's: a report shows an earlier one only as an exception.
    """
    ad_hoc = [indicator for indicator in framework.indicators.values() if indicator.frequency == Frequency.AD_HOC]
    requests = []
    for indicator in ad_hoc:
        starts = sorted(set(inputs.starts(indicator.figures)) | list_starts(inputs, indicator))
        inside = [start for start in starts if asked is None or asked.start <= start < asked.end]
        ended = [start for start in starts if asked is None or start + indicator.cadence.months <= asked.end]
        last = inside if asked is None else (inside or ended)[-1:]
        requests += [(indicator.id, start, start in last, start in inside) for start in starts]
    schema = {"indicator": pl.String, "start": pl.Int32, "requested": pl.Boolean, "asked_in": pl.Boolean}
    table = pl.LazyFrame(requests, schema=schema, orient="row")
    regular = ~pl.col("indicator").is_in([indicator.id for indicator in ad_hoc])
    return (
        rows.join(table, on=["indicator", "start"], how="left")
        .filter(regular | pl.col("requested").is_not_null())
        .with_columns(
            shown=pl.when(regular).then("shown").otherwise("requested"), asked_in=regular | pl.col("asked_in")
        )
        .drop("requested")
    )


def _lacking(inputs: Inputs, cadences: Mapping[str, Cadence]) -> pl.LazyFrame:
    """The missing figures and lists in the periods of each cadence, with the columns of `LACKING`."""
    names = {id_: agency.name for id_, agency in inputs.framework.agencies.items()}
    name = pl.col("agency").replace_strict(names, default=pl.col("agency"))
    frames = []
    uses: dict[tuple[Cadence, str | None], set[str]] = {}
    lists: dict[tuple[Cadence, str | None], set[str]] = {}
    for id_, cadence in cadences.items():
        indicator = inputs.framework.indicators[id_]
        for by in (None, *indicator.by):
            uses.setdefault((cadence, by), set()).update(figures_used(inputs.framework, indicator))
            asked = asked_of_lists(inputs.framework, [indicator])
            lists.setdefault((cadence, by), set()).update(aggregate.list.name for aggregate in asked)
    for (cadence, by), figures in sorted(uses.items(), key=_use):
        if not figures:
            continue
        number = figure_number(pl.col("figure"))
        facts = with_sums_refused(inputs, figure_facts(inputs, sorted(figures), by), figures, cadence, by)
        frames.append(
            facts_by_period(inputs, facts.filter(pl.col("code") > 0), figures, cadence)
            .with_columns(code=pl.col("code") + number, name=name)
            .group_by("code", "start", "group")
            .agg(
                pl.col("lacked_in", "apart").first(),
                pl.col("why").min(),
                agencies=pl.col("name").unique().sort().str.join(", "),
                senders=pl.col("agency").unique().sort(),
            )
            .select(
                "code",
                "start",
                "agencies",
                "senders",
                "lacked_in",
                "apart",
                "why",
                months=pl.lit(cadence.months, dtype=pl.Int32),
                year_start=pl.lit(cadence.year_start, dtype=pl.Int32),
                by=pl.lit(by, dtype=pl.String),
                group=pl.col("group") if by else pl.lit(None, dtype=pl.String),
            )
        )
    frames += [lists_lacking(inputs, cadence, by, ids) for (cadence, by), ids in sorted(lists.items(), key=_use)]
    return pl.concat(frames, how="diagonal") if frames else LACKING.empty().lazy()


def _use(use: tuple[tuple[Cadence, str | None], object]) -> tuple[Cadence, str]:
    """The sort key of a use by cadence and breakdown."""
    return use[0][0], str(use[0][1])


def judged_rows(history: pl.DataFrame) -> pl.DataFrame:
    """The columns of `JUDGED_ROWS` but marks, from what `history_plan` comes to."""
    return history.with_columns(days_of_periods()).select([name for name in JUDGED_ROWS.names if name != "marks"])
