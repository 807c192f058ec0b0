"""The gradients that are no sum of products: a loss's, softmax's, batch normalization's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from cnncalc.errors import unknown_kind
from cnncalc.layers import LINEAR, BatchNormalization
from cnncalc.network import Array, Weights
from cnncalc.ops.normalization import Statistics, standardized
from cnncalc.rules.activations import SOFTMAX_PASSED_BACK
from cnncalc.rules.formula import Expression, Name, names_of, put
from cnncalc.rules.losses import JOINED_SLOPE, Flat, loss_rule
from cnncalc.rules.scaling import DEVIATION, normalized_gradient
from cnncalc.rules.spelling import words
from cnncalc.training.losses import EPSILON
from cnncalc.training_step.structure import LayerStep, Position, Rule, StepRecord
from cnncalc.training_step.terms import error_of

__all__ = [
    "GradientFormula",
    "gradient_expression",
    "loss_formula",
    "normalization_formula",
    "softmax_formula",
]


class GradientFormula(NamedTuple):
    """A rule that is no sum, what it is in words, and its numbers by name."""

    rule: Rule
    note: str
    parameters: tuple[tuple[str, float], ...]


_OF_LOSSES: Mapping[str, Rule] = {
    "mean_squared_error": "squared error",
    "binary_crossentropy": "binary",
    "categorical_crossentropy": "categorical",
}
# By the names that the explanation's parameters have.
_SOFTMAX = {
    "y": Name("share"),
    "error": Name("gradient"),
    "total": Name("mean gradient"),
}
_NORMALIZATION = {
    "error": Name("gradient"),
    "mean_error": Name("mean gradient"),
    "mean_product": Name("mean product"),
    "deviation": DEVIATION,
}
_EXPRESSIONS: Mapping[Rule, Expression] = {
    "share": JOINED_SLOPE,
    **{rule: loss_rule(loss).slope for loss, rule in _OF_LOSSES.items()},
    "softmax": put(SOFTMAX_PASSED_BACK, _SOFTMAX),
    "normalization": put(normalized_gradient(scale=True, by_batch=True), _NORMALIZATION),
}


def gradient_expression(rule: Rule, parameters: Collection[str]) -> Expression:
    """Return a gradient that is no sum as an expression of its `parameters`.

    Arguments: the `rule`; the names of the numbers that it has, among them those of "units" and
    "samples", by which a mean is divided.
    """
    expression = _EXPRESSIONS[rule]
    for name in ("units", "samples"):
        if name in parameters:
            expression = expression / Name(name)
    return expression


def loss_formula(record: StepRecord, at: Position) -> GradientFormula:
    """Return what the loss hands back to one number of the output, (sample, unit).

    Where the last activation is computed together with the loss, to what went into it.
    """
    batch, units = record.targets.shape
    loss = loss_rule(record.loss_function.name)
    numbers = {
        "output": float(record.outputs[at]),
        "target": float(record.targets[at]),
        "samples": float(batch),
    }
    if loss.is_mean:
        numbers["units"] = float(units)
    if record.joined != LINEAR:
        over = words(JOINED_SLOPE / Name("samples")) + " / units" * loss.is_mean
        note = f"{record.joined} and cross-entropy together: {over}"
        return GradientFormula("share", note, tuple(numbers.items()))
    if loss.flat is Flat.CUT_OFF and _is_flat(record, at):
        note = f"the loss is flat where an output is cut off at {EPSILON:g} or at 1 − {EPSILON:g}"
        return GradientFormula("flat", note, ())
    if "sum" in names_of(loss.slope):
        numbers["sum"] = float(record.outputs[at[0]].sum())
    rule = _OF_LOSSES[loss.name]
    said = words(gradient_expression(rule, numbers), {"sum": "sum of the outputs"})
    return GradientFormula(rule, f"the loss's slope: {said}", tuple(numbers.items()))


def _is_flat(record: StepRecord, at: Position) -> bool:
    """Tell whether a cross-entropy on shares, not joined with an activation, is cut off there."""
    outputs = record.outputs[at[0]]
    if loss_rule(record.loss_function.name).is_mean:
        share = float(outputs[at[1]])
    else:
        share = float(outputs[record.targets[at[0]].argmax()] / outputs.sum())
    return not EPSILON <= share <= 1 - EPSILON


def softmax_formula(gradient: Array, shares: Array, at: Position) -> GradientFormula:
    """Return what softmax hands back to one of its inputs.

    Arguments: the `gradient` by its `shares`, of one shape; `at`, a position in them.
    """
    others = at[:-1]
    parameters = {
        "share": float(shares[at]),
        "gradient": float(gradient[at]),
        "mean gradient": float((gradient[others] * shares[others]).sum()),
    }
    said = {
        "gradient": "gradient by the share",
        "mean gradient": "the mean of all these gradients, weighted by the shares",
    }
    note = words(gradient_expression("softmax", parameters), said)
    return GradientFormula("softmax", note, tuple(parameters.items()))


def normalization_formula(step: LayerStep, weights: Weights, at: Position) -> GradientFormula:
    """Return what batch normalization hands back to one of its inputs.

    Its mean and variance are those of the batch, and so change with each of its numbers.
    """
    layer, channel = step.layer, at[-1]
    if not isinstance(layer, BatchNormalization):
        raise TypeError(unknown_kind("a layer must be a BatchNormalization", layer))
    statistics = Statistics(*step.drawn)
    normalized = standardized(step.layer_input, statistics, layer.epsilon)[..., channel]
    errors = error_of(step)[..., channel]
    parameters = {
        "gradient": float(errors[at[:-1]]),
        "mean gradient": float(errors.mean()),
        "normalized": float(normalized[at[:-1]]),
        "mean product": float((errors * normalized).mean()),
        "gamma": float(weights["gamma"][channel]) if layer.scale else 1.0,
        "variance": float(statistics.variance[channel]),
        "epsilon": layer.epsilon,
    }
    said = {"mean product": "mean of gradient × normalized"}
    note = words(gradient_expression("normalization", parameters), said)
    return GradientFormula("normalization", note, tuple(parameters.items()))
