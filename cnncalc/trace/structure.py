"""What a trace is made of, immutable stages layer by layer, and how much memory it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnncalc.errors import OptionError
from cnncalc.geometry import Geometry
from cnncalc.layers import (
    LINEAR,
    Activation,
    ActivationLayer,
    BatchNormalization,
    Combine,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    InputLayer,
    KernelLayer,
    Layer,
    PoolingLayer,
    Rescaling,
    Shape,
    WindowLayer,
    ZeroPadding2D,
)
from cnncalc.network import Array, Network, Weights, walk
from cnncalc.provenance import Provenance
from cnncalc.trace.stage_names import StageName

__all__ = ["LayerTrace", "Stage", "Trace", "make_stage", "trace_bytes"]


@dataclass(frozen=True, eq=False)
class Stage:
    """One intermediate result of one layer.

    `name` says what was done; `values` is a read-only array (height, width, channels) or (units,),
    NaN where a cell is empty (padding that never counts); `note` tells how its size or its numbers
    came about.
    """

    name: StageName
    values: Array
    note: str


@dataclass(frozen=True, eq=False)
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


@dataclass(frozen=True, eq=False)
class Trace:
    """The `network`, its `input` as a stage, and the trace of each of its `layers` in order.

    `record` makes it. `provenance` is where the image and the weights came from; None where
    whoever had it recorded held both in memory, and nobody knows.

    >>> from cnncalc.calculator import pooling_layer, pooling_network
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> [stage.name for stage in trace.stages], trace.output.item()
    (['input', 'pooling'], 5.0)
    """

    network: Network
    input: Stage
    layers: tuple[LayerTrace, ...]
    provenance: Provenance | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage from the input to the result."""
        return (self.input, *(stage for layer in self.layers for stage in layer.stages))

    @property
    def output(self) -> Array:
        """The values of the last stage."""
        return self.stages[-1].values

    def place(self, layer_name: str) -> int:
        """Return which of the layers has a name, counted from 0.

        Raises OptionError that lists the names where none has it.
        """
        names = [layer.name for layer in self.layers]
        if layer_name not in names:
            message = f"the network has the layers {', '.join(names)}. Received: {layer_name}"
            raise OptionError(message)
        return names.index(layer_name)


def make_stage(name: StageName, values: Array, note: str) -> Stage:
    """Return a stage, its values read-only from now on."""
    values = values[...]  # a view: what belongs to the stage before stays as it is
    values.flags.writeable = False
    return Stage(name, values, note)


BYTES_A_NUMBER = 8  # of float64


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
    numbers = _stages(layer) * prod(layer.output_shape(input_shape))
    if isinstance(layer, WindowLayer):
        geometry = layer.geometry(input_shape)
        # The padded input is a stage of its own.
        numbers += prod(geometry.padded) * input_shape[-1] if any(geometry.pads) else 0
    return numbers


def _stages(layer: Layer) -> int:
    """Return how many stages of a layer, of its output's size, hold numbers of their own."""
    match layer:
        case InputLayer() | Dropout() | Flatten() | Activation(activation="linear"):
            return 0
        case KernelLayer():
            return 1 + layer.use_bias + (layer.activation_name != LINEAR)
        case PoolingLayer() | GlobalPoolingLayer() | Combine() | ActivationLayer():
            return 1
        case ZeroPadding2D() | Rescaling() | BatchNormalization():
            return 1
    raise TypeError(type(layer).__name__)  # every layer is above
