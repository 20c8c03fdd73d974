"""The queries that compute every aggregate of a list, by period and group.

All queries over a list share one scan of its files, which are read as a stream. The results are small, with rows by
period and group; `totals` turns them into the totals of indicators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import Aggregate, Expression, names
from pmf_engine.framework.model import RecordList
from pmf_engine.records import pre_aggregation
from pmf_engine.records.asked_texts import Slips, asked_of_list, slip_columns, slip_flags
from pmf_engine.records.checks import checks_of_part
from pmf_engine.records.columns import AGENCY, REVERSED, START, group_names, out_of_order
from pmf_engine.records.compiled_aggregates import CompiledAggregate
from pmf_engine.records.distinctions import Distinctions
from pmf_engine.records.list_query import ListQuery, QueryId, columns_of_queries
from pmf_engine.records.placing import PartRecords, records_by_period
from pmf_engine.records.samples import FEW
from pmf_engine.submissions.list_parts import PIECE, ListPart
from pmf_engine.submissions.list_values import bad, has_doubtful, raw, typed, whole_numbers
from pmf_engine.submissions.vocabulary import Vocabulary


class ListPlan:
    """The queries over one list: `checks` by list part, `texts` by column, and `queries` for each `ListQuery`.

    Attributes:
        records: The typed records of each list part that can be read.
        patient: The plan reads dates in every form, see `typed` in `submissions.list_values`.
        slips: The texts of records one slip away from an asked text.
        columns: The columns that the queries look at.
        as_of: The day of the evaluation; the last day that counts is `last_day`.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        list_: RecordList,
        parts: Sequence[ListPart],
        list_queries: Sequence[ListQuery],
        last_day: date,
        as_of: date,
        patient: bool,
        slips: Slips | None = None,
        texts: Mapping[str, int] | None = None,
    ) -> None:
        self.list = list_
        self.vocabulary = vocabulary
        self.names = group_names(vocabulary, list_)
        self.open = frozenset(vocabulary.framework.breakdowns) & list_.columns.keys() - self.names.keys()
        self.as_of = as_of
        self.list_queries = list_queries
        self.last_day = last_day
        self.columns = columns_of_queries(list_, list_queries)
        self.rows = RecordExpressions(
            {name: column.read_as for name, column in list_.columns.items()} | dict.fromkeys(_BOUNDS, "date"),
            whole_numbers(parts, list_),
            self.open | self.names.keys(),
        )
        self.patient = patient
        self.slips = slips or {}
        self._texts = texts or {}
        self.asked = asked_of_list(vocabulary.framework, list_, self.columns)
        few = [name for name, number in self._texts.items() if number <= FEW]
        self._apart = [] if patient else few
        self.records = [
            PartRecords(number, part, self._typed(part, number))
            for number, part in enumerate(parts)
            if part.frame is not None
        ]

    def _typed(self, part: ListPart, number: int) -> pl.LazyFrame:
        """The typed records of a list part, with REVERSED where the list has dates in an order."""
        # Counting distinct texts costs more than a check of each character.
        aggregates = [each for query in self.list_queries for each in query.aggregates]
        closely = {node.name for each in aggregates if each.distinct and each.of for node in names(each.of)}
        records = typed(part, self.list, self.columns, number, self.patient, closely, self._apart)
        if self.list.date_pairs:
            records = records.with_columns(out_of_order(self.list).alias(REVERSED))
        # Cache the frames that are expensive to read; a `ready` frame streams again for each query.
        return records if part.ready else records.cache()

    @property
    def checks(self) -> pl.LazyFrame:
        """The checks of each list part, see `checks_of_part`."""
        return pl.concat(
            [checks_of_part(each, self.list, self.columns, self.as_of, self.patient) for each in self.records]
        )

    @property
    def texts(self) -> dict[str, pl.LazyFrame]:
        """The distinct texts, as written, of each column with asked texts or whose texts are checked apart."""
        records = pl.concat([each.frame for each in self.records], how="vertical_relaxed")
        columns = dict.fromkeys((*self.asked, *self._apart))
        return {column: records.select(pl.col(raw(column)).unique()) for column in columns}

    def doubts(self, texts: Mapping[str, pl.DataFrame]) -> bool:
        """Whether a text of the columns that are checked apart is refused, or may be.

        Args:
            texts: The results of `texts` by column.
        """
        return any(has_doubtful(texts[name].to_series(), self.list.columns[name]) for name in self._apart)

    @property
    def by_id(self) -> dict[QueryId, pl.LazyFrame]:
        """All queries of the plan, in the order in which they are collected: `checks`, `texts`, `queries`."""
        named = {QueryId(self.list.id, "checks"): self.checks}
        named |= {QueryId(self.list.id, "texts", name): query for name, query in self.texts.items()}
        for query in self.list_queries:
            periods = (query.cadence.months, query.cadence.year_start, query.state)
            by = [name for name in query.by if name in self.columns]
            ids = [QueryId(self.list.id, "parts", None, *periods)]
            ids += [QueryId(self.list.id, "values", name, *periods) for name in (None, *by)]
            named |= dict(zip(ids, self.queries(query), strict=False))
        return named

    def queries(self, query: ListQuery) -> list[pl.LazyFrame]:
        """The frames of a query.

        The first has the parts of all additive aggregates by all breakdowns together; totals combine them for the
        whole and for each breakdown. The other frames have the other aggregates (medians, distinct values): one frame
        for the whole, then one for each breakdown.
        """
        compiled = [self._compiled(number, aggregate) for number, aggregate in enumerate(query.aggregates)]
        labels = [
            self.label(name, pl.col(name)).cast(pl.Categorical).alias(f"label:{name}")
            for name in sorted(self.rows.labels)
        ]
        placed = [records_by_period(each, query, self.last_day) for each in self.records]
        records = pl.concat(placed, how="vertical_relaxed").with_columns(labels)
        by = [name for name in query.by if name in self.columns]
        frames = [self._additive(records, by, [each for each in compiled if each.is_additive])]
        alone = [each.alone() for each in compiled if not each.is_additive]
        for name in [None, *by] if alone else []:
            group = [] if name is None else [self._group(name).alias(name)]
            frames.append(records.group_by(START, *group).agg(alone))
        return frames

    def _additive(
        self, records: pl.LazyFrame, by: Sequence[str], compiled: Sequence[CompiledAggregate]
    ) -> pl.LazyFrame:
        """The parts of additive aggregates by all breakdowns together, and the numbers of refused cells of each column.

        Aggregates whose conditions distinguish few values are computed by pre-aggregation, the others directly.

        Args:
            records: The records with their periods.
            by: The breakdowns.
            compiled: The additive aggregates.
        """
        texts = {name: raw(name) for name in by if self.list.columns[name].kind == "text"}
        keys = [START, *(texts.get(name, name) for name in by)]
        distinctions = Distinctions(self.rows, self.label, self._texts)
        shared = pre_aggregation.shared_groupings(distinctions, {each.number: each.aggregate for each in compiled})
        pre_aggregated = {number for grouping in shared for number in grouping.aggregates}
        direct = [part for each in compiled if each.number not in pre_aggregated for part in each.parts()]
        frames = [pre_aggregation.pre_aggregated(grouping, distinctions, records, keys) for grouping in shared]
        if direct or not shared:
            frames.append(records.group_by(keys).agg(direct))
        flags = [bad(name) for name in self.columns if name not in (self.list.start, self.list.end)]
        counted = [*(flags if self.patient else ()), *slip_columns(self.slips)]
        if counted:  # the results of an impatient plan with refused cells are discarded
            flagged = records.with_columns(slip_flags(self.slips, self.label)).filter(pl.any_horizontal(counted))
            frames.append(flagged.group_by(keys).agg(pl.col(counted).sum()))
        joined = frames[0]
        for frame in frames[1:]:
            joined = joined.join(frame, on=keys, how="left", nulls_equal=True)
        nothing = pl.lit(0, dtype=pl.UInt32)
        refused = [pl.col(name).fill_null(0) if name in counted else nothing.alias(name) for name in {*flags, *counted}]
        trimmed = [pre_aggregation.trimmed(text).alias(name) for name, text in texts.items()]
        return joined.with_columns(refused).with_columns(trimmed).drop(texts.values())

    def label(self, name: str, text: pl.Expr) -> pl.Expr:
        """The compared form of a column's texts: lower case, with one spelling for each group and agency."""
        lower = text.str.to_lowercase()
        if name in self.open:
            return self._spelling(name, text)
        if name not in self.names:
            return lower
        return pl.coalesce(self._spelling(name, text).str.to_lowercase(), lower)

    def _spelling(self, name: str, text: pl.Expr) -> pl.Expr:
        """A listed group by its id, an unlisted group folded: medians over two spellings could not be combined."""
        names = self.names.get(name)
        if names is None and name not in self.open:
            return text
        text = text.str.to_lowercase().str.replace_all(r"\s+", " ")
        if names is None:
            return text
        if name != AGENCY:
            text = text.str.replace_all(" ", "", literal=True)
        return text.replace_strict(dict(names.spellings), default=None, return_dtype=pl.String)

    def _group(self, name: str) -> pl.Expr:
        """The group of a record. A record without an agency belongs to the only agency that sends the list."""
        group = self._spelling(name, pl.col(name))
        if name != AGENCY or len(self.list.agencies) > 1:
            return group
        return pl.when(pl.col(name).is_null()).then(pl.lit(self.list.agencies[0])).otherwise(group)

    def _compiled(self, number: int, aggregate: Aggregate) -> CompiledAggregate:
        """An aggregate as Polars expressions.

        Args:
            number: The number of the aggregate in its query.
            aggregate: The aggregate.
        """
        of, where = aggregate.of, aggregate.where
        value = None
        if of is not None:
            if aggregate.function != "count":
                value = self.rows.number(of).cast(pl.Float64)
            else:
                value = self.rows.distinct(of) if aggregate.distinct else self.rows.value(of)
        condition = None if where is None else self.rows.value(where)
        return CompiledAggregate(number, aggregate, _per_record(value, of), _per_record(condition, where))


_BOUNDS = ("period_start", "period_end")
"""Names of dates that conditions may use besides the columns of a list."""


def _per_record(value: pl.Expr | None, node: Expression | None) -> pl.Expr | None:
    """A value for each record. A constant is repeated for each record: Polars would aggregate it as one value."""
    if value is None or node is None or names(node):
        return value
    return pl.when(pl.col(PIECE).is_not_null()).then(value)
