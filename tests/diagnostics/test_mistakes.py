"""Every likely mistake in the two files, and the exact text that `pmf check` prints for it.

Each folder of `mistakes/` is a case. Its files stand in for those of `mistakes/base`, which has no mistake;
`absent.txt` names files of the base that the case does without. `expected.txt` is what is printed.
"""

import ast
import contextlib
import io
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

import pytest

import pmf_engine as pmf
from pmf_engine.cli.program import main
from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind
from pmf_engine.framework.load import check_framework

pytestmark = pytest.mark.xdist_group("mistakes")  # all of them rest on one run of every case
FOLDER = Path(__file__).parents[1] / "mistakes"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "base")
WORDINGS = {
    str(path): ast.parse(path.read_text(encoding="utf-8")) for path in Path(messages.__file__).parent.glob("*.py")
}

JARGON = re.compile(
    r"\b(mapping|token|scalar|sequence|node|pars(e|er|ing)|syntax|dict|dictionary|str|string|int|integer|float"
    r"|boolean|null|none|regex|pydantic|ruamel|traceback|exception|error|invalid|input|validation)\b",
    re.IGNORECASE,
)
HEAD = re.compile(r"(?P<place>[\w/.]+:\d+:\d+): (?P<warning>warning: )?(?P<message>.+) \[(?P<kind>[a-z0-9-]+)\]")
QUOTED = re.compile(r"`[^`]*`+")


@dataclass
class Runs:
    """What `pmf check` printed and returned for each case, and the functions of `messages` that it called."""

    printed: dict[str, str] = field(default_factory=dict)
    complained: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)


def build(case: str, folder: Path) -> Path:
    """Puts the files of a case together in an empty folder."""
    absent = FOLDER / case / "absent.txt"
    without = absent.read_text(encoding="utf-8").split() if absent.exists() else []
    for path in (FOLDER / "base").iterdir():
        if path.name not in without:
            shutil.copyfile(path, folder / path.name)
    if case != "base":
        shutil.copytree(FOLDER / case, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    runs = Runs()

    def note(frame: FrameType, event: str, argument: object) -> None:
        code: CodeType = frame.f_code
        if event == "call" and code.co_filename in WORDINGS:
            runs.called.add(code.co_name)

    for case in [*CASES, "base"]:
        folder = build(case, tmp_path_factory.mktemp("case"))
        out, err = io.StringIO(), io.StringIO()
        before = sys.getprofile()
        with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            sys.setprofile(note)
            try:
                runs.codes[case] = main(["check"])
            finally:
                sys.setprofile(before)
        runs.printed[case], runs.complained[case] = out.getvalue(), err.getvalue()
    return runs


def findings(printed: str) -> Iterator[list[str]]:
    """The lines of each finding; the last line of all is the summary."""
    for block in printed.split("\n\n")[:-1]:
        yield block.split("\n")


@pytest.mark.parametrize("case", CASES)
def test_what_is_printed(case: str, runs: Runs) -> None:
    # as bytes: reading as text would hide line breaks of other systems
    assert runs.printed[case].encode() == (FOLDER / case / "expected.txt").read_bytes()
    assert runs.complained[case] == ""
    errors = [lines for lines in findings(runs.printed[case]) if ": warning: " not in lines[0]]
    assert runs.codes[case] == (1 if errors else 0)


@pytest.mark.parametrize("case", CASES)
def test_how_it_is_said(case: str, runs: Runs) -> None:
    heads = []
    for lines in findings(runs.printed[case]):
        found = HEAD.fullmatch(lines[0])
        assert found, lines[0]
        heads.append(lines[0])
        helps = [line for line in lines[1:] if " = help: " in line]
        assert len(helps) <= 1
        for text in (found["message"], *(line.partition(" = help: ")[2] for line in helps)):
            own = QUOTED.sub("", text)
            assert not own.endswith("."), text
            assert not re.match("[A-Z]", text), text
            assert not JARGON.search(own), text
    assert heads, "a mistake that nothing is said about"
    assert len(set(heads)) == len(heads)


def test_the_base_has_no_mistake(runs: Runs) -> None:
    assert runs.printed["base"] == "3 indicators, 5 figures, 3 escalation rules: no errors, 0 warnings\n"
    assert runs.codes["base"] == 0


def test_there_are_many_kinds_of_mistake(runs: Runs) -> None:
    said = {QUOTED.sub("", str(lines[0]).split(": ", 1)[1]) for case in CASES for lines in findings(runs.printed[case])}
    assert len(said) >= 60


def test_every_wording_is_reached(runs: Runs) -> None:
    written = [node.name for tree in WORDINGS.values() for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(written) > 150
    assert len(set(written)) == len(written)  # or one would hide another where `messages` gathers them
    assert set(written) - runs.called == {"no_such_folder"}  # a case is a folder; see below


def test_every_kind_is_reached(runs: Runs) -> None:
    written = {
        str(DiagnosticKind[node.args[0].attr])
        for tree in WORDINGS.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Diagnostic"
        and isinstance(node.args[0], ast.Attribute)
    }
    printed = {
        found["kind"] for case in CASES for lines in findings(runs.printed[case]) if (found := HEAD.fullmatch(lines[0]))
    }
    assert len(written) > 30
    assert printed == written


def test_a_program_that_embeds_the_library_is_told_the_same(tmp_path: Path, runs: Runs) -> None:
    folder = build("many_at_once", tmp_path)
    with contextlib.chdir(folder), pytest.raises(pmf.ConfigError) as raised:
        pmf.load_framework(".")
    told = [str(one).split("\n")[0] for one in raised.value.diagnostics]
    assert told == [lines[0] for lines in findings(runs.printed["many_at_once"])]


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.chdir(tmp_path):
        assert main(["check", "--config", "nowhere"]) == 2
        assert capsys.readouterr().err == "pmf: there is no folder `nowhere`\n"
        [found] = check_framework("nowhere").diagnostics
    assert str(found) == "nowhere:1:1: no folder `nowhere` [no-file]"


@pytest.mark.parametrize("grade", ["met", "Met", "MET", "'met'", "partly  met", '"not met"'])
def test_a_grade_may_be_written_as_people_write_it(tmp_path: Path, grade: str) -> None:
    folder = build("base", tmp_path)
    rules = (folder / "tolerances.yaml").read_text(encoding="utf-8")
    changed = rules.replace("{good: at least met, tolerance: at least partly met}", f"\n    good: at most {grade}")
    assert changed != rules
    (folder / "tolerances.yaml").write_text(changed, encoding="utf-8")
    found = list(pmf.check_framework(folder).diagnostics)
    assert found == []
