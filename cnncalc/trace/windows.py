"""The stages of layers with a sliding window: padding, convolution, pooling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.geometry import Geometry
from cnncalc.layers import (
    LINEAR,
    SOFTMAX,
    Conv2D,
    DepthwiseConv2D,
    GlobalPoolingLayer,
    KernelLayer,
    PoolingLayer,
    Shape,
)
from cnncalc.layers.pooling import of_mode
from cnncalc.network import Array, Weights, forward_layer
from cnncalc.ops import activations
from cnncalc.shapes import Pads
from cnncalc.trace.stage_names import StageName
from cnncalc.trace.structure import Stage, make_stage
from cnncalc.wording import size_text

__all__ = [
    "OWN_PRODUCTS_LIMIT",
    "activation_stage",
    "convolution_stages",
    "depthwise_stages",
    "finished",
    "global_pooling_stages",
    "pads_text",
    "pooling_stages",
]

_SOFTMAX_NOTE = "e^(x − the largest) / their sum: shares that add up to 1"


def finished(
    layer: KernelLayer,
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
        stages.append(make_stage(StageName.BIAS, result, f"one number added to each {what}"))
    if layer.activation_name == LINEAR:
        return tuple(stages)
    last = activation_stage(layer.activation_name, stages[-1].values)
    if last.name == StageName.SOFTMAX:
        note = f"{stages[-1].note}; softmax makes shares of these"
        stages[-1] = make_stage(StageName.LOGITS, stages[-1].values, note)
    return (*stages, last)


def activation_stage(name: str, values: Array) -> Stage:
    """Return the stage of an activation by its name, "softmax" where it is that of a vector."""
    if name != SOFTMAX:
        result = activations.ACTIVATIONS[name].forward(values)
        return make_stage(StageName.ACTIVATION, result, f"{name} of each number")
    exponentials = np.exp(values - np.max(values, axis=-1, keepdims=True))
    result = exponentials / np.sum(exponentials, axis=-1, keepdims=True)
    if values.ndim == 1:
        return make_stage(StageName.SOFTMAX, result, _SOFTMAX_NOTE)
    return make_stage(StageName.ACTIVATION, result, "softmax over each position's channels")


OWN_PRODUCTS_LIMIT = 20_000_000


def convolution_stages(layer: Conv2D, weights: Weights, values: Array) -> tuple[Stage, ...]:
    """Return the padded input, if any, the convolution, and what bias and activation make of it."""

    def products(windows: Array) -> Array:
        by_group = np.split(windows, layer.groups, axis=2)
        filters = np.split(weights["kernel"], layer.groups, axis=-1)
        pairs = zip(by_group, filters, strict=True)
        return np.concatenate([np.einsum("yxcij,ijcf->yxf", *pair) for pair in pairs], axis=-1)

    return _convolved(layer, weights, values, products)


def depthwise_stages(layer: DepthwiseConv2D, weights: Weights, values: Array) -> tuple[Stage, ...]:
    """Return the same of a convolution of each channel by itself."""

    def products(windows: Array) -> Array:
        results: Array = np.einsum("yxcij,ijcm->yxcm", windows, weights["kernel"])
        return results.reshape(*windows.shape[:2], -1)

    return _convolved(layer, weights, values, products)


def _convolved(
    layer: Conv2D | DepthwiseConv2D,
    weights: Weights,
    values: Array,
    products: Callable[[Array], Array],
) -> tuple[Stage, ...]:
    """Return a convolution's stages, given how it adds up the products under its windows."""
    geometry = layer.geometry(values.shape)
    stages = _padded_stages(values, geometry, fill=0.0)
    if layer.multiply_adds(values.shape) > OWN_PRODUCTS_LIMIT:
        bare = replace(layer, use_bias=False, activation=LINEAR)
        result = forward_layer(bare, weights, values[np.newaxis])[0]
    else:
        result = products(_windows(_pad(values, geometry, 0.0), geometry))
    first = make_stage(StageName.CONVOLUTION, result, _sliding_note(geometry, result.shape))
    return (*stages, *finished(layer, weights, first, "filter's output"))


