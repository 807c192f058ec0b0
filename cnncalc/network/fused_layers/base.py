"""What fused layers are to the fast training pass: the base of all kinds, and a layer alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from cnncalc.errors import unknown_kind
from cnncalc.layers import Layer, Shape
from cnncalc.network.operations import backward_layer
from cnncalc.network.saved_pass import save_layer
from cnncalc.network.structure import Array, LayerGradients, Saved, Weights
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.memory import Buffers, from_chwn, to_chwn

__all__ = [
    "FusedLayers",
    "Kept",
    "SingleLayer",
    "activate",
    "bias_column",
    "bias_gradient",
    "deactivate",
    "of_kind",
]

Kind = TypeVar("Kind", bound=Layer)


class Kept(NamedTuple):
    """What a forward pass of fused layers leaves: its output, and what the backward pass needs."""

    output: Array
    values: Any = None


def of_kind(kind: type[Kind], layer: Layer) -> Kind:
    """Return a layer that was chosen because it is of this kind."""
    if not isinstance(layer, kind):
        raise TypeError(
            unknown_kind(
                "a step must get the kind that network/algorithms.py chose it for",
                layer,
            )
        )
    return layer


@dataclass(frozen=True, eq=False)
class FusedLayers:
    """Layers that are worked out together: their specifications, and their input's shape.

    They have four parts. `prepare` brings the weights into the form that they work with, once a
    batch. `forward` and `backward` work on one piece of the batch. `finish` brings the summed
    gradients of all pieces back into the weights' form.
    """

    layers: tuple[Layer, ...]
    input_shape: Shape
    buffers: Buffers = field(default_factory=Buffers)

    @property
    def learns(self) -> bool:
        """Whether training changes a weight along its gradient."""
        shape = self.input_shape
        for layer in self.layers:
            if layer.trainable_count(shape):
                return True
            shape = layer.output_shape(shape)
        return False

    @property
    def numbers(self) -> int:
        """The numbers that it keeps of one sample beside its layers' outputs."""
        return 0

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the weights in the form that the fused layers work with."""
        raise NotImplementedError

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Run a piece forward, as in training where there is a generator."""
        raise NotImplementedError

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Return a loss's gradients by the input and by the prepared weights."""
        raise NotImplementedError

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by each layer's weights, given those by the prepared weights."""
        raise NotImplementedError

    def updates(self, kept: Kept) -> list[Weights]:
        """Return the new values of each layer's weights that have no gradient."""
        return [{} for _ in self.layers]


class SingleLayer(FusedLayers):
    """Any single layer, by the operations that the calculator uses too."""

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the weights as they are."""
        return weights[0]

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Run the layer."""
        saved = save_layer(self.layers[0], weights, images, generator)
        return Kept(saved.output, saved)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Return the layer's gradients."""
        saved: Saved = kept.values
        return backward_layer(self.layers[0], weights, saved, gradient, to_input)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients as they are."""
        return [dict(gradients)]

    def updates(self, kept: Kept) -> list[Weights]:
        """Return what a batch normalization's moving mean and variance became."""
        saved: Saved = kept.values
        return [saved.updates]


def bias_column(weights: Weights) -> dict[str, Array]:
    """Return a layer's bias as a column (filters or units, 1), or nothing where it has none."""
    return {"bias": weights["bias"][:, np.newaxis]} if "bias" in weights else {}


def bias_gradient(gradients: Mapping[str, Array]) -> dict[str, Array]:
    """Return the gradient by the bias, or nothing where there is none."""
    return {"bias": gradients["bias"]} if "bias" in gradients else {}


def activate(name: str, sums: Array) -> Array:
    """Apply an activation, ReLU in place: that saves a pass through memory."""
    return np.maximum(sums, 0, out=sums) if name == "relu" else ACTIVATIONS[name].forward(sums)


def deactivate(name: str, gradient: Array, output: Array, buffers: Buffers) -> Array:
    """Return a loss's gradient by an activation's input, in CHWN order where it is ReLU."""
    if name != "relu":
        return ACTIVATIONS[name].backward(gradient, output)
    result = from_chwn(buffers.take("by sums", to_chwn(output).shape, output.dtype))
    # A product, not a choice, for the reason that ops/maxima.py gives.
    return np.multiply(gradient, output > 0, out=result)
