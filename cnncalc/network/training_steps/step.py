"""What a step of the fast training pass is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from cnncalc.layers import Layer, Shape
from cnncalc.network.backward_pass import LayerGradients
from cnncalc.network.structure import Array, Weights
from cnncalc.ops.planes import Buffers

__all__ = ["Kept", "Step", "of_kind"]

Kind = TypeVar("Kind", bound=Layer)


class Kept(NamedTuple):
    """What a step's forward pass leaves: its output, and what its backward pass needs."""

    output: Array
    values: Any = None


def of_kind(kind: type[Kind], layer: Layer) -> Kind:
    """Return a layer that was chosen because it is of this kind."""
    if not isinstance(layer, kind):
        raise TypeError(type(layer).__name__)  # `choose` and the steps must agree
    return layer


@dataclass(frozen=True, eq=False)
class Step:
    """Layers that are worked out together: their specifications, and their input's shape.

    Each step has four parts. `prepare` brings the weights into the form that it works with, once a
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
        """Return the weights in the form that the step works with."""
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
