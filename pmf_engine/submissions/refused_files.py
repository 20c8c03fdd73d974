"""Refused files: returns of which no cell names an agency. Their names may tell the agency and the period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from pmf_engine.domain.periods import parse_period
from pmf_engine.submissions.layouts.mapped import layouts_of
from pmf_engine.submissions.layouts.naming import AGENCY, PERIOD, Lexicon
from pmf_engine.submissions.layouts.titles import TitlesDifferError, from_titles, names_of_file
from pmf_engine.submissions.sent import REFUSED_FILES, Sent


def with_refused_files(sent: Sent, lexicon: Lexicon) -> Sent:
    """What was sent, with the agency and the months of each file of returns of which nothing was read.

    The figures of that agency and these months are then invalid, and not late; an older number does not stand for them;
    and the problems of the file go to the agency.

    Args:
        sent: What was sent.
        lexicon: What texts name.
    """
    named = set(sent.cells.filter(pl.col("agency").is_not_null())["file"].unique())
    agencies = _agencies((file for file in sent.received if file not in named), lexicon)
    if not agencies:
        return sent
    months = [
        (file, sent.received[file], agency, month)
        for file, agency in agencies.items()
        for month in _months(file, lexicon)
    ]
    of_file = pl.col("file").replace_strict(agencies, default=None, return_dtype=pl.String)
    own = pl.coalesce("agency", of_file).alias("agency")
    return replace(
        sent,
        unread=sent.unread.with_columns(own),
        problems=sent.problems.with_columns(own),
        refused=pl.DataFrame(months, schema=REFUSED_FILES, orient="row"),
    )


def _agencies(files: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """The agency of each file whose name, or the one layout of that name, tells it."""
    agencies: dict[str, str] = {}
    for file in files:
        layouts = layouts_of(file, lexicon.words.framework.layouts)
        if len(layouts) == 1:
            agencies[file] = layouts[0].agency
            continue
        agency = _told(AGENCY, file, lexicon)
        if agency in lexicon.words.agencies.titles:
            agencies[file] = agency
    return agencies


def _months(file: str, lexicon: Lexicon) -> Iterator[int]:
    """Every month of the period that the name of a file tells; none where it tells no period."""
    period = parse_period(_told(PERIOD, file, lexicon), lexicon.year_start)
    if period is not None:
        yield from range(period.start, period.end)


def _told(role: str, file: str, lexicon: Lexicon) -> str:
    """What the name of a file tells for a role; empty where it tells nothing, or two things."""
    try:
        label = from_titles(role, names_of_file(file, None), lexicon)
    except TitlesDifferError:
        return ""
    return "" if label is None else label.text
