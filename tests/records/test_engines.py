"""Records can be read by any engine of Polars: here, and by one that sends every plan to another process."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pmf_engine as pmf
from tests.records.test_counting import everything

WORKER = """
import io, sys
import polars as pl
while length := int.from_bytes(sys.stdin.buffer.read(8)):
    query = pl.LazyFrame.deserialize(io.BytesIO(sys.stdin.buffer.read(length)))
    answer = io.BytesIO()
    query.collect().write_ipc(answer)
    assert "pmf_engine" not in sys.modules
    sys.stdout.buffer.write(len(answer.getvalue()).to_bytes(8) + answer.getvalue())
    sys.stdout.buffer.flush()
"""


class Elsewhere(pl.Engine):
    """An engine that sends each plan to another process, which has Polars alone, and gets the frame back."""

    name = "elsewhere"

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.queries = 0

    def collect(self, lf: pl.LazyFrame, **options: Any) -> pl.DataFrame:  # type: ignore[override]
        self.queries += 1
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        plan = lf.serialize()
        self.process.stdin.write(len(plan).to_bytes(8) + plan)
        self.process.stdin.flush()
        length = int.from_bytes(self.process.stdout.read(8))
        return pl.read_ipc(io.BytesIO(self.process.stdout.read(length)))

    def execute(self, lf: pl.LazyFrame, **options: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        yield Elsewhere(process)
        assert process.stdin is not None
        process.stdin.close()


def board_with_parquet(folder: Path) -> pmf.Framework:
    """A board with every kind of query; one list comes as text, the other as Parquet."""
    framework = pmf.load_framework(everything(folder))
    text = folder / "returns" / "plan_list.csv"
    pl.read_csv(text, try_parse_dates=True).write_parquet(text.with_suffix(".parquet"))
    text.unlink()
    return framework


def compared(evaluation: pmf.Evaluation, other: pmf.Evaluation) -> None:
    assert evaluation.results.height > 0
    for frame in ("results", "history", "outstanding", "problems"):
        assert_frame_equal(getattr(evaluation, frame), getattr(other, frame))


def test_another_process_reads_the_records(tmp_path: Path, elsewhere: Elsewhere) -> None:
    framework = board_with_parquet(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    local = pmf.evaluate(framework, submissions, as_of=date(2017, 3, 31))
    compared(pmf.evaluate(framework, submissions, as_of=date(2017, 3, 31), engine=elsewhere), local)
    assert elsewhere.queries > len(pmf.list_queries(framework, submissions, as_of=date(2017, 3, 31)))


@pytest.mark.parametrize("engine", ["auto", "in-memory", pl.StreamingEngine(), pl.InMemoryEngine()], ids=str)
def test_every_engine_here_gives_the_same(tmp_path: Path, engine: Any) -> None:
    framework = board_with_parquet(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    local = pmf.evaluate(framework, submissions, as_of=date(2017, 3, 31))
    compared(pmf.evaluate(framework, submissions, as_of=date(2017, 3, 31), engine=engine), local)


def test_records_are_read_through_one_door() -> None:
    beside = [
        path.name
        for path in sorted((Path(pmf.__file__).parent / "records").glob("*.py"))
        if re.search(r"\.collect(?:_all|_async|_batches)?\(", path.read_text(encoding="utf-8"))
    ]
    assert not beside


def test_queries_have_names(tmp_path: Path) -> None:
    framework = board_with_parquet(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    queries = pmf.list_queries(framework, submissions, period="2016-17 Q1", as_of=date(2017, 3, 31))
    assert [tuple(id_) for id_ in queries if id_.list == "plan_list"] == [
        ("plan_list", "checks", None, None, None, None),
        ("plan_list", "texts", "district", None, None, None),
        ("plan_list", "parts", None, 3, 4, "open"),
        ("plan_list", "parts", None, 3, 4, "started"),
        ("plan_list", "parts", None, 3, 4, "ended"),
    ]
    assert {id_.kind for id_ in queries} == {"checks", "texts", "parts", "values"}
    (counted,) = [query for id_, query in queries.items() if id_.kind == "checks" and id_.list == "referral_list"]
    assert counted.collect()["records"].to_list() == [3]


class Unreachable(pl.InMemoryEngine):
    """An engine whose machines cannot be reached."""

    def collect_all(self, *_: Any, **options: Any) -> Any:
        raise RuntimeError("no route to the cluster")


def test_an_engine_that_fails_is_told_as_that_and_not_as_damage(tmp_path: Path) -> None:
    framework = board_with_parquet(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    with pytest.raises(pmf.ReadError, match=r"the records of `.*` cannot be counted: no route to the cluster"):
        pmf.evaluate(framework, submissions, engine=Unreachable())
