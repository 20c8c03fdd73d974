"""The nightly job of docs/recipes.md: a database, a file of DuckDB and a folder say what the folder alone says."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal

import pmf_engine as pmf
from tests.installed.postgres import server

ROOT = Path(__file__).parents[2]
DAY = date(2017, 5, 31)
STAYS = "published_"  # these files stay in the folder
COLUMNS = ("period", "agency", "figure", "district", "value", "comment")
TABLE = f"create table returns (id serial, {' text, '.join(COLUMNS)} text, loaded_on date)"
INSERT = f"insert into returns ({', '.join(COLUMNS)}, loaded_on) values ({', '.join(['%s'] * 7)})"
Places = tuple[dict[str, str], str, str]


@pytest.fixture(scope="module")
def framework() -> pmf.Framework:
    return pmf.load_framework(ROOT)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, framework: pmf.Framework) -> Iterator[Places]:
    """The fixtures, moved: returns into PostgreSQL, lists into DuckDB, and the rest in a folder."""
    scratch = tmp_path_factory.mktemp("nightly")
    with (ROOT / "fixtures" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        manifest = list(csv.DictReader(file))
    (scratch / "inbox").mkdir()
    kept = [row for row in manifest if row["file"].startswith(STAYS)]
    with (scratch / "inbox" / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]))
        writer.writeheader()
        writer.writerows(kept)
    for row in kept:
        shutil.copy(ROOT / "fixtures" / row["file"], scratch / "inbox")
    with server() as environment, duckdb.connect(scratch / "records.duckdb") as lake:
        lake.sql("create table loads (load integer, list text, covers_from date, covers_to date, loaded_on date)")
        rows: list[tuple[str | None, ...]] = []
        for load, row in enumerate(manifest):
            source = str(ROOT / "fixtures" / row["file"])
            of_list = next((id_ for id_ in framework.lists if row["file"].startswith(id_)), None)
            if of_list is not None:
                table = f"select {load} as load, * from read_csv($file, all_varchar = true)"
                first = f"create table if not exists {of_list} as {table} limit 0"
                for statement in (first, f"insert into {of_list} {table}"):
                    lake.execute(statement, {"file": source})
                values = [load, of_list, row["covers_from"], row["covers_to"], row["received_on"]]
                lake.execute("insert into loads values (?, ?, ?, ?, ?)", values)
            elif row not in kept:
                with Path(source).open(encoding="utf-8", newline="") as file:
                    cells = csv.DictReader(file)
                    rows += [(*(each.get(name) for name in COLUMNS), row["received_on"]) for each in cells]
        with psycopg.connect(
            "host={PGHOST} port={PGPORT} user={PGUSER} dbname={PGDATABASE}".format(**environment)
        ) as con:
            con.execute(TABLE)
            con.cursor().executemany(INSERT, rows)
        lake.close()
        yield environment, str(scratch / "records.duckdb"), str(scratch / "inbox")


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch, places: Places) -> Callable[..., pmf.Evaluation]:
    """The function that docs/recipes.md shows, with the environment that it needs."""
    for name, value in places[0].items():
        monkeypatch.setenv(name, value)
    [block] = re.findall(r"^```py\n(.*?)^```", (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, Any] = {}
    exec(compile(block, "nightly", "exec"), names)

    def run(framework: pmf.Framework, as_of: date) -> pmf.Evaluation:
        evaluation = names["nightly"](framework, places[1], places[2], as_of)
        assert isinstance(evaluation, pmf.Evaluation)
        return evaluation

    return run


def told(evaluation: pmf.Evaluation) -> pl.DataFrame:
    """The results, but for the names of files in reasons and marks."""
    return evaluation.results.drop("reason", "marks")


@pytest.mark.parametrize("as_of", [DAY, date(2017, 4, 26)])
def test_every_row_of_the_results_is_the_one_that_the_folder_gives(
    framework: pmf.Framework, nightly: Callable[..., pmf.Evaluation], as_of: date
) -> None:
    from_folder = pmf.evaluate(framework, pmf.read_submissions(ROOT / "fixtures", framework), as_of=as_of)
    from_databases = nightly(framework, as_of)
    assert from_folder.results.height > 500
    assert_frame_equal(told(from_databases), told(from_folder))
    reasons = [each.results["reason"].is_null().to_list() for each in (from_databases, from_folder)]
    assert reasons[0] == reasons[1]
    assert_frame_equal(from_databases.outstanding, from_folder.outstanding)


def test_what_came_late_is_late_until_it_came(framework: pmf.Framework, nightly: Callable[..., pmf.Evaluation]) -> None:
    with psycopg.connect() as con:
        [(came,)] = con.execute("select max(loaded_on) from returns where figure = 'rereferrals'").fetchall()
        late = came + timedelta(days=60)
        con.execute("update returns set loaded_on = %s where figure = 'rereferrals' and loaded_on = %s", (late, came))

    def status(day: date) -> str:
        results = nightly(framework, day).results.filter(pl.col("by").is_null(), indicator="rereferrals_12m")
        return str(results.filter(pl.col("ends_on") < came)["status"][-1])

    assert status(late - timedelta(days=1)) == "late"
    assert status(late) in ("green", "amber", "red")
