"""How each kind of layer is cut to some of its numbers: what it computes, and what it then is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnncalc.errors import unknown_kind
from cnncalc.image_regions import Box
from cnncalc.layers import (
    ActivationLayer,
    BatchNormalization,
    Combine,
    Conv2D,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    Layer,
    MergeLayer,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    Shape,
    ZeroPadding2D,
)
from cnncalc.network import Weights
from cnncalc.rules import Join, law_of
from cnncalc.rules.directions import Direction, Window
from cnncalc.rules.wiring import Directions
from cnncalc.shapes import Pads

__all__ = ["computed_box", "crop_between", "cut_layer", "cut_weights"]


def computed_box(layer: Layer, given: Shape, needed: Box) -> Box:
    """Return which numbers of its output a layer computes so that those needed are among them.

    Arguments: the `layer`; the shape of what it is `given`; the box that is `needed`.
    Softmax needs all channels, groups as many filters each; an average pooling whose padding does
    not count, the whole map where the padding is met; what lies over padding alone, the way from
    there to the first window that reaches the input.
    """
    law, output = law_of(layer, given), layer.output_shape(given)
    *positions, channels = needed
    if law.has_softmax or law.join is Join.SOFTMAX:
        channels = tuple(range(output[-1]))
    elif isinstance(layer, Conv2D) and layer.groups > 1:
        channels = _combined(channels, layer.filters // layer.groups)
    elif isinstance(layer, DepthwiseConv2D):
        channels = _combined(channels, layer.depth_multiplier)
    if isinstance(law.wiring, Directions):
        ways = zip(law.wiring.directions, positions, strict=False)
        positions = [_reaching(direction, indices) for direction, indices in ways]
    box = (*positions, channels)
    is_uncounted = isinstance(layer, PoolingLayer) and layer.padding == "same"
    if is_uncounted and law.join is Join.AVERAGE and any(_pads(layer, given, box)):
        return (tuple(range(output[0])), tuple(range(output[1])), channels)
    return box


def _reaching(direction: Direction, outputs: tuple[int, ...]) -> tuple[int, ...]:
    """Return outputs and, where they see padding alone, those up to one that sees an input."""
    if not isinstance(direction, Window) or _inside(direction, outputs):
        return outputs
    reach = [one for one in range(direction.outputs) if _inside(direction, (one,))]
    nearest = min(reach, key=lambda one: abs(one - outputs[0]), default=outputs[0])
    return tuple(range(min(nearest, outputs[0]), max(nearest, outputs[-1]) + 1))


def _inside(direction: Window, outputs: Sequence[int]) -> list[int]:
    """Return the inputs that outputs see, without those of padding."""
    taps = (tap.at for output in outputs for tap in direction.sees(output))
    return [tap for tap in taps if 0 <= tap < direction.inputs]


def _combined(channels: Sequence[int], size: int) -> tuple[int, ...]:
    """Return channels that come in groups of a size, so that each group has the same of them."""
    groups = sorted({channel // size for channel in channels})
    places = sorted({channel % size for channel in channels})
    return tuple(group * size + place for group in groups for place in places)


def _pads(layer: Layer, given: Shape, box: Box) -> Pads:
    """Return how far the windows of a box of a layer's output lie over the input they reach."""
    wiring = law_of(layer, given).wiring
    directions = wiring.directions if isinstance(wiring, Directions) else ()
    sides: list[int] = []
    for direction, outputs in zip(directions, box, strict=False):
        if isinstance(direction, Window):
            inside = _inside(direction, outputs)
            taps = [tap.at for output in outputs for tap in direction.sees(output)]
            sides += [min(inside) - min(taps), max(taps) - max(inside)]
    return Pads(*sides) if sides else Pads(0, 0, 0, 0)


