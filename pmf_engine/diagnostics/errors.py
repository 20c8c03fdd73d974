"""The errors that the library raises, all of them kinds of `Error`, and each with a sentence for its reader."""

from __future__ import annotations

from collections.abc import Iterable

from pmf_engine.diagnostics.suggestions import nearest


class Error(Exception):
    """Any error of the library; `except pmf.Error` catches all of them."""


class MismatchError(Error):
    """Things that do not belong together, such as submissions read by the names of another framework."""


class ReadError(Error):
    """Records that cannot be counted, though their files can be read: the engine that counts them failed."""


class MissingExtra(Error):  # noqa: N818  # what it is, is in the name
    """A rendering needs a package that is not installed; the message has the command that installs it."""


class UnknownPeriod(Error, ValueError):  # noqa: N818  # what it is, is in the name
    """A text that names no period of the board's year."""


class UnknownName(Error, ValueError):  # noqa: N818
    """A name that nothing has.

    Attributes:
        name: The name.
        near: The nearest name that there is; None where none is near.
    """

    def __init__(self, kind: str, name: str, names: Iterable[str], words: str = "", hint: str = "") -> None:
        self.kind, self.name, self.names, self.words, self.hint = kind, name, tuple(names), words, hint
        self.near = nearest(str(name), self.names)  # a program may give something else than a text
        help_ = f"did you mean `{self.near}`?" if self.near else hint
        super().__init__((words or f"unknown {kind} `{name}`") + (f"; {help_}" if help_ else ""))

    def __reduce__(self) -> tuple[type[UnknownName], tuple[str, str, tuple[str, ...], str, str]]:
        return type(self), (self.kind, self.name, self.names, self.words, self.hint)
