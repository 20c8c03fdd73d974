"""Every paper of a quarter: for the board, each level below it, each agency, and to keep; with an index of all.

Equal evaluations make equal files, byte for byte. A paper that cannot be made is named in the index, and the others are
made all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pmf_engine.diagnostics.errors import Error
from pmf_engine.disclosure.public import for_public
from pmf_engine.domain.periods import Period
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.render.html.index import IndexEntry, render_index
from pmf_engine.render.renderers import (
    RENDERERS,
    RESULT_RENDERERS,
    TEMPLATE_RENDERERS,
    VALIDATION_RENDERERS,
    PageOptions,
)
from pmf_engine.report.audience import file_stem, marking_words, slug
from pmf_engine.report.build import exception_report
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.snapshots import Snapshot, papers_before, snapshot_files
from pmf_engine.report.template import template_of
from pmf_engine.report.validation import Validation, validation

INDEX = "index.html"
"""The name of the page that lists all papers."""

_FOR_THE_BOARD = ("html", "docx", "xlsx", "markdown", "json")
_FOR_THE_PUBLIC = ("html", "docx", "xlsx")
_SUFFIXES: Mapping[str, str] = {"markdown": "md"}
_FORMS: Mapping[str, str] = {
    "html": "for screens and paper", "docx": "for the agenda (Word)", "xlsx": "for analysts (Excel)",
    "markdown": "for the minutes (Markdown)", "json": "for other programs (JSON)", "csv": "for spreadsheets (CSV)",
    "parquet": "for other programs (Parquet)",
}  # fmt: skip

_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that no file or folder can have on Windows."""

Files = Mapping[str, bytes]
"""Files by name, with the folder that they are in."""


@dataclass(frozen=True)
class PlannedPaper:
    """A paper that is to be made.

    Attributes:
        of: Whose it is: the board, a level of governance, an agency.
        title: What it is.
        name: The name of its file, or of its folder.
        make: Makes its files by name; of a paper in one file, by its own name.
    """

    of: str
    title: str
    name: str
    make: Callable[[], Files]


@dataclass(frozen=True)
class Pack:
    """The papers that were made, with the index, and those that could not be made, each with the reason."""

    files: Files
    failed: Mapping[str, str]


