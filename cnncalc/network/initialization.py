"""Initial weights as Keras draws them, from one seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from cnncalc.errors import ShapeError
from cnncalc.layers import Layer, Shape
from cnncalc.network.structure import Array, Network, assemble, walk

__all__ = ["glorot_uniform", "initialize"]

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
