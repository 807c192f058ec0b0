"""What regularizers add to a loss, and to the gradients of the weights that they keep small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from cnncalc.layers import L2, Layer
from cnncalc.network import Network
from cnncalc.ops.arrays import Array
from cnncalc.ops.parametric_activations import on_kink

__all__ = ["add_penalty_gradients", "penalty", "with_l2"]


def penalty(network: Network) -> float:
    """Return what a network's regularizers add to the mean loss of a batch.

    Convention: https://keras.io/api/layers/regularizers/

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import assemble
    >>> layer = Dense(2, use_bias=False, kernel_regularizer=L2(0.1))
    >>> penalty(assemble([layer], (1,), [{"kernel": np.array([[3.0, -4.0]])}]))
    2.5
    """
    total = 0.0
    for layer, weights in zip(network.layers, network.weights, strict=True):
        for name, regularizer in layer.penalties.items():
            if regularizer.l1:
                total += regularizer.l1 * float(np.abs(weights[name]).sum(dtype=np.float64))
            if regularizer.l2:
                total += regularizer.l2 * float(np.square(weights[name], dtype=np.float64).sum())
    return total


def add_penalty_gradients(
    network: Network, gradients: Sequence[dict[str, Array]], *, near: bool = False
) -> None:
    """Add the penalty's gradient by each weight to the gradient of that weight, in place.

    Arguments: the `network`; its `gradients`, one mapping a layer by weight name; whether weights
    that are `near` 0, equal but for rounding, count as 0. The slope of a weight's absolute value
    is 0 at 0.
    """
    for layer, weights, by_name in zip(network.layers, network.weights, gradients, strict=True):
        for name, regularizer in layer.penalties.items():
            if regularizer.l1:
                signed = on_kink(weights[name], 0) if near else weights[name]
                by_name[name] += regularizer.l1 * np.sign(signed)
            if regularizer.l2:
                by_name[name] += 2 * regularizer.l2 * weights[name]


# What Keras calls the regularizer of a layer's kernel.
_OF_KERNELS = ("kernel_regularizer", "depthwise_regularizer")


def with_l2(layers: Sequence[Layer], factor: float) -> tuple[Layer, ...]:
    """Return layers of which each that has a kernel has an L2 regularizer of it.

    >>> from cnncalc.layers import Dense
    >>> with_l2([Dense(2)], 0.001)[0].regularizers
    {'kernel': L2(l2=0.001)}
    """
    regularizer = L2(factor)
    result: list[Layer] = []
    for layer in layers:
        names = [field.name for field in fields(layer) if field.name in _OF_KERNELS]
        given: dict[str, Any] = dict.fromkeys(names, regularizer)
        result.append(replace(layer, **given))
    return tuple(result)
