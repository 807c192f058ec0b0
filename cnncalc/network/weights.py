"""A network's weights: how they begin, and whether they and what they make are numbers.

A file may hold NaN, or weights so large that sums of them overflow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from cnncalc.errors import InputError, ShapeError
from cnncalc.layers import Layer, Shape
from cnncalc.network.forward_pass import forward_layers
from cnncalc.network.structure import Array, Network, assemble, walk
from cnncalc.ops.numbers import overflow_allowed

__all__ = [
    "find_overflow",
    "glorot_uniform",
    "initialize",
    "require_finite_outputs",
    "require_finite_weights",
]


# 8 GiB of float32. A slip of the pen in `units` should end in a message, not in swapping.
MOST_PARAMETERS = 1 << 31

_CONSTANTS = {"bias": 0, "gamma": 1, "beta": 0, "moving_mean": 0, "moving_variance": 1}


def initialize(
    layers: Sequence[Layer],
    input_shape: Sequence[int],
    seed: int | np.random.Generator = 0,
    dtype: DTypeLike = np.float32,
) -> Network:
    """Build a network with Keras's initial weights.

    Arguments: the layers in order; one sample's `input_shape`; the `seed`, or a generator to draw
    from; the `dtype` of the weights.
    Returns the network: its kernels Glorot uniform, its biases zero, its batch normalizations
    without effect. The same seed gives the same weights.
    Raises ShapeError and OptionError as `assemble` does, ShapeError for a network of more weights
    than memory holds.

    >>> from cnncalc.layers import Dense
    >>> network = initialize([Dense(2)], (3,), seed=1)
    >>> network.weights[0]["kernel"].shape, network.weights[0]["bias"]
    ((3, 2), array([0., 0.], dtype=float32))
    """
    generator = np.random.default_rng(seed)
    walked = list(walk(layers, input_shape))
    _require_moderate(sum(layer.parameter_count(shape) for layer, shape in walked))
    weights = [
        {
            name: _initial(name, size, generator, dtype)
            for name, size in layer.weight_shapes(shape).items()
        }
        for layer, shape in walked
    ]
    return assemble(layers, input_shape, weights)


def _initial(name: str, shape: Shape, generator: np.random.Generator, dtype: DTypeLike) -> Array:
    if name == "kernel":
        return glorot_uniform(shape, generator).astype(dtype)
    return np.full(shape, _CONSTANTS[name], dtype)


def glorot_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """Draw a kernel uniformly from ±√(6 / (fan in + fan out)).

    Arguments: the kernel's `shape`, (height, width, channels, filters) or (inputs, units); the
    `generator`. A fan counts the kernel's cells too.
    Returns float64 of that shape.
    Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", 2010; https://keras.io/api/layers/initializers/

    >>> bool(abs(glorot_uniform((3, 3), np.random.default_rng(0))).max() <= 1)
    True
    """
    cells = math.prod(shape[:-2])
    limit = math.sqrt(6 / (cells * (shape[-2] + shape[-1])))
    return generator.uniform(-limit, limit, shape)


def _require_moderate(parameters: int) -> None:
    if parameters > MOST_PARAMETERS:
        message = (
            f"a network must have at most {MOST_PARAMETERS:,} parameters to be worked with. "
            f"Received: {parameters:,}"
        )
        raise ShapeError(message)


def require_finite_weights(network: Network, where: str) -> None:
    """Raise InputError that names the first weight, layer by layer, that holds NaN or infinity.

    Arguments: the `network`; `where` its weights came from, for the message.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> require_finite_weights(initialize([Dense(2)], (3,)), "'model.keras'")
    """
    for layer, weights in zip(network.layers, network.weights, strict=True):
        for name, array in weights.items():
            finite = np.isfinite(array)
            if not finite.all():
                first = tuple(np.argwhere(~finite)[0].tolist())
                count = finite.size - np.count_nonzero(finite)
                message = (
                    f"{where}: layer {layer.name}: the weight {name!r} must hold finite numbers. "
                    f"Received: {array[first]} at {list(first)}; of its {finite.size:,}, {count:,} "
                    "are none"
                )
                raise InputError(message)


def find_overflow(network: Network, image: Array) -> str:
    """Return the name of the first layer that puts out NaN or infinity for an image, as predicted.

    Arguments: the `network`, its weights finite; the `image` (*input_shape).
    Returns an empty text where every number is one.

    >>> from cnncalc.layers import Dense, Rescaling
    >>> from cnncalc.network import initialize
    >>> large = initialize([Rescaling(1e30), Rescaling(1e30), Dense(2)], (3,))
    >>> find_overflow(large, np.ones(3, np.float32))
    'rescaling_1'
    """
    with overflow_allowed():
        outputs = forward_layers(network, image[np.newaxis])
        for layer, values in zip(network.layers, outputs, strict=True):
            if not np.isfinite(values).all():
                return layer.name
    return ""


def require_finite_outputs(network: Network, image: Array, numbers: Array, what: str) -> None:
    """Raise InputError that names the layer where what comes of an image is NaN or infinity.

    Arguments: the `network`; the `image` (*input_shape) in float32; the `numbers` that come of it,
    in any shape; `what` they are, the beginning of the message, such as "'a.png': the loss is".

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> network = initialize([Dense(2)], (3,))
    >>> require_finite_outputs(network, np.ones(3, np.float32), np.ones(2), "the output is")
    """
    strange = numbers[~np.isfinite(numbers)]
    if strange.size:
        layer = find_overflow(network, image)
        where = f", from layer {layer} on" if layer else ""
        message = f"{what} {strange[0]}, which is no number{where}; float32 holds about ±3.4e38"
        raise InputError(message)
