"""One large list, and who counts in it: the engine, Polars by hand, DuckDB and pandas.

Each contender gets the same Parquet files and the same shares to work out, by quarter and district and for the
whole, and gives them back as rows that are compared. They differ in nothing else: each is written as somebody who
knows the tool would write it, and does the same work in one query where its tool can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DISTRICTS = [
    "Basildon", "Braintree", "Brentwood", "Castle Point", "Chelmsford", "Colchester",
    "Epping Forest", "Harlow", "Maldon", "Rochford", "Tendring", "Uttlesford",
]  # fmt: skip
SOURCES = ["health", "police", "school", "family", "other"]
FIRST, LAST = date(2015, 4, 1), date(2017, 3, 31)
IN_A_FILE = 2_500_000
_MONTHS = (
    "(year(received_on) - year(previous_on)) * 12 + month(received_on) - month(previous_on)"
    " - (day(received_on) < day(previous_on))::int"
)

Row = tuple[str, str, str | None, float]
"""An indicator's id, a quarter, a district (None for the whole), and the share in per cent."""


@dataclass(frozen=True)
class Condition:
    """What is counted, in four languages."""

    formula: str
    sql: str
    name: str
    low: int
    high: int | None = None
    source: str | None = None


def conditions(count: int) -> list[Condition]:
    """So many different conditions, of the kinds that boards have: times, ages, scores, sources, repeats."""
    made = []
    for place in range(count):
        kind, step = place % 5, place // 5
        source = SOURCES[step % 5] if step >= 20 else None  # the first hundred are of one column or two
        also = f" and source = '{source}'" if source else ""
        match kind:
            case 0:
                low = 5 + step % 40
                formula, sql = f"days(received_on, assessed_on) <= {low}", f"days <= {low}"
                made.append(Condition(formula + also, sql + also, "days", low, None, source))
            case 1:
                low, high = step % 12, step % 12 + 1 + step // 12 % 8
                text = f"age between {low} and {high}"
                made.append(Condition(text + also, text + also, "age", low, high, source))
            case 2:
                low = step % 19 - 9
                formula, sql = f"score_after - score_before >= {low}", f"gain >= {low}"
                made.append(Condition(formula + also, sql + also, "gain", low, None, source))
            case 3:
                source, low = SOURCES[step % 5], step // 5 % 17
                text = f"source = '{source}' and age >= {low}"
                made.append(Condition(text, text, "older", low, None, source))
            case _:
                low = 1 + step % 24
                formula, sql = f"months(previous_on, received_on) < {low}", f"months < {low}"
                made.append(Condition(formula + also, sql + also, "months", low, None, source))
    return made


def groups(count: int) -> list[str]:
    """The names of so many groups: districts where there are twelve, else schools."""
    return DISTRICTS if count == len(DISTRICTS) else [f"School {number:04}" for number in range(count)]


def write_board(folder: Path, count: int, split: int = len(DISTRICTS)) -> None:
    """The two files of a board with so many shares of one list, by so many groups."""
    lines = [
        "board: {name: Large Board, submissions: returns}",
        "agencies: {care: Social Care}",
        "content_areas: {area: {title: Area, kind: priority}}",
        f"breakdowns: {{district: {{title: District, groups: [{', '.join(groups(split))}]}}}}",
        "lists:",
        "  referral_list:",
        "    {title: Referrals, from: care, date: received_on, columns: {received_on: date, previous_on: date?,",
        "    assessed_on: date?, district: text, source: text, age: number, score_before: number,",
        "    score_after: number}}",
        "indicators:",
    ]
    for place, condition in enumerate(conditions(count)):
        lines += [
            f"  share_{place:04}:",
            "    {title: Share, content_area: area, evidence_type: quantity, lead_agency: care,",
            "    frequency: quarterly, by: [district],",
            f'    formula: "percent(count(referral_list where {condition.formula}), count(referral_list))"}}',
        ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "indicators.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tolerances.yaml").write_text("governance: {board: Board}\n", encoding="utf-8")


