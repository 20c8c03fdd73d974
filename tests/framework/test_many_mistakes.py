"""Files with thousands of mistakes: every one is told, in work that grows with their number alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import pmf_engine as pmf
from pmf_engine.diagnostics import suggestions
from pmf_engine.diagnostics.diagnostic import render
from pmf_engine.framework.reading import files, yaml_document

HEAD = """\
board: {name: Trial Board}
agencies: {care: Social Care}
content_areas: {safety: Safety}
figures:
  adults: {title: Adults, from: care, kind: stock, frequency: quarterly}
lists:
  visit_list: {title: Visits, from: care, date: day, columns: {day: date, note: text?}}
indicators:
  people:
    title: People
    content_area: safety
    evidence_type: quantity
    lead_agency: care
    frequency: quarterly
    formula: adults
"""
FEW, MANY = 1_000, 3_000


def check(folder: Path, text: str) -> pmf.Check:
    (folder / "indicators.yaml").write_text(text, encoding="utf-8")
    (folder / "tolerances.yaml").write_text("governance: {board: Board}\n", encoding="utf-8")
    return pmf.check_framework(folder)


def keys(count: int, indent: str = "") -> str:
    return "".join(f"{indent}key_{number}: 1\n" for number in range(count))


@pytest.mark.parametrize(
    ("before", "indent", "path", "message"),
    [
        ("", "", (), "unknown key `{}`"),
        ("", "    ", ("indicators", "people"), "unknown key `{}`"),
        ("figures:\n", "  ", ("figures",), "figure `{}` must be keys with values, not the number `1`"),
    ],
    ids=["at the top", "in an indicator", "in a section"],
)
def test_every_one_of_many_keys_is_told(
    tmp_path: Path, before: str, indent: str, path: tuple[str, ...], message: str
) -> None:
    added = before + keys(MANY, indent)
    text = HEAD.replace(before, added) if before else HEAD + added
    found = check(tmp_path, text).diagnostics
    names = [f"key_{number}" for number in range(MANY)]
    assert [one.message for one in found] == [message.format(name) for name in names]
    assert [one.path for one in found] == [(*path, name) for name in names]
    first = text.splitlines().index(f"{indent}key_0: 1") + 1
    assert [one.place.line for one in found] == list(range(first, first + MANY))
    assert f"{first + 9} | {indent}key_9: 1" in render(found[9])


def test_the_work_grows_with_the_number_of_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work: Counter[str] = Counter()
    compare, parts = suggestions.nearest, yaml_document._parts

    def counted_compare(*given: Any) -> Any:
        work["names compared"] += 1
        return compare(*given)

    def counted_parts(*given: Any) -> Iterator[Any]:
        for part in parts(*given):
            work["parts passed"] += 1
            yield part

    for module in ("framework.reading.unknown_keys", "framework.reading.structure", "diagnostics.suggestions"):
        monkeypatch.setattr(f"pmf_engine.{module}.nearest", counted_compare)
    monkeypatch.setattr(yaml_document, "_parts", counted_parts)
    taken = []
    for count in (FEW, MANY):
        work.clear()
        assert len(check(tmp_path, HEAD + keys(count)).diagnostics) == count
        taken.append(dict(work))
    more = MANY - FEW
    assert {what: taken[1][what] - taken[0][what] for what in work} == {"names compared": more, "parts passed": more}


def test_the_fast_parser_reads_texts_that_may_be_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD.replace("note: text?", "note: text?, 'why?': \"text?\", more: number?")

    def fast(**how: Any) -> Any:
        assert "pure" not in how
        return YAML(**how)

    monkeypatch.setattr(yaml_document, "YAML", fast)
    config, found = files.read_texts({"indicators.yaml": text})
    columns = {"day": "date", "note": "text?", "why?": "text?", "more": "number?"}
    assert (found, config.data["lists"]["visit_list"]["columns"]) == ([], columns)
    assert config.passage("lists", "visit_list", "columns", "note").text == "text?"


@pytest.mark.parametrize(
    "text", ["board: &x [*x]", "board: &x {a: *x}", "board: &x\n- a\n- *x", "&x a: *x", "a: &x b\n*x : c"]
)
def test_an_alias_inside_what_it_repeats_ends(text: str) -> None:
    config, found = files.read_texts({"indicators.yaml": text})
    assert found
    assert all(len(config.path_at(one.span) or ()) <= 2 for one in found)
