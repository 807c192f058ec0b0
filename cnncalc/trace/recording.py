"""From a network and an image to the trace: what each layer's stages are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from math import prod

import numpy as np

from cnncalc import layers as specifications
from cnncalc.errors import ShapeError, unknown_kind
from cnncalc.layers import LINEAR, Layer, Shape, WindowLayer
from cnncalc.network import Array, Network, Weights, forward_layer, forward_near, walk
from cnncalc.ops.dropout import dropout
from cnncalc.ops.numbers import finite_numbers, overflow_allowed, require_held
from cnncalc.ops.read_only import ReadOnlyMapping
from cnncalc.trace import windows
from cnncalc.trace.stage_names import StageName
from cnncalc.trace.structure import LayerTrace, Stage, Trace, make_stage
from cnncalc.trace.windows import activation_stage, finished

__all__ = ["record", "trace_bytes"]

BYTES_A_NUMBER = 8  # of float64


def record(
    network: Network,
    image: object,
    drawn: Sequence[tuple[Array, ...]] = (),
) -> Trace:
    """Run one image through a network and keep every intermediate result.

    Arguments: `image` of the network's input shape, (height, width, channels); for one channel
    (height, width) as well. For a pass as in training, what each layer drew, as `Saved.extra` has
    it: the numbers of this image that Dropout keeps; the mean and variance of the batch.
    Returns the trace, its arrays read-only float64.
    Raises ShapeError for an image of another shape, OptionError for one that holds no finite
    numbers and for a layer whose results grow beyond float64.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.network import assemble
    >>> pool = assemble([MaxPooling2D(2)], (2, 2, 1), [{}])
    >>> record(pool, [[[1], [5]], [[3], [2]]]).output.tolist()
    [[[5.0]]]
    """
    values = _checked(image, network.input_shape)
    first = make_stage(StageName.INPUT, values, _size(values.shape))
    values = first.values
    traces = []
    pairs = zip(network.layers, network.weights, strict=True)
    for (layer, stored), extra in zip(pairs, drawn or [()] * len(network.layers), strict=True):
        weights = _of_batch(layer, stored, extra)
        geometry = layer.geometry(values.shape) if isinstance(layer, WindowLayer) else None
        with overflow_allowed():
            stages = _stages(layer, weights, values)
        if extra:
            stages = (_in_training(layer, stages[0], extra),)
        for stage in stages:
            # Padding that does not count is NaN; what it surrounds was found finite before.
            if stage.name != StageName.PADDED_INPUT:
                require_held(stage.values, f"the {stage.name} of layer {layer.name}")
        traces.append(LayerTrace(layer, weights, geometry, values, stages))
        values = traces[-1].output
    return Trace(network, first, tuple(traces))


def _checked(image: object, input_shape: Shape) -> Array:
    """Return the image in this shape, which it was found to have, in memory that none may write."""
    values = finite_numbers(image, "image")
    # A large photo that was read from a file is read-only already, down to what it is a view of.
    memory: object = values
    while isinstance(memory, np.ndarray) and not memory.flags.writeable:
        memory = memory.base
    if memory is not None:
        values = values.copy()
    is_plane = values.ndim == 2 and (*values.shape, 1) == input_shape
    if values.shape != input_shape and not is_plane:
        message = (
            f"an image must have the network's input shape, {input_shape}. "
            f"Received: image of shape {values.shape}"
        )
        raise ShapeError(message)
    return values.reshape(input_shape)


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _of_batch(layer: Layer, weights: Weights, drawn: tuple[Array, ...]) -> Weights:
    """Return the weights that a layer works with; in training, with the batch's statistics."""
    if not drawn or not isinstance(layer, specifications.BatchNormalization):
        return weights
    return ReadOnlyMapping({**weights, "moving_mean": drawn[0], "moving_variance": drawn[1]})


def _in_training(layer: Layer, stage: Stage, drawn: tuple[Array, ...]) -> Stage:
    """Return the only stage of a layer that training makes work with what it draws."""
    if isinstance(layer, specifications.BatchNormalization):
        return replace(stage, note=stage.note.replace("was in training", "is in this batch"))
    if not isinstance(layer, specifications.Dropout):
        raise TypeError(
            unknown_kind("a layer that draws must have a stage in trace/recording.py", layer)
        )
    kept, rate = drawn[0], layer.rate
    note = (
        f"{np.sum(~kept)} of {kept.size} numbers become 0, the others are divided by {1 - rate:g}"
    )
    return make_stage(StageName.DROPOUT, dropout(stage.values, kept, rate), note)


