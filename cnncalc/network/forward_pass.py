"""The forward pass, as in prediction."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from cnncalc.errors import OptionError, ShapeError, received
from cnncalc.layers import Shape
from cnncalc.layers.graph import run
from cnncalc.network.gathering import gather
from cnncalc.network.operations import forward_layer
from cnncalc.network.structure import Array, Network
from cnncalc.ops.numbers import real_numbers

__all__ = ["forward", "forward_layers"]


def forward(network: Network, images: Array) -> Array:
    """Return the network's output for a batch, as in prediction.

    Arguments: `images` (batch, *input_shape), floating point. Returns (batch, *output shape).
    Raises ShapeError for images of another shape, OptionError for another type.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.network import assemble
    >>> forward(assemble([Flatten()], (1, 2, 1), [{}]), np.array([[[[3.0], [5.0]]]]))
    array([[3., 5.]])
    """
    _require_network(network)
    images = _checked(images, network.input_shape)
    (output,) = deque(forward_layers(network, images), maxlen=1)
    return output


def forward_layers(network: Network, images: Array) -> Iterator[Array]:
    """Yield each layer's output for a batch, in order, as in prediction.

    Arguments: `images` (batch, *input_shape), floating point. A result is let go once no layer
    takes it any more.

    >>> from cnncalc.layers import Add, Flatten
    >>> from cnncalc.network import assemble
    >>> layers = [Flatten(), Add(inputs=("flatten", "flatten"))]
    >>> doubling = assemble(layers, (1, 2, 1), [{}, {}])
    >>> list(forward_layers(doubling, np.array([[[[3.0], [5.0]]]])))
    [array([[3., 5.]]), array([[ 6., 10.]])]
    """

    def step(place: int, taken: Sequence[Array]) -> Array:
        layer = network.layers[place]
        return forward_layer(layer, network.weights[place], gather(layer, taken))

    return run(network.layers, images, step)


def _require_network(network: object) -> None:
    if not isinstance(network, Network):
        message = "network must be a Network, as assemble returns one, or a trace has it. "
        raise OptionError(message + f"Received: network={received(network)}")


def _checked(images: Array, input_shape: Shape) -> Array:
    """Return the images, after they were found to be a floating-point batch of this shape."""
    images = real_numbers(images, "images")
    if images.shape[1:] != input_shape:
        message = (
            f"images must be a batch of the network's input shape, {input_shape}. "
            f"Received: images.shape={images.shape}"
        )
        raise ShapeError(message)
    if not np.issubdtype(images.dtype, np.floating):
        message = f"images must be floating point. Received: images.dtype={images.dtype}"
        raise OptionError(message)
    return images
