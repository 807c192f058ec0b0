"""The gradients that are no sum of products: a loss's, softmax's, batch normalization's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnncalc.layers import BatchNormalization
from cnncalc.network import Array, Weights
from cnncalc.training.losses import EPSILON
from cnncalc.training_step.structure import LayerStep, Position, Rule, StepRecord
from cnncalc.training_step.terms import error_of

__all__ = ["Formula", "loss_formula", "normalization_formula", "softmax_formula"]


class Formula(NamedTuple):
    """A rule that is no sum, what it is in words, and its numbers by name."""

    rule: Rule
    note: str
    parameters: tuple[tuple[str, float], ...]


def loss_formula(record: StepRecord, at: Position) -> Formula:
    """Return what the loss hands back to one number of the output, (sample, unit).

    Where the last activation is computed together with the loss, to what went into it.
    """
    batch, units = record.targets.shape
    own = {
        "output": float(record.outputs[at]),
        "target": float(record.targets[at]),
        "samples": float(batch),
    }
    if record.loss_function.name != "categorical_crossentropy":
        own["units"] = float(units)
    if record.joined != "linear":
        note = f"{record.joined} and cross-entropy together: (output − target) / samples"
        return Formula("share", note + " / units" * ("units" in own), tuple(own.items()))
    if record.loss_function.name == "mean_squared_error":
        note = "the loss's slope: 2 × (output − target) / units / samples"
        return Formula("squared error", note, tuple(own.items()))
    if _is_flat(record, at):
        note = f"the loss is flat where an output is cut off at {EPSILON:g} or at 1 − {EPSILON:g}"
        return Formula("flat", note, ())
    if record.loss_function.name == "binary_crossentropy":
        note = "the loss's slope: ((1 − target) / (1 − output) − target / output) / units / samples"
        return Formula("binary", note, tuple(own.items()))
    own["sum"] = float(record.outputs[at[0]].sum())
    note = "the loss's slope: (1 / sum of the outputs − target / output) / samples"
    return Formula("categorical", note, tuple(own.items()))


def _is_flat(record: StepRecord, at: Position) -> bool:
    """Tell whether a cross-entropy on shares, not joined with an activation, is cut off there."""
    outputs = record.outputs[at[0]]
    if record.loss_function.name == "binary_crossentropy":
        share = float(outputs[at[1]])
    else:
        share = float(outputs[record.targets[at[0]].argmax()] / outputs.sum())
    return not EPSILON <= share <= 1 - EPSILON


def softmax_formula(gradient: Array, shares: Array, at: Position) -> Formula:
    """Return what softmax hands back to one of its inputs.

    Arguments: the `gradient` by its `shares`, of one shape; `at`, a position in them.
    """
    others = at[:-1]
    parameters = {
        "share": float(shares[at]),
        "gradient": float(gradient[at]),
        "mean gradient": float((gradient[others] * shares[others]).sum()),
    }
    note = (
        "share × (gradient by the share − the mean of all these gradients, weighted by the shares)"
    )
    return Formula("softmax", note, tuple(parameters.items()))


def normalization_formula(step: LayerStep, weights: Weights, at: Position) -> Formula:
    """Return what batch normalization hands back to one of its inputs.

    Its mean and variance are those of the batch, and so change with each of its numbers.
    """
    layer, channel = step.layer, at[-1]
    if not isinstance(layer, BatchNormalization):
        raise TypeError(layer.name)
    mean, variance = (float(each[channel]) for each in step.drawn)
    deviation = np.sqrt(variance + layer.epsilon)
    normalized = (step.layer_input[..., channel] - mean) / deviation
    errors = error_of(step)[..., channel]
    parameters = {
        "gradient": float(errors[at[:-1]]),
        "mean gradient": float(errors.mean()),
        "normalized": float(normalized[at[:-1]]),
        "mean product": float((errors * normalized).mean()),
        "gamma": float(weights["gamma"][channel]) if layer.scale else 1.0,
        "variance": variance,
        "epsilon": layer.epsilon,
    }
    note = (
        "(gradient − mean gradient − normalized × mean of gradient × normalized) × gamma / "
        "√(variance + epsilon)"
    )
    return Formula("normalization", note, tuple(parameters.items()))