def write_records(folder: Path, count: int, split: int = len(DISTRICTS)) -> None:
    """So many records of so many groups as Parquet, in files of two and a half million.

    Each file is a part of the list by the manifest.
    """
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    manifest = ["file,received_on,covers_from,covers_to,part"]
    for number, start in enumerate(range(0, count, IN_A_FILE)):
        size = min(IN_A_FILE, count - start)

        def drawn(below: int, salt: int, size: int = size, number: int = number) -> pl.Expr:
            """Whole numbers from 0, spread evenly and always the same."""
            return pl.int_range(size).hash(seed=salt + 1000 * number) % below

        span = (LAST - FIRST).days + 1
        received = pl.lit(FIRST) + pl.duration(days=drawn(span, 1))
        pl.select(
            received_on=received.cast(pl.Date),
            previous_on=pl.when(drawn(10, 2) < 4).then(received - pl.duration(days=1 + drawn(900, 3))).cast(pl.Date),
            assessed_on=pl.when(drawn(20, 4) > 0).then(received + pl.duration(days=drawn(60, 5))).cast(pl.Date),
            district=drawn(split, 6).replace_strict(dict(enumerate(groups(split))), return_dtype=pl.String),
            source=drawn(len(SOURCES), 7).replace_strict(dict(enumerate(SOURCES)), return_dtype=pl.String),
            age=drawn(18, 8).cast(pl.Int8),
            score_before=(1 + drawn(10, 9)).cast(pl.Int8),
            score_after=(1 + drawn(10, 10)).cast(pl.Int8),
        ).write_parquet(folder / f"referral_list_{number:03}.parquet")
        manifest.append(f"referral_list_{number:03}.parquet,{LAST + timedelta(days=30)},{FIRST},{LAST},{number}")
    (folder / "manifest.csv").write_text("\n".join(manifest) + "\n", encoding="utf-8")


# -- the contenders --------------------------------------------------------------------------


def engine(board: Path, records: Path, count: int) -> Iterator[Row]:
    """As its users do: both YAML files read and checked, the folder read, every cell looked at, statuses and all."""
    import pmf_engine as pmf

    framework = pmf.load_framework(board)
    submissions = pmf.read_submissions(records, framework)
    results = pmf.evaluate(framework, submissions, as_of=date(2017, 6, 30)).results
    return results.select("indicator", "period", "group", "value").iter_rows()


def polars(board: Path, records: Path, count: int) -> Iterator[Row]:
    """One lazy query, streamed: each share a sum of truths, the whole added up from the districts."""
    import polars as pl

    received, previous = pl.col("received_on"), pl.col("previous_on")
    months = (
        (received.dt.year() - previous.dt.year()) * 12
        + (received.dt.month().cast(pl.Int32) - previous.dt.month())
        - (received.dt.day() < previous.dt.day()).cast(pl.Int32)
    )
    known: Mapping[str, pl.Expr] = {
        "days": (pl.col("assessed_on") - received).dt.total_days(),
        "gain": pl.col("score_after") - pl.col("score_before"),
        "months": months,
    }

    def held(one: Condition) -> pl.Expr:
        match one.name:
            case "days":
                test = pl.col("days") <= one.low
            case "age":
                test = pl.col("age").is_between(one.low, one.high)
            case "gain":
                test = pl.col("gain") >= one.low
            case "older":
                test = pl.col("age") >= one.low
            case _:
                test = pl.col("months") < one.low
        return test if one.source is None else test & (pl.col("source") == one.source)

    counted = (
        pl.scan_parquet(records / "*.parquet")
        .with_columns(
            **known,
            source=pl.col("source").cast(pl.Categorical),
            quarter=received.dt.year() * 4 + (received.dt.month() - 1) // 3,
        )
        .group_by("quarter", "district")
        .agg(pl.len(), *[held(one).sum().alias(f"share_{place:04}") for place, one in enumerate(conditions(count))])
        .collect(engine="streaming")
    )
    whole = counted.drop("district").group_by("quarter").sum().with_columns(district=pl.lit(None, pl.String))
    both = pl.concat([whole.select(counted.columns), counted])
    shares = both.select("quarter", "district", pl.col("^share_.*$") * 100 / pl.col("len"))
    long = shares.unpivot(index=["quarter", "district"], variable_name="indicator")
    for quarter, district, indicator, value in long.iter_rows():
        yield indicator, label(quarter), district, value


