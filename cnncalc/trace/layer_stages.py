"""What the stages of each kind of layer are, from what it is given."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import NamedTuple

import numpy as np

from cnncalc import layers as specifications
from cnncalc.errors import unknown_kind
from cnncalc.layers import Layer, Shape
from cnncalc.layers.merging import of_merge_mode
from cnncalc.network import Array, Weights, forward_layer, forward_near
from cnncalc.trace import windows
from cnncalc.trace.stage_names import StageName
from cnncalc.trace.structure import Stage, make_stage
from cnncalc.trace.windows import activation_stage, finished
from cnncalc.wording import listed

__all__ = ["joined_names", "layer_stages", "size_words"]


def size_words(shape: Shape) -> str:
    """Return sizes as a note has them.

    >>> size_words((28, 28, 1))
    '28×28×1'
    """
    return "×".join(map(str, shape))


@singledispatch
def layer_stages(layer: Layer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    """Return the stages of a layer in order, for one image's `values`."""
    raise TypeError(unknown_kind("a layer must have its stages in trace/layer_stages.py", layer))


layer_stages.register(specifications.Conv2D, windows.convolution_stages)
layer_stages.register(specifications.DepthwiseConv2D, windows.depthwise_stages)
layer_stages.register(specifications.PoolingLayer, windows.pooling_stages)
layer_stages.register(specifications.GlobalPoolingLayer, windows.global_pooling_stages)


@layer_stages.register(specifications.InputLayer)
def _(layer: specifications.InputLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    return (make_stage(StageName.INPUT, values, f"{size_words(values.shape)}, as it is"),)


@layer_stages.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, weights: Weights, values: Array) -> tuple[Stage, ...]:
    result = values * np.asarray(layer.scale) + np.asarray(layer.offset)
    added = f" + {_numbers(layer.offset)}" if np.any(layer.offset) else ""
    note = f"each number × {_numbers(layer.scale)}{added}"
    return (make_stage(StageName.RESCALING, result, note),)


def _numbers(value: object) -> str:
    return "one number a channel" if isinstance(value, tuple) else f"{value:.6g}"


@layer_stages.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, weights: Weights, values: Array) -> tuple[Stage, ...]:
    top, bottom, left, right = layer.pads
    result = np.pad(values, ((top, bottom), (left, right), (0, 0)))
    added = windows.pads_text(layer.pads) or "none"
    note = f"zeros added: {added}; {size_words(values.shape)} → {size_words(result.shape)}"
    return (make_stage(StageName.ZERO_PADDING, result, note),)


@layer_stages.register(specifications.Cropping2D)
def _(layer: specifications.Cropping2D, weights: Weights, values: Array) -> tuple[Stage, ...]:
    kept = layer.kept_channels(values.shape)
    top, _, left, _ = layer.sides
    shape = layer.output_shape(values.shape)
    inside = values[top : top + shape[0], left : left + shape[1]] if values.ndim > 1 else values
    result = inside[..., list(kept)]
    away = windows.pads_text(layer.sides) or "none"
    channels = "" if layer.channels is None else f"; channels kept: {listed(kept)}"
    note = f"taken away: {away}{channels}; {size_words(values.shape)} → {size_words(shape)}"
    return (make_stage(StageName.CROPPED, result, note),)


@layer_stages.register(specifications.Flatten)
def _(layer: specifications.Flatten, weights: Weights, values: Array) -> tuple[Stage, ...]:
    sizes = f"{size_words(values.shape)} → {values.size}"
    note = f"{sizes}: row after row, channels innermost" if values.ndim > 1 else "flat already"
    return (make_stage(StageName.FLATTEN, values.reshape(-1), note),)


@layer_stages.register(specifications.Dense)
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
        note += f", at each of the {size_words(values.shape[:-1])} positions"
    return finished(layer, weights, make_stage(StageName.WEIGHTED_SUM, result, note), "unit's sum")


@layer_stages.register(specifications.Dropout)
def _(layer: specifications.Dropout, weights: Weights, values: Array) -> tuple[Stage, ...]:
    note = f"does nothing here; in training, a share of {layer.rate:g} of the numbers becomes 0"
    return (make_stage(StageName.DROPOUT, values, note),)


@layer_stages.register(specifications.PassingLayer)
def _(layer: specifications.PassingLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    return (make_stage(StageName.IDENTITY, values, "as it is"),)


@layer_stages.register(specifications.InferenceOnly)
def _(layer: specifications.InferenceOnly, weights: Weights, values: Array) -> tuple[Stage, ...]:
    return (
        make_stage(StageName.IDENTITY, values, "does nothing here: it works in training alone"),
    )


@layer_stages.register(specifications.BatchNormalization)
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


@layer_stages.register(specifications.Activation)
@layer_stages.register(specifications.Softmax)
def _(
    layer: specifications.Activation | specifications.Softmax, weights: Weights, values: Array
) -> tuple[Stage, ...]:
    stage = activation_stage(layer.activation_name, values)
    if stage.name != StageName.SOFTMAX:
        return (stage,)
    return (make_stage(StageName.LOGITS, values, "the numbers that softmax makes shares of"), stage)


@layer_stages.register(specifications.ELU)
@layer_stages.register(specifications.LeakyReLU)
@layer_stages.register(specifications.ReLU)
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
    raise TypeError(unknown_kind("a function must have its words in trace/layer_stages.py", layer))


def _relu_options(layer: specifications.ReLU) -> str:
    options = {
        "max_value": layer.max_value,
        "negative_slope": layer.negative_slope,
        "threshold": layer.threshold,
    }
    given = [f"{name}={value:g}" for name, value in options.items() if value]
    return f" ({', '.join(given)})" if given else ""


@layer_stages.register(specifications.MergeLayer)
def _(layer: specifications.MergeLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    names = layer.inputs if layer.inputs else ("the layer before",)
    if isinstance(layer, specifications.Concatenate):
        note = f"the channels of {', then '.join(names)}"
        return (make_stage(StageName.MERGED, values, note),)
    reduce = of_merge_mode(_MERGED, layer).reduce
    result = np.asarray(functools.reduce(reduce, np.split(values, layer.parts, axis=-1)))
    if layer.merge_mode == "average":
        result /= layer.parts
    note = f"{joined_names(layer, names)}, number by number"
    return (make_stage(StageName.MERGED, result, note),)


def joined_names(layer: specifications.MergeLayer, names: Sequence[str]) -> str:
    """Write what a merge makes of results that have these names; not for a concatenation.

    >>> joined_names(specifications.Maximum(inputs=("a", "b")), ["a", "b"])
    'max(a, b)'
    """
    written = of_merge_mode(_MERGED, layer)
    return written.head + written.sign.join(names) + written.tail


class _Merged(NamedTuple):
    """How two results are joined, and how it is written: a `sign` between their names."""

    reduce: np.ufunc
    sign: str
    head: str = ""
    tail: str = ""


_MERGED: Mapping[str, _Merged] = {
    "sum": _Merged(np.add, " + "),
    "average": _Merged(np.add, ", ", "mean(", ")"),
    "difference": _Merged(np.subtract, " − "),
    "product": _Merged(np.multiply, " × "),
    "max": _Merged(np.maximum, ", ", "max(", ")"),
    "min": _Merged(np.minimum, ", ", "min(", ")"),
}


@layer_stages.register(specifications.Combine)
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
