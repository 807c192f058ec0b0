"""Whether a network's numbers are numbers: a file may hold NaN, or weights that overflow."""

from __future__ import annotations

import numpy as np

from cnncalc.errors import InputError
from cnncalc.network.forward_pass import forward_layer
from cnncalc.network.structure import Array, Network
from cnncalc.ops.numbers import overflow_allowed

__all__ = ["find_overflow", "require_finite_outputs", "require_finite_weights"]


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
    values = image[np.newaxis]
    with overflow_allowed():
        for layer, weights in zip(network.layers, network.weights, strict=True):
            values = forward_layer(layer, weights, values)
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
