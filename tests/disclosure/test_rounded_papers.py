"""Papers of rounded counts: what they show, which ratings they keep, and that no exact count is in any form of them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.disclosure.public import DisclosureError, for_public
from pmf_engine.disclosure.published import PublishedPaper, published_rows
from pmf_engine.disclosure.rounding import Rounding
from pmf_engine.domain.status import ReasonKind, Status
from pmf_engine.render.renderers import RENDERERS, RESULT_RENDERERS, PageOptions
from pmf_engine.render.year_renderers import PAPER_RENDERERS
from pmf_engine.report.annual import annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.build import exception_report
from pmf_engine.report.depth import Depth
from pmf_engine.report.paper import Written
from pmf_engine.report.snapshots import snapshot_files
from tests.disclosure.test_public import LAST, build, row
from tests.support.boards import evaluate, write_board, write_returns

TO_FIVE = "disclosure: {suppress_below: 6, round_to: 5}"
EXACT = {"North": (1237, 2411), "South": (1408, 3673)}
"""Children seen, of those known."""


def sent(counts: dict[str, tuple[int, int]], period: str = LAST) -> str:
    rows = [
        f"{period},care,{figure},{group},{number},"
        for group, numbers in counts.items()
        for figure, number in zip(("seen", "known"), numbers, strict=True)
    ]
    return "\n".join(rows)


def rounded(folder: Path, counts: dict[str, tuple[int, int]], disclosure: str = TO_FIVE) -> pmf.Evaluation:
    return for_public(build(folder, sent(counts), disclosure=disclosure))


@pytest.mark.parametrize(
    ("count", "base", "shown"),
    [(0, 5, 0), (6, 5, 5), (7, 5, 5), (8, 5, 10), (12, 5, 10), (13, 5, 15), (14, 10, 10), (15, 10, 20), (25, 10, 30)],
)
def test_a_count_is_rounded_to_the_nearest_multiple_halves_up(count: int, base: int, shown: int) -> None:
    assert Rounding(base, 6).of(count) == shown


def test_a_row_shows_rounded_counts_and_what_is_worked_out_from_them(tmp_path: Path) -> None:
    public = rounded(tmp_path, {"North": (18, 44), "South": (0, 52)})
    share = row(public, "share", "North")
    assert (share["numerator"], share["denominator"]) == (20, 45)
    assert share["value"] == pytest.approx(100 * 20 / 45)
    assert [row(public, "share", "South")[name] for name in ("numerator", "denominator", "value")] == [0, 50, 0]
    assert row(public, "number")["value"] == 20
    assert [row(public, "of_all", group)["value"] for group in (None,)] == [95]
    left_out = ("lower", "upper", "direction", "escalate_to", "mean", "good_low")
    assert [share[name] for name in left_out] == [None] * len(left_out)
    assert share["level"] == -1


def test_a_small_count_is_withheld_and_its_neighbour_is_not(tmp_path: Path) -> None:
    """Without rounding the South would have to go, too: 28 less 25 would be the North."""
    public = rounded(tmp_path, {"North": (3, 20), "South": (25, 40)})
    assert row(public, "number", "North")["status"] == Status.SUPPRESSED
    assert row(public, "number", "South")["value"] == 25
    assert row(public, "number")["value"] == 30


@pytest.mark.parametrize(
    ("part", "whole", "status"),
    [
        (18, 31, Status.NOT_RATED),  # 58.1 % is amber; 20 of 30 would be green
        (20, 33, Status.NOT_RATED),  # 60.6 % is green, and 18 of 37 would be amber
        (45, 60, Status.GREEN),  # 43 of 62 are 69.4 %
        (30, 60, Status.AMBER),  # from 28 of 62, 45.2 %, to 32 of 58, 55.2 %
        (10, 60, Status.RED),
        (0, 60, Status.RED),
        (60, 60, Status.GREEN),  # none is left: everyone knows that no part is larger than its whole
    ],
)
def test_a_rating_is_shown_where_no_rounding_can_change_it(
    tmp_path: Path, part: int, whole: int, status: Status
) -> None:
    found = row(rounded(tmp_path, {"North": (part, whole), "South": (100, 400)}), "share", "North")
    assert found["status"] == status
    assert (found["reason_kind"] == ReasonKind.ROUNDED) is (status == Status.NOT_RATED)
    assert (found["reason"] is not None) is (status == Status.NOT_RATED)


def test_a_band_that_looks_up_a_rounded_number_rates_nothing(tmp_path: Path) -> None:
    rows = f"{sent(EXACT, '2016-17 Q1')}\n{sent(EXACT)}"
    found = row(for_public(build(tmp_path, rows, disclosure=TO_FIVE)), "of_all")
    assert (found["status"], found["reason_kind"]) == (Status.NOT_RATED, ReasonKind.ROUNDED)


def test_money_is_not_rounded(tmp_path: Path) -> None:
    figures = (
        "cost: {title: Cost, from: care, kind: flow, frequency: quarterly, unit: pounds}\n"
        "seen: {title: Seen, from: care, kind: flow, frequency: quarterly}"
    )
    indicators = (
        "each: {frequency: quarterly, formula: 'rate(cost, seen, 1)'}\nall: {frequency: quarterly, formula: cost}"
    )
    write_board(tmp_path, figures, indicators)
    tolerances = tmp_path / "tolerances.yaml"
    tolerances.write_text(f"{tolerances.read_text('utf-8')}\n{TO_FIVE}\n", "utf-8")
    write_returns(tmp_path, f"period,agency,figure,value\n{LAST},care,cost,12341\n{LAST},care,seen,22")
    public = for_public(evaluate(tmp_path, LAST))
    assert (row(public, "each")["numerator"], row(public, "each")["denominator"]) == (12341, 20)
    assert row(public, "all")["value"] == 12341


def forms(evaluation: pmf.Evaluation) -> dict[str, str]:
    """The text of every form of a paper, archives unpacked."""
    options, report = PageOptions(width=100, depth=Depth.ALL), exception_report(evaluation)
    made: dict[str, str | bytes] = {name: render(report, options) for name, render in RENDERERS.items()}
    made |= {f"results {name}": render(evaluation, options) for name, render in RESULT_RENDERERS.items()}
    year = annual_report(BoardYear(evaluation))
    written = Written(year, annual_paper(year), as_of=date(2017, 6, 30))
    made |= {
        f"annual {name}": PAPER_RENDERERS[name](written, options)
        for name in ("terminal", "markdown", "html", "json", "docx", "xlsx")
    }
    made |= {f"snapshot {name}": content for name, content in snapshot_files(evaluation, report).items()}
    return {name: _text(content) for name, content in made.items()}


def _text(content: str | bytes) -> str:
    if isinstance(content, str):
        return content
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if content[:4] == b"PAR1":
        return pl.read_parquet(io.BytesIO(content)).write_json()
    return content.decode("utf-8")


@pytest.mark.parametrize("period", ["2016-17 Q2", "2016-17"])
def test_no_exact_count_is_in_any_form(tmp_path: Path, period: str) -> None:
    quarters = ["2016-17 Q1", "2016-17 Q2", "2016-17 Q3", "2016-17 Q4"]
    build(tmp_path, "\n".join(sent(EXACT, quarter) for quarter in quarters), disclosure=TO_FIVE)
    public = for_public(evaluate(tmp_path, period, date(2017, 6, 30)))
    of_quarter = [*EXACT["North"], *EXACT["South"], 1237 + 1408, 2411 + 3673]
    exact = {f"{number:{form}}" for each in of_quarter for number in (each, 4 * each) for form in ("d", ",d")}
    shares = {f"{100 * part / whole:.4f}" for part, whole in (*EXACT.values(), (1237 + 1408, 2411 + 3673))}
    assert row(public, "number", period=period)["value"] in (2645, 4 * 2645)
    found = [
        (name, number)
        for name, text in forms(public).items()
        for number in (exact | shares) - {"2645", "2,645", "10580", "10,580"}
        if re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d)", text)
    ]
    assert found == []


def test_every_form_says_that_counts_are_rounded(tmp_path: Path) -> None:
    build(tmp_path, "\n".join(sent(EXACT, f"2016-17 Q{number}") for number in (1, 2, 3, 4)), disclosure=TO_FIVE)
    made = forms(for_public(evaluate(tmp_path, "2016-17", date(2017, 6, 30))))
    tables = {name for name in made if name in ("snapshot figures.parquet", "snapshot inputs.json")}
    tables |= {"snapshot published.parquet", "snapshot indicators.yaml", "snapshot tolerances.yaml"}
    silent = [
        name
        for name, text in made.items()
        if name not in tables and "ounts are rounded to" not in " ".join(text.split())
    ]
    assert silent == []


def test_exact_counts_after_rounded_ones_are_refused(tmp_path: Path) -> None:
    before = rounded(tmp_path, EXACT)
    earlier = [PublishedPaper(published_rows(before), before.framework)]
    assert earlier[0].rounded_to == 5
    assert row(for_public(build(tmp_path, sent(EXACT), disclosure=TO_FIVE), earlier), "number")["value"] == 2645
    with pytest.raises(DisclosureError, match=r"earlier papers for the public rounded .* write `round_to: 5` beside"):
        for_public(build(tmp_path, sent(EXACT)), earlier)
