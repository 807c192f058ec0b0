"""Padding a batch of images, and its gradient: the crop that takes the padding off again."""

from __future__ import annotations

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.shapes import Pads

__all__ = ["pad", "pad_gradient"]


def pad(images: Array, pads: Pads, value: float = 0.0) -> Array:
    """Surround each image with cells of one value.

    Arguments: `images` (batch, height, width, channels); `pads` (top, bottom, left, right) in
    cells; the `value` of the added cells.
    Returns (batch, top + height + bottom, left + width + right, channels); without any pads, the
    images themselves.

    >>> pad(np.ones((1, 1, 2, 1)), Pads(0, 1, 1, 0))[0, :, :, 0]
    array([[0., 1., 1.],
           [0., 0., 0.]])
    """
    if not any(pads):
        return images
    batch, height, width, channels = images.shape
    shape = (batch, pads.top + height + pads.bottom, pads.left + width + pads.right, channels)
    padded = np.full(shape, value, dtype=images.dtype)
    pad_gradient(padded, pads)[...] = images
    return padded


def pad_gradient(gradient: Array, pads: Pads) -> Array:
    """Return the part of a padded batch's gradient that belongs to the images: a view.

    Arguments: `gradient` of the padded batch, (batch, top + height + bottom, left + width + right,
    channels); `pads` (top, bottom, left, right) in cells.
    Returns (batch, height, width, channels).

    >>> pad_gradient(np.ones((1, 3, 3, 1)), Pads(0, 1, 1, 0)).shape
    (1, 2, 2, 1)
    """
    height, width = gradient.shape[1:3]
    return gradient[:, pads.top : height - pads.bottom, pads.left : width - pads.right]
