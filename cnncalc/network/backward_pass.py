"""The backward pass: a loss's gradient by the output, worked back to every weight.

Layers without weights only hand the gradient on to their input; those with weights do both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.layers import Layer
from cnncalc.layers.graph import IMAGE_PLACE
from cnncalc.network.gathering import WayBack, learning_places
from cnncalc.network.operations import backward_layer
from cnncalc.network.structure import Array, Saved, Weights

__all__ = ["Gradients", "backward"]


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
    wanted = learning_places(layers, weights)
    if to_input:
        wanted = frozenset(range(IMAGE_PLACE, len(layers)))
    by_weight: list[dict[str, Array]] = [{} for _ in layers]
    way = WayBack(layers, wanted, gradient)
    for place in way.places():
        by_output, goes_on = way.take(place), way.goes_on(place)
        result = backward_layer(layers[place], weights[place], saved[place], by_output, goes_on)
        by_weight[place] = result.weights
        way.hand_back(place, result.input, saved[place].taken)
    return Gradients(tuple(by_weight), way.take(IMAGE_PLACE) if to_input else None)
