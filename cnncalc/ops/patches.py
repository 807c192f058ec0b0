"""A tile's windows as the rows of one matrix, so that BLAS can multiply them by a kernel."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncalc.geometry import Geometry
from cnncalc.ops.arrays import Array

__all__ = ["patch_matrix"]

# From so many channels on, a copy that runs along the channels is the faster one. Measured.
MANY_CHANNELS = 6


def patch_matrix(covered: Array, geometry: Geometry) -> Array:
    """Lay each window out as a row: its cells in row-major order, each with its channels.

    The order in memory follows the longest runs of the copy: where channels are few, the matrix
    lies column by column, since a column walks along the image's rows. BLAS takes either.
    Arguments: the `covered` input of a tile (n, rows, columns, channels); the window's `geometry`.
    Returns (n × output rows × output width, kernel height × kernel width × channels).

    >>> from cnncalc.geometry import geometry
    >>> patch_matrix(np.arange(6.0).reshape(1, 2, 3, 1), geometry((2, 3), 2))
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.]])
    """
    down, across = geometry.vertical, geometry.horizontal
    channels = covered.shape[3]
    planes = covered.transpose(3, 0, 1, 2)
    if channels < MANY_CHANNELS:
        planes = np.ascontiguousarray(planes)
    every = sliding_window_view(planes, (down.window, across.window), axis=(2, 3))
    windows = every[
        :, :, :: down.stride, :: across.stride, :: down.dilation, :: across.dilation
    ]  # cnyxij
    size = down.kernel * across.kernel * channels
    if channels < MANY_CHANNELS:
        return windows.transpose(4, 5, 0, 1, 2, 3).reshape(size, -1).T
    return windows.transpose(1, 2, 3, 4, 5, 0).reshape(-1, size)
