"""How large the numbers are that a calculation adds up: its results are only as exact as they."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from cnncalc.layers import Activation, ActivationLayer, Layer, Rescaling
from cnncalc.network import Array, Network, Weights, forward_layer

__all__ = ["term_sizes"]


def term_sizes(network: Network, image: Array) -> dict[str, float]:
    """Return the largest sum of each layer, had no term cancelled another, by the layer's name.

    Two programs that add the same numbers in another order agree to a few units in the last
    place of this sum, not of their result: 0.1 + 0.2 − 0.3 is 0 here and 5.6e-17 there.
    (N. J. Higham, Accuracy and Stability of Numerical Algorithms, section 4.2.)

    Arguments: `image` of the network's input shape.

    >>> from cnncalc.calculator import Calculation
    >>> network = Calculation(np.array([1.0, -1.0]).reshape(1, 2, 1, 1)).network((1, 2, 1))
    >>> term_sizes(network, np.array([[[5.0], [5.0]]]))
    {'conv2d': 10.0}
    """
    sizes = {}
    values = np.abs(np.asarray(image, np.float64))[np.newaxis]
    for layer, weights in zip(network.layers, network.weights, strict=True):
        values = forward_layer(_without_signs(layer), _weights_without_signs(weights), values)
        sizes[layer.name] = max(float(np.max(values)), _own_terms(layer))
    return sizes


def _without_signs(layer: Layer) -> Layer:
    """Return a layer that cancels nothing: linear, and of positive numbers."""
    if isinstance(layer, ActivationLayer):
        return Activation("linear", name=layer.name)
    if isinstance(layer, Rescaling):
        scale, offset = (tuple(np.abs(np.atleast_1d(v))) for v in (layer.scale, layer.offset))
        return replace(layer, scale=scale, offset=offset)
    if any(field.name == "activation" for field in fields(layer)):
        return replace(layer, **{"activation": "linear"})  # noqa: PIE804 (Layer has no such field)
    return layer


def _weights_without_signs(weights: Weights) -> Weights:
    # A batch normalization subtracts its mean.
    signs = {"moving_mean": -1.0}
    return {name: signs.get(name, 1.0) * np.abs(weight) for name, weight in weights.items()}


def _own_terms(layer: Layer) -> float:
    """Return the size of what an activation adds: most of them a 1 to an exponential."""
    return 0.0 if getattr(layer, "activation", "linear") in ("linear", "relu") else 1.0
