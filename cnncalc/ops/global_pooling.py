"""Pooling over the whole height and width of each channel, and its gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from cnncalc.ops.arrays import Array, require_batch
from cnncalc.ops.dense import channel_sum
from cnncalc.ops.maxima import maximum_gradient

__all__ = [
    "GLOBAL_POOLINGS",
    "GlobalPooling",
    "global_average_pool",
    "global_average_pool_gradient",
    "global_max_pool",
    "global_max_pool_gradient",
]


def global_average_pool(images: Array) -> Array:
    """Take the mean of each channel.

    Arguments: `images` (batch, height, width, channels).
    Returns (batch, channels).

    >>> global_average_pool(np.arange(6.0).reshape(1, 3, 1, 2))
    array([[2., 3.]])
    """
    require_batch(images)
    batch, height, width, channels = images.shape
    means = np.empty((batch, channels), images.dtype)
    for index, image in enumerate(images):
        means[index] = channel_sum(image) / (height * width)
    return means


def global_average_pool_gradient(gradient: Array, input_size: Sequence[int]) -> Array:
    """Return a loss's gradient by the images: each channel's is shared out equally.

    Arguments: `gradient` by the output (batch, channels); the images' `input_size`
    (height, width).
    Returns (batch, height, width, channels).

    >>> global_average_pool_gradient(np.array([[6.0]]), (3, 1)).ravel()
    array([2., 2., 2.])
    """
    height, width = input_size
    share = gradient / (height * width)
    shape = (len(gradient), height, width, gradient.shape[1])
    return np.broadcast_to(share[:, None, None, :], shape).copy()


def global_max_pool(images: Array) -> Array:
    """Take the largest number of each channel.

    Arguments: `images` (batch, height, width, channels).
    Returns (batch, channels).

    >>> global_max_pool(np.arange(6.0).reshape(1, 3, 1, 2))
    array([[4., 5.]])
    """
    require_batch(images)
    largest: Array = images.max(axis=(1, 2))
    return largest


def global_max_pool_gradient(gradient: Array, images: Array, *, near: bool = False) -> Array:
    """Return a loss's gradient by the images: each channel's goes to its first maximum.

    Max pooling keeps one convention everywhere; Keras shares a tie out equally here.
    Arguments: `gradient` by the output (batch, channels); the pooled `images` (batch, height,
    width, channels); whether what is `near`, equal but for rounding, counts as the maximum.
    Returns (batch, height, width, channels).

    >>> global_max_pool_gradient(np.array([[5.0]]), np.array([[[[1.0], [2.0], [2.0]]]])).ravel()
    array([0., 5., 0.])
    """
    require_batch(images)
    batch, height, width, channels = images.shape
    cells = images.reshape(batch, height * width, channels)
    return maximum_gradient(gradient[:, None], cells, 1, near=near).reshape(images.shape)


class GlobalPooling(NamedTuple):
    """A mode of global pooling, with one list of arguments for all of them.

    `forward` takes the images; `backward` the gradient by its output, the images and whether what
    is near a maximum counts as it.
    """

    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array, bool], Array]


GLOBAL_POOLINGS: Mapping[str, GlobalPooling] = {
    "max": GlobalPooling(
        global_max_pool,
        lambda gradient, images, near: global_max_pool_gradient(gradient, images, near=near),
    ),
    "average": GlobalPooling(
        global_average_pool,
        lambda gradient, images, near: global_average_pool_gradient(gradient, images.shape[1:3]),
    ),
}
"""Each mode of global pooling by the name that layers have for it."""
