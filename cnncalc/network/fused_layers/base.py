"""What fused layers are to the fast training pass: the base of all kinds, and a layer alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from cnncalc.errors import unknown_kind
from cnncalc.layers import Layer, Shape
from cnncalc.network.gathering import gather, scatter
from cnncalc.network.operations import backward_layer
from cnncalc.network.saved_pass import save_layer
from cnncalc.network.structure import Array, LayerGradients, Saved, Weights
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.memory import Buffers, from_rows, to_rows
from cnncalc.ops.small_products import Product

__all__ = [
    "FusedLayers",
    "Kept",
    "Room",
    "SingleLayer",
    "ThreadBuffers",
    "activate",
    "bias_gradient",
    "deactivate",
    "of_kind",
]

Kind = TypeVar("Kind", bound=Layer)


class ThreadBuffers(Buffers, threading.local):
    """Buffers of which each thread has its own."""


class Room(NamedTuple):
    """The memory that a piece of a batch is worked on in.

    What is in `kept` lasts until the piece's backward pass is through, what is in `scratch` until
    the thread works on something else.
    """

    kept: Buffers
    scratch: ThreadBuffers


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

    @property
    def learns(self) -> bool:
        """Whether training changes a weight along its gradient."""
        shape = self.input_shape
        for layer in self.layers:
            if layer.trainable_count(shape):
                return True
            shape = layer.output_shape(shape)
        return False

    def products(self, batch: int) -> list[Product]:
        """Return the matrix products of working on so many samples: of a row, where rows do."""
        return []

    @property
    def numbers(self) -> int:
        """The numbers that are kept of one sample beside its layers' outputs and gradients."""
        return 0

    @property
    def row_numbers(self) -> int:
        """The numbers of one sample that a row is worked out from, in the cache at best."""
        return 0

    @property
    def converts(self) -> bool:
        """Whether it takes images of any type, such as bytes."""
        return False

    def scatter(self, gradient: Array, shapes: Sequence[Shape]) -> list[Array]:
        """Return a loss's gradient by each result that was taken; `shapes` are one sample's."""
        return scatter(self.layers[0], gradient, shapes)

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the weights in the form that the fused layers work with."""
        raise NotImplementedError

    def forward(
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Run a piece forward, as in training where there is a generator.

        Arguments: the prepared `weights`; the `results` that the first layer takes; the
        `generator`; the `room` to work in.
        """
        raise NotImplementedError

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool, room: Room
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
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Run the layer."""
        given = gather(self.layers[0], results)
        saved = save_layer(self.layers[0], weights, given, generator)
        return Kept(saved.output, saved)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool, room: Room
    ) -> LayerGradients:
        """Return the layer's gradients."""
        saved: Saved = kept.values
        return backward_layer(self.layers[0], weights, saved, gradient, to_input)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients as they are."""
        return [dict(gradients)]


def bias_gradient(gradients: Mapping[str, Array]) -> dict[str, Array]:
    """Return the gradient by the bias, or nothing where there is none."""
    return {"bias": gradients["bias"]} if "bias" in gradients else {}


def activate(name: str, rows: Array) -> None:
    """Apply an activation in place to sums in HCWN order, or (features, batch)."""
    if name == "relu":
        # A row of zeros, not one zero: that a processor compares several at once. Measured: 5 times
        # as fast.
        np.maximum(rows, np.zeros(rows.shape[-1], rows.dtype), out=rows)
    elif name != "linear":
        rows[...] = to_rows(ACTIVATIONS[name].forward(from_rows(rows)))


def deactivate(name: str, gradient: Array, output: Array, result: Array) -> None:
    """Write a loss's gradient by an activation's input: all in HCWN order, or (features, batch)."""
    if name == "relu":
        # A product, not a choice, for the reason that ops/maxima.py gives.
        np.multiply(gradient, output > 0, out=result)
    else:
        by_input = ACTIVATIONS[name].backward(from_rows(gradient), from_rows(output))
        result[...] = to_rows(by_input)
