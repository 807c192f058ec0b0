"""The functions that kinds of layers are registered for: forward, and backward beside it."""

from __future__ import annotations

from functools import singledispatch

from cnncalc.errors import unknown_kind
from cnncalc.layers import Layer
from cnncalc.network.structure import Array, LayerGradients, Saved, Weights

__all__ = ["backward_layer", "forward_layer", "has_operation", "input_gradient"]


# Wherever layers are told apart like this, `register` is given the class, which the annotation
# names as well: to find it there, it would evaluate every annotation at each start of the program.
@singledispatch
def forward_layer(layer: Layer, weights: Weights, images: Array) -> Array:
    """Return one layer's output for a batch: (batch, *input) to (batch, *output)."""
    raise TypeError(unknown_kind("a layer must have its arithmetic in network/operations", layer))


def has_operation(layer: Layer) -> bool:
    """Tell whether it is said in this folder what a layer does."""
    return forward_layer.dispatch(type(layer)) is not forward_layer.dispatch(object)


@singledispatch
def backward_layer(
    layer: Layer, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    """Return a loss's gradients by one layer's input and weights, given that by its output.

    Arguments: the `layer`, its `weights` and what its forward pass `saved`; the `gradient` by the
    output, of its shape; whether the gradient by the input is wanted. A frozen layer has none by
    its weights.
    Raises TypeError for a kind of layer that isn't told how it learns.
    """
    if layer.has_weights:
        message = (
            "a layer with weights must be registered in network/operations/weighted.py. "
            f"Received: {type(layer).__name__}"
        )
        raise TypeError(message)
    return LayerGradients(input_gradient(layer, saved, gradient) if to_input else None, {})


@singledispatch
def input_gradient(layer: Layer, saved: Saved, gradient: Array) -> Array:
    """Return a loss's gradient by the input of a layer without weights."""
    raise TypeError(
        unknown_kind("a layer must have its gradient in network/operations/weightless.py", layer)
    )
