"""The step-by-step record of a network's work on one image; every view reads from it.

A trace multiplies and sums its own windows, apart from `ops`, so that the two can be tested
against each other. Past `OWN_WINDOWS_LIMIT` products a layer (a photo), it takes `ops`' result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import Layer, PoolingLayer, Shape
from cnncalc.network import Array, Network, Weights, forward_layer
from cnncalc.ops import activations
from cnncalc.shapes import Geometry

__all__ = ["LayerTrace", "Stage", "Trace", "record"]

OWN_WINDOWS_LIMIT = 20_000_000


@dataclass(frozen=True)
class Stage:
    """One intermediate result of one layer.

    `name` says what was done ("padded input", "convolution", "bias", "activation", "pooling", …),
    `values` is a read-only array (height, width, channels) or (units,), NaN where a cell is
    empty (padding that never counts), `note` tells how its size came about.
    """

    name: str
    values: Array
    note: str


@dataclass(frozen=True)
class LayerTrace:
    """What one layer did: its specification, weights, window geometry, and stages in order."""

    layer: Layer
    weights: Weights
    geometry: Geometry | None
    input: Array
    stages: tuple[Stage, ...]

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def output(self) -> Array:
        """The values of the last stage."""
        return self.stages[-1].values


@dataclass(frozen=True)
class Trace:
    """The input stage and the trace of each layer in order."""

    network: Network
    input: Stage
    layers: tuple[LayerTrace, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage from the input to the result."""
        return (self.input, *(stage for layer in self.layers for stage in layer.stages))

    @property
    def output(self) -> Array:
        """The values of the last stage."""
        return self.stages[-1].values


def record(network: Network, image: Any) -> Trace:  # noqa: ANN401 (anything NumPy takes)
    """Run one image through a network and keep every intermediate result.

    Arguments: `image` of the network's input shape, (height, width, channels).
    Returns the trace, its arrays read-only float64.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.network import assemble
    >>> pool = assemble([MaxPooling2D(2)], (2, 2, 1), [{}])
    >>> record(pool, [[[1], [5]], [[3], [2]]]).output.tolist()
    [[[5.0]]]
    """
    values = np.array(image, dtype=np.float64).reshape(network.input_shape)
    first = _stage("input", values, _size(values.shape))
    traces = []
    for layer, weights in zip(network.layers, network.weights, strict=True):
        geometry = (
            layer.geometry(values.shape) if isinstance(layer, specifications.WindowLayer) else None
        )
        stages = _stages(layer, weights, values)
        traces.append(LayerTrace(layer, weights, geometry, values, stages))
        values = traces[-1].output
    return Trace(network, first, tuple(traces))


def _stage(name: str, values: Array, note: str) -> Stage:
    values.flags.writeable = False
    return Stage(name, values, note)


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))


@singledispatch
def _stages(layer: Layer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    raise TypeError(type(layer).__name__)  # every layer is registered below


@_stages.register
def _(
    layer: specifications.Conv2D | specifications.DepthwiseConv2D, weights: Weights, values: Array
) -> tuple[Stage, ...]:
    geometry = layer.geometry(values.shape)
    stages = _padded_stages(values, geometry, fill=0.0)
    if layer.multiply_adds(values.shape) > OWN_WINDOWS_LIMIT:
        bare = replace(layer, use_bias=False, activation="linear")
        result = forward_layer(bare, weights, values[np.newaxis])[0]
    else:
        result = _convolve_windows(layer, weights["kernel"], _pad(values, geometry, 0.0), geometry)
    stages += (_stage("convolution", result, _sliding_note(geometry, result.shape)),)
    if layer.use_bias:
        result = result + weights["bias"]
        stages += (_stage("bias", result, "one number added to each filter's output"),)
    if layer.activation != "linear":
        result = activations.ACTIVATIONS[str(layer.activation)].forward(result)
        stages += (_stage("activation", result, f"{layer.activation} of each number"),)
    return stages


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
    padded = _pad(values, geometry, fill)
    sides = ("top", "bottom", "left", "right")
    added = ", ".join(
        f"{count} {side}" for side, count in zip(sides, geometry.pads, strict=True) if count
    )
    what = "empty cells" if np.isnan(fill) else "zeros"
    return (_stage("padded input", padded, f"{what} added: {added}"),)


def _sliding_note(geometry: Geometry, shape: Shape) -> str:
    down, across = geometry.vertical, geometry.horizontal
    depth = f"; {shape[-1]} deep" if shape[-1] > 1 else ""
    note = f"height {down.formula}; width {across.formula}{depth}"
    left_out = [
        f"the last {axis.uncovered} {name}"
        for axis, name in ((down, "row(s)"), (across, "column(s)"))
        if axis.uncovered
    ]
    return note + (f"; no window reaches {' and '.join(left_out)}" if left_out else "")


@_stages.register
def _(layer: PoolingLayer, weights: Weights, values: Array) -> tuple[Stage, ...]:
    geometry = layer.geometry(values.shape)
    fill = _pooling_fill(layer)
    stages = _padded_stages(values, geometry, fill)
    if values.size * np.prod(geometry.kernel) > OWN_WINDOWS_LIMIT:
        result = forward_layer(layer, weights, values[np.newaxis])[0]
    else:
        windows = _windows(_pad(values, geometry, fill), geometry)
        result = _reduction(layer)(windows)
    return (*stages, _stage("pooling", result, _sliding_note(geometry, result.shape)))


def _pooling_fill(layer: PoolingLayer) -> float:
    """Return what padding holds: nothing where it must not count, else zeros."""
    if isinstance(layer, specifications.MaxPooling2D):
        return float("nan")
    if isinstance(layer, specifications.AveragePooling2D) and layer.padding == "same":
        return float("nan")
    return 0.0


def _reduction(layer: PoolingLayer) -> Callable[[Array], Array]:
    if isinstance(layer, specifications.MaxPooling2D):
        return lambda windows: np.asarray(np.nanmax(windows, axis=(-2, -1)))
    if isinstance(layer, specifications.AveragePooling2D):
        return lambda windows: np.asarray(np.nanmean(windows, axis=(-2, -1)))
    return lambda windows: np.asarray(np.sqrt(np.sum(windows**2, axis=(-2, -1))))


@_stages.register
def _(layer: specifications.Activation, weights: Weights, values: Array) -> tuple[Stage, ...]:
    result = activations.ACTIVATIONS[layer.activation].forward(values)
    return (_stage("activation", result, f"{layer.activation} of each number"),)


@_stages.register
def _(layer: specifications.Combine, weights: Weights, values: Array) -> tuple[Stage, ...]:
    combine = np.sum if layer.mode == "sum" else np.max
    result = np.asarray(combine(values, axis=-1, keepdims=True))
    note = f"{layer.mode} over the {values.shape[-1]} outputs, cell by cell"
    return (_stage("combined", result, note),)
