"""What a gradient is made of: errors, each times what the law of its layer puts on the wire.

The error of a layer is the gradient by what it has computed before its activation. Which errors a
number of the input led to, and which pairs a weight joins, are the layer's law (`rules.law`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from cnncalc.errors import unknown_kind
from cnncalc.layers import (
    ActivationLayer,
    BatchNormalization,
    Dense,
    Dropout,
    KernelLayer,
    Layer,
    MergeLayer,
    Rescaling,
    WindowLayer,
)
from cnncalc.network import Array, Saved, Weights, at_kinks, backward_layer
from cnncalc.network.operations import normalization_scale
from cnncalc.ops.normalization import (
    Statistics,
    batch_normalize_input_gradient,
    standardized,
)
from cnncalc.rules import Join, Law, Position, Wire, law_of
from cnncalc.rules.formula import put
from cnncalc.rules.scaling import DEVIATION, normalized_gradient
from cnncalc.rules.shares import SHARES, share, share_words
from cnncalc.rules.spelling import words
from cnncalc.training_step.gradient_terms import GradientTerm, TermPlace, Terms
from cnncalc.training_step.structure import LayerStep

__all__ = ["Joined", "error_of", "input_terms", "joined_terms", "weight_terms"]


class Joined(NamedTuple):
    """The terms of a gradient that are added up, what they are in words, and by which rule."""

    terms: Terms
    note: str
    rule: Literal["products", "sum"]


def error_of(step: LayerStep) -> Array:
    """Return a layer's error, (samples, *shape); there is one wherever there are weights."""
    if step.error is None:
        message = f"an error must have come back to the layer. Received: none to {step.layer.name}"
        raise TypeError(message)
    return step.error


def joined_terms(terms: list[GradientTerm], note: str) -> Joined:
    """Return a few terms as those of a gradient, with a note that says what they are."""
    errors = np.array([term.error for term in terms], np.float64)
    factors = np.array([term.factor for term in terms], np.float64)
    return Joined(Terms(errors, factors, lambda index: terms[index].place), note, "products")


def input_terms(step: LayerStep, weights: Weights, at: Position, sample: int) -> Joined:
    """Return what one number of the gradient by a layer's input adds up.

    Arguments: the layer's `step` and its `weights`; `at`, a position in its input; the `sample`.
    Not for softmax, and batch normalization unless it is frozen: they are no sums of products.
    Raises TypeError for a kind of layer that isn't told below what it makes of its errors.
    """
    law = _law(step)
    errors = error_of(step)[sample]
    terms = [
        GradientTerm(
            float(errors[wire.at]),
            _factor(law, step, weights, (sample, *at), wire),
            TermPlace(sample, wire.at, wire.weight or ()),
        )
        for wire in law.seen_by(at)
    ]
    return joined_terms(terms, _note(law, step.layer))


def _law(step: LayerStep) -> Law:
    return law_of(step.layer, step.layer_input.shape[1:])


def _note(law: Law, layer: Layer) -> str:
    """Say what each term of a gradient by a layer's input is."""
    is_windowed = isinstance(layer, WindowLayer)
    if law.join is not Join.PRODUCTS:
        by_output = "the gradient by the layer's output"
        errors = "the gradient of each window over it" if is_windowed else by_output
        return errors + _times(law, layer, is_windowed)
    if is_windowed:
        return "each error that the input led to × the weight that lay on it there"
    return "each unit's error × the weight that the input has there"


def _times(law: Law, layer: Layer, is_windowed: bool) -> str:
    """Say what the errors of a layer without a kernel are multiplied by."""
    match layer:
        case Rescaling():
            return " × scale"
        case BatchNormalization(scale=has_gamma):
            slope = put(normalized_gradient(scale=True, by_batch=False), {"deviation": DEVIATION})
            called = {"error": "", "variance": "moving variance"}
            return words(slope, called if has_gamma else called | {"gamma": "1"})
        case Dropout():
            return " × 1 / (1 − rate), or × 0 where it was dropped"
        case ActivationLayer():
            return " × the slope of the activation there"
    if law.join is Join.SAME:
        return ", handed on as it is"
    is_merge = isinstance(layer, MergeLayer)
    said = share_words(law.join, by_window=is_windowed, of_results=is_merge)
    return f" × {said}" if said else ""


def _factor(law: Law, step: LayerStep, weights: Weights, at: Position, wire: Wire) -> float:
    """Return what a number's error at the other end of a wire is multiplied by.

    `at` is the number's sample, and its position in the input.
    """
    match step.layer:
        case Rescaling(scale=scale):
            return float(np.broadcast_to(scale, step.layer_input.shape[-1:])[at[-1]])
        case BatchNormalization(epsilon=epsilon):
            gamma, variance = normalization_scale(weights)[0], weights["moving_variance"]
            slopes = batch_normalize_input_gradient(np.ones_like(gamma), variance, gamma, epsilon)
            return float(slopes[at[-1]])
        case Dropout(rate=rate):
            kept = bool(step.drawn[0][at]) if step.drawn else True
            return 1 / (1 - rate) if kept and rate < 1 else 0.0
        case ActivationLayer():
            return _slope(step, at)
    if wire.weight is not None:
        return float(weights["kernel"][wire.weight])
    if law.join not in SHARES:
        expected = "what is made of an error must be told in training_step/terms.py"
        raise TypeError(unknown_kind(expected, step.layer))
    return _share(law, step, at, wire)


