"""The evaluation for the public: that of the board, without small counts, what would give them away, and words.

A row that is withheld has the status `suppressed` and no number. A series of rows of which one is withheld keeps its
other values, and loses what rests on all of them: directions, charts, runs and escalation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pmf_engine.diagnostics.errors import Error
from pmf_engine.disclosure.audit import withhold_beside_rounded
from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.exact import EXTRA, has_solver
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.published import PublishedPaper
from pmf_engine.disclosure.rounding import Rounded, Rounding, rounded
from pmf_engine.disclosure.tables import Count, Row, Tables
from pmf_engine.disclosure.withholding import Withheld, withhold
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.marks import MarkKind
from pmf_engine.domain.periods import Cadence
from pmf_engine.domain.status import ReasonKind, Status
from pmf_engine.evaluation.evaluate import Evaluation, altered
from pmf_engine.evaluation.inputs import AGENCY
from pmf_engine.evaluation.results import JUDGED_ROWS
from pmf_engine.formula.functions import EARLIER_VALUES
from pmf_engine.formula.syntax import names
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.schema import Disclosure
from pmf_engine.submissions.problems import PROBLEMS

WITHHELD = "withheld: it counts few people or may do so, or would give such a count away"
"""The reason of a row that is withheld from the public."""

_NUMBERS = ("numerator", "denominator", "value", "lower", "upper")
_KEPT = {
    "indicator", "period", "by", "group", *_NUMBERS, "status", "reason", "reason_kind", "starts_on", "ends_on", "unit",
    "owners", "start", "months", "shown",
}  # fmt: skip
"""The columns that a row keeps in a series of which another row is withheld."""

_PLAIN_REASONS = (
    ReasonKind.NOT_COME, ReasonKind.NEVER_SENT, ReasonKind.NOT_DUE, ReasonKind.PERIOD_NOT_OVER,
    ReasonKind.NOT_AVAILABLE, ReasonKind.WITHHELD, ReasonKind.DIVIDE_BY_ZERO, ReasonKind.ROUNDED,
)  # fmt: skip
"""The reasons whose words hold no number of a return."""

_SERIES = ["indicator", "by", "group"]


_NAMED = 3
"""How many counts a message names."""


class DisclosureError(Error, ValueError):
    """A framework that does not say which counts are small, or counts that nobody can withhold any more."""


def for_public(evaluation: Evaluation, earlier: Iterable[PublishedPaper] = ()) -> Evaluation:
    """The evaluation that may be published.

    Small counts are those from 1 to below `disclosure: {suppress_below: ...}` of tolerances.yaml. Left out are rows of
    single agencies, words and problems, unless the indicator says `public: yes`; `public: no` leaves an indicator out
    altogether. A value that is no count and may rest on few records, such as a median, is withheld unless approved.

    Args:
        evaluation: The evaluation of the board.
        earlier: The papers that were published before, the oldest first. What they published is known, and what they
            withheld stays withheld.

    Raises:
        DisclosureError: The framework has no `disclosure`, or earlier papers give a small count away.
    """
    framework = evaluation.framework
    if framework.disclosure is None:
        raise DisclosureError(
            "nothing says which counts are too small for the public; write `disclosure: {suppress_below: 6}` into "
            "tolerances.yaml"
        )
    judged = _without_private(evaluation.judged, framework)
    own = None if evaluation.own is None else _without_private(evaluation.own, framework)
    frames = [judged] if own is None else [judged, own]
    withheld = _withheld(framework, frames, framework.disclosure, list(earlier))
    doubted = frozenset[str]() if evaluation.inputs is None else evaluation.inputs.in_doubt(None)
    withheld = replace(withheld, doubted=doubted.intersection(withheld.names))
    return altered(
        evaluation,
        judged=_masked(judged, withheld, 0, framework),
        own=None if own is None else _masked(own, withheld, judged.height, framework),
        cells=_words(evaluation),
        problems=PROBLEMS.empty(),
        inputs=None,
        audience=Audience.PUBLIC,
        withheld=withheld.note,
    )


def _words(evaluation: Evaluation) -> pl.DataFrame:
    """The cells of figures of which the board approved the words, without their numbers."""
    indicators = evaluation.framework.indicators.values()
    approved = sorted({name for indicator in indicators if indicator.public for name in indicator.figures})
    cells = evaluation.cells.filter(pl.col("figure").is_in(approved))
    return cells.with_columns(value=pl.lit(None, pl.Float64), text=pl.lit(None, pl.String))


def _without_private(rows: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Rows without those of single agencies and of indicators that are not for the public."""
    private = [indicator.id for indicator in framework.indicators.values() if indicator.public is False]
    approved = [indicator.id for indicator in framework.indicators.values() if indicator.public]
    of_agency = (pl.col("by") == AGENCY).fill_null(False)
    is_approved = pl.col("indicator").is_in(approved)
    return rows.filter(~pl.col("indicator").is_in(private), ~of_agency | is_approved)


