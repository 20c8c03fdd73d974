"""The arguments of public functions: each is of a type that its annotation allows, or refused in a sentence.

Here is the one rule for all public functions and methods. They wear `checked`; their parameters' annotations say what
they take.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cache, wraps
from typing import Any, Final, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from pmf_engine.diagnostics.errors import UnknownName

_P = ParamSpec("_P")
_R = TypeVar("_R")

_PERIOD = "a text, such as '2016-17 Q3', or a Period"

_PARAMETERS: Final = {
    "first": _PERIOD,
    "from_": _PERIOD,
    "last": _PERIOD,
    "only": "a list of ids, such as ['late_share']",
    "period": _PERIOD,
    "received_on": "a date, the name of a column, either of these by frame, or None where nobody knows",
    "text": "a text, such as '2016-17 Q3'",
}
"""What a parameter takes, where its name says more than its type does."""

_TYPES: Final = {
    "ArrowStream": "an object with `__arrow_c_stream__`",
    "DataFrame": "a frame of Polars",
    "Engine": "an engine of Polars",
    "LazyFrame": "a frame of Polars",
    "Mapping": "a mapping, such as a dict",
    "Path": "a path",
    "Records": "Records",
    "bool": "True or False",
    "date": "a date, such as date(2017, 6, 30)",
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
}
"""What a type is called in a sentence, by its name; others by that with an article."""

_KINDS: Final = {"what": "table"}
"""What the words of a parameter name, where its own name does not say so."""

_SHOWN: Final = 60
"""The most characters of an argument that a message repeats."""


def checked(door: Callable[_P, _R]) -> Callable[_P, _R]:
    """Makes a public function refuse arguments that are not of the types of its annotations.

    A type that is asked for in an annotation as a word of an enum or a `Literal` may be given as its text.

    Raises:
        TypeError: An argument is of another type; the message names the parameter and what it takes.
        UnknownName: A text is none of the words of a `Literal` or of an enum.

    >>> @checked
    ... def share(part: float, *, of: str | None = None) -> float: ...
    >>> share(1, of=3)
    Traceback (most recent call last):
    TypeError: `of` must be a text, not 3
    """
    signature = inspect.signature(door)
    starred = {name for name, parameter in signature.parameters.items() if parameter.kind is parameter.VAR_POSITIONAL}

    @wraps(door)
    def inside(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        types_of = _types(door)
        for name, argument in _bound(door, signature, args, kwargs).items():
            if name in types_of:
                for each in argument if name in starred else (argument,):
                    _check(name, each, types_of[name])
        return door(*args, **kwargs)

    return inside


def _bound(
    door: Callable[..., object], signature: inspect.Signature, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> Mapping[str, Any]:
    """The arguments by the names of their parameters; raises TypeError where they are too many or too few."""
    try:
        return signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        parameters = {name: each for name, each in signature.parameters.items() if name not in ("self", "cls")}
        placed = [name for name, each in parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
        named = [name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
        own = len(signature.parameters) - len(parameters)
        if len(args) - own > len(placed) and named:
            first = " and ".join(f"`{name}`" for name in placed) or "nothing"
            more = ", ".join(f"`{name}=`" for name in named)
            raise TypeError(f"`{door.__name__}` takes {first} by position; give the rest by name: {more}") from None
        given = {*[*signature.parameters][: len(args)], *kwargs}
        for name, each in parameters.items():
            if each.default is each.empty and each.kind is not each.VAR_POSITIONAL and name not in given:
                words = _words(name, list(_options(_types(door)[name])))
                raise TypeError(f"`{door.__name__}` needs `{name}`: {words}") from None
        if unknown := [name for name in kwargs if name not in parameters]:
            names = ", ".join(f"`{name}`" for name in parameters)
            raise TypeError(f"`{door.__name__}` has no parameter `{unknown[0]}`; it takes {names}") from None
        raise TypeError(f"`{door.__name__}`: {error}") from None


@cache
def _types(door: Callable[..., object]) -> dict[str, Any]:
    """The types of the parameters of a function, at its first call: those of frames bring Polars with them."""
    return get_type_hints(door)


def _check(name: str, argument: object, takes: Any) -> None:
    """Raises where an argument, or a part of it, is not of a type that an annotation allows."""
    options = list(_options(takes))
    fitting = [option for option in options if _fits(argument, option)]
    if not fitting:
        raise TypeError(f"`{name}` must be {_words(name, options)}, not {_short(argument)}")
    words = [word for option in fitting for word in _members(option)]
    if all(map(_members, fitting)) and argument not in words:
        raise UnknownName(_KINDS.get(name, name), str(argument), words, hint=f"`{name}` is one of {', '.join(words)}")
    if len(fitting) == 1:
        for part, inner, inner_takes in _parts(name, argument, fitting[0]):
            _check(part, inner, inner_takes)


def _options(takes: Any) -> Iterator[Any]:
    """The alternatives of an annotation."""
    if get_origin(takes) in (Union, types.UnionType):
        for option in get_args(takes):
            yield from _options(option)
    else:
        yield takes


def _members(option: Any) -> tuple[str, ...]:
    """The words of a `Literal` or of an enum of texts."""
    if get_origin(option) is Literal:
        return tuple(str(word) for word in get_args(option))
    return tuple(option) if isinstance(option, type) and issubclass(option, Enum) and issubclass(option, str) else ()


def _fits(argument: object, option: Any) -> bool:
    """Whether an argument is of a type, leaving its parts aside."""
    if option is Any or isinstance(option, TypeVar):
        return True
    if _members(option):
        return isinstance(argument, str)
    kind = get_origin(option) or option
    if kind in (Sequence, Collection) and isinstance(argument, str | bytes):
        return False
    if kind is float:
        kind = (int, float)
    return isinstance(argument, kind) and (kind is not date or argument == argument)  # a NaT of pandas is no day


def _parts(name: str, argument: Any, option: Any) -> Iterator[tuple[str, object, Any]]:
    """The parts of an argument that have types of their own, with their names: keys, values and items."""
    kind, inner = get_origin(option), get_args(option)
    if kind is Mapping:
        for key, value in argument.items():
            yield f"a key of {name}", key, inner[0]
            yield f"{name}[{key!r}]", value, inner[1]
    elif kind in (Sequence, Collection):
        for item in argument:
            yield f"an item of {name}", item, inner[0]


def _words(name: str, options: Sequence[Any]) -> str:
    """What a parameter takes, in words."""
    if name in _PARAMETERS:
        return _PARAMETERS[name]
    words = list(dict.fromkeys(word for option in options for word in _names(option)))
    last = ", or " if any(", " in word for word in words) else " or "
    return last.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _names(option: Any) -> Iterator[str]:
    """The names of a type in a sentence."""
    if option is types.NoneType:
        return
    if members := _members(option):
        yield from (repr(str(word)) for word in members)
        return
    kind, inner = get_origin(option) or option, get_args(option)
    if kind in (Sequence, Collection):
        items = " or ".join(name for part in _options(inner[0]) for name in _names(part))
        yield f"a list, each item {items}"
        return
    name = kind.__name__
    yield _TYPES.get(name, f"{'an' if name[0] in 'AEIOU' else 'a'} {name}")


def _short(argument: object) -> str:
    """An argument in a message: itself where it is short, else its type."""
    plain = isinstance(argument, str | int | float | date | None)
    return repr(argument) if plain and len(repr(argument)) <= _SHOWN else type(argument).__name__
