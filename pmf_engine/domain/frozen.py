"""A mapping that cannot be changed and comes back from a pickle, which `MappingProxyType` does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V", covariant=True)


class FrozenMapping(Mapping[_K, _V]):
    """A mapping without a way to change it, in the order in which it was given.

    >>> due = FrozenMapping({"police": 30})
    >>> due["police"], due
    (30, {'police': 30})
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[_K, _V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: _K) -> _V:
        return self._items[key]

    def __iter__(self) -> Iterator[_K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)