# -- which rows -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Withheld:
    """What is withheld.

    Attributes:
        rows: The positions of rows.
        names: The figures and indicators whose numbers no band or comparison may show.
        note: What the paper says of how the rows were chosen.
        how: Which numbers are rounded; None for none.
        doubted: Those of the figures whose wholes are rated by the sums of their groups, too, where these are worse.
    """

    rows: Collection[int]
    names: Collection[str]
    note: str
    how: Rounded | None
    doubted: Collection[str] = ()


def _withheld(
    framework: Framework, frames: Iterable[pl.DataFrame], disclosure: Disclosure, earlier: Sequence[PublishedPaper]
) -> _Withheld:
    """What is withheld of several frames, whose rows have their positions one frame after the other."""
    reader, limit = Reader(framework), disclosure.suppress_below
    rows = [Row(*row) for frame in frames for row in frame.select(Row._fields).iter_rows()]
    year_starts = {id_: indicator.cadence.year_start for id_, indicator in framework.indicators.items()}
    tables = tables_of(rows, reader, year_starts, [each.paper() for each in earlier])
    counts = reader.counts_of(framework.indicators)
    doubtful = {
        id_
        for id_, indicator in framework.indicators.items()
        if not indicator.public and id_ not in counts and not reader.holds_no_count(indicator)
    }
    how = None
    if disclosure.round_to is not None:
        how = Rounded(Rounding(disclosure.round_to, limit), counts, reader.exact(counts.values()))
    elif before := {each.rounded_to for each in earlier} - {None}:
        raise DisclosureError(_rounded_before(before))
    withheld = withhold(tables, limit) if how is None else withhold_beside_rounded(tables, how, audits=has_solver())
    if withheld.given_away:
        raise DisclosureError(_given_away(framework, withheld.given_away))
    positions = withheld.rows | {at for at, row in enumerate(rows) if row.indicator in doubtful}
    secret = _secret(framework, tables, {rows[at].indicator for at in positions}, withheld.counts)
    if how is None:
        return _Withheld(positions, secret, _note(withheld), None)
    secret |= counts.keys() | {id_ for id_ in framework.figures if not reader.is_harmless(id_)}
    return _Withheld(positions, secret, " ".join(filter(None, (how.rounding.words, _note(withheld)))), how)


def _note(withheld: Withheld) -> str:
    """What the paper says where more rows may be withheld than need be."""
    if not withheld.rows or withheld.least == len(withheld.rows):
        return ""
    if withheld.least is not None:
        return (
            f"Because of small counts {len(withheld.rows):,} rows are withheld, over all periods; whether fewer would "
            f"do is not known, but at least {withheld.least:,} must be."
        )
    if withheld.is_audited:
        return ""
    if has_solver():
        return "More rows are withheld than need be: there are too many to find the fewest."
    return (
        f'More rows are withheld than need be: `pip install "pmf-engine[{EXTRA}]"` brings the solver that finds the '
        "fewest."
    )


def _rounded_before(bases: Iterable[int | None]) -> str:
    """What the board must hear where earlier papers rounded and this one would not."""
    base = min(base for base in bases if base is not None)
    return (
        f"earlier papers for the public rounded their counts to {base}, and exact ones beside them would give small "
        f"counts away; write `round_to: {base}` beside `suppress_below` in tolerances.yaml again, or take the earlier "
        "papers out of the snapshots if they were never given out"
    )


def _given_away(framework: Framework, counts: Collection[Count]) -> str:
    """What the board must hear where earlier papers give small counts away."""
    periods = {count: Cadence(count.months, framework.board.year_start).holding(count.start).label for count in counts}
    names_ = sorted(f"`{count.text}` of {count.group or 'the whole'}, {label}" for count, label in periods.items())
    more = f" and {len(names_) - _NAMED} more" if len(names_) > _NAMED else ""
    return (
        "no paper for the public is safe: what was published before gives small counts away, whatever is withheld now "
        f"({'; '.join(names_[:_NAMED])}{more}); write `public: no` at the indicators that use them, or take the "
        "earlier papers back and their folders out of the snapshots"
    )


def _secret(framework: Framework, tables: Tables, withheld: Collection[str], hidden: Collection[Count]) -> set[str]:
    """The figures and indicators whose numbers bands and comparisons may not show: a count of each may be withheld."""
    hidden_texts = {count.text for count in hidden}
    published = {count.text for counts in tables.published.values() for count in counts}
    figures = framework.figures.values()
    harmless = {each.id for each in figures if each.is_percent or not each.whole or each.kind == "grade"}
    return {*withheld} | ({figure.id for figure in figures} - harmless - (published - hidden_texts))


# -- what is left of them ---------------------------------------------------------------------------


