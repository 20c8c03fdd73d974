"""A letter in Markdown to each agency: what was read of its files, what it should mend, and what is late."""

from __future__ import annotations

from collections.abc import Iterator

from pmf_engine.domain.plain_text import tamed
from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.render.validation import for_sender, problem_words
from pmf_engine.report.validation import AgencyFiles, FileRead, Validation
from pmf_engine.submissions.severity import Severity

_HEADINGS = {
    Severity.LOST: "Please mend: these values could not be used",
    Severity.DOUBT: "Please look at: these may not be what you meant",
    Severity.NOTE: "For your information",
}


def to_letters(validation: Validation) -> str:
    """A letter to each agency with files or late returns, one below the other with a rule between them."""
    letters = ["\n".join(map(tamed, _letter(validation, part))) for part in validation.agencies if part.agency]
    return "\n\n---\n\n".join(letters) + "\n" if letters else "Nothing was sent, and nothing is late.\n"


def _letter(validation: Validation, part: AgencyFiles) -> Iterator[str]:
    """The lines of a letter."""
    name = part.agency.title if part.agency else ""
    problems = [problem for file in part.files for problem in file.problems]
    yield f"# Your return to {validation.board}"
    yield ""
    yield f"{show_date(validation.as_of)}"
    yield ""
    yield f"Dear colleagues of {name},"
    yield ""
    if part.files:
        yield "Thank you for what you sent. This is what we read:"
        yield ""
        for file in part.files:
            yield f"- {_read(file)}"
        yield ""
    for severity, heading in _HEADINGS.items():
        of_severity = [
            (file, problem) for file in part.files for problem in file.problems if problem.severity == severity
        ]
        if of_severity:
            yield f"## {heading}"
            yield ""
            for file, problem in of_severity:
                yield f"- `{file.file}`, {for_sender(problem_words(problem))}"
            yield ""
    if part.late:
        yield "## Still to come"
        yield ""
        for late in part.late:
            yield f"- {late.figure.title} for {late.period}, due on {show_date(late.due)}"
        yield ""
    if any(problem.severity != Severity.NOTE for problem in problems):
        yield "Until a corrected file comes, these values count as missing, and what rests on them has no rating."
    elif not part.late:
        yield "Nothing is left to do."
    yield ""
    yield "With kind regards"
    yield ""
    yield validation.board


def _read(file: FileRead) -> str:
    """What was read of a file: `police.xlsx, received 20 January 2017: 12 of 14 cells are used`."""
    received = f", received {show_date(file.received_on)}" if file.received_on else ""
    if file.read is None:
        return f"`{file.file}`{received}"
    if file.used is None:
        return f"`{file.file}`{received}: {show_count(file.read, file.of)}"
    return f"`{file.file}`{received}: {file.used:,} of {show_count(file.read, file.of)} used"
