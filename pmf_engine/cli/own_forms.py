"""Forms of the exception report that installed packages give: functions of a report, by the name of an entry point.

A package names its functions in the group `pmf_engine.renderers`. Nothing of it is loaded until its format is asked
for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pmf_engine.cli.command import CannotDoError
from pmf_engine.render.renderers import RENDERERS, PageOptions

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

    from pmf_engine.report.model import ExceptionReport

GROUP: Final = "pmf_engine.renderers"
"""The group of the entry points: name -> function from an exception report to text or bytes."""

ReportForm = Callable[["ExceptionReport", PageOptions], str | bytes]


class ReportFormats(list[str]):
    """The names of the engine's formats of the exception report. Those of installed packages are in it, unlisted."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or bool(_points(str(name)))


def _points(name: str) -> EntryPoints:
    """The entry points of a format."""
    from importlib.metadata import entry_points

    return entry_points(group=GROUP, name=name)


def report_form(name: str) -> ReportForm:
    """The function of a format.

    Raises:
        CannotDoError: Two packages give a format of this name, or that of a package cannot be loaded.
    """
    if name in RENDERERS:
        return RENDERERS[name]
    given = {point.value: point for point in _points(name)}
    if len(given) > 1:
        raise CannotDoError(f"several packages give a format `{name}`: {', '.join(sorted(given))}; remove all but one")
    [(value, point)] = given.items()
    try:
        own = point.load()
    except Exception as error:  # the code of another package may raise anything
        raise CannotDoError(f"cannot load the format `{name}` from `{value}`: {_words(error)}") from None

    def rendered(report: ExceptionReport, options: PageOptions) -> str | bytes:
        try:
            made = own(report)
        except Exception as error:
            raise CannotDoError(f"the format `{name}` of `{value}` failed: {_words(error)}") from None
        if not isinstance(made, str | bytes):
            raise CannotDoError(f"the format `{name}` of `{value}` must give text or bytes, not {type(made).__name__}")
        return made

    return rendered


def _words(error: Exception) -> str:
    """The kind of an error and the first line of its message."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}".rstrip(": ")