def _slope(step: LayerStep, at: Position) -> float:
    """Return the slope of an activation layer at one number."""
    place = tuple(slice(index, index + 1) for index in at)
    saved = at_kinks(step.layer, Saved(step.layer_input[place], step.layer_output[place]))
    ones = np.ones_like(saved.output)
    return float(
        np.asarray(backward_layer(step.layer, {}, saved, ones, to_input=True).input).item()
    )


def _share(law: Law, step: LayerStep, at: Position, wire: Wire) -> float:
    """Return which share of an output's gradient goes to one of the numbers that it joins."""
    sample, *place = at
    counted = [seen for seen in law.sees(wire.at) if law.counts_padding or not seen.is_padding]
    inputs = step.layer_input[sample]
    numbers = [0.0 if seen.is_padding else float(inputs[seen.at]) for seen in counted]
    number = [seen.at for seen in counted].index(tuple(place))
    return share(law.join, numbers, number, float(step.layer_output[sample][wire.at]))


def weight_terms(step: LayerStep, name: str, at: Position) -> Joined:
    """Return what one number of a weight's gradient adds up, of the samples that are recorded.

    Arguments: the layer's `step`; the weight's `name`; `at`, a position inside it.
    Raises TypeError for a weight that isn't told below what it does.
    """
    match step.layer, name:
        case (KernelLayer(), "kernel"):
            return _inputs_on_a_weight(step, at)
        case (BatchNormalization() as layer, "gamma"):
            return _normalized_inputs(layer, step, at)
        case (KernelLayer(), "bias") | (BatchNormalization(), "beta"):
            return _sum_of_errors(step, at)
    raise TypeError(
        unknown_kind(
            f"what the weight {name!r} does must be told in training_step/terms.py", step.layer
        )
    )


def _sum_of_errors(step: LayerStep, at: Position) -> Joined:
    errors = error_of(step)[..., at[0]]

    def locate(index: int) -> TermPlace:
        sample, *position = _unravelled(index, errors)
        return TermPlace(sample, (*position, at[0]))

    note = "the error of what it is added to"
    return Joined(Terms(errors.reshape(-1), np.ones(errors.size), locate), note, "sum")


def _unravelled(index: int, array: Array) -> tuple[int, ...]:
    return tuple(int(place) for place in np.unravel_index(index, array.shape))


def _normalized_inputs(layer: BatchNormalization, step: LayerStep, at: Position) -> Joined:
    channel = at[0]
    errors = error_of(step)[..., channel]
    factors = standardized(step.layer_input, Statistics(*step.drawn), layer.epsilon)[..., channel]

    def locate(index: int) -> TermPlace:
        sample, *position = _unravelled(index, errors)
        return TermPlace(sample, (*position, channel), (*position, channel))

    note = "each error × the input as it was normalized"
    return Joined(Terms(errors.reshape(-1), factors.reshape(-1), locate), note, "products")


def _inputs_on_a_weight(step: LayerStep, at: Position) -> Joined:
    """Join each error of a weight's output with the input that the weight lay on there."""
    *positions, [(channel, output)] = _law(step).joined_by(at)
    errors, inputs = error_of(step)[..., output], step.layer_input[..., channel]
    for axis, pairs in enumerate(positions, 1):
        inputs = _at_each(inputs, axis, [index for index, _ in pairs])

    def locate(index: int) -> TermPlace:
        sample, *place = _unravelled(index, errors)
        under = tuple(pairs[i][0] for pairs, i in zip(positions, place, strict=True))
        inside = zip(under, step.layer_input.shape[1:], strict=False)
        is_padding = not all(0 <= i < size for i, size in inside)
        return TermPlace(sample, (*place, output), (*under, channel), padding=is_padding)

    if isinstance(step.layer, Dense):
        note, row = "the unit's error × the input of this weight", None
    else:
        note = "each error of the filter's output × the input under this weight there"
        row = errors.shape[-1]
    return Joined(Terms(errors.reshape(-1), inputs.reshape(-1), locate, row), note, "products")


def _at_each(inputs: Array, axis: int, indices: list[int]) -> Array:
    """Return the inputs at these indices of an axis, zeros outside it."""
    chosen, size = np.array(indices), inputs.shape[axis]
    result: Array = inputs.take(np.clip(chosen, 0, size - 1), axis)
    outside = [slice(None)] * axis + [(chosen < 0) | (chosen >= size)]
    result[tuple(outside)] = 0.0
    return result
