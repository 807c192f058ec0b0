"""The forward pass, as in prediction."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from math import ceil, prod

import numpy as np

from cnncalc.errors import OptionError, ShapeError, received
from cnncalc.layers import Concatenate, MergeLayer, Shape
from cnncalc.layers.graph import run
from cnncalc.network.gathering import gather, merge_parts
from cnncalc.network.operations import forward_layer, merged
from cnncalc.network.structure import Array, Network
from cnncalc.ops.numbers import real_numbers
from cnncalc.ops.tiles import parts

__all__ = ["forward", "forward_layers", "forward_pieces"]

# So many numbers the largest result of a piece may have, and so many images a piece. Measured on
# LeNet-5 and ResNet50V2: of small images Python's own work is shared by many, of large ones the
# weights of the deep layers are read for several at once, and what one layer leaves is in the cache
# when the next one takes it.
PIECE_NUMBERS = 1 << 22
MOST_IMAGES = 256


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
        if isinstance(layer, MergeLayer) and not isinstance(layer, Concatenate):
            # Not side by side first, as every other pass has it: that is a copy of them all.
            return merged(layer, merge_parts(layer, taken))
        return forward_layer(layer, network.weights[place], gather(layer, taken))

    return run(network.layers, images, step)


def forward_pieces(network: Network, count: int) -> list[slice]:
    """Cut so many images into the pieces in which they go forward fastest, by two threads or one.

    How they are cut depends on the network and the count alone: so do a result's last bits.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.network import assemble
    >>> forward_pieces(assemble([Flatten()], (1, 2, 1), [{}]), 5)
    [slice(0, 3, None), slice(3, 5, None)]
    """
    held = PIECE_NUMBERS // max(map(prod, network.shapes))
    most = max(1, min(held, MOST_IMAGES, ceil(count / 2)))
    pieces = ceil(count / most)
    # An even number of equal ones: else one thread would wait for the other in the end.
    size = ceil(count / (pieces + pieces % 2)) if pieces > 1 else most
    return list(parts(count, size))


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
