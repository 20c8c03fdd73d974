"""What became of those scored before and after, in words."""

from __future__ import annotations

from pmf_engine.evaluation.scored_twice import ScoredTwice
from pmf_engine.judgement.formatting import show_rounded


def scored_twice_words(scored: ScoredTwice) -> str:
    """How many were scored twice and what became of them, as one sentence.

    >>> scored_twice_words(ScoredTwice(310, 212, 148, 23, 1.69, 1.48, 1.91, 1))
    'Of 310, 212 were scored twice: 148 better, 41 the same, 23 worse; mean change +1.7, 1.5 to 1.9.'
    >>> scored_twice_words(ScoredTwice(310, 0, 0, 0, None, None, None, 1))
    'Of 310, none was scored twice.'
    """
    if not scored.scored:
        return f"Of {scored.records:,}, none was scored twice."
    twice = f"{scored.scored:,} {'was' if scored.scored == 1 else 'were'} scored twice"
    became = f"{scored.better:,} better, {scored.same:,} the same, {scored.worse:,} worse"
    return f"Of {scored.records:,}, {twice}: {became}{_mean(scored)}."


def _mean(scored: ScoredTwice) -> str:
    """The mean change with its sign, and its interval."""
    if scored.mean_change is None:
        return ""
    shown = show_rounded(scored.mean_change, scored.places)
    plus = "" if shown.startswith(("-", "−")) or scored.mean_change <= 0 else "+"
    if scored.lower is None or scored.upper is None:
        return f"; mean change {plus}{shown}"
    ends = " to ".join(show_rounded(end, scored.places) for end in (scored.lower, scored.upper))
    return f"; mean change {plus}{shown}, {ends}"
