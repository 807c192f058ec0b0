"""Convolution for training: a row of blocks of neighbouring outputs from one matrix product.

The usual product of patches copies each number once for every cell of the kernel: 25 times for 5×5.
Here a row of pixels is copied once for every column of the kernel (`spread`). The rows below each
other that a kernel meets then lie behind each other in memory: seen together they are the matrix of
patches of a whole row of outputs (`patches`), and the next rows are that of the next outputs. Only
where dilation sets rows apart must patches be copied, a tile at a time.

With few filters BLAS reaches half of its speed. If a max pooling follows, one product can give all
outputs of a pooling cell. For 5×5 filters and a pool of 2×2 its patches are the 6×6 pixels below
the cell, and its matrix holds each filter four times, once at each position within the patch. That
is 1.44 times the arithmetic, done twice as fast, and what the pooling compares lies side by side.
Cells are two pixels apart, and so are the numbers that neighbouring cells meet: before they are
copied, pixels are divided into phases, the even and the odd columns (ops/block_axis.py).

The images stand last, in CHWN order (ops/memory.py): a row of outputs of several images is long.
Zeros of a matrix meet numbers beside the kernel: one that is no number spoils its whole block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array
from cnncalc.ops.block_axis import BlockAxis
from cnncalc.ops.memory import Buffers, from_chwn, to_chwn
from cnncalc.ops.tiles import parts
from cnncalc.shapes import Size

__all__ = ["BlockedConvolution", "is_turnable"]

# The numbers of a tile's patches, outputs and gradients, each row of blocks for itself: 8 MB of
# float32. Measured: an eighth of it is slower by a twentieth, as each tile costs Python its time;
# four times as much is no faster.
TILE_NUMBERS = 1 << 21


def is_turnable(geometry: Geometry) -> bool:
    """Say whether the gradient by the input is a convolution: stride 1, and not too much padding.

    >>> from cnncalc.geometry import geometry
    >>> is_turnable(geometry((8, 8), 3, padding="same")), is_turnable(geometry((8, 8), 3, 2))
    (True, False)
    """
    axes = (geometry.vertical, geometry.horizontal)
    return all(axis.stride == 1 and max(axis.before, axis.after) < axis.window for axis in axes)


@dataclass(frozen=True)
class BlockedConvolution:
    """How a convolution of images is worked out in blocks of pool height × pool width outputs.

    Arguments: the convolution's `geometry`; its input's `channels` and its `filters`; the `pool`
    whose cells are the blocks: (1, 1) for a plain convolution, else its dilation must be 1. Outputs
    that make no whole block are left out, as in a pooling without padding.
    """

    geometry: Geometry
    channels: int
    filters: int
    pool: Size

    @cached_property
    def rows(self) -> BlockAxis:
        """The blocks from top to bottom."""
        return BlockAxis(self.geometry.vertical, self.pool.height, divide=False)

    @cached_property
    def columns(self) -> BlockAxis:
        """The blocks from left to right, along which memory runs."""
        return BlockAxis(self.geometry.horizontal, self.pool.width, divide=True)

    @property
    def candidates(self) -> int:
        """The outputs in a block."""
        return prod(self.pool)

    @property
    def patch_shape(self) -> tuple[int, int, int, int]:
        """A patch's numbers: (rows, columns in a phase, phases, channels)."""
        return (self.rows.taps, self.columns.taps, self.columns.phases, self.channels)

    @property
    def patch_size(self) -> int:
        """The numbers in a patch."""
        return prod(self.patch_shape)

    @property
    def output(self) -> Size:
        """How many blocks there are: (down, across)."""
        return Size(self.rows.blocks, self.columns.blocks)

    def matrix(self, kernel: Array) -> Array:
        """Lay the filters out at each position of the block.

        Arguments: the `kernel` (kernel height, kernel width, channels, filters).
        Returns (outputs in a block × filters, numbers in a patch).
        """
        shape = (*self.pool, self.filters, *self._flat_patch_shape)
        result = np.zeros(shape, kernel.dtype)
        for down, across, rows, columns in self._positions():
            result[down, across, :, rows, columns] = kernel.transpose(3, 0, 1, 2)
        return result.reshape(-1, self.patch_size)

    def kernel_gradient(self, by_matrix: Array) -> Array:
        """Return a loss's gradient by the kernel, given that by the matrix: its positions' sum.

        Arguments: the gradient `by_matrix`, of the shape that `matrix` returns.
        Returns (kernel height, kernel width, channels, filters).
        """
        shares = by_matrix.reshape(*self.pool, self.filters, *self._flat_patch_shape)
        total = np.zeros((self.filters, *self.geometry.kernel, self.channels), by_matrix.dtype)
        for down, across, rows, columns in self._positions():
            total += shares[down, across, :, rows, columns]
        return total.transpose(1, 2, 3, 0)

    @property
    def _flat_patch_shape(self) -> tuple[int, int, int]:
        """A patch's numbers as (rows, columns, channels)."""
        return (self.rows.taps, self.columns.taps * self.columns.phases, self.channels)

    def _positions(self) -> list[tuple[int, int, slice, slice]]:
        """Return each output of a block, and the rows and columns of the patch that it sees."""
        (height, width), strides = self.geometry.kernel, self.geometry.strides
        return [
            (
                *(down, across),
                slice(down * strides.height, down * strides.height + height),
                slice(across * strides.width, across * strides.width + width),
            )
            for down in range(self.pool.height)
            for across in range(self.pool.width)
        ]

    @cached_property
    def turned(self) -> BlockedConvolution:
        """The convolution that gives the gradient by the input, of single outputs and turnable.

        It slides the kernel, turned by 180° and with its filters and channels exchanged, over the
        gradient by the output.
        """
        axes = (self.geometry.vertical, self.geometry.horizontal)
        how = Geometry(*(_turned(axis) for axis in axes))
        return BlockedConvolution(how, self.filters, self.channels, Size(1, 1))

    def tiles(self, batch: int) -> list[slice]:
        """Divide the rows of blocks so that what the work on a tile needs fits the cache."""
        outputs = self.candidates * self.filters
        numbers = self.output.width * batch
        row = self.patch_size * numbers + outputs * (numbers + self.patch_size)
        return list(parts(self.output.height, TILE_NUMBERS // row))

    def spread(
        self, images: Array, dtype: np.dtype[np.floating], buffers: Buffers, owner: str
    ) -> Array:
        """Copy images, with their padding, once for each column of the window.

        Arguments: `images` (batch, height, width, channels); the `dtype` to work in; the `buffers`
        and the `owner` in them that the result is part of.
        Returns (rows, columns in a phase, phases, channels, blocks across, batch).
        """
        phases = buffers.take_padded((owner, "phases"), self._phases_shape(len(images)), dtype)
        for inside, held, taken in self._divided():
            cells = to_chwn(images)[:, *taken]
            np.copyto(phases[held[0], inside, :, held[1]], cells.swapaxes(0, 1))
        result = buffers.take(owner, self._spread_shape(len(images)), dtype)
        for tap in range(self.columns.taps):
            np.copyto(result[:, tap], phases[:, :, :, self.columns.met_by(tap)])
        return result

    def patches(self, spread: Array, rows: slice) -> Array:
        """View the numbers below each block of some rows as a column.

        Arguments: the images as they were `spread`; the `rows` of blocks.
        Returns (rows, numbers in a patch, blocks across × batch).
        """
        row, count = spread.strides[0], rows.stop - rows.start
        axis, length = self.rows, prod(spread.shape[-2:])
        first = spread[rows.start * axis.advance :].reshape(-1)
        shape = (count, axis.taps, spread[0].size // length, length)
        steps = (axis.advance * row, axis.axis.dilation * row, length * spread.itemsize)
        windows = as_strided(first, shape, (*steps, spread.itemsize), writeable=False)
        # A view, but where dilation sets rows apart: that is a copy.
        return windows.reshape(count, self.patch_size, length)

    def convolve(self, matrix: Array, spread: Array, rows: slice, outputs: Array) -> None:
        """Work out some rows of blocks.

        Arguments: the `matrix` of the kernel; the images as they were `spread`; the `rows`; the
        `outputs` (outputs in a block × filters, rows, blocks across, batch), which are overwritten:
        each of their rows must lie together in memory.
        """
        np.matmul(matrix, self.patches(spread, rows), out=_row_by_row(outputs))

    def matrix_gradient(
        self, gradient: Array, spread: Array, rows: slice, buffers: Buffers
    ) -> Array:
        """Return what some rows of blocks add to a loss's gradient by the matrix.

        Arguments: the `gradient` by their outputs, shaped as in `convolve`; the images as they were
        `spread`; the `rows`; the `buffers` to work in.
        Returns (numbers in a patch, outputs in a block × filters).
        """
        shape = (self.patch_size, len(gradient))
        total, share = np.zeros(shape, gradient.dtype), buffers.take("share", shape, gradient.dtype)
        for patches, by_row in zip(self.patches(spread, rows), _row_by_row(gradient), strict=True):
            total += np.matmul(patches, by_row.T, out=share)
        return total

    def add_back(
        self, matrix: Array, gradient: Array, rows: slice, by_phases: Array, buffers: Buffers
    ) -> None:
        """Add what some rows of blocks give to a loss's gradient by the dealt images.

        Arguments: the `matrix` of the kernel; the `gradient` by their outputs, shaped as in
        `convolve`; the `rows`; the gradient `by_phases`, which is changed; the `buffers` to work
        in.
        """
        by_row = _row_by_row(gradient)
        shape = (len(by_row), self.patch_size, by_row.shape[-1])
        by_patches = np.matmul(matrix.T, by_row, out=buffers.take("patches", shape, matrix.dtype))
        shares = by_patches.reshape(
            *(len(by_row), self.rows.taps, *self._spread_shape(by_phases.shape[-1])[1:])
        )
        for i in range(self.rows.taps):
            for j in range(self.columns.taps):
                met = by_phases[self.rows.met_by(i)][rows, :, :, self.columns.met_by(j)]
                met += shares[:, i, j]

    def phases_gradient(self, batch: int, dtype: DTypeLike, buffers: Buffers) -> Array:
        """Return an empty gradient by the images as they are dealt, to be added to."""
        result = buffers.take("gradient by phases", self._phases_shape(batch), dtype)
        result.fill(0)
        return result

    def image_gradient(self, phases: Array, buffers: Buffers) -> Array:
        """Return a loss's gradient by the images, given that by the dealt images.

        Arguments: the gradient by the `phases`; the `buffers` that the result is part of.
        Returns (batch, height, width, channels), in CHWN order.
        """
        size = (self.channels, *self.geometry.input, phases.shape[-1])
        # Cells that no window covers stay zero.
        result = buffers.take_padded("gradient by images", size, phases.dtype)
        for inside, held, taken in self._divided():
            np.copyto(result[:, *taken], phases[held[0], inside, :, held[1]].swapaxes(0, 1))
        return from_chwn(result)

    @property
    def spread_size(self) -> int:
        """The numbers of one image as it is divided into phases and spread."""
        return prod(self._phases_shape(1)) + prod(self._spread_shape(1))

    def _phases_shape(self, batch: int) -> tuple[int, ...]:
        return (self.rows.length, self.columns.phases, self.channels, self.columns.length, batch)

    def _spread_shape(self, batch: int) -> tuple[int, ...]:
        columns = self.columns
        window = (columns.taps, columns.phases, self.channels)
        return (self.rows.length, *window, columns.blocks, batch)

    def _divided(self) -> Iterator[tuple[int, tuple[slice, slice], tuple[slice, slice]]]:
        """Yield each phase, with the (rows, columns) that it holds, and those of the images."""
        rows, down = self.rows.of_phase(0)
        for phase in range(self.columns.phases):
            taken, held = self.columns.of_phase(phase)
            yield phase, (down, held), (rows, taken)


def _row_by_row(outputs: Array) -> Array:
    """View outputs (many, rows, blocks across, batch) as a matrix a row."""
    many, rows = outputs.shape[0], outputs.shape[1]
    return outputs.reshape(many, rows, -1).transpose(1, 0, 2)


def _turned(axis: Axis) -> Axis:
    """Return how the turned kernel slides over the output, with what it needs to be the input."""
    before, after = (axis.window - 1 - padding for padding in (axis.before, axis.after))
    return Axis(axis.output, axis.kernel, 1, axis.dilation, before, after)
