"""Problems of texts that conditions ask for: those that no record holds, and records whose text is a slip away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pmf_engine.records.asked_texts import asked_texts, compared
from pmf_engine.records.queries import ListPlan
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.list_values import typed
from pmf_engine.submissions.problems import Problem, meant, say


def text_problems(
    pieces: Sequence[ListPart], plan: ListPlan, held: Mapping[str, Mapping[str, str]]
) -> Iterator[Problem]:
    """What is wrong with the texts of a list's records and of its conditions.

    Args:
        pieces: The pieces as they were counted.
        plan: The plan of their queries.
        held: The texts of records by column and folded text.
    """
    files = list({(piece.file, piece.sheet): piece for piece in pieces if piece.frame is not None}.values())
    for column, texts in plan.asked.items():
        for text, written in texts.items():
            if held[column] and text not in held[column]:
                help_ = meant(written, held[column].values())
                message = say("text-nowhere", text=written, column=column, who=_who(plan, column, text), help=help_)
                yield Problem(files[0].file, files[0].sheet, None, column, written, "text-nowhere", message)
    for column, slips in plan.slips.items():
        for piece in files:
            yield from _slips(piece, plan, column, slips)


def _slips(piece: ListPart, plan: ListPlan, column: str, slips: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Each text of a file that is a slip away from one that is asked for, at its first record."""
    near = {other: text for text, others in slips.items() for other in sorted(others)}
    found = (
        typed(piece, plan.list, [column, plan.list.start], 0, patient=True)
        .with_columns(plan.label(column, pl.col(column)).alias(":text"))
        .filter(pl.col(":text").is_in(sorted(near)))
        .group_by(":text")
        .agg(pl.col(ROW).min(), pl.col(column).sort_by(ROW).first(), pl.len().alias(":len"))
        .sort(ROW)
        .collect(engine="streaming")
    )
    for text, row, written, count in found.iter_rows():
        asked = plan.asked[column][near[text]]
        more = f" ({count} records)" if count > 1 else ""
        words = {"asked": asked, "column": column, "who": _who(plan, column, near[text]), "more": more}
        message = say("text-slip", text=written, **words)
        yield Problem(piece.file, piece.sheet, row, piece.titles.get(column, column), written, "text-slip", message)


def _who(plan: ListPlan, column: str, text: str) -> str:
    """The indicators that ask for a text, as the subject of a sentence with its verb."""
    names = [
        indicator.id
        for indicator in plan.vocabulary.framework.indicators.values()
        for aggregate in indicator.aggregates
        if aggregate.list.name == plan.list.id
        and (column, text) in {(each, compared(asked, column in plan.open)) for each, asked in asked_texts(aggregate)}
    ]
    first, *others = dict.fromkeys(names)
    if not others:
        return f"`{first}` asks"
    return f"`{first}` and {len(others)} other indicator{'' if len(others) == 1 else 's'} ask"