@dataclass(frozen=True)
class Packer:
    """Makes the papers of one evaluation.

    Attributes:
        evaluation: The evaluation of the period.
        summary: The chair's own words.
        saved: An earlier report to compare with.
        folder: The folder of submissions, whose files the kept report names with their hashes.
        public_summary: The chair's own words that may be published.
    """

    evaluation: Evaluation
    summary: tuple[str, ...] = ()
    saved: Snapshot | None = None
    folder: Path | None = None
    public_summary: tuple[str, ...] = ()

    def pack(self, told: Callable[[int, int, str], None] = lambda *_: None) -> Pack:
        """Makes every paper.

        Args:
            told: Called before each paper with its number, how many there are, and its name.
        """
        whole = self._report()
        planned = list(self._planned(whole))
        files: dict[str, bytes] = {}
        failed: dict[str, str] = {}
        entries = []
        for number, paper in enumerate(planned, 1):
            told(number, len(planned), paper.name)
            try:
                made = paper.make()
            except Error as error:
                failed[paper.name] = str(error)
            except Exception as error:  # a defect in one paper keeps nobody from the others
                failed[paper.name] = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"
            else:
                if not made:  # there is nothing to say, such as no problem of an agency
                    continue
                files |= made
            entries.append(IndexEntry(paper.of, paper.title, _first(paper.name, files), failed.get(paper.name, "")))
        index = render_index(whole, marking_words(whole), entries)
        return Pack({INDEX: index.encode(), **files}, failed)

    def _report(self, agency: str | None = None, to: str | None = None) -> ExceptionReport:
        """The report on all, or limited to an agency or a level."""
        saved = None if agency or to else self.saved
        return exception_report(self.evaluation, agency=agency, to=to, summary=self.summary, saved=saved, workings=True)

    def _planned(self, whole: ExceptionReport) -> Iterator[PlannedPaper]:
        """All papers, in the order of the index."""
        for form in _FOR_THE_BOARD:
            yield _in_form("The board", f"Exception report, {_FORMS[form]}", whole, form)
        names = _names_of(self.evaluation.framework.governance)
        for level in list(self.evaluation.framework.governance)[-2:0:-1]:
            title = self.evaluation.framework.governance[level]
            name = f"{file_stem(whole)}_{names[level]}.html"
            yield PlannedPaper(title, "Exception report, from this level up", name, partial(self._level, level, name))
        for form in ("csv", "parquet"):
            name = f"{file_stem(whole, 'results')}.{form}"
            make = partial(self._results, form, name)
            yield PlannedPaper("The board", f"All results, {_FORMS[form]}", name, make)
        if self.evaluation.framework.disclosure is not None:
            yield from self._for_the_public()
        yield from self._of_agencies(whole)
        name = file_stem(whole, "snapshot")
        yield PlannedPaper(
            "To keep", "The report as it was given out, to compare with", name, partial(self._kept, whole)
        )

    def _for_the_public(self) -> Iterator[PlannedPaper]:
        """The papers for the public; one that fails where nothing can be published safely."""
        try:
            public = for_public(self.evaluation, papers_before(self.evaluation))
        except Error as error:
            problem = error

            def fail() -> Files:
                raise problem

            yield PlannedPaper("The public", "All papers", "public", fail)
        else:
            yield from replace(self, evaluation=public, saved=None, summary=self.public_summary)._of_the_public()

    def _of_the_public(self) -> Iterator[PlannedPaper]:
        """The papers of a public evaluation: the report, the results, and the report to keep."""
        report = self._report()
        for form in _FOR_THE_PUBLIC:
            yield _in_form("The public", f"Exception report, {_FORMS[form]}", report, form)
        name = f"{file_stem(report, 'results')}.csv"
        yield PlannedPaper("The public", f"All results, {_FORMS['csv']}", name, partial(self._results, "csv", name))
        name = file_stem(report, "snapshot")
        yield PlannedPaper(
            "The public", "The report as it was published, to compare with", name, partial(self._kept, report)
        )

    def _level(self, level: str, name: str) -> Files:
        return {name: _bytes(RENDERERS["html"](self._report(to=level), PageOptions()))}

    def _results(self, form: str, name: str) -> Files:
        return {name: _bytes(RESULT_RENDERERS[form](self.evaluation, PageOptions()))}

    def _kept(self, whole: ExceptionReport) -> Files:
        name = file_stem(whole, "snapshot")
        files = snapshot_files(self.evaluation, whole, self.folder)
        return {f"{name}/{file}": content for file, content in files.items()}

    def _of_agencies(self, whole: ExceptionReport) -> Iterator[PlannedPaper]:
        """For each agency its page, its problems, and its blank return for the next period."""
        evaluation, framework = self.evaluation, self.evaluation.framework
        period = whole.period
        following = period.cadence.holding(period.end)
        problems = validation(framework, evaluation.submissions, evaluation.as_of)
        names = _names_of(framework.agencies)
        for id_, agency in framework.agencies.items():
            folder, name = f"agencies/{names[id_]}", names[id_]
            page = f"{folder}/{file_stem(whole)}_{name}.html"
            yield PlannedPaper(agency.name, "Its page", page, partial(self._page, id_, page))
            doubtful = f"{folder}/{file_stem(whole, 'problems')}_{name}.csv"
            make = partial(_problems, problems, id_, doubtful)
            yield PlannedPaper(agency.name, "What is refused, in doubt or late", doubtful, make)
            blank = f"{folder}/{slug(following.label)}_{whole.audience}_return_{name}.xlsx"
            make = partial(self._blank, id_, following, blank)
            yield PlannedPaper(agency.name, f"Its blank return for {following.label}", blank, make)

    def _page(self, agency: str, name: str) -> Files:
        return {name: _bytes(RENDERERS["html"](self._report(agency=agency), PageOptions()))}

    def _blank(self, agency: str, period: Period, name: str) -> Files:
        evaluation = self.evaluation
        template = template_of(evaluation.framework, evaluation.submissions, agency, period, evaluation.as_of)
        if not template.rows:
            return {}
        return {name: _bytes(TEMPLATE_RENDERERS["xlsx"](template, PageOptions()))}


def _names_of(ids: Iterable[str]) -> Mapping[str, str]:
    """By id, a part of a file's name that no other id has, and that Windows does not take for a device.

    >>> _names_of(["social_care", "social__care", "con"])
    {'social_care': 'social-care', 'social__care': 'social-care-2', 'con': 'con-2'}
    """
    names: dict[str, str] = {}
    for id_ in ids:
        name, number = slug(id_), 1
        while name in names.values() or name in _DEVICES:
            number += 1
            name = f"{slug(id_)}-{number}"
        names[id_] = name
    return names


def _in_form(of: str, title: str, report: ExceptionReport, form: str) -> PlannedPaper:
    """The whole report in a form."""
    name = f"{file_stem(report)}.{_SUFFIXES.get(form, form)}"
    return PlannedPaper(of, title, name, lambda: {name: _bytes(RENDERERS[form](report, PageOptions()))})


def _problems(problems: Validation, agency: str, name: str) -> Files:
    """The problems and late returns of an agency; no file for one without any."""
    own = [part for part in problems.agencies if part.agency is not None and part.agency.id == agency]
    if not any(part.late or any(file.problems for file in part.files) for part in own):
        return {}
    return {name: _bytes(VALIDATION_RENDERERS["csv"](replace(problems, agencies=tuple(own)), PageOptions()))}


def _first(name: str, files: Iterable[str]) -> str:
    """The file of a paper to open: its own, or the report of a folder; empty for one that could not be made."""
    return next((file for file in files if file == name or file == f"{name}/report.json"), "")


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()
