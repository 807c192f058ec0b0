"""How much memory a record takes, asked before anything is calculated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import prod

from cnncalc import layers as specifications
from cnncalc.errors import unknown_kind
from cnncalc.layers import LINEAR, Layer, MergeLayer, Shape, WindowLayer
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.layers.names import place_of
from cnncalc.network import walk

__all__ = ["kept_places", "layer_bytes", "trace_bytes"]

BYTES_A_NUMBER = 8  # of float64


def kept_places(layers: Sequence[Layer], keep: Collection[str] | None) -> frozenset[int]:
    """Return the places of the layers that a record keeps, by their names, None for all.

    Raises OptionError that lists the layers' names where one is unknown.

    >>> sorted(kept_places([specifications.Flatten(name="flat")], ["flat"]))
    [0]
    """
    names = [layer.name for layer in layers]
    return frozenset(place_of(name, names) for name in (names if keep is None else keep))


def trace_bytes(
    layers: Sequence[Layer], input_shape: Shape, keep: Collection[str] | None = None
) -> int:
    """Return the memory of all numbers that `record` holds at once: the image, layers' stages.

    Arguments: the `layers` in order; the image's `input_shape`, (height, width, channels); the
    names of the layers to `keep`, None for all.
    Returns bytes, without the weights, and without what a layer needs only while it calculates.
    Raises ShapeError that names the first layer that does not fit, OptionError for an unknown one.

    >>> from cnncalc.layers import Conv2D
    >>> layers = [Conv2D(2, 3, activation="relu", name="wide"), Conv2D(1, 1, name="one")]
    >>> trace_bytes(layers, (4, 4, 1)) // 8  # 16 + 3 × 2×2×2 + 2 × 2×2×1
    48
    >>> trace_bytes(layers, (4, 4, 1), keep=["one"]) // 8  # the first layer's are let go
    40
    """
    walked = list(walk(layers, input_shape))
    kept = kept_places([layer for layer, _ in walked], keep)
    behind = walked[: 1 + max(kept, default=IMAGE_PLACE)]
    return BYTES_A_NUMBER * (prod(input_shape) + max(_held(behind, kept), default=0))


def layer_bytes(layer: Layer, input_shape: Shape) -> int:
    """Return the memory of what a layer's stages hold that is not of the stage before, in bytes.

    >>> layer_bytes(specifications.ReLU(), (4, 4, 1))
    128
    """
    return BYTES_A_NUMBER * _kept(layer, input_shape)


def _held(walked: Sequence[tuple[Layer, Shape]], kept: Collection[int]) -> Iterator[int]:
    """Yield how many numbers are held while each layer is recorded, those of kept ones for good."""
    taken = sources([layer for layer, _ in walked])
    last_use = {source: place for place, places in enumerate(taken) for source in places}
    passing: dict[int, int] = {}
    for_good = 0
    for place, (layer, shape) in enumerate(walked):
        numbers = _kept(layer, shape)
        yield for_good + sum(passing.values()) + numbers
        if place in kept:
            for_good += numbers
        else:
            passing[place] = prod(layer.output_shape(shape))
        for source in taken[place]:
            if last_use[source] == place:
                passing.pop(source, None)


def _kept(layer: Layer, input_shape: Shape) -> int:
    """Return how many numbers a layer's stages hold that are not those of the stage before."""
    numbers = _stage_count(layer) * prod(layer.output_shape(input_shape))
    if isinstance(layer, WindowLayer):
        geometry = layer.geometry(input_shape)
        # The padded input is a stage of its own.
        numbers += prod(geometry.padded) * input_shape[-1] if any(geometry.pads) else 0
    if isinstance(layer, MergeLayer):
        # What it joins stands side by side.
        numbers += prod(input_shape)
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
    raise TypeError(unknown_kind("a layer must have its count of stages in trace/memory.py", layer))


# Of the layers that have no bias.
_STAGE_COUNTS: Mapping[type[Layer], int] = {
    specifications.InputLayer: 0,
    specifications.Dropout: 0,
    specifications.PassingLayer: 0,
    specifications.Flatten: 0,
    specifications.PoolingLayer: 1,
    specifications.GlobalPoolingLayer: 1,
    specifications.ZeroPadding2D: 1,
    specifications.Cropping2D: 1,
    specifications.Rescaling: 1,
    specifications.BatchNormalization: 1,
    specifications.ActivationLayer: 1,
    specifications.Concatenate: 0,
    specifications.MergeLayer: 1,
    specifications.Combine: 1,
}
