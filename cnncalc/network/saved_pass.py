"""A forward pass that keeps what the backward pass needs: for training and for gradients.

Each layer's gradients follow from its input and its output, so that these two are kept and hardly
anything else. Prediction has its own, leaner, pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch

from cnncalc import layers as specifications
from cnncalc.layers import ELU, Layer, LeakyReLU, ReLU
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network.gathering import gather
from cnncalc.network.operations import (
    forward_layer,
    forward_near,
    moving_statistics,
    normalization_scale,
)
from cnncalc.network.structure import Array, Saved, Weights
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.dropout import Random, dropout, dropout_mask
from cnncalc.ops.normalization import (
    batch_normalize,
    batch_statistics,
    moving_average,
)
from cnncalc.ops.parametric_activations import on_kink

__all__ = ["at_kinks", "forward_saved", "save_layer"]


def forward_saved(
    layers: Sequence[Layer],
    weights: Sequence[Weights],
    images: Array,
    generator: Random | None = None,
    *,
    near: bool = False,
) -> tuple[Saved, ...]:
    """Run a batch through layers and keep what the backward pass needs.

    Arguments: `layers` and the `weights` of each; `images` (batch, *input shape), floating point;
    in training, the `generator` that draws what dropout keeps: then batch normalization uses the
    batch's own statistics. Without it all layers work as in prediction. With `near`, for records,
    what is equal to a jump but for rounding counts as it (see `forward_near`).
    Returns one record a layer; the last one's `output` is the network's.

    >>> import numpy as np
    >>> from cnncalc.layers import Dropout, ReLU
    >>> saved = forward_saved([ReLU(), Dropout(0.5)], [{}, {}], np.array([[-1.0, 2.0]]))
    >>> saved[-1].output
    array([[0., 2.]])
    """
    saved: list[Saved] = []
    for place, taken in enumerate(sources(layers)):
        results = [images if source == IMAGE_PLACE else saved[source].output for source in taken]
        given = gather(layers[place], results)
        kept = save_layer(layers[place], weights[place], given, generator, near=near)
        shapes = tuple(result.shape[1:] for result in results)
        saved.append(replace(kept, taken=shapes))
    return tuple(saved)


def save_layer(
    layer: Layer,
    weights: Weights,
    images: Array,
    generator: Random | None,
    *,
    near: bool = False,
) -> Saved:
    """Run a batch through one layer, as `forward_saved` does through all."""
    # A frozen batch normalization works as in prediction, too.
    if generator is not None and (layer.is_random or layer.needs_batch):
        return _train_layer(layer, weights, images, generator)
    forward = forward_near if near else forward_layer
    return Saved(images, forward(layer, weights, images))


@singledispatch
def _train_layer(layer: Layer, weights: Weights, images: Array, generator: Random) -> Saved:
    """Run a batch through one of the layers that training makes work otherwise."""
    message = (
        "a layer that works otherwise in training must be told in network/saved_pass.py. "
        f"Received: {type(layer).__name__}"
    )
    raise TypeError(message)


@_train_layer.register(specifications.Dropout)
def _(layer: specifications.Dropout, weights: Weights, images: Array, generator: Random) -> Saved:
    kept = dropout_mask(images.shape, layer.rate, generator)
    return Saved(images, dropout(images, kept, layer.rate), (kept,))


@_train_layer.register(specifications.BatchNormalization)
def _(
    layer: specifications.BatchNormalization,
    weights: Weights,
    images: Array,
    generator: Random,
) -> Saved:
    batch = batch_statistics(images)
    mean, variance = moving_average(moving_statistics(weights), batch, layer.momentum)
    output = batch_normalize(images, batch, *normalization_scale(weights), layer.epsilon)
    return Saved(images, output, batch, {"moving_mean": mean, "moving_variance": variance})


def at_kinks(layer: Layer, saved: Saved) -> Saved:
    """Return what a layer's forward pass left for its backward pass, what is near a kink put on it.

    >>> import numpy as np
    >>> at_kinks(LeakyReLU(), Saved(np.array([1e-17, 5.0]), np.array([1e-17, 5.0]))).input.tolist()
    [0.0, 5.0]
    """
    match layer:
        case ReLU(threshold=least, max_value=most):
            numbers = on_kink(saved.input, least)
            return replace(saved, input=numbers if most is None else on_kink(numbers, most))
        case LeakyReLU():
            return replace(saved, input=on_kink(saved.input, 0))
        case ELU():
            return replace(saved, input=on_kink(saved.input, 0, only_above=True))
    for kink in ACTIVATIONS[layer.activation_name].kinks:
        saved = replace(saved, output=on_kink(saved.output, kink))
    return saved
