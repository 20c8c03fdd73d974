"""`better_off`: one definition from which an indicator and its faces have their formulas.

The scores of a list before and after tell whether anyone is better off: the share of those scored twice who are better
(the indicator itself) and who are worse, their mean change, and the share of all records that are scored twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import ComposedPassage, Span
from pmf_engine.domain.faces import FACES, face_of, indicator_of
from pmf_engine.formula.parser import parse_formula
from pmf_engine.formula.syntax import Aggregate
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.references import report_unknown
from pmf_engine.framework.model import Indicator

_TWICE = "{before} is not missing and {after} is not missing"
_FORMULAS = {
    "": f"percent(count({{of}} where {{after}} - {{before}} >= {{least_change}}), count({{of}} where {_TWICE}))",
    "worse": f"percent(count({{of}} where {{before}} - {{after}} >= {{least_change}}), count({{of}} where {_TWICE}))",
    "mean_change": f"mean({{after}} - {{before}} of {{of}} where {_TWICE})",
    "scored": f"percent(count({{of}} where {_TWICE}), count({{of}}))",
}
"""The formula of the indicator and of each face, in the keys of `better_off`. In a list of spells `of` is followed by
`ended`: a score after belongs to the period in which the work ended."""

_SPREAD = (
    f"count({{of}} where {_TWICE})",
    f"mean(({{after}} - {{before}}) * ({{after}} - {{before}}) of {{of}} where {_TWICE})",
)
"""How many the mean change is of, and the mean of the squared changes."""

_TITLES = {"worse": "worse off", "mean_change": "mean change of the score", "scored": "scored before and after"}
"""What the title of a face says after the title of its indicator."""


def expand_better_off(draft: Draft) -> None:
    """Puts in the draft the formula and the faces of each indicator with `better_off`.

    An indicator whose `better_off` has a mistake, which is reported, is taken out.
    """
    if not any(one.better_off for one in draft.model.indicators.values()):
        return
    indicators: dict[str, schema.Indicator] = {}
    for id_, definition in draft.model.indicators.items():
        if definition.better_off is None:
            indicators[id_] = definition
        elif _is_sound(draft, id_, definition.better_off):
            indicators |= _expanded(draft, id_, definition, definition.better_off)
        else:
            draft.at.unsure.add(("indicators", id_))
    draft.model = draft.model.model_copy(update={"indicators": indicators})


def with_answers(draft: Draft, indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """The indicators, where those of a `better_off` have what only they have.

    With `respond` they depend on the share that was scored twice; a mean change has the spread of the changes.
    """
    faces: dict[str, Indicator] = {}
    for id_, indicator in indicators.items():
        better_off = draft.model.indicators[id_].better_off
        if better_off is None:
            continue
        scored = f"{indicator_of(id_)}.scored"
        if better_off.respond is not None and id_ != scored and scored in indicators:
            indicator = replace(indicator, answered=(scored, better_off.respond))
        if face_of(id_) == "mean_change":
            spread = _spread(draft, id_, better_off)
            indicator = replace(indicator, spread=spread, aggregates=(*indicator.aggregates, *spread))
        faces[id_] = indicator
    return {**indicators, **faces}


def _spread(draft: Draft, id_: str, better_off: schema.BetterOff) -> tuple[Aggregate, Aggregate]:
    """The aggregates of `_SPREAD` over the columns of a `better_off`."""
    texts, where = _texts(draft, better_off), ("indicators", indicator_of(id_), "better_off")
    spans = {key: draft.at.span(*where, key) for key in texts}
    number, squares = (parse_formula(_composed(pattern, texts, spans, draft.at.span(*where))) for pattern in _SPREAD)
    assert isinstance(number, Aggregate)
    assert isinstance(squares, Aggregate)
    return number, squares


def _is_sound(draft: Draft, id_: str, better_off: schema.BetterOff) -> bool:
    """Whether the list and the columns are there and hold scores; what is wrong is reported."""
    where, before = ("indicators", id_, "better_off"), len(draft.diagnostics)
    if "formula" in draft.at.data["indicators"][id_]:
        draft.diagnostics.append(messages.better_off_with(draft.at.key("indicators", id_, "formula"), id_, "formula"))
    list_ = draft.model.lists.get(better_off.of)
    if list_ is None:
        if not draft.doubts(better_off.of):
            report_unknown(draft, draft.at.span(*where, "of"), "list", better_off.of, draft.model.lists, "lists")
        return False
    for key in ("before", "after"):
        column = getattr(better_off, key)
        span = draft.at.span(*where, key)
        if column not in list_.columns:
            if not draft.at.doubts("lists", better_off.of, "columns"):
                draft.diagnostics.append(messages.unknown_column(span, column, better_off.of, list_.columns))
        elif list_.columns[column].type.strip().removesuffix("?").rstrip() not in ("number", "percent"):
            draft.diagnostics.append(messages.score_of_no_number(span, column, better_off.of))
    if better_off.before == better_off.after:
        draft.diagnostics.append(messages.one_score(draft.at.span(*where, "after"), better_off.after))
    return len(draft.diagnostics) == before


def _expanded(
    draft: Draft, id_: str, definition: schema.Indicator, better_off: schema.BetterOff
) -> Iterator[tuple[str, schema.Indicator]]:
    """The indicator and its faces by id, with their formulas, whose parts point at the keys of `better_off`."""
    where = ("indicators", id_, "better_off")
    texts = _texts(draft, better_off)
    spans = {key: draft.at.span(*where, key) for key in texts}
    for face in ("", *FACES):
        own = f"{id_}.{face}" if face else id_
        passage = _composed(_FORMULAS[face], texts, spans, draft.at.span(*where))
        draft.at.composed["indicators", own, "formula"] = passage
        change: dict[str, object] = {"formula": passage.text}
        if face == "scored":
            change["evidence_type"] = "quality"  # how many answered tells how well it was done
        if face:
            change |= {"title": f"{definition.title}: {_TITLES[face]}", "examples": [], "compare": [], "formerly": []}
        yield own, definition.model_copy(update=change)


def _texts(draft: Draft, better_off: schema.BetterOff) -> dict[str, str]:
    """What stands in formulas in the place of each key of a `better_off`."""
    ended = " ended" if draft.model.lists[better_off.of].spell else ""
    return {
        "of": better_off.of + ended,
        "before": better_off.before,
        "after": better_off.after,
        "least_change": format(Decimal(repr(better_off.least_change)).normalize(), "f"),
    }


def _composed(pattern: str, texts: Mapping[str, str], spans: Mapping[str, Span], whole: Span) -> ComposedPassage:
    """A text from a pattern with the names of keys in braces, each of which points at its value in the file."""
    text, parts = "", []
    for piece in pattern.split("{"):
        key, brace, rest = piece.partition("}")
        if not brace:
            text += piece
            continue
        parts.append((len(text), len(text) + len(texts[key]), spans[key]))
        text += texts[key] + rest
    return ComposedPassage(whole.source, text, whole.start, whole, tuple(parts))
