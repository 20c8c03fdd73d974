"""The face of the library: its names and signatures change on purpose only; tests/typing has the types."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path

import pmf_engine as pmf
from pmf_engine import schemas

SNAPSHOT = Path(__file__).with_name("face.txt")


def face() -> Iterator[str]:
    """A line for each public name, each parameter list, each public member of a class, and each column of a schema."""
    for name, thing in public_things():
        if not inspect.isclass(thing):
            yield f"{name}{_parameters(thing)}"
            continue
        bases = [base.__name__ for base in thing.__bases__ if base is not object]
        yield f"{name}({', '.join(bases)})" if bases else name
        for member in sorted({*_own(thing), *_fields(thing)} - _of_the_engine(thing)):
            value = inspect.getattr_static(thing, member, None)
            plain = getattr(value, "__func__", value)
            yield f"{name}.{member}{_parameters(plain) if inspect.isfunction(plain) else _type(thing, member, value)}"
    for schema in schemas.ALL.values():
        yield from (f"{schema.name}: {name} {dtype!r}" for name, dtype in schema.polars().items())


def public_things() -> Iterator[tuple[str, object]]:
    """Every public class and function, by its name below the package; what several modules name is told once."""
    modules = ((pmf, ""), (pmf.report, "report."), (pmf.render, "render."), (pmf.render.words, "words."))
    for module, prefix in (*modules, (pmf.explanation, "explanation.")):
        for name in module.__all__:
            thing = getattr(module, name)
            if not inspect.ismodule(thing) and (module is pmf or getattr(pmf, name, None) is not thing):
                yield f"{prefix}{name}", thing


def _fields(thing: type) -> set[str]:
    """The fields of a dataclass or named tuple, those of the classes above it among them."""
    if dataclasses.is_dataclass(thing):
        return {field.name for field in dataclasses.fields(thing)}
    return {*getattr(thing, "__annotations__", {})}


def _of_the_engine(thing: type) -> set[str]:
    """The fields of a class that programs cannot make, without those that its docstring gives to programs."""
    if thing not in (pmf.Evaluation, pmf.Submissions):
        return set()
    told = inspect.getdoc(thing) or ""
    return {field.name for field in dataclasses.fields(thing) if f"    {field.name}: " not in told}


def _own(thing: type) -> Iterator[str]:
    """The public members that a class or a class of the engine above it defines."""
    for parent in thing.__mro__:
        if parent.__module__.startswith("pmf_engine"):
            yield from (member for member in vars(parent) if not member.startswith("_"))


def _parameters(thing: object) -> str:
    """Parameters with their types and defaults, and a star before those by name only."""
    assert callable(thing)
    signature = inspect.signature(thing)
    words = []
    for parameter in signature.parameters.values():
        star = "*" if parameter.kind is parameter.KEYWORD_ONLY else ""
        of = "" if parameter.annotation is parameter.empty else f": {parameter.annotation}"
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        words.append(f"{star}{parameter.name}{of}{default}")
    gives = "" if signature.return_annotation is signature.empty else f" -> {signature.return_annotation}"
    return f"({', '.join(words)}){gives}"


def _type(thing: type, member: str, value: object) -> str:
    """The type of an attribute or property, as it is written."""
    getter = getattr(value, "fget", None) or getattr(value, "func", None)
    if getter is not None:
        return f": {inspect.signature(getter).return_annotation}"
    for parent in thing.__mro__:
        if member in (written := vars(parent).get("__annotations__", {})):
            return f": {getattr(written[member], '__forward_arg__', written[member])}"  # as named tuples keep it
    return ""


def test_the_face_is_that_of_the_snapshot() -> None:
    """A name, a parameter, a member of an enum or a column that goes or moves breaks other programs.

    Where the change is meant, write the snapshot anew: `python -c "from tests.whole import test_face as t; t.write()"`.
    """
    assert SNAPSHOT.read_text(encoding="utf-8").splitlines() == list(face())


def write() -> None:
    """Writes the snapshot anew."""
    SNAPSHOT.write_text("".join(f"{line}\n" for line in face()), encoding="utf-8")


def test_each_public_module_lists_its_names_once_and_in_order() -> None:
    for module in (pmf, pmf.report, pmf.render):
        homes = vars(module)["_HOMES"]
        assert sorted(module.__all__) == sorted(homes)
        assert all(getattr(module, name) is not None for name in homes)
