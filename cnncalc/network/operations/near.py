"""The same for records: what only rounding sets apart from a maximum or a jump counts as it."""

from __future__ import annotations

from cnncalc import layers as specifications
from cnncalc.errors import unknown_kind
from cnncalc.layers import KernelLayer, Layer
from cnncalc.network.operations.dispatch import backward_layer, forward_layer
from cnncalc.network.operations.weightless import (
    global_pooling_gradient,
    merge_gradient,
    pooling_gradient,
)
from cnncalc.network.structure import Array, LayerGradients, Saved, Weights
from cnncalc.ops.maxima import maximum_gradient
from cnncalc.ops.parametric_activations import on_kink

__all__ = ["backward_near", "forward_near"]


def forward_near(layer: Layer, weights: Weights, images: Array) -> Array:
    """As `forward_layer`, but what only rounding sets above a jump counts as it: for records.

    The one layer that jumps, a rectifier with a threshold, drops what is no more than that.

    >>> import numpy as np
    >>> forward_near(specifications.ReLU(threshold=3.3), {}, np.array([[3 * 1.1, 3.4]]))
    array([[0. , 3.4]])
    """
    if isinstance(layer, specifications.ReLU) and layer.threshold:
        images = on_kink(images, layer.threshold, only_above=True)
    return forward_layer(layer, weights, images)


def backward_near(
    layer: Layer, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    """As `backward_layer`, but what only rounding sets apart from a maximum counts as it.

    For records, whose numbers near a kink `at_kinks` puts on it.

    >>> import numpy as np
    >>> saved = Saved(np.array([[[[0.3, 0.1 + 0.2]]]]), np.array([[[[0.1 + 0.2]]]]))
    >>> combine, ones = specifications.Combine("max"), np.ones((1, 1, 1, 1))
    >>> backward_near(combine, {}, saved, ones, to_input=True).input
    array([[[[1., 0.]]]])
    """
    match layer:
        case specifications.PoolingLayer():
            result = pooling_gradient(layer, saved, gradient, near=True)
        case specifications.GlobalPoolingLayer():
            result = global_pooling_gradient(layer, saved, gradient, near=True)
        case specifications.Combine(mode="max"):
            result = maximum_gradient(gradient, saved.input, -1, near=True)
        case specifications.Concatenate():
            return backward_layer(layer, weights, saved, gradient, to_input)
        case specifications.MergeLayer():
            result = merge_gradient(layer, saved, gradient, near=True)
        case specifications.Combine():
            return backward_layer(layer, weights, saved, gradient, to_input)
        case _ if isinstance(layer, _WITHOUT_MAXIMA):
            return backward_layer(layer, weights, saved, gradient, to_input)
        case _:
            raise TypeError(
                unknown_kind(
                    "whether a layer has maxima must be told in network/operations/near.py", layer
                )
            )
    return LayerGradients(result if to_input else None, {})


_WITHOUT_MAXIMA = (
    *(KernelLayer, specifications.ActivationLayer, specifications.BatchNormalization),
    *(specifications.InputLayer, specifications.Rescaling, specifications.ZeroPadding2D),
    *(specifications.Flatten, specifications.Dropout, specifications.PassingLayer),
    specifications.Cropping2D,
)
