"""A mapping that can't be written to, and that can be copied and pickled, as a proxy can't."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["ReadOnlyMapping"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class ReadOnlyMapping(Mapping[Key, Value]):
    """The entries that a mapping has now, read-only.

    >>> entries = ReadOnlyMapping({"bias": 2})
    >>> entries["bias"], entries == {"bias": 2}, entries
    (2, True, ReadOnlyMapping({'bias': 2}))
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[Key, Value]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, key: Key) -> Value:
        return self._entries[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._entries})"
