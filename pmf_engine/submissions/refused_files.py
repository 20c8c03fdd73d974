"""Refused files: the agency of a file of which no cell names one, by the name of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from pmf_engine.submissions.layouts.mapped import layouts_of
from pmf_engine.submissions.layouts.naming import AGENCY, Lexicon
from pmf_engine.submissions.layouts.titles import TitlesDifferError, from_titles, names_of_file
from pmf_engine.submissions.sent import Sent


def with_agencies_of_names(sent: Sent, lexicon: Lexicon) -> Sent:
    """What was sent, with the agency of each file of returns of which nothing was read, where its name tells it.

    Its figures are then invalid where nothing else came, and not late; and its problems go to the agency.

    Args:
        sent: What was sent.
        lexicon: What texts name.
    """
    named = set(sent.cells.filter(pl.col("agency").is_not_null())["file"].unique())
    agencies = _agencies((file for file in sent.received if file not in named), lexicon)
    if not agencies:
        return sent
    of_file = pl.col("file").replace_strict(agencies, default=None, return_dtype=pl.String)
    own = pl.coalesce("agency", of_file).alias("agency")
    return replace(sent, unread=sent.unread.with_columns(own), problems=sent.problems.with_columns(own))


def _agencies(files: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """The agency of each file whose name, or the one layout of that name, tells it."""
    agencies: dict[str, str] = {}
    for file in files:
        layouts = layouts_of(file, lexicon.words.framework.layouts)
        if len(layouts) == 1:
            agencies[file] = layouts[0].agency
            continue
        try:
            label = from_titles(AGENCY, names_of_file(file, None), lexicon)
        except TitlesDifferError:
            continue
        if label is not None and label.text in lexicon.words.agencies.titles:
            agencies[file] = label.text
    return agencies
