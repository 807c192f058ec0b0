"""How the fast training pass orders a batch in memory, and uses memory again.

The order is HCWN: rows, then channels, then columns, then images. The arrays keep their shape,
(batch, height, width, channels), which is NHWC; in memory the same pixel of all images lies side by
side, and so do the columns of a row: every copy and every sum runs along lines of numbers, however
few the channels and however small the images; and some rows of an image are one piece of memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnncalc.ops.arrays import Array
from cnncalc.ops.tiles import parts

__all__ = ["Buffers", "as_lines", "chunks", "from_rows", "line_sums", "row_shape", "to_rows"]

# A processor reads memory in lines of so many bytes. Numbers that start with a line are multiplied
# 1.02 to 1.06 times as fast, with small products more; NumPy's memory starts anywhere. Measured.
LINE_BYTES = 64

# Of so many numbers several steps find them in the cache; of fewer each costs Python its time.
CHUNK_NUMBERS = 1 << 18


def to_rows(images: Array) -> Array:
    """Turn the axes of a batch from NHWC to HCWN: a view, its memory as it was.

    Arguments: `images` (batch, height, width, channels), or (batch, features).
    Returns (height, channels, width, batch), or (features, batch).

    >>> to_rows(np.zeros((8, 5, 4, 3))).shape
    (5, 3, 4, 8)
    """
    return images.transpose(1, 3, 2, 0) if images.ndim == 4 else np.moveaxis(images, 0, -1)


def from_rows(rows: Array) -> Array:
    """Turn the axes of a batch from HCWN to NHWC: a view, its memory as it was.

    >>> from_rows(np.zeros((5, 3, 4, 8))).shape
    (8, 5, 4, 3)
    """
    return rows.transpose(3, 0, 2, 1) if rows.ndim == 4 else np.moveaxis(rows, -1, 0)


def row_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the shape that one sample has in that order: (height, channels, width).

    >>> row_shape((5, 4, 3))
    (5, 3, 4)
    """
    if len(shape) != 3:
        return tuple(shape)
    height, width, channels = shape
    return (height, channels, width)


def as_lines(rows: Array) -> Array:
    """View HCWN rows as (height, channels, numbers), or (features, batch) as one such row.

    >>> as_lines(np.zeros((5, 3, 4, 8))).shape, as_lines(np.zeros((10, 8))).shape
    ((5, 3, 32), (1, 10, 8))
    """
    return rows[np.newaxis] if rows.ndim == 2 else rows.reshape(*rows.shape[:2], -1)


def line_sums(lines: Array, dtype: DTypeLike | None = None) -> Array:
    """Add up each channel of (rows, channels, numbers), the rows' sums in another `dtype` if given.

    >>> line_sums(np.ones((2, 3, 4))).tolist()
    [8.0, 8.0, 8.0]
    """
    # A product with ones is faster than a sum, row by row hardly less exact.
    by_row = lines @ np.ones(lines.shape[-1], lines.dtype)
    total: Array = by_row.sum(axis=0, dtype=dtype)
    return total


def chunks(rows: Array) -> Iterator[slice]:
    """Divide rows (rows, …) into parts that stay in the cache from one step to the next.

    >>> list(chunks(np.zeros((3, CHUNK_NUMBERS // 2))))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    return parts(len(rows), CHUNK_NUMBERS // max(1, prod(rows.shape[1:])))


class Buffers:
    """Arrays that are used again and again, since fresh memory has its price.

    The system clears each new page of memory, which takes as long as several sums over it. So an
    owner keeps the memory of the largest array that it has asked for; smaller ones lie within. What
    a buffer holds is lost when its owner asks for it again.
    """

    def __init__(self) -> None:
        self._memory: dict[object, NDArray[np.uint8]] = {}
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
            size = prod(shape) * np.dtype(dtype).itemsize
            array = self._within(owner, size).view(dtype).reshape(shape)
            self._arrays[owner] = array
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

    def _within(self, owner: object, size: int) -> NDArray[np.uint8]:
        """Return the first so many bytes of the owner's memory, of new memory if it has less."""
        memory = self._memory.get(owner)
        if memory is None or memory.size < size:
            fresh = np.empty(size + LINE_BYTES, np.uint8)
            start = -fresh.ctypes.data % LINE_BYTES
            self._memory[owner] = memory = fresh[start : start + size]
        return memory[:size]
