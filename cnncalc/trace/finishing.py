"""The last stages of a layer: its bias, and its activation."""

from __future__ import annotations

import numpy as np

from cnncalc import layers as specifications
from cnncalc.network import Array, Weights
from cnncalc.ops import activations
from cnncalc.trace.structure import Stage, make_stage

__all__ = ["activation_stage", "finished"]

_SOFTMAX_NOTE = "e^(x − the largest) / their sum: shares that add up to 1"


def finished(
    layer: specifications.ConvolutionLayer | specifications.Dense,
    weights: Weights,
    first: Stage,
    what: str,
) -> tuple[Stage, ...]:
    """Return a layer's first stage, and what its bias and its activation make of it.

    Arguments: the `layer` and its `weights`; its `first` stage; `what` one number of the bias is
    added to, for the note.
    """
    stages = [first]
    if layer.use_bias:
        result = first.values + weights["bias"]
        stages.append(make_stage("bias", result, f"one number added to each {what}"))
    if layer.activation == "linear":
        return tuple(stages)
    last = activation_stage(str(layer.activation), stages[-1].values)
    if last.name == "softmax":
        note = f"{stages[-1].note}; softmax makes shares of these"
        stages[-1] = make_stage("logits", stages[-1].values, note)
    return (*stages, last)


def activation_stage(name: str, values: Array) -> Stage:
    """Return the stage of an activation by its name, "softmax" where it is that of a vector."""
    if name != "softmax":
        result = activations.ACTIVATIONS[name].forward(values)
        return make_stage("activation", result, f"{name} of each number")
    exponentials = np.exp(values - np.max(values, axis=-1, keepdims=True))
    result = exponentials / np.sum(exponentials, axis=-1, keepdims=True)
    if values.ndim == 1:
        return make_stage("softmax", result, _SOFTMAX_NOTE)
    return make_stage("activation", result, "softmax over each position's channels")