def _masked(rows: pl.DataFrame, withheld: _Withheld, first: int, framework: Framework) -> pl.DataFrame:
    """Rows without what is withheld.

    Args:
        rows: Rows of `JUDGED_ROWS`.
        withheld: What is withheld.
        first: The position of the first row.
        framework: The indicators of the rows.
    """
    secret = {id_: _rests_on(indicator, withheld.names) for id_, indicator in framework.indicators.items()}
    by_secret = {id_ for id_, names_ in secret.items() if names_}
    by_own = {id_ for id_, each in framework.indicators.items() if _looks_at_itself(each)}
    if withheld.how is not None:
        rows = rounded(rows, framework, withheld.how, by_secret | by_own)
    hidden = pl.Series("hidden", [first + at in withheld.rows for at in range(rows.height)], dtype=pl.Boolean)
    mark = pl.lit(
        [{"kind": MarkKind.ROUNDED.value, "text": withheld.how.rounding.mark}] if withheld.how else [],
        dtype=rows["marks"].dtype,
    )
    is_rounded = pl.col("indicator").is_in([] if withheld.how is None else [*withheld.how.counts])
    marked = rows.with_columns(hidden).with_columns(broken=pl.col("hidden").any().over(_SERIES) | is_rounded)
    by_sums = pl.col("indicator").is_in(
        [id_ for id_, each in framework.indicators.items() if {*each.figures} & {*withheld.doubted}]
    )
    of_whole = pl.col("by").is_null() | (pl.col("by") == AGENCY)
    by_name = pl.col("indicator").is_in(by_secret) | (pl.col("indicator").is_in(by_own) & pl.col("broken"))
    unjudged = by_name | (by_sums & of_whole)
    rated = pl.col("status").is_in(list(Status.rated()))
    status = pl.when(~pl.col("hidden") & unjudged & rated).then(pl.lit(Status.NOT_RATED.value)).otherwise("status")
    plain = pl.col("reason_kind").is_in(list(_PLAIN_REASONS))
    comparing = pl.col("indicator").is_in(
        [id_ for id_, each in framework.indicators.items() if {*each.compare} & {*withheld.names}]
    )
    masked = marked.with_columns(
        status=pl.when("hidden").then(pl.lit(Status.SUPPRESSED.value)).otherwise(status).cast(rows["status"].dtype),
        reason=pl.when("hidden").then(pl.lit(WITHHELD)).when(plain).then("reason"),
        reason_kind=pl.when("hidden")
        .then(pl.lit(ReasonKind.WITHHELD.value))
        .when(~unjudged | (pl.col("reason_kind") != ReasonKind.WORSE_BY_GROUPS.value))
        .then("reason_kind")
        .cast(rows["reason_kind"].dtype),
        marks=_blank("marks")
        if withheld.how is None
        else pl.when(is_rounded & ~pl.col("hidden")).then(mark).otherwise(_blank("marks")),
        missing_inputs=_blank("missing_inputs"),
        compared=pl.when(comparing).then(_blank("compared")).otherwise("compared"),
        **{name: pl.when(~pl.col("hidden")).then(name) for name in _NUMBERS},
    )
    lost = pl.col("broken") | unjudged
    trend = [name for name in JUDGED_ROWS.names if name not in _KEPT | {"marks"}]
    masked = masked.with_columns(pl.when(lost).then(_blank(name)).otherwise(name).alias(name) for name in trend)
    return JUDGED_ROWS.check(masked.select(JUDGED_ROWS.names))


def _blank(name: str) -> pl.Expr:
    """A cell of a column of `JUDGED_ROWS` that says nothing: null where that may be, else 0, no or an empty list.

    Nobody escalates such a row, and its status has lasted for one period. Numbers of names stay as many, all null.
    """
    column = JUDGED_ROWS.columns[name]
    dtype = JUDGED_ROWS.polars()[name]
    if column.nullable:
        return pl.lit(None, dtype=dtype)
    if name in ("named", "compared"):
        return pl.col(name).list.eval(pl.element() * pl.lit(None, pl.Float64))
    if isinstance(dtype, pl.List):
        return pl.lit([], dtype=dtype)
    defaults: Mapping[str, object] = {"level": -1, "run": 1}
    return pl.lit(defaults.get(name, 0)).cast(dtype)


def _rests_on(indicator: Indicator, secret: Collection[str]) -> set[str]:
    """The secret figures and indicators that the bands of an indicator look up."""
    looked_up = {node.name for term in indicator.band_terms.values() for node in names(term)}
    return looked_up & {*secret} - {indicator.id}


def _looks_at_itself(indicator: Indicator) -> bool:
    """Whether the bands of an indicator look up its own earlier values."""
    looked_up = {node.name for term in indicator.band_terms.values() for node in names(term)}
    return bool(looked_up & {*EARLIER_VALUES, indicator.id})
