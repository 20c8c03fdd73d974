"""The annual report for the public: nothing that the public report withholds, no words, grades or registers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.cli.program import main
from pmf_engine.disclosure.public import for_public
from pmf_engine.render.renderers import PageOptions
from pmf_engine.render.year_renderers import PAPER_RENDERERS
from pmf_engine.report.annual import annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.paper import Written
from pmf_engine.report.snapshots import papers_before
from tests.support.year_board import INDICATORS, TOLERANCES, returns, write_board

DAY = date(2017, 5, 31)
DISCLOSURE = "\ndisclosure: {suppress_below: 6}\n"
ACTIONS = """\
id,action,indicator,agency,owner,agreed_on,due_on,done_on,state,lesson
1,Ring the parents of child P,returned,care,A. Clerk,2016-05-01,2017-06-30,,open,Nobody had asked P
"""
REVIEWS = """\
id,activity,agency,content_area,done_on,found,lesson,led_to
1,audit,care,help,2016-08-01,Child Q was not seen,See each child,
"""
MONEY = "year,line,agency,heading,budget,actual,note\n2016-17,spend,,Reviews,50,41.50,the review of child R\n"


def forms(evaluation: pmf.Evaluation) -> dict[str, str]:
    """The annual report in every form."""
    report = annual_report(BoardYear(evaluation), ["Children are heard more."])
    written, options = Written(report, annual_paper(report)), PageOptions(width=100)
    made = {name: PAPER_RENDERERS[name](written, options) for name in ("terminal", "markdown", "html", "json")}
    return {name: form if isinstance(form, str) else form.decode() for name, form in made.items()}


def sent(second: int, third: int) -> pmf.Evaluation:
    """The year with some referrals again in the second and in the third quarter, of which five are red."""
    tolerances = TOLERANCES.replace("at most 20, tolerance: at most 25", "at most 3, tolerance: at most 4")
    board = pmf.Framework.from_text(INDICATORS, tolerances + DISCLOSURE, as_of=date(2016, 1, 1))
    changed = pl.lit(None, pl.String)
    for quarter, value in (("2016-17 Q2", second), ("2016-17 Q3", third)):
        is_changed = (pl.col("figure") == "again") & (pl.col("period") == quarter)
        changed = pl.when(is_changed).then(pl.lit(str(value))).otherwise(changed)
    rows = returns(board).with_columns(value=pl.coalesce(changed, "value"))
    submissions = pmf.Submissions.from_frames(board, rows, received_on="received")
    return pmf.evaluate(board, submissions, period="2016-17", as_of=DAY)


def test_withheld_counts_change_nothing_in_it() -> None:
    """Two small counts exchanged: the year's count stays as it is, and so must every form."""
    one, other = sent(4, 5), sent(5, 4)
    assert forms(for_public(one)) == forms(for_public(other))
    assert forms(one) != forms(other)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    """The annual report for the board and for the public."""
    folder = write_board(
        Path(tmp_path_factory.mktemp("board")), {"actions.csv": ACTIONS, "reviews.csv": REVIEWS, "money.csv": MONEY}
    )
    tolerances = folder / "tolerances.yaml"
    tolerances.write_text(tolerances.read_text(encoding="utf-8") + DISCLOSURE, encoding="utf-8")
    board = pmf.load_framework(folder, as_of=date(2016, 1, 1))
    evaluation = pmf.evaluate(board, pmf.read_submissions(folder / "sent", board), period="2016-17", as_of=DAY)
    return forms(evaluation), forms(for_public(evaluation))


@pytest.mark.parametrize(
    "words",
    [
        "child P",
        "asked P",
        "A. Clerk",
        "Child Q",
        "See each child",
        "child R",
        "shadows a health visitor",
        "No register",
    ],
)
def test_words_and_registers_stay_with_the_board(both: tuple[dict[str, str], dict[str, str]], words: str) -> None:
    board, public = both
    assert any(words in form for form in board.values())
    assert not any(words in form for form in public.values())


def test_it_says_for_whom_it_is_and_what_it_leaves_out(both: tuple[dict[str, str], dict[str, str]]) -> None:
    board, public = both
    for name in ("terminal", "markdown", "html"):
        assert "For the public. Small counts" in public[name]
        assert "not for publication" in board[name]
        assert "What this paper leaves out" in public[name]
        assert "Children are heard more." in public[name]
        assert "£42" in public[name]
        assert "Section 11" not in public[name]
    assert '"audience": "public"' in public["json"]


def public_board(folder: Path) -> Path:
    """The board of the year, with a folder of snapshots."""
    write_board(folder, {})
    (folder / "indicators.yaml").write_text(
        INDICATORS.replace("board: Trial Board", "board: {name: Trial Board, snapshots: kept}"), "utf-8"
    )
    (folder / "tolerances.yaml").write_text(TOLERANCES + DISCLOSURE, "utf-8")
    return folder


def annual(folder: Path, *options: str) -> int:
    public = ["--config", str(folder), "--data", str(folder / "sent"), "--audience", "public"]
    return main(["annual", "2016-17", *public, "--as-of", str(DAY), *options])