def _windows(padded: Array, geometry: Geometry) -> Array:
    """Return a view (output height, output width, channels, kernel height, kernel width)."""
    down, across = geometry.vertical, geometry.horizontal
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (down.window, across.window), axis=(0, 1)
    )
    return windows[:: down.stride, :: across.stride, :, :: down.dilation, :: across.dilation]


def _pad(values: Array, geometry: Geometry, fill: float) -> Array:
    top, bottom, left, right = geometry.pads
    return np.pad(values, ((top, bottom), (left, right), (0, 0)), constant_values=fill)


def _padded_stages(values: Array, geometry: Geometry, fill: float) -> tuple[Stage, ...]:
    if not any(geometry.pads):
        return ()
    what = "empty cells" if np.isnan(fill) else "zeros"
    note = f"{what} added: {pads_text(geometry.pads)}"
    return (make_stage(StageName.PADDED_INPUT, _pad(values, geometry, fill), note),)


def pads_text(pads: Pads) -> str:
    """Say how many rows and columns are added on each side that has any.

    >>> pads_text(Pads(1, 0, 2, 2))
    '1 top, 2 left, 2 right'
    """
    sides = zip(("top", "bottom", "left", "right"), pads, strict=True)
    return ", ".join(f"{count} {side}" for side, count in sides if count)


def _sliding_note(geometry: Geometry, shape: Shape) -> str:
    down, across = geometry.vertical, geometry.horizontal
    depth = f"; {shape[-1]} deep" if shape[-1] > 1 else ""
    note = f"height {down.formula}; width {across.formula}{depth}"
    return note + (f"; no window reaches {geometry.unreached}" if geometry.unreached else "")


def pooling_stages(layer: PoolingLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    """Return the padded input, if any, and the pooling."""
    geometry = layer.geometry(values.shape)
    fill = 0.0 if layer.counts_padding else float("nan")
    stages = _padded_stages(values, geometry, fill)
    if values.size * np.prod(geometry.kernel) > OWN_PRODUCTS_LIMIT:
        result = forward_layer(layer, weights, values[np.newaxis])[0]
    else:
        windows = _windows(_pad(values, geometry, fill), geometry)
        result = of_mode(_REDUCTIONS, layer).reduce(windows, (-2, -1))
    return (*stages, make_stage(StageName.POOLING, result, _sliding_note(geometry, result.shape)))


def global_pooling_stages(
    layer: GlobalPoolingLayer, weights: Weights, values: Array
) -> tuple[Stage, ...]:
    """Return the one number of each slice."""
    reduce, words = of_mode(_REDUCTIONS, layer)
    result = reduce(values, (0, 1))
    if layer.keepdims:
        result = result[np.newaxis, np.newaxis]
    size = size_text(values.shape[:2])
    note = f"the {words} of each {size} slice: {size_text(result.shape)}"
    return (make_stage(StageName.GLOBAL_POOLING, result, note),)


class _Reduction(NamedTuple):
    """What is made of numbers along axes, and how it is called; empty cells of padding are NaN."""

    reduce: Callable[[Array, tuple[int, int]], Array]
    words: str


# As a layer has it for its mode.
_REDUCTIONS: Mapping[str, _Reduction] = {
    "max": _Reduction(
        lambda numbers, axes: np.asarray(np.nanmax(numbers, axis=axes)), "largest number"
    ),
    "average": _Reduction(lambda numbers, axes: np.asarray(np.nanmean(numbers, axis=axes)), "mean"),
    "l2": _Reduction(
        lambda numbers, axes: np.asarray(np.sqrt(np.sum(numbers**2, axis=axes))),
        "square root of the sum of squares",
    ),
}
