"""Convolution for training: one matrix product for each row of the kernel.

Patches copy each number once for every cell of the kernel: 9 times for 3×3. Here it is copied once
for every column of the kernel, so that the rows of pixels that a kernel's row meets lie side by
side; further down the image lies what its other rows meet, a view. That is a third of the copying,
and the products, one for each row of the kernel, are added up. They stay large enough for BLAS
where a row of the kernel holds many numbers.

The gradient by the input is a convolution too: of the gradient by the output, with the kernel
turned by 180° and filters and channels exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array
from cnncalc.ops.planes import Buffers, to_planes
from cnncalc.ops.tiles import parts

__all__ = ["RowConvolution", "is_turnable"]

# The numbers of a tile that a product reads: 1 MB of float32, a core's own cache. Measured.
TILE_NUMBERS = 1 << 18


def is_turnable(geometry: Geometry) -> bool:
    """Say whether the gradient by the input is a convolution: stride 1, and not too much padding.

    >>> from cnncalc.geometry import geometry
    >>> is_turnable(geometry((8, 8), 3, padding="same")), is_turnable(geometry((8, 8), 3, 2))
    (True, False)
    """
    axes = (geometry.vertical, geometry.horizontal)
    return all(each.stride == 1 and max(each.before, each.after) < each.window for each in axes)


@dataclass(frozen=True)
class RowConvolution:
    """How a convolution of images is worked out row by row of the kernel.

    Arguments: the convolution's `geometry`, which must be turnable; its input's `channels` and its
    `filters`.
    """

    geometry: Geometry
    channels: int
    filters: int

    @cached_property
    def turned(self) -> RowConvolution:
        """The convolution that gives the gradient by the input."""
        down, across = (
            _turned(axis) for axis in (self.geometry.vertical, self.geometry.horizontal)
        )
        return RowConvolution(Geometry(down, across), self.filters, self.channels)

    def matrices(self, kernel: Array) -> Array:
        """Return the kernel (height, width, channels, filters) as a matrix for each of its rows.

        Returns (kernel height, filters, kernel width × channels).
        """
        rows = kernel.reshape(len(kernel), -1, self.filters)
        return np.ascontiguousarray(rows.transpose(0, 2, 1))

    def turned_matrices(self, kernel: Array) -> Array:
        """Return the matrices of the turned convolution, for the same kernel."""
        return self.turned.matrices(kernel[::-1, ::-1].transpose(0, 1, 3, 2))

    def kernel_of(self, matrices: Array) -> Array:
        """Return what has the shape of `matrices` in the kernel's own."""
        shape = (*self.geometry.kernel, self.channels, self.filters)
        return matrices.transpose(0, 2, 1).reshape(shape)

    def spread(
        self, images: Array, dtype: np.dtype[np.floating], buffers: Buffers, owner: str
    ) -> Array:
        """Copy images, with their padding, once for each column of the kernel.

        Arguments: `images` (batch, height, width, channels); the `dtype` to work in; the `buffers`
        and the `owner` in them that the result is part of.
        Returns (kernel width, channels, padded height, output width, batch).
        """
        down, across = self.geometry.vertical, self.geometry.horizontal
        shape = (across.kernel, self.channels, down.padded, across.output, len(images))
        result = buffers.take_padded(owner, shape, dtype)
        planes, rows = to_planes(images), slice(down.before, down.before + down.size)
        for column in range(across.kernel):
            shift = column * across.dilation - across.before
            first, last = max(0, -shift), min(across.output, across.size - shift)
            if first < last:
                taken = planes[:, :, first + shift : last + shift]
                np.copyto(result[column, :, rows, first:last], taken)
        return result

    def convolve(self, spread: Array, matrices: Array, output: Array, buffers: Buffers) -> None:
        """Add up the products of all rows of the kernel.

        Arguments: the `spread` images; the `matrices` of the kernel; the `output` (filters,
        height, width, batch), which is overwritten; the `buffers` for what is to be added.
        """
        for rows in self._tiles(spread):
            first, *others = self._met(spread, rows)
            total = output[:, rows].reshape(self.filters, -1)
            np.matmul(matrices[0], first, out=total)
            for matrix, met in zip(matrices[1:], others, strict=True):
                term = buffers.take("term", total.shape, total.dtype)
                total += np.matmul(matrix, met, out=term)

    def kernel_gradient(self, spread: Array, gradient: Array) -> Array:
        """Return a loss's gradient by the matrices, given that by the output.

        Arguments: the `spread` images; the `gradient` (filters, height, width, batch).
        """
        size = self.geometry.kernel.width * self.channels
        result = np.zeros((self.geometry.kernel.height, self.filters, size), gradient.dtype)
        for rows in self._tiles(spread):
            by_output = gradient[:, rows].reshape(self.filters, -1)
            for index, met in enumerate(self._met(spread, rows)):
                result[index] += by_output @ met.T
        return result

    def _tiles(self, spread: Array) -> Iterator[slice]:
        """Divide the rows of the output so that what a product reads fits the cache."""
        row = spread[:, :, 0].size
        return parts(self.geometry.output.height, TILE_NUMBERS // row)

    def _met(self, spread: Array, rows: slice) -> Iterator[Array]:
        """View what each row of the kernel meets for some rows of the output: a matrix each."""
        for index in range(self.geometry.kernel.height):
            first = index * self.geometry.vertical.dilation
            met = spread[:, :, first + rows.start : first + rows.stop]
            yield met.reshape(met.shape[0] * met.shape[1], -1)


def _turned(axis: Axis) -> Axis:
    """Return how the turned kernel slides over the output, with what it needs to be the input."""
    before, after = (axis.window - 1 - each for each in (axis.before, axis.after))
    return Axis(axis.output, axis.kernel, 1, axis.dilation, before, after)
