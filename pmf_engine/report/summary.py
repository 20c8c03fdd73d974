"""The chair's own words for a report: `summary.md` beside the two YAML files, printed on top and never computed.

A heading names the period that the words below it are for, so that last quarter's words never stand above this one's
figures: `# 2016-17 Q4`. Papers for the public print the words below `# 2016-17 Q4, for the public` and no others: what
is written for the board may tell of single children.
"""

from __future__ import annotations

import re
from pathlib import Path

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Period, parse_period

NAME = "summary.md"
"""The name of the file."""

_HEADING = re.compile(r"#\s+(\S.*)")
# Only the first of several spaces may begin a match, so that a long run of them is read once.
_FOR_THE_PUBLIC = re.compile(r"(?:,|(?<!\s))\s+for the public$", re.IGNORECASE)


def read_summary(folder: Path | None, period: Period, audience: str = Audience.BOARD) -> tuple[str, ...]:
    """The paragraphs of the chair's words for a period.

    Args:
        folder: The folder of the two YAML files; None for a framework from texts.
        period: The period of the report.
        audience: The audience of the report: `board` or `public`.

    Returns:
        The paragraphs below the heading that names the period and the audience; none where there is no file or no such
        heading.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not in UTF-8.
    """
    path = folder / NAME if folder else None
    if path is None or not path.is_file():
        return ()
    return summary_of(path.read_text(encoding="utf-8-sig"), period, audience)


def names_such_periods(text: str, period: Period) -> bool:
    """Whether a heading of a text names a period of the same length as a period.

    >>> from pmf_engine.domain.periods import parse_period
    >>> names_such_periods("# 2016-17\\nA year.", parse_period("2016-17 Q4", 4))
    False
    """
    headings = (_bare(match[1]) for line in text.splitlines() if (match := _HEADING.fullmatch(line.strip())))
    named = (parse_period(heading, period.cadence.year_start) for heading in headings)
    return any(each is not None and each.cadence == period.cadence for each in named)


def _bare(heading: str) -> str:
    """The period that a heading names: without the signs that may close it, and without its audience.

    >>> _bare("2016-17 Q4 ##"), _bare("2016-17 Q4, for the public")
    ('2016-17 Q4', '2016-17 Q4')
    """
    return _FOR_THE_PUBLIC.sub("", _open(heading))


def _open(heading: str) -> str:
    """A heading without the signs that may close it."""
    return heading.rstrip().rstrip("#").rstrip()


def summary_of(text: str, period: Period, audience: str = Audience.BOARD) -> tuple[str, ...]:
    """The paragraphs of a text below the heading that names a period, and the public where it is the audience.

    >>> from pmf_engine.domain.periods import parse_period
    >>> quarter = parse_period("2016-17 Q4", 4)
    >>> summary_of("# 2016-17 Q3\\nWorse.\\n\\n# 2016-17 Q4\\nBetter,\\nagain.\\n\\nNot yet good.", quarter)
    ('Better, again.', 'Not yet good.')
    >>> summary_of("# 2016-17 Q4\\nOne child.\\n# 2016-17 Q4, for the public\\nSome children.", quarter, "public")
    ('Some children.',)
    """
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if heading := _HEADING.fullmatch(line.strip()):
            is_public = _FOR_THE_PUBLIC.search(_open(heading[1])) is not None
            is_own = is_public == (audience == Audience.PUBLIC)
            inside = is_own and parse_period(_bare(heading[1]), period.cadence.year_start) == period
        elif inside:
            lines.append(line)
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines))
    return tuple(words for paragraph in paragraphs if (words := " ".join(paragraph.split())))
