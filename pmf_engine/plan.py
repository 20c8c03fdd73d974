"""One lazy plan: panels of figures in, one long row per indicator, period and group out.

Formulas and bands are worked out side by side, a column per indicator, and turned into rows at the end;
what is said of the rows (status, direction, run, escalation) is `judge`'s.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import polars as pl

from pmf_engine import statistics
from pmf_engine.formula.compile import FIGURE_BITS, NOT_COME, Compiler, Computed, compare, is_amount, near, reason_code
from pmf_engine.formula.syntax import (
    Aggregate,
    Band,
    Binary,
    Call,
    Expression,
    Name,
    Unary,
    aggregates,
    children,
    of_senders,
)
from pmf_engine.framework import Framework, Indicator
from pmf_engine.inputs import AGENCY, Inputs
from pmf_engine.periods import Clock, Period
from pmf_engine.statuses import INVALID, MISSING
from pmf_engine.tolerance import Entry, Polarity

SIGNS: dict[Polarity, int] = {"high": 1, "low": -1, "close": 0}
"""Which way is better, as a factor; 0 where nearer to the band is better."""


_OVERFLOW = reason_code(INVALID)

_MOST_SENT = 1e30
"""What a figure cannot come to, whatever is sent: no cell says more than 10^15, and cells are counted in millions."""


@dataclass(frozen=True)
class _Job:
    """The indicators of one panel."""

    clock: Clock
    by: str | None
    indicators: tuple[Indicator, ...]


def rows(framework: Framework, inputs: Inputs, clocks: Mapping[str, Clock]) -> pl.LazyFrame:
    """Every indicator in every period of its clock in `clocks` and of the window, whole and by its breakdowns.

    Columns: indicator, start, months, by, group (null for the whole), value, code, left_out, numerator,
    denominator, good, tolerable (null: cannot be said), band_code, rated, entry (the place of the one in force), sign,
    gaps (how far it is from good by each entry by which closeness is), named and compared (see `Evaluation`).
    """
    return pl.concat([_panel_rows(framework, inputs, job) for job in _jobs(framework, clocks)])


def _jobs(framework: Framework, clocks: Mapping[str, Clock]) -> list[_Job]:
    grouped: dict[tuple[Clock, str | None], list[Indicator]] = {}
    for id_, clock in clocks.items():
        indicator = framework.indicators[id_]
        for by in (None, *indicator.by):
            grouped.setdefault((clock, by), []).append(indicator)
    order = {None: 0} | {by: place for place, by in enumerate(["agency", *framework.breakdowns], start=1)}
    keys = sorted(grouped, key=lambda key: (key[0], order[key[1]]))
    return [_Job(clock, by, tuple(grouped[clock, by])) for clock, by in keys]


def _panel_rows(framework: Framework, inputs: Inputs, job: _Job) -> pl.LazyFrame:
    figures = _figures(framework, job.indicators)
    lenient = any(indicator.missing != "any" for indicator in _reached(framework, job.indicators))
    panel = inputs.panel(
        job.clock,
        job.by,
        figures,
        lenient,
        [*asked_of_lists(framework, job.indicators), *_counted_senders(framework, job.indicators)],
    )
    work = _Panel(framework, Compiler(job.clock.months, ["group"] if job.by else []), set(figures))
    cells = [work.cell(indicator) for indicator in job.indicators]
    frame = panel.frame
    for stage in work.compiler.stages:
        frame = frame.with_columns(stage)
    long = (
        frame.select("start", "group", *cells)
        .unpivot(index=["start", "group"], variable_name="indicator", value_name="cell")
        .unnest("cell")
    )
    if job.by == AGENCY:  # only those that are asked for its figures
        senders = [(one.id, agency) for one in job.indicators for agency in sorted(framework.senders(one))]
        asked = pl.LazyFrame(senders, schema={"indicator": pl.String, "group": pl.String}, orient="row")
        long = long.join(asked, on=["indicator", "group"], how="semi")
    return long.with_columns(
        months=pl.lit(job.clock.months, dtype=pl.Int32),
        year_start=pl.lit(job.clock.year_start, dtype=pl.Int32),
        by=pl.lit(job.by, dtype=pl.String),
        group=pl.col("group") if job.by else pl.lit(None, dtype=pl.String),
    )


def _reached(framework: Framework, indicators: Sequence[Indicator]) -> list[Indicator]:
    """These indicators and all that their formulas and bands name."""
    reached: dict[str, Indicator] = {}
    waiting = list(indicators)
    while waiting:
        indicator = waiting.pop()
        if indicator.id not in reached:
            reached[indicator.id] = indicator
            waiting += [framework.indicators[name] for name in indicator.named if name in framework.indicators]
    return list(reached.values())


def _figures(framework: Framework, indicators: Sequence[Indicator]) -> list[str]:
    reached = _reached(framework, indicators)
    named = {name for indicator in reached for name in indicator.named if name in framework.figures}
    return sorted(named | {name for indicator in reached for name in indicator.figures})


def asked_of_lists(framework: Framework, indicators: Sequence[Indicator]) -> list[Aggregate]:
    """Every aggregate of lists that these indicators and their bands rest on, each once."""
    reached = _reached(framework, indicators)
    found = [one for indicator in reached for one in aggregates(indicator.formula) if not of_senders(one)]
    return list({one.text: one for one in found}.values())


def _counted_senders(framework: Framework, indicators: Sequence[Indicator]) -> list[Aggregate]:
    """Every count of the agencies that sent a figure which these indicators rest on, each once."""
    reached = _reached(framework, indicators)
    found = [one for indicator in reached for one in aggregates(indicator.formula) if of_senders(one)]
    return list({one.text: one for one in found}.values())


def does_without(indicator: Indicator, figures: Container[str]) -> bool:
    """Whether an indicator does without what lacks: as it says, and as its formula is a sum of figures."""
    return indicator.missing != "any" and is_amount(indicator.formula, figures)


def _number(part: Computed) -> pl.Expr:
    """The value of a part where there is one that can be shown: no infinity, and no zero below zero."""
    value = pl.when(part.value == 0).then(0.0).otherwise(part.value)
    return pl.when((part.code == 0) & part.value.is_finite()).then(value)


def _listed(parts: Sequence[Computed]) -> pl.Expr:
    """The numbers of some parts as a list, null where there is none."""
    return pl.concat_list(map(_number, parts)) if parts else pl.lit([], dtype=pl.List(pl.Float64))


class _Panel:
    """Compiles the indicators of one panel; each is worked out once, however many name it."""

    def __init__(self, framework: Framework, compiler: Compiler, figures: set[str]) -> None:
        self.framework = framework
        self.compiler = compiler
        self.figures = figures
        self.done: dict[tuple[str, str], Computed] = {}

    def indicator(self, indicator: Indicator) -> Computed:
        """The value of an indicator, as columns."""
        key = (indicator.id, indicator.missing)
        if key not in self.done:
            part = self.part(indicator, indicator.formula)
            # What overflows is no number, and no band may judge it.
            code = pl.when((part.code == 0) & ~part.value.is_finite()).then(_OVERFLOW).otherwise(part.code)
            whole = replace(part, value=_number(part), code=code, size=2 * part.size, settled=False)
            self.done[key] = self.compiler.column(whole, " ".join(key))
        return self.done[key]

    def part(self, indicator: Indicator, node: Expression) -> Computed:
        """A part of an indicator's formula, which does without what may lack where the indicator says so."""
        strict = self.compiler.number(node, self._look_up)
        if not does_without(indicator, self.figures):
            return strict
        part = self.compiler.amount(node, lambda name: self._figure(name, "k"))
        # Where it could not be done without what lacks, all that lacks counts.
        code = pl.when(part.code == 0).then(0).otherwise(strict.code).cast(pl.UInt32)
        size, stage = part.size + strict.size, max(part.stage, strict.stage)
        return Computed(part.value, code, size, stage, most=part.most, spared=strict.code)

    def _figure(self, name: str, code: str) -> Computed:
        return Computed(pl.col(f"v:{name}"), pl.col(f"{code}:{name}"), settled=True, most=_MOST_SENT)

    def _look_up(self, name: str) -> Computed:
        """A figure, an aggregate, or an indicator; of these, others may use only what is complete."""
        if name not in self.framework.indicators:
            return self._figure(name, "c")
        return self.indicator(replace(self.framework.indicators[name], missing="any"))

    def cell(self, indicator: Indicator) -> pl.Expr:
        """All that is said of an indicator in one row, as a struct."""
        value = self.indicator(indicator)
        fields: dict[str, pl.Expr] = {
            "value": value.value,
            "code": value.code,
            "left_out": pl.lit(0, dtype=pl.UInt32) if value.spared is None else value.spared,
            "numerator": pl.lit(None, dtype=pl.Float64),
            "denominator": pl.lit(None, dtype=pl.Float64),
        }
        if indicator.ratio is not None:
            for name, node in zip(("numerator", "denominator"), indicator.ratio.arguments, strict=False):
                fields[name] = _number(self.compiler.number(node, self._look_up))
        sum_of_figures = isinstance(indicator.formula, Binary) and is_amount(indicator.formula, self.figures)
        if indicator.missing == "never" and sum_of_figures:
            # A sum of nothing is 0; its code stays, so that it is not rated.
            codes = self._codes(indicator, "k")
            nothing = (pl.min_horizontal(codes) > 0) & (pl.max_horizontal(codes) == NOT_COME)
            fields["value"] = pl.when(nothing).then(0.0).otherwise(value.value)
        fields |= self._judged(indicator, value)
        return pl.struct([field.alias(name) for name, field in fields.items()]).alias(indicator.id)

    def _codes(self, indicator: Indicator, column: str) -> list[pl.Expr]:
        return [pl.col(f"{column}:{name}") for name in indicator.figures if name in self.figures]

    # -- bands -----------------------------------------------------------------------

    def _judged(self, indicator: Indicator, value: Computed) -> dict[str, pl.Expr]:
        """Whether the value is good or tolerable by the entry in force, and how far it is from good by each."""
        good = tolerable = pl.lit(None, dtype=pl.Boolean)
        sign = pl.lit(None, dtype=pl.Int8)
        gaps = [pl.lit(None, dtype=pl.Float64)] * len(indicator.tolerances)
        band_code = pl.lit(0, dtype=pl.UInt32)
        rated = pl.lit(False)
        entry_in_force = pl.lit(None, dtype=pl.UInt32)
        for place, entry in enumerate(indicator.tolerances):  # the latest in force has the last word
            in_force = pl.lit(True) if entry.start is None else pl.col("start") >= entry.start
            # What adds up over time is not judged over a longer period by what is good in a shorter one, and a bound
            # that adds up says nothing of what does not.
            if self.compiler.months != indicator.clock.months and not entry.scale_free:
                nothing = pl.when(~in_force)
                good, tolerable, sign = (nothing.then(one) for one in (good, tolerable, sign))
                band_code, rated = nothing.then(band_code).otherwise(0), rated & ~in_force
                entry_in_force = nothing.then(entry_in_force)
                continue
            holds, code = self._holds(entry, entry.good, value)
            allowed, more = holds, code
            if entry.tolerance is not None:
                allowed, more = self._holds(entry, entry.tolerance, value)
            if entry.allow_for_chance:
                allowed = self._within_chance(indicator, entry, value, allowed)
            good = pl.when(in_force).then(holds).otherwise(good)
            tolerable = pl.when(in_force).then(allowed).otherwise(tolerable)
            band_code = pl.when(in_force).then(pl.max_horizontal(code, more)).otherwise(band_code)
            sign = pl.when(in_force).then(pl.lit(SIGNS[entry.polarity], dtype=pl.Int8)).otherwise(sign)
            rated = rated | in_force
            entry_in_force = pl.when(in_force).then(pl.lit(place, dtype=pl.UInt32)).otherwise(entry_in_force)
            if entry.polarity == "close":
                gaps[place] = self._gap(entry, value)
        named = [
            self.compiler.number(term, lambda name: self._named(name, value)) for term in indicator.band_terms.values()
        ]
        return {
            "named": _listed(named),
            "compared": _listed([self._look_up(name) for name in indicator.compare]),
            "good": good,
            "tolerable": tolerable,
            "band_code": band_code,
            "rated": rated,
            "entry": entry_in_force,
            "sign": sign,
            "gaps": pl.concat_list(gaps) if gaps else pl.lit([], dtype=pl.List(pl.Float64)),
        }

    def _holds(self, entry: Entry, band: Band, value: Computed) -> tuple[pl.Expr, pl.Expr]:
        """Whether a band holds (null where a bound is missing), and the code of the bound that is."""
        held: list[pl.Expr] = []
        codes: list[pl.Expr] = [pl.lit(0, dtype=pl.UInt32)]
        for limit in band.limits:
            bound = self.bound(entry, limit.bound, value)
            codes.append(bound.code)
            held.append(
                pl.when((bound.code == 0) & (value.code == 0)).then(compare(limit.operator, value.value, bound.value))
            )
        return pl.all_horizontal(held), pl.max_horizontal(codes)

    def _within_chance(self, indicator: Indicator, entry: Entry, value: Computed, allowed: pl.Expr) -> pl.Expr:
        """Whether some of the 95 % interval is in what is tolerable; where there is no interval, whether the value is.

        Where a band has two ends that no value can meet both, as data may have it, nothing is in it.
        """
        ratio = indicator.ratio
        assert ratio is not None  # resolve refuses other formulas
        part, whole = (
            _number(self.compiler.column(self.compiler.number(node, self._look_up))) for node in ratio.arguments[:2]
        )
        if ratio.function == "percent":
            lower, upper = statistics.of_percent(part, whole)
        else:
            lower, upper = statistics.of_rate(part, whole, pl.lit(indicator.per))
        held: list[pl.Expr] = []
        lowest: list[tuple[str, pl.Expr]] = []
        highest: list[tuple[str, pl.Expr]] = []
        for limit in (entry.tolerance or entry.good).limits:
            known = self.bound(entry, limit.bound, value)
            bound = pl.when(known.code == 0).then(known.value)
            if limit.operator not in ("<=", "<"):
                sign = ">=" if limit.operator == "=" else limit.operator
                lowest.append((sign, bound))
                held.append(compare(sign, upper, bound))
            if limit.operator not in (">=", ">"):
                sign = "<=" if limit.operator == "=" else limit.operator
                highest.append((sign, bound))
                held.append(compare(sign, lower, bound))
        for above, low in lowest:
            held += [compare(below, low, high) & compare(above, high, low) for below, high in highest]
        return pl.when(lower.is_null()).then(allowed).otherwise(pl.all_horizontal(held))

    def bound(self, entry: Entry, node: Expression, value: Computed) -> Computed:
        """The bound of a limit; `value` is what it is to be compared with."""

        def look_up(name: str) -> Computed:
            if name == "target":
                return Computed(pl.lit(entry.target, dtype=pl.Float64), pl.lit(0, dtype=pl.UInt32))
            return self._named(name, value)

        part = self.compiler.number(node, look_up)
        if not isinstance(node, (Binary, Call)):
            return part
        # Everything is at most what overflows, and nothing is good for that.
        code = pl.when((part.code == 0) & ~part.value.is_finite()).then(_OVERFLOW).otherwise(part.code)
        return self.compiler.column(Computed(part.value, code.cast(pl.UInt32), 2 * part.size, part.stage))

    def _named(self, name: str, value: Computed) -> Computed:
        """What a band means by a name: of `value` itself some time ago, or another figure or indicator."""
        if name == "previous":
            return self.compiler.shifted(value, 1)
        if name == "year_ago":
            return self.compiler.shifted(value, 12 // self.compiler.months)
        return self._look_up(name)

    def _gap(self, entry: Entry, value: Computed) -> pl.Expr:
        """How far a value lies outside the good band; 0 inside it and on its ends, null where a bound lacks."""
        outside = [pl.lit(0.0)]
        codes = [value.code]
        for limit in entry.good.limits:
            bound = self.bound(entry, limit.bound, value)
            codes.append(bound.code)
            above = pl.when(near(value.value, bound.value)).then(0.0).otherwise(value.value - bound.value)
            if limit.operator not in (">=", ">"):
                outside.append(above)
            if limit.operator not in ("<=", "<"):
                outside.append(-above)
        return pl.when(pl.max_horizontal(codes) == 0).then(pl.max_horizontal(outside))


# -- which periods a value rests on ----------------------------------------------------


def looked_back(framework: Framework, clocks: Mapping[str, Clock]) -> Mapping[str, Mapping[str, list[int]]]:
    """How many months before a period each indicator, worked out in its clock, looks at each figure; 0 for the period.

    Those that are looked at in their own period alone are left out.
    """
    found: dict[str, dict[str, list[int]]] = {}
    known: dict[tuple[str, int], _Backs] = {}
    for id_, clock in clocks.items():
        one = framework.indicators[id_]
        own = _formula_backs(framework, one, clock.months, known)
        backs = {name: set(months) for name, months in own.items()}
        for entry in one.tolerances:
            for band in (entry.good, entry.tolerance):
                for limit in band.limits if band else ():
                    _add(backs, _backs(framework, limit.bound, clock.months, known, own))
        found[id_] = {name: sorted(months) for name, months in backs.items() if months != {0}}
    return found


_Backs: TypeAlias = "Mapping[str, set[int]]"


def _formula_backs(framework: Framework, one: Indicator, months: int, known: dict[tuple[str, int], _Backs]) -> _Backs:
    if (one.id, months) not in known:
        known[one.id, months] = _backs(framework, one.formula, months, known, {})
    return known[one.id, months]


def _backs(
    framework: Framework, node: Expression, months: int, known: dict[tuple[str, int], _Backs], own: _Backs
) -> _Backs:
    """As `looked_back`, of an expression; `own` are those of the indicator whose `previous` and `year_ago` it names."""
    year = [*range(0, 12, months)]
    steps = {"previous": [months], "year_ago": [12], "rolling_year": year, "year_to_date": year}
    if isinstance(node, Name):
        if node.name in framework.figures:
            return {node.name: {0}}
        if node.name in framework.indicators:
            return _formula_backs(framework, framework.indicators[node.name], months, known)
        return _earlier(own, steps.get(node.name, []))
    if isinstance(node, Aggregate):
        return {node.list.name: {0}}
    found: dict[str, set[int]] = {}
    for child in children(node):
        _add(found, _backs(framework, child, months, known, own))
    if isinstance(node, Call):
        return _earlier(found, steps.get(node.function, [0]))
    return found


def _earlier(backs: _Backs, steps: Sequence[int]) -> _Backs:
    return {name: {back + step for back in months for step in steps} for name, months in backs.items()}


def _add(backs: dict[str, set[int]], more: _Backs) -> None:
    for name, months in more.items():
        backs.setdefault(name, set()).update(months)


# -- one value, step by step -----------------------------------------------------------


@dataclass(frozen=True)
class Looked:
    """A figure or an aggregate of a list in the period that begins with month `start`, as a value looks at it.

    `name` is the figure's id, or the aggregate's text. The value is None where its `code` is not 0. `used_by` says what
    looks at it (`formula`, `good`, `tolerance`, `comparison`). `partial` says that some of its agencies lack and were
    done without. A figure that is `counted` has no value of its own: what each of its agencies sent is counted.
    """

    name: str
    start: int
    value: float | None
    code: int
    used_by: tuple[str, ...]
    partial: bool = False
    counted: bool = False


@dataclass(frozen=True)
class Workings:
    """How one value came about, part by part.

    `looked` is all that it rests on. `steps` are the parts of the formula, innermost first: text, value and code.
    `limits` are those of the bands: band, words, operator, bound, and whether it holds.
    """

    looked: list[Looked]
    steps: list[tuple[str, float | None, int]]
    limits: list[tuple[str, str, str, float | None, bool | None]]


_ALL, _SOME, _EACH = "all", "some", "each"
"""How a figure is looked at: as what all its agencies sent, as what some did, or one agency by one."""

_Look: TypeAlias = "tuple[str, int, str]"
"""A figure or the text of an aggregate, the first month of a period, and how it is looked at."""


def workings(
    framework: Framework, inputs: Inputs, indicator: Indicator, period: Period, by: str | None, group: str | None
) -> Workings:
    """Works an indicator out for one period and group, keeping every part; by the same code as `rows`."""
    figures = _figures(framework, [indicator])
    lenient = any(one.missing != "any" for one in _reached(framework, [indicator]))
    counted = _counted_senders(framework, [indicator])
    listed = [*asked_of_lists(framework, [indicator]), *counted]
    panel = inputs.panel(period.clock, by, figures, lenient, listed)
    work = _Panel(framework, Compiler(period.clock.months, ["group"] if by else []), set(figures))
    value = work.indicator(indicator)
    text = indicator.passage.text
    nodes = {" ".join(text[node.start : node.end].split()): node for node in _parts(indicator.formula, set(figures))}
    parts = [work.part(indicator, node) for node in nodes.values()]
    bounds = [
        (name, band, limit, work.bound(entry, limit.bound, value))
        for entry in [indicator.entry_for(period)]
        if entry and (entry.scale_free or period.clock.months == indicator.clock.months)
        for name, band in (("good", entry.good), ("tolerance", entry.tolerance))
        if band
        for limit in band.limits
    ]
    columns = [pl.col(f"{letter}:{name}") for name in [*figures, *(one.text for one in listed)] for letter in "vc"]
    columns += [pl.col(f"k:{name}") for name in figures if lenient]
    columns += [part.value.alias(f"part:v{place}") for place, part in enumerate(parts)]
    columns += [part.code.alias(f"part:c{place}") for place, part in enumerate(parts)]
    for place, (*_, limit, bound) in enumerate(bounds):
        known = (bound.code == 0) & (value.code == 0)
        columns.append(pl.when(bound.code == 0).then(bound.value).alias(f"bound:{place}"))
        holds = compare(limit.operator, value.value, bound.value)
        columns.append(pl.when(known).then(holds).alias(f"holds:{place}"))
    frame = panel.frame
    for stage in work.compiler.stages:
        frame = frame.with_columns(stage)
    rows = frame.filter(pl.col("group") == (group or "")).select("start", *columns).collect(engine="in-memory")
    by_start = {row["start"]: row for row in rows.iter_rows(named=True)}
    row = by_start[period.start]
    looked = [("formula", indicator.formula), *((name, limit.bound) for name, _, limit, _ in bounds)]
    looked += [("comparison", Name(0, 0, name)) for name in indicator.compare]
    used_by: dict[_Look, dict[str, None]] = {}
    for user, node in looked:
        spared = user == "formula" and does_without(indicator, set(figures))
        for name, start, how in sorted(_reach(framework, indicator, node, period, 0, set(figures), spared)):
            if start not in by_start:
                continue
            if how == _SOME and (by_start[start][f"c:{name}"] == 0 or by_start[start][f"k:{name}"] > 0):
                how = _ALL  # nothing lacks, or too much
            used_by.setdefault((name, start, how), {})[user] = None
    senders = {one.list.name: one.text for one in counted}

    def seen(name: str, start: int, how: str, users: tuple[str, ...]) -> Looked:
        key = senders[name] if how == _EACH else name
        code = 0 if how == _SOME else by_start[start][f"c:{key}"]
        value = by_start[start][f"v:{key}"] if code == 0 and how != _EACH else None
        return Looked(name, start, value, code, users, partial=how == _SOME, counted=how == _EACH)

    return Workings(
        [seen(*look, tuple(users)) for look, users in used_by.items()],
        [
            (said, None if row[f"part:c{place}"] else row[f"part:v{place}"], row[f"part:c{place}"])
            for place, said in enumerate(nodes)
        ],
        [
            (name, band.text, limit.operator, row[f"bound:{place}"], row[f"holds:{place}"])
            for place, (name, band, limit, _) in enumerate(bounds)
        ],
    )


def _parts(node: Expression, figures: set[str]) -> Iterator[Expression]:
    """The parts of a formula that are worked out, innermost first; figures and numbers stand for themselves."""
    for child in children(node):
        yield from _parts(child, figures)
    if isinstance(node, (Aggregate, Call, Unary, Binary)) or (isinstance(node, Name) and node.name not in figures):
        yield node


def _reach(
    framework: Framework,
    own: Indicator,
    node: Expression,
    period: Period,
    back: int,
    figures: set[str],
    spared: bool = False,
) -> set[_Look]:
    """The figures an expression looks at, each with the first month of a period that it looks at them in.

    In the bands of `own`, `previous` and `year_ago` are its own value of then, which looks at all its formula does.
    What is `spared` does without agencies that lack; what other indicators rest on never is.
    """
    if isinstance(node, Name):
        if node.name in figures:
            return {(node.name, period.start - back, _SOME if spared else _ALL)}
        if node.name in ("previous", "year_ago"):
            back += period.clock.months if node.name == "previous" else 12
            return _reach(framework, own, own.formula, period, back, figures, does_without(own, figures))
        other = framework.indicators.get(node.name)  # `target` is neither
        return _reach(framework, own, other.formula, period, back, figures) if other else set()
    if isinstance(node, Aggregate):
        start = period.start - back
        return {(node.list.name, start, _EACH) if of_senders(node) else (node.text, start, _ALL)}
    offsets = {0}
    if isinstance(node, Call):
        months = period.clock.months
        year = Clock(12, period.clock.year_start).holding(period.start - back).start
        offsets = {
            "previous": {months},
            "year_ago": {12},
            "rolling_year": set(range(0, 12, months)),
            "year_to_date": set(range(0, period.start - back - year + 1, months)),
        }.get(node.function, offsets)
    return {
        found
        for child in children(node)
        for offset in offsets
        for found in _reach(framework, own, child, period, back + offset, figures, spared)
    }


def decoded(code: int) -> tuple[str, int]:
    """The status and the number (from 1; 0 for none) of the figure that a code other than 0 stands for."""
    return MISSING[(code >> FIGURE_BITS) - 1], code & ((1 << FIGURE_BITS) - 1)
