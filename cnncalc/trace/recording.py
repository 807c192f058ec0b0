"""From a network and an image to the trace: what each layer's stages are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from cnncalc import layers as specifications
from cnncalc.errors import ShapeError, unknown_kind
from cnncalc.layers import Layer, Shape, WindowLayer
from cnncalc.layers.graph import IMAGE_PLACE, run
from cnncalc.network import Array, Network, Weights, gather
from cnncalc.ops.dropout import dropout
from cnncalc.ops.numbers import finite_numbers, overflow_allowed, require_held
from cnncalc.ops.read_only import ReadOnlyMapping, held_apart
from cnncalc.trace.layer_stages import layer_stages, size_words
from cnncalc.trace.memory import kept_places
from cnncalc.trace.stage_names import StageName
from cnncalc.trace.structure import LayerTrace, PassingTrace, Stage, Trace, make_stage

__all__ = ["record", "record_passing"]


def record(
    network: Network,
    image: object,
    drawn: Sequence[tuple[Array, ...]] = (),
    keep: Collection[str] | None = None,
) -> Trace:
    """Run one image through a network and keep every intermediate result, or those of some layers.

    Arguments: `image` of the network's input shape, (height, width, channels); for one channel
    (height, width) as well. For a pass as in training, what each layer drew, as `Saved.extra` has
    it: the numbers of this image that Dropout keeps; the mean and variance of the batch. The names
    of the layers to `keep`, None for all: of the others nothing stays once nobody takes it, and
    what comes after the last of them is not calculated.
    Returns the trace, its arrays read-only float64.
    Raises ShapeError for an image of another shape, OptionError for one that holds no finite
    numbers, for a layer whose results grow beyond float64, and for an unknown layer.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.network import assemble
    >>> pool = assemble([MaxPooling2D(2)], (2, 2, 1), [{}])
    >>> record(pool, [[[1], [5]], [[3], [2]]]).output.tolist()
    [[[5.0]]]
    """
    first = _input_stage(network, image)
    kept = kept_places(network.layers, keep)
    walked, traces = _walk(network, first, drawn), list[LayerTrace]()
    for place in range(1 + max(kept, default=IMAGE_PLACE)):
        layer = next(walked)
        if place in kept:
            traces.append(layer)
        # What isn't kept is let go before the next layer is calculated.
        del layer
    return Trace(network, first, tuple(traces))


def record_passing(network: Network, image: object) -> PassingTrace:
    """Run one image through a network, layer by layer as they are asked for, and keep none.

    Arguments: the `network` and the `image` as in `record`, which this gives the same numbers as.
    The memory that it takes is bounded by the largest layer, however many there are: at most what
    `trace_bytes` returns where the last layer alone is kept, beside the image and the weights.
    Raises as `record` does; for results beyond float64 when their layer is asked for.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.network import assemble
    >>> trace = record_passing(assemble([Flatten()], (1, 2, 1), [{}]), [[3, 5]])
    >>> [layer.output.tolist() for layer in trace.layers]
    [[3.0, 5.0]]
    """
    first = _input_stage(network, image)
    return PassingTrace(network, first, lambda: _walk(network, first, ()))


def _input_stage(network: Network, image: object) -> Stage:
    values = _checked(image, network.input_shape)
    return make_stage(StageName.INPUT, values, size_words(values.shape))


def _walk(
    network: Network, first: Stage, drawn: Sequence[tuple[Array, ...]]
) -> Iterator[LayerTrace]:
    """Yield the trace of each layer; of those that were yielded no more stays than is taken."""
    extras = drawn or [()] * len(network.layers)
    parts = list(zip(network.layers, network.weights, extras, strict=True))
    made: list[LayerTrace] = []

    def step(place: int, taken: Sequence[Array]) -> Array:
        layer, stored, extra = parts[place]
        given = gather(layer, [result[np.newaxis] for result in taken])[0]
        traced = _record_layer(layer, _of_batch(layer, stored, extra), given, extra)
        made.append(replace(traced, taken=tuple(result.shape for result in taken)))
        return traced.output

    for _ in run(network.layers, first.values, step):
        yield made.pop()


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
    values = held_apart(finite_numbers(image, "image"))
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
