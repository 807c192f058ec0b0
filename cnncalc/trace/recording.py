"""From a network and an image to the trace: what each layer's stages are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from cnncalc import layers as specifications
from cnncalc.errors import ShapeError, unknown_kind
from cnncalc.layers import LINEAR, Layer, Shape, WindowLayer
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network import Array, Network, Weights, gather, walk
from cnncalc.ops.dropout import dropout
from cnncalc.ops.numbers import finite_numbers, overflow_allowed, require_held
from cnncalc.ops.read_only import ReadOnlyMapping
from cnncalc.trace.layer_stages import layer_stages, size_words
from cnncalc.trace.stage_names import StageName
from cnncalc.trace.structure import LayerTrace, Stage, Trace, make_stage

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
    first = make_stage(StageName.INPUT, values, size_words(values.shape))
    values = first.values
    traces: list[LayerTrace] = []
    parts = zip(network.layers, network.weights, drawn or [()] * len(network.layers), strict=True)
    for taken, (layer, stored, extra) in zip(sources(network.layers), parts, strict=True):
        results = [values if place == IMAGE_PLACE else traces[place].output for place in taken]
        given = gather(layer, [result[np.newaxis] for result in results])[0]
        recorded = _record_layer(layer, _of_batch(layer, stored, extra), given, extra)
        traces.append(replace(recorded, taken=tuple(result.shape for result in results)))
    return Trace(network, first, tuple(traces))


def _record_layer(
    layer: Layer, weights: Weights, values: Array, drawn: tuple[Array, ...]
) -> LayerTrace:
    """Run what a layer is given through it, and keep each stage."""
    geometry = layer.geometry(values.shape) if isinstance(layer, WindowLayer) else None
    with overflow_allowed():
        stages = layer_stages(layer, weights, values)
    if drawn:
        stages = (_in_training(layer, stages[0], drawn),)
    for stage in stages:
        # Padding that does not count is NaN; what it surrounds was found finite before.
        if stage.name != StageName.PADDED_INPUT:
            require_held(stage.values, f"the {stage.name} of layer {layer.name}")
    return LayerTrace(layer, weights, geometry, values, stages)


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
    specifications.PassingLayer: 0,
    specifications.Flatten: 0,
    specifications.PoolingLayer: 1,
    specifications.GlobalPoolingLayer: 1,
    specifications.ZeroPadding2D: 1,
    specifications.Rescaling: 1,
    specifications.BatchNormalization: 1,
    specifications.ActivationLayer: 1,
    specifications.MergeLayer: 1,
    specifications.Combine: 1,
}
