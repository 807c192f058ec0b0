"""The backward pass: a loss's gradient by the output, worked back to every weight.

Layers without weights only hand the gradient on to their input; those with weights do both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.layers import Layer
from cnncalc.network.operations import backward_layer
from cnncalc.network.structure import Array, Saved, Weights

__all__ = ["Gradients", "backward", "first_to_learn"]


class Gradients(NamedTuple):
    """A loss's gradients: one mapping a layer by weight name, and by the network's input."""

    weights: tuple[dict[str, Array], ...]
    input: Array | None


def backward(
    layers: Sequence[Layer],
    weights: Sequence[Weights],
    saved: Sequence[Saved],
    gradient: Array,
    to_input: bool = False,
) -> Gradients:
    """Work a loss's gradient by the output back to every trainable weight.

    Arguments: `layers`, `weights` and what `forward_saved` returned for them; the `gradient` by
    the last layer's output, of its shape; whether the gradient by the network's input is wanted
    too, which costs as much as a forward pass.
    Returns the gradients by weight, one mapping a layer in the weights' order (empty without
    trainable weights), each of its weight's shape, and the gradient by the input, or None.

    >>> import numpy as np
    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network.saved_pass import forward_saved
    >>> layers, weights = [Dense(1, use_bias=False)], [{"kernel": np.array([[3.0]])}]
    >>> saved = forward_saved(layers, weights, np.array([[5.0]]))
    >>> backward(layers, weights, saved, np.array([[1.0]])).weights
    ({'kernel': array([[5.]])},)
    """
    by_weight: list[dict[str, Array]] = [{} for _ in layers]
    first = 0 if to_input else first_to_learn(layers, weights)
    for index in reversed(range(first, len(layers))):
        layer, kept, wanted = layers[index], saved[index], to_input or index > first
        result = backward_layer(layer, weights[index], kept, gradient, wanted)
        by_weight[index] = result.weights
        if result.input is not None:
            gradient = result.input
    return Gradients(tuple(by_weight), gradient if to_input else None)


def first_to_learn(layers: Sequence[Layer], weights: Sequence[Weights]) -> int:
    """Return the position of the first layer with a trainable weight: before it no gradient goes.

    Where there is none, it is the number of layers.

    >>> import numpy as np
    >>> from cnncalc.layers import Dense
    >>> layers = [Dense(1, use_bias=False, trainable=False), Dense(1, use_bias=False)]
    >>> first_to_learn(layers, [{"kernel": np.ones((1, 1))}] * 2)
    1
    """
    pairs = enumerate(zip(layers, weights, strict=True))
    found = (index for index, (layer, names) in pairs if any(map(layer.learns, names)))
    return next(found, len(layers))
