"""The report on a terminal: compared with files at four widths, and never wider, or obeyed as markup.

After a change that is meant, `python -m tests.support.golden` writes the files anew.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from pmf_engine.domain.status import Status
from pmf_engine.render.terminal import render_terminal
from pmf_engine.report.build import exception_report
from pmf_engine.report.depth import Depth
from pmf_engine.report.item import Comment, Item, Named
from pmf_engine.report.model import ExceptionReport, Observation
from pmf_engine.report.wording import MARKS, status_word
from tests.report.test_report import MADE, evaluation, sample
from tests.support import golden_papers

report = cache(sample)


@pytest.mark.parametrize("name", golden_papers.NAMES)
def test_as_agreed(name: str) -> None:
    expected = {path: path.read_text(encoding="utf-8") for path in (golden_papers.FOLDER / name).glob("*.txt")}
    assert dict(golden_papers.printed(name)) == expected


def test_screen_readers_meet_no_symbol() -> None:
    text = render_terminal(report(), width=80, color=False, depth=Depth.DETAIL, plain=True)
    assert not set(text) & {*MARKS.values(), *"─█▁"} - set("!?~x÷")


@pytest.mark.parametrize(("width", "most"), [(80, 38), (100, 38), (119, 38), (120, 30), (160, 30), (200, 30)])
@pytest.mark.parametrize("words", ["A title", "x" * 5000, "many words " * 400])
def test_the_first_screen_is_one_screen(width: int, most: int, words: str) -> None:
    crowded = worded(words)
    crowded = replace(crowded, board="A board", agency=None, to=None)
    levels = tuple(
        replace(level, level=Named(level.level.id, level.level.id), items=level.items * 3) for level in crowded.levels
    )
    text = render_terminal(replace(crowded, levels=levels), width=width, color=False)
    assert text.count("\n") <= most


def worded(words: str) -> ExceptionReport:
    """The stand-in's report with everything that people wrote replaced."""
    given_ = report()
    named = Named("an_id", words)
    levels = tuple(
        replace(
            level,
            level=Named(level.level.id, words),
            items=tuple(
                replace(
                    item,
                    indicator=Named(item.indicator.id, words),
                    agency=named,
                    lead_officer=words,
                    reason=words,
                    reference=words,
                    content_areas=(named,),
                    comments=(Comment(named, words, words),),
                )
                for item in level.items
            ),
        )
        for level in given_.levels
    )
    late = tuple(
        replace(one, agency=named, returns=tuple(replace(ret, figure=named, waiting=(named,)) for ret in one.returns))
        for one in given_.late
    )

    def rest(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(
            replace(item, indicator=Named(item.indicator.id, words), agency=named, reason=words) for item in items
        )

    return replace(
        given_,
        board=words,
        agency=named,
        to=named,
        levels=levels,
        late=late,
        recovered=tuple(replace(one, indicator=named, agency=named) for one in given_.recovered),
        observations=(Observation(named, named, "2016-17 Q3", words),),
        watch=rest(given_.watch),
        without_value=rest(given_.without_value),
        unrated=rest(given_.unrated),
    )


ODD = ["[red]", "[/]", "日本語の長い言葉", "👩‍👩‍👧", "e\u0301", "x" * 90, "of", "\x1b[31m", "\u202e", "\t", "\ud800"]
WORDS = st.text(max_size=200) | st.lists(st.sampled_from(ODD), max_size=20).map(" ".join)


@given(words=WORDS, width=st.integers(40, 200), color=st.booleans(), ascii=st.booleans())
@example(words="日" * 100, width=41, color=False, ascii=False)
@example(words="", width=40, color=False, ascii=False)
def test_no_line_is_wider_than_asked_or_ends_in_spaces(words: str, width: int, color: bool, ascii: bool) -> None:
    text = render_terminal(worded(words), width=width, color=color, ascii=ascii, depth=Depth.ALL)
    assert text.endswith("\n")
    plain = text if not color else without_escapes(text)
    for line in plain.split("\n"):
        assert cell_len(line) <= width
        assert line == line.rstrip(" ")
    assert ascii is False or text.isascii()
    assert color or not any(char < " " for char in text.replace("\n", ""))


def without_escapes(text: str) -> str:
    from rich.text import Text

    return Text.from_ansi(text).plain


@pytest.mark.parametrize("width", [40, 57, 80, 129, 130, 200])
def test_nothing_people_wrote_is_cut_or_taken_for_markup(width: int) -> None:
    words = "[bold]Children [/] of :smile: " + "Llanfairpwllgwyngyll" * 6 + " 日本"
    text = render_terminal(worded(words), width=width, color=False, depth=Depth.DETAIL)
    squeezed = "".join(text.split())
    assert squeezed.count("".join(f"“{words}”".split())) >= report().exceptions


@pytest.mark.parametrize("width", golden_papers.WIDTHS)
def test_color_adds_nothing_but_escape_codes(width: int) -> None:
    plain = render_terminal(report(), width=width, color=False, depth=Depth.ALL)
    colored = render_terminal(report(), width=width, color=True, depth=Depth.ALL)
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    assert without_escapes(colored).rstrip("\n") == plain.rstrip("\n")


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, colored = (render_terminal(report(), width=80, color=color) for color in (False, True))
    for name, value in {"NO_COLOR": "1", "COLUMNS": "20", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
        assert render_terminal(report(), width=80, color=False) == plain
        assert render_terminal(report(), width=80, color=True) == colored


def test_every_status_has_a_word_and_a_mark_of_its_own() -> None:
    assert len({status_word(status) for status in Status}) == len(Status)
    assert len({MARKS[status] for status in Status}) == len(Status)


def test_what_was_red_when_last_known_is_said() -> None:
    text = render_terminal(report(), width=80, color=False, depth=Depth.DETAIL)
    assert "! LATE  Initial health assessments" in text
    assert "Red when last known, in 2016-17 Q1: 73.1%." in text


def test_a_quiet_quarter_is_short() -> None:
    fine = [replace(one, series=[0.0]) for one in MADE if one.id == "three_placements"]
    quiet = exception_report(evaluation(fine, {}))
    text = render_terminal(replace(quiet, late=(), observations=()), width=80, color=False, depth=Depth.ALL)
    assert "No exceptions; nothing late. 1 of 1 rated indicator is good." in text
    for section in ("not escalated", "Back to good", "observed"):
        assert section not in text


def test_narrower_than_can_be_read_is_taken_as_the_narrowest() -> None:
    assert render_terminal(report(), width=7, color=False) == render_terminal(report(), width=40, color=False)
