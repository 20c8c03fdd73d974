"""A scan of every public form for what is withheld: no number of a withheld row stands in any part of any file.

The withheld rows of the board have numbers of five digits that no other row has, so that each can be sought as text, in
the parts of workbooks and documents as well. That the papers for the board hold them shows that the scan sees them.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache

import polars as pl

import pmf_engine as pmf
from pmf_engine.disclosure.public import for_public
from pmf_engine.disclosure.published import PublishedPaper, published_rows
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import altered
from tests.disclosure.test_statuses import DAY, PERIODS, RULES, forms
from tests.support.attacked_rows import FIGURES, INDICATOR

SECRET, OPEN = ("A", "B"), ("C", "D")
QUARTERS = [f"{year}-{year - 1999} Q{number}" for year in (2016, 2017) for number in (1, 2, 3, 4)]


@cache
def framework() -> pmf.Framework:
    """A share that is red in every district, and the number that it is a share of."""
    lines = INDICATOR.format(id="share", formula="percent(part, all)") + INDICATOR.format(id="number", formula="part")
    bands = (
        "  share: {good: at most 20, tolerance: at most 30}\n  number: {good: at most 9000, tolerance: at most 9500}\n"
    )
    head = FIGURES.replace("kind: flow", "kind: flow, plausible: between 0 and 99999")
    return pmf.Framework.from_text(head + lines.replace(", ward]}", "]}"), RULES + bands)


def counts(at: int, group: str) -> tuple[int, int]:
    """The part and all of a quarter and a district: five digits that stand nowhere else; in A and B few are left."""
    part = 10_007 + 1_009 * at + 211 * "ABCD".index(group)
    return part, part + ((3, 4, 13_331, 15_551)["ABCD".index(group)] + (7 * at if group in OPEN else 0))


def evaluation(period: str) -> pmf.Evaluation:
    rows = [
        (quarter, "care", figure, group, str(count))
        for at, quarter in enumerate(QUARTERS)
        for group in "ABCD"
        for figure, count in zip(("part", "all"), counts(at, group), strict=True)
    ]
    returns = pl.DataFrame(rows, schema=["period", "agency", "figure", "district", "value"], orient="row")
    sent = pmf.Submissions.from_frames(framework(), returns.with_columns(received=pl.lit(DAY)), received_on="received")
    return pmf.evaluate(framework(), sent, period=period, as_of=DAY)


def text_of(content: str | bytes) -> str:
    """All that stands in a file: each part of an archive, and frames as text; digits without commas."""
    if isinstance(content, bytes) and content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = [f"{name}\n{archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()]
        return without_commas("\n".join(parts))
    if isinstance(content, bytes) and content.startswith(b"PAR1"):
        return pl.read_parquet(content).write_json()
    return without_commas(content.decode() if isinstance(content, bytes) else content)


def without_commas(words: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", words)


def numbers_of(rows: pl.DataFrame) -> set[float]:
    """The numbers of rows, their intervals and what is left of their denominators."""
    left = rows.select(pl.col("denominator") - pl.col("numerator")).to_series()
    columns = [*(rows[name] for name in ("value", "numerator", "denominator", "lower", "upper")), left]
    return {number for column in columns for number in column.drop_nulls().to_list()}


def secrets(board: pmf.Evaluation, public: pmf.Evaluation) -> set[str]:
    """The numbers of withheld rows that no published row has, as they may be written; without those that are short."""
    key = ["indicator", "start", "months", "by", "group"]
    hidden, shown = set[float](), set[float]()
    for ours, theirs in ((board.judged, public.judged), (board.own, public.own)):
        if ours is None or theirs is None:
            continue
        withheld = theirs.filter(status=Status.SUPPRESSED.value).select(key)
        hidden |= numbers_of(ours.join(withheld, on=key, nulls_equal=True))
        shown |= numbers_of(theirs.filter(pl.col("status") != Status.SUPPRESSED.value))
    return {repr(number)[:9].removesuffix(".0") for number in hidden - shown if len(repr(number)) >= 7}


def seen(content: str | bytes, numbers: set[str]) -> list[str]:
    """The numbers that stand in a file."""
    runs = set(re.findall(r"\d+(?:\.\d+)?", text_of(content)))
    return sorted(number for number in numbers if any(run.startswith(number) for run in runs))


@cache
def boards() -> tuple[list[pmf.Evaluation], list[pmf.Evaluation]]:
    """The evaluations of two quarters and a year, for the board and for the public."""
    ours = [evaluation(period) for period in PERIODS]
    theirs: list[pmf.Evaluation] = []
    for each in ours:
        theirs.append(for_public(each, [PublishedPaper(published_rows(one), one.framework) for one in theirs]))
    return ours, theirs


def test_no_number_of_a_withheld_row_stands_in_any_public_form() -> None:
    ours, theirs = boards()
    hidden = set[str]().union(*map(secrets, ours, theirs))
    assert len(hidden) > 100
    assert {name: found for name, form in forms(theirs).items() if (found := seen(form, hidden))} == {}


def test_the_scan_sees_a_number_that_is_published_by_mistake() -> None:
    """One withheld row has its numbers in an otherwise public paper."""
    ours, theirs = boards()
    key = {"indicator": "share", "group": "A", "period": PERIODS[1]}
    [row] = ours[1].judged.filter(**key).rows(named=True)
    at = pl.all_horizontal(pl.col(name) == value for name, value in key.items())
    told = {name: pl.when(at).then(pl.lit(row[name])).otherwise(name) for name in ("numerator", "denominator", "value")}
    status = pl.when(at).then(pl.lit("red")).otherwise("status").cast(theirs[1].judged["status"].dtype)
    judged = theirs[1].judged.with_columns(**told, status=status, level=pl.lit(1, pl.Int8))
    made = forms([altered(theirs[1], judged=judged), theirs[2]])
    hidden = secrets(ours[1], theirs[1])
    blind = {name for name, form in made.items() if name.startswith("paper 0, ") and not seen(form, hidden)}
    assert blind == {"paper 0, terminal, first"}  # it has no districts
