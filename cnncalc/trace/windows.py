"""The stages of layers with a sliding window: padding, convolution, pooling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from cnncalc import layers as specifications
from cnncalc.geometry import Geometry
from cnncalc.layers import PoolingLayer, Shape
from cnncalc.network import Array, Weights, forward_layer
from cnncalc.ops import activations
from cnncalc.shapes import Pads
from cnncalc.trace.structure import Stage, make_stage

__all__ = [
    "OWN_PRODUCTS_LIMIT",
    "activation_stage",
    "convolution_stages",
    "finished",
    "pads_text",
    "pooling_stages",
]

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


OWN_PRODUCTS_LIMIT = 20_000_000


def convolution_stages(
    layer: specifications.Conv2D | specifications.DepthwiseConv2D, weights: Weights, values: Array
) -> tuple[Stage, ...]:
    """Return the padded input, if any, the convolution, and what bias and activation make of it."""
    geometry = layer.geometry(values.shape)
    stages = _padded_stages(values, geometry, fill=0.0)
    if layer.multiply_adds(values.shape) > OWN_PRODUCTS_LIMIT:
        bare = replace(layer, use_bias=False, activation="linear")
        result = forward_layer(bare, weights, values[np.newaxis])[0]
    else:
        result = _convolve_windows(layer, weights["kernel"], _pad(values, geometry, 0.0), geometry)
    first = make_stage("convolution", result, _sliding_note(geometry, result.shape))
    return (*stages, *finished(layer, weights, first, "filter's output"))


def _convolve_windows(
    layer: specifications.ConvolutionLayer, kernel: Array, padded: Array, geometry: Geometry
) -> Array:
    windows = _windows(padded, geometry)
    if not isinstance(layer, specifications.Conv2D):
        each: Array = np.einsum("yxcij,ijcm->yxcm", windows, kernel)
        return each.reshape(*geometry.output, -1)
    depth = kernel.shape[2]
    parts = [
        np.einsum("yxcij,ijcf->yxf", windows[:, :, group * depth : (group + 1) * depth], filters)
        for group, filters in enumerate(np.split(kernel, layer.groups, axis=-1))
    ]
    return np.concatenate(parts, axis=-1)


def _windows(padded: Array, geometry: Geometry) -> Array:
    """Return a view (output height, output width, channels, kernel height, kernel width)."""
    down, across = geometry.vertical, geometry.horizontal
    every = np.lib.stride_tricks.sliding_window_view(
        padded, (down.window, across.window), axis=(0, 1)
    )
    return every[:: down.stride, :: across.stride, :, :: down.dilation, :: across.dilation]


def _pad(values: Array, geometry: Geometry, fill: float) -> Array:
    top, bottom, left, right = geometry.pads
    return np.pad(values, ((top, bottom), (left, right), (0, 0)), constant_values=fill)


def _padded_stages(values: Array, geometry: Geometry, fill: float) -> tuple[Stage, ...]:
    if not any(geometry.pads):
        return ()
    what = "empty cells" if np.isnan(fill) else "zeros"
    note = f"{what} added: {pads_text(geometry.pads)}"
    return (make_stage("padded input", _pad(values, geometry, fill), note),)


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
        result = _REDUCTIONS[layer.pool_mode](windows)
    return (*stages, make_stage("pooling", result, _sliding_note(geometry, result.shape)))


# As a layer has it for its mode; empty cells of padding, which don't count, are NaN.
_REDUCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "max": lambda windows: np.asarray(np.nanmax(windows, axis=(-2, -1))),
    "average": lambda windows: np.asarray(np.nanmean(windows, axis=(-2, -1))),
    "l2": lambda windows: np.asarray(np.sqrt(np.sum(windows**2, axis=(-2, -1)))),
}
