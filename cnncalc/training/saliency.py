"""Which pixels a class's score depends on most: its gradient by the input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Network, backward, forward_saved, image_shape, without_last_activation

__all__ = ["pixel_influence"]

Array = NDArray[Any]


def pixel_influence(network: Network, image: Array, label: int) -> Array:
    """Return how much a class's score changes where a pixel does.

    Arguments: the `network`; an `image` of its input shape, with a channel axis or not; the class's
    number, of two where the network has one output.
    Returns (height, width, 1): the gradient of the score, before softmax or sigmoid, by each
    pixel; of its channels the largest, without its sign.
    Source: K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks:
    Visualising Image Classification Models and Saliency Maps", 2014.

    >>> from cnncalc.layers import Dense, Flatten
    >>> from cnncalc.network import assemble
    >>> kernel = np.array([[3.0, 0.0], [-5.0, 1.0]])
    >>> weights = [{}, {"kernel": kernel, "bias": np.zeros(2)}]
    >>> network = assemble([Flatten(), Dense(2, activation="softmax")], (1, 2, 1), weights)
    >>> pixel_influence(network, np.ones((1, 2, 1)), 0).ravel().tolist()
    [3.0, 5.0]
    """
    bare = without_last_activation(network)[0]
    saved = forward_saved(bare.layers, bare.weights, image[np.newaxis])
    gradient = np.zeros_like(saved[-1].output)
    # One output is the score of the second class, and its negative that of the first.
    gradient[0, label if gradient.shape[1] > 1 else 0] = 1
    by_image = backward(bare.layers, bare.weights, saved, gradient, to_input=True).input
    assert by_image is not None  # noqa: S101 (it was asked for)
    volume = by_image[0].reshape(image_shape(image.shape))
    return np.asarray(np.abs(volume).max(axis=-1, keepdims=True))