def cut_layer(layer: Layer, given: Shape, box: Box, names: tuple[str, ...]) -> Layer:
    """Return the layer that computes a box of a layer's output.

    Arguments: the `layer`; the shape of what it is `given`; the `box` of its output; the names of
    the results that it takes.
    Raises TypeError for a kind of layer that isn't told below how it is cut.
    """
    return replace(layer, inputs=names, **_changes(layer, given, box))


def _changes(layer: Layer, given: Shape, box: Box) -> Mapping[str, Any]:
    """Return what is different in a layer that computes a box alone."""
    changes: dict[str, Any] = {}
    match layer:
        case Conv2D():
            size = layer.filters // layer.groups
            groups = len({channel // size for channel in box[-1]})
            changes = {**_padded(layer, given, box), "filters": len(box[-1]), "groups": groups}
        case DepthwiseConv2D():
            copies = len({channel % layer.depth_multiplier for channel in box[-1]})
            changes = {**_padded(layer, given, box), "depth_multiplier": copies}
        case PoolingLayer() if tuple(map(len, box[:-1])) != layer.output_shape(given)[:-1]:
            changes = {**_padded(layer, given, box)}
        case ZeroPadding2D():
            changes = {"padding": tuple(_pads(layer, given, box))}
        case Cropping2D():
            changes = {"cropping": 0, "channels": None}
        case Dense():
            changes = {"units": len(box[-1])}
        case Rescaling():
            values = (("scale", layer.scale), ("offset", layer.offset))
            changes = {name: _picked(value, box[-1]) for name, value in values}
        case _ if not isinstance(layer, (*_AS_THEY_ARE, PoolingLayer)):
            message = unknown_kind("how a layer is cut must be told in part/kinds.py", layer)
            raise TypeError(message)
    return changes


# Of fewer rows, columns or channels they do the same to each.
_AS_THEY_ARE = (
    *(ActivationLayer, BatchNormalization, Combine, Dropout, Flatten, GlobalPoolingLayer),
    *(MergeLayer, PassingLayer),
)


def _padded(layer: Layer, given: Shape, box: Box) -> Mapping[str, object]:
    """Return the padding that the windows of a box lie over."""
    pads = _pads(layer, given, box)
    return {"padding": tuple(pads) if any(pads) else "valid"}


def _picked(value: float | Sequence[float], channels: Sequence[int]) -> float | Sequence[float]:
    if not isinstance(value, Sequence) or len(value) == 1:
        return value
    return tuple(value[channel] for channel in channels)


def crop_between(there: Box, wanted: Box) -> Cropping2D:
    """Return the crop that leaves a box of a larger one.

    >>> crop_between(((0, 1, 2), (4, 5), (0, 3)), ((1,), (4, 5), (3,))).cropping
    Pads(top=1, bottom=1, left=0, right=0)
    """
    sides = [
        side
        for outer, inner in zip(there[:-1], wanted[:-1], strict=True)
        for side in (inner[0] - outer[0], outer[-1] - inner[-1])
    ]
    channels = tuple(there[-1].index(channel) for channel in wanted[-1])
    return Cropping2D(sides or 0, channels=None if wanted[-1] == there[-1] else channels)


def cut_weights(layer: Layer, weights: Weights, taken: Sequence[Box], box: Box) -> Weights:
    """Return the weights that are left of a layer.

    Arguments: the `layer` of the whole network, its `weights`; the box that is `taken` of each
    result that it takes; the `box` of its output.
    """
    outputs = list(box[-1])
    if isinstance(layer, DepthwiseConv2D):
        copies = sorted({channel % layer.depth_multiplier for channel in outputs})
        kernel = weights["kernel"][:, :, list(taken[0][-1])][..., copies]
    elif isinstance(layer, Conv2D):
        kernel = weights["kernel"][..., outputs]
    elif isinstance(layer, Dense):
        kernel = weights["kernel"][np.ix_(taken[0][-1], outputs)]
    else:
        return {name: weight[outputs] for name, weight in weights.items()}
    others = {name: weight[outputs] for name, weight in weights.items() if name != "kernel"}
    return {"kernel": kernel, **others}
