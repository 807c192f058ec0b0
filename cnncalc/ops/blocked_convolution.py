"""Convolution for training: a block of neighbouring outputs from one matrix product.

A product of patches with few filters leaves BLAS most of its time waiting: with 10 filters it
reaches half of its speed. If a max pooling follows, one product can give all outputs of a pooling
cell. For 5×5 filters and a pool of 2×2 its patches are the 6×6 pixels below the cell, and its
matrix holds each filter four times, once at each position within the patch. That is 1.44 times the
arithmetic, done twice as fast; there are a third as many numbers in the patches; and what the
pooling compares lies side by side. A block of a single output is the usual product of patches.

The patches lie with one row a cell of the window and one column a block, in planes (ops/planes.py),
so that both sides are copied along rows of pixels. They are kept for the backward pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array
from cnncalc.ops.planes import Buffers, from_planes, to_planes
from cnncalc.ops.tiles import parts
from cnncalc.shapes import Size

__all__ = ["BlockedConvolution"]

# The numbers of a tile's patches: 4 MB of float32. Measured.
TILE_NUMBERS = 1 << 20

# So many are kept for the backward pass: a second copy costs more than memory does. Measured.
KEPT_NUMBERS = 5 << 19


@dataclass(frozen=True)
class BlockAxis:
    """One direction of the blocks: how far one is from the next, and which cells it sees.

    Where blocks are `step` cells apart, the cells that neighbouring blocks meet are not neighbours
    in memory. So the input is dealt out into `hands`, each with every step-th cell: within a hand
    they are. The window is rounded up to a whole number of hands; the kernel is 0 there.
    """

    axis: Axis
    pool: int
    deal: bool

    @property
    def blocks(self) -> int:
        """How many whole blocks the outputs make."""
        return self.axis.output // self.pool

    @property
    def step(self) -> int:
        """The input cells from one block to the next."""
        return self.axis.stride * self.pool

    @property
    def hands(self) -> int:
        """How many hands the input's cells are dealt out into."""
        # Dilation spreads a window over the hands irregularly.
        return self.step if self.deal and self.axis.dilation == 1 else 1

    @property
    def taps(self) -> int:
        """The cells of the window in each hand."""
        return ceil(((self.pool - 1) * self.axis.stride + self.axis.kernel) / self.hands)

    @property
    def advance(self) -> int:
        """The cells of a hand from one block to the next."""
        return self.step // self.hands

    @property
    def length(self) -> int:
        """The cells of a hand that all blocks see together."""
        return (self.blocks - 1) * self.advance + (self.taps - 1) * self.axis.dilation + 1

    def met_by(self, tap: int) -> slice:
        """Return the cells of a hand that one tap of the window meets, block by block."""
        first = tap * self.axis.dilation
        return slice(first, first + (self.blocks - 1) * self.advance + 1, self.advance)

    def dealt(self, hand: int) -> tuple[slice, slice]:
        """Return which cells of the input a hand holds, and where it holds them."""
        start = (hand - self.axis.before) % self.hands
        first = (start + self.axis.before) // self.hands
        count = len(range(start, self.axis.size, self.hands))
        count = max(0, min(count, self.length - first))
        return slice(start, start + count * self.hands, self.hands), slice(first, first + count)


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
        return BlockAxis(self.geometry.vertical, self.pool.height, deal=False)

    @cached_property
    def columns(self) -> BlockAxis:
        """The blocks from left to right, along which memory runs."""
        return BlockAxis(self.geometry.horizontal, self.pool.width, deal=True)

    @property
    def candidates(self) -> int:
        """The outputs in a block."""
        return prod(self.pool)

    @property
    def patch_shape(self) -> tuple[int, int, int, int]:
        """A patch's numbers: (rows, columns in a hand, hands, channels)."""
        return (self.rows.taps, self.columns.taps, self.columns.hands, self.channels)

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
        parts = by_matrix.reshape(*self.pool, self.filters, *self._flat_patch_shape)
        total = np.zeros((self.filters, *self.geometry.kernel, self.channels), by_matrix.dtype)
        for down, across, rows, columns in self._positions():
            total += parts[down, across, :, rows, columns]
        return total.transpose(1, 2, 3, 0)

    @property
    def _flat_patch_shape(self) -> tuple[int, int, int]:
        """A patch's numbers as (rows, columns, channels)."""
        return (self.rows.taps, self.columns.taps * self.columns.hands, self.channels)

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

    def tiles(self, batch: int) -> list[slice]:
        """Divide the rows of blocks so that a tile's patches fit the cache.

        Where all fit together there is one tile, and its patches serve both passes.
        """
        row = self.patch_size * self.output.width * batch
        count = TILE_NUMBERS // row
        if self._single_pixels or self.output.height * row <= KEPT_NUMBERS:
            count = self.output.height
        return list(parts(self.output.height, count))

    def deal(self, images: Array, dtype: np.dtype[np.floating], buffers: Buffers) -> Array:
        """Deal images out, with their padding, as `patches` reads them.

        Arguments: `images` (batch, height, width, channels); the `dtype` to work in; the
        `buffers` that the result is part of.
        Returns (hands, channels, rows, columns in a hand, batch).
        """
        hands = buffers.take_padded("hands", self._hands_shape(len(images)), dtype)
        for inside, held, taken in self._dealings():
            np.copyto(hands[inside, :, *held], to_planes(images)[:, *taken])
        return hands

    def patches(self, hands: Array, rows: slice, buffers: Buffers) -> Array:
        """Lay the numbers below each block of some rows out as a column.

        Arguments: the `hands` that the images were dealt to; the `rows` of blocks; the `buffers`
        that the result is part of.
        Returns (numbers in a patch, rows × blocks across × batch).
        """
        if self._single_pixels:
            return hands.reshape(self.patch_size, -1)
        windows = self._windows(hands)[:, :, :, :, rows]
        result = buffers.take("patches", windows.shape, hands.dtype)
        np.copyto(result, windows)
        return result.reshape(self.patch_size, -1)

    def add_back(self, by_patches: Array, rows: slice, hands: Array) -> None:
        """Add a loss's gradient by the patches to that by the dealt images, where they met.

        Arguments: the gradient `by_patches` of some `rows` of blocks; the gradient by the `hands`,
        which is changed.
        """
        count, batch = rows.stop - rows.start, hands.shape[-1]
        shares = by_patches.reshape(*self.patch_shape, count, self.output.width, batch)
        for i in range(self.rows.taps):
            for j in range(self.columns.taps):
                met = hands[:, :, self.rows.met_by(i), self.columns.met_by(j)][:, :, rows]
                met += shares[i, j]

    def image_gradient(self, hands: Array, buffers: Buffers) -> Array:
        """Return a loss's gradient by the images, given that by the dealt images.

        Arguments: the gradient by the `hands`; the `buffers` that the result is part of.
        Returns (batch, height, width, channels), in planes.
        """
        size = (self.channels, *self.geometry.input, hands.shape[-1])
        # Cells that no window covers stay zero.
        result = buffers.take_padded("gradient by images", size, hands.dtype)
        for inside, held, taken in self._dealings():
            np.copyto(result[:, *taken], hands[inside, :, *held])
        return from_planes(result)

    @property
    def _single_pixels(self) -> bool:
        """Whether every pixel is a patch: then the dealt images are the patches already."""
        how = self.geometry
        return how.kernel == how.strides == self.pool == (1, 1) and not any(how.pads)

    def _hands_shape(self, batch: int) -> tuple[int, ...]:
        return (self.columns.hands, self.channels, self.rows.length, self.columns.length, batch)

    def _dealings(self) -> Iterator[tuple[int, tuple[slice, slice], tuple[slice, slice]]]:
        """Yield each hand, with the (rows, columns) that it holds, and those of the images."""
        rows, down = self.rows.dealt(0)
        for hand in range(self.columns.hands):
            taken, held = self.columns.dealt(hand)
            yield hand, (down, held), (rows, taken)

    def _windows(self, hands: Array) -> Array:
        """View the dealt images as patches (rows, columns, hands, channels, down, across, n)."""
        hand, channel, row, column, image = hands.strides
        return as_strided(
            hands,
            (*self.patch_shape, *self.output, hands.shape[-1]),
            (
                *(self.rows.axis.dilation * row, self.columns.axis.dilation * column),
                *(hand, channel, self.rows.advance * row, self.columns.advance * column, image),
            ),
            writeable=False,
        )
