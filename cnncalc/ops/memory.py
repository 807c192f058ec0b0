"""How the fast training pass orders a batch in memory, and uses memory again.

The order is CHWN. The arrays keep their shape, (batch, height, width, channels), which is NHWC; in
memory the channels come first and the images last, so that the same pixel of all images lies side
by side: every copy and every sum then runs along long rows of numbers, however few the channels and
however small the images.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from cnncalc.ops.arrays import Array

__all__ = ["Buffers", "chw_shape", "from_chwn", "to_chwn"]


def to_chwn(images: Array) -> Array:
    """Turn the axes of a batch from NHWC to CHWN: a view, its memory as it was.

    Arguments: `images` (batch, height, width, channels), or (batch, features).
    Returns (channels, height, width, batch), or (features, batch).

    >>> to_chwn(np.zeros((8, 5, 4, 3))).shape
    (3, 5, 4, 8)
    """
    return images.transpose(-1, *range(1, images.ndim - 1), 0)


def chw_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the shape that one sample has in that order: (channels, height, width).

    >>> chw_shape((5, 4, 3))
    (3, 5, 4)
    """
    return (shape[-1], *shape[:-1])


# Turning the axes twice is no turn: both ways are one function, named for the reader.
from_chwn = to_chwn


class Buffers(threading.local):
    """Arrays that each thread uses again and again, since fresh memory has its price.

    The system clears each new page of memory, which takes as long as several sums over it. So an
    owner keeps the memory of the largest array that it has asked for; smaller ones lie within. What
    a buffer holds is lost when its owner asks for it again.
    """

    def __init__(self) -> None:
        self._memory: dict[object, Array] = {}
        self._arrays: dict[object, Array] = {}

    def take(self, owner: object, shape: Sequence[int], dtype: DTypeLike) -> Array:
        """Return the owner's array, of this shape and type, with whatever it holds.

        >>> buffers = Buffers()
        >>> large, small = (buffers.take("sums", (size, 3), np.float32) for size in (4, 2))
        >>> large.shape, small.shape, np.shares_memory(large, small)
        ((4, 3), (2, 3), True)
        """
        array = self._arrays.get(owner)
        if array is None or array.shape != tuple(shape) or array.dtype != dtype:
            self._arrays[owner] = array = self._within(owner, prod(shape), dtype).reshape(shape)
        return array

    def take_padded(self, owner: object, shape: Sequence[int], dtype: DTypeLike) -> Array:
        """Return the owner's array; where none writes to it, it is zero.

        It is cleared when it gets another shape: then it lies elsewhere in its memory.
        """
        before = self._arrays.get(owner)
        array = self.take(owner, shape, dtype)
        if array is not before:
            array.fill(0)
        return array

    def _within(self, owner: object, size: int, dtype: DTypeLike) -> Array:
        """Return the first so many numbers of the owner's memory, of new memory if it has less."""
        memory = self._memory.get(owner)
        if memory is None or memory.size < size or memory.dtype != dtype:
            self._memory[owner] = memory = np.empty(size, dtype)
        return memory[:size]
