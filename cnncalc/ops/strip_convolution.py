"""Convolution for training: strips of rows that stay in the cache, and small matrix products.

The usual product of patches copies each number once for every cell of the kernel: 25 times for 5×5.
Here a row of pixels is copied once for every column of the kernel (`spread`). The rows below each
other that a kernel meets then lie behind each other in memory: seen together they are the matrix of
patches of a whole row of outputs (`patches`), and the next rows are that of the next outputs. Only
where dilation sets rows apart must patches be copied. The columns that neighbouring windows meet
are neighbours in memory, too: where windows are apart, columns are dealt out to phases, each of
every so many-th column. An image is spread strip by strip, so that
what was spread is still in the processor's cache when it is multiplied; in the backward pass it is
spread again, which is faster than to keep it.

If a pooling follows, the columns of a row are put in another order: first those that are first in a
pooling's window, then those that are second. What the pooling compares are then whole lines.

Images are in HCWN order (ops/memory.py), products are cut small (ops/small_products.py). Memory is
viewed by `np.ndarray`, which checks that a view lies within it, and takes an eighth of the time
of `as_strided`: time in which other threads wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, gcd, prod
from typing import Any, NamedTuple

import numpy as np

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array
from cnncalc.ops.memory import Buffers
from cnncalc.ops.small_products import LANES, multiply
from cnncalc.ops.tiles import parts
from cnncalc.shapes import Size

__all__ = ["STRIP_NUMBERS", "Strip", "StripConvolution", "is_turnable"]

# The numbers of a strip's spread rows: 4 MB of float32. Measured in one thread: with 1 or 2 MB it
# takes 1.02 to 1.14 times as long, with 8 or 16 MB as long (0.97 to 1.04).
STRIP_NUMBERS = 1 << 20

SINGLE = Size(1, 1)


def is_turnable(geometry: Geometry) -> bool:
    """Say whether the gradient by the input is a convolution: stride 1, and not too much padding.

    >>> from cnncalc.geometry import geometry
    >>> is_turnable(geometry((8, 8), 3, padding="same")), is_turnable(geometry((8, 8), 3, 2))
    (True, False)
    """
    axes = (geometry.vertical, geometry.horizontal)
    return all(axis.stride == 1 and max(axis.before, axis.after) < axis.window for axis in axes)


class Strip(NamedTuple):
    """Some `rows` of a convolution's output, and the rows of the padded input that they see.

    The output's are those of pooling windows, or of outputs where no pooling follows.
    """

    rows: slice
    seen: slice


@dataclass(frozen=True)
class StripConvolution:
    """How a convolution of images is worked out in strips.

    Arguments: the convolution's `geometry`; its input's `channels` and its `filters`; the `pool`
    whose windows lie side by side behind it: (1, 1) for a plain convolution. Outputs that make no
    whole window are left out, as in a pooling without padding.
    """

    geometry: Geometry
    channels: int
    filters: int
    pool: Size = SINGLE

    @cached_property
    def output(self) -> Size:
        """How many windows of the pooling there are: (down, across)."""
        down, across = self.geometry.output
        return Size(down // self.pool.height, across // self.pool.width)

    @property
    def candidates(self) -> int:
        """The outputs in a window of the pooling."""
        return prod(self.pool)

    @property
    def patch_size(self) -> int:
        """The numbers in a patch."""
        return prod(self.geometry.kernel) * self.channels

    @property
    def is_pixel_by_pixel(self) -> bool:
        """Whether each pixel is a patch, so that there is nothing to copy."""
        axes = (self.geometry.vertical, self.geometry.horizontal)
        alone = all(axis.padded == axis.size == axis.output for axis in axes)
        return self.geometry.kernel == (1, 1) and alone and self.pool == (1, 1)

    @cached_property
    def without_pool(self) -> StripConvolution:
        """The same convolution, its columns in their own order."""
        return StripConvolution(self.geometry, self.channels, self.filters)

    @cached_property
    def turned(self) -> StripConvolution:
        """The convolution that gives the gradient by the input, of single outputs and turnable.

        It slides the kernel, turned by 180° and with its filters and channels exchanged, over the
        gradient by the output.
        """
        axes = (self.geometry.vertical, self.geometry.horizontal)
        how = Geometry(*(_turned(axis) for axis in axes))
        return StripConvolution(how, self.filters, self.channels)

    def matrix(self, kernel: Array) -> Array:
        """Return a kernel (height, width, channels, filters) as (filters, numbers in a patch)."""
        return np.ascontiguousarray(kernel.reshape(self.patch_size, self.filters).T)

    def kernel_gradient(self, by_matrix: Array) -> Array:
        """Return a loss's gradient by the kernel, given that by the matrix."""
        return by_matrix.T.reshape(*self.geometry.kernel, self.channels, self.filters)

    def spread_row(self, batch: int) -> tuple[int, ...]:
        """Return the shape of a row as it is spread.

        It is (columns of the window, channels, columns of the pool, windows across, batch).
        """
        window = (self.geometry.horizontal.kernel, self.channels)
        return (*window, self.pool.width, self.output.width, batch)

    def strips(self, batch: int) -> Iterator[Strip]:
        """Divide the rows so that a strip's spread rows fit the cache, all as high as the first."""
        axis, pool = self.geometry.vertical, self.pool.height
        line = prod(self.spread_row(batch))
        advance = pool * axis.stride
        most = max(1, (STRIP_NUMBERS // line - axis.window + axis.stride) // advance)
        height = ceil(self.output.height / ceil(self.output.height / most))
        for rows in parts(self.output.height, height):
            count = (rows.stop - rows.start) * advance - axis.stride + axis.window
            yield Strip(rows, slice(rows.start * advance, rows.start * advance + count))

    def is_dealt(self, rows: Array, dtype: np.dtype[Any]) -> bool:
        """Say whether rows (height, channels, width, batch) need no dealing, in this type."""
        axes = (self.geometry.vertical, self.geometry.horizontal)
        bare = self._step == 1 and all(axis.padded == axis.size for axis in axes)
        return bare and rows.dtype == dtype and rows.flags.c_contiguous

    def dealt_shape(self, batch: int) -> tuple[int, ...]:
        """Return the shape of dealt rows."""
        down, across, step = self.geometry.vertical, self.geometry.horizontal, self._step
        return (down.padded, self.channels, step, -(-across.padded // step), batch)

    def inside(self, dealt: Array) -> Iterator[tuple[Array, slice]]:
        """Yield the part of each phase that isn't padding, and the input's columns that it holds.

        Arguments: `dealt` rows. Each part is (height, channels, columns, batch).
        """
        down, across, step = self.geometry.vertical, self.geometry.horizontal, self._step
        rows = dealt[down.before : down.before + down.size]
        for phase in range(step):
            start = (phase - across.before) % step
            first, count = (start + across.before) // step, len(range(start, across.size, step))
            yield rows[:, :, phase, first : first + count], slice(start, across.size, step)

    def spread(self, dealt: Array, strip: Strip, buffers: Buffers) -> Array:
        """Copy a strip's rows once for each column of the window.

        Arguments: the `dealt` rows; the `strip`; the `buffers` to work in.
        Returns (rows, columns of the window, channels, numbers of a line): a line is (columns of
        the pool, windows across, batch), and a little longer.
        """
        rows = dealt[strip.seen]
        *lines, pool, across, batch = self.spread_row(rows.shape[-1])
        length = pool * across * batch
        result = buffers.take("spread", (len(rows), *lines, _odd(length)), rows.dtype)
        filled = result[..., :length].reshape(len(rows), *lines, pool, across, batch)
        for place in range(pool):
            for taps, phase, first in self._taps_by_phase(place):
                np.copyto(filled[:, taps, :, place], self._met(rows, taps, phase, first))
        return result

    def _taps_by_phase(self, place: int) -> Iterator[tuple[slice, int, int]]:
        """Yield taps that meet one phase, that phase, and where the first of them meets it.

        All taps of one phase are copied at once: few long calls of NumPy keep threads from waiting
        for each other.
        """
        axis, step = self.geometry.horizontal, self._step
        apart = step // gcd(step, axis.dilation)
        for tap in range(min(apart, axis.kernel)):
            first, phase = divmod(tap * axis.dilation + place * axis.stride, step)
            yield slice(tap, axis.kernel, apart), phase, first

    def _met(self, rows: Array, taps: slice, phase: int, first: int) -> Array:
        """View what taps meet: (rows, taps, channels, windows across, batch)."""
        axis, across = self.geometry.horizontal, self.output.width
        count = len(range(taps.start, taps.stop, taps.step))
        advance = taps.step * axis.dilation // self._step
        shape = (len(rows), count, self.channels, across, rows.shape[-1])
        down, channel, apart, column, image = rows.strides
        steps = (down, advance * column, channel, column, image)
        return np.ndarray(shape, rows.dtype, rows, phase * apart + first * column, steps)

    def patches(self, spread: Array, strip: Strip, batch: int) -> Array:
        """View the numbers below the outputs of a strip as columns.

        Arguments: the rows as they were `spread`; their `strip`; how many images they are of.
        Returns (rows of windows, pool height, pool width, numbers in a patch, windows across ×
        batch): in this order what outputs see is still in the cache when the next ones see it.
        """
        axis, number = self.geometry.vertical, spread.itemsize
        count, size = strip.rows.stop - strip.rows.start, self.patch_size // axis.kernel
        across, (row, _, _, _) = self.output.width * batch, spread.strides
        shape = (count, *self.pool, axis.kernel, size, across)
        steps = (
            *(self.pool.height * axis.stride * row, axis.stride * row, across * number),
            *(axis.dilation * row, row // size, number),
        )
        windows: Array = np.ndarray(shape, spread.dtype, spread, 0, steps)
        # A view, but where dilation sets rows apart: that is a copy.
        return windows.reshape(count, *self.pool, self.patch_size, across)

    def add_back(
        self, matrix: Array, gradient: Array, strip: Strip, by_input: Array, buffers: Buffers
    ) -> None:
        """Add what a strip gives to a loss's gradient by the input.

        Arguments: the `matrix` of the kernel; the `gradient` by the strip's outputs, shaped as in
        `convolve`, without a pooling; the `strip`; the gradient `by_input` (height, channels,
        width, batch), which is changed; the `buffers` to work in.
        """
        down, across = self.geometry.vertical, self.geometry.horizontal
        shape = (len(gradient), self.patch_size, gradient.shape[-1])
        shares = buffers.take("shares", shape, matrix.dtype)
        multiply(np.ascontiguousarray(matrix.T), gradient, shares)
        shares = shares.reshape(
            *(len(gradient), down.kernel, across.kernel, self.channels),
            *(across.output, by_input.shape[-1]),
        )
        for i in range(down.kernel):
            given, rows = _meeting(down, i, strip.rows)
            for j in range(across.kernel):
                taken, columns = _meeting(across, j, slice(0, across.output))
                by_input[rows, :, columns] += shares[given, i, j, :, taken]

    @property
    def _step(self) -> int:
        """The input's columns from one window of the pooling to the next."""
        return self.geometry.horizontal.stride * self.pool.width


def _odd(length: int) -> int:
    """Return how long lines are made: an odd number of times the cache's lines.

    Numbers that lie a power of 2 apart would have the same few places in the cache, and a product
    reads hundreds of them at once. Measured: 1.4 times as fast for lines of 512 numbers.
    """
    return -(-length // LANES) // 2 * 2 * LANES + LANES


def _meeting(axis: Axis, tap: int, outputs: slice) -> tuple[slice, slice]:
    """Return which of some outputs one cell of the kernel joins to a cell of the input, and those.

    >>> _meeting(Axis(size=5, kernel=3, stride=2, dilation=1, before=1, after=1), 0, slice(0, 3))
    (slice(1, 3, None), slice(1, 4, 2))
    """
    offset = tap * axis.dilation - axis.before
    first = max(outputs.start, ceil(-offset / axis.stride))
    last = min(outputs.stop, (axis.size - 1 - offset) // axis.stride + 1)
    start = first * axis.stride + offset
    count = max(last - first, 0)
    given = slice(first - outputs.start, first - outputs.start + count)
    return given, slice(start, start + max((count - 1) * axis.stride + 1, 0), axis.stride)


def _turned(axis: Axis) -> Axis:
    """Return how the turned kernel slides over the output, with what it needs to be the input."""
    before, after = (axis.window - 1 - padding for padding in (axis.before, axis.after))
    return Axis(axis.output, axis.kernel, 1, axis.dilation, before, after)
