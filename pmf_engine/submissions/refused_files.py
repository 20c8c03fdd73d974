"""Refused files: returns of which no cell names an agency. Their names may tell the agency and the period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from pmf_engine.domain.periods import parse_period
from pmf_engine.submissions.layouts.grid import Label
from pmf_engine.submissions.layouts.mapped import layouts_of
from pmf_engine.submissions.layouts.naming import AGENCY, PERIOD, Lexicon
from pmf_engine.submissions.layouts.titles import TitlesDifferError, from_titles, names_of_file
from pmf_engine.submissions.sent import REFUSED_FILES, Sent


def with_refused_files(sent: Sent, lexicon: Lexicon) -> Sent:
    """What was sent, with the agency and the months of each file or sheet of returns of which nothing was read.

    The figures of that agency and these months are then invalid, and not late; an older number does not stand for them;
    and the problems of such a file go to the agency.

    Args:
        sent: What was sent.
        lexicon: What texts name.
    """
    placed = sent.cells.filter(pl.col("agency").is_not_null())
    senders = dict(placed.group_by("file").agg(pl.col("agency").unique()).iter_rows())
    agencies = _agencies((file for file in sent.received if file not in senders), lexicon)
    whose = agencies | {file: sender for file, (sender, *others) in senders.items() if not others}
    sheets = sent.unread.select("file", "sheet").unique(maintain_order=True)
    sheets = sheets.join(placed, on=["file", "sheet"], how="anti").drop_nulls()
    places = [*((file, None) for file in agencies), *sheets.iter_rows()]
    months = [
        (file, whose[file], month) for file, sheet in places if file in whose for month in _months(file, sheet, lexicon)
    ]
    refused = [(file, sent.received[file], agency, month) for file, agency, month in dict.fromkeys(months)]
    of_file = pl.col("file").replace_strict(agencies, default=None, return_dtype=pl.String)
    own = pl.coalesce("agency", of_file).alias("agency")
    return replace(
        sent,
        unread=sent.unread.with_columns(own),
        problems=sent.problems.with_columns(own),
        refused=pl.DataFrame(refused, schema=REFUSED_FILES, orient="row"),
    )


def _agencies(files: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """The agency of each file whose name, or the one layout of that name, tells it."""
    agencies: dict[str, str] = {}
    for file in files:
        layouts = layouts_of(file, lexicon.words.framework.layouts)
        if len(layouts) == 1:
            agencies[file] = layouts[0].agency
            continue
        agency = _told(AGENCY, names_of_file(file, None), lexicon)
        if agency in lexicon.words.agencies.titles:
            agencies[file] = agency
    return agencies


def _months(file: str, sheet: str | None, lexicon: Lexicon) -> Iterator[int]:
    """Every month of the period that the names of a file and of its sheet tell.

    A sheet whose own name says nothing of it, such as `Notes`, is for no period.
    """
    names = names_of_file(file, sheet)
    told = _told(PERIOD, names, lexicon)
    if sheet is not None and told == _told(PERIOD, names[1:], lexicon) and not _told(PERIOD, names[:1], lexicon):
        return
    period = parse_period(told, lexicon.year_start)
    if period is not None:
        yield from range(period.start, period.end)


def _told(role: str, names: Sequence[Label], lexicon: Lexicon) -> str:
    """What names tell for a role; empty where they tell nothing, or two things."""
    try:
        label = from_titles(role, names, lexicon)
    except TitlesDifferError:
        return ""
    return "" if label is None else label.text
