"""Networks that take an image as (height, width), as `Flatten(input_shape=(28, 28))` does.

Such a network is trained, saved and asked on just that, as Keras has it. What shows images needs
their channel axis: as long as a layer takes each number alone, or flattens them, it does the same
to (height, width, 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.errors import ShapeError
from cnncalc.layers import (
    Activation,
    ActivationLayer,
    Dropout,
    Flatten,
    InputLayer,
    Layer,
    Rescaling,
    Shape,
    Softmax,
)
from cnncalc.network.structure import Network, walk

__all__ = ["image_shape", "layers_on_images", "on_images"]


def image_shape(input_shape: Shape) -> Shape:
    """Return the shape of the images that an input takes: of grey ones for (height, width).

    >>> image_shape((28, 28)), image_shape((28, 28, 3)), image_shape((784,))
    ((28, 28, 1), (28, 28, 3), (784,))
    """
    return (*input_shape, 1) if len(input_shape) == 2 else input_shape


def on_images(network: Network) -> Network:
    """Return a network that does the same to (height, width, 1) as this one to (height, width).

    Any other network is returned as it is. Raises ShapeError as `layers_on_images` does.

    >>> from cnncalc.network import assemble
    >>> on_images(assemble([Flatten()], (2, 3), [{}])).shapes
    ((2, 3, 1), (6,))
    """
    layers = layers_on_images(network.layers, network.input_shape)
    return replace(network, layers=layers, input_shape=image_shape(network.input_shape))


def layers_on_images(layers: Sequence[Layer], input_shape: Shape) -> tuple[Layer, ...]:
    """Return layers that do the same to an `image_shape` as these do to an input shape.

    Raises ShapeError that names the first layer that does something else to (height, width) than
    to (height, width, 1), or doesn't take it.

    >>> layers_on_images([InputLayer((28, 28)), Flatten()], (28, 28))[0].shape
    (28, 28, 1)
    """
    if len(input_shape) != 2:
        return tuple(layers)
    for layer, shape in walk(layers, input_shape):
        if len(shape) == 2 and not _takes_each_alone(layer):
            message = (
                f"layer {layer.name}: what is shown of an input {input_shape} must take each "
                f"number alone, or flatten them. Received: {type(layer).__name__}, which works "
                f"along its rows; Input({image_shape(input_shape)}) is a grey image"
            )
            raise ShapeError(message)
    return tuple(map(_with_channel, layers))


def _takes_each_alone(layer: Layer) -> bool:
    if isinstance(layer, Activation):
        return layer.activation != "softmax"
    if isinstance(layer, Rescaling):
        return not isinstance(layer.scale, tuple) and not isinstance(layer.offset, tuple)
    return isinstance(layer, InputLayer | Dropout | Flatten) or (
        isinstance(layer, ActivationLayer) and not isinstance(layer, Softmax)
    )


def _with_channel(layer: Layer) -> Layer:
    if isinstance(layer, InputLayer):
        return replace(layer, shape=image_shape(tuple(layer.shape)))
    return layer
