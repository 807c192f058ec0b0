"""Slow and obvious versions of the operations, to prove the fast ones against.

They know nothing of cnncalc: plain numbers in, one loop a dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np


def reference_convolve(
    images: np.ndarray,
    kernel: np.ndarray,
    pads: Sequence[int] = (0, 0, 0, 0),
    strides: Sequence[int] = (1, 1),
    dilation_rate: Sequence[int] = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """Cross-correlate (batch, height, width, channels) with (h, w, channels / groups, filters).

    `pads` are (top, bottom, left, right).
    """
    padded = _padded(images, pads, 0.0)
    filters = kernel.shape[3]
    depth = images.shape[3] // groups
    rows, columns = _positions(padded, kernel.shape[:2], strides, dilation_rate)
    result = np.zeros((len(images), len(rows), len(columns), filters))
    for n, image in enumerate(padded):
        for y, x, cells in _windows(image, kernel.shape[:2], rows, columns, dilation_rate):
            for f in range(filters):
                first = f // (filters // groups) * depth
                result[n, y, x, f] = np.sum(cells[:, :, first : first + depth] * kernel[:, :, :, f])
    return result


def reference_pool(
    images: np.ndarray,
    pool_size: Sequence[int],
    mode: str,
    pads: Sequence[int] = (0, 0, 0, 0),
    strides: Sequence[int] = (1, 1),
    dilation_rate: Sequence[int] = (1, 1),
    count_padding: bool = True,
) -> np.ndarray:
    """Pool (batch, height, width, channels) by "max", "average", "l2", or "position".

    "position" says which cell of the window is the first maximum, counted in row-major order.
    """
    padded = _padded(images, pads, np.nan)
    rows, columns = _positions(padded, pool_size, strides, dilation_rate)
    result = np.zeros((len(images), len(rows), len(columns), images.shape[3]))
    for n, image in enumerate(padded):
        for y, x, cells in _windows(image, pool_size, rows, columns, dilation_rate):
            for c in range(images.shape[3]):
                result[n, y, x, c] = _pooled(cells[:, :, c].ravel().tolist(), mode, count_padding)
    return result


def numerical_gradient(
    function: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-6
) -> np.ndarray:
    """Return the gradient of a function to one number, by central differences."""
    result = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        above, below = at.copy(), at.copy()
        above[index] += step
        below[index] -= step
        result[index] = (function(above) - function(below)) / (2 * step)
    return result


def _pooled(cells: list[float], mode: str, count_padding: bool) -> float:
    real = [cell for cell in cells if not np.isnan(cell)]
    if mode == "max":
        return max(real)
    if mode == "position":
        return cells.index(max(real))
    if mode == "average":
        return sum(real) / len(cells if count_padding else real)
    assert mode == "l2"
    return sum(cell * cell for cell in real) ** 0.5


def _padded(images: np.ndarray, pads: Sequence[int], value: float) -> np.ndarray:
    top, bottom, left, right = pads
    widths = ((0, 0), (top, bottom), (left, right), (0, 0))
    return np.pad(images, widths, constant_values=value)


def _positions(
    padded: np.ndarray, size: Sequence[int], strides: Sequence[int], dilation_rate: Sequence[int]
) -> list[list[int]]:
    """Return the first row, and the first column, of each window that lies inside."""
    return [
        [
            start
            for start in range(0, padded.shape[1 + axis], strides[axis])
            if start + (size[axis] - 1) * dilation_rate[axis] < padded.shape[1 + axis]
        ]
        for axis in (0, 1)
    ]


def _windows(
    image: np.ndarray,
    size: Sequence[int],
    rows: list[int],
    columns: list[int],
    dilation_rate: Sequence[int],
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield each output cell (y, x) with the input cells under its window."""
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            down = [row + i * dilation_rate[0] for i in range(size[0])]
            across = [column + j * dilation_rate[1] for j in range(size[1])]
            yield y, x, image[np.ix_(down, across)]
