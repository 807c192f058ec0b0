"""Matrix products that are cut small, since small ones are the fastest of a matrix library.

OpenBLAS, which NumPy's wheels bring, brings matrices into an order of its own before it multiplies
them: for few rows that takes longer than multiplying. Products below a limit it works out as they
lie, on processors with AVX-512 at twice the speed. A stack of small products is one call of
`matmul`. The limits are the library's own, and another may have others: a wrong one costs speed,
never a number's right. Rows of sums are then added up by a product with ones.

How products are cut follows from their shapes alone: the last bits are the same on every machine of
one kind, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.ops.memory import Buffers

__all__ = [
    "LANES",
    "LARGEST_PRODUCT",
    "LARGEST_TURNED",
    "Product",
    "Purpose",
    "cut",
    "cut_turned",
    "multiply",
    "sum_of_products",
]

# The multiplications of the largest product that OpenBLAS takes for small, and the numbers of the
# largest result where its second factor is turned.
# Source: kernel/x86_64/sgemm_small_kernel_permit_skylakex.c of OpenBLAS 0.3.31.
LARGEST_PRODUCT = 1_000_000
LARGEST_TURNED = 1_200
# Of fewer rows a small product is no faster than a large one, nor where its result has more
# numbers or its sums are longer. Measured.
LEAST_ROWS = 16
MOST_RESULTS = 1 << 17
LONGEST_SUM = 640
# A part is so many numbers, or a multiple: those that a processor multiplies at once.
LANES = 16
# The width that the kernels are best at; many times as wide is as good. Measured.
BEST_WIDTH = 64
WIDE = 4


class Purpose(StrEnum):
    """What a product of training is for."""

    FORWARD = "forward"
    WEIGHT_GRADIENT = "gradient by the weights"
    INPUT_GRADIENT = "gradient by the input"


class Product(NamedTuple):
    """A matrix product: (rows, depth) by (depth, columns).

    `is_cut` tells whether it is worked out in small parts; the gradient by the weights has its
    second factor turned.
    """

    purpose: Purpose
    rows: int
    depth: int
    columns: int
    is_cut: bool

    @property
    def parts(self) -> tuple[int, int, int]:
        """The rows, depth and columns of the parts that it is worked out in."""
        if not self.is_cut:
            return self.rows, self.depth, self.columns
        if self.purpose is Purpose.WEIGHT_GRADIENT:
            height, width, depth = cut_turned(self.rows, self.depth, self.columns)
            return height, depth, width
        height, width = cut(self.rows, self.depth, self.columns)
        return height, self.depth, width


def cut(rows: int, depth: int, columns: int) -> tuple[int, int]:
    """Return the rows and columns of the parts that a product is worked out in.

    Arguments: the `rows` of the first factor, its `depth`, which is the second's rows, and the
    `columns` of the second. Where no part of both is small enough, the product stays whole.

    >>> cut(10, 75, 2368), cut(64, 576, 256), cut(512, 4608, 256)
    ((10, 1184), (16, 64), (512, 256))
    """
    width = min(BEST_WIDTH, columns)
    for height in _divisors(rows):
        most = LARGEST_PRODUCT // (height * depth)
        if height >= min(rows, LEAST_ROWS) and most >= width:
            return height, _even(columns, most)
    return rows, columns


def cut_turned(rows: int, depth: int, columns: int) -> tuple[int, int, int]:
    """Return the parts of a product whose second factor is turned: rows, result columns, depth.

    Arguments: the `rows` of the first factor; its `depth`, which is the second's columns; the
    second's rows, which are the result's `columns`.

    >>> cut_turned(10, 2368, 75), cut_turned(64, 256, 576)
    ((10, 75, 592), (64, 16, 256))
    """
    if rows * columns > MOST_RESULTS:
        return rows, columns, depth
    height = next(part for part in _divisors(rows) if part * LANES <= max(LARGEST_TURNED, LANES))
    width = _even(columns, max(LARGEST_TURNED // height, 1))
    most = min(LARGEST_PRODUCT // (height * width), LONGEST_SUM)
    return height, width, _even(depth, max(most, LANES))


def multiply(matrix: Array, lines: Array, out: Array) -> None:
    """Multiply each of many matrices by one.

    Arguments: the `matrix` (rows, depth); `lines` (…, depth, columns); the result `out` (…, rows,
    columns), which is overwritten. Columns must lie side by side in memory.

    >>> out = np.empty((1, 1, 2))
    >>> multiply(np.array([[2.0, 3.0]]), np.array([[[1.0, 0.0], [0.0, 1.0]]]), out)
    >>> out
    array([[[2., 3.]]])
    """
    height, width = cut(len(matrix), matrix.shape[1], lines.shape[-1])
    factors = matrix.reshape(-1, height, matrix.shape[1])
    for columns, part in _groups(lines.shape[-1], width):
        # (…, parts of the columns, parts of the rows, depth or height, part)
        stack = _apart(lines[..., columns], -1, part).swapaxes(-2, -3)[..., np.newaxis, :, :]
        results = _apart(_apart(out[..., columns], -1, part), -3, height)
        np.matmul(factors, stack, out=_moved(results))


def sum_of_products(firsts: Array, seconds: Array, buffers: Buffers) -> Array:
    """Multiply matrices by the turned ones of another stack, and add all products up.

    Arguments: `firsts` (…, rows, depth); `seconds` (…, columns, depth), numbers along the depth
    side by side in memory; the `buffers` to work in.
    Returns (rows, columns).

    >>> ones = np.ones((2, 1, 3))
    >>> sum_of_products(ones, ones, Buffers())
    array([[6.]])
    """
    (rows, length), columns = firsts.shape[-2:], seconds.shape[-2]
    if rows * columns > MOST_RESULTS:
        first = _side_by_side(firsts, buffers, "first")
        whole: Array = first @ _side_by_side(seconds, buffers, "second").T
        return whole
    height, width, most = cut_turned(rows, length, columns)
    total = np.zeros((rows, columns), firsts.dtype)
    for taken, part in _groups(columns, width):
        for along, depth in _groups(length, most):
            left = _apart(_apart(firsts[..., along], -1, depth), -3, height)
            right = _apart(_apart(seconds[..., taken, along], -1, depth), -3, part)
            # (…, parts of the depth, of the columns, of the rows, height or depth, depth or part)
            stack = _moved(left)[..., np.newaxis, :, :, :]
            turned = _moved(right).swapaxes(-1, -2)[..., np.newaxis, :, :]
            shape = (*stack.shape[:-4], turned.shape[-4], *stack.shape[-3:-1], part)
            products = buffers.take("products", shape, firsts.dtype)
            np.matmul(stack, turned, out=products)
            summed = _sum(products.reshape(-1, prod(shape[-4:]))).reshape(shape[-4:])
            total[:, taken] += summed.transpose(1, 2, 0, 3).reshape(rows, -1)
    return total


def _side_by_side(matrices: Array, buffers: Buffers, owner: str) -> Array:
    """Copy matrices (…, rows, columns) into one, (rows, all their columns).

    The products of each would be many times as much to write and to read as these copies.
    """
    *many, rows, columns = range(matrices.ndim)
    moved = matrices.transpose(rows, *many, columns)
    result = buffers.take(owner, moved.shape, moved.dtype)
    np.copyto(result, moved)
    return result.reshape(len(moved), -1)


def _sum(rows: Array) -> Array:
    """Add rows up by a product with ones, which is faster than a sum."""
    return np.ones(len(rows), rows.dtype) @ rows


def _divisors(number: int) -> Iterator[int]:
    """Yield what divides a number, the largest first."""
    return (part for part in range(number, 0, -1) if number % part == 0)


def _even(size: int, most: int) -> int:
    """Return the size of parts, none larger than `most`: alike, or what a processor likes best."""
    if size <= most:
        return size
    if BEST_WIDTH <= most < WIDE * BEST_WIDTH:
        return most // BEST_WIDTH * BEST_WIDTH
    if most < LANES:
        return most
    part = -(-size // -(-size // most))
    return min(-(-part // LANES), most // LANES) * LANES


def _groups(size: int, part: int) -> Iterator[tuple[slice, int]]:
    """Yield how a range is cut: a slice that holds whole parts, and one with what remains."""
    whole = size // part * part
    if whole:
        yield slice(0, whole), part
    if whole < size:
        yield slice(whole, size), size - whole


def _apart(array: Array, axis: int, part: int) -> Array:
    """View an axis, counted from the last, as two: the parts, and what is in each."""
    before, size = array.shape[:axis], array.shape[axis]
    after = array.shape[axis + 1 :] if axis < -1 else ()
    return array.reshape(*before, size // part, part, *after)


def _moved(array: Array) -> Array:
    """Move the last axis but one before the two before it, as `np.moveaxis` does in 20 times."""
    *many, first, second, third, last = range(array.ndim)
    return array.transpose(*many, third, first, second, last)
