"""How large the numbers are that a calculation adds up: its results are only as exact as they."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from cnncalc.classification import classify
from cnncalc.errors import unknown_kind
from cnncalc.helper_cells import helper_values
from cnncalc.layers import (
    Activation,
    ActivationLayer,
    Add,
    BatchNormalization,
    Combine,
    Cropping2D,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    InputLayer,
    KernelLayer,
    Layer,
    Maximum,
    MergeLayer,
    Minimum,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    Subtract,
    ZeroPadding2D,
)
from cnncalc.layers.graph import run
from cnncalc.network import Array, Saved, backward_layer, forward_layer
from cnncalc.network.gathering import gather
from cnncalc.trace import LayerTrace, Trace
from cnncalc.trace.stage_names import HelperName, StageName

__all__ = ["prediction_sizes", "term_sizes", "training_size"]

_ACTIVATION_STAGES = (StageName.ACTIVATION, StageName.SOFTMAX)
# Softmax's smaller steps whose errors are shares of themselves.
_EXPONENTIALS = (HelperName.EXPONENTIALS, HelperName.PARTIAL_TOTAL, HelperName.TOTAL)

# Those that join all of a position's numbers, or a part of them, of whatever channel.
_OF_CHANNELS = (HelperName.LARGEST, HelperName.PARTIAL_LARGEST, HelperName.PARTIAL_COMBINED)

# Smaller steps that add up nothing.
_EXACT = (HelperName.DILATED_KERNEL, HelperName.STANDARD_DEVIATION)

# The share of its inputs' sizes that a weighted sum starts from. The errors of many numbers cancel
# in a sum as the numbers do: worst cases carried through a deep network would excuse what is
# plainly wrong. But where an input is all but 0, its error is all there is of it, and counts.
_SHARE_IN_SUMS = 0.1

# `comparison` counts a hundredth of these sizes: a number of a training may differ by 1e-12 of the
# largest of its kind for each step, and by 1e-13 in any case; behind a batch normalization, which
# takes out what biases add, and divides by what little is left, by a hundred times as much.
_TRAINING_SHARE, _SMALLEST, _NORMALIZED = 100.0, 0.1, 100.0

# How far from a number its function's slopes are taken, relative to the number: from both sides, so
# that at a kink the steeper one counts, and a jump, which rounding never crosses, doesn't.
_STEP = 1e-6


def term_sizes(trace: Trace) -> dict[tuple[str, str], Array]:
    """Return what each number of a trace would be, had no term in its sums cancelled another.

    Two programs that add the same numbers in another order agree to a few units in the last
    place of this sum, not of their result: 0.1 + 0.2 − 0.3 is 0 here and 5.6e-17 there.
    (N. J. Higham, Accuracy and Stability of Numerical Algorithms, section 4.2.) An activation
    passes the sum on times its slope. A layer of weights adds up terms as large as its inputs, or
    as a tenth of what these would be, had nothing cancelled in them.

    Returns by (layer, stage or smaller step) an array of that stage's or step's shape.

    >>> from cnncalc.calculator import Calculation
    >>> from cnncalc.trace import record
    >>> network = Calculation(np.array([1.0, -1.0]).reshape(1, 2, 1, 1)).network((1, 2, 1))
    >>> term_sizes(record(network, [[5.0, 5.0]]))["conv2d", "convolution"].tolist()
    [[[10.0]]]
    """
    sizes: dict[tuple[str, str], Array] = {}

    def step(place: int, taken: Sequence[Array]) -> Array:
        layer = trace.layers[place]
        before = gather(layer.layer, [size[np.newaxis] for size in taken])[0]
        share = _SHARE_IN_SUMS if layer.weights else 1.0
        found = _layer_sizes(layer, np.maximum(share * before, np.abs(layer.input)))
        sizes.update({(layer.name, name): size for name, size in found.items()})
        return found[layer.stages[-1].name]

    for _ in run(trace.network.layers, np.abs(trace.input.values), step):
        pass
    return sizes


def prediction_sizes(trace: Trace, sizes: Mapping[tuple[str, str], Array]) -> dict[str, Array]:
    """Return the sizes behind what a trace's output says of classes; nothing where it says nothing.

    Arguments: the trace; the `sizes` that `term_sizes` found in it.
    Returns by name: "outputs" (classes,), of several classes "largest output" (1,), and of
    probabilities "logits" (units,) and "cross-entropy" (1,).
    """
    classification = classify(trace)
    if classification is None:
        return {}
    # A Dropout or Identity at the end copies what it is given.
    layers = [
        layer for layer in trace.layers if not isinstance(layer.layer, Dropout | PassingLayer)
    ]
    places = [(layer.name, stage.name) for layer in layers for stage in layer.stages]
    image = np.abs(trace.input.values)
    if classification.logits is None:
        outputs = sizes[places[-1]] if places else image
        return {"outputs": outputs, "largest output": outputs.max(keepdims=True)}
    logits = sizes[places[-2]] if places[1:] else image
    # What is left of 1 is as exact as 1.
    outputs = np.maximum(sizes[places[-1]], classification.kind == "yes or no")
    return {
        "outputs": np.broadcast_to(outputs, classification.outputs.shape),
        "largest output": outputs.max(keepdims=True),
        "logits": logits,
        "cross-entropy": 2 * logits.max(keepdims=True),
    }


def training_size(alike: Iterable[Array], steps: int, *, is_normalized: bool = False) -> float:
    """Return the size behind numbers of a training: so that a share of the largest counts.

    Of a gradient that all but cancels only errors are left, and each step starts from what the one
    before came to, its errors included.

    Arguments: the numbers that are `alike`, such as a layer's gradients; how many `steps` the
    training has; whether it `is_normalized` by batches. Where all are smaller than 0.1, they count
    as if they were that.

    >>> training_size([np.array([0.5, -2.0])], steps=3)
    600.0
    """
    finite = [array[np.isfinite(array)] for array in alike if array.dtype.kind == "f"]
    largest = max([_SMALLEST, *(float(np.abs(numbers).max(initial=0)) for numbers in finite)])
    return _TRAINING_SHARE * steps * largest * (_NORMALIZED if is_normalized else 1)


def _layer_sizes(layer: LayerTrace, before: Array) -> dict[str, Array]:
    """Return the sizes in one layer, given those of its input."""
    signless = {name: _without_sign(name, weight) for name, weight in layer.weights.items()}
    after = forward_layer(_without_signs(layer.layer), signless, before[np.newaxis])[0]
    sizes: dict[str, Array] = {}
    inputs = layer.input
    for stage in layer.stages:
        if stage.name in _ACTIVATION_STAGES:
            sizes[stage.name] = _activation_sizes(layer, inputs, stage.values, after)
        elif stage.name == StageName.PADDED_INPUT:
            sizes[stage.name] = _padded(layer, before)
        elif stage.values.shape == after.shape:
            sizes[stage.name] = after
        else:
            message = f"{stage.name} must have its sizes in verification/term_sizes.py"
            raise TypeError(unknown_kind(message, layer.layer))
        inputs = stage.values
    for name, values in helper_values(layer).items():
        sizes[name] = _step_sizes(name, values, before, after)
    return sizes


def _step_sizes(name: str, values: Array, before: Array, after: Array) -> Array:
    """Return the sizes of a smaller step, given those of the layer's input and of its sums."""
    if name == HelperName.INPUTS:
        return before.reshape(values.shape)
    if name in _EXACT:
        return np.abs(values)
    if name == HelperName.PARTIAL_SUMS:
        return np.broadcast_to(after[..., np.newaxis, :], values.shape)
    result: Array = after.max(axis=-1, keepdims=True) * np.ones(values.shape)
    if name in _EXPONENTIALS:
        return result * values
    if name in _OF_CHANNELS:
        return result
    message = f"a smaller step must have its sizes in verification/term_sizes.py. Received: {name}"
    raise TypeError(message)


