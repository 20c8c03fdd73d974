"""Many figures as a board sends them, a CSV row each, and who works out shares of them: the engine, Polars by hand.

A thousand figures from twenty agencies over forty quarters are 800,000 rows; a thousand indicators are shares of one
figure in the sum of two, over all agencies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

FIRST_YEAR = 2007

Row = tuple[str, str, str | None, float]


def write_board(folder: Path, figures: int, agencies: int) -> None:
    """A board with so many figures, each sent by all agencies, and as many shares."""
    named = ", ".join(f"agency_{place}" for place in range(agencies))
    lines = [
        "board: {name: Large Board, submissions: returns}",
        "agencies:",
        *(f"  agency_{place}: Agency {place}" for place in range(agencies)),
        "content_areas: {area: {title: Area, kind: priority}}",
        "figures:",
        *(
            f"  figure_{place}: {{title: Figure, from: [{named}], kind: flow, frequency: quarterly}}"
            for place in range(figures)
        ),
        "indicators:",
    ]
    for place in range(figures):
        other = (place + 1) % figures
        lines += [
            f"  share_{place:04}:",
            "    {title: Share, content_area: area, evidence_type: quantity, lead_agency: agency_0,",
            f'    frequency: quarterly, formula: "percent(figure_{place}, figure_{place} + figure_{other})"}}',
        ]
    rules = ["governance: {board: Board}", "tolerances:"]
    rules += [f"  share_{place:04}: {{good: at least 50, tolerance: at least 48}}" for place in range(figures)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "indicators.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tolerances.yaml").write_text("\n".join(rules) + "\n", encoding="utf-8")


def write_returns(folder: Path, figures: int, agencies: int, quarters: int) -> None:
    """A file for each quarter, as agencies send them."""
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    for quarter in range(quarters):
        year = FIRST_YEAR + quarter // 4
        label = f"{year}-{(year + 1) % 100:02} Q{quarter % 4 + 1}"
        pl.select(place=pl.int_range(figures * agencies)).select(
            period=pl.lit(label),
            agency=pl.format("agency_{}", pl.col("place") % agencies),
            figure=pl.format("figure_{}", pl.col("place") // agencies),
            value=100 + pl.col("place").hash(seed=quarter) % 900,
        ).write_csv(folder / f"return_{quarter:02}.csv")


def engine(board: Path, returns: Path) -> Iterator[Row]:
    """As its users do: both YAML files checked, every cell read and accounted for, statuses, runs and charts."""
    import pmf_engine as pmf

    framework = pmf.load_framework(board)
    submissions = pmf.read_submissions(returns, framework)
    results = pmf.evaluate(framework, submissions, as_of=date(2017, 6, 30)).results
    return results.select("indicator", "period", "group", "value").iter_rows()


def polars(board: Path, returns: Path) -> Iterator[Row]:
    """One lazy query: summed over agencies, a column per figure, shares of these, and red, amber or green."""
    import polars as pl

    summed = (
        pl.scan_csv(returns / "*.csv", schema_overrides={"value": pl.Float64})
        .group_by("period", "figure")
        .agg(pl.col("value").sum())
        .collect(engine="streaming")
    )
    wide = summed.pivot("figure", index="period", values="value")
    count = wide.width - 1

    def share(place: int) -> pl.Expr:
        part, other = pl.col(f"figure_{place}"), pl.col(f"figure_{(place + 1) % count}")
        return (100 * part / (part + other)).alias(f"share_{place:04}")

    shares = wide.select("period", *map(share, range(count))).unpivot(index="period", variable_name="indicator")
    rated = shares.with_columns(
        status=pl.when(pl.col("value") >= 50).then(pl.lit("green"))
        .when(pl.col("value") >= 48).then(pl.lit("amber")).otherwise(pl.lit("red"))
    )  # fmt: skip
    return ((indicator, period, None, value) for period, indicator, value, _ in rated.iter_rows())


CONTENDERS: Mapping[str, Callable[[Path, Path], Iterator[Row]]] = {"engine": engine, "Polars by hand": polars}
