"""A pack: every paper is there, whoever it is for; the same returns make the same files; a failure leaves the rest."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.cli.program import main
from pmf_engine.diagnostics.errors import MissingExtra
from pmf_engine.pack.papers import INDEX, Pack, Packer
from pmf_engine.report.snapshots import papers_before, read_snapshot
from tests.report.test_snapshots import FILES, INDICATORS, QUARTER, TOLERANCES

DAY = date(2016, 10, 5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    (folder / "data").mkdir()
    for name, text in FILES.items():
        (folder / "data" / name).write_text(text, encoding="utf-8")
    (folder / "indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    (folder / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def packer(folder: Path) -> Packer:
    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(folder / "data", framework)
    return Packer(pmf.evaluate(framework, submissions, period=QUARTER, as_of=DAY), folder=folder / "data")


@pytest.fixture(scope="module")
def pack(packer: Packer) -> Pack:
    return packer.pack()


def test_papers_for_the_public_are_there_where_the_board_says_what_is_small(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    tolerances = f"{(folder / 'tolerances.yaml').read_text('utf-8')}\ndisclosure: {{suppress_below: 6}}\n"
    (tmp_path / "tolerances.yaml").write_text(tolerances, "utf-8")
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(tmp_path / "data", framework)
    pack = Packer(pmf.evaluate(framework, submissions, period=QUARTER, as_of=DAY), folder=tmp_path / "data").pack()
    assert pack.failed == {}
    public = {name for name in pack.files if name.startswith("2016-17-q1_public")}
    assert public >= {f"2016-17-q1_public_exceptions.{suffix}" for suffix in ("html", "docx", "xlsx")}
    figures = pl.read_parquet(pack.files["2016-17-q1_public_snapshot/figures.parquet"])
    assert figures["value"].drop_nulls().to_list() == []
    assert b"For the public." in pack.files["2016-17-q1_public_exceptions.html"]


def test_papers_for_the_public_follow_those_in_the_folder_of_snapshots(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of an earlier day is read; where nobody can tell what it published, no paper for the public is made."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    tolerances = f"{(folder / 'tolerances.yaml').read_text('utf-8')}\ndisclosure: {{suppress_below: 6}}\n"
    (tmp_path / "tolerances.yaml").write_text(tolerances, "utf-8")
    text = (folder / "indicators.yaml").read_text("utf-8")
    (tmp_path / "indicators.yaml").write_text(
        text.replace("submissions: data", "submissions: data, snapshots: kept"), "utf-8"
    )
    options = ["--config", str(tmp_path), "--data", str(tmp_path / "data"), "--period", "2016-17 Q1"]
    public = ["report", *options, "--audience", "public", "--as-of"]
    assert main([*public, "2016-10-04", "--save", str(tmp_path / "kept" / "first")]) == 0
    framework = pmf.load_framework(tmp_path)
    evaluation = pmf.evaluate(framework, pmf.read_submissions(tmp_path / "data", framework), period=QUARTER, as_of=DAY)
    [paper] = papers_before(evaluation)
    assert paper.rows.height > 0
    assert main([*public, str(DAY)]) == 0
    (tmp_path / "kept" / "first" / "published.parquet").unlink()
    capsys.readouterr()
    assert main([*public, str(DAY), "--save", str(tmp_path / "kept" / "second")]) == 2
    assert "nobody can tell what the paper for the public in" in capsys.readouterr().err
    assert not (tmp_path / "kept" / "second").exists()
    pack = Packer(evaluation, folder=tmp_path / "data").pack()
    assert [*pack.failed] == ["public"]
    assert "restore the folder" in pack.failed["public"]
    assert "2016-17-q1_board_exceptions.html" in pack.files


def test_every_paper_is_there_and_its_name_says_for_whom(pack: Pack) -> None:
    assert pack.failed == {}
    assert set(pack.files) == {
        "index.html",
        *(f"2016-17-q1_board_exceptions.{suffix}" for suffix in ("html", "docx", "xlsx", "md", "json")),
        *(f"2016-17-q1_board_results.{suffix}" for suffix in ("csv", "parquet")),
        *(f"agencies/{agency}/2016-17-q1_board_exceptions_{agency}.html" for agency in ("police", "care")),
        *(f"agencies/{agency}/2016-17-q2_board_return_{agency}.xlsx" for agency in ("police", "care")),
        *(f"agencies/{agency}/2016-17-q1_board_problems_{agency}.csv" for agency in ("police", "care")),
        *(
            f"2016-17-q1_board_snapshot/{name}"
            for name in (
                "report.json", "results.parquet", "figures.parquet", "inputs.json",
                "indicators.yaml", "tolerances.yaml",
            )
        ),
    }  # fmt: skip


def test_the_index_links_to_every_paper(pack: Pack) -> None:
    links = set(re.findall(r'href="([^"]+)"', pack.files[INDEX].decode()))
    papers = {name for name in pack.files if "snapshot" not in name} - {INDEX}
    assert links == papers | {"2016-17-q1_board_snapshot/report.json"}


def test_no_two_links_under_one_heading_have_the_same_words(pack: Pack) -> None:
    headings = re.split("<h2", pack.files[INDEX].decode())[1:]
    assert len({heading.partition(">")[2].partition("<")[0] for heading in headings}) == len(headings)
    for heading in headings:
        words = re.findall(r"<a [^>]*>([^<]+)</a>", heading)
        assert len(set(words)) == len(words) > 0


def test_the_same_returns_make_the_same_files(packer: Packer, pack: Pack) -> None:
    assert packer.pack().files == pack.files
    archives = [name for name in pack.files if name.endswith((".xlsx", ".docx"))]
    assert len(archives) == 4
    for name in archives:
        archive = zipfile.ZipFile(io.BytesIO(pack.files[name]))
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}
        days = re.findall(r"<dcterms:\w+[^>]*>(\d{4}-\d\d-\d\d)", archive.read("docProps/core.xml").decode())
        assert set(days) == {"2016-10-05"}


def test_a_paper_that_fails_is_named_and_leaves_the_rest(
    packer: Packer, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bytes:
        raise MissingExtra("it needs a package more")

    monkeypatch.setattr("pmf_engine.render.word.to_word", fails)
    monkeypatch.setattr("pmf_engine.render.workbook.to_workbook", lambda report: 1 // 0)
    told: list[str] = []
    less = packer.pack(lambda number, count, name: told.append(f"{number} of {count}: {name}"))
    assert less.failed == {
        "2016-17-q1_board_exceptions.docx": "it needs a package more",
        "2016-17-q1_board_exceptions.xlsx": "ZeroDivisionError: integer division or modulo by zero",
    }
    assert set(pack.files) - set(less.files) == set(less.failed)
    assert "for the agenda (Word) could not be made: it needs a package more" in less.files[INDEX].decode()
    assert told[0] == f"1 of {len(told)}: 2016-17-q1_board_exceptions.html"


def test_the_command_writes_a_new_folder_or_none(
    folder: Path, tmp_path: Path, pack: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["pack", "--config", str(folder), "--period", "2016-17 Q1", "--as-of", str(DAY), "--to"]
    target = tmp_path / "papers" / "q1"
    assert main([*options, str(target)]) == 0
    assert capsys.readouterr().out == f"{len(pack.files)} files in {target}; begin with index.html\n"
    written = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert written == pack.files
    assert read_snapshot(target / "2016-17-q1_board_snapshot").report.period == QUARTER
    assert main([*options, str(target)]) == 2
    assert "is there and is not written over; name a new folder" in capsys.readouterr().err
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main([*options, str(tmp_path / "file" / "papers")]) == 2
    assert "cannot write" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "papers"]