def test_it_can_be_kept_for_the_papers_that_follow(tmp_path: Path) -> None:
    folder = public_board(tmp_path)
    assert annual(folder, "--output", str(folder / "annual.md"), "--save", str(folder / "kept" / "year")) == 0
    board = pmf.load_framework(folder)
    later = pmf.evaluate(
        board, pmf.read_submissions(folder / "sent", board), period="2016-17 Q4", as_of=date(2017, 6, 30)
    )
    [paper] = papers_before(later)
    year = paper.rows.filter(indicator="referred", start=12 * 2016 + 3, months=12)
    assert year["value"].is_not_null().to_list() == [True]


@pytest.mark.parametrize("name", ["another board", "another form of reports"])
def test_a_paper_of_another_name_or_form_is_read(tmp_path: Path, name: str) -> None:
    """Whoever writes the board's name otherwise must not thereby forget what it published."""
    folder = public_board(tmp_path)
    assert annual(folder, "--output", str(folder / "annual.md"), "--save", str(folder / "kept" / "year")) == 0
    report = folder / "kept" / "year" / "report.json"
    data = json.loads(report.read_text("utf-8"))
    data["board" if name == "another board" else "schema"] = "Trial"
    report.write_text(json.dumps(data), "utf-8")
    board = pmf.load_framework(folder)
    submissions = pmf.read_submissions(folder / "sent", board)
    assert len(papers_before(pmf.evaluate(board, submissions, period="2016-17 Q4", as_of=date(2017, 6, 30)))) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"as_of": "2017-05-31"}', '{"as_of": 3, "period": {}}'])
def test_a_paper_whose_day_nobody_can_read_ends_the_command(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = public_board(tmp_path)
    assert annual(folder, "--output", str(folder / "annual.md"), "--save", str(folder / "kept" / "year")) == 0
    (folder / "kept" / "year" / "report.json").write_text(text, "utf-8")
    assert annual(folder, "--output", str(folder / "second.md"), "--save", str(folder / "kept" / "second")) == 2
    assert "nobody can tell what the paper for the public in" in capsys.readouterr().err
    assert not (folder / "second.md").exists()
    assert not (folder / "kept" / "second").exists()


@pytest.mark.parametrize("command", [["annual", "2016-17"], ["report", "--period", "2016-17 Q4"]])
def test_a_paper_that_cannot_be_written_is_not_kept(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = public_board(tmp_path)
    options = ["--config", str(folder), "--data", str(folder / "sent"), "--audience", "public", "--as-of", str(DAY)]
    nowhere = ["--output", str(folder / "nowhere" / "paper.md"), "--format", "markdown"]
    assert main([*command, *options, *nowhere, "--save", str(folder / "kept" / "paper")]) == 2
    assert "cannot write" in capsys.readouterr().err
    assert not (folder / "kept" / "paper").exists()


def test_the_chairs_words_for_the_board_stay_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = public_board(tmp_path)
    words = folder / "summary.md"
    words.write_text("# 2016-17\nTwo boys of Northfield were missing.\n", "utf-8")
    assert annual(folder) == 0
    printed = capsys.readouterr()
    assert "Northfield" not in printed.out
    assert "write `# 2016-17, for the public` above its words" in printed.err
    words.write_text(f"{words.read_text('utf-8')}\n# 2016-17, for the public\nSome children were missing.\n", "utf-8")
    assert annual(folder, "--save", str(folder / "kept" / "year")) == 0
    assert "Some children were missing." in capsys.readouterr().out
    kept = (folder / "kept" / "year" / "summary.md").read_text("utf-8")
    assert kept == "# 2016-17, for the public\n\nSome children were missing.\n"
    options = ["--config", str(folder), "--data", str(folder / "sent"), "--as-of", str(DAY)]
    assert main(["pack", *options, "--period", "2016-17", "--to", str(folder / "papers")]) == 0
    for audience, own, other in (("board", "Northfield", "Some"), ("public", "Some children", "Northfield")):
        page = (folder / "papers" / f"2016-17_{audience}_exceptions.html").read_text("utf-8")
        assert own in page
        assert f"<p>{other}" not in page


def test_an_exception_that_is_withheld_is_not_called_cleared(tmp_path: Path) -> None:
    """It was red in the paper that was kept of the second quarter; in the third its count is small, and is withheld."""
    folder = public_board(tmp_path)
    (folder / "tolerances.yaml").write_text(
        TOLERANCES.replace("at most 20, tolerance: at most 25", "at most 3, tolerance: at most 4") + DISCLOSURE, "utf-8"
    )
    third = folder / "sent" / "return_2016-17_Q3.csv"
    third.write_text(third.read_text("utf-8").replace("care,again,,30", "care,again,,5"), "utf-8")
    options = ["--config", str(folder), "--data", str(folder / "sent"), "--audience", "public"]
    save = ["--as-of", "2016-11-30", "--save", str(folder / "kept" / "q2")]
    assert main(["report", *options, "--period", "2016-17 Q2", *save]) == 0
    assert annual(folder, "--format", "json", "--output", str(folder / "annual.json")) == 0
    lives = json.loads((folder / "annual.json").read_text("utf-8"))["lives"]
    [life] = [each for each in lives if each["indicator"]["id"] == "returned"]
    states = [quarter and quarter["state"] for quarter in life["quarters"]]
    assert states[1:3] == ["raised", "not shown"]
    assert not life["stands"]
