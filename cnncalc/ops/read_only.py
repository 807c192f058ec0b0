"""What can't be written to: mappings that can be copied and pickled, as a proxy can't; arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np

from cnncalc.ops.arrays import Array

__all__ = ["ReadOnlyMapping", "held_apart"]

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


def held_apart(array: Array) -> Array:
    """Return an array's numbers in memory that nobody else may write to.

    That is the array itself where it is read-only, down to what it is a view of, as what was read
    from a file is; else a copy.

    >>> own = np.zeros(2)
    >>> held_apart(own) is own
    False
    """
    memory: object = array
    while isinstance(memory, np.ndarray) and not memory.flags.writeable:
        memory = memory.base
    return array if memory is None else array.copy()