def duckdb(board: Path, records: Path, count: int) -> Iterator[Row]:
    """One query with a filter for each share, and grouping sets for the whole."""
    import duckdb as db

    filters = ", ".join(f"count(*) FILTER (WHERE {one.sql})" for one in conditions(count))
    rows = db.sql(f"""
        SELECT quarter, district, count(*), {filters}
        FROM (
            SELECT *, year(received_on) * 4 + (month(received_on) - 1) // 3 AS quarter,
                assessed_on - received_on AS days, score_after - score_before AS gain, {_MONTHS} AS months
            FROM read_parquet('{records.as_posix()}/*.parquet')
        )
        GROUP BY GROUPING SETS ((quarter, district), (quarter))
    """).fetchall()
    for quarter, district, total, *counts in rows:
        for place, counted in enumerate(counts):
            yield f"share_{place:04}", label(quarter), district, 100 * counted / total


def pandas(board: Path, records: Path, count: int) -> Iterator[Row]:
    """File by file, so that a list larger than memory can be had at all; each share is a count of what is filtered."""
    import pandas as pd

    keys = ["quarter", "district"]
    totals, counts = [], []
    for path in sorted(records.glob("*.parquet")):
        frame = pd.read_parquet(path)
        dates = ["received_on", "previous_on", "assessed_on"]
        frame[dates] = frame[dates].astype("datetime64[s]")
        received, previous = frame["received_on"].dt, frame["previous_on"].dt
        frame["quarter"] = received.year * 4 + (received.month - 1) // 3
        frame["days"] = (frame["assessed_on"] - frame["received_on"]).dt.days
        frame["gain"] = frame["score_after"] - frame["score_before"]
        frame["months"] = (
            (received.year - previous.year) * 12 + received.month - previous.month - (received.day < previous.day)
        )
        frame["district"] = frame["district"].astype("category")
        frame["source"] = frame["source"].astype("category")
        totals.append(frame.groupby(keys, observed=True).size())
        made = {}
        for place, one in enumerate(conditions(count)):
            match one.name:
                case "days":
                    test = frame["days"] <= one.low
                case "age":
                    test = frame["age"].between(one.low, one.high)
                case "gain":
                    test = frame["gain"] >= one.low
                case "older":
                    test = frame["age"] >= one.low
                case _:
                    test = frame["months"] < one.low
            if one.source is not None:
                test &= frame["source"] == one.source
            made[f"share_{place:04}"] = frame[test].groupby(keys, observed=True).size()
        counts.append(pd.DataFrame(made).fillna(0))
    total = pd.concat(totals).groupby(level=[0, 1]).sum()
    counted = pd.concat(counts).groupby(level=[0, 1]).sum()
    by_district = 100 * counted.div(total, axis=0)
    whole = 100 * counted.groupby(level=0).sum().div(total.groupby(level=0).sum(), axis=0)
    for (quarter, district), row in by_district.iterrows():
        yield from ((name, label(quarter), district, value) for name, value in row.items())
    for quarter, row in whole.iterrows():
        yield from ((name, label(quarter), None, value) for name, value in row.items())


def label(quarter: int) -> str:
    """A quarter, counted from the year 0, as the board calls it."""
    year, number = divmod(quarter - 1, 4)
    return f"{year}-{(year + 1) % 100:02} Q{number + 1}"


CONTENDERS: Mapping[str, Callable[[Path, Path, int], Iterator[Row]]] = {
    "engine": engine,
    "Polars by hand": polars,
    "DuckDB": duckdb,
    "pandas": pandas,
}


def same(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    """Whether two contenders say the same."""
    known = {row[:3]: row[3] for row in rows}
    return len(rows) == len(others) and all(
        abs(known.get(other[:3], float("nan")) - other[3]) <= 1e-9 * abs(other[3]) for other in others
    )