@singledispatch
def _stages(layer: Layer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    raise TypeError(unknown_kind("a layer must have its stages in trace/recording.py", layer))


_stages.register(specifications.Conv2D, windows.convolution_stages)
_stages.register(specifications.DepthwiseConv2D, windows.depthwise_stages)
_stages.register(specifications.PoolingLayer, windows.pooling_stages)
_stages.register(specifications.GlobalPoolingLayer, windows.global_pooling_stages)


@_stages.register(specifications.InputLayer)
def _(layer: specifications.InputLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    return (make_stage(StageName.INPUT, values, f"{_size(values.shape)}, as it is"),)


@_stages.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, weights: Weights, values: Array) -> tuple[Stage, ...]:
    result = values * np.asarray(layer.scale) + np.asarray(layer.offset)
    added = f" + {_numbers(layer.offset)}" if np.any(layer.offset) else ""
    note = f"each number × {_numbers(layer.scale)}{added}"
    return (make_stage(StageName.RESCALING, result, note),)


def _numbers(value: object) -> str:
    return "one number a channel" if isinstance(value, tuple) else f"{value:.6g}"


@_stages.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, weights: Weights, values: Array) -> tuple[Stage, ...]:
    top, bottom, left, right = layer.pads
    result = np.pad(values, ((top, bottom), (left, right), (0, 0)))
    added = windows.pads_text(layer.pads) or "none"
    note = f"zeros added: {added}; {_size(values.shape)} → {_size(result.shape)}"
    return (make_stage(StageName.ZERO_PADDING, result, note),)


@_stages.register(specifications.Flatten)
def _(layer: specifications.Flatten, weights: Weights, values: Array) -> tuple[Stage, ...]:
    sizes = f"{_size(values.shape)} → {values.size}"
    note = f"{sizes}: row after row, channels innermost" if values.ndim > 1 else "flat already"
    return (make_stage(StageName.FLATTEN, values.reshape(-1), note),)


@_stages.register(specifications.Dense)
def _(layer: specifications.Dense, weights: Weights, values: Array) -> tuple[Stage, ...]:
    kernel = weights["kernel"]
    if values.size * layer.units > windows.OWN_PRODUCTS_LIMIT:
        bare = specifications.Dense(layer.units, use_bias=False)
        result = forward_layer(bare, weights, values[np.newaxis])[0]
    else:
        result = np.einsum("...i,iu->...u", values, kernel)
    units = f"{layer.units} units: each" if layer.units > 1 else "1 unit, which"
    note = f"{units} sums {kernel.shape[0]} inputs × its weights"
    if values.ndim > 1:
        note += f", at each of the {_size(values.shape[:-1])} positions"
    return finished(layer, weights, make_stage(StageName.WEIGHTED_SUM, result, note), "unit's sum")


@_stages.register(specifications.Dropout)
def _(layer: specifications.Dropout, weights: Weights, values: Array) -> tuple[Stage, ...]:
    note = f"does nothing here; in training, a share of {layer.rate:g} of the numbers becomes 0"
    return (make_stage(StageName.DROPOUT, values, note),)


@_stages.register(specifications.BatchNormalization)
def _(
    layer: specifications.BatchNormalization, weights: Weights, values: Array
) -> tuple[Stage, ...]:
    deviation = np.sqrt(weights["moving_variance"] + np.float64(layer.epsilon))
    result = (values - weights["moving_mean"]) / deviation
    result = result * weights.get("gamma", 1.0) + weights.get("beta", 0.0)
    scaled = " × γ" * layer.scale + " + β" * layer.center
    is_new = not weights["moving_mean"].any() and bool((weights["moving_variance"] == 1).all())
    known = "mean 0 and variance 1 before training" if is_new else "as each channel was in training"
    note = f"(x − mean) / √(variance + {layer.epsilon:g}){scaled}, {known}"
    return (make_stage(StageName.NORMALIZATION, result, note),)


@_stages.register(specifications.Activation)
@_stages.register(specifications.Softmax)
def _(
    layer: specifications.Activation | specifications.Softmax, weights: Weights, values: Array
) -> tuple[Stage, ...]:
    stage = activation_stage(layer.activation_name, values)
    if stage.name != StageName.SOFTMAX:
        return (stage,)
    return (make_stage(StageName.LOGITS, values, "the numbers that softmax makes shares of"), stage)