def _padded(layer: LayerTrace, before: Array) -> Array:
    """Return the sizes of a padded input: a copy, and what stands around it is exact."""
    top, bottom, left, right = layer.geometry.pads if layer.geometry else (0, 0, 0, 0)
    return np.pad(before, ((top, bottom), (left, right), (0, 0)))


def _without_signs(layer: Layer) -> Layer:
    """Return a layer that cancels nothing: linear, and of positive numbers."""
    match layer:
        case Rescaling():
            scale, offset = (tuple(np.abs(np.atleast_1d(v))) for v in (layer.scale, layer.offset))
            return replace(layer, scale=scale, offset=offset)
        case KernelLayer() | ActivationLayer():
            return layer.without_activation()
        case MergeLayer():
            # A difference is as exact as a sum, the smaller number as the one of larger size.
            kind = {Subtract: Add, Minimum: Maximum}.get(type(layer), type(layer))
            return kind(inputs=layer.inputs)
    if isinstance(layer, _WITHOUT_OWN_NUMBERS):
        return layer
    raise TypeError(
        unknown_kind(
            "what a layer is without signs must be told in verification/term_sizes.py", layer
        )
    )


# Layers whose options have no sign that could cancel anything.
_WITHOUT_OWN_NUMBERS = (
    *(InputLayer, ZeroPadding2D, Flatten, Dropout, PassingLayer, BatchNormalization),
    Cropping2D,
    *(PoolingLayer, GlobalPoolingLayer, Combine),
)


def _without_sign(name: str, weight: Array) -> Array:
    """Return a weight without its sign; a batch normalization subtracts its mean."""
    size: Array = np.abs(weight)
    return -size if name == "moving_mean" else size


def _activation_sizes(layer: LayerTrace, inputs: Array, outputs: Array, sizes: Array) -> Array:
    """Return sizes behind an activation: those before it, times its slope."""
    function = layer.layer
    if not isinstance(function, ActivationLayer):
        function = Activation(function.activation_name)
    if function.has_softmax:
        # A share follows its own number and all others, together at most twice as fast as it
        # is large.
        result: Array = 2 * outputs * sizes.max(axis=-1, keepdims=True)
        return result
    step = _STEP * np.maximum(np.abs(inputs), 1)
    sides = np.stack([inputs - step, inputs + step])
    saved = Saved(sides, forward_layer(function, {}, sides))
    slopes = backward_layer(function, {}, saved, np.ones_like(sides), to_input=True).input
    steepest: Array = np.abs(np.asarray(slopes)).max(axis=0)
    return steepest * sizes
