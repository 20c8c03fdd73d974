"""Public names are few, and each says what it means."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import pmf_engine


def public() -> Iterator[tuple[str, object]]:
    """Every public module, class, function and method of the package."""
    for info in pkgutil.walk_packages(pmf_engine.__path__, "pmf_engine."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        yield info.name, module
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != info.name:
                continue
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{info.name}.{name}", thing
            if inspect.isclass(thing):
                for inner, member in vars(thing).items():
                    plain = member.fget if isinstance(member, property) else getattr(member, "func", member)
                    plain = getattr(plain, "__func__", plain)
                    if not inner.startswith("_") and inspect.isfunction(plain):
                        yield f"{info.name}.{name}.{inner}", plain


NAMES = dict(public())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("pmf_engine.messages.")])
def test_public_names_say_what_they_mean(name: str) -> None:
    said = inspect.getdoc(NAMES[name]) or ""
    assert len(said) > 15, f"{name} has no docstring"
    assert not said.startswith(name.rsplit(".", 1)[-1] + "("), f"{name} has only a generated docstring"


def test_the_face_is_small_and_each_name_is_documented() -> None:
    assert len(pmf_engine.__all__) <= 15
    for name in pmf_engine.__all__:
        assert inspect.getdoc(getattr(pmf_engine, name)), name


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        getattr(pmf_engine, "evalu" + "te")