@_stages.register(specifications.ELU)
@_stages.register(specifications.LeakyReLU)
@_stages.register(specifications.ReLU)
def _(layer: specifications.ActivationLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    result = forward_near(layer, weights, values[np.newaxis])[0]
    return (make_stage(StageName.ACTIVATION, result, f"{_function(layer)} of each number"),)


def _function(layer: specifications.ActivationLayer) -> str:
    """Say what a layer with parameters does to a number."""
    match layer:
        case specifications.LeakyReLU(negative_slope=slope):
            return f"leaky_relu (below 0, x becomes {slope:g} × x)"
        case specifications.ELU(alpha=alpha):
            return f"elu (below 0, x becomes {alpha:g} × (e^x − 1))"
        case specifications.ReLU():
            return f"relu{_relu_options(layer)}"
    raise TypeError(unknown_kind("a function must have its words in trace/recording.py", layer))


def _relu_options(layer: specifications.ReLU) -> str:
    options = {
        "max_value": layer.max_value,
        "negative_slope": layer.negative_slope,
        "threshold": layer.threshold,
    }
    given = [f"{name}={value:g}" for name, value in options.items() if value]
    return f" ({', '.join(given)})" if given else ""


@_stages.register(specifications.Combine)
def _(layer: specifications.Combine, weights: Weights, values: Array) -> tuple[Stage, ...]:
    match layer.mode:
        case "sum":
            result = np.asarray(np.sum(values, axis=-1, keepdims=True))
        case "max":
            result = np.asarray(np.max(values, axis=-1, keepdims=True))
        case _:
            raise TypeError(_unknown_mode(layer))
    note = f"{layer.mode} over the {values.shape[-1]} outputs, cell by cell"
    return (make_stage(StageName.COMBINED, result, note),)


def _unknown_mode(layer: specifications.Combine) -> str:
    return f'Combine must join by "sum" or "max". Received: mode={layer.mode!r}'


def trace_bytes(layers: Sequence[Layer], input_shape: Shape) -> int:
    """Return the memory of all numbers that `record` keeps: the image and each layer's stages.

    Arguments: the `layers` in order; the image's `input_shape`, (height, width, channels).
    Returns bytes, without the weights, and without what a layer needs only while it calculates.
    Raises ShapeError that names the first layer that does not fit.

    >>> from cnncalc.layers import Conv2D
    >>> trace_bytes([Conv2D(2, 3, activation="relu")], (4, 4, 1)) // 8  # 16 + 3 × 2×2×2
    40
    """
    kept = sum(_kept(layer, shape) for layer, shape in walk(layers, input_shape))
    return BYTES_A_NUMBER * (prod(input_shape) + kept)


def _kept(layer: Layer, input_shape: Shape) -> int:
    """Return how many numbers a layer's stages hold that are not those of the stage before."""
    numbers = _stage_count(layer) * prod(layer.output_shape(input_shape))
    if isinstance(layer, WindowLayer):
        geometry = layer.geometry(input_shape)
        # The padded input is a stage of its own.
        numbers += prod(geometry.padded) * input_shape[-1] if any(geometry.pads) else 0
    return numbers


def _stage_count(layer: Layer) -> int:
    """Return how many stages of a layer, of its output's size, hold numbers of their own."""
    match layer:
        case specifications.KernelLayer():
            return 1 + layer.use_bias + (layer.activation_name != LINEAR)
        case specifications.Activation(activation="linear"):
            return 0
    for kind, count in _STAGE_COUNTS.items():
        if isinstance(layer, kind):
            return count
    raise TypeError(
        unknown_kind("a layer must have its count of stages in trace/recording.py", layer)
    )


# Of the layers that have no bias.
_STAGE_COUNTS: Mapping[type[Layer], int] = {
    specifications.InputLayer: 0,
    specifications.Dropout: 0,
    specifications.Flatten: 0,
    specifications.PoolingLayer: 1,
    specifications.GlobalPoolingLayer: 1,
    specifications.ZeroPadding2D: 1,
    specifications.Rescaling: 1,
    specifications.BatchNormalization: 1,
    specifications.ActivationLayer: 1,
    specifications.Combine: 1,
}
