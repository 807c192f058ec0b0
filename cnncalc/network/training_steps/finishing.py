"""What comes after a step's product, forward and backward: the bias and the activation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncalc.network.structure import Array, Weights
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.planes import Buffers, from_planes, to_planes

__all__ = ["activate", "bias_column", "bias_gradient", "deactivate"]


def bias_column(own: Weights) -> dict[str, Array]:
    """Return a layer's bias as a column (filters or units, 1), or nothing where it has none."""
    return {"bias": own["bias"][:, np.newaxis]} if "bias" in own else {}


def bias_gradient(gradients: Mapping[str, Array]) -> dict[str, Array]:
    """Return the gradient by the bias, or nothing where there is none."""
    return {"bias": gradients["bias"]} if "bias" in gradients else {}


def activate(name: str, sums: Array) -> Array:
    """Apply an activation, ReLU in place: that saves a pass through memory."""
    return np.maximum(sums, 0, out=sums) if name == "relu" else ACTIVATIONS[name].forward(sums)


def deactivate(name: str, gradient: Array, output: Array, buffers: Buffers) -> Array:
    """Return a loss's gradient by an activation's input, in planes where it is ReLU."""
    if name != "relu":
        return ACTIVATIONS[name].backward(gradient, output)
    result = from_planes(buffers.take("by sums", to_planes(output).shape, output.dtype))
    # A product, not a choice, for the reason that ops/running_maximum.py gives.
    return np.multiply(gradient, output > 0, out=result)
